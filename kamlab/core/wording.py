"""What a message was when it moved: the text of one that may change later.

Messages are kept by reference, so a message that its sender changes after sending would change the past. Numbers,
text, bytes and tuples of such cannot change, and cost nothing here. Of anything else a short text is kept with the
record: quickly where it is a small container of plain values, with all caution where it is an object of a user's
class, and that only while a lab is stepped, because such a text costs several slices.

Rejected: a copy of the message, since it may be anything, and the receiver must get the very object.
"""

from __future__ import annotations

import collections
from typing import Any

#: Values of these classes never change. Ask :func:`is_plain`: a metaclass may have a hash of its own.
PLAIN = frozenset({int, float, complex, bool, str, bytes, type(None), range, type(Ellipsis)})

#: Containers whose own repr is quick, calls no user's code if all they hold is plain, and is the same in each process.
_QUICK = frozenset({list, tuple, set, frozenset, dict, bytearray})
#: How many items such a container may have, with those in it, and how long a text in it may be.
_FEW, _SHORT = 32, 200
#: Whole numbers beyond this are not written with all their digits.
_LARGE = 10**_SHORT
#: How long the text of a message is.
WIDTH = 120


def is_plain(cls: type) -> bool:
    """Return whether values of a class never change; no code of the class, or of a metaclass, is run."""
    return type(cls) is type and cls in PLAIN


def text_to_keep(message: Any, thoroughly: bool) -> str | None:
    """Return the text of a message that may change later; ``None`` for one that cannot, or where it is not to be had.

    Args:
        message: the message.
        thoroughly: whether objects of users' classes are asked for their repr, too.

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
    from .events import shorten  # which needs what needs this module

    return shorten(message, WIDTH)


def is_frozen(value: Any) -> bool:
    """Return whether a value cannot change, and is written without any code of a user's class.

    That is a plain one, a tuple or frozen set of such, a named tuple, or a frozen dataclass; a small one, with what
    is in it.

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
    """Return what a container that cannot change holds; ``None`` if it can, or writes itself."""
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
    """Return how many more items there may be after those of a container; negative if one of them is not plain."""
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
        if inner is frozenset:  # its items have no order; who shows it sorts them
            return -1
        if inner in _QUICK:
            room = _room_after(item, inner, room - 1)
            if room < 0:
                return room
        elif inner not in PLAIN or ((inner is str or inner is bytes) and len(item) > _SHORT):
            return -1
    return room


def _may_change(message: Any, cls: type) -> bool:
    """Return whether something in a container of plain values can change."""
    if cls is tuple or cls is frozenset:
        return any(not is_plain(type(item)) and _may_change(item, type(item)) for item in message)
    return True
