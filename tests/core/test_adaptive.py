"""Components that make and drop boxes while they run."""

from __future__ import annotations

import pytest

from kamlab import AdaptiveCommsComponent, Component, ThreadedAdaptiveCommsComponent
from kamlab.core.errors import NoSuchBox


class Adaptive(AdaptiveCommsComponent):
    def main(self):
        while True:
            self.pause()
            yield


class Passive(Component):
    def main(self):
        while True:
            self.pause()
            yield


def test_a_new_box_has_the_name_it_was_given():
    """add_inbox() and add_outbox() return the name, with a number after it where that is taken."""
    component = Adaptive()
    assert component.add_inbox("extra") == "extra"
    assert component.add_inbox("extra") == "extra1"
    assert component.add_inbox("extra") == "extra2"
    assert component.add_outbox("outbox") == "outbox1"
    component.deliver("x", "extra1")
    assert component.recv("extra1") == "x"


def test_new_boxes_are_the_instances_own():
    """Defect 8: a box made for one component is not found in another of its class."""
    one, two = Adaptive(), Adaptive()
    one.add_inbox("extra")
    assert "extra" not in two.inboxes
    assert "extra" not in Adaptive.Inboxes
    with pytest.raises(NoSuchBox):
        two.recv("extra")


def test_a_message_in_a_new_inbox_wakes_its_owner(lab):
    """A box made before or after activation works like any other."""
    got = []

    class Taking(AdaptiveCommsComponent):
        def main(self):
            late = self.add_inbox("late")
            while True:
                for name in ("early", late):
                    got.extend(self.messages(name))
                self.pause()
                yield

    taking = Taking()
    taking.add_inbox("early")
    taking.activate()
    lab.run()
    taking.deliver(1, "early")
    lab.run()
    taking.deliver(2, "late")
    lab.run()
    assert got == [1, 2]


def test_a_dropped_box_is_gone_with_its_links():
    """delete_inbox() and delete_outbox() take the links down on both sides; the neighbours can be linked anew."""
    component, other = Adaptive(), Passive()
    inbox, outbox = component.add_inbox("in"), component.add_outbox("out")
    other.link((other, "outbox"), (component, inbox))
    component.link((component, outbox), (other, "inbox"))
    component.delete_inbox(inbox)
    component.delete_outbox(outbox)
    assert component.switchboard.links == []
    other.send("x")
    assert other.outboxes["outbox"].discarded == 1
    other.link((other, "outbox"), (component, "inbox"))
    other.send("y")
    assert component.recv() == "y"
    with pytest.raises(NoSuchBox):
        component.send("z", outbox)


@pytest.mark.parametrize("call", [lambda c: c.delete_inbox("nonsense"), lambda c: c.delete_outbox("nonsense")])
def test_dropping_a_box_that_is_not_there_is_a_named_error(call):
    """The error is a KeyError that lists the boxes there are."""
    with pytest.raises(NoSuchBox, match="nonsense"):
        call(Adaptive())


def test_a_link_to_a_dropped_box_harms_no_later_link():
    """The maker of a link whose box was dropped may unlink it later: a newer link from the same box stays."""
    parent, one, two, three = Passive(), Passive(), Adaptive(), Passive()
    extra = two.add_inbox("extra")
    parent.link((one, "outbox"), (two, extra))
    two.delete_inbox(extra)
    parent.link((one, "outbox"), (three, "inbox"))
    parent.unlink(two)
    one.send("x")
    assert three.recv() == "x"


def test_resources_and_their_boxes_are_remembered():
    """What belongs to an inbox, and the boxes of a resource, are found again until they are forgotten."""
    component, resource = Adaptive(), object()
    inbox, outbox = component.add_inbox("in"), component.add_outbox("out")
    component.track_resource_information(resource, [inbox], [outbox], "notes")
    assert component.retrieve_tracked_resource_information(resource) == ([inbox], [outbox], "notes")
    component.cease_tracking_resource(resource)
    with pytest.raises(NoSuchBox):
        component.retrieve_tracked_resource_information(resource)
    component.track_resource(resource, inbox)
    assert component.retrieve_tracked_resource(inbox) is resource


def test_resources_are_the_instances_own():
    """What one component tracks is unknown to another."""
    one, two = Adaptive(), Adaptive()
    one.track_resource("r", "inbox")
    with pytest.raises(NoSuchBox, match="inbox"):
        two.retrieve_tracked_resource("inbox")


def test_a_resource_needs_boxes_that_are_there():
    """Tracking a box that the component does not have is refused."""
    component = Adaptive()
    with pytest.raises(NoSuchBox, match="nonsense"):
        component.track_resource_information("r", ["nonsense"], [], None)
    with pytest.raises(NoSuchBox, match="nonsense"):
        component.track_resource_information("r", [], ["nonsense"], None)
    with pytest.raises(NoSuchBox, match="not tracked"):
        component.cease_tracking_resource("r")


def test_a_thread_may_make_and_drop_boxes(lab):
    """In a threaded component boxes are made and dropped in the scheduler's time, and used from the thread."""
    lines = []

    class Threaded(ThreadedAdaptiveCommsComponent):
        def main(self):
            inbox, outbox = self.add_inbox("extra"), self.add_outbox("extra")
            lines.append((inbox, outbox))
            self.link((self, outbox), (self, inbox))
            self.send("round", outbox)
            lines.append(self.recv(inbox))
            self.delete_outbox(outbox)
            self.delete_inbox(inbox)
            try:
                self.send("x", outbox)
            except NoSuchBox:
                lines.append("gone")
            try:
                self.delete_inbox("nonsense")
            except NoSuchBox as error:
                lines.append("nonsense" in str(error))

    threaded = Threaded().activate()
    assert lab.run(timeout=20).reason == "finished"
    assert threaded.error is None
    assert lines == [("extra", "extra"), "round", "gone", True]
