"""What grading a notebook found: one result for each exercise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from ...views.render import escape
from ..verdict import feedback_box


@dataclass(frozen=True, slots=True)
class Result:
    """The result of one exercise.

    ``points`` are reached ``of`` those possible. If a run went wrong, ``seed`` is its seed, ``step`` where to look,
    ``line`` the run as a line of text, and ``picture`` its timeline as HTML.

    >>> print(Result("deadlock", True, "Both have eaten.", 2, 2))
    deadlock: done, 2 of 2 points
      Both have eaten.
    """

    name: str
    passed: bool
    sentence: str
    points: float
    of: float
    seed: int | None = None
    step: int | None = None
    line: str = field(default="", repr=False)
    picture: str = field(default="", repr=False)

    @property
    def heading(self) -> str:
        """The exercise, whether it is done, and the points."""
        return f"{self.name}: {'done' if self.passed else 'not yet'}, {self.points:g} of {self.of:g} points"

    @property
    def text(self) -> str:
        """The sentence first, then the exercise and the points, as feedback."""
        return f"{self.sentence}\n({self.heading})"

    @property
    def html(self) -> str:
        """The sentence first, then the exercise and the points, then the picture of the run."""
        lines = [f"<b>{escape(line)}</b>" for line in self.sentence.splitlines()] + [escape(self.heading)]
        box = feedback_box("".join(f"<div>{line}</div>" for line in lines), "good" if self.passed else "bad")
        where = f"<div>The run, step {self.step}:</div>" if self.picture else ""
        return f"{box}{where}{self.picture}"

    def __str__(self) -> str:
        return "\n  ".join([self.heading, *self.sentence.splitlines()])


@dataclass(frozen=True, slots=True)
class Report:
    """The results of a notebook, and the seed with which its checks began.

    >>> report = Report("03-deadlock.ipynb", 7, (Result("deadlock", False, "Nobody can go on.", 0, 2),))
    >>> print(report)
    deadlock: not yet, 0 of 2 points
      Nobody can go on.
    03-deadlock.ipynb: 0 of 2 points
    >>> report.document()["points"], report.passed
    (0, False)
    """

    notebook: str
    seed: int
    results: tuple[Result, ...]

    @property
    def points(self) -> float:
        """The points reached."""
        return sum(result.points for result in self.results)

    @property
    def of(self) -> float:
        """The points possible."""
        return sum(result.of for result in self.results)

    @property
    def passed(self) -> bool:
        """Whether every exercise is done."""
        return all(result.passed for result in self.results)

    def document(self, pictures: bool = False) -> dict[str, Any]:
        """Return the report as plain values for JSON, with or without the pictures."""
        results = [asdict(result) for result in self.results]
        for result in results:
            if not pictures:
                del result["picture"]
        return {
            "notebook": self.notebook,
            "seed": self.seed,
            "points": self.points,
            "of": self.of,
            "exercises": results,
        }

    def __str__(self) -> str:
        return "\n".join([*map(str, self.results), f"{self.notebook}: {self.points:g} of {self.of:g} points"])


def results_of(rows: Iterable[dict[str, Any]]) -> tuple[Result, ...]:
    """Return results from plain values, as the fresh process writes them."""
    return tuple(Result(**row) for row in rows)
