"""Source: the line a component stands at, and what its names stand for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from . import samples

pytestmark = pytest.mark.browser

Show = Callable[..., Any]


def test_the_current_line_is_marked(show: Show) -> None:
    """The title says where the component stands; that line, and no other, is the current one and has an arrow."""
    view = show(samples.now(), "source")
    assert "Echo_7 at line 12 of main()" in view.piece("source").inner_text()
    lines = view.root.locator(".kamlab-code-line")
    assert lines.first.inner_text().startswith("4")
    current = view.piece("source").locator("[aria-current='true']")
    assert current.inner_text().split() == ["12", "yield"]
    assert view.root.locator(".kamlab-code-arrow svg").count() == 1
    view.push(source=samples.source(at=9))
    assert current.inner_text().startswith("9")
    assert view.root.locator(".kamlab-code-arrow svg").count() == 1


def test_code_is_shown_as_it_is(show: Show) -> None:
    """Colours take nothing away: each line has exactly the text that was sent."""
    odd = [
        *samples.LINES,
        'text = """begins',
        "  def inside: # no comment",
        'ends""" + "# no" # yes',
        "s = 'it\\'s'",
        "",
        "\tunended = '",
    ]
    view = show(samples.now(source=samples.source(lines=odd)), "source")
    assert view.root.locator(".kamlab-code-line code").all_text_contents() == odd
    assert view.root.locator(".kamlab-code-text", has_text="def inside").count() == 1
    assert view.root.locator(".kamlab-code-comment").all_text_contents() == ["# the oldest first", "# yes"]


def test_names_and_stack_are_tables(show: Show) -> None:
    """Locals and attributes are two tables with captions; the stack is a list, the remark a line."""
    view = show(samples.now(), "source")
    assert view.root.get_by_role("table", name="Locals").get_by_role("row", name="message 'hello'").count() == 1
    assert view.root.get_by_role("table", name="Attributes").get_by_role("row", name="counted 14").count() == 1
    text = view.piece("source").inner_text()
    assert "main, line 12" in text
    assert "It will go on here" in text
    view.push(source=samples.source(locals=[], attributes=[], stack=[], remark=""))
    assert view.root.get_by_role("table").filter(visible=True).count() == 0


def test_what_kamlab_does_is_one_line(show: Show) -> None:
    """What the current line has called of kamlab's is one grey line below it; the callers above the line remain."""
    inside = "waits for a message in 'inbox'"
    calls = ["kamlab's run()", "main, line 12", inside]
    view = show(samples.now(source=samples.source(inside=inside, stack=calls)), "source")
    texts = view.root.locator(".kamlab-code-line code").all_text_contents()
    assert texts[texts.index(samples.LINES[8]) + 1] == f"\u21b3 {inside}"
    assert view.piece("source").locator("[aria-current='true']").inner_text().split() == ["12", "yield"]
    assert view.root.locator(".kamlab-stack li").all_inner_texts() == ["kamlab's run()"]
    view.push(source=samples.source())
    assert view.root.locator(".kamlab-code-line code").all_text_contents() == samples.LINES


def test_a_failure_is_red(show: Show) -> None:
    """The line at which a component failed is red, and so is what it said."""
    view = show(samples.now(), "source")
    line = view.piece("source").locator("[aria-current='true']")
    ground = "each => getComputedStyle(each).backgroundColor"
    before = line.evaluate(ground)
    view.push(source=samples.source(state="failed", remark="ValueError: out of paper"))
    assert line.evaluate(ground) != before
    assert view.root.locator(".kamlab-remark").evaluate(ground) == line.evaluate(ground)


def test_nothing_selected(show: Show) -> None:
    """Where there is no code to show, it says what to do, or why there is none."""
    view = show(samples.now(source=None), "source")
    assert "Select a component to see its code" in view.piece("source").inner_text()
    view.push(source={"note": "Not at this step."})
    assert view.piece("source").inner_text().endswith("Not at this step.")


def test_only_its_own_box_scrolls(show: Show) -> None:
    """The current line is brought into view in its box, and the page stays where it is."""
    lines = [f"line_{n} = {n}" for n in range(300)]
    view = show(samples.now(source=samples.source(first=1, lines=lines, at=3)), "source")
    view.page.evaluate("() => window.scrollTo(0, 40)")
    view.push(source=samples.source(first=1, lines=lines, at=250))
    box = "document.querySelector('.kamlab-code')"
    inside = f"""() => {{ const box = {box}.getBoundingClientRect();
        const line = {box}.querySelector('[aria-current]').getBoundingClientRect();
        return line.top >= box.top && line.bottom <= box.bottom; }}"""
    assert view.page.evaluate(inside)
    assert view.page.evaluate("() => window.scrollY") == 40
    scrolled = view.page.evaluate(f"() => ({box}.scrollTop = 0)")
    view.push(step=41)
    assert view.page.evaluate(f"() => {box}.scrollTop") == scrolled


def test_keys_that_scroll_code_do_not_step(show: Show) -> None:
    """In the box of code the arrow keys scroll it, and do not drive the lab."""
    view = show(samples.now(), "source")
    view.root.get_by_role("region", name="Code of Echo_7").press("ArrowRight")
    assert view.sent() == []
