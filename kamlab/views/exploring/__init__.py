"""Views of an exploration: its graph of states, and the tree of choices of who runs, as values that can be compared.

They know nothing of how a system is explored; whoever explores makes them.
"""

from __future__ import annotations

from .choice_tree import ChoiceLook, ChoiceTree
from .overview import ExplorationOverview
from .state_graph import DepthRow, StateDot, StateEdge, StateGraph

__all__ = ["ChoiceLook", "ChoiceTree", "DepthRow", "ExplorationOverview", "StateDot", "StateEdge", "StateGraph"]
