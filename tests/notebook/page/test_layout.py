"""The stage: tabs, divider, folds, and what is remembered of them."""

from __future__ import annotations

from typing import Any

import pytest

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
    """Each button of toolbar and menu tells its key, and the list of keys has it."""
    view = staged(panel)
    view.menu()
    keys = view.root.locator(".kamlab-keys kbd").all_text_contents()
    buttons = view.root.locator(".kamlab-toolbar .kamlab-button, .kamlab-menu .kamlab-menu-row .kamlab-button")
    view.push(can={}, selected="4", choose={"4": True})
    titles = [title for title in buttons.evaluate_all("all => all.map(each => each.title)") if title]
    assert len(titles) >= 6 + 3 + len(MENU) - 1
    told = [title.rpartition("(")[2].rstrip(")").split(" or ")[0] for title in titles]
    assert [key for key in told if key.replace("space", "Space") not in keys] == []


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
