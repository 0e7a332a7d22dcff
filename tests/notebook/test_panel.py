"""The panel's Python side: what a page is sent, what its commands do, and that it leaves nothing behind."""

from __future__ import annotations

import gc
import json
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kamlab import Component, Lab, Pipeline, ThreadedComponent

pytest.importorskip("anywidget", reason="anywidget is not installed")

from kamlab.core.task import task_of
from kamlab.notebook.panel import commands, panel_of, permissions, registry, view_model
from kamlab.notebook.panel import panel as module
from kamlab.notebook.panel.panel import Panel
from kamlab.views.dashboard import UnknownPiece


class Waits(Component):
    def main(self) -> Iterator[None]:
        while True:
            self.pause()
            yield


class Counts(Component):
    number = 0

    def main(self) -> Iterator[None]:
        while True:
            self.number += 1
            self.send(self.number)
            self.pause(0.01)
            yield


class Sends(Component):
    def main(self) -> Iterator[None]:
        for number in range(100):
            self.send(number)
            yield


class Takes(Component):
    def main(self) -> Iterator[None]:
        while True:
            while self.data_ready():
                self.recv()
            self.pause()
            yield


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A lab; afterwards there is no panel of any lab."""
    with Lab() as lab:
        lab.report = lambda text: None  # type: ignore[method-assign]
        yield lab
    registry.close_all()


@pytest.fixture
def rewindable() -> Iterator[Lab]:
    """A lab that can go back: a sender whose messages lie in the inbox of one who sleeps."""
    lab = Lab(build=lambda: Pipeline(Sends(), Waits()).activate(), clock="virtual")
    yield lab
    lab.stop()
    registry.close_all()


def counting(lab: Lab) -> tuple[Counts, Waits]:
    """Activate a component that counts, linked to one that lets the numbers lie."""
    counts, waits = Counts().activate(lab), Waits().activate(lab)
    counts.link((counts, "outbox"), (waits, "inbox"))
    return counts, waits


def seen(lab: Lab, view: str = "page/1") -> Panel:
    """Return a panel of a lab that a page shows."""
    panel = Panel(lab)
    panel.receive({"do": "hello", "view": view})
    return panel


def can(panel: Panel) -> set[str]:
    """Return what can be done now."""
    return {name for name, allowed in panel.page.now["can"].items() if allowed is True}


def waiting(panel: Panel, name: str, box: str = "inbox") -> list[str]:
    """Return the messages shown in an inbox."""
    for component in panel.page.now["inboxes"]["components"]:
        for inbox in component["inboxes"]:
            if component["name"].startswith(name) and inbox["name"] == box:
                return [message["text"] for message in inbox["messages"]]
    return []


def key_of(panel: Panel, name: str) -> str:
    """Return the key of a component by the beginning of its name."""
    return next(node["key"] for node in panel.page.scene["nodes"] if node["label"].startswith(name))


# -- what is shown ----------------------------------------------------------------------------------


def test_what_the_page_is_sent_is_plain_and_small(rewindable: Lab) -> None:
    """Scene and state are JSON as they are, have every piece, and are less than 50 kB."""
    panel = seen(rewindable)
    rewindable.step(30)
    panel.refresh()
    text = json.dumps(panel.page.now) + json.dumps(panel.page.scene)
    assert len(text) < 50_000
    assert {"graph", "inboxes", "source", "timeline", "story", "tree", "payload"} <= set(panel.page.now)


def test_a_large_system_is_shown_in_less_detail(lab: Lab) -> None:
    """A thousand components with a hundred long messages each make less than 50 kB, and the rest is counted."""
    for _ in range(1000):
        waits = Waits().activate(lab)
        for number in range(10):
            waits.deliver(str(number) * 100)
    lab.step(1000)
    panel = seen(lab)
    assert len(json.dumps(panel.page.now) + json.dumps(panel.page.scene)) < 50_000
    assert panel.page.now["inboxes"]["more"] > 900


def test_only_the_pieces_that_are_asked_for_are_computed(lab: Lab) -> None:
    """A panel of two pieces sends no others."""
    counting(lab)
    panel = Panel(lab, ["inboxes", "controls"])
    assert panel.page.pieces == ["controls", "inboxes"]
    assert not {"graph", "source", "timeline", "story"} & set(panel.page.now)


def test_a_piece_that_there_is_not_is_refused(lab: Lab) -> None:
    """The error names the pieces there are."""
    with pytest.raises(UnknownPiece, match=r"'sauce'.*controls"):
        Panel(lab, ["sauce"])


def test_without_a_notebook_a_panel_is_text(rewindable: Lab) -> None:
    """In plain Python lab.panel() is what there is to see, printed."""
    rewindable.step(5)
    text = str(rewindable.panel())
    assert "paused at step 5" in text
    assert "Sends_2" in text
    assert "Timeline" in text
    assert "Story" not in str(rewindable.panel("graph"))


def test_it_follows_a_lab_that_runs(lab: Lab, eventually: Callable[..., Any]) -> None:
    """While the lab runs in the background what is shown changes by itself."""
    counting(lab)
    panel = seen(lab)
    lab.start()
    assert eventually(lambda: panel.page.now["state"] == "running")
    before = panel.page.now["step"]
    assert eventually(lambda: panel.page.now["step"] > before)


def test_what_is_shown_after_a_pause_is_true(lab: Lab, eventually: Callable[..., Any]) -> None:
    """Once the lab stands still, what is shown is how it stands."""
    counting(lab)
    panel = seen(lab)
    lab.start()
    assert eventually(lambda: lab.step_number > 5)
    lab.pause()
    assert eventually(lambda: panel.page.now["state"] == "paused" and panel.page.now["step"] == lab.step_number)


def test_it_follows_steps_from_elsewhere(lab: Lab, eventually: Callable[..., Any]) -> None:
    """A step in a cell changes the panel as well."""
    counting(lab)
    panel = seen(lab)
    lab.step()
    assert eventually(lambda: panel.page.now["step"] == 1)


def test_nothing_is_sent_while_nothing_changes(lab: Lab) -> None:
    """A lab that has not moved costs no message to the page."""
    counting(lab)
    panel = seen(lab)
    panel.refresh()
    sent: list[Any] = []
    panel.page.observe(sent.append)
    assert [panel.tick() for _ in range(5)] == [False] * 5
    assert sent == []


def test_a_panel_that_nobody_sees_does_not_look(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """While no page shows it a panel does not look at a lab that moves; it does as soon as one says hello."""
    counting(lab)
    panel = Panel(lab)
    looks: list[int] = []
    monkeypatch.setattr(panel.model, "look", lambda: looks.append(1) or ({}, {}))
    lab.step(5)
    assert panel.tick() is False
    assert looks == []
    panel.receive({"do": "hello", "view": "page/1"})
    assert panel.tick()
    assert looks == [1]
    panel.receive({"do": "bye", "view": "page/1"})
    lab.step(5)
    assert panel.tick() is False


def test_a_look_that_costs_much_is_taken_less_often(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a look at a running lab the next one waits so long that looking takes no more than its share."""
    counting(lab)
    panel = seen(lab)

    def slow() -> Any:
        time.sleep(0.05)
        return {}, {}

    monkeypatch.setattr(panel.model, "look", slow)
    lab.start()
    began = time.monotonic()
    panel.refresh()
    assert panel._look_again_at - began >= 0.05 / module.SHARE
    lab.pause()


