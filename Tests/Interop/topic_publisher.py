"""A publisher that is told what to publish, and tells what is subscribed to.

usage: topic_publisher.py ENDPOINT

Standard input: a line is published as it is; one with "|" is cut there into frames; "burst COUNT SIZE" publishes so many
messages "t N xxx…" as fast as possible, "rate PER_SECOND SECONDS SIZE" the same at a rate. Standard output: "bound ENDPOINT", "+PREFIX", "-PREFIX", "done".
"""

import os
import sys
import time

import zmq

TURN = 0.01  # Seconds between the bursts of a rate.

socket = zmq.Context().socket(zmq.XPUB)
socket.setsockopt(zmq.SNDHWM, 0)
socket.setsockopt(zmq.LINGER, 1000)
socket.bind(sys.argv[1])


def burst(first, end, size):
    for number in range(first, end):
        socket.send(b"t %d " % number + b"x" * size)


print("bound", socket.getsockopt_string(zmq.LAST_ENDPOINT), flush=True)
poller = zmq.Poller()
poller.register(socket, zmq.POLLIN)
poller.register(0, zmq.POLLIN)
waiting = b""
while True:
    for ready, _ in poller.poll():
        if ready is socket:
            notice = socket.recv()
            print(("+" if notice[0] else "-") + notice[1:].decode(), flush=True)
            continue
        data = os.read(0, 65536)
        if not data:
            sys.exit()
        *lines, waiting = (waiting + data).split(b"\n")
        for line in lines:
            if line.startswith(b"burst "):
                count, size = map(int, line.split()[1:])
                burst(0, count, size)
            elif line.startswith(b"rate "):
                per_second, seconds, size = map(int, line.split()[1:])
                begin = time.monotonic()
                for turn in range(int(seconds / TURN)):
                    burst(int(turn * TURN * per_second), int((turn + 1) * TURN * per_second), size)
                    time.sleep(max(0, begin + (turn + 1) * TURN - time.monotonic()))
            else:
                socket.send_multipart(line.split(b"|"))
            print("done", flush=True)
