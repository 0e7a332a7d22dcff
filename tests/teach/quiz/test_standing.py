"""How a question lives: it stands, it is answered once, and then it shows what came out."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from kamlab import Component, Lab
from kamlab.core.errors import KamlabError
from kamlab.teach import Quiz
from kamlab.teach.quiz import NoQuestion
from kamlab.teach.score import score

from .systems import Keep, Nap, Pass, Source, lab_of, line, to

SYSTEM = line(lambda: Source("abc"), Pass, Keep)


def test_a_second_answer_is_told_the_first_counts() -> None:
    """Once answered a question steps nothing more: its result is shown again, whatever is answered."""
    with lab_of(SYSTEM) as lab:
        question = Quiz(lab).who_runs_next()
        first = question.answer("Keep")
        assert first.right is False
        again = question.answer("Source")
        assert again.right is False
        assert "first answer is the one that counts" in str(again)
        assert question.step() is first
        assert question.result is first
        assert lab.step_number == 1
        assert score().total == (0, 1)


def test_step_goes_on_without_an_answer() -> None:
    """step() shows the answer and counts as not answered; after it, it is too late for an answer."""
    with lab_of(SYSTEM) as lab:
        question = Quiz(lab).who_runs_next()
        verdict = question.step()
        assert str(verdict) == "Not answered: Source_1 ran next.\n    1  Source_1 resumed"
        assert question.step() is verdict
        late = question.answer("Source")
        assert late.right is None
        assert "too late" in str(late)
        assert lab.step_number == 1
        assert str(score()) == "questions  0 of 1  1 not answered\ntotal      0 of 1"


def test_a_question_shows_its_result() -> None:
    """Printed, a question is what is asked and what is offered, and then also what came out."""
    with lab_of(SYSTEM) as lab:
        question = Quiz(lab).who_runs_next()
        asked = "Step 0. Which component runs next?\n  Source_1\n  Pass_2\n  Keep_3\n  none"
        assert str(question) == repr(question) == asked
        verdict = question.answer("Source_1")
        assert str(question) == f"{asked}\n{verdict}"
        assert "Source_1 ran next" in question._repr_html_()


def test_breakpoints_do_not_hold_a_question_up() -> None:
    """A breakpoint that is met on the way does not change what was asked."""
    with lab_of(SYSTEM) as lab, lab_of(SYSTEM) as plain:
        lab.break_on("Pass")
        lab.break_on("Keep", kind="sent")
        plain.step(5)
        assert Quiz(lab).what_is_in("Keep", after=5).answer(plain["Keep"].inboxes["inbox"].contents)
        assert lab.step_number == 5


def test_what_components_print_is_not_heard_beforehand(capsys: pytest.CaptureFixture[str]) -> None:
    """Looking ahead lets nobody hear what is to come; stepping does."""

    class Prints(Component):
        def main(self) -> Any:
            yield
            print("here I am")
            yield

    with lab_of(line(Prints), 1) as lab:
        question = Quiz(lab).can_anybody_run(after=1)
        assert capsys.readouterr() == ("", "")
        question.step()
        assert capsys.readouterr().out == "here I am\n"


def test_a_component_that_fails_is_no_trouble() -> None:
    """A slice that fails is a slice: the question is answered, and the lab goes on."""

    class Fails(Component):
        def main(self) -> Any:
            yield
            raise ValueError("no")

    with lab_of(line(Fails, Nap), 2) as lab:
        assert Quiz(lab).who_runs_next().answer("Fails")


def test_a_lab_that_stops_at_errors_says_so() -> None:
    """Where an error ends the drive the verdict says it, nothing is raised, and it is not counted."""

    class Fails(Component):
        def main(self) -> Any:
            yield
            raise ValueError("no")

    with Lab(build=line(Fails, Nap), clock="virtual", on_error="raise") as lab:
        lab.report = lambda text: None  # type: ignore[method-assign]
        question = Quiz(lab).can_anybody_run(after=5)
        verdict = question.answer("yes")
        assert "ValueError: no" in verdict.sentence
        assert not verdict.counted
        assert question.answer("yes") is verdict
        assert score().rows == ()


def test_an_interrupt_is_let_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """An interrupt while the lab is stepped is raised; where slices have run, the question is too old then."""
    with Lab() as lab:
        Nap().activate()
        Nap().activate()
        question = Quiz(lab).what_is_in("Nap_1.inbox", after=9)
        step = Lab.step

        def interrupted(self: Lab, *how: Any) -> Any:
            if self.step_number == 2:
                raise KeyboardInterrupt
            return step(self, *how)

        monkeypatch.setattr(Lab, "step", interrupted)
        with pytest.raises(KeyboardInterrupt):
            question.answer([])
        assert "has moved from step 0 to 2" in question.answer([]).sentence
        assert score().rows == ()


def test_a_question_keeps_no_lab_once_it_is_over() -> None:
    """What was answered holds on to the lab no more."""
    with lab_of(SYSTEM) as lab:
        question = Quiz(lab).who_runs_next()
        question.step()
        assert question._lab is None
        assert question._type is None


# -- labs that cannot be built again ---------------------------------------------------------------------


def test_without_a_twin_all_there_is_is_offered() -> None:
    """A lab that cannot be built again is asked about as well: every component and every inbox is offered."""
    with Lab(clock="virtual") as lab:
        parts = [Nap(each).activate() for each in range(1, 12)]
        lab.step(1)
        question = Quiz(lab).who_runs_next()
        assert question.choices == (*[each.short_name for each in parts], "none")
        assert question.answer("Nap_2")
        inbox = Quiz(lab).which_inbox()
        assert set(inbox.choices) == {f"{each.short_name}.{box}" for each in parts for box in ("inbox", "control")} | {
            "none"
        }
        contents = Quiz(lab).what_is_in("Nap_1.inbox", after=1)
        assert contents.choices == ()
        assert contents.answer([])


def test_with_a_twin_only_some_of_many_are_offered() -> None:
    """Of many components a few are offered, and the answer is among them."""
    with lab_of(line(*[Nap] * 30), 20) as lab:
        question = Quiz(lab).who_runs_next()
        assert len(question.choices) == 9
        assert question.answer("Nap_21")


def test_real_labs_are_not_looked_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lab by the real clock gets no twin: that would talk to the same peers, and take the same ports."""
    monkeypatch.setattr(Lab, "twin", lambda self, step=None: pytest.fail("a twin was made"))
    with Lab(build=SYSTEM) as lab:
        assert Quiz(lab).who_runs_next().answer("Source")


