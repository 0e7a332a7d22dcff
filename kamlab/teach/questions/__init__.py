"""Predict, then step: questions about a lab as it stands, which the lab itself answers.

Nobody wrote the answers down, and nothing in here knows how the engine works: a question says what is to be
run, the lab is stepped by exactly that, and the answer is read from what happened, from the trace and
from the boxes. The event that decided it is the reason that is shown. So a question fits whatever system
it is asked of.

What is offered to choose from must hold the right answer. Where the lab can be built again, a twin of it
is stepped beforehand, out of sight; where it cannot, everything there is is offered.
"""

from __future__ import annotations

from .errors import BadAnswer, NoQuestion
from .question import Question
from .quiz import Quiz
from .result import Result

__all__ = ["BadAnswer", "NoQuestion", "Question", "Quiz", "Result"]
