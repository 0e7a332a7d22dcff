"""Running a student's code apart, so that nothing it does can harm the process that asks.

The code may loop for ever, print without an end, end Python, open a port, start a program, or write files.
So it runs in a copy of this process, made by ``fork``: everything that was defined in a notebook is there,
and nothing it does there is done here. What comes back through a pipe is one value of plain JSON. A copy
that takes too long tells by an alarm which line it stands at, and is killed if it cannot even do that.

What would reach beyond the copy is refused by Python's audit hook: opening a port, starting a program,
sending a signal, writing a file. It ends the copy with a sentence. This is a fence against accidents, not a
prison: code that means to harm, through ctypes for one, could.

Rejected: a thread with a deadline, since a thread cannot be ended from outside against its will, and
``os._exit`` ends all; a fresh Python, since the classes of a notebook cannot be sent to it.

Where a process cannot be copied safely (Windows, macOS, Python in a browser) the code runs here, traced
line by line so that a loop can be ended; what is refused then is only to end Python and to print without end.
"""

from __future__ import annotations

import builtins
import faulthandler
import gc
import io
import json
import os
import select
import signal
import sys
import time
import warnings
from collections.abc import Callable
from types import FrameType
from typing import Any, NoReturn

from ..core.errors import KamlabError
from ..core.patched_time import real_monotonic
from .student_code import place_now, place_of

#: How many characters may be printed.
PRINTED = 200_000
#: How many more bytes of memory the copy may take than this process has.
MEMORY = 1 << 28
#: How many seconds after its time a copy that does not end by itself is killed.
GRACE = 1.0
#: Time is processor time, so that a busy machine fails nobody. Code that uses less of it than this part waits, and its
#: time is that of the clock; and no code may take more than so many times its time by the clock.
COMPUTES, BUSY = 0.1, 8
#: How many bytes of an answer are read.
ANSWER = 1_000_000

FORKS = sys.platform == "linux" and hasattr(os, "fork")

#: What is refused, by the names of Python's audit events, and what it is called.
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


class Trouble(KamlabError):
    """The code that was run apart did not come to an answer; the message says what it did instead."""


class _OutOfTime(SystemExit):
    """Raised in code that is traced, once its time is up. A SystemExit, since a lab lets no other error out."""


class _TooMuchPrinted(SystemExit):
    """Raised in code that prints without an end, where it runs here. A SystemExit for the same reason."""


def run_apart(call: Callable[[], Any], seconds: float = 10.0) -> Any:
    """Call a function apart and return what it returns, which must be a value of plain JSON.

    Args:
        call: the function, without arguments.
        seconds: how long it may compute, or wait.

    Raises:
        Trouble: it did not come to an answer in time, or did what is refused.

    >>> run_apart(lambda: {"sum": sum(range(10))})
    {'sum': 45}
    >>> run_apart(lambda: __import__("os")._exit(3))
    Traceback (most recent call last):
        ...
    kamlab.teach.sandbox.Trouble: Your code ends Python (exit status 3), instead of returning.
    """
    return _in_a_copy(call, seconds) if FORKS else _here(call, seconds)


# -- in a copy of this process ----------------------------------------------------------------------------


def _in_a_copy(call: Callable[[], Any], seconds: float) -> Any:
    reader, writer = os.pipe()
    sys.stdout.flush()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # other threads are of no use to the copy
        copy = os.fork()
    if copy == 0:
        os.close(reader)
        _be_the_copy(call, seconds, writer)
    os.close(writer)
    try:
        answer = _read(reader, _Allowance(seconds, lambda: _computed(copy)))
    except BaseException:
        _kill(copy)
        raise
    finally:
        os.close(reader)
    if answer is None:
        _kill(copy)
        raise Trouble(_too_long(seconds))
    _, status = os.waitpid(copy, 0)
    if not answer:
        raise Trouble(_ended(os.waitstatus_to_exitcode(status)))
    kind, value = json.loads(answer)
    if kind == "trouble":
        raise Trouble(value)
    return value


class _Allowance:
    """The time that code has.

    Args:
        seconds: how long it may compute, or wait.
        computed: tells for how many seconds it has computed.
    """

    def __init__(self, seconds: float, computed: Callable[[], float]) -> None:
        self.seconds = seconds
        self._computed = computed
        self._begun = self._looked = computed()
        self._turns = BUSY
        #: How long to let it go on before the next look.
        self.wait = seconds

    def look(self) -> bool:
        """Look at what was computed, and return whether the time is over; else ``wait`` is until the next look."""
        now = self._computed()
        left = self.seconds - (now - self._begun)
        waits = now - self._looked < COMPUTES * self.wait
        self._turns -= 1
        self._looked, self.wait = now, max(left, self.seconds / 20)
        return left <= self.seconds / 100 or waits or not self._turns


