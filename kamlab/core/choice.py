"""Choosers decide which component runs next.

Round robin, Axon's order, needs no chooser: the scheduler does it by itself. A chooser is asked before every slice, and
each slice is then a round of its own.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from .microprocess import Microprocess


class Chooser(Protocol):
    """The interface. A chooser may also have ``peek``, with the same arguments, which returns the choice in advance."""

    def choose(self, runnable: Sequence[Microprocess]) -> int:
        """Return the index of the component that runs next; ``runnable`` is never empty."""


class SeededRandom:
    """Random order, the same one for the same seed.

    >>> a, b = SeededRandom(7), SeededRandom(7)
    >>> [a.choose("xyz") for _ in range(9)] == [b.choose("xyz") for _ in range(9)]
    True
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.restart()

    def restart(self) -> None:
        """Start the same choices again; called when a lab is reset."""
        self._random = random.Random(self.seed)

    def choose(self, runnable: Sequence[object]) -> int:
        """Return an index, all equally likely."""
        return self._random.randrange(len(runnable))
