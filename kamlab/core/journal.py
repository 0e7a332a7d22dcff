"""The door to what a run is written down in, so that it can be played again.

Most runs have none. The engine says here what came from outside; :mod:`kamlab.replay.journal` tells
why that is enough.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from .microprocess import Microprocess


class Journal(Protocol):
    """The door."""

    def before_round(self) -> None:
        """Called before a round ends: play what came from outside then, or note what time it is."""

    def picked(self, component: Microprocess) -> None:
        """Called when the chooser has picked who runs next."""

    def end_round(self) -> None:
        """Called to end a round before all turns in it were taken."""

    #: Whether :meth:`before_round` has something to do.
    watches_clock: bool = False

    def before_drive(self, what: str, free: bool) -> None:
        """Called before ``what`` drives the lab; ``free``: in real time, which cannot be recorded. It may refuse."""

    def end_building(self, what: str) -> None:
        """Called when ``what`` drives the lab: its system is built then. A builder function must not do that."""

    def foreign(self, why: str, after: int | None = None) -> None:
        """Called when something happens that cannot be done again, after step ``after``, now unless told."""

    def outside(self, kind: str, *what: Any) -> None:
        """Called when something is done to the world that no slice, timer or message did."""
