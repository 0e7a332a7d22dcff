"""Questions about scheduling: which component runs next, which is woken next, can any still run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from ...analysis.words import counted, joined
from ...core.errors import KamlabError
from ...core.events import FAILED, FINISHED, PAUSED, RESUMED, WOKEN, Event
from ...core.states import ASLEEP
from ...core.task import task_of
from .base import Answer, NameQuestion, Progress, rests
from .roster import Roster, is_chassis

if TYPE_CHECKING:
    from ...lab import Lab

NO_COMPONENT = "none"


class _WhichComponent(NameQuestion):
    synonyms: ClassVar[dict[str, tuple[Any, ...]]] = {NO_COMPONENT: (None, "None", "nobody", "Nobody")}
    _later: Roster | None = None

    def names(self) -> list[str]:
        """Return the names of the components that are there now, or when the question is answered."""
        rosters = [self.roster] if self._later is None else [self.roster, self._later]
        return [roster.name(component) for roster in rosters for component in roster.actors]

    def decides(self, event: Event) -> bool:
        return event.kind in self.until and not is_chassis(type(event.component))

    def read_name(self, given: Any) -> str:
        return self.roster.name(self.roster.find_component(given))


class RunsNext(_WhichComponent):
    """Which component runs next? Runs up to the end of a slice of one that is no chassis."""

    name = "which runs next"
    text = "Which component runs next?"
    until = (RESUMED,)

    def find_answer(self, lab: Lab, roster: Roster, progress: Progress) -> Answer:
        """Return the component that was resumed; note who is there by then, since a chassis may activate others."""
        self._later = Roster(lab)
        resumed = [event for event in progress.events if self.decides(event)][:1]
        if not resumed:
            return Answer(NO_COMPONENT, "no component could run")
        name = roster.name(resumed[0].component)
        return Answer(name, f"{name} ran next", tuple(resumed))

    def offer(self, lab: Lab, ahead: Answer | None) -> None:
        """Offer the living components, the runnable ones first."""
        self.offer_names(self.names(), _runnable(self.roster, lab), ahead)

    def is_open(self, lab: Lab) -> bool:
        """Return whether several components are runnable."""
        return len(_runnable(self.roster, lab)) > 1


class WokenNext(_WhichComponent):
    """Which component is woken next? Runs up to the slice before which one is woken."""

    name = "which is woken next"
    text = "Which sleeping component is woken next?"
    until = (WOKEN,)

    def find_answer(self, lab: Lab, roster: Roster, progress: Progress) -> Answer:
        """Return the component that was woken first; note who is there by then."""
        self._later = Roster(lab)
        woken = [event for event in progress.events if self.decides(event)][:1]
        if not woken:
            return Answer(
                NO_COMPONENT, f"no component was woken in {counted(progress.steps, 'slice')}", _last_stops(progress)
            )
        name = roster.name(woken[0].component)
        return Answer(name, f"{name} was woken next", tuple(woken))

    def offer(self, lab: Lab, ahead: Answer | None) -> None:
        """Offer the living components, the sleeping ones first."""
        self.offer_names(self.names(), _sleepers(self.roster), ahead)

    def is_open(self, lab: Lab) -> bool:
        """Return whether several components sleep."""
        return len(_sleepers(self.roster)) > 1


class CanRun(NameQuestion):
    """Can any component still run after a number of slices?"""

    name = "can any still run"
    synonyms: ClassVar[dict[str, tuple[Any, ...]]] = {"yes": (True, "Yes"), "no": (False, "No")}
    choices = ("yes", "no")
    takes = "yes or no"

    def __init__(self, lab: Lab, after: int) -> None:
        super().__init__(lab)
        self.slices: int = after
        self.text: str = f"Can any component still run after {counted(after, 'more slice')}?"

    def find_answer(self, lab: Lab, roster: Roster, progress: Progress) -> Answer:
        """Return "no" if the lab came to rest on the way, or rests now."""
        ran = counted(progress.steps, "slice")
        if progress.rests or rests(lab):
            return Answer("no", f"no component can run any more after {ran}{_why(lab)}", _last_stops(progress))
        runnable = [roster.name(component) for component in lab.runnable()]
        who = f"{joined(runnable)} can run" if runnable else "a timer or something from outside can wake a component"
        resumed = [event for event in progress.events if event.kind == RESUMED]
        return Answer("yes", f"after {ran} {who}", tuple(resumed[-1:]))

    def is_open(self, lab: Lab) -> bool:
        """Return whether a component sleeps; otherwise the answer is obvious."""
        return bool(_sleepers(self.roster))


def _sleepers(roster: Roster) -> list[str]:
    return [roster.name(member) for member in roster.actors if task_of(member).life is ASLEEP]


def _runnable(roster: Roster, lab: Lab) -> list[str]:
    return [roster.name(component) for component in lab.runnable() if not is_chassis(type(component))]


def _why(lab: Lab) -> str:
    """Return the headline of ``lab.why()`` in parentheses."""
    try:
        headline = getattr(lab.why(), "headline", "")
    except KamlabError:
        return ""
    return f" ({headline})" if headline else ""


def _last_stops(progress: Progress) -> tuple[Event, ...]:
    """Return, for each component that ran, the event with which it stopped last."""
    last: dict[int, Event] = {}
    for event in progress.events:
        if event.kind in (PAUSED, FINISHED, FAILED, RESUMED):
            last.pop(id(event.component), None)
            last[id(event.component)] = event
    return tuple(last.values())
