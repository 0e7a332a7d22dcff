"""Parts that read and write files."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Generator, Iterable
from os import PathLike
from typing import IO, Any

from ..chassis.flow_control import send_when_room, told_to_stop
from ..core.component import Component
from ..core.ipc import SHUTDOWN_MESSAGES, ProducerFinished, ShutdownMicroprocess
from ..core.task import task_of
from .worker import BadMessage, Worker

Filename = str | PathLike[str]


class SimpleFileWriter(Worker):
    """Writes messages to a file.

    Bytes are written as they are. A str is a line of text: it is written as UTF-8, followed by a line break unless it
    ends with one. (ChunksToLines sends lines without line breaks, so each line that it sends through a Backplane to a
    SimpleFileWriter becomes one line of the file.)

    The file is opened when the component first runs. Nothing is buffered. The file is closed when the component ends,
    in whatever way; a shutdown message ends it after the messages that wait.

    While a lab replays its run, nothing is written. When the lab goes on from there, the file is restored to its state
    at that moment, and new messages follow.

    Args:
        filename: the file.
        mode: as for ``open``: ``"wb"`` truncates the file, ``"ab"`` appends to it, ``"xb"`` refuses a file that exists.
            Without the ``b`` it means the same.

    Raises:
        BadMessage: as a failure of the component; a message is neither bytes nor str.
        OSError: as a failure of the component; the file cannot be opened or written.

    >>> import tempfile
    >>> from pathlib import Path
    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import DataSource, SimpleFileWriter
    >>> with Lab(clock="virtual") as lab, tempfile.TemporaryDirectory() as folder:
    ...     _ = Pipeline(DataSource(["hello", b"bytes\\n"]), SimpleFileWriter(Path(folder, "log"))).activate()
    ...     _ = lab.run()
    ...     print(Path(folder, "log").read_text(), end="")
    hello
    bytes
    """

    def __init__(self, filename: Filename, mode: str = "wb") -> None:
        super().__init__()
        self.filename = filename
        self.mode = mode
        self._output: _Output | None = None

    def main(self) -> Generator[None, None, None]:
        """Write messages until told to end."""
        assert self._task.scheduler is not None
        with contextlib.closing(_Output(self._task.scheduler.world, self)) as self._output:
            yield from super().main()
            self._output.finish()

    def work(self, message: Any) -> Iterable[Any]:
        """Write a message."""
        assert self._output is not None
        self._output.write(memoryview(self._bytes_of(message)).cast("B"))
        return ()

    def _bytes_of(self, message: Any) -> Any:
        if isinstance(message, str):
            line = message if message.endswith("\n") else message + "\n"
            return line.encode("utf-8", "backslashreplace")
        if isinstance(message, (bytes, bytearray, memoryview)):
            return message
        raise BadMessage(
            f"{self.short_name} writes bytes and str to {str(self.filename)!r}, and was sent a "
            f"{type(message).__name__}. Put a PureTransformer(str) before it."
        )


class Append(SimpleFileWriter):
    """Appends messages to a file, and passes them on.

    A str is written as it is, as UTF-8, without a line break of its own. Any message to control ends it, after the
    messages that wait. Otherwise it is a SimpleFileWriter.

    Args:
        filename: the file.
        forwarder: whether to pass messages on to outbox.
        blat_file: whether to empty the file first.
        hold_open: whether to keep the file open between messages; if not, another program may move it away meanwhile.

    Raises:
        BadMessage, OSError: as for SimpleFileWriter.

    >>> import tempfile
    >>> from pathlib import Path
    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import Append, ConsoleEchoer, DataSource
    >>> with Lab(clock="virtual") as lab, tempfile.TemporaryDirectory() as folder:
    ...     log = Path(folder, "log")
    ...     _ = log.write_text("before ")
    ...     _ = Pipeline(DataSource(["and ", "after"]), Append(log), ConsoleEchoer(tag="> ")).activate()
    ...     _ = lab.run()
    ...     print("", log.read_text(), sep="\\n")
    > and > after
    before and after
    """

    ends_on: tuple[type, ...] = (object,)

    def __init__(
        self, filename: Filename, forwarder: bool = True, blat_file: bool = False, hold_open: bool = True
    ) -> None:
        super().__init__(filename, "wb" if blat_file else "ab")
        self.forwarder = forwarder
        self.hold_open = hold_open

    def work(self, message: Any) -> Iterable[Any]:
        """Write a message, and return it if it is to be passed on."""
        super().work(message)
        if not self.hold_open and self._output is not None:
            self._output.release()
        return (message,) if self.forwarder else ()

    def _bytes_of(self, message: Any) -> Any:
        if isinstance(message, str):
            return message.encode("utf-8", "backslashreplace")
        return super()._bytes_of(message)


class _Output:
    """The file of a writer. While a run is replayed, the file is left alone, and what would be written is kept.

    For each writer, by its number and the name of its file, the lab remembers where in the file it began, or the error
    with which the file could not be opened. Both are the same when the run is replayed.
    """

    def __init__(self, world: Any, writer: SimpleFileWriter) -> None:
        self._world = world
        self._filename = writer.filename
        self._mode = writer.mode.replace("b", "").replace("t", "")
        self._file: IO[bytes] | None = None
        self._played = bytearray()
        self._released = False
        place = (task_of(writer).number, str(writer.filename))
        self._known = place in world.written_from
        if not self._known:
            world.written_from[place] = self._first_opened()
        begin = world.written_from[place]
        if isinstance(begin, OSError):
            raise type(begin)(*begin.args, begin.filename)
        self._begin: int = begin
        if self._known and world.writes_outside:  # the lab went back to before the file was opened, and goes on
            self._file = self._caught_up()

    def _first_opened(self) -> int | OSError:
        """Open the file unless a run is replayed; return where writing begins, or the error that prevents it."""
        try:
            if self._world.writes_outside:
                self._file = open(self._filename, self._mode + "b", buffering=0)  # noqa: SIM115
            return os.path.getsize(self._filename) if "a" in self._mode and os.path.exists(self._filename) else 0
        except OSError as error:
            return error

    def write(self, data: memoryview) -> None:
        """Write data, or keep it while a run is replayed."""
        if not self._world.writes_outside:
            self._played += data
            return
        file = self._file = self._file or self._caught_up()
        while data:
            data = data[file.write(data) :]

    def finish(self) -> None:
        """Bring the file to its state at this moment of the run, because nothing more will be written."""
        if self._file is None and self._world.writes_outside:
            self._file = self._caught_up()

    def release(self) -> None:
        """Close the file until the next write, which appends to whatever is there by then."""
        if self._file is not None:
            self._file.close()
            self._file, self._released = None, True

    def _caught_up(self) -> IO[bytes]:
        """Open the file and restore its state at the moment to which the lab went back."""
        if self._released:
            return open(self._filename, "ab", buffering=0)
        played, self._played = self._played, bytearray()
        exists = os.path.exists(self._filename)
        if exists and not os.path.isfile(self._filename):  # what went into a device or a pipe cannot be restored
            return open(self._filename, "ab", buffering=0)
        if not exists or (self._mode == "x" and not self._known):  # this mode refuses a file that exists
            file = open(self._filename, "x+b", buffering=0)  # noqa: SIM115
        else:
            file = open(self._filename, "r+b", buffering=0)  # noqa: SIM115
        file.seek(self._begin)
        if file.read(len(played)) != played:
            file.seek(self._begin)
            file.write(played)
        file.truncate()
        return file

    def close(self) -> None:
        """Close the file, if it was opened."""
        if self._file is not None:
            self._file.close()


class PromptedFileReader(Component):
    """Reads a file on request.

    Each number in its inbox asks for that many bytes or lines, which are sent as one message: bytes as ``bytes``, lines
    as ``str`` with their line breaks (decoded as UTF-8; invalid bytes become U+FFFD). At the end of the file it sends
    ProducerFinished. ProducerFinished at control ends it after the requests that wait, ShutdownMicroprocess at once.
    The file is opened when the component first runs, and always closed.

    Args:
        filename: the file.
        readmode: ``"bytes"`` or ``"lines"``.

    Raises:
        ValueError: there is no such readmode.
        OSError: as a failure of the component; the file cannot be opened or read.

    >>> import tempfile
    >>> from kamlab import Handle, Lab
    >>> from kamlab.parts import PromptedFileReader
    >>> with Lab(clock="virtual") as lab, tempfile.NamedTemporaryFile() as file:
    ...     _ = file.write(b"hello world")
    ...     file.flush()
    ...     handle = Handle(PromptedFileReader(file.name)).activate()
    ...     handle.put(5)
    ...     handle.put(100)
    ...     _ = lab.run()
    ...     handle.get(), handle.get()
    (b'hello', b' world')
    """

    woken_by_collection = False

    def __init__(self, filename: Filename, readmode: str = "bytes") -> None:
        if readmode not in ("bytes", "lines"):
            raise ValueError(f"readmode is {readmode!r}; it can be 'bytes' or 'lines'")
        super().__init__()
        self.filename = filename
        self.readmode = readmode

    def main(self) -> Generator[None, None, None]:
        """Answer requests."""
        with open(self.filename, "rb") as file:
            read = _reader(file, self.readmode)
            while True:
                for count in self.messages("inbox"):
                    data = read(int(count))
                    if not data and int(count) > 0:
                        yield from send_when_room(self, ProducerFinished(self), "signal")
                        return
                    if not (yield from send_when_room(self, data, "outbox", give_up=lambda: told_to_stop(self))):
                        break
                for message in self.messages("control"):
                    yield from send_when_room(self, message, "signal")
                    if isinstance(message, SHUTDOWN_MESSAGES):
                        return
                self.pause()
                yield


class SimpleReader(Component):
    """Sends a file line by line, and then ProducerFinished; if there is no room, it waits.

    ShutdownMicroprocess ends it. The file is opened when the component first runs, and always closed.

    Args:
        filename: the file.
        mode: ``"r"`` for lines as str (decoded as UTF-8; invalid bytes become U+FFFD), ``"rb"`` for lines as bytes.
        argd: other keywords become attributes.

    >>> import tempfile
    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import ConsoleEchoer, SimpleReader
    >>> with Lab(clock="virtual") as lab, tempfile.NamedTemporaryFile() as file:
    ...     _ = file.write(b"first line\\nsecond line\\n")
    ...     file.flush()
    ...     _ = Pipeline(SimpleReader(file.name), ConsoleEchoer()).activate()
    ...     _ = lab.run()
    first line
    second line
    """

    woken_by_collection = False
    mode = "r"

    def __init__(self, filename: Filename, **argd: Any) -> None:
        super().__init__(**argd)
        self.filename = filename

    def main(self) -> Generator[None, None, None]:
        """Send one line in each slice."""
        file: IO[Any]
        with _open_to_read(self.filename, self.mode) as file:
            for line in file:
                yield
                if not (yield from send_when_room(self, line, "outbox", give_up=lambda: told_to_stop(self))):
                    break
                if told_to_stop(self):
                    break
        for message in self.messages("control"):
            if isinstance(message, ShutdownMicroprocess):
                yield from send_when_room(self, message, "signal")
                return
        yield from send_when_room(self, ProducerFinished(self), "signal")


def _open_to_read(filename: Filename, mode: str) -> IO[Any]:
    if "b" in mode:
        return open(filename, mode)
    return open(filename, mode, encoding="utf-8", errors="replace")


def _reader(file: IO[bytes], readmode: str) -> Callable[[int], bytes | str]:
    """Return a function that reads a number of bytes, or of lines as text, from a file."""
    if readmode == "bytes":
        return file.read

    def read_lines(count: int) -> str:
        return b"".join(file.readline() for _ in range(count)).decode("utf-8", "replace")

    return read_lines
