"""Where things were made: in which execution of which cell, or at which line; and the labs that exist.

A notebook runs a cell again and again, and each time what it made before is in the way: a service of that name, a port,
a lab that runs on. So a front end says which cell a thread of control executes (:func:`enter`), and while it does, each
component, service, link and lab that is made is noted with that origin. What a component makes in its slices is of the
origin of that component, however long ago its cell was executed, and whichever cell drives the lab meanwhile. What a
builder makes when it builds its system again is of the origin of the first time; see :func:`within`.

The origin of a component is where it was *made*, not where it was activated: a cell that says ``server.activate()`` can
be executed twice, and the second time does nothing.

Nothing of this is noted, and nothing is looked up, until a front end sets :data:`noting`.

The components that are made while a lab is new are noted in any case, with their lines, in :data:`FRESH`: from the
beginning of a lab (or of the process) to the first activation, in whichever lab, and at most :data:`KEPT` of them. So a
lab that has nothing to run can name those whose ``activate()`` was forgotten; see :mod:`.never_activated`. In all other
times making a component costs one look at :data:`noting_components`.

The tables have no lock, since each of their uses is one operation of a dictionary, and a lock that a thread holds stays
locked in a forked process.

Rejected: an attribute of each component, which its users would see, and by which two runs of one system would differ;
for the components of a new lab, a weak set (one that was dropped is gone when it is asked for), and to note them always
(it costs as much as a tenth of making one).
"""

from __future__ import annotations

import contextlib
import itertools
import sys
import threading
import time
from collections.abc import Callable, Hashable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import CodeType, FrameType
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from .context import in_slice
from .frames import is_kamlabs

if TYPE_CHECKING:
    from .microprocess import Microprocess
    from .world import World

#: Whether a front end wants to know where components, services and links are made.
noting: bool = False
#: Whether it is noted which components are made: for a front end, or because a lab is new.
noting_components: bool = True

#: Called with each component that is being made; ``None`` unless a system is explored.
listener: Callable[[Any], None] | None = None

#: How many components of a new lab are noted.
KEPT = 64

#: The packages that execute a cell; a lab that a magic makes is made at no line of the user's.
_SHELL = ("IPython", "ipykernel")


@dataclass(frozen=True, eq=False, slots=True)
class Origin:
    """One execution of a cell.

    Attributes:
        key: what is equal for two executions of the same cell.
        label: what the cell is called, such as ``In [5]``.
        outer: the execution that this one is part of, if a cell executes another.
    """

    key: Hashable
    label: str
    outer: Origin | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """When and where a lab was made.

    Attributes:
        number: its place in the order in which the labs of this program were made.
        place: the line, in words; empty for a lab that was made because there was none.
        origin: the cell, if a front end has said which.
        when: the time of day, in seconds since 1970.
    """

    place: str
    origin: Origin | None = None
    when: float = field(default_factory=time.time)
    number: int = field(default_factory=itertools.count(1).__next__)

    def __str__(self) -> str:
        """Return the place in words, such as ``In [5], line 3``."""
        return self.place or "by default"


_entered: ContextVar[Origin | None] = ContextVar("kamlab_origin", default=None)
_origins: WeakKeyDictionary[Any, Origin] = WeakKeyDictionary()
_labs: WeakKeyDictionary[Any, Made] = WeakKeyDictionary()


def set_noting(wanted: bool) -> None:
    """Begin or end to note where things are made; what was noted is forgotten at the end."""
    global noting, noting_components
    noting = wanted
    noting_components = wanted or FRESH.wanted or listener is not None
    if not wanted:
        _origins.clear()


def enter(origin: Origin | None) -> None:
    """Say that this thread of control executes a cell from now on; ``None``: no cell."""
    _entered.set(origin)


def entered() -> Origin | None:
    """Return the execution that was entered last on this thread of control."""
    return _entered.get()


