"""Breakpoints that cannot be, predicates that raise, and breakpoints in a lab that is built again."""

from __future__ import annotations

import asyncio

import pytest

from kamlab import Component
from kamlab.core.errors import ComponentFailed, KamlabError, NoSuchBox
from kamlab.core.events import KINDS
from kamlab.replay.breakpoints import BadBreakpoint


class Source(Component):
    """Sends numbers, one a slice."""

    times = 6

    def main(self):
        for number in range(self.times):
            self.send(number)
            yield


class Sink(Component):
    """Takes one message a slice."""

    def main(self):
        while True:
            if self.data_ready():
                self.recv()
            else:
                self.pause()
            yield


def source_and_sink():
    source, sink = Source().activate(), Sink().activate()
    source.link((source, "outbox"), (sink, "inbox"))
    return source, sink


def plain_run(make_plain_lab):
    """Return the events of a run without breakpoints."""
    plain = make_plain_lab(clock="virtual")
    source_and_sink()
    plain.run()
    return [str(event) for event in plain.trace]


# -- what is refused -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({}, ["no condition", "Sink_2"]),
        ({"once": True}, ["no condition"]),
        ({"kind": "send"}, ["'send'", "Do you mean 'sent'?", *KINDS]),
        ({"kind": ["sent", "lost"]}, ["'lost'", "discarded"]),
        ({"kind": 3}, ["3", "finished"]),
        ({"kind": []}, ["at least one", "finished"]),
        ({"what": 3}, ["3", "a component, its name or its class", "Sink_2"]),
        ({"what": ""}, ["''", "Sink_2"]),
        ({"what": int}, ["int", "Sink_2"]),
        ({"what": ("Sink",)}, ["pair"]),
        ({"what": ("Sink", 3)}, ["pair"]),
        ({"what": (None, "inbox")}, ["pair"]),
        ({"when": 3}, ["when=3", "predicate"]),
        ({"when": True, "what": "Sink"}, ["when=True"]),
        ({"what": ("Sink", "inbox"), "queue": 0}, ["queue=0", "1 or more"]),
        ({"what": ("Sink", "inbox"), "queue": -1}, ["queue=-1"]),
        ({"what": ("Sink", "inbox"), "queue": True}, ["queue=True"]),
        ({"what": ("Sink", "inbox"), "queue": 2.0}, ["queue=2.0"]),
        ({"what": ("Sink", "inbox"), "queue": "2"}, ["queue='2'"]),
        ({"kind": "received", "queue": 2}, ["received", "queue=", "sent"]),
        ({"kind": "failed", "message": 3}, ["failed", "message=", "discarded"]),
        ({"what": ("Sink", "inbox"), "kind": "finished"}, ["finished", "Sink.inbox", "received"]),
        ({"after": True}, ["after=True", "component"]),
        ({"after": True, "what": ("Sink", "inbox")}, ["after=True"]),
        ({"after": True, "what": "Sink", "kind": "failed"}, ["after=True", "in any case"]),
    ],
)
def test_a_breakpoint_that_cannot_be_is_refused_at_once(lab, how, said):
    """What can never be met is a BadBreakpoint that says why and what there is, and sets nothing."""
    source_and_sink()
    lab.step()
    with pytest.raises(BadBreakpoint) as refused:
        lab.break_on(**how)
    for words in said:
        assert words in str(refused.value)
    assert "0x" not in str(refused.value)
    assert list(lab.breakpoints) == []
    assert lab.runtime.brake is None
    assert isinstance(refused.value, KamlabError)


@pytest.mark.parametrize("who", [lambda sink: sink, lambda sink: "Sink", lambda sink: Sink])
def test_a_box_that_a_living_component_does_not_have_is_refused(lab, who):
    """The error names the component, the wrong box and the boxes there are; for nobody yet it is not raised."""
    _, sink = source_and_sink()
    with pytest.raises(NoSuchBox, match=r"Sink_2 has no box 'inbx'.*'control', 'inbox'.*'outbox', 'signal'"):
        lab.break_on((who(sink), "inbx"))
    assert list(lab.breakpoints) == []
    lab.break_on(("Later", "inbx"))


def test_a_component_of_another_lab_is_refused(make_plain_lab):
    """A component that runs elsewhere, or a box of it, will never meet a breakpoint here."""
    make_plain_lab()
    _, sink = source_and_sink()
    lab = make_plain_lab()
    for what in (sink, sink.inboxes["inbox"], (sink, "inbox")):
        with pytest.raises(BadBreakpoint, match="another lab"):
            lab.break_on(what)


