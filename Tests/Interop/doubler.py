"""Stands between the workers and the collector of a pipeline and sends on too much.

    doubler.py WORKERS-ENDPOINT COLLECTOR-ENDPOINT SEED

Every message goes on up to three times, some of them again much later and out of order, some with another run's name,
and after the first, and at times, comes what no worker sends. It ends when standard input does.
"""

import random
import sys

import zmq

workers, collector, seed = sys.argv[1], sys.argv[2], int(sys.argv[3])
chance = random.Random(seed)
context = zmq.Context()
pull = context.socket(zmq.PULL)
push = context.socket(zmq.PUSH)
for socket in (pull, push):
    socket.sndhwm = socket.rcvhwm = 0
    socket.linger = 0
pull.bind(workers)
push.connect(collector)
print("ready", flush=True)
poller = zmq.Poller()
poller.register(pull, zmq.POLLIN)
poller.register(sys.stdin.fileno(), zmq.POLLIN)
seen = []
while True:
    ready = dict(poller.poll())
    if sys.stdin.fileno() in ready and not sys.stdin.readline():
        break
    if pull not in ready:
        continue
    message = pull.recv()
    copies = [message] * chance.choice([1, 2, 3])
    seen.append(message)
    if len(seen) > 200:
        seen.pop(chance.randrange(len(seen)))
    copies += chance.sample(seen, min(len(seen), chance.randrange(4)))
    # The run's name is in the bytes 4 to 19.
    copies.append(message[:4] + bytes(chance.randrange(256) for _ in range(16)) + message[20:])
    chance.shuffle(copies)
    for copy in copies:
        push.send(copy)
    if len(seen) == 1 or chance.randrange(20) == 0:
        push.send_multipart(chance.choice([[b""], [b"100"], [b"PL\x09\x06"], [message[:30]], [b"a", b"b"]]))
