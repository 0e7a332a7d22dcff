"""Breakpoints: what one can break on, when the lab stops, and how that is told."""

from __future__ import annotations

import asyncio
import threading

import pytest

from kamlab import Component, Lab, Pipeline, ThreadedComponent
from kamlab.core.choice import SeededRandom
from kamlab.core.ipc import ProducerFinished, WaitComplete


class Source(Component):
    """Sends numbers, one a slice."""

    times = 5

    def main(self):
        for number in range(self.times):
            self.send(number)
            yield


class Sink(Component):
    """Takes one message a slice."""

    def __init__(self, **argd):
        super().__init__(**argd)
        self.got = []

    def main(self):
        while True:
            if self.data_ready():
                self.got.append(self.recv())
            else:
                self.pause()
            yield


class Hoards(Component):
    """Never takes anything."""

    def main(self):
        while True:
            self.pause()
            yield


class Ticks(Component):
    """Sends nothing and never ends."""

    count = 0

    def main(self):
        while True:
            self.count += 1
            yield


class Breaks(Component):
    def main(self):
        yield
        raise ValueError("broken")


def source_and_sink(sink=Sink, **argd):
    source, sink = Source(name="source", **argd).activate(), sink(name="sink").activate()
    source.link((source, "outbox"), (sink, "inbox"))
    return source, sink


def hit(lab):
    """Run until a breakpoint, and return the number of the step and what did it."""
    outcome = lab.run()
    assert outcome.reason == "breakpoint", outcome
    (only,) = outcome.breakpoints
    return only.step, only.what


# -- a component ---------------------------------------------------------------------------------------


def test_the_lab_stops_before_a_component_runs(lab):
    """break_on(component) stops before each of its slices, with the component the next to run."""
    _, sink = source_and_sink()
    lab.break_on(sink)
    for step in (1, 3, 5):
        assert hit(lab) == (step, "sink is next")
        assert lab.step_number == step
        assert lab.runnable()[0] is sink
    assert sink.got == [0, 1]


@pytest.mark.parametrize(
    "goes_on", [Lab.step, Lab.step_round, lambda lab: lab.run(max_steps=1), lambda lab: lab.step(9)]
)
def test_going_on_from_a_breakpoint_runs_the_component(lab, goes_on):
    """The slice before which the lab stopped runs when one goes on, whichever way; the lab stops before the next."""
    ticks = Ticks(name="ticks").activate()
    stop = lab.break_on(ticks)
    for number in range(5):
        if lab.outcome is None or lab.outcome.reason != "breakpoint":
            assert goes_on(lab).steps == 0
        assert (ticks.count, lab.outcome.reason, lab.outcome.breakpoints[0].breakpoint) == (number, "breakpoint", stop)
        assert goes_on(lab).steps == 1
    assert ticks.count == 5


def test_the_lab_stops_after_a_component_ran(lab):
    """break_on(component, after=True) stops when its slice is over."""
    source, sink = source_and_sink()
    lab.break_on(sink, after=True)
    assert hit(lab) == (2, "sink resumed")
    assert lab.step_number == 2
    assert sink.got == [0]
    assert hit(lab)[0] == 4
    del source


def test_a_component_that_is_not_there_yet_can_be_named(lab):
    """A name, with or without its number, and a class stand for components yet to come."""

    class Later(Component):
        def main(self):
            for _ in range(2):
                yield
                Ticks().activate()

    Later().activate()
    for what in ("Ticks_3", "Ticks", Ticks):
        stop = lab.break_on(what, once=True)
        assert lab.run().breakpoints[0].breakpoint is stop
        third = lab.runnable()[0]
        assert isinstance(third, Ticks)
        assert what != "Ticks_3" or third.short_name == "Ticks_3"


def test_a_component_that_waits_for_a_generator_runs_when_that_does(lab):
    """The slices of a generator that a component waits for are slices of that component."""

    class Waits(Component):
        def main(self):
            yield WaitComplete(self.helper())

        def helper(self):
            yield
            yield

    waits = Waits(name="waits").activate()
    lab.break_on(waits)
    steps = []
    while (outcome := lab.run()).reason == "breakpoint":
        steps.append(outcome.breakpoints[0].step)
    assert steps == [0, 1, 2, 3, 4]


def test_only_the_component_that_was_given_is_meant(lab):
    """A component given as an object stands for itself, not for others of its class."""
    first, second = Ticks().activate(), Ticks().activate()
    lab.break_on(second)
    lab.run()
    assert (first.count, second.count) == (1, 0)


