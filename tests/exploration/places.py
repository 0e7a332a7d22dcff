"""Places in which a component can keep a number."""

from __future__ import annotations

import array
import collections
import contextvars
import dataclasses
import enum
import functools
import io
import itertools
import queue
import random
import threading
import types
import weakref
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple


class Place(NamedTuple):
    """A place that can hold a number: how to make it, with 0 in it, to read it, and to put another number there."""

    make: Callable[[], Any]
    get: Callable[[Any], int]
    put: Callable[[Any, int], Any]


class Plain:
    """Has an attribute."""

    number = 0


class Slotted:
    """Has a slot."""

    __slots__ = ("number",)

    def __init__(self) -> None:
        self.number = 0


class Secret(Slotted):
    """Has a slot of its own whose name is private."""

    __slots__ = ("__own",)

    def get(self) -> int:
        """Return the number."""
        return getattr(self, "_Secret__own", 0)

    def put(self, number: int) -> None:
        """Set the number."""
        self.__own = number


@dataclasses.dataclass
class Data:
    """Has a field."""

    number: int = 0


@dataclasses.dataclass(frozen=True)
class Frozen:
    """Has a field that does not change, and holds what does."""

    numbers: list[int] = dataclasses.field(default_factory=lambda: [0])


class Propertied:
    """Has a property."""

    _number = 0

    @property
    def number(self) -> int:
        """The number."""
        return self._number

    @number.setter
    def number(self, number: int) -> None:
        self._number = number


class Cached:
    """Computes once."""

    source = 0

    @functools.cached_property
    def number(self) -> int:
        """The number, as it was when it was first asked for."""
        return self.source


class Text(str):
    """A text with an attribute."""

    number = 0


class Whole(int):
    """A number with an attribute."""

    number = 0


class Pair(tuple[int, ...]):
    """A tuple with an attribute."""

    number = 0


class Colour(enum.Enum):
    """Has members, which are objects with attributes."""

    RED = 1


class Meta(type):
    """Its classes have an attribute."""

    number = 0


class Hooked:
    """Gives its attributes by a method."""

    def __init__(self) -> None:
        object.__setattr__(self, "held", {"number": 0})

    def __getattr__(self, name: str) -> Any:
        return self.held[name]

    def __setattr__(self, name: str, value: Any) -> None:
        self.held[name] = value


class Stealthy:
    """Says that it has no attributes."""

    number = 0

    @property
    def __dict__(self) -> Any:  # type: ignore[override]
        return {}

    @__dict__.setter
    def __dict__(self, value: Any) -> None:
        raise AttributeError


class Before:
    """One class of an object."""


class After(Before):
    """The other class of an object."""


VARIABLE: contextvars.ContextVar[int] = contextvars.ContextVar("VARIABLE", default=0)


def flow() -> Any:
    """Start a generator that keeps the number that it was last sent, on its value stack."""

    def keep() -> Iterator[Any]:
        number = yield
        while True:
            number = yield number

    started = keep()
    next(started)
    started.send(0)  # type: ignore[attr-defined]
    return started


def stacked() -> Any:
    """Start a generator that counts on a value stack, two generators deep."""

    def inner() -> Iterator[int]:
        for _ in range(100):
            yield 0

    def outer() -> Iterator[int]:
        yield from inner()

    return [outer(), None]


def read_stack(held: Any) -> int:
    """Return how often a stacked generator was advanced, by running it to its end."""
    if held[1] is None:
        held[1] = 100 - sum(1 for _ in held[0])
    return int(held[1])


def advance(held: Any, number: int) -> None:
    """Advance what counts by how often that was done."""
    for _ in range(number):
        next(held[0])


def asynchronous() -> Any:
    """Return an asynchronous generator that counts."""

    async def inner() -> Any:
        for _ in range(100):
            yield 0

    return [inner(), 0]


def advance_async(held: Any, number: int) -> None:
    """Advance an asynchronous generator."""
    for _ in range(number):
        try:
            held[0].__anext__().send(None)
        except StopIteration:
            pass


def read_async(held: Any) -> int:
    """Return how far an asynchronous generator was advanced, by running it to its end."""
    count = 0
    while True:
        try:
            held[0].__anext__().send(None)
        except StopIteration:
            count += 1
        except StopAsyncIteration:
            return 100 - count


def closed() -> Any:
    """Return two functions that share a variable."""
    number = 0

    def get() -> int:
        return number

    def put(value: int) -> None:
        nonlocal number
        number = value

    return get, put


def default() -> Any:
    """Return a function that keeps numbers in the default of an argument."""

    def function(numbers: list[int] = [0]) -> list[int]:  # noqa: B006
        return numbers

    return function


def keyword_default() -> Any:
    """Return a function that keeps numbers in the default of a keyword."""

    def function(*, numbers: list[int] = [0]) -> list[int]:  # noqa: B006
        return numbers

    return function


