"""The components and the Shared variables of one execution: who made them, and so which number or name they have."""

from __future__ import annotations

from typing import Any

from ..core import shared
from ..core.microprocess import Microprocess, name_in_task
from .errors import CannotRepeat, CannotStage
from .setting import Setting

#: The maker of what the builder makes.
BUILDER = -1


class Members:
    """What was made in one execution of a system.

    Components are numbered by who made them (the builder, or a component in its slice) and as which of theirs, so the
    numbers do not depend on the order of slices; so are Shared variables.

    Args:
        setting: what all executions share: it keeps the numbers.

    Attributes:
        components: all components, in the order in which they were made.
        present: the same, by number.
        variables: the Shared variables, by name.
        running: the number of the component whose slice runs, which makes what is made now.
        refused: why it cannot be explored, where that was noticed in a slice.
    """

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self.components: list[Microprocess] = []
        self.present: dict[int, Microprocess] = {}
        self.variables: dict[str, shared.Shared[Any]] = {}
        self.running = BUILDER
        self.refused: CannotStage | None = None
        self._numbers: dict[int, Any] = {}
        self._maker_of: dict[str, int] = {}
        self._made: dict[int, int] = {}

    def add(self, component: Microprocess) -> None:
        """Give a component that has just been made its number."""
        setting, maker = self._setting, self.running
        place = self._made[maker] = self._made.get(maker, -1) + 1
        cls = type(component)
        key = (maker, place, f"{cls.__module__}.{cls.__qualname__}")
        number = setting.numbers.setdefault(key, len(setting.numbers))
        if number == len(setting.names):
            setting.names.append("")
            setting.kinds.append(cls)
        self._numbers[id(component)] = number
        self.present[number] = component
        self.components.append(component)

    def add_variable(self, variable: shared.Shared[Any]) -> None:
        """Give a Shared variable that has just been made its name."""
        names, maker = self._setting.variables, self.running
        place = sum(self._maker_of[name] == maker for name in self.variables)
        name = names.setdefault((maker, place), f"Shared {len(names) + 1}")
        self._maker_of[name] = maker
        self._numbers[id(variable)] = name
        self.variables[name] = variable

    def get(self, member: Any) -> Any:
        """Return the number of a component, or the name of a variable; ``None`` if it is neither of this system."""
        return self._numbers.get(id(member))

    def number_of(self, component: Any) -> int:
        """Return the number of a component of this system.

        Raises:
            CannotRepeat: it was not made by it.
        """
        number: int | None = self._numbers.get(id(component))
        if number is None:
            name = name_in_task(component)
            raise self._refuse(
                f"{name} was not made by the builder: make all components in the function that builds the system"
            )
        return number

    def name_of(self, variable: shared.Shared[Any]) -> str:
        """Return the name of a Shared variable of this system.

        Raises:
            CannotRepeat: it was not made by it.
        """
        name: str | None = self._numbers.get(id(variable))
        if name is None:
            raise self._refuse(
                "a Shared variable was not made by the builder: make it in the function that builds the system"
            )
        return name

    def _refuse(self, why: str) -> CannotStage:
        """Note why the system cannot be explored, and return it as an error to raise."""
        self.refused = CannotRepeat(why)
        return self.refused
