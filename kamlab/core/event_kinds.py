"""The kinds of events, the first item of each record; :mod:`.events` lists what follows it."""

from __future__ import annotations

RESUMED = "resumed"
SENT = "sent"
DISCARDED = "discarded"
RECEIVED = "received"
TAKEN = "taken"
REMOVED = "removed"
INSERTED = "inserted"
PAUSED = "paused"
WOKEN = "woken"
ACTIVATED = "activated"
LINKED = "linked"
UNLINKED = "unlinked"
OPENED = "opened"
CLOSED = "closed"
BYTES_IN = "bytes_in"
BYTES_OUT = "bytes_out"
PRINTED = "printed"
TIMER = "timer"
CLOCK = "clock"
FAILED = "failed"
FINISHED = "finished"
HELD = "held"

#: The rest of the record of a pause without a timer, of a component that does not say what it awaits.
PLAIN_PAUSE = (None, None)

#: The last item of the record of a wake-up in the round in which the component paused.
UNDOES_PAUSE = True
