"""``Axon.ThreadedComponent``: components with a thread of their own."""

from __future__ import annotations

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


class threadedadaptivecommscomponent(AdaptiveNames, threadedcomponent, ThreadedAdaptiveCommsComponent):
    """A threadedcomponent that adds and deletes boxes while it runs."""

    __module__ = "Axon.ThreadedComponent"
