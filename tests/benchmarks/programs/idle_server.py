"""A server with clients that say nothing: the share of a processor it uses, in per cent."""

import argparse
import socket
import time

from measuring import free_port, report

from kamlab import Backplane, Lab, SimpleServer, SubscribeTo

parser = argparse.ArgumentParser()
parser.add_argument("--clients", type=int, required=True)
parser.add_argument("--seconds", type=float, required=True)
options = parser.parse_args()
joined = []


def protocol():
    """Return a subscriber for a new client."""
    joined.append(1)
    return SubscribeTo("NOTHING")


def wait_until(condition, what):
    """Poll a condition, but not for ever."""
    deadline = time.monotonic() + 10
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit(f"waited in vain for {what}")
        time.sleep(0.01)


def connect(port):
    """Connect; the server may not be there yet."""
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=5)
        except ConnectionRefusedError:
            time.sleep(0.01)


with Lab() as lab:
    port = free_port()
    Backplane("NOTHING").activate()
    SimpleServer(protocol=protocol, port=port).activate()
    lab.start()
    clients = [connect(port) for _ in range(options.clients)]
    wait_until(lambda: len(joined) == options.clients, "the server to take its clients")
    wait_until(lambda: not lab.runnable(), "the server to come to rest")
    began, used = time.perf_counter(), time.process_time()
    time.sleep(options.seconds)
    used, elapsed = time.process_time() - used, time.perf_counter() - began
    report(percent=100 * used / elapsed)
    for client in clients:
        client.close()
