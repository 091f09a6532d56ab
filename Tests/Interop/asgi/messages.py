"""The messages of ASGI 3, case by case, between an application and a gateway that does what the case says.

    messages.py [WORD...]     those whose names contain one of the words
"""

import asyncio
import builtins
import contextvars
import logging

import support
from support import ABORT, CANCEL, CREDIT, DISCONNECT, DRAIN, FINAL, MESSAGE, PARTIAL, READY, REQUEST
from support import ScriptedGateway, ServedApplication, equal, soon, split

zmq_asgi = support.adapter()


class Log(logging.Handler):
    def __init__(self):
        super().__init__()
        self.lines = []

    def emit(self, record):
        self.lines.append(record.getMessage())

    def take(self):
        lines, self.lines = self.lines, []
        return lines


log = Log()
logging.getLogger("zmq_asgi").addHandler(log)
logging.getLogger("zmq_asgi").propagate = False
logging.getLogger("zmq_asgi").setLevel(logging.INFO)


def served(application, *options, lifespan="off", gateway=None):
    return ServedApplication(zmq_asgi, application, "--lifespan", lifespan, *options, gateway=gateway)


def start(status=200, *headers, **more):
    return {"type": "http.response.start", "status": status, "headers": list(headers), **more}


def body(data=b"", more=False):
    return {"type": "http.response.body", "body": data, "more_body": more}


async def hello(scope, receive, send):
    await send(start(200, (b"content-type", b"text/plain")))
    await send(body(b"hello"))


def noting(notes, application=hello):
    async def app(scope, receive, send):
        notes.append(scope)
        await application(scope, receive, send)

    return app


# The worker


async def test_it_registers_with_its_properties():
    async with (served_app := served(hello, "--concurrency", "7")):
        equal(served_app.ready, (b"api", b"concurrency=7\ncancel=1\ncredit=1\ndrain=1\nwebsocket=1"))


async def test_it_beats():
    async with served(hello, "--heartbeat", "50ms") as gateway:
        await soon(lambda: gateway.heartbeats >= 3)


async def test_it_registers_on_a_new_socket_when_the_gateway_is_silent():
    async with served(hello, "--heartbeat", "1s") as gateway:
        first = gateway.peer
        gateway.beats = False
        await gateway.next(READY)
        assert gateway.peer != first
        gateway.beats = True
        equal((await gateway.answer("/api"))[2], b"hello")


async def test_it_registers_anew_when_it_is_told_disconnect():
    async with served(hello) as gateway:
        for _ in range(3):
            await gateway.say(DISCONNECT)
            await gateway.next(READY)
        equal((await gateway.answer("/api"))[2], b"hello")


async def test_it_is_not_taken_for_dead_while_the_event_loop_is_blocked():
    # In a process of its own, as a blocked loop could not count its heartbeats.
    with support.worker(
        "--app-dir", support.FOLDER, "--connect", (gateway := ScriptedGateway()).endpoint, "--service", "api",
        "--heartbeat", "200ms", "probe:app",
    ) as program:  # fmt: skip
        await gateway.next(READY)
        before = gateway.heartbeats
        request = await gateway.ask("/api/block/2")
        await soon(lambda: gateway.heartbeats >= before + 5)
        assert gateway.commands.empty(), "it was answered before the heartbeats came"
        equal((await gateway.next(FINAL))[0], request)
        equal((await gateway.answer("/api/hello"))[0], b"200 OK")
        await program.error("the event loop is blocked")
    gateway.close()


async def test_a_message_that_is_none_of_the_protocol_is_ignored():
    async with served(hello) as gateway:
        await gateway.socket.send_multipart([gateway.peer, b"nonsense"])
        await gateway.socket.send_multipart([gateway.peer, b"MDPW01", REQUEST, b"x"])
        await gateway.say(CREDIT, b"unknown", b"5")
        await gateway.say(CANCEL, b"unknown")
        equal((await gateway.answer("/api"))[2], b"hello")


async def test_a_request_that_is_none_of_HTTP_is_refused():
    async with served(hello) as gateway:
        for head in (b"", b"hello", b"GET /x\r\n\r\n", b"GET /x HTTP/1.1\r\nno colon\r\n\r\n", b"\xff \xff \xff\r\n\r\n"):
            await gateway.say(REQUEST, b"id", b"", head, b"")
            found = await gateway.next(FINAL)
            assert found[2].startswith(b"400"), (head, found)
        log.take()
        equal((await gateway.answer("/api"))[2], b"hello")


