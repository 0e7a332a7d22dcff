"""The recorded network: real sockets whose answers go into the lab's journal, and its replay without a network.

Everything that comes in from a network is one of two things. It is the *answer* to a call that a component makes
(``recv``, ``accept``, ``listen``), or it is a *callback* between two slices: a socket is ready, a name was looked up.
A replay makes the same calls in the same order, so answers need no place in the run, only an order; callbacks need a
place. So recording and replaying share one implementation of the interface, :class:`RecordedNetwork`, in which every
answer goes through :meth:`~RecordedNetwork.answered`: :class:`RecordingNetwork` makes the real call and notes a plain
value, :class:`ReplayedNetwork` hands out the noted value. The two cannot drift apart in the calls that they make.

What is not an answer
---------------------
The two addresses of a connection and its descriptor are part of the answer that brought it, and stay as they are. So
code that only looks at a system (``server.address``) asks nothing, and disturbs neither the record nor a replay. The
price: a connection knows its peer before it is connected, and after a reset, where a real socket has forgotten it.

``send`` records how much is to be sent, not what: the fingerprints of the run notice if components send other text.

Errors are noted by class, by the symbol of their number, and by text: ECONNRESET has a different number on other
systems, and the run must be the same there. No class is looked up by name except those listed here.

Rejected: recording system calls below the components' sockets, in a subclass of ``socket.socket``. A replay would then
need sockets, and its point is to open none.
"""

from __future__ import annotations

import builtins
import contextlib
import errno
import os
import socket
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from kamlab.core.tracebacks import traceback_of

from .addresses import LOOPBACK, format_address
from .errors import (
    BadAddress,
    ConnectFailed,
    HandshakeFailed,
    ListenFailed,
    NetworkIsClosed,
    NothingRecords,
    NotRecorded,
    PortInUse,
    RecordDoesNotFit,
    RecordIsOver,
    TLSNotSupported,
    UntrustedCertificate,
    WrongHost,
)
from .interface import READ, WRITE, Address, Network, Ready, SocketOption, TLSClient
from .real import RealNetwork

if TYPE_CHECKING:
    from kamlab.core.world import World

#: The answer to ``resolve`` if the addresses come later.
LATER = "later"
#: What marks an error among the answers, and a look-up that failed.
ERROR = "error"
FAILED = "failed"

_SYSTEM_ERRORS = {
    name: kind for name, kind in vars(builtins).items() if isinstance(kind, type) and issubclass(kind, OSError)
}
_TEXT_ERRORS: dict[str, type[Exception]] = {
    kind.__name__: kind
    for kind in (
        *(BadAddress, ListenFailed, NetworkIsClosed, PortInUse, OverflowError, TypeError, ValueError),
        *(HandshakeFailed, TLSNotSupported, UntrustedCertificate, WrongHost),
    )
}
_READY_WORDS = {READ: "read", WRITE: "written", READ | WRITE: "read and written"}


@dataclass(frozen=True)
class Recorded:
    """The network of a recorded lab: ``Lab(network=Recorded())``.

    Called with the lab, it returns a network that replays while the lab's journal does, and otherwise real TCP that is
    recorded.

    Raises:
        NothingRecords: the lab has no journal, so there is nothing to write to.

    >>> from kamlab import Lab
    >>> from kamlab.net import Recorded
    >>> from kamlab.parts import PassThrough
    >>> with Lab(build=lambda: PassThrough().activate(), recorded=True) as lab:
    ...     Recorded()(lab)
    <recording of <real network: 0 sockets, 0 watched>>
    """

    def __call__(self, lab: Any) -> RecordingNetwork | ReplayedNetwork:
        """Return the network of a lab."""
        journal = lab.scheduler.journal
        if journal is None:
            raise NothingRecords(
                "cannot record the network: this lab keeps no journal. Use Lab(recorded=True, build=function)"
            )
        if journal.replaying:
            return ReplayedNetwork(lab)
        return RecordingNetwork(lab, RealNetwork(lab, lab.hosts, lab.ports))


# -- what both share -------------------------------------------------------------------------------------------


