"""A part that takes one item out of each message."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .worker import BadMessage, Worker


class SimpleDetupler(Worker):
    """Sends one item of each message: of a tuple, a list, or a dictionary.

    Args:
        index: which item.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import Collate, DataSource, SimpleDetupler
    >>> with Lab(clock="virtual") as lab:
    ...     items = Collate()
    ...     _ = Pipeline(DataSource([(1, "one"), (2, "two")]), SimpleDetupler(1), items).activate()
    ...     _ = lab.run()
    ...     items.collated
    ['one', 'two']
    """

    def __init__(self, index: Any) -> None:
        super().__init__()
        self.index = index

    def work(self, message: Any) -> Iterable[Any]:
        """Return the item."""
        try:
            return (message[self.index],)
        except (TypeError, LookupError):
            raise BadMessage(
                f"{self.short_name} takes item {self.index!r} out of each message, and was sent {message!r}, "
                "which has none."
            ) from None
