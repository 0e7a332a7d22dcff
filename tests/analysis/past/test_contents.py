"""What was where at any step: from a whole trace, and backwards from the present where the oldest is gone."""

from __future__ import annotations

import importlib.util
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kamlab import Component
from kamlab.analysis import History, StepOutOfRange, histories, history_of
from kamlab.analysis.inbox_history import InboxHistory
from kamlab.analysis.snapshot import from_engine, from_record
from kamlab.core.errors import KamlabError, UnknownComponent
from kamlab.core.task import task_of
from kamlab.replay import CannotRewind
from sampling import sampled

_spec = importlib.util.spec_from_file_location("random_systems", Path(__file__).with_name("random_systems.py"))
random_systems = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(random_systems)
System = random_systems.System

RANDOM = settings(
    max_examples=sampled(15, 60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def as_really(one):
    """Return a moment in the form in which a random system tells what it is."""
    return dict(one.boxes), dict(one.states), sorted(one.links)


def to_oneself(source):
    """Activate a source that sends to its own inbox, so that it has every slice, and step k is k messages."""
    source.activate().link((source, "outbox"), (source, "inbox"))


# -- a whole trace ------------------------------------------------------------------------------------


@RANDOM
@given(seed=st.integers(0, 10**9))
def test_every_step_is_told_as_it_was(make_lab, seed):
    """Contents, states and links at each step, asked at the end, are what they were when that step was done."""
    lab = make_lab()
    system = System(lab, seed)
    for _ in range(60):
        lab.step(timeout=0)
        system.touch()
    system.note(lab.step_number)
    for step in range(lab.step_number + 1):
        assert as_really(lab.snapshot(step)) == system.was[step], step
    assert lab.trace.whole


@RANDOM
@given(seed=st.integers(0, 10**9))
def test_a_snapshot_of_the_engine_is_one_of_the_record(make_lab, seed):
    """Whatever a system does, and whatever is done to it, the engine tells at each step what is on record."""
    lab = make_lab()
    system = System(lab, seed)
    live = {}
    for _ in range(40):
        lab.step(timeout=0)
        system.touch()
        live[lab.step_number] = from_engine(lab)
    for step, snapshot in live.items():
        assert lab.snapshot(step) == snapshot, step


class Rearranged(System):
    """A random system whose components change parents, limits, and whether room wakes them, too."""

    def act(self, actor):
        pick = self.random.random()
        one, other = self.random.choice(self.components), self.random.choice(self.components)
        if pick < 0.2:
            if one.parent is not None:
                one.parent.remove_child(one)
        elif pick < 0.45:
            if one is not other and one.parent is None and not _contains(one, other):
                other.add_children(one)
        elif pick < 0.55:
            one.set_inbox_size("inbox", self.random.choice([None, 0, 1, 3]))
        elif pick < 0.65:
            one.attend_collection(self.random.random() < 0.5)
        else:
            super().act(actor)

    def touch(self):
        with suppress(KamlabError):  # a full inbox
            super().touch()
        if self.random.random() < 0.3:
            with suppress(KamlabError, ValueError):
                self.act(self.random.choice(self.components))


def _contains(one, other):
    while other is not None and other is not one:
        other = other.parent
    return other is one


@RANDOM
@given(seed=st.integers(0, 10**9), limit=st.sampled_from([None, 40]))
def test_what_no_event_tells_of_is_told_as_it_was(make_lab, seed, limit):
    """Parents, limits and who is woken by room are those of the step, in a free run as far as its ring goes back."""
    lab = make_lab(trace_limit=limit or 4096)
    system = Rearranged(lab, seed)
    live = {}
    for _ in range(40):
        lab.run(max_steps=1) if limit else lab.step(timeout=0)
        system.touch()
        live[lab.step_number] = from_engine(lab)
    history = history_of(lab)
    for step, snapshot in live.items():
        if step >= history.earliest:
            then = from_record(lab, step)
            for component, stand in then.components.items():
                was = snapshot.components[component]
                if stand.ended is None and was.parent in then.components:  # not all that ended before are known
                    assert stand.parent is was.parent, step
            limits = {box: limit for box, limit in snapshot.limits.items() if box.owner in then.components}
            assert dict(then.limits) == limits, step
            assert limit or then == snapshot, step


def test_a_parent_a_limit_and_waking_by_room_are_those_of_the_step(make_lab, parts):
    """Whoever changes them, in a slice or from a cell, earlier steps are told as they were, also after going back."""

    class Mover(Component):
        def main(self):
            one, other, child = self.given
            yield
            one.remove_child(child)
            other.add_children(child)
            yield
            child.set_inbox_size("inbox", 0)
            yield
            one.attend_collection(False)
            while True:
                yield

    def build():
        one, other, child = parts.lazy(name="one"), parts.lazy(name="other"), parts.lazy(name="child")
        other.link((one, "outbox"), (child, "inbox"))
        one.add_children(child)
        for each in (one, other, child, Mover(given=(one, other, child))):
            each.activate()

    lab = make_lab(build=build)
    live = {0: from_engine(lab)}
    for _ in range(12):
        lab.step()
        live[lab.step_number] = from_engine(lab)
    assert {step: lab.snapshot(step) for step in live} == live
    named = [(_parent_of("child", each), dict(each.limits), _stand("one", each).state) for each in live.values()]
    assert {parent for parent, _, _ in named} == {"one", "other"}
    assert {len(limits) for _, limits, _ in named} == {0, 1}
    assert {state for _, _, state in named} >= {"blocked", "waiting"}
    for step in (2, 9):
        lab.goto(step)
        assert lab.snapshot() == from_engine(lab) == live[step]


def _stand(name, snapshot):
    return next(stand for each, stand in snapshot.components.items() if snapshot.names.of(each) == name)


def _parent_of(name, snapshot):
    parent = _stand(name, snapshot).parent
    return parent and snapshot.names.of(parent)


def test_what_is_changed_from_a_cell_belongs_to_its_step(lab, parts):
    """A change made while the lab stands still is told of the step at which it stood, and of none before."""
    one, other, child = parts.lazy().activate(), parts.lazy().activate(), parts.lazy()
    one.add_children(child.activate())
    lab.step(3)
    one.remove_child(child)
    other.add_children(child)
    child.set_inbox_size("inbox", 7)
    lab.step(timeout=0)
    one.link((one, "outbox"), (child, "inbox"))
    assert [lab.snapshot(step).components[child].parent for step in range(4)] == [one, one, one, other]
    assert [list(lab.snapshot(step).limits.values()) for step in range(4)] == [[], [], [], [7]]
    assert lab.inboxes(step=2)["Lazy_3"]["inbox"].count == "0"
    assert lab.inboxes(step=3)["Lazy_3"]["inbox"].count == "0 of 7"
    looks = [lab.graph(step=step)["Lazy_3"][1] for step in (2, 3)]
    assert [{name: limit for name, _, limit in look.inboxes}["inbox"] for look in looks] == [None, 7]


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (lambda one, two: two.deliver("x"), r"Lazy_\? was sent a message from outside"),
        (lambda one, two: two.set_inbox_size("inbox", 3), "the limit of inbox 'inbox' of Lazy_.* was set from outside"),
        (lambda one, two: one.add_children(two), r"the parent of Lazy_\? was set from outside"),
        (lambda one, two: one.attend_collection(False), "the woken_by_collection of Lazy_1 was set from outside"),
    ],
)
def test_what_is_changed_from_a_cell_is_not_gone_over_in_silence(make_lab, parts, act, why):
    """Such a change cannot be done again: going back to a later step says so, and an earlier one can be gone to."""
    given = []

    def build():
        given[:] = parts.lazy(), parts.lazy()
        given[0].activate().link((given[0], "outbox"), (given[1], "inbox"))

    lab = make_lab(build=build)
    lab.step(1)
    act(*given)
    given[0].wake()
    lab.step(1)
    with pytest.raises(CannotRewind, match=why):
        lab.goto(2)
    lab.goto(0)
    assert lab.snapshot() == from_engine(lab)


