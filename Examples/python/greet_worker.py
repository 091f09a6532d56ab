import os
try: import zmq
except ImportError: raise SystemExit("pyzmq is missing: pip install pyzmq, or on Debian apt-get install python3-zmq")
sock = zmq.Context().socket(zmq.REQ)
sock.connect(os.environ.get("WEBGATEWAY_WORKERS", "tcp://127.0.0.1:5555"))
sock.send_multipart([b"READY", b"greet"])
while True:
    head, body = sock.recv_multipart()
    sock.send(b"hello from python\n")