class RecordedSocket:
    """A socket of a recorded run.

    Attributes:
        number: its own, from 1 on.
        real: the socket behind it, ``None`` in a replay.
    """

    __slots__ = ("__weakref__", "_fileno", "_here", "network", "number", "real")
    kind = "socket"

    def __init__(self, network: RecordedNetwork, fileno: int, here: Any, real: Any) -> None:
        self.number: int = network.take_number()
        self.real: Any = real
        self.network = network
        self._fileno = fileno
        self._here = here
        network.by_fileno[fileno] = self

    def close(self) -> None:
        """Close it and stop watching it. A second time does nothing."""
        if self._fileno >= 0:
            self.network.unwatch(self)
            self._fileno = -1
            if self.real is not None:
                self.real.close()

    def fileno(self) -> int:
        """Return the descriptor that the system gave it when the run was recorded, -1 once it is closed."""
        return -1 if self.network.is_closed else self._fileno

    def getsockname(self) -> Any:
        """Return the address of this end: host and port first."""
        return self._checked(self._here)

    def _checked(self, address: Any) -> Any:
        number = errno.EBADF if self.fileno() < 0 else errno.ENOTCONN if address is None else 0
        if number:
            raise OSError(number, os.strerror(number))
        return address

    def setblocking(self, flag: bool) -> None:
        """Do nothing: it never blocks.

        Raises:
            NotRecorded: ``flag`` is true.
        """
        if flag:
            raise NotRecorded(f"{self!r} never blocks; wait with lab.network.watch() instead")

    def getsockopt(self, level: int, option: int, /, *size: int) -> Any:
        """Return an option; SO_ERROR says how a connect went."""
        if (level, option) == (socket.SOL_SOCKET, socket.SO_ERROR):
            call = f"getsockopt {self.number} SO_ERROR"
            return _number_of(self._answered(call, lambda: _symbol_of(self.real.getsockopt(level, option))))
        call = f"getsockopt {self.number} {int(level)} {int(option)}"
        return self._answered(call, lambda: self.real.getsockopt(level, option, *size))

    def setsockopt(self, level: int, option: int, *value: Any) -> None:
        """Set an option."""
        call = f"setsockopt {self.number} {level} {option}"
        self._answered(call, lambda: self.real.setsockopt(level, option, *value) or 0)

    def _answered(self, call: str, ask: Callable[[], Any]) -> Any:
        return self.network.answered(call, ask)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        methods = [method for method in dir(type(self)) if method[0] != "_" and callable(getattr(type(self), method))]
        raise NotRecorded(
            f"{self!r} has no {name!r}: a {self.kind} of a recorded run has only the methods whose answers can be "
            f"recorded: {', '.join(methods)}."
        )

    def __repr__(self) -> str:
        here = format_address(*self._here[:2]) if self._here else "?"
        return f"<{self.kind} {self.number} of a recorded run, at {here}>"


class RecordedConnection(RecordedSocket):
    """One end of a connection."""

    __slots__ = ("_peer",)
    kind = "connection"

    def __init__(self, network: RecordedNetwork, fileno: int, here: Any, peer: Any, real: Any) -> None:
        super().__init__(network, fileno, here, real)
        self._peer = peer

    def recv(self, size: int, /) -> bytes:
        """Return the bytes that came, ``b""`` at the end; raise BlockingIOError if none did."""
        data: bytes = self._answered(f"recv {self.number}", lambda: self.real.recv(size))
        return data

    def send(self, data: Any, /) -> int:
        """Return how many bytes were taken; raise BlockingIOError if none fit."""
        sent: int = self._answered(f"send {self.number} {len(data)}", lambda: self.real.send(data))
        return sent

    def shutdown(self, how: int, /) -> None:
        """End one direction (SHUT_WR) or both (SHUT_RDWR)."""
        self._answered(f"shutdown {self.number} {int(how)}", lambda: self.real.shutdown(how) or 0)

    def handshake(self) -> int:
        """Go on with the handshake of TLS; return what it waits for, READ or WRITE, or 0 once it is done."""
        waits_for: int = self._answered(f"handshake {self.number}", lambda: self.real.handshake())
        return waits_for

    def getpeername(self) -> Any:
        """Return the address of the other end, whether it is connected or not."""
        return self._checked(self._peer)

    def __repr__(self) -> str:
        peer = format_address(*self._peer[:2]) if self._peer else "?"
        return f"{super().__repr__()[:-1]} to {peer}>"


class RecordedListener(RecordedSocket):
    """A socket that waits for connections."""

    __slots__ = ()
    kind = "listener"

    def accept(self) -> tuple[RecordedConnection, Any]:
        """Return the next connection and its peer's address; raise BlockingIOError if none waits."""
        real, (fileno, here, peer) = self.network.opened(f"accept {self.number}", lambda: self.real.accept())
        return RecordedConnection(self.network, fileno, here, peer, real), peer


