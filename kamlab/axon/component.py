"""``Axon.Component.component``: kamlab's Component with its old names."""

from __future__ import annotations

from typing import Any

from kamlab.core.component import Component, taken

from .boxes import add_old_names
from .microprocess import microprocess
from .postoffice import postoffice
from .spelling import COMPONENT_NAMES, other_arguments

add_old_names()


class component(microprocess, Component):
    """The base of every component in the old spelling.

    Keyword arguments become attributes, before the boxes are made; positional ones are ignored.

    >>> class Upper(component):
    ...     def mainBody(self):
    ...         while self.dataReady("inbox"):
    ...             self.send(self.recv("inbox").upper(), "outbox")
    ...         return 1
    >>> sorted(Upper(size=3).outboxes)
    ['outbox', 'signal']
    """

    __module__ = "Axon.Component"
    _names = COMPONENT_NAMES

    def __init__(self, *args: Any, **argd: Any) -> None:
        # This skips microprocess.__init__ and calls that of Component, or of the native class that is served.
        super(microprocess, self).__init__(*args, **self._renamed(argd))

    def __str__(self) -> str:
        """Return its name and its boxes, the inboxes with the messages that wait there, in Axon's format."""
        inboxes = {name: list(self.inboxes[name].items) for name in sorted(self.inboxes, key=str)}
        outboxes = {name: self.outboxes[name] for name in sorted(self.outboxes, key=str)}
        return f"Component {self.name} [ inboxes : {inboxes} outboxes : {outboxes}"

    def close_down(self) -> Any:
        """Remove the links that this has made, and return None, as Axon's component does."""
        super().close_down()

    @property  # type: ignore[override]
    def switchboard(self) -> postoffice:
        """The links this component has made."""
        task = self._task
        if task.switchboard is None:
            task.switchboard = postoffice(owner=self)
        return task.switchboard  # type: ignore[return-value]

    @switchboard.setter
    def switchboard(self, value: Any) -> None:
        raise taken(self, "switchboard", value)

    postoffice = switchboard

    @other_arguments
    def unlink(self, thecomponent: Any = None, thelinkage: Any = None, **native: Any) -> None:
        """Take down a link, or all links with a component, among those this one has made."""
        super().unlink(thecomponent or native.get("component"), thelinkage or native.get("linkage"))
