"""What stays known of components that have ended, when they are gone."""

from __future__ import annotations

import gc

import pytest

from kamlab import Component, Lab, ThreadedComponent
from kamlab.core import ended_components as module


class Talker(Component):
    """Sends so many messages nowhere, and ends."""

    number = 1

    def main(self):
        for number in range(self.number):
            self.send(number)
        yield


class Maker(Component):
    """Makes talkers, one after the other, and keeps none."""

    number = 10

    def main(self):
        for _ in range(self.number):
            Talker().activate()
            yield
            yield


def made(number: int, **doors: object) -> Lab:
    """Return a lab in which so many talkers have ended, and of which Python has freed those that it could."""
    lab = Lab(clock="virtual", record=False, **doors)
    with lab:
        Maker(number=number).activate()
        lab.run()
    gc.collect()
    return lab


def test_a_record_outlives_its_component():
    """Name, class, end and counts of a component are known when Python has freed it."""
    lab = made(1)
    (ended,) = [record for record in lab.register.ended if record.kind == "Talker"]
    assert ended._component() is None
    assert (ended.name, ended.state, ended.step, ended.lost) == ("Talker_2", "finished", 5, 1)
    assert ended.tally == [module.Tally("discarded", "outbox", 1)]


def test_the_records_are_bounded_and_the_sum_goes_on(monkeypatch):
    """However many end, only so many have a record; the messages lost by the others are in the total."""
    monkeypatch.setattr(module, "OTHERS_KEPT", 5)
    register = made(50).register
    assert len(register.ended) == 5
    kept = sum(record.lost for record in register.ended)
    assert (register.total.messages + kept, register.total.components + kept) == (50, 50)
    assert register.total.step < min(record.step for record in register.ended)


def test_a_component_that_is_kept_elsewhere_is_counted_as_it_is_now(monkeypatch):
    """A component without a record of its own still counts in the total, with what it loses after that; once."""
    monkeypatch.setattr(module, "OTHERS_KEPT", 0)
    with Lab(clock="virtual") as lab:
        talker = Talker().activate()
        lab.run()
        assert lab.register.total.messages == 1
        talker.deliver("late")
        assert lab.register.total.messages == 2
        register = lab.register
    del lab, talker
    gc.collect()
    assert (register.total.messages, register.total.components) == (2, 1)


def test_failures_are_kept_longer_than_other_ends(monkeypatch):
    """A failure is not pushed out by components that end in order."""
    monkeypatch.setattr(module, "OTHERS_KEPT", 2)

    class Bad(Component):
        def main(self):
            yield
            raise ValueError("x" * 1000)

    with Lab(clock="virtual") as lab:
        lab.report = str  # type: ignore[method-assign]
        Bad().activate()
        Maker().activate()
        lab.run()
        (failed,) = [record for record in lab.register.ended if record.state == "failed"]
        assert failed.error == f"ValueError: {'x' * 105}..."


def test_what_waits_in_an_inbox_is_counted_when_it_arrives_after_the_end():
    """What is delivered to a component that has ended is lost as well, and is known when it is gone."""
    with Lab(clock="virtual") as lab:
        talker = Talker().activate()
        lab.run()
        for message in ("a", "b" * 100):
            talker.deliver(message)
        register = lab.register
    lab.trace.clear()
    del lab, talker
    gc.collect()
    (ended,) = register.ended
    assert [(count.kind, count.box, count.number) for count in ended.tally] == [
        ("discarded", "outbox", 1),
        ("left", "inbox", 2),
    ]
    assert ended.tally[1].last == f"'{'b' * 56}..."


@pytest.mark.parametrize("message", [object(), 10**1000, ["a"]])
def test_no_code_of_a_message_runs_to_say_what_it_was(message):
    """Of a message that Python does not write down by itself, and soon, only the class is kept."""
    with Lab(clock="virtual") as lab:
        talker = Talker().activate()
        lab.run()
        talker.deliver(message)
        assert lab.register.ended[0].tally[1].last == f"<{type(message).__name__}>"


def test_what_a_thread_could_not_send_is_lost():
    """Messages of a thread that had not reached its outbox when its component was stopped are counted."""

    class Talking(ThreadedComponent):
        def main(self):
            for number in range(4):
                self.send(number)
            self.recv("control")

    with Lab(clock="virtual") as lab:
        talking, sink = Talking().activate(), Component(name="sink")
        talking.link((talking, "outbox"), (sink, "inbox"), pipewidth=1)
        lab.run(timeout=5)
        talking.stop()
        assert [(count.kind, count.number, count.last) for count in lab.register.ended[0].tally] == [("unsent", 3, "3")]


def test_one_that_fails_on_its_way_out_has_failed():
    """An error that a component raises while it is closed is in its record."""

    class Stubborn(Component):
        def main(self):
            try:
                while True:
                    self.pause()
                    yield
            finally:
                raise ValueError("not yet")

    with Lab(clock="virtual") as lab:
        lab.report = str  # type: ignore[method-assign]
        stubborn = Stubborn().activate()
        lab.run()
        stubborn.stop()
        (ended,) = lab.register.ended
        assert (ended.state, ended.error) == ("failed", "ValueError: not yet")


def test_a_reset_lab_has_an_empty_register():
    """The register is that of one run."""
    with Lab(clock="virtual") as lab:
        Talker().activate()
        lab.run()
        assert lab.register.ended
        lab.reset()
        assert lab.register.ended == []
