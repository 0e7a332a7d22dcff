"""Parts that send a message when time has passed, by the lab's clock."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, ClassVar

from ..chassis.flow_control import send_when_room
from ..core.component import Component
from ..core.ipc import ProducerFinished


class PeriodicTick(Component):
    """Sends a message every ``delay`` seconds.

    The times are multiples of ``delay`` after the first slice, so delays of the lab do not add up. If the next
    component has no room, it waits. Any message to control ends it at once and is passed on to signal.

    Inboxes: inbox is not used; control, messages that end this. Outboxes: outbox, a message for every tick; signal, the
    message that ended this, or ProducerFinished after the last tick.

    Args:
        delay: seconds between two ticks, above 0.
        argd: attributes to set, of these: ``tick_message`` is what to send (by default ``True``), ``ticks`` after how
            many ticks to end (by default ``None``, never).

    Raises:
        ValueError: ``delay`` is not above 0.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import Collate, PeriodicTick
    >>> with Lab(clock="virtual") as lab:
    ...     ticks = Collate()
    ...     _ = Pipeline(PeriodicTick(0.5, tick_message="tick", ticks=3), ticks).activate()
    ...     lab.run().seconds, ticks.collated
    (1.5, ['tick', 'tick', 'tick'])
    """

    Inboxes: ClassVar[Any] = {"inbox": "Not used.", "control": "Messages that ask this to end."}
    Outboxes: ClassVar[Any] = {"outbox": "A message for every tick.", "signal": "The message that ended this."}
    woken_by_collection = False

    tick_message: Any = True
    ticks: int | None = None

    def __init__(self, delay: float, **argd: Any) -> None:
        if delay <= 0:
            raise ValueError(f"{type(self).__name__}({delay}): give a number of seconds above 0")
        super().__init__(**argd)
        self.delay = delay

    def main(self) -> Generator[None, None, None]:
        """Wait for the next tick, and send it."""
        begin, sent = self._now(), 0
        while not self.data_ready("control"):
            if sent == self.ticks:
                yield from send_when_room(self, ProducerFinished(self), "signal")
                return
            left = begin + self.delay * (sent + 1) - self._now()
            if left > 0:
                self.pause(left)
                yield
            else:
                sent += 1
                yield from send_when_room(self, self.tick_message, "outbox", give_up=self._told_to_end)
        yield from send_when_room(self, self.recv("control"), "signal")

    def _told_to_end(self) -> bool:
        return bool(self.data_ready("control"))


class SingleTick(PeriodicTick):
    """Sends one message after ``delay`` seconds, and then ProducerFinished.

    It is a PeriodicTick with one tick: a message to control that comes before ends it without a tick.

    Args:
        delay: seconds, above 0.
        argd: as for PeriodicTick.

    >>> from kamlab import Handle, Lab
    >>> from kamlab.parts import SingleTick
    >>> with Lab(clock="virtual") as lab:
    ...     handle = Handle(SingleTick(0.3)).activate()
    ...     lab.run().seconds, handle.get(), type(handle.get("signal")).__name__
    (0.3, True, 'ProducerFinished')
    """

    ticks = 1
