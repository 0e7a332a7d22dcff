"""One place decides which orders a check plays, and a check without one is not done."""

from __future__ import annotations

from typing import Any

import pytest

from kamlab.parts import OneShot
from kamlab.teach import exercise, runs
from kamlab.teach import orders as orders_module
from kamlab.teach.orders import ENOUGH, Orders, current_orders, playing


def build() -> None:
    """Activate a component."""
    OneShot(1).activate()


def test_orders_begin_with_the_seed_they_are_given() -> None:
    """Outside of a check the first seed is 0; within, it is the check's."""
    assert [run.seed for run in runs(build, 2)] == [0, 1]
    with playing(Orders(first_seed=70)) as orders:
        assert [run.seed for run in runs(build, 2)] == [70, 71]
    assert orders.played == 2
    assert current_orders().first_seed == 0


def test_no_order_is_no_answer() -> None:
    """A check that plays no order is not done, and to ask for none is an error."""

    @exercise("lazy", takes="a function")
    def lazy(system: Any) -> str:
        return "In 0 orders all went well."

    assert "No order was played" in lazy(build).sentence
    assert lazy.plays
    with pytest.raises(ValueError, match="at least one order"):
        next(runs(build, 0))


def test_without_time_it_says_how_many_were_played(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the time is over and enough orders went well, the check is done, with the number that was played."""
    ticks = iter(range(10_000))
    monkeypatch.setattr(orders_module, "process_time", lambda: float(next(ticks)))
    orders = Orders(seconds=100)
    assert len(list(orders.seeds(1000))) >= ENOUGH
    assert orders.cut is not None
    played, planned = orders.cut
    assert ENOUGH <= played < planned == 1000
    said = orders.in_words("In 1000 orders of slices all went well.")
    assert said == f"In {played} orders of slices all went well.\nThere was no time for more: 1000 orders were planned."


def test_few_good_orders_are_not_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before enough orders went well, the time of the sandbox alone ends the check."""
    monkeypatch.setattr(orders_module, "process_time", lambda: 0.0)
    orders = Orders(seconds=1)
    monkeypatch.setattr(orders_module, "process_time", lambda: 50.0)
    assert len(list(orders.seeds(ENOUGH - 1))) == ENOUGH - 1
    assert orders.cut is None
