"""Order violation: one component creates a file, another writes into it, and nothing orders the two messages."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any

from ...core.component import Component
from ...core.events import Event
from ..actions import RUNS, TAKES, Action, Monitor
from ..exercise import exercise
from ..orders import current_orders
from ..other_words import play_with_other_words
from ..playing import play
from ..runs import Run, Wrong
from .traffic import check_rest, of_type

NAME = "diary"
WANTED = ["A diary", "Monday", "Tuesday"]
#: Other titles and lines. No three of them are in the order of the alphabet, or in the other one.
TITLES, FIRST, SECOND = ("My diary", "Our diary"), ("Saturday", "Sunday", "Thursday", "Wednesday"), "Friday"
#: Who must not know them.
FIXED = ("Store",)

#: How many messages a sentence lists.
TOLD = 8


class Lines(Monitor):
    """The store has only lines that a message has brought to it. The state is the text of the messages it has taken."""

    attributes = ("files",)

    def start(self) -> str:
        """Return what it has taken at first: nothing."""
        return ""

    def see(self, state: str, action: Action) -> str:
        """Return what it has taken after an action."""
        if action.kind == TAKES and action.by.is_a("Store"):
            return "\n".join(sorted({*state.split("\n"), repr(action.message)}))
        if action.kind == RUNS and "files" in action.now:
            for _, lines in action.now["files"]:
                for line in lines if isinstance(lines, tuple) else ():
                    if str(line) not in state:
                        raise Wrong(f"In step {{step}} {line!r} is in a file, but the store took no message with it.")
        return state


def happened(run: Run, wanted: list[str] = WANTED) -> str:
    """Describe the diary, and the messages to the store; "" if the diary is as it should be."""
    store = run.made
    if store.files.get(NAME) == wanted:
        return ""
    taken = [repr(event.message) for event in _taken(run)]
    more = f" and {len(taken) - TOLD} more" if len(taken) > TOLD else ""
    said = f"The {NAME} is {store.files.get(NAME)}, not {wanted}."
    told = f"The store took: {', '.join(taken[:TOLD]) or 'nothing'}{more}."
    return " ".join(part for part in (said, told, _missing(store, wanted), _first_sender(run)) if part)


def _events(run: Run, kind: str) -> list[Event]:
    return [event for event in run.lab.trace if event.kind == kind]


def _taken(run: Run) -> list[Event]:
    return [event for event in _events(run, "received") if event.component is run.made]


def _missing(store: Any, wanted: list[str]) -> str:
    """Describe which lines the store refused, or else took and no longer has."""
    refused = getattr(store, "refused", None)
    if refused:
        return f"It refused {refused}."
    gone = [line for line in wanted if line not in (store.files.get(NAME) or ())]
    return f"It refused nothing, but {' and '.join(map(repr, gone))} cannot be found in the {NAME}." if gone else ""


def _first_sender(run: Run) -> str:
    """Describe the sender of the first message, and in which of its slices it sent it."""
    for event in _events(run, "sent"):
        if event.box.owner is run.made and event.source is not None:
            sender = event.source.owner
            slice_number = sum(
                resumed.component is sender and resumed.step <= event.step for resumed in _events(run, "resumed")
            )
            return f"The first message came from {sender.short_name}, in its slice {slice_number}."
    return ""


@exercise("race-on-order", takes="a function that activates the system and returns its store", points=2)
def check(system: Callable[[], Any]) -> str:
    """In every order the diary has its title and both lines at the end, in this order.

    A line is in the store only when a message has brought it there, and the title comes from another component than the
    lines. What the components tell each other besides is not looked at.
    """
    played = play(system, partial(_judge, WANTED), monitor=Lines())
    draws = Random(current_orders().first_seed)
    words = dict(zip(WANTED, [draws.choice(TITLES), draws.choice(FIRST), SECOND], strict=True))
    play_with_other_words(system, words, partial(_judge, list(words.values())), Lines(), FIXED)
    return f"{played} the {NAME} was always the same."


def _judge(wanted: list[str], run: Run, _: str) -> None:
    _gives_a_store(run)
    check_rest(run)
    wrong = happened(run, wanted)
    if wrong and (waiting := _waiting(run)):
        files = run.made.files
        raise Wrong(f"{waiting} for a message that will never come. The files of the store are {files}.", run)
    if wrong:
        raise Wrong(wrong, run)
    _came_from_two(run, wanted)


def _gives_a_store(run: Run) -> None:
    """Raise Wrong if the system's function did not return a store with the diary."""
    store = run.made
    if not isinstance(store, Component) or not isinstance(getattr(store, "files", None), dict):
        what = of_type(store)
        raise Wrong(f"cured() must return the store, a component with a dictionary `files`. It returned {what}.")


def _waiting(run: Run) -> str:
    """Describe the senders that have not ended."""
    names = [
        component.short_name
        for component in run.lab.components
        if isinstance(component, Component) and component is not run.made and not component.child_components()
    ]
    return f"{' and '.join(names)} {'wait' if len(names) > 1 else 'waits'}" if names else ""


def _came_from_two(run: Run, wanted: list[str]) -> None:
    """Raise Wrong if title and lines come from one component."""
    first: dict[str, Any] = {}
    for event in _events(run, "sent"):
        for line in wanted:
            if line in repr(event.message):
                first.setdefault(line, event.component)
    title, *lines = [first.get(line) for line in wanted]
    if title in lines:
        who = title.short_name if title is not None else "no component"
        raise Wrong(f"The title must come from the owner, the lines from the writer. Only {who} sent a message.", run)
