"""Named services and tracked values: how components find each other without explicit links.

Axon calls this the coordinating assistant tracker. Each lab has one, so two labs can each have a
Backplane of the same name.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from . import origins
from .component import Component
from .errors import (
    AccessToUndeclaredTrackedVariable,
    BadComponent,
    BadInbox,
    BadParentTracker,
    MultipleServiceDeletion,
    NamespaceClash,
    NoSuchService,
    ServiceAlreadyExists,
    listed,
)
from .task import task_of


class Services:
    """The services and tracked values of one lab.

    Args:
        parent: other services, for names that are not found here.

    >>> services = Services()
    >>> services.track_value("lessons", 3)
    >>> services.retrieve_value("lessons")
    3
    """

    def __init__(self, parent: Services | None = None) -> None:
        if parent is not None and not isinstance(parent, Services):
            raise BadParentTracker(f"{parent!r} cannot be the parent of a tracker: it is not a tracker itself")
        self.parent = parent
        self._services: dict[str, tuple[Component, str]] = {}
        self._values: dict[str, Any] = {}
        #: Where each was made, if that is noted.
        self._origins_of_services: dict[str, origins.Origin | None] = {}
        self._origins_of_values: dict[str, origins.Origin | None] = {}

    def register_service(self, name: str, component: Component, inbox: str) -> None:
        """Offer an inbox of a component under a name.

        Raises:
            ServiceAlreadyExists: the name is taken.
            BadComponent: ``component`` is not a component.
            BadInbox: it has no such inbox.
        """
        if name in self._services:
            owner, box = self._services[name]
            raise ServiceAlreadyExists(
                f"the service {name!r} exists already: {owner.short_name} ({task_of(owner).life}) offers its inbox "
                f"{box!r}. "
                "Use another name, stop that component first, or start with a fresh lab: lab.reset()."
            )
        if not isinstance(component, Component):
            raise BadComponent(f"the service {name!r} needs a component, and {component!r} is not one")
        if inbox not in component.inboxes:
            raise BadInbox(
                f"the service {name!r} needs an inbox {inbox!r}, and {component.short_name} has only: "
                f"{listed(component.inboxes)}"
            )
        self._services[name] = (component, inbox)
        if origins.noting:
            self._origins_of_services[name] = origins.here()

    def retrieve_service(self, name: str) -> tuple[Component, str]:
        """Return the component and the name of the inbox behind a service.

        Raises:
            NoSuchService: no component offers it.
        """
        if name in self._services:
            return self._services[name]
        if self.parent is not None:
            return self.parent.retrieve_service(name)
        raise NoSuchService(f"there is no service {name!r}; there are: {listed(self._services)}")

    def deregister_service(self, name: str) -> None:
        """Remove a service.

        Raises:
            MultipleServiceDeletion: it does not exist, or no longer.
        """
        if name not in self._services:
            raise MultipleServiceDeletion(
                f"the service {name!r} cannot be taken off: it is not registered. There are: {listed(self._services)}"
            )
        del self._services[name]

    def services_registered(self) -> list[str]:
        """Return the names of all services."""
        return list(self._services)

    def drop_services_of(self, component: Any) -> list[str]:
        """Remove the services that a component still offers, and return their names."""
        if not self._services:
            return []
        names = [name for name, (owner, _) in self._services.items() if owner is component]
        for name in names:
            del self._services[name]
        return names

    def made_by(self, key: Hashable) -> list[str]:
        """Return the names of the services and values that a cell has made; see :mod:`.origins`."""
        made = ((self._origins_of_services, self._services), (self._origins_of_values, self._values))
        return [
            name
            for where, kept in made
            for name, origin in where.items()
            if origins.is_of(origin, key) and name in kept
        ]

    def drop_made_by(self, key: Hashable) -> list[str]:
        """Remove the services and values that a cell has made, and return their names."""
        names = self.made_by(key)
        for name in names:
            if origins.is_of(self._origins_of_services.get(name), key):
                self._services.pop(name, None)
            if origins.is_of(self._origins_of_values.get(name), key):
                self._values.pop(name, None)
        return names

    def track_value(self, name: str, value: Any) -> None:
        """Declare a value under a name.

        Raises:
            NamespaceClash: the name is declared already.
        """
        if name in self._values:
            raise NamespaceClash(f"the value {name!r} is tracked already; change it with update_value()")
        self._values[name] = value
        if origins.noting:
            self._origins_of_values[name] = origins.here()

    def update_value(self, name: str, value: Any) -> None:
        """Change a declared value.

        Raises:
            AccessToUndeclaredTrackedVariable: it was not declared.
        """
        self._require(name)
        self._values[name] = value

    def retrieve_value(self, name: str) -> Any:
        """Return a declared value.

        Raises:
            AccessToUndeclaredTrackedVariable: it was not declared.
        """
        self._require(name)
        return self._values[name]

    def information_items_logged(self) -> list[str]:
        """Return the names of all tracked values."""
        return list(self._values)

    def zap(self) -> None:
        """Forget all services and values."""
        self._services.clear()
        self._values.clear()

    def _require(self, name: str) -> None:
        if name not in self._values:
            raise AccessToUndeclaredTrackedVariable(
                f"no value {name!r} is tracked; declare it with track_value(). There are: {listed(self._values)}"
            )
