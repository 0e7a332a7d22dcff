"""What was lost: messages that nobody will ever take.

Three things make a message lost. An outbox leads nowhere, or a splitter's policy drops what does not fit:
both are counted at the outbox. A component ends and leaves messages in its inboxes. A component drops
messages by itself and counts them in an attribute called ``dropped`` or ``refused``, as connections do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..core.box import Box, Inbox, Outbox
from ..core.component import Component
from ..core.events import Event, name_of
from ..core.microprocess import Microprocess
from ..core.world import World
from .discards import discards
from .facts import ENDED, ended_in_words, held_by_thread, standing_still
from .words import counted, end_of, paragraph, shown

DISCARD, LEFT, DROP = "discarded", "left", "dropped"

#: The attributes in which components count what they did not pass on.
COUNTERS = ("dropped", "refused")


@dataclass(frozen=True, slots=True)
class Loss:
    """Messages lost at one place: ``kind`` is discarded (an outbox), left (an inbox) or dropped (a component).

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
    """All that was lost in a lab.

    >>> print(Losses(7))
    step 7: no message was lost
    """

    step: int
    all: tuple[Loss, ...] = ()

    @property
    def count(self) -> int:
        """How many messages were lost."""
        return sum(each.count for each in self.all)

    def __iter__(self) -> Iterator[Loss]:
        return iter(self.all)

    def __len__(self) -> int:
        return len(self.all)

    def of(self, name: str) -> tuple[Loss, ...]:
        """Return what was lost at a component."""
        return tuple(each for each in self.all if each.component == name)

    def __str__(self) -> str:
        lost = f"{counted(self.count, 'message')} {'was' if self.count == 1 else 'were'} lost"
        return paragraph(f"step {self.step}: {lost if self.all else 'no message was lost'}", list(map(str, self.all)))

    __repr__ = __str__


def losses(lab: World) -> Losses:
    """Return the messages that were lost in a lab.

    Components that have ended are looked at as far as the trace, a link or a parent still tells of them.

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
        at = _by_outbox(moment.events)
        found = [loss for each in moment.everybody for loss in _losses_of(each, at)]
        return Losses(moment.scheduler.step, tuple(found))


@dataclass(slots=True)
class _Known:
    """What the trace tells of the messages discarded at one outbox."""

    last: Event | None = None
    nowhere: bool = False
    full: Box | None = None  # the inbox that had no room for one, the last time


def _by_outbox(events: list[Event]) -> dict[Box, _Known]:
    known: dict[Box, _Known] = {}
    for event, end in discards(events):
        sent = known.setdefault(event.source, _Known())
        sent.last = sent.last or event
        if isinstance(end, Inbox):
            sent.full = sent.full or end
        else:  # it is counted at the end of the chain
            known.setdefault(end, _Known()).nowhere = True
    return known


def _losses_of(component: Microprocess, at: dict[Box, _Known]) -> Iterator[Loss]:
    if not isinstance(component, Component):
        return
    name = name_of(component)
    for box in component._out.values():
        if box.discarded:
            known = at.get(box, _Known())
            why, event = _why(box, known), known.last
            newest = f", the last was {shown(event.message)} in step {event.step}" if event is not None else ""
            text = f"{end_of(box)} {why}: {counted(box.discarded, 'message')} discarded{newest}."
            yield Loss(DISCARD, name, box.name, box.discarded, text)
    counted_itself = False
    for counter in COUNTERS:
        count = vars(component).get(counter)
        if isinstance(count, int) and not isinstance(count, bool) and count > 0:
            counted_itself = True
            yield Loss(DROP, name, counter, count, f"{name} counts {counted(count, 'message')} as {counter}.")
    if component._life not in ENDED:
        return
    for inbox in component._in.values():
        count = len(inbox.items) + len(held_by_thread(component, inbox.name))
        if count and not (counted_itself and inbox.name == "inbox"):  # who counts has counted those
            text = f"{name} {ended_in_words(component)} and left {counted(count, 'message')} in its {inbox.name!r}."
            yield Loss(LEFT, name, inbox.name, count, text)


def _why(box: Outbox, known: _Known) -> str:
    """Say where an outbox leads, and why messages were discarded there, as far as the trace goes back."""
    full, onward = known.full, box.onward
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
