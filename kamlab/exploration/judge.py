"""What is wrong in the states of a graph, by name.

=============== =====================================================================================================
failure         a component failed
deadlock        nothing can run, and components wait in a circle of which each one waits for the next
lost wake-up    nothing can run, and a component sleeps that would take a message, were it woken
invariant       the predicate of the user's does not hold at an end
always          the predicate of the user's does not hold at some state
livelock        the system can go on for ever, messages and all, however fairly it is run, and could have ended
starvation      a component can wait for ever for the answer to a message that is never taken, however fairly it is run
=============== =====================================================================================================

What else can go wrong cannot be told without a word of the user's, as in ``explore(..., look_for=...)``; see
:mod:`.phenomena`:

======================== ======================================================================== ==================
lost update              the result is none that the same components leave one after the other    LostUpdate
priority inversion       a high component waits for a low one, while one in between runs          PriorityInversion
reordering               a message is received before one that was sent earlier                   Delivery
duplicate, loss          a message is received too often; it is neither received nor on its way   Delivery
missing back-pressure    more messages wait in an inbox than may, or more and more                Backlog
======================== ======================================================================== ==================

On which two slices it depends whether an order goes wrong is told with it (:mod:`.race`).

Each is decided by asking the real system, which is run to the state in question. A predicate can only see what its
argument leads to, so it is asked once for all states that have the same values there.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, ClassVar, TypeVar

from ..analysis.why_lab import circle_in_words, waiting
from ..analysis.words import joined
from ..core.box import made_inboxes_of
from ..core.component import Component
from ..core.describe import error_in_words
from ..core.microprocess import name_in_task
from ..core.states import ASLEEP, ENDED, FAILED
from ..core.task import task_of
from ..core.thread import ThreadedComponent
from . import cells
from .cells import Cell
from .counts import backwards
from .cycles import fair_cycles, starved
from .errors import CannotExplore
from .graph import Graph
from .predicates import Predicate, asked
from .stage import Stage

FAILURE, DEADLOCK, LOST, INVARIANT = "failure", "deadlock", "lost wake-up", "invariant"
ALWAYS, LIVELOCK, STARVATION = "always", "livelock", "starvation"

#: What happens on a way that has no end.
ENDLESS = (LIVELOCK, STARVATION)

Answer = TypeVar("Answer")


class Phenomenon(ABC):
    """Something that can go wrong, and that is looked for on request; the classes are in :mod:`.phenomena`."""

    #: The names that it gives to what it finds.
    names: ClassVar[tuple[str, ...]]

    @abstractmethod
    def judge(self, judge: Judge) -> None:
        """Note at which states of a graph it goes wrong."""

    def at_end(self, made: Any) -> dict[str, str] | None:
        """Return by name what is wrong at the end of one run, in sentences; ``None`` if that cannot be told from it."""
        return None


class Judge:
    """Finds what is wrong in a graph.

    Args:
        graph: the graph.
        invariant: asked at each end.
        always: asked at each state.
        until: when to give up, by ``time.perf_counter()``.
        look_for: what to look for besides.
    """

    def __init__(
        self,
        graph: Graph,
        invariant: Predicate | None,
        always: Predicate | None,
        until: float,
        look_for: Iterable[Phenomenon] = (),
    ) -> None:
        self.graph = graph
        self._invariant = invariant
        self._always = always
        self._until = until
        self._look_for = tuple(look_for)
        #: Whether a predicate is asked.
        self.asks = invariant is not None or always is not None or bool(self._look_for)
        #: What could not be decided, in sentences.
        self.undecided: list[str] = []
        #: By name and by state what is wrong there.
        self.found: dict[str, dict[int, str]] = {}
        #: The states, each after all that follow it; ``None`` if there are cycles, or not all is known.
        self.order = backwards(graph) if graph.complete else None
        #: How many states were not asked, since there was no time.
        self.left = 0
        self._answers: dict[tuple[str, Any], str] = {}

    def judge(self) -> Judge:
        """Look for everything."""
        self._judge_failures()
        for number in self.graph.ends():
            self._judge_end(number)
        if self._always is not None:
            always = self._always
            answers = self.evaluate(lambda stage: asked(always, stage.made, "there"), is_users=True)
            for number, sentence in answers.items():
                if sentence:
                    self.note(ALWAYS, number, sentence)
        if self._invariant is not None and not self.graph.ends():
            self.undecided.append("invariant= was never asked, since no order has an end: use always=")
        if self.graph.complete:
            self._judge_cycles()
        for phenomenon in self._look_for:
            phenomenon.judge(self)
        return self

    @property
    def bad(self) -> set[int]:
        """The states at which something is wrong, but for those that are only on a way without end."""
        return {number for name, states in self.found.items() if name not in ENDLESS for number in states}

    def note(self, name: str, number: int, sentence: str) -> None:
        """Note that something is wrong in a state, in a sentence."""
        self.found.setdefault(name, {}).setdefault(number, sentence)

    def _is_late(self) -> bool:
        if time.perf_counter() < self._until:
            return False
        self.left += 1
        return True

    def _run_to(self, number: int) -> Stage:
        return Stage(self.graph.setting).run(self.graph.path(number))

    # -- failures ---------------------------------------------------------------------------------

    def _judge_failures(self) -> None:
        """Note the states at which a component has failed; the error is told at the first."""
        sentences: dict[tuple[int, Any], str] = {}
        failing = {component for slice_ in self.graph.memory.slices for component in slice_.fails}
        for number, state in enumerate(self.graph.states):
            for component in failing:
                if self.graph.life(number, component) is not FAILED:
                    continue
                key = (component, self.graph.number(state, (cells.LOCAL, component)))
                if key not in sentences:
                    stage = self._run_to(number)
                    error = task_of(stage.component(component)).error
                    words = "" if error is None else f": {error_in_words(error)}"
                    sentences[key] = f"{stage.name(component)} failed{words}"
                    stage.close()
                self.note(FAILURE, number, sentences[key])

    # -- ends ---------------------------------------------------------------------------------------

    def _judge_end(self, number: int) -> None:
        if self._is_late():
            return
        asleep = [one for one in self.graph.components() if self.graph.life(number, one) is ASLEEP]
        if asleep:
            stage = self._run_to(number)
            circle = circle_of(stage.lab)
            stage.close()
            if circle:
                self.note(DEADLOCK, number, circle)
            else:
                self._judge_sleepers(number, asleep)
        if self._invariant is not None:
            self._ask(INVARIANT, self._invariant, number, "at the end")

    def _judge_sleepers(self, number: int, asleep: list[int]) -> None:
        """Wake each component that sleeps beside messages, in an execution of its own: does it take one?"""
        state = self.graph.states[number]
        for component in asleep:
            boxes = [
                cell
                for cell in self.graph.cells()
                if cell[0] == cells.BOX and cell[1] == component and self.graph.value(state, cell)
            ]
            if not boxes:
                continue
            local = self.graph.number(state, (cells.LOCAL, component))
            key = (LOST, (component, local, *[self.graph.number(state, cell) for cell in boxes]))
            if key not in self._answers:
                self._answers[key] = self._wake(number, component, boxes)
            if self._answers[key]:
                self.note(LOST, number, self._answers[key])

    def _wake(self, number: int, component: int, boxes: list[Cell]) -> str:
        stage = self._run_to(number)
        sentence = woken_in_vain(stage, component, boxes)
        stage.close()
        return sentence

    # -- predicates -----------------------------------------------------------------------------------

    def _ask(self, name: str, predicate: Predicate, number: int, when: str) -> None:
        """Ask a predicate at a state, unless it was asked where all that it can see is the same."""
        key = (name, self._seen_from_made(number))
        if key not in self._answers:
            if self._is_late():
                return
            stage = self._run_to(number)
            self._answers[key] = asked(predicate, stage.made, when)
            stage.close()
        if self._answers[key]:
            self.note(name, number, self._answers[key])

    def evaluate(
        self, function: Callable[[Stage], Answer], by_made: bool = True, is_users: bool = False
    ) -> dict[int, Answer]:
        """Return what a function says of the real system in each state; those for which there is no time are left out.

        Args:
            function: called with an execution that stands in the state; it must not change it.
            by_made: whether it looks at nothing but what the builder's result leads to, so that it is called once for
                all states that have the same values there.
            is_users: whether it is the user's, so that it is checked that it changes nothing.

        Raises:
            CannotExplore: it has changed something.
        """
        answers: dict[Any, Answer] = {}
        graph = self.graph
        keys = [self._seen_from_made(number) if by_made else number for number in range(len(graph.states))]
        for number in range(len(keys) - 1, -1, -1):  # the deepest first: others are on the way there
            if keys[number] in answers or self._is_late():
                continue
            way = graph.way(number)
            stage = Stage(graph.setting).run(graph.prefix)
            for place, state in enumerate([0, *[target for _, target in way]]):
                if place:
                    stage.step(way[place - 1][0])
                    stage.runnable()
                if keys[state] not in answers:
                    answers[keys[state]] = function(stage)
            if is_users:
                self._check_unchanged(stage, number)
            stage.close()
        return {number: answers[key] for number, key in enumerate(keys) if key in answers}

    def _check_unchanged(self, stage: Stage, number: int) -> None:
        """Raise CannotExplore if an execution is not in a state any more, since what was asked there has changed it."""
        changed = self.graph.differing(stage.capture(), number)
        if changed:
            raise CannotExplore(f"what is asked at each state changes the system, which it must not: {changed}")

    def at_ends(self, function: Callable[[Any], Answer]) -> dict[int, Answer]:
        """Return what a function says of what the builder returned, at each end for which there is time."""
        answers: dict[Any, Answer] = {}
        found = {}
        for number in self.graph.ends():
            key = self._seen_from_made(number)
            if key not in answers:
                if self._is_late():
                    continue
                stage = self._run_to(number)
                answers[key] = function(stage.made)
                stage.close()
            found[number] = answers[key]
        return found

    def _seen_from_made(self, number: int) -> Any:
        """Return the values of all cells that the builder's result leads to, and of the globals."""
        graph, state = self.graph, self.graph.states[number]
        if not graph.setting.made_is_seen:
            return number
        todo = set(graph.reader.referred(graph.value(state, cells.MADE)))
        seen: set[int] = set()
        while todo:
            component = todo.pop()
            if component not in seen:
                seen.add(component)
                todo |= graph.reader.referred(graph.value(state, (cells.LOCAL, component)))
        return tuple(
            [
                graph.number(state, cell)
                for cell in graph.cells()
                if cell[0] in (cells.GLOBAL, cells.VARIABLE, *cells.MADE, *cells.TIME)
                or (len(cell) > 1 and cell[1] in seen)
            ]
        )

    # -- cycles ---------------------------------------------------------------------------------------

    def _judge_cycles(self) -> None:
        """Note where a system that can end can go on for ever, and where one component never gets its turn."""
        if self.order is not None:
            return
        names = self.graph.setting.names
        for component, starving, box in starved(self.graph):
            where = f"its message in {names[box[1]]}.{box[2]} is never taken"
            for number in starving.states:
                self.note(STARVATION, number, f"{names[component]} can wait for ever while the others go on: {where}")
        if not self.graph.ends():
            return
        for cycle in fair_cycles(self.graph):
            if cycle.sends:
                words = joined([names[one] for one in sorted(cycle.moving)])
                for number in cycle.states:
                    self.note(LIVELOCK, number, f"{words} can go on for ever, however fairly they are run")


