"""Questions and checks in a real JupyterLab: what is clicked is answered, what went wrong is opened."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

from .panels import Panel

NOTEBOOKS = Path(__file__).parent.parent.parent / "notebooks"


def cells_of(name: str) -> list[Any]:
    """Return the cells of a notebook of ours."""
    cells: list[Any] = nbformat.read(NOTEBOOKS / name, as_version=4).cells
    return cells


def place_of(name: str, words: str) -> int:
    """Return which cell has these words in its code."""
    (place,) = [n for n, cell in enumerate(cells_of(name)) if cell.cell_type == "code" and words in cell.source]
    return place


def test_the_start_page_is_followed_with_a_click(open_notebook: Any) -> None:
    """Its question is answered by a click before the next cell is run, and the saved notebook keeps the answer."""
    notebook = open_notebook(NOTEBOOKS / "start.ipynb")
    asked = place_of("start.ipynb", "who_runs_next")
    for number in range(asked + 1):
        if cells_of("start.ipynb")[number].cell_type == "code":
            notebook.run_cell(number)
    question = notebook.output(asked)
    question.get_by_role("button", name="Count_2", exact=True).click()
    question.get_by_text("Right").first.wait_for()
    notebook.shoot("answered", question)
    stepped_to = notebook.value("lab.step_number")
    notebook.run_all_below(asked + 1)
    assert notebook.errors() == []
    assert "Right" in notebook.output(asked + 1).inner_text()
    assert notebook.value("stood", "stood = question.asked_at") == stepped_to - 1
    (still,) = [
        output["data"]["text/html"]
        for output in notebook.saved()["cells"][asked]["outputs"]
        if "kamlab-question-still" in "".join(output.get("data", {}).get("text/html", ""))
    ]
    assert "Right" in "".join(still)


SYSTEM = """
from kamlab import Component
from kamlab.teach import Wrong, exercise, runs

class Cell(Component):
    number = 0
    def main(self):
        self.pause()
        yield

class Add(Component):
    def __init__(self, cell):
        super().__init__()
        self.cell = cell
    def main(self):
        before = self.cell.number
        yield
        self.cell.number = before + 1

def system():
    cell = Cell().activate()
    Add(cell).activate()
    Add(cell).activate()
    return cell

@exercise("sum", takes="a function", seconds=60)
def check(build):
    for run in runs(build, 50):
        if run.made.number != 2:
            raise Wrong(f"The number is {run.made.number}.", run)
"""


def test_a_verdict_opens_its_run_in_a_panel(open_notebook: Any) -> None:
    """A check that fails says why, and its run stands in a panel at the step where it went wrong, to be turned back."""
    cells = ["%load_ext kamlab", SYSTEM, "verdict = check(system)\nverdict", "lab = verdict.open()\nlab.panel()"]
    notebook = open_notebook(cells)
    notebook.run_all()
    assert notebook.errors() == []
    assert "The number is 1." in notebook.output(2).inner_text()
    panel = Panel(notebook.page, notebook.output(3).locator(".kamlab-panel")).wait("paused")
    wrong_at = notebook.value("verdict.step")
    assert panel.step == wrong_at
    panel.click("Back").wait("paused", wrong_at - 1)
    notebook.shoot("verdict")


def test_a_check_that_takes_long_can_be_interrupted(open_notebook: Any) -> None:
    """Interrupting the kernel ends the check, and the kernel goes on."""
    loop = "def loops():\n    while True:\n        pass\n"
    notebook = open_notebook(["%load_ext kamlab", SYSTEM + loop, 'print("begun")\ncheck(loops)', "6 * 7"])
    for number in (0, 1):
        notebook.run_cell(number)
    notebook.start_cell(2)
    # A kernel that is interrupted before the code of a cell has begun drops the cell without an answer.
    notebook.output(2).get_by_text("begun").wait_for()
    notebook.command("notebook:interrupt-kernel")
    notebook.output(2).get_by_text("KeyboardInterrupt").first.wait_for()
    output = notebook.output(3).locator(".jp-OutputArea-output")
    for _ in range(20):  # a kernel that is about to end a cell with an error drops what is sent meanwhile
        notebook.run_cell(3)
        with contextlib.suppress(pytest.importorskip("playwright.sync_api").TimeoutError):
            output.wait_for(timeout=5000)
            break
    assert re.sub(r"\s", "", output.inner_text()) == "42"
