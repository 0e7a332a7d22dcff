"""What a lab is and was: snapshots, the past worked out from the trace, and explanations in plain sentences.

Every answer is computed from the components, their boxes and links, and the trace, under the lab's lock
and between two slices; it is a plain immutable value of names and text, so it can be printed, kept and
compared. Nothing here changes a lab or is there while it runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.lazy import load_lazily

if TYPE_CHECKING:
    from .causality import Causality, causality_of
    from .errors import BadWatch, CannotExplain, NoStory, NoSuchMessage, NotInTrace, StepOutOfRange
    from .history import History, histories, history_of
    from .leaks import Leak, Leaks, Survivor, Survivors, leaks, who_still_runs
    from .location import Place, Standing, Standings, standing, standings
    from .losses import Loss, Losses, losses
    from .messages import MessageStory, Story
    from .snapshot import Snapshot, snapshot_of
    from .stories import BoxStory, ComponentStory, Slice, story
    from .why_component import why
    from .why_lab import Wait, Waiting, waiting
    from .why_message import why_message
    from .words import Explanation

__all__ = [
    "BadWatch",
    "BoxStory",
    "CannotExplain",
    "Causality",
    "ComponentStory",
    "Explanation",
    "History",
    "Leak",
    "Leaks",
    "Loss",
    "Losses",
    "MessageStory",
    "NoStory",
    "NoSuchMessage",
    "NotInTrace",
    "Place",
    "Slice",
    "Snapshot",
    "Standing",
    "Standings",
    "StepOutOfRange",
    "Story",
    "Survivor",
    "Survivors",
    "Wait",
    "Waiting",
    "causality_of",
    "histories",
    "history_of",
    "leaks",
    "losses",
    "snapshot_of",
    "standing",
    "standings",
    "story",
    "waiting",
    "who_still_runs",
    "why",
    "why_message",
]

load_lazily(
    __name__,
    {
        name: module
        for module, names in {
            "causality": "Causality causality_of",
            "why_lab": "Wait Waiting waiting",
            "errors": "BadWatch CannotExplain NoStory NoSuchMessage NotInTrace StepOutOfRange",
            "history": "History histories history_of",
            "leaks": "Leak Leaks Survivor Survivors leaks who_still_runs",
            "location": "Place Standing Standings standing standings",
            "losses": "Loss Losses losses",
            "messages": "MessageStory Story",
            "snapshot": "Snapshot snapshot_of",
            "stories": "BoxStory ComponentStory Slice story",
            "why_component": "why",
            "why_message": "why_message",
            "words": "Explanation",
        }.items()
        for name in names.split()
    },
)
