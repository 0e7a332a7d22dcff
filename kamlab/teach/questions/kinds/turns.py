"""Questions about turns: who runs next, who is woken next, can anybody still run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from ....analysis.words import counted, joined
from ....core.errors import KamlabError
from ....core.events import FAILED, FINISHED, PAUSED, RESUMED, WOKEN, Event
from ....core.microprocess import Microprocess
from ....core.states import ASLEEP
from ..names import Known
from ..stepping import Ran, advance, rests
from .kind import WITHIN, Found, Named

if TYPE_CHECKING:
    from ....lab import Lab

NOBODY = "nobody"


class _OfComponents(Named):
    others: ClassVar[dict[str, tuple[Any, ...]]] = {NOBODY: (None, "Nobody", "none")}

    def read_name(self, given: Any) -> str:
        return self.known.name(self.known.component(given))


class RunsNext(_OfComponents):
    """Who runs next? One slice is run."""

    name = "who runs next"
    text = "Who runs next?"

    def drive(self, lab: Lab) -> Ran:
        """Run one slice."""
        return advance(lab, 1)

    def found(self, lab: Lab, known: Known, ran: Ran) -> Found:
        """It is who was resumed."""
        resumed = [each for each in ran.events if each.kind == RESUMED][-1:]
        if not resumed:
            return Found(NOBODY, "nobody could run")
        who = known.name(resumed[0].component)
        return Found(who, f"{who} ran next", tuple(resumed))

    def offer(self, lab: Lab, ahead: Found | None) -> None:
        """Offer who is alive, first of all those who can run."""
        can_run = [self.known.name(each) for each in lab.runnable()]
        self.offer_names(list(self.known.by_name), can_run, ahead)

    def is_open(self, lab: Lab) -> bool:
        """Return whether more than one could be the answer."""
        return len(lab.runnable()) > 1


class WokenNext(_OfComponents):
    """Who is woken next? It is run up to the slice before which somebody is woken."""

    name = "who is woken next"
    text = "Which component that sleeps is woken next?"

    def drive(self, lab: Lab) -> Ran:
        """Run until somebody is woken."""
        return advance(lab, WITHIN, lambda event: event.kind == WOKEN)

    def found(self, lab: Lab, known: Known, ran: Ran) -> Found:
        """It is who was woken first."""
        woken = [each for each in ran.events if each.kind == WOKEN][:1]
        if not woken:
            return Found(NOBODY, f"nobody was woken in {counted(ran.steps, 'slice')}", _last_of_each(ran))
        who = known.name(woken[0].component)
        return Found(who, f"{who} was woken next", tuple(woken))

    def offer(self, lab: Lab, ahead: Found | None) -> None:
        """Offer who is alive, first of all those who sleep."""
        self.offer_names(list(self.known.by_name), map(self.known.name, _sleepers(self.known)), ahead)

    def is_open(self, lab: Lab) -> bool:
        """Return whether more than one could be the answer."""
        return len(_sleepers(self.known)) > 1


class CanRun(Named):
    """Can anybody still run after so many slices?"""

    name = "can anybody still run"
    of = "one of these"
    others: ClassVar[dict[str, tuple[Any, ...]]] = {"yes": (True, "Yes"), "no": (False, "No")}

    def __init__(self, lab: Lab, after: int) -> None:
        super().__init__(lab)
        self.after = after
        self.text: str = f"Can anybody still run after {counted(after, 'more slice')}?"
        self.choices: tuple[Any, ...] = tuple(self.others)
        self.takes = "yes or no"

    def drive(self, lab: Lab) -> Ran:
        """Run the slices."""
        return advance(lab, self.after)

    def found(self, lab: Lab, known: Known, ran: Ran) -> Found:
        """Nobody can if the lab came to rest on the way, or rests now."""
        if ran.rests or rests(lab):
            return Found("no", f"nobody can run any more after {_ran_in_words(ran)}{_why(lab)}", _last_of_each(ran))
        can_run = [known.name(each) for each in lab.runnable()]
        who = f"{joined(can_run)} can run" if can_run else "a timer or something from outside can wake somebody"
        return Found(
            "yes", f"after {_ran_in_words(ran)} {who}", tuple(each for each in ran.events if each.kind == RESUMED)[-1:]
        )

    def is_open(self, lab: Lab) -> bool:
        """Return whether somebody sleeps, so that it is no matter of course."""
        return bool(_sleepers(self.known))


def _sleepers(known: Known) -> list[Microprocess]:
    return [each for each in known.everybody if each._life is ASLEEP]


def _ran_in_words(ran: Ran) -> str:
    return counted(ran.steps, "slice")


def _why(lab: Any) -> str:
    """Say what kind of rest it is, in the words of ``lab.why()``."""
    try:
        headline = getattr(lab.why(), "headline", "")
    except KamlabError:
        return ""
    return f" ({headline})" if headline else ""


def _last_of_each(ran: Ran) -> tuple[Event, ...]:
    """Return how each of those who ran came to its last stop."""
    last: dict[int, Event] = {}
    for event in ran.events:
        if event.kind in (PAUSED, FINISHED, FAILED, RESUMED):
            last.pop(id(event.component), None)
            last[id(event.component)] = event
    return tuple(last.values())
