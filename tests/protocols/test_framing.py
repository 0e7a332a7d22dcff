"""Frames and chunks: what goes in comes out, and what is broken on the way is noticed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamlab import Handle, Lab, Pipeline, ProducerFinished
from kamlab.core.component import Component
from kamlab.parts import BadMessage, Collate, DataSource
from kamlab.protocols.framing import SYNC, DataChunker, DataDeChunker, DeFramer, Framer


def through(messages: list[Any], *parts: Component) -> list[Any]:
    """Return what comes out of components in a row."""
    with Lab(clock="virtual") as lab:
        came = Collate()
        Pipeline(DataSource(messages), *parts, came).activate()
        assert lab.run().reason == "finished"
        return came.collated


@settings(max_examples=25, deadline=None)
@given(
    data=st.lists(st.binary(max_size=60) | st.just(b"XX%58%25X" * 3), max_size=6),
    cut=st.integers(1, 50),
    sync=st.data(),
)
def test_there_and_back(data: list[bytes], cut: int, sync: Any) -> None:
    """Whatever is framed and chunked, and cut into pieces of any size, comes out as it was."""
    word = sync.draw(st.sampled_from([SYNC, "ab", "\n1", "]^-\\"]))
    numbered = list(enumerate(data, 1))
    stream = b"".join(through(list(numbered), Framer(), DataChunker(word)))
    pieces = [stream[start : start + cut] for start in range(0, len(stream), cut)]
    assert through(pieces, DataDeChunker(word), DeFramer()) == numbered


def test_text_stays_text() -> None:
    """Text comes out as text, and its length counts bytes, so that a receiver of bytes can read it."""
    assert through([(1, "gr\u00fc\u00df")], Framer()) == ["1 6\ngr\u00fc\u00df"]
    assert through([(1, "gr\u00fc\u00df")], Framer(), DataChunker(), DataDeChunker(), DeFramer()) == [
        (1, "gr\u00fc\u00df")
    ]


@pytest.mark.parametrize(
    "frame", [b"", b"hello", b"7 5\nhell", b"7 5\nhello!", b"7\nhello", b"7 -5\nhello", b"x 5\nhello", b"7 5 5\nhello"]
)
def test_broken_frames(frame: bytes) -> None:
    """A frame that is not whole, or none at all, is dropped and counted; the next one comes through."""
    deframer = DeFramer()
    assert through([frame, b"8 2\nok"], deframer) == [(8, b"ok")]
    assert deframer.corrupt == 1


@pytest.mark.parametrize("number", [b"9" * 5000, b"\xd9\xa3"])
def test_hostile_numbers(number: bytes) -> None:
    """Numbers that no sender makes are no frame."""
    assert through([number + b" 2\nok"], DeFramer()) == []


def test_the_lost_are_on_record() -> None:
    """A dropped frame is among the messages that the lab calls lost."""
    with Lab(clock="virtual") as lab:
        handle = Handle(DeFramer()).activate()
        handle.put(b"noise")
        lab.run()
        assert "noise" in str(lab.lost())


@pytest.mark.parametrize(("begin", "missing"), [(40, {1}), (10, {0, 1})])
def test_a_missing_piece(begin: int, missing: set[int]) -> None:
    """A lost piece costs the chunk that it was part of, and with a lost sync sequence the one before as well."""
    chunks = through([(number, b"%d" % number * 40) for number in range(5)], Framer(), DataChunker())
    stream, lost = b"".join(chunks), len(chunks[0]) + begin
    came = through([stream[:lost], stream[lost + 20 :]], DataDeChunker(), DeFramer())
    assert {number for number, _ in came} == set(range(5)) - missing


def test_it_starts_in_the_middle() -> None:
    """A receiver that comes late drops the rest of the first chunk and gets the ones after it."""
    stream = b"".join(through([b"first", b"second"], DataChunker()))
    dechunker = DataDeChunker()
    assert through([stream[5:]], dechunker) == [b"second"]
    assert dechunker.skipped == len(SYNC) - 5 + len("first")


def test_an_endless_chunk() -> None:
    """A chunk that does not end is dropped when it is too long, so a hostile sender cannot fill the memory."""
    dechunker = DataDeChunker()
    dechunker.longest = 1000
    noise = [b"y" * 100] * 30
    assert through([SYNC.encode(), *noise, SYNC.encode(), b"ok"], dechunker) == [b"ok"]
    assert dechunker.skipped > 2900


def test_flush() -> None:
    """A message in 'flush' ends the last chunk; without one it waits for the next."""
    with Lab(clock="virtual") as lab:
        handle = Handle(DataDeChunker()).activate()
        handle.put(SYNC + "hello")
        lab.run()
        with pytest.raises(Exception, match="no message"):
            handle.get()
        handle.put("now", "flush")
        handle.put("news", "control")
        lab.run()
        assert (handle.get(), handle.get("signal")) == ("hello", "news")
        handle.put(ProducerFinished(), "control")
        lab.run()
        assert handle.component.state == "finished"


@pytest.mark.parametrize("part", [Framer(), DeFramer(), DataChunker(), DataDeChunker()])
def test_messages_of_the_wrong_type(part: Any) -> None:
    """A message that cannot be framed ends the component with an error that says what it takes."""
    with Lab(clock="virtual") as lab:
        part.activate().deliver(42)
        lab.run()
    assert isinstance(part.error, BadMessage)
    assert part.short_name in str(part.error)
    assert "int" in str(part.error) or "42" in str(part.error)


@pytest.mark.parametrize("word", ["", "a%b"])
def test_sync_sequences(word: str) -> None:
    """A sync sequence is not empty and has no '%'."""
    with pytest.raises(ValueError, match="syncmessage is"):
        DataChunker(word)