def circle_of(lab: Any) -> str:
    """Return the circle of components that wait for each other and can be nothing but a deadlock, in words; or ""."""
    why = waiting(lab)
    return circle_in_words(why.circles[0]) if why.circles and why.certain else ""


def woken_in_vain(stage: Stage, component: int, boxes: list[Cell]) -> str:
    """Wake a component that sleeps beside messages; return what is to be said if it takes one, which it would not have.

    The execution is of no further use then.
    """
    name = stage.name(component)
    stage.scheduler.request_wake(stage.component(component))
    if component not in stage.runnable():
        return ""
    (_, marks), _ = stage.step(component)
    taken = [cell[2] for cell in boxes if set(marks.get(cell, "")) & {"T", "W"}]
    return _in_vain(name, taken[0]) if taken else ""


def judge_made(look_for: Iterable[Phenomenon], made: Any) -> dict[str, str]:
    """Return by name what is wrong at the end of one run by what its builder returned, in sentences."""
    return {name: said for phenomenon in look_for for name, said in (phenomenon.at_end(made) or {}).items()}


def judge_stage(stage: Stage, invariant: Predicate | None, look_for: Iterable[Phenomenon] = ()) -> dict[str, str]:
    """Return by name what is wrong at the end of one execution, in sentences; it is of no further use then."""
    found = judge_made(look_for, stage.made)
    for number in stage.failed:
        error = task_of(stage.component(number)).error
        found[FAILURE] = f"{stage.name(number)} failed" + ("" if error is None else f": {error_in_words(error)}")
    if invariant is not None:
        sentence = asked(invariant, stage.made, "at the end")
        if sentence:
            found[INVARIANT] = sentence
    circle = circle_of(stage.lab)
    if circle:
        return {**found, DEADLOCK: circle}
    for component in stage.components:
        if task_of(component).life is ASLEEP and isinstance(component, Component):
            number = stage.number_of(component)
            boxes = [(cells.BOX, number, name) for name, box in made_inboxes_of(component).items() if box.items]
            sentence = woken_in_vain(stage, number, boxes) if boxes else ""
            if sentence:
                return {**found, LOST: sentence}
    return found


