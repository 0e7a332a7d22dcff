"""Parts that read from and write to the console.

Waiting for a person blocks, so the reader has a thread of its own. It should not wait inside ``input``: a thread that
is still there when Python exits holds the lock of stdin, and Python aborts. So if stdin is the process's own, the
reader waits with ``select`` for either a line or a wake-up, and reads the file descriptor itself. In a notebook a front
end gives it an input field (:data:`input_field`), which delivers lines to its inbox: there, ``input`` works only while
the cell that called it runs, and no other cell can run meanwhile. Anywhere else (a test, a replaced ``input``) the
reader calls ``input``.
"""

from __future__ import annotations

import builtins
import codecs
import os
import select
import sys
import threading
import types
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from ..core.drive import Phase
from ..core.errors import NoSpaceInBox
from ..core.ipc import SHUTDOWN_MESSAGES, ProducerFinished
from ..core.thread import ThreadedComponent
from .worker import Worker

#: How many bytes to read from stdin at once.
CHUNK = 65536


class _Stdin:
    """The process's own stdin, read without Python's buffers; what one reader reads ahead, the next one gets."""

    def __init__(self) -> None:
        self.read_ahead = bytearray()
        self.at_end = False

    def is_usable(self) -> bool:
        """Return whether ``input`` would read the process's own stdin, and ``select`` can wait for it."""
        stdin = sys.stdin
        if os.name != "posix" or type(builtins.input) is not types.BuiltinFunctionType:
            return False
        try:
            return stdin is not None and stdin.fileno() == 0 and stdin is sys.__stdin__
        except (OSError, ValueError):
            return False

    def take_line(self) -> str | None:
        """Return a line that has been read, without its line break, or ``None`` if none is complete.

        Raises:
            EOFError: the input has ended; a terminal may have more for the next reader.
        """
        end = self.read_ahead.find(b"\n")
        if end < 0 and not self.at_end:
            return None
        if end < 0:
            if not self.read_ahead:
                self.at_end = False
                raise EOFError
            end = len(self.read_ahead)
        line = bytes(self.read_ahead[:end])
        del self.read_ahead[: end + 1]
        return line.removesuffix(b"\r").decode("utf-8", "replace")

    def read(self) -> None:
        """Read the bytes that are available."""
        chunk = os.read(0, CHUNK)
        self.read_ahead += chunk
        self.at_end = not chunk


_stdin = _Stdin()

#: Set by a front end: shows an input field for a reader, which delivers each line to the reader's inbox, and at the end
#: of the input ProducerFinished to its control. While the reader has it, a run waits for typed lines.
input_field: Callable[[ConsoleReader], object] | None = None


class ConsoleReader(ThreadedComponent):
    """Sends each line that is typed at the console, or, in a notebook, in an input field of its own.

    At the end of the input it sends ProducerFinished. A shutdown message ends it and is passed on to signal. It ends at
    once if ``select`` can wait for stdin and in a notebook, otherwise after the next line.

    Args:
        prompt: what to print before each line.
        eol: what to add at the end of each line.

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

    Inboxes: ClassVar[Any] = {
        "inbox": "Lines from an input field in a notebook; not used elsewhere.",
        "control": "Messages that ask this to end.",
    }
    Outboxes: ClassVar[Any] = {"outbox": "Lines that were typed.", "signal": "The message that ended this."}

    def __init__(self, prompt: str = ">>> ", eol: str = "\n") -> None:
        super().__init__()
        self.prompt = prompt
        self.eol = eol
        self._wake_pipe: tuple[int, int] | None = None
        self._has_field = False

    def main(self) -> None:
        """Read lines until the end of the input or a shutdown message."""
        if input_field is not None:
            input_field(self)
            self._has_field = True
            self._say_if_blocked()
            try:
                self._read_inbox()
            finally:
                self._has_field = False
            return
        if _stdin.is_usable():
            with self._contact:
                self._wake_pipe = os.pipe()
        try:
            self._read_lines()
        finally:
            self._close_wake_pipe()

    def may_wake(self) -> bool:
        """Return whether something may still come, such as a line from the input field."""
        return self._has_field or super().may_wake()

    def gate_changed(self) -> None:
        """Also report, when a run begins that blocks the cell, that the input field cannot be used meanwhile."""
        super().gate_changed()
        if self._has_field:
            self._say_if_blocked()

    def _say_if_blocked(self) -> None:
        """Report that the input field cannot be used if the main thread, which would serve it, drives the lab."""
        scheduler = self._task.scheduler
        assert scheduler is not None
        runtime = scheduler.runtime
        if runtime.phase is Phase.RUNNING and scheduler.driver == threading.main_thread().ident:
            runtime.world.report(
                f"the input field of {self.short_name} can only be used when this cell is over. Interrupt it, and use "
                "component.run(), lab.start() or await lab.arun()."
            )

    def _read_inbox(self) -> None:
        """Send the lines of an input field, and print them as a console shows them."""
        while True:
            while self.data_ready("inbox"):
                line = str(self.recv("inbox"))
                print(self.prompt + line)
                self._send_when_room(line + self.eol)
            if self._told_to_end():
                return
            self.pause()

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
        """Return the next line, or ``None`` if the wait was interrupted."""
        if self._wake_pipe is None:
            return input(self.prompt)
        if not prompted:
            sys.stdout.write(self.prompt)
            sys.stdout.flush()
        while (line := _stdin.take_line()) is None:
            ready, _, _ = select.select([0, self._wake_pipe[0]], [], [])
            if self._wake_pipe[0] in ready:
                os.read(self._wake_pipe[0], CHUNK)
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
        """Also interrupt a wait for the console."""
        super()._stir()
        self._interrupt_wait()

    def close_down(self) -> Any:
        """Also interrupt a wait for the console."""
        with self._contact:
            self._interrupt_wait()
        return super().close_down()

    def _interrupt_wait(self) -> None:
        """Interrupt a wait for the console. The caller holds ``_contact``."""
        if self._wake_pipe is not None:
            os.write(self._wake_pipe[1], b"!")

    def _close_wake_pipe(self) -> None:
        with self._contact:
            pipe, self._wake_pipe = self._wake_pipe, None
        for end in pipe or ():
            os.close(end)


class ConsoleEchoer(Worker):
    """Prints messages as they are, without adding line breaks.

    Bytes are decoded as UTF-8, even if a character is split between two messages. Any message to control ends it, after
    the messages that wait, and is passed on to signal.

    Args:
        forwarder: whether to pass messages on to outbox.
        use_repr: whether to print the ``repr`` of each message.
        tag: what to print before each message.

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
