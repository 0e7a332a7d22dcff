"""Reordering: letters that take two routes to one receiver arrive in another order than they were sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from ...core.component import Component
from ..exercise import exercise
from ..runs import Run, Wrong, runs
from .traffic import ON_TIME, check_links, check_made, check_rest, gives_on_early, in_words, moved

#: How many schedules to try.
SCHEDULES = 1000
#: What is sent, a letter at a time.
WORD = "LETTER"
#: Who sends to whom.
LINKS = {("Sender", "Relay"), ("Relay", "Receiver"), ("Receiver", "Screen")}


def happened(run: Run) -> str:
    """Describe how the order of letters on the screen differs from that in which they were sent; "" if it does not."""
    text = run.made.text
    letters = iter(WORD)
    if all(letter in letters for letter in text):
        return ""
    took = in_words(moved(run, "received", "Receiver"))
    return f"{WORD!r} was sent, and the screen shows {text!r}: the order is wrong. The receiver took: {took}."


@exercise("reordering", takes="a function that activates the system and returns its screen", points=2)
def check(system: Callable[[], Component]) -> str:
    """Under every schedule the screen shows the word that was sent, and shows each letter as soon as it can."""
    soon = False
    for run in runs(system, SCHEDULES):
        check_made(run, "Screen", "text")
        check_links(run, LINKS)
        _check_ways(run)
        check_rest(run)
        _check_letters(run)
        if said := happened(run):
            raise Wrong(said, run, _first_wrong_step(run))
        if run.lab.trace.events()[-1].time > 0:
            raise Wrong(f"The order is right, but {ON_TIME}", run)
        soon = soon or gives_on_early(run, "Receiver")
    if not soon:
        raise Wrong(
            f"In none of {SCHEDULES} schedules was a letter shown before the last one had arrived. "
            "Of a text without an end nothing would ever be shown."
        )
    return f"In {SCHEDULES} schedules the screen showed {WORD!r}."


def _check_ways(run: Run) -> None:
    """Raise Wrong if the letters do not take both routes, one by one."""
    used = Counter(event.box.owner.short_name for event in moved(run, "sent", "Relay"))
    if used.total() < len(WORD):
        sent = in_words(moved(run, "sent", "Relay")) or "nothing"
        raise Wrong(f"For {len(WORD)} letters the sender sent: {sent}. Each letter must be a message of its own.", run)
    if len(used) < 2 or min(used.values()) < len(WORD) // 2:
        ways = " and ".join(f"{count} over {name}" for name, count in used.items())
        raise Wrong(f"The sender sent {ways}. Half of the messages must take each of the two routes.", run)


def _check_letters(run: Run) -> None:
    """Raise Wrong if letters are missing on the screen, or too many are there."""
    text = run.made.text
    missing = Counter(WORD) - Counter(text)
    if text and Counter(text) - Counter(WORD):
        raise Wrong(f"{WORD!r} was sent, and the screen shows {text!r}: that is more than was sent.", run)
    if missing:
        took = in_words(moved(run, "received", "Receiver"))
        lost = f"{missing.total()} of {len(WORD)} letters are missing"
        raise Wrong(f"The screen shows {text!r} at the end: {lost}. The receiver took: {took}.", run)


def _first_wrong_step(run: Run) -> int:
    shown = ""
    for event in moved(run, "sent", "Screen"):
        shown += event.message
        if not WORD.startswith(shown):
            return event.step
    return run.step
