"""A stage: one real execution of a system, slice by slice, in the engine itself.

A stage is a lab under a virtual clock whose scheduler is told at each slice who goes next. It keeps no trace and no
journal, installs no signal handler, and is never the user's current lab. Components are numbered by who made them
(the builder, or a component in its slice) and as which of theirs, so the numbers do not depend on the order of slices.

Rejected: copying or forking a system that stands somewhere. Generators cannot be copied, and a fork costs as much as
eight executions of a small system. So a state is reached by building the system and running the slices that lead there.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Iterable, Iterator
from typing import Any, NoReturn

from ..core import context, origins, shared
from ..core.box import made_inboxes_of
from ..core.chance import builder_uses_chance
from ..core.choice import SeededRandom
from ..core.drive import Phase
from ..core.idle import ThreadIdle
from ..core.microprocess import Microprocess, name_in_task
from ..core.states import ALIVE, RUNNABLE
from ..core.task import task_of
from ..core.thread import ThreadedComponent
from ..lab import Lab
from ..replay.journal import Entry
from . import cells
from .capture import DISCARDED, Capture
from .cells import Cell
from .errors import CannotExplore, CannotRepeat, CannotStage
from .faults import TIMERS, Choice, fates_of, is_lossy, number_of_choice, play_fates, play_timers
from .footprint import Footprint, Recorder, set_recorder
from .members import BUILDER, Members
from .network_state import poller_of
from .outside import ASKS, refusing
from .setting import Setting
from .waiting import runnable, runnable_on_network

#: The modules of kamlab whose components only wire others: they are run first where a system starts assembled.
WIRING = ("kamlab.chassis", "kamlab.backplane")
#: The modules of kamlab that look into inboxes without the methods that are watched.
LOOKING = (*WIRING, "kamlab.parts.splitting", "kamlab.parts.plug_splitter")

#: How many slices the wiring may take.
ASSEMBLY = 1000


class _StageLab(Lab):
    """A lab that reports nothing: what fails is part of the state."""

    names_ends = False  # the verdicts of single runs are not shown

    def report(self, text: str) -> None:
        """Discard a report."""


class Stage:
    """One execution of a system.

    Args:
        setting: what all executions share.

    Raises:
        CannotStage: it has threads or a network, or its time moves while components can run.
    """

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.lab = lab = _StageLab(clock="virtual", chooser=SeededRandom(setting.seed))
        lab.time_travel.is_twin = True  # it is in no list of labs, and writes no files
        self.scheduler = scheduler = lab.scheduler
        self.members = Members(setting)
        self.made: Any = None
        self._capture = Capture(self)
        self._idle = Recorder(self)
        self._recorder = self._idle
        self.path: list[int] = []
        self.picks: list[str] = []
        self.failed: list[int] = []
        #: What the world did: the entries of a journal, and after which steps, in words.
        self.entries: list[Entry] = []
        self.told: list[tuple[int, str]] = []
        #: The messages that the last slice sent over lossy links: the inbox, the message, how many waited before it.
        self._sent: list[tuple[Any, Any, int | None]] = []
        self._faults_before = 0
        self.has_ended_round = False
        scheduler.slices_per_poll = 0  # as in a lab that is stepped, or recorded under virtual time
        scheduler.log = self._log
        scheduler.on_failure = self._note_failure
        self.made = self._build()
        self._check_built()
        self._check()

    def _build(self) -> Any:
        lab = self.lab
        with self.active(builder_uses_chance(self.setting.system)):
            phase, lab.runtime.phase = lab.runtime.phase, Phase.BUILDING
            inside, context.in_slice.world = context.in_slice.world, None
            context.enter(lab)
            try:
                return self.setting.build(lab)
            finally:
                context.leave(lab)
                context.in_slice.world = inside
                lab.runtime.phase = phase

    def _check_built(self) -> None:
        scheduler = self.scheduler
        if scheduler.step:
            raise CannotExplore(
                "the builder runs the lab: it may only make and activate components; explore() runs them in every order"
            )
        if not scheduler.activated:
            raise CannotExplore(
                "the builder activates no component in the lab that is explored: call activate() on its components, "
                "and make no lab of its own"
            )

    @contextlib.contextmanager
    def active(self, always: bool = False) -> Iterator[None]:
        """Have what happens in a ``with`` happen on this stage: makers, output, random numbers, the current lab."""
        chance = self.lab.runtime.chance
        assert chance is not None
        outer = origins.listener, sys.stdout, sys.stderr
        outer_variables = shared.listener
        origins.set_listener(self._note_made)
        shared.set_listener(self._note_variable)
        sys.stdout = sys.stderr = DISCARDED
        chance.enter(always)
        try:
            yield
        finally:
            chance.leave()
            origins.set_listener(outer[0])
            shared.set_listener(outer_variables)
            sys.stdout, sys.stderr = outer[1:]

    def _note_made(self, component: Microprocess) -> None:
        if self.scheduler.driver not in (None, threading.get_ident()):
            return
        self.members.add(component)

    def _note_variable(self, variable: shared.Shared[Any], what: str) -> None:
        """Note that a Shared variable was made, read or written."""
        if self.scheduler.driver not in (None, threading.get_ident()):
            return
        if what is shared.MADE:
            self.members.add_variable(variable)
        elif self._recorder is not self._idle:
            self._recorder.mark((cells.VARIABLE, self.members.name_of(variable)), what)
        else:
            self.members.name_of(variable)  # one that is not of this system is refused

    def number_of(self, component: Any) -> int:
        """Return the number of a component of this system.

        Raises:
            CannotStage: it was not made by it.
        """
        return self.members.number_of(component)

    def component(self, number: int) -> Microprocess:
        """Return a component by its number."""
        return self.members.present[number]

    @property
    def components(self) -> list[Microprocess]:
        """Return all components, in the order in which they were made."""
        return self.members.components

    @property
    def running(self) -> int:
        """Return the number of the component whose slice runs."""
        return self.members.running

    @property
    def hidden(self) -> dict[tuple[Cell, int], set[Cell]]:
        """Return the objects that cannot be seen into and that several cells share, at the last capture."""
        return self._capture.hidden

    def waiting(self, inbox: Cell) -> list[Any]:
        """Return the messages that wait in an inbox, by its cell."""
        _, number, name = inbox
        return list(made_inboxes_of(self.members.present[number])[name].items) if number in self.members.present else []

    def _log(self, record: Any) -> None:
        self._recorder.log(record)

    @property
    def recorder(self) -> Recorder:
        """The recorder of the slice that runs."""
        return self._recorder

    def note_sent(self, record: Any) -> None:
        """Note a message that was sent over a lossy link; ``record`` is that of the engine."""
        if self.setting.world.lossy and is_lossy(self.setting, record[1], record[2]):
            inbox = record[2]
            is_alive = task_of(inbox.owner).life in ALIVE
            self._sent.append((inbox, record[3], len(inbox.items) - 1 if is_alive else None))

    def _refuse(self, deed: str) -> NoReturn:
        """Refuse what the component whose slice runs does outside of what is seen."""
        name = name_in_task(self.members.present[self.members.running])
        if deed == ASKS:
            self.members.refused = CannotRepeat(f"{name} {deed}, and would in every order that is run")
        else:
            self.members.refused = CannotStage(f"{name} {deed}, and what is outside of the system is not seen")
        raise self.members.refused

    def _note_failure(self, component: Microprocess, _error: BaseException) -> None:
        number = self.members.get(component)
        if number is not None:
            self.failed.append(number)

    def _check(self) -> None:
        scheduler = self.scheduler
        if self.members.refused is not None:  # it was raised in a slice, and taken for an error of the component
            raise self.members.refused
        if scheduler.outsiders or any(isinstance(one, ThreadedComponent) for one in self.components):
            raise CannotStage("it has components with threads of their own")
        if poller_of(scheduler) is None and type(scheduler.idle) is not ThreadIdle:
            raise CannotStage("it uses a network that is not simulated")
        if self.setting.lenient and poller_of(scheduler) is not None:
            raise CannotStage("it uses a network, of which it is not known which slices depend on each other")
        if scheduler.polling is not None:
            raise CannotStage("its components read the clock, so that time moves while others can run")
        fatal = scheduler.fatal
        if fatal is not None:
            scheduler.fatal = None
            if isinstance(fatal, KeyboardInterrupt):
                raise fatal

    # -- slices ---------------------------------------------------------------------------------

    def runnable(self) -> list[int]:
        """Return the numbers of the components that can run, sorted; time jumps to the next timer if none can."""
        if poller_of(self.scheduler) is not None:
            return runnable_on_network(self)
        return runnable(self)

    def choices(self) -> list[int]:
        """Return the components that can run, as :meth:`runnable`; and if the next timer may fire, that choice."""
        found = self.runnable()
        world = self.setting.world
        if TIMERS not in world.faults or not found or self.scheduler.next_timer() is None:
            return found
        if world.most is not None and len(self.told) >= world.most:
            return found
        return [*found, number_of_choice(self.setting, Choice(None))]

    def variants(self, number: int) -> list[int]:
        """Return the other choices there were for the last slice, of this component: what may become of its messages.

        The slice itself, with all messages arriving, is one of them.
        """
        if not self._sent:
            return []
        most = self.setting.world.most
        left = float("inf") if most is None else most - self._faults_before
        sent = [(id(inbox), before) for inbox, _, before in self._sent]
        found = [Choice(number, fates) for fates in fates_of(self.setting, sent)]
        return [number, *[number_of_choice(self.setting, choice) for choice in found if choice.faults <= left]]

    def step(self, choice: int) -> tuple[Footprint, Recorder]:
        """Run one slice of a component that can run, end the round, and return what the slice did.

        Or make another choice: have the timers fire, or run a slice and have something become of its messages.
        """
        number = self.setting.runner(choice)
        if number is None:
            return self._fire(choice)
        scheduler, component = self.scheduler, self.members.present[number]
        self._sent = []
        self._faults_before = len(self.told)
        recorder = Recorder(self)
        kids = list(task_of(component).children or ())
        if type(component).__module__.startswith(LOOKING):
            for box in made_inboxes_of(component).values():
                recorder.looked(box, False)
        self.picks.append(name_in_task(component))
        self._recorder, self.members.running = recorder, number
        outer, context.in_slice.world = context.in_slice.world, self.lab
        scheduler.driver = threading.get_ident()
        set_recorder(recorder)
        try:
            with self.active(), refusing(self._refuse):
                scheduler.picked = component
                scheduler.advance(1)
                if choice != number:
                    play_fates(self, self.setting.choices[choice].fates, self._sent)
                recorder.note_requests()
                set_recorder(None)
                self._recorder = self._idle
                scheduler.end_round()
                self.has_ended_round = True
        finally:
            set_recorder(None)
            self._recorder, self.members.running = self._idle, BUILDER
            scheduler.driver = None
            context.in_slice.world = outer
        recorder.note_own(component, [*kids, *(one for one in task_of(component).children or () if one not in kids)])
        if choice != number and self.setting.world.most is not None:
            recorder.mark(cells.FAULTS, "W")
        recorder.lossy = tuple([recorder.inbox(inbox) for inbox, _, _ in self._sent])
        if TIMERS in self.setting.world.faults:
            recorder.mark(cells.TIME, "R")
        self.path.append(choice)
        self._check()
        return recorder.footprint(number), recorder

    def _fire(self, choice: int) -> tuple[Footprint, Recorder]:
        """Have the next timer fire, and end the round."""
        self._sent = []
        recorder = Recorder(self)
        recorder.mark(cells.TIME, "W")
        recorder.mark(cells.FAULTS, "W")
        self.scheduler.driver = threading.get_ident()
        try:
            with self.active():
                play_timers(self)
            self.has_ended_round = True
        finally:
            self.scheduler.driver = None
        self.path.append(choice)
        self._check()
        return recorder.footprint(choice), recorder

    def run(self, path: Iterable[int]) -> Stage:
        """Run slices of these components, of which it is not asked what they do, and return this."""
        scheduler = self.scheduler
        outer, context.in_slice.world = context.in_slice.world, self.lab
        log, scheduler.log = scheduler.log, None
        try:
            with self.active():
                for number in path:
                    if number in self.setting.choices:
                        self.runnable()
                        scheduler.log = log
                        self.step(number)
                        scheduler.log = None
                        continue
                    component = self.members.present.get(number)
                    if component is None or task_of(component).life is not RUNNABLE:
                        self.runnable()  # time has to jump
                        component = self.members.present[number]
                    self.picks.append(name_in_task(component))
                    self.path.append(number)
                    self.members.running, scheduler.picked = number, component
                    scheduler.driver = threading.get_ident()
                    scheduler.advance(1)
                    scheduler.end_round()
                    self.has_ended_round = True
                    scheduler.driver = None
                    self._check()
        finally:
            self.members.running, scheduler.driver = BUILDER, None
            scheduler.log = log
            context.in_slice.world = outer
        self.runnable()
        return self

    def assemble(self) -> list[int]:
        """Run the components that only wire others until they sleep; return the slices that it took."""
        path: list[int] = []
        while len(path) < ASSEMBLY:
            wiring = [one for one in self.runnable() if type(self.members.present[one]).__module__.startswith(WIRING)]
            if not wiring:
                return path
            self.step(wiring[0])
            path.append(wiring[0])
        return path

    def close(self) -> None:
        """Close the flows of all components, now rather than when the garbage collector comes by."""
        self.scheduler.log = None
        outer, context.in_slice.world = context.in_slice.world, self.lab
        try:
            with self.active():
                for component in self.components:
                    close = getattr(task_of(component).flow, "close", None)
                    if close is not None:
                        with contextlib.suppress(Exception):
                            close()
        finally:
            context.in_slice.world = outer

    # -- its state --------------------------------------------------------------------------------

    def capture(self) -> dict[Cell, Any]:
        """Return the value of every cell.

        Raises:
            CannotStage: a timer is pending that is not that of a pause.
            Opaque: a local state cannot be seen.
        """
        return self._capture.read()

    def name(self, number: int) -> str:
        """Return the name of a component in this execution, or of the one that runs in a choice."""
        runner = self.setting.runner(number)
        return self.setting.names[number] if runner is None else name_in_task(self.members.present[runner])
