"""What there is to say of a component beside its state: what it waits for, or how it came to its end."""

from __future__ import annotations

from typing import Any

from ..analysis.snapshot import Stand
from ..analysis.source_hints import inboxes_looked_at
from ..core.events import error_in_words
from ..core.meeting import IN_PAUSE, IN_RECV, IN_SLEEP
from ..core.meeting import RUNNING as THREAD_BUSY
from ..core.states import ASLEEP, BLOCKED, FAILED, FINISHED, NEW, STOPPED
from ..core.waits import CHILDREN, MESSAGE, THREAD, TIME
from .quoting import label

_SAY = {NEW: "not active yet", FINISHED: "has finished", STOPPED: "was stopped"}

#: What a component waits for, by what its code says it awaits.
_AWAITED = {MESSAGE: "a message", TIME: "its timer", CHILDREN: "its children"}
_OF_THREAD = {IN_RECV: "a message", IN_PAUSE: "a message", IN_SLEEP: "its timer"}


def say(component: Any, stand: Stand, rushing: bool = False) -> str:
    """Return what there is to say of a component in a few words; nothing of one that can run.

    Args:
        component: the component.
        stand: how it stands.
        rushing: whether its lab runs at full speed, and this is asked a dozen times a second: then no code is read.
    """
    if stand.state == FAILED:
        error = component._error
        return label(error_in_words(error), 60) if error is not None else "has failed"
    if stand.state not in (ASLEEP, BLOCKED):
        return _SAY.get(stand.state, "")
    if stand.helper is not None:
        return "waits for its own generator"
    deadline, awaited = stand.pause or (None, None)
    if awaited is not None and awaited[0] == THREAD:
        return _of_thread(awaited)
    if stand.state == BLOCKED:
        box = stand.full
        return f"waits for room in {label(box.owner.short_name, 24)}.{label(str(box.name), 16)}"
    if rushing:
        return ""
    if awaited is not None:
        words = [_AWAITED[awaited[0]]]
    else:
        looked_at = inboxes_looked_at(component)
        words = ["a message"] if looked_at is None or looked_at else []
        words += ["the network"] if hasattr(component, "_network") else []
    if deadline is not None and "its timer" not in words:
        words.append("its timer")
    return f"waits for {' or '.join(words)}" if words else "waits to be woken"


def _of_thread(awaited: tuple[Any, ...]) -> str:
    _, place, deadline, _ = awaited
    if place == THREAD_BUSY:
        return "its thread is busy elsewhere"
    words = [_OF_THREAD.get(place, "its thread")]
    if deadline is not None and words != ["its timer"]:
        words.append("its timer")
    return f"waits for {' or '.join(words)}"
