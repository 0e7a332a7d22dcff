"""The branches of a lab's runs as a small tree: where each one forks off, and where the lab stands.

The tree itself is :class:`kamlab.replay.branches.Tree`. The view has its numbers and words without the paths that lead
to the branches, so that it can be kept and compared. Steps go to the right; each branch has a row, and forks off the
row of its parent at the step after which it left it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ..analysis.words import counted
from ..core.reading import reads
from .render import Document, Picture, View, escape
from .timeline.look import COLOURS

#: How many branches are shown: those on the path to the lab's position, and the newest.
BRANCHES = 40

_LEFT, _WIDTH, _ROW, _TOP = 26, 420, 26, 24
_STYLE = (
    ".kamlab-chart text{font:12px system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;fill:var(--ink)}"
    ".kamlab-chart .n{font-size:10px;fill:var(--soft)}.kamlab-chart .b{font-weight:700}"
    ".kamlab-chart path{stroke:var(--line);stroke-width:4;stroke-linecap:round;fill:none}"
    ".kamlab-chart .w{stroke:var(--accent)}.kamlab-chart circle{fill:var(--hand)}.kamlab-chart .h{fill:var(--accent)}"
)


@dataclass(frozen=True, slots=True)
class BranchLook:
    """One branch: it left its parent after ``forked_at`` slices, and goes to step ``steps``.

    ``by_hand`` is how many interventions there are on it, and ``hands`` after which steps; ``text`` is the branch in
    words.
    """

    number: int
    parent: int | None
    forked_at: int
    steps: int
    by_hand: int
    text: str
    hands: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class RunTree(View):
    """The branches of a lab, and where it stands: on branch ``here``, after slice ``step``.

    ``more`` branches are left out. Printed, it is text; in a notebook, a picture.

    >>> print(RunTree((BranchLook(0, None, 0, 9, 0, "branch 0: to step 9"),), 0, 9))
    branch 0: to step 9  <- here, at step 9
    """

    branches: tuple[BranchLook, ...]
    here: int
    step: int
    more: int = 0

    def __len__(self) -> int:
        return len(self.branches)

    def __iter__(self) -> Iterator[BranchLook]:
        return iter(self.branches)

    @property
    def svg(self) -> str:
        """The tree as a picture; equal trees give the same bytes."""
        return _as_svg(self)

    @property
    def summary(self) -> str:
        """What the picture shows, in a sentence."""
        branches = counted(len(self.branches) + self.more, "branch")
        return f"Tree of runs, {branches}; the lab is on branch {self.here} at step {self.step}."

    def document(self) -> Document:
        """Return the picture."""
        return (Picture(self.svg, self.summary),)

    def as_words(self) -> str:
        """Return the branches as lines of text, each below the one that it left."""
        lines = []
        for branch, depth in _in_order(self):
            here = f"  <- here, at step {self.step}" if branch.number == self.here else ""
            lines.append("  " * depth + branch.text + here)
        if self.more:
            lines.append(f"and {self.more} more")
        return "\n".join(lines)


@reads()
def branches_of(lab: Any) -> RunTree:
    """Return the branches of a lab's runs: one, until the lab goes back and takes another course.

    >>> from kamlab import Component, Lab
    >>> class Count(Component):
    ...     def main(self):
    ...         for number in range(100):
    ...             self.send(number)
    ...             yield
    >>> lab = Lab(build=lambda: Count().activate(), clock="virtual")
    >>> _ = lab.step(9)
    >>> lab.back(5)
    >>> lab.choose("Count_1")
    >>> _ = lab.step(2)
    >>> print(branches_of(lab))
    branch 0: to step 9
      branch 1: to step 6, leaves branch 0 after step 4, 1 by hand  <- here, at step 6
    """
    tree = lab.branches
    kept = _kept(tree)
    looks = tuple(_look(branch) for branch in tree if branch.number in kept)
    return RunTree(looks, tree.here, tree.step, len(tree) - len(looks))


def _look(branch: Any) -> BranchLook:
    hands = tuple(entry.step for entry in branch.path.entries if entry.by_hand and entry.step >= branch.forked_at)
    return BranchLook(
        branch.number, branch.parent, branch.forked_at, branch.steps, len(hands), str(branch), hands[-40:]
    )


def _kept(tree: Iterable[Any]) -> set[int]:
    """Return the numbers of the branches to show; a branch is shown with all its ancestors."""
    parents = {branch.number: branch.parent for branch in tree}
    kept: set[int] = set()
    for number in (tree.here, *sorted(parents, reverse=True)):  # type: ignore[attr-defined]
        way = set()
        while number is not None and number not in kept:
            way.add(number)
            number = parents.get(number)
        if kept and len(kept) + len(way) > BRANCHES:
            break
        kept |= way
    return kept


def _in_order(tree: RunTree) -> list[tuple[BranchLook, int]]:
    """Return pairs of branch and depth, parents before their children."""
    children: dict[int | None, list[BranchLook]] = {}
    for branch in tree.branches:
        children.setdefault(branch.parent, []).append(branch)
    found: list[tuple[BranchLook, int]] = []
    ahead = [(root, 0) for root in reversed(children.get(None, []))]
    while ahead:
        branch, depth = ahead.pop()
        found.append((branch, depth))
        ahead += [(child, depth + 1) for child in reversed(children.get(branch.number, []))]
    return found


# -- the picture ------------------------------------------------------------------------------------------


def _as_svg(tree: RunTree) -> str:
    rows = {branch.number: row for row, (branch, _) in enumerate(_in_order(tree))}
    longest = max([tree.step, 1, *(branch.steps for branch in tree.branches)])
    way = _way(tree)

    def x(step: int) -> str:
        return f"{_LEFT + _WIDTH * step / longest:.1f}".removesuffix(".0")

    texts = [_words(tree, branch) for branch in tree.branches]
    width = _LEFT + _WIDTH + 40 + 7 * max(map(len, texts), default=0)
    height = _TOP + _ROW * len(rows) + (22 if tree.more else 4)
    lines, dots = [], []
    for branch in tree.branches:
        y, begin = _y(rows[branch.number]), x(branch.forked_at)
        until = min(way.get(branch.number, 0), branch.steps)
        bend = f"M{begin} {_y(rows[branch.parent])}v{y - _y(rows[branch.parent])}" if branch.parent in rows else ""
        lines.append(f'<path d="{bend}M{begin} {y}H{x(branch.steps)}"/>')
        if branch.number in way:
            lines.append(f'<path d="{bend}M{begin} {y}H{x(max(until, branch.forked_at))}" class="w"/>')
        dots += [f'<circle cx="{x(step)}" cy="{y}" r="4.5"/>' for step in branch.hands]
        bold = ' class="b"' if branch.number == tree.here else ""
        dots.append(f'<text x="{_LEFT + _WIDTH + 14}" y="{y + 4}"{bold}>{_words(tree, branch)}</text>')
    lines.sort(key=lambda line: line.endswith('class="w"/>'))
    if tree.here in rows:
        dots.append(f'<circle cx="{x(tree.step)}" cy="{_y(rows[tree.here])}" r="7" class="h"/>')
    axis = [
        f'<text x="{_LEFT}" y="12" class="n" text-anchor="middle">0</text>',
        f'<text x="{_LEFT + _WIDTH}" y="12" class="n" text-anchor="middle">step {longest}</text>',
    ]
    if tree.more:
        axis.append(f'<text x="{_LEFT}" y="{height - 8}" class="n">not shown: {tree.more} more</text>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img" class="kamlab-chart">\n<title>{escape(tree.summary)}</title><style>{_STYLE}{COLOURS}</style>\n'
        f'<rect width="{width}" height="{height}" rx="6" fill="var(--ground)"/>\n'
        + "\n".join([*axis, *lines, *dots])
        + "\n</svg>\n"
    )


def _way(tree: RunTree) -> dict[int, int]:
    """Return, for each branch on the path to the lab's position, the step up to which the path follows it."""
    branches = {branch.number: branch for branch in tree.branches}
    way: dict[int, int] = {}
    number: int | None = tree.here
    until = tree.step
    while number in branches and number not in way:
        branch = branches[number]
        way[number] = until
        number, until = branch.parent, branch.forked_at
    return way


def _y(row: int) -> int:
    return _TOP + _ROW * row + _ROW // 2


def _words(tree: RunTree, branch: BranchLook) -> str:
    hands = f", {branch.by_hand} by hand" if branch.by_hand else ""
    here = f"; here, at step {tree.step}" if branch.number == tree.here else ""
    return f"{branch.number}: to step {branch.steps}{hands}{here}"
