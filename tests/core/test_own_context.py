"""ContextVars are per component."""

from __future__ import annotations

import contextvars
import decimal
from collections.abc import Callable
from typing import Any

import pytest

from kamlab import Component, Lab, WaitComplete

MINE: contextvars.ContextVar[Any] = contextvars.ContextVar("mine", default="default")


class Counts(Component):
    """Sets the variable in each slice, and keeps what it finds in the next."""

    def main(self):
        self.found = []
        for number in range(3):
            MINE.set((self, number))
            yield
            self.found.append(MINE.get())

    def is_right(self):
        return self.found == [(self, number) for number in range(3)]


class Looks(Component):
    """Keeps what it finds."""

    def main(self):
        self.found = []
        for _ in range(3):
            self.found.append(MINE.get())
            yield


DRIVES: dict[str, Callable[[Lab], Any]] = {
    "steps": lambda lab: [lab.step() for _ in range(30)],
    "one step": lambda lab: lab.step(30),
    "run": lambda lab: lab.run(),
}


@pytest.mark.parametrize("how", ["steps", "one step", "run"])
def test_what_a_component_sets_no_other_sees(how, lab):
    """Each component keeps its own value from slice to slice; others, and the driver, do not see it."""
    one, two, looks = Counts().activate(lab), Counts().activate(lab), Looks().activate(lab)
    DRIVES[how](lab)
    assert one.is_right()
    assert two.is_right()
    assert looks.found == ["default"] * 3
    assert MINE.get() == "default"


def test_a_component_sees_what_its_driver_has_set(lab):
    """The values are those of the code that drives now; what the component set itself stays."""
    looks, counts = Looks().activate(lab), Counts().activate(lab)
    for value in ("first", "second", "third"):
        contextvars.copy_context().run(lambda value=value: (MINE.set(value), lab.step_round()))
    lab.run()
    assert looks.found == ["first", "second", "third"]
    assert counts.is_right()


def test_a_generator_that_is_waited_for_has_the_context_of_its_component(lab):
    """What the generator sets, the component sees after it, and the other way round."""
    found = []

    class Waits(Component):
        def main(self):
            MINE.set("before")
            yield WaitComplete(self.inner())
            found.append(MINE.get())

        def inner(self):
            found.append(MINE.get())
            MINE.set("inner")
            yield

    Waits().activate(lab)
    for _ in range(9):
        lab.step()
    assert found == ["before", "inner"]


def test_a_context_manager_that_is_open_at_a_yield_concerns_one_component(lab):
    """decimal.localcontext() around a yield changes no other component's arithmetic."""
    found = {}

    class Rough(Component):
        def main(self):
            with decimal.localcontext() as context:
                context.prec = 3
                for _ in range(3):
                    found["rough"] = decimal.Decimal(1) / 3
                    yield

    class Fine(Component):
        def main(self):
            for _ in range(3):
                found["fine"] = decimal.Decimal(1) / 3
                yield

    Rough().activate(lab)
    Fine().activate(lab)
    lab.run()
    assert len(str(found["rough"])) < len(str(found["fine"]))
    assert len(str(decimal.Decimal(1) / 3)) == len(str(found["fine"]))


@pytest.mark.parametrize("end", ["stop", "finish", "fail"])
def test_what_runs_at_the_end_runs_in_the_same_context(end, lab):
    """A finally block and close_down see what the component has set, also where it is stopped from outside."""
    found = []

    class Ends(Component):
        def main(self):
            MINE.set("own")
            try:
                yield
                if end == "fail":
                    raise ValueError("failed")
            finally:
                found.append(MINE.get())

        def close_down(self):
            found.append(MINE.get())

    ends = Ends().activate(lab)
    lab.step()
    if end == "stop":
        ends.stop()
    else:
        lab.run()
    assert found == ["own", "own"]
    assert MINE.get() == "default"
    looks = Looks().activate(lab)
    contextvars.copy_context().run(lambda: (MINE.set("later"), lab.step_round()))
    assert looks.found == ["later"]


def test_a_lab_goes_back_with_its_contexts():
    """A run that is built again and played has contexts of its own."""

    def build():
        Counts().activate()
        Counts().activate()

    lab = Lab(build=build, clock="virtual")
    lab.step(5)
    lab.back(2)
    lab.run()
    assert lab.failures == []
    assert MINE.get() == "default"
