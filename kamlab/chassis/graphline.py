"""A Graphline: named components, linked as given."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from difflib import get_close_matches
from typing import Any, ClassVar

from ..core.awaitables import CHILDREN
from ..core.component import Component
from ..core.describe import shorten
from ..core.errors import BadLink, KamlabError, listed
from ..core.ipc import ProducerFinished, ShutdownMicroprocess
from ..core.naming import give_name
from ..core.tracebacks import warn_user
from .base import Chassis, Route, check_parts, check_routes
from .flow_control import send_when_room

#: The names in linkages that stand for the Graphline on purpose.
ITSELF = ("", "self")

Linkages = Mapping[tuple[str, str], tuple[str, str]]


class NoLinkages(KamlabError, TypeError, ValueError):
    """A Graphline was made without ``linkages``.

    >>> from kamlab.chassis import Graphline, NoLinkages
    >>> from kamlab.parts import OneShot
    >>> try:
    ...     Graphline(SOURCE=OneShot("hello"))
    ... except NoLinkages as error:
    ...     print(error)
    a Graphline needs linkages: Graphline(linkages={('A', 'outbox'): ('B', 'inbox')}, A=..., B=...)
    """


class Graphline(Chassis):
    """Contains components with names, and links their boxes as given.

    ``linkages`` maps ``(name, box)`` to ``(name, box)``. A name that no component has means the Graphline itself; one
    other than ``"self"`` and ``""`` gives a warning, since it may be a slip. A box linked from the Graphline is one of
    its inboxes, a box linked to it is one of its outboxes. Such a box is made if it does not exist.

    Unless the Graphline's control is linked, each message that arrives there is copied to every component whose own
    control is not linked. The Graphline ends when all of its components have ended. Then, unless its signal is linked,
    it sends the ShutdownMicroprocess that it received, or else ProducerFinished. Stopping it stops its components.

    Args:
        linkages: the links.
        components: the components by name.

    Raises:
        NoLinkages: a TypeError and a ValueError; ``linkages`` is missing.
        BadComponent: one of the components is not a component.
        BelongsElsewhere: a component is given under two names.
        NoSuchBox: a component has no box of the name in ``linkages``.
        BadLink: an entry of ``linkages`` has another form, or both of its names are unknown.

    >>> from kamlab.parts import DataSource, PureTransformer
    >>> _ = Graphline(
    ...     SOURCE=DataSource([1, 2]),
    ...     WORDS=PureTransformer(str),
    ...     linkages={("SOURCE", "outbox"): ("WORDS", "inbox"), ("WORDS", "outbox"): ("", "outbox")},
    ... )
    """

    Outboxes: ClassVar[Any] = {
        "outbox": "What is linked to it.",
        "signal": "What is linked to it, or the message that this has ended.",
        "_cs": "Control messages for the components.",
    }

    def __init__(self, linkages: Linkages | None = None, **components: Component) -> None:
        if linkages is None:
            raise NoLinkages(
                "a Graphline needs linkages: Graphline(linkages={('A', 'outbox'): ('B', 'inbox')}, A=..., B=...)"
            )
        check_parts("Graphline", components.values())
        for name, component in components.items():
            give_name(component, name)
        self.components: dict[str, Component] = dict(components)
        try:
            self.layout: dict[tuple[str, str], tuple[str, str]] = dict(linkages)
        except (TypeError, ValueError):
            raise BadLink(
                f"linkages={shorten(linkages)} is not a dictionary of linkages; write {{(name, box name): (name, box "
                "name)}, such as {('A', 'outbox'): ('B', 'inbox')}"
            ) from None
        routes = self._routes()
        self._declare_boxes(routes)
        super().__init__()
        check_routes(routes)
        self._warn_of_unknown_names()

    def _routes(self) -> list[Route]:
        routes: list[Route] = []
        for start, end in self.layout.items():
            try:
                (source_name, sourcebox), (sink_name, sinkbox) = start, end
            except (TypeError, ValueError):
                raise BadLink(
                    f"{start!r}: {end!r} is not a linkage; write (name, box name): (name, box name)"
                ) from None
            source, sink = self.components.get(source_name, self), self.components.get(sink_name, self)
            if source is self and sink is self:
                raise BadLink(
                    f"the linkage {start!r}: {end!r} begins and ends at the Graphline itself, since neither name is "
                    f"that of a component. Its components: {listed(self.components)}."
                )
            routes.append((source, sourcebox, sink, sinkbox, 1 if source is self else 2 if sink is self else 0))
        return routes

    def _warn_of_unknown_names(self) -> None:
        """Warn, at the user's line, of each name in a linkage that is neither a component nor a name of this itself."""
        known = {name.lower(): name for name in self.components}
        unknown = {
            end[0]: linkage for linkage in self.layout.items() for end in linkage if end[0] not in self.components
        }
        for name, (start, sink) in unknown.items():
            if name in ITSELF:
                continue
            near = get_close_matches(str(name).lower(), known, 1, 0.6)
            hint = f" (did you mean {known[near[0]]!r}?)" if near else ""
            warn_user(
                f"no component of this Graphline is called {name!r}{hint}, so in the linkage {start!r}: {sink!r} it "
                f"means the Graphline itself. Its components: {listed(self.components)}. Write 'self' if you mean that."
            )

    def _declare_boxes(self, routes: list[Route]) -> None:
        """Declare the boxes that the linkages name, for this Graphline only."""
        inboxes, outboxes = _described(self.Inboxes), _described(self.Outboxes)
        for source, sourcebox, sink, sinkbox, _ in routes:
            if source is self:
                inboxes.setdefault(sourcebox, _described(sink.Inboxes).get(sinkbox, ""))
            elif sink is self:
                outboxes.setdefault(sinkbox, _described(source.Outboxes).get(sourcebox, ""))
        self.__dict__.update(Inboxes=inboxes, Outboxes=outboxes)

    def _planned(self) -> tuple[Iterable[Component], Iterable[Route]]:
        return self.components.values(), self._routes()

    def main(self) -> Generator[None, None, None]:
        """Wire and activate the components, pass on control messages, wait for the end and report it."""
        routes = self._routes()
        self.wire(routes)
        self.add_children(*self.components.values())
        self.activate_children()
        linked = {(sink, box) for _, _, sink, box, _ in routes}
        untold = [child for child in self.components.values() if (child, "control") not in linked]
        ends_with: Any = None
        while True:
            for message in self.messages("control"):
                yield from self.tell(untold, message, "_cs")
                if isinstance(message, ShutdownMicroprocess):
                    ends_with = message
            if self.children_done():
                break
            self._task.awaits = (CHILDREN,)
            self.pause()
            yield
            self._task.awaits = None
        if (self, "signal") not in linked:
            yield from send_when_room(self, ends_with or ProducerFinished(self), "signal")


def _described(boxes: Any) -> dict[str, str]:
    return dict(boxes) if isinstance(boxes, Mapping) else dict.fromkeys(boxes, "")
