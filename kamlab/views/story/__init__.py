"""What happened, in words: the newest events of a lab, filtered and folded."""

from __future__ import annotations

from .model import StoryItem, StoryLook
from .telling import story_of

__all__ = ["StoryItem", "StoryLook", "story_of"]
