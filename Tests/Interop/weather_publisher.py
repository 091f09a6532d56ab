"""The weather publisher of ZeroMQ's guide, but for its port, which is an argument, and its haste.

    weather_publisher.py PORT [multipart | humidity]

It binds the port, prints its endpoint, and publishes random weather: one frame "10001 42", or two, "10001" and "42", or
one with the humidity, "10001 42 31", as the guide's wuserver.py does.
"""

import random
import sys
import time

import zmq


def main():
    port, multipart, humidity = sys.argv[1], "multipart" in sys.argv[2:], "humidity" in sys.argv[2:]
    socket = zmq.Context().socket(zmq.PUB)
    socket.bind(f"tcp://127.0.0.1:{port}")
    print(socket.getsockopt_string(zmq.LAST_ENDPOINT).rstrip("\0"), flush=True)
    while True:
        zipcode = random.randrange(9999, 10005)
        temperature = random.randrange(-79, 135)
        if multipart:
            socket.send_multipart([b"%d" % zipcode, b"%d" % temperature])
        elif humidity:
            socket.send_string(f"{zipcode} {temperature} {random.randrange(10, 60)}")
        else:
            socket.send_string(f"{zipcode} {temperature}")
        time.sleep(0.002)


main()
