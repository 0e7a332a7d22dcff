"""The errors of going back, recorded runs and branches."""

from __future__ import annotations

from kamlab.core.errors import KamlabError, NoSuchMessage, RecordIsOver

__all__ = [
    "BadRecording",
    "BuilderDrives",
    "CannotRewind",
    "MessageIsGone",
    "NoSuchBranch",
    "NoSuchMessage",
    "NoTimer",
    "NotALiteral",
    "NotHeld",
    "RecordIsOver",
    "RunDiffers",
]


class CannotRewind(KamlabError):
    """The lab cannot go back, although its past can be read; the message says what to change.

    >>> from kamlab import Component, Lab
    >>> from kamlab.replay import CannotRewind
    >>> with Lab(clock="virtual") as lab:
    ...     _ = Component().activate()
    ...     _ = lab.step()
    ...     try:
    ...         lab.back()
    ...     except CannotRewind as error:
    ...         print(str(error).split(".")[0])
    this lab does not know how its system is built, so it cannot be built again
    """


class BuilderDrives(CannotRewind):
    """A builder function drove the lab; it may only make and activate components."""


class RunDiffers(KamlabError):
    """A recorded run no longer fits the system; the replay stopped at the first difference.

    ``step`` is the slice that differs, or the last one that did not.

    >>> from kamlab import Lab
    >>> from kamlab.parts import DataSource
    >>> from kamlab.replay import RunDiffers
    >>> with Lab(build=lambda: DataSource([1, 2]).activate(), clock="virtual") as lab:
    ...     _ = lab.run()
    ...     line = str(lab.recording)
    >>> with Lab(build=lambda: DataSource([1]).activate(), clock="virtual") as changed:
    ...     try:
    ...         changed.replay(line)
    ...     except RunDiffers as error:
    ...         print(error.step, str(error).split(":")[0])
    3 the recorded run does not fit this system any more
    """

    def __init__(self, message: str, step: int | None = None) -> None:
        super().__init__(message)
        self.step = step


class NotHeld(KamlabError):
    """A component that is not held was to be released.

    >>> from kamlab import Component, Lab
    >>> from kamlab.replay import NotHeld
    >>> with Lab(clock="virtual") as lab:
    ...     _ = Component().activate()
    ...     try:
    ...         lab.release("Component")
    ...     except NotHeld as error:
    ...         print(error)
    Component_1 is not held; these are: none
    """


class NoTimer(KamlabError):
    """The next timer was to fire, and none is pending, or the lab's time cannot be moved.

    >>> from kamlab import Component, Lab
    >>> from kamlab.replay import NoTimer
    >>> with Lab(clock="virtual") as lab:
    ...     try:
    ...         lab.fire_timers()
    ...     except NoTimer as error:
    ...         print(error)
    no timer is pending that could fire
    """


class BadRecording(KamlabError, ValueError):
    """A text or a file is not a recorded run, is garbled, or has a newer format.

    >>> from kamlab import Lab
    >>> from kamlab.parts import OneShot
    >>> from kamlab.replay import BadRecording
    >>> with Lab(build=lambda: OneShot("hello").activate(), clock="virtual") as lab:
    ...     try:
    ...         lab.replay("hello")
    ...     except BadRecording as error:
    ...         print(str(error).split(": ")[0])
    'hello'... is not a recorded run
    """


class NotALiteral(KamlabError, TypeError):
    """A run contains a value that cannot be written as text, such as a message of a user's class.

    >>> from kamlab import Lab
    >>> from kamlab.parts import PassThrough
    >>> from kamlab.replay import NotALiteral
    >>> with Lab(build=lambda: PassThrough().activate(), clock="virtual") as lab:
    ...     lab.inject("PassThrough", object())
    ...     try:
    ...         str(lab.recording)
    ...     except NotALiteral as error:
    ...         print(str(error).split(".")[0])
    <object object> is of class object, which cannot be written down
    """


class NoSuchBranch(KamlabError, KeyError):
    """There is no branch with that number.

    >>> from kamlab import Lab
    >>> from kamlab.parts import OneShot
    >>> from kamlab.replay import NoSuchBranch
    >>> with Lab(build=lambda: OneShot("hello").activate(), clock="virtual") as lab:
    ...     try:
    ...         lab.goto(branch=3)
    ...     except NoSuchBranch as error:
    ...         print(error)
    there is no branch 3; there are: 0
    """


class MessageIsGone(KamlabError):
    """A message was taken or lost, so nothing can be done to it any more.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import DataSource, NullSink
    >>> from kamlab.replay import MessageIsGone
    >>> with Lab(clock="virtual") as lab:
    ...     _ = Pipeline(DataSource(["hello"]), NullSink()).activate()
    ...     sent = lab.step_message().of_kind("sent")[0]
    ...     _ = lab.run()
    ...     try:
    ...         lab.drop(sent)
    ...     except MessageIsGone as error:
    ...         print(str(error).split(":")[0])
    'hello' does not wait in NullSink_3.inbox any more
    """
