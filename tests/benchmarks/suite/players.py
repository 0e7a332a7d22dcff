"""Players: programs in processes of their own that come back with numbers.

A :class:`Program` measures itself and prints its numbers. A :class:`FanOut` is a server and its
clients, each a process, led through a run by a conversation over their standard streams. Neither
knows what the numbers are compared with; :mod:`suite.cases` does.
"""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

PROGRAMS = Path(__file__).resolve().parent.parent / "programs"

#: Seconds until a program that says nothing counts as broken.
PATIENCE = 120.0
#: Seconds that a server is left alone after its last client has connected, to finish its wiring.
SETTLING = 0.3

Numbers = dict[str, float]


class Broken(Exception):
    """A program ended, or fell silent, without its numbers."""


@dataclass(frozen=True)
class Interpreters:
    """The Python that runs kamlab and asyncio, and the one that has Axon and Kamaelia, if any."""

    own: str = sys.executable
    peer: str | None = None

    def command(self, by_peer: bool) -> list[str]:
        """Return how to start one of them. -E -s: nothing of the user's own Python reaches the peers."""
        if not by_peer:
            return [self.own]
        if self.peer is None:
            raise Broken("there is no Python with Axon and Kamaelia")
        return [self.peer, "-E", "-s"]


class Player(Protocol):
    """Whatever can be measured once."""

    @property
    def needs_peer(self) -> bool:
        """Whether it needs Axon and Kamaelia."""

    def measure(self, interpreters: Interpreters) -> Numbers:
        """Run once and return the numbers."""


@dataclass(frozen=True)
class Program:
    """One program of the folder ``programs``, with its arguments."""

    arguments: tuple[str, ...]
    needs_peer: bool = False

    def measure(self, interpreters: Interpreters) -> Numbers:
        """Run it and return what it reports."""
        with running(self.arguments, interpreters, self.needs_peer) as process:
            return process.answer()


@dataclass(frozen=True)
class FanOut:
    """A server that sends messages to all of its clients: deliveries per second of its processor time.

    ``every``: seconds from one message to the next; 0 is flat out.
    """

    arguments: tuple[str, ...]
    clients: int
    messages: int
    every: float = 0.0
    needs_peer: bool = False

    def measure(self, interpreters: Interpreters) -> Numbers:
        """Start it, let the clients connect, say go, and ask for the usage once they have everything."""
        size = ("--clients", str(self.clients))
        arguments = (*self.arguments, *size, "--messages", str(self.messages), "--every", str(self.every))
        with running(arguments, interpreters, self.needs_peer) as server:
            port = server.answer("port")["port"]
            with running(("fanout_clients.py", *size, "--port", str(port)), interpreters) as clients:
                clients.answer("clients")
                server.answer("connected")
                time.sleep(SETTLING)
                server.say("go")
                deliveries = clients.answer("deliveries")["deliveries"]
                server.say("usage")
                processor = server.answer("processor")["processor"]
        if deliveries != self.clients * self.messages:
            raise Broken(f"{deliveries:,} of {self.clients * self.messages:,} messages were delivered")
        return {"value": deliveries / processor}


class Process:
    """A program that runs: its answers, one line of JSON each, and what it is told."""

    def __init__(self, arguments: tuple[str, ...], python: list[str], directory: Path) -> None:
        self._name = " ".join(arguments)
        self._errors = directory / "errors"
        with self._errors.open("wb") as errors:
            self._popen = subprocess.Popen(
                [*python, *_located(arguments)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=directory,
                text=True,
            )
        self._answers: queue.SimpleQueue[Numbers | None] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._popen.stdout is not None
        for line in self._popen.stdout:
            if line.startswith("{"):
                self._answers.put(json.loads(line))
        self._answers.put(None)

    def answer(self, key: str | None = None) -> Numbers:
        """Return the next answer (the next that has ``key``).

        Raises:
            Broken: the program ended first, or said nothing for ``PATIENCE`` seconds.
        """
        while True:
            try:
                numbers = self._answers.get(timeout=PATIENCE)
            except queue.Empty:
                raise Broken(f"{self._name} said nothing for {PATIENCE:g} s") from None
            if numbers is None:
                self._popen.wait()
                raise Broken(
                    f"{self._name} ended with {self._popen.returncode} and without {key or 'a number'}: "
                    f"{self._errors.read_text(errors='replace')[-2000:].strip() or 'it said nothing'}"
                )
            if key is None or key in numbers:
                return numbers

    def say(self, line: str) -> None:
        """Give the program a line of input."""
        assert self._popen.stdin is not None
        try:
            self._popen.stdin.write(line + "\n")
            self._popen.stdin.flush()
        except BrokenPipeError:
            pass  # the next answer tells how it ended

    def end(self) -> None:
        """Close the program's input, which ends a server; kill it if that is not enough."""
        assert self._popen.stdin is not None
        try:
            self._popen.stdin.close()
        except BrokenPipeError:
            pass
        try:
            self._popen.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            self._popen.wait()
        self._reader.join()
        if self._popen.stdout is not None:
            self._popen.stdout.close()


@contextmanager
def running(arguments: tuple[str, ...], interpreters: Interpreters, by_peer: bool = False) -> Iterator[Process]:
    """Run a program in an empty directory; it is gone when the block ends."""
    with tempfile.TemporaryDirectory(prefix="kamlab-bench-") as directory:
        process = Process(arguments, interpreters.command(by_peer), Path(directory))
        try:
            yield process
        finally:
            process.end()


def _located(arguments: tuple[str, ...]) -> list[str]:
    return [str(PROGRAMS / each) if each.endswith(".py") else each for each in arguments]