# The scope


async def test_the_scope_has_what_the_specification_names():
    notes = []
    async with served(noting(notes)) as gateway:
        fields = "accept: */*\r\nx-forwarded-for: 192.0.2.7\r\nx-forwarded-proto: http\r\n"
        await gateway.answer("/api/items?a=b%20c&d", fields=fields)
    state = notes[0].pop("state")
    equal(state, {})
    equal(
        notes[0],
        {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": "/api/items",
            "raw_path": b"/api/items",
            "query_string": b"a=b%20c&d",
            "root_path": "/api",
            "headers": [
                (b"host", b"shop.example"),
                (b"accept", b"*/*"),
                (b"x-forwarded-for", b"192.0.2.7"),
                (b"x-forwarded-proto", b"http"),
            ],
            "client": ("192.0.2.7", 0),
            "server": ("shop.example", 80),
        },
    )


async def test_paths_are_decoded_and_raw_paths_are_not():
    cases = {
        "/api/a%20b": "/api/a b",
        "/api/%C3%A9": "/api/é",
        "/api/%ff": "/api/\ufffd",
        "/api/a%2Fb": "/api/a/b",
        "/api/a+b": "/api/a+b",
        "/api/100%": "/api/100%",
        "/api/%2": "/api/%2",
        "/%61pi/x": "/api/x",
        "/api//x": "/api//x",
        "/api/../x": "/api/../x",
        "/api": "/api",
    }
    notes = []
    async with served(noting(notes)) as gateway:
        for target, path in cases.items():
            await gateway.answer(target)
            scope = notes.pop()
            equal((scope["path"], scope["raw_path"]), (path, target.encode()))
            equal(scope["root_path"], "/api")
        await gateway.answer("/api?")
        equal((notes[0]["raw_path"], notes[0]["query_string"]), (b"/api", b""))
        await gateway.answer("/api/?a=%ff?b")
        equal((notes[1]["raw_path"], notes[1]["query_string"]), (b"/api/", b"a=%ff?b"))


async def root_path(target, *options):
    notes = []
    async with served(noting(notes), *options) as gateway:
        await gateway.answer(target)
    return notes[0]["root_path"], notes[0]["path"], notes[0]["raw_path"]


async def test_the_root_path_is_the_service_where_the_path_is_below_it():
    equal(await root_path("/api/x"), ("/api", "/api/x", b"/api/x"))
    equal(await root_path("/apix"), ("", "/apix", b"/apix"))
    equal(await root_path("/other/x"), ("", "/other/x", b"/other/x"))


async def test_a_root_path_that_is_given_stands_before_every_path():
    equal(await root_path("/v1/x", "--root-path", "/v1"), ("/v1", "/v1/x", b"/v1/x"))
    equal(await root_path("/x", "--root-path", "/v1/"), ("/v1", "/v1/x", b"/v1/x"))
    equal(await root_path("/x", "--root-path", "/é"), ("/é", "/é/x", b"/%C3%A9/x"))
    equal(await root_path("/api/x", "--root-path", ""), ("", "/api/x", b"/api/x"))


async def test_client_scheme_and_server_are_what_the_gateway_says():
    notes = []
    cases = [
        ("", None, "http", ("shop.example", 80)),
        ("x-forwarded-for: 2001:db8::1\r\nx-forwarded-proto: https\r\n", ("2001:db8::1", 0), "https", ("shop.example", 443)),
        ("x-forwarded-for: 203.0.113.9, 10.0.0.2\r\n", ("10.0.0.2", 0), "http", ("shop.example", 80)),
        ("x-forwarded-proto: gopher\r\n", None, "http", ("shop.example", 80)),
    ]  # fmt: skip
    async with served(noting(notes)) as gateway:
        for fields, client, scheme, server in cases:
            await gateway.answer("/api", fields=fields)
            scope = notes.pop()
            equal((scope["client"], scope["scheme"], scope["server"]), (client, scheme, server))
    for host, server in {
        b"a:8080": ("a", 8080), b"[::1]:81": ("::1", 81), b"[::1]": ("::1", 80), b"": None, b"a:b:c": ("a:b:c", 80),
    }.items():  # fmt: skip
        equal(zmq_asgi.server_address(host, "http"), server)


