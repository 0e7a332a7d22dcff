"""Names that tell the components and boxes of one history apart, the same in every run of the same system."""

from __future__ import annotations

from typing import Any

from ..core.events import name_of
from ..core.microprocess import Microprocess
from ..core.naming import called
from ..core.task import task_of


class Names:
    """The names of components, in the order in which they first turned up.

    Names are given late, since a component gets its number when it is activated, which may be after a
    link names it. Two that their user gave the same name are told apart: ``worker``, ``worker (2)``.
    """

    def __init__(self) -> None:
        #: Those that turned up so far, in order; the reader of a trace adds to it.
        self.seen: dict[Any, None] = {}
        self._names: dict[Any, str] = {}
        self._by_name: dict[str, Any] = {}
        self._provisional = False
        self._stale = False

    def renew(self) -> None:
        """Look again at those that had no number yet, when next a name is asked for."""
        self._stale = self._provisional

    def of(self, component: Any) -> str:
        """Return the name of a component."""
        self.seen[component] = None
        if self._stale or len(self._names) != len(self.seen):
            self._name_all()
        return self._names[component]

    def of_box(self, box: Any) -> str:
        """Return the name of a box: that of its component, a dot, and its own."""
        return f"{self.of(box.owner)}.{box.name}"

    def component(self, name: str) -> Any:
        """Return the component that answers to a name, or ``None`` if none does or several do."""
        if self._stale or len(self._names) != len(self.seen):
            self._name_all()
        if name in self._by_name:
            return self._by_name[name]
        found = called(name, self.seen)
        return found[0] if len(found) == 1 else None

    def all(self) -> list[str]:
        """Return all names."""
        return [self.of(component) for component in list(self.seen)]

    def _name_all(self) -> None:
        counts: dict[str, int] = {}
        self._names = {}
        self._stale = self._provisional = False
        for component in self.seen:
            name = name_of(component)
            counts[name] = count = counts.get(name, 0) + 1
            self._names[component] = name if count == 1 else f"{name} ({count})"
            self._provisional = self._provisional or (
                isinstance(component, Microprocess) and not task_of(component).number
            )
        self._by_name = {name: component for component, name in self._names.items()}
