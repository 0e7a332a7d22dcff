"""Where a message is, and why it is still there, who took it, or why it was lost.

Messages have no name of their own, and the same object may be sent twice. So a message is a *sending*, known by the
number of the record that brought it: what became of it is looked up in the lab's history.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..core.box import Inbox
from ..core.component import Component
from ..core.events import DISCARDED, INSERTED, RECEIVED, REMOVED, SENT, Event, name_of
from ..core.link import no_such_box
from ..core.microprocess import Microprocess
from ..core.states import ASLEEP, ENDED, NEW
from ..core.task import task_of
from .errors import CannotExplain, NoSuchMessage
from .history import History, history_of
from .moment import Moment, ended_in_words, held_by_thread, standing_still
from .source_hints import inboxes_looked_at
from .why_component import status_in_words
from .words import Explanation, counted, end_of, ordinal, shown

IS_WAITING, TAKEN, LOST, REMOVED_BY_HAND, UNKNOWN = "waiting", "taken", "lost", "removed", "unknown"


def why_message(message: Event | tuple[Any, ...], moment: Moment | None = None) -> Explanation:
    """Return where a message is and why.

    Args:
        message: an event in which a message moved (sent, discarded, received, removed, inserted), or
            (component, name of an inbox, index), where 0 is the oldest that waits there.
        moment: the moment to look at; now, unless given.

    Raises:
        CannotExplain: it is neither.
        NoSuchBox: the component has no such inbox.
        NoSuchMessage: nothing waits at that place.
        LabIsRunning: a slice does not come to its end.

    >>> from kamlab import Component, Lab
    >>> class Talker(Component):
    ...     def main(self):
    ...         self.send("hello")
    ...         yield
    >>> with Lab() as lab:
    ...     talker = Talker(name="talker").activate()
    ...     event = lab.step().of_kind("discarded")[0]
    ...     print(why_message(event))
    the message 'hello': lost
      talker sent it in step 1, from its 'outbox', which led nowhere: it was discarded.
    """
    if isinstance(message, Event):
        return _of_event(message, moment)
    component, boxname, index = _checked_place(message)
    box = component.inboxes[boxname]
    if box.onward is not None:
        box = box.target if isinstance(box.target, Inbox) else box
    if moment is not None:
        return _of_place(box, index, moment)
    scheduler = task_of(component).scheduler
    if scheduler is None:
        return _of_place(box, index, None)
    with standing_still(scheduler.world) as now:
        return _of_place(box, index, now)


def _checked_place(place: Any) -> tuple[Component, str, int]:
    """Return component, inbox and index, if that is what was given."""
    if not isinstance(place, tuple) or len(place) not in (2, 3) or not isinstance(place[0], Component):
        raise CannotExplain(
            f"{shown(place)} is no message: give an event of the trace, or (component, name of an inbox, index)"
        )
    component, boxname, index = place if len(place) == 3 else (*place, 0)
    if boxname not in component.inboxes:
        raise no_such_box(component, boxname, "inboxes")
    if not isinstance(index, int):
        raise CannotExplain(f"{shown(index)} is no place in an inbox: give a number, 0 for the oldest message")
    return component, boxname, index


# -- a place in an inbox -------------------------------------------------------------------------------


def _of_place(box: Inbox, index: int, moment: Moment | None) -> Explanation:
    held = held_by_thread(box.owner, box.name)
    waiting = (*held, *box.items)
    if not -len(waiting) <= index < len(waiting):
        raise NoSuchMessage(
            f"no message waits at place {index} of {end_of(box)}: there {_are(len(waiting))}. "
            + (f"Give 0 to {len(waiting) - 1}." if waiting else "")
        )
    index %= len(waiting)
    sentences = []
    if moment is not None and (sent := _sent_at(history_of(moment.world), box, index, len(waiting))) is not None:
        sentences.append(_sent_in_words(sent))
    sentences += _waits_in_words(box, index, len(waiting), len(held), moment)
    return Explanation(f"the message {shown(waiting[index])}", IS_WAITING, tuple(sentences), _ends(box))


def _sent_at(history: History, box: Inbox, index: int, count: int) -> Event | None:
    """Return the event that brought the message at a place of those that wait, if it is on record."""
    last = history.next_number
    arrivals = [*history.held(box, last), *history.arrivals_in(box, last)]
    if len(arrivals) != count or arrivals[index] < history.first:
        return None
    return history.event(arrivals[index])


def _waits_in_words(box: Inbox, index: int, count: int, held: int, moment: Moment | None) -> Iterator[str]:
    owner = box.owner
    place = "alone" if count == 1 else f"as the {ordinal(index)} of {count}"
    yield f"It waits in {end_of(box)}, {place}."
    if index < held:
        yield f"It has been handed to the thread of {name_of(owner)}, which has not taken it yet."
    if task_of(owner).life is NEW or moment is None:
        yield f"{name_of(owner)} has not been activated, so nothing takes it."
    elif task_of(owner).life in ENDED:
        yield f"{name_of(owner)} {ended_in_words(owner, error=False)}: nothing will take it."
    elif moment.status(owner) == ASLEEP:
        looked_at = inboxes_looked_at(owner)
        if looked_at is not None and box.name not in looked_at:
            yield f"{name_of(owner)} sleeps, and its code never looks into {box.name!r}."
        else:
            yield f"{name_of(owner)} has gone to sleep without taking it; lab.why({name_of(owner)!r}) says what for."
    else:
        yield f"{name_of(owner)} {status_in_words(owner, moment)}: it may take it in its next slice."


# -- an event ------------------------------------------------------------------------------------------


def _of_event(event: Event, moment: Moment | None) -> Explanation:
    name = f"the message {shown(event.message)}"
    if event.kind == DISCARDED:
        scheduler = task_of(event.source.owner).scheduler
        if moment is not None or scheduler is None:
            return Explanation(name, LOST, (_discarded_in_words(event, moment),), (end_of(event.source),))
        with standing_still(scheduler.world) as now:
            return Explanation(name, LOST, (_discarded_in_words(event, now),), (end_of(event.source),))
    if event.kind in (RECEIVED, REMOVED):
        return Explanation(name, *_gone_in_words(event), related=_ends(event.box))
    if event.kind not in (SENT, INSERTED):
        raise CannotExplain(
            f"no message moved in {event}: give an event of one of the kinds "
            f"{', '.join((SENT, DISCARDED, RECEIVED, REMOVED, INSERTED))}"
        )
    scheduler = task_of(event.box.owner).scheduler or (
        task_of(event.component).scheduler if event.component is not None else None
    )
    if scheduler is None:
        return Explanation(name, UNKNOWN, (f"{_sent_in_words(event)}", "Nobody there is activated."), _ends(event.box))
    if moment is not None:
        return _fate_of(event, name, moment)
    with standing_still(scheduler.world) as now:
        return _fate_of(event, name, now)


def _discarded_in_words(event: Event, moment: Moment | None) -> str:
    end = history_of(moment.world).lost_at(event.number) if moment is not None else None
    if isinstance(end, Inbox):
        return (
            f"{name_of(event.component)} dropped it in step {event.step}: it was for {end_of(end)}, which had no room."
        )
    sent = f"{_sender(event)} it in step {event.step}, from its {event.source.name!r}, "
    if end is not None:
        return sent + "which led nowhere: it was discarded."
    return sent + "and it was discarded: the box led nowhere then, or there was no room at its end."


def _fate_of(event: Event, name: str, moment: Moment) -> Explanation:
    """Say what became of a message that was put into an inbox."""
    history = history_of(moment.world)
    if not history.knows(event.number):
        return Explanation(
            name, UNKNOWN, (_sent_in_words(event), "The trace does not tell what became of it."), _ends(event.box)
        )
    stays = history.stays(event.number)
    moves = history.events(stays[stays.index(event.number) + 1 :])
    sentences = [_sent_in_words(event), *map(_moved_in_words, moves)]
    last = moves[-1] if moves else event
    fate = fate_in(history, last)
    if isinstance(fate, int):
        held = held_by_thread(last.box.owner, last.box.name)
        count = len(held) + len(last.box.items)
        sentences += _waits_in_words(last.box, fate, count, len(held), moment)
        return Explanation(name, IS_WAITING, tuple(sentences), _ends(last.box))
    headline, told = _gone_in_words(fate)
    return Explanation(name, headline, (*sentences, *told), _ends(last.box))


def fate_in(history: History, event: Event) -> Event | int:
    """Return what became of a message that was put into an inbox.

    That is the event that took it away, or its place among those that wait, those that were handed to the owner's
    thread first.
    """
    line, held = history.lines[event.box], history.held_lines.get(event.box)
    in_thread = held.latest() if held is not None else []
    gone = history.departure_of.get(event.number)
    if gone is None:
        return len(in_thread) + line.latest().index(event.number)
    return in_thread.index(gone) if gone in in_thread else history.event(gone)


def _moved_in_words(event: Event) -> str:
    index, why = event.detail
    return f"It was moved to place {index} of {end_of(event.box)} after step {event.step} ({why})."


def _gone_in_words(event: Event) -> tuple[str, tuple[str, ...]]:
    if event.kind == RECEIVED:
        return TAKEN, (f"{name_of(event.box.owner)} took it from its {event.box.name!r} in step {event.step}.",)
    why = event.detail[1] if isinstance(event.detail, tuple) and len(event.detail) > 1 else event.detail
    reason = f": {why}" if why else ""
    return REMOVED_BY_HAND, (f"It was taken out of {end_of(event.box)} after step {event.step}{reason}.",)


def _sent_in_words(event: Event) -> str:
    return f"{_sender(event)} it to {end_of(event.box)} in step {event.step}."


def _sender(event: Event) -> str:
    who = event.source.owner if event.source is not None else None
    return f"{name_of(who)} sent" if isinstance(who, Microprocess) else "Somebody outside sent"


def _ends(box: Inbox) -> tuple[str, ...]:
    return (name_of(box.owner), end_of(box))


def _are(count: int) -> str:
    return f"{'is' if count == 1 else 'are'} {counted(count, 'message')}" if count else "is none"
