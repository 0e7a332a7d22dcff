"""Stepping: slices, rounds, messages; what is returned, and what stops a step."""

from __future__ import annotations

import threading

import pytest

from kamlab import Component, Lab
from kamlab.core.errors import LabIsClosed, LabIsRunning
from kamlab.core.lab_time import real_sleep


class Counting(Component):
    def __init__(self, lines, times=3, **argd):
        super().__init__(**argd)
        self.lines, self.times = lines, times

    def main(self):
        for number in range(self.times):
            self.lines.append(f"{self.name}{number}")
            yield


class Source(Component):
    """Sends a number in every third slice."""

    def main(self):
        for number in range(3):
            yield
            yield
            self.send(number)
            yield


class Sink(Component):
    def __init__(self, **argd):
        super().__init__(**argd)
        self.got = []

    def main(self):
        while True:
            self.got.extend(self.messages())
            self.pause()
            yield


class Endless(Component):
    def main(self):
        while True:
            yield


def source_and_sink():
    source, sink = Source(name="source").activate(), Sink(name="sink").activate()
    source.link((source, "outbox"), (sink, "inbox"))
    return source, sink


# -- step ---------------------------------------------------------------------------------------------


def test_a_step_is_one_slice(lab):
    """step() runs one component to its next yield, and says what happened."""
    lines = []
    Counting(lines, name="a").activate()
    Counting(lines, name="b").activate()
    happened = lab.step()
    assert lines == ["a0"]
    assert (happened.steps, happened.reason, bool(happened)) == (1, "steps", True)
    assert [event.component.name for event in happened.of_kind("resumed")] == ["a"]
    assert lab.step_number == 1


def test_step_n_is_n_slices(lab):
    """step(n) runs n slices, the same ones as n single steps."""
    lines = []
    Counting(lines, name="a").activate()
    Counting(lines, name="b").activate()
    assert lab.step(3).steps == 3
    assert lines == ["a0", "b0", "a1"]
    assert lab.step(0).steps == 0
    assert lines == ["a0", "b0", "a1"]


@pytest.mark.parametrize("n", [-1, -100])
def test_a_negative_number_of_steps_is_refused(lab, n):
    """step(n) takes 0 or more."""
    with pytest.raises(ValueError, match=str(n)):
        lab.step(n)


def test_a_step_runs_on_the_calling_thread(lab):
    """Prints, errors and the debugger belong to the cell that steps."""
    threads = []

    class Where(Component):
        def main(self):
            threads.append(threading.current_thread())
            yield

    Where().activate()
    lab.step()
    assert threads == [threading.current_thread()]


def test_what_happened_reads_as_lines(lab):
    """str() of what a step returns is a line for each event; iterating gives the events."""
    source, sink = source_and_sink()
    lab.step(3)
    happened = lab.step()
    assert str(happened).splitlines() == [
        "    4  source resumed",
        "    4  source.outbox -> sink.inbox: 0",
        "    4  sink woken by a message in inbox",
    ]
    assert [event.kind for event in happened] == ["resumed", "sent", "woken"]
    assert len(happened) == 3
    (sent,) = happened.of_kind("sent")
    assert (sent.component, sent.box, sent.source) == (source, sink.inboxes["inbox"], source.outboxes["outbox"])


def test_after_a_step_the_states_are_true(lab):
    """When the last slice of a round has run, the round is ended: who paused is asleep, who was sent to is awake."""
    source, sink = source_and_sink()
    lab.step(2)
    assert (source.state, sink.state) == ("runnable", "waiting")
    assert lab.step_message().of_kind("woken")[-1].component is sink
    assert sink.state == "runnable"
    assert sink in lab.runnable()


def test_a_step_of_nothing_says_why(lab):
    """A step that can run nothing says finished, or that all sleep and nothing could wake them."""
    assert lab.step().reason == "finished"
    Sink(name="sleeper").activate()
    lab.step()
    happened = lab.step()
    assert (happened.reason, happened.steps, bool(happened)) == ("stuck", 0, False)
    assert "waiting: sleeper" in str(happened)


def test_a_step_waits_for_a_timer_but_not_for_ever(lab):
    """With nothing to run a step waits for a timer up to its timeout; then it says idle."""

    class Later(Component):
        def main(self):
            self.pause(seconds)
            yield

    seconds = 1000
    Later().activate()
    lab.step()
    assert lab.step(timeout=0.01).reason == "idle"
    lab.patience = 0.01
    assert lab.step().reason == "idle"
    assert lab.state == "paused"
    seconds = 0.03
    later = Later().activate()
    lab.step()
    assert lab.step(timeout=10).steps == 1
    assert later.is_stopped()


def test_fewer_steps_than_asked_for_are_counted(lab):
    """step(100) of a system that ends after six slices says that six ran and that all has finished."""
    lines = []
    Counting(lines, 2, name="a").activate()
    Counting(lines, 2, name="b").activate()
    happened = lab.step(100)
    assert (happened.steps, happened.reason) == (6, "finished")


# -- step_round ---------------------------------------------------------------------------------------


def test_a_round_gives_everybody_one_slice(lab):
    """step_round() runs every runnable component once."""
    lines = []
    for name in "abc":
        Counting(lines, name=name).activate()
    assert lab.step_round().steps == 3
    assert lines == ["a0", "b0", "c0"]


def test_a_round_is_not_cut_short_by_somebody_who_looks(lab, in_thread):
    """A thread that takes the lock in the middle of a round lets the round be finished."""
    answers = []
    lines = []

    class Interrupted(Component):
        def main(self):
            while True:
                answers.append(in_thread(lambda: len(lab.components)))
                while not lab.lock.waiting:
                    pass
                lines.append("i")
                yield

    Interrupted().activate()
    for name in "abc":
        Counting(lines, name=name).activate()
    assert lab.step_round().steps == 4
    assert lines == ["i", "a0", "b0", "c0"]
    assert answers[0]() == 4


