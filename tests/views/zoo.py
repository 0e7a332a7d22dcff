"""Messages that mean harm, or do it: what every view must be able to show.

:data:`ZOO` has makers by name, so that each test gets objects of classes that nobody knows yet. Those that
block do so until :func:`release` is called, so that no test leaves a thread behind.
"""

from __future__ import annotations

import enum
import sys
import threading
import time
import traceback
from collections import OrderedDict, deque, namedtuple
from collections.abc import Callable, Iterator
from dataclasses import make_dataclass
from types import SimpleNamespace
from typing import Any

_released = threading.Event()
_locks: list[Any] = []

#: Texts that a browser, a terminal or an encoder may stumble over.
TEXTS = {
    "html": "<b>bold</b>&amp;<img src=x onerror=alert(1)>",
    "script": "<script>alert(1)</script>",
    "svg": '<svg onload="alert(1)"><animate onbegin=alert(1) attributeName=x></svg>',
    "css": "background: url(javascript:alert(1)); } body { display: none",
    "style end": "</style><script>alert(1)</script>",
    "cdata end": "]]><script>alert(1)</script><![CDATA[",
    "comment": "--><script>alert(1)</script><!--",
    "url": "javascript:alert(1)",
    "data url": "data:text/html,<script>alert(1)</script>",
    "attribute": "\"' onmouseover=alert(1) x='\"",
    "control": "".join(map(chr, range(32))) + "\x7f\x85\x9b[31m",
    "terminal": "\x1b]0;title\x07\x1b[2J\x1b[31m",
    "bidi": "abc\u202edcba\u202c \u2066x\u2069 \u200e\u200f\u202a\u202b\u202d",
    "invisible": "a\u200b\u200c\u200d\ufeff\u2060b",
    "separators": "a\u2028b\u2029c\x0bd\x0ce",
    "surrogates": "\ud800 \udfff \udc80",
    "combining": "a" + "\u0301" * 500,
    "noncharacters": "\ufffe\uffff\U0010ffff\x00",
    "long": "x" * 10_000_000,
    "long lines": "\n" * 100_000,
    "quotes": "'\"\\'\"\"\"''' \\",
}


def release(but: Any = ()) -> None:
    """Let everything go on that blocks, and wait until it does, but for threads that hung before."""
    from kamlab.core import repr_worker as asking

    _released.set()
    for lock in _locks:
        lock.release()
    _locks.clear()
    end = time.monotonic() + 5
    while (left := [each for each in asking._hung if not each.over and each not in but]) and time.monotonic() < end:
        time.sleep(0.01)
        for each in left:
            each.end_if_it_computes()
    stacks = ["".join(traceback.format_stack(sys._current_frames()[each._ident], limit=5)) for each in left]
    assert stacks == []
    asking._hung.clear()
    _released.clear()


def says(answer: Callable[[Any], Any], *, name: str = "Says", base: type = object, **names: Any) -> Any:
    """Return a new class whose repr is this function, and whose str is, too."""
    return type(name, (base,), {"__repr__": answer, "__str__": answer, **names})


def _raises(error: type[BaseException]) -> Callable[[], Any]:
    def answer(self: Any) -> Any:
        raise error("<script>alert(1)</script>")

    return lambda: says(answer)()


def _loops() -> Any:
    def answer(self: Any) -> str:
        while True:
            pass

    return says(answer, name="Loops")()


def _stubborn() -> Any:
    """Loops, and takes every error for a reason to go on."""

    def answer(self: Any) -> str:
        while not _released.is_set():
            try:
                while not _released.is_set():
                    pass
            except BaseException:
                pass
        return "released"

    return says(answer, name="Stubborn")()


def _sleeps() -> Any:
    def answer(self: Any) -> str:
        time.sleep(0.6)
        return "awake"

    return says(answer, name="Sleeps")()


def _waits_for_a_lock() -> Any:
    lock = threading.Lock()
    lock.acquire()
    _locks.append(lock)

    def answer(self: Any) -> str:
        with lock:
            return "unlocked"

    return says(answer, name="Locked")()


def _waits_for_an_event() -> Any:
    def answer(self: Any) -> str:
        _released.wait()
        return "released"

    return says(answer, name="Waits")()


class _LyingText(str):
    """A text whose every method lies."""

    def __new__(cls, text: str = "<script>alert(1)</script>") -> _LyingText:
        return super().__new__(cls, text)

    def _lie(self, *_: Any, **__: Any) -> Any:
        raise RuntimeError("<script>")

    __len__ = __iter__ = __getitem__ = __eq__ = __str__ = __repr__ = __format__ = __add__ = _lie
    __hash__ = str.__hash__
    isprintable = encode = replace = split = expandtabs = _lie


def _lying(base: type, *args: Any) -> Callable[[], Any]:
    def lie(self: Any, *_: Any, **__: Any) -> Any:
        raise RuntimeError("<script>")

    lies = dict.fromkeys(("__iter__", "__len__", "__getitem__", "__bool__", "__eq__", "items", "keys", "values"), lie)
    return lambda: type("Lies", (base,), {**lies, "__hash__": None})(*args)


def _endless_iteration() -> Any:
    def forever(self: Any) -> Iterator[int]:
        while True:
            yield 1

    return type("Endless", (list,), {"__iter__": forever, "__len__": lambda self: 2**62})([1, 2])


def _lying_class() -> Any:
    def pretend(self: Any) -> Any:
        raise RuntimeError("<script>")

    return type("Pretends", (), {"__class__": property(pretend), "__dict__": property(pretend)})()


class _HostileMeta(type):
    """A metaclass that answers no question."""

    def _lie(cls, *_: Any, **__: Any) -> Any:
        raise RuntimeError("<script>")

    __name__ = property(_lie)  # type: ignore[assignment]
    __instancecheck__ = __subclasscheck__ = __hash__ = __eq__ = __repr__ = __str__ = _lie  # type: ignore[assignment]


