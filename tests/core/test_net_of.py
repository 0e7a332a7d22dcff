"""Pauses that had no effect: the record keeps them, and what is shown of a finished round does not."""

from __future__ import annotations

import pytest

from kamlab import Component, Lab, Pipeline
from kamlab.core.events import net_of


class Sends(Component):
    """Sends a number, and pauses before the next in this round takes it: taking it wakes this one."""

    def main(self):
        for number in range(3):
            self.send(number)
            self.pause()
            yield


class Takes(Component):
    def main(self):
        while True:
            for _ in self.messages():
                pass
            yield


class Sleeps(Component):
    """Sleeps for five seconds."""

    async def main(self):
        await self.sleep(5)


@pytest.fixture
def stepped():
    """A lab in which Sends_2 has paused and was woken, in the second round."""
    lab = Lab(build=lambda: Pipeline(Sends(), Takes()).activate(), clock="virtual")
    return lab, lab.step(3)


def of_sends(events):
    """Return the kinds of the pauses and wake-ups of Sends_2."""
    return [event.kind for event in events if event.kind in ("paused", "woken") and "Sends" in str(event)]


def test_a_pause_and_a_wake_up_within_a_round_are_not_printed(stepped):
    """What step() prints has neither line; the events and the record have both."""
    lab, happened = stepped
    assert of_sends(happened.events) == ["paused", "woken"]
    assert of_sends(lab.trace.events()) == ["paused", "woken"]
    assert "Sends_2 paused" not in str(happened)
    assert "Sends_2 woken" not in str(happened)
    assert "Takes_3 takes 0" in str(happened)


def test_the_story_has_neither(stepped):
    """lab.story() leaves both out, also where their kinds are named, and as of an earlier step."""
    lab, _ = stepped
    assert "Sends_2" not in str(lab.story(kinds=["paused", "woken"]))
    assert "Sends_2 paused" in str(lab.story(kinds=["paused", "woken"], step=2))
    assert "Pipeline_1 paused" in str(lab.story(kinds=["paused", "woken"]))


def test_a_single_step_tells_what_it_did(lab):
    """As long as the round lasts the component is paused, and is shown so; the step that wakes it says that."""
    Pipeline(Sends(), Takes()).activate()
    lab.step(1)
    assert "Sends_2 paused" in str(lab.step())
    assert "Sends_2 woken by a message taken from Takes_3.inbox" in str(lab.step())


def test_a_pause_that_lasted_is_printed():
    """A component that slept has a line for its pause, and one for its wake-up."""
    happened = Lab(build=lambda: Sleeps().activate(), clock="virtual").step(2)
    assert [event.kind for event in net_of(happened.events)] == [event.kind for event in happened.events]
    assert "Sleeps_1 paused" in str(happened)
    assert "Sleeps_1 woken by its timer" in str(happened)


def test_a_round_later_is_another_round(lab):
    """A wake-up in the next round undoes nothing: the component has slept."""

    class Wakes(Component):
        def main(self):
            yield
            sleeper.wake()
            yield

    class Sleeper(Component):
        def main(self):
            self.pause()
            yield

    sleeper = Sleeper().activate()
    Wakes().activate()
    told = str(lab.step(4))
    assert "Sleeper_1 paused" in told
    assert "Sleeper_1 woken" in told


def test_a_replay_is_the_same(stepped):
    """Going back and forth tells the same events."""
    lab, happened = stepped
    told = lab.trace.text()
    lab.back(3)
    assert str(lab.step(3)) == str(happened)
    assert lab.trace.text() == told


def test_of_a_step_with_very_many_events_the_first_are_printed(lab):
    """A step that filled the record prints a bounded text; its events are all there."""

    class Floods(Component):
        def main(self):
            for number in range(5000):
                self.send(number)
            yield

    Floods().activate(lab)
    happened = lab.step()
    lines = str(happened).splitlines()
    assert len(lines) == 1001
    assert lines[-1] == "... and more; its events are in .events"
    assert len(happened) > 5000
