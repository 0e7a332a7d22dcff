"""A generator or coroutine with a life cycle: activated, paused, woken, ended.

A microprocess is what the scheduler runs. It owns no boxes; a component is a microprocess that
does. A slice is ``_flow.send(None)``: it runs the code up to its next ``yield`` (or ``await``) and
hands back what was yielded. Until the first slice ``_flow`` is a :class:`_Start`, which calls
``main`` and puts whatever came back in its own place, so that every later slice is one call into C.

What the engine writes is in the :mod:`task <.task>` of a microprocess; ``state``, ``error`` and the like only show it,
so a component whose author uses ``state`` for an attribute of the component does not break the engine. Where the engine
calls a method that an author's attribute may hide, such as ``stop``, it asks :func:`method_of` for it.
"""

from __future__ import annotations

import copy
import inspect
import itertools
from collections.abc import Callable, Generator, Iterable
from types import AsyncGeneratorType
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from . import context, origins
from .calls_in_code import line_of_yield
from .errors import AlreadyEnded, BadMain, BelongsElsewhere, NotInitialised
from .event_kinds import PAUSED, PLAIN_PAUSE
from .safe_repr import safe_repr
from .states import ALIVE, ASLEEP, ENDED, RUNNABLE, RUNNING, STOPPED
from .task import Task, task_of

if TYPE_CHECKING:
    from .scheduler import Scheduler

_ids = itertools.count(1)

Value = TypeVar("Value", covariant=True)


class shown(Generic[Value]):  # noqa: N801
    """A read-only attribute that a user's own attribute of the same name may hide.

    The engine never reads these: a listing that says ``self.state = "waiting"`` means its own state.
    """

    def __init__(self, getter: Callable[[Any], Value]) -> None:
        self.getter = getter
        self.__doc__ = getter.__doc__

    def __get__(self, instance: Any, owner: Any = None) -> Value:
        if instance is None:
            return self  # type: ignore[return-value]
        return self.getter(instance)


