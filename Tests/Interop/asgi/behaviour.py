"""The adapter behind a real gateway: slow and vanishing clients, many at once, restarts, the end, the command line.

    behaviour.py GATEWAY [WORD...]     GATEWAY is the program webgateway; tests whose names contain one of the words
"""

import asyncio
import contextlib
import http.client
import io
import json
import os
import signal
import socket
import sys
import tempfile
import traceback

import support
from support import equal, soon

zmq_asgi = support.adapter()

GATEWAY = sys.argv[1] if len(sys.argv) > 1 else "webgateway"


@contextlib.asynccontextmanager
async def gateway(*options, workers="tcp://127.0.0.1:*"):
    words = ["serve", "--listen", "127.0.0.1:0", "--admin", "off", "--demo-workers", "0", "--workers", workers]
    with support.program(GATEWAY, *words, *options) as program:
        program.port = int((await program.line("listening on http://")).rpartition(":")[2])
        program.workers = await program.line("workers on ")
        yield program


@contextlib.asynccontextmanager
async def worker(gateway, *options, application="probe:app", service="api"):
    words = ["--connect", gateway.workers, "--service", service, "--app-dir", support.FOLDER]
    with support.worker(*words, *options, application) as program:
        await program.line(f"serving {service}")
        yield program


def ask_now(port, method, target, body=None, fields={}):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=support.PATIENCE)
    try:
        connection.request(method, target, body, fields)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


async def ask(gateway, target, method="GET", body=None, fields={}):
    return await asyncio.to_thread(ask_now, gateway.port, method, target, body, fields)


class Client:
    """A connection that reads when it is told to."""

    def __init__(self, gateway, target):
        self.socket = socket.create_connection(("127.0.0.1", gateway.port), support.PATIENCE)
        self.socket.sendall(f"GET {target} HTTP/1.0\r\nhost: h\r\n\r\n".encode())

    def rest(self):
        found = b""
        while piece := self.socket.recv(1 << 20):
            found += piece
        return found.partition(b"\r\n\r\n")[2]


async def test_a_slow_client_makes_its_stream_wait_and_nobody_else():
    size = 24 << 20
    async with gateway("--response-buffer", "64KiB") as served, worker(served) as program:
        client = Client(served, f"/api/stream/{size}")
        await program.line("sent ")
        for number in range(50):
            equal(await ask(served, f"/api/echo?{number}", "POST", b"x" * number), (200, b"x" * number))
        assert f"sent {size}" not in program.output, "all of it was sent to a client that reads nothing"
        found = await asyncio.to_thread(client.rest)
        equal(len(found), size)
        equal(found[-16:], b"%15d\n" % (size - 65536))


async def test_a_client_that_vanishes_is_told_to_the_application():
    async with gateway() as served, worker(served) as program:
        for name in ("one", "two"):
            client = Client(served, f"/api/wait/{name}")
            await program.line(f"waiting {name}")
            client.socket.close()
            await program.line(f"http.disconnect {name}")
        client = Client(served, f"/api/stream/{1 << 30}")
        await program.line("sent ")
        client.socket.close()
        # The stream ends, and is not a failure.
        equal(await ask(served, "/api/hello"), (200, b"hello"))
        equal(program.errors, "")


async def test_exceptions_are_500_before_the_response_and_a_cut_after_it_began():
    async with gateway() as served, worker(served) as program:
        equal(await ask(served, "/api/fail"), (500, b"Internal Server Error"))
        equal(await ask(served, "/api/fail/start"), (500, b"Internal Server Error"))
        try:
            await ask(served, "/api/fail/after")
        except http.client.IncompleteRead as error:
            equal(error.partial, b"half")
        else:
            raise AssertionError("half a response looked like a whole one")
        await program.error("ValueError: as asked for")
        equal(await ask(served, "/api/hello"), (200, b"hello"))


async def test_large_bodies_go_both_ways():
    body = bytes(range(256)) * (3 << 12)  # 3 MiB
    async with gateway("--max-body", "4MiB", "--max-reply", "4MiB") as served, worker(served), worker(
        served, "--wsgi", application="probe:wsgi", service="flask"
    ):
        for path in ("/api/echo", "/flask"):
            status, found = await ask(served, path, "POST", body)
            equal((status, found == body), (200, True))
        status, found = await ask(served, f"/api/whole/{5 << 20}")
        equal((status, len(found)), (200, 5 << 20))  # More than the gateway takes of a reply in one message.


