"""Questions about the next message: which inbox gets it, and whether it reaches one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from ...analysis.words import counted
from ...core.box import Outbox
from ...core.component import made_boxes
from ...core.events import DISCARDED, SENT, Event
from .base import Answer, NameQuestion, Progress
from .roster import Roster, inbox_names, is_chassis, made_inboxes

if TYPE_CHECKING:
    from ...lab import Lab

NONE = "none"
NOT_SENT = "no message is sent"
#: How many inboxes to offer at least, if there are so many.
FEW = 4


class NextInbox(NameQuestion):
    """Which inbox gets the next message? Runs up to the slice in which one is delivered."""

    name = "which inbox"
    text = "Which inbox gets the next message?"
    until = (SENT,)
    noun = "an inbox"
    synonyms: ClassVar[dict[str, tuple[Any, ...]]] = {NONE: (None, "None", "nobody")}

    def decides(self, event: Event) -> bool:
        """Return whether a message was delivered to a component that is no chassis."""
        return event.kind == SENT and not is_chassis(type(event.box.owner))

    def find_answer(self, lab: Lab, roster: Roster, progress: Progress) -> Answer:
        """Return the inbox to which the first message was sent."""
        sent = [event for event in progress.events if self.decides(event)][:1]
        if not sent:
            return Answer(NONE, f"no message came to any inbox in {counted(progress.steps, 'slice')}")
        where = roster.box_name(sent[0].box)
        return Answer(where, f"the next message went to {where}", tuple(sent))

    def offer(self, lab: Lab, ahead: Answer | None) -> None:
        """Offer the inboxes that have a sender or a message, and some others if these are few."""
        names = _inboxes_in_order(self.roster)
        if ahead is None:
            self.offer_names(names, (), None)
            return
        active = [self.roster.box_name(box) for box in self.roster.active_inboxes()]
        idle = [name for name in names if name not in active and not name.endswith(".control")]
        others = idle[: max(0, FEW - len(active))]
        self.offer_names([name for name in names if name in active or name in others], active, ahead)

    def read_name(self, given: Any) -> str:
        """Return the name of the inbox that is meant."""
        return self.roster.box_name(self.roster.find_inbox(given, self.choices))

    def is_open(self, lab: Lab) -> bool:
        """Return whether several inboxes have a sender or a message."""
        return len(self.roster.active_inboxes()) > 1


class NextIsLost(NameQuestion):
    """Is the next message lost? Runs up to the slice in which a message is sent."""

    name = "is it lost"
    text = "Is the next message that is sent lost, because its outbox leads nowhere?"
    until = (SENT, DISCARDED)
    synonyms: ClassVar[dict[str, tuple[Any, ...]]] = {"yes": (True, "Yes"), "no": (False, "No"), NOT_SENT: (None,)}
    choices = ("yes", "no", NOT_SENT)
    takes = f"yes, no, or '{NOT_SENT}'"

    def decides(self, event: Event) -> bool:
        """Return whether a component that is no chassis sent a message."""
        return event.kind in self.until and not (event.source is not None and is_chassis(type(event.source.owner)))

    def find_answer(self, lab: Lab, roster: Roster, progress: Progress) -> Answer:
        """Return "yes" if the message was discarded."""
        sent = [event for event in progress.events if self.decides(event)][:1]
        if not sent:
            return Answer(NOT_SENT, f"no message was sent in {counted(progress.steps, 'slice')}")
        if sent[0].kind == DISCARDED:
            return Answer("yes", "the next message was discarded", tuple(sent))
        return Answer("no", f"the next message went to {roster.box_name(sent[0].box)}", tuple(sent))

    def is_open(self, lab: Lab) -> bool:
        """Return whether one outbox leads nowhere and another leads somewhere; unused control outboxes do not count."""
        boxes = [box for component in self.roster.components for box in made_boxes(component)]
        outboxes = [box for box in boxes if isinstance(box, Outbox)]
        loose = any(box.onward is None and (box.name != "signal" or box.discarded) for box in outboxes)
        return loose and any(box.onward is not None for box in outboxes)


def _inboxes_in_order(roster: Roster) -> list[str]:
    """Return the names of all inboxes that keep messages, control boxes last."""
    names = []
    for component in roster.components:
        passing_on = {box.name for box in made_inboxes(component) if box.onward is not None}
        names += [(component, name) for name in inbox_names(component) if name not in passing_on]
    names.sort(key=lambda pair: pair[1] == "control")
    return [f"{roster.name(component)}.{name}" for component, name in names]
