"""The stage: tabs, divider, folds, and what is remembered of them."""

from __future__ import annotations

from typing import Any

import pytest

from kamlab.notebook.panel.static_output import STYLE

from . import samples
from .conftest import MENU

PIECES = ["controls", "graph", "timeline", "inboxes", "source", "story", "watch"]
TABS = ["Timeline", "Inboxes", "Source", "Story", "Watch"]


def staged(panel: Any, **how: Any) -> Any:
    """A panel with all pieces, of which only the graph has something to show."""
    return panel(samples.pipeline(), pieces=PIECES, **how)


def tab(view: Any, name: str) -> Any:
    """A tab, by its name."""
    return view.root.get_by_role("tab", name=name, exact=True)


def chosen(view: Any) -> list[str]:
    """The names of the tabs that are open: one."""
    return list(view.root.locator("[role=tablist] > [aria-selected=true] > span:first-child").all_inner_texts())


def size(view: Any, name: str) -> tuple[float, float]:
    """The width and the height of a part of the stage."""
    box = view.root.locator(f".kamlab-{name}").bounding_box()
    return box["width"], box["height"]


@pytest.mark.parametrize(("width", "height"), [(1000, 900), (1600, 1000), (420, 700), (600, 380)])
def test_the_panel_is_as_high_as_the_window_allows(panel: Any, width: int, height: int) -> None:
    """Whatever the window's size, the panel is not higher, and what is on the stage fills it."""
    view = staged(panel, width=width, height=height)
    view.shoot(f"stage-{width}")
    assert view.root.bounding_box()["height"] <= height
    pieces = view.root.locator(".kamlab-pieces").bounding_box()
    across, down = zip(size(view, "main"), size(view, "divider"), size(view, "side"), strict=True)
    if view.root.get_attribute("data-shape") == "wide":
        assert abs(sum(across) - pieces["width"]) < 2
        assert all(abs(each - pieces["height"]) < 2 for each in down)
    else:
        assert abs(sum(down) - pieces["height"]) < 2
        assert all(abs(each - pieces["width"]) < 2 for each in across)


def test_a_window_that_changes_changes_the_panel(panel: Any) -> None:
    """When the window gets small the tabs go under the graph and the panel stays within it, and back again."""
    view = staged(panel, width=1000, height=900)
    high = view.root.bounding_box()["height"]
    view.page.set_viewport_size({"width": 500, "height": 600})
    view.page.wait_for_selector("[data-shape=tall]")
    assert view.root.bounding_box()["height"] <= 600
    view.page.set_viewport_size({"width": 1000, "height": 900})
    view.page.wait_for_selector("[data-shape=wide]")
    assert view.root.bounding_box()["height"] == high


def test_one_tab_is_open(panel: Any) -> None:
    """Tabs open by click, by their numbers, and by arrows; the others are hidden, and Tab leads to the open one."""
    view = staged(panel)
    assert chosen(view) == ["Timeline"]
    tab(view, "Source").click()
    assert chosen(view) == ["Source"]
    view.root.focus()
    for number, name in enumerate(TABS, 1):
        view.press(str(number))
        assert chosen(view) == [name]
        assert view.root.get_by_role("tabpanel").count() == 1
    tab(view, "Watch").focus()
    view.press("ArrowRight")
    assert chosen(view) == ["Timeline"]
    assert view.focused() == "Timeline"
    view.press("End")
    assert chosen(view) == ["Watch"]
    assert view.root.locator("[role=tablist] [tabindex='0']").count() == 1
    assert view.sent() == []


def test_the_tab_of_the_inboxes_counts(panel: Any) -> None:
    """The tab says how many messages wait, while another one is open; its name stays."""
    view = staged(panel)
    waiting = {"name": "inbox", "n": 3, "limit": None, "full": False, "messages": [], "more": 3}
    component = {"key": "4", "name": "Echo_4", "state": "waiting", "inboxes": [waiting, waiting], "lost": [], "more": 0}
    view.push(inboxes={"components": [component], "more": 0})
    assert tab(view, "Inboxes").inner_text().split() == ["Inboxes", "6"]
    assert chosen(view) == ["Timeline"]


