"""A part that passes on only what is new."""

from __future__ import annotations

from typing import Any

from .transform import PureTransformer


class UnseenOnly(PureTransformer):
    """Passes each message on the first time that it comes; it can be anything that can be hashed.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import Collate, DataSource, UnseenOnly
    >>> with Lab(clock="virtual") as lab:
    ...     news = Collate()
    ...     _ = Pipeline(DataSource(["a", "b", "a"]), UnseenOnly(), news).activate()
    ...     _ = lab.run()
    >>> news.collated
    ['a', 'b']
    """

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[Any] = set()

    def process_message(self, message: Any) -> Any:
        """Return the message, or ``None`` if it came before."""
        if message in self.seen:
            return None
        self.seen.add(message)
        return message
