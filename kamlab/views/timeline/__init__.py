"""The space-time diagram of a lab: who ran when, and which message went where."""

from __future__ import annotations

from .building import density_of, timeline_of
from .layout import Layout
from .model import Timeline
from .records import Lifeline, Mark, Passage, Ran

__all__ = ["Layout", "Lifeline", "Mark", "Passage", "Ran", "Timeline", "density_of", "timeline_of"]
