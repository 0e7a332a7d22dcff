"""What is recorded, for how long, and who is told while it happens."""

from __future__ import annotations

from collections import deque

import pytest

from kamlab import Component
from kamlab.core import events
from kamlab.core.describe import describe, shorten
from kamlab.core.events import KINDS


class Source(Component):
    def __init__(self, messages=("x",), **argd):
        super().__init__(**argd)
        self.to_send = messages

    def main(self):
        for message in self.to_send:
            self.send(message)
            yield


class Sink(Component):
    def main(self):
        while True:
            list(self.messages())
            self.pause()
            yield


class Endless(Component):
    def main(self):
        while True:
            yield


class Talker(Component):
    """Sends into nothing for ever."""

    def main(self):
        while True:
            self.send("x")
            yield


def source_and_sink(messages=("x",)):
    source, sink = Source(messages, name="source").activate(), Sink(name="sink").activate()
    source.link((source, "outbox"), (sink, "inbox"))
    return source, sink


#: The kinds that the engine itself writes; the others come from the network and from notebooks.
OF_THE_ENGINE = {
    "resumed", "sent", "discarded", "received", "paused", "woken",
    "activated", "linked", "unlinked", "timer", "failed", "finished",
}  # fmt: skip


class Everything(Component):
    """Makes one of every kind of event happen."""

    def main(self):
        source, sink = Source(name="source"), Sink(name="sink")
        link = self.link((source, "outbox"), (sink, "inbox"))
        source.activate()
        sink.activate()
        self.send("into nothing")
        yield
        yield
        yield
        self.unlink(linkage=link)
        self.pause(0.001)
        yield
        sink.stop()
        raise ValueError("at last")


# -- what is recorded ---------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["step", "run", "hooks"])
def test_every_kind_of_event_is_recorded(lab, how):
    """Stepped, run, or told to a hook: each thing that happens is an event of its own kind."""
    seen = []
    if how == "hooks":
        lab.trace.attach(lambda event: seen.append(event.kind))
    everything = Everything(name="everything").activate()
    while not everything.is_stopped():
        if how == "step":
            lab.step(timeout=1)
        else:
            lab.run()
    kinds = {event.kind for event in lab.trace}
    assert kinds == OF_THE_ENGINE
    assert set(KINDS) > OF_THE_ENGINE
    if how == "hooks":
        assert set(seen) == OF_THE_ENGINE
        assert seen == [event.kind for event in lab.trace][-len(seen) :]


def test_events_tell_who_what_where_and_in_whose_slice(lab):
    """An event has step, component, cause, and box, source and message where one moves."""
    source, sink = source_and_sink(["hello"])
    lab.run()
    by_kind = {event.kind: event for event in reversed(lab.trace.events())}
    sent, received = by_kind["sent"], by_kind["received"]
    assert (sent.component, sent.cause, sent.message, sent.step) == (source, source, "hello", 1)
    assert (sent.source, sent.box) == (source.outboxes["outbox"], sink.inboxes["inbox"])
    assert (received.component, received.cause, received.box) == (sink, sink, sink.inboxes["inbox"])
    assert (received.message, received.step) == ("hello", 2)
    woken = [event for event in lab.trace if event.kind == "woken" and event.component is sink]
    assert woken == [] or woken[0].detail is sink.inboxes["inbox"]


def test_a_discarded_message_is_an_event_of_its_own(lab):
    """A message that leads nowhere is recorded as discarded, with its sender."""
    source = Source(["lost"], name="source").activate()
    lab.run()
    (discarded,) = [event for event in lab.trace if event.kind == "discarded"]
    assert (discarded.component, discarded.message, discarded.box) == (source, "lost", None)
    assert "source.outbox -> nowhere: 'lost' is discarded" in str(discarded)


def test_what_comes_from_outside_has_no_cause(lab):
    """A message delivered from a cell has neither sender nor slice."""
    sink = Sink(name="sink").activate()
    lab.step(2, timeout=0)
    before = len(lab.trace)
    sink.deliver("from outside")
    event = lab.trace.events()[before]
    assert (event.kind, event.component, event.source, event.message) == ("sent", None, None, "from outside")
    assert "outside -> sink.inbox: 'from outside'" in str(event)


