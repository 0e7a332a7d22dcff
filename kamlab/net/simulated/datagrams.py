"""Datagrams on a simulated network: UDP, and groups of receivers.

A datagram goes by itself. Each copy of it has a timer of the lab's clock, so with ``jitter`` one overtakes another; a
lost one is not sent again; with ``duplicate`` one arrives twice; and a receiver whose buffer is full loses it, as a
socket of the operating system does. What never arrives is counted in :attr:`Datagrams.undelivered`, by reason.

A datagram to a multicast group is carried once to every socket that has joined the group at that port, and each copy
has a fate of its own: one receiver may miss what another gets.

Order of the draws, for each copy: loss, duplication, then the jitter of one or two arrivals.
"""

from __future__ import annotations

import errno
from collections import Counter, deque
from socket import AF_INET, AF_INET6
from typing import TYPE_CHECKING, Any

from ..addresses import LOOPBACK, check_group, check_host, is_group, numeric
from ..errors import BadAddress, ListenFailed
from ..interface import LARGEST_DATAGRAM, READ, WRITE, owner_name, port_in_use
from .hosts import machine
from .sockets import Place, SimulatedSocket, failure

if TYPE_CHECKING:
    from .network import SimulatedNetwork


class SimulatedDatagramSocket(SimulatedSocket):
    """A UDP socket in memory.

    Args:
        key: the machine and the port at which the network finds it.
        shown: the host that it reports.
        group: the group that it has joined.
        owner: the component that asked for it.
    """

    def __init__(self, network: SimulatedNetwork, key: Place, shown: str, group: str | None, owner: Any) -> None:
        family = int(AF_INET6 if ":" in shown else AF_INET)
        super().__init__(network, (shown, key[1]), family)
        self.key = key
        self.group = group
        self.owner = owner
        #: When the datagrams sent so far have left, if the network has a bandwidth.
        self.free_at = 0.0
        self._arrived: deque[tuple[bytes, Place]] = deque()
        self._held = 0

    def recvfrom(self, size: int) -> tuple[bytes, Any]:
        """Return a datagram, cut to ``size`` bytes, and its sender's address; raise BlockingIOError if none came."""
        self._check_open()
        if not self._arrived:
            raise failure(errno.EAGAIN)
        data, sender = self._arrived.popleft()
        self._held -= len(data)
        self.network.touch(self)
        return data[:size], self._as_address(sender)

    def sendto(self, data: Any, address: Any) -> int:
        """Send a datagram to a numeric address.

        Raises:
            OSError: it is too large, or the port is not one to send to.
        """
        self._check_open()
        datagram = bytes(data)
        if len(datagram) > LARGEST_DATAGRAM:
            raise failure(errno.EMSGSIZE)
        host, port = address[:2]
        if not port or numeric(host, port) is None:
            raise failure(errno.EINVAL)
        self.network.post.carry(self, datagram, (machine(host), port))
        return len(datagram)

    def take_in(self, data: bytes, sender: Place) -> bool:
        """Receive a datagram that has arrived; return False if there is no room for it."""
        if self._held + len(data) > self.network.conditions.buffer:
            return False
        self._arrived.append((data, sender))
        self._held += len(data)
        self.network.touch(self)
        return True

    def receives(self, place: Place) -> bool:
        """Return whether it gets what is sent to this host and port."""
        host, port = place
        return port == self.key[1] and host in (self.group, self.key[0])

    def readiness(self) -> int:
        """Return the events that it is ready for."""
        if self._closed:
            return 0
        return WRITE | (READ if self._arrived else 0)

    def close(self) -> None:
        """Close it; what it has not read is gone."""
        if self._leave():
            self._arrived.clear()

    def __repr__(self) -> str:
        host, port = self._place
        group = f" in {self.group}" if self.group else ""
        return f"<simulated UDP socket {self.number}: {host}:{port}{group}{', closed' if self._closed else ''}>"


