"""Two positions in time: where the lab stands, and where one looks; and what the banner says of either."""

from __future__ import annotations

from typing import Any

import pytest

from . import samples

PIECES = ["controls", "graph", "timeline"]
LINE = {"first": 0, "last": 12, "earliest": 2, "latest": 12, "here": 12, "at": 12, "lines": [], "slices": []}


def looking(panel: Any, at: int | None, **more: Any) -> Any:
    """A panel at step 12 that looks at a step."""
    scene, now = samples.pipeline()
    line = {**LINE, "messages": [], "marks": [], "more": 0, "event": None}
    return panel((scene, {**now, "at": at, "timeline": line}), pieces=PIECES, **more)


def looks(view: Any) -> list[Any]:
    """The steps that were asked for."""
    return [command["step"] for command in view.sent("look")]


def test_step_and_back_move_the_look(panel: Any) -> None:
    """While one looks at the past, Step and Back and their keys look at the next step, and the lab stays."""
    view = looking(panel, 9)
    view.button("Look on").click()
    view.button("Look back").click()
    view.root.focus()
    view.press("ArrowRight")
    view.press("b")
    assert looks(view) == [10, 8, 10, 8]
    assert len(view.sent()) == 4
    view.answer(at=11)
    view.button("Look on").click()
    assert looks(view)[-1] is None, "the next one is now"
    view.answer(at=None)
    view.button("Step").click()
    assert view.last() == {"do": "step"}


def test_the_earliest_step_is_the_end_of_looking_back(panel: Any) -> None:
    """At the earliest step that is known Look back says so, and so does the playing backwards."""
    view = looking(panel, 2)
    for name in ("Look back", "Play backwards"):
        assert "earliest" in view.button(name).get_attribute("title")


def test_run_plays_the_look(panel: Any) -> None:
    """Run plays the steps up to now, each once the last one is answered, and ends there; Pause stops it."""
    view = looking(panel, 9, by_hand=True)
    view.push(pace=5)
    view.button("Play").click()
    assert looks(view) == [10]
    view.page.clock.run_for(1000)
    assert looks(view) == [10], "the kernel is not flooded"
    view.answer(at=10)
    view.page.clock.run_for(200)
    assert looks(view) == [10, 11]
    view.answer(at=11)
    view.button("Pause").click()
    view.page.clock.run_for(1000)
    assert looks(view) == [10, 11]
    view.button("Play").click()
    assert looks(view)[-1] is None
    view.answer(at=None)
    view.page.clock.run_for(1000)
    assert len(looks(view)) == 3
    assert view.root.get_attribute("data-plays") is None


def test_it_plays_backwards_from_now(panel: Any) -> None:
    """The button at the foot, or its key, plays the steps backwards, from now as well, down to the earliest."""
    view = looking(panel, None, by_hand=True)
    view.button("Play backwards").click()
    for at in range(11, 1, -1):
        assert looks(view)[-1] == at
        view.answer(at=at)
        view.page.clock.run_for(120)
    assert looks(view)[-1] == 2
    assert view.root.get_attribute("data-plays") is None


def test_the_speed_of_the_lab_is_that_of_the_film(panel: Any) -> None:
    """At two slices a second the look moves twice a second."""
    view = looking(panel, None, by_hand=True)
    view.push(pace=2)
    view.button("Play backwards").click()
    view.answer(at=11)
    view.page.clock.run_for(400)
    assert looks(view) == [11]
    view.page.clock.run_for(200)
    assert looks(view) == [11, 10]


def test_the_past_is_said_and_left(panel: Any) -> None:
    """The banner says both positions in a sentence; its acts, and their keys, continue here or lead back to now."""
    view = looking(panel, 9)
    assert view.root.locator(".kamlab-state").inner_text() == "You look at step 9; the lab stands at step 12."
    view.button("Continue here").click()
    assert view.last() == {"do": "goto", "step": 9}
    view.button("Back to now").click()
    assert view.last() == {"do": "look", "step": None}
    view.root.focus()
    view.press("g")
    assert view.last() == {"do": "goto", "step": 9}
    view.press("n")
    assert view.last() == {"do": "look", "step": None}


def test_the_foot_says_which_step_of_how_many(panel: Any) -> None:
    """The slider and the words beside it show the step that is looked at."""
    view = looking(panel, 9)
    foot = view.root.locator(".kamlab-foot")
    assert foot.inner_text().strip() == "9 of 12"
    assert foot.get_by_role("slider", name="Step looked at").input_value() == "9"
    view.push(at=None)
    assert foot.inner_text().strip() == "12 of 12"


# -- the banner

DEADLOCK = {
    "kind": "deadlock",
    "title": "Deadlock at step 12.",
    "text": [["Echo", "4"], [" waits for ", ""], ["Sink", "5"], [". Nothing can run.", ""]],
    "acts": [{"label": "Which choice led here?", "do": "look", "args": {"step": 9}}],
    "circle": [["4", "5"]],
    "key": "4",
}