def test_every_event_has_the_step_it_happened_in(lab):
    """Events are in order of their steps, and each slice begins with its 'resumed'."""
    source_and_sink(range(5))
    lab.run()
    recorded = lab.trace.events()
    steps = [event.step for event in recorded]
    assert steps == sorted(steps)
    assert [event.step for event in recorded if event.kind == "resumed"] == list(range(1, lab.step_number + 1))
    times = [event.time for event in recorded if event.step]
    assert times == sorted(times)


def test_every_event_can_be_said_in_words(lab):
    """str() of each event is one line that names the component."""
    everything = Everything(name="everything").activate()
    while not everything.is_stopped():
        lab.step(timeout=1)
    for event in lab.trace:
        assert "\n" not in str(event)
        assert any(name in str(event) for name in ("everything", "source", "sink"))


# -- how much is kept ---------------------------------------------------------------------------------


def test_a_stepped_lab_keeps_everything(make_lab):
    """However long one steps, no event is dropped."""
    lab = make_lab(trace_limit=10)
    Talker().activate()
    lab.step(500)
    assert len([event for event in lab.trace if event.kind == "discarded"]) == 500


def test_a_free_run_keeps_the_last_events(make_lab, eventually):
    """A run keeps no more records than the limit, the newest ones; in the background too."""
    lab = make_lab(trace_limit=50)
    Talker().activate()
    lab.run(max_steps=1000)
    assert len(lab.trace) == 50
    assert lab.trace.events()[-1].step == 1000
    lab.start()
    eventually(lambda: lab.step_number > 3000)
    lab.pause()
    assert len(lab.trace) == 50


def test_a_ring_tells_the_right_step_from_its_first_record_on(make_lab):
    """The oldest records of a ring, whose slice began before it, have the step of that slice."""
    for limit in range(10, 16):
        lab = make_lab(trace_limit=limit)

        class Chatty(Component):
            def main(self):
                while True:
                    for number in range(3):
                        self.send((lab.step_number, number))
                    yield

        Chatty().activate()
        lab.run(max_steps=100)
        recorded = lab.trace.events()
        assert len(recorded) == limit
        for event in recorded:
            if event.kind == "discarded":
                assert event.message[0] == event.step


def test_stepping_after_a_free_run_keeps_what_there_was(make_lab):
    """From the first step on everything is kept again, after what the ring held."""
    lab = make_lab(trace_limit=20)
    Talker().activate()
    lab.run(max_steps=100)
    lab.step(100)
    assert len(lab.trace) == 20 + 200


def test_a_step_returns_its_own_events_only(make_lab):
    """What a step returns begins where the step began, with the right step numbers, also after a free run."""
    lab = make_lab(trace_limit=20)
    Talker().activate()
    lab.run(max_steps=100)
    happened = lab.step(3)
    assert [event.step for event in happened if event.kind == "resumed"] == [101, 102, 103]
    assert all(event.step >= 100 for event in happened)


def test_the_trace_can_be_cleared(lab):
    """clear() forgets what was recorded; recording goes on."""
    Talker().activate()
    lab.step(5)
    lab.trace.clear()
    assert len(lab.trace) == 0
    lab.step()
    assert lab.trace.events()[0].step == 6


# -- without recording --------------------------------------------------------------------------------


def test_without_recording_a_free_run_writes_nothing(make_lab):
    """record=False gives the engine no log at all while it runs freely."""
    lab = make_lab(record=False)
    logs = []

    class Looking(Component):
        def main(self):
            logs.append(lab.scheduler.log)
            yield

    Looking().activate()
    lab.run()
    assert logs == [None]
    assert len([event for event in lab.trace if event.kind != "activated"]) == 0


def test_steps_are_recorded_in_any_case(make_lab):
    """A step returns its events also where free runs are not recorded, and all of them after a run."""
    lab = make_lab(record=False)
    source_and_sink(range(10))
    assert lab.step().of_kind("sent")
    lab.run(max_steps=3)
    kinds = [event.kind for event in lab.step(6)]
    assert "sent" in kinds
    assert "received" in kinds


