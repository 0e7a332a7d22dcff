"""One screen: in windows of any size toolbar, graph and one more piece are seen at once, and nothing is cut."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sampling import sampled

from .pages import VIEWPORT
from .panels import Panel
from .systems import QUEUE

pytestmark = pytest.mark.browser

#: Windows, in CSS pixels; the third one is 1280 x 720 at 150 %.
SIZES = sampled([(853, 480), (1280, 900)], [(1280, 900), (1000, 800), (853, 480), (1920, 1080)])
THEMES = ("JupyterLab Light", "JupyterLab Dark")

#: Two diners, two forks: each diner takes the fork to the left, and then waits for the other one.
DINERS = """%%kamlab --paused --virtual
class Fork(Component):
    def main(self):
        free = True
        while True:
            while not (free and self.data_ready()):
                self.pause()
                yield
            self.send(self.recv())
            free = False
            yield


class Diner(Component):
    Inboxes = {"inbox": "forks", "control": ""}
    Outboxes = {"left": "", "right": "", "signal": ""}

    def main(self):
        for side in ("left", "right"):
            self.send(self.name, side)
            while not self.data_ready():
                self.pause()
                yield
            self.recv()
            yield


kamlab.Graphline(
    a=Diner(), b=Diner(), one=Fork(), two=Fork(),
    linkages={
        ("a", "left"): ("one", "inbox"), ("b", "left"): ("two", "inbox"),
        ("a", "right"): ("two", "inbox"), ("b", "right"): ("one", "inbox"),
        ("one", "outbox"): ("a", "inbox"), ("two", "outbox"): ("b", "inbox"),
    },
).run()
"""
#: A client asks the time again and again; another one, and another one.
CLIENTS = """%%kamlab --paused --virtual
for client in range(3):
    Pipeline(Clock(), Relay(), Sink()).run()
"""
CROWD = """%%kamlab --paused --virtual
for number in range(50):
    Pipeline(Source(), Relay(), Slow()).run()
"""
FAILING = """%%kamlab --paused --virtual
class Fails(Component):
    def main(self):
        while not self.data_ready():
            self.pause()
            yield
        raise ValueError(f"out of paper at {self.recv()}")


