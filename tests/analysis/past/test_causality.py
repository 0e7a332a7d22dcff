"""Which events can have had a part in which."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kamlab import Component
from kamlab.analysis import Causality, NotInTrace, causality_of
from sampling import sampled

_spec = importlib.util.spec_from_file_location("random_systems", Path(__file__).with_name("random_systems.py"))
random_systems = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(random_systems)
System = random_systems.System

RANDOM = settings(
    max_examples=sampled(10, 40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def the(lab, kind, message=None, who=None):
    """Return the first event of a kind, with this message and of this component."""
    return next(
        event
        for event in lab.trace
        if event.kind == kind
        and (message is None or event.message == message)
        and (who is None or event.component is who)
    )


@RANDOM
@given(seed=st.integers(0, 10**9), limit=st.sampled_from([None, 40]))
def test_before_is_a_strict_partial_order_that_the_causes_make(make_lab, seed, limit):
    """before(a, b) holds just where a path of direct causes leads from b to a, and then a comes first in the trace."""
    lab = make_lab(trace_limit=limit or 4096)
    system = System(lab, seed)
    for _ in range(25):
        lab.step(timeout=0) if limit is None else lab.run(max_steps=1)
        system.touch()
    order = Causality(lab)
    events = [event for event in lab.trace if event.number >= order.history.first]
    reach: dict[int, set[int]] = {}
    for event in events:
        causes = [cause.number for cause in order.causes(event)]
        assert all(cause < event.number for cause in causes)
        reach[event.number] = set(causes).union(*(reach[cause] for cause in causes))
    for a in events:
        for b in events:
            assert order.before(a, b) == (a.number in reach[b.number])
            assert order.concurrent(a, b) == (
                a is not b and a.number not in reach[b.number] and b.number not in reach[a.number]
            )
    some = events[len(events) // 2]
    assert {event.number for event in order.past(some)} == reach[some.number]
    assert [event.number for event in order.future(some)] == [n for n in reach if some.number in reach[n]]


@RANDOM
@given(seed=st.integers(0, 10**9))
def test_what_must_be_ordered_is(make_lab, seed):
    """A slice is in order, nothing is taken before it arrived, nobody runs before being activated or woken."""
    lab = make_lab()
    system = System(lab, seed)
    for _ in range(40):
        lab.step(timeout=0)
        system.touch()
    order = causality_of(lab)
    arrived: dict[object, list] = {}
    resumed: dict[object, object] = {}
    roused: dict[object, object] = {}
    for event in lab.trace:
        if event.kind in ("sent", "inserted"):
            arrived.setdefault(event.message, []).append(event)
        elif event.kind == "received" and event.message in arrived:
            assert any(order.before(sent, event) for sent in arrived[event.message])
        elif event.kind in ("activated", "woken"):
            roused[event.component] = event
        elif event.kind == "resumed":
            if event.component in resumed:
                assert order.before(resumed[event.component], event)
            assert order.before(roused[event.component], event)
            resumed[event.component] = event


@RANDOM
@given(seed=st.integers(0, 10**9), looks=st.lists(st.booleans(), min_size=30, max_size=30))
def test_looking_on_the_way_changes_nothing(make_lab, seed, looks):
    """An order that is extended as the trace grows is the same as one made at the end."""
    lab = make_lab()
    system = System(lab, seed)
    for look in looks:
        lab.step(timeout=0)
        system.touch()
        if look:
            causality_of(lab)
    assert causality_of(lab).to_text() == Causality(lab).to_text()


# -- direct causes ------------------------------------------------------------------------------------


def test_a_message_is_caused_by_its_sending(lab, parts):
    """What is taken has as causes what its taker did before, and the very sending of it, not another's."""
    source, sink = parts.source(["same", "same"], name="source").activate(), parts.lazy(name="sink").activate()
    source.link((source, "outbox"), (sink, "inbox"))
    lab.step(5, timeout=0)
    first, second = [event for event in lab.trace if event.kind == "sent"]
    sink.recv()
    one = lab.trace.events()[-1]
    sink.recv()
    other = lab.trace.events()[-1]
    assert first in lab.causes(one)
    assert second not in lab.causes(one)
    assert second in lab.causes(other)
    assert lab.happens_before(first, one)
    assert not lab.happens_before(one, first)


def test_places_in_the_box_are_heeded(lab, parts):
    """What is taken from the middle is matched with what was sent there, though the messages are equal."""
    lazy = parts.lazy(name="lazy").activate()
    lab.step(1)
    for _ in range(3):
        lazy.deliver("same")
    sent = [event for event in lab.trace if event.kind == "sent"]
    order = causality_of
    lazy.inboxes["inbox"].take(1)
    middle = lab.trace.events()[-1]
    lazy.inboxes["inbox"].take(1)
    last = lab.trace.events()[-1]
    history = order(lab).history
    assert [history.arrival_of[event.number] for event in (middle, last)] == [sent[1].number, sent[2].number]


def test_waking_is_caused_by_the_message(lab, parts):
    """Who was woken by a message can have known of it; what another did meanwhile is concurrent."""
    source, sink = parts.source(["x"], name="source"), parts.sink(name="sink")
    bystander = parts.source(["y", "z"], name="bystander")
    for each in (sink, bystander, source):
        each.activate()
    source.link((source, "outbox"), (sink, "inbox"))
    lab.run()
    woken = [event for event in lab.trace if event.kind == "woken" and event.component is sink]
    sent, taken = the(lab, "sent", "x"), the(lab, "received", "x")
    for event in woken:
        assert lab.happens_before(sent, event)
    assert lab.happens_before(sent, taken)
    order = causality_of(lab)
    assert order.concurrent(the(lab, "discarded", "y"), taken)
    assert order.concurrent(the(lab, "resumed", who=bystander), sent)
    assert not order.concurrent(sent, sent)


