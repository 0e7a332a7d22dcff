"""What can be asked wrongly of a figure."""

from __future__ import annotations

from ...core.errors import KamlabError, NotInstalled


class BadFigure(KamlabError, ValueError):
    """A figure was asked for that there is not, or with something that it does not take."""


class NoSuchLink(KamlabError, KeyError):
    """A link was named that there is not."""


class NoMatplotlib(NotInstalled):
    """A figure needs matplotlib, which is not installed."""
