#!/usr/bin/env python3
"""Serves a Python web application behind webgateway: ASGI 3 (FastAPI, Starlette, Django, Quart), or WSGI (Flask).

    python3 zmq_asgi.py --connect tcp://127.0.0.1:5555 --service api --concurrency 64 app:app
    python3 zmq_asgi.py --connect tcp://127.0.0.1:5555 --service shop --wsgi app:app

It needs Python 3.9 and pyzmq, and nothing else. Start it as often as you have cores: each process is a worker.
SIGTERM or SIGINT: it takes no new requests, finishes what it has, and ends; a second signal ends it at once.
"""

import argparse
import asyncio
import collections
import concurrent.futures
import contextlib
import contextvars
import functools
import http
import importlib
import inspect
import io
import ipaddress
import logging
import os
import re
import signal
import sys
import threading
import time
import urllib.parse
import wsgiref.util

try:
    import zmq
except ImportError:
    zmq = None  # `main` says what to do; `--help` works without it.

PROTOCOL = b"MDPW02"
READY, REQUEST, PARTIAL, FINAL, HEARTBEAT, DISCONNECT, CANCEL, CREDIT, DRAIN, MESSAGE, ABORT = (
    bytes([code]) for code in range(1, 12)
)

LIVENESS = 3  # Heartbeat intervals of silence after which the other side counts as dead.
LONGEST_PIECE = 256 * 1024  # Bytes of a streamed reply in one message, so that other replies get their turn.
ZERO_COPY = 64 * 1024  # Bytes from which on handing a body to libzmq without a copy is cheaper.
GRANT = 16 * 1024  # Bytes of small WebSocket messages that are granted again in one command.
BATCH = 64  # Messages read in a row before applications get their turn.
LONGEST_BLOCKADE = 60.0  # Seconds for which a blocked event loop is still said to be alive.
SETTLING = 1.0  # Seconds without a request after which a worker that drains knows that no more are on their way.
LINGER = 5000  # Milliseconds that the last replies may take to leave.
HEAD_DELAY = 0.1  # Seconds after which a response's head leaves although no piece of its body has come.
MOST_WAITING = 65_536  # Messages of a WebSocket that nobody has taken: empty ones cost no credit.

log = logging.getLogger("zmq_asgi")


class ConnectionClosed(OSError):
    """Raised out of `send()` when nobody is there any more to whom anything could be sent."""


# ----------------------------------------------------------------------------------------------------------------------
# Requests


class Request:
    """What a REQUEST says, as both ASGI and WSGI need it."""

    __slots__ = (
        "method", "target", "raw_path", "path", "query", "root_path", "fields", "body", "scheme", "client", "server",
        "credit", "is_websocket",
    )  # fmt: skip

    def __init__(self, frames, options):
        lines = frames[0].split(b"\r\n")
        method, self.target, _ = lines[0].split(b" ")
        self.method = method.decode("ascii")
        self.raw_path, _, self.query = self.target.partition(b"?")
        fields = []
        for line in lines[1:-2]:
            name, colon, value = line.partition(b": ")
            if not colon:
                raise ValueError("a field line without a colon")
            fields.append((name, value))
        known = dict(fields)
        # These two are between gateway and worker.
        credit = known.get(b"x-stream-credit")
        self.credit = int(credit) if credit is not None else sys.maxsize
        self.is_websocket = b"x-websocket" in known
        self.fields = [field for field in fields if field[0] != b"x-stream-credit" and field[0] != b"x-websocket"]
        self.body = frames[1] if len(frames) == 2 else b"".join(frames[1:])
        self.scheme = known.get(b"x-forwarded-proto", b"http").decode("latin-1").strip().lower()
        if self.scheme not in ("http", "https"):
            self.scheme = "http"
        self.client = options.client_address(known.get(b"x-forwarded-for"))
        self.server = server_address(known.get(b"host"), self.scheme)
        self.path = decoded(self.raw_path).decode("utf-8", "replace")
        self.root_path = options.root_path
        if self.root_path and not is_below(self.path, self.root_path):
            if options.root_path_is_given:  # A proxy has taken it away; ASGI's paths have it.
                self.path = self.root_path + self.path
                self.raw_path = options.quoted_root_path + self.raw_path
            else:  # A route of the gateway leads here from another path than the service's own.
                self.root_path = ""

    def scope(self, state):
        """What the scopes of ASGI have in common."""
        return {
            "http_version": "1.1",
            "path": self.path,
            "raw_path": self.raw_path,
            "query_string": self.query,
            "root_path": self.root_path,
            "headers": self.fields,
            "client": self.client,
            "server": self.server,
            "state": state,
        }


def decoded(path):
    return urllib.parse.unquote_to_bytes(path) if b"%" in path else path


def is_below(path, root):
    return path.startswith(root) and (len(path) == len(root) or path[len(root)] == "/")


@functools.lru_cache(maxsize=256)
def server_address(host, scheme):
    """The host and the port that the client asked for."""
    default = 443 if scheme == "https" else 80
    if not host:
        return None
    match = re.fullmatch(r"(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?", host.decode("latin-1"))
    if not match:
        return (host.decode("latin-1"), default)
    return (match[1].strip("[]"), int(match[2]) if match[2] else default)


# ----------------------------------------------------------------------------------------------------------------------
# Replies

REASONS = {status.value: status.phrase for status in http.HTTPStatus}
BAD_NAME = re.compile(rb"[^!#$%&'*+\-.^_`|~0-9A-Za-z]")
BAD_VALUE = re.compile(rb"[\x00\r\n]")


