"""Parts that limit or set a rate, by the lab's clock."""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import Any, ClassVar

from ..chassis.flow_control import send_when_room, told_to_stop
from ..core.component import Component
from ..core.ipc import SHUTDOWN_MESSAGES, ShutdownMicroprocess


class _Timed(Component):
    """Shared by the parts with a rate: control messages, and waiting for room."""

    woken_by_collection = False
    _ending: Any = None

    def _read_control(self) -> Generator[None, None, None]:
        """Pass control messages on, but keep shutdown messages back and note the stronger one."""
        for message in self.messages("control"):
            if not isinstance(message, SHUTDOWN_MESSAGES):
                yield from send_when_room(self, message, "signal")
            elif self._ending is None or isinstance(message, ShutdownMicroprocess):
                self._ending = message

    def _offer(self, message: Any) -> Generator[None, None, bool]:
        return send_when_room(self, message, "outbox", give_up=lambda: told_to_stop(self))

    def _say_goodbye(self) -> Generator[None, None, bool]:
        return send_when_room(self, self._ending, "signal")


class MessageRateLimit(_Timed):
    """Passes messages on at a limited rate, once a buffer is full.

    ProducerFinished ends the wait for a full buffer. The messages that have come are passed on at the rate, and then
    the component ends. ShutdownMicroprocess ends it at once.

    Args:
        messages_per_second: the highest rate.
        buffer: how many messages must wait before the first is passed on.
        hardlimit: the size of the inbox from the moment that messages are passed on; 0 for no limit.

    Raises:
        ValueError: the rate is not above 0.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import DataSource, MessageRateLimit, NullSink
    >>> with Lab(clock="virtual") as lab:
    ...     _ = Pipeline(DataSource(range(5)), MessageRateLimit(2, buffer=1), NullSink()).activate()
    ...     lab.run().seconds
    2.0
    """

    hardlimit = 0

    def __init__(self, messages_per_second: float, buffer: int = 60, **argd: Any) -> None:
        if messages_per_second <= 0:
            raise ValueError(f"MessageRateLimit({messages_per_second}): give a number of messages above 0")
        super().__init__(**argd)
        self.interval: float = 1.0 / messages_per_second
        self.buffer = buffer

    def main(self) -> Generator[None, None, None]:
        """Fill the buffer, then pass on one message after another."""
        while self.data_ready("inbox") < self.buffer and self._ending is None:
            yield from self._read_control()
            if self._ending is None:
                self.pause()
                yield
        if self.hardlimit:
            self.set_inbox_size("inbox", self.hardlimit)
        due = self._now()
        while True:
            yield from self._read_control()
            if isinstance(self._ending, ShutdownMicroprocess) or (self._ending and not self.data_ready("inbox")):
                yield from self._say_goodbye()
                return
            left = due - self._now()
            if not self.data_ready("inbox"):
                self.pause()
                yield
            elif left > 0:
                self.pause(left)
                yield
            else:
                due = self._now() + self.interval
                yield from self._offer(self.recv("inbox"))


class ByteRate_RequestControl(_Timed):  # noqa: N801 - its name in Kamaelia
    """Sends numbers at a rate; each tells a reader how much to read.

    Args:
        rate: how much to ask for per second.
        chunksize: how much to ask for at once; by default, a thousandth of the rate.
        chunkrate: how many requests to send per second, in place of ``chunksize``.
        allowchunkaggregation: whether one larger request may replace several late ones.

    Raises:
        ValueError: both chunksize and chunkrate are given, or a chunk would be smaller than 1.

    >>> from kamlab import Handle, Lab
    >>> from kamlab.parts import ByteRate_RequestControl
    >>> with Lab(clock="virtual") as lab:
    ...     handle = Handle(ByteRate_RequestControl(rate=100, chunksize=25)).activate()
    ...     _ = lab.run(timeout=0.6)
    ...     [handle.get() for _ in range(3)]
    [25, 25, 25]
    """

    def __init__(
        self,
        rate: float = 100000,
        chunksize: float | None = None,
        chunkrate: float | None = None,
        allowchunkaggregation: bool = False,
    ) -> None:
        self.rate: float
        self.chunksize: float
        self.timestep: float
        self.rate, self.chunksize, self.timestep = _pace(type(self).__name__, rate, chunksize, chunkrate)
        self.aggregate = allowchunkaggregation
        super().__init__()

    def main(self) -> Generator[None, None, None]:
        """Ask for a chunk when one is due."""
        self._owed = 0.0
        self._next = self._now()
        while True:
            yield from self._read_control()
            if self._ending:
                yield from self._say_goodbye()
                return
            self._read_inbox()
            now = self._now()
            while now >= self._next:
                self._owed += self.chunksize
                self._next += self.timestep
            while self._owed >= 1:
                chunk = int(self._owed if self.aggregate else min(self._owed, math.ceil(self.chunksize)))
                self._owed -= chunk
                if not (yield from self._offer(chunk)):
                    break
            self.pause(max(0.0, self._next - self._now()))
            yield

    def _read_inbox(self) -> None:
        """Override: read the inbox, which this class does not use."""


