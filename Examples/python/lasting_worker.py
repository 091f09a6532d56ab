import os

try:
    import zmq
except ImportError:
    raise SystemExit("pyzmq is missing: pip install pyzmq, or on Debian apt-get install python3-zmq")

context = zmq.Context()
while True:
    with context.socket(zmq.REQ) as sock:
        sock.linger = 500  # Milliseconds for what is still to be sent when the socket closes.
        sock.rcvtimeo = 60_000  # After a minute without a request: perhaps the gateway was restarted.
        sock.connect(os.environ.get("WEBGATEWAY_WORKERS", "tcp://127.0.0.1:5555"))
        sock.send_multipart([b"READY", b"greet"])
        try:
            while True:
                head, body = sock.recv_multipart()
                sock.send(b"hello from python\n")
        except zmq.Again:
            pass  # A new socket registers anew; the gateway forgets the old one.
