"""What compare.py asks for, in Quart."""

from quart import Quart, Response, abort, jsonify, redirect, request, url_for

app = Quart(__name__)


@app.before_serving
async def begin():
    app.config["BEGUN"] = "yes"


@app.route("/show/<path:rest>", methods=["GET", "POST", "PUT", "DELETE"])
async def show(rest):
    return jsonify(
        {
            "rest": rest,
            "method": request.method,
            "path": request.path,
            "root_path": request.root_path,
            "query": request.query_string.decode("latin-1"),
            "parameters": request.args.to_dict(flat=False),
            "url": request.url,
            "client": request.remote_addr,
            "begun": app.config["BEGUN"],
            "inside": url_for("show", rest="there"),
        }
    )


@app.route("/plain")
async def plain():
    return Response("plain", mimetype="text/plain")


@app.route("/echo", methods=["POST"])
async def echo():
    return Response(await request.get_data(), content_type=request.content_type or "application/octet-stream")


@app.route("/form", methods=["POST"])
async def form():
    return jsonify((await request.form).to_dict(flat=False))


@app.route("/redirect")
async def redirected():
    return redirect(url_for("show", rest="there"))


@app.route("/stream")
async def stream():
    async def pieces():
        for number in range(100):
            yield f"line {number}\n" * 100

    return Response(pieces(), mimetype="text/plain")


@app.route("/fail")
async def fail():
    raise ValueError("as asked for")


@app.route("/refuse")
async def refuse():
    abort(418)
