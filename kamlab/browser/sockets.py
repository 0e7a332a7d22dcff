"""``socket`` in memory: what runs in a page can listen, and what runs in the same page can connect to it.

The class has the methods of ``socket.socket`` that work on TCP and UDP over IPv4; what blocks suspends the stack that
runs. Rejected: a proxy outside of the page, which would make a lesson depend on a server and open a door to others.
"""

from __future__ import annotations

import errno
import socket
import time
from collections.abc import Callable
from typing import Any

from .endpoints import LOOPBACK, ONLY_HERE, Datagrams, Endpoint, Stream, fail, find, is_this_machine, join
from .stacks import new_future, resolve, suspend

_plain = socket.socket

#: The constants that Python in a browser may lack, with the values of Linux.
CONSTANTS = {
    "SO_REUSEADDR": 2,
    "SO_BROADCAST": 6,
    "SO_SNDBUF": 7,
    "SO_RCVBUF": 8,
    "SO_KEEPALIVE": 9,
    "SO_LINGER": 13,
    "SO_REUSEPORT": 15,
    "SO_ERROR": 4,
    "SO_TYPE": 3,
    "SOMAXCONN": 4096,
    "TCP_NODELAY": 1,
    "MSG_PEEK": 2,
    "MSG_DONTWAIT": 64,
    "IP_MULTICAST_IF": 32,
    "IP_MULTICAST_TTL": 33,
    "IP_MULTICAST_LOOP": 34,
    "IP_ADD_MEMBERSHIP": 35,
    "IP_DROP_MEMBERSHIP": 36,
}

_default_timeout: float | None = None