def test_no_message_is_missed_when_recording_begins_in_the_middle_of_a_round(make_lab):
    """Changing between run and step in the middle of a round, every message sent while stepping is recorded."""

    class Burst(Component):
        def main(self):
            while True:
                for number in range(3):
                    self.send(number)
                yield

    for record in (True, False):
        for at in range(1, 9):
            lab = make_lab(record=record)
            sink = Sink(name="sink").activate()
            for name in ("one", "two"):
                burst = Burst(name=name).activate()
                burst.link((burst, "outbox"), (sink, "inbox"))
            lab.run(max_steps=at)
            waiting = len(sink.inboxes["inbox"])
            happened = lab.step(6)
            sent, received = len(happened.of_kind("sent")), len(happened.of_kind("received"))
            assert sent == 12
            assert waiting + sent - received == len(sink.inboxes["inbox"])


def test_recording_or_not_the_run_is_the_same(make_lab):
    """The slices, and what arrives when, do not depend on whether events are recorded."""

    def run(**how):
        lab = make_lab(**how)
        lines = []

        class Writing(Component):
            def main(self):
                while True:
                    lines.append((self.name, list(self.messages())))
                    if self.name == "a" and len(lines) < 40:
                        self.send(len(lines))
                    elif lines[-1][1]:
                        for message in lines[-1][1]:
                            self.send(message + 100)
                    if len(lines) > 60:
                        return
                    self.pause(0) if len(lines) % 3 == 0 else self.pause()
                    yield

        ring = [Writing(name=name) for name in "abc"]
        for one, two in zip(ring, ring[1:] + ring[:1], strict=True):
            one.link((one, "outbox"), (two, "inbox"))
            one.activate()
        if how.get("hook"):
            lab.trace.attach(lambda event: None)
        lab.run(max_steps=300)
        return lines

    assert run(record=True) == run(record=False)


# -- observers ----------------------------------------------------------------------------------------


def test_a_hook_hears_the_kinds_it_asked_for(lab):
    """attach(hook, kinds) calls it with those events only, in order, as they happen."""
    seen = []
    lab.trace.attach(lambda event: seen.append((event.kind, event.message)), ["sent", "received"])
    source_and_sink("ab")
    lab.run()
    assert seen == [("sent", "a"), ("received", "a"), ("sent", "b"), ("received", "b")]


def test_a_hook_is_told_step_and_cause(lab):
    """What a hook gets is the same event that the trace keeps."""
    seen = []
    lab.trace.attach(seen.append)
    source_and_sink("ab")
    lab.run()
    kept = lab.trace.events()[-len(seen) :]
    assert [(event.kind, event.step, event.cause) for event in seen if event.step] == [
        (event.kind, event.step, event.cause) for event in kept if event.step
    ]


def test_a_detached_hook_hears_no_more(lab):
    """detach() takes a hook off all its kinds, and leaves the others."""
    one, two = [], []
    first, second = one.append, two.append
    lab.trace.attach(first)
    lab.trace.attach(second, ["resumed"])
    Endless().activate()
    lab.step()
    lab.trace.detach(first)
    heard = len(one)
    lab.step(3)
    assert len(one) == heard
    assert len(two) == 4


def test_hooks_may_come_and_go_while_the_lab_runs(make_lab, eventually):
    """A hook attached to a running lab hears from then on; detached, it costs nothing more."""
    for record in (True, False):
        lab = make_lab(record=record)
        Talker().activate()
        lab.start()
        heard = []
        hook = heard.append
        lab.trace.attach(hook, ["discarded"])
        eventually(lambda heard=heard: len(heard) > 10)
        lab.trace.detach(hook)
        count = len(heard)
        step = lab.step_number
        eventually(lambda lab=lab, step=step: lab.step_number > step + 10)
        assert len(heard) == count
        assert all(event.kind == "discarded" for event in heard)
        lab.pause()


