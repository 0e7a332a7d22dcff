"""The rules of the parts that read and write files."""

import os

import pytest

from kamlab import Pipeline, ProducerFinished, ShutdownMicroprocess
from kamlab.parts import (
    BadMessage,
    ChunksToLines,
    DataSource,
    FixedRateControlledReusableFileReader,
    PromptedFileReader,
    RateControlledFileReader,
    RateControlledReusableFileReader,
    ReadFileAdaptor,
    ReusableFileReader,
    SimpleFileWriter,
    SimpleReader,
)


@pytest.fixture
def path(tmp_path):
    """A file that is not there yet."""
    return tmp_path / "file.data"


def descriptors_of(path):
    """Return this process's descriptors that are open on a file."""
    links = [f"/proc/self/fd/{number}" for number in os.listdir("/proc/self/fd")]
    return [link for link in links if os.path.islink(link) and os.path.realpath(link) == os.path.realpath(path)]


# -- SimpleFileWriter ---------------------------------------------------------------------------


def test_bytes_are_written_as_they_are(bench, path):
    """Bytes are written without anything added."""
    bench.outputs(SimpleFileWriter(path), b"ab", bytearray(b"c"), memoryview(b"d\n"))
    assert path.read_bytes() == b"abcd\n"


def test_a_str_is_a_line(bench, path):
    """A str is written as one line of UTF-8; a line break is added where there is none."""
    bench.outputs(SimpleFileWriter(path), "grün", "with break\n", "")
    assert path.read_text(encoding="utf-8") == "grün\nwith break\n\n"


@pytest.mark.parametrize("chunks", [[b"one\ntwo\nthree"], [b"o", b"ne\r\nt", b"wo\nth", b"ree"]])
def test_lines_of_chunks_come_to_lines_of_the_file(bench, path, chunks):
    """What ChunksToLines makes of chunks is in the file line by line, whatever the chunks were."""
    Pipeline(DataSource(chunks), ChunksToLines(), SimpleFileWriter(path)).activate()
    bench.settle()
    assert path.read_text() == "one\ntwo\nthree\n"


def test_text_mode_works(bench, path):
    """Mode "w" writes what mode "wb" does."""
    bench.outputs(SimpleFileWriter(path, "w"), "line", b"bytes")
    assert path.read_bytes() == b"line\nbytes"


def test_append_mode_appends(bench, path):
    """Mode "ab" goes on at the end of the file."""
    path.write_bytes(b"old ")
    bench.outputs(SimpleFileWriter(path, "ab"), b"new")
    assert path.read_bytes() == b"old new"


def test_what_cannot_be_encoded_is_escaped(bench, path):
    """A str that is no valid text is written with escapes, and stops nothing."""
    bench.outputs(SimpleFileWriter(path), "a\ud800")
    assert path.read_bytes() == b"a\\ud800\n"


def test_the_file_is_opened_when_the_writer_runs(bench, path):
    """Neither making nor activating a writer opens its file."""
    writer = SimpleFileWriter(path).activate()
    assert not path.exists()
    bench.settle()
    assert path.exists()
    assert not writer.is_stopped()


def test_nothing_is_kept_in_a_buffer(bench, path):
    """What was written is in the file while the writer still runs."""
    writer = SimpleFileWriter(path).activate()
    bench.feed(writer, b"now")
    assert path.read_bytes() == b"now"


@pytest.mark.parametrize("message", [ProducerFinished(), ShutdownMicroprocess()])
def test_what_waits_is_written_before_the_end(bench, path, message):
    """A shutdown message ends a writer after the messages that wait, and goes on."""
    writer = SimpleFileWriter(path)
    catcher = bench.catch(writer)
    bench.feed(writer, b"a", b"b", control=message)
    assert (path.read_bytes(), catcher.controls, writer.state) == (b"ab", [message], "finished")


@pytest.mark.parametrize("end", ["told", "stopped", "failed", "lab stopped"])
def test_the_file_is_closed_however_the_writer_ends(bench, lab, path, end):
    """A writer's file is closed when it ends by message, by stop, by failure or with its lab."""
    writer = SimpleFileWriter(path).activate()
    bench.feed(writer, b"data")
    assert len(descriptors_of(path)) == 1
    if end == "told":
        bench.feed(writer, control=ProducerFinished())
    elif end == "stopped":
        writer.stop()
    elif end == "failed":
        bench.feed(writer, 3)
    else:
        lab.stop()
    assert descriptors_of(path) == []


