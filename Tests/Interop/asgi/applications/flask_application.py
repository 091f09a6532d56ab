"""What compare.py asks for, in Flask."""

import os

from flask import Flask, Response, abort, jsonify, redirect, request, send_file, stream_with_context, url_for

FILE = os.environ["COMPARED_FILE"]
app = Flask(__name__)


@app.route("/show/<path:rest>", methods=["GET", "POST", "PUT", "DELETE"])
@app.route("/show/", defaults={"rest": ""})
def show(rest):
    return jsonify(
        {
            "rest": rest,
            "method": request.method,
            "path": request.path,
            "root_path": request.root_path,
            "script_root": request.script_root,
            "full_path": request.full_path,
            "query": request.query_string.decode("latin-1"),
            "parameters": request.args.to_dict(flat=False),
            "scheme": request.scheme,
            "url": request.url,
            "client": request.remote_addr,
            "cookies": request.cookies,
            "protocol": request.environ["SERVER_PROTOCOL"],
            "raw": request.environ["RAW_URI"],
            "outside": url_for("show", rest="there", _external=True),
            "fields": sorted(
                [name, value] for name, value in request.headers if name.startswith(("X-Test", "Content-Type", "Accept"))
            ),
        }
    )


@app.route("/plain")
def plain():
    return Response("plain", mimetype="text/plain")


@app.route("/status/<int:number>")
def status(number):
    return Response(b"" if number in (204, 304) else b"x", number)


@app.route("/reason")
def reason():
    return Response("x", "299 Quite Fine")


@app.route("/echo", methods=["POST", "PUT"])
def echo():
    return Response(request.get_data(), content_type=request.content_type or "application/octet-stream")


@app.route("/form", methods=["POST"])
def form():
    files = [[name, file.filename, file.content_type, len(file.read())] for name, file in request.files.items()]
    return jsonify([request.form.to_dict(flat=False), files])


@app.route("/headers")
def headers():
    response = Response("headers")
    response.set_cookie("a", "1")
    response.set_cookie("b", "2", httponly=True)
    response.headers.add("x-latin", "\xe9\xff")
    response.headers.add("x-twice", "1")
    response.headers.add("x-twice", "2")
    response.headers.add("x-empty", "")
    return response


@app.route("/redirect")
def redirected():
    return redirect(url_for("show", rest="there"))


@app.route("/slash/")
def slash():
    return "slash"


@app.route("/stream")
def stream():
    def pieces():
        for number in range(100):
            yield f"{request.path} line {number}\n" * 100

    return Response(stream_with_context(pieces()), mimetype="text/plain")


@app.route("/fail")
def fail():
    raise ValueError("as asked for")


@app.route("/late")
def late():
    def pieces():
        yield b"half"
        raise ValueError("as asked for")

    return Response(pieces())


@app.route("/refuse")
def refuse():
    abort(418)


@app.route("/file")
def file():
    return send_file(FILE, conditional=True)


closed = []


@app.route("/closing")
def closing():
    response = Response("closing")
    response.call_on_close(lambda: closed.append(1))
    return response


@app.route("/closed")
def is_closed():
    return jsonify(len(closed) > 0)
