"""The real network: TCP and UDP, on this machine only unless a host is named.

The sockets are ordinary non-blocking ones (:mod:`kamlab.net.real_sockets`).

The operating system offers no look-up of a name that does not block, so each has a short-lived thread of its own, and
the answer is posted to the lab. A name server that never answers costs one sleeping thread; whatever asked has a time
limit of its own.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import struct
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from kamlab.core.idle import ThreadIdle

from .addresses import LOOPBACK, Aliases, check_group, check_host, numeric
from .errors import BadAddress, ConnectFailed, ListenFailed, NetworkIsClosed, TLSNotSupported
from .interface import (
    ANOTHER_PROGRAM,
    THIS_LAB,
    Address,
    Connection,
    Lookup,
    Ready,
    SecureConnection,
    SocketOption,
    TLSClient,
    owner_name,
    port_in_use,
)
from .poller import Poller
from .real_sockets import Owned, TcpConnection, TcpListener, UdpSocket

if TYPE_CHECKING:
    from kamlab.core.scheduler import Scheduler
    from kamlab.core.world import World

_Bound = TypeVar("_Bound", TcpListener, UdpSocket)
LookUp = Callable[[str, int], list[Address]]
Answer = Callable[[Any], Any]

#: How many ports are tried if the requested one is taken.
PORTS_TRIED = 100

#: Every network of this program, so that an error can say which component holds a port.
_networks: weakref.WeakSet[RealNetwork] = weakref.WeakSet()


def look_up(host: str, port: int) -> list[Address]:
    """Ask the operating system for the addresses of a host; this may block for a long time."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys((int(family), address) for family, _, _, _, address in found))


class ThreadedLookup:
    """One look-up of a name. While it is under way it counts as something that may wake the lab."""

    def __init__(self, scheduler: Scheduler, ask: LookUp, host: str, port: int, answer: Answer) -> None:
        self._scheduler = scheduler
        self._ask = ask
        self._host = host
        self._port = port
        self._answer: Answer | None = answer
        self._posted: Callable[[], Any] | None = None
        self._posting = threading.Lock()
        scheduler.outsiders.add(self)
        thread = threading.Thread(target=self._work, name=f"kamlab looks up {host}", daemon=True)
        try:
            thread.start()
        except RuntimeError as error:  # a platform without threads
            found = ConnectFailed("unknown host", f"the name {host!r} cannot be looked up here: {error}")
            self._post(found)

    def may_wake(self) -> bool:
        """Return whether an answer may come."""
        return self._answer is not None

    def cancel(self) -> None:
        """Make sure that the answer is not delivered, and cancel the call that is posted for it."""
        with self._posting:
            self._answer = None
            if self._posted is not None:
                with contextlib.suppress(ValueError, IndexError):
                    self._scheduler.posted.remove(self._posted)
        self._scheduler.outsiders.discard(self)

    def _work(self) -> None:
        found: Any
        try:
            found = self._ask(self._host, self._port) or _unknown(self._host, "it has no address")
        except (OSError, UnicodeError) as error:
            found = _unknown(self._host, getattr(error, "strerror", None) or str(error))
        except Exception as error:
            found = _unknown(self._host, f"{type(error).__name__}: {error}")
        self._post(found)

    def _post(self, found: Any) -> None:
        with self._posting:
            if self._answer is not None:
                self._posted = lambda: self._deliver(found)
                self._scheduler.post(self._posted)

    def _deliver(self, found: Any) -> None:
        answer = self._answer
        self.cancel()
        if answer is not None:
            answer(found)


def _unknown(host: str, why: str) -> ConnectFailed:
    return ConnectFailed(
        "unknown host",
        f"the host {host!r} is not known: {why}. Check the name, or give it an alias: "
        f'Lab(hosts={{"{host}": "127.0.0.1"}}) or KAMLAB_HOSTS={host}=127.0.0.1',
    )


