"""Names and texts made safe once and used often: a diagram has few components, and one message twice."""

from __future__ import annotations

from typing import Any

from ...core.calling import given_name
from ...core.events import name_of, shorten
from ..quoting import label


class Names:
    """The names of components and boxes, and the texts of messages, for one view.

    Args:
        width: how long each of them may be.
    """

    def __init__(self, width: int) -> None:
        self._width = width
        self._names: dict[Any, str] = {}
        self._boxes: dict[Any, str] = {}

    def of(self, component: Any) -> str:
        """Return the name of a component."""
        name = self._names.get(component)
        if name is None:
            name = self._names[component] = label(given_name(component) or name_of(component), self._width)
        return name

    def of_box(self, box: Any) -> str:
        """Return the name of a box: that of its component, a dot, and its own."""
        name = self._boxes.get(box)
        if name is None:
            name = self._boxes[box] = f"{self.of(box.owner)}.{label(str(box.name), self._width)}"
        return name

    def of_message(self, message: Any, said: str | None) -> str:
        """Return the text of a message as it was when it moved."""
        return label(shorten(message, self._width) if said is None else said, self._width)
