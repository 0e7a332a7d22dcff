"""Going back never shows another past unnoticed, whatever a component asks for that the lab does not know."""

from __future__ import annotations

import datetime
import itertools
import os
import random
import secrets
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from datetime import datetime as early_datetime
from pathlib import Path
from random import random as early_random
from typing import Any

import pytest

from kamlab import Component, Lab
from kamlab.core.lab_time import real_time as early_time
from kamlab.parts import NullSink
from kamlab.replay import RunDiffers
from sampling import sampled

numpy = pytest.importorskip("numpy")


@dataclass(frozen=True)
class Frozen:
    """A message that cannot change."""

    value: Any


_list: list[int] = []
_iterator: Iterator[int] = itertools.count()
_count = 0
_generator = (number for number in itertools.count())
_state: dict[str, int] = {"n": 0}


def _from_global_list() -> int:
    _list.append(1)
    return len(_list)


def _from_global_number() -> int:
    global _count
    _count += 1
    return _count


def _from_default(kept: list[int] = []) -> int:  # noqa: B006
    kept.append(1)
    return len(kept)


def _from_file(file: Path) -> int:
    text = file.read_text() if file.exists() else ""
    file.write_text(text + "x")
    return len(text)


def _from_global_dict() -> int:
    _state["n"] += 1
    return _state["n"]


#: What may answer otherwise when it is asked again.
SOURCES: dict[str, Callable[[Path], Any]] = {
    "random": lambda file: random.random(),
    "random, taken early": lambda file: early_random(),
    "a generator of its own": lambda file: random.Random().random(),
    "the system's generator": lambda file: random.SystemRandom().random(),
    "numpy": lambda file: float(numpy.random.rand()),
    "numpy, a generator": lambda file: float(numpy.random.default_rng().random()),
    "uuid": lambda file: str(uuid.uuid4()),
    "urandom": lambda file: os.urandom(8),
    "secrets": lambda file: secrets.token_hex(8),
    "datetime.now": lambda file: str(datetime.datetime.now()),
    "datetime, taken early": lambda file: str(early_datetime.now()),
    "utcnow": lambda file: early_datetime.utcnow().isoformat(),
    "today": lambda file: date.today().isoformat(),
    "time": lambda file: time.time(),
    "time, taken early": lambda file: early_time(),
    "id": lambda file: id(object()),
    "a global list": lambda file: _from_global_list(),
    "a global number": lambda file: _from_global_number(),
    "a global dictionary": lambda file: _from_global_dict(),
    "an iterator": lambda file: next(_iterator),
    "a generator function": lambda file: next(_generator),
    "a default argument": lambda file: _from_default(),
    "a file": _from_file,
    "a file's date": lambda file: (file.write_text("x"), file.stat().st_mtime_ns)[1],
}

#: What the lab itself makes the same again.
KNOWN = {
    *("random", "random, taken early", "numpy"),
    *("datetime.now", "datetime, taken early", "utcnow", "today", "time"),
}

FORMS: dict[str, Callable[[Any], Any]] = {
    "bare": lambda value: value,
    "list": lambda value: [value],
    "nested list": lambda value: [1, ["two", [value]]],
    "dict": lambda value: {"key": value},
    "set": lambda value: {value},
    "tuple": lambda value: (1, value),
    "frozen record": lambda value: Frozen(value),
}


class Asks(Component):
    """Sends what a source answers."""

    def __init__(self, source: Callable[[Path], Any], form: Callable[[Any], Any], file: Path) -> None:
        super().__init__()
        self.source, self.form, self.file = source, form, file

    def main(self) -> Any:
        for _ in range(4):
            self.send(self.form(self.source(self.file)))
            yield


def going(lab: Lab, way: str) -> None:
    """Go on for as long as there is something to do."""
    if way == "stepped":
        lab.step(12)
    else:
        lab.run()


def lines(lab: Lab, last: int) -> list[tuple[int, str]]:
    """Return what happened up to a step, as a user reads it."""
    return [(event.step, str(event)) for event in lab.trace if event.step <= last and event.kind != "clock"]


@pytest.mark.parametrize("way", ["stepped", "in one go"])
@pytest.mark.parametrize("form", sampled(["bare", "nested list"], list(FORMS)))
@pytest.mark.parametrize("source", SOURCES)
def test_the_past_is_the_same_or_the_first_difference_is_named(
    source: str, form: str, way: str, tmp_path: Path
) -> None:
    """After going back either every event reads as before, or RunDiffers names the first step and the component."""

    def build() -> None:
        asks, sink = Asks(SOURCES[source], FORMS[form], tmp_path / "file"), NullSink()
        asks.link((asks, "outbox"), (sink, "inbox"))
        asks.activate()
        sink.activate()

    with Lab(build=build, clock="virtual") as lab:
        going(lab, way)
        last = lab.step_number
        before = lines(lab, last - 1)
        try:
            lab.goto(last - 1)
        except RunDiffers as error:
            assert source not in KNOWN
            now = lines(lab, last - 1)
            first = next(step for (step, one), (_, two) in zip(before, now, strict=True) if one != two)
            assert error.step == first
            assert "Asks_1" in str(error)
        else:
            assert lines(lab, last - 1) == before