class RecordedDatagramSocket(RecordedSocket):
    """A UDP socket."""

    __slots__ = ()
    kind = "UDP socket"

    def recvfrom(self, size: int, /) -> tuple[bytes, Any]:
        """Return a datagram and its sender's address; raise BlockingIOError if none came."""
        came: tuple[bytes, Any] = self._answered(f"recvfrom {self.number}", lambda: self.real.recvfrom(size))
        return came

    def sendto(self, data: Any, address: Any, /) -> int:
        """Send a datagram to a numeric address; raise BlockingIOError if there is no room for it."""
        call = f"sendto {self.number} {len(data)} {format_address(*address[:2])}"
        sent: int = self._answered(call, lambda: self.real.sendto(data, address))
        return sent


@dataclass(slots=True, eq=False)
class RecordedLookup:
    """A name that is being looked up; ``number`` is set once it is clear that the answer comes later."""

    answer: Callable[[Any], Any] | None
    number: int = 0
    real: Any = None

    def cancel(self) -> None:
        """Make sure that the answer is not delivered."""
        self.answer = None
        if self.real is not None:
            self.real.cancel()

    def deliver(self, noted: Any) -> None:
        """Pass the answer on, once."""
        answer, self.answer = self.answer, None
        if answer is not None:
            answer(decode_addresses(noted))


