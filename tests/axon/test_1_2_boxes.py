"""Section 1.2: boxes and linkages, in the old spelling."""

from __future__ import annotations

import time
from typing import Any

import pytest
from Axon.AdaptiveCommsComponent import AdaptiveCommsComponent
from Axon.AxonExceptions import BoxAlreadyLinkedToDestination, noSpaceInBox
from Axon.Box import makeInbox, makeOutbox
from Axon.Component import component
from Axon.Linkage import linkage
from Axon.Scheduler import scheduler


def some(number: int) -> list[Any]:
    """Make so many plain components."""
    return [component() for _ in range(number)]


# -- linkages --------------------------------------------------------------------------------------


def test_outbox_to_inbox() -> None:
    """A linkage ((comp, box), (comp, box)) leads from an outbox to an inbox: passthrough 0."""
    source, sink = some(2)
    link = source.link((source, "outbox"), (sink, "inbox"))
    source.send("hello", "outbox")
    assert (link.passthrough, sink.recv("inbox")) == (0, "hello")


def test_inbox_to_inbox() -> None:
    """passthrough 1 leads from an inbox to an inbox."""
    source, container, inner = some(3)
    container.link((container, "inbox"), (inner, "inbox"), passthrough=1)
    source.link((source, "outbox"), (container, "inbox"))
    source.send("hello", "outbox")
    assert (container.dataReady("inbox"), inner.recv("inbox")) == (0, "hello")


def test_outbox_to_outbox() -> None:
    """passthrough 2 leads from an outbox to an outbox."""
    inner, container, sink = some(3)
    container.link((inner, "outbox"), (container, "outbox"), passthrough=2)
    container.link((container, "outbox"), (sink, "inbox"))
    inner.send("hello", "outbox")
    assert sink.recv("inbox") == "hello"


def test_handle_says_what_it_links() -> None:
    """The handle has source, sink, sourcebox, sinkbox, passthrough, sourcePair() and sinkPair()."""
    source, sink = some(2)
    link = source.link((source, "signal"), (sink, "control"))
    assert (link.source, link.sink, link.sourcebox, link.sinkbox) == (source, sink, "signal", "control")
    assert link.passthrough == 0
    assert link.sourcePair() == (source, "signal")
    assert link.sinkPair() == (sink, "control")


def test_handle_as_text() -> None:
    """str(link) names both ends."""
    source, sink = some(2)
    link = source.link((source, "outbox"), (sink, "inbox"))
    assert str(link) == f"Link( source:[{source.name},outbox], sink:[{sink.name},inbox] )"


def test_setshowtransit_prints_deliveries(lab: Any, capsys: Any) -> None:
    """setShowTransit(True, tag) prints what is delivered over the link, and False ends that."""

    class Sends(component):
        def main(self) -> Any:
            yield 1
            self.send("seen", "outbox")
            yield 1
            link.setShowTransit(False, None)
            self.send("unseen", "outbox")

    source, sink = Sends(), component()
    link = source.link((source, "outbox"), (sink, "inbox"))
    link.setShowTransit(True, "my tag")
    source.activate()
    sink.activate()
    lab.run(max_steps=10)
    assert sink.dataReady("inbox") == 2
    assert capsys.readouterr().out == "Delivery via [ my tag ] of 'seen'\n"


def test_setshowtransit_from_within_a_slice(lab: Any, capsys: Any) -> None:
    """A component may ask for it in its own main, and sees the very next message."""

    class Sends(component):
        def main(self) -> Any:
            self.link((self, "outbox"), (sink, "inbox")).setShowTransit(True, "a tag")
            self.send("seen", "outbox")
            yield 1

    sink = component().activate()
    Sends().run()
    assert "of 'seen'" in capsys.readouterr().out


def test_linkage_class_takes_axons_order() -> None:
    """Axon.Linkage.linkage(source, sink, sourcebox, sinkbox, passthrough) describes a link."""
    source, sink = some(2)
    link = linkage(source, sink, "signal", "control")
    assert (link.sourcePair(), link.sinkPair()) == ((source, "signal"), (sink, "control"))
    assert (link.getSourcebox(), link.getSinkbox()) == (source.outboxes["signal"], sink.inboxes["control"])


# -- delivery --------------------------------------------------------------------------------------


def test_delivery_is_synchronous() -> None:
    """When send() returns the message is in the final inbox, whatever it passed through."""
    source, outer, inner = some(3)
    source.link((source, "outbox"), (outer, "inbox"))
    outer.link((outer, "inbox"), (inner, "inbox"), passthrough=1)
    source.send("there", "outbox")
    assert inner.dataReady("inbox") == 1