def _computed(copy: int) -> float:
    """Return for how many seconds another process has computed; 0 if that is not known."""
    try:
        with open(f"/proc/{copy}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _read(reader: int, allowance: _Allowance) -> bytes | None:
    """Return all that is written to a pipe, or ``None`` if it is not closed in time."""
    chunks = b""
    deadline = time.monotonic() + allowance.wait + GRACE
    while len(chunks) < ANSWER:
        ready, _, _ = select.select([reader], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            if allowance.look():
                return None
            deadline = time.monotonic() + allowance.wait + GRACE
            continue
        chunk = os.read(reader, 65536)
        if not chunk:
            return chunks
        chunks += chunk
    return None


def _kill(copy: int) -> None:
    os.kill(copy, signal.SIGKILL)
    os.waitpid(copy, 0)


def _ended(status: int) -> str:
    how = f"exit status {status}" if status >= 0 else f"signal {-status}, {signal.Signals(-status).name}"
    return f"Your code ends Python ({how}), instead of returning."


def _too_long(seconds: float, place: str = "") -> str:
    still = f"Your code was still running after {seconds:g} seconds"
    return f"{still}; it loops without an end, or waits for what does not come.{place}"


def _too_much(place: str = "") -> str:
    return f"Your code prints without an end: more than {PRINTED:,} characters.{place}"


def _asks(place: str = "") -> str:
    return f"Your code waits for input(), which nobody can give in a check.{place}"


def _be_the_copy(call: Callable[[], Any], seconds: float, writer: int) -> NoReturn:
    """Do the work, write the answer, and end; never return."""

    def tell(kind: str, value: Any) -> NoReturn:
        data = json.dumps([kind, value]).encode()
        while data:
            data = data[os.write(writer, data) :]
        os._exit(0)

    try:
        _fence(seconds, tell)
        value = call()
        signal.setitimer(signal.ITIMER_REAL, 0)
        tell("value", value)
    except SystemExit as error:
        tell("trouble", f"Your code calls exit, instead of returning.{place_of(error)}")
    except BaseException as error:
        tell("trouble", f"Your code raised {type(error).__name__}.{place_of(error)}")
    finally:
        os._exit(1)


def _fence(seconds: float, tell: Callable[[str, Any], NoReturn]) -> None:
    """Keep what is done in this copy within it."""
    faulthandler.disable()  # a crash is told in a sentence
    gc.freeze()  # what belongs to the original is not taken apart here
    sys.dont_write_bytecode = True
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the original is interrupted, and ends this
    allowance = _Allowance(seconds, time.process_time)

    def look(_number: int, frame: FrameType | None) -> None:
        if allowance.look():
            tell("trouble", _too_long(seconds, place_now(frame)))
        signal.setitimer(signal.ITIMER_REAL, allowance.wait)

    signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, allowance.wait)
    _limit_memory()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    sys.stdout = sys.stderr = _Sink(lambda: tell("trouble", _too_much(place_now(sys._getframe()))))
    builtins.input = lambda *_args: tell("trouble", _asks(place_now(sys._getframe())))
    events = sys.modules.get("asyncio.events")
    if events is not None:
        events._set_running_loop(None)  # the notebook's own loop is not ours

    def refuse(event: str, args: tuple[Any, ...]) -> None:
        what = REFUSED.get(event)
        if what is None and event == "open" and len(args) == 3 and _writes(args[0], args[2]):
            what = "writes a file"
        if what is not None:
            tell("trouble", f"Your code {what}, which is not part of this exercise.{place_now(sys._getframe())}")

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
    """Takes what is printed, and calls ``full`` when it is too much."""

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


# -- here -------------------------------------------------------------------------------------------------


def _here(call: Callable[[], Any], seconds: float) -> Any:
    deadline = real_monotonic() + seconds  # time.monotonic() is the lab's time in a slice

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
    except Trouble:
        raise
    except _TooMuchPrinted as error:
        raise Trouble(_too_much(place_of(error))) from None
    except _OutOfTime as error:
        raise Trouble(_too_long(seconds, place_of(error))) from None
    except SystemExit as error:
        raise Trouble(f"Your code calls exit, instead of returning.{place_of(error)}") from None
    except Exception as error:
        raise Trouble(f"Your code raised {type(error).__name__}.{place_of(error)}") from error
    finally:
        sys.settrace(kept[2])
        sys.stdout, sys.stderr, _, builtins.input = kept


def _no_input(*_args: Any) -> NoReturn:
    raise Trouble(_asks(place_now(sys._getframe())))
