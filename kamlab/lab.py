"""The lab: a world together with its doors to the outside."""

from __future__ import annotations

import copy
import functools
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, overload

from .analysis.asking import Asking
from .analysis.explaining import Explaining
from .core import worlds
from .core.choice import Chooser
from .core.clock import Clock
from .core.drive import Until
from .core.errors import LabIsClosed, UnknownDoor
from .core.events import Event
from .core.outcome import Happened, Outcome
from .replay.breakpoints import Breaking
from .replay.runs import Runs

if TYPE_CHECKING:
    from .analysis.location import Standing, Standings
    from .analysis.location_notes import Stood
    from .core.microprocess import Microprocess
    from .net.door import Network
    from .notebook.panel.panel import Panel
    from .views import Inboxes, Transcripts
    from .views.figures.kinds import Axes, Figure
    from .views.graph import Graph
    from .views.source import SourceLook
    from .views.timeline import Timeline
    from .views.whole import Whole

#: How often, in seconds, an awaited run lets the kernel see to other things.
TICK = 0.05

#: From how many slices on a step tells how far it is.
MANY = 1000


class Lab(Breaking, Asking, Explaining, Runs):
    """A world that you can run, pause, step and look into.

    There is always a current one, so ``component.activate()`` needs no argument; ``with Lab():``
    makes another the current one for a while, and stops it at the end.

    Args:
        hosts: other names for addresses, such as ``{"foo.bar.com:1600": "127.0.0.1:4711"}``.
        ports: other ports to listen at, such as ``{1500: 0}``, where 0 means any that is free.
        network: ``"real"`` TCP, or ``"simulated"``: the same components, hosts and ports, in memory.
            Simulated unless told otherwise where the clock is virtual. Or a function that makes one
            from the lab, such as a :class:`kamlab.net.simulated.Simulated`.
        build: a function that activates the components of the system. It is called at once, and again
            when the lab goes back: a lab that knows how its system is built can be rewound.
        recorded: whether everything that comes from the real network, the real clock and the threads
            is recorded as it goes, so that the run can be played again without a network.
        clock, chooser, record, trace_limit, on_error: see :class:`~kamlab.core.world.World`.

    >>> from kamlab import Component
    >>> class Hello(Component):
    ...     def main(self):
    ...         self.send("hello")
    ...         yield
    >>> with Lab() as lab:
    ...     _ = Hello(name="greeter").activate()
    ...     print(lab.step())
        1  greeter resumed
        1  greeter.outbox -> nowhere: 'hello' is discarded
    """

    #: The source of the ``%%system`` cell that built this lab, so that it can be built again.
    recipe: str | None = None

    def __init__(
        self,
        *,
        hosts: Mapping[str, str] | None = None,
        ports: Mapping[int, int] | None = None,
        build: Callable[..., Any] | None = None,
        recorded: bool = False,
        network: str | Callable[[Any], Network] | None = None,
        clock: Clock | str | None = None,
        chooser: Chooser | None = None,
        record: bool = True,
        trace_limit: int = 4096,
        on_error: str = "isolate",
    ) -> None:
        self.hosts: dict[str, str] = dict(hosts or {})
        self.ports: dict[int, int] = dict(ports or {})
        self._network: Network | None = None
        super().__init__(clock=clock, chooser=chooser, record=record, trace_limit=trace_limit, on_error=on_error)
        self._network_door = _check_network(network or ("simulated" if self.virtual else "real"), self.virtual)
        self.recorded: bool = recorded
        self.lockstep: bool = self.lockstep or recorded
        if build is not None:
            self.build(build)

    @property
    def network(self) -> Network:
        """The door to the network, made when it is first asked for."""
        with self.lock:
            if self._closed:
                raise LabIsClosed("this lab was stopped and has no network; lab.reset() makes a fresh start")
            if self._network is None:
                self._network = self._make_network()
            return self._network

    def _make_network(self) -> Network:
        door = self._network_door
        if callable(door):
            made: Network = door(self)
            return made
        if self.recorded and not self.virtual:
            from .net.recorded import Recorded

            return Recorded()(self)
        if door == "real":
            from .net.real import RealNetwork

            self.note_foreign("it uses the real network, which only Lab(recorded=True) records")
            return RealNetwork(self, self.hosts, self.ports)
        from .net.simulated import Simulated

        return Simulated()(self)

    def _doors(self) -> dict[str, Any]:
        doors = super()._doors()
        if self.recorded:
            doors["recorded"] = True
        as_literal = getattr(self._network_door, "as_literal", None)
        if as_literal is not None:
            doors["network"] = as_literal()
        return doors

    def _set_network(self, doors: dict[str, Any]) -> None:
        from .net.conditions import Simulated

        self.recorded = bool(doors.get("recorded"))
        self._network_door = Simulated(**doors["network"]) if "network" in doors else "simulated"

    def _play_network(self, kind: str, what: tuple[Any, ...]) -> None:
        """Have done to the network again what was done to it from outside when a run was recorded."""
        if kind == "net":
            from .net.simulated import play_network_act

            play_network_act(self, *what)
        else:
            from .net.recorded import play_outside

            play_outside(self, kind, *what)

    def _record_is_over(self) -> str | None:
        if not self.recorded or self._live:
            return None
        return (
            f"the lab stands at step {self.step_number} of a run on the real network, and there is no network to go on "
            "with. goto() and replay() move within the record; lab.reset() begins a new run, and "
            'Lab(clock="virtual") has a network that can go on from anywhere.'
        )

    def _release_outside(self, components: list[Any], timeout: float) -> None:
        network, self._network = self._network, None
        if network is not None:
            network.close()
        super()._release_outside(components, timeout)

    # -- driving -----------------------------------------------------------------------------------

    #: Makes what goes around a long run and tells how far it has come, from the lab and the limit of slices. A
    #: front end sets it on the class (as a ``staticmethod``); without one a terminal is told, if there is one.
    progress: Callable[[Any, int | None], AbstractContextManager[Any]] | None = None

    def _told(self, limit: int | None) -> AbstractContextManager[Any]:
        if self.progress is not None:
            return self.progress(self, limit)
        if not _on_terminal():
            return nullcontext()
        from .views.progress import reporter_for

        return reporter_for(self, limit)

    def run(self, until: Until = None, timeout: float | None = None, max_steps: int | None = None) -> Outcome:
        """Run on this thread until everything has ended, or ``until``, or a limit; a long run tells how far it is.

        Args:
            until: a predicate on the lab, asked after every slice; a component that shall end; or a time of the
                lab's clock, in seconds, at which to stop, before what is due then.
            timeout: seconds.
            max_steps: slices.

        Raises:
            KeyboardInterrupt: the run was interrupted; it stands between two slices and can go on.
            LabIsRunning: it runs in the background already, or a component's own slice asks.
        """
        with self._told(max_steps):
            return super().run(until, timeout, max_steps)

    def step(self, n: int = 1, timeout: float | None = None) -> Happened:
        """Run ``n`` slices on this thread and return what happened.

        When nothing can run it waits up to ``timeout`` seconds (``patience`` unless told) for a
        timer, a thread or the network. Under a virtual clock timers are jumped to, and what is
        waited for in real time is only what comes from outside.
        """
        if n < MANY:
            return super().step(n, timeout)
        with self._told(n):
            return super().step(n, timeout)

    async def arun(self, until: Until = None, timeout: float | None = None, max_steps: int | None = None) -> Outcome:
        """Run while a notebook stays responsive: ``await lab.arun()`` lets clicks through.

        The lab runs in its background thread; this coroutine only waits, tick by tick, and an
        interrupt or a cancellation pauses the lab. Arguments and result are those of ``run``.
        """
        import asyncio

        with self._told(max_steps):
            self.start(until=until, timeout=timeout, max_steps=max_steps)
            try:
                while self.running:
                    await asyncio.sleep(TICK)
            finally:
                if self.running:
                    self.pause()
        error = self.background_error
        self.background_error: BaseException | None = None
        if error is not None:
            raise error
        assert self.outcome is not None
        return self.outcome

    def where(self, of: Any = None, step: int | None = None) -> Standing | Standings:
        """Return the line that a component stands at, with its variables; of everybody if none is named.

        Args:
            of: a component or its name.
            step: as of which step; now unless told. Of a step of the past this tells what was noted while the lab
                was stepped; nothing is run. Of a run in one go nothing was noted, and the answer says so: ``goto``
                goes back there.

        Raises:
            UnknownComponent: no component, or more than one, answers to the name.
            StepOutOfRange: there was no such step, or it is forgotten.
        """
        if step is None:
            return super().where(of)
        from .analysis.location_notes import standing_at

        with self.lock:
            return standing_at(self, self._stood, of, step)

    def _run_on(self) -> None:
        self._stood.cut(self.scheduler.step)

    def _leave_way(self) -> None:
        self._stood.forget()

    def _note_stands(self, ran: Iterable[tuple[Microprocess, int]]) -> None:
        """Take note of where the components stand that have just had the slices of these numbers."""
        note = self._stood.note
        for component, step in ran:
            note(component, step)

    @functools.cached_property
    def _stood(self) -> Stood:
        from .analysis.location_notes import Stood

        return Stood()

    def _fresh_twin(self) -> Lab:
        return type(self)(
            hosts=self.hosts,
            ports=self.ports,
            network=self._network_door,
            recorded=self.recorded,
            clock="virtual" if self.virtual else None,
            chooser=copy.deepcopy(self.chooser),
            on_error=self.on_error,
        )

    # -- seeing ------------------------------------------------------------------------------------

    def panel(self, *pieces: str) -> Panel | Whole:
        """Return the panel of this lab: its pieces, to look at and to take a hand in.

        In a notebook it is live, with buttons; elsewhere it is what there is to see now, as text.

        Args:
            pieces: which to show, all unless told: controls, graph, inboxes, source, timeline, story.

        Raises:
            UnknownPiece: there is no such piece.

        ::

            lab.panel()
            lab.panel("controls", "graph")
        """
        from .notebook.panel import make_panel

        return make_panel(self, pieces)

    def graph(self, step: int | None = None) -> Graph:
        """Return the components, their boxes and the links between them, now or at a step of the past.

        Raises:
            StepOutOfRange: there was no such step, or it is forgotten.
        """
        from .views.graph import graph_of

        return graph_of(self, step=step)

    def inboxes(self, *names: str, step: int | None = None) -> Inboxes:
        """Return what waits in every inbox, or in those of the components named, now or at a step of the past.

        Raises:
            StepOutOfRange: there was no such step, or it is forgotten.
        """
        from .views import look

        return look(self, *names, step=step)

    def source(self, of: Any) -> SourceLook:
        """Return the code of a component, with the line that it stands at and its variables.

        Args:
            of: a component or its name.

        Raises:
            UnknownComponent: no component, or more than one, answers to the name.
        """
        from .views.source import source_of

        return source_of(self, self._component_called(of))

    def timeline(self, first: int | None = None, last: int | None = None, event: Event | int | None = None) -> Timeline:
        """Return the space-time diagram of some steps: who ran when, and which message went from where to where.

        Args:
            first, last: the steps; the last forty unless told.
            event: one to be shown with what happened before it and what it led to.
        """
        from .views.timeline import timeline_of

        return timeline_of(self, first, last, event=event.number if isinstance(event, Event) else event)

    def story(
        self, of: Any = None, step: int | None = None, *, words: str = "", kinds: Iterable[str] | None = None
    ) -> Any:
        """Return what became of a message, what a component did, what went through a box; or all that happened.

        Args:
            of: an event in which a message moves; a pair (inbox, index) for the message that waits there, now
                or at ``step``; a component, a box, or a name such as ``"Sink_3"`` or ``"Sink_3.inbox"``.
                Without it the events of the lab are told, the last ones, up to ``step``.
            step: for a pair: when.
            words: tell only of events in whose line all of these words are.
            kinds: tell of these kinds of events; of those that move messages or end something unless told.

        Raises:
            NoStory: there is no such thing in this lab's past.
            NotInTrace: the event is of another lab, or forgotten.
        """
        if of is not None:
            return super().story(of, step)
        from .views.story import story_of

        return story_of(self, words, None if kinds is None else tuple(kinds), upto=step)

    @overload
    def figure(self, kind: str = "queues", *, ax: None = None, **how: Any) -> Figure: ...

    @overload
    def figure(self, kind: str = "queues", *, ax: Axes, **how: Any) -> Axes: ...

    def figure(self, kind: str = "queues", **how: Any) -> Any:
        """Return a matplotlib figure for a report: queues, throughput, spacetime or turns.

        Arguments, and what is raised, are those of :func:`kamlab.views.figures.figure`.
        """
        from .views.figures import figure

        return figure(self, kind, **how)

    @property
    def transcripts(self) -> Transcripts:
        """What components have printed, by component; filled where a front end collects it, as a notebook does."""
        from .views import transcripts_of

        return transcripts_of(self)

    def _repr_html_(self) -> str:
        return self.inboxes()._repr_html_()


def _on_terminal() -> bool:
    """Return whether what is written to stderr is read as it comes."""
    try:
        return sys.stderr.isatty()
    except (AttributeError, ValueError, OSError):  # there is none, or it is closed
        return False


def _check_network(door: Any, virtual: bool) -> Any:
    if door == "real" and virtual:
        raise UnknownDoor(
            "network='real' under a virtual clock: the time would jump while the peers are at work. "
            "Take network='simulated', or clock='real'."
        )
    if door not in ("real", "simulated") and not callable(door):
        raise UnknownDoor(f"network={door!r}: it is 'real', 'simulated', or a function that makes one from the lab")
    return door


def current() -> Lab:
    """Return the lab in force: that of the running slice, of the innermost ``with``, or the default.

    >>> from kamlab import Component, Lab, current
    >>> with Lab(clock="virtual") as lab:
    ...     component = Component().activate()
    ...     print(current() is lab, component in lab.components)
    True True
    """
    lab: Lab = worlds.current()
    return lab


worlds.set_maker(Lab)
