"""The endpoints of a network that is this page: connections, listeners and datagrams in memory.

An endpoint is what the operating system keeps behind a socket. It has a number (its descriptor), an address, and
watchers, which are called whenever it may have become readable or writable. Everything here is done at once; waiting is
the socket's and the selector's affair.
"""

from __future__ import annotations

import errno
import itertools
import os
from collections import deque
from collections.abc import Callable
from typing import NoReturn

Address = tuple[str, int]

#: How many bytes an endpoint takes before its peer has to wait, or before datagrams are lost.
CAPACITY = 1 << 16
DATAGRAM_CAPACITY = 212_992
LARGEST_DATAGRAM = 65507

_numbers = itertools.count(100_000)
_free_ports = itertools.count(49_152)
_endpoints: dict[int, Endpoint] = {}

ANYWHERE = "0.0.0.0"
LOOPBACK = "127.0.0.1"


#: Why another machine cannot be reached.
ONLY_HERE = "Python in a browser reaches only servers in the same page"


def fail(number: int, why: str = "") -> NoReturn:
    """Raise the operating system's error for a number of ``errno``, with a reason if there is more to say."""
    raise OSError(number, f"{os.strerror(number)}: {why}" if why else os.strerror(number))


def is_this_machine(host: str) -> bool:
    """Return whether a host is this page.

    >>> is_this_machine("127.0.0.1"), is_this_machine("kamaelia.org")
    (True, False)
    """
    return host in ("", ANYWHERE, "localhost") or host.startswith("127.")


def is_group(host: str) -> bool:
    """Return whether an address is that of a multicast group."""
    first = host.partition(".")[0]
    return first.isdigit() and 224 <= int(first) <= 239


def find(number: int) -> Endpoint | None:
    """Return the endpoint with a number, or ``None``."""
    return _endpoints.get(number)


class Endpoint:
    """What all endpoints have in common."""

    def __init__(self) -> None:
        self.number = next(_numbers)
        _endpoints[self.number] = self
        self.here: Address = (ANYWHERE, 0)
        self.there: Address | None = None
        self.shares_port = False
        self.is_closed = False
        self.watchers: set[Callable[[], object]] = set()

    def changed(self) -> None:
        """Call the watchers."""
        for watcher in list(self.watchers):
            watcher()

    def is_readable(self) -> bool:
        """Return whether reading would return something at once."""
        raise NotImplementedError

    def is_writable(self) -> bool:
        """Return whether writing would take something at once."""
        raise NotImplementedError

    def close(self) -> None:
        """Let go of the address. A second time does nothing."""
        self.is_closed = True
        _endpoints.pop(self.number, None)
        self.changed()

    def bind(self, host: str, port: int) -> None:
        """Take an address; port 0 is any free one.

        Raises:
            OSError: the address is taken, or is not one of this page.
        """
        if self.here[1]:
            fail(errno.EINVAL)
        if not is_this_machine(host) and not is_group(host):
            fail(errno.EADDRNOTAVAIL, f"a page can listen at 127.0.0.1 only, not at {host}, which others could reach")
        if not port:
            port = next(_free_ports)
        elif any(self._collides_with(other, host, port) for other in _endpoints.values()):
            fail(errno.EADDRINUSE)
        self.here = (LOOPBACK if host == "localhost" else host or ANYWHERE, port)

    def _collides_with(self, other: Endpoint, host: str, port: int) -> bool:
        if type(other) is not type(self) or other.here[1] != port or other.there is not None:
            return False
        if self.shares_port and other.shares_port:
            return False
        return other.here[0] == host or ANYWHERE in (other.here[0], host or ANYWHERE)


