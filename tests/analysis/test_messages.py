"""Where a message is and why: waiting, taken, lost, removed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamlab import Component, ThreadedComponent
from kamlab.analysis import CannotExplain, NoSuchMessage, history_of, why_message
from kamlab.analysis.why_message import fate_in
from kamlab.core.errors import NoSuchBox
from kamlab.core.events import INSERTED, RECEIVED, REMOVED, SENT


def events_of(lab, *kinds):
    return [event for event in lab.trace.events() if event.kind in kinds]


def test_a_message_that_was_taken(lab, parts):
    """From its sending one learns who took it, and when."""
    parts.pipe(parts.Source(says=("x",), name="source"), parts.Echo(name="echo"))
    lab.run()
    told = why_message(events_of(lab, SENT)[0])
    assert told.headline == "taken"
    assert told.of == "the message 'x'"
    assert told.sentences == ("source sent it to echo.inbox in step 1.", "echo took it from its 'inbox' in step 2.")
    assert why_message(events_of(lab, RECEIVED)[0]).sentences == told.sentences[1:]


def test_equal_messages_are_told_apart(lab, parts):
    """The same object sent three times has three fates."""
    one = parts.OneAtATime(name="one").activate()
    lab.run()
    for _ in range(3):
        one.deliver("x")
    lab.run()
    first, second, third = map(why_message, events_of(lab, SENT))
    assert (first.headline, second.headline, third.headline) == ("taken", "waiting", "waiting")
    assert "It waits in one.inbox, as the 1st of 2." in second.sentences
    assert "It waits in one.inbox, as the 2nd of 2." in third.sentences
    assert third.sentences[0].startswith("Somebody outside sent it to one.inbox")


def test_a_place_in_an_inbox(lab, parts):
    """(component, inbox, index) leads to the sending, and to why it is still there."""
    one = parts.OneAtATime(name="one").activate()
    lab.run()
    one.deliver("first")
    one.deliver("second")
    lab.run()
    told = why_message((one, "inbox", 0))
    assert (told.headline, told.of) == ("waiting", "the message 'second'")
    assert told.sentences[1:] == (
        "It waits in one.inbox, alone.",
        "one has gone to sleep without taking it; lab.why('one') says what for.",
    )
    assert why_message((one, "inbox")) == told


def test_one_that_will_be_taken(lab, parts):
    """Where the owner can run it may take it in its next slice."""
    echo = parts.Echo(name="echo").activate()
    lab.run()
    echo.deliver("x")
    assert why_message((echo, "inbox", 0)).sentences[-1] == "echo can run: it may take it in its next slice."


def test_one_in_a_box_that_nobody_looks_into(lab, parts):
    """It is said that the code never looks there."""
    echo = parts.Echo(name="echo").activate()
    echo.deliver("end", "control")
    lab.run()
    assert why_message((echo, "control", 0)).sentences[-1] == "echo sleeps, and its code never looks into 'control'."


@pytest.mark.parametrize(
    ("how", "words"),
    [("stop", "was stopped at step 1"), ("fail", "failed at step 2"), ("end", "finished at step 2")],
)
def test_one_in_an_inbox_of_a_component_that_has_ended(lab, how, words):
    """Nothing will take it, and how and when the component ended is said."""

    class Short(Component):
        def main(self):
            self.pause()
            yield
            if how == "fail":
                raise ValueError

    short = Short(name="short").activate()
    lab.run()
    short.deliver("x")
    short.stop() if how == "stop" else lab.run()
    assert why_message((short, "inbox", 0)).sentences[-1] == f"short {words}: nothing will take it."


def test_one_before_activation(lab, parts):
    """A message in the inbox of a new component waits for its activation."""
    echo = parts.Echo(name="echo")
    echo.deliver("x")
    assert why_message((echo, "inbox", 0)).sentences[-1] == "echo has not been activated, so nothing takes it."


def test_one_that_was_discarded(lab, parts):
    """The outbox led nowhere, and its name is told."""
    parts.Source(says=("x",), name="source").activate()
    lab.run()
    told = why_message(events_of(lab, "discarded")[0])
    assert told.headline == "lost"
    assert told.sentences == ("source sent it in step 1, from its 'outbox', which led nowhere: it was discarded.",)


def test_one_on_its_way_to_a_thread(lab):
    """What has left the inbox for the thread, and was not taken by it, is still waiting."""

    class Slow(ThreadedComponent):
        def main(self):
            self.recv("control")

    slow = Slow(name="slow").activate()
    lab.run(timeout=5)
    slow.deliver("first")
    slow.deliver("second")
    lab.run(timeout=5)
    told = why_message((slow, "inbox", 1))
    assert told.of == "the message 'second'"
    assert "It has been handed to the thread of slow, which has not taken it yet." in told.sentences
    assert [why_message(event).headline for event in events_of(lab, SENT)] == ["waiting", "waiting"]
    assert "as the 2nd of 2" in str(why_message(events_of(lab, SENT)[1]))


def test_one_that_a_hand_removed(lab, parts):
    """An act of the user's hands is told as such."""
    echo = parts.Echo(name="echo").activate()
    lab.run()
    echo.deliver("x")
    box = echo.inboxes["inbox"]
    lab.scheduler.log((REMOVED, box, box.items.popleft(), (0, "dropped by hand")))
    told = why_message(events_of(lab, SENT)[0])
    assert told.headline == "removed"
    assert told.sentences[-1].endswith("dropped by hand.")


