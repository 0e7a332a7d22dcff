"""Runs a system under many schedules: who runs next is drawn at random from a seed, so each run can be repeated.

If the components of a system share nothing but messages, all that a schedule can change is the order of their slices.
So the seed alone determines a run, and the virtual clock makes it quick. This is random testing, not proof: what does
not happen in a thousand runs may still be possible.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from ..core.choice import Chooser, SeededRandom
from ..core.describe import error_in_words
from ..core.errors import KamlabError, LabIsClosed
from ..lab import Lab
from .orders import current_orders
from .student_code import location_of

#: How many slices a run may have, unless told otherwise.
SLICES = 1000

System = Callable[[], Any]


class Run:
    """One run of a system, at its end.

    ``made`` is the result of the system's function, ``lab`` the lab at the end of the run, ``seed`` the seed that
    decided who ran next if it was drawn, and ``outcome`` why the run ended.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import Collate, DataSource
    >>> from kamlab.teach import runs
    >>> def system():
    ...     keep = Collate()
    ...     _ = Pipeline(DataSource([1, 2]), keep).activate()
    ...     return keep
    >>> for run in runs(system, 2):
    ...     print(run, run.made.collated)
    <run with seed 0: 11 slices: every component has ended> [1, 2]
    <run with seed 1: 10 slices: every component has ended> [1, 2]
    >>> with Lab(build=system, clock="virtual") as lab:
    ...     _ = lab.replay(run.line)
    ...     lab.step_number == run.step
    True
    """

    __slots__ = ("_lab", "chooser", "made", "outcome", "seed", "system")
    made: Any

    def __init__(self, system: System, seed: int | None, chooser: Chooser | None = None, **how: Any) -> None:
        def build() -> None:
            self.made = system()

        #: What has built the system.
        self.system = system
        self.seed: int | None = seed
        self.outcome: Any = None
        chooser = SeededRandom(seed or 0) if chooser is None else chooser
        #: What decides who runs next.
        self.chooser: Any = chooser
        self._lab = _SilentLab(build=build, clock="virtual", chooser=chooser, **how)

    @property
    def lab(self) -> Lab:
        """The lab at the end of the run. It is stopped when the next run begins."""
        return self._lab

    @property
    def step(self) -> int:
        """The number of slices."""
        return self._lab.step_number

    @property
    def line(self) -> str:
        """The run as a line of text: ``Lab(build=system, clock="virtual").replay(line)`` replays it."""
        return str(self._lab.recording)

    @property
    def deadlock(self) -> str:
        """The circle of components that wait for each other, in words; "" if there is none.

        Raises:
            LabIsClosed: the next run has begun, or the last run is over; ask within the loop over the runs.
        """
        if self._lab.state == "stopped":
            raise LabIsClosed("the lab of this run is stopped, so nothing waits any more; ask in the loop over runs()")
        why = self._lab.why()
        return "\n".join(why.sentences) if "deadlock" in why.headline else ""

    @property
    def failures(self) -> list[Any]:
        """The components that failed."""
        return self._lab.failures

    def __repr__(self) -> str:
        how = "in a given order" if self.seed is None else f"with seed {self.seed}"
        return f"<run {how}: {self.outcome}>"


class _SilentLab(Lab):
    """A lab that does not write failures to stderr, because they are in the run."""

    names_ends = False  # the verdicts of single runs are not shown

    def _progress(self, _limit: int | None) -> AbstractContextManager[Any]:
        return nullcontext()  # one of many: how far it has come says nothing

    def report(self, text: str) -> None:
        pass


class Wrong(KamlabError):
    """A system did something wrong.

    Args:
        sentence: what happened, in words for the student.
        run: the run in which it happened, if any.
        step: the step of that run at which to look; its end unless given.
        part: which part of the exercise is not done, where it has several; those before it are.

    >>> from kamlab.parts import OneShot
    >>> from kamlab.teach import Wrong, runs
    >>> for run in runs(lambda: OneShot("hello").activate(), 3):
    ...     if run.seed == 2:
    ...         wrong = Wrong("The greeting did not arrive.", run)
    >>> print(wrong)
    The greeting did not arrive.
    >>> wrong.run.seed, wrong.step
    (2, 2)
    """

    def __init__(self, sentence: str, run: Run | None = None, step: int | None = None, part: int = 0) -> None:
        super().__init__(sentence)
        self.run = run
        self.part = part
        self.step: int | None = step if step is not None or run is None else run.step


def runs(
    system: System,
    schedules: int = 100,
    *,
    slices: int = SLICES,
    until: Callable[[Run], Any] | None = None,
    failures: bool = False,
    network: Any = None,
) -> Iterator[Run]:
    """Run a system once for each seed, beginning with 0, and yield each run when it has ended.

    In a check :mod:`.orders` decides with which seed to begin, and whether there is time for all of them.

    Args:
        system: a function that activates the components of the system. Its result is ``run.made``.
        schedules: how many runs, at least one.
        slices: how many slices each may have.
        until: called with the run after each slice; the run ends when it returns something true.
        failures: whether to yield runs in which a component failed like others.
        network: as for a :class:`~kamlab.lab.Lab`.

    Raises:
        Wrong: a component failed, and ``failures`` is false.
        TypeError: ``system`` is not a function.
        ValueError: ``schedules`` is less than 1.

    >>> from kamlab import Component, Graphline
    >>> class Say(Component):
    ...     def __init__(self, word):
    ...         super().__init__()
    ...         self.word = word
    ...     def main(self):
    ...         self.send(self.word)
    ...         yield
    >>> class Keep(Component):
    ...     async def main(self):
    ...         self.kept = [await self.receive(), await self.receive()]
    >>> def system():
    ...     keep = Keep()
    ...     wires = {("A", "outbox"): ("K", "inbox"), ("B", "outbox"): ("K", "inbox")}
    ...     Graphline(A=Say("ping"), B=Say("pong"), K=keep, linkages=wires).activate()
    ...     return keep
    >>> sorted({tuple(run.made.kept) for run in runs(system, 20)})
    [('ping', 'pong'), ('pong', 'ping')]
    """
    if not callable(system):
        raise TypeError(f"runs({system!r}): give a function that activates the components of a system")
    if schedules < 1:
        raise ValueError(f"runs(..., {schedules!r}): at least one order has to be played")
    how = {} if network is None else {"network": network}
    orders = current_orders()
    before: Run | None = None
    for seed in orders.seeds(schedules):
        if before is not None:
            before.lab.stop()
        before = run = Run(system, seed, **how)
        condition = None if until is None else _asked(until, run)
        run.outcome = run.lab.run(until=condition, max_steps=slices)
        if orders.look is not None:
            orders.look()
        if run.failures and not failures:
            raise failed(run)
        yield run
    if before is not None:
        before.lab.stop()


def _asked(until: Callable[[Run], Any], run: Run) -> Callable[[Any], Any]:
    return lambda _lab: until(run)


def failed(run: Run) -> Wrong:
    """Return what is wrong with a run in which a component failed."""
    component = run.failures[0]
    error = component.error
    if isinstance(error, NotImplementedError):
        return Wrong(still_to_do(error))
    return Wrong(f"{component.short_name} failed: {error_in_words(error)}{location_of(error)}", run)


def still_to_do(error: NotImplementedError) -> str:
    """Return the sentence for an exercise that has not been done yet."""
    what = str(error)
    return f"Still to do: {what}" if what else f"Still to do{location_of(error)}"
