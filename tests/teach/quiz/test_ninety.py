"""Ninety questions on eight systems: which kinds are asked, and whether each answer is what running all orders says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kamlab import Component, Graphline, Lab, Pipeline
from kamlab.teach import Quiz
from kamlab.teach.question import Question, Result
from sampling import sampled

from .brute import Orders, happened_before, play, wired
from .systems import Keep, Pass, Source

#: How many questions are asked of each system from the beginning, and from some slices on.
QUESTIONS, LATER, SLICES = 10, 3, 4


def wire(wires: dict[Any, Any], **parts: Component) -> None:
    """Activate a Graphline whose components have the names that it knows them by."""
    for name, component in parts.items():
        component.name = name.replace("_", " ")
    Graphline(linkages=wires, **parts).activate()


class Account(Component):
    """Answers with its balance, or sets it."""

    Outboxes = ("a", "b")

    def __init__(self) -> None:
        super().__init__()
        self.balance = 0

    async def main(self) -> None:
        while True:
            who, amount = await self.receive()
            if amount is None:
                self.send(self.balance, who)
            else:
                self.balance = amount


class Client(Component):
    """Asks for the balance, and sets it to one more."""

    def __init__(self, who: str) -> None:
        super().__init__()
        self.who = who

    async def main(self) -> None:
        self.send((self.who, None))
        self.send((self.who, await self.receive() + 1))


def lost_update() -> None:
    """Two clients and an account."""
    wires: dict[Any, Any] = {}
    for who in "ab":
        wires[who, "outbox"] = ("account", "inbox")
        wires["account", who] = (who, "inbox")
    wire(wires, account=Account(), a=Client("a"), b=Client("b"))


class Fork(Component):
    """Is given to who asks first, until it is laid back."""

    Inboxes = ("take", "back")
    Outboxes = ("a", "b")

    async def main(self) -> None:
        self.send("yours", await self.receive("take"))
        await self.receive("back")
        self.send("yours", await self.receive("take"))


class Diner(Component):
    """Eats once, with two forks."""

    Outboxes = ("take 0", "take 1", "back 0", "back 1")

    def __init__(self, who: str, first: int = 0) -> None:
        super().__init__()
        self.who, self.first, self.meals = who, first, 0

    async def main(self) -> None:
        for side in (self.first, 1 - self.first):
            self.send(self.who, f"take {side}")
            await self.receive()
        self.meals += 1
        for side in (0, 1):
            self.send(self.who, f"back {side}")


def table(first: int) -> Callable[[], None]:
    """Return two diners and two forks; with 1, the second diner takes the other fork first."""

    def system() -> None:
        wires: dict[Any, Any] = {}
        for place, who in enumerate("ab"):
            for side in (0, 1):
                fork = f"fork_{(place + side) % 2}"
                wires[who, f"take {side}"] = (fork, "take")
                wires[who, f"back {side}"] = (fork, "back")
                wires[fork, who] = (who, "inbox")
        wire(wires, a=Diner("a"), b=Diner("b", first), fork_0=Fork(), fork_1=Fork())

    return system


class Worker(Component):
    """Looks into its inbox, and sleeps a slice later."""

    def __init__(self) -> None:
        super().__init__()
        self.done = 0

    def main(self) -> Iterator[None]:
        while True:
            while self.data_ready():
                self.recv()
                self.done += 1
            yield
            self.pause()
            yield


def lost_wake_up() -> None:
    """A worker that can sleep beside a message."""
    Pipeline(Source("xy"), Worker()).activate()


def passing() -> None:
    """A chain without a chassis."""
    source, passes, keep = Source("ab").activate(), Pass().activate(), Keep().activate()
    source.link((source, "outbox"), (passes, "inbox"))
    passes.link((passes, "outbox"), (keep, "inbox"))


# -- systems that no other test has ---------------------------------------------------------------------


class Bidder(Component):
    """Bids once, and hears who has won."""

    def __init__(self, who: str) -> None:
        super().__init__()
        self.who, self.heard = who, ""

    async def main(self) -> None:
        self.send((self.who, 10))
        self.heard = await self.receive()


class Auctioneer(Component):
    """Sells to the first of the highest bids, of two."""

    Outboxes = ("to kim", "to lee")

    def __init__(self) -> None:
        super().__init__()
        self.winner, self.price = "", 0

    async def main(self) -> None:
        for _ in "12":
            who, price = await self.receive()
            if price > self.price:
                self.winner, self.price = who, price
        self.send(self.winner, "to kim")
        self.send(self.winner, "to lee")


def auction() -> None:
    """Two bidders with the same bid."""
    wires = {
        ("kim", "outbox"): ("hall", "inbox"),
        ("lee", "outbox"): ("hall", "inbox"),
        ("hall", "to kim"): ("kim", "inbox"),
        ("hall", "to lee"): ("lee", "inbox"),
    }
    wire(wires, kim=Bidder("kim"), lee=Bidder("lee"), hall=Auctioneer())


class Station(Component):
    """Passes a token on once, with its letter added; the first one begins."""

    def __init__(self, letter: str, begins: bool = False) -> None:
        super().__init__()
        self.letter, self.begins, self.seen = letter, begins, ""

    async def main(self) -> None:
        if self.begins:
            self.send(self.letter)
        self.seen = await self.receive()
        if not self.begins:
            self.send(self.seen + self.letter)


def ring() -> None:
    """Two tokens in a ring of four."""
    names = "nesw"
    stations = {name: Station(name, name in "ns") for name in names}
    wires = {(one, "outbox"): (other, "inbox") for one, other in zip(names, names[1:] + names[:1], strict=True)}
    wire(wires, **stations)


class Shelf(Component):
    """Says how many are left, or gives one away."""

    Outboxes = ("ann", "bob")

    def __init__(self) -> None:
        super().__init__()
        self.left = 1

    async def main(self) -> None:
        while True:
            who, wish = await self.receive()
            if wish == "how many":
                self.send(self.left, who)
            else:
                self.left -= 1


class Buyer(Component):
    """Takes one if one is left: checks, then acts."""

    def __init__(self, who: str) -> None:
        super().__init__()
        self.who, self.has = who, 0

    async def main(self) -> None:
        self.send((self.who, "how many"))
        if await self.receive():
            self.has += 1
            self.send((self.who, "one"))


def shop() -> None:
    """Two buyers, and one thing to sell."""
    wires: dict[Any, Any] = {}
    for who in ("ann", "bob"):
        wires[who, "outbox"] = ("shelf", "inbox")
        wires["shelf", who] = (who, "inbox")
    wire(wires, shelf=Shelf(), ann=Buyer("ann"), bob=Buyer("bob"))


SYSTEMS: dict[str, Callable[[], None]] = {
    "lost update": lost_update,
    "auction": auction,
    "deadlock": table(0),
    "no deadlock": table(1),
    "lost wake-up": lost_wake_up,
    "passing": passing,
    "ring": ring,
    "shop": shop,
}
ASKED = sampled(("auction", "lost wake-up"), tuple(SYSTEMS))


def quiz_on(name: str) -> list[tuple[Question, Result, list[str]]]:
    """Ask questions of a system, from the beginning and from some slices on; return them with who had run by then."""
    found = []
    for seed, slices, count in ((1, 0, QUESTIONS), (2, SLICES, LATER)):
        with Lab(build=SYSTEMS[name], clock="virtual") as lab:
            lab.report = lambda text: None  # type: ignore[method-assign]
            lab.step(slices)
            quiz = Quiz(lab, seed)
            for _ in range(count):
                question = quiz.ask()
                ran = [event.component.short_name for event in lab.trace.events() if event.kind == "resumed"]
                found.append((question, question.step(), ran))
    return found


class Checker:
    """Compares answers with what running all orders says.

    Args:
        build: the system.
    """

    def __init__(self, build: Callable[[], None]) -> None:
        self.build = build
        self.wiring = wired(build)
        self._orders: dict[tuple[str, ...], Orders] = {}

    def orders(self, begin: list[str]) -> Orders:
        """Return all orders from a path on."""
        return self._orders.setdefault(tuple(begin), Orders(self.build, begin))

    def right(self, question: Question, result: Result, ran: list[str]) -> set[str]:
        """Return the choices that are right by running all orders."""
        begin = ran if question.where.startswith("From step") else self.wiring
        if question.topic == "happens before":
            return self.happens_before(question, ran)
        if question.topic in ("what comes next", "contents"):
            return self.by_stepping(question, ran)
        orders = self.orders(begin)
        checks: list[tuple[str, Callable[..., set[str]]]] = [
            (r"Which values can (.+)\.(\w+) have at the end of an order\?", values_at_end),
            (r"What can be in (.+) after (\d+) slices\?", contents_after),
            (r"Which components can be the (?:first|next) to end\?", first_to_end),
            (r"Is there an order in which, at some point, (.+)\?", some_order),
            (r"Is there an order at the end of which (.+) is (.+)\?", some_end),
            (r"Does every order end so that (.+) is (.+)\?", every_end),
            (r"How many slices does it take at least until (.+?)(?: \(not counting.*)?\?", fewest),
            (r"Which component has the (\d+).. slice of the shortest order until (.+?)(?: \(not.*)?\?", who_runs),
            (r"(?:After the slices (.+), )?(.+) sleeps\. Which of these can wake it, in some order\?", who_wakes),
            (r"(?:After the slices (.+), )?(.+) sleeps\. From which of these does it wait .*", whom_for),
            (r"Which of these orders of (\d+) slices leads to this picture\?", which_picture),
        ]
        for pattern, check in checks:
            match = re.fullmatch(pattern, question.text)
            if match:
                return check(orders, question, result, *match.groups())
        raise AssertionError(question.text)

    def happens_before(self, question: Question, ran: list[str]) -> set[str]:
        """Relate the two events by vector clocks."""
        if question.where.startswith("In a run in this order"):
            path = [*self.wiring, *unfolded(question.where.split(": ", 1)[1][:-1])]
            lab, _ = play(self.build, path)
        else:
            lab = Lab(build=self.build, clock="virtual")
            lab.step(len(ran))
        relation = happened_before(lab)(*(line[3:] for line in question.details))
        lab.stop()
        return {relation}

    def by_stepping(self, question: Question, ran: list[str]) -> set[str]:
        """Step another lab, round robin."""
        with Lab(build=self.build, clock="virtual") as lab:
            lab.step(len(ran))
            names = [one.short_name for one in lab.components]
            if question.text == "Which component runs next?":
                return {lab.step().of_kind("resumed")[0].component.short_name}
            if question.text == "Which inbox gets the next message?":
                events = (event for _ in range(100) for event in lab.step().of_kind("sent"))
                boxes = (event.box for event in events if event.box.owner.short_name in names)
                return {next((f"{box.owner.short_name}.{box.name}" for box in boxes), "none")}
            if question.text == "Which sleeping component is woken next?":
                woken = (event.component.short_name for _ in range(100) for event in lab.step().of_kind("woken"))
                return {next((name for name in woken if name in names), "none")}
            if match := re.fullmatch(r"Can any component still run after (\d+) more slices?\?", question.text):
                lab.step(int(match[1]))
                return {"yes" if lab.scheduler.can_be_woken() else "no"}
            match = re.fullmatch(
                r"(?:What is|How many messages wait) in (.+)\.(\w+) after (\d+) slices?\?", question.text
            )
            assert match, question.text
            inbox = lab[match[1]].inboxes[match[2]]
            lab.step(int(match[3]))
            there = list(inbox.contents)
            return {repr(there) if question.text.startswith("What") else str(len(there))}


def unfolded(text: str) -> list[str]:
    """Return the names of an order: "a, b (2 times)" is a, b, b."""
    found: list[str] = []
    for part in text.split(", "):
        match = re.fullmatch(r"(.+) \((\d+) times\)", part)
        found += [match[1]] * int(match[2]) if match else [part]
    return found


def values_at_end(orders: Orders, question: Question, result: Result, name: str, attribute: str) -> set[str]:
    """Return which of the choices some end has."""
    return {repr(end.values[f"{name}.{attribute}"]) for end in orders.ends()} & set(question.choices)


def contents_after(orders: Orders, question: Question, result: Result, box: str, slices: str) -> set[str]:
    """Return which of the choices are in an inbox after so many slices."""
    found = {repr(orders.states[number].boxes[box]) for number in orders.layer(int(slices))}
    return found & set(question.choices)


def first_to_end(orders: Orders, question: Question, result: Result) -> set[str]:
    """Return who ends in a slice before which none of the others had ended."""
    running = [name for name in orders.actors if orders.states[0].lives[name] != "has ended"]
    found = set()
    for number, edges in enumerate(orders.edges):
        if all(orders.states[number].lives[name] != "has ended" for name in running):
            found |= {
                name
                for target in edges.values()
                for name in running
                if orders.states[target].lives[name] == "has ended"
            }
    return found & set(question.choices)


def holds(orders: Orders, clause: str, number: int) -> bool:
    """Return whether a clause is true of a state."""
    state = orders.states[number]
    if match := re.fullmatch(r"(.+) holds (\d+) messages?", clause):
        return len(state.boxes[match[1]]) == int(match[2])
    if match := re.fullmatch(r"(.+) has ended and (.+) has not", clause):
        return state.lives[match[1]] == "has ended" != state.lives[match[2]]
    if match := re.fullmatch(r"(.+) has ended", clause):
        return state.lives[match[1]] == "has ended"
    at_rest = not orders.edges[number]
    sleepers = [name for name in orders.actors if state.lives[name] == "sleeps"]
    if "a component sleeps beside a message" in clause:
        waiting = [
            name for name in sleepers if any(state.boxes[box] for box in state.boxes if box.startswith(f"{name}."))
        ]
        return at_rest and bool(waiting)
    assert clause == "nothing can run any more, because of a deadlock", clause
    hungry = [name for name, value in state.values.items() if name.endswith(".meals") and not value]
    return at_rest and len(hungry) == 2


def some_order(orders: Orders, question: Question, result: Result, clause: str) -> set[str]:
    """Return "yes" if a clause is true of some state."""
    return {"yes" if any(holds(orders, clause, number) for number in range(len(orders.states))) else "no"}


def some_end(orders: Orders, question: Question, result: Result, name: str, text: str) -> set[str]:
    """Return "yes" if some end has a value."""
    return {"yes" if any(repr(end.values[name]) == text for end in orders.ends()) else "no"}


def every_end(orders: Orders, question: Question, result: Result, name: str, text: str) -> set[str]:
    """Return "yes" if every end has a value."""
    return {"yes" if all(repr(end.values[name]) == text for end in orders.ends()) else "no"}


def fewest(orders: Orders, question: Question, result: Result, clause: str) -> set[str]:
    """Return the fewest slices until a clause is true."""
    goals = {number for number in range(len(orders.states)) if holds(orders, clause, number)}
    return {str(orders.shortest(goals)[0])}


def who_runs(orders: Orders, question: Question, result: Result, place: str, clause: str) -> set[str]:
    """Return who runs at a place of every shortest order."""
    goals = {number for number in range(len(orders.states)) if holds(orders, clause, number)}
    return orders.shortest(goals)[1][int(place) - 1]


def who_wakes(orders: Orders, question: Question, result: Result, path: str | None, sleeper: str) -> set[str]:
    """Return who can wake a component after an order."""
    state = orders.after(unfolded(path) if path else [])
    assert orders.states[state].lives[sleeper] == "sleeps"
    return orders.wakers(state, sleeper) or {"nothing"}


def whom_for(orders: Orders, question: Question, result: Result, path: str, sleeper: str) -> set[str]:
    """Return who is linked to the inbox that a component sleeps at, by the system's own wires."""
    lab, components = play(orders.build, [*orders.begin, *unfolded(path)])
    named = {component.short_name: component for component in components}
    box = re.search(rf"in {re.escape(sleeper)}\.(.+)\.$", result.sentence)
    assert box
    found = {
        name
        for name, component in named.items()
        for outbox in component.outboxes.values()
        if outbox.target is named[sleeper].inboxes[box[1]]
    }
    lab.stop()
    return found & set(orders.actors)