async def test_trusted_proxies_say_who_the_client_is():
    notes = []
    cases = {
        "203.0.113.9, 10.0.0.2": ("203.0.113.9", 0),
        "6.6.6.6, 203.0.113.9, 10.0.0.2": ("203.0.113.9", 0),
        "203.0.113.9:4711, 10.0.0.2": ("203.0.113.9", 0),
        "[2001:db8::5]:443, 10.0.0.2": ("2001:db8::5", 0),
        "unknown, 10.0.0.2": ("10.0.0.2", 0),
        "10.0.0.3, 10.0.0.2": ("10.0.0.3", 0),
    }
    async with served(noting(notes), "--trusted-proxy", "10.0.0.0/8") as gateway:
        for chain, client in cases.items():
            await gateway.answer("/api", fields=f"x-forwarded-for: {chain}\r\n")
            equal((chain, notes.pop()["client"]), (chain, client))


async def test_fields_come_as_bytes_in_order_with_duplicates():
    notes = []
    async with served(noting(notes)) as gateway:
        await gateway.answer("/api", fields="x-a: \xe9\xff\r\nx-b: 1\r\nx-a: 2\r\nx-empty: \r\nx-colon: a: b\r\n")
    equal(
        notes[0]["headers"][1:],
        [(b"x-a", b"\xe9\xff"), (b"x-b", b"1"), (b"x-a", b"2"), (b"x-empty", b""), (b"x-colon", b"a: b")],
    )


# Request messages


async def test_receive_gives_the_body_once_and_then_waits_for_the_end():
    notes = []

    async def app(scope, receive, send):
        notes.append(await receive())
        waiting = asyncio.ensure_future(receive())
        await asyncio.sleep(0)
        await send(start())
        await send(body(b"x"))
        notes.append(await waiting)
        notes.append(await receive())

    async with served(app) as gateway:
        await gateway.answer("/api", method="POST", body=b"\x00\xff" * 9)
        await soon(lambda: len(notes) == 3)
    end = {"type": "http.disconnect"}
    equal(notes, [{"type": "http.request", "body": b"\x00\xff" * 9, "more_body": False}, end, end])


async def test_receive_after_the_response_says_disconnect_at_once():
    notes = []

    async def app(scope, receive, send):
        await hello(scope, receive, send)
        notes.append(await receive())

    async with served(app) as gateway:
        await gateway.answer("/api", method="POST", body=b"unread")
        await soon(lambda: notes)
    equal(notes, [{"type": "http.disconnect"}])


async def test_a_client_that_leaves_is_told_by_disconnect_and_the_request_is_ended():
    notes = []

    async def app(scope, receive, send):
        await receive()
        notes.append("waiting")
        notes.append((await receive())["type"])
        await send(start())
        await send(body(b"to nobody"))
        notes.append((await receive())["type"])

    async with served(app) as gateway:
        request = await gateway.ask("/api")
        await soon(lambda: notes)
        await gateway.say(CANCEL, request)
        equal((await gateway.next(FINAL))[0], request)
        await soon(lambda: len(notes) == 3)
        equal(log.take(), [])
    equal(notes, ["waiting", "http.disconnect", "http.disconnect"])


async def test_a_cancel_that_crosses_the_end_is_ignored():
    async with served(hello) as gateway:
        request = await gateway.ask("/api")
        await gateway.next(FINAL)
        await gateway.say(CANCEL, request)
        equal((await gateway.answer("/api"))[2], b"hello")


async def test_who_streams_on_and_on_to_nobody_is_stopped():
    async def app(scope, receive, send):
        await send(start())
        while True:
            await send(body(b"x" * 1000, True))

    async with served(app) as gateway:
        request = await gateway.ask("/api", credit=5000)
        for _ in range(5):
            await gateway.next(PARTIAL)
        await gateway.say(CANCEL, request)
        equal((await gateway.next(FINAL))[0], request)
        equal(log.take(), [])


# Response messages


async def test_a_response_in_one_piece_is_one_message():
    async with served(hello) as gateway:
        equal(await gateway.answer("/api"), (b"200 OK", [(b"content-type", b"text/plain")], b"hello"))


async def test_keys_that_are_optional_may_be_left_out():
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 404})
        await send({"type": "http.response.body"})

    async with served(app) as gateway:
        equal(await gateway.answer("/api"), (b"404 Not Found", [], b""))


async def test_keys_that_nobody_knows_are_ignored():
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "surprise": 1, "trailers": False})
        await send({"type": "http.response.body", "body": b"a", "surprise": 1})

    async with served(app) as gateway:
        equal((await gateway.answer("/api"))[2], b"a")


