"""Cutting data into pieces that fit into a datagram."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kamlab.parts.worker import BadMessage, Worker


def as_bytes(component: Any, data: Any) -> bytes:
    """Return data as bytes, text as UTF-8.

    Raises:
        BadMessage: it is neither bytes nor text.
    """
    if isinstance(data, str):
        return data.encode("utf-8")
    if isinstance(data, (bytes, bytearray, memoryview)):
        return bytes(data)
    raise BadMessage(f"{component.short_name} takes bytes or text, and was sent {type(data).__name__}.")


class MaxSizePacketiser(Worker):
    """Cuts each message into pieces of at most ``maxsize`` bytes; messages are not joined. Text becomes UTF-8.

    A datagram can have up to 65507 bytes, but one that does not fit into a packet of the network, some 1450 bytes, is
    lost as soon as one of its packets is.

    Args:
        maxsize: the most bytes of a piece.

    Raises:
        ValueError: ``maxsize`` is less than 1.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import Collate, OneShot
    >>> from kamlab.protocols.packetise import MaxSizePacketiser
    >>> with Lab(clock="virtual") as lab:
    ...     pieces = Collate()
    ...     _ = Pipeline(OneShot(b"hello world"), MaxSizePacketiser(4), pieces).activate()
    ...     _ = lab.run()
    ...     pieces.collated
    [b'hell', b'o wo', b'rld']
    """

    def __init__(self, maxsize: int = 1000) -> None:
        super().__init__()
        if maxsize < 1:
            raise ValueError(f"maxsize is {maxsize!r}; a piece has 1 or more bytes")
        self.maxsize = maxsize

    def work(self, message: Any) -> Iterable[bytes]:
        """Return the pieces of a message; an empty message is one empty piece."""
        data = as_bytes(self, message)
        return [data[start : start + self.maxsize] for start in range(0, max(1, len(data)), self.maxsize)]
