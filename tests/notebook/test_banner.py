"""The banner of a panel: how a run ended, or what the lab waits for, in words; and the code of a step of the past."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from kamlab import Component, Graphline, Lab, Pipeline
from kamlab.parts import DataSource, NullSink

pytest.importorskip("anywidget", reason="anywidget is not installed")

from kamlab.notebook.panel import registry
from kamlab.notebook.panel.banner import banner_of
from kamlab.notebook.panel.panel import Panel
from kamlab.views.components import key_of


class Takes(Component):
    """Has one fork, and asks for the second: in the middle of something."""

    Inboxes = {"inbox": "", "control": "", "fork": ""}

    async def main(self) -> None:
        await self.receive("fork")
        await self.receive("inbox")


class Polite(Component):
    async def main(self) -> None:
        self.send(await self.receive())


class Hot(Component):
    def main(self) -> Iterator[None]:
        yield
        raise ValueError("too hot")


class Counts(Component):
    def main(self) -> Iterator[None]:
        for number in range(1000):
            self.send(number)
            yield


class Naps(Component):
    async def main(self) -> None:
        await self.sleep(5)


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A lab under a virtual clock, which keeps what it would report to itself."""
    with Lab(clock="virtual") as lab:
        lab.report = lambda text: None  # type: ignore[method-assign]
        yield lab
    registry.close_all()


def circle(lab: Lab, kind: type[Component], *names: str) -> list[Component]:
    """Activate components that are linked in a circle."""
    several = [kind(name=name).activate(lab) for name in names]
    for component, following in zip(several, [*several[1:], several[0]], strict=True):
        component.link((component, "outbox"), (following, "inbox"))
    return several


def text_of(banner: Any) -> str:
    """Return the text of a banner, without the keys."""
    return "".join(text for text, _ in banner["text"])


def test_a_deadlock_is_named_with_its_chain_and_its_circle(lab: Lab) -> None:
    """Of a deadlock the title names the step, the text the chain with keys, and the circle has a pair for each wait."""
    for component in circle(lab, Takes, "a", "two", "C"):
        component.deliver("fork", "fork")
    lab.run()
    banner = banner_of(lab)
    assert banner is not None
    assert banner["kind"] == "deadlock"
    assert banner["title"] == f"Deadlock at step {lab.step_number}."
    assert text_of(banner).startswith(
        "a waits for a message from C; C waits for a message from two; two waits for a message from a. "
    )
    assert [piece for piece in banner["text"] if piece[1]][:2] == [["a", "1"], ["C", "3"]]
    assert banner["circle"] == [["1", "3"], ["3", "2"], ["2", "1"]]


def test_a_circle_that_may_be_rest_is_said_to_be_so(lab: Lab) -> None:
    """Of a circle of components that may have nothing more to say it is told that it may be rest."""
    circle(lab, Polite, "Ada", "Bob")
    lab.run()
    banner = banner_of(lab)
    assert banner is not None
    assert banner["title"] == f"Deadlock at step {lab.step_number}."
    assert "only the program knows" in text_of(banner)


def test_a_failure_is_told_in_its_own_words(lab: Lab) -> None:
    """A failed component is named with its key, its error's own words and its line, also while others can run."""
    hot = Hot().activate(lab)
    polite = Polite().activate(lab)
    Counts().activate(lab)
    hot.link((hot, "outbox"), (polite, "inbox"))
    lab.step(6)
    banner = banner_of(lab)
    assert banner is not None
    assert banner["kind"] == "failed"
    assert banner["key"] == key_of(hot)
    line = Hot.main.__code__.co_firstlineno + 2
    assert banner["title"] == "Hot failed at step 4."
    assert banner["text"][0] == [f"ValueError: too hot, at line {line} of main() in test_banner.py. ", ""]
    assert ["Polite", "2"] in banner["text"]
    lab.step(1)
    assert banner_of(lab) is None  # that was some steps ago, and the others go on


