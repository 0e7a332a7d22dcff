"""A student's code runs apart: whatever it does, a sentence comes back, and this process is as it was."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from descriptors import open_descriptors
from kamlab.teach import sandbox
from kamlab.teach.sandbox import SandboxError, run_in_sandbox

pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")

#: Seconds that a loop without an end is given in these tests.
SHORT = 0.5
#: Seconds that are enough on a busy machine, for what ends by itself.
AMPLE = 120


def loops() -> None:
    while True:
        pass


def loops_whatever_comes() -> None:
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass


def sleeps() -> None:
    time.sleep(1000)


def computes_in_c() -> int:
    return 10 ** (10**8)


def waits_for_a_lock() -> None:
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()


def prints_without_end() -> None:
    while True:
        print("hello")


def prints_one_huge_text() -> None:
    print("x" * 10_000_000)


def writes_to_stderr_without_end() -> None:
    while True:
        sys.stderr.write("hello")


def exits() -> None:
    sys.exit(0)


def exits_at_once() -> None:
    os._exit(7)


def aborts() -> None:
    os.abort()


def crashes() -> None:
    ctypes.string_at(0)


def kills_the_kernel() -> None:
    os.kill(os.getppid(), signal.SIGKILL)


def kills_itself() -> None:
    signal.raise_signal(signal.SIGKILL)


def opens_a_port() -> None:
    socket.create_server(("127.0.0.1", 0))


def connects() -> None:
    socket.create_connection(("127.0.0.1", 9), timeout=1)


def starts_a_program() -> None:
    subprocess.run(["true"], check=False)


def forks() -> None:
    os.fork()


def writes_a_file() -> None:
    Path("left-behind.txt").write_text("hello")


def removes_a_file() -> None:
    os.remove(__file__)


def asks() -> None:
    input("your name? ")


def eats_memory() -> None:
    eaten = []
    while True:
        eaten.append(bytearray(150_000_000))


#: What the code does, and what is said of it.
BAD: list[tuple[Callable[[], Any], str]] = [
    (loops, "still running after 0.5 seconds"),
    (loops_whatever_comes, "still running after 0.5 seconds"),
    (sleeps, "still running after 0.5 seconds"),
    (computes_in_c, "still running after 0.5 seconds"),
    (waits_for_a_lock, "still running after 0.5 seconds"),
    (prints_without_end, "prints without an end: more than 200,000 characters"),
    (prints_one_huge_text, "prints without an end"),
    (writes_to_stderr_without_end, "prints without an end"),
    (exits, "calls exit, instead of returning"),
    (exits_at_once, "ends Python (exit status 7)"),
    (aborts, "ends Python (signal 6, SIGABRT)"),
    (crashes, "ends Python (signal 11, SIGSEGV)"),
    (kills_the_kernel, "sends a signal to a process"),
    (kills_itself, "ends Python (signal 9, SIGKILL)"),
    (opens_a_port, "opens a port"),
    (connects, "connects to a port"),
    (starts_a_program, "starts another program"),
    (forks, "starts another process"),
    (writes_a_file, "writes a file"),
    (removes_a_file, "removes a file"),
    (asks, "waits for input()"),
    (eats_memory, "MemoryError"),
]

copies = pytest.mark.skipif(not sandbox.FORKS, reason="this system cannot copy a process safely")


@copies
@pytest.mark.parametrize(("call", "said"), BAD, ids=lambda each: getattr(each, "__name__", ""))
def test_whatever_the_code_does_a_sentence_comes_back(call: Any, said: str, tmp_path: Path, monkeypatch: Any) -> None:
    """Loops, prints, exits, ports, programs, files: each is told in words, and this process is as it was."""
    monkeypatch.chdir(tmp_path)
    threads, files, stdout = threading.enumerate(), open_descriptors(), sys.stdout
    with pytest.raises(SandboxError) as caught:
        run_in_sandbox(call, SHORT if "still running" in said else AMPLE)
    assert said in str(caught.value)
    assert [each for each in threading.enumerate() if each not in threads] == []
    assert open_descriptors() <= files
    assert sys.stdout is stdout
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)  # no copy is left


@copies
def test_the_line_that_loops_is_named() -> None:
    """Of a loop without an end one is told the function, the line, and its text."""
    space: dict[str, Any] = {}
    exec(compile("def forever():\n    while True:\n        pass\n", "<cell 1>", "exec"), space)
    with pytest.raises(SandboxError, match=r"In forever\(\), line [23]"):
        run_in_sandbox(space["forever"], SHORT)


@copies
def test_a_busy_machine_fails_nobody() -> None:
    """What counts is the time that the code computes: code that is in time is so on a machine that has none for it."""

    def computes() -> float:
        began, clock = time.process_time(), time.monotonic()
        while time.process_time() - began < 0.4:
            pass
        return time.monotonic() - clock

    loop = [sys.executable, "-c", "while True: pass"]
    busy = [subprocess.Popen(loop) for _ in range(4 * (os.cpu_count() or 1))]
    try:
        assert run_in_sandbox(computes, 0.6) > 0.6
    finally:
        for each in busy:
            each.kill()
            each.wait()


@copies
def test_an_answer_comes_back_and_nothing_else() -> None:
    """What is returned comes back; what is changed in the copy is not changed here."""
    changed: list[int] = []

    def work() -> list[int]:
        changed.append(1)
        return changed

    assert run_in_sandbox(work) == [1]
    assert changed == []


@copies
def test_an_answer_may_be_large() -> None:
    """An answer of more than a pipe holds comes back whole."""
    assert run_in_sandbox(lambda: "x" * 500_000) == "x" * 500_000


@copies
def test_an_interrupt_ends_the_copy_too(eventually: Any) -> None:
    """A KeyboardInterrupt while one waits is raised here, and the copy is gone."""
    threading.Timer(0.2, signal.pthread_kill, (threading.main_thread().ident, signal.SIGINT)).start()
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run_in_sandbox(loops, 30)
    assert time.monotonic() - began < 20
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


#: What can be told where no process can be copied.
BAD_HERE = [each for each in BAD if each[0] in (loops, prints_without_end, prints_one_huge_text, exits, asks)]


@pytest.mark.parametrize(("call", "said"), BAD_HERE, ids=lambda each: getattr(each, "__name__", ""))
def test_without_copies_loops_prints_and_exits_are_told_all_the_same(
    call: Any, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a process cannot be copied the code runs here, and what can be held back is."""
    monkeypatch.setattr(sandbox, "FORKS", False)
    kept = sys.stdout, sys.stderr, sys.gettrace()
    with pytest.raises(SandboxError) as caught:
        run_in_sandbox(call, SHORT if "still running" in said else AMPLE)
    assert said in str(caught.value)
    assert (sys.stdout, sys.stderr, sys.gettrace()) == kept
    assert run_in_sandbox(lambda: 42) == 42
