"""Compare kamlab's web server with one written directly on asyncio and h11.

    python tests/benchmarks/http_server.py [--clients 100] [--requests 100] [--rounds 3]

The two serve the same page in processes of their own, one after the other in each round. The clients keep their
connections. What is compared is the processor time that the server uses for a request, which it tells itself; every
response is checked. (A file of the name http.py could not be run: it would hide Python's own ``http``.)
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import h11

PAGE = b"hello world"
REQUEST = b"GET /hello HTTP/1.1\r\nHost: localhost\r\nUser-Agent: benchmark\r\nAccept: */*\r\n\r\n"
#: A component for each request, in a lab with and without a record; and a function that returns the response.
HANDLERS = ("component", "component, no record", "dict")


# -- the servers ------------------------------------------------------------------------------------------------


def answer(path: str) -> bytes:
    """Return the page of a path: of /cpu, the processor time that this process has used."""
    return repr(time.process_time()).encode() if path == "/cpu" else PAGE


def serve_by_kamlab(handler: str) -> None:
    """Serve with a component for each request, or with a function that returns the response."""
    from kamlab import Component, Lab, ProducerFinished, ServerCore
    from kamlab.protocols.http import http_protocol

    class Hello(Component):
        def __init__(self, request: dict) -> None:
            super().__init__()
            self.request = request

        def main(self):
            page = answer(self.request["raw-uri"])
            self.send({"statuscode": 200, "headers": [("Content-Type", "text/plain")], "data": page})
            self.send(ProducerFinished(self), "signal")
            yield

    def hello(request: dict) -> dict:
        page = answer(request["raw-uri"])
        return {"statuscode": 200, "headers": [("Content-Type", "text/plain")], "data": page}

    with Lab(record="no record" not in handler) as lab:
        server = ServerCore(protocol=http_protocol([("/", hello if handler == "dict" else Hello)]), port=0)
        server.activate()
        print(server.port, flush=True)
        lab.run()


class Protocol(asyncio.Protocol):
    """The same by hand."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        self.transport = transport
        self.connection = h11.Connection(h11.SERVER)
        self.request: h11.Request | None = None

    def data_received(self, data: bytes) -> None:
        connection = self.connection
        connection.receive_data(data)
        while True:
            event = connection.next_event()
            if event is h11.NEED_DATA or event is h11.PAUSED or isinstance(event, h11.ConnectionClosed):
                return
            if isinstance(event, h11.Request):
                self.request = event
            elif isinstance(event, h11.EndOfMessage):
                assert self.request is not None
                page = answer(self.request.target.decode())
                headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(page)))]
                response = h11.Response(status_code=200, reason="OK", headers=headers)
                parts = (response, h11.Data(data=page), h11.EndOfMessage())
                self.transport.write(b"".join(connection.send(part) or b"" for part in parts))
                connection.start_next_cycle()

    def eof_received(self) -> None:
        self.transport.close()


def serve_by_hand() -> None:
    """Serve with asyncio and h11."""

    async def main() -> None:
        server = await asyncio.get_running_loop().create_server(Protocol, "127.0.0.1", 0)
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()

    asyncio.run(main())


# -- the clients ------------------------------------------------------------------------------------------------


async def get(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> bytes:
    """Send a request, check its response, and return the body."""
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 "), head
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    return await reader.readexactly(length)


async def load(port: int, clients: int, requests: int) -> tuple[float, float]:
    """Send requests by many clients; return the processor time and the time of the server for each, in microseconds."""
    ends = [await asyncio.open_connection("127.0.0.1", port) for _ in range(clients + 1)]
    cpu = REQUEST.replace(b"/hello", b"/cpu")

    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(requests):
            assert await get(reader, writer, REQUEST) == PAGE

    before, began = float(await get(*ends[0], cpu)), time.perf_counter()
    await asyncio.gather(*(client(*end) for end in ends[1:]))
    seconds, used = time.perf_counter() - began, float(await get(*ends[0], cpu)) - before
    for _, writer in ends:
        writer.close()
    return used / (clients * requests) * 1e6, seconds / (clients * requests) * 1e6


def measure(name: str, clients: int, requests: int) -> tuple[float, float]:
    """Start a server, load it, and end it."""
    with subprocess.Popen([sys.executable, __file__, "--serve", name], stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            return asyncio.run(load(int(server.stdout.readline()), clients, requests))
        finally:
            server.kill()


def main() -> None:
    """Run the benchmark, or one of the servers."""
    parser = argparse.ArgumentParser(description="Compare kamlab's web server with one on asyncio and h11.")
    parser.add_argument("--clients", type=int, default=100)
    parser.add_argument("--requests", type=int, default=100, help="of each client")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    options = parser.parse_args()
    servers: dict[str, Callable[[], None]] = {"by hand": serve_by_hand}
    servers |= {f"kamlab, {kind}": (lambda kind=kind: serve_by_kamlab(kind)) for kind in HANDLERS}
    if options.serve:
        servers[options.serve]()
        return
    print(f"{options.clients} clients, {options.clients * options.requests} requests, {options.rounds} rounds")
    ratios: dict[str, list[float]] = {name: [] for name in servers}
    for _ in range(options.rounds):
        base = 0.0
        for name in servers:
            cpu, wall = measure(name, options.clients, options.requests)
            base = base or cpu
            ratios[name].append(cpu / base)
            print(f"{name:28} {cpu:7.1f} us of CPU and {wall:7.1f} us for a request, {cpu / base:.2f} x", flush=True)
    for name, values in ratios.items():
        print(f"{name:28} median {statistics.median(values):.2f} x")


if __name__ == "__main__":
    main()
