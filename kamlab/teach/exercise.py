"""Exercises: run a student's work, and say in a sentence what it does.

A check is an ordinary function that examines the work and raises :class:`~.runs.Wrong`. It runs in a sandbox
(:mod:`.sandbox`), so nothing that a student writes can harm the kernel. It returns plain data: a sentence, and the run
it is about as a line of text. So the verdict can open that run in this process.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from inspect import signature
from pathlib import Path
from typing import Any

from ..core.describe import error_in_words
from ..core.errors import KamlabError
from ..core.safe_repr import safe_repr
from .help import Hint, Solution, give_hint, give_solution
from .orders import Orders, playing
from .other_words import OtherWords
from .runs import Wrong, still_to_do
from .sandbox import SandboxError, run_in_sandbox
from .student_code import location_of
from .verdict import Verdict

#: The environment variable that nbgrader sets. When it runs a notebook, a failed check must raise an error.
GRADING = "NBGRADER_EXECUTION"


def is_graded() -> bool:
    """Return whether nbgrader runs this notebook, also if a cell has changed ``os.environ`` since."""
    if os.environ.get(GRADING):
        return True
    try:
        begun_with = Path("/proc/self/environ").read_bytes().split(b"\0")
    except OSError:
        return False
    return any(entry.startswith(f"{GRADING}=".encode()) and not entry.endswith(b"=") for entry in begun_with)


#: How many steps the picture of a run has.
PICTURED = 40

Body = Callable[..., str | None]


class CheckFailed(KamlabError, AssertionError):
    """An exercise is not done; raised only when nbgrader runs the notebook. ``verdict`` says why.

    >>> from unittest.mock import patch
    >>> from kamlab.teach import Wrong, exercise
    >>> @exercise("double", takes="a function of a number")
    ... def check(double):
    ...     if double(21) != 42:
    ...         raise Wrong(f"double(21) is {double(21)}; it should be 42.")
    >>> with patch.dict("os.environ", NBGRADER_EXECUTION="on"):
    ...     check(lambda number: number + 2)
    Traceback (most recent call last):
        ...
    kamlab.teach.exercise.CheckFailed: double: not yet
      double(21) is 23; it should be 42.
    """

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(str(verdict))
        self.verdict = verdict

    def _render_traceback_(self) -> list[str]:
        """Return what IPython shows: the sentence first, then what it is about, and no frame."""
        return [self.verdict.sentence, f"({self.verdict.heading})"]


class Exercise:
    """A check that can be called with a student's work. Made by :func:`exercise`.

    >>> from kamlab.teach import Wrong, exercise
    >>> @exercise("reverse", takes="a function of a list", points=2)
    ... def check(reverse):
    ...     if reverse([1, 2]) != [2, 1]:
    ...         raise Wrong("The list [1, 2] does not come back as [2, 1].")
    >>> check
    <exercise reverse: takes a function of a list, 2 points>
    >>> check(sorted).passed, check(lambda items: items[::-1]).passed
    (False, True)
    """

    def __init__(
        self,
        body: Body,
        name: str,
        takes: str,
        points: float,
        stage: Callable[..., Callable[[], Any]] | None,
        accepts: Callable[[Any], bool],
        seconds: float,
        plays: bool | None,
        names: tuple[str, ...],
        parts: tuple[str, ...],
    ) -> None:
        self.body = body
        self.name = name
        self.takes = takes
        self.points = points
        self.stage = stage
        self.accepts = accepts
        self.seconds = seconds
        self.plays = "system" in signature(body).parameters if plays is None else plays
        self.parts = parts
        self.names = names or _names(body if stage is None else stage)
        self.__doc__ = body.__doc__

    def __call__(self, *handed_in: Any) -> Verdict:
        """Check a student's work, and record the score. The verdict is practice: points come from ``kamlab grade``.

        When nbgrader runs the notebook, the notebook's file is graded instead, in a fresh process (:mod:`.grading`).

        Raises:
            CheckFailed: the exercise is not done, and nbgrader is running this notebook.
        """
        from .score import record

        verdict = (is_graded() and self._graded()) or self._verdict(handed_in)
        record(self.name, verdict.points if verdict.passed else verdict.reached, verdict.points, "exercise")
        if not verdict.passed and is_graded():
            _show(verdict.picture)
            raise CheckFailed(verdict)
        return verdict

    def _graded(self) -> Verdict | None:
        """Return what the grader says about the notebook in this folder with this exercise; ``None`` if none has it."""
        from .grading import GradingError, grade
        from .grading.cells import NotebookError, exercises_in, read_cells

        for path in sorted(Path.cwd().glob("*.ipynb")):
            try:
                if self.name in exercises_in(read_cells(path)):
                    (found,) = grade(path, [self.name]).results
                    given = self.name, found.passed, found.sentence, self.points, found.seed, found.step
                    return Verdict(*given, practice=False, picture=found.picture, reached=found.points)
            except (GradingError, NotebookError, ValueError):
                continue
        return None

    def _verdict(self, handed_in: tuple[Any, ...]) -> Verdict:
        if sentence := self.is_right_kind(handed_in):
            return self._failed(sentence)
        try:
            answer = run_in_sandbox(lambda: self.examine(handed_in, Orders(seconds=self.seconds)), self.seconds)
        except SandboxError as trouble:
            return self._failed(str(trouble))
        if answer["passed"]:
            return Verdict(self.name, True, answer["sentence"], self.points)
        found = {"reached": answer.get("reached", 0), **{key: answer.get(key) for key in ("seed", "step")}}
        line = answer.get("line") or ""
        build = self._builder(handed_in, answer.get("words")) if line else None
        return self._failed(answer["sentence"], line=line, build=build, **found)

    def _failed(self, sentence: str, **more: Any) -> Verdict:
        return Verdict(self.name, False, sentence, self.points, **more)

    def _of_wrong_type(self, bad: list[Any]) -> str:
        if not bad:
            return f"Nothing was handed in. This exercise takes {self.takes}."
        given = bad[0]
        if given is None or given is ...:
            return f"Still to do: this exercise takes {self.takes}; what was handed in is {given!r}."
        what = f"of the type {type(given).__name__}: {safe_repr(given)[:80]}"
        return f"This exercise takes {self.takes}. What was handed in is {what}"

    def _builder(self, handed_in: tuple[Any, ...], words: Any) -> Callable[[], Any]:
        build: Callable[[], Any] = self.stage(*handed_in) if self.stage is not None else handed_in[0]
        return OtherWords.from_plain(build, words) if words else build

    def hint(self, number: int | None = None) -> Hint:
        """Return the next of three hints, or the one of a number.

        Raises:
            HelpError: there are no hints for this exercise, or the teacher has switched them off.
        """
        return give_hint(self.name, number)

    def solution(self) -> Solution:
        """Return a solution, once all hints were given. ``solution().into(globals())`` goes on with it.

        Raises:
            HelpError: there is none, hints are left, or the teacher has switched solutions off.
        """
        return give_solution(self.name)

    def is_right_kind(self, handed_in: tuple[Any, ...]) -> str:
        """Return what is wrong with the kind of what was handed in, as a sentence; "" if it can be checked."""
        bad = [thing for thing in handed_in if not self.accepts(thing)]
        return self._of_wrong_type(bad) if bad or not handed_in else ""

    def examine(self, handed_in: tuple[Any, ...], orders: Orders, picture: bool = False) -> dict[str, Any]:
        """Run the check in this process, and return the result as plain values: ``passed``, ``sentence``, and the run.

        Args:
            handed_in: the student's work.
            orders: how the orders are played.
            picture: whether to add the timeline of a run that went wrong, as HTML.
        """
        try:
            with playing(orders):
                said = self.body(*handed_in) if self.stage is None else self.body(self.stage(*handed_in))
            if self.plays and not orders.played:
                return {"passed": False, "sentence": "No order was played, so nothing is known about your system."}
            return {"passed": True, "sentence": orders.in_words(said or "All of it holds.")}
        except Wrong as wrong:
            return {**_found(wrong, picture), **self._reached(wrong)}
        except Exception as error:
            return {"passed": False, "sentence": in_words(error)}

    def _reached(self, wrong: Wrong) -> dict[str, Any]:
        """Return the points for the parts that are done, and add to the sentence which these are."""
        if not wrong.part or not self.parts:
            return {}
        done, left = self.parts[: wrong.part], self.parts[wrong.part :]
        reached = self.points * len(done) / len(self.parts)
        told = f"Done: {'; '.join(done)} ({reached:g} of {self.points:g} points). Not yet: {'; '.join(left)}."
        return {"reached": reached, "sentence": f"{wrong}\n{told}"}

    def __repr__(self) -> str:
        return f"<exercise {self.name}: takes {self.takes}, {self.points:g} points>"


def _names(function: Callable[..., Any]) -> tuple[str, ...]:
    taken = signature(function).parameters
    return tuple("cured" if name == "system" else name for name in taken)


def _show(picture: str) -> None:
    from ..notebook.publish import publish

    if picture:
        publish(picture, "(the run that went wrong)")


def in_words(error: BaseException) -> str:
    """Return what the student's code raised as a sentence."""
    if isinstance(error, NotImplementedError):
        return still_to_do(error)
    if isinstance(error, RecursionError):
        return f"Your code calls itself without an end.{location_of(error)}"
    if isinstance(error, MemoryError):
        return f"Your code takes more memory than there is for it.{location_of(error)}"
    if isinstance(error, SystemExit):
        return f"Your code calls exit, instead of returning.{location_of(error)}"
    return f"Your code raised {error_in_words(error)}{location_of(error)}"