@pytest.mark.parametrize("source", sorted(KNOWN))
def test_what_the_lab_knows_is_the_same_again(source: str, tmp_path: Path) -> None:
    """Chance and date by the global generators and clocks are part of a run: two labs with one seed get the same."""
    seen = []
    for _ in range(2):
        random.seed()
        with Lab(clock="virtual") as lab:
            asks = Asks(SOURCES[source], FORMS["bare"], tmp_path / "file")
            asks.activate()
            lab.step(4)
            seen.append([event.message for event in lab.trace if event.kind == "discarded"])
    assert seen[0] == seen[1]
    assert len(seen[0]) == 4


def test_the_user_s_own_chance_is_left_alone() -> None:
    """What the notebook draws between two steps goes on as if there were no lab."""
    random.seed(5)
    numpy.random.seed(5)
    alone = [random.random() for _ in range(4)], numpy.random.rand(4).tolist()
    random.seed(5)
    numpy.random.seed(5)
    drawn: tuple[list[float], list[float]] = ([], [])
    with Lab(clock="virtual") as lab:
        Asks(lambda file: random.random() + numpy.random.rand(), FORMS["bare"], Path()).activate()
        for _ in range(4):
            lab.step()
            drawn[0].append(random.random())
            drawn[1].append(float(numpy.random.rand()))
    assert drawn == alone


#: A name that the guess must contain, for what differs.
GUESSES = {
    "a generator of its own": "random.Random",
    "the system's generator": "random.SystemRandom",
    "numpy, a generator": "default_rng",
    "uuid": "uuid.uuid4",
    "urandom": "os.urandom",
    "secrets": "secrets.token_hex",
    "a global list": "the global variable _list",
    "a global number": "the global variable _count",
    "a global dictionary": "the global variable _state",
    "an iterator": "the global variable _iterator",
    "a file": "file",
}


@pytest.mark.parametrize("source", GUESSES)
def test_the_guess_at_the_cause_is_right(source: str, tmp_path: Path) -> None:
    """Where the code of the component shows what it asks, RunDiffers names it."""
    ask = SOURCES[source]

    class Asking(Component):
        def main(self) -> Any:
            for _ in range(3):
                self.send(ask(tmp_path / "file"))
                yield

    with Lab(build=lambda: Asking().activate(), clock="virtual") as lab:
        lab.step(3)
        with pytest.raises(RunDiffers, match=GUESSES[source]):
            lab.back()


def test_a_class_defined_anew_is_named_before_anything_is_played() -> None:
    """After a class was redefined going back would play another system: it says so, and reset() builds that."""
    space: dict[str, Any] = {"__name__": "test_cells", "Component": Component}
    import sys
    import types

    module = types.ModuleType("test_cells")
    module.__dict__.update(space)
    sys.modules["test_cells"] = module
    try:
        text = """
class Say(Component):
    def main(self):
        for n in range(3):
            self.send({word!r})
            yield
"""
        exec(text.format(word="old") + "\ndef build():\n    Say().activate()\n", module.__dict__)
        with Lab(build=module.build, clock="virtual") as lab:
            lab.step(3)
            before = lab.trace.text()
            exec(text.format(word="new"), module.__dict__)
            with pytest.raises(RunDiffers, match=r"class Say was redefined .* lab\.reset\(\)"):
                lab.back()
            assert lab.trace.text() == before
            assert lab.step_number == 3
            lab.reset()
            lab.step(2)
            lab.back()
            assert "'new'" in lab.trace.text()
    finally:
        del sys.modules["test_cells"]


class Draws(Component):
    """Ends after a number of slices that the machine draws."""

    def main(self):
        """Count down."""
        for _ in range(int.from_bytes(os.urandom(1), "big") % 250 + 1):
            yield


class Interrupts(Component):
    """Raises what an interrupt raises, by itself."""

    def main(self):
        """Raise it in the second slice."""
        yield
        raise KeyboardInterrupt("by itself")


def test_a_replay_that_comes_to_an_early_end_names_a_cause() -> None:
    """Where a replay stops because nothing can run any more, the error names what the last component may have used."""
    for _ in range(20):
        with Lab(clock="virtual", build=lambda: Draws().activate()) as lab:
            steps = lab.run().steps
            try:
                lab.goto(steps - 1)
            except RunDiffers as error:
                if "nothing can run" in str(error):
                    assert "Draws_1 ran last before that. The reason may be that it uses os.urandom" in str(error)
                    return
    pytest.fail("twenty replays were all as long as the run")


def test_a_keyboard_interrupt_of_a_component_s_own_is_played_again() -> None:
    """A component that raises KeyboardInterrupt itself does so in each replay; only the user's one ends a record."""
    lab = Lab(clock="virtual", build=lambda: Interrupts().activate(), on_error="isolate")
    lab.step()
    with pytest.raises(KeyboardInterrupt, match="by itself"):
        lab.step()
    lab.back()
    assert lab.step_number == 1
    lab.goto(2)
    assert lab.failed_count == 1
    lab.stop()
