"""What tells one question from another, so that it is counted once however often a cell is run.

It is the same question if it is asked in the same words, at the same step, of the same system. Systems
are built anew all the time, so that cannot mean the same objects: it means the same code. Two systems
whose components have the same names, but other code, are two.
"""

from __future__ import annotations

import contextlib
from collections.abc import Hashable
from types import CodeType
from typing import TYPE_CHECKING, Any

from ...core.cautious import class_attribute, class_name
from ...core.microprocess import Microprocess
from .names import Known

if TYPE_CHECKING:
    from ...lab import Lab

#: How many components are looked at.
MANY = 200


def system_of(lab: Lab, known: Known) -> Hashable:
    """Return a value that is the same for labs with the same system."""
    everybody = tuple(
        (known.name(each), _code_of(class_attribute(type(each), "main"))) for each in known.everybody[:MANY]
    )
    return getattr(lab, "recipe", None), _builder_in_code(lab.time_travel.builder.function), everybody


def _builder_in_code(function: Any) -> Hashable:
    """Return the code of a function that builds a system, with that of the components it names."""
    code = _code_of(function)
    if code is None:
        return None
    scope = getattr(function, "__globals__", {})
    named: list[Any] = [scope.get(name) for name in code.co_names]
    for cell in getattr(function, "__closure__", None) or ():
        with contextlib.suppress(ValueError):  # it is empty
            named.append(cell.cell_contents)
    classes = [each for each in named if issubclass(type(each), type) and issubclass(each, Microprocess)]
    return code, tuple((class_name(each), _code_of(class_attribute(each, "main"))) for each in classes)


def _code_of(function: Any) -> Any:
    """Return the code of a function, which is equal where it was written the same in the same place."""
    code = getattr(function, "__code__", None)
    return code if type(code) is CodeType else None
