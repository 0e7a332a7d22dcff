"""Complete fingerprints: values that are equal only if two local states are.

Why it is done this way
-----------------------
The variables of a frame and the place where it stands do not determine what it does next: in
``for letter in "LETTER": yield letter`` both are the same after the first T and after the second. The iterator is on
the value stack of the frame. ``gc.get_referents`` of a generator or coroutine shows its variables *and* its value
stack, in order, on CPython 3.11 and later; iterators tell where they stand by ``__reduce__``.

Mutable objects are numbered in the order in which they are met, so that a structure that refers to itself has an end,
and two names for one object differ from two equal objects. An object that is met in a second cell is marked with its
place in the first, and the first with the second; its content is part of both, so a change of it is a change of both.

What cannot be seen into is :class:`Opaque`: objects of C extensions, files, locks, threads. A system that holds one is
explored without merging states, or not called proved. Rejected: ``pickle`` and ``copy``, which cannot take generators
and run code of the user's; ``repr``, which says what its author likes.
"""

from __future__ import annotations

import datetime
import decimal
import enum
import fractions
import functools
import pathlib
import re
import types
import uuid
from collections.abc import Callable
from typing import Any

from ..core.box import Box
from ..core.ipc import Ipc
from ..core.link import Link
from ..core.microprocess import Microprocess
from ..core.scheduler import Scheduler
from ..core.services import Services
from ..core.shared import Shared
from ..core.task import Task, task_of
from ..core.unawaited import OUTSIDE_SLICES
from .cells import Cell
from .contents import PLAINLY_MUTABLE, content_of, error_of
from .kinds import Opaque, is_value

#: How deep objects may be nested.
DEEPEST = 150


#: Immutable values whose ``repr`` tells all that there is to them.
_BY_REPR = frozenset(
    (
        *(float, complex, range, slice, type(...), type(NotImplemented)),
        *(datetime.date, datetime.datetime, datetime.time, datetime.timedelta, datetime.timezone),
        *(decimal.Decimal, fractions.Fraction, uuid.UUID, re.Pattern),
        *(pathlib.PurePath, pathlib.PurePosixPath, pathlib.PureWindowsPath, pathlib.PosixPath, pathlib.WindowsPath),
    )
)
#: Values that are the same object wherever they are met.
_BY_NAME = (
    types.WrapperDescriptorType,
    types.MethodDescriptorType,
    types.ClassMethodDescriptorType,
    types.GetSetDescriptorType,
    types.MemberDescriptorType,
)
#: Attributes of a component that belong to the engine, which has cells of its own.
_OF_ENGINE = frozenset(("_task", "_in", "_out", "_made_with", "_end_finalizer"))

#: Attributes that every member of an enum has, and that do not change.
_OF_MEMBERS = frozenset(("_name_", "_sort_order_", "__objclass__"))

#: References from one local state to another component, in fingerprints.
COMPONENT, OF_BOX, SENDER = "component", "box of", "from"


