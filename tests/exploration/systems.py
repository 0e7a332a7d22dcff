"""Small systems to explore: each a function that activates its components and returns what a predicate looks at."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from typing import Any

from kamlab import Backplane, Component, Graphline, Pipeline, PublishTo, SubscribeTo
from kamlab.core.thread import ThreadedComponent

System = Callable[[], Any]


class Account(Component):
    """Answers with its balance, or sets it."""

    Outboxes = ("a", "b", "c")
    balance = 0

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
        balance = await self.receive()
        self.send((self.who, balance + 1))


def lost_update(clients: int = 2) -> System:
    """Return a system of clients that change one account."""

    def system() -> Account:
        account = Account()
        wires, parts = {}, {}
        for who in "abc"[:clients]:
            wires[who, "outbox"] = ("account", "inbox")
            wires["account", who] = (who, "inbox")
            parts[who] = Client(who)
        Graphline(account=account, linkages=wires, **parts).activate()
        return account

    return system


class Fork(Component):
    """Is given to who asks first, until it is laid back."""

    Inboxes = ("take", "back")
    Outboxes = ("a", "b", "c", "d")

    async def main(self) -> None:
        while True:
            self.send("yours", await self.receive("take"))
            await self.receive("back")


class Philosopher(Component):
    """Eats once, with two forks."""

    Outboxes = ("take 0", "take 1", "back 0", "back 1")
    meals = 0

    def __init__(self, who: str, first: int = 0) -> None:
        super().__init__()
        self.who, self.first = who, first

    async def main(self) -> None:
        for side in (self.first, 1 - self.first):
            self.send(self.who, f"take {side}")
            await self.receive()
        self.meals += 1
        for side in (0, 1):
            self.send(self.who, f"back {side}")


def table(seats: int = 2, cured: bool = False) -> System:
    """Return a system of philosophers at a table; cured, the last one takes the other fork first."""

    def system() -> tuple[Philosopher, ...]:
        wires: dict[Any, Any] = {}
        names = "abcd"[:seats]
        eaters = {who: Philosopher(who, int(cured and who == names[-1])) for who in names}
        forks = {f"fork{place}": Fork() for place in range(seats)}
        for place, who in enumerate(names):
            for side in (0, 1):
                fork = f"fork{(place + side) % seats}"
                wires[who, f"take {side}"] = (fork, "take")
                wires[who, f"back {side}"] = (fork, "back")
                wires[fork, who] = (who, "inbox")
        Graphline(linkages=wires, **eaters, **forks).activate()
        return tuple(eaters.values())

    return system


class Count(Component):
    """Sends numbers."""

    def __init__(self, numbers: int) -> None:
        super().__init__()
        self.numbers = numbers

    def main(self) -> Any:
        for number in range(self.numbers):
            self.send(number)
            yield


class Double(Component):
    """Sends twice what it receives."""

    async def main(self) -> None:
        while True:
            self.send(2 * await self.receive())


class Keep(Component):
    """Keeps what it receives."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[Any] = []

    async def main(self) -> None:
        while True:
            self.kept.append(await self.receive())


def chain(numbers: int = 3) -> System:
    """Return a pipeline of three."""

    def system() -> Keep:
        keep = Keep()
        Pipeline(Count(numbers), Double(), keep).activate()
        return keep

    return system


def news(publishers: int = 2, subscribers: int = 2) -> System:
    """Return a Backplane with publishers and subscribers."""

    def system() -> list[Keep]:
        Backplane("NEWS").activate()
        keeps = [Keep() for _ in range(subscribers)]
        for keep in keeps:
            Pipeline(SubscribeTo("NEWS"), keep).activate()
        for _ in range(publishers):
            Pipeline(Count(1), PublishTo("NEWS")).activate()
        return keeps

    return system


class Tick(Component):
    """Sends a number each second."""

    async def main(self) -> None:
        for number in range(2):
            await self.sleep(1)
            self.send(number)


def ticking() -> Keep:
    """Activate two that tick, and one that keeps what they send."""
    keep = Keep()
    wires = {("A", "outbox"): ("K", "inbox"), ("B", "outbox"): ("K", "inbox")}
    Graphline(A=Tick(), B=Tick(), K=keep, linkages=wires).activate()
    return keep


class Narrow(Component):
    """Sends into a box with room for one."""

    def main(self) -> Any:
        for number in range(2):
            while self.outboxes["outbox"].is_full():
                self.pause()
                yield
            self.send(number)
            yield


def bounded() -> Keep:
    """Activate two that send into one limited inbox."""
    keep = Keep()
    wires = {("A", "outbox"): ("K", "inbox"), ("B", "outbox"): ("K", "inbox")}
    keep.set_inbox_size("inbox", 1)
    Graphline(A=Narrow(), B=Narrow(), K=keep, linkages=wires).activate()
    return keep


class Worker(Component):
    """Looks into its inbox, and sleeps a slice later."""

    done = 0

    def main(self) -> Any:
        while True:
            for _ in self.messages():
                self.done += 1
            yield
            self.pause()
            yield


def sleeping() -> Worker:
    """Activate a worker that can sleep beside a message."""
    worker = Worker()
    Pipeline(Count(2), worker).activate()
    return worker


