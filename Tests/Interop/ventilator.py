"""The ventilator of the classic chain: pushes tasks, one frame each, to whoever has connected.

    ventilator.py ENDPOINT COUNT

It binds, prints where, waits for a line on standard input, so that all workers are there, and sends `task 1` to
`task COUNT`. It ends when all have left.
"""

import sys

import zmq

endpoint, count = sys.argv[1], int(sys.argv[2])
context = zmq.Context()
push = context.socket(zmq.PUSH)
push.bind(endpoint)
print(push.last_endpoint.rstrip(b"\0").decode(), flush=True)
sys.stdin.readline()
for number in range(1, count + 1):
    push.send(b"task %d" % number)
push.close()
context.term()
