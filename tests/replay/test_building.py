"""Where the building of a system ends: a builder makes and activates, and does not drive."""

from __future__ import annotations

import re
import subprocess
import sys
import warnings
from collections.abc import Callable
from typing import Any

import pytest

from kamlab import Component, Lab
from kamlab.replay.errors import BuilderDrives, CannotRewind


class Sends(Component):
    """Sends numbers, one a slice."""

    def main(self) -> Any:
        for number in range(100):
            self.send(number)
            yield


def build_in_with(lab: Lab, build: Callable[[], Any]) -> None:
    """Build a system as a front end does: first in a ``with``, then by the same code up to where it drives."""
    with lab.building(build):
        build()


@pytest.mark.parametrize("call", ["step()", "run(max_steps=1)", "start()", "reset()", "goto(0)"])
def test_a_builder_that_drives_is_refused(call: str) -> None:
    """Lab(build=function) names the call by which the function has driven the lab."""

    def build(lab: Lab) -> None:
        Sends().activate()
        eval(f"lab.{call}", {"lab": lab})

    with pytest.raises(BuilderDrives, match=call.split("(")[0]):
        Lab(build=build, clock="virtual")


def test_what_comes_after_the_first_step_is_not_built_again() -> None:
    """A system built in a ``with`` that steps goes back to before the step, and not to what came after it."""
    lab = Lab(clock="virtual")
    done: list[str] = []

    def build() -> None:
        done.append("before")
        Sends().activate(lab)
        lab.step(5)
        done.append("after")

    build_in_with(lab, build)
    lab.step(5)
    lab.back(7)
    assert (lab.step_number, done) == (3, ["before", "after", "before"])
    lab.stop()


@pytest.mark.parametrize(("drives", "built"), [(False, 2), (True, 1)])
def test_run_ends_the_building_only_where_it_drives(drives: bool, built: int) -> None:
    """What is activated after run() belongs to the system if run() only activated, and comes from outside if it ran."""
    lab = Lab(clock="virtual")
    lab.on_run = lambda lab, component: lab.run(max_steps=5) if drives else None

    def build() -> None:
        Sends().activate(lab)
        lab.run_component(lab.components[0])
        Sends().activate(lab)

    build_in_with(lab, build)
    lab.goto(0)
    assert len(lab.components) == built
    lab.stop()


def test_a_lab_that_is_reset_says_so_meanwhile() -> None:
    """Whoever looks at the lab while it is reset or turned back is told that what it sees is in between."""
    seen: list[bool] = []
    lab = Lab(build=lambda lab: (seen.append(lab.in_between), Sends().activate()), clock="virtual")
    lab.step(3)
    lab.back()
    lab.reset()
    assert (seen, lab.in_between, lab.can_build) == ([False, True, True], False, True)
    lab.stop()


def test_a_reset_loads_nothing_to_forget_what_was_never_noted() -> None:
    """A lab that was not stepped is reset without the module that notes positions."""
    code = (
        "import sys\n"
        "from kamlab import Component, Lab\n"
        "Lab(build=lambda: Component().activate(), clock='virtual').reset()\n"
        "assert 'kamlab.analysis.location_notes' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


# -- what cannot build -----------------------------------------------------------------------------------


def component() -> Component:
    return Sends()


def generator() -> Any:
    Sends().activate()
    yield


async def coroutine() -> None:
    Sends().activate()


def two_arguments(one: int, two: int) -> None:
    pass


class Holder:
    def __init__(self, one: int, two: int) -> None:
        pass


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (component, "is a component, made already"),
        (generator, "is what generator() returned"),
        (coroutine, "is what coroutine() returned"),
        (lambda: [1, 2], "cannot be called"),
        (lambda: Sends, "is a class of components"),
        (lambda: generator, "has a 'yield' in it"),
        (lambda: coroutine, "is an 'async def'"),
        (lambda: two_arguments, "needs arguments that a lab does not give"),
        (lambda: Holder, "needs arguments that a lab does not give"),
    ],
)
def test_what_is_not_a_builder_is_refused_when_the_lab_is_made(given: Callable[[], Any], said: str) -> None:
    """Lab(build=system()), a class, a generator and the like are errors at once, which say what to write."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(CannotRewind, match=re.escape(said)) as caught:
            Lab(build=given())
    assert "Lab(build=" in str(caught.value) or "take that out" in str(caught.value)


def test_the_result_of_a_builder_is_named_when_nothing_runs() -> None:
    """Lab(build=system()), where system() returns nothing, is a lab without a builder, which says so when it is run."""
    lab = Lab(build=None)
    assert lab.builder is None
    assert str(lab.run()) == (
        "0 slices: this lab has no components; build=None builds nothing; if a function returned it, give the "
        "function: Lab(build=system)"
    )


def test_a_lab_without_a_builder_is_no_mistake() -> None:
    """Lab() is made as before, and knows no builder."""
    assert Lab().builder is None
