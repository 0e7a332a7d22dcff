"""Answers of students who never saw a check: it accepts what is right, whatever the way, and refuses what is wrong."""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from sampling import sampled

from .collected import Answer, answers
from .taking import TASKS

RIGHT, WRONG = answers("right"), answers("wrong")

#: What .ci/run tries: a right and a wrong answer for each exercise.
FEW = {
    "back-pressure": ("credits", "room_for_four"),
    "deadlock": ("table", "keeps_one"),
    "duplicates": ("sum", "bit_twice"),
    "fairness": ("number", "two_for_a"),
    "happens-before": ("quotes", "forgotten"),
    "livelock": ("doorkeeper", "room_for_two"),
    "lost-update": ("version", "look_again"),
    "lost-wake-up": ("pause_first", "look_before"),
    "mini-backplane": ("functions", "class_list"),
    "mini-chassis": ("recursive", "last_missing"),
    "mini-component": ("new_list", "default_box"),
    "mini-microprocess": ("wrapper", "ahead"),
    "mini-postman": ("bag", "keeps_a_slice"),
    "mini-scheduler": ("plan", "joins"),
    "priority-inversion": ("chain", "other_tasks"),
    "race-on-order": ("question", "go_first"),
    "reordering": ("routes", "if"),
    "starvation": ("queue", "no_urgent"),
}

#: Answers that a check judges wrongly so far, and why. A line goes when its check is mended.
OPEN: dict[str, str] = {}


def _tried(found: list[Answer], kind: int) -> list[Any]:
    """Return what is tried of these answers, as parameters of a test."""
    few = [answer for answer in found if answer.path.stem.partition("_")[2] == FEW[answer.task.name][kind]]
    return [_parameter(answer) for answer in sampled(few, found)]


def _parameter(answer: Answer) -> Any:
    reason = OPEN.get(answer.name)
    marks = [pytest.mark.xfail(reason=reason)] if reason else []
    return pytest.param(answer, id=answer.name, marks=marks)


@pytest.fixture(autouse=True, scope="module")
def fewer_schedules() -> Iterator[None]:
    """Let the checks that draw schedules draw a sample of them."""
    with pytest.MonkeyPatch.context() as patch:
        for name in TASKS:
            module = importlib.import_module(f"kamlab.teach.exercises.{name.replace('-', '_')}")
            if hasattr(module, "SCHEDULES"):
                patch.setattr(module, "SCHEDULES", sampled(60, module.SCHEDULES))
        yield


@pytest.mark.parametrize("answer", _tried(RIGHT, 0))
def test_a_right_answer_is_accepted(answer: Answer) -> None:
    """An answer that does what the notebook asks for is accepted, in whatever way it does so."""
    verdict = answer.verdict()
    assert verdict, f"{answer.summary}\n{verdict}"


@pytest.mark.parametrize("answer", _tried(WRONG, 1))
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


def test_what_is_named_here_exists() -> None:
    """Each answer that is named in this file is in the collection."""
    names = {answer.name for answer in [*RIGHT, *WRONG]}
    few = {
        f"{exercise}/{kind}_{way}"
        for exercise, ways in FEW.items()
        for kind, way in zip(("right", "wrong"), ways, strict=True)
    }
    assert few | set(OPEN) <= names
