"""The course's notebooks are assignments for nbgrader: their checks give points there, as they do elsewhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from sampling import only_in_full

from .taking import COURSE, TASKS, Task

pytest.importorskip("nbgrader")
pytestmark = only_in_full

#: The exercise that is graded here.
GRADED = TASKS["lost-update"]
#: The notebooks that are released here.
RELEASED = sorted(COURSE.rglob("*.ipynb"))
COURSE_CONFIG = "c = get_config()\nc.CourseDirectory.course_id = 'kamlab'\nc.ClearSolutions.enabled = False\n"


def call(course: Path, *arguments: str) -> str:
    """Run Python in a course's folder, with the commands of this environment, and return what it prints."""
    places = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])  # nbgrader calls alembic
    environment = {**os.environ, "PATH": places, "HOME": str(course), "JUPYTER_CONFIG_DIR": str(course / "config")}
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=course, env=environment, capture_output=True, text=True, timeout=1000)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def put(notebook: Path, *folders: Path) -> None:
    """Copy a notebook into folders."""
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / notebook.name).write_bytes(notebook.read_bytes())


def solve(path: Path, task: Task) -> None:
    """Write the right answer into the student's cell of a notebook."""
    notebook: Any = nbformat.read(path, as_version=4)
    (cell,) = [each for each in notebook.cells if each.metadata.get("nbgrader", {}).get("grade_id") == task.name]
    cell.source = task.solution
    nbformat.write(notebook, path)


def sources(path: Path) -> list[str]:
    """Return the texts of a notebook's cells."""
    return [cell.source for cell in nbformat.read(path, as_version=4).cells]


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course in which the notebooks are released as one assignment; what is in the students' cells is left there."""
    course = tmp_path_factory.mktemp("course")
    (course / "nbgrader_config.py").write_text(COURSE_CONFIG)
    for path in RELEASED:
        put(path, course / "source" / "all")
    call(course, "-m", "nbgrader", "generate_assignment", "all", "--create")
    return course


@pytest.mark.timeout(1200)
@pytest.mark.slow
def test_the_notebooks_of_the_course_can_be_released(released: Path) -> None:
    """nbgrader accepts the notebooks' metadata, and gives the students what is in the repository."""
    for path in sorted((released / "source" / "all").iterdir()):
        assert sources(released / "release" / "all" / path.name) == sources(path)


@pytest.mark.timeout(1200)
@pytest.mark.slow
def test_a_solved_notebook_gets_its_points_and_an_untouched_one_none(released: Path) -> None:
    """Submitted and graded by nbgrader: the solution gets all points, the stub none."""
    name = GRADED.notebook.name
    ada, ben = (released / "submitted" / who / "all" for who in ("ada", "ben"))
    put(released / "release" / "all" / name, ada, ben)
    solve(ada / name, GRADED)
    call(released, "-m", "nbgrader", "autograde", "all")
    told = call(released, "-c", ASKS).splitlines()[-1]
    assert json.loads(told) == {"ada": 2.0, "ben": 0.0}


#: What is asked of nbgrader's own book of grades.
ASKS = """
import json
from nbgrader.api import Gradebook
book = Gradebook("sqlite:///gradebook.db")
print(json.dumps({each.student.id: each.score for each in book.assignment_submissions("all")}))
"""
