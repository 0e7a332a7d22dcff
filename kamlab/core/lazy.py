"""Packages whose names are loaded when they are first used, so that importing a lab is quick.

The ``__init__`` of a package lists its public names. Every program imports the lab, which uses several packages, and
needs most of their modules only when a certain method is called. In some packages a function has the name of its
module, and when Python loads a module it binds that name in the package; in a :class:`Room` this does not replace the
function.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from types import ModuleType
from typing import Any


class Room(ModuleType):
    """A package that finds its public names in its modules."""

    _homes: Mapping[str, str]

    def __getattr__(self, name: str) -> Any:
        homes = self.__dict__["_homes"]
        home = homes.get(name)
        if home is None:
            raise AttributeError(
                f"module {self.__name__!r} has no attribute {name!r}; it has: {', '.join(sorted(homes))}"
            )
        value = getattr(importlib.import_module(f".{home}", self.__name__), name)
        self.__dict__[name] = value
        return value

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in self._homes and isinstance(value, ModuleType)):
            super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return sorted({*self.__dict__, *self._homes})


def load_lazily(package: str, homes: Mapping[str, str]) -> None:
    """Make a package load each of these names, when it is first used, from the module that is given for it."""
    room = sys.modules[package]
    room.__dict__["_homes"] = homes
    room.__class__ = Room
