"""What has happened to a list of messages, told from how it was and how it is."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple


class Changes(NamedTuple):
    """What was taken, as places in the list as it is at that moment; then what was put in: (place, message)."""

    taken: tuple[int, ...] = ()
    put: tuple[tuple[int, Any], ...] = ()


def same(before: Sequence[Any], after: Sequence[Any]) -> bool:
    """Return whether two lists hold the very same messages."""
    return len(before) == len(after) and all(map(operator.is_, before, after))


def changes(before: Sequence[Any], after: Sequence[Any]) -> Changes:
    """Return how one list became the other; messages are compared by identity.

    Of all ways the one is told that a queue would take: the oldest were taken, the new ones are at the end.

    >>> changes("ab", "bcd")
    Changes(taken=(0,), put=((1, 'c'), (2, 'd')))
    >>> changes("abc", "ac")
    Changes(taken=(1,), put=())
    """
    for taken in range(len(before)):
        left = before[taken:]
        if same(left, after[: len(left)]):
            return Changes((0,) * taken, tuple(enumerate(after))[len(left) :])
    return _any_changes(before, after)


def _any_changes(before: Sequence[Any], after: Sequence[Any]) -> Changes:
    matcher = SequenceMatcher(None, [id(each) for each in before], [id(each) for each in after], autojunk=False)
    taken: list[int] = []
    put: list[tuple[int, Any]] = []
    for what, first, last, new, new_last in matcher.get_opcodes():
        if what in ("delete", "replace"):
            taken += [first - len(taken)] * (last - first)
        if what in ("insert", "replace"):
            put += [(place, after[place]) for place in range(new, new_last)]
    return Changes(tuple(taken), tuple(put))
