"""Whatever messages, names and prints hold is shown as text: nothing of it is carried out, and nothing hangs."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.browser

TEXTS = [
    "<script>window.pwned = 1</script>",
    "<img src=x onerror='window.pwned = 2'>",
    "<svg onload='window.pwned = 3'><circle r=9></svg>",
    "<style>* { display: none !important }</style>",
    "</text></svg><script>window.pwned = 4</script>",
    "\"><b id=evil onclick='window.pwned = 5'>bold</b>",
    "javascript:window.pwned=6",
    "${window.pwned = 7} {{constructor.constructor('window.pwned = 7')()}}",
    "\x00\x1b[31m control \x07",
    "right \N{RIGHT-TO-LEFT OVERRIDE} to left",
    "half \ud800 of a pair",
    b"<script>window.pwned = 8</script>",
    "\N{SNOWMAN}" * 50,
]

HOSTILE = f"""%%kamlab --paused --virtual
class Evil:
    def __repr__(self):
        return "<img src=x onerror='window.pwned = 10'>"

class Raises:
    def __repr__(self):
        raise ValueError("<script>window.pwned = 11</script>")

class Prints(Component):
    def main(self):
        text = "<script>window.pwned = 12</script>"
        print(text)
        yield
        raise ValueError("<img src=x onerror='window.pwned = 13'>")

says = Says(*{TEXTS!r}, Evil(), Raises(), "x" * 10_000_000, name="<img src=x onerror='window.pwned = 9'>")
Pipeline(says, Keeps()).run()
Prints(name="</text><script>window.pwned = 14</script>").activate()
"""

#: An object whose repr takes for ever.
ENDLESS = """%%kamlab --paused --virtual
class Endless:
    def __repr__(self):
        while True:
            pass

Pipeline(Says("before", Endless(), "after"), Keeps()).run()
"""


def nothing_happened(desk: Any) -> None:
    """Assert that no script ran, no markup was taken for such, and no style hides the page."""
    assert desk.page.evaluate("() => window.pwned") is None
    assert desk.page.locator("#evil").count() == 0
    assert desk.page.locator(".kamlab-panel script, .kamlab-panel img, .kamlab-still script").count() == 0
    assert desk.page.locator("[onerror], [onload]").count() == 0
    assert desk.panel().root.is_visible()


def test_hostile_messages_are_text(desk: Any) -> None:
    """Messages, reprs, names, prints and errors that hold markup and scripts are shown as they are in every piece."""
    panel = desk.show(HOSTILE).wait("new", 0)
    desk.notebook.do("while lab.runnable(): lab.step()")
    panel.wait(step=desk.notebook.value("lab.step_number"))
    nothing_happened(desk)
    inboxes = panel.piece("Inboxes")
    inboxes.get_by_text("<script>window.pwned = 1</script>").first.wait_for()
    nodes = panel.piece("Graph").locator("g[data-node]")
    for node in nodes.all():
        panel.answered(lambda node=node: node.press("Enter"))
    chips = panel.chips()
    for index in range(min(chips.count(), 6)):
        panel.answered(chips.nth(index).click)
        panel.answered(chips.nth(index).click)
    events = panel.piece("Story").locator("[data-event]")
    panel.answered(events.first.click)
    desk.notebook.shoot("hostile")
    nothing_happened(desk)


def test_a_message_that_is_opened_is_text(desk: Any) -> None:
    """The whole of a hostile message is shown when it is opened, and can be edited, as text."""
    panel = desk.show(HOSTILE).wait("new", 0)
    desk.notebook.do("_ = lab.step(4)")
    panel.answered(panel.chips("<svg onload").first.click)
    inboxes = panel.piece("Inboxes")
    inboxes.get_by_role("button", name="Edit", exact=True).click()
    nothing_happened(desk)
    field = inboxes.locator("input[type=text]:visible, textarea:visible").first
    assert "onload" in field.input_value()
    field.fill("'<script>window.pwned = 20</script>'")
    panel.answered(inboxes.get_by_role("button", name="Save", exact=True).click)
    panel.chips("window.pwned = 20").first.wait_for()
    nothing_happened(desk)


def test_a_repr_that_never_returns_hangs_nothing(desk: Any) -> None:
    """A message whose repr takes for ever is shown somehow; the panel goes on."""
    panel = desk.show(ENDLESS).wait("new", 0)
    panel.click("Step").wait("paused", 1)
    panel.click("Step").wait("paused", 2)
    panel.chips("after").first.wait_for()
    panel.click("Back").wait("paused", 1)


def test_the_filter_takes_anything(desk: Any) -> None:
    """What is typed into the story's filter is text, not a pattern and not markup."""
    panel = desk.show(HOSTILE).wait("new", 0)
    desk.notebook.do("_ = lab.step(4)")
    story = panel.piece("Story")
    story.locator("[data-event]").first.wait_for()
    for text in ("<img src=x onerror='window.pwned = 30'>", "(", "\\"):
        panel.answered(lambda text=text: story.get_by_label("Filter the story").fill(text))
    nothing_happened(desk)
