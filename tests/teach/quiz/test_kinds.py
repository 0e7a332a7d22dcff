"""Each kind of question is answered by the system: another system, another answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kamlab import Lab
from kamlab.teach import Quiz
from kamlab.teach.quiz import Question

from .systems import Keep, Nap, Pass, Source, Take, lab_of, line, to

Ask = Callable[[Quiz], Question]


class Shout(Source):
    """A source by another name."""


def loose_end() -> None:
    """Two who send, one of them to nobody."""
    source, keep = Shout("ab").activate(), Keep().activate()
    Source("xy").activate()
    source.link((source, "outbox"), (keep, "inbox"))


def loose_start() -> None:
    """The same, in the other order."""
    Source("xy").activate()
    source, keep = Shout("ab").activate(), Keep().activate()
    source.link((source, "outbox"), (keep, "inbox"))


PASSING = line(lambda: Source("abc"), Pass, Keep)
BACKWARDS = line(lambda: Source("abc"), Pass, Keep, backwards=True)
NAPS = line(lambda: Nap(2.0), lambda: Nap(1.0))
NAPS_2 = line(lambda: Nap(1.0), lambda: Nap(2.0))

#: For each kind: how it is asked, and systems with the step at which; each has another answer.
KINDS: list[tuple[str, Ask, list[tuple[Any, int]], list[Any]]] = [
    (
        "which runs next",
        lambda quiz: quiz.who_runs_next(),
        [(PASSING, 0), (BACKWARDS, 0), (to("a"), 1)],
        ["Source_1", "Keep_1", "Keep_2"],
    ),
    (
        "which inbox",
        lambda quiz: quiz.which_inbox(),
        [(PASSING, 0), (PASSING, 1), (line(lambda: Source("", 2), Keep), 0)],
        ["Pass_2.inbox", "Keep_3.inbox", "none"],
    ),
    (
        "what is in it",
        lambda quiz: quiz.what_is_in("Keep.inbox", after=3),
        [(to("a", "b"), 0), (to("b", "a"), 0), (to(7), 0)],
        [("a", "b"), ("b", "a"), (7,)],
    ),
    (
        "how many are in it",
        lambda quiz: quiz.how_many_in("Keep.inbox", after=3),
        [(to("a", "b"), 0), (to("a"), 0), (line(lambda: Source("abc", 3), Keep), 0)],
        [2, 1, 3],
    ),
    (
        "which is woken next",
        lambda quiz: quiz.who_is_woken(),
        [(NAPS, 2), (NAPS_2, 2), (line(lambda: Source("abc"), Keep, backwards=True), 0)],
        ["Nap_2", "Nap_1", "Keep_1"],
    ),
    (
        "can any still run",
        lambda quiz: quiz.can_anybody_run(after=4),
        [(to("a"), 0), (to(*"abcdef"), 0)],
        ["no", "yes"],
    ),
    (
        "is it lost",
        lambda quiz: quiz.is_it_lost(),
        [(loose_end, 0), (loose_start, 0), (line(lambda: Nap(1.0), Keep), 0)],
        ["no", "yes", "no message is sent"],
    ),
]


@pytest.mark.parametrize(("name", "ask", "systems", "answers"), KINDS, ids=[kind[0] for kind in KINDS])
def test_another_system_has_another_answer(name: str, ask: Ask, systems: list[Any], answers: list[Any]) -> None:
    """The same question asked of other systems has other answers: nobody wrote one down."""
    came_out = []
    for build, steps in systems:
        with lab_of(build, steps) as lab:
            verdict = ask(Quiz(lab)).step()
            assert verdict.right is None
            assert verdict.counted, verdict
            came_out.append(verdict.answer)
    assert came_out == answers


@pytest.mark.parametrize(("name", "ask", "systems", "answers"), KINDS, ids=[kind[0] for kind in KINDS])
def test_the_answer_of_one_system_is_wrong_of_another(
    name: str, ask: Ask, systems: list[Any], answers: list[Any]
) -> None:
    """An answer is right for the system that gives it, and wrong for the others of the table."""
    for (build, steps), own in zip(systems, answers, strict=True):
        for given in answers:
            with lab_of(build, steps) as lab:
                if isinstance(given, str) and given[-1].isdigit() and given not in [each.short_name for each in lab]:
                    continue  # the name of nobody there
                if isinstance(given, str) and given.endswith(".inbox") and given.split(".")[0] not in _names(lab):
                    continue
                verdict = ask(Quiz(lab)).answer(given)
                assert verdict.right is (given == own), (given, str(verdict))
                assert bool(verdict) is (given == own)


def _names(lab: Lab) -> list[str]:
    return [each.short_name for each in lab]


@pytest.mark.parametrize(("name", "ask", "systems", "answers"), KINDS, ids=[kind[0] for kind in KINDS])
def test_what_is_offered_holds_the_answer(name: str, ask: Ask, systems: list[Any], answers: list[Any]) -> None:
    """Among the choices is the right one, each is there once, and asking again offers the same in the same order."""
    for build, steps in systems:
        with lab_of(build, steps) as lab:
            question, again = ask(Quiz(lab)), ask(Quiz(lab))
            assert question.choices == again.choices
            assert len(set(question.choices)) == len(question.choices)
            verdict = question.step()
            if question.choices:
                assert verdict.in_words in question.choices
                assert len(question.choices) > 1


@pytest.mark.parametrize(("name", "ask", "systems", "answers"), KINDS, ids=[kind[0] for kind in KINDS])
def test_asking_changes_nothing(name: str, ask: Ask, systems: list[Any], answers: list[Any]) -> None:
    """A question that is asked leaves the lab as it was: its step, its inboxes, its trace."""
    for build, steps in systems:
        with lab_of(build, steps) as lab:
            before = lab.step_number, str(lab.inboxes()), lab.trace.text(), str(lab.recording)
            ask(Quiz(lab))
            assert (lab.step_number, str(lab.inboxes()), lab.trace.text(), str(lab.recording)) == before


def test_the_reason_is_an_event() -> None:
    """A verdict shows the event that decided, as the trace has it."""
    with lab_of(PASSING) as lab:
        verdict = Quiz(lab).which_inbox().answer("Pass")
        assert [each.kind for each in verdict.events] == ["sent"]
        assert verdict.events[0] in lab.trace.events()
        assert str(verdict) == (
            "Right: the next message went to Pass_2.inbox.\n    1  Source_1.outbox -> Pass_2.inbox: 'a'"
        )


def test_a_lab_that_comes_to_rest_on_the_way_says_so() -> None:
    """Where fewer slices can run than were asked for, the verdict says how many ran."""
    with lab_of(to("a")) as lab:
        verdict = Quiz(lab).how_many_in("Keep", after=50).answer(1)
        assert verdict
        assert "(then no component could run)" in verdict.sentence
        assert lab.step_number == int(verdict.sentence.split(" slices")[0].split()[-1])


def test_rest_is_told_in_the_words_of_why() -> None:
    """That nobody can run any more is said with what kind of standstill it is."""
    with lab_of(line(Take, Take)) as lab:
        verdict = Quiz(lab).can_anybody_run(after=5).answer(False)
        assert verdict
        assert lab.why().headline in verdict.sentence


def test_contents_are_offered_with_small_variations() -> None:
    """What is offered for the contents of an inbox is made of the messages of this very run, and can be picked."""
    with lab_of(line(lambda: Source("abc"), Keep, backwards=True), 2) as lab:
        question = Quiz(lab).what_is_in("Keep", after=2)
        assert set(question.choices) == {"['a']", "['a', 'b']", "['b']", "['b', 'a']", "['a', 'b', 'b']"}
        assert question.choices == tuple(sorted(question.choices, key=lambda each: (each.count(","), each)))
        assert question.pick("['a', 'b']")


def test_what_is_not_offered_cannot_be_picked() -> None:
    """pick() takes a choice, word for word."""
    with lab_of(PASSING) as lab:
        verdict = Quiz(lab).who_runs_next().pick("Source")
        assert verdict.sentence.endswith("You answered 'Source', a str. It is none of the choices.")
        assert lab.step_number == 0


def test_two_of_one_name_are_told_apart() -> None:
    """Components that were given the same name have choices of their own, and an answer means one of them."""

    with Lab() as lab:
        for _ in range(2):
            nap = Nap(1.0)
            nap.name = "worker"
            nap.activate()
        lab.step(1)
        question = Quiz(lab).who_runs_next()
        assert question.choices[:2] == ("worker", "worker (2)")
        assert question.answer("worker (2)")
