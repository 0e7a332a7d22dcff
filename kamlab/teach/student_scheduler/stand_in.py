"""Stand-ins: components whose slice is a slice of somebody else's process."""

from __future__ import annotations

import inspect
from typing import Any, ClassVar, Protocol

from ...core.adaptive import AdaptiveCommsComponent
from .protocol import kind


class Directing(Protocol):
    """Who has the stand-ins do what the student's processes did."""

    next: Any

    def turn(self, standin: StandIn) -> bool:
        """Run one slice of the process that a stand-in stands for; return whether it has not ended."""


class StandIn(AdaptiveCommsComponent):
    """Stands for a process of the student's in the lab. Its boxes are made as they are needed.

    ``process`` is the student's own object.
    """

    Inboxes: ClassVar[Any] = {}
    Outboxes: ClassVar[Any] = {}
    woken_by_collection = False
    _process: Any = None
    _director: Directing
    _let_go = False

    @property
    def process(self) -> Any:
        """The student's own object that this one stands for."""
        return self._process

    @property
    def is_next(self) -> bool:
        """Whether the student's scheduler has chosen this one to go next."""
        return self._director.next is self

    def let_go(self) -> None:
        """End, but not the process: its scheduler may take it up again."""
        self._let_go = True
        self.stop()

    def show_attributes(self) -> None:
        """Have the attributes of the process shown as those of the stand-in, where it has none of that name."""
        for name, value in getattr(self._process, "__dict__", {}).items():
            if not name.startswith("_") and not hasattr(type(self), name):
                self.__dict__[name] = value


def stand_in_for(process: Any, director: Directing) -> StandIn:
    """Make a stand-in, of a class that is called like the student's.

    Args:
        process: the student's object.
        director: asked to run a slice of it.
    """

    def main(self: StandIn) -> TheirFlow:
        return TheirFlow(self)

    theirs = getattr(type(process), "main", None)
    if callable(theirs):
        main.__wrapped__ = theirs  # type: ignore[attr-defined]  # so that its code is shown before its first slice
    cls: Any = type(kind(process), (StandIn,), {"main": main, "__module__": type(process).__module__})
    made: StandIn = cls()
    made._process, made._director = process, director
    made.show_attributes()
    return made


class TheirFlow:
    """The flow of control of a stand-in. Asked where it stands, it tells where the student's generator stands."""

    gi_frame = None

    def __init__(self, standin: StandIn) -> None:
        self._standin = standin

    def send(self, _value: Any) -> None:
        """Run one slice."""
        if not self._standin._director.turn(self._standin):
            raise StopIteration

    def close(self) -> None:
        """End the student's generator, so that its ``finally`` blocks run."""
        flow = None if self._standin._let_go else generator_of(self._standin.process)
        if flow is not None and not flow.gi_running:
            flow.close()

    @property
    def gi_yieldfrom(self) -> Any:
        """The student's generator."""
        return generator_of(self._standin.process)


def generator_of(process: Any) -> Any:
    """Return the generator that a process holds, or is; ``None`` if it holds none."""
    if inspect.isgenerator(process):
        return process
    held: list[Any] = [each for each in getattr(process, "__dict__", {}).values() if inspect.isgenerator(each)]
    named = [each for each in held if each.__name__ == "main"]
    return next(iter(named or held), None)