class Datagrams:
    """The UDP sockets of a network, and the way of a datagram from one to others.

    Attributes:
        undelivered: how many datagrams, or copies of one, never arrived: by "lost", "cut off", "no receiver" and
            "receiver full".

    >>> from kamlab import Lab
    >>> from kamlab.net import Simulated
    >>> with Lab(clock="virtual", network=Simulated(loss=1)) as lab:
    ...     sock = lab.network.datagrams(None, 1600)
    ...     _ = sock.sendto(b"hello", ("127.0.0.1", 1600))
    ...     lab.network.post.undelivered["lost"]
    1
    """

    def __init__(self, network: SimulatedNetwork) -> None:
        self._network = network
        self._sockets: list[SimulatedDatagramSocket] = []
        self.undelivered: Counter[str] = Counter()

    def open(
        self, host: str | None, port: int, group: str | None, owner: Any, asked: int | None = None
    ) -> SimulatedDatagramSocket:
        """Return a socket on this machine; see :meth:`kamlab.net.interface.Network.datagrams`."""
        try:
            if group is not None:
                check_group(group)
            host = (group or LOOPBACK) if host is None else host
            check_host(host)
        except BadAddress as error:
            raise ListenFailed(f"{owner_name(owner)} cannot listen: {error}") from None
        if host == group:
            return self.open_at(group, port, group, owner, group, asked)
        known = numeric(host, port)
        if known is None or machine(known[1][0]) != LOOPBACK:
            raise ListenFailed(
                f"{owner_name(owner)} cannot listen at port {port} of {host}: that is not this machine. To play "
                f"a peer elsewhere: lab.network.datagram_peer({host!r}, {port})."
            )
        return self.open_at(LOOPBACK, port, group, owner, host or "0.0.0.0", asked)

    def open_at(
        self, machine_or_group: str, port: int, group: str | None, owner: Any, shown: str, asked: int | None = None
    ) -> SimulatedDatagramSocket:
        """Return a socket of any machine, given by its address.

        Raises:
            PortInUse: the port has another socket, and they do not share it for the sake of groups.
        """
        port = port or self._network.free_port(machine_or_group)
        for other in self._sockets:
            if other.key == (machine_or_group, port) and not (group and other.group):
                holder = f"{owner_name(other.owner)} in this lab"
                raise port_in_use(owner, shown, port, asked or port, holder)
        sock = SimulatedDatagramSocket(self._network, (machine_or_group, port), shown, group, owner)
        self._sockets.append(sock)
        return sock

    def forget(self, sock: SimulatedDatagramSocket) -> None:
        """Forget a socket that is closed."""
        self._sockets.remove(sock)

    def holds(self, host: str, port: int) -> bool:
        """Return whether a port of a machine has a socket."""
        return any(sock.key == (host, port) for sock in self._sockets)

    # -- the way of a datagram ---------------------------------------------------------------------------------

    def carry(self, source: SimulatedDatagramSocket, data: bytes, to: Place) -> None:
        """Send a datagram on its way, a copy to each receiver."""
        network = self._network
        here = LOOPBACK if is_group(source.key[0]) else source.key[0]
        sender = (here, source.key[1])
        leaves = max(network.now(), source.free_at)
        if network.conditions.bandwidth is not None:
            leaves += len(data) / network.conditions.bandwidth
        source.free_at = leaves
        receivers = [sock for sock in self._sockets if sock.receives(to)] if is_group(to[0]) else [None]
        if not receivers:
            self.undelivered["no receiver"] += 1
        for receiver in receivers:
            there = to[0] if receiver is None else receiver.key[0]
            self._launch(data, sender, to, receiver, LOOPBACK if is_group(there) else there, leaves)

    def _launch(
        self,
        data: bytes,
        sender: Place,
        to: Place,
        receiver: SimulatedDatagramSocket | None,
        machine_there: str,
        leaves: float,
    ) -> None:
        """Decide the fate of one copy."""
        network = self._network
        conditions = network.conditions
        if network.hosts.are_cut(sender[0], machine_there):
            self.undelivered["cut off"] += 1
            return
        if network.happens(conditions.loss):
            self.undelivered["lost"] += 1
            return
        for _ in range(2 if network.happens(conditions.duplicate) else 1):
            due = leaves + conditions.latency
            if conditions.jitter:
                due += conditions.jitter * network.draw()
            network.call_at(due, lambda: self._arrive(data, sender, to, receiver))

    def _arrive(self, data: bytes, sender: Place, to: Place, receiver: SimulatedDatagramSocket | None) -> None:
        if receiver is None:
            receiver = next((sock for sock in reversed(self._sockets) if sock.key == to), None)
        if receiver is None or receiver.fileno() < 0:
            self.undelivered["no receiver"] += 1
        elif not receiver.take_in(data, sender):
            self._refuse(receiver)

    def _refuse(self, receiver: SimulatedDatagramSocket) -> None:
        """Count a datagram for which its receiver has no room; report the first."""
        if not self.undelivered["receiver full"]:
            network = self._network
            network.world.report(
                f"a datagram for {owner_name(receiver.owner)} was dropped: the {network.conditions.buffer} bytes of "
                "its buffer are full, as those of a real socket can be. Simulated(buffer=...) sets their number; "
                "lab.network.post.undelivered counts what did not arrive."
            )
        self.undelivered["receiver full"] += 1