class Stream(Endpoint):
    """One end of a connection, or a listener."""

    def __init__(self) -> None:
        super().__init__()
        self.received = bytearray()
        self.peer: Stream | None = None
        #: Connections that wait to be accepted, if it listens.
        self.queue: deque[Stream] | None = None
        self.backlog = 0
        self.is_at_end = self.is_reset = self.is_shut = False

    def is_readable(self) -> bool:
        """Return whether there is a connection to accept, data, the end of the data, or an error."""
        if self.queue is not None:
            return bool(self.queue)
        return bool(self.received) or self.is_at_end or self.is_reset

    def is_writable(self) -> bool:
        """Return whether the peer has room, or is gone."""
        peer = self.peer
        return self.is_reset or (peer is not None and (peer.is_closed or len(peer.received) < CAPACITY))

    def listen(self, backlog: int) -> None:
        """Take connections from now on."""
        if not self.here[1]:
            self.bind(ANYWHERE, 0)
        self.queue = deque() if self.queue is None else self.queue
        self.backlog = max(backlog, 1)

    def connect(self, host: str, port: int) -> None:
        """Connect to a listener of this page.

        Raises:
            OSError: nothing listens there, or the host is not this page.
        """
        if self.peer is not None or self.queue is not None:
            fail(errno.EISCONN)
        if not is_this_machine(host):
            fail(errno.ENETUNREACH, f"{ONLY_HERE}, and {host} is another machine")
        host = host if host.startswith("127.") else LOOPBACK
        listener = next((endpoint for endpoint in _endpoints.values() if _listens_at(endpoint, host, port)), None)
        if not isinstance(listener, Stream) or listener.queue is None or len(listener.queue) >= listener.backlog:
            fail(errno.ECONNREFUSED)
        other = Stream()
        self.here, self.there = (LOOPBACK, self.here[1] or next(_free_ports)), (host, port)
        other.here, other.there = self.there, self.here
        join(self, other)
        listener.queue.append(other)
        listener.changed()
        self.changed()

    def send(self, data: bytes) -> int:
        """Give the peer as many bytes as it has room for; return how many, 0 if it has none.

        Raises:
            OSError: there is no peer, or none any more.
        """
        peer = self.peer
        if peer is None:
            fail(errno.ENOTCONN)
        if self.is_reset and not self.is_shut:
            self.is_reset, self.is_shut = False, True
            fail(errno.ECONNRESET)
        if self.is_shut or peer.is_closed:
            self.is_shut = True
            fail(errno.EPIPE)
        data = data[: CAPACITY - len(peer.received)]
        if data:
            peer.received += data
            peer.changed()
        return len(data)

    def receive(self, size: int, peek: bool = False) -> bytes | None:
        """Return what has come, ``b""`` at the end, ``None`` if it has to be waited for.

        Raises:
            OSError: it is not connected, or the peer has broken the connection.
        """
        if self.peer is None:
            fail(errno.ENOTCONN)
        if self.received:
            data = bytes(self.received[:size])
            if not peek:
                del self.received[:size]
                self.peer.changed()
            return data
        if self.is_reset:
            self.is_reset, self.is_at_end = False, True
            fail(errno.ECONNRESET)
        return b"" if self.is_at_end else None

    def end_writing(self) -> None:
        """Tell the peer that no more comes."""
        if self.peer is None:
            fail(errno.ENOTCONN)
        self.is_shut = self.peer.is_at_end = True
        self.peer.changed()

    def end_reading(self) -> None:
        """Read no more."""
        self.is_at_end = True
        self.changed()

    def close(self) -> None:
        """End the connection: in good order, or, if data was not read, with an error at the peer."""
        if self.is_closed:
            return
        for waiting in self.queue or ():
            waiting.received += b"\0"  # so that its client is told that nothing has read what it sent
            waiting.close()
        super().close()
        if self.peer is not None:
            self.peer.is_reset = self.peer.is_reset or bool(self.received)
            self.peer.is_at_end = True
            self.peer.changed()


def join(one: Stream, other: Stream) -> None:
    """Make two ends one connection."""
    one.peer, other.peer = other, one


def _listens_at(endpoint: Endpoint, host: str, port: int) -> bool:
    if not isinstance(endpoint, Stream) or endpoint.queue is None:
        return False
    return endpoint.here[1] == port and endpoint.here[0] in (host, ANYWHERE)


class Datagrams(Endpoint):
    """A socket for datagrams."""

    def __init__(self) -> None:
        super().__init__()
        self.queue: deque[tuple[bytes, Address]] = deque()
        self.groups: set[str] = set()
        #: Whether what it sends to a group comes to members in this page, which are all that there are.
        self.loops_back = True

    def is_readable(self) -> bool:
        """Return whether a datagram has come."""
        return bool(self.queue)

    def is_writable(self) -> bool:
        """Return True: a datagram that finds no room is lost."""
        return True

    def connect(self, host: str, port: int) -> None:
        """Send there from now on, and take datagrams from there only."""
        if not self.here[1]:
            self.bind(ANYWHERE, 0)
        self.there = (LOOPBACK if host in ("", "localhost", ANYWHERE) else host, port)

    def send_to(self, data: bytes, host: str, port: int) -> int:
        """Send a datagram; return how many bytes it has.

        Raises:
            OSError: it is too long, or the host is not this page.
        """
        if len(data) > LARGEST_DATAGRAM:
            fail(errno.EMSGSIZE)
        if not is_this_machine(host) and not is_group(host):
            fail(errno.ENETUNREACH, f"{ONLY_HERE}, and {host} is another machine")
        if not self.here[1]:
            self.bind(ANYWHERE, 0)
        sender = (self.here[0] if self.here[0].startswith("127.") else LOOPBACK, self.here[1])
        host = LOOPBACK if host in ("", "localhost", ANYWHERE) else host
        if is_group(host) and not self.loops_back:
            return len(data)
        for other in list(_endpoints.values()):
            if isinstance(other, Datagrams) and other.takes(host, port, sender):
                other.put(data, sender)
        return len(data)

    def takes(self, host: str, port: int, sender: Address) -> bool:
        """Return whether a datagram to an address is one for this."""
        if self.here[1] != port or (self.there is not None and self.there != sender):
            return False
        if is_group(host):
            return host in self.groups and self.here[0] in (ANYWHERE, host)
        return self.here[0] in (ANYWHERE, host)

    def put(self, data: bytes, sender: Address) -> None:
        """Take a datagram; it is lost if there is no room."""
        if sum(len(datagram) for datagram, _ in self.queue) + len(data) <= DATAGRAM_CAPACITY:
            self.queue.append((data, sender))
            self.changed()
