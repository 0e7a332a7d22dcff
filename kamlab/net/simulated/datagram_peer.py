"""The user's own end of datagrams on a simulated network, like a netcat -u in a cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..addresses import format_address
from ..errors import BadDataToSend, PeerIsClosed
from ..interface import LARGEST_DATAGRAM, READ
from .peer import PAST, check_now

if TYPE_CHECKING:
    from .datagrams import SimulatedDatagramSocket
    from .network import SimulatedNetwork


class DatagramPeer:
    """The user's own UDP socket. It reads everything that comes, at once.

    While a lab stands still nothing moves: step or run it to let datagrams arrive. Everything but ``repr`` raises
    PeerIsOfThePast once the lab has gone back or was reset; ``lab.network.datagram_peers`` has the new one, under the
    same number.

    Attributes:
        number: 1 for the first of a network.
        host, port: where it receives.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.net import SimplePeer
    >>> from kamlab.parts import OneShot
    >>> with Lab(clock="virtual") as lab:
    ...     peer = lab.network.datagram_peer("foo.bar.com", 1600)
    ...     _ = Pipeline(OneShot("hello"), SimplePeer(receiver_addr="foo.bar.com", receiver_port=1600)).activate()
    ...     _ = lab.run()
    ...     peer.read()
    [(b'hello', ('127.0.0.1', 49152))]
    """

    def __init__(self, network: SimulatedNetwork, host: str, sock: SimulatedDatagramSocket) -> None:
        self.number: int = len(network.datagram_peers) + 1
        network.datagram_peers[self.number] = self
        self.host = host
        self.port: int = sock.key[1]
        self._network = network
        self._sock = sock
        self._arrived: list[tuple[bytes, tuple[str, int]]] = []
        self._read = 0
        sock.owner = self
        network.watch(sock, READ, self._ready)

    @property
    def short_name(self) -> str:
        """Its name in the error of a component that finds its port in use."""
        return f"datagram peer {self.number}"

    @property
    def received(self) -> list[tuple[bytes, tuple[str, int]]]:
        """Everything that has come so far: data, and host and port of the sender."""
        self.check_now()
        return list(self._arrived)

    def read(self) -> list[tuple[bytes, tuple[str, int]]]:
        """Return what has come since the last ``read``."""
        self.check_now()
        new = self._arrived[self._read :]
        self._read += len(new)
        return new

    def send(self, data: bytes | str, host_or_port: str | int, port: int | None = None) -> None:
        """Send a datagram of bytes, or text as UTF-8, to a host and port, or to a port of this machine.

        Raises:
            BadDataToSend: it is neither bytes nor text, or too large.
            BadAddress: the host or the port is not valid.
            PeerIsClosed: it was closed.
        """
        self.check_now()
        if isinstance(data, str):
            data = data.encode("utf-8")
        if not isinstance(data, (bytes, bytearray, memoryview)):
            raise BadDataToSend(f"{self!r} cannot send {type(data).__name__}; it sends bytes, or text as UTF-8")
        if len(data) > LARGEST_DATAGRAM:
            raise BadDataToSend(f"{self!r} cannot send {len(data)} bytes; a datagram has at most {LARGEST_DATAGRAM}")
        self._network.send_datagram(self.number, bytes(data), host_or_port, port)

    def close(self) -> None:
        """Close it; a second time does nothing."""
        self.check_now()
        self._network.perform("datagram peer close", self.number)

    def check_now(self) -> None:
        """Raise PeerIsOfThePast if the lab has gone back or was reset since this was made."""
        check_now(self._network, self.short_name, f"lab.network.datagram_peers[{self.number}]")

    # -- called by the network ---------------------------------------------------------------------------------

    def do_send(self, data: bytes, address: Any) -> None:
        """Carry out :meth:`send`."""
        if self._sock.fileno() < 0:
            raise PeerIsClosed(f"{self.short_name} was closed. Make another: lab.network.datagram_peer(...)")
        self._sock.sendto(data, address)

    def do_close(self) -> None:
        """Carry out :meth:`close`."""
        self._sock.close()

    def _ready(self, _events: int) -> None:
        try:
            while True:
                data, sender = self._sock.recvfrom(LARGEST_DATAGRAM)
                self._arrived.append((data, sender[:2]))
        except BlockingIOError:
            return

    def __repr__(self) -> str:
        state = "closed" if self._sock.fileno() < 0 else f"{len(self._arrived)} came"
        if self._network.is_of_the_past:
            state = PAST
        return f"<{self.short_name}: {format_address(self.host, self.port)}, {state}>"
