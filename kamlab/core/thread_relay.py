"""The scheduler's side of a component with a thread of its own: the relay.

How a thread and a stepped lab work together
--------------------------------------------
A thread cannot be run slice by slice, but it touches the lab only at its *points of contact*:
send, recv, data_ready, any_ready, pause, sync, sleep, and whatever changes links or boxes. So the
thread talks to queues, never to boxes, and a small generator, the relay, is what the scheduler runs:
one slice of it moves messages from the inboxes to the thread's queues and from there to the outboxes.

In a free run the thread runs by itself. While the lab stands still, is stepped, or runs in
lockstep, the gate is closed: the thread posts a :class:`~.thread_request.ThreadRequest` and waits. A slice of
the relay carries out the request (takes the message, puts it in the queue, makes the link), lets the thread
continue and waits for its next request. Since the thread itself does nothing to the queues there, all its
effects on the lab are in a slice, however the system schedules threads. During its slice it may also borrow
the lab's lock, which the driver holds meanwhile (see :mod:`.lock`).

A thread that is busy elsewhere (a blocking call, a long computation) does not hold up the lab: after
some patience the slice ends without it. The thread is *late* then, and the lab does not wait for it until its
next request is accepted, between two rounds. Both are events from outside: the journal, if there is one,
records them, and a replay has them happen at the same places.

Virtual time, however, waits for a thread that works: before the clock moves on by itself, late threads are waited for
in real time, so that half a second of work is not overtaken by a timeout of a minute. ``Runtime.thread_patience``
bounds this, for each time that a thread is late; then its place is reported, and time moves on. See
:meth:`.Runtime.wait`.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator
from typing import Any

from .awaitables import THREAD
from .component import Component
from .errors import NoSpaceInBox, ThreadIsAway
from .lab_time import real_monotonic
from .microprocess import shown
from .states import BLOCKED, ENDED, RUNNABLE
from .thread_probe import LOOK, Patience, Whereabouts, whereabouts
from .thread_request import AT_GATE, IN_REQUEST, OVER, RUNNING, ThreadRequest

#: How long, in seconds, a stepped lab waits for a thread to come to its next point of contact.
PATIENCE = 0.2
#: The same in a lab that runs in lockstep, where a thread that is only slow must not change the run.
LOCKSTEP_PATIENCE = 2.0
#: The same while a run is replayed in which the thread came in time.
REPLAY_PATIENCE = 10.0


class Relayed(Component):
    """The half of :class:`~kamlab.core.thread.ThreadedComponent` that the scheduler and the lab use.

    Everything here is called by the driver, or by a thread that holds the lab's lock.
    """

    woken_by_collection = False
    _os_thread: threading.Thread | None = None

    def __init__(self, queuelengths: int = 1000, **argd: Any) -> None:
        super().__init__(**argd)
        self.queuelengths = queuelengths
        self._contact = threading.Condition()
        self._incoming: dict[str, deque[Any]] = {}
        self._outgoing: dict[str, deque[Any]] = {}
        self._request: ThreadRequest | None = None
        self._place = RUNNING
        self._ident = 0
        self._happened = False
        self._free = False
        self._late = False
        self._announced = False
        self._waited = 0.0
        self._put_off: list[Callable[[], Any]] = []
        self._let_go_at = 0.0
        self._cancelled = False
        self._thread_error: BaseException | None = None

    def _thread_body(self) -> None:
        raise NotImplementedError

    # -- the relay ------------------------------------------------------------------------------------

    def _begin(self) -> Any:
        self._task.flow = self._relay()
        return self._task.flow.send(None)

    def _relay(self) -> Generator[None, None, None]:
        scheduler = self._task.scheduler
        assert scheduler is not None
        self._os_thread = threading.Thread(target=self._thread_body, name=self.short_name, daemon=True)
        scheduler.outsiders.add(self)
        try:
            self._give_turn(self._os_thread.start)
            while True:
                over = self._is_over()
                self._relay_in()
                if self._has_turn():
                    self._give_turn(self._carry_out_request)
                held = self._relay_out()
                if over and not held:
                    break
                self.attend_collection(held)
                if not over and self._is_over():
                    continue
                if not self._has_turn():
                    self._task.awaits = self._thread_awaits()
                    super().pause()
                yield
                self._task.awaits = None
        finally:
            scheduler.outsiders.discard(self)
            with self._contact:
                self._cancelled = True
                self._contact.notify_all()
                error = self._thread_error
            if error is not None:
                raise error

    def _thread_awaits(self) -> tuple[Any, ...]:
        """Return what the thread waits for: where it is, and when its timer is due."""
        request = self._request
        timer = request.timer if request is not None else None
        frame = self.thread_frame() if self._late else None
        where = f" in line {frame.line} of {frame.function}()" if frame is not None else ""
        return (THREAD, RUNNING if self._late else self._place, timer.when if timer is not None else None, where)

    def _relay_in(self) -> None:
        """Move messages from the inboxes to the thread: control last, so that data comes first."""
        for name in sorted(self.inboxes, key=lambda box: box == "control"):
            box = self.inboxes[name]
            if not box.items:
                continue
            with self._contact:
                queue = self._incoming.setdefault(name, deque())
                while box.items and len(queue) < self.queuelengths:
                    queue.append(super().recv(name))
                self._happened = True
                self._stir()

    def _relay_out(self) -> bool:
        """Move messages from the thread to the outboxes; return whether some had to stay."""
        held = False
        for name in list(self.outboxes):
            queue = self._outgoing.get(name)
            while queue:
                try:
                    super().send(queue[0], name)
                except NoSpaceInBox:
                    held = True
                    break
                with self._contact:
                    queue.popleft()
                    self._happened = True
                    self._stir()
        return held

    def _wake_relay(self, cause: str) -> None:
        scheduler = self._task.scheduler
        assert scheduler is not None
        scheduler.request_wake(self, cause)

    def _is_over(self) -> bool:
        """Return whether the thread has ended, as far as the lab knows."""
        return self._place is OVER and not self._late

    def _stir(self) -> None:
        """Notify the thread that something it may wait for has happened; the caller holds ``_contact``."""
        if self._gate_open():
            self._contact.notify_all()

    # -- slices ----------------------------------------------------------------------------------------

    def _gate_open(self) -> bool:
        scheduler = self._task.scheduler
        return scheduler is not None and scheduler.runtime.gate_open

    @property
    def _stirred(self) -> bool:
        """Whether the thread's wait is over."""
        request = self._request
        return request is not None and request.is_ready()

    def _has_turn(self) -> bool:
        """Return whether the next slice would let the thread continue."""
        return not self._late and self._stirred and not self._gate_open()

    def _carry_out_request(self) -> None:
        """Carry out the thread's request and let it continue; the caller holds ``_contact``."""
        request, self._request = self._request, None
        if request is not None:
            self._place = RUNNING
            request.carry_out()
            self._contact.notify_all()

    def _give_turn(self, go: Callable[[], Any]) -> None:
        """Let the thread continue; while the gate is closed, wait for its next point of contact."""
        scheduler = self._task.scheduler
        assert scheduler is not None
        if self._gate_open():
            self._free = True
            go()
            return
        lock = scheduler.runtime.lock
        expected = not self._expects_late()
        if expected:
            lock.lend(self)
        try:
            with self._contact:
                self._let_go_at = scheduler.time()
                go()
                self._late = not (expected and self._comes())
                self._announced, self._waited = False, 0.0
        finally:
            lock.take_back()
        self._see_to_request()
        if self._late and scheduler.journal is not None:
            scheduler.journal.outside("late", self.short_name)

    def _expects_late(self) -> bool:
        """Return whether this is the slice of a replayed run in which the thread was late."""
        scheduler = self._task.scheduler
        journal: Any = scheduler.journal if scheduler is not None else None
        return bool(getattr(journal, "replaying", False) and journal.expects_late(self.short_name))

    def _comes(self) -> bool:
        """Wait for the thread; return whether it reached a point of contact. The caller holds ``_contact``."""
        scheduler = self._task.scheduler
        assert scheduler is not None
        assert self._os_thread is not None
        runtime = scheduler.runtime
        replaying = getattr(scheduler.journal, "replaying", False)
        limit = REPLAY_PATIENCE if replaying else LOCKSTEP_PATIENCE if runtime.lockstep else PATIENCE
        patience = Patience(self._os_thread, limit, watchful=runtime.lockstep and not replaying)
        while self._place is RUNNING:
            self._contact.wait(LOOK)
            if runtime.must_stop:
                patience.hurry(PATIENCE)
            if patience.is_over() and runtime.lock.recall():
                return self._place is not RUNNING
        return True

    def _see_to_request(self) -> None:
        """Do what only the driver may do for a request: set its timer, and in a free run carry it out."""
        scheduler = self._task.scheduler
        assert scheduler is not None
        with self._contact:
            request = self._request
            if request is None or self._late:
                return
            if request.timeout is not None and request.timer is None and not request.is_ready():
                request.timer = scheduler.call_later(request.timeout, lambda: self._time_up(request), self)
            if request.by_driver and self._gate_open():
                self._carry_out_request()

    def _time_up(self, request: ThreadRequest) -> None:
        with self._contact:
            request.timed_out = True
            request.timer = None
            self._stir()
        if self._request is request and self._has_turn():
            self._wake_relay("its timer")

    def gate_changed(self) -> None:
        """Let the thread run by itself from here on, or only to its next point of contact."""
        scheduler = self._task.scheduler
        assert scheduler is not None
        with self._contact:
            returns = self._late and self._place is not RUNNING
            if self._gate_open():
                self._free, self._late = True, False
                scheduler.posted.extend(self._take_put_off())
                self._contact.notify_all()
            elif self._free:
                self._free, self._let_go_at = False, scheduler.time()
                self._late, self._announced, self._waited = self._place is RUNNING, False, 0.0
                returns = self._has_turn()
            else:
                if returns and not self._announced:
                    self._announce()
                return
        self._see_to_request()
        if returns:
            self._wake_relay("its thread")

    # -- threads that are late ------------------------------------------------------------------------

    def _puts_off(self, call: Callable[[], Any]) -> bool:
        """If the caller is the thread, and it is late: keep the call until the thread is accepted, and return True."""
        if not self._late or threading.get_ident() != self._ident:
            return False
        with self._contact:
            if not self._late:
                return False
            self._put_off.append(call)
            return True

    def _take_put_off(self) -> list[Callable[[], Any]]:
        calls, self._put_off = self._put_off, []
        return calls

    def _announce(self) -> None:
        """Accept the late thread; the caller holds ``_contact``. A replay does that by its journal."""
        scheduler = self._task.scheduler
        assert scheduler is not None
        if not self._cancelled and not getattr(scheduler.journal, "replaying", False):
            self._announced = True
            scheduler.posted.append(self._let_in)
            scheduler.nudge()

    def _let_in(self) -> None:
        """Accept a late thread again; between two rounds."""
        scheduler = self._task.scheduler
        assert scheduler is not None
        with self._contact:
            if not self._late or self._place is RUNNING or self._task.life in ENDED:
                return
            self._late = False
            calls = self._take_put_off()
        if scheduler.journal is not None:
            scheduler.journal.outside("arrived", self.short_name)
        for call in calls:
            scheduler._call(call)
        self._see_to_request()
        self._wake_relay("its thread" if self._place is not OVER else "its thread, which ended")

    def arrive(self, timeout: float = 10.0) -> None:
        """Wait up to ``timeout`` seconds for the late thread, and accept it; for a replay.

        Raises:
            ThreadIsAway: it has not arrived, or it was not late.
        """
        scheduler = self._task.scheduler
        assert scheduler is not None
        if not self._late:
            raise ThreadIsAway(f"the thread of {self.short_name} cannot arrive: it was not late")
        lock = scheduler.runtime.lock
        deadline = real_monotonic() + timeout
        while self._place is RUNNING:
            if real_monotonic() >= deadline:
                raise self._is_away(timeout)
            with self._contact:
                if self._place is RUNNING:
                    self._contact.wait(min(LOOK, timeout))
            if lock.mine():
                lock.give_way()  # the thread may wait for the lab's lock
        self._let_in()

    def _is_away(self, timeout: float) -> ThreadIsAway:
        where = self.thread_frame()
        return ThreadIsAway(
            f"the thread of {self.short_name} came back here when the run was recorded, and has not within "
            f"{timeout:g} s now{f': it is busy in {where}' if where is not None else ''}. "
            "What it waits for has to be there again for the run to be the same."
        )

    # -- queries --------------------------------------------------------------------------------------

    def state_of_thread(self) -> str | None:
        """Return the state that the thread leads to: blocked while it is busy, runnable while it waits to be let in."""
        if self._os_thread is None:
            return None
        if self._place is RUNNING:
            return BLOCKED
        return RUNNABLE if self._stirred or self._place in (AT_GATE, IN_REQUEST, OVER) else None

    def may_wake(self) -> bool:
        """Return whether the thread could do something by itself."""
        if self._os_thread is None or self._is_over():
            return False
        return self._late or self._place is RUNNING or self._stirred

    def keeps_time(self, limit: float) -> bool:
        """Return whether virtual time waits for the thread: it is busy, and was waited for less than ``limit`` s."""
        return self._late and self._place is RUNNING and self._waited < limit

    def was_waited_for(self, seconds: float) -> float:
        """Count real time in which the lab waited for the busy thread; return the total, in seconds."""
        self._waited += seconds
        return self._waited

    def join_thread(self, timeout: float) -> bool:
        """Wait up to ``timeout`` seconds for the thread to end; return whether it has."""
        thread = self._os_thread
        if thread is None or thread is threading.current_thread():
            return True
        thread.join(timeout)
        return not thread.is_alive()

    @property
    def thread_place(self) -> str:
        """Where the thread is: running, at a point of contact, or over."""
        if self._os_thread is None:
            return OVER if self._task.life in ENDED else "not started"
        return AT_GATE if self._stirred and not self._gate_open() else self._place

    def thread_frame(self) -> Whereabouts | None:
        """Return where in the user's code the thread is; ``None`` if it is not in user's code."""
        return whereabouts(self._ident, type(self)._thread_body.__code__) if self._ident else None

    @shown
    def elsewhere(self) -> Whereabouts | None:
        """Where the thread is busy while the lab does not wait for it: file, line and function; else ``None``."""
        return self.thread_frame() if self._late and self._place is RUNNING else None
