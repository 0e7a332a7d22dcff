"""The graph as a picture and as text."""

from __future__ import annotations

import base64
import importlib.util
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kamlab import Component, Graphline, Lab, Pipeline
from kamlab.core.errors import NoSpaceInBox
from kamlab.views.graph import graph_of
from kamlab.views.graph.graph import SIGNS as SIGNS_IN_TEXT
from kamlab.views.graph.graph import WIDE
from kamlab.views.graph.svg import SIGNS

_spec = importlib.util.spec_from_file_location("snapshots", Path(__file__).parent.parent / "snapshots.py")
assert _spec is not None
assert _spec.loader is not None
snapshots = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(snapshots)

SNAPSHOTS = Path(__file__).parent / "snapshots"

STATES = {"new", "held", "runnable", "running", "waiting", "blocked", "failed", "finished", "stopped"}

NASTY = [
    "<script>alert(1)</script>",
    "<svg onload=alert(1)>",
    "]]>&amp;\"'",
    "a\x00\x1b[31m\x07b",
    "\u202etxt.exe\u2066",
    "\ud800 alone",
    "x" * 10_000_000,
    b"\xff\x00" * 1000,
]


class Says(Component):
    """Sends what it was given, one a slice."""

    what: Any = ()

    def main(self) -> Iterator[Any]:
        for message in self.what:
            self.send(message)
            yield


class Pass(Component):
    """Sends on what it gets."""

    def main(self) -> Iterator[Any]:
        while True:
            for message in self.messages():
                self.send(message)
            self.pause()
            yield


class Talks(Component):
    """Waits for room where there is none."""

    def main(self) -> Iterator[Any]:
        while True:
            try:
                self.send("one more")
            except NoSpaceInBox:
                self.pause()
            yield


class Idle(Component):
    """Takes nothing, and goes on."""

    def main(self) -> Iterator[Any]:
        while True:
            yield