class RecordedNetwork:
    """The network interface, without the source of its answers.

    Attributes:
        inner: the real network, ``None`` in a replay.
        by_fileno: the sockets by descriptor.
        lookups: the look-ups whose answer is still to come, by number.
    """

    inner: Any = None

    def __init__(self, world: World) -> None:
        self.world = world
        self.is_closed: bool = False
        self.by_fileno: weakref.WeakValueDictionary[int, RecordedSocket] = weakref.WeakValueDictionary()
        self.lookups: dict[int, RecordedLookup] = {}
        self._scheduler = world.scheduler
        self._count = 0

    # -- where recording and replaying differ ------------------------------------------------------------------

    def answered(self, call: str, ask: Callable[[], Any]) -> Any:
        """Return the answer to a call, a plain value, or raise the error that is the answer."""
        raise NotImplementedError

    def note_callback(self, kind: str, *what: Any) -> None:
        """Note that the real network calls back."""
        raise NotImplementedError

    def unwatch(self, sock: Any) -> None:
        """Stop calling; nothing happens if it is not watched."""
        raise NotImplementedError

    # -- the interface -----------------------------------------------------------------------------------------

    def listen(
        self,
        host: str | None,
        port: int,
        backlog: int = socket.SOMAXCONN,
        options: Sequence[SocketOption] = (),
        owner: Any = None,
    ) -> RecordedListener:
        """Return a bound listener; see :meth:`kamlab.net.interface.Network.listen`."""
        self._check_open()
        call = f"listen {host!r} {port!r}"
        real, (fileno, here) = self.opened(call, lambda: (self.inner.listen(host, port, backlog, options, owner),))
        return RecordedListener(self, fileno, here, real)

    def datagrams(
        self, host: str | None, port: int, *, group: str | None = None, interface: str = LOOPBACK, owner: Any = None
    ) -> RecordedDatagramSocket:
        """Return a bound UDP socket; see :meth:`kamlab.net.interface.Network.datagrams`."""
        self._check_open()
        call = f"datagrams {host!r} {port!r}" + (f" {group!r} {interface!r}" if group is not None else "")
        real, (fileno, here) = self.opened(
            call, lambda: (self.inner.datagrams(host, port, group=group, interface=interface, owner=owner),)
        )
        return RecordedDatagramSocket(self, fileno, here, real)

    def connect(self, address: Address) -> RecordedConnection:
        """Begin to connect; see :meth:`kamlab.net.interface.Network.connect`."""
        self._check_open()
        place = address[1]
        real, (fileno, here) = self.opened(
            f"connect {format_address(*place[:2])}", lambda: (self.inner.connect(address),)
        )
        return RecordedConnection(self, fileno, here, place, real)

    def opened(self, call: str, make: Callable[[], tuple[Any, ...]]) -> tuple[Any, tuple[Any, ...]]:
        """Answer a call that makes a socket.

        ``make`` returns the real socket and further values to note. Returns the socket (``None`` in a replay) and the
        noted values: descriptor, own address, and the rest.
        """
        made: list[Any] = []

        def ask() -> tuple[Any, ...]:
            sock, *more = make()
            made.append(sock)
            try:
                here = sock.getsockname()
            except OSError:  # it was connected, and the connection has ended
                here = None
            return sock.fileno(), here, *more

        noted = self.answered(call, ask)
        return made[0] if made else None, noted

    def resolve(
        self, host: str, port: int, answer: Callable[[list[Address] | ConnectFailed], Any]
    ) -> RecordedLookup | None:
        """Find the addresses of a host; see :meth:`kamlab.net.interface.Network.resolve`."""
        self._check_open()
        lookup = RecordedLookup(answer)
        noted = self.answered(f"resolve {host!r} {port!r}", lambda: self._begin_lookup(lookup, host, port))
        if noted != LATER:
            lookup.deliver(noted)
            return None
        lookup.number = self.take_number()
        self.lookups[lookup.number] = lookup
        return lookup

    def _begin_lookup(self, lookup: RecordedLookup, host: str, port: int) -> Any:
        """Have the real network look up a name; return the answer to note, or LATER."""
        at_once: list[Any] = []

        def on_answer(found: list[Address] | ConnectFailed) -> None:
            noted = encode_addresses(found)
            if not lookup.number:
                at_once.append(noted)
                return
            del self.lookups[lookup.number]
            self.note_callback("resolved", lookup.number, noted)
            lookup.deliver(noted)

        lookup.real = self.inner.resolve(host, port, on_answer)
        return at_once[0] if at_once else LATER

    def start_tls(self, sock: Any, client: TLSClient) -> RecordedConnection:
        """Switch a connection to TLS; what is above TLS is recorded from then on."""
        found: Any = self.find(sock)

        def ask() -> int:
            found.real = self.inner.start_tls(found.real, client)
            return 0

        self.answered(f"start_tls {found.number} {client.host}", ask)
        secure: RecordedConnection = found
        return secure

    def unsent(self, sock: Any) -> int:
        """Return how many bytes wait here because the peer has no room; 0 if that cannot be known."""
        found = self.find(sock)
        count: int = self.answered(f"unsent {found.number}", lambda: self.inner.unsent(found.real))
        return count

    def close(self) -> None:
        """Close every listener and connection. A second time does nothing."""
        self.is_closed = True
        if self.inner is not None:
            self.inner.close()

    # -- the sockets -------------------------------------------------------------------------------------------

    def take_number(self) -> int:
        """Return the number of the next socket or look-up."""
        self._count += 1
        return self._count

    def find(self, sock: Any) -> RecordedSocket:
        """Return the socket of this network, given the socket itself or its descriptor.

        Raises:
            NotRecorded: this network did not make it.
        """
        found = self.by_fileno.get(sock) if isinstance(sock, int) else sock
        if not isinstance(found, RecordedSocket) or found.network is not self:
            what = f"descriptor {sock}" if isinstance(sock, int) else f"this {type(sock).__name__}"
            raise NotRecorded(
                f"{what} was not made by the network of this lab, so what comes through it cannot be recorded. "
                "Use TCPServer, TCPClient or SimplePeer, or have the socket made by lab.network.connect(), listen() or "
                "datagrams(); or run this in a lab that is not recorded."
            )
        return found

    def _check_open(self) -> None:
        if self.is_closed:
            raise NetworkIsClosed("the network of this lab was closed; lab.reset() makes a fresh start")


# -- recording -------------------------------------------------------------------------------------------------


