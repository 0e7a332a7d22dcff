"""The global names that the code of a component looks up, and those of the functions that it calls.

The code is read, not run. A name has the value that it has in its module now; a name that is imported inside a function
is that module. Functions of the user's own modules are followed, those of kamlab and of libraries are not.
"""

from __future__ import annotations

import dis
import functools
import gc
import os
import sys
from collections.abc import Iterable, Iterator
from types import CodeType, CoroutineType, FunctionType, GeneratorType, MethodType, ModuleType
from typing import Any, NamedTuple

#: How many functions are followed at most.
MOST = 200


class Name(NamedTuple):
    """A global name in some code: its value, the code, the line, whether the code sets it, and its module's names."""

    name: str
    value: Any
    code: CodeType
    line: int
    is_set: bool
    names: dict[str, Any] = {}


#: A piece of code, and the globals in which it runs.
Code = tuple[CodeType, dict[str, Any]]


def code_of(component: Any) -> Iterator[Code]:
    """Yield the code of a component: its methods, and the functions and generators that it has as attributes."""
    yield from code_of_class(type(component))
    yield from (found for value in attributes_of(component) for found in code_in(value))


def code_of_class(cls: type) -> Iterator[Code]:
    """Yield the code of the methods of a class and of its bases, except those of kamlab."""
    for ancestor in cls.__mro__:
        if not of_kamlab(ancestor.__module__):
            yield from (found for value in vars(ancestor).values() for found in code_in(value))


def attributes_of(component: Any) -> list[Any]:
    """Return the values of a component's attributes; accessing its ``__dict__`` would make each slice slower."""
    values: list[Any] = []
    for value in gc.get_referents(component):
        if type(value) is dict:  # its __dict__ exists
            values += value.values()
        elif value is not type(component):
            values.append(value)
    return values


def code_in(value: Any) -> Iterator[Code]:
    """Yield the code of a function, a method or a generator, or of those in a small container."""
    cls = type(value)
    if cls is FunctionType:
        if is_users(value.__module__, value.__code__.co_filename):
            yield value.__code__, value.__globals__
        yield from (found for part in _held(value) for found in code_in(part))
    elif cls is MethodType or cls is staticmethod or cls is classmethod:
        yield from code_in(value.__func__)
    elif cls is property:
        yield from code_in(value.fget)
    elif cls is functools.partial:
        yield from code_in(value.func)
    elif cls is GeneratorType and value.gi_frame is not None:
        yield value.gi_code, value.gi_frame.f_globals
    elif cls is CoroutineType and value.cr_frame is not None:
        yield value.cr_code, value.cr_frame.f_globals
    elif (cls is list or cls is tuple) and len(value) < 20:
        for item in value:
            if type(item) is FunctionType:
                yield from code_in(item)


def _held(function: FunctionType) -> Iterator[Any]:
    """Yield the functions in the closure of a function."""
    for cell in function.__closure__ or ():
        try:
            value = cell.cell_contents
        except ValueError:  # not set yet
            continue
        if type(value) is FunctionType and value is not function:
            yield value


def names_in(code: Iterable[Code]) -> Iterator[Name]:
    """Yield the global names in some code, and in the user's functions that it calls."""
    waiting = list(code)
    seen: set[CodeType] = set()
    while waiting and len(seen) < MOST:
        code_object, names = waiting.pop(0)
        if code_object in seen:
            continue
        seen.add(code_object)
        for inner, name, line, is_set in _names(code_object):
            if name in names or name in sys.modules:
                value = names[name] if name in names else sys.modules[name]
                waiting += _called_by(value, inner)
                yield Name(name, value, inner, line, is_set, names)
            else:
                yield Name(name, None, inner, line, is_set, names)


def _called_by(value: Any, code: CodeType) -> Iterator[Code]:
    """Yield the code that some code may call: of a function, a module or a class of the user's."""
    if type(value) is FunctionType:
        yield from code_in(value)
    elif type(value) is ModuleType and is_users(value.__name__, str(vars(value).get("__file__"))):
        for name in code.co_names:
            found = vars(value).get(name)
            if type(found) is FunctionType or type(found) is type:
                yield from _called_by(found, code)
    elif type(value) is type and is_users(value.__module__, ""):
        yield from (found for held in vars(value).values() for found in code_in(held))


@functools.lru_cache(1000)
def _names(code: CodeType) -> tuple[tuple[CodeType, str, int, bool], ...]:
    """Return the global names in code and in nested code: the code, the name, the line, whether it is set."""
    found = []
    line, lines = code.co_firstlineno, dict(dis.findlinestarts(code))
    for instruction in dis.get_instructions(code):
        line = lines.get(instruction.offset) or line
        if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME", "STORE_GLOBAL", "IMPORT_NAME"):
            found.append((code, str(instruction.argval), line, instruction.opname == "STORE_GLOBAL"))
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found += _names(constant)
    return tuple(found)


def of_kamlab(module: Any) -> bool:
    """Return whether a module is kamlab's or built in."""
    return type(module) is str and module.partition(".")[0] in ("kamlab", "builtins")


def is_users(module: Any, file: str) -> bool:
    """Return whether code belongs to the user's own modules."""
    first = module.partition(".")[0] if type(module) is str else ""
    return not (first == "kamlab" or first in sys.stdlib_module_names or f"{os.sep}site-packages{os.sep}" in file)
