"""Serves page.html as the service `live`, so that page and events come from one gateway.

usage: page_worker.py [ENDPOINT]
"""

import pathlib
import sys

try:
    import zmq
except ImportError:
    raise SystemExit("pyzmq is missing: pip install pyzmq, or on Debian apt-get install python3-zmq")

endpoint = sys.argv[1] if len(sys.argv) > 1 else "tcp://127.0.0.1:5555"
page = pathlib.Path(__file__).with_name("page.html").read_bytes()
socket = zmq.Context().socket(zmq.REQ)
socket.connect(endpoint)
socket.send_multipart([b"READY", b"live"])
while True:
    socket.recv_multipart()
    socket.send_multipart([b"200\r\ncontent-type: text/html; charset=utf-8\r\n", page])
