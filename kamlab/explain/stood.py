"""Where the components stood after their slices, noted while a lab is stepped.

A look at the past must not run the components again: they would write their files twice, and a list of the
notebook would grow. So each slice that is stepped leaves a note: the lines at which the code of its component
stands, and its variables: values that cannot change as they are, others as short texts. A run in one go leaves
none, because a note costs as much as several slices, and of many steps at once only the last of each component is
noted; who asks for another step is told so.

Rejected: one line number for each slice of every run. It would make all runs slower for the sake of a question
that is asked of stepped ones.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict, deque
from dataclasses import dataclass, field
from types import CodeType, FunctionType
from typing import Any, NamedTuple

from ..core.calling import called, label_of
from ..core.cautious import class_attribute, class_name
from ..core.errors import UnknownComponent, listed
from ..core.events import name_of
from ..core.microprocess import Microprocess
from ..core.states import ALIVE, ASLEEP, WAITING
from ..core.wording import is_frozen, is_plain, text_to_keep
from ..core.world import World
from ..history import history_of
from .errors import CannotExplain
from .flows import stack_of, users_place, whose
from .standing import (
    More,
    Place,
    Said,
    Standing,
    Standings,
    attributes_of,
    beginning_of,
    remark_on,
    source_around,
    variables_of,
    written,
)
from .words import WIDTH, counted, shown

#: How many notes are kept; the oldest go first.
NOTES = 5000
#: How many items of a list are told.
FEW = 8
#: A text longer than this is kept as what is shown of it.
LONG = 200


class Note(NamedTuple):
    """Where one component stood after a slice of its own: its frames, and the values in the user's own one."""

    step: int
    lines: tuple[tuple[CodeType, int], ...]
    at: int
    variables: tuple[tuple[str, Any], ...]
    attributes: tuple[tuple[str, Any], ...]
    remarks: tuple[str, str]


