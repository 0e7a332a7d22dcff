"""An interactive Python interpreter as a part: lines in, values out.

It has a thread, because a statement may take as long as it likes. What is printed goes to the process's stdout, and
only the value of an expression is a message: redirecting stdout would redirect it for all other threads as well.

Anyone who can send it a line can do whatever the process can. Linked to a server it belongs on 127.0.0.1, where
kamlab's servers listen unless told otherwise.
"""

from __future__ import annotations

import ast
import codeop
import traceback
import types
from typing import Any, ClassVar

from ..chassis.pipeline import Pipeline
from ..core.errors import NoSpaceInBox, ThreadStopped
from ..core.ipc import SHUTDOWN_MESSAGES
from ..core.thread import ThreadedComponent
from .console import ConsoleEchoer, ConsoleReader
from .transform import PureTransformer

#: What is sent in place of a value where there is none, so that a prompt can follow every statement.
NOTHING = " "


class Interpreter(ThreadedComponent):
    """Executes lines of Python, and sends the value of each statement.

    A statement of several lines is executed at the empty line, as at Python's own prompt. An expression sends its
    value, which is also kept as ``_``; anything else, and ``None``, sends ``" "``. An error sends its traceback. A
    first ``" "`` is sent at the start. Either shutdown message ends it after the lines that wait.

    Inboxes: inbox, lines (str, or bytes that are UTF-8), with or without their line breaks; control, messages that end
    this. Outboxes: outbox, values and tracebacks; signal, the message that ended this.

    Args:
        names: the names that the statements find and set; by default none.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import Collate, DataSource, Interpreter
    >>> with Lab(clock="virtual") as lab:
    ...     values = Collate()
    ...     lines = DataSource(["x = 6", "def twice(x):", "    return 2 * x", "", "twice(x)"])
    ...     _ = Pipeline(lines, Interpreter(), values).activate()
    ...     _ = lab.run()
    ...     values.collated
    [' ', ' ', ' ', 12]
    """

    Inboxes: ClassVar[Any] = {"inbox": "Lines of Python.", "control": "Messages that ask this to end."}
    Outboxes: ClassVar[Any] = {"outbox": "Values and tracebacks.", "signal": "The message that ended this."}

    def __init__(self, names: dict[str, Any] | None = None) -> None:
        super().__init__()
        # A module of its own, because pickling and dataclasses look up a class by the name of its module.
        self.names: dict[str, Any] = {"__name__": "__kamlab_interpreter__"} if names is None else names
        self._lines: list[str] = []

    def main(self) -> None:
        """Execute lines until told to end."""
        self._send(NOTHING)
        while True:
            while self.data_ready("inbox"):
                self._take(self.recv("inbox"))
            while self.data_ready("control"):
                message = self.recv("control")
                self.send(message, "signal")
                if isinstance(message, SHUTDOWN_MESSAGES):
                    return
            self.pause()

    def _take(self, line: Any) -> None:
        """Add a line to the statement, and execute it if it is complete."""
        text = line.decode("utf-8", "replace") if isinstance(line, (bytes, bytearray)) else str(line)
        self._lines.append(text.rstrip("\r\n"))
        source = "\n".join(self._lines)
        try:
            if codeop.compile_command(source, "<interpreter>", "single") is None:
                return
            value = self._execute(ast.parse(source, "<interpreter>"))
        except (SyntaxError, ValueError, OverflowError) as error:
            value = "".join(traceback.format_exception_only(error))
        self._lines.clear()
        self._send(NOTHING if value is None else value)

    def _execute(self, tree: ast.Module) -> Any:
        """Execute statements, and return the value of the last one, or the traceback of an error."""
        last = tree.body[-1] if tree.body else None
        value = None
        try:
            if isinstance(last, ast.Expr):
                tree.body.pop()
            exec(compile(tree, "<interpreter>", "exec"), self.names)
            if isinstance(last, ast.Expr):
                value = eval(compile(ast.Expression(last.value), "<interpreter>", "eval"), self.names)
        except ThreadStopped:
            raise
        except BaseException as error:
            return "".join(traceback.format_exception(error.with_traceback(_users_part(error.__traceback__))))
        if value is not None:
            self.names["_"] = value
        return value

    def _send(self, value: Any) -> None:
        while True:
            try:
                self.send(value, "outbox")
                return
            except NoSpaceInBox:
                self.pause()


def _users_part(trace: types.TracebackType | None) -> types.TracebackType | None:
    """Return the part of a traceback that begins in the interpreted code."""
    while trace is not None and trace.tb_frame.f_code.co_filename != "<interpreter>":
        trace = trace.tb_next
    return trace


class StandaloneInterpreter(Pipeline):
    """An interpreter at the console: reads lines, executes them, prints values.

    It ends at the end of the input.

    Args:
        names: as for Interpreter.

    >>> from unittest.mock import patch
    >>> from kamlab import Lab
    >>> with Lab(clock="virtual") as lab, patch("builtins.input", side_effect=["6 * 7", EOFError]):
    ...     _ = StandaloneInterpreter().activate()
    ...     _ = lab.run()
    42
    """

    def __init__(self, names: dict[str, Any] | None = None) -> None:
        super().__init__(ConsoleReader("> ", eol=""), Interpreter(names), PureTransformer(_printed), ConsoleEchoer())


def _printed(value: Any) -> str | None:
    """Return the line that shows a value, or ``None`` where there is nothing to show."""
    if value is NOTHING:
        return None
    return value if isinstance(value, str) and value.endswith("\n") else f"{value!r}\n"