@contextlib.contextmanager
def within(origin: Origin | None) -> Iterator[None]:
    """Have what is made in the block be of this origin; of none, if it is ``None``."""
    before = _entered.get()
    _entered.set(origin)
    try:
        yield
    finally:
        _entered.set(before)


def here() -> Origin | None:
    """Return the origin of what is made now: that of the component whose slice or thread this is, or of the cell."""
    world = in_slice.world
    if world is None:
        return _entered.get()
    maker = in_slice.component
    if maker is None and world.scheduler.driver == threading.get_ident():
        maker = world.scheduler.running
    return None if maker is None else origin_of(maker)


def note(thing: Any) -> None:
    """Note where something is made that can be referred to weakly."""
    origin = here()
    if origin is not None:
        _origins[thing] = origin


def origin_of(thing: Any) -> Origin | None:
    """Return where something was made, if that was noted."""
    return _origins.get(thing)


def is_of(origin: Origin | None, key: Hashable) -> bool:
    """Return whether an origin is an execution of the cell with this key."""
    return origin is not None and origin.key == key


# -- components ------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Fresh:
    """The components that were made since a lab began, each with its line, until one was activated."""

    wanted: bool = True
    made: list[tuple[Microprocess, CodeType | None, int]] = field(default_factory=list)


FRESH = _Fresh()


def want_fresh(wanted: bool, forget: bool = True) -> None:
    """Begin or end to note the components of a new lab; forget those that were noted, unless they count for it."""
    global noting_components
    FRESH.wanted = wanted
    noting_components = wanted or noting or listener is not None
    if forget:
        FRESH.made.clear()


def set_listener(wanted: Callable[[Any], None] | None) -> None:
    """Have a function called with each component that is being made, from ``__new__`` on; ``None``: no function."""
    global listener, noting_components
    listener = wanted
    noting_components = noting or FRESH.wanted or wanted is not None


def note_component(component: Microprocess) -> None:
    """Note a component that is being made."""
    if listener is not None:
        listener(component)
    if FRESH.wanted:
        if len(FRESH.made) < KEPT:
            FRESH.made.append((component, *users_line()))
        else:
            want_fresh(False, forget=False)
    if noting:
        note(component)


def users_line() -> tuple[CodeType | None, int]:
    """Return the innermost line outside of this package: its code, and its number."""
    frame = _outside()
    return (None, 0) if frame is None else (frame.f_code, frame.f_lineno)


def _outside() -> FrameType | None:
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and is_kamlabs(frame.f_code.co_filename):
        frame = frame.f_back
    return frame


# -- labs ------------------------------------------------------------------------------------------------


def note_lab(lab: World, default: bool = False) -> Made:
    """Add a lab to those that :func:`known_labs` returns, and return where it is made.

    Args:
        lab: the lab.
        default: whether it is made because there is none. Then it is of no cell, since all cells may use it.
    """
    origin = here() if noting and not default else None
    made = Made("" if default else _calling_line(origin), origin)
    _labs[lab] = made
    return made


def known_labs() -> list[Any]:
    """Return the labs that exist, in the order in which they were made; those that nothing refers to may be missing."""
    found = [lab for reference in _labs.keyrefs() if (lab := reference()) is not None]
    return sorted(found, key=lambda lab: _labs[lab].number)


def _calling_line(origin: Origin | None) -> str:
    """Return the innermost line outside of this package."""
    frame = _outside()
    if frame is None or (origin is not None and str(frame.f_globals.get("__name__", "")).split(".")[0] in _SHELL):
        return origin.label if origin is not None else "in kamlab"
    if origin is not None and frame.f_globals.get("__name__") == "__main__":
        return f"{origin.label}, line {frame.f_lineno}"
    name = frame.f_code.co_filename.replace("\\", "/").rsplit("/", 1)[-1]
    place = f"{name}, line {frame.f_lineno}"
    return place if origin is None else f"{origin.label} ({place})"
