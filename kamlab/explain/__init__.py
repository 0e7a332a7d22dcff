"""Why a lab does what it does: explanations in plain sentences, and where the code stands.

Every answer is computed from the components, their boxes and links, and the trace, under the lab's lock
and between two slices; it is a plain immutable value of names and text, so it can be printed, kept and
compared. Nothing here changes a lab or is there while it runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.rooms import load_lazily

if TYPE_CHECKING:
    from .errors import CannotExplain, NoSuchMessage
    from .explaining import Explaining
    from .explanation import Explanation
    from .leaks import Leak, Leaks, Survivor, Survivors, leaks, who_still_runs
    from .losses import Loss, Losses, losses
    from .messages import why_message
    from .snapshot import Snapshot, snapshot_of
    from .standing import Place, Standing, Standings, standing, standings
    from .waiting import Wait, Waiting, waiting
    from .why import why

__all__ = [
    "CannotExplain",
    "Explaining",
    "Explanation",
    "Leak",
    "Leaks",
    "Loss",
    "Losses",
    "NoSuchMessage",
    "Place",
    "Snapshot",
    "Standing",
    "Standings",
    "Survivor",
    "Survivors",
    "Wait",
    "Waiting",
    "leaks",
    "losses",
    "snapshot_of",
    "standing",
    "standings",
    "waiting",
    "who_still_runs",
    "why",
    "why_message",
]

load_lazily(
    __name__,
    {
        "CannotExplain": "errors",
        "Explaining": "explaining",
        "Explanation": "explanation",
        "Leak": "leaks",
        "Leaks": "leaks",
        "leaks": "leaks",
        "Loss": "losses",
        "Losses": "losses",
        "losses": "losses",
        "NoSuchMessage": "errors",
        "Place": "standing",
        "Snapshot": "snapshot",
        "snapshot_of": "snapshot",
        "Standing": "standing",
        "standing": "standing",
        "Standings": "standing",
        "standings": "standing",
        "Survivor": "leaks",
        "Survivors": "leaks",
        "Wait": "waiting",
        "Waiting": "waiting",
        "waiting": "waiting",
        "who_still_runs": "leaks",
        "why": "why",
        "why_message": "messages",
    },
)
