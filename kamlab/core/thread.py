"""Components whose ``main`` is an ordinary method in a thread of its own.

How a thread and a stepped world go together
--------------------------------------------
A thread cannot be run slice by slice, but it touches the world only at its *points of contact*:
send, recv, data_ready, any_ready, pause, sync, and whatever changes links or boxes. So the thread
talks to queues, never to boxes, and a small generator, the relay, is what the scheduler runs: one
slice of it moves messages from the inboxes to the thread's queues and from there to the outboxes.

In a free run the thread goes on by itself. While the lab stands still or is stepped, it waits at
its next point of contact, which makes the relay runnable; the relay's slice lets it through one
contact and waits until it has reached the next. A thread that is busy elsewhere (a blocking call,
a long computation) does not hold up the lab for longer than :data:`PATIENCE`.

A pause with a timeout is timed by the lab's clock, not by the operating system, so a lab that
stands still does not let it run out.
"""

from __future__ import annotations

import inspect
import threading
import time
from collections import deque
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any, TypeVar

from . import worlds
from .component import Component
from .errors import BadMain, NoSpaceInBox, ThreadStopped
from .link import Link, no_such_box
from .states import ENDED

if TYPE_CHECKING:
    from .timers import Timer

T = TypeVar("T")

#: How long, in seconds, a stepped lab waits for a thread to come to its next point of contact.
PATIENCE = 0.2

RUNNING = "running"
AT_GATE = "waits for its turn"
IN_RECV = "waits in recv for a message"
IN_PAUSE = "pauses"
IN_REQUEST = "waits for the scheduler"
OVER = "over"


