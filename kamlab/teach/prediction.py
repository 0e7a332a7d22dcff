"""Predictions that are graded: a question about a system is an exercise whose answer is a value.

A teacher writes them into a file and names it where points are given: ``kamlab grade NOTEBOOK --checks FILE``, or
``configure(c, checks=FILE)`` in ``nbgrader_config.py``. In the notebook the student's cell, with the grade_id of the
prediction, binds ``prediction``; the cell that is graded has the same grade_id with ``-check``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .exercise import Exercise, exercise
from .question import Question
from .runs import Wrong


def prediction(name: str, ask: Callable[[], Question], *, points: float = 1) -> Exercise:
    """Make an exercise of a question: the student predicts, and the system answers.

    Args:
        name: the name of the exercise.
        ask: builds the system in a lab, takes it to where the question is asked, and returns the question.
        points: what the right prediction is worth.

    >>> from kamlab import Lab
    >>> from kamlab.parts import OneShot
    >>> from kamlab.teach import Quiz
    >>> def ask():
    ...     return Quiz(Lab(build=lambda: OneShot(1).activate(), clock="virtual")).can_anybody_run(after=5)
    >>> guess = prediction("all-asleep", ask)
    >>> guess("no").passed, guess("yes").passed
    (True, False)
    >>> print(guess(None))
    all-asleep: not yet
      Not answered yet.
    """

    @exercise(name, takes="your prediction", points=points, accepts=lambda _: True, names=("prediction",))
    def check(prediction: Any) -> str:
        if prediction is None or prediction is ...:
            raise Wrong("Not answered yet.")
        question = ask()
        question.is_scored = False  # the exercise counts, and not the question as well
        result = question.answer(prediction)
        if not result.right:
            raise Wrong(result.sentence)
        return result.sentence

    return check