class Microprocess:
    """A flow of control that a scheduler can run slice by slice.

    Args:
        thread: a generator to run; without it ``main`` is called to make one.
        close_down_value: what ``close_down`` returns.
        tag: added to the name.

    >>> def count():
    ...     yield 1
    >>> Microprocess(count(), tag="counting").name.endswith("counting")
    True
    """

    _task: Task
    #: Its outboxes, and whether taking a message downstream of one wakes it: of a component.
    _out: dict[str, Any] = {}
    woken_by_collection: bool = False
    _tag = ""

    def __new__(cls, *args: Any, **argd: Any) -> Any:
        """Make the task, and have a component be a key by its identity, whatever its class says about equality.

        ``@dataclass`` and every ``__eq__`` take the hash of a class away, and a hash of values changes with them; all
        tables of the engine and of what looks at it have components as keys. Rejected: tables with ``id`` as key, since
        each then needs a second one that leads back to the component and keeps it alive.
        """
        if cls.__hash__ is not object.__hash__:
            cls.__hash__ = object.__hash__  # type: ignore[method-assign]
        self = super().__new__(cls)
        object.__setattr__(self, "_task", Task())  # past a __setattr__ that needs what __init__ has yet to make
        if origins.noting_components:
            origins.note_component(self)
        return self

    def __getstate__(self) -> Any:
        """Return what a copy or a pickle has of this: also a task of its own, which stands where this one does."""
        state: Any = super().__getstate__()
        own, *slots = state if isinstance(state, tuple) else (state,)
        own = {**own, "_task": copy.copy(self._task)}
        return (own, *slots) if slots else own

    def __init__(self, thread: Any = None, close_down_value: Any = 0, tag: str = "") -> None:
        task = self._task
        task.id = next(_ids)
        if thread is not None:
            task.flow = _Start(self, thread)
        if close_down_value:
            self.close_down_value = close_down_value
        if tag:
            self._tag = tag

    close_down_value: Any = 0

    @shown
    def id(self) -> int:
        """Its place in the order of creation, from 1 on."""
        return self._task.id

    @shown
    def init(self) -> int:
        """1 once the inherited ``__init__`` was called, 0 before."""
        return 1 if self._task.id else 0

    @property
    def name(self) -> str:
        """``module.Class_id``, unless a subclass or its user sets another."""
        given: str | None = self.__dict__.get("_name")
        if given is not None:
            return given
        cls = type(self)
        return f"{cls.__module__}.{cls.__name__}_{self._task.id}{self._tag}"

    @name.setter
    def name(self, value: str) -> None:
        self._name = value

    @shown
    def short_name(self) -> str:
        """The name without its module, such as ``TimeTick_3``: the third that was activated in its lab.

        So a system that is built again in a fresh lab has the same names again. Before activation
        the number is the ``id``.
        """
        given: str | None = self.__dict__.get("_name")
        if given is None:
            task = self._task
            return f"{type(self).__name__}_{task.number or task.id}{self._tag}"
        return given

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return f"<{self.short_name}: {state_of(self)}>"

    # -- the code that runs ---------------------------------------------------------------------

    def main(self) -> Any:
        """Override: the flow of control, a generator or an ``async def``."""
        raise BadMain(f"{self.short_name} has no main(); write one with 'yield' in it, or as 'async def'")

    def _prepare(self) -> None:
        """Prepare for the first slice; called on activation."""
        if self._task.flow is None:
            self._task.flow = _Start(self)

    def _begin(self) -> Any:
        """Run the first slice."""
        task = self._task
        flow = task.flow.given
        if flow is None:
            try:
                flow = method_of(self, task.main_method)()
            except StopIteration as stray:  # it would look like the end of a generator
                raise RuntimeError(f"{task.main_method}() of {self.short_name} raised StopIteration") from stray
        if not hasattr(flow, "send"):
            if not hasattr(flow, "__next__"):
                if type(flow) is AsyncGeneratorType:
                    raise BadMain(
                        f"{task.main_method}() of {self.short_name} is 'async def' and has a 'yield', at line "
                        f"{line_of_yield(flow.ag_code)}: write 'await self.tick()' there instead of 'yield', or take "
                        "out the 'async' and every 'await'."
                    )
                raise BadMain(
                    f"{task.main_method}() of {self.short_name} returned {type(flow).__name__}, not a generator or "
                    "coroutine. Write 'yield' in it where others may run, make it 'async def', or, if it should "
                    "run in a thread of its own, derive from ThreadedComponent."
                )
            flow = _Iterating(flow)
        task.flow = flow
        return flow.send(None)

    @shown
    def flow(self) -> Generator[Any, Any, Any] | Any:
        """The generator or coroutine that is being run; ``None`` before the first slice."""
        flow = self._task.flow
        if isinstance(flow, _Raising):
            return flow.flow
        return None if isinstance(flow, _Start) else flow

    # -- life -----------------------------------------------------------------------------------

    @shown
    def state(self) -> str:
        """Its state: one of the words in :mod:`kamlab.core.states`.

        A pause or a wake-up counts from when it is requested, although the scheduler applies both when a round ends.
        """
        return state_of(self)

    def state_of_thread(self) -> str | None:
        """Return the state that a thread of its own leads to; ``None`` if it has none, or the thread waits here."""
        return None

    @shown
    def error(self) -> BaseException | None:
        """The error that it failed with, or ``None``."""
        return self._task.error

    @shown
    def scheduler_in_charge(self) -> Scheduler | None:
        """The scheduler that runs this, or ``None`` before activation."""
        return self._task.scheduler

    def activate(self, scheduler: Any = None, tracker: Any = None, mainmethod: str = "main") -> Self:
        """Add this to a lab, by default the current one; its first slice is in the next round.

        Safe from any thread; does nothing if it is alive already. Returns ``self``.

        Raises:
            AlreadyEnded: it ran before; make a new one.
            NotInitialised: ``__init__`` was overridden without calling the inherited one.
        """
        del tracker
        if not isinstance(self, Microprocess):
            raise BadMain(
                "activate() was called on a class, not on a component: make a component first, with brackets, "
                "as in Busy().activate(lab)"
            )
        task = self._task
        if task.life in ALIVE:
            wanted = getattr(scheduler, "scheduler", scheduler)
            if wanted is not None and wanted is not task.scheduler:
                raise BelongsElsewhere(f"{self.short_name} runs in another lab already; make a new one for this lab.")
            return self
        if not task.id:
            cls = type(self).__name__
            raise NotInitialised(
                f"{cls}.__init__ does not call super().__init__(), so it has no boxes. "
                f"Add 'super().__init__()' as the first line of {cls}.__init__."
            )
        if task.life in ENDED:
            raise AlreadyEnded(
                f"{self.short_name} has {task.life} and cannot be activated again; make a new {type(self).__name__}."
            )
        if mainmethod != "main":
            task.main_method = mainmethod
        chosen = scheduler if scheduler is not None else context.current()
        chosen = getattr(chosen, "scheduler", chosen)
        chosen.adopt(self)
        return self

    def run(self) -> Any:
        """Activate this, then run the lab until everything in it has ended."""
        method_of(self, "activate")()
        assert self._task.scheduler is not None
        return self._task.scheduler.world.run_component(self)

    def pause(self, timeout: float | None = None) -> None:
        """Pause from the next ``yield`` on, until a message arrives or is taken, or until ``timeout``.

        It does not check whether messages wait already. Before activation and after the end it
        does nothing.
        """
        task = self._task
        if timeout is None and task.life is RUNNABLE:
            scheduler = task.scheduler
            assert scheduler is not None
            scheduler.pauses.append(self)
            log = scheduler.log
            if log is not None and task.wake_era != (era := scheduler.era) and task.pause_era != era:
                task.pause_era = era
                if task.awaits is None and task.pause_timer is None:
                    log((PAUSED, self, PLAIN_PAUSE))
                else:
                    log((PAUSED, self, (deadline_of(self), task.awaits)))
            return
        runner = runner_of(self)
        task = task_of(runner)
        scheduler = task.scheduler
        if scheduler is not None and task.life in ALIVE:
            scheduler.request_pause(runner, timeout)

    def wake(self, cause: Any = None) -> None:
        """Wake this if it has paused. Safe from any thread."""
        scheduler = self._task.scheduler
        if scheduler is None:
            return
        if scheduler.journal is not None and scheduler.is_outside() and self._task.life in ALIVE:
            with scheduler.runtime.lock:
                scheduler.note_act("wake", self.short_name)
                scheduler.request_wake(self, cause)
            return
        scheduler.request_wake(self, cause)

    def stop(self) -> None:
        """End this, for good. Its generator is closed, so its ``finally`` blocks run."""
        task = self._task
        if task.life in ENDED or context.put_off(lambda: method_of(self, "stop")()):
            return
        if task.scheduler is not None:
            task.scheduler.retire(self)
        else:
            task.life = STOPPED

    def close_down(self) -> Any:
        """Run once after the end, however it came."""
        task = self._task
        callbacks, task.on_end = task.on_end, ()
        for callback in callbacks:
            callback()
        return self.close_down_value

    def is_stopped(self) -> bool:
        """Return whether this has ended, for whatever reason."""
        return self._task.life in ENDED

    def is_runnable(self) -> bool:
        """Return whether this is runnable, and waits only for its slice; not once it has paused in this round."""
        return self._task.life is RUNNABLE and state_of(self) == RUNNABLE

    @shown
    def asleep(self) -> bool:
        """Whether it paused and nothing has woken it."""
        return self._task.life is ASLEEP