class Exchange:
    """One request and its reply: what has been sent, what may still be, and whether anybody waits for it."""

    def __init__(self, gateway, request_id, request):
        self.gateway = gateway
        self.id = request_id
        self.request = request
        self.credit = self.window = request.credit
        self.head = None  # The reply's head, until it is sent with the first piece.
        self.length = None  # What `content-length` says.
        self.sent = 0
        self.head_timer = None  # Sends it alone when the body takes its time.
        self.has_begun = False  # Something has been sent.
        self.is_complete = False  # The reply has been sent whole, or cut.
        self.is_gone = False  # Nobody waits for the reply any more.
        self.ignored = 0
        self.granted = asyncio.Event()
        self.news = asyncio.Event()

    # What the gateway says.

    def grant(self, count):
        self.credit += count
        self.granted.set()

    def leave(self):
        """The client is gone, or the gateway: nothing that is sent will be read."""
        self.is_gone = True
        self.news.set()
        self.granted.set()

    # What is said to the gateway.

    def end(self, command, *frames):
        """Sends the last word, once; a gateway that is gone has forgotten the request."""
        if not self.is_complete:
            self.is_complete = True
            self.forget_head_timer()
            self.gateway.finish(self, command, *frames)
            self.news.set()

    def abort(self, reason):
        self.end(ABORT, reason.encode("unicode_escape")[:200] or b"no reason given")

    def fail(self, reason):
        """Ends a reply that cannot be finished: with 500 while nothing was sent, and so that the client can tell."""
        if self.is_gone:
            self.end(FINAL, b"", b"")
        elif self.has_begun:
            self.abort(reason)
        else:
            body = b"" if self.request.method == "HEAD" else b"Internal Server Error"
            head = b"500 Internal Server Error\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: 21\r\n\r\n"
            self.end(FINAL, b"", head, body)

    # The reply.

    def start(self, status, fields, reason=None):
        """Takes the head, which leaves with the first piece of the body."""
        if isinstance(status, bool) or not isinstance(status, int):
            raise TypeError(f"the status is {status!r}; it must be an int")
        status = int(status)
        if not 200 <= status <= 599:
            raise RuntimeError(f"the status is {status}; it must be 200 to 599")
        if reason is None:
            reason = REASONS.get(status, "").encode()
        elif BAD_VALUE.search(reason):
            raise RuntimeError(f"the reason {reason!r} has a CR, an LF or a NUL in it")
        length = None
        lines = [b"HTTP/1.1 %d %b\r\n" % (status, reason)]
        for name, value in fields:
            if not isinstance(name, bytes) or not isinstance(value, bytes):
                raise TypeError(f"the field ({name!r}, {value!r}) must be two byte strings")
            if BAD_NAME.search(name) or not name:
                raise RuntimeError(f"the field name {name!r} is not a token")
            if BAD_VALUE.search(value):
                raise RuntimeError(f"the value of the field {name!r} has a CR, an LF or a NUL in it: {value!r}")
            name = name.lower()
            if name == b"content-length":
                if not value.isdigit() or len(value) > 18:
                    raise RuntimeError(f"content-length is {value!r}; it must be a number of bytes")
                length = int(value)
            lines.append(b"%b: %b\r\n" % (name, value))
        self.is_bodiless = self.request.method == "HEAD" or status in (204, 304)
        self.length = None if self.is_bodiless else length
        self.head = b"".join(lines)

    async def write(self, body, more):
        """Sends a piece of the body, no faster than the client reads; the last one ends the reply."""
        self.forget_head_timer()
        if not isinstance(body, bytes):
            if not isinstance(body, (bytearray, memoryview)):
                raise TypeError(f"the body is a {type(body).__name__}; it must be bytes")
            body = bytes(body)
        if self.is_bodiless:
            body = b""
            await asyncio.sleep(0)  # Whoever writes for ever lets the others go on.
        self.sent += len(body)
        if self.length is not None:
            if self.sent > self.length:
                raise RuntimeError(f"the body is longer than content-length, which is {self.length}")
            if not more and self.sent < self.length:
                raise RuntimeError(f"the body has {self.sent} bytes, and content-length is {self.length}")
        if not more and not self.has_begun and len(body) <= self.window:
            self.end(FINAL, b"", self.head + b"\r\n", body)
            return
        if not more and not self.has_begun and self.length is None and not self.is_bodiless:
            self.head += b"content-length: %d\r\n" % len(body)
        if len(body) > LONGEST_PIECE or len(body) > self.credit:
            body = memoryview(body)  # Its slices are no copies.
        while len(body) and (more or len(body) > self.credit or len(body) > LONGEST_PIECE):
            if not self.credit:
                self.granted.clear()
                await self.granted.wait()
                if self.is_gone:
                    return
                continue
            size = min(len(body), self.credit, LONGEST_PIECE)
            self.credit -= size
            self.send_piece(body[:size])
            body = body[size:]
        if not more:
            self.credit -= len(body)
            self.end(FINAL, b"", body)
        elif not self.has_begun:
            self.send_piece(b"")  # The head shall not wait for the body.

    def send_head_soon(self):
        """Lets the head go without a body when that takes its time: a stream of events may begin with a long silence,
        and is to be open meanwhile. Until then an exception can still become a response of its own."""
        self.head_timer = asyncio.get_running_loop().call_later(HEAD_DELAY, self.send_head)

    def send_head(self):
        self.head_timer = None
        if not self.is_gone and not self.is_complete and not self.has_begun:
            self.send_piece(b"")

    def forget_head_timer(self):
        if self.head_timer:
            self.head_timer.cancel()
            self.head_timer = None

    def send_piece(self, piece):
        if self.has_begun:
            self.gateway.send(PARTIAL, self.id, b"", piece)
        else:
            self.has_begun = True
            self.gateway.send(PARTIAL, self.id, b"", self.head + b"\r\n", piece)
            self.head = None

    async def ignore(self, is_stream):
        """Takes what is sent when the reply is over, or nobody is there to read it, and lets others go on. Who streams
        on and on to nobody, and never looks whether the client is there, is told by an exception."""
        await asyncio.sleep(0)
        if is_stream:
            self.ignored += 1
            if self.ignored > 32:
                raise ConnectionClosed("the client is gone")


class HTTPExchange(Exchange):
    """An `http` scope of ASGI, and its `receive` and `send`."""

    has_body = True

    def scope(self, state):
        request = self.request
        return {
            "type": "http",
            # All of 2.5 holds but for what send() does when the client is gone. Starlette looks at this number: up to
            # 2.3 it listens for http.disconnect while it streams, and stops at once; later it waits for send() to fail.
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "method": request.method,
            "scheme": request.scheme,
            **request.scope(state),
        }

    async def run(self, application, state):
        await application(self.scope(state), self.receive, self.send)
        if not self.is_complete and not self.is_gone:
            raise RuntimeError(
                "the application returned before its response was " + ("complete" if self.has_begun else "there")
            )

    async def receive(self):
        if self.has_body and not self.is_gone and not self.is_complete:
            self.has_body = False
            body, self.request.body = self.request.body, b""
            return {"type": "http.request", "body": body, "more_body": False}
        while not self.is_gone and not self.is_complete:
            await self.news.wait()
        return {"type": "http.disconnect"}

    async def send(self, message):
        kind = message["type"]
        if self.is_gone or self.is_complete:
            await self.ignore(self.is_gone and bool(message.get("more_body", False)))
        elif kind == "http.response.start":
            if self.head is not None or self.has_begun:
                raise RuntimeError("http.response.start has been sent before")
            self.start(message["status"], message.get("headers", ()))
            self.send_head_soon()
        elif kind == "http.response.body":
            if self.head is None and not self.has_begun:
                raise RuntimeError("http.response.body must come after http.response.start")
            await self.write(message.get("body", b""), bool(message.get("more_body", False)))
        else:
            raise RuntimeError(f"{kind!r} cannot be sent here; http.response.start and http.response.body can")


