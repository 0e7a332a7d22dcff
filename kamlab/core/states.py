"""The states of a component's life, as words that can be shown."""

from __future__ import annotations

NEW = "new"
RUNNABLE = "runnable"
ASLEEP = "asleep"
WAITING = "waiting for a generator"
FINISHED = "finished"
STOPPED = "stopped"
FAILED = "failed"

#: A component in one of these will never run again.
ENDED = frozenset({FINISHED, STOPPED, FAILED})
#: A component in one of these is in the hands of a scheduler.
ALIVE = frozenset({RUNNABLE, ASLEEP, WAITING})
