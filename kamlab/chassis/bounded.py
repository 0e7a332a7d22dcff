"""Chassis that limit the inboxes of their components.

They are the chassis of the same names with one more argument. Rejected: the argument in the chassis themselves, where a
number among the components of a Pipeline is a slip.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..core.component import Component
from ..core.errors import BadLink, listed
from .carousel import Carousel
from .graphline import Graphline, Linkages
from .pipeline import Pipeline


class BoundedPipeline(Pipeline):
    """A Pipeline in which a number limits the inbox of the component that follows it.

    Args:
        items: components, in order, and before any of them the size of its inbox; ``None`` is no limit.
        argd: as for Pipeline.

    Raises:
        BadComponent: as for Pipeline.

    >>> from kamlab.parts import DataSource, NullSink
    >>> sink = NullSink()
    >>> _ = BoundedPipeline(DataSource(range(3)), 2, sink)
    >>> sink.inboxes["inbox"].size
    2
    """

    def __init__(self, *items: Component | int | None, **argd: Any) -> None:
        components: list[Any] = []
        sizes: list[tuple[Component, int]] = []
        size: int | None = None
        for item in items:
            if item is None or type(item) is int:
                size = item
                continue
            components.append(item)
            if size is not None and isinstance(item, Component):
                sizes.append((item, size))
            size = None
        super().__init__(*components, **argd)
        for component, limit in sizes:
            component.set_inbox_size("inbox", limit)


class BoundedGraphline(Graphline):
    """A Graphline that limits inboxes of its components.

    Args:
        linkages: as for Graphline.
        boxsizes: maps ``(name, box)`` to the size of that inbox.
        components: the components by name.

    Raises:
        BadLink: ``boxsizes`` names a component that is not there.
        NoSuchBox: it names a box that is not there.
        NoLinkages, BadComponent, BelongsElsewhere: as for Graphline.

    >>> from kamlab.parts import DataSource, NullSink
    >>> sink = NullSink()
    >>> _ = BoundedGraphline({("A", "outbox"): ("B", "inbox")}, {("B", "inbox"): 5}, A=DataSource([1]), B=sink)
    >>> sink.inboxes["inbox"].size
    5
    """

    def __init__(
        self,
        linkages: Linkages | None = None,
        boxsizes: Mapping[tuple[str, str], int | None] | None = None,
        **components: Component,
    ) -> None:
        super().__init__(linkages, **components)
        for (name, box), size in (boxsizes or {}).items():
            if name not in components:
                raise BadLink(f"boxsizes names {name!r}, and the components are: {listed(components)}")
            components[name].set_inbox_size(box, size)


class BoundedCarousel(Carousel):
    """A Carousel that limits the inbox of each component that it makes.

    Args:
        component_factory, make1st_request: as for Carousel.
        boxsize: the size of the inbox of each component that is made; ``None`` is no limit.

    Raises:
        BadComponent: as for Carousel.

    >>> from kamlab import Lab
    >>> from kamlab.parts import PassThrough
    >>> with Lab(clock="virtual") as lab:
    ...     carousel = BoundedCarousel(lambda argument: PassThrough(), boxsize=3).activate()
    ...     carousel.deliver("anything", "next")
    ...     _ = lab.run()
    ...     carousel.children[0].inboxes["inbox"].size
    3
    """

    def __init__(
        self,
        component_factory: Callable[[Any], Component],
        make1st_request: bool = False,
        boxsize: int | None = None,
    ) -> None:
        super().__init__(component_factory, make1st_request)
        self.boxsize = boxsize

    def _make_child(self, argument: Any) -> None:
        super()._make_child(argument)
        if self.boxsize is not None:
            for child in self.children:
                child.set_inbox_size("inbox", self.boxsize)


class InboxControlledCarousel(Graphline):
    """A BoundedCarousel whose requests come to its inbox, so that it can stand in a Pipeline.

    Inboxes: inbox, arguments for the next component; data_inbox, messages for the component that runs; control.

    Args:
        component_factory, make1st_request, boxsize: as for BoundedCarousel.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import Collate, DataSource, OneShot
    >>> with Lab(clock="virtual") as lab:
    ...     made = Collate()
    ...     _ = Pipeline(DataSource(["tea", "milk"]), InboxControlledCarousel(OneShot), made).activate()
    ...     _ = lab.run()
    ...     made.collated
    ['tea', 'milk']
    """

    def __init__(
        self,
        component_factory: Callable[[Any], Component],
        make1st_request: bool = False,
        boxsize: int | None = None,
    ) -> None:
        super().__init__(
            CAROUSEL=BoundedCarousel(component_factory, make1st_request, boxsize),
            linkages={
                ("self", "inbox"): ("CAROUSEL", "next"),
                ("self", "data_inbox"): ("CAROUSEL", "inbox"),
                ("self", "control"): ("CAROUSEL", "control"),
                ("CAROUSEL", "outbox"): ("self", "outbox"),
                ("CAROUSEL", "signal"): ("self", "signal"),
            },
        )
