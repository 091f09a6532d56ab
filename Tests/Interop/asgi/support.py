"""What the tests of Adapters/python/zmq_asgi.py share: a runner, and a gateway that does what a test says."""

import asyncio
import contextlib
import faulthandler
import importlib.util
import os
import subprocess
import sys
import tempfile
import time
import traceback

FOLDER = os.path.dirname(os.path.abspath(__file__))
ADAPTER = os.path.normpath(os.path.join(FOLDER, "../../../Adapters/python/zmq_asgi.py"))
PATIENCE = 60  # Seconds for anything that happens at once on a machine that is not busy.
LONGEST = 3 * PATIENCE  # Seconds for a test, however many such things happen in it.


def adapter():
    """The adapter as a module."""
    specification = importlib.util.spec_from_file_location("zmq_asgi", ADAPTER)
    module = importlib.util.module_from_spec(specification)
    sys.modules["zmq_asgi"] = module
    specification.loader.exec_module(module)
    return module


def run_tests(namespace, *arguments):
    """Runs every function whose name begins with `test_`, or those whose names contain a word of the command line."""
    words = sys.argv[1 + len(arguments) :]
    names = [name for name in namespace if name.startswith("test_")]
    names = [name for name in names if not words or any(word in name for word in words)]
    failed = 0
    for name in names:
        began = time.monotonic()
        # Where not even an event loop runs that could count the time: says what each thread waits for, and ends.
        faulthandler.dump_traceback_later(LONGEST + PATIENCE, exit=True)
        try:
            result = namespace[name](*arguments)
            if asyncio.iscoroutine(result):
                asyncio.run(asyncio.wait_for(result, LONGEST))
        except Exception:
            failed += 1
            print(f"FAILED {name[5:].replace('_', ' ')}\n{traceback.format_exc()}", flush=True)
        else:
            print(f"passed {name[5:].replace('_', ' ')} ({time.monotonic() - began:.1f} s)", flush=True)
    print(f"{len(names) - failed} passed, {failed} failed", flush=True)
    faulthandler.dump_traceback_later(PATIENCE, exit=True)  # For the threads that the interpreter waits for.
    sys.exit(1 if failed or not names else 0)


def equal(found, expected):
    assert found == expected, f"\n   found: {found!r}\nexpected: {expected!r}"


async def soon(condition):
    """Waits until something holds, and returns it."""
    deadline = time.monotonic() + PATIENCE
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise AssertionError("it did not happen in time")
        await asyncio.sleep(0.005)


# ----------------------------------------------------------------------------------------------------------------------
# Processes


# Becomes a command that ends with its parent. In a process of its own, and no `preexec_fn`: that runs in a copy of this
# process, in which a lock that another thread held when it was made is never given back, and `Popen` waits for ever for
# the copy.
LAUNCHER = """
import ctypes, os, signal, sys
ctypes.CDLL(None).prctl(1, signal.SIGKILL)
if os.getppid() == int(sys.argv[1]):
    os.execvp(sys.argv[2], sys.argv[2:])
"""


class Program:
    """A process that ends with the test, and the lines that it writes."""

    def __init__(self, *command, folder=None, environment=None, output=None):
        self.errors_file = tempfile.TemporaryFile()
        self.output_file = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [sys.executable, "-S", "-E", "-c", LAUNCHER, str(os.getpid()), *map(str, command)],
            stdin=subprocess.DEVNULL,
            stdout=self.output_file if output is None else output,
            stderr=self.errors_file,
            cwd=folder,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **(environment or {})},
        )

    @staticmethod
    def read(file):
        return os.pread(file.fileno(), 1 << 24, 0).decode("utf-8", "replace")

    @property
    def output(self):
        return self.read(self.output_file)

    @property
    def errors(self):
        return self.read(self.errors_file)

    async def line(self, beginning):
        """Waits for a line of output, and returns what follows its beginning."""

        def find():
            if self.process.poll() is not None and beginning not in self.output:
                raise AssertionError(f"it ended with {self.process.returncode}:\n{self.output}{self.errors}")
            for line in self.output.splitlines(keepends=True):
                if line.startswith(beginning) and line.endswith("\n"):
                    return line[len(beginning) :].strip() or "found"

        return await soon(find)

    async def error(self, text):
        await soon(lambda: text in self.errors)

    async def ending(self):
        await soon(lambda: self.process.poll() is not None)
        return self.process.returncode

    def signal(self, number):
        self.process.send_signal(number)

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.output_file.close()
        self.errors_file.close()


@contextlib.contextmanager
def program(*command, **options):
    started = Program(*command, **options)
    try:
        yield started
    finally:
        started.end()


