"""One message as a whole, and values typed into a field."""

from __future__ import annotations

from collections import deque, namedtuple
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from kamlab import Component, Lab
from kamlab.analysis.errors import StepOutOfRange
from kamlab.core.errors import NoSuchBox, UnknownComponent
from kamlab.views.components import key_of
from kamlab.views.payload import PARTS, TEXT, NoMessage, described, hex_dump, payload_of
from kamlab.views.printable import LONGEST, BadValue, literal_of, read_literal


class Keeps(Component):
    def main(self) -> Iterator[None]:
        while True:
            self.pause()
            yield


@dataclass
class Point:
    x: int
    y: Any


Pair = namedtuple("Pair", "left right")


def with_messages(lab: Lab, *messages: Any) -> Keeps:
    """Activate a component with these messages in its inbox."""
    keeps = Keeps().activate(lab)
    lab.step()
    for message in messages:
        lab.inject(keeps, message)
    return keeps


# -- what is shown ------------------------------------------------------------------------------------


def test_a_message_is_found_by_key_box_and_place(lab: Lab) -> None:
    """A payload says where its message waits and what it is."""
    keeps = with_messages(lab, "a", [1, 2])
    payload = payload_of(lab, key_of(keeps), "inbox", 1)
    assert payload.headline == "Keeps_1.inbox, place 1: list of 2"
    assert payload.text == "[1, 2]"


def test_a_message_of_the_past_is_found_where_it_was(lab: Lab) -> None:
    """With a step it is the message that waited there then, even if its component has ended since."""

    class Takes(Component):
        def main(self) -> Iterator[None]:
            yield
            self.recv()
            yield

    takes = Takes().activate(lab)
    takes.deliver("then")
    lab.step()
    key = key_of(takes)
    lab.step(3)
    assert payload_of(lab, key, "inbox", 0, step=1).text == "then"
    with pytest.raises(UnknownComponent):
        payload_of(lab, key, "inbox")
    with pytest.raises(StepOutOfRange):
        payload_of(lab, key, "inbox", 0, step=1000)


def test_what_is_not_there_is_an_error_that_says_what_is(lab: Lab) -> None:
    """A wrong key, box or place is answered with those that there are."""
    key = key_of(with_messages(lab, "a"))
    with pytest.raises(UnknownComponent, match=r"'99'.*1 \(Keeps_1\)"):
        payload_of(lab, "99", "inbox")
    with pytest.raises(NoSuchBox, match=r"'letters'.*'control', 'inbox'"):
        payload_of(lab, key, "letters")
    with pytest.raises(NoMessage, match=r"place 1 of Keeps_1\.inbox; there are 1"):
        payload_of(lab, key, "inbox", 1)
    with pytest.raises(NoMessage, match="nothing waits there"):
        payload_of(lab, key, "control")
    for wrong in (-1, "0", None, True):
        with pytest.raises(NoMessage):
            payload_of(lab, key, "inbox", wrong)  # type: ignore[arg-type]


def test_a_text_is_shown_as_it_is() -> None:
    """A text is itself, its line ends marked and done, and whatever cannot be seen written as an escape."""
    assert described("one\ntwo\t\u202e").text == "one\\n\ntwo\\t\\u202e"
    assert described("one").length == 3


def test_a_long_text_is_cut_and_says_so() -> None:
    """Of a text beyond the bound the beginning is shown."""
    short, long = described("x" * TEXT), described("x" * (TEXT + 1))
    assert (len(short.text), short.cut) == (TEXT, False)
    assert (len(long.text), long.cut, long.length) == (TEXT, True, TEXT + 1)
    assert described(list(range(10_000))).cut


def test_bytes_are_dumped() -> None:
    """Bytes are shown as numbers and, where they can be read, as characters; the first 512 of them."""
    payload = described(b"GET /\x00\xff")
    assert payload.hex == hex_dump(b"GET /\x00\xff")
    assert payload.text == "b'GET /\\x00\\xff'"
    assert len((described(b"x" * 10_000).hex or "").splitlines()) == 32
    assert described("text").hex is None


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        (["a", 1], [("0", "'a'"), ("1", "1")]),
        ((1,), [("0", "1")]),
        (deque([1]), [("0", "1")]),
        ({"a": 1, 2: None}, [("'a'", "1"), ("2", "None")]),
        ({"b", "a"}, [("", "'a'"), ("", "'b'")]),
        (Point(1, "a"), [("x", "1"), ("y", "'a'")]),
        (Pair(1, 2), [("left", "1"), ("right", "2")]),
        (ValueError("a", 1), [("args", "('a', 1)")]),
        (3, []),
        ("text", []),
    ],
)
def test_the_parts_of_a_message(message: Any, parts: list[tuple[str, str]]) -> None:
    """Items of containers, pairs of dictionaries, fields and attributes are shown each by itself."""
    assert list(described(message).parts) == parts


