"""Run an untrusted ``__repr__`` in a worker thread with a timeout.

If an object has not answered after :data:`PATIENCE`, the worker thread is abandoned, and the class is not asked
again. A class that was only kept from answering, and did not compute all that time, gets another chance when the call
returns. A thread that blocks cannot be ended; one that loops in Python ends when an exception is raised in it from
outside. That is done only if it uses processor time: a thread that waits for a lock might have acquired it by then, and
would never release it. A few stuck threads are tolerated; once :data:`HUNG` of them hang, no object is asked any more.

The worker thread runs in no slice of any lab and has no context of the caller, so what an object does in its
``__repr__`` is not attributed to a component.

If many objects are shown, they are asked together, by :func:`cautiously`: switching to another thread costs little on
an idle machine, but ten milliseconds if a third thread computes. The worker thread is reused for the same reason.
All objects of one look share :data:`BUDGET`; :class:`one_look` says which objects belong together.

If no thread can be started (Python in a browser), the caller asks directly; then an object that hangs makes
everything hang.

Rejected: a signal or an exception in the caller's own thread, since neither ends a wait for a lock, and a signal
reaches the main thread only; another process, since messages are live objects; and never calling ``__repr__``, since
its author wants to see what it returns. C code that does not release the interpreter, such as a huge power, cannot be
interrupted this way.
"""

from __future__ import annotations

import _thread
import os
import sys
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from contextvars import Context
from typing import Any, TypeVar

from .context import in_slice
from .lab_time import real_monotonic, thread_time

#: How long one object may take to answer, and all objects of one look together, in seconds.
PATIENCE = 0.15
BUDGET = 0.5
#: How much processor time, in seconds, a stuck thread must have used to count as computing rather than waiting.
COMPUTING = 0.01
#: How many threads may hang at a time.
HUNG = 5
#: How many times a late class gets another chance before it is not asked any more.
CHANCES = 1

_TOO_SLOW = "too many slow reprs"
_TOO_MANY = "too many others hang"

T = TypeVar("T")


class NoAnswer(Exception):
    """An object did not answer: it raised an ``error`` of a type, was not asked for a reason, or takes too long."""

    def __init__(self, error: type[BaseException] | None = None, refusal: str = "") -> None:
        super().__init__(error, refusal)
        self.error = error
        self.refusal = refusal


# -- slow classes ----------------------------------------------------------------------------------------


class _Slow:
    """The record of a class that took too long."""

    __slots__ = ("asked", "cls", "late")

    def __init__(self, cls: type) -> None:
        key = id(cls)
        self.cls = weakref.ref(cls, lambda _: _slow.pop(key, None))
        self.asked = False
        self.late = 0


_slow: dict[int, _Slow] = {}  # by id: a metaclass may forbid hashing its classes


def _known_slow(cls: type) -> _Slow | None:
    found = _slow.get(id(cls))
    return found if found is not None and found.cls() is cls else None


def _blame(cls: type) -> None:
    found = _known_slow(cls)
    if found is None:
        found = _slow[id(cls)] = _Slow(cls)
    found.asked = False


def _forgive(cls: type) -> None:
    """Give a class that came back late another chance: the machine may have been busy, or a lock held."""
    found = _known_slow(cls)
    if found is not None and found.late < CHANCES:
        found.late += 1
        found.asked = True


# -- asking -----------------------------------------------------------------------------------------------


class _Foreign(BaseException):
    """Raised if a foreign object turns up before foreign objects may be asked."""


class _GiveUp(SystemExit):
    """Raised in an abandoned thread. As a SystemExit it ends the thread silently."""


class _Asker:
    """The state of a worker: when it began, how long it may take, which class it asks now, and since when.

    ``busy`` is how much processor time the thread had used before that.
    """

    def __init__(self) -> None:
        self.begun = 0.0
        self.may_take = BUDGET
        self.asked: tuple[type, float] | None = None
        self.busy = 0.0
        self.given_up = False


class _Here(threading.local):
    asker: _Asker | None = None
    deferring = False
    refusal = ""
    look: one_look | None = None


_here = _Here()


class one_look:  # noqa: N801
    """Within this, all foreign reprs together get :data:`BUDGET` seconds, on this thread.

    >>> with one_look():
    ...     answer(str, 1)
    '1'
    """

    def __init__(self) -> None:
        self.spent: float = 0.0

    def __enter__(self) -> one_look:
        self._outer = _here.look
        if self._outer is None:
            _here.look = self
        return self

    def __exit__(self, *_: object) -> None:
        if self._outer is None:
            _here.look = None


