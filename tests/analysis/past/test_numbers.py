"""The numbers of events, what a trace knows to be missing, its text, and the kinds written by no component."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import deque

import pytest

from kamlab import Component
from kamlab.core.describe import describe, shorten, words_of
from kamlab.core.ipc import ProducerFinished


class Talker(Component):
    """Sends into nothing for ever."""

    def main(self):
        while True:
            self.send("x")
            yield


# -- numbers ------------------------------------------------------------------------------------------


def test_events_of_a_whole_trace_are_counted_from_0(make_lab):
    """The number of an event is its place in the trace, whoever tells it: the trace, a step, or a hook."""
    lab = make_lab()
    heard = []
    Talker().activate()
    lab.step(5)
    happened = lab.step(2)
    lab.trace.attach(lambda event: heard.append(event.number))
    lab.step(2)
    events = lab.trace.events()
    assert [event.number for event in events] == list(range(len(events)))
    assert [event.number for event in happened] == [
        event.number for event in events if event.step in (6, 7) and event.kind in ("resumed", "discarded")
    ]
    assert heard == [event.number for event in events][-len(heard) :]
    assert lab.trace.whole
    assert lab.trace.first_step == 0


def test_numbers_go_on_when_what_was_stepped_is_dropped(make_lab):
    """A free run after steps drops a number of records that is known: the rest keep their numbers."""
    lab = make_lab(trace_limit=10)
    Talker().activate()
    lab.step(50)
    before = {event.number: (event.kind, event.step) for event in lab.trace}
    lab.run(max_steps=2)
    assert not lab.trace.whole
    kept = {event.number: (event.kind, event.step) for event in lab.trace}
    both = before.keys() & kept.keys()
    assert len(both) == 6
    assert all(before[number] == kept[number] for number in both)
    assert max(kept) == max(before) + 4


def test_an_event_keeps_the_number_it_was_seen_with(make_lab):
    """However often a ring overflows between two looks, numbers rise, and what is still there keeps its own."""
    lab = make_lab(trace_limit=20)
    Talker().activate()
    seen = {}
    newest = -1
    for steps in (3, 3, 3, 30, 2, 200, 5, 5, 1):
        lab.run(max_steps=steps)
        events = lab.trace.events()
        numbers = [event.number for event in events]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        assert numbers[-1] > newest
        newest = numbers[-1]
        for event in events:
            what = (event.kind, event.step)
            assert seen.setdefault(event.number, what) == what


def test_with_hooks_a_ring_is_counted_exactly(make_lab):
    """Where an observer is told anyway, the numbers are the count even when the ring overflows."""
    lab = make_lab(trace_limit=10)
    Talker().activate()
    heard = []
    lab.trace.attach(lambda event: heard.append(event.number))
    lab.run(max_steps=100)
    assert heard[-1] == lab.trace.events()[-1].number
    assert heard == list(range(heard[0], heard[0] + len(heard)))


def test_a_ring_that_has_not_overflowed_is_whole(make_lab):
    """A free run shorter than the ring forgets nothing."""
    lab = make_lab(trace_limit=100)
    Talker().activate()
    lab.run(max_steps=20)
    assert lab.trace.whole
    assert lab.trace.first_step == 0
    lab.run(max_steps=200)
    assert not lab.trace.whole
    first = next(event for event in lab.trace if event.kind == "resumed")
    assert lab.trace.first_step == first.step - 1


def test_what_was_not_recorded_is_known_to_be_missing(make_lab):
    """record=False: after a free run the trace knows that something is missing, and from when on nothing is."""
    lab = make_lab(record=False)
    Talker().activate()
    lab.step(2)
    assert lab.trace.whole
    lab.run(max_steps=10)
    assert not lab.trace.whole
    assert lab.trace.first_step is None
    lab.step(2)
    assert lab.trace.first_step == 12


def test_counting_costs_a_free_run_nothing(make_lab):
    """The log of a free run is the bare append of a bound deque."""
    lab = make_lab()
    logs = []

    class Looking(Component):
        def main(self):
            logs.append(lab.scheduler.log)
            yield

    Looking().activate()
    lab.run()
    assert (logs[0].__name__, type(logs[0].__self__), logs[0].__self__.maxlen) == ("append", deque, 4096)


def test_events_from_outside_are_told_from_those_of_slices(make_lab):
    """What happens while nobody drives the lab is from outside, what a step does is not."""
    lab = make_lab()
    talker = Talker().activate()
    lab.step(2)
    here = lab.trace.next_number
    talker.deliver("x")
    assert lab.trace.from_outside(here)
    lab.step(2)
    assert [number for number in range(lab.trace.next_number) if lab.trace.from_outside(number)] == [0, here]


# -- text ---------------------------------------------------------------------------------------------

PROGRAM = """
import sys
from kamlab import Component, Lab
from kamlab.core.ipc import ProducerFinished

class Plain: pass

class Source(Component):
    def main(self):
        for message in ({"b", "a", "c"}, [Plain()], self, ProducerFinished(self), {"k": self}, frozenset("xyz"), Plain):
            self.send(message)
            yield
        raise ValueError(object())

class Sink(Component):
    def main(self):
        while True:
            list(self.messages())
            self.pause()
            yield

for _ in range(int(sys.argv[1])):
    Sink()  # other numbers and addresses
