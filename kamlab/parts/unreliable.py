"""Parts that do to messages what a bad network does to datagrams: they double, drop and reorder some.

They draw from Python's global generator, whose state is part of a run under a virtual clock; so such a run can be
repeated.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

from ..chassis.flow_control import discard
from .worker import Worker

#: Of how many messages one is doubled or dropped, on average.
ONE_OF = 10
#: How many messages a Reorder holds.
HELD = 8


class Duplicate(Worker):
    """Passes messages on, one of ten twice.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import Collate, DataSource, Duplicate
    >>> with Lab(clock="virtual") as lab:
    ...     came = Collate()
    ...     _ = Pipeline(DataSource(range(100)), Duplicate(), came).activate()
    ...     _ = lab.run()
    ...     100 < len(came.collated) < 130, set(came.collated) == set(range(100))
    (True, True)
    """

    def work(self, message: Any) -> Iterable[Any]:
        """Return the message, once or twice."""
        return (message, message) if random.randrange(ONE_OF) == 0 else (message,)


class Throwaway(Worker):
    """Passes messages on, but for one of ten. What it drops is counted as lost.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import Collate, DataSource, Throwaway
    >>> with Lab(clock="virtual") as lab:
    ...     came, throwaway = Collate(), Throwaway()
    ...     _ = Pipeline(DataSource(range(100)), throwaway, came).activate()
    ...     _ = lab.run()
    ...     70 < len(came.collated) < 100
    True
    """

    def work(self, message: Any) -> Iterable[Any]:
        """Return the message, or nothing."""
        if random.randrange(ONE_OF):
            return (message,)
        discard(self.outboxes["outbox"], message)
        return ()


class Reorder(Worker):
    """Holds eight messages, and sends any one of them when the next one comes; at the end it sends all.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import Collate, DataSource, Reorder
    >>> with Lab(clock="virtual") as lab:
    ...     came = Collate()
    ...     _ = Pipeline(DataSource(range(100)), Reorder(), came).activate()
    ...     _ = lab.run()
    ...     came.collated == list(range(100)), sorted(came.collated) == list(range(100))
    (False, True)
    """

    def __init__(self) -> None:
        super().__init__()
        self._held: list[Any] = []

    def work(self, message: Any) -> Iterable[Any]:
        """Return one of the messages that are held, if there are enough."""
        self._held.append(message)
        if len(self._held) < HELD:
            return ()
        return (self._held.pop(random.randrange(HELD)),)

    def finish(self, message: Any) -> Iterable[Any]:
        """Return what is held."""
        return self._held
