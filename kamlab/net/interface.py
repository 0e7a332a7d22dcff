"""The interface of a network: how components get sockets, and the methods of a socket.

A lab has one network (``lab.network``): real TCP (:mod:`kamlab.net.real`), one in memory
(:mod:`kamlab.net.simulated`), or one that records or replays (:mod:`kamlab.net.recorded`). A component never makes a
socket itself and never waits for one. It asks the network for a socket, says with ``watch`` which events it waits
for, and is called between two slices, under the lab's lock.

Watching is persistent and level-triggered, as epoll is: as long as there is something to read, the callback comes again
and again. A component that cannot take more says so with another ``watch`` or ``unwatch``; one that has left something
unread is called again. Rejected: one-shot watching, as in Kamaelia's Selector. It costs a system call for every
message.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from .errors import ConnectFailed, NoNetwork, PortInUse

if TYPE_CHECKING:
    import ssl

    from kamlab.core.microprocess import Microprocess

#: The events that ``watch`` takes; the numbers are those of :mod:`selectors`.
READ = 1
WRITE = 2

#: (family, address), as in the answers of ``getaddrinfo``.
Address = tuple[int, Any]
#: The arguments of a ``setsockopt`` call: level, option, value.
SocketOption = tuple[Any, ...]
Ready = Callable[[int], Any]
#: The most bytes of a datagram over IPv4.
LARGEST_DATAGRAM = 65507
#: What holds a port, in words.
ANOTHER_PROGRAM = "another program"
THIS_LAB = "this lab"


class Connection(Protocol):
    """One end of a connection; it behaves like a non-blocking socket."""

    def recv(self, size: int, /) -> bytes:
        """Return the bytes that came, ``b""`` at the end; raise BlockingIOError if none did."""

    def send(self, data: Any, /) -> int:
        """Return how many bytes were taken; raise BlockingIOError if none fit."""

    def shutdown(self, how: int, /) -> None:
        """End one direction (SHUT_WR) or both (SHUT_RDWR)."""

    def close(self) -> None:
        """Close it and stop watching it. A second time does nothing."""

    def fileno(self) -> int:
        """Return its descriptor, -1 once it is closed."""

    def getpeername(self) -> Any:
        """Return the address of the other end: host and port first."""

    def getsockname(self) -> Any:
        """Return the address of this end: host and port first."""

    def getsockopt(self, level: int, option: int, /) -> int:
        """Return an option; SO_ERROR says how a connect went."""


class SecureConnection(Connection, Protocol):
    """A connection that is to use TLS, and does once the handshake is done."""

    def handshake(self) -> int:
        """Go on with the handshake; return what it waits for, READ or WRITE, or 0 once it is done."""


@dataclass(frozen=True)
class TLSClient:
    """What is needed to switch a connection to TLS.

    Args:
        host: the name that the server's certificate must have.
        context: whom to trust; ``None`` is the authorities that the operating system trusts.
        timeout: how many seconds the handshake may take.
        name: the component that asks, for errors.
    """

    host: str
    context: ssl.SSLContext | None
    timeout: float
    name: str


class Listener(Protocol):
    """A socket that waits for connections."""

    def accept(self) -> tuple[Connection, Any]:
        """Return the next connection and its peer's address; raise BlockingIOError if none waits."""

    def close(self) -> None:
        """Stop listening. A second time does nothing."""

    def fileno(self) -> int:
        """Return its descriptor, -1 once it is closed."""

    def getsockname(self) -> Any:
        """Return the address it listens at: host and port first."""


class DatagramSocket(Protocol):
    """A UDP socket: it sends datagrams to any address, and receives those for its own."""

    def recvfrom(self, size: int, /) -> tuple[bytes, Any]:
        """Return a datagram and its sender's address; raise BlockingIOError if none came."""

    def sendto(self, data: Any, address: Any, /) -> int:
        """Send a datagram to a numeric address; raise BlockingIOError if there is no room for it.

        Raises:
            OSError: it is too large, or the address cannot be reached from here.
        """

    def close(self) -> None:
        """Close it and stop watching it. A second time does nothing."""

    def fileno(self) -> int:
        """Return its descriptor, -1 once it is closed."""

    def getsockname(self) -> Any:
        """Return the address that it is bound to: host and port first."""


class Lookup(Protocol):
    """A name that is being looked up."""

    def cancel(self) -> None:
        """Make sure that the answer is not delivered."""


