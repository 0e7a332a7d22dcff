"""A variable that several components use: :class:`Shared`.

State that components share beside their boxes is what most races are about. As an attribute of some object it is found
by an exploration only after the fact, as something that has changed; a declared variable tells when it is read and when
it is written, so reads of it commute, and a slice that does not use it does not depend on it. In a run that is not
explored a read costs one look at :data:`listener`, and nothing of it is in the trace.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")

#: What is told to the listener: a variable was made, read or written.
MADE, READ, WRITTEN = "made", "R", "W"

#: Called with each variable that is made, read or written, and what was done; ``None`` unless a system is explored.
listener: Callable[[Shared[Any], str], None] | None = None


class Shared(Generic[T]):
    """A variable that several components use, beside the messages that they send.

    Make it in the builder and give it to the components. ``kamlab.explore`` takes each read and each write for a part
    of what a slice does, so it finds the orders in which one component overwrites what another has written.

    Args:
        value: what it holds at the beginning.

    >>> from kamlab import Component, Shared, explore
    >>> class Adds(Component):
    ...     def __init__(self, total):
    ...         super().__init__()
    ...         self.total = total
    ...     def main(self):
    ...         seen = self.total.value
    ...         yield
    ...         self.total.value = seen + 1
    >>> def system():
    ...     total = Shared(0)
    ...     Adds(total).activate()
    ...     Adds(total).activate()
    ...     return total
    >>> print(explore(system, lambda total: total.value == 2))
    In 4 of all 6 orders (4 truly different) it goes wrong. Drawn slice by slice, the chance is 50.0%.
    invariant: the predicate does not hold at the end
      the shortest order: 4 slices, 2 switches; after step 2 it goes wrong in every order
      1    Adds_2
      2-3  Adds_1
      4    Adds_2
    """

    __slots__ = ("__weakref__", "_value")

    def __init__(self, value: T) -> None:
        self._value = value
        if listener is not None:
            listener(self, MADE)

    @property
    def value(self) -> T:
        """What it holds."""
        if listener is not None:
            listener(self, READ)
        return self._value

    @value.setter
    def value(self, value: T) -> None:
        if listener is not None:
            listener(self, WRITTEN)
        self._value = value

    def update(self, change: Callable[[T], T]) -> T:
        """Set it to what ``change`` returns for its value, in this slice, and return that.

        >>> total = Shared(1)
        >>> total.update(lambda number: number + 1), total
        (2, Shared(2))
        """
        self.value = new = change(self.value)
        return new

    def __repr__(self) -> str:
        return f"Shared({self._value!r})"


def set_listener(wanted: Callable[[Shared[Any], str], None] | None) -> None:
    """Have a function called with each variable that is made, read or written; ``None``: no function."""
    global listener
    listener = wanted
