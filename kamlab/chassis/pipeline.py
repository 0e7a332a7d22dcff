"""A Pipeline: components in a row."""

from __future__ import annotations

from collections.abc import Generator
from itertools import pairwise
from typing import Any

from ..core.component import Component
from ..core.errors import BadComponent
from .base import Chassis, Route, check_parts, check_routes


class Pipeline(Chassis):
    """Contains components in a row: outbox and signal of each are linked to inbox and control of the next.

    Messages to the Pipeline's own inbox and control go to the first component. Messages that the last component sends
    to its outbox and signal leave through the Pipeline's. The Pipeline ends when all of its components have ended, and
    sends nothing itself. Stopping it stops its components.

    Args:
        components: the components, in order.
        circular: whether to link the last component's outbox and signal to the first, not to the Pipeline's.
        argd: other keywords become attributes.

    Raises:
        BadComponent: none is given, or one of them is not a component.
        BelongsElsewhere: a component is given twice.
        NoSuchBox: one of them lacks a box that the Pipeline links.

    >>> from kamlab.parts import DataSource, PureTransformer
    >>> Pipeline(DataSource([1, 2]), PureTransformer(str)).state
    'new'
    """

    circular = False

    def __init__(self, *components: Component, **argd: Any) -> None:
        self.components: list[Component] = check_parts("Pipeline", components)
        if not self.components:
            raise BadComponent("a Pipeline without components has nothing to do: Pipeline(first, second, ...)")
        super().__init__(**argd)
        check_routes(self._routes())

    def _routes(self) -> list[Route]:
        first, last = self.components[0], self.components[-1]
        routes: list[Route] = []
        for source, sink in pairwise(self.components):
            routes += [(source, "outbox", sink, "inbox", 0), (source, "signal", sink, "control", 0)]
        routes += [(self, "inbox", first, "inbox", 1), (self, "control", first, "control", 1)]
        if self.circular:
            routes += [(last, "outbox", first, "inbox", 0), (last, "signal", first, "control", 0)]
        else:
            routes += [(last, "outbox", self, "outbox", 2), (last, "signal", self, "signal", 2)]
        return routes

    def main(self) -> Generator[None, None, None]:
        """Wire the components, activate them, and wait until all have ended."""
        self.add_children(*self.components)
        self.wire(self._routes())
        self.activate_children()
        yield from self.until_children_done()
