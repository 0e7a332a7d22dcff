"""How messages and names are written down."""

from __future__ import annotations

from typing import Any

import pytest

from kamlab.views.printable import label, lines_of_text, quoted, quoted_all


class Raises:
    def __repr__(self) -> str:
        raise ValueError("no")


class NoText:
    def __repr__(self) -> str:
        return 3  # type: ignore[return-value]


class Endless:
    def __repr__(self) -> str:
        return "x" * 1_000_000


class Pretends:
    def __len__(self) -> int:
        raise OSError("gone")


Pretends.__name__ = "list"


def circular() -> list[Any]:
    """Return a list that holds itself."""
    items: list[Any] = [1]
    items.append(items)
    return items


AWKWARD = [
    Raises(),
    [Raises()],
    NoText(),
    Endless(),
    Pretends(),
    circular(),
    "x" * 1_000_000,
    b"\x00" * 1_000_000,
    bytearray(1000),
    list(range(1_000_000)),
    {str(number): number for number in range(1000)},
    "a\nb\r\x1b[31m\x00\u202e\u2028\ud800",
    10**10_000,
]


@pytest.mark.parametrize("value", AWKWARD, ids=range(len(AWKWARD)))
@pytest.mark.parametrize("width", [10, 60])
def test_any_message_becomes_one_short_printable_line(value: Any, width: int) -> None:
    """Whatever the message, what is shown is not empty, not too long, and has no control characters."""
    text = quoted(value, width)
    assert 0 < len(text) <= width
    assert text.isprintable()


@pytest.mark.parametrize("value", ["Mon\n", b"\x00\xff", 3, ("a", 1), None, [1, 2]])
def test_a_short_message_is_shown_as_its_repr(value: Any) -> None:
    """A message that fits is shown in full."""
    assert quoted(value) == repr(value)


def test_a_repr_that_raises_is_named() -> None:
    """A broken repr shows whose it is and what it raised."""
    assert quoted(Raises()) == "<Raises whose repr raises ValueError>"


def test_a_long_text_ends_in_dots() -> None:
    """What was cut off is marked."""
    assert quoted("x" * 100, 12) == "'xxxxxxxx..."


def test_a_long_list_is_not_walked_to_its_end() -> None:
    """Only the items that will be shown are looked at."""
    looked_at = []

    class Item:
        def __repr__(self) -> str:
            looked_at.append(self)
            return "item"

    quoted([Item() for _ in range(1000)])
    assert len(looked_at) < 15


def test_a_name_with_a_line_break_stays_on_one_line() -> None:
    """Names are free text too, and are shown on one line."""
    assert label("two\nlines") == "two\\nlines"
    assert len(label("x" * 500, 40)) == 40


def test_many_messages_are_quoted_at_once() -> None:
    """quoted_all() says of each what quoted() says."""
    assert quoted_all(AWKWARD, 40) == [quoted(value, 40) for value in AWKWARD]


def test_the_same_is_written_in_every_process() -> None:
    """Addresses are left out and sets are sorted, so that a picture is the same when it is drawn again."""

    class Plain:
        pass

    assert " at 0x" not in quoted(Plain(), 200)
    assert quoted({"b", "a", "c"}) == "{'a', 'b', 'c'}"


def test_the_lines_of_a_text_stay_lines() -> None:
    """For a text that is shown as a whole line ends are kept, and marked; nothing else of its kind is."""
    assert lines_of_text("a\r\nb\u2028c\n") == "a\\r\\n\nb\\u2028c\\n\n"
