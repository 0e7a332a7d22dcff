"""All orders of a small system by running it again and again, with nothing but a lab: what quizzes are compared with.

Two states are one if what can be seen of them is: inboxes, lives, attributes, and where each generator or coroutine
stands, with its variables. For the systems here that is enough, since no loop goes over equal items.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from kamlab import Component, Lab
from kamlab.core.task import task_of

#: What a lab calls a component that has ended.
ENDED = ("finished", "stopped", "failed")


class Follow:
    """A chooser that follows a path of names, and then notes who could run."""

    def __init__(self, path: Sequence[str]) -> None:
        self.path = list(path)
        self.restart()

    def restart(self) -> None:
        """Begin again."""
        self.place = 0
        self.could_run: list[str] = []

    def choose(self, runnable: Sequence[Any]) -> int:
        """Return the index of the next name."""
        names = [component.short_name for component in runnable]
        self.place += 1
        if self.place <= len(self.path):
            return names.index(self.path[self.place - 1])
        self.could_run = names
        return 0


def is_wiring(component: Any) -> bool:
    """Return whether a component only wires others."""
    return any(cls.__module__.startswith(("kamlab.chassis", "kamlab.backplane")) for cls in type(component).__mro__)


@dataclass
class Seen:
    """What is seen after a path: the messages, the lives and the attributes by name, and who can run."""

    boxes: dict[str, list[Any]]
    lives: dict[str, str]
    values: dict[str, Any]
    key: Any
    can_run: list[str] = field(default_factory=list)
    actors: list[str] = field(default_factory=list)


def play(build: Callable[[], Any], path: Sequence[str]) -> tuple[Lab, list[Any]]:
    """Return a lab that has run a path, and all its components, those that have ended too."""
    lab = Lab(build=build, clock="virtual", chooser=Follow(path))
    lab.report = lambda text: None  # type: ignore[method-assign]
    met: dict[int, Any] = {id(one): one for one in lab.scheduler.members.values()}
    for _ in path:
        lab.step(1)
        met.update({id(one): one for one in lab.scheduler.members.values()})
    return lab, list(met.values())


def see(build: Callable[[], Any], path: Sequence[str]) -> Seen:
    """Return what is seen after a path."""
    lab, components = play(build, path)
    boxes: dict[str, list[Any]] = {}
    lives: dict[str, str] = {}
    values: dict[str, Any] = {}
    places = []
    can_run = lab.runnable()  # what was sent in the last slice has woken others by now
    for component in components:
        name = component.short_name
        life = task_of(component).life
        lives[name] = "has ended" if life in ENDED else "can run" if component in can_run else "sleeps"
        for key, value in vars(component).items():
            if not key.startswith("_") and isinstance(value, (int, str, list, tuple, type(None))):
                values[f"{name}.{key}"] = value
        if isinstance(component, Component):
            boxes.update({f"{name}.{box}": list(component.inboxes[box].items) for box in component.inboxes})
        places.append((name, lives[name], repr(_frames(task_of(component).flow))))
    key = repr((sorted(boxes.items()), sorted(values.items()), sorted(places), lab.scheduler.time()))
    actors = [one.short_name for one in components if not is_wiring(one)]
    lab.step(1)
    could_run = sorted(lab.chooser.could_run)  # type: ignore[union-attr]
    lab.stop()
    return Seen(boxes, lives, values, key, could_run, actors)


def _frames(flow: Any) -> list[Any]:
    """Return where a generator or coroutine stands, and those that it waits for, with their plain variables."""
    found = []
    while flow is not None:
        frame = getattr(flow, "cr_frame", None) or getattr(flow, "gi_frame", None)
        if frame is None:
            break
        plain = {k: v for k, v in frame.f_locals.items() if isinstance(v, (int, str, list, tuple, type(None)))}
        found.append((frame.f_lasti, sorted(plain.items())))
        flow = getattr(flow, "cr_await", None) or getattr(flow, "gi_yieldfrom", None)
    return found


class Orders:
    """All states that the orders from a path on lead to."""

    def __init__(self, build: Callable[[], Any], begin: Sequence[str], most: int = 3000) -> None:
        self.build = build
        self.begin = list(begin)
        first = see(build, self.begin)
        self.states: list[Seen] = [first]
        self.paths: list[list[str]] = [[]]
        self.edges: list[dict[str, int]] = []
        index = {first.key: 0}
        todo = deque([0])
        while todo:
            number = todo.popleft()
            found = {}
            for name in self.states[number].can_run:
                path = [*self.paths[number], name]
                seen = see(build, [*self.begin, *path])
                if seen.key not in index:
                    index[seen.key] = len(self.states)
                    self.states.append(seen)
                    self.paths.append(path)
                    todo.append(index[seen.key])
                    assert len(self.states) <= most
                found[name] = index[seen.key]
            self.edges.append(found)
        self.actors = first.actors

    def ends(self) -> Iterator[Seen]:
        """Yield the states in which nothing can run."""
        for state, edges in zip(self.states, self.edges, strict=True):
            if not edges:
                yield state

    def after(self, path: Sequence[str]) -> int:
        """Return the state after a path."""
        number = 0
        for name in path:
            number = self.edges[number][name]
        return number

    def layer(self, slices: int) -> set[int]:
        """Return the states after so many slices."""
        found = {0}
        for _ in range(slices):
            found = {target for number in found for target in self.edges[number].values()}
        return found

    def costs(self) -> list[int]:
        """Return the fewest slices of actors to each state."""
        known = [10**6] * len(self.states)
        known[0] = 0
        todo = deque([0])
        while todo:
            number = todo.popleft()
            for name, target in self.edges[number].items():
                cost = known[number] + (name in self.actors)
                if cost < known[target]:
                    known[target] = cost
                    todo.append(target)
        return known

    def shortest(self, goals: set[int]) -> tuple[int, list[set[str]]]:
        """Return the fewest slices to one of some states, and who can run in each of them in a shortest order."""
        costs = self.costs()
        fewest = min(costs[goal] for goal in goals)
        on_way = {goal for goal in goals if costs[goal] == fewest}
        runs: list[set[str]] = [set() for _ in range(fewest)]
        changed = True
        while changed:
            changed = False
            for number, edges in enumerate(self.edges):
                for name, target in edges.items():
                    if target in on_way and costs[target] == costs[number] + (name in self.actors):
                        if name in self.actors:
                            runs[costs[number]].add(name)
                        changed = changed or number not in on_way
                        on_way.add(number)
        return fewest, runs

    def wakers(self, number: int, sleeper: str) -> set[str]:
        """Return whose slice wakes a component that sleeps in a state, "a timer" among them."""
        found, known, todo = set(), {number}, [number]
        while todo:
            at = todo.pop()
            for name, target in self.edges[at].items():
                after = self.states[target]
                if after.lives[sleeper] == "sleeps" and sleeper not in after.can_run:
                    if target not in known:
                        known.add(target)
                        todo.append(target)
                elif after.lives[sleeper] != "has ended":
                    found.add(name if after.lives[sleeper] == "can run" else "a timer")
        return found


def wired(build: Callable[[], Any]) -> list[str]:
    """Return the slices of the components that only wire others, which come first."""
    path: list[str] = []
    while True:
        lab, components = play(build, path)
        names = [one.short_name for one in components if is_wiring(one) and task_of(one).life == "runnable"]
        lab.stop()
        if not names:
            return path
        path.append(names[0])


def happened_before(lab: Lab) -> Callable[[str, str], str]:
    """Return a function that relates two events, by vector clocks: a sending or a taking in words."""
    clocks: dict[str, dict[str, int]] = {}
    arrived: dict[Any, list[dict[str, int]]] = {}
    known: dict[str, dict[str, int]] = {}
    for event in lab.trace.events():
        if event.kind not in ("sent", "received"):
            continue
        who = (event.source.owner if event.kind == "sent" else event.box.owner).short_name
        mine = dict(clocks.get(who, {}))
        if event.kind == "received":
            for other, count in arrived[event.box].pop(0).items():
                mine[other] = max(mine.get(other, 0), count)
        mine[who] = mine.get(who, 0) + 1
        clocks[who] = mine
        if event.kind == "sent":
            arrived.setdefault(event.box, []).append(mine)
            text = f"{who} sends {event.message!r} to {event.box.owner.short_name}.{event.box.name}"
        else:
            text = f"{who} takes {event.message!r} from its {event.box.name!r}"
        known[text] = mine

    def relation(one: str, other: str) -> str:
        a, b = known[one], known[other]
        if all(b.get(who, 0) >= count for who, count in a.items()):
            return "A happened before B"
        if all(a.get(who, 0) >= count for who, count in b.items()):
            return "B happened before A"
        return "A and B are concurrent"

    return relation
