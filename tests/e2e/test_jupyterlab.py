"""The time server's notebook in a real JupyterLab, looked at and clicked by a real browser."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser

COOKBOOK = Path(__file__).parent.parent.parent / "notebooks" / "cookbook"

WAITS = """%load_ext kamlab
from kamlab import Component
class Counts(Component):
    def main(self):
        number = 0
        while True:
            number += 1
            print("counted to", number)
            self.send(f"<b id=evil>{number}</b>")
            self.pause(0.05)
            yield
class Keeps(Component):
    def main(self):
        while True:
            self.pause()
            yield
"""
BUILD = """%%system
from kamlab import Pipeline
Pipeline(Counts(), Keeps()).run()
"""


def picture(notebook: Any) -> Any:
    """Return the picture of the live view."""
    return notebook.page.locator(".jp-OutputArea .jupyter-widgets .kamlab-view").first


def wait_for_state(notebook: Any, state: str) -> None:
    """Wait until the live view shows this state."""
    notebook.page.wait_for_function(
        "state => document.querySelector('.jupyter-widgets .kamlab-view')?.innerText.includes(state + ' at step')",
        arg=state,
    )


def step_shown(notebook: Any) -> int:
    """Return the number of the step that the live view shows."""
    found = re.search(r"at step (\d+)", picture(notebook).inner_text())
    assert found
    return int(found[1])


def test_the_time_server_s_notebook_runs_from_top_to_bottom(open_notebook: Any) -> None:
    """Run All ends without an error; the live view shows the end of the lab, with no button left to press."""
    notebook = open_notebook(COOKBOOK / "01-time-server.ipynb")
    notebook.run_all()
    assert notebook.errors() == []
    wait_for_state(notebook, "stopped")
    assert all(notebook.button(name).is_disabled() for name in ("Step", "Step message", "Run", "Pause", "Stop"))
    assert notebook.output(-2).locator(".jp-OutputArea-output").inner_text() == "[]"
    picture(notebook).scroll_into_view_if_needed()
    notebook.shoot("end")


def test_the_live_view_is_clicked(open_notebook: Any) -> None:
    """The system of notebook 01 is paused, stepped by messages, run on, and stopped by clicks alone."""
    notebook = open_notebook(COOKBOOK / "01-time-server.ipynb")
    notebook.run_cell(1)
    notebook.run_cell(3)
    wait_for_state(notebook, "running")
    assert "TimeTick" in picture(notebook).inner_text()
    assert notebook.button("Step").is_disabled()
    notebook.shoot("running")

    notebook.button("Pause").click()
    wait_for_state(notebook, "paused")
    assert notebook.button("Pause").is_disabled()
    paused_at = step_shown(notebook)
    notebook.shoot("paused")

    notebook.button("Step message").click()
    note = notebook.page.locator(".jupyter-widgets pre")
    note.get_by_text(re.compile(r"TimeTick_\d+\.outbox -> ")).wait_for()
    assert step_shown(notebook) > paused_at
    notebook.shoot("stepped")
    notebook.theme("JupyterLab Dark")
    notebook.shoot("stepped-dark")
    notebook.theme("JupyterLab Light")

    notebook.button("Run").click()
    wait_for_state(notebook, "running")
    stepped_to = step_shown(notebook)
    notebook.page.wait_for_function(
        """step => {
            const text = document.querySelector('.jupyter-widgets .kamlab-view').innerText;
            return Number(/at step (\\d+)/.exec(text)[1]) > step;
        }""",
        arg=stepped_to,
    )

    notebook.button("Stop").click()
    wait_for_state(notebook, "stopped")
    assert notebook.errors() == []


def test_messages_and_prints_are_shown_as_text(open_notebook: Any) -> None:
    """A message that is HTML is shown as it is; prints of a running lab are in the view, and under no cell."""
    notebook = open_notebook([WAITS, BUILD, "1 + 1"])
    notebook.run_all()
    notebook.page.wait_for_function(
        "() => document.querySelector('.jupyter-widgets .kamlab-view').innerText.includes('counted to 9')"
    )
    notebook.button("Pause").click()
    wait_for_state(notebook, "paused")
    assert "<b id=evil>1</b>" in picture(notebook).inner_text()
    assert notebook.page.locator("#evil").count() == 0
    assert notebook.output(2).locator(".jp-OutputArea-output").all_inner_texts() == ["2"]
    notebook.shoot("text")
    notebook.theme("JupyterLab Dark")
    notebook.shoot("text-dark")


def test_clicks_work_while_a_cell_awaits(open_notebook: Any) -> None:
    """While a cell awaits lab.arun(), Pause is carried out, and ends the cell."""
    notebook = open_notebook([WAITS, BUILD.replace("%%system", "%%system --paused"), "(await lab.arun()).reason"])
    notebook.run_cell(0)
    notebook.run_cell(1)
    wait_for_state(notebook, "new")
    notebook.start_cell(2)
    wait_for_state(notebook, "running")
    notebook.button("Pause").click()
    notebook.output(2).get_by_text("'paused'").wait_for()


def test_the_still_picture_is_legible(open_notebook: Any) -> None:
    """What lab.inboxes() shows in a cell is a table on the theme's own colours."""
    notebook = open_notebook([WAITS, BUILD + "lab.pause(); lab.step(9); lab.inboxes()"])
    notebook.run_all()
    table = notebook.output(1).locator(".jp-RenderedHTML table")
    table.wait_for()
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        notebook.theme(theme)
        for part in ("td", "code"):
            assert notebook.contrast(table.locator(part).first) > 4.5
        notebook.shoot(f"still {theme}")


def test_an_untrusted_notebook_shows_the_still_picture(open_notebook: Any) -> None:
    """Opened without being run, the saved notebook shows the saved tables, though nothing in it is trusted."""
    notebook = open_notebook(COOKBOOK / "01-time-server.ipynb")
    table = notebook.output(3).locator("table")
    table.wait_for()
    table.scroll_into_view_if_needed()
    assert "TimeTick" in table.inner_text()
    notebook.shoot("untrusted")


def test_a_lab_is_turned_back(open_notebook: Any) -> None:
    """A virtual lab is stepped and turned back by cells; the view follows, and the branches are shown."""
    build = BUILD.replace("%%system", "%%system --paused --virtual")
    branch = "lab.back(20)\nlab.inject('Keeps', 'by hand')\n_ = lab.step(5)\nlab.branches"
    notebook = open_notebook([WAITS, build, "_ = lab.step(40)", branch, "_ = lab.step(3)"])
    notebook.run_all()
    assert notebook.errors() == []
    tree = notebook.output(3).locator(".jp-OutputArea-executeResult .jp-OutputArea-output").inner_text()
    assert "branch 0: to step 40" in tree
    assert "branch 1: to step 25, leaves branch 0 after step 20, 1 by hand  <- here" in tree
    wait_for_state(notebook, "paused")
    notebook.page.wait_for_function(
        "() => document.querySelector('.jupyter-widgets .kamlab-view').innerText.includes('at step 28')"
    )
    notebook.button("Step").click()
    notebook.page.wait_for_function(
        "() => document.querySelector('.jupyter-widgets .kamlab-view').innerText.includes('at step 29')"
    )
    picture(notebook).scroll_into_view_if_needed()
    notebook.shoot("turned-back")