@pytest.mark.parametrize("error", [ZeroDivisionError(), SystemExit(1), StopIteration()])
def test_a_hook_that_crashes_is_detached_and_reported(lab, error):
    """The run goes on without it, and so do the other hooks."""
    seen = []

    def crashing(event):
        raise error

    lab.trace.attach(crashing, ["sent"])
    lab.trace.attach(lambda event: seen.append(event.message), ["sent"])
    source_and_sink("abc")
    assert lab.run().reason == "stuck"
    assert seen == ["a", "b", "c"]
    (report,) = lab.reports
    assert "crashing" in report
    assert type(error).__name__ in report
    assert "was detached" in report
    assert lab.failures == []
    assert crashing not in [hook for hooks in lab.trace.hooks.values() for hook in hooks]


def test_a_hook_may_touch_the_lab(lab):
    """In a hook components may be activated, woken and stopped, and calls posted; it is done at the right time."""
    calls = []

    def hook(event):
        if event.kind == "finished" and event.component.name == "source":
            Source(["y"], name="second").activate()
            lab.scheduler.post(lambda: calls.append("posted"))

    source_and_sink()
    lab.trace.attach(hook, ["finished"])
    lab.run()
    assert calls == ["posted"]
    assert any(event.kind == "finished" and event.component.name == "second" for event in lab.trace)


def test_what_a_hook_posts_when_all_sleep_is_done(lab):
    """A call posted by a hook while the last component is being woken is made, though nothing else happens."""
    calls = []
    sink = Sink().activate()
    lab.run()
    lab.trace.attach(lambda event: lab.scheduler.post(lambda: calls.append("posted")), ["paused"])
    sink.deliver("x")
    lab.run()
    assert calls


def test_a_hook_cannot_drive_the_lab(lab):
    """A hook that steps the lab that tells it is detached with LabIsRunning."""
    Endless(name="endless").activate()
    lab.trace.attach(lambda event: lab.step(), ["resumed"])
    lab.step(3)
    assert "LabIsRunning" in lab.reports[0]
    assert lab.failures == []


def test_an_unknown_kind_is_refused(lab):
    """attach() with a kind that there is not lists those that there are, and attaches nothing."""
    for kinds in (["sent", "heard"], ["heard"], "sent"):
        with pytest.raises(ValueError, match="there is no event kind.*resumed, sent"):
            lab.trace.attach(print, kinds)
        assert lab.trace.hooks == {}


def test_an_unused_hook_table_costs_nothing(make_lab):
    """With no hook attached the engine's log is the bare append of the ring, or nothing at all."""
    logs = []

    class Looking(Component):
        def main(self):
            logs.append(lab.scheduler.log)
            yield

    for record in (True, False):
        lab = make_lab(record=record)
        Looking().activate()
        lab.run()
        lab.trace.attach(print, ["failed"])
        Looking().activate()
        lab.run()
        lab.trace.detach(print)
        Looking().activate()
        lab.run()
        bare, with_hook, again = logs[-3:]
        assert with_hook is not None
        for log in (bare, again):
            if record:
                assert (log.__name__, type(log.__self__)) == ("append", deque)
                assert with_hook.__name__ != "append"
            else:
                assert log is None


# -- words --------------------------------------------------------------------------------------------


def test_a_message_is_shown_shortened_whatever_its_repr_does():
    """shorten() limits the width, takes huge texts without going through them, and survives a broken repr."""

    class Broken:
        def __repr__(self):
            raise ValueError

    assert shorten("ab") == "'ab'"
    assert len(shorten("x" * 10_000_000)) <= 60
    assert len(shorten(b"x" * 10_000_000)) <= 60
    assert shorten(Broken()) == "<Broken whose repr raises ValueError>"
    assert len(shorten(list(range(1000)), 20)) == 20


def test_an_event_of_every_kind_can_be_described():
    """describe() knows a word for every kind there is."""
    component = Sink(name="anna")
    link = component.link((component, "outbox"), (component, "inbox"))
    for kind in KINDS:
        event = events.Event(
            kind,
            1,
            0.0,
            link if "linked" in kind else component,
            detail=ValueError("v") if kind == "failed" else "detail",
            box=component.inboxes["inbox"],
            source=component.outboxes["outbox"],
            message="m",
        )
        assert ("the clock" if kind == "clock" else "anna") in describe(event), kind
