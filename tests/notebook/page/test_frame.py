"""The frame of the panel in a bare page: its buttons, keys, state and notes."""

from __future__ import annotations

from typing import Any

import pytest

from . import samples
from .conftest import MENU

BUTTONS = {
    "Step": "step",
    "Message": "message",
    "Round": "round",
    "Back": "back",
    "Run": "run",
    "Pause": "pause",
    "Run to breakpoint": "breakpoint",
    "Reset": "reset",
    "Stop": "stop",
}
KEYS = {
    "s": "step",
    "ArrowRight": "step",
    "m": "message",
    "r": "round",
    "b": "back",
    "ArrowLeft": "back",
    "k": "breakpoint",
    " ": "run",
    "R": "reset",
    "Q": "stop",
}


def allowing(values: Any, **can: Any) -> Any:
    """The same values, where other things can be done."""
    scene, now = values
    return scene, {**now, "can": {**now["can"], **can}}


# -- buttons


@pytest.mark.parametrize(("name", "command"), BUTTONS.items())
def test_a_button_sends_its_command(panel: Any, name: str, command: str) -> None:
    """Each button of the contract sends one command with a number, and nothing else."""
    view = panel(allowing(samples.pipeline(), pause=True))
    view.button(name).click()
    assert view.last() == {"do": command}
    assert view.sent()[0]["id"] == 1


@pytest.mark.parametrize(("name", "command"), BUTTONS.items())
def test_a_button_that_cannot_be_used_says_why(panel: Any, name: str, command: str) -> None:
    """What cannot be done is marked as disabled, gives its reason, says it when clicked, and sends nothing."""
    view = panel(allowing(samples.pipeline(), **{command: "The moon is in the wrong phase."}))
    button = view.button(name)
    for attribute in ("title", "aria-description"):
        assert button.get_attribute(attribute) == "The moon is in the wrong phase."
    assert button.get_attribute("aria-disabled") == "true"
    view.click(button)
    assert view.root.get_by_role("alert").filter(has_text="The moon is in the wrong phase.").is_visible()
    assert view.sent() == []


def test_the_tab_key_reaches_every_button(panel: Any) -> None:
    """Every button can be reached by Tab, also one that cannot be used now, in the order of the page."""
    view = panel(allowing(samples.pipeline(), run="No."))
    view.button("Step").focus()
    seen = [view.focused()]
    for _ in range(16):
        view.press("Tab")
        seen.append(view.focused())
    expected = [*[name for name in BUTTONS if name not in MENU], "Find", "Keys", "More", "Present"]
    assert seen[: len(expected)] == expected
    assert seen[len(expected) :][:3] == ["Zoom out", "Zoom in", "Fit"]
    assert seen[len(expected) + 3].startswith("Source_3")


def test_the_tab_key_reaches_every_button_of_the_menu(panel: Any) -> None:
    """The menu opens by its button and by a key, gets the focus, and Tab goes through all that is in it."""
    view = panel(allowing(samples.pipeline(), breakpoint="No."))
    view.root.focus()
    view.press(".")
    seen = []
    for _ in range(8):
        view.press("Tab")
        seen.append(view.focused())
    assert seen[:6] == ["Speed", "Choose as next", "Break here", "Hold", "Run to breakpoint", "Reset"]
    assert seen[6:] == ["Stop", "Close: more controls"]
    view.press("Escape")
    assert not view.root.get_by_role("dialog").is_visible()


def test_the_menu_closes_when_something_was_done(panel: Any) -> None:
    """A command of the menu closes it, one that cannot be carried out does not, and neither does the speed."""
    view = panel(allowing(samples.pipeline(), reset="No."))
    menu = view.menu()
    view.click(view.button("Reset"))
    menu.get_by_role("slider", name="Speed").press("Home")
    assert menu.is_visible()
    view.button("Stop").click()
    assert not menu.is_visible()
    view.menu()
    view.root.locator(".kamlab-states").click()
    assert not menu.is_visible()


