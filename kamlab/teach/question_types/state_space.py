"""The state space of a lab: every state that some order of slices leads to, from where a question is asked.

A question asks about the part of an explored system (:mod:`.explored_system`) that can be reached from where the lab
stands, or from the beginning. All that questions about orders know of :mod:`kamlab.exploration` is in these two.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from ...analysis.why_lab import Wait, waiting
from ...core.safe_repr import class_attribute
from ...core.states import ENDED
from ...exploration import Schedule, cells
from ...exploration.edges import Edge
from ...exploration.graph import Graph
from .explored_system import ExploredSystem, Look, followed, not_explored, standing


class StateSpace:
    """The states that can be reached from one state, with the shortest way to each.

    Args:
        explored: the system.
        played: the slices before that state, after the wiring; empty for the beginning.

    Raises:
        NoQuestion: that state is not known.

    Attributes:
        is_complete: whether all states are known; otherwise only single orders can be asked about.
        start: the state.
        begins: how many slices are over there.
        costs: the states that can be reached, each with the fewest slices that lead there.
    """

    def __init__(self, explored: ExploredSystem, played: Sequence[int] = ()) -> None:
        self.explored = explored
        self.graph: Graph = explored.graph
        self.played: tuple[int, ...] = tuple(played)
        self.actors: list[int] = explored.actors
        self.is_complete: bool = explored.is_complete
        self.start: int = followed(self.graph, 0, played)[-1]
        self.begins: int = len(self.graph.prefix) + len(self.played)
        self.costs: dict[int, int] = {}
        self._before: dict[int, tuple[int, int]] = {}
        self._find_costs()
        self.ends: list[int] = [state for state in self.graph.ends() if state in self.costs]
        #: By name what goes wrong, and in which of the states, in words.
        self.wrong: dict[str, dict[int, str]] = {
            name: found
            for name, states in explored.judge.found.items()
            if (found := {state: words for state, words in states.items() if state in self.costs})
        }

    def _find_costs(self) -> None:
        waiting = deque([(self.start, 0, (-1, -1))])
        while waiting:
            state, cost, before = waiting.popleft()
            if state in self.costs:
                continue
            self.costs[state], self._before[state] = cost, before
            for component, _, target in self.graph.edges[state]:
                if target not in self.costs:
                    if component in self.actors:
                        waiting.append((target, cost + 1, (state, component)))
                    else:
                        waiting.appendleft((target, cost, (state, component)))

    # -- names ----------------------------------------------------------------------------------------

    def check_complete(self) -> StateSpace:
        """Return this.

        Raises:
            NoQuestion: not all states are known, so that nothing can be said about all orders.
        """
        if not self.is_complete:
            raise not_explored(f"it has more than {len(self.graph.states):,} states")
        return self

    @property
    def has_choices(self) -> bool:
        """Whether there is more than one order, those of a chassis apart."""
        return any(sum(one in self.actors for one, _, _ in self.edges(state)) > 1 for state in self.costs)

    @property
    def is_from_here(self) -> bool:
        """Whether the orders begin with the run so far, rather than at the beginning."""
        return bool(self.played)

    def name(self, component: int) -> str:
        """Return the name of a component."""
        return self.explored.names[component]

    def box_name(self, box: tuple[int, str]) -> str:
        """Return the name of an inbox."""
        return f"{self.name(box[0])}.{box[1]}"

    def chassis_names(self, path: Sequence[int]) -> list[str]:
        """Return the names of the chassis that run in an order."""
        return [self.name(one) for one in dict.fromkeys(path) if one not in self.actors]

    # -- states ---------------------------------------------------------------------------------------

    def edges(self, state: int) -> list[Edge]:
        """Return what leads on from a state: the component, its slice, and the state that follows."""
        return self.graph.edges[state]

    def has_ended(self, state: int, component: int) -> bool:
        """Return whether a component has ended in a state."""
        return self.life(state, component) in ENDED

    def life(self, state: int, component: int) -> Any:
        """Return the life of a component in a state."""
        return self.graph.value(self.graph.states[state], (cells.LIFE, component))[0]

    def time(self, state: int) -> Any:
        """Return the time of a state."""
        return self.graph.value(self.graph.states[state], cells.TIME)

    def boxes(self) -> list[tuple[int, str]]:
        """Return the inboxes in which messages wait in some state, without those of a chassis."""
        state = self.graph.states[self.start]
        found: list[tuple[int, str]] = []
        for cell in self.graph.cells():
            if cell[0] == cells.BOX and cell[1] in self.actors and cell[2] != "control":
                leads_to = self.graph.value(state, (cells.LEADS, cell[1], "inbox", cell[2]))
                found += [] if leads_to is not None else [(cell[1], cell[2])]
        return sorted(found)

    def count_in(self, state: int, box: tuple[int, str]) -> int:
        """Return how many messages wait in an inbox in a state."""
        value: Any = self.graph.value(self.graph.states[state], (cells.BOX, *box)) or ()
        is_marked = len(value) > 2 and value[0] == "shared" and type(value[1]) is tuple
        return len(value[1] if is_marked else value)

    def content(self, state: int, box: tuple[int, str]) -> str:
        """Return what is in an inbox in a state, as the text of a list."""
        key = (box, self.graph.number(self.graph.states[state], (cells.BOX, *box)))
        found = self.explored.contents.get(key)
        if found is None:
            found = self.explored.contents[key] = f"[{', '.join(self.look(state).boxes.get(box, ()))}]"
        return found

    def look(self, state: int) -> Look:
        """Return what there is to see in a state."""
        return self.explored.look(state)

    def value(self, state: int, place: tuple[int, str]) -> Any:
        """Return the value of an attribute of a component in a state."""
        found = self.look(state).values
        if place in found:
            return found[place]
        return class_attribute(self.graph.setting.kinds[place[0]], place[1])

    # -- orders ---------------------------------------------------------------------------------------

    def path(self, state: int) -> list[int]:
        """Return the components that run on a shortest way from the start to a state."""
        found = []
        while state != self.start:
            state, component = self._before[state]
            found.append(component)
        return found[::-1]

    def states_on(self, path: Sequence[int]) -> list[int]:
        """Return the states that an order from the start leads through, the start first."""
        return followed(self.graph, self.start, path)

    def look_along(self, path: Sequence[int]) -> None:
        """Look at all states that an order from the start leads through."""
        whole = [*self.played, *path]
        self.explored.look_along(list(zip(whole, followed(self.graph, 0, whole)[1:], strict=True)))

    def schedule(self, path: Sequence[int], names: Sequence[str] = (), sentence: str = "") -> Schedule:
        """Return an order that begins with the slices so far."""
        return self.explored.schedule([*self.played, *path], self.begins, names, sentence)

    def waits_after(self, path: Sequence[int]) -> tuple[Wait, ...]:
        """Return who waits for whom after some slices."""
        with standing(self.explored, [*self.played, *path]) as stage:
            return waiting(stage.lab).waits

    def in_words(self, path: Sequence[int]) -> str:
        """Return who runs in an order, slice by slice."""
        runs = [(self.name(one), len(list(group))) for one, group in groupby(path)]
        return ", ".join([name if count == 1 else f"{name} ({count} times)" for name, count in runs])

    def counted_orders(self) -> str:
        """Return "in all 256 orders", or which states the orders lead through if some have no end."""
        count = self._count()
        if count is None:
            return f"in all {len(self.costs):,} states that can be reached"
        return "in the only order" if count == 1 else f"in all {count:,} orders"

    def in_none(self) -> str:
        """Return "in any of the 256 orders", or in which states something is not so."""
        whole = self.counted_orders()
        return whole.replace("in all", "in any of the") if whole.startswith("in all") else whole

    @property
    def is_acyclic(self) -> bool:
        """Whether every order ends."""
        return self._count() is not None

    def _count(self) -> int | None:
        """Return how many orders there are from the start to an end; ``None`` if some have no end."""
        incoming = dict.fromkeys(self.costs, 0)
        for state in self.costs:
            for _, _, target in self.edges(state):
                incoming[target] += 1
        if incoming[self.start]:
            return None
        count = dict.fromkeys(self.costs, 0)
        count[self.start], ready, done = 1, [self.start], 0
        while ready:
            state = ready.pop()
            done += 1
            for _, _, target in self.edges(state):
                count[target] += count[state]
                incoming[target] -= 1
                if not incoming[target]:
                    ready.append(target)
        return sum(count[end] for end in self.ends) if done == len(self.costs) else None