class RecordingNetwork(RecordedNetwork):
    """A network around another one: answers and callbacks go into the lab's journal on their way.

    Args:
        lab: the lab; it writes to ``lab.scheduler.journal``, if there is one.
        inner: the network that does the work.

    >>> from kamlab import Lab
    >>> from kamlab.parts import PassThrough
    >>> with Lab(build=lambda: PassThrough().activate(), recorded=True) as lab:
    ...     lab.network
    ...     lab.network.resolve("127.0.0.1", 80, print)
    <recording of <real network: 0 sockets, 0 watched>>
    [(2, ('127.0.0.1', 80))]
    """

    def __init__(self, lab: World, inner: Network) -> None:
        super().__init__(lab)
        self.inner = inner

    def answered(self, call: str, ask: Callable[[], Any]) -> Any:
        """Make the real call, and note its answer; ``None`` if it would block."""
        try:
            answer = ask()
        except BlockingIOError:
            self._note(call, None)
            raise
        except Exception as error:
            self._note(call, encode_error(error))
            raise
        self._note(call, answer)
        return answer

    def _note(self, call: str, answer: Any) -> None:
        journal: Any = self._scheduler.journal
        if journal is None:
            return
        if self._scheduler.is_outside():
            self.world.note_foreign(f"its network was used from outside, not by a component: {call}")
        journal.answer(call, answer)

    def note_callback(self, kind: str, *what: Any) -> None:
        """Note a callback at this place of the run."""
        journal = self._scheduler.journal
        if journal is not None:
            journal.outside(kind, *what)

    def watch(self, sock: Any, events: int, callback: Ready) -> None:
        """Call ``callback(events)`` whenever the socket is ready; replaces an earlier ``watch``.

        Raises:
            NotRecorded: this network did not make the socket.
            ValueError: the socket is closed.
        """
        found = self.find(sock)
        self.inner.watch(found.real, events, partial(self._on_ready, found.number, callback))

    def _on_ready(self, number: int, callback: Ready, events: int) -> None:
        self.note_callback("ready", number, events)
        callback(events)

    def unwatch(self, sock: Any) -> None:
        """Stop calling; nothing happens if it is not watched."""
        with contextlib.suppress(NotRecorded):
            self.inner.unwatch(self.find(sock).real)

    def __repr__(self) -> str:
        return f"<recording of {self.inner!r}>"


# -- replaying -------------------------------------------------------------------------------------------------


class ReplayedNetwork(RecordedNetwork):
    """A network that gives the answers that were given when the run was recorded.

    It has no socket, no thread and no port. Nothing comes in by itself, so the lab waits as it does without a network;
    the replay calls :meth:`play` at the place of each callback in the run.

    Args:
        lab: the lab; it reads from ``lab.scheduler.journal``.

    >>> from kamlab import Component, Lab
    >>> answers = []
    >>> class Ask(Component):
    ...     def main(self):
    ...         network = self.scheduler_in_charge.world.network
    ...         network.resolve("127.0.0.1", 80, lambda found: answers.append((type(network).__name__, found[0][1])))
    ...         yield
    >>> def system():
    ...     _ = Ask().activate()
    >>> with Lab(build=system, recorded=True) as lab, Lab(build=system, recorded=True) as again:
    ...     _ = lab.run()
    ...     _ = again.replay(str(lab.recording))
    >>> answers
    [('RecordingNetwork', ('127.0.0.1', 80)), ('ReplayedNetwork', ('127.0.0.1', 80))]
    """

    def __init__(self, lab: World) -> None:
        super().__init__(lab)
        #: By socket number, so that a socket is called even if nothing else refers to it.
        self._watches: dict[int, tuple[int, Ready]] = {}
        self._difference: Exception | None = None

    def answered(self, call: str, ask: Callable[[], Any]) -> Any:
        """Return the noted answer, or raise the noted error.

        Raises:
            RecordIsOver: the record has been played to its end.
        """
        journal: Any = self._scheduler.journal
        if journal is None or not journal.replaying:
            raise RecordIsOver(
                f"the record of the network has ended, so there is no answer to {call!r}: a replay has no real network "
                "to go on with. Go back to a step of the record, or build the system again, on real TCP or with "
                "Lab(network='simulated')."
            )
        try:
            noted = journal.ask(call)
        except Exception as error:
            self._difference = error  # the component may catch it; the replay stops all the same
            raise
        if noted is None:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        failure = decode_error(noted)
        if failure is not None:
            raise failure
        return noted

    def watch(self, sock: Any, events: int, callback: Ready) -> None:
        """Call ``callback(events)`` when the record says so; replaces an earlier ``watch``.

        Raises:
            NotRecorded: this network did not make the socket.
            ValueError: the socket is closed.
        """
        found = self.find(sock)
        if found.fileno() < 0:
            raise ValueError(f"{sock!r} is closed and cannot be watched")
        self._watches[found.number] = (events, callback)

    def unwatch(self, sock: Any) -> None:
        """Stop calling; nothing happens if it is not watched."""
        with contextlib.suppress(NotRecorded):
            self._watches.pop(self.find(sock).number, None)

    def play(self, kind: str, *what: Any) -> None:
        """Make a callback that the record has at this place of the run.

        Raises:
            RecordDoesNotFit: nothing is waiting for it.
        """
        match (kind, *what):
            case ("ready", int(number), int(events)):
                self._play_ready(number, events)
            case ("resolved", int(number), tuple() | list() as noted):
                lookup = self.lookups.pop(number, None)
                if lookup is None or lookup.answer is None:
                    raise RecordDoesNotFit(f"the record answers look-up {number}, but nothing is waiting for it")
                self._scheduler.post(lambda: lookup.deliver(noted))  # as the thread that looked it up did
            case _:
                raise RecordDoesNotFit(f"the record has {kind!r} with {what!r}, which is not a callback of a network")

    def _play_ready(self, number: int, events: int) -> None:
        watched, callback = self._watches.get(number, (0, None))
        if callback is None or not events or events & ~watched:
            raise RecordDoesNotFit(
                f"in the record socket {number} is ready to be {_READY_WORDS.get(events, events)}, "
                "but nothing is waiting for that"
            )
        try:
            callback(events)
        except Exception as error:
            if self._difference is not None:
                raise
            self._watches.pop(number, None)
            self.world.report(
                f"a callback of the network failed; socket {number} is no longer watched.\n{traceback_of(error)}"
            )
        if self._difference is not None:
            raise self._difference

    def close(self) -> None:
        """Forget the watched sockets. A second time does nothing."""
        super().close()
        self._watches.clear()
        self.lookups.clear()

    def __repr__(self) -> str:
        state = "closed" if self.is_closed else f"{len(self._watches)} watched"
        return f"<replayed network: {state}>"


