"""The rules of TimeToLive."""

import pytest

from kamlab import Component, Lab, Pipeline, ProducerFinished, ShutdownMicroprocess
from kamlab.chassis import TimeToLive
from kamlab.core.errors import BadComponent
from kamlab.parts import Collate, DataSource, PassThrough, PeriodicTick


class Deaf(Component):
    """Pauses, and takes no notice of anything; keeps what it was told."""

    def main(self):
        while True:
            self.pause(1)
            yield


class Obeys(Component):
    """Ends on one type of message only, and notes what it was told."""

    kind = object

    def main(self):
        self.told = []
        while True:
            for message in self.messages("control"):
                self.told.append(type(message).__name__)
                if isinstance(message, self.kind):
                    self.send(message, "signal")
                    return
            self.pause()
            yield


class Closed(Component):
    """Has no boxes."""

    Inboxes = []
    Outboxes = []

    def main(self):
        while True:
            self.pause(1)
            yield


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (ProducerFinished, ["ProducerFinished"]),
        (ShutdownMicroprocess, ["ProducerFinished", "ShutdownMicroprocess"]),
    ],
)
def test_it_asks_first(kind, told):
    """The component is asked to end, from the mildest message on, and ends by itself."""
    with Lab(clock="virtual") as lab:
        part = Obeys(kind=kind)
        TimeToLive(part, 2).activate()
        outcome = lab.run()
    assert (outcome.reason, outcome.seconds, part.told, part.state) == ("finished", 2, told, "finished")


def test_it_stops_what_ignores_it():
    """A component that ignores every message is stopped, and the end is announced in its place."""
    with Lab(clock="virtual") as lab:
        part, after = Deaf(), Collate()
        Pipeline(TimeToLive(part, 1.5), after).activate()
        assert lab.run().reason == "finished"
    assert (part.state, after.state) == ("stopped", "finished")


def test_it_stops_what_has_no_boxes():
    """A component without boxes is stopped, too."""
    with Lab(clock="virtual") as lab:
        part = Closed()
        TimeToLive(part, 1.5).activate()
        assert lab.run().reason == "finished"
    assert part.state == "stopped"


def test_it_ends_with_its_component():
    """If the component ends earlier, nothing is waited for."""
    with Lab(clock="virtual") as lab:
        after = Collate()
        Pipeline(TimeToLive(DataSource("ab"), 100), after).activate()
        outcome = lab.run()
    assert (outcome.reason, outcome.seconds, after.collated) == ("finished", 0, ["a", "b"])


def test_messages_go_through():
    """The boxes of the component are its own, in both directions."""
    with Lab(clock="virtual") as lab:
        after = Collate()
        Pipeline(DataSource("ab"), TimeToLive(PassThrough(), 100), after).activate()
        lab.run()
    assert after.collated == ["a", "b"]


def test_two_do_not_share_boxes():
    """The boxes of one do not turn up in the next, nor in the class."""
    TimeToLive(PassThrough(), 1)
    closed = TimeToLive(Closed(), 1)
    assert (list(closed.inboxes), list(closed.outboxes)) == ([], ["_end"])


def test_it_wants_a_component():
    """A class in place of a component is refused where it is written."""
    with pytest.raises(BadComponent, match="brackets"):
        TimeToLive(PeriodicTick, 1)
