"""The rules of DataSink."""

from kamlab import ProducerFinished, ShutdownMicroprocess
from kamlab.parts import DataSink


def test_it_keeps_and_passes_on(bench):
    """Messages are appended to the list, and sent on."""
    kept = []
    part = DataSink(kept)
    caught = bench.catch(part)
    for number in range(3):
        part.deliver(number)
    bench.settle()
    assert (kept, caught.data) == ([0, 1, 2], [0, 1, 2])


def test_it_need_not_pass_on(bench):
    """Without pass_through nothing is sent."""
    kept = []
    part = DataSink(kept, pass_through=False)
    caught = bench.catch(part)
    part.deliver("a")
    bench.settle()
    assert (kept, caught.data) == (["a"], [])


def test_its_limit_ends_it(bench):
    """After limit messages it sends ProducerFinished and takes no more."""
    kept = []
    part = DataSink(kept, limit=2)
    caught = bench.catch(part)
    for number in range(5):
        part.deliver(number)
    bench.settle()
    assert (kept, caught.kinds, part.data_ready()) == ([0, 1], ["ProducerFinished"], 3)


def test_the_last_data_counts(bench):
    """Data that comes together with ProducerFinished is kept."""
    kept = []
    part = DataSink(kept)
    part.deliver("last")
    part.deliver(ProducerFinished(), "control")
    bench.catch(part)
    bench.settle()
    assert (kept, part.state) == (["last"], "finished")


def test_shutdown_drops_what_waits(bench):
    """ShutdownMicroprocess ends it without the messages that wait."""
    kept = []
    part = DataSink(kept)
    part.deliver("late")
    part.deliver(ShutdownMicroprocess(), "control")
    bench.catch(part)
    bench.settle()
    assert (kept, part.data_ready()) == ([], 1)
