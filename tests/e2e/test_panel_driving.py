"""The panel drives its lab: every click does what its button says, and the panel shows what came of it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from .panels import BUTTONS, PIECES
from .systems import QUEUE, TICKS

pytestmark = pytest.mark.browser

#: The same system in a lab that nobody looks at.
TWIN = """
twin = kamlab.Lab(build=lambda: Pipeline(Source(), Relay(), Slow()).activate(), clock="virtual")
"""


@pytest.mark.smoke
def test_it_shows_the_lab(desk: Any) -> None:
    """A new panel has every button and every piece, says its state in words, and shows each component by name."""
    panel = desk.show(QUEUE).wait("new", 0)
    for name in BUTTONS:
        assert panel.button(name).count() == 1, name
    for name in PIECES:
        assert panel.piece(name).count() == 1, name
        assert panel.piece(name).get_by_role("heading").first.inner_text() == name
    assert panel.root.get_attribute("role") == "group"
    assert panel.root.locator(".kamlab-state").inner_text().strip()
    panel.node("Pipeline").wait_for()
    panel.click("Step")
    for name in ("Source", "Relay", "Slow"):
        panel.node(name).wait_for()


@pytest.mark.smoke
def test_step(desk: Any) -> None:
    """Step runs one slice: the lab and the panel are at the next step."""
    panel = desk.show(QUEUE).wait("new", 0)
    for step in (1, 2, 3):
        panel.click("Step").wait("paused", step)
        assert desk.notebook.value("lab.step_number") == step


def test_message(desk: Any) -> None:
    """Message runs until one has been delivered, and tells which."""
    panel = desk.show(QUEUE).wait("new", 0)
    panel.click("Message").wait("paused")
    assert desk.notebook.value("[each.kind for each in lab.trace].count('sent')") == 1
    assert panel.step == desk.notebook.value("lab.step_number")
    panel.root.get_by_text(re.compile(r"Source_\d+\.outbox -> Relay_\d+\.inbox: 'message 1'")).first.wait_for()


def test_round(desk: Any) -> None:
    """Round gives everybody who can run one slice."""
    panel = desk.show(QUEUE).wait("new", 0)
    desk.notebook.do(TWIN)
    for _ in range(3):
        panel.click("Round").wait("paused")
        step = desk.notebook.value("twin.step_number", "_ = twin.step_round()")
        assert (panel.step, desk.notebook.value("lab.step_number")) == (step, step)
    assert step > 5


@pytest.mark.smoke
def test_run_and_pause(desk: Any) -> None:
    """While the lab runs the panel follows, and Step says why it cannot be used; Pause stops between two slices."""
    panel = desk.show(TICKS).wait("new", 0)
    panel.click("Run").wait("running")
    assert not panel.can("Step")
    assert "running" in panel.button("Step").get_attribute("aria-description")
    panel.until("(root, step) => Number(root.dataset.step) > step", panel.step)
    panel.click("Pause").wait("paused")
    assert panel.step == desk.notebook.value("lab.step_number")
    assert not panel.can("Pause")
    desk.notebook.shoot("paused")


def test_pause_while_a_cell_awaits(desk: Any) -> None:
    """While a cell awaits lab.arun(), Pause is carried out, and ends the cell."""
    panel = desk.show(TICKS).wait("new", 0)
    desk.start("(await lab.arun()).reason")
    panel.wait("running")
    panel.button("Pause").click()
    panel.wait("paused")
    desk.notebook.output(2).get_by_text("'paused'").wait_for()


def test_speed(desk: Any) -> None:
    """The slider sets how many slices a run takes in a second."""
    panel = desk.show(QUEUE).wait("new", 0)
    slider = panel.menu().get_by_label("Speed", exact=True)
    slider.focus()
    panel.answered(lambda: slider.press("Home"))
    pace = desk.notebook.value("lab.pace")
    assert 0 < pace <= 5
    panel.answered(lambda: slider.press("End"))
    assert desk.notebook.value("lab.pace") is None


@pytest.mark.smoke
def test_back(desk: Any) -> None:
    """Back takes back the last slice; the first one can be taken back, and then there is nothing left to."""
    panel = desk.show(QUEUE).wait("new", 0)
    assert not panel.can("Back")
    panel.click("Step").click("Step").wait("paused", 2)
    panel.click("Back").wait(step=1)
    assert desk.notebook.value("lab.step_number") == 1
    panel.click("Back").wait(step=0)
    panel.click("Step").wait("paused", 1)


def test_reset(desk: Any) -> None:
    """Reset builds the system again, at step 0; the panel stays and works."""
    panel = desk.stepped(7)
    panel.click("Reset").wait("new", 0)
    assert desk.notebook.value("lab.step_number") == 0
    panel.click("Step").wait("paused", 1)


def test_run_to_a_breakpoint(desk: Any) -> None:
    """Without a breakpoint the button says so; with one the lab runs to it and stops there."""
    panel = desk.stepped(1)
    assert not panel.can("Run to breakpoint")
    assert "breakpoint" in panel.button("Run to breakpoint").get_attribute("aria-description")
    desk.notebook.do("stop = lab.break_on(message='message 3')")
    panel.until("root => !root.querySelector('[data-does=breakpoint]').hasAttribute('aria-disabled')")
    panel.click("Run to breakpoint").wait("paused")
    assert desk.notebook.value("lab.outcome.reason, stop.hits") == ("breakpoint", 1)
    assert panel.step == desk.notebook.value("lab.step_number") > 1


@pytest.mark.smoke
def test_edit_a_message(desk: Any) -> None:
    """A message that waits is opened, edited and saved: the lab has the new one, and it is the one that is taken."""
    panel = desk.stepped(12)
    chip = panel.chips("message").first
    before = chip.inner_text()
    panel.answered(chip.click)
    panel.piece("Inboxes").get_by_role("button", name="Edit", exact=True).click()
    field = panel.piece("Inboxes").locator("input[type=text]:visible, textarea:visible").first
    field.fill("'by hand'")
    desk.notebook.shoot("edit")
    panel.answered(panel.piece("Inboxes").get_by_role("button", name="Save", exact=True).click)
    panel.chips("by hand").first.wait_for()
    assert before not in panel.chips("by hand").first.inner_text()
    desk.notebook.do("slow = lab['Slow']\nwhile 'by hand' not in slow.got: lab.step()")
    panel.wait(step=desk.notebook.value("lab.step_number"))


def test_drop_a_message(desk: Any) -> None:
    """A message that is dropped waits no more."""
    panel = desk.stepped(12)
    waiting = panel.chips("message").count()
    assert waiting == desk.notebook.value("lab.inboxes().waiting") > 0
    text = panel.chips("message").first.inner_text()
    panel.answered(panel.chips("message").first.click)
    panel.answered(panel.piece("Inboxes").get_by_role("button", name="Drop", exact=True).click)
    assert desk.notebook.value("lab.inboxes().waiting") == waiting - 1 == panel.chips("message").count()
    assert panel.chips(text).count() == 0


def test_fold(desk: Any) -> None:
    """A container folds into one box, and unfolds again."""
    panel = desk.stepped(3)
    panel.node("Source").wait_for()
    fold = panel.piece("Graph").locator("[data-fold]").first
    panel.answered(fold.click)
    panel.node("Source").wait_for(state="detached")
    panel.answered(fold.click)
    panel.node("Source").wait_for()


def test_scrub(desk: Any) -> None:
    """The slider shows the past while the lab stays; so do Step and Back; Continue here takes the lab there."""
    panel = desk.stepped(9)
    panel.scrub(4)
    panel.root.get_by_text(re.compile("step 4")).first.wait_for()
    assert panel.root.get_attribute("data-past") == "4"
    assert (panel.step, desk.notebook.value("lab.step_number")) == (9, 9)
    panel.click("Look on").click("Look on").click("Look back")
    assert panel.root.get_attribute("data-past") == "5"
    assert (panel.step, desk.notebook.value("lab.step_number")) == (9, 9)
    panel.click("Back to now")
    assert panel.root.get_attribute("data-past") is None
    panel.scrub(4)
    panel.click("Continue here")
    panel.wait("paused", 4)
    assert desk.notebook.value("lab.step_number") == 4


def test_two_panels_on_one_lab(desk: Any) -> None:
    """What is done in one panel is shown in the other one too, and both can be used."""
    first = desk.show(QUEUE).wait("new", 0)
    desk.run("lab.panel()")
    second = desk.panel(2).wait("new", 0)
    first.click("Step")
    second.wait("paused", 1)
    second.click("Step")
    first.wait("paused", 2)
    assert desk.notebook.value("lab.step_number") == 2


def test_no_button_does_nothing(desk: Any) -> None:
    """A button that cannot be used now stays focusable, says why, and says so again when it is clicked."""
    panel = desk.show(QUEUE).wait("new", 0)
    refused = [name for name in BUTTONS if not panel.can(name)]
    assert {"Back", "Pause"} <= set(refused)
    for name in refused:
        button = panel.button(name)
        why = button.get_attribute("aria-description")
        assert len(why) > 10
        assert button.get_attribute("title") == why
        assert not button.evaluate("button => button.disabled"), "it must stay focusable"
        button.click(force=True)
        panel.root.locator(".kamlab-note").get_by_text(why, exact=True).wait_for()
    assert desk.notebook.value("lab.step_number") == 0


def test_select_a_component(desk: Any) -> None:
    """A click on a component selects it: its code and its variables are shown."""
    panel = desk.stepped(4)
    panel.answered(panel.node("Source").click)  # by the mouse; others select by the keyboard
    panel.piece("Source").get_by_text("number += 1").first.wait_for()
    assert panel.piece("Source").get_by_text("number", exact=True).count() >= 1
    desk.notebook.shoot("selected")


def test_the_story_is_filtered(desk: Any) -> None:
    """The story tells what happened; the filter leaves what contains its words."""
    panel = desk.stepped(9)
    story = panel.piece("Story")
    items = story.locator("[data-event]")
    items.first.wait_for()
    every = items.count()
    panel.answered(lambda: story.get_by_label("Filter the story").fill("message 2"))
    panel.until(
        "(root, every) => root.querySelectorAll(\"section[aria-label='Story'] [data-event]\").length < every", every
    )
    assert items.count() > 0


def test_a_lab_that_is_stopped_says_so(desk: Any) -> None:
    """Stop ends the lab: the panel shows its last picture, and Reset, which alone can be used, goes on in it."""
    panel = desk.stepped(3)
    panel.click("Stop").wait("stopped", 3)
    assert desk.notebook.value("lab.state") == "stopped"
    assert "stopped" in panel.root.locator(".kamlab-state").inner_text().lower()
    panel.node("Source").wait_for()
    assert [name for name in BUTTONS if panel.can(name)] == ["Reset"]
    panel.click("Reset").wait("new", 0).click("Step").wait("paused", 1)


def test_a_stopped_lab_has_a_panel(desk: Any) -> None:
    """A panel made after the lab was stopped shows how it stood, and Reset revives it."""
    desk.stepped(3)
    desk.run("lab.stop()\nlab.panel()")
    panel = desk.panel(2).wait("stopped", 3)
    panel.node("Source").wait_for()
    assert panel.piece("Timeline").locator(".event").count() > 3
    panel.click("Reset").wait("new", 0)
    assert desk.notebook.value("lab.state") == "new"


def test_a_stopped_lab_that_cannot_be_built_says_so(desk: Any) -> None:
    """Where the lab does not know its system the last picture stays, it says what to do, and nothing can be used."""
    panel = desk.show("lab = kamlab.Lab()\nPipeline(Source(), Slow()).activate(lab)\nlab.panel()").wait("new", 0)
    desk.notebook.do("_ = lab.step(3)\nlab.stop()")
    panel.wait("stopped", 3)
    assert "run the cell again" in panel.root.locator("div.kamlab-gone").inner_text().lower()
    panel.node("Source").wait_for()
    assert not any(panel.can(name) for name in BUTTONS)
