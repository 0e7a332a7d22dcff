"""Boxes: delivery, discards, limits, and what taking a message does."""

from __future__ import annotations

import pytest

from kamlab import Component
from kamlab.core.errors import EmptyInbox, NoSpaceInBox, NoSuchBox


class Passive(Component):
    """Does nothing; its boxes are used from the test."""

    def main(self):
        while True:
            self.pause()
            yield


class Two(Passive):
    Inboxes = ["inbox", "extra"]
    Outboxes = ["outbox", "other"]


def linked_pair(**how):
    """Return a sender whose outbox leads to the inbox of the receiver, and the receiver."""
    sender, receiver = Passive(), Passive()
    sender.link((sender, "outbox"), (receiver, "inbox"), **how)
    return sender, receiver


# -- sending and taking -------------------------------------------------------------------------------


def test_a_message_is_at_the_end_of_the_chain_when_send_returns():
    """Delivery is synchronous: send() puts the message straight into the inbox at the end."""
    sender, receiver = linked_pair()
    sender.send("a")
    assert receiver.data_ready() == 1
    assert receiver.recv() == "a"


def test_messages_come_out_in_the_order_they_went_in():
    """An inbox hands out the oldest message first."""
    sender, receiver = linked_pair()
    for number in range(5):
        sender.send(number)
    assert list(receiver.messages()) == [0, 1, 2, 3, 4]
    assert receiver.data_ready() == 0


def test_many_outboxes_may_lead_to_one_inbox():
    """Many-to-one is allowed, and messages arrive in the order they were sent."""
    receiver = Passive()
    senders = [Passive() for _ in range(3)]
    for sender in senders:
        sender.link((sender, "outbox"), (receiver, "inbox"))
    for sender, message in zip([*senders, senders[0]], "abcd", strict=True):
        sender.send(message)
    assert list(receiver.messages()) == ["a", "b", "c", "d"]


def test_any_message_can_be_sent():
    """None, false values and unhashable things are messages like any other."""
    sender, receiver = linked_pair()
    things = [None, 0, "", [], {}, sender]
    for thing in things:
        sender.send(thing)
    assert list(receiver.messages()) == things


def test_data_ready_counts_and_any_ready_names():
    """data_ready counts the messages of one inbox; any_ready names the first inbox that has some, or is False."""
    component = Two()
    assert component.data_ready("extra") == 0
    assert component.any_ready() is False
    component.deliver("x", "extra")
    component.deliver("y", "extra")
    assert component.data_ready("extra") == 2
    assert component.any_ready() == "extra"
    component.deliver("z")
    assert component.any_ready() == "inbox"


def test_taking_from_an_empty_inbox_is_a_named_error():
    """recv() on an empty inbox raises EmptyInbox, an IndexError that says what to ask first."""
    component = Passive()
    with pytest.raises(EmptyInbox, match=r"Passive_\d+ called recv\('inbox'\).*data_ready") as caught:
        component.recv()
    assert isinstance(caught.value, IndexError)


@pytest.mark.parametrize(
    "call",
    [
        lambda c: c.send(1, "nonsense"),
        lambda c: c.recv("nonsense"),
        lambda c: c.data_ready("nonsense"),
        lambda c: c.deliver(1, "nonsense"),
        lambda c: c.set_inbox_size("nonsense", 1),
        lambda c: list(c.messages("nonsense")),
        lambda c: c.link((c, "nonsense"), (Passive(), "inbox")),
        lambda c: c.link((c, "outbox"), (Passive(), "nonsense")),
        lambda c: c.send(1, ["unhashable"]),
    ],
)
def test_a_wrong_box_name_says_what_there_is(call):
    """A box name that does not exist is a KeyError that names the component, the name and the boxes there are."""
    component = Passive()
    with pytest.raises(NoSuchBox) as caught:
        call(component)
    text = str(caught.value)
    assert isinstance(caught.value, KeyError)
    assert "Passive_" in text
    assert "nonsense" in text or "unhashable" in text
    assert "'control', 'inbox'" in text or "'outbox', 'signal'" in text


