"""One end of a conversation in pyzmq, for tests that check the Swift binding against another implementation.

    peer.py PATTERN ACTION (--bind ENDPOINT | --connect ENDPOINT) [options]

PATTERN is a socket type; ACTION is what it does with --count messages:
    send      sends the generated messages
    receive   prints each message it gets
    ask       sends each generated message, waits for an answer and prints it
    echo      sends back what it gets, and prints it

The first line printed is the endpoint, the resolved one after --bind. Each later line is a message: its frames in
hexadecimal, separated by blanks, an empty frame as a dash. With --digest a single line takes their place: the CRC-32 of
those lines, each with its line feed, in eight hexadecimal digits.

The generated message number i, counted from 0, depends on i modulo 4; N is the number in decimal:
    0: N                                                    1: N, an empty frame, the 256 bytes 0 to 255
    2: an empty frame, N                                    3: N, the 1000 bytes (i + k) modulo 256, an empty frame
A --topic is put in front as a frame of its own.

PUB cannot know when it has subscribers: `pub send` first repeats the message `hello` until a line, or the end, comes on
standard input; `sub receive` prints the line `hello` when it gets the first one, and skips them all. `xpub send` waits
for a subscription, which it prints. STREAM speaks lines of text, `line N` and a line feed, instead of messages.

With --expect-refusal a client sends its first message without waiting, and then waits to be told that the other side has
turned it away: it needs no time to pass, however slow the machine.

It ends by itself: with 0 when done, with 2 when --timeout (20 s) passed in one step, by SIGALRM soon after; with 3 when it
was turned away as expected, with 4 when it was let in instead.
"""

import argparse
import contextlib
import select
import signal
import sys
import zlib

import zmq
import zmq.auth
from zmq.auth.thread import ThreadAuthenticator
from zmq.utils.monitor import recv_monitor_message

ACTIONS = {
    "push": {"send"},
    "pull": {"receive"},
    "pub": {"send"},
    "sub": {"receive"},
    "xpub": {"send"},
    "xsub": {"receive"},
    "req": {"ask"},
    "rep": {"echo"},
    "dealer": {"send", "receive", "ask", "echo"},
    "router": {"receive", "echo"},
    "pair": {"send", "receive", "ask", "echo"},
    "stream": {"receive", "ask", "echo"},
}
GREETING = [b"hello"]


def say(line):
    print(line, flush=True)


def describe(frames):
    return " ".join(frame.hex() or "-" for frame in frames)


def generate(index, topic=None):
    number = str(index).encode()
    frames = [
        [number],
        [number, b"", bytes(range(256))],
        [b"", number],
        [number, bytes((index + k) % 256 for k in range(1000)), b""],
    ][index % 4]
    return frames if topic is None else [topic, *frames]


class Report:
    """Prints the messages, or their digest at the end."""

    def __init__(self, digest):
        self.digest, self.crc = digest, 0

    def add(self, frames):
        line = describe(frames)
        if self.digest:
            self.crc = zlib.crc32(line.encode() + b"\n", self.crc)
        else:
            say(line)

    def finish(self):
        if self.digest:
            say(f"{self.crc:08x}")


class Peer:
    """Runs an action; envelopes (a ROUTER's routing id, the --delimiter) stay out of what is printed."""

    def __init__(self, socket, options):
        self.socket, self.options = socket, options
        self.report = Report(options.digest)
        self.envelope = []

    def send(self, frames):
        self.socket.send_multipart([*self.envelope, *frames])

    def receive(self):
        frames = self.socket.recv_multipart()
        head = (self.options.pattern == "router") + self.options.delimiter
        self.envelope, frames = frames[:head], frames[head:]
        return frames

    def run(self):
        if self.options.pattern == "stream":
            StreamPeer(self.socket, self.options, self.report).run()
        else:
            getattr(self, f"run_{self.options.action}")()
        self.report.finish()

    def run_send(self):
        if self.options.pattern == "pub":
            while not select.select([sys.stdin], [], [], 0.01)[0]:
                self.send(GREETING)
        elif self.options.pattern == "xpub":
            say(f"subscription {self.socket.recv().hex()}")
        for index in range(self.options.count):
            self.send(generate(index, self.options.topic))

    def run_receive(self):
        subscribes, greeted = self.options.pattern in ("sub", "xsub"), False
        for _ in range(self.options.count):
            while (frames := self.receive()) == GREETING and subscribes:
                if not greeted:
                    say("hello")
                greeted = True
            self.report.add(frames)

    def run_ask(self):
        for index in range(self.options.count):
            if self.options.delimiter:
                self.envelope = [b""]
            self.send(generate(index, self.options.topic))
            self.report.add(self.receive())

    def run_echo(self):
        for _ in range(self.options.count):
            self.send(frames := self.receive())
            self.report.add(frames)


class Refusal:
    """Watches a socket for how its handshakes end."""

    FAILURES = (
        zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL | zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL | zmq.EVENT_HANDSHAKE_FAILED_AUTH
    )

    def __init__(self, socket):
        self.socket = socket
        self.monitor = socket.get_monitor_socket(self.FAILURES | zmq.EVENT_HANDSHAKE_SUCCEEDED)
        self.monitor.rcvtimeo = socket.rcvtimeo

    def wait(self):
        """Returns whether the first handshake fails."""
        try:
            return recv_monitor_message(self.monitor)["event"] & self.FAILURES != 0
        finally:
            self.socket.disable_monitor()
            self.monitor.close()  # The context does not end before.