# -- predicates that raise -------------------------------------------------------------------------------


def broken(*_):
    raise ValueError("what a predicate")


PREDICATES = [
    {"message": broken},
    {"what": "Sink", "kind": "received", "message": broken},
    {"when": broken},
    {"what": "Sink", "when": broken},
    {"kind": "finished", "when": broken},
    {"what": ("Sink", "inbox"), "queue": 1, "when": broken},
]


@pytest.mark.parametrize("how", PREDICATES)
@pytest.mark.parametrize(
    "drive", [lambda lab: lab.run(), lambda lab: lab.step(100), lambda lab: asyncio.run(lab.arun(timeout=20))]
)
def test_a_predicate_that_raises_stops_the_lab_between_two_slices(make_plain_lab, how, drive):
    """step() and run() raise BadBreakpoint with the error as its cause; the breakpoint is off, the run unharmed."""
    expected = plain_run(make_plain_lab)
    lab = make_plain_lab(clock="virtual")
    source, sink = source_and_sink()
    stop = lab.break_on(**how)
    with pytest.raises(BadBreakpoint, match="breakpoint 1 .* broken raised ValueError: what a predicate") as raised:
        drive(lab)
    assert isinstance(raised.value.__cause__, ValueError)
    assert "Sink_2" in str(raised.value) or "the lab" in str(raised.value) or "Source_1" in str(raised.value)
    assert (stop.enabled, stop.error, stop.hits) == (False, raised.value.__cause__, 0)
    assert "it raised ValueError" in str(lab.breakpoints)
    assert (lab.outcome.reason, lab.outcome.breakpoints[0].breakpoint) == ("breakpoint", stop)
    assert (source.error, sink.error) == (None, None)
    assert lab.run().reason == "stuck"
    assert [str(event) for event in lab.trace] == expected


def test_in_the_background_it_is_reported(lab, eventually):
    """A predicate that raises ends a background run: reported, kept in background_error, and the lab can go on."""
    source_and_sink()
    stop = lab.break_on(message=broken)
    lab.start()
    assert eventually(lambda: not lab.running)
    assert isinstance(lab.background_error, BadBreakpoint)
    assert lab.outcome.breakpoints[0].breakpoint is stop
    assert len([text for text in lab.reports if "what a predicate" in text]) == 1
    assert lab.run().reason == "stuck"


def test_a_comparison_that_raises_is_a_bad_breakpoint(lab):
    """A message whose == raises spoils only the breakpoint that compares."""

    class Touchy:
        def __eq__(self, other):
            raise TypeError("do not compare me")

        __hash__ = None

    class Sends(Component):
        def main(self):
            self.send(Touchy())
            yield

    sends = Sends().activate()
    lab.break_on(message=3)
    with pytest.raises(BadBreakpoint, match="the comparison with 3 raised TypeError: do not compare me"):
        lab.run()
    assert lab.run().reason == "finished"
    assert sends.error is None


def test_two_predicates_that_raise_are_both_told(lab):
    """The first is raised, the others are reported; a breakpoint that was hit in the same slice is named as well."""
    source_and_sink()
    lab.break_on(message=broken)
    lab.break_on(message=broken)
    good = lab.break_on("Source", after=True)
    with pytest.raises(BadBreakpoint, match="breakpoint 1 "):
        lab.run()
    assert ["breakpoint 2 " in text for text in lab.reports] == [True]
    assert [hit.number for hit in lab.outcome.breakpoints] == [1, 2, 3]
    assert good.hits == 1


def test_a_predicate_may_not_drive_the_lab(lab):
    """A predicate that calls step() is refused like anybody in a slice."""
    source_and_sink()
    lab.break_on(when=lambda lab: lab.step())
    with pytest.raises(BadBreakpoint, match="LabIsRunning"):
        lab.run()


def test_switched_on_again_a_predicate_is_asked_again(lab):
    """enabled = True forgets the error."""
    answers = [ValueError("not yet"), True]

    def fickle(message):
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    source_and_sink()
    stop = lab.break_on(message=fickle)
    with pytest.raises(BadBreakpoint):
        lab.run()
    stop.enabled = True
    assert stop.error is None
    assert lab.run().breakpoints[0].breakpoint is stop


