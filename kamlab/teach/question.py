"""A question: asked of a lab where it stands, and answered by stepping the lab.

A question can be answered once. It stays open while the lab stays where it was when the question was asked. An answer
steps the lab and closes the question; from then on it shows its result and steps nothing. A question about orders stays
open wherever the lab is, and steps nothing: exploring has answered it. An answer that the question
cannot take (of the wrong type, or an unknown name) is refused with a sentence, and the question stays open.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ..core.events import Event
from ..views.printable import BadValue, label, read_literal
from ..views.render import escape
from .question_types.base import Answer, NoQuestion, QuestionType, rests
from .question_types.roster import BadAnswer, quote_answer
from .score import record
from .verdict import NothingToOpen, feedback_box

if TYPE_CHECKING:
    from ..exploration import Schedule
    from ..lab import Lab

KEPT = "The lab has run on since, so the first answer is the one that counts."
TOO_LATE = "The lab has run on without an answer, so it is too late for one; ask again."
SEVERAL = " (One or more are right.)"
#: How many events are shown, and how many characters a line may have.
LINES, WIDTH = 8, 160
_CHIP = "border:1px solid #8c959f;border-radius:3px;padding:1px 6px;margin:0 6px 4px 0;display:inline-block"


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a question.

    ``right`` is ``True`` or ``False``, or ``None`` if there was no answer or it was refused; ``sentence`` says it in
    words; ``answer`` is the right answer, ``given`` the student's. ``events`` are the reason, ``lines`` the same as
    text, as it was then, and ``step`` is the step of the lab then. ``counted`` is whether the question is closed,
    ``remark`` an additional sentence, and ``in_words`` the right answer as it reads among the choices; of several,
    ``right_choices`` has all. ``schedules`` are the orders that show it, for a question about orders.

    >>> print(Result(True, "Right: Echo_3 ran next.", lines=("    7  Echo_3 resumed",)))
    Right: Echo_3 ran next.
        7  Echo_3 resumed
    """

    right: bool | None
    sentence: str
    answer: Any = None
    given: Any = None
    events: tuple[Event, ...] = field(default=(), repr=False)
    step: int = 0
    lines: tuple[str, ...] = ()
    counted: bool = True
    remark: str = ""
    in_words: str = ""
    right_choices: tuple[str, ...] = ()
    schedules: tuple[Schedule, ...] = field(default=(), repr=False)

    def open(self, number: int = 0) -> Lab:
        """Return a lab in which the order was played that shows the answer.

        Args:
            number: which of ``schedules``.

        Raises:
            NothingToOpen: the reason is not an order.
        """
        if not self.schedules:
            raise NothingToOpen("The reason of this result is not an order: there is no run to open.")
        return self.schedules[number].open()

    def __bool__(self) -> bool:
        return self.right is True

    @property
    def hint(self) -> str:
        """How to look at the orders that show the answer; "" if there are none."""
        if len(self.schedules) > 1:
            return f".open(0) to .open({len(self.schedules) - 1}) show these orders in a lab"
        return ".open() shows this order in a lab" if self.schedules else ""

    def _below(self) -> list[str]:
        return [*self.lines, *([self.hint] if self.hint else [])]

    def __str__(self) -> str:
        return "\n".join([self.sentence, *([self.remark] if self.remark else []), *self._below()])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        head, _, rest = self.sentence.partition(": ")
        first = f"<b>{escape(head)}:</b> {escape(rest)}" if rest and self.counted else escape(self.sentence)
        remark = f"<div>{escape(self.remark)}</div>" if self.remark else ""
        lines = escape("\n".join(self._below()))
        html = f"<div>{first}</div>{remark}" + (f'<pre style="margin:2px 0">{lines}</pre>' if lines else "")
        return feedback_box(html, "" if self.right is None else "good" if self.right else "bad")


