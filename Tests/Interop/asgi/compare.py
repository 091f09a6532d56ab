"""Real applications behind the gateway and behind the servers that they know: the same requests get the same answers.

    compare.py GATEWAY [WORD...]     GATEWAY is the program webgateway; frameworks whose names contain one of the words

Each framework's application is served at once by the gateway with the adapter, as service `api`, and by uvicorn (Flask:
gunicorn) mounted at `/api`. Answers are compared by status, reason, fields in their order, and body. What may differ:

- `date`, `server`, `x-request-id`: each server's own
- `connection`, `keep-alive`, `transfer-encoding`: of the connection, and not of the answer
- `content-length` where one of the two has none: who knows the whole answer names its length
- the request's `content-length: 0`, which the gateway does not pass on
- the page for an exception that the application let go: the servers' own; what must be equal is that it is 500
"""

import asyncio
import contextlib
import http.client
import json
import os
import re
import shlex
import socket
import struct
import sys
import tempfile
import time

import support
from support import equal, soon

GATEWAY = sys.argv[1] if len(sys.argv) > 1 else "webgateway"
APPLICATIONS = os.path.join(support.FOLDER, "applications")
OWN_FIELDS = {"date", "server", "x-request-id", "connection", "keep-alive", "transfer-encoding"}
BOUNDARY = "limit"
FORM = {"content-type": "application/x-www-form-urlencoded"}
MULTIPART = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
JSON = {"content-type": "application/json"}
PARTS = (
    f'--{BOUNDARY}\r\ncontent-disposition: form-data; name="name"\r\n\r\nAd\xe9\r\n'
    f'--{BOUNDARY}\r\ncontent-disposition: form-data; name="files"; filename="a b.txt"\r\n'
    f"content-type: text/plain\r\n\r\n{'x' * 5000}\r\n--{BOUNDARY}--\r\n"
).encode()

COMMON = [
    ("GET", "/plain"),
    ("HEAD", "/plain"),
    ("POST", "/plain", {}, b"x"),
    ("GET", "/nowhere"),
    ("GET", "/show/a/b?x=1&x=2&y=%20%C3%A9&z=a+b&empty=&bare"),
    ("GET", "/show/a%20b%2Fc/%C3%A9/100%25/a+b"),
    ("GET", "/show/%ff"),
    ("GET", "/show/a;b=c,d:e@f!$&'()*~"),
    ("GET", "/show/x?"),
    ("GET", "/show/x?a?b"),
    ("GET", "/show//double//slash"),
    ("GET", "/show/./dot"),
    ("GET", "/show/trailing/"),
    ("PUT", "/show/put", {"content-type": "text/x; charset=latin-1"}, b"\xe9"),
    ("DELETE", "/show/delete"),
    ("POST", "/show/post"),
    ("GET", "/show/fields", {"X-Test": "1", "x-test-latin": "\xe9\xff", "Cookie": "a=1; b=2", "Accept": "*/*;q=0.5"}),
    ("GET", "/show/twice", [("x-test", "1"), ("x-test", "2"), ("accept", "a/b"), ("accept", "c/d")]),
    ("GET", "/show/empty", {"x-test": "", "x-test-2": "a: b, c"}),
    ("GET", "/status/200"),
    ("GET", "/status/201"),
    ("GET", "/status/204"),
    ("GET", "/status/299"),
    ("GET", "/status/304"),
    ("GET", "/status/404"),
    ("GET", "/status/503"),
    ("HEAD", "/status/404"),
    ("POST", "/echo", {"content-type": "text/plain"}, b"hello"),
    ("POST", "/echo", {"content-type": "text/plain"}, b""),
    ("POST", "/echo", {}, bytes(range(256)) * 3600),
    ("POST", "/form", FORM, b"name=Ada&age=36&name=Grace&x=%C3%A9+%26"),
    ("POST", "/form", MULTIPART, PARTS),
    ("POST", "/form", JSON, b"{}"),
    ("GET", "/headers"),
    ("HEAD", "/headers"),
    ("GET", "/redirect"),
    ("GET", "/slash"),
    ("GET", "/slash/"),
    ("GET", "/slash?a=b"),
    ("GET", "/stream"),
    ("HEAD", "/stream"),
    ("GET", "/fail"),
    ("HEAD", "/fail"),
    ("GET", "/late"),
    ("GET", "/refuse"),
    ("GET", "/file"),
    ("HEAD", "/file"),
    ("GET", "/file", {"range": "bytes=10-19"}),
    ("GET", "/file", {"range": "bytes=-5"}),
    ("GET", "/file", {"range": "bytes=999999-"}),
    ("OPTIONS", "/plain"),
    ("OPTIONS", "/show/x"),
]
FURTHER = {
    "starlette": [
        ("GET", "/mounted/below/x"),
        ("GET", "/static/file.txt"),
        ("GET", "/static/nowhere"),
        ("GET", "/static"),
        ("GET", "/background"),
        ("GET", "/seen"),
        ("OPTIONS", "/plain", {"origin": "http://friend.example", "access-control-request-method": "PUT"}),
        ("OPTIONS", "/plain", {"origin": "http://stranger.example", "access-control-request-method": "PUT"}),
        ("GET", "/plain", {"origin": "http://friend.example"}),
        ("GET", "/stream", {"accept-encoding": "gzip"}),
        ("GET", "/file", {"accept-encoding": "gzip"}),
    ],
    "fastapi": [
        ("GET", "/openapi.json"),
        ("GET", "/docs"),
        ("GET", "/redoc"),
        ("GET", "/items/7?q=a&q=b", {"x-test": "1", "cookie": "a=1"}),
        ("GET", "/items/seven"),
        ("PUT", "/items", JSON, b'{"name": "tea", "price": 2.5, "tags": ["\xc3\xa9"]}'),
        ("PUT", "/items", JSON, b'{"name": 7}'),
        ("PUT", "/items", JSON, b"{"),
        ("PUT", "/items"),
        ("POST", "/upload", MULTIPART, PARTS),
        ("GET", "/inner/show"),
        ("GET", "/inner/openapi.json"),
        ("GET", "/inner"),
    ],
    "django": [
        ("GET", "/plain-async"),
        ("GET", "/stream-async"),
        ("GET", "/plain", {"if-none-match": '"x"'}),
    ],
    "flask": [
        ("GET", "/reason"),
        ("GET", "/show/"),
        ("GET", "/file", {"if-modified-since": "Fri, 01 Jan 2100 00:00:00 GMT"}),
        ("GET", "/closing"),
        ("GET", "/closed"),
        ("GET", "/static/nowhere"),
    ],
    "quart": [],
}


