"""What components do, as values: the messages of a slice, and how its component stands afterwards.

A check that looks at the moment that matters, such as a meal while two forks are held, is a :class:`Monitor`: it reads
the actions one after the other, and remembers what it needs in a small state that can be compared. So the same monitor
judges one run, slice by slice, and the graph of all states, where its own state is a part of each
(:mod:`.every_order`). This is the usual way to check a property of histories: the product of a system with an automaton
(Vardi and Wolper, LICS 1986).

Rejected: to judge the recorded events of every run that truly differs. There are a thousand of them where a product has
two hundred states, and far too many in the larger systems of the course.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ..core.box import made_inboxes_of
from ..core.component import Component
from ..core.events import RECEIVED, RESUMED, SENT, Event
from ..core.microprocess import Microprocess, name_in_task
from ..core.safe_repr import safe_repr
from ..core.states import ASLEEP, ENDED
from ..core.task import task_of

#: The kinds of actions.
SENDS, TAKES, RUNS = "sends", "takes", "runs"


@dataclass(frozen=True, slots=True)
class Party:
    """A component, as a value: its number, its name, and the names of its class and of those that it derives from."""

    number: int
    name: str
    classes: tuple[str, ...] = ()

    def is_a(self, role: str) -> bool:
        """Return whether it has a role: the name of its class, or of one that this derives from, has it in it.

        >>> Party(1, "fork 1", ("BigFork", "Fork", "Component")).is_a("Fork")
        True
        """
        return any(role in name for name in self.classes)

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that a component does.

    ``by`` is the component. Of kind ``"sends"``, ``to`` is where the message goes, ``box`` the inbox there, and ``out``
    the outbox. Of kind ``"takes"``, ``box`` is its own inbox. The last action of a slice is of kind ``"runs"``: ``now``
    has the attributes that the monitor asks for, if the component has them; ``asleep`` and
    ``ended`` say how it stands when the slice is over, and ``waiting`` how many messages wait in its inboxes. In
    messages and attributes, lists are tuples, and objects are the names of their classes with their attributes.
    """

    kind: str
    by: Party
    to: Party | None = None
    box: str = ""
    out: str = ""
    message: Any = None
    now: dict[str, Any] = field(default_factory=dict)
    asleep: bool = False
    ended: bool = False
    waiting: int = 0


class Monitor:
    """A property of histories: what is to hold after each action. A subclass has a state of its own.

    ``attributes`` are the names of the attributes of components that it looks at.
    """

    attributes: tuple[str, ...] = ()

    def start(self) -> Any:
        """Return the state before the first slice; it must be hashable, and is never changed."""
        return None

    def see(self, state: Any, action: Action) -> Any:
        """Return the state after an action.

        Raises:
            Wrong: the action must not happen in this state. ``{step}`` in the sentence stands for the step.
        """
        return state


class Watcher:
    """Makes actions of the engine's records and events.

    Args:
        attributes: the names of the attributes to look at.
        number_of: returns the number of a component, the same in every run; by default they are numbered as they come.
    """

    def __init__(self, attributes: tuple[str, ...], number_of: Callable[[Any], int] | None = None) -> None:
        self._attributes = attributes
        self._numbers: dict[int, int] = {}
        self._number_of = number_of or self._count
        self._parties: dict[int, Party] = {}

    def _count(self, component: Any) -> int:
        return self._numbers.setdefault(id(component), len(self._numbers))

    def party(self, component: Any) -> Party:
        """Return a component as a value."""
        number = self._number_of(component)
        if number not in self._parties:
            classes = tuple(cls.__name__ for cls in type(component).__mro__)
            self._parties[number] = Party(number, str(component.short_name), classes)
        return self._parties[number]

    def of_records(self, records: Iterable[Any], runner: Any, number_of: Callable[[Any], int]) -> tuple[Action, ...]:
        """Return the actions of one slice; ``runner`` has just had it."""
        self._number_of = number_of
        found = []
        for record in records:
            if record[0] is SENT:
                found.append(self._sends(record[1], record[2], record[3], runner))
            elif record[0] is RECEIVED:
                found.append(Action(TAKES, self.party(record[1].owner), box=record[1].name, message=_plain(record[2])))
        return (*found, self.stands(runner))

    def _sends(self, source: Any, box: Any, message: Any, runner: Any) -> Action:
        by, out = (runner, "") if source is None else (source.owner, source.name)
        return Action(SENDS, self.party(by), self.party(box.owner), box.name, out, _plain(message))

    def stands(self, component: Any) -> Action:
        """Return how a component stands after its slice."""
        now = {name: _plain(getattr(component, name)) for name in self._attributes if hasattr(component, name)}
        life = task_of(component).life
        waiting = sum(len(box.items) for box in _inboxes(component))
        return Action(RUNS, self.party(component), now=now, asleep=life is ASLEEP, ended=life in ENDED, waiting=waiting)

    def of_events(self, events: Iterable[Event], standing: dict[int, Action]) -> Iterator[tuple[int, Action]]:
        """Yield the actions of a run, each with its step; ``standing`` says how its component stood after a step."""
        step = 0
        runner: Any = None
        for event in events:
            if event.kind is RESUMED:
                if step in standing:
                    yield step, standing[step]
                step, runner = event.step, event.component
            elif event.kind is SENT:
                yield event.step, self._sends(event.source, event.box, event.message, event.component or runner)
            elif event.kind is RECEIVED:
                yield (
                    event.step,
                    Action(TAKES, self.party(event.box.owner), box=event.box.name, message=_plain(event.message)),
                )
        if step in standing:
            yield step, standing[step]


def _inboxes(component: Any) -> Iterable[Any]:
    return made_inboxes_of(component).values() if isinstance(component, Component) else ()


def _plain(value: Any, depth: int = 8) -> Any:
    """Return a value that can be compared and hashed, the same in every run."""
    if value is None or isinstance(value, (str, int, float, bytes, bool)):
        return value
    if not depth:
        return "..."
    if isinstance(value, (list, tuple)):
        return tuple([_plain(item, depth - 1) for item in value])
    if isinstance(value, dict):
        return tuple([(_plain(name, depth - 1), _plain(item, depth - 1)) for name, item in value.items()])
    if isinstance(value, (set, frozenset)):
        return frozenset([_plain(item, depth - 1) for item in value])
    if isinstance(value, Microprocess):
        return name_in_task(value)
    held = getattr(value, "__dict__", None)
    return (type(value).__name__, _plain(held, depth - 1)) if held else safe_repr(value)
