"""The panel is legible in both themes and at 200 %, and has names and roles for a screen reader."""

from __future__ import annotations

from typing import Any

import pytest

from .pages import VIEWPORT
from .panels import BUTTONS, PIECES

pytestmark = pytest.mark.browser

THEMES = ("JupyterLab Light", "JupyterLab Dark")
#: What text must stand out from its ground by (WCAG AA).
LEGIBLE = 4.5

#: The elements of a panel that can be used, and have no name that a screen reader could say.
NAMELESS = """root => [...root.querySelectorAll('button, input, select, textarea, [role=button], [tabindex="0"]')]
    .filter(each => each.checkVisibility())
    .filter(each => !(each.getAttribute('aria-label') || each.textContent.trim() || each.labels?.length
        || each.getAttribute('aria-labelledby') || each.getAttribute('title')))
    .map(each => each.outerHTML.slice(0, 200))"""
#: What sticks out of the panel to the right.
WIDER = "root => root.scrollWidth - root.clientWidth"
#: Ids that are there more than once.
TWICE = """() => {
    const ids = [...document.querySelectorAll('.kamlab-panel [id]')].map(each => each.id);
    return ids.filter((id, index) => ids.indexOf(id) !== index);
}"""


def busy(desk: Any) -> Any:
    """Return a panel in which there is something to see."""
    panel = desk.stepped(14)
    panel.select("Source")
    return panel


def test_legible_in_both_themes(desk: Any) -> None:
    """Texts of every piece stand out from what is behind them, in the light and in the dark theme."""
    panel = busy(desk)
    for theme in THEMES:
        desk.notebook.theme(theme)
        desk.notebook.shoot(f"busy {theme}", panel.root)
        texts = desk.notebook.contrasts(panel.root)
        for name in PIECES[1:]:
            panel.piece(name)
            texts += desk.notebook.contrasts(panel.root)
        assert len(texts) > 30
        poor = {(text, round(ratio, 1)) for text, ratio in texts if ratio < LEGIBLE}
        assert poor == set(), theme
    desk.notebook.theme(THEMES[0])


def test_readable_at_200_percent(desk: Any) -> None:
    """In half the room nothing sticks out of the panel, and every button can be seen, or opened."""
    panel = busy(desk)
    desk.page.set_viewport_size({"width": VIEWPORT["width"] // 2, "height": VIEWPORT["height"] // 2})
    panel.until(f"root => ({WIDER})(root) <= 1")
    assert panel.button("Reset").is_visible()
    assert all(panel.button(name).is_visible() for name in BUTTONS)
    desk.notebook.shoot("200 percent")


def test_names_and_roles(desk: Any) -> None:
    """Everything that can be used has a name, no id is there twice, and the components say how they stand."""
    panel = busy(desk)
    desk.run("lab.panel()")
    desk.panel(2).wait("paused", 14)
    assert panel.root.evaluate(NAMELESS) == []
    assert desk.page.evaluate(TWICE) == []
    assert panel.root.get_attribute("aria-label") == "kamlab panel"
    node = panel.node("Slow")
    assert node.get_attribute("role") == "button"
    assert "inbox" in node.get_attribute("aria-label")
    assert panel.root.locator(".kamlab-state").get_attribute("role") == "status"
