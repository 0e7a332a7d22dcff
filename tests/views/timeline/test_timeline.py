"""The space-time diagram as a value: what is in it, and that it agrees with the history."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kamlab import Component, Graphline, Lab, Pipeline, ThreadedComponent, WaitComplete
from kamlab.analysis import history_of
from kamlab.core.events import DISCARDED, INSERTED, RECEIVED, REMOVED, RESUMED, SENT
from kamlab.views.timeline import timeline_of
from kamlab.views.timeline.window import FINE, MESSAGES, STEPS
from sampling import sampled


def load(name: str) -> Any:
    """Return a module of the tests by its path."""
    file = Path(__file__).parents[2] / name
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


System = load("analysis/past/random_systems.py").System
RANDOM = settings(
    max_examples=sampled(10, 40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


class Count(Component):
    limit = 6

    def main(self) -> Any:
        for number in range(self.limit):
            self.send(number)
            yield


class Keep(Component):
    def main(self) -> Any:
        while True:
            for message in self.messages():
                if message == "boom":
                    raise ValueError("<b>boom</b>")
                self.send(message, "signal")
            self.pause()
            yield


def pipeline() -> None:
    Pipeline(Count(), Keep(name="keep")).activate()


def ends(view: Any, message: Any) -> tuple[str | None, str | None]:
    """Return the names of the lines that a message goes from and to."""
    start, end = (view.lines[each[0]].name if each is not None else None for each in (message.start, message.end))
    return start, end


def named(view: Any, text: str) -> Any:
    """Return the first message of that text."""
    return next(each for each in view.messages if each.text == text)


# -- what is in it ------------------------------------------------------------------------------------


def test_a_message_goes_from_the_slice_that_sent_it_to_the_slice_that_took_it(make_lab: Any) -> None:
    """Both ends of a message that was taken are places where a slice is."""
    lab = make_lab(build=pipeline, clock="virtual")
    lab.step(8, timeout=0)
    view = timeline_of(lab)
    taken = [each for each in view.messages if each.fate == "taken"]
    boxes = {(each.line, each.step) for each in view.slices}
    assert len(taken) >= 2
    assert all(each.start in boxes and each.end in boxes for each in taken)
    assert all(ends(view, each) == ("Count_2", "keep") and each.box == "keep.inbox" for each in taken)


def test_a_message_that_waits_ends_at_its_receiver_when_it_was_sent(make_lab: Any) -> None:
    """A message that nobody took lies on the line of its receiver, at the step of sending."""
    lab = make_lab(build=pipeline, clock="virtual")
    lab.step(2, timeout=0)
    view = timeline_of(lab)
    (message,) = view.messages
    assert (message.fate, message.took) == ("waits", None)
    assert message.end == (view.lines.index(next(each for each in view.lines if each.name == "keep")), message.start[1])


def test_a_message_that_leads_nowhere_has_no_end(make_lab: Any) -> None:
    """What is discarded is shown, from who sent it to nowhere."""
    lab = make_lab(build=pipeline, clock="virtual")
    lab.step(3, timeout=0)
    lost = [each for each in timeline_of(lab).messages if each.fate == "discarded"]
    assert [(each.end, each.box, each.text) for each in lost] == [(None, "keep.signal", "0")]


def test_what_comes_from_outside_has_a_line_of_its_own(make_lab: Any) -> None:
    """A message that no component sent comes from the line called outside, which is there only then."""
    lab = make_lab(build=pipeline, clock="virtual")
    lab.step(3, timeout=0)
    assert "outside" not in [each.name for each in timeline_of(lab).lines]
    lab.tell(lab["keep"], "hello", "inbox")
    lab.step(4, timeout=0)
    view = timeline_of(lab)
    assert ends(view, named(view, "'hello'")) == ("outside", "keep")
    assert (view.lines[0].key, view.lines[0].name) == ("", "outside")


def test_what_is_done_by_hand_is_marked(make_lab: Any) -> None:
    """Injecting, editing and dropping leave a mark each; what was dropped is removed."""
    lab = make_lab(build=pipeline, clock="virtual")
    lab.step(2, timeout=0)
    lab.inject("keep", "new")
    lab.edit("keep", "edited", index=1)
    lab.drop("keep", index=1)
    view = timeline_of(lab)
    assert [each.kind for each in view.marks if each.kind == "by hand"] == ["by hand"] * 3
    assert named(view, "'new'").fate == named(view, "'edited'").fate == "removed"


def test_failing_and_finishing_are_marked_once(make_lab: Any) -> None:
    """A component that fails has one mark that says so, and one that ends another."""
    lab = make_lab(build=pipeline, clock="virtual")
    lab.step(3, timeout=0)
    lab.tell(lab["keep"], "boom", "inbox")
    lab.step(20, timeout=0)
    view = timeline_of(lab)
    marks = [(view.lines[each.line].name, each.kind) for each in view.marks if each.kind != "activated"]
    assert sorted(marks) == [("Count_2", "finished"), ("Pipeline_1", "finished"), ("keep", "failed")]
    assert "keep failed: ValueError: <b>boom</b>" in [each.text for each in view.marks]


def test_a_generator_that_is_waited_for_is_one_with_its_component(make_lab: Any) -> None:
    """Slices of a generator are on the line of the component that waits for it."""

    class Nested(Component):
        def main(self) -> Any:
            yield WaitComplete(self.inner())

        def inner(self) -> Any:
            self.send("inner")
            yield

    lab = make_lab(clock="virtual")
    Pipeline(Nested(), Keep(name="keep")).activate()
    lab.step(12, timeout=0)
    view = timeline_of(lab)
    assert [each.name for each in view.lines] == ["Pipeline_1", "Nested_2", "keep"]
    message = named(view, "'inner'")
    assert message.start in {(each.line, each.step) for each in view.slices}


def test_a_thread_has_a_line_like_others(make_lab: Any) -> None:
    """Messages of a component in a thread go from its line."""

    class Ticks(ThreadedComponent):
        def main(self) -> None:
            for number in range(3):
                self.send(number)

    lab = make_lab(clock="virtual")
    Pipeline(Ticks(), Keep(name="keep")).activate()
    lab.step(8, timeout=5)
    view = timeline_of(lab)
    assert ends(view, named(view, "0")) == ("Ticks_2", "keep")


# -- the window ---------------------------------------------------------------------------------------


def test_unless_told_the_last_steps_are_shown(make_lab: Any) -> None:
    """Without a window it is the last forty steps; a step looked at that lies before them moves it there."""
    lab = make_lab(clock="virtual")
    Count(limit=200).activate()
    lab.step(100)
    view = timeline_of(lab)
    assert (view.first, view.last, view.earliest, view.latest, view.at, view.here) == (61, 100, 0, 100, 100, 100)
    back = timeline_of(lab, at=30)
    assert back.first <= 30 <= back.last
    assert back.last - back.first + 1 == STEPS
    assert timeline_of(lab, at=70).first == 61


def test_a_window_is_cut_to_what_is_known(make_lab: Any) -> None:
    """Steps that are not there, and more than there is room for, are left out without an error."""
    lab = make_lab(clock="virtual")
    Count(limit=1000).activate()
    lab.step(900)
    assert (timeline_of(lab, -5, 10).first, timeline_of(lab, 890, 2000).last) == (0, 900)
    turned = timeline_of(lab, 50, 10)
    assert turned.first <= turned.last


def test_of_many_steps_the_slices_are_counted(make_lab: Any) -> None:
    """A window of more steps than can be drawn one by one says how often each component ran in each part of it."""
    lab = make_lab(clock="virtual")
    Count(limit=1000).activate()
    Count(limit=300).activate()
    lab.step(900)
    fine, wide = timeline_of(lab, 0, FINE - 1), timeline_of(lab, 0, 900)
    assert len(fine.slices) == FINE - 1
    assert not fine.counts
    assert (wide.first, wide.last, wide.slices, wide.messages) == (0, 900, (), ())
    ran = history_of(lab).slices.values()
    assert sorted(map(sum, wide.counts)) == sorted(map(len, ran))
    assert wide.bin * len(wide.counts[0]) > 900
    assert "one sign is 10 steps" in str(wide)
    ElementTree.fromstring(wide.svg)


def test_of_more_lines_than_there_is_room_for_the_busiest_are_shown(make_lab: Any) -> None:
    """Those who did most have lines, in order of their numbers; the others are counted."""
    lab = make_lab(clock="virtual")
    for limit in (1, 5, 1, 5, 1):
        Count(limit=limit).activate()
    lab.step(60, timeout=0)
    view = timeline_of(lab, lines=2)
    assert ([each.name for each in view.lines], view.more) == (["Count_2", "Count_4"], 3)
    assert {each.line for each in view.slices} == {0, 1}


def test_in_a_small_system_every_component_keeps_its_line(make_lab: Any) -> None:
    """Who did nothing in the window, and who has ended, has a line all the same; the line says when it ended."""
    lab = make_lab(build=pipeline, clock="virtual")
    lab.step(40, timeout=0)
    Count(name="late", limit=50).activate()
    lab.step(45, timeout=0)
    view = timeline_of(lab, lab.step_number - 5)
    assert [(each.name, each.state) for each in view.lines] == [("Count_2", "finished"), ("keep", ""), ("late", "")]
    ended = [event.step for event in lab.trace.events() if event.kind == "finished"]
    assert view.lines[0].ends in ended
    assert view.lines[0].ends < view.first


def test_in_a_large_system_quiet_components_are_counted(make_lab: Any) -> None:
    """Of many components those that did nothing are a number, or have lines if they are wanted."""
    lab = make_lab(clock="virtual")
    for _ in range(20):
        Keep().activate()
    busy = Count(limit=200).activate()
    lab.step(100, timeout=0)
    view = timeline_of(lab)
    assert ([each.name for each in view.lines], view.quiet) == ([busy.short_name], 20)
    assert "20 quiet components" in str(view)
    everyone = timeline_of(lab, everyone=True)
    assert (len(everyone.lines), everyone.quiet) == (21, 0)


def test_what_is_sought_is_shown_alone(make_lab: Any) -> None:
    """A text finds the messages that contain it, with their ends, and components of that name; case does not matter."""
    lab = make_lab(clock="virtual")
    Pipeline(Count(name="counter"), Keep(name="keep")).activate()
    Pipeline(Count(name="other", limit=3), Keep(name="second")).activate()
    lab.step(24, timeout=0)
    found = timeline_of(lab, find="4")
    assert {each.text for each in found.messages} == {"4"}
    assert [each.name for each in found.lines] == ["counter", "keep"]
    named = timeline_of(lab, find="OTHER")
    assert {ends(named, each)[0] for each in named.messages} == {"other"}
    assert [each.name for each in named.lines] == ["other", "second"]
    assert (timeline_of(lab, find="nowhere").lines, timeline_of(lab, find="nowhere").messages) == ((), ())


def test_lines_of_linked_components_are_near_one_another(make_lab: Any) -> None:
    """The order of lines follows the links, not the order of activation, and stays while the window moves."""
    lab = make_lab(clock="virtual")
    pairs = [(Count(name=f"source{n}", limit=40), Keep(name=f"sink{n}")) for n in range(3)]
    for component in [one for one, _ in pairs] + [other for _, other in pairs]:
        component.activate()
    for one, other in pairs:
        other.link((one, "outbox"), (other, "inbox"))
    lab.step(60, timeout=0)
    names = [each.name for each in timeline_of(lab).lines]
    assert names == ["source0", "sink0", "source1", "sink1", "source2", "sink2"]
    assert [each.name for each in timeline_of(lab, 5, 20).lines] == names


def test_of_more_messages_than_there_is_room_for_the_newest_are_shown(make_lab: Any) -> None:
    """A slice that sends a thousand messages shows some of them, and says how many it does not."""

    class Burst(Component):
        def main(self) -> Any:
            for number in range(1000):
                self.send(number)
            yield

    lab = make_lab(clock="virtual")
    Burst().activate()
    lab.step(2, timeout=0)
    view = timeline_of(lab)
    assert (len(view.messages), view.more_messages) == (MESSAGES, 1000 - MESSAGES)
    assert view.messages[-1].text == "999"


def test_an_empty_lab_has_an_empty_diagram(make_lab: Any) -> None:
    """Nothing raises where nothing happened, whatever window is asked for, in any form."""
    lab = make_lab(clock="virtual")
    for view in (timeline_of(lab), timeline_of(lab, 5, 9, at=7, event=12)):
        assert (view.lines, view.slices, view.messages, view.first, view.last) == ((), (), (), 0, 0)
        assert "nothing happened" in str(view)
        assert "nothing happened" in view.svg
        assert "<img" in view._repr_html_()


def test_a_free_run_is_shown_as_far_as_it_is_known(make_lab: Any, eventually: Any) -> None:
    """While a lab runs the newest steps are shown, and where knowledge begins; nothing raises as the ring slides."""
    lab = make_lab(trace_limit=300)
    Count(limit=10**9).activate()
    lab.start()
    eventually(lambda: lab.step_number > 1000)
    for _ in range(20):
        view = timeline_of(lab, event=lab.trace.next_number - 5)
        assert 0 < view.earliest <= view.first <= view.last == view.latest
        assert view.last - view.first + 1 == STEPS == len(view.slices)
        assert timeline_of(lab, 0, 10).first == timeline_of(lab, 0, 10).last
        str(view)
        seen = lab.step_number
        eventually(lambda seen=seen: lab.step_number > seen)
    lab.pause()
    assert timeline_of(lab).last == lab.step_number


def test_the_data_is_plain(make_lab: Any) -> None:
    """The data can be written as JSON and read again the same, and has the names that the page reads."""
    lab = make_lab(build=pipeline, clock="virtual")
    lab.step(8, timeout=0)
    data = timeline_of(lab, event=8).data()
    assert json.loads(json.dumps(data)) == data
    assert set(data["messages"][0]) == {"n", "took", "from", "to", "box", "text", "fate"}
    assert set(data["marks"][0]) == {"n", "line", "step", "kind", "text"}
    assert [set(each) for each in data["lines"]] == [{"key", "name", "drawn", "begins", "ends", "state"}] * 3


def goes_on(history: Any, number: int) -> int | None:
    """Return the number of the removal that an insertion goes on with, if it does."""
    if not history.first < number < history.next_number:
        return None
    before, record = history.record(number - 1), history.record(number)
    if (before[0], record[0]) == (REMOVED, INSERTED) and before[2] is record[2] and before[3][1] == record[3][1]:
        return number - 1
    return None


# -- the history, said again --------------------------------------------------------------------------


@RANDOM
@given(seed=st.integers(0, 10**9), begin=st.integers(0, 30), limit=st.sampled_from([None, 60]))
def test_every_message_of_the_window_is_there_once_and_its_fate_is_true(
    make_lab: Any, seed: int, begin: int, limit: int | None
) -> None:
    """What was sent or taken in the window is in it exactly once, and became what the history says it did."""
    lab = make_lab(trace_limit=limit or 4096)
    system = System(lab, seed)
    for _ in range(35):
        lab.step(timeout=0) if limit is None else lab.run(max_steps=1)
        system.touch()
    view = timeline_of(lab, first=begin, last=begin + 12, lines=99)
    history = history_of(lab)
    came, went, left = set(), set(), set()
    for event in lab.trace:
        if event.number >= history.first and view.first <= event.step <= view.last:
            moved = goes_on(history, event.number)  # out of one place and at once into another: one way, not two
            if moved in went:
                went.discard(moved)
            elif event.kind in (SENT, INSERTED, DISCARDED):
                came.add(event.number)
            if event.kind in (RECEIVED, REMOVED):
                went.add(event.number)
                left.add(event.number)
    numbers = [each.number for each in view.messages]
    assert len(numbers) == len(set(numbers))
    assert came <= set(numbers)
    assert went <= {each.took for each in view.messages}
    assert {number for number in numbers if number not in came} <= {history.arrival_of.get(n, n) for n in left} | left
    for each in view.messages:
        departure = history.departure_of.get(each.number, each.took)
        while departure is not None and view.last >= history.step_of(departure + 1) and goes_on(history, departure + 1):
            departure = history.departure_of.get(departure + 1)
        assert departure == each.took
        if history.event(each.number).kind == DISCARDED:
            assert each.fate == "discarded"
        elif departure is None:
            assert each.fate == "waits"
        else:
            assert each.fate == ("taken" if history.event(departure).kind == RECEIVED else "removed")
            assert each.end[1] == history.step_of(departure)


@RANDOM
@given(seed=st.integers(0, 10**9), pick=st.floats(0, 1), begin=st.integers(0, 90))
def test_before_and_after_are_those_of_the_lab(make_lab: Any, seed: int, pick: float, begin: int) -> None:
    """What is said to come before an event, or after it, is what the lab says of these events."""
    lab = make_lab()
    system = System(lab, seed)
    for _ in range(120):
        lab.step(timeout=0)
        system.touch()
    events = {event.number: event for event in lab.trace}
    view = timeline_of(lab, first=begin, last=begin + 20)
    near = [number for number, event in events.items() if view.first - 5 <= event.step <= view.last + 5]
    chosen = events[near[int(pick * (len(near) - 1))]]
    view = timeline_of(lab, first=begin, last=begin + 20, event=chosen.number)
    shown = {each.number for each in (*view.slices, *view.messages, *view.marks)}
    shown |= {each.took for each in view.messages if each.took is not None}
    assert view.event == chosen.number
    assert set(view.before) == {each for each in shown if lab.happens_before(events[each], chosen)}
    assert set(view.after) == {each for each in shown if lab.happens_before(chosen, events[each])}


def test_a_stretch_of_a_long_run_has_the_order_of_the_whole(make_lab: Any) -> None:
    """Of an event late in a long run the same is told as if the whole run had been gone through."""

    def ring() -> None:
        class Pass(Component):
            def main(self) -> Any:
                while True:
                    for message in self.messages():
                        self.send(message)
                    self.pause()
                    yield

        Graphline(
            a=Pass(),
            b=Pass(),
            c=Pass(),
            linkages={
                ("a", "outbox"): ("b", "inbox"),
                ("b", "outbox"): ("c", "inbox"),
                ("c", "outbox"): ("a", "inbox"),
            },
        ).activate()

    lab = make_lab(build=ring, clock="virtual")
    lab.step(4, timeout=0)
    lab.tell(lab["Pass_2"], "x", "inbox")
    lab.step(700, timeout=0)
    lab.tell(lab["Pass_3"], "y", "inbox")
    lab.step(30, timeout=0)
    events = {event.number: event for event in lab.trace}
    for chosen in sorted(events)[-60::7]:
        view = timeline_of(lab, event=chosen)
        shown = [each.number for each in view.slices]
        assert [each in view.before for each in shown] == [
            lab.happens_before(events[each], events[chosen]) for each in shown
        ]


@RANDOM
@given(seed=st.integers(0, 10**9))
def test_in_a_free_run_the_same_is_told_as_when_all_is_kept(make_lab: Any, seed: int) -> None:
    """What is read from the end of a ring is what is read from the whole trace of the same run."""
    told: list[Any] = []
    for free in (False, True):
        lab = make_lab()
        system = System(lab, seed)
        seen: list[Any] = []

        def look(event: Any, lab: Any = lab, seen: list[Any] = seen) -> None:
            if event.step == 60:
                seen.append((lab.trace.complete, timeline_of(lab, first=40, event=event.number - 5).data()))

        lab.trace.attach(look, [RESUMED])
        for step in range(60):
            lab.run(max_steps=1, timeout=1) if free else lab.step(timeout=0)
            if lab.step_number == step:  # nobody can run any more
                break
        assert system.components
        told.append(seen)
    (kept, free_run) = told
    assert [each[0] for each in kept] == [True] * len(kept)
    assert [each[0] for each in free_run] == [False] * len(free_run)
    assert [each[1] for each in kept] == [each[1] for each in free_run]


def test_looking_leaves_nothing_behind(make_lab: Any) -> None:
    """A look writes nothing into the trace and attaches nothing."""
    lab = make_lab(build=pipeline, clock="virtual")
    lab.step(8, timeout=0)
    before = (lab.trace.text(), lab.trace.hooks, lab.scheduler.log)
    timeline_of(lab, event=5)
    assert (lab.trace.text(), lab.trace.hooks, lab.scheduler.log) == before


def test_the_past_of_a_lab_that_went_back_is_its_new_present(make_lab: Any) -> None:
    """After going back the diagram ends where the lab stands."""
    lab = make_lab(build=pipeline, clock="virtual")
    lab.step(9, timeout=0)
    lab.back(4)
    view = timeline_of(lab)
    assert (view.last, view.latest, view.here) == (5, 5, 5)


@pytest.mark.parametrize("event", [-1, 10**9])
def test_an_event_that_is_not_known_highlights_nothing(make_lab: Any, event: int) -> None:
    """A number of no event is as if none had been given."""
    lab = make_lab(build=pipeline, clock="virtual")
    lab.step(5, timeout=0)
    view = timeline_of(lab, event=event)
    assert (view.event, view.before, view.after) == (None, (), ())
    assert isinstance(lab, Lab)


def test_rows_of_a_picture_have_the_shortest_names(make_lab: Any) -> None:
    """A class that occurs once is enough in the picture, and the text has the full name."""
    lab = make_lab(build=pipeline, clock="virtual")
    lab.step(8, timeout=0)
    view = timeline_of(lab)
    assert (view.lines[0].name, view.lines[0].drawn) == ("Pipeline_1", "Pipeline")
    assert ">Pipeline</text>" in view.svg
    assert "Pipeline_1" in str(view)
