"""The whole way of a message: back to where it was first sent, and forward to where it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kamlab import Component, Lab, Pipeline
from kamlab.analysis.following import Way, way_of
from kamlab.analysis.history import history_of
from kamlab.parts import DataSource, NullSink, PassThrough, TwoWaySplitter


class Waits(Component):
    def main(self) -> Iterator[None]:
        while True:
            self.pause()
            yield


def events(lab: Lab, message: Any, *kinds: str) -> list[Any]:
    """Return the events in which a message moves."""
    return [event for event in lab.trace.events() if event.message is message and event.kind in kinds]


def way(lab: Lab, number: int) -> Way:
    """Return the way of the message of an event."""
    return way_of(history_of(lab), number)


def hops(found: Way) -> list[str]:
    """Return the links of a way in words."""
    return [f"{source.owner.short_name}>{sink.owner.short_name}" for source, sink in found.hops]


def test_every_event_of_a_message_leads_to_the_same_way() -> None:
    """Whichever event of its way is asked about, the way has all of them, from the first sending to the last taking."""
    message = "a message"
    with Lab(clock="virtual") as lab:
        Pipeline(DataSource([message, "other"]), PassThrough(), PassThrough(), NullSink()).activate()
        lab.run()
        all_of_it = tuple(event.number for event in events(lab, message, "sent", "received"))
        assert len(all_of_it) == 6
        for number in all_of_it:
            found = way(lab, number)
            assert found.events == all_of_it
            assert hops(found) == [
                "DataSource_2>PassThrough_3",
                "PassThrough_3>PassThrough_4",
                "PassThrough_4>NullSink_5",
            ]


def test_a_way_goes_through_the_boxes_of_containers() -> None:
    """Links through the boxes of containers are part of the way."""
    message = "a message"
    with Lab(clock="virtual") as lab:
        Pipeline(DataSource([message]), Pipeline(PassThrough(), PassThrough()), Waits()).activate()
        lab.run()
        first = events(lab, message, "sent")[0]
        assert len(hops(way(lab, first.number))) == 5


def test_a_message_that_is_copied_goes_both_ways() -> None:
    """Where a component sends the same object on twice, the way divides."""
    message = "a message"
    with Lab(clock="virtual") as lab:
        source, splitter = DataSource([message]).activate(), TwoWaySplitter().activate()
        first, second = Waits().activate(), Waits().activate()
        splitter.link((source, "outbox"), (splitter, "inbox"))
        splitter.link((splitter, "outbox"), (first, "inbox"))
        splitter.link((splitter, "outbox2"), (second, "inbox"))
        lab.run()
        assert len(set(hops(way(lab, events(lab, message, "sent")[0].number)))) == 3


def test_a_lost_message_has_a_way_until_then() -> None:
    """A message that led nowhere in the end has its way up to there."""
    message = "a message"
    with Lab(clock="virtual") as lab:
        Pipeline(DataSource([message]), PassThrough()).activate()
        lab.run()
        lost = events(lab, message, "discarded")[0]
        assert way(lab, lost.number).events == way(lab, events(lab, message, "sent")[0].number).events
        assert way(lab, lost.number).events[-1] == lost.number


def test_a_moved_message_is_followed_through_the_move() -> None:
    """A message that was put to another place by hand is still the same."""
    with Lab(clock="virtual") as lab:
        waits = Waits().activate()
        for message in ("one", "two"):
            lab.inject(waits, message)
        lab.move(waits, 1)
        inserted = [event.number for event in lab.trace.events() if event.kind == "inserted"]
        assert way(lab, inserted[0]).events[-1] == inserted[-1]


def test_what_is_no_move_has_no_way() -> None:
    """An event in which no message moves, and one that is not there, have an empty way."""
    with Lab(clock="virtual") as lab:
        Waits().activate()
        lab.step()
        assert way(lab, 0) == Way()
        assert way(lab, 1000) == way(lab, -1) == Way()
