"""Going back: what decided a run, its replay, its branches, the interventions of the user, and breakpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.interrupt import part_of_the_engine
from ..core.lazy import load_lazily

if TYPE_CHECKING:
    from .breakpoint import BadBreakpoint
    from .errors import (
        BadRecording,
        CannotRewind,
        MessageIsGone,
        NoSuchBranch,
        NoSuchMessage,
        NotALiteral,
        NotHeld,
        NoTimer,
        RecordIsOver,
        RunDiffers,
    )
    from .recording import Recording

__all__ = [
    "BadBreakpoint",
    "BadRecording",
    "CannotRewind",
    "MessageIsGone",
    "NoSuchBranch",
    "NoSuchMessage",
    "NoTimer",
    "NotALiteral",
    "NotHeld",
    "RecordIsOver",
    "Recording",
    "RunDiffers",
]

part_of_the_engine(__name__)  # its code runs during drives: replays and breakpoints

load_lazily(
    __name__,
    {
        "BadBreakpoint": "breakpoint",
        "BadRecording": "errors",
        "CannotRewind": "errors",
        "MessageIsGone": "errors",
        "NoSuchBranch": "errors",
        "NoSuchMessage": "errors",
        "NoTimer": "errors",
        "NotALiteral": "errors",
        "NotHeld": "errors",
        "Recording": "recording",
        "RecordIsOver": "errors",
        "RunDiffers": "errors",
    },
)
