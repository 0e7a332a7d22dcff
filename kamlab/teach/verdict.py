"""The verdict of a check: right or not, why, and a run in which to see it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..core.errors import KamlabError
from ..views.render import escape

if TYPE_CHECKING:
    from ..lab import Lab

_COLOURS = {
    "good": "var(--jp-success-color1, #1a7f37)",
    "bad": "var(--jp-error-color1, #b35900)",
    "": "var(--jp-border-color1, #8c959f)",
}


#: Said of an exercise that is done where that gives no points.
PRACTICE = "(practice; kamlab grade gives points)"


class NothingToOpen(KamlabError):
    """A verdict cannot open a run, because it is not about one."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of a check.

    ``of`` is the name of the exercise, ``passed`` whether it is done, ``sentence`` the findings of the check, and
    ``points`` the points of the exercise. If a run went wrong, ``seed`` is its seed, ``step`` where to look, and
    ``line`` the whole run as a line of text that can be replayed. What a cell shows is ``practice``; points come from
    ``kamlab grade``. If it is not done, ``reached`` are the points for parts that are.

    >>> print(Verdict("lost-update", False, "The balance is 1.", seed=3, step=14, line="kamlab1:..."))
    lost-update: not yet
      The balance is 1.
      Seed 3, step 14: verdict.open() opens it there.
      kamlab1:...
    """

    of: str
    passed: bool
    sentence: str
    points: float = 1
    seed: int | None = None
    step: int | None = None
    line: str = ""
    build: Callable[[], Any] | None = field(default=None, repr=False, compare=False)
    practice: bool = True
    picture: str = field(default="", repr=False)
    reached: float = 0

    def open(self) -> Lab:
        """Return a lab in which the run that went wrong was replayed, up to the step where it did.

        The lab can step, go back, and show everything; ``verdict.open().panel()`` shows its panel.

        Raises:
            NothingToOpen: the verdict is not about a run.
            RunDiffers: the system has changed since.
        """
        from ..lab import Lab

        if self.build is None or not self.line:
            about = "it passed" if self.passed else "what it says is not about one run"
            raise NothingToOpen(f"{self.of}: this verdict has no run to open, because {about}.")
        lab = Lab(build=self.build, clock="virtual")
        lab.replay(self.line, to=self.step)
        return lab

    def __bool__(self) -> bool:
        return self.passed

    @property
    def heading(self) -> str:
        """The exercise, and whether it is done."""
        if not self.passed:
            return f"{self.of}: not yet" + (f", {self.reached:g} of {self.points:g} points" if self.reached else "")
        return f"{self.of}: done {PRACTICE if self.practice else f'({self.points:g} points)'}"

    def __str__(self) -> str:
        return "\n  ".join([self.heading, *self.sentence.splitlines(), *self._run_in_words()])

    __repr__ = __str__

    def _run_in_words(self) -> list[str]:
        if not self.line:
            return []
        seed = f"Seed {self.seed}, step" if self.seed is not None else "Step"
        return [f"{seed} {self.step}: verdict.open() opens it there.", self.line]

    def _repr_html_(self) -> str:
        lines = [f"<b>{escape(self.heading)}</b>"]
        lines += [escape(line) for line in self.sentence.splitlines()]
        if self.line:
            where, line = self._run_in_words()
            lines += [escape(where), f'<code style="overflow-wrap:anywhere">{escape(line)}</code>']
        return feedback_box("".join(f"<div>{line}</div>" for line in lines), "good" if self.passed else "bad")

    def _ipython_display_(self) -> None:
        """Display the verdict, and not as the cell's result, which nbgrader would take for a number."""
        from ..notebook.publish import publish

        if not publish(self._repr_html_(), str(self)):
            raise NotImplementedError  # IPython displays the text


def feedback_box(html: str, kind: str = "") -> str:
    """Return HTML in a box with a coloured edge, readable in any theme and in a saved notebook.

    Args:
        html: what is in the box.
        kind: ``"good"``, ``"bad"``, or neither.
    """
    style = f"border-left:4px solid {_COLOURS[kind]};padding:2px 10px;line-height:1.5"
    return f'<div class="kamlab-said" style="{style}">{html}</div>'
