"""Bytes that understand text: bytes for whatever takes bytes, and they take text wherever bytes are asked for."""

from __future__ import annotations

import copy
import pickle
import re
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamlab import Component
from kamlab.core.text_bytes import TextBytes
from kamlab.replay.literal import dumped, loaded

DATA = TextBytes(b"GET /a\r\n")


@pytest.mark.parametrize(
    ("found", "value"),
    [
        (DATA + "x", b"GET /a\r\nx"),
        ("x" + DATA, b"xGET /a\r\n"),
        (b"x" + DATA, b"xGET /a\r\n"),
        (DATA.strip(), b"GET /a"),
        (DATA.strip("G\r\n"), b"ET /a"),
        (DATA.replace("GET", "PUT"), b"PUT /a\r\n"),
        (DATA.join(["1", b"2"]), b"1GET /a\r\n2"),
        (DATA[0], b"G"),
        (DATA[-4:], b"/a\r\n"[-4:]),
        (DATA * 2, b"GET /a\r\nGET /a\r\n"),
        (2 * DATA, b"GET /a\r\nGET /a\r\n"),
        (TextBytes(b"%s is %d") % ("a", 1), b"a is 1"),
        (TextBytes(b"{} is {x}").format("a", x=1), b"a is 1"),
        (TextBytes(b"\xff%s") % "a", b"\xffa"),
        (DATA.ljust(10, "*"), b"GET /a\r\n**"),
        (DATA.removeprefix("GET "), b"/a\r\n"),
        (DATA.lower(), b"get /a\r\n"),
        (DATA.encode("hex"), b"474554202f610d0a"),
        (TextBytes(b"4142").decode("hex"), b"AB"),
    ],
)
def test_what_is_made_of_it_is_the_same_again(found, value):
    """Operators and methods take text, and give bytes that understand text."""
    assert type(found) is TextBytes
    assert bytes(found) == value


def test_a_sum_in_place_keeps_the_bytes():
    """A text to which chunks are added becomes bytes, so that a character that is split over two chunks survives."""
    text, (first, second) = "", ("ü".encode()[:1], "ü".encode()[1:])
    text += TextBytes(first)
    text += TextBytes(second)
    assert type(text) is TextBytes
    assert text == "ü"


@pytest.mark.parametrize(
    ("found", "value"),
    [
        (DATA.split(), [b"GET", b"/a"]),
        (DATA.split("/", 1), [b"GET ", b"a\r\n"]),
        (DATA.split(sep="/"), [b"GET ", b"a\r\n"]),
        (DATA.rsplit("/"), [b"GET ", b"a\r\n"]),
        (DATA.partition(" "), (b"GET", b" ", b"/a\r\n")),
        (DATA.splitlines(), [b"GET /a"]),
        (list(TextBytes(b"ab")), [b"a", b"b"]),
    ],
)
def test_its_parts_understand_text_too(found, value):
    """What it is split into, and what a loop over it gives, are bytes that understand text."""
    assert found == value
    assert {type(part) for part in found} == {TextBytes}


@pytest.mark.parametrize(
    "holds",
    [
        "/a" in DATA,
        b"/a" in DATA,
        DATA.startswith("GET"),
        DATA.startswith(("POST", "GET")),
        DATA.endswith("\n"),
        DATA.find("/") == DATA.index("/") == 4,
        DATA.count("/") == 1,
        DATA == "GET /a\r\n",
        DATA == b"GET /a\r\n",
        TextBytes(b"GET /a\r\n") == DATA,
        not (DATA != "GET /a\r\n"),  # noqa: SIM202
        DATA != "GET",
        DATA in ["GET /a\r\n"],
        DATA in {"GET /a\r\n": 1},
        "GET /a\r\n" in {DATA},
        DATA in {b"GET /a\r\n"},
        TextBytes("grüß".encode()) in {"grüß"},
        TextBytes(b"\xff") in {TextBytes(b"\xff")},
        DATA < "H",
        DATA > "A",
        max("A", DATA, "B") is DATA,
        ord(DATA[0]) == 71,
        int(TextBytes(b"12")) == 12,
        TextBytes(b"12").isdecimal(),
        TextBytes(b"\xff") != "\ufffd",
    ],
)
def test_comparisons_take_text(holds):
    """It compares, contains, and is found among texts as its text is."""
    assert holds