def test_the_wrong_side_is_pointed_out():
    """Sending to an inbox's name says that there is an inbox of that name."""
    with pytest.raises(NoSuchBox, match="There is an inbox of that name"):
        Passive().send("x", "inbox")


# -- leading nowhere ----------------------------------------------------------------------------------


def test_an_unlinked_outbox_counts_what_it_discards():
    """Messages sent to an outbox that leads nowhere are counted and gone."""
    component = Passive()
    component.send("a")
    component.send("b")
    assert component.outboxes["outbox"].discarded == 2
    assert component.outboxes["signal"].discarded == 0
    assert len(component.outboxes["outbox"]) == 0


def test_the_discard_is_counted_at_the_last_outbox_of_the_chain():
    """When an outbox leads to a container's outbox that leads nowhere, the container's counts."""
    inner, outer = Passive(), Passive()
    outer.link((inner, "outbox"), (outer, "outbox"), passthrough=2)
    inner.send("a")
    assert outer.outboxes["outbox"].discarded == 1
    assert inner.outboxes["outbox"].discarded == 0


def test_discards_are_counted_in_every_kind_of_run(make_lab):
    """The count is right whether or not events are recorded."""

    class Talker(Component):
        def main(self):
            for number in range(10):
                self.send(number)
                yield

    for record in (True, False):
        lab = make_lab(record=record)
        talker = Talker().activate()
        lab.run()
        assert talker.outboxes["outbox"].discarded == 10


# -- limits -------------------------------------------------------------------------------------------


def test_a_full_inbox_refuses_in_the_senders_send():
    """The sender of a message to a full inbox gets NoSpaceInBox with count and size, and keeps the message."""
    sender, receiver = linked_pair()
    receiver.set_inbox_size("inbox", 2)
    sender.send(1)
    sender.send(2)
    with pytest.raises(NoSpaceInBox, match="2 of 2") as caught:
        sender.send(3)
    assert (caught.value.count, caught.value.size) == (2, 2)
    assert "inbox 'inbox' of" in str(caught.value)
    assert receiver.recv() == 1
    sender.send(3)
    assert list(receiver.messages()) == [2, 3]


def test_what_is_full_is_named_once_and_as_the_lab_names_it(lab):
    """The error names the inbox without doubled words, and its owner by the name that it has in the lab."""
    sender, receiver = linked_pair(pipewidth=1)
    for component in (sender, receiver):
        component.activate()
    sender.send(1)
    with pytest.raises(NoSpaceInBox) as caught:
        sender.send(2)
    assert [component.short_name for component in lab] == [sender.short_name, receiver.short_name]
    assert str(caught.value).startswith(f"the inbox 'inbox' of {receiver.short_name} is full: 1 of 1 messages wait. ")
    assert str(receiver.inboxes["inbox"]) == f"inbox 'inbox' of {receiver.short_name}"
    assert str(NoSpaceInBox(3, 2)).startswith("the box is full: 3 of 2")


def test_pipewidth_and_synchronous_limit_the_sink():
    """pipewidth=n limits the inbox at the end to n messages, synchronous=True to one."""
    _, receiver = linked_pair(pipewidth=3)
    assert receiver.inboxes["inbox"].size == 3
    _, receiver = linked_pair(synchronous=True)
    assert receiver.inboxes["inbox"].size == 1


def test_a_limit_counts_only_at_the_end_of_the_chain():
    """An inbox that passes its messages on never refuses because of its own limit."""
    sender, container = linked_pair()
    inner = Passive()
    container.set_inbox_size("inbox", 1)
    container.link((container, "inbox"), (inner, "inbox"), passthrough=1)
    for number in range(3):
        sender.send(number)
    assert list(inner.messages()) == [0, 1, 2]


