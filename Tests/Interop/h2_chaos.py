"""Many requests over TLS and HTTP/2, while a test kills and stops the workers that answer them.

    h2_chaos.py PORT AUTHORITY-FILE CONNECTIONS STREAMS REQUESTS SEED

Each connection keeps STREAMS requests under way until its share of REQUESTS is answered. A request asks for `/fault?TOKEN`
with a token of its own; a quarter are POSTs. It prints one JSON object: `statuses` (how often each method had each
status), `wrong` (answers that are not the request's own, and GETs that failed), `posted` (the status of each POST by its
token) and `slowest_get` in seconds; and ends with 0 if every connection had all its answers.
"""

import collections
import json
import random
import socket
import ssl
import sys
import threading
import time

import h2.config
import h2.connection
import h2.events

MAY_FAIL = {502, 503, 504}  # A POST, when its worker is killed.


class Request:
    def __init__(self, method, token):
        self.method, self.token = method, token
        self.status, self.body, self.began = None, b"", time.monotonic()


class Seen:
    def __init__(self):
        self.lock = threading.Lock()
        self.statuses, self.posted = collections.Counter(), {}
        self.wrong, self.slowest, self.failures = [], 0.0, []

    def note(self, request):
        text = request.body.decode(errors="replace")
        is_own = text == request.token if request.status == 200 else '"code"' in text
        may_fail = request.method == "POST" and request.status in MAY_FAIL
        with self.lock:
            self.statuses[f"{request.method} {request.status}"] += 1
            if request.method == "POST":
                self.posted[request.token] = request.status
            else:
                self.slowest = max(self.slowest, time.monotonic() - request.began)
            if not is_own or (request.status != 200 and not may_fail):
                self.wrong.append(f"{request.method} {request.token}: {request.status} {text[:200]}")


class Connection:
    def __init__(self, port, authority):
        context = ssl.create_default_context(cafile=authority)
        context.set_alpn_protocols(["h2"])
        plain = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.socket = context.wrap_socket(plain, server_hostname="127.0.0.1")
        self.authority = f"127.0.0.1:{port}"
        self.http = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
        self.http.initiate_connection()
        self.open = {}

    def ask(self, method, token):
        stream = self.http.get_next_available_stream_id()
        head = [(":method", method), (":scheme", "https"), (":authority", self.authority), (":path", f"/fault?{token}")]
        self.http.send_headers(stream, head, end_stream=True)
        self.open[stream] = Request(method, token)

    def step(self, seen):
        """Sends what is to be sent, and takes in what comes next."""
        self.socket.sendall(self.http.data_to_send())
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError("the connection was closed")
        for event in self.http.receive_data(data):
            match event:
                case h2.events.ResponseReceived():
                    self.open[event.stream_id].status = int(dict(event.headers)[":status"])
                case h2.events.DataReceived():
                    self.open[event.stream_id].body += event.data
                    self.http.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                case h2.events.StreamEnded():
                    seen.note(self.open.pop(event.stream_id))
                case h2.events.StreamReset():
                    request = self.open.pop(event.stream_id)
                    raise ConnectionError(f"{request.token} was reset with {event.error_code}")
                case h2.events.ConnectionTerminated():
                    raise ConnectionError(f"GOAWAY {event.error_code}")


def run(number, port, authority, streams, count, seed, seen):
    draw = random.Random(seed + number)
    try:
        connection = Connection(port, authority)
        asked = 0
        while asked < count or connection.open:
            while asked < count and len(connection.open) < streams:
                connection.ask("POST" if draw.randrange(4) == 0 else "GET", f"{number}-{asked}")
                asked += 1
            connection.step(seen)
    except Exception as error:  # Whatever it is, the test is to say so.
        with seen.lock:
            seen.failures.append(f"connection {number}: {error!r}")


def main(port, authority, connections, streams, requests, seed):
    seen = Seen()
    threads = [
        threading.Thread(target=run, args=(number, port, authority, streams, requests // connections, seed, seen))
        for number in range(connections)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wrong = seen.failures + seen.wrong
    print(json.dumps({
        "statuses": seen.statuses, "wrong": wrong[:100], "posted": seen.posted, "slowest_get": seen.slowest,
    }))
    return 1 if seen.failures else 0


if __name__ == "__main__":
    if len(sys.argv) != 7:
        sys.exit(__doc__)
    sys.exit(main(int(sys.argv[1]), sys.argv[2], *map(int, sys.argv[3:])))
