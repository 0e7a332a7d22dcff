"""Which kinds of objects can be seen into, and how, whatever their classes say of themselves."""

from __future__ import annotations

import collections
import functools
import itertools
import types
from typing import Any


class Opaque(Exception):
    """Something whose state cannot be seen; the text says what it is."""


CONTAINERS = (dict, list, set, frozenset, tuple, collections.deque, bytearray)
PLAIN = (str, int, float, bytes)
#: The classes made in C whose content is seen.
_BASES = (*CONTAINERS, *PLAIN, collections.OrderedDict, collections.defaultdict, BaseException, object)
#: The flag of classes that are not made in C, or newly so.
_HEAP = 1 << 9


@functools.lru_cache(1000)
def slots_of(kind: Any) -> tuple[Any, ...]:
    """Return the descriptors of all slots, also of those whose name is something else in a class further down."""
    members = [value for ancestor in kind.__mro__ if ancestor not in _BASES for value in vars(ancestor).values()]
    return tuple([value for value in members if isinstance(value, types.MemberDescriptorType)])


@functools.lru_cache(1000)
def dict_of(kind: Any) -> Any:
    """Return what reads the ``__dict__`` of an object, whatever its class says that it is; ``None`` if it has none."""
    for ancestor in kind.__mro__[::-1]:
        found = vars(ancestor).get("__dict__")
        if isinstance(found, types.GetSetDescriptorType):
            return found
    if kind.__dictoffset__:
        raise Opaque(f"an object of type {kind.__module__}.{kind.__qualname__}, which hides its attributes")
    return None


def is_set(slot: Any, value: Any) -> bool:
    """Return whether a slot of an object has a value."""
    try:
        slot.__get__(value)
    except AttributeError:
        return False
    return True


@functools.lru_cache(1000)
def has_hidden_state(kind: Any) -> bool:
    """Return whether the objects of a class may hold more than attributes, slots and what their known base has.

    A class made in C has a ``__new__`` in C, or its objects are larger than attributes and slots account for.
    """
    own = list(itertools.takewhile(lambda ancestor: ancestor not in _BASES, kind.__mro__))
    base = next((ancestor for ancestor in kind.__mro__ if ancestor in _BASES and ancestor is not object), object)
    if any(isinstance(vars(ancestor).get("__new__"), types.BuiltinFunctionType) for ancestor in own):
        return True
    if any(not ancestor.__flags__ & _HEAP for ancestor in own):
        return True
    return bool(kind.__basicsize__ - base.__basicsize__ - 8 * len(slots_of(kind)) > 16)


@functools.lru_cache(1000)
def is_value(kind: Any) -> bool:
    """Return whether the objects of a class do not change, so that it does not matter which of two equal ones it is."""
    frozen = getattr(getattr(kind, "__dataclass_params__", None), "frozen", False)
    return frozen is True or (issubclass(kind, tuple) and kind.__dictoffset__ == 0)