def test_unlinked_outbox_discards() -> None:
    """What is sent to an unlinked outbox is gone; its length is 0. How much it was is counted."""
    source, sink = some(2)
    source.send("lost", "outbox")
    assert len(source.outboxes["outbox"]) == 0
    assert source.outboxes["outbox"].discarded == 1
    source.link((source, "outbox"), (sink, "inbox"))
    assert sink.dataReady("inbox") == 0


def test_many_to_one() -> None:
    """Several boxes may lead to one."""
    one, other, sink = some(3)
    for source in (one, other):
        source.link((source, "outbox"), (sink, "inbox"))
        source.send(source.id, "outbox")
    assert list(sink.Inbox("inbox")) == [one.id, other.id]


@pytest.mark.parametrize("again", [True, False], ids=["the same sink", "another sink"])
def test_one_to_many_is_refused(again: bool) -> None:
    """A second link from one box, even to the same sink, raises BoxAlreadyLinkedToDestination."""
    source, sink, third = some(3)
    source.link((source, "outbox"), (sink, "inbox"))
    target = sink if again else third
    with pytest.raises(BoxAlreadyLinkedToDestination) as caught:
        third.link((source, "outbox"), (target, "inbox"))
    assert caught.value.box is target.inboxes["inbox"]
    assert caught.value.target is sink.inboxes["inbox"]
    assert caught.value.source is source.outboxes["outbox"]
    source.send("still one", "outbox")
    assert (sink.dataReady("inbox"), third.dataReady("inbox"), third.postoffice.linkages) == (1, 0, [])


def test_onward_link_moves_what_waits() -> None:
    """Linking an inbox onward moves the messages it holds to the new end of the chain, in order."""
    container, middle, inner = some(3)
    for number in range(3):
        container._deliver(number, "inbox")
    middle.link((middle, "inbox"), (inner, "inbox"), passthrough=1)
    container.link((container, "inbox"), (middle, "inbox"), passthrough=1)
    assert (container.dataReady("inbox"), middle.dataReady("inbox")) == (0, 0)
    assert list(inner.Inbox("inbox")) == [0, 1, 2]


def test_dataready_is_local_and_len_is_not() -> None:
    """dataReady counts what is stored in the box itself; len(box) what waits at the end of the chain."""
    source, container, inner = some(3)
    source.link((source, "outbox"), (container, "inbox"))
    container.link((container, "inbox"), (inner, "inbox"), passthrough=1)
    source.send("hello", "outbox")
    assert (container.dataReady("inbox"), container.inboxes["inbox"].local_len()) == (0, 0)
    assert len(container.inboxes["inbox"]) == len(source.outboxes["outbox"]) == 1
    assert inner.inboxes["inbox"].local_len() == 1


# -- size ------------------------------------------------------------------------------------------


def test_size_is_set_and_read() -> None:
    """box.setSize(n) limits a box, getSize() tells, setSize(None) lifts the limit."""
    box = component().inboxes["inbox"]
    assert box.getSize() is None
    assert (box.setSize(3), box.getSize()) == (3, 3)
    assert (box.setSize(None), box.getSize()) == (None, None)


def test_isfull() -> None:
    """isFull() is true once as many messages wait as the size allows, for every box of the chain."""
    source, sink = some(2)
    source.link((source, "outbox"), (sink, "inbox"))
    sink.inboxes["inbox"].setSize(1)
    assert not source.outboxes["outbox"].isFull()
    source.send("one", "outbox")
    assert source.outboxes["outbox"].isFull()
    assert sink.inboxes["inbox"].isFull()


def test_full_box_raises_in_the_sender() -> None:
    """Sending to a full box raises noSpaceInBox(count, size) in the sender's send()."""
    source, sink = some(2)
    source.link((source, "outbox"), (sink, "inbox"))
    sink.inboxes["inbox"].setSize(2)
    source.send(1, "outbox")
    source.send(2, "outbox")
    with pytest.raises(noSpaceInBox) as caught:
        source.send(3, "outbox")
    assert (caught.value.count, caught.value.size) == (2, 2)
    assert list(sink.Inbox("inbox")) == [1, 2]


def test_limits_count_at_the_final_destination_only() -> None:
    """The limit of an inbox that is passed through does not count."""
    source, container, inner = some(3)
    source.link((source, "outbox"), (container, "inbox"))
    container.link((container, "inbox"), (inner, "inbox"), passthrough=1)
    container.inboxes["inbox"].setSize(1)
    for number in range(3):
        source.send(number, "outbox")
    assert inner.dataReady("inbox") == 3


@pytest.mark.parametrize(("how", "size"), [({"pipewidth": 4}, 4), ({"synchronous": True}, 1)])
def test_link_can_limit_its_sink(how: Any, size: int) -> None:
    """pipewidth=n limits the sink to n messages, synchronous=True to one."""
    source, sink = some(2)
    source.link((source, "outbox"), (sink, "inbox"), **how)
    assert sink.inboxes["inbox"].getSize() == size


