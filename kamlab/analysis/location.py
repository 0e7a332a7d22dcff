"""Where the code of a component stands: the line, its surroundings, and what its variables hold.

A slice ends at a ``yield`` or ``await``, so a component that does not run stands at a line that can be
named. What is shown first is the user's own line: of a component in ``await self.receive()`` that line,
not the one inside ``receive``; of one in a thread the line that called ``recv``. The whole stack is
kept beside it. Values are written down as short text at once, so a standing keeps nothing alive and
two of them can be compared. How a standing is shown, with the code around the line, is for
:mod:`kamlab.views.source`.
"""

from __future__ import annotations

import functools
import linecache
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from types import CodeType, FrameType
from typing import Any, Generic, TypeVar

from ..core.awaitables import CHILDREN, MESSAGE, TIME
from ..core.box import Box
from ..core.describe import error_in_words, name_of
from ..core.errors import UnknownComponent, listed
from ..core.frames import is_kamlabs, users_place
from ..core.microprocess import Microprocess, runner_of
from ..core.reading import Answer
from ..core.states import ASLEEP, BLOCKED, ENDED, FAILED, NEW, RUNNING, STOPPED
from ..core.task import task_of
from ..core.thread import AT_GATE, IN_PAUSE, IN_RECV, IN_REQUEST, OVER, ThreadedComponent
from ..core.world import World
from .moment import Moment, explained, place_of_thread
from .snapshot import stand_now
from .stack import (
    Standpoint,
    codes_in,
    definition_of,
    flow_of,
    helper_in_words,
    kind_of_flow,
    line_of,
    stack_of,
)
from .words import file_in_words, joined, shown