def remembered() -> Any:
    """Return a function that remembers what it answered, and the list that it answers from."""
    source = [0]

    @functools.lru_cache
    def number() -> int:
        return source[0]

    return number, source


def fill_cache(held: Any, number: int) -> None:
    """Have a number remembered, unless one is."""
    held[1][0] = number
    held[0]()
    held[1][0] = 0


def failed() -> Any:
    """Return an error that was raised, with a frame that holds a list."""
    numbers = [0]
    try:
        raise ValueError(len(numbers))
    except ValueError as error:
        return error


def raised_from() -> Any:
    """Return an error with a cause."""
    error = ValueError()
    error.__cause__ = KeyError([0])
    return error


def local_class() -> Any:
    """Return a class made in a function."""

    class Local:
        number = 0

    return Local


def made_by_meta() -> Any:
    """Return a class of a metaclass, made in a function."""

    class Made(metaclass=Meta):
        pass

    return Made


def referred() -> Any:
    """Return a weak reference to an object, and the object in a place that is not looked at twice."""
    plain = Plain()
    return weakref.ref(plain), plain


def weakly() -> Any:
    """Return a dictionary of weak references, and what keeps them alive."""
    plain = Plain()
    return weakref.WeakValueDictionary({"it": plain}), plain


def taken(values: Any) -> Place:
    """Return a place that counts by how far an iterator of many values was advanced."""
    return Place(lambda: [iter(values()), None], lambda held: len(list(itertools.islice(held[0], 200))) * -1, advance)


def keep(held: Any, number: int) -> None:
    """Set the first item."""
    held[0] = number


def fill(held: Any, number: int) -> None:
    """Have a queue or a set hold one number."""
    held.queue.clear() if isinstance(held, queue.Queue) else held.clear()
    held.put(number) if isinstance(held, queue.Queue) else held.add(number)


def attribute(make: Callable[[], Any]) -> Place:
    """Return a place that is an attribute."""
    return Place(make, lambda held: held.number, lambda held, number: setattr(held, "number", number))


def first(make: Callable[[], Any]) -> Place:
    """Return a place that is the first item."""
    return Place(make, lambda held: held[0], keep)


def write(held: io.StringIO, number: int) -> None:
    """Write a number into a file in memory."""
    held.seek(0)
    held.truncate()
    held.write(str(number))


def draw(held: random.Random, number: int) -> None:
    """Draw so many numbers."""
    held.seed(number)


def with_number(held: Any = None) -> Any:
    """Return an object, or a new function, with an attribute."""
    if held is None:

        def held() -> None:
            pass

    held.number = 0
    return held


def proxied() -> Any:
    """Return a view of a dictionary, and the dictionary."""
    held = {0: 0}
    return types.MappingProxyType(held), held


def full_queue() -> queue.Queue[int]:
    """Return a queue with a number in it."""
    made: queue.Queue[int] = queue.Queue()
    made.put(0)
    return made


