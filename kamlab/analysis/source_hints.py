"""What the source of a component says it waits for.

The engine knows that a component sleeps and what would wake it: a message in any inbox, room in any
inbox it sends to, the end of a child. What the component *needs* is in its code, and three common
ways to write it down can be read off with certainty:

- the helpers that wait: ``await self.receive("left")``, ``self.ready(...)``, ``self.sleep(...)``,
  ``send_when_room``, and ``recv`` in a thread;
- a loop that asks: ``while not self.data_ready("left")`` around the line it stands at, the same with
  ``is_full()`` of an outbox, or with ``children_done()``;
- an ``except NoSpaceInBox`` around the line it stands at.

Loop and handler count only if nothing happens in them but waiting: one that works off another inbox, or
leaves when control says so, is let go on by other messages as well.

Everything else is a plain pause, and nothing more is claimed than the engine knows. The source is read
from :mod:`linecache`, so cells of a notebook can be read, too. Nothing is run.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType
from typing import Any
from weakref import WeakKeyDictionary

from ..core.awaitables import ready, receive, receive_by_methods, sleep
from ..core.component import Component
from ..core.frames import users_place
from ..core.ipc import Ipc
from ..core.thread import ThreadedComponent
from .stack import Standpoint, codes_in, lines_of

#: Methods that look into one inbox, "inbox" unless an argument says which; and into any of them.
LOOK_INTO_ONE = {"recv", "data_ready", "dataReady", "messages", "Inbox", "receive"}
LOOK_INTO_ANY = {"ready", "any_ready", "anyReady"}

#: What may be called where one only waits: none of it lets a message do anything.
PASSIVE = {"pause", "tick", "print", "len", "range"}

#: Methods in which no component takes a message; ``@dataclass`` writes some that have no source.
NO_WORK = {"__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__hash__", "__repr__", "__str__"}

PLAIN, MESSAGE, ROOM, CHILD, TIME = "plain", "message", "room", "child", "time"


@dataclass(frozen=True, slots=True)
class Awaited:
    """What a component waits for: a kind, and the boxes, where its code says so; ``None`` for any box."""

    kind: str = PLAIN
    boxes: tuple[str, ...] | None = None

    @property
    def sure(self) -> bool:
        """Whether the code says so, so that nothing else lets it go on."""
        return self.kind != PLAIN


def awaited(stack: list[Standpoint]) -> Awaited:
    """Return what a component needs to get on, from the frames it is suspended in."""
    for point in reversed(stack[users_place(codes_in(stack)) :]):
        found = _of_helper(point)
        if found is not None:
            return found
    return _of_source(stack[users_place(codes_in(stack))]) if stack else Awaited()


def _of_helper(point: Standpoint) -> Awaited | None:
    code, local = point.frame.f_code, point.frame.f_locals
    if code in (receive.__code__, receive_by_methods.__code__, ThreadedComponent.recv.__code__):
        return Awaited(MESSAGE, _names(local.get("boxname")))
    if code is ready.__code__:
        return Awaited(MESSAGE, _names(local.get("any_of")))
    if code is sleep.__code__:
        return Awaited(TIME)
    if code.co_name == "_sending" and point.of_kamlab:
        return Awaited(ROOM, _names(local.get("left")))
    if code.co_name == "until_children_done" and point.of_kamlab:
        return Awaited(CHILD)
    return None


def _names(value: Any) -> tuple[str, ...] | None:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, (tuple, list)) and all(isinstance(name, str) for name in value):
        return tuple(value)
    return None


# -- the source ---------------------------------------------------------------------------------------


def _of_source(point: Standpoint) -> Awaited:
    function = _function(point.frame.f_code)
    if function is None:
        return Awaited()
    for node in reversed(list(_around(function, point.line))):
        if isinstance(node, ast.ExceptHandler) and _is_about_room(node):
            return Awaited(ROOM) if _only_waits(node.body) else Awaited()
        if isinstance(node, ast.While):
            found = _of_test(node.test, point.frame.f_locals) if _only_waits(node.body) else None
            return found or Awaited()
    return Awaited()


def _only_waits(body: list[ast.stmt]) -> bool:
    """Return whether nothing in a loop or handler could be the work that some other message is for."""
    for node in (part for statement in body for part in ast.walk(statement)):
        if isinstance(node, (ast.Return, ast.Break, ast.Raise)):
            return False
        if isinstance(node, ast.Call) and _last_name(node.func) not in PASSIVE:
            return False
    return True


def _around(function: ast.AST, line: int) -> Iterator[ast.AST]:
    """Yield the loops and handlers in whose body a line is, the outermost first."""
    for child in ast.iter_child_nodes(function):
        first, last = getattr(child, "lineno", None), getattr(child, "end_lineno", None)
        if first is None or last is None or not first <= line <= last:
            continue
        if isinstance(child, ast.ExceptHandler) or (
            isinstance(child, ast.While)
            and any(inner.lineno <= line <= (inner.end_lineno or 0) for inner in child.body)
        ):
            yield child
        yield from _around(child, line)


def _is_about_room(handler: ast.ExceptHandler) -> bool:
    named = handler.type
    kinds = named.elts if isinstance(named, ast.Tuple) else [named]
    return any((_last_name(kind) or "").lower() == "nospaceinbox" for kind in kinds)


def _last_name(node: ast.AST | None) -> str | None:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else None


def _of_test(test: ast.expr, local: Any) -> Awaited | None:
    """Say what ends a loop that goes on while ``test`` holds, if that can be told."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return _all_of([_of_test(part, local) for part in test.values])
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], (ast.Eq, ast.Lt)):
        return _of_question(test.left, local)
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        asked = test.operand
        if isinstance(asked, ast.BoolOp) and isinstance(asked.op, ast.Or):
            return _all_of([_of_question(part, local) for part in asked.values])
        return _of_question(asked, local)
    if isinstance(test, ast.Call) and _last_name(test.func) in ("is_full", "isFull"):
        return _of_fullness(test, local)
    return None