class Robot(Component):
    """Steps aside as long as it meets the other one."""

    def __init__(self, side: int) -> None:
        super().__init__()
        self.side = side

    async def main(self) -> None:
        self.send(self.side)
        while True:
            other = await self.receive()
            for newer in self.messages():
                other = newer
            if other != self.side:
                return
            await self.tick()
            self.side = 1 - self.side
            self.send(self.side)


def corridor() -> None:
    """Activate two robots that can give way to each other for ever."""
    left, right = Robot(0).activate(), Robot(0).activate()
    left.link((left, "outbox"), (right, "inbox"))
    right.link((right, "outbox"), (left, "inbox"))


# -- state that no box holds ----------------------------------------------------------------------------------

NUMBER = 0
NUMBERS = [0]


class GlobalNumber(Component):
    """Adds to a global."""

    def main(self) -> Any:
        global NUMBER
        seen = NUMBER
        yield
        NUMBER = seen + 1


class GlobalList(Component):
    """Adds to an item of a global list."""

    def main(self) -> Any:
        seen = NUMBERS[0]
        yield
        NUMBERS[0] = seen + 1


class GivenDict(Component):
    """Adds to what it was given."""

    def __init__(self, given: dict[str, int]) -> None:
        super().__init__()
        self.given = given

    def main(self) -> Any:
        seen = self.given["n"]
        yield
        self.given["n"] = seen + 1


class ClassNumber(Component):
    """Adds to an attribute of its class."""

    total = 0

    def main(self) -> Any:
        seen = self.total
        yield
        ClassNumber.total = seen + 1


class Closure(Component):
    """Adds by functions that it was given."""

    def __init__(self, get: Callable[[], int], put: Callable[[int], None]) -> None:
        super().__init__()
        self.get, self.put_back = get, put

    def main(self) -> Any:
        seen = self.get()
        yield
        self.put_back(seen + 1)


class Reaching(Component):
    """Adds to an attribute of another component."""

    def __init__(self, other: Any) -> None:
        super().__init__()
        self.other = other

    def main(self) -> Any:
        seen = self.other.total
        yield
        self.other.total = seen + 1


class Idle(Component):
    """Has an attribute."""

    total = 0

    async def main(self) -> None:
        await self.receive()


class Changing(Component):
    """Changes a message after it was sent."""

    def main(self) -> Any:
        message = [0]
        self.send(message)
        yield
        message[0] = 1
        yield


class Reading(Component):
    """Reads a message when it comes."""

    got: Any = None

    async def main(self) -> None:
        self.got = (await self.receive())[0]


def global_number() -> Any:
    """Two that add to a global number."""
    global NUMBER
    NUMBER = 0
    return [GlobalNumber().activate(), GlobalNumber().activate()]


def global_list() -> Any:
    """Two that add to a global list."""
    NUMBERS[0] = 0
    return [GlobalList().activate(), GlobalList().activate()]


def given_dict() -> Any:
    """Two that add to one dictionary."""
    given = {"n": 0}
    return [GivenDict(given).activate(), GivenDict(given).activate()]


def class_number() -> Any:
    """Two that add to an attribute of their class."""
    ClassNumber.total = 0
    return [ClassNumber().activate(), ClassNumber().activate()]


def closure() -> Any:
    """Two that add to a variable of a function."""
    number = 0

    def get() -> int:
        return number

    def put(value: int) -> None:
        nonlocal number
        number = value

    return [Closure(get, put).activate(), Closure(get, put).activate()]


def reaching() -> Any:
    """Two that add to an attribute of a third."""
    idle = Idle().activate()
    return [idle, Reaching(idle).activate(), Reaching(idle).activate()]


def changing() -> Any:
    """A message that is changed after it was sent."""
    reader = Reading()
    Pipeline(Changing(), reader).activate()
    return reader


class Letters(Component):
    """Sends the letters of a word: only the value stack knows which of the two T it stands at."""

    def main(self) -> Any:
        for self.letter in "LETTER":
            yield


def letters() -> Any:
    """Two that stand at a letter."""
    return [Letters().activate(), Letters().activate()]


class Dice(Component):
    """Draws a number."""

    drawn = 0.0

    def main(self) -> Any:
        yield
        self.drawn = random.random()


def dice() -> Any:
    """Two that draw random numbers from the one generator that the lab seeds."""
    return [Dice().activate(), Dice().activate()]


HIDDEN = [global_number, global_list, given_dict, class_number, closure, reaching, changing, letters, dice]


class Locked(Component):
    """Holds a lock, whose state cannot be seen."""

    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.Lock()

    def main(self) -> Any:
        with self.lock:
            self.send("in")
        yield


def locked() -> Any:
    """Two that hold locks of their own, and send to a third."""
    keep = Keep()
    wires = {("A", "outbox"): ("K", "inbox"), ("B", "outbox"): ("K", "inbox")}
    Graphline(A=Locked(), B=Locked(), K=keep, linkages=wires).activate()
    return keep


class InThread(ThreadedComponent):
    """Has a thread of its own."""

    def main(self) -> None:
        self.send("from a thread")


def threaded() -> Any:
    """A component with a thread."""
    keep = Keep()
    Pipeline(InThread(), keep).activate()
    return keep
