#!/usr/bin/env python3
"""Measures `ranks bench` beside mpi4py on Open MPI with its TCP transport, in turn, round after round; and a C program that
sends the same messages to and fro through libzmq alone, below whose time `ranks` cannot be.

    Benchmarks/ranks.py [RANKS]

RANKS is the program, built in release; without it, it is built. Needs Open MPI and mpi4py (Debian: openmpi-bin,
python3-mpi4py) and a C compiler. Prints medians of the rounds, the median of the ratios within each round, and the goals.

Environment variables: ROUNDS (5), SIZES (8,1024,65536,1048576), SECONDS_EACH (0.3), PROCESSES (4), PYTHON
(/usr/bin/python3).
"""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PEERS = ROOT / "Benchmarks" / "peers"
SIZES = os.environ.get("SIZES", "8,1024,65536,1048576")
SECONDS = float(os.environ.get("SECONDS_EACH", "0.3"))
PROCESSES = os.environ.get("PROCESSES", "4")
# The operation, the processes, the bytes; the most that the time may be beside mpi4py's.
GOALS = {
    ("ping-pong", 2, 8): 2,
    ("ping-pong", 2, 1 << 20): 1 / 0.8,
    ("allReduce", 4, 1 << 20): 1 / 0.8,
    ("barrier", 4, 0): 2.5,
}


def lines(command):
    """What a contender measured, by operation and size."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    if done.returncode != 0:
        sys.exit(f"ranks.py: {' '.join(command)} ended with status {done.returncode}:\n{done.stderr}")
    found = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return {(line["operation"], line["ranks"], line["bytes"]): line["median_us"] for line in found}


def build():
    command = ["swift", "build", "--configuration", "release", "--traits", "Programs", "--product", "ranks"]
    command += ["--package-path", str(ROOT), "--scratch-path", str(ROOT / ".build" / "ranks")]
    environment = os.environ | {"SWIFT_DETERMINISTIC_HASHING": "1"}
    subprocess.run(command, check=True, stdout=sys.stderr, env=environment)
    return str(ROOT / ".build" / "ranks" / "release" / "ranks")


def build_bare(folder):
    """The C program that has libzmq alone."""
    program = os.path.join(folder, "libzmq_ping_pong")
    subprocess.run(["cc", "-O2", str(PEERS / "libzmq_ping_pong.c"), "-o", program, "-lzmq"], check=True)
    return program


def main():
    with tempfile.TemporaryDirectory() as folder:
        measure(build_bare(folder))


def measure(bare):
    program = sys.argv[1] if len(sys.argv) > 1 else build()
    python = os.environ.get("PYTHON", "/usr/bin/python3")
    rounds = []
    for _ in range(int(os.environ.get("ROUNDS", "5"))):
        ours, theirs = {}, {}
        least = lines([bare, SIZES, str(SECONDS)])
        # Two processes alone for messages between two, as processes of Open MPI that wait take processor time.
        for number in dict.fromkeys(["2", PROCESSES]):
            time = f"{int(SECONDS * 1000)}ms"
            ours |= lines([program, "bench", "-n", number, "--sizes", SIZES, "--time", time, "--format", "json"])
            theirs |= lines(
                ["mpirun", "-n", number, "--allow-run-as-root", "--oversubscribe", "--mca", "btl", "tcp,self", python,
                 str(PEERS / "mpi4py_peer.py"), SIZES, str(SECONDS)])
        rounds.append((ours, theirs, least))
    print(f"{len(rounds)} rounds, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; microseconds, medians\n")
    print(f"{'operation':10} {'ranks':>5} {'bytes':>8} {'ranks':>10} {'mpi4py':>10} {'ratio':>7} {'libzmq':>8}  goal")
    for key in rounds[0][0]:
        ours = statistics.median(one[key] for one, _, _ in rounds)
        theirs = statistics.median(other[key] for _, other, _ in rounds)
        ratio = statistics.median(one[key] / other[key] for one, other, _ in rounds)
        alone = [least[key] for _, _, least in rounds if key in least]
        floor = f"{statistics.median(alone):8.1f}" if alone else " " * 8
        goal = GOALS.get(key)
        verdict = "" if goal is None else f"  at most {goal:.2f}: {'met' if ratio <= goal else 'not met'}"
        print(f"{key[0]:10} {key[1]:5} {key[2]:8} {ours:10.1f} {theirs:10.1f} {ratio:7.2f} {floor}{verdict}")


if __name__ == "__main__":
    main()
