"""The scheduler: rounds of slices, wake-ups, pauses, timers.

The principles
--------------
*One primitive.* :meth:`Scheduler.advance` runs slices and never waits. A single step is
``advance(1)``; everything else, in :mod:`kamlab.core.drive`, is a loop around it.

*Axon's order.* In a round every runnable microprocess has one slice, in queue order. Pauses are
applied only at the end of the round, and wake-ups after them, so a wake-up wins over a pause in the
same round and none is lost. New and woken microprocesses join the end of the queue, in the order of
the requests; one that paused and was woken in the same round keeps its place.

*Nothing polls.* Whatever happens elsewhere (another thread, a socket, a timer) becomes a wake request
or a posted call, carried out between two rounds. While nothing can run the lab blocks.

*A failure concerns one component.* The scheduler records it, calls ``on_failure``, and continues.
"""

from __future__ import annotations

import itertools
import math
import threading
from collections import deque
from collections.abc import Callable, Container, Iterator
from types import CoroutineType, FrameType
from typing import TYPE_CHECKING, Any
from weakref import ref

from . import context
from .asyncio_apart import refused_future
from .awaitables import THREAD
from .box import Inbox, made_outboxes_of
from .choice import Chooser
from .clock import Clock, VirtualClock
from .component import check_component
from .endings import end, fail, fail_unawaited
from .errors import BadMain, NotRunnable
from .event_kinds import UNDOES_PAUSE
from .events import ACTIVATED, CLOCK, FAILED, PAUSED, RESUMED, TIMER, WOKEN
from .holding import Holding
from .idle import Idle
from .ipc import NewComponent, WaitComplete
from .journal_interface import Journal
from .message_text import text_to_keep
from .microprocess import (
    Microprocess,
    add_end_callback,
    deadline_of,
    method_of,
    place_in,
    raising_in,
    runner_of,
    state_of,
)
from .never_activated import NOTES, note_activated
from .own_context import OwnContexts
from .polling import WINDOW, Polling, user_frame
from .states import ALIVE, ASLEEP, BLOCKED, ENDED, HELD, RUNNABLE, RUNNING, WAITING
from .states import FAILED as STATE_FAILED
from .states import FINISHED as STATE_FINISHED
from .states import STOPPED as STATE_STOPPED
from .task import task_of
from .thread_request import RUNNING as THREAD_BUSY
from .timers import Timer, Timers
from .trace import LARGE, has_size
from .unawaited import OUTSIDE_SLICES, ThrownAway, excuse, is_new_generator, notice_coroutines, yielded

if TYPE_CHECKING:
    from .runtime import Runtime
    from .world import World


#: How many slices may run in a free run before the network is checked again. In steps that is every round.
SLICES_PER_POLL = 64