def test_a_click_is_shown_as_waiting_until_it_was_carried_out(panel: Any) -> None:
    """A button is busy from the click to the answer, and the root tells which command was answered last."""
    view = panel(samples.pipeline())
    view.button("Step").click()
    assert view.button("Step").get_attribute("aria-busy") == "true"
    view.answer()
    assert view.button("Step").get_attribute("aria-busy") is None
    assert view.root.get_attribute("data-reply") == "1"


def test_a_kernel_that_does_not_answer_is_reported(panel: Any) -> None:
    """After 2.5 s without an answer the note says why that may be; the answer takes the note away."""
    view = panel(samples.pipeline(), by_hand=True)
    view.button("Step").click()
    view.page.clock.run_for(2000)
    assert view.note() == ""
    view.page.clock.run_for(700)
    assert "The kernel has not answered yet" in view.note()
    assert "await lab.arun()" in view.note()
    view.answer("Echo_4 took 'x'")
    assert view.note() == "Echo_4 took 'x'"


def test_a_late_answer_clears_the_note_even_when_it_says_nothing(panel: Any) -> None:
    """The note about the kernel goes with the answer of the last command that was waited for."""
    view = panel(samples.pipeline(), by_hand=True)
    view.button("Step").click()
    view.button("Round").click()
    view.page.clock.run_for(3000)
    first = view.sent()[0]["id"]
    view.push(said={"text": "", "error": False, "reply": first})
    assert view.button("Round").get_attribute("aria-busy") == "true"
    view.answer()
    assert view.note() == ""


def test_numbers_of_commands_rise_from_the_last_answer(panel: Any) -> None:
    """A page that is loaded again goes on counting where the one before it was."""
    scene, now = samples.pipeline()
    view = panel((scene, {**now, "said": {"text": "", "error": False, "reply": 41}}))
    view.button("Step").click()
    view.button("Step").click()
    assert [command["id"] for command in view.sent()] == [42, 43]


# -- speed


def test_the_slider_sends_the_speed_and_says_it_in_words(panel: Any) -> None:
    """The slider goes from 1 slice a second to full speed, which is sent as null, and tells its value in words."""
    view = panel(samples.pipeline())
    slider = view.menu().get_by_role("slider", name="Speed")
    assert slider.get_attribute("aria-valuetext") == "full speed"
    slider.focus()
    view.press("Home")
    assert view.last() == {"do": "speed", "pace": 1}
    assert slider.get_attribute("aria-valuetext") == "1 slice per second"
    view.press("ArrowRight")
    assert view.last() == {"do": "speed", "pace": 2}
    view.press("End")
    assert view.last() == {"do": "speed", "pace": None}


def test_the_slider_shows_the_speed_that_the_lab_has(panel: Any) -> None:
    """A speed that was set elsewhere is shown: by its own number in words, and by the nearest place of the slider."""
    scene, now = samples.pipeline()
    view = panel((scene, {**now, "pace": 12}))
    slider = view.menu().get_by_role("slider", name="Speed")
    assert slider.input_value() == "3"
    assert slider.get_attribute("aria-valuetext") == "12 slices per second"


def test_the_slider_stays_where_it_was_put_until_it_is_answered(panel: Any) -> None:
    """News that come between a change of speed and its answer do not push the slider back."""
    view = panel(samples.pipeline())
    slider = view.menu().get_by_role("slider", name="Speed")
    slider.fill("2")
    view.push(step=13)
    assert slider.input_value() == "2"
    view.answer(pace=5)
    assert slider.input_value() == "2"


# -- keys


@pytest.mark.parametrize(("key", "command"), KEYS.items())
def test_a_key_sends_its_command(panel: Any, key: str, command: str) -> None:
    """With the focus in the panel, a key does what its button does."""
    view = panel(samples.pipeline())
    view.root.focus()
    view.press(key)
    assert view.last() == {"do": command}