def test_a_component_that_fails_is_raised_first(make_plain_lab):
    """In a lab with on_error="raise" the failure is raised, and the outcome names the breakpoint on it."""
    lab = make_plain_lab(on_error="raise")

    class Fails(Component):
        def main(self):
            raise RuntimeError("at once")
            yield

    Fails().activate()
    stop = lab.break_on(kind="failed")
    with pytest.raises(ComponentFailed):
        lab.run()
    assert (lab.outcome.reason, lab.outcome.breakpoints[0].breakpoint) == ("failed", stop)
    assert lab.run().reason == "finished"


def test_a_lab_that_is_stopped_in_a_slice_is_stopped(lab):
    """lab.stop() in a slice ends the run as stopped, whatever its end meets."""

    class Ends(Component):
        def main(self):
            yield
            lab.stop()
            yield

    Ends().activate()
    lab.break_on(kind="finished")
    assert lab.run().reason == "stopped"


# -- a lab that is built again ---------------------------------------------------------------------------


def test_breakpoints_outlive_a_reset(lab):
    """After reset() the same breakpoints stop the new system: objects by their short names, classes by theirs."""
    source, sink = source_and_sink()
    lab.run(max_steps=3)
    for what in (sink, (sink, "inbox"), source.outboxes["outbox"], Sink):
        lab.break_on(what)
    lab.break_on(sink, kind="received", message=2)
    lab.reset()

    class Another(Component):  # as a cell that runs again makes another class of the same name
        main = Sink.main

    Another.__name__ = "Sink"
    source, sink = Source().activate(), Another().activate()
    source.link((source, "outbox"), (sink, "inbox"))
    numbers = []
    while (outcome := lab.run()).reason == "breakpoint":
        numbers.append({hit.number for hit in outcome.breakpoints})
    assert numbers[:3] == [{2, 3}, {1, 4}, {2}]
    assert {2, 5} in numbers


def test_breakpoints_outlive_the_reset_of_a_lab_that_builds_itself(make_plain_lab):
    """A plain reset() of a lab with a builder keeps them, each kind of them, and counts the hits on."""
    lab = make_plain_lab(build=source_and_sink, clock="virtual")
    stops = [
        lab.break_on(lab["Sink"], kind="received", message=1),
        lab.break_on("Source", when=lambda lab: lab.step_number == 4),
        lab.break_on(when=lambda lab: lab.step_number >= 6),
    ]
    off = lab.break_on(kind="sent")
    off.enabled = False

    def hits():
        found = []
        while (outcome := lab.run()).reason == "breakpoint":
            found.append([(hit.number, hit.step, hit.what) for hit in outcome.breakpoints])
        return found

    first = hits()
    assert [hits[0][0] for hits in first] == [1, 2, 3]
    assert hits() == []
    assert lab.reset().breakpoints == (*stops, off)
    assert hits() == first
    lab.reset()
    lab.clear_breakpoints()
    assert (lab.runtime.brake, lab.trace.hooks) == (None, {})
    assert lab.reset().runtime.brake is None
    assert hits() == []


def test_an_object_of_the_system_before_stands_for_its_successor(lab):
    """A variable of a cell may hold a component from before the reset; it names the one built in its place."""
    _, old = source_and_sink()
    lab.run()
    lab.reset()
    source_and_sink()
    lab.break_on(old)
    assert lab.run().breakpoints[0].what == "Sink_2 is next"


def test_a_new_trace_has_the_hooks_once(lab):
    """Rearming twice, or with hooks that were handed on already, asks each predicate once for each message."""
    asked = []
    lab.break_on(message=lambda message: asked.append(message))
    hooks = lab.trace.hooks
    lab.reset()
    lab.trace.adopt_hooks(hooks)
    lab.breakpoint_table.rearm()
    lab.breakpoint_table.rearm()
    Source().activate()
    lab.run()
    assert asked == [0, 1, 2, 3, 4, 5]
    lab.clear_breakpoints()
    assert lab.trace.hooks == {}


def test_a_lab_that_goes_back_stops_at_the_same_places_again(make_plain_lab):
    """back() and goto() meet no breakpoint on the way, and going on from there meets them where they were met."""
    lab = make_plain_lab(build=source_and_sink, clock="virtual")
    sink = lab["Sink"]
    stop = lab.break_on(sink, kind="received")
    seen = [lab.run().breakpoints[0].what for _ in range(4)]
    where = lab.step_number
    lab.back(where - 2)
    assert (lab.step_number, stop.hits) == (2, 4)
    assert [lab.run().breakpoints[0].what for _ in range(3)] == seen[1:]
    assert lab.step_number == where
    lab.goto(0)
    assert [lab.run().breakpoints[0].what for _ in range(4)] == seen
    assert stop.hits == 11
