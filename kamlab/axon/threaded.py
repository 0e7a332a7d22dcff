"""``Axon.ThreadedComponent``: components with a thread of their own."""

from __future__ import annotations

from typing import Any

from kamlab.core.adaptive import ThreadedAdaptiveCommsComponent
from kamlab.core.thread import ThreadedComponent

from .adaptive import AdaptiveNames
from .component import component


class threadedcomponent(component, ThreadedComponent):
    """A component whose ``main`` is an ordinary method in a thread of its own.

    Args:
        queuelengths: how many messages may wait between the thread and the scheduler, for each box.
        argd: keywords become attributes.
    """

    __module__ = "Axon.ThreadedComponent"
    _calls_after_end = 0

    def __next__(self) -> Any:
        """Run one slice at once and return 1, also in the slice in which the thread ends, and once more.

        Axon notices a slice later that the thread has ended, and ends one slice after that.

        Raises:
            StopIteration: it has ended before.
        """
        try:
            super().__next__()
        except StopIteration:
            self._calls_after_end += 1
            if self._calls_after_end > 2:
                raise
        return 1

    next = __next__


class threadedadaptivecommscomponent(AdaptiveNames, threadedcomponent, ThreadedAdaptiveCommsComponent):
    """A threadedcomponent that adds and deletes boxes while it runs."""

    __module__ = "Axon.ThreadedComponent"
