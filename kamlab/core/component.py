"""Components: microprocesses with inboxes and outboxes.

``send``, ``recv`` and ``data_ready`` are the hot path. Each is one dictionary look-up and, in the
common case, one call into ``deque``; :mod:`kamlab.core.box` explains how the uncommon cases stay out
of the way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import FunctionType
from typing import Any, ClassVar

from .awaitables import Waits
from .box import Box, Inbox, Outbox, made_inboxes_of, made_outboxes_of, note_change, scheduler_near
from .context import put_off
from .describe import name_of
from .errors import BadComponent, BelongsElsewhere, EmptyInbox
from .link import Link, Switchboard, find_box, no_such_box
from .microprocess import Microprocess, add_end_callback, is_over, name_in_task, place_in, shown
from .safe_repr import safe_repr
from .task import task_of
from .tracebacks import hide_kamlab, is_kamlab, public

STANDARD_INBOXES = {"inbox": "Messages to work on.", "control": "Messages that ask this component to end."}
STANDARD_OUTBOXES = {"outbox": "Messages this component made.", "signal": "Messages that ask the next one to end."}


#: Stands in for the boxes of every component until the first box is used; never written to.
_NO_BOXES: dict[str, Any] = {}


class Component(Waits, Microprocess):
    """The base of every component.

    Write ``main`` as a generator that yields wherever other components may run, or as ``async def``. Keyword
    arguments become attributes, before the boxes are made; class attributes are their defaults.
    ``Inboxes`` and ``Outboxes`` name the boxes: a list, or a dictionary of names and descriptions.
    A subclass that names its own lists the standard ones again if it wants them.

    >>> class Upper(Component):
    ...     def main(self):
    ...         while True:
    ...             for message in self.messages():
    ...                 self.send(message.upper())
    ...             self.pause()
    ...             yield
    >>> sorted(Upper().inboxes)
    ['control', 'inbox']
    """

    Inboxes: ClassVar[Any] = STANDARD_INBOXES
    Outboxes: ClassVar[Any] = STANDARD_OUTBOXES
    Usescomponents: ClassVar[list[Any]] = []

    #: Whether taking a message downstream of an outbox wakes this component. Components that never
    #: wait for room set it to False and save a slice for each message taken.
    woken_by_collection: bool = True

    #: The outboxes beside signal that need not lead anywhere.
    _optional: ClassVar[frozenset[str]] = frozenset()

    _in: dict[str, Inbox] = _NO_BOXES
    _out: dict[str, Outbox] = _NO_BOXES
    _end_finalizer: Any = None  # see kamlab.core.ended_components
    _made_with: tuple[tuple[Any, ...], dict[str, Any]] | None = None

    def __new__(cls, *args: Any, **argd: Any) -> Any:
        """Remember the arguments, for :meth:`fresh_copy`."""
        self = super().__new__(cls)
        if args or argd:
            self._made_with = (args, argd)
        return self

    def __init_subclass__(cls, **options: Any) -> None:
        """Have the errors of kamlab's own classes leave them without the frames of kamlab."""
        super().__init_subclass__(**options)
        for name in ("__init__", *_CALLED_FROM_OUTSIDE):
            method = vars(cls).get(name)
            if isinstance(method, FunctionType) and is_kamlab(method.__code__.co_filename, method.__module__):
                setattr(cls, name, public(method))

    def __init__(self, *args: Any, **argd: Any) -> None:
        del args
        super().__init__()
        for name, value in argd.items():
            setattr(self, name, value)

    # -- boxes ----------------------------------------------------------------------------------

    @property
    def inboxes(self) -> dict[str, Inbox]:
        """The inboxes by name. They are made when they are first used."""
        if self._in is _NO_BOXES:
            scheduler = self._task.scheduler
            self._in = {name: Inbox(self, name, scheduler) for name in declared(self, "Inboxes")}
        return self._in

    @inboxes.setter
    def inboxes(self, value: Any) -> None:
        raise taken(self, "inboxes", value)

    @property
    def outboxes(self) -> dict[str, Outbox]:
        """The outboxes by name. They are made when they are first used."""
        if self._out is _NO_BOXES:
            self._out = {name: Outbox(self, name) for name in declared(self, "Outboxes")}
        return self._out

    @outboxes.setter
    def outboxes(self, value: Any) -> None:
        raise taken(self, "outboxes", value)

    def _prepare(self) -> None:
        super()._prepare()
        for box in self._in.values():
            box.scheduler = self._task.scheduler

    def _inbox(self, name: str) -> Inbox:
        """Return an inbox that the hot path did not find: it is not made yet, or does not exist."""
        try:
            return self.inboxes[name]
        except (KeyError, TypeError):
            raise no_such_box(self, name, "inboxes") from None

    def _outbox(self, name: str) -> Outbox:
        try:
            return self.outboxes[name]
        except (KeyError, TypeError):
            raise no_such_box(self, name, "outboxes") from None

    # -- messages -------------------------------------------------------------------------------

    def send(self, message: Any, boxname: str = "outbox") -> None:
        """Send a message; it is in the inbox at the end of the chain when this returns.

        Raises:
            NoSpaceInBox: that inbox is full. The message was not sent.
            NoSuchBox: there is no such outbox.
        """
        try:
            try:
                box = self._out[boxname]
            except (KeyError, TypeError):
                box = self._outbox(boxname)
            target = box.target
            if target.quiet:
                target.items.append(message)
            else:
                target.deliver(message, box)
        except BaseException as error:  # nothing is slower by it, as it would be by @public
            hide_kamlab(error)
            raise

    def recv(self, boxname: str = "inbox") -> Any:
        """Take the oldest message out of an inbox; out of one that is passed through, from the end of its chain.

        Raises:
            EmptyInbox: no message waits there; check ``data_ready`` first.
            NoSuchBox: there is no such inbox.
        """
        try:
            try:
                box = self._in[boxname]
            except (KeyError, TypeError):
                box = self._inbox(boxname)
            try:
                if box.settled:
                    return box.items.popleft()
                return box.take()
            except IndexError:
                if box.target is not box and box.target.items:
                    return box.target.take()  # passed through: what went there waits at the end of the chain
                raise EmptyInbox(
                    f"{self.short_name} called recv({boxname!r}), and nothing waits there. "
                    f"Ask data_ready({boxname!r}) first."
                ) from None
        except BaseException as error:
            hide_kamlab(error)
            raise

    def data_ready(self, boxname: str = "inbox") -> int:
        """Return how many messages wait in an inbox of this component.

        Raises:
            NoSuchBox: there is no such inbox.
        """
        try:
            try:
                return len(self._in[boxname].items)
            except (KeyError, TypeError):
                return len(self._inbox(boxname).items)
        except BaseException as error:
            hide_kamlab(error)
            raise

    def any_ready(self) -> str | bool:
        """Return the name of the first inbox with a message in it, or ``False``."""
        for name, box in self._in.items():
            if box.items:
                return name or True
        return False

    def messages(self, boxname: str = "inbox") -> Iterator[Any]:
        """Take messages out of an inbox, one at a time, until it is empty."""
        while self.data_ready(boxname):
            yield self.recv(boxname)

    def deliver(self, message: Any, boxname: str = "inbox") -> None:
        """Put a message into an inbox of this component from outside. Safe from any thread."""
        box = find_box(self, boxname, "inboxes")
        scheduler = self._task.scheduler
        if scheduler is None:
            self._deliver_early(message, box)
            return
        if put_off(lambda: self.deliver(message, boxname)):
            return
        with scheduler.runtime.lock:
            box.target.deliver(message)
            if scheduler.journal is not None and scheduler.is_outside():
                scheduler.note_act("deliver", self.short_name, boxname, message)

    def _deliver_early(self, message: Any, box: Box) -> None:
        """Put a message into an inbox before activation; it is recorded if this is linked to what a lab runs."""
        scheduler = scheduler_near(self)
        if scheduler is None:
            box.target.deliver(message)
            return
        with scheduler.world.lock:
            box.target.deliver(message)
            if scheduler.journal is not None and scheduler.is_outside():
                scheduler.world.note_foreign(f"{name_of(self)} was sent a message from outside before its activation")

    def set_inbox_size(self, boxname: str, size: int | None) -> None:
        """Limit how many messages may wait in an inbox; ``None`` lifts the limit."""
        box = find_box(self, boxname, "inboxes")
        assert isinstance(box, Inbox)
        box.set_size(size)

    # -- links ----------------------------------------------------------------------------------

    @property
    def switchboard(self) -> Switchboard:
        """The links this component has made."""
        task = self._task
        if task.switchboard is None:
            task.switchboard = Switchboard(self)
        return task.switchboard

    @switchboard.setter
    def switchboard(self, value: Any) -> None:
        raise taken(self, "switchboard", value)

    def link(
        self,
        source: tuple[Any, str],
        sink: tuple[Any, str],
        passthrough: int = 0,
        pipewidth: int | None = None,
        synchronous: bool | None = None,
    ) -> Link:
        """Link one box to another; the link lasts until it is unlinked or this component ends.

        Args:
            source: a (component, box name) pair.
            sink: another.
            passthrough: 0 from outbox to inbox, 1 from inbox to inbox, 2 from outbox to outbox.
            pipewidth: limit the sink to this many messages.
            synchronous: limit it to one.

        Raises:
            NoSuchBox: one of the components has no such box.
            BoxAlreadyLinked: the source leads somewhere already.
        """
        return self.switchboard.link(source, sink, passthrough, pipewidth, synchronous)

    def unlink(self, component: Any = None, linkage: Link | None = None) -> None:
        """Remove a link that this component made, or all its links with another component."""
        if self._task.switchboard is not None:
            self._task.switchboard.unlink(component, linkage)

    def attend_collection(self, wanted: bool) -> None:
        """Set whether this component is woken when a message is taken downstream of one of its outboxes."""
        if wanted is not self.woken_by_collection:
            note_change(self, "woken_by_collection", self)
            self.woken_by_collection = wanted
            for box in self._out.values():
                box.refeed()

    # -- children -------------------------------------------------------------------------------

    @shown
    def parent(self) -> Component | None:
        """The component that contains this one, or ``None``."""
        return self._task.parent

    @shown
    def children(self) -> list[Component]:
        """The components that this one contains, in the order they were added."""
        return children_in(self)

    def add_children(self, *children: Component) -> None:
        """Take components as children: this one is woken when one of them ends. A second time has no effect.

        Raises:
            BadComponent: one of them is not a component, often a class without its brackets.
            BelongsElsewhere: one of them is already a child of another component.
        """
        role, known = f"a child of {name_in_task(self)}", children_in(self)
        new: list[Component] = []
        for child in children:
            check_component(child, role)
            parent = task_of(child).parent
            if parent is not None and parent is not self:
                raise BelongsElsewhere(
                    f"{child.short_name} is given to {self.short_name}, but it is part of "
                    f"{parent.short_name} already. Make a second {type(child).__name__}."
                )
            if place_in(known, child) < 0 and place_in(new, child) < 0:
                new.append(child)
        for child in new:
            task = task_of(child)
            note_change(task, "parent", child, self)
            task.parent = self
            add_end_callback(child, _Knock(self, child))
            known.append(child)

    def _child_ended(self, child: Component) -> None:
        if self._task.scheduler is not None:
            self._task.scheduler.request_wake(self, child)

    def remove_child(self, child: Component) -> None:
        """Remove a child, and the links with it that this component made."""
        place = place_in(children_in(self), child)
        if place >= 0:
            del children_in(self)[place]
        task = task_of(child)
        if task.parent is self:
            note_change(task, "parent", child, self)
            task.parent = None
        task.on_end = tuple(callback for callback in task.on_end if getattr(callback, "parent", None) is not self)
        self.unlink(child)

    def _planned(self) -> tuple[Iterable[Component], Iterable[tuple[Component, str, Component, str, int]]]:
        """Return the children that this takes in its first slice, and the links that it makes then, as for ``link``."""
        return (), ()

    def child_components(self) -> list[Component]:
        """Return the children, as a new list."""
        return list(children_in(self))

    def children_done(self) -> bool:
        """Remove the children that have ended, and return whether none is left."""
        for child in list(children_in(self)):
            if is_over(child):
                self.remove_child(child)
        return not children_in(self)

    # -- the default main, in three parts --------------------------------------------------------

    def main(self) -> Any:
        """Override this, or the three methods it calls.

        By default it calls ``initialise_component`` once, ``main_body`` until that returns
        something false, and ``close_down_component`` at the end, and yields what they return.
        """
        yield self.initialise_component() or 1
        while result := self.main_body():
            yield result
        yield self.close_down_component()

    def initialise_component(self) -> Any:
        """Override: what to do first."""
        return 1

    def main_body(self) -> Any:
        """Override: what to do again and again, until it returns something false."""
        return None

    def close_down_component(self) -> Any:
        """Override: what to do last."""
        return 1

    # -- the end --------------------------------------------------------------------------------

    def close_down(self) -> Any:
        """Notify the parent, and remove the links that this component made."""
        result = super().close_down()
        if self._task.switchboard is not None:
            self._task.switchboard.unlink_all()
        return result

    def fresh_copy(self) -> Component:
        """Make another of the same class with the same arguments.

        Arguments that are components are copied as well. Raises whatever ``__init__`` raises.
        """
        args, argd = self._made_with or ((), {})
        return type(self)(*map(_renewed, args), **{name: _renewed(value) for name, value in argd.items()})


