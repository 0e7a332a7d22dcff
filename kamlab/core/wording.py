"""What a message was when it moved: the text of one that may change later.

Messages are kept by reference, so a message that its sender changes after sending would change the past. Numbers,
text, bytes and tuples of such cannot change, and cost nothing here. Of anything else a short text is kept with the
record: quickly where it is a small container of plain values, with all caution where it is an object of a user's
class, and that only while a lab is stepped, because such a text costs several slices.

Rejected: a copy of the message, since it may be anything, and the receiver must get the very object.
"""

from __future__ import annotations

from typing import Any

#: Values of these classes never change. Ask :func:`is_plain`: a metaclass may have a hash of its own.
PLAIN = frozenset({int, float, complex, bool, str, bytes, type(None), range, type(Ellipsis)})

#: Containers whose own repr is quick, calls no user's code if all they hold is plain, and is the same in each process.
_QUICK = frozenset({list, tuple, frozenset, dict, bytearray})
#: How many items such a container may have, and how long a text in it may be.
_FEW, _SHORT = 32, 200
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
    if type(cls) is type and cls in _QUICK and len(message) <= _FEW:
        for item in _items_of(message) if cls is dict else message:
            inner = type(item)
            if not is_plain(inner) or ((inner is str or inner is bytes) and len(item) > _SHORT):
                break
        else:
            return None if cls is tuple or cls is frozenset else repr(message)[:WIDTH]
    if not thoroughly:
        return None
    from .events import shorten

    return shorten(message, WIDTH)


def _items_of(message: dict[Any, Any]) -> tuple[Any, ...]:
    return (*message, *message.values())
