"""What is shown of a lab: models first, then their text and their HTML.

A view is a plain immutable value computed from a lab while the lab stands between two slices. It
can be compared, tested and printed; drawing it is a function of that value alone. Nothing in here
imports a widget or IPython.

Names are loaded when they are first used, so a script that never looks pays nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .inboxes import ComponentLook, Inboxes, InboxLook, look
    from .transcript import Transcript, Transcripts, transcripts_of

_HOMES = {
    "ComponentLook": "inboxes",
    "InboxLook": "inboxes",
    "Inboxes": "inboxes",
    "look": "inboxes",
    "Transcript": "transcript",
    "Transcripts": "transcript",
    "transcripts_of": "transcript",
}

__all__ = ["ComponentLook", "InboxLook", "Inboxes", "Transcript", "Transcripts", "look", "transcripts_of"]


def __getattr__(name: str) -> Any:
    import importlib

    if name not in _HOMES:
        raise AttributeError(f"module 'kamlab.views' has no attribute {name!r}; it has: {', '.join(sorted(_HOMES))}")
    return getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)