#: The methods, apart from those of the hot path, that users call in a cell or a script; see :mod:`.tracebacks`.
_CALLED_FROM_OUTSIDE = (
    *("activate", "run", "deliver", "link", "unlink", "add_children", "remove_child", "set_inbox_size"),
    *("put", "get", "fresh_copy"),
)
for _name in set(_CALLED_FROM_OUTSIDE) & set(dir(Component)):
    setattr(Component, _name, public(getattr(Component, _name)))


class _Knock:
    """Wakes a parent when its child has ended."""

    __slots__ = ("child", "parent")

    def __init__(self, parent: Component, child: Component) -> None:
        self.parent = parent
        self.child = child

    def __call__(self) -> None:
        self.parent._child_ended(self.child)


def _renewed(value: Any) -> Any:
    return value.fresh_copy() if isinstance(value, Component) else value


def check_component(thing: Any, role: str) -> None:
    """Raise a helpful error if something that should be a component is not one.

    Raises:
        BadComponent: ``thing`` is a class, a function, or something else.
    """
    if isinstance(thing, Component):
        if not task_of(thing).id:
            raise BadComponent(
                f"{thing.short_name} cannot be {role}: {type(thing).__name__}.__init__ does not call super().__init__()"
            )
        return
    if isinstance(thing, type):
        hint = f"it is a class; write {thing.__name__}() with brackets"
    elif callable(thing):
        hint = "it is a function; give what it returns"
    else:
        hint = "give an instance of a class derived from Component"
    raise BadComponent(f"{thing!r} cannot be {role}: {hint}")


