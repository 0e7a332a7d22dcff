"""A lab as the packages below :mod:`kamlab.lab` see it.

The engine, the views, the analysis and the network are given a lab and do not import its class; this is the interface
that they may use. :class:`kamlab.Lab` is the one class that implements it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from .choice import Chooser
from .clock import Clock
from .component import Component
from .ended_components import Register
from .lock import LabLock
from .microprocess import Microprocess
from .origins import Made
from .runtime import Runtime
from .scheduler import Scheduler
from .services import Services
from .trace import Trace


class World(Protocol):
    """A lab: the parts of its engine, its state, and its reports."""

    runtime: Runtime
    scheduler: Scheduler
    lock: LabLock
    trace: Trace
    services: Services
    register: Register
    failures: list[Microprocess]
    #: When and where it was made.
    made: Made
    #: Whether a server whose port another program holds listens at the next free one.
    next_free_port: bool
    #: Where in its file each writer began, or why it could not; the same in a replay.
    written_from: dict[tuple[int, str], int | OSError]

    @property
    def clock(self) -> Clock:
        """The clock of the lab."""

    @property
    def network(self) -> Any:
        """The interface to the network, a :class:`kamlab.net.interface.Network`."""

    @property
    def chooser(self) -> Chooser | None:
        """Decides which component runs next; ``None`` is round robin."""

    @property
    def failed_count(self) -> int:
        """How many components have failed."""

    @property
    def lockstep(self) -> bool:
        """Whether threads and the network are synchronised with the slices in a free run as well as in steps."""

    @property
    def virtual(self) -> bool:
        """Whether the clock of this lab is virtual: moved rather than waited for."""

    @property
    def pace(self) -> float | None:
        """How many slices a run has in a second of real time; ``None`` is full speed."""

    @property
    def running(self) -> bool:
        """Whether the lab runs in the background now."""

    @property
    def gate_open(self) -> bool:
        """Whether component threads may run freely."""

    @property
    def state(self) -> str:
        """One word: new, running, paused, finished or stopped."""

    @property
    def step_number(self) -> int:
        """How many slices have run since the lab began."""

    @property
    def writes_outside(self) -> bool:
        """Whether components really write to files; not during a replay."""

    @property
    def components(self) -> list[Component]:
        """The components that are alive, in order of activation."""

    def runnable(self) -> list[Microprocess]:
        """Return the components that can run now, in the order in which they will."""

    def __getitem__(self, name: str) -> Component: ...

    def __iter__(self) -> Iterator[Component]: ...

    def stop(self, timeout: float = 5.0) -> None:
        """End everything."""

    def report(self, text: str) -> None:
        """Tell the user something that must not be lost."""

    def run_component(self, component: Microprocess) -> Any:
        """Do what ``component.run()`` means here."""

    def note_act(self, kind: str, *what: Any) -> None:
        """Record something that is done from outside and can be done again."""

    def note_foreign(self, why: str) -> None:
        """Record that something from outside cannot be done again; ``why`` completes "because"."""
