"""A worker with all that the gateway adds to the Majordomo protocol 0.2: concurrency, cancel, credit and drain.

    python3 paced_worker.py [--connect tcp://127.0.0.1:5555] [--service lines]

`/lines/N` is answered with N numbered lines, which are made only as fast as the client reads them. When the client goes
away, the work for it stops; a reply that fails half-way is given up (ABORT), so that the client can tell; on SIGTERM the
worker takes nothing new, finishes what it has, and ends.
"""

import argparse
import asyncio
import os
import signal

try:
    import zmq
    import zmq.asyncio
except ImportError:
    raise SystemExit("pyzmq is missing: pip install pyzmq, or on Debian apt-get install python3-zmq")

PROTOCOL = b"MDPW02"
READY, REQUEST, PARTIAL, FINAL, HEARTBEAT, DISCONNECT, CANCEL, CREDIT, DRAIN = (bytes([code]) for code in range(1, 10))
ABORT = b"\x0b"
PROPERTIES = b"concurrency=8\ncancel=1\ncredit=1\ndrain=1\n"

HEARTBEAT_INTERVAL = 1.0  # Seconds, the gateway's --heartbeat.
LIVENESS = 3  # Intervals of silence after which the other side counts as dead.


async def answer(target, reply):
    """Writes the body piece by piece. `write` returns when the gateway has room for more."""
    for number in range(int(target.rpartition("/")[2])):
        await reply.write(f"{target} line {number}\n".encode())


class Reply:
    """The reply to one request: the task that writes it, and how many bytes it may still send."""

    def __init__(self, send, request, head):
        self.send = send
        self.request = request
        lines = head.split(b"\r\n")
        self.target = lines[0].split(b" ")[1].decode()
        fields = dict(line.split(b": ", 1) for line in lines[1:] if line)
        self.credit = int(fields[b"x-stream-credit"])
        self.granted = asyncio.Event()
        self.failure = None
        self.head = [b"200 OK\r\ncontent-type: text/plain; charset=utf-8\r\n\r\n"]  # Goes with the first piece.
        self.task = asyncio.create_task(self.run())

    async def run(self):
        print("begun", self.target)
        try:
            await answer(self.target, self)
        except Exception as error:
            print("failed", self.target, error)
            self.failure = repr(error).encode()
            self.head = self.head and [b"500\r\n\r\n"]

    async def write(self, piece):
        while piece:
            while not self.credit:
                self.granted.clear()
                await self.granted.wait()
            part, piece = piece[: self.credit], piece[self.credit :]
            self.credit -= len(part)
            frames, self.head = self.head + [part], []
            await self.send(PARTIAL, self.request, b"", *frames)
            await asyncio.sleep(0)  # The others get their turn, although there may be room for more.

    def grant(self, count):
        self.credit += count
        self.granted.set()


class Worker:
    def __init__(self, endpoint, service):
        self.endpoint = endpoint
        self.service = service
        self.context = zmq.asyncio.Context()
        self.is_draining = False

    async def run(self):
        """Serves on one socket after another until it is told to stop."""
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self.drain)
        while not self.is_draining:
            self.replies = {}  # By the request's id.
            self.socket = self.context.socket(zmq.DEALER)
            self.socket.linger = 500  # Milliseconds for what is still to be sent when the socket closes.
            self.socket.connect(self.endpoint)
            await self.send(READY, self.service.encode(), PROPERTIES)
            beating = asyncio.create_task(self.beat())
            await self.serve()
            beating.cancel()
            replies, self.replies = self.replies, {}
            for reply in replies.values():
                reply.task.cancel()
            self.socket.close()
            await asyncio.sleep(0 if self.is_draining else HEARTBEAT_INTERVAL)  # Not at once: it may say goodbye again.

    async def serve(self):
        """Serves until the gateway is silent or says goodbye, or everything is done that was to be done."""
        silence = 0.0  # Seconds of waiting for nothing. No clock: while this process stands still it cannot hear.
        while True:
            if await self.socket.poll(100) or await self.socket.poll(0):  # Once more for what came in the last moment.
                silence = 0.0
                if self.take(*await self.socket.recv_multipart()) == DISCONNECT:
                    print("the gateway said goodbye: connecting again")
                    return
            elif self.is_draining and not self.replies:  # Nothing came for a moment after DRAIN, and nothing is left.
                await self.send(DISCONNECT)
                return
            elif (silence := silence + 0.1) > HEARTBEAT_INTERVAL * LIVENESS:
                print("the gateway is silent: connecting again")
                return

    def take(self, protocol, command, request=b"", *frames):
        if command == REQUEST:
            reply = self.replies[request] = Reply(self.send, request, frames[1])
            reply.task.add_done_callback(lambda task: asyncio.create_task(self.finish(reply, task)))
        elif command == CREDIT and request in self.replies:
            self.replies[request].grant(int(frames[0]))
        elif command == CANCEL and request in self.replies:
            print("cancelled", self.replies[request].target)
            self.replies[request].task.cancel()
        return command

    async def finish(self, reply, task):
        """Every request ends with one FINAL or ABORT, also after CANCEL; unless the gateway is gone that asked."""
        if self.replies.get(reply.request) is reply:
            if reply.failure and not reply.head:  # A FINAL would make the reply look complete.
                await self.send(ABORT, reply.request, reply.failure)
            else:
                await self.send(FINAL, reply.request, b"", *reply.head, b"")
            del self.replies[reply.request]

    def drain(self):
        self.is_draining = True
        self.farewell = asyncio.create_task(self.send(DRAIN))

    async def beat(self):
        while True:
            await self.send(HEARTBEAT)
            await asyncio.sleep(HEARTBEAT_INTERVAL)

    async def send(self, command, *frames):
        await self.socket.send_multipart([PROTOCOL, command, *frames])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    address = os.environ.get("WEBGATEWAY_WORKERS", "tcp://127.0.0.1:5555")
    parser.add_argument("--connect", default=address, help="the gateway's address for workers")
    parser.add_argument("--service", default="lines", help="the first path segment of the requests to get")
    options = parser.parse_args()
    try:
        asyncio.run(Worker(options.connect, options.service).run())
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
