"""One step of the past as a value that can be printed and compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from ..core.calling import called, given_name
from ..core.errors import UnknownComponent, listed
from ..core.events import shorten, then_and_now, words_of
from ..core.states import ALIVE, ASLEEP, FAILED, FINISHED, RUNNABLE
from .contents import history_of


@dataclass(frozen=True, eq=False)
class Moment:
    """What was where after a slice, and after whatever followed it up to the next one.

    ``step`` is the number of the slice, ``time`` the lab's time in seconds when it began. ``boxes`` has, by
    names such as ``Sink_3.inbox``, what waited in each inbox that was not empty, oldest first; ``states``,
    by the names of components, one of the words of :mod:`kamlab.core.states`; ``links`` the pairs of box
    names that were linked. Messages are held as they are, not copied; ``said`` has, like ``boxes``, the texts of those
    that may have changed since they came.

    Two moments are equal if step, boxes, states and links are, messages compared by what they say of
    themselves. So moments of two runs can be compared; the time is no part of that.

    >>> from kamlab import Lab
    >>> from kamlab.parts import PassThrough
    >>> with Lab(clock="virtual") as lab:
    ...     PassThrough().activate().deliver("hello")
    ...     _ = lab.run()
    ...     print(lab.at(0))
    ...     print(lab.at(1))
    step 0
      PassThrough_1: runnable
        inbox: 'hello'
    step 1
      PassThrough_1: asleep
    """

    step: int
    time: float
    boxes: Mapping[str, tuple[Any, ...]]
    states: Mapping[str, str]
    links: tuple[tuple[str, str], ...] = field(default=())
    said: Mapping[str, tuple[str | None, ...]] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)

    def contents(self, box: str) -> tuple[Any, ...]:
        """Return what waited in an inbox, by its name; ``()`` if nothing did.

        Raises:
            UnknownComponent: no component of that name was there.
        """
        if box in self.boxes:
            return self.boxes[box]
        owner, _, name = box.rpartition(".")
        if owner in self.given and owner not in self.states:
            return self.boxes.get(f"{self.given[owner]}.{name}", ())
        if not any(box.startswith(f"{name}.") for name in self.states):
            raise UnknownComponent(
                f"{box!r} is no inbox of a component that was there at step {self.step}; give component.box. "
                f"There were: {listed(self.states)}"
            )
        return ()

    def _in(self, *states: str) -> tuple[str, ...]:
        return tuple(name for name, state in self.states.items() if state in states)

    @property
    def alive(self) -> tuple[str, ...]:
        """The components that were activated and had not ended."""
        return self._in(*ALIVE)

    @property
    def runnable(self) -> tuple[str, ...]:
        """The components that were awake."""
        return self._in(RUNNABLE)

    @property
    def asleep(self) -> tuple[str, ...]:
        """The components that had paused."""
        return self._in(ASLEEP)

    @property
    def failed(self) -> tuple[str, ...]:
        """The components that had failed."""
        return self._in(FAILED)

    @property
    def finished(self) -> tuple[str, ...]:
        """The components whose main had come to its end."""
        return self._in(FINISHED)

    @property
    def _key(self) -> tuple[Any, ...]:
        boxes = tuple((name, tuple(map(words_of, waiting))) for name, waiting in sorted(self.boxes.items()))
        return self.step, boxes, tuple(sorted(self.states.items())), tuple(sorted(self.links))

    def __eq__(self, other: object) -> bool:
        return self._key == other._key if isinstance(other, Moment) else NotImplemented

    def __hash__(self) -> int:
        return hash((self.step, tuple(sorted(self.states.items()))))

    def __str__(self) -> str:
        lines = [f"step {self.step}"]
        for name, state in self.states.items():
            lines.append(f"  {name}: {state}")
            for box, waiting in self.boxes.items():
                if box.startswith(f"{name}."):
                    said = self.said.get(box) or (None,) * len(waiting)
                    texts = map(then_and_now, said, map(shorten, waiting))
                    lines.append(f"    {box[len(name) + 1 :]}: {', '.join(texts)}")
        lines += [f"  {source} -> {sink}" for source, sink in self.links]
        return "\n".join(lines)

    __repr__ = __str__


def moment(lab_or_trace: Any, step: int) -> Moment:
    """Return the moment of a step, of a lab, a trace or a history.

    Raises:
        StepOutOfRange: there is no such step, or it is forgotten.

    >>> from kamlab import Lab
    >>> from kamlab.parts import PassThrough
    >>> with Lab(clock="virtual") as lab:
    ...     echo = PassThrough().activate()
    ...     echo.deliver("hello")
    ...     _ = lab.step()
    ...     dict(moment(lab, 0).boxes), dict(moment(lab, 1).boxes)
    ({'PassThrough_1.inbox': ('hello',)}, {})
    """
    history = history_of(lab_or_trace)
    number = history.end_of(step)
    names = history.names
    boxes: dict[str, tuple[Any, ...]] = {}
    said: dict[str, tuple[str | None, ...]] = {}
    for box, waiting in history.contents(step).items():
        name = names.of_box(box)
        boxes[name] = boxes.get(name, ()) + waiting
        said[name] = said.get(name, ()) + tuple(map(history.said, history.arrivals_in(box, number)))
    states = {names.of(component): state for component, state in history.states(step).items()}
    given: dict[str, str] = {}
    for each in history.states(step):
        if given_name(each) and len(called(given_name(each), history.states(step))) == 1:
            given[given_name(each)] = names.of(each)
    links = tuple((names.of_box(link.source_box), names.of_box(link.sink_box)) for link in history.links_at(step))
    return Moment(step, history.time_of(number), MappingProxyType(boxes), MappingProxyType(states), links, said, given)
