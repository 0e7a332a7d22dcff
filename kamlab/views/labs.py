"""The labs of a program: their states, and where each was made."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..analysis.words import counted
from ..core.tracebacks import public
from ..core.world import World
from .printable import label
from .render import Document, Span, Table, View, line

#: How many labs are shown; the newest are.
MOST = 40
#: How many components of a lab are named, and how long a name may be.
NAMED = 3
NAME_WIDTH = 40


@dataclass(frozen=True, slots=True)
class LabLook:
    """One lab.

    Attributes:
        number: its place in the order in which the labs of the program were made.
        state: new, running, paused, finished or stopped.
        place: where it was made, such as ``In [5], line 3``.
        since: the time of day at which it was made.
        step: how many slices have run.
        components: the names of those that are alive.
        current: whether it is the current lab.
    """

    number: int
    state: str
    place: str
    since: str
    step: int
    components: tuple[str, ...]
    current: bool


@dataclass(frozen=True, slots=True, repr=False)
class LabsLook(View):
    """The labs of a program, in the order in which they were made.

    >>> import kamlab
    >>> with kamlab.Lab(clock="virtual") as lab:
    ...     look = kamlab.labs()
    >>> look[-1].state, look[-1].current
    ('new', True)
    """

    labs: tuple[LabLook, ...]

    def __iter__(self) -> Iterator[LabLook]:
        return iter(self.labs)

    def __len__(self) -> int:
        return len(self.labs)

    @public
    def __getitem__(self, index: int) -> LabLook:
        try:
            return self.labs[index]
        except IndexError:
            count = len(self.labs)
            raise IndexError(f"there is no lab at {index}: this has {counted(count, 'lab')}") from None

    def document(self) -> Document:
        """Return a table with a row for each lab, under a line that counts them."""
        running = sum(lab.state == "running" for lab in self.labs)
        head = line(counted(len(self.labs), "lab"), f", {running} running" if self.labs else "")
        rows = tuple(_row(lab) for lab in self.labs[-MOST:])
        titles = ("", "state", "made", "step", "components alive")
        table = Table(rows, titles, more=max(0, len(self.labs) - MOST), thing="lab", newest=True)
        return (head, table) if rows else (head,)


def _row(lab: LabLook) -> tuple[str | Span, ...]:
    state = Span(lab.state, "good" if lab.state == "running" else "")
    rest = len(lab.components) - NAMED
    alive = ", ".join(lab.components[:NAMED]) + (f" and {rest} more" if rest > 0 else "")
    made = f"{label(lab.place, NAME_WIDTH)} at {lab.since}"
    return (Span("current", "faint") if lab.current else "", state, made, f"step {lab.step}", alive or "no components")


def labs_look(labs: Iterable[World], current: World | None) -> LabsLook:
    """Return the view of some labs.

    Names are read without the lab's lock, so that a lab in which a component hangs is listed as well.
    """
    return LabsLook(tuple(_look(lab, lab is current) for lab in labs))


def _look(lab: World, current: bool) -> LabLook:
    alive = [member.short_name for member in list(lab.scheduler.members.values())]
    return LabLook(
        lab.made.number,
        lab.state,
        str(lab.made),
        time.strftime("%H:%M:%S", time.localtime(lab.made.when)),
        lab.step_number,
        tuple(label(name, NAME_WIDTH) for name in alive),
        current,
    )