def play_outside(lab: Any, kind: str, *what: Any) -> None:
    """Make the callback that a record has at this place: kind "ready" or "resolved".

    Raises:
        RecordDoesNotFit: nothing is waiting for it, or the lab does not replay a network.

    >>> from kamlab import Lab
    >>> with Lab(clock="virtual") as lab:
    ...     try:
    ...         play_outside(lab, "ready", 1, 1)
    ...     except RecordDoesNotFit as error:
    ...         print(str(error).split(", but")[0])
    the record has 'ready' from a network on real TCP
    """
    network = lab.network
    if not isinstance(network, ReplayedNetwork):
        raise RecordDoesNotFit(
            f"the record has {kind!r} from a network on real TCP, but the network of this lab is {network!r}"
        )
    network.play(kind, *what)


# -- answers as plain values -----------------------------------------------------------------------------------


def encode_error(error: Exception) -> tuple[str, str, str | int | None, str]:
    """Return an error as plain values.

    >>> encode_error(ConnectionResetError(errno.ECONNRESET, "reset by peer"))
    ('error', 'ConnectionResetError', 'ECONNRESET', 'reset by peer')
    """
    text = getattr(error, "strerror", None) or str(error)
    return ERROR, type(error).__name__, _symbol_of(getattr(error, "errno", None)), text


def decode_error(noted: Any) -> Exception | None:
    """Return the error that an answer stands for, ``None`` if it is not an error.

    An error of a class that is not listed here becomes an OSError that names it.
    """
    if noted.__class__ is not tuple or len(noted) != 4 or noted[0] != ERROR:
        return None
    _, name, symbol, text = noted
    if name in _TEXT_ERRORS:
        return _TEXT_ERRORS[name](text)
    if name not in _SYSTEM_ERRORS:
        name, text = "OSError", f"{name}: {text}"
    error: Exception = _SYSTEM_ERRORS[name](_number_of(symbol), text)
    return error


def _symbol_of(number: int | None) -> str | int | None:
    return errno.errorcode.get(number, number) if number is not None else None


def _number_of(symbol: str | int | None) -> int | None:
    return getattr(errno, symbol, errno.EIO) if isinstance(symbol, str) else symbol


def encode_addresses(found: list[Address] | ConnectFailed) -> Any:
    """Return the answer of a name server as plain values."""
    if isinstance(found, ConnectFailed):
        return (FAILED, found.reason, str(found))
    return [(int(family), tuple(place)) for family, place in found]


def decode_addresses(noted: Any) -> list[Address] | ConnectFailed:
    """Undo :func:`encode_addresses`."""
    return ConnectFailed(noted[1], noted[2]) if isinstance(noted, tuple) else list(noted)
