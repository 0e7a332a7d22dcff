"""What a lab tells of itself: its card of calls, the names that it lists, and what its trace is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kamlab import Component, Lab, Pipeline
from kamlab.lab import SHOWN
from kamlab.parts import NullSink, OneShot
from kamlab.views.help import CALLS


class Double(Component):
    def main(self) -> Iterator[None]:
        while True:
            yield


def test_the_card_has_ten_calls_that_exist() -> None:
    """The card has ten rows, and every call in it is a method of the lab that dir() lists."""
    lab = Lab()
    assert len(lab.help().calls) == 10
    named = re.findall(r"lab\.(\w+)\(", "".join(call for call, _ in CALLS))
    assert set(named) <= set(dir(lab))
    assert all(callable(getattr(lab, name)) for name in named)
    assert "<table>" in lab.help()._repr_html_()


def test_the_card_speaks_of_the_users_own_component() -> None:
    """The calls name a component of the lab, the user's own before those of kamlab, by the shortest name it has."""
    with Lab(clock="virtual") as lab:
        Pipeline(OneShot("x"), NullSink()).activate()
        assert 'lab.why("Pipeline")' in str(lab.help())
        Double().activate()
        assert 'lab.where("Double")' in str(lab.help())
        Double().activate()
        assert 'lab.where("Double_2")' in str(lab.help())


def test_dir_lists_what_users_need() -> None:
    """dir(lab) has at most 46 names, all of them there, with a docstring, and none that is kamlab's own business."""
    with Lab() as lab:
        names = dir(lab)
        assert names == sorted(SHOWN)
        assert len(names) <= 46
        assert all(hasattr(Lab, name) or name in vars(lab) for name in names)
        assert all(getattr(Lab, name).__doc__ for name in names if hasattr(Lab, name))
        assert not {"scheduler", "runtime", "note_act", "lock", "play_network", "time_travel"} & set(names)


def test_dir_lists_what_users_have_added() -> None:
    """A method of a subclass and an attribute that the user has set are listed as well."""

    class Mine(Lab):
        def rewire(self) -> None:
            """Do something of one's own."""

        def _hidden(self) -> None: ...

    lab = Mine()
    lab.notes = "x"  # type: ignore[attr-defined]
    lab.step()
    assert set(dir(lab)) - set(SHOWN) == {"rewire", "notes"}


def test_a_trace_says_what_it_is() -> None:
    """The repr of a trace has the number of its records, the steps, and how it is read."""
    with Lab(clock="virtual") as lab:
        assert repr(lab.trace) == "trace of 0 records; lab.events() reads it"
        Double().activate()
        lab.step(3)
        assert repr(lab.trace) == "trace of 4 records, steps 0 to 3; lab.events() reads it"
        assert lab.events() == lab.trace.events()
        assert [event.step for event in lab.events("resumed")] == [1, 2, 3]