class ThreadedComponent(Component):
    """A component with a thread of its own, for code that blocks.

    Override ``main`` as an ordinary method, without ``yield``. In it ``recv`` waits for a message,
    ``pause`` waits for something to happen, and ``send`` puts the message in a queue of
    ``queuelengths`` that the scheduler empties.

    Args:
        queuelengths: how many messages may wait between thread and scheduler, for each box.
        argd: become attributes, as in Component.

    Raises:
        BadMain: at activation, if ``main`` is a generator or an ``async def``.
    """

    woken_by_collection = False
    _os_thread: threading.Thread | None = None

    def __init__(self, queuelengths: int = 1000, **argd: Any) -> None:
        super().__init__(**argd)
        self.queuelengths = queuelengths
        self._contact = threading.Condition()
        self._incoming: dict[str, deque[Any]] = {}
        self._outgoing: dict[str, deque[Any]] = {}
        self._place = RUNNING
        self._ident = 0
        self._passes = 0
        self._happened = False
        self._stirred = False
        self._attended = False
        self._cancelled = False
        self._thread_error: BaseException | None = None

    def main(self) -> Any:
        """Override this, or the three methods it calls; it runs in the thread.

        As it stands it calls ``initialise_component``, ``main_body`` until that returns something
        false, and ``close_down_component``.
        """
        self.initialise_component()
        while self.main_body():
            pass
        self.close_down_component()

    def activate(self, scheduler: Any = None, tracker: Any = None, mainmethod: str = "main") -> Any:
        """Hand this to a lab; see :meth:`Component.activate`."""
        main = getattr(self, mainmethod)
        for wrong, kind in (
            (inspect.isgeneratorfunction, "a generator (it has a 'yield')"),
            (inspect.iscoroutinefunction, "an 'async def'"),
        ):
            if wrong(main):
                raise BadMain(
                    f"{mainmethod}() of {self.short_name} is {kind}, but this component runs it as a plain method in "
                    "a thread. Take the 'yield' or 'async' out, or derive from Component."
                )
        return super().activate(scheduler, tracker, mainmethod)

    # -- the thread's side ------------------------------------------------------------------------

    @property
    def _in_thread(self) -> bool:
        return threading.get_ident() == self._ident

    def send(self, message: Any, boxname: str = "outbox") -> None:
        """Send a message; from the thread, by way of a queue.

        Raises:
            NoSpaceInBox: ``queuelengths`` messages wait in that queue already.
            NoSuchBox: there is no such outbox.
        """
        if not self._in_thread:
            super().send(message, boxname)
            return
        if boxname not in self.outboxes:
            raise no_such_box(self, boxname, "outboxes")
        with self._contact:
            self._pass_gate()
            queue = self._outgoing.setdefault(boxname, deque())
            if len(queue) >= self.queuelengths:
                raise NoSpaceInBox(len(queue), self.queuelengths, f"that leads from the thread of {self.short_name}")
            queue.append(message)
            attended = self._attended
        if not attended:  # no slice of the relay stands by to carry it on
            self.wake("its thread, which sent a message")

    def recv(self, boxname: str = "inbox") -> Any:
        """Take the oldest message out of an inbox; in the thread this waits until there is one."""
        if not self._in_thread:
            return super().recv(boxname)
        if boxname not in self.inboxes:
            raise no_such_box(self, boxname, "inboxes")
        with self._contact:
            queue = self._incoming.setdefault(boxname, deque())
            while not queue:
                self._rest(IN_RECV)
            self._pass_gate()
            was_full = len(queue) >= self.queuelengths
            message = queue.popleft()
        if was_full:
            self.wake("its thread, which took a message")
        return message

    def data_ready(self, boxname: str = "inbox") -> int:
        """Return how many messages wait in an inbox, as far as they have reached the thread."""
        if not self._in_thread:
            return super().data_ready(boxname)
        if boxname not in self.inboxes:
            raise no_such_box(self, boxname, "inboxes")
        with self._contact:
            self._pass_gate()
            return len(self._incoming.get(boxname, ()))

    def any_ready(self) -> str | bool:
        """Return the name of the first inbox in which something waits, or ``False``."""
        if not self._in_thread:
            return super().any_ready()
        with self._contact:
            self._pass_gate()
            for name in self.inboxes:
                if self._incoming.get(name):
                    return name or True
            return False

    def pause(self, timeout: float | None = None) -> None:
        """Wait until a message arrives, one that was sent is taken on, a child ends, or ``timeout`` seconds pass.

        If that has happened since the last pause it returns at once.
        """
        if not self._in_thread:
            super().pause(timeout)
            return
        over = [timeout is not None and timeout <= 0]
        timers: list[Timer] = []
        scheduler = self._scheduler
        assert scheduler is not None

        def time_up() -> None:
            with self._contact:
                over[0] = True
                self._stir()

        def set_timer() -> None:
            assert timeout is not None
            if not over[0]:
                timers.append(scheduler.call_later(timeout, time_up, self))

        with self._contact:
            if timeout is not None and not self._happened and not over[0]:
                scheduler.post(set_timer)
            while not self._happened and not over[0]:
                self._rest(IN_PAUSE)
            over[0] = True
            self._happened = False
            self._pass_gate()
        for timer in timers:
            timer.cancel()

    def sync(self) -> None:
        """Wait until the scheduler has come round: what was sent before is on its way."""
        self._ask(lambda: None)

    def link(self, *args: Any, **argd: Any) -> Link:
        """Link one box to another, in the scheduler's time; see :meth:`Component.link`."""
        return self._ask(lambda: super(ThreadedComponent, self).link(*args, **argd))

    def unlink(self, component: Any = None, linkage: Link | None = None) -> None:
        """Take down links, in the scheduler's time; see :meth:`Component.unlink`."""
        self._ask(lambda: super(ThreadedComponent, self).unlink(component, linkage))

    def add_children(self, *children: Component) -> None:
        """Take components as children, in the scheduler's time."""
        self._ask(lambda: super(ThreadedComponent, self).add_children(*children))

    def _child_ended(self, child: Component) -> None:
        with self._contact:
            self._happened = True
            self._stir()
        super()._child_ended(child)

    def remove_child(self, child: Component) -> None:
        """Let a child go, in the scheduler's time."""
        self._ask(lambda: super(ThreadedComponent, self).remove_child(child))

    def _ask(self, call: Callable[[], T]) -> T:
        """Have a call made by the scheduler and wait for what it returns or raises."""
        if not self._in_thread:
            return call()
        answer: list[tuple[T | None, BaseException | None]] = []

        def carry_out() -> None:
            try:
                result: tuple[T | None, BaseException | None] = (call(), None)
            except BaseException as error:
                result = (None, error)
            with self._contact:
                answer.append(result)
                self._stir()

        assert self._scheduler is not None
        with self._contact:
            self._scheduler.post(lambda: self._relay_out_then(carry_out))
            while not answer:
                self._rest(IN_REQUEST)
            self._pass_gate()
        value, error = answer[0]
        if error is not None:
            raise error
        return value  # type: ignore[return-value]

    def _relay_out_then(self, call: Callable[[], Any]) -> None:
        self._relay_out()
        call()

    def _rest(self, place: str) -> None:
        """Wait for a notice, holding ``_contact``; remembered as ``place`` meanwhile."""
        self._check_cancelled()
        self._place = place
        self._stirred = False
        self._contact.notify_all()
        if self._scheduler is not None:
            self._scheduler.nudge()  # whoever waits for this thread may find that nothing is left to wait for
        self._contact.wait()
        self._place = RUNNING
        self._check_cancelled()

    def _stir(self) -> None:
        """Tell the thread that something it may wait for has happened; holding ``_contact``."""
        self._stirred = True
        self._contact.notify_all()

    def _pass_gate(self) -> None:
        """Wait for this component's turn unless the lab runs freely; holding ``_contact``."""
        self._check_cancelled()
        if self._gate_open():
            return
        while not self._gate_open() and not self._passes:
            if self._place is not AT_GATE:
                self._place = AT_GATE
                self.wake("its thread")
                self._contact.notify_all()
            self._contact.wait()
            self._check_cancelled()
        if self._passes:
            self._passes -= 1
        self._place = RUNNING

    def _gate_open(self) -> bool:
        scheduler = self._scheduler
        return scheduler is not None and scheduler.world.gate_open

    def _check_cancelled(self) -> None:
        if self._cancelled:
            raise ThreadStopped(f"{self.short_name} was stopped")

    def _thread_body(self) -> None:
        self._ident = threading.get_ident()
        scheduler = self._scheduler
        assert scheduler is not None
        worlds.in_slice.world = scheduler.world
        worlds.in_slice.component = self
        try:
            result = getattr(self, self._main_method)()
            if inspect.isgenerator(result) or inspect.iscoroutine(result):
                result.close()
                raise BadMain(
                    f"{self._main_method}() of {self.short_name} returned a {type(result).__name__}, whose code never "
                    "ran; in a ThreadedComponent main is a plain method"
                )
        except ThreadStopped:
            pass
        except BaseException as error:
            with self._contact:
                self._thread_error = error
                late = self._cancelled
            if late:  # nobody is left to raise it
                with scheduler.world.lock:
                    scheduler.note_failure(self, error)
        finally:
            with self._contact:
                self._place = OVER
                self._ident = 0  # the system may give the same number to another thread
                self._contact.notify_all()
            self.wake("its thread, which ended")

    # -- the scheduler's side -----------------------------------------------------------------------

    def _begin(self) -> Any:
        self._flow = self._relay()
        return self._flow.send(None)

    def _relay(self) -> Generator[None, None, None]:
        scheduler = self._scheduler
        assert scheduler is not None
        self._os_thread = threading.Thread(target=self._thread_body, name=self.short_name, daemon=True)
        scheduler.outsiders.add(self)
        try:
            self._attended = not self._gate_open()
            self._os_thread.start()
            self._await_contact()
            while True:
                over = self._place is OVER
                self._relay_in()
                self._let_through()
                held = self._relay_out()
                if over and not held:
                    break
                self.attend_collection(held)
                if not over and self._place is OVER:
                    continue
                super().pause()
                yield
        finally:
            scheduler.outsiders.discard(self)
            with self._contact:
                self._cancelled = True
                self._contact.notify_all()
                error = self._thread_error
            if error is not None:
                raise error

    def _relay_in(self) -> None:
        """Move messages from the inboxes to the thread: control last, so that data comes first."""
        for name in sorted(self.inboxes, key=lambda each: each == "control"):
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

    def _let_through(self) -> None:
        """While stepping: let the thread pass one point of contact and come to the next."""
        with self._contact:
            if self._place is AT_GATE and not self._passes:
                self._attended = True
                self._passes = 1
                self._place = RUNNING
                self._contact.notify_all()
        self._await_contact()

    def _await_contact(self) -> None:
        scheduler = self._scheduler
        assert scheduler is not None
        deadline = time.monotonic() + PATIENCE
        with self._contact:
            while self._place is RUNNING and not self._gate_open() and not scheduler.attention:
                left = deadline - time.monotonic()
                if left <= 0:
                    break
                self._contact.wait(left)
            self._attended = False

    def gate_changed(self) -> None:
        """Let the thread look again whether it may go on by itself."""
        with self._contact:
            self._contact.notify_all()

    def may_wake(self) -> bool:
        """Return whether the thread could do something without being told."""
        thread = self._os_thread
        if thread is None or self._place is OVER:
            return False
        return self._place in (RUNNING, AT_GATE, IN_REQUEST) or self._stirred

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
            return OVER if self._life in ENDED else "not started"
        return self._place
