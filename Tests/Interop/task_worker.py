"""A worker of the classic chain: pulls a task and pushes `NAME did TASK`, until it is killed.

    task_worker.py NAME TASKS-ENDPOINT RESULTS-ENDPOINT
"""

import sys

import zmq

name, tasks, results = sys.argv[1:]
context = zmq.Context()
pull = context.socket(zmq.PULL)
push = context.socket(zmq.PUSH)
push.connect(results)
pull.connect(tasks)
print("connected", flush=True)
while True:
    push.send(name.encode() + b" did " + pull.recv())
