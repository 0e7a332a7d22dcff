"""One message in full: its text, its bytes, its parts, and a text with which it can be edited.

The view of the inboxes shows the beginning of each message; this one opens a single message. It is bounded,
too, and as careful: no code of the message runs except its repr, which runs where it can do no harm. The attributes of
an object are read from its ``__dict__`` and its slots, so no property runs.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from types import MemberDescriptorType
from typing import Any

from ..analysis.snapshot import snapshot_of
from ..core.describe import LARGEST_SET, name_of, words_of
from ..core.errors import KamlabError, NoSuchBox, listed
from ..core.microprocess import Microprocess
from ..core.reading import reads
from ..core.repr_worker import one_look
from ..core.safe_repr import class_attribute, class_mro, class_name, names_of_class
from ..core.world import World
from .components import find_component, safe_name
from .inboxes import alive_in, boxes_of, waiting_in
from .printable import label, lines_of_text, literal_of, printable, quoted_all
from .render import Block, Document, Pre, Span, Table, View, line

#: The most characters of text, bytes of a dump, and parts that are shown.
TEXT = 4000
DUMP = 512
PARTS = 30
PART_WIDTH = 200


class NoMessage(KamlabError, IndexError):
    """No message waits at that place of the inbox, or it has left."""


@dataclass(frozen=True, slots=True, repr=False)
class Payload(View):
    """One waiting message, in full as far as there is room.

    Attributes:
        key, name, box, index: where it waits: the key and the name of the component, the inbox, the place.
        kind: the name of its class.
        length: how many characters, bytes or items it has; ``None`` if that has no meaning.
        text: a string as it is, anything else by its repr. What cannot be printed is written as an escape; a line
            end is written as an escape and ends the line as well.
        cut: whether there is more than ``text``.
        hex: the first bytes as a dump; ``None`` if it is not bytes.
        parts: (name, text) pairs: the items of a container, the attributes of an object.
        more: how many parts are left out.
        literal: a text that can be edited and read back; ``None`` if there is none.

    >>> from kamlab import Lab
    >>> from kamlab.parts import PassThrough
    >>> from kamlab.views import payload_of
    >>> with Lab(clock="virtual") as lab:
    ...     PassThrough().activate().deliver({"name": "Ada", "age": 36})
    ...     payload = payload_of(lab, lab.inboxes()["PassThrough_1"].key, "inbox")
    >>> payload.kind, payload.parts
    ('dict', (("'name'", "'Ada'"), ("'age'", '36')))
    """

    key: str
    name: str
    box: str
    index: int
    kind: str
    length: int | None = None
    text: str = ""
    cut: bool = False
    hex: str | None = None
    parts: tuple[tuple[str, str], ...] = ()
    more: int = 0
    literal: str | None = None

    @property
    def headline(self) -> str:
        """Where it waits and what it is, in a line."""
        length = "" if self.length is None else f" of {self.length}"
        return f"{self.name}.{self.box}, place {self.index}: {self.kind}{length}"

    def document(self) -> Document:
        """Return its class, its text, its bytes and its parts."""
        blocks: list[Block] = [line(Span(self.headline, "strong")), Pre(self.text)]
        if self.cut:
            blocks.append(line(Span("the rest is not shown", plain="... (cut)"), role="faint", indent=2))
        if self.hex:
            blocks.append(Pre(self.hex))
        blocks.append(Table(tuple((name, Span(text, "code")) for name, text in self.parts), more=self.more))
        return tuple(blocks)


@reads()
def payload_of(lab: World, key: str, box: str, index: int = 0, step: int | None = None) -> Payload:
    """Return the whole of one message that waits.

    Args:
        lab: the lab.
        key: the key of the component; see :mod:`.components`.
        box: the name of the inbox.
        index: its place, 0 being the oldest, counted as a look at the inboxes shows them.
        step: the step of the past at which it waited; the present by default.

    Raises:
        UnknownComponent, NoSuchBox, NoMessage: there is none; the message says what there is.
        StepOutOfRange: there is no such step, or it is forgotten.

    >>> from kamlab import Lab
    >>> from kamlab.parts import PassThrough
    >>> with Lab(clock="virtual") as lab:
    ...     PassThrough().activate().deliver("hello")
    ...     key = lab.inboxes()["PassThrough_1"].key
    ...     payload_of(lab, key, "inbox").headline
    'PassThrough_1.inbox, place 0: str of 5'
    """
    with one_look():
        snapshot = snapshot_of(lab, step, index + 1 if type(index) is int and index >= 0 else 0)
        component = find_component(lab, key, alive_in(snapshot))
        boxes = boxes_of(component)
        if box not in boxes:
            raise NoSuchBox(f"{name_of(component)} has no inbox {box!r}; it has: {listed(boxes)}")
        waiting = waiting_in(snapshot, boxes[box])
        if type(index) is not int or not 0 <= index < waiting.count:
            there = f"there are {waiting.count}, counted from 0" if waiting.count else "nothing waits there"
            raise NoMessage(f"no message waits at place {index} of {name_of(component)}.{box}; {there}")
        return described(waiting.messages[index], key, safe_name(component), label(box, 30), index)


def described(message: Any, key: str = "", name: str = "", box: str = "", index: int = 0) -> Payload:
    """Return the whole of any message, wherever it waits.

    >>> payload = described(["a", 1])
    >>> payload.kind, payload.length, payload.parts
    ('list', 2, (('0', "'a'"), ('1', '1')))
    """
    cls = type(message)
    text, cut = _text(message)
    names, values, count = _parts(message)
    texts = quoted_all(values, PART_WIDTH)
    return Payload(
        key,
        name,
        box,
        index,
        label(class_name(cls), 80),
        _length(message),
        text,
        cut,
        hex_dump(bytes(_bytes_of(message))) if issubclass(cls, (bytes, bytearray)) else None,
        tuple((label(part, 60), text) for part, text in zip(names, texts, strict=True)),
        count - len(names),
        literal_of(message),
    )


def hex_dump(data: bytes) -> str:
    r"""Return bytes as lines of sixteen: offset, bytes, and the readable characters.

    >>> print(hex_dump(b"GET /\r\n"))
    0000  47 45 54 20 2f 0d 0a                              GET /..
    """
    lines = []
    for place in range(0, len(data), 16):
        row = data[place : place + 16]
        readable = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        lines.append(f"{place:04x}  {row.hex(' '):<47}   {readable}")
    return "\n".join(lines)


def _bytes_of(message: Any) -> Any:
    base = bytes if issubclass(type(message), bytes) else bytearray
    return base.__getitem__(message, slice(DUMP))


def _text(message: Any) -> tuple[str, bool]:
    """Return a message as text, and whether there is more."""
    if issubclass(type(message), str):
        begin = str.__getitem__(message, slice(TEXT))
        text = lines_of_text(begin)
        return text[:TEXT], len(text) > TEXT or str.__len__(message) > TEXT
    words = printable(words_of(message, TEXT + 1)[: TEXT + 1])
    return words[:TEXT], len(words) > TEXT


def _length(message: Any) -> int | None:
    for base in (str, bytes, bytearray, list, tuple, dict, set, frozenset, deque):
        if issubclass(type(message), base):
            return int(base.__len__(message))
    return None


def _parts(message: Any) -> tuple[list[str], list[Any], int]:
    """Return names and values of the parts of a message that are shown, and how many it has."""
    cls = type(message)
    if issubclass(cls, (str, bytes, bytearray)):
        return [], [], 0
    if issubclass(cls, dict):
        pairs = list(islice(dict.items(message), PARTS))
        return quoted_all([key for key, _ in pairs]), [value for _, value in pairs], dict.__len__(message)
    if issubclass(cls, (set, frozenset)):
        return _members(message)
    for base in (list, tuple, deque):
        if issubclass(cls, base):
            values = list(islice(base.__iter__(message), PARTS))
            return _places(cls, len(values)), values, base.__len__(message)
    named = list(plain_attributes(message))
    if issubclass(cls, BaseException):
        named = [("args", vars(BaseException)["args"].__get__(message)), *named]
    if issubclass(cls, Microprocess):
        named = [(name, value) for name, value in named if not name.startswith("_")]
    return [name for name, _ in named[:PARTS]], [value for _, value in named[:PARTS]], len(named)


def _members(message: Any) -> tuple[list[str], list[Any], int]:
    """Return the members of a set, in an order that is the same in every process; none, if that takes too long."""
    base = set if issubclass(type(message), set) else frozenset
    length = base.__len__(message)
    if length > LARGEST_SET:
        return [], [], length
    values = list(base.__iter__(message))
    texts = quoted_all(values)
    chosen = sorted(range(length), key=texts.__getitem__)[:PARTS]
    return [""] * len(chosen), [values[index] for index in chosen], length


def _places(cls: type, count: int) -> list[str]:
    """Return the names of the places of a sequence: numbers, or those of a named tuple."""
    fields = class_attribute(cls, "_fields")
    if type(fields) is tuple and len(fields) >= count and all(type(field) is str for field in fields):
        return list(fields[:count])
    return [str(index) for index in range(count)]


def plain_attributes(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield the (name, value) pairs in an object's ``__dict__`` and its slots. No code of it runs.

    >>> class Point:
    ...     __slots__ = ("x",)
    >>> point = Point()
    >>> point.x = 3
    >>> list(plain_attributes(point))
    [('x', 3)]
    """
    for cls in class_mro(type(value)):
        for name, member in names_of_class(cls).items():
            if name == "__dict__" and type(member) is _GETSET:
                yield from _items(member.__get__, value)
            elif type(member) is MemberDescriptorType and type(name) is str and not name.startswith("__"):
                yield from _slot(name, member.__get__, value)


_GETSET = type(vars(type("_", (), {}))["__dict__"])


def _items(get: Callable[[Any], dict[Any, Any]], value: Any) -> list[tuple[str, Any]]:
    kept = names_of_class(value) if issubclass(type(value), type) else get(value)
    items = dict.items(kept) if issubclass(type(kept), dict) else kept.items()
    return [(name, item) for name, item in list(items) if type(name) is str and not name.startswith("__")]


def _slot(name: str, get: Callable[[Any], Any], value: Any) -> list[tuple[str, Any]]:
    try:
        return [(name, get(value))]
    except AttributeError:  # nothing was put there yet
        return []
