"""What the lab shows of a student's system is what is in that system."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamlab import Lab
from kamlab.core.box import Inbox
from kamlab.teach.student_scheduler import show_mine
from kamlab.teach.student_scheduler.mirror import changes

from .minis import Passing, Producer, Sink, line, mini, random_system

SYSTEMS = st.integers(0, 10**6)


class Watched:
    """A system, its scheduler, and who had the slices, according to the scheduler itself."""

    def __init__(self, seed: int, wild: bool = False) -> None:
        self.seed, self.wild = seed, wild
        self.ran: list[Any] = []
        self.scheduler: Any = None

    def __call__(self) -> Any:
        self.ran = ran = []
        self.scheduler = scheduler = random_system(self.seed, self.wild)
        run = scheduler.run

        def noted(process: Any) -> None:
            ran.append(process)
            run(process)

        scheduler.run = noted
        return scheduler


def theirs(lab: Lab) -> dict[tuple[str, str], list[int]]:
    """Return what is in the student's lists, by the name of the stand-in and of the box; messages by identity."""
    return {
        (each.short_name, name): [id(message) for message in messages]
        for each in lab
        for name, messages in getattr(each.process, "boxes", {}).items()
    }


def shown(lab: Lab) -> dict[tuple[str, str], list[int]]:
    """Return the same as the lab has it, where it keeps it."""
    return {
        (each.short_name, name): [id(message) for message in box.target.items]
        for each in lab
        for name in getattr(each.process, "boxes", {})
        if isinstance((box := each.inboxes.get(name) or each.outboxes[name]).target, Inbox)
    }


@settings(max_examples=40, deadline=None)
@given(SYSTEMS)
def test_every_list_is_shown_as_it_is_after_every_slice(seed: int) -> None:
    """The very messages of every list wait in the lab, in order, and the inboxes that are shown count them."""
    lab = show_mine(Watched(seed))
    for _ in range(60):
        lab.step()
        expected, found = theirs(lab), shown(lab)
        assert found == {key: expected[key] for key in found}
        assert {box for _, box in set(expected) - set(found)} <= {"outbox"}  # from which nobody takes
        look = lab.inboxes()
        for each in lab:
            if isinstance(each.process, Sink):
                assert look[each.short_name]["inbox"].length == len(each.process.boxes["inbox"])
    lab.stop()


@settings(max_examples=40, deadline=None)
@given(SYSTEMS)
def test_it_is_right_whatever_is_done_to_the_lists(seed: int) -> None:
    """Also where lists are replaced, messages taken from the middle, put in front, or put into others' boxes."""
    lab = show_mine(Watched(seed, wild=True))
    for _ in range(60):
        lab.step()
        expected, found = theirs(lab), shown(lab)
        assert found == {key: expected[key] for key in found}
    lab.stop()


@settings(max_examples=40, deadline=None)
@given(SYSTEMS)
def test_the_turns_are_those_of_the_students_scheduler(seed: int) -> None:
    """The slices of the trace are in the order in which the student's scheduler ran its processes."""
    system = Watched(seed)
    lab = show_mine(system)
    happened = lab.step(50)
    assert [event.component.process for event in happened.of_kind("resumed")] == system.ran
    lab.stop()


@settings(max_examples=20, deadline=None)
@given(SYSTEMS, st.integers(1, 49))
def test_going_back_gives_the_system_as_it_was(seed: int, step: int) -> None:
    """After back() every box holds what it held then, who goes next is the same, and so is what follows."""
    lab = show_mine(Watched(seed))
    lab.step(step)
    then = str(lab.inboxes()), str(lab.graph()), [each.short_name for each in lab.runnable()]
    after = str(lab.step(50 - step))
    lab.back(50 - step)
    assert (str(lab.inboxes()), str(lab.graph()), [each.short_name for each in lab.runnable()]) == then
    assert str(lab.step(50 - step)) == after
    lab.stop()


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 4)), st.lists(st.integers(0, 4)))
def test_the_changes_lead_from_the_one_list_to_the_other(before: list[int], after: list[int]) -> None:
    """Who takes what is told as taken, and then puts what is told as put, has the list as it is."""
    found = changes(before, after)
    now = list(before)
    for place in found.taken:
        del now[place]
    for place, message in found.put:
        now.insert(place, message)
    assert now == after


def test_of_equal_messages_the_oldest_is_the_one_that_was_taken() -> None:
    """Where it cannot be told which of several equal messages is gone, it is the first, as from a queue."""
    assert changes([1, 1, 1], [1, 1]).taken == (0,)


def test_a_message_is_never_a_copy() -> None:
    """The object that a producer sends is the one in the trace and in the sink."""
    word = ["word"]
    lab = show_mine(lambda: line(Producer([word]), Sink()))
    sent = lab.step(30).of_kind("sent")
    assert sent
    assert all(event.message is word for event in sent)
    assert lab["Sink"].process.got[0] is word
    lab.stop()