# -- boxes and messages --------------------------------------------------------------------------------


def test_a_box_is_met_by_what_comes_and_what_goes(lab):
    """break_on((component, name)) and break_on(box) stop when a message arrives there, or is taken."""
    for which in (lambda sink: (sink, "inbox"), lambda sink: sink.inboxes["inbox"], lambda sink: ("sink", "inbox")):
        _, sink = source_and_sink(times=1)
        stop = lab.break_on(which(sink))
        assert hit(lab)[1] == "source.outbox -> sink.inbox: 0"
        assert hit(lab)[1] == "sink takes 0 from inbox"
        stop.remove()
        sink.stop()


def test_an_outbox_is_met_by_what_leaves_by_it(lab):
    """break_on(outbox) stops for messages sent by it, also when they are lost, and for no others."""
    source, sink = source_and_sink(times=1)
    lab.break_on(source.outboxes["outbox"])
    lab.break_on((sink, "outbox"))
    assert hit(lab)[1] == "source.outbox -> sink.inbox: 0"
    lonely = Source(name="lonely", times=1)
    lab.break_on(lonely.outboxes["outbox"])
    lonely.activate()
    assert hit(lab)[1] == "lonely.outbox -> nowhere: 0 is discarded"
    assert lab.run().reason == "stuck"


def test_a_box_on_the_way_is_met_too(lab):
    """A box of a container stops the lab when a message passes it on its way to another."""
    pipeline = Pipeline(Source(name="inner", times=1), name="pipe")
    _, sink = pipeline.activate(), Sink(name="sink").activate()
    pipeline.link((pipeline, "outbox"), (sink, "inbox"))
    lab.break_on((pipeline, "outbox"), kind="sent")
    assert hit(lab)[1] == "inner.outbox -> sink.inbox: 0"


def test_a_message_may_be_told_by_a_predicate_by_equality_or_by_class(lab):
    """message= is a predicate on the message, a class that it is of, or what it equals."""
    source, sink = source_and_sink()
    lab.break_on("sink", kind="received", message=lambda number: number == 1)
    assert hit(lab)[1] == "sink takes 1 from inbox"
    lab.break_on(message=3, once=True)
    assert hit(lab)[1] == "source.outbox -> sink.inbox: 3"
    lab.break_on(message=ProducerFinished)
    lab.break_on(kind="sent", message=None)

    class Says(Component):
        def main(self):
            self.send("a word")
            yield
            self.send(ProducerFinished(), "signal")
            yield

    says = Says(name="says").activate()
    step, what = hit(lab)
    assert what.startswith("says.signal -> nowhere: ")
    assert step == lab.step_number
    assert lab.run().reason == "stuck"
    del source, sink, says


def test_the_predicate_sees_the_message_as_it_moves(lab):
    """A message that is changed later on in the same slice has been looked at before."""

    class Reuses(Component):
        def main(self):
            message = [1]
            self.send(message)
            message[0] = 2
            yield

    Reuses().activate()
    seen = []
    lab.break_on(message=lambda message: seen.append(list(message)))
    lab.run()
    assert seen == [[1]]


def test_of_what_is_sent_the_component_is_the_sender(lab):
    """With kind="sent" or a message alone, a component stands for what it does, not for what is done to it."""
    _, sink = source_and_sink(times=1)
    lab.break_on(sink, kind="sent")
    lab.break_on(sink, message=0)
    assert hit(lab)[1] == "sink takes 0 from inbox"
    assert lab.run().reason == "stuck"


