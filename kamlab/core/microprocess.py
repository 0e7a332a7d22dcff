"""A generator or coroutine with a life: activated, paused, woken, ended.

A microprocess is what the scheduler runs. It owns no boxes; a component is a microprocess that
does. ``resume`` is the one thing the scheduler calls: it runs the code up to its next ``yield``
(or ``await``) and hands back what was yielded. Until the first slice it is :meth:`_begin`, which
calls ``main`` and puts the ``send`` of whatever came back in its own place, so that every later
slice costs one call into C.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

from . import worlds
from .errors import AlreadyEnded, BadMain, BelongsElsewhere, NotInitialised
from .states import ALIVE, ASLEEP, ENDED, NEW, RUNNABLE

if TYPE_CHECKING:
    from .scheduler import Scheduler, Timer

_ids = itertools.count(1)


class Microprocess:
    """A flow of control that a scheduler can run slice by slice.

    Args:
        thread: a generator to run; without it ``main`` is called for one.
        close_down_value: what ``close_down`` returns.
        tag: added to the name.

    >>> def count():
    ...     yield 1
    >>> Microprocess(count(), tag="counting").name.endswith("counting")
    True
    """

    id: int = 0
    init = 0
    state: str = NEW
    error: BaseException | None = None
    _thread: Any = None
    _scheduler: Scheduler | None = None
    #: Runs one slice; only the scheduler calls it.
    resume: Callable[[Any], Any]
    _timer: Timer | None = None
    _delegate: Microprocess | None = None
    _main_method = "main"
    _dozed = -1
    _on_end: tuple[Callable[[], Any], ...] = ()
    _tag = ""

    def __init__(self, thread: Any = None, close_down_value: Any = 0, tag: str = "") -> None:
        self.init = 1
        self.id = next(_ids)
        if thread is not None:
            self._thread = thread
        if close_down_value:
            self.close_down_value = close_down_value
        if tag:
            self._tag = tag

    close_down_value: Any = 0

    @property
    def name(self) -> str:
        """``module.Class_id``, unless a subclass or its user sets another."""
        given: str | None = self.__dict__.get("_name")
        if given is not None:
            return given
        cls = type(self)
        return f"{cls.__module__}.{cls.__name__}_{self.id}{self._tag}"

    @name.setter
    def name(self, value: str) -> None:
        self._name = value

    @property
    def short_name(self) -> str:
        """The name without its module: ``TimeTick_3``."""
        given: str | None = self.__dict__.get("_name")
        if given is None:
            return f"{type(self).__name__}_{self.id}{self._tag}"
        return given

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return f"<{self.short_name}: {self.state}>"

    # -- the code that runs ---------------------------------------------------------------------

    def main(self) -> Any:
        """Override: the flow of control, a generator or an ``async def``."""
        raise BadMain(f"{self.short_name} has no main(); write one with 'yield' in it, or as 'async def'")

    def _begin(self, _value: Any) -> Any:
        flow = self._thread if self._thread is not None else getattr(self, self._main_method)()
        send = getattr(flow, "send", None)
        if send is None:
            advance = getattr(flow, "__next__", None)
            if advance is None:
                raise BadMain(
                    f"{self._main_method}() of {self.short_name} returned {type(flow).__name__}, not a generator or "
                    "coroutine. Write 'yield' in it where others may run, make it 'async def', or, if it should "
                    "run in a thread of its own, derive from ThreadedComponent."
                )

            def send(_value: Any) -> Any:
                return advance()

        self._thread = flow
        self.resume = send
        return send(None)

    @property
    def flow(self) -> Generator[Any, Any, Any] | Any:
        """The generator or coroutine that is being run; ``None`` before the first slice."""
        return self._thread

    # -- life -----------------------------------------------------------------------------------

    @property
    def scheduler_in_charge(self) -> Scheduler | None:
        """The scheduler that runs this, or ``None`` before activation."""
        return self._scheduler

    def activate(self, scheduler: Any = None, tracker: Any = None, mainmethod: str = "main") -> Any:
        """Hand this to a lab, the current one unless told; its first slice is in the next round.

        Safe from any thread; activating what is alive already does nothing. Returns ``self``.

        Raises:
            AlreadyEnded: it ran before; make a new one.
            NotInitialised: ``__init__`` was overridden without calling the inherited one.
        """
        del tracker
        if self.state in ALIVE:
            wanted = getattr(scheduler, "scheduler", scheduler)
            if wanted is not None and wanted is not self._scheduler:
                raise BelongsElsewhere(f"{self.short_name} runs in another lab already; make a new one for this lab.")
            return self
        if not self.init:
            cls = type(self).__name__
            raise NotInitialised(
                f"{cls}.__init__ does not call super().__init__(), so it has no boxes. "
                f"Add 'super().__init__()' as the first line of {cls}.__init__."
            )
        if self.state in ENDED:
            raise AlreadyEnded(
                f"{self.short_name} has {self.state} and cannot be activated again; make a new {type(self).__name__}."
            )
        if mainmethod != "main":
            self._main_method = mainmethod
        chosen = scheduler if scheduler is not None else worlds.current()
        chosen = getattr(chosen, "scheduler", chosen)
        chosen.adopt(self)
        return self

    def run(self) -> Any:
        """Activate this, then run the lab until everything in it has ended."""
        self.activate()
        assert self._scheduler is not None
        return self._scheduler.world.run_component(self)

    def pause(self, timeout: float | None = None) -> None:
        """Sleep from the next ``yield`` on, until a message arrives or is taken, or ``timeout``.

        It does not look whether messages wait already. Before activation and after the end it
        does nothing.
        """
        if timeout is None and self.state is RUNNABLE:
            assert self._scheduler is not None
            self._scheduler.pauses.append(self)
            return
        runner = self._delegate or self
        scheduler = runner._scheduler
        if scheduler is not None and runner.state in ALIVE:
            scheduler.request_pause(runner, timeout)

    def wake(self, cause: Any = None) -> None:
        """Let this run again if it sleeps. Safe from any thread."""
        scheduler = self._scheduler
        if scheduler is not None:
            scheduler.request_wake(self, cause)

    def stop(self) -> None:
        """End this, for good. Its generator is closed, so its ``finally`` blocks run."""
        if self.state in ENDED:
            return
        if self._scheduler is not None:
            self._scheduler.retire(self)
        else:
            self.state = "stopped"

    def close_down(self) -> Any:
        """Run once after the end, however it came."""
        callbacks, self._on_end = self._on_end, ()
        for callback in callbacks:
            callback()
        return self.close_down_value

    def is_stopped(self) -> bool:
        """Return whether this has ended, for whatever reason."""
        return self.state in ENDED

    def is_runnable(self) -> bool:
        """Return whether this is awake and waits only for its turn."""
        return self.state is RUNNABLE

    @property
    def asleep(self) -> bool:
        """Whether it paused and nothing has woken it."""
        return self.state is ASLEEP