def test_changes_of_a_ring_keep_nothing_alive_for_long(make_lab):
    """In a free run no more changes are kept than records."""

    class Parent(Component):
        def main(self):
            child = Component()
            while True:
                self.add_children(child)
                self.remove_child(child)
                yield

    lab = make_lab(trace_limit=50)
    Parent().activate()
    lab.run(max_steps=500)
    assert 0 < len(lab.trace.changes()) <= 50
    lab.trace.clear()
    assert lab.trace.changes() == []


# -- what was never activated -------------------------------------------------------------------------


@pytest.mark.parametrize("linked", ["to", "from", "inside"])
def test_what_waits_for_one_that_was_never_activated_is_on_record(lab, parts, linked):
    """A message delivered from outside to a component that is only linked is in the snapshots of engine and record."""
    source, sink = parts.source("abc", name="source").activate(), parts.lazy(name="sink")
    if linked == "to":
        source.link((source, "outbox"), (sink, "inbox"))
    elif linked == "from":
        source.link((sink, "outbox"), (source, "control"))
    else:
        source.add_children(sink)
        source.link((sink, "outbox"), (source, "control"))
    live = {0: from_engine(lab)}
    for number in range(3):
        lab.step()
        sink.deliver(number)
        live[lab.step_number] = from_engine(lab)
    assert live[2].waiting != {}
    assert {step: lab.snapshot(step) for step in live} == live
    sink.activate()
    lab.step(3, timeout=0)
    assert {step: lab.snapshot(step).boxes for step in live} == {step: each.boxes for step, each in live.items()}