def test_a_limit_can_be_lifted_and_set_while_messages_wait():
    """set_inbox_size(None) lifts a limit; a limit below what waits refuses the next message only."""
    sender, receiver = linked_pair()
    for number in range(3):
        sender.send(number)
    receiver.set_inbox_size("inbox", 1)
    assert receiver.data_ready() == 3
    with pytest.raises(NoSpaceInBox):
        sender.send(3)
    receiver.set_inbox_size("inbox", None)
    sender.send(3)
    assert list(receiver.messages()) == [0, 1, 2, 3]


def test_a_limit_that_is_set_in_the_middle_of_a_round_holds_at_once(make_lab):
    """The fast path that a first message opens is closed again by a limit."""
    lab = make_lab(record=False)
    refused = []
    receiver = Passive().activate()

    class Sender(Component):
        def main(self):
            self.send(1)
            self.send(2)
            receiver.set_inbox_size("inbox", 2)
            try:
                self.send(3)
            except NoSpaceInBox as full:
                refused.append(full.count)
            yield

    sender = Sender().activate()
    sender.link((sender, "outbox"), (receiver, "inbox"))
    lab.run(max_steps=5)
    assert refused == [2]


def test_a_negative_limit_is_refused():
    """A limit is a number from 0 up, or None."""
    with pytest.raises(ValueError, match="-1"):
        Passive().set_inbox_size("inbox", -1)


def test_a_limit_of_zero_refuses_everything():
    """An inbox of size 0 takes no message."""
    component = Passive()
    component.set_inbox_size("inbox", 0)
    with pytest.raises(NoSpaceInBox):
        component.deliver("x")


def test_is_full_looks_along_the_chain():
    """is_full() of an outbox says whether the next message would be refused at the other end."""
    sender, receiver = linked_pair(pipewidth=1)
    assert sender.outboxes["outbox"].is_full() is False
    sender.send(1)
    assert sender.outboxes["outbox"].is_full() is True
    assert receiver.inboxes["inbox"].is_full() is True
    assert sender.outboxes["signal"].is_full() is False


def test_an_outbox_that_leads_nowhere_has_no_size_to_set():
    """Limiting an unlinked outbox says that it leads nowhere."""
    with pytest.raises(ValueError, match="leads nowhere"):
        Passive().outboxes["outbox"].set_size(1)


# -- boxes as objects ---------------------------------------------------------------------------------


def test_the_length_of_a_box_is_that_of_the_end_of_its_chain():
    """len(box) looks at the sink, data_ready only at the component's own storage."""
    sender, container = linked_pair()
    inner = Passive()
    container.link((container, "inbox"), (inner, "inbox"), passthrough=1)
    sender.send("x")
    assert len(sender.outboxes["outbox"]) == len(container.inboxes["inbox"]) == len(inner.inboxes["inbox"]) == 1
    assert container.data_ready() == 0


def test_append_and_pop_work_at_the_end_of_the_chain():
    """append() and pop() of any box put to and take from the inbox its chain ends in, oldest first unless told."""
    sender, receiver = linked_pair()
    box = sender.outboxes["outbox"]
    for letter in "abc":
        box.append(letter)
    assert receiver.inboxes["inbox"].contents == ("a", "b", "c")
    assert box.pop() == "a"
    assert box.pop(-1) == "c"
    assert receiver.inboxes["inbox"].pop(0) == "b"
    with pytest.raises(IndexError):
        box.pop()
    with pytest.raises(IndexError):
        sender.outboxes["signal"].pop()


def test_pop_from_the_middle_keeps_the_order_of_the_rest():
    """pop(index) takes that one and leaves the others in order."""
    receiver = Passive()
    for letter in "abcd":
        receiver.deliver(letter)
    assert receiver.inboxes["inbox"].pop(2) == "c"
    assert list(receiver.messages()) == ["a", "b", "d"]


def test_a_box_is_true_even_when_it_is_empty():
    """An empty box is still a box: it does not count as false."""
    assert Passive().inboxes["inbox"]
    assert Passive().outboxes["outbox"]


