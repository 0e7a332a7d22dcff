"""The text of a message when it moved, for messages that may change later.

Messages are kept by reference, so a message that its sender changes after sending would change the past. Numbers,
text, bytes and tuples of these cannot change, and cost nothing here. For every other message a short text is kept with
the record: quickly for a small container of plain values; safely for an object of a user's class, and only while a lab
is stepped, because such a text takes as long as several slices.

Rejected: a copy of the message, since it may be any object, and the receiver must get that object itself.
"""

from __future__ import annotations

import collections
from typing import Any

from .text_bytes import TextBytes

#: Values of these classes never change. Use :func:`is_plain`, since a metaclass may define its own hash.
PLAIN = frozenset({int, float, complex, bool, str, bytes, TextBytes, type(None), range, type(Ellipsis)})

#: Containers whose repr is quick, runs no user's code if their items are plain, and is the same in every process.
_QUICK = frozenset({list, tuple, set, frozenset, dict, bytearray})
#: How many items such a container may have, nested ones included, and how long a text in it may be.
_FEW, _SHORT = 32, 200
#: Integers beyond this are not written with all their digits.
_LARGE = 10**_SHORT
#: The length of the text of a message.
WIDTH = 120


def is_plain(cls: type) -> bool:
    """Return whether values of a class never change; no code of the class, or of a metaclass, is run."""
    return type(cls) is type and cls in PLAIN


def text_to_keep(message: Any, thoroughly: bool) -> str | None:
    """Return the text of a message that may change later; ``None`` if it cannot change or the text is not available.

    Args:
        message: the message.
        thoroughly: whether to call the repr of objects of users' classes, too.

    >>> text_to_keep([1, "two"], False), text_to_keep((1, "two"), False), text_to_keep(object(), False)
    ("[1, 'two']", None, None)
    """
    cls = type(message)
    if is_plain(cls):
        return None
    if type(cls) is type and cls in _QUICK and _room_after(message, cls, _FEW) >= 0:
        if cls is set:
            return _shortened(message)
        return repr(message)[:WIDTH] if _may_change(message, cls) else None
    return _shortened(message) if thoroughly else None


def _shortened(message: Any) -> str:
    from .describe import shorten  # imported here because it imports this module indirectly

    return shorten(message, WIDTH)


def is_frozen(value: Any) -> bool:
    """Return whether a value cannot change, and its repr runs no code of a user's class.

    True for plain values, tuples, frozen sets and named tuples of those, and frozen dataclasses, if they are small.

    >>> from collections import namedtuple
    >>> is_frozen((1, ("two", None))), is_frozen((1, [2])), is_frozen(namedtuple("Pair", "a b")(1, 2))
    (True, False, True)
    """
    waiting, room = [value], _FEW
    while waiting:
        if room < 0:
            return False
        room -= 1
        item = waiting.pop()
        cls = type(item)
        if is_plain(cls):
            continue
        items = _frozen_items(item, cls)
        if items is None:
            return False
        waiting += items
        room -= len(items)
    return True


def _frozen_items(value: Any, cls: type) -> list[Any] | None:
    """Return the items of an immutable container; ``None`` if it is mutable, or defines its own repr."""
    if type(cls) is not type:
        return None
    if cls is tuple or cls is frozenset:
        return list(value) if len(value) <= _FEW else None
    own = vars(cls)
    written_by = getattr(own.get("__repr__"), "__wrapped__", own.get("__repr__"))
    file = getattr(getattr(written_by, "__code__", None), "co_filename", "")
    if tuple in cls.__mro__ and "_fields" in own and file == collections.__file__:
        return list(tuple.__iter__(value))
    record = own.get("__dataclass_params__")
    if record is not None and record.frozen and record.repr and file == "<string>" and "__slots__" not in own:
        held = vars(object)["__getattribute__"](value, "__dict__")
        return list(held.values()) if type(held) is dict else None
    return None


def _room_after(message: Any, cls: type, room: int) -> int:
    """Return how many more items are allowed after those of a container; negative if one of them is not plain."""
    room -= len(message)
    if room < 0:
        return room
    for item in (*message, *message.values()) if cls is dict else message:
        inner = type(item)
        if inner is int:
            if -_LARGE < item < _LARGE:
                continue
            return -1
        if type(inner) is not type:
            return -1
        if inner is frozenset:  # its items have no order; they are sorted for display
            return -1
        if inner in _QUICK:
            room = _room_after(item, inner, room - 1)
            if room < 0:
                return room
        elif inner not in PLAIN or ((inner is str or inner is bytes) and len(item) > _SHORT):
            return -1
    return room


def _may_change(message: Any, cls: type) -> bool:
    """Return whether something nested in a container of plain values can change."""
    if cls is tuple or cls is frozenset:
        return any(not is_plain(type(item)) and _may_change(item, type(item)) for item in message)
    return True
