"""The errors of rewinding, by name."""

from __future__ import annotations

from kamlab.core.errors import KamlabError, NoSuchMessage, RecordIsOver

__all__ = [
    "BadRecording",
    "BuilderDrives",
    "CannotRewind",
    "MessageIsGone",
    "NoSuchBranch",
    "NoSuchMessage",
    "NotALiteral",
    "RecordIsOver",
    "RunDiffers",
]


class CannotRewind(KamlabError):
    """The past can be looked at, but the lab cannot go on from there; the message says what to change."""


class BuilderDrives(CannotRewind):
    """A function that builds a system has driven the lab; it shall only make and activate components."""


class RunDiffers(KamlabError):
    """A recorded run does not fit the system any more; it was stopped at the first difference.

    ``step`` is the slice at which they part, or the last one at which they were still the same.
    """

    def __init__(self, message: str, step: int | None = None) -> None:
        super().__init__(message)
        self.step = step


class BadRecording(KamlabError, ValueError):
    """A text or a file that should be a recorded run is garbled, foreign, or of a newer version."""


class NotALiteral(KamlabError, TypeError):
    """A run holds something that cannot be written down, such as a message that is an object of one's own."""


class NoSuchBranch(KamlabError, KeyError):
    """There is no branch of that number."""


class MessageIsGone(KamlabError):
    """A message was taken, or lost, and cannot be touched any more."""
