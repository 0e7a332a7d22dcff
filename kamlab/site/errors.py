"""The errors of building a site."""

from __future__ import annotations

from ..core.errors import KamlabError


class SiteError(KamlabError):
    """The site cannot be built; the message says why, and what to do."""