# -- kinds of event, queues, the lab -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("activated", "source activated"),
        ("linked", "source.outbox linked to sink.inbox"),
        ("sent", "source.outbox -> sink.inbox: 0"),
        ("received", "sink takes 0 from inbox"),
        ("finished", "source finished: finished"),
        ("paused", "sink paused: waits to be woken"),
        ("failed", "breaks failed: ValueError: broken"),
        ("timer", "slow timer: "),
        ("woken", "slow woken by its timer"),
        ("discarded", "boss.outbox -> nowhere: 'go'"),
        ("resumed", "boss resumed"),
    ],
)
def test_any_kind_of_event_can_stop_the_lab(make_plain_lab, kind, what):
    """break_on(kind=...) stops in or right after the slice in which such an event happens."""
    lab = make_plain_lab(clock="virtual")

    class Slow(Component):
        def main(self):
            self.pause(0.1)
            yield

    class Boss(Component):
        def main(self):
            source, sink = Source(name="source", times=1), Sink(name="sink")
            for component in (source, sink, Breaks(name="breaks"), Slow(name="slow")):
                component.activate()
            self.link((source, "outbox"), (sink, "inbox"))
            self.send("go")
            while True:
                self.pause()
                yield

    Boss(name="boss").activate()
    stop = lab.break_on(kind=kind)
    outcome = lab.run()
    while outcome.reason == "breakpoint" and not outcome.breakpoints[0].what.startswith(what):
        outcome = lab.run()
    assert outcome.breakpoints[0].breakpoint is stop
    assert outcome.breakpoints[0].event.kind == kind
    assert outcome.breakpoints[0].event.step == outcome.breakpoints[0].step == lab.step_number


def test_what_happens_between_two_slices_stops_the_lab_right_there(make_plain_lab):
    """After an event no further slice runs, in steps as in a run."""
    stopped_at = []
    for drive in (Lab.run, Lab.step):
        lab = make_plain_lab()
        source_and_sink(times=1)
        ticks = Ticks(name="ticks").activate()
        lab.break_on("sink", kind="paused")
        while drive(lab).reason != "breakpoint":
            assert lab.step_number < 20
        stopped_at.append((lab.step_number, ticks.count))
        assert lab.step().steps == 1
    assert stopped_at == [(5, 1), (5, 1)]


def test_several_kinds_are_any_of_them(lab):
    """kind= may be several names; one of them is enough."""
    Breaks(name="a").activate()
    Source(name="b", times=0).activate()
    lab.break_on(kind=("failed", "finished"))
    assert hit(lab) == (2, "b finished: finished")
    assert hit(lab) == (3, "a failed: ValueError: broken")


def test_all_conditions_must_hold(lab):
    """Component, kind, message and predicate on the lab together stop only where all of them hold."""
    source, sink = source_and_sink()
    lab.break_on(sink, kind="received", message=lambda number: number > 0, when=lambda lab: len(sink.got) > 2)
    assert hit(lab)[1] == "sink takes 2 from inbox"
    del source


def test_a_condition_on_the_lab_may_go_with_a_component(lab):
    """break_on(component, when=...) stops before its slices while the predicate holds."""
    ticks = Ticks(name="ticks").activate()
    lab.break_on(ticks, when=lambda lab: ticks.count in (3, 4))
    assert [hit(lab)[0], hit(lab)[0]] == [3, 4]
    assert lab.run(max_steps=10).reason == "max_steps"


def test_a_queue_stops_the_lab_when_it_reaches_a_length(lab):
    """queue=n stops when the n-th message waits, not when there are more; and again when it comes to n again."""
    _, sink = source_and_sink(Hoards, times=6)
    stop = lab.break_on(sink.inboxes["inbox"], queue=3)
    assert hit(lab)[1] == "source.outbox -> sink.inbox: 2"
    assert len(sink.inboxes["inbox"]) == 3
    assert lab.run().reason == "stuck"
    for _ in range(4):
        sink.inboxes["inbox"].pop()
    again = Source(times=1).activate()
    again.link((again, "outbox"), (sink, "inbox"))
    assert hit(lab)[1] == f"{again.short_name}.outbox -> sink.inbox: 0"
    assert stop.hits == 2


@pytest.mark.parametrize(
    "what",
    [
        lambda source, sink: sink,
        lambda source, sink: "sink",
        lambda source, sink: ("Hoards", "inbox"),
        lambda source, sink: source.outboxes["outbox"],
        lambda source, sink: None,
    ],
)
def test_a_queue_may_be_that_of_any_inbox_meant(lab, what):
    """With queue= a component is all its inboxes, an outbox the inbox it leads to, and nothing any inbox."""
    source, sink = source_and_sink(Hoards, times=6)
    lab.break_on(what(source, sink), queue=2)
    assert hit(lab)[1] == "source.outbox -> sink.inbox: 1"


def test_a_predicate_on_the_lab_stops_it_when_it_becomes_true(lab):
    """when= stops after the slice that made it true, not again while it stays so, and again the next time."""
    ticks = Ticks().activate()
    stop = lab.break_on(when=lambda lab: ticks.count % 10 >= 7)
    for count in (7, 17, 27):
        assert hit(lab) == (count, "it has come true")
        assert ticks.count == count
    assert stop.hits == 3


