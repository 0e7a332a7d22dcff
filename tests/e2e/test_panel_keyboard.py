"""The panel is used by the keyboard alone."""

from __future__ import annotations

from typing import Any

import pytest

from .systems import QUEUE, TICKS

pytestmark = pytest.mark.browser

#: How often Tab may have to be pressed until the panel is reached.
TABS = 60


def tab_into(desk: Any, panel: Any) -> None:
    """Press Tab in the page, beginning above the panel, until something in the panel has the focus."""
    desk.notebook.command("notebook:enter-command-mode")
    inside = "root => root.contains(document.activeElement)"
    for _ in range(TABS):
        desk.page.keyboard.press("Tab")
        if panel.root.evaluate(inside):
            return
    pytest.fail(f"{TABS} times Tab did not lead into the panel")


def test_tab_leads_into_the_panel_and_its_keys_work(desk: Any) -> None:
    """Reached by Tab, s steps and b goes back; the notebook's own shortcuts for these keys do nothing."""
    panel = desk.show(QUEUE).wait("new", 0)
    tab_into(desk, panel)
    cells = desk.page.locator(".jp-Notebook-cell").count()
    for step in (1, 2):
        panel.answered(lambda: desk.page.keyboard.press("s"))
        panel.wait("paused", step)
    panel.answered(lambda: desk.page.keyboard.press("b"))
    panel.wait("paused", 1)
    assert desk.notebook.value("lab.step_number") == 1
    assert desk.page.locator(".jp-Notebook-cell").count() == cells, "b adds a cell in command mode"


def test_enter_presses_what_has_the_focus(desk: Any) -> None:
    """The button that Tab has led to is pressed by Enter."""
    panel = desk.show(QUEUE).wait("new", 0)
    tab_into(desk, panel)
    for _ in range(8):
        if desk.page.evaluate("() => document.activeElement.dataset.does") == "step":
            break
        desk.page.keyboard.press("Tab")
    panel.answered(lambda: desk.page.keyboard.press("Enter"))
    panel.wait("paused", 1)


def test_space_runs_and_pauses(desk: Any) -> None:
    """In the panel, where nothing needs it for itself, Space runs a lab that stands and pauses one that runs."""
    panel = desk.show(TICKS).wait("new", 0)
    panel.root.focus()
    panel.answered(lambda: desk.page.keyboard.press("Space"))
    panel.wait("running")
    panel.answered(lambda: desk.page.keyboard.press("Space"))
    panel.wait("paused")


def test_the_list_of_keys_is_opened_and_closed(desk: Any) -> None:
    """A question mark shows the keys, Escape hides them, and the focus is back where it was."""
    panel = desk.show(QUEUE).wait("new", 0)
    panel.button("Step").focus()
    desk.page.keyboard.press("?")
    keys = panel.root.get_by_role("dialog", name="Keys")
    keys.wait_for()
    assert "Step" in keys.inner_text()
    desk.page.keyboard.press("Escape")
    keys.wait_for(state="hidden")
    assert desk.page.evaluate("() => document.activeElement.dataset.does") == "step"


def test_the_graph_is_walked_by_arrows(desk: Any) -> None:
    """Tab leads to one component; arrows go to the others, and Enter selects one."""
    panel = desk.stepped(3)
    source = panel.node("Source")
    source.focus()
    desk.page.keyboard.press("ArrowRight")
    label = desk.page.evaluate("() => document.activeElement.getAttribute('aria-label')")
    assert label.split("_")[0] in ("Relay", "Slow", "Pipeline")
    panel.answered(lambda: desk.page.keyboard.press("Enter"))
    assert desk.page.evaluate("() => document.activeElement.getAttribute('aria-label')") == label
    tabbable = panel.piece("Graph").locator("g[data-node][tabindex='0']")
    assert tabbable.count() == 1


def test_typing_in_a_field_is_typing(desk: Any) -> None:
    """In the story's filter the panel's keys are letters."""
    panel = desk.show(QUEUE).wait("new", 0)
    field = panel.piece("Story").get_by_label("Filter the story")
    field.focus()
    desk.page.keyboard.type("sb?")
    assert field.input_value() == "sb?"
    panel.until("root => root.querySelector('[role=dialog]').hidden")
    assert desk.notebook.value("lab.step_number") == 0
