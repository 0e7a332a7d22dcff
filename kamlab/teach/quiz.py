"""Predict, then step: a quiz about a lab, which the lab itself answers.

The answers are not written down, and nothing here knows how the engine works. A question says how far to step the lab;
the answer is read from the trace and the boxes, and the event that decided it is shown as the reason. So a question
fits any system. What each type of question asks is in :mod:`.question_types`, how one is answered in :mod:`.question`.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from ..core.repr_worker import one_look
from ..lab import Lab
from ..views.printable import quoted
from .question import Question, Result, check_can_ask
from .question_types.base import NoQuestion, QuestionType
from .question_types.contents import HowMany, WhatIsIn
from .question_types.messages import NextInbox, NextIsLost
from .question_types.roster import BadAnswer, Roster
from .question_types.scheduling import CanRun, RunsNext, WokenNext

__all__ = ["BadAnswer", "NoQuestion", "Question", "Quiz", "Result"]

#: The most slices that a question may be about.
FARTHEST = 1000

_series = itertools.count(1)

#: Makes a question of one type about a lab.
Maker = Callable[["Lab"], QuestionType]


class Quiz:
    """Questions about a lab, each asked where the lab stands and answered by stepping it.

    Args:
        lab: the lab.
        seed: decides which question :meth:`ask` draws: the same one for the same lab at the same step.

    A quiz that asks a question again counts only the first answer. A new quiz, as when its cell runs again, starts
    over: its questions replace the same questions of the quiz before.

    Raises:
        NoQuestion: ``lab`` is not a lab, or ``seed`` is not a whole number.

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

    def __init__(self, lab: Lab, seed: int = 0) -> None:
        if not issubclass(type(lab), Lab):
            raise NoQuestion(f"Quiz({quoted(lab, 40)}): give the lab to ask about")
        if type(seed) is not int:
            raise NoQuestion(f"Quiz(lab, seed={quoted(seed, 40)}): give a whole number")
        self.lab = lab
        self.seed = seed
        self._series = next(_series)

    # -- the questions --------------------------------------------------------------------------------

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

    def ask(self) -> Question:
        """Ask a question of a type that makes sense now: more than one answer is possible.

        Raises:
            NoQuestion: no type does, or the lab was stopped, runs, or rests.
        """
        check_can_ask(self.lab)
        draw = random.Random(f"{self.seed}/{self.lab.step_number}")
        makers = list(self._makers(draw))
        draw.shuffle(makers)
        for make in makers:
            question = self._make_if_open(make)
            if question is not None:
                return question
        raise NoQuestion("There is nothing to ask here: whatever could be asked has only one answer. Step the lab on.")

    # -- making them ----------------------------------------------------------------------------------

    def _ask(self, make: Maker) -> Question:
        check_can_ask(self.lab)
        with one_look():
            question_type = make(self.lab)
            question_type.prepare(self.lab)
            return Question(self.lab, question_type, self._series)

    def _make_if_open(self, make: Maker) -> Question | None:
        with one_look():
            question_type = make(self.lab)
            if not question_type.is_open(self.lab):
                return None
            if not question_type.is_worth_asking(question_type.prepare(self.lab)):
                return None
            return Question(self.lab, question_type, self._series)

    def _makers(self, draw: random.Random) -> Iterator[Maker]:
        """Yield a maker for a question of each type, with its details drawn."""
        yield from (RunsNext, NextInbox, WokenNext, NextIsLost)
        yield partial(CanRun, after=draw.randint(2, 6))
        boxes = Roster(self.lab).active_inboxes()
        if boxes:
            for about_inbox in (WhatIsIn, HowMany):
                yield partial(about_inbox, inbox=draw.choice(boxes), after=draw.randint(1, 4))

    def __repr__(self) -> str:
        return f"<quiz about {self.lab!r}>"


def _check_slices(after: Any) -> int:
    if type(after) is not int or not 1 <= after <= FARTHEST:
        raise NoQuestion(f"after={quoted(after, 40)}: give a number of slices from 1 to {FARTHEST}")
    return after
