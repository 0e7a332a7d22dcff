"""Simple reliable multicast: numbers, frames and chunks, so that a receiver can put datagrams in order again.

    Annotator -> Framer -> DataChunker  ~~~ network ~~~>  DataDeChunker -> DeFramer -> RecoverOrder

What arrives twice is dropped, and what arrives out of order is put in order. What is lost stays lost: nothing asks for
it again, since a sender to a group does not know its receivers. The numbers show the gaps.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kamlab.chassis.flow_control import discard
from kamlab.chassis.pipeline import Pipeline
from kamlab.parts.worker import BadMessage, Worker

from .framing import DataChunker, DataDeChunker, DeFramer, Framer


class Annotator(Worker):
    """Numbers the messages, from 1 on: sends ``(number, message)``.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import Collate, DataSource
    >>> from kamlab.protocols.reliable_multicast import Annotator
    >>> with Lab(clock="virtual") as lab:
    ...     numbered = Collate()
    ...     _ = Pipeline(DataSource("ab"), Annotator(), numbered).activate()
    ...     _ = lab.run()
    ...     numbered.collated
    [(1, 'a'), (2, 'b')]
    """

    def __init__(self) -> None:
        super().__init__()
        self.number: int = 0

    def work(self, message: Any) -> Iterable[Any]:
        """Return the message with its number."""
        self.number += 1
        return ((self.number, message),)


class RecoverOrder(Worker):
    """Sends ``(number, data)`` in the order of the numbers, each once.

    It holds up to ``bufsize`` messages; when one more comes, the lowest number is sent. What comes after a higher
    number was sent is dropped, and counted in ``late``; so is what comes twice, in ``duplicates``. A number that is far
    behind (2 x bufsize) means that the sender has started again: what is held is sent, and the new numbers follow.
    A shutdown message lets it send what it holds, then ends it.

    Args:
        bufsize: how many messages to hold.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import Collate, DataSource
    >>> from kamlab.protocols.reliable_multicast import RecoverOrder
    >>> with Lab(clock="virtual") as lab:
    ...     ordered = Collate()
    ...     _ = Pipeline(DataSource([(2, "b"), (1, "a"), (2, "b"), (4, "d")]), RecoverOrder(), ordered).activate()
    ...     _ = lab.run()
    ...     ordered.collated
    [(1, 'a'), (2, 'b'), (4, 'd')]
    """

    def __init__(self, bufsize: int = 30) -> None:
        super().__init__()
        self.bufsize = bufsize
        self.late: int = 0
        self.duplicates: int = 0
        self._held: dict[int, Any] = {}
        self._sent: int | None = None

    def work(self, message: Any) -> Iterable[Any]:
        """Hold a message back, and return what is due."""
        try:
            number, data = message
        except (TypeError, ValueError):
            raise BadMessage(f"{self.short_name} orders (number, data), and was sent {message!r}.") from None
        if self._sent is not None and number < self._sent - 2 * self.bufsize:
            yield from self._all_held()
            self._sent = None
        if number in self._held or number == self._sent:
            self.duplicates += 1
            discard(self.outboxes["outbox"], message)
        elif self._sent is not None and number < self._sent:
            self.late += 1
            discard(self.outboxes["outbox"], message)
        else:
            self._held[number] = data
            while len(self._held) >= self.bufsize:
                yield self._lowest()

    def finish(self, message: Any) -> Iterable[Any]:
        """Return what is held."""
        return self._all_held()

    def _all_held(self) -> Iterable[Any]:
        while self._held:
            yield self._lowest()

    def _lowest(self) -> tuple[int, Any]:
        number = min(self._held)
        self._sent = number
        return number, self._held.pop(number)


class SRMSender(Pipeline):
    """Makes a stream of messages ready for the way over multicast: numbers, frames and chunks.

    >>> from kamlab import Handle, Lab
    >>> from kamlab.protocols.reliable_multicast import SRMSender
    >>> with Lab(clock="virtual") as lab:
    ...     handle = Handle(SRMSender()).activate()
    ...     handle.put(b"hello")
    ...     _ = lab.run()
    ...     handle.get().lstrip(b"X")
    b'1 5\\nhello'
    """

    def __init__(self) -> None:
        super().__init__(Annotator(), Framer(), DataChunker())


class SRMReceiver(Pipeline):
    """Undoes what SRMSender did: sends ``(number, data)`` in order, without duplicates and broken frames.

    Args:
        bufsize: how many messages are held to put them in order; see RecoverOrder.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import Collate, DataSource
    >>> from kamlab.protocols.reliable_multicast import SRMReceiver, SRMSender
    >>> with Lab(clock="virtual") as lab:
    ...     came = Collate()
    ...     _ = Pipeline(DataSource([b"hello", b"world"]), SRMSender(), SRMReceiver(), came).activate()
    ...     _ = lab.run()
    ...     came.collated
    [(1, b'hello'), (2, b'world')]
    """

    def __init__(self, bufsize: int = 30) -> None:
        super().__init__(DataDeChunker(), DeFramer(), RecoverOrder(bufsize))
