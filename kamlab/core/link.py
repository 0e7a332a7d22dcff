"""Links between boxes, and the switchboard that keeps the links each component has made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from . import origins
from .box import Box
from .errors import BadLink, NoSuchBox, listed
from .events import LINKED, UNLINKED
from .microprocess import Microprocess
from .safe_repr import safe_repr
from .task import task_of

if TYPE_CHECKING:
    from .component import Component
    from .scheduler import Scheduler

#: The three kinds of link by Axon's ``passthrough`` number: which side each end is on.
SIDES = {0: ("outboxes", "inboxes"), 1: ("inboxes", "inboxes"), 2: ("outboxes", "outboxes")}


class Link:
    """A link from one box to another; keep it to unlink it later.

    ``passthrough`` is 0 from outbox to inbox, 1 from inbox to inbox, 2 from outbox to outbox.
    """

    __slots__ = ("origin", "passthrough", "sink", "sink_box", "sinkbox", "source", "source_box", "sourcebox")

    def __init__(self, source: Component, sourcebox: str, sink: Component, sinkbox: str, passthrough: int = 0) -> None:
        if passthrough not in SIDES:
            raise BadLink(
                f"passthrough is {passthrough!r}; it can be 0 (outbox to inbox), 1 (inbox to inbox) "
                "or 2 (outbox to outbox)"
            )
        from_side, to_side = SIDES[passthrough]
        self.source: Component = source
        self.sourcebox: str = sourcebox
        self.sink: Component = sink
        self.sinkbox: str = sinkbox
        self.passthrough: int = passthrough
        self.origin = origins.here() if origins.noting else None
        self.source_box: Box = find_box(source, sourcebox, from_side)
        self.sink_box: Box = find_box(sink, sinkbox, to_side)

    def source_pair(self) -> tuple[Component, str]:
        """Return the component and the box name that the link comes from."""
        return self.source, self.sourcebox

    def sink_pair(self) -> tuple[Component, str]:
        """Return the component and the box name that the link leads to."""
        return self.sink, self.sinkbox

    def __str__(self) -> str:
        return f"Link( source:[{self.source.name},{self.sourcebox}], sink:[{self.sink.name},{self.sinkbox}] )"

    def __repr__(self) -> str:
        source = f"{self.source.short_name}.{self.sourcebox}"
        return f"<link {source} -> {self.sink.short_name}.{self.sinkbox}>"


def find_box(component: Any, name: str, side: str) -> Box:
    """Return the box of a component by its name.

    Raises:
        NoSuchBox: the component has no such box on that side.
        BadLink: ``component`` is not a component.
    """
    boxes = getattr(component, side, None)
    if not isinstance(boxes, dict) and isinstance(component, Microprocess):
        raise BadLink(
            f"{type(component).__name__} has an attribute {side!r} of its own, {safe_repr(boxes)}, which hides its "
            f"boxes; give it another name. {side.capitalize()}, with a capital letter, declares boxes."
        )
    if not isinstance(boxes, dict):
        hint = " (it is a class: did you forget the brackets?)" if isinstance(component, type) else ""
        raise BadLink(f"{component!r} is not a component{hint}; link (component, box name) pairs")
    try:
        box: Box = boxes[name]
    except (KeyError, TypeError):
        raise no_such_box(component, name, side) from None
    return box


def no_such_box(component: Any, name: Any, side: str) -> NoSuchBox:
    """Return the error that names the component, the wrong box, and the boxes that exist."""
    kind = side[:-2]
    boxes = getattr(component, side)
    if not isinstance(boxes, dict):
        return NoSuchBox(
            f"{component.short_name} has no {kind} {name!r}: {type(component).__name__} has an attribute {side!r} "
            f"of its own, {safe_repr(boxes)}, which hides its boxes; {side.capitalize()}, with a capital letter, "
            "declares boxes."
        )
    other = "inboxes" if side == "outboxes" else "outboxes"
    hint = ""
    if isinstance(name, str) and name in getattr(component, other, {}):
        hint = f" There is an {other[:-2]} of that name: is the link or call the other way round?"
    return NoSuchBox(
        f"{component.short_name} has no {kind} {name!r}. Its {side}: {listed(boxes)}.{hint} "
        f"Declare it in {side.capitalize()} of {type(component).__name__}."
    )


class Switchboard:
    """The links that one component has made; it removes those and no others."""

    __slots__ = ("links", "owner")

    def __init__(self, owner: Component) -> None:
        self.owner: Component = owner
        self.links: list[Link] = []

    @property
    def linkages(self) -> list[Link]:
        """The links, under Axon's name for them."""
        return self.links

    def link(
        self,
        source: tuple[Component, str],
        sink: tuple[Component, str],
        passthrough: int = 0,
        pipewidth: int | None = None,
        synchronous: bool | None = None,
    ) -> Link:
        """Link ``source`` to ``sink``; see :meth:`Component.link`."""
        try:
            (source_component, source_name), (sink_component, sink_name) = source, sink
        except (TypeError, ValueError):
            raise BadLink(
                f"{self.owner.short_name} cannot link {source!r} to {sink!r}: each end is a pair (component, box name)"
            ) from None
        link = Link(source_component, source_name, sink_component, sink_name, passthrough)
        end = link.sink_box.target
        width = 1 if synchronous else pipewidth
        if width is not None:
            end.check_size(width)
        self.make((link,))
        if width is not None:
            end.set_size(width)
        return link

    def make(self, links: Iterable[Link]) -> None:
        """Have boxes lead to each other as these links say."""
        scheduler = self._note_foreign("a link was made from outside")
        for link in links:
            link.source_box.leads_to(link.sink_box)
            self.links.append(link)
            if scheduler is not None and scheduler.log is not None:
                scheduler.log((LINKED, link, None))

    def unlink(self, component: Any = None, linkage: Link | None = None) -> None:
        """Remove one link made here, or all links made here that touch ``component``."""
        self._remove(
            [
                link
                for link in self.links
                if link is linkage or (component is not None and (component is link.source or component is link.sink))
            ]
        )

    def unlink_box(self, box: Box) -> None:
        """Remove the links made here that begin or end at a box."""
        self._remove([link for link in self.links if link.source_box is box or link.sink_box is box])

    def unlink_all(self) -> None:
        """Remove every link made here."""
        self._remove(list(self.links))

    def _remove(self, links: list[Link]) -> None:
        scheduler = self._note_foreign("a link was taken down from outside") if links else None
        for link in links:
            if link not in self.links:  # an observer that was told of the one before has removed it
                continue
            self.links.remove(link)
            if link.source_box.onward is link.sink_box:  # it may be removed already, and another one made since
                link.source_box.leads_nowhere()
            if scheduler is not None and scheduler.log is not None:
                scheduler.log((UNLINKED, link, None))

    def _note_foreign(self, why: str) -> Scheduler | None:
        """Note that a link is changed from outside, if so; return the scheduler of the owner, if it has one."""
        scheduler = task_of(self.owner).scheduler
        if scheduler is not None and scheduler.journal is not None and scheduler.is_outside():
            scheduler.note_foreign(why)
        return scheduler