def worker(*arguments, **options):
    """The adapter as a process."""
    return program(sys.executable, ADAPTER, *arguments, **options)


# ----------------------------------------------------------------------------------------------------------------------
# A gateway that does what a test says

PROTOCOL = b"MDPW02"
READY, REQUEST, PARTIAL, FINAL, HEARTBEAT, DISCONNECT, CANCEL, CREDIT, DRAIN, MESSAGE, ABORT = (
    bytes([code]) for code in range(1, 12)
)
HEAD = b"%b %b HTTP/1.1\r\nhost: shop.example\r\n%b\r\n"


class ScriptedGateway:
    """A ROUTER socket, what came on it command by command, and heartbeats."""

    def __init__(self, endpoint="tcp://127.0.0.1:*", beats=True):
        import zmq
        import zmq.asyncio

        self.context = zmq.asyncio.Context()
        self.socket = self.context.socket(zmq.ROUTER)
        self.socket.linger = 0
        self.socket.bind(endpoint)
        self.endpoint = self.socket.getsockopt_string(zmq.LAST_ENDPOINT)
        self.beats = beats
        self.peer = None
        self.commands = asyncio.Queue()
        self.heartbeats = 0
        self.number = 0
        self.tasks = [asyncio.ensure_future(self.receive()), asyncio.ensure_future(self.beat())]

    async def receive(self):
        while True:
            peer, protocol, command, *frames = await self.socket.recv_multipart()
            assert protocol == PROTOCOL, protocol
            if command == HEARTBEAT:
                self.heartbeats += 1
                continue
            if command == READY:
                self.peer = peer
                await self.say(HEARTBEAT)
            self.commands.put_nowait((command, *frames))

    async def beat(self):
        while True:
            if self.beats and self.peer:
                await self.say(HEARTBEAT)
            await asyncio.sleep(0.2)

    async def say(self, command, *frames):
        await self.socket.send_multipart([self.peer, PROTOCOL, command, *frames])

    async def next(self, command=None):
        """The next command that is no heartbeat."""
        found = await asyncio.wait_for(self.commands.get(), PATIENCE)
        if command is not None:
            assert found[0] == command, f"{found} came, and not {command}"
        return found[1:] if command is not None else found

    async def ask(self, target, method="GET", fields="", body=b"", credit=1 << 20):
        """Sends a request, and returns its id."""
        self.number += 1
        request = b"request-%d" % self.number
        lines = fields if isinstance(fields, bytes) else fields.encode("latin-1")
        if credit is not None:
            lines += b"x-stream-credit: %d\r\n" % credit
        if body and b"content-length:" not in lines:
            lines += b"content-length: %d\r\n" % len(body)
        head = HEAD % (method.encode(), target.encode("latin-1"), lines)
        await self.say(REQUEST, request, b"", head, body)
        return request

    async def answer(self, *arguments, **options):
        """Sends a request, and returns the frames of a reply in one piece: status line, fields, body."""
        request = await self.ask(*arguments, **options)
        found, empty, head, body = await self.next(FINAL)
        equal((found, empty), (request, b""))
        return split(head) + (body,)

    def close(self):
        for task in self.tasks:
            task.cancel()
        self.socket.close()
        self.context.term()


def split(head):
    """The status line and the fields of a reply's head."""
    assert head.endswith(b"\r\n\r\n"), head
    first, *lines = head[:-4].split(b"\r\n")
    return first.removeprefix(b"HTTP/1.1 "), [tuple(line.split(b": ", 1)) for line in lines]


class ServedApplication:
    """An application that the adapter serves in this process, and a gateway that does what a test says."""

    def __init__(self, module, application, *options, gateway=None):
        self.module = module
        self.gateway = gateway or ScriptedGateway()
        module.SETTLING = 0.02  # Most of these tests would otherwise last as long as it.
        # No test is to depend on how soon this process gets its turn: only those about silence let it count.
        words = ["--connect", self.gateway.endpoint, "--service", "api", "--heartbeat", "30s", *options, "x:y"]
        parser = module.make_parser()
        self.options = parser.parse_args(words, namespace=module.Options())
        self.options.prepare(parser)
        self.worker = module.Worker(application, self.options)
        self.running = asyncio.ensure_future(self.worker.run())

    async def __aenter__(self):
        self.ready = self.gateway.registered = await self.gateway.next(READY)
        return self.gateway

    async def __aexit__(self, *_):
        if not self.running.done():
            self.worker.stopping.set()
            await asyncio.wait_for(self.running, PATIENCE)
        self.gateway.close()
