"""A client made with Python's h2, for tests of the gateway.

    h2_client.py PORT AUTHORITY-FILE TEST

It connects with TLS and asks for h2 by ALPN. The test is one of `requests`, `upload` and `interleaved`; it prints what
it found, a line a finding, and ends with 0 if all of it is as it must be.
"""

import collections
import socket
import ssl
import sys

import h2.config
import h2.connection
import h2.events
import h2.settings


class Answer:
    def __init__(self):
        self.status = None
        self.body = b""
        self.over = False
        self.reset = None


class Client:
    def __init__(self, port, authority):
        context = ssl.create_default_context(cafile=authority)
        context.set_alpn_protocols(["h2", "http/1.1"])
        plain = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.socket = context.wrap_socket(plain, server_hostname="127.0.0.1")
        assert self.socket.selected_alpn_protocol() == "h2", "h2 was not agreed on"
        self.port = port
        self.connection = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
        self.connection.initiate_connection()
        self.answers = collections.defaultdict(Answer)
        self.gone = False
        self.flush()

    def flush(self):
        self.socket.sendall(self.connection.data_to_send())

    def request(self, method, path, body=None, fields=()):
        stream = self.connection.get_next_available_stream_id()
        head = [(":method", method), (":scheme", "https"), (":authority", f"127.0.0.1:{self.port}"), (":path", path)]
        self.connection.send_headers(stream, head + list(fields), end_stream=body is None)
        self.answers[stream] = Answer()
        return stream

    def step(self):
        """Takes in what comes next."""
        data = self.socket.recv(65536)
        if not data:
            self.gone = True
            return
        for event in self.connection.receive_data(data):
            answer = self.answers[getattr(event, "stream_id", None) or 0]
            match event:
                case h2.events.ResponseReceived():
                    answer.status = int(dict(event.headers)[":status"])
                case h2.events.DataReceived():
                    answer.body += event.data
                    self.connection.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                case h2.events.StreamEnded():
                    answer.over = True
                case h2.events.StreamReset():
                    answer.over, answer.reset = True, event.error_code
        self.flush()

    def send(self, stream, body):
        """Sends a body as fast as there is room for it, unless the server wants no more of it."""
        while body and not self.answers[stream].over:
            room = min(self.connection.local_flow_control_window(stream), self.connection.max_outbound_frame_size)
            if room == 0:
                self.flush()
                self.step()
                continue
            self.connection.send_data(stream, body[:room], end_stream=len(body) <= room)
            body = body[room:]
            self.flush()

    def wait(self, stream):
        self.flush()
        while not self.answers[stream].over:
            assert not self.gone, "the connection ended"
            self.step()
        return self.answers[stream]


def requests(client):
    for number in range(1000):
        answer = client.wait(client.request("GET", f"/probe/bytes/{number}"))
        assert answer.status == 200 and len(answer.body) == number, (number, answer.status, len(answer.body))
    yield "1000 requests"
    assert client.wait(client.request("GET", "/nobody")).status == 404
    assert client.wait(client.request("HEAD", "/probe/bytes/100")).body == b""
    yield "404 and HEAD"


def upload(client):
    body = bytes(range(256)) * 4096
    stream = client.request("POST", "/probe/echo", body)
    client.send(stream, body)
    answer = client.wait(stream)
    assert answer.status == 200 and answer.body == body, (answer.status, len(answer.body))
    yield "1 MiB there and back"
    stream = client.request("POST", "/probe/echo", body, [("content-length", "100000000")])
    client.send(stream, body)
    assert client.answers[stream].status == 413 or client.wait(stream).status == 413
    yield "413"
    assert client.wait(client.request("GET", "/probe/bytes/1")).status == 200
    yield "and on"


def interleaved(client):
    streams = {client.request("GET", f"/probe/stream/{100000 + number}"): 100000 + number for number in range(50)}
    for stream, length in streams.items():
        answer = client.wait(stream)
        assert answer.status == 200 and len(answer.body) == length, (stream, answer.status, len(answer.body))
    yield "50 streams"


def main():
    port, authority, test = sys.argv[1:]
    client = Client(int(port), authority)
    for finding in {"requests": requests, "upload": upload, "interleaved": interleaved}[test](client):
        print(finding)


main()
