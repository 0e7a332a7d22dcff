"""``Axon.util``, ``Axon.idGen`` and ``Axon.Base``: small helpers."""

from __future__ import annotations

import builtins
import itertools
import sys
from collections.abc import Iterable
from typing import Any

from .exceptions import invalidComponentInterface
from .spelling import super_of

#: Whether ``axonRaise`` only returns False instead of raising. Users set it in the module ``Axon.util``.
production = False

next: Any = builtins.next
vrange = range

_numbers = itertools.count(1)


class AxonType(type):
    """A metaclass whose classes can write ``self.__super`` for ``super()``, as in older versions of Axon."""

    __module__ = "Axon.Base"

    def __init__(cls, *args: Any, **argd: Any) -> None:
        super().__init__(*args, **argd)
        setattr(cls, *super_of(cls))


class AxonObject(metaclass=AxonType):
    """An empty base class."""

    __module__ = "Axon.Base"
    __metaclass__ = AxonType


class Finality(Exception):
    """Not raised by kamlab; user code raises and catches it."""

    __module__ = "Axon.util"


def logError(someException: Any, *args: Any) -> None:
    """Do nothing. ``axonRaise`` calls this in production."""


def axonRaise(someException: Any, *args: Any) -> bool:
    """Raise an exception made with ``args``."""
    if getattr(sys.modules.get("Axon.util"), "production", production):
        logError(someException, *args)
        return False
    raise someException(*args)


def removeAll(xs: list[Any], y: Any) -> None:
    """Remove every ``y`` from a list.

    >>> some = [1, 2, 1]
    >>> removeAll(some, 1)
    >>> some
    [2]
    """
    xs[:] = [x for x in xs if x != y]


def listSubset(requiredList: Iterable[Any], suppliedList: Iterable[Any]) -> bool:
    """Return whether all required items are supplied."""
    return set(requiredList) <= set(suppliedList)


def testInterface(theComponent: Any, interface: tuple[Iterable[str], Iterable[str]]) -> bool:
    """Return True if a component has the boxes of an interface: a pair of inboxes and outboxes.

    Raises:
        invalidComponentInterface: some are missing.
    """
    for side, required, there in zip(
        ("inboxes", "outboxes"), interface, (theComponent.Inboxes, theComponent.Outboxes), strict=True
    ):
        if not listSubset(required, there):
            return axonRaise(invalidComponentInterface, side, theComponent, interface)
    return True


def safeList(arg: Any = None) -> list[Any]:
    """Return the items of an iterable as a list, and an empty list for anything else."""
    try:
        return list(arg)
    except TypeError:
        return []


class idGen:
    """Generates unique numbers, and names with unique numbers."""

    __module__ = "Axon.idGen"

    def numId(self) -> int:
        """Return the next number."""
        return builtins.next(_numbers)

    nextId = next = __next__ = numId

    def strId(self, thing: Any) -> str:
        """Return ``module.Class_number``."""
        return self.tupleId(thing)[1]

    def tupleId(self, thing: Any) -> tuple[int, str]:
        """Return the next number and the name made with it."""
        number = self.numId()
        return number, f"{type(thing).__module__}.{type(thing).__qualname__}_{number}"


numId: Any = idGen().numId
strId = newId = idGen().strId
tupleId: Any = idGen().tupleId