# -- step_message -------------------------------------------------------------------------------------


def test_a_message_step_runs_until_one_is_delivered(lab):
    """step_message() stops after the slice in which a message was delivered."""
    _, sink = source_and_sink()
    happened = lab.step_message()
    assert happened.reason == "steps"
    assert [event.message for event in happened.of_kind("sent")] == [0]
    assert [event.message for event in lab.step_message().of_kind("sent")] == [1]
    assert sink.got + list(sink.inboxes["inbox"].contents) == [0, 1]


def test_a_message_step_without_a_message_ends(lab):
    """step_message() comes back when all has ended, when all sleep, and when its time is up, and says which."""
    Counting([], name="a").activate()
    assert lab.step_message().reason == "finished"
    sink = Sink().activate()
    assert lab.step_message().reason == "stuck"
    Endless().activate()
    assert lab.step_message(timeout=0.02).reason == "timeout"
    assert sink.state == "waiting"


def test_a_discarded_message_is_none_that_was_delivered(lab):
    """step_message() goes on past messages that lead nowhere."""

    class Both(Component):
        Outboxes = ["outbox", "nowhere"]

        def main(self):
            self.send("lost", "nowhere")
            yield
            self.send("found")
            yield

    both, sink = Both().activate(), Sink().activate()
    both.link((both, "outbox"), (sink, "inbox"))
    happened = lab.step_message()
    assert [event.message for event in happened.of_kind("sent")] == ["found"]


def test_steps_cost_the_same_however_long_the_trace(lab):
    """Telling what a step did, or that a message came, does not go through the whole trace again."""
    Endless().activate()
    lab.step(1000)
    looked_at = []

    class Watched(type(lab.trace._records)):
        def __iter__(self):
            looked_at.append(len(self))
            return super().__iter__()

    lab.trace._records = Watched(lab.trace._records)
    lab.step()
    assert looked_at == []


# -- refusals -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "call",
    [
        lambda lab: lab.step(),
        lambda lab: lab.step_round(),
        lambda lab: lab.step_message(),
        lambda lab: lab.run(),
        lambda lab: lab.start(),
        lambda lab: lab.reset(),
    ],
)
def test_a_component_cannot_drive_the_lab_that_drives_it(lab, call):
    """step(), run(), start() and reset() in a slice are LabIsRunning, and only that component fails."""

    class Presumptuous(Component):
        def main(self):
            call(lab)
            yield

    lines = []
    presumptuous = Presumptuous(name="presumptuous").activate()
    Counting(lines, name="a").activate()
    assert lab.run().reason == "finished"
    assert isinstance(presumptuous.error, LabIsRunning)
    assert "presumptuous" in str(presumptuous.error)
    assert lab.failures == [presumptuous]
    assert lines == ["a0", "a1", "a2"]
    assert lab.step().reason == "finished"


def test_a_component_may_not_run_another_to_its_end(lab):
    """component.run() in a slice activates it and is LabIsRunning: the lab runs it anyway."""

    class Presumptuous(Component):
        def main(self):
            Counting(lines, name="a").run()
            yield

    lines = []
    presumptuous = Presumptuous().activate()
    lab.run()
    assert isinstance(presumptuous.error, LabIsRunning)
    assert lines == ["a0", "a1", "a2"]


def test_another_thread_cannot_drive_too(lab, in_thread):
    """step(), run() and start() from a second thread are LabIsRunning, while the first goes on."""
    refused = []

    class Slow(Component):
        def main(self):
            for call in (lab.step, lab.run, lab.start):
                waits = in_thread(call)
                while not lab.lock.waiting and not refused_by(waits):
                    yield
                yield
                refused_by(waits)

    def refused_by(waits):
        try:
            waits(0.001)
        except AssertionError:
            return False
        except LabIsRunning as error:
            refused.append(str(error))
        return True

    slow = Slow().activate()
    lab.run(until=lambda lab: len({*refused}) and slow.is_stopped())
    assert slow.state == "finished"
    assert len(refused) >= 3
    assert all("another thread drives this lab" in text for text in refused)


@pytest.mark.parametrize("call", [Lab.step, Lab.step_round, Lab.step_message, Lab.run])
def test_a_lab_in_the_background_cannot_be_stepped(lab, call):
    """step() and run() while the background drives say that pause() comes first."""
    Endless().activate()
    lab.start()
    with pytest.raises(LabIsRunning, match="pause"):
        call(lab)
    assert lab.running
    lab.pause()
    assert lab.step().steps == 1


@pytest.mark.parametrize("call", [Lab.step, Lab.step_round, Lab.step_message, Lab.run, Lab.start])
def test_a_stopped_lab_cannot_be_driven(make_lab, call):
    """A lab that was stopped says so, and that it can be reset."""
    lab = make_lab()
    lab.stop()
    with pytest.raises(LabIsClosed, match="reset"):
        call(lab)


@pytest.mark.parametrize("clock", ["real", "virtual"])
def test_patience_is_for_a_time_in_which_nothing_can_run(make_lab, clock):
    """However long its slices take, a step of n slices has n slices, with short pauses in between."""

    class Slow(Component):
        def main(self):
            while True:
                real_sleep(0.02)
                self.pause(0.01)
                yield

    lab = make_lab(clock=clock)
    lab.patience = 0.1
    Slow().activate()
    assert lab.step(20).steps == 20
