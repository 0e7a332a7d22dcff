"""The selection of a figure: steps of a run, components, inboxes; and the errors."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ...analysis.errors import StepOutOfRange
from ...analysis.history import History
from ...core.box import Box, Inbox, made_inboxes_of
from ...core.component import Component
from ...core.errors import KamlabError, NoSuchBox, NotInstalled, UnknownComponent, listed
from ...core.microprocess import Microprocess
from ...core.naming import called, whose
from ...core.task import task_of
from ..printable import label


class BadFigure(KamlabError, ValueError):
    """There is no such figure, or it does not take one of the arguments."""


class NoSuchLink(KamlabError, KeyError):
    """A link was named that does not exist."""


class NoMatplotlib(NotInstalled):
    """A figure needs matplotlib, which is not installed."""


# -- steps --------------------------------------------------------------------------------------------

#: The axes that a figure can be drawn over, with their labels.
AXES = {"step": "step (slices since the lab began)", "time": "time of the lab (s)"}


@dataclass(frozen=True, slots=True)
class Window:
    """The steps from ``first`` to ``last``; step k is the moment after slice k, 0 is before the first.

    ``times`` are the lab's times of these steps, in seconds. ``known_from`` is the earliest step that is known,
    0 if nothing is forgotten, and ``latest`` the present.

    >>> window = Window(2, 4, (0.0, 0.5, 0.5), latest=9)
    >>> window.place(3, "time"), window.place(3, "step"), window.note
    (0.5, 3.0, 'steps 2 to 4 of 9')
    """

    first: int
    last: int
    times: tuple[float, ...]
    known_from: int = 0
    latest: int = 0

    def time_of(self, step: int) -> float:
        """Return the time of a step; for one outside the window, that of the nearest one inside."""
        return self.times[min(max(step, self.first), self.last) - self.first]

    def place(self, step: float, by: str) -> float:
        """Return the position of a step on the axis."""
        return float(step) if by == "step" else self.time_of(int(step))

    @property
    def seconds(self) -> float:
        """The length of the window by the lab's clock, in seconds."""
        return self.times[-1] - self.times[0]

    @property
    def note(self) -> str:
        """The window in words, and the step from which on the run is known."""
        whole = self.first == self.known_from and self.last == self.latest
        said = f"steps {self.first} to {self.last}" + ("" if whole else f" of {self.latest}")
        if self.known_from:
            said += f"; known from step {self.known_from} on"
        return said


def window_of(history: History, first: int | None = None, last: int | None = None) -> Window:
    """Return the window from one step to another; by default, of everything that is known.

    Raises:
        StepOutOfRange: a step lies ahead, or has been forgotten, or the first comes after the last.
    """
    earliest, latest = history.earliest, history.latest
    begin = earliest if first is None else history.check(first)
    end = latest if last is None else history.check(last)
    if begin > end:
        raise StepOutOfRange(
            f"the window begins at step {begin}, after its end, step {end}; known are steps {earliest} to {latest}",
            earliest,
            latest,
        )
    return Window(begin, end, _times(history, begin, end), earliest, latest)


def events_in(history: History, window: Window) -> tuple[int, int]:
    """Return the numbers of the first event of a window, which is in slice ``first``, and of the last."""
    if window.first <= history.earliest:
        return history.first, history.end_of(window.last)
    return history.end_of(window.first - 1) + 1, history.end_of(window.last)


def _times(history: History, first: int, last: int) -> tuple[float, ...]:
    """Return the time of each of these steps."""
    place = bisect_right(history.steps, first)
    times = [history.time_of(history.end_of(first))]
    for start, step in zip(history.starts[place:], history.steps[place:], strict=True):
        if step > last:
            break
        times.append(float(history.record(start)[2]))
    return tuple(times)


def check_by(by: Any) -> str:
    """Return the axis that a figure is drawn over.

    Raises:
        BadFigure: there is no such axis.
    """
    if by not in AXES:
        raise BadFigure(f'by={by!r}: a figure is drawn over the steps, by="step", or over the lab\'s time, by="time"')
    return str(by)


