"""Runs a student's code in a sandbox, so that it cannot harm this process.

The code may loop forever, print without end, exit Python, open a port, start a program, or write files. So it runs in a
child process made by ``fork``: everything that was defined in a notebook is there, and nothing that the code does there
happens here. The child sends back one value as JSON through a pipe. In a child that takes too long, an alarm
reports the current line; if even that fails, the child is killed.

An audit hook refuses everything that would reach beyond the child: opening a port, starting a program, sending a
signal, writing a file. It ends the child with a sentence. This prevents accidents; it does not stop malicious code,
which could use ctypes, for example.

Rejected: a thread with a deadline, because a thread cannot be ended from outside, and ``os._exit`` ends the whole
process; a new Python interpreter, because a notebook's classes cannot be sent to it.

Where forking is unsafe or impossible (Windows, macOS, Python in a browser), the code runs in this process, traced line
by line so that a loop can be ended. Then only exiting Python and printing without end are refused.
"""

from __future__ import annotations

import builtins
import faulthandler
import gc
import io
import json
import os
import secrets
import select
import signal
import sys
import time
import warnings
from collections.abc import Callable
from types import FrameType
from typing import Any, NoReturn

from ..core.errors import KamlabError
from ..core.lab_time import real_monotonic
from .student_code import current_location, location_of

#: How many characters the code may print.
PRINTED = 200_000
#: How many more bytes of memory the child may take than this process has.
MEMORY = 1 << 28
#: How many seconds after its time a child that does not end by itself is killed.
GRACE = 1.0
#: The time limit counts processor time, so that no code fails because the machine is busy. Code that has run, or stood
#: in line for a processor, for less than this share of a period is waiting, and then the clock counts.
COMPUTES = 0.1
#: Behind that is a limit by the clock, which only code that neither computes nor waits reaches: so many times its time.
WALL = 60
#: How many bytes of an answer are read.
ANSWER = 1_000_000

#: Says what actions are refused besides those below: gets an audit event and its arguments.
Refused = Callable[[str, tuple[Any, ...]], str | None]

#: Said of an answer that is not the sandbox's.
FORGED = "Your code writes into the answer of the check, which is not part of this exercise."

FORKS = sys.platform == "linux" and hasattr(os, "fork")

#: The refused actions: the names of Python's audit events, and their descriptions.
REFUSED = {
    "socket.bind": "opens a port",
    "socket.connect": "connects to a port",
    "os.fork": "starts another process",
    "os.forkpty": "starts another process",
    "os.posix_spawn": "starts another program",
    "os.spawn": "starts another program",
    "os.exec": "starts another program",
    "os.system": "starts another program",
    "subprocess.Popen": "starts another program",
    "os.kill": "sends a signal to a process",
    "os.killpg": "sends a signal to a process",
    "signal.pthread_kill": "sends a signal to a thread",
    "os.remove": "removes a file",
    "os.rename": "renames a file",
    "os.rmdir": "removes a folder",
    "os.mkdir": "makes a folder",
    "os.truncate": "changes a file",
    "os.link": "makes a link to a file",
    "os.symlink": "makes a link to a file",
    "os.chmod": "changes a file",
    "shutil.rmtree": "removes a folder",
}
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class SandboxError(KamlabError):
    """The code in the sandbox did not return an answer; the message says what it did instead."""


class _OutOfTime(SystemExit):
    """Raised in traced code once its time is up. It is a SystemExit because a lab lets no other error out."""


class _TooMuchPrinted(SystemExit):
    """Raised in code that prints without end in this process. It is a SystemExit for the same reason."""


def run_in_sandbox(call: Callable[[], Any], seconds: float = 10.0, refused: Refused | None = None) -> Any:
    """Call a function in a sandbox and return its result, which must be a value that JSON can represent.

    Args:
        call: the function, without arguments.
        seconds: how long it may compute, or wait.
        refused: called with each of Python's audit events and its arguments; what it returns completes "your code ...",
            and the action is refused. Only in a child process.

    Raises:
        SandboxError: it did not return in time, or did something that is refused.

    >>> run_in_sandbox(lambda: {"sum": sum(range(10))})
    {'sum': 45}
    >>> run_in_sandbox(lambda: __import__("os")._exit(3))
    Traceback (most recent call last):
        ...
    kamlab.teach.sandbox.SandboxError: Your code ends Python (exit status 3), instead of returning.
    """
    return _in_child(call, seconds, refused) if FORKS else _in_this_process(call, seconds)


