"""Makes and reads CURVE certificates with pyzmq, for tests that check the Swift binding against it.

    certificate.py create FOLDER NAME [PROPERTY=VALUE ...]    writes FOLDER/NAME.key and FOLDER/NAME.key_secret
    certificate.py show FILE                                  prints the public key, then the secret one or a dash
    certificate.py list FOLDER                                prints the public keys that pyzmq would let in
"""

import sys

import zmq.auth


def main(action, path, *rest):
    if action == "create":
        zmq.auth.create_certificates(path, rest[0], metadata=dict(pair.split("=", 1) for pair in rest[1:]))
    elif action == "show":
        public_key, secret_key = zmq.auth.load_certificate(path)
        print(public_key.decode())
        print(secret_key.decode() if secret_key else "-")
    elif action == "list":
        for key in sorted(zmq.auth.load_certificates(path)):
            print(key.decode())
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(*sys.argv[1:])
