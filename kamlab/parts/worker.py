"""The loop that most small parts have in common.

Take every message, send what comes of it, then look at control. In this order nothing is lost when
ProducerFinished arrives together with the last data. Where the next component has no room, the
part sleeps with the message in hand, so bounded boxes slow a system down and break nothing; a
ShutdownMicroprocess ends that wait and drops what is left.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import Any

from ..chassis.flow_control import send_when_room, told_to_stop
from ..core.component import Component
from ..core.errors import KamlabError, NoSpaceInBox
from ..core.ipc import SHUTDOWN_MESSAGES


class BadMessage(KamlabError, TypeError):
    """A part was sent a message of a kind that it cannot work on.

    >>> from kamlab import Lab
    >>> from kamlab.parts import ChunksToLines
    >>> with Lab(clock="virtual") as lab:
    ...     lines = ChunksToLines().activate()
    ...     lines.deliver(42)
    ...     outcome = lab.run()
    >>> print(lines.error)
    ChunksToLines_1 makes lines of bytes or str, and was sent a int. Put a PureTransformer(str) before it.
    """


class Worker(Component):
    """Base for a component that works on one message after another.

    Override :meth:`work`, and :meth:`finish` for what is to come out at the end. Messages to control
    go on to signal; those of the types in ``ends_on`` end it, after the data that waits.

    >>> from kamlab import Handle, Lab
    >>> from kamlab.parts import Worker
    >>> class Twice(Worker):
    ...     def work(self, message):
    ...         return [message, message]
    >>> with Lab(clock="virtual") as lab:
    ...     handle = Handle(Twice()).activate()
    ...     handle.put("hello")
    ...     _ = lab.run()
    ...     handle.get(), handle.get()
    ('hello', 'hello')
    """

    woken_by_collection = False

    #: The outboxes that get what ``work`` returns.
    results_to: tuple[str, ...] = ("outbox",)
    #: The outboxes that get what comes to control.
    signals_to: tuple[str, ...] = ("signal",)
    #: The types of control message that end this.
    ends_on: tuple[type, ...] = SHUTDOWN_MESSAGES

    def work(self, message: Any) -> Iterable[Any]:
        """Override: return what is to be sent because of ``message``."""
        raise NotImplementedError

    def finish(self, message: Any) -> Iterable[Any]:
        """Override: return what is to be sent at the end; ``message`` is the one that ends this."""
        del message
        return ()

    def goodbye(self, message: Any) -> Any:
        """Override: return what goes to signal at the end, the message that ends this unless told."""
        return message

    def main(self) -> Generator[None, None, None]:
        """Work on messages until a control message ends it."""
        while True:
            if self.data_ready("inbox"):
                yield from self._take_all()
            for message in self.messages("control"):
                if isinstance(message, self.ends_on):
                    yield from self._hand_on(self.finish(message))
                    yield from send_when_room(self, self.goodbye(message), *self.signals_to)
                    return
                yield from send_when_room(self, message, *self.signals_to)
            self.pause()
            yield

    def _take_all(self) -> Generator[None, None, None]:
        while self.data_ready("inbox"):
            if not (yield from self._hand_on(self.work(self.recv("inbox")))):
                return

    def _hand_on(self, results: Iterable[Any]) -> Generator[None, None, bool]:
        """Send results, waiting for room; return False if told to stop meanwhile."""
        one_box = self.results_to[0] if len(self.results_to) == 1 else None
        for result in results:
            if one_box is not None:
                try:
                    self.send(result, one_box)
                    continue
                except NoSpaceInBox:
                    pass
            if not (yield from send_when_room(self, result, *self.results_to, give_up=self._must_stop)):
                return False
        return True

    def _must_stop(self) -> bool:
        return told_to_stop(self)
