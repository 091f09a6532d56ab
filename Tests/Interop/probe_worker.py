"""A gateway's worker that does what the target says, for tests that look at the gateway from the client's side.

    probe_worker.py ENDPOINT

It serves `probe`, which streams under credit, and `plain`, which does not. What the second segment of the target asks
for, and what it answers (KEY is any word):

    head        the head of the request, as it came        echo        the body of the request
    bytes/N     N bytes, whole                             stream/N    N bytes, in pieces
    hold/KEY    `released`, once `release/KEY` comes       await/KEY   `held`, once `hold/KEY` has come
    mark/KEY    counts the request                         count/KEY   how often `mark/KEY` came
    status/N    an answer with this status                 cancelled/KEY   `cancelled`, once `hold/KEY` was called off
    fields      fields of every kind                       large/N     a field of N bytes
    short       fewer bytes than the length says           long        more bytes than the length says
    abort       gives up in the middle                     invalid     no valid reply
    hollow      `ab` in two pieces, with fifty empty ones before, between and behind them
"""

import collections
import re
import sys
import time

import zmq

PROTOCOL = b"MDPW02"
READY, REQUEST, PARTIAL, FINAL, HEARTBEAT = (bytes([code]) for code in range(1, 6))
CANCEL, CREDIT, ABORT = b"\x07", b"\x08", b"\x0b"
BEAT = 0.3  # Seconds.
PIECE = 16384

FIELDS = (
    b"200\r\nX-Upper: Upper\r\nconnection: close, x-named\r\nx-named: a\r\nkeep-alive: timeout=5\r\n"
    b"proxy-connection: close\r\ntransfer-encoding: chunked\r\nupgrade: h2c\r\nset-cookie: a=1\r\nset-cookie: b=2\r\n"
    b"x-empty:\r\nx-latin: \xe9\r\nx-utf8: \xc3\xa9\r\ncontent-type: text/plain\r\n\r\n"
)


class Stream:
    """A reply under way, and how much of it the gateway lets come."""

    def __init__(self, left, credit):
        self.left = left
        self.credit = credit


class Probe:
    """What the services know of each other."""

    def __init__(self):
        self.held = {}
        self.came = set()
        self.cancelled = set()
        self.awaiting = collections.defaultdict(list)
        self.awaiting_cancel = collections.defaultdict(list)
        self.counts = collections.Counter()


