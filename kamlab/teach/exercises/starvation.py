"""Starvation: a server does urgent jobs first, and urgent jobs keep coming.

How long a client waits is counted in jobs, not in turns: how many jobs of others are done between its question
and its answer. Both are read from the messages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ...core.component import Component
from ...core.events import Event
from ..exercise import exercise
from ..runs import Run, Wrong, runs

#: How many orders of turns are tried.
SCHEDULES = 1000
#: How a run is played: the system goes on for ever.
HOW: dict[str, Any] = {"slices": 120}

CLIENTS = 3
#: How many jobs of others may be done while one waits.
LIMIT = 10


@dataclass
class Wait:
    """A client waits: since which step, whether the server has taken its message, and how many others were served."""

    client: Any
    since: int
    taken: bool = False
    overtaken: int = 0

    def in_words(self, step: int) -> str:
        """Say how long it is by now."""
        what = "The server took its message and has not answered it" if self.taken else "Its message is not taken"
        return (
            f"{self.client.short_name} waits since step {self.since}. {what}, "
            f"and by step {step} {self.overtaken} answers went to others."
        )


class Log:
    """What was asked and answered in a run. It is read once, since a run of many slices has many events.

    ``answers`` are counted by the client that got them, ``starved`` says who was overtaken too often, if one was.
    """

    def __init__(self, run: Run) -> None:
        self.asked: dict[Any, None] = {}
        self.answers: Counter[Any] = Counter()
        self.starved = ""
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
        self._waits.pop(client, None)
        for wait in self._waits.values():
            wait.overtaken += 1
            if wait.overtaken > LIMIT and not self.starved:
                self.starved = wait.in_words(event.step)


def happened(run: Run) -> str:
    """Say who was overtaken more than ten times while it waited; empty where nobody was."""
    return _starved(run, Log(run))


def _starved(run: Run, log: Log) -> str:
    return f"{log.starved} {_served(run)}" if log.starved else ""


def _served(run: Run) -> str:
    """Say how often whose job was done, by the server's own list."""
    counted = Counter(map(str, run.made.served))
    return f"Its list of jobs done: {', '.join(f'{who} {times}' for who, times in sorted(counted.items())) or 'none'}."


@exercise("starvation", takes="a function that activates the system and returns its server", points=2, seconds=20)
def check(system: Callable[[], Any]) -> str:
    """In every order of turns who waits is overtaken at most ten times."""
    for run in runs(system, SCHEDULES, **HOW):
        _gives_a_server(run)
        log = Log(run)
        _clients_go_on(run, log)
        if wrong := _starved(run, log):
            raise Wrong(wrong, run)
        _answers_are_jobs(run, log)
        _urgent_is_not_last(run)
    return f"In {SCHEDULES} orders of turns nobody who waited was overtaken more than {LIMIT} times."


def _gives_a_server(run: Run) -> None:
    server = run.made
    if not isinstance(server, Component) or not isinstance(getattr(server, "served", None), list):
        what = f"a value of the type {type(server).__name__}"
        raise Wrong(f"cured() shall return the server, a component with a list `served`. It returned {what}.")
    if not run.lab.trace.whole:
        raise Wrong(f"So much was sent in {run.step} turns that the lab does not remember the first ones.", run)


def _clients_go_on(run: Run, log: Log) -> None:
    """Raise where not three clients ask as long as the run lasts."""
    for client in log.asked:
        if client.is_stopped():
            raise Wrong(f"{client.short_name} has ended. The clients shall go on asking, as they did before.", run)
    if run.outcome.reason != "max_steps":
        waiting = [each.short_name for each in log.asked]
        raise Wrong(f"After {run.step} turns nobody can run any more. {' and '.join(waiting)} wait for an answer.", run)
    if len(log.asked) != CLIENTS:
        names = ", ".join(each.short_name for each in log.asked) or "nobody"
        raise Wrong(f"Three clients shall ask the server that cured() returns. It was asked by: {names}.", run)


def _answers_are_jobs(run: Run, log: Log) -> None:
    """Raise where a client got answers, and the server's list does not have as many jobs of it."""
    for client, count in log.answers.items():
        jobs = run.made.served.count(getattr(client, "who", None))
        if abs(jobs - count) > 1:  # a run may stop between the two
            raise Wrong(
                f"{client.short_name} got {count} answers, but the list `served` has {jobs} jobs of it done.", run
            )


def _urgent_is_not_last(run: Run) -> None:
    """Raise where normal jobs were done more often than urgent ones."""
    jobs = Counter(run.made.served)
    if jobs["c"] > jobs["a"] + jobs["b"] + 2:
        raise Wrong(f"Normal jobs are done more often than urgent ones. {_served(run)}", run)