class Question:
    """A question about a lab, which the lab answers. :class:`~kamlab.teach.Quiz` makes them.

    ``text`` is the question, ``choices`` the answers offered, as text, ``several`` whether more than one of them may be
    right, ``topic`` what it is about, ``asked_at`` the step of the lab, ``moves`` whether an answer steps it, and
    ``result`` the :class:`Result` once there is one. As the last expression of a cell it displays itself.

    >>> from kamlab import Lab
    >>> from kamlab.parts import DataSource, NullSink
    >>> from kamlab.teach import Quiz
    >>> with Lab(clock="virtual") as lab:
    ...     source, sink = DataSource(["a", "b"]).activate(), NullSink().activate()
    ...     _ = source.link((source, "outbox"), (sink, "inbox"))
    ...     question = Quiz(lab).how_many_in("NullSink_2.inbox", after=3)
    ...     print(question)
    ...     print(question.answer(1))
    Step 0. How many messages wait in NullSink_2.inbox after 3 slices?
      Answer with a number, 0 or more.
    Right: NullSink_2.inbox holds 1 message after 3 slices.
        3  DataSource_1.outbox -> NullSink_2.inbox: 'a'
    """

    def __init__(
        self, lab: Lab, question_type: QuestionType, series: int = 0, points: float = 1, seed: int = 0
    ) -> None:
        self.text: str = question_type.text
        self.topic: str = question_type.topic
        self.several: bool = question_type.several
        self.details: tuple[str, ...] = question_type.details
        self.points: float = points
        #: Whether the result counts in the score of the session.
        self.is_scored: bool = True
        self.takes: str = question_type.takes
        self.example: str = question_type.example
        self.choices: tuple[str, ...] = tuple(map(question_type.words, question_type.choices))
        self.asked_at: int = lab.step_number
        self.result: Result | None = None
        #: Called with a result whenever there is a new one.
        self.listeners: list[Callable[[Result], Any]] = []
        self._lab: Lab | None = lab
        self._type: QuestionType | None = question_type
        self._position = _position_of(lab)
        self.moves = question_type.moves
        self.where: str = question_type.where or f"Step {self.asked_at}."
        system = question_type.roster.system_key(lab)
        asked = self.asked_at if self.moves else (self.where, self.details, self.choices)
        self._key = (question_type.name, question_type.text, asked, system, seed)
        self._series = series
        self._lock = threading.RLock()

    # -- answering ------------------------------------------------------------------------------------

    def answer(self, given: Any) -> Result:
        """Answer the question: the lab is stepped as far as the question asks, and decides whether the answer is right.

        Args:
            given: what ``takes`` says: a component or its name, an inbox or its name, a list of messages, a number.

        Returns:
            The result. An answer that the question cannot take, or one that comes after the lab has moved, is refused:
            the result says why, nothing is stepped, and nothing is counted.
        """
        with self._lock:
            if self.result is not None:
                return self._again()
            assert self._type is not None
            return self._decide(given, self._type.read)

    def pick(self, *choices: str) -> Result:
        """Answer with one of ``choices``, word for word, or with several where several may be right."""
        with self._lock:
            if self.result is not None:
                return self._again()
            return self._decide(choices[0] if len(choices) == 1 else choices, lambda _: self._chosen(choices))

    def answer_text(self, text: str) -> Result:
        """Answer with text from an input field: one of the choices, or a value as Python writes it."""
        typed = text.strip()
        if typed in self.choices:
            return self.pick(typed)
        try:
            return self.answer(read_literal(typed))
        except BadValue as error:
            return self._refuse(f"This question takes {self.takes}. {error}.", typed)

    def step(self) -> Result:
        """Continue without an answer: the lab is stepped, and the result has the right answer.

        The question counts as not answered. If it has a result already, that is returned, and nothing is stepped.
        """
        with self._lock:
            if self.result is not None:
                return self.result
            why_not = self._why_not()
            return self._refuse(why_not, None) if why_not is not None else self._carry_out(None, None, answered=False)

    def _decide(self, given: Any, read: Callable[[Any], Any]) -> Result:
        why_not = self._why_not()
        if why_not is not None:
            return self._refuse(why_not, given)
        try:
            value = read(given)
        except BadAnswer as error:
            return self._refuse(f"This question takes {self.takes}. {error}", given)
        return self._carry_out(given, value)

    def _chosen(self, chosen: Sequence[str]) -> Any:
        assert self._type is not None
        for choice in chosen:
            if type(choice) is not str or choice not in self.choices:
                raise BadAnswer(f"{quote_answer(choice)} It is none of the choices.")
        found = [self._type.choices[self.choices.index(choice)] for choice in chosen]
        if self.several:
            return frozenset(found)
        if len(found) != 1:
            raise BadAnswer(f"You chose {len(found)} of the choices, and only one is right.")
        return found[0]

    @property
    def is_open(self) -> bool:
        """Whether the question can be answered now."""
        return self.result is None and self._why_not() is None

    def _again(self) -> Result:
        """Return the result once more, for a second answer."""
        result = self.result
        assert result is not None
        if result.right is None and result.counted:
            return replace(result, remark=TOO_LATE)
        return replace(result, remark=KEPT) if result.counted else result

    def _why_not(self) -> str | None:
        """Return why the question cannot be answered now; ``None`` if it can."""
        assert self._lab is not None
        if not self.moves:
            return None
        why_not = why_nothing_runs(self._lab, at_rest=False)
        if why_not is not None:
            return why_not
        scheduler, step, mark = self._position
        now = _position_of(self._lab)
        if now[0] is not scheduler:
            return "The lab has gone back or was reset since this question was asked; ask again."
        if now[1] != step:
            return f"The lab has moved from step {step} to {now[1]} since this question was asked; ask again."
        return None if now[2] == mark else "Something was done to the lab since this question was asked; ask again."

    def _refuse(self, sentence: str, given: Any) -> Result:
        step = self._lab.step_number if self._lab is not None else 0
        result = Result(None, sentence, given=given, step=step, counted=False)
        self._notify(result)
        return result

    # -- stepping ---------------------------------------------------------------------------------------

    def _carry_out(self, given: Any, value: Any, answered: bool = True) -> Result:
        lab, question_type = self._lab, self._type
        assert lab is not None
        assert question_type is not None
        progress = question_type.advance(lab)
        if progress.stopped:
            has_moved = progress.steps or lab.scheduler is not self._position[0] or lab.step_number != self.asked_at
            if not has_moved:
                return self._refuse(f"The lab could not be stepped: {progress.stopped}", given)
            stopped = f"The lab stopped at step {lab.step_number}, before the answer was there: {progress.stopped}"
            return self._close(Result(None, stopped, None, given, progress.events, lab.step_number, counted=False))
        with lab.lock:
            found = question_type.find_answer(lab, question_type.roster, progress)
        result = _judge(question_type, found, given, value, answered, lab.step_number)
        if result.counted and self.is_scored:
            got = None if result.right is None else self.points * result.right
            name = f"step {self.asked_at}: {self.text}" if self.moves else f"{self.where} {self.text}"
            record(name, got, self.points, "question", key=self._key, series=self._series)
        return self._close(result)

    def _close(self, result: Result) -> Result:
        self.result = result
        self._lab = self._type = None  # a closed question may be kept for long, and no longer needs them
        self._position = (None, self.asked_at, 0)
        self._notify(result)
        return result

    def _notify(self, result: Result) -> None:
        for listener in list(self.listeners):
            listener(result)

    # -- showing ----------------------------------------------------------------------------------------

    def __str__(self) -> str:
        below = list(self.choices) or [f"Answer with {self.takes}."]
        text = "\n  ".join([f"{self.where} {self.text}{SEVERAL if self.several else ''}", *self._indented(), *below])
        return text if self.result is None else f"{text}\n{self.result}"

    __repr__ = __str__

    def _indented(self) -> list[str]:
        return [f"    {line}" for line in self.details]

    def heading_html(self) -> str:
        """Return from when on it is asked, the question, and the lines below it as HTML."""
        several = escape(SEVERAL) if self.several else ""
        details = escape("\n".join(self.details))
        below = f'<pre style="margin:4px 0">{details}</pre>' if details else ""
        return f"<div>{escape(self.where)} <b>{escape(self.text)}</b>{several}</div>{below}"

    def _repr_html_(self) -> str:
        below = "".join(f'<code style="{_CHIP}">{escape(choice)}</code>' for choice in self.choices)
        below = below or f"Answer with {escape(self.takes)}."
        asked = feedback_box(f'{self.heading_html()}<div style="margin-top:4px">{below}</div>')
        return asked + (self.result._repr_html_() if self.result is not None else "")

    def _ipython_display_(self, **_options: Any) -> None:
        """Display buttons in a notebook; elsewhere IPython displays the text."""
        from ..notebook.panel import in_notebook

        if not in_notebook():
            raise NotImplementedError
        try:
            from ..notebook.question_widget import show
        except ImportError:  # there are no widgets here
            raise NotImplementedError from None
        show(self)


