"""Sockets in memory: they behave like non-blocking ones of the operating system, errors included.

Where the standard leaves a choice they do as Linux does: data that arrived before a reset can still be read, an error
is reported once, closing with something unread resets the connection, and data that reaches a closed end is answered
with a reset.
"""

from __future__ import annotations

import errno
import os
from collections import deque
from socket import AF_INET, AF_INET6, SHUT_RD, SHUT_RDWR, SHUT_WR, SO_ERROR, SOL_SOCKET
from typing import TYPE_CHECKING, Any

from ..interface import READ, WRITE
from .wire import DATA, END, OPEN, REFUSED, RESET, Pipe, Wire

if TYPE_CHECKING:
    from .network import SimulatedNetwork

Place = tuple[str, int]


class SimulatedSocket:
    """The base of connections and listeners: a number, an address, options, closing."""

    def __init__(self, network: SimulatedNetwork, place: Place, family: int) -> None:
        self.network = network
        self.family = family
        self._place = place
        self._options: dict[tuple[int, int], Any] = {}
        self._closed = False
        #: Its descriptor; it keeps the number when it is closed.
        self.number: int = network.poller.enlist(self)

    def fileno(self) -> int:
        """Return the number by which it is watched, -1 once it is closed."""
        return -1 if self._closed else self.number

    def getsockname(self) -> Any:
        """Return the address of this end: host and port first."""
        self._check_open()
        return self._as_address(self._place)

    def setblocking(self, flag: bool) -> None:
        """Do nothing: it never blocks.

        Raises:
            ValueError: ``flag`` is true.
        """
        if flag:
            raise ValueError(f"{self!r} is part of a simulated network and never blocks; watch it instead")

    def setsockopt(self, level: int, option: int, value: Any) -> None:
        """Store an option; it changes nothing."""
        self._check_open()
        self._options[level, option] = value

    def getsockopt(self, level: int, option: int, _size: int = 0) -> Any:
        """Return an option, 0 if it was never set."""
        self._check_open()
        return self._options.get((level, option), 0)

    def readiness(self) -> int:
        """Return the events that it is ready for: READ, WRITE, both or neither."""
        raise NotImplementedError

    def close(self) -> None:
        """Close it."""
        raise NotImplementedError

    def _leave(self) -> bool:
        """Leave the network; return False if that was done before."""
        if self._closed:
            return False
        self._closed = True
        self.network.dismiss(self)
        return True

    def _check_open(self) -> None:
        if self._closed:
            raise failure(errno.EBADF)

    def _as_address(self, place: Place) -> Any:
        return (*place, 0, 0) if self.family == AF_INET6 else place


