"""What was lost: messages that no component will ever take.

Three things make a message lost. An outbox leads nowhere, or a splitter's policy drops what does not fit:
both are counted at the outbox. A component ends and leaves messages in its inboxes. A component drops
messages by itself and counts them in an attribute called ``dropped`` or ``refused``, as connections do.

How many were lost comes from counters: those of the components that can be reached, and for the others the lab's
record of those that have ended (:mod:`kamlab.core.ended_components`). Why they were lost, and which was the last one,
comes from the trace, as far as that goes back. Messages that wait for a component that was never activated are reported
as well, and are not counted: it may still be activated.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..core.box import Box, Inbox, Outbox, made_outboxes_of
from ..core.component import Component
from ..core.ended_components import DISCARD, DROP, LEFT, Ended, Tally, Total, tally
from ..core.events import DISCARDED, Event, name_of
from ..core.states import ENDED
from ..core.task import task_of
from ..core.world import World
from .history import History, history_of
from .moment import Moment, Party, ended_in_words, standing_still
from .wait_graph import unclaimed, unclaimed_in_words
from .words import counted, end_of, paragraph, shown

UNCLAIMED = "unclaimed"


@dataclass(frozen=True, slots=True)
class Loss:
    """Messages lost at one place.

    ``kind`` is discarded (at an outbox), left (in an inbox), unsent (by a thread, whose component ended first), dropped
    (by a component that counts them), or unclaimed (in an inbox of a component that was never activated).

    >>> from kamlab import Lab
    >>> from kamlab.parts import OneShot
    >>> with Lab(clock="virtual") as lab:
    ...     _ = OneShot("hello").activate()
    ...     _ = lab.run()
    ...     loss = lab.lost().of("OneShot_1")[0]
    >>> loss.kind, loss.box, loss.count
    ('discarded', 'outbox', 1)
    >>> print(loss)
    OneShot_1.outbox leads nowhere: 1 message discarded, the last was 'hello' in step 1.
    """

    kind: str
    component: str
    box: str
    count: int
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True, repr=False)
class Losses:
    """All that was lost in a lab, place by place; ``others`` is a sentence on components that ended long ago.

    ``count`` is how many messages were lost, those of the others included. What is unclaimed is not lost yet.

    >>> print(Losses(7))
    step 7: no message was lost
    """

    step: int
    all: tuple[Loss, ...] = ()
    count: int = 0
    others: str = ""

    def __iter__(self) -> Iterator[Loss]:
        return iter(self.all)

    def __len__(self) -> int:
        return len(self.all)

    def of(self, name: str) -> tuple[Loss, ...]:
        """Return what was lost at a component."""
        return tuple(loss for loss in self.all if loss.component == name)

    def __str__(self) -> str:
        lost = f"{counted(self.count, 'message')} {'was' if self.count == 1 else 'were'} lost"
        headline = f"step {self.step}: {lost if self.count else 'no message was lost'}"
        return paragraph(headline, [*map(str, self.all), *([self.others] if self.others else ())])

    __repr__ = __str__


def losses(lab: World) -> Losses:
    """Return the messages that were lost in a lab.

    Raises:
        LabIsRunning: a slice does not come to its end.

    >>> from kamlab import Component, Lab
    >>> class Talker(Component):
    ...     def main(self):
    ...         self.send("hello")
    ...         yield
    >>> with Lab() as lab:
    ...     _ = Talker(name="talker").activate()
    ...     _ = lab.run()
    ...     print(losses(lab))
    step 2: 1 message was lost
      talker.outbox leads nowhere: 1 message discarded, the last was 'hello' in step 1.
    """
    with standing_still(lab) as moment:
        at = _by_outbox(history_of(lab))
        found = [
            loss
            for component in moment.everybody
            if isinstance(component, Component)
            for loss in _of(component, at, moment)
        ]
        known = {task_of(component).id for component in moment.everybody}
        found += [_loss(ended, lost) for ended in moment.ended if ended.id not in known for lost in ended.tally]
        total = lab.register.total
        lost = total.messages + sum(loss.count for loss in found)
        for component in moment.never_activated:
            for box in unclaimed(component):
                text = unclaimed_in_words(box)
                found.append(Loss(UNCLAIMED, name_of(component), box.name, len(box.items), text))
        return Losses(moment.scheduler.step, tuple(found), lost, _others(total) if total.messages else "")


def _others(total: Total) -> str:
    messages = f"{counted(total.messages, 'message')} {'was' if total.messages == 1 else 'were'}"
    return f"Another {messages} lost by {counted(total.components, 'component')} that ended by step {total.step}."


@dataclass(slots=True)
class _Known:
    """What the trace tells of the messages discarded at one outbox."""

    last: Event | None = None
    nowhere: bool = False
    full: Box | None = None  # the inbox that had no room for one, the last time


def _by_outbox(history: History) -> dict[Box, _Known]:
    known: dict[Box, _Known] = {}
    for number in range(history.next_number - 1, history.first - 1, -1):
        record = history.record(number)
        if record[0] is not DISCARDED:
            continue
        end = history.lost_at(number)
        sent = known.setdefault(record[1], _Known())
        if sent.last is None:
            sent.last = history.event(number)
        if isinstance(end, Inbox):
            sent.full = sent.full or end
        else:  # it is counted at the end of the chain
            known.setdefault(end, _Known()).nowhere = True
    return known


def _of(component: Component, at: dict[Box, _Known], moment: Moment) -> Iterator[Loss]:
    """Tell of the losses of one component that can be reached."""
    ended = task_of(component).end_record
    if ended is not None and ended.register is not None:  # it is counted in the register's total
        return
    for lost in tally(component):
        box = made_outboxes_of(component).get(lost.box) if lost.kind == DISCARD else None
        known = at.get(box) if box is not None else None
        if box is None or (known is None and ended is not None):
            yield _loss(component, lost)
            continue
        event = known.last if known is not None else None
        newest = f", the last was {shown(event.message)} in step {event.step}" if event is not None else ""
        why = _why(box, known or _Known(), moment)
        text = f"{end_of(box)} {why}: {counted(lost.number, 'message')} discarded{newest}."
        yield Loss(DISCARD, name_of(component), box.name, lost.number, text)


def _loss(component: Party, lost: Tally) -> Loss:
    """Tell of a loss with nothing but the counters and the register."""
    name, messages = name_of(component), counted(lost.number, "message")
    ended = component if isinstance(component, Ended) else task_of(component).end_record
    if lost.kind == DROP:
        text = f"{name} counts {messages} as {lost.box}."
    elif lost.kind == DISCARD:
        assert ended is not None
        end = ended_in_words(ended, error=False)
        led = "led on" if lost.box in dict(ended.led) else "led nowhere"
        text = f"{name}.{lost.box} {led} when {name} {end}: {messages} discarded."
    else:
        last = f", the last was {lost.last}" if lost.number > 1 else f": {lost.last}"
        where = f"in its {lost.box!r}" if lost.kind == LEFT else f"of its thread that had not reached its {lost.box!r}"
        left = f"left {messages} {where}{last if lost.last else ''}"
        text = f"{name} {ended_in_words(component, error=False)} and {left}."
    return Loss(lost.kind, name, lost.box, lost.number, text)


def _why(box: Outbox, known: _Known, moment: Moment) -> str:
    """Say where an outbox leads, and why messages were discarded there, as far as the trace goes back."""
    full, onward = known.full, box.onward
    sink = moment.former_sink(box)
    if sink is not None and task_of(box.owner).life not in ENDED:
        had_no_room = f" and {end_of(full)} had no room before" if full is not None else ""
        return f"leads nowhere since {sink.name} {ended_in_words(sink, error=False)}{had_no_room}"
    if onward is None:
        if full is None:
            return "leads nowhere" if known.nowhere else "leads nowhere now"
        if known.nowhere:
            return f"leads nowhere; for a time it led to {end_of(full)}, which had no room"
        return f"led to {end_of(full)}, which had no room"
    if full is None:
        return f"leads to {end_of(onward)}, but not at first" + ("" if known.nowhere else ", or there was no room")
    if known.nowhere:
        return f"leads to {end_of(onward)}, but not at first, and later there was no room"
    if full is box.target:
        return f"leads to {end_of(full)}, which had no room"
    return f"leads to {end_of(onward)}; before, it led to {end_of(full)}, which had no room"
