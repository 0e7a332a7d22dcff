"""Looking up what was found out before, by the values at those slots of a state that it depends on."""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter, not_
from typing import Any, Generic, TypeVar

T = TypeVar("T")

#: Returns the values at some slots of a state.
Pick = Callable[[Any], Any]

#: Picks the same from every state, which has at least one slot.
NOTHING: Pick = not_


class Lookup(Generic[T]):
    """Entries, each under the values at slots of its own; the first that fits a state is found.

    What an entry depends on is seldom the same for all. So the slots that all entries share are looked at first, and
    only the few that have the same values there are then tried one after the other.

    >>> lookup = Lookup()
    >>> lookup.enter({0: 5, 1: 7}, "five, seven")
    >>> lookup.enter({0: 6}, "six")
    >>> lookup.find([5, 7]), lookup.find([6, 9]), lookup.find([5, 9])
    ('five, seven', 'six', None)
    """

    __slots__ = ("_common", "_entries", "_groups", "_pick")

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget all entries."""
        self._entries: list[tuple[dict[int, int], T]] = []
        self._common: list[int] = []
        self._pick: Pick = NOTHING
        self._groups: dict[Any, list[tuple[Pick, dict[Any, T]]]] = {}

    def find(self, state: Any) -> T | None:
        """Return what is entered under the values of a state, or ``None``."""
        for pick, table in self._groups.get(self._pick(state), ()):
            found = table.get(pick(state))
            if found is not None:
                return found
        return None

    def enter(self, values: dict[int, int], what: T) -> None:
        """Enter something, which is not ``None``, under the values at some slots."""
        self._entries.append((values, what))
        common = [slot for slot in self._common if slot in values] if len(self._entries) > 1 else sorted(values)
        if len(self._entries) > 1 and common == self._common:
            self._sort_in(values, what)
            return
        self._common = common
        self._pick = _pick_of(common)
        self._groups = {}
        for entered in self._entries:
            self._sort_in(*entered)

    def _sort_in(self, values: dict[int, int], what: T) -> None:
        rest = sorted(values.keys() - self._common)
        tables = self._groups.setdefault(_key_of(self._common, values), [])
        pick, key = _pick_of(rest), _key_of(rest, values)
        for other, table in tables:
            if other is pick or repr(other) == repr(pick):
                table[key] = what
                return
        tables.append((pick, {key: what}))


def _pick_of(slots: list[int]) -> Pick:
    return itemgetter(*slots) if slots else NOTHING


def _key_of(slots: list[int], values: dict[int, int]) -> Any:
    if len(slots) == 1:
        return values[slots[0]]
    return tuple([values[slot] for slot in slots]) if slots else False