#: How many variables, and how many attributes, are shown at most.
VARIABLES = 12
#: A function of up to ``WHOLE`` lines is shown in full; of a longer one ``WINDOW`` lines.
WHOLE = 40
WINDOW = 15
#: How many lines before and after the one it stands at are its surroundings.
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
class Standing(Answer):
    """Where one component stands.

    ``places`` are the frames from the outermost to the innermost; ``own`` is the index of the user's own one among
    them. ``variables`` and ``attributes`` are (name, text) pairs, of that frame and of the component.
    ``remark`` says what the place alone does not: what a thread waits for, why it ended; ``inside`` what the code does
    that the user's line has called, if that is kamlab's or a library's. ``listing`` is the code of the function as its
    file has it, from the line ``first`` on; of a long function the lines near by.

    >>> from kamlab import Component, Lab
    >>> class Count(Component):
    ...     def main(self):
    ...         for number in range(3):
    ...             yield
    >>> with Lab(clock="virtual") as lab:
    ...     count = Count().activate()
    ...     _ = lab.step(2)
    ...     stands = standing(count)
    >>> stands.state, stands.line, stands.variables
    ('runnable', 4, (('number', '1'),))
    """

    name: str
    state: str
    remark: str = ""
    places: tuple[Place, ...] = ()
    own: int = 0
    variables: tuple[tuple[str, str], ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    inside: str = ""
    first: int = field(default=0, compare=False)
    listing: tuple[str, ...] = field(default=(), compare=False)

    @property
    def place(self) -> Place | None:
        """The user's own line, or ``None`` where there is none to show."""
        return self.places[self.own] if self.places else None

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

    @property
    def around(self) -> tuple[tuple[int, str], ...]:
        """The (number, text) pairs of the lines near that line, in the same function."""
        begin = max(0, self.line - AROUND - self.first)
        near = self.listing[begin : max(0, self.line + AROUND + 1 - self.first)]
        return tuple((number, text.rstrip()) for number, text in enumerate(near, self.first + begin))

    def as_words(self) -> str:
        """Name, state and place in one line; :class:`.Position` shows the code as well."""
        where = f", {self.place}" if self.place else ""
        return f"{self.name}: {self.state}{where}" + (f" ({self.remark})" if self.remark else "")


#: What :class:`Standings` holds: standings, or positions, which show the code as well.
S = TypeVar("S", bound=Standing)


@dataclass(frozen=True, slots=True, repr=False)
class Standings(Answer, Generic[S]):
    """Where every component of a lab stands, in order of activation.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import OneShot, PassThrough
    >>> with Lab(clock="virtual") as lab:
    ...     _ = Pipeline(OneShot("hello"), PassThrough()).activate()
    ...     _ = lab.step_message()
    ...     [(standing.name, standing.function) for standing in lab.where()]
    [('Pipeline_1', 'until_children_done'), ('OneShot_2', 'main'), ('PassThrough_3', 'main')]
    """

    all: tuple[S, ...] = ()

    def __iter__(self) -> Iterator[S]:
        return iter(self.all)

    def __len__(self) -> int:
        return len(self.all)

    def __getitem__(self, name: str) -> S:
        for standing in self.all:
            if standing.name == name:
                return standing
        raise UnknownComponent(
            f"no component here is called {name!r}; there are: {listed(standing.name for standing in self.all)}"
        )

    def as_words(self) -> str:
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


def standing(component: Microprocess, state: str | None = None) -> Standing:
    """Return where the code of a component stands now.

    It waits for the slice that runs to end; where that takes too long it shows the lines that are being
    executed, and says so. Whatever a component's code is made of, this returns something. A caller that holds the lock
    of the lab and has read the ``state`` of the component may give it.

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
    if scheduler is None or state is not None:
        return _standing(component, state or task_of(component).life)
    return explained(scheduler.world, lambda moment: _standing(component, _status(moment, component)))


def standings(lab: World) -> Standings[Standing]:
    """Return where every living component of a lab stands now.

    >>> from kamlab import Lab
    >>> from kamlab.parts import PassThrough
    >>> with Lab(clock="virtual") as lab:
    ...     _ = PassThrough().activate()
    ...     _ = lab.run()
    ...     standings(lab)["PassThrough_1"].state
    'waiting'
    """
    return explained(
        lab,
        lambda moment: Standings(
            tuple([_standing(component, _status(moment, component)) for component in moment.components])
        ),
    )


def place_of(component: Microprocess) -> Place | None:
    """Return the user's line that a component stands at, if there is one."""
    stack = stack_of(component)
    if stack:
        return _place(stack[users_place(codes_in(stack))])
    return _beginning(component)


def _status(moment: Moment, component: Microprocess) -> str:
    if task_of(component).scheduler is not moment.world.runtime.scheduler:  # of a lab that was reset since
        return task_of(component).life
    return RUNNING if moment.status(component) == RUNNING else stand_now(moment, component).state


def _standing(component: Microprocess, state: str) -> Standing:
    stack = stack_of(component)
    if not stack:
        remark = remark_on(component, state, False)
        attributes = written(attributes_of(component))
        if task_of(component).life in ENDED or flow_of(component) is not None:
            return Standing(name_of(component), state, remark, attributes=attributes)
        return at_beginning(component, state, remark, attributes)
    codes = codes_in(stack)
    own = users_place(codes)
    places = tuple(map(_place, stack))
    return Standing(
        name_of(component),
        state,
        remark_on(component, state, True),
        places,
        own,
        written(variables_of(stack[own].frame)),
        written(attributes_of(component)),
        as_of_state(inside_of(component, codes, own), state),
        *listing_of(places[own], codes[own]),
    )


def at_beginning(
    component: Microprocess, state: str, remark: str, attributes: tuple[tuple[str, str], ...] = ()
) -> Standing:
    """Return the standing of a component that has not begun: at the first line of its main."""
    code, first = definition_of(component), beginning_of(component)
    if first is None:
        return Standing(name_of(component), state, remark, attributes=attributes)
    begin, lines = listing_of(first, code)
    return Standing(name_of(component), state, remark, (first,), 0, (), attributes, "", begin, lines)


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


def inside_of(component: Microprocess, codes: tuple[CodeType, ...], own: int) -> str:
    """Say what the code does that the user's line has called, kamlab's or a library's; "" if it has called none.

    Args:
        component: the component.
        codes: those of its stack, the outermost first.
        own: the index of the user's own.
    """
    if own + 1 >= len(codes):
        return ""
    code, task = codes[own + 1], task_of(component)
    kamlabs = is_kamlabs(code.co_filename)
    if kamlabs and task.life not in ENDED:
        if isinstance(component, ThreadedComponent):
            return ""  # its remark says it
        if code.co_name == "_sending":
            return f"{WAITS}room where it sends to"
        awaits = task.awaits or task_of(runner_of(component)).awaits
        if awaits is not None and awaits[0] == MESSAGE:
            return f"{WAITS}a message in {joined(map(repr, awaits[1:]), 'or') or 'any inbox'}"
        if awaits is not None and awaits[0] in _AWAITED:
            return WAITS + _AWAITED[awaits[0]]
    whose = f"kamlab's {code.co_name}()" if kamlabs else f"{code.co_name}() in {file_in_words(code.co_filename)}"
    return f"raised in {whose}" if task.life == FAILED else f"in {whose}"


#: How it begins to say what a component waits for; of one that was woken it is what it waited for.
WAITS, WAITED = "waits for ", "waited for "
_AWAITED = {TIME: "its timer", CHILDREN: "its children to end"}


def as_of_state(inside: str, state: str) -> str:
    """Return what :func:`inside_of` said, as it is said in this state."""
    return inside if state in (ASLEEP, BLOCKED) or not inside.startswith(WAITS) else WAITED + inside[len(WAITS) :]


def listing_of(place: Place, code: CodeType | None) -> tuple[int, tuple[str, ...]]:
    """Return the lines of the function that a place is in, and the number of the first; of a long one those near by."""
    known = linecache.getlines(place.file)  # Place.of has just checked whether the file has changed
    if not 0 < place.line <= len(known):
        return 0, ()
    begin, end = (code.co_firstlineno, _last_line(code)) if code is not None else (1, len(known))
    if not begin <= place.line <= end or code is None or code.co_name == "<module>":
        begin, end = 1, len(known)
    end = min(end, len(known))
    if end - begin >= WHOLE:
        begin = max(begin, min(place.line - WINDOW // 2, end - WINDOW + 1))
        end = min(end, begin + WINDOW - 1)
    return begin, tuple(known[begin - 1 : end])


@functools.lru_cache(1000)
def _last_line(code: CodeType) -> int:
    """Return the last line of a function, functions within it included."""
    own = [number for _, _, number in code.co_lines() if number is not None]
    inner = [_last_line(const) for const in code.co_consts if isinstance(const, CodeType)]
    return max([code.co_firstlineno, *own, *inner])


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
    own = vars(component)
    names = _users_names(tuple(own))
    pairs = [(name, own.get(name)) for name in names if not issubclass(type(own.get(name)), Box)] if names else []
    return pairs if len(pairs) <= VARIABLES else _first(pairs)


@functools.lru_cache(1000)
def _users_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return which of these names of attributes may be a user's; the components of a class have the same ones."""
    return tuple([name for name in names if name[:1] != "_" and name not in _ENGINES])


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
    return tuple([(name, _written(value)) for name, value in pairs])


def _written(value: Any) -> str:
    if type(value) is More:
        return f"and {int(value)} more"
    return str(value) if type(value) is Said else shown(value)


class Said(str):
    """The text of a value that may change: what it was when it was kept."""

    __slots__ = ()