# -- in a child process -----------------------------------------------------------------------------------


def _in_child(call: Callable[[], Any], seconds: float, refused: Refused | None) -> Any:
    reader, writer = os.pipe()
    proof = secrets.token_hex(16)
    sys.stdout.flush()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the child does not need the other threads
        child = os.fork()
    if child == 0:
        os.close(reader)
        _run_as_child(call, seconds, refused, writer, proof)
    os.close(writer)
    try:
        answer = _read(reader, _TimeLimit(seconds, lambda: _processor_time(child), child))
    except BaseException:
        _kill(child)
        raise
    finally:
        os.close(reader)
    if answer is None:
        _kill(child)
        raise SandboxError(_too_long(seconds))
    _, status = os.waitpid(child, 0)
    if not answer:
        raise SandboxError(_ended(os.waitstatus_to_exitcode(status)))
    return _proved(answer, proof)


def _proved(answer: bytes, proof: str) -> Any:
    """Return the value of an answer.

    Raises:
        SandboxError: the answer is that there was trouble, or it was not written by the sandbox.
    """
    try:
        kind, value, proved = json.loads(answer)
    except ValueError:
        raise SandboxError(FORGED) from None
    if kind == "trouble":
        raise SandboxError(str(value))
    if proved != proof:
        raise SandboxError(FORGED)
    return value


class _TimeLimit:
    """How long code may run.

    Args:
        seconds: how long it may compute, or wait.
        processor_time: returns how many seconds it has computed.
        process: its number, or ``"self"``.
    """

    def __init__(self, seconds: float, processor_time: Callable[[], float], process: int | str) -> None:
        self.seconds = seconds
        self._processor_time = processor_time
        self._process = process
        self._begun = processor_time()
        self._last = self._begun + _time_in_line(process)
        self._deadline = real_monotonic() + WALL * seconds
        #: How many seconds the code may go on until the next call of :meth:`is_over`.
        self.wait = seconds

    def is_over(self) -> bool:
        """Return whether the time is over. If it is not, ``wait`` is the length of the next period."""
        now = self._processor_time()
        left = self.seconds - (now - self._begun)
        ready = now + _time_in_line(self._process)
        is_waiting = ready - self._last < COMPUTES * self.wait
        self._last, self.wait = ready, max(left, self.seconds / 20)
        return left <= self.seconds / 100 or is_waiting or real_monotonic() > self._deadline


