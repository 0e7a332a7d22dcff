"""What became of a message: who sent it, the way it went, how long it waited, and who took it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ..core.box import Inbox
from ..core.describe import describe, message_in_words, shorten
from ..core.events import DISCARDED, INSERTED, RECEIVED, REMOVED, RESUMED, SENT, Event
from ..core.reading import Answer
from .errors import NoStory
from .history import History

#: How a message can end.
TAKEN, WAITS, REMOVED_BY_HAND, LOST = "taken", "waits", "removed", "discarded"


@dataclass(frozen=True, eq=False, repr=False)
class Story(Answer):
    """The events that concern one thing, in order, and what they say in sentences.

    >>> from kamlab import Lab
    >>> from kamlab.parts import OneShot
    >>> with Lab(clock="virtual") as lab:
    ...     _ = OneShot("hello").activate()
    ...     sent = lab.step().of_kind("discarded")[0]
    ...     story = lab.story(sent)
    >>> print(story)
    'hello' was sent by OneShot_1 at step 1 (0.000 s). It led nowhere and was discarded.
    >>> story.events
    (    1  OneShot_1.outbox -> nowhere: 'hello' is discarded,)
    """

    events: tuple[Event, ...]
    text: str

    def as_words(self) -> str:
        """Return it in words."""
        return self.text


@dataclass(frozen=True, eq=False, repr=False)
class MessageStory(Story):
    """What became of a message.

    ``fate`` is one of ``taken``, ``waits``, ``removed`` and ``discarded``. ``path`` names the boxes it went
    through, from the outbox to the inbox; ``sender`` and ``taker`` the components, where there are such.
    ``waited`` is for how many slices it was in inboxes, ``seconds`` for how long by the lab's time, until it
    was taken, or until now. ``sent_later`` are the messages that the taker sent afterwards in the same
    slice, and ``passed_on`` those of them that are this very object.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import DataSource, NullSink
    >>> with Lab(clock="virtual") as lab:
    ...     _ = Pipeline(DataSource(["hello"]), NullSink()).activate()
    ...     sent = lab.step_message().of_kind("sent")[0]
    ...     before = lab.story(sent)
    ...     _ = lab.run()
    ...     after = lab.story(sent)
    >>> before.fate, after.fate, after.taker, after.path
    ('waits', 'taken', 'NullSink_3', ('DataSource_2.outbox', 'NullSink_3.inbox'))
    """

    message: Any
    fate: str
    sender: str | None
    taker: str | None
    path: tuple[str, ...]
    waited: int
    seconds: float
    sent: Event | None
    taken: Event | None
    sent_later: tuple[Event, ...]
    passed_on: tuple[Event, ...]


def story_of_event(history: History, event: Event) -> MessageStory:
    """Return the story of the message that moves in an event."""
    number = history.number_of(event)
    if event.kind == DISCARDED:
        return _story_of_lost(history, history.event(number))
    arrival = number if event.kind in (SENT, INSERTED) else history.arrival_of[number]
    return _story_of_arrival(history, arrival)


def story_of_waiting(history: History, box: Any, index: int, step: int | None = None) -> MessageStory:
    """Return the story of the message that waits in an inbox, now or at the end of a step.

    Raises:
        NoStory: so many do not wait there.
    """
    inbox = box.target if isinstance(box.target, Inbox) else box
    arrivals = history.arrivals_in(inbox, history.end_of(history.latest if step is None else step))
    if not isinstance(index, int) or not -len(arrivals) <= index < len(arrivals):
        when = "now" if step is None else f"at step {step}"
        raise NoStory(f"{len(arrivals)} messages wait in {history.names.of_box(inbox)} {when}; there is no {index!r}")
    return _story_of_arrival(history, arrivals[index])


def _story_of_lost(history: History, event: Event) -> MessageStory:
    source = event.source
    sender = history.names.of(source.owner)
    path = [source, *(sink for _, sink in history.way(source, None, event.number))]
    names = tuple(map(history.names.of_box, path))
    text = f"{_sent_words(history, event)}. It led nowhere and was discarded."
    if len(names) > 1:
        text += f" It went {' -> '.join(names)}."
    return MessageStory((event,), text, event.message, LOST, sender, None, names, 0, 0.0, event, None, (), ())


def _story_of_arrival(history: History, arrival: int) -> MessageStory:
    stays = history.stays(arrival)
    first, last = stays[0], stays[-1]
    departure = history.departure_of.get(last)
    numbers = [number for stay in stays for number in (stay, history.departure_of.get(stay)) if number is not None]
    events = history.events(number for number in numbers if number >= 0)
    came = history.event(first) if first >= 0 else None
    left = history.event(departure) if departure is not None else None
    path = _path(history, stays)
    until = departure if departure is not None else history.next_number - 1
    since = first if first >= 0 else history.first - 1
    waited = history.step_of(until) - history.step_of(since)
    seconds = _now(history, departure) - history.time_of(since)
    sender = taker = None
    if came is not None and came.kind == SENT and came.source is not None:
        sender = history.names.of(came.source.owner)
    fate = WAITS if left is None else TAKEN if left.kind == RECEIVED else REMOVED_BY_HAND
    later: tuple[Event, ...] = ()
    if left is not None and fate == TAKEN:
        taker = history.names.of(left.component)
        later = history.events(moved_by(history, left.component, left.number + 1)[1])
    message = history.message(last)
    again = tuple(event for event in later if event.message is message)
    sentences = [
        *_beginning(history, came, message),
        *_way(path),
        *_moves(events),
        *_end(history, left, last, waited, seconds, later, again),
    ]
    taken = left if fate == TAKEN else None
    return MessageStory(
        events, ". ".join(sentences) + ".", message, fate, sender, taker, path, waited, seconds, came,
        taken, later, again,
    )  # fmt: skip


def _path(history: History, stays: list[int]) -> tuple[str, ...]:
    boxes: list[Any] = []
    for stay in stays:
        inbox = history.box_of(stay)
        record = history.record(stay) if stay >= 0 else None
        sent_by = record[1] if record is not None and record[0] is SENT else None
        way = history.path(sent_by, inbox, stay) if sent_by is not None else [inbox]
        boxes += [box for box in way if box not in boxes[-1:]]
    return tuple(map(history.names.of_box, boxes))


def _now(history: History, departure: int | None) -> float:
    if departure is None and history.scheduler is not None:
        return float(history.scheduler.now)
    return history.time_of(departure if departure is not None else history.next_number - 1)


def moved_by(history: History, component: Any, first: int) -> tuple[list[int], list[int]]:
    """Return what a component took and what it sent, as numbers of records, from one on to the end of the slice."""
    took: list[int] = []
    sent: list[int] = []
    for number in range(first, history.next_number):
        record = history.record(number)
        kind = record[0]
        if kind is RESUMED:
            break
        if record[1] is not None and kind in (RECEIVED, SENT, DISCARDED) and record[1].owner is component:
            (took if kind is RECEIVED else sent).append(number)
    return took, sent


# -- in sentences ---------------------------------------------------------------------------------------


def _when(event: Event) -> str:
    return f"at step {event.step} ({event.time:.3f} s)"


def _sent_words(history: History, event: Event) -> str:
    return f"{message_in_words(event)} was sent by {history.names.of(event.source.owner)} {_when(event)}"


def _beginning(history: History, came: Event | None, message: Any) -> list[str]:
    if came is None:
        return [f"{shorten(message)} was there before the first event that is known, so its sender is not known"]
    if came.kind == INSERTED:
        return [
            f"{message_in_words(came)} was put into {history.names.of_box(came.box)} {_when(came)}: {came.detail[1]}"
        ]
    if came.source is None:
        return [f"{message_in_words(came)} was delivered from outside {_when(came)}"]
    return [_sent_words(history, came)]


def _way(path: Sequence[str]) -> list[str]:
    return [f"It went {' -> '.join(path)}"] if len(path) > 1 else []


def _moves(events: Iterable[Event]) -> list[str]:
    return [
        f"At step {event.step} {describe(event)}" for event in list(events)[1:] if event.kind in (REMOVED, INSERTED)
    ]


def _end(
    history: History,
    left: Event | None,
    arrival: int,
    waited: int,
    seconds: float,
    later: tuple[Event, ...],
    again: tuple[Event, ...],
) -> list[str]:
    long = f"{waited} slice{'' if waited == 1 else 's'} ({seconds:.3f} s)"
    if left is None:
        box = history.box_of(arrival)
        place = history.lines[box].latest().index(arrival)
        return [f"It still waits in {history.names.of_box(box)}, at place {place}, for {long} by now"]
    if left.kind == REMOVED:
        return [f"It waited for {long}"]
    taker = history.names.of(left.component)
    sentences = [f"It waited for {long}", f"{taker} took it from {left.box.name} {_when(left)}"]
    if again:
        sentences.append(f"{taker} passed it on in the same slice, to {_destinations(history, again)}")
    passed = {event.number for event in again}
    others = [event for event in later if event.number not in passed]
    if others:
        what = ", ".join(shorten(event.message, 30) for event in others[:5])
        more = f" and {len(others) - 5} more" if len(others) > 5 else ""
        sentences.append(f"Later in that slice it sent {what}{more}")
    if not later:
        sentences.append("It sent nothing more in that slice")
    return sentences


def _destinations(history: History, events: Iterable[Event]) -> str:
    return ", ".join(history.names.of_box(event.box) if event.box is not None else "nowhere" for event in events)
