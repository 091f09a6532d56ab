"""WebSockets of an application of FastAPI behind the gateway and behind uvicorn: the same clients see the same.

    websockets_compare.py GATEWAY     GATEWAY is the program webgateway, one that serves WebSockets to workers
    websockets_compare.py uvicorn     compares uvicorn with itself: whether the comparison is right
"""

import asyncio
import http.client
import json
import socket
import sys

import support
from support import equal, soon

GATEWAY = sys.argv[1]
import compare  # noqa: E402  # It reads the same argument.


def conversation(port, prefix):
    """What clients see, step by step."""
    from websockets.exceptions import ConnectionClosed, InvalidStatus
    from websockets.sync.client import connect

    seen = []

    def open_one(path, **options):
        opened = socket.create_connection(("127.0.0.1", port), support.PATIENCE)
        return connect(f"ws://shop.example{prefix}{path}", sock=opened, proxy=None, **options)

    def refused(path):
        try:
            with open_one(path):
                seen.append((path, "accepted"))
        except InvalidStatus as error:
            fields, body = error.response.headers, bytes(error.response.body or b"")
            kind = fields.get("content-type") if body else None
            seen.append((path, error.response.status_code, fields.get("x-a"), kind, body))

    def until_closed(client):
        try:
            while True:
                seen.append(client.recv(support.PATIENCE))
        except ConnectionClosed as end:
            seen.append(("closed", end.rcvd.code, end.rcvd.reason) if end.rcvd else "lost")

    with open_one("/echo") as client:
        for message in ("", "für 𝄞", b"", b"\x00\xff", "x" * 100_000, b"y" * 900_000, ["frag", "ment", "ed"]):
            client.send(message)
            seen.append(client.recv(support.PATIENCE))
        seen.append(client.ping().wait(support.PATIENCE))
        for number in range(200):
            client.send(str(number))
        seen.extend(client.recv(support.PATIENCE) for _ in range(200))
        client.close(4002, "enough")
    for path, options in (
        ("/show/a%20b/c?q=%C3%A9&x=1", {}),
        ("/show/x", {"subprotocols": ["chat", "superchat"]}),
        ("/show/x", {"additional_headers": {"cookie": "a=1; b=2"}, "origin": "http://friend.example"}),
    ):
        with open_one(path, **options) as client:
            seen.append((client.subprotocol, client.response.headers["x-a"]))
            until_closed(client)
    for path in ("/refuse", "/deny", "/forbid", "/fail", "/nowhere", "/plain"):
        refused(path)
    with open_one("/push/3000") as client:
        until_closed(client)
    with open_one("/together") as client:
        for number in range(50):
            client.send(str(number))
        until_closed(client)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=support.PATIENCE)
    for _ in range(1000):  # The application hears of the close a little later than the client does.
        connection.request("GET", prefix + "/ends")
        ends = json.loads(connection.getresponse().read())
        if ends:
            break
    seen.append(ends)
    connection.close()
    return seen


async def test_websockets_are_served_as_by_uvicorn():
    name = "websocket_application:app"
    uvicorn = ["-m", "uvicorn", "--root-path", "/api", "--app-dir", compare.APPLICATIONS, name, "--port", "0"]
    async with compare.gateway() if GATEWAY != "uvicorn" else compare.contextlib.nullcontext((0, 0, "")) as found:
        _, gateway_port, workers = found
        words = ["--connect", workers, "--service", "api", "--app-dir", compare.APPLICATIONS, name]
        ours = [support.ADAPTER, *words] if GATEWAY != "uvicorn" else uvicorn
        with support.program(sys.executable, *ours) as worker, support.program(sys.executable, *uvicorn) as rival:
            port = await compare.port_of(rival, "running on http://")
            prefix = "/api"
            if GATEWAY == "uvicorn":
                gateway_port, prefix = await compare.port_of(worker, "running on http://"), ""
            else:
                await worker.line("serving api")
            await soon(lambda: compare.is_open(port))
            expected = await asyncio.to_thread(conversation, port, "")
            found = await asyncio.to_thread(conversation, gateway_port, prefix)
            for mine, theirs in zip(found, expected):
                equal(mine, theirs)
            equal(len(found), len(expected))
            print(f"{len(found)} steps", flush=True)


if __name__ == "__main__":
    sys.argv[1:2] = []
    support.run_tests(globals())