async def test_a_status_without_a_name_has_no_reason():
    async def app(scope, receive, send):
        await send(start(299))
        await send(body())

    async with served(app) as gateway:
        equal((await gateway.answer("/api"))[0], b"299 ")


async def test_fields_go_out_as_bytes_in_order_with_duplicates():
    async def app(scope, receive, send):
        await send(start(200, [b"Set-Cookie", b"a=1"], [b"x-b", b"\xe9\xff"], (b"set-cookie", b"b=2"), (b"x-e", b"")))
        await send(body(b""))

    async with served(app) as gateway:
        equal(
            (await gateway.answer("/api"))[1],
            [(b"set-cookie", b"a=1"), (b"x-b", b"\xe9\xff"), (b"set-cookie", b"b=2"), (b"x-e", b"")],
        )


async def test_headers_may_be_any_iterable():
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": (pair for pair in [(b"x-a", b"1")])})
        await send(body(b""))

    async with served(app) as gateway:
        equal((await gateway.answer("/api"))[1], [(b"x-a", b"1")])


async def test_pieces_go_out_as_they_come():
    go_on = asyncio.Event()

    async def app(scope, receive, send):
        await send(start())
        await send(body(b"one", True))
        await go_on.wait()
        await send(body(b"", True))
        await send(body(b"two", True))
        await send(body(b"three"))

    async with served(app) as gateway:
        request = await gateway.ask("/api")
        equal(await gateway.next(PARTIAL), (request, b"", b"HTTP/1.1 200 OK\r\n\r\n", b"one"))
        go_on.set()
        equal(await gateway.next(PARTIAL), (request, b"", b"two"))
        equal(await gateway.next(FINAL), (request, b"", b"three"))


async def test_an_empty_first_piece_lets_the_head_go():
    async def app(scope, receive, send):
        await send(start())
        await send(body(b"", True))
        await receive()
        await receive()

    async with served(app) as gateway:
        request = await gateway.ask("/api")
        equal(await gateway.next(PARTIAL), (request, b"", b"HTTP/1.1 200 OK\r\n\r\n", b""))
        await gateway.say(CANCEL, request)
        await gateway.next(FINAL)


async def test_the_head_does_not_wait_long_for_a_body():
    go_on = asyncio.Event()

    async def app(scope, receive, send):
        await send(start(200, (b"content-type", b"text/event-stream")))
        await go_on.wait()
        await send(body(b"data: 1\n\n", True))
        await send(body())

    async with served(app) as gateway:
        request = await gateway.ask("/api")
        head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"
        equal(await gateway.next(PARTIAL), (request, b"", head, b""))
        go_on.set()
        equal(await gateway.next(PARTIAL), (request, b"", b"data: 1\n\n"))
        equal(await gateway.next(FINAL), (request, b"", b""))


async def test_a_stream_is_sent_as_credit_is_granted_and_no_faster():
    async def app(scope, receive, send):
        await send(start())
        await send(body(bytes(range(100)), True))
        await send(body(b"end"))

    async with served(app) as gateway:
        request = await gateway.ask("/api", credit=10)
        equal((await gateway.next(PARTIAL))[-1], bytes(range(10)))
        await gateway.say(CREDIT, request, b"50")
        equal((await gateway.next(PARTIAL))[-1], bytes(range(10, 60)))
        await gateway.say(CREDIT, request, b"41")
        equal((await gateway.next(PARTIAL))[-1], bytes(range(60, 100)))
        equal((await gateway.next(PARTIAL))[-1], b"e")
        await gateway.say(CREDIT, request, b"1")
        equal((await gateway.next(PARTIAL))[-1], b"n")
        await gateway.say(CREDIT, request, b"1")
        equal(await gateway.next(FINAL), (request, b"", b"d"))


async def test_no_credit_at_all_waits():
    async def app(scope, receive, send):
        await send(start())
        await send(body(b"ab", True))
        await send(body())

    async with served(app) as gateway:
        request = await gateway.ask("/api", credit=0)
        await gateway.say(CREDIT, request, b"2")
        equal((await gateway.next(PARTIAL))[2:], (b"HTTP/1.1 200 OK\r\n\r\n", b"ab"))
        equal(await gateway.next(FINAL), (request, b"", b""))