class MemorySocket:
    """A socket of this page; see ``socket.socket``.

    >>> server, client = MemorySocket(), MemorySocket()
    >>> server.bind(("127.0.0.1", 0))
    >>> server.listen()
    >>> client.connect(server.getsockname())
    >>> connection, address = server.accept()
    >>> client.sendall(b"hello")
    >>> connection.recv(10), address == client.getsockname()
    (b'hello', True)
    >>> for sock in (server, client, connection):
    ...     sock.close()
    """

    def __init__(
        self, family: int = socket.AF_INET, type: int = socket.SOCK_STREAM, proto: int = 0, fileno: int | None = None
    ) -> None:
        self.family = socket.AF_INET if family == -1 else family
        self.type = socket.SOCK_STREAM if type == -1 else type
        self.proto = max(proto, 0)
        self._timeout = _default_timeout
        self._io_refs = 0
        self._closed = True
        if self.family != socket.AF_INET:
            fail(errno.EAFNOSUPPORT)
        if fileno is not None:
            found = find(fileno)
            if found is None:
                fail(errno.EBADF)
            self._endpoint: Endpoint = found
            self.type = socket.SOCK_STREAM if isinstance(found, Stream) else socket.SOCK_DGRAM
        elif self.type == socket.SOCK_STREAM:
            self._endpoint = Stream()
        elif self.type == socket.SOCK_DGRAM:
            self._endpoint = Datagrams()
        else:
            fail(errno.EPROTONOSUPPORT)
        self._closed = False

    # -- itself -------------------------------------------------------------------------------------------

    def _open(self) -> Endpoint:
        if self._closed or self._endpoint.is_closed:
            fail(errno.EBADF)
        return self._endpoint

    def _stream(self) -> Stream:
        endpoint = self._open()
        if not isinstance(endpoint, Stream):
            fail(errno.EOPNOTSUPP)
        return endpoint

    def fileno(self) -> int:
        """Return its descriptor, -1 if it is closed."""
        return -1 if self._closed or self._endpoint.is_closed else self._endpoint.number

    def detach(self) -> int:
        """Return the descriptor and forget it."""
        number, self._closed = self.fileno(), True
        return number

    def settimeout(self, timeout: float | None) -> None:
        """Set how many seconds a call may wait; ``None`` is for ever, 0 not at all."""
        if timeout is not None and timeout < 0:
            raise ValueError("Timeout value out of range")
        self._timeout = timeout

    def gettimeout(self) -> float | None:
        """Return how many seconds a call may wait."""
        return self._timeout

    timeout = property(gettimeout)

    def setblocking(self, flag: bool) -> None:
        """Let calls wait, or not."""
        self._timeout = None if flag else 0.0

    def getblocking(self) -> bool:
        """Return whether calls may wait."""
        return self._timeout != 0

    def setsockopt(self, level: int, option: int, value: Any, length: int | None = None) -> None:
        """Join or leave a group; whatever else has no meaning in memory is ignored."""
        del length
        endpoint = self._open()
        if level == socket.SOL_SOCKET and option == CONSTANTS["SO_REUSEADDR"] and isinstance(endpoint, Datagrams):
            endpoint.shares_port = bool(value)
        if level != socket.IPPROTO_IP or not isinstance(endpoint, Datagrams):
            return
        if option == CONSTANTS["IP_ADD_MEMBERSHIP"]:
            endpoint.groups.add(_group_in(value))
        elif option == CONSTANTS["IP_DROP_MEMBERSHIP"]:
            endpoint.groups.discard(_group_in(value))
        elif option == CONSTANTS["IP_MULTICAST_LOOP"]:
            endpoint.loops_back = bool(value if isinstance(value, int) else any(value))

    def getsockopt(self, level: int, option: int, buflen: int = 0) -> Any:
        """Return the value of an option: its type, or 0."""
        endpoint = self._open()
        value = 0
        if level == socket.SOL_SOCKET and option == CONSTANTS["SO_TYPE"]:
            value = int(self.type)
        elif level == socket.SOL_SOCKET and option == CONSTANTS["SO_ERROR"] and isinstance(endpoint, Stream):
            value = errno.ECONNRESET if endpoint.is_reset else 0
        return value.to_bytes(buflen, "little") if buflen else value

    def getsockname(self) -> Any:
        """Return its own address."""
        return self._open().here

    def getpeername(self) -> Any:
        """Return the address of the peer."""
        there = self._open().there
        if there is None:
            fail(errno.ENOTCONN)
        return there

    def get_inheritable(self) -> bool:
        """Return False: there are no child processes."""
        return False

    def set_inheritable(self, inheritable: bool) -> None:
        """Do nothing: there are no child processes."""

    def close(self) -> None:
        """Close it; a file that was made from it keeps it open."""
        self._closed = True
        if self._io_refs <= 0:
            self._endpoint.close()

    def _decref_socketios(self) -> None:
        self._io_refs -= 1
        if self._closed:
            self.close()

    def makefile(self, *args: Any, **argd: Any) -> Any:
        """Return a file that reads from it or writes to it."""
        make: Any = _plain.makefile
        return make(self, *args, **argd)

    def __enter__(self) -> MemorySocket:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        if not self._closed:
            self._endpoint.close()

    def __repr__(self) -> str:
        kind = "TCP" if self.type == socket.SOCK_STREAM else "UDP"
        if self.fileno() < 0:
            return f"<{kind} socket in memory, closed>"
        return (
            f"<{kind} socket in memory, fd={self.fileno()}, laddr={self._endpoint.here}, raddr={self._endpoint.there}>"
        )

    # -- waiting ------------------------------------------------------------------------------------------

    def _until(self, is_ready: Callable[[], bool], flags: int = 0) -> None:
        """Wait until something is so.

        Raises:
            BlockingIOError: it does not block.
            TimeoutError: its timeout is over.
        """
        deadline = None if self._timeout is None else time.monotonic() + self._timeout
        endpoint = self._open()
        while not is_ready():
            left = None if deadline is None else deadline - time.monotonic()
            if self._timeout == 0 or flags & CONSTANTS["MSG_DONTWAIT"]:
                raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")
            if left is not None and left <= 0:
                raise TimeoutError("timed out")
            _wait_for(endpoint, left)
            self._open()

    # -- connections --------------------------------------------------------------------------------------

    def bind(self, address: Any) -> None:
        """Take an address of this page."""
        host, port = _checked(address)
        self._open().bind(host, port)

    def listen(self, backlog: int = 128) -> None:
        """Take connections."""
        self._stream().listen(backlog)

    def accept(self) -> tuple[Any, Any]:
        """Return the next connection, and the address of its client."""
        endpoint = self._stream()
        if endpoint.queue is None:
            fail(errno.EINVAL)
        self._until(endpoint.is_readable)
        taken = endpoint.queue.popleft()
        return MemorySocket(self.family, self.type, self.proto, fileno=taken.number), taken.there

    def connect(self, address: Any) -> None:
        """Connect to what listens in this page."""
        endpoint = self._open()
        host, port = _checked(address)
        if isinstance(endpoint, (Stream, Datagrams)):
            endpoint.connect(host, port)

    def connect_ex(self, address: Any) -> int:
        """Connect; return the number of the error, 0 if there is none."""
        try:
            self.connect(address)
        except OSError as error:
            return error.errno or errno.EINVAL
        return 0

    def shutdown(self, how: int) -> None:
        """End reading, writing or both."""
        endpoint = self._stream()
        if endpoint.peer is None:
            fail(errno.ENOTCONN)
        if how in (socket.SHUT_WR, socket.SHUT_RDWR):
            endpoint.end_writing()
        if how in (socket.SHUT_RD, socket.SHUT_RDWR):
            endpoint.end_reading()

    # -- data ---------------------------------------------------------------------------------------------

    def send(self, data: Any, flags: int = 0) -> int:
        """Send as much as the peer has room for; return how many bytes that is."""
        endpoint, data = self._open(), bytes(data)
        if isinstance(endpoint, Datagrams):
            if endpoint.there is None:
                fail(errno.EDESTADDRREQ)
            return endpoint.send_to(data, *endpoint.there)
        stream = self._stream()
        sent = stream.send(data)
        while data and not sent:
            self._until(stream.is_writable, flags)
            sent = stream.send(data)
        return sent

    def sendall(self, data: Any, flags: int = 0) -> None:
        """Send all of it."""
        rest = memoryview(data).cast("B")
        while rest:
            rest = rest[self.send(rest, flags) :]

    def sendto(self, data: Any, *where: Any) -> int:
        """Send a datagram to an address, which is the last argument."""
        endpoint = self._open()
        if not isinstance(endpoint, Datagrams):
            return self.send(data)
        return endpoint.send_to(bytes(data), *_checked(where[-1]))

    def recv(self, size: int, flags: int = 0) -> bytes:
        """Return at most so many bytes; ``b""`` at the end."""
        return self.recvfrom(size, flags)[0]

    def recvfrom(self, size: int, flags: int = 0) -> tuple[bytes, Any]:
        """Return data, and the address of the sender."""
        endpoint = self._open()
        if isinstance(endpoint, Datagrams):
            self._until(endpoint.is_readable, flags)
            data, sender = endpoint.queue[0] if flags & CONSTANTS["MSG_PEEK"] else endpoint.queue.popleft()
            return data[:size], sender
        stream = self._stream()
        peek = bool(flags & CONSTANTS["MSG_PEEK"])
        got = stream.receive(size, peek)
        while got is None:
            self._until(stream.is_readable, flags)
            got = stream.receive(size, peek)
        return got, None

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        """Put data into a buffer; return how many bytes."""
        view = memoryview(buffer).cast("B")
        got = self.recv(nbytes or len(view), flags)
        view[: len(got)] = got
        return len(got)


