"""Publishes messages to a server and reads them as server-sent events on many connections; says how many a second were
delivered, all readers together.

    streams.py zmq tcp://127.0.0.1:PORT HOST:PORT PATH READERS MESSAGES WINDOW
    streams.py websocket HOST:PORT/PATH HOST:PORT PATH READERS MESSAGES WINDOW

zmq binds a publisher to which the server connects; websocket sends the messages to the server as a client. Of each
reader's messages no more than WINDOW are under way, so that a server that drops for slow readers need not. One thread
publishes and reads; a message is counted by the one '|' in it.
"""

import contextlib
import os
import resource
import select
import socket
import struct
import sys
import time

TOPIC = b"t"
PAYLOAD = b"|" + b"x" * 31
SILENCE = 30  # Seconds without a byte after which it is given up.


def connect(address):
    host, port = address.rsplit(":", 1)
    connection = socket.create_connection((host, int(port)), timeout=SILENCE)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def read_head(connection):
    """The head of an answer, and what came behind it."""
    received = b""
    while b"\r\n\r\n" not in received:
        piece = connection.recv(65536)
        if not piece:
            sys.exit(f"streams: closed after {received!r}")
        received += piece
    head, _, rest = received.partition(b"\r\n\r\n")
    return head, rest


class ZeroMQPublisher:
    def __init__(self, endpoint):
        import zmq

        self.context = zmq.Context()
        self.socket = self.context.socket(zmq.XPUB)
        self.socket.sndhwm = 0
        self.socket.bind(endpoint)

    def wait_for_subscriber(self):
        if not self.socket.poll(SILENCE * 1000):
            sys.exit("streams: nobody has subscribed")

    def publish(self, count):
        message = TOPIC + b" " + PAYLOAD
        for _ in range(count):
            self.socket.send(message, copy=True)

    def close(self):
        self.socket.close(0)
        self.context.term()


class WebSocketPublisher:
    """A client of RFC 6455 that masks with zeros, so that a frame can be made beforehand."""

    def __init__(self, target):
        address, _, path = target.partition("/")
        self.connection = connect(address)
        request = (
            f"GET /{path} HTTP/1.1\r\nhost: {address}\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
            "sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        )
        self.connection.sendall(request.encode())
        head, _ = read_head(self.connection)
        if b" 101 " not in head:
            sys.exit(f"streams: no WebSocket: {head!r}")
        self.frame = struct.pack("!BBI", 0x81, 0x80 | len(PAYLOAD), 0) + PAYLOAD

    def wait_for_subscriber(self):
        pass

    def publish(self, count):
        self.connection.sendall(self.frame * count)

    def close(self):
        self.connection.close()


class Readers:
    def __init__(self, address, path, count):
        self.poll = select.epoll()
        self.connections = {}
        self.delivered = 0
        for _ in range(count):
            connection = connect(address)
            request = f"GET {path} HTTP/1.1\r\nhost: {address}\r\naccept: text/event-stream\r\n\r\n"
            connection.sendall(request.encode())
            self.connections[connection.fileno()] = connection
        for number, connection in self.connections.items():
            head, rest = read_head(connection)
            if b" 200 " not in head.partition(b"\r\n")[0] + b" ":
                sys.exit(f"streams: no stream: {head!r}")
            self.delivered += rest.count(b"|")
            self.poll.register(number, select.EPOLLIN)

    def read(self, timeout):
        ready = self.poll.poll(timeout)
        for number, _ in ready:
            piece = os.read(number, 1 << 18)
            if not piece:
                sys.exit("streams: a stream has ended")
            self.delivered += piece.count(b"|")
        return bool(ready)


def main():
    kind, target, address, path, *numbers = sys.argv[1:]
    readers, messages, window = map(int, numbers)
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    publisher = ZeroMQPublisher(target) if kind == "zmq" else WebSocketPublisher(target)
    with contextlib.closing(publisher):
        group = Readers(address, path, readers)
        publisher.wait_for_subscriber()
        published = 0
        begin = time.monotonic()
        while group.delivered < messages * readers:
            room = min(window - (published - group.delivered // readers), messages - published)
            if room > window // 4 or (room > 0 and room == messages - published):
                publisher.publish(room)
                published += room
                group.read(0)
            elif not group.read(SILENCE):
                sys.exit(f"streams: {group.delivered} of {published * readers} came, and then none for {SILENCE} s")
        print(f"{messages * readers / (time.monotonic() - begin):.1f}", flush=True)


main()