PLACES: dict[str, Place] = {
    "list": first(lambda: [0]),
    "dict": first(lambda: {0: 0}),
    "bytearray": first(lambda: bytearray(1)),
    "array": first(lambda: array.array("i", [0])),
    "memoryview": first(lambda: memoryview(bytearray(1))),
    "deque": first(lambda: collections.deque([0])),
    "OrderedDict": first(lambda: collections.OrderedDict({0: 0})),
    "order of an OrderedDict": Place(
        lambda: collections.OrderedDict.fromkeys(range(3)),
        lambda held: next(iter(held)),
        lambda held, number: held.move_to_end(number, last=False),
    ),
    "defaultdict": first(lambda: collections.defaultdict(int)),
    "Counter": first(collections.Counter),
    "ChainMap": first(lambda: collections.ChainMap({0: 0})),
    "UserDict": first(lambda: collections.UserDict({0: 0})),
    "UserList": first(lambda: collections.UserList([0])),
    "maxlen of a deque": Place(
        lambda: [collections.deque(maxlen=1)],
        lambda held: int(held[0].maxlen or 0) - 1,
        lambda held, number: keep(held, collections.deque(maxlen=number + 1)),  # type: ignore[arg-type]
    ),
    "set": Place(lambda: {0}, lambda held: next(iter(held)), fill),
    "queue": Place(full_queue, lambda held: held.queue[0], fill),
    "attribute": attribute(Plain),
    "namespace": attribute(lambda: types.SimpleNamespace(number=0)),
    "slot": attribute(Slotted),
    "private slot": Place(Secret, Secret.get, Secret.put),
    "field": attribute(Data),
    "frozen": Place(Frozen, lambda held: held.numbers[0], lambda held, number: keep(held.numbers, number)),
    "property": attribute(Propertied),
    "getattr": attribute(Hooked),
    "denied dict": attribute(Stealthy),
    "str subclass": attribute(Text),
    "int subclass": attribute(Whole),
    "tuple subclass": attribute(Pair),
    "class": attribute(local_class),
    "metaclass": attribute(made_by_meta),
    "function": attribute(with_number),
    "cache": Place(remembered, lambda held: held[0](), fill_cache),
    "cached property": Place(
        Cached,
        lambda held: vars(held).get("number", 0),
        lambda held, number: [setattr(held, "source", number), held.number, setattr(held, "source", 0)],
    ),
    "class of an object": Place(
        lambda: [Before()],
        lambda held: 2 * isinstance(held[0], After),
        lambda held, number: setattr(held[0], "__class__", After if number >= 2 else Before),
    ),
    "closure": Place(closed, lambda held: held[0](), lambda held, number: held[1](number)),
    "default": Place(default, lambda held: held()[0], lambda held, number: keep(held(), number)),
    "keyword default": Place(keyword_default, lambda held: held()[0], lambda held, number: keep(held(), number)),
    "partial": Place(
        lambda: functools.partial(max, [0]),
        lambda held: held.args[0][0],
        lambda held, number: keep(held.args[0], number),
    ),
    "partial attribute": attribute(lambda: with_number(functools.partial(max))),
    "bound method": Place(
        lambda: Data().__init__,  # type: ignore[misc]
        lambda held: held.__self__.number,
        lambda held, number: setattr(held.__self__, "number", number),
    ),
    "builtin method": Place(
        lambda: [0].append, lambda held: held.__self__[0], lambda held, number: keep(held.__self__, number)
    ),
    "context": Place(
        contextvars.copy_context,
        lambda held: held.run(VARIABLE.get),
        lambda held, number: held.run(VARIABLE.set, number),
    ),
    "error": Place(failed, lambda held: held.args[0] - 1, lambda held, number: setattr(held, "args", (number + 1,))),
    "error's frame": Place(
        failed,
        lambda held: held.__traceback__.tb_frame.f_locals["numbers"][0],
        lambda held, number: keep(held.__traceback__.tb_frame.f_locals["numbers"], number),
    ),
    "cause": Place(
        raised_from, lambda held: held.__cause__.args[0][0], lambda held, number: keep(held.__cause__.args[0], number)
    ),
    "notes": Place(
        ValueError,
        lambda held: len(getattr(held, "__notes__", ())),
        lambda held, number: setattr(held, "__notes__", ["" for _ in range(number)]),
    ),
    "member of an enum": Place(
        lambda: Colour.RED,
        lambda held: getattr(held, "number", 0),
        lambda held, number: setattr(held, "number", number),
    ),
    "weak reference": Place(
        referred, lambda held: held[0]().number, lambda held, number: setattr(held[0](), "number", number)
    ),
    "weak values": Place(
        weakly, lambda held: held[0]["it"].number, lambda held, number: setattr(held[0]["it"], "number", number)
    ),
    "random": Place(lambda: random.Random(0), lambda held: held.randrange(10**9), draw),
    "file in memory": Place(lambda: io.StringIO("0"), lambda held: int(held.getvalue()), write),
    "generator": Place(flow, lambda held: held.send(None) or 0, lambda held, number: held.send(number)),
    "value stack": Place(stacked, read_stack, advance),
    "asynchronous generator": Place(asynchronous, read_async, advance_async),
    "iterator of a list": taken(lambda: [0] * 100),
    "iterator of a text": taken(lambda: "x" * 100),
    "iterator of a dict": taken(lambda: dict.fromkeys(range(100))),
    "iterator of items": taken(lambda: dict.fromkeys(range(100)).items()),
    "iterator of a set": taken(lambda: set(range(100))),
    "iterator of a range": taken(lambda: range(100)),
    "iterator of a deque": taken(lambda: collections.deque([0] * 100)),
    "reversed": taken(lambda: reversed([0] * 100)),
    "enumerate": taken(lambda: enumerate([0] * 100)),
    "zip": taken(lambda: zip([0] * 100, [0] * 100, strict=True)),
    "map": taken(lambda: map(abs, [0] * 100)),
    "filter": taken(lambda: filter(None, [1] * 100)),
    "chain": taken(lambda: itertools.chain([0] * 50, [0] * 50)),
    "islice": taken(lambda: itertools.islice([0] * 100, 90)),
    "tee": taken(lambda: itertools.tee([0] * 100)[0]),
    "product": taken(lambda: itertools.product([0] * 10, [0] * 10)),
    "groupby": taken(lambda: itertools.groupby(range(100))),
    "count": Place(lambda: [itertools.count()], lambda held: next(held[0]), advance),
    "cycle": Place(lambda: [itertools.cycle([0, 1, 2, 3])], lambda held: next(held[0]), advance),
    "callable iterator": taken(lambda: iter([0].copy, None)),
    "thread's own": attribute(lambda: with_number(threading.local())),
    "mapping proxy": Place(proxied, lambda held: held[0][0], lambda held, number: keep(held[1], number)),
}
