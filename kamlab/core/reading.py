"""Reading a lab: between two slices, or, where a slice does not end, as the lab stood before it.

Everything that shows or explains a lab reads it here. A reader waits for the lab's lock, so it never sees the middle of
a slice. A slice may hang, though: in a loop without a ``yield``, or in a call that blocks. After :data:`PATIENCE`
seconds such a slice is not waited for any longer, and the reader gets a :class:`HeldLab`: the lab with a copy of its
record. The copy ends before the slice where the record reaches back so far, and the lab is then seen as it stood
before the slice; else it is seen in the middle of it. The answer is marked: it says which component holds the lab, and
where.

A held lab belongs to one reader. It touches neither the trace's own counts nor what readers keep between two slices,
since the driver may be writing at any moment; containers that may grow meanwhile are copied, and a look that finds one
changed under it is repeated.

Rejected: the last answer that was given, kept for each view (there may be none, and it costs those who never look
back); a snapshot before each slice (it costs every slice); a step that each view reads (the history of a running
trace would have to be read while it grows).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import wraps
from math import inf
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, cast

from .errors import LabIsRunning
from .lab_time import real_monotonic

if TYPE_CHECKING:
    from .lock import LabLock
    from .long_slice import LongSlice
    from .trace import Trace
    from .world import World

#: How many seconds a reader waits for a slice to end.
PATIENCE = 1.0
#: How many seconds it waits at a time: each attempt asks the driver again to give way.
LOOK = 0.05
#: How many seconds it waits for another thread that holds the lock while no slice runs.
HOLDER_PATIENCE = 30.0
#: How often a look is repeated that found a container changed under it.
ATTEMPTS = 20

BEFORE = "This shows the lab as it stood before that slice."
WITHIN = "This shows the lab in the middle of that slice."
BETWEEN = "This shows the lab in the middle of that call."


@dataclass(frozen=True, slots=True)
class Answer:
    """What was read of a lab. ``mark`` is empty, or says that a slice holds the lab, and what is shown instead."""

    mark: str = field(default="", kw_only=True, compare=False)

    def as_words(self) -> str:
        """Return the answer in words, without its mark."""
        raise NotImplementedError

    def __str__(self) -> str:
        return with_mark(self.as_words(), self.mark)

    def __repr__(self) -> str:
        return str(self)


def with_mark(text: str, mark: str) -> str:
    """Return a text below the mark of an answer, if it has one."""
    return f"{mark}\n{text}" if mark else text


class _HeldScheduler:
    """The scheduler of a lab whose slice does not end: as it is, but for the step, the members and who is next."""

    def __init__(self, scheduler: Any, step: int, before: bool) -> None:
        self._scheduler = scheduler
        self.step = step
        self.members = dict(scheduler.members)
        self._before = before
        self._runs = scheduler.running

    def next_up(self) -> Any:
        """Return what had the next slice: before the slice that runs, the one that runs."""
        return self._runs if self._before else self._scheduler.next_up()

    def runnable(self) -> list[Any]:
        """Return what can run: before the slice that runs, that one first."""
        others = self._scheduler.runnable()
        return [self._runs, *others] if self._before and self._runs is not None else others

    def __getattr__(self, name: str) -> Any:
        return getattr(self._scheduler, name)


class _NoLock:
    """Stands for the lock of a lab that is read without it."""

    def acquire(self, timeout: float = -1) -> bool:
        """Return that the lab may be read."""
        return True

    def release(self) -> None:
        """Do nothing."""

    def __enter__(self) -> _NoLock:
        return self

    def __exit__(self, *_error: object) -> None:
        """Do nothing."""


class HeldLab:
    """A lab whose slice does not end, to be read without its lock; everything else is that of the lab.

    Args:
        world: the lab.
        slice: the slice that runs.
        now: whether it is read as it is in the middle of the slice, rather than from the record before it.
    """

    def __init__(self, world: World, slice: LongSlice, now: bool = False) -> None:
        self.world: World = world
        self.slice, self.now = slice, now
        step = world.scheduler.step
        whole = world.trace.copied(step)
        before = None if now or slice.component is None else whole.until(step)
        #: Whether this is the lab as it stood before the slice.
        self.is_before: bool = before is not None
        self.trace: Trace = whole if before is None else before
        self.step_number: int = step - 1 if self.is_before else step
        self.scheduler = _HeldScheduler(world.scheduler, self.step_number, self.is_before)
        self.lock = _NoLock()

    @property
    def mark(self) -> str:
        """What is said of the answer: which component holds the lab, and what is shown."""
        return f"{self.slice.diagnosis()} {BEFORE if self.is_before else WITHIN if self.slice.component else BETWEEN}"

    def __getattr__(self, name: str) -> Any:
        return getattr(self.world, name)

    def __getitem__(self, name: str) -> Any:
        return cast(Any, self.world)[name]

    def __iter__(self) -> Iterator[Any]:
        return iter(cast(Any, self.world))


class _Open(threading.local):
    held: tuple[HeldLab, ...] = ()


_open = _Open()

W = TypeVar("W")
R = TypeVar("R")
P = ParamSpec("P")


@contextmanager
def reading(world: W, now: bool = False) -> Iterator[tuple[W, str]]:
    """Yield the lab to read, and the mark of the answer: the lab between two slices, and an empty one.

    Where a slice does not end it is a :class:`HeldLab`. Within such a look further ones do not wait, and have no mark
    of their own: they are part of the answer.

    Args:
        world: the lab.
        now: whether the question is about the present, so that the record will not do.

    Raises:
        LabIsRunning: another thread holds the lock for long.
    """
    lab: Any = world
    real = lab.world if isinstance(lab, HeldLab) else lab
    open_ones = [held for held in _open.held if held.world is real]
    if open_ones:
        outer = next((held for held in open_ones if held.now is now), None) or HeldLab(real, open_ones[0].slice, now)
        with holding(outer):
            yield cast(W, outer), ""
        return
    lock = lab.lock  # it is another one after a reset
    slice = hold(lock, HOLDER_PATIENCE)
    if slice is None:
        try:
            yield world, ""
        finally:
            lock.release()
        return
    with holding(HeldLab(lab, slice, now)) as held:
        yield cast(W, held), held.mark


@contextmanager
def holding(held: HeldLab) -> Iterator[HeldLab]:
    """Have this thread read a held lab wherever it reads that lab, until the end of the ``with``; nothing waits."""
    before = _open.held
    _open.held = (*before, held)
    try:
        yield held
    finally:
        _open.held = before


def hold(lock: LabLock, at_most: float = inf) -> LongSlice | None:
    """Take the lock of a lab between two slices; return the slice that does not end if there is one, without the lock.

    A slice that has run for twice :data:`PATIENCE` already is not waited for.

    Raises:
        LabIsRunning: another thread holds the lock for more than ``at_most`` seconds, and no slice runs.
    """
    began = real_monotonic()
    scheduler = lock.scheduler
    while not lock.acquire(LOOK):
        waited = real_monotonic() - began
        if scheduler is None:
            continue
        slice = scheduler.runtime.long_slice()
        if slice is not None and (waited >= PATIENCE or slice.seconds >= 2 * PATIENCE):
            return slice
        if waited > at_most and scheduler.running is None:
            raise LabIsRunning(
                f"the lab cannot be read: another thread has held its lock for {waited:.0f} s. Release it there."
            )
    return None


def reads(now: bool = False) -> Callable[[Callable[Concatenate[W, P], R]], Callable[Concatenate[W, P], R]]:
    """Return a decorator for a function of a lab that only reads it: it is called as :func:`reading` says.

    Its answer is marked where a slice does not end. ``now`` is that of :func:`reading`.
    """

    def decorate(look: Callable[Concatenate[W, P], R]) -> Callable[Concatenate[W, P], R]:
        @wraps(look)
        def wrapped(world: W, /, *args: P.args, **how: P.kwargs) -> R:
            with reading(world, now) as (lab, mark):
                if lab is world:
                    return look(lab, *args, **how)
                return marked(steadily(lambda: look(lab, *args, **how)), mark)

        return wrapped

    return decorate


def marked(answer: R, mark: str) -> R:
    """Return an answer with a mark, if it is one that can have one."""
    return cast(R, replace(answer, mark=mark)) if mark and isinstance(answer, Answer) else answer


def steadily(look: Callable[[], R]) -> R:
    """Return what a look without the lock finds; it is repeated where a container has changed under it."""
    for _ in range(ATTEMPTS - 1):
        try:
            return look()
        except RuntimeError as error:  # "deque mutated during iteration"
            if "during iteration" not in str(error):
                raise
    return look()
