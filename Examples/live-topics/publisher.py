"""Publishes the temperature of a few places, a message a second each: TOPIC TEMPERATURE.

usage: publisher.py [ENDPOINT]
"""

import random
import sys
import time

try:
    import zmq
except ImportError:
    raise SystemExit("pyzmq is missing: pip install pyzmq, or on Debian apt-get install python3-zmq")

endpoint = sys.argv[1] if len(sys.argv) > 1 else "tcp://127.0.0.1:5556"
socket = zmq.Context().socket(zmq.PUB)
socket.bind(endpoint)
print("publishing on", socket.getsockopt_string(zmq.LAST_ENDPOINT), flush=True)

temperatures = {"berlin": 12.0, "lisbon": 19.0, "oslo": 3.0}
while True:
    for place, temperature in temperatures.items():
        temperatures[place] = temperature + random.uniform(-0.5, 0.5)
        socket.send_string(f"{place} {temperatures[place]:.1f}")
    time.sleep(1)
