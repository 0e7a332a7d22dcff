"""The timeline in a real page: it is laid out for the room there, a click is a look, an export is two clicks."""

from __future__ import annotations

import json
from typing import Any

import pytest

pytestmark = pytest.mark.browser

#: Texts of messages, slices and the edges of the diagram, in pixels of the page.
BOXES = """root => {
    const box = node => (({left, top, right, bottom}) => [left, top, right, bottom])(node.getBoundingClientRect());
    const chart = root.querySelector('svg.kamlab-chart[role=group]');
    const texts = [...chart.querySelectorAll('.txt')].filter(node => node.textContent);
    return {chart: box(chart), texts: texts.map(box), slices: [...chart.querySelectorAll('.slice')].map(box)};
}"""


def overlap(one: list[float], other: list[float]) -> bool:
    """Return whether two boxes cover one another by more than the leading of a line."""
    return one[0] + 1 < other[2] and other[0] + 1 < one[2] and one[1] + 3 < other[3] and other[1] + 3 < one[3]


def test_texts_cover_nothing_and_nothing_is_cut(desk: Any) -> None:
    """In the page, with its own fonts, texts overlap neither each other nor slices, and lie within the diagram."""
    panel = desk.stepped(30)
    panel.piece("Timeline")
    panel.until("root => root.querySelector('.kamlab-chart .txt')")
    boxes = panel.root.evaluate(BOXES)
    left, top, right, bottom = boxes["chart"]
    assert boxes["texts"]
    for place, text in enumerate(boxes["texts"]):
        assert left - 1 <= text[0]
        assert text[2] <= right + 1
        assert top - 1 <= text[1]
        assert text[3] <= bottom + 1
        assert not [other for other in boxes["texts"][:place] if overlap(text, other)]
        assert not [other for other in boxes["slices"] if overlap(text, other)]
    names = panel.piece("Timeline").locator(".kamlab-chart-name")
    assert [name.evaluate("node => node.scrollWidth <= node.clientWidth") for name in names.all()] == [
        True
    ] * names.count()


def test_a_click_is_a_look(desk: Any) -> None:
    """A click on a step of the axis shows the lab at that step, while the lab stays."""
    panel = desk.stepped(12)
    tick = panel.piece("Timeline").locator(".kamlab-chart-axis text").get_by_text("8", exact=True)
    panel.answered(lambda: tick.click(force=True))
    assert panel.root.get_attribute("data-past") == "8"
    assert desk.notebook.value("lab.step_number") == 12
    head = panel.piece("Timeline").locator(".kamlab-chart-foot .played")
    assert head.text_content() == "step 8"


def test_an_export_is_two_clicks(desk: Any) -> None:
    """Export and JSON lines save a file with the events of the diagram."""
    panel = desk.stepped(9)
    panel.button("Export").click()
    with panel.page.expect_download() as saved:
        panel.button("JSON lines").click()
    assert saved.value.suggested_filename == "timeline.jsonl"
    events = [json.loads(line) for line in saved.value.path().read_text(encoding="utf-8").splitlines()]
    assert {"slice", "sent"} <= {event["kind"] for event in events}