async def test_64_requests_are_served_at_once():
    async with gateway() as served, worker(served, "--concurrency", "64"):
        clients = [Client(served, "/api/gather/64") for _ in range(64)]
        for client in clients:
            equal(await asyncio.to_thread(client.rest), b"64")


async def test_threads_serve_as_many_requests_of_wsgi_at_once():
    async with gateway() as served, worker(served, "--wsgi", "--concurrency", "20", application="probe:wsgi_gather"):
        clients = [Client(served, "/api/20") for _ in range(20)]
        for client in clients:
            equal(await asyncio.to_thread(client.rest), b"20")


async def test_streams_of_wsgi_wait_for_slow_clients_and_end_with_those_that_vanish():
    size = 24 << 20
    async with gateway("--response-buffer", "64KiB") as served, worker(
        served, "--wsgi", application="probe:wsgi_stream"
    ) as program:
        client = Client(served, f"/api/{size}")
        await program.line("sent ")
        for _ in range(20):
            equal(len((await ask(served, "/api/65536"))[1]), 65536)
        assert f"sent {size}" not in program.output
        equal(len(await asyncio.to_thread(client.rest)), size)
        client = Client(served, f"/api/{1 << 40}")
        await soon(lambda: f"begun {1 << 40}" in program.output)
        client.socket.close()
        await program.line(f"closed {1 << 40}")
        equal(program.errors, "")


async def test_a_blocked_event_loop_is_not_taken_for_a_dead_worker():
    async with gateway("--heartbeat", "200ms", "--retries", "0") as served, worker(served, "--heartbeat", "200ms"):
        equal(await ask(served, "/api/block/3"), (200, b"awake"))
        assert "worker lost" not in served.errors, served.errors


async def test_workers_that_are_replaced_under_load_lose_no_request():
    async with gateway() as served:
        stopped, answered = asyncio.Event(), 0

        async def load(number):
            nonlocal answered
            while not stopped.is_set():
                body = b"%d-%d" % (number, answered)
                equal(await ask(served, "/api/pause/5", "POST", body), (200, body))
                answered += 1

        async with contextlib.AsyncExitStack() as stack:
            old = await stack.enter_async_context(worker(served))
            tasks = [asyncio.ensure_future(load(number)) for number in range(8)]
            for _ in range(3):
                new = await stack.enter_async_context(worker(served))
                count = answered
                await soon(lambda: answered >= count + 50 or any(task.done() for task in tasks))
                old.signal(signal.SIGTERM)
                equal((await old.ending(), old.errors), (0, ""))
                assert old.output.endswith("lifespan.shutdown\n"), old.output
                old = new
            stopped.set()
            await asyncio.gather(*tasks)


async def test_a_gateway_that_is_killed_and_started_again_finds_its_worker():
    async with contextlib.AsyncExitStack() as stack:
        served = await stack.enter_async_context(gateway("--heartbeat", "200ms"))
        program = await stack.enter_async_context(worker(served, "--heartbeat", "200ms"))
        waiting = Client(served, "/api/wait/lost")
        await program.line("waiting lost")
        for number in (signal.SIGKILL, signal.SIGTERM):
            served.signal(number)
            await served.ending()
            again = gateway("--heartbeat", "200ms", workers=served.workers)
            served = await stack.enter_async_context(again)
            await soon(lambda served=served: "worker registered" in served.errors)
            equal(await ask(served, "/api/hello"), (200, b"hello"))
        await program.line("http.disconnect lost")
        waiting.socket.close()
        assert "failed" not in program.errors, program.errors


async def test_a_worker_that_is_there_before_its_gateway_waits_for_it():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        endpoint = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
    words = ["--connect", endpoint, "--service", "api", "--app-dir", support.FOLDER, "--heartbeat", "200ms"]
    with support.worker(*words, "probe:app") as program:
        await program.error(f"{endpoint} is silent: trying again and again")
        async with gateway("--heartbeat", "200ms", workers=endpoint) as served:
            await program.line("serving api")
            equal(await ask(served, "/api/hello"), (200, b"hello"))


async def test_one_worker_serves_two_gateways():
    async with gateway() as one, gateway() as two:
        async with worker(one, "--connect", two.workers) as program:
            await soon(lambda: program.output.count("serving api") == 2)
            equal(await ask(one, "/api/hello"), (200, b"hello"))
            equal(await ask(two, "/api/hello"), (200, b"hello"))


