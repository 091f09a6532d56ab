"""One end of a throughput or latency measurement in pyzmq, the counterpart of CPeer with the same output.

pyzmq_peer.py blocking|asyncio pull|push|reply|request|throughput|latency ENDPOINT SIZE COUNT [FRAMES]

The output is that of CPeer: the figure, if the role has one, and the seconds of processor time.
"""

import asyncio
import sys
import threading
import time

import zmq
import zmq.asyncio


# Contexts and sockets live until the other end has what it needs: what is collected is closed at once.
kept = []


def tell(line):
    print(line, flush=True)


def open_socket(context, role, endpoint):
    types = {"pull": zmq.PULL, "push": zmq.PUSH, "reply": zmq.REP, "request": zmq.REQ}
    types |= {"throughput": zmq.PULL, "latency": zmq.REQ}
    socket = context.socket(types[role])
    kept.extend((context, socket))
    if role in ("push", "request"):
        socket.connect(endpoint)
    else:
        socket.bind(endpoint)
    if role in ("pull", "reply"):
        tell(socket.last_endpoint.rstrip(b"\0").decode())
    return socket


class Start:
    """When a measurement began, by the clock and in processor time."""

    def __init__(self):
        self.seconds = time.monotonic()
        self.processor_seconds = time.process_time()


# What the other end does where both are in one process.
OTHER = {"throughput": "push", "latency": "reply"}


def open_other(context, role, endpoint):
    socket = context.socket({"throughput": zmq.PUSH, "latency": zmq.REP}[role])
    kept.append(socket)
    socket.connect(endpoint)
    return socket


def check(message, size, frames):
    if [len(frame) for frame in message] != [size] * frames:
        sys.exit(f"received frames of {[len(frame) for frame in message]} bytes instead of {frames} of {size}")


# One frame is sent and received by the calls for one frame, as a program would.


def run_blocking(socket, role, size, count, frames):
    send, receive = (socket.send, socket.recv) if frames == 1 else (socket.send_multipart, socket.recv_multipart)
    message = None
    start = Start()
    for number in range(count + 1):
        if role in ("push", "request", "latency"):
            send(b"x" * size if frames == 1 else [b"x" * size for _ in range(frames)])
        if role != "push":
            message = receive()
            check([message] if frames == 1 else message, size, frames)
        if role == "reply":
            send(message)
        if number == 0 and role not in ("push", "reply"):
            start = Start()
    return start, time.monotonic() - start.seconds


async def run_asynchronous(socket, role, size, count, frames):
    send, receive = (socket.send, socket.recv) if frames == 1 else (socket.send_multipart, socket.recv_multipart)
    message = None
    start = Start()
    for number in range(count + 1):
        if role in ("push", "request", "latency"):
            await send(b"x" * size if frames == 1 else [b"x" * size for _ in range(frames)])
        if role != "push":
            message = await receive()
            check([message] if frames == 1 else message, size, frames)
        if role == "reply":
            await send(message)
        if number == 0 and role not in ("push", "reply"):
            start = Start()
    return start, time.monotonic() - start.seconds


def blocking(role, endpoint, *rest):
    context = zmq.Context()
    socket = open_socket(context, role, endpoint)
    if role not in OTHER:
        return run_blocking(socket, role, *rest)
    other = open_other(context, role, endpoint)
    thread = threading.Thread(target=run_blocking, args=(other, OTHER[role], *rest), daemon=True)
    thread.start()
    outcome = run_blocking(socket, role, *rest)
    thread.join()
    return outcome


async def asynchronous(role, endpoint, *rest):
    context = zmq.asyncio.Context()
    socket = open_socket(context, role, endpoint)
    if role not in OTHER:
        return await run_asynchronous(socket, role, *rest)
    other = open_other(context, role, endpoint)
    outcome, _ = await asyncio.gather(
        run_asynchronous(socket, role, *rest), run_asynchronous(other, OTHER[role], *rest)
    )
    return outcome


def main():
    mode, role, endpoint, size, count, frames = [*sys.argv[1:], "1"][:6]
    size, count, frames = int(size), int(count), int(frames)
    if mode == "asyncio":
        start, elapsed = asyncio.run(asynchronous(role, endpoint, size, count, frames))
    else:
        start, elapsed = blocking(role, endpoint, size, count, frames)
    figure = ""
    if role in ("pull", "throughput"):
        figure = count / elapsed
    elif role in ("request", "latency"):
        figure = elapsed / count / 2 * 1e6
    else:
        sys.stdin.read()
    tell(f"{figure} {time.process_time() - start.processor_seconds:.6f}".strip())


if __name__ == "__main__":
    main()
