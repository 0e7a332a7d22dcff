"""Who is still there and should not be; and who still runs when a system is to end.

A component *leaks* if nothing is left for it to do and it has not ended:

- *connection*: it serves a connection that has ended, and sleeps on. A server tells its protocols of the
  end on ``control``; one that does not look there lives on.
- *orphan*: its parent has ended, so nobody takes care of it any more.
- *forgotten*: it sleeps, whoever sent to it has ended, and nothing else in the lab could wake it.

A source that waits for the outside, or a pipeline at rest, is no leak.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..core.component import Component
from ..core.events import SENT, Event, name_of
from ..core.ipc import SHUTDOWN_MESSAGES, Shutdown
from ..core.microprocess import Microprocess
from ..core.world import World
from .facts import ENDED, SLEEPING, Moment, ended_in_words, held_by_thread, standing_still
from .graph import Graph
from .needs import CHILD, NETWORK, ROOM, Need
from .standing import place_of
from .why import status_in_words
from .words import counted, paragraph, shown

CONNECTION, ORPHAN, FORGOTTEN = "connection", "orphan", "forgotten"


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
    PassThrough_3 sleeps, and nobody is left who sends to it.
    """

    kind: str
    component: str
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True, repr=False)
class Leaks:
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
        return tuple(each for each in self.all if each.component == name)

    def __str__(self) -> str:
        headline = counted(len(self.all), "leak") if self.all else "no leaks"
        return paragraph(f"step {self.step}: {headline}", list(map(str, self.all)))

    __repr__ = __str__


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
class Survivors:
    """Everybody who is still alive in a lab, in order of activation.

    >>> print(Survivors(7))
    step 7: nobody is alive
    """

    step: int
    all: tuple[Survivor, ...] = ()

    def __iter__(self) -> Iterator[Survivor]:
        return iter(self.all)

    def __len__(self) -> int:
        return len(self.all)

    def of(self, name: str) -> Survivor | None:
        """Return what is said of one component; ``None`` if it is not alive."""
        return next((each for each in self.all if each.component == name), None)

    def __str__(self) -> str:
        if not self.all:
            return f"step {self.step}: nobody is alive"
        headline = f"step {self.step}: {counted(len(self.all), 'component')} still alive"
        return paragraph(headline, list(map(str, self.all)))

    __repr__ = __str__


def leaks(lab: World) -> Leaks:
    """Return the components of a lab that live on with nothing left to do.

    Raises:
        LabIsRunning: a slice does not come to its end.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import OneShot, PassThrough
    >>> with Lab(clock="virtual") as lab:
    ...     _ = Pipeline(OneShot("hello"), PassThrough(shutdown_on=[])).activate()
    ...     _ = lab.run()
    ...     print(leaks(lab))
    step 7: 1 leak
      PassThrough_3 sleeps, and nobody is left who sends to it.
    """
    with standing_still(lab) as moment:
        graph = Graph(moment)
        found = _of_connections(moment, graph)
        for component in moment.components:
            if component not in found and isinstance(component, Component):
                leak = _orphan(component) or _forgotten(component, moment, graph)
                if leak is not None:
                    found[component] = leak
        return Leaks(moment.scheduler.step, tuple(found[each] for each in moment.components if each in found))


def _of_connections(moment: Moment, graph: Graph) -> dict[Microprocess, Leak]:
    """Find those whose connection has ended: what a server calls leaked, and who sleeps on for good."""
    found: dict[Microprocess, Leak] = {}
    for server in moment.components:
        clients: Any = getattr(server, "_clients", None)
        for client in list(clients.values()) if isinstance(clients, dict) else ():
            adapter, protocol = getattr(client, "adapter", None), getattr(client, "protocol", None)
            if not (isinstance(adapter, Component) and isinstance(protocol, Component)) or protocol.is_stopped():
                continue
            sleeps_on = adapter.is_stopped() and protocol not in graph.going_on
            if sleeps_on or any(each is protocol for each in getattr(server, "leaked", ())):
                how = "sleeps on" if moment.status(protocol) in SLEEPING else "lives on"
                unread = len(protocol.inboxes["control"].items) if "control" in protocol.inboxes else 0
                told = f", with {counted(unread, 'message')} unread in its 'control'" if unread else ""
                over = "has ended" if adapter.is_stopped() else "is over, as it was told"
                found[protocol] = Leak(
                    CONNECTION,
                    name_of(protocol),
                    f"{name_of(protocol)} {how} although its connection {name_of(adapter)} of {name_of(server)} "
                    f"{over}{told}.",
                )
    return found


