"""Timeline: the space-time diagram, the step that is looked at, and the branches."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from kamlab.views.timeline import Lifeline

from . import samples

pytestmark = pytest.mark.browser

Show = Callable[..., Any]


def event(view: Any, number: int) -> Any:
    """Return an event of the diagram."""
    return view.piece("timeline").locator(f"[data-event='{number}']")


def test_events_have_names_in_words(show: Show) -> None:
    """Each slice, message and mark is a button whose name says what happened, when, and what became of it."""
    view = show(samples.now(), "timeline")
    names = {
        112: "step 26: Echo_7 sends 'tick!' to Sink_8, taken at step 27",
        152: "step 30: Sink_8 sends 'slower' to TimeTick_3.control, taken at step 33",
        192: "step 34: Echo_7 sends 'hello!' to Sink_8, it still waits",
        172: "step 32: Broken_11 sends 'nobody' out of Broken_11.outbox; no component takes it: it is lost",
        205: "step 36: a component that is not shown sends 'by hand' into TimeTick_3, taken at step 36",
        100: "step 25: TimeTick_3 runs",
        175: "step 32: Broken_11 failed: ValueError: out of paper",
        214: "step 36: 'dropped' was dropped from Echo_7.inbox",
    }
    for number, name in names.items():
        assert event(view, number).first.get_attribute("aria-label").startswith(name.split(":")[0])
        assert view.root.get_by_role("button", name=name, exact=True).count() == 1


def test_fates_are_drawn_apart(show: Show) -> None:
    """A message that waits, was lost or was taken away looks different from one that was taken, not by colour alone."""
    view = show(samples.now(), "timeline")
    tips = {event(view, number).locator(".tip").get_attribute("d").count("l7 7") for number in (172, 212)}
    assert tips == {1}
    dashes = "number => getComputedStyle(document.querySelector(`[data-event='${number}'] .msg`)).strokeDasharray"
    assert len({view.page.evaluate(dashes, number) for number in (112, 192, 172)}) == 3


def test_a_click_selects_and_another_clears(show: Show) -> None:
    """An event is selected by a click or by Enter, and cleared in the same way."""
    view = show(samples.now(), "timeline")
    event(view, 152).dispatch_event("click")
    assert view.last() == {"do": "event", "number": 152}
    view.answer(timeline=samples.timeline(event=152))
    assert event(view, 152).get_attribute("aria-pressed") == "true"
    event(view, 152).press("Enter")
    assert view.last() == {"do": "event", "number": None}
    event(view, 100).press(" ")
    assert view.last() == {"do": "event", "number": 100}


def test_before_and_after_are_highlighted(show: Show) -> None:
    """What led to the selected event and what it led to differ in colour and in line, and are counted."""
    view = show(samples.now(timeline=samples.timeline(event=181, before=[101, 111], after=[191, 192])), "timeline")
    style = """number => { const path = document.querySelector(`[data-event='${number}'] .msg`);
        const style = getComputedStyle(path);
        return [style.stroke, style.strokeWidth, style.strokeDasharray]; }"""
    before, after, other = (view.page.evaluate(style, number) for number in (101, 192, 131))
    assert before[0] != after[0] != other[0]
    assert before[2] != "none"
    assert after[1] != other[1]
    about = view.root.locator(".kamlab-about").inner_text()
    assert "TimeTick_3 sends 'hello'" in about
    assert "before it: 2" in about
    assert "after it: 2" in about


def test_one_event_is_in_the_order_of_tab(show: Show) -> None:
    """Tab leads to one event; the arrow keys lead to the others, in time and from line to line."""
    view = show(samples.now(), "timeline")
    assert view.root.locator(".kamlab-chart [tabindex='0']").count() == 1
    event(view, 101).focus()
    assert view.root.locator(".kamlab-chart [tabindex='0']").get_attribute("data-event") == "101"
    view.page.keyboard.press("ArrowRight")
    assert view.focused() == "110"
    view.page.keyboard.press("ArrowDown")
    assert view.focused() in ("120", "112", "121")
    view.page.keyboard.press("Home")
    assert view.focused() == "98"
    view.page.keyboard.press("End")
    assert view.focused() == "250"
    assert view.sent() == []
    view.push(timeline=samples.timeline(slices=()))
    assert view.root.locator(".kamlab-chart [tabindex='0']").count() == 1


def test_the_focus_stays_while_the_window_moves(show: Show) -> None:
    """An event that is still there keeps its element and the focus when the run goes on."""
    view = show(samples.large(0), "timeline")
    number = samples.large(0)["timeline"]["messages"][-1]["n"]
    event(view, number).focus()
    node = event(view, number).element_handle()
    view.push(**samples.large(1))
    assert view.focused() == str(number)
    assert node.evaluate("node => node.isConnected")


def test_names_select_their_components(show: Show) -> None:
    """The name of a lifeline is a button that selects the component; the line of the outside has none."""
    lines = (Lifeline("", "outside"), *(Lifeline(key, name) for key, name in samples.NAMES))
    view = show(samples.now(timeline=samples.timeline(lines=lines, slices=(), messages=(), marks=())), "timeline")
    view.button("Sink_8").click()
    assert view.last() == {"do": "select", "key": "8"}
    assert view.button("outside").count() == 0
    assert view.button("Echo_7").get_attribute("aria-pressed") == "true"


def test_looking_at_a_step(show: Show) -> None:
    """The slider asks for a step, says which one it is, and for the step the lab stands at it asks for now."""
    view = show(samples.now(), "timeline")
    slider = view.root.get_by_role("slider", name="Step looked at")
    assert (slider.get_attribute("min"), slider.get_attribute("max"), slider.input_value()) == ("0", "40", "40")
    slider.fill("12")
    view.wait_for("look")
    assert view.last() == {"do": "look", "step": 12}
    assert slider.get_attribute("aria-valuetext") == "step 12 of 40"
    view.answer(**{name: value for name, value in samples.past(12).items() if name != "said"})
    assert slider.input_value() == "12"
    assert "You look at step 12; the lab stands at step 40." in view.root.inner_text()
    slider.fill("40")
    view.wait_for("look", 2)
    assert view.last() == {"do": "look", "step": None}


def test_scrubbing_is_held_back(show: Show) -> None:
    """While an answer is outstanding at most ten steps a second are asked for, and the last one always."""
    view = show(samples.now(), "timeline")
    asked = view.page.evaluate(
        """async () => {
            const slider = document.querySelector('input[type=range][aria-label="Step looked at"]');
            const began = performance.now();
            for (let step = 0; step < 30; step++) {
                slider.value = step;
                slider.dispatchEvent(new Event('input'));
                await new Promise(done => setTimeout(done, 10));
            }
            return performance.now() - began;
        }"""
    )
    view.page.wait_for_function("() => sent.some(each => each.do === 'look' && each.step === 29)")
    assert len(view.sent("look")) <= asked / 100 + 3
    assert view.root.get_by_role("slider", name="Step looked at").input_value() == "29"


def test_the_buttons_of_the_slider(show: Show) -> None:
    """The window moves by most of its width within what is known; what leads nowhere is greyed and says why."""
    view = show(samples.now(), "timeline")
    view.button("Earlier").click()
    view.wait_for("window")
    assert view.last() == {"do": "window", "first": 14, "last": 29}
    assert "goes to the last step already" in view.button("Later").get_attribute("title")
    assert view.button("Back to now").count() == view.button("Continue here").count() == 0
    then = samples.past(3)
    then["timeline"].update(first=0, last=15)
    then.pop("said")
    view.answer(**then)
    assert "earliest step" in view.button("Earlier").get_attribute("title")
    view.button("Later").click()
    view.wait_for("window", 2)
    assert view.last() == {"do": "window", "first": 11, "last": 26}
    view.button("Back to now").click()
    assert view.last() == {"do": "look", "step": None}
    view.button("Continue here").click()
    assert view.last() == {"do": "goto", "step": 3}
    view.push(can={**samples.head()["can"], "goto": "It cannot be built again."})
    assert view.button("Continue here").get_attribute("title") == "It cannot be built again."


def test_branches(show: Show) -> None:
    """A button says how many branches there are and lists them: each goes there, or says why one cannot."""
    view = show(samples.now(), "timeline")
    menu = view.button("3 branches \u00b7 3 by hand")
    menu.click()
    other, here = (view.root.locator(f"button[data-branch='{number}']") for number in (2, 1))
    assert here.get_attribute("aria-current") == "true"
    assert "leaves branch 1 after step 30, 2 by hand" in other.inner_text()
    here.click(force=True)
    view.drawn()
    assert "at the end of this branch" in view.note()
    other.click()
    assert view.last() == {"do": "branch", "number": 2}
    view.page.keyboard.press("Escape")
    assert not other.is_visible()
    view.push(tree=None)
    assert not menu.is_visible()


def test_nothing_has_happened(show: Show) -> None:
    """A lab without steps has no diagram, and the slider says that there is nothing to look at."""
    none = samples.timeline(first=0, last=0, latest=0, at=0, here=0, lines=(), slices=(), messages=(), marks=(), more=0)
    view = show(samples.now(timeline=none, tree=None), "timeline")
    assert "step the lab" in view.piece("timeline").inner_text()
    assert "only one step" in view.root.get_by_role("slider", name="Step looked at").get_attribute("title")


# -- time as in a film --------------------------------------------------------------------------------


def place(view: Any, step: int, name: str = "kamlab-chart-axis") -> tuple[float, float]:
    """Return where the slot of a step is in the page, in the middle of the axis."""
    box = view.root.locator(f"svg.{name}").bounding_box()
    line = samples.timeline()
    part = ((step - line["base"] + 0.5) * line["slot"] - line["left"]) / line["width"]
    return box["x"] + part * box["width"], box["y"] + box["height"] / 2


def playhead(view: Any) -> str:
    """Return what is written at the playhead."""
    return str(view.root.locator("text.played").text_content())


@pytest.mark.parametrize("name", ["kamlab-chart-axis", "kamlab-chart-foot"])
def test_a_click_on_the_axis_looks_at_that_step(show: Show, name: str) -> None:
    """A click above or below the diagram is a look at the step there; at where the lab stands, it is now."""
    view = show(samples.now(), "timeline")
    view.page.mouse.click(*place(view, 30, name))
    view.wait_for("look")
    assert view.last() == {"do": "look", "step": 30}
    view.answer(**{name: value for name, value in samples.past(30).items() if name != "said"})
    assert playhead(view) == "step 30"
    assert view.root.locator(".kamlab-chart .here").count() == 1
    view.page.mouse.click(*place(view, 40, name))
    view.wait_for("look", 2)
    assert view.last() == {"do": "look", "step": None}


def test_a_click_beside_the_events_looks_and_on_one_selects(show: Show) -> None:
    """Anywhere in the diagram where no event is, a click is a look; on a slice it asks for causes and effects."""
    view = show(samples.now(), "timeline")
    x, _ = place(view, 29)
    box = view.root.locator("svg.kamlab-chart[role=group]").bounding_box()
    view.page.mouse.click(x, box["y"] + 2)
    view.wait_for("look")
    assert view.last() == {"do": "look", "step": 29}
    view.answer()
    event(view, 100).first.click()
    assert view.last() == {"do": "event", "number": 100}
    assert len(view.sent("look")) == 1


def test_the_playhead_can_be_dragged(show: Show) -> None:
    """While it is dragged the playhead follows the pointer at once, and the last step is looked at."""
    view = show(samples.now(), "timeline")
    view.page.mouse.move(*place(view, 39))
    view.page.mouse.down()
    for step in range(38, 27, -1):
        x, y = place(view, step)
        view.page.mouse.move(x + 1, y)
    assert playhead(view) in ("step 27", "step 28")
    view.page.mouse.up()
    view.page.wait_for_function("() => sent.some(each => each.do === 'look' && [27, 28].includes(each.step))")


SCRUB = """async () => {
    let reply = 0;
    const answer = setInterval(() => {
        const asked = sent.filter(each => each.do === 'look').at(-1);
        if (!asked || asked.id === reply) return;
        reply = asked.id;
        const now = model.get('now');
        model.set('now', {...now, at: asked.step, timeline: {...now.timeline, at: asked.step ?? now.step},
                          said: {text: '', error: false, reply}});
    }, 10);
    const slider = document.querySelector('.kamlab-scrubber');
    let frames = 0;
    for (let step = 0; step < 1000; step += 10, frames++) {
        slider.value = step;
        slider.dispatchEvent(new Event('input'));
        await new Promise(requestAnimationFrame);
    }
    clearInterval(answer);
    return frames;
}"""


def test_dragging_over_a_thousand_steps_is_smooth(show: Show) -> None:
    """A scrub over a thousand steps takes no more of the processor than thirty frames in a second leave room for."""
    view = show(samples.large(0), "timeline")
    browser = view.page.context.browser
    browser.start_tracing(page=view.page, categories=["toplevel"])
    frames = view.page.evaluate(SCRUB)
    events = json.loads(browser.stop_tracing())["traceEvents"]
    names = [event for event in events if event["name"] == "thread_name"]
    main = {(event["pid"], event["tid"]) for event in names if event["args"]["name"] == "CrRendererMain"}
    tasks = [event["tdur"] for event in events if "RunTask" in event["name"] and "tdur" in event
             and (event["pid"], event["tid"]) in main]  # fmt: skip
    assert len(view.sent("look")) > 10
    assert sum(tasks) / 1000 / frames < 1000 / 30


def test_a_component_that_ended_keeps_its_row(show: Show) -> None:
    """The name of a component that has ended is grey and says when it did, and its lifeline goes on as dots."""
    view = show(samples.now(), "timeline")
    assert view.button("Logger_9").get_attribute("title") == "Logger_9, finished at step 31"
    assert view.button("Logger_9").get_attribute("data-over") == "true"
    assert view.button("Echo_7").get_attribute("data-over") is None
    rest = view.root.locator(".kamlab-chart .life.over[d]").count()
    assert rest == 2


# -- the window ---------------------------------------------------------------------------------------


def windows(view: Any) -> list[tuple[int, int]]:
    """Return the windows that were asked for."""
    return [(each["first"], each["last"]) for each in view.sent("window")]


def test_keys_and_wheel_zoom_and_pan(show: Show) -> None:
    """Plus, minus and the wheel with Ctrl zoom around a step; arrows, and the wheel with Shift, move the window."""
    view = show(samples.now(), "timeline")
    box = view.root.locator(".kamlab-chart-box")
    asked = 0

    def did(act: Callable[[], Any]) -> tuple[int, int]:
        nonlocal asked
        asked += 1
        act()
        view.wait_for("window", asked)
        view.answer()
        return windows(view)[-1]

    box.focus()
    first, last = did(lambda: view.page.keyboard.press("+"))
    assert last == 40
    assert last - first < 15
    first, last = did(lambda: view.page.keyboard.press("-"))
    assert last - first > 15
    first, last = did(lambda: view.page.keyboard.press("ArrowLeft"))
    assert (first, last) == (23, 38)
    assert did(lambda: view.page.keyboard.press("Home")) == (0, 15)
    view.page.mouse.move(*place(view, 30))
    view.page.keyboard.down("Control")
    first, last = did(lambda: view.page.mouse.wheel(0, -100))
    view.page.keyboard.up("Control")
    assert last - first < 15
    assert first <= 30 <= last
    view.page.keyboard.down("Shift")
    assert did(lambda: view.page.mouse.wheel(0, -100))[0] < 25
    view.page.keyboard.up("Shift")
    did(view.button("All steps").click)
    assert windows(view)[-1] == (0, 40)


def test_the_overview_moves_the_window(show: Show) -> None:
    """The bar of the whole run has a frame around what is shown; a press or drag in it moves the window there."""
    view = show(samples.now(), "timeline")
    bar = view.root.locator(".kamlab-overview")
    box = bar.bounding_box()
    view.page.mouse.move(box["x"] + 1, box["y"] + 5)
    view.page.mouse.down()
    view.wait_for("window")
    assert windows(view)[-1] == (0, 15)
    view.answer()
    view.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 5)
    view.wait_for("window", 2)
    first, last = windows(view)[-1]
    assert first < 20 < last
    view.page.mouse.up()
    view.push(timeline=samples.timeline(earliest=25))
    assert not bar.is_visible()


def test_a_text_filters(show: Show) -> None:
    """What is written in the field is asked for; where nothing has it, that is said."""
    view = show(samples.now(), "timeline")
    view.root.get_by_label("Filter the timeline").fill("hello")
    view.wait_for("rows")
    assert view.last() == {"do": "rows", "find": "hello"}
    view.answer(timeline=samples.timeline(find="hello", lines=(), slices=(), messages=(), marks=()))
    assert "nothing in these steps contains that text" in view.piece("timeline").inner_text()


def test_quiet_components_are_folded(show: Show) -> None:
    """Components without a row are counted on a button that asks for all of them, and then for fewer."""
    view = show(samples.now(timeline=samples.timeline(quiet=37, more=0)), "timeline")
    view.button("37 quiet components").click()
    assert view.last() == {"do": "rows", "everyone": True}
    view.answer(timeline=samples.timeline(everyone=True, more=0))
    view.button("Fewer components").click()
    assert view.last() == {"do": "rows", "everyone": False}


def test_many_steps_are_drawn_as_bars(show: Show) -> None:
    """Where slices are counted, each line has bars as high as it ran often."""
    line = samples.timeline(slices=(), messages=(), marks=())
    line.update(counts=["90", "09", "55", "00", "11"], bin=8)
    view = show(samples.now(timeline=line), "timeline")
    bars = [each.get_attribute("d").count("M") for each in view.root.locator(".kamlab-chart .run").all()]
    assert bars == [1, 1, 2, 0, 2]


@pytest.mark.parametrize(("key", "name"), {",": "Earlier", ";": "Later", "-": "Zoom out", "+": "Zoom in"}.items())
def test_a_key_does_what_the_tool_does(show: Show, key: str, name: str) -> None:
    """With the focus anywhere in the panel, the keys of the tools send what a click on the tool sends."""
    view = show(samples.now(timeline=samples.timeline(earliest=0, latest=99)), "timeline")
    view.button(name).click()
    view.wait_for("window")
    clicked = view.last()
    view.answer()
    view.root.focus()
    view.page.keyboard.press(key)
    view.wait_for("window", 2)
    assert view.last() == clicked


def test_keys_lead_to_filter_and_export(show: Show) -> None:
    """A key goes to the filter, another one opens the list of formats."""
    view = show(samples.now(), "timeline")
    view.root.focus()
    view.page.keyboard.press("e")
    assert view.button("Mermaid").is_visible()
    view.root.focus()
    view.page.keyboard.press("i")
    assert view.focused() == "Filter the timeline"


def test_a_chosen_message_is_followed_and_no_longer(show: Show) -> None:
    """The note of a chosen message has a button that follows it, then one that ends that; other events have none."""
    view = show(samples.now(timeline=samples.timeline(event=112)), "timeline")
    view.button("Follow").click()
    assert view.last() == {"do": "follow", "event": 112}
    line = samples.timeline(event=112)
    view.answer(following=112, timeline={**line, "follow": [112, 121]})
    assert view.piece("timeline").locator(".event.followed").count() == 1
    view.button("Stop following").click()
    assert view.last() == {"do": "follow", "event": None}
    view.answer(following=None, timeline=samples.timeline(event=100))
    assert not view.button("Follow").is_visible()


def test_a_low_pane_has_the_diagram_alone(show: Show) -> None:
    """In a low pane axis and two rows at least are seen, nothing lies over them, and one button opens the tools."""
    view = show(
        samples.now(), "graph", "timeline", "inboxes", width=420, scene={"w": 200, "h": 100, "nodes": [], "links": []}
    )
    view.page.set_viewport_size({"width": 420, "height": 380})
    view.page.wait_for_function("() => document.querySelector('.kamlab-pane').clientHeight < 160")
    tools = view.root.locator(".kamlab-chart-tools").get_by_role("button", name="Zoom in")
    parts = ".kamlab-chart-axis, .kamlab-chart-name, .kamlab-pane"
    boxes = """parts => [...document.querySelectorAll(parts)].map(each => {
        const {top, bottom} = each.getBoundingClientRect();
        return [each.classList[0] === 'kamlab-chart' ? 'axis' : each.classList[0], top, bottom];
    })"""
    found = view.page.evaluate(boxes, parts)
    [pane] = [box for box in found if box[0] == "kamlab-pane" and box[1] != box[2]]
    seen = [name for name, top, bottom in found if top >= pane[1] - 1 and bottom <= pane[2] + 1]
    assert seen.count("axis") == 1
    assert seen.count("kamlab-chart-name") >= 2
    assert not tools.is_visible()
    view.button("Tools of the timeline").click()
    assert tools.is_visible()
    view.shoot("low")
    view.button("Tools of the timeline").click()
    assert not tools.is_visible()


# -- the foot, and exports ----------------------------------------------------------------------------


def test_branches_and_choices_are_on_the_track(show: Show) -> None:
    """A line leaves the track where a branch does and goes there when it is clicked; choices by hand are dots."""
    tree = samples.tree()
    tree["branches"][1]["hands"] = [22, 33]
    view = show(samples.now(tree=tree), "timeline")
    kinds = [each.get_attribute("data-dot") for each in view.root.locator(".kamlab-track circle").all()]
    assert sorted(kinds) == ["branch", "by hand", "by hand"]
    lines = view.root.locator(".kamlab-track-branch")
    assert sorted(lines.locator("title").all_text_contents()) == [
        "Branch 0, to step 60: go to its end",
        "Branch 2, to step 34: go to its end",
    ]
    lines.filter(has_text="Branch 2").dispatch_event("click")
    assert view.last() == {"do": "branch", "number": 2}


@pytest.mark.parametrize("kind", ["Mermaid", "ShiViz log", "JSON lines", "SVG", "PNG"])
def test_an_export_is_saved(show: Show, kind: str) -> None:
    """Two clicks ask the kernel for a format, and what comes is saved under its name; what others asked for is not."""
    view = show(samples.now(), "timeline")
    view.button("Export").click()
    view.button(kind).click()
    asked = view.sent("export")[-1]
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"><rect width="20" height="10"/></svg>'
    file = {"id": asked["id"] + 7, "kind": asked["kind"], "name": f"timeline.{asked['kind']}", "text": svg}
    view.answer(exported=file)
    assert "Saved" not in view.note()
    with view.page.expect_download() as saved:
        view.push(exported={**file, "id": asked["id"]})
    assert saved.value.suggested_filename == file["name"]
    content = saved.value.path().read_bytes()
    assert content.startswith(b"\x89PNG") if kind == "PNG" else content == svg.encode()
