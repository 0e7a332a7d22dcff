"""Faults that were found by reading, one test for each kind."""

from __future__ import annotations

import functools
import os
import random
import sys
import threading
import types
from collections import namedtuple
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from kamlab import Component, Graphline, Lab, Pipeline, WaitComplete
from kamlab.core.chance import Chance, uses_chance
from kamlab.core.errors import StepOutOfRange, UnknownComponent
from kamlab.core.message_text import is_frozen
from kamlab.parts import DataSource, NullSink, PureTransformer, SimpleFileWriter
from kamlab.replay import RunDiffers

Link = namedtuple("Link", "value rest")


class QuietLab(Lab):
    """A lab whose components fail without a word."""

    def report(self, text: str) -> None:
        self.reported = text


# -- files -------------------------------------------------------------------------------------------


def test_a_second_writer_does_not_take_the_place_of_the_first(tmp_path: Path) -> None:
    """Two writers of one name in one run: each begins where its own file ends."""
    kept, other = tmp_path / "kept", tmp_path / "other"
    kept.write_text("keep me\n")
    with Lab(clock="virtual") as lab:
        for file, mode in ((other, "wb"), (kept, "ab")):
            writer = SimpleFileWriter(file, mode)
            writer.name = "w"
            Pipeline(DataSource(["y"]), writer).activate()
            lab.run()
    assert kept.read_text() == "keep me\ny\n"


def test_a_file_that_was_refused_is_refused_again(tmp_path: Path) -> None:
    """A writer that could not open its file fails at the same step when the run is played again, and writes nothing."""
    file = tmp_path / "file"
    file.write_text("theirs")
    with QuietLab(
        build=lambda: Pipeline(DataSource(["mine"]), SimpleFileWriter(file, "xb")).activate(), clock="virtual"
    ) as lab:
        lab.run()
        assert len(lab.failures) == 1
        lab.goto(2)
        lab.run()
        assert len(lab.failures) == 1
    assert file.read_text() == "theirs"


def test_a_device_is_written_on(tmp_path: Path) -> None:
    """Going back and on with a writer to a device does not fail: what went into it is gone."""
    with QuietLab(
        build=lambda: Pipeline(DataSource(["a", "b", "c"]), SimpleFileWriter("/dev/null")).activate(), clock="virtual"
    ) as lab:
        lab.step(8)
        lab.goto(4)
        lab.run()
        assert lab.failures == []


# -- values ------------------------------------------------------------------------------------------


def test_deep_and_wide_values_are_asked_within_bounds() -> None:
    """Whether a value can change is told in bounded time, however deep it is and however often it holds itself."""
    deep: Any = None
    for number in range(5000):
        deep = Link(number, deep)
    wide: Any = 1
    for _ in range(60):
        wide = Link(wide, wide)
    assert not is_frozen(deep)
    assert not is_frozen(wide)
    assert is_frozen(Link(1, Link(2, None)))

    class Holds(Component):
        def main(self) -> Any:
            one, two = deep, wide
            while one and two:
                yield

    with QuietLab(clock="virtual") as lab:
        Holds().activate()
        lab.step(3)
        assert lab.failures == []


def test_no_repr_of_the_user_s_is_called_by_a_look_at_the_past() -> None:
    """A frozen record that writes itself is told by its class, and not asked later."""
    asked = []

    @dataclass(frozen=True)
    class Own:
        value: int

        def __repr__(self) -> str:
            asked.append(self.value)
            return "own"

    class Holds(Component):
        def main(self) -> Any:
            own = Own(1)
            while own:
                yield

    with Lab(clock="virtual") as lab:
        Holds().activate()
        lab.step(3)
        asked.clear()
        assert "own = <Own>" in str(lab.where("Holds", step=1))
        assert asked == []


def test_attributes_that_take_the_place_of_others_are_told() -> None:
    """A note has the attributes of its own moment, also where one went and another came."""

    class Swaps(Component):
        def main(self) -> Any:
            self.first = 1
            yield
            del self.first
            self.second = 2
            yield

    with Lab(clock="virtual") as lab:
        Swaps().activate()
        lab.step(2)
        assert [dict(lab.where("Swaps", step).attributes) for step in (1, 2)] == [{"first": "1"}, {"second": "2"}]


# -- names -------------------------------------------------------------------------------------------