def _found(wrong: Wrong, picture: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"passed": False, "sentence": str(wrong)}
    if wrong.run is not None:
        found.update(seed=wrong.run.seed, step=wrong.step, line=wrong.run.line)
        if isinstance(wrong.run.system, OtherWords):
            found["words"] = wrong.run.system.to_plain()
        if picture:
            last = wrong.step or wrong.run.step
            found["picture"] = wrong.run.lab.timeline(max(0, last - PICTURED), last)._repr_html_()
    return found


def exercise(
    name: str,
    *,
    takes: str,
    points: float = 1,
    stage: Callable[..., Callable[[], Any]] | None = None,
    accepts: Callable[[Any], bool] = callable,
    seconds: float = 10.0,
    plays: bool | None = None,
    names: tuple[str, ...] = (),
    parts: tuple[str, ...] = (),
) -> Callable[[Body], Exercise]:
    """Decorate a function that raises :class:`~.runs.Wrong` if a student's work does something wrong.

    Args:
        name: the name of the exercise.
        takes: what to hand in, in words that complete "this exercise takes".
        points: what the exercise is worth.
        stage: makes a function that builds the system from the student's work; the check gets that function. Without
            ``stage``, the work is that function.
        accepts: returns whether the work can be checked; by default, it must be callable.
        seconds: how long the check may compute, or wait.
        plays: whether the check plays orders of slices with :func:`~.runs.runs`; then it is not done if none was.
            By default, a check of a ``system`` does.
        names: the names in a notebook that are handed in when its file is graded, there perhaps with a capital letter.
            By default they are those of the check's arguments; for a ``system`` it is ``cured``.
        parts: what the parts of the exercise are, in words, if it has several; they share its points equally. A check
            that raises ``Wrong(..., part=1)`` says that all of the first part holds, and that the second does not.

    Returns:
        A decorator that makes an :class:`Exercise` of the function. The sentence that the function returns, if any, is
        that of the verdict if the exercise is done.

    >>> from kamlab.teach import exercise, Wrong
    >>> @exercise("double", takes="a function of a number")
    ... def check(double):
    ...     if double(21) != 42:
    ...         raise Wrong(f"double(21) is {double(21)}; it should be 42.")
    >>> print(check(lambda number: number + number))
    double: done (practice; kamlab grade gives points)
      All of it holds.
    >>> print(check(lambda number: number + 2))
    double: not yet
      double(21) is 23; it should be 42.
    >>> print(check(42))
    double: not yet
      This exercise takes a function of a number. What was handed in is of the type int: 42
    """

    def make(body: Body) -> Exercise:
        return Exercise(body, name, takes, points, stage, accepts, seconds, plays, names, parts)

    return make