class Prints:
    """Makes the fingerprints of one state; the cells are done in the same order for every state.

    Args:
        number_of: returns the number of a component; ``None`` if it is not part of the system.
        engine: the scheduler, whose objects are no state of a component.
        ignore: attributes to leave out: ``"Class.attribute"``.
        opaque: called with an :class:`Opaque` and the object; it may raise it.
    """

    def __init__(
        self,
        number_of: Callable[[Any], Any],
        engine: Scheduler,
        ignore: frozenset[str],
        opaque: Callable[[Opaque, Any], Any],
    ) -> None:
        self._number_of = number_of
        self._engine = engine
        self._ignore = ignore
        self._opaque = opaque
        #: Where each mutable object was met first: the cell, and its number in it.
        self._first: dict[int, tuple[Cell, int]] = {}
        self._cell: Cell = ()
        self._met: dict[int, int] = {}
        #: Keeps objects, so that others do not get their ``id``.
        self.kept: list[Any] = []
        self._depth = 0
        #: Whether the object that stands for itself is the present component.
        self._own: Any = None
        self._left_out: set[int] = set()
        #: Objects whose state has a cell of its own, by ``id``, and what they are called elsewhere.
        self.apart: dict[int, str] = {}
        #: The objects of a cell that were met again in others: their numbers, and those cells.
        self.shared: dict[Cell, set[tuple[int, Cell]]] = {}
        #: The cells in which each object that cannot be seen into was met, by where it was met first.
        self.hidden: dict[tuple[Cell, int], set[Cell]] = {}

    # -- cells ----------------------------------------------------------------------------------

    def begin(self, cell: Cell, own: Any = None) -> None:
        """Begin a cell, or the next message in one; ``own`` is the component whose local state it is."""
        self._cell, self._own = cell, own
        self._met = {}

    def local(self, component: Microprocess) -> Any:
        """Return the fingerprint of the local state of a component."""
        task = task_of(component)
        links = () if task.switchboard is None else tuple(map(self.of, task.switchboard.links))
        kids = tuple(map(self.of, task.children or ()))
        own = vars(component)
        cls: Any = type(component)
        names = sorted(name for name in own if name not in _OF_ENGINE)
        if self._ignore:
            names = [name for name in names if not _is_ignored(self._ignore, cls, name)]
        attributes = tuple([(name, self.of(own[name])) for name in names])
        error = None if task.error is None else error_of(self, task.error, type(task.error))
        values = task.variables
        variables = () if not values else tuple([(str(name), self.of(value)) for name, value in values.items()])
        return (self.class_of(cls), attributes, self.of(task.flow), kids, links, error, variables)

    # -- values ---------------------------------------------------------------------------------

    def of(self, value: Any) -> Any:
        """Return the fingerprint of a value.

        Raises:
            Opaque: it cannot be seen, and ``opaque`` raises.
        """
        kind = type(value)
        if value is None or kind is str or kind is int or kind is bytes:
            return value
        if kind is bool:
            return ("bool", value)
        if kind is tuple:
            return ("tuple", *[self.of(item) for item in value])
        if kind in _BY_REPR:
            return (kind.__name__, repr(value))
        self._depth += 1
        try:
            if self._depth > DEEPEST:
                raise Opaque(f"objects nested more than {DEEPEST} deep")
            return self._mutable(value, kind) if kind in PLAINLY_MUTABLE else self._object(value, kind)
        except Opaque as error:
            self._opaque(error, value)
            return self._hidden(value, kind)
        finally:
            self._depth -= 1

    def _hidden(self, value: Any, kind: type) -> Any:
        """Return what stands for an object that cannot be seen into, and note in which cells it is."""
        number = self._met.get(id(value))
        if number is None:
            number = self._meet(value)
        first = self._first.setdefault(id(value), (self._cell, number))
        self.hidden.setdefault(first, set()).add(self._cell)
        return ("hidden", kind.__module__, kind.__qualname__, first)

    def _object(self, value: Any, kind: type) -> Any:
        if isinstance(value, Microprocess):
            if value is self._own:
                return ("self",)
            number = self._number_of(value)
            if number is None:
                raise Opaque("a component that is not part of the system")
            return (COMPONENT, number)
        if isinstance(value, Box):
            return ("box", (OF_BOX, self._number_of(value.owner)), value.kind, value.name)
        if kind is Link:
            return ("link", *map(self._end, (value.source_box, value.sink_box)))
        if id(value) in self.apart:
            return ("apart", self.apart[id(value)])
        if self._is_engines(value, kind):
            return ("engine", kind.__name__)
        if kind is Shared and (variable := self._number_of(value)) is not None:
            return ("variable", variable)  # what it holds is a cell of its own
        if isinstance(value, Ipc):
            return self._ipc(value)
        if kind is types.ModuleType:
            return ("module", value.__name__)
        if isinstance(value, type):
            return self.class_of(value)
        if isinstance(value, enum.Enum):
            held = [(name, self.of(value.__dict__[name])) for name in sorted(value.__dict__) if name not in _OF_MEMBERS]
            return ("enum", kind.__module__, kind.__qualname__, value.name, *held)
        if kind is types.BuiltinMethodType:
            owner = value.__self__
            whose = owner.__name__ if isinstance(owner, types.ModuleType) else self.of(owner)
            return ("builtin", value.__name__, whose)
        if kind in _BY_NAME:
            return ("descriptor", value.__objclass__.__qualname__, value.__name__)
        if kind is types.MethodType:
            return ("method", self.of(value.__func__), self.of(value.__self__))
        if kind is types.MethodWrapperType:
            return ("wrapper", value.__name__, self.of(value.__self__))
        return self._mutable(value, kind)

    def _end(self, box: Box) -> Any:
        return (self._number_of(box.owner), box.kind, box.name)

    def _is_engines(self, value: Any, kind: type) -> bool:
        """Return whether an object belongs to the engine, and is no state of its holder."""
        engine = self._engine
        if kind is list and (value is engine.unawaited or value is engine.counter):
            return True
        return kind in (Scheduler, Services, Task) or value is OUTSIDE_SLICES

    def _ipc(self, message: Ipc) -> Any:
        """Return the fingerprint of a message of the engine's, whose sender few components look at."""
        parts = []
        for name, value in sorted(vars(message).items()):
            is_sender = name == "caller" and isinstance(value, Microprocess)
            of = (SENDER, self._number_of(value)) if is_sender else self.of(value)
            parts.append((name, of))
        return ("ipc", type(message).__name__, *parts)

    def class_of(self, cls: type) -> Any:
        """Return the fingerprint of a class: its name, and its content if it was made in a function."""
        if "<locals>" not in cls.__qualname__:
            return ("class", cls.__module__, cls.__qualname__)
        seen = self._met.get(id(cls))
        if seen is not None:
            return ("ref", seen)
        self._meet(cls)
        skipped = ("__dict__", "__weakref__", "__doc__", "__module__", "__annotations__", "__abstractmethods__")
        content = [
            (name, self._member(value))
            for name, value in vars(cls).items()
            if name not in skipped and not name.startswith("_abc_")
        ]
        return ("class", cls.__qualname__, *map(self.class_of, cls.__bases__), *content)

    def _member(self, value: Any) -> Any:
        if isinstance(value, (staticmethod, classmethod)):
            return ("wrapped", type(value).__name__, self.of(value.__func__))
        if isinstance(value, property):
            return ("property", self.of(value.fget), self.of(value.fset), self.of(value.fdel))
        return self.of(value)

    # -- objects with an identity ---------------------------------------------------------------

    def _meet(self, value: Any) -> int:
        number = self._met[id(value)] = len(self._met)
        self.kept.append(value)
        return number

    def leave_out(self, component: Microprocess) -> None:
        """Leave out the objects in the attributes that are ignored, wherever they are met, as on a value stack."""
        cls: Any = type(component)
        for name, value in vars(component).items():
            if _is_ignored(self._ignore, cls, name):
                self._left_out.add(id(value))

    def _mutable(self, value: Any, kind: type) -> Any:
        place = id(value)
        if place in self._left_out:
            return ("left out",)
        seen = self._met.get(place)
        if seen is not None:
            return ("ref", seen)
        number = self._meet(value)
        content = content_of(self, value, kind)
        if kind is types.FunctionType or kind is frozenset or is_value(kind) or _is_of_class(value, kind):
            return content
        first = self._first.setdefault(place, (self._cell, number))
        if first[0] is not self._cell and first[0] != self._cell:
            self.shared.setdefault(first[0], set()).add((first[1], self._cell))
            return ("alias", first, content)
        return content


@functools.lru_cache(1000)
def _is_ignored(ignore: frozenset[str], cls: type, name: str) -> bool:
    """Return whether an attribute is to be left out, of a class or of one that it is derived from."""
    return any(f"{ancestor.__name__}.{name}" in ignore for ancestor in cls.__mro__)


def _is_of_class(value: Any, kind: type) -> bool:
    """Return whether a value is the cell of a method that calls ``super()``, which all objects of its class share."""
    return kind is types.CellType and isinstance(_held(value), type)


def _held(cell: types.CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # not set yet
        return None


def references_in(value: Any, senders: bool = True) -> frozenset[int]:
    """Return the numbers of the components that a fingerprint refers to; with ``senders`` also those of messages."""
    kinds = (COMPONENT, OF_BOX, SENDER) if senders else (COMPONENT, OF_BOX)
    found: set[int] = set()
    todo = [value]
    while todo:
        part = todo.pop()
        if type(part) is tuple:
            if len(part) == 2 and type(part[0]) is str and part[0] in kinds and type(part[1]) is int:
                found.add(part[1])
            else:
                todo.extend(part)
        elif type(part) is frozenset:
            todo.extend(part)
    return frozenset(found)
