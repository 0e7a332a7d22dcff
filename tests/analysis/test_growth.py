"""Inboxes that grow are named, and bursts that are worked off are not."""

from __future__ import annotations

import re

import pytest

from kamlab import Component, Lab, Pipeline, ThreadedComponent


class Fast(Component):
    """Sends a message in each slice."""

    limit = 10**9

    def main(self):
        for number in range(self.limit):
            self.send(number)
            yield
        while True:
            yield


class Slow(Component):
    """Takes a message in every tenth slice."""

    def main(self):
        while True:
            if self.data_ready():
                self.recv()
            for _ in range(10):
                yield


class Never(Component):
    """Runs, and takes nothing."""

    def main(self):
        while True:
            yield


class Asleep(Component):
    """Waits for its control inbox only."""

    async def main(self):
        await self.receive("control")


class Even(Component):
    """Takes as much as comes."""

    def main(self):
        while True:
            for _ in self.messages():
                pass
            yield


class Burst(Component):
    """Sends a lot at once, and goes on without a word."""

    def main(self):
        for number in range(2000):
            self.send(number)
        while True:
            yield


class One(Component):
    """Takes one message in each slice."""

    def main(self):
        while True:
            if self.data_ready():
                self.recv()
            yield


def after(steps, *kinds, **doors):
    """Return what is said of growth after so many slices of a pipeline."""
    lab = Lab(build=lambda: Pipeline(*(kind() for kind in kinds)).activate(), clock="virtual", **doors)
    lab.run(max_steps=steps)
    return lab, lab.why().growing


@pytest.mark.parametrize("kind", [Slow, Never, Asleep])
@pytest.mark.parametrize("limit", [4096, 10**6])
def test_an_inbox_that_grows_is_named(kind, limit):
    """Slow, never or asleep: the inbox is named, with what waits and how much more that is than at an earlier step."""
    lab, said = after(11_000, Fast, kind, trace_limit=limit)
    waiting = len(lab[kind.__name__].inboxes["inbox"].items)
    found = re.fullmatch(
        rf"{kind.__name__}_3\.inbox grows: {waiting:,} messages wait, ([\d,]+) more than at step ([\d,]+)\.", said[0]
    )
    more, step = (int(each.replace(",", "")) for each in found.groups())
    assert said[0] in lab.why().sentences
    assert 0 <= step < lab.step_number
    assert 500 < more <= waiting
    if limit == 10**6:
        at = lab.trace.events()
        sent = [event for event in at if event.kind == "sent" and event.box.name == "inbox" and event.step > step]
        taken = [event for event in at if event.kind == "received" and event.step > step]
        assert more == len(sent) - len(taken)


def test_one_that_was_never_activated_grows_as_well():
    """Messages that pile up in a component that nothing activated are named."""

    def system():
        fast, idle = Fast(), Slow(name="idle")
        fast.link((fast, "outbox"), (idle, "inbox"))
        fast.activate()

    lab = Lab(build=system, clock="virtual")
    lab.run(max_steps=1000)
    assert lab.why().growing == ("idle.inbox grows: 1,000 messages wait, 980 more than at step 20.",)


@pytest.mark.parametrize("steps", [5, 60, 1000, 3000, 3900, 6000])
def test_a_burst_that_is_worked_off_does_not_grow(steps):
    """Just after a burst, half through it and when it is over: no alarm."""
    assert after(steps, Burst, One)[1] == ()


def test_what_has_grown_and_shrinks_does_not_grow():
    """Once the source is silent its receiver works off what is left: no alarm, although it grew for long before."""
    lab, said = after(2_000, lambda: Fast(limit=900), Slow)
    assert len(said) == 1
    lab.run(max_steps=4_000)
    assert lab.why().growing == ()


@pytest.mark.parametrize(("kinds", "steps"), [((Fast, Even), 5000), ((Fast, Slow), 150)])
def test_what_is_short_or_keeps_up_is_not_told_of(kinds, steps):
    """A receiver that keeps up, and one in whose inbox only a few messages wait, are no news."""
    assert after(steps, *kinds)[1] == ()


def test_a_limited_inbox_does_not_grow():
    """An inbox that is limited is full one day, and that is told elsewhere."""

    def system():
        fast, slow = Fast(limit=500), Never()
        fast.link((fast, "outbox"), (slow, "inbox"), pipewidth=2000)
        fast.activate()
        slow.activate()

    lab = Lab(build=system, clock="virtual")
    lab.run(max_steps=900)
    assert lab.why().growing == ()


def test_what_a_thread_holds_counts():
    """Messages that have left the inbox for a thread, and were not taken there, still wait."""

    class Talk(ThreadedComponent):
        queuelengths = 10**6

        def main(self):
            self.recv("control")

    lab, said = after(3_000, Fast, Talk)
    assert len(said) == 1
    assert said[0].startswith("Talk_3.inbox grows: ")
    lab.stop()


def test_asking_twice_gives_the_same():
    """Nothing is kept from one look to the next."""
    lab, said = after(5_000, Fast, Slow)
    assert lab.why().growing == said
