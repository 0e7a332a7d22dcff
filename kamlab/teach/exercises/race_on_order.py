"""Order violation: one component creates a file, another writes into it, and nothing orders the two messages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...core.component import Component
from ...core.events import Event
from ..exercise import exercise
from ..runs import Run, Wrong, runs
from .traffic import check_rest, of_type

#: How many schedules to try.
SCHEDULES = 1000

NAME = "diary"
WANTED = ["A diary", "Monday", "Tuesday"]

#: How many messages a sentence lists.
TOLD = 8


def happened(run: Run) -> str:
    """Describe the diary, and the messages to the store; "" if the diary is as it should be."""
    store = run.made
    if store.files.get(NAME) == WANTED:
        return ""
    taken = [repr(event.message) for event in _taken(run)]
    more = f" and {len(taken) - TOLD} more" if len(taken) > TOLD else ""
    said = f"The {NAME} is {store.files.get(NAME)}, not {WANTED}."
    told = f"The store took: {', '.join(taken[:TOLD]) or 'nothing'}{more}."
    return " ".join(part for part in (said, told, _missing(store), _first_sender(run)) if part)


def _events(run: Run, kind: str) -> list[Event]:
    return [event for event in run.lab.trace if event.kind == kind]


def _taken(run: Run) -> list[Event]:
    return [event for event in _events(run, "received") if event.component is run.made]


def _missing(store: Any) -> str:
    """Describe which lines the store refused, or else took and no longer has."""
    refused = getattr(store, "refused", None)
    if refused:
        return f"It refused {refused}."
    gone = [line for line in WANTED if line not in (store.files.get(NAME) or ())]
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
    """Under every schedule the diary has its title and both lines, in this order."""
    for run in runs(system, SCHEDULES):
        _gives_a_store(run)
        check_rest(run)
        wrong = happened(run)
        if wrong and (waiting := _waiting(run)):
            files = run.made.files
            raise Wrong(f"{waiting} for a message that will never come. The files of the store are {files}.", run)
        if wrong:
            raise Wrong(wrong, run)
        _came_by_messages(run)
        _came_from_two(run)
    return f"In {SCHEDULES} schedules the {NAME} was always the same."


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


def _came_by_messages(run: Run) -> None:
    """Raise Wrong if the diary has a line that no message brought to the store."""
    brought = "\n".join(repr(event.message) for event in _taken(run))
    for line in WANTED:
        if line not in brought:
            raise Wrong(f"{line!r} is in the {NAME}, but the store took no message with it.", run)


def _came_from_two(run: Run) -> None:
    """Raise Wrong if title and lines come from one component."""
    senders = dict.fromkeys(event.component for event in _events(run, "sent") if event.component is not run.made)
    names = [sender.short_name for sender in senders]
    if len(names) < 2:
        who = ", ".join(names) or "no component"
        raise Wrong(f"The title must come from the owner, the lines from the writer. Only {who} sent a message.", run)