def test_a_postman_is_on_the_way() -> None:
    """A message goes from the sender to the postman, waits there for its slice, and then goes to the receiver."""
    lab = show_mine(lambda: line(Producer("a"), Sink()))
    lines = [str(event)[7:] for event in lab.step(30).of_kind("sent", "received")]
    assert lines == [
        "Producer_2.outbox -> Postman_5.inbox: 'a'",
        "Postman_5 takes 'a' from inbox",
        "Postman_5.outbox -> Sink_3.inbox: 'a'",
        "Sink_3 takes 'a' from inbox",
    ]
    lab.stop()


def test_the_parts_of_a_chassis_are_shown_inside_it() -> None:
    """What is in the list children of a process has that one's stand-in as its parent."""
    lab = show_mine(lambda: line(Producer(), Sink()))
    lab.step(2)
    assert {each.parent.short_name for each in lab if each.short_name != "Pipeline_1"} == {"Pipeline_1"}
    lab.stop()


def test_a_message_put_in_by_hand_is_in_the_students_list() -> None:
    """What is done to an inbox in the panel is done to the list before the next slice."""
    lab = show_mine(lambda: line(Producer(""), Sink()))
    lab.step(10)
    lab.inject("Sink", "by hand")
    lab.step(10)
    assert lab["Sink"].process.got == ["by hand"]
    lab.stop()


def test_a_message_dropped_by_hand_is_gone_from_the_students_list() -> None:
    """A message that is dropped at a postman never comes."""
    lab = show_mine(lambda: line(Producer("ab"), Sink()))
    lab.step_message()
    lab.drop("Postman_5")
    lab.step(40)
    assert lab["Sink"].process.got == ["b"]
    lab.stop()


def test_a_postman_that_comes_late_finds_what_waits() -> None:
    """What was sent before there was a postman waits in the outbox, and goes to the postman when there is one."""

    class Late(mini.Component):
        def __init__(self, source: Any, sink: Any) -> None:
            super().__init__()
            self.ends = source, sink

        def main(self) -> Any:
            yield
            yield
            self.scheduler.activate(mini.Postman(self.ends[0], "outbox", self.ends[1], "inbox"))

    def system() -> Any:
        scheduler = mini.Scheduler()
        producer, sink = Producer("ab"), Sink()
        for each in (producer, sink, Late(producer, sink)):
            scheduler.activate(each)
        return scheduler

    lab = show_mine(system)
    lab.run(until=lambda lab: "Postman" in [type(each).__name__ for each in lab])
    assert lab.inboxes("Postman")["Postman_4"]["inbox"].messages == ("'a'", "'b'")
    lab.run(max_steps=10)
    assert lab["Sink"].process.got == ["a", "b"]
    lab.stop()


def test_boxes_may_be_in_two_dictionaries() -> None:
    """A process may have inboxes and outboxes instead of boxes."""

    class Two(mini.Microprocess):
        def __init__(self) -> None:
            super().__init__()
            self.inboxes, self.outboxes = {"orders": [1]}, {"results": []}

        def main(self) -> Any:
            self.outboxes["results"].append(self.inboxes["orders"].pop())
            yield

    def system() -> Any:
        scheduler = mini.Scheduler()
        scheduler.activate(Two())
        return scheduler

    lab = show_mine(system)
    assert lab.inboxes()["Two_1"]["orders"].messages == ("1",)
    assert [str(event)[7:] for event in lab.step().of_kind("received", "discarded")] == [
        "Two_1 takes 1 from orders",
        "Two_1.results -> nowhere: 1 is discarded",
    ]
    lab.stop()


def test_the_source_is_the_students_code() -> None:
    """lab.where() shows the line at which the student's own main stands, with its code and variables."""
    lab = show_mine(lambda: line(Producer("ab"), Passing()))
    assert lab.where("Pipeline_1").function == "main"
    lab.step(3)
    where = lab.where("Producer_2")
    assert (where.function, where.source) == ("main", "yield")
    assert ("word", "'a'") in where.variables
    assert where.file == __file__.replace("test_mirror", "minis")
    assert any("self.send(word)" in text for text in where.lines)
    assert dict(where.attributes)["words"] == "'ab'"
    lab.step(20)
    assert str(lab.where("Producer_2", step=3)) == str(where)
    lab.stop()


@pytest.mark.parametrize("step", [1, 9])
def test_the_run_is_the_same_as_one_line(step: int) -> None:
    """The line of a run opens the same run in another lab of the same system."""
    lab = show_mine(Watched(5))
    lab.step(step)
    again = show_mine(Watched(5))
    again.replay(str(lab.recording))
    assert str(again.inboxes()) == str(lab.inboxes())
    again.stop()
    lab.stop()
