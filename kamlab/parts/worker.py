"""The loop that most small parts share.

Take every message, send its results, then read control. In this order nothing is lost when ProducerFinished arrives
together with the last data. If the next component has no room, the part keeps the message and sleeps, so bounded boxes
slow a system down but break nothing. A ShutdownMicroprocess ends that wait and drops the remaining messages.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import Any

from ..chassis.flow_control import send_when_room, told_to_stop
from ..core.component import Component
from ..core.errors import KamlabError, NoSpaceInBox
from ..core.ipc import SHUTDOWN_MESSAGES


class BadMessage(KamlabError, TypeError):
    """A part received a message of a type that it cannot work on.

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
    """Base of components that work on one message after another.

    Override :meth:`work`, and :meth:`finish` if there are results at the end. Messages to control are passed on to
    signal; those of the types in ``ends_on`` end the component, after the data that waits.

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
    #: The outboxes that get the messages to control.
    signals_to: tuple[str, ...] = ("signal",)
    #: The types of control message that end this.
    ends_on: tuple[type, ...] = SHUTDOWN_MESSAGES

    def work(self, message: Any) -> Iterable[Any]:
        """Override: return the results of a message, to be sent one after another."""
        raise NotImplementedError

    def finish(self, message: Any) -> Iterable[Any]:
        """Override: return results to send at the end; ``message`` is the one that ends this component."""
        del message
        return ()

    def goodbye(self, message: Any) -> Any:
        """Override: return what to send to signal at the end; by default, the message that ends this component."""
        return message

    def main(self) -> Generator[None, None, None]:
        """Work on messages until a control message ends this component."""
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
        """Send results, waiting for room; return False if a ShutdownMicroprocess comes meanwhile."""
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
