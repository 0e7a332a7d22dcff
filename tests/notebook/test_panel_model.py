"""What the panel's page is sent of watched expressions, searches, a message that is followed, and held components."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from kamlab import Component, Lab, Pipeline
from kamlab.parts import NullSink, PassThrough

pytest.importorskip("anywidget", reason="anywidget is not installed")

from kamlab.notebook.panel import registry
from kamlab.notebook.panel.panel import Panel


class Counts(Component):
    def main(self) -> Iterator[None]:
        self.total = 0
        for number in range(1000):
            self.total += number
            self.send(f"number {number}")
            yield


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A lab that can go back: a component that counts, one that passes on, and one that takes."""
    lab = Lab(build=lambda: Pipeline(Counts(), PassThrough(), NullSink()).activate(), clock="virtual")
    yield lab
    lab.stop()
    registry.close_all()


def now(panel: Panel) -> dict[str, Any]:
    """Return what the page is sent, which must be JSON."""
    shown: dict[str, Any] = json.loads(json.dumps(panel.page.now))
    return shown


def test_watched_expressions_are_in_the_page(lab: Lab) -> None:
    """The commands watch and unwatch add and remove a row, with value and history, also at a step of the past."""
    lab.step(8)
    panel = Panel(lab)
    assert now(panel)["watches"] == []
    assert panel.do("watch", key="2", text="self.total") == "Counts_2.total is watched."
    (row,) = now(panel)["watches"]
    assert (row["id"], row["expression"], row["value"], row["error"]) == (1, "Counts_2.total", "3", "")
    assert row["history"] == [[2, 0], [5, 1], [8, 3]]
    panel.do("look", step=3)
    assert now(panel)["watches"][0]["value"] == "0"
    assert "cannot be watched" in panel.do("watch", text="total()")
    panel.do("unwatch", number=1)
    assert now(panel)["watches"] == []


def test_a_component_is_held_and_released_by_commands(lab: Lab) -> None:
    """hold and release give and take slices; the banner names what is held where nothing else can run."""
    lab.step(8)
    panel = Panel(lab)
    assert panel.do("hold", key="3") == "PassThrough_3 is held: it has no slices until you release it."
    lab.run(max_steps=3000)
    panel.refresh()
    banner = now(panel)["banner"]
    assert (banner["kind"], banner["title"]) == ("waits", f"Only held components could run, at step {lab.step_number}.")
    assert banner["acts"][0] == {"label": "Release PassThrough", "do": "release", "args": {"key": "3"}}
    assert ["PassThrough", "3"] in banner["text"]
    panel.do("select", key="3")
    assert now(panel)["can"]["choose"] == "PassThrough_3 is held by you: release it first."
    assert panel.do("release", key="3") == "PassThrough_3 goes on."
    assert "is not held" in panel.do("release", key="3")


def test_what_is_found_is_in_the_page(lab: Lab) -> None:
    """find sends hits with kind, text, key, step and event; they follow the lab; an empty text forgets them."""
    lab.step(8)
    panel = Panel(lab)
    assert now(panel)["found"] is None
    panel.do("find", text="number 1")
    found = now(panel)["found"]
    assert (found["query"], found["more"]) == ("number 1", 0)
    assert found["hits"][0] == {
        "kind": "message",
        "text": "'number 1' to NullSink_4.inbox",
        "key": "4",
        "step": 6,
        "event": found["hits"][0]["event"],
    }
    panel.do("find", text="number 3")
    assert now(panel)["found"]["hits"] == []
    lab.step(6)
    panel.refresh()
    assert len(now(panel)["found"]["hits"]) > 0
    panel.do("find", text="")
    assert now(panel)["found"] is None


def test_a_message_is_followed_through_graph_timeline_and_story(lab: Lab) -> None:
    """follow lights the links, the events and the rows of the whole way; the same event again ends it, and so does a
    reset."""
    lab.step(8)
    panel = Panel(lab)
    panel.do("find", text="number 1")
    event = now(panel)["found"]["hits"][-1]["event"]
    panel.do("follow", event=event)
    shown = now(panel)
    assert shown["following"] == event
    assert shown["graph"]["follow"] == ["2.outbox>3.inbox", "3.outbox>4.inbox"]
    numbers = shown["timeline"]["follow"]
    assert event in numbers
    assert len(numbers) == 4
    assert [item["n"] for item in shown["story"]["items"] if item["follow"]] == numbers
    panel.do("fold", key="1")
    assert now(panel)["graph"]["follow"] == []
    panel.do("follow", event=event)
    assert (now(panel)["following"], now(panel)["timeline"]["follow"]) == (None, [])
    first = shown["timeline"]["messages"][-1]["n"]
    assert panel.do("follow", key="3", box="inbox", index=0) == ""
    assert now(panel)["following"] == first
    panel.do("open", key="3", box="inbox", index=0)
    assert now(panel)["payload"]["followed"] is True
    panel.do("follow", event=event)
    assert now(panel)["payload"]["followed"] is False
    assert "no longer there" in panel.do("follow", key="3", box="inbox", index=7)
    panel.do("reset")
    assert now(panel)["following"] is None


def test_many_watches_stay_small(lab: Lab) -> None:
    """However many expressions are watched, the page is sent less than 50 kB."""
    panel = Panel(lab)
    for number in range(20):
        lab.watch(f"Counts.self_{number}")
    for name in ("total", "number") * 10:
        lab.watch(name, Counts(name=f"Counts_{2}"))
    for _ in range(3):
        lab.step(90)
    panel.refresh()
    assert len(json.dumps(panel.page.now)) + len(json.dumps(panel.page.scene)) < 50_000
    assert any(len(row["history"]) > 20 for row in now(panel)["watches"])


def test_a_forgotten_step_is_not_looked_at() -> None:
    """A click on a step that a free run has forgotten says so; one that is forgotten while it is shown gives way."""
    with Lab(trace_limit=500) as lab:
        Counts().activate()
        lab.run(max_steps=400)
        panel = Panel(lab)
        assert "step 5 is forgotten" in panel.do("look", step=5)
        assert now(panel)["at"] is None
        panel.do("look", step=390)
        assert now(panel)["at"] == 390
        assert "step 5 is forgotten" in panel.do("look", step=5)
        assert now(panel)["at"] == 390
        lab.run(max_steps=500)
        panel.refresh()
        assert now(panel)["at"] is None
        panel.do("look", step=lab.step_number)
        assert now(panel)["at"] is None