def test_setsynchronous_changes_the_limit() -> None:
    """setSynchronous(pipewidth) of a link changes the limit of its sink."""
    source, sink = some(2)
    link = source.link((source, "outbox"), (sink, "inbox"))
    assert link.setSynchronous(2) == 2
    assert sink.inboxes["inbox"].getSize() == 2


# -- wrong names -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        lambda a, b: a.send("x", "nobox"),
        lambda a, b: a.recv("nobox"),
        lambda a, b: a.dataReady("nobox"),
        lambda a, b: a.setInboxSize("nobox", 1),
        lambda a, b: a._deliver("x", "nobox"),
        lambda a, b: a.link((a, "nobox"), (b, "inbox")),
        lambda a, b: a.link((a, "outbox"), (b, "nobox")),
    ],
    ids=["send", "recv", "dataReady", "setInboxSize", "_deliver", "link source", "link sink"],
)
def test_wrong_box_name(wrong: Any) -> None:
    """A wrong box name raises KeyError, at once, and the text says what there is."""
    one, other = some(2)
    began = time.process_time(), time.monotonic()
    with pytest.raises(KeyError, match=r"nobox.*'(inbox|outbox)'"):
        wrong(one, other)
    assert time.monotonic() - began[1] < 3, "Axon slept for three seconds here"
    assert one.postoffice.linkages == []


# -- AdaptiveComms ---------------------------------------------------------------------------------


def test_added_boxes_work() -> None:
    """addInbox and addOutbox return the name of a box that can be linked and used."""
    source, sink = AdaptiveCommsComponent(), AdaptiveCommsComponent()
    assert (source.addOutbox("out"), sink.addInbox("in")) == ("out", "in")
    source.link((source, "out"), (sink, "in"))
    source.send("hello", "out")
    assert sink.recv("in") == "hello"


def test_added_inbox_wakes_its_owner(lab: Any) -> None:
    """A message in an added inbox wakes the component as any other does."""

    class Grows(AdaptiveCommsComponent):
        def main(self) -> Any:
            self.addInbox("new")
            while not self.dataReady("new"):
                self.pause()
                yield 1
            self.got = self.recv("new")

    grows = Grows().activate()
    lab.step(3, timeout=0)
    grows._deliver("up", "new")
    lab.run()
    assert grows.got == "up"


@pytest.mark.parametrize("side", ["Inbox", "Outbox"])
def test_taken_names_get_a_number(side: str) -> None:
    """If the name is taken, a number is put after it, and the actual name is returned."""
    adaptive = AdaptiveCommsComponent()
    add = getattr(adaptive, f"add{side}")
    names = [add("box"), add("box"), add("box"), add(side.lower())]
    assert len(set(names)) == 4
    assert names[0] == "box"
    assert all(name.startswith("box") and name[3:].isdigit() for name in names[1:3])
    assert names[3] != side.lower()


def test_names_have_a_default() -> None:
    """Without a name, it is made from "inbox" or "outbox"."""
    adaptive = AdaptiveCommsComponent()
    assert adaptive.addInbox().startswith("inbox")
    assert adaptive.addOutbox().startswith("outbox")


def test_deleted_boxes_are_gone() -> None:
    """deleteInbox and deleteOutbox drop a box; KeyError if there is none."""
    adaptive = AdaptiveCommsComponent()
    adaptive.addInbox("in")
    adaptive.addOutbox("out")
    adaptive.deleteInbox("in")
    adaptive.deleteOutbox("out")
    assert sorted(adaptive.inboxes) == ["control", "inbox"]
    with pytest.raises(KeyError):
        adaptive.deleteInbox("in")
    with pytest.raises(KeyError):
        adaptive.deleteOutbox("out")


def test_deleting_a_box_takes_its_links_down() -> None:
    """Deleting a linked outbox unlinks it: nothing is delivered any more, and unlinking again is no error."""
    source, sink = AdaptiveCommsComponent(), component()
    source.addOutbox("out")
    link = source.link((source, "out"), (sink, "inbox"))
    box = source.outboxes["out"]
    source.deleteOutbox("out")
    box.append("nobody gets this")
    source.unlink(thelinkage=link)
    assert (sink.dataReady("inbox"), source.postoffice.linkages) == (0, [])


def test_trackresource() -> None:
    """trackResource(resource, inbox) and retrieveTrackedResource(inbox) tie a resource to an inbox."""
    adaptive = AdaptiveCommsComponent()
    first, second = adaptive.addInbox("one"), adaptive.addInbox("two")
    adaptive.trackResource("file", first)
    adaptive.trackResource("file", second)
    assert (adaptive.retrieveTrackedResource(first), adaptive.retrieveTrackedResource(second)) == ("file", "file")
    with pytest.raises(KeyError):
        adaptive.trackResource("file", "nobox")
    with pytest.raises(KeyError):
        adaptive.retrieveTrackedResource("inbox")


