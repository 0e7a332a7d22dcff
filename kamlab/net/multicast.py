"""Multicast as components: what one sends to a group, everyone who has joined the group at that port gets.

A group is an address from 224.0.0.0 to 239.255.255.255. Datagrams to it are lost, overtake one another and arrive twice
as others do, each receiver by itself; :mod:`kamlab.protocols.reliable_multicast` mends part of that.

On real sockets groups are joined at the loopback interface, so nothing leaves this machine; ``interface`` names
another one. Rejected: the interface that the operating system chooses, as in Kamaelia, where a listing from a page
sends to the whole local network.
"""

from __future__ import annotations

from typing import Any, ClassVar

from .addresses import LOOPBACK
from .datagram_component import DatagramComponent, Place
from .interface import Network


class MulticastTransceiver(DatagramComponent):
    """Sends each message as a datagram to a multicast group, and receives what is sent to the group.

    Inboxes and outboxes are those of a SimplePeer, but a datagram that came is ``((host, port), data)``.

    Args:
        local_addr: the address to receive at; ``None`` is what is sent to the group only.
        local_port: the port to receive at; 0 is any that is free, where nothing comes from the group.
        remote_addr: the address of the group.
        remote_port: the port to send to; 0 for one that only receives.
        debug: accepted and not used; the lab shows the messages.
        interface: the address of the interface at which to join; "0.0.0.0" is the one that the operating system
            chooses.

    Raises:
        ListenFailed: when it is activated: the address is not that of a group, or the group cannot be joined.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.net import MulticastTransceiver
    >>> from kamlab.parts import Collate, OneShot
    >>> with Lab(clock="virtual") as lab:
    ...     one, two = Collate(), Collate()
    ...     for came in (one, two):
    ...         _ = Pipeline(MulticastTransceiver("0.0.0.0", 1600, "224.168.2.9", 0), came).activate()
    ...     _ = Pipeline(OneShot("hello"), MulticastTransceiver("0.0.0.0", 1601, "224.168.2.9", 1600)).activate()
    ...     _ = lab.run()
    ...     one.collated, two.collated
    ([(('127.0.0.1', 1601), b'hello')], [(('127.0.0.1', 1601), b'hello')])
    """

    Outboxes: ClassVar[Any] = {
        "outbox": "((host, port), data) for each datagram that came.",
        "signal": "The shutdown message, passed on.",
    }

    def __init__(
        self,
        local_addr: str | None,
        local_port: int,
        remote_addr: str,
        remote_port: int,
        debug: bool = False,
        *,
        interface: str = LOOPBACK,
    ) -> None:
        super().__init__(local_addr, local_port)
        self.remote_addr = remote_addr
        self.remote_port = remote_port
        self.debug = debug
        self.interface = interface

    def bind(self, network: Network, **how: Any) -> None:
        """Get a socket of a network, in the group."""
        super().bind(network, group=self.remote_addr, interface=self.interface, **how)

    def next_datagram(self) -> tuple[Any, Any, Any] | None:
        """Take the next message, for the group."""
        return (self.recv(), self.remote_addr, self.remote_port) if self.data_ready() else None

    def arrived(self, data: bytes, sender: Place) -> Any:
        """Return the message to send for a datagram that came."""
        return sender, data


class MulticastReceiver(MulticastTransceiver):
    """Receives what is sent to a multicast group at a port: ``((host, port), data)``.

    Args:
        address: the address of the group.
        port: the port.
        interface: as for MulticastTransceiver.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.net import MulticastReceiver
    >>> from kamlab.parts import Collate
    >>> with Lab(clock="virtual") as lab:
    ...     came = Collate()
    ...     _ = Pipeline(MulticastReceiver("224.168.2.9", 1600), came).activate()
    ...     _ = lab.run()
    ...     lab.network.datagram_peer(1700).send("hello", "224.168.2.9", 1600)
    ...     _ = lab.run()
    ...     came.collated
    [(('127.0.0.1', 1700), b'hello')]
    """

    def __init__(self, address: str, port: int, *, interface: str = LOOPBACK) -> None:
        super().__init__(None, port, address, 0, interface=interface)


class MulticastSender(MulticastTransceiver):
    """Sends each message as a datagram to a multicast group, and receives nothing.

    Args:
        local_addr, local_port, remote_addr, remote_port, interface: as for MulticastTransceiver.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.net import MulticastSender
    >>> from kamlab.parts import OneShot
    >>> with Lab(clock="virtual") as lab:
    ...     peer = lab.network.datagram_peer(1600, group="224.168.2.9")
    ...     _ = Pipeline(OneShot("hello"), MulticastSender("0.0.0.0", 1700, "224.168.2.9", 1600)).activate()
    ...     _ = lab.run()
    ...     peer.read()
    [(b'hello', ('127.0.0.1', 1700))]
    """

    receives = False
