"""What an exploration has found, as values: how many orders there are, and the shortest in which it goes wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from ..analysis.words import counted, joined, percent
from ..views.exploring import ChoiceTree, ExplorationOverview, StateGraph
from ..views.render import Document, Section, Span, View, as_html, line
from .errors import CannotExplore, NotProved, WrongOrder
from .faults import NO_FAULTS, FaultModel
from .schedule import Schedule, plain

#: How many states are drawn below what was found; a larger graph is drawn when it is asked for.
PICTURED_STATES = 60


class _OrdersInside(Protocol):
    """What an exploration by its graph knows of single orders; see :mod:`.orders`."""

    def first(self, count: int) -> tuple[Schedule, ...]: ...

    def wrong(self, count: int) -> tuple[Schedule, ...]: ...

    def through(self, names: Sequence[str]) -> Schedule: ...

    def paths(self, wrong: bool) -> Iterator[tuple[str, ...]]: ...

    def picture(self) -> StateGraph: ...

    def choices(self, depth: int, most: int) -> ChoiceTree: ...


@dataclass(frozen=True, repr=False)
class Exploration(View):
    """What exploring a system has shown.

    Attributes:
        complete: whether every order was covered. ``False``: limits or samples, and ``why_not`` says which.
        proved: whether that is a proof as well: complete, checked against the real system, and nothing hidden.
        why_not: why it is not complete or not proved, in a sentence; "" if it is.
        how: how it was done: ``"all"``, ``"traces"``, ``"random"``, ``"pct"`` or ``"random and pct"``.
        schedules: how many orders of slices there are, or were run; ``None`` if some have no end.
        different: how many of them truly differ; ``None`` if that is not known: on a network, with ``fair=``, or if
            some have no end.
        wrong: in how many of the orders it goes wrong; ``None`` if that is not known.
        chance: how likely it is to go wrong if each slice is drawn, all that can run equally likely.
        states: how many states there are; 0 where they were not told apart.
        ends: in how many different states it can end.
        real: how many slices were run in the engine to find that out, beside those that lead to them.
        found: the orders in which it goes wrong, one for each name, the shortest first.
        fair: how often in a row a component that could run was passed over at most; ``None``: for ever.
        world: which faults there may be, of which links, and how many at most.

    >>> from kamlab import Pipeline, explore
    >>> from kamlab.parts import DataSource, PassThrough
    >>> result = explore(lambda: Pipeline(DataSource("ab"), PassThrough()).activate())
    >>> print(result)
    In all 24 orders (16 truly different) nothing goes wrong.
    >>> result.proved, result.found
    (True, ())
    """

    complete: bool
    proved: bool
    why_not: str
    how: str
    schedules: int | None
    different: int | None
    wrong: int | None
    chance: float | None
    states: int
    ends: int
    real: int
    found: tuple[Schedule, ...]
    fair: int | None = None
    world: FaultModel = NO_FAULTS
    _orders_inside: _OrdersInside | None = field(default=None, compare=False)

    def orders(self, count: int = 10) -> tuple[Schedule, ...]:
        """Return the first orders there are, whether something goes wrong in them or not; each can be opened.

        Args:
            count: how many.

        Raises:
            CannotExplore: orders were run or drawn, and not kept.
        """
        return self._inside().first(_whole("count", count))

    def wrong_orders(self, count: int = 10) -> tuple[Schedule, ...]:
        """Return the first orders in which something goes wrong; each can be opened.

        Args:
            count: how many.

        Raises:
            CannotExplore: orders were run or drawn, and not kept; the shortest that were found are in ``found``.

        >>> from kamlab import Component, explore
        >>> class Once(Component):
        ...     def main(self):
        ...         yield
        >>> def system():
        ...     return [Once().activate(), Once().activate()]
        >>> result = explore(system, lambda made: False)
        >>> [" ".join(schedule.path) for schedule in result.wrong_orders(2)]
        ['Once_1 Once_1 Once_2 Once_2', 'Once_1 Once_2 Once_1 Once_2']
        """
        return self._inside().wrong(_whole("count", count))

    def paths(self, wrong: bool = False) -> Iterator[tuple[str, ...]]:
        """Yield every order that passes no state twice, as the components that run once the system is assembled.

        No order is run for it, so that there can be many thousands a second; ``order_through(*path)`` opens one.

        Args:
            wrong: only those in which something goes wrong.

        Raises:
            CannotExplore: orders were run or drawn, and not kept.

        >>> from kamlab import Component, explore
        >>> class Once(Component):
        ...     def main(self):
        ...         yield
        >>> result = explore(lambda: [Once().activate(), Once().activate()])
        >>> len(list(result.paths())) == result.schedules == 6
        True
        """
        return self._inside().paths(wrong)

    def order_through(self, *names: str) -> Schedule:
        """Return an order that begins with these components, and goes wrong if one can that does; the shortest such.

        Args:
            names: who runs, slice by slice, once the system is assembled.

        Raises:
            CannotExplore: no order begins so, or orders were run or drawn, and not kept.
        """
        return self._inside().through(names)

    def graph(self) -> StateGraph:
        """Return the states as a picture: by depth, where it goes wrong, and the shortest way there.

        Raises:
            CannotExplore: states were not told apart.

        >>> from kamlab import Component, explore
        >>> class Once(Component):
        ...     def main(self):
        ...         yield
        >>> print(explore(lambda: Once().activate()).graph())
        3 states, 2 slices deep; no order goes wrong
          depth  states  ends  bad
              0       1     .    .
              1       1     .    .
              2       1     1    .
        """
        return self._inside().picture()

    def tree(self, depth: int = 3, most: int = 60) -> ChoiceTree:
        """Return the choices of who runs as a tree, with how many orders each leads to, and how many go wrong.

        Args:
            depth: how many choices below each other.
            most: how many in all.

        Raises:
            CannotExplore: states were not told apart.

        >>> from kamlab import Component, explore
        >>> class Once(Component):
        ...     def main(self):
        ...         yield
        >>> print(explore(lambda: [Once().activate(), Once().activate()]).tree(depth=1))
        all 6 orders are right
        """
        return self._inside().choices(_whole("depth", depth), _whole("most", most))

    def panel(self) -> Any:
        """Return a panel in a notebook: the orders, the graph and the tree, and buttons that open an order in a lab.

        Elsewhere it is a text with the same.
        """
        from ..notebook.exploring import panel_of_exploration

        return panel_of_exploration(self)

    def overview(self) -> ExplorationOverview:
        """Return what was found, with the graph and the tree, as one view; the panel's form without a notebook."""
        if self._orders_inside is None:
            return ExplorationOverview(self)
        return ExplorationOverview(self, self.graph(), self.tree())

    def _inside(self) -> _OrdersInside:
        if self._orders_inside is None:
            raise CannotExplore(f"the orders were not kept, since they were explored with how={self.how!r}")
        return self._orders_inside

    def data(self) -> dict[str, Any]:
        """Return all of it as plain values, ready for JSON."""
        found: dict[str, Any] = plain(super().data())
        return found

    def _faults(self) -> str:
        """Return which faults there may be, in words."""
        world = self.world
        if not world.faults:
            return ""
        many = "any faults" if world.most is None else f"at most {counted(world.most, 'fault')}"
        return f" with {many} of {joined(world.faults)}"

    def check(self, proved: bool = False, incomplete: bool = True) -> None:
        """Raise an error if anything went wrong.

        In a test of yours use :func:`kamlab.testing.assert_holds`, which takes an exploration that is not complete for
        a failure.

        Args:
            proved: whether to raise one as well if it is not proved that nothing does.
            incomplete: whether it may be that not every order was covered.

        Raises:
            WrongOrder: it went wrong in some order. The text shows the shortest as a sequence diagram.
            NotProved: nothing was found, and that is no proof; not every order was covered.
        """
        if self.found:
            raise WrongOrder(self.report())
        if (proved and not self.proved) or not (incomplete or self.complete):
            raise NotProved(str(self))

    def report(self) -> str:
        """Return what was found as text, with the shortest order that goes wrong as a sequence diagram."""
        if not self.found:
            return str(self)
        schedule = self.found[0]
        how = f"To open it: explore(...).found[0].open(), or in a lab of the system:\n  lab.replay({schedule.line!r})"
        return f"{self}\n\n{schedule.diagram()}\n\n{how}"

    def __bool__(self) -> bool:
        """Return whether it was proved that nothing goes wrong."""
        return self.proved and not self.found

    def document(self) -> Document:
        """Return how many orders there are, in how many it goes wrong, and the shortest of these."""
        head = [line(Span(self._headline(), "bad" if self.found else "good" if self.proved else "strong"))]
        if self.why_not:
            head.append(line(f"Not a proof: {self.why_not}." if not self.found else f"Note: {self.why_not}."))
        return (*head, *(block for schedule in self.found for block in schedule.document()))

    def _repr_html_(self) -> str:
        """Return the sentences, and below them a picture: the shortest order that goes wrong, or else the states."""
        if self.found:
            return as_html((*self.whole(), *self.found[0].pictured()))
        if self._orders_inside is None or not 1 < self.states <= PICTURED_STATES:
            return super()._repr_html_()
        return as_html((*self.whole(), Section("the states that all orders run through", self.graph())))

    def _headline(self) -> str:
        orders = self._orders()
        if not self.found:
            return f"{orders} nothing goes wrong."
        if not self.complete or self.wrong is None:
            names = ", ".join(dict.fromkeys(name for schedule in self.found for name in schedule.names))
            return f"{orders} it can go wrong: {names}."
        if self.wrong == self.schedules:
            return f"{orders} it goes wrong."
        orders = orders.replace("In all", f"In {self.wrong:,} of all", 1)
        drawn = "" if self.chance is None else f" Drawn slice by slice, the chance is {percent(self.chance)}."
        return f"{orders} it goes wrong.{drawn}"

    def _orders(self) -> str:
        """Return which orders were covered, as the beginning of a sentence."""
        fair = "" if self.fair is None else f" that pass nobody over more than {counted(self.fair, 'time')}"
        fair += self._faults()
        if not self.complete:
            if self.how != "all" and self.schedules is not None:
                drawn = "run" if self.how == "traces" else "drawn"
                return f"In {self.schedules:,} order{'s' * (self.schedules != 1)} {drawn}{fair}"
            return f"In the {self.states:,} states that were reached"
        if self.schedules is None:
            where = f"the {self.states:,} states" if self.states != 1 else "the only state"
            return f"In all orders{fair}, which run through {where} without a last one,"
        if self.how == "traces" and self.schedules == 1:
            return "In the order that was run, from which no other one truly differs,"
        if self.how == "traces":
            return f"In all {self.schedules:,} orders{fair} that truly differ"
        if self.schedules == 1:
            return "In the only order"
        differing = "" if self.different is None else f" ({self.different:,} truly different)"
        return f"In all {self.schedules:,} orders{fair}{differing}"


def _whole(name: str, number: int) -> int:
    if type(number) is not int or number < 1:
        raise CannotExplore(f"{name}={number!r}: give a whole number above 0")
    return number
