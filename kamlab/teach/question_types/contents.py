"""Questions about one inbox after some slices: what waits there, and how much."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from ...analysis.moment import held_by_thread
from ...analysis.words import counted
from ...core.describe import words_of
from ...core.events import RESUMED, SENT, Event
from ...core.repr_worker import NoAnswer, answer
from ...core.text_bytes import TextBytes
from ...views.printable import label, quoted_all
from .base import Answer, NoQuestion, Progress, QuestionType
from .roster import BadAnswer, Roster, quote_answer

if TYPE_CHECKING:
    from ...core.box import Inbox
    from ...lab import Lab

#: How many variations of the contents to offer, and how many numbers.
VARIATIONS, NUMBERS = 5, 9
#: How many messages of an inbox to write out.
WRITTEN = 8
#: How many nested containers, and how many values in all, are compared without a time limit.
DEEPEST, MOST = 20, 10_000
_ATOMS = (str, bytes, TextBytes, int, float, bool, type(None))


class _AboutInbox(QuestionType):
    """A question about an inbox after a number of slices."""

    topic = "contents"
    pattern: ClassVar[str] = ""

    def __init__(self, lab: Lab, inbox: Any, after: int) -> None:
        super().__init__(lab)
        try:
            box = self.roster.find_inbox(inbox)
        except BadAnswer as error:
            raise NoQuestion(f"{self.name}: {str(error).replace('You answered', 'you gave')}") from None
        name = self.roster.box_name(box)
        if box.onward is not None:
            end = self.roster.box_name(box.target)
            raise NoQuestion(f"{name} leads on to {end}, and nothing waits in it; ask about {end}")
        self.owner_name: str = self.roster.name(box.owner)
        self.short_box_name: str = box.name
        self.box_name: str = name
        self.slices: int = after
        self.now: tuple[Any, ...] = waiting_in(box)
        self.text: str = self.pattern.format(box=name, slices=counted(after, "slice"))

    def find_answer(self, lab: Lab, roster: Roster, progress: Progress) -> Answer:
        """Return what waits in the box now; the reason is what came into it and what was taken out."""
        box = roster.by_name[self.owner_name].inboxes[self.short_box_name]  # type: ignore[attr-defined]
        there = waiting_in(box)
        events = tuple(event for event in progress.events if event.box is box)
        events = events or tuple(event for event in progress.events if event.kind == RESUMED)
        after = f"after {counted(progress.steps, 'slice')}"
        if progress.rests and progress.steps < self.slices:
            after += " (then no component could run)"
        return Answer(self.value_of(there), f"{self.box_name} {self.clause(there)} {after}", events)

    def value_of(self, there: tuple[Any, ...]) -> Any:
        """Return the answer, given the messages in the box."""
        return there

    def clause(self, there: tuple[Any, ...]) -> str:
        """Return a clause that says what is in the box."""
        return f"holds {as_list(there)}" if there else "is empty"

    def is_worth_asking(self, ahead: Answer | None) -> bool:
        """Return whether a message comes to the box or is taken from it, as far as is known."""
        return ahead is None or any(event.box is not None for event in ahead.events)


class WhatIsIn(_AboutInbox):
    """What is in an inbox after a number of slices?"""

    name = "what is in it"
    pattern = "What is in {box} after {slices}?"
    takes = "a list of messages, the oldest first, such as ['a', 1] or []"
    example = "['a', 1]"

    def offer(self, lab: Lab, ahead: Answer | None) -> None:
        """Offer the future contents, the present ones, and small variations; nothing if the future is not known."""
        if ahead is None:
            return
        offered: dict[str, tuple[Any, ...]] = {}
        for contents in variations(ahead.value, self.now, ahead.events):
            if len(offered) < VARIATIONS:
                offered.setdefault(as_list(contents), contents)
        if len(offered) > 1:
            ordered = sorted(offered.items(), key=lambda item: (len(item[1]), item[0]))
            self.choices: tuple[Any, ...] = tuple(contents for _, contents in ordered)

    def read(self, given: Any) -> tuple[Any, ...]:
        """Return the messages that are meant."""
        if type(given) in (list, tuple):
            return tuple(given)
        hint = " A single message is a list with one item." if type(given) in (str, bytes) else ""
        raise BadAnswer(quote_answer(given) + hint)

    def is_right(self, given: Any, value: Any) -> bool:
        """Return whether the messages are the same, by value."""
        return same_messages(given, value)

    def words(self, value: Any) -> str:
        """Return messages as text."""
        return as_list(value)


class HowMany(_AboutInbox):
    """How many messages wait in an inbox after a number of slices?"""

    name = "how many are in it"
    pattern = "How many messages wait in {box} after {slices}?"
    takes = "a number, 0 or more"
    example = "2"

    def value_of(self, there: tuple[Any, ...]) -> int:
        """Return the number of messages."""
        return len(there)

    def clause(self, there: tuple[Any, ...]) -> str:
        """Return a clause that says how many there are."""
        return f"holds {counted(len(there), 'message')}" if there else "is empty"

    def offer(self, lab: Lab, ahead: Answer | None) -> None:
        """Offer the numbers around the present one, if they are few and the answer is among them."""
        now = len(self.now)
        numbers = range(max(0, now - self.slices), now + self.slices + 1)
        if ahead is not None and ahead.value in numbers and len(numbers) <= NUMBERS:
            self.choices: tuple[Any, ...] = tuple(numbers)

    def read(self, given: Any) -> int:
        """Return the number that is meant."""
        if type(given) is not int or given < 0:
            raise BadAnswer(quote_answer(given))
        return given


def waiting_in(box: Inbox) -> tuple[Any, ...]:
    """Return the messages in an inbox; those that its owner's thread has fetched but not used come first."""
    return (*held_by_thread(box.owner, box.name), *box.items)


