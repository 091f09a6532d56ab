"""A Majordomo client for tests, in the manner of the ZeroMQ guide's.

    mdp_client.py 01|02 ENDPOINT SERVICE COUNT FRAME...

Sends the frames COUNT times and prints each reply on a line, its frames divided by bars; a part of a reply ends with
`...`. Prints `none` where no reply comes within five seconds.
"""

import sys

import zmq


class Client01:
    """RFC 7 on a REQ socket, one request at a time."""

    socket_type = zmq.REQ

    def request(self, socket, service, frames):
        socket.send_multipart([b"MDPC01", service, *frames])

    def reply(self, socket):
        protocol, service, *frames = socket.recv_multipart()
        assert protocol == b"MDPC01"
        return service, frames, True


class Client02:
    """RFC 18 on a DEALER socket; a reply may come in parts."""

    socket_type = zmq.DEALER

    def request(self, socket, service, frames):
        socket.send_multipart([b"MDPC02", b"\x01", service, *frames])

    def reply(self, socket):
        protocol, command, service, *frames = socket.recv_multipart()
        assert protocol == b"MDPC02" and command in (b"\x02", b"\x03")
        return service, frames, command == b"\x03"


def main():
    dialect, endpoint, service, count, *frames = [argument.encode() for argument in sys.argv[1:]]
    client = {b"01": Client01, b"02": Client02}[dialect]()
    socket = zmq.Context().socket(client.socket_type)
    socket.linger = 0
    socket.connect(endpoint.decode())
    for _ in range(int(count)):
        client.request(socket, service, frames)
        is_last = False
        while not is_last:
            if not socket.poll(5000):
                print("none", flush=True)
                return
            replied, body, is_last = client.reply(socket)
            assert replied == service
            print(b"|".join(body).decode() + ("" if is_last else "..."), flush=True)


main()
