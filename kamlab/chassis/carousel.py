"""A Carousel: one component after another, made on request."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, ClassVar

from ..core.component import Component, children_in
from ..core.errors import BadComponent
from ..core.ipc import ProducerFinished, ShutdownMicroprocess
from ..core.microprocess import is_over
from .base import Chassis
from .flow_control import send_when_room


class Carousel(Chassis):
    """Contains one component at a time, and makes the next on request.

    A message in ``next`` is the argument for ``component_factory``, whose result becomes the child. The Carousel's
    inbox and outbox are the child's; the child's signal is not passed on. When the child has ended and no request
    waits, the Carousel sends ``"NEXT"`` to ``requestNext``.

    If a request arrives while there is a child, the Carousel sends the child a ShutdownMicroprocess and waits until it
    has ended. On ProducerFinished it serves the waiting requests first, and then passes the message to the child;
    ShutdownMicroprocess goes to the child at once. When the child has ended, either is passed on to ``signal`` and ends
    the Carousel.

    Args:
        component_factory: called with each request; returns a new component.
        make1st_request: whether to send ``"NEXT"`` at the start as well. ``make1stRequest`` is the same.

    Raises:
        BadComponent: ``component_factory`` cannot be called, or (as a failure of the Carousel) it returned something
            that is not a component.

    >>> from kamlab import Carousel, Lab, Pipeline
    >>> from kamlab.parts import ConsoleEchoer, DataSource
    >>> with Lab(clock="virtual") as lab:
    ...     carousel = Carousel(lambda word: DataSource([f"{word}\\n", f"more {word}\\n"]))
    ...     _ = Pipeline(carousel, ConsoleEchoer()).activate()
    ...     for word in ("tea", "milk"):
    ...         carousel.deliver(word, "next")
    ...         _ = lab.run()
    tea
    more tea
    milk
    more milk
    """

    Inboxes: ClassVar[Any] = {
        "inbox": "Messages for the child.",
        "next": "Arguments for the next child.",
        "control": "Messages that ask this to end.",
    }
    Outboxes: ClassVar[Any] = {
        "outbox": "What the child sends.",
        "signal": "The message that ended this.",
        "_signal": "Messages that ask the child to end.",
        "requestNext": '"NEXT" when a child has ended.',
    }

    def __init__(
        self,
        component_factory: Callable[[Any], Component],
        make1st_request: bool = False,
        make1stRequest: bool | None = None,  # noqa: N803 - Axon's keyword
    ) -> None:
        if not callable(component_factory):
            hint = "give a function that makes one: Carousel(lambda argument: ...)"
            raise BadComponent(
                f"a Carousel makes its components itself, and {component_factory!r} is not a factory: {hint}"
            )
        super().__init__()
        self.factory = component_factory
        self.make1st_request: bool = make1st_request if make1stRequest is None else make1stRequest
        self._please_stop: ProducerFinished | None = None
        self._must_stop: ShutdownMicroprocess | None = None

    def main(self) -> Generator[None, None, None]:
        """Make children on request, one at a time, until told to end."""
        if self.make1st_request:
            yield from self._request_next()
        while True:
            self._read_control()
            if self._must_stop is None and self.data_ready("next"):
                self._make_child(self.recv("next"))
                yield  # the child has its first slice, even if another request waits
                yield from self._until_child_ended()
                if not (self.data_ready("next") or self._please_stop or self._must_stop):
                    yield from self._request_next()
            elif goodbye := self._must_stop or self._please_stop:
                yield from send_when_room(self, goodbye, "signal")
                return
            else:
                self.pause()
                yield

    def _until_child_ended(self) -> Generator[None, None, None]:
        told: Any = None
        while not self.children_done():
            self._read_control()
            shutdown: Any = self._must_stop or (
                ShutdownMicroprocess() if self.data_ready("next") else self._please_stop
            )
            if shutdown and (told is None or (isinstance(told, ProducerFinished) and shutdown is self._must_stop)):
                told = shutdown
                yield from send_when_room(self, shutdown, "_signal", give_up=self._child_has_ended)
                continue
            self.pause()
            yield

    def _read_control(self) -> None:
        for message in self.messages("control"):
            if isinstance(message, ProducerFinished):
                self._please_stop = message
            elif isinstance(message, ShutdownMicroprocess):
                self._must_stop = message

    def _child_has_ended(self) -> bool:
        return all(is_over(child) for child in children_in(self))

    def _make_child(self, argument: Any) -> None:
        child = self.factory(argument)
        self.add_children(child)
        self.link((self, "inbox"), (child, "inbox"), passthrough=1)
        self.link((self, "_signal"), (child, "control"))
        self.link((child, "outbox"), (self, "outbox"), passthrough=2)
        self.activate_children()

    def _request_next(self) -> Generator[None, None, bool]:
        return send_when_room(self, "NEXT", "requestNext")
