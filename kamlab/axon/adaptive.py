"""``Axon.AdaptiveCommsComponent``: components that add and delete boxes while they run."""

from __future__ import annotations

from kamlab.core import adaptive as native

from .component import component
from .spelling import ADAPTIVE_NAMES, TwoNames


class AdaptiveNames(TwoNames):
    """The old names of the methods of adaptive components."""

    _names = ADAPTIVE_NAMES


class AdaptiveCommsComponent(AdaptiveNames, component, native.AdaptiveCommsComponent):
    """A component that adds and deletes boxes while it runs.

    >>> adaptive = AdaptiveCommsComponent()
    >>> adaptive.addInbox("inbox") == "inbox"
    False
    """

    __module__ = "Axon.AdaptiveCommsComponent"