class WebSocketExchange(Exchange):
    """A `websocket` scope of ASGI, and its `receive` and `send`."""

    def __init__(self, gateway, request_id, request):
        super().__init__(gateway, request_id, request)
        self.state = "new"  # Then "connecting", "open" or "refusing", and "closed".
        self.messages = collections.deque()
        self.ungranted = 0
        self.ending = None  # The websocket.disconnect that everybody gets from then on.
        self.turn = asyncio.Lock()  # Those who send wait in order.

    def scope(self, state):
        request = self.request
        offered = b",".join(value for name, value in request.fields if name == b"sec-websocket-protocol")
        return {
            "type": "websocket",
            "asgi": {"version": "3.0", "spec_version": "2.5"},
            "scheme": "wss" if request.scheme == "https" else "ws",
            "subprotocols": [name for name in (part.strip() for part in offered.decode("latin-1").split(",")) if name],
            "extensions": {"websocket.http.response": {}},
            **request.scope(state),
        }

    async def run(self, application, state):
        await application(self.scope(state), self.receive, self.send)
        if self.has_begun and self.state != "refusing":
            self.close(1000, "")
        elif not self.is_complete and not self.is_gone:
            raise RuntimeError("the application returned before it accepted or closed the WebSocket")

    def fail(self, reason):
        if self.has_begun and self.state != "refusing" and not self.is_gone:
            self.close(1011, "")
        else:
            super().fail(reason)

    def leave(self):
        self.disconnect(1006, "")
        super().leave()

    def disconnect(self, code, reason):
        self.ending = self.ending or {"type": "websocket.disconnect", "code": code, "reason": reason}
        self.state = "closed" if self.state == "open" else self.state
        self.news.set()
        self.granted.set()

    def take(self, kind, data):
        """What the client sent."""
        if self.ending:
            return
        if kind == b"close":
            code = int.from_bytes(data[:2], "big") if len(data) >= 2 else 1005
            self.disconnect(code, data[2:].decode("utf-8", "replace"))
        elif len(self.messages) >= MOST_WAITING:
            self.close(1008, "more messages wait than the worker keeps")
        else:
            self.messages.append((kind, data))
            self.news.set()

    def close(self, code, reason):
        is_first = self.ending is None
        self.disconnect(code, reason)
        self.end(FINAL, b"", b"close", *((b"%d" % code, reason.encode()) if is_first else ()))

    async def receive(self):
        if self.state == "new":
            self.state = "connecting"
            return {"type": "websocket.connect"}
        while not self.messages:
            if self.is_complete:  # Refused with a response, or given up.
                self.disconnect(1006, "")
            if self.ending:
                return dict(self.ending)
            self.news.clear()
            await self.news.wait()
        kind, data = self.messages.popleft()
        self.ungranted += len(data)
        if self.ungranted and (self.ungranted >= GRANT or not self.messages) and not self.ending:
            self.gateway.send(CREDIT, self.id, b"%d" % self.ungranted)
            self.ungranted = 0
        if kind == b"text":
            return {"type": "websocket.receive", "text": data.decode("utf-8")}
        return {"type": "websocket.receive", "bytes": data}

    async def send(self, message):
        kind = message["type"]
        if self.state in ("new", "connecting"):
            self.answer(kind, message)
        elif self.state == "refusing":
            if kind != "websocket.http.response.body":
                raise RuntimeError(f"{kind!r} cannot be sent here; websocket.http.response.body can")
            more = bool(message.get("more_body", False))
            if self.is_gone or self.is_complete:
                await self.ignore(self.is_gone and more)
            else:
                await self.write(message.get("body", b""), more)
        elif kind == "websocket.send":
            await self.send_message(message)
        elif kind == "websocket.close":
            if self.state == "closed":
                raise ConnectionClosed("the WebSocket is closed")
            self.close(*close_reason(message))
        else:
            raise RuntimeError(f"{kind!r} cannot be sent here; websocket.send and websocket.close can")

    def answer(self, kind, message):
        if kind not in ("websocket.accept", "websocket.close", "websocket.http.response.start"):
            raise RuntimeError(
                f"{kind!r} cannot be sent here; websocket.accept, websocket.close and websocket.http.response.start can"
            )
        if self.is_gone:
            raise ConnectionClosed("the client is gone")
        if kind == "websocket.accept":
            fields = list(message.get("headers") or ())
            if any(name.lower() == b"sec-websocket-protocol" for name, _ in fields):
                raise RuntimeError("the subprotocol belongs to the key 'subprotocol', not among the headers")
            if message.get("subprotocol") is not None:
                fields.append((b"sec-websocket-protocol", message["subprotocol"].encode("latin-1")))
            self.start(200, fields)
            self.head = b"HTTP/1.1 101 Switching Protocols\r\n" + self.head.partition(b"\r\n")[2]
            self.send_piece(b"")
            self.state = "open"
            if self.gateway.is_draining:
                self.close(1012, "")
        elif kind == "websocket.close":
            self.start(403, [(b"content-length", b"0")])
            self.disconnect(1006, "")
            self.state = "closed"
            self.end(FINAL, b"", self.head + b"\r\n", b"")
        else:
            self.start(message["status"], message.get("headers", ()))
            self.state = "refusing"

    async def send_message(self, message):
        data, text = message.get("bytes"), message.get("text")
        if (data is None) == (text is None):
            raise RuntimeError("websocket.send needs either 'bytes' or 'text'")
        data = bytes(data) if text is None else text.encode("utf-8")
        if len(data) > self.window:
            raise RuntimeError(
                f"a message of {len(data)} bytes is more than the gateway keeps for a client, which is {self.window}:"
                " raise its --response-buffer"
            )
        async with self.turn:
            while self.state == "open" and self.credit < len(data):
                self.granted.clear()
                await self.granted.wait()
            if self.state != "open":
                raise ConnectionClosed("the WebSocket is closed")
            self.credit -= len(data)
            self.gateway.send(PARTIAL, self.id, b"", b"binary" if text is None else b"text", data)


