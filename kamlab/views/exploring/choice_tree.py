"""The choices of who runs as a tree: how many orders each leads to, and in how many of these it goes wrong.

Slices between which nobody can choose are left out. A branch ends where the choice no longer matters: nothing goes
wrong below it, or all does. Components between which it makes no difference share one branch.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...analysis.words import joined
from ..render import Document, Section, Span, View, line

#: In which of the orders below a branch it goes wrong.
NEVER, SOMETIMES, ALWAYS, UNKNOWN = "never", "sometimes", "always", "not known"
_WITHOUT_NUMBERS = {
    NEVER: "it never goes wrong",
    SOMETIMES: "it can go wrong",
    ALWAYS: "it goes wrong in every order",
    UNKNOWN: "not known to go wrong",
}


@dataclass(frozen=True, slots=True, repr=False)
class ChoiceLook(View):
    """One component that can run where several can.

    Attributes:
        path: the components that run, slice by slice, once the system is assembled, up to and with this one.
        step: the step in which it runs.
        verdict: in which orders it goes wrong from there: never, sometimes, always, or not known.
        orders, wrong: how many orders there are from there, and in how many it goes wrong; ``None`` if that is not
            known, or some have no end.
        same: other components that may run in its place, with the same numbers.
        choices: the next choice below it; empty where it no longer matters, or the tree is cut.
        more: how many choices are left out below it.
    """

    path: tuple[str, ...]
    step: int
    verdict: str
    orders: int | None = None
    wrong: int | None = None
    same: tuple[str, ...] = ()
    choices: tuple[ChoiceLook, ...] = ()
    more: int = 0

    @property
    def name(self) -> str:
        """Who runs."""
        return self.path[-1]

    @property
    def words(self) -> str:
        """Who runs in which step, and in how many orders it goes wrong."""
        return f"step {self.step}: {joined([self.name, *self.same], 'or')} runs: {self.share}"

    @property
    def share(self) -> str:
        """In how many orders it goes wrong."""
        each = " each" if self.same else ""
        if self.orders is None or self.wrong is None:
            return _WITHOUT_NUMBERS[self.verdict] + each
        if self.orders == 1:
            return f"the only order{each} {'goes wrong' if self.wrong else 'is right'}"
        if self.wrong in (0, self.orders):
            return f"all {self.orders:,} orders{each} {'go wrong' if self.wrong else 'are right'}"
        return f"of {self.orders:,} orders{each}, {self.wrong:,} go{'es' * (self.wrong == 1)} wrong"

    def document(self) -> Document:
        """Return the choices below it."""
        return _blocks(self.choices, self.more)

    def lines(self, depth: int = 0) -> Iterator[str]:
        """Yield it and the choices below it as lines of text."""
        yield "  " * depth + self.words
        for choice in self.choices:
            yield from choice.lines(depth + 1)
        if self.more:
            yield "  " * (depth + 1) + f"and {self.more:,} more"

    def as_words(self) -> str:
        """Return it and the choices below it as text."""
        return "\n".join(self.lines())


@dataclass(frozen=True, slots=True, repr=False)
class ChoiceTree(View):
    """The choices of who runs, as a tree.

    Attributes:
        orders, wrong: how many orders there are, and in how many it goes wrong; ``None`` if some have no end.
        verdict: as of a choice.
        choices: who can run at the first choice.
        more: how many choices are left out at the top.

    >>> choices = (ChoiceLook(("A",), 1, "sometimes", 2, 1), ChoiceLook(("B",), 1, "never", 1, 0))
    >>> print(ChoiceTree(3, 1, "sometimes", choices))
    of 3 orders, 1 goes wrong
      step 1: A runs: of 2 orders, 1 goes wrong
      step 1: B runs: the only order is right
    """

    orders: int | None
    wrong: int | None
    verdict: str
    choices: tuple[ChoiceLook, ...] = ()
    more: int = 0

    @property
    def headline(self) -> str:
        """In how many orders it goes wrong."""
        if self.orders is None or self.wrong is None:
            return _WITHOUT_NUMBERS[self.verdict]
        if self.orders == 1:
            return f"the only order {'goes wrong' if self.wrong else 'is right'}"
        if self.wrong in (0, self.orders):
            return f"all {self.orders:,} orders {'go wrong' if self.wrong else 'are right'}"
        return f"of {self.orders:,} orders, {self.wrong:,} go{'es' * (self.wrong == 1)} wrong"

    def document(self) -> Document:
        """Return the first choices, with those below them folded."""
        role = {NEVER: "good", UNKNOWN: ""}.get(self.verdict, "bad")
        return (line(Span(self.headline, role)), *_blocks(self.choices, self.more))

    def as_words(self) -> str:
        """Return the tree as text."""
        lines = [self.headline, *(text for choice in self.choices for text in choice.lines(1))]
        if self.more:
            lines.append(f"  and {self.more:,} more")
        return "\n".join(lines)


def _blocks(choices: tuple[ChoiceLook, ...], more: int) -> Document:
    """Return a line for each choice, and a section where there are choices below it."""
    found: list[Section | object] = []
    for choice in choices:
        if choice.choices or choice.more:
            found.append(Section(choice.words, choice, folded=True))
        else:
            role = {NEVER: "good", ALWAYS: "bad"}.get(choice.verdict, "")
            found.append(line(Span(choice.words, role), indent=2))
    if more:
        found.append(line(f"and {more:,} more", role="faint"))
    return tuple(found)  # type: ignore[arg-type]