def said(say: Callable[[Any], T], value: Any) -> T:
    """Return ``say(value)``; if that needs foreign reprs, call it in the worker thread.

    ``say`` may be called more than once, so it must have no side effects.
    """
    if _is_settled():
        return say(value)
    try:
        return _deferring(say, value)
    except _Foreign:
        return _ask_all(say, [value])[0]


def cautiously(say: Callable[[Any], T], values: Sequence[Any]) -> list[T]:
    """Return ``say(value)`` for each of these values, as :func:`said` does, with one thread switch for all.

    >>> cautiously(str, [1, None])
    ['1', 'None']
    """
    if _is_settled():
        return [say(value) for value in values]
    texts: dict[int, T] = {}
    foreign: list[int] = []
    for index, value in enumerate(values):
        try:
            texts[index] = _deferring(say, value)
        except _Foreign:
            foreign.append(index)
    if foreign:
        texts.update(zip(foreign, _ask_all(say, [values[index] for index in foreign]), strict=True))
    return [texts[index] for index in range(len(values))]


def _is_settled() -> bool:
    """Return whether it has been decided how foreign objects are treated here."""
    return bool(_here.asker is not None or _here.deferring or _here.refusal)


def _deferring(say: Callable[[Any], T], value: Any) -> T:
    _here.deferring = True
    try:
        return say(value)
    finally:
        _here.deferring = False


def _refusing(say: Callable[[Any], T], values: Sequence[Any], why: str) -> list[T]:
    _here.refusal = why
    try:
        return [say(value) for value in values]
    finally:
        _here.refusal = ""


def answer(ask: Callable[[Any], str], value: Any) -> str:
    """Return the answer of a foreign object.

    Raises:
        NoAnswer: it raised something, took too long, or was not asked.
    """
    slow = _known_slow(type(value))
    if slow is not None and not slow.asked:
        raise NoAnswer
    if _here.asker is not None:
        return _answer(_here.asker, ask, value)
    if _here.refusal:
        raise NoAnswer(refusal=_here.refusal)
    if _here.deferring:
        raise _Foreign
    found: str | NoAnswer = _ask_all(lambda item: _answer_or_not(ask, item), [value])[0]
    if isinstance(found, NoAnswer):
        raise found
    return found


def _answer_or_not(ask: Callable[[Any], str], value: Any) -> str | NoAnswer:
    try:
        return answer(ask, value)
    except NoAnswer as none:
        return none.with_traceback(None)


def _answer(asker: _Asker, ask: Callable[[Any], str], value: Any) -> str:
    """Ask an object, in the worker thread."""
    outermost = asker.asked is None
    if outermost:
        now = real_monotonic()
        if now - asker.begun > asker.may_take:
            raise NoAnswer(refusal=_TOO_SLOW)
        asker.busy = thread_time()
        asker.asked = (type(value), now)
    raised = None
    busy = thread_time()
    try:
        text = ask(value)
    except BaseException as error:
        raised = type(error)
    finally:
        if outermost:
            asker.asked = None
    if asker.given_up:  # nothing waits for the rest
        if thread_time() - busy < PATIENCE / 2:  # it was blocked rather than looping
            _forgive(type(value))
        raise _GiveUp
    if raised is not None:
        raise NoAnswer(raised)  # here, where nothing references what was raised
    return text


def _ask_all(say: Callable[[Any], T], values: Sequence[Any]) -> list[T]:
    """Call ``say`` with each of the values in a worker thread; start another thread if that one hangs."""
    with one_look():
        look = _here.look
        assert look is not None
        answers: list[T] = []
        while len(answers) < len(values):
            rest = values[len(answers) :]
            if look.spent > BUDGET:
                return answers + _refusing(say, rest, _TOO_SLOW)
            begun = real_monotonic()
            try:
                thread = _hire()
                if thread is None:
                    return answers + _refusing(say, rest, _TOO_MANY)
                answers += thread.ask(_Job(say, rest), BUDGET - look.spent)
            except RuntimeError as error:
                if not isinstance(error, _NoThread):
                    raise
                return answers + _without_thread(say, rest, BUDGET - look.spent)
            finally:
                look.spent += real_monotonic() - begun
        return answers


# -- the threads ------------------------------------------------------------------------------------------


class _NoThread(RuntimeError):
    """No thread can be started here."""


class _Job:
    """A job of a worker thread: call ``say`` with each value."""

    def __init__(self, say: Callable[[Any], Any], values: Sequence[Any]) -> None:
        self.say = say
        self.values = values
        self.answers: list[Any] = []
        self.error: BaseException | None = None
        self.done = _thread.allocate_lock()
        self.done.acquire()

    def run(self) -> None:
        for value in self.values:
            self.answers.append(self.say(value))


