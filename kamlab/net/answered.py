"""What a run that is written down and its replay have in common: the sockets, and the door.

Everything that comes in from the network is one of two things. It is the *answer* to a call that a
component makes (``recv``, ``accept``, ``listen``), or it is a *callback* between two slices: a
socket is ready, a name was looked up. A replay makes the same calls in the same order, so answers
need no place in the run, only an order; callbacks have a place. So there is one implementation of
the door, in which every answer goes through :meth:`AnsweredNetwork.answered`. Recording, that makes
the real call and notes a plain value; in a replay it hands the noted value out and nothing real is
there. The two cannot drift apart in what they ask.

What is no answer
-----------------
The two names of a connection, and its number, are part of the answer that brought it, and stay as
they are. So somebody who only looks at a system (``server.address``) asks nothing, and disturbs
neither the record nor a replay. The price: a connection knows its peer before it is connected, and
after a reset, where a real socket has forgotten it.

``send`` names how much is to be sent, and not what: that components send the same text again is for
the fingerprints of the run to tell.

Rejected: noting system calls below the components' sockets, in a subclass of ``socket.socket``. A
replay would then need sockets to have something to call, and the point is that it opens none.
"""

from __future__ import annotations

import errno
import os
import socket
import weakref
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from .addresses import written
from .errors import ConnectFailed, NetworkIsClosed, NotRecorded
from .interface import Address, Ready, SocketOption
from .noted import read_number, read_places, written_number

if TYPE_CHECKING:
    from kamlab.core.world import World

#: The answer to ``resolve`` where the real one comes later.
LATER = "later"


class AnsweredSocket:
    """One socket of a run that is written down or replayed; ``number`` is its own, from 1 on.

    ``real`` is the socket behind it, ``None`` in a replay.
    """

    __slots__ = ("__weakref__", "_fileno", "_here", "_network", "number", "real")
    kind = "socket"

    def __init__(self, network: AnsweredNetwork, fileno: int, here: Any, real: Any) -> None:
        self.number: int = network.take_number()
        self.real: Any = real
        self._network = network
        self._fileno = fileno
        self._here = here
        network.by_fileno[fileno] = self

    def close(self) -> None:
        """Give it back; it is watched no longer. A second time does nothing."""
        if self._fileno >= 0:
            self._fileno = -1
            self._network.closed(self)

    def fileno(self) -> int:
        """Return the number that the system gave it when the run was recorded, -1 once it is closed."""
        return -1 if self._network.is_closed else self._fileno

    def getsockname(self) -> Any:
        """Return the address of this end: host and port first."""
        return self._name(self._here)

    def _name(self, name: Any) -> Any:
        number = errno.EBADF if self.fileno() < 0 else errno.ENOTCONN if name is None else 0
        if number:
            raise OSError(number, os.strerror(number))
        return name

    def setblocking(self, flag: bool) -> None:
        """Do nothing: it never blocks.

        Raises:
            NotRecorded: it shall.
        """
        if flag:
            raise NotRecorded(f"{self!r} never blocks; wait with lab.network.watch() instead")

    def getsockopt(self, level: int, option: int, /, *size: int) -> Any:
        """Return an option; SO_ERROR says how a connect went."""
        if (level, option) == (socket.SOL_SOCKET, socket.SO_ERROR):
            call = f"getsockopt {self.number} SO_ERROR"
            return read_number(self._answered(call, lambda: written_number(self.real.getsockopt(level, option))))
        call = f"getsockopt {self.number} {int(level)} {int(option)}"
        return self._answered(call, lambda: self.real.getsockopt(level, option, *size))

    def setsockopt(self, level: int, option: int, *value: Any) -> None:
        """Set an option."""
        self._answered(
            f"setsockopt {self.number} {level} {option}", lambda: self.real.setsockopt(level, option, *value) or 0
        )

    def _answered(self, call: str, really: Callable[[], Any]) -> Any:
        return self._network.answered(call, really)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise NotRecorded(
            f"{self!r} has no {name!r}: a {self.kind} of a recorded run has only what can be written down. "
            f"That is {', '.join(sorted(each for each in dir(type(self)) if each[0] != '_'))}."
        )

    def __repr__(self) -> str:
        here = written(*self._here[:2]) if self._here else "?"
        return f"<{self.kind} {self.number} of a recorded run, at {here}>"