async def test_a_large_body_is_sent_in_pieces_with_its_length():
    data = bytes(range(256)) * 8192  # 2 MiB

    async def app(scope, receive, send):
        await send(start())
        await send(body(data))

    async with served(app) as gateway:
        request = await gateway.ask("/api", credit=1 << 20)
        found = b""
        while True:
            command, name, empty, *frames = await gateway.next()
            if not found:
                equal(split(frames[0])[1], [(b"content-length", b"%d" % len(data))])
            found += frames[-1]
            if command == FINAL:
                break
            equal(command, PARTIAL)
            await gateway.say(CREDIT, request, b"%d" % len(frames[-1]))
        assert found == data


async def test_bytes_may_be_bytearray_and_memoryview():
    async def app(scope, receive, send):
        await send(start())
        await send(body(bytearray(b"one"), True))
        await send(body(memoryview(b"two")))

    async with served(app) as gateway:
        await gateway.ask("/api")
        equal((await gateway.next(PARTIAL))[-1], b"one")
        equal((await gateway.next(FINAL))[-1], b"two")


async def test_head_204_and_304_have_no_body():
    async def app(scope, receive, send):
        status = int(scope["path"].rpartition("/")[2])
        await send(start(status, (b"content-length", b"5")))
        await send(body(b"ab", True))
        await send(body(b"cde"))

    async with served(app) as gateway:
        for method, status in (("HEAD", 200), ("GET", 204), ("GET", 304)):
            request = await gateway.ask(f"/api/{status}", method=method)
            found = await gateway.next(PARTIAL)
            equal(split(found[2])[1], [(b"content-length", b"5")])
            equal(found[3], b"")
            equal(await gateway.next(FINAL), (request, b"", b""))


async def test_a_head_of_an_endless_stream_does_not_keep_others_waiting():
    async def app(scope, receive, send):
        if scope["method"] == "HEAD":
            await send(start())
            while True:
                await send(body(b"x", True))
        await hello(scope, receive, send)

    async with served(app) as gateway:
        request = await gateway.ask("/api", method="HEAD")
        await gateway.next(PARTIAL)
        equal((await gateway.answer("/api"))[2], b"hello")
        await gateway.say(CANCEL, request)
        equal((await gateway.next(FINAL))[0], request)
        log.take()


async def test_messages_after_the_end_are_ignored():
    notes = []

    async def app(scope, receive, send):
        await hello(scope, receive, send)
        await send(body(b"more"))
        await send(start(500))
        await send({"type": "http.response.trailers", "headers": []})
        notes.append("done")

    async with served(app) as gateway:
        equal((await gateway.answer("/api"))[2], b"hello")
        await soon(lambda: notes)
        equal(log.take(), [])


async def test_work_goes_on_behind_the_response():
    go_on, notes = asyncio.Event(), []

    async def app(scope, receive, send):
        await hello(scope, receive, send)
        await go_on.wait()
        notes.append("done")

    async with served(app) as gateway:
        equal((await gateway.answer("/api"))[2], b"hello")
        go_on.set()
        await soon(lambda: notes)


async def test_a_group_of_exceptions_that_tell_of_a_lost_client_is_no_failure():
    if not hasattr(builtins, "ExceptionGroup"):
        return  # Python before 3.11.
    group = builtins.ExceptionGroup

    async def app(scope, receive, send):
        await send(start())
        try:
            while True:
                await send(body(b"x" * 1000, True))
        except OSError as error:
            others = [ValueError("no")] if scope["path"].endswith("fail") else []
            raise group("task group", [group("inner", [error]), *others]) from None

    async with served(app) as gateway:
        for path, lines in (("", []), ("/fail", ["the application failed: GET /api/fail"])):
            request = await gateway.ask("/api" + path, credit=1000)
            await gateway.next(PARTIAL)
            await gateway.say(CANCEL, request)
            equal((await gateway.next(FINAL))[0], request)
            equal(log.take(), lines)


# Errors


async def refused(*messages):
    """What send() raises for the last of some messages, and what the client gets."""
    notes = []

    async def app(scope, receive, send):
        for message in messages:
            try:
                await send(message)
            except Exception as error:
                notes.append(error)
                raise

    async with served(app) as gateway:
        await gateway.ask("/api")
        found = await gateway.next()
        if found[0] == PARTIAL:
            found = await gateway.next()
    assert log.take(), "nothing was logged"
    return (type(notes[0]) if notes else None), found


