"""The interface of a journal, in which a run is recorded so that it can be replayed.

Most runs have none. The engine records in it what came from outside; :mod:`kamlab.replay.journal` explains why that is
enough.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from .microprocess import Microprocess


class Journal(Protocol):
    """The interface; its methods are called by the engine."""

    def before_round(self) -> None:
        """Called before a round ends, to read the clock if that has to be recorded."""

    def picked(self, component: Microprocess) -> None:
        """Called when the chooser has picked the component that runs next."""

    def end_round(self) -> None:
        """Called to end a round before all slices of it have run."""

    def lets_time_move(self) -> bool:
        """Called before a virtual clock moves because it is polled; return whether it may."""

    #: Whether :meth:`before_round` has something to do.
    watches_clock: bool = False

    def before_drive(self, what: str, free: bool) -> None:
        """Called before ``what`` drives the lab; ``free``: in real time, which cannot be recorded. It may refuse."""

    def end_building(self, what: str) -> None:
        """Called when ``what`` drives the lab, which ends the building; a builder function must not do that."""

    def foreign(self, why: str, after: int | None = None) -> None:
        """Called when something happens that cannot be repeated, after step ``after``, by default now."""

    def outside(self, kind: str, *what: Any) -> None:
        """Called when something happens that no slice, timer or message caused."""