def test_a_predicate_that_was_true_before_stops_nothing(lab):
    """What holds already when the lab goes on has not become true."""
    Ticks().activate()
    lab.break_on(when=lambda lab: True)
    assert lab.run(max_steps=20).reason == "max_steps"


# -- every way to drive --------------------------------------------------------------------------------


def test_steps_stop_at_breakpoints(lab):
    """step(n), step_round() and step_message() end early at a breakpoint, and tell it in what they return."""
    source, sink = source_and_sink(times=9)
    lab.break_on(sink, kind="received", message=lambda number: number in (1, 3))
    stopped = lab.break_on("source", once=True)
    happened = lab.step(50)
    assert (happened.steps, happened.reason, happened.outcome.breakpoints[0].breakpoint) == (0, "breakpoint", stopped)
    happened = lab.step(50)
    assert (happened.steps, happened.reason) == (4, "breakpoint")
    assert "sink takes 1 from inbox" in str(happened).splitlines()[-1]
    assert lab.step_round().reason == "steps"
    happened = lab.step_round()
    assert (happened.steps, happened.outcome.breakpoints[0].what) == (2, "sink takes 3 from inbox")
    assert sink.got == [0, 1, 2, 3]
    del source


def test_a_round_that_was_broken_is_finished_by_the_next(lab):
    """step_round() that stops in the middle leaves the others their turn: the next one gives it to them."""
    ticks = [Ticks(name=name).activate() for name in "abc"]
    lab.break_on("b", once=True)
    assert lab.step_round().steps == 1
    assert lab.step_round().steps == 2
    assert [tick.count for tick in ticks] == [1, 1, 1]


def test_a_step_for_a_message_stops_before_it(lab):
    """step_message() ends at a breakpoint before the message came."""
    _, sink = source_and_sink()
    lab.break_on("source")
    assert lab.step_message().steps == 0
    assert lab.step_message().of_kind("sent")[0].message == 0
    assert len(sink.inboxes["inbox"]) == 1


def test_a_run_in_the_background_stops_too(lab, eventually):
    """start() ends at a breakpoint, a line says so, the outcome names it, and the lab stands between two slices."""
    ticks = Ticks(name="ticks").activate()
    stop = lab.break_on(when=lambda lab: ticks.count >= 5)
    lab.start()
    assert eventually(lambda: not lab.running)
    assert (lab.outcome.reason, lab.outcome.breakpoints[0].breakpoint) == ("breakpoint", stop)
    assert (ticks.count, lab.state) == (5, "paused")
    assert lab.reports == [f"the background run has stopped: {lab.outcome.breakpoints[0]}"]
    assert "\n" not in lab.reports[0]


def test_a_breakpoint_set_while_the_lab_runs_counts(lab, eventually):
    """break_on() from a cell while the lab runs in the background stops it between two slices."""
    ticks = Ticks(name="ticks").activate()
    lab.start()
    assert eventually(lambda: ticks.count > 100)
    lab.break_on(ticks)
    assert eventually(lambda: not lab.running)
    assert lab.outcome.reason == "breakpoint"
    assert lab.runnable() == [ticks]


def test_a_component_may_set_a_breakpoint_itself(lab):
    """break_on() in a slice counts from the end of that slice on."""

    class Sets(Component):
        def main(self):
            yield
            lab.break_on(self)
            yield
            yield

    Sets(name="sets").activate()
    assert hit(lab) == (2, "sets is next")


def test_what_another_thread_delivers_stops_a_lab_that_waits(lab, eventually):
    """While a background run waits, a delivery from a cell that meets a breakpoint ends the run."""
    sink = Sink(name="sink").activate()
    lab.break_on((sink, "inbox"), kind="sent")
    lab.start()
    assert eventually(lambda: sink.asleep)
    sink.deliver("hello")
    assert eventually(lambda: not lab.running)
    assert lab.outcome.breakpoints[0].what == "outside -> sink.inbox: 'hello'"
    assert sink.got == []


def test_an_awaited_run_stops_too(lab):
    """await lab.arun() returns the outcome with the breakpoint."""
    source_and_sink()
    stop = lab.break_on("sink", kind="received", message=2)
    outcome = asyncio.run(lab.arun(timeout=20))
    assert (outcome.reason, outcome.breakpoints[0].breakpoint) == ("breakpoint", stop)


