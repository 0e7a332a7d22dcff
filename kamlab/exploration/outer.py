"""State outside of components: the globals that their code names, and the attributes of their classes."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..core.box import Box
from ..core.microprocess import Microprocess
from ..core.names_in_code import code_of, is_users, names_in
from .cells import GLOBAL, Cell
from .fingerprint import Prints

#: What does not change, or is followed by what it names itself.
_CODE = (
    types.FunctionType,
    types.BuiltinFunctionType,
    types.MethodType,
    staticmethod,
    classmethod,
    property,
    *(types.GetSetDescriptorType, types.MemberDescriptorType, types.WrapperDescriptorType),
)
#: What Python itself keeps in a class.
_OF_CLASSES = ("__module__", "__qualname__", "__doc__", "__dict__", "__weakref__", "__annotations__", "__orig_bases__")


@dataclass(frozen=True, eq=False)
class Place:
    """Where the value of a cell is: a name in a mapping, or all data of a class. ``words`` says so."""

    words: str
    names: Mapping[str, Any]
    name: str = ""
    cls: type | None = None


def outer_of(component: Microprocess) -> dict[Cell, Place]:
    """Return the places outside of a component that its code names, by cell."""
    found: dict[Cell, Place] = {}
    for cls in type(component).__mro__:
        _add_class(found, cls)
    for name in names_in(code_of(component)):
        value = name.names.get(name.name)
        if isinstance(value, types.ModuleType):
            if is_users(value.__name__, str(vars(value).get("__file__"))):
                for inner in name.code.co_names:
                    if inner in vars(value):
                        _add_name(found, vars(value), inner)
        elif name.name in name.names or name.is_set:
            _add_name(found, name.names, name.name)
    return found


def _add_name(found: dict[Cell, Place], names: Mapping[str, Any], name: str) -> None:
    value = names.get(name)
    if isinstance(value, type):
        for cls in value.__mro__:
            _add_class(found, cls)
    elif not isinstance(value, (*_CODE, types.ModuleType)):
        module = str(names.get("__name__", "?"))
        found[GLOBAL, module, name] = Place(f"the global {name} of {module}", names, name)


def _add_class(found: dict[Cell, Place], cls: type) -> None:
    if "<locals>" in cls.__qualname__:
        return  # made again with each system, and part of the local states
    if is_users(cls.__module__, "") and any(_data_of(cls)):
        found[GLOBAL, cls.__module__, cls.__qualname__] = Place(f"the class {cls.__qualname__}", vars(cls), cls=cls)


def _data_of(cls: type) -> Iterator[tuple[str, Any]]:
    for name, value in vars(cls).items():
        if name not in _OF_CLASSES and not name.startswith("_abc_") and not isinstance(value, (*_CODE, Box)):
            yield name, value


def read_place(place: Place, prints: Prints) -> Any:
    """Return the fingerprint of what is at a place now.

    Raises:
        Opaque: it cannot be seen.
    """
    if place.cls is None:
        return ("unset",) if place.name not in place.names else ("set", prints.of(place.names[place.name]))
    return tuple([(name, prints.of(value)) for name, value in _data_of(place.cls)])