def _judge(question_type: QuestionType, found: Answer, given: Any, value: Any, answered: bool, step: int) -> Result:
    """Compare a student's answer with the one that the lab has given."""
    right = question_type.is_right(value, found.value) if answered else None
    lines, choices = found.lines or _event_lines(found.events), question_type.choices
    if right is False and question_type.moves and type(found.value) is str and choices and found.value not in choices:
        sentence = f"Nobody could have known: {found.clause}, and that was not there yet. It is not counted."
        return Result(None, sentence, found.value, given, found.events, step, lines, counted=False)
    if right is None:
        sentence = f"Not answered: {found.clause}."
    elif right:
        sentence = f"Right: {found.clause}."
    else:
        sentence = f"Not right: you answered {question_type.words(value)}, but {found.clause}."
    in_words = question_type.words(found.value)
    all_right = tuple(map(question_type.words, found.value if question_type.several else [found.value]))
    return Result(
        right, sentence, found.value, given, found.events, step, lines, True, "", in_words, all_right, found.schedules
    )


def _event_lines(events: Sequence[Event]) -> tuple[str, ...]:
    """Return events as text, the last ones if there are many."""
    lines = [label(str(event), WIDTH) for event in events[-LINES:]]
    if len(events) > LINES:
        lines.insert(0, f"{'...':>5}  and {len(events) - LINES} before")
    return tuple(lines)


def why_nothing_runs(lab: Any, at_rest: bool = True) -> str | None:
    """Return why a question cannot step a lab now; ``None`` if it can. ``at_rest``: whether rest is such a reason."""
    state = lab.state
    if state == "stopped":
        return "This lab was stopped, so nothing more happens in it; make a new one, or call lab.reset()."
    if state == "running":
        return "The lab is running; call lab.pause() first, then ask and answer."
    if not at_rest or not rests(lab):
        return None
    if state == "new":
        return "Nothing can run in this lab: no component has been activated yet."
    if state == "finished":
        return f"Every component has ended at step {lab.step_number}, so there is nothing to predict."
    return f"The lab rests at step {lab.step_number}: all sleep, and nothing will wake them. lab.why() says why."


def check_can_ask(lab: Any) -> None:
    """Check that a question can be asked of a lab now.

    Raises:
        NoQuestion: the lab was stopped, runs, or rests; the message says which.
    """
    why_not = why_nothing_runs(lab)
    if why_not is not None:
        raise NoQuestion(why_not)


def _position_of(lab: Any) -> tuple[Any, int, int]:
    """Return values that change whenever the lab runs, goes back, or is changed from outside."""
    return lab.scheduler, lab.step_number, lab.trace.mark()