class _Thread(_Asker):
    """A worker thread, which waits for the next job when it has done one."""

    def __init__(self) -> None:
        super().__init__()
        self.over = False
        self._job: _Job | None = None
        self._go = _thread.allocate_lock()
        self._go.acquire()
        self._ending = _thread.allocate_lock()
        self._begun = _thread.allocate_lock()
        self._begun.acquire()
        try:
            self._ident = _thread.start_new_thread(self._work, ())
        except RuntimeError as error:
            raise _NoThread from error
        self._begun.acquire(timeout=4 * BUDGET)  # it must not be ended before it can record that

    def ask(self, job: _Job, may_take: float) -> list[Any]:
        """Run a job; return the answers there are when it is done, or when it hangs."""
        self.begun, self.may_take = real_monotonic(), may_take
        self._job = job
        self._go.release()
        finished = False
        try:
            finished = self._wait_for(job)
        finally:
            if finished:
                _idle.append(self)
            else:
                self._give_up()
        if job.error is not None:
            raise job.error
        return list(job.answers)

    def _wait_for(self, job: _Job) -> bool:
        """Return whether a job was done with every object in time; record the class of an object that was too slow."""
        patience = PATIENCE
        while not job.done.acquire(timeout=patience):
            asked, now = self.asked, real_monotonic()
            patience = PATIENCE
            if asked is not None:
                patience = asked[1] + PATIENCE - now
                if patience <= 0:
                    _blame(asked[0])
                    return False
            elif now - self.begun > 4 * BUDGET:  # the machine gives this thread no time at all
                return False
        return True

    def _give_up(self) -> None:
        self.given_up = True
        _hung.append(self)
        if self._go.locked():  # it may have finished just now, and wait for a job that never comes
            self._go.release()
        self.end_if_it_computes()

    def end_if_it_computes(self) -> None:
        """End the thread, unless it only waits for something."""
        with self._ending:  # so that it does not end meanwhile
            self.over = self.over or not self._is_there()
            if not self.over and self._computes():
                _raise_in(self._ident)

    def _is_there(self) -> bool:
        """Return whether the ident still belongs to this thread: the ident of an ended thread is reused."""
        frame = sys._current_frames().get(self._ident)
        while frame is not None and frame.f_back is not None:
            frame = frame.f_back
        return frame is not None and frame.f_code is _Thread._work.__code__ and frame.f_locals.get("self") is self

    def _computes(self) -> bool:
        """Return whether the stuck code uses processor time rather than waiting.

        A thread that waits for a lock must not be ended: it would hold the lock and never release it.
        """
        try:
            clock = time.pthread_getcpuclockid(self._ident)
            return time.clock_gettime(clock) - self.busy > COMPUTING
        except (AttributeError, OSError):  # not known here
            return True

    def _work(self) -> None:
        try:
            self._work_on()
        finally:
            self.over = True

    def _work_on(self) -> None:
        try:
            self._begun.release()
            _here.asker = self
            while not self.given_up:
                self._go.acquire()
                if self._job is not None:
                    self._do()
            with self._ending:
                self.over = True
        finally:  # here, too: it may be ended for the second time in there
            self.over = True

    def _do(self) -> None:
        job, self._job = self._job, None
        assert job is not None
        self.begun = real_monotonic()  # a busy machine may have given this thread no time until now
        try:
            job.run()
        except BaseException as error:
            job.error = error if not isinstance(error, _GiveUp) else None
        finally:
            job.done.release()


#: Idle worker threads, and abandoned ones. At rest there is one idle thread and no abandoned one.
_idle: list[_Thread] = []
_hung: list[_Thread] = []


def _hire() -> _Thread | None:
    """Return a worker thread; ``None`` if too many hang already."""
    _hung[:] = [thread for thread in _hung if not thread.over]
    for thread in _hung:  # on a busy machine a computing thread may have used little processor time yet
        thread.end_if_it_computes()
    if len(_hung) >= HUNG:
        return None
    try:
        return _idle.pop()
    except IndexError:
        return _Thread()


def _raise_in(ident: int) -> None:
    """End a thread at its next line of Python; a thread that blocks in C is not affected."""
    try:
        import ctypes

        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(ident), ctypes.py_object(_GiveUp))
    except (ImportError, AttributeError):
        pass


def _without_thread(say: Callable[[Any], T], values: Sequence[Any], may_take: float) -> list[T]:
    """Ask on the caller's thread, outside any slice."""
    asker = _Asker()
    asker.begun, asker.may_take = real_monotonic(), may_take
    before = in_slice.world, in_slice.component
    in_slice.world = in_slice.component = None
    _here.asker = asker
    try:
        return [Context().run(say, value) for value in values]
    finally:
        _here.asker = None
        in_slice.world, in_slice.component = before


def _forget_threads() -> None:
    """A forked process has only one thread."""
    _idle.clear()
    _hung.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_threads)