def close_reason(message):
    code, reason = message.get("code"), message.get("reason") or ""
    code = 1000 if code is None else int(code)
    if not (1000 <= code <= 1003 or 1007 <= code <= 1014 or 3000 <= code <= 4999):
        raise RuntimeError(
            f"a WebSocket cannot be closed with {code}; take 1000 to 1003, 1007 to 1014 or 3000 to 4999"
        )
    if len(reason.encode()) > 123:
        raise RuntimeError(f"the reason of a close has {len(reason.encode())} bytes; at most 123 are allowed")
    return code, reason


class WSGIExchange(Exchange):
    """A request for a WSGI application (PEP 3333), which runs in a thread."""

    async def run(self, application, state):
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(application.pool, self.serve, application.application, loop)

    def environ(self):
        request = self.request
        root = request.root_path.encode("utf-8")
        path = decoded(request.raw_path)
        environ = {
            "REQUEST_METHOD": request.method,
            "SCRIPT_NAME": root.decode("latin-1"),
            "PATH_INFO": path[len(root) :].decode("latin-1"),
            "QUERY_STRING": request.query.decode("latin-1"),
            "RAW_URI": request.target.decode("latin-1"),
            "REQUEST_URI": request.target.decode("latin-1"),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "SERVER_SOFTWARE": "webgateway",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": request.scheme,
            "wsgi.input": io.BytesIO(request.body),
            "wsgi.input_terminated": True,
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
            "wsgi.file_wrapper": wsgiref.util.FileWrapper,
        }
        server, client = request.server or ("localhost", 80), request.client
        environ["SERVER_NAME"], environ["SERVER_PORT"] = server[0] or "localhost", str(server[1])
        if client:
            environ["REMOTE_ADDR"] = client[0]
        for name, value in request.fields:
            if b"_" in name:
                continue  # It could not be told from the same name with a dash.
            key = name.decode("latin-1").upper().replace("-", "_")
            if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
                key = "HTTP_" + key
            value = value.decode("latin-1")
            if key in environ:
                value = environ[key] + ("; " if key == "HTTP_COOKIE" else ",") + value
            environ[key] = value
        return environ

    def serve(self, application, loop):
        try:
            self.answer(application, loop)
        except StopIteration as error:  # A future takes none, and whoever awaits it would wait for ever.
            raise RuntimeError("the application raised StopIteration") from error

    def answer(self, application, loop):
        environ, self.request.body = self.environ(), b""

        def put(piece, more):
            if not self.is_gone:
                asyncio.run_coroutine_threadsafe(self.write(piece, more), loop).result()

        def write(piece):
            put(piece, True)

        def start_response(status, fields, exc_info=None):
            if exc_info:
                try:
                    if self.has_begun:
                        raise exc_info[1].with_traceback(exc_info[2])
                finally:
                    exc_info = None  # No circle of references.
            elif self.head is not None or self.has_begun:
                raise AssertionError("start_response was called a second time, without exc_info")
            code, _, reason = status.partition(" ")
            fields = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in fields]
            self.start(int(code), fields, reason.encode("latin-1"))
            return write

        pieces = application(environ, start_response)
        try:
            is_only = isinstance(pieces, (list, tuple)) and len(pieces) == 1
            for piece in pieces:
                if self.is_gone:
                    return
                if piece and not self.is_complete:
                    if self.head is None and not self.has_begun:
                        raise AssertionError("the application sent a body before it called start_response")
                    put(piece, not is_only and self.sent + len(piece) != self.length)
            if not self.is_complete and not self.is_gone:
                if self.head is None and not self.has_begun:
                    raise AssertionError("the application did not call start_response")
                put(b"", False)
        finally:
            if hasattr(pieces, "close"):
                pieces.close()


class WSGIApplication:
    def __init__(self, application, threads):
        self.application = application
        self.pool = concurrent.futures.ThreadPoolExecutor(threads, thread_name_prefix="wsgi")


# ----------------------------------------------------------------------------------------------------------------------
# The gateway


