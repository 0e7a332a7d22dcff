"""Rooms whose names are loaded when they are first used, so that a lab is imported quickly.

A room of this house is a package whose ``__init__`` lists what it offers. Several are mixed into the
lab, which everybody imports, and most of what is in them is wanted only once somebody asks. In some
of them a function has the name of its module, and Python, when it loads a module, puts it into the
package under that name; hence a class of module that does not let it take the function's place.
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
    """Have a package load each of these names from the module of its that is named, once somebody uses it."""
    room = sys.modules[package]
    room.__dict__["_homes"] = homes
    room.__class__ = Room