class AnsweredConnection(AnsweredSocket):
    """One end of a connection."""

    __slots__ = ("_peer",)
    kind = "connection"

    def __init__(self, network: AnsweredNetwork, fileno: int, here: Any, peer: Any, real: Any) -> None:
        super().__init__(network, fileno, here, real)
        self._peer = peer

    def recv(self, size: int, /) -> bytes:
        """Return what came, ``b""`` at the end; raise BlockingIOError if nothing did."""
        data: bytes = self._answered(f"recv {self.number}", lambda: self.real.recv(size))
        return data

    def send(self, data: Any, /) -> int:
        """Return how many bytes were taken; raise BlockingIOError if none fit."""
        sent: int = self._answered(f"send {self.number} {len(data)}", lambda: self.real.send(data))
        return sent

    def shutdown(self, how: int, /) -> None:
        """End one direction (SHUT_WR) or both (SHUT_RDWR)."""
        self._answered(f"shutdown {self.number} {int(how)}", lambda: self.real.shutdown(how) or 0)

    def getpeername(self) -> Any:
        """Return the address of the other end, whether it is connected or not."""
        return self._name(self._peer)

    def __repr__(self) -> str:
        peer = written(*self._peer[:2]) if self._peer else "?"
        return f"{super().__repr__()[:-1]} to {peer}>"


class AnsweredListener(AnsweredSocket):
    """A socket that waits for connections."""

    __slots__ = ()
    kind = "listener"

    def accept(self) -> tuple[AnsweredConnection, Any]:
        """Return the next connection and its peer's address; raise BlockingIOError if none waits."""
        fresh: list[Any] = []

        def really() -> Any:
            sock, peer = self.real.accept()
            fresh.append(sock)
            return sock.fileno(), name_here(sock), peer

        fileno, here, peer = self._answered(f"accept {self.number}", really)
        return AnsweredConnection(self._network, fileno, here, peer, fresh[0] if fresh else None), peer


class AnsweredLookup:
    """A name that is being looked up; ``number`` once it is clear that the answer comes later."""

    __slots__ = ("answer", "number", "real")

    def __init__(self, answer: Callable[[Any], Any]) -> None:
        self.answer: Callable[[Any], Any] | None = answer
        self.number: int = 0
        self.real: Any = None

    def cancel(self) -> None:
        """Make sure that the answer is not delivered."""
        self.answer = None
        if self.real is not None:
            self.real.cancel()

    def deliver(self, written_answer: Any) -> None:
        """Hand the answer on, once."""
        answer, self.answer = self.answer, None
        if answer is not None:
            answer(read_places(written_answer))


