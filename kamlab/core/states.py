"""The states of a component, as words: one table for the engine, the record, every view and every explanation.

========================= ==========================================================================================
``new``                   not activated yet
``runnable``              has a slice to come
``running``               is in the middle of a slice now
``waiting``               has paused, or waits for a message or for time
``blocked``               waits until there is room in a full inbox; or its thread is busy with code of its own
``finished``              its main has come to its end
``stopped``               was stopped
``failed``                its main raised an error
========================= ==========================================================================================

A component that waits for a generator of its own stands as that does. The engine itself tells apart less and more: to
it a blocked component sleeps like any other that waits, and one that waits for a generator has a word of its own.
"""

from __future__ import annotations

NEW = "new"
RUNNABLE = "runnable"
RUNNING = "running"
ASLEEP = "waiting"
BLOCKED = "blocked"
WAITING = "waiting for a generator"
FINISHED = "finished"
STOPPED = "stopped"
FAILED = "failed"

#: A component in one of these will never run again.
ENDED = frozenset({FINISHED, STOPPED, FAILED})
#: A component in one of these is in the hands of a scheduler.
ALIVE = frozenset({RUNNABLE, ASLEEP, WAITING})
