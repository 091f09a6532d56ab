"""What `ranks bench` measures, with mpi4py: the same operations, sizes, fields and way to count.

    mpirun -n 4 … python3 mpi4py_peer.py 8,1024,1048576 SECONDS
"""

import array
import json
import sys
import time

from mpi4py import MPI

world = MPI.COMM_WORLD
rank, size = world.Get_rank(), world.Get_size()


def work(operation, count):
    """One repetition; None for a rank that takes no part."""
    message, other = bytearray(b"\1" * count), bytearray(count)
    numbers = array.array("d", [1.0] * max(count // 8, 1))
    result = array.array("d", numbers)
    many, parts = bytearray(count * size), bytearray(count * size)
    if operation == "ping-pong":
        if rank == 0:
            return lambda: (world.Send([message, MPI.BYTE], 1), world.Recv([other, MPI.BYTE], 1))
        if rank == 1:
            return lambda: (world.Recv([other, MPI.BYTE], 0), world.Send([other, MPI.BYTE], 0))
        return None
    return {
        "barrier": world.Barrier,
        "broadcast": lambda: world.Bcast([message, MPI.BYTE], 0),
        "reduce": lambda: world.Reduce([numbers, MPI.DOUBLE], [result, MPI.DOUBLE] if rank == 0 else None, MPI.SUM, 0),
        "allReduce": lambda: world.Allreduce([numbers, MPI.DOUBLE], [result, MPI.DOUBLE], MPI.SUM),
        "allGather": lambda: world.Allgather([message, MPI.BYTE], [many, MPI.BYTE]),
        "allToAll": lambda: world.Alltoall([parts, MPI.BYTE], [many, MPI.BYTE]),
    }[operation]


def times(operation, repeat, repetitions):
    """How long each repetition took on this rank, in microseconds."""
    taken = array.array("d", [0.0] * repetitions)
    world.Barrier()
    if repeat is None:
        return taken
    for index in range(repetitions):
        if operation != "ping-pong":
            world.Barrier()
        start = time.perf_counter()
        repeat()
        taken[index] = (time.perf_counter() - start) * 1e6
    return taken


def measure(operation, count, seconds):
    repeat = work(operation, count)
    trial = sorted(times(operation, repeat, 5))[2]
    longest = world.allreduce(trial, MPI.MAX)
    repetitions = min(max(int(seconds * 1e6 / max(longest, 1)), 11), 20000)
    mine = times(operation, repeat, repetitions)
    slowest = array.array("d", mine)
    world.Allreduce([mine, MPI.DOUBLE], [slowest, MPI.DOUBLE], MPI.MAX)
    ordered = sorted(slowest)
    share = 0.5 if operation == "ping-pong" else 1
    median = ordered[repetitions // 2] * share
    return {
        "operation": operation, "ranks": size, "bytes": count, "repetitions": repetitions, "median_us": median,
        "p99_us": ordered[repetitions * 99 // 100] * share, "bytes_per_second": count / median * 1e6,
    }


for operation in ["ping-pong", "barrier", "broadcast", "reduce", "allReduce", "allGather", "allToAll"]:
    for count in [0] if operation == "barrier" else [int(text) for text in sys.argv[1].split(",")]:
        measured = measure(operation, count, float(sys.argv[2]))
        if rank == 0:
            print(json.dumps(measured), flush=True)
