"""Who and what there is in a lab while a question stands, by names; and what a student may call them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...analysis.words import joined
from ...core.box import Inbox
from ...core.cautious import class_name
from ...core.component import Component
from ...core.events import name_of
from ...core.microprocess import Microprocess
from ...views.quoting import label, quoted
from .errors import BadAnswer

if TYPE_CHECKING:
    from ...lab import Lab


class Known:
    """The living components of a lab, in order of activation, each with a name of its own.

    Two that their user gave the same name are told apart: ``worker``, ``worker (2)``. A name means the same
    in a lab and in its twin, so an answer can be compared that was found in the other.
    """

    def __init__(self, lab: Lab) -> None:
        self.everybody: list[Microprocess] = list(lab.scheduler.members.values())
        self.by_name: dict[str, Microprocess] = {}
        self._names: dict[int, str] = {}
        counts: dict[str, int] = {}
        for each in self.everybody:
            name = _plain_name(each)
            counts[name] = count = counts.get(name, 0) + 1
            unique = name if count == 1 else f"{name} ({count})"
            self._names[id(each)] = unique
            self.by_name[unique] = each

    def name(self, component: Any) -> str:
        """Return the name of a component; of one that came later, its plain name."""
        return self._names.get(id(component)) or _plain_name(component)

    def box_name(self, box: Any) -> str:
        """Return the name of an inbox, such as ``Sink_3.inbox``."""
        return f"{self.name(box.owner)}.{label(str(box.name), 40)}"

    def inboxes(self) -> list[Inbox]:
        """Return the inboxes that something leads to or waits in, and that lead nowhere else."""
        boxes = [box for each in self.everybody if isinstance(each, Component) for box in each._in.values()]
        return [box for box in boxes if box.onward is None and (box.sources or box.items)]

    # -- what a student may say ---------------------------------------------------------------------

    def component(self, given: Any) -> Microprocess:
        """Return the component that is meant: by itself, its name, or the only one of its class.

        Raises:
            BadAnswer: none is meant, or there are several; the message says what was given.
        """
        kind = type(given)
        if issubclass(kind, Microprocess):
            if id(given) in self._names:
                return given  # type: ignore[no-any-return]
            raise BadAnswer(f"You answered {_plain_name(given)}, which is not alive in this lab now.")
        name = class_name(given) if issubclass(kind, type) and issubclass(given, Microprocess) else given
        if type(name) is not str:
            raise BadAnswer(in_answer(given))
        name = name.strip()
        if name in self.by_name:
            return self.by_name[name]
        for found in (
            [each for each in self.everybody if each.name == name],
            [each for each in self.everybody if class_name(type(each)) == name],
        ):
            if len(found) == 1:
                return found[0]
            if found:
                who = joined(map(self.name, found))
                raise BadAnswer(f"You answered {quoted(name)}, and {len(found)} have that name: {who}.")
        raise BadAnswer(f"You answered {quoted(name)}, and nobody here has that name.")

    def inbox(self, given: Any, likely: tuple[str, ...] = ()) -> Inbox:
        """Return the inbox that is meant: by itself, its name, or the only one of a component that is likely.

        Raises:
            BadAnswer: none is meant, or there are several; the message says what was given.
        """
        if type(given) is Inbox:
            self.component(given.owner)
            return given
        if type(given) is tuple and len(given) == 2 and type(given[1]) is str:
            return _box_of(self.component(given[0]), given[1], given)
        if type(given) is str and "." in given:
            for end, _ in sorted(_places(given), reverse=True):
                try:
                    owner = self.component(given[:end])
                except BadAnswer:
                    continue
                return _box_of(owner, given[end + 1 :].strip(), given)
        owner = self.component(given)
        if not isinstance(owner, Component):
            raise BadAnswer(f"You answered {self.name(owner)}, which has no inboxes.")
        there = inbox_names(owner)
        linked = [name for name, box in owner._in.items() if box.sources or box.items]
        offered = [name for name in there if f"{self.name(owner)}.{name}" in likely]
        for names in (offered, linked, there):
            wanted = [name for name in names if name != "control"] or names  # who means that one says so
            if len(wanted) == 1:
                return owner.inboxes[wanted[0]]
        several = joined([f"{self.name(owner)}.{name}" for name in there], "or")
        raise BadAnswer(f"You answered {self.name(owner)}, which has several inboxes; name one: {several}.")


def inbox_names(component: Component) -> list[str]:
    """Return the names of the inboxes of a component; looking makes no boxes that nobody has asked for."""
    return list(component._in or component.Inboxes)


def _places(text: str) -> list[tuple[int, str]]:
    """Return where the dots are in a text."""
    return [(index, each) for index, each in enumerate(text) if each == "."][:20]


def _box_of(owner: Microprocess, name: str, given: Any) -> Inbox:
    names = inbox_names(owner) if isinstance(owner, Component) else []
    if name in names:
        return owner.inboxes[name]  # type: ignore[attr-defined, no-any-return]
    there = joined([repr(each) for each in names]) or "none"
    raise BadAnswer(f"You answered {quoted(given)}, and {_plain_name(owner)} has no such inbox; it has {there}.")


def in_answer(given: Any) -> str:
    """Say what was answered, and of which type it is.

    >>> in_answer(5), in_answer(["a"])
    ('You answered 5, an int.', "You answered ['a'], a list.")
    """
    kind = class_name(type(given))
    return f"You answered {quoted(given, 40)}, {'an' if kind[:1].lower() in 'aeiou' else 'a'} {kind}."


def _plain_name(component: Any) -> str:
    return label(name_of(component), 60)
