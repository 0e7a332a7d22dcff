"""How many messages were lost, against a count that the components keep themselves."""

from __future__ import annotations

import gc
import random
import weakref

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamlab import Component, Lab
from kamlab.core import ended_components as register
from kamlab.core.box import made_inboxes_of
from kamlab.core.errors import KamlabError
from kamlab.core.task import task_of
from sampling import sampled
from tests.analysis.past.random_systems import System


class QuietLab(Lab):
    """A lab whose components fail without a word on stderr."""

    def report(self, text: str) -> None:
        self.reported = text


class Mortal(Component):
    """Sends, takes, links, makes others, and ends soon: by itself, by an error, or by another one."""

    Inboxes = ["inbox", "control"]
    Outboxes = ["outbox", "signal"]

    def main(self):
        world = self.world
        while True:
            for _ in range(world.random.randrange(4)):
                world.act(self)
            if world.random.random() < 0.2:
                self.pause()
            if world.random.random() < 0.1:
                return
            yield


class Keeper(Component):
    """Makes new ones where all have ended."""

    async def main(self):
        for _ in range(40):
            self.world.make()
            await self.sleep(1)


class World:
    """Counts what its components send and take, and keeps none of them but those that it never activates."""

    def __init__(self, lab: Lab, seed: int) -> None:
        self.lab = lab
        self.random = random.Random(seed)
        self.sent = self.taken = 0
        self.idle = [Mortal(world=self, name=f"idle {number}") for number in range(2)]
        self.made: list[weakref.ref[Mortal]] = []
        Keeper(world=self).activate()

    def make(self) -> None:
        if len(self.lab.components) < 6:
            mortal = Mortal(world=self).activate()
            if self.random.random() < 0.3:
                mortal.set_inbox_size("inbox", 2)
            self.made.append(weakref.ref(mortal))

    def others(self) -> list[Mortal]:
        there = [mortal for each in self.made[-12:] if (mortal := each()) is not None]
        return [*there, *self.idle]

    def act(self, actor: Mortal) -> None:
        pick = self.random.random()
        other = self.random.choice(self.others())
        box = self.random.choice(["inbox", "control"])
        try:
            if pick < 0.5:
                actor.send(self.sent, self.random.choice(["outbox", "signal"]))
                self.sent += 1
            elif pick < 0.65:
                if actor.data_ready(box):
                    actor.recv(box)
                    self.taken += 1
            elif pick < 0.8:
                actor.link((actor, self.random.choice(["outbox", "signal"])), (other, box))
            elif pick < 0.85:
                actor.unlink(other)
            elif pick < 0.9:
                self.make()
            elif pick < 0.93:
                other.deliver(self.sent, box)
                self.sent += 1
            elif pick < 0.95 and other not in self.idle:
                other.stop()
            elif pick < 0.97:
                actor.add_children(other)
            elif pick < 0.98:
                raise ValueError("mortal")
        except KamlabError:
            pass

    def lost(self) -> int:
        """Return what was sent, without what was taken, and without what waits for a component that may still run."""
        waiting = [*self.lab.components, *self.idle]
        return (
            self.sent - self.taken - sum(len(box.items) for each in waiting for box in made_inboxes_of(each).values())
        )


@settings(max_examples=sampled(15, 60), deadline=None)
@given(seed=st.integers(0, 10**6), kept=st.sampled_from([0, 3, 400]), doors=st.sampled_from(["all", "ring", "nothing"]))
def test_lost_is_what_was_sent_and_neither_taken_nor_waits(seed, kept, doors):
    """At any time, with any trace, few records or many, and after Python has freed what it can: the counts agree."""
    limits = {"all": {"trace_limit": 10**6}, "ring": {"trace_limit": 16}, "nothing": {"record": False}}
    with pytest.MonkeyPatch.context() as patch, QuietLab(clock="virtual", **limits[doors]) as lab:
        patch.setattr(register, "OTHERS_KEPT", kept)
        patch.setattr(register, "FAILED_KEPT", kept)
        world = World(lab, seed)
        for _ in range(6):
            lab.run(max_steps=60)
            assert lab.lost().count == world.lost()
        lab.failures.clear()
        lab.run(max_steps=2_000)
        gc.collect()
        assert lab.lost().count == world.lost()
        unclaimed = sum(each.count for each in lab.lost() if each.kind == "unclaimed")
        assert unclaimed <= sum(len(box.items) for each in world.idle for box in made_inboxes_of(each).values())


@settings(max_examples=sampled(10, 40), deadline=None)
@given(seed=st.integers(0, 10**6), limit=st.sampled_from([16, 4096]))
def test_lost_agrees_with_the_counters_of_restless_components(seed, limit):
    """In systems that link anything to anything, what is lost is what their own boxes say, however short the trace."""
    with QuietLab(clock="virtual", trace_limit=limit) as lab:
        system = System(lab, seed)
        for _ in range(8):
            lab.run(max_steps=25)
            system.touch()
        boxes = [box for each in system.components for box in each.outboxes.values()]
        left = [
            box
            for each in system.components
            if task_of(each).life in ("finished", "stopped", "failed")
            for box in each.inboxes.values()
        ]
        assert lab.lost().count == sum(box.discarded for box in boxes) + sum(len(box.items) for box in left)
