"""The timeline of a panel: the room that its page has, the window, what is sought, and exports."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from kamlab import Component, Lab, Pipeline

pytest.importorskip("anywidget", reason="anywidget is not installed")

from kamlab.notebook.panel import registry
from kamlab.notebook.panel.panel import Panel
from kamlab.notebook.panel.timelines import EVERYONE, EXPORTS, values
from kamlab.notebook.panel.view_model import LIMIT, ViewModel


class Sends(Component):
    def main(self) -> Iterator[None]:
        for number in range(3000):
            self.send(number)
            yield


class Takes(Component):
    def main(self) -> Iterator[None]:
        while True:
            for message in self.messages():
                self.last = message
            self.pause()
            yield


@pytest.fixture
def panel() -> Iterator[Panel]:
    """The panel of a lab in which a hundred steps were done, as a page shows it."""
    lab = Lab(build=lambda: Pipeline(Sends(), Takes()).activate(), clock="virtual")
    lab.step(100)
    panel = Panel(lab)
    panel.receive({"do": "hello", "view": "page/1"})
    yield panel
    lab.stop()
    registry.close_all()


def line(panel: Panel) -> dict[str, Any]:
    """Return what the page is sent of the timeline."""
    shown: dict[str, Any] = panel.page.now["timeline"]
    return shown


def test_the_diagram_fits_into_the_room_of_the_page(panel: Panel) -> None:
    """As many steps are shown as are good to read in that width, and rows are as tall as the height allows."""
    panel.receive({"do": "room", "width": 900, "height": 400})
    wide = line(panel)
    assert wide["last"] - wide["first"] + 1 == 900 // 40
    assert wide["width"] == pytest.approx(900, abs=2)
    panel.receive({"do": "room", "width": 400, "height": 90})
    narrow = line(panel)
    assert narrow["last"] - narrow["first"] + 1 == 400 // 40
    assert narrow["width"] == pytest.approx(400, abs=2)
    assert narrow["row"] < wide["row"]


@pytest.mark.parametrize(
    "room", [{}, {"width": "wide"}, {"width": -5, "height": 10**9}, {"width": None, "height": True}]
)
def test_a_room_that_cannot_be_is_not_believed(panel: Panel, room: dict[str, Any]) -> None:
    """What is no size of a page changes nothing."""
    before = line(panel)
    panel.receive({"do": "room", **room})
    assert line(panel) == before


def test_at_full_speed_messages_have_no_texts() -> None:
    """A run in the background shows arrows without texts, which nobody could read, unless it is in slow motion."""

    class Forever(Component):
        def main(self) -> Iterator[None]:
            while True:
                self.send("again")
                yield

    lab = Lab(build=lambda: Pipeline(Forever(), Takes()).activate())
    model = ViewModel(lab, ("timeline",))
    lab.step(40)
    for pace, texts in ((None, False), (50, True)):
        lab.pace = pace
        lab.start()
        shown = [message["text"] for message in values(model, 24)["timeline"]["messages"]]
        assert lab.state == "running"
        lab.pause()
        assert any(shown) is texts
    lab.stop()


def test_a_zoom_stays_while_the_window_follows_the_lab(panel: Panel) -> None:
    """A window that ends with the newest step moves on with the lab and keeps its length; another stays where it is."""
    panel.do("window", first=71, last=100)
    panel.do("step")
    assert (line(panel)["first"], line(panel)["last"]) == (72, 101)
    panel.do("window", first=10, last=20)
    panel.lab.step()
    panel.refresh()
    assert (line(panel)["first"], line(panel)["last"]) == (10, 20)
    panel.do("window")
    assert line(panel)["last"] == 102
    assert line(panel)["last"] - line(panel)["first"] + 1 == 620 // 40


def test_what_is_sought_is_shown_alone(panel: Panel) -> None:
    """A text leaves the messages that contain it, and none brings all back."""
    panel.do("window", first=0, last=100)
    panel.do("rows", find="17")
    assert {message["title"].split()[4] for message in line(panel)["messages"]} == {"17"}
    panel.do("rows", find="")
    assert len(line(panel)["messages"]) > 20


def test_a_long_run_of_many_components_fits_into_what_is_sent() -> None:
    """Ten thousand steps of two hundred components, all shown, are less than a page is sent at most."""
    lab = Lab(build=lambda: [Pipeline(Sends(), Takes()).activate() for _ in range(100)], clock="virtual")
    lab.step(10_000)
    panel = Panel(lab)
    panel.receive({"do": "hello", "view": "page/1"})
    panel.do("window", first=0, last=10_000)
    panel.do("rows", everyone=True)
    assert (len(line(panel)["lines"]), line(panel)["more"]) == (EVERYONE, 100)
    assert sum(len(set(digits)) > 1 for digits in line(panel)["counts"]) == EVERYONE
    assert len(json.dumps(panel.page.now)) < LIMIT + 500
    lab.stop()
    registry.close_all()


@pytest.mark.parametrize("kind", EXPORTS)
def test_an_export_is_sent_once(panel: Panel, kind: str) -> None:
    """The text comes with the answer to the command that asked for it, and not again."""
    panel.receive({"do": "export", "kind": kind, "id": 7})
    exported = panel.page.now["exported"]
    assert (exported["id"], exported["kind"], exported["name"]) == (7, kind, EXPORTS[kind][0])
    assert exported["text"].startswith(("sequenceDiagram", "(?<event>", "{", "<svg"))
    panel.do("step")
    assert panel.page.now["exported"] is None


def test_an_unknown_export_says_what_there_is(panel: Panel) -> None:
    """A format that is not there is an error that lists the others, in the panel."""
    assert "mermaid" in panel.do("export", kind="pdf")
    assert panel.page.now["said"]["error"]
    assert panel.page.now["exported"] is None
