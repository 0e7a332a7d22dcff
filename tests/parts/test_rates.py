"""The rules of the parts that keep to a rate."""

from itertools import pairwise

import pytest

from kamlab import ProducerFinished, ShutdownMicroprocess
from kamlab.parts import ByteRate_RequestControl, MessageRateLimit, OnDemandLimit, VariableByteRate_RequestControl


def test_a_limit_passes_messages_at_its_rate(timed):
    """Once its buffer is full a MessageRateLimit passes messages on, one in each interval."""
    lab, catch = timed
    part = MessageRateLimit(4, buffer=3)
    log = catch(part)
    for number in range(3):
        part.deliver(number)
    lab.run(timeout=10)
    assert log == [(0.0, 0), (0.25, 1), (0.5, 2)]


def test_a_limit_waits_for_its_buffer(timed):
    """Nothing is passed on while fewer messages wait than the buffer holds."""
    lab, catch = timed
    part = MessageRateLimit(4, buffer=3)
    log = catch(part)
    part.deliver(0)
    part.deliver(1)
    lab.run(timeout=10)
    assert log == []


def test_a_limit_makes_up_for_nothing(timed):
    """After a time without messages the rate is kept as before, without a burst."""
    lab, catch = timed
    part = MessageRateLimit(1, buffer=1)
    log = catch(part)
    part.deliver("first")
    lab.run(timeout=10)
    lab.clock.time += 10
    for number in range(3):
        part.deliver(number)
    lab.run(timeout=20)
    times = [time for time, _ in log]
    assert len(times) == 4
    assert all(later - earlier >= 1 for earlier, later in pairwise(times))


def test_a_limit_does_not_lose_its_buffer(timed):
    """ProducerFinished before the buffer is full: what waits is passed on at the rate, then it ends."""
    lab, catch = timed
    part = MessageRateLimit(2, buffer=60)
    log = catch(part)
    part.deliver("a")
    part.deliver("b")
    part.deliver(ProducerFinished(), "control")
    lab.run(timeout=20)
    assert (log, part.state) == ([(0.0, "a"), (0.5, "b")], "finished")


def test_a_limit_ends_at_once_on_shutdown(timed):
    """ShutdownMicroprocess ends a MessageRateLimit whatever waits."""
    lab, catch = timed
    part = MessageRateLimit(1, buffer=0)
    log = catch(part)
    for number in range(5):
        part.deliver(number)
    lab.run(timeout=1.5)
    part.deliver(ShutdownMicroprocess(), "control")
    lab.run(timeout=20)
    assert (len(log), part.state) == (2, "finished")


def test_a_limit_can_bound_its_inbox(timed):
    """With hardlimit the inbox is limited once messages are passed on."""
    lab, catch = timed
    part = MessageRateLimit(1, buffer=0, hardlimit=2)
    catch(part)
    lab.run(timeout=1)
    assert part.inboxes["inbox"].size == 2


def test_waiting_costs_no_slices(timed):
    """Between two messages a part with a rate sleeps."""
    lab, catch = timed
    part = MessageRateLimit(0.001, buffer=0)
    log = catch(part)
    part.deliver(1)
    part.deliver(2)
    outcome = lab.run(timeout=5000)
    assert (log, outcome.steps < 20) == ([(0.0, 1), (1000.0, 2)], True)


def test_a_rate_above_nothing_is_needed():
    """A rate of 0 is refused."""
    with pytest.raises(ValueError, match="above 0"):
        MessageRateLimit(0)


def test_requests_come_at_the_rate(timed):
    """ByteRate_RequestControl asks for chunks so that they add up to the rate."""
    lab, catch = timed
    log = catch(ByteRate_RequestControl(rate=100, chunksize=25))
    lab.run(timeout=1.1)
    assert log == [(0.0, 25), (0.25, 25), (0.5, 25), (0.75, 25), (1.0, 25)]


def test_requests_come_as_often_as_told(timed):
    """With chunkrate there is one request in each interval, and fractions of the size add up."""
    lab, catch = timed
    log = catch(ByteRate_RequestControl(rate=25, chunkrate=10))
    lab.run(timeout=3.95)
    sizes = [size for _, size in log]
    assert (len(sizes), set(sizes), sum(sizes)) == (40, {2, 3}, 100)


def test_late_requests_are_made_up_for(timed):
    """After a delay requests catch up: one by one, or in one if aggregation is allowed."""
    lab, catch = timed
    one_by_one = catch(ByteRate_RequestControl(rate=10, chunksize=10))
    in_one = catch(ByteRate_RequestControl(rate=10, chunksize=10, allowchunkaggregation=True))
    lab.run(timeout=0.5)
    lab.clock.time += 3
    lab.run(timeout=0.1)
    assert ([size for _, size in one_by_one], [size for _, size in in_one]) == ([10] * 4, [10, 30])


@pytest.mark.parametrize("message", [ProducerFinished(), ShutdownMicroprocess()])
def test_requests_end_on_shutdown_messages(timed, message):
    """Either shutdown message ends a request control."""
    lab, catch = timed
    part = ByteRate_RequestControl()
    catch(part)
    part.deliver(message, "control")
    lab.run(timeout=1)
    assert part.state == "finished"


@pytest.mark.parametrize(
    ("how", "text"),
    [
        ({"chunksize": 1, "chunkrate": 1}, "not both"),
        ({"rate": 10, "chunkrate": 100}, "less than 1"),
        ({"rate": 0}, "above 0"),
    ],
)
def test_rates_that_cannot_be_are_refused(how, text):
    """Contradicting or impossible rates are refused with an error that says why."""
    with pytest.raises(ValueError, match=text):
        ByteRate_RequestControl(**how)


def test_a_variable_rate_can_be_changed(timed):
    """A number sent to the inbox of VariableByteRate_RequestControl is its new rate."""
    lab, catch = timed
    part = VariableByteRate_RequestControl(rate=10, chunksize=10)
    log = catch(part)
    lab.run(timeout=1.5)
    part.deliver(40)
    lab.run(timeout=0.7)
    times = [time for time, _ in log]
    assert times[:2] == [0.0, 1.0]
    assert [round(later - earlier, 6) for earlier, later in pairwise(times[2:])] == [0.25] * 2


def test_on_demand_passes_one_for_each_next(bench):
    """OnDemandLimit passes on one message for each NEXT, whichever comes first."""
    part = OnDemandLimit()
    catcher = bench.catch(part)
    bench.feed(part, 1, 2, 3)
    assert catcher.data == []
    part.deliver("NEXT", "slidecontrol")
    bench.settle()
    assert catcher.data == [1]
    for _ in range(3):
        part.deliver("NEXT", "slidecontrol")
    bench.settle()
    bench.feed(part, 4)
    assert catcher.data == [1, 2, 3, 4]
    bench.feed(part, control=ProducerFinished())
    assert part.state == "finished"
