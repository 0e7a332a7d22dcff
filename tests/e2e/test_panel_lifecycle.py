"""How long a panel lives: over a reload, a restart of the kernel, and being thrown away; and what it leaves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from .panels import BUTTONS, Panel
from .systems import LOAD, QUEUE, TICKS

pytestmark = pytest.mark.browser

#: What a panel may leave behind in the kernel: panels, widgets and threads.
LEFT = """
def left():
    import ipywidgets.widgets.widget as module
    from kamlab.notebook.panel.panel import Panel
    gc.collect(); gc.collect()
    panels = [each for each in gc.get_objects() if isinstance(each, Panel)]
    held = sum(not each.closed for each in panels)
    return len(panels), held, len(module._instances), len(threading.enumerate())
"""
#: Whether an output of a cell, as it would be saved, is a still that says this.
STILL_SAYS = """([index, text]) => window.jupyterapp.shell.currentWidget.content.widgets[index].model.sharedModel
    .getOutputs().some(output => [output.data?.['text/html']].flat().join('').includes(text))"""
#: How often the cell is run before it is counted, and between.
WARM, TEN = 4, 10


def panel_of(notebook: Any, cell: int) -> Panel:
    """Return the panel under a cell."""
    return Panel(notebook.page, notebook.output(cell).locator(".kamlab-panel"))


def stills(page: Any) -> list[int]:
    """Return how wide each still picture is that can be seen; one that could not be loaded has no width."""
    return list(
        page.evaluate(
            """() => [...document.querySelectorAll('img[src^="data:image/svg+xml"]')]
                .filter(image => image.checkVisibility()).map(image => image.naturalWidth)"""
        )
    )


def test_reload_and_restart(open_notebook: Any) -> None:
    """After a reload the panel is there again and works; after a restart it says that its lab is gone, and a run of
    the cells gives a new one."""
    notebook = open_notebook([LOAD, QUEUE])
    notebook.run_all()
    assert notebook.errors() == []
    panel = panel_of(notebook, 1).wait("new", 0)
    panel.click("Step").wait("paused", 1)

    notebook.reload()
    panel = panel_of(notebook, 1).wait("paused", 1)
    panel.click("Step").wait("paused", 2)
    assert notebook.value("lab.step_number") == 2

    notebook.restart()
    panel.wait("gone")
    gone = panel.root.locator("div.kamlab-gone")
    gone.wait_for()
    assert "restarted" in gone.inner_text()
    assert not any(panel.can(name) for name in BUTTONS)
    notebook.shoot("gone")

    notebook.run_all()
    panel_of(notebook, 1).wait("new", 0).click("Step").wait("paused", 1)


def test_ten_panels_made_and_thrown_away(desk: Any) -> None:
    """A cell that is run ten times leaves no more panels, widgets and threads than before; the page has one panel."""
    desk.notebook.do(LEFT)
    for _ in range(WARM):
        desk.show(QUEUE).wait("new", 0)
    before = desk.notebook.value("left()")
    for _ in range(TEN):
        desk.show(QUEUE).wait("new", 0)
    after = desk.notebook.value("left()")
    assert all(now <= then for now, then in zip(after, before, strict=True)), (before, after)
    assert desk.page.locator(".kamlab-panel").count() == 1
    desk.panel().click("Step").wait("paused", 1)


def test_ten_panels_of_one_lab(desk: Any) -> None:
    """A cell with lab.panel() that is run ten times leaves no more open panels; Out keeps the closed ones."""
    desk.notebook.do(LEFT)
    desk.show(TICKS).wait("new", 0)
    for _ in range(WARM):
        desk.run("lab.panel()")
        desk.panel(2).wait("new", 0)
    before = desk.notebook.value("left()[1:]")
    for _ in range(TEN):
        desk.run("lab.panel()")
        desk.panel(2).wait("new", 0)
    after = desk.notebook.value("left()[1:]")
    assert all(now <= then for now, then in zip(after, before, strict=True)), (before, after)
    assert desk.page.locator(".kamlab-panel").count() == 2


def test_a_notebook_that_is_run_without_a_page(tmp_path: Path) -> None:
    """Executed by nbclient, as nbconvert does it, a notebook has the still of the state that the last cell left."""
    nbclient = pytest.importorskip("nbclient")
    nbformat = pytest.importorskip("nbformat")
    cells = [nbformat.v4.new_code_cell(code) for code in (LOAD, QUEUE, "_ = lab.step(9)")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    where = {"metadata": {"path": str(tmp_path)}}
    nbclient.NotebookClient(notebook, timeout=60, store_widget_state=False, resources=where).execute()
    html = [output.data.get("text/html", "") for output in notebook.cells[1].outputs if "data" in output]
    stills = [each for each in html if "kamlab-still" in each]
    assert len(stills) == 1
    assert "step 9" in stills[0]
    assert "data:image/svg+xml" in stills[0]


def test_the_saved_notebook(open_notebook: Any, context: Any, tmp_path: Path) -> None:
    """The saved notebook shows the stills of the last state, opened untrusted and not run, and as nbconvert's page."""
    nbconvert = pytest.importorskip("nbconvert")
    notebook = open_notebook([LOAD, QUEUE, "_ = lab.step(9)"])
    notebook.run_all()
    panel_of(notebook, 1).wait("paused", 9)
    assert stills(notebook.page) == [], "where the panel is, the still is not needed"
    notebook.page.wait_for_function(STILL_SAYS, arg=[1, "step 9"])
    saved = notebook.saved()
    assert "widgets" not in saved["metadata"]

    saved["cells"].append({"cell_type": "markdown", "id": "changed", "metadata": {}, "source": "changed by hand"})
    copy = tmp_path / "copy.ipynb"
    copy.write_text(json.dumps(saved), encoding="utf-8")
    untrusted = open_notebook(copy)
    assert untrusted.page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.content.widgets.some(cell => cell.model.trusted === false)"
    )
    untrusted.page.wait_for_selector("img[src^='data:image/svg+xml']")
    assert stills(untrusted.page)
    assert all(width > 0 for width in stills(untrusted.page))
    assert "step 9" in untrusted.output(1).inner_text()
    untrusted.shoot("untrusted")

    html, _ = nbconvert.HTMLExporter().from_filename(str(copy))
    page_file = tmp_path / "copy.html"
    page_file.write_text(html, encoding="utf-8")
    page = context.new_page()
    page.goto(page_file.as_uri(), wait_until="domcontentloaded")
    page.wait_for_selector("img[src^='data:image/svg+xml']")
    assert stills(page)
    assert all(width > 0 for width in stills(page))
    page.close()