class Scheduler:
    """Runs microprocesses, one slice at a time.

    Args:
        runtime: the engine that it belongs to.
        clock: what time it is.
        idle: how to wait for something from outside.
        chooser: decides which component runs next; ``None`` is round robin.
    """

    def __init__(self, runtime: Runtime, clock: Clock, idle: Idle, chooser: Chooser | None = None) -> None:
        self.runtime = runtime
        self.world: World = runtime.world
        self.clock = clock
        self.idle = idle
        self.chooser = chooser
        self.members: dict[int, Microprocess] = {}
        self.queue: deque[Microprocess] = deque()
        self.done: list[Microprocess] = []
        self.wakes: deque[Any] = deque()
        self.pauses: list[Microprocess] = []
        self.posted: deque[Callable[[], Any]] = deque()
        self.timers: Timers = Timers()
        self.outsiders: set[Any] = set()
        self.log: Callable[[Any], Any] | None = None
        #: Records events from outside, or replays them; ``None`` in a lab that does neither.
        self.journal: Journal | None = None
        self.running: Microprocess | None = None
        #: An item for each awaitable that was made in this slice and not awaited yet; see :mod:`.unawaited`.
        self.unawaited: list[None] = []
        #: Where awaitables are counted now: outside of all slices they are refused.
        self.counter: list[None] = OUTSIDE_SLICES
        #: Where coroutines were thrown away in this slice.
        self.thrown_away: list[ThrownAway] = []
        notice_coroutines()
        self.step: int = 0
        self.rounds: int = 0
        self.now: float = clock.now()
        self.attention: bool = False
        self.deadline: float = math.inf
        self.driver: int | None = None
        self.on_failure: Callable[[Microprocess, BaseException], Any] = lambda component, error: None
        self.fatal: BaseException | None = None
        #: Whether the lab goes on without the thread that drives here, which is blocked in a slice.
        self.given_up = False
        self.slices_per_poll = SLICES_PER_POLL
        self._since_poll = 0
        #: Whether the lab is stepped or stands still, so that there is time to make the texts of messages.
        self.stepped = True
        #: How often pauses and wake-ups were applied. Requests of the current era have not been applied yet.
        self.era: int = 0
        self._numbers = itertools.count(1)
        #: The contexts that slices run in.
        self.contexts = OwnContexts()
        #: Whether anything was ever activated here.
        self.activated: bool = False
        #: The component that the user chose to run next; it takes precedence over the chooser.
        self.picked: Microprocess | None = None
        #: What the user holds; ``None`` while nothing is.
        self.holding: Holding | None = None
        self._looked = False
        #: Which components read a virtual clock; ``None`` while none does.
        self.polling: Polling | None = None
        #: How many slices of a component that polls may lie between two reads.
        self.poll_window = WINDOW
        #: Whether the end of the round waits for a thread that works, since time would move then.
        self.held = False

    # -- the primitive --------------------------------------------------------------------------

    def advance(self, limit: int) -> int:
        """Run at most ``limit`` slices and return how many; never waits.

        It stops early when nothing can run, and between two slices when ``attention`` is set.
        """
        ran = 0
        log = self.log
        queue = self.queue
        done = self.done
        chooser = self.chooser
        unawaited = self.counter = self.unawaited
        unawaited.clear()  # made by another thread
        enter = self.contexts.enter
        while ran < limit and not self.attention:
            if not queue or chooser is not None:
                if self._looked:
                    self._looked = False
                    if not self.turn_waits() and not self._end_round():
                        break
                elif not self._end_round():
                    break
                queue = self.queue
                log = self.log
            component = queue.popleft() if chooser is None else self._chosen(queue)
            task = component._task
            if task.life is not RUNNABLE:
                continue
            ran += 1
            self.step += 1
            self.running = component
            if log is not None:
                log((RESUMED, self.step, self.now, component))
            try:
                said = (task.run or enter(component))(task.flow.send, None)
            except StopIteration:
                if not unawaited or not fail_unawaited(self, component):
                    end(self, component, STATE_FINISHED)
                elif self.fatal is not None:
                    break
            except BaseException as error:
                fail(self, component, error)
                if self.fatal is not None:
                    break
            else:
                if said is not None and said.__class__ is not int:
                    try:
                        self._obey(component, said)
                    except BaseException as error:
                        self.raise_in(component, error)
                if unawaited and fail_unawaited(self, component) and self.fatal is not None:
                    break
                if task.life is RUNNABLE:
                    done.append(component)
                elif task.life in ENDED:
                    end(self, component, task.life)
        self.running = None
        self.counter = OUTSIDE_SLICES
        self._since_poll += ran
        return ran

    def _chosen(self, queue: deque[Microprocess]) -> Microprocess:
        assert self.chooser is not None
        picked, self.picked = self.picked, None
        place = -1 if picked is None else place_in(queue, picked)
        if place < 0:
            runnable = tuple([member for member in queue if task_of(member).life is RUNNABLE])
            place = self.chooser.choose(runnable) if runnable else 0
            picked = runnable[place] if runnable else queue[0]
            if runnable and self.journal is not None:
                self.journal.picked(picked)
            if place < 0 or len(runnable) != len(queue):
                place = place_in(queue, picked)
        assert picked is not None
        del queue[place]
        return picked

    def _obey(self, component: Microprocess, said: Any) -> None:
        """Carry out the request in a yielded value; other values are ignored."""
        if isinstance(said, NewComponent):
            for newcomer in said.components():
                if not isinstance(newcomer, Microprocess):
                    check_component(newcomer, f"a new component of {component.short_name}")
                method_of(newcomer, "activate")(self)
        elif isinstance(said, WaitComplete):
            self._wait_complete(component, said)
        elif type(said) is CoroutineType or is_new_generator(said):
            raise yielded(component, said)
        elif hasattr(said, "_asyncio_future_blocking"):
            raise refused_future(component)

    def _wait_complete(self, component: Microprocess, said: WaitComplete) -> None:
        given = said.args[0] if said.args else None
        if not (hasattr(given, "send") or hasattr(given, "__next__")):
            raise BadMain(
                f"{component.short_name} yields WaitComplete({given!r}); give it a generator or coroutine: "
                "call the method, WaitComplete(self.method())"
            )
        tag = said.argd.get("tag") or "__" + component.short_name[-10:]
        excuse(given)
        helper = Microprocess(given, tag=tag)
        task_of(helper).awaited_by = component
        add_end_callback(helper, lambda: self._reactivate(component, helper))
        task = task_of(component)
        task.life = WAITING
        task.delegate = helper
        helper.activate(self)

    def _reactivate(self, component: Microprocess, helper: Microprocess) -> None:
        task = task_of(component)
        task.delegate = None
        if task.life is WAITING:
            task.life = ASLEEP
            self.request_wake(component, helper)

    def raise_in(self, component: Microprocess, error: BaseException) -> None:
        """Raise an error in a component, at its ``yield``; the component may catch it and continue."""
        while True:
            try:
                run = task_of(component).run or self.contexts.enter(component)
                said = run(raising_in(component, error).send, None)
            except StopIteration:
                end(self, component, STATE_FINISHED)
                return
            except BaseException as raised:
                fail(self, component, raised)
                return
            try:
                self._obey(component, said)
                return
            except BaseException as again:
                error = again

    # -- endings --------------------------------------------------------------------------------

    def retire(self, component: Microprocess, state: str = STATE_STOPPED) -> None:
        """End a microprocess from outside its own code; its generator is closed."""
        with self.runtime.lock:  # never in the middle of a slice
            task = task_of(component)
            if task.life in ENDED:
                return
            if self.journal is not None and self.is_outside():
                self.journal.outside("stop", component.short_name)
            task.life = state
            if component is not self.running:
                with self.runtime.ending():
                    end(self, component, state)

    def note_failure(self, component: Microprocess, error: BaseException) -> None:
        """Mark a component as failed, record that, and call ``on_failure``."""
        task = task_of(component)
        task.error = error
        task.life = STATE_FAILED
        if self.log is not None:
            self.log((FAILED, component, error))
        self.on_failure(component, error)

    # -- the end of a round ---------------------------------------------------------------------

    def end_round(self) -> bool:
        """Apply pauses, wake-ups, timers and news from outside; return whether anything can run.

        The next slice then begins from here: looking ahead does not change a run.
        """
        self._looked = True
        return self._end_round()

    def poll_next_round(self) -> None:
        """Ask the network for news at the end of the next round, even in a free run."""
        self._since_poll = self.slices_per_poll

    def look_ahead(self) -> bool:
        """End the round if the next slice would begin with that; return whether anything can run."""
        if self.turn_waits() and (self.chooser is None or self._looked):
            return True
        return self.end_round()

    def _end_round(self) -> bool:
        """End a round. A round in which there was nothing to apply does not count: checking whether anything can run
        does not change a run.
        """
        self.running = None  # a component that is stopped from here on was not stopped by a slice
        if self.journal is not None and self.journal.watches_clock:
            self.journal.before_round()
        done = self.done
        if self._since_poll >= self.slices_per_poll or not done:
            self._since_poll = 0
            if self.idle.sources():
                self.idle.wait(0)
                self.idle.dispatch()
        applied = False
        while self.posted:
            applied = True
            self._call(self.posted.popleft())
        if self.polling is not None and self._stops_for_time(self.polling, applied):
            return False
        clock = self.clock
        now = self.now = clock.time if clock.__class__ is VirtualClock else clock.now()
        if now >= self.deadline:
            self.attention = True
        due = self.timers._heap and self.timers.are_due(now)
        if not (done or self.wakes or self.pauses or applied or due):
            return self.turn_waits()
        self.rounds += 1
        if due:
            self._fire_timers()
        queue = self.queue
        if done:
            queue.extend(done)
            done.clear()
        dozing = self._apply_pauses() if self.pauses else 0
        if self.wakes:
            dozing -= self._apply_wakes()
        if dozing:
            awake = [member for member in queue if task_of(member).life is RUNNABLE]
            queue.clear()
            queue.extend(awake)
        if self.holding is not None:
            self.holding.park()
        self.era += 1
        return bool(queue)

    def _stops_for_time(self, polling: Polling, applied: bool) -> bool:
        """Move a virtual clock that is polled, see :mod:`.polling`; return whether the round must not end yet.

        That is so if time must wait for a thread first, or has come to the end of the drive. The end of the round is
        tried again, and nothing has changed until then.
        """
        self.held = False
        now = self.time()
        happened = bool(applied or self.wakes or self.pauses)
        polling.end_round(now, self.step, self.done, self.pauses, len(self.members), happened)
        if polling.is_over:
            self.polling = None
            return False
        can_run = [component for component in self.queue if task_of(component).life is RUNNABLE]
        when = polling.next_time(now, self.next_timer(), (*can_run, *self.done))
        journal = self.journal
        if when is None:
            return False
        if self.busy_threads() and not getattr(journal, "replaying", False):
            self._looked = False
            self.held = True
            return True
        if journal is not None and not journal.lets_time_move():
            return False
        at_deadline = now < self.deadline <= when
        if at_deadline:
            if self.deadline < when and journal is not None:
                journal.outside("time", self.deadline)
            when = self.deadline
            self.attention, self._looked = True, False
        clock: Any = self.clock
        clock.jump(when)
        self.note_jump()
        polling.move(when)
        return at_deadline

    def _apply_pauses(self) -> int:
        """Apply the requested pauses; return how many components of the queue have paused."""
        dozing = 0
        rounds, era = self.rounds, self.era
        log = self.log
        for component in self.pauses:
            task = component._task
            if task.wake_era == era and log is not None:  # wake-ups win, and it is about to be woken
                if task.pause_timer is not None:
                    task.cancel_pause_timer()
            elif task.life is RUNNABLE:
                task.life = ASLEEP
                task.paused_in_round = rounds
                dozing += 1
                if log is not None and task.pause_era != era:
                    log((PAUSED, component, (deadline_of(component), task.awaits)))
        self.pauses.clear()
        return dozing

    def _apply_wakes(self) -> int:
        """Carry out the wake requests in order; return how many of them undid a pause of this round."""
        undone = 0
        wakes = self.wakes
        while wakes:
            wake = wakes.popleft()
            if wake.__class__ is Inbox:
                wake.arrived = wake.quiet = False
                owner = wake.owner
                if owner._task.life is not RUNNABLE:
                    undone += self._wake(owner, wake)
                continue
            if wake.__class__ is not tuple:
                self._enlist(wake)
                continue
            first, cause = wake
            if first.__class__ is Inbox:
                first.taken = first.settled = False
                for owner in cause:
                    if owner._task.life is not RUNNABLE:
                        undone += self._wake(owner, wake)
            else:
                undone += self._wake(first, cause)
        return undone

    def _wake(self, component: Microprocess, cause: Any) -> int:
        """Make a waiting component runnable; return 1 if it paused in this same round and so is queued already."""
        task = component._task
        while task.delegate is not None:
            component = task.delegate
            task = component._task
        if task.life is not ASLEEP:
            return 0
        task.life = RUNNABLE
        if task.pause_timer is not None:
            task.cancel_pause_timer()
        if self.log is not None and task.wake_era != self.era:
            in_vain = task.paused_in_round == self.rounds
            self.log((WOKEN, component, cause, UNDOES_PAUSE) if in_vain else (WOKEN, component, cause))
        if task.paused_in_round == self.rounds:
            return 1
        self.queue.append(component)
        return 0

    def _enlist(self, component: Microprocess) -> None:
        task = task_of(component)
        if task.life in ALIVE:
            task.life = RUNNABLE
            self.queue.append(component)
            if self.log is not None and task.wake_era != self.era:
                by = None if task.home is None else task.home()
                self.log((ACTIVATED, component, "outside" if by is None else by))

    def _fire_timers(self) -> None:
        for timer, callback in self.timers.due(self.now):
            if self.log is not None and timer.owner is not None:
                self.log((TIMER, timer.owner, f"due at {timer.when:.3f} s"))
            self._call(callback)

    def _call(self, call: Callable[[], Any]) -> None:
        """Make a call outside any slice; an error in it is reported, and the run continues."""
        try:
            call()
        except Exception as error:
            self.runtime.failures.note_broken_call(error)

    # -- requests, from slices and from anywhere --------------------------------------------------

    def adopt(self, component: Microprocess) -> None:
        """Add a microprocess; its first slice is in the next round."""
        if context.put_off(lambda: self.adopt(component)):
            return
        self.runtime.check_open()
        if self.journal is not None and self.is_outside():
            self.note_foreign(f"{type(component).__name__} was activated from outside, not by the builder")
        task = task_of(component)
        self.activated = True
        task.scheduler = self
        if self.running is not None:
            task.home = ref(self.running)
        task.number = next(self._numbers)
        task.life = RUNNABLE
        if NOTES.unused or NOTES.wanted:
            current = self.running is None and context.peek() is self.world
            note_activated(component, self.runtime.number_of_lab, current)
        component._prepare()
        self.members[task.id] = component
        if self.runtime.chance is not None:
            self.runtime.chance.note(component)
        self.wakes.append(component)
        if self.log is not None:
            task.wake_era = self.era
            by = self.running
            self.log((ACTIVATED, component, "outside" if by is None else by))
        self.nudge()

    def request_pause(self, component: Microprocess, timeout: float | None = None) -> None:
        """Pause a microprocess from the end of this round on."""
        self.pauses.append(component)
        task = task_of(component)
        task.cancel_pause_timer()
        if timeout is not None:
            task.pause_timer = self.call_later(timeout, lambda: self.request_wake(component, "its timer"), component)
        if self.log is not None:
            self.note_pause(component)

    def request_wake(self, component: Microprocess, cause: Any = None) -> None:
        """Wake a microprocess at the end of this round. Safe from any thread."""
        if context.put_off(lambda: self.request_wake(component, cause)):
            return
        era = self.era  # read first: from another thread, the round may end right after the next line
        self.wakes.append((component, cause))
        if self.log is not None:
            self.note_wake(component, cause, era)
        self.nudge()

    def forget_wake(self, inbox: Inbox) -> None:
        """Do not wake the owner of an inbox for what has come there in this round, since that is gone."""
        self.wakes.remove(inbox)
        inbox.arrived = False
        owner = runner_of(inbox.owner)
        task = task_of(owner)
        if task.wake_era == self.era and owner not in self.to_be_woken():
            task.wake_era = -1
            if self.log is not None:
                self.log((PAUSED, owner, (deadline_of(owner), task.awaits)))

    def note_size(self, message: Any) -> None:
        """Make the trace count the message that was just recorded, if it is large."""
        if has_size(type(message)) and len(message) >= LARGE:
            self.runtime.trace.note_large(len(message))
            self.runtime.watch.note_large(len(message))

    def text_of(self, message: Any) -> str | None:
        """Return the text to keep of a message that moves; ``None`` if it cannot change, or the lab runs freely."""
        return text_to_keep(message, self.stepped) if self.stepped or self.runtime.lockstep else None

    def note_jump(self) -> None:
        """Record that a virtual clock has jumped: what follows belongs to the time from there on."""
        now = self.time()
        if self.log is not None and now != self.now:
            self.log((CLOCK, None, round(now, 6)))

    def note_pause(self, component: Microprocess) -> None:
        """Record the pause of a component when it is requested; see :meth:`Microprocess.pause`."""
        task = task_of(component)
        if task.life is RUNNABLE and task.wake_era != self.era and self.log is not None:
            task.pause_era = self.era
            self.log((PAUSED, component, (deadline_of(component), task.awaits)))

    def note_wake(self, component: Microprocess, cause: Any, era: int | None = None) -> None:
        """Record that a component is woken, when that is requested, if it has paused or requested a pause."""
        component = runner_of(component)
        if era is None:
            era = self.era
        task = task_of(component)
        if task.wake_era == era or self.log is None:
            return
        task.wake_era = era
        if task.life is ASLEEP:
            self.log((WOKEN, component, cause))
        elif task.life is RUNNABLE and task.pause_era == era:
            self.log((WOKEN, component, cause, UNDOES_PAUSE))

    def post(self, call: Callable[[], Any]) -> None:
        """Make the driver call a function between two rounds. Safe from any thread."""
        self.posted.append(call)
        self.nudge()

    def call_later(self, seconds: float, callback: Callable[[], Any], owner: Any = None) -> Timer:
        """Schedule a call after this many seconds of the lab's clock. The caller holds the lock."""
        return self.timers.add(self.time() + seconds, callback, owner)

    def call_at(self, when: float, callback: Callable[[], Any], owner: Any = None) -> Timer:
        """Schedule a call at a time of the lab's clock."""
        return self.timers.add(when, callback, owner)

    def is_outside(self) -> bool:
        """Return whether the calling thread is neither the driver nor that of a component."""
        return self.driver != threading.get_ident() and context.in_slice.component is None

    def nudge(self) -> None:
        """Wake the driver if it waits, unless the caller is the driver. Safe from any thread."""
        if self.driver is not None and self.driver != threading.get_ident():
            self.idle.wake()

    def note_act(self, kind: str, *what: Any) -> None:
        """Record something that is done from outside and can be done again; see :mod:`.journal_interface`."""
        if self.journal is not None:
            self.journal.outside(kind, *what)

    def note_foreign(self, why: str) -> None:
        """Record that something from outside cannot be done again; ``why`` completes "because"."""
        if self.journal is not None:
            self.journal.foreign(why, self.step - (self.running is not None))  # that slice itself cannot be run again

    # -- time -------------------------------------------------------------------------------------

    def time(self) -> float:
        """Return the time of the lab's clock, for the engine: this does not count as polling the clock."""
        clock = self.clock
        return clock.time if clock.__class__ is VirtualClock else clock.now()

    def note_read(self, component: Microprocess, frame: FrameType) -> None:
        """Note that the code of a component has read the clock in its slice, in this frame."""
        if isinstance(self.clock, VirtualClock):
            user = user_frame(frame)
            self.watch_polling().reads[component] = (user.f_code, user.f_lineno)

    def watch_polling(self) -> Polling:
        """From here on, note which components read the clock, and rounds in which nothing happens."""
        if self.polling is None:
            step = self.step - (self.running is not None)
            self.polling = Polling(self.now, step, len(self.members), self.poll_window)
        return self.polling

    # -- waiting ----------------------------------------------------------------------------------

    def next_timer(self) -> float | None:
        """Return when the next timer is due, or ``None``."""
        return self.timers.next()

    def can_be_woken(self) -> bool:
        """Return whether anything other than a call from this thread could make something runnable."""
        return bool(
            self.queue
            or self.done
            or self.wakes
            or self.posted
            or any(outsider.may_wake() for outsider in self.outsiders)
            or self.next_timer() is not None
            or self.idle.sources()
        )

    def busy_threads(self, bound: float | None = None) -> list[Any]:
        """Return the components whose threads are busy elsewhere, and for which virtual time waits; by number.

        Those for which it has waited ``bound`` seconds of real time (``Runtime.thread_patience``) are left out.
        """
        if not self.outsiders:
            return []
        limit = self.runtime.thread_patience if bound is None else bound
        busy = [outsider for outsider in self.outsiders if outsider.keeps_time(limit)]
        return sorted(busy, key=lambda component: task_of(component).number)

    def runnable(self) -> list[Microprocess]:
        """Return the microprocesses that can run, in queue order; those that have had their slice come last.

        If there is a chooser, and its next choice is known, that one is first.
        """
        found = self._could_run()
        if self.chooser is not None and (foreseen := self._foreseen(found)) is not None:
            found.insert(0, found.pop(place_in(found, foreseen)))
        return found

    def next_up(self) -> Microprocess | None:
        """Return the microprocess that runs next, or ``None`` if nothing can run or only the chooser knows."""
        found = self._could_run()
        return self._foreseen(found) if self.chooser is not None else next(iter(found), None)

    def foresees(self) -> bool:
        """Return whether it is known in advance which component runs next."""
        return self.chooser is None or hasattr(self.chooser, "peek")

    def _could_run(self) -> list[Microprocess]:
        woken = {id(member): member for member in self.to_be_woken() if task_of(member).life not in ENDED}
        pausing = {id(member) for member in self.pauses if id(member) not in woken}
        found = {id(member): member for member in (*self.queue, *self.done) if task_of(member).life is RUNNABLE}
        could = [member for member in (found | woken).values() if id(member) not in pausing]
        return could if self.holding is None else [one for one in could if self.holding.holder_of(one) is None]

    def state_of(
        self, component: Microprocess, woken: Container[int] | None = None, pausing: Container[int] | None = None
    ) -> str:
        """Return the state of a component that is alive, one of :mod:`.states`, as it will be when the round ends.

        One that is held is that, whatever it would do otherwise; see :meth:`state_but_for_hold`.

        Args:
            component: the component.
            woken, pausing: the ``id`` of the components that were woken, or have paused, in this round, if known.
        """
        state = self.state_but_for_hold(component, woken, pausing)
        if self.holding is None or state is RUNNING or self.holding.holder_of(component) is None:
            return state
        return HELD

    def state_but_for_hold(
        self, component: Microprocess, woken: Container[int] | None = None, pausing: Container[int] | None = None
    ) -> str:
        """Return the same as :meth:`state_of`, of one that is held as if it were not."""
        runner = runner_of(component)
        if self.driver is not None and self.running is runner:
            return RUNNING
        of_thread = component.state_of_thread()
        if of_thread is not None:
            return of_thread
        if woken is None:
            woken = set(map(id, self.to_be_woken()))
        if id(runner) in woken or id(component) in woken:
            return RUNNABLE
        task = task_of(runner)
        if task.life is RUNNABLE and id(runner) not in (set(map(id, self.pauses)) if pausing is None else pausing):
            return RUNNABLE
        full = component.woken_by_collection and any(box.is_full() for box in made_outboxes_of(component).values())
        return BLOCKED if is_blocked(component, runner, task.awaits, full) else ASLEEP

    def to_be_woken(self) -> Iterator[Microprocess]:
        """Yield the microprocesses woken or activated since the last round ended, which join the next one."""
        for wake in tuple(self.wakes):
            first, *cause = wake if isinstance(wake, tuple) else (wake,)
            if not isinstance(first, Inbox):
                yield runner_of(first)
            elif not cause:
                yield runner_of(first.owner)
            else:
                yield from map(runner_of, cause[0])

    def _foreseen(self, runnable: list[Microprocess]) -> Microprocess | None:
        if place_in(runnable, self.picked) >= 0:
            return self.picked
        peek = getattr(self.chooser, "peek", None)
        return runnable[peek(runnable)] if peek is not None and runnable else None

    def turn_waits(self) -> bool:
        """Return whether any slice of this round is still to come."""
        queue = self.queue
        while queue and task_of(queue[0]).life is not RUNNABLE:
            queue.popleft()
        return bool(queue)

    def choose(self, component: Microprocess) -> None:
        """Give ``component`` the next slice; it, or the generator that it waits for, must be runnable."""
        component = runner_of(component)
        if self.driver is None and self.journal is None and not self.takes_turns(component):
            self.end_round()  # with a journal this is done, and recorded, before
        if not self.takes_turns(component):
            raise self.not_runnable(component)
        place = place_in(self.done, component)
        if place >= 0:
            del self.done[place]
        else:
            del self.queue[place_in(self.queue, component)]
        self.queue.appendleft(component)
        self.picked = component

    def hold(self, component: Microprocess) -> None:
        """Give a component, and all that it contains, no slices from here on."""
        if self.holding is None:
            self.holding = Holding(self)
        self.holding.add(component)

    def not_runnable(self, component: Microprocess) -> NotRunnable:
        """Return the error for choosing a component that cannot go next."""
        return NotRunnable(
            f"{component.short_name} cannot go next: it is {state_of(component)}. "
            f"These can: {', '.join(member.short_name for member in self.runnable()) or 'none'}."
        )

    def takes_turns(self, component: Microprocess) -> bool:
        """Return whether a microprocess is runnable and queued, for this round or the next one."""
        return task_of(component).life is RUNNABLE and place_in((*self.queue, *self.done), component) >= 0


def is_blocked(component: Any, runner: Any, awaits: tuple[Any, ...] | None, full: bool) -> bool:
    """Return whether a waiting component is blocked: by a full inbox, or because its thread is busy elsewhere.

    Args:
        component: the component.
        runner: the microprocess that runs in its slices: itself, or the generator that it waits for.
        awaits: what its code waits for, if that is recorded.
        full: whether one of its outboxes leads to a full inbox, and room there would wake it.
    """
    if awaits is not None:
        return bool(awaits[0] == THREAD and awaits[1] == THREAD_BUSY)
    return full and runner is component