def test_a_banner_says_how_the_run_ended(panel: Any) -> None:
    """The banner has its title and its words; components that it names are selected by a click, acts are buttons."""
    view = looking(panel, None)
    view.push(banner=DEADLOCK)
    line = view.root.locator(".kamlab-states")
    said = line.inner_text().replace("\n", " ")
    assert "Deadlock at step 12." in said
    assert "Echo waits for Sink. Nothing can run." in said
    assert "Paused" not in said
    assert view.root.locator(".kamlab-line").get_attribute("data-tone") == "bad"
    line.get_by_role("button", name="Sink", exact=True).click()
    assert view.last() == {"do": "select", "key": "5"}
    view.button("Which choice led here?").click()
    assert view.last() == {"do": "look", "step": 9}
    view.push(banner=None)
    assert line.inner_text().startswith("Paused")


def test_a_selected_component_stays_selected_when_it_is_named(panel: Any) -> None:
    """A click on the name of the selected component does not clear the selection."""
    view = looking(panel, None)
    view.push(banner=DEADLOCK, selected="5")
    view.root.locator(".kamlab-states").get_by_role("button", name="Sink", exact=True).click()
    assert view.sent() == []


@pytest.mark.parametrize("kind", ["deadlock", "rest", "waits"])
def test_it_does_not_say_running_where_nothing_runs(panel: Any, kind: str) -> None:
    """Over a lab whose thread waits for ever the banner says how it ended."""
    view = looking(panel, None)
    view.push(state="running", banner={**DEADLOCK, "kind": kind, "title": "Nothing can run."})
    assert "Running" not in view.root.locator(".kamlab-states").inner_text()


def test_a_running_lab_is_not_announced_by_its_banner(panel: Any) -> None:
    """While the lab runs the title does not change with every step, which a screen reader would read out."""
    view = looking(panel, None)
    for step in (13, 14):
        view.push(state="running", step=step, banner={**DEADLOCK, "kind": "running", "title": f"Running, step {step}."})
        assert view.root.locator(".kamlab-state").inner_text() == "Running"


# -- search and watch

FOUND = {
    "query": "tick",
    "hits": [
        {"kind": "message", "text": "'tick 3'", "key": "4", "step": 5, "event": 31},
        {"kind": "component", "text": "Ticker_9", "key": "9", "step": 0, "event": None},
    ],
    "more": 7,
}


def search(view: Any) -> Any:
    """Type a word into the search, and let Python find something; return the list of what was found."""
    view.root.focus()
    view.press("/")
    assert view.focused() == "Find"
    before = len(view.sent("find"))
    view.page.keyboard.type("tick")
    view.page.wait_for_function(
        "before => window.models.one.sent.filter(each => each.do === 'find').length > before", arg=before
    )
    assert view.last() == {"do": "find", "text": "tick"}
    view.answer(found=FOUND)
    return view.root.get_by_role("group", name="Found")


def test_a_message_is_found_and_gone_to(panel: Any) -> None:
    """The field is reached by a key; a hit selects its component, and looks at the step where a message was sent."""
    view = looking(panel, None)
    hits = search(view)
    assert hits.get_by_role("button").count() == 2
    assert "and 7 more hits" in hits.inner_text()
    hits.get_by_role("button").first.click()
    sent = [{name: value for name, value in command.items() if name != "id"} for command in view.sent()]
    assert sent[-3:] == [{"do": "select", "key": "4"}, {"do": "look", "step": 5}, {"do": "event", "number": 31}]
    assert not hits.is_visible()


def test_the_search_is_used_by_the_keyboard(panel: Any) -> None:
    """Arrows go through the hits, Enter takes one, Escape empties the field; what finds nothing says so."""
    view = looking(panel, None)
    hits = search(view)
    view.press("ArrowDown")
    view.press("ArrowDown")
    assert "Ticker_9" in view.focused()
    view.press("Enter")
    assert view.last() == {"do": "select", "key": "9"}
    hits = search(view)
    view.answer(found={"query": "tick", "hits": [], "more": 0})
    assert hits.inner_text() == "Nothing is like that."
    view.press("Escape")
    assert view.root.get_by_role("searchbox", name="Find").input_value() == ""
    assert view.last() == {"do": "find", "text": ""}
    assert not hits.is_visible()


def test_values_are_watched(panel: Any) -> None:
    """The tab takes an expression, and shows each with its value, its history as a line, or what is wrong with it."""
    view = panel(samples.pipeline(), pieces=["watch"])
    view.root.get_by_label("Expression to watch").fill("Double.total")
    view.button("Watch").click()
    assert view.last() == {"do": "watch", "text": "Double.total"}
    rows = [
        {"id": 1, "expression": "Double.total", "value": "6", "error": "", "history": [[1, 2], [4, 6]]},
        {"id": 2, "expression": "Sink.x", "value": "", "error": "Sink has no x", "history": []},
    ]
    view.answer(watches=rows)
    assert view.root.get_by_label("Expression to watch").input_value() == ""
    first, second = view.root.locator(".kamlab-watch-item").all()
    assert first.inner_text().split() == ["Double.total", "6"]
    assert first.get_by_role("img", name="from 2 at step 1 to 6 at step 4").locator("path").get_attribute("d")
    assert "Sink has no x" in second.inner_text()
    view.button("Stop watching Sink.x").click()
    assert view.last() == {"do": "unwatch", "number": 2}
