"""What waits where, as a value."""

from __future__ import annotations

import gc
import json
import threading
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kamlab import Component, Graphline, Lab, ThreadedComponent
from kamlab.analysis.errors import StepOutOfRange
from kamlab.chassis.flow_control import send_when_room
from kamlab.core.box import made_inboxes_of
from kamlab.core.errors import NoSuchBox, UnknownComponent
from kamlab.views import Inboxes, look
from kamlab.views.inboxes import BOXES, COMPONENTS, FAILURES


class Sink(Component):
    def main(self) -> Iterator[None]:
        while True:
            self.pause()
            yield


class Fails(Component):
    def main(self) -> Iterator[None]:
        yield
        raise ValueError("out of\npaper")


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A lab that keeps its reports to itself."""
    with Lab() as lab:
        lab.report = lambda text: None  # type: ignore[method-assign]
        yield lab


def filled(lab: Lab, *messages: Any, box: str = "inbox", **attributes: Any) -> Sink:
    """Activate a sink with these messages in an inbox."""
    sink = Sink(**attributes)
    sink.activate(lab)
    for message in messages:
        sink.deliver(message, box)
    return sink


def test_a_look_has_every_inbox_with_its_length_and_messages(lab: Lab) -> None:
    """For each inbox there is its name, how many messages wait, and the oldest of them as text."""
    filled(lab, "a", 2)
    box = look(lab)["Sink_1"]["inbox"]
    assert (box.name, box.length, box.limit, box.messages, box.more) == ("inbox", 2, None, ("'a'", "2"), 0)
    assert look(lab)["Sink_1"]["control"].length == 0


def test_the_limit_of_an_inbox_is_shown(lab: Lab) -> None:
    """A bounded inbox shows its limit, and says when it is full."""
    sink = filled(lab, "a")
    sink.set_inbox_size("inbox", 2)
    assert look(lab)["Sink_1"]["inbox"].count == "1 of 2"
    sink.deliver("b")
    assert look(lab)["Sink_1"]["inbox"].count == "2 of 2, full"


def test_the_state_of_a_component_is_shown(lab: Lab) -> None:
    """A component that waits for its turn is runnable, one that paused is asleep."""
    filled(lab)
    assert look(lab)["Sink_1"].state == "runnable"
    lab.step()
    lab.step()
    assert look(lab)["Sink_1"].state == "waiting"


def test_discarded_messages_are_counted(lab: Lab) -> None:
    """An unlinked outbox shows how many messages it has lost."""
    sink = filled(lab)
    sink.send("lost")
    sink.send("lost too")
    assert look(lab)["Sink_1"].discarded == (("outbox", 2),)


def test_failed_components_are_shown_with_their_error(lab: Lab) -> None:
    """A component that failed is listed with its error on one line, though it is no longer alive."""
    Fails().activate(lab)
    lab.run()
    view = look(lab)
    assert view.failures == (("Fails_1", "ValueError: out of\\npaper"),)
    assert len(view) == 0


def test_looks_at_the_same_situation_are_equal(lab: Lab) -> None:
    """Two looks with nothing in between are the same value; a message in between makes a difference."""
    sink = filled(lab, "a")
    before = look(lab)
    assert before == look(lab)
    sink.deliver("b")
    assert before != look(lab)


def test_a_system_built_again_gives_the_same_picture() -> None:
    """Names in a picture depend on the order of activation in the lab, not on what ran before."""

    def picture() -> Inboxes:
        with Lab() as lab:
            filled(lab, "a")
            filled(lab)
            return look(lab)

    assert picture() == picture()


def test_a_name_that_is_also_the_graphlines_is_said_once(lab: Lab) -> None:
    """A component whose own name is the one that its Graphline gave it has no second name in parentheses."""
    with lab:
        named, other = Sink(), Sink()
        named.name = "a"
        Graphline(a=named, b=other, linkages={("a", "outbox"): ("b", "inbox")}).activate()
        lab.step()
        text = str(look(lab))
    assert "a (a)" not in text
    assert "b (Sink_3)" in text


def test_a_look_stays_as_it_was(lab: Lab) -> None:
    """A message that changes after the look does not change the look."""
    message = [1]
    filled(lab, message)
    before = look(lab)
    message.append(2)
    assert before["Sink_1"]["inbox"].messages == ("[1]",)


def test_a_look_keeps_no_component_alive() -> None:
    """A picture that somebody keeps holds no component, message or lab."""
    with Lab() as lab:
        sink = weakref.ref(filled(lab, "a"))
        view = look(lab)
    del lab
    gc.collect()
    assert sink() is None
    assert view.waiting == 1


def test_looking_makes_no_boxes(lab: Lab) -> None:
    """Boxes that nobody has asked for are shown as empty, and are not made for it."""
    sink = filled(lab)
    assert [box.name for box in look(lab)["Sink_1"].inboxes] == ["inbox", "control"]
    assert not made_inboxes_of(sink)


def test_looking_takes_no_message_and_wakes_nobody(lab: Lab) -> None:
    """A look leaves the lab as it was."""
    sink = filled(lab)
    lab.step()
    lab.step()
    sink.deliver("a")
    before = (lab.step_number, sink.state, sink.data_ready("inbox"), len(lab.trace))
    look(lab)
    assert before == (lab.step_number, sink.state, sink.data_ready("inbox"), len(lab.trace))


def test_only_the_components_named_are_shown(lab: Lab) -> None:
    """Given names of components or of classes, a look has those only."""
    filled(lab)
    filled(lab, name="drain")
    Fails().activate(lab)
    assert [component.name for component in look(lab, "Sink")] == ["Sink_1", "drain"]
    assert [component.name for component in look(lab, "drain", "Fails_3")] == ["drain", "Fails_3"]
    assert len(look(lab, "Nobody")) == 0


def test_a_name_that_is_not_there_is_answered_with_those_that_are(lab: Lab) -> None:
    """Asking a look for what it does not have names what it has."""
    filled(lab)
    with pytest.raises(UnknownComponent, match=r"'Sourc'.*'Sink_1'"):
        look(lab)["Sourc"]
    with pytest.raises(NoSuchBox, match=r"'outbox'.*'control', 'inbox'"):
        look(lab)["Sink_1"]["outbox"]


def test_a_look_is_bounded_and_says_what_it_leaves_out(lab: Lab) -> None:
    """However large the lab, a look has so many components, boxes, messages and failures, and counts the rest."""

    class Wide(Sink):
        Inboxes = [f"box{number}" for number in range(100)]

    wide = Wide().activate(lab)
    for _ in range(1000):
        wide.deliver("x" * 10_000, "box99")
    for _ in range(100):
        Sink().activate(lab)
    for _ in range(FAILURES + 2):
        Fails().activate(lab)
    lab.step(300)
    view = look(lab)
    assert (len(view), view.more) == (COMPONENTS, 101 - COMPONENTS)
    assert (len(view["Wide_1"].inboxes), view["Wide_1"].more) == (BOXES, 100 - BOXES)
    assert view["Wide_1"]["box99"].more == 1000 - len(view["Wide_1"]["box99"].messages) > 0
    assert (len(view.failures), view.more_failures) == (FAILURES, 2)


def test_components_with_messages_are_shown_before_the_others(lab: Lab) -> None:
    """Where there is no room for all, those in which something waits are shown, in order of activation."""
    for number in range(10):
        filled(lab, *("message" if number in (4, 8) else "",) * (number in (4, 8)))
    assert [component.name for component in look(lab, components=4)] == ["Sink_1", "Sink_2", "Sink_5", "Sink_9"]
    assert [component.name for component in look(lab, components=1)] == ["Sink_5"]


def test_names_of_users_are_shortened(lab: Lab) -> None:
    """A name can be any text; a look keeps it short and on one line."""
    filled(lab, name="a\n" + "b" * 1000)
    (component,) = look(lab)
    assert len(component.name) <= 40
    assert component.name.startswith("a\\nb")


def test_messages_held_for_a_thread_still_wait(lab: Lab, eventually: Callable[..., Any]) -> None:
    """What has left an inbox for a component's own thread is shown until the thread takes it."""
    go_on = threading.Event()

    class Busy(ThreadedComponent):
        def main(self) -> None:
            go_on.wait(30)
            self.recv("inbox")

    busy = Busy().activate(lab)
    try:
        busy.deliver("a")
        busy.deliver("b")
        lab.step(2)
        box = look(lab)["Busy_1"]["inbox"]
        assert (box.length, box.messages) == (2, ("'a'", "'b'"))
    finally:
        go_on.set()
    lab.start()
    assert eventually(lambda: look(lab, "Busy") == look(lab, "Nobody") or look(lab)["Busy_1"]["inbox"].length < 2)


