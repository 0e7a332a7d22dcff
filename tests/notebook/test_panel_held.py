"""The panel of a lab whose slice does not end: it shows the lab before that slice, and keeps nothing waiting."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kamlab import Lab
from kamlab.core.reading import BEFORE, WITHIN
from kamlab.notebook.panel import commands
from kamlab.notebook.panel.panel import Panel
from kamlab.notebook.panel.static_output import LOOK_PATIENCE
from sampling import sampled
from tests.views.hanging import KINDS, hanging, within

#: Seconds in which a command comes back on a machine however busy.
BACK = 60.0


@pytest.fixture(params=sampled(["blocks", "spins"], sorted(KINDS)))
def held(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    """Yield a lab whose slice does not end, of each kind."""
    monkeypatch.setattr(commands, "PAUSE_PATIENCE", 0.1)
    with hanging(request.param) as lab:
        yield lab


def seen(lab: Lab) -> Panel:
    """Return a panel that a page shows."""
    panel = Panel(lab)
    panel.receive({"do": "hello", "view": "a page/a view"})
    return panel


def test_the_panel_shows_the_lab_before_the_slice(held: Lab, eventually: Callable[..., Any]) -> None:
    """The live panel has the line that all views have, and its pieces; the refresher keeps both up to date."""
    panel = within(BACK, lambda: seen(held))
    try:
        assert eventually(lambda: "hangs has been in one slice for" in panel.page.now["said"]["text"])
        said = panel.page.now["said"]
        assert said["error"]
        assert said["text"].endswith((BEFORE, WITHIN))
        assert panel.page.now["held"] == said["text"]
        assert panel.page.now["state"] == "running"
        assert {node["label"] for node in panel.page.scene["nodes"]} >= {"hangs", "keeps"}
        assert {"inboxes", "timeline", "story"} <= panel.page.now.keys()
        assert eventually(lambda: panel.page.now["said"]["text"] != said["text"])  # the seconds go on
        assert "hangs has been in one slice for" in within(BACK, lambda: str(panel))
    finally:
        panel.close()


@pytest.mark.parametrize(
    "name", sampled(["step", "goto"], ["step", "round", "message", "run", "back", "reset", "goto", "choose"])
)
def test_a_button_says_which_slice_does_not_end(name: str) -> None:
    """What cannot be done says so beforehand, with the sentence about the slice, and does not keep the kernel."""
    with hanging("spins") as lab:
        panel = within(BACK, lambda: seen(lab))
        try:
            assert "hangs has been in one slice for" in within(BACK, lambda: panel.do(name, step=1, key="2"))
            if name != "choose":
                assert "hangs has been in one slice for" in panel.page.now["can"][name]
        finally:
            panel.close()


def test_pause_and_look_come_back(held: Lab) -> None:
    """Pause says that the slice goes on; commands that only look do their work."""
    panel = within(BACK, lambda: seen(held))
    try:
        assert "hangs has been in one slice for" in within(BACK, lambda: panel.do("pause"))
        within(BACK, lambda: panel.do("select", key="2"))
        assert panel.model.selected == "2"
        within(BACK, lambda: panel.do("filter", text="outbox"))
    finally:
        panel.close()


def test_stop_calls_stop_of_the_lab(monkeypatch: pytest.MonkeyPatch) -> None:
    """The Stop button leaves the slice to lab.stop()."""
    stopped = []
    with hanging("blocks") as lab:
        panel = within(BACK, lambda: seen(lab))
        try:
            monkeypatch.setattr(lab, "stop", lambda timeout: stopped.append(timeout))
            within(BACK, lambda: panel.do("stop"))
            assert stopped == [commands.PAUSE_PATIENCE]
        finally:
            panel.close()
            monkeypatch.undo()


def test_a_look_of_the_panel_asks_for_the_lock_for_less_than_a_second() -> None:
    """The refresher and a click wait for the lock so long at most."""
    assert LOOK_PATIENCE <= 0.5


def test_the_panel_is_true_again_when_the_slice_has_ended(eventually: Callable[..., Any]) -> None:
    """Afterwards the sentence is gone, and the panel shows the lab as it stands."""
    with hanging("blocks") as lab:
        panel = within(BACK, lambda: seen(lab))
        try:
            assert eventually(lambda: panel.page.now["held"])
            lab["hangs"].let_go()
            assert lab.pause(60)
            assert eventually(lambda: panel.page.now["held"] == "" and panel.page.now["state"] == "paused")
            assert panel.page.now["said"]["text"] == ""
            assert panel.page.now["step"] == lab.step_number
        finally:
            panel.close()
