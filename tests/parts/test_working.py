"""The rules that all small parts share."""

import pytest

from kamlab import ProducerFinished, ShutdownMicroprocess
from kamlab.parts import (
    ChunksToLines,
    Collate,
    DataSource,
    Fanout,
    Filter,
    LossyConnector,
    MessageRateLimit,
    NullSink,
    PassThrough,
    PureTransformer,
    TwoWaySplitter,
)

PASSING = {
    "PassThrough": PassThrough,
    "Filter": Filter,
    "PureTransformer": lambda: PureTransformer(lambda message: message),
    "TwoWaySplitter": TwoWaySplitter,
    "Fanout": lambda: Fanout(["copy"]),
    "LossyConnector": LossyConnector,
    "MessageRateLimit": lambda: MessageRateLimit(1e9, buffer=0),
}
#: LossyConnector drops what does not fit; that is its rule.
WAITING = sorted(set(PASSING) - {"LossyConnector"})
ENDING = {**PASSING, "Collate": Collate, "NullSink": NullSink, "ChunksToLines": ChunksToLines}


@pytest.mark.parametrize("name", sorted(PASSING))
def test_data_comes_before_producer_finished(bench, name):
    """Nothing is lost where ProducerFinished arrives in the same round as the last data."""
    assert bench.outputs(PASSING[name](), 1, 2, 3) == [1, 2, 3]


@pytest.mark.parametrize("name", WAITING)
def test_a_full_box_is_waited_for(bench, lab, name):
    """A part whose receiver has no room waits, loses nothing, and then ends as told."""
    part = PASSING[name]()
    assert bench.outputs(part, *range(10), limit=1) == list(range(10))
    assert (part.state, lab.failures) == ("finished", [])
    assert not part.woken_by_collection


@pytest.mark.parametrize("name", WAITING)
def test_shutdown_ends_the_wait_for_room(bench, name):
    """A part that waits for room ends when a ShutdownMicroprocess comes."""
    part = PASSING[name]()
    never = PassThrough()
    never.set_inbox_size("inbox", 1)
    part.link((part, "outbox"), (never, "inbox"))
    part.activate()
    bench.feed(part, 1, 2, 3)
    assert part.state == "blocked"
    bench.feed(part, control=ShutdownMicroprocess())
    assert part.state == "finished"


@pytest.mark.parametrize("name", sorted(ENDING))
@pytest.mark.parametrize("message", [ProducerFinished(), ShutdownMicroprocess()])
def test_shutdown_messages_end_a_part_and_go_on(bench, name, message):
    """Either shutdown message ends a part, and one of its kind comes out of signal."""
    part = ENDING[name]()
    catcher = bench.catch(part)
    bench.feed(part, control=message)
    assert (part.state, catcher.kinds) == ("finished", [type(message).__name__])


@pytest.mark.parametrize("name", sorted(ENDING))
def test_other_control_messages_go_on(bench, name):
    """A control message that is no shutdown message goes on to signal and ends nothing."""
    part = ENDING[name]()
    catcher = bench.catch(part)
    bench.feed(part, control="remark")
    assert (part.state, catcher.controls) == ("waiting", ["remark"])


def test_taken_messages_wake_no_part_that_does_not_wait(lab, bench):
    """A part is not woken for messages that are taken from it while it has nothing to wait for."""
    part = PassThrough()
    bench.catch(part)
    bench.feed(part, 1)
    before = sum(1 for event in lab.trace if event.kind == "resumed" and event.component is part)
    bench.feed(part, 2)
    after = sum(1 for event in lab.trace if event.kind == "resumed" and event.component is part)
    assert after - before == 1


def test_back_pressure_reaches_through_a_row_of_parts(bench, lab):
    """With small boxes all the way, a fast source is slowed down to the pace of the slowest."""
    source, middle = DataSource(range(20)), PassThrough()
    middle.set_inbox_size("inbox", 2)
    source.link((source, "outbox"), (middle, "inbox"))
    source.link((source, "signal"), (middle, "control"))
    catcher = bench.catch(middle, limit=1)
    source.activate()
    longest = 0

    def watch(_):
        nonlocal longest
        longest = max(longest, len(middle.inboxes["inbox"]))
        return False

    lab.run(until=watch, timeout=20)
    assert (catcher.data, catcher.kinds, longest) == (list(range(20)), ["ProducerFinished"], 2)