def test_a_thread_that_is_busy_elsewhere_is_shown_with_its_line(lab: Lab) -> None:
    """While the lab stands still, a thread that has not come back is shown with the line it is in."""
    go_on = threading.Event()

    class Busy(ThreadedComponent):
        def main(self) -> None:
            go_on.wait(30)  # the line

    Busy().activate(lab)
    try:
        lab.step()
        line = Busy.main.__code__.co_firstlineno + 1
        assert look(lab)["Busy_1"].remark == f"its thread is busy in line {line} of main()"
    finally:
        go_on.set()


def test_a_running_lab_is_seen_between_two_slices(lab: Lab) -> None:
    """A look at a lab that runs in the background never shows the middle of a slice."""

    class Pairs(Component):
        def main(self) -> Iterator[None]:
            while True:
                self.send("one")
                self.send("two")
                yield

    class Drain(Component):
        def main(self) -> Iterator[None]:
            while True:
                for _ in range(self.data_ready()):
                    self.recv()
                yield

    pairs, drain = Pairs().activate(lab), Drain().activate(lab)
    pairs.link((pairs, "outbox"), (drain, "inbox"))
    lab.start()
    lengths = {look(lab)["Drain_2"]["inbox"].length for _ in range(50)}
    lab.pause()
    assert lengths <= {0, 2}