class Network(Protocol):
    """A network.

    >>> from kamlab import Lab
    >>> from kamlab.parts import PassThrough
    >>> with Lab(clock="virtual") as lab:
    ...     _ = PassThrough().activate()
    ...     listener = lab.network.listen(None, 1500)
    ...     lab.network.watch(listener, READ, lambda events: print("a client connects:", listener.accept()[1]))
    ...     _ = lab.network.dial(1500)
    ...     _ = lab.run()
    a client connects: ('127.0.0.1', 49152)
    """

    def listen(
        self, host: str | None, port: int, backlog: int = ..., options: Sequence[SocketOption] = ..., owner: Any = ...
    ) -> Listener:
        """Return a bound listener. ``None`` as host is this machine only; port 0 is any free one.

        Raises:
            PortInUse: the port has a listener already.
            ListenFailed: it cannot be bound for another reason.
        """

    def datagrams(
        self, host: str | None, port: int, *, group: str | None = ..., interface: str = ..., owner: Any = ...
    ) -> DatagramSocket:
        """Return a bound UDP socket. Port 0 is any free one.

        Args:
            host: ``None`` is this machine only; with a group, it is what is sent to the group.
            port: the port.
            group: a multicast group to join. Several sockets with a group can share a port.
            interface: the address of the interface at which to join, and from which to send to groups. The default is
                this machine only, "0.0.0.0" the one that the operating system chooses.
            owner: the component that asks, for the error of another one that wants the port.

        Raises:
            PortInUse: the port has another UDP socket.
            ListenFailed: it cannot be bound, or the group cannot be joined.
        """

    def resolve(self, host: str, port: int, answer: Callable[[list[Address] | ConnectFailed], Any]) -> Lookup | None:
        """Find the addresses of a host, or of the host that it is an alias of, and call ``answer`` once.

        ``answer`` is called at once, or, if a name has to be looked up, between two slices later.
        """

    def connect(self, address: Address) -> Connection:
        """Begin to connect. It is over once the socket can be written; SO_ERROR says how it went.

        Raises:
            OSError: it was refused at once.
        """

    def start_tls(self, sock: Any, client: TLSClient) -> SecureConnection:
        """Return the connection that takes the place of ``sock``; its handshake is still to come.

        Raises:
            TLSNotSupported: this network has no TLS.
        """

    def watch(self, sock: Any, events: int, callback: Ready) -> None:
        """Call ``callback(events)`` whenever the socket is ready; replaces an earlier ``watch``."""

    def unwatch(self, sock: Any) -> None:
        """Stop calling; nothing happens if it is not watched."""

    def unsent(self, sock: Any) -> int:
        """Return how many bytes wait here because the peer has no room; 0 if that cannot be known."""

    def close(self) -> None:
        """Close every listener and connection. A second time does nothing."""


def network_of(component: Microprocess) -> Network:
    """Return the network of the lab that runs a component.

    Raises:
        NoNetwork: no lab runs it.
    """
    scheduler = component.scheduler_in_charge
    if scheduler is None:
        raise NoNetwork(f"{component.short_name} needs a network, and no lab runs it; activate() it first")
    network: Network = scheduler.world.network
    return network


def owner_name(owner: Any) -> str:
    """Return the name of the component that listens, for a message."""
    return str(getattr(owner, "short_name", None) or "a server")


def port_in_use(owner: Any, host: str, port: int, asked: int, holder: str, *, may_move: bool = True) -> PortInUse:
    """Return the error of a component whose port has a listener already: ``holder``.

    ``asked`` is the port that the program names, which an alias may turn into ``port``. ``may_move`` is whether
    ``lab.next_free_port`` would help.
    """
    more = ""
    if holder == ANOTHER_PROGRAM:
        stop = "Stop that program"
        if may_move:
            more = " With lab.next_free_port = True the server takes the next free one by itself."
    elif holder.endswith(THIS_LAB):
        stop = "Stop it (its stop(), lab.stop() or lab.reset())"
    else:
        stop = "Stop that lab (kamlab.labs() lists it)"
    return PortInUse(
        f"{owner_name(owner)} cannot listen at port {port} of {host}: {holder} does already. {stop}, take another "
        f"port, or port 0 for any that is free; without a change to the program: Lab(ports={{{asked}: 0}}) or "
        f"KAMLAB_PORTS={asked}=0.{more}"
    )