class Gateway:
    """The connection to one gateway: one socket after another, on each of which the worker registers."""

    def __init__(self, worker, endpoint):
        self.worker = worker
        self.options = worker.options
        self.endpoint = endpoint
        self.loop = asyncio.get_running_loop()
        # Requests begin in this context, and not in that of whatever request was just answered.
        self.context = contextvars.copy_context()
        # The socket is used by the thread of the event loop, and while that is blocked by the one that beats.
        self.lock = threading.Lock()
        self.socket = None
        self.exchanges = {}  # By the request's id.
        self.pause = 0.1  # Seconds before the next attempt after the gateway has said DISCONNECT.
        self.is_draining = False
        self.is_accepted = False  # Whether it has been heard on this socket.
        self.is_known = True  # Whether it has been heard, or its silence been reported.
        self.last_beat = self.last_request = 0.0
        self.drained = asyncio.Event()

    def open(self):
        socket = self.worker.context.socket(zmq.DEALER)
        try:
            socket.linger = 0
            socket.sndhwm = 0  # Credit and concurrency bound what waits.
            socket.ipv6 = "[" in self.endpoint
            if self.options.curve:
                socket.curve_publickey, socket.curve_secretkey, socket.curve_serverkey = self.options.curve
            socket.connect(self.endpoint)
        except BaseException:
            socket.close()
            raise
        self.socket = socket
        self.is_accepted = False
        self.was_heard = False
        self.silence = 0
        self.is_looking = False
        self.send(READY, self.options.service.encode(), self.worker.properties)
        self.loop.add_reader(socket.FD, self.read)
        self.last_beat = time.monotonic()
        self.timer = self.loop.call_later(self.options.heartbeat, self.tick)

    def close(self, linger=0):
        if self.socket:
            self.timer.cancel()
            self.loop.remove_reader(self.socket.FD)
            with self.lock:
                socket, self.socket = self.socket, None
                socket.close(linger)
        exchanges, self.exchanges = self.exchanges, {}
        for exchange in exchanges.values():
            exchange.is_complete = True  # Nothing can be sent any more.
            exchange.leave()

    def reopen(self, pause, why):
        if self.exchanges or self.is_accepted:
            # A gateway that ends, or replaces this process, says so when everything is answered.
            level = logging.WARNING if self.exchanges or not pause else logging.INFO
            log.log(level, "%s %s: registering anew", self.endpoint, why)
        elif self.is_known:
            log.warning("%s %s: trying again and again", self.endpoint, why)
        self.is_known = self.is_accepted
        self.close()
        if self.is_draining:
            self.drained.set()
        elif pause:
            self.timer = self.loop.call_later(pause, self.open_again)
        else:
            self.open_again()

    def open_again(self):
        try:
            self.open()
        except zmq.ZMQError as error:  # Such as too many open files.
            log.warning("%s cannot be connected to for now: %s", self.endpoint, error.strerror)
            self.timer = self.loop.call_later(5.0, self.open_again)

    def tick(self):
        """Beats, and looks whether the gateway has been heard. Time during which the event loop stood still does not
        count, as nothing could be heard."""
        self.last_beat = time.monotonic()
        self.timer = self.loop.call_later(self.options.heartbeat, self.tick)
        self.send(HEARTBEAT)
        socket = self.socket
        self.read()
        if socket is not self.socket:
            return
        self.silence = 0 if self.was_heard else self.silence + 1
        self.was_heard = False
        if self.silence >= LIVENESS:
            self.reopen(0, "is silent")

    def beat_for_blocked_loop(self, now):
        """Called by another thread: beats when the event loop is blocked, as by a handler that computes."""
        interval = self.options.heartbeat
        if interval * 1.5 < now - self.last_beat < LONGEST_BLOCKADE and self.socket:
            self.send(HEARTBEAT, is_elsewhere=True)
            return True
        return False

    def send(self, command, *frames, is_elsewhere=False):
        with self.lock:
            socket = self.socket
            if socket is None:
                return
            send = socket.send
            try:
                send(PROTOCOL, zmq.SNDMORE | zmq.NOBLOCK)
            except zmq.Again:
                return  # There is no connection any more, as when a handshake was refused: the gateway will be silent.
            if not frames:
                send(command, zmq.NOBLOCK)
            else:
                send(command, zmq.SNDMORE | zmq.NOBLOCK)
                for frame in frames[:-1]:
                    send(frame, zmq.SNDMORE | zmq.NOBLOCK)
                send(frames[-1], zmq.NOBLOCK, copy=len(frames[-1]) < ZERO_COPY)
        # The socket's descriptor tells of news once, and what was just done may have taken it away.
        if is_elsewhere:
            self.loop.call_soon_threadsafe(self.read, context=self.context)
        elif not self.is_looking:
            self.is_looking = True
            self.loop.call_soon(self.read, context=self.context)

    def read(self):
        self.is_looking = False
        socket = self.socket
        if socket is None:
            return
        for _ in range(BATCH):
            try:
                with self.lock:
                    frames = socket.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                return
            self.take(frames)
            if self.socket is not socket:
                return
        self.is_looking = True
        self.loop.call_soon(self.read, context=self.context)

    def take(self, frames):
        if len(frames) < 2 or frames[0] != PROTOCOL:
            log.debug("%s sent a message that is not a gateway's", self.endpoint)
            return
        self.was_heard = True
        command = frames[1]
        if command == DISCONNECT:
            pause, self.pause = self.pause, min(self.pause * 2, 5.0)
            self.reopen(pause, "said DISCONNECT")
            return
        if not self.is_accepted:
            self.is_accepted = self.is_known = True
            self.pause = 0.1
            say(f"serving {self.options.service} for {self.endpoint}")
        if command == REQUEST and len(frames) >= 5:
            self.last_request = time.monotonic()
            self.admit(frames[2], frames[4:])
            return
        exchange = self.exchanges.get(frames[2]) if len(frames) > 2 else None
        if exchange is None:
            return  # A heartbeat, or about a request whose reply it crossed.
        if command == CREDIT and len(frames) == 4 and frames[3].isdigit():
            exchange.grant(int(frames[3]))
        elif command == CANCEL:
            exchange.leave()
        elif command == MESSAGE and len(frames) == 5 and isinstance(exchange, WebSocketExchange):
            exchange.take(frames[3], frames[4])

    def admit(self, request_id, frames):
        try:
            request = Request(frames, self.options)
        except ValueError as error:  # A MDP client may send anything.
            log.warning("refused a request that is none of HTTP: %s", error)
            self.send(FINAL, request_id, b"", b"400\r\ncontent-type: text/plain\r\n\r\n", b"This is no HTTP request.\n")
            return
        if self.options.wsgi:
            kind = WSGIExchange
        else:
            kind = WebSocketExchange if request.is_websocket else HTTPExchange
        exchange = self.exchanges[request_id] = kind(self, request_id, request)
        self.worker.start(exchange)

    def finish(self, exchange, command, *frames):
        if self.exchanges.get(exchange.id) is exchange:
            del self.exchanges[exchange.id]
            self.send(command, exchange.id, *frames)

    # The end.

    def drain(self):
        self.is_draining = True
        if not self.socket:
            self.timer.cancel()
            self.drained.set()
            return
        self.send(DRAIN)
        for exchange in list(self.exchanges.values()):
            if isinstance(exchange, WebSocketExchange):
                if exchange.state == "open":
                    exchange.close(1012, "")
        # Requests may be on their way: wait until none has come for a while.
        self.loop.call_later(SETTLING / 4, self.look_whether_drained)

    def look_whether_drained(self):
        if self.drained.is_set():
            return
        self.read()
        if self.exchanges or time.monotonic() - self.last_request < SETTLING:
            self.loop.call_later(SETTLING / 20, self.look_whether_drained)
        else:
            self.drained.set()

    def part(self, reason):
        """Says goodbye; what has not been finished is given up."""
        for exchange in list(self.exchanges.values()):
            exchange.abort(reason)
        self.send(DISCONNECT)
        self.close(LINGER if self.is_accepted else 0)


# ----------------------------------------------------------------------------------------------------------------------
# The worker


