"""The course's notebooks are assignments for nbgrader: their checks give points there, as they do elsewhere."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from sampling import only_in_full

from .taking import ANSWERS, COURSE, TASKS, Task

pytest.importorskip("nbgrader")
pytestmark = only_in_full

#: The exercise that is graded here.
GRADED = TASKS["deadlock"]
#: The notebooks that are released here.
RELEASED = sorted(COURSE.rglob("*.ipynb"))
COURSE_CONFIG = "c = get_config()\nc.CourseDirectory.course_id = 'kamlab'\n"
#: What a teacher adds so that points come from outside the student's kernel.
OUTSIDE = "import kamlab.notebook.nbgrader as kamlab_grading\nkamlab_grading.configure(c)\n"

_IMPORT = "from kamlab.teach.exercises import deadlock\n"
#: What students hand in, and the points they get.
HANDED_IN = {
    "ada": (GRADED.solution, 2.0),
    "ben": (GRADED.stub, 0.0),
    "cleo": (GRADED.wrong[0].read_text(encoding="utf-8"), 0.0),
    "loop": ("def cured():\n    while True:\n        pass\n", 0.0),
    "orders": (f"{_IMPORT}deadlock.SCHEDULES = 0\ncured = broken\n", 0.0),
    "runs": (f"{_IMPORT}deadlock.runs = lambda *a, **k: ()\ncured = broken\n", 0.0),
    "judge": ("judge = lambda *a: None\ncured = broken\n", 0.0),
    "environ": ('import os\nos.environ.pop("NBGRADER_EXECUTION", None)\ncured = broken\n', 0.0),
}
#: What no kernel can keep from being replaced.
REPLACED = {
    "check": (f"{_IMPORT}deadlock.check = lambda system: None\ncured = broken\n", 0.0),
    "class": ("import kamlab.teach as t\nt.Exercise.__call__ = lambda self, *a: None\ncured = broken\n", 0.0),
    "exit": ("import os\ncured = broken\nos._exit(0)\n", 0.0),
}


def call(course: Path, *arguments: str) -> str:
    """Run Python in a course's folder, with the commands of this environment, and return what it prints."""
    places = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])  # nbgrader calls alembic
    environment = {**os.environ, "PATH": places, "HOME": str(course), "JUPYTER_CONFIG_DIR": str(course / "config")}
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=course, env=environment, capture_output=True, text=True, timeout=1000)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout + done.stderr


def put(notebook: Path, *folders: Path) -> None:
    """Copy a notebook into folders."""
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / notebook.name).write_bytes(notebook.read_bytes())


def answer(path: Path, task: Task, source: str) -> None:
    """Write an answer into the student's cell of a notebook."""
    notebook: Any = nbformat.read(path, as_version=4)
    (cell,) = [each for each in notebook.cells if each.metadata.get("nbgrader", {}).get("grade_id") == task.name]
    cell.source = source
    nbformat.write(notebook, path)


def sources(path: Path) -> list[str]:
    """Return the texts of a notebook's cells."""
    return [cell.source for cell in nbformat.read(path, as_version=4).cells]


@pytest.fixture
def released(tmp_path: Path) -> Path:
    """A course in which the notebooks are released as one assignment, with nbgrader's usual configuration."""
    (tmp_path / "nbgrader_config.py").write_text(COURSE_CONFIG)
    for path in RELEASED:
        put(path, tmp_path / "source" / "all")
    call(tmp_path, "-m", "nbgrader", "generate_assignment", "all", "--create")
    return tmp_path


def graded(course: Path, handed_in: dict[str, tuple[str, float]], task: Task = GRADED) -> tuple[dict[str, float], str]:
    """Hand in, grade, and write feedback; return the points of each student, and nbgrader's log."""
    name = task.notebook.name
    for who, (source, _) in handed_in.items():
        folder = course / "submitted" / who / "all"
        put(course / "release" / "all" / name, folder)
        answer(folder / name, task, source)
    log = call(course, "-m", "nbgrader", "autograde", "all")
    call(course, "-m", "nbgrader", "generate_feedback", "all")
    told = call(course, "-c", ASKS)
    return json.loads(next(line for line in told.splitlines() if line.startswith("{"))), log


