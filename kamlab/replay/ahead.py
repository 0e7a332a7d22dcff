"""A choice that can be known before it is made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kamlab.core.microprocess import Microprocess, place_in


class Ahead:
    """A chooser whose choice can be known before it is made: it asks the real one once, and keeps the answer."""

    def __init__(self, chooser: Any) -> None:
        self._chooser = chooser
        self._drawn: Microprocess | None = None

    def look(self, runnable: Sequence[Microprocess]) -> Microprocess:
        """Return whom :meth:`choose` would pick."""
        if self._drawn is None or place_in(runnable, self._drawn) < 0:
            self._drawn = runnable[self._chooser.choose(runnable)]
        return self._drawn

    def choose(self, runnable: Sequence[Microprocess]) -> int:
        """Return the index of the one who was looked at, if there is one."""
        picked = self.look(runnable)
        self._drawn = None
        return place_in(runnable, picked)