def _time_in_line(process: int | str) -> float:
    """Return how many seconds a process has been ready to run without a processor; 0 if that is not known."""
    try:
        with open(f"/proc/{process}/schedstat") as file:
            return int(file.read().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0


def _processor_time(child: int) -> float:
    """Return how many seconds another process has computed; 0 if that is not known."""
    try:
        with open(f"/proc/{child}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _read(reader: int, limit: _TimeLimit) -> bytes | None:
    """Return everything that is written to a pipe, or ``None`` if it is not closed in time."""
    chunks = b""
    deadline = time.monotonic() + limit.wait + GRACE
    while len(chunks) < ANSWER:
        ready, _, _ = select.select([reader], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            if limit.is_over():
                return None
            deadline = time.monotonic() + limit.wait + GRACE
            continue
        chunk = os.read(reader, 65536)
        if not chunk:
            return chunks
        chunks += chunk
    return None


def _kill(child: int) -> None:
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def _ended(status: int) -> str:
    how = f"exit status {status}" if status >= 0 else f"signal {-status}, {signal.Signals(-status).name}"
    return f"Your code ends Python ({how}), instead of returning."


def _too_long(seconds: float, place: str = "") -> str:
    still = f"Your code was still running after {seconds:g} seconds"
    return f"{still}; it loops without an end, or waits for what does not come.{place}"


def _too_much(place: str = "") -> str:
    return f"Your code prints without an end: more than {PRINTED:,} characters.{place}"


def _asks_for_input(place: str = "") -> str:
    return f"Your code waits for input(), which is not available in a check.{place}"


def _run_as_child(
    call: Callable[[], Any], seconds: float, refused: Refused | None, writer: int, proof: str
) -> NoReturn:
    """Call the function, write the answer, and exit.

    The proof stays in this frame, where the code cannot find it: a value without the proof is not believed.
    """

    def tell(kind: str, value: Any, proved: str = "", *, dumps: Any = json.dumps, write: Any = os.write) -> NoReturn:
        data = dumps([kind, value, proved]).encode()
        while data:
            data = data[write(writer, data) :]
        end(0)

    end = os._exit
    try:
        _restrict(seconds, tell, refused)
        value = call()
        signal.setitimer(signal.ITIMER_REAL, 0)
        tell("value", value, proof)
    except SystemExit as error:
        tell("trouble", f"Your code calls exit, instead of returning.{location_of(error)}")
    except BaseException as error:
        tell("trouble", f"Your code raised {type(error).__name__}.{location_of(error)}")
    finally:
        end(1)


def _restrict(seconds: float, tell: Callable[[str, Any], NoReturn], refused: Refused | None) -> None:
    """Keep the effects of the code within this child process."""
    faulthandler.disable()  # the parent reports a crash in a sentence
    gc.freeze()  # objects of the parent must not be finalized here
    sys.dont_write_bytecode = True
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt reaches the parent, which ends this child
    limit = _TimeLimit(seconds, time.process_time, "self")

    def on_alarm(_number: int, frame: FrameType | None) -> None:
        if limit.is_over():
            tell("trouble", _too_long(seconds, current_location(frame)))
        signal.setitimer(signal.ITIMER_REAL, limit.wait)

    signal.signal(signal.SIGALRM, on_alarm)
    signal.setitimer(signal.ITIMER_REAL, limit.wait)
    _limit_memory()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    sys.stdout = sys.stderr = _Sink(lambda: tell("trouble", _too_much(current_location(sys._getframe()))))
    builtins.input = lambda *_args: tell("trouble", _asks_for_input(current_location(sys._getframe())))
    events = sys.modules.get("asyncio.events")
    if events is not None:
        events._set_running_loop(None)  # the notebook's loop does not run in this child

    refusing: list[bool] = []

    def refuse(event: str, args: tuple[Any, ...]) -> None:
        if refusing:
            return
        what = REFUSED.get(event) or (refused(event, args) if refused else None)
        if what is None and event == "open" and len(args) == 3 and _writes(args[0], args[2]):
            what = "writes a file"
        if what is not None:
            refusing.append(True)  # to say where asks for frames
            tell("trouble", f"Your code {what}, which is not part of this exercise.{current_location(sys._getframe())}")

    sys.addaudithook(refuse)


def _writes(file: Any, flags: Any) -> bool:
    return isinstance(file, (str, bytes)) and os.fsdecode(file) != os.devnull and bool((flags or 0) & _WRITES)


def _limit_memory() -> None:
    import resource

    with open("/proc/self/statm") as file:
        size = int(file.read().split()[0]) * resource.getpagesize()
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = size + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))


class _Sink(io.TextIOBase):
    """Discards printed text, and calls ``full`` when it is too much."""

    def __init__(self, full: Callable[[], Any]) -> None:
        super().__init__()
        self._full = full
        self._left = PRINTED

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self._left -= len(text)
        if self._left < 0:
            self._full()
        return len(text)


# -- in this process --------------------------------------------------------------------------------------


def _in_this_process(call: Callable[[], Any], seconds: float) -> Any:
    deadline = real_monotonic() + seconds  # in a slice, time.monotonic() is the lab's time

    def full() -> NoReturn:
        raise _TooMuchPrinted

    def trace(frame: FrameType, event: str, arg: Any) -> Any:
        if real_monotonic() > deadline:
            raise _OutOfTime
        return trace

    kept = sys.stdout, sys.stderr, sys.gettrace(), builtins.input
    sys.stdout = sys.stderr = _Sink(full)
    builtins.input = _no_input
    sys.settrace(trace)
    try:
        return call()
    except SandboxError:
        raise
    except _TooMuchPrinted as error:
        raise SandboxError(_too_much(location_of(error))) from None
    except _OutOfTime as error:
        raise SandboxError(_too_long(seconds, location_of(error))) from None
    except SystemExit as error:
        raise SandboxError(f"Your code calls exit, instead of returning.{location_of(error)}") from None
    except Exception as error:
        raise SandboxError(f"Your code raised {type(error).__name__}.{location_of(error)}") from error
    finally:
        sys.settrace(kept[2])
        sys.stdout, sys.stderr, _, builtins.input = kept


def _no_input(*_args: Any) -> NoReturn:
    raise SandboxError(_asks_for_input(current_location(sys._getframe())))