def test_boxes_say_what_they_are():
    """str() of a box names kind, box and component; repr() also says how many messages wait."""
    component = Passive(name="fred")
    component.deliver(1)
    assert str(component.inboxes["inbox"]) == "inbox 'inbox' of fred"
    assert repr(component.inboxes["inbox"]) == "<inbox 'inbox' of fred: 1 waiting>"
    assert str(component.outboxes["signal"]) == "outbox 'signal' of fred"


# -- declaring boxes ----------------------------------------------------------------------------------


def test_boxes_can_be_declared_as_list_or_dictionary():
    """Inboxes and Outboxes are lists of names or dictionaries from names to descriptions."""

    class Described(Component):
        Inboxes = {"left": "Numbers.", "right": "More numbers."}
        Outboxes = ("sum",)

    component = Described()
    assert list(component.inboxes) == ["left", "right"]
    assert list(component.outboxes) == ["sum"]


def test_a_subclass_that_names_its_own_boxes_has_no_others():
    """Box declarations are not merged with those of the parent class."""
    assert sorted(Two().inboxes) == ["extra", "inbox"]
    with pytest.raises(NoSuchBox):
        Two().recv("control")


def test_boxes_belong_to_the_instance():
    """Two components of a class share no box, and the class's declaration stays as it was."""
    first, second = Two(), Two()
    first.deliver("x", "extra")
    assert second.data_ready("extra") == 0
    assert first.inboxes is not second.inboxes
    assert Two.Inboxes == ["inbox", "extra"]


# -- what taking a message tells the senders ------------------------------------------------------------


def test_taking_a_message_wakes_the_owners_of_the_outboxes_that_lead_here(lab):
    """A message that is taken wakes every owner of an outbox upstream, but no owner of an inbox passed through."""
    woken = []

    class Sleeper(Component):
        def main(self):
            while True:
                self.pause()
                yield
                woken.append(self.name)

    sender, between, container, taker = (Sleeper(name=name) for name in ("sender", "between", "container", "taker"))
    sender.link((sender, "outbox"), (between, "outbox"), passthrough=2)
    between.link((between, "outbox"), (container, "inbox"))
    container.link((container, "inbox"), (taker, "inbox"), passthrough=1)
    for component in (sender, between, container, taker):
        component.activate()
    lab.run()
    sender.send("x")
    lab.run()
    assert woken == ["taker"]
    woken.clear()
    taker.recv()
    lab.run()
    assert woken == ["between", "sender"]


def test_a_component_can_decline_to_be_woken_by_collection(lab):
    """woken_by_collection = False, or attend_collection(False), saves the slice for each message taken."""
    slices = []

    class Sleeper(Component):
        def main(self):
            while True:
                slices.append(self.name)
                self.pause()
                yield

    class Deaf(Sleeper):
        woken_by_collection = False

    taker = Passive().activate()
    for component in (Sleeper(name="hears"), Deaf(name="deaf")):
        component.activate()
        component.link((component, "outbox"), (taker, "inbox"))
    lab.run()
    slices.clear()
    taker.deliver("x")
    taker.recv()
    lab.run()
    assert slices == ["hears"]
    slices.clear()
    lab["hears"].attend_collection(False)
    lab["deaf"].attend_collection(True)
    taker.deliver("x")
    taker.recv()
    lab.run()
    assert slices == ["deaf"]


def test_a_link_made_after_a_message_was_taken_counts_for_the_next_one(make_lab):
    """Who is linked between two takes of one round is woken by the second."""
    lab = make_lab(record=False)
    slices = []

    class Sleeper(Component):
        def main(self):
            while True:
                slices.append(self.name)
                self.pause()
                yield

    taker = Passive().activate()
    early, late = Sleeper(name="early").activate(), Sleeper(name="late").activate()
    early.link((early, "outbox"), (taker, "inbox"))
    lab.run()
    slices.clear()
    taker.deliver(1)
    taker.deliver(2)
    taker.recv()
    late.link((late, "outbox"), (taker, "inbox"))
    taker.recv()
    lab.run()
    assert slices == ["early", "late"]
