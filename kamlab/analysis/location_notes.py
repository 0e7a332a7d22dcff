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

from collections import deque
from collections.abc import Callable
from itertools import islice
from operator import attrgetter
from types import CodeType, CoroutineType, FrameType, FunctionType, GeneratorType
from typing import Any, NamedTuple

from ..core.awaitables import END_OF_SLICE
from ..core.describe import name_of
from ..core.frames import users_place
from ..core.message_text import is_frozen, is_plain, text_to_keep
from ..core.microprocess import Microprocess
from ..core.naming import one_called, whose
from ..core.safe_repr import class_attribute, class_name
from ..core.states import ALIVE, ASLEEP, BLOCKED, HELD
from ..core.task import task_of
from ..core.text_bytes import TextBytes
from ..core.thread import ThreadedComponent
from ..core.world import World
from .errors import CannotExplain
from .history import history_of
from .location import (
    BUSY,
    BY_YOU,
    More,
    Place,
    Said,
    Standing,
    Standings,
    as_of_state,
    at_beginning,
    attributes_of,
    inside_of,
    listing_of,
    remark_on,
    variables_of,
    written,
)
from .snapshot import from_record
from .stack import stack_of
from .words import WIDTH, counted, shown

#: How many notes are kept; the oldest go first.
NOTES = 5000
#: How many items of a list are told.
FEW = 8
#: A text longer than this is kept as what is shown of it.
LONG = 200


class Note(NamedTuple):
    """Where one component stood after a slice of its own: its frames, and the values in the user's own one.

    ``watched`` has what was watched of it then, by expression; see :mod:`.watched`.
    """

    codes: tuple[CodeType, ...]
    lines: tuple[int, ...]
    own: int
    variables: tuple[tuple[str, Any], ...]
    attributes: tuple[tuple[str, Any], ...]
    remarks: tuple[str, str]
    inside: str
    watched: tuple[tuple[str, Any], ...] = ()


