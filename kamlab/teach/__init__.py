"""Teaching with a running system: questions that the system answers, and exercises that check themselves.

A question is asked of a lab as it stands, and the lab answers it by being stepped. An exercise runs a student's system
under many schedules; a run that goes wrong is returned as a line that can be replayed. No answer is stored anywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.lazy import load_lazily

if TYPE_CHECKING:
    from .exercise import CheckFailed, Exercise, exercise
    from .help import HelpError
    from .prediction import prediction
    from .quiz import Quiz
    from .runs import Run, Wrong, runs
    from .score import score
    from .student_scheduler import HookError, show_mine
    from .verdict import Verdict

__all__ = [
    "CheckFailed",
    "Exercise",
    "HelpError",
    "HookError",
    "Quiz",
    "Run",
    "Verdict",
    "Wrong",
    "exercise",
    "prediction",
    "runs",
    "score",
    "show_mine",
]

load_lazily(
    __name__,
    {
        "CheckFailed": "exercise",
        "Exercise": "exercise",
        "exercise": "exercise",
        "HelpError": "help",
        "HookError": "student_scheduler",
        "show_mine": "student_scheduler",
        "prediction": "prediction",
        "Quiz": "quiz",
        "Run": "runs",
        "runs": "runs",
        "score": "score",
        "Verdict": "verdict",
        "Wrong": "runs",
    },
)