def _wait_for(endpoint: Endpoint, timeout: float | None) -> None:
    future = new_future()

    def watcher() -> None:
        resolve(future)

    endpoint.watchers.add(watcher)
    try:
        suspend(future, timeout)
    finally:
        endpoint.watchers.discard(watcher)


def _checked(address: Any) -> tuple[str, int]:
    """Return host and port, numeric or a name of this page."""
    if not isinstance(address, tuple) or len(address) < 2:
        raise TypeError("AF_INET address must be a pair (host, port)")
    host, port = address[:2]
    if not isinstance(port, int):
        raise TypeError(f"'{type(port).__name__}' object cannot be interpreted as an integer")
    if not 0 <= port <= 65535:
        raise OverflowError("port must be 0-65535.")
    if host and not is_this_machine(host):
        get_address_info(host, port)  # raises gaierror for a name
    return host, port


def _group_in(value: bytes) -> str:
    return socket.inet_ntoa(value[:4])


def get_socket_pair(*kind: Any) -> tuple[MemorySocket, MemorySocket]:
    """Return two sockets that are connected, as ``socket.socketpair`` does."""
    del kind
    one, other = Stream(), Stream()
    join(one, other)
    one.there, other.there = other.here, one.here
    return MemorySocket(fileno=one.number), MemorySocket(fileno=other.number)


def get_address_info(
    host: Any, port: Any, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0
) -> list[tuple[Any, ...]]:
    """Return the addresses of a host, as ``socket.getaddrinfo`` does: those of this page, and numeric ones.

    Raises:
        socket.gaierror: it is another machine's name.
    """
    del family, proto, flags
    host = host.decode() if isinstance(host, bytes) else host
    if host in (None, "", "localhost"):
        host = LOOPBACK
    try:
        socket.inet_aton(host)
    except OSError:
        reason = f"{ONLY_HERE}, and {host!r} is another machine"
        raise socket.gaierror(-2, reason) from None
    kinds = [kind for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM) if type in (0, kind)]
    numbers = {socket.SOCK_STREAM: socket.IPPROTO_TCP, socket.SOCK_DGRAM: socket.IPPROTO_UDP}
    return [(socket.AF_INET, kind, numbers[kind], "", (host, int(port or 0))) for kind in kinds]


def _set_default_timeout(timeout: float | None) -> None:
    global _default_timeout
    _default_timeout = timeout


def install() -> None:
    """Put these in the place of what ``socket`` has."""
    for name, value in CONSTANTS.items():
        if not hasattr(socket, name):
            setattr(socket, name, value)
        CONSTANTS[name] = getattr(socket, name)
    replacements: dict[str, Any] = {
        "socket": MemorySocket,
        "SocketType": MemorySocket,
        "socketpair": get_socket_pair,
        "getaddrinfo": get_address_info,
        "gethostbyname": lambda host: get_address_info(host, 0)[0][4][0],
        "gethostname": lambda: "localhost",
        "getfqdn": lambda name="": name or "localhost",
        "setdefaulttimeout": _set_default_timeout,
        "getdefaulttimeout": lambda: _default_timeout,
        "has_ipv6": False,
    }
    for name, value in replacements.items():
        setattr(socket, name, value)