def test_what_nobody_could_know_is_not_counted() -> None:
    """Where the answer was not there yet, so that nobody could give it, nothing is counted."""
    with Lab() as lab:
        Nap(1).activate()
        lab.step(1)
        question = Quiz(lab).who_runs_next()
        lab.scheduler.post(lambda: Keep().activate(lab))  # as something from the network would
        verdict = question.answer("nobody")
        assert verdict.answer == "Keep_2"
        assert verdict.right is None
        assert "It is not counted." in verdict.sentence
        assert score().rows == ()


# -- drawing a question ------------------------------------------------------------------------------------


def test_the_same_seed_asks_the_same() -> None:
    """A quiz draws by its seed and the step: the same question until the lab is stepped, another with other seeds."""
    asked = set()
    for seed in range(20):
        with lab_of(SYSTEM, 3) as lab:
            texts = {str(Quiz(lab, seed).ask()), str(Quiz(lab, seed).ask())}
            assert len(texts) == 1
            asked |= texts
    assert len(asked) > 4


def test_what_is_asked_fits_the_system() -> None:
    """Other systems are asked other questions: nothing is asked that has only one answer."""
    with lab_of(line(lambda: Source("abc"))) as lab, pytest.raises(NoQuestion, match="only one answer"):
        Quiz(lab).ask()
    with lab_of(to("a", "b")) as lab:
        texts = {Quiz(lab, seed).ask().text for seed in range(12)}
    assert "Which component runs next?" in texts
    assert not any("sleeps" in text for text in texts)


def test_every_public_question_is_documented() -> None:
    """Each way to ask says what it asks."""
    for name, method in inspect.getmembers(Quiz, inspect.isfunction):
        if not name.startswith("_"):
            assert method.__doc__, name


def test_no_question_is_an_error_of_this_kit() -> None:
    """What cannot be asked is a KamlabError, so it can be caught with all others."""
    assert issubclass(NoQuestion, KamlabError)