@RANDOM
@given(seed=st.integers(0, 10**9), looks=st.lists(st.booleans(), min_size=40, max_size=40))
def test_looking_on_the_way_changes_nothing(make_lab, seed, looks):
    """A history that is extended as the trace grows tells the same as one made at the end."""
    lab = make_lab()
    system = System(lab, seed)
    for look in looks:
        lab.step(timeout=0)
        system.touch()
        if look:
            history_of(lab)
    fresh = History(lab.trace, lab.scheduler)
    for step in range(lab.step_number + 1):
        assert as_really(from_record(lab, step, history=fresh)) == as_really(lab.snapshot(step))
    grown = history_of(lab)
    for departure, arrival in fresh.arrival_of.items():
        assert fresh.message(arrival) == grown.message(grown.arrival_of[departure])
        assert arrival < 0 or arrival == grown.arrival_of[departure]


def test_a_step_is_the_moment_before_the_next_slice(lab, parts):
    """What is delivered from outside after slice k, and who paused and woke then, belongs to step k."""
    sink = parts.sink(name="sink").activate()
    lab.step(1)
    sink.deliver("x")
    lab.step(1)
    assert lab.snapshot(0).boxes == {}
    assert lab.snapshot(0).states == {"sink": "runnable"}
    assert lab.snapshot(1).boxes == {"sink.inbox": ("x",)}
    assert lab.snapshot(2).boxes == {}
    assert lab.snapshot(2).asleep == ("sink",)


def test_what_waits_for_a_component_not_yet_activated_is_told(lab, parts):
    """A message delivered before activation is in no record of its own, and yet it is there, and taken."""
    sink = parts.sink(name="sink")
    sink.deliver("early")
    sink.activate()
    lab.step(0)
    assert lab.snapshot(0).contents("sink.inbox") == ("early",)
    lab.step(1)
    assert lab.snapshot(0).contents("sink.inbox") == ("early",)
    assert lab.snapshot(1).contents("sink.inbox") == ()


def test_links_made_before_activation_are_there(lab, parts):
    """A link made while nobody could write it down is there from its maker's activation on."""
    source, sink = parts.source("ab", name="source"), parts.sink(name="sink")
    source.link((source, "outbox"), (sink, "inbox"))
    sink.activate()
    source.activate()
    lab.step(1)
    assert lab.snapshot(0).links == (("source.outbox", "sink.inbox"),)


def test_who_was_in_which_state(lab, parts):
    """A moment lists who was alive, runnable, asleep, failed and finished."""

    class Failing(Component):
        def main(self):
            yield
            raise ValueError

    for each in (parts.source(name="ends"), parts.lazy(name="sleeps"), Failing(name="fails")):
        each.activate()
    lab.step(3)
    lab.step(10, timeout=0)
    last = lab.snapshot(lab.step_number)
    assert (last.finished, last.asleep, last.failed) == (("ends",), ("sleeps",), ("fails",))
    assert last.alive == ("sleeps",)
    assert lab.snapshot(1).runnable == ("ends", "sleeps", "fails")


