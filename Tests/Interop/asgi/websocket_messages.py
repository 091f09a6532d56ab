"""The messages of ASGI's WebSockets, case by case, between an application and a gateway that does what the case says.

    websocket_messages.py [WORD...]     those whose names contain one of the words
"""

import asyncio

import support
from messages import log, noting, served, zmq_asgi
from support import CANCEL, CREDIT, DISCONNECT, DRAIN, FINAL, MESSAGE, PARTIAL, READY, equal, soon, split

UPGRADE = "x-websocket: 13\r\n"
ACCEPT = {"type": "websocket.accept"}


async def echo(scope, receive, send):
    await receive()
    await send(ACCEPT)
    while True:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            return
        await send({**message, "type": "websocket.send"})


async def connect(gateway, target="/api/socket", **options):
    """Asks for a WebSocket that is accepted, and returns its request's id and the reply's head."""
    request = await gateway.ask(target, fields=UPGRADE + options.pop("fields", ""), **options)
    found, empty, head, piece = await gateway.next(PARTIAL)
    equal((found, empty, piece), (request, b"", b""))
    return request, split(head)


async def refusal(gateway, **options):
    request = await gateway.ask("/api/socket", fields=UPGRADE, **options)
    found, _, head, body = await gateway.next(FINAL)
    equal(found, request)
    return split(head) + (body,)


# The handshake


async def test_the_scope_has_what_the_specification_names():
    notes = []
    async with served(noting(notes, echo)) as gateway:
        fields = (
            "sec-websocket-protocol: chat, superchat\r\nsec-websocket-protocol: third\r\norigin: http://shop.example\r\n"
            "x-forwarded-for: 192.0.2.7\r\nx-forwarded-proto: https\r\n"
        )
        request, _ = await connect(gateway, "/api/soc%6bet?a=b", fields=fields)
        await gateway.say(CANCEL, request)
        await gateway.next(FINAL)
    equal(notes[0].pop("state"), {})
    equal(
        notes[0],
        {
            "type": "websocket",
            "asgi": {"version": "3.0", "spec_version": "2.5"},
            "http_version": "1.1",
            "scheme": "wss",
            "path": "/api/socket",
            "raw_path": b"/api/soc%6bet",
            "query_string": b"a=b",
            "root_path": "/api",
            "headers": [
                (b"host", b"shop.example"),
                (b"sec-websocket-protocol", b"chat, superchat"),
                (b"sec-websocket-protocol", b"third"),
                (b"origin", b"http://shop.example"),
                (b"x-forwarded-for", b"192.0.2.7"),
                (b"x-forwarded-proto", b"https"),
            ],
            "client": ("192.0.2.7", 0),
            "server": ("shop.example", 443),
            "subprotocols": ["chat", "superchat", "third"],
            "extensions": {"websocket.http.response": {}},
        },
    )


async def test_connect_comes_first_and_accept_completes_the_handshake():
    notes = []

    async def app(scope, receive, send):
        notes.append(await receive())
        await send({**ACCEPT, "subprotocol": "chat", "headers": [(b"X-A", b"1"), [b"set-cookie", b"\xe9"]]})
        notes.append(await receive())

    async with served(app) as gateway:
        request, (status, fields) = await connect(gateway)
        equal(status, b"101 Switching Protocols")
        equal(fields, [(b"x-a", b"1"), (b"set-cookie", b"\xe9"), (b"sec-websocket-protocol", b"chat")])
        await gateway.say(CANCEL, request)
        await gateway.next(FINAL)
    equal(notes, [{"type": "websocket.connect"}, {"type": "websocket.disconnect", "code": 1006, "reason": ""}])


async def test_accept_needs_no_connect_and_no_keys():
    async def app(scope, receive, send):
        await send({"type": "websocket.accept", "subprotocol": None, "headers": None})
        await send({"type": "websocket.close"})

    async with served(app) as gateway:
        request, (_, fields) = await connect(gateway)
        equal(fields, [])
        equal(await gateway.next(FINAL), (request, b"", b"close", b"1000", b""))


async def test_close_before_accept_is_403():
    notes = []

    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.close", "code": 3000, "reason": "no"})
        notes.append((await receive())["type"])

    async with served(app) as gateway:
        equal(await refusal(gateway), (b"403 Forbidden", [(b"content-length", b"0")], b""))
        await soon(lambda: notes)
    equal((notes, log.take()), (["websocket.disconnect"], []))


async def test_a_handshake_may_be_refused_with_a_response():
    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.http.response.start", "status": 401, "headers": [(b"x-a", b"1")]})
        await send({"type": "websocket.http.response.body", "body": b"who are you?"})

    async with served(app) as gateway:
        equal(await refusal(gateway), (b"401 Unauthorized", [(b"x-a", b"1")], b"who are you?"))


