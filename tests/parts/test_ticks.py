"""The rules of PeriodicTick and SingleTick."""

import pytest

from kamlab import ProducerFinished, ShutdownMicroprocess
from kamlab.parts import PeriodicTick, SingleTick


def test_ticks_come_at_multiples_of_the_delay(timed):
    """A PeriodicTick sends its message after each delay, by the lab's clock."""
    lab, catch = timed
    log = catch(PeriodicTick(0.5, tick_message="tick"))
    lab.run(timeout=1.75)
    assert log == [(0.5, "tick"), (1.0, "tick"), (1.5, "tick")]


def test_late_ticks_are_made_up_for(timed):
    """Ticks that a lab was too late for are sent at once, so their number stays that of the time."""
    lab, catch = timed
    log = catch(PeriodicTick(1, tick_message="tick"))
    lab.run(timeout=0.5)
    lab.clock.time += 3
    lab.run(timeout=1)
    assert [time for time, _ in log] == [3.5, 3.5, 3.5, 4.0]


@pytest.mark.parametrize("message", [ProducerFinished(), ShutdownMicroprocess(), "anything"])
def test_any_control_message_ends_it(bench, message):
    """Whatever comes to control ends a PeriodicTick at once, and is passed on."""
    part = PeriodicTick(1)
    caught = bench.catch(part)
    part.deliver(message, "control")
    bench.settle()
    assert (part.state, caught.data, caught.controls) == ("finished", [], [message])


def test_a_single_tick_says_that_it_has_finished(timed):
    """A SingleTick sends one message, and ends."""
    lab, catch = timed
    part = SingleTick(0.25, tick_message="now")
    log = catch(part)
    lab.run(timeout=5)
    assert (log, part.state) == ([(0.25, "now")], "finished")


def test_a_single_tick_can_be_called_off(bench):
    """A message to control before its time means that a SingleTick does not tick."""
    part = SingleTick(5)
    caught = bench.catch(part)
    part.deliver(ShutdownMicroprocess(), "control")
    bench.settle()
    assert (caught.data, caught.kinds) == ([], ["ShutdownMicroprocess"])


def test_a_full_box_delays_ticks(bench):
    """If the next component has no room, a PeriodicTick waits, and loses none."""
    part = PeriodicTick(0.1, ticks=7)
    caught = bench.catch(part, limit=1)
    bench.settle()
    assert (len(caught.data), caught.kinds) == (7, ["ProducerFinished"])


@pytest.mark.parametrize("delay", [0, -1])
def test_a_delay_must_be_above_zero(delay):
    """A delay that would send ticks without end is refused."""
    with pytest.raises(ValueError, match="above 0"):
        PeriodicTick(delay)