class Lifespan:
    """The application's `lifespan` scope: a task that lasts as long as the worker."""

    def __init__(self, application, mode):
        self.application = application
        self.mode = mode  # "auto", "on" or "off"
        self.state = {}
        self.events = asyncio.Queue()
        self.started = asyncio.Event()
        self.ended = asyncio.Event()
        self.is_supported = False
        self.is_asked_for = False  # The application has received an event.
        self.is_over = False  # Nobody waits for it any more.
        self.is_stuck = False  # It has not ended in time.
        self.failure = None

    async def start(self):
        """Returns whether the application may be served."""
        if self.mode == "off":
            return True
        self.events.put_nowait({"type": "lifespan.startup"})
        self.task = asyncio.ensure_future(self.run())
        await self.started.wait()
        if self.failure is not None:
            log.error("the application did not start: %s", self.failure or "lifespan.startup.failed")
        return self.failure is None

    async def stop(self, timeout):
        """Returns whether the application has shut down properly."""
        if self.is_supported and not self.ended.is_set():
            self.events.put_nowait({"type": "lifespan.shutdown"})
            try:
                await asyncio.wait_for(self.ended.wait(), timeout)
            except asyncio.TimeoutError:
                self.is_stuck = True
                self.failure = f"it took longer than {timeout:g} s (--drain-timeout)"
            if self.failure is not None:
                log.error("the application did not shut down properly: %s", self.failure or "lifespan.shutdown.failed")
        self.is_over = True
        return self.failure is None

    async def run(self):
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": self.state}
        try:
            await self.application(scope, self.receive, self.send)
        except BaseException as error:
            if isinstance(error, asyncio.CancelledError) and (self.is_over or self.ended.is_set()):
                raise  # By the end of the event loop, and not by something that the application waited for.
            if self.failure is None and (self.started.is_set() or self.mode == "on"):
                log.error("the application's lifespan failed", exc_info=error)
                self.failure = repr(error)
            elif self.failure is None and self.is_asked_for:
                # The specification has it served all the same; but one that knows of the event meant to deal with it.
                log.error("the application's startup failed, and it is served without a lifespan", exc_info=error)
            elif self.failure is None:
                log.info("the application has no lifespan (%r)", error)
        else:
            if not self.started.is_set() and self.mode == "on":
                self.failure = "it returned before lifespan.startup.complete"
        finally:
            self.started.set()
            self.ended.set()

    async def receive(self):
        self.is_asked_for = True
        return await self.events.get()

    async def send(self, message):
        kind = message["type"]
        is_first = not self.started.is_set()
        phase = "lifespan.startup" if is_first else "lifespan.shutdown"
        if kind not in (phase + ".complete", phase + ".failed") or self.ended.is_set():
            raise RuntimeError(f"{kind!r} cannot be sent here")
        if kind.endswith("failed"):
            self.failure = message.get("message", "")
        if is_first:
            self.is_supported = self.failure is None
            self.started.set()
        else:
            self.ended.set()


class Worker:
    """An application, the gateways that it serves, and its life from the first to the last."""

    def __init__(self, application, options):
        self.application = WSGIApplication(application, options.concurrency) if options.wsgi else application
        self.options = options
        self.tasks = set()
        self.told_to_stop = 0
        self.is_over = threading.Event()
        self.properties = f"concurrency={options.concurrency}\ncancel=1\ncredit=1\ndrain=1"
        if not options.wsgi:
            self.properties += "\nwebsocket=1"
        self.properties = self.properties.encode()

    async def run(self):
        """Serves until a signal comes; returns the exit status."""
        self.loop = asyncio.get_running_loop()
        self.stopping = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            self.loop.add_signal_handler(number, self.stop)
        self.lifespan = Lifespan(self.application, "off" if self.options.wsgi else self.options.lifespan)
        starting = asyncio.ensure_future(self.lifespan.start())
        await self.first_of(starting, asyncio.ensure_future(self.stopping.wait()))
        if not starting.done():
            self.lifespan.is_over = True
            return 1  # Told to stop before it had started.
        if not starting.result():
            return 1
        self.context = zmq.Context()
        self.gateways = [Gateway(self, endpoint) for endpoint in self.options.connect]
        for gateway in self.gateways:
            try:
                gateway.open()
            except zmq.ZMQError as error:
                await self.lifespan.stop(self.options.drain_timeout)
                give_up(f"--connect '{gateway.endpoint}': {error.strerror}; write tcp://HOST:PORT or ipc://PATH")
        threading.Thread(target=self.beat, daemon=True, name="heartbeat").start()
        await self.stopping.wait()
        is_finished = await self.drain()
        is_well = await self.lifespan.stop(self.options.drain_timeout)
        self.is_over.set()
        self.context.term()
        if not is_finished or self.lifespan.is_stuck:  # What still works would keep this process from ending.
            leave(0 if is_well else 1)
        return 0 if is_well else 1

    async def first_of(self, *futures):
        await asyncio.wait(futures, return_when=asyncio.FIRST_COMPLETED)

    def start(self, exchange):
        task = self.loop.create_task(self.serve(exchange))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def serve(self, exchange):
        try:
            await exchange.run(self.application, self.lifespan.state.copy())
        except BaseException as error:
            # Everything: an application that calls sys.exit() ends its request, not those of others.
            if not is_about_end(error, exchange):
                log.error(
                    "the application failed: %s %s", exchange.request.method, exchange.request.path, exc_info=error
                )
            exchange.fail(f"{type(error).__name__}: {error}")
        else:
            if not exchange.is_complete:
                exchange.end(FINAL, b"", b"")  # The client is gone, and every request has its end.

    def beat(self):
        """A thread that beats while the event loop is blocked, so that a busy worker is not taken for a dead one."""
        is_blocked = False
        while not self.is_over.wait(self.options.heartbeat):
            now = time.monotonic()
            beaten = [gateway.beat_for_blocked_loop(now) for gateway in self.gateways]
            if any(beaten) and not is_blocked and now - self.gateways[0].last_beat > LIVENESS * self.options.heartbeat:
                log.warning("the event loop is blocked: run what takes long in a thread, so that others are answered")
                is_blocked = True
            elif not any(beaten):
                is_blocked = False

    def stop(self):
        self.told_to_stop += 1
        if self.told_to_stop > 1:
            leave(1)
        self.stopping.set()

    async def drain(self):
        """Finishes what is there. Returns whether it was finished in time."""
        for gateway in self.gateways:
            gateway.drain()
        parting = [asyncio.ensure_future(self.part(gateway)) for gateway in self.gateways]
        finishing = asyncio.ensure_future(self.finish(parting))
        await asyncio.wait([finishing], timeout=self.options.drain_timeout)
        if finishing.done():
            return True
        for future in [finishing, *parting]:
            future.cancel()
        log.warning("requests that were not finished in time to stop: %d", len(self.tasks))
        tasks = list(self.tasks)
        for gateway in self.gateways:
            gateway.part("the worker stopped")
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=1)
        return False

    async def part(self, gateway):
        await gateway.drained.wait()
        gateway.part("the worker stopped")

    async def finish(self, parting):
        await asyncio.gather(*parting)
        while self.tasks:  # What goes on behind the response.
            await asyncio.wait(list(self.tasks))


