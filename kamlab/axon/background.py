"""``Axon.background.background``: run the current lab in a background thread."""

from __future__ import annotations

import threading
import weakref
from typing import Any

from kamlab.core import context
from kamlab.core.errors import LabIsClosed

from .scheduler import front_of

#: The labs that are run in slow motion; between two cycles they stand.
_slow: weakref.WeakSet[Any] = weakref.WeakSet()


def runs_slowly(lab: Any) -> bool:
    """Return whether a thread runs a lab in slow motion."""
    return lab in _slow


class background:
    """``background().start()`` runs the current lab until it is stopped, even while it is empty.

    Args:
        slowmo: how many seconds to sleep per cycle.
        zap: whether to reset the lab first.

    Starting a second one for the same lab has no effect.
    """

    __module__ = "Axon.background"

    def __init__(self, slowmo: float = 0, zap: bool = False) -> None:
        self.slowmo = slowmo
        self.zap = zap
        self.lab: Any = None

    def start(self) -> None:
        """Start running, and return at once."""
        self.lab = context.current()
        if self.zap:
            self.lab.reset()
        if self.slowmo:
            _slow.add(self.lab)
            threading.Thread(target=self._run_slowly, name="kamlab slow motion", daemon=True).start()
        else:
            self.lab.start(forever=True)

    def _run_slowly(self) -> None:
        front = front_of(self.lab)
        try:
            while True:
                front.waitForOne()
                front.runThreads(self.slowmo)
        except LabIsClosed:
            return
        finally:
            _slow.discard(self.lab)