async def test_who_has_refused_is_told_of_the_end():
    notes = []

    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.http.response.start", "status": 401})
        await send({"type": "websocket.http.response.body", "body": b"no"})
        notes.append(await receive())

    async with served(app) as gateway:
        equal((await refusal(gateway))[0], b"401 Unauthorized")
        await soon(lambda: notes)
    equal((notes, log.take()), ([{"type": "websocket.disconnect", "code": 1006, "reason": ""}], []))


async def test_a_refusal_may_be_streamed():
    async def app(scope, receive, send):
        await send({"type": "websocket.http.response.start", "status": 404})
        await send({"type": "websocket.http.response.body", "body": b"one", "more_body": True})
        await send({"type": "websocket.http.response.body", "body": b"two"})

    async with served(app) as gateway:
        await gateway.ask("/api", fields=UPGRADE)
        equal((await gateway.next(PARTIAL))[3], b"one")
        equal((await gateway.next(FINAL))[2:], (b"two",))


async def test_an_exception_before_accept_is_500():
    async def raises(scope, receive, send):
        raise ValueError("no")

    async def returns(scope, receive, send):
        await receive()

    for app in (raises, returns):
        async with served(app) as gateway:
            equal((await refusal(gateway))[0], b"500 Internal Server Error")
        assert log.take()


async def test_an_application_that_knows_no_websockets_answers_500():
    async def app(scope, receive, send):
        assert scope["type"] == "http"

    async with served(app) as gateway:
        equal((await refusal(gateway))[0], b"500 Internal Server Error")
    log.take()


async def test_a_client_that_leaves_during_the_handshake():
    notes = []

    async def app(scope, receive, send):
        await receive()
        notes.append(await receive())
        try:
            await send(ACCEPT)
        except OSError:
            notes.append("OSError")
            raise

    async with served(app) as gateway:
        request = await gateway.ask("/api", fields=UPGRADE)
        await gateway.say(CANCEL, request)
        equal((await gateway.next(FINAL))[0], request)
    equal(notes, [{"type": "websocket.disconnect", "code": 1006, "reason": ""}, "OSError"])
    equal(log.take(), [])


# Messages


async def test_text_and_bytes_go_both_ways():
    async with served(echo) as gateway:
        request, _ = await connect(gateway)
        for kind, data in ((b"text", "für 𝄞".encode()), (b"binary", b"\x00\xff"), (b"text", b""), (b"binary", b"")):
            await gateway.say(MESSAGE, request, kind, data)
            if data:
                equal(await gateway.next(CREDIT), (request, b"%d" % len(data)))
            equal(await gateway.next(PARTIAL), (request, b"", kind, data))
        await gateway.say(MESSAGE, request, b"close", b"")
        equal((await gateway.next(FINAL))[:3], (request, b"", b"close"))


async def test_a_message_has_one_of_its_keys():
    notes = []

    async def app(scope, receive, send):
        await receive()
        await send(ACCEPT)
        notes.extend([await receive(), await receive()])
        await send({"type": "websocket.send", "bytes": None, "text": "a"})
        await send({"type": "websocket.send", "bytes": bytearray(b"b"), "text": None})
        for wrong in ({}, {"text": None}, {"text": "a", "bytes": b"b"}):
            try:
                await send({"type": "websocket.send", **wrong})
            except RuntimeError:
                notes.append("refused")

    async with served(app) as gateway:
        request, _ = await connect(gateway)
        await gateway.say(MESSAGE, request, b"text", b"t")
        await gateway.say(MESSAGE, request, b"binary", b"b")
        found = [await gateway.next() for _ in range(4)]
        found = [message[3:] for message in found if message[0] == PARTIAL]
        if len(found) < 2:
            found.append((await gateway.next())[3:])
        equal(found, [(b"text", b"a"), (b"binary", b"b")])
    equal(
        notes,
        [{"type": "websocket.receive", "text": "t"}, {"type": "websocket.receive", "bytes": b"b"}] + ["refused"] * 3,
    )


async def test_messages_wait_for_credit_in_their_order():
    async def app(scope, receive, send):
        await send(ACCEPT)
        await asyncio.gather(*(send({"type": "websocket.send", "text": text}) for text in ("abcd", "efghij", "k", "lm")))
        await send({"type": "websocket.close"})

    async with served(app) as gateway:
        request, _ = await connect(gateway, credit=6)
        equal((await gateway.next(PARTIAL))[2:], (b"text", b"abcd"))
        await gateway.say(CREDIT, request, b"3")
        await gateway.say(CREDIT, request, b"1")
        equal((await gateway.next(PARTIAL))[2:], (b"text", b"efghij"))
        await gateway.say(CREDIT, request, b"2")
        equal((await gateway.next(PARTIAL))[2:], (b"text", b"k"))
        await gateway.say(CREDIT, request, b"9")
        equal((await gateway.next(PARTIAL))[2:], (b"text", b"lm"))
        await gateway.next(FINAL)


