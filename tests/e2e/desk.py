"""A notebook that stays open from test to test: each test writes the cells anew and runs them."""

from __future__ import annotations

from typing import Any

from .pages import VIEWPORT, Notebook
from .panels import Panel
from .probes import Traffic
from .systems import QUEUE

_WRITE = """([index, code]) =>
    window.jupyterapp.shell.currentWidget.content.widgets[index].model.sharedModel.setSource(code)"""
_CLEAR = """() => {
    const notebook = window.jupyterapp.shell.currentWidget.content;
    const cells = notebook.model.sharedModel;
    if (cells.cells.length > 3) cells.deleteCellRange(3, cells.cells.length);  // where a key went astray
    for (const cell of notebook.widgets) cell.outputArea.model.clear();
}"""
_STOP = """
if isinstance(globals().get("lab"), kamlab.Lab) and lab.state != "stopped":
    lab.pause(5)
    lab.stop()
"""
#: The cell that a system is built in, and the one after it.
SYSTEM, AFTER = 1, 2


class Desk:
    """A notebook with a cell for a system, and one for what comes after.

    Args:
        notebook: the notebook, with three cells, the first of which was run.
        traffic: the messages that its page gets.
    """

    def __init__(self, notebook: Notebook, traffic: Traffic) -> None:
        self.notebook = notebook
        self.page = notebook.page
        self.traffic = traffic
        #: What went wrong in the page without a test having seen it.
        self.complaints: list[str] = []
        self.page.on("pageerror", self._complain)
        self.page.on("console", self._listen)

    def _complain(self, error: Any) -> None:
        stack = f"{error}\n{getattr(error, 'stack', '')}"
        if "blob:" in stack or "kamlab" in stack:  # where a panel's code comes from; the rest is not ours
            self.complaints.append(stack)

    def _listen(self, message: Any) -> None:
        if message.type == "error" and ("anywidget" in message.text or "blob:" in message.text):
            self.complaints.append(message.text)

    def clear(self, name: str) -> None:
        """Forget what the test before has done."""
        self.notebook.name = name
        self.notebook.do(_STOP)
        self.page.evaluate(_CLEAR)
        self.page.set_viewport_size(VIEWPORT)
        self.complaints.clear()

    def run(self, code: str, cell: int = AFTER) -> None:
        """Write and run a cell that must not fail; returns when it is done."""
        self.page.evaluate(_WRITE, [cell, code])
        self.notebook.run_cell(cell)
        errors = self.notebook.errors()
        assert not errors, errors

    def start(self, code: str, cell: int = AFTER) -> None:
        """Write a cell and begin to run it; returns at once."""
        self.page.evaluate(_WRITE, [cell, code])
        self.notebook.start_cell(cell)

    def panel(self, cell: int = SYSTEM) -> Panel:
        """Return the panel under a cell."""
        return Panel(self.page, self.notebook.output(cell).locator(".kamlab-panel"))

    def show(self, code: str) -> Panel:
        """Build a system in the first cell and return its panel."""
        self.run(code, SYSTEM)
        panel = self.panel()
        panel.root.wait_for()
        return panel

    def stepped(self, steps: int, system: str = QUEUE) -> Panel:
        """Build a system, let it take so many steps, and return its panel."""
        panel = self.show(system).wait("new", 0)
        self.notebook.do(f"_ = lab.step({steps})")
        return panel.wait("paused", steps)