def test_parts_are_bounded_and_the_rest_is_counted() -> None:
    """So many parts are shown, and the number of the others."""
    payload = described(list(range(1000)))
    assert (len(payload.parts), payload.more) == (PARTS, 1000 - PARTS)


def test_no_property_is_run() -> None:
    """Attributes are read where they are kept, in the dictionary and the slots of an object."""

    class Kept:
        __slots__ = ("__dict__", "empty", "filled")

        @property
        def asked(self) -> Any:
            raise AssertionError("a property was run")

        def __getattribute__(self, name: str) -> Any:
            raise AssertionError("an attribute was asked for")

    kept = Kept()
    object.__setattr__(kept, "filled", 1)
    object.__setattr__(kept, "other", 2)
    assert sorted(described(kept).parts) == [("filled", "1"), ("other", "2")]


def test_the_three_forms_say_the_same(lab: Lab) -> None:
    """Text, HTML and data have the headline, the text, the dump and the parts."""
    key = key_of(with_messages(lab, {"<a>": b"&"}))
    payload = payload_of(lab, key, "inbox")
    assert str(payload) == "Keeps_1.inbox, place 0: dict of 1\n  {'<a>': b'&'}\n  '<a>'  b'&'"
    html = payload._repr_html_()
    assert "dict of 1" in html
    assert "&lt;a&gt;" in html
    assert "<a>" not in html
    data = payload.data()
    assert (data["key"], data["box"], data["index"], data["literal"]) == (key, "inbox", 0, "{'<a>': b'&'}")


# -- values that are typed ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value", ["a'\n\u202e\ud800", b"\x00'", -1, 1.5, None, True, [], (), {}, set(), (1,), {1: [2, (3,)]}]
)
def test_what_can_be_edited_reads_back(value: Any) -> None:
    """A literal stands for just the value it was made of."""
    text = literal_of(value)
    assert text is not None
    assert read_literal(text) == value
    assert type(read_literal(text)) is type(value)


@pytest.mark.parametrize(
    "value",
    [
        object(),
        [object()],
        float("nan"),
        frozenset(),
        Point(1, 2),
        Pair(1, 2),
        "x" * LONGEST,
        [0] * 10_000,
        1 << 20_000,
    ],
    ids=range(9),
)
def test_what_would_not_read_back_cannot_be_edited(value: Any) -> None:
    """Objects, what is like a plain value but none, and what is too much have no literal."""
    assert literal_of(value) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "open('x')",
        "__import__('os').system('true')",
        "a.b",
        "[1,",
        "'open",
        "{[]}",
        "9**9",
        "lambda: 1",
        "\x00",
        "\ud800",
        "(" * 5000,
        "[" * 150 + "]" * 150 + "x",
        "-" * 15_000 + "1",
        "1+" * 9_000 + "1",
        "a" + ".a" * 9_000,
        "9" * 10_000,
        "'" + "x" * LONGEST + "'",
    ],
    ids=range(19),
)
def test_what_is_no_value_is_refused_with_a_hint(text: str) -> None:
    """Nothing is run, nothing crashes, and the error says what to write."""
    with pytest.raises(BadValue, match=r"a Python value such as 'text', b'bytes', 42 or \['a', 1\]") as caught:
        read_literal(text)
    assert len(str(caught.value)) < 400
    assert str(caught.value).isprintable()


def test_a_bare_word_is_taken_for_a_text_that_lacks_quotes() -> None:
    """The most common slip has a hint of its own."""
    with pytest.raises(BadValue, match="hello is not a value; write it as text: 'hello'"):
        read_literal("hello")


def test_reading_a_value_warns_of_nothing(recwarn: pytest.WarningsRecorder) -> None:
    """An escape that is none is taken as Python takes it, without a word on the console."""
    assert read_literal("'\\d'") == "\\d"
    assert not recwarn.list
