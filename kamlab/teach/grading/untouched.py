"""Finds out whether code has changed what kamlab and Python consist of: modules, classes, functions.

All of it is compared by identity with a copy made before, so no ``__eq__`` of a student's is called. The function that
compares is a closure that holds everything it needs: it looks nothing up in a module that could have been changed.
"""

from __future__ import annotations

import builtins
import sys
import types
from collections.abc import Callable, Iterable
from typing import Any

#: The modules of Python that a check relies on.
PYTHON = (
    *("abc", "ast", "asyncio", "builtins", "bisect", "collections", "contextlib", "contextvars", "copy", "dataclasses"),
    *("enum", "functools", "gc", "heapq", "inspect", "io", "itertools", "json", "json.encoder", "json.decoder"),
    *("linecache", "math", "operator", "os", "random", "re", "reprlib", "signal", "string", "threading", "traceback"),
    *("types", "weakref"),
)
#: What Python itself adds to a class when it is asked for.
ADDED = frozenset(
    {"__annotations__", "__annotate__", "__annotations_cache__", "__doc__", "__firstlineno__", "__slotnames__"}
)
#: What kamlab's own functions bind again (``global``), by module.
REBOUND = {
    "kamlab.browser.breathing": {"_rested"},
    "kamlab.browser.sockets": {"_default_timeout"},
    "kamlab.browser.stacks": {"_bearable", "_running", "_why_not"},
    "kamlab.core.context": {"_default", "_maker"},
    "kamlab.core.never_activated": {"_labs"},
    "kamlab.core.shared": {"listener"},
    "kamlab.core.origins": {"listener", "noting", "noting_components"},
    "kamlab.core.tracebacks": {"_last"},
    "kamlab.core.watch": {"_is_watching", "_lock"},
    "kamlab.notebook.extension": {"_loaded", "_shell"},
}

_LIST, _SET, _FUNCTION, _BASES = list, set, types.FunctionType, "the bases"


def is_kamlabs(name: str) -> bool:
    """Return whether a module is one of kamlab's."""
    return name == "kamlab" or name.startswith("kamlab.")


def watched_modules() -> list[types.ModuleType]:
    """Return the modules that are compared: those of kamlab that are loaded, and some of Python's."""
    loaded = [module for name, module in sorted(sys.modules.items()) if is_kamlabs(name) or name in PYTHON]
    return [module for module in loaded if isinstance(module, types.ModuleType)]


def remember(modules: Iterable[types.ModuleType]) -> Callable[[], str]:
    """Copy what modules consist of; return a function that names the first thing that has changed, or "" if none has.

    >>> import random
    >>> changed = remember([random])
    >>> changed()
    ''
    >>> kept, random.choice = random.choice, min
    >>> changed()
    'choice of random'
    >>> random.choice = kept
    """
    pieces = [piece for module in modules for piece in _pieces(module)]
    known = frozenset(vars(builtins))
    contents, difference = _contents, _difference

    def changed() -> str:
        for where, thing, is_closed, before in pieces:
            name = difference(before, contents(thing), is_closed, known)
            if name:
                return f"{name} of {where}"
        return ""

    return changed


def _pieces(module: types.ModuleType) -> Iterable[tuple[str, Any, bool, dict[Any, Any]]]:
    """Yield a module and what it defines: where it is, the thing, whether it is a class, and its contents."""
    rebound = REBOUND.get(module.__name__, set())
    yield module.__name__, module, False, {k: v for k, v in _contents(module).items() if k not in rebound}
    for name, value in list(vars(module).items()):
        where = f"{module.__name__}.{name}"
        if isinstance(value, type) and value.__module__ == module.__name__:
            yield where, value, True, _contents(value)
            for attribute, function in vars(value).items():
                if isinstance(function, types.FunctionType):
                    yield f"{where}.{attribute}", function, True, _contents(function)
        elif (
            (isinstance(value, types.FunctionType) and value.__module__ == module.__name__)
            or (is_kamlabs(module.__name__) and (name.isupper() and isinstance(value, (dict, list, set))))
            or type(value).__module__ == "kamlab.teach.exercise"
        ):
            yield where, value, True, _contents(value)


def _contents(
    thing: Any,
    *,
    kind_of: Any = type,
    is_a: Any = isinstance,
    new: Any = dict,
    number: Any = enumerate,
    attributes: Any = vars,
) -> dict[Any, Any]:
    """Return what a thing consists of, as a dictionary whose values can be compared by identity.

    What it calls is bound here, so that it does not ask a changed module of builtins.
    """
    kind = kind_of(thing)
    if kind is new:
        return new(thing)  # type: ignore[no-any-return]
    if kind is _LIST:
        return new(number(thing))  # type: ignore[no-any-return]
    if kind is _SET:
        return new.fromkeys(thing, True)  # type: ignore[no-any-return]
    if kind is _FUNCTION:
        return {"code": thing.__code__, "defaults": thing.__defaults__, "keywords": thing.__kwdefaults__}
    found = new(attributes(thing))
    if is_a(thing, kind_of):
        found[_BASES] = thing.__mro__
    return found  # type: ignore[no-any-return]


def _difference(before: dict[Any, Any], now: dict[Any, Any], is_closed: bool, known: frozenset[str]) -> str:
    """Return the name of the first difference, or "".

    A module may get new names, when something is imported, but none that hides one of Python's own.
    """
    for name, value in before.items():
        found = now.get(name, now)
        if found is not value and name not in ADDED and not (name == _BASES and found == value):
            return f"{name}"
    for name in now:
        if name not in before and name not in ADDED and (is_closed or name in known):
            return f"{name}"
    return ""
