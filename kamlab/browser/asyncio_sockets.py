"""asyncio's connections, servers and datagrams on sockets in memory.

The event loop of a page has none of its own. These are the methods that ``asyncio.start_server``, ``open_connection``
and the ``sock_`` functions come down to; TLS, pipes and processes are not among them.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from functools import partial
from typing import Any

from .endpoints import Datagrams, Endpoint, Stream, find
from .sockets import MemorySocket
from .stacks import resolve

#: How many bytes a transport keeps before its protocol is asked to pause.
HIGH, LOW = 65536, 16384
CHUNK = 65536

Factory = Callable[[], Any]


async def _until(endpoint: Endpoint, is_ready: Callable[[], bool]) -> None:
    """Wait until something is so, or the endpoint is closed."""
    while not is_ready() and not endpoint.is_closed:
        future = asyncio.get_running_loop().create_future()

        def watcher(future: Any = future) -> None:
            resolve(future)

        endpoint.watchers.add(watcher)
        try:
            await future
        finally:
            endpoint.watchers.discard(watcher)


class _Transport(asyncio.Transport):
    """What both kinds of transport have in common: a socket, a protocol, and how they end."""

    def __init__(self, loop: Any, sock: MemorySocket, protocol: Any) -> None:
        endpoint = find(sock.fileno())
        assert endpoint is not None
        super().__init__({"socket": sock, "sockname": sock.getsockname(), "peername": endpoint.there})
        self.loop = loop
        self.sock = sock
        self.endpoint: Any = endpoint
        self.protocol = protocol
        self.is_over = False
        self.can_read = asyncio.Event()
        self.can_read.set()
        protocol.connection_made(self)

    def get_protocol(self) -> Any:
        """Return the protocol."""
        return self.protocol

    def set_protocol(self, protocol: Any) -> None:
        """Give it another protocol."""
        self.protocol = protocol

    def is_closing(self) -> bool:
        """Return whether it is closed, or will be when everything is sent."""
        return self.is_over

    def end(self, error: BaseException | None = None) -> None:
        """Close the socket and tell the protocol."""
        if self.is_over:
            return
        self.is_over = True
        self.can_read.set()
        self.sock.close()
        self.loop.call_soon(self.protocol.connection_lost, error)

    def abort(self) -> None:
        """Close at once."""
        self.end()

    def is_reading(self) -> bool:
        """Return whether it reads."""
        return self.can_read.is_set() and not self.is_over

    def pause_reading(self) -> None:
        """Read no more for now."""
        self.can_read.clear()

    def resume_reading(self) -> None:
        """Read again."""
        self.can_read.set()


class StreamTransport(_Transport):
    """The transport of a connection."""

    def __init__(self, loop: Any, sock: MemorySocket, protocol: Any) -> None:
        self.unsent = bytearray()
        self.high, self.low = HIGH, LOW
        self.is_paused = self.is_ending = self.ends_writing = False
        self.news = asyncio.Event()
        super().__init__(loop, sock, protocol)
        self.tasks = [loop.create_task(self._read()), loop.create_task(self._write())]

    async def _read(self) -> None:
        end: Stream = self.endpoint
        while not self.is_over:
            await self.can_read.wait()
            await _until(end, lambda: end.is_readable() or self.is_over)
            if self.is_over or not self.can_read.is_set():
                continue
            try:
                data = end.receive(CHUNK)
            except OSError as error:
                return self.end(error)
            if data:
                self._give(data)
            elif data is not None:
                if not self.protocol.eof_received():
                    self.close()
                return None
        return None

    def _give(self, data: bytes) -> None:
        if not isinstance(self.protocol, asyncio.BufferedProtocol):
            self.protocol.data_received(data)
            return
        while data:
            buffer = memoryview(self.protocol.get_buffer(len(data)))
            taken = min(len(buffer), len(data))
            buffer[:taken] = data[:taken]
            self.protocol.buffer_updated(taken)
            data = data[taken:]

    async def _write(self) -> None:
        end: Stream = self.endpoint
        while not self.is_over:
            await self.news.wait()
            self.news.clear()
            while self.unsent and not self.is_over:
                await _until(end, lambda: end.is_writable() or self.is_over)
                if self.is_over:
                    return
                self._send()
            if self.ends_writing and not self.is_over:
                end.end_writing()
                self.ends_writing = False
            if self.is_ending:
                self.end()

    def _send(self) -> None:
        """Send what the peer has room for."""
        try:
            del self.unsent[: self.endpoint.send(bytes(self.unsent))]
        except OSError as error:
            self.end(error)
        if self.is_paused and len(self.unsent) <= self.low:
            self.is_paused = False
            self.protocol.resume_writing()

    def write(self, data: Any) -> None:
        """Send data, at once if the peer has room."""
        if self.is_over or self.is_ending:
            return
        self.unsent += data
        self._send()
        if self.unsent:
            self.news.set()
            if not self.is_paused and len(self.unsent) > self.high:
                self.is_paused = True
                self.protocol.pause_writing()

    def can_write_eof(self) -> bool:
        """Return True."""
        return True

    def write_eof(self) -> None:
        """End writing once everything is sent."""
        self.ends_writing = True
        self.news.set()

    def is_closing(self) -> bool:
        """Return whether it is closed, or will be when everything is sent."""
        return self.is_over or self.is_ending

    def close(self) -> None:
        """Close once everything is sent."""
        self.is_ending = True
        self.news.set()

    def get_write_buffer_size(self) -> int:
        """Return how many bytes wait to be sent."""
        return len(self.unsent)

    def get_write_buffer_limits(self) -> tuple[int, int]:
        """Return at how many bytes the protocol resumes and pauses."""
        return self.low, self.high

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Set at how many bytes the protocol pauses and resumes."""
        self.high = (HIGH if low is None else 4 * low) if high is None else high
        self.low = self.high // 4 if low is None else low