def test_a_stopped_lab_can_be_looked_at(lab: Lab) -> None:
    """A lab that was stopped shows that, and nothing else."""
    filled(lab, "a")
    lab.stop()
    assert (look(lab).state, len(look(lab))) == ("stopped", 0)


def test_a_lab_shows_its_inboxes(lab: Lab) -> None:
    """lab.inboxes() is the look, and a lab shown in a notebook shows it."""
    filled(lab, "a")
    assert lab.inboxes() == look(lab)
    assert lab.inboxes("Sink") == look(lab, "Sink")
    assert lab._repr_html_() == look(lab)._repr_html_()


# -- what pictures need ---------------------------------------------------------------------------------


class Fills(Component):
    def main(self) -> Iterator[None]:
        for number in range(5):
            yield from send_when_room(self, number, "outbox")


def test_data_is_json_with_a_key_for_each_component(lab: Lab) -> None:
    """The data of a look has, by key, state, boxes, messages with their kind, and what was lost."""
    sink = filled(lab, "a", b"b", 3)
    sink.set_inbox_size("inbox", 3)
    sink.send("lost")
    data = look(lab).data()
    assert json.loads(json.dumps(data)) == data
    (component,) = data["components"]
    assert (component["key"], component["name"], component["state"]) == ("1", "Sink_1", "runnable")
    assert component["lost"] == [["outbox", 1]]
    inbox, control = component["inboxes"]
    assert (inbox["n"], inbox["limit"], inbox["full"], inbox["more"], inbox["held"]) == (3, 3, True, 0, 0)
    assert inbox["messages"] == [
        {"text": "'a'", "kind": "str"},
        {"text": "b'b'", "kind": "bytes"},
        {"text": "3", "kind": "other"},
    ]
    assert (control["n"], control["limit"], control["full"], control["messages"]) == (0, None, False, [])


def test_data_is_bounded_and_counts_what_it_leaves_out(lab: Lab) -> None:
    """Components beyond the room there is are counted."""
    for _ in range(30):
        filled(lab, *("x" * 60,) * 6)
    data = look(lab).data(room=5000)
    assert len(json.dumps(data)) < 6000
    assert 0 < len(data["components"]) < 30
    assert len(data["components"]) + data["more"] == 30


@pytest.mark.parametrize("running", [False, True])
def test_who_waits_for_room_is_blocked(lab: Lab, running: bool, eventually: Callable[..., Any]) -> None:
    """A component that sleeps because a box is full is blocked, one that waits for a message is waiting."""
    fills, sink = Fills().activate(lab), Sink().activate(lab)
    sink.set_inbox_size("inbox", 1)
    fills.link((fills, "outbox"), (sink, "inbox"))
    if running:
        lab.start()
    else:
        lab.step(6)

    def states() -> list[str]:
        return [component.state for component in look(lab)]

    assert eventually(lambda: states() == ["blocked", "waiting"])
    assert next(component.say for component in look(lab)) == "waits for room in Sink_2.inbox"


def test_a_look_at_the_past_shows_what_waited_then() -> None:
    """With a step a look shows the boxes, states, losses and failures of that step, and the lab stays as it is."""

    class Talks(Component):
        def main(self) -> Iterator[None]:
            self.send("one")
            yield
            self.send("two")
            self.send("three", "signal")
            yield
            raise ValueError("late")

    with Lab() as lab:
        lab.report = lambda text: None  # type: ignore[method-assign]
        talks, sink = Talks().activate(lab), Sink().activate(lab)
        talks.link((talks, "outbox"), (sink, "inbox"))
        looks = [look(lab)]
        for _ in range(6):
            lab.step()
            looks.append(look(lab))
        for step, then in enumerate(looks):
            past = look(lab, step=step)
            assert [component.inboxes for component in past] == [component.inboxes for component in then], step
            assert [component.discarded for component in past] == [component.discarded for component in then], step
            assert [component.key for component in past] == [component.key for component in then], step
            assert [name for name, _ in past.failures] == [name for name, _ in then.failures], step
        assert str(look(lab, step=1)).splitlines()[0] == "as it was at step 1, 2 components"
        assert look(lab, step=lab.step_number) == look(lab)
        with pytest.raises(StepOutOfRange):
            look(lab, step=99)


def test_what_a_thread_holds_is_told_from_what_can_still_be_changed(lab: Lab) -> None:
    """Messages that the component's own thread holds already are counted as such; they come first."""
    go_on = threading.Event()

    class Busy(ThreadedComponent):
        def main(self) -> None:
            go_on.wait(30)

    busy = Busy().activate(lab)
    try:
        busy.deliver("a")
        lab.step(2)
        busy.deliver("b")
        box = look(lab)["Busy_1"]["inbox"]
        assert (box.messages, box.held) == (("'a'", "'b'"), 1)
    finally:
        go_on.set()
