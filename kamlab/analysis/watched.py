"""Watched expressions: an attribute of a component, or a part of one, now and over time.

An expression is the name of a component and a path: names and constant indices, as in ``Double.totals[0].mean``. It is
read from the syntax tree, and read on without running anything: attributes come from the dictionaries and slots of the
objects, items from the containers of Python. Properties, methods and a container's own ``__getitem__`` are the user's
code, and reading must not run that: it would change the run that is looked at.

Its history is taken from the notes of :mod:`.location_notes`, which each stepped slice leaves anyway. Whatever those
do not hold, as an item of a list, is noted with them from the moment on that it is watched.

Rejected: ``eval`` of the expression (it calls whatever it likes), and a history of its own for each watch (going back
would have to cut it as well).
"""

from __future__ import annotations

import ast
import inspect
import math
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import GetSetDescriptorType, MemberDescriptorType
from typing import Any, NamedTuple

from ..core.component import Component
from ..core.describe import name_of
from ..core.errors import UnknownComponent, listed
from ..core.frames import users_place
from ..core.microprocess import Microprocess
from ..core.naming import called, whose
from ..core.safe_repr import class_attribute
from ..core.world import World
from .errors import BadWatch
from .history import History, history_of
from .location import Said, variables_of
from .location_notes import NOTES, Note, Stood, kept
from .stack import codes_in, stack_of
from .words import shown

#: How many points of its history a watch has at most: the newest.
POINTS = 120
#: How many expressions are watched at most in one lab, and how many characters one may have.
WATCHES, LONGEST = 40, 200

#: One step of a path: how it is written, and whether it is an index.
Step = tuple[Any, bool]


class Missing(Exception):
    """A path leads nowhere; the text says where it ends."""


class Expression(NamedTuple):
    """An expression that was read: the name of a component, the path from there, and both as ``text``."""

    text: str
    component: str
    path: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Watched:
    """One watched expression, and its value.

    ``value`` is a text; empty where ``error`` says why there is none. ``history`` has the (step, number) pairs of its
    numeric values, one for each change, the newest :data:`POINTS`.

    >>> from kamlab import Component, Lab
    >>> class Double(Component):
    ...     def main(self):
    ...         self.total = 1
    ...         while True:
    ...             self.total *= 2
    ...             yield
    >>> with Lab(clock="virtual") as lab:
    ...     _ = Double().activate()
    ...     _ = lab.step(3)
    ...     watched = lab.watch("Double.total")
    >>> watched.value, watched.history
    ('8', ((1, 2), (2, 4), (3, 8)))
    """

    id: int
    expression: str
    value: str
    error: str = ""
    history: tuple[tuple[int, float], ...] = ()


