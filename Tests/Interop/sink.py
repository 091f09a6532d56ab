"""The sink of the classic chain: binds, prints where, and prints each result on a line, COUNT of them.

    sink.py ENDPOINT COUNT
"""

import sys

import zmq

endpoint, count = sys.argv[1], int(sys.argv[2])
pull = zmq.Context().socket(zmq.PULL)
pull.bind(endpoint)
print(pull.last_endpoint.rstrip(b"\0").decode(), flush=True)
for _ in range(count):
    print(pull.recv().decode(), flush=True)
