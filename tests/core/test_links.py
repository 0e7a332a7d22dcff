"""Links: chains, who made them, and what happens to waiting messages."""

from __future__ import annotations

import pytest

from kamlab import Component
from kamlab.core.errors import BadLink, BoxAlreadyLinked, NoSpaceInBox


class Passive(Component):
    def main(self):
        while True:
            self.pause()
            yield


def make(count):
    return [Passive() for _ in range(count)]


# -- chains -------------------------------------------------------------------------------------------


def test_a_chain_of_any_length_delivers_to_its_end():
    """However many containers a message passes, it is in the last inbox when send() returns."""
    sender, *containers, end = make(6)
    sender.link((sender, "outbox"), (containers[0], "inbox"))
    for one, next_one in zip(containers, [*containers[1:], end], strict=True):
        one.link((one, "inbox"), (next_one, "inbox"), passthrough=1)
    sender.send("x")
    assert end.recv() == "x"
    assert all(not container.data_ready() for container in containers)


def test_the_order_in_which_a_chain_is_linked_does_not_matter():
    """Linking further on retargets every box upstream."""
    sender, outer, end = make(3)
    sender.link((sender, "outbox"), (outer, "outbox"), passthrough=2)
    sender.send("lost")
    outer.link((outer, "outbox"), (end, "inbox"))
    sender.send("found")
    assert list(end.messages()) == ["found"]


def test_unlinking_retargets_every_box_upstream():
    """After an unlink in the middle, messages end where the chain now ends."""
    sender, container, end = make(3)
    sender.link((sender, "outbox"), (container, "inbox"))
    onward = container.link((container, "inbox"), (end, "inbox"), passthrough=1)
    sender.send(1)
    container.unlink(linkage=onward)
    sender.send(2)
    assert list(end.messages()) == [1]
    assert list(container.messages()) == [2]


def test_an_unlinked_outbox_discards_again():
    """After the unlink an outbox leads nowhere, and may be linked elsewhere."""
    sender, first, second = make(3)
    link = sender.link((sender, "outbox"), (first, "inbox"))
    sender.unlink(linkage=link)
    sender.send("gone")
    assert sender.outboxes["outbox"].discarded == 1
    sender.link((sender, "outbox"), (second, "inbox"))
    sender.send("there")
    assert (first.data_ready(), second.data_ready()) == (0, 1)


def test_a_box_feeds_one_box():
    """A second link from the same box raises BoxAlreadyLinked, even to the same sink; the first stays."""
    sender, first, second = make(3)
    sender.link((sender, "outbox"), (first, "inbox"))
    for sink in (second, first):
        with pytest.raises(BoxAlreadyLinked, match="already leads to inbox 'inbox'") as caught:
            sender.link((sender, "outbox"), (sink, "inbox"))
        assert caught.value.box is sink.inboxes["inbox"]
        assert caught.value.target is first.inboxes["inbox"]
        assert caught.value.source is sender.outboxes["outbox"]
    assert len(sender.switchboard.links) == 1
    sender.send("x")
    assert (first.data_ready(), second.data_ready()) == (1, 0)


def test_a_chain_cannot_lead_in_a_circle():
    """A link that would close a circle is refused by name, and nothing is linked."""
    one, two = make(2)
    with pytest.raises(BadLink, match="circle"):
        one.link((one, "inbox"), (one, "inbox"), passthrough=1)
    one.link((one, "inbox"), (two, "inbox"), passthrough=1)
    with pytest.raises(BadLink, match="circle"):
        two.link((two, "inbox"), (one, "inbox"), passthrough=1)
    one.deliver("x")
    assert two.recv() == "x"


def test_a_component_may_be_linked_to_itself():
    """An outbox may lead to an inbox of the same component."""
    (one,) = make(1)
    one.link((one, "outbox"), (one, "inbox"))
    one.send("x")
    assert one.recv() == "x"


# -- waiting messages ---------------------------------------------------------------------------------


