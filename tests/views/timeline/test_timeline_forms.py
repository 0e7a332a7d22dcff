"""The space-time diagram as picture, text and HTML."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from kamlab import Component, Graphline, Pipeline
from kamlab.views.timeline import Timeline, timeline_of
from kamlab.views.timeline.text import WIDTH


def load(name: str) -> Any:
    """Return a module of the tests by its path."""
    file = Path(__file__).parents[2] / name
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


check = load("views/snapshots.py").check
SYSTEMS = load("replay/ten_systems.py").SYSTEMS
KEPT = Path(__file__).parent / "snapshots"


class Fails(Component):
    def main(self) -> Any:
        while True:
            for message in self.messages():
                if message == "boom":
                    raise ValueError("out of paper")
                self.send(message, "signal")
            self.pause()
            yield


class Three(Component):
    def main(self) -> Any:
        for number in range(3):
            self.send(number)
            yield


def by_hand(lab: Any) -> Timeline:
    """A pipeline in which somebody meddles, until one of its components fails."""
    lab.step(4, timeout=0)
    lab.inject("bad", "new")
    lab.step(2, timeout=0)
    lab.inject("bad", "gone")
    lab.drop("bad", index=len(lab["bad"].inboxes["inbox"].items) - 1)
    lab.inject("bad", "boom")
    lab.step(8, timeout=0)
    return timeline_of(lab)


def view_of(make_lab: Any, name: str) -> Timeline:
    """Return the diagram of a system that is kept."""
    if name == "by_hand":
        return by_hand(make_lab(build=lambda: Pipeline(Three(), Fails(name="bad")).activate(), clock="virtual"))
    lab = make_lab(build=SYSTEMS[name.removesuffix("_event")], clock="virtual")
    lab.step(24, timeout=0)
    view = timeline_of(lab)
    if name.endswith("_event"):
        taken = [each.took for each in view.messages if each.fate == "taken"]
        view = timeline_of(lab, event=taken[len(taken) // 2], at=12)
    return view


NAMES = ["pipeline", "feedback", "feedback_event", "backplane", "backplane_event", "time_server", "by_hand"]


@pytest.mark.parametrize("name", NAMES)
def test_the_picture_is_as_kept(make_lab: Any, name: str) -> None:
    """The same run gives the same picture, byte for byte, and it is well-formed."""
    svg = view_of(make_lab, name).svg
    ElementTree.fromstring(svg)
    check(f"{name}.svg", svg, KEPT)


@pytest.mark.parametrize("name", NAMES)
def test_the_text_is_as_kept(make_lab: Any, name: str) -> None:
    """The same run gives the same text, and it fits into a terminal."""
    text = str(view_of(make_lab, name))
    assert max(map(len, text.splitlines())) <= WIDTH
    check(f"{name}.txt", text + "\n", KEPT)


@pytest.mark.parametrize("lines", [1, 3, 24])
def test_the_text_is_never_wider_than_a_terminal(make_lab: Any, lines: int) -> None:
    """However many lines of life there are, and however long the names, it is a hundred characters at most."""
    lab = make_lab(clock="virtual")
    for number in range(12):
        Pipeline(Three(name="x" * 60 + str(number)), Fails(name=f"y{number}")).activate()
    lab.step(60, timeout=0)
    text = str(timeline_of(lab, lines=lines))
    assert max(map(len, text.splitlines())) <= WIDTH
    assert "more components" in text or lines == 24


HOSTILE = [
    "<script>alert(1)</script>",
    "]]></style><svg onload=alert(1)>",
    "\x00\x1b[31mred\x07",
    "\u202egnp.exe",
    "\ud800 lone",
    '" onmouseover="alert(1)',
    "x" * 1_000_000,
    b"\xff\xfe<b>",
]


class Raises:
    def __repr__(self) -> str:
        raise RuntimeError("no")


def test_no_message_can_get_out_of_the_picture(make_lab: Any) -> None:
    """Whatever messages and names hold, the picture is well-formed, has no foreign element, and stays small."""
    lab = make_lab(clock="virtual")

    class Sends(Component):
        def main(self) -> Any:
            for message in (*HOSTILE, Raises()):
                self.send(message)
                yield

    Pipeline(Sends(name="<img src=x onerror=alert(1)>"), Fails(name="\u202e&amp;")).activate()
    lab.step(40, timeout=0)
    view = timeline_of(lab)
    svg = view.svg
    root = ElementTree.fromstring(svg.encode())
    tags = {each.tag.rpartition("}")[2] for each in root.iter()}
    assert tags <= {"svg", "title", "style", "rect", "path", "text", "circle", "polygon", "g"}
    names = {name for each in root.iter() for name in each.attrib}
    assert not any(name.startswith("on") or name == "id" for name in names)
    assert len(svg) < 100_000
    for form in (svg, str(view), view._repr_html_()):
        assert form.encode()
        assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", form)


def test_the_html_is_a_picture_with_words_for_it(make_lab: Any) -> None:
    """The HTML is one image, with a text for those who cannot see it, no script and no identifiers."""
    html = view_of(make_lab, "by_hand")._repr_html_()
    assert html.startswith('<div class="kamlab-view"><img src="data:image/svg+xml;base64,')
    assert 'alt="Space-time diagram, steps 0 to' in html
    assert "bad failed" in html
    assert "<script" not in html
    assert " id=" not in html


def test_the_event_asked_about_stands_out_by_more_than_colour(make_lab: Any) -> None:
    """Past and future of an event differ in dashes and weight, and the rest is pale."""
    svg = view_of(make_lab, "feedback_event").svg
    assert re.search(r"\.before [^}]*stroke-dasharray", svg)
    assert re.search(r"\.after [^}]*stroke-width:2\.6", svg)
    for kind in ("picked", "before", "after"):
        assert f'class="event {kind}"' in svg
    assert "happened before it" in svg
    text = str(view_of(make_lab, "feedback_event"))
    assert {line[0] for line in text.splitlines()} >= {"*", "<", ">"}


def test_a_slice_that_takes_what_can_follow_is_not_pale(make_lab: Any) -> None:
    """A slice that began without the event, and then took a message that it led to, belongs to what can follow."""

    class Ask(Component):
        Outboxes = ("outbox", "signal", "two")

        async def main(self) -> None:
            self.send("q")
            self.send("q", "two")

    class Answer(Component):
        async def main(self) -> None:
            await self.receive()
            self.send("a")

    class Hear(Component):
        async def main(self) -> None:
            await self.receive()
            await self.receive()

    def build() -> None:
        wires = {("A", "outbox"): ("B", "inbox"), ("A", "two"): ("C", "inbox"), ("B", "outbox"): ("C", "inbox")}
        Graphline(A=Ask(), B=Answer(), C=Hear(), linkages=wires).activate()

    lab = make_lab(build=build, clock="virtual")
    lab.step()
    for name in ("Ask", "Answer", "Hear"):
        lab.choose(name)
        lab.step()
    (answer,) = [each for each in lab.trace.events() if each.kind == "sent" and each.message == "a"]
    assert 'class="event after"><rect' in timeline_of(lab, event=answer.number).svg
