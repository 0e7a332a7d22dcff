"""Whatever the system, the seed and the step: what the lab does is right, and anything else is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kamlab import Lab
from kamlab.teach import Quiz
from kamlab.teach.quiz import NoQuestion
from kamlab.teach.score import score
from sampling import sampled

from .systems import Keep, Nap, Pass, Source, Take, lab_of, line

PARTS = st.one_of(
    st.builds(lambda count, burst: lambda: Source(range(count), burst), st.integers(0, 5), st.integers(1, 3)),
    st.builds(lambda greedy: lambda: Pass(greedy), st.booleans()),
    st.just(Keep),
    st.just(Take),
    st.builds(lambda tenths: lambda: Nap(tenths / 10), st.integers(1, 20)),
)
SYSTEMS = st.builds(line, *[PARTS] * 2) | st.builds(line, *[PARTS] * 3) | st.builds(line, *[PARTS] * 4)
SEEDS = st.none() | st.integers(0, 50)
MANY = settings(
    max_examples=sampled(15, 60),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


def last_inbox(lab: Lab) -> str:
    """Name the inbox of the last component, or of the last but one."""
    return f"{lab.components[-1].short_name}.inbox"


def who_ran(lab: Lab) -> Any:
    """Step once; return who ran."""
    ran = lab.step().of_kind("resumed")
    return ran[-1].component.short_name if ran else "none"


def where_it_went(lab: Lab) -> Any:
    """Step until a message is delivered; return where to."""
    for _ in range(100):
        happened = lab.step()
        for each in happened.of_kind("sent"):
            return f"{each.box.owner.short_name}.inbox"
        if not happened.steps:
            break
    return "none"


def contents(name: str) -> Callable[[Lab], Any]:
    """Return what steps three times and looks into an inbox."""

    def look(lab: Lab) -> Any:
        owner = next(each for each in lab.components if name.startswith(each.short_name + "."))
        lab.step(3)
        return list(owner.inboxes["inbox"].contents)

    return look


KINDS: dict[str, tuple[Callable[[Quiz, str], Any], Callable[[str], Callable[[Lab], Any]]]] = {
    "who": (lambda quiz, box: quiz.who_runs_next(), lambda box: who_ran),
    "which": (lambda quiz, box: quiz.which_inbox(), lambda box: where_it_went),
    "what": (lambda quiz, box: quiz.what_is_in(box, after=3), contents),
    "many": (lambda quiz, box: quiz.how_many_in(box, after=3), lambda box: lambda lab: len(contents(box)(lab))),
}


@pytest.mark.parametrize("kind", KINDS)
@MANY
@given(build=SYSTEMS, seed=SEEDS, steps=st.integers(0, 12), pick=st.integers(0, 20))
def test_what_the_lab_does_is_right(kind: str, build: Any, seed: int | None, steps: int, pick: int) -> None:
    """What the same system does when it is only stepped is right, everything else that is offered is wrong, and
    after an answer the lab stands where those steps lead."""
    ask, do = KINDS[kind]
    with lab_of(build, steps, seed) as lab, lab_of(build, steps, seed) as other, lab_of(build, steps, seed) as plain:
        try:
            box = last_inbox(lab) if lab.components else "none"
            question = ask(Quiz(lab), box)
        except NoQuestion:
            assert not lab.scheduler.can_be_woken()
            return
        right = do(box)(plain)
        verdict = question.answer(right)
        assert verdict.right is True, (right, str(verdict))
        assert lab.step_number == plain.step_number
        assert lab.trace.text() == plain.trace.text()
        assert str(lab.recording) == str(plain.recording)

        if question.choices:
            assert verdict.in_words in question.choices
            wrong = [each for each in question.choices if each != verdict.in_words]
            given_wrong = wrong[pick % len(wrong)]
            assert ask(Quiz(other), box).pick(given_wrong).right is False
            assert other.trace.text() == plain.trace.text()


@MANY
@given(build=SYSTEMS, seed=SEEDS, steps=st.integers(0, 6), quiz_seed=st.integers(0, 9))
def test_a_quiz_can_go_on_until_the_lab_rests(build: Any, seed: int | None, steps: int, quiz_seed: int) -> None:
    """Asking and stepping on never fails but with NoQuestion, every question has at least two choices or a field,
    and the same seed asks the same."""
    with lab_of(build, steps, seed) as lab, lab_of(build, steps, seed) as same:
        quiz, again = Quiz(lab, quiz_seed), Quiz(same, quiz_seed)
        for _ in range(sampled(5, 12)):
            try:
                question = quiz.ask()
            except NoQuestion as error:
                with pytest.raises(NoQuestion, match=str(error)[:20]):
                    again.ask()
                break
            other = again.ask()
            assert str(question) == str(other)
            assert not question.choices or len(question.choices) > 1
            verdict = question.step()
            assert not question.choices or set(verdict.right_choices) <= set(question.choices)
            assert str(other.step()) == str(verdict)
        assert score().total[0] == 0