def test_an_onward_link_moves_what_waits():
    """Messages that wait in an inbox go to the new end of the chain, in order, before any later one."""
    container, inner = make(2)
    for letter in "abc":
        container.deliver(letter)
    container.link((container, "inbox"), (inner, "inbox"), passthrough=1)
    container.deliver("d")
    assert list(inner.messages()) == ["a", "b", "c", "d"]
    assert container.data_ready() == 0


def test_an_onward_link_wakes_the_owner_of_the_new_end(lab):
    """The owner of the inbox to which waiting messages move wakes up for them."""
    got = []

    class Taker(Component):
        def main(self):
            while True:
                got.extend(self.messages())
                self.pause()
                yield

    container, inner = Passive().activate(), Taker().activate()
    container.deliver("x")
    lab.run()
    container.link((container, "inbox"), (inner, "inbox"), passthrough=1)
    lab.run()
    assert got == ["x"]


def test_an_onward_link_into_a_full_box_moves_nothing():
    """Defect 7: where what waits does not fit at the other end, the link is refused and no message is lost."""
    container, inner = make(2)
    for letter in "abc":
        container.deliver(letter)
    inner.set_inbox_size("inbox", 3)
    inner.deliver("z")
    with pytest.raises(NoSpaceInBox):
        container.link((container, "inbox"), (inner, "inbox"), passthrough=1)
    assert container.inboxes["inbox"].contents == ("a", "b", "c")
    assert inner.inboxes["inbox"].contents == ("z",)
    assert container.switchboard.links == []
    assert inner.recv() == "z"
    container.link((container, "inbox"), (inner, "inbox"), passthrough=1)
    assert list(inner.messages()) == ["a", "b", "c"]


def test_unlinking_leaves_delivered_messages_where_they_are():
    """A message belongs to the inbox it reached, whatever becomes of the link."""
    sender, receiver = make(2)
    link = sender.link((sender, "outbox"), (receiver, "inbox"))
    sender.send("x")
    sender.unlink(linkage=link)
    assert receiver.recv() == "x"


def test_unlinking_in_the_middle_renews_who_is_woken_by_taking(lab):
    """When a container's inbox is the end of its chain again, taking from it wakes those who feed it now."""
    slices = []

    class Sleeper(Component):
        def main(self):
            while True:
                slices.append(self.name)
                self.pause()
                yield

    sender, container, inner = Sleeper(name="sender"), Sleeper(name="container"), Sleeper(name="inner")
    for component in (sender, container, inner):
        component.activate()
    onward = container.link((container, "inbox"), (inner, "inbox"), passthrough=1)
    sender.link((sender, "outbox"), (container, "inbox"))
    container.unlink(linkage=onward)
    lab.run()
    sender.send("x")
    slices.clear()
    container.recv()
    lab.run()
    assert "sender" in slices
    container.link((container, "inbox"), (inner, "inbox"), passthrough=1)
    sender.unlink(container)
    container.unlink(inner)
    container.deliver("y")
    slices.clear()
    container.recv()
    lab.run()
    assert "sender" not in slices


# -- refusals -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("passthrough", [3, -1, "0", None])
def test_passthrough_is_0_1_or_2(passthrough):
    """Any other kind of passthrough is refused, with the three that there are."""
    one, two = make(2)
    with pytest.raises(BadLink, match="0 .outbox to inbox.*1 .*2"):
        one.link((one, "outbox"), (two, "inbox"), passthrough=passthrough)


@pytest.mark.parametrize(
    ("source", "sink"),
    [
        ("outbox", "inbox"),
        (lambda: None, "inbox"),
        (("one", "outbox"), ("two", "inbox")),
        ((Passive, "outbox"), (Passive, "inbox")),
        (None, None),
    ],
)
def test_ends_that_are_no_pairs_are_refused(source, sink):
    """Each end is a pair of a component and a box name; anything else is a BadLink, a TypeError."""
    (one,) = make(1)
    with pytest.raises(BadLink) as caught:
        one.link(source, sink)
    assert isinstance(caught.value, TypeError)


def test_a_class_in_place_of_a_component_is_recognised():
    """Linking a class asks whether the brackets were forgotten."""
    (one,) = make(1)
    with pytest.raises(BadLink, match="brackets"):
        one.link((Passive, "outbox"), (one, "inbox"))


