"""A gateway's worker for tests, which answers when it is told to.

    worker.py req|mdp ENDPOINT SERVICE

It speaks the REQ worker's dialect, or the Majordomo protocol 0.2 with two requests outstanding. For each request it
prints `request METHOD TARGET BODY`, and answers `answered TARGET` at once; but a request whose target contains `wait`
only when a line comes on standard input, the oldest first. It ends when standard input does.
"""

import collections
import os
import sys

import zmq

PROTOCOL = b"MDPW02"
READY, REQUEST, FINAL, HEARTBEAT = b"\x01", b"\x02", b"\x04", b"\x05"
HEARTBEAT_INTERVAL = 200  # Milliseconds; tests let the gateway beat as fast.


class RequestReply:
    """READY, then in turn a request and its reply."""

    socket_type = zmq.REQ

    def __init__(self, socket, service):
        self.socket = socket
        socket.send_multipart([b"READY", service])

    def receive(self):
        head, body = self.socket.recv_multipart()
        return None, head, body

    def answer(self, _, text):
        self.socket.send(text)

    def beat(self):
        pass


class Majordomo:
    """Commands; the frame that names the client goes back as it came."""

    socket_type = zmq.DEALER

    def __init__(self, socket, service):
        self.socket = socket
        self.send(READY, service, b"concurrency=2")

    def send(self, command, *frames):
        self.socket.send_multipart([PROTOCOL, command, *frames])

    def receive(self):
        _, command, *frames = self.socket.recv_multipart()
        if command != REQUEST:
            return None
        client, _, head, body = frames
        return client, head, body

    def answer(self, client, text):
        self.send(FINAL, client, b"", text)

    def beat(self):
        self.send(HEARTBEAT)


def main():
    dialect, endpoint, service = sys.argv[1:]
    worker_type = {"req": RequestReply, "mdp": Majordomo}[dialect]
    socket = zmq.Context().socket(worker_type.socket_type)
    socket.linger = 0
    socket.connect(endpoint)
    worker = worker_type(socket, service.encode())
    poller = zmq.Poller()
    poller.register(socket, zmq.POLLIN)
    poller.register(sys.stdin.fileno(), zmq.POLLIN)
    held = collections.deque()
    while True:
        ready = dict(poller.poll(HEARTBEAT_INTERVAL))
        if sys.stdin.fileno() in ready:
            lines = os.read(sys.stdin.fileno(), 4096)
            if not lines:
                os._exit(0)
            for _ in range(min(lines.count(b"\n"), len(held))):
                worker.answer(*held.popleft())
        if socket in ready and (request := worker.receive()):
            client, head, body = request
            method, target, _ = head.split(b" ", 2)
            print("request", method.decode(), target.decode(), body.decode(), flush=True)
            answer = (client, b"answered " + target + b"\n")
            if b"wait" in target:
                held.append(answer)
            else:
                worker.answer(*answer)
        worker.beat()


main()
