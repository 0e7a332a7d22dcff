"""Views of a lab: models first, then their text, their still pictures and their data for a page.

A view is a plain immutable value, computed from a lab between two slices. It can be compared, tested and printed;
drawing it is a function of that value alone (see :mod:`.render`). Nothing in here imports a widget or IPython.

Names are loaded when they are first used, so a script that never looks at its lab pays nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .branches import RunTree, branches_of
    from .dashboard import Dashboard, dashboard_of
    from .figures import figure
    from .graph import Graph, graph_of
    from .inboxes import ComponentLook, Inboxes, InboxLook, look
    from .labs import LabsLook
    from .payload import Payload, payload_of
    from .progress import Progress, progress_of
    from .source import Position, SourceLook, source_of
    from .story import StoryLook, story_of
    from .timeline import Timeline, timeline_of
    from .transcript import Transcript, Transcripts, transcripts_of

_NAMES = {
    "branches": ("RunTree", "branches_of"),
    "dashboard": ("Dashboard", "dashboard_of"),
    "figures": ("figure",),
    "graph": ("Graph", "graph_of"),
    "inboxes": ("ComponentLook", "InboxLook", "Inboxes", "look"),
    "labs": ("LabsLook",),
    "payload": ("Payload", "payload_of"),
    "progress": ("Progress", "progress_of"),
    "source": ("Position", "SourceLook", "source_of"),
    "story": ("StoryLook", "story_of"),
    "timeline": ("Timeline", "timeline_of"),
    "transcript": ("Transcript", "Transcripts", "transcripts_of"),
}
_HOMES = {name: home for home, names in _NAMES.items() for name in names}

__all__ = [
    "ComponentLook",
    "Dashboard",
    "Graph",
    "InboxLook",
    "Inboxes",
    "LabsLook",
    "Payload",
    "Position",
    "Progress",
    "RunTree",
    "SourceLook",
    "StoryLook",
    "Timeline",
    "Transcript",
    "Transcripts",
    "branches_of",
    "dashboard_of",
    "figure",
    "graph_of",
    "look",
    "payload_of",
    "progress_of",
    "source_of",
    "story_of",
    "timeline_of",
    "transcripts_of",
]


#: Names of earlier versions, and what took their place.
_RENAMED = {"Whole": "Dashboard", "whole_of": "dashboard_of"}


def __getattr__(name: str) -> Any:
    import importlib
    import warnings

    if name in _RENAMED:
        warnings.warn(f"kamlab.views.{name} is called {_RENAMED[name]} now", DeprecationWarning, stacklevel=2)
        name = _RENAMED[name]
    if name not in _HOMES:
        raise AttributeError(f"module 'kamlab.views' has no attribute {name!r}; it has: {', '.join(sorted(_HOMES))}")
    return getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)
