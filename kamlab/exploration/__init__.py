"""Every order of slices of a small system, and the shortest one in which it goes wrong.

Stepping shows one run of a system, and running it a thousand times proves nothing about the others. :func:`explore`
plays all orders: as a graph of states, in which each different slice runs in the engine once.
"""

from __future__ import annotations

from .errors import CannotExplore, NotProved, WrongOrder
from .explore import explore
from .found import Exploration, Schedule

__all__ = ["CannotExplore", "Exploration", "NotProved", "Schedule", "WrongOrder", "explore"]