class AnsweredNetwork:
    """The door, without where the answers come from.

    Attributes:
        inner: the network that is real, ``None`` in a replay.
        by_fileno: the sockets by the number that the system gave them.
    """

    inner: Any = None

    def __init__(self, world: World) -> None:
        self.world = world
        self.is_closed: bool = False
        self.by_fileno: weakref.WeakValueDictionary[int, AnsweredSocket] = weakref.WeakValueDictionary()
        self._scheduler = world.scheduler
        self._count = 0

    # -- what is different ----------------------------------------------------------------------------

    def answered(self, call: str, really: Callable[[], Any]) -> Any:
        """Return the answer to a call, a plain value, or raise the error that is the answer."""
        raise NotImplementedError

    def closed(self, sock: AnsweredSocket) -> None:
        """Close what is behind a socket, and watch it no longer."""
        raise NotImplementedError

    def watch(self, sock: Any, events: int, callback: Ready) -> None:
        """Call ``callback(events)`` whenever the socket is ready; replaces an earlier ``watch``."""
        raise NotImplementedError

    def unwatch(self, sock: Any) -> None:
        """Stop calling; nothing happens if it is not watched."""
        raise NotImplementedError

    def begin_lookup(self, lookup: AnsweredLookup, host: str, port: int) -> Any:
        """Begin to look up a name; return the answer written down, or LATER."""
        raise NotImplementedError

    # -- the door -------------------------------------------------------------------------------------

    def listen(
        self,
        host: str | None,
        port: int,
        backlog: int = socket.SOMAXCONN,
        options: Sequence[SocketOption] = (),
        owner: Any = None,
    ) -> AnsweredListener:
        """Return a bound listener; see :meth:`kamlab.net.interface.Network.listen`."""
        self._check_open()
        fresh: list[Any] = []

        def really() -> Any:
            sock = self.inner.listen(host, port, backlog, options, owner)
            fresh.append(sock)
            return sock.fileno(), sock.getsockname()

        fileno, here = self.answered(f"listen {host!r} {port!r}", really)
        return AnsweredListener(self, fileno, here, fresh[0] if fresh else None)

    def connect(self, address: Address) -> AnsweredConnection:
        """Begin to connect; see :meth:`kamlab.net.interface.Network.connect`."""
        self._check_open()
        place = address[1]
        fresh: list[Any] = []

        def really() -> Any:
            sock = self.inner.connect(address)
            fresh.append(sock)
            return sock.fileno(), name_here(sock)

        fileno, here = self.answered(f"connect {written(*place[:2])}", really)
        return AnsweredConnection(self, fileno, here, place, fresh[0] if fresh else None)

    def resolve(
        self, host: str, port: int, answer: Callable[[list[Address] | ConnectFailed], Any]
    ) -> AnsweredLookup | None:
        """Find the addresses of a host; see :meth:`kamlab.net.interface.Network.resolve`."""
        self._check_open()
        lookup = AnsweredLookup(answer)
        said = self.answered(f"resolve {host!r} {port!r}", lambda: self.begin_lookup(lookup, host, port))
        if said != LATER:
            lookup.deliver(said)
            return None
        lookup.number = self.take_number()
        return lookup

    def unsent(self, sock: Any) -> int:
        """Return how many bytes wait here because the peer has no room; 0 where that cannot be known."""
        found = self.find(sock)
        count: int = self.answered(f"unsent {found.number}", lambda: self.inner.unsent(found.real))
        return count

    def close(self) -> None:
        """Close every listener and connection. A second time does nothing."""
        self.is_closed = True
        if self.inner is not None:
            self.inner.close()

    # -- the sockets ------------------------------------------------------------------------------------

    def take_number(self) -> int:
        """Return the number of the next socket or look-up."""
        self._count += 1
        return self._count

    def find(self, sock: Any) -> AnsweredSocket:
        """Return the socket that is meant: one of this network, or its number.

        Raises:
            NotRecorded: it is another one.
        """
        found = self.by_fileno.get(sock) if isinstance(sock, int) else sock
        if not isinstance(found, AnsweredSocket) or found._network is not self:
            what = f"descriptor {sock}" if isinstance(sock, int) else f"this {type(sock).__name__}"
            raise NotRecorded(
                f"{what} was not made by the network of this lab, so what comes through it cannot be written down. "
                "Use TCPServer or TCPClient, or have the socket made by lab.network.connect() or lab.network.listen(); "
                "or run this in a lab that is not recorded."
            )
        return found

    def _check_open(self) -> None:
        if self.is_closed:
            raise NetworkIsClosed("the network of this lab was closed; lab.reset() makes a fresh start")


def name_here(sock: Any) -> Any:
    """Return the address of this end of a real socket, ``None`` if it has none any more."""
    try:
        return sock.getsockname()
    except OSError:
        return None
