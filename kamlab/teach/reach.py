"""Finds components that read or change variables of others, while a system runs.

The graph of all states shows what a slice changes. What it only reads leaves no trace, so in some runs the attributes
of components are watched: a name that is looked up in one component by the student's code in a slice of another one.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ..core.component import Component
from ..core.microprocess import Microprocess, name_in_task
from ..core.task import task_of

#: What components are called by is no secret.
KNOWN = frozenset({"name", "who"})
#: What tells how another component stands, or what waits for it, without a message.
ASKS = frozenset({"is_stopped", "is_runnable", "asleep", "data_ready", "any_ready", "recv"})


@contextmanager
def spying(system: Callable[[], Any]) -> Iterator[list[str]]:
    """Watch attributes in a ``with``; yield a list to which a sentence is added for each use of another's variable."""
    own = getattr(system, "__globals__", None)
    found: list[str] = []
    engines = frozenset(vars(Component()))
    lookup, setting = object.__getattribute__, Microprocess.__setattr__

    def uses(component: Any, name: str) -> Any:
        """Return the component whose slice uses the variable, if it is another one."""
        scheduler = task_of(component).scheduler
        running = None if scheduler is None else scheduler.running
        if running is None or running is component or sys._getframe(2).f_globals is not own:
            return None
        return running

    def note(how: str, what: str, running: Any, component: Any) -> None:
        who, whose = name_in_task(running), name_in_task(component)
        found.append(f"{who} {how} {what} {whose}. Here components share nothing but messages.")

    def read(self: Any, name: str) -> Any:
        value = lookup(self, name)
        if name in ASKS:
            running = uses(self, name)
            if running is not None and self not in running.child_components():
                note("asks for", f"{name} of", running, self)
        if name[0] != "_" and name not in KNOWN and name in lookup(self, "__dict__") and name not in engines:
            running = uses(self, name)
            if running is not None:
                note("reads", f"the variable {name} of", running, self)
        return value

    def change(self: Any, name: str, value: Any) -> None:
        if name[0] != "_" and name not in engines:
            running = uses(self, name)
            if running is not None:
                note("changes", f"the variable {name} of", running, self)
        setting(self, name, value)

    Component.__getattribute__ = read  # type: ignore[method-assign]
    had = "__setattr__" in vars(Component)
    before = vars(Component).get("__setattr__")
    Component.__setattr__ = change  # type: ignore[method-assign]
    try:
        yield found
    finally:
        del Component.__getattribute__
        if had:
            Component.__setattr__ = before  # type: ignore[method-assign,assignment]
        else:
            del Component.__setattr__
