"""Reordering: letters that take two routes to one receiver arrive in another order than they were sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any, NamedTuple

from ...analysis.words import counted
from ...core.component import Component
from ..actions import RUNS, SENDS, TAKES, Action, Monitor
from ..exercise import exercise
from ..orders import current_orders
from ..other_words import play_with_other_words
from ..playing import play
from ..runs import Run, Wrong
from .traffic import ON_TIME, check_keeps, check_links, check_made, check_rest, in_words, moved

#: The parts of the exercise, which give points of their own.
PARTS = ("the word is right in every order", "each letter is shown as soon as it can be")
#: What is sent, a letter at a time.
WORD = "LETTER"
#: Other words, with more letters, and with some that come again.
OTHERS = ("PARALLEL", "SETTLERS", "NONSENSE", "REPEATER")
#: Who must not know them.
FIXED = ("Receiver", "Screen")
#: Who sends to whom.
LINKS = {("Sender", "Relay"), ("Relay", "Receiver"), ("Receiver", "Screen")}


class Letters(NamedTuple):
    """The messages that were sent, in order; those that the receiver has taken; and what it has passed on."""

    sent: tuple[Any, ...] = ()
    taken: frozenset[int] = frozenset()
    shown: int = 0
    text: str = ""

    @property
    def due(self) -> int:
        """How many letters could be delivered: those that are taken, and all before them as well."""
        return next(place for place in range(len(self.sent) + 1) if place not in self.taken)


class InOrder(Monitor):
    """A letter is shown once all before it are, as soon as it has arrived, and not before."""

    def start(self) -> Letters:
        """Return what has moved at first."""
        return Letters()

    def see(self, state: Letters, action: Action) -> Letters:
        """Return what has moved after an action."""
        to = action.to
        if action.kind == SENDS and to is not None and action.by.is_a("Sender") and to.is_a("Relay"):
            return state._replace(sent=(*state.sent, action.message))
        if action.kind == TAKES and action.by.is_a("Receiver"):
            same = [place for place, message in enumerate(state.sent) if message == action.message]
            left = [place for place in same if place not in state.taken]
            return state._replace(taken=state.taken | {left[-1]}) if left else state
        if action.kind == SENDS and to is not None and to.is_a("Screen"):
            return self._shown(state, action)
        rests = action.kind == RUNS and action.asleep and not action.waiting
        if rests and action.by.is_a("Receiver") and state.shown < state.due:
            raise Wrong(
                f"In step {{step}} {counted(state.shown, 'letter')} had been sent on, although {state.due} in a row "
                "have arrived: the others are held back. A text without an end would never be shown.",
                part=1,
            )
        return state

    def _shown(self, state: Letters, action: Action) -> Letters:
        if isinstance(action.message, str) and len(action.message) > 1:
            raise Wrong(
                f"Each letter must be a message of its own; in step {{step}} {action.message!r} was shown at once."
            )
        shown = state.shown + (len(action.message) if isinstance(action.message, str) else 1)
        if shown > len(state.taken):
            letter = action.message
            raise Wrong(f"{action.by} sent {letter!r} to the screen in step {{step}}, before it had arrived.")
        if not isinstance(action.message, str):
            return state._replace(shown=shown)
        text = state.text + action.message
        found = [_letter_in(state.sent[place]) for place in state.taken]
        came = [letter for letter in found if letter is not None]
        if len(came) == len(found) and Counter(text) - Counter(came):
            raise Wrong(f"{action.by} sent {action.message!r} to the screen in step {{step}}, before it had arrived.")
        return state._replace(shown=shown, text=text)


def _letter_in(message: Any) -> str | None:
    """Return the one letter in a message; ``None`` if there is none, or more than one."""
    if isinstance(message, str):
        return message if len(message) == 1 and message.isalpha() else None
    letters = [_letter_in(part) for part in message] if isinstance(message, tuple) else []
    found = [letter for letter in letters if letter is not None]
    return found[0] if len(found) == 1 else None


def happened(run: Run, word: str = WORD) -> str:
    """Describe how the order of letters on the screen differs from that in which they were sent; "" if it does not."""
    text = run.made.text
    letters = iter(word)
    if all(letter in letters for letter in text):
        return ""
    took = in_words(moved(run, "received", "Receiver"))
    return f"{word!r} was sent, and the screen shows {text!r}: the order is wrong. The receiver took: {took}."


@exercise("reordering", takes="a function that activates the system and returns its screen", points=2, parts=PARTS)
def check(system: Callable[[], Component]) -> str:
    """In every order the screen shows the word that was sent, each letter as soon as it can and not before.

    Each letter is a message of its own, half of them take each route, and no component waits for a time. What the
    messages contain besides, and where the receiver keeps letters, is not looked at.
    """
    played = play(system, partial(_judge, WORD), monitor=InOrder())
    word = Random(current_orders().first_seed).choice(OTHERS)
    play_with_other_words(system, {WORD: word}, partial(_judge, word), InOrder(), FIXED)
    return f"{played} the screen showed {WORD!r}."


def _judge(word: str, run: Run, _: Letters) -> None:
    check_made(run, "Screen", "text")
    check_links(run, LINKS)
    _check_ways(run, len(word))
    check_rest(run)
    _check_letters(run, word)
    if said := happened(run, word):
        raise Wrong(said, run, _first_wrong_step(run, word))
    check_keeps(run, run.made, run.made.text)
    if run.lab.trace.events()[-1].time > 0:
        raise Wrong(f"The order is right, but {ON_TIME}", run)


def _check_ways(run: Run, letters: int) -> None:
    """Raise Wrong if the letters do not take both routes, one by one."""
    used = Counter(event.box.owner.short_name for event in moved(run, "sent", "Relay"))
    if used.total() < letters:
        sent = in_words(moved(run, "sent", "Relay")) or "nothing"
        raise Wrong(f"For {letters} letters the sender sent: {sent}. Each letter must be a message of its own.", run)
    if len(used) < 2 or min(used.values()) < letters // 2:
        ways = " and ".join(f"{count} over {name}" for name, count in used.items())
        raise Wrong(f"The sender sent {ways}. Half of the messages must take each of the two routes.", run)


def _check_letters(run: Run, word: str) -> None:
    """Raise Wrong if letters are missing on the screen, or too many are there."""
    text = run.made.text
    missing = Counter(word) - Counter(text)
    if text and Counter(text) - Counter(word):
        raise Wrong(f"{word!r} was sent, and the screen shows {text!r}: that is more than was sent.", run)
    if missing:
        took = in_words(moved(run, "received", "Receiver"))
        lost = f"{missing.total()} of {len(word)} letters are missing"
        raise Wrong(f"The screen shows {text!r} at the end: {lost}. The receiver took: {took}.", run)


def _first_wrong_step(run: Run, word: str) -> int:
    shown = ""
    for event in moved(run, "sent", "Screen"):
        shown += event.message
        if not word.startswith(shown):
            return event.step
    return run.step
