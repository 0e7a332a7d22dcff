"""What can go wrong and is looked for on request, since only the user knows what is meant.

That an account has 1 on it, that one component is more urgent than another, or that four messages are too many, is
wrong only where it is meant otherwise. So each of these is a small value that says what is meant, and ``explore`` is
given those that matter: ``explore(system, look_for=LostUpdate(...))``. Where nothing of the kind is asked for, nothing
of the kind is named.

Rejected: a keyword of ``explore`` for each. It would have eight more, of which most belong together in pairs. Also
rejected: guesses, such as that two writes after two reads are a lost update. They are right in an account, and wrong in
a cache.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from ..analysis.words import counted, joined, shown
from ..core.box import made_inboxes_of
from ..core.component import Component
from ..core.describe import error_in_words
from . import cells
from .cells import Cell
from .errors import CannotExplore
from .graph import Graph
from .judge import Judge, Phenomenon
from .stage import Stage

LOST_UPDATE = "lost update"
REORDERING, DUPLICATE, LOSS = "reordering", "duplicate", "loss"
BACKLOG = "missing back-pressure"

#: How many components of which each is to run alone there may be.
MOST_AMONG = 8


def given(kind: str, name: str, function: Callable[[Any], Any], made: Any) -> Any:
    """Return what a function of the user's gives.

    Raises:
        CannotExplore: it raised an error.
    """
    try:
        return function(made)
    except Exception as error:
        raise CannotExplore(f"{kind}({name}=...) cannot be asked: {error_in_words(error)}") from error


@dataclass(frozen=True)
class LostUpdate(Phenomenon):
    """A result that no serial order leaves: one in which the same components run, each to its end before the next.

    An end of the system is a lost update if ``value`` of it is none of those that serial orders end with. In a serial
    order a component of ``among`` begins only when nothing else can run. All their orders are played, so this is exact.

    Attributes:
        value: a function of what the system returns: the result.
        among: the components, by their names or by the names of their classes.
        serial: the results that are right, in place of ``among``; or a function that says whether one is.

    Raises:
        CannotExplore: neither or both of ``among`` and ``serial`` are given; a name is that of no component; there are
            too many; or ``value`` raised an error.

    >>> from kamlab import Component, explore
    >>> from kamlab.exploration import LostUpdate
    >>> class Adds(Component):
    ...     def __init__(self, account):
    ...         super().__init__()
    ...         self.account = account
    ...     def main(self):
    ...         seen = self.account["money"]
    ...         yield
    ...         self.account["money"] = seen + 1
    >>> def system():
    ...     account = {"money": 0}
    ...     Adds(account).activate(), Adds(account).activate()
    ...     return account
    >>> found = explore(system, look_for=LostUpdate(lambda account: account["money"], among="Adds")).found
    >>> print(found[0].sentence)
    the result is 1; one after the other, Adds_1 and Adds_2 leave 2
    """

    value: Callable[[Any], Any]
    among: str | Iterable[str] = ()
    serial: Collection[Any] | Callable[[Any], Any] | None = None

    names: ClassVar[tuple[str, ...]] = (LOST_UPDATE,)

    def __post_init__(self) -> None:
        object.__setattr__(self, "among", _as_names(self.among))
        if not callable(self.value):
            raise CannotExplore(f"LostUpdate({self.value!r}): give a function of what the system returns")
        if bool(self.among) == (self.serial is not None):
            raise CannotExplore(
                "LostUpdate: give either among=, the components of which each is to run before the next, "
                "or serial=, the results that are right"
            )

    def judge(self, judge: Judge) -> None:
        """Note the ends whose value is that of no serial order."""
        graph = judge.graph
        ends = judge.at_ends(self._value)
        if self.serial is not None:
            for number, value in ends.items():
                sentence = self._told(value)
                if sentence:
                    judge.note(LOST_UPDATE, number, sentence)
            return
        if not graph.complete:
            judge.undecided.append("lost updates were not looked for, since not all serial orders are known")
            return
        among = _components(graph, self.among, "LostUpdate")
        serial = serial_ends(graph, among)
        if not serial:
            judge.undecided.append("lost updates were not looked for, since no serial order comes to an end")
        if not serial or not serial <= ends.keys():  # there was no time for some of them, which is said
            return
        right = [ends[number] for number in serial]
        who = joined([graph.setting.names[one] for one in sorted(among)])
        leave = joined(dict.fromkeys(map(shown, right)), "or")
        for number, value in ends.items():
            if value not in right:
                judge.note(
                    LOST_UPDATE, number, f"the result is {shown(value)}; one after the other, {who} leave {leave}"
                )

    def _value(self, made: Any) -> Any:
        return given("LostUpdate", "value", self.value, made)

    def _told(self, value: Any) -> str:
        serial = self.serial
        if callable(serial):
            return "" if given("LostUpdate", "serial", serial, value) else f"the result is {shown(value)}"
        assert serial is not None
        if value in serial:
            return ""
        leave = joined(map(shown, serial), "or")
        return f"the result is {shown(value)}; one after the other, the components leave {leave}"

    def at_end(self, made: Any) -> dict[str, str] | None:
        """Return what is wrong at the end of one run, if the right results were given."""
        if self.serial is None:
            return None
        sentence = self._told(self._value(made))
        return {LOST_UPDATE: sentence} if sentence else {}


def serial_ends(graph: Graph, among: Collection[int]) -> set[int]:
    """Return the ends of the orders in which some components run one after the other.

    The others run as soon as they can, in any order; then the first of these that has begun and can go on; and only
    where none of those can run, one that has not begun. There are no faults.
    """
    found: set[int] = set()
    start: tuple[int, tuple[int, ...]] = (0, ())
    seen, todo = {start}, [start]
    faults = graph.setting.choices
    while todo:
        number, begun = todo.pop()
        edges = [edge for edge in graph.edges[number] if edge[0] not in faults]
        if not edges:
            found.add(number)
        can_run = {component for component, _, _ in edges}
        first = [component for component in begun if component in can_run][:1]
        chosen = (can_run - set(among)) or set(first) or can_run
        for component, _, target in edges:
            if component in chosen:
                more = begun if component in begun or component not in among else (*begun, component)
                if (target, more) not in seen:
                    seen.add((target, more))
                    todo.append((target, more))
    return found


@dataclass(frozen=True)
class Delivery(Phenomenon):
    """Messages that are received in another order than they were sent, too often, or never.

    Messages are told apart by their values. Where two are equal, one may stand for the other; so give them identities
    if it matters, such as ``(number, text)``.

    Attributes:
        sent: the messages in the order in which they were sent: a sequence, or a function of what the system returns.
        received: a function of what the system returns: those that were received so far, in order.
        lossless: whether it is wrong as well that a message was not received at an end.

    Raises:
        CannotExplore: ``received`` is not a function, or one of the functions raised an error.

    >>> from kamlab import Component, Graphline, explore
    >>> from kamlab.exploration import Delivery
    >>> from kamlab.parts import DataSource
    >>> class Screen(Component):
    ...     text = ""
    ...     async def main(self):
    ...         while True:
    ...             self.text += await self.receive()
    >>> def system():
    ...     screen = Screen()
    ...     wires = {("a", "outbox"): ("screen", "inbox"), ("b", "outbox"): ("screen", "inbox")}
    ...     Graphline(a=DataSource("a"), b=DataSource("b"), screen=screen, linkages=wires).activate()
    ...     return screen
    >>> print(explore(system, look_for=Delivery("ab", lambda screen: screen.text)).found[0].sentence)
    'b' was received before 'a', which was sent earlier
    """

    sent: Sequence[Any] | Callable[[Any], Sequence[Any]]
    received: Callable[[Any], Sequence[Any]]
    lossless: bool = True

    names: ClassVar[tuple[str, ...]] = (REORDERING, DUPLICATE, LOSS)

    def __post_init__(self) -> None:
        if not callable(self.received):
            raise CannotExplore(f"Delivery(received={self.received!r}): give a function of what the system returns")
        if not callable(self.sent) and not isinstance(self.sent, Sequence):
            raise CannotExplore(f"Delivery({self.sent!r}): give a sequence of messages, or a function that returns one")

    def judge(self, judge: Judge) -> None:
        """Note the states in which a message came too early or too often, and the ends at which one is missing."""
        for number, found in judge.evaluate(lambda stage: self._so_far(stage.made)).items():
            for name, sentence in found.items():
                judge.note(name, number, sentence)
        if self.lossless:
            for number, sentence in judge.at_ends(self._missing).items():
                if sentence:
                    judge.note(LOSS, number, sentence)

    def at_end(self, made: Any) -> dict[str, str] | None:
        """Return what is wrong at the end of one run."""
        found = self._so_far(made)
        missing = self._missing(made) if self.lossless else ""
        return {**found, LOSS: missing} if missing else found

    def _ends(self, made: Any) -> tuple[list[Any], list[Any]]:
        sent = given("Delivery", "sent", self.sent, made) if callable(self.sent) else self.sent
        return list(sent), list(given("Delivery", "received", self.received, made))

    def _so_far(self, made: Any) -> dict[str, str]:
        sent, received = self._ends(made)
        found: dict[str, str] = {}
        at = 0
        for place, message in enumerate(received):
            times, sendings = received[: place + 1].count(message), sent.count(message)
            if times > sendings > 0:
                often = counted(sendings, "time") if sendings > 1 else "once"
                found.setdefault(DUPLICATE, f"{shown(message)} was received {counted(times, 'time')}, and sent {often}")
            elif message in sent[at:]:
                at = sent.index(message, at) + 1
            elif sendings:
                early = next(later for later in received[:place][::-1] if later in sent)
                found.setdefault(
                    REORDERING, f"{shown(early)} was received before {shown(message)}, which was sent earlier"
                )
        return found

    def _missing(self, made: Any) -> str:
        sent, received = self._ends(made)
        missing = [
            message for place, message in enumerate(sent) if sent[: place + 1].count(message) > received.count(message)
        ]
        return (
            f"{joined(map(shown, missing))} {'was' if len(missing) == 1 else 'were'} never received" if missing else ""
        )


@dataclass(frozen=True)
class Backlog(Phenomenon):
    """Messages that pile up in an inbox: more than a number, or more and more without bound.

    Attributes:
        limit: how many may wait; ``None``: any number, if it is bounded.
        inbox: the inbox, such as ``"Printer_2.inbox"``; without it, every one.

    Raises:
        CannotExplore: ``limit`` is not a number of messages, or there is no such inbox.

    >>> from kamlab import Pipeline, explore
    >>> from kamlab.exploration import Backlog
    >>> from kamlab.parts import DataSource, PassThrough
    >>> system = lambda: Pipeline(DataSource("abc"), PassThrough()).activate()
    >>> print(explore(system, look_for=Backlog(2)).found[0].sentence)
    3 messages wait in PassThrough_3.inbox, and 2 may
    """

    limit: int | None = None
    inbox: str = ""

    names: ClassVar[tuple[str, ...]] = (BACKLOG,)

    def __post_init__(self) -> None:
        if self.limit is not None and (type(self.limit) is not int or self.limit < 0):
            raise CannotExplore(f"Backlog({self.limit!r}): give a number of messages, or None")

    def judge(self, judge: Judge) -> None:
        """Note the states in which too many messages wait, or from which more and more can."""
        graph = judge.graph
        boxes = {cell: f"{graph.setting.names[cell[1]]}.{cell[2]}" for cell in graph.cells() if cell[0] == cells.BOX}
        if self.inbox:
            known = sorted(boxes.values())
            boxes = {cell: name for cell, name in boxes.items() if name == self.inbox}
            if not boxes and self.inbox not in _empty_inboxes(judge):
                there = ", ".join(sorted({*known, *_empty_inboxes(judge)}))
                raise CannotExplore(f"Backlog: no inbox is called {self.inbox!r}; there are: {there}")
        if self.limit is not None:
            may = f"{self.limit} may" if self.limit else "none may"
            for number, state in enumerate(graph.states):
                for cell, name in boxes.items():
                    waiting = len(graph.value(state, cell))
                    if waiting > self.limit:
                        wait = f"{counted(waiting, 'message')} {'waits' if waiting == 1 else 'wait'}"
                        judge.note(BACKLOG, number, f"{wait} in {name}, and {may}")
        for number, cell in _growing(graph, set(boxes)):
            judge.note(BACKLOG, number, f"more and more messages can wait in {boxes[cell]}, without bound")


def _empty_inboxes(judge: Judge) -> set[str]:
    """Return the names of the inboxes that there are at the beginning, also of those in which nothing ever waits."""
    stage = Stage(judge.graph.setting).run(judge.graph.prefix)
    found = {
        f"{stage.name(stage.number_of(component))}.{name}"
        for component in stage.components
        if isinstance(component, Component)
        for name in made_inboxes_of(component)
    }
    stage.close()
    return found


def _growing(graph: Graph, boxes: set[Cell]) -> list[tuple[int, Cell]]:
    """Return the states that are like one before but for more messages in an inbox, which nobody looked into since.

    The slices between the two can be run again and again, since they read nothing that has changed.
    """
    if graph.complete:  # it has finitely many states
        return []
    columns = graph.cells()
    inboxes = [cell for cell in columns if cell[0] == cells.BOX]
    others = [cell for cell in columns if cell[0] != cells.BOX]
    like: dict[tuple[int, ...], set[int]] = {}
    keys = []
    for number, state in enumerate(graph.states):
        keys.append(tuple([graph.number(state, cell) for cell in others]))
        like.setdefault(keys[-1], set()).add(number)
    found = []
    for number in range(len(keys)):
        if len(like[keys[number]]) > 1:
            cell = _grown_since(graph, number, like[keys[number]], inboxes)
            if cell in boxes:
                found.append((number, cell))
    return found


def _grown_since(graph: Graph, number: int, like: set[int], inboxes: list[Cell]) -> Cell | None:
    """Return the inbox in which more messages wait in a state than in a like one on the way there."""
    state, read, way = graph.states[number], set[Cell](), graph.way(number)
    before = [0, *[passed for _, passed in way]]
    for here, (component, _) in zip(before[-2::-1], way[::-1], strict=True):
        read.update(next(slice_ for one, slice_, _ in graph.edges[here] if one == component).reads)
        if here not in like:
            continue
        grown = []
        for cell in inboxes:
            old, new = graph.value(graph.states[here], cell), graph.value(state, cell)
            if old != new:
                if new[: len(old)] != old or cell in read:
                    break
                grown.append(cell)
        else:
            if grown:
                return grown[0]
    return None


def _as_names(given: str | Iterable[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def called(graph: Graph, name: str) -> set[int]:
    """Return the numbers of the components that have a name, or whose class has it."""
    setting = graph.setting
    return {
        number
        for number, (own, kind) in enumerate(zip(setting.names, setting.kinds, strict=True))
        if number not in setting.choices and name in (own, kind.__name__)
    }


def _components(graph: Graph, among: Iterable[str], what: str) -> set[int]:
    """Return the numbers of components, by their names or those of their classes.

    Raises:
        CannotExplore: a name is that of none, or there are too many.
    """
    found: set[int] = set()
    setting = graph.setting
    for name in among:
        named = called(graph, name)
        if not named:
            known = ", ".join(dict.fromkeys(setting.names))
            raise CannotExplore(f"{what}(among={name!r}): no component or class is called so; there are: {known}")
        found |= named
    if len(found) > MOST_AMONG:
        raise CannotExplore(
            f"{what}: there are {len(found)} components to run in every serial order; at most {MOST_AMONG}"
        )
    return found
