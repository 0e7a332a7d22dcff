"""What a lab is and was: snapshots, the past worked out from the trace, and explanations in plain sentences.

Every answer is computed from the components, their boxes and links, and the trace, under the lab's lock
and between two slices; it is a plain immutable value of names and text, so it can be printed, kept and
compared. Nothing here changes a lab or is there while it runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.rooms import load_lazily

if TYPE_CHECKING:
    from .asking import Asking
    from .causality import Causality, causality_of
    from .deadlock import Wait, Waiting, waiting
    from .errors import CannotExplain, NoStory, NoSuchMessage, NotInTrace, StepOutOfRange
    from .explaining import Explaining
    from .explanation import Explanation
    from .history import History, histories, history_of
    from .leaks import Leak, Leaks, Survivor, Survivors, leaks, who_still_runs
    from .location import Place, Standing, Standings, standing, standings
    from .losses import Loss, Losses, losses
    from .message_story import MessageStory, Story
    from .messages import why_message
    from .snapshot import Snapshot, snapshot_of
    from .stories import BoxStory, ComponentStory, Slice, story
    from .why import why

__all__ = [
    "Asking",
    "BoxStory",
    "CannotExplain",
    "Causality",
    "ComponentStory",
    "Explaining",
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
        "Asking": "asking",
        "BoxStory": "stories",
        "CannotExplain": "errors",
        "Causality": "causality",
        "causality_of": "causality",
        "ComponentStory": "stories",
        "Explaining": "explaining",
        "Explanation": "explanation",
        "histories": "history",
        "History": "history",
        "history_of": "history",
        "Leak": "leaks",
        "Leaks": "leaks",
        "leaks": "leaks",
        "Loss": "losses",
        "Losses": "losses",
        "losses": "losses",
        "MessageStory": "message_story",
        "NoStory": "errors",
        "NoSuchMessage": "errors",
        "NotInTrace": "errors",
        "Place": "location",
        "Slice": "stories",
        "Snapshot": "snapshot",
        "snapshot_of": "snapshot",
        "Standing": "location",
        "standing": "location",
        "Standings": "location",
        "standings": "location",
        "StepOutOfRange": "errors",
        "Story": "message_story",
        "story": "stories",
        "Survivor": "leaks",
        "Survivors": "leaks",
        "Wait": "deadlock",
        "Waiting": "deadlock",
        "waiting": "deadlock",
        "who_still_runs": "leaks",
        "why": "why",
        "why_message": "messages",
    },
)