def test_a_run_on_another_thread_stops_too(lab):
    """run() stops at a breakpoint whichever thread calls it."""
    source_and_sink()
    lab.break_on("sink", kind="received", message=2)
    outcomes = []
    thread = threading.Thread(target=lambda: outcomes.append(lab.run(timeout=20)))
    thread.start()
    thread.join(20)
    assert [outcome.reason for outcome in outcomes] == ["breakpoint"]


def test_a_threaded_component_stops_the_lab_like_others(lab):
    """What a component with a thread sends, and the turns it has, meet breakpoints."""

    class Speaks(ThreadedComponent):
        def main(self):
            self.send("one")
            self.send("two")

    Speaks(name="speaks").activate()
    lab.break_on("speaks", kind="discarded", message="two")
    assert hit(lab)[1] == "speaks.outbox -> nowhere: 'two' is discarded"
    assert lab.run().reason == "finished"


def test_a_condition_that_is_met_in_the_same_slice_comes_second(lab):
    """Where a breakpoint and run(until=...) are met at once the breakpoint is told; the next run tells the other."""
    ticks = Ticks().activate()
    lab.break_on(ticks, after=True, when=lambda lab: ticks.count == 3)
    assert lab.run(until=lambda lab: ticks.count == 3).reason == "breakpoint"
    assert lab.run(until=lambda lab: ticks.count == 3).reason == "condition"


def test_what_is_done_by_hand_meets_nothing(lab):
    """A delivery from a cell while the lab stands still is no reason to stop the next step."""
    sink = Sink(name="sink").activate()
    lab.step()
    stop = lab.break_on((sink, "inbox"), kind="sent")
    sink.deliver("by hand")
    assert lab.step().reason == "steps"
    assert (sink.got, stop.hits) == (["by hand"], 0)


# -- a run with breakpoints is the same run ------------------------------------------------------------


def busy_system():
    """Build something with all kinds of wake-ups, timers and ends."""

    class Restless(Component):
        def main(self):
            for number in range(6):
                self.pause(0.1 * (number % 3 + 1))
                yield
                self.send(number)
                yield

    sink = Sink(name="sink").activate()
    for name in "abc":
        restless = Restless(name=name).activate()
        restless.link((restless, "outbox"), (sink, "inbox"))
    source_and_sink()


@pytest.mark.parametrize("chooser", [lambda: None, lambda: SeededRandom(4), lambda: SeededRandom(11)])
def test_breakpoints_do_not_change_the_run(make_plain_lab, chooser):
    """Stopped as often as can be, and with breakpoints taken away in between, a run is the one without them."""
    plain = make_plain_lab(clock="virtual", chooser=chooser())
    busy_system()
    plain.run()
    lab = make_plain_lab(clock="virtual", chooser=chooser())
    busy_system()
    for what in (Component, "a", ("sink", "inbox")):
        lab.break_on(what)
    lab.break_on(kind=("woken", "paused", "timer"))
    stops = 0
    while lab.run().reason == "breakpoint":
        stops += 1
        if stops % 7 == 0:
            lab.clear_breakpoints()
            assert lab.step().steps == 1
            lab.break_on(Component)
            lab.break_on(kind="woken", once=True)
    assert stops > 20
    assert [str(event) for event in lab.trace] == [str(event) for event in plain.trace]


def test_the_user_may_choose_another_than_the_one_it_stopped_at(make_plain_lab):
    """After a stop before a component, lab.choose() lets another go first; the lab then stops at the same one again."""
    lab = make_plain_lab(chooser=SeededRandom(1))
    first, second = Ticks(name="first").activate(), Ticks(name="second").activate()
    lab.break_on(Component)
    lab.run()
    stopped_at = {"first is next": first, "second is next": second}[lab.outcome.breakpoints[0].what]
    other = second if stopped_at is first else first
    lab.choose(other)
    assert lab.run().breakpoints[0].what == f"{other.name} is next"
    lab.run()
    assert (other.count, stopped_at.count) == (1, 0)
    assert lab.outcome.breakpoints[0].what == f"{stopped_at.name} is next"


# -- the list --------------------------------------------------------------------------------------------


