"""Finding what a user names for a figure: components, inboxes; and their names as they are shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ...analysis.history import History
from ...core.box import Box, Inbox
from ...core.calling import called, whose
from ...core.component import Component
from ...core.errors import NoSuchBox, UnknownComponent, listed
from ...core.microprocess import Microprocess
from ..quoting import label

#: The most characters of a name.
WIDTH = 40


def shown_name(history: History, component: Any) -> str:
    """Return the name of a component as it is shown."""
    return label(history.names.of(whose(component)), WIDTH)


def shown_box(history: History, box: Box) -> str:
    """Return the name of a box as it is shown: ``Sink_3.inbox``."""
    return f"{shown_name(history, box.owner)}.{label(str(box.name), WIDTH)}"


def known_components(history: History) -> list[Any]:
    """Return every component that was activated, in that order."""
    known = dict.fromkeys(map(whose, history.lives))
    known.update(dict.fromkeys(box.owner for box in history.lines))
    return sorted(known, key=lambda each: (not each._number, each._number))


def find_components(history: History, wanted: Iterable[Any]) -> list[Any]:
    """Return the components that are meant: given as they are, by name, or by the name of their class.

    Raises:
        UnknownComponent: one is none of this lab's.
    """
    known = known_components(history)
    found: dict[Any, None] = {}
    for each in _several(wanted):
        if isinstance(each, Microprocess):
            meant = [whose(each)] if whose(each) in known else []
        else:
            meant = [one for one in known if history.names.of(one) == each] or called(each, known)
        if not meant:
            raise UnknownComponent(
                f"no component of this lab is called {_told(each)}, as far as is known; there are: "
                f"{listed(map(history.names.of, known))}"
            )
        found.update(dict.fromkeys(meant))
    return list(found)


def find_inboxes(history: History, wanted: Iterable[Any]) -> list[Inbox]:
    """Return the inboxes that are meant: given as they are, or by names such as ``"Sink_3.inbox"``.

    A name of a component alone means all of its inboxes; one that leads on, and held nothing itself, means the
    inbox it leads to.

    Raises:
        NoSuchBox: there is no such inbox.
        UnknownComponent: there is no such component.
    """
    found: dict[Inbox, None] = {}
    for each in _several(wanted):
        if isinstance(each, Box):
            find_components(history, [each.owner])
            found.update(dict.fromkeys(_ends(history, [each], each)))
            continue
        owners, name = _owners(history, str(each))
        for owner in owners:
            boxes = inboxes_of(history, owner)
            if name is not None and name not in boxes:
                raise NoSuchBox(
                    f"{history.names.of(owner)} has no inbox {name!r}; its inboxes: {listed(boxes)}. "
                    f"Inboxes that held something: {listed(map(history.names.of_box, history.lines))}"
                )
            ends = [box for key, box in boxes.items() if name in (None, key)]
            found.update(dict.fromkeys(_ends(history, ends, each)))
    return list(found)


def inboxes_of(history: History, component: Any) -> dict[str, Box]:
    """Return the inboxes of a component by their names, those that it has dropped as well."""
    boxes: dict[str, Box] = {box.name: box for box in history.lines if box.owner is component}
    if isinstance(component, Component):
        boxes.update(component._in or {name: Inbox(component, name) for name in component.Inboxes})
    return boxes


def _ends(history: History, boxes: Iterable[Box], named: Any) -> Iterator[Inbox]:
    for box in boxes:
        end: Any = box if box in history.lines else box.target
        if not isinstance(end, Inbox):
            raise NoSuchBox(f"{_told(named)} is no inbox, and leads to none, so that nothing can wait in it")
        yield end


def _owners(history: History, name: str) -> tuple[list[Any], str | None]:
    """Return the components that a name of a component or of a box is about, and the box."""
    before, dot, last = name.rpartition(".")
    if dot:
        try:
            return find_components(history, [before]), last
        except UnknownComponent:
            pass
    try:
        return find_components(history, [name]), None
    except UnknownComponent as error:
        raise UnknownComponent(f"{error}. A box is called component.box") from None


def _several(wanted: Any) -> list[Any]:
    return [wanted] if isinstance(wanted, (str, Microprocess, Box)) else list(wanted)


def _told(named: Any) -> str:
    return repr(named if isinstance(named, str) else str(getattr(named, "short_name", named)))
