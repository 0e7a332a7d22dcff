"""Story: the events in words, and how it and the timeline show the same ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from . import samples

pytestmark = pytest.mark.browser

Show = Callable[..., Any]
AT_END = """() => {
    const box = document.querySelector('.kamlab-story-box');
    return box.scrollHeight - box.scrollTop - box.clientHeight < 24;
}"""


def line(view: Any, number: int) -> Any:
    """Return a line of the story."""
    return view.piece("story").locator(f"li > button[data-event='{number}']")


def many(first: int, count: int = 120) -> dict[str, Any]:
    """Return a story that is longer than its box."""
    items = [samples.item(n, n // 2, "sent", f"message {n}") for n in range(first, first + count)]
    return samples.story(items=items, total=first + count, shown=count)


def test_events_are_told_in_words(show: Show) -> None:
    """Each event is a button with its step and its words; how many were folded into it is said."""
    view = show(samples.now(), "story")
    assert view.root.get_by_role("button", name="step 24 TimeTick_3 and Echo_7 run x 14").count() == 1
    assert view.root.get_by_role("listitem").count() == 10
    assert "10 of 77 events" in view.piece("story").inner_text()


def test_a_click_selects_the_event(show: Show) -> None:
    """A click on a line selects its event, and another one clears it."""
    view = show(samples.now(), "story", "timeline")
    line(view, 181).click()
    assert view.last() == {"do": "event", "number": 181}
    view.answer(timeline=samples.timeline(event=181))
    assert line(view, 181).get_attribute("aria-pressed") == "true"
    line(view, 181).click()
    assert view.last() == {"do": "event", "number": None}


def test_the_selected_event_is_scrolled_to_in_its_box(show: Show) -> None:
    """An event that is selected in the diagram is brought into view in the story, and the page stays where it is."""
    view = show(samples.now(story=many(100), timeline=samples.timeline()), "story", "timeline")
    view.push(timeline=samples.timeline(event=101))
    inside = """() => { const line = document.querySelector('.kamlab-story-item.kamlab-picked').getBoundingClientRect();
        const box = document.querySelector('.kamlab-story-box').getBoundingClientRect();
        return line.top >= box.top - 1 && line.bottom <= box.bottom + 1; }"""
    view.page.wait_for_function(inside)
    assert view.page.evaluate("() => window.scrollY") == 0


def test_pointing_at_an_event_shows_it_elsewhere(show: Show) -> None:
    """What is pointed at or focused in the story is marked in the diagram, and the other way round."""
    view = show(samples.now(), "story", "timeline")
    arrow = view.piece("timeline").locator("[data-event='101']")
    linked = "node => node.classList.contains('kamlab-linked')"
    line(view, 111).hover()
    assert arrow.evaluate(linked)
    line(view, 165).focus()
    assert not arrow.evaluate(linked)
    arrow.focus()
    assert line(view, 101).evaluate(linked)
    assert line(view, 111).evaluate(linked)
    assert view.sent() == []


def test_the_filter_is_sent_when_typing_stops(show: Show) -> None:
    """Words to filter by are sent after the last key; what comes meanwhile does not overwrite them."""
    view = show(samples.now(), "story")
    field = view.root.get_by_role("searchbox", name="Filter the story")
    field.press_sequentially("echo")
    view.push(story=samples.story(total=78))
    view.wait_for("filter")
    assert view.sent("filter")[-1]["text"] == "echo"
    assert len(view.sent("filter")) <= 2
    view.answer(story=samples.story(items=[], filter="echo", shown=0))
    assert "No event is like that." in view.piece("story").inner_text()
    assert field.input_value() == "echo"
    field.press("Escape")
    assert view.last() == {"do": "filter", "text": "", "kinds": None}


def test_a_filter_of_before_is_shown(show: Show) -> None:
    """A page that is loaded again shows the words that the story is filtered by."""
    view = show(samples.now(story=samples.story(filter="sink")), "story")
    assert view.root.get_by_role("searchbox", name="Filter the story").input_value() == "sink"


def test_kinds_are_chosen(show: Show) -> None:
    """Kinds are toggles with counts; those that are pressed are asked for, and none of them means all."""
    view = show(samples.now(), "story")
    kinds = view.root.get_by_role("group", name="Show only these kinds").get_by_role("button")
    assert kinds.all_inner_texts()[1].split() == ["sent", "31"]
    kinds.nth(1).click()
    assert view.last() == {"do": "filter", "text": "", "kinds": ["sent"]}
    assert kinds.nth(1).get_attribute("aria-pressed") == "true"
    kinds.nth(4).click()
    assert view.last()["kinds"] == ["sent", "failed"]
    view.answer(story=samples.story(kinds={"sent": 31}))
    assert kinds.count() == 2
    kinds.nth(0).click()
    kinds.nth(1).click()
    assert view.last()["kinds"] is None


def test_it_follows_the_newest_unless_scrolled_up(show: Show) -> None:
    """The newest events are kept in view; whoever scrolls up is left there, until the button leads back."""
    view = show(samples.now(story=many(100)), "story")
    view.page.wait_for_function(AT_END)
    view.push(story=many(110))
    view.page.wait_for_function(AT_END)
    assert not view.button("Newest").is_visible()
    view.page.evaluate("() => { document.querySelector('.kamlab-story-box').scrollTop = 200; }")
    view.button("Newest").wait_for()
    view.push(story=many(110, 130))
    assert not view.page.evaluate(AT_END)
    view.button("Newest").click()
    view.page.wait_for_function(AT_END)
    assert view.focused() == "239"


def test_lines_that_stay_keep_the_focus(show: Show) -> None:
    """A line that is still there after an update keeps the focus."""
    view = show(samples.now(story=many(100)), "story")
    line(view, 215).focus()
    view.push(story=many(110))
    assert view.focused() == "215"


def test_the_way_of_a_followed_message_is_lit(show: Show) -> None:
    """The events of the message that is followed stand out."""
    story = samples.story()
    for item in story["items"]:
        item["follow"] = item["n"] in (112, 181)
    view = show(samples.now(story=story), "story")
    lit = view.root.locator(".kamlab-story-item[data-followed]")
    assert [each.get_attribute("data-event") for each in lit.all()] == ["112", "181"]
