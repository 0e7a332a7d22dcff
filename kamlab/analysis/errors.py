"""The errors of questions about a lab: its present and its past."""

from __future__ import annotations

from ..core.errors import KamlabError, NoSuchMessage, StepOutOfRange

__all__ = ["BadWatch", "CannotExplain", "NoStory", "NoSuchMessage", "NotInTrace", "StepOutOfRange"]


class NotInTrace(KamlabError, LookupError):
    """An event was asked about that the trace does not hold, or no longer.

    >>> from kamlab import Lab
    >>> from kamlab.parts import OneShot
    >>> with Lab(clock="virtual") as lab, Lab(clock="virtual") as other:
    ...     _ = OneShot("hello").activate()
    ...     event = other.step().events[0]
    ...     try:
    ...         lab.causes(event)
    ...     except LookupError as error:
    ...         print(str(error).split(",")[0])
    the event '1  OneShot_1 resumed' is not in this trace
    """


class NoStory(KamlabError, LookupError):
    """A story was asked for of something that has none: no component, no box, no message.

    >>> from kamlab import Lab
    >>> from kamlab.analysis import NoStory
    >>> with Lab(clock="virtual") as lab:
    ...     try:
    ...         lab.story(42)
    ...     except NoStory as error:
    ...         print(str(error).split(";")[0])
    42 has no story
    """


class CannotExplain(KamlabError, TypeError):
    """Something was asked about that is no component, no message, and no name of one.

    >>> from kamlab import Lab
    >>> from kamlab.analysis import CannotExplain
    >>> with Lab(clock="virtual") as lab:
    ...     try:
    ...         lab.why(42)
    ...     except CannotExplain as error:
    ...         print(error)
    42 cannot be explained: give a component or its name, an event of the trace, or (component, inbox, index)
    """


class BadWatch(KamlabError, ValueError):
    """An expression cannot be watched, or is not.

    >>> from kamlab import Lab
    >>> from kamlab.analysis import BadWatch
    >>> with Lab(clock="virtual") as lab:
    ...     try:
    ...         lab.watch("print('hello')")
    ...     except BadWatch as error:
    ...         print(str(error).split(":")[0])
    "print('hello')" cannot be watched
    """