def judge_lab(lab: Any, invariant: Predicate | None, made: Any, look_for: Iterable[Phenomenon] = ()) -> dict[str, str]:
    """Return by name what is wrong at the end of one run of a lab, in sentences; it is of no further use then."""
    found = {}
    for component in lab.failures:
        error = task_of(component).error
        found[FAILURE] = f"{name_in_task(component)} failed: {error_in_words(error)}" if error is not None else ""
    members = list(lab.scheduler.members.values())
    rests = lab.outcome is not None and lab.outcome.reason in ("stuck", "finished")
    if rests and any(task_of(one).life not in ENDED for one in members) and (circle := circle_of(lab)):
        found[DEADLOCK] = circle
    if rests and invariant is not None:
        sentence = asked(invariant, made, "at the end")
        if sentence:
            found[INVARIANT] = sentence
    if rests:
        found.update(judge_made(look_for, made))
    if lab.outcome is not None and lab.outcome.reason == "stuck" and DEADLOCK not in found:
        sentence = next(filter(None, map(partial(_wake_in_vain, lab), members)), "")
        if sentence:
            found[LOST] = sentence
    return found


def _wake_in_vain(lab: Any, component: Any) -> str:
    """Wake a component that sleeps beside messages; return what is to be said if it takes one."""
    if task_of(component).life is not ASLEEP or not isinstance(component, Component):
        return ""
    waiting = {name: len(box.items) for name, box in made_inboxes_of(component).items() if box.items}
    if not waiting or isinstance(component, ThreadedComponent):
        return ""
    lab.scheduler.request_wake(component)
    lab.run(max_steps=1)
    taken = [name for name, count in waiting.items() if len(made_inboxes_of(component)[name].items) < count]
    return _in_vain(name_in_task(component), taken[0]) if taken else ""


def _in_vain(name: str, inbox: str) -> str:
    return f"{name} sleeps, and messages that it would take wait in its {inbox!r}: nothing wakes it"