def parsed(text: Any, of: str = "") -> Expression:
    """Return an expression that was read from a text.

    Args:
        text: ``Double.total``, or only the path where ``of`` names the component.
        of: the name of the component.

    Raises:
        BadWatch: it is not a path of names and constant indices.

    >>> parsed("Double_3.totals[-1].mean").path
    (('totals', False), (-1, True), ('mean', False))
    """
    if not isinstance(text, str) or len(text) > LONGEST:
        raise BadWatch(f"{shown(text)} cannot be watched: {_HINT}")
    whole = text.strip()
    name, path = (of, whole.removeprefix("self.")) if of else _divided(whole)
    try:
        steps = _steps(ast.parse(f"_.{path}", mode="eval").body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        steps = None
    if not (name and path and steps):
        raise BadWatch(f"{shown(whole)} cannot be watched: {_HINT}")
    return Expression(f"{name}.{path}", name, tuple(steps))


_HINT = 'give the name of a component and an attribute or an item of it, as in "Double.total" or "Double.rows[0]"'


def _divided(text: str) -> tuple[str, str]:
    """Return the name of a component and the path after it."""
    name, _, path = text.partition(".")
    return name.strip(), path


def _steps(node: ast.AST) -> list[Step] | None:
    """Return the steps of a path from its syntax tree; ``None`` if there is anything else in it."""
    if isinstance(node, ast.Name):
        return []
    if isinstance(node, ast.Attribute):
        before = _steps(node.value)
        return None if before is None else [*before, (node.attr, False)]
    if isinstance(node, ast.Subscript):
        before, index = _steps(node.value), _constant(node.slice)
        return None if before is None or index is None else [*before, (index, True)]
    return None


def _constant(node: ast.AST) -> Any:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _constant(node.operand)
        return -inner if type(inner) is int else None
    return node.value if isinstance(node, ast.Constant) and type(node.value) in (int, str, bytes) else None


# -- reading without running anything ---------------------------------------------------------------------


def read(component: Microprocess, path: tuple[Step, ...]) -> Any:
    """Return the value at the end of a path from a component: from its attributes, else from its variables.

    Raises:
        Missing: there is none, or the user's code would have to run to get it.
    """
    first, _ = path[0]
    try:
        return follow(_attribute(component, first), path[1:])
    except Missing:
        variables = dict(_variables(component))
        if first not in variables:
            raise
    return follow(variables[first], path[1:])


def follow(value: Any, path: Iterable[Step]) -> Any:
    """Return the value at the end of a path from a value. Errors as for :func:`read`."""
    for name, is_index in path:
        value = _item(value, name) if is_index else _attribute(value, name)
    return value


def _variables(component: Microprocess) -> list[tuple[str, Any]]:
    stack = stack_of(component)
    return variables_of(stack[users_place(codes_in(stack))].frame) if stack else []


def _attribute(value: Any, name: str) -> Any:
    try:
        found = inspect.getattr_static(value, name)
    except AttributeError:
        raise Missing(f"there is no {name!r}") from None
    kind = type(found)
    if kind in _SLOTS:  # what a slot holds is an attribute as any other
        try:
            return kind.__get__(found, value, type(value))
        except AttributeError:
            raise Missing(f"{name!r} has no value yet") from None
    if class_attribute(kind, "__get__") is not None:
        raise Missing(f"{name!r} is computed by code, which is not run")
    return found


_FIELDS = type(inspect.getattr_static(NamedTuple("_Pair", [("first", int)]), "first"))
#: What stands in a class for a slot, a field of a named tuple, or an attribute that C code keeps.
_SLOTS = (MemberDescriptorType, GetSetDescriptorType, _FIELDS)


def _item(value: Any, index: Any) -> Any:
    for base, take in _CONTAINERS.items():
        if issubclass(type(value), base):
            try:
                return take(value, index)
            except (LookupError, TypeError):
                raise Missing(f"there is no item {index!r}") from None
    raise Missing(f"an item of {shown(type(value).__name__)} cannot be read without running code")


#: How an item is taken out of a container, past what a subclass makes of that.
_CONTAINERS: dict[type, Callable[[Any, Any], Any]] = {
    base: vars(base)["__getitem__"] for base in (list, tuple, dict, deque, str, bytes)
}


# -- the watches of one lab -------------------------------------------------------------------------------


class WatchList:
    """The watched expressions of a lab, in the order in which they were added."""

    def __init__(self) -> None:
        self.expressions: dict[int, Expression] = {}
        self._last = 0

    def add(self, expression: Expression) -> int:
        """Add an expression, unless it is watched already; return its number.

        Raises:
            BadWatch: there are too many.
        """
        for number, known in self.expressions.items():
            if known == expression:
                return number
        if len(self.expressions) >= WATCHES:
            raise BadWatch(f"{WATCHES} expressions are watched already: take one away first, with lab.unwatch(id)")
        self._last += 1
        self.expressions[self._last] = expression
        return self._last

    def remove(self, number: Any) -> None:
        """Remove an expression by its number or its text.

        Raises:
            BadWatch: it is not watched.
        """
        for known, expression in self.expressions.items():
            if number in (known, expression.text):
                del self.expressions[known]
                return
        there = ", ".join(f"{known} ({expression.text})" for known, expression in self.expressions.items())
        raise BadWatch(f"{shown(number)} is not watched; these are: {there or 'none'}")

    def note(self, component: Microprocess) -> tuple[tuple[str, Any], ...]:
        """Return the values of the expressions about a component after a slice, by text, as notes keep them."""
        found = []
        for expression in self.expressions.values():
            if called(expression.component, (component,)):
                try:
                    found.append((expression.text, kept(read(component, expression.path))))
                except Missing:
                    continue
        return tuple(found)

    def rows(self, lab: World, notes: Stood, step: int | None = None) -> tuple[Watched, ...]:
        """Return all expressions with their values, now or after a step of the past; the caller holds the lock."""
        return tuple([watched(lab, notes, *pair, step) for pair in self.expressions.items()])


def watched(lab: World, notes: Stood, number: int, expression: Expression, step: int | None = None) -> Watched:
    """Return an expression with its value, now or after a step, and its history. The caller holds the lock.

    Raises:
        StepOutOfRange: there was no such step, or it is forgotten.
    """
    try:
        component = _found(lab, expression.component)
    except UnknownComponent as error:
        return Watched(number, expression.text, "", str(error))
    history = history_of(lab)
    slices = _slices(history, component)
    points = _points(notes, expression, slices)
    try:
        value = read(component, expression.path) if step is None else _then(history, notes, expression, slices, step)
    except Missing as error:
        return Watched(number, expression.text, "", f"{name_of(component)}: {error}", points)
    if step is None and is_number(value) and (not points or points[-1][1] != value):
        points = (*points, (lab.step_number, value))
    return Watched(number, expression.text, value if type(value) is Said else shown(value), "", points)


def is_number(value: Any) -> bool:
    """Return whether a value can be drawn as a number."""
    return type(value) in (int, float, bool) and math.isfinite(value) and abs(value) < 2**53


def _found(lab: World, name: str) -> Component:
    """Return the component that an expression is about: a living one, else the last that ended."""
    alive = called(name, lab.components)
    if len(alive) == 1:
        return alive[0]
    if alive:
        raise UnknownComponent(f"{len(alive)} components are called {name!r}: {listed(map(name_of, alive))}")
    gone = called(name, [ended for record in lab.register.ended if isinstance(ended := record.component, Component)])
    if gone:
        return gone[-1]
    raise UnknownComponent(f"no component is called {name!r} now")


def _slices(history: History, component: Component) -> list[int]:
    """Return the numbers of the slices of a component and of its generators, in order."""
    places = list(history.slices.get(component, ()))
    for other, its_own in history.slices.items():
        if other is not component and whose(other) is component:
            places += its_own
    return [history.steps[place] for place in sorted(places)]


def _points(notes: Stood, expression: Expression, slices: list[int]) -> tuple[tuple[int, float], ...]:
    """Return the numbers that were noted after slices, one for each change, the newest ones."""
    points: list[tuple[int, float]] = []
    for step in slices[-NOTES:]:
        try:
            value = _noted(notes.of(step), expression)
        except Missing:
            continue
        if is_number(value) and (not points or points[-1][1] != value):
            points.append((step, value))
    return tuple(points[-POINTS:])


def _then(history: History, notes: Stood, expression: Expression, slices: list[int], step: int) -> Any:
    """Return the value after a step, from the note of the last slice until then."""
    history.check(step)
    last = max((number for number in slices if number <= step), default=0)
    return _noted(notes.of(last), expression)


def _noted(note: Note | None, expression: Expression) -> Any:
    """Return the value that a note has of an expression.

    Raises:
        Missing: it has none.
    """
    for text, value in note.watched if note is not None else ():
        if text == expression.text:
            return value
    (first, _), *rest = expression.path
    pairs = (*note.variables, *note.attributes) if note is not None else ()
    known = dict(pairs)  # of two of the same name the attribute counts
    if first not in known or (rest and type(known[first]) is Said):
        raise Missing("no value was noted then")
    return follow(known[first], rest)
