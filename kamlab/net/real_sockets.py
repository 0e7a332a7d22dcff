"""The sockets of a real network: non-blocking ones of the operating system.

They do one thing more than a plain socket: closing one ends its watch, so a descriptor that the operating system gives
out again never leads to a callback of its former owner. ``send``, ``recv`` and their like are the built-in ones;
nothing stands between a component and the system call.
"""

from __future__ import annotations

import contextlib
import socket
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .real import RealNetwork

#: Linux delivers datagrams of groups that other sockets have joined, unless this option is 0.
_IP_MULTICAST_ALL = 49


class Owned(socket.socket):
    """A socket that belongs to a network."""

    __slots__ = ("_network",)
    _network: RealNetwork

    @property
    def network(self) -> RealNetwork:
        """The network that this belongs to."""
        return self._network

    def joins(self, network: RealNetwork) -> None:
        """Belong to a network from now on."""
        self._network = network
        self.setblocking(False)
        network.sockets.add(self)

    def close(self) -> None:
        """Close it and stop watching it. A second time does nothing."""
        if self.fileno() >= 0:
            self._network.unwatch(self)
            self._network.sockets.discard(self)
        super().close()


class TcpConnection(Owned):
    """One end of a TCP connection."""

    __slots__ = ()

    def joins(self, network: RealNetwork) -> None:
        """Join a network; small messages leave at once, as with asyncio (TCP_NODELAY)."""
        super().joins(network)
        with contextlib.suppress(OSError):
            self.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


class TcpListener(Owned):
    """A socket that waits for TCP connections; ``owner`` is the component that asked for it."""

    __slots__ = ("owner", "stands_for")
    owner: Any
    #: The requested port, if another program holds it and this listens at the next free one.
    stands_for: int | None

    def accept(self) -> tuple[TcpConnection, Any]:
        """Return the next connection and its peer's address; raise BlockingIOError if none waits."""
        plain, address = super().accept()
        sock = TcpConnection(plain.family, plain.type, plain.proto, fileno=plain.detach())
        sock.joins(self._network)
        return sock, address


class UdpSocket(Owned):
    """A UDP socket; ``owner`` is the component that asked for it."""

    __slots__ = ("owner",)
    owner: Any

    def share_port(self) -> None:
        """Let other sockets with a group have the same port; called before it is bound."""
        self.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if sys.platform not in ("linux", "win32") and hasattr(socket, "SO_REUSEPORT"):
            self.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)

    def join_group(self, group: str, interface: str) -> None:
        """Receive what is sent to a multicast group, and send from the same interface, given by its address."""
        here = socket.inet_aton(interface)
        self.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, here)
        self.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(group) + here)
        if sys.platform == "linux":
            self.setsockopt(socket.IPPROTO_IP, _IP_MULTICAST_ALL, 0)
