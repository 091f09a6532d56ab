"""A worker that serves WebSockets, paced in both directions: it sends back whatever it is sent.

    python3 websocket_worker.py [--connect tcp://127.0.0.1:5555] [--service echo-socket]

Change `converse` to make it do something of yours, or import `Worker` and `WebSocket` as Examples/chat does. A browser that
reads slowly slows `send` down, and one that sends fast is read no faster than its messages are taken. On SIGTERM the worker
closes its WebSockets with 1012, so that browsers come back to another worker, and ends.
"""

import argparse
import asyncio
import collections
import os
import signal
import traceback

try:
    import zmq
    import zmq.asyncio
except ImportError:
    raise SystemExit("pyzmq is missing: pip install pyzmq, or on Debian apt-get install python3-zmq")

PROTOCOL = b"MDPW02"
READY, REQUEST, PARTIAL, FINAL, HEARTBEAT, DISCONNECT, CANCEL, CREDIT, DRAIN, MESSAGE = (
    bytes([code]) for code in range(1, 11)
)
PROPERTIES = b"concurrency=%d\ncancel=1\ncredit=1\ndrain=1\nwebsocket=1\n"

HEARTBEAT_INTERVAL = 1.0  # Seconds, the gateway's --heartbeat.
LIVENESS = 3  # Intervals of silence after which the other side counts as dead.
MOST_WAITING = 65_536  # Messages of a WebSocket that nobody has taken.
LONGEST_REASON = 123  # Bytes of a close's reason.


async def converse(socket):
    """Serves one WebSocket: a str is a text, bytes are binary."""
    async for message in socket:
        await socket.send(message)


async def answer(request):
    """Answers a request that is no WebSocket: the head and the body."""
    return b"200\r\ncontent-type: text/plain; charset=utf-8\r\n\r\n", b"Open a WebSocket here.\n"


class Request:
    """What a client asked for: `target`, and `fields` by their names in lower case, the values of one name joined."""

    def __init__(self, head):
        first, *lines = head.decode("utf-8", "replace").split("\r\n")
        self.target = first.split(" ")[1]
        self.fields = {}
        for line in filter(None, lines):
            name, value = line.split(": ", 1)
            self.fields[name] = f"{self.fields[name]}, {value}" if name in self.fields else value


class Refused(Exception):
    """Raised by a handler that does not want a WebSocket: the client gets an ordinary response."""

    def __init__(self, status, text):
        super().__init__(text)
        self.reply = b"%d\r\ncontent-type: text/plain; charset=utf-8\r\n\r\n" % status, f"{text}\n".encode()


class Closed(Exception):
    """The WebSocket is closed, and nothing can be sent any more. No code: the client is gone, or has given none."""

    def __init__(self, code=None, reason=""):
        super().__init__(code, reason)
        self.code, self.reason = code, reason


class WebSocket:
    """A WebSocket: `async for message in socket`, and `await socket.send(message)` from any number of tasks."""

    def __init__(self, command, request_id, request):
        self.command = command  # Sends to the gateway.
        self.request_id = request_id
        self.request = request
        self.is_accepted = False
        self.closed = None  # How it was closed.
        self.last_word = []  # The code and the reason that it ends with.
        self.inbox = collections.deque()
        self.arrived = asyncio.Event()
        self.window = self.credit = int(request.fields["x-stream-credit"])  # Bytes that the gateway takes from here.
        self.granted = asyncio.Event()
        self.turn = asyncio.Lock()  # Messages leave in the order of their `send`.

    async def accept(self, subprotocol=None):
        """Completes the handshake. The first message that is sent or awaited does so, too."""
        if not self.is_accepted:
            self.is_accepted = True
            chosen = b"sec-websocket-protocol: %s\r\n" % subprotocol.encode() if subprotocol else b""
            # Without x-stream-credit the gateway begins with as much as its largest message.
            await self.command(PARTIAL, self.request_id, b"", b"101\r\n" + chosen, b"")

    async def send(self, message):
        """Sends a text or bytes, once the gateway has granted as many bytes. Raises Closed."""
        kind, data = (b"text", message.encode()) if isinstance(message, str) else (b"binary", bytes(message))
        if len(data) > self.window:
            raise ValueError(f"{len(data)} bytes are more than the {self.window} of the gateway's --response-buffer")
        await self.accept()
        async with self.turn:
            while not self.closed and len(data) > self.credit:
                self.granted.clear()
                await self.granted.wait()
            if self.closed:
                raise self.closed
            self.credit -= len(data)
            await self.command(PARTIAL, self.request_id, b"", kind, data)

    def close(self, code=1000, reason=""):
        """Closes the WebSocket, once the handler returns: nothing can be sent any more, and nothing comes."""
        words = reason.encode()
        if not (1000 <= code <= 1003 or 1007 <= code <= 1014 or 3000 <= code <= 4999):
            raise ValueError(f"no WebSocket is closed with the code {code}")
        if len(words) > LONGEST_REASON:
            raise ValueError(f"a reason of {len(words)} bytes is longer than {LONGEST_REASON}")
        if not self.closed:
            self.inbox.clear()
            self.end(Closed(code, reason), last_word=[b"%d" % code, *([words] if words else [])])

    def __aiter__(self):
        return self

    async def __anext__(self):
        await self.accept()
        while not self.inbox:
            if self.closed:
                raise StopAsyncIteration
            self.arrived.clear()
            await self.arrived.wait()
        message, size = self.inbox.popleft()
        if not self.closed:
            await self.command(CREDIT, self.request_id, b"%d" % size)  # It may send as much again.
        return message

    # What the gateway says.

    def receive(self, kind, data):
        if self.closed:
            return
        if kind == b"close":
            self.end(Closed(int.from_bytes(data[:2], "big") if data else None, data[2:].decode()))
        elif len(self.inbox) == MOST_WAITING:  # Only empty messages, which cost no credit, can be so many.
            self.close(1008, "more messages wait than the worker keeps")
        else:
            self.inbox.append((data.decode() if kind == b"text" else data, len(data)))
            self.arrived.set()

    def grant(self, count):
        self.credit += count
        self.granted.set()

    def end(self, closed, last_word=()):
        self.closed, self.last_word = closed, list(last_word)
        self.arrived.set()
        self.granted.set()


