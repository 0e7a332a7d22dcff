"""Whether what a student answered is the message that lies there: by value, and without waiting for ever.

Messages may be objects of anybody's class, and ``==`` is code of that class. Plain values are compared
here; everything else elsewhere, with a deadline (:mod:`kamlab.core.asking`). Two that are not equal but
are the same in words count as the same, too: nobody could have written down the difference. That holds
for objects whose class does not say what is equal, and for ``nan``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...core.asking import NoAnswer, answer
from ...core.events import words_of

_ATOMS = (str, bytes, int, float, bool, type(None))
#: How many containers within one another, and how many values in all, are compared here.
DEEPEST, MOST = 20, 10_000


def same_messages(given: Sequence[Any], there: Sequence[Any]) -> bool:
    """Return whether these are the same messages in the same order.

    >>> same_messages([1, "a"], (1, "a")), same_messages([1], [2]), same_messages([float("nan")], [float("nan")])
    (True, False, True)
    """
    return len(given) == len(there) and all(map(same_message, given, there))


def same_message(given: Any, there: Any) -> bool:
    """Return whether an answer is a message, by value or at least in words."""
    if given is there or _equal(given, there):
        return True
    return type(given) is type(there) and words_of(given) == words_of(there)


def _equal(given: Any, there: Any) -> bool:
    if _is_plain(given, DEEPEST, [MOST]) and _is_plain(there, DEEPEST, [MOST]):
        return bool(given == there)
    try:
        return bool(answer(lambda each: "equal" if given == each else "", there))
    except NoAnswer:
        return False


def _is_plain(value: Any, depth: int, room: list[int]) -> bool:
    """Return whether comparing a value runs no code of anybody's, and comes to an end soon."""
    kind = type(value)
    room[0] -= 1
    if kind in _ATOMS:
        return True
    if depth < 0 or room[0] < 0:
        return False
    if kind in (list, tuple):
        return all(_is_plain(each, depth - 1, room) for each in list(value))
    if kind is dict:
        return all(_is_plain(each, depth - 1, room) for pair in list(value.items()) for each in pair)
    return False