async def test_invalid_messages_raise_out_of_send():
    cases = [
        ([{"type": "http.response.surprise"}], RuntimeError),
        ([{"type": "websocket.send", "text": ""}], RuntimeError),
        ([{"status": 200}], KeyError),
        ([{"type": "http.response.start"}], KeyError),
        ([body(b"x")], RuntimeError),
        ([start(), start()], RuntimeError),
        ([start("200")], TypeError),
        ([start(True)], TypeError),
        ([start(99)], RuntimeError),
        ([start(600)], RuntimeError),
        ([start(101)], RuntimeError),
        ([start(200, ("x-a", "1"))], TypeError),
        ([start(200, (b"x-a", "1"))], TypeError),
        ([start(200, (b"x a", b"1"))], RuntimeError),
        ([start(200, (b"", b"1"))], RuntimeError),
        ([start(200, (b"x-a", b"1\r\nx-b: 2"))], RuntimeError),
        ([start(200, (b"x-a", b"\x00"))], RuntimeError),
        ([start(200, (b"content-length", b"-1"))], RuntimeError),
        ([start(200, (b"content-length", b"1")), body(b"ab")], RuntimeError),
        ([start(200, (b"content-length", b"3")), body(b"ab")], RuntimeError),
        ([start(), body("text")], TypeError),
        ([start(), body(None)], TypeError),
    ]
    for messages, expected in cases:
        error, (command, _, _, head, text) = await refused(*messages)
        equal((messages, error), (messages, expected))
        equal((command, split(head)[0], text), (FINAL, b"500 Internal Server Error", b"Internal Server Error"))


async def test_invalid_messages_after_the_first_byte_cut_the_response():
    for messages in (
        [start(200, (b"content-length", b"3")), body(b"ab", True), body(b"cd")],
        [start(200, (b"content-length", b"3")), body(b"ab", True), body(b"")],
        [start(), body(b"ab", True), body("text")],
        [start(), body(b"ab", True), start()],
    ):
        _, (command, _, reason) = await refused(*messages)
        equal(command, ABORT)
        assert b"Error: " in reason, reason


async def failing(application):
    async with served(application) as gateway:
        await gateway.ask("/api")
        found = [await gateway.next()]
        if found[0][0] == PARTIAL:
            found.append(await gateway.next())
    return [message[0] for message in found], found[-1], log.take()


async def test_an_exception_before_the_response_is_500():
    async def app(scope, receive, send):
        raise ValueError("no")

    commands, found, lines = await failing(app)
    equal(commands, [FINAL])
    equal(split(found[3])[0], b"500 Internal Server Error")
    equal(lines, ["the application failed: GET /api"])


async def test_an_exception_between_start_and_body_is_500():
    async def app(scope, receive, send):
        await send(start(200, (b"x-a", b"1")))
        raise ValueError("no")

    commands, found, _ = await failing(app)
    equal(commands, [FINAL])
    equal(split(found[3])[0], b"500 Internal Server Error")


async def test_an_exception_after_the_first_byte_cuts_the_response():
    async def app(scope, receive, send):
        await send(start())
        await send(body(b"x", True))
        raise ValueError("no\nécluse")

    commands, found, _ = await failing(app)
    equal(commands, [PARTIAL, ABORT])
    equal(found[2], b"ValueError: no\n\\xe9cluse".replace(b"\n", b"\\n"))


async def test_an_exception_after_the_end_is_logged_alone():
    async def app(scope, receive, send):
        await hello(scope, receive, send)
        raise ValueError("no")

    commands, _, lines = await failing(app)
    equal(commands, [FINAL])
    await soon(lambda: lines or log.lines)


async def test_returning_without_a_response_is_500_and_with_half_of_one_is_cut():
    async def nothing(scope, receive, send):
        pass

    async def half(scope, receive, send):
        await send(start())
        await send(body(b"x", True))

    async def only_start(scope, receive, send):
        await send(start())

    equal((await failing(nothing))[0], [FINAL])
    equal((await failing(only_start))[0], [FINAL])
    equal((await failing(half))[0], [PARTIAL, ABORT])


async def test_sys_exit_and_a_cancelled_task_end_their_request_alone():
    async def app(scope, receive, send):
        if scope["path"] == "/api/exit":
            raise SystemExit(3)
        if scope["path"] == "/api/cancel":
            asyncio.current_task().cancel()
            await asyncio.sleep(0)
        if scope["path"] == "/api/interrupt":
            raise KeyboardInterrupt
        await hello(scope, receive, send)

    async with served(app) as gateway:
        for path in ("exit", "cancel", "interrupt"):
            equal((await gateway.answer(f"/api/{path}"))[0], b"500 Internal Server Error")
        equal((await gateway.answer("/api"))[0], b"200 OK")
        log.take()