def test_other_messages_are_named(bench, path):
    """A message that is neither bytes nor str fails the writer with an error that names the file."""
    writer = SimpleFileWriter(path).activate()
    bench.feed(writer, 3)
    assert isinstance(writer.error, BadMessage)
    assert "file.data" in str(writer.error)


# -- PromptedFileReader -------------------------------------------------------------------------


def test_bytes_are_read_as_asked_for(bench, path):
    """Each number in the inbox asks for so many bytes."""
    path.write_bytes(b"abcdef")
    reader = PromptedFileReader(path)
    catcher = bench.catch(reader)
    bench.feed(reader, 2, 3)
    assert (catcher.data, catcher.controls) == ([b"ab", b"cde"], [])


def test_lines_are_read_as_asked_for(bench, path):
    """In mode lines each number asks for so many lines, which come as one str."""
    path.write_text("one\ntwo\nthrée\n", encoding="utf-8")
    reader = PromptedFileReader(path, "lines")
    catcher = bench.catch(reader)
    bench.feed(reader, 1, 2)
    assert catcher.data == ["one\n", "two\nthrée\n"]


def test_what_is_left_is_sent_and_then_the_end(bench, path):
    """A request for more than there is gets the rest; the next one gets ProducerFinished."""
    path.write_bytes(b"abc")
    reader = PromptedFileReader(path)
    catcher = bench.catch(reader)
    bench.feed(reader, 10)
    assert (catcher.data, catcher.controls) == ([b"abc"], [])
    bench.feed(reader, 10)
    assert (catcher.kinds, reader.state) == (["ProducerFinished"], "finished")


def test_requests_that_wait_are_met_before_producer_finished(bench, path):
    """ProducerFinished ends a prompted reader after the requests that wait."""
    path.write_bytes(b"abcdef")
    reader = PromptedFileReader(path)
    assert bench.outputs(reader, 2, 2) == [b"ab", b"cd"]
    assert reader.state == "finished"


def test_a_prompted_reader_waits_for_room(bench, path):
    """A prompted reader whose receiver is full waits and loses nothing."""
    path.write_bytes(b"abcdef")
    assert bench.outputs(PromptedFileReader(path), 1, 1, 1, 1, limit=1) == [b"a", b"b", b"c", b"d"]


@pytest.mark.parametrize("reader_class", [PromptedFileReader, SimpleReader])
def test_a_readers_file_is_closed_when_it_is_stopped(bench, path, reader_class):
    """Stopping a reader closes its file."""
    path.write_text("line\n" * 5)
    reader = reader_class(path)
    bench.catch(reader, limit=1)
    bench.lab.run(max_steps=8)
    assert len(descriptors_of(path)) == 1
    reader.stop()
    assert descriptors_of(path) == []


def test_another_readmode_is_named():
    """A readmode that there is not is refused, and the text lists those there are."""
    with pytest.raises(ValueError, match="'bytes' or 'lines'"):
        PromptedFileReader("any", "words")


def test_a_missing_file_fails_the_reader(bench, tmp_path):
    """A file that is not there is an error of the reader, which names it."""
    reader = PromptedFileReader(tmp_path / "absent").activate()
    bench.settle()
    assert isinstance(reader.error, FileNotFoundError)


# -- the other readers --------------------------------------------------------------------------


def test_simple_reader_sends_line_by_line(bench, path):
    """SimpleReader sends the lines of a file, waiting for room, and then ProducerFinished."""
    path.write_text("one\ntwo\n")
    reader = SimpleReader(path)
    catcher = bench.catch(reader, limit=1)
    bench.settle()
    assert (catcher.data, catcher.kinds) == (["one\n", "two\n"], ["ProducerFinished"])


def test_simple_reader_ends_on_shutdown(bench, path):
    """ShutdownMicroprocess ends a SimpleReader, even one that waits for room, and goes on."""
    path.write_text("line\n" * 9)
    reader = SimpleReader(path)
    catcher = bench.catch(reader)
    catcher.set_inbox_size("inbox", 0)
    bench.settle()
    assert reader.state == "blocked"
    message = ShutdownMicroprocess()
    bench.feed(reader, control=message)
    assert (catcher.controls, reader.state) == ([message], "finished")


def test_simple_reader_reads_bytes_if_told(bench, path):
    """Mode "rb" sends lines as bytes."""
    path.write_bytes(b"one\n\xff\n")
    catcher = bench.catch(SimpleReader(path, mode="rb"))
    bench.settle()
    assert catcher.data == [b"one\n", b"\xff\n"]