# -- components and inboxes ---------------------------------------------------------------------------

#: The most characters of a name.
WIDTH = 40


def shown_name(history: History, component: Any) -> str:
    """Return the name of a component as it is shown."""
    return label(history.names.of(whose(component)), WIDTH)


def shown_box(history: History, box: Box) -> str:
    """Return the name of a box as it is shown: ``Sink_3.inbox``."""
    return f"{shown_name(history, box.owner)}.{label(str(box.name), WIDTH)}"


def known_components(history: History) -> list[Any]:
    """Return every component that was activated, in that order."""
    known = dict.fromkeys(map(whose, history.lives))
    known.update(dict.fromkeys(box.owner for box in history.lines))
    return sorted(known, key=lambda component: (not task_of(component).number, task_of(component).number))


def find_components(history: History, wanted: Iterable[Any]) -> list[Any]:
    """Return the wanted components, given as components, by name, or by the name of their class.

    Raises:
        UnknownComponent: one of them is not a component of this lab.
    """
    known = known_components(history)
    found: dict[Any, None] = {}
    for named in _several(wanted):
        if isinstance(named, Microprocess):
            meant = [whose(named)] if whose(named) in known else []
        else:
            meant = [component for component in known if history.names.of(component) == named] or called(named, known)
        if not meant:
            raise UnknownComponent(
                f"no component of this lab is called {_told(named)}, as far as is known; there are: "
                f"{listed(map(history.names.of, known))}"
            )
        found.update(dict.fromkeys(meant))
    return list(found)


def find_inboxes(history: History, wanted: Iterable[Any]) -> list[Inbox]:
    """Return the wanted inboxes, given as inboxes, or by names such as ``"Sink_3.inbox"``.

    The name of a component alone means all of its inboxes. An inbox that leads on, and held nothing itself, stands for
    the inbox that it leads to.

    Raises:
        NoSuchBox: there is no such inbox.
        UnknownComponent: there is no such component.
    """
    found: dict[Inbox, None] = {}
    for named in _several(wanted):
        if isinstance(named, Box):
            find_components(history, [named.owner])
            found.update(dict.fromkeys(_ends(history, [named], named)))
            continue
        owners, name = _owners(history, str(named))
        for owner in owners:
            boxes = inboxes_of(history, owner)
            if name is not None and name not in boxes:
                raise NoSuchBox(
                    f"{history.names.of(owner)} has no inbox {name!r}; its inboxes: {listed(boxes)}. "
                    f"Inboxes that held something: {listed(map(history.names.of_box, history.lines))}"
                )
            ends = [box for key, box in boxes.items() if name in (None, key)]
            found.update(dict.fromkeys(_ends(history, ends, named)))
    return list(found)


def inboxes_of(history: History, component: Any) -> dict[str, Box]:
    """Return the inboxes of a component by their names, including those that it has dropped."""
    boxes: dict[str, Box] = {box.name: box for box in history.lines if box.owner is component}
    if isinstance(component, Component):
        boxes.update(made_inboxes_of(component) or {name: Inbox(component, name) for name in component.Inboxes})
    return boxes


def _ends(history: History, boxes: Iterable[Box], named: Any) -> Iterator[Inbox]:
    for box in boxes:
        end: Any = box if box in history.lines else box.target
        if not isinstance(end, Inbox):
            raise NoSuchBox(f"{_told(named)} is not an inbox and leads to none, so nothing can wait in it")
        yield end


def _owners(history: History, name: str) -> tuple[list[Any], str | None]:
    """Return the components that a name refers to, and the box if it names one."""
    before, dot, last = name.rpartition(".")
    if dot:
        try:
            return find_components(history, [before]), last
        except UnknownComponent:
            pass
    try:
        return find_components(history, [name]), None
    except UnknownComponent as error:
        raise UnknownComponent(f"{error}. A box is called component.box") from None


def _several(wanted: Any) -> list[Any]:
    return [wanted] if isinstance(wanted, (str, Microprocess, Box)) else list(wanted)


def _told(named: Any) -> str:
    return repr(named if isinstance(named, str) else str(getattr(named, "short_name", named)))
