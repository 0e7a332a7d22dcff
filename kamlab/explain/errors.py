"""What can be wrong with a question."""

from __future__ import annotations

from ..core.errors import KamlabError, NoSuchMessage

__all__ = ["CannotExplain", "NoSuchMessage"]


class CannotExplain(KamlabError, TypeError):
    """Something was asked about that is no component, no message, and no name of one."""