def test_waking_by_room_is_caused_by_the_taking(lab, parts):
    """Who waits for room and is woken by a taking was woken by that."""

    class Pushing(Component):
        def main(self):
            self.send("a")
            self.pause()
            yield
            self.send("b")

    pushing, lazy = Pushing(name="pushing").activate(), parts.lazy(name="lazy").activate()
    pushing.link((pushing, "outbox"), (lazy, "inbox"), pipewidth=1)
    lab.run()
    lazy.recv()
    taken = [event for event in lab.trace.events() if event.kind == "received"][-1]
    lab.run()
    woken = [event for event in lab.trace if event.kind == "woken" and event.component is pushing][-1]
    assert taken in lab.causes(woken)
    assert lab.happens_before(taken, the(lab, "sent", "b"))


def test_the_end_of_a_child_wakes_its_parent(lab, parts):
    """Waking by a child's end has that end as its cause, and the child's beginning comes after the parent's."""

    class Parent(Component):
        def main(self):
            child = parts.source("x", name="child")
            self.add_children(child)
            child.activate()
            while not self.children_done():
                self.pause()
                yield

    parent = Parent(name="parent").activate()
    lab.run()
    ended = next(event for event in lab.trace if event.kind == "finished" and event.component.name == "child")
    woken = [event for event in lab.trace if event.kind == "woken" and event.component is parent][-1]
    assert ended in lab.causes(woken)
    began = next(event for event in lab.trace if event.kind == "activated" and event.component.name == "child")
    assert lab.happens_before(the(lab, "resumed", who=parent), began)


def test_what_a_cell_does_belongs_to_the_outside(lab, parts):
    """A delivery between two steps is not caused by the slice before it; what comes of it is caused by it."""
    source, sink = parts.source("abc", name="source").activate(), parts.sink(name="sink").activate()
    lab.step(3)
    sink.deliver("from outside")
    lab.step(4, timeout=0)
    delivered, taken = the(lab, "sent", "from outside"), the(lab, "received", "from outside")
    order = causality_of(lab)
    assert order.participant(delivered) == "outside"
    assert order.concurrent(the(lab, "resumed", who=source), delivered)
    assert order.before(delivered, taken)
    assert order.clock(taken)["outside"] >= 1


def test_stopping_another_comes_after_what_it_did(lab, parts):
    """The end of a component that another one stops belongs to the other, and follows all the first one did."""
    victim = parts.source(range(9), name="victim").activate()

    class Killer(Component):
        def main(self):
            yield
            victim.stop()
            yield

    killer = Killer(name="killer").activate()
    lab.run()
    ended = the(lab, "finished", who=victim)
    order = causality_of(lab)
    assert order.participant(ended) == "killer"
    for event in lab.trace:
        if event.component is victim and event.kind == "discarded":
            assert order.before(event, ended)
    assert order.before(the(lab, "resumed", who=killer), ended)


# -- clocks and text ----------------------------------------------------------------------------------


def test_clocks_order_as_before_does(lab, parts):
    """a happened before b just where the clock of b knows of all that the clock of a does (Fidge, Mattern)."""
    source, relay, sink = parts.source("ab", name="source"), parts.relay(name="relay"), parts.sink(name="sink")
    for each in (source, relay, sink):
        each.activate()
    source.link((source, "outbox"), (relay, "inbox"))
    relay.link((relay, "outbox"), (sink, "inbox"))
    lab.run()
    order = causality_of(lab)
    events = lab.trace.events()
    clocks = [order.clock(event) for event in events]
    for a, one in zip(events, clocks, strict=True):
        for b, other in zip(events, clocks, strict=True):
            knows = a.number != b.number and all(other.get(name, 0) >= count for name, count in one.items())
            assert order.before(a, b) == knows


def test_the_order_reads_as_text(lab, parts):
    """to_text() is a line for each event: its number, its words, the numbers of its causes."""
    source, sink = parts.source("a", name="source").activate(), parts.sink(name="sink").activate()
    source.link((source, "outbox"), (sink, "inbox"))
    lab.step(2)
    assert causality_of(lab).to_text().splitlines()[:7] == [
        "    0     0  source activated",
        "    1     0  sink activated",
        "    2     0  source.outbox linked to sink.inbox",
        "    3     1  source resumed  <- 0",
        "    4     1  source.outbox -> sink.inbox: 'a'  <- 3",
        "    5     2  sink resumed  <- 1",
        "    6     2  sink takes 'a' from inbox  <- 4, 5",
    ]


def test_an_event_of_another_trace_is_refused(lab, make_lab, parts):
    """Events of another lab, or made by hand, are NotInTrace."""
    parts.source("abc").activate()
    lab.step(2)
    event = lab.trace.events()[-1]
    other = make_lab()
    parts.source("abc").activate()
    other.step(2)
    with pytest.raises(NotInTrace, match="not in this trace"):
        other.causes(event)
    with pytest.raises(NotInTrace):
        other.happens_before(event, other.trace.events()[0])