def test_space_pauses_a_lab_that_runs(panel: Any) -> None:
    """Space runs a lab that stands still and pauses one that runs."""
    view = panel(allowing(samples.pipeline(), pause=True))
    view.push(state="running")
    view.root.focus()
    view.press(" ")
    assert view.last() == {"do": "pause"}


def test_space_on_a_button_presses_that_button(panel: Any) -> None:
    """Space belongs to the button that has the focus."""
    view = panel(samples.pipeline())
    view.button("Round").focus()
    view.press(" ")
    assert [command["do"] for command in view.sent()] == ["round"]


def test_a_key_that_cannot_be_used_says_why(panel: Any) -> None:
    """A key for something that cannot be done now says why, like its button."""
    view = panel(allowing(samples.pipeline(), back="Nothing has happened yet."))
    view.root.focus()
    view.press("b")
    assert view.note() == "Nothing has happened yet."
    assert view.sent() == []


def test_typing_in_a_text_field_is_no_command(panel: Any) -> None:
    """Letters and arrows in a text field are text."""
    view = panel(samples.pipeline())
    view.root.evaluate("root => root.append(document.createElement('input'))")
    view.root.locator("> input").focus()
    for key in ("s", "ArrowLeft", "r", "?", " "):
        view.press(key)
    assert view.sent() == []
    assert view.root.locator("> input").input_value() == "r? s"
    assert not view.root.get_by_role("dialog", include_hidden=True).first.is_visible()


def test_keys_of_the_panel_go_no_further(panel: Any) -> None:
    """The page around never hears a key that the panel used; it hears the others, and those with Ctrl."""
    view = panel(samples.pipeline())
    view.page.evaluate(
        "() => { window.heard = []; document.addEventListener('keydown', e => window.heard.push(e.key)); }"
    )
    view.root.focus()
    for key in ("s", "r", "x", "Control+s"):
        view.press(key)
    assert view.page.evaluate("window.heard") == ["x", "Control", "s"]
    assert [command["do"] for command in view.sent()] == ["step", "round"]
    assert view.root.get_attribute("data-lm-suppress-shortcuts") == "true"


def test_jupyterlab_is_kept_from_the_panels_keys(panel: Any) -> None:
    """Whatever has the focus tells JupyterLab to leave its keys alone; not those with Ctrl, but in text fields."""
    view = panel(samples.pipeline())
    view.root.evaluate("root => root.append(document.createElement('input'))")
    view.page.evaluate(
        """() => {
            window.shields = [];
            document.addEventListener('keydown', event => window.shields.push(
                [event.target, event.target.closest('.kamlab-panel')]
                    .map(each => each.dataset.lmSuppressShortcuts)), true);
        }"""
    )
    for place in (view.node("4"), view.button("Step"), view.root.locator("> input")):
        place.focus()
        view.press("x")
        assert view.page.evaluate("window.shields.pop()") == ["true", "true"]
    view.press("Control+e")
    assert view.page.evaluate("window.shields.pop()") == ["true", "true"]
    view.node("4").focus()
    view.press("Control+e")
    assert view.page.evaluate("window.shields.pop()") == [None, None]
    view.press("x")
    assert view.page.evaluate("window.shields.pop()") == ["true", "true"]


def test_the_list_of_keys_opens_and_closes(panel: Any) -> None:
    """The list of keys opens by its button and by a question mark, closes by Escape, and gives the focus back."""
    view = panel(samples.pipeline())
    keys = view.root.get_by_role("dialog", name="Keys")
    view.button("Step").focus()
    view.press("?")
    assert keys.is_visible()
    assert "Run to breakpoint" in keys.inner_text()
    view.press("Escape")
    assert not keys.is_visible()
    assert view.focused() == "Step"
    view.button("Keys").click()
    assert view.button("Keys").get_attribute("aria-expanded") == "true"
    view.root.get_by_role("button", name="Close: keys").click()
    assert not keys.is_visible()
    assert view.focused() == "Keys"


