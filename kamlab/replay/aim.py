"""What a breakpoint is about: a component, several of them, or a box.

A component that is given as an object is that object, until the system is built again: from then on
its name stands for the one built in its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kamlab.core.box import Box
from kamlab.core.calling import called
from kamlab.core.events import Event, name_of
from kamlab.core.link import Link
from kamlab.core.microprocess import Microprocess


class Aim:
    """Which component, or which box, a breakpoint is about.

    Args:
        who: a component, a class, a name, or ``None`` for any.
        box: the name of the box, if it is about one.
        side: ``"inbox"`` or ``"outbox"``; ``None`` for either.
        rebuilt: whether ``who`` is of a system that was built again since, so that only names are left of it.
    """

    def __init__(self, who: Any, box: str | None = None, side: str | None = None, rebuilt: bool = False) -> None:
        self.who = who
        self.box = box
        self.side = side
        self.rebuilt: bool = rebuilt

    def renew(self) -> None:
        """Go by names from here on: the system is built again."""
        if isinstance(self.who, type) or (isinstance(self.who, Microprocess) and self.who._number):
            self.rebuilt = True

    def is_about(self, component: Any) -> bool:
        """Return whether this is the component; one that waits for a generator is that generator, too."""
        while isinstance(component, Microprocess):
            if self._names(component):
                return True
            component = component._awaited_by
        return False

    def _names(self, component: Microprocess) -> bool:
        who = self.who
        if isinstance(who, str):
            return bool(called(who, [component]))
        if isinstance(who, type):
            if isinstance(component, who):
                return True
            return self.rebuilt and any(each.__name__ == who.__name__ for each in type(component).__mro__)
        return component is who or (self.rebuilt and component.short_name == who.short_name)

    def is_box(self, box: Box) -> bool:
        """Return whether this is the box."""
        return box.name == self.box and self.side in (None, box.kind) and self.is_about(box.owner)

    def meets(self, event: Event) -> bool:
        """Return whether an event happened to the component, or to the box."""
        if self.who is None:
            return True
        if self.box is not None:
            return any(map(self.is_box, _boxes_passed(event)))
        subject = event.component
        if isinstance(subject, Link):
            return self.is_about(subject.source) or self.is_about(subject.sink)
        return self.is_about(subject)

    def holds(self, inbox: Box) -> bool:
        """Return whether what waits in this inbox waits in the box, or in any of the component."""
        if self.who is None:
            return True
        if self.box is None:
            return self.is_about(inbox.owner)
        return any(map(self.is_box, _fed_by(inbox)))

    def __str__(self) -> str:
        if self.who is None:
            return ""
        who = f"any {self.who.__name__}" if isinstance(self.who, type) else name_of(self.who)
        return who if self.box is None else f"{who}.{self.box}"


def _boxes_passed(event: Event) -> Iterator[Box]:
    """Yield the boxes that the message of an event went through, or waits in."""
    step: Box | None = event.source
    while step is not None and step is not event.box:
        yield step
        step = step.onward
    if event.box is not None:
        yield event.box


def _fed_by(box: Box) -> Iterator[Box]:
    """Yield an inbox and every box that leads to it."""
    yield box
    for source in box.sources:
        yield from _fed_by(source)