class Fails(Component):
    """Fails in its second slice."""

    def main(self) -> Iterator[Any]:
        yield
        raise ValueError("out of <paper> & ink")


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A current lab with virtual time that keeps its reports to itself."""
    with Lab(clock="virtual") as lab:
        lab.report = lambda text: None  # type: ignore[method-assign]
        yield lab


def pipeline(lab: Lab) -> None:
    """Three stages, in the middle of their work."""
    Pipeline(Says(what=range(9)), Pass(), Pass()).activate()
    lab.step(9)


def feedback(lab: Lab) -> None:
    """Three in a circle, and a container in a container."""
    Graphline(
        one=Says(what="abc"),
        two=Pass(),
        three=Pipeline(Pass(), Pass()),
        linkages={
            ("one", "outbox"): ("two", "inbox"),
            ("two", "outbox"): ("three", "inbox"),
            ("three", "outbox"): ("one", "inbox"),
            ("two", "signal"): ("one", "control"),
        },
    ).activate()
    lab.step(12)


def trouble(lab: Lab) -> None:
    """One that fails, one with a full box, one that loses what it says, and one that is to begin yet."""
    Graphline(
        loses=Says(what=range(90)),
        fails=Fails(),
        talks=Talks(),
        idle=Idle(),
        linkages={("talks", "outbox"): ("idle", "inbox")},
    ).activate()
    lab.step()
    lab["Idle"].set_inbox_size("inbox", 3)
    lab.step(14)
    idle, newcomer = lab["Idle"], Idle()
    idle.add_children(newcomer)
    idle.link((idle, "outbox"), (newcomer, "inbox"))


def twelve(lab: Lab) -> None:
    """A long chain, in rows."""
    Pipeline(Says(what=range(9)), *(Pass() for _ in range(11))).activate()
    lab.step(60)


SYSTEMS: dict[str, Callable[[Lab], None]] = {each.__name__: each for each in (pipeline, feedback, trouble, twelve)}


@pytest.mark.parametrize("name", SYSTEMS)
def test_pictures_are_as_they_were(lab: Lab, name: str) -> None:
    """The picture and the text of a run are those that are kept, byte for byte."""
    SYSTEMS[name](lab)
    graph = graph_of(lab)
    snapshots.check(f"{name}.svg", graph.svg, SNAPSHOTS)
    snapshots.check(f"{name}.txt", str(graph), SNAPSHOTS)


def test_the_text_lays_nothing_out(lab: Lab) -> None:
    """Where things are on the picture is computed when it is drawn, and not for the text."""
    feedback(lab)
    graph = graph_of(lab)
    assert "(back)" in str(graph)
    assert "picture" not in vars(graph)
    assert graph.svg
    assert "picture" in vars(graph)


def test_a_folded_picture_is_as_it_was(lab: Lab) -> None:
    """A folded container is drawn as a stack that says how many are inside."""
    feedback(lab)
    graph = graph_of(lab, folded={"4"})
    snapshots.check("folded.svg", graph.svg, SNAPSHOTS)
    assert "2 inside" in graph.svg
    assert "2 inside" in str(graph)


def test_another_process_draws_the_same() -> None:
    """Hash seeds and addresses leave no trace in a picture."""
    code = (
        "import importlib.util, sys\n"
        "spec = importlib.util.spec_from_file_location('drawing', sys.argv[1])\n"
        "drawing = importlib.util.module_from_spec(spec); spec.loader.exec_module(drawing)\n"
        "from kamlab import Lab\n"
        "from kamlab.views.graph import graph_of\n"
        "with Lab(clock='virtual') as lab:\n"
        "    lab.report = lambda text: None\n"
        "    drawing.feedback(lab)\n"
        "    graph = graph_of(lab)\n"
        "    sys.stdout.buffer.write((graph.svg + str(graph)).encode())\n"
    )

    def drawn(seed: str) -> bytes:
        done = subprocess.run(
            [sys.executable, "-c", code, __file__],
            env={"PYTHONHASHSEED": seed, "PATH": ""},
            capture_output=True,
            timeout=60,
            check=True,
        )
        return done.stdout

    first = drawn("1")
    assert first == drawn("2")
    assert b"</svg>" in first


@pytest.mark.parametrize("message", NASTY, ids=range(len(NASTY)))
def test_messages_and_names_are_only_text(lab: Lab, message: Any) -> None:
    """Whatever a message or a name holds, the picture is well-formed, short, and has no element of theirs."""
    name = message if isinstance(message, str) else "odd"
    Pipeline(Says(what=[message] * 3, name=name), Idle()).activate()
    lab.step(5)
    graph = graph_of(lab)
    tree = ET.fromstring(graph.svg.encode("utf-8"))
    tags = {each.tag.rpartition("}")[2] for each in tree.iter()}
    assert tags <= {"svg", "title", "style", "defs", "pattern", "rect", "text", "g", "path", "circle"}
    assert not [each for each in tree.iter() for attribute in each.attrib if attribute.lower().startswith("on")]
    assert len(graph.svg) < 20_000
    assert all(letter.isprintable() or letter == "\n" for letter in str(graph))
    assert not re.search("[\x00-\x08\u202a-\u202e\u2066-\u2069]", graph.svg + graph._repr_html_())


def test_states_are_told_by_more_than_colour() -> None:
    """Each state has a sign of its own, and each state has one."""
    assert set(SIGNS) == set(SIGNS_IN_TEXT) == STATES
    assert len(set(SIGNS.values())) == len(STATES)


def test_a_picture_names_everything_for_those_who_cannot_see_it(lab: Lab) -> None:
    """Every component has a title with its state and what is in its boxes; so has the whole."""
    trouble(lab)
    graph = graph_of(lab)
    tree = ET.fromstring(graph.svg)
    titles = [each.text or "" for each in tree.iter("{http://www.w3.org/2000/svg}title")]
    assert titles[0] == graph.summary
    assert {title.splitlines()[0].split(":")[0] for title in titles[1:]} == {node.label for node in graph.scene.nodes}
    assert any("inbox 3 of 3" in title for title in titles)


def test_nothing_is_written_small(lab: Lab) -> None:
    """No text of a picture is smaller than 11 pixels."""
    feedback(lab)
    sizes = [float(size) for size in re.findall(r"font-size:([\d.]+)px", graph_of(lab).svg)]
    assert sizes
    assert min(sizes) >= 11


def test_losses_and_full_boxes_stand_out(lab: Lab) -> None:
    """A full box and lost messages are written in words, in the picture and in the text."""
    trouble(lab)
    graph = graph_of(lab)
    assert "3/3 full" in graph.svg
    assert re.search(r"\d lost<", graph.svg)
    assert "FULL" in str(graph)
    assert "LOST" in str(graph)


def test_the_still_is_an_image(lab: Lab) -> None:
    """In HTML the picture is an image that needs no trust: no script, no style, no id, and text in its place."""
    pipeline(lab)
    graph = graph_of(lab)
    html = graph._repr_html_()
    found = re.search(r'<img src="data:image/svg\+xml;base64,([^"]+)" alt="([^"]+)"', html)
    assert found is not None
    assert base64.b64decode(found[1]).decode() == graph.svg
    assert found[2] == graph.summary
    assert not re.search(r"<script|<style|\sid=", html)


def test_texts_are_no_wider_than_a_terminal(lab: Lab) -> None:
    """However long the names, lines are cut."""
    Pipeline(Says(what=range(3), name="n" * 200), *(Pass(name="m" * 300) for _ in range(3))).activate()
    lab.step(9)
    assert max(map(len, str(graph_of(lab)).splitlines())) <= WIDE
