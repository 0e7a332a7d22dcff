"""An exploration in a real JupyterLab: a click opens an order in a lab, whose panel is below."""

from __future__ import annotations

from typing import Any

SYSTEM = """
from kamlab import Component, Pipeline, explore
from kamlab.parts import OneShot

class Worker(Component):
    def main(self):
        while not self.data_ready():
            yield
            self.pause()
            yield
        self.recv()

def system():
    Pipeline(OneShot("work"), Worker()).activate()

panel = explore(system).panel()
panel
"""


def test_an_order_is_opened_with_a_click(open_notebook: Any) -> None:
    """The tabs show the states and the choices; an Open button brings a panel of a lab; the saved notebook a still."""
    notebook = open_notebook([SYSTEM, "panel.lab.step_number"])
    notebook.run_cell(0)
    assert notebook.errors() == []
    output = notebook.output(0)
    explorer = output.locator(".kamlab-explorer")
    explorer.get_by_text("In 2 of all 12 orders").wait_for()
    assert output.locator(".kamlab-exploration-still").first.is_hidden()
    explorer.get_by_role("tab", name="States").click()
    explorer.locator("img").wait_for()
    notebook.shoot("states", output)
    explorer.get_by_role("tab", name="Choices").click()
    explorer.get_by_role("button", name="Open step").first.click()
    output.locator(".kamlab-panel").wait_for()
    explorer.get_by_text("opened at step").wait_for()
    notebook.shoot("opened", output)
    explorer.get_by_role("tab", name="Orders").click()
    explorer.get_by_role("button", name="Open order 1").click()
    explorer.get_by_text("opened at step 6 of 6: lost wake-up").wait_for()
    output.locator(".kamlab-panel").get_by_text("It stands still at step 6").first.wait_for()
    notebook.shoot("order", output)
    notebook.run_cell(1)
    assert notebook.errors() == []
    saved = str(notebook.saved()["cells"][0]["outputs"])
    assert "kamlab-exploration-still" in saved
    assert "<svg" not in saved
