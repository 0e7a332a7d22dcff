"""What comparing two runs shows, as a value: where they part, and both side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ..analysis.words import counted
from ..lab import Lab
from ..views.render import Abreast, Document, Section, Span, Table, View, as_text, line
from ..views.timeline import Timeline

#: How many differences of a state are told.
TOLD = 6
#: The most characters of a slice in a row.
WIDTH = 46

NAMES = ("first", "second")


def shortened(text: str) -> str:
    """Return a text in as many characters as a column has."""
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 3]}..."


@dataclass(frozen=True)
class Contrast:
    """One difference of two runs: after how many slices of each, what it is about, and how it is in each.

    >>> print(Contrast((3, 3), "Clerk_1", "finished", "runnable"))
    Clerk_1: finished in the first run, runnable in the second
    """

    steps: tuple[int, int]
    what: str
    first: str
    second: str

    def __str__(self) -> str:
        return f"{self.what}: {self.first} in the first run, {self.second} in the second"


@dataclass(frozen=True, repr=False)
class Divergence(View):
    """How two runs of one system differ. It is false if they are equal.

    Attributes:
        lengths: how many slices each run has.
        step: the first step that differs; ``None`` if the runs are equal.
        choice: the components that ran there, if they are not the same.
        message: the first message that came into an inbox where another one came in the other run.
        state: what differs after the first step after which the states differ; ``()`` if none does.
        end: what differs where the runs end, the attributes of components included.
        rows: around the first difference, for each step what each run did, and whether that is the same.
        timelines: the space-time diagrams of both around it, in which it is marked.

    >>> from kamlab import diverge, Lab, Pipeline
    >>> from kamlab.parts import DataSource, PassThrough
    >>> def system():
    ...     Pipeline(DataSource("ab"), PassThrough()).activate()
    >>> one = Lab(build=system, clock="virtual")
    >>> _ = one.run()
    >>> found = diverge(one, one.recording)
    >>> print(found)
    They are equal: 9 slices.
    >>> bool(found), found.choice
    (False, None)
    """

    lengths: tuple[int, int]
    step: int | None = None
    choice: Contrast | None = None
    message: Contrast | None = None
    state: tuple[Contrast, ...] = ()
    end: tuple[Contrast, ...] = ()
    rows: tuple[tuple[int, str, str, bool], ...] = ()
    timelines: tuple[Timeline, ...] = ()
    _open: Callable[[int], tuple[Lab, Lab]] | None = field(default=None, compare=False)

    def __bool__(self) -> bool:
        """Return whether the runs differ."""
        return self.step is not None

    def open(self) -> tuple[Lab, Lab]:
        """Return a lab for each run, which stands after the first step that differs, and has the whole run on record.

        ``open()[0].panel()`` shows it, and ``goto`` moves along it.

        Raises:
            CannotRewind: a run is that of a lab that does not know how its system is built.
        """
        assert self._open is not None
        return self._open(0 if self.step is None else self.step)

    def data(self) -> dict[str, Any]:
        """Return all of it as plain values, ready for JSON."""
        data: dict[str, Any] = super().data()
        data.pop("_open")
        data["timelines"] = [timeline.data() for timeline in self.timelines]
        return data

    def document(self) -> Document:
        """Return what differs, and both runs side by side."""
        if self.step is None:
            return (line(Span(f"They are equal: {counted(self.lengths[0], 'slice')}.", "good")),)
        blocks: list[Any] = [line(Span(self._headline(), "strong"))]
        blocks += [line(f"choice: {self._choice()}", indent=2), line(f"message: {self._message()}", indent=2)]
        blocks += [line(words, indent=2) for words in _listed(self._state_head(), self.state)]
        end = "at the end: nothing differs that can be seen" if not self.end else "at the end"
        blocks += [line(words, indent=2) for words in _listed(end, self.end)]
        marked = tuple([_row(*row) for row in self.rows])
        left = max(self.lengths) - self.rows[-1][0] if self.rows else 0
        blocks.append(Table(marked, ("", "step", "the first run", "the second run"), more=left, thing="step"))
        titles = [f"the {name} run" for name in NAMES]
        return (*blocks, *_pictures(self.timelines, titles))

    def as_words(self) -> str:
        """Return it as text, in which the table is the timelines."""
        return as_text([block for block in self.document() if not isinstance(block, Abreast)])

    def _headline(self) -> str:
        one, other = self.lengths
        sizes = counted(one, "slice") + (" each" if one == other else f" and {counted(other, 'slice')}")
        return f"They differ from step {self.step} on, of {sizes}."

    def _choice(self) -> str:
        if self.choice is None:
            return "the same components ran"
        who = f"{self.choice.first} ran in the first run, {self.choice.second} in the second"
        return f"at step {self.choice.steps[0]} {who}"

    def _message(self) -> str:
        if self.message is None:
            return "each inbox was sent the same messages in the same order"
        where = [f" (step {step})" if step else "" for step in self.message.steps]
        first, second = f"{self.message.first}{where[0]}", f"{self.message.second}{where[1]}"
        return f"{self.message.what} is {first} in the first run, {second} in the second"

    def _state_head(self) -> str:
        return (
            f"state: after step {self.state[0].steps[0]}" if self.state else "state: after each step they stood alike"
        )


def _listed(head: str, contrasts: tuple[Contrast, ...]) -> list[str]:
    more = len(contrasts) - TOLD
    beyond = [f"  and {counted(more, 'more difference')}"] if more > 0 else []
    return [head, *[f"  {contrast}" for contrast in contrasts[:TOLD]], *beyond]


def _pictures(timelines: tuple[Timeline, ...], titles: list[str]) -> tuple[Abreast, ...]:
    if not timelines:
        return ()
    return (Abreast(tuple([Section(title, view) for title, view in zip(titles, timelines, strict=True)])),)


def _row(step: int, first: str, second: str, is_same: bool) -> tuple[Any, ...]:
    cut = shortened(first), shortened(second)
    if is_same:
        return (Span(" "), str(step), Span(first, plain=cut[0]), Span(second, plain=cut[1]))
    return (Span("≠", "bad", "*"), str(step), Span(first, "bad", cut[0]), Span(second, "bad", cut[1]))