def test_the_outcome_names_the_breakpoints(lab):
    """str(outcome) says which breakpoints were hit, at which step and by what; several at once are all named."""
    source_and_sink()
    lab.break_on("sink", kind="received", message=1)
    lab.break_on("sink", message=lambda number: number == 1, kind=["received"])
    outcome = lab.run()
    assert [hit.number for hit in outcome.breakpoints] == [1, 2]
    text = str(outcome)
    assert text.startswith("4 slices: it came to a breakpoint; breakpoint 1 (sink: received, message 1), at step 4: ")
    assert text.count("at step 4: sink takes 1 from inbox") == 2
    assert outcome.breakpoints[0].event.message == 1


def test_the_list_is_a_table(lab):
    """lab.breakpoints prints number, what and hits of each, and what is special about it."""

    def is_late(lab):
        return lab.step_number == 2

    _, sink = source_and_sink()
    assert str(lab.breakpoints) == "no breakpoints"
    lab.break_on("sink")
    lab.break_on(sink.inboxes["inbox"], queue=3, once=True)
    lab.break_on(kind="failed").enabled = False
    lab.break_on("Nobody", after=True)
    lab.break_on(when=is_late)
    lab.break_on(message="bye", when=is_late)
    lab.break_on(Sink, message=ProducerFinished)
    lab.run()
    assert str(lab.breakpoints).splitlines() == [
        "number  stops at                                        hits",
        "     1  before sink runs                                   1",
        "     2  3 messages waiting in sink.inbox                   0  once",
        "     3  any component: failed                              0  off",
        "     4  after Nobody ran                                   0  no living component is called 'Nobody'",
        "     5  when is_late comes true                            0",
        "     6  anywhere: message 'bye', if is_late holds          0",
        "     7  any Sink: a message that is a ProducerFinished     0",
    ]
    assert [breakpoint.number for breakpoint in lab.breakpoints] == [1, 2, 3, 4, 5, 6, 7]
    assert repr(lab.breakpoints[2]) == "breakpoint 3: any component: failed (off)"


def test_no_address_is_in_the_words(lab):
    """A lambda is named by its line, so what is printed is the same in every process."""
    stop = lab.break_on("sink", message=lambda message: True, when=lambda lab: True)
    assert "the lambda in line " in str(stop)
    assert "0x" not in str(stop)


def test_once_is_once(lab):
    """A breakpoint with once=True is gone when it has stopped the lab."""
    Ticks(name="ticks").activate()
    stop = lab.break_on("ticks", after=True, once=True)
    assert hit(lab)[0] == 1
    assert (stop.hits, list(lab.breakpoints)) == (1, [])
    assert lab.run(max_steps=5).steps == 5


def test_a_breakpoint_can_be_switched_off_and_taken_away(lab):
    """enabled = False keeps it for later; remove() and clear_breakpoints() take it off the list."""
    Ticks(name="ticks").activate()
    first, second = lab.break_on("ticks", after=True), lab.break_on(kind="resumed")
    first.enabled = False
    assert lab.run().breakpoints[0].breakpoint is second
    second.remove()
    second.remove()
    assert list(lab.breakpoints) == [first]
    assert lab.run(max_steps=3).reason == "max_steps"
    first.enabled = True
    assert lab.run().breakpoints[0].breakpoint is first
    lab.clear_breakpoints()
    assert lab.run(max_steps=3).reason == "max_steps"
    assert lab.break_on("ticks").number == 3


def test_a_lab_without_breakpoints_pays_nothing(lab):
    """With none set, or all taken away again, nobody listens to the trace and nothing is in the way of a drive."""
    Ticks(name="ticks").activate()
    assert (lab.runtime.brake, lab.trace.hooks) == (None, {})
    stops = [lab.break_on("ticks"), lab.break_on(kind="failed"), lab.break_on(when=lambda lab: False)]
    assert lab.runtime.brake is not None
    assert set(lab.trace.hooks) == {"failed"}
    stops[0].enabled = False
    stops[1].remove()
    stops[2].remove()
    assert (lab.runtime.brake, lab.trace.hooks) == (None, {})
    lab.break_on("ticks", once=True)
    lab.run()
    assert (lab.runtime.brake, lab.trace.hooks) == (None, {})


def test_a_slice_counts_once_however_often_it_was_met(lab):
    """Several messages in one slice that meet a breakpoint are one hit, told by the first."""

    class Burst(Component):
        def main(self):
            for number in range(5):
                self.send(number)
            yield

    Burst(name="burst").activate()
    stop = lab.break_on("burst", kind="discarded")
    assert hit(lab) == (1, "burst.outbox -> nowhere: 0 is discarded")
    assert stop.hits == 1
