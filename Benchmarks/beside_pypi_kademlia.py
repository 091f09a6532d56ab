#!/usr/bin/env python3
"""Stores and finds a second of 50 nodes, processes of this machine, and what is found once half of them are killed: `kademlia`
beside PyPI's kademlia (bmuller), in turn, round after round.

    Benchmarks/beside_pypi_kademlia.py [FOLDER-OF-THE-PROGRAM]

Without a folder it builds the program in release. It needs PyPI's kademlia, and makes an environment of its own for it in the
build folder. Both have k = 20 and α = 3, one client that has so many stores or finds under way at once, and the same values.
PyPI's waits five seconds for each node that is dead, so that of its finds after the kill only some are measured.

Environment variables:
    ROUNDS (3), NODES (50), VALUES (300), CONCURRENCY (8), AFTER (64: the finds of PyPI's after the kill, all at once)
"""
import asyncio, json, logging, os, random, signal, statistics, subprocess, sys, time, venv

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.abspath(os.environ.get("BUILD", os.path.join(ROOT, ".build")))
PEER = os.path.join(ROOT, "Benchmarks", "peers", "kademlia_node.py")
GOAL = 5.0


def setting(name, default):
    return int(os.environ.get(name, default))


ROUNDS, NODES, VALUES, CONCURRENCY, AFTER = (
    setting("ROUNDS", 3), setting("NODES", 50), setting("VALUES", 300), setting("CONCURRENCY", 8), setting("AFTER", 64))


def with_kademlia():
    """Runs on in a Python that has PyPI's kademlia."""
    try:
        import kademlia  # noqa: F401
        return
    except ImportError:
        pass
    folder = os.path.join(BUILD, "kademlia-venv")
    python = os.path.join(folder, "bin", "python")
    if os.path.realpath(sys.prefix) == os.path.realpath(folder):
        sys.exit("Benchmarks/beside_pypi_kademlia.py: PyPI's kademlia cannot be imported; remove " + folder)
    if not os.path.exists(python):
        venv.create(folder, with_pip=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", "kademlia"], check=True)
    os.execv(python, [python, os.path.abspath(__file__)] + sys.argv[1:])


def ours(program):
    line = subprocess.run(
        [program, "bench", "--nodes", str(NODES), "--kill", "50%", "--values", str(VALUES), "--concurrency",
         str(CONCURRENCY), "--format", "json"], check=True, capture_output=True, text=True, timeout=900).stdout
    result = json.loads(line)
    return {name: result[name] for name in (
        "stores_per_second", "finds_per_second", "found_fraction", "found_fraction_after_kill",
        "finds_per_second_after_kill")}


async def several(count, concurrency, work):
    """How many of so many pieces of work succeed, and how many are done a second."""
    gate, done = asyncio.Semaphore(concurrency), 0

    async def one(number):
        nonlocal done
        async with gate:
            succeeded = await work(number)
        # Not while it is awaited: the others count meanwhile.
        done += 1 if succeeded else 0

    start = time.monotonic()
    await asyncio.gather(*(one(number) for number in range(count)))
    return done / count, count / (time.monotonic() - start)


async def theirs():
    from kademlia.network import Server
    nodes = []

    def start(*arguments):
        nodes.append(subprocess.Popen(
            [sys.executable, PEER, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True))
        return nodes[-1]

    try:
        ports = [int(start().stdout.readline())]
        while len(ports) < NODES:
            others = [start(ports[0]) for _ in range(min(5, NODES - len(ports)))]
            ports += [int(node.stdout.readline()) for node in others]
        client = Server()
        await client.listen(0, interface="127.0.0.1")
        await client.bootstrap([("127.0.0.1", port) for port in ports[-3:]])

        async def store(number):
            return await client.set(f"key {number}", f"value {number} of some thirty bytes")

        async def find(number):
            return await client.get(f"key {number}") == f"value {number} of some thirty bytes"

        _, stores = await several(VALUES, CONCURRENCY, store)
        found, finds = await several(VALUES, CONCURRENCY, find)
        for node in random.sample(nodes, NODES // 2):
            node.send_signal(signal.SIGKILL)
            node.wait()
        afterwards, rate = await several(min(AFTER, VALUES), AFTER, find)
        client.stop()
        return {
            "stores_per_second": stores, "finds_per_second": finds, "found_fraction": found,
            "found_fraction_after_kill": afterwards, "finds_per_second_after_kill": rate}
    finally:
        for node in nodes:
            node.kill()
            node.wait()


def main():
    if len(sys.argv) > 1:
        folder = os.path.abspath(sys.argv[1])
    else:
        subprocess.run(
            ["swift", "build", "--configuration", "release", "--scratch-path", BUILD, "--traits", "Programs", "--product",
             "kademlia"], cwd=ROOT, check=True, stdout=sys.stderr)
        folder = os.path.join(BUILD, "release")
    program = os.path.join(folder, "kademlia")
    logging.disable(logging.CRITICAL)
    rounds = []
    for number in range(ROUNDS):
        rounds.append((ours(program), asyncio.run(theirs())))
        print(f"round {number + 1} of {ROUNDS}", file=sys.stderr)
    print(f"{NODES} nodes, {VALUES} values, {CONCURRENCY} at once; medians of {ROUNDS} rounds")
    print(f"{'':30}{'kademlia':>12}{'PyPI':>12}{'ratio':>9}")
    results = {}
    for name in rounds[0][0]:
        mine, other = ([side[name] for side in sides] for sides in zip(*rounds))
        ratio = statistics.median(one / two if two else float("inf") for one, two in zip(mine, other))
        results[name] = {"kademlia": statistics.median(mine), "pypi": statistics.median(other), "ratio": ratio}
        goal = ""
        if name in ("stores_per_second", "finds_per_second"):
            goal = f"   goal {GOAL:.0f}: {'met' if ratio >= GOAL else 'missed'}"
        print(f"{name:30}{statistics.median(mine):12.3f}{statistics.median(other):12.3f}{ratio:9.2f}{goal}")
    folder = os.path.join(ROOT, "Benchmarks", "results")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "kademlia.json"), "w") as file:
        json.dump(results, file, indent=2)


with_kademlia()
main()
