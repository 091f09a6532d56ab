"""A worker that a gateway starts, for tests: program_worker.py SERVICE [OPTION...]

It connects to WEBGATEWAY_WORKERS as a REQ worker and does what a request's path says: /SERVICE/WHAT[/WORD].

    who         answers INSTANCE PID
    wait/S      answers so many seconds later
    fork/N      starts two processes that sleep N seconds, one of them of a process that ends at once
    grow/MIB    keeps so much memory from then on
    exit        ends with status 3
    state       answers what it was started with, as JSON
    print/N     writes so many lines to both streams

Options: `deaf` does not mind SIGTERM, `silent` registers nothing, `ends` ends at once, `loud` writes without an end.
"""

import json
import os
import signal
import subprocess
import sys
import time

import zmq

service, options = sys.argv[1], sys.argv[2:]
kept = []


def state():
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, [])
    ignored = [n for n in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD) if signal.getsignal(n) == signal.SIG_IGN]
    return {
        "program": os.environ.get("WEBGATEWAY_PROGRAM"), "instance": os.environ.get("WEBGATEWAY_INSTANCE"),
        "own": os.environ.get("OWN"), "folder": os.getcwd(), "input": sys.stdin.read(), "blocked": len(blocked),
        "ignored": len(ignored), "leads": os.getpgrp() == os.getpid(), "files": opened,
        "workers": os.environ.get("WEBGATEWAY_WORKERS"),
    }  # fmt: skip


def do(what, word):
    if what == "who":
        return f"{os.environ['WEBGATEWAY_INSTANCE']} {os.getpid()}"
    if what == "wait":
        time.sleep(float(word))
    elif what == "fork":
        subprocess.Popen(["sleep", word])
        subprocess.run(["/bin/sh", "-c", f"sleep {word} &"])
    elif what == "grow":
        kept.append(b"x" * (int(word) << 20))
    elif what == "exit":
        os._exit(3)
    elif what == "state":
        return json.dumps(state())
    elif what == "print":
        for number in range(int(word)):
            print(f"out {number}", flush=True)
            print(f"err {number}", file=sys.stderr, flush=True)
    return "done"


opened = [int(name) for name in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{name}")]
if "deaf" in options:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if "ends" in options:
    print("it ends", flush=True)
    sys.exit(7)
if "silent" in options:
    time.sleep(10_000)
if "odd" in options:
    sys.stdout.buffer.write(b"odd \xff\x00\x1b[31m bytes\n" + b"long " + b"y" * 20_000 + b"\nthe last, without an end")
    sys.stdout.flush()
    sys.exit(0)
socket = zmq.Context().socket(zmq.REQ)
socket.connect(os.environ["WEBGATEWAY_WORKERS"])
socket.send_multipart([b"READY", service.encode()])
while True:
    if "loud" in options and not socket.poll(0):
        print("z" * 1000)
        continue
    head, _ = socket.recv_multipart()
    path = head.split()[1].decode().split("/")
    socket.send(do(path[2] if len(path) > 2 else "", path[3] if len(path) > 3 else "").encode())
