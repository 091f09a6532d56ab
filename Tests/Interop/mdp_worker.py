"""A Majordomo worker for tests, in the manner of the ZeroMQ guide's: it sends back the frames that it gets.

    mdp_worker.py 01|02 ENDPOINT SERVICE

The one of MDP/0.2 sends each frame as a part of its own, and then an empty last part.
"""

import sys
import time

import zmq

READY, REQUEST, PARTIAL, FINAL, HEARTBEAT = b"\x01", b"\x02", b"\x03", b"\x04", b"\x05"
REPLY01, HEARTBEAT01 = b"\x03", b"\x04"


def main():
    dialect, endpoint, service = sys.argv[1:]
    prefix = {"01": [b"", b"MDPW01"], "02": [b"MDPW02"]}[dialect]
    socket = zmq.Context().socket(zmq.DEALER)
    socket.linger = 0
    socket.connect(endpoint)
    socket.send_multipart([*prefix, READY, service.encode()])
    next_beat = time.monotonic() + 0.5
    while True:
        if socket.poll(200):
            command, *rest = socket.recv_multipart()[len(prefix):]
            if command == REQUEST:
                client, _, *body = rest
                if dialect == "01":
                    socket.send_multipart([*prefix, REPLY01, client, b"", *body])
                else:
                    for frame in body:
                        socket.send_multipart([*prefix, PARTIAL, client, b"", frame])
                    socket.send_multipart([*prefix, FINAL, client, b"", b""])
        if time.monotonic() >= next_beat:
            socket.send_multipart([*prefix, HEARTBEAT01 if dialect == "01" else HEARTBEAT])
            next_beat = time.monotonic() + 0.5


main()