def _orphan(component: Component) -> Leak | None:
    parent = component._parent
    if parent is None or parent._life not in ENDED:
        return None
    text = f"{name_of(component)} lives on although its parent {name_of(parent)} {ended_in_words(parent)}."
    return Leak(ORPHAN, name_of(component), text)


def _forgotten(component: Component, moment: Moment, graph: Graph) -> Leak | None:
    if moment.status(component) not in SLEEPING or component in graph.going_on:
        return None
    needs = graph.needs[component]
    if any(
        need.kind in (ROOM, CHILD, NETWORK) or (need.who is not None and not need.who.is_stopped()) for need in needs
    ):
        return None
    wanted = {need.name for need in needs if need.name and need.name != "control"}
    if not wanted or not wanted <= _fed_by_the_ended(component, needs, moment):
        return None
    return Leak(FORGOTTEN, name_of(component), f"{name_of(component)} sleeps, and nobody is left who sends to it.")


def _fed_by_the_ended(component: Component, needs: list[Need], moment: Moment) -> set[str]:
    """Return the inboxes to which somebody who has ended leads, or has sent."""
    fed = {need.name for need in needs if need.who is not None and need.who.is_stopped()}
    for event in moment.events:
        if event.kind != SENT or event.box.owner is not component or event.source is None:
            continue
        if event.source.owner.is_stopped():
            fed.add(event.box.name)
    return fed


def who_still_runs(lab: World) -> Survivors:
    """Return everybody who is alive, with what they wait for and whether they were told to end.

    To be asked when a system should have ended: after a ProducerFinished, a ShutdownMicroprocess or a
    Shutdown was sent through it.

    Raises:
        LabIsRunning: a slice does not come to its end.

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
    with standing_still(lab) as moment:
        graph = Graph(moment)
        told = _told_to_end(moment)
        return Survivors(
            moment.scheduler.step,
            tuple(
                Survivor(
                    name_of(each),
                    status_in_words(each, moment),
                    _waits_for(each, moment, graph),
                    _told_in_words(each, told.get(id(each))),
                )
                for each in moment.components
            ),
        )


def _told_to_end(moment: Moment) -> dict[int, Event]:
    """Return the last message that asked each component to end."""
    return {
        id(event.box.owner): event
        for event in moment.events
        if event.kind == SENT and event.box.name == "control" and _asks_to_end(event.message)
    }


def _asks_to_end(message: Any) -> bool:
    return isinstance(message, (*SHUTDOWN_MESSAGES, Shutdown))


def _waits_for(component: Microprocess, moment: Moment, graph: Graph) -> str:
    if moment.status(component) not in SLEEPING:
        place = place_of(component)
        return f" at {place}" if place is not None else ""
    needs = [str(need) for need in graph.needs.get(component, ()) if need.name != "control" or need.who is not None]
    short = list(dict.fromkeys(needs)) or ["a message from outside"]
    more = f" or {len(short) - 3} more" if len(short) > 3 else ""
    return f", waits for {' or '.join(short[:3])}{more}"


def _told_in_words(component: Microprocess, event: Event | None) -> str:
    box = getattr(component, "_in", {}).get("control")
    unread = () if box is None else (*held_by_thread(component, "control"), *box.items)
    for message in unread:
        if _asks_to_end(message):
            return f"{_kind(message)} waits unread in its 'control'"
    if event is not None:
        return f"it was told to end by {_kind(event.message)} in step {event.step}, and lives on"
    return "it was not told to end"


def _kind(message: Any) -> str:
    return shown(message).split("(")[0]
