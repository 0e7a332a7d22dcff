"""The time server's notebook in a real JupyterLab, as it is: run from top to bottom, clicked, and opened untrusted."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

from .panels import BUTTONS, Panel

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("front", ["lab"], indirect=True)]

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
BUILD = """%%kamlab
from kamlab import Pipeline
Pipeline(Counts(), Keeps()).run()
"""


def panel_of(notebook: Any, cell: int) -> Panel:
    """Return the panel under a cell."""
    return Panel(notebook.page, notebook.output(cell).locator(".kamlab-panel"))


def cell_of(words: str) -> int:
    """Return which cell of the time server's notebook has these words in its code."""
    cells = nbformat.read(COOKBOOK / "01-time-server.ipynb", as_version=4).cells
    (place,) = [n for n, cell in enumerate(cells) if cell.cell_type == "code" and words in cell.source]
    return place


#: The two cells of its listing, and the one that looks for what is left.
LISTING, SYSTEM, LEFT = cell_of("class TimeTick"), cell_of("%%kamlab"), cell_of("threading.enumerate()")


@pytest.fixture
def time_server(open_notebook: Any, page_ports: None) -> Any:
    """The time server's notebook, opened, and its port free."""
    return open_notebook(COOKBOOK / "01-time-server.ipynb")


def test_the_time_server_s_notebook_runs_from_top_to_bottom(time_server: Any) -> None:
    """Run All ends without an error; the panel shows the end of the lab, in which only Reset can be used."""
    time_server.run_all()
    assert time_server.errors() == []
    panel = panel_of(time_server, SYSTEM).wait("stopped")
    assert [name for name in BUTTONS if panel.can(name)] == ["Reset"]
    assert panel.step == time_server.value("lab.step_number") > 0
    assert time_server.output(LEFT).locator(".jp-OutputArea-output").inner_text() == "[]"
    panel.root.scroll_into_view_if_needed()
    time_server.shoot("end")


def test_the_time_server_is_driven_by_clicks(time_server: Any) -> None:
    """The system of notebook 01 is paused, stepped by messages and run on by clicks alone."""
    time_server.run_cell(1)
    time_server.run_cell(LISTING)
    time_server.run_cell(SYSTEM)
    panel = panel_of(time_server, SYSTEM).wait("running")
    panel.node("TimeTick").wait_for()
    assert not panel.can("Step")
    paused_at = panel.click("Pause").wait("paused").step
    assert not panel.can("Pause")

    panel.click("Message")
    panel.root.get_by_text(re.compile(r"TimeTick_\d+\.outbox -> ")).first.wait_for()
    stepped_to = panel.step
    assert stepped_to > paused_at
    time_server.shoot("stepped")

    panel.click("Run").wait("running")
    panel.until("(root, step) => Number(root.dataset.step) > step", stepped_to)
    assert time_server.errors() == []


def test_prints_of_a_running_lab_are_in_the_panel(open_notebook: Any) -> None:
    """A message that is HTML is shown as it is; prints of a running lab are in the panel, and under no cell."""
    notebook = open_notebook([WAITS, BUILD, "1 + 1"])
    notebook.run_all()
    panel = panel_of(notebook, 1).wait("running")
    panel.piece("Inboxes").get_by_text(re.compile(r"^counted to \d\d")).first.wait_for()
    panel.click("Pause").wait("paused")
    assert panel.chips("<b id=evil>1</b>").count() > 0
    assert notebook.page.locator("#evil").count() == 0
    assert notebook.output(2).locator(".jp-OutputArea-output").all_inner_texts() == ["2"]


def test_the_still_picture_is_legible(open_notebook: Any) -> None:
    """What lab.inboxes() shows in a cell is a table on the theme's own colours."""
    notebook = open_notebook([WAITS, BUILD + "lab.pause(); lab.step(9); lab.inboxes()"])
    notebook.run_all()
    table = notebook.output(1).locator(".jp-RenderedHTML table:visible").last
    table.wait_for()
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        notebook.theme(theme)
        for part in ("td", "code"):
            assert notebook.contrast(table.locator(part).first) > 4.5
        notebook.shoot(f"still {theme}")


def test_an_untrusted_notebook_shows_what_was_saved(open_notebook: Any) -> None:
    """Opened without being run, the saved notebook shows what was saved, though nothing in it is trusted."""
    notebook = open_notebook(COOKBOOK / "01-time-server.ipynb")
    picture = notebook.output(SYSTEM).locator(".kamlab-still img").first
    picture.wait_for()
    assert picture.evaluate("image => image.complete && image.naturalWidth") > 100
    notebook.output(SYSTEM).locator("summary").first.click()
    notebook.output(SYSTEM).get_by_text("TimeTick").locator("visible=true").first.wait_for()
    notebook.shoot("untrusted")


def test_a_lab_is_turned_back_by_cells(open_notebook: Any) -> None:
    """A virtual lab is stepped and turned back by cells; the panel follows, and the branches are shown."""
    build = BUILD.replace("%%kamlab", "%%kamlab --paused --virtual")
    branch = "lab.back(20)\nlab.inject('Keeps', 'by hand')\n_ = lab.step(5)\nprint(lab.branches)"
    notebook = open_notebook([WAITS, build, "_ = lab.step(40)", branch, "_ = lab.step(3)"])
    notebook.run_all()
    assert notebook.errors() == []
    tree = notebook.output(3).locator(".jp-OutputArea-output").first.inner_text()
    assert "branch 0: to step 40" in tree
    assert "branch 1: to step 25, leaves branch 0 after step 20, 1 by hand  <- here" in tree
    panel = panel_of(notebook, 1).wait("paused", 28)
    panel.click("Step").wait("paused", 29)
    panel.root.get_by_role("button", name=re.compile("branches")).click()
    panel.root.locator("[data-branch='0']").first.wait_for()
    panel.answered(panel.root.locator("[data-branch='0']").first.click)
    panel.wait("paused", 40)
    notebook.shoot("turned-back")