class Stood:
    """The notes of a lab: one for each slice that was stepped, by its number."""

    def __init__(self) -> None:
        self._notes: dict[int, Note] = {}
        self._last = 0
        #: Returns what is watched of a component; ``None`` while nothing is.
        self.read_watched: Callable[[Microprocess], tuple[tuple[str, Any], ...]] | None = None

    def note(self, component: Microprocess, step: int) -> None:
        """Take note of where a component stands after a slice; notes of later steps are of another way, and go."""
        if self._last >= step:
            self.cut(step - 1)
        if task_of(component).awaited_by is not None:
            component = whose(component)
        frames = _frames(component)
        if frames is not None:  # as for most components
            lines = tuple(map(_LINE_OF, frames))
            remarks = NO_REMARKS if frames else _remarks(component, False)
        else:
            stack = stack_of(component)
            frames, lines = [point.frame for point in stack], tuple([point.line for point in stack])
            remarks = _remarks(component, bool(stack))
        codes = tuple(map(_CODE_OF, frames))
        own = users_place(codes)
        variables = _kept_pairs(variables_of(frames[own])) if frames else ()
        inside = inside_of(component, codes, own)
        attributes = _kept_pairs(attributes_of(component))
        watched = self.read_watched(component) if self.read_watched is not None else ()
        self._notes[step] = Note(codes, lines, own, variables, attributes, remarks, inside, watched)
        self._last = step
        if len(self._notes) > NOTES:
            for old in list(islice(self._notes, NOTES // 10)):
                del self._notes[old]

    def cut(self, step: int) -> None:
        """Drop the notes of later steps: the lab goes on from here, perhaps another way."""
        while self._notes and self._last > step:
            self._notes.popitem()
            self._last = next(reversed(self._notes), 0)

    def forget(self) -> None:
        """Drop all notes: the lab is on another way."""
        self._notes.clear()
        self._last = 0

    def of(self, step: int) -> Note | None:
        """Return the note of the slice of this number, if it was kept."""
        return self._notes.get(step)


_CODE_OF: Callable[[FrameType], CodeType] = attrgetter("f_code")
_LINE_OF: Callable[[FrameType], int] = attrgetter("f_lineno")


def _frames(component: Microprocess) -> list[FrameType] | None:
    """Return the suspended frames of plain generators and coroutines, the outermost first.

    ``None`` where :func:`.stack.stack_of` must look more closely: at a thread, a helper, an ended coroutine, or another
    kind of iterator.
    """
    task = task_of(component)
    flow = task.flow
    if (
        isinstance(component, ThreadedComponent)
        or task.delegate is not None
        or (type(flow) is CoroutineType and flow.cr_frame is None)
    ):
        return None
    frames: list[FrameType] = []
    while flow is not None:
        if type(flow) is GeneratorType:
            frame, flow = flow.gi_frame, flow.gi_yieldfrom
        elif type(flow) is CoroutineType:
            frame, flow = flow.cr_frame, flow.cr_await
        elif type(flow) is END_OF_SLICE:
            break
        else:
            return None
        if frame is not None:
            frames.append(frame)
    return frames


#: Of a component that stands at a yield of its own: there is nothing to say but the place, awake or asleep.
NO_REMARKS = ("", "")


def _remarks(component: Microprocess, known: bool) -> tuple[str, str]:
    """Return what there is to say beside the place: as long as the component is awake, and while it sleeps."""
    return remark_on(component, task_of(component).life, known), remark_on(component, ASLEEP, known)


def _kept_pairs(pairs: list[tuple[str, Any]]) -> tuple[tuple[str, Any], ...]:
    """Return (name, value) pairs with what is kept of each value."""
    return tuple([(name, value if type(value) is int else kept(value)) for name, value in pairs]) if pairs else ()


def kept(value: Any) -> Any:
    """Return a value that cannot change, or the text of one that can; no code of a user's class is run for it."""
    cls = type(value)
    if cls is str or cls is bytes or cls is TextBytes:
        return value if len(value) <= LONG else Said(shown(value))
    if is_plain(cls) or cls is FunctionType or cls is type or cls is More:
        return value
    text = text_to_keep(value, thoroughly=False)
    if text is not None:
        return Said(text)
    if is_frozen(value):
        return value
    if (cls is list or cls is tuple) and len(value) <= FEW:
        inner = ", ".join(map(_brief, value))
        return Said(_short(f"[{inner}]" if cls is list else f"({inner}{',' * (len(value) == 1)})"))
    return Said(_brief(value))


def _brief(value: Any) -> str:
    """Return the text of a value without looking into it."""
    cls = type(value)
    if issubclass(cls, Microprocess):
        return name_of(value)
    if any(cls is container for container in _CONTAINERS):
        return f"<{cls.__name__} of {counted(len(value), 'item')}>"
    if is_plain(cls) or class_attribute(cls, "__repr__") is _OBJECT_REPR:
        return shown(value)
    return f"<{class_name(cls)}>"


def _short(text: str) -> str:
    return text if len(text) <= WIDTH else text[: WIDTH - 3] + "..."


_CONTAINERS = (list, tuple, dict, set, frozenset, deque, bytearray)
_OBJECT_REPR = vars(object)["__repr__"]


def standing_at(lab: World, notes: Stood, of: Any, step: int) -> Standing | Standings[Standing]:
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
    states = history.states_after(history.end_of(step))
    stands = from_record(lab, step, most=0).components

    slices: dict[Microprocess, list[int | None]] = {}  # those of its generators, too
    for component in states:
        slices.setdefault(whose(component), []).append(history.last_slice(component, step))

    def at(component: Microprocess) -> Standing:
        own = slices.get(component, [])
        last = None if None in own else max(filter(None, own), default=0)
        return stood(notes, component, stands[component].state, step, last)

    if of is None:
        return Standings(
            tuple(
                at(component) for component, state in states.items() if state in ALIVE and whose(component) is component
            )
        )
    if not isinstance(of, (Microprocess, str)):
        raise CannotExplain(f"{shown(of)} cannot be explained: give a component or its name")
    if isinstance(of, Microprocess) and of in states:
        return at(whose(of))
    name = of if isinstance(of, str) else of.short_name
    return at(whose(one_called(name, states, f" active at step {step}", "there were")))


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
        return at_beginning(component, state, "its first slice is still to come")
    note = None if last_slice is None else notes.of(last_slice)
    if note is None:
        return Standing(
            name,
            state,
            f"where its code stood was not noted, because the lab ran freely then or has gone back since; "
            f"lab.goto({step}) goes there",
        )
    places = tuple(
        Place.of(code.co_filename, line or 0, code.co_name) for code, line in zip(note.codes, note.lines, strict=True)
    )
    busy = state == BLOCKED and isinstance(component, ThreadedComponent)
    remark = BUSY if busy else BY_YOU if state == HELD else note.remarks[state in (ASLEEP, BLOCKED)]
    first, listing = listing_of(places[note.own], note.codes[note.own]) if places else (0, ())
    return Standing(
        name,
        state,
        remark,
        places,
        note.own,
        written(note.variables),
        written(note.attributes),
        as_of_state(note.inside, state),
        first,
        listing,
    )
