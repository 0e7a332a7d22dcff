"""What became of a message, what a component did, what went through a box."""

from __future__ import annotations

import pytest

from kamlab import Component, Pipeline
from kamlab.analysis import MessageStory, NoStory, NotInTrace, StepOutOfRange


def the(lab, kind, message=None):
    """Return the first event of a kind, with this message."""
    return next(event for event in lab.trace if event.kind == kind and (message is None or event.message == message))


# -- messages -----------------------------------------------------------------------------------------


def test_the_story_of_a_message_that_was_taken(lab, parts):
    """It tells who sent it, the way it went, how long it waited, who took it, and what that one sent then."""
    source, relay, sink = parts.source("ab", name="source"), parts.relay(name="relay"), parts.lazy(name="sink")
    for each in (source, relay, sink):
        each.activate()
    source.link((source, "outbox"), (relay, "inbox"))
    relay.link((relay, "outbox"), (sink, "inbox"))
    lab.step(2)
    for kind in ("sent", "received"):
        story = lab.story(the(lab, kind, "a"))
        assert (story.fate, story.sender, story.taker, story.path) == (
            "taken",
            "source",
            "relay",
            ("source.outbox", "relay.inbox"),
        )
        assert (story.waited, story.sent.step, story.taken.step) == (1, 1, 2)
        assert [event.box.owner.name for event in story.passed_on] == ["sink"]
        assert story.sent_later == story.passed_on
        text = str(story)
        assert text.startswith("'a' was sent by source at step 1 (")
        assert "It went source.outbox -> relay.inbox." in text
        assert "It waited for 1 slice (" in text
        assert "relay took it from inbox at step 2 (" in text
        assert "relay passed it on in the same slice, to sink.inbox." in text
    assert "still waits in sink.inbox, at place 0" in str(lab.story(story.passed_on[0]))


def test_only_the_very_same_object_is_passed_on(lab):
    """What is equal but another object counts as sent later, not as passed on."""

    class Copying(Component):
        def main(self):
            message = self.recv()
            self.send(list(message))
            self.send(message)
            yield

    copying = Copying(name="copying").activate()
    copying.deliver([1])
    lab.step(1)
    story = lab.story(the(lab, "received"))
    assert len(story.sent_later) == 2
    assert [event.message is story.message for event in story.passed_on] == [True]


def test_the_way_leads_through_containers(lab, parts):
    """Boxes of containers that a message passes are in its path, as they were linked when it was sent."""
    inner, sink = Pipeline(parts.relay(name="one"), parts.relay(name="two"), name="pipe"), parts.lazy(name="sink")
    outer = parts.source("x", name="source")
    for each in (inner, sink):
        each.activate()
    lab.step(4, timeout=0)
    outer.activate()
    into, out = sink.link((outer, "outbox"), (inner, "inbox")), sink.link((inner, "outbox"), (sink, "inbox"))
    lab.run()
    sent = [event for event in lab.trace if event.kind == "sent" and event.message == "x"]
    sink.unlink(linkage=into)
    sink.unlink(linkage=out)
    assert [lab.story(event).path for event in sent] == [
        ("source.outbox", "pipe.inbox", "one.inbox"),
        ("one.outbox", "two.inbox"),
        ("two.outbox", "pipe.outbox", "sink.inbox"),
    ]


def test_a_message_that_leads_nowhere_is_discarded(lab, parts):
    """The story of a discarded message says so."""
    parts.source("x", name="source").activate()
    lab.step(1)
    story = lab.story(the(lab, "discarded"))
    assert (story.fate, story.sender, story.path) == ("discarded", "source", ("source.outbox",))
    assert "led nowhere and was discarded" in str(story)


