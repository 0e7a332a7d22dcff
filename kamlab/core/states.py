"""The states of a component, as words: one table for the engine, the record, every view and every explanation.

========================= ==========================================================================================
``new``                   not activated yet
``runnable``              has a slice to come
``running``               is in the middle of a slice now
``waiting``               has paused, or waits for a message or for a time
``blocked``               waits until there is room in a full inbox; or its thread is busy with code of its own
``held``                  is held by the user: it has no slice until it is released, whatever it waits for
``finished``              its main has come to its end
``stopped``               was stopped
``failed``                its main raised an error
========================= ==========================================================================================

A component that waits for a generator of its own has the state of that generator. The engine itself distinguishes other
states: a blocked component is one that waits, a held one waits or could run, and a component that waits for a
generator has a state of its own.
"""

from __future__ import annotations

NEW = "new"
RUNNABLE = "runnable"
RUNNING = "running"
ASLEEP = "waiting"
BLOCKED = "blocked"
HELD = "held"
WAITING = "waiting for a generator"
FINISHED = "finished"
STOPPED = "stopped"
FAILED = "failed"

#: A component in one of these will never run again.
ENDED = frozenset({FINISHED, STOPPED, FAILED})
#: A component in one of these is in a scheduler.
ALIVE = frozenset({RUNNABLE, ASLEEP, WAITING})
