"""``Axon.Postoffice.postoffice`` and ``Axon.Linkage.linkage``."""

from __future__ import annotations

from typing import Any

from kamlab.core.box import Box
from kamlab.core.link import Link, Switchboard
from kamlab.core.task import Task

from .spelling import other_arguments


class _Nobody:
    """The owner of a post office that does not belong to a component."""

    scheduler_in_charge = None

    def __init__(self, name: str) -> None:
        self._task = Task()
        self.name = self.short_name = name


class postoffice(Switchboard):
    """The links that one component has made.

    A box that is not kamlab's is told of its links by its methods ``addsource`` and ``removesource``.
    """

    __module__ = "Axon.Postoffice"

    def __init__(self, debugname: str = "", owner: Any = None) -> None:
        self.debugname: str = f"{debugname}:debug " if debugname else ""
        keeper: Any = owner if owner is not None else _Nobody(debugname or "a post office")
        super().__init__(keeper)

    def link(
        self,
        source: Any,
        sink: Any,
        passthrough: int = 0,
        pipewidth: int | None = None,
        synchronous: bool | None = None,
    ) -> Link:
        """Link ``source`` to ``sink``, each a pair of a component and the name of a box."""
        if all(_has_own_boxes(end) for end in (source, sink)):
            return super().link(source, sink, passthrough, pipewidth, synchronous)
        link = Link(source[0], source[1], sink[0], sink[1], passthrough)
        sinkbox: Any = link.sink_box
        sinkbox.addsource(link.source_box)
        self.links.append(link)
        return link

    def _remove(self, links: list[Link]) -> None:
        foreign = [link for link in links if not isinstance(link.sink_box, Box)]
        for link in foreign:
            sinkbox: Any = link.sink_box
            sinkbox.removesource(link.source_box)
            self.links.remove(link)
        super()._remove([link for link in links if link not in foreign])

    @other_arguments
    def unlink(self, thecomponent: Any = None, thelinkage: Any = None, **native: Any) -> None:
        """Take down one link, or all links with a component, among those made here."""
        super().unlink(thecomponent or native.get("component"), thelinkage or native.get("linkage"))

    deregisterlinkage = unlink

    def unlinkAll(self) -> None:
        """Take down every link made here."""
        self.unlink_all()

    def islinkageregistered(self, linkage: Any) -> int:
        """Return 1 if this link was made here and still exists, 0 otherwise."""
        return self.links.count(linkage)

    def __str__(self) -> str:
        return f"{{{{ POSTOFFICE: {self.debugname}links {self.links} }}}}"


def _has_own_boxes(end: Any) -> bool:
    """Return whether the component of a (component, box name) pair has kamlab's boxes; it is not known for others."""
    boxes = getattr(end[0], "inboxes", None) if isinstance(end, tuple) and len(end) == 2 else None
    return not isinstance(boxes, dict) or all(isinstance(box, Box) for box in boxes.values())


class linkage(Link):
    """A link, with the arguments in Axon's order. ``link()`` of a component makes one and establishes it."""

    __slots__ = ()
    __module__ = "Axon.Linkage"

    def __init__(
        self,
        source: Any,
        sink: Any,
        sourcebox: str = "outbox",
        sinkbox: str = "inbox",
        passthrough: int = 0,
        pipewidth: int | None = None,
        synchronous: bool | None = None,
    ) -> None:
        super().__init__(source, sourcebox, sink, sinkbox, passthrough)
        width = 1 if pipewidth is None and synchronous is not None else pipewidth
        if width is not None:
            self.sink_box.set_size(width)  # type: ignore[attr-defined]
