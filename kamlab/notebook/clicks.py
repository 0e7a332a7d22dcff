"""What the buttons of a live view do with the lab, and what they have to say about it.

Each gives up after a moment: a click that waits keeps the kernel from everything else.
"""

from __future__ import annotations

from collections.abc import Callable

from ..core.events import DISCARDED, FAILED, PRINTED, SENT
from ..core.world import World

#: How long, in seconds, a click waits for something to happen, for a message, and for a slice to end.
STEP_PATIENCE = 0.3
MESSAGE_PATIENCE = 2.0
PAUSE_PATIENCE = 2.0


def step(lab: World) -> str:
    """Run one slice, and tell all that happened."""
    return str(lab.step(timeout=STEP_PATIENCE))


def step_message(lab: World) -> str:
    """Step to the next message, and tell what became of messages; the rest would hide it."""
    happened = lab.step_message(timeout=MESSAGE_PATIENCE)
    lines = [str(event) for event in happened.of_kind(SENT, DISCARDED, PRINTED, FAILED)]
    if happened.reason != "steps":
        lines.append(f"({happened.outcome})")
    return "\n".join(lines)


def run(lab: World) -> str:
    """Let the lab run in the background."""
    lab.start()
    return ""


def pause(lab: World) -> str:
    """Let the lab stand still, or tell why it does not yet."""
    return "" if lab.pause(timeout=PAUSE_PATIENCE) else who_is_busy(lab)


def stop(lab: World) -> str:
    """End everything in the lab, unless a slice hangs: then tell in which component."""
    if not lab.pause(timeout=PAUSE_PATIENCE):
        return who_is_busy(lab)
    lab.stop()
    return ""


def who_is_busy(lab: World) -> str:
    """Say which component has not come to the end of its slice."""
    running = lab.scheduler.running
    who = f"{running.short_name} has not come to its next yield" if running is not None else "the lab is busy"
    return f"{who}; the picture is from before that"


#: The buttons, in the order in which they stand, and what they do; each returns what it has to say.
ACTIONS: dict[str, Callable[[World], str]] = {
    "Step": step,
    "Step message": step_message,
    "Run": run,
    "Pause": pause,
    "Stop": stop,
}

TOOLTIPS = {
    "Step": "Run one component to its next yield",
    "Step message": "Run until the next message is delivered",
    "Run": "Go on in the background",
    "Pause": "Stand still between two slices",
    "Stop": "End all components, and close their files and sockets",
}
