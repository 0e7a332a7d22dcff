"""The components that a question can be about, by unique names, and what students may write to mean one of them."""

from __future__ import annotations

import contextlib
from collections.abc import Hashable
from types import CodeType
from typing import TYPE_CHECKING, Any

from ...analysis.words import joined
from ...core.box import Inbox
from ...core.component import Component, made_boxes
from ...core.describe import name_of
from ...core.errors import KamlabError
from ...core.microprocess import Microprocess
from ...core.safe_repr import class_attribute, class_name
from ...views.printable import label, quoted

if TYPE_CHECKING:
    from ...lab import Lab

#: The modules whose components only wire others; none of these is ever a choice.
WIRING = ("kamlab.chassis.", "kamlab.backplane")
#: How many dots of an answer may be the one between a component and its inbox.
DOTS = 20
#: How many components tell one system from another.
COMPARED = 200


class BadAnswer(KamlabError, ValueError):
    """The question cannot take this as an answer: it has the wrong type, or no component has this name."""


class Roster:
    """The living components of a lab, in order of activation, each with a unique name.

    Components to which the user gave the same name are numbered: ``worker``, ``worker (2)``. A name means the same
    component in a lab and in its twin, so answers from the two can be compared.
    """

    def __init__(self, lab: Lab) -> None:
        self.members: list[Microprocess] = list(lab.scheduler.members.values())
        self.by_name: dict[str, Microprocess] = {}
        self._names: dict[int, str] = {}
        counts: dict[str, int] = {}
        for member in self.members:
            name = _plain_name(member)
            counts[name] = count = counts.get(name, 0) + 1
            unique = name if count == 1 else f"{name} ({count})"
            self._names[id(member)] = unique
            self.by_name[unique] = member

    @property
    def components(self) -> list[Component]:
        """The members that have boxes, without a chassis."""
        return [member for member in self.actors if isinstance(member, Component)]

    @property
    def actors(self) -> list[Microprocess]:
        """The members without a chassis."""
        return [member for member in self.members if not is_chassis(type(member))]

    def name(self, component: Any) -> str:
        """Return the unique name of a component; the plain name of one that was activated later."""
        return self._names.get(id(component)) or _plain_name(component)

    def box_name(self, box: Any) -> str:
        """Return the name of an inbox, such as ``Sink_3.inbox``."""
        return f"{self.name(box.owner)}.{label(str(box.name), 40)}"

    def active_inboxes(self) -> list[Inbox]:
        """Return the inboxes that have a sender or a message, without those that only pass messages on."""
        boxes = [box for component in self.components for box in made_inboxes(component)]
        return [box for box in boxes if box.onward is None and (box.sources or box.items)]

    # -- what a student may write ---------------------------------------------------------------------

    def find_component(self, given: Any) -> Microprocess:
        """Return the component that an answer means: a component, its name, or a class that has one instance.

        Raises:
            BadAnswer: it means none, or several; the message quotes the answer.
        """
        kind = type(given)
        if issubclass(kind, Microprocess):
            if id(given) in self._names:
                return given  # type: ignore[no-any-return]
            raise BadAnswer(f"You answered {_plain_name(given)}, which is not alive in this lab now.")
        name = class_name(given) if issubclass(kind, type) and issubclass(given, Microprocess) else given
        if type(name) is not str:
            raise BadAnswer(quote_answer(given))
        name = name.strip()
        if name in self.by_name:
            return self.by_name[name]
        for found in (
            [member for member in self.members if member.name == name],
            [member for member in self.members if class_name(type(member)) == name],
        ):
            if len(found) == 1:
                return found[0]
            if found:
                who = joined(map(self.name, found))
                raise BadAnswer(f"You answered {quoted(name)}, and {len(found)} have that name: {who}.")
        raise BadAnswer(f"You answered {quoted(name)}, and no component here has that name.")

    def find_inbox(self, given: Any, offered: tuple[str, ...] = ()) -> Inbox:
        """Return the inbox that an answer means.

        Args:
            given: an inbox, its name, a pair of a component and a box name, or a component with one obvious inbox.
            offered: the names of inboxes that the question offers. They are tried first if only a component is given.

        Raises:
            BadAnswer: it means none, or several; the message quotes the answer.
        """
        if type(given) is Inbox:
            self.find_component(given.owner)
            return given
        if type(given) is tuple and len(given) == 2 and type(given[1]) is str:
            return _box_of(self.find_component(given[0]), given[1], given)
        if type(given) is str and "." in given:
            dots = [index for index, character in enumerate(given) if character == "."][:DOTS]
            for dot in reversed(dots):
                try:
                    owner = self.find_component(given[:dot])
                except BadAnswer:
                    continue
                return _box_of(owner, given[dot + 1 :].strip(), given)
        owner = self.find_component(given)
        if not isinstance(owner, Component):
            raise BadAnswer(f"You answered {self.name(owner)}, which has no inboxes.")
        return self._only_inbox(owner, offered)

    def _only_inbox(self, owner: Component, offered: tuple[str, ...]) -> Inbox:
        """Return the inbox that is meant where only its component is given; the control box has to be named."""
        existing = inbox_names(owner)
        in_use = [box.name for box in made_inboxes(owner) if box.sources or box.items]
        for names in ([name for name in existing if f"{self.name(owner)}.{name}" in offered], in_use, existing):
            wanted = [name for name in names if name != "control"] or names
            if len(wanted) == 1:
                return owner.inboxes[wanted[0]]
        several = joined([f"{self.name(owner)}.{name}" for name in existing], "or")
        raise BadAnswer(f"You answered {self.name(owner)}, which has several inboxes; name one: {several}.")

    # -- which system it is ---------------------------------------------------------------------------

    def system_key(self, lab: Lab) -> Hashable:
        """Return a value that is equal for labs with the same system, so that a question is counted once.

        A cell that runs again builds its system again, so the same system means the same code, not the same objects.
        """
        main_code = [
            (self.name(member), _code_of(class_attribute(type(member), "main"))) for member in self.members[:COMPARED]
        ]
        return getattr(lab, "recipe", None), _code_of_builder(lab.builder), tuple(main_code)


