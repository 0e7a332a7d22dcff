"""What people come for, in a real page: how many clicks it takes, and how long."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from sampling import sampled

from .pages import VIEWPORT
from .panels import Panel
from .systems import QUEUE

pytestmark = pytest.mark.browser

#: Seconds that a task may take, on a machine that has other things to do.
LONG = 60

#: 200 components, of which one sends what is looked for.
CROWD = """%%kamlab --paused --virtual
for number in range(50):
    Pipeline(Says(f"parcel {number}"), Relay(), Relay(), Keeps()).run()
"""
#: Each diner takes the fork to its left, and then waits for the one to its right, which the other one has.
DINERS = """%%kamlab --paused --virtual
class Fork(Component):
    Inboxes = {"inbox": "requests", "back": "", "control": ""}
    Outboxes = {"left": "to the diner on its left", "right": "to the one on its right", "signal": ""}

    async def main(self):
        while True:
            side = await self.receive()
            self.send("yours", side)
            await self.receive("back")


class Diner(Component):
    Inboxes = {"first": "", "second": "", "control": ""}
    Outboxes = {"ask_first": "", "ask_second": "", "back_first": "", "back_second": "", "signal": ""}

    def __init__(self, first, second):
        super().__init__()
        self.first, self.second = first, second

    async def main(self):
        self.send(self.first, "ask_first")
        await self.receive("first")
        self.send(self.second, "ask_second")
        await self.receive("second")
        self.send("thanks", "back_first")
        self.send("thanks", "back_second")


kamlab.Graphline(
    ada=Diner("left", "right"), bob=Diner("left", "right"), one=Fork(), two=Fork(),
    linkages={
        ("ada", "ask_first"): ("one", "inbox"), ("one", "left"): ("ada", "first"),
        ("ada", "ask_second"): ("two", "inbox"), ("two", "right"): ("ada", "second"),
        ("bob", "ask_first"): ("two", "inbox"), ("two", "left"): ("bob", "first"),
        ("bob", "ask_second"): ("one", "inbox"), ("one", "right"): ("bob", "second"),
        ("ada", "back_first"): ("one", "back"), ("bob", "back_first"): ("two", "back"),
        ("ada", "back_second"): ("two", "back"), ("bob", "back_second"): ("one", "back"),
    },
).run()
"""
FAILING = """%%kamlab --paused --virtual
class Divides(Component):
    async def main(self):
        while True:
            number = await self.receive()
            self.send(12 / number)


