"""The notebook in which one builds MiniAxon: as it is given, and with all steps done."""

from __future__ import annotations

from typing import Any

import pytest

from kamlab.teach.exercises import mini_chassis, mini_component, mini_scheduler

from .taking import TASKS, Task, run_cell

pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")

STEPS = ["microprocess", "scheduler", "component", "postman", "chassis", "backplane"]
MINE: list[Task] = [TASKS[f"mini-{step}"] for step in STEPS]


def run_all(answers: dict[int, str], capsys: pytest.CaptureFixture[str]) -> tuple[dict[str, Any], dict[int, Any], str]:
    """Run all cells with some answers; return the names, the value of each cell, and what was printed."""
    space: dict[str, Any] = {"__name__": "__main__"}
    values = {
        number: run_cell(answers.get(number, source), space, f"<cell {number}>")
        for number, source in enumerate(MINE[0].cells)
    }
    return space, values, capsys.readouterr().out


def test_the_six_steps_are_in_one_notebook_in_order() -> None:
    """Each step builds on the classes of those before it."""
    assert len({task.notebook for task in MINE}) == 1
    assert [task.check_cell for task in MINE] == sorted(task.check_cell for task in MINE)


def test_the_notebook_runs_as_it_is_given(capsys: pytest.CaptureFixture[str]) -> None:
    """With nothing done no cell raises, each demo and each check says what is still to do, and nothing is shown."""
    _, values, printed = run_all({}, capsys)
    assert printed.count("Still to do") == 6 + 2
    assert not any(values[task.check_cell].passed for task in MINE)


def test_all_done_it_shows_the_students_own_system(capsys: pytest.CaptureFixture[str]) -> None:
    """With all steps done every check passes, no demo complains, and the labs show the student's classes."""
    space, values, printed = run_all({task.solution_cell: task.solution for task in MINE}, capsys)
    assert all(values[task.check_cell].passed for task in MINE)
    assert "to do" not in printed
    assert "Not yet" not in printed
    graph = next(str(value) for value in values.values() if type(value).__name__ == "Graph")
    assert "Backplane_3" in graph
    assert "Postman" in graph
    assert space["lab"].state == space["unfair"].state == "stopped"


def test_the_demos_show_what_the_text_says(capsys: pytest.CaptureFixture[str]) -> None:
    """What the demos of the finished steps print is what is said about them below."""
    _, _, printed = run_all({task.solution_cell: task.solution for task in MINE}, capsys)
    assert "Good morning\nGood morning\nGood evening\nGood evening\n" in printed
    assert "A 1   B 1   C 1   A 2   B 2   C 2   B 3   C 3   B 4   " in printed
    assert "{'inbox': [], 'outbox': ['GOOD', 'MORNING']}" in printed
    assert "Shout ran: ['HELLO'] -> []\nPostman ran: [] -> ['HELLO']\n" in printed
    assert "['GOOD', 'MORNING', 'ALL']" in printed
    assert "['rain', 'snow'] ['snow']" in printed


@pytest.mark.parametrize("task", MINE[1:], ids=lambda task: task.name)
def test_a_later_step_says_which_earlier_one_is_missing(task: Task) -> None:
    """While the first step is the stub, every later check sends back to it, whatever else is done."""
    others = {each.solution_cell: each.solution for each in MINE[1:]}
    found = task.verdict(task.solution, others)
    assert found.sentence == "Step 1 first: Microprocess is still to do."


def test_a_mistake_in_an_earlier_step_is_named_there() -> None:
    """A later check repeats what the earlier one says, and which step it is about."""
    wrong = next(path for path in MINE[2].wrong if "newest" in path.name).read_text(encoding="utf-8")
    others = {each.solution_cell: each.solution for each in MINE} | {MINE[2].solution_cell: wrong}
    sentence = MINE[4].verdict(MINE[4].solution, others).sentence
    assert sentence.startswith("Step 3 first: ")
    assert "the newest" in sentence


@pytest.mark.parametrize("exercise", [mini_scheduler, mini_component, mini_chassis])
def test_too_few_classes_are_an_answer_too(exercise: Any) -> None:
    """Who hands in something else than the classes is told what the exercise takes."""
    assert "takes your classes" in exercise.check(3).sentence