def which_picture(orders: Orders, question: Question, result: Result, slices: str) -> set[str]:
    """Return which of the orders leads to the picture."""
    found = set()
    for choice in question.choices:
        state = orders.states[orders.after(choice.split(", "))]
        rows = []
        for name in orders.actors:
            boxes = [
                f"{box.removeprefix(name + '.')}: {there}"
                for box, there in state.boxes.items()
                if box.startswith(f"{name}.") and there
            ]
            rows.append(f"{name} {state.lives[name]}" + (f"; {', '.join(sorted(boxes))}" if boxes else ""))
        if set(question.details) <= set(rows):
            found.add(choice)
    return found


@pytest.mark.parametrize("name", ASKED)
def test_each_answer_is_what_running_all_orders_says(name: str) -> None:
    """What a quiz calls right is right by an independent way, and every other choice is wrong."""
    checker = Checker(SYSTEMS[name])
    for question, result, ran in quiz_on(name):
        assert set(result.right_choices) == checker.right(question, result, ran), f"{question}\n{ran}"


def test_the_kinds_are_mixed() -> None:
    """Of ten questions none is of a kind more than twice, and yes is as often right as no; no chassis is a choice."""
    kinds: Counter[str] = Counter()
    answers: Counter[str] = Counter()
    for name in ASKED:
        found = quiz_on(name)
        own = Counter(question.topic for question, _, _ in found[:QUESTIONS])
        assert max(own.values()) <= 2, (name, own)
        kinds += own
        for question, result, _ in found:
            assert question.choices == () or set(result.right_choices) < set(question.choices), str(question)
            assert not any(re.search("Pipeline|Graphline", choice) for choice in question.choices), str(question)
            if question.choices == ("yes", "no"):
                answers[result.right_choices[0]] += 1
    assert kinds.total() == QUESTIONS * len(ASKED)
    assert max(kinds.values()) * 4 <= kinds.total()
    assert abs(answers["yes"] - answers["no"]) <= 1 + len(ASKED)


def test_the_reason_can_be_opened() -> None:
    """The orders that show an answer open in a lab, and have the slices that the sentence names."""
    with Lab(build=shop, clock="virtual") as lab:
        result = Quiz(lab).which_outcomes("shelf.left").answer([-1, 0])
        assert result
        assert len(result.schedules) == 2
        for number, left in enumerate((0, -1)):
            opened = result.open(number)
            assert opened["shelf"].left == left
            opened.stop()
        assert lab.step_number == 0