def planned_in(
    component: Component,
) -> tuple[Iterable[Component], Iterable[tuple[Component, str, Component, str, int]]]:
    """Return the children and links that a component makes in its first slice, as far as it knows them before."""
    return component._planned()


def may_be_unheard(box: Outbox) -> bool:
    """Return whether it is ordinary that nothing is linked to an outbox, such as the one that tells of an end."""
    return box.name == "signal" or box.name in box.owner._optional


def children_in(component: Component) -> list[Component]:
    """Return the list of the components that a component contains, which is made when it is first asked for."""
    task = task_of(component)
    if task.children is None:
        task.children = []
    return task.children


def taken(component: Component, name: str, value: Any) -> AttributeError:
    """Return the error for an attribute that a component cannot do without, and that its author sets."""
    holds = "the links that it made" if name == "switchboard" else "its boxes"
    hint = "" if name == "switchboard" else f"; {name.capitalize()}, with a capital letter, declares boxes"
    return AttributeError(
        f"{name_in_task(component)} cannot have an attribute {name!r} of its own ({safe_repr(value)}): {name} of a "
        f"component holds {holds}. Give it another name{hint}."
    )


def declared(component: Component, side: str) -> Iterable[Any]:
    """Return the names of the boxes that a component declares.

    Args:
        component: the component.
        side: ``"Inboxes"`` or ``"Outboxes"``.

    Raises:
        BadComponent: they are no list and no dictionary.
    """
    names = getattr(component, side)
    if isinstance(names, str) or not isinstance(names, Iterable):
        raise BadComponent(
            f"{side} of {name_in_task(component)} is {safe_repr(names)}; it declares boxes: give a list of names, or a "
            "dictionary of names and descriptions. An attribute for something else needs another name."
        ) from None
    return names


def boxes_of(component: Component) -> Iterable[Box]:
    """Yield the inboxes and then the outboxes of a component."""
    yield from component.inboxes.values()
    yield from component.outboxes.values()


def made_boxes(component: Component) -> list[Box]:
    """Return the inboxes and then the outboxes that exist so far; unlike :func:`boxes_of` this makes none."""
    return [*made_inboxes_of(component).values(), *made_outboxes_of(component).values()]
