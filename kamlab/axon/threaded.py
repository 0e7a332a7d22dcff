"""``Axon.ThreadedComponent``: components with a thread of their own, under their old names."""

from __future__ import annotations

from kamlab.core.adaptive import ThreadedAdaptiveCommsComponent
from kamlab.core.thread import ThreadedComponent

from .adaptive import AdaptiveNames
from .component import component


class threadedcomponent(component, ThreadedComponent):
    """A component whose ``main`` is an ordinary method in a thread of its own.

    Args:
        queuelengths: how many messages may wait between thread and scheduler, for each box.
        argd: become attributes.
    """

    __module__ = "Axon.ThreadedComponent"


class threadedadaptivecommscomponent(AdaptiveNames, threadedcomponent, ThreadedAdaptiveCommsComponent):
    """The same, and it makes and drops boxes while it runs."""

    __module__ = "Axon.ThreadedComponent"
