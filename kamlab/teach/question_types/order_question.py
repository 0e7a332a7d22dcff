"""What the questions about orders share: they are answered by exploring, and leave the lab where it is."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from ...analysis.words import joined
from ...core.microprocess import Microprocess, name_in_task
from ...exploration import Schedule
from .base import Answer, Progress, QuestionType
from .roster import BadAnswer, Roster, quote_answer
from .state_space import StateSpace

if TYPE_CHECKING:
    from ...lab import Lab

YES, NO = "yes", "no"
#: What a student may answer for yes and no.
_MEANT = {YES: YES, "Yes": YES, True: YES, NO: NO, "No": NO, False: NO}


@dataclass(frozen=True)
class Draw:
    """What decides which question is drawn: random numbers, and whether its answer should be yes or no."""

    random: random.Random
    prefers_yes: bool = True

    def some(self, items: Iterable[Any], count: int) -> list[Any]:
        """Return at most so many of some items, in an order that is drawn."""
        found = list(items)
        return self.random.sample(found, min(count, len(found)))

    def shuffled(self, items: Iterable[Any]) -> list[Any]:
        """Return all items in an order that is drawn."""
        found = list(items)
        return self.random.sample(found, len(found))


class OrderQuestion(QuestionType):
    """A question about the orders in which a lab can run on, or about one of them.

    Its subclasses make one with everything it needs by calling :meth:`settle`.
    """

    moves = False
    topic: ClassVar[str] = ""

    def __init__(self, lab: Lab, space: StateSpace | None) -> None:
        super().__init__(lab)
        self.space: StateSpace | None = space
        if space is not None:
            self.where: str = _where(space)

    def settle(
        self,
        text: str,
        choices: Sequence[str],
        right: Collection[str],
        clause: str,
        *,
        lines: Sequence[str] = (),
        schedules: Sequence[Schedule] = (),
        several: bool = False,
    ) -> None:
        """Set the question, the choices, which of these are right, and the reason."""
        self.text: str = text
        self.choices: tuple[Any, ...] = tuple(choices)
        self.several: bool = several
        value: Any = tuple([choice for choice in choices if choice in right])
        self.ahead: Answer | None = Answer(value if several else value[0], clause, (), tuple(lines), tuple(schedules))
        offered = joined(choices, "or", limit=8)
        self.takes: str = f"a list of one or more of {offered}" if several else f"one of {offered}"

    def advance(self, lab: Lab) -> Progress:
        """Leave the lab where it is."""
        return Progress()

    def find_answer(self, lab: Lab, roster: Roster, progress: Progress) -> Answer:
        """Return the answer that exploring gave."""
        assert self.ahead is not None
        return self.ahead

    def look_ahead(self, lab: Lab) -> Answer | None:
        """Return the answer that exploring gave."""
        return self.ahead

    @property
    def right(self) -> Any:
        """The right choice, or the right choices."""
        return None if self.ahead is None else self.ahead.value

    def read(self, given: Any) -> Any:
        """Return the choice that is meant, or the choices."""
        if not self.several:
            return self._read_one(given)
        is_one = type(given) is list and repr(given) in self.choices  # a choice may be the text of a list
        if is_one or type(given) not in (list, tuple, set, frozenset):
            given = [given]
        if not given:
            raise BadAnswer(quote_answer(given))
        return frozenset(map(self._read_one, given))

    def _read_one(self, given: Any) -> str:
        if self.choices == (YES, NO):
            if type(given) in (str, bool) and given in _MEANT:
                return _MEANT[given]
            raise BadAnswer(quote_answer(given))
        text = name_in_task(given) if isinstance(given, Microprocess) else given
        if type(given) in (int, bool, type(None)):
            text = str(given)
        for meant in (text, repr(text)) if type(text) is str else (repr(given),):
            if meant in self.choices:
                return meant
        raise BadAnswer(f"{quote_answer(given)} It is none of the choices.")

    def is_right(self, given: Any, value: Any) -> bool:
        """Return whether an answer is the right one; where several are right, whether it is all of these."""
        return bool(given == frozenset(value)) if self.several else bool(given == value)

    def words(self, value: Any) -> str:
        """Return an answer as text."""
        if type(value) is str:
            return value
        return joined([choice for choice in self.choices if choice in value], limit=8) or "none of them"


def _where(space: StateSpace) -> str:
    """Return from when on a question is asked."""
    if space.is_from_here:
        return f"From step {space.begins} on."
    if not space.begins:
        return "From the beginning."
    steps = "step 1 only wires" if space.begins == 1 else f"steps 1 to {space.begins} only wire"
    return f"From the beginning ({steps} the system)."


def not_counting(space: StateSpace, path: Sequence[int]) -> str:
    """Return that the slices of the chassis in an order are not counted, in parentheses; "" if there are none."""
    names = space.chassis_names(path)
    return f" (not counting those of {joined(names)})" if names else ""


def taking_part(space: StateSpace) -> list[int]:
    """Return the components that run in some order from here, without a chassis."""
    running = {component for state in space.costs for component, _, _ in space.edges(state)}
    return [component for component in space.actors if component in running]
