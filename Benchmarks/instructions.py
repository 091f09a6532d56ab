"""Counts the instructions that a message takes, with callgrind, and compares them with those that are kept.

What is counted is what a program pays beyond libzmq: everything outside of it that runs while messages are sent or
received, from the program's loop to the locks and the memory of the C library, without what runs in calls to libzmq.
So another build of libzmq changes nothing. The same loop in C, straight on libzmq, stands beside it, and the calls that
both make to libzmq are listed, too.
"""

import collections
import json
import os
import subprocess
import tempfile

TOLERANCE = 0.05
# A difference of so few instructions is none, whatever the ratio.
NEGLIGIBLE = 3

Count = collections.namedtuple("Count", "own libzmq")


def measure(program):
    """{(way, shape, action): instructions for each message}"""
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "callgrind.out")
        valgrind = ["valgrind", "--tool=callgrind", "--quiet", f"--callgrind-out-file={file}", "--combine-dumps=yes"]
        valgrind += ["--dump-before=instructions_mark", "--compress-strings=no", "--compress-pos=no"]
        # The seed of hash tables would be another in each run.
        environment = os.environ | {"SWIFT_DETERMINISTIC_HASHING": "1"}
        # Of what it says on standard error nothing matters as long as it succeeds, such as of debugging information.
        outcome = subprocess.run([*valgrind, str(program)], capture_output=True, text=True, env=environment, timeout=300)
        if outcome.returncode != 0:
            raise OSError(f"{' '.join(valgrind)} {program}: status {outcome.returncode}\n{outcome.stderr}")
        printed = outcome.stdout
        with open(file, encoding="utf-8", errors="replace") as lines:
            parts = read_parts(lines)
    # There is a mark before and after each measurement, so that every other part is one.
    names = [tuple(line.split("\t")) for line in printed.splitlines()]
    if len(parts) != 2 * len(names) + 1:
        raise ValueError(f"{len(parts)} parts for {len(names)} measurements")
    counted = collections.defaultdict(dict)
    for (*name, count), part in zip(names, parts[1::2]):
        counted[tuple(name)][int(count)] = part  # Of two of the same size the second, which met warm memory.
    return {name: for_each_message(sizes) for name, sizes in counted.items()}


def for_each_message(sizes):
    (few, first), (many, second) = sorted(sizes.items())
    return Count(*((two - one) / (many - few) for one, two in zip(first, second)))


def read_parts(lines):
    """What each part of callgrind's output counted, outside libzmq and within calls to it."""
    parts = []
    caller = callee = ""
    is_call = False
    for line in lines:
        key, _, value = line.rstrip("\n").partition("=")
        if line.startswith("part:"):
            parts.append([0, 0])
        elif key == "ob":
            caller = callee = value
        elif key == "cob":
            callee = value
        elif key == "calls":
            is_call = True
        elif line[:1].isdigit():
            cost = int(line.split()[1])
            if not is_call:
                if not is_libzmq(caller):
                    parts[-1][0] += cost
            elif is_libzmq(callee) and not is_libzmq(caller):
                parts[-1][1] += cost
            elif is_libzmq(caller) and not is_libzmq(callee):
                # What libzmq has others do for it, such as to allocate, was counted with them.
                parts[-1][0] -= cost
            if is_call:
                is_call, callee = False, caller
    return [Count(*part) for part in parts]


def is_libzmq(name):
    return os.path.basename(name).startswith("libzmq.")


def differences(counted, kept):
    """A sentence for each count that is not what is kept."""
    counted = {name: count for name, count in counted.items() if name[0] != "C"}
    for name in sorted(set(counted) | set(kept)):
        label = ", ".join(name)
        if name not in kept or name not in counted:
            yield f"{label}: {'not kept' if name not in kept else 'kept, but not counted'}"
            continue
        now, then = counted[name].own, kept[name]
        if abs(now - then) > max(TOLERANCE * then, NEGLIGIBLE):
            yield f"{label}: {now:.0f} instructions instead of {then:.0f} ({now / then - 1:+.1%})"


def load(path):
    """{(way, shape, action): instructions}; C is not kept."""
    if not path.exists():
        return {}
    kept = json.loads(path.read_text())
    return {tuple(name.split(", ")): count for name, count in kept["instructions for each message"].items()}


def save(path, counted):
    content = {
        "what": "Written by `Scripts/bench instructions --update`; see Benchmarks/instructions.py.",
        "instructions for each message": {
            ", ".join(name): round(count.own) for name, count in counted.items() if name[0] != "C"
        },
    }
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def table(counted):
    """The lines of a table: each shape and action, with C first."""
    ways = list(dict.fromkeys(way for way, _, _ in counted))
    yield f"  {'':22} {'':8}" + "".join(f"{way:>16}" for way in ways) + f"{'in libzmq, C':>16}"
    for shape, action in dict.fromkeys(name[1:] for name in counted):
        cells = "".join(f"{counted[way, shape, action].own:16.0f}" for way in ways)
        yield f"  {shape:22} {action:8}{cells}{counted['C', shape, action].libzmq:16.0f}"
