"""ContextVars are per component: what a component sets, no other component sees, nor the code that drives the lab.

``contextvars`` gives a context to each thread and to each asyncio task, and the components of a lab share a thread.
So each slice runs in a context of its own component. In each drive that begins as a copy of the driver's context, in
which the component's own values are set again: a component sees the values of the cell that drives it now, which the
output of a notebook's cell needs, and keeps its own. ``decimal.localcontext()`` and numpy's ``errstate`` use such
variables.

A generator that a component waits for runs in the context of that component. A component's thread has a context of its
own as every thread has.

Rejected: a copy made once, when the component is activated. A notebook's kernel keeps in such variables which
cell is being executed, and what a component displays would go to the cell that activated it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import Context, ContextVar, copy_context
from typing import TYPE_CHECKING, Any

from .task import Task, task_of

if TYPE_CHECKING:
    from .microprocess import Microprocess

_ABSENT = object()


class OwnContexts:
    """The contexts of the components that have had a slice in the current drive."""

    def __init__(self) -> None:
        self._driver: Context | None = None
        self._entered: list[tuple[Task, Context]] = []

    def enter(self, component: Microprocess) -> Callable[..., Any]:
        """Return ``Context.run`` of the context of a component, which its task keeps until :meth:`leave`."""
        task = owner = task_of(component)
        while owner.awaited_by is not None:
            owner = task_of(owner.awaited_by)
        run = owner.run
        if run is None:
            driver = self._driver
            if driver is None:
                driver = self._driver = copy_context()
            context = driver.copy()
            run = owner.run = context.run
            if owner.variables is not None:
                run(_set, owner.variables)
            self._entered.append((owner, context))
        if task is not owner:
            task.run = run
            self._entered.append((task, NOTHING))
        return run

    def enter_again(self, component: Microprocess) -> Callable[..., Any]:
        """Do the same if the caller may be in that context already, as when a helper stops its component."""
        run = self.enter(component)
        try:
            run(_nothing)
        except RuntimeError:
            return _call
        return run

    def leave(self) -> None:
        """Keep the values that the components have set in this drive, and forget their contexts."""
        driver = self._driver
        if driver is None:
            return
        for task, context in self._entered:
            task.run = None
            if context or task.variables is not None:
                set_here = {
                    variable: value for variable, value in context.items() if driver.get(variable, _ABSENT) is not value
                }
                task.variables = set_here or None
        self._entered.clear()
        self._driver = None


#: For a helper, whose context is that of another microprocess.
NOTHING = Context()


def _nothing() -> None:
    pass


def _call(function: Callable[[], Any]) -> Any:
    return function()


def _set(variables: dict[ContextVar[Any], Any]) -> None:
    for variable, value in variables.items():
        variable.set(value)