@pytest.mark.parametrize("width", [-1, -100])
def test_a_bad_pipewidth_leaves_no_half_made_link(width):
    """A pipewidth that is refused leaves the source free and the switchboard empty."""
    one, two = make(2)
    with pytest.raises(ValueError, match=str(width)):
        one.link((one, "outbox"), (two, "inbox"), pipewidth=width)
    assert one.switchboard.links == []
    one.link((one, "outbox"), (two, "inbox"))
    one.send("x")
    assert two.recv() == "x"


def test_a_pipewidth_with_no_inbox_at_the_end_leaves_no_half_made_link():
    """Limiting a chain that leads nowhere is refused, and the source stays free."""
    inner, outer = make(2)
    with pytest.raises(ValueError, match="leads nowhere"):
        outer.link((inner, "outbox"), (outer, "outbox"), passthrough=2, pipewidth=5)
    assert outer.switchboard.links == []
    outer.link((inner, "outbox"), (outer, "outbox"), passthrough=2)


# -- the handle ---------------------------------------------------------------------------------------


def test_a_link_knows_its_ends():
    """The handle of a link has source, sink, box names, passthrough, and says itself as Axon does."""
    one, two = Passive(name="one"), Passive(name="two")
    link = one.link((one, "outbox"), (two, "inbox"))
    assert link.source_pair() == (one, "outbox")
    assert link.sink_pair() == (two, "inbox")
    assert (link.source, link.sourcebox, link.sink, link.sinkbox, link.passthrough) == (one, "outbox", two, "inbox", 0)
    assert str(link) == "Link( source:[one,outbox], sink:[two,inbox] )"


# -- who made it --------------------------------------------------------------------------------------


def test_unlink_by_component_takes_down_all_links_with_it():
    """unlink(component) takes down every link of this switchboard that touches it, and no other."""
    parent, one, two, three = make(4)
    parent.link((one, "outbox"), (two, "inbox"))
    parent.link((one, "signal"), (two, "control"))
    parent.link((two, "outbox"), (three, "inbox"))
    parent.unlink(one)
    one.send("x")
    two.send("y")
    assert two.data_ready() == 0
    assert three.recv() == "y"


def test_a_component_takes_down_only_links_of_its_own():
    """unlink() of a component that did not make the link leaves it alone."""
    parent, one, two = make(3)
    link = parent.link((one, "outbox"), (two, "inbox"))
    one.unlink(two)
    one.unlink(linkage=link)
    one.send("x")
    assert two.recv() == "x"


def test_unlinking_twice_does_nothing_more():
    """A link that is down can be unlinked again without harm to a newer one."""
    parent, one, two, three = make(4)
    link = parent.link((one, "outbox"), (two, "inbox"))
    parent.unlink(linkage=link)
    parent.link((one, "outbox"), (three, "inbox"))
    parent.unlink(linkage=link)
    one.send("x")
    assert three.recv() == "x"


def test_an_observer_may_remove_a_link_while_others_are_removed(lab):
    """A link that an observer removes when it is told of another one is removed once."""
    sender, end = make(2)
    sender.activate(), end.activate()
    lab.step(2)
    made = [sender.link((sender, box), (end, sink)) for box, sink in (("outbox", "inbox"), ("signal", "control"))]
    told = []

    def observe(event):
        told.append(event.component)
        sender.unlink(linkage=made[1])

    lab.trace.attach(observe, ["unlinked"])
    sender.unlink(component=end)
    assert told == made
    assert not sender.outboxes["signal"].onward


def test_links_end_with_the_component_that_made_them(lab):
    """At the end of a component the links it made go, and those that others made stay."""

    class Maker(Passive):
        def main(self):
            self.link((one, "outbox"), (two, "inbox"))
            yield

    one, two = make(2)
    two.link((one, "signal"), (two, "control"))
    Maker().activate()
    lab.run()
    one.send("x")
    one.send("y", "signal")
    assert two.data_ready("inbox") == 0
    assert two.data_ready("control") == 1