def as_list(messages: tuple[Any, ...]) -> str:
    """Return messages as the text of a list.

    >>> as_list((1, "a")), as_list(())
    ("[1, 'a']", '[]')
    >>> as_list(tuple(range(12)))
    '[0, 1, 2, 3, 4, 5, 6, 7, and 4 more]'
    """
    texts = quoted_all(messages[:WRITTEN])
    if len(messages) > WRITTEN:
        texts.append(f"and {len(messages) - WRITTEN} more")
    return label(f"[{', '.join(texts)}]", 200)


def variations(there: tuple[Any, ...], now: tuple[Any, ...], events: tuple[Event, ...]) -> Iterator[tuple[Any, ...]]:
    """Yield plausible contents of a box: the right ones first, then the present ones, one more, one less, reversed."""
    yield there
    yield now
    came = [event.message for event in events if event.kind == SENT]
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


# -- whether messages are equal -------------------------------------------------------------------------


def same_messages(given: Sequence[Any], there: Sequence[Any]) -> bool:
    """Return whether these are the same messages in the same order.

    ``==`` on messages is users' code, so it runs with a time limit, except between plain values. Messages that are not
    equal count as the same if their text is the same: a student could not have written the difference. This covers
    ``nan``, and objects whose class does not define ``__eq__``.

    >>> same_messages([1, "a"], (1, "a")), same_messages([1], [2]), same_messages([float("nan")], [float("nan")])
    (True, False, True)
    """
    return len(given) == len(there) and all(map(_same_message, given, there))


def _same_message(given: Any, there: Any) -> bool:
    if given is there or _equal(given, there):
        return True
    return type(given) is type(there) and words_of(given) == words_of(there)


def _equal(given: Any, there: Any) -> bool:
    if _is_plain(given, DEEPEST, [MOST]) and _is_plain(there, DEEPEST, [MOST]):
        return bool(given == there)
    try:
        return bool(answer(lambda message: "equal" if given == message else "", there))
    except NoAnswer:
        return False


def _is_plain(value: Any, depth: int, room: list[int]) -> bool:
    """Return whether comparing a value runs no users' code and ends soon; ``room`` counts the values down."""
    kind = type(value)
    room[0] -= 1
    if kind in _ATOMS:
        return True
    if depth < 0 or room[0] < 0:
        return False
    if kind in (list, tuple):
        return all(_is_plain(item, depth - 1, room) for item in list(value))
    if kind is dict:
        return all(_is_plain(part, depth - 1, room) for pair in list(value.items()) for part in pair)
    return False
