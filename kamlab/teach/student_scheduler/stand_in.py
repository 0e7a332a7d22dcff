"""Stand-ins: components whose slice is a slice of a student's process."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, ClassVar

from ...core.adaptive import AdaptiveCommsComponent
from .protocol import kind

if TYPE_CHECKING:
    from .director import Director


class StandIn(AdaptiveCommsComponent):
    """Represents one of the student's processes in the lab. Its boxes are made as they are needed.

    Args:
        process: the student's object.
        director: runs the slices of the process.
    """

    Inboxes: ClassVar[Any] = {}
    Outboxes: ClassVar[Any] = {}
    woken_by_collection = False

    def __init__(self, process: Any, director: Director) -> None:
        super().__init__()
        self._process = process
        self._director = director
        self._released = False
        self.show_attributes()

    @property
    def process(self) -> Any:
        """The student's own object."""
        return self._process

    @property
    def is_next(self) -> bool:
        """Whether the student's scheduler has chosen this process to go next."""
        return self._director.next is self

    def run_slice(self) -> bool:
        """Run one slice of the process; return whether it has more to come."""
        return self._director.run_slice(self)

    def release(self) -> None:
        """End the stand-in but not its process, which the student's scheduler may run again later."""
        self._released = True
        self.stop()

    def close_process(self) -> None:
        """Close the process's generator, so that its ``finally`` blocks run, unless the process was released."""
        flow = None if self._released else generator_of(self._process)
        if flow is not None and not flow.gi_running:
            flow.close()

    def show_attributes(self) -> None:
        """Copy the public attributes of the process, except those that a stand-in has itself."""
        for name, value in getattr(self._process, "__dict__", {}).items():
            if not name.startswith("_") and not hasattr(type(self), name):
                self.__dict__[name] = value


def stand_in_for(process: Any, director: Director) -> StandIn:
    """Make a stand-in whose class has the name of the student's class."""

    def main(self: StandIn) -> StandInFlow:
        return StandInFlow(self)

    students_main = getattr(type(process), "main", None)
    if callable(students_main):
        main.__wrapped__ = students_main  # type: ignore[attr-defined]  # views show its code before the first slice
    cls: Any = type(kind(process), (StandIn,), {"main": main, "__module__": type(process).__module__})
    made: StandIn = cls(process, director)
    return made


class StandInFlow:
    """The flow of control of a stand-in, like a generator that delegates to the student's."""

    gi_frame = None

    def __init__(self, stand_in: StandIn) -> None:
        self._stand_in = stand_in

    def send(self, _value: Any) -> None:
        """Run one slice."""
        if not self._stand_in.run_slice():
            raise StopIteration

    def close(self) -> None:
        """Close the student's generator."""
        self._stand_in.close_process()

    @property
    def gi_yieldfrom(self) -> Any:
        """The student's generator, so that views show where it stands."""
        return generator_of(self._stand_in.process)


def generator_of(process: Any) -> Any:
    """Return the generator that a process holds, or is; ``None`` if it holds none."""
    if inspect.isgenerator(process):
        return process
    held: list[Any] = [value for value in getattr(process, "__dict__", {}).values() if inspect.isgenerator(value)]
    named_main = [generator for generator in held if generator.__name__ == "main"]
    return next(iter(named_main or held), None)
