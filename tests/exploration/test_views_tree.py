"""The tree of choices: how many orders each leads to, and how many of them go wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from kamlab import explore
from kamlab.views.exploring import ChoiceLook, ChoiceTree

from . import systems


@pytest.fixture(name="result", scope="module")
def _result() -> Any:
    return explore(systems.lost_update(), lambda account: account.balance == 2)


def below(choices: tuple[ChoiceLook, ...]) -> Iterator[ChoiceLook]:
    """Yield all choices of a tree."""
    for choice in choices:
        yield choice
        yield from below(choice.choices)


def test_the_numbers_are_those_of_the_listed_orders(result: Any) -> None:
    """For every choice the numbers are those of the orders that begin so."""
    tree: ChoiceTree = result.tree(4, 100)
    assert (tree.orders, tree.wrong) == (256, 184)
    orders = [(one.path[one.assembly :], bool(one.names)) for one in result.orders(1000)]
    found = list(below(tree.choices))
    assert len(found) > 8
    for choice in found:
        begin = [wrong for path, wrong in orders if path[: len(choice.path)] == choice.path]
        assert (choice.orders, choice.wrong) == (len(begin), sum(begin))


def test_choices_that_make_no_difference_share_a_branch(result: Any) -> None:
    """Components with the same numbers are one branch, and all numbers together are those of the tree."""
    first = result.tree(1).choices
    assert sum((choice.orders or 0) * (1 + len(choice.same)) for choice in first) == 256
    assert [(choice.name, choice.same) for choice in first] == [("Account_2", ()), ("Client_3", ("Client_4",))]


def test_the_largest_come_first(result: Any) -> None:
    """At each choice the branch with the most orders that go wrong is the first."""
    for choice in below(result.tree(4, 100).choices):
        numbers = [one.wrong or 0 for one in choice.choices]
        assert numbers == sorted(numbers, reverse=True)


def test_a_branch_ends_where_the_choice_no_longer_matters(result: Any) -> None:
    """Below a branch in which nothing or everything goes wrong there is nothing."""
    ended = [choice for choice in below(result.tree(6, 200).choices) if choice.verdict in ("never", "always")]
    assert ended
    assert all(choice.choices == () and choice.more == 0 for choice in ended)


def test_the_tree_is_as_large_as_it_may_be(result: Any) -> None:
    """There are at most as many choices as were asked for, and what is left out is counted."""
    tree = result.tree(6, 5)
    assert len(list(below(tree.choices))) == 5
    assert any(choice.more for choice in below(tree.choices)) or tree.more


def test_a_system_that_is_right_has_nothing_to_choose() -> None:
    """Where nothing goes wrong the tree is one sentence."""
    assert str(explore(systems.chain(2)).tree()) == "all 415 orders are right"


def test_without_an_end_there_are_words_instead_of_numbers() -> None:
    """Of a system that can go on for ever the tree says where it can go wrong, and where it cannot."""
    tree = explore(systems.corridor).tree(2)
    assert (tree.orders, tree.wrong) == (None, None)
    assert {choice.verdict for choice in below(tree.choices)} == {"sometimes", "never"}
    assert "it never goes wrong" in str(tree)


def test_what_is_not_known_is_not_called_right() -> None:
    """Of a graph that was cut no branch is said to be right."""
    tree = explore(systems.table(), states=40, how="all").tree(3)
    assert {choice.verdict for choice in below(tree.choices)} <= {"not known", "sometimes", "always"}
    assert tree.verdict != "never"


def test_the_still_folds_what_is_below(result: Any) -> None:
    """As HTML each branch with choices below it can be unfolded, and its words are those of the text."""
    tree = result.tree()
    html = tree._repr_html_()
    assert html.count("<details>") == sum(bool(choice.choices or choice.more) for choice in below(tree.choices))
    assert "step 2: Client_3 or Client_4 runs: of 64 orders each, 46 go wrong" in html
    assert "step 2: Client_3 or Client_4 runs: of 64 orders each, 46 go wrong" in str(tree)


def test_faults_are_choices_of_the_tree() -> None:
    """What becomes of a message stands beside who sends it, and an order through it can be opened."""
    result = explore(systems.chain(1), lambda keep: keep.kept == [0], faults="loss", lossy="Count.outbox")
    lost = next(choice for choice in below(result.tree(4, 100).choices) if "(loss)" in choice.name)
    schedule = result.order_through(*lost.path)
    assert any("is lost" in words for _, words in schedule.faults)
