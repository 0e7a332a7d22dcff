"""Cells: the places whose values make up the state of a system between two slices.

A cell is a tuple that begins with its kind. Components are numbered by who made them and as which of theirs, never by
the order in which they were activated, so that a component has the same number in every order of slices.

============ ============================== =========================================================================
cell         of                             its value
============ ============================== =========================================================================
``L, n``     component n                    its life, when its timer is due, and which helper runs in its place
``E, n``     component n                    whether it has ended
``N, n``     component n                    its local state: attributes, frames, children, links that it made
``B, n, b``  inbox b of component n         the messages in it
``M, n, b``  inbox b of component n         its limit
``K, n, b``  box b of component n           the box that it leads to
``I, n``     component n                    the number in its name, from when it is activated
``A, n``     component n                    whether it is woken when a message that it sent is taken
``G, m, x``  name x of module m             the value of a global or of a class
``V, x``     the variable x                 what a :class:`~kamlab.Shared` variable holds
``T``        the lab                        its time
``S``        the lab                        its services
``Q``        the lab                        how many components were activated, which names the next one
``R``        the lab                        the state of its random numbers
``Z``        the builder                    what it returned
``W, n``     component n                    how often it was passed over in a row, where that is bounded
``Y``        the lab                        its simulated network, and the timers
``X``        the world                      how many faults there were, where that is bounded
============ ============================== =========================================================================

Who is woken by a take follows from ``K`` and ``A``, so ``F, n, b``, who sends to an inbox, is in footprints.
"""

from __future__ import annotations

from typing import Any

Cell = tuple[Any, ...]

LIFE, ENDED, LOCAL, BOX, LIMIT, LEADS, ATTENDS, FEEDERS, GLOBAL = "L", "E", "N", "B", "M", "K", "A", "F", "G"
PASSED, NUMBER, VARIABLE = "W", "I", "V"
FAULTS: Cell = ("X",)
NETWORK: Cell = ("Y",)
TIME: Cell = ("T",)
SERVICES: Cell = ("S",)
ACTIVATIONS: Cell = ("Q",)
CHANCE: Cell = ("R",)
MADE: Cell = ("Z",)

#: The value of a component that is not made yet, and of a box that is not made yet, by the kind of cell.
_DEFAULTS: dict[str, Any] = {LIFE: ("unmade", None, None), ENDED: False, BOX: (), PASSED: 0, FAULTS[0]: 0}


def default_of(cell: Cell) -> Any:
    """Return the value that a cell has as long as its component or its box does not exist."""
    return _DEFAULTS.get(cell[0])


def words_of(cell: Cell, name: str) -> str:
    """Return what a cell is, in words; ``name`` is that of its component.

    >>> words_of((BOX, 3, "inbox"), "Fork_3")
    'what waits in Fork_3.inbox'
    """
    kinds = {
        LOCAL: f"the local state of {name}",
        LIFE: f"the state of {name}",
        ENDED: f"whether {name} has ended",
        BOX: f"what waits in {name}.{cell[-1]}",
        LIMIT: f"the size of {name}.{cell[-1]}",
        LEADS: f"where {name}.{cell[-1]} leads",
        ATTENDS: f"whether {name} attends to what is taken",
        NUMBER: f"the number in the name of {name}",
        PASSED: f"how often {name} was passed over",
        GLOBAL: f"the global {cell[-1]}",
        VARIABLE: f"the variable {cell[-1]}",
        TIME[0]: "the time",
        SERVICES[0]: "the services",
        ACTIVATIONS[0]: "how many components were activated",
        CHANCE[0]: "the state of the random numbers",
        NETWORK[0]: "the network",
        FAULTS[0]: "how many faults there were",
        MADE[0]: "what the builder returned",
    }
    return kinds[cell[0]]


class Values:
    """Numbers for values, so that states are tuples of small numbers.

    >>> values = Values()
    >>> values.number("a"), values.number("b"), values.number("a"), values.of(2)
    (1, 2, 1, 'b')
    """

    def __init__(self) -> None:
        self._numbers: dict[Any, int] = {}
        self._values: list[Any] = [None]  # 0 is not a number of a value

    def number(self, value: Any) -> int:
        """Return the number of a value, from 1 on; equal values have the same one."""
        found = self._numbers.get(value)
        if found is None:
            found = self._numbers[value] = len(self._values)
            self._values.append(value)
        return found

    def of(self, number: int) -> Any:
        """Return the value of a number."""
        return self._values[number]

    def __len__(self) -> int:
        return len(self._values) - 1
