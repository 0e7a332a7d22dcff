"""Happens-before: an answer is shown before its question, which took a slower route."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from random import Random
from typing import Any, NamedTuple

from ...core.component import Component
from ..actions import RUNS, SENDS, TAKES, Action, Monitor
from ..exercise import exercise
from ..orders import current_orders
from ..other_words import play_with_other_words
from ..playing import play
from ..runs import Run, Wrong
from .traffic import ON_TIME, check_keeps, check_links, check_made, check_rest, in_words, moved

#: The parts of the exercise, which give points of their own.
PARTS = ("no answer stands before its question", "nothing is held back for longer than needed")
#: What Ann asks, and what Bob answers.
ANSWERS = {"When?": "At noon.", "Where?": "At home."}
#: Other questions, with their answers; two of them are drawn.
OTHERS = {"Who?": "My sister.", "Why?": "For fun.", "How?": "By train.", "Which?": "Both of them."}
#: Who must not know them.
FIXED = ("Cleo", "Wall")
#: Who sends to whom.
LINKS = {("Ann", "Post"), ("Ann", "Bob"), ("Post", "Cleo"), ("Bob", "Cleo"), ("Cleo", "Wall")}


class Notes(NamedTuple):
    """What is under way and what Cleo knows.

    ``known``: the texts that are in messages which Cleo has taken. ``arrived``: the questions that came by post, and
    the answers. ``shown``: the lines on the wall. ``clear``: whether each message had one of the texts in it.
    """

    known: frozenset[str] = frozenset()
    arrived: frozenset[str] = frozenset()
    shown: tuple[Any, ...] = ()
    clear: bool = True


class Causal(Monitor):
    """A line is on the wall once Cleo has the message about it, an answer after its question, and none is held back.

    Args:
        answers: the questions, each with its answer.
    """

    def __init__(self, answers: Mapping[str, str] = ANSWERS) -> None:
        self.answers = answers
        self.lines = frozenset([*answers, *answers.values()])

    def start(self) -> Notes:
        """Return what is known at first."""
        return Notes()

    def see(self, state: Notes, action: Action) -> Notes:
        """Return what is known after an action."""
        by, to = action.by, action.to
        if action.kind == SENDS and to is not None and by.is_a("Cleo") and to.is_a("Wall"):
            return self._shown(state, action)
        if action.kind == TAKES and by.is_a("Cleo"):
            return _taken(state, repr(action.message), self.answers)
        if action.kind == RUNS and by.is_a("Cleo") and action.asleep and not action.waiting:
            self._holds_nothing_back(state)
        return state

    def _shown(self, state: Notes, action: Action) -> Notes:
        line = action.message
        if state.clear and line in self.lines and line not in state.known:
            raise Wrong(f"Cleo put {line!r} on the wall in step {{step}}, before it had arrived.")
        return state._replace(shown=(*state.shown, line))

    def _holds_nothing_back(self, state: Notes) -> None:
        for question, answer in self.answers.items():
            for line in (question, answer):
                if {line, question} <= state.arrived and line not in state.shown:
                    raise Wrong(
                        f"In step {{step}} Cleo holds {line!r} back although it has nothing to wait for: "
                        "it has arrived, and what must stand before it has, too.",
                        part=1,
                    )


def _taken(notes: Notes, message: str, texts: Mapping[str, str]) -> Notes:
    """Return what Cleo knows when she has taken a message, given as text."""
    answers = {answer for answer in texts.values() if answer in message}
    questions = {question for question in texts if question in message}
    return notes._replace(
        known=notes.known | answers | questions,
        arrived=notes.arrived | (answers or questions),
        clear=notes.clear and bool(answers or questions),
    )


def happened(run: Run, answers: Mapping[str, str] = ANSWERS) -> str:
    """Describe which answer is on the wall before its question; "" if none is."""
    early = _early(run.made.lines, answers)
    if not early:
        return ""
    question, answer = early
    took = in_words(moved(run, "received", "Cleo"))
    return f"The wall shows {answer!r} before {question!r}, which it answers. Cleo took: {took}."


@exercise("happens-before", takes="a function that activates the system and returns its wall", points=2, parts=PARTS)
def check(system: Callable[[], Component]) -> str:
    """In every order each answer stands on the wall after its question, and each text once, when it has arrived.

    Nothing is held back that has nothing to wait for, and no component waits for a time. Questions and answers are
    plain text in the messages about them; what they contain besides is not looked at.
    """
    played = play(system, partial(_judge, ANSWERS), monitor=Causal())
    draws = Random(current_orders().first_seed)
    others = dict(draws.sample(sorted(OTHERS.items()), len(ANSWERS)))
    pairs = zip([*ANSWERS, *ANSWERS.values()], [*others, *others.values()], strict=True)
    play_with_other_words(system, dict(pairs), partial(_judge, others), Causal(others), FIXED)
    return f"{played} no answer stood before its question."


def _judge(answers: Mapping[str, str], run: Run, _: Notes) -> None:
    check_made(run, "Wall", "lines")
    check_links(run, LINKS)
    check_rest(run)
    _check_lines(run, answers)
    if said := happened(run, answers):
        raise Wrong(said, run, _step_of_early(run, answers))
    check_keeps(run, run.made, run.made.lines)
    if run.lab.trace.events()[-1].time > 0:
        raise Wrong(f"The wall is right, but {ON_TIME}", run)


def _early(lines: list[Any], answers: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the first question that comes after its answer, or is missing, with the answer."""
    for question, answer in answers.items():
        if answer in lines and question not in lines[: lines.index(answer)]:
            return question, answer
    return None


def _check_lines(run: Run, answers: Mapping[str, str]) -> None:
    """Raise Wrong if the wall does not show each question and each answer once."""
    lines = run.made.lines
    texts = [*answers, *answers.values()]
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


def _step_of_early(run: Run, answers: Mapping[str, str]) -> int:
    shown: list[Any] = []
    for event in moved(run, "sent", "Wall"):
        shown.append(event.message)
        if _early(shown, answers):
            return event.step
    return run.step
