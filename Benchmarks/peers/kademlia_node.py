"""A node of PyPI's kademlia (bmuller), for Benchmarks/beside_pypi_kademlia.py: prints its port once it has joined.

    python3 kademlia_node.py [PORT-OF-ANOTHER]
"""
import asyncio, logging, sys

from kademlia.network import Server


async def main():
    logging.disable(logging.CRITICAL)
    server = Server()
    await server.listen(0, interface="127.0.0.1")
    if len(sys.argv) > 1:
        await server.bootstrap([("127.0.0.1", int(sys.argv[1]))])
    print(server.transport.get_extra_info("sockname")[1], flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
