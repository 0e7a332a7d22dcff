"""Questions about the next message: which inbox gets it, does it reach one at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from ....analysis.words import counted
from ....core.component import Component
from ....core.events import DISCARDED, SENT
from ..names import Known, inbox_names
from ..stepping import Ran, advance
from .kind import WITHIN, Found, Named

if TYPE_CHECKING:
    from ....lab import Lab

NONE = "none"
#: How many inboxes are offered at least, if there are so many.
FEW = 4


class NextInbox(Named):
    """Which inbox gets the next message? It is run up to the slice in which one is delivered."""

    name = "which inbox"
    text = "Which inbox gets the next message?"
    of = "an inbox"
    others: ClassVar[dict[str, tuple[Any, ...]]] = {NONE: (None, "None", "nobody")}

    def drive(self, lab: Lab) -> Ran:
        """Run until a message is delivered."""
        return advance(lab, WITHIN, lambda event: event.kind == SENT)

    def found(self, lab: Lab, known: Known, ran: Ran) -> Found:
        """It is where the first message was sent to."""
        sent = [each for each in ran.events if each.kind == SENT][:1]
        if not sent:
            return Found(NONE, f"no message came to any inbox in {counted(ran.steps, 'slice')}")
        where = known.box_name(sent[0].box)
        return Found(where, f"the next message went to {where}", tuple(sent))

    def offer(self, lab: Lab, ahead: Found | None) -> None:
        """Offer the inboxes that something leads to; some others if these are few."""
        linked = [self.known.box_name(box) for box in self.known.inboxes()]
        every = _every_inbox(self.known)
        if ahead is None:
            self.offer_names(every, (), None)
            return
        more = [name for name in every if name not in linked][: max(0, FEW - len(linked))]
        self.offer_names([name for name in every if name in linked or name in more], linked, ahead)

    def read_name(self, given: Any) -> str:
        """Return the name of the inbox that is meant."""
        return self.known.box_name(self.known.inbox(given, self.choices))

    def is_open(self, lab: Lab) -> bool:
        """Return whether more than one could be the answer."""
        return len(self.known.inboxes()) > 1


class NextIsLost(Named):
    """Is the next message lost? It is run up to the slice in which a message is sent."""

    name = "is it lost"
    text = "Is the next message that is sent lost, because its outbox leads nowhere?"
    of = "one of these"
    others: ClassVar[dict[str, tuple[Any, ...]]] = {
        "yes": (True, "Yes"),
        "no": (False, "No"),
        "no message is sent": (None,),
    }

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self.choices: tuple[Any, ...] = tuple(self.others)
        self.takes = "yes, no, or 'no message is sent'"

    def drive(self, lab: Lab) -> Ran:
        """Run until a message is sent, wherever to."""
        return advance(lab, WITHIN, lambda event: event.kind in (SENT, DISCARDED))

    def found(self, lab: Lab, known: Known, ran: Ran) -> Found:
        """It is lost if it was discarded."""
        sent = [each for each in ran.events if each.kind in (SENT, DISCARDED)][:1]
        if not sent:
            return Found("no message is sent", f"no message was sent in {counted(ran.steps, 'slice')}")
        if sent[0].kind == DISCARDED:
            return Found("yes", "the next message was discarded", tuple(sent))
        return Found("no", f"the next message went to {known.box_name(sent[0].box)}", tuple(sent))

    def is_open(self, lab: Lab) -> bool:
        """Return whether there are an outbox that leads nowhere and one that leads somewhere."""
        boxes = [
            (name, box)
            for each in self.known.everybody
            if isinstance(each, Component)
            for name, box in each._out.items()
        ]
        loose = any(box.onward is None and (name != "signal" or box.discarded) for name, box in boxes)
        return loose and any(box.onward is not None for _, box in boxes)


def _every_inbox(known: Known) -> list[str]:
    """Return the names of all inboxes, those made for shutdown last."""
    names = [
        (name == "control", f"{known.name(each)}.{name}")
        for each in known.everybody
        if isinstance(each, Component)
        for name in inbox_names(each)
        if not (name in each._in and each._in[name].onward is not None)
    ]
    first = [name for control, name in names if not control]
    return first + [name for control, name in names if control]