# What one request must not do to another


async def test_context_variables_do_not_leak_from_request_to_request():
    variable = contextvars.ContextVar("variable", default="unset")
    notes = []

    async def app(scope, receive, send):
        notes.append(variable.get())
        variable.set(scope["path"])
        await hello(scope, receive, send)

    async with served(app) as gateway:
        for number in range(5):
            await gateway.answer(f"/api/{number}")
        requests = {await gateway.ask(f"/api/more{number}") for number in range(20)}
        equal({(await gateway.next(FINAL))[0] for _ in range(20)}, requests)
    equal(set(notes), {"unset"})


async def test_64_requests_are_served_at_once():
    everybody, waiting = asyncio.Event(), []

    async def app(scope, receive, send):
        waiting.append(scope["path"])
        if len(waiting) == 64:
            everybody.set()
        await everybody.wait()
        await hello(scope, receive, send)

    async with served(app) as gateway:
        requests = {await gateway.ask(f"/api/{number}") for number in range(64)}
        equal({(await gateway.next(FINAL))[0] for _ in range(64)}, requests)


async def test_replies_of_a_lost_gateway_are_not_sent_to_the_next():
    go_on, notes = asyncio.Event(), []

    async def app(scope, receive, send):
        if scope["path"] == "/api/late":
            await receive()
            notes.append((await receive())["type"])
            await go_on.wait()
        await hello(scope, receive, send)
        notes.append("sent")

    async with served(app) as gateway:
        await gateway.ask("/api/late")
        await asyncio.sleep(0)
        await gateway.say(DISCONNECT)
        await gateway.next(READY)
        await soon(lambda: notes == ["http.disconnect"])
        go_on.set()
        await soon(lambda: notes[1:])
        equal((await gateway.answer("/api"))[2], b"hello")
        equal([line for line in log.take() if "failed" in line], [])


# Lifespan


def lifespan_of(notes, startup=None, shutdown=None):
    async def app(scope, receive, send):
        if scope["type"] != "lifespan":
            notes.append(dict(scope["state"]))
            scope["state"]["mine"] = 1
            return await hello(scope, receive, send)
        notes.append(dict(scope, state=dict(scope["state"])))
        message = await receive()
        notes.append(message)
        scope["state"]["answer"] = 42
        await send(startup or {"type": "lifespan.startup.complete"})
        if startup and startup["type"].endswith("failed"):
            return
        notes.append(await receive())
        await send(shutdown or {"type": "lifespan.shutdown.complete"})

    return app


async def test_lifespan_begins_before_the_first_request_and_ends_after_the_last():
    notes = []
    async with (served_app := served(lifespan_of(notes), lifespan="auto")) as gateway:
        equal(notes[1:], [{"type": "lifespan.startup"}])
        await gateway.answer("/api")
        await gateway.answer("/api")
    equal(
        notes,
        [
            {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}},
            {"type": "lifespan.startup"},
            {"answer": 42},
            {"answer": 42},  # A copy for each request.
            {"type": "lifespan.shutdown"},
        ],
    )
    equal(await served_app.running, 0)


async def test_no_gateway_hears_of_an_application_whose_startup_fails():
    for mode in ("auto", "on"):
        app = lifespan_of([], startup={"type": "lifespan.startup.failed", "message": "no database"})
        served_app = served(app, lifespan=mode)
        equal(await served_app.running, 1)
        equal(log.take(), ["the application did not start: no database"])
        assert served_app.gateway.commands.empty()
        served_app.gateway.close()


async def test_startup_may_take_its_time():
    go_on = asyncio.Event()

    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            await receive()
            await go_on.wait()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
        else:
            await hello(scope, receive, send)

    served_app = served(app, lifespan="on")
    await asyncio.sleep(0.05)
    assert served_app.gateway.commands.empty()
    go_on.set()
    async with served_app as gateway:
        equal((await gateway.answer("/api"))[2], b"hello")