def test_one_who_waits_for_a_generator_is_told_apart(lab):
    """A component that yielded WaitComplete stands as the generator it waits for, until that has ended."""
    from kamlab.core.ipc import WaitComplete

    class Patient(Component):
        def main(self):
            yield WaitComplete(self.helper())
            yield

        def helper(self):
            yield
            yield

    patient = Patient(name="patient").activate()
    helped = {}
    while not patient.is_stopped():
        lab.step()
        helped[lab.step_number] = task_of(patient).delegate is not None
        assert patient.is_stopped() or lab.snapshot().states["patient"] == "runnable"
    assert {step: lab.snapshot(step).components[patient].helper is not None for step in helped} == helped
    assert list(helped.values()).count(True) == 3


# -- comparing ----------------------------------------------------------------------------------------


def test_moments_of_two_runs_compare_by_names(make_lab, parts):
    """The same system built twice has equal moments; after a different message they are unequal."""

    def build(message):
        lab = make_lab()
        source, sink = parts.source([message, [1]]).activate(), parts.lazy().activate()
        source.link((source, "outbox"), (sink, "inbox"))
        lab.step(4)
        return lab

    one, other, different = build("x"), build("x"), build("y")
    for step in range(5):
        assert one.snapshot(step) == other.snapshot(step)
        assert hash(one.snapshot(step)) == hash(other.snapshot(step))
        assert str(one.snapshot(step)) == str(other.snapshot(step))
    assert one.snapshot(4) != different.snapshot(4)
    assert one.snapshot(0) == different.snapshot(0)
    assert one.snapshot(0) != one.snapshot(1)
    assert one.histories() == other.histories() != different.histories()
    assert one.histories() == {"Lazy_2.inbox": ("'x'", "[1]")}


def test_two_components_of_one_name_are_told_apart(lab, parts):
    """Where users give a name twice, the second has its number after it."""
    for message in "ab":
        parts.lazy(name="twin").activate().deliver(message)
    lab.step(2)
    assert lab.snapshot(2).boxes == {"twin.inbox": ("a",), "twin (2).inbox": ("b",)}


def test_a_moment_reads_as_text(lab, parts):
    """str() of a moment has step, states, contents and links, a line each."""
    source, lazy = parts.source("ab", name="source").activate(), parts.lazy(name="lazy").activate()
    source.link((source, "outbox"), (lazy, "inbox"))
    lab.step(3)
    assert str(lab.snapshot(3)).splitlines() == [
        "step 3",
        "  source: runnable",
        "  lazy: runnable",
        "    inbox: 'a', 'b'",
        "  source.outbox -> lazy.inbox",
    ]


def test_a_moment_cannot_be_changed(lab, parts):
    """Neither the fields of a moment nor what is in them can be set."""
    parts.lazy(name="lazy").activate().deliver("x")
    lab.step(1)
    one = lab.snapshot(1)
    with pytest.raises(AttributeError):
        one.step = 2
    with pytest.raises(TypeError):
        one.boxes["lazy.inbox"] = ()
    with pytest.raises(TypeError):
        one.states["lazy"] = "gone"


def test_an_unknown_box_is_refused(lab, parts):
    """contents() of a component that was not there says who was."""
    parts.lazy(name="lazy").activate()
    lab.step(1)
    with pytest.raises(UnknownComponent, match="lazy"):
        lab.snapshot(1).contents("nobody.inbox")


# -- a ring -------------------------------------------------------------------------------------------


@RANDOM
@given(seed=st.integers(0, 10**9), limit=st.integers(5, 80))
def test_a_ring_is_told_backwards_from_the_present(make_lab, seed, limit):
    """As far back as the ring of a free run reaches, contents, links and who is alive are as they were."""
    lab = make_lab(trace_limit=limit)
    system = System(lab, seed)
    for _ in range(50):
        lab.run(max_steps=1)
        system.touch()
    system.note(lab.step_number)
    history = history_of(lab)
    for step in range(history.earliest, lab.step_number + 1):
        # of those that ended before, only what events name is known
        boxes, states, links = as_really(lab.snapshot(step))
        really = system.was[step]
        assert links == really[2], step
        ended = {"finished", "stopped", "failed"}
        alive = {name for name, state in states.items() if state not in ended}
        assert boxes.items() <= really[0].items(), step
        assert {name for name in really[0] if name.split(".")[0] in alive} <= set(boxes), step
        assert alive == {name for name, state in really[1].items() if state not in ended}, step
    if history.earliest > 0:
        with pytest.raises(StepOutOfRange, match=f"earliest step known is {history.earliest}"):
            lab.snapshot(history.earliest - 1)
        assert not lab.trace.whole