# -- state, notes, breakpoints


def test_the_state_is_told_in_words_and_in_attributes(panel: Any) -> None:
    """The root has state and step as attributes, and the state line has them in words."""
    view = panel(samples.pipeline())
    assert (view.root.get_attribute("data-state"), view.root.get_attribute("data-step")) == ("paused", "12")
    assert view.root.locator(".kamlab-state[role=status]").inner_text() == "Paused"
    line = view.root.locator(".kamlab-states").inner_text()
    assert "step 12" in line
    assert "round 3" in line
    assert "nothing can run now" in line
    view.push(state="running", step=13)
    assert view.root.get_attribute("data-state") == "running"
    assert view.root.locator(".kamlab-state").inner_text() == "Running"


def test_a_running_lab_is_not_announced_step_by_step(panel: Any) -> None:
    """While the lab runs no live region changes, however many steps are drawn."""
    view = panel(samples.pipeline())
    view.push(state="running", headline="running at step 12")
    view.page.evaluate(
        """() => {
            window.announced = 0;
            const live = '[role=status], [role=alert], [aria-live=polite], [aria-live=assertive]';
            new MutationObserver(all => {
                window.announced += all.filter(each => each.target.parentElement?.closest(live)).length;
            }).observe(document.body, {subtree: true, childList: true, characterData: true});
        }"""
    )
    for step in range(13, 20):
        view.push(step=step, headline=f"running at step {step}")
    assert view.page.evaluate("window.announced") == 0
    view.push(state="paused", headline="paused at step 20")
    assert view.page.evaluate("window.announced") > 0


def test_what_was_said_stands_in_the_note_line(panel: Any) -> None:
    """What Python says is shown, all its lines; an error is an alert."""
    view = panel(samples.pipeline())
    view.push(said={"text": "Echo_4 took 'x'\n(idle)", "error": False, "reply": 1})
    assert view.root.locator(".kamlab-note[role=status]").inner_text() == "Echo_4 took 'x'\n(idle)"
    view.push(said={"text": "It went wrong.", "error": True, "reply": 2})
    assert view.root.locator(".kamlab-note[role=alert]").inner_text() == "It went wrong."
    assert view.note() == "It went wrong."


def test_notes_of_different_length_do_not_move_what_stands_below(panel: Any) -> None:
    """Room is kept for the longest note so far, so the graph stays where it is from then on."""
    view = panel(samples.pipeline())
    top = "each => each.getBoundingClientRect().top"
    graph = view.root.get_by_role("region", name="Graph")
    view.push(said={"text": "one\ntwo\nthree", "error": False, "reply": 1})
    before = graph.evaluate(top)
    view.push(said={"text": "", "error": False, "reply": 2})
    assert graph.evaluate(top) == before
    view.push(said={"text": "one", "error": True, "reply": 3})
    assert graph.evaluate(top) == before


def test_a_reason_goes_when_python_speaks_again(panel: Any) -> None:
    """What the page said by itself stays over news, and goes when the next command was carried out."""
    view = panel(samples.pipeline())
    view.click(view.button("Pause"))
    assert view.note() == "The lab is not running."
    view.push(step=13)
    assert view.note() == "The lab is not running."
    view.button("Step").click()
    view.answer("Sink_5 ran.")
    assert view.note() == "Sink_5 ran."


def test_breakpoints_are_chips_that_can_be_removed(panel: Any) -> None:
    """Each breakpoint is shown and has a button to remove it; the focus goes on to the next one."""
    scene, now = samples.pipeline()
    breaks = [{"id": 4, "text": "before Echo_4"}, {"id": 9, "text": "Sink_5.inbox"}]
    view = panel((scene, {**now, "breaks": breaks}))
    group = view.menu().get_by_role("group", name="Breakpoints")
    assert group.get_by_role("listitem").all_inner_texts() == ["before Echo_4", "Sink_5.inbox"]
    view.button("Remove breakpoint before Echo_4").press("Enter")
    assert view.last() == {"do": "unbreak", "number": 4}
    view.answer(breaks=breaks[1:])
    assert view.focused() == "Remove breakpoint Sink_5.inbox"
    view.push(breaks=[])
    assert not group.is_visible()


