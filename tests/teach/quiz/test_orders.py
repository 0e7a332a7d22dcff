"""Questions about all orders: what they ask, what they take, and what they do not claim."""

from __future__ import annotations

import ast
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kamlab import Component, Lab, Pipeline
from kamlab.core.thread import ThreadedComponent
from kamlab.teach import Quiz, prediction
from kamlab.teach.question import Question
from kamlab.teach.quiz import NoQuestion
from kamlab.teach.score import score
from kamlab.teach.verdict import NothingToOpen

from .systems import Keep, Pass, Source, lab_of, line
from .test_ninety import auction, lost_wake_up, shop, table

PASSING = line(lambda: Source("ab"), Pass, Keep)
#: Topics that claim something of all orders.
OF_ALL = {"which outcomes", "is there an order", "shortest way"}


class Endless(Component):
    """Counts for ever, so that there is no last state."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def main(self) -> Iterator[None]:
        while True:
            self.count += 1
            self.send(self.count)
            yield


class Dice(Component):
    """Does what random numbers say."""

    def main(self) -> Iterator[None]:
        for _ in range(3):
            self.send(random.randint(1, 6))
            yield


class Sleeper(ThreadedComponent):
    """Has a thread."""

    def main(self) -> None:
        self.pause(0.01)


def asked(lab: Lab, count: int = 10, seed: int = 1) -> list[Question]:
    """Ask up to so many questions, and answer none."""
    quiz, found = Quiz(lab, seed), []
    for _ in range(count):
        try:
            found.append(quiz.ask())
        except NoQuestion:
            break
        found[-1].step()
    return found


def test_several_are_right_only_together() -> None:
    """Where several outcomes are possible, an answer is right if it names all of them, in any form, and no other."""
    for given, right in (([0, -1], True), ({"0", "-1"}, True), ([0], False), (0, False), ([-1, 0, 1], False)):
        with lab_of(shop) as lab:
            question = Quiz(lab).which_outcomes("shelf.left")
            assert question.several
            assert question.answer(given).right is right
    with lab_of(shop) as lab:
        question = Quiz(lab).which_outcomes("shelf.left")
        refused = question.answer([0, "many"])
        assert refused.right is None
        assert "It is none of the choices." in refused.sentence
        assert "You answered [], a list." in question.answer([]).sentence
        assert question.pick("-1", "0")


def test_a_list_may_be_one_of_the_outcomes() -> None:
    """Of outcomes that are lists, a list that is one of them means this one, and a list of lists means several."""
    for alone in (True, False):
        with lab_of(line(lambda: Source("abc"), Pass, Keep)) as lab:
            right = Quiz(lab).which_outcomes("Pass_2.inbox").step().right_choices
            question = Quiz(lab).which_outcomes("Pass_2.inbox")
            lists = [ast.literal_eval(choice) for choice in question.choices if choice in right or alone]
            assert len(right) > 1
            assert question.answer(lists[0] if alone else lists).right is not alone


def test_one_choice_is_one_choice() -> None:
    """Where one choice is right, two cannot be picked."""
    with lab_of(table(0)) as lab:
        question = Quiz(lab).is_there_an_order("deadlock")
        assert "only one is right" in question.pick("yes", "no").sentence
        assert question.answer(True)


def test_the_reason_of_yes_is_an_order_and_of_no_their_number() -> None:
    """A deadlock comes with the shortest order that leads to it; without one, with how many orders there are."""
    with lab_of(table(0)) as lab, lab_of(table(1)) as cured:
        result = Quiz(lab).is_there_an_order("deadlock").answer("yes")
        assert result
        assert result.schedules[0].names == ("deadlock",)
        assert result.schedules[0].slices == 8
        opened = result.open()
        assert opened.why().verdict == "deadlock"
        opened.stop()
        result = Quiz(cured).is_there_an_order("deadlock").answer("no")
        assert result
        assert "in all " in result.sentence
        assert " orders there is no such point" in result.sentence
        with pytest.raises(NothingToOpen, match="not an order"):
            result.open()


def test_the_shortest_way_is_counted_without_the_chassis() -> None:
    """The slices of a chassis are in the order that is opened, but not in the number; the question says so."""
    with lab_of(lost_wake_up) as lab:
        question = Quiz(lab).shortest_way("lost wake-up")
        assert "not counting those of Pipeline_1" in question.text
        result = question.step()
        assert "Pipeline_1" in result.schedules[0].path
        assert int(result.answer) == sum(name != "Pipeline_1" for name in result.schedules[0].path)


def test_orders_begin_where_the_lab_stands() -> None:
    """From a lab that was stepped the orders are those that begin with its slices, and the heading says so."""
    with lab_of(auction, 2) as lab:
        question = Quiz(lab).is_there_an_order(("hall.inbox", 2))
        assert question.where == "From step 2 on."
        assert question.answer("yes").schedules[0].path[:2] == ("Graphline_1", "kim")
        lab.step(1)
        assert question.result is not None
    with lab_of(auction, 2) as lab:
        lab.inject("hall", ("mo", 99))
        assert Quiz(lab).is_there_an_order(("hall.inbox", 2)).where.startswith("From the beginning")


def test_a_question_about_orders_outlives_a_step() -> None:
    """The lab may be stepped on: exploring has answered, so the answer is still taken, and the lab stays."""
    with lab_of(auction, 1) as lab:
        question = Quiz(lab).is_there_an_order(("hall.inbox", 2))
        lab.step(3)
        assert question.answer("yes").right is True
        assert lab.step_number == 4


def test_who_can_wake_is_asked_of_sleepers() -> None:
    """Only of a component that sleeps now it is asked who can wake it."""
    with lab_of(PASSING) as lab:
        for _ in range(3):
            lab.choose("Pass")
            lab.step(1)
            if not any(one.short_name == "Pass_2" for one in lab.runnable()):
                break
        assert Quiz(lab).who_can_wake("Pass_2").answer("Source_1")
        with pytest.raises(NoQuestion, match="Source_1 does not sleep"):
            Quiz(lab).who_can_wake("Source_1")


def test_happened_before_takes_two_events_of_the_run() -> None:
    """A message is sent before it is taken; an event of another kind cannot be asked about."""
    with lab_of(PASSING, 6) as lab:
        events = lab.trace.events()
        sent = next(event for event in events if event.kind == "sent")
        taken = next(event for event in events if event.kind == "received")
        assert Quiz(lab).happened_before(sent, taken).answer("before")
        assert Quiz(lab).happened_before(taken, sent).answer("after")
        with pytest.raises(NoQuestion, match="a message was sent or taken"):
            Quiz(lab).happened_before(events[0], taken)


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda quiz: quiz.which_outcomes("hall.nothing"), "only .*'hall.winner'.* can be asked about"),
        (lambda quiz: quiz.is_there_an_order("disaster"), "'disaster' cannot be asked about; give one of 'deadlock'"),
        (lambda quiz: quiz.is_there_an_order(("kim", "kim")), "cannot be asked about"),
        (lambda quiz: quiz.shortest_way("failure"), "There is no order in which a component has failed"),
        (lambda quiz: quiz.which_order(0), "from 1 to 1000"),
        (lambda quiz: quiz.which_order(500), "not three orders of so many slices"),
    ],
)
def test_what_cannot_be_asked_of_orders(ask: Callable[[Quiz], Any], says: str) -> None:
    """What cannot be asked is an error that says what there is."""
    with lab_of(auction) as lab, pytest.raises(NoQuestion, match=says):
        ask(Quiz(lab))


# -- what is not known is not asked --------------------------------------------------------------------


@pytest.mark.parametrize("part", [Endless, Dice, Sleeper])
def test_nothing_is_said_of_all_orders_that_are_not_known(part: type[Component]) -> None:
    """With too many states, random numbers or threads nothing is asked about what all orders have in common."""
    with lab_of(line(part, Pass, Keep), 4) as lab:
        assert not {question.topic for question in asked(lab)} & OF_ALL
        with pytest.raises(NoQuestion, match="cannot be asked about, since not every one can be explored"):
            Quiz(lab).is_there_an_order("deadlock")


def test_a_lab_without_a_builder_has_no_orders() -> None:
    """A lab that cannot build its system again is asked about its run, and the error says what to write."""
    with Lab(clock="virtual") as lab:
        Pipeline(Source("abc"), Keep()).activate()
        with pytest.raises(NoQuestion, match=r"it needs Lab\(build=\.\.\., clock=\"virtual\"\)"):
            Quiz(lab).is_there_an_order("deadlock")


@pytest.mark.parametrize("system", [auction, PASSING, line(Endless, Pass, Keep)])
def test_what_only_chance_knows_is_not_asked(system: Callable[[], None]) -> None:
    """Where chance decides who runs, no question asks what comes next; the same system is asked under round robin."""
    topics: list[set[str]] = []
    for seed in (3, None):
        topics.append(set())
        for quiz in range(2):
            with lab_of(system, 3, seed) as lab:
                topics[-1] |= {question.topic for question in asked(lab, seed=quiz)}
    chance, round_robin = topics
    assert not chance & {"what comes next", "contents"}
    assert chance
    assert round_robin & {"what comes next", "contents"}


# -- the score ------------------------------------------------------------------------------------------


def sit(seed: int, points: float = 1) -> None:
    """Sit a quiz of four questions, and answer the first one rightly."""
    with lab_of(shop) as lab:
        quiz = Quiz(lab, seed, points=points)
        for number in range(4):
            question = quiz.ask()
            if number:
                question.step()
                continue
            assert question._type is not None
            assert question._type.ahead is not None
            value = question._type.ahead.value
            assert question.answer(list(value) if question.several else value)


def test_a_later_quiz_adds_to_an_earlier_one_and_a_cell_run_again_does_not() -> None:
    """Two quizzes count eight questions, however often their cells are run; each right answer has its points."""
    for _ in range(2):
        sit(1)
        sit(7, points=2.5)
        assert score().total == (1 + 2.5, 4 * 1 + 4 * 2.5)


def test_an_open_question_is_asked_again() -> None:
    """A cell that asks, run twice without an answer, shows the same question; once answered, the next one."""
    with lab_of(shop) as lab:
        quiz = Quiz(lab)
        question = quiz.ask()
        assert quiz.ask() is question
        question.step()
        assert quiz.ask() is not question


@pytest.mark.parametrize("points", [0, -1, "2", float("nan"), float("inf"), True])
def test_points_are_a_number_above_0(points: Any) -> None:
    """What a right answer is worth is checked."""
    with lab_of(shop) as lab, pytest.raises(NoQuestion, match="points="):
        Quiz(lab, points=points)


def test_a_prediction_about_orders_is_graded_and_counted_once() -> None:
    """A question that is drawn by seed is an exercise as well; only the exercise is in the score."""
    guess = prediction("fewest", lambda: Quiz(lab_of(table(0))).shortest_way("deadlock"), points=2)
    assert guess("8").passed
    assert guess(8).passed
    assert not guess(7).passed
    assert [row.kind for row in score().rows] == ["exercise"]


def test_the_same_seed_asks_the_same_in_any_process() -> None:
    """What is asked is decided by the seed and the system, not by hashes of texts; so it can be graded elsewhere."""
    code = (
        "import sys; sys.path[:0] = sys.argv[1:]\n"
        "from quiz.test_orders import asked, lab_of, auction\n"
        "print('\\n'.join(map(str, asked(lab_of(auction), 6))))"
    )
    here = Path(__file__).parent.parent
    paths = [str(here), str(here.parent / "shared")]
    found = {
        subprocess.run(
            [sys.executable, "-c", code, *paths],
            capture_output=True,
            check=True,
            text=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1
    assert "From the beginning" in found.pop()
