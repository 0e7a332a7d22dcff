"""Components whose ``main`` is an ordinary method in a thread of its own.

This is the thread's side: its points of contact, each of which is a request to the scheduler (see
:mod:`.thread_relay`, the other side, which explains how a thread and a stepped lab work together). In a free run the
thread carries out its request itself, as soon as that can be done; otherwise it waits until a slice of its component
has done it.

A pause with a timeout is timed by the lab's clock, not by the operating system, so it does not expire while the lab
stands still.
"""

from __future__ import annotations

import inspect
import threading
from collections import deque
from collections.abc import Awaitable, Callable
from types import FrameType
from typing import Any, Self, TypeVar, cast

from . import context
from .component import Component
from .errors import BadMain, NoSpaceInBox, ThreadStopped
from .events import TAKEN
from .link import Link, no_such_box
from .microprocess import method_of
from .thread_relay import Relayed
from .thread_request import AT_GATE, IN_PAUSE, IN_RECV, IN_REQUEST, IN_SLEEP, OVER, RUNNING, ThreadRequest
from .unawaited import is_awaitable, refuse_in_thread, sent

__all__ = ["AT_GATE", "IN_PAUSE", "IN_RECV", "IN_REQUEST", "IN_SLEEP", "OVER", "RUNNING", "ThreadedComponent"]

T = TypeVar("T")


