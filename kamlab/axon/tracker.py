"""``Axon.CoordinatingAssistantTracker``: the services of the current lab under their old names."""

from __future__ import annotations

from typing import Any

from kamlab.core import context
from kamlab.core.services import Services

#: Additional method names for the class of every lab's services.
_NAMES = {
    "registerService": "register_service",
    "retrieveService": "retrieve_service",
    "deRegisterService": "deregister_service",
    "servicesRegistered": "services_registered",
    "trackValue": "track_value",
    "updateValue": "update_value",
    "retrieveValue": "retrieve_value",
    "informationItemsLogged": "information_items_logged",
}
for _old, _new in _NAMES.items():
    setattr(Services, _old, getattr(Services, _new))


class _TrackerType(type):
    """Makes every ``Services`` an instance of the tracker, and finds the current one."""

    @property
    def basecat(cls) -> Services:
        services: Services = context.current().services
        return services

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, Services)


class coordinatingassistanttracker(Services, metaclass=_TrackerType):
    """Named services and tracked values; ``getcat()`` returns those of the current lab.

    Args:
        parent: another tracker, in which services that are not found here are looked up.
    """

    __module__ = "Axon.CoordinatingAssistantTracker"

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent or None)

    @classmethod
    def getcat(cls) -> Services:
        """Return the tracker of the current lab."""
        return cls.basecat