def test_what_waits_is_found_by_its_place(lab, parts):
    """A pair (inbox, index) is the message that waits there, now or at a step; the box may be named."""
    source, lazy = parts.source("abc", name="source").activate(), parts.lazy(name="lazy").activate()
    source.link((source, "outbox"), (lazy, "inbox"))
    lab.step(5)
    lazy.recv()
    for box in (lazy.inboxes["inbox"], "lazy.inbox", source.outboxes["outbox"]):
        story = lab.story((box, 1))
        assert (story.message, story.fate, story.waited) == ("c", "waits", 0)
        assert lab.story((box, -2)).message == "b"
    assert lab.story(("lazy.inbox", 0), step=3).message == "a"
    assert lab.story(("lazy.inbox", 0), step=3).fate == "taken"
    for index in (2, -3, "0"):
        with pytest.raises(NoStory, match="2 messages wait in lazy.inbox now"):
            lab.story(("lazy.inbox", index))
    with pytest.raises(NoStory, match="at step 0"):
        lab.story(("lazy.inbox", 0), step=0)
    with pytest.raises(StepOutOfRange):
        lab.story(("lazy.inbox", 0), step=99)


def test_the_story_goes_on_where_a_message_was_moved(lab, parts):
    """A message that a new link moves on is one story, from its sender to its taker."""
    source, lazy, sink = parts.source("x", name="source"), parts.lazy(name="lazy"), parts.sink(name="sink")
    for each in (source, lazy, sink):
        each.activate()
    source.link((source, "outbox"), (lazy, "inbox"))
    lab.run()
    lazy.link((lazy, "inbox"), (sink, "inbox"), passthrough=1)
    lab.run()
    stories = [
        lab.story(event)
        for event in lab.trace
        if event.kind in ("sent", "removed", "inserted", "received") and event.message == "x"
    ]
    assert len(stories) == 4
    for story in stories:
        assert (story.sender, story.taker, story.fate) == ("source", "sink", "taken")
        assert story.path == ("source.outbox", "lazy.inbox", "sink.inbox")
        assert [event.kind for event in story.events] == ["sent", "removed", "inserted", "received"]
        assert "removed from lazy.inbox, place 0: linked" in str(story)


def test_from_outside_and_from_before(make_lab, parts):
    """Who delivered from outside is the outside; what was there before the ring, nobody saw."""
    lab = make_lab(trace_limit=10)
    lazy, talker = parts.lazy(name="lazy").activate(), parts.source(range(99), name="talker").activate()
    lazy.deliver("x")
    assert "'x' was delivered from outside" in str(lab.story(("lazy.inbox", 0)))
    lab.run(max_steps=50)
    assert talker.is_runnable()
    story = lab.story(("lazy.inbox", 0))
    assert "'x' was there before the first event that is known" in str(story)
    assert (story.sent, story.sender, story.fate, story.path) == (None, None, "waits", ("lazy.inbox",))


def test_an_event_that_is_forgotten_has_no_story(make_lab, parts):
    """An event that the ring dropped, or one of another lab, is NotInTrace."""
    lab = make_lab(trace_limit=10)
    parts.source(range(99)).activate()
    lab.step(1)
    event = the(lab, "discarded")
    lab.run(max_steps=50)
    with pytest.raises(NotInTrace, match="free run keeps only the newest"):
        lab.story(event)


# -- components ---------------------------------------------------------------------------------------


def test_the_story_of_a_component(lab, parts):
    """It has each slice with what was taken and sent in it, and what happened in between; by name or event, too."""
    source, relay = parts.source("ab", name="source").activate(), parts.relay(name="relay").activate()
    source.link((source, "outbox"), (relay, "inbox"))
    lab.run()
    resumed = next(event for event in lab.trace if event.kind == "resumed" and event.component is relay)
    for of in (relay, "relay", resumed):
        story = lab.story(of)
        assert story.name == "relay"
        moved = [([e.message for e in each.took], [e.message for e in each.sent]) for each in story.slices]
        assert moved[0] == (["a"], ["a"])
        assert [message for took, _ in moved for message in took] == ["a", "b"]
        assert [each.step for each in story.slices] == sorted(
            event.step for event in lab.trace if event.kind == "resumed" and event.component is relay
        )
        assert [event.kind for event in story.events][:2] == ["activated", "resumed"]
        assert "paused" in [event.kind for event in story.events]
        assert str(story).startswith(f"relay has had {len(story.slices)} slices and is waiting.")
        assert all(f"  {event}" in str(story) for event in story.events)


