"""How the connections of a server end: those of one that shuts down, and those that leak.

A server that shuts down tells its protocols so and waits while they end and while what they sent is
delivered. A protocol that heeds its control box is gone in a few rounds, so this takes no time; one
that does nothing about it is stopped after the server's ``grace``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kamlab.core.component import Component

from .ipc import SocketShutdown

if TYPE_CHECKING:
    from .server import ServerCore


@dataclass(slots=True, eq=False)
class Client:
    """One connection of a server: the component at the socket, and the protocol behind it."""

    adapter: Any
    protocol: Component
    peer: tuple[str, int]

    def leaked_since(self, late: float) -> bool:
        """Whether the protocol was told of the end before ``late``, lives, and has sent nothing since."""
        told = self.adapter.told
        if told is None or self.protocol.is_stopped():
            return False
        when, bytes_out = told
        return bool(when <= late and (self.adapter.is_stopped() or self.adapter.bytes_out == bytes_out))


def end_connections(server: ServerCore, clients: Mapping[Any, Client], settle: Callable[[], Any]) -> Any:
    """End the connections of a server, but let what the protocols send be delivered first. A generator.

    ``clients`` shrinks as ``settle``, called in every slice, clears up.
    """
    scheduler = server.scheduler_in_charge
    assert scheduler is not None
    for client in clients.values():
        if not client.adapter.is_stopped():
            _tell(server, client)
    seen: Any = None
    since = scheduler.now
    while True:
        settle()
        if not clients:
            return
        alive = [client for client in clients.values() if not client.protocol.is_stopped()]
        progress = (len(alive), sum(client.adapter.bytes_out for client in alive))
        if progress != seen:
            seen, since = progress, scheduler.now
        left = since + server.grace - scheduler.now
        if alive and left <= 0:
            _stop_protocols(server, alive)
            continue
        server.pause(left if alive else None)
        yield


def _tell(server: ServerCore, client: Client) -> None:
    client.protocol.inboxes["control"].target.deliver(
        SocketShutdown(server, "the server shuts down"), server.outboxes["_connectionsignal"]
    )


def _stop_protocols(server: ServerCore, alive: list[Client]) -> None:
    names = ", ".join(client.protocol.short_name for client in alive[:5])
    scheduler = server.scheduler_in_charge
    assert scheduler is not None
    scheduler.world.report(
        f"{server.short_name} shuts down and stops {len(alive)} of its protocols ({names}), which did not end "
        f"by themselves within {server.grace:g} s. A protocol ends when a message on its control box says so."
    )
    for client in alive:
        client.protocol.stop()