def test_where_the_trace_does_not_reach(lab, parts):
    """A sending whose end the trace has lost is said to be unknown, not guessed."""
    parts.pipe(parts.Source(says=("x",), name="source"), parts.Echo(name="echo"))
    lab.run()
    event = events_of(lab, SENT)[0]
    lab.trace.clear()
    assert why_message(event).headline == "unknown"


@pytest.mark.parametrize(
    ("what", "error"),
    [
        (("nobody", "inbox", 0), CannotExplain),
        ((1, 2, 3, 4), CannotExplain),
        ("echo", CannotExplain),
    ],
)
def test_what_is_no_message(lab, what, error):
    """A named error says what to give."""
    with pytest.raises(error, match="is no message: give an event"):
        why_message(what)


def test_places_where_nothing_is(lab, parts):
    """A wrong box, a wrong index and a wrong kind of event have their own errors, which say what there is."""
    echo = parts.Echo(name="echo").activate()
    with pytest.raises(NoSuchBox, match="'control', 'inbox'"):
        why_message((echo, "inbocks", 0))
    with pytest.raises(NoSuchMessage, match="there is none"):
        why_message((echo, "inbox", 0))
    echo.deliver(1)
    with pytest.raises(NoSuchMessage, match="there is 1 message. Give 0 to 0"):
        why_message((echo, "inbox", 1))
    with pytest.raises(CannotExplain, match="no place"):
        why_message((echo, "inbox", "first"))
    lab.run()
    with pytest.raises(CannotExplain, match="no message moved"):
        why_message(events_of(lab, "resumed")[0])


@given(st.lists(st.tuples(st.sampled_from(["send", "take", "insert", "remove"]), st.integers(0, 5)), max_size=40))
def test_the_fate_of_every_sending_is_that_of_a_plain_list(moves):
    """The history gives each sending the fate that keeping a list of names would give it."""
    from kamlab import Lab

    lab = Lab()
    echo = Component(name="echo").activate(lab)
    box = echo.inboxes["inbox"]
    row, expected = [], {}
    for number, (move, place) in enumerate(moves):
        if move == "send":
            box.deliver(number)
            row.append(number)
        elif move == "insert":
            place = min(place, len(row))
            box.items = box.items or type(lab.trace._records)()
            box.items.insert(place, number)
            row.insert(place, number)
            lab.scheduler.log((INSERTED, box, number, (place, "by hand")))
        elif row:
            place = min(place, len(row) - 1)
            expected[row.pop(place)] = "received" if move == "take" else "removed"
            if move == "take":
                message = box.items[place]
                del box.items[place]
                lab.scheduler.log((RECEIVED, box, message, place))
            else:
                message = box.items[place]
                del box.items[place]
                lab.scheduler.log((REMOVED, box, message, (place, "by hand")))
    expected.update({number: ("waits", index) for index, number in enumerate(row)})
    history = history_of(lab)
    fates = {event.message: fate_in(history, event) for event in lab.trace.events() if event.kind in (SENT, INSERTED)}
    found = {message: ("waits", fate) if isinstance(fate, int) else fate.kind for message, fate in fates.items()}
    assert found == expected
    lab.stop()
