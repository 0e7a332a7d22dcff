"""What a lab can be asked about its past, and when."""

from __future__ import annotations

from kamlab import Component


def test_a_running_lab_can_be_asked(make_lab, eventually):
    """While the lab runs in the background, questions are answered between two slices."""

    class Ping(Component):
        def main(self):
            while True:
                for message in self.messages():
                    self.send(message + 1)
                self.pause()
                yield

    lab = make_lab(trace_limit=300)
    one, other = Ping(name="one").activate(), Ping(name="other").activate()
    one.link((one, "outbox"), (other, "inbox"))
    one.link((other, "outbox"), (one, "inbox"))
    one.deliver(0)
    lab.start()
    eventually(lambda: lab.step_number > 500)
    for _ in range(20):
        with lab.lock:
            step = lab.step_number
            then = lab.snapshot(step)
            waiting = sum(len(each) for each in then.boxes.values())
            assert waiting == 1
            assert set(then.states) == {"one", "other"}
            event = lab.trace.events()[-1]
            assert lab.causes(event) is not None
            assert lab.story("one").name == "one"
        seen = lab.step_number
        eventually(lambda seen=seen: lab.step_number > seen)
    lab.pause()


def test_a_component_may_ask_in_its_slice(lab, parts):
    """In a slice the past up to here can be asked for; the step that runs is as far as it has come."""
    seen = []

    class Curious(Component):
        def main(self):
            yield
            seen.append((lab.snapshot(1).boxes, lab.snapshot(lab.step_number).boxes))
            self.recv()
            seen.append(lab.snapshot(lab.step_number).boxes)
            yield

    curious = Curious(name="curious").activate()
    lab.step(1)
    curious.deliver("x")
    lab.step(1)
    assert seen == [({"curious.inbox": ("x",)}, {"curious.inbox": ("x",)}), {}]


def test_asking_leaves_the_run_as_it_is(make_lab, parts):
    """A system that is asked at every step runs as one that is not."""
    texts = []
    for asks in (False, True):
        lab = make_lab()
        source, relay, sink = parts.source("abc"), parts.relay(), parts.sink()
        for each in (source, relay, sink):
            each.activate()
        source.link((source, "outbox"), (relay, "inbox"))
        relay.link((relay, "outbox"), (sink, "inbox"))
        for _ in range(12):
            lab.step(timeout=0)
            if asks:
                lab.snapshot(lab.step_number)
                lab.story(relay)
                lab.causes(lab.trace.events()[-1])
                lab.histories()
        texts.append(lab.trace.text())
    assert texts[0] == texts[1]


def test_asking_records_nothing_and_attaches_nothing(lab, parts):
    """Questions neither write to the trace nor put anything in the way of the run."""
    parts.source("abc").activate()
    lab.step(2)
    count, log = len(lab.trace), lab.scheduler.log
    lab.snapshot(1)
    lab.histories()
    assert len(lab.trace) == count
    assert lab.scheduler.log == log
    assert lab.trace.hooks == {}
