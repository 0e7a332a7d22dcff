"""The branches of a lab's runs: going back and then on another way begins a new one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .errors import NoSuchBranch
from .journal import Path


@dataclass(frozen=True)
class Branch:
    """One course of a run.

    ``parent`` is the number of the branch that it left, after ``forked_at`` slices; ``path`` is the whole
    path from the beginning to its tip.
    """

    number: int
    parent: int | None
    forked_at: int
    path: Path

    @property
    def steps(self) -> int:
        """The number of slices from the beginning of the run to the tip."""
        return self.path.steps

    def __str__(self) -> str:
        by_hand = sum(entry.by_hand and entry.step >= self.forked_at for entry in self.path.entries)
        acts = f", {by_hand} by hand" if by_hand else ""
        left = "" if self.parent is None else f", leaves branch {self.parent} after step {self.forked_at}"
        return f"branch {self.number}: to step {self.steps}{left}{acts}"


@dataclass(frozen=True)
class Tree:
    """All branches of a lab, and where the lab stands: on branch ``here``, after slice ``step``.

    >>> tree = Tree((Branch(0, None, 0, Path(steps=9)), Branch(1, 0, 4, Path(steps=6))), here=1, step=5)
    >>> print(tree)
    branch 0: to step 9
      branch 1: to step 6, leaves branch 0 after step 4  <- here, at step 5
    """

    branches: tuple[Branch, ...]
    here: int
    step: int

    def __getitem__(self, number: int) -> Branch:
        """Return the branch with this number.

        Raises:
            NoSuchBranch: there is none.
        """
        for branch in self.branches:
            if branch.number == number:
                return branch
        raise NoSuchBranch(
            f"there is no branch {number!r}; there are: {', '.join(str(branch.number) for branch in self.branches)}"
        )

    def __iter__(self) -> Iterator[Branch]:
        return iter(self.branches)

    def __len__(self) -> int:
        return len(self.branches)

    def children(self, number: int) -> tuple[Branch, ...]:
        """Return the branches that leave this one, in the order in which they began."""
        return tuple(branch for branch in self.branches if branch.parent == number)

    def __str__(self) -> str:
        return "\n".join(self._lines(None, 0))

    __repr__ = __str__

    def _lines(self, parent: int | None, depth: int) -> Iterator[str]:
        for branch in self.branches:
            if branch.parent == parent:
                here = f"  <- here, at step {self.step}" if branch.number == self.here else ""
                yield "  " * depth + str(branch) + here
                yield from self._lines(branch.number, depth + 1)
