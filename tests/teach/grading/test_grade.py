"""kamlab grade gives points for what a notebook's file has, with a seed of its own."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest

import kamlab
from kamlab.__main__ import main
from kamlab.teach.grading import GradingError, grade, grade_all
from kamlab.teach.grading.untouched import REBOUND
from kamlab.teach.help import ANSWERS, reference
from sampling import FULL

from .conftest import COURSE, HandIn

SOLVED = [path.name for path in sorted(ANSWERS.iterdir())]
#: The notebooks that are graded with their solutions here.
GRADED = sorted(COURSE.glob("*.ipynb")) if FULL else [COURSE / "07-lost-wake-up.ipynb"]


@pytest.mark.parametrize("path", GRADED, ids=lambda path: path.stem)
def test_a_solved_notebook_gets_all_points(path: Path, hand_in: HandIn) -> None:
    """Solutions get their points, with two seeds that were drawn, and the sentences say how many orders were played."""
    report = grade(hand_in(path.name, {name: reference(name) for name in SOLVED}))
    assert report.passed, report
    assert report.points == report.of > 0
    assert report.seed > 0


def test_each_step_counts_by_itself(hand_in: HandIn) -> None:
    """Who has not done step 1 of build-your-own gets the points of the others, which are tried with kamlab's step 1."""
    answers = {name: reference(name) for name in SOLVED if name not in ("mini-microprocess", "mini-postman")}
    results = grade(hand_in("00-build-your-own.ipynb", answers)).results
    assert [result.passed for result in results] == [False, True, True, False, True, True]


def test_each_part_counts_by_itself(hand_in: HandIn) -> None:
    """Who has one of two parts gets one of two points; who reaches into another component gets none."""
    answers = COURSE.parent.parent / "tests" / "course" / "answers"
    half = (answers / "priority-inversion" / "wrong_equal.py").read_text(encoding="utf-8")
    (result,) = grade(hand_in("06-priority-inversion.ipynb", {"priority-inversion": half})).results
    assert (result.points, result.of, result.passed) == (1, 2, False)
    paints = (answers / "reordering" / "wrong_paints.py").read_text(encoding="utf-8")
    (result,) = grade(hand_in("09-reordering.ipynb", {"reordering": paints})).results
    assert (result.points, result.of) == (0, 2)
    assert "changes the variable text of screen" in result.sentence


def test_what_is_not_there_gets_no_points(hand_in: HandIn) -> None:
    """A missing cell, a missing name, an error and a syntax error: 0 points, and a sentence that says so."""
    cells = ["", "cured = 3", "def cured(): return 1 / 0", "def cured(:", "raise NotImplementedError('later')"]
    there = [hand_in("03-deadlock.ipynb", {"deadlock": cell}, str(n)) for n, cell in enumerate(cells)]
    gone = hand_in("03-deadlock.ipynb", folder="gone", without="deadlock")
    said = [report.results[0].sentence for report in grade_all([*there, gone])]
    assert "does not define cured" in said[0]
    assert "of the type int: 3" in said[1]
    assert "ZeroDivisionError" in said[2]
    assert "line 1: def cured(): return 1 / 0" in said[2]
    assert "SyntaxError" in said[3]
    assert said[4] == "Still to do: later"
    assert said[5] == "The cell for your answer is not in the notebook."


def test_a_wrong_answer_comes_with_its_run_and_picture(hand_in: HandIn) -> None:
    """The result has the step, the line, and a picture; the same seed gives the same result."""
    path = hand_in("03-deadlock.ipynb")
    (one,) = grade(path, seed=5).results
    assert one == grade(path, ["deadlock"], seed=5).results[0]
    assert one.line.startswith("kamlab1:")
    assert one.seed is None  # the shortest order of all was not drawn
    assert one.step == 9
    assert "image/svg+xml" in one.picture
    assert one.html.index(one.sentence.split(";")[0]) < one.html.index("0 of 2 points") < one.html.index("svg+xml")


def test_the_command_prints_points_and_its_status_says_whether_all_is_done(hand_in: HandIn, capsys: Any) -> None:
    """Text or JSON; 1 if something is not done, 2 if the notebook cannot be graded."""
    path = hand_in("03-deadlock.ipynb")
    assert main(["grade", str(path), "--json", "--seed", "3"]) == 1
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["notebook"], told["seed"], told["points"], told["of"]) == ("03-deadlock.ipynb", 3, 0, 2)
    assert told["exercises"][0]["name"] == "deadlock"
    assert main(["grade", str(path.parent / "none.ipynb")]) == 2
    assert "none.ipynb cannot be read" in capsys.readouterr().err


def test_a_notebook_of_another_kind_is_a_named_error() -> None:
    """A notebook without an exercise of the course cannot be graded."""
    with pytest.raises(GradingError, match="no exercise of kamlab's course"):
        grade(COURSE.parent / "start.ipynb")


def test_the_names_that_kamlab_binds_again_are_known() -> None:
    """Every global that a function of kamlab binds is in the table of what may change while a check runs."""
    root = Path(kamlab.__file__).parent
    found: dict[str, set[str]] = {}
    for path in root.rglob("*.py"):
        module = ".".join(["kamlab", *path.relative_to(root).with_suffix("").parts])
        source = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(source)) if " global " in source else ():
            if isinstance(node, ast.Global):
                found.setdefault(module, set()).update(node.names)
    assert found == REBOUND


CHECKS = """
from kamlab import Lab
from kamlab.parts import OneShot
from kamlab.teach import Quiz, Wrong, exercise, prediction

def ask():
    return Quiz(Lab(build=lambda: OneShot(1).activate(), clock="virtual")).can_anybody_run(after=5)

guess = prediction("all-asleep", ask, points=3)

@exercise("double", takes="a function of a number")
def double(double):
    if double(21) != 42:
        raise Wrong(f"double(21) is {double(21)}.")
"""


def own_notebook(folder: Path, **cells: str) -> Path:
    """Write a notebook with cells for exercises of a teacher's own."""
    rows = []
    for name, source in cells.items():
        for grade_id, text in ((name.replace("_", "-"), source), (f"{name.replace('_', '-')}-check", "")):
            rows.append({"cell_type": "code", "source": text, "metadata": {"nbgrader": {"grade_id": grade_id}}})
    path = folder / "own.ipynb"
    path.write_text(json.dumps({"cells": rows}))
    return path


def test_predictions_and_exercises_of_ones_own_are_graded(tmp_path: Path) -> None:
    """A teacher's file gives the checks; the answers come from the notebook, and cannot reach the checks."""
    checks = tmp_path / "checks.py"
    checks.write_text(CHECKS)
    right = own_notebook(tmp_path, all_asleep="prediction = 'no'", double="def double(n):\n    return 2 * n")
    assert grade(right, checks=checks).points == 4
    cheat = "import sys\nown = sys.modules['kamlab.teach.own_checks']\nprediction = 'no'"
    wrong = own_notebook(tmp_path, all_asleep=cheat, double="double = abs")
    one, other = grade(wrong, checks=checks).results
    assert "KeyError" in one.sentence
    assert (other.points, other.sentence) == (0, "double(21) is 21.")
    with pytest.raises(GradingError, match="no answer"):
        grade(wrong, checks=tmp_path / "none.py")
