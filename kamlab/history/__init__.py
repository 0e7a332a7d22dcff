"""The past of a lab, worked out from its trace: contents of boxes at any step, stories, causes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.rooms import load_lazily

if TYPE_CHECKING:
    from .asking import Asking
    from .causality import Causality, causality_of
    from .contents import History, histories, history_of
    from .errors import NoStory, NotInTrace, StepOutOfRange
    from .message_story import MessageStory, Story
    from .stories import BoxStory, ComponentStory, Slice, story

__all__ = [
    "Asking",
    "BoxStory",
    "Causality",
    "ComponentStory",
    "History",
    "MessageStory",
    "NoStory",
    "NotInTrace",
    "Slice",
    "StepOutOfRange",
    "Story",
    "causality_of",
    "histories",
    "history_of",
    "story",
]

load_lazily(
    __name__,
    {
        "Asking": "asking",
        "BoxStory": "stories",
        "Causality": "causality",
        "causality_of": "causality",
        "ComponentStory": "stories",
        "histories": "contents",
        "History": "contents",
        "history_of": "contents",
        "MessageStory": "message_story",
        "NoStory": "errors",
        "NotInTrace": "errors",
        "Slice": "stories",
        "StepOutOfRange": "errors",
        "Story": "message_story",
        "story": "stories",
    },
)
