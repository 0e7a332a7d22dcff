"""Makes the class that is served under an old name, from a native class.

The served class is a subclass of the native one and, through the served classes of its bases, of ``component``. So
``issubclass(Pipeline, component)`` holds, the camelCase methods exist, and for a lab it is a component like any other.
It is made once, when it is first used. Objects that are not component classes (exceptions, message classes, functions)
are served unchanged.
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
    """Return the object that the table offers as ``name`` in the old module ``path``."""
    with _lock:
        return _served(MODULES[path][name])


@cache
def _served(entry: Old) -> Any:
    thing = _load(entry.target)
    if not (isinstance(thing, type) and issubclass(thing, Microprocess)) or issubclass(thing, TwoNames):
        return thing
    path, name = home_of(entry)
    bases = tuple(dict.fromkeys(_old_bases(thing)))
    body = {
        "__module__": path,
        "__qualname__": name,
        "__doc__": thing.__doc__,
        "_names": dict(entry.names),
        "_keywords": dict(entry.keywords),
        **{attribute: _load(target) for attribute, target in entry.attributes},
    }
    return type(name, (*bases, thing), body)


def _load(target: str) -> Any:
    module, _, name = target.partition(":")
    value: Any = importlib.import_module(module)
    return getattr(value, name) if name else value


def home_of(entry: Old) -> tuple[str, str]:
    """Return the first path and name under which the table has an entry; other modules import it from there."""
    for path, names in MODULES.items():
        for name, known in names.items():
            if known == entry:
                return path, name
    raise LookupError(entry)


def _old_bases(native: type) -> Iterator[type]:
    """Yield the served classes of the bases of a native class."""
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
    """Return the entries of the table by the native objects that they serve."""
    return {entry.target: entry for names in MODULES.values() for entry in names.values()}
