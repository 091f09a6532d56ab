"""A worker of the Majordomo protocol, version 0.2 (ZeroMQ RFC 18), that handles several requests at a time.

    python3 mdp_worker.py [--connect tcp://127.0.0.1:5555] [--service clock] [--concurrency 8]

It survives restarts of the gateway: when it has heard nothing for three heartbeats it connects anew. Change `answer` to
make it do something of yours.
"""

import argparse
import asyncio
import datetime
import os
import traceback

try:
    import zmq
    import zmq.asyncio
except ImportError:
    raise SystemExit("pyzmq is missing: pip install pyzmq, or on Debian apt-get install python3-zmq")

PROTOCOL = b"MDPW02"
READY, REQUEST, PARTIAL, FINAL, HEARTBEAT, DISCONNECT = (bytes([code]) for code in range(1, 7))
ABORT = b"\x0b"

HEARTBEAT_INTERVAL = 1.0  # Seconds, the gateway's --heartbeat.
LIVENESS = 3  # Intervals of silence after which the other side counts as dead.


async def answer(head, body):
    """Yields the reply in one piece or several: the head comes with the first."""
    target = head.split(b" ", 2)[1].decode()
    yield b"200\r\ncontent-type: text/plain; charset=utf-8\r\n\r\n"
    yield f"You asked for {target}.\n".encode()
    await asyncio.sleep(0.1)  # As if it were work: other requests are answered meanwhile.
    yield f"It is {datetime.datetime.now():%H:%M:%S}.\n".encode()


class Worker:
    def __init__(self, endpoint, service, concurrency):
        self.endpoint = endpoint
        self.service = service
        self.concurrency = concurrency
        self.context = zmq.asyncio.Context()

    async def run(self):
        """Serves for ever, on a new connection whenever the old one is lost."""
        while True:
            with self.context.socket(zmq.DEALER) as socket:
                socket.linger = 500  # Milliseconds for what is still to be sent when the socket closes.
                socket.connect(self.endpoint)
                try:
                    async with asyncio.TaskGroup() as tasks:
                        await self.serve(socket, tasks)
                except* ConnectionError as lost:
                    print(lost.exceptions[0])

    async def serve(self, socket, tasks):
        await self.send(socket, READY, self.service.encode(), b"concurrency=%d" % self.concurrency)
        print(f"serving {self.service} for {self.endpoint}")
        tasks.create_task(self.beat(socket))
        try:
            await self.receive(socket, tasks)
        except asyncio.CancelledError:
            await self.send(socket, DISCONNECT)  # So that no more requests come here.
            raise

    async def receive(self, socket, tasks):
        while True:
            # In turns, so that what came while this process stood still counts: only the time awake is silence.
            for _ in range(LIVENESS):
                if await socket.poll(HEARTBEAT_INTERVAL * 1000):
                    break
            else:
                raise ConnectionError("the gateway is silent: connecting again")
            frames = await socket.recv_multipart()
            match frames:
                case [protocol, command, request, b"", *parts] if (protocol, command) == (PROTOCOL, REQUEST):
                    tasks.create_task(self.handle(socket, request, *parts))
                case [protocol, command] if (protocol, command) == (PROTOCOL, HEARTBEAT):
                    pass
                case [protocol, command, *_] if (protocol, command) == (PROTOCOL, DISCONNECT):
                    raise ConnectionError("the gateway said goodbye: connecting again")
                case _:
                    print("not understood:", frames)

    async def handle(self, socket, request, head, body=b""):
        """Sends the first PARTIAL with head and first piece, then the others, then an empty FINAL."""
        pieces, leading, begun = answer(head, body), [], False
        try:
            leading.append(await anext(pieces))
            async for piece in pieces:
                await self.send(socket, PARTIAL, request, b"", *leading, piece)
                leading, begun = [], True
            await self.send(socket, FINAL, request, b"", *leading, b"")
        except Exception as error:
            traceback.print_exc()
            if begun:  # The client has a part already: the gateway cuts it off, so that it does not look complete.
                await self.send(socket, ABORT, request, repr(error).encode())
            else:
                await self.send(socket, FINAL, request, b"", b"500\r\n\r\n", b"The worker failed.\n")

    async def beat(self, socket):
        while True:
            await self.send(socket, HEARTBEAT)
            await asyncio.sleep(HEARTBEAT_INTERVAL)

    async def send(self, socket, command, *frames):
        await socket.send_multipart([PROTOCOL, command, *frames])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    address = os.environ.get("WEBGATEWAY_WORKERS", "tcp://127.0.0.1:5555")
    parser.add_argument("--connect", default=address, help="the gateway's address for workers")
    parser.add_argument("--service", default="clock", help="the first path segment of the requests to get")
    parser.add_argument("--concurrency", type=int, default=8, help="requests handled at a time")
    options = parser.parse_args()
    try:
        asyncio.run(Worker(options.connect, options.service, options.concurrency).run())
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
