"""Who waits for whom: the relation as a value, and what it says about the lab as a whole.

What the words mean
-------------------
Needs are alternatives (:mod:`kamlab.analysis.needs`): a sleeper goes on as soon as one is met. From
that follow the verdicts, of which the first that fits is given:

- *finished*: no component is alive. *new*: none has been activated.
- *runnable*: at least one component can run.
- *alive*: no component can run now, but a timer, a thread or the network will make it so.
- *held*: the only ones that could run are held by the user.
- *deadlock*: some components wait in a circle, each for the next, for a message or for room in a full
  box, and nothing else would let any of them go on.
- *stuck*: no circle, but a component waits for room in the inbox of one that has ended or will not take
  anything, or messages wait in an inbox whose owner has slept again without taking them, or was never activated.
- *at rest*: all sleep, nothing waits unread, none waits in a circle. A message from outside would set
  it going again; a pipeline whose source has nothing to say is at rest.

Whatever the verdict, it is told who has failed, who waits for a component from which nothing will come any more, what
waits in the inbox of one that was never activated, and which inboxes grow.

A circle may also exist in a lab that is alive elsewhere; it is told then as well.

How sure a deadlock is
----------------------
A circle that contains a full box is a deadlock: there is something to do that no component does. So is one
in which a member is in the middle of something: its code stands at a line that asks for one of its
inboxes only, while it looks into others elsewhere, as a philosopher does who has one fork and asks for
the second. Two components that wait for each other with empty boxes, each where it always waits, may
as well have nothing more to say. That is called a deadlock too, and the text says that it may be rest:
only the program knows. It is not called one if a member has an inbox besides ``control`` that it looks
into and to which nothing in the lab leads: that one waits for the outside, so the circle is at rest.

Messages put in by hand, by ``deliver``, can wake anybody. They do not count, or nothing would ever
be a deadlock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..core.describe import name_of
from ..core.microprocess import Microprocess
from ..core.reading import Answer
from ..core.task import task_of
from ..core.world import World
from .growth import growing
from .moment import Moment, explained
from .needs import MESSAGE, OUTSIDE, TURN, Need
from .wait_graph import WaitGraph, missed_by
from .words import capital, counted, end_of, joined, paragraph

NEW, FINISHED, RUNNABLE, ALIVE = "new", "finished", "runnable", "alive"
HELD, DEADLOCK, STUCK, AT_REST = "held", "deadlock", "stuck", "at rest"

#: How many members of a circle are written down.
WRITTEN = 12
#: With more components than this the end of a run is not analysed, unless :func:`waiting` is asked: it takes too long.
MANY = 300

_HEADLINES = {
    NEW: "nothing has been activated yet",
    FINISHED: "every component has ended",
    RUNNABLE: "it can go on",
    ALIVE: "no component can run now, but something is still to come",
    HELD: "only components that are held could run",
    DEADLOCK: "deadlock: components wait for each other in a circle",
    STUCK: "it stands still, and messages wait that no component will take",
    AT_REST: "at rest: all sleep, and nothing waits to be read",
}


@dataclass(frozen=True, slots=True)
class Wait:
    """One edge: ``waiter`` waits for ``on``, which could let it go on.

    ``on`` is nothing if no component of the lab could. ``kind`` is one of message, room, child, timer,
    thread, network, turn, outside, gone (``on`` sent there and has ended); ``box`` the inbox it is about.
    ``sure``: there is no alternative but others of the same kind. ``numbers`` are those that the lab gave the two at
    activation, 0 where there is none: a name may be that of several.

    >>> from kamlab import Component, Lab
    >>> class Listener(Component):
    ...     async def main(self):
    ...         await self.receive()
    >>> with Lab(clock="virtual") as lab:
    ...     _ = Listener().activate()
    ...     _ = lab.run()
    ...     wait = lab.why().of("Listener_1")[0]
    >>> print(wait)
    Listener_1 waits for a message from outside in its 'inbox'
    >>> wait.kind, wait.on
    ('outside', '')
    """

    waiter: str
    kind: str
    on: str = ""
    box: str = ""
    text: str = ""
    sure: bool = False
    numbers: tuple[int, int] = field(default=(0, 0), compare=False)

    def __str__(self) -> str:
        return f"{self.waiter} waits for {self.text}"


@dataclass(frozen=True, slots=True, repr=False)
class Waiting(Answer):
    """Who waits for whom in a lab, at one moment.

    ``waits`` are the edges, in order of activation. Each of ``circles`` is a closed chain of them, with
    nothing from elsewhere that would open it. ``certain`` says whether they can be nothing but deadlocks.
    ``left`` are sentences on what nothing will take; ``coming`` what is still to come; ``in_vain`` sentences on
    components that wait for those that have ended or were never activated; ``failed`` the last that failed, each with
    a sentence unless there is one already; ``growing`` sentences on inboxes that grow; ``held`` sentences on what the
    user holds; ``lost_wake_ups`` the sleepers that may have missed a wake-up.

    >>> from kamlab import Component, Lab
    >>> class Polite(Component):
    ...     async def main(self):
    ...         self.send(await self.receive())
    >>> with Lab(clock="virtual") as lab:
    ...     ada, bob = Polite(name="Ada").activate(), Polite(name="Bob").activate()
    ...     _ = ada.link((ada, "outbox"), (bob, "inbox")), bob.link((bob, "outbox"), (ada, "inbox"))
    ...     _ = lab.run()
    ...     waiting = lab.why()
    >>> waiting.verdict, waiting.certain
    ('deadlock', False)
    >>> print(*waiting.circles[0], sep="; ")
    Ada waits for a message from Bob in its 'inbox'; Bob waits for a message from Ada in its 'inbox'
    """

    verdict: str
    step: int
    waits: tuple[Wait, ...] = ()
    circles: tuple[tuple[Wait, ...], ...] = ()
    certain: bool = False
    left: tuple[str, ...] = ()
    coming: tuple[str, ...] = ()
    in_vain: tuple[str, ...] = ()
    failed: tuple[tuple[str, str], ...] = ()
    growing: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    lost_wake_ups: tuple[str, ...] = ()

    def of(self, name: str) -> tuple[Wait, ...]:
        """Return what a component waits for."""
        return tuple(wait for wait in self.waits if wait.waiter == name)

    @property
    def headline(self) -> str:
        """The verdict, in a few words more, and who has failed."""
        text = _HEADLINES[self.verdict]
        if self.verdict == DEADLOCK and not self.certain:
            text = "deadlock, or rest: components wait for each other in a circle"
        return f"{text}; {joined(name for name, _ in self.failed)} failed" if self.failed else text

    @property
    def sentences(self) -> tuple[str, ...]:
        """What there is to say about it, in full sentences."""
        can_run = [wait.waiter for wait in self.waits if wait.kind == TURN]
        said = [f"Runnable: {joined(can_run)}."] if can_run else []
        said += self.held
        if self.coming:
            said.append(f"{capital(joined(self.coming))}.")
        for circle in self.circles:
            said.append(circle_in_words(circle) + ".")
        if self.circles and not self.certain:
            said.append(
                "If they expect nothing more of each other, this is rest and not deadlock: only the program knows."
            )
        elif self.circles and self.verdict != DEADLOCK:
            said.append("Those in the circle never go on, whatever the others do.")
        said += [*self.in_vain, *(sentence for _, sentence in self.failed if sentence)]
        said += [*self.left, *self.growing]
        if self.verdict == AT_REST:
            said.append("A message from outside would set it going again.")
            said += self._asleep()
        return tuple(said)

    def _asleep(self) -> list[str]:
        names = list(dict.fromkeys(wait.waiter for wait in self.waits))
        return [f"Waiting: {joined(names)}."] if names else []

    def as_words(self) -> str:
        """Return it in words."""
        return paragraph(f"step {self.step}: {self.headline}", self.sentences)


def waiting(lab: World) -> Waiting:
    """Return who waits for whom in a lab, and what that makes of the lab.

    Raises:
        LabIsRunning: another thread holds the lock of the lab for long.

    >>> from kamlab import Component, Lab
    >>> class Quiet(Component):
    ...     async def main(self):
    ...         await self.receive()
    >>> with Lab() as lab:
    ...     _ = Quiet(name="quiet").activate()
    ...     _ = lab.run()
    ...     waiting(lab).verdict
    'at rest'
    """
    return explained(lab, waiting_at)


def waiting_at(moment: Moment) -> Waiting:
    """Return the same for a moment that is held already."""
    graph = WaitGraph(moment)
    step = moment.scheduler.step
    circles = graph.circles()
    left = tuple(graph.left_lying(circles))
    coming = tuple(graph.coming()) if graph.nodes else ()
    in_vain, told = graph.in_vain()
    if not graph.nodes:
        verdict = FINISHED if step or moment.everybody else NEW
    elif graph.anyone_can_run or moment.scheduler.posted:
        verdict = RUNNABLE
    elif coming:
        verdict = ALIVE
    elif graph.anyone_could_run:
        verdict = HELD
    elif circles:
        verdict = DEADLOCK
    else:
        verdict = STUCK if left else AT_REST
    return Waiting(
        verdict,
        step,
        tuple([as_wait(waiter, need) for waiter in graph.nodes for need in graph.needs[waiter]]),
        tuple([tuple([as_wait(waiter, need) for waiter, need in circle]) for circle in circles]),
        bool(circles) and all(map(graph.is_certain, circles)),
        left,
        coming,
        tuple(in_vain),
        tuple(graph.failures(told)),
        tuple(growing([*graph.nodes, *moment.never_activated], moment)),
        tuple(graph.held()),
        tuple(map(name_of, graph.lost_wake_ups())) if verdict == STUCK else (),
    )


def end_in_words(lab: World) -> str:
    """Return what has gone wrong in a lab in which nothing can run any more, if the run itself tells; or "".

    The caller holds the lab's lock. A deadlock is named only where it can be nothing else. A lost wake-up is only said
    to be possible: whether the sleeper would take what waits beside it cannot be told without waking it. Of more than
    :data:`MANY` components nothing is said.

    >>> from kamlab import Component, Lab
    >>> class Worker(Component):
    ...     def main(self):
    ...         self.pause()
    ...         yield
    ...         yield
    ...         self.pause()
    ...         yield
    ...         self.recv()
    >>> with Lab(clock="virtual") as lab:
    ...     worker = Worker().activate()
    ...     _ = lab.run()
    ...     worker.deliver("job")
    ...     lab.run().named
    "perhaps a lost wake-up: Worker_1 sleeps, and 1 message waits in its 'inbox'"
    """
    if len(lab.scheduler.members) > MANY:
        return ""
    graph = WaitGraph(Moment(lab))
    circles = [circle for circle in graph.circles() if graph.is_certain(circle)]
    if circles:
        waits = [[as_wait(waiter, need) for waiter, need in circle] for circle in circles]
        return f"{DEADLOCK}: {'; '.join(map(circle_in_words, waits))}"
    said = []
    for sleeper in graph.lost_wake_ups():
        for box in missed_by(sleeper, graph.moment):
            count = len(box.items)
            waits_there = f"{counted(count, 'message')} {'waits' if count == 1 else 'wait'} in its {box.name!r}"
            said.append(f"{name_of(sleeper)} sleeps, and {waits_there}")
    return f"perhaps a lost wake-up: {'; '.join(said)}" if said else ""


def as_wait(waiter: Microprocess, need: Need) -> Wait:
    """Write a need down as an edge, in names."""
    text = str(need)
    if need.kind in (MESSAGE, OUTSIDE) and need.name and not need.why_not:
        text += f" in its {need.name!r}"
    return Wait(
        name_of(waiter),
        need.kind,
        name_of(need.who) if need.who is not None else "",
        end_of(need.box) if need.box is not None else "",
        text,
        need.sure,
        (task_of(waiter).number, task_of(need.who).number if isinstance(need.who, Microprocess) else 0),
    )


def circle_in_words(circle: Sequence[Wait], closed: bool = True) -> str:
    """Say a circle, or a chain: "A waits for room in B.inbox (3 of 3), B waits for a message from A"."""
    said = [str(wait) for wait in circle[:WRITTEN]]
    if len(circle) > WRITTEN:
        back = f", back to {circle[0].waiter}" if closed else ""
        said.append(f"and so on, over {counted(len(circle) - WRITTEN, 'component')} more{back}")
    return ", ".join(said)
