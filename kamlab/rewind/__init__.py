"""Runs one can turn back: what decided a run, its replay, its branches, the hands of the user, breakpoints."""

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
