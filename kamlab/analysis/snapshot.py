"""How a lab stands at one moment, as one value: what every view, question and comparison of two runs reads.

A snapshot can be made from the engine, of a lab that stands now, and from the record, of any step that is on record;
of one moment both are equal. It holds facts and no sentences: that a component waits, until when and for which full
inbox, not how that is said. The record is read wherever it is complete. In a run at full speed, and where the ring
of a free run has let go of its beginning, the present is read from the engine: the record would have to be gone
through from the beginning at every look.

Rejected: an interface with one implementation for the present and another one for the past. Each question then had
two answers, and they differed in front of the user.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain, islice, repeat, starmap, zip_longest
from math import inf
from types import MappingProxyType
from typing import Any

from ..core.box import Inbox, made_inboxes_of, made_outboxes_of
from ..core.component import Component
from ..core.describe import shorten, then_and_now, words_of
from ..core.ended_components import Ended
from ..core.errors import UnknownComponent, listed
from ..core.events import RESUMED
from ..core.message_text import text_to_keep
from ..core.microprocess import Microprocess, runner_of
from ..core.naming import called, whose
from ..core.reading import Answer, HeldLab
from ..core.scheduler import is_blocked
from ..core.states import ALIVE, ASLEEP, BLOCKED, ENDED, FAILED, FINISHED, HELD, NEW, RUNNABLE, RUNNING, WAITING
from ..core.task import task_of
from ..core.thread_relay import Relayed
from ..core.world import World
from .history import History, history_of
from .link_counts import Hop, ledger_of
from .moment import Moment, held_by_thread
from .names import Names
from .trace_reader import FLOOD

#: A pause: when its timer is due, and what the component awaits; see the record "paused".
Pause = tuple[float | None, tuple[Any, ...] | None]
#: Of how many messages in an inbox a snapshot from the engine keeps the text, if they may change.
TEXTS = 10


@dataclass(frozen=True, slots=True)
class Stand:
    """How one component stands.

    ``state`` is a word of :mod:`kamlab.core.states`. ``parent`` is the component that contains it, ``ended`` the step
    at which it ended. Of one that waits, ``pause`` says until when and for what, as far as its code says so, ``full``
    is the full inbox at the end of one of its outboxes, and ``helper`` the generator that it waits for, if any; its
    state is then the helper's.
    """

    state: str
    parent: Any = None
    ended: int | None = None
    pause: Pause | None = None
    full: Any = None
    helper: Any = None


@dataclass(frozen=True, slots=True)
class Mail:
    """What waits in one inbox, oldest first: ``count`` messages.

    ``messages`` are the messages themselves, or the first of them, as many as were asked for. ``said`` has for the
    first of them the text when it came, where that is kept, of one that may have changed since. ``numbers`` has for
    each the number of the record that brought it, where the record was read; a negative one came before the record
    begins. The first ``held`` have left the inbox for the component's own thread, which has not taken them yet.
    """

    count: int
    messages: tuple[Any, ...] = ()
    said: tuple[str | None, ...] = ()
    held: int = 0
    numbers: tuple[int, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """What each message said of itself when it came; now, where that is not kept."""
        return tuple(
            map(_said_or_says, (*self.said, *repeat(None, len(self.messages) - len(self.said))), self.messages)
        )


def _said_or_says(said: str | None, message: Any) -> str:
    if said is None:
        said = text_to_keep(message, thoroughly=True)
    return words_of(message) if said is None else said


@dataclass(frozen=True, eq=False, repr=False)
class Snapshot(Answer):
    """How a lab stands, or stood after a slice and whatever followed it up to the next one.

    ``step`` is the number of the slice, ``time`` the lab's time in seconds when it began. ``components`` has a
    :class:`Stand` for each component, alive or not: those that were never activated and are linked, and those that
    have ended, the last 500 of which stay known where the record is not complete. ``waiting`` has a :class:`Mail`
    for each inbox that is not empty, ``counts`` the messages that went over each link, which are at least so many
    where ``exact`` is false, ``lost`` those that each outbox has lost, and ``limits`` how many may wait in each inbox
    that has a limit. ``ran`` had the last slice, ``next`` has
    the next one, as far as that is known.

    By name, ``states`` has the state of each component, ``boxes`` the messages that wait in each inbox that is not
    empty, ``links`` the pairs of linked boxes. Messages are held as they are, not copied.

    Two snapshots are equal if the labs stand alike, messages compared by what they say of themselves. So two runs can
    be compared; the time is no part of that.

    >>> from kamlab import Lab
    >>> from kamlab.parts import PassThrough
    >>> with Lab(clock="virtual") as lab:
    ...     PassThrough().activate().deliver("hello")
    ...     before = lab.snapshot()
    ...     _ = lab.run()
    ...     print(lab.snapshot(0) == before)
    ...     print(before)
    ...     print(lab.snapshot())
    True
    step 0
      PassThrough_1: runnable
        inbox: 'hello'
    step 1
      PassThrough_1: waiting
    """

    step: int
    time: float
    components: Mapping[Any, Stand]
    waiting: Mapping[Inbox, Mail]
    counts: Mapping[Hop, int]
    lost: Mapping[Any, int]
    limits: Mapping[Inbox, int]
    ran: Any = None
    next: Any = None
    exact: bool = True
    names: Names = field(default_factory=Names)

    # -- by name ----------------------------------------------------------------------------------

    @property
    def states(self) -> Mapping[str, str]:
        """The state of each component that was activated, by name."""
        stands = self.components.items()
        return MappingProxyType(
            {self.names.of(component): stand.state for component, stand in stands if stand.state != NEW}
        )

    @property
    def boxes(self) -> Mapping[str, tuple[Any, ...]]:
        """The messages that wait in each inbox that is not empty, by name, oldest first."""
        return MappingProxyType({self.names.of_box(box): waiting.messages for box, waiting in self.waiting.items()})

    @property
    def links(self) -> tuple[tuple[str, str], ...]:
        """The pairs of names of the boxes that are linked."""
        return tuple((self.names.of_box(source), self.names.of_box(sink)) for source, sink in self.counts)

    def contents(self, box: str) -> tuple[Any, ...]:
        """Return what waits in an inbox, by its name; ``()`` if nothing does.

        Raises:
            UnknownComponent: no component of that name, or more than one, was there.
        """
        boxes = self.boxes
        if box in boxes:
            return boxes[box]
        owner, _, name = str(box).rpartition(".")
        found = self.names.component(owner) if owner in self.states else None
        several = [found] if found is not None else called(owner, self.components)
        if len(several) == 1:
            return boxes.get(f"{self.names.of(several[0])}.{name}", ())
        raise UnknownComponent(
            f"{box!r} is not an inbox of a component that was there at step {self.step}; give component.box. "
            f"There were: {listed(self.states)}"
        )

    def _in(self, states: Iterable[str]) -> tuple[str, ...]:
        return tuple(name for name, state in self.states.items() if state in states)

    @property
    def alive(self) -> tuple[str, ...]:
        """The components that were activated and had not ended."""
        return self._in((RUNNABLE, RUNNING, ASLEEP, BLOCKED, HELD))

    @property
    def runnable(self) -> tuple[str, ...]:
        """The components that could run."""
        return self._in((RUNNABLE, RUNNING))

    @property
    def asleep(self) -> tuple[str, ...]:
        """The components that waited, or were blocked."""
        return self._in((ASLEEP, BLOCKED))

    @property
    def held(self) -> tuple[str, ...]:
        """The components that the user held, by themselves or with what contains them."""
        return self._in((HELD,))

    @property
    def failed(self) -> tuple[str, ...]:
        """The components that had failed."""
        return self._in((FAILED,))

    @property
    def finished(self) -> tuple[str, ...]:
        """The components whose main had come to its end."""
        return self._in((FINISHED,))

    # -- as a value -------------------------------------------------------------------------------

    @property
    def _key(self) -> tuple[Any, ...]:
        named, box = self.names.of, self.names.of_box
        return (
            self.step,
            {named(component): _compared(stand, self.names) for component, stand in self.components.items()},
            {box(inbox): (waiting.count, waiting.words, waiting.held) for inbox, waiting in self.waiting.items()},
            {(box(source), box(sink)): count for (source, sink), count in self.counts.items()},
            {box(outbox): count for outbox, count in self.lost.items()},
            {box(inbox): limit for inbox, limit in self.limits.items()},
            *(named(component) if component is not None else None for component in (self.ran, self.next)),
        )

    def __eq__(self, other: object) -> bool:
        return self._key == other._key if isinstance(other, Snapshot) else NotImplemented

    def __hash__(self) -> int:
        return hash((self.step, tuple(sorted(self.states.items()))))

    def as_words(self) -> str:
        """Return it in words."""
        lines = [f"step {self.step}"]
        for component, stand in self.components.items():
            if stand.state == NEW and not any(box.owner is component for box in self.waiting):
                continue
            lines.append(f"  {self.names.of(component)}: {stand.state}")
            for box, waiting in self.waiting.items():
                if box.owner is component:
                    texts = starmap(then_and_now, zip_longest(waiting.said, map(shorten, waiting.messages)))
                    lines.append(f"    {box.name}: {', '.join(texts)}")
        lines += [f"  {source} -> {sink}" for source, sink in self.links]
        return "\n".join(lines)


def _compared(stand: Stand, names: Names) -> tuple[Any, ...]:
    parent = names.of(stand.parent) if stand.parent is not None else None
    return stand.state, parent, stand.ended, stand.pause, names.of_box(stand.full) if stand.full is not None else None


def snapshot_of(lab: World, step: int | None = None, most: int | None = None) -> Snapshot:
    """Return how a lab stands, or how it stood after a step; under the lab's lock.

    Args:
        lab: the lab.
        step: the step; now, unless told.
        most: how many messages of each inbox to hold, the oldest ones; all unless told, and :data:`.FLOOD` in the
            middle of a slice that does not end. They are counted in any case.

    Raises:
        StepOutOfRange: there is no such step, or it is forgotten.

    >>> from kamlab import Lab
    >>> from kamlab.parts import PassThrough
    >>> with Lab(clock="virtual") as lab:
    ...     PassThrough().activate().deliver("hello")
    ...     snapshot_of(lab).boxes["PassThrough_1.inbox"]
    ('hello',)
    """
    held = lab if isinstance(lab, HeldLab) else None
    if step is None and (is_rushing(lab) if held is None else not held.is_before):
        return from_engine(lab, FLOOD if most is None and held is not None else most)
    history = history_of(lab)
    now = step is None or history.check(step) == history.latest
    if now and (held is None or not held.is_before):
        ledger_of(lab.trace)  # it has to be read before the ring turns
        if not history.is_complete:
            return from_engine(lab, most)
    return from_record(lab, step, most, history)


def is_rushing(lab: World) -> bool:
    """Return whether a lab runs at full speed, so that whose slice it is is over before anybody could read it."""
    return lab.state == "running" and lab.pace is None and not isinstance(lab, HeldLab)


def _asleep(component: Any, parent: Any, pause: Pause, full: Any, helper: Any, woken_by_room: bool) -> Stand:
    """Return how a component stands that waits, or whose helper does."""
    runner = component if helper is None else helper
    blocked = is_blocked(component, runner, pause[1], full is not None and woken_by_room)
    return Stand(BLOCKED if blocked else ASLEEP, parent, None, pause, full, helper)


# -- from the engine ------------------------------------------------------------------------------


def from_engine(lab: World, most: int | None = None) -> Snapshot:
    """Return how a lab stands now, from its components and boxes; ``most`` as in :func:`snapshot_of`."""
    moment = Moment(lab)
    links = dict.fromkeys(_links([*moment.components, *(ended.component for ended in moment.ended)]))
    known = _known(moment, links)
    ledger = ledger_of(lab.trace)
    names = Names()
    names.seen.update(dict.fromkeys(sorted(known, key=_in_order)))
    return Snapshot(
        lab.scheduler.step,
        lab.scheduler.now,
        MappingProxyType({component: stand_now(moment, component, known) for component in known}),
        MappingProxyType({box: waiting for component in known for box, waiting in _waiting_now(component, most)}),
        MappingProxyType({link: ledger.count(*link) for link in links}),
        MappingProxyType({box: box.discarded for component in known for box in _outboxes(component) if box.discarded}),
        _limits(known),
        None if is_rushing(lab) else whose(lab.trace.last_runner()),
        None if is_rushing(lab) else _next(lab),
        ledger.exact,
        names,
    )


def _in_order(component: Any) -> float:
    """Return the number of a component, as a key; those without one come last."""
    return (task_of(component).number if isinstance(component, Microprocess) else 0) or inf


def _known(moment: Moment, links: Iterable[Hop]) -> dict[Any, None]:
    """Return those that are alive in order of activation, those that are linked, and those that have ended."""
    found: dict[Any, None] = dict.fromkeys(moment.components)
    found.update({box.owner: None for link in links for box in link})
    for ended in moment.ended:
        component = ended.component
        if not ended.helper:
            found[ended if component is None else component] = None
    return found


def _links(members: Iterable[Any]) -> Iterator[Hop]:
    """Yield the links that components have made."""
    for component in members:
        switchboard = task_of(component).switchboard if isinstance(component, Component) else None
        if switchboard is not None:
            yield from ((link.source_box, link.sink_box) for link in switchboard.links)


def _limits(known: Iterable[Any], history: History | None = None, number: int = 0) -> Mapping[Inbox, int]:
    """Return the limits that inboxes have now, or had after an event."""
    found: dict[Inbox, int] = {}
    for component in known:
        for box in made_inboxes_of(component).values() if isinstance(component, Component) else ():
            limit = box.limit if history is None else history.was(box, "limit", number)
            if limit is not None:
                found[box] = limit
    return MappingProxyType(found)


def _outboxes(component: Any) -> Iterable[Any]:
    return made_outboxes_of(component).values() if isinstance(component, Component) else ()


def stand_now(moment: Moment, component: Any, known: Mapping[Any, Any] = MappingProxyType({})) -> Stand:
    """Return how one component stands now; its parent is told if that is among ``known``."""
    if isinstance(component, Ended):
        return Stand(component.state, None, component.step)
    task = task_of(component)
    life = task.life
    parent = _parent(component, task.parent, life in ENDED, known)
    if life is NEW or life in ENDED:
        return _ended(component, life, parent)
    stand = _stand_of_living(moment, component, parent)
    return stand if moment.holder(component) is None else replace(stand, state=HELD)


def _stand_of_living(moment: Moment, component: Any, parent: Any) -> Stand:
    runner = runner_of(component)
    helper = runner if runner is not component else None
    if moment.status(component) in (RUNNABLE, RUNNING, HELD):
        return Stand(RUNNABLE, parent, helper=helper)
    timer = task_of(runner).pause_timer
    pause = (timer.when if timer is not None else None, task_of(runner).awaits)
    full = next((box.target for box in _outboxes(component) if box.is_full()), None)
    return _asleep(component, parent, pause, full, helper, full is not None and component.woken_by_collection)


def _ended(component: Any, life: str, parent: Any) -> Stand:
    """Return how a component stands that has ended or was never activated."""
    ended = task_of(component).end_record
    return Stand(life, parent, ended.step if ended is not None else None)


def _parent(component: Any, parent: Any, has_ended: bool, known: Mapping[Any, Any]) -> Any:
    """Return the component that contains another one; of one that was let go of after its end, the one that did.

    ``None`` if that is not among ``known``.
    """
    if parent is None and has_ended and (ended := task_of(component).end_record) is not None:
        parent = ended.container
    return parent if parent is not component and parent in known else None


def _waiting_now(component: Any, most: int | None) -> Iterator[tuple[Inbox, Mail]]:
    if not isinstance(component, Component):
        return
    for name, box in made_inboxes_of(component).items():
        held = held_by_thread(component, name)
        count = len(held) + len(box.items)
        if count:
            messages = (*held, *box.items) if most is None else tuple(islice(chain(held, box.items), most))
            said = tuple([text_to_keep(message, thoroughly=True) for message in messages[:TEXTS]])
            yield box, Mail(count, messages, said, min(len(held), len(messages)))


def _next(lab: World) -> Any:
    """Return the component that has the next slice; ``None`` where no one can run, or only the chooser knows."""
    return whose(lab.scheduler.next_up())


# -- from the record ------------------------------------------------------------------------------


def from_record(
    lab: World, step: int | None = None, most: int | None = None, history: History | None = None
) -> Snapshot:
    """Return how a lab stood after a step, the last one unless told, from its record.

    Args:
        lab: the lab.
        step: the step.
        most: as in :func:`snapshot_of`.
        history: what the record tells; that of the lab unless told.

    Raises:
        StepOutOfRange: there is no such step, or it is forgotten.
    """
    history = history_of(lab) if history is None else history
    step = history.latest if step is None else step
    number = history.end_of(step)
    now = Moment(lab) if step == history.latest else None
    links = [(link.source_box, link.sink_box) for link in history.links_after(number)]
    lives = history.states_after(number)
    waiting = {helper: task_of(helper).awaited_by for helper in lives}
    helpers = {by: helper for helper, by in waiting.items() if by is not None and lives[helper] in ALIVE}
    known = {component: life for component, life in lives.items() if waiting[component] is None}
    for owner in [end.owner for link in links for end in link if end.owner not in lives]:
        ended = task_of(owner).end_record
        gone = ended is not None and ended.step <= step  # before the oldest record
        known[owner] = task_of(owner).life if gone or now is not None else NEW

    def stood(component: Any, life: str) -> Stand:
        stand = stood_but_for_hold(component, life)
        if stand.state is NEW or stand.state in ENDED or not _was_held(history, component, number):
            return stand
        return replace(stand, state=HELD)

    def stood_but_for_hold(component: Any, life: str) -> Stand:
        if now is not None and isinstance(component, Relayed):  # its thread may have come back since
            return stand_now(now, component, known)
        parent: Any = task_of(component).parent
        if history.changed and isinstance(component, Component):
            parent = history.was(task_of(component), "parent", number)
        parent = _parent(component, parent, life in ENDED, known)
        if life in ENDED:
            return _ended(component, life, parent)
        runner = component
        while runner in helpers:
            runner = helpers[runner]
        helper = runner if runner is not component else None
        runners_life = lives.get(runner, life)
        if runners_life not in (ASLEEP, WAITING):
            return Stand(runners_life, parent, helper=helper)
        full = history.full_target(component, number) if isinstance(component, Component) else None
        woken_by_room = full is not None and history.was(component, "woken_by_collection", number)
        return _asleep(component, parent, history.pause(runner, number) or (None, None), full, helper, woken_by_room)

    return Snapshot(
        step,
        history.time_of(number),
        MappingProxyType({component: stood(component, life) for component, life in known.items()}),
        MappingProxyType(dict(_waited(history, number, most))),
        MappingProxyType(_counted(lab, history, number, links)),
        MappingProxyType(_lost(history, number)),
        _limits(known, history if history.changed else None, number),
        whose(_runner(history, step)),
        _was_next(lab, history, step, lives),
        history.is_complete or ledger_of(lab.trace).exact,
        history.names,
    )


def _was_held(history: History, component: Any, number: int) -> bool:
    """Return whether the user held a component, or what contains it, after an event."""
    while isinstance(component, Microprocess):
        task = task_of(component)
        if history.was(task, "held", number):
            return True
        component = history.was(task, "parent", number)
    return False


def _waited(history: History, number: int, most: int | None) -> Iterator[tuple[Inbox, Mail]]:
    for box, line in history.lines.items():
        held = history.held(box, number)
        count = len(held) + line.count(number)
        if count:
            arrivals = [*held, *line.waiting(number, most)][:most]
            messages, said = map(history.message, arrivals), map(history.said, arrivals)
            yield box, Mail(count, tuple(messages), tuple(said), min(len(held), len(arrivals)), tuple(arrivals))


def _counted(lab: World, history: History, number: int, links: Iterable[Hop]) -> dict[Hop, int]:
    """Return how many messages had gone over each link: from the beginning, or back from what is counted by now."""
    crossings = history.crossings_up_to_now()
    counts = {link: crossings.count(*link, number) for link in links}
    if history.is_complete:
        return counts
    ledger, last = ledger_of(lab.trace), history.next_number
    return {link: ledger.count(*link) - crossings.count(*link, last) + count for link, count in counts.items()}


def _lost(history: History, number: int) -> dict[Any, int]:
    """Return how many messages each outbox had lost, in the same way."""
    then = history.lost(number)
    if history.is_complete:
        return then
    later = {box: count - then.get(box, 0) for box, count in history.lost(history.next_number).items()}
    counted = {box: box.discarded - later.get(box, 0) for component in history.lives for box in _outboxes(component)}
    return {box: count for box, count in counted.items() if count > 0}


def _runner(history: History, step: int) -> Any:
    """Return what was run in a slice, a component or its helper, as far as that is known."""
    place = step - history.steps[0] if history.steps else -1
    if not 0 <= place < len(history.starts):
        return None
    record = history.record(history.starts[place])
    return record[3] if record[0] is RESUMED and record[1] == step else None


def _was_next(lab: World, history: History, step: int, lives: Mapping[Any, str]) -> Any:
    """Return the component that had the following slice, if that was known when the lab stood at the step."""
    if step == history.latest:
        return _next(lab)
    # With a chooser that cannot be foreseen it was not known; one that was not runnable was woken later, by a timer.
    following = _runner(history, step + 1) if lab.scheduler.foresees() else None
    return whose(following) if lives.get(following) == RUNNABLE else None
