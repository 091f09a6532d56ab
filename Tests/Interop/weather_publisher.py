"""The weather publisher of ZeroMQ's guide, but for its port, which is an argument, and its haste.

    weather_publisher.py PORT [multipart]

It binds the port, prints its endpoint, and publishes random weather: one frame "10001 42", or two, "10001" and "42".
"""

import random
import sys
import time

import zmq


def main():
    port, multipart = sys.argv[1], "multipart" in sys.argv[2:]
    socket = zmq.Context().socket(zmq.PUB)
    socket.bind(f"tcp://127.0.0.1:{port}")
    print(socket.getsockopt_string(zmq.LAST_ENDPOINT).rstrip("\0"), flush=True)
    while True:
        zipcode = random.randrange(9999, 10005)
        temperature = random.randrange(-79, 135)
        if multipart:
            socket.send_multipart([b"%d" % zipcode, b"%d" % temperature])
        else:
            socket.send_string(f"{zipcode} {temperature}")
        time.sleep(0.002)


main()
