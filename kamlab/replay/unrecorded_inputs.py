"""Why a replay may differ from the original run: inputs of its components that the lab does not record.

The code of a component is read, not run: the names that it and the functions it calls look up, and their values in
their modules. A module of random numbers, the date, a file, an object that keeps state of an earlier run: such a name
is a possible cause, and is reported with its line. It remains a guess, and is worded as one.
"""

from __future__ import annotations

import builtins
import contextlib
import sys
from collections.abc import Iterable, Iterator
from functools import partial
from types import CodeType, ModuleType
from typing import Any

from kamlab.core.names_in_code import Name, code_in, code_of, names_in, of_kamlab
from kamlab.core.safe_repr import class_name

#: Modules whose functions differ from run to run, and the names of those functions, where not all of them do.
_OUTSIDE: dict[str, tuple[str, frozenset[str] | None]] = {
    "uuid": ("chance", None),
    "secrets": ("chance", None),
    "random": ("chance", frozenset({"Random", "SystemRandom"})),
    "numpy.random": ("chance", frozenset({"default_rng", "Generator", "RandomState"})),
    "os": ("the machine", frozenset({"urandom", "getpid", "listdir", "scandir", "stat", "environ", "getenv", "times"})),
    "time": ("the time", None),
    "datetime": ("the date", None),
    "tempfile": ("the machine", None),
    "socket": ("the network", None),
    "urllib.request": ("the network", None),
    "subprocess": ("another program", None),
    "platform": ("the machine", None),
    "threading": ("threads", frozenset({"get_ident", "Thread", "active_count"})),
    "pathlib": ("files", None),
    "sqlite3": ("a data base", None),
}
_BUILTINS = {"id": "addresses", "open": "a file", "input": "the keyboard", "hash": "hashes"}
#: Types that keep nothing from one run to the next.
_CONSTANT = (int, float, complex, bool, str, bytes, tuple, frozenset, type(None), range, type, ModuleType)
#: Methods of files and of paths.
_OF_FILES = frozenset({"read_text", "read_bytes", "write_text", "write_bytes", "readline", "readlines", "stat"})
#: How many causes are named.
_NAMED = 3


def guess_of(component: Any, builder: Any) -> str:
    """Return a sentence on what may have made a component do something else, from its code and its builder's.

    Empty if nothing in the code shows it.
    """
    found: dict[str, None] = {}
    with contextlib.suppress(Exception):  # the values may be of any class, and raise errors
        for cause in [*_asked(component, builder), *_kept(component, builder)][:_NAMED]:
            found.setdefault(cause)
    return f"The reason may be that it uses {', or '.join(found)}." if found else ""


def named_classes(components: Iterable[Any]) -> tuple[type, ...]:
    """Return the classes of these components that their modules define under their names."""
    return tuple(cls for cls in dict.fromkeys(map(type, components)) if _now(cls) is cls)


def redefined(classes: Iterable[type], builder: Any) -> type | None:
    """Return a class that its module has redefined since, and that the builder would use; ``None`` without one."""
    changed = [cls for cls in classes if _now(cls) is not cls]
    kept = set(map(id, _held_by(builder))) if changed else ()
    return next((cls for cls in changed if id(cls) not in kept), None)


def _now(cls: type) -> Any:
    return vars(sys.modules.get(cls.__module__) or builtins).get(cls.__qualname__)


def cell_of(cls: type) -> str:
    """Return the notebook's cell in which a class was defined last, in words; "" where that is not known."""
    cells = getattr(sys.modules.get("__main__"), "In", None)
    if not isinstance(cells, list):
        return ""
    numbers = [number for number, text in enumerate(cells) if f"class {cls.__name__}" in str(text)]
    return f" in cell [{numbers[-1]}]" if numbers else ""


def _held_by(function: Any) -> Iterator[Any]:
    """Yield the values that a function, or another builder, keeps itself, so that they are the same in each call."""
    for cell in getattr(function, "__closure__", None) or ():
        try:
            yield cell.cell_contents
        except ValueError:
            continue
    yield from getattr(function, "__defaults__", None) or ()
    if type(function) is partial:
        yield from (function.func, *function.args, *function.keywords.values())
    holds = getattr(function, "holds", ())
    yield from holds if type(holds) is tuple else ()


def _names(component: Any, builder: Any) -> list[Name]:
    return list(names_in([*(() if component is None else code_of(component)), *code_in(builder)]))


def _asked(component: Any, builder: Any) -> Iterator[str]:
    """Yield what the code of a component, and of its builder, uses from outside."""
    codes: dict[CodeType, int] = {}
    for found in _names(component, builder):
        codes.setdefault(found.code, found.line)
        if found.value is None and found.name in _BUILTINS:
            yield f"{found.name}(), which depends on {_BUILTINS[found.name]} (line {found.line})"
        else:
            yield from _outside(found)
    for code in codes:
        yield from (f"{name}() of a file (line {code.co_firstlineno})" for name in code.co_names if name in _OF_FILES)


def _kept(component: Any, builder: Any) -> Iterator[str]:
    """Yield what may keep state of an earlier run: globals, attributes of classes, values that functions hold."""
    for found in _names(component, builder):
        if found.is_set:
            yield f"the global variable {found.name}, which it sets (line {found.line})"
        elif found.value is not None and not isinstance(found.value, ModuleType):
            yield from _kept_by(found.name, found.value, "the global variable")
    for cls in type(component).__mro__:
        if not of_kamlab(cls.__module__):
            for name, value in vars(cls).items():
                if not name.startswith("__") and name not in ("Inboxes", "Outboxes"):
                    yield from _kept_by(f"{cls.__name__}.{name}", value, "the class attribute")
                yield from (cause for held in _held_by(value) for cause in _kept_by(name, held, "what is held by"))
    yield from (cause for held in _held_by(builder) for cause in _kept_by("its builder", held, "what is held by"))


def _outside(found: Name) -> Iterator[str]:
    """Yield what a global name uses from outside."""
    name, value, code, line = found[:4]
    module = value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", None)
    if module in ("posix", "nt"):
        module = "os"
    about = _OUTSIDE.get(module) if isinstance(module, str) else None
    if module == "numpy" and isinstance(value, ModuleType) and "random" in code.co_names:
        yield from _outside(Name(f"{name}.random", value.random, code, line, False))
    elif about is not None and isinstance(value, ModuleType):
        for attribute in code.co_names:
            if hasattr(value, attribute) and (about[1] is None or attribute in about[1]):
                yield f"{name}.{attribute}, which depends on {about[0]} (line {line})"
    elif about is not None and (about[1] is None or getattr(value, "__name__", name) in about[1]):
        yield f"{name} of {module}, which depends on {about[0]} (line {line})"


def _kept_by(name: str, value: Any, kind: str) -> Iterator[str]:
    """Yield a cause if a value may keep state of an earlier run."""
    if callable(value) or issubclass(type(value), (*_CONSTANT, staticmethod, classmethod, property)):
        return
    if type(value).__name__.endswith("_descriptor"):
        return
    yield f"{kind} {name}, a {class_name(type(value))} that keeps what an earlier run has left in it"