class Service:
    def __init__(self, context, endpoint, name, properties, probe):
        self.socket = context.socket(zmq.DEALER)
        self.socket.linger = 0
        self.socket.sndhwm = self.socket.rcvhwm = 0
        self.socket.connect(endpoint)
        self.probe = probe
        self.streams = {}
        self.send(READY, name, properties)

    def send(self, command, *frames):
        self.socket.send_multipart([PROTOCOL, command, *frames])

    def answer(self, client, body, head=b"200\r\ncontent-type: text/plain\r\n\r\n"):
        self.send(FINAL, client, b"", head, body)

    def receive(self):
        _, command, *frames = self.socket.recv_multipart()
        if command == REQUEST:
            client, _, head, body = frames
            self.serve(client, head, body)
        elif command == CANCEL:
            self.cancel(frames[0])
        elif command == CREDIT and frames[0] in self.streams:
            self.streams[frames[0]].credit += int(frames[1])
            self.pump(frames[0])

    def cancel(self, client):
        self.send(ABORT, client, b"called off")  # The place is free again.
        self.streams.pop(client, None)
        probe = self.probe
        for key in [key for key, (_, holder) in probe.held.items() if holder == client]:
            del probe.held[key]
            probe.cancelled.add(key)
            for service, waiter in probe.awaiting_cancel.pop(key, []):
                service.answer(waiter, b"cancelled")

    def pump(self, client):
        stream = self.streams[client]
        while stream.left and stream.credit:
            piece = b"x" * min(stream.left, stream.credit, PIECE)
            stream.left -= len(piece)
            stream.credit -= len(piece)
            self.send(PARTIAL, client, b"", piece)
        if not stream.left:
            del self.streams[client]
            self.send(FINAL, client, b"", b"")

    def serve(self, client, head, body):
        probe = self.probe
        target = head.split(b" ", 2)[1].decode("latin-1")
        _, _, what, *rest = target.partition("?")[0].split("/") + ["", ""]
        key = rest[0]
        if what in ("bytes", "stream", "large") and not re.fullmatch("[0-9]{1,8}", key):
            what = "nonsense"
        if what == "head":
            self.answer(client, head)
        elif what == "echo":
            self.answer(client, body)
        elif what == "bytes":
            self.answer(client, b"x" * int(key))
        elif what == "stream":
            granted = [line for line in head.split(b"\r\n") if line.startswith(b"x-stream-credit:")]
            self.streams[client] = Stream(int(key), int(granted[0].split(b":")[1]) if granted else int(key))
            self.send(PARTIAL, client, b"", b"200\r\ncontent-type: application/octet-stream\r\n\r\n", b"")
            self.pump(client)
        elif what == "hold":
            probe.held[key] = self, client
            probe.came.add(key)
            for service, waiter in probe.awaiting.pop(key, []):
                service.answer(waiter, b"held")
        elif what == "release":
            if key in probe.held:
                service, holder = probe.held.pop(key)
                service.answer(holder, b"released")
            self.answer(client, b"done")
        elif what == "await":
            if key in probe.came:
                self.answer(client, b"held")
            else:
                probe.awaiting[key].append((self, client))
        elif what == "cancelled":
            if key in probe.cancelled:
                self.answer(client, b"cancelled")
            else:
                probe.awaiting_cancel[key].append((self, client))
        elif what == "mark":
            probe.counts[key] += 1
            self.answer(client, b"marked")
        elif what == "count":
            self.answer(client, b"%d" % probe.counts[key])
        elif what == "status":
            self.answer(client, b"the body", b"%s\r\ncontent-type: text/plain\r\n\r\n" % key.encode())
        elif what == "fields":
            self.answer(client, b"fields", FIELDS)
        elif what == "large":
            self.answer(client, b"large", b"200\r\nx-large: %s\r\n\r\n" % (b"y" * int(key)))
        elif what in ("short", "long", "abort"):
            length = b"content-length: %d\r\n" % {"short": 10, "long": 4, "abort": 10}[what]
            self.send(PARTIAL, client, b"", b"200\r\n%s\r\n" % length, b"abc")
            if what == "abort":
                self.send(ABORT, client, b"as it was told")
            else:
                self.send(FINAL, client, b"", b"" if what == "short" else b"defghijkl")
        elif what == "hollow":
            self.send(PARTIAL, client, b"", b"200\r\n\r\n", b"")
            for piece in [b""] * 50 + [b"a"] + [b""] * 50 + [b"b"] + [b""] * 50:
                self.send(PARTIAL, client, b"", piece)
            self.send(FINAL, client, b"", b"")
        elif what == "invalid":
            self.send(FINAL, client, b"", b"200\r\nno field\r\n\r\n", b"")
        else:
            self.answer(client, b"what?", b"404\r\n\r\n")


def main():
    context = zmq.Context()
    probe = Probe()
    services = [
        Service(context, sys.argv[1], b"probe", b"concurrency=1024\ncancel=1\ncredit=1", probe),
        Service(context, sys.argv[1], b"plain", b"concurrency=1024\ncancel=1", probe),
    ]
    poller = zmq.Poller()
    for service in services:
        poller.register(service.socket, zmq.POLLIN)
    poller.register(sys.stdin.fileno(), zmq.POLLIN)
    beaten = time.monotonic()
    while True:
        ready = dict(poller.poll(BEAT * 1000))
        if sys.stdin.fileno() in ready:
            return  # The test is over.
        for service in services:
            while service.socket.get(zmq.EVENTS) & zmq.POLLIN:
                service.receive()
        if time.monotonic() - beaten >= BEAT:
            beaten = time.monotonic()
            for service in services:
                service.send(HEARTBEAT)


main()
