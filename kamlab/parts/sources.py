"""Parts that send the messages they were made with."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from typing import Any

from ..chassis.flow_control import send_when_room, told_to_stop
from ..core.component import Component
from ..core.ipc import SHUTDOWN_MESSAGES, ProducerFinished, ShutdownMicroprocess
from .transform import PureTransformer


class _Source(Component):
    """Shared by sources: ShutdownMicroprocess ends them, other control messages are ignored."""

    woken_by_collection = False

    def _stopped(self) -> bool:
        """Return whether a ShutdownMicroprocess has come, and pass it on."""
        for message in self.messages("control"):
            if isinstance(message, ShutdownMicroprocess):
                self.send(message, "signal")
                return True
        return False

    def _offer(self, message: Any, boxname: str = "outbox") -> Generator[None, None, bool]:
        return send_when_room(self, message, boxname, give_up=lambda: told_to_stop(self))


class DataSource(_Source):
    """Sends the given messages, one in each slice, and then ProducerFinished.

    If there is no room, it waits. The caller's list is not changed.

    Args:
        messages: a list or another iterable, which may be endless.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import Collate, DataSource
    >>> with Lab(clock="virtual") as lab:
    ...     numbers = Collate()
    ...     _ = Pipeline(DataSource(range(3)), numbers).activate()
    ...     print(lab.run().reason, numbers.collated)
    finished [0, 1, 2]
    """

    def __init__(self, messages: Iterable[Any]) -> None:
        super().__init__()
        self.messages_to_send: list[Any] | Iterable[Any] = (
            list(messages) if isinstance(messages, Sequence) else messages
        )

    def main(self) -> Generator[None, None, None]:
        """Send one message after another."""
        for message in self.messages_to_send:
            yield
            if self._stopped():
                return
            yield from self._offer(message)
        yield
        if not self._stopped():
            yield from self._offer(ProducerFinished(self), "signal")


class OneShot(_Source):
    """Sends one message, and then ProducerFinished.

    Args:
        msg: the message.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import ConsoleEchoer, OneShot
    >>> with Lab(clock="virtual") as lab:
    ...     _ = Pipeline(OneShot("hello\\n"), ConsoleEchoer()).activate()
    ...     print(lab.run().reason)
    hello
    finished
    """

    def __init__(self, msg: Any = None) -> None:
        super().__init__()
        self.msg = msg

    def main(self) -> Generator[None, None, None]:
        """Send the message."""
        yield from self._offer(self.msg)
        yield
        yield from self._offer(ProducerFinished(self), "signal")


class TriggeredOneShot(_Source):
    """Sends one message when the first message arrives, and then ProducerFinished.

    Control messages that come before that are passed on to signal; shutdown messages end it.

    Args:
        msg: the message.

    >>> from kamlab import Handle, Lab
    >>> from kamlab.parts import TriggeredOneShot
    >>> with Lab(clock="virtual") as lab:
    ...     handle = Handle(TriggeredOneShot("hello")).activate()
    ...     handle.put("now")
    ...     _ = lab.run()
    ...     handle.get(), handle.component.state
    ('hello', 'finished')
    """

    def __init__(self, msg: Any = None) -> None:
        super().__init__()
        self.msg = msg

    def main(self) -> Generator[None, None, None]:
        """Wait for a message, then send the given one."""
        while not self.data_ready("inbox"):
            for message in self.messages("control"):
                yield from self._offer(message, "signal")
                if isinstance(message, SHUTDOWN_MESSAGES):
                    return
            self.pause()
            yield
        self.recv("inbox")
        yield from self._offer(self.msg)
        yield
        yield from self._offer(ProducerFinished(self), "signal")


class TriggeredSource(PureTransformer):
    """Sends the same message for each message that arrives.

    Args:
        msg: the message to send.

    >>> from kamlab import Handle, Lab
    >>> from kamlab.parts import TriggeredSource
    >>> with Lab(clock="virtual") as lab:
    ...     handle = Handle(TriggeredSource("tick")).activate()
    ...     handle.put(1)
    ...     handle.put(2)
    ...     _ = lab.run()
    ...     handle.get(), handle.get()
    ('tick', 'tick')
    """

    def __init__(self, msg: Any) -> None:
        super().__init__()
        self.msg = msg

    def process_message(self, message: Any) -> Any:
        """Return the message it was made with."""
        return self.msg
