"""WSGI (PEP 3333), case by case, between an application and a gateway that does what the case says.

    wsgi_messages.py [WORD...]     those whose names contain one of the words
"""

import io
import sys
import threading
import wsgiref.validate

import support
from messages import log, served
from support import ABORT, CANCEL, CREDIT, FINAL, PARTIAL, equal, soon, split


def hello(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]


def noting(notes):
    def app(environ, start_response):
        notes.append(environ)
        return hello(environ, start_response)

    return app


async def test_the_environment_has_what_the_specification_names():
    notes = []
    async with served(noting(notes), "--wsgi") as gateway:
        equal(gateway.registered[1], b"concurrency=64\ncancel=1\ncredit=1\ndrain=1")
        fields = (
            "content-type: a/b\r\ncontent-length: 4\r\naccept: c/d\r\naccept: e/f\r\ncookie: a=1\r\ncookie: b=2\r\n"
            "x-test: \xe9\r\nx_test: spoofed\r\nx-forwarded-for: 192.0.2.7\r\nx-forwarded-proto: https\r\n"
        )
        await gateway.answer("/api/caf%C3%A9/a%2Fb?x=%20", method="POST", fields=fields, body=b"body")
    found = notes[0]
    equal(found.pop("wsgi.input").read(), b"body")
    equal(found.pop("wsgi.errors"), sys.stderr)
    equal(list(found.pop("wsgi.file_wrapper")(io.BytesIO(b"x"))), [b"x"])
    equal(
        found,
        {
            "REQUEST_METHOD": "POST",
            "SCRIPT_NAME": "/api",
            "PATH_INFO": "/caf\xc3\xa9/a/b",
            "QUERY_STRING": "x=%20",
            "RAW_URI": "/api/caf%C3%A9/a%2Fb?x=%20",
            "REQUEST_URI": "/api/caf%C3%A9/a%2Fb?x=%20",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "SERVER_SOFTWARE": "webgateway",
            "SERVER_NAME": "shop.example",
            "SERVER_PORT": "443",
            "REMOTE_ADDR": "192.0.2.7",
            "CONTENT_TYPE": "a/b",
            "CONTENT_LENGTH": "4",
            "HTTP_HOST": "shop.example",
            "HTTP_ACCEPT": "c/d,e/f",
            "HTTP_COOKIE": "a=1; b=2",
            "HTTP_X_TEST": "\xe9",
            "HTTP_X_FORWARDED_FOR": "192.0.2.7",
            "HTTP_X_FORWARDED_PROTO": "https",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "https",
            "wsgi.input_terminated": True,
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        },
    )


async def test_the_validator_of_the_standard_library_finds_nothing():
    def app(environ, start_response):
        environ["wsgi.input"].read(1)
        start_response("200 OK", [("Content-Type", "text/plain"), ("X-A", "1")])
        return iter([b"a", b"b"])

    async with served(wsgiref.validate.validator(app), "--wsgi") as gateway:
        for target in ("/api", "/api/x?y=z"):
            request = await gateway.ask(target, method="POST", body=b"x")
            equal((await gateway.next(PARTIAL))[3], b"a")
            equal((await gateway.next(PARTIAL))[2:], (b"b",))
            equal(await gateway.next(FINAL), (request, b"", b""))
        equal(log.take(), [])


async def test_the_script_name_is_the_root_path():
    notes = []
    for options, target, expected in (
        ([], "/api", ("/api", "")),
        ([], "/api/", ("/api", "/")),
        ([], "/%61pi/x", ("/api", "/x")),
        ([], "/other/x", ("", "/other/x")),
        (["--root-path", "/v1"], "/v1/x", ("/v1", "/x")),
        (["--root-path", "/v1"], "/x", ("/v1", "/x")),
        (["--root-path", "/\xe9"], "/x", ("/\xc3\xa9", "/x")),
        (["--root-path", ""], "/api/x", ("", "/api/x")),
    ):
        async with served(noting(notes), "--wsgi", *options) as gateway:
            await gateway.answer(target)
        found = notes.pop()
        equal((target, found["SCRIPT_NAME"], found["PATH_INFO"]), (target, *expected))


async def test_a_list_of_one_is_a_reply_in_one_piece_and_an_iterator_is_streamed():
    go_on = threading.Event()

    def stream(environ, start_response):
        start_response("200 OK", [])
        yield b""
        yield b"one"
        go_on.wait()
        yield b""
        yield b"two"

    async with served(hello, "--wsgi") as gateway:
        equal(await gateway.answer("/api"), (b"200 OK", [(b"content-type", b"text/plain")], b"hello"))
    async with served(stream, "--wsgi") as gateway:
        request = await gateway.ask("/api")
        equal(await gateway.next(PARTIAL), (request, b"", b"HTTP/1.1 200 OK\r\n\r\n", b"one"))
        go_on.set()
        equal((await gateway.next(PARTIAL))[2:], (b"two",))
        equal(await gateway.next(FINAL), (request, b"", b""))


async def test_a_body_as_long_as_it_says_is_one_piece():
    def app(environ, start_response):
        start_response("200 OK", [("Content-Length", "5")])
        return iter([b"", b"hello"])

    async with served(app, "--wsgi") as gateway:
        equal((await gateway.answer("/api"))[1:], ([(b"content-length", b"5")], b"hello"))