Pipeline(Source(), Fails(), Sink()).run()
"""
SYSTEMS = {
    "pipeline at 0": (QUEUE, 0),
    "pipeline at 4": (QUEUE, 4),
    "deadlock": (DINERS, 40),
    "clients": (CLIENTS, 20),
    "crowd": (CROWD, 200),
    "failure": (FAILING, 12),
}

#: What of the panel is not within the window, by its name; and which texts of toolbar and banner are cut.
FAULTS = """root => {
    const faults = [];
    let scroller = root.parentElement;
    while (scroller && !(scroller.scrollHeight > scroller.clientHeight + 1
        && /auto|scroll/.test(getComputedStyle(scroller).overflowY))) scroller = scroller.parentElement;
    const page = { top: 0, bottom: innerHeight, left: 0, right: innerWidth };
    const seen = scroller ? scroller.getBoundingClientRect() : page;
    const within = (box, frame) => box.left >= frame.left - 1 && box.right <= frame.right + 1
        && box.top >= frame.top - 1 && box.bottom <= frame.bottom + 1;
    for (const name of ['toolbar', 'states', 'main', 'side', 'foot']) {
        const box = root.querySelector(`.kamlab-${name}`).getBoundingClientRect();
        if (!within(box, seen)) faults.push(`${name} is not in the window: ${JSON.stringify([box, seen])}`);
        if (box.width < 100 || box.height < (/main|side/.test(name) ? 90 : 20)) faults.push(`${name} is too small`);
    }
    const whole = root.getBoundingClientRect();
    if (root.scrollWidth > root.clientWidth || root.scrollHeight > root.clientHeight) faults.push('it overflows');
    for (const each of root.querySelectorAll('button, input, .kamlab-state, .kamlab-headline, .kamlab-where')) {
        if (!each.checkVisibility({ visibilityProperty: true }) || each.closest('.kamlab-pane, .kamlab-pop')) continue;
        const box = each.getBoundingClientRect();
        if (!within(box, whole)) faults.push(`beside the panel: ${each.outerHTML.slice(0, 120)}`);
    }
    const words = '.kamlab-toolbar .kamlab-word, .kamlab-states span:not(.kamlab-notes *), .kamlab-tab';
    for (const each of root.querySelectorAll(words)) {
        if (!each.checkVisibility() || each.getBoundingClientRect().width <= 1) continue; // for a screen reader alone
        const cut = each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).display !== 'inline';
        if (cut || !within(each.getBoundingClientRect(), whole)) faults.push(`cut: ${each.textContent}`);
    }
    return faults;
}"""
#: A window of a desktop has a notebook in it, and no list of files.
HIDE_FILES = "() => { if (window.jupyterapp.shell.collapseLeft) window.jupyterapp.shell.collapseLeft(); }"
#: Where the cell of the panel begins, above the window's upper edge, as it is after the cell has run.
REVEAL = """root => {
    root.scrollIntoView({block: 'start'});
    return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""


@pytest.fixture
def roomy(desk: Any) -> Any:
    """The desk, without the list of files; its window has the usual size afterwards."""
    desk.page.evaluate(HIDE_FILES)
    yield desk
    desk.notebook.theme(THEMES[0])
    desk.page.set_viewport_size(VIEWPORT)


def at_rest(panel: Panel) -> None:
    """Return when the panel has taken the size that its window allows."""
    panel.root.evaluate(REVEAL)
    panel.page.wait_for_timeout(150)
    panel.root.evaluate(REVEAL)


@pytest.mark.parametrize("system", sampled(["pipeline at 4", "deadlock"], list(SYSTEMS)))
def test_one_screen(roomy: Any, system: str) -> None:
    """Toolbar, banner, graph, one tab and the foot are in the window; no words are cut, nothing stands beside."""
    code, steps = SYSTEMS[system]
    panel = roomy.show(code).wait("new", 0)
    roomy.notebook.do(f"_ = lab.run(max_steps={steps})" if steps else "")
    panel.wait(step=roomy.notebook.value("lab.step_number"))
    for width, height in SIZES:
        roomy.page.set_viewport_size({"width": width, "height": height})
        for theme in THEMES:
            roomy.notebook.theme(theme)
            at_rest(panel)
            roomy.notebook.shoot(f"{system} {width} {theme}")
            assert panel.root.evaluate(FAULTS) == [], (width, height, theme)


@pytest.mark.smoke
def test_the_toolbar_stays(roomy: Any) -> None:
    """Scrolled half away, the panel still has its toolbar at the upper edge of the notebook."""
    panel = roomy.show(QUEUE).wait("new", 0)
    roomy.run("print('below ' * 6, sep='', end='')\nfor _ in range(60): print()")
    at_rest(panel)
    roomy.page.mouse.move(640, 500)
    top = "root => root.querySelector('.kamlab-toolbar').getBoundingClientRect().top"
    before = panel.root.evaluate(top)
    down = "root => root.getBoundingClientRect().top"
    where = panel.root.evaluate(down)
    roomy.page.mouse.wheel(0, 120)
    panel.until(f"(root, where) => ({down})(root) < where - 20", where)
    assert panel.root.evaluate(top) >= before - 3


def test_the_divider_is_moved_and_remembered(roomy: Any) -> None:
    """Arrows and a drag move the divider, a double click folds the tabs; another panel of the page begins like that."""
    panel = roomy.show(QUEUE).wait("new", 0)
    divider = panel.root.get_by_role("separator", name="Size of the graph")
    wide = "root => root.querySelector('.kamlab-main').clientWidth"
    divider.focus()
    roomy.page.keyboard.press("Home")
    narrow = panel.root.evaluate(wide)
    roomy.page.keyboard.press("ArrowRight")
    panel.until(f"(root, narrow) => ({wide})(root) > narrow", narrow)
    box = divider.bounding_box()
    roomy.page.mouse.move(box["x"] + 3, box["y"] + 50)
    roomy.page.mouse.down()
    roomy.page.mouse.move(box["x"] + 203, box["y"] + 50, steps=4)
    roomy.page.mouse.up()
    dragged = panel.root.evaluate(wide)
    assert dragged > narrow + 150
    share = divider.get_attribute("aria-valuenow")
    roomy.run("lab.panel()")
    other = roomy.panel(2).wait("new", 0)
    assert other.root.get_by_role("separator").get_attribute("aria-valuenow") == share
    divider.dblclick()
    panel.until("root => root.querySelector('.kamlab-side').clientWidth === 0")
    divider.click()
    panel.until("root => root.querySelector('.kamlab-side').clientWidth > 100")
    divider.focus()
    for _ in range(8):
        roomy.page.keyboard.press("ArrowRight")
    assert int(divider.get_attribute("aria-valuenow")) <= 85


def test_the_lecture_hall(roomy: Any) -> None:
    """Present fills the screen in large type, graph and timeline side by side; Escape leaves, all is as before."""
    panel = roomy.stepped(5)
    size = "root => parseFloat(getComputedStyle(root).fontSize)"
    before = panel.root.evaluate(size)
    panel.piece("Story")
    panel.button("Present").click()
    panel.until("root => root.clientWidth >= innerWidth - 2 && root.clientHeight >= innerHeight - 2")
    assert panel.root.evaluate(size) > 1.3 * before
    assert panel.root.evaluate("root => root.dataset.shape") == "wide"
    assert panel.root.locator("section.kamlab-timeline").is_visible()
    roomy.notebook.shoot("present")
    panel.click("Step").wait("paused", 6)
    panel.root.focus()
    roomy.page.keyboard.press("l")
    panel.until("root => root.dataset.present === undefined")
    assert panel.root.evaluate(size) == before
    assert panel.root.evaluate("root => root.clientHeight < innerHeight")


@pytest.mark.parametrize("piece", ["timeline", "graph", "story"])
def test_a_single_piece_fills_its_width(roomy: Any, piece: str) -> None:
    """A panel of one piece has it as wide as the panel, and nothing beside it."""
    roomy.show(QUEUE).wait("new", 0)
    roomy.run(f"_ = lab.step(5)\nlab.panel({piece!r})")
    panel = roomy.panel(2).wait("paused", 5)
    widths: Callable[[str], Any] = lambda name: panel.root.evaluate(f"root => root.{name}")  # noqa: E731
    assert panel.root.evaluate("root => root.querySelector('section').offsetWidth") == widths("clientWidth")
    assert widths("querySelectorAll('section').length") == 1
    roomy.notebook.shoot(f"single {piece}", panel.root)
