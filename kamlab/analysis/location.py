"""Where the code of a component stands: the line, its surroundings, and what its variables hold.

A slice ends at a ``yield`` or ``await``, so a component that does not run stands at a line that can be
named. What is shown first is the user's own line: of a component in ``await self.receive()`` that line,
not the one inside ``receive``; of one in a thread the line that called ``recv``. The whole stack is
kept beside it. Values are written down as short text at once, so a standing keeps nothing alive and
two of them can be compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from ..core.box import Box
from ..core.errors import UnknownComponent, listed
from ..core.events import error_in_words, name_of
from ..core.microprocess import Microprocess, runner_of
from ..core.states import ASLEEP, BLOCKED, ENDED, FAILED, NEW, RUNNING, STOPPED
from ..core.task import task_of
from ..core.thread import AT_GATE, IN_PAUSE, IN_RECV, IN_REQUEST, OVER, ThreadedComponent
from ..core.world import World
from .moment import Moment, hold, place_of_thread
from .snapshot import stand_now
from .stack import (
    Standpoint,
    definition_of,
    flow_of,
    helper_in_words,
    kind_of_flow,
    line_of,
    lines_in,
    lines_of,
    stack_of,
    users_place,
)
from .words import file_in_words, shown

#: How many variables, and how many attributes, are shown at most.
VARIABLES = 12
#: How many lines are shown before and after the one it stands at.
AROUND = 2

#: What the engine itself keeps in a component under a name without an underscore.
_ENGINES = {"id", "init", "close_down_value", "queuelengths", "woken_by_collection", "Inboxes", "Outboxes"}

_PLACES = {
    AT_GATE: "its thread waits for its turn",
    IN_RECV: "its thread waits in recv for a message",
    IN_PAUSE: "its thread is in pause()",
    IN_REQUEST: "its thread waits until the scheduler has done what it asked for",
    OVER: "its thread has ended",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A line of code: its file, number, function, and text.

    >>> from kamlab import Component, Lab
    >>> class Listener(Component):
    ...     async def main(self):
    ...         name = await self.receive()
    >>> with Lab(clock="virtual") as lab:
    ...     listener = Listener().activate()
    ...     _ = lab.step()
    ...     place = lab.where("Listener").place
    >>> place.line, place.function, place.source.strip()
    (3, 'main', 'name = await self.receive()')
    """

    file: str
    line: int
    function: str
    source: str = ""

    @classmethod
    def of(cls, file: str, line: int, function: str) -> Place:
        """Return a place with its text, looked up."""
        return cls(file, line, function, line_of(file, line))

    def __str__(self) -> str:
        return f"line {self.line} of {self.function}() in {file_in_words(self.file)}"


