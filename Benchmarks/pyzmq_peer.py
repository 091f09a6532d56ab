"""One end of a throughput or latency measurement in pyzmq, the counterpart of CPeer with the same output.

pyzmq_peer.py blocking|asyncio pull|push|reply|request ENDPOINT SIZE COUNT
"""

import asyncio
import sys
import time

import zmq
import zmq.asyncio


def tell(line):
    print(line, flush=True)


def open_socket(context, role, endpoint):
    types = {"pull": zmq.PULL, "push": zmq.PUSH, "reply": zmq.REP, "request": zmq.REQ}
    socket = context.socket(types[role])
    if role in ("pull", "reply"):
        socket.bind(endpoint)
        tell(socket.last_endpoint.rstrip(b"\0").decode())
    else:
        socket.connect(endpoint)
    return socket


def check(message, size):
    if len(message) != size:
        sys.exit(f"received {len(message)} bytes instead of {size}")


def blocking(role, endpoint, size, count):
    socket = open_socket(zmq.Context(), role, endpoint)
    begin = 0.0
    for number in range(count + 1):
        if role in ("push", "request"):
            socket.send(b"x" * size)
        if role != "push":
            message = socket.recv()
            check(message, size)
        if role == "reply":
            socket.send(message)
        if number == 0:
            begin = time.monotonic()
    return time.monotonic() - begin


async def asynchronous(role, endpoint, size, count):
    socket = open_socket(zmq.asyncio.Context(), role, endpoint)
    begin = 0.0
    for number in range(count + 1):
        if role in ("push", "request"):
            await socket.send(b"x" * size)
        if role != "push":
            message = await socket.recv()
            check(message, size)
        if role == "reply":
            await socket.send(message)
        if number == 0:
            begin = time.monotonic()
    return time.monotonic() - begin


def main():
    mode, role, endpoint, size, count = sys.argv[1:]
    size, count = int(size), int(count)
    if mode == "asyncio":
        elapsed = asyncio.run(asynchronous(role, endpoint, size, count))
    else:
        elapsed = blocking(role, endpoint, size, count)
    if role == "pull":
        tell(count / elapsed)
    elif role == "request":
        tell(elapsed / count / 2 * 1e6)
    else:
        sys.stdin.read()


if __name__ == "__main__":
    main()
