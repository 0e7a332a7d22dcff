"""What all executions of one exploration share: the builder, and what was found out about its components."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from inspect import Parameter, signature
from typing import Any

from ..lab import Lab
from .cells import Cell
from .faults import NO_FAULTS, Choice, FaultModel
from .outer import Place


@dataclass
class Setting:
    """What all executions of one exploration share.

    Attributes:
        system: builds the system.
        seed: the seed of the lab's random numbers.
        ignore: the attributes to leave out of states.
        numbers: the number of a component, by who made it, as which of theirs, and its class.
        variables: the name of a Shared variable, by who made it and as which of theirs.
        names: the name of a component when it was first met.
        kinds: the class of a component.
        helped: for a generator that a component waits for, the component, whose code it runs.
        outer: the cells of the globals and classes that the code of a component names.
        places: where the values of these cells are.
        chancy: the components whose code uses random numbers.
        unseen: what could not be seen, in words.
        made_is_seen: whether what the builder returned could be.
        lenient: whether an object that cannot be seen into stands for itself, rather than be refused.
        networked: whether the system uses a simulated network, so that each slice is run in each state.
        world: what the world may choose to do.
        choices: the choices that are not just a component, by number.
        lossy_met: which of the lossy boxes messages went through.
    """

    system: Callable[..., Any]
    seed: int = 0
    ignore: frozenset[str] = frozenset()
    numbers: dict[tuple[int, int, str], int] = field(default_factory=dict)
    variables: dict[tuple[int, int], str] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    kinds: list[type] = field(default_factory=list)
    helped: dict[int, int] = field(default_factory=dict)
    outer: dict[int, tuple[Cell, ...]] = field(default_factory=dict)
    places: dict[Cell, Place] = field(default_factory=dict)
    chancy: set[int] = field(default_factory=set)
    unseen: dict[str, None] = field(default_factory=dict)
    made_is_seen: bool = True
    lenient: bool = False
    networked: bool = False
    world: FaultModel = NO_FAULTS
    choices: dict[int, Choice] = field(default_factory=dict)
    lossy_met: set[str] = field(default_factory=set)

    def runner(self, choice: int) -> int | None:
        """Return the component that runs in a choice; ``None`` if none does."""
        known = self.choices.get(choice)
        return choice if known is None else known.component

    def words_of_choice(self, choice: int) -> str:
        """Return who runs in a choice, and what becomes of the messages if not all of them arrive."""
        known = self.choices.get(choice)
        if known is None or not known.fates:
            return self.names[choice]
        return f"{self.names[choice]} ({', '.join(fault or 'arrives' for fault, _ in known.fates)})"

    def build(self, lab: Lab) -> Any:
        """Build the system in a lab, the current one, and return what the builder returns."""
        return self.system(lab) if takes_lab(self.system) else self.system()


@functools.lru_cache(100)
def takes_lab(system: Callable[..., Any]) -> bool:
    """Return whether a builder is called with the lab."""
    try:
        parameters = signature(system).parameters.values()
    except (TypeError, ValueError):
        return False
    positional = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
    return any(one.default is one.empty and one.kind in positional for one in parameters)