def test_who_is_not_known_has_no_story(lab, parts):
    """A component of no lab, an unknown name and something else altogether are NoStory, which says what there is."""
    parts.source(name="source").activate()
    lab.step(1)
    with pytest.raises(NoStory, match="nothing is known of stranger"):
        lab.story(parts.sink(name="stranger"))
    with pytest.raises(NoStory, match="components: 'source'"):
        lab.story("nobody.inbox")
    with pytest.raises(NoStory, match="'outbox'"):
        lab.story("source.nobox")
    with pytest.raises(NoStory, match="42 has no story"):
        lab.story(42)


# -- boxes --------------------------------------------------------------------------------------------


def test_the_story_of_an_inbox(lab, parts):
    """It has what came and what was taken, and how many waited over time, as a step function."""
    source, lazy = parts.source("abc", name="source"), parts.lazy(name="lazy")
    source.activate()
    source.link((source, "outbox"), (lazy, "inbox"))
    lab.step(3)
    lazy.activate()
    lab.step(1)
    lazy.recv()
    lazy.recv()
    story = lab.story("lazy.inbox")
    assert [event.message for event in story.arrivals] == ["a", "b", "c"]
    assert [event.message for event in story.takings] == ["a", "b"]
    assert [(step, length) for step, _, length in story.lengths] == [(1, 1), (2, 2), (3, 3), (lab.step_number, 1)]
    assert story.longest == 3
    assert str(story).startswith("3 messages came to lazy.inbox; 2 left it, 1 in it now. At most 3 waited at")


def test_the_story_of_an_outbox(lab, parts):
    """It has what was sent from it, and how much of that led nowhere."""
    source = parts.source("ab", name="source").activate()
    lab.step(1)
    source.link((source, "outbox"), (source, "inbox"))
    lab.step(1)
    story = lab.story("source.outbox")
    assert [event.kind for event in story.events] == ["discarded", "sent"]
    assert str(story).startswith("2 messages were sent from source.outbox; 1 of them led nowhere.")


def test_lengths_are_what_the_box_held(lab, parts):
    """At every step the step function is the number of messages that the moment of that step shows."""
    source, relay, lazy = parts.source(range(9), name="source"), parts.relay(name="relay"), parts.lazy(name="lazy")
    for each in (source, relay, lazy):
        each.activate()
    source.link((source, "outbox"), (relay, "inbox"))
    relay.link((relay, "outbox"), (lazy, "inbox"))
    lab.step(20, timeout=0)
    for box in ("relay.inbox", "lazy.inbox"):
        lengths = {step: length for step, _, length in lab.story(box).lengths}
        now = 0
        for step in range(lab.step_number + 1):
            now = lengths.get(step, now)
            assert now == len(lab.snapshot(step).contents(box))


def test_a_message_story_is_a_value(lab, parts):
    """Its fields cannot be set."""
    parts.source("x").activate()
    lab.step(1)
    story = lab.story(the(lab, "discarded"))
    assert isinstance(story, MessageStory)
    with pytest.raises(AttributeError):
        story.fate = "taken"


def test_a_class_of_which_there_is_one_is_a_name(lab):
    """As ``lab["Class"]`` does, a story takes the name of a class that has only one component."""

    class Only(Component):
        def main(self):
            self.send("hello")
            yield

    only = Only().activate()
    lab.step(2)
    assert str(lab.story("Only")) == str(lab.story(only))
    Only().activate()
    lab.step(2)
    with pytest.raises(NoStory, match="Only"):
        lab.story("Only")
