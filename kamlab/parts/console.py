"""Parts that talk to the person at the terminal.

Waiting for a person blocks, so the reader has a thread of its own. It must not wait inside ``input``
if it can help it: a thread that is still in there when Python ends holds the lock of stdin, and
Python aborts. So where stdin is the process's own, the reader waits with ``select`` for either a line
or a call to come away, and reads the descriptor itself. Anywhere else (a notebook, a test, another
``input``) it calls ``input``.
"""

from __future__ import annotations

import builtins
import codecs
import os
import select
import sys
import types
from collections.abc import Iterable
from typing import Any, ClassVar

from ..core.errors import NoSpaceInBox
from ..core.ipc import SHUTDOWN_MESSAGES, ProducerFinished
from ..core.thread import ThreadedComponent
from .worker import Worker

#: How many bytes of stdin are read at once.
CHUNK = 65536


class _Stdin:
    """The process's own stdin, read past Python's buffers; what is read ahead serves the next reader."""

    def __init__(self) -> None:
        self.ahead = bytearray()
        self.at_end = False

    def is_ours(self) -> bool:
        """Return whether lines come from the process's own stdin, and it can be waited for."""
        stdin = sys.stdin
        if os.name != "posix" or type(builtins.input) is not types.BuiltinFunctionType:
            return False
        try:
            return stdin is not None and stdin.fileno() == 0 and stdin is sys.__stdin__
        except (OSError, ValueError):
            return False

    def take_line(self) -> str | None:
        """Return a line that has been read, without its break, or None if none is complete.

        Raises:
            EOFError: the input has ended; a terminal may have more for the next reader.
        """
        end = self.ahead.find(b"\n")
        if end < 0 and not self.at_end:
            return None
        if end < 0:
            if not self.ahead:
                self.at_end = False
                raise EOFError
            end = len(self.ahead)
        line = bytes(self.ahead[:end])
        del self.ahead[: end + 1]
        return line.removesuffix(b"\r").decode("utf-8", "replace")

    def read(self) -> None:
        """Read what is there."""
        chunk = os.read(0, CHUNK)
        self.ahead += chunk
        self.at_end = not chunk


_stdin = _Stdin()


class ConsoleReader(ThreadedComponent):
    """Sends each line that is typed at the console.

    At the end of the input it sends ProducerFinished. A shutdown message ends it, at once where stdin
    can be waited for, else after the next line, and goes on to signal.

    Args:
        prompt: what is printed before each line.
        eol: what is put at the end of each line.

    >>> from unittest.mock import patch
    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import Collate, ConsoleReader
    >>> with Lab(clock="virtual") as lab, patch("builtins.input", side_effect=["hello", EOFError]):
    ...     lines = Collate()
    ...     _ = Pipeline(ConsoleReader(), lines).activate()
    ...     _ = lab.run()
    >>> lines.collated
    ['hello\\n']
    """

    Inboxes: ClassVar[Any] = {"inbox": "Not used.", "control": "Messages that ask this to end."}
    Outboxes: ClassVar[Any] = {"outbox": "Lines that were typed.", "signal": "The message that ended this."}

    def __init__(self, prompt: str = ">>> ", eol: str = "\n") -> None:
        super().__init__()
        self.prompt = prompt
        self.eol = eol
        self._bell: tuple[int, int] | None = None

    def main(self) -> None:
        """Read lines until the end of the input or a shutdown message."""
        if _stdin.is_ours():
            with self._contact:
                self._bell = os.pipe()
        try:
            self._read_lines()
        finally:
            self._drop_bell()

    def _read_lines(self) -> None:
        prompted = False
        while not self._told_to_end():
            try:
                line = self._wait_for_line(prompted)
            except EOFError:
                self.send(ProducerFinished(self), "signal")
                return
            prompted = line is None
            if line is not None:
                self._send_when_room(line + self.eol)

    def _told_to_end(self) -> bool:
        while self.data_ready("control"):
            message = self.recv("control")
            if isinstance(message, SHUTDOWN_MESSAGES):
                self.send(message, "signal")
                return True
        return False

    def _wait_for_line(self, prompted: bool) -> str | None:
        """Return the next line, or None once something else wants attention."""
        if self._bell is None:
            return input(self.prompt)
        if not prompted:
            sys.stdout.write(self.prompt)
            sys.stdout.flush()
        while (line := _stdin.take_line()) is None:
            ready, _, _ = select.select([0, self._bell[0]], [], [])
            if self._bell[0] in ready:
                os.read(self._bell[0], CHUNK)
                return None
            _stdin.read()
        return line

    def _send_when_room(self, line: str) -> None:
        while True:
            try:
                self.send(line, "outbox")
                return
            except NoSpaceInBox:
                self.pause()

    def _stir(self) -> None:
        """Also call the thread away from the console."""
        super()._stir()
        self._ring()

    def close_down(self) -> Any:
        """Also call the thread away from the console."""
        with self._contact:
            self._ring()
        return super().close_down()

    def _ring(self) -> None:
        """Let a wait for the console return; holding ``_contact``."""
        if self._bell is not None:
            os.write(self._bell[1], b"!")

    def _drop_bell(self) -> None:
        with self._contact:
            bell, self._bell = self._bell, None
        for end in bell or ():
            os.close(end)


class ConsoleEchoer(Worker):
    """Prints what it is sent, as it is: without a line break of its own.

    Bytes are printed as the UTF-8 text they are, even where a character is spread over two messages.
    Any message to control ends it, after the messages that wait, and goes on to signal.

    Args:
        forwarder: whether messages go on to outbox.
        use_repr: print ``repr`` of each message instead.
        tag: what is printed before each message.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import ConsoleEchoer, DataSource
    >>> with Lab(clock="virtual") as lab:
    ...     _ = Pipeline(DataSource(["hello\\n", b"world\\n"]), ConsoleEchoer(tag="> ")).activate()
    ...     _ = lab.run()
    > hello
    > world
    """

    ends_on: tuple[type[object]] = (object,)

    def __init__(self, forwarder: bool = False, use_repr: bool = False, tag: str = "") -> None:
        super().__init__()
        self.forwarder = forwarder
        self.use_repr = use_repr
        self.tag = tag
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def work(self, message: Any) -> Iterable[Any]:
        """Print a message."""
        sys.stdout.write(self.tag + self._text_of(message))
        sys.stdout.flush()
        return (message,) if self.forwarder else ()

    def _text_of(self, message: Any) -> str:
        if self.use_repr:
            return repr(message)
        if isinstance(message, (bytes, bytearray)):
            return self._decoder.decode(bytes(message))
        return str(message)
