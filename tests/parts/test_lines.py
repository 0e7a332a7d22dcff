"""The rules of ChunksToLines."""

import pytest

from kamlab import ShutdownMicroprocess
from kamlab.parts import BadMessage, ChunksToLines


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview, lambda data: data.decode()])
def test_bytes_and_str_become_lines_of_str(bench, kind):
    """Chunks of bytes and of str give the same lines, as str without the line break."""
    assert bench.outputs(ChunksToLines(), kind(b"one\ntwo\n")) == ["one", "two"]


def test_a_line_may_be_spread_over_chunks(bench):
    """A line is sent once it is complete, however many chunks it came in."""
    part = ChunksToLines()
    catcher = bench.catch(part)
    bench.feed(part, b"o", b"n", b"e")
    assert catcher.data == []
    bench.feed(part, b"\ntw")
    assert catcher.data == ["one"]


def test_carriage_returns_are_left_out(bench):
    """Every carriage return is left out."""
    assert bench.outputs(ChunksToLines(), b"one\r", b"\ntw\ro\r\n") == ["one", "two"]


def test_empty_lines_are_lines(bench):
    """An empty line is a line."""
    assert bench.outputs(ChunksToLines(), b"\n\nend\n") == ["", "", "end"]


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_characters_may_be_spread_over_chunks(bench, size):
    """UTF-8 is decoded right wherever a chunk begins."""
    text = "grün\n€uro\n😀\n"
    data = text.encode()
    chunks = [data[at : at + size] for at in range(0, len(data), size)]
    assert bench.outputs(ChunksToLines(), *chunks) == text.splitlines()


def test_what_is_not_utf8_is_replaced(bench):
    """Bytes that are no UTF-8 become U+FFFD, and the line survives."""
    assert bench.outputs(ChunksToLines(), b"a\xffb\n") == ["a\ufffdb"]


def test_the_tail_is_sent_at_the_end(bench):
    """What has no line break at its end is sent when ProducerFinished comes."""
    assert bench.outputs(ChunksToLines(), b"one\ntw", b"o") == ["one", "two"]


def test_half_a_character_at_the_end_is_replaced(bench):
    """A character that the end cuts in two becomes U+FFFD."""
    assert bench.outputs(ChunksToLines(), "ü".encode()[:1]) == ["\ufffd"]


def test_the_tail_is_sent_on_shutdown_too(bench):
    """ShutdownMicroprocess does not lose the tail."""
    part = ChunksToLines()
    catcher = bench.catch(part)
    bench.feed(part, b"tail", control=ShutdownMicroprocess())
    assert catcher.data == ["tail"]


def test_no_tail_no_line(bench):
    """Where the last line is complete nothing is added at the end."""
    assert bench.outputs(ChunksToLines(), b"one\n") == ["one"]


def test_other_messages_are_named(bench, lab):
    """A message that is neither bytes nor str fails the part with an error that says what to do."""
    part = ChunksToLines().activate()
    bench.feed(part, 3)
    assert isinstance(part.error, BadMessage)
    assert "was sent a int" in str(part.error)
