"""ContextVars are per component: what a component sets, no other component sees, nor the code that drives the lab.

``contextvars`` gives a context to each thread and to each asyncio task, and the components of a lab share a thread. So
each slice runs in a context of its component's own. That begins, in each drive, as a copy of the driver's, with what the
component itself has set before set again: a component sees the values of the cell that drives it now, as the output of
a notebook's cell needs it, and keeps its own. ``decimal.localcontext()`` and numpy's ``errstate`` are such variables.

A generator that a component waits for runs in the context of that component. A component's thread has a context of its
own as every thread has.

Rejected: a copy made when the component is activated, once for all. A notebook's kernel keeps in such variables which
cell is being executed, and what a component displays would go to the cell that activated it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from contextvars import Context, ContextVar, copy_context
from typing import TYPE_CHECKING, Any

from .task import Task, task_of

if TYPE_CHECKING:
    from .microprocess import Microprocess

_ABSENT = object()


class OwnContexts:
    """The contexts of the components that have had a slice in the present drive."""

    def __init__(self) -> None:
        self._entered: list[tuple[Task, Context]] = []

    def enter(self, component: Microprocess) -> Callable[..., Any]:
        """Return ``Context.run`` of the context of a component, which its task keeps until :meth:`leave`."""
        task = owner = task_of(component)
        while owner.awaited_by is not None:
            owner = task_of(owner.awaited_by)
        if owner.run is None:
            context = copy_context()
            if owner.variables:
                context.run(_set, owner.variables)
            owner.run = context.run
            self._entered.append((owner, context))
        if task is not owner:
            task.run = owner.run
            self._entered.append((task, copy_context()))
        return owner.run

    def leave(self) -> None:
        """Keep what the components have set in this drive, and forget their contexts."""
        if not self._entered:
            return
        driver = copy_context()
        for task, context in self._entered:
            task.run = None
            if len(context) != len(driver) or not all(map(operator.is_, context.values(), driver.values())):
                task.variables = {
                    variable: value for variable, value in context.items() if driver.get(variable, _ABSENT) is not value
                }
            elif task.variables:
                task.variables = {}
        self._entered.clear()


def _set(variables: dict[ContextVar[Any], Any]) -> None:
    for variable, value in variables.items():
        variable.set(value)
