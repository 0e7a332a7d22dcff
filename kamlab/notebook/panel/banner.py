"""The banner of a panel: in words, how a run ended or what the lab waits for.

What is said comes from the analysis behind ``lab.why()``, :mod:`kamlab.analysis.why_lab`, so the banner and ``why()``
cannot contradict each other. A background thread may wait for ever although nothing in the lab could ever run again,
so what decides is whether a component can run, and not whether a thread does.

A banner is plain values for the page. Its text is made of pieces, each with the key of the component that it names or
with "", so that a name can be clicked.

Rejected: the sentences of ``why()`` alone, as one text. The page would have to look for names in them, and several
components may have the same one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ...analysis.location import place_of
from ...analysis.moment import Moment
from ...analysis.why_lab import (
    ALIVE,
    AT_REST,
    DEADLOCK,
    FINISHED,
    HELD,
    NEW,
    RUNNABLE,
    STUCK,
    WRITTEN,
    Wait,
    Waiting,
    waiting_at,
)
from ...analysis.words import counted, joined
from ...core.component import Component
from ...core.microprocess import Microprocess
from ...core.naming import drawn_names
from ...core.reading import HeldLab
from ...core.task import task_of
from ...lab import Lab
from ...views.components import error_of, key_of, safe_name
from ...views.printable import label

#: What the page draws: kind, title, text, acts, circle and key.
Banner = dict[str, Any]
#: A piece of text, and the key of the component that it names, or "".
Piece = list[str]

#: The most characters of one sentence, and the most sentences.
SENTENCE, SENTENCES = 300, 8
#: With more components than this, who waits for whom is only analysed where nothing can run and nothing is to come.
MANY = 100
_CONTINUE, _NOW, _RESET = "Continue here", "Back to now", "Reset"

_LIMITS = {"max_steps": "The limit of slices was reached", "timeout": "The time was up"}


def banner_of(lab: Lab, at: int | None = None) -> Banner | None:
    """Return what the banner says of a lab, ``None`` if there is nothing to say: it stands, and can go on.

    The caller holds the lab's lock.

    Args:
        lab: the lab.
        at: the step of the past that one looks at.

    >>> lab = Lab()
    >>> banner = banner_of(lab)
    >>> banner["kind"], banner["title"]
    ('new', 'Nothing has been activated yet.')
    """
    step = lab.step_number
    if lab.state == "stopped":
        acts = [_act(_RESET, "reset")] if lab.can_build else []
        return _banner("stopped", f"The lab was stopped at step {step}.", acts=acts)
    if at is not None and at != step:
        acts = [_act(_CONTINUE, "goto", step=at), _act(_NOW, "look", step=None)]
        return _banner("past", f"You look at step {at}; the lab stands at step {step}.", acts=acts)
    if isinstance(lab, HeldLab) or (lab.state == "running" and _can_run(lab)):
        return _banner("running", f"Running, step {step}.")
    why = _at_a_glance(lab) or waiting_at(Moment(lab))
    failed = _failed_last(lab, why)
    if why.verdict == NEW:
        return _banner("new", "Nothing has been activated yet.")
    if why.verdict == RUNNABLE:
        return _of_one_that_can_go_on(lab, why, failed)
    if why.circles and (why.verdict == DEADLOCK or why.certain):
        return _deadlock(lab, why)
    if failed is not None:
        return _failure(lab, why, failed)
    return _standing_still(lab, why)


def _at_a_glance(lab: Lab) -> Waiting | None:
    """Return how a large lab stands in which something can run, or is about to; ``None`` if that has to be analysed."""
    if len(lab.scheduler.members) <= MANY:
        return None
    if _can_run(lab):
        return Waiting(RUNNABLE, lab.step_number)
    return Waiting(ALIVE, lab.step_number) if lab.state == "running" and lab.scheduler.can_be_woken() else None


def _can_run(lab: Lab) -> bool:
    """Return whether a component has a slice to come, or a call made from elsewhere waits to be carried out."""
    scheduler = lab.scheduler
    return bool(scheduler.posted or scheduler.held or scheduler.runnable())


def _failed_last(lab: Lab, why: Waiting) -> Microprocess | None:
    """Return the component that failed in the last drive or slice; where nothing can run, the last that failed."""
    outcome = lab.outcome
    if outcome is not None and outcome.failed:
        found: Microprocess = outcome.failed[-1]
        return found
    last = lab.failures[-1] if lab.failures else None
    ended = task_of(last).end_record if last is not None else None
    recent = ended is not None and ended.step >= lab.step_number
    return last if recent or why.verdict != RUNNABLE else None


def _of_one_that_can_go_on(lab: Lab, why: Waiting, failed: Microprocess | None) -> Banner | None:
    step, outcome = lab.step_number, lab.outcome
    if failed is not None:
        return _failure(lab, why, failed)
    if outcome is not None and outcome.breakpoints:
        hits = outcome.breakpoints
        text = _Names(lab).in_sentences(f"{hit.breakpoint.words()}: {hit.what}." for hit in hits)
        return _banner("breakpoint", f"Breakpoint at step {step}.", text)
    if why.certain:
        return _deadlock(lab, why)
    if outcome is not None and outcome.reason in _LIMITS and outcome.steps:
        text = _Names(lab).in_sentences([outcome.spinning_in_words] if outcome.spinning else [])
        return _banner("limit", f"{_LIMITS[outcome.reason]} at step {step}.", text, [_act("Go on", "run")])
    if not step:
        count = counted(len(lab.components), "component")
        return _banner("new", "Nothing has run yet.", [_plain(f"{count} can be stepped.")])
    return None


def _deadlock(lab: Lab, why: Waiting) -> Banner:
    circles = [circle for circle in why.circles if circle]
    names = _Names(lab)
    text: list[Piece] = []
    for circle in circles[:SENTENCES]:
        text += [*_chain(circle, names), _plain(". ")]
    if not why.certain:
        text.append(_plain("If they expect nothing more of each other, this is rest: only the program knows. "))
    sentences = (*why.in_vain, *(sentence for _, sentence in why.failed if sentence), *why.left)
    text += names.in_sentences(sentences)
    some = "" if why.verdict == DEADLOCK else " in a part of the lab"
    pairs = [[str(number) for number in wait.numbers] for circle in circles for wait in circle]
    return _banner("deadlock", f"Deadlock{some} at step {why.step}.", text, circle=pairs, key=pairs[0][0])


def _chain(circle: Sequence[Wait], names: _Names) -> list[Piece]:
    """Return a circle in words: "a waits for a message from two; two waits for a message from a"."""
    text: list[Piece] = []
    for wait in circle[:WRITTEN]:
        waiter, on = map(str, wait.numbers)
        before, said = _before_name(wait), wait.text.removesuffix(" in its 'inbox'")
        text += [_plain("; ")] if text else []
        text += [names.piece(waiter, wait.waiter), _plain(f" waits for {before}")]
        if before != wait.text:
            text += [names.piece(on, wait.on), _plain(said[len(before) + len(wait.on) :])]
    if len(circle) > WRITTEN:
        text.append(_plain(f"; and so on, over {counted(len(circle) - WRITTEN, 'component')} more"))
    return [piece for piece in text if piece[0]]


def _before_name(wait: Wait) -> str:
    """Return the words of a wait that come before the name of the component that it is about; all if it has none."""
    for words in ("a message from ", "room in ", "the end of "):
        if wait.on and wait.text.startswith(words + wait.on):
            return words
    return wait.text


def _failure(lab: Lab, why: Waiting, failed: Microprocess) -> Banner:
    ended, key = task_of(failed).end_record, key_of(failed)
    step = ended.step if ended is not None else lab.step_number
    place = place_of(failed)
    where = f", at {place}" if place is not None else ""
    others = [name for name, _ in why.failed if name != safe_name(failed)]
    known = f": {ended.error.rstrip('.')}" if ended is not None and ended.error else ""
    in_vain = [sentence.replace(known, "") for sentence in why.in_vain]  # it is said once
    sentences = [*in_vain, *([f"{joined(others)} failed as well."] if others else [])]
    if why.verdict not in (RUNNABLE, FINISHED):
        sentences += why.coming or why.left
    names = _Names(lab)
    text = [_plain(f"{error_of(failed)}{where}. ")]
    acts = [_act("Go to the step before", "goto", step=step - 1)] if lab.can_build and step else []
    title = f"{names.of(failed)} failed at step {step}."
    return _banner("failed", title, [*text, *names.in_sentences(sentences)], acts, key=key)


def _standing_still(lab: Lab, why: Waiting) -> Banner:
    """Return the banner of a lab in which nothing can run, without a deadlock and without a failure."""
    step, names = why.step, _Names(lab)
    if why.verdict == FINISHED:
        return _banner("rest", f"Finished at step {step}.", [_plain("Every component has ended.")])
    if why.verdict == AT_REST:
        said = ["All components sleep, and nothing waits to be read.", *why.sentences]
        return _banner("rest", f"At rest at step {step}.", names.in_sentences(said))
    if why.verdict == STUCK:
        lost = [f"Perhaps a lost wake-up: nothing wakes {name} again." for name in why.lost_wake_ups]
        return _banner("rest", f"It stands still at step {step}.", names.in_sentences([*why.sentences, *lost]))
    if why.verdict == HELD:
        holding = lab.scheduler.holding
        held = list(holding.held.values())[:3] if holding is not None else []
        acts = [_act(f"Release {names.of(component)}", "release", key=key_of(component)) for component in held]
        title = f"Only held components could run, at step {step}."
        return _banner("waits", title, names.in_sentences(why.sentences), acts)
    kinds = {wait.kind for wait in why.waits}
    what = [words for kind, words in _WAITED.items() if kind in kinds] or ["something from outside"]
    said = [*why.sentences, *([f"It is {lab.scheduler.now:.3f} s now."] if lab.virtual else [])]
    return _banner("waits", f"Waits for {joined(what, 'or')} at step {step}.", names.in_sentences(said))


#: What a lab in which nothing can run waits for, by the kinds of needs that are met by themselves.
_WAITED = {"network": "the network", "timer": "a timer", "thread": "a thread"}


def _banner(
    kind: str,
    title: str,
    text: Sequence[Piece] = (),
    acts: Sequence[dict[str, Any]] = (),
    circle: Sequence[Piece] = (),
    key: str = "",
) -> Banner:
    return {
        "kind": kind,
        "title": label(title, SENTENCE),
        "text": list(text),
        "acts": list(acts),
        "circle": list(circle),
        "key": key,
    }


def _act(words: str, command: str, **args: Any) -> dict[str, Any]:
    return {"label": words, "do": command, "args": args}


def _plain(text: str) -> Piece:
    return [label(text, SENTENCE), ""]


class _Names:
    """The living and the failed components, as sentences of ``why()`` name them and as the panel shows them.

    A click on a name selects the component. A name that could be an ordinary word is left as text, and so is one that
    several have.
    """

    def __init__(self, lab: Lab) -> None:
        ended = [record.component for record in lab.register.ended]
        components = [one for one in (*lab.components, *ended, *lab.failures) if isinstance(one, Component)]
        self._keys: dict[str, str] = {}
        self._shown: dict[str, str] = {}
        for component, shown in drawn_names(dict.fromkeys(components)).items():
            name, key = safe_name(component), key_of(component)
            self._shown[key] = label(shown, 40)
            if any(letter in "_?" or letter.isupper() or letter.isdigit() for letter in name):
                self._keys[name] = key if self._keys.get(name, key) == key else ""

    def of(self, component: Microprocess) -> str:
        """Return the name that a component is shown by."""
        return self._shown.get(key_of(component), safe_name(component))

    def piece(self, key: str, name: str) -> Piece:
        """Return the piece that names the component of a key."""
        return [self._shown.get(key, label(name, 40)), key]

    def in_sentences(self, sentences: Iterable[str]) -> list[Piece]:
        """Return sentences, split at the names of components."""
        said = list(dict.fromkeys(sentences))[:SENTENCES]
        return [piece for sentence in said for piece in self._split(label(f"{sentence} ", SENTENCE))]

    def _split(self, sentence: str) -> list[Piece]:
        pieces: list[Piece] = []
        rest = ""
        for word in sentence.split(" "):
            name = word.rstrip(",.;:")
            name = name if name in self._keys else name.partition(".")[0]
            key = self._keys.get(name)
            if key:
                pieces += [[rest, ""], self.piece(key, name)]
                rest = word[len(name) :] + " "
            else:
                rest += word + " "
        return [piece for piece in (*pieces, [rest[:-1], ""]) if piece[0]]
