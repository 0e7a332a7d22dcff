"""Decides how the orders of a check are played: with which seeds, how many, and until when.

A check asks for a number of orders with :func:`~.runs.runs`. Everything else is decided here, in one place: a practice
run begins with seed 0, so that two students see the same run; a graded run begins with a seed that nobody knew before.
If the time is nearly over and enough orders went well, the rest is not played, and the verdict says how many were.

The state is a plain object in a context variable, not an argument, so that the checks need not pass it on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

#: After so many good orders a check may end early if there is no time left.
ENOUGH = 100
#: The share of the time limit after which no further order begins.
SHARE = 0.7

process_time = time.process_time  # kept here: in a slice, time is the lab's


@dataclass
class Orders:
    """How the orders of one check are played, and what was played.

    Args:
        first_seed: the seed of the first order; the others follow it.
        seconds: how many seconds of processor time the check may take; ``None`` for no limit.
        look: called after each order, before the check judges it.

    ``played`` is how many orders the check has played to their end, ``cut`` how many of how many if the time was over.
    """

    first_seed: int = 0
    seconds: float | None = None
    look: Callable[[], None] | None = None
    played: int = 0
    cut: tuple[int, int] | None = None
    _begun: float = field(default_factory=lambda: process_time())

    def seeds(self, schedules: int) -> Iterator[int]:
        """Yield the seeds of a number of orders, or of fewer if the time is over; count them when they were played."""
        for number in range(schedules):
            if number >= ENOUGH and self.is_late():
                self.cut = number, schedules
                return
            yield self.first_seed + number
            self.played += 1

    def is_late(self) -> bool:
        """Return whether there is no time for another order."""
        return self.seconds is not None and process_time() - self._begun > SHARE * self.seconds

    def in_words(self, sentence: str) -> str:
        """Return the sentence of a check with the number of orders that were played.

        >>> orders = Orders(cut=(412, 1000))
        >>> print(orders.in_words("In 1000 orders no deposit was lost."))
        In 412 orders no deposit was lost.
        There was no time for more: 1000 orders were planned.
        """
        if self.cut is None:
            return sentence
        played, planned = self.cut
        corrected = sentence.replace(f"{planned} orders", f"{played} orders")
        return f"{corrected}\nThere was no time for more: {planned} orders were planned."


_current: ContextVar[Orders | None] = ContextVar("orders of a check", default=None)


def current_orders() -> Orders:
    """Return how orders are played now; outside of a check, from seed 0 on and without a limit."""
    return _current.get() or Orders()


@contextmanager
def playing(orders: Orders) -> Iterator[Orders]:
    """Play the orders of a check in a certain way, within a ``with`` block."""
    token = _current.set(orders)
    try:
        yield orders
    finally:
        _current.reset(token)
