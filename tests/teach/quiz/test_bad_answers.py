"""An answer that is none is told so in a sentence: it is not counted, and nothing is stepped."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from kamlab import Component, Lab, Pipeline
from kamlab.teach import Quiz
from kamlab.teach.quiz import NoQuestion, Question
from kamlab.teach.score import score

from .systems import Keep, Nap, Source, lab_of, line, to

SYSTEM = line(lambda: Source("abc"), lambda: Source("de"), Keep)
WHO = "This question takes the name of a component: Source_1, Source_2, Keep_3 or none. "
WHICH = "This question takes the name of an inbox: "
WHAT = "This question takes a list of messages, the oldest first, such as ['a', 1] or []. "
MANY = "This question takes a number, 0 or more. "


class Foreign(Component):
    """Belongs to no lab."""


class Loops:
    """Neither says what it is nor what it equals."""

    def __repr__(self) -> str:
        while True:
            pass

    def __eq__(self, other: object) -> bool:
        while True:
            pass

    __hash__ = None  # type: ignore[assignment]


BAD: list[tuple[Callable[[Quiz], Question], Any, str]] = [
    (lambda quiz: quiz.who_runs_next(), 5, WHO + "You answered 5, an int."),
    (lambda quiz: quiz.who_runs_next(), ["Keep_3"], WHO + "You answered ['Keep_3'], a list."),
    (lambda quiz: quiz.who_runs_next(), "Kep_3", WHO + "You answered 'Kep_3', and no component here has that name."),
    (
        lambda quiz: quiz.who_runs_next(),
        "Source",
        WHO + "You answered 'Source', and 2 have that name: Source_1 and Source_2.",
    ),
    (lambda quiz: quiz.who_runs_next(), True, WHO + "You answered True, a bool."),
    (lambda quiz: quiz.who_runs_next(), "", WHO + "You answered '', and no component here has that name."),
    (lambda quiz: quiz.which_inbox(), "Keep_3.inbx", "has no such inbox; it has 'inbox' and 'control'."),
    (lambda quiz: quiz.which_inbox(), "Nobody_9.inbox", "no component here has that name."),
    (lambda quiz: quiz.which_inbox(), 3.5, WHICH),
    (lambda quiz: quiz.what_is_in("Keep", after=2), "a", WHAT + "You answered 'a', a str. A single message is a list"),
    (lambda quiz: quiz.what_is_in("Keep", after=2), None, WHAT + "You answered None, a NoneType."),
    (lambda quiz: quiz.what_is_in("Keep", after=2), {"a"}, WHAT + "You answered {'a'}, a set."),
    (lambda quiz: quiz.how_many_in("Keep", after=2), "2", MANY + "You answered '2', a str."),
    (lambda quiz: quiz.how_many_in("Keep", after=2), -1, MANY + "You answered -1, an int."),
    (lambda quiz: quiz.how_many_in("Keep", after=2), 2.0, MANY),
    (lambda quiz: quiz.how_many_in("Keep", after=2), True, MANY),
    (lambda quiz: quiz.can_anybody_run(after=2), "maybe", "This question takes yes or no. You answered 'maybe'"),
    (lambda quiz: quiz.is_it_lost(), 1, "This question takes yes, no, or 'no message is sent'. You answered 1"),
]


@pytest.mark.parametrize(("ask", "given", "says"), BAD, ids=[f"{index}" for index in range(len(BAD))])
def test_no_answer(ask: Callable[[Quiz], Question], given: Any, says: str) -> None:
    """A wrong type or an unknown name gives a sentence; the question goes on standing and can be answered."""
    with lab_of(SYSTEM) as lab:
        question = ask(Quiz(lab))
        verdict = question.answer(given)
        assert says in verdict.sentence
        assert verdict.right is None
        assert not verdict
        assert not verdict.counted
        assert lab.step_number == 0
        assert question.result is None
        assert score().rows == ()
        assert question.step().counted


def test_components_of_elsewhere_are_no_answer() -> None:
    """A component that is not alive in this lab is told to be none."""
    with lab_of(SYSTEM) as lab:
        verdict = Quiz(lab).who_runs_next().answer(Foreign(name="stranger"))
        assert "You answered stranger, which is not alive in this lab now." in verdict.sentence
        assert lab.step_number == 0


@pytest.mark.parametrize(
    "means",
    [
        lambda lab: lab["Keep"],
        lambda lab: "Keep_3",
        lambda lab: "Keep",
        lambda lab: Keep,
        lambda lab: lab["Keep"].name,
        lambda lab: " Keep_3 ",
    ],
)
def test_what_means_a_component(means: Callable[[Lab], Any]) -> None:
    """A component, its short name, its whole name, its class or the name of that: all mean the same."""
    with lab_of(SYSTEM, 2) as lab:
        assert Quiz(lab).who_runs_next().answer(means(lab))


@pytest.mark.parametrize(
    "means",
    [
        lambda lab: lab["Keep"],
        lambda lab: "Keep",
        lambda lab: "Keep_2.inbox",
        lambda lab: "Keep.inbox",
        lambda lab: (lab["Keep"], "inbox"),
        lambda lab: ("Keep", "inbox"),
        lambda lab: lab["Keep"].inboxes["inbox"],
    ],
)
def test_what_means_an_inbox(means: Callable[[Lab], Any]) -> None:
    """An inbox, its name, or a component of which only one inbox is meant: in an answer and in a question."""
    with lab_of(to("a", "b")) as lab:
        assert Quiz(lab).which_inbox().answer(means(lab))
        assert Quiz(lab).what_is_in(means(lab), after=1).text == "What is in Keep_2.inbox after 1 slice?"


# -- labs of which nothing can be asked ----------------------------------------------------------------


def test_the_lab_has_moved() -> None:
    """A question about a lab that somebody has stepped since is told to be too old; nothing is counted."""
    with lab_of(SYSTEM, 1) as lab:
        question = Quiz(lab).who_runs_next()
        lab.step(2)
        for verdict in (question.answer("Keep"), question.step()):
            assert verdict.sentence == ("The lab has moved from step 1 to 3 since this question was asked; ask again.")
        assert lab.step_number == 3
        assert score().rows == ()


def test_the_lab_was_turned_back_or_changed() -> None:
    """A lab that went back, was reset, or was changed from outside is not the one that was asked about."""
    with lab_of(SYSTEM, 2) as lab:
        question = Quiz(lab).who_runs_next()
        lab.step(1)
        lab.back(1)
        assert "gone back or was reset" in question.answer("Keep").sentence
        question = Quiz(lab).what_is_in("Keep", after=1)
        lab.inject("Keep", "x")
        assert "Something was done to the lab" in question.answer([]).sentence
        assert lab.step_number == 2


def test_the_lab_was_stopped() -> None:
    """A lab that was stopped is not stepped: neither for a question that stands nor for a new one."""
    lab = lab_of(SYSTEM, 1)
    quiz = Quiz(lab)
    question = quiz.who_runs_next()
    lab.stop()
    assert question.answer("Keep").sentence.startswith("This lab was stopped")
    assert question.step().sentence.startswith("This lab was stopped")
    with pytest.raises(NoQuestion, match="This lab was stopped"):
        quiz.ask()


def test_the_lab_rests() -> None:
    """Of a lab in which nothing can happen any more nothing is asked, and the error says what kind of end it is."""
    with lab_of(to("a"), 30) as lab, pytest.raises(NoQuestion, match=r"The lab rests at step \d+: all sleep"):
        Quiz(lab).who_runs_next()
    with lab_of(line(lambda: Source("a")), 30) as lab, pytest.raises(NoQuestion, match="Every component has ended"):
        Quiz(lab).ask()
    with Lab() as lab, pytest.raises(NoQuestion, match="no component has been activated yet"):
        Quiz(lab).ask()


def test_the_lab_runs() -> None:
    """A lab that runs in the background has to be paused first; a question that stands says so, too."""
    with Lab() as lab:
        gate, go_on = threading.Event(), threading.Event()

        class Waits(Component):
            def main(self) -> Any:
                yield
                gate.set()
                go_on.wait(10)
                while True:
                    self.pause()
                    yield

        Waits().activate()
        lab.step(1)
        quiz = Quiz(lab)
        question = quiz.who_runs_next()
        lab.start()
        assert gate.wait(10)
        try:
            assert "call lab.pause() first" in question.answer("Waits").sentence
            with pytest.raises(NoQuestion, match=r"call lab\.pause\(\) first"):
                quiz.who_runs_next()
        finally:
            go_on.set()
            lab.pause()


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda lab: Quiz("lab"), "give the lab"),
        (lambda lab: Quiz(lab, seed="1"), "give a whole number"),
        (lambda lab: Quiz(lab).what_is_in("Keep", after=0), "from 1 to 1000"),
        (lambda lab: Quiz(lab).what_is_in("Keep", after="3"), "from 1 to 1000"),
        (
            lambda lab: Quiz(lab).what_is_in("Nobody.inbox"),
            "you gave 'Nobody.inbox', and no component here has that name",
        ),
        (lambda lab: Quiz(lab).how_many_in(7), "you gave 7, an int"),
        (lambda lab: Quiz(lab).can_anybody_run(after=True), "from 1 to 1000"),
    ],
)
def test_a_question_that_cannot_be_asked(ask: Callable[[Any], Any], says: str) -> None:
    """What cannot be asked about is an error that says what to give."""
    with lab_of(SYSTEM) as lab, pytest.raises(NoQuestion, match=says):
        ask(lab)


def test_an_inbox_that_leads_on_holds_nothing() -> None:
    """Of an inbox that hands on what it gets one is told to ask about the other end."""
    with (
        lab_of(lambda: Pipeline(Nap(), Keep()).activate(), 3) as lab,
        pytest.raises(NoQuestion, match=r"leads on to Nap_2\.inbox"),
    ):
        Quiz(lab).what_is_in("Pipeline_1.inbox")


# -- messages that are not to be trusted ------------------------------------------------------------------


def test_messages_that_never_answer() -> None:
    """Messages whose repr and == never return are asked about, shown and compared all the same, and in time."""
    with lab_of(to("a", Loops(), "b")) as lab:
        question = Quiz(lab).what_is_in("Keep", after=6)
        assert "Loops" in str(question)
        verdict = question.answer(["a", Loops()])
        assert verdict.right is False
        assert "Loops" in str(verdict)


def test_messages_that_raise_and_lie() -> None:
    """One whose repr is markup and whose == raises is escaped, and equal to one that looks the same."""

    class Nasty:
        def __repr__(self) -> str:
            return "<script>alert(1)</script>\x1b[1m"

        def __eq__(self, other: object) -> bool:
            raise ValueError("never")

        __hash__ = None  # type: ignore[assignment]

    with lab_of(to(Nasty())) as lab:
        question = Quiz(lab).what_is_in("Keep", after=3)
        assert "<script" not in question._repr_html_()
        verdict = question.answer([Nasty()])
        assert verdict
        assert "<script" not in verdict._repr_html_()
        assert "\x1b" not in verdict._repr_html_()
        assert "\x1b" not in str(verdict)


def test_values_that_are_equal_are_the_same() -> None:
    """Messages are compared by value: equal numbers, tuples and dictionaries are the same message."""
    with lab_of(to(1, (2, "x"), {"k": [None]})) as lab:
        assert Quiz(lab).what_is_in("Keep", after=8).answer([1.0, (2, "x"), {"k": [None]}])