def place_in(components: Iterable[Any], component: Any) -> int:
    """Return the place of a component among others, by identity; -1 if it is not there."""
    for place, other in enumerate(components):
        if other is component:
            return place
    return -1


def deadline_of(component: Microprocess) -> float | None:
    """Return when the timer of a pause is due, in seconds of the lab's clock; ``None`` if it has none."""
    timer = task_of(component).pause_timer
    return None if timer is None else timer.when


# What follows is also right for a microprocess whose user has given it attributes of the same names.


def state_of(microprocess: Microprocess) -> str:
    """Return where a microprocess is in its life: one of the words in :mod:`kamlab.core.states`."""
    task = task_of(microprocess)
    if task.scheduler is None or task.life not in ALIVE:
        return task.life
    state = task.scheduler.state_of(microprocess)
    return RUNNABLE if state is RUNNING else state


def method_of(microprocess: Microprocess, name: str) -> Callable[..., Any]:
    """Return a method of a microprocess, past an attribute of its author that has the same name and is no function.

    >>> lamp = Microprocess()
    >>> lamp.stop = False
    >>> method_of(lamp, "stop")()
    >>> lamp.is_stopped()
    True
    """
    found: Any = getattr(microprocess, name, None)
    if callable(found):
        return found  # type: ignore[no-any-return]
    methods = (vars(cls).get(name) for cls in type(microprocess).__mro__)
    method: Any = next(filter(callable, methods), None)
    if method is None:
        raise BadMain(f"{name_in_task(microprocess)} has no method {name}()")
    return method.__get__(microprocess)  # type: ignore[no-any-return]