def test_after_a_free_run_every_step_is_known_again(make_lab, parts):
    """From a run that overflowed the ring on, what is stepped is known from where the ring begins."""
    lab = make_lab(trace_limit=10)
    to_oneself(parts.source(range(100), name="source"))
    lab.run(max_steps=50)
    lab.step(20)
    earliest = lab.trace.first_step
    assert 40 < earliest <= 50
    for step in range(earliest, lab.step_number + 1):
        assert lab.snapshot(step).contents("source.inbox") == tuple(range(step))


def test_without_recording_the_present_is_known(make_lab, parts):
    """After a run that nobody recorded the present can be asked for, and what is stepped from there on."""
    lab = make_lab(record=False)
    to_oneself(parts.source(range(100), name="source"))
    lab.run(max_steps=10)
    assert not lab.trace.whole
    now = lab.snapshot(10)
    assert now.contents("source.inbox") == tuple(range(10))
    assert now.links
    with pytest.raises(StepOutOfRange):
        lab.snapshot(9)
    lab.step(5)
    assert lab.snapshot(10) == now
    assert lab.snapshot(13).contents("source.inbox") == tuple(range(13))


def test_a_cleared_trace_begins_anew(lab, parts):
    """After clear() the steps before are forgotten, and the present is known."""
    to_oneself(parts.source(range(100), name="source"))
    lab.step(10)
    lab.snapshot(5)
    lab.trace.clear()
    assert lab.snapshot(10).contents("source.inbox") == tuple(range(10))
    with pytest.raises(StepOutOfRange):
        lab.snapshot(5)
    lab.step(2)
    assert lab.snapshot(12).contents("source.inbox") == tuple(range(12))


def test_a_reset_lab_has_a_past_of_its_own(lab, parts):
    """After reset() the steps are those of the new beginning."""
    parts.lazy().activate()
    lab.step(1)
    lab.snapshot(1)
    lab.reset()
    assert lab.snapshot(0).states == {}
    with pytest.raises(StepOutOfRange, match="present is step 0"):
        lab.snapshot(1)


# -- refusals -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", [-1, 4, 10**9, 1.0, "1", True])
def test_a_step_that_is_not_there_is_refused(lab, parts, step):
    """A negative, future or non-integer step is StepOutOfRange, which names the steps there are."""
    parts.source(range(9)).activate()
    lab.step(3)
    with pytest.raises(StepOutOfRange, match="0 to 3") as caught:
        lab.snapshot(step)
    assert (caught.value.earliest, caught.value.latest) == (0, 3)


# -- one inbox ----------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.sampled_from("aaadie"), st.integers(0, 100))))
def test_a_line_tells_what_a_list_would(acts):
    """After any arrivals and departures, at the ends or in the middle, waiting(n) is what a list held at n."""
    line, model, after = InboxHistory(), [-1, -2], []
    line.begin(-1, [-1, -2])
    for number, (act, place) in enumerate(acts):
        if act == "a":
            line.arrive(number)
            model.append(number)
        elif act == "i":
            line.arrive_at(number, place % (len(model) + 1))
            model.insert(place % (len(model) + 1), number)
        elif model and act == "d":
            assert line.depart(number) == model.pop(0)
        elif model:
            assert line.depart_from(number, place % len(model)) == model.pop(place % len(model))
        after.append(list(model))
        assert len(line) == len(model)
        assert line.latest() == model
        assert line.front() == (model[0] if model else None)
    for number, then in enumerate(after):
        assert line.waiting(number) == then
    assert line.waiting(-1) == [-1, -2]


def test_a_question_does_not_go_through_the_trace_again(lab, parts):
    """Once looked at, the records are not read again, however many questions there are; new ones once."""
    parts.source(range(1000)).activate()
    lab.step(500)
    history = history_of(lab)
    read = []

    class Watched(list):
        def __iter__(self):
            read.append(len(self))
            return super().__iter__()

    history.records = Watched(history.records)
    for step in range(500):
        lab.snapshot(step)
    lab.step(1)
    lab.snapshot(501)
    assert read == []
    assert history_of(lab) is history


def test_histories_are_of_a_trace_or_a_lab(lab, parts):
    """The function takes a trace as well as a lab."""
    parts.lazy(name="lazy").activate().deliver({"b", "a"})
    lab.step(1)
    assert histories(lab.trace) == lab.histories() == {"lazy.inbox": ("{'a', 'b'}",)}
