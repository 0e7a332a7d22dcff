"""Starvation: a server does urgent jobs first, and urgent jobs keep coming.

How long a client waits is counted in jobs, not in slices: how many jobs of others are done between its request and
its answer. Both are read from the messages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ...core.component import Component
from ...core.events import Event
from ..exercise import exercise
from ..playing import play
from ..runs import Run, Wrong
from .traffic import of_type

#: How a run is played: the system goes on forever.
HOW: dict[str, Any] = {"slices": 200}

CLIENTS = 3
#: The parts of the exercise, which give points of their own.
PARTS = ("no client is overtaken too often", "urgent jobs are done as often as normal ones")
#: The clients whose jobs are urgent.
URGENT = ("a", "b")
#: How many jobs of others may be done while a client waits.
LIMIT = 10


@dataclass
class Wait:
    """The wait of a client: since when, whether the server took its message, how many others were served meanwhile.

    ``too_long`` is the step in which they became too many, ``until`` the one in which it was answered, if it was.
    """

    client: Any
    since: int
    taken: bool = False
    overtaken: int = 0
    too_long: int = 0
    until: int = 0

    def overtake(self, step: int) -> None:
        """Count another client that is served."""
        self.overtaken += 1
        if self.overtaken == LIMIT + 1:
            self.too_long = step

    def __str__(self) -> str:
        who = self.client.short_name
        if self.until:
            return (
                f"{who} waited from step {self.since} to {self.until}, while {self.overtaken} answers went to others."
            )
        what = "the server took its message, and never answered it" if self.taken else "its message was never taken"
        return (
            f"{who} asked in step {self.since}, and {what}, while {self.overtaken} answers went to others "
            "until the run was over."
        )


class Log:
    """The requests and answers of a run. They are read once, since a run of many slices has many events.

    ``answers`` are counted by client; ``starved`` is the first wait that was too long, if any.
    """

    def __init__(self, run: Run) -> None:
        self.asked: dict[Any, None] = {}
        self.answers: Counter[Any] = Counter()
        self.starved: Wait | None = None
        self.urgent = self.before_urgent = 0
        self._waits: dict[Any, Wait] = {}
        for event in run.lab.trace:
            if event.kind == "sent" and event.box.owner is run.made:
                self._asks(event)
            elif event.kind == "sent" and event.component is run.made:
                self._answers(event)
            elif event.kind == "received" and event.component is run.made:
                self._takes(event)

    def _asks(self, event: Event) -> None:
        self.asked[event.component] = None
        self._waits.setdefault(event.component, Wait(event.component, event.step))

    def _takes(self, event: Event) -> None:
        for client, wait in self._waits.items():
            if getattr(client, "who", None) == event.message:
                wait.taken = True

    def _answers(self, event: Event) -> None:
        client = event.box.owner
        self.answers[client] += 1
        if getattr(client, "who", None) in URGENT:
            self.urgent += 1
        elif any(getattr(other, "who", None) in URGENT for other in self._waits):
            self.before_urgent += 1
        done = self._waits.pop(client, None)
        if done is not None:
            done.until = event.step
        for wait in self._waits.values():
            wait.overtake(event.step)
            if wait.too_long and self.starved is None:
                self.starved = wait


def happened(run: Run) -> str:
    """Describe the client that was overtaken more than ten times while it waited; "" if none was."""
    wait = Log(run).starved
    return f"{wait} {_served(run)}" if wait else ""


def _served(run: Run) -> str:
    """Describe how often each client's job was done, according to the server's list."""
    counted = Counter(map(str, run.made.served))
    return f"Its list of jobs done: {', '.join(f'{who} {times}' for who, times in sorted(counted.items())) or 'none'}."


@exercise(
    "starvation", takes="a function that activates the system and returns its server", points=2, seconds=20, parts=PARTS
)
def check(system: Callable[[], Any]) -> str:
    """In every order a client that waits is overtaken at most ten times.

    The three clients go on asking, the list of the server has the jobs that were answered, and normal jobs are not done
    more often than urgent ones. How the server chooses is not looked at. Orders are drawn:
    the server may count without end, so there are infinitely many states.
    """
    played = play(system, _judge, rests=False, explores=False, fair=True, late=True, **HOW)
    return f"{played} no client that waited was overtaken more than {LIMIT} times."


def _judge(run: Run, _: object) -> None:
    _gives_a_server(run)
    log = Log(run)
    _clients_go_on(run, log)
    if log.starved:
        raise Wrong(f"{log.starved} {_served(run)}", run, log.starved.too_long)
    _answers_are_jobs(run, log)
    _urgent_is_not_last(run, log)


def _gives_a_server(run: Run) -> None:
    server = run.made
    if not isinstance(server, Component) or not isinstance(getattr(server, "served", None), list):
        what = of_type(server)
        raise Wrong(f"cured() must return the server, a component with a list `served`. It returned {what}.")
    if not run.lab.trace.whole:
        raise Wrong(f"More was sent in {run.step} slices than the lab remembers.", run)


def _clients_go_on(run: Run, log: Log) -> None:
    """Raise Wrong if the three clients do not go on asking to the end of the run."""
    if len(log.asked) != CLIENTS:
        names = ", ".join(client.short_name for client in log.asked) or "no client"
        raise Wrong(f"Three clients must ask the server that cured() returns. It was asked by: {names}.", run)
    for client in log.asked:
        if client.is_stopped():
            raise Wrong(f"{client.short_name} has ended. The clients must go on asking, as before.", run)
    if run.outcome.reason != "max_steps":
        waiting = [client.short_name for client in log.asked]
        raise Wrong(
            f"After {run.step} slices nothing can run any more. {' and '.join(waiting)} wait for an answer.", run
        )


def _answers_are_jobs(run: Run, log: Log) -> None:
    """Raise Wrong if a client got more or fewer answers than the server's list has jobs of it."""
    for client, count in log.answers.items():
        jobs = run.made.served.count(getattr(client, "who", None))
        if abs(jobs - count) > 1:  # a run may stop between the two
            raise Wrong(f"{client.short_name} got {count} answers, but the list `served` has {jobs} jobs of it.", run)


def _urgent_is_not_last(run: Run, log: Log) -> None:
    """Raise Wrong if normal jobs were done more often than urgent ones; those done while none was urgent do not
    count."""
    if log.before_urgent > log.urgent + 2:
        raise Wrong(f"Normal jobs are done more often than urgent ones. {_served(run)}", run, part=1)