def has_begun(microprocess: Microprocess) -> bool:
    """Return whether the first slice of a microprocess has begun."""
    flow = task_of(microprocess).flow
    if isinstance(flow, _Raising):
        flow = flow.flow
    return flow is not None and not isinstance(flow, _Start)


def is_over(microprocess: Microprocess) -> bool:
    """Return whether a microprocess has ended, for whatever reason."""
    return task_of(microprocess).life in ENDED


def name_in_task(microprocess: Microprocess) -> str:
    """Return the name without its module, whatever ``name`` and ``short_name`` of its author are."""
    given = microprocess.__dict__.get("_name")
    if type(given) is str:
        return given
    task = task_of(microprocess)
    return f"{type(microprocess).__name__}_{task.number or task.id}{microprocess._tag}"


def explain_hidden_methods(microprocess: Microprocess, error: BaseException) -> None:
    """Note at an error which attributes of a microprocess's author hide a method that every component has."""
    hidden: dict[str, Any] = {}
    for where in (microprocess.__dict__, *map(vars, type(microprocess).__mro__)):
        for name, value in where.items():
            if inspect.isfunction(
                getattr(Microprocess, name, None) or getattr(_component_class(microprocess), name, None)
            ):
                hidden.setdefault(name, value)
    for name, value in hidden.items():
        if not callable(value):
            error.add_note(
                f"{name} of {name_in_task(microprocess)} is {safe_repr(value)}, which hides the method {name}() that "
                "every component has. Give that attribute another name."
            )


def _component_class(microprocess: Microprocess) -> type:
    """Return the first class of a microprocess that is kamlab's."""
    room = __name__.partition(".")[0] + "."
    return next(cls for cls in type(microprocess).__mro__ if cls.__module__.startswith(room))


def add_end_callback(microprocess: Microprocess, callback: Callable[[], Any]) -> None:
    """Have a function called when a microprocess has ended, however it ends."""
    task_of(microprocess).on_end += (callback,)


def remove_end_callback(microprocess: Microprocess, callback: Callable[[], Any]) -> None:
    """Undo :func:`add_end_callback`; do nothing if the function was not added."""
    task = task_of(microprocess)
    task.on_end = tuple(known for known in task.on_end if known != callback)


class _Start:
    """Stands in for a flow of control until its first slice."""

    __slots__ = ("given", "microprocess")

    def __init__(self, microprocess: Microprocess, given: Any = None) -> None:
        self.microprocess = microprocess
        self.given = given

    def send(self, _value: Any) -> Any:
        return self.microprocess._begin()

    def close(self) -> None:
        close = getattr(self.given, "close", None)
        if close is not None:
            close()


def runner_of(component: Microprocess) -> Microprocess:
    """Return the microprocess that runs in its slice: the last in a chain of WaitComplete."""
    while (delegate := task_of(component).delegate) is not None:
        component = delegate
    return component


class _Raising:
    """Stands in for a flow of control whose next slice begins with an error."""

    __slots__ = ("error", "flow", "microprocess")

    def __init__(self, microprocess: Microprocess, error: BaseException) -> None:
        self.microprocess: Microprocess = microprocess
        self.flow: Any = task_of(microprocess).flow
        self.error: BaseException = error

    def send(self, _value: Any) -> Any:
        task_of(self.microprocess).flow = self.flow
        if not hasattr(self.flow, "throw"):
            raise self.error
        return self.flow.throw(self.error)

    def close(self) -> None:
        task_of(self.microprocess).flow = self.flow
        close = getattr(self.flow, "close", None)
        if close is not None:
            close()


def raising_in(microprocess: Microprocess, error: BaseException) -> _Raising:
    """Return a flow that raises an error where a microprocess stands, and then continues its own flow."""
    return _Raising(microprocess, error)


class _Iterating:
    """Runs an iterator that is not a generator."""

    __slots__ = ("_iterator",)

    def __init__(self, iterator: Any) -> None:
        self._iterator = iterator

    def send(self, _value: Any) -> Any:
        return next(self._iterator)
