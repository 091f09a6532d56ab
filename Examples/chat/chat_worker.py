"""A chat over WebSockets. Start it as often as you like: people of different workers hear each other.

    python3 chat_worker.py [--connect tcp://127.0.0.1:5555]
                           [--publish tcp://127.0.0.1:5557] [--subscribe tcp://127.0.0.1:5556]

It serves page.html at /chat, and WebSockets at /chat/room. What somebody says goes out through `pubsub forward`, which gives it
to all workers, this one among them, and each passes it on to its own people.
"""

import argparse
import asyncio
import json
import os
import pathlib
import sys

try:
    import zmq
    import zmq.asyncio
except ImportError:
    raise SystemExit("pyzmq is missing: pip install pyzmq, or on Debian apt-get install python3-zmq")

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "python"))
from websocket_worker import Closed, Refused, Worker  # noqa: E402

PAGE = pathlib.Path(__file__).with_name("page.html").read_bytes()
NAME = f"worker {os.getpid()}"
LONGEST = 2000  # Characters of what somebody may say at a time.
BACKLOG = 100  # What may wait for somebody who reads slowly; one for whom more waits is sent away.


class Room:
    """What is said here and at the other workers."""

    def __init__(self, publish, subscribe):
        context = zmq.asyncio.Context.instance()
        self.publisher, self.subscriber = context.socket(zmq.PUB), context.socket(zmq.SUB)
        self.publisher.connect(publish)
        self.subscriber.connect(subscribe)
        self.subscriber.subscribe("chat ")
        self.subscriber.subscribe(f"{NAME} ")
        self.people = {}  # A queue for each WebSocket.

    async def connect(self):
        """Returns when what is said here comes back through the forwarder."""
        while not await self.subscriber.poll(100):
            await self.publisher.send_string(f"{NAME} can hear itself")
        self.listening = asyncio.create_task(self.listen())

    async def listen(self):
        while True:
            # Anybody may publish there, also what is no text.
            topic, _, said = (await self.subscriber.recv()).decode(errors="replace").partition(" ")
            if topic == "chat":
                for socket, queue in self.people.items():
                    if queue.full():
                        socket.close(1013, "you read too slowly")
                    else:
                        queue.put_nowait(said)

    async def say(self, **what):
        await self.publisher.send_string("chat " + json.dumps(what, ensure_ascii=False))

    async def converse(self, socket):
        """Serves somebody's WebSocket: passes on what is said, and says what they write."""
        fields = socket.request.fields
        # A browser lets any page open a WebSocket anywhere; `origin` tells whose page it is.
        if "origin" in fields and fields["origin"].partition("://")[2] != fields["host"]:
            raise Refused(403, "Only pages of this address may take part.")
        offered = [name.strip() for name in fields.get("sec-websocket-protocol", "").split(",")]
        if "chat" not in offered:
            raise Refused(400, "Offer the subprotocol chat.")
        await socket.accept(subprotocol="chat")

        self.people[socket] = queue = asyncio.Queue(BACKLOG)
        passing = asyncio.create_task(self.pass_on(queue, socket))
        try:
            await socket.send(json.dumps({"served_by": NAME}))
            async for message in socket:
                if not isinstance(message, str) or len(message) > LONGEST:
                    return socket.close(1008, f"only texts of up to {LONGEST} characters")
                written = json.loads(message)
                await self.say(name=str(written["name"]), text=str(written["text"]))
        except (ValueError, KeyError, TypeError, RecursionError):
            socket.close(1007, "expected an object with name and text")
        finally:
            del self.people[socket]
            passing.cancel()

    async def pass_on(self, queue, socket):
        try:
            while True:
                await socket.send(await queue.get())
        except Closed:
            pass  # The loop above ends as well.
        except ValueError:
            socket.close(1009, "more was said than the gateway takes at a time")


async def answer(request):
    path = request.target.partition("?")[0]
    if path not in ("/chat", "/chat/"):
        return b"404\r\ncontent-type: text/plain; charset=utf-8\r\n\r\n", b"There is only /chat.\n"
    return b"200\r\ncontent-type: text/html; charset=utf-8\r\n\r\n", PAGE


async def serve(options):
    room = Room(options.publish, options.subscribe)
    await room.connect()
    print(NAME, "is connected", flush=True)
    await Worker(options.connect, "chat", converse=room.converse, answer=answer).run()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--connect", default="tcp://127.0.0.1:5555", help="the gateway's address for workers")
    parser.add_argument("--publish", default="tcp://127.0.0.1:5557", help="the forwarder's address for publishers")
    parser.add_argument("--subscribe", default="tcp://127.0.0.1:5556", help="the forwarder's address for subscribers")
    try:
        asyncio.run(serve(parser.parse_args()))
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
