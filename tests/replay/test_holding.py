"""Held components: they have no slices, their mail waits, and all of it is part of the run."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

import pytest

from kamlab import Component, Lab, Pipeline, ThreadedComponent
from kamlab.analysis.snapshot import from_engine, from_record
from kamlab.core.choice import SeededRandom
from kamlab.core.errors import NotRunnable, UnknownComponent
from kamlab.parts import DataSource, NullSink, PassThrough
from kamlab.replay import NotHeld


class Counts(Component):
    """Runs in every round, and notes how often."""

    def main(self) -> Iterator[None]:
        self.number = 0
        while self.number < 40:
            self.number += 1
            self.send(self.number)
            yield


class Takes(Component):
    def main(self) -> Iterator[None]:
        self.taken: list[int] = []
        while len(self.taken) < 40:
            while self.data_ready():
                self.taken.append(self.recv())
            if len(self.taken) < 40:
                self.pause()
            yield


class Passes(Component):
    def main(self) -> Iterator[None]:
        passed = 0
        while passed < 40:
            while self.data_ready():
                self.send(self.recv())
                passed += 1
            if passed < 40:
                self.pause()
            yield


class Naps(Component):
    async def main(self) -> None:
        await self.sleep(2)
        self.send("awake")


class OwnThread(ThreadedComponent):
    def main(self) -> None:
        for _ in range(5):
            self.send(self.recv_later())

    def recv_later(self) -> object:
        while not self.data_ready():
            self.pause()
        return self.recv()


def system() -> None:
    Pipeline(Counts(), Passes(), Takes()).activate()


@pytest.fixture(params=["round robin", "random"])
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    """A lab that can go back, with a pipeline, under round robin and under a random schedule."""
    chooser = SeededRandom(3) if request.param == "random" else None
    lab = Lab(build=system, clock="virtual", chooser=chooser)
    lab.report = lambda text: None  # type: ignore[method-assign]
    yield lab
    lab.stop()


def who_ran(lab: Lab, since: int) -> list[str]:
    """Return the names of those that had a slice after a step."""
    return [
        event.component.short_name for event in lab.trace.events() if event.kind == "resumed" and event.step > since
    ]


def both_agree(lab: Lab) -> None:
    """Check that a snapshot from the engine and one from the record are equal."""
    assert from_engine(lab) == from_record(lab)


def test_a_held_component_has_no_slices_and_its_mail_waits(lab: Lab) -> None:
    """While a component is held the others run, its messages stay in its inbox, and it is called held."""
    lab.step(12)
    before = lab.step_number
    lab.hold("Passes")
    lab.step(25)
    assert "Passes_3" not in who_ran(lab, before)
    assert "Counts_2" in who_ran(lab, before)
    assert len(lab["Passes"].inboxes["inbox"].contents) > 3
    assert lab.snapshot().states["Passes_3"] == "held"
    assert lab["Passes"].state == "held"
    assert lab.snapshot().held == ("Passes_3",)
    both_agree(lab)


def test_a_released_component_goes_on(lab: Lab) -> None:
    """After its release it takes what has waited, in order, and nothing is lost."""
    lab.step(8)
    lab.hold("Passes")
    lab.step(20)
    lab.release("Passes")
    takes = lab["Takes"]
    assert lab.run().reason == "finished"
    assert takes.taken == list(range(1, 41))  # type: ignore[attr-defined]


def test_a_run_ends_when_only_held_ones_could_run(lab: Lab) -> None:
    """The outcome says that only held components could run, which, and how they are released."""
    lab.step(8)
    lab.hold("Passes")
    outcome = lab.run()
    assert (outcome.reason, outcome.held) == ("held", ("Passes_3",))
    assert "only components that are held could run; held: Passes_3; lab.release('Passes_3')" in str(outcome)
    assert lab.step().reason == "held"
    lab.release("Passes")
    assert lab.run().reason == "finished"


def test_a_sleeper_that_is_held_can_be_woken_and_runs_after_its_release(lab: Lab) -> None:
    """A held component that sleeps is stuck as others are; once woken it waits only for its release."""
    lab.step(12)
    takes = lab["Takes"]
    lab.hold("Counts")
    lab.run()
    assert takes.state == "waiting"
    lab.hold("Takes")
    lab.release("Counts")
    assert lab.snapshot().states["Takes_4"] == "held"
    both_agree(lab)
    lab.run()
    assert lab.outcome is not None
    assert lab.outcome.reason == "held"
    both_agree(lab)
    lab.release("Takes")
    assert lab.run().reason == "finished"
    assert takes.taken == list(range(1, 41))  # type: ignore[attr-defined]


def test_a_container_is_held_with_what_it_contains() -> None:
    """Nothing in a held container runs, also what it activates later; a part of it cannot be released alone."""
    with Lab(clock="virtual") as lab:
        Pipeline(Counts(), Passes(), Takes()).activate()
        other = Counts(name="other").activate()
        lab.hold("Pipeline_1")
        assert lab.run(max_steps=10).steps == 10
        assert set(who_ran(lab, 0)) == {"other"}
        lab.release("Pipeline_1")
        while len(lab.components) < 5:
            lab.step()
        lab.hold("Pipeline_1")
        before = lab.step_number
        assert lab.run().reason == "held"
        assert set(who_ran(lab, before)) == {"other"}
        assert lab.snapshot().held == ("Pipeline_1", "Counts_3", "Passes_4", "Takes_5")
        both_agree(lab)
        with pytest.raises(NotHeld, match="Counts_3 is held with Pipeline_1, which contains it"):
            lab.release("Counts_3")
        lab.release("Pipeline_1")
        assert lab.run().reason == "finished"
        assert other.number == 40


def test_holds_are_replayed_and_undone(lab: Lab) -> None:
    """Going back undoes a hold and going forward does it again; a recorded run has it; the steps are the same."""
    lab.step(12)
    lab.hold("Passes")
    lab.step(15)
    lab.release("Passes")
    lab.step(15)
    there = lab.step_number
    states = [lab.snapshot(step) for step in range(there + 1)]
    assert [snapshot.held for snapshot in states if snapshot.step in (11, 12, 26, 27, 40)] == [
        (),
        ("Passes_3",),
        ("Passes_3",),
        (),
        (),
    ]
    line = str(lab.recording)
    lab.goto(20)
    assert lab.snapshot() == states[20]
    assert lab["Passes"].state == "held"
    both_agree(lab)
    lab.goto(11)
    assert lab.snapshot().held == ()
    assert lab.scheduler.holding is None
    lab.goto(there)
    assert lab.snapshot() == states[there]
    chooser = SeededRandom(3) if lab.chooser is not None else None
    other = Lab.replayed(line, system, clock="virtual", chooser=chooser)
    assert other.snapshot() == states[there]
    other.stop()


def test_a_hold_after_going_back_begins_a_branch(lab: Lab) -> None:
    """A hold is a difference of the run: after it the lab is on a branch of its own."""
    lab.step(20)
    lab.back(10)
    lab.hold("Counts")
    lab.step(2)
    assert len(lab.branches) == 2


def test_random_holds_lose_nothing_and_can_be_repeated() -> None:
    """Whatever is held and released in between, every message arrives in order, and a replay does the same."""
    for seed in range(12):
        chance = random.Random(seed)
        lab = Lab(build=system, clock="virtual", chooser=SeededRandom(seed) if seed % 2 else None)
        for _ in range(40):
            lab.step(chance.randrange(6))
            names = [component.short_name for component in lab]
            if names:
                name = chance.choice(names)
                (lab.release if name in held_by_user(lab) else lab.hold)(name)
            both_agree(lab)
        step, now = lab.step_number, lab.snapshot()
        lab.goto(step // 2)
        lab.goto(step)
        assert lab.snapshot() == now
        for name in held_by_user(lab):
            lab.release(name)
        assert lab.run().reason == "finished"
        assert lab.histories()["Takes_4.inbox"] == tuple(map(str, range(1, 41)))
        lab.stop()


def held_by_user(lab: Lab) -> list[str]:
    """Return the names of what was held itself."""
    holding = lab.scheduler.holding
    return [component.short_name for component in holding.held.values()] if holding is not None else []


def test_a_chooser_does_not_see_held_ones() -> None:
    """The runnable components that a chooser is given are those that are not held."""
    seen: set[str] = set()

    class Looks:
        def choose(self, runnable: list[Component]) -> int:
            seen.update(component.short_name for component in runnable)
            return 0

    with Lab(clock="virtual", chooser=Looks()) as lab:  # type: ignore[arg-type]
        Counts(name="a").activate()
        Counts(name="b").activate()
        lab.step(2)
        seen.clear()
        lab.hold("b")
        lab.step(5)
        assert seen == {"a"}


def test_a_held_component_cannot_be_chosen(lab: Lab) -> None:
    """Choosing a held component says that it is held; it is not among those that can run."""
    lab.step(3)
    lab.hold("Counts")
    with pytest.raises(NotRunnable, match="Counts_2 cannot go next: it is held"):
        lab.choose("Counts")
    assert "Counts_2" not in [component.short_name for component in lab.runnable()]


def test_timers_of_held_components_fire() -> None:
    """A held component whose timer is due is woken, and runs once it is released; the clock has moved meanwhile."""
    with Lab(clock="virtual") as lab:
        Naps().activate()
        lab.step()
        lab.hold("Naps")
        assert lab.run().reason == "held"
        assert lab.scheduler.now == 2
        both_agree(lab)
        lab.release("Naps")
        assert lab.run().reason == "finished"


def test_a_component_with_a_thread_can_be_held() -> None:
    """A component with a thread of its own takes nothing while it is held, and all of it afterwards."""
    with Lab(clock="virtual") as lab:
        lab.report = lambda text: None  # type: ignore[method-assign]
        Pipeline(DataSource([1, 2, 3, 4, 5]), OwnThread(), NullSink()).activate()
        lab.step(4)
        lab.hold("OwnThread")
        lab.run(max_steps=200)
        assert lab.snapshot().held == ("OwnThread_3",)
        lab.release("OwnThread")
        lab.run(max_steps=2000)
        assert "OwnThread_3" not in lab.snapshot().alive


def test_a_held_component_that_is_stopped_holds_nothing(lab: Lab) -> None:
    """Stopping a held component ends it, and the lab holds nothing any more; its past is still told as held."""
    lab.step(8)
    lab.hold("Counts")
    lab.step(2)
    lab["Counts"].stop()
    assert lab.scheduler.holding is None
    assert lab.snapshot().states["Counts_2"] == "stopped"
    lab.step(1)
    assert lab.snapshot(9).states["Counts_2"] == "held"


def test_what_is_not_held_cannot_be_released(lab: Lab) -> None:
    """Releasing what is not held, and holding what is not there, says what there is; holding twice is holding."""
    lab.step(3)
    with pytest.raises(NotHeld, match="Counts_2 is not held; these are: none"):
        lab.release("Counts")
    with pytest.raises(UnknownComponent):
        lab.hold("Nobody")
    with pytest.raises(NotRunnable, match="is not active, so it cannot be held"):
        lab.hold(PassThrough())
    lab.hold("Counts")
    lab.hold("Counts")
    lab.release("Counts")
    assert lab.scheduler.holding is None


def test_why_names_what_is_held(lab: Lab) -> None:
    """why() of the lab and of the component says that it is held and how it is released; nobody else is to blame."""
    lab.step(8)
    lab.hold("Passes")
    assert "Passes_3 is held by you: lab.release('Passes_3') lets it go on." in str(lab.why())
    assert lab.why("Passes").headline == "held"
    lab.run()
    why = lab.why()
    assert (why.verdict, why.headline) == ("held", "only components that are held could run")
    assert "is held by you" in lab.why("Passes").sentences[0]
    assert lab.where("Passes").state == "held"
    assert "Nothing in this lab will wake it" not in str(lab.why("Takes"))
    assert lab.lost() is not None
    assert lab.leaks() is not None


def test_the_story_tells_of_it(lab: Lab) -> None:
    """Hold and release are events: of the story, with causes from outside, and breakpoints can stop at them."""
    lab.step(8)
    lab.hold("Passes")
    lab.step(1)
    lab.release("Passes")
    told = [str(event).strip() for event in lab.trace.events() if event.kind == "held"]
    assert told == ["8  Passes_3 is held by you", "9  Passes_3 is released by you"]
    assert "Passes_3 is held by you" in str(lab.story())
    assert "Passes_3 is held by you" in str(lab.story("Passes_3"))
    assert lab.timeline() is not None
    held = next(event for event in lab.trace.events() if event.kind == "held")
    assert lab.causes(held) == () or all(cause.number < held.number for cause in lab.causes(held))


def test_a_background_run_waits_for_a_release() -> None:
    """A lab that runs in the background goes on by itself once the only component is released."""
    with Lab() as lab:
        lab.report = lambda text: None  # type: ignore[method-assign]
        counts = Counts().activate()
        lab.hold(counts)
        lab.start()
        time.sleep(0.1)
        assert lab.step_number == 0
        lab.release(counts)
        until = time.monotonic() + 60
        while lab.running and time.monotonic() < until:
            time.sleep(0.02)
        assert counts.number == 40


def test_a_component_may_hold_another(lab: Lab) -> None:
    """A hold from within a slice is done again by that slice in a replay, and so is not recorded beside it."""

    class Holds(Component):
        def main(self) -> Iterator[None]:
            yield
            lab_of_test[0].hold("Counts_1")
            yield
            yield
            lab_of_test[0].release("Counts_1")

    lab_of_test: list[Lab] = []
    inner = Lab(clock="virtual")
    lab_of_test.append(inner)

    def build() -> None:
        Counts().activate()
        Holds().activate()
        PassThrough().activate()

    inner.build(build)
    inner.run()
    end, steps = inner.step_number, [inner.snapshot(step) for step in range(10)]
    inner.goto(5)
    assert inner.snapshot() == steps[5]
    assert any(snapshot.held for snapshot in steps)
    inner.goto(end)
    inner.stop()
