"""Who is in whom in a picture, and which containers are folded."""

from __future__ import annotations

from typing import Any

from .shown import Shown

#: How many parts are shown before the largest containers are folded.
ROOMY = 60


class Family:
    """Who is in whom, and which containers are folded."""

    def __init__(self, scene: Shown) -> None:
        self.scene = scene
        self.parents: dict[Any, Any] = scene.parents
        self.children: dict[Any, list[Any]] = {}
        self.tops: list[Any] = []
        for each in scene.who:
            parent = self.parents.get(each)
            if parent is None:
                self.tops.append(each)
            else:
                self.children.setdefault(parent, []).append(each)
        self.inside: dict[Any, int] = {}
        self.folded: set[Any] = set()
        for top in self.tops:
            self._count(top)

    def _count(self, component: Any) -> int:
        own = sum(1 + self._count(child) for child in self.children.get(component, ()))
        self.inside[component] = own
        return own

    def fold(self, asked: frozenset[str], most: int = ROOMY) -> None:
        """Fold what shall be, and the largest containers of single parts where there are too many."""
        roomy = min(ROOMY, most)
        key = self.scene.key
        if asked:
            self.folded = {each for each in self.children if key(each) in asked}
        shown = self.visible()
        while len(shown) > roomy:
            room = len(shown)
            for each in self._foldable(shown, asked):
                if room <= roomy:
                    break
                self.folded.add(each)
                room -= len(self.children[each])
            if room == len(shown):
                return
            shown = self.visible()

    def _foldable(self, shown: list[Any], asked: frozenset[str]) -> list[Any]:
        """Return the open containers of single parts that nobody wants open, the largest first."""
        found = [
            each
            for each in shown
            if each in self.children
            and each not in self.folded
            and f"-{self.scene.key(each)}" not in asked
            and not any(child in self.children and child not in self.folded for child in self.children[each])
        ]
        return sorted(found, key=lambda each: -len(self.children[each]))

    def visible(self) -> list[Any]:
        """Return who is not inside something folded, parents before their children."""
        found: list[Any] = []
        left = list(reversed(self.tops))
        while left:
            each = left.pop()
            found.append(each)
            if each not in self.folded:
                left.extend(reversed(self.children.get(each, ())))
        return found

    def shown_as(self, component: Any) -> Any:
        """Return the outermost folded container that a component is in, or itself."""
        found = component
        while component is not None:
            if component in self.folded:
                found = component
            component = self.parents.get(component)
        return found

    def within(self, component: Any, container: Any) -> bool:
        """Return whether a component is somewhere in another one."""
        while component is not None:
            component = self.parents.get(component)
            if component is container:
                return True
        return False
