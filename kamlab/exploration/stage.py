"""A stage: one real execution of a system, slice by slice, in the engine itself.

A stage is a lab under a virtual clock whose scheduler is told at each slice who goes next. It keeps no trace and no
journal, installs no signal handler, and is never the user's current lab. Components are numbered by who made them
(the builder, or a component in its slice) and as which of theirs, so the numbers do not depend on the order of slices.

Rejected: copying or forking a system that stands somewhere. Generators cannot be copied, and a fork costs as much as
eight executions of a small system. So a state is reached by building the system and running the slices that lead there.
"""

from __future__ import annotations

import contextlib
import io
import random
import sys
import threading
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from ..core import context, origins, shared
from ..core.box import made_inboxes_of, made_outboxes_of
from ..core.chance import builder_uses_chance, uses_chance
from ..core.choice import SeededRandom
from ..core.component import Component
from ..core.drive import Phase
from ..core.idle import ThreadIdle
from ..core.microprocess import Microprocess, name_in_task
from ..core.states import ALIVE, ASLEEP, ENDED, RUNNABLE
from ..core.task import task_of
from ..core.thread import ThreadedComponent
from ..lab import Lab
from ..replay.journal import Entry
from . import cells
from .cells import Cell
from .errors import CannotExplore
from .faults import TIMERS, Choice, fates_of, is_lossy, number_of_choice, play_fates, play_timers
from .fingerprint import Prints, digest_of
from .footprint import Footprint, Recorder, set_recorder
from .kinds import Opaque
from .network_state import leave_network_apart, poller_of, read_network
from .outer import outer_of, read_place
from .setting import Setting

if TYPE_CHECKING:
    from ..net.simulated.network import SimulatedNetwork

#: The modules of kamlab whose components only wire others: they are run first where a system starts assembled.
WIRING = ("kamlab.chassis", "kamlab.backplane")
#: The modules of kamlab that look into inboxes without the methods that are watched.
LOOKING = (*WIRING, "kamlab.parts.splitting", "kamlab.parts.plug_splitter")

#: What stands for a value that cannot be seen.
UNSEEN = ("unseen",)

#: How often time may move while no component can run.
WAITS = 10_000
#: How many slices the wiring may take.
ASSEMBLY = 1000


class CannotStage(Exception):
    """A system that cannot be run slice by slice; the text says why."""


class _StageLab(Lab):
    """A lab that reports nothing: what fails is part of the state."""

    names_ends = False  # the verdicts of single runs are not shown

    def report(self, text: str) -> None:
        """Discard a report."""


class _Discarded(io.TextIOBase):
    """Where components write while they are explored."""

    def write(self, text: str) -> int:
        """Discard a text."""
        return len(text)


_DISCARDED = _Discarded()

