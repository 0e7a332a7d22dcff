"""The space-time diagram for other tools: each format follows its own rules, whatever a message says."""

from __future__ import annotations

import json
import re
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamlab import Component, Graphline
from kamlab.views.figures import NoMatplotlib
from kamlab.views.timeline import Lifeline, Mark, Passage, Ran, Timeline, timeline_of
from kamlab.views.timeline.exports import SHIVIZ
from sampling import sampled

PROPERTY = settings(max_examples=sampled(50, 400), deadline=None)

#: What a line of a sequence diagram may be: the text of a message or note has no sign that means something to Mermaid.
TEXT = r"(?:[^\W]|[ .,_'()]|#\d+;)+"
MERMAID = re.compile(
    rf"sequenceDiagram|    participant c\d+ as {TEXT}|"
    rf"    c\d+(?:->>|-x|--x|--\))c\d+: {TEXT}|    Note over c\d+: {TEXT}"
)
HOSTILE = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=30) | st.sampled_from(
    ["end", "END", "a;b", "#35;", "%% no", "A->>B: x", "<b>", "loop", "wrap: x", '"', "end end"]
)


def view_of(text: str, name: str = "a") -> Timeline:
    """A diagram with a message of each fate, all with this text."""
    messages = (
        Passage(2, 5, (0, 1), (1, 2), f"{name}.inbox", text, "taken"),
        Passage(6, None, (1, 2), (0, 2), "b.inbox", text, "waits"),
        Passage(7, None, (1, 2), None, "b.outbox", text, "discarded"),
        Passage(8, 9, None, (0, 3), "b.inbox", text, "removed"),
    )
    lines, slices = (Lifeline("1", name), Lifeline("2", "b")), (Ran(1, 0, 1), Ran(2, 1, 4))
    return Timeline(1, 3, 0, 3, 3, 3, lines, slices=slices, messages=messages, marks=(Mark(3, 0, 1, "failed", text),))


def ring(make_lab: Any) -> Any:
    """A lab in which three components pass a message round."""

    class Pass(Component):
        def main(self) -> Any:
            if self.first:
                self.send("go")
            while True:
                for message in self.messages():
                    self.send(message)
                self.pause()
                yield

    first = Pass(name="x")
    first.first = True
    others = [Pass(name=name) for name in ("y", "z")]
    for other in others:
        other.first = False
    lab = make_lab(clock="virtual")
    wires = {("x", "outbox"): ("y", "inbox"), ("y", "outbox"): ("z", "inbox"), ("z", "outbox"): ("x", "inbox")}
    Graphline(x=first, y=others[0], z=others[1], linkages=wires).activate()
    lab.step(20, timeout=0)
    return lab


@PROPERTY
@given(text=HOSTILE, name=HOSTILE)
def test_mermaid_follows_its_grammar(text: str, name: str) -> None:
    """Each line is a participant, a message or a note; arrows go between participants; no text means anything."""
    lines = view_of(text, name).to_mermaid().splitlines()
    assert lines[0] == "sequenceDiagram"
    assert [line for line in lines if not MERMAID.fullmatch(line)] == []
    known = set(re.findall(r"(?m)^    participant (c\d+) ", "\n".join(lines)))
    used = [word for line in lines[1:] for word in re.findall(r"\bc\d+\b", line.split(":")[0])]
    assert set(used) <= known
    assert not re.search(r"(?i)\bend\b", "\n".join(lines))


def test_mermaid_draws_each_fate_with_its_arrow() -> None:
    """Taken, waiting, lost and removed messages have arrows of their own, in the order in which they were sent."""
    text = view_of("'hi'").to_mermaid()
    assert re.findall(r"c\d+(\S+?)c\d+: (.*)", text) == [
        ("->>", "'hi'"),
        ("--)", "'hi' (waits)"),
        ("-x", "'hi' (lost)"),
        ("--x", "'hi' (removed)"),
    ]
    assert "participant c2 as elsewhere" in text


@PROPERTY
@given(text=HOSTILE, name=HOSTILE)
def test_shiviz_reads_its_log(text: str, name: str) -> None:
    """The regular expression of the first line matches every event; each clock counts its own host up by one."""
    pattern, _, log = view_of(text, name).to_shiviz().split("\n", 2)
    assert pattern == SHIVIZ
    found = re.findall(pattern.replace("(?<", "(?P<"), log)
    assert len(found) == log.count("\n") // 2 == 8
    seen: dict[str, int] = {}
    for _, host, clock in found:
        times = json.loads(clock)
        assert times[host] == seen.get(host, 0) + 1
        seen[host] = times[host]


def test_the_clocks_of_shiviz_are_the_order_of_the_lab(make_lab: Any) -> None:
    """Of two slices, one has the smaller clock exactly if the lab says that it happened before the other."""
    lab = ring(make_lab)
    view = timeline_of(lab, first=6)
    lines = view.to_shiviz().split("\n")[2:]
    clocks = [json.loads(line.partition(" ")[2]) for line in lines[1::2]]
    taken = [(words, clock) for words, clock in zip(lines[::2], clocks, strict=False) if "takes" in words]
    assert len(taken) > 5
    for (_, one), (_, other) in pairwise(taken):  # round the ring: one after another
        assert all(other.get(host, 0) >= time for host, time in one.items())


def test_json_lines_have_every_event_once(make_lab: Any) -> None:
    """Each line is an event with its number, step, kind and component, in order; what was taken names what was sent."""
    lab = ring(make_lab)
    events = [json.loads(line) for line in timeline_of(lab).to_jsonl().splitlines()]
    numbers = [event["event"] for event in events]
    assert numbers == sorted(numbers)
    assert len({(event["event"], event["kind"]) for event in events}) == len(events)
    kinds = {event.number: event.kind for event in lab.trace.events()}
    said = {"slice": "resumed", "taken": "received"}
    for event in events:
        assert kinds[event["event"]] == said.get(event["kind"], event["kind"])
        if event["kind"] == "taken":
            assert {"event": event["sent"], "kind": "sent"}.items() <= next(
                other for other in events if other["event"] == event["sent"]
            ).items()


def test_a_png_is_written(make_lab: Any, tmp_path: Path) -> None:
    """The picture is a PNG file; text with a dollar sign is no formula."""
    pytest.importorskip("matplotlib")
    file = tmp_path / "timeline.png"
    view_of(r"$\frac{1$").to_png(file)
    assert file.read_bytes().startswith(b"\x89PNG")
    timeline_of(ring(make_lab)).to_png(str(file))
    assert file.stat().st_size > 5000


def test_without_matplotlib_a_png_is_refused(monkeypatch: Any, tmp_path: Path) -> None:
    """The error says what is missing, how to get it, and what can be had without it."""
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(NoMatplotlib, match=r"pip install matplotlib.*\.svg"):
        view_of("x").to_png(tmp_path / "timeline.png")


def test_an_empty_diagram_can_be_exported(make_lab: Any) -> None:
    """Of a lab in which nothing happened every format is a document without events."""
    view = timeline_of(make_lab(clock="virtual"))
    assert view.to_mermaid() == "sequenceDiagram\n"
    assert view.to_shiviz() == f"{SHIVIZ}\n\n"
    assert view.to_jsonl() == ""
