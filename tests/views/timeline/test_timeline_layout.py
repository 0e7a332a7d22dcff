"""Where things are in the space-time diagram: texts cover nothing, nothing is outside, the same view gives the same."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamlab.views.timeline import Layout, Lifeline, Mark, Passage, Ran, Timeline
from kamlab.views.timeline.layout import LINE, RIGHT, Arrow, crosses, width_of
from sampling import sampled

PROPERTY = settings(max_examples=sampled(40, 300), deadline=None)


@st.composite
def views(draw: st.DrawFn) -> Timeline:
    """A diagram in which anything may have happened."""
    lines, last = draw(st.integers(1, 9)), draw(st.integers(1, 30))
    places = st.tuples(st.integers(0, lines - 1), st.integers(1, last))
    text = st.text("abcé中'", min_size=1, max_size=40)
    fates = st.sampled_from(["taken", "taken", "waits", "discarded", "removed"])
    messages = []
    for number in range(draw(st.integers(0, 25))):
        start, end, fate = draw(places), draw(places), draw(fates)
        if end[1] < start[1]:
            start, end = end, start
        took = 1000 + number if fate in ("taken", "removed") else None
        end = None if fate == "discarded" else (end if took else (end[0], start[1]))
        start = None if took and draw(st.integers(0, 9)) == 0 else start
        messages.append(Passage(number, took, start, end, "x.inbox", draw(text), fate))
    slices = [Ran(step, draw(st.integers(0, lines - 1)), 2000 + step) for step in range(1, last + 1)]
    kinds = st.sampled_from(["activated", "finished", "failed", "by hand"])
    marks = [Mark(3000 + n, *draw(places), draw(kinds), "") for n in range(draw(st.integers(0, 4)))]
    return Timeline(
        first=draw(st.integers(0, 1)),
        last=last,
        earliest=0,
        latest=last,
        at=last,
        here=last,
        lines=tuple(Lifeline(str(n), f"line {n}") for n in range(lines)),
        slices=tuple(slices),
        messages=tuple(messages),
        marks=tuple(marks),
    )


rooms = st.sampled_from([{}, {"width": 420, "height": 260}, {"width": 1000, "height": 600, "base": 0}])


def rect(arrow: Arrow) -> tuple[float, float, float, float]:
    """Return what the text of an arrow covers."""
    x, y = arrow.at[0], arrow.at[1] - 4
    return x, y - LINE / 2, x + width_of(arrow.text), y + LINE / 2


def overlap(one: Any, other: Any, by: float = 0.2) -> bool:
    """Return whether two rectangles cover one another by more than a rounding error."""
    return bool(one[0] + by < other[2] and other[0] + by < one[2] and one[1] + by < other[3] and other[1] + by < one[3])


@PROPERTY
@given(view=views(), room=rooms)
def test_no_text_covers_another_or_anything_else(view: Timeline, room: Any) -> None:
    """A text at an arrow overlaps no other text, no slice, no arrow and no lifeline, and is within the diagram."""
    at = Layout(view, **room)
    texts = [rect(arrow) for arrow in at.arrows if arrow.text]
    assert not [(one, other) for one, other in combinations(texts, 2) if overlap(one, other)]
    for text in texts:
        assert text[0] >= at.left
        assert text[2] <= at.right + 0.1
        assert text[1] >= 0
        assert text[3] <= at.height + 0.1
        assert not [ran for ran in view.slices if overlap(text, at.box(ran))]
        assert not [line for line in range(len(view.lines)) if text[1] + 0.2 < at.y(line) < text[3] - 0.2]
        inner = (text[0] + 0.3, text[1] + 0.3, text[2] - 0.3, text[3] - 0.3)
        straight = [arrow.points for arrow in at.arrows if len(arrow.points) == 2]
        assert not [points for points in straight if any(crosses(inner, *ends) for ends in pairwise(points))]


@PROPERTY
@given(view=views(), room=rooms)
def test_everything_is_within_the_diagram(view: Timeline, room: Any) -> None:
    """Slices, arrows and marks lie between the edges, and slices of neighbouring steps do not touch."""
    at = Layout(view, **room)
    for ran in view.slices:
        left, top, right, bottom = at.box(ran)
        assert at.left <= left
        assert right <= at.right - RIGHT + 0.1
        assert top >= 0
        assert bottom <= at.height
        assert right - left < at.slot
    for x, y in [point for arrow in at.arrows for point in arrow.points] + [sign.at for sign in at.signs]:
        assert -20 <= y <= at.height + 20
        assert at.left - 12 <= x <= at.right


@PROPERTY
@given(view=views(), room=rooms)
def test_the_same_view_is_laid_out_the_same(view: Timeline, room: Any) -> None:
    """The geometry depends on the view and the room alone."""
    assert Layout(view, **room).data() == Layout(view, **room).data()


@PROPERTY
@given(view=views())
def test_what_is_not_written_is_in_the_title(view: Timeline) -> None:
    """The title of an arrow has the whole text; a text that is written is all of it, or is cut with an ellipsis."""
    for arrow in Layout(view).arrows:
        assert arrow.message.text in arrow.title
        written = arrow.text.removesuffix(" waits")
        assert written in ("", arrow.message.text) or arrow.message.text.startswith(written.removesuffix("…"))


def one_message(text: str, **how: Any) -> Timeline:
    """A diagram with one message."""
    message = Passage(1, 5, (0, 1), (1, 2), "b.inbox", text, "taken")
    lines = (Lifeline("1", "a"), Lifeline("2", "b"))
    slices = (Ran(1, 0, 0), Ran(2, 1, 4))
    return Timeline(1, 8, 0, 8, 8, 8, lines, slices=slices, messages=(message,), **how)


@pytest.mark.parametrize(
    ("text", "written"), [("'hello'", "'hello'"), ("x" * 40, "x" * 40), ("x" * 41, "x" * 39 + "…")]
)
def test_a_text_is_cut_only_where_there_is_no_room(text: str, written: str) -> None:
    """Where nothing is in the way a text is written as a whole, up to forty characters."""
    assert Layout(one_message(text)).arrows[0].text == written


def test_a_moving_window_keeps_what_is_in_it() -> None:
    """Counted from the same step, what is in two windows has the same coordinates in both."""
    one = Layout(one_message("'hello'"), 400, 200, steps=10, base=0)
    view = one_message("'hello'")
    moved = Timeline(0, 8, 0, 8, 8, 8, view.lines, slices=view.slices, messages=view.messages)
    other = Layout(moved, 400, 200, steps=10, base=0)
    assert [arrow.path for arrow in one.arrows] == [arrow.path for arrow in other.arrows]
    assert one.box(view.slices[1]) == other.box(view.slices[1])
