"""kamlab.labs() and kamlab.stop_all(), in a script."""

from __future__ import annotations

from typing import Any

import kamlab
from kamlab import Component, Lab


class Waits(Component):
    def main(self) -> Any:
        while True:
            self.pause()
            yield


def test_labs_tells_the_line_of_a_script() -> None:
    """Outside a notebook the place is the file and the line."""
    with Lab() as lab:
        (look,) = [each for each in kamlab.labs() if each.current]
        assert look.place.startswith("test_labs.py, line ")
        assert str(lab.made) == look.place


def test_a_twin_is_no_lab_of_the_user() -> None:
    """A lab that was lent for a look is not listed."""
    with Lab(build=lambda: Waits().activate(), clock="virtual") as lab:
        lab.step()
        before = len(kamlab.labs())
        with lab.twin(0):
            assert len(kamlab.labs()) == before


def test_stop_all_stops_what_runs() -> None:
    """Labs in the background are stopped, and counted."""
    labs = [Lab(), Lab()]
    for lab in labs:
        Waits().activate(lab)
        lab.start()
    assert kamlab.stop_all() >= 2
    assert [lab.state for lab in labs] == ["stopped", "stopped"]


def test_nothing_is_noted_where_no_front_end_asks() -> None:
    """In a script no origin is kept of any component."""
    from kamlab.core import origins

    assert not origins.noting
    with Lab():
        assert origins.origin_of(Waits().activate()) is None
