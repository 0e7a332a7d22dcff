"""Timeline: the space-time diagram, the step that is looked at, and the branches."""

from __future__ import annotations

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
        172: "step 32: Broken_11 sends 'nobody' out of Broken_11.outbox; nobody takes it: it is lost",
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
    assert view.last() == {"do": "window", "first": 14, "last": 29}
    assert "goes to the last step already" in view.button("Later").get_attribute("title")
    assert "where the lab stands already" in view.button("Now").get_attribute("title")
    assert not view.button("Continue here").is_visible()
    then = samples.past(3)
    then["timeline"].update(first=0, last=15)
    view.push(**then)
    assert "earliest step" in view.button("Earlier").get_attribute("title")
    view.button("Later").click()
    assert view.last() == {"do": "window", "first": 11, "last": 26}
    view.piece("timeline").get_by_role("button", name="Now").click()
    assert view.last() == {"do": "look", "step": None}
    view.button("Continue here").click()
    assert view.last() == {"do": "goto", "step": 3}
    view.push(can={**samples.head()["can"], "goto": "It cannot be built again."})
    assert view.button("Continue here").get_attribute("title") == "It cannot be built again."


def test_branches(show: Show) -> None:
    """A button says how many branches there are and lists them: each goes there, or says why one cannot."""
    view = show(samples.now(), "timeline")
    menu = view.root.locator(".kamlab-tree > button")
    assert menu.inner_text() == "3 branches · 3 by hand"
    menu.click()
    other, here = (view.root.locator(f"button[data-branch='{number}']") for number in (2, 1))
    assert here.get_attribute("aria-current") == "true"
    assert "leaves branch 1 after step 30, 2 by hand" in other.inner_text()
    here.click(force=True)
    view.drawn()
    assert "at the end of this branch" in view.note()
    other.click()
    assert view.last() == {"do": "branch", "number": 2}
    assert not other.is_visible()
    view.push(tree=None)
    assert not menu.is_visible()


def test_nothing_has_happened(show: Show) -> None:
    """A lab without steps has no diagram, and the slider says that there is nothing to look at."""
    none = samples.timeline(first=0, last=0, latest=0, at=0, here=0, lines=(), slices=(), messages=(), marks=(), more=0)
    view = show(samples.now(timeline=none, tree=None), "timeline")
    assert "step the lab" in view.piece("timeline").inner_text()
    assert "only one step" in view.root.get_by_role("slider", name="Step looked at").get_attribute("title")
