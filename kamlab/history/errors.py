"""What can be asked wrongly of the past."""

from __future__ import annotations

from ..core.errors import KamlabError, StepOutOfRange

__all__ = ["NoStory", "NotInTrace", "StepOutOfRange"]


class NotInTrace(KamlabError, LookupError):
    """An event was asked about that the trace does not hold, or no longer."""


class NoStory(KamlabError, LookupError):
    """A story was asked for of something that has none: no component, no box, no message."""