async def test_the_second_signal_ends_it_at_once():
    async with gateway() as served, worker(served) as program:
        client = Client(served, "/api/wait/x")
        await program.line("waiting x")
        program.signal(signal.SIGTERM)
        await soon(lambda: "takes no more requests" in served.errors)
        equal(program.process.poll(), None)
        program.signal(signal.SIGINT)
        equal(await program.ending(), 1)
        client.socket.close()


async def test_what_is_not_finished_in_time_is_given_up():
    async with gateway() as served, worker(served, "--drain-timeout", "300ms") as program:
        asked = asyncio.ensure_future(ask(served, "/api/wait/x"))
        await program.line("waiting x")
        program.signal(signal.SIGTERM)
        status, body = await asked
        equal((status, json.loads(body)["code"]), (502, "worker-aborted"))
        equal(await program.ending(), 0)
        await program.error("requests that were not finished in time to stop: 1")
        assert program.output.endswith("lifespan.shutdown\n"), program.output


async def test_a_signal_during_a_long_startup_ends_it():
    with support.worker("--service", "api", "--app-dir", support.FOLDER, "probe:never_ready") as program:
        await program.line("starting")
        program.signal(signal.SIGTERM)
        equal(await program.ending(), 1)


async def test_a_shutdown_that_never_ends_is_given_up():
    async with gateway() as served:
        async with worker(served, "--drain-timeout", "300ms", application="probe:never_shut_down") as program:
            program.signal(signal.SIGTERM)
            equal(await program.ending(), 1)
            await program.error("the application did not shut down properly: it took longer than 0.3 s")


async def test_it_serves_although_nobody_reads_what_it_writes():
    async with gateway() as served:
        reading, writing = os.pipe()
        os.close(reading)
        words = ["--connect", served.workers, "--service", "api", "--app-dir", support.FOLDER, "probe:app"]
        with support.worker(*words, "--lifespan", "off", output=writing) as program:
            os.close(writing)
            await soon(lambda: "worker registered" in served.errors)
            equal(await ask(served, "/api/hello"), (200, b"hello"))
            program.signal(signal.SIGTERM)
            equal((await program.ending(), program.errors), (0, ""))


async def test_the_default_service_is_mounted_at_the_root():
    async with gateway() as served, worker(served, service="default"):
        status, body = await ask(served, "/show")
        found = json.loads(body)
        equal((status, found["root_path"], found["path"]), (200, "", "/show"))


async def test_a_gateway_that_is_configured_with_curve_is_served_by_who_has_a_key():
    with tempfile.TemporaryDirectory() as folder:
        for name in ("gateway", "worker", "stranger"):
            with support.program(GATEWAY, "keygen", folder, name) as made:
                equal(await made.ending(), 0)
        allowed = os.path.join(folder, "allowed")
        os.mkdir(allowed)
        os.link(os.path.join(folder, "worker.key"), os.path.join(allowed, "worker.key"))
        key = lambda name: os.path.join(folder, name)  # noqa: E731
        curve = ["--curve-secret-key", key("gateway.key_secret"), "--curve-allow", allowed]
        async with gateway(*curve) as served:
            server = ["--curve-server-key", key("gateway.key")]
            async with worker(served, "--curve-secret-key", key("worker.key_secret"), *server):
                equal(await ask(served, "/api/hello"), (200, b"hello"))
            words = ["--connect", served.workers, "--service", "other", "--app-dir", support.FOLDER]
            words += ["--heartbeat", "200ms"]
            with support.worker(
                *words, "--curve-secret-key", key("stranger.key_secret"), *server, "probe:app"
            ) as stranger:
                await stranger.error("is silent")
        words = ["--service", "api", "--app-dir", support.FOLDER, "probe:app", *server]
        fails(words, 64, "--curve-secret-key and --curve-server-key are needed together")
        for file, error in (
            ("worker.key", "it is a public certificate"),
            ("nowhere", "no such file"),
            ("broken", "it is no certificate of CURVE"),
        ):
            with open(key("broken"), "w") as broken:
                broken.write('public-key = "short"\n')
            fails([*words, "--curve-secret-key", key(file)], 64, error)


def fails(words, status, *errors):
    """Runs the program in this process, which is soon done; returns what it wrote to standard error."""
    with contextlib.redirect_stderr(io.StringIO()) as written, contextlib.redirect_stdout(io.StringIO()):
        try:
            sys.argv[1:] = words
            zmq_asgi.main()
        except SystemExit as end:
            equal((words, end.code), (words, status))
        except ImportError:
            equal((words, 1), (words, status))
            traceback.print_exc()
    for error in errors:
        assert error in written.getvalue(), f"{words}: {error!r} is not in {written.getvalue()!r}"
    return written.getvalue()


