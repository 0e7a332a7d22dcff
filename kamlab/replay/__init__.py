"""Runs one can turn back: what decided a run, its replay, its branches, the hands of the user, breakpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.interrupt import part_of_the_engine
from ..core.rooms import load_lazily

if TYPE_CHECKING:
    from .breakpoint import BadBreakpoint
    from .errors import (
        BadRecording,
        CannotRewind,
        MessageIsGone,
        NoSuchBranch,
        NoSuchMessage,
        NotALiteral,
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
    "NotALiteral",
    "RecordIsOver",
    "Recording",
    "RunDiffers",
]

part_of_the_engine(__name__)  # it replays runs, and stops them at breakpoints

load_lazily(
    __name__,
    {
        "BadBreakpoint": "breakpoint",
        "BadRecording": "errors",
        "CannotRewind": "errors",
        "MessageIsGone": "errors",
        "NoSuchBranch": "errors",
        "NoSuchMessage": "errors",
        "NotALiteral": "errors",
        "Recording": "recording",
        "RecordIsOver": "errors",
        "RunDiffers": "errors",
    },
)
