"""Happens-before: an answer is shown before its question, which took a slower route."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from ...core.component import Component
from ..exercise import exercise
from ..runs import Run, Wrong, runs
from .traffic import ON_TIME, check_links, check_made, check_rest, gives_on_early, in_words, moved

#: How many schedules to try.
SCHEDULES = 1000
#: What Ann asks, and what Bob answers.
ANSWERS = {"When?": "At noon.", "Where?": "At home."}
FIRST, SECOND = ANSWERS
#: Who sends to whom.
LINKS = {("Ann", "Post"), ("Ann", "Bob"), ("Post", "Cleo"), ("Bob", "Cleo"), ("Cleo", "Wall")}


def happened(run: Run) -> str:
    """Describe which answer is on the wall before its question; "" if none is."""
    early = _early(run.made.lines)
    if not early:
        return ""
    question, answer = early
    took = in_words(moved(run, "received", "Cleo"))
    return f"The wall shows {answer!r} before {question!r}, which it answers. Cleo took: {took}."


@exercise("happens-before", takes="a function that activates the system and returns its wall", points=2)
def check(system: Callable[[], Component]) -> str:
    """Under no schedule is an answer shown before its question, and nothing is held back for longer than needed."""
    soon = free = False
    for run in runs(system, SCHEDULES):
        check_made(run, "Wall", "lines")
        check_links(run, LINKS)
        check_rest(run)
        _check_lines(run)
        if said := happened(run):
            raise Wrong(said, run, _step_of_early(run))
        if run.lab.trace.events()[-1].time > 0:
            raise Wrong(f"The wall is right, but {ON_TIME}", run)
        soon = soon or gives_on_early(run, "Cleo")
        free = free or _second_question_first(run.made.lines)
    if not soon:
        raise Wrong(f"In none of {SCHEDULES} schedules did Cleo show anything before all messages had arrived.")
    if not free:
        answer, question = ANSWERS[FIRST], SECOND
        never = f"In none of {SCHEDULES} schedules did {question!r} stand before {answer!r}."
        raise Wrong(f"{never} These two are concurrent: Cleo holds one back although it has nothing to wait for.")
    return f"In {SCHEDULES} schedules no answer stood before its question."


def _early(lines: list[Any]) -> tuple[str, str] | None:
    """Return the first question that comes after its answer, or is missing, with the answer."""
    for question, answer in ANSWERS.items():
        if answer in lines and question not in lines[: lines.index(answer)]:
            return question, answer
    return None


def _check_lines(run: Run) -> None:
    """Raise Wrong if the wall does not show each question and each answer once."""
    lines = run.made.lines
    texts = [*ANSWERS, *ANSWERS.values()]
    for line in lines:
        if line not in texts:
            raise Wrong(f"The wall shows {line!r}: that is not one of the questions and answers alone.", run)
    twice = [line for line, count in Counter(lines).items() if count > 1]
    if twice:
        raise Wrong(f"The wall shows {twice[0]!r} more than once.", run)
    missing = [text for text in texts if text not in lines]
    if missing:
        took = in_words(moved(run, "received", "Cleo"))
        raise Wrong(f"The wall never shows {missing[0]!r}, and the system is at rest. Cleo took: {took}.", run)


def _step_of_early(run: Run) -> int:
    shown: list[Any] = []
    for event in moved(run, "sent", "Wall"):
        shown.append(event.message)
        if _early(shown):
            return event.step
    return run.step


def _second_question_first(lines: list[Any]) -> bool:
    return bool(lines.index(SECOND) < lines.index(ANSWERS[FIRST]))
