"""Two names for one method, without an extra call.

Why it is built this way
------------------------
A class in the old spelling has every method under two names: ``dataReady`` for its users, ``data_ready`` for the
engine. Either may be overridden: a cookbook class overrides ``mainBody``, which the engine calls ``main_body``.
Methods that delegate to each other would cost a Python call on the hottest paths, and two of them could call each
other forever. Instead, whenever a class is made, each pair is settled: the definition that comes first in the method
resolution order is bound to both names.

Names bound in this way are remembered in ``_joined`` and do not count as definitions. Otherwise ``dataReady`` of
``component`` would hide the ``data_ready`` of a native class that comes later in the method resolution order.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

_MISSING = object()


def other_arguments(method: Any) -> Any:
    """Mark a method whose arguments have other names in the engine, so that type checkers accept it."""
    return method


def super_of(cls: type) -> tuple[str, Any]:
    """Return what ``self.__super`` means in a class, as in older versions of Axon: its full name, and its value."""
    return f"_{cls.__name__.lstrip('_')}__super", super(cls)


MICROPROCESS_NAMES = {
    "_isStopped": "is_stopped",
    "_isRunnable": "is_runnable",
    "_closeDownMicroprocess": "close_down",
    "closeDownValue": "close_down_value",
}

COMPONENT_NAMES = {
    "dataReady": "data_ready",
    "anyReady": "any_ready",
    "Inbox": "messages",
    "setInboxSize": "set_inbox_size",
    "addChildren": "add_children",
    "removeChild": "remove_child",
    "childComponents": "child_components",
    "childrenDone": "children_done",
    "initialiseComponent": "initialise_component",
    "mainBody": "main_body",
    "closeDownComponent": "close_down_component",
    "_deliver": "deliver",
}

ADAPTIVE_NAMES = {
    "addInbox": "add_inbox",
    "addOutbox": "add_outbox",
    "deleteInbox": "delete_inbox",
    "deleteOutbox": "delete_outbox",
    "trackResource": "track_resource",
    "retrieveTrackedResource": "retrieve_tracked_resource",
    "trackResourceInformation": "track_resource_information",
    "retrieveTrackedResourceInformation": "retrieve_tracked_resource_information",
    "ceaseTrackingResource": "cease_tracking_resource",
}


class TwoNames:
    """Base of the classes whose methods have an old and a new name.

    ``_names`` of a class maps old names to new ones, in addition to those of its bases. ``_keywords`` does the same for
    the keywords of the constructor.

    >>> class Old(TwoNames):
    ...     _names = {"mainBody": "main_body"}
    >>> class Users(Old):
    ...     def mainBody(self):
    ...         return "the engine finds me"
    >>> Users().main_body()
    'the engine finds me'
    """

    _names: ClassVar[Mapping[str, str]] = {}
    _keywords: ClassVar[Mapping[str, str]] = {}
    _joined: ClassVar[frozenset[str]] = frozenset()

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        setattr(cls, *super_of(cls))
        cls._joined = frozenset()
        cls._keywords = _of_all_bases(cls, "_keywords")
        for old, new in _of_all_bases(cls, "_names").items():
            _settle(cls, old, new)

    @classmethod
    def _renamed(cls, argd: dict[str, Any]) -> dict[str, Any]:
        """Return the keyword arguments under their new names."""
        keywords = cls._keywords
        return {keywords.get(name, name): value for name, value in argd.items()} if keywords else argd


def _of_all_bases(cls: type, attribute: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        found.update(base.__dict__.get(attribute, {}))
    return found


def _settle(cls: type[TwoNames], old: str, new: str) -> None:
    """Bind both names to the definition that comes first in the method resolution order."""
    value = _nearest(cls, old, new)
    if value is _MISSING:
        return
    for name in (old, new):
        if _raw(cls, name) is not value:
            setattr(cls, name, value)
            cls._joined |= {name}


def _nearest(cls: type, old: str, new: str) -> Any:
    for base in cls.__mro__:
        here = base.__dict__
        defined = [name for name in (old, new) if name in here and name not in here.get("_joined", ())]
        if len(defined) == 2 and here[old] is not here[new]:
            return _MISSING  # the class defines both differently, on purpose
        if defined:
            return here[defined[0]]
    return _MISSING


def _raw(cls: type, name: str) -> Any:
    for base in cls.__mro__:
        if name in base.__dict__:
            return base.__dict__[name]
    return _MISSING
