"""Lost wake-up: a worker checks for work, finds none, and goes to sleep a slice later; a job in between wakes nothing.

A component that only checks for messages leaves no trace. So a verdict tells what does: when jobs came, when the
worker had its slices, when it took a job, and when it fell asleep.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from ...core.component import Component
from ...core.events import Event
from ..actions import RUNS, TAKES, Action, Monitor
from ..exercise import exercise
from ..playing import play
from ..runs import Run, Wrong
from .traffic import of_type

#: The parts of the exercise, which give points of their own.
PARTS = ("each job is done once, and the worker sleeps", "it sleeps with its tools put away")
#: How many jobs there are.
JOBS = 4


class Jobs(NamedTuple):
    """The jobs that the worker has taken."""

    taken: tuple[object, ...] = ()


class Work(Monitor):
    """The worker does only jobs that it has taken, and sleeps only with its tools put away."""

    attributes = ("done", "tools_out")

    def start(self) -> Jobs:
        """Return the jobs taken at first: none."""
        return Jobs()

    def see(self, state: Jobs, action: Action) -> Jobs:
        """Return the jobs taken after an action."""
        if action.kind == TAKES and action.by.is_a("Worker"):
            return Jobs((*state.taken, action.message))
        if action.kind == RUNS and "tools_out" in action.now:
            for job in action.now.get("done") or ():
                if job not in state.taken:
                    raise Wrong(f"In step {{step}} the job {job!r} was done, and {action.by} has not taken it yet.")
            if action.asleep and action.now["tools_out"]:
                how = "and its tools are still out: it must tidy up before"
                raise Wrong(f"{action.by} sleeps from step {{step}} on, {how}.", part=1)
        return state


def happened(run: Run) -> str:
    """Describe how the worker sleeps although work waits; "" if it does not."""
    return _slept_over(run)[0]


def _slept_over(run: Run) -> tuple[str, int]:
    """Describe the work that waits for a worker that sleeps forever; also return the step in which it fell asleep."""
    worker = run.made
    if not worker.asleep or not worker.data_ready():
        return "", 0
    events = run.lab.trace.events()
    waiting = [event for event in events if event.kind == "sent" and event.box.owner is worker][-worker.data_ready() :]
    taken = [event.step for event in events if event.kind == "received" and event.component is worker]
    slices = [event.step for event in events if event.kind == "resumed" and event.component is worker]
    slept = max(event.step for event in events if event.kind == "paused" and event.component is worker)
    words = f"{worker.short_name} fell asleep in step {slept} and sleeps forever, and in its inbox {_listed(waiting)}."
    if taken and waiting[0].step <= taken[-1]:
        left = f"the job {waiting[0].message!r} was there already, and was left"
        return f"{words} When it last took a job, in step {taken[-1]}, {left}.", slept
    since = [step for step in slices if not taken or step >= taken[-1]]
    last = f"It last took a job in step {taken[-1]}" if taken else "It has not taken a single job"
    return f"{words} {last}. Its slices since then: step {', '.join(map(str, since))}.", slept


def _listed(waiting: list[Event]) -> str:
    jobs = " and ".join(f"{event.message!r} (since step {event.step})" for event in waiting)
    return f"{'waits' if len(waiting) == 1 else 'wait'} {jobs}"


@exercise("lost-wake-up", takes="a function that activates the system and returns its worker", points=2, parts=PARTS)
def check(system: Callable[[], Component]) -> str:
    """In every order the worker does each job that is sent to it once, and sleeps when none waits.

    Whenever it sleeps, its tools are put away. How it finds out about work is not looked at.
    """
    played = play(system, _judge, monitor=Work())
    return f"{played} each job was done, and the worker slept only when none waited."


def _judge(run: Run, _: Jobs) -> None:
    _is_as_asked(run)
    slept, step = _slept_over(run)
    if slept:
        raise Wrong(slept, run, step)
    _rests(run)
    _did_each_job_once(run)


def _is_as_asked(run: Run) -> None:
    worker = run.made
    is_worker = isinstance(worker, Component) and isinstance(getattr(worker, "done", None), list)
    if not is_worker or not hasattr(worker, "tools_out"):
        what = of_type(worker)
        raise Wrong(f"cured() must return the worker, with its list `done` and `tools_out`. It returned {what}.")


def _rests(run: Run) -> None:
    """Raise Wrong if the worker polls, with or without a timer."""
    if run.outcome.reason != "max_steps":
        return
    worker = run.made
    own = [event for event in run.lab.trace.events() if event.component is worker]
    last = max((event.step for event in own if event.kind == "received"), default=0)
    times = sum(event.kind == "resumed" and event.step > last for event in own)
    since = f"since it took its last job, in step {last}, it had {times} slices"
    if any(event.kind == "paused" and event.step > last for event in own):
        raise Wrong(f"{worker.short_name} falls asleep, but wakes up without a message: {since}.", run)
    raise Wrong(f"{worker.short_name} never sleeps: {since}, in which there was nothing to do.", run)


def _did_each_job_once(run: Run) -> None:
    sent = [event.message for event in run.lab.trace if event.kind == "sent" and event.box.owner is run.made]
    by = {event.source.owner for event in run.lab.trace if event.kind == "sent" and event.box.owner is run.made}
    if len(sent) < JOBS or len(by) < 2:
        raise Wrong(f"Two senders must send {JOBS} jobs to the worker, as before. It was sent {sent}.", run)
    done = Counter(run.made.done)
    for job in sent:
        if done[job] != 1:
            raise Wrong(f"The job {job!r} was done {done[job]} times, not once. All jobs done: {run.made.done}.", run)