def _of_question(asked: ast.expr, local: Any) -> Awaited | None:
    if not isinstance(asked, ast.Call):
        return None
    name = _last_name(asked.func)
    if name in ("data_ready", "dataReady"):
        box = _box_argument(asked, local)
        return Awaited(MESSAGE, (box,)) if box is not None else None
    if name in ("any_ready", "anyReady"):
        return Awaited(MESSAGE)
    if name in ("children_done", "childrenDone"):
        return Awaited(CHILD)
    return None


def _of_fullness(asked: ast.Call, local: Any) -> Awaited:
    box = asked.func.value if isinstance(asked.func, ast.Attribute) else None
    if isinstance(box, ast.Subscript) and _last_name(box.value) == "outboxes":
        name = _value(box.slice, local)
        if isinstance(name, str):
            return Awaited(ROOM, (name,))
    return Awaited(ROOM)


def _all_of(parts: list[Awaited | None]) -> Awaited | None:
    """Join conditions of which any ends the wait; unknown if one of them is, or if they are of several kinds."""
    known = [part for part in parts if part is not None]
    if len(known) != len(parts) or len({part.kind for part in known}) != 1:
        return None
    boxes: list[str] = []
    for part in known:
        if part.boxes is None:
            return Awaited(known[0].kind)
        boxes += part.boxes
    return Awaited(known[0].kind, tuple(dict.fromkeys(boxes)))


def _box_argument(call: ast.Call, local: Any) -> str | None:
    """Return the box that a call names; ``None`` if that cannot be told from the source."""
    given = call.args[:1] or [keyword.value for keyword in call.keywords if keyword.arg in ("boxname", "boxName")]
    if not given:
        return "inbox" if not call.keywords else None
    name = _value(given[0], local)
    return name if isinstance(name, str) else None


def _value(node: ast.AST, local: Any) -> Any:
    if isinstance(node, ast.Constant):
        return node.value
    return local.get(node.id) if isinstance(node, ast.Name) else None


def _function(code: CodeType) -> ast.AST | None:
    source = "".join(lines_of(code.co_filename))
    return _functions(source).get((code.co_name, code.co_firstlineno)) if source else None


@lru_cache(maxsize=64)
def _functions(source: str) -> dict[tuple[str, int], ast.AST]:
    """Return the functions of a file by name and first line, counted as a code object counts it."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return {}
    found: dict[tuple[str, int], ast.AST] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            found[node.name, first] = node
    return found


# -- which inboxes the code looks at -------------------------------------------------------------------


#: What the code of each class looks into; it is read once.
_LOOKED_AT: WeakKeyDictionary[type, frozenset[str] | None] = WeakKeyDictionary()


def inboxes_looked_at(component: Component) -> frozenset[str] | None:
    """Return the inboxes that the code of a component's class looks into; ``None`` if that cannot be told.

    It cannot be told where the source is not to be had, where a box is named by a variable, and where
    the component hands itself, or its table of inboxes, to other code.
    """
    kind = type(component)
    if kind not in _LOOKED_AT:
        _LOOKED_AT[kind] = _all_looked_at(kind)
    return _LOOKED_AT[kind]


def _all_looked_at(kind: type) -> frozenset[str] | None:
    names: set[str] = set()
    for cls in kind.__mro__:
        if cls.__module__.startswith("kamlab.core.") or cls is object:
            continue
        for name, member in vars(cls).items():
            for code in _codes(member) if name not in NO_WORK else ():
                if name == "__init__" and code.co_filename == "<string>":  # written by @dataclass
                    continue
                function = _function(code)
                found = None if function is None else _looked_at(function, _globals(member))
                if found is None:
                    return None
                names |= found
    return frozenset(names)


def _codes(member: Any) -> Iterable[CodeType]:
    parts = (member.fget, member.fset) if isinstance(member, property) else (getattr(member, "__func__", member),)
    return [code for part in parts if isinstance(code := getattr(part, "__code__", None), CodeType)]


def _globals(member: Any) -> dict[str, Any]:
    return getattr(member, "__globals__", {})


def _looked_at(function: ast.AST, known: dict[str, Any]) -> set[str] | None:
    names: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Attribute) and node.attr in ("inboxes", "_in"):
            return None
        if not isinstance(node, ast.Call):
            continue
        called = _last_name(node.func)
        if called in LOOK_INTO_ONE:
            box = _box_argument(node, {})
            if box is None:
                return None
            names.add(box)
        elif called in LOOK_INTO_ANY:
            chosen = [_value(argument, {}) for argument in node.args]
            if not chosen or not all(isinstance(name, str) for name in chosen):
                return None
            names.update(chosen)
        elif any(isinstance(argument, ast.Name) and argument.id == "self" for argument in node.args):
            given_to = known.get(called or "")
            if not (isinstance(given_to, type) and issubclass(given_to, Ipc)):
                return None
    return names
