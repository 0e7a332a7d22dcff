"""Reordering: letters that take two ways to one receiver come in another order than they were sent.

The other exercises about messages on their way use what is here to look at the links of a system.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from typing import Any

from ...core.component import Component
from ...core.events import Event
from ..exercise import exercise
from ..runs import Run, Wrong, runs

#: How many orders of turns are tried.
SCHEDULES = 1000
#: What is sent, a letter at a time.
WORD = "LETTER"
#: Who sends to whom.
LINKS = {("Sender", "Relay"), ("Relay", "Receiver"), ("Receiver", "Screen")}

#: What is wrong with a cure that waits for a while.
ON_TIME = "somebody waits for a time to go by. A message can always be slower than that."


def happened(run: Run) -> str:
    """Say that letters stand on the screen in another order than they were sent in; empty where they do not."""
    text = run.made.text
    letters = iter(WORD)
    if all(letter in letters for letter in text):
        return ""
    took = in_words(moved(run, "received", "Receiver"))
    return f"{WORD!r} was sent, and the screen shows {text!r}: the order is another one. The receiver took: {took}."


@exercise("reordering", takes="a function that activates the system and returns its screen", points=2)
def check(system: Callable[[], Component]) -> str:
    """In every order of turns the screen shows the word that was sent, and as soon as it can."""
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
            f"In none of {SCHEDULES} orders of turns was a letter shown before the last one had come. "
            "Of a text without an end nothing would ever be shown."
        )
    return f"In {SCHEDULES} orders of turns the screen showed {WORD!r}."


def _check_ways(run: Run) -> None:
    """Raise where the letters do not go one by one over both ways."""
    used = Counter(event.box.owner.short_name for event in moved(run, "sent", "Relay"))
    if used.total() < len(WORD):
        sent = in_words(moved(run, "sent", "Relay")) or "nothing"
        raise Wrong(f"For {len(WORD)} letters the sender sent: {sent}. Each letter shall be a message of its own.", run)
    if len(used) < 2 or min(used.values()) < len(WORD) // 2:
        ways = " and ".join(f"{count} over {name}" for name, count in used.items())
        raise Wrong(f"The sender sent {ways}. Half of the messages shall go over each of the two ways.", run)


def _check_letters(run: Run) -> None:
    """Raise where letters are missing on the screen, or too many are there."""
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


# -- the links of a system --------------------------------------------------------------------------------


def role(component: Any, roles: Collection[str]) -> str:
    """Return which part a component plays: the role that is in the name of its class, or of one it derives from.

    >>> class Sender(Component):
    ...     pass
    >>> class MySender(Sender):
    ...     pass
    >>> role(MySender(), ["Sender", "Receiver"])
    'Sender'
    """
    names = [cls.__name__ for cls in type(component).__mro__]
    return next((each for name in names for each in roles if each in name), names[0])


def moved(run: Run, kind: str, to: str) -> list[Event]:
    """Return the events in which a message was sent to, or received by, those who play a part."""
    events = (event for event in run.lab.trace.events() if event.kind == kind)
    return [event for event in events if role(event.box.owner, [to]) == to]


def in_words(events: list[Event]) -> str:
    """Return the messages of some events, in a row."""
    return ", ".join(repr(event.message) for event in events)


def check_made(run: Run, name: str, attribute: str) -> None:
    """Raise where a system did not return the component at its end."""
    if not isinstance(run.made, Component) or not hasattr(run.made, attribute):
        what = f"a value of the type {type(run.made).__name__}"
        raise Wrong(f"cured() shall return the {name.lower()}, a component that has a {attribute}. It returned {what}.")


def check_links(run: Run, links: Collection[tuple[str, str]]) -> None:
    """Raise where somebody sent a message to somebody else over a link that is not part of the system."""
    roles = dict.fromkeys(each for link in links for each in link)
    for event in run.lab.trace.events():
        if event.kind == "sent" and event.source is not None:
            ends = event.source.owner, event.box.owner
            if tuple(role(each, roles) for each in ends) not in links:
                source, sink = (each.short_name for each in ends)
                what = f"{source} sent {event.message!r} straight to {sink}"
                raise Wrong(f"{what}: that link is not part of the system. The links shall stay.", run, event.step)


def check_rest(run: Run) -> None:
    """Raise where a system does not come to rest."""
    if run.outcome.reason == "max_steps":
        raise Wrong(f"The system does not come to rest: it still runs after {run.step} turns.", run)


def gives_on_early(run: Run, name: str) -> bool:
    """Return whether somebody gave something on before the last of all messages had come to it."""
    came = moved(run, "received", name)
    given = [
        e for e in run.lab.trace.events() if e.kind == "sent" and e.source and role(e.source.owner, [name]) == name
    ]
    return bool(came and given) and given[0].number < came[-1].number