def is_chassis(kind: type) -> bool:
    """Return whether the components of a class only wire others, as a Pipeline, a Graphline or a Backplane does.

    >>> from kamlab import Component, Graphline
    >>> is_chassis(Graphline), is_chassis(Component)
    (True, False)
    """
    return any(cls.__module__.startswith(WIRING) for cls in kind.__mro__)


def made_inboxes(component: Component) -> list[Inbox]:
    """Return the inboxes of a component that exist so far."""
    return [box for box in made_boxes(component) if isinstance(box, Inbox)]


def inbox_names(component: Component) -> list[str]:
    """Return the names of a component's inboxes, without making the boxes."""
    return [box.name for box in made_inboxes(component)] or list(component.Inboxes)


def quote_answer(given: Any) -> str:
    """Quote an answer and name its type.

    >>> quote_answer(5), quote_answer(["a"])
    ('You answered 5, an int.', "You answered ['a'], a list.")
    """
    kind = class_name(type(given))
    return f"You answered {quoted(given, 40)}, {'an' if kind[:1].lower() in 'aeiou' else 'a'} {kind}."


def _box_of(owner: Microprocess, name: str, given: Any) -> Inbox:
    names = inbox_names(owner) if isinstance(owner, Component) else []
    if isinstance(owner, Component) and name in names:
        return owner.inboxes[name]
    there = joined(list(map(repr, names))) or "none"
    raise BadAnswer(f"You answered {quoted(given)}, and {_plain_name(owner)} has no such inbox; it has {there}.")


def _plain_name(component: Any) -> str:
    return label(name_of(component), 60)


def _code_of_builder(function: Any) -> Hashable:
    """Return the code of a function that builds a system, with that of the component classes it refers to."""
    code = _code_of(function)
    if code is None:
        return None
    scope = getattr(function, "__globals__", {})
    values: list[Any] = [scope.get(name) for name in code.co_names]
    for cell in getattr(function, "__closure__", None) or ():
        with contextlib.suppress(ValueError):  # the cell is empty
            values.append(cell.cell_contents)
    classes = [value for value in values if issubclass(type(value), type) and issubclass(value, Microprocess)]
    return code, tuple((class_name(cls), _code_of(class_attribute(cls, "main"))) for cls in classes)


def _code_of(function: Any) -> Any:
    """Return the code object of a function. Code objects are equal if the same source stood at the same place."""
    code = getattr(function, "__code__", None)
    return code if type(code) is CodeType else None