class Answer:
    def __init__(self, port, target, request):
        method, path, *rest = request
        fields, body = (list(rest) + [{}, b""][len(rest) :])[:2]
        fields = list(fields.items() if isinstance(fields, dict) else fields)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=support.PATIENCE)
        connection.putrequest(method, target + path, skip_host=True, skip_accept_encoding=True)
        connection.putheader("host", "shop.example")
        connection.putheader("connection", "close")
        for name, value in fields:
            connection.putheader(name, value.encode("latin-1"))
        if body or method in ("POST", "PUT"):
            connection.putheader("content-length", str(len(body)))
        connection.endheaders(body or None)
        response = connection.getresponse()
        self.status, self.reason = response.status, response.reason
        self.is_cut = False
        try:
            self.body = response.read()
        except http.client.IncompleteRead as error:
            self.body, self.is_cut = error.partial, True
        self.fields = [(name.lower(), value) for name, value in response.getheaders()]
        connection.close()

    def told(self, other):
        mine, others = dict(self.fields), dict(other.fields)
        own = set(OWN_FIELDS)
        if not ("content-length" in mine and "content-length" in others):
            own.add("content-length")
        fields = [field for field in self.fields if field[0] not in own]
        # Who writes it may put it elsewhere.
        fields.sort(key=lambda field: field[0] == "content-length")
        return {"status": self.status, "reason": self.reason, "fields": fields, "body": self.body, "cut": self.is_cut}


def compare(framework, gateway_port, port, prefix):
    differences = []
    for request in COMMON + FURTHER[framework]:
        ours, theirs = Answer(gateway_port, "/api", request), Answer(port, prefix, request)
        found, expected = ours.told(theirs), theirs.told(ours)
        if request[1] == "/fail":
            found, expected = ours.status, theirs.status
        if found != expected:
            differences.append(f"{request!r}\n   found: {found!r}\nexpected: {expected!r}"[:3000])
    assert not differences, "\n".join(differences)
    return len(COMMON) + len(FURTHER[framework])


VANISHING = {
    "starlette": [("/endless", None, ["endless closed", "endless over"]), ("/quiet", None, ["quiet closed"])],
    "fastapi": [("/watch", "watch begun", ["watch over"]), ("/quiet", None, ["quiet closed"])],
}


def vanish(framework, port, prefix):
    """Clients that go away in the middle; what the application noticed of it."""

    def seen():
        return json.loads(Answer(port, prefix, ("GET", "/seen")).body)

    for path, begun, over in VANISHING[framework]:
        with socket.create_connection(("127.0.0.1", port), support.PATIENCE) as client:
            # Closed with a reset. Of one that only ends its side the gateway learns when it writes the next piece.
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.sendall(f"GET {prefix}{path} HTTP/1.1\r\nhost: shop.example\r\n\r\n".encode())
            while begun and begun not in seen():
                time.sleep(0.01)
            while not begun and b"piece\n" not in client.recv(4096):
                pass
        while not all(note in seen() for note in over):
            time.sleep(0.01)
    return sorted(seen())