@dataclass(frozen=True, slots=True, repr=False)
class Standing:
    """Where one component stands.

    ``places`` are the frames from the outermost to the innermost; ``at`` is which of them is the user's
    own. ``variables`` and ``attributes`` are (name, text) pairs, of that frame and of the component.
    ``remark`` says what the place alone does not: what a thread waits for, why it ended. ``around`` are
    the (number, text) pairs of the lines near by.

    >>> from kamlab import Component, Lab
    >>> class Count(Component):
    ...     def main(self):
    ...         for number in range(3):
    ...             yield
    >>> with Lab(clock="virtual") as lab:
    ...     _ = Count().activate()
    ...     _ = lab.step(2)
    ...     standing = lab.where("Count")
    >>> standing.state, standing.line, standing.variables
    ('runnable', 4, (('number', '1'),))
    """

    name: str
    state: str
    remark: str = ""
    places: tuple[Place, ...] = ()
    at: int = 0
    variables: tuple[tuple[str, str], ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    around: tuple[tuple[int, str], ...] = field(default=(), compare=False)

    @property
    def place(self) -> Place | None:
        """The user's own line, or ``None`` where there is none to show."""
        return self.places[self.at] if self.places else None

    @property
    def file(self) -> str:
        """The file of that line, or nothing."""
        return self.place.file if self.place else ""

    @property
    def line(self) -> int:
        """The number of that line; 0 if there is none."""
        return self.place.line if self.place else 0

    @property
    def function(self) -> str:
        """The name of the function it is in, or nothing."""
        return self.place.function if self.place else ""

    @property
    def source(self) -> str:
        """The text of that line, or nothing."""
        return self.place.source if self.place else ""

    def __str__(self) -> str:
        return "\n".join(self._lines())

    __repr__ = __str__

    def _lines(self) -> Iterator[str]:
        where = f", {self.place}" if self.place else ""
        remark = f" ({self.remark})" if self.remark else ""
        yield f"{self.name}: {self.state}{where}{remark}"
        for number, text in self.around:
            yield f"  {'->' if number == self.line else '  '} {number:>4}  {text}".rstrip()
        for place in reversed(self.places[: self.at]):
            yield f"  called from {place}: {place.source}"
        for name, text in self.variables:
            yield f"  {name} = {text}"
        for name, text in self.attributes:
            yield f"  self.{name} = {text}"


@dataclass(frozen=True, slots=True, repr=False)
class Standings:
    """Where every component of a lab stands, in order of activation.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import OneShot, PassThrough
    >>> with Lab(clock="virtual") as lab:
    ...     _ = Pipeline(OneShot("hello"), PassThrough()).activate()
    ...     _ = lab.step_message()
    ...     [(standing.name, standing.function) for standing in lab.where()]
    [('Pipeline_1', 'until_children_done'), ('OneShot_2', 'main'), ('PassThrough_3', 'main')]
    """

    all: tuple[Standing, ...] = ()

    def __iter__(self) -> Iterator[Standing]:
        return iter(self.all)

    def __len__(self) -> int:
        return len(self.all)

    def __getitem__(self, name: str) -> Standing:
        for standing in self.all:
            if standing.name == name:
                return standing
        raise UnknownComponent(
            f"no component here is called {name!r}; there are: {listed(standing.name for standing in self.all)}"
        )

    def __str__(self) -> str:
        """One line for each; ask for a single one to see the code."""
        if not self.all:
            return "no component is alive"
        wide = max(len(standing.name) for standing in self.all)
        return "\n".join(
            f"{standing.name:<{wide}}  {standing.state}"
            + (f", {standing.place}: {standing.source}" if standing.place else "")
            + (f" ({standing.remark})" if standing.remark else "")
            for standing in self.all
        )

    __repr__ = __str__


def standing(component: Microprocess) -> Standing:
    """Return where the code of a component stands now.

    It waits for the slice that runs to end; where that takes too long it shows the lines that are being
    executed. Whatever a component's code is made of, this returns something.

    >>> from kamlab import Component, Lab
    >>> class Quiet(Component):
    ...     def main(self):
    ...         yield
    >>> with Lab() as lab:
    ...     quiet = Quiet(name="quiet").activate()
    ...     _ = lab.step()
    ...     place = standing(quiet)
    >>> place.state, place.function, place.line
    ('runnable', 'main', 3)
    """
    scheduler = task_of(component).scheduler
    if scheduler is None:
        return _standing(component, task_of(component).life)
    held = hold(scheduler.world)
    try:
        return _standing(component, _status(Moment(scheduler.world), component) if held else _roughly(component))
    finally:
        if held:
            scheduler.world.lock.release()


def standings(lab: World) -> Standings:
    """Return where every living component of a lab stands now.

    >>> from kamlab import Lab
    >>> from kamlab.parts import PassThrough
    >>> with Lab(clock="virtual") as lab:
    ...     _ = PassThrough().activate()
    ...     _ = lab.run()
    ...     standings(lab)["PassThrough_1"].state
    'waiting'
    """
    held = hold(lab)
    try:
        if not held:
            running = lab.scheduler.running
            return Standings((_standing(running, RUNNING),) if running is not None else ())
        moment = Moment(lab)
        return Standings(tuple(_standing(component, _status(moment, component)) for component in moment.components))
    finally:
        if held:
            lab.lock.release()


def place_of(component: Microprocess) -> Place | None:
    """Return the user's line that a component stands at, if there is one."""
    stack = stack_of(component)
    if stack:
        return _place(stack[users_place(lines_in(stack))])
    return _beginning(component)


def _status(moment: Moment, component: Microprocess) -> str:
    if task_of(component).scheduler is not moment.scheduler:  # of a lab that was reset since
        return task_of(component).life
    return RUNNING if moment.status(component) == RUNNING else stand_now(moment, component).state


def _roughly(component: Microprocess) -> str:
    """Return the state of a component while a slice, its own or another's, does not end."""
    scheduler = task_of(component).scheduler
    return RUNNING if scheduler is not None and scheduler.running is runner_of(component) else task_of(component).life


def _standing(component: Microprocess, state: str) -> Standing:
    stack = stack_of(component)
    if stack:
        at = users_place(lines_in(stack))
        places = tuple(_place(point) for point in stack)
        local = written(variables_of(stack[at].frame))
    else:
        first = _beginning(component)
        at, places, local = 0, (first,) if first else (), ()
    return Standing(
        name_of(component),
        state,
        remark_on(component, state, bool(stack)),
        places,
        at,
        local,
        written(attributes_of(component)),
        source_around(places[at]) if places else (),
    )


def _beginning(component: Microprocess) -> Place | None:
    """Return the first line of main, for a component that has not begun."""
    if task_of(component).life in ENDED or flow_of(component) is not None:
        return None
    return beginning_of(component)


def beginning_of(component: Microprocess) -> Place | None:
    """Return the first line of the main of a component."""
    code = definition_of(component)
    if code is None:
        return None
    return Place.of(code.co_filename, code.co_firstlineno, code.co_name)


def _place(point: Standpoint) -> Place:
    return Place.of(point.file, point.line, point.frame.f_code.co_name)


def remark_on(component: Microprocess, state: str, known: bool) -> str:
    """Say what the place alone does not: why it ended, what its thread waits for. ``known``: there is a place."""
    if state == FAILED:
        error = task_of(component).error
        return error_in_words(error) if error is not None else "no error is known"
    if state in ENDED:
        return "it was stopped from outside its own code" if state == STOPPED else "its main has come to its end"
    if not known:
        if state == NEW:
            return "not activated yet"
        if flow_of(component) is None:
            return "its first slice is still to come"
        return f"its main returned a {kind_of_flow(component)}, which does not tell where it stands"
    if state == BLOCKED and isinstance(component, ThreadedComponent):
        return BUSY
    helper = task_of(component).delegate
    if helper is not None:
        return f"waits for {helper_in_words(helper)} to run to its end"
    place = place_of_thread(component)
    if place == IN_RECV and state == ASLEEP:
        return f"{_PLACES[IN_RECV]} in {_asked_box(component)!r}"
    return _PLACES.get(place or "", "")


def _asked_box(component: Microprocess) -> str:
    """Return the inbox that a thread waits at in recv."""
    for point in reversed(stack_of(component)):
        if point.frame.f_code.co_name == "recv":
            return str(point.frame.f_locals.get("boxname", "inbox"))
    return "inbox"


def source_around(place: Place) -> tuple[tuple[int, str], ...]:
    """Return the lines near a place, as (number, text) pairs."""
    lines = lines_of(place.file)
    first = max(1, place.line - AROUND)
    return tuple(
        (number, lines[number - 1].rstrip()) for number in range(first, min(len(lines), place.line + AROUND) + 1)
    )


def variables_of(frame: FrameType) -> list[tuple[str, Any]]:
    """Return the local variables of a frame, as (name, value) pairs, as many as are shown."""
    try:
        local = frame.f_locals
        pairs = [pair for pair in local.items() if pair[0] not in _HIDDEN and pair[0][0] != "."]
    except Exception:  # a thread that runs has changed them meanwhile
        return []
    return pairs if len(pairs) <= VARIABLES else _first(pairs)


def attributes_of(component: Microprocess) -> list[tuple[str, Any]]:
    """Return what a component has as attributes, as (name, value) pairs; not what the engine keeps in it."""
    pairs = [pair for pair in vars(component).items() if pair[0][:1] != "_" and pair[0] not in _ENGINES]
    pairs = [pair for pair in pairs if not issubclass(type(pair[1]), Box)]
    return pairs if len(pairs) <= VARIABLES else _first(pairs)


#: What is said of a component whose thread does not come back to the lab.
BUSY = "its thread is busy with code of its own, or blocked there"
_HIDDEN = ("self", "__class__")


def _first(pairs: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    return [*pairs[:VARIABLES], ("...", More(len(pairs) - VARIABLES))]


class More(int):
    """How many values are left out."""

    __slots__ = ()


def written(pairs: Iterable[tuple[str, Any]]) -> tuple[tuple[str, str], ...]:
    """Write down values, as (name, text) pairs; a text of a value that was kept is what it is."""
    return tuple(
        (name, f"and {int(value)} more" if type(value) is More else str(value) if type(value) is Said else shown(value))
        for name, value in pairs
    )


class Said(str):
    """The text of a value that may change: what it was when it was kept."""

    __slots__ = ()
