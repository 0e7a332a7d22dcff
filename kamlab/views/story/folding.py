"""Folding what repeats: one after the other, or in a cycle, as when a timer rings and nobody has anything to do.

What repeats is told by a key that whoever folds gives each event. The list is gone through from the newest on,
and the shortest cycle that repeats is taken, so that what happened last decides where a cycle begins.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

#: The longest cycle that is looked for, in events.
LONGEST = 12


def folds(keys: Sequence[Hashable], may_cycle: Sequence[bool]) -> Iterator[tuple[int, int, int]]:
    """Go through a list of keys, newest first, and tell what repeats.

    Args:
        keys: what tells events apart; of equal ones that follow one another, one is enough.
        may_cycle: whether an event may be a part of a longer cycle.

    Yields:
        where a run begins, how long its cycle is (1 for an event that is alone), and how often it is there.

    >>> list(folds("abababcc", [True] * 8))
    [(0, 2, 3), (6, 1, 2)]
    >>> list(folds("abababcc", [False] * 8))[:3]
    [(0, 1, 1), (1, 1, 1), (2, 1, 1)]
    """
    place = 0
    while place < len(keys):
        cycle, times = 1, _times(keys, place, 1)
        if times == 1 and may_cycle[place]:
            for longer in range(2, LONGEST + 1):
                if place + longer > len(keys) or not may_cycle[place + longer - 1]:
                    break
                again = _times(keys, place, longer)
                if again > 1:
                    cycle, times = longer, again
                    break
        yield place, cycle, times
        place += cycle * times


def _times(keys: Sequence[Hashable], place: int, cycle: int) -> int:
    """Return how often the keys from a place on are there, one time after the other."""
    times = 1
    end = place + cycle
    while end + cycle <= len(keys) and all(keys[place + each] == keys[end + each] for each in range(cycle)):
        times += 1
        end += cycle
    return times