class RealNetwork:
    """Real TCP for one lab. The lab waits for its sockets when nothing can run.

    Args:
        world: the lab.
        hosts: aliases of hosts, such as ``{"foo.bar.com:1600": "127.0.0.1:4711"}``.
        ports: aliases of ports to listen at, such as ``{1500: 0}``; 0 means any that is free.
        ask: a function that looks up names, called in a thread; by default the operating system's.

    Raises:
        BadMapping: an alias, given here or in the environment, cannot be understood.

    >>> from kamlab import Lab
    >>> with Lab() as lab:
    ...     lab.network
    ...     lab.network.resolve("127.0.0.1", 80, print)
    <real network: 0 sockets, 0 watched>
    [(2, ('127.0.0.1', 80))]
    """

    def __init__(
        self,
        world: World,
        hosts: Mapping[str, str] | None = None,
        ports: Mapping[int, int] | None = None,
        *,
        ask: LookUp = look_up,
    ) -> None:
        self.world = world
        self.aliases: Aliases = Aliases(hosts, ports)
        self.sockets: weakref.WeakSet[Owned] = weakref.WeakSet()
        self._ask = ask
        self._lookups: weakref.WeakSet[ThreadedLookup] = weakref.WeakSet()
        self._scheduler = world.scheduler
        self._lock = world.lock
        self._closed = False
        self.poller: Poller = Poller(world.report)
        self.watch = self.poller.watch
        self.unwatch = self.poller.unwatch
        with self._lock:
            before, self._scheduler.idle = self._scheduler.idle, self.poller
            before.wake()  # a thread that waits there goes on waiting here
        _networks.add(self)

    watch: Callable[[Any, int, Ready], None]
    unwatch: Callable[[Any], None]

    # -- servers -----------------------------------------------------------------------------------------------

    def listen(
        self,
        host: str | None,
        port: int,
        backlog: int = socket.SOMAXCONN,
        options: Sequence[SocketOption] = (),
        owner: Any = None,
    ) -> TcpListener:
        """Return a bound listener.

        Args:
            host: ``None`` is this machine only, "" or "0.0.0.0" every interface.
            port: the port or its alias; 0 is any free one.
            backlog: how many connections may wait to be accepted.
            options: ``setsockopt`` calls to make before binding.
            owner: the component that listens, for the error of another one that wants the port.

        Raises:
            PortInUse: the port has a listener already.
            ListenFailed: it cannot be bound for another reason.
        """
        self._check_open()
        asked = port
        try:
            port = self.aliases.port(asked)
            host = LOOPBACK if host is None else host
            check_host(host)
        except BadAddress as error:
            raise ListenFailed(f"{owner_name(owner)} cannot listen: {error}") from None
        try:
            return self._bound(host, port, backlog, options, owner)
        except (OSError, TypeError, OverflowError, UnicodeError) as error:
            if getattr(error, "errno", None) == errno.EADDRINUSE and self.world.next_free_port:
                listener = self._bound_next(host, port, backlog, options, owner)
                if listener is not None:
                    return listener
            raise self._cannot_listen(error, host, port, asked, owner) from None  # its text has the reason

    def _bound(self, host: str, port: int, backlog: int, options: Sequence[SocketOption], owner: Any) -> TcpListener:
        """Return a listener at exactly this port, or raise the operating system's error."""
        listener = TcpListener(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
        listener.owner = owner
        listener.stands_for = None
        listener.joins(self)
        try:
            # On Windows it would let two servers share a port; Python in a browser does not have it.
            if os.name == "posix" and hasattr(socket, "SO_REUSEADDR"):
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            for option in options:
                listener.setsockopt(*option)
            listener.bind((host, port))
            listener.listen(backlog)
        except BaseException:
            listener.close()
            raise
        return listener

    def _bound_next(
        self, host: str, port: int, backlog: int, options: Sequence[SocketOption], owner: Any
    ) -> TcpListener | None:
        """Return a listener at the next free port, and say so; ``None`` if a lab of this program holds ``port``.

        A server that listens there only because its own port was taken does not count as the holder.
        """
        holder = self._holder(port, TcpListener)
        if holder is not None and holder.stands_for is None:
            return None
        for other in range(port + 1, min(port + PORTS_TRIED, 65535) + 1):
            try:
                listener = self._bound(host, other, backlog, options, owner)
            except OSError:
                continue
            listener.stands_for = port
            by = "another program" if holder is None else owner_name(holder.owner)
            self.world.report(
                f"port {port} is taken by {by}; the server listens at {other}. kamlab's clients in this program "
                f"that ask for {port} are redirected there; a plain socket must connect to {other}."
            )
            return listener
        return None

    def _cannot_listen(self, error: Exception, host: str, port: int, asked: int, owner: Any) -> ListenFailed:
        host = host or "this machine"
        if getattr(error, "errno", None) == errno.EADDRINUSE:
            return port_in_use(owner, host, port, asked, self._describe(self._holder(port, TcpListener)))
        text = getattr(error, "strerror", None) or str(error)
        hint = " Ports below 1024 need special rights." if isinstance(error, PermissionError) else ""
        return ListenFailed(f"{owner_name(owner)} cannot listen at port {port} of {host}: {text}.{hint}")

    def _holder(self, port: int, kind: type[_Bound]) -> _Bound | None:
        """Return what listens at a port, if it belongs to a lab of this program."""
        return next((found for found in self._bound_sockets(kind) if found.getsockname()[1] == port), None)

    def _bound_sockets(self, kind: type[_Bound]) -> Iterator[_Bound]:
        """Yield the listeners or UDP sockets of all labs of this program, those of this one first."""
        for network in (self, *(other for other in list(_networks) if other is not self)):
            for sock in list(network.sockets):
                if isinstance(sock, kind) and sock.fileno() >= 0:
                    yield sock

    def _describe(self, holder: TcpListener | UdpSocket | None) -> str:
        if holder is None:
            return ANOTHER_PROGRAM
        if holder in self.sockets:
            return f"{owner_name(holder.owner)} in {THIS_LAB}"
        world = holder.network.world
        since = time.strftime("%H:%M:%S", time.localtime(world.made.when))
        return f"{owner_name(holder.owner)} in another lab of this program ({world!r}, made at {world.made}, {since})"

    # -- datagrams ---------------------------------------------------------------------------------------------

    def datagrams(
        self, host: str | None, port: int, *, group: str | None = None, interface: str = LOOPBACK, owner: Any = None
    ) -> UdpSocket:
        """Return a bound UDP socket; see :meth:`kamlab.net.interface.Network.datagrams`."""
        self._check_open()
        asked = port
        try:
            port = self.aliases.port(asked)
            if group is not None:
                check_group(group)
            if host is None:
                host = LOOPBACK if group is None else group if os.name == "posix" else "0.0.0.0"
            check_host(host)
        except BadAddress as error:
            raise ListenFailed(f"{owner_name(owner)} cannot listen: {error}") from None
        sock = UdpSocket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
        sock.owner = owner
        sock.joins(self)
        try:
            if group is not None:
                sock.share_port()
            sock.bind((host, port))
            if group is not None:
                sock.join_group(group, interface)
        except (OSError, TypeError, OverflowError, UnicodeError) as error:
            sock.close()
            if getattr(error, "errno", None) == errno.EADDRINUSE:
                holder = self._describe(self._holder(port, UdpSocket))
                raise port_in_use(owner, host, port, asked, holder, may_move=False) from None
            if group is not None:
                host = f"{host}, with the group {group} at the interface {interface}"
            raise self._cannot_listen(error, host, port, asked, owner) from None
        return sock

    # -- clients -----------------------------------------------------------------------------------------------

    def resolve(self, host: str, port: int, answer: Callable[[list[Address] | ConnectFailed], Any]) -> Lookup | None:
        """Find the addresses of a host and call ``answer`` with them, or with the reason why there are none.

        Aliases, numeric addresses and this machine's own name are answered at once. Other names are looked up in a
        thread, and answered between two slices.
        """
        self._check_open()
        try:
            host, port = self.aliases.place(host, port)
        except BadAddress as error:
            answer(ConnectFailed("bad address", str(error)))
            return None
        address = numeric(host, port)
        if address is not None:
            answer([address])
            return None
        lookup = ThreadedLookup(self._scheduler, self._ask, host, port, answer)
        self._lookups.add(lookup)
        return lookup

    def connect(self, address: Address) -> TcpConnection:
        """Begin to connect; it is over once the socket can be written.

        Raises:
            OSError: it was refused at once.
        """
        self._check_open()
        family, place = address
        place = self._led(place)
        sock = TcpConnection(family, socket.SOCK_STREAM)
        sock.joins(self)
        number = sock.connect_ex(place)
        if number not in (0, errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EALREADY):
            sock.close()
            raise OSError(number, os.strerror(number))
        return sock

    def _led(self, place: Any) -> Any:
        """Return the address to connect to: that of the server that could not get this port, if there is one."""
        for listener in self._bound_sockets(TcpListener):
            if listener.stands_for == place[1] and _reaches(place[0], listener.getsockname()[0]):
                return (place[0], listener.getsockname()[1], *place[2:])
        return place

    # -- servers and clients -----------------------------------------------------------------------------------

    def start_tls(self, sock: Connection, client: TLSClient) -> SecureConnection:
        """Return the connection that takes the place of ``sock``; its handshake is still to come.

        Raises:
            TLSNotSupported: this Python has no module ssl.
        """
        try:
            from .tls import TLSConnection  # when it is needed: ssl takes long to import, and is not everywhere
        except ImportError as error:
            raise TLSNotSupported(f"{client.name} cannot switch to TLS: {error}") from None
        return TLSConnection(sock, client, self.unwatch)

    def unsent(self, sock: Any) -> int:
        """Return how many bytes wait here because the peer has no room; 0 if that cannot be known."""
        return _unsent(sock)

    def close(self) -> None:
        """Close every listener and connection, and let the lab wait without a network again."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            for lookup in list(self._lookups):
                lookup.cancel()
            for sock in list(self.sockets):
                sock.close()
            if self._scheduler.idle is self.poller:
                self._scheduler.idle = ThreadIdle()
            self.poller.wake()
            self.poller.close()
            _networks.discard(self)

    def _check_open(self) -> None:
        if self._closed:
            raise NetworkIsClosed("the network of this lab was closed; lab.reset() makes a fresh start")

    def __repr__(self) -> str:
        state = "closed" if self._closed else f"{len(self.sockets)} sockets, {self.poller.sources()} watched"
        return f"<real network: {state}>"


def _reaches(asked: str, bound: str) -> bool:
    """Return whether a client of one address reaches a server of this machine that is bound to another."""
    return asked == bound or (asked.startswith("127.") and (bound.startswith("127.") or bound == "0.0.0.0"))


def _unsent_nowhere(sock: Any) -> int:
    del sock
    return 0


def _unsent_linux(sock: Any) -> int:
    try:
        return int(struct.unpack("i", fcntl.ioctl(sock.fileno(), _SIOCOUTQNSD, b"\0\0\0\0"))[0])
    except (OSError, ValueError):
        return 0


def _unsent_mac(sock: Any) -> int:
    try:
        return int(sock.getsockopt(socket.SOL_SOCKET, 0x1024))  # SO_NWRITE
    except (OSError, ValueError):
        return 0


_unsent = _unsent_nowhere
if sys.platform == "linux":
    import fcntl

    _SIOCOUTQNSD = 0x894B  # what the peer has had no room for; SIOCOUTQ would wait for delayed ACKs, too
    _unsent = _unsent_linux
elif sys.platform == "darwin":
    _unsent = _unsent_mac


def _leave_to_the_parent() -> None:
    """In a forked process, leave the sockets to the parent: the labs here have none."""
    for network in list(_networks):
        network.poller.start_afresh()
        for sock in list(network.sockets):
            socket.socket.close(sock)  # no shutdown, which would end the connection for the parent, too
        network.sockets.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_leave_to_the_parent)
