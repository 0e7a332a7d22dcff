"""What all kinds of questions have in common.

A kind knows no answer. It says what is to be run (``drive``) and where in what happened the answer stands
(``found``); the same two are used on the lab and, for what is offered to choose from, on a twin of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from ....analysis.words import joined
from ....core.events import Event
from ....views.quoting import label
from ..errors import BadAnswer
from ..names import Known, in_answer
from ..stepping import Ran, look_ahead

if TYPE_CHECKING:
    from ....lab import Lab

#: How many things to choose from are offered, where it is known that the answer is one of them.
OFFERED = 8
#: How many slices a question runs at most that asks for the next time that something happens.
WITHIN = 100


@dataclass(frozen=True, slots=True)
class Found:
    """An answer: its value, a clause that says it, and the events that are the reason."""

    value: Any
    clause: str
    events: tuple[Event, ...] = ()


class Kind:
    """One kind of question, asked of a lab as it stands.

    ``text`` is what is asked, ``takes`` completes "this question takes", ``choices`` are the values that are
    offered; none where one writes the answer oneself, then ``example`` shows how.
    """

    name: ClassVar[str] = ""
    example: ClassVar[str] = ""
    text: str = ""
    takes: str = ""
    choices: tuple[Any, ...] = ()

    def __init__(self, lab: Lab) -> None:
        self.known: Known = Known(lab)

    def prepare(self, lab: Lab) -> Found | None:
        """Make up what is offered; return what a look ahead has found."""
        ahead = look_ahead(lab, self)
        self.offer(lab, ahead)
        return ahead

    def drive(self, lab: Lab) -> Ran:
        """Step a lab by what the question is about."""
        raise NotImplementedError

    def found(self, lab: Lab, known: Known, ran: Ran) -> Found:
        """Read the answer from what happened; ``known`` is who there was before."""
        raise NotImplementedError

    def offer(self, lab: Lab, ahead: Found | None) -> None:
        """Make up ``choices`` and ``takes``."""

    def read(self, given: Any) -> Any:
        """Return what was answered as a value to compare.

        Raises:
            BadAnswer: it is no answer to this question.
        """
        raise NotImplementedError

    def same(self, given: Any, value: Any) -> bool:
        """Return whether an answer that was read is the right one."""
        return bool(given == value)

    def words(self, value: Any) -> str:
        """Write an answer."""
        return label(str(value), 60)


class Named(Kind):
    """A kind whose answers are names, or a few words."""

    #: What the names are names of.
    of: ClassVar[str] = "a component"
    #: The answers that are no names, and what else one may say for them.
    others: ClassVar[dict[str, tuple[Any, ...]]] = {}

    def offer_names(self, names: Sequence[str], likely: Iterable[str], ahead: Found | None) -> None:
        """Offer names: all of them, or a few if it is known that the answer is among those."""
        offered = list(dict.fromkeys(names))
        if ahead is not None:
            first = [ahead.value, *likely, *offered]
            kept = list(dict.fromkeys(each for each in first if each not in self.others))[:OFFERED]
            offered = [each for each in offered if each in kept] + [each for each in kept if each not in offered]
        self.choices: tuple[Any, ...] = (*offered, *self.others)
        self.takes: str = f"the name of {self.of}: {joined(self.choices, 'or', limit=4)}"

    def read(self, given: Any) -> str:
        """Return the name that is meant."""
        if type(given) is str and (given in self.choices or given in self.others):
            return given
        for word, also in self.others.items():
            if any(type(given) is type(each) and given == each for each in also):
                return word
        return self.read_name(given)

    def read_name(self, given: Any) -> str:
        """Return the name that is meant by what is none of the choices, word for word."""
        raise BadAnswer(in_answer(given))
