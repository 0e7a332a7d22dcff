"""The errors of exploring."""

from __future__ import annotations

from ..core.errors import KamlabError


class CannotExplore(KamlabError):
    """A system cannot be explored, or not as it was asked for: an argument is wrong, or a predicate raised an error."""


class WrongOrder(KamlabError, AssertionError):
    """There is an order of slices in which a system goes wrong; the text shows the shortest that was found."""


class NotProved(KamlabError, AssertionError):
    """Nothing was found, but not every order was covered, or not everything could be seen."""
