"""What was made and linked and never activated is named at the end of the run that misses it."""

from __future__ import annotations

import pytest

from kamlab import Component, Graphline, Pipeline, ThreadedComponent
from kamlab.parts import DataSource


class Sends(Component):
    def main(self):
        self.send(1)
        yield


class Receives(Component):
    async def main(self):
        await self.receive()


class Ends(Component):
    def main(self):
        yield


class Works(ThreadedComponent):
    def main(self):
        self.recv()


STUCK = "nothing can run, and nothing is left that could wake a component"
OVER = "every component has ended"

#: What is linked to what, which of the two is activated, and why the run ends.
FORGOTTEN = {
    "the source": (Sends, Receives, 1, STUCK),
    "the source of what ends": (Sends, Ends, 1, OVER),
    "the sink": (Sends, Receives, 0, OVER),
    "a chassis": (lambda: Pipeline(DataSource([1])), Receives, 1, STUCK),
    "the source of a thread": (Sends, Works, 1, STUCK),
    "a thread": (Sends, Works, 0, OVER),
}


@pytest.fixture
def lab(make_lab):
    """A current lab with a virtual clock."""
    return make_lab(clock="virtual")


@pytest.mark.parametrize("maker", [0, 1])
@pytest.mark.parametrize(("source", "sink", "activated", "why"), FORGOTTEN.values(), ids=FORGOTTEN)
def test_a_run_names_what_is_linked_and_was_never_activated(lab, source, sink, activated, why, maker):
    """The outcome says which component was forgotten and which one it is linked to, whichever made the link."""
    ends = source(), sink()
    ends[maker].link((ends[0], "outbox"), (ends[1], "inbox"))
    ends[activated].activate()
    forgotten = type(ends[1 - activated]).__name__
    said = str(lab.run())
    assert why in said
    assert f"{forgotten}_?, which is linked to {type(ends[activated]).__name__}_1, was never activated" in said
    assert lab.outcome.reason in ("stuck", "finished")


def test_every_drive_says_it(lab):
    """A step that finds nothing to run says it as well."""
    source, sink = Sends(), Receives()
    source.link((source, "outbox"), (sink, "inbox"))
    sink.activate()
    lab.run()
    assert "was never activated" in str(lab.step())
    assert "was never activated" in str(lab.step_message())


def test_several_are_counted(lab):
    """Three are named, and the others are counted."""
    sink = Receives().activate()
    sources = [Sends() for _ in range(5)]
    for source in sources:
        source.link((source, "outbox"), (sink, "inbox"))
    assert str(lab.run()).count("which is linked to") == 3
    assert str(lab.run()).endswith("; and 2 more")


def test_what_was_activated_is_not_named(lab):
    """The parts of a chassis, and components that are not linked, are not named."""
    Graphline(A=Sends(), B=Receives(), linkages={("A", "outbox"): ("B", "inbox")}).activate()
    Pipeline(Sends(), Receives()).activate()
    unlinked = Ends()
    assert "never" not in str(lab.step())
    assert "never" not in str(lab.run())
    assert unlinked.state == "new"


def test_what_is_activated_later_is_not_named(lab):
    """Once it is activated the run says nothing of it."""
    source, sink = Sends(), Receives()
    source.link((source, "outbox"), (sink, "inbox"))
    sink.activate()
    assert lab.run().forgotten
    source.activate()
    assert lab.run().forgotten == ()