def test_looking_at_the_past_is_said_and_can_be_ended(panel: Any) -> None:
    """When a step of the past is shown the line says so, and a button leads back to now."""
    view = panel(samples.pipeline())
    assert not view.button("Back to now").is_visible()
    view.push(at=7)
    assert "You look at step 7; the lab stands at step 12." in view.root.inner_text()
    view.button("Back to now").click()
    assert view.last() == {"do": "look", "step": None}


# -- the end of the lab


def gone(view: Any) -> str:
    """What the panel says about the end of its lab."""
    view.drawn()
    return "".join(view.root.locator("div.kamlab-gone[role=alert]").all_inner_texts())


def assert_nothing_can_be_done(view: Any) -> None:
    before = len(view.sent())
    view.click(view.button("Step"))
    view.root.focus()
    view.press("r")
    assert view.button("Step").get_attribute("aria-disabled") == "true"
    assert len(view.sent()) == before
    assert view.note() == gone(view)


def test_a_lab_that_is_gone_is_an_alert(panel: Any) -> None:
    """When Python says that the lab is gone, that is an alert, and the reason why nothing can be done."""
    view = panel(samples.pipeline())
    assert not view.root.locator("div.kamlab-gone").is_visible()
    view.push(gone="This lab was stopped.", state="stopped")
    assert gone(view) == "This lab was stopped."
    assert view.root.get_attribute("data-state") == "stopped"
    assert_nothing_can_be_done(view)


@pytest.mark.parametrize("status", ["restarting", "autorestarting", "dead"])
def test_a_restart_of_the_kernel_is_noticed_by_its_status(panel: Any, status: str) -> None:
    """When the kernel is restarted or dies the panel says that its lab is gone."""
    view = panel(samples.pipeline())
    view.button("Step").click()
    view.page.evaluate("status => window.models.one.statusChanged.emit(status)", status)
    assert gone(view) == "The kernel was restarted: this panel's lab is gone. Run the cell again."
    assert view.root.get_attribute("data-state") == "gone"
    assert view.button("Step").get_attribute("aria-busy") is None
    assert_nothing_can_be_done(view)


def test_a_restart_of_the_kernel_is_noticed_by_the_model(panel: Any) -> None:
    """When the model's connection is gone the panel says so; an idle kernel or a living one is no reason."""
    view = panel(samples.pipeline())
    view.page.evaluate("() => window.models.one.statusChanged.emit('idle')")
    view.page.evaluate("() => window.models.one.trigger('comm_live_update')")
    view.page.wait_for_timeout(20)
    assert gone(view) == ""
    view.page.evaluate(
        "() => { window.models.one.traits.layout.comm_live = false; window.models.one.trigger('comm_live_update'); }"
    )
    view.page.wait_for_selector("div.kamlab-gone:not([hidden])")
    assert "The kernel was restarted" in gone(view)


def test_a_click_that_cannot_be_sent_is_noticed(panel: Any) -> None:
    """When sending raises, the panel says that the kernel cannot be reached."""
    view = panel(samples.pipeline())
    view.page.evaluate("() => { window.models.one.closed = true; }")
    view.button("Step").click()
    assert "The kernel cannot be reached" in gone(view)
    assert view.page.expected_errors
    view.page.expected_errors.clear()


def test_news_from_the_kernel_show_that_it_lives(panel: Any) -> None:
    """A panel that took its kernel for dead works again when it hears from it."""
    view = panel(samples.pipeline())
    view.page.evaluate("() => window.models.one.statusChanged.emit('dead')")
    view.push(step=13)
    assert gone(view) == ""
    view.button("Step").click()
    assert view.last() == {"do": "step"}