class DatagramTransport(_Transport, asyncio.DatagramTransport):
    """The transport of a socket for datagrams."""

    def __init__(self, loop: Any, sock: MemorySocket, protocol: Any) -> None:
        super().__init__(loop, sock, protocol)
        self.task = loop.create_task(self._read())

    async def _read(self) -> None:
        end: Datagrams = self.endpoint
        while not self.is_over:
            await _until(end, lambda: end.is_readable() or self.is_over)
            if not self.is_over and end.queue:
                self.protocol.datagram_received(*end.queue.popleft())

    def sendto(self, data: Any, addr: Any = None) -> None:
        """Send a datagram."""
        try:
            self.sock.sendto(data, self.endpoint.there if addr is None else addr)
        except OSError as error:
            self.protocol.error_received(error)

    def close(self) -> None:
        """Close it."""
        self.end()


class MemoryServer(asyncio.AbstractServer):
    """What ``loop.create_server`` returns."""

    def __init__(self, loop: Any, sock: MemorySocket, factory: Factory) -> None:
        self.sockets: tuple[MemorySocket, ...] = (sock,)
        self._loop = loop
        self._factory = factory
        self._transports: list[StreamTransport] = []
        self._closed = asyncio.Event()
        self._task: Any = None

    def get_loop(self) -> Any:
        """Return the event loop."""
        return self._loop

    def is_serving(self) -> bool:
        """Return whether it takes connections."""
        return self._task is not None and not self._closed.is_set()

    async def start_serving(self) -> None:
        """Take connections from now on."""
        if self._task is None:
            self._task = self._loop.create_task(self._accept())

    async def serve_forever(self) -> None:
        """Take connections until this is cancelled."""
        await self.start_serving()
        try:
            await self._closed.wait()
        finally:
            self.close()

    async def _accept(self) -> None:
        (sock,) = self.sockets
        end = find(sock.fileno())
        while isinstance(end, Stream) and not end.is_closed:
            await _until(end, end.is_readable)
            if end.is_closed:
                return
            connection, _ = sock.accept()
            self._transports = [transport for transport in self._transports if not transport.is_over]
            self._transports.append(StreamTransport(self._loop, connection, self._factory()))

    def close(self) -> None:
        """Take no more connections."""
        for sock in self.sockets:
            sock.close()
        self.sockets = ()
        self._closed.set()

    def close_clients(self) -> None:
        """Close the connections."""
        for transport in self._transports:
            transport.close()

    def abort_clients(self) -> None:
        """Close the connections at once."""
        for transport in self._transports:
            transport.abort()

    async def wait_closed(self) -> None:
        """Wait until it is closed."""
        await self._closed.wait()