def feedback(course: Path, who: str) -> str:
    """Return the output of the graded cell in a student's feedback, without the pictures' data."""
    page = (course / "feedback" / who / "all" / f"{GRADED.notebook.stem}.html").read_text(encoding="utf-8")
    cell = page[page.index(f"Grade cell: <code>{GRADED.name}-check") :]
    return re.sub(r'data:image/[^"]*', "PICTURE", cell[: cell.index('<div class="cell border-box-sizing')])


def complaints(log: str) -> list[str]:
    """Return the lines in which nbgrader takes an output for something else, or a thread or process is at fault."""
    return [line for line in log.splitlines() if re.search(r"Cell output is|partial|strange|fork\(|kamlab", line)]


@pytest.mark.timeout(1200)
@pytest.mark.slow
def test_the_notebooks_of_the_course_can_be_released(released: Path) -> None:
    """nbgrader accepts the notebooks' metadata, and gives the students what is in the repository."""
    for path in sorted((released / "source" / "all").iterdir()):
        assert sources(released / "release" / "all" / path.name) == sources(path)


@pytest.mark.timeout(1200)
@pytest.mark.slow
def test_points_come_from_a_fresh_process(released: Path) -> None:
    """In the kernel: the solution gets all points; the stub, a mistake, a loop and the one-line cheats get none."""
    points, log = graded(released, HANDED_IN)
    assert points == {who: points for who, (_, points) in HANDED_IN.items()}
    assert complaints(log) == []
    assert "Traceback" not in feedback(released, "ben")
    assert "deadlock: done (2 points)" in feedback(released, "ada")


@pytest.mark.timeout(1200)
@pytest.mark.slow
def test_points_come_from_outside_the_kernel(released: Path) -> None:
    """With the teacher's line a replaced check gets no points, and feedback has the sentence, then the picture."""
    with (released / "nbgrader_config.py").open("a") as config:
        config.write(OUTSIDE)
    handed_in = {who: HANDED_IN[who] for who in ("ada", "ben")} | REPLACED
    points, log = graded(released, handed_in)
    assert points == {who: points for who, (_, points) in handed_in.items()}
    assert complaints(log) == []
    shown = feedback(released, "ben")
    assert 0 < shown.index("waits for fork") < shown.index("0 of 2 points") < shown.index("PICTURE")
    assert not re.search(r"Traceback|site-packages|kamlab/teach|File ", shown)
    assert "done, 2 of 2 points" in feedback(released, "ada")


@pytest.mark.timeout(1200)
@pytest.mark.slow
@pytest.mark.parametrize(("config", "half_done"), [("", 0.0), (OUTSIDE, 1.0)], ids=["in the kernel", "outside"])
def test_parts_of_an_exercise_count(released: Path, config: str, half_done: float) -> None:
    """Who has one of two parts gets one of two points outside the kernel; in it a check cell has all points or none."""
    with (released / "nbgrader_config.py").open("a") as file:
        file.write(config)
    task = TASKS["priority-inversion"]
    half = (ANSWERS / task.name / "wrong_equal.py").read_text(encoding="utf-8")
    handed_in = {"ada": (task.solution, 2.0), "half": (half, half_done), "ben": (task.stub, 0.0)}
    points, log = graded(released, handed_in, task)
    assert points == {who: points for who, (_, points) in handed_in.items()}
    assert complaints(log) == []


#: What is asked of nbgrader's own book of grades.
ASKS = """
import json
from nbgrader.api import Gradebook
book = Gradebook("sqlite:///gradebook.db")
print(json.dumps({each.student.id: each.score for each in book.assignment_submissions("all")}))
"""
