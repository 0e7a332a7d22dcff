"""Predict, then step: a quiz about a lab, which the lab itself answers.

The answers are not written down, and nothing here knows how the engine works. A question about what comes next says how
far to step the lab; the answer is read from the trace and the boxes, and the event that decided it is shown as the
reason. A question about the orders of slices is answered by exploring all of them; the reason is an order that can be
opened. So a question fits any system. What each type of question asks is in :mod:`.question_types`, how one is answered
in :mod:`.question`.

Which question is drawn
-----------------------
Of each kind at most two of ten questions (:mod:`.selection`). Nothing that only chance knows: what comes next is asked
only if the order is determined, that is under round robin, without threads, network and random numbers; what can happen
in some order only if every order was explored. Yes and no are balanced as far as the system allows.
"""

from __future__ import annotations

import contextlib
import itertools
import random
from collections.abc import Callable
from typing import Any

from ..core.events import Event
from ..core.repr_worker import one_look
from ..lab import Lab
from ..views.printable import quoted
from .question import Question, Result, check_can_ask, why_nothing_runs
from .question_types.base import NoQuestion, QuestionType
from .question_types.contents import HowMany, WhatIsIn
from .question_types.explored_system import ExploredSystem, played_in
from .question_types.happens_before import asked_about
from .question_types.messages import NextInbox, NextIsLost
from .question_types.order_question import Draw
from .question_types.outcomes import WhichOutcomes, outcomes_of
from .question_types.pictures import which_order
from .question_types.roster import BadAnswer
from .question_types.scheduling import CanRun, RunsNext, WokenNext
from .question_types.shortest_way import FewestSlices
from .question_types.some_order import IsThereAnOrder, condition_of
from .question_types.state_space import StateSpace
from .question_types.waiting import who_can_wake
from .selection import Selection

__all__ = ["BadAnswer", "NoQuestion", "Question", "Quiz", "Result"]

#: The most slices that a question may be about.
FARTHEST = 1000
#: Orders from where a lab stands are asked about if so many states can be reached; otherwise those from the beginning.
WORTH_IT = 12
NOTHING_LEFT = (
    "There is nothing to ask here: whatever could be asked was asked, or has only one answer. Step the lab on, or make "
    "a quiz with another seed."
)

_series = itertools.count(1)

#: Makes a question of one type about a lab.
Maker = Callable[["Lab"], QuestionType]


