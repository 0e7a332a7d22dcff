"""Random numbers in a run: Python's global generator, and numpy's, start from the seed of the run.

A replay must draw the same random numbers. So a lab under a virtual clock has its own state for the generator behind
``random.random()`` and related functions, and for numpy's where numpy is loaded. The generators have that state while
the system is built and while the lab is driven; the user's own state is restored afterwards.

The states are exchanged once per drive, never per slice: reading and writing them takes fifteen microseconds, numpy's a
hundred, and a slice takes one. They are not exchanged at all while no component's code names these modules. While a lab
runs in the background the generators are the lab's; of two labs that run at once only one has them.

Generators that a system makes itself, ``random.Random()``, are seeded by the machine unless they are given a seed.
"""

from __future__ import annotations

import functools
import importlib
import random
import sys
import threading
from collections.abc import Iterable
from types import BuiltinMethodType, CoroutineType, FunctionType, GeneratorType, MethodType, ModuleType
from typing import Any
from weakref import WeakKeyDictionary

from .names_in_code import Code, attributes_of, code_in, code_of_class, names_in


class Chance:
    """The states of the generators in one run.

    >>> chance = Chance(7)
    >>> before = random.getstate()
    >>> chance.enter(always=True); one = random.random(); chance.leave()
    >>> chance.enter(always=True); two = random.random(); chance.leave()
    >>> again = Chance(7)
    >>> again.enter(always=True); [one, two] == [random.random(), random.random()]; again.leave()
    True
    >>> random.getstate() == before
    True
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._wanted = False
        self._own: Any = None
        self._numpys: Any = None
        self._depth = 0
        self._users: tuple[Any, Any] | None = None

    @classmethod
    def of(cls, chooser: Any) -> Chance:
        """Return the states of a run, seeded with the seed of its chooser, or else with 0."""
        seed = getattr(chooser, "seed", 0)
        return cls(seed if type(seed) is int else 0)

    def note(self, component: Any) -> None:
        """Register a component that is going to run: from now on the states are exchanged if its code uses chance."""
        if not self._wanted and uses_chance(component):
            self._wanted = True
            if self._depth:
                self._exchange()

    def enter(self, always: bool = False) -> None:
        """Give the generators the states of this run, and keep the user's."""
        self._depth += 1
        if self._wanted or always:
            self._exchange()

    def leave(self) -> None:
        """Keep the states of this run, and give the generators the user's again."""
        self._depth -= 1
        if self._depth or self._users is None:
            return
        (users, numpys), self._users = self._users, None
        self._own = random.getstate()
        random.setstate(users)
        if numpys is not None:
            numpy = sys.modules["numpy.random"]
            self._numpys = numpy.get_state()
            numpy.set_state(numpys)
        with _lock:
            _holders.remove((self, threading.get_ident()))

    def give_up(self) -> None:
        """Give the generators the user's states again, although the thread that drives has not left."""
        with _lock:
            _holders[:] = [holder for holder in _holders if holder[0] is not self]
        if self._users is not None:
            (users, numpys), self._users = self._users, None
            random.setstate(users)
            if numpys is not None:
                sys.modules["numpy.random"].set_state(numpys)

    def _exchange(self) -> None:
        me = threading.get_ident()
        with _lock:
            if self._users is not None or any(thread != me for _, thread in _holders):
                return  # there is one generator: a lab on another thread has it
            _holders.append((self, me))
        numpy = _numpys_generator()
        self._users = random.getstate(), None if numpy is None else numpy.get_state()
        if self._own is None:
            random.seed(self._seed)
        else:
            random.setstate(self._own)
        if numpy is not None and self._numpys is None:
            numpy.seed(self._seed % 2**32)
        elif numpy is not None:
            numpy.set_state(self._numpys)


#: Which runs have the generators, the innermost last, and on which thread.
_holders: list[tuple[Chance, int]] = []
_lock = threading.Lock()


def _numpys_generator() -> Any:
    """Return the module with numpy's global generator, if it is loaded: numpy loads it when it is first used."""
    if sys.modules.get("numpy") is None:
        return None
    try:
        return importlib.import_module("numpy.random")
    except ImportError:
        return None


def uses_chance(component: Any) -> bool:
    """Return whether the code of a component, or code that it calls, names ``random``, ``numpy`` or their functions."""
    cls = type(component)
    known = _classes.get(cls)
    if known is None:
        known = _classes[cls] = _names_chance(code_of_class(cls))
    if known:
        return True
    for value in attributes_of(component):
        kind = type(value)
        if type(kind) is type and kind in _WITH_CODE and _is_thrown(value):  # a metaclass may have a hash of its own
            return True
    return False


def builder_uses_chance(builder: Any) -> bool:
    """Return whether a builder may use random numbers; one that is not a function is assumed to do so."""
    return type(builder) is not FunctionType or _function_uses_chance(builder)


@functools.lru_cache(200)
def _function_uses_chance(function: FunctionType) -> bool:
    return _names_chance(code_in(function))


def _is_thrown(value: Any) -> bool:
    """Return whether the value of an attribute is a function for random numbers, or code that names one."""
    if _is_chance(value.func if type(value) is functools.partial else value):
        return True
    code = list(code_in(value))
    return bool(code) and _names_chance(code)


def _names_chance(code: Iterable[Code]) -> bool:
    return any(_is_chance(found.value) or found.name in _MODULES for found in names_in(code))


#: The result for each class.
_classes: WeakKeyDictionary[type, bool] = WeakKeyDictionary()
#: The classes of objects that are code, or may hold some.
_WITH_CODE = frozenset(
    (FunctionType, MethodType, BuiltinMethodType, GeneratorType, CoroutineType, functools.partial, list, tuple)
)
_MODULES = ("random", "numpy")


def _is_chance(value: Any) -> bool:
    if type(value) is ModuleType:
        return value.__name__ in (*_MODULES, "numpy.random")
    if type(value) is not MethodType and type(value) is not BuiltinMethodType:
        return False
    maker = type(value.__self__).__module__
    return type(maker) is str and (maker in ("random", "_random") or maker.startswith("numpy.random"))