def test_nothing_is_said_of_a_lab_that_stands_and_can_go_on(lab: Lab) -> None:
    """A new lab says what can be stepped, one in the middle of its run nothing, a finished one that it is over."""
    Pipeline(DataSource([1, 2]), NullSink()).activate(lab)
    new = banner_of(lab)
    assert new is not None
    assert (new["kind"], text_of(new)) == ("new", "1 component can be stepped.")
    lab.step(3)
    assert banner_of(lab) is None
    lab.run()
    finished = banner_of(lab)
    assert finished is not None
    assert (finished["kind"], finished["title"]) == ("rest", f"Finished at step {lab.step_number}.")


def test_a_lab_at_rest_is_not_a_deadlock(lab: Lab) -> None:
    """A component that waits for the outside leaves the lab at rest, and is named with its key."""
    Polite().activate(lab)
    lab.run()
    banner = banner_of(lab)
    assert banner is not None
    assert (banner["kind"], banner["title"], banner["circle"]) == ("rest", "At rest at step 1.", [])
    assert ["Polite", "1"] in banner["text"]


def test_a_timer_is_waited_for_until_when(lab: Lab) -> None:
    """A lab that waits for a timer says whose it is and when it is due."""
    Naps().activate(lab)
    lab.step()
    banner = banner_of(lab)
    assert banner is not None
    assert (banner["kind"], banner["title"]) == ("waits", "Waits for a timer at step 1.")
    assert "The next timer of Naps is due at 5.000 s." in text_of(banner)


def test_limits_and_breakpoints_are_named(lab: Lab) -> None:
    """The limit of a run and the breakpoint that stopped one are said, as long as the lab stands there."""
    Counts().activate(lab)
    lab.run(max_steps=5)
    limit = banner_of(lab)
    lab.break_on("Counts_1", once=True)
    lab.run()
    stopped = banner_of(lab)
    assert limit is not None
    assert (limit["kind"], limit["title"]) == ("limit", "The limit of slices was reached at step 5.")
    assert stopped is not None
    assert stopped["kind"] == "breakpoint"
    assert ["Counts", "1"] in stopped["text"]


def test_the_past_and_the_end_have_acts(lab: Lab) -> None:
    """Looking at the past offers to continue there or to come back; a stopped lab that can be built offers a reset."""
    Counts().activate(lab)
    lab.step(4)
    past = banner_of(lab, 2)
    assert past is not None
    assert past["title"] == "You look at step 2; the lab stands at step 4."
    assert past["acts"] == [
        {"label": "Continue here", "do": "goto", "args": {"step": 2}},
        {"label": "Back to now", "do": "look", "args": {"step": None}},
    ]
    rewindable = Lab(build=lambda: Counts().activate(), clock="virtual")
    rewindable.stop()
    gone = banner_of(rewindable)
    assert gone is not None
    assert gone["acts"] == [{"label": "Reset", "do": "reset", "args": {}}]


def test_a_background_thread_that_waits_for_nothing_is_not_running() -> None:
    """While a background thread waits although nothing could ever run, the panel tells how the lab stands."""
    with Lab() as lab:
        Polite().activate(lab)
        panel = Panel(lab)
        lab.start()
        until = time.monotonic() + 60
        while time.monotonic() < until and panel.page.now["banner"]["kind"] != "rest":
            time.sleep(0.02)
            panel.refresh()
        assert lab.state == "running"
        assert panel.page.now["banner"]["kind"] == "rest"
        assert panel.page.now["headline"] == "waiting at step 1"
        lab.pause()
    registry.close_all()


