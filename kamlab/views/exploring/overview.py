"""What was found in one view: the sentences, the graph of states, and the tree of choices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..render import Document, Section, View
from .choice_tree import ChoiceTree
from .state_graph import StateGraph


@dataclass(frozen=True, slots=True, repr=False)
class ExplorationOverview(View):
    """An exploration with its graph and its tree of choices; both are ``None`` where states are not known.

    >>> from kamlab import Component, explore
    >>> class Once(Component):
    ...     def main(self):
    ...         yield
    >>> print(str(explore(lambda: Once().activate()).overview()).splitlines()[0])
    In the only order nothing goes wrong.
    """

    exploration: View
    graph: StateGraph | None = None
    tree: ChoiceTree | None = None

    def data(self) -> dict[str, Any]:
        """Return all of it as plain values, ready for JSON."""
        parts = {"exploration": self.exploration, "graph": self.graph, "tree": self.tree}
        return {name: None if part is None else part.data() for name, part in parts.items()}

    def document(self) -> Document:
        """Return what was found, and the graph and the tree in sections."""
        sections = [Section("States", self.graph)] if self.graph is not None else []
        if self.tree is not None and self.tree.choices:
            sections.append(Section("Choices", self.tree))
        return (*self.exploration.document(), *sections)
