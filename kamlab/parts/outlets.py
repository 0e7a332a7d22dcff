"""The outlets of a splitter, one for each sink, and what happens when a sink is full.

A splitter must not let one full sink harm the others, and must not lose anything silently. So each sink has a policy:

- ``"hold"``, the default: messages that do not fit wait in an inbox that the splitter makes for this sink, where they
  can be seen, and follow in order when there is room;
- ``"drop"``: they are discarded, and counted at the sink's own outbox if the chain ends with one;
- ``"wait"``: the splitter takes no more messages until there is room, so its own inbox fills, and if that is limited,
  the publishers have to wait. This is the only policy that stops the other sinks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..chassis.flow_control import discard
from ..core.box import Inbox, Outbox
from ..core.errors import KamlabError
from ..core.ipc import Ipc
from ..core.link import Link

if TYPE_CHECKING:
    from ..core.component import Component

HOLD, DROP, WAIT = "hold", "drop", "wait"
POLICIES = (HOLD, DROP, WAIT)


class UnknownPolicy(KamlabError, ValueError):
    """A subscriber asks for a policy that does not exist.

    >>> from kamlab import SubscribeTo
    >>> from kamlab.parts import UnknownPolicy
    >>> try:
    ...     SubscribeTo("NEWS", policy="forget")
    ... except UnknownPolicy as error:
    ...     print(error)
    there is no policy 'forget' for a full subscriber; there are: hold, drop, wait
    """


def check_policy(policy: str) -> str:
    """Return a policy after checking it.

    Raises:
        UnknownPolicy: there is no such policy.
    """
    if policy not in POLICIES:
        raise UnknownPolicy(f"there is no policy {policy!r} for a full subscriber; there are: {', '.join(POLICIES)}")
    return policy


class AddSink(Ipc):
    """Asks a splitter to send to one more sink.

    Args:
        sink: the component.
        sinkbox: the box that gets the data; ``None`` for none.
        sinkcontrol: the inbox that gets the splitter's control messages; ``None`` for none.
        passthrough: 0 if ``sinkbox`` is an inbox, 2 if it is an outbox.
        policy: what to do when the sink is full: ``"hold"``, ``"drop"`` or ``"wait"``.

    >>> from kamlab import Lab
    >>> from kamlab.parts import AddSink, ConsoleEchoer, Splitter
    >>> with Lab(clock="virtual") as lab:
    ...     splitter = Splitter().activate()
    ...     for name in ("first", "second"):
    ...         splitter.deliver(AddSink(ConsoleEchoer(tag=f"{name}: ").activate()), "configuration")
    ...     splitter.deliver("hello\\n")
    ...     _ = lab.run()
    first: hello
    second: hello
    """

    axon_name = "addsink"

    def __init__(
        self,
        sink: Component,
        sinkbox: str | None = "inbox",
        sinkcontrol: str | None = None,
        passthrough: int = 0,
        policy: str = HOLD,
    ) -> None:
        self.sink = sink
        self.sinkbox = sinkbox
        self.sinkcontrol = sinkcontrol
        self.passthrough = passthrough
        self.policy: str = check_policy(policy)


class RemoveSink(Ipc):
    """Asks a splitter to stop sending to a sink; the arguments are those of AddSink.

    >>> from kamlab import Lab
    >>> from kamlab.parts import AddSink, ConsoleEchoer, RemoveSink, Splitter
    >>> with Lab(clock="virtual") as lab:
    ...     splitter, sink = Splitter().activate(), ConsoleEchoer().activate()
    ...     for message, box in ((AddSink(sink), "configuration"), ("heard\\n", "inbox"),
    ...                          (RemoveSink(sink), "configuration"), ("not heard\\n", "inbox")):
    ...         splitter.deliver(message, box)
    ...         _ = lab.run()
    heard
    """

    axon_name = "removesink"

    def __init__(self, sink: Component, sinkbox: str | None = "inbox", sinkcontrol: str | None = None) -> None:
        self.sink = sink
        self.sinkbox = sinkbox
        self.sinkcontrol = sinkcontrol


class Outlet:
    """One outlet of a splitter: an outbox for one sink, and the messages that wait for room."""

    __slots__ = ("box", "held", "link", "policy", "sink", "splitter")

    def __init__(self, splitter: Component, box: Outbox, sink: Any = None, policy: str = HOLD) -> None:
        self.splitter: Component = splitter
        self.box: Outbox = box
        self.sink: Any = sink
        self.policy: str = policy
        self.link: Link | None = None
        self.held: Inbox | None = None

    @property
    def room(self) -> int | None:
        """How many messages fit; ``None`` if there is no limit."""
        limit = self.box.size
        return None if limit is None else max(0, limit - len(self.box))

    def did_not_fit(self, messages: list[Any]) -> None:
        """Treat messages that did not fit as the policy says, after those that wait already."""
        if self.policy == DROP:
            for message in messages:
                discard(self._last_box(), message)
            return
        if self.held is None:
            self.held = Inbox(self.splitter, f"held for {self.box.name}")
            self.held.scheduler = self.splitter.scheduler_in_charge
            self.splitter.inboxes[self.held.name] = self.held
        for message in messages:
            self.held.deliver(message, self.box)

    def try_again(self) -> None:
        """Send the held messages, as far as there is room."""
        held = self.held
        if held is None:
            return
        while held.items and not self.box.is_full():
            self.box.append(held.take())
        if not held.items:
            self._forget_held()

    def give_up(self) -> None:
        """Discard and count the held messages."""
        if self.held is not None:
            while self.held.items:
                discard(self._last_box(), self.held.take())
            self._forget_held()

    def _forget_held(self) -> None:
        assert self.held is not None
        del self.splitter.inboxes[self.held.name]
        self.held = None

    def _last_box(self) -> Outbox:
        """Return the outbox at which to count discarded messages: the sink's own, if the sink box is an outbox."""
        sink_box = self.link.sink_box if self.link is not None else None
        return sink_box if isinstance(sink_box, Outbox) else self.box
