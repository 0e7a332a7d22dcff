"""Makes, from a native class, the class that is served under an old name.

The served class is a subclass of the native one and, through the served classes of its bases, of
``component``: so ``issubclass(Pipeline, component)`` holds, the camelCase methods are there, and a
lab sees nothing but a component. It is made once, when first asked for. What is no component (an
exception, a message class, a function) is served as it is.
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Iterator
from functools import cache
from typing import Any

from kamlab.core.microprocess import Microprocess

from .spelling import TwoNames
from .table import BASES, MODULES, Old

_lock = threading.RLock()


def serve(path: str, name: str) -> Any:
    """Return what the table offers as ``name`` in the old module ``path``."""
    with _lock:
        return _served(MODULES[path][name])


@cache
def _served(entry: Old) -> Any:
    thing = _load(entry.target)
    if not (isinstance(thing, type) and issubclass(thing, Microprocess)) or issubclass(thing, TwoNames):
        return thing
    path, name = _home(entry)
    bases = tuple(dict.fromkeys(_old_bases(thing)))
    body = {
        "__module__": path,
        "__qualname__": name,
        "__doc__": thing.__doc__,
        "_names": dict(entry.names),
        "_keywords": dict(entry.keywords),
    }
    return type(name, (*bases, thing), body)


def _load(target: str) -> Any:
    module, _, name = target.partition(":")
    value: Any = importlib.import_module(module)
    return getattr(value, name) if name else value


def _home(entry: Old) -> tuple[str, str]:
    """Return the first path and name under which the table offers something."""
    for path, names in MODULES.items():
        for name, known in names.items():
            if known == entry:
                return path, name
    raise LookupError(entry)


def _old_bases(native: type) -> Iterator[type]:
    """Yield the served classes that stand for the bases of a native class."""
    for base in native.__bases__:
        if not issubclass(base, Microprocess):
            continue
        target = f"{base.__module__}:{base.__name__}"
        if target in BASES:
            yield _load(BASES[target])
        elif target in _offered():
            yield _served(_offered()[target])
        else:
            yield from _old_bases(base)


@cache
def _offered() -> dict[str, Old]:
    """Return the table by what it serves."""
    return {entry.target: entry for names in MODULES.values() for entry in names.values()}