with Lab() as lab:
    lab.report = lambda text: None
    source, sink = Source().activate(), Sink().activate()
    source.link((source, "outbox"), (sink, "inbox"))
    lab.run()
    print(lab.trace.text())
"""


def test_the_text_of_a_run_is_the_same_in_every_process():
    """Neither hash seeds nor addresses nor how many components were made before show in text()."""
    texts = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM, str(seed)],
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in range(6)
    }
    (text,) = texts
    assert "{'a', 'b', 'c'}" in text
    assert "Source_1 failed: ValueError\n" in text
    assert "producerFinished(caller=Source_1)" in text
    assert "0x" not in text
    assert text.count("\n") > 20


def test_the_text_of_a_trace_is_its_events(lab, parts):
    """text() has a line for each event, the same as str() of it, but for what errors say."""
    source, sink = parts.source("ab", name="source").activate(), parts.sink(name="sink").activate()
    source.link((source, "outbox"), (sink, "inbox"))
    lab.step(5)
    assert lab.trace.text().splitlines() == [str(event) for event in lab.trace]


def test_messages_in_words():
    """words_of() names components, sorts sets, leaves out addresses, and survives circles and broken reprs."""

    class Plain:
        pass

    class Broken:
        def __repr__(self):
            raise ValueError

    component = Component(name="anna")
    circle = []
    circle.append(circle)
    assert words_of(component) == "anna"
    assert words_of([{component: {component}}]) == "[{anna: {anna}}]"
    assert words_of(ProducerFinished(component)) == "producerFinished(caller=anna)"
    assert words_of(component.inboxes["inbox"]) == "<anna.inbox>"
    assert " at " not in words_of(Plain())
    assert words_of(circle) == "[...]"
    assert words_of((1,)) == "(1,)"
    assert words_of(set()) == "set()"
    assert words_of(Broken()) == "<Broken whose repr raises ValueError>"
    for plain in ("x", b"x", 1.5, None, [1, "2"], {"a": (1, 2)}, deque([1]), frozenset({1}), {1}):
        assert words_of(plain) == repr(plain)


def test_a_component_that_was_never_activated_has_no_number(lab):
    """Its id differs from process to process, so it is not shown."""
    assert shorten(Component()) == "Component_?"


# -- by no component ----------------------------------------------------------------------------------


def test_a_message_taken_from_the_middle_is_recorded_with_its_place(lab, parts):
    """The index is in the event, and in its words; that of the oldest is not."""
    lazy = parts.lazy(name="lazy").activate()
    lab.step(1)
    for message in "abc":
        lazy.deliver(message)
    lazy.inboxes["inbox"].take(-1)
    lazy.inboxes["inbox"].take(0)
    last, oldest = lab.trace.events()[-2:]
    assert (last.kind, last.message, last.detail) == ("received", "c", 2)
    assert (oldest.kind, oldest.message, oldest.detail) == ("received", "a", None)
    assert describe(last) == "lazy takes 'c' from inbox, place 2"


@pytest.mark.parametrize("index", [3, -4])
def test_a_place_that_is_not_there_is_an_index_error(lab, parts, index):
    """take() from beyond the ends takes nothing and records nothing."""
    lazy = parts.lazy().activate()
    lab.step(1)
    for message in "abc":
        lazy.deliver(message)
    recorded = len(lab.trace)
    with pytest.raises(IndexError):
        lazy.inboxes["inbox"].take(index)
    assert lazy.inboxes["inbox"].contents == ("a", "b", "c")
    assert len(lab.trace) == recorded


def test_taking_from_the_middle_wakes_as_taking_the_oldest_does(lab, parts):
    """The owner of the outbox that leads there learns that there is room."""

    class Full(Component):
        def main(self):
            self.send("a")
            self.send("b")
            self.pause()
            yield
            self.send("c")

    full, lazy = Full(name="full").activate(), parts.lazy(name="lazy").activate()
    full.link((full, "outbox"), (lazy, "inbox"))
    lab.run()
    lazy.inboxes["inbox"].take(1)
    lab.run()
    assert lazy.inboxes["inbox"].contents == ("a", "c")
    assert lab.snapshot(lab.step_number).contents("lazy.inbox") == ("a", "c")


def test_a_link_that_moves_what_waits_says_so(lab, parts):
    """Each message is removed from the one inbox and inserted in the other, and its new owner woken."""
    lazy, sink = parts.lazy(name="lazy").activate(), parts.sink(name="sink").activate()
    lab.step(2)
    lab.step(1, timeout=0)
    for message in "ab":
        lazy.deliver(message)
    lab.step(2, timeout=0)
    mark = lab.trace.mark()
    lazy.link((lazy, "inbox"), (sink, "inbox"), passthrough=1)
    moved = [
        (event.kind, event.box.owner.name, event.message, event.detail)
        for event in lab.trace.events()[mark:]
        if event.kind in ("removed", "inserted")
    ]
    assert moved == [
        ("removed", "lazy", "a", (0, "linked")),
        ("inserted", "sink", "a", (0, "linked")),
        ("removed", "lazy", "b", (0, "linked")),
        ("inserted", "sink", "b", (1, "linked")),
    ]
    assert lab.snapshot(lab.step_number).boxes == {"sink.inbox": ("a", "b")}
    taken = lab.step(1, timeout=0).of_kind("received")
    assert [event.message for event in taken] == ["a", "b"]
    assert "'a' is removed from lazy.inbox, place 0: linked" in lab.trace.text()
