"""How a microprocess ends: by itself, by an error, or from outside; and who is told.

No error in what a component does at its end stops the scheduler or keeps others from being told.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .errors import BadAwait
from .events import FAILED, FINISHED
from .microprocess import Microprocess, raising_in
from .states import ENDED
from .states import FAILED as STATE_FAILED
from .states import STOPPED as STATE_STOPPED

if TYPE_CHECKING:
    from .journal import Journal
    from .runtime import Runtime


class Endings:
    """The half of a scheduler that ends microprocesses."""

    runtime: Runtime
    members: dict[int, Microprocess]
    running: Microprocess | None
    step: int
    log: Callable[[Any], Any] | None
    journal: Journal | None
    fatal: BaseException | None
    on_failure: Callable[[Microprocess, BaseException], Any]

    def is_outside(self) -> bool:
        """Return whether the calling thread is neither the driver nor that of a component."""
        raise NotImplementedError

    def _raise_in(self, component: Microprocess, error: BaseException) -> None:
        """Raise an error where a component stands, at its ``yield``."""
        raise NotImplementedError

    def retire(self, component: Microprocess, state: str = STATE_STOPPED) -> None:
        """End a microprocess from outside its own code; its generator is closed."""
        with self.runtime.lock:  # never in the middle of somebody's slice
            if component._life in ENDED:
                return
            if self.journal is not None and self.is_outside():
                self.journal.outside("stop", component.short_name)
            component._life = state
            if component is not self.running:
                self._end(component, state)

    def _end(self, component: Microprocess, state: str) -> None:
        """Close, tell the parent, forget. No error in here stops the scheduler."""
        if component.id not in self.members:
            return
        del self.members[component.id]
        component._life = state
        if component._pause_timer is not None:
            component._cancel_pause_timer()
        if self.log is not None:
            self.log((FINISHED, component, state))
        self.runtime.register.note(component, self.step, self.running)
        if component._delegate is not None:
            self.retire(component._delegate)
        flow = component._flow
        for last in (lambda: _close(flow), component.stop, component.close_down):
            try:
                last()
            except BaseException as error:
                self.note_failure(component, error)
        self.runtime.services.drop_services_of(component)

    def _fail(self, component: Microprocess, error: BaseException) -> None:
        if error.args == ("no running event loop",) and hasattr(component._flow, "cr_frame"):
            refused = refused_await(component)
            refused.__cause__ = error
            error = refused
        waiting = component._awaited_by
        if waiting is not None and waiting._delegate is component:
            self._hand_on(component, waiting, error)
            return
        component._life = STATE_FAILED
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            self.fatal = error
            if isinstance(error, KeyboardInterrupt) and self.journal is not None:
                self.journal.foreign(
                    f"{component.short_name} was interrupted in the middle of that slice", self.step - 1
                )
        try:
            self.note_failure(component, error)
        finally:
            self._end(component, STATE_FAILED)

    def _hand_on(self, helper: Microprocess, waiting: Microprocess, error: BaseException) -> None:
        """Raise the error of a generator in the component that waits for it, at its ``yield``."""
        helper._error = error
        self._end(helper, STATE_FAILED)
        if isinstance(error, Exception):
            waiting._flow = raising_in(waiting, error)
        else:
            self._raise_in(waiting, error)

    def note_failure(self, component: Microprocess, error: BaseException) -> None:
        """Mark a component as failed, and tell."""
        component._error = error
        component._life = STATE_FAILED
        if self.log is not None:
            self.log((FAILED, component, error))
        self.on_failure(component, error)


def _close(flow: Any) -> None:
    close = getattr(flow, "close", None)  # an iterator that is no generator has none
    if close is not None:
        close()


def refused_await(component: Microprocess) -> BadAwait:
    """Return the error for a component that awaits something of asyncio."""
    return BadAwait(
        f"main() of {component.short_name} awaits something of asyncio. A component may await "
        "self.receive(), self.ready(), self.sleep(), self.tick() and coroutines made of those; "
        "for asyncio code use a ThreadedComponent and asyncio.run()."
    )