class Quiz:
    """Questions about a lab: about what comes next, which the lab answers by being stepped, and about all orders.

    Args:
        lab: the lab. Its orders can be asked about if it was made with ``Lab(build=..., clock="virtual")``, and if
            every order can be explored. The first such question explores them, which may take a second or two.
        seed: decides which questions :meth:`ask` draws: the same ones for the same lab at the same steps.
        points: what each right answer is worth in the score.

    A quiz that asks a question again counts only the first answer. The questions of a later quiz are added to the
    score; the same questions with the same seed, as when a cell runs again, replace those of the earlier one.

    Raises:
        NoQuestion: ``lab`` is not a lab, or ``seed`` is not a whole number, or ``points`` not a number above 0.

    >>> from kamlab import Component, Lab
    >>> class Tick(Component):
    ...     def main(self):
    ...         for number in range(3):
    ...             self.send(number)
    ...             yield
    >>> class Show(Component):
    ...     async def main(self):
    ...         while True:
    ...             await self.receive()
    >>> def system():
    ...     tick, show = Tick().activate(), Show().activate()
    ...     tick.link((tick, "outbox"), (show, "inbox"))
    >>> lab = Lab(build=system, clock="virtual")
    >>> question = Quiz(lab).who_runs_next()
    >>> print(question)
    Step 0. Which component runs next?
      Tick_1
      Show_2
      none
    >>> print(question.answer("Tick_1"))
    Right: Tick_1 ran next.
        1  Tick_1 resumed
    """

    def __init__(self, lab: Lab, seed: int = 0, *, points: float = 1) -> None:
        if not issubclass(type(lab), Lab):
            raise NoQuestion(f"Quiz({quoted(lab, 40)}): give the lab to ask about")
        if type(seed) is not int:
            raise NoQuestion(f"Quiz(lab, seed={quoted(seed, 40)}): give a whole number")
        if type(points) not in (int, float) or not 0 < points < float("inf"):
            raise NoQuestion(f"Quiz(lab, points={quoted(points, 40)}): give a number above 0")
        self.lab = lab
        self.seed = seed
        self.points = points
        self._series = next(_series)
        self._selection = Selection()
        self._drawn = 0
        self._last: Question | None = None
        self._explored: ExploredSystem | NoQuestion | None = None

    def ask(self) -> Question:
        """Ask a question that makes sense now, of a kind that was asked little.

        A question that was drawn before and can still be answered is returned again.

        Raises:
            NoQuestion: there is none, or the lab was stopped, or runs.

        >>> from kamlab import Lab, Pipeline
        >>> from kamlab.parts import DataSource, PassThrough
        >>> lab = Lab(build=lambda: Pipeline(DataSource("ab"), PassThrough()).activate(), clock="virtual")
        >>> question = Quiz(lab, seed=4).ask()
        >>> print(question.where, question.text, sep="\\n")
        From the beginning (step 1 only wires the system).
        Is there an order in which, at some point, DataSource_2 has ended and PassThrough_3 has not?
        >>> print(question.answer("yes").sentence)
        Right: there is one: DataSource_2 (4 times).
        """
        if self._last is not None and self._last.is_open:
            return self._last
        why_not = why_nothing_runs(self.lab)
        if why_not is not None and self.lab.state in ("stopped", "running", "new"):
            raise NoQuestion(why_not)
        self._drawn += 1
        with one_look():
            space: StateSpace | None = None
            with contextlib.suppress(NoQuestion):
                space = self._space(WORTH_IT)
            if space is not None and not space.has_choices:
                space = None
            chosen = self._selection.choose(self.lab, space, self._draw())
        if chosen is None:
            raise NoQuestion(why_not or NOTHING_LEFT)
        self._last = self._question(chosen)
        return self._last

    # -- about all orders -----------------------------------------------------------------------------

    def which_outcomes(self, of: str) -> Question:
        """Ask which of some outcomes are possible in some order of slices; several may be right.

        Args:
            of: the attribute of a component, such as ``"account.balance"``: its values at the end of an order; an
                inbox, such as ``"store.inbox"``: what is in it after some slices; or ``"first to end"``.

        Raises:
            NoQuestion: not every order of the system can be explored, or there is nothing to choose from. All
                methods about orders raise it.
        """
        return self._about_orders(
            lambda space, draw: WhichOutcomes(self.lab, space, outcomes_of(space.check_complete(), of, draw), draw)
        )

    def is_there_an_order(self, what: Any) -> Question:
        """Ask whether something happens in some order of slices.

        Args:
            what: ``"deadlock"``, ``"lost wake-up"`` or ``"failure"``; a pair of components, such as ``("a", "b")``:
                the first one has ended and the second one has not; or an inbox and how many messages it holds, such
                as ``("store.inbox", 2)``.
        """
        return self._about_orders(
            lambda space, draw: IsThereAnOrder(self.lab, space, condition_of(space.check_complete(), what))
        )

    def shortest_way(self, to: Any) -> Question:
        """Ask how many slices it takes at least until something has happened.

        Args:
            to: what, as for :meth:`is_there_an_order`.
        """
        return self._about_orders(
            lambda space, draw: FewestSlices(self.lab, space, condition_of(space.check_complete(), to), draw)
        )

    def who_can_wake(self, component: str) -> Question:
        """Ask which components can wake one that sleeps now, in some order; several may be right."""
        return self._about_orders(lambda space, draw: who_can_wake(self.lab, space.check_complete(), component))

    def which_order(self, slices: int | None = None) -> Question:
        """Ask which of some orders of slices leads to a picture of the inboxes and components."""
        count = None if slices is None else _check_slices(slices)
        return self._about_orders(lambda space, draw: which_order(self.lab, space, draw, count))

    def happened_before(self, one: Event, other: Event) -> Question:
        """Ask whether one event of the run happened before another, or the other way round, or neither.

        Args:
            one, other: events of ``lab.trace`` in which a message was sent or taken.
        """
        return self._question(asked_about(self.lab, one, other))

    # -- about what comes next ------------------------------------------------------------------------

    def who_runs_next(self) -> Question:
        """Ask which component has the next slice.

        Raises:
            NoQuestion: the lab was stopped, runs, or rests. All of these methods raise it.
        """
        return self._ask(RunsNext)

    def which_inbox(self) -> Question:
        """Ask which inbox gets the next message."""
        return self._ask(NextInbox)

    def what_is_in(self, inbox: Any, after: int = 1) -> Question:
        """Ask which messages wait in an inbox after a number of slices.

        Args:
            inbox: such as ``"Sink_3.inbox"``, or a component that has only one linked inbox.
            after: the number of slices.
        """
        return self._ask(lambda lab: WhatIsIn(lab, inbox, _check_slices(after)))

    def how_many_in(self, inbox: Any, after: int = 1) -> Question:
        """Ask how many messages wait in an inbox after a number of slices. Arguments as for :meth:`what_is_in`."""
        return self._ask(lambda lab: HowMany(lab, inbox, _check_slices(after)))

    def who_is_woken(self) -> Question:
        """Ask which of the sleeping components is woken next."""
        return self._ask(WokenNext)

    def can_anybody_run(self, after: int = 1) -> Question:
        """Ask whether any component can still run after a number of slices, or the lab rests, perhaps in a deadlock."""
        return self._ask(lambda lab: CanRun(lab, _check_slices(after)))

    def is_it_lost(self) -> Question:
        """Ask whether the next message sent is lost because its outbox leads nowhere."""
        return self._ask(NextIsLost)

    # -- making them ----------------------------------------------------------------------------------

    def _ask(self, make: Maker) -> Question:
        check_can_ask(self.lab)
        with one_look():
            question_type = make(self.lab)
            question_type.prepare(self.lab)
            return self._question(question_type)

    def _about_orders(self, make: Callable[[StateSpace, Draw], QuestionType]) -> Question:
        why_not = why_nothing_runs(self.lab, at_rest=False)
        if why_not is not None:
            raise NoQuestion(why_not)
        with one_look():
            return self._question(make(self._space(2), self._draw()))

    def _question(self, question_type: QuestionType) -> Question:
        return Question(self.lab, question_type, self._series, self.points, self.seed)

    def _draw(self) -> Draw:
        numbers = random.Random(f"{self.seed}/{self.lab.step_number}/{self._drawn}")
        preferred = self._selection.prefers_yes
        return Draw(numbers, numbers.random() < 0.5 if preferred is None else preferred)

    def _space(self, fewest: int) -> StateSpace:
        """Return the orders from where the lab stands, if they lead to so many states, or else from the beginning.

        Raises:
            NoQuestion: not every order can be explored.
        """
        if self._explored is None:
            try:
                self._explored = ExploredSystem(self.lab)
            except NoQuestion as error:
                self._explored = error
        if isinstance(self._explored, NoQuestion):
            raise NoQuestion(str(self._explored))
        played = played_in(self.lab, self._explored) if self.lab.step_number else None
        if played:
            with contextlib.suppress(NoQuestion):
                here = StateSpace(self._explored, played)
                if len(here.costs) >= fewest:
                    return here
        return StateSpace(self._explored)

    def __repr__(self) -> str:
        return f"<quiz about {self.lab!r}>"


def _check_slices(after: Any) -> int:
    if type(after) is not int or not 1 <= after <= FARTHEST:
        raise NoQuestion(f"after={quoted(after, 40)}: give a number of slices from 1 to {FARTHEST}")
    return after