class ThreadedComponent(Relayed):
    """A component with a thread of its own, for code that blocks.

    Override ``main`` as an ordinary method, without ``yield``. In it ``recv`` waits for a message,
    ``pause`` waits for something to happen, and ``send`` puts the message in a queue of
    ``queuelengths`` that the scheduler empties.

    Args:
        queuelengths: how many messages may wait between thread and scheduler, for each box.
        argd: become attributes, as in Component.

    Raises:
        BadMain: at activation, if ``main`` is a generator or an ``async def``.

    >>> from kamlab import Handle, Lab, ThreadedComponent
    >>> class Greeter(ThreadedComponent):
    ...     def main(self):
    ...         name = self.recv()
    ...         self.send(f"hello {name}")
    >>> with Lab(clock="virtual") as lab:
    ...     greeter = Handle(Greeter()).activate()
    ...     greeter.put("Ada")
    ...     _ = lab.run()
    ...     greeter.get()
    'hello Ada'
    """

    def main(self) -> Any:
        """Override this, or the three methods it calls; it runs in the thread.

        By default it calls ``initialise_component``, ``main_body`` until that returns something
        false, and ``close_down_component``.
        """
        self.initialise_component()
        while self.main_body():
            pass
        self.close_down_component()

    def activate(self, scheduler: Any = None, tracker: Any = None, mainmethod: str = "main") -> Self:
        """Add this to a lab; see :meth:`Component.activate`."""
        main = method_of(self, mainmethod)
        for wrong, kind in (
            (inspect.isgeneratorfunction, "a generator (it has a 'yield')"),
            (inspect.iscoroutinefunction, "an 'async def'"),
        ):
            if wrong(main):
                name = self.__dict__.get("_name") or type(self).__name__  # it has no number in its lab yet
                raise BadMain(
                    f"{mainmethod}() of {name} is {kind}, but this component runs it as a plain method in "
                    "a thread. Take the 'yield' or 'async' out, or derive from Component."
                )
        return super().activate(scheduler, tracker, mainmethod)

    @property
    def _in_thread(self) -> bool:
        return threading.get_ident() == self._ident

    # -- messages -----------------------------------------------------------------------------------

    def send(self, message: Any, boxname: str = "outbox") -> None:
        """Send a message; from the thread, through a queue.

        Raises:
            NoSpaceInBox: ``queuelengths`` messages wait in that queue already.
            NoSuchBox: there is no such outbox.
        """
        if not self._in_thread:
            super().send(message, boxname)
            return
        if is_awaitable(message):
            raise sent(message, self)
        if boxname not in self.outboxes:
            raise no_such_box(self, boxname, "outboxes")
        with self._contact:
            if not self._is_free():
                self._meet(ThreadRequest(AT_GATE, lambda: self._put_in_queue(message, boxname)))
                return
            self._put_in_queue(message, boxname)
            self._wake_relay("its thread, which sent a message")

    def _put_in_queue(self, message: Any, boxname: str) -> None:
        queue = self._outgoing.setdefault(boxname, deque())
        if len(queue) >= self.queuelengths:
            raise NoSpaceInBox(len(queue), self.queuelengths, f"box that leads from the thread of {self.short_name}")
        queue.append(message)

    def recv(self, boxname: str = "inbox") -> Any:
        """Take the oldest message out of an inbox; in the thread this waits until there is one."""
        if not self._in_thread:
            return super().recv(boxname)
        if boxname not in self.inboxes:
            raise no_such_box(self, boxname, "inboxes")
        with self._contact:
            queue = self._incoming.setdefault(boxname, deque())
            if queue and self._is_free():
                return self._take_from(boxname, queue)
            return self._meet(ThreadRequest(IN_RECV, lambda: self._take_from(boxname, queue), lambda: queue))

    def _take_from(self, boxname: str, queue: deque[Any]) -> Any:
        was_full = len(queue) >= self.queuelengths
        message = queue.popleft()
        scheduler = self._task.scheduler
        if scheduler is not None and scheduler.log is not None:
            scheduler.log((TAKEN, self._in[boxname], message))
        if was_full:
            self._wake_relay("its thread, which took a message")
        return message

    def data_ready(self, boxname: str = "inbox") -> int:
        """Return how many messages wait in an inbox, as far as they have reached the thread."""
        if not self._in_thread:
            return super().data_ready(boxname)
        if boxname not in self.inboxes:
            raise no_such_box(self, boxname, "inboxes")
        with self._contact:
            if self._is_free():
                return len(self._incoming.get(boxname, ()))
            return cast(int, self._meet(ThreadRequest(AT_GATE, lambda: len(self._incoming.get(boxname, ())))))

    def any_ready(self) -> str | bool:
        """Return the name of the first inbox with a message in it, or ``False``."""
        if not self._in_thread:
            return super().any_ready()
        with self._contact:
            return cast("str | bool", self._meet(ThreadRequest(AT_GATE, self._first_ready)))

    def _first_ready(self) -> str | bool:
        for name in self.inboxes:
            if self._incoming.get(name):
                return name or True
        return False

    # -- waiting ------------------------------------------------------------------------------------

    def pause(self, timeout: float | None = None) -> None:
        """Wait until a message arrives, one that was sent is taken on, a child ends, or ``timeout`` seconds pass.

        If that has happened since the last pause it returns at once.
        """
        if not self._in_thread:
            super().pause(timeout)
            return
        with self._contact:
            self._meet(ThreadRequest(IN_PAUSE, self._note_pause, lambda: self._happened, timeout))

    def _note_pause(self) -> None:
        self._happened = False

    def tick(self) -> Awaitable[None]:
        """Raise BadAwait in the thread, where nothing can be awaited; see :meth:`sync`."""
        if self._in_thread:
            raise refuse_in_thread(self, "tick")
        return super().tick()

    def ready(self, *boxnames: str, timeout: float | None = None) -> Awaitable[str | None]:
        """Raise BadAwait in the thread, where nothing can be awaited; see :meth:`pause`."""
        if self._in_thread:
            raise refuse_in_thread(self, "ready")
        return super().ready(*boxnames, timeout=timeout)

    def receive(self, boxname: str = "inbox") -> Awaitable[Any]:
        """Raise BadAwait in the thread, where nothing can be awaited; see :meth:`recv`."""
        if self._in_thread:
            raise refuse_in_thread(self, "receive")
        return super().receive(boxname)

    def sleep(self, seconds: float) -> Awaitable[None]:
        """Raise BadAwait in the thread, where nothing can be awaited; use ``time.sleep``."""
        if self._in_thread:
            raise refuse_in_thread(self, "sleep")
        return super().sleep(seconds)

    def _sleep_in_thread(self, seconds: float) -> None:
        """Wait for this many seconds of the lab's clock, whatever happens: ``time.sleep`` in the thread."""
        with self._contact:
            self._meet(ThreadRequest(IN_SLEEP, lambda: None, lambda: False, seconds))

    def _time_in_thread(self, frame: FrameType) -> float:
        """Return the lab's time, in seconds, as the thread reads it in this frame: in a slice, that of the slice."""
        scheduler = self._task.scheduler
        assert scheduler is not None
        if self._gate_open():
            return scheduler.time()
        if not self._late:
            scheduler.note_read(self, frame)
        return self._let_go_at

    def sync(self) -> None:
        """Wait for a slice of the scheduler: messages sent before are on their way."""
        self._ask(lambda: None)

    # -- links and children -------------------------------------------------------------------------

    def link(self, *args: Any, **argd: Any) -> Link:
        """Link one box to another, in a slice; see :meth:`Component.link`."""
        return self._ask(lambda: super(ThreadedComponent, self).link(*args, **argd))

    def unlink(self, component: Any = None, linkage: Link | None = None) -> None:
        """Remove links, in a slice; see :meth:`Component.unlink`."""
        self._ask(lambda: super(ThreadedComponent, self).unlink(component, linkage))

    def add_children(self, *children: Component) -> None:
        """Take components as children, in a slice."""
        self._ask(lambda: super(ThreadedComponent, self).add_children(*children))

    def _child_ended(self, child: Component) -> None:
        with self._contact:
            self._happened = True
            self._stir()
        super()._child_ended(child)

    def remove_child(self, child: Component) -> None:
        """Remove a child, in a slice."""
        self._ask(lambda: super(ThreadedComponent, self).remove_child(child))

    def _ask(self, call: Callable[[], T]) -> T:
        """Make a call in a slice, and return its result or raise its error."""
        if not self._in_thread:
            return call()

        def carry_out() -> T:
            self._relay_out()
            return call()

        with self._contact:
            return cast(T, self._meet(ThreadRequest(IN_REQUEST, carry_out, by_driver=True)))

    # -- points of contact --------------------------------------------------------------------------

    def _is_free(self) -> bool:
        """Return whether the thread may run by itself; raise ThreadStopped if the component has ended."""
        self._check_cancelled()
        return self._gate_open()

    def _meet(self, request: ThreadRequest) -> Any:
        """Carry out a request as soon as that is possible, or wait until it is; the caller holds ``_contact``."""
        if self._may_do(request):
            return request.act()
        self._request = request
        self._place = request.place
        try:
            self._say_that_it_is_here()
            while not request.over:
                self._contact.wait()
                if not request.over and self._may_do(request):
                    return request.act()
        finally:
            self._request = None
            self._place = RUNNING
            request.drop_timer()
        return request.answer()

    def _may_do(self, request: ThreadRequest) -> bool:
        return self._is_free() and not request.by_driver and request.is_ready()

    def _say_that_it_is_here(self) -> None:
        """Notify those that wait for the thread or for its request; the caller holds ``_contact``."""
        scheduler = self._task.scheduler
        assert scheduler is not None
        self._contact.notify_all()
        request = self._request
        if self._gate_open():
            if request is not None and (request.by_driver or request.timeout is not None):
                scheduler.post(self._see_to_request)
            elif request is None:
                self._wake_relay("its thread, which ended")
            else:
                scheduler.nudge()  # a driver that waits for this thread may have nothing left to wait for
        elif self._late and not self._announced:
            self._announce()

    def _check_cancelled(self) -> None:
        if self._cancelled:
            raise ThreadStopped(f"{self.short_name} was stopped")

    # -- the thread ---------------------------------------------------------------------------------

    def _thread_body(self) -> None:
        self._ident = threading.get_ident()
        scheduler = self._task.scheduler
        assert scheduler is not None
        context.in_slice.world = scheduler.world
        context.in_slice.component = self
        try:
            main = self._task.main_method
            result = method_of(self, main)()
            if inspect.isgenerator(result) or inspect.iscoroutine(result):
                result.close()
                raise BadMain(
                    f"{main}() of {self.short_name} returned a {type(result).__name__}, whose code never "
                    "ran; in a ThreadedComponent main is a plain method"
                )
        except ThreadStopped:
            pass
        except BaseException as error:
            with self._contact:
                self._thread_error = error
                too_late = self._cancelled
            if too_late:  # no slice is left that could raise it
                with scheduler.runtime.lock:
                    scheduler.note_failure(self, error)
        finally:
            with self._contact:
                self._place = OVER
                self._ident = 0  # the system may give the same number to another thread
                self._say_that_it_is_here()