async def test_a_message_that_can_never_be_granted_is_refused():
    async def app(scope, receive, send):
        await send(ACCEPT)
        await send({"type": "websocket.send", "text": "seven b"})

    async with served(app) as gateway:
        request, _ = await connect(gateway, credit=6)
        equal(await gateway.next(FINAL), (request, b"", b"close", b"1011", b""))
    assert log.take()


async def test_what_was_read_is_granted_again():
    go_on = asyncio.Event()

    async def app(scope, receive, send):
        await receive()
        await send(ACCEPT)
        await go_on.wait()
        while (await receive())["type"] != "websocket.disconnect":
            pass

    async with served(app) as gateway:
        request, _ = await connect(gateway)
        for _ in range(100):
            await gateway.say(MESSAGE, request, b"binary", b"x" * 1000)
        go_on.set()
        granted, grants = 0, 0
        while granted < 100_000:
            name, count = await gateway.next(CREDIT)
            equal(name, request)
            granted, grants = granted + int(count), grants + 1
        equal(granted, 100_000)
        await gateway.say(MESSAGE, request, b"close", b"")
        await gateway.next(FINAL)


async def test_messages_that_nobody_takes_do_not_pile_up():
    notes, go_on = [], asyncio.Event()

    async def app(scope, receive, send):
        await receive()
        await send(ACCEPT)
        await go_on.wait()
        while not notes or notes[-1]["type"] != "websocket.disconnect":
            notes.append(await receive())

    most, zmq_asgi.MOST_WAITING = zmq_asgi.MOST_WAITING, 3
    try:
        async with served(app) as gateway:
            request, _ = await connect(gateway)
            for _ in range(4):  # Empty ones, which take no credit.
                await gateway.say(MESSAGE, request, b"text", b"")
            reason = b"more messages wait than the worker keeps"
            equal(await gateway.next(FINAL), (request, b"", b"close", b"1008", reason))
            go_on.set()
            await soon(lambda: len(notes) == 4)
    finally:
        zmq_asgi.MOST_WAITING = most
    equal(notes[3], {"type": "websocket.disconnect", "code": 1008, "reason": reason.decode()})


# The end


async def test_the_client_closes():
    notes = []

    async def app(scope, receive, send):
        await receive()
        await send(ACCEPT)
        notes.append(await receive())
        notes.append(await receive())
        for message in ({"type": "websocket.send", "text": "a"}, {"type": "websocket.close"}):
            try:
                await send(message)
            except OSError:
                notes.append("OSError")

    for data, code, reason in (
        (b"", 1005, ""),
        (b"\x03\xe8", 1000, ""),
        (b"\x0b\xb8bye \xc3\xa9", 3000, "bye é"),
    ):
        async with served(app) as gateway:
            request, _ = await connect(gateway)
            await gateway.say(MESSAGE, request, b"close", data)
            equal((await gateway.next(FINAL))[:3], (request, b"", b"close"))
        end = {"type": "websocket.disconnect", "code": code, "reason": reason}
        equal((notes, log.take()), ([end, end, "OSError", "OSError"], []))
        notes.clear()


async def test_messages_before_the_close_are_read_first():
    notes, go_on = [], asyncio.Event()

    async def app(scope, receive, send):
        await receive()
        await send(ACCEPT)
        await go_on.wait()
        while not notes or notes[-1] != "websocket.disconnect":
            notes.append((await receive())["type"])

    async with served(app) as gateway:
        request, _ = await connect(gateway)
        await gateway.say(MESSAGE, request, b"text", b"a")
        await gateway.say(MESSAGE, request, b"text", b"b")
        await gateway.say(MESSAGE, request, b"close", b"")
        go_on.set()
        while (await gateway.next())[0] != FINAL:
            pass
    equal(notes, ["websocket.receive", "websocket.receive", "websocket.disconnect"])


async def test_the_application_closes():
    notes = []

    async def app(scope, receive, send):
        await receive()
        await send(ACCEPT)
        await send({"type": "websocket.close", "code": 4001, "reason": "é"})
        notes.append(await receive())
        try:
            await send({"type": "websocket.send", "text": "a"})
        except OSError:
            notes.append("OSError")

    async with served(app) as gateway:
        request, _ = await connect(gateway)
        equal(await gateway.next(FINAL), (request, b"", b"close", b"4001", "é".encode()))
        await soon(lambda: len(notes) == 2)
        # What crosses the close is dropped.
        await gateway.say(MESSAGE, request, b"text", b"late")
    equal(notes, [{"type": "websocket.disconnect", "code": 4001, "reason": "é"}, "OSError"])


