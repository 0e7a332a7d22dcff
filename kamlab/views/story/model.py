"""The events of a lab in words, as a value. Nothing in it leads back to the lab."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class StoryItem:
    """One line of the story.

    ``number`` is that of the event, or of the newest of those that were folded into one; ``times`` is how many
    these are. ``keys`` name the components that it concerns (see :mod:`kamlab.views.keys`).
    """

    number: int
    step: int
    kind: str
    text: str
    keys: tuple[str, ...] = ()
    times: int = 1


@dataclass(frozen=True, slots=True)
class StoryLook:
    """The newest events in words, newest last. Printed, it is text; in a notebook, a table.

    ``filter`` is the words that were asked for, ``kinds`` how many events of each kind there are among the
    ``searched`` newest, which were looked at, and ``total`` how many events are known.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import DataSource, NullSink
    >>> with Lab(clock="virtual") as lab:
    ...     _ = Pipeline(DataSource(["hello"]), NullSink()).activate()
    ...     _ = lab.run()
    ...     story = lab.story(words="hello")
    >>> for item in story:
    ...     print(item.step, item.text)
    4 DataSource_2.outbox -> NullSink_3.inbox: 'hello'
    6 NullSink_3 takes 'hello' from inbox
    """

    items: tuple[StoryItem, ...]
    filter: str = ""
    kinds: dict[str, int] = field(default_factory=dict)
    searched: int = 0
    total: int = 0

    def __iter__(self) -> Iterator[StoryItem]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def data(self) -> dict[str, Any]:
        """Return all of it as plain values, ready for JSON."""
        return {
            "items": [
                {
                    "n": each.number,
                    "step": each.step,
                    "kind": each.kind,
                    "text": each.text,
                    "keys": list(each.keys),
                    "times": each.times,
                }
                for each in self.items
            ],
            "filter": self.filter,
            "kinds": dict(self.kinds),
            "searched": self.searched,
            "total": self.total,
            "shown": len(self.items),
        }

    def __str__(self) -> str:
        from .forms import as_text

        return as_text(self)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from .forms import as_html

        return as_html(self)