def is_about_end(error, exchange):
    """Whether an exception, or each of a group, only says that the client is gone."""
    seen = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, ConnectionClosed) or (isinstance(error, asyncio.CancelledError) and exchange.is_complete):
            return True
        members = getattr(error, "exceptions", None)  # Of an ExceptionGroup, as task groups raise it.
        if isinstance(members, tuple) and members:
            return all(is_about_end(member, exchange) for member in members)
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return False


# ----------------------------------------------------------------------------------------------------------------------
# The command line


def say(text):
    """Writes a line to standard output, if anybody is there who reads it."""
    try:
        print(text, flush=True)
    except (OSError, ValueError):
        with contextlib.suppress(Exception):  # What it could not write would fail again at the end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def leave(status):
    """Ends the process at once, whatever its threads do."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):  # Nobody may be there who reads it.
            stream.flush()
    os._exit(status)


def give_up(message, status=64):
    print(f"zmq_asgi.py: {message}", file=sys.stderr)
    sys.exit(status)


class Parser(argparse.ArgumentParser):
    def error(self, message):
        give_up(f"{message}\nzmq_asgi.py --help lists the options")


def duration(text):
    match = re.fullmatch(r"(\d+)(ms|s|m|h)", text)
    if not match or not int(match[1]):
        raise argparse.ArgumentTypeError(f"'{text}': a time is a whole number with a unit, such as 250ms, 30s or 2m")
    return int(match[1]) * {"ms": 0.001, "s": 1, "m": 60, "h": 3600}[match[2]]


def endpoint(text):
    remedy = "write tcp://HOST:PORT or ipc://PATH"
    if re.fullmatch(r"ipc://.+", text):
        return text
    match = re.fullmatch(r"tcp://(\[[0-9A-Fa-f:.%\w]+\]|[^:/\[\]*\s]+):(\d+)", text)
    if not match or not 1 <= int(match[2]) <= 65535:
        raise argparse.ArgumentTypeError(f"'{text}': nothing to connect to; {remedy}")
    return text


def service(text):
    if not text or len(text.encode()) > 255 or not text.isprintable() or text.startswith("mmi."):
        raise argparse.ArgumentTypeError(f"'{text}': a name has 1 to 255 bytes and does not begin with mmi.")
    return text


def concurrency(text):
    if not text.isdigit() or not 1 <= int(text) <= 1024:
        raise argparse.ArgumentTypeError(f"'{text}': a number from 1 to 1024 is needed")
    return int(text)


def root_path(text):
    if text and (not text.startswith("/") or "?" in text or "#" in text):
        raise argparse.ArgumentTypeError(f"'{text}': a path such as /api, or nothing, is needed")
    return text.rstrip("/")


def block(text):
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}': write an address or a block, such as 10.0.0.0/8") from None


class Options(argparse.Namespace):
    def prepare(self, parser):
        """Looks at what the options say together."""
        if not self.connect:
            named = os.environ.get("WEBGATEWAY_WORKERS", "tcp://127.0.0.1:5555").split(",")
            try:
                self.connect = [endpoint(name.strip()) for name in named]
            except argparse.ArgumentTypeError as error:
                parser.error(f"WEBGATEWAY_WORKERS {error}")
        self.root_path_is_given = self.root_path is not None
        if not self.root_path_is_given:
            # What nobody else claims comes to the service `default`, from any path.
            self.root_path = "" if self.service == "default" else "/" + self.service
        self.quoted_root_path = urllib.parse.quote(self.root_path).encode()
        self.curve = self.curve_keys(parser)

    def curve_keys(self, parser):
        if not self.curve_secret_key and not self.curve_server_key:
            return None
        if not self.curve_secret_key or not self.curve_server_key:
            parser.error("--curve-secret-key and --curve-server-key are needed together")
        if not zmq.has("curve"):
            give_up("this libzmq has no CURVE: pip install pyzmq brings one that has it")
        public, secret = self.certificate("--curve-secret-key", self.curve_secret_key)
        if not secret:
            give_up(
                f"--curve-secret-key '{self.curve_secret_key}': it is a public certificate; the secret one ends in"
                " .key_secret"
            )
        return public, secret, self.certificate("--curve-server-key", self.curve_server_key)[0]

    @staticmethod
    def certificate(option, path):
        from zmq.auth import load_certificate

        try:
            public, secret = load_certificate(path)
            for key in (public, secret):
                if key and len(zmq.utils.z85.decode(key)) != 32:
                    raise ValueError
            return public, secret
        except OSError as error:
            give_up(f"{option} '{path}': {error.strerror or 'no such file'}")
        except Exception:
            give_up(f"{option} '{path}': it is no certificate of CURVE; webgateway keygen makes them")

    def client_address(self, chain):
        """Who sent a request: the last address in the chain that is none of a trusted proxy."""
        if not chain:
            return None
        addresses = [address.strip() for address in chain.decode("latin-1").split(",")]
        if not self.trusted_proxy:
            return (addresses[-1], 0)
        client = None
        for text in reversed(addresses):
            # A port or brackets do no harm.
            bare = text[1:].partition("]")[0] if text.startswith("[") else text
            bare = bare.partition(":")[0] if bare.count(":") == 1 else bare
            try:
                address = ipaddress.ip_address(bare)
            except ValueError:
                break
            client = (bare, 0)
            if not any(address in block for block in self.trusted_proxy):
                break
        return client


def make_parser():
    style = argparse.RawDescriptionHelpFormatter
    parser = Parser(prog="zmq_asgi.py", description=__doc__, formatter_class=style, allow_abbrev=False)
    add = parser.add_argument
    add("application", metavar="MODULE:ATTRIBUTE", help="the application, such as app:app for `app` in app.py")
    add(
        "--connect", action="append", type=endpoint, metavar="ENDPOINT",
        help="the gateway's endpoint for workers, repeatable: one for each gateway"
        " (WEBGATEWAY_WORKERS, or tcp://127.0.0.1:5555)",
    )  # fmt: skip
    add("--service", required=True, type=service, metavar="NAME", help="the first path segment of the requests to get")
    add(
        "--concurrency", type=concurrency, default=64, metavar="N",
        help="requests of each gateway served at once, 1 to 1024; with --wsgi also the number of threads (64)",
    )  # fmt: skip
    add("--wsgi", action="store_true", help="the application is one of WSGI, such as Flask's; it runs in threads")
    add("--factory", action="store_true", help="the attribute is a function that makes the application")
    add("--app-dir", default=".", metavar="DIR", help="where to look for the module (the current folder)")
    add(
        "--root-path", type=root_path, metavar="PATH",
        help="the path that the application is mounted at (/ and the service's name)",
    )  # fmt: skip
    add("--lifespan", choices=("auto", "on", "off"), default="auto", help="ASGI's events of start and end (auto)")
    add(
        "--trusted-proxy", action="append", type=block, default=[], metavar="CIDR",
        help="addresses of proxies in front of the gateway whose word on the client counts, repeatable",
    )  # fmt: skip
    add("--heartbeat", type=duration, default=1.0, metavar="TIME", help="the gateway's --heartbeat (1s)")
    add(
        "--drain-timeout", type=duration, default=30.0, metavar="TIME",
        help="how long requests may take that are under way when a signal comes, and then the shutdown (30s)",
    )  # fmt: skip
    add("--loop", choices=("auto", "asyncio", "uvloop"), default="auto", help="event loop; auto: uvloop if it is there")
    add("--curve-secret-key", metavar="FILE", help="certificate of the worker's own CURVE keys (.key_secret)")
    add("--curve-server-key", metavar="FILE", help="public certificate of the gateway (.key)")
    return parser


def load(options):
    """Imports the application."""
    name, _, attribute = options.application.partition(":")
    if not name or not attribute:
        give_up(f"application '{options.application}': write MODULE:ATTRIBUTE, such as app:app for `app` in app.py")
    if "/" in name or name.endswith(".py"):
        module = os.path.basename(name)[:-3] if name.endswith(".py") else os.path.basename(name)
        folder = os.path.dirname(name)
        give_up(
            f"application '{options.application}': '{name}' is a path, and a module's name is needed: write"
            f" {module}:{attribute}" + (f" and --app-dir {folder}" if folder else "")
        )
    if not os.path.isdir(options.app_dir):
        give_up(f"--app-dir '{options.app_dir}': there is no such folder")
    sys.path.insert(0, os.path.abspath(options.app_dir))
    try:
        found = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not (name == error.name or name.startswith(error.name + ".")):
            raise
        where = os.path.abspath(options.app_dir)
        give_up(
            f"application '{options.application}': there is no module '{error.name}' in {where} nor among those that"
            " Python has installed; --app-dir names another folder",
            1,
        )
    for part in attribute.split("."):
        if not hasattr(found, part):
            give_up(f"application '{options.application}': '{found.__name__}' has no '{part}'", 1)
        found = getattr(found, part)
    if options.factory:
        if not callable(found):
            give_up(f"application '{options.application}': --factory needs a function", 1)
        found = found()
    return found


def examine(application, options):
    """Looks at what was imported; returns an application of ASGI 3, or one of WSGI."""
    what = f"application '{options.application}'"
    if not callable(application):
        give_up(f"{what}: it cannot be called; it is a {type(application).__name__}", 1)
    is_coroutine = not inspect.isclass(application) and (
        inspect.iscoroutinefunction(application) or inspect.iscoroutinefunction(application.__call__)
    )
    needed = positional_parameters(application)
    if options.wsgi:
        if is_coroutine or needed == 3:
            give_up(f"{what}: it is one of ASGI; leave --wsgi out", 1)
        return application
    if is_coroutine or needed is None or needed == 3:
        return application
    if needed == 2:
        give_up(f"{what}: it looks like one of WSGI, as it takes two arguments; add --wsgi", 1)
    if needed == 0:
        give_up(f"{what}: it takes no arguments; if it makes the application, add --factory", 1)
    if needed == 1:  # ASGI 2: called with the scope, it makes what is called with receive and send.

        async def application3(scope, receive, send):
            await application(scope)(receive, send)

        return application3
    return application


def positional_parameters(function):
    """How many arguments a call has to have; None where Python cannot tell."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return None
    if any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters):
        return None
    return sum(
        parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
        and parameter.default is parameter.empty
        for parameter in parameters
    )


