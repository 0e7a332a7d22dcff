"""All the clients of a fan-out server in one process: they connect, read, count, and leave.

It uses nothing but ``selectors``, so that it is the same for every server. It prints how many clients
it has connected, and at the end how many messages they got, all of them together.
"""

import argparse
import selectors
import socket
import time

from fanout_server import END, SIZE
from measuring import report

parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int, required=True)
parser.add_argument("--clients", type=int, required=True)
parser.add_argument("--timeout", type=float, default=60.0)
options = parser.parse_args()


class Client:
    def __init__(self, sock):
        self.sock = sock
        self.count = 0
        self.tail = b""

    def read(self):
        """Take what has come; return whether that was the end."""
        data = self.sock.recv(1 << 16)
        if not data:
            raise SystemExit("the server closed a connection")
        self.count += len(data)
        self.tail = (self.tail + data)[-SIZE:]
        return self.tail.startswith(END)


def connect(deadline):
    """Connect, and keep trying while the server is not there yet."""
    while True:
        try:
            return socket.create_connection(("127.0.0.1", options.port), timeout=5)
        except (ConnectionRefusedError, TimeoutError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def read_all(clients, deadline):
    """Read until every client has seen the end."""
    with selectors.DefaultSelector() as selector:
        for client in clients:
            client.sock.setblocking(False)
            selector.register(client.sock, selectors.EVENT_READ, client)
        while selector.get_map():
            left = deadline - time.monotonic()
            if left <= 0:
                raise SystemExit(f"{len(selector.get_map())} clients still waited for the end of the messages")
            for key, _ in selector.select(left):
                if key.data.read():
                    selector.unregister(key.fileobj)


deadline = time.monotonic() + options.timeout
clients = [Client(connect(deadline)) for _ in range(options.clients)]
report(clients=len(clients))
read_all(clients, deadline)
report(deliveries=sum(client.count for client in clients) // SIZE)