def test_it_does_not_wait_for_a_slice_that_hangs(
    lab: Lab, eventually: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a component does not come to its next yield the panel names it, and its Stop goes on without it."""
    monkeypatch.setattr(commands, "PAUSE_PATIENCE", 0.1)
    go_on = threading.Event()

    class Hangs(Component):
        def main(self) -> Iterator[None]:
            yield
            go_on.wait(30)
            while True:
                self.pause()
                yield

    Hangs().activate(lab)
    panel = seen(lab)
    lab.start()
    try:
        assert eventually(lambda: "Hangs_1 has not come to its next yield" in panel.page.now["said"]["text"])
        assert (panel.page.now["state"], panel.page.now["step"]) == ("running", 2)
        assert "Hangs_1" in panel.do("pause")
        panel.do("stop")
        assert eventually(lambda: lab.state == "stopped" and panel.page.now["state"] == "stopped")
    finally:
        go_on.set()
    assert not eventually(lambda: lab.state != "stopped", timeout=0.3)


def test_two_panels_look_at_different_things(rewindable: Lab) -> None:
    """What one panel selects, folds and looks back at is its own; both follow the lab."""
    one, two = seen(rewindable, "page/1"), seen(rewindable, "page/2")
    one.do("step")
    one.do("select", key=key_of(one, "Sends"))
    rewindable.step(6)
    one.do("look", step=2)
    two.do("message")
    assert (one.page.now["selected"], two.page.now["selected"]) == (key_of(one, "Sends"), "")
    assert (one.page.now["at"], two.page.now["at"]) == (2, None)
    one.refresh()
    assert one.page.now["step"] == two.page.now["step"] == rewindable.step_number


# -- commands ---------------------------------------------------------------------------------------


def test_a_step_says_what_happened(lab: Lab) -> None:
    """Step runs one component to its next yield; what is shown is up to date when the command is answered."""
    counting(lab)
    panel = seen(lab)
    panel.receive({"do": "step", "id": 7})
    assert lab.step_number == panel.page.now["step"] == 1
    assert "Counts_1.outbox -> Waits_2.inbox: 1" in panel.page.now["said"]["text"]
    assert panel.page.now["said"]["reply"] == 7
    assert waiting(panel, "Waits") == ["1"]


def test_a_step_to_the_next_message(lab: Lab) -> None:
    """Message goes on until a message has been delivered, and tells of messages only."""
    _, waits = counting(lab)
    panel = seen(lab)
    panel.do("message")
    said = panel.do("message")
    assert waits.data_ready() == 2
    assert "Waits_2.inbox: 2" in said
    assert "resumed" not in said


def test_a_step_that_finds_nothing_to_run_says_so(lab: Lab) -> None:
    """When nothing can run the panel says so instead of doing nothing."""
    Waits().activate(lab)
    panel = seen(lab)
    panel.do("step")
    assert "nothing can run" in panel.do("step")
    assert "nothing can run" in panel.do("message")


def test_a_round_gives_everybody_one_slice(lab: Lab) -> None:
    """Round runs each runnable component once."""
    counting(lab)
    panel = seen(lab)
    panel.do("round")
    assert lab.step_number == 2


def test_run_and_pause(lab: Lab, eventually: Callable[..., Any]) -> None:
    """Run lets the lab run in the background, Pause lets it stand still."""
    counting(lab)
    panel = seen(lab)
    panel.do("run")
    assert lab.state == panel.page.now["state"] == "running"
    assert eventually(lambda: lab.step_number > 5)
    panel.do("pause")
    assert lab.state == panel.page.now["state"] == "paused"


def test_back_and_goto(rewindable: Lab) -> None:
    """Back stands one slice before, Goto at any step; going on opens a branch, which can be gone to."""
    panel = seen(rewindable)
    rewindable.step(20)
    panel.do("back")
    assert rewindable.step_number == panel.page.now["step"] == 19
    panel.do("goto", step=5)
    assert panel.page.now["step"] == 5
    panel.do("select", key=key_of(panel, "Waits"))
    panel.do("inject", key=key_of(panel, "Waits"), box="inbox", text="'mine'")
    panel.do("step")
    assert [branch["number"] for branch in panel.page.now["tree"]["branches"]] == [0, 1]
    panel.do("branch", number=0)
    assert rewindable.step_number == 20


def test_looking_at_the_past_leaves_the_lab_where_it_is(rewindable: Lab) -> None:
    """Look shows what was where at a step; the lab stands where it stood, and acts by hand wait for the present."""
    panel = seen(rewindable)
    rewindable.step(12)
    panel.refresh()
    now = waiting(panel, "Waits")
    panel.do("look", step=5)
    assert rewindable.step_number == 12
    assert panel.page.now["at"] == 5
    assert len(waiting(panel, "Waits")) < len(now)
    assert "past" in panel.page.now["can"]["edit"]
    assert "go back to now" in panel.do("drop", key=key_of(panel, "Waits"), box="inbox", index=0)
    panel.do("look", step=None)
    assert panel.page.now["at"] is None
    assert waiting(panel, "Waits") == now
    panel.do("look", step=5)
    panel.do("step")
    assert (panel.page.now["at"], rewindable.step_number) == (None, 13)


def test_a_reset_builds_the_system_again(rewindable: Lab) -> None:
    """Reset stands before the first slice, with the same components."""
    panel = seen(rewindable)
    rewindable.step(10)
    panel.do("reset")
    assert panel.page.now["step"] == rewindable.step_number == 0
    assert key_of(panel, "Pipeline")


def test_speed_is_the_pace_of_the_lab(lab: Lab) -> None:
    """Speed sets how many slices a run has in a second, and takes it away again; nonsense is refused."""
    panel = seen(lab)
    panel.do("speed", pace=5)
    assert lab.pace == panel.page.now["pace"] == 5
    assert "slices per second" in panel.do("speed", pace="quick")
    panel.do("speed", pace=None)
    assert lab.pace is None


def test_a_run_to_a_breakpoint(rewindable: Lab, eventually: Callable[..., Any]) -> None:
    """A breakpoint set on a component stops a run before it; it is listed, and taken away by the same command."""
    panel = seen(rewindable)
    rewindable.step(3)
    panel.refresh()
    assert "Break here" in panel.page.now["can"]["breakpoint"]
    key = key_of(panel, "Sends")
    panel.do("select", key=key)
    panel.do("break", key=key)
    assert [breakpoint["text"] for breakpoint in panel.page.now["breaks"]] == ["before Sends_2 runs"]
    assert panel.page.now["can"]["breakpoint"] is True
    panel.do("breakpoint")
    assert eventually(lambda: lab_stands(rewindable))
    assert eventually(lambda: "breakpoint 1" in panel.page.now["headline"])
    panel.do("break", key=key)
    assert panel.page.now["breaks"] == []
    panel.do("break", key=key)
    panel.do("unbreak", number=panel.page.now["breaks"][0]["id"])
    assert panel.page.now["breaks"] == []


def lab_stands(lab: Lab) -> bool:
    """Return whether a lab does not run."""
    return lab.state != "running"


def test_a_hand_in_the_inboxes(rewindable: Lab) -> None:
    """Messages are dropped, doubled, moved, changed and put in; what is shown is so."""
    panel = seen(rewindable)
    rewindable.step(7)
    panel.refresh()
    place = {"key": key_of(panel, "Waits"), "box": "inbox"}
    before = waiting(panel, "Waits")
    assert before[:3] == ["0", "1", "2"]
    panel.do("drop", **place, index=0)
    panel.do("duplicate", **place, index=0)
    panel.do("move", **place, index=2, to=0)
    panel.do("edit", **place, index=1, text="['changed', 1]")
    panel.do("inject", **place, text="b'new'")
    assert waiting(panel, "Waits")[:3] == ["2", "['changed', 1]", "1"]
    assert waiting(panel, "Waits")[-1] == "b'new'"
    assert rewindable["Waits"].inboxes["inbox"].contents[1] == ["changed", 1]


def test_what_cannot_be_read_changes_nothing(rewindable: Lab) -> None:
    """A value that is no Python value is refused with a hint, and the message is as it was."""
    panel = seen(rewindable)
    rewindable.step(7)
    panel.refresh()
    before = waiting(panel, "Waits")
    said = panel.do("edit", key=key_of(panel, "Waits"), box="inbox", index=0, text="import os")
    assert "Python value" in said
    assert panel.page.now["said"]["error"] is True
    assert waiting(panel, "Waits") == before


def test_a_message_can_be_delivered_next() -> None:
    """Deliver next brings a message to the front, and its owner to the next turn."""
    lab = Lab(clock="virtual")
    Sends().activate(lab)
    takes = Takes().activate(lab)
    lab.step(2)
    for number in range(3):
        takes.deliver(number)
    panel = seen(lab)
    said = panel.do("next", key=key_of(panel, "Takes"), box="inbox", index=2)
    assert "goes next" in said
    assert "Takes_2 takes 2 from inbox" in panel.do("step")
    lab.stop()


def test_a_message_is_opened(rewindable: Lab) -> None:
    """The whole of a message is shown until it is closed, or gone."""
    panel = seen(rewindable)
    rewindable.step(7)
    panel.refresh()
    panel.do("open", key=key_of(panel, "Waits"), box="inbox", index=1)
    assert panel.page.now["payload"]["text"] == "1"
    panel.do("close")
    assert panel.page.now["payload"] is None
    panel.do("open", key=key_of(panel, "Waits"), box="inbox", index=99)
    assert panel.page.now["payload"] is None


def test_a_component_is_chosen_as_next(lab: Lab) -> None:
    """Choose gives a runnable component the next slice; of a sleeper it says why not."""
    Sends().activate(lab)
    second = Sends().activate(lab)
    Waits().activate(lab)
    lab.step(4)
    panel = seen(lab)
    panel.do("select", key=str(task_of(second).number))
    assert panel.page.now["can"]["choose"] is True
    panel.do("choose", key=str(task_of(second).number))
    assert "Sends_2 resumed" in panel.do("step")
    panel.do("select", key=key_of(panel, "Waits"))
    assert "sleeps" in panel.page.now["can"]["choose"]
    assert "cannot go next" in panel.do("choose", key=key_of(panel, "Waits"))


def test_a_component_that_is_woken_can_be_chosen(lab: Lab) -> None:
    """Choose is allowed exactly where it works: also for a sleeper whose message has come in this round."""
    taker, sender = Takes().activate(lab), Sends().activate(lab)
    sender.link((sender, "outbox"), (taker, "inbox"))
    lab.step_round()
    lab.step()
    panel = seen(lab)
    for component in (taker, sender):
        panel.do("select", key=str(task_of(component).number))
        allowed = panel.page.now["can"]["choose"]
        said = panel.do("choose", key=str(task_of(component).number))
        assert (allowed is True) == said.endswith("goes next."), (component, allowed, said)


def test_the_source_follows_who_runs(rewindable: Lab) -> None:
    """With nothing selected the code of whoever had the last slice is shown, else that of the selected component."""
    panel = seen(rewindable)
    rewindable.step(6)
    panel.refresh()
    names = {panel.page.now["source"]["name"]}
    panel.do("step")
    names.add(panel.page.now["source"]["name"])
    assert names & {"Sends_2", "Waits_3", "Pipeline_1"}
    panel.do("select", key=key_of(panel, "Waits"))
    assert panel.page.now["source"]["name"].startswith("Waits")


def test_events_are_selected_and_filtered(rewindable: Lab) -> None:
    """A selected event shows what led to it; a filter leaves the events that hold its words."""
    panel = seen(rewindable)
    rewindable.step(10)
    panel.do("filter", text="waits", kinds=None)
    items = panel.page.now["story"]["items"]
    assert items
    assert all("waits" in item["text"].lower() for item in items)
    sent = next(item for item in items if item["kind"] == "sent")
    panel.do("event", number=sent["n"])
    assert panel.page.now["timeline"]["event"] == sent["n"]
    assert panel.page.now["timeline"]["before"]
    panel.do("window", first=0, last=4)
    assert panel.page.now["timeline"]["last"] == 4


@pytest.mark.parametrize(
    "content",
    [
        None,
        "step",
        {},
        {"do": "fly"},
        {"do": ["step"]},
        {"do": "goto"},
        {"do": "goto", "step": "x"},
        {"do": "goto", "step": 10**9},
        {"do": "drop", "key": 1, "box": "inbox", "index": 0},
        {"do": "drop", "key": "99", "box": "inbox", "index": 0},
        {"do": "drop", "key": "3", "box": "nobox", "index": 0},
        {"do": "drop", "key": "3", "box": "inbox", "index": -1},
        {"do": "edit", "key": "3", "box": "inbox", "index": 0, "text": "(" * 10000},
        {"do": "move", "key": "3", "box": "inbox", "index": 0, "to": 10**6},
        {"do": "select", "key": "nobody"},
        {"do": "fold", "key": {}},
        {"do": "speed", "pace": -1},
        {"do": "window", "first": 9, "last": 2},
        {"do": "event", "number": 10**9},
        {"do": "look", "step": -5},
        {"do": "filter", "text": None, "kinds": ["nokind"]},
        {"do": "unbreak", "number": 7},
        {"do": "step", "id": "x"},
        {"do": "hello"},
    ],
)
def test_whatever_a_page_sends_does_no_harm(rewindable: Lab, content: Any) -> None:
    """A command that makes no sense is answered with a sentence or ignored; nothing is raised, and the panel works."""
    panel = seen(rewindable)
    rewindable.step(7)
    panel.refresh()
    panel.receive(content)
    panel.do("select", key="")
    assert "resumed" in panel.do("step")


def test_clicks_from_many_threads_do_no_harm(lab: Lab) -> None:
    """Commands on any thread at any time are carried out one by one or refused; the lab stays usable."""
    counting(lab)
    panel = seen(lab)
    names = ["step", "run", "pause", "message", "step", "pause"] * 4
    threads = [threading.Thread(target=lambda name=name: panel.receive({"do": name, "id": 1})) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    lab.pause()
    panel.refresh()
    assert not lab.failures
    assert lab.step().steps == 1


# -- what is allowed --------------------------------------------------------------------------------


def test_what_cannot_be_done_says_why(lab: Lab, eventually: Callable[..., Any]) -> None:
    """In each state of the lab every command is allowed or has a sentence that says why it is not."""
    panel = seen(lab)
    assert panel.page.now["can"]["step"] == permissions.EMPTY
    counting(lab)
    panel.refresh()
    assert {"step", "message", "round", "run"} <= can(panel)
    assert panel.page.now["can"]["pause"] == permissions.NOT_RUNNING
    assert panel.page.now["can"]["reset"] == permissions.NO_BUILDER
    lab.start()
    assert eventually(lambda: panel.page.now["can"]["step"] == permissions.RUNS)
    assert {"pause", "stop", "look"} <= can(panel)
    lab.pause()
    assert eventually(lambda: "step" in can(panel))
    lab.stop()
    assert eventually(lambda: can(panel) == set())
    assert set(panel.page.now["can"].values()) == {permissions.STOPPED}


def test_a_finished_lab_can_go_back(rewindable: Lab) -> None:
    """When all components have ended there is nothing to run, and the past is still there."""
    lab = Lab(build=lambda: Sends().activate(), clock="virtual")
    lab.run()
    panel = seen(lab)
    assert panel.page.now["state"] == "finished"
    assert panel.page.now["can"]["step"] == panel.page.now["can"]["run"] == permissions.ENDED
    assert {"back", "goto", "look", "reset"} <= can(panel)
    lab.stop()


def test_a_refused_command_does_nothing_but_say_why(lab: Lab) -> None:
    """A click that comes late, when it cannot be carried out any more, is answered with the reason."""
    counting(lab)
    panel = seen(lab)
    lab.start()
    panel.refresh()
    assert panel.do("step") == permissions.RUNS
    lab.pause()


def test_an_error_of_a_command_is_shown(lab: Lab) -> None:
    """What goes wrong in a command is said in the panel, and raised nowhere."""
    lab.on_error = "raise"

    class Fails(Component):
        def main(self) -> Iterator[None]:
            raise ValueError("out of <paper>")
            yield

    Fails().activate(lab)
    Waits().activate(lab)
    panel = seen(lab)
    assert "out of <paper>" in panel.do("step")
    assert panel.page.now["said"]["error"] is True
    assert "step" in can(panel)


def test_pause_stops_a_lab_that_a_cell_runs_on_another_thread(lab: Lab, eventually: Callable[..., Any]) -> None:
    """A click on a subshell's thread pauses a lab that a cell drives on the main thread."""
    counting(lab)
    panel = seen(lab)
    outcomes: list[Any] = []
    cell = threading.Thread(target=lambda: outcomes.append(lab.run(timeout=20)))
    cell.start()
    assert eventually(lambda: panel.page.now["can"]["pause"] is True)
    panel.do("pause")
    cell.join(10)
    assert [outcome.reason for outcome in outcomes] == ["paused"]


# -- the end, and leaving nothing behind ------------------------------------------------------------


def no_refresher() -> bool:
    """Return whether no thread keeps panels up to date."""
    return not any(thread.name.startswith("kamlab live") for thread in threading.enumerate())


def widgets() -> set[str]:
    """Return the widgets that are open."""
    from ipywidgets.widgets.widget import _instances

    return set(_instances)


def test_the_last_picture_of_a_stopped_lab_stays(lab: Lab, eventually: Callable[..., Any]) -> None:
    """When the lab is stopped the panel keeps its last picture, says so, and answers that it is over."""
    counting(lab)
    lab.step(3)
    panel = seen(lab)
    nodes = panel.page.scene["nodes"]
    lab.stop()
    assert eventually(lambda: "was stopped at step 3" in panel.page.now["gone"])
    assert panel.page.scene["nodes"] == nodes
    assert panel.do("step") == permissions.STOPPED
    assert eventually(no_refresher)


def test_a_lab_that_begins_anew_leaves_its_panel_behind(lab: Lab, eventually: Callable[..., Any]) -> None:
    """A lab that is reset and does not know its builder is another one: the panel says that its lab is gone."""
    counting(lab)
    lab.step(3)
    panel = seen(lab)
    lab.reset()
    assert eventually(lambda: panel.page.now["gone"] != "")


def test_a_lab_that_begins_anew_gets_a_panel_anew(lab: Lab, capsys: Any) -> None:
    """Shown once more, a stopped lab has its last picture, and one that was reset a panel of its own."""
    pytest.importorskip("IPython")
    counting(lab)
    lab.step(3)
    first = Panel(lab)
    first._ipython_display_()
    assert panel_of(lab) is first
    lab.stop()
    first.tick()
    assert panel_of(lab) is first
    lab.reset()
    counting(lab)
    second = panel_of(lab)
    assert second is not first
    assert second.page.now["gone"] == ""
    assert {"step", "run"} <= can(second)


def test_a_panel_of_a_stopped_lab_says_so(lab: Lab) -> None:
    """Made when all is over, a panel says that its lab was stopped, and can do nothing."""
    lab.stop()
    panel = seen(lab)
    assert "was stopped" in panel.page.now["gone"]
    assert can(panel) == set()
    assert str(panel)


def test_a_stopped_lab_that_can_be_built_is_revived(rewindable: Lab, eventually: Callable[..., Any]) -> None:
    """A stopped lab that knows its builder has the picture of its last step; Reset alone goes on from there."""
    lab = rewindable
    lab.step(3)
    panel = seen(lab)
    lab.step(2)
    lab.stop()
    assert eventually(lambda: panel.page.now["state"] == "stopped")
    assert panel.page.now["step"] == 5
    assert panel.page.now["gone"] == ""
    assert panel.page.now["timeline"]["here"] == 5
    assert can(panel) == {"reset", "look"}
    assert panel.do("step") == permissions.STOPPED_YET_KNOWN
    assert eventually(no_refresher)
    panel.do("reset")
    assert (panel.page.now["state"], panel.page.now["step"]) == ("new", 0)
    lab.step(2)
    assert eventually(lambda: panel.page.now["step"] == 2), "it is followed again"


def test_a_panel_made_after_the_stop_shows_how_the_lab_stood(rewindable: Lab) -> None:
    """The first panel of a lab that was stopped has its graph, timeline and story."""
    rewindable.step(4)
    rewindable.stop()
    panel = Panel(rewindable)
    assert panel.page.scene["nodes"]
    assert panel.page.now["timeline"]["slices"]
    assert panel.page.now["story"]["items"]
    assert panel.page.now["can"]["reset"] is True


def test_what_was_waiting_when_the_lab_was_stopped_stays(rewindable: Lab) -> None:
    """The inboxes of the last picture are those of before the stop."""
    rewindable.step(4)
    panel = seen(rewindable)
    before = panel.page.now["inboxes"]
    assert before["components"]
    rewindable.stop()
    panel.refresh()
    assert panel.page.now["inboxes"] == before


def test_the_last_picture_is_never_older_than_the_lab(lab: Lab) -> None:
    """A lab that is stopped before anybody looked at its last slices is shown as it stood after them."""
    counting(lab)
    lab.step(2)
    panel = Panel(lab)
    lab.step(5)
    lab.stop()
    panel.tick()
    assert panel.page.now["step"] == 7
    assert panel.page.now["timeline"]["here"] == 7
    assert "was stopped at step 7" in panel.page.now["gone"]


def test_a_panel_without_a_page_is_up_to_date_after_a_cell(lab: Lab) -> None:
    """At the end of a cell a panel whose page has not answered yet, as in Run All, is brought up to date."""
    counting(lab)
    panel = Panel(lab)
    lab.step(3)
    panel.settle()
    assert panel.page.now["step"] == 3


def test_a_failed_component_is_selected_once(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the banner says that a component failed it is selected; a user who selects another one keeps that."""
    counting(lab)
    lab.step(3)
    panel = seen(lab)
    key = panel.page.scene["nodes"][0]["key"]
    look = panel.model.look
    banner = {"kind": "failed", "title": "failed at step 3.", "text": [], "acts": [], "key": key}

    def failing() -> Any:
        scene, now = look()
        return scene, {**now, "banner": banner}

    monkeypatch.setattr(panel.model, "look", failing)
    panel.refresh()
    assert panel.page.now["selected"] == key
    panel.do("select", key=key)
    assert panel.page.now["selected"] == ""


def test_only_looking_is_possible_in_the_past(rewindable: Lab) -> None:
    """While a step of the past is shown nothing that would run the lab from elsewhere can be done."""
    panel = seen(rewindable)
    rewindable.step(5)
    panel.do("look", step=2)
    assert panel.page.now["can"]["message"] == panel.page.now["can"]["round"] == permissions.PAST
    panel.do("look", step=None)
    assert {"message", "round"} <= can(panel)


def test_one_thread_serves_all_panels(lab: Lab) -> None:
    """However many panels there are, one thread keeps them up to date."""
    panels = [Panel(lab) for _ in range(5)]
    assert len([thread for thread in threading.enumerate() if thread.name.startswith("kamlab live")]) == 1
    del panels


def test_panels_that_are_thrown_away_leave_nothing(lab: Lab, eventually: Callable[..., Any]) -> None:
    """Ten panels that nobody holds are gone, with their widgets, and the thread with the last of them."""
    counting(lab)
    before = widgets()
    gone = [weakref.ref(Panel(lab)) for _ in range(10)]
    gc.collect()
    assert [reference() for reference in gone] == [None] * 10
    assert widgets() <= before
    assert eventually(no_refresher)


def test_panels_displayed_and_thrown_away_leave_nothing(lab: Lab, capsys: Any, eventually: Callable[..., Any]) -> None:
    """Of ten panels that were displayed, and that no page shows any more, only the spare ones are kept."""
    pytest.importorskip("IPython")
    counting(lab)
    before = widgets()
    for number in range(10):
        panel = Panel(lab)
        panel._ipython_display_()
        panel.receive({"do": "hello", "view": f"page/{number}"})
        panel.receive({"do": "bye", "view": f"page/{number}"})
    del panel
    gc.collect()
    assert len(registry.displayed_panels()) == registry.SPARE
    assert len(widgets() - before) == 2 * registry.SPARE  # each has a layout
    registry.close_all()
    gc.collect()
    assert widgets() == before
    assert eventually(no_refresher)


def test_a_panel_that_is_displayed_lives_on(lab: Lab, capsys: Any, eventually: Callable[..., Any]) -> None:
    """Nobody needs to hold the panel of a lab that a page shows."""
    counting(lab)
    panel = Panel(lab)
    panel._ipython_display_()
    panel.receive({"do": "hello", "view": "page/1"})
    page = panel.page
    del panel
    gc.collect()
    lab.step(3)
    assert eventually(lambda: page.now["step"] == 3)


def test_a_panel_keeps_no_lab_alive(eventually: Callable[..., Any]) -> None:
    """A lab with a panel that nobody holds is collected."""
    lab = Lab()
    panel = Panel(lab)
    gone = weakref.ref(lab)
    del panel, lab
    assert eventually(lambda: gc.collect() is not None and gone() is None)


def test_threads_are_shown_where_they_are(lab: Lab, eventually: Callable[..., Any]) -> None:
    """A component with a thread is part of the picture like any other."""

    class Listens(ThreadedComponent):
        def main(self) -> None:
            self.recv()

    Listens().activate(lab)
    lab.step(3, timeout=1)
    panel = seen(lab)
    assert key_of(panel, "Listens")
    assert view_model.headline(lab).startswith("paused at step")


def test_without_threads_a_panel_follows_its_commands(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no thread can be started a panel is not kept up to date by itself, and answers what it is asked."""

    def refuse(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    Sends().activate(lab)
    panel = seen(lab)
    assert "resumed" in panel.do("step")
    assert panel.page.now["step"] == 1
    panel.close()
