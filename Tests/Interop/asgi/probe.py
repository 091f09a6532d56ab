"""An application of ASGI that does what the path says, and one of WSGI."""

import asyncio
import json
import threading
import time


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            print(message["type"], flush=True)
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return
    if scope["type"] == "websocket":
        return await echo_messages(receive, send)
    root, path = scope["root_path"], scope["path"]
    word, *values = path.removeprefix(root).strip("/").split("/")
    await actions[word](scope, receive, send, *values)


async def answer(send, body, status=200, *headers):
    headers = [(b"content-type", b"text/plain"), *headers]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def body_of(receive):
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def hello(scope, receive, send):
    await answer(send, b"hello")


async def block(scope, receive, send, seconds):
    time.sleep(float(seconds))
    await answer(send, b"awake")


async def echo(scope, receive, send):
    body = await body_of(receive)
    await answer(send, body)


async def echo_messages(receive, send):
    """A WebSocket, whatever the path."""
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({**message, "type": "websocket.send"})
    print(message["type"], message["code"], flush=True)


async def show(scope, receive, send):
    def text(value):
        if isinstance(value, bytes):
            return value.decode("latin-1")
        if isinstance(value, (list, tuple)):
            return [text(item) for item in value]
        return value

    await answer(send, json.dumps({key: text(value) for key, value in scope.items() if key != "state"}).encode())


async def wait(scope, receive, send, name):
    """Answers when the client has left, which nobody hears."""
    print("waiting", name, flush=True)
    await body_of(receive)
    message = await receive()
    print(message["type"], name, flush=True)


async def stream(scope, receive, send, size):
    """So many bytes in pieces of 64 KiB."""
    size, sent = int(size), 0
    await send({"type": "http.response.start", "status": 200, "headers": []})
    while sent < size:
        piece = (b"%15d\n" % sent * 4096)[: min(65536, size - sent)]
        sent += len(piece)
        await send({"type": "http.response.body", "body": piece, "more_body": True})
        print("sent", sent, flush=True)
    await send({"type": "http.response.body", "body": b""})


async def whole(scope, receive, send, size):
    await answer(send, b"%15d\n" % 0 * (int(size) // 16))


async def fail(scope, receive, send, when="before"):
    if when == "start":
        await send({"type": "http.response.start", "status": 200, "headers": []})
    if when == "after":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
    raise ValueError("as asked for")


async def status(scope, receive, send, number):
    await send({"type": "http.response.start", "status": int(number), "headers": [(b"x-a", b"\xe9")]})
    await send({"type": "http.response.body", "body": b"" if number in ("204", "304") else b"body"})


gathering = []


async def gather(scope, receive, send, count):
    """Answers when so many requests are there at once."""
    event = asyncio.Event()
    gathering.append(event)
    if len(gathering) == int(count):
        for other in gathering:
            other.set()
    await event.wait()
    await answer(send, b"%d" % len(gathering))


async def pause(scope, receive, send, milliseconds):
    await asyncio.sleep(int(milliseconds) / 1000)
    await answer(send, await body_of(receive))


actions = {
    function.__name__: function
    for function in (hello, block, echo, show, wait, stream, whole, fail, status, gather, pause)
}


def wsgi(environ, start_response):
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]


async def broken(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no database"})


def make():
    return app


class Nothing:
    pass


nothing = Nothing()


def wsgi_gather(environ, start_response):
    """Answers when so many requests are there at once."""
    count = int(environ["PATH_INFO"].strip("/"))
    with arrival:
        arrived.append(1)
        arrival.notify_all()
        arrival.wait_for(lambda: len(arrived) >= count)
    start_response("200 OK", [("content-type", "text/plain")])
    return [b"%d" % len(arrived)]


arrived, arrival = [], threading.Condition()


def wsgi_stream(environ, start_response):
    """So many bytes in pieces of 64 KiB."""
    size = int(environ["PATH_INFO"].strip("/"))
    start_response("200 OK", [("content-type", "text/plain")])
    print("begun", size, flush=True)
    sent = 0
    try:
        while sent < size:
            piece = b"x" * min(65536, size - sent)
            sent += len(piece)
            yield piece
            print("sent", sent, flush=True)
    finally:
        print("closed", size, flush=True)


async def never_shut_down(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                pass


async def never_ready(scope, receive, send):
    print("starting", flush=True)
    await asyncio.Event().wait()