Pipeline(Says(4, 3, 0, 6), Divides(), Sink()).run()
"""

#: Names in boxes of the graph that a link runs over or that are cut, and boxes that overlap without being nested.
CROSSED = """root => {
    const faults = [];
    const box = node => node.getBoundingClientRect();
    const names = [...root.querySelectorAll('svg [data-node] .kamlab-label')].filter(node => node.textContent);
    const frame = box(root.querySelector('.kamlab-graph'));
    for (const name of names) {
        const [at, own] = [box(name), box(name.closest('[data-node]'))];
        if (at.right > own.right + 1 || at.left < own.left - 1) faults.push(`cut: ${name.textContent}`);
        if (at.right > frame.right + 1 || at.left < frame.left - 1 || at.bottom > frame.bottom + 1) {
            faults.push(`outside: ${name.textContent}`);
        }
        for (const path of root.querySelectorAll('path[data-link]')) {
            const [long, to] = [path.getTotalLength(), path.getScreenCTM()];
            for (let far = 0; far <= long; far += Math.max(2, long / 60)) {
                const point = path.getPointAtLength(far).matrixTransform(to);
                if (point.x > at.left && point.x < at.right && point.y > at.top + 2 && point.y < at.bottom - 2) {
                    faults.push(`${path.dataset.link} runs over ${name.textContent}`);
                    break;
                }
            }
        }
    }
    if (!names.length) faults.push('there are no names');
    return faults;
}"""


class Task:
    """A task that is done: each click is counted, and typing is none.

    Args:
        panel: the panel that it is done in.
    """

    def __init__(self, panel: Panel) -> None:
        self.panel = panel
        self.clicks = 0
        self.began = time.perf_counter()

    def click(self, what: Any) -> None:
        """Click on something that is in sight."""
        what.click()
        self.clicks += 1

    def shown(self, condition: str, argument: Any = None) -> None:
        """Wait until what one looks for is in sight."""
        self.panel.until(condition, argument)


@contextmanager
def task(panel: Panel, name: str, clicks: int) -> Iterator[Task]:
    """Do a task with so many clicks at most, in a moment."""
    doing = Task(panel)
    yield doing
    took = time.perf_counter() - doing.began
    print(f"{name}: {doing.clicks} clicks, {took:.2f} s")
    assert doing.clicks <= clicks
    assert took < LONG


#: So that a panel begins as one does that was never used.
FORGET = "() => localStorage.removeItem('kamlab.panel')"


@pytest.fixture
def fresh(desk: Any) -> Iterator[Any]:
    """The desk, in a window of the usual size, with panels that remember nothing, as afterwards."""
    desk.page.set_viewport_size(VIEWPORT)
    desk.page.evaluate(FORGET)
    yield desk
    desk.page.evaluate(FORGET)


def run(desk: Any, code: str, steps: int = 0) -> Panel:
    """Build a system in a cell and run it to its end, or for so many steps; what the panel says comes by itself."""
    panel: Panel = desk.show(code).wait("new", 0)
    desk.notebook.do(f"_ = lab.run({f'max_steps={steps}' if steps else ''})")
    return panel.wait(step=desk.notebook.value("lab.step_number"))


def test_a_message_is_found_and_where_it_was_sent(fresh: Any) -> None:
    """Among 200 components a message is found by its text, and shown at its step, by a click on the hit."""
    panel = run(fresh, CROWD)
    assert fresh.notebook.value("len(lab.snapshot(60).components)") >= 200
    with task(panel, "find a message, and the step where it was sent", 2) as doing:
        doing.click(panel.root.get_by_role("searchbox", name="Find", exact=True))
        panel.page.keyboard.type("parcel 37")
        hits = panel.root.locator(".kamlab-hit").filter(has_text="parcel 37")
        hits.first.wait_for()
        doing.click(hits.first)
        doing.shown("root => root.dataset.past")
    sent = int(panel.root.get_attribute("data-past"))
    said = fresh.notebook.value(f"[str(event) for event in lab.trace if event.step == {sent}]")
    assert [event for event in said if "parcel 37" in event]
    fresh.notebook.shoot("task find")


def test_a_deadlock_is_explained_without_a_click(fresh: Any) -> None:
    """After the run the banner says who waits for whom, and the graph has the circle in red; links cross no name."""
    panel = fresh.show(DINERS).wait("new", 0)
    with task(panel, "see why a deadlock is one", 0) as doing:
        fresh.notebook.do("_ = lab.run()")
        doing.shown("root => root.querySelector('.kamlab-line').dataset.kind === 'deadlock'")
        doing.shown("root => root.querySelectorAll('.kamlab-link.kamlab-red').length >= 4")
    words = panel.root.locator(".kamlab-told").inner_text()
    assert words.startswith("Deadlock at step ")
    assert [name for name in ("ada", "bob", "one", "two") if name not in words] == []
    red = panel.root.locator(".kamlab-link.kamlab-red").first.evaluate(
        "path => getComputedStyle(path).stroke.match(/[0-9.]+/g).map(Number)"
    )
    assert red[0] > red[1] + 0.2 * red[0]
    assert panel.root.evaluate(CROSSED) == []
    panel.root.evaluate("root => root.scrollIntoView()")
    fresh.notebook.shoot("task deadlock")


def test_a_failing_line_is_seen_without_a_click(fresh: Any) -> None:
    """After the run the source is open at the line that failed, in red, in the user's own code."""
    panel = fresh.show(FAILING).wait("new", 0)
    with task(panel, "see the failing line", 0) as doing:
        fresh.notebook.do("_ = lab.run(max_steps=40)")
        doing.shown(
            "root => root.querySelector('.kamlab-source-body[data-state=failed] .kamlab-code-line[aria-current]')"
        )
    line = panel.root.locator(".kamlab-code-line[aria-current]")
    assert line.is_visible()
    assert "self.send(12 / number)" in line.inner_text()
    assert "ZeroDivisionError" in panel.root.locator(".kamlab-told").inner_text()
    assert panel.root.evaluate(CROSSED) == []
    fresh.notebook.shoot("task failure")


@pytest.mark.parametrize("kind", sampled(["SVG"], ["SVG", "PNG", "Mermaid"]))
def test_the_diagram_is_exported(fresh: Any, kind: str) -> None:
    """Export, and a format: the file is saved."""
    panel = run(fresh, QUEUE, 12)
    with task(panel, f"export the diagram as {kind}", 2) as doing:
        doing.click(panel.root.get_by_role("button", name="Export", exact=True))
        with panel.page.expect_download() as saved:
            doing.click(panel.root.get_by_role("button", name=kind, exact=True))
        assert saved.value.path().stat().st_size > 100


def test_a_followed_message_is_lit_everywhere(fresh: Any) -> None:
    """Follow at an opened message lights its links, arrows and lines of the story; once more, nothing is lit."""
    panel = run(fresh, QUEUE, 20)
    panel.chips("message").first.click()
    follow = panel.root.get_by_role("button", name="Follow", exact=True)
    panel.answered(follow.click)
    panel.until("root => root.querySelector('.kamlab-link.kamlab-followed')")
    panel.piece("Story")
    panel.until("root => root.querySelector('.kamlab-story-item[data-followed]')")
    panel.piece("Timeline")
    panel.until("root => root.querySelector('.kamlab-chart .event.followed')")
    fresh.notebook.shoot("task follow")
    panel.piece("Inboxes")
    panel.answered(panel.root.get_by_role("button", name="Stop following", exact=True).click)
    panel.until("root => !root.querySelector('.kamlab-link.kamlab-followed')")
