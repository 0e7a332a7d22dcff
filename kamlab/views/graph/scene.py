"""What a picture of a lab consists of: where everything is, and how it is now.

The *scene* is what changes rarely: nodes, ports, links and their places. The *now* is what changes
with every slice: states, what waits, counts, the last messages. A panel that draws the scene once
and the now many times is quick, and so is whoever makes them.
"""

from __future__ import annotations

from typing import Any, NamedTuple

#: The states a component is shown in.
STATES = ("new", "runnable", "running", "waiting", "blocked", "failed", "finished", "stopped")


class Port(NamedTuple):
    """A box on the side of a node."""

    name: str
    x: int
    y: int


class Node(NamedTuple):
    """A component in its place. ``inside`` is how many components a folded one holds."""

    key: str
    label: str
    kind: str
    x: int
    y: int
    w: int
    h: int
    parent: str = ""
    container: bool = False
    folded: bool = False
    inside: int = 0
    inboxes: tuple[Port, ...] = ()
    outboxes: tuple[Port, ...] = ()
    boxes_more: int = 0

    def data(self) -> dict[str, Any]:
        """Return this as a dictionary that can be written as JSON."""
        found = self._asdict()
        found["in"] = [port._asdict() for port in found.pop("inboxes")]
        found["out"] = [port._asdict() for port in found.pop("outboxes")]
        return found


class Line(NamedTuple):
    """A link and its way, as the corners it turns at; ``x`` and ``y`` are where its count goes.

    ``quiet``: it carries no work but orders, from ``signal`` to ``control`` and the like.
    """

    key: str
    source: tuple[str, str]
    target: tuple[str, str]
    points: tuple[tuple[int, int], ...]
    x: int
    y: int
    feedback: bool = False
    inner: bool = False
    quiet: bool = False

    def data(self) -> dict[str, Any]:
        """Return this as a dictionary that can be written as JSON."""
        return {
            "key": self.key,
            "from": list(self.source),
            "to": list(self.target),
            "path": path_of(self.points),
            "x": self.x,
            "y": self.y,
            "feedback": self.feedback,
            "inner": self.inner,
            "quiet": self.quiet,
        }


class Scene(NamedTuple):
    """Where everything is; parents come before their children."""

    w: int
    h: int
    nodes: tuple[Node, ...] = ()
    links: tuple[Line, ...] = ()
    more: int = 0

    def data(self) -> dict[str, Any]:
        """Return this as a dictionary that can be written as JSON."""
        return {
            "w": self.w,
            "h": self.h,
            "nodes": [node.data() for node in self.nodes],
            "links": [line.data() for line in self.links],
            "more": self.more,
        }


class Look(NamedTuple):
    """How one component is: its state, that in words, and what its boxes hold.

    ``inboxes`` has (name, how many wait, limit) of each inbox shown, ``outboxes`` (name, how many were
    lost) of those that lost any.
    """

    state: str
    say: str = ""
    next: bool = False
    last: bool = False
    inboxes: tuple[tuple[str, int, int | None], ...] = ()
    outboxes: tuple[tuple[str, int], ...] = ()

    @property
    def full(self) -> tuple[str, ...]:
        """The inboxes in which there is no room."""
        return tuple(name for name, waiting, limit in self.inboxes if limit is not None and waiting >= limit)

    def data(self) -> dict[str, Any]:
        """Return this as a dictionary that can be written as JSON."""
        return {
            "state": self.state,
            "say": self.say,
            "next": self.next,
            "last": self.last,
            "in": {name: [waiting, limit] for name, waiting, limit in self.inboxes},
            "out": dict(self.outboxes),
        }


class Move(NamedTuple):
    """A message on its way: the number of its event, the links it went over, its text.

    ``source`` and ``target`` are (key, box) pairs; ``None`` for what came from outside or was lost.
    """

    n: int
    way: tuple[str, ...]
    text: str
    lost: bool = False
    source: tuple[str, str] | None = None
    target: tuple[str, str] | None = None

    def data(self) -> dict[str, Any]:
        """Return this as a dictionary that can be written as JSON."""
        return {
            "n": self.n,
            "way": list(self.way),
            "text": self.text,
            "lost": self.lost,
            "from": list(self.source) if self.source else None,
            "to": list(self.target) if self.target else None,
        }


class Now(NamedTuple):
    """How everything in a scene is at one moment: looks by node key, (count, exact) by link key."""

    nodes: dict[str, Look]
    links: dict[str, tuple[int, bool]]
    moves: tuple[Move, ...] = ()

    def data(self) -> dict[str, Any]:
        """Return this as a dictionary that can be written as JSON."""
        return {
            "nodes": {key: look.data() for key, look in self.nodes.items()},
            "links": {key: list(count) for key, count in self.links.items()},
            "moves": [move.data() for move in self.moves],
        }


#: How far from its corner a line begins to turn.
RADIUS = 6


def path_of(points: tuple[tuple[int, int], ...], radius: int = RADIUS) -> str:
    """Return the SVG path through some corners, each of them rounded off.

    >>> path_of(((0, 0), (20, 0), (20, 30)))
    'M0 0H14Q20 0 20 6V30'
    """
    at = points[0]
    parts = [f"M{at[0]} {at[1]}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        begin = _toward(corner, before, radius)
        end = _toward(corner, after, radius)
        parts.append(f"{_straight(at, begin)}Q{corner[0]} {corner[1]} {end[0]} {end[1]}")
        at = end
    parts.append(_straight(at, points[-1]))
    return "".join(parts)


def _straight(one: tuple[int, int], other: tuple[int, int]) -> str:
    if one[1] == other[1]:
        return f"H{other[0]}"
    return f"V{other[1]}" if one[0] == other[0] else f"L{other[0]} {other[1]}"


def _toward(corner: tuple[int, int], other: tuple[int, int], radius: int) -> tuple[int, int]:
    """Return the point ``radius`` away from a corner, or half-way to the other where that is nearer."""
    dx, dy = other[0] - corner[0], other[1] - corner[1]
    length = abs(dx) + abs(dy)
    step = min(radius, length // 2)
    return corner[0] + (step if dx > 0 else -step if dx < 0 else 0), corner[1] + (
        step if dy > 0 else -step if dy < 0 else 0
    )