@dataclass
class Stood:
    """The notes of a lab, by the names of its components."""

    _notes: dict[str, list[Note]] = field(default_factory=lambda: defaultdict(list))
    _order: list[tuple[int, str]] = field(default_factory=list)

    def note(self, component: Microprocess, step: int) -> None:
        """Take note of where a component stands after a slice; notes of later steps are of another way, and go."""
        self.cut(step - 1)
        component = whose(component)
        name = component.short_name
        self._notes[name].append(_note(component, step))
        self._order.append((step, name))
        if len(self._order) > NOTES:
            for _, old in self._order[: NOTES // 10]:
                del self._notes[old][0]
            del self._order[: NOTES // 10]

    def cut(self, step: int) -> None:
        """Drop the notes of later steps: the lab goes on from here, perhaps another way."""
        while self._order and self._order[-1][0] > step:
            self._notes[self._order.pop()[1]].pop()

    def forget(self) -> None:
        """Drop all notes: the lab is on another way."""
        self._notes.clear()
        self._order.clear()

    def of(self, name: str, step: int) -> Note | None:
        """Return the note of a component's slice that had this number, if it was kept."""
        notes = self._notes.get(name, [])
        place = bisect_right(notes, step, key=lambda note: note.step)
        return notes[place - 1] if place and notes[place - 1].step == step else None


def _note(component: Microprocess, step: int) -> Note:
    stack = stack_of(component)
    at = users_place(stack) if stack else 0
    return Note(
        step,
        tuple((point.frame.f_code, point.line) for point in stack),
        at,
        tuple((name, _kept(value)) for name, value in variables_of(stack[at])) if stack else (),
        tuple((name, _kept(value)) for name, value in attributes_of(component)),
        (remark_on(component, component._life, bool(stack)), remark_on(component, ASLEEP, bool(stack))),
    )


def _kept(value: Any) -> Any:
    """Return a value that cannot change, or the text of one that can; no code of a user's class is run for it."""
    cls = type(value)
    if cls is str or cls is bytes:
        return value if len(value) <= LONG else Said(shown(value))
    if is_plain(cls) or cls is FunctionType or cls is type or cls is More:
        return value
    text = text_to_keep(value, thoroughly=False)
    if text is not None:
        return Said(text)
    if is_frozen(value):
        return value
    if isinstance(value, Microprocess):
        return Said(name_of(value))
    if (cls is list or cls is tuple) and len(value) <= FEW:
        inner = ", ".join(str(each) if type(each) is Said else shown(each) for each in map(_kept, value))
        return Said(_short(f"[{inner}]" if cls is list else f"({inner}{',' * (len(value) == 1)})"))
    if cls in _CONTAINERS:
        return Said(f"<{cls.__name__} of {counted(len(value), 'item')}>")
    if class_attribute(cls, "__repr__") is _OBJECT_REPR:
        return Said(shown(value))
    return Said(f"<{class_name(cls)}>")


def _short(text: str) -> str:
    return text if len(text) <= WIDTH else text[: WIDTH - 3] + "..."


_CONTAINERS = (list, tuple, dict, set, frozenset, deque, bytearray)
_OBJECT_REPR = vars(object)["__repr__"]


def standing_at(lab: World, notes: Stood, of: Any, step: int) -> Standing | Standings:
    """Return where a component stood after a step, or all that were alive; nothing is run for it.

    Args:
        lab: the lab.
        notes: what was noted of it.
        of: a component, its name, or ``None`` for all.
        step: the step.

    Raises:
        StepOutOfRange: there was no such step, or it is forgotten.
        UnknownComponent: no component that was there, or more than one, answers to the name.
        CannotExplain: it is no component.
    """
    history = history_of(lab)
    states = history.states(step)

    def at(component: Microprocess) -> Standing:
        slices = [history.last_slice(each, step) for each in states if whose(each) is component]
        last = None if None in slices else max(filter(None, slices), default=0)
        return stood(notes, component, _state_of(component, states), step, last)

    if of is None:
        return Standings(tuple(at(each) for each, state in states.items() if state in ALIVE and whose(each) is each))
    if isinstance(of, Microprocess):
        found = [each for each in states if each is of] or called(of.short_name, states)
    elif isinstance(of, str):
        found = called(of, states)
    else:
        raise CannotExplain(f"{shown(of)} cannot be explained: give a component or its name")
    if len(found) == 1:
        return at(found[0])
    name = of if isinstance(of, str) else name_of(of)
    if found:
        raise UnknownComponent(f"{len(found)} components are called {name!r}: {listed(map(name_of, found))}")
    raise UnknownComponent(
        f"no component that was active at step {step} is called {name!r}; there were: {listed(map(label_of, states))}"
    )


def _state_of(component: Microprocess, states: dict[Any, str]) -> str:
    """Return the state of a component at a moment; of one that waits for a generator that one's."""
    if states[component] == WAITING:
        for each, state in states.items():
            if each._awaited_by is component and state in ALIVE:
                return _state_of(each, states)
    return states[component]


def stood(notes: Stood, component: Microprocess, state: str, step: int, last_slice: int | None) -> Standing:
    """Return where a component stood after a step.

    Args:
        notes: the notes of its lab.
        component: the component.
        state: what it was.
        step: the step.
        last_slice: the number of its own last slice until then; 0 if it had none, ``None`` if that is forgotten.
    """
    name = name_of(component)
    if last_slice == 0:
        first = beginning_of(component)
        around = source_around(first) if first else ()
        return Standing(name, state, "its first slice is still to come", (first,) if first else (), around=around)
    note = None if last_slice is None else notes.of(component.short_name, last_slice)
    if note is None:
        return Standing(
            name,
            state,
            f"where its code stood was not noted, because the lab ran freely then; lab.goto({step}) goes back there",
        )
    places = tuple(Place.of(code.co_filename, line, code.co_name) for code, line in note.lines)
    remark = note.remarks[state == ASLEEP]
    around = source_around(places[note.at]) if places else ()
    return Standing(name, state, remark, places, note.at, written(note.variables), written(note.attributes), around)
