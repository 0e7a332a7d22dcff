"""How much a component takes while it does nothing."""

from __future__ import annotations

import gc
import sys
import tracemalloc

import pytest

from kamlab import Component

COUNT = 1000
#: From CPython 3.12 on an empty deque and a generator take more; the deque stays with an inbox that was used.
USED = 2048 if sys.version_info < (3, 12) else 2560


class Idle(Component):
    def main(self):
        while True:
            self.pause()
            yield


class Looking(Idle):
    """Looks into its inbox before it sleeps, and so has boxes."""

    def main(self):
        while True:
            list(self.messages())
            self.pause()
            yield


@pytest.mark.parametrize("kind", [Idle, Looking])
def test_an_idle_component_takes_less_than_two_kilobytes(make_lab, kind):
    """A component that sleeps, even one that has looked into its inbox, takes less than 2 kB, generator included."""
    lab = make_lab(record=False)
    gc.collect()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        components = [kind().activate() for _ in range(COUNT)]
        lab.run()
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert all(component.asleep for component in components)
    assert (after - before) / COUNT < (2048 if kind is Idle else USED)


def test_a_component_that_has_ended_leaves_nothing_behind(make_lab):
    """Thousands of components that come and go take no more memory than the first thousand."""
    lab = make_lab(record=False, trace_limit=10)

    class Short(Component):
        def main(self):
            self.pause(0)
            yield

    def generation():
        for _ in range(COUNT):
            Short().activate()
        lab.run()
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        first, *_, last = [generation() for _ in range(4)]
    finally:
        tracemalloc.stop()
    assert last - first < 50 * 1024
    assert lab.scheduler.members == {}