def hint_at_old_starlette(options):
    """Starlette before 0.33 looks for routes at the path without the root path, whatever the specification says."""
    utilities = sys.modules.get("starlette._utils") or (sys.modules.get("starlette") and object())
    if utilities and not hasattr(utilities, "get_route_path") and options.root_path:
        version = getattr(sys.modules["starlette"], "__version__", "")
        log.warning(
            "Starlette %s does not find routes below a root path: upgrade to 0.33 (FastAPI 0.106) or later", version
        )


def run(coroutine, loop):
    """Runs it in the event loop that was asked for."""
    try:
        uvloop = importlib.import_module("uvloop") if loop != "asyncio" else None
    except ImportError:
        if loop == "uvloop":
            give_up("--loop uvloop: it is missing; pip install uvloop", 1)
        uvloop = None
    if uvloop is None:
        return asyncio.run(coroutine)
    if hasattr(asyncio, "Runner"):
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(coroutine)
    uvloop.install()
    return asyncio.run(coroutine)


def main():
    parser = make_parser()
    options = parser.parse_args(namespace=Options())
    if zmq is None:
        give_up(
            f"pyzmq is missing: pip install pyzmq, for {sys.executable}"
            " (on Debian, for the system's Python: apt-get install python3-zmq)",
            1,
        )
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s zmq_asgi: %(message)s"))
    log.addHandler(handler)
    log.propagate = False
    log.setLevel(logging.INFO)
    options.prepare(parser)
    application = examine(load(options), options)
    hint_at_old_starlette(options)
    sys.exit(run(Worker(application, options).run(), options.loop))


if __name__ == "__main__":
    main()