async def test_a_code_or_reason_that_cannot_be_sent_is_refused():
    for close in ({"code": 1005}, {"code": 999}, {"code": 2000}, {"code": 5000}, {"reason": "x" * 124}):

        async def app(scope, receive, send, close=close):
            await send(ACCEPT)
            await send({"type": "websocket.close", **close})

        async with served(app) as gateway:
            request, _ = await connect(gateway)
            equal(await gateway.next(FINAL), (request, b"", b"close", b"1011", b""))
        assert log.take()


async def test_an_exception_closes_with_1011_and_a_return_with_1000():
    async def raises(scope, receive, send):
        await send(ACCEPT)
        raise ValueError("no")

    async def returns(scope, receive, send):
        await send(ACCEPT)

    for app, code in ((raises, b"1011"), (returns, b"1000")):
        async with served(app) as gateway:
            request, _ = await connect(gateway)
            equal(await gateway.next(FINAL), (request, b"", b"close", code, b""))
    equal(len(log.take()), 1)


async def test_a_send_that_waits_is_told_when_the_client_leaves():
    notes = []

    async def app(scope, receive, send):
        await send(ACCEPT)
        await send({"type": "websocket.send", "text": "abcd"})
        try:
            await send({"type": "websocket.send", "text": "efgh"})
        except OSError as error:
            notes.append(error)
            raise

    async with served(app) as gateway:
        request, _ = await connect(gateway, credit=5)
        await gateway.next(PARTIAL)
        await gateway.say(CANCEL, request)
        equal((await gateway.next(FINAL))[0], request)
    equal((len(notes), log.take()), (1, []))


async def test_wrong_messages_raise_out_of_send():
    notes = []

    async def app(scope, receive, send):
        for message in (
            {"type": "websocket.send", "text": "a"},
            {"type": "http.response.start", "status": 200},
            {"type": "websocket.http.response.body", "body": b""},
            {"type": "websocket.accept", "headers": [(b"sec-websocket-protocol", b"chat")]},
            {"type": "websocket.accept", "headers": [(b"x-a", b"1\r\n")]},
        ):
            try:
                await send(message)
            except RuntimeError:
                notes.append(message["type"])
        await send(ACCEPT)
        for message in (ACCEPT, {"type": "websocket.surprise"}, {"type": "websocket.http.response.start", "status": 200}):
            try:
                await send(message)
            except RuntimeError:
                notes.append(message["type"])

    async with served(app) as gateway:
        await connect(gateway)
        await gateway.next(FINAL)
    equal(len(notes), 8)


async def test_a_drain_closes_websockets_with_1012():
    notes = []

    async def app(scope, receive, send):
        await receive()
        await send(ACCEPT)
        notes.append(await receive())

    async with (served_app := served(app)) as gateway:
        request, _ = await connect(gateway)
        served_app.worker.stop()
        found = [await gateway.next(), await gateway.next()]
        equal(found[0][0], DRAIN)
        equal(found[1], (FINAL, request, b"", b"close", b"1012", b""))
        equal((await gateway.next())[0], DISCONNECT)
        equal(await served_app.running, 0)
    equal(notes, [{"type": "websocket.disconnect", "code": 1012, "reason": ""}])


async def test_a_websocket_that_is_accepted_during_a_drain_is_closed_with_1012():
    go_on = asyncio.Event()

    async def app(scope, receive, send):
        await go_on.wait()
        await send(ACCEPT)
        await receive(), await receive()

    async with (served_app := served(app)) as gateway:
        request = await gateway.ask("/api", fields=UPGRADE)
        await soon(lambda: served_app.worker.tasks)
        served_app.worker.stop()
        await gateway.next(DRAIN)
        go_on.set()
        equal((await gateway.next(PARTIAL))[0], request)
        equal(await gateway.next(FINAL), (request, b"", b"close", b"1012", b""))
        equal(await served_app.running, 0)


async def test_a_lost_gateway_ends_websockets():
    notes = []

    async def app(scope, receive, send):
        await receive()
        await send(ACCEPT)
        notes.append(await receive())

    async with served(app) as gateway:
        await connect(gateway)
        await gateway.say(DISCONNECT)
        await gateway.next(READY)
        await soon(lambda: notes)
    equal(notes, [{"type": "websocket.disconnect", "code": 1006, "reason": ""}])
    log.take()


if __name__ == "__main__":
    support.run_tests(globals())