def test_what_was_chosen_is_remembered(panel: Any) -> None:
    """A panel that is made later has the same tab, the same share and the same fold."""
    view = staged(panel)
    divider = view.root.get_by_role("separator", name="Size of the graph")
    divider.focus()
    for _ in range(3):
        view.press("ArrowLeft")
    view.press("4")
    share = divider.get_attribute("aria-valuenow")
    assert share == "46"
    later = panel(samples.pipeline(), page=view.page, name="two", pieces=PIECES)
    assert chosen(later) == ["Story"]
    assert later.root.get_by_role("separator").get_attribute("aria-valuenow") == share
    view.page.evaluate("() => localStorage.setItem('kamlab.panel', '{not JSON')")
    assert chosen(panel(samples.pipeline(), page=view.page, name="three", pieces=PIECES)) == ["Timeline"]


def test_both_sides_fold(panel: Any) -> None:
    """Keys fold the graph and the tabs, and unfold them; a number of a tab unfolds the tabs."""
    view = staged(panel)
    view.root.focus()
    view.press("[")
    assert size(view, "main")[0] == 0
    view.press("[")
    assert size(view, "main")[0] > 300
    view.press("]")
    assert size(view, "side")[0] == 0
    view.press("3")
    assert size(view, "side")[0] > 200


def test_words_of_any_length_do_not_move_the_stage(panel: Any) -> None:
    """What is said, short or long, leaves graph and tabs where they are; a long error is shown whole, above them."""
    view = staged(panel)
    before = view.root.locator(".kamlab-pieces").bounding_box()
    for text, error in (("one", False), ("one\ntwo\nthree", False), ("why not " * 60, True), ("", False)):
        view.push(said={"text": text, "error": error, "reply": 1})
        view.drawn()
        assert view.root.locator(".kamlab-pieces").bounding_box() == before
        if error:
            note = view.root.locator(".kamlab-error")
            assert note.evaluate("each => each.scrollHeight <= each.clientHeight + 1")
    view.push(said={"text": "one\ntwo\nthree", "error": False, "reply": 1})
    view.drawn()
    view.button("Show all that was said").click()
    assert view.root.locator(".kamlab-note[role=status]").bounding_box()["height"] > 50
    assert view.root.locator(".kamlab-pieces").bounding_box() == before


def test_pieces_out_of_sight_are_not_drawn(panel: Any) -> None:
    """A tab that is not open costs nothing, and is up to date when it is opened."""
    view = staged(panel)
    item = {"n": 1, "step": 1, "kind": "sent", "text": "Source_3 sends 'x'", "keys": [], "times": 1}
    story = {"items": [item], "filter": "", "kinds": {"sent": 1}, "total": 1, "shown": 1}
    view.push(story=story)
    assert view.root.locator(".kamlab-story-item").count() == 0
    tab(view, "Story").click()
    assert view.root.locator(".kamlab-story-item").count() == 1


def test_every_control_has_a_key(panel: Any) -> None:
    """Each button of toolbar, menu, banner, foot, graph and timeline has a key, and the list of keys has it."""
    view = staged(panel)
    view.menu()
    keys = view.root.locator(".kamlab-keys kbd").all_text_contents()
    buttons = view.root.locator("button[data-does]:not(.kamlab-pop-close, .kamlab-chart-opener, .kamlab-pane *)")
    tools = view.root.locator(".kamlab-chart-tools button")
    told = {
        button.inner_text() or button.get_attribute("aria-label"): button.get_attribute("data-shortcut")
        for button in [*buttons.all(), *tools.all()]
    }
    assert len(told) >= 6 + 3 + len(MENU) + 2 + 3 + 3
    assert {name: key for name, key in told.items() if not key} == {}
    firsts = [key.split(" ")[0].replace("space", "Space") for key in told.values()]
    assert [key for key in firsts if key not in keys] == []
    view.push(can={}, selected="4", choose={"4": True})
    toolbar = view.root.locator(".kamlab-toolbar button[data-shortcut]:not([aria-disabled])")
    assert [
        each for each in toolbar.all() if each.get_attribute("data-shortcut") not in each.get_attribute("title")
    ] == []


FAILED = {
    "kind": "failed",
    "title": "Relay failed at step 12.",
    "acts": [],
    "circle": [],
    "key": "4",
    "text": [
        ["ValueError: out of paper, at line 6 of main() in In[3]. ", ""],
        ["Sink waits. " * 30, ""],
    ],
}