def _hostile_class() -> Any:
    return _HostileMeta("Meta", (), {})


def _named(name: str) -> Callable[[], Any]:
    return lambda: type(name, (), {})()


def _renamed() -> Any:
    cls = type("Renamed", (), {})
    cls.__name__ = _LyingText()
    return cls()


def _deep(wrap: Callable[[Any], Any], depth: int = 10_000) -> Callable[[], Any]:
    def make() -> Any:
        value: Any = 1
        for _ in range(depth):
            value = wrap(value)
        return value

    return make


def _circle(kind: Callable[[], Any], put: Callable[[Any, Any], Any]) -> Callable[[], Any]:
    def make() -> Any:
        value = kind()
        put(value, value)
        return value

    return make


def _hostile_attributes() -> Any:
    value = SimpleNamespace()
    for text in ("<script>alert(1)</script>", "a\u202eb", "\ud800"):
        setattr(value, text, text)
    return value


def _hostile_dict() -> Any:
    value = type("Kept", (), {})()
    value.__dict__ = _lying(dict)()
    return value


Record: Any = make_dataclass("Record", ["number", "text"])
Pair = namedtuple("Pair", "left right")


class Colour(enum.StrEnum):
    RED = "<script>"


class _Hidden:
    __slots__ = ("__secret", "empty", "text")

    def __init__(self) -> None:
        self.text = "<script>alert(1)</script>"

    @property
    def expensive(self) -> Any:
        raise AssertionError("a property was run")


#: Objects, each made anew, of classes that are new as well.
OBJECTS: dict[str, Callable[[], Any]] = {
    "bytes": lambda: b"<script>alert(1)</script>\x00\xff",
    "long bytes": lambda: b"\x00" * 10_000_000,
    "bytearray": lambda: bytearray(b"<script>") * 1000,
    "memoryview": lambda: memoryview(b"<script>"),
    "huge number": lambda: 10**10_000,
    "nan": lambda: [float("nan"), float("inf"), -0.0],
    "long list": lambda: list(range(1_000_000)),
    "long dict": lambda: {str(each): each for each in range(100_000)},
    "long set": lambda: set(range(100_000)),
    "set": lambda: {"<script>", "b", 3, None},
    "deep list": _deep(lambda value: [value]),
    "deep tuple": _deep(lambda value: (value,)),
    "deep dict": _deep(lambda value: {"a": value}),
    "deep records": _deep(lambda value: Record(1, value), 2000),
    "deep ordered": _deep(lambda value: OrderedDict(a=value), 2000),
    "wide and deep": _deep(lambda value: [value, value], 60),
    "circle": _circle(list, list.append),
    "circle of dict": _circle(dict, lambda value, other: value.update(a=other)),
    "circle of deque": _circle(deque, deque.append),
    "circle of namespace": _circle(SimpleNamespace, lambda value, other: setattr(value, "a", other)),
    "raises": _raises(ValueError),
    "interrupts": _raises(KeyboardInterrupt),
    "exits": _raises(SystemExit),
    "recursion": lambda: says(lambda self: repr(self))(),
    "loops": _loops,
    "stubborn": _stubborn,
    "sleeps": _sleeps,
    "locked": _waits_for_a_lock,
    "waits": _waits_for_an_event,
    "list of loops": lambda: [_loops() for _ in range(40)],
    "none": lambda: says(lambda self: None)(),
    "markup": lambda: says(lambda self: "<script>alert(1)</script>")(),
    "surrogate repr": lambda: says(lambda self: "\ud800\x1b[31m\u202e")(),
    "long repr": lambda: says(lambda self: "<script>" * 1_250_000)(),
    "lying repr": lambda: says(lambda self: _LyingText())(),
    "prints": lambda: says(lambda self: print("<script>") or "printed")(),  # type: ignore[func-returns-value]
    "lying text": _LyingText,
    "lying bytes": _lying(bytes, b"<script>"),
    "lying list": _lying(list, [1, 2]),
    "lying dict": _lying(dict, {"a": 1}),
    "lying set": _lying(set, {1}),
    "lying tuple": _lying(tuple, (1, 2)),
    "lying deque": _lying(deque, [1]),
    "endless": _endless_iteration,
    "negative length": lambda: type("Negative", (list,), {"__len__": lambda self: -5})([1]),
    "lying class": _lying_class,
    "hostile class": _hostile_class,
    "of a hostile class": lambda: _hostile_class()(),
    "class named markup": _named("<script>alert(1)</script>"),
    "class named bidi": _named("a\u202eb\n" + "x" * 10_000),
    "class named by a liar": _renamed,
    "error": lambda: ValueError("<script>alert(1)</script>\ud800"),
    "hostile error": lambda: says(lambda self: 1 / 0, base=ValueError)("x"),  # type: ignore[arg-type, return-value]
    "slow error": lambda: says(lambda self: time.sleep(0.5) or "", base=ValueError, name="SlowError")(),  # type: ignore[func-returns-value]
    "attributes": _hostile_attributes,
    "dict of an object": _hostile_dict,
    "slots": _Hidden,
    "record": lambda: Record(1, "<script>alert(1)</script>"),
    "record of a loop": lambda: Record(1, _loops()),
    "pair": lambda: Pair("<script>", [1]),
    "enum": lambda: Colour.RED,
    "generator": lambda: (each for each in ()),
    "function": lambda: lambda: None,
    "module": lambda: threading,
}

ZOO: dict[str, Callable[[], Any]] = {
    **{f"text {name}": (lambda text=text: text) for name, text in TEXTS.items()},  # type: ignore[misc]
    **OBJECTS,
}