def test_wrong_command_lines_are_told_in_one_line():
    here = ["--service", "api", "--app-dir", support.FOLDER]
    cases = [
        ([], 64, "--service"),
        (["--service", "api"], 64, "MODULE:ATTRIBUTE"),
        ([*here, "probe"], 64, "application 'probe': write MODULE:ATTRIBUTE, such as app:app"),
        ([*here, "probe.py:app"], 64, "write probe:app"),
        ([*here, "some/probe.py:app"], 64, "write probe:app and --app-dir some"),
        ([*here, "nowhere:app"], 1, "there is no module 'nowhere' in " + support.FOLDER, "--app-dir"),
        ([*here, "probe:nobody"], 1, "'probe' has no 'nobody'"),
        ([*here, "probe:nothing"], 1, "it cannot be called; it is a Nothing"),
        ([*here, "probe:wsgi"], 1, "add --wsgi"),
        ([*here, "--wsgi", "probe:app"], 1, "leave --wsgi out"),
        ([*here, "probe:make"], 1, "add --factory"),
        ([*here, "--factory", "probe:nothing"], 1, "--factory needs a function"),
        ([*here, "--app-dir", "/nowhere", "probe:app"], 64, "--app-dir '/nowhere': there is no such folder"),
        ([*here, "--connect", "127.0.0.1:5555", "probe:app"], 64, "--connect: '127.0.0.1:5555'", "tcp://HOST:PORT"),
        ([*here, "--connect", "tcp://*:5555", "probe:app"], 64, "nothing to connect to"),
        ([*here, "--connect", "tcp://localhost:99999", "probe:app"], 64, "nothing to connect to"),
        ([*here, "--connect", "inproc://x", "probe:app"], 64, "nothing to connect to"),
        ([*here, "--connect", "ipc://" + "x" * 200, "probe:app"], 64, "--connect 'ipc://x"),
        ([*here, "--concurrency", "0", "probe:app"], 64, "a number from 1 to 1024 is needed"),
        ([*here, "--concurrency", "1025", "probe:app"], 64, "a number from 1 to 1024 is needed"),
        ([*here, "--heartbeat", "1", "probe:app"], 64, "--heartbeat: '1'", "250ms, 30s or 2m"),
        ([*here, "--root-path", "api", "probe:app"], 64, "a path such as /api"),
        (["--service", "mmi.x", "probe:app"], 64, "does not begin with mmi."),
        ([*here, "--trusted-proxy", "x", "probe:app"], 64, "10.0.0.0/8"),
        ([*here, "--conect", "tcp://127.0.0.1:1", "probe:app"], 64, "--conect"),
        ([*here, "--lifespan", "off", "--connect", "tcp://127.0.0.1:1", "broken_import:app"], 1, "no_such_package"),
    ]
    for case in cases:
        errors = fails(*case)
        if "broken_import" not in str(case):
            assert "Traceback" not in errors, errors
    os.environ["WEBGATEWAY_WORKERS"] = "x"
    fails([*here, "probe:app"], 64, "WEBGATEWAY_WORKERS 'x'")
    del os.environ["WEBGATEWAY_WORKERS"]
    fails([*here, "--connect", "tcp://127.0.0.1:1", "probe:broken"], 1, "did not start: no database")


async def test_help_lists_every_option_and_needs_no_pyzmq():
    for words in (["-S", support.ADAPTER, "--help"], [support.ADAPTER, "--help"]):
        with support.program(sys.executable, *words) as program:
            equal(await program.ending(), 0)
            for option in ("--connect", "--service", "--concurrency", "--wsgi", "--root-path", "--curve-server-key"):
                assert option in program.output


async def test_it_says_what_to_do_when_pyzmq_is_missing():
    with support.program(sys.executable, "-S", support.ADAPTER, "--service", "api", "probe:app") as program:
        equal(await program.ending(), 1)
        assert "pip install pyzmq" in program.errors and "Traceback" not in program.errors, program.errors


async def test_a_factory_makes_the_application_and_the_environment_names_the_gateway():
    async with gateway() as served:
        words = ["--service", "api", "--app-dir", support.FOLDER, "--factory", "probe:make"]
        with support.worker(*words, environment={"WEBGATEWAY_WORKERS": served.workers}) as program:
            await program.line("serving api")
            equal(await ask(served, "/api/hello"), (200, b"hello"))


if __name__ == "__main__":
    sys.argv[1:2] = []
    support.run_tests(globals())
