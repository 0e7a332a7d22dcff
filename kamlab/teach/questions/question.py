"""A question: asked of a lab where it stands, answered by stepping the lab.

It lives once. It stands while the lab stands where it was when the question was asked; an answer steps
the lab and is the end of it, and from then on it shows what came out, and steps nothing. What is no answer
(of the wrong type, a name that nobody has) is said so, and the question goes on standing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ...views.quoting import BadValue, read_literal
from ..look import box
from ..score import record
from .errors import BadAnswer, NoQuestion
from .kinds.kind import Kind
from .look import as_html, as_text
from .names import in_answer
from .result import Result, in_lines
from .same import system_of
from .stepping import rests

if TYPE_CHECKING:
    from ...lab import Lab

KEPT = "The lab has run on since, so the first answer is the one that counts."
TOO_LATE = "The lab has run on without an answer, so it is too late for one; ask again."


class Question:
    """A question about a lab, which the lab answers. :class:`~.quiz.Quiz` makes them.

    ``text`` is what is asked, ``choices`` what is offered, as words, ``asked_at`` the step, and ``result``
    the :class:`~.result.Result` once there is one. As the last expression of a cell it shows itself.
    """

    def __init__(self, lab: Lab, kind: Kind, series: int = 0) -> None:
        self.text: str = kind.text
        self.takes: str = kind.takes
        self.example: str = kind.example
        self.choices: tuple[str, ...] = tuple(map(kind.words, kind.choices))
        self.asked_at: int = lab.step_number
        self.result: Result | None = None
        #: Called with a result whenever there is a new one.
        self.listeners: list[Callable[[Result], Any]] = []
        self._lab: Lab | None = lab
        self._kind: Kind | None = kind
        self._stood = _stand_of(lab)
        self._key = (kind.name, kind.text, self.asked_at, system_of(lab, kind.known))
        self._series = series
        self._lock = threading.RLock()

    # -- answering ------------------------------------------------------------------------------------

    def answer(self, given: Any) -> Result:
        """Answer the question: the lab is stepped by what was asked, and says whether it is right.

        Args:
            given: what ``takes`` says: a component or its name, an inbox or its name, a list of messages, a number.

        Returns what came out. What is no answer, or an answer to a lab that has moved, is said so in the
        result, steps nothing and is not counted.
        """
        with self._lock:
            if self.result is not None:
                return self._again(given)
            assert self._kind is not None
            return self._decide(given, self._kind.read)

    def pick(self, choice: str) -> Result:
        """Answer with one of ``choices``, as it stands there; so one answers with what cannot be written down."""
        with self._lock:
            if self.result is not None:
                return self._again(choice)
            return self._decide(choice, self._chosen)

    def answer_text(self, text: str) -> Result:
        """Answer with what was typed into a field: one of the choices, or a value as Python writes it."""
        typed = text.strip()
        if typed in self.choices:
            return self.pick(typed)
        try:
            return self.answer(read_literal(typed))
        except BadValue as error:
            return self._refused(f"This question takes {self.takes}. {error}.", typed)

    def step(self) -> Result:
        """Go on without an answer: the lab is stepped, and says what the answer was.

        It counts as not answered. Once there is a result, that is returned, and nothing is stepped.
        """
        with self._lock:
            if self.result is not None:
                return self.result
            why_not = self._why_not()
            return self._refused(why_not, None) if why_not is not None else self._carry_out(None, None, answered=False)

    def _decide(self, given: Any, read: Callable[[Any], Any]) -> Result:
        why_not = self._why_not()
        if why_not is not None:
            return self._refused(why_not, given)
        try:
            value = read(given)
        except BadAnswer as error:
            return self._refused(f"This question takes {self.takes}. {error}", given)
        return self._carry_out(given, value)

    def _chosen(self, choice: str) -> Any:
        assert self._kind is not None
        if type(choice) is str and choice in self.choices:
            return self._kind.choices[self.choices.index(choice)]
        raise BadAnswer(f"{in_answer(choice)} It is none of the choices.")

    def _again(self, given: Any) -> Result:
        """Return the result once more, to somebody who answers once more."""
        result = self.result
        assert result is not None
        if result.right is None and result.counted:
            return replace(result, remark=TOO_LATE)
        return replace(result, remark=KEPT) if result.counted else result

    # -- what may be in the way -------------------------------------------------------------------------

    def _why_not(self) -> str | None:
        lab = self._lab
        assert lab is not None
        why_not = why_nothing_runs(lab, at_rest=False)
        if why_not is not None:
            return why_not
        scheduler, step, mark = self._stood
        now = _stand_of(lab)
        if now[0] is not scheduler:
            return "The lab has been turned back or begun anew since this question was asked; ask again."
        if now[1] != step:
            return f"The lab has moved from step {step} to {now[1]} since this question was asked; ask again."
        return None if now[2] == mark else "Something was done to the lab since this question was asked; ask again."

    def _refused(self, sentence: str, given: Any) -> Result:
        lab = self._lab
        result = Result(None, sentence, given=given, step=lab.step_number if lab is not None else 0, counted=False)
        self._tell(result)
        return result

    # -- stepping ---------------------------------------------------------------------------------------

    def _carry_out(self, given: Any, value: Any, answered: bool = True) -> Result:
        lab, kind = self._lab, self._kind
        assert lab is not None
        assert kind is not None
        ran = kind.drive(lab)
        if ran.stopped and lab.scheduler is self._stood[0] and not ran.steps and lab.step_number == self.asked_at:
            return self._refused(f"The lab could not be stepped: {ran.stopped}", given)
        if ran.stopped:
            stopped = f"The lab stopped at step {lab.step_number}, before the answer was there: {ran.stopped}"
            return self._finish(Result(None, stopped, None, given, ran.events, lab.step_number, counted=False))
        with lab.lock:
            found = kind.found(lab, kind.known, ran)
        right = kind.same(value, found.value) if answered else None
        if right is False and type(found.value) is str and kind.choices and found.value not in kind.choices:
            sentence = f"Nobody could have known: {found.clause}, and that was not there yet. It is not counted."
            result = Result(None, sentence, found.value, given, found.events, lab.step_number, counted=False)
            return self._finish(replace(result, lines=in_lines(found.events)))
        if right is None:
            sentence = f"Not answered: {found.clause}."
        else:
            sentence = (
                f"Right: {found.clause}."
                if right
                else f"Not right: you answered {kind.words(value)}, but {found.clause}."
            )
        lines, words = in_lines(found.events), kind.words(found.value)
        result = Result(right, sentence, found.value, given, found.events, lab.step_number, lines, in_words=words)
        got = None if right is None else int(right)
        record(f"step {self.asked_at}: {self.text}", got, 1, "question", key=self._key, series=self._series)
        return self._finish(result)

    def _finish(self, result: Result) -> Result:
        self.result = result
        self._lab = self._kind = None  # it needs them no more, and may be kept for long
        self._stood = (None, self.asked_at, 0)
        self._tell(result)
        return result

    def _tell(self, result: Result) -> None:
        for each in list(self.listeners):
            each(result)

    # -- showing ----------------------------------------------------------------------------------------

    def __str__(self) -> str:
        text = as_text(self.asked_at, self.text, self.choices, self.takes)
        return text if self.result is None else f"{text}\n{self.result}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        asked = as_html(self.asked_at, self.text, self.choices, self.takes)
        return box(asked) + (self.result._repr_html_() if self.result is not None else "")

    def _ipython_display_(self, **_options: Any) -> None:
        """Display it with buttons where there are any; elsewhere IPython takes the text."""
        from ...notebook.panel import in_notebook

        if not in_notebook():
            raise NotImplementedError
        try:
            from ...notebook.question_widget import show
        except ImportError:  # there are no widgets here
            raise NotImplementedError from None
        show(self)


def why_nothing_runs(lab: Any, at_rest: bool = True) -> str | None:
    """Return why a lab cannot be stepped by a question now; ``None`` if it can."""
    state = lab.state
    if state == "stopped":
        return "This lab was stopped, so nothing happens in it any more; make a new one, or call lab.reset()."
    if state == "running":
        return "The lab is running; call lab.pause() first, then ask and answer."
    if not at_rest or not rests(lab):
        return None
    if state == "new":
        return "Nothing can run in this lab: nobody has been activated yet."
    if state == "finished":
        return f"Every component has ended at step {lab.step_number}, so there is nothing to predict."
    return f"The lab rests at step {lab.step_number}: all sleep, and nothing will wake them. lab.why() says why."


def check_can_ask(lab: Any) -> None:
    """Raise an error if nothing can be asked of a lab now.

    Raises:
        NoQuestion: it was stopped, runs, or rests; the message says which.
    """
    why_not = why_nothing_runs(lab)
    if why_not is not None:
        raise NoQuestion(why_not)


def _stand_of(lab: Any) -> tuple[Any, int, int]:
    """Return what tells whether a lab stands where it stood."""
    return lab.scheduler, lab.step_number, lab.trace.mark()