def test_a_given_name_that_is_the_own_name() -> None:
    """A component that is called the same by itself and by its Graphline is found, and an empty box is empty."""
    with Lab(clock="virtual") as lab:
        sink = NullSink()
        sink.name = "echo"
        Graphline(echo=sink, s=DataSource([1]), linkages={("s", "outbox"): ("echo", "inbox")}).activate()
        lab.step(3)
        assert lab.snapshot(1).contents("echo.inbox") == ()
        with pytest.raises(UnknownComponent):
            lab.inboxes()[""]


# -- chance ------------------------------------------------------------------------------------------


class Thrower:
    """A class of the user's with dice in it."""

    def throw(self) -> float:
        return random.random()


THROWS: dict[str, Any] = {
    "a method of random": lambda: random.choice,
    "a partial of it": lambda: functools.partial(random.randint, 1),
    "a function of the user's": lambda: lambda value: random.random(),
    "a method of a class of the user's": lambda: lambda value: Thrower().throw(),
}


@pytest.mark.parametrize("named", [False, True])
@pytest.mark.parametrize("throw", THROWS)
def test_dice_are_found_wherever_they_are(throw: str, named: bool) -> None:
    """What a component may throw is found in its attributes, whether or not somebody has asked for its name before."""
    transformer = PureTransformer(THROWS[throw]())
    assert not named or transformer.short_name
    assert uses_chance(transformer)


def test_dice_of_a_module_of_the_user_s(monkeypatch: pytest.MonkeyPatch) -> None:
    """A function that is called through a module of the user's is followed."""
    module = types.ModuleType("test_dice_module")
    exec("import random\ndef roll():\n    return random.random()\n", module.__dict__)
    monkeypatch.setitem(sys.modules, "test_dice_module", module)
    space = {"test_dice_module": module, "__name__": "test_user"}
    exec("def use(value):\n    return test_dice_module.roll()\n", space)
    assert uses_chance(PureTransformer(space["use"]))


def test_two_threads_do_not_mix_their_dice() -> None:
    """Whoever comes second on another thread leaves the generator alone, and the user's state comes back."""
    random.seed(3)
    before = random.getstate()
    one, two = Chance(1), Chance(2)
    one.enter(always=True)
    other = threading.Thread(target=lambda: two.enter(always=True))
    other.start()
    other.join()
    one.leave()
    two.leave()
    assert random.getstate() == before


# -- going back ---------------------------------------------------------------------------------------


def test_what_is_done_in_wait_complete_is_compared() -> None:
    """A generator that a component waits for is part of what it does."""

    class Waits(Component):
        def inner(self) -> Any:
            self.send(os.urandom(4))
            yield

        def main(self) -> Any:
            yield WaitComplete(self.inner())
            yield

    with Lab(build=lambda: Waits().activate(), clock="virtual") as lab:
        lab.run()
        with pytest.raises(RunDiffers, match="outbox -> nowhere"):
            lab.back()


def test_replays_that_differ_do_not_pile_up() -> None:
    """However often one goes back in a system that never does the same, there are two branches at most."""

    class Asks(Component):
        def main(self) -> Any:
            while True:
                self.send(os.urandom(4))
                yield

    with Lab(build=lambda: Asks().activate(), clock="virtual") as lab:
        lab.step(20)
        for _ in range(5):
            with pytest.raises(RunDiffers):
                lab.back()
        assert len(lab.branches) <= 2


@pytest.mark.parametrize("how", [{}, {"record": False}])
def test_times_that_are_not_known_are_refused(how: dict[str, Any]) -> None:
    """goto(time=) goes nowhere where it is not known which step that is."""

    class Naps(Component):
        async def main(self) -> None:
            for _ in range(5):
                await self.sleep(1)

    with Lab(build=lambda: Naps().activate(), clock="virtual") as lab:
        lab.run()
        line = str(lab.recording)
    with Lab(build=lambda: Naps().activate(), clock="virtual", **how) as lab:
        lab.replay(line, to=2)
        with pytest.raises(StepOutOfRange, match="times are known"):
            lab.goto(time=4)


def test_any_object_may_build() -> None:
    """A builder that is an object with attributes of all names is a builder."""
    with Lab(build=Mock(side_effect=lambda: DataSource([1, 2]).activate()), clock="virtual") as lab:
        lab.step(3)
        lab.back()
        assert lab.step_number == 2


def test_an_endless_until_is_no_limit() -> None:
    """run(until=inf) runs to the end."""
    with Lab(clock="virtual") as lab:
        DataSource([1]).activate()
        assert lab.run(until=float("inf")).reason == "finished"