class VariableByteRate_RequestControl(ByteRate_RequestControl):  # noqa: N801 - its name in Kamaelia
    """Like ByteRate_RequestControl, with a variable rate: a number sent to its inbox is the new rate.

    The size of a chunk stays the same. The time between two chunks changes, beginning with the next one.

    Args:
        rate, chunksize, chunkrate, allowchunkaggregation: as for ByteRate_RequestControl; by default, ten chunks per
            second.

    >>> from kamlab import Handle, Lab, Pipeline
    >>> from kamlab.parts import Collate, VariableByteRate_RequestControl
    >>> with Lab(clock="virtual") as lab:
    ...     requests, asked = VariableByteRate_RequestControl(rate=10, chunksize=10), Collate()
    ...     _ = Pipeline(requests, asked).activate()
    ...     _ = lab.run(timeout=2.5)
    ...     slow = len(asked.collated)
    ...     requests.deliver(100)
    ...     _ = lab.run(timeout=2.5)
    ...     slow, len(asked.collated) - slow
    (3, 25)
    """

    def __init__(
        self,
        rate: float = 100000,
        chunksize: float | None = None,
        chunkrate: float | None = None,
        allowchunkaggregation: bool = False,
    ) -> None:
        if chunksize is None and chunkrate is None:
            chunkrate = 10
        super().__init__(rate, chunksize, chunkrate, allowchunkaggregation)

    def _read_inbox(self) -> None:
        for rate in self.messages("inbox"):
            _, _, step = _pace(type(self).__name__, rate, self.chunksize, None)
            now = self._now()
            self._next = now + max(0.0, self._next - now) * step / self.timestep
            self.rate, self.timestep = rate, step


def _pace(who: str, rate: float, chunksize: float | None, chunkrate: float | None) -> tuple[float, float, float]:
    """Return the rate, the size of a chunk, and the seconds between two chunks."""
    if chunksize is not None and chunkrate is not None:
        raise ValueError(f"{who}: give chunksize or chunkrate, not both; the rate decides the other")
    if rate <= 0:
        raise ValueError(f"{who}: the rate is {rate}; give a number above 0")
    if chunkrate is not None:
        chunksize = rate / chunkrate
    elif chunksize is None:
        chunksize = max(1, rate / 1000)
    if chunksize < 1:
        raise ValueError(f"{who}: a chunk would be {chunksize:g}, less than 1; choose another chunksize or chunkrate")
    return rate, chunksize, chunksize / rate


class OnDemandLimit(_Timed):
    """Passes one message on for each ``"NEXT"`` in its box ``slidecontrol``.

    A NEXT that comes before its message waits for it. ProducerFinished ends the component, and so does
    ShutdownMicroprocess; messages that were not asked for stay in the inbox.

    >>> from kamlab import Handle, Lab
    >>> from kamlab.parts import OnDemandLimit
    >>> with Lab(clock="virtual") as lab:
    ...     handle = Handle(OnDemandLimit()).activate()
    ...     for slide in ("first slide", "second slide"):
    ...         handle.put(slide)
    ...     handle.put("NEXT", "slidecontrol")
    ...     _ = lab.run()
    ...     handle.get(), handle.component.data_ready()
    ('first slide', 1)
    """

    Inboxes: ClassVar[Any] = {
        "inbox": "Messages to pass on.",
        "control": "Messages that ask this to end.",
        "slidecontrol": '"NEXT" for each message that is wanted.',
    }

    def main(self) -> Generator[None, None, None]:
        """Pass messages on when they are asked for."""
        wanted = 0
        while True:
            wanted += sum(1 for request in self.messages("slidecontrol") if request == "NEXT")
            while wanted and self.data_ready("inbox"):
                wanted -= 1
                yield from self._offer(self.recv("inbox"))
            yield from self._read_control()
            if self._ending:
                yield from self._say_goodbye()
                return
            self.pause()
            yield
