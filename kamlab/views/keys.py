"""How a component is named in what is shown: a short key, the same when the system is built again.

Names will not do, since two components may be called the same. The number that a lab gives each
component when it is activated will; a child that waits to be activated is named by its parent's key
and its place among the children.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..core.component import Component
from ..core.microprocess import Microprocess
from ..core.world import World


def key_of(component: Microprocess) -> str:
    """Return the key of a component: ``"7"``, or ``"4.0"`` for the first child of 4 that is not active yet.

    >>> from kamlab import Component, Lab
    >>> with Lab() as lab:
    ...     key_of(Component().activate())
    '1'
    """
    if component._number:
        return str(component._number)
    parent = getattr(component, "_parent", None)
    if parent is None:
        return "0"
    return f"{key_of(parent)}.{_place(component, parent)}"


def component_of(lab: World, key: str) -> Component | None:
    """Return the component of a key, a living one or a child that is not active yet; ``None`` if there is none."""
    for each in _known(lab):
        if key_of(each) == key:
            return each
    return None


def _known(lab: World) -> Iterator[Component]:
    for each in list(lab.scheduler.members.values()):
        if isinstance(each, Component):
            yield each
            yield from _not_active(each)


def _not_active(component: Component) -> Iterator[Component]:
    for child in component._children or ():
        if not child._number:
            yield child
            yield from _not_active(child)


def _place(component: Microprocess, parent: Component) -> int:
    return next((place for place, child in enumerate(parent._children or ()) if child is component), 0)
