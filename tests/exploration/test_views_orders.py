"""The orders of a system are listed, those that go wrong, and those that begin in a certain way; all can be opened."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kamlab import explore
from kamlab.exploration import CannotExplore, NotProved, WrongOrder
from kamlab.testing import assert_holds

from . import systems


def kept(account: Any) -> bool:
    """Whether no update was lost."""
    return bool(account.balance == 2)


@pytest.fixture(name="result", scope="module")
def _result() -> Any:
    return explore(systems.lost_update(), kept)


def test_the_orders_that_go_wrong_are_those_among_all_that_do(result: Any) -> None:
    """What wrong_orders lists are the orders that go wrong, each once, as many as were counted."""
    wrong = result.wrong_orders(1000)
    assert len(wrong) == result.wrong == 184
    assert {schedule.path for schedule in wrong} == {
        schedule.path for schedule in result.orders(1000) if schedule.names
    }


def test_paths_are_the_orders_without_running_them(result: Any) -> None:
    """Who runs in each order can be had without running it: the same orders, and those that go wrong among them."""
    paths = list(result.paths())
    assert [schedule.path[schedule.assembly :] for schedule in result.orders(1000)] == paths
    assert set(result.paths(wrong=True)) < set(paths)
    assert len(list(result.paths(wrong=True))) == 184
    assert result.order_through(*paths[-1]).path[1:] == paths[-1]


def test_an_order_ends_at_an_end_and_not_where_exploring_stopped() -> None:
    """Of a graph that was cut, only orders are listed that were followed to their end."""
    result = explore(systems.lost_update(), states=60, how="all")
    for schedule in result.orders(5):
        with schedule.open() as lab:
            assert not lab.runnable()
    with pytest.raises(CannotExplore, match="was not explored: there are more than 2 states"):
        explore(systems.table(), states=2, how="all").order_through("Fork_4")


def test_a_wrong_order_opens_where_it_has_gone_wrong(result: Any) -> None:
    """Each of the first orders that are listed ends, once it is played, with the lost update."""
    for schedule in result.wrong_orders(3):
        with schedule.open() as lab:
            assert lab["Account"].balance == 1
            assert lab.step_number == schedule.step


def test_a_system_that_is_right_has_orders_and_no_wrong_ones() -> None:
    """A passing system lists its orders, which open; none of them is wrong."""
    result = explore(systems.chain(2))
    assert result.wrong_orders() == ()
    first = result.orders(1)[0]
    assert first.names == ()
    with first.open() as lab:
        assert lab.outcome is None or lab.outcome.reason != "failed"
        assert not lab.runnable()


def test_an_order_that_begins_in_a_way_goes_wrong_if_one_can(result: Any) -> None:
    """order_through begins as it was told, goes wrong if that is possible, and is right where that is certain."""
    begun = ("Client_4", "Account_2")
    schedule = result.order_through(*begun)
    assert schedule.path[schedule.assembly :][:2] == begun
    assert schedule.names == ("invariant",)
    safe = result.order_through("Client_3", "Account_2", "Client_3")
    assert safe.names == ()
    shortest = min(one.slices for one in result.wrong_orders(1000) if one.path[one.assembly :][:2] == begun)
    assert schedule.slices == shortest


def test_a_beginning_that_is_not_possible_is_told(result: Any) -> None:
    """A component that cannot run there is named, with those that can."""
    with pytest.raises(CannotExplore, match="after 1 slices 'Client_3' cannot run, but Account_2, Client_4"):
        result.order_through("Client_3", "Client_3")


@pytest.mark.parametrize("method", ["orders", "wrong_orders", "tree"])
def test_a_number_has_to_be_one(result: Any, method: str) -> None:
    """Nothing can be listed no times."""
    with pytest.raises(CannotExplore, match="give a whole number above 0"):
        getattr(result, method)(0)


def test_orders_that_were_drawn_are_not_kept() -> None:
    """Where orders were drawn there is no list of them, no graph and no tree, which is told."""
    result = explore(systems.chain(), how="random", runs=2)
    for ask in (result.orders, result.wrong_orders, result.graph, result.tree, result.order_through):
        with pytest.raises(CannotExplore, match="how='random'"):
            ask()


def test_an_order_without_an_end_comes_round_again() -> None:
    """A wrong order of a livelock ends with the slice that leads to a state again; one that ends is not called so."""
    result = explore(systems.corridor)
    wrong = result.wrong_orders(20)
    assert wrong
    assert all(schedule.names == ("livelock",) for schedule in wrong)
    assert all(schedule.names == () for schedule in result.orders(20))


def test_assert_holds_shows_the_shortest_order_as_a_diagram(result: Any) -> None:
    """The error of a failing test has the sentence, who sent what to whom, and a line that plays the order."""
    with pytest.raises(WrongOrder) as raised:
        assert_holds(result)
    text = str(raised.value)
    assert text.startswith("In 184 of all 256 orders")
    assert "account" in text
    assert "|<--('a', 1)----o" in text
    assert f"lab.replay({result.found[0].line!r})" in text


def test_assert_holds_fails_where_orders_were_left_out() -> None:
    """An exploration that is not complete is no success, unless that is said; a proof can be asked for."""
    result = explore(systems.table(cured=True), states=20, how="all")
    with pytest.raises(NotProved, match="there are more than 20 states"):
        assert_holds(result)
    assert_holds(result, incomplete=True)
    with pytest.raises(NotProved):
        assert_holds(result, incomplete=True, proved=True)
    assert_holds(explore(systems.chain(2)), proved=True)


def test_the_overview_is_plain_data_as_well() -> None:
    """Sentences, graph and tree are ready for JSON; without states there is only the first."""
    data = json.loads(json.dumps(explore(systems.sleeping).overview().data()))
    assert data["exploration"]["wrong"] == 9
    assert len(data["graph"]["dots"]) == 36
    assert data["tree"]["choices"][0]["path"] == ["Worker_3"]
    assert explore(systems.sleeping, how="random", runs=2).overview().data()["graph"] is None
