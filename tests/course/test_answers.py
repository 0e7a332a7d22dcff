"""Answers of students who never saw a check: it accepts what is right, whatever the way, and refuses what is wrong."""

from __future__ import annotations

from collections import Counter

import pytest

from sampling import sampled

from .collected import Answer, answers
from .taking import TASKS

RIGHT, WRONG = answers("right"), answers("wrong")


def _one_each(found: list[Answer]) -> list[Answer]:
    """Return the last answer of each exercise: a fixed sample."""
    return list({answer.task.name: answer for answer in found}.values())


def _named(answer: Answer) -> str:
    return answer.name


@pytest.mark.parametrize("answer", sampled(_one_each(RIGHT), RIGHT), ids=_named)
def test_a_right_answer_is_accepted(answer: Answer) -> None:
    """An answer that does what the notebook asks for is accepted, in whatever way it does so."""
    verdict = answer.verdict()
    assert verdict, f"{answer.summary}\n{verdict}"


@pytest.mark.parametrize("answer", sampled(_one_each(WRONG), WRONG), ids=_named)
def test_a_wrong_answer_is_refused(answer: Answer) -> None:
    """An answer with a fault is refused."""
    verdict = answer.verdict()
    assert not verdict, f"{answer.summary}\n{verdict}"


@pytest.mark.parametrize("exercise", TASKS)
def test_each_exercise_has_right_and_wrong_answers(exercise: str) -> None:
    """For each exercise at least five right and ten wrong answers are collected, no two with the same first line."""
    for found, least in ((RIGHT, 5), (WRONG, 10)):
        summaries = Counter(answer.summary for answer in found if answer.task.name == exercise)
        assert len(summaries) >= least
        assert max(summaries.values()) == 1
