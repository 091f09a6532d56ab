"""A worker that echoes WebSockets, byte for byte as the protocol has it, for tests.

    websocket_worker.py ENDPOINT SERVICE PROPERTIES

What the target of the request asks for: `?credit=N` begins with that credit, `?protocol=NAME` chooses a subprotocol,
`?refuse` answers 403, and `?hold` grants nothing. Texts that are told from others: `!close CODE REASON` ends, `!end`
ends without a code, `!bad` sends bytes that are no UTF-8 as a text, `!abort` gives up, `!many N` sends so many messages
of 1000 bytes. An ordinary request gets `plain` and its head.
"""

import sys
import time
from urllib.parse import parse_qs

import zmq

ENDPOINT, SERVICE, PROPERTIES = sys.argv[1:4]
HEARTBEAT = 1.0


class WebSocket:
    """One open WebSocket: what waits for credit, and how much there is."""

    def __init__(self, credit, holds):
        self.credit = credit
        self.holds = holds
        self.waiting = []


def main():
    context = zmq.Context()
    dealer = context.socket(zmq.DEALER)
    dealer.linger = 1000
    dealer.rcvhwm = 0
    dealer.sndhwm = 0
    dealer.connect(ENDPOINT)
    dealer.send_multipart([b"MDPW02", b"\x01", SERVICE.encode(), PROPERTIES.replace(",", "\n").encode()])
    paced = "credit=1" in PROPERTIES
    sockets = {}
    last = time.monotonic()

    def flush(tag):
        socket = sockets[tag]
        while socket.waiting and (not paced or len(socket.waiting[0][1]) <= socket.credit):
            kind, data = socket.waiting.pop(0)
            socket.credit -= len(data)
            dealer.send_multipart([b"MDPW02", b"\x03", tag, b"", kind, data])

    def end(tag, *frames):
        sockets.pop(tag, None)
        dealer.send_multipart([b"MDPW02", b"\x04", tag, b"", b"close", *frames])

    def request(tag, head):
        lines = head.decode().split("\r\n")
        fields = dict(line.split(": ", 1) for line in lines[1:] if line)
        query = parse_qs(lines[0].split(" ")[1].partition("?")[2], keep_blank_values=True)
        if fields.get("x-websocket") != "13":
            dealer.send_multipart([b"MDPW02", b"\x04", tag, b"", b"200\r\n", b"plain " + head])
            return
        if "refuse" in query:
            dealer.send_multipart([b"MDPW02", b"\x04", tag, b"", b"403 Forbidden\r\n", b"refused"])
            return
        answer = "HTTP/1.1 101 Switching Protocols\r\n"
        if "credit" in query:
            answer += f"x-stream-credit: {query['credit'][0]}\r\n"
        if "protocol" in query:
            answer += f"sec-websocket-protocol: {query['protocol'][0]}\r\n"
        sockets[tag] = WebSocket(int(fields.get("x-stream-credit", "0")), "hold" in query)
        dealer.send_multipart([b"MDPW02", b"\x03", tag, b"", answer.encode() + b"\r\n", b""])

    def message(tag, kind, data):
        if tag not in sockets:
            return
        if kind == b"close":
            end(tag)
            return
        if kind == b"text" and data.startswith(b"!"):
            words = data.split(b" ", 2)
            if words[0] == b"!close":
                return end(tag, *words[1:])
            if words[0] == b"!end":
                return end(tag)
            if words[0] == b"!abort":
                sockets.pop(tag)
                return dealer.send_multipart([b"MDPW02", b"\x0b", tag, b"no more"])
            if words[0] == b"!many":
                sockets[tag].waiting += [(b"binary", b"x" * 1000)] * int(words[1])
            if words[0] == b"!bad":
                sockets[tag].waiting.append((b"text", b"\xff"))
        else:
            sockets[tag].waiting.append((kind, data))
        if not sockets[tag].holds and data:
            dealer.send_multipart([b"MDPW02", b"\x08", tag, str(len(data)).encode()])
        flush(tag)

    while True:
        if dealer.poll(int(HEARTBEAT * 500)):
            for _ in range(200):
                try:
                    frames = dealer.recv_multipart(zmq.NOBLOCK)
                except zmq.Again:
                    break
                command = frames[1]
                if command == b"\x02":
                    request(frames[2], frames[4])
                elif command == b"\x06":
                    return
                elif command == b"\x07":
                    end(frames[2])
                elif command == b"\x08":
                    if frames[2] in sockets:
                        sockets[frames[2]].credit += int(frames[3])
                        flush(frames[2])
                elif command == b"\x0a":
                    message(frames[2], frames[3], frames[4])
        now = time.monotonic()
        if now - last >= HEARTBEAT / 2:
            last = now
            dealer.send_multipart([b"MDPW02", b"\x05"])


main()
