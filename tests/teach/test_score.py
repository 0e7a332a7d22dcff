"""The score sheet: one row for each thing, however often a cell is run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kamlab import Component, Lab, Pipeline
from kamlab.teach import Quiz, score
from kamlab.teach.score import Row, Score, record, reset


@pytest.fixture(autouse=True)
def fresh_sheet() -> Iterator[None]:
    """Every test begins with an empty sheet, and leaves one."""
    reset()
    yield
    reset()


class Tick(Component):
    def main(self) -> Iterator[None]:
        for number in range(5):
            self.send(number)
            yield


class Tock(Tick):
    def main(self) -> Iterator[None]:
        for number in range(5):
            self.send(-number)
            yield


class Show(Component):
    async def main(self) -> None:
        while True:
            await self.receive()


def lab_of(source: type[Component] = Tick) -> Lab:
    """Return a lab with a source and a sink."""
    return Lab(build=lambda: Pipeline(source(), Show()).activate(), clock="virtual")


def notebook(*answers: str) -> str:
    """Do what a notebook does: make a lab and a quiz, ask, answer, and show the score."""
    with lab_of() as lab:
        quiz = Quiz(lab, seed=1)
        for answer in answers:
            question = quiz.who_runs_next()
            question.answer(answer) if answer else question.step()
        return str(score())


def test_an_empty_sheet() -> None:
    """Before anything was answered the sheet says so, as text and as a table."""
    assert str(score()) == "nothing yet  0 of 0"
    assert "nothing yet" in score()._repr_html_()
    assert score().total == (0, 0)


def test_questions_share_a_line_and_exercises_have_their_own() -> None:
    """The table counts the questions together, names each exercise, and has a total."""
    record("step 1: Who?", 1, 1, "question")
    record("step 2: Who?", None, 1, "question")
    record("fairness", 1.5, 2, "exercise")
    assert str(score()).splitlines() == [
        "questions            1 of 2  1 not answered",
        "exercise fairness  1.5 of 2",
        "total              2.5 of 4",
    ]
    assert score().total == (2.5, 4)
    assert [row.name for row in score().rows] == ["step 1: Who?", "step 2: Who?", "fairness"]


def test_an_exercise_counts_its_best() -> None:
    """A later, worse result of an exercise takes nothing away; a better one counts."""
    for got, best in ((0, 0), (2, 2), (1, 2)):
        record("fairness", got, 2, "exercise")
        assert score().total == (best, 2)


def test_a_question_counts_the_first_time() -> None:
    """Who asks again after going back, by the same quiz, has the same row, and the first answer counts."""
    with lab_of() as lab:
        quiz = Quiz(lab)
        assert not quiz.who_runs_next().answer("Show" if "Show" in [type(each).__name__ for each in lab] else "nobody")
        lab.back(2)
        assert quiz.who_runs_next().answer("Tick_2")
        assert score().total == (0, 1)


def test_a_quiz_made_anew_begins_anew() -> None:
    """A student who runs the cell of the quiz again and answers again has the new result in the old place."""
    assert notebook("nobody", "Show") == "questions  1 of 2\ntotal      1 of 2"
    assert notebook("Tick_2", "Show") == "questions  2 of 2\ntotal      2 of 2"
    assert [row.name for row in score().rows] == [
        "step 0: Which component runs next?",
        "step 2: Which component runs next?",
    ]


def test_twice_the_same_notebook_is_the_same_sheet() -> None:
    """A notebook run twice in one kernel shows the same score both times."""
    for answers in (("Tick_2", "nobody", ""), ("", "", "")):
        reset()
        assert notebook(*answers) == notebook(*answers)


def test_not_answered_takes_the_place_of_no_answer() -> None:
    """Running all cells again, which answers nothing, leaves what was answered; an answer replaces none."""
    notebook("", "")
    assert score().total == (0, 2)
    notebook("Tick_2", "Show")
    assert score().total == (2, 2)
    notebook("", "")
    assert score().total == (2, 2)


def test_other_systems_and_steps_are_other_questions() -> None:
    """The same words asked of other code, or at another step, are another question."""
    for source in (Tick, Tock, Tick):
        with lab_of(source) as lab:
            quiz = Quiz(lab)
            quiz.who_runs_next().answer(f"{source.__name__}_2")
            quiz.who_runs_next().answer("nobody")
    assert score().total == (2, 4)


def test_reset_begins_anew() -> None:
    """The sheet can be emptied, by function and by method; a score that was asked for stays as it was."""
    record("fairness", 1, 1, "exercise")
    before = score()
    before.reset()
    assert score().rows == ()
    record("fairness", 0, 1, "exercise")
    assert score().total == (0, 1)
    reset()
    assert score().rows == ()
    assert before.total == (1, 1)


def test_names_are_escaped() -> None:
    """Nothing that somebody calls an exercise becomes markup."""
    html = Score((Row("<script>\x1b", 1, 1, "exercise"),))._repr_html_()
    assert "<script" not in html
    assert "\x1b" not in html