async def test_an_application_without_lifespan_is_served():
    async def raises(scope, receive, send):
        assert scope["type"] == "http", scope["type"]
        await hello(scope, receive, send)

    async def returns(scope, receive, send):
        if scope["type"] == "http":
            await hello(scope, receive, send)

    for app in (raises, returns):
        async with served(app, lifespan="auto") as gateway:
            equal((await gateway.answer("/api"))[2], b"hello")
        log.take()
        served_app = served(app, lifespan="on")
        equal(await served_app.running, 1)
        served_app.gateway.close()
        log.take()


async def test_an_exception_of_a_startup_is_told():
    for failure in (ValueError("no database"), asyncio.CancelledError()):

        async def app(scope, receive, send, failure=failure):
            if scope["type"] == "lifespan":
                await receive()
                raise failure
            await hello(scope, receive, send)

        async with served(app, lifespan="auto") as gateway:
            equal((await gateway.answer("/api"))[2], b"hello")
        equal(log.take(), ["the application's startup failed, and it is served without a lifespan"])
        served_app = served(app, lifespan="on")
        equal(await served_app.running, 1)
        equal(log.take()[0], "the application's lifespan failed")
        served_app.gateway.close()


async def test_lifespan_off_asks_nobody():
    notes = []
    async with served(noting(notes), lifespan="off") as gateway:
        await gateway.answer("/api")
    equal([scope["type"] for scope in notes], ["http"])


async def test_a_shutdown_that_fails_is_told_by_the_exit_status():
    async def raises(scope, receive, send):
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        raise ValueError("no")

    for app in (lifespan_of([], shutdown={"type": "lifespan.shutdown.failed", "message": "still busy"}), raises):
        async with (served_app := served(app, lifespan="auto")):
            pass
        equal(await served_app.running, 1)
        assert log.take()


async def test_wrong_lifespan_messages_raise_out_of_send():
    notes = []

    async def app(scope, receive, send):
        for kind in ("lifespan.shutdown.complete", "http.response.start", "lifespan.startup"):
            try:
                await send({"type": kind})
            except RuntimeError:
                notes.append(kind)
        await send({"type": "lifespan.startup.complete"})
        try:
            await send({"type": "lifespan.startup.complete"})
        except RuntimeError:
            notes.append("twice")
        await receive(), await receive()
        await send({"type": "lifespan.shutdown.complete"})

    async with served(app, lifespan="on"):
        pass
    equal(notes, ["lifespan.shutdown.complete", "http.response.start", "lifespan.startup", "twice"])


# The end


async def test_it_finishes_what_it_has_when_it_is_told_to_stop():
    go_on = asyncio.Event()

    async def app(scope, receive, send):
        if scope["path"] == "/api/slow":
            await go_on.wait()
        await hello(scope, receive, send)

    async with (served_app := served(app)) as gateway:
        request = await gateway.ask("/api/slow")
        equal((await gateway.answer("/api"))[2], b"hello")
        served_app.worker.stop()
        await gateway.next(DRAIN)
        # One that was on its way is served, too.
        equal((await gateway.answer("/api/crossed"))[2], b"hello")
        go_on.set()
        equal((await gateway.next(FINAL))[0], request)
        await gateway.next(DISCONNECT)
        equal(await served_app.running, 0)


async def test_it_waits_for_work_behind_the_response_before_it_ends():
    go_on, notes = asyncio.Event(), []

    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            notes.append("shutdown")
            return await send({"type": "lifespan.shutdown.complete"})
        await hello(scope, receive, send)
        await go_on.wait()
        notes.append("done")

    async with (served_app := served(app, lifespan="on")) as gateway:
        await gateway.answer("/api")
        served_app.worker.stop()
        await gateway.next(DRAIN)
        await gateway.next(DISCONNECT)
        go_on.set()
        equal(await served_app.running, 0)
    equal(notes, ["done", "shutdown"])


async def test_it_ends_at_once_while_no_gateway_is_there():
    gateway = ScriptedGateway()
    gateway.close()
    gateway.close = lambda: None
    served_app = served(hello, gateway=gateway)
    await asyncio.sleep(0.01)
    served_app.worker.stop()
    equal(await served_app.running, 0)


# WSGI and old applications


async def test_an_application_of_ASGI_2_is_served():
    class Application:
        def __init__(self, scope):
            self.scope = scope

        async def __call__(self, receive, send):
            await hello(self.scope, receive, send)

    options = zmq_asgi.Options(application="x:y", wsgi=False)
    async with served(zmq_asgi.examine(Application, options)) as gateway:
        equal((await gateway.answer("/api"))[2], b"hello")


if __name__ == "__main__":
    support.run_tests(globals())
