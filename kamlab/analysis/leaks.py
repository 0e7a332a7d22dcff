"""Who is still there and should not be; and who still runs when a system is to end.

A component *leaks* if nothing is left for it to do and it has not ended:

- *connection*: it serves a connection that has ended, and sleeps on. A server tells its protocols of the
  end on ``control``; one that does not look there lives on.
- *orphan*: its parent has ended, so nothing takes care of it any more.
- *forgotten*: it sleeps, all that sent to it have ended, and nothing else in the lab could wake it.
- *unclaimed*: it was never activated, and messages wait in its inboxes; or its parent has ended without activating it.

A source that waits for the outside, or a pipeline at rest, is no leak.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..core.box import made_inboxes_of
from ..core.component import Component
from ..core.describe import name_of
from ..core.events import SENT, Event
from ..core.ipc import SHUTDOWN_MESSAGES, Shutdown
from ..core.microprocess import Microprocess, is_over
from ..core.reading import Answer
from ..core.states import ASLEEP, ENDED
from ..core.task import task_of
from ..core.world import World
from .location import place_of
from .moment import Moment, ended_in_words, explained, has_ended, held_by_thread
from .needs import CHILD, GONE, NETWORK, ROOM, Need
from .wait_graph import WaitGraph, unclaimed, unclaimed_in_words
from .why_component import status_in_words
from .words import counted, joined, paragraph, shown

CONNECTION, ORPHAN, FORGOTTEN, UNCLAIMED = "connection", "orphan", "forgotten", "unclaimed"


@dataclass(frozen=True, slots=True)
class Leak:
    """One component that lives on: of which kind, and why it is called a leak.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import OneShot, PassThrough
    >>> with Lab(clock="virtual") as lab:
    ...     _ = Pipeline(OneShot("hello"), PassThrough(shutdown_on=[])).activate()
    ...     _ = lab.run()
    ...     leak = lab.leaks().all[0]
    >>> leak.kind, leak.component
    ('forgotten', 'PassThrough_3')
    >>> print(leak)
    PassThrough_3 sleeps, and no component is left that sends to it: OneShot_2 finished at step 4.
    """

    kind: str
    component: str
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True, repr=False)
class Leaks(Answer):
    """All leaks of a lab, in order of activation.

    >>> print(Leaks(7))
    step 7: no leaks
    """

    step: int
    all: tuple[Leak, ...] = ()

    def __iter__(self) -> Iterator[Leak]:
        return iter(self.all)

    def __len__(self) -> int:
        return len(self.all)

    def of(self, name: str) -> tuple[Leak, ...]:
        """Return what is said of one component."""
        return tuple(leak for leak in self.all if leak.component == name)

    def as_words(self) -> str:
        """Return it in words."""
        headline = counted(len(self.all), "leak") if self.all else "no leaks"
        return paragraph(f"step {self.step}: {headline}", list(map(str, self.all)))


@dataclass(frozen=True, slots=True)
class Survivor:
    """One that is still alive: its state, what it waits for, and what it was told.

    >>> from kamlab import Lab
    >>> from kamlab.parts import PassThrough
    >>> with Lab(clock="virtual") as lab:
    ...     _ = PassThrough().activate()
    ...     _ = lab.run()
    ...     print(lab.still_running().of("PassThrough_1"))
    PassThrough_1 sleeps, waits for a message from outside; it was not told to end.
    """

    component: str
    state: str
    waits_for: str
    told: str

    def __str__(self) -> str:
        return f"{self.component} {self.state}{self.waits_for}; {self.told}."


@dataclass(frozen=True, slots=True, repr=False)
class Survivors(Answer):
    """The components of a lab that are still alive, in order of activation.

    ``others`` are sentences on the last that failed, and on those that were never activated.

    >>> print(Survivors(7))
    step 7: no component is alive
    """

    step: int
    all: tuple[Survivor, ...] = ()
    others: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Survivor]:
        return iter(self.all)

    def __len__(self) -> int:
        return len(self.all)

    def of(self, name: str) -> Survivor | None:
        """Return what is said of one component; ``None`` if it is not alive."""
        return next((survivor for survivor in self.all if survivor.component == name), None)

    def as_words(self) -> str:
        """Return it in words."""
        alive = f"{counted(len(self.all), 'component')} still alive" if self.all else "no component is alive"
        return paragraph(f"step {self.step}: {alive}", [*map(str, self.all), *self.others])


def leaks(lab: World) -> Leaks:
    """Return the components of a lab that live on with nothing left to do.

    Raises:
        LabIsRunning: another thread holds the lock of the lab for long.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import OneShot, PassThrough
    >>> with Lab(clock="virtual") as lab:
    ...     _ = Pipeline(OneShot("hello"), PassThrough(shutdown_on=[])).activate()
    ...     _ = lab.run()
    ...     print(leaks(lab))
    step 7: 1 leak
      PassThrough_3 sleeps, and no component is left that sends to it: OneShot_2 finished at step 4.
    """
    return explained(lab, _leaks_at)


def _leaks_at(moment: Moment) -> Leaks:
    graph = WaitGraph(moment)
    found = _of_connections(moment, graph)
    for component in moment.components:
        if component not in found and isinstance(component, Component):
            leak = _orphan(component) or _forgotten(component, moment, graph)
            if leak is not None:
                found[component] = leak
    living = [found[component] for component in moment.components if component in found]
    return Leaks(moment.scheduler.step, (*living, *map(_never_activated, _unclaimed(moment))))


def _unclaimed(moment: Moment) -> list[Component]:
    return [
        component
        for component in moment.never_activated
        if unclaimed(component) or ((parent := task_of(component).parent) and has_ended(parent))
    ]


def _never_activated(component: Component) -> Leak:
    boxes = unclaimed(component)
    parent = task_of(component).parent
    if boxes:
        text = " ".join(map(unclaimed_in_words, boxes))
    else:
        assert parent is not None
        text = f"{name_of(component)} was never activated, and its parent {name_of(parent)} {ended_in_words(parent)}."
    return Leak(UNCLAIMED, name_of(component), text)


def _of_connections(moment: Moment, graph: WaitGraph) -> dict[Microprocess, Leak]:
    """Find those whose connection has ended: what a server calls leaked, and who sleeps on for good."""
    found: dict[Microprocess, Leak] = {}
    for server in moment.components:
        clients: Any = getattr(server, "_clients", None)
        for client in list(clients.values()) if isinstance(clients, dict) else ():
            adapter, protocol = getattr(client, "adapter", None), getattr(client, "protocol", None)
            if not (isinstance(adapter, Component) and isinstance(protocol, Component)) or is_over(protocol):
                continue
            sleeps_on = is_over(adapter) and protocol not in graph.going_on
            if sleeps_on or any(leaked is protocol for leaked in getattr(server, "leaked", ())):
                how = "sleeps on" if moment.status(protocol) == ASLEEP else "lives on"
                unread = len(protocol.inboxes["control"].items) if "control" in protocol.inboxes else 0
                told = f", with {counted(unread, 'message')} unread in its 'control'" if unread else ""
                over = "has ended" if is_over(adapter) else "is over, as it was told"
                found[protocol] = Leak(
                    CONNECTION,
                    name_of(protocol),
                    f"{name_of(protocol)} {how} although its connection {name_of(adapter)} of {name_of(server)} "
                    f"{over}{told}.",
                )
    return found


def _orphan(component: Component) -> Leak | None:
    parent = task_of(component).parent
    if parent is None or task_of(parent).life not in ENDED:
        return None
    text = f"{name_of(component)} lives on although its parent {name_of(parent)} {ended_in_words(parent)}."
    return Leak(ORPHAN, name_of(component), text)


def _forgotten(component: Component, moment: Moment, graph: WaitGraph) -> Leak | None:
    if moment.status(component) != ASLEEP or component in graph.going_on:
        return None
    needs = graph.needs[component]
    if any(need.kind in (ROOM, CHILD, NETWORK) or (need.who is not None and not has_ended(need.who)) for need in needs):
        return None
    wanted = {need.name for need in needs if need.name and need.name != "control"}
    if not wanted or not wanted <= _fed_by_the_ended(component, needs, moment):
        return None
    gone = {name_of(need.who): need.why_not for need in needs if need.who is not None and need.name in wanted}
    how = f": {'; '.join(f'{name} {how}' for name, how in gone.items())}" if gone else ""
    text = f"{name_of(component)} sleeps, and no component is left that sends to it{how}."
    return Leak(FORGOTTEN, name_of(component), text)


def _fed_by_the_ended(component: Component, needs: list[Need], moment: Moment) -> set[str]:
    """Return the inboxes to which a component that has ended leads, or led, or has sent."""
    fed = {need.name for need in needs if need.who is not None and has_ended(need.who)}
    for event in moment.events:
        if event.kind != SENT or event.box.owner is not component or event.source is None:
            continue
        if is_over(event.source.owner):
            fed.add(event.box.name)
    return fed


def who_still_runs(lab: World) -> Survivors:
    """Return the components that are alive, with what they wait for and whether they were told to end.

    To be asked when a system should have ended: after a ProducerFinished, a ShutdownMicroprocess or a
    Shutdown was sent through it.

    Raises:
        LabIsRunning: another thread holds the lock of the lab for long.

    >>> from kamlab import Component, Lab
    >>> class Stubborn(Component):
    ...     def main(self):
    ...         while True:
    ...             self.pause()
    ...             yield
    >>> with Lab() as lab:
    ...     _ = Stubborn(name="stubborn").activate()
    ...     _ = lab.run()
    ...     print(who_still_runs(lab))
    step 1: 1 component still alive
      stubborn sleeps, waits for a message from outside; it was not told to end.
    """
    return explained(lab, _survivors_at)


def _survivors_at(moment: Moment) -> Survivors:
    graph = WaitGraph(moment)
    told = _told_to_end(moment)
    return Survivors(
        moment.scheduler.step,
        tuple(
            Survivor(
                name_of(component),
                status_in_words(component, moment),
                _waits_for(component, moment, graph),
                _told_in_words(component, told.get(id(component))),
            )
            for component in moment.components
        ),
        (*(text for _, text in graph.failures(set())), *_never_activated_in_words(moment)),
    )


def _never_activated_in_words(moment: Moment) -> Iterator[str]:
    names = [name_of(component) for component in moment.never_activated]
    if names:
        yield f"{joined(names)} {'has' if len(names) == 1 else 'have'} not been activated."


def _told_to_end(moment: Moment) -> dict[int, Event]:
    """Return the last message that asked each component to end."""
    return {
        id(event.box.owner): event
        for event in moment.events
        if event.kind == SENT and event.box.name == "control" and _asks_to_end(event.message)
    }


def _asks_to_end(message: Any) -> bool:
    return isinstance(message, (*SHUTDOWN_MESSAGES, Shutdown))


def _waits_for(component: Microprocess, moment: Moment, graph: WaitGraph) -> str:
    if moment.status(component) != ASLEEP:
        place = place_of(component)
        return f" at {place}" if place is not None else ""
    found = graph.needs.get(component, [])
    gone = {need.name for need in found if need.kind == GONE}
    needs = [need.short for need in found if need.who is not None or (need.name != "control" and need.name not in gone)]
    short = list(dict.fromkeys(needs)) or ["a message from outside"]
    more = f" or {len(short) - 3} more" if len(short) > 3 else ""
    return f", waits for {' or '.join(short[:3])}{more}"


def _told_in_words(component: Microprocess, event: Event | None) -> str:
    box = made_inboxes_of(component).get("control") if isinstance(component, Component) else None
    unread = () if box is None else (*held_by_thread(component, "control"), *box.items)
    for message in unread:
        if _asks_to_end(message):
            return f"{_kind(message)} waits unread in its 'control'"
    if event is not None:
        return f"it was told to end by {_kind(event.message)} in step {event.step}, and lives on"
    return "it was not told to end"


def _kind(message: Any) -> str:
    return shown(message).split("(")[0]
