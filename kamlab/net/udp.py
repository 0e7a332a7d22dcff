"""UDP as components: each message is a datagram, to one destination, to one that changes, or to one that it names."""

from __future__ import annotations

from typing import Any, ClassVar

from .datagram_component import INBOXES, DatagramComponent
from .errors import BadDataToSend

__all__ = ["PostboxPeer", "SimplePeer", "TargettedPeer"]


class SimplePeer(DatagramComponent):
    """Sends each message as a datagram to one destination, and receives datagrams from anywhere.

    Args:
        localaddr: the address to receive at: ``None`` is this machine only, "0.0.0.0" every interface.
        localport: the port to receive at; 0 is any that is free. ``address`` has the real one once it is bound.
        receiver_addr, receiver_port: host and port to send to.

    Raises:
        PortInUse: when it is activated: the port has another UDP socket.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.net import SimplePeer
    >>> from kamlab.parts import Collate, DataSource
    >>> with Lab(clock="virtual") as lab:
    ...     came = Collate()
    ...     _ = Pipeline(SimplePeer(localport=1600), came).activate()
    ...     _ = Pipeline(DataSource(["one", "two"]), SimplePeer("127.0.0.1", 1601, "localhost", 1600)).activate()
    ...     _ = lab.run()
    ...     came.collated
    [(b'one', ('127.0.0.1', 1601)), (b'two', ('127.0.0.1', 1601))]
    """

    def __init__(
        self,
        localaddr: str | None = None,
        localport: int = 0,
        receiver_addr: str = "0.0.0.0",
        receiver_port: int = 0,
    ) -> None:
        super().__init__(localaddr, localport)
        self.receiver_addr = receiver_addr
        self.receiver_port = receiver_port

    def next_datagram(self) -> tuple[Any, Any, Any] | None:
        """Take the next message, for the destination."""
        return (self.recv(), self.receiver_addr, self.receiver_port) if self.data_ready() else None


class TargettedPeer(SimplePeer):
    """A SimplePeer whose destination is changed by messages: ``(host, port)`` in ``target`` is the new one.

    Before each message for the destination one change is made, if one waits; so a sender that alternates between
    ``target`` and ``inbox`` reaches each destination that it names.

    Args:
        localaddr, localport, receiver_addr, receiver_port: as for SimplePeer.

    >>> from kamlab import Lab
    >>> from kamlab.net import TargettedPeer
    >>> with Lab(clock="virtual") as lab:
    ...     one, two = lab.network.datagram_peer(1601), lab.network.datagram_peer(1602)
    ...     sender = TargettedPeer(receiver_addr="localhost", receiver_port=1601).activate()
    ...     for box, message in (("inbox", "first"), ("target", ("localhost", 1602)), ("inbox", "second")):
    ...         sender.deliver(message, box)
    ...         _ = lab.run()
    ...     one.read()[0][0], two.read()[0][0]
    (b'first', b'second')
    """

    Inboxes: ClassVar[Any] = {**INBOXES, "target": "(host, port): where the messages after this go."}

    def next_datagram(self) -> tuple[Any, Any, Any] | None:
        """Take the next change of the destination, and the next message."""
        while self.data_ready("target"):
            target = self.recv("target")
            try:
                self.receiver_addr, self.receiver_port = target
            except (TypeError, ValueError):
                raise BadDataToSend(
                    f"{self.short_name} was given the target {target!r}, which is not of the form (host, port)."
                ) from None
            if self.data_ready():
                break
        return super().next_datagram()


class PostboxPeer(DatagramComponent):
    """Sends each message to the destination that the message names, and receives datagrams from anywhere.

    Args:
        localaddr, localport: as for SimplePeer.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.net import PostboxPeer
    >>> from kamlab.parts import DataSource
    >>> with Lab(clock="virtual") as lab:
    ...     one, two = lab.network.datagram_peer(1601), lab.network.datagram_peer("foo.bar.com", 1602)
    ...     letters = DataSource([("localhost", 1601, "hello"), ("foo.bar.com", 1602, "goodbye")])
    ...     _ = Pipeline(letters, PostboxPeer()).activate()
    ...     _ = lab.run()
    ...     one.read()[0][0], two.read()[0][0]
    (b'hello', b'goodbye')
    """

    Inboxes: ClassVar[Any] = {**INBOXES, "inbox": "(host, port, data): data to send there as a datagram."}

    def next_datagram(self) -> tuple[Any, Any, Any] | None:
        """Take the next message apart."""
        if not self.data_ready():
            return None
        message = self.recv()
        try:
            host, port, data = message
        except (TypeError, ValueError):
            raise BadDataToSend(
                f"{self.short_name} was given {message!r}, which is not of the form (host, port, data)."
            ) from None
        return data, host, port