class StreamPeer:
    """STREAM has no messages, only bytes: lines are put together from whatever pieces arrive."""

    def __init__(self, socket, options, report):
        self.socket, self.options, self.report = socket, options, report

    def run(self):
        peer = None
        if self.options.action == "ask":
            peer = self.socket.getsockopt(zmq.ROUTING_ID)
            for index in range(self.options.count):
                self.socket.send_multipart([peer, b"line %d\n" % index])
        text = b""
        while text.count(b"\n") < self.options.count:
            sender, piece = self.socket.recv_multipart()
            text += piece  # An empty piece tells of a connection or its end.
            if self.options.action == "echo" and piece:
                self.socket.send_multipart([sender, piece])
        for line in text.splitlines():
            self.report.add([line])


def secure(socket, options):
    """Sets what CURVE and PLAIN need; returns the authenticator that a server needs running, or None."""
    authenticator = ThreadAuthenticator(socket.context) if options.users or options.curve_server else None
    if authenticator:
        authenticator.start()
    if options.users:
        authenticator.configure_plain(domain="*", passwords=dict(pair.split(":", 1) for pair in options.users))
        socket.plain_server = True
    if options.user:
        socket.plain_username, socket.plain_password = (part.encode() for part in options.user.split(":", 1))
    if options.certificate:
        socket.curve_publickey, socket.curve_secretkey = zmq.auth.load_certificate(options.certificate)
    if options.curve_server:
        authenticator.configure_curve(domain="*", location=options.allow or zmq.auth.CURVE_ALLOW_ANY)
        socket.curve_server = True
    if options.server_key:
        socket.curve_serverkey = options.server_key.encode()
    return authenticator


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pattern", choices=ACTIONS)
    parser.add_argument("action", choices=sorted(set.union(*ACTIONS.values())))
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--bind", metavar="ENDPOINT")
    where.add_argument("--connect", metavar="ENDPOINT")
    parser.add_argument("--count", type=int, default=8, help="how many messages (8)")
    parser.add_argument("--topic", type=str.encode, help="what to subscribe to, or to put in front of each")
    parser.add_argument("--routing-id", type=str.encode, help="the name that a ROUTER sees")
    parser.add_argument("--delimiter", action="store_true", help="an empty frame in front, as REQ and REP have it")
    parser.add_argument("--digest", action="store_true", help="one CRC-32 instead of a line for each message")
    parser.add_argument("--timeout", type=float, default=20, help="seconds for one step (20)")
    parser.add_argument("--expect-refusal", action="store_true", help="wait to be turned away, and end with 3")
    parser.add_argument("--user", metavar="NAME:PASSWORD", help="PLAIN client")
    parser.add_argument("--users", metavar="NAME:PASSWORD", nargs="+", help="PLAIN server that knows these users")
    parser.add_argument("--certificate", metavar="FILE", help="CURVE: own key pair, a *.key_secret file")
    parser.add_argument("--server-key", metavar="Z85", help="CURVE client: the server's public key")
    parser.add_argument("--curve-server", action="store_true", help="CURVE server, with --certificate")
    parser.add_argument("--allow", metavar="FOLDER", help="CURVE server: public keys to let in (all, if absent)")
    options = parser.parse_args()
    if options.action not in ACTIONS[options.pattern]:
        parser.error(f"{options.pattern} does not {options.action}")
    return options


def main():
    options = parse()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM})  # Whoever started this may have blocked it.
    signal.alarm(int(options.timeout * 2) + 1)
    context = zmq.Context()
    socket = context.socket(getattr(zmq, options.pattern.upper()))
    socket.rcvtimeo = socket.sndtimeo = int(options.timeout * 1000)
    if options.routing_id:
        socket.routing_id = options.routing_id
    authenticator = secure(socket, options)
    refusal = Refusal(socket) if options.expect_refusal else None
    if options.pattern == "sub":
        for topic in [options.topic or b"", *GREETING]:
            socket.subscribe(topic)
    if options.bind:
        socket.bind(options.bind)
        say(socket.last_endpoint.rstrip(b"\0").decode())
    else:
        socket.connect(options.connect)
        say(options.connect)
    if options.pattern == "xsub":
        for topic in [options.topic or b"", *GREETING]:
            socket.send(b"\x01" + topic)
    try:
        if refusal:
            with contextlib.suppress(zmq.Again):  # It may have been refused already, and have nobody to send to.
                socket.send_multipart(generate(0, options.topic), zmq.NOBLOCK)
            was_refused = refusal.wait()
            socket.linger = 0
            return 3 if was_refused else 4
        Peer(socket, options).run()
    except zmq.Again:
        print(f"peer.py: nothing happened for {options.timeout:g} s", file=sys.stderr)
        socket.linger = 0  # What nobody took so far, nobody will take.
        return 2
    finally:
        # What was sent leaves before the process does; the alarm bounds the wait.
        socket.close()
        if authenticator:
            authenticator.stop()
        context.term()
    return 0


if __name__ == "__main__":
    sys.exit(main())