@contextlib.asynccontextmanager
async def gateway(*options):
    words = ["serve", "--listen", "127.0.0.1:0", "--workers", "tcp://127.0.0.1:*"]
    words += ["--admin", "off", "--demo-workers", "0"]
    with support.program(GATEWAY, *words, *options) as program:
        port = int((await program.line("listening on http://")).rpartition(":")[2])
        yield program, port, await program.line("workers on ")


async def port_of(program, before):
    await program.error(before)
    return int(program.errors.partition(before)[2].split()[0].strip("()").rpartition(":")[2])


async def served_alike(framework, is_wsgi=False):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "file.txt")
        with open(path, "wb") as file:
            file.write(b"".join(b"line %d\n" % number for number in range(2000)))
        os.utime(path, (1_700_000_000, 1_700_000_000))
        environment = {"COMPARED_FILE": path, "PYTHONHASHSEED": "0"}  # Both write their sets in one order.
        name = f"{framework}_application:app"
        async with gateway() as (_, gateway_port, workers):
            words = ["--connect", workers, "--service", "api", "--app-dir", APPLICATIONS]
            if is_wsgi:
                rival = ["gunicorn", "--bind", "127.0.0.1:0", "--threads", "4", "--chdir", APPLICATIONS, name]
                known = {**environment, "SCRIPT_NAME": "/api"}
            else:
                rival = ["uvicorn", "--port", "0", "--root-path", "/api", "--app-dir", APPLICATIONS, name]
                known = environment
            with (
                support.worker(*words, *(["--wsgi"] if is_wsgi else []), name, environment=environment) as worker,
                support.program(sys.executable, "-m", *rival, environment=known) as other,
            ):
                await worker.line("serving api")
                port = await port_of(other, "Listening at: http://" if is_wsgi else "running on http://")
                await soon(lambda: is_open(port))
                loop = asyncio.get_running_loop()
                count = await loop.run_in_executor(
                    None, compare, framework, gateway_port, port, "/api" if is_wsgi else ""
                )
                print(f"{framework}: {count} requests", flush=True)
                if framework in VANISHING:
                    expected = await asyncio.to_thread(vanish, framework, port, "")
                    equal(await asyncio.to_thread(vanish, framework, gateway_port, "/api"), expected)
                assert "ClientGone" not in worker.errors and "ConnectionClosed" not in worker.errors, worker.errors


def is_open(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 5):
        return True


async def test_starlette_is_served_as_by_uvicorn():
    await served_alike("starlette")


async def test_fastapi_is_served_as_by_uvicorn():
    await served_alike("fastapi")


async def test_django_is_served_as_by_uvicorn():
    await served_alike("django")


async def test_quart_is_served_as_by_uvicorn():
    await served_alike("quart")


async def test_flask_is_served_as_by_gunicorn():
    await served_alike("flask", is_wsgi=True)


async def test_the_pages_are_true():
    """The application, the command and the answers of the two pages, with the ports of this test."""
    root = os.path.normpath(os.path.join(support.FOLDER, "../../.."))
    for page in ("Adapters/python/README.md", "Documentation/webgateway.md"):
        with open(os.path.join(root, page), encoding="utf-8") as file:
            text = file.read()
        application = re.search(r"```python\n(from fastapi.*?)```", text, re.DOTALL)[1]
        console = next(block for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL) if "zmq_asgi" in block)
        lines = console.splitlines()
        start = next(line for line in lines if line.startswith("$ environment/bin/python "))
        asked = next(number for number, line in enumerate(lines) if line.startswith("$ curl "))
        async with gateway() as (_, port, workers):
            with tempfile.TemporaryDirectory() as folder:
                with open(os.path.join(folder, "app.py"), "w") as file:
                    file.write(application)
                words = shlex.split(start.replace("tcp://127.0.0.1:5555", workers).rstrip("&"))[2:]
                words[0] = os.path.join(root, words[0])
                with support.program(sys.executable, *words, folder=folder) as worker:
                    await worker.line(lines[lines.index(start) + 1].replace("tcp://127.0.0.1:5555", workers))
                    target = shlex.split(lines[asked])[2].removeprefix("http://127.0.0.1:8080")
                    answer = await asyncio.to_thread(Answer, port, "", ("GET", target))
                    equal(answer.body.decode(), lines[asked + 1])
                    equal((await asyncio.to_thread(Answer, port, "", ("GET", "/api/docs"))).status, 200)


if __name__ == "__main__":
    sys.argv[1:2] = []
    support.run_tests(globals())