def test_trackresourceinformation() -> None:
    """trackResourceInformation(resource, inboxes, outboxes, info) keeps all of it until ceaseTrackingResource."""
    adaptive = AdaptiveCommsComponent()
    adaptive.trackResourceInformation("file", ["inbox"], ["outbox"], {"size": 3})
    adaptive.trackResource("file", "control")
    assert adaptive.retrieveTrackedResourceInformation("file") == (["inbox"], ["outbox"], {"size": 3})
    adaptive.ceaseTrackingResource("file")
    with pytest.raises(KeyError):
        adaptive.retrieveTrackedResourceInformation("file")
    with pytest.raises(KeyError):
        adaptive.ceaseTrackingResource("file")
    with pytest.raises(KeyError):
        adaptive.trackResourceInformation("file", ["nobox"], [], None)


# -- boxes made by hand ------------------------------------------------------------------------------


def test_boxes_made_by_hand(lab: Any) -> None:
    """makeInbox and makeOutbox make boxes for the component whose unpause they are given; a number is refused."""
    sleeper, source = component(), component()
    sleeper.inboxes["extra"] = makeInbox(sleeper.unpause, size=2)
    source.outboxes["extra"] = makeOutbox(source.unpause)
    source.link((source, "extra"), (sleeper, "extra"))
    source.send("hello", "extra")
    assert (sleeper.inboxes["extra"].getSize(), sleeper.recv("extra")) == (2, "hello")
    with pytest.raises(TypeError, match="not a function"):
        makeInbox(3)
    assert scheduler.run.listAllThreads() == []


def test_boxes_that_call_a_function() -> None:
    """makeInbox calls a function at each arrival, makeOutbox at each collection, as far down the chain as it goes."""
    calls: list[str] = []
    outbox = makeOutbox(lambda: calls.append("taken"))
    middle, inbox = makeInbox(lambda: calls.append("never")), makeInbox(lambda: calls.append("arrived"), size=1)
    middle.addsource(outbox)
    inbox.addsource(middle)
    outbox.append("hello")
    assert (calls, len(outbox), inbox.local_len(), middle.local_len()) == (["arrived"], 1, 1, 0)
    with pytest.raises(noSpaceInBox):
        outbox.append("too much")
    assert (inbox.pop(0), calls) == ("hello", ["arrived", "taken"])
    inbox.removesource(middle)
    outbox.append("again")
    assert (middle.pop(0), calls) == ("again", ["arrived", "taken", "never", "taken"])


def test_a_function_may_own_a_box_of_a_component(lab: Any) -> None:
    """A component that runs can use such a box, and links to it as to any other."""
    calls: list[str] = []
    keeper, source = component(), component()
    keeper.inboxes["extra"] = makeInbox(lambda: calls.append("arrived"))
    source.link((source, "outbox"), (keeper, "extra"))
    source.activate()
    lab.run(max_steps=1)
    source.send("hello", "outbox")
    assert (keeper.recv("extra"), calls) == ("hello", ["arrived"])


def test_recv_takes_from_the_end_of_the_chain(lab: Any) -> None:
    """recv() at a box that is passed through takes what waits at the end; dataReady counts what is stored here."""
    source, outer, middle, inner = some(4)
    outer.inboxes["inbox"].append("before")
    assert outer.recv("inbox") == "before"
    source.link((source, "outbox"), (outer, "inbox"))
    outer.link((outer, "inbox"), (middle, "inbox"), passthrough=1)
    middle.link((middle, "inbox"), (inner, "inbox"), passthrough=1)
    for word in "abc":
        source.send(word, "outbox")
    assert (outer.dataReady("inbox"), outer.recv("inbox"), middle.recv("inbox"), inner.recv("inbox")) == (0, *"abc")
    with pytest.raises(IndexError):
        outer.recv("inbox")


def test_recv_from_a_box_passed_through_is_recorded(lab: Any) -> None:
    """In a lab that records, that is a message received at the end of the chain, and its sender is woken."""

    class Taker(component):
        def main(self) -> Any:
            while len(self.inboxes["inbox"]):
                self.got.append(self.recv("inbox"))
                yield 1
            yield 1

    source, inner = some(2)
    outer = Taker(got=[])
    outer.link((outer, "inbox"), (inner, "inbox"), passthrough=1)
    source.link((source, "outbox"), (outer, "inbox"))
    source.send("a", "outbox")
    source.send("b", "outbox")
    outer.activate()
    inner.activate()
    lab.run(max_steps=6)
    received = [(event.box.owner, event.message) for event in lab.trace.events() if event.kind == "received"]
    assert outer.got == ["a", "b"]
    assert received == [(inner, "a"), (inner, "b")]
