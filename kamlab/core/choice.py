"""The door behind which it is decided who runs next.

Round robin, Axon's order, is what the scheduler does by itself, without asking anybody; a chooser
is consulted before every slice, and each slice is then a round of its own.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from .microprocess import Microprocess


class Chooser(Protocol):
    """The door. One that also has ``peek``, with the same arguments, tells beforehand what it will choose."""

    def choose(self, runnable: Sequence[Microprocess]) -> int:
        """Return the index of the one that runs next; ``runnable`` is never empty."""


class SeededRandom:
    """Any order, and the same one again for the same seed.

    >>> a, b = SeededRandom(7), SeededRandom(7)
    >>> [a.choose("xyz") for _ in range(9)] == [b.choose("xyz") for _ in range(9)]
    True
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.restart()

    def restart(self) -> None:
        """Begin the same choices anew, as a lab does when it is reset."""
        self._random = random.Random(self.seed)

    def choose(self, runnable: Sequence[object]) -> int:
        """Return an index, each as likely as the others."""
        return self._random.randrange(len(runnable))