def test_a_file_is_read_at_a_rate(timed, path):
    """RateControlledFileReader sends chunks at its rate, by the lab's clock."""
    path.write_bytes(b"abcdef")
    lab, catch = timed
    log = catch(RateControlledFileReader(path, rate=2, chunksize=2))
    lab.run(timeout=60)
    assert log == [(0.0, b"ab"), (1.0, b"cd"), (2.0, b"ef")]


def test_lines_are_read_at_a_rate(timed, path):
    """RateControlledFileReader reads lines if told."""
    path.write_text("a\nb\nc\n")
    lab, catch = timed
    log = catch(RateControlledFileReader(path, "lines", rate=10, chunksize=1))
    lab.run(timeout=60)
    assert log == [(0.0, "a\n"), (0.1, "b\n"), (0.2, "c\n")]


def test_a_rate_controlled_reader_ends_with_producer_finished(bench, path):
    """At the end of the file the whole reader ends, with ProducerFinished."""
    path.write_bytes(b"abc")
    reader = RateControlledFileReader(path, rate=100000, chunksize=100)
    catcher = bench.catch(reader)
    bench.settle()
    assert (catcher.data, catcher.kinds, reader.state) == ([b"abc"], ["ProducerFinished"], "finished")


def test_a_rate_controlled_reader_copies_a_file_exactly(bench, path, tmp_path):
    """Bytes read by one part and written by another are the same file."""
    path.write_bytes(bytes(range(256)) * 40)
    Pipeline(RateControlledFileReader(path, rate=10_000_000), SimpleFileWriter(tmp_path / "copy")).activate()
    bench.settle()
    assert (tmp_path / "copy").read_bytes() == path.read_bytes()


def test_a_reusable_reader_reads_one_file_after_another(bench, path, tmp_path):
    """ReusableFileReader reads from the file that was named last, and asks for another at the end."""
    path.write_bytes(b"first")
    (tmp_path / "other").write_bytes(b"second")
    reader = ReusableFileReader()
    catcher = bench.catch(reader)
    for name in (path, tmp_path / "other"):
        reader.deliver(name, "next")
        bench.settle()
        bench.feed(reader, 100, 100)
    assert catcher.data == [b"first", b"second"]


def test_each_file_can_have_its_rate(timed, path):
    """RateControlledReusableFileReader takes a file and its rate from next."""
    path.write_bytes(b"ab")
    lab, catch = timed
    reader = RateControlledReusableFileReader("bytes")
    log = catch(reader)
    reader.deliver((path, {"rate": 4, "chunksize": 1}), "next")
    lab.run(timeout=60)
    assert log == [(0.0, b"a"), (0.25, b"b")]


def test_all_files_can_have_one_rate(timed, path):
    """FixedRateControlledReusableFileReader reads each file named in next or inbox at its rate."""
    path.write_bytes(b"ab")
    lab, catch = timed
    reader = FixedRateControlledReusableFileReader("bytes", rate=1, chunksize=1)
    log = catch(reader)
    reader.deliver(path)
    lab.run(timeout=20)
    reader.deliver(path, "next")
    lab.run(timeout=20)
    assert [message for _, message in log] == [b"a", b"b", b"a", b"b"]


@pytest.mark.parametrize(
    ("how", "first"),
    [
        ({}, "one\n"),
        ({"readmode": "line"}, "one\n"),
        ({"readmode": "block", "readsize": 5}, b"one\nt"),
        ({"readmode": "bitrate", "bitrate": 16, "chunkrate": 1}, b"on"),
    ],
)
def test_read_file_adaptor_has_three_modes(timed, path, how, first):
    """ReadFileAdaptor reads lines, blocks, or chunks at a bit rate, to the end."""
    path.write_text("one\ntwo\n")
    lab, catch = timed
    adaptor = ReadFileAdaptor(path, **how)
    log = catch(adaptor)
    lab.run(timeout=60)
    parts = [message for _, message in log]
    assert (parts[0], type(first)().join(parts), adaptor.state) == (
        first,
        "one\ntwo\n" if isinstance(first, str) else b"one\ntwo\n",
        "finished",
    )


def test_read_file_adaptor_names_a_wrong_mode():
    """A mode that there is not is refused."""
    with pytest.raises(ValueError, match="'line', 'block' or 'bitrate'"):
        ReadFileAdaptor("any", readmode="word")
