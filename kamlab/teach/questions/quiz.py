"""A quiz: all questions that can be asked of one lab, and one drawn of those that make sense now."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from ...core.asking import one_look
from ...lab import Lab
from ...views.quoting import quoted
from .errors import NoQuestion
from .kinds.contents import HowMany, WhatIsIn
from .kinds.kind import Kind
from .kinds.messages import NextInbox, NextIsLost
from .kinds.turns import CanRun, RunsNext, WokenNext
from .question import Question, check_can_ask

if TYPE_CHECKING:
    from ...core.box import Inbox

#: The most slices that a question may be about.
FARTHEST = 1000

_series = itertools.count(1)


class Quiz:
    """Questions about a lab, each asked where the lab stands and answered by stepping it.

    Args:
        lab: the lab.
        seed: decides which question :meth:`ask` draws; the same one for the same lab at the same step.

    A question that is asked again by the same quiz counts once, the first time. A quiz that is made anew, as
    when its cell is run again, begins anew: what it asks takes the place of the same questions before.

    Raises:
        NoQuestion: this is no lab.

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
    Step 0. Who runs next?
      Tick_1
      Show_2
      nobody
    >>> print(question.answer("Tick_1"))
    Right: Tick_1 ran next.
        1  Tick_1 resumed
    """

    def __init__(self, lab: Lab, seed: int = 0) -> None:
        if not issubclass(type(lab), Lab):
            raise NoQuestion(f"Quiz({quoted(lab, 40)}): give it the lab that it shall ask about")
        if type(seed) is not int:
            raise NoQuestion(f"Quiz(lab, seed={quoted(seed, 40)}): give a whole number")
        self.lab = lab
        self.seed = seed
        self._series = next(_series)

    # -- the questions --------------------------------------------------------------------------------

    def who_runs_next(self) -> Question:
        """Ask which component has the next slice.

        Raises:
            NoQuestion: the lab was stopped, runs, or rests. So do all of these.
        """
        return self._ask(RunsNext)

    def which_inbox(self) -> Question:
        """Ask which inbox gets the next message."""
        return self._ask(NextInbox)

    def what_is_in(self, inbox: Any, after: int = 1) -> Question:
        """Ask which messages wait in an inbox after so many slices.

        Args:
            inbox: such as ``"Sink_3.inbox"``, or a component of which only one inbox is linked.
            after: the number of slices.
        """
        return self._ask(lambda lab: WhatIsIn(lab, inbox, self._slices(after)))

    def how_many_in(self, inbox: Any, after: int = 1) -> Question:
        """Ask how many messages wait in an inbox after so many slices. Arguments are those of ``what_is_in``."""
        return self._ask(lambda lab: HowMany(lab, inbox, self._slices(after)))

    def who_is_woken(self) -> Question:
        """Ask which of those that sleep is woken next."""
        return self._ask(WokenNext)

    def can_anybody_run(self, after: int = 1) -> Question:
        """Ask whether anybody can still run after so many slices, or the lab rests (it may be a deadlock)."""
        return self._ask(lambda lab: CanRun(lab, self._slices(after)))

    def is_it_lost(self) -> Question:
        """Ask whether the next message that is sent reaches an inbox, or its outbox leads nowhere."""
        return self._ask(NextIsLost)

    def ask(self) -> Question:
        """Ask a question of a kind that makes sense now: more than one answer could be right.

        Raises:
            NoQuestion: there is none, or the lab was stopped, runs, or rests.
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

    def _ask(self, make: Callable[[Lab], Kind]) -> Question:
        check_can_ask(self.lab)
        with one_look():
            kind = make(self.lab)
            kind.prepare(self.lab)
            return Question(self.lab, kind, self._series)

    def _make_if_open(self, make: Callable[[Lab], Kind]) -> Question | None:
        lab = self.lab
        with one_look():
            kind = make(lab)
            is_open = getattr(kind, "is_open", None)
            if is_open is not None and not is_open(lab):
                return None
            ahead = kind.prepare(lab)
            moves = getattr(kind, "moves", None)
            if moves is not None and not moves(ahead):
                return None
            return Question(lab, kind, self._series)

    def _makers(self, draw: random.Random) -> Iterator[Callable[[Lab], Kind]]:
        """Yield what can be asked, with its details drawn."""
        yield RunsNext
        yield NextInbox
        yield WokenNext
        yield NextIsLost
        after = draw.randint(2, 6)
        yield lambda lab: CanRun(lab, after)
        for kind in (WhatIsIn, HowMany):
            boxes = _askable(self.lab)
            if boxes:
                yield self._about(kind, draw.choice(boxes), draw.randint(1, 4))

    @staticmethod
    def _about(kind: type[WhatIsIn] | type[HowMany], box: Inbox, after: int) -> Callable[[Lab], Kind]:
        return lambda lab: kind(lab, box, after)

    @staticmethod
    def _slices(after: Any) -> int:
        if type(after) is not int or not 1 <= after <= FARTHEST:
            raise NoQuestion(f"after={quoted(after, 40)}: give a number of slices from 1 to {FARTHEST}")
        return after

    def __repr__(self) -> str:
        return f"<quiz about {self.lab!r}>"


def _askable(lab: Lab) -> list[Inbox]:
    """Return the inboxes that something leads to or waits in."""
    return Kind(lab).known.inboxes()
