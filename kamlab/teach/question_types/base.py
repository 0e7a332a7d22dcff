"""What all types of questions share.

No type knows its answer beforehand. One about what happens next says how far to step a lab, and reads the answer from
what happened (``find_answer``). A twin of the lab is stepped first, out of sight, so that the right answer is among the
choices. A lab that cannot be built again has no twin; then every possible answer is offered. A type of question about
orders does not step the lab: its answer comes from exploring (:mod:`.order_question`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from ...analysis.words import joined
from ...core.errors import KamlabError
from ...core.events import Event
from ...replay.quiet import unheard
from ...views.printable import label
from .roster import BadAnswer, Roster, quote_answer

if TYPE_CHECKING:
    from ...exploration import Schedule
    from ...lab import Lab

#: How many choices are offered, if the answer is known to be among them.
OFFERED = 8
#: How many slices at most to run for a question about the next time that something happens.
WITHIN = 100
#: Why a lab rests when it cannot run another slice.
RESTS = ("stuck", "idle", "finished")
#: How often in a row a breakpoint may stop the lab before its next slice.
STOPS = 20


class NoQuestion(KamlabError, ValueError):
    """This question cannot be asked of the lab as it stands; the message says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that a lab gave: its value, a clause that says it, and the reason.

    The reason is the events that decided, or for a question about orders ``lines`` of text and the ``schedules`` that
    these are about. Where several choices are right, the value has all of them.
    """

    value: Any
    clause: str
    events: tuple[Event, ...] = ()
    lines: tuple[str, ...] = ()
    schedules: tuple[Schedule, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """What a lab has run: the events, the number of slices, whether it rests now, and what stopped it early."""

    events: tuple[Event, ...] = ()
    steps: int = 0
    rests: bool = False
    stopped: str = ""


class QuestionType:
    """A type of question, asked of a lab as it stands.

    ``text`` is the question, ``takes`` completes "this question takes", and ``choices`` are the values offered. If
    there are none, the student writes the answer, and ``example`` shows how. The lab runs ``slices`` slices, or fewer
    if an event of a kind in ``until`` happens.

    ``topic`` is what the question is about; of each topic a quiz asks little. ``moves`` is whether the answer steps the
    lab, ``several`` whether more than one choice may be right. ``where`` is from when on it is asked if not from the
    lab's step, and ``details`` are lines below the text. ``ahead`` is the answer, if it is known beforehand.
    """

    name: ClassVar[str] = ""
    topic: ClassVar[str] = "what comes next"
    moves: ClassVar[bool] = True
    example: ClassVar[str] = ""
    until: ClassVar[Collection[str]] = ()
    slices: int = WITHIN
    text: str = ""
    takes: str = ""
    choices: tuple[Any, ...] = ()
    several: bool = False
    where: str = ""
    details: tuple[str, ...] = ()
    ahead: Answer | None = None

    def __init__(self, lab: Lab) -> None:
        self.roster: Roster = Roster(lab)

    # -- the answer -------------------------------------------------------------------------------------

    def advance(self, lab: Lab) -> Progress:
        """Step a lab as far as the question asks."""
        return advance(lab, self.slices, self.decides)

    def decides(self, event: Event) -> bool:
        """Return whether an event answers the question, so that the lab need not run on."""
        return event.kind in self.until

    def find_answer(self, lab: Lab, roster: Roster, progress: Progress) -> Answer:
        """Read the answer from what happened; ``roster`` has the components that were alive before."""
        raise NotImplementedError

    def look_ahead(self, lab: Lab) -> Answer | None:
        """Return the answer that a twin of the lab gives; ``None`` if the lab cannot have one.

        A twin needs a virtual clock: on the real network it would take the lab's ports and talk to its peers.
        """
        if not (lab.virtual and lab.can_build):
            return None
        try:
            with lab.twin() as twin:
                roster = Roster(twin)
                with unheard(twin):
                    progress = self.advance(twin)
                return None if progress.stopped else self.find_answer(twin, roster, progress)
        except KamlabError:
            return None

    # -- the choices ------------------------------------------------------------------------------------

    def prepare(self, lab: Lab) -> Answer | None:
        """Look ahead, set ``choices`` and ``takes``, and return what the look ahead found."""
        self.ahead = self.look_ahead(lab)
        self.offer(lab, self.ahead)
        return self.ahead

    def offer(self, lab: Lab, ahead: Answer | None) -> None:
        """Set ``choices`` and ``takes``; ``ahead`` is the right answer, if it is known."""

    def is_open(self, lab: Lab) -> bool:
        """Return whether more than one answer is possible; :meth:`Quiz.ask` draws only open questions."""
        return True

    def is_worth_asking(self, ahead: Answer | None) -> bool:
        """Return whether the answer, if it is known, takes some thought."""
        return True

    # -- what a student answers -------------------------------------------------------------------------

    def read(self, given: Any) -> Any:
        """Return the value that a student's answer means.

        Raises:
            BadAnswer: the question cannot take this as an answer.
        """
        raise NotImplementedError

    def is_right(self, given: Any, value: Any) -> bool:
        """Return whether an answer, as :meth:`read` returned it, is the right one."""
        return bool(given == value)

    def words(self, value: Any) -> str:
        """Return an answer as text."""
        return label(str(value), 60)


class NameQuestion(QuestionType):
    """A type whose answers are names, or one of a few words."""

    #: What the names are names of.
    noun: ClassVar[str] = "a component"
    #: The answers that are not names, and what else a student may give for them.
    synonyms: ClassVar[dict[str, tuple[Any, ...]]] = {}

    def offer_names(self, names: Sequence[str], likely: Iterable[str], ahead: Answer | None) -> None:
        """Offer all names, or a few, the likely ones first, if the right answer is known and can be among them."""
        offered = list(dict.fromkeys(names))
        if ahead is not None:
            first = dict.fromkeys(name for name in [ahead.value, *likely, *offered] if name not in self.synonyms)
            kept = list(first)[:OFFERED]
            offered = [name for name in offered if name in kept] + [name for name in kept if name not in offered]
        self.choices: tuple[Any, ...] = (*offered, *self.synonyms)
        self.takes: str = f"the name of {self.noun}: {joined(self.choices, 'or', limit=4)}"

    def read(self, given: Any) -> str:
        """Return the name or the word that is meant."""
        if type(given) is str and (given in self.choices or given in self.synonyms):
            return given
        for word, synonyms in self.synonyms.items():
            if any(type(given) is type(synonym) and given == synonym for synonym in synonyms):
                return word
        return self.read_name(given)

    def read_name(self, given: Any) -> str:
        """Return the name that is meant by something that is not literally among the choices.

        Raises:
            BadAnswer: no name is meant.
        """
        raise BadAnswer(quote_answer(given))


def advance(lab: Lab, slices: int, decides: Callable[[Event], bool]) -> Progress:
    """Step a lab by a number of slices, or up to the slice with an event that decides.

    Breakpoints do not stop it: the question says how far to go. An interrupt is raised as usual.
    """
    events: list[Event] = []
    steps = stops = 0
    while steps < slices:
        try:
            happened = lab.step(1)
        except KamlabError as error:
            return Progress(tuple(events), steps, stopped=str(error))
        events += happened.events
        steps += happened.steps
        if any(map(decides, happened.events)):
            break
        if happened.steps:
            stops = 0
        elif happened.reason in RESTS:
            return Progress(tuple(events), steps, rests=True)
        else:
            stops += 1
            if happened.reason != "breakpoint" or stops > STOPS:
                return Progress(tuple(events), steps, stopped=str(happened.outcome))
    return Progress(tuple(events), steps)


def rests(lab: Any) -> bool:
    """Return whether it is certain that no component of a lab will run again."""
    return not lab.scheduler.can_be_woken()