def test_it_is_shown_as_text():
    """str(), %s and format give its text; what is not UTF-8 is shown as U+FFFD; repr is that of bytes."""
    assert {str(DATA), "%s" % DATA, f"{DATA}"} == {"GET /a\r\n"}  # noqa: UP031
    assert f"{TextBytes(b'ab'):>4}" == "  ab"
    assert str(TextBytes(b"a\xff")) == "a\ufffd"
    assert repr(DATA) == "b'GET /a\\r\\n'"


def test_it_is_bytes_for_what_takes_bytes():
    """Buffers, files, struct, copies and pickles see bytes."""
    assert bytearray(b"x") + DATA == b"xGET /a\r\n"
    assert type(bytes(DATA)) is bytes
    assert b"-".join([DATA, b"x"]) == b"GET /a\r\n-x"
    assert struct.unpack("4s", DATA[:4]) == (b"GET ",)
    assert type(copy.deepcopy(DATA)) is type(pickle.loads(pickle.dumps(DATA))) is TextBytes


@pytest.mark.parametrize("wrong", [lambda: DATA + 1, lambda: 1 + DATA, lambda: DATA < 1, lambda: DATA.find(None)])
def test_what_is_neither_text_nor_bytes_is_refused(wrong):
    """Anything else is a TypeError, as with bytes."""
    with pytest.raises(TypeError):
        wrong()


@given(st.text(), st.text(), st.binary())
def test_sums_and_parts_are_those_of_the_bytes(before, part, after):
    """Adding and splitting by text is adding and splitting by its UTF-8."""
    data = before + TextBytes(part.encode()) + after
    assert bytes(data) == before.encode() + part.encode() + after
    if part:
        assert data.split(part) == bytes(data).split(part.encode())
        assert data.find(part) == bytes(data).find(part.encode())


REFUSED = {
    "separator.join(map(str, parts))": lambda: "".join([DATA]),
    'str(data) in "text"': lambda: DATA in "text",
    're.match("x", data.decode())': lambda: re.match("x", DATA),
    "file.write(str(data))": lambda: _write(),
    "give its text: str(data)": lambda: "text".replace(DATA, ""),
    "give the method its text: str(data)": lambda: "text".strip(DATA),
}


def _write():
    with Path("/dev/null").open("w") as file:
        file.write(DATA)


@pytest.mark.parametrize("cure", REFUSED)
def test_what_str_refuses_gets_a_note_with_the_cure(lab, cure):
    """A component that fails because a function of str takes no bytes of any class is told what to write."""

    class Fails(Component):
        def main(self):
            REFUSED[cure]()
            yield

    failed = Fails().activate()
    lab.run()
    assert isinstance(failed.error, TypeError)
    assert [cure in note for note in failed.error.__notes__] == [True]
    assert cure in lab.reports[0]


def test_another_type_error_gets_no_note(lab):
    """An error that has nothing to do with bytes is left as it is."""

    class Fails(Component):
        def main(self):
            "text" + 1
            yield

    failed = Fails().activate()
    lab.run()
    assert not getattr(failed.error, "__notes__", ())


def test_it_can_be_written_down_in_a_recorded_run():
    """A run that is saved may hold such messages, and has them again when it is read."""
    again = loaded(dumped((TextBytes(b"\xff"), b"\xff")))
    assert again == (b"\xff", b"\xff")
    assert [type(item) for item in again] == [TextBytes, bytes]