# -- views


def test_a_view_says_hello_and_bye(panel: Any) -> None:
    """Each view tells when it comes and when it goes, under its page's name, and leaves nothing behind."""
    view = panel(samples.pipeline(), views=2)
    model = "window.models.one"
    hellos = view.sent("hello")
    names = [hello["view"] for hello in hellos]
    assert len(set(names)) == 2
    assert len({name.partition("/")[0] for name in names}) == 1
    assert view.page.evaluate(f"{model}.listening()") > 0
    view.page.evaluate("() => window.ends.one.forEach(end => end())")
    assert [bye["view"] for bye in view.sent("bye")] == names
    assert view.page.evaluate(f"{model}.listening()") == 0
    assert view.page.locator(".kamlab-panel").count() == 0


def test_two_views_of_one_model_show_the_same(panel: Any) -> None:
    """Both views draw what is new and send commands; the numbers of their commands are never the same."""
    first = panel(samples.pipeline(), views=2)
    second = type(first)(first.page, index=1)
    first.button("Step").click()
    second.button("Round").click()
    assert [command["id"] for command in first.sent()] == [1, 2]
    first.answer(step=14)
    for view in (first, second):
        assert view.root.get_attribute("data-step") == "14"
        assert view.root.get_attribute("data-reply") == "2"
    assert second.button("Round").get_attribute("aria-busy") is None


def test_two_models_in_a_page_do_not_disturb_each_other(panel: Any) -> None:
    """A command of one panel goes to its own model."""
    first = panel(samples.pipeline())
    second = panel(samples.nested(), page=first.page, name="two")
    second.button("Step").click()
    assert first.sent() == []
    assert second.last() == {"do": "step"}


def test_only_the_pieces_asked_for_are_shown(panel: Any) -> None:
    """A panel of one piece shows that and the state; pieces that are not there, or unknown, are left out."""
    view = panel(samples.pipeline(), pieces=["graph", "no such piece"])
    assert not view.button("Step").is_visible()
    assert view.root.locator(".kamlab-state").is_visible()
    assert view.root.get_by_role("region").all_inner_texts()
    view.page.evaluate("() => window.models.one.set('pieces', ['controls'])")
    view.drawn()
    assert view.button("Step").is_visible()
    assert view.root.locator("section").count() == 0


def test_a_piece_that_cannot_be_drawn_says_so(panel: Any) -> None:
    """An error in one piece is shown in it, and the rest of the panel goes on."""
    scene, now = samples.pipeline()
    view = panel((scene, now))
    view.push(step=13, graph={**now["graph"], "links": {"3-4": 5}})
    assert "This could not be drawn" in view.root.locator(".kamlab-graph [role=alert]").inner_text()
    assert view.root.get_attribute("data-step") == "13"
    assert view.page.expected_errors
    view.page.expected_errors.clear()
    view.push(graph=now["graph"])
    assert view.root.locator(".kamlab-graph [role=alert]").count() == 0


def test_the_still_picture_is_hidden_where_the_panel_is(panel: Any) -> None:
    """The still picture that follows a panel in its cell is hidden, and no other one."""
    view = panel(samples.pipeline())
    view.page.evaluate(
        """() => {
            const cell = (...children) => {
                const area = document.createElement('div');
                for (const child of children) {
                    const output = document.createElement('div');
                    output.className = 'jp-OutputArea-child';
                    output.append(child);
                    area.append(output);
                }
                document.body.append(area);
            };
            const still = id => {
                const picture = document.createElement('div');
                picture.className = 'kamlab-still';
                picture.id = id;
                picture.textContent = 'still';
                return picture;
            };
            cell(document.getElementById('one-0'), still('mine'));
            cell(still('other'));
        }"""
    )
    assert not view.page.locator("#mine").is_visible()
    assert view.page.locator("#other").is_visible()
