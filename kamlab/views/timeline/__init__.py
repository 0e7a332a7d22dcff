"""The space-time diagram of a lab: who ran when, and which message went where."""

from __future__ import annotations

from .building import timeline_of
from .model import Timeline
from .records import Lifeline, Mark, Passage, Ran

__all__ = ["Lifeline", "Mark", "Passage", "Ran", "Timeline", "timeline_of"]
