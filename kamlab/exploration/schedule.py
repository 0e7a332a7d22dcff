"""One order of slices, as a value: to look at, to open in a lab, and to keep as a line of text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ..analysis.words import counted
from ..core.choice import SeededRandom
from ..core.errors import KamlabError
from ..lab import Lab
from ..replay.fingerprints import Checks
from ..replay.journal import Entry, Path
from ..replay.recording import Recording
from ..views.render import Document, Section, Span, Table, View, as_html, line
from ..views.timeline import Timeline
from .shortest import switches_in

#: How many slices of a schedule are written out.
WRITTEN = 60
#: How many steps of a schedule are drawn in a diagram.
DRAWN = 60
#: How long an order is that is drawn below its words; a longer one is drawn when it is asked for.
PICTURED_SLICES = 30


@dataclass(frozen=True, repr=False)
class Schedule(View):
    """An order of slices, to look at and to open.

    Attributes:
        names: what goes wrong in it, by the names of :mod:`kamlab.exploration.judge`.
        sentence: what goes wrong, in words.
        path: the components that run, slice by slice, from the beginning of the run.
        assembly: how many of these only wire the system, before the orders differ.
        minimal: whether no shorter order leads there.
        shrunk: whether it was drawn, and made as short as trying to leave out slices does.
        decided: the step after which every order goes wrong; ``None`` where that is not known.
        race: which two slices decide by their order whether it goes wrong, in a sentence; "" where that is not known,
            or nothing but that order is possible.
        faults: what the world chose to do: after which step, in words.
        entries: the same as entries of a journal.
        rounds: how many rounds the run has.
        seed: the seed of the lab's random numbers.

    >>> from kamlab import Component, explore
    >>> class Clumsy(Component):
    ...     def main(self):
    ...         yield
    ...         raise ValueError("dropped")
    >>> schedule = explore(lambda: Clumsy().activate()).found[0]
    >>> print(schedule)
    failure: Clumsy_1 failed: ValueError: dropped
      the shortest order: 2 slices, 0 switches; it goes wrong in every order
      1-2  Clumsy_1
    >>> schedule.open().step_number
    2
    """

    names: tuple[str, ...]
    sentence: str
    path: tuple[str, ...]
    assembly: int = 0
    minimal: bool = False
    decided: int | None = None
    rounds: int = 0
    seed: int = 0
    race: str = ""
    shrunk: bool = False
    faults: tuple[tuple[int, str], ...] = ()
    entries: tuple[Entry, ...] = ()
    _system: Callable[..., Any] | None = field(default=None, compare=False)

    @property
    def slices(self) -> int:
        """How many slices it has, apart from those that only wire the system."""
        return len(self.path) - self.assembly

    @property
    def switches(self) -> int:
        """How often another component runs than in the slice before, apart from the wiring."""
        numbers = {name: number for number, name in enumerate(self.path)}
        return switches_in([numbers[name] for name in self.path[self.assembly :]])

    @property
    def step(self) -> int:
        """The step at which it goes wrong."""
        return len(self.path)

    @property
    def kind(self) -> str:
        """What it is said to be: the shortest order, one that was shrunk, or any one."""
        return "the shortest order" if self.minimal else "a shrunk order" if self.shrunk else "an order"

    @property
    def recording(self) -> Recording:
        """The order as a recorded run: ``Lab(build=system, clock="virtual").replay(recording)`` plays it."""
        return Recording(
            Path(len(self.path), self.rounds, self.entries, self.path), {"seed": self.seed}, Checks(1, 0, ())
        )

    @property
    def line(self) -> str:
        """The same as one line of text, to paste."""
        return str(self.recording)

    @property
    def system(self) -> Callable[..., Any]:
        """The function that builds the system."""
        assert self._system is not None
        return self._system

    def open(self, step: int | None = None) -> Lab:
        """Return a lab in which this order was played, up to where it goes wrong.

        Args:
            step: where to stand instead; ``decided`` is a good choice.
        """
        lab = Lab(build=self.system, clock="virtual", chooser=SeededRandom(self.seed))
        lab.replay(self.recording)
        if step is not None and step != lab.step_number:
            lab.goto(step)
        return lab

    def diagram(self, steps: int = DRAWN) -> str:
        """Return the order as a sequence diagram in text: who ran, and which message went where.

        Args:
            steps: how many of the last steps are drawn.
        """
        return str(self.timeline(steps))

    def timeline(self, steps: int = DRAWN) -> Timeline:
        """Return the order as a space-time diagram, which a notebook draws.

        Args:
            steps: how many of the last steps are drawn.
        """
        with self.open() as lab:
            first = max(1, min(self.assembly + 1, self.step), self.step - steps + 1)
            return lab.timeline(first, self.step)

    def pictured(self) -> Document:
        """Return what a cell shows below the words: the diagram, unless the order is long or cannot be played again."""
        if self.slices > PICTURED_SLICES:
            return ()
        try:
            return (Section(self.kind, self.timeline()),)
        except KamlabError as error:
            return (line(f"The order cannot be drawn: {error}", role="faint"),)

    def _repr_html_(self) -> str:
        return as_html((*self.whole(), *self.pictured()))

    def data(self) -> dict[str, Any]:
        """Return all of it as plain values, ready for JSON."""
        found: dict[str, Any] = plain(super().data())
        return found

    def document(self) -> Document:
        """Return what goes wrong, how long the order is, and who runs when."""
        size = f"{counted(self.slices, 'slice')}, {counted(self.switches, 'switch')}"
        head = f"{', '.join(self.names)}: {self.sentence}" if self.names else "nothing goes wrong"
        rows: list[Any] = [line(Span(head, "bad" if self.names else "good"))]
        rows.append(line(f"{self.kind}: {size}{self._after()}", indent=2))
        if self.race:
            kind, _, deeds = self.race.partition(": ")
            rows += [line(f"{kind}:", indent=2), line(deeds, indent=4)]
        rows.append(Table(tuple(self._turns()), ("step", "runs"), thing="turn", more=0))
        return tuple(rows)

    def _after(self) -> str:
        if self.decided is None or self.decided >= self.step:
            return ""
        if self.decided <= self.assembly:
            return "; it goes wrong in every order"
        return f"; after step {self.decided} it goes wrong in every order"

    def _turns(self) -> list[tuple[str, str]]:
        """Return a row for each turn: the steps, and the component that runs."""
        found: list[tuple[str, str]] = []
        faults = dict[int, list[str]]()
        for step, words in self.faults:
            faults.setdefault(step, []).append(words)
        first = 0
        found += [("", words) for words in faults.get(0, ())]
        for place in range(1, len(self.path) + 1):
            if place in faults or place == len(self.path) or self.path[place] != self.path[first]:
                steps = str(first + 1) if place - first == 1 else f"{first + 1}-{place}"
                found.append((steps, self.path[first]))
                first = place
            found += [("", words) for words in faults.get(place, ())]
        if len(found) > WRITTEN:
            return [*found[: WRITTEN - 1], ("...", f"{len(found) - WRITTEN + 1} more turns")]
        return found


def plain(value: Any) -> Any:
    """Return data without what is private to a value."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items() if not name.startswith("_")}
    return [plain(item) for item in value] if isinstance(value, list) else value