class Methods:
    """The methods that the page's event loop gets; ``self`` is the event loop."""

    async def create_server(
        self,
        factory: Factory,
        host: Any = None,
        port: Any = None,
        *,
        sock: Any = None,
        start_serving: bool = True,
        backlog: int = 100,
        **others: Any,
    ) -> MemoryServer:
        """Listen; see ``asyncio.loop.create_server``."""
        _refuse_tls(others)
        if sock is None:
            sock = MemorySocket()
            sock.bind((host or "", port or 0))
        sock.listen(backlog)
        server = MemoryServer(self, sock, factory)
        if start_serving:
            await server.start_serving()
        return server

    async def create_connection(
        self, factory: Factory, host: Any = None, port: Any = None, *, sock: Any = None, **others: Any
    ) -> tuple[StreamTransport, Any]:
        """Connect; see ``asyncio.loop.create_connection``."""
        _refuse_tls(others)
        if sock is None:
            sock = MemorySocket()
            sock.connect((host or "", port))
        protocol = factory()
        return StreamTransport(self, sock, protocol), protocol

    async def create_datagram_endpoint(
        self, factory: Factory, local_addr: Any = None, remote_addr: Any = None, *, sock: Any = None, **_others: Any
    ) -> tuple[DatagramTransport, Any]:
        """Make a socket for datagrams; see ``asyncio.loop.create_datagram_endpoint``."""
        if sock is None:
            sock = MemorySocket(type=socket.SOCK_DGRAM)
            if local_addr is not None:
                sock.bind(local_addr)
            if remote_addr is not None:
                sock.connect(remote_addr)
        protocol = factory()
        return DatagramTransport(self, sock, protocol), protocol

    async def sock_accept(self, sock: Any) -> Any:
        """Accept a connection."""
        connection, address = await _when(sock, True, sock.accept)
        connection.setblocking(False)
        return connection, address

    async def sock_connect(self, sock: Any, address: Any) -> None:
        """Connect a socket."""
        sock.connect(address)

    async def sock_recv(self, sock: Any, size: int) -> Any:
        """Read from a socket."""
        return await _when(sock, True, lambda: sock.recv(size))

    async def sock_recv_into(self, sock: Any, buffer: Any) -> Any:
        """Read from a socket into a buffer."""
        return await _when(sock, True, lambda: sock.recv_into(buffer))

    async def sock_recvfrom(self, sock: Any, size: int) -> Any:
        """Read a datagram."""
        return await _when(sock, True, lambda: sock.recvfrom(size))

    async def sock_sendto(self, sock: Any, data: Any, address: Any) -> Any:
        """Send a datagram."""
        return sock.sendto(data, address)

    async def sock_sendall(self, sock: Any, data: Any) -> None:
        """Send all of some data."""
        rest = memoryview(data).cast("B")
        while rest:
            rest = rest[await _when(sock, False, partial(sock.send, rest)) :]


def _refuse_tls(others: dict[str, Any]) -> None:
    if others.get("ssl") is not None:
        raise NotImplementedError("Python in a browser has no TLS for sockets: they connect to the same page only")


async def _when(sock: Any, reads: bool, call: Callable[[], Any]) -> Any:
    """Make a call on a socket that does not block, as soon as it can be made."""
    if sock.gettimeout() != 0:
        raise ValueError("the socket must be non-blocking")
    while True:
        try:
            return call()
        except BlockingIOError:
            endpoint = find(sock.fileno())
            assert endpoint is not None
            await _until(endpoint, endpoint.is_readable if reads else endpoint.is_writable)


def install() -> None:
    """Give the page's event loop the methods."""
    loop = type(asyncio.get_event_loop_policy().get_event_loop())
    for name, method in vars(Methods).items():
        if not name.startswith("_"):
            setattr(loop, name, method)