def test_a_failure_brings_its_line_to_the_front(panel: Any) -> None:
    """Where a component fails, the source is open without a click, once for each failure."""
    view = staged(panel)
    view.push(banner=FAILED)
    assert chosen(view) == ["Source"]
    tab(view, "Story").click()
    view.push(step=13, banner={**FAILED, "title": "Sink failed at step 13.", "key": "5"})
    assert chosen(view) == ["Story"]


def test_a_tab_that_was_chosen_stays_when_something_fails(panel: Any) -> None:
    """A failure changes no tab that was chosen since the panel was drawn."""
    view = staged(panel)
    view.press("2")
    tab(view, "Inboxes").click()
    view.push(banner=FAILED)
    assert chosen(view) == ["Inboxes"]


@pytest.mark.parametrize("width", [1280, 420])
def test_a_banner_has_two_lines_at_most(panel: Any, width: int) -> None:
    """A long banner is cut after its second line, what failed comes first, and a button or its key shows the rest."""
    view = staged(panel, width=width)
    view.push(banner=FAILED)
    told = view.root.locator(".kamlab-told")
    size = view.root.evaluate("root => parseFloat(getComputedStyle(root).lineHeight)")
    assert told.bounding_box()["height"] <= 2 * size + 2
    assert view.root.locator(".kamlab-line").bounding_box()["height"] <= 2 * size + 14
    assert told.get_attribute("title").startswith("Relay failed at step 12.")
    assert told.get_attribute("title").endswith("Sink waits.")
    view.button("Show all of the banner").click()
    assert told.bounding_box()["height"] > 2 * size + 2
    view.root.focus()
    view.press("a")
    assert told.bounding_box()["height"] <= 2 * size + 2
    view.push(banner={**FAILED, "text": FAILED["text"][:1]})
    assert not view.button("Show all of the banner").is_visible()


def test_presenting_covers_the_window(panel: Any) -> None:
    """The panel fills the window in large type, with the timeline beside the graph; Escape and the key leave."""
    view = staged(panel)
    view.page.evaluate("() => { Element.prototype.requestFullscreen = () => Promise.reject(new Error('not here')); }")
    view.press("3")
    small = view.root.evaluate("root => getComputedStyle(root).fontSize")
    view.root.focus()
    view.press("l")
    view.page.wait_for_selector("[data-present]")
    box = view.root.bounding_box()
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, 1000, 900)
    assert view.root.evaluate("root => getComputedStyle(root).fontSize") != small
    assert chosen(view) == ["Timeline"]
    view.shoot("present")
    view.press("Escape")
    assert view.root.get_attribute("data-present") is None
    assert view.root.evaluate("root => getComputedStyle(root).fontSize") == small
    view.button("Present").click()
    view.page.wait_for_selector("[data-present]")
    view.button("Leave").click()
    assert view.root.get_attribute("data-present") is None


def test_a_still_stands_in_for_a_panel_without_a_kernel(panel: Any) -> None:
    """A widget that only says that it loads is hidden where a still follows it, and no other widget is."""
    view = staged(panel)
    view.page.evaluate(
        """style => {
            const output = (id, name, text) => {
                const child = document.createElement('div');
                child.className = 'jp-OutputArea-child';
                const inner = Object.assign(document.createElement('div'), {id, className: name, textContent: text});
                child.append(inner);
                return child;
            };
            const area = document.createElement('div');
            area.append(output('slider', 'jupyter-widgets-view', 'a slider'));
            area.append(output('loading', 'jupyter-widgets-view', 'Loading widget...'));
            area.append(output('still', 'kamlab-still', 'still'));
            document.body.append(area);
            document.head.insertAdjacentHTML('beforeend', style);
        }""",
        STYLE,
    )
    assert not view.page.locator("#loading").is_visible()
    assert view.page.locator("#slider").is_visible()
    assert view.page.locator("#still").is_visible()
    view.page.evaluate("() => document.getElementById('loading').append(document.querySelector('.kamlab-panel'))")
    assert view.page.locator("#loading").is_visible()
    assert not view.page.locator("#still").is_visible()
