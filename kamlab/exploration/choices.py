"""From a graph to the tree of choices: who can run where several can, and in how many orders each goes wrong."""

from __future__ import annotations

from dataclasses import replace

from ..views.exploring import ChoiceLook, ChoiceTree
from ..views.exploring.choice_tree import ALWAYS, NEVER, SOMETIMES, UNKNOWN
from .counts import orders_from
from .graph import Graph
from .judge import ENDLESS, Judge
from .shortest import leads_to


def choices_of(graph: Graph, judge: Judge, good: set[int] | None, depth: int, most: int) -> ChoiceTree:
    """Return the tree of choices.

    Args:
        graph: the graph.
        judge: what is wrong in it.
        good: the states from which there is an order that ends well; ``None`` if that is not known.
        depth: how many choices below each other.
        most: how many in all.
    """
    return _Making(graph, judge, good, most).tree(depth)


class _Making:
    """Makes one tree, the largest branches first, until there are as many as wanted."""

    def __init__(self, graph: Graph, judge: Judge, good: set[int] | None, most: int) -> None:
        self._graph = graph
        self._good = good
        self._left = most
        self._bad = judge.bad
        wrong = [*self._bad, *(number for name in ENDLESS for number in judge.found.get(name, ()))]
        self._leads = leads_to(graph, wrong)
        order = judge.order
        self._all = None if order is None else orders_from(graph, order)
        self._right = None if order is None else orders_from(graph, order, self._bad)

    def tree(self, depth: int) -> ChoiceTree:
        choices, more = self._below(0, (), len(self._graph.prefix), depth)
        orders, wrong = self._counts(0)
        return ChoiceTree(orders, wrong, self._verdict(0), choices, more)

    def _counts(self, state: int) -> tuple[int | None, int | None]:
        if self._all is None or self._right is None:
            return None, None
        return self._all[state], self._all[state] - self._right[state]

    def _verdict(self, state: int) -> str:
        orders, wrong = self._counts(state)
        if orders is not None:
            return NEVER if not wrong else ALWAYS if wrong == orders else SOMETIMES
        if state in self._bad or (self._good is not None and state not in self._good and state in self._leads):
            return ALWAYS
        if state in self._leads:
            return SOMETIMES
        return UNKNOWN if self._good is None else NEVER

    def _below(self, state: int, path: tuple[str, ...], step: int, depth: int) -> tuple[tuple[ChoiceLook, ...], int]:
        """Return the next choice from a state, and how many of its branches are left out."""
        graph, setting = self._graph, self._graph.setting
        seen = set()
        while len(graph.edges[state]) == 1 and state not in seen:
            seen.add(state)
            component, _, state = graph.edges[state][0]
            path = (*path, setting.words_of_choice(component))
            step += setting.runner(component) is not None
        edges = graph.edges[state]
        if len(edges) < 2 or self._verdict(state) in (NEVER, ALWAYS):
            return (), 0
        if depth == 0:
            return (), len(edges)
        branches: dict[tuple[str, int | None, int | None], tuple[ChoiceLook, int]] = {}
        for component, _, target in edges:
            name = setting.words_of_choice(component)
            orders, wrong = self._counts(target)
            verdict = self._verdict(target)
            # without numbers that are equal it is not known that it makes no difference
            key = (verdict, orders, wrong) if orders is not None or verdict in (NEVER, ALWAYS) else (name, None, None)
            if key in branches:
                first, to = branches[key]
                branches[key] = (replace(first, same=(*first.same, name)), to)
            else:
                at = step + (setting.runner(component) is not None)
                branches[key] = (ChoiceLook((*path, name), at, verdict, orders, wrong), target)
        found = sorted(branches.values(), key=lambda branch: (-(branch[0].wrong or 0), -(branch[0].orders or 0)))
        shown = found[: max(0, self._left)]
        self._left -= len(shown)
        choices = []
        for choice, target in shown:
            below, more = (
                ((), 0)
                if choice.verdict in (NEVER, ALWAYS)
                else self._below(target, choice.path, choice.step, depth - 1)
            )
            choices.append(replace(choice, choices=below, more=more))
        return tuple(choices), len(found) - len(shown)