#: The maker of what the builder makes.
BUILDER = -1


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
        self.components: list[Microprocess] = []
        self._present: dict[int, Microprocess] = {}
        self._numbers: dict[int, Any] = {}
        #: The Shared variables, by name.
        self._variables: dict[str, shared.Shared[Any]] = {}
        self._maker_of: dict[str, int] = {}
        self._made: dict[int, int] = {}
        self._idle = Recorder(self)
        self._recorder = self._idle
        #: The number of the component whose slice runs.
        self.running = BUILDER
        self._refused: CannotStage | None = None
        self.path: list[int] = []
        self.picks: list[str] = []
        self.failed: list[int] = []
        #: What the world did: the entries of a journal, and after which steps, in words.
        self.entries: list[Entry] = []
        self.told: list[tuple[int, str]] = []
        #: The messages that the last slice sent over lossy links: the inbox, the message, how many waited before it.
        self._sent: list[tuple[Any, Any, int | None]] = []
        self._faults_before = 0
        self._has_ended_round = False
        scheduler.slices_per_poll = 0  # as in a lab that is stepped, or recorded under virtual time
        #: The objects that cannot be seen into and that several cells share, with these cells, at the last capture.
        self.hidden: dict[tuple[Cell, int], set[Cell]] = {}
        scheduler.log = self._log
        scheduler.on_failure = self._note_failure
        self.made = self._build()
        self._check_built()
        self._check()

    def _build(self) -> Any:
        lab = self.lab
        with self._active(builder_uses_chance(self.setting.system)):
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
    def _active(self, always: bool = False) -> Iterator[None]:
        """Have what happens in a ``with`` happen on this stage: makers, output, random numbers, the current lab."""
        chance = self.lab.runtime.chance
        assert chance is not None
        outer = origins.listener, sys.stdout, sys.stderr
        outer_variables = shared.listener
        origins.set_listener(self._note_made)
        shared.set_listener(self._note_variable)
        sys.stdout = sys.stderr = _DISCARDED
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
        setting, maker = self.setting, self.running
        place = self._made[maker] = self._made.get(maker, -1) + 1
        cls = type(component)
        key = (maker, place, f"{cls.__module__}.{cls.__qualname__}")
        number = setting.numbers.setdefault(key, len(setting.numbers))
        if number == len(setting.names):
            setting.names.append("")
            setting.kinds.append(cls)
        self._numbers[id(component)] = number
        self._present[number] = component
        self.components.append(component)

    def _note_variable(self, variable: shared.Shared[Any], what: str) -> None:
        """Note that a Shared variable was made, read or written."""
        if self.scheduler.driver not in (None, threading.get_ident()):
            return
        name = self._numbers.get(id(variable))
        if what is shared.MADE:
            names, maker = self.setting.variables, self.running
            place = sum(self._maker_of[one] == maker for one in self._variables)
            name = names.setdefault((maker, place), f"Shared {len(names) + 1}")
            self._maker_of[name] = maker
            self._numbers[id(variable)] = name
            self._variables[name] = variable
        elif name is None:
            self._refused = CannotStage("a Shared variable was not made by the builder, so it is not made again")
            raise self._refused
        elif self._recorder is not self._idle:
            self._recorder.mark((cells.VARIABLE, name), what)

    def number_of(self, component: Any) -> int:
        """Return the number of a component of this system.

        Raises:
            CannotStage: it was not made by it.
        """
        number: int | None = self._numbers.get(id(component))
        if number is None:
            name = name_in_task(component)
            self._refused = CannotStage(f"{name} was not made by the builder, so it is not built again")
            raise self._refused
        return number

    def component(self, number: int) -> Microprocess:
        """Return a component by its number."""
        return self._present[number]

    def waiting(self, inbox: Cell) -> list[Any]:
        """Return the messages that wait in an inbox, by its cell."""
        _, number, name = inbox
        return list(made_inboxes_of(self._present[number])[name].items) if number in self._present else []

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

    def _note_failure(self, component: Microprocess, _error: BaseException) -> None:
        if id(component) in self._numbers:
            self.failed.append(self._numbers[id(component)])

    def _check(self) -> None:
        scheduler = self.scheduler
        if self._refused is not None:  # it was raised in a slice, and taken for an error of the component
            raise self._refused
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
        scheduler = self.scheduler
        if poller_of(scheduler) is not None:
            return self._runnable_on_network()
        while True:
            scheduler.end_round()
            found = [self.number_of(one) for one in scheduler.queue if task_of(one).life is RUNNABLE]
            if found:
                return sorted(found)
            when = scheduler.next_timer()
            if when is None:
                return []
            scheduler.clock.jump(when)  # type: ignore[attr-defined]

    def _runnable_on_network(self) -> list[int]:
        """Return who can run, once the network has delivered what comes first; round by round as a lab does it."""
        scheduler = self.scheduler
        with self._active(), self._driving():
            for _ in range(WAITS):
                if not self._has_ended_round or scheduler.wakes:
                    scheduler.end_round()
                self._has_ended_round = True
                found = [self.number_of(one) for one in scheduler.queue if task_of(one).life is RUNNABLE]
                if found:
                    return sorted(found)
                if not self._wait():
                    return []
                self._has_ended_round = False
        raise CannotStage(f"time goes on and on, {WAITS:,} times, while no component can run")

    def _wait(self) -> bool:
        """Wait as a lab does in which nothing can run; return False if there is nothing to wait for."""
        scheduler = self.scheduler
        if scheduler.posted or scheduler.wakes:
            return True
        if scheduler.idle.sources():
            scheduler.idle.dispatch()
            if scheduler.posted or scheduler.wakes:
                return True
        when = scheduler.next_timer()
        if when is None:
            return False
        scheduler.clock.jump(when)  # type: ignore[attr-defined]
        scheduler.idle.dispatch()
        return True

    @contextlib.contextmanager
    def _driving(self) -> Iterator[None]:
        """Drive the stage in a ``with`` on this: what is called is called by it, not from outside."""
        scheduler = self.scheduler
        outer, driver = context.in_slice.world, scheduler.driver
        context.in_slice.world, scheduler.driver = self.lab, threading.get_ident()
        try:
            yield
        finally:
            context.in_slice.world, scheduler.driver = outer, driver

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
        scheduler, component = self.scheduler, self._present[number]
        self._sent = []
        self._faults_before = len(self.told)
        recorder = Recorder(self)
        kids = list(task_of(component).children or ())
        if type(component).__module__.startswith(LOOKING):
            for box in made_inboxes_of(component).values():
                recorder.looked(box, False)
        self.picks.append(name_in_task(component))
        self._recorder, self.running = recorder, number
        outer, context.in_slice.world = context.in_slice.world, self.lab
        scheduler.driver = threading.get_ident()
        set_recorder(recorder)
        try:
            with self._active():
                scheduler.picked = component
                scheduler.advance(1)
                if choice != number:
                    play_fates(self, self.setting.choices[choice].fates, self._sent)
                recorder.note_requests()
                set_recorder(None)
                self._recorder = self._idle
                scheduler.end_round()
                self._has_ended_round = True
        finally:
            set_recorder(None)
            self._recorder, self.running = self._idle, BUILDER
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
            with self._active():
                play_timers(self)
            self._has_ended_round = True
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
            with self._active():
                for number in path:
                    if number in self.setting.choices:
                        self.runnable()
                        scheduler.log = log
                        self.step(number)
                        scheduler.log = None
                        continue
                    component = self._present.get(number)
                    if component is None or task_of(component).life is not RUNNABLE:
                        self.runnable()  # time has to jump
                        component = self._present[number]
                    self.picks.append(name_in_task(component))
                    self.path.append(number)
                    self.running, scheduler.picked = number, component
                    scheduler.driver = threading.get_ident()
                    scheduler.advance(1)
                    scheduler.end_round()
                    self._has_ended_round = True
                    scheduler.driver = None
                    self._check()
        finally:
            self.running, scheduler.driver = BUILDER, None
            scheduler.log = log
            context.in_slice.world = outer
        self.runnable()
        return self

    def assemble(self) -> list[int]:
        """Run the components that only wire others until they sleep; return the slices that it took."""
        path: list[int] = []
        while len(path) < ASSEMBLY:
            wiring = [one for one in self.runnable() if type(self._present[one]).__module__.startswith(WIRING)]
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
            with self._active():
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
        scheduler, setting = self.scheduler, self.setting
        scheduler.contexts.leave()
        prints = Prints(self._numbers_get, scheduler, setting.ignore, self._refuse)
        setting.networked = setting.networked or poller_of(scheduler) is not None
        if setting.networked:
            leave_network_apart(self._network, prints)
        values: dict[Cell, Any] = {cells.TIME: scheduler.time()}
        timers = len(scheduler.timers.waiting())
        if setting.ignore:
            for component in self.components:
                prints.leave_out(component)
        for number, component in sorted(self._present.items()):
            task = task_of(component)
            when = None
            if task.life is ASLEEP and task.pause_timer is not None:
                when, timers = task.pause_timer.when, timers - 1
            delegate = None if task.delegate is None else self.number_of(task.delegate)
            values[cells.LIFE, number] = (task.life, when, delegate)
            values[cells.NUMBER, number] = task.number
            values[cells.ENDED, number] = task.life in ENDED
            values[cells.ATTENDS, number] = component.woken_by_collection
            if number not in setting.outer:
                self._meet(number, component)
            cell = (cells.LOCAL, number)
            prints.begin(cell, component)
            values[cell] = prints.local(component)
        if setting.networked:
            values[cells.NETWORK] = read_network(self._network, scheduler, prints)
        elif timers:
            raise CannotStage("it has timers that are not those of a pause")
        for number, component in sorted(self._present.items()):
            if isinstance(component, Component):
                self._capture_boxes(values, prints, number, component)
        for name, variable in sorted(self._variables.items()):
            prints.begin((cells.VARIABLE, name))
            values[cells.VARIABLE, name] = prints.of(variable._value)
        values[cells.ACTIVATIONS] = max([task_of(component).number for component in self.components], default=0)
        values[cells.SERVICES] = tuple(map(self._service, sorted(self.lab.services.services_registered())))
        if setting.chancy:
            values[cells.CHANCE] = self._chance_now()
        self._capture_outer(values, prints)
        self._capture_made(values, prints)
        self.hidden = {place: found for place, found in prints.hidden.items() if len(found) > 1}
        for cell, places in prints.shared.items():
            values[cell] = ("shared", values[cell], *sorted(places, key=repr))
        return values

    @property
    def _network(self) -> SimulatedNetwork:
        network: Any = self.lab.network
        simulated: SimulatedNetwork = network
        return simulated

    def _numbers_get(self, component: Any) -> Any:
        return self._numbers.get(id(component))

    def _refuse(self, error: Opaque, value: Any) -> None:
        if isinstance(value, _Discarded):
            return  # what components print is no state
        if not self.setting.lenient:
            raise error
        self.setting.unseen[f"the state of {error} cannot be seen"] = None

    def _service(self, name: str) -> Any:
        component, box = self.lab.services.retrieve_service(name)
        return (name, self._numbers_get(component), box)

    def _chance_now(self) -> Any:
        with self._active():
            numpy = sys.modules.get("numpy.random")
            state = None if numpy is None else numpy.get_state()
            return digest_of(random.getstate()), None if state is None else (state[1].tobytes(), state[2:])

    def _capture_boxes(self, values: dict[Cell, Any], prints: Prints, number: int, component: Component) -> None:
        for name, box in made_inboxes_of(component).items():
            cell = (cells.BOX, number, name)
            values[cell] = tuple([self._message(prints, cell, message) for message in box.items])
            values[cells.LIMIT, number, name] = box.limit
            values[cells.LEADS, number, box.kind, name] = self._onward(box)
        for name, outbox in made_outboxes_of(component).items():
            values[cells.LEADS, number, outbox.kind, name] = self._onward(outbox)

    def _message(self, prints: Prints, cell: Cell, message: Any) -> Any:
        prints.begin(cell)
        return prints.of(message)

    def _onward(self, box: Any) -> Any:
        onward = box.onward
        return None if onward is None else (self.number_of(onward.owner), onward.kind, onward.name)

    def _meet(self, number: int, component: Microprocess) -> None:
        """Note the name of a component, and which globals and classes its code names."""
        setting = self.setting
        found = outer_of(component)
        setting.names[number] = name_in_task(component)
        setting.outer[number] = tuple(found)
        setting.places.update(found)
        awaited_by = task_of(component).awaited_by
        if awaited_by is not None:
            setting.helped[number] = self.number_of(awaited_by)
        if uses_chance(component):
            setting.chancy.add(number)

    def _capture_outer(self, values: dict[Cell, Any], prints: Prints) -> None:
        """Add the values of globals and classes; one that cannot be seen into is noted, and stands for itself."""
        for cell, place in sorted(self.setting.places.items()):
            prints.begin(cell)
            try:
                values[cell] = read_place(place, prints)
            except Opaque as error:
                values[cell] = UNSEEN
                self.setting.unseen[f"{place.words} is {error}, which cannot be seen into"] = None

    def _capture_made(self, values: dict[Cell, Any], prints: Prints) -> None:
        """Add what the builder returned, of which a predicate is asked; it need not be a part of the system."""
        prints.begin(cells.MADE)
        try:
            values[cells.MADE] = prints.of(self.made)
        except Opaque:
            values[cells.MADE] = UNSEEN
            self.setting.made_is_seen = False

    def name(self, number: int) -> str:
        """Return the name of a component in this execution, or of the one that runs in a choice."""
        runner = self.setting.runner(number)
        return self.setting.names[number] if runner is None else name_in_task(self._present[runner])
