"""The weather subscriber of ZeroMQ's guide, but for its endpoint, which is an argument.

    weather_subscriber.py ENDPOINT [multipart | humidity]

It subscribes to "10001", prints five updates and their average. With humidity it takes three fields and no fewer, as the
guide's wuclient.py does.
"""

import sys

import zmq


def main():
    endpoint, multipart, humidity = sys.argv[1], "multipart" in sys.argv[2:], "humidity" in sys.argv[2:]
    socket = zmq.Context().socket(zmq.SUB)
    socket.connect(endpoint)
    socket.setsockopt_string(zmq.SUBSCRIBE, "10001")
    total = 0
    for _ in range(5):
        if multipart:
            zipcode, temperature = (frame.decode() for frame in socket.recv_multipart())
        elif humidity:
            zipcode, temperature, _ = socket.recv_string().split()
        else:
            zipcode, temperature = socket.recv_string().split()
        print(f"update {zipcode} {temperature}", flush=True)
        total += int(temperature)
    print(f"Average temperature for zipcode '{zipcode}' was {total / 5:.1f}F", flush=True)


main()
