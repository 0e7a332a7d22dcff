"""The past of a lab, worked out from its trace: contents of boxes at any step, stories, causes."""

from .asking import Asking
from .causality import Causality, causality_of
from .contents import History, histories, history_of
from .errors import NoStory, NotInTrace, StepOutOfRange
from .message_story import MessageStory, Story
from .moment import Moment, moment
from .stories import BoxStory, ComponentStory, Slice, story

__all__ = [
    "Asking",
    "BoxStory",
    "Causality",
    "ComponentStory",
    "History",
    "MessageStory",
    "Moment",
    "NoStory",
    "NotInTrace",
    "Slice",
    "StepOutOfRange",
    "Story",
    "causality_of",
    "histories",
    "history_of",
    "moment",
    "story",
]
