"""The panel of an exploration: what it shows, and buttons that open an order in a lab."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("ipywidgets", reason="ipywidgets is not installed")

from ipywidgets.widgets import widget as widgets

from kamlab import Component, Pipeline, explore
from kamlab.notebook.exploring import panel as module
from kamlab.notebook.exploring import panel_of_exploration
from kamlab.notebook.exploring.panel import KEPT, ExplorationPanel, close_all
from kamlab.parts import OneShot

WIDGET = "application/vnd.jupyter.widget-view+json"
#: The most characters of what a page is sent.
MOST = 50_000


class Worker(Component):
    """Sleeps beside a message in some orders."""

    def main(self) -> Iterator[None]:
        while not self.data_ready():
            yield
            self.pause()
            yield
        self.recv()


def system() -> None:
    """A worker that may sleep for good."""
    Pipeline(OneShot("work"), Worker()).activate()


@pytest.fixture(name="panel")
def _panel() -> Iterator[ExplorationPanel]:
    """The panel of the worker's exploration."""
    panel = ExplorationPanel(explore(system))
    yield panel
    if not panel.closed:
        panel.close()
    close_all()


@pytest.fixture(name="shown")
def _shown(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What is displayed."""
    shown: list[dict[str, Any]] = []
    monkeypatch.setattr(module, "display", lambda data, **_how: shown.append(data))
    return shown


def test_the_page_gets_what_was_found_as_plain_values(panel: ExplorationPanel) -> None:
    """Sentence, orders, picture and tree are ready for JSON, and small."""
    found = panel.page.found
    assert len(json.dumps(found)) < MOST
    assert found["headline"].startswith("In 2 of all 12 orders")
    assert [order["names"] for order in found["orders"]] == ["lost wake-up", "lost wake-up"]
    assert found["graph"]["svg"].startswith("<svg")
    assert found["tree"]["choices"]


def test_a_button_opens_an_order_in_a_lab_with_a_panel(panel: ExplorationPanel) -> None:
    """The lab stands where it goes wrong, its panel is below, and the button is marked; another takes its place."""
    panel.receive({"do": "open", "order": 0})
    first = panel.lab
    assert first.step_number == panel.exploration.found[0].step
    assert panel.page.now["opened"] == "order 0"
    assert panel.panel is not None
    assert panel.holder.children == (panel.panel.page,)
    panel.receive({"do": "open", "order": 1})
    assert first.state == "stopped"
    assert panel.lab is not first
    panel.receive({"do": "close"})
    assert panel.lab is None
    assert panel.holder.children == ()


def test_a_branch_of_the_tree_opens_at_its_step(panel: ExplorationPanel) -> None:
    """The lab stands right after the choice, and goes on as it was recorded: to where it goes wrong."""
    choice = next(one for one in panel.page.found["tree"]["choices"] if one["verdict"] != "never")
    panel.receive({"do": "through", "path": choice["path"], "step": choice["step"]})
    assert panel.lab.step_number == choice["step"]
    assert "lost wake-up" in panel.page.now["said"]


@pytest.mark.parametrize(
    "message",
    [
        {"do": "open", "order": 99},
        {"do": "open", "order": None},
        {"do": "through", "path": ["Nobody_9"], "step": 1},
        {"do": "through", "path": 3, "step": 1},
        {"do": "<b>"},
        {},
    ],
)
def test_a_command_that_cannot_be_carried_out_is_told(panel: ExplorationPanel, message: dict[str, Any]) -> None:
    """An error is shown in the panel, never raised, and what is open stays."""
    panel.receive({"do": "open", "order": 0})
    lab = panel.lab
    panel.receive(message)
    assert panel.page.now["error"]
    assert panel.lab is lab
    panel.receive("nonsense")


def test_clicks_on_two_threads_open_one_lab(panel: ExplorationPanel) -> None:
    """Of two clicks at once one is carried out after the other."""
    threads = [threading.Thread(target=panel.receive, args=({"do": "open", "order": number},)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert panel.panel is not None
    assert panel.holder.children == (panel.panel.page,)
    assert panel.lab.state != "stopped"


def test_more_orders_are_listed_at_a_click() -> None:
    """Of a system with many orders ten are listed at first, and twice as many at each click."""

    class Once(Component):
        def main(self) -> Iterator[None]:
            yield
            yield

    panel = ExplorationPanel(explore(lambda: [Once().activate() for _ in range(3)]))
    assert (len(panel.page.found["orders"]), panel.page.found["more"]) == (10, True)
    panel.receive({"do": "more"})
    assert len(panel.page.found["orders"]) == 20
    panel.close()


def test_orders_that_were_drawn_have_no_graph_and_no_tree() -> None:
    """Without states there are only the orders that were found."""
    panel = ExplorationPanel(explore(system, lambda _made: False, how="random", runs=5))
    assert panel.page.found["graph"] is None
    assert panel.page.found["tree"] is None
    assert panel.page.found["orders"][0]["names"] == "invariant"
    assert not panel.page.found["more"]
    panel.receive({"do": "open", "order": 0})
    assert panel.lab.step_number
    panel.close()


def test_it_is_displayed_with_a_still_after_it(panel: ExplorationPanel, shown: list[dict[str, Any]]) -> None:
    """A cell gets the widget, and HTML with the picture as an image, which stays where there is no kernel."""
    panel._ipython_display_()
    assert [list(data) for data in shown] == [[WIDGET], ["text/html", "text/plain"]]
    html = shown[1]["text/html"]
    assert 'src="data:image/svg+xml;base64,' in html
    assert "<svg" not in html
    assert "<script" not in html
    assert len(html) < MOST
    assert "the shortest order" in shown[1]["text/plain"]


@pytest.mark.usefixtures("shown")
def test_old_panels_are_closed() -> None:
    """The newest are kept, and the labs of older ones are stopped; closing leaves no widget behind."""
    before = len(widgets._instances)
    result = explore(system)
    panels = [ExplorationPanel(result) for _ in range(KEPT + 1)]
    panels[0].display()
    panels[0].receive({"do": "open", "order": 0})
    lab = panels[0].lab
    for panel in panels[1:]:
        panel.display()
    assert lab.state == "stopped"
    assert panels[0].closed
    assert not panels[1].closed
    close_all()
    assert all(panel.closed for panel in panels)
    assert len(widgets._instances) <= before + 2


def test_without_a_notebook_it_is_a_view() -> None:
    """Outside of a kernel panel() is the sentence, the states and the choices, as text."""
    text = str(panel_of_exploration(explore(system)))
    assert "-- States ---" in text
    assert "-- Choices ---" in text
    assert str(explore(system).panel()) == text


def test_in_a_kernel_a_cell_shows_it_and_its_progress_goes(kernel: Any) -> None:
    """In a real kernel: progress is shown and gone, and the panel is displayed with its still."""
    cell = (
        "from kamlab import Component, Pipeline, explore\nfrom kamlab.exploration import progress\n"
        "progress.SILENCE = progress.TICK = 0.01\n"
        "class Many(Component):\n    def main(self):\n        for self.n in range(9):\n            yield\n"
        "result = explore(lambda: [Many().activate() for _ in range(3)], how='all')"
    )
    request = kernel.send(cell)
    progress = []
    while True:
        message = kernel.client.get_iopub_msg(timeout=30)
        if message["parent_header"].get("msg_id") != request:
            continue
        if message["msg_type"] in ("display_data", "update_display_data"):
            progress.append(message["content"]["data"]["text/html"])
        assert message["msg_type"] != "error", message["content"]
        if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
            break
    assert "states" in progress[0]
    assert progress[-1] == ""
    shown = kernel.run("result.panel()")
    assert shown.error == ""
    assert [WIDGET in data for data in shown.displayed] == [True, False]
    assert "nothing goes wrong" in shown.displayed[1]["text/plain"]
