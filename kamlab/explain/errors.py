"""What can be wrong with a question."""

from __future__ import annotations

from ..core.errors import KamlabError, NoSuchMessage

__all__ = ["CannotExplain", "NoSuchMessage"]


class CannotExplain(KamlabError, TypeError):
    """Something was asked about that is no component, no message, and no name of one.

    >>> from kamlab import Lab
    >>> from kamlab.explain import CannotExplain
    >>> with Lab(clock="virtual") as lab:
    ...     try:
    ...         lab.why(42)
    ...     except CannotExplain as error:
    ...         print(error)
    42 cannot be explained: give a component or its name, an event of the trace, or (component, inbox, index)
    """