def test_the_banner_is_made_once_for_each_moment(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """A panel that looks again at a lab that has not moved does not analyse it again."""
    from kamlab.notebook.panel import view_model

    made = []
    monkeypatch.setattr(view_model, "banner_of", lambda lab, at: made.append(at))
    Counts().activate(lab)
    panel = Panel(lab)
    panel.refresh()
    lab.step()
    panel.refresh()
    panel.refresh()
    panel.do("look", step=0)
    assert made == [None, None, 0]


def test_the_code_of_a_failed_component_is_shown_unasked(lab: Lab) -> None:
    """Where a component has failed and none is selected, the source is its, at the failing line."""
    Hot().activate(lab)
    lab.run()
    source = Panel(lab).page.now["source"]
    assert (source["name"], source["at"]) == ("Hot_1", Hot.main.__code__.co_firstlineno + 2)


def test_the_code_of_the_user_goes_first(lab: Lab) -> None:
    """Where a part of kamlab had the last slice, the code shown is that of the user's component that ran before it."""
    Pipeline(Counts(), NullSink()).activate(lab)
    lab.step(5)
    assert Panel(lab).page.now["source"]["name"] == "Counts_2"


def test_a_step_of_the_past_has_its_code(lab: Lab) -> None:
    """Looking at the past shows the line and the variables as they were noted; of a run in one go it says why not."""
    Counts().activate(lab)
    lab.step(4)
    panel = Panel(lab)
    panel.do("look", step=2)
    source = panel.page.now["source"]
    assert (source["key"], source["name"], source["locals"]) == ("1", "Counts_1", [["number", "1"]])
    assert source["lines"][source["at"] - source["first"]].strip() == "yield"
    lab.run(max_steps=5)
    panel.do("look", step=7)
    assert "was not noted" in panel.page.now["source"]["remark"]


def test_a_large_lab_that_can_run_is_not_analysed(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """With many components the wait-for graph is only made where nothing can run; a deadlock is then told as ever."""
    from kamlab.notebook.panel import banner as module

    made = []
    analysed = module.waiting_at
    monkeypatch.setattr(module, "waiting_at", lambda moment: made.append(1) or analysed(moment))
    several = [Polite(name=f"P{number}").activate(lab) for number in range(module.MANY + 1)]
    for component, following in zip(several, [*several[1:], several[0]], strict=True):
        component.link((component, "outbox"), (following, "inbox"))
    lab.step(5)
    assert banner_of(lab) is None
    assert made == []
    lab.run()
    banner = banner_of(lab)
    assert banner is not None
    assert (banner["kind"], len(banner["circle"]), len(made)) == ("deadlock", module.MANY + 1, 1)
    assert "and so on, over" in text_of(banner)


def test_the_users_names_are_shown(lab: Lab) -> None:
    """A component is named as in the graph: by its name in a Graphline, in the chain, in sentences, and in titles."""
    linkages = {("left", "outbox"): ("right", "inbox"), ("right", "outbox"): ("left", "inbox")}
    Graphline(left=Polite(), right=Polite(), linkages=linkages).activate(lab)
    lab.run()
    banner = banner_of(lab)
    assert banner is not None
    assert text_of(banner).startswith("left waits for a message from right; right waits for a message from left. ")
    with Lab(clock="virtual") as other:
        other.report = lambda text: None  # type: ignore[method-assign]
        linkages = {("oven", "outbox"): ("guest", "inbox")}
        Graphline(oven=Hot(), guest=Polite(), linkages=linkages).activate(other)
        other.run()
        failed = banner_of(other)
        assert failed is not None
        assert failed["title"] == "oven failed at step 4."
        assert "guest waits for oven, which failed at step 4." in text_of(failed)


def test_a_possible_lost_wake_up_is_told(lab: Lab) -> None:
    """Where the lab stands still beside a message that a sleeper may have missed, the banner says so."""

    class Sleeps(Component):
        def main(self) -> Iterator[None]:
            self.pause()
            yield
            yield
            self.pause()
            yield
            self.recv()

    sleeper = Sleeps().activate()
    lab.run()
    sleeper.deliver("job")
    lab.run()
    banner = banner_of(lab)
    assert banner is not None
    assert banner["title"] == f"It stands still at step {lab.step_number}."
    said = "".join(piece[0] for piece in banner["text"])
    assert "Perhaps a lost wake-up: nothing wakes Sleeps again." in said