class SimulatedConnection(SimulatedSocket):
    """One end of a connection."""

    def __init__(self, network: SimulatedNetwork, wire: Wire, here: Place, there: Place, family: int) -> None:
        super().__init__(network, here, family)
        self.wire = wire
        self._peer = there
        asks = wire.client is None
        self._out: Pipe = wire.out if asks else wire.back
        self._into: Pipe = wire.back if asks else wire.out
        self._out.source = self
        self._into.sink = self
        if asks:
            wire.client = self
        else:
            wire.server = self
        self._opening = asks
        self._pieces: deque[bytes] = deque()
        #: How many bytes have arrived and were not read.
        self.held: int = 0
        self._error = 0
        self._ended = self._broken = self._deaf = self._mute = False

    # -- called by the program ---------------------------------------------------------------------------------

    def send(self, data: Any) -> int:
        """Return how many bytes were taken; raise BlockingIOError if none fit."""
        self._check_open()
        self._raise_error()
        if self._broken or self._mute:
            raise failure(errno.EPIPE)
        if self._opening:
            raise failure(errno.EAGAIN)
        if not data:
            return 0
        room = self._room()
        if room <= 0:
            raise failure(errno.EAGAIN)
        taken = bytes(memoryview(data)[:room])
        self._out.put(taken)
        self.network.touch(self)
        return len(taken)

    def recv(self, size: int) -> bytes:
        """Return the bytes that came, ``b""`` at the end; raise BlockingIOError if none did."""
        self._check_open()
        if not self._pieces:
            self._raise_error()
            if self._ended or self._broken or self._deaf:
                return b""
            raise failure(errno.EAGAIN)
        data = self._taken(size)
        self._into.pump()
        self.network.touch(self)
        return data

    def _taken(self, size: int) -> bytes:
        """Take up to ``size`` bytes of what arrived; one piece if the network cuts data into pieces."""
        pieces = self._pieces
        taken = []
        while pieces and size > 0:
            piece = pieces.popleft()
            if len(piece) > size:
                pieces.appendleft(piece[size:])
                piece = piece[:size]
            taken.append(piece)
            size -= len(piece)
            self.held -= len(piece)
            if self.network.conditions.fragment is not None:
                break
        return b"".join(taken)

    def shutdown(self, how: int) -> None:
        """End one direction, or both."""
        self._check_open()
        if self._opening or self._broken:
            raise failure(errno.ENOTCONN)
        if how not in (SHUT_RD, SHUT_WR, SHUT_RDWR):
            raise failure(errno.EINVAL)
        if how != SHUT_WR:
            self._deaf = True
        if how != SHUT_RD and not self._mute:
            self._mute = True
            self._out.finish()
        self.network.touch(self)

    def close(self) -> None:
        """Close it; data that was sent still goes out. Unread data resets the connection."""
        if not self._leave():
            return
        unread, self.held = self.held, 0
        self._pieces.clear()
        if self._opening:
            self._out.drop()
        elif not self._broken and unread:
            self._out.abort()
        elif not self._broken:
            self._out.finish()
        self._into.pump()
        self.wire.tidy()

    def abort(self) -> None:
        """Close it and reset the connection."""
        if not self._leave():
            return
        self.held = 0
        self._pieces.clear()
        if self._opening:
            self._out.drop()
        elif not self._broken:
            self._out.abort()
        self.wire.tidy()

    def getpeername(self) -> Any:
        """Return the address of the other end: host and port first."""
        self._check_open()
        if self._opening:
            raise failure(errno.ENOTCONN)
        return self._as_address(self._peer)

    def getsockopt(self, level: int, option: int, _size: int = 0) -> Any:
        """Return an option; SO_ERROR is why it broke, reported once."""
        if (level, option) != (SOL_SOCKET, SO_ERROR):
            return super().getsockopt(level, option)
        self._check_open()
        number, self._error = self._error, 0
        return number

    @property
    def unsent(self) -> int:
        """How many bytes wait because the other end has no room."""
        return len(self._out.waiting)

    # -- called by the network ---------------------------------------------------------------------------------

    def take_in(self, kind: str, data: bytes) -> None:
        """Receive a segment that has arrived."""
        if kind is RESET:
            self.fail(errno.EPIPE if self._ended else errno.ECONNRESET)
        elif kind is REFUSED:
            self.fail(errno.ECONNREFUSED)
        elif self._broken or (self._closed and kind is not END):
            self._out.abort()
        elif kind is OPEN:
            self._opening = False
        elif kind is END:
            self._ended = True
        elif kind is DATA and not self._deaf:
            self._pieces.append(data)
            self.held += len(data)
        self.network.touch(self)

    def fail(self, number: int) -> None:
        """Break, with an ``errno`` as the reason."""
        if self._broken:
            return
        self._broken = True
        if not self._closed:
            self._error = number
        self._out.drop()
        self.network.touch(self)

    def readiness(self) -> int:
        """Return the events that it is ready for."""
        if self._closed:
            return 0
        if self._broken:
            return READ | WRITE
        events = READ if self._pieces or self._ended or self._deaf else 0
        if not self._opening and (self._mute or 2 * self._room() >= self.network.conditions.buffer):
            events |= WRITE
        return events

    @property
    def is_done(self) -> bool:
        """Whether this end is closed or broken."""
        return self._closed or self._broken

    def _room(self) -> int:
        return self.network.conditions.buffer - len(self._out.waiting)

    def _raise_error(self) -> None:
        number, self._error = self._error, 0
        if number:
            raise failure(number)

    def __repr__(self) -> str:
        (one, at), (other, port) = self._place, self._peer
        state = ", closed" if self._closed else ", broken" if self._broken else ""
        return f"<simulated socket {self.number}: {one}:{at} to {other}:{port}{state}>"


class SimulatedListener(SimulatedSocket):
    """A socket that waits for connections; ``owner`` is the component that asked for it.

    Args:
        key: the address and port under which the network finds it.
        shown: the host that it reports.
    """

    def __init__(
        self, network: SimulatedNetwork, key: Place, shown: str, family: int, backlog: int, owner: Any
    ) -> None:
        super().__init__(network, (shown, key[1]), family)
        self.key = key
        self.owner = owner
        self._backlog = max(1, backlog)
        self._queue: deque[SimulatedConnection] = deque()

    @property
    def is_full(self) -> bool:
        """Whether no more connections can wait to be accepted."""
        return len(self._queue) >= self._backlog

    def take_in(self, sock: SimulatedConnection) -> None:
        """Queue a new connection."""
        self._queue.append(sock)
        self.network.touch(self)

    def accept(self) -> tuple[SimulatedConnection, Any]:
        """Return the next connection and its peer's address; raise BlockingIOError if none waits."""
        self._check_open()
        if not self._queue:
            raise failure(errno.EAGAIN)
        sock = self._queue.popleft()
        self.network.touch(self)
        return sock, sock.getpeername()

    def readiness(self) -> int:
        """Return the events that it is ready for."""
        return READ if self._queue and not self._closed else 0

    def close(self) -> None:
        """Stop listening; connections that wait to be accepted are reset."""
        if not self._leave():
            return
        for sock in self._queue:
            sock.abort()
        self._queue.clear()

    def __repr__(self) -> str:
        host, port = self._place
        return f"<simulated listener {self.number}: {host}:{port}{', closed' if self._closed else ''}>"


def failure(number: int) -> OSError:
    """Return the error that a socket raises for an ``errno``.

    >>> type(failure(errno.EAGAIN)).__name__, type(failure(errno.EPIPE)).__name__
    ('BlockingIOError', 'BrokenPipeError')
    """
    return OSError(number, os.strerror(number))


#: The family of IPv4 sockets.
INET = int(AF_INET)
