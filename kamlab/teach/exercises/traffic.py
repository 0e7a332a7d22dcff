"""The messages of a run, for the exercises about messages on their way."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ...core.component import Component
from ...core.events import Event
from ..runs import Run, Wrong

#: What is wrong with a cure that waits for a fixed time.
ON_TIME = "a component waits for a fixed time. A message can always be slower than that."


def role(component: Any, roles: Collection[str]) -> str:
    """Return the role of a component: the one that is in the name of its class, or of a base class.

    >>> class Sender(Component):
    ...     pass
    >>> class MySender(Sender):
    ...     pass
    >>> role(MySender(), ["Sender", "Receiver"])
    'Sender'
    """
    names = [cls.__name__ for cls in type(component).__mro__]
    return next((known for name in names for known in roles if known in name), names[0])


def moved(run: Run, kind: str, to: str) -> list[Event]:
    """Return the events in which a message was sent to, or received by, components of a role."""
    events = (event for event in run.lab.trace.events() if event.kind == kind)
    return [event for event in events if role(event.box.owner, [to]) == to]


def in_words(events: list[Event]) -> str:
    """Return the messages of some events as text."""
    return ", ".join(repr(event.message) for event in events)


def of_type(made: Any) -> str:
    """Describe the type of what was returned."""
    return f"a value of the type {type(made).__name__}"


def check_made(run: Run, name: str, attribute: str) -> None:
    """Raise Wrong if a system did not return the component that the exercise asks for."""
    if not isinstance(run.made, Component) or not hasattr(run.made, attribute):
        what = of_type(run.made)
        raise Wrong(f"cured() must return the {name.lower()}, a component that has a {attribute}. It returned {what}.")


def check_keeps(run: Run, component: Component, kept: Collection[Any]) -> None:
    """Raise Wrong if a component that must stay as it is does not simply keep what it takes, in the same order."""
    took = [event.message for event in run.lab.trace.events() if is_taken_by(event, component)]
    if list(kept) != took:
        name = component.short_name
        raise Wrong(f"The {name} must stay as it is. It took {took}, and has kept {list(kept)}.", run)


def is_taken_by(event: Event, component: Component) -> bool:
    """Return whether an event is that a component takes a message."""
    return event.kind == "received" and event.component is component


def check_links(run: Run, links: Collection[tuple[str, str]]) -> None:
    """Raise Wrong if a message was sent over a link that is not part of the system."""
    roles = dict.fromkeys(end for link in links for end in link)
    for event in run.lab.trace.events():
        if event.kind == "sent" and event.source is not None:
            ends = event.source.owner, event.box.owner
            if tuple(role(end, roles) for end in ends) not in links:
                source, sink = (end.short_name for end in ends)
                what = f"{source} sent {event.message!r} straight to {sink}"
                raise Wrong(f"{what}: that link is not part of the system. The links must stay.", run, event.step)


def check_rest(run: Run) -> None:
    """Raise Wrong if a system does not come to rest."""
    if run.outcome.reason == "max_steps":
        raise Wrong(f"The system does not come to rest: it still runs after {run.step} slices.", run)


def gives_on_early(run: Run, name: str) -> bool:
    """Return whether a component of a role sent something before it had received its last message."""
    came = moved(run, "received", name)
    given = [
        e for e in run.lab.trace.events() if e.kind == "sent" and e.source and role(e.source.owner, [name]) == name
    ]
    return bool(came and given) and given[0].number < came[-1].number
