"""Questions about one inbox after some slices: what waits there, and how much."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from ....analysis.moment import held_by_thread
from ....analysis.words import counted
from ....core.events import RESUMED, SENT, Event
from ....views.quoting import label, quoted_all
from ..equal import same_messages
from ..errors import BadAnswer, NoQuestion
from ..names import Known, in_answer
from ..stepping import Ran, advance
from .kind import Found, Kind

if TYPE_CHECKING:
    from ....core.box import Inbox
    from ....lab import Lab

#: How many variations of the contents are offered, and how many numbers.
VARIATIONS, NUMBERS = 5, 9
#: How many messages of an inbox are written down.
WRITTEN = 8


class _OfInbox(Kind):
    """A kind about an inbox after so many slices."""

    asks: ClassVar[str] = ""

    def __init__(self, lab: Lab, inbox: Any, after: int) -> None:
        super().__init__(lab)
        try:
            box = self.known.inbox(inbox)
        except BadAnswer as error:
            raise NoQuestion(f"{self.name}: {str(error).replace('You answered', 'you gave')}") from None
        if box.onward is not None:
            end = self.known.box_name(box.target)
            raise NoQuestion(f"{self.known.box_name(box)} leads on to {end}, and nothing waits in it; ask about {end}")
        self.owner: str = self.known.name(box.owner)
        self.boxname: str = box.name
        self.box: str = self.known.box_name(box)
        self.after = after
        self.now: tuple[Any, ...] = waiting_in(box)
        self.text: str = self.asks.format(box=self.box, slices=counted(after, "slice"))

    def drive(self, lab: Lab) -> Ran:
        """Run the slices."""
        return advance(lab, self.after)

    def found(self, lab: Lab, known: Known, ran: Ran) -> Found:
        """It is what waits in the box now; the reason is what came into it and was taken out."""
        box = known.by_name[self.owner].inboxes[self.boxname]  # type: ignore[attr-defined]
        there = waiting_in(box)
        events = tuple(each for each in ran.events if each.box is box)
        events = events or tuple(each for each in ran.events if each.kind == RESUMED)
        after = f"after {counted(ran.steps, 'slice')}"
        if ran.rests and ran.steps < self.after:
            after += " (then nobody could run)"
        return Found(self.value_of(there), f"{self.box} {self.clause(there)} {after}", events)

    def value_of(self, there: tuple[Any, ...]) -> Any:
        """Return the answer, given what waits in the box."""
        return there

    def clause(self, there: tuple[Any, ...]) -> str:
        """Say what waits in the box."""
        return f"holds {in_words(there)}" if there else "is empty"

    def moves(self, ahead: Found | None) -> bool:
        """Return whether something comes to the box or is taken from it, as far as is known."""
        return ahead is None or any(each.box is not None for each in ahead.events)


class WhatIsIn(_OfInbox):
    """What is in an inbox after so many slices?"""

    name = "what is in it"
    asks = "What is in {box} after {slices}?"
    takes = "a list of messages, the oldest first, such as ['a', 1] or []"
    example = "['a', 1]"

    def offer(self, lab: Lab, ahead: Found | None) -> None:
        """Offer what it will be, what it is now, and small variations; nothing where nobody knows."""
        if ahead is None:
            return
        offered: dict[str, tuple[Any, ...]] = {}
        for each in variations(ahead.value, self.now, ahead.events):
            if len(offered) < VARIATIONS:
                offered.setdefault(in_words(each), each)
        if len(offered) > 1:
            ordered = sorted(offered.items(), key=lambda item: (len(item[1]), item[0]))
            self.choices: tuple[Any, ...] = tuple(contents for _, contents in ordered)

    def read(self, given: Any) -> tuple[Any, ...]:
        """Return the messages that are meant."""
        if type(given) in (list, tuple):
            return tuple(given)
        one = " A single message is a list with one item." if type(given) in (str, bytes) else ""
        raise BadAnswer(in_answer(given) + one)

    def same(self, given: Any, value: Any) -> bool:
        """Return whether the messages are the same, by value."""
        return same_messages(given, value)

    def words(self, value: Any) -> str:
        """Write messages."""
        return in_words(value)


class HowMany(_OfInbox):
    """How many messages wait in an inbox after so many slices?"""

    name = "how many are in it"
    asks = "How many messages wait in {box} after {slices}?"
    takes = "a number, 0 or more"
    example = "2"

    def value_of(self, there: tuple[Any, ...]) -> int:
        """Return how many there are."""
        return len(there)

    def clause(self, there: tuple[Any, ...]) -> str:
        """Say how many there are."""
        return f"holds {counted(len(there), 'message')}" if there else "is empty"

    def offer(self, lab: Lab, ahead: Found | None) -> None:
        """Offer the numbers around that of now, if these are few and the answer is one of them."""
        now = len(self.now)
        numbers = range(max(0, now - self.after), now + self.after + 1)
        if ahead is not None and ahead.value in numbers and len(numbers) <= NUMBERS:
            self.choices: tuple[Any, ...] = tuple(numbers)

    def read(self, given: Any) -> int:
        """Return the number that is meant."""
        if type(given) is not int or given < 0:
            raise BadAnswer(in_answer(given))
        return given


def waiting_in(box: Inbox) -> tuple[Any, ...]:
    """Return what waits in an inbox; of a component with a thread, also what its thread has fetched but not taken."""
    return (*held_by_thread(box.owner, box.name), *box.items)


def in_words(messages: tuple[Any, ...]) -> str:
    """Write messages as a list.

    >>> in_words((1, "a")), in_words(())
    ("[1, 'a']", '[]')
    >>> in_words(tuple(range(12)))
    '[0, 1, 2, 3, 4, 5, 6, 7, and 4 more]'
    """
    texts = quoted_all(messages[:WRITTEN])
    if len(messages) > WRITTEN:
        texts.append(f"and {len(messages) - WRITTEN} more")
    return label(f"[{', '.join(texts)}]", 200)


def variations(there: tuple[Any, ...], now: tuple[Any, ...], events: tuple[Event, ...]) -> Iterator[tuple[Any, ...]]:
    """Yield what may be thought to be in a box: what will be, what is now, one more, one less, the other way round."""
    yield there
    yield now
    came = [each.message for each in events if each.kind == SENT]
    if came and len(came) > 1:
        yield tuple(came)
    if there:
        yield there[1:]
        yield there[:-1]
        yield there[::-1]
    if came or there:
        yield (*there, came[-1] if came else there[-1])
    if now:
        yield now[1:]
    yield ()