class Worker:
    """Serves a service's requests with `answer` and its WebSockets with `converse`."""

    def __init__(self, endpoint, service, concurrency=100, converse=converse, answer=answer):
        self.endpoint, self.service, self.properties = endpoint, service, PROPERTIES % concurrency
        self.converse, self.answer = converse, answer
        self.context = zmq.asyncio.Context.instance()
        self.is_draining = False

    async def run(self):
        """Serves on one connection after another until it is told to stop."""
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self.drain)
        while not self.is_draining:
            self.tasks, self.sockets = {}, {}  # By the request's id.
            self.socket = self.context.socket(zmq.DEALER)
            self.socket.linger = 500  # Milliseconds for what is still to be sent when the socket closes.
            self.socket.connect(self.endpoint)
            await self.command(READY, self.service.encode(), self.properties)
            beating = asyncio.create_task(self.beat())
            await self.serve()
            beating.cancel()
            tasks, self.tasks = self.tasks, {}
            for task in tasks.values():
                task.cancel()
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
            elif self.is_draining and not self.tasks:  # Nothing came for a moment after DRAIN, and nothing is left.
                await self.command(DISCONNECT)
                return
            elif (silence := silence + 0.1) > HEARTBEAT_INTERVAL * LIVENESS:
                print("the gateway is silent: connecting again")
                return

    def take(self, protocol, command, request_id=b"", *frames):
        if command == REQUEST:
            self.tasks[request_id] = asyncio.create_task(self.handle(request_id, *frames[1:]))
        elif command == CANCEL and request_id in self.tasks:
            if request_id in self.sockets:
                self.sockets[request_id].end(Closed())
            self.tasks[request_id].cancel()
        elif command == MESSAGE and request_id in self.sockets:
            self.sockets[request_id].receive(*frames)
        elif command == CREDIT and request_id in self.sockets:
            self.sockets[request_id].grant(int(frames[0]))
        return command

    async def handle(self, request_id, head, body=b""):
        """Every request ends with one FINAL, also after CANCEL; unless the gateway is gone that asked."""
        try:
            request = Request(head)
            if request.fields.get("x-websocket") == "13":
                last = await self.handle_socket(WebSocket(self.command, request_id, request))
            else:
                last = await self.answer(request)
        except asyncio.CancelledError:
            last = [b"close"]  # Nobody reads it.
        except Exception:
            traceback.print_exc()
            last = b"500\r\n\r\n", b"The worker failed.\n"
        self.sockets.pop(request_id, None)
        if self.tasks.get(request_id) is asyncio.current_task():
            del self.tasks[request_id]
            await self.command(FINAL, request_id, b"", *last)

    async def handle_socket(self, socket):
        self.sockets[socket.request_id] = socket
        if self.is_draining:
            socket.close(1012)
        try:
            await self.converse(socket)
            await socket.accept()
        except Refused as refusal:
            if not socket.is_accepted:
                return refusal.reply
            socket.close(1011)
        except Closed:
            pass
        except Exception:
            if not socket.is_accepted:
                raise
            traceback.print_exc()
            socket.close(1011)
        return [b"close", *socket.last_word]

    def drain(self):
        self.is_draining = True
        self.farewell = asyncio.create_task(self.command(DRAIN))
        for socket in list(self.sockets.values()):
            socket.close(1012)  # The service starts again: come back.

    async def beat(self):
        while True:
            await self.command(HEARTBEAT)
            await asyncio.sleep(HEARTBEAT_INTERVAL)

    async def command(self, command, *frames):
        if self.socket.closed:  # The last word of a task whose gateway is gone.
            return
        await self.socket.send_multipart([PROTOCOL, command, *frames])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    address = os.environ.get("WEBGATEWAY_WORKERS", "tcp://127.0.0.1:5555")
    parser.add_argument("--connect", default=address, help="the gateway's address for workers")
    parser.add_argument("--service", default="echo-socket", help="the first path segment of the requests to get")
    options = parser.parse_args()
    try:
        asyncio.run(Worker(options.connect, options.service).run())
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
