"""Which question a quiz asks next: a mix of kinds, nothing that only chance knows, and as many yes as no."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from functools import partial

from ..core.chance import uses_chance
from ..core.thread import ThreadedComponent
from ..lab import Lab
from .question_types.base import QuestionType, rests
from .question_types.contents import HowMany, WhatIsIn
from .question_types.happens_before import HappensBefore, happens_before_questions
from .question_types.messages import NextInbox, NextIsLost
from .question_types.order_question import NO, YES, Draw
from .question_types.outcomes import WhichOutcomes, outcome_questions
from .question_types.pictures import WhichOrder, which_orders
from .question_types.roster import Roster
from .question_types.scheduling import CanRun, RunsNext, WokenNext
from .question_types.shortest_way import FewestSlices, shortest_questions
from .question_types.some_order import IsThereAnOrder, some_order_questions
from .question_types.state_space import StateSpace
from .question_types.waiting import WhoCanWake, waits_now, waking_questions

#: Of how many questions in a row at most how many are of one kind.
ROW, SHARE = 10, 2
#: How many questions of one kind are made before another kind is tried.
TRIED = 6
#: After how many slices it is asked whether any component can still run.
SOON, LATER = (2, 6), (10, 20, 40)
#: The types of questions about the contents of an inbox.
ABOUT_INBOX = (WhatIsIn, HowMany)


class Selection:
    """What a quiz has asked, and how it chooses what comes next.

    The kind of a question about orders is its topic; of one about what comes next it is its type.
    """

    def __init__(self) -> None:
        self._kinds: list[str] = []
        self._topics: list[str] = []
        self._answers: Counter[str] = Counter()
        self._asked: set[Hashable] = set()

    def choose(self, lab: Lab, space: StateSpace | None, draw: Draw) -> QuestionType | None:
        """Return a question that was not asked yet, of a topic that was asked least; ``None`` if there is none."""
        recent = self._topics[1 - ROW :]
        by_topic = topics(lab, space, draw)
        ordered = sorted(draw.shuffled(by_topic), key=recent.count)
        for balanced in (True, False):
            for topic in ordered:
                for _, question in zip(range(TRIED), by_topic[topic](), strict=False):
                    if self._may_ask(question, balanced):
                        self._note(question)
                        return question
        return None

    @property
    def prefers_yes(self) -> bool | None:
        """Whether yes was the answer less often than no; ``None`` if both were as often."""
        yes, no = self._answers[YES], self._answers[NO]
        return None if yes == no else yes < no

    def _may_ask(self, question: QuestionType, balanced: bool) -> bool:
        if self._kinds[1 - ROW :].count(_kind(question)) >= SHARE or _key(question) in self._asked:
            return False
        answer = _yes_or_no(question)
        return not balanced or answer == "" or self.prefers_yes in (None, answer == YES)

    def _note(self, question: QuestionType) -> None:
        self._kinds.append(_kind(question))
        self._topics.append(question.topic)
        self._asked.add(_key(question))
        if answer := _yes_or_no(question):
            self._answers[answer] += 1


def topics(lab: Lab, space: StateSpace | None, draw: Draw) -> dict[str, Callable[[], Iterator[QuestionType]]]:
    """Return for each topic what yields questions about it; nothing is made before it is asked for."""
    found: dict[str, Callable[[], Iterator[QuestionType]]] = {}
    found[HappensBefore.topic] = partial(happens_before_questions, lab, space, draw)
    found[WhoCanWake.topic] = partial(waits_now, lab, draw)
    if space is not None:
        found[WhichOrder.topic] = partial(which_orders, lab, space, draw)
    if space is not None and space.is_complete:
        found[WhichOutcomes.topic] = partial(outcome_questions, lab, space, draw)
        found[WhoCanWake.topic] = partial(waking_questions, lab, space, draw)
        found[IsThereAnOrder.topic] = partial(some_order_questions, lab, space, draw)
        found[FewestSlices.topic] = partial(shortest_questions, lab, space, draw)
    if is_determined(lab) and not rests(lab):
        found[RunsNext.topic] = partial(_next_questions, lab, draw)
        found[WhatIsIn.topic] = partial(_contents_questions, lab, draw)
    return found


def _next_questions(lab: Lab, draw: Draw) -> Iterator[QuestionType]:
    """Yield questions about what comes next, whose answer is open, in a drawn order."""
    soon = [draw.random.randint(*SOON), *draw.shuffled(LATER)]
    makers: list[Callable[[Lab], QuestionType]] = [RunsNext, NextInbox, WokenNext, NextIsLost]
    makers += [partial(CanRun, after=after) for after in soon]
    yield from _open_questions(lab, draw.shuffled(makers))


def _contents_questions(lab: Lab, draw: Draw) -> Iterator[QuestionType]:
    """Yield questions about the contents of an inbox to which, or from which, messages go."""
    boxes = Roster(lab).active_inboxes()
    if boxes:
        makers = [partial(kind, inbox=box, after=draw.random.randint(1, 4)) for kind in ABOUT_INBOX for box in boxes]
        yield from _open_questions(lab, draw.shuffled(makers))


def _open_questions(lab: Lab, makers: list[Callable[[Lab], QuestionType]]) -> Iterator[QuestionType]:
    for make in makers:
        question = make(lab)
        if question.is_open(lab) and question.is_worth_asking(question.prepare(lab)):
            yield question


def _kind(question: QuestionType) -> str:
    return question.name if question.moves else question.topic


def _key(question: QuestionType) -> Hashable:
    return question.where, question.text, question.details


def _yes_or_no(question: QuestionType) -> str:
    """Return "yes" or "no" if that is the answer, as far as it is known."""
    value = None if question.ahead is None else question.ahead.value
    return value if type(value) is str and value in (YES, NO) else ""


def is_determined(lab: Lab) -> bool:
    """Return whether what comes next follows from what there is to see: round robin, and nothing from elsewhere."""
    scheduler = lab.scheduler
    members = list(scheduler.members.values())
    if lab.chooser is not None or scheduler.outsiders or scheduler.idle.sources():
        return False
    if any(isinstance(member, ThreadedComponent) or uses_chance(member) for member in members):
        return False
    return lab.virtual or scheduler.next_timer() is None
