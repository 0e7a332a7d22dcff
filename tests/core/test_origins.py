"""Where things are made: noted where a front end wants it, by cell, whoever drives the lab."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from kamlab import Component, Lab, ThreadedComponent
from kamlab.core import context, origins
from kamlab.core.origins import Origin, origin_of


class Waits(Component):
    def main(self) -> Any:
        while True:
            self.pause()
            yield


class Makes(Component):
    made: Any = None

    def main(self) -> Any:
        self.made = Waits().activate()
        yield


class MakesInThread(ThreadedComponent):
    made: Any = None

    def main(self) -> None:
        self.made = Waits()


CELL, OTHER = Origin("a", "In [1]"), Origin("b", "In [2]")


@pytest.fixture(autouse=True)
def _noting() -> Iterator[None]:
    """Note origins, as a front end does."""
    origins.set_noting(True)
    yield
    origins.set_noting(False)


def test_a_component_is_of_the_cell_that_makes_it() -> None:
    """What is made within a cell has its origin; what is made elsewhere has none."""
    with origins.within(CELL):
        one = Waits()
    assert origin_of(one) is CELL
    assert origin_of(Waits()) is None


def test_what_a_component_makes_has_its_origin() -> None:
    """In a slice, and in the thread of a component, the cell that drives the lab does not matter."""
    with Lab(clock="virtual") as lab:
        with origins.within(CELL):
            makes, threaded = Makes().activate(), MakesInThread().activate()
        with origins.within(OTHER):
            lab.run()
        assert origin_of(makes.made) is CELL
        assert origin_of(threaded.made) is CELL


def test_a_thread_of_the_user_is_of_no_cell() -> None:
    """A thread that the cell starts is not the cell."""
    made: list[Any] = []
    with origins.within(CELL):
        thread = threading.Thread(target=lambda: made.append(Waits()))
        thread.start()
        thread.join()
    assert origin_of(made[0]) is None


def test_a_lab_builds_again_with_the_origin_of_the_first_time() -> None:
    """Whoever resets a lab, what it builds is of the cell that built it."""
    made: list[Any] = []

    def build() -> None:
        made.append(Waits().activate())

    with origins.within(CELL):
        lab = Lab(build=build, clock="virtual")
    lab.step()
    with origins.within(OTHER):
        lab.back()
        lab.reset()
        with lab.twin(0):
            pass
    assert len(made) >= 3
    assert {origin_of(one) for one in made} == {CELL}
    assert lab.made.origin is CELL
    lab.stop()


def test_the_lab_that_all_cells_use_is_of_none() -> None:
    """A lab that is made because there is none belongs to no cell, whichever needed it first."""
    before = context.peek()
    context.set_current(None)
    try:
        with origins.within(CELL):
            lab = context.current()
        assert (lab.made.origin, str(lab.made)) == (None, "by default")
        lab.stop()
    finally:
        context.set_current(before)


def test_services_values_and_links_are_of_the_cell() -> None:
    """The services and values of a cell can be dropped, and those of another stay; a link has its origin."""
    with Lab() as lab:
        one, two = Waits().activate(), Waits().activate()
        for origin, name in ((CELL, "mine"), (OTHER, "yours")):
            with origins.within(origin):
                lab.services.register_service(name, one, "inbox")
                lab.services.track_value(f"value of {name}", name)
        with origins.within(CELL):
            link = one.link((one, "outbox"), (two, "inbox"))
        assert link.origin is CELL
        assert lab.services.drop_made_by("a") == ["mine", "value of mine"]
        assert lab.services.drop_made_by("a") == []
        assert lab.services.services_registered() == ["yours"]
        assert lab.services.information_items_logged() == ["value of yours"]


def test_a_name_that_is_registered_again_is_of_the_second_cell() -> None:
    """A service that was taken off and offered by another cell is that cell's."""
    with Lab() as lab:
        one = Waits().activate()
        for origin in (CELL, OTHER):
            with origins.within(origin):
                lab.services.register_service("name", one, "inbox")
                if origin is CELL:
                    lab.services.deregister_service("name")
        assert lab.services.made_by("a") == []
        assert lab.services.made_by("b") == ["name"]


def test_labs_are_known_as_long_as_they_exist() -> None:
    """Labs are known in the order in which they were made, and hold nothing that keeps them alive."""
    import gc

    first, second = Lab(), Lab()
    known = origins.known_labs()
    assert [lab for lab in known if lab in (first, second)] == [first, second]
    count = len(known)
    del known, second
    gc.collect()
    assert len(origins.known_labs()) <= count - 1