async def test_write_sends_at_once():
    def app(environ, start_response):
        write = start_response("200 OK", [])
        write(b"one")
        write(b"two")
        return [b"three"]

    async with served(app, "--wsgi") as gateway:
        request = await gateway.ask("/api")
        equal((await gateway.next(PARTIAL))[3], b"one")
        equal((await gateway.next(PARTIAL))[2], b"two")
        equal(await gateway.next(FINAL), (request, b"", b"three"))


async def test_a_reason_of_its_own_and_latin_1_go_out_as_they_are():
    def app(environ, start_response):
        start_response("299 Quite F\xefne", [("Set-Cookie", "a=1"), ("X-A", "\xe9"), ("Set-Cookie", "b=2")])
        return []

    async with served(app, "--wsgi") as gateway:
        equal(
            await gateway.answer("/api"),
            (b"299 Quite F\xefne", [(b"set-cookie", b"a=1"), (b"x-a", b"\xe9"), (b"set-cookie", b"b=2")], b""),
        )


async def test_start_response_may_be_called_again_with_an_exception_until_something_was_sent():
    def early(environ, start_response):
        start_response("200 OK", [("X-A", "1")])
        try:
            raise ValueError("no")
        except ValueError:
            start_response("503 Busy", [("X-B", "2")], sys.exc_info())
        return [b"sorry"]

    def late(environ, start_response):
        start_response("200 OK", [])(b"half")
        try:
            raise ValueError("no")
        except ValueError:
            start_response("503 Busy", [], sys.exc_info())
        return [b"sorry"]

    async with served(early, "--wsgi") as gateway:
        equal(await gateway.answer("/api"), (b"503 Busy", [(b"x-b", b"2")], b"sorry"))
    async with served(late, "--wsgi") as gateway:
        await gateway.ask("/api")
        await gateway.next(PARTIAL)
        equal((await gateway.next(ABORT))[1], b"ValueError: no")
    log.take()


async def test_mistakes_are_500():
    def raises(environ, start_response):
        raise ValueError("no")

    def forgets(environ, start_response):
        return [b"x"]

    def forgets_all(environ, start_response):
        return []

    def twice(environ, start_response):
        start_response("200 OK", [])
        start_response("200 OK", [])

    def none(environ, start_response):
        start_response("200 OK", [])

    def text(environ, start_response):
        start_response("200 OK", [])
        return ["text"]

    def split_line(environ, start_response):
        start_response("200 OK", [("X-A", "1\r\nX-B: 2")])
        return []

    def split_reason(environ, start_response):
        start_response("200 OK\r\nX-B: 2", [])
        return []

    def no_status(environ, start_response):
        start_response("OK", [])
        return []

    def exits(environ, start_response):
        raise SystemExit

    def has_no_next(environ, start_response):
        return next(iter([]))  # StopIteration, which no future takes.

    for app in (
        raises, forgets, forgets_all, twice, none, text, split_line, split_reason, no_status, exits, has_no_next,
    ):  # fmt: skip
        async with served(app, "--wsgi") as gateway:
            equal((app.__name__, (await gateway.answer("/api"))[0]), (app.__name__, b"500 Internal Server Error"))
        assert log.take(), app.__name__


async def test_close_is_called_whatever_happens():
    class Pieces:
        def __init__(self, notes, pieces):
            self.notes, self.pieces = notes, iter(pieces)

        def __iter__(self):
            return self

        def __next__(self):
            piece = next(self.pieces)
            if piece is None:
                raise ValueError("no")
            return piece

        def close(self):
            self.notes.append("closed")

    for pieces, end in (([b"a"], FINAL), ([b"a", None], ABORT), ([None], FINAL), ([], FINAL), ([b"a"] * 9, CANCEL)):
        notes = []

        def app(environ, start_response, notes=notes, pieces=pieces):
            start_response("200 OK", [])
            return Pieces(notes, pieces)

        async with served(app, "--wsgi") as gateway:
            request = await gateway.ask("/api", credit=2)
            if end == CANCEL:
                await gateway.next(PARTIAL), await gateway.next(PARTIAL)
                await gateway.say(CANCEL, request)
            while (await gateway.next())[0] == PARTIAL:
                pass
            await soon(lambda: notes)
        equal(notes, ["closed"])
        log.take()


async def test_a_stream_waits_for_credit():
    def app(environ, start_response):
        start_response("200 OK", [])
        return [b"abcdef", b"g"]

    async with served(app, "--wsgi") as gateway:
        request = await gateway.ask("/api", credit=4)
        equal((await gateway.next(PARTIAL))[3], b"abcd")
        await gateway.say(CREDIT, request, b"2")
        equal((await gateway.next(PARTIAL))[2], b"ef")
        await gateway.say(CREDIT, request, b"9")
        equal((await gateway.next(PARTIAL))[2], b"g")
        await gateway.next(FINAL)


async def test_head_has_no_body():
    def app(environ, start_response):
        start_response("200 OK", [("Content-Length", "5")])
        return [b"hello"]

    async with served(app, "--wsgi") as gateway:
        request = await gateway.ask("/api", method="HEAD")
        found, _, head, body = await gateway.next(FINAL)
        equal((found, split(head)[1], body), (request, [(b"content-length", b"5")], b""))


if __name__ == "__main__":
    support.run_tests(globals())
