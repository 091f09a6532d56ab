"""What websockets_compare.py asks for, in FastAPI."""

import asyncio

from fastapi import FastAPI, WebSocket, WebSocketDisconnect, WebSocketException
from fastapi.responses import PlainTextResponse

app = FastAPI()
ends = []


@app.websocket("/echo")
async def echo(socket: WebSocket):
    await socket.accept()
    try:
        while True:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                ends.append([message["code"], message.get("reason") or ""])
                return
            if message.get("text") is not None:
                await socket.send_text(message["text"])
            else:
                await socket.send_bytes(message["bytes"])
    except WebSocketDisconnect as end:
        ends.append(end.code)


@app.websocket("/show/{rest:path}")
async def show(socket: WebSocket, rest: str, q: str = ""):
    await socket.accept(socket.scope["subprotocols"][-1] if socket.scope["subprotocols"] else None, [(b"x-a", b"1")])
    scope = socket.scope
    await socket.send_json(
        {
            "rest": rest,
            "q": q,
            "path": scope["path"],
            "root_path": scope["root_path"],
            "query": scope["query_string"].decode(),
            "scheme": scope["scheme"],
            "url": str(socket.url),
            "cookies": socket.cookies,
            "subprotocols": scope["subprotocols"],
            "origin": socket.headers.get("origin"),
        }
    )
    await socket.close(4001, "shown")


@app.websocket("/refuse")
async def refuse(socket: WebSocket):
    await socket.close(3000)


@app.websocket("/deny")
async def deny(socket: WebSocket):
    await socket.send_denial_response(PlainTextResponse("who are you?", 401, {"x-a": "1"}))


@app.websocket("/forbid")
async def forbid(socket: WebSocket):
    raise WebSocketException(1008)


@app.websocket("/fail")
async def fail(socket: WebSocket):
    raise ValueError("as asked for")


@app.websocket("/push/{count}")
async def push(socket: WebSocket, count: int):
    await socket.accept()
    for number in range(count):
        await socket.send_text(f"{number} " + "x" * 1000)
    await socket.close()


@app.websocket("/together")
async def together(socket: WebSocket):
    """Sends and receives at the same time."""
    await socket.accept()

    async def send():
        for number in range(50):
            await socket.send_text(str(number))
            await asyncio.sleep(0)

    async def receive():
        return [await socket.receive_text() for _ in range(50)]

    _, found = await asyncio.gather(send(), receive())
    await socket.send_json(found)
    await socket.close(1000)


@app.get("/ends")
async def seen():
    return ends


@app.get("/plain")
async def plain():
    return "plain"
