"""``kamlab demo``: the cookbook's time server with two clients, stepped and run in the terminal.

It listens on a free port of this machine, prints the boxes as it runs, and ends by itself.
"""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator

from . import Backplane, Lab, Pipeline, PublishTo, SimpleServer, SubscribeTo, ThreadedComponent

#: How many seconds the demo waits for something that should happen at once.
PATIENCE = 10.0


class TimeTick(ThreadedComponent):
    """Sends the time of day whenever it has changed."""

    def main(self) -> None:
        """Look at the clock ten times a second."""
        previous = ""
        while True:
            now = time.asctime() + "\n"
            if now != previous:
                self.send(now)
                previous = now
            else:
                self.pause(0.1)


class Client(threading.Thread):
    """A plain client that connects and prints the lines it receives."""

    def __init__(self, name: str, port: int) -> None:
        super().__init__(name=name, daemon=True)
        self.connection: socket.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.lines: int = 0
        self.start()

    def run(self) -> None:
        """Print lines until the server or :meth:`leave` closes the connection, or stdout is closed."""
        with contextlib.suppress(BrokenPipeError):  # the main thread ends the demo
            try:
                for line in self._lines():
                    self.lines += 1
                    say(f"    {self.name} reads {line.rstrip()!r}")
            except ConnectionResetError as error:
                say(f"    {self.name} is cut off: {error}")

    def _lines(self) -> Iterator[str]:
        with self.connection.makefile("r", encoding="utf-8") as file:
            yield from file

    def leave(self) -> None:
        """Close the connection and wait for the thread."""
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # the server has closed the connection already
        self.join(PATIENCE)
        self.connection.close()


def run_demo(seconds: float = 3.0) -> int:
    """Run the demo for about so many seconds; return 0 if both clients received the time, 1 if not."""
    with Lab() as lab:
        Backplane("TIME").activate()
        Pipeline(TimeTick(), PublishTo("TIME")).activate()
        server = SimpleServer(protocol=lambda: SubscribeTo("TIME"), port=0).activate()

        say("\nA time server, its first twelve slices one by one:")
        print(lab.step(12))
        lab.run(until=lambda _: server.port, timeout=PATIENCE)
        say(f"\nIt listens at port {server.port} of this machine. Two clients connect, and it runs freely:")
        clients = [Client(name, server.port) for name in ("Ada", "Ben")]
        lab.start()
        wait_until(lambda: all(client.lines for client in clients))
        time.sleep(seconds / 2)

        lab.pause()
        say("\nPaused. This is what is where:")
        print(lab.inboxes())
        say("\nStepped until the next message is delivered, and then a few slices more:")
        print(lab.step_message())
        print(lab.step(6))

        say("\nBen leaves. Ada is not disturbed:")
        clients[1].leave()
        lab.start()
        time.sleep(seconds / 2)
        lab.pause()
        print(lab.inboxes())

        say("\nEverything is shut down:")
        lab.stop()
        clients[0].leave()
        print(f"    {lab.state}: after {lab.step_number} slices no component, port or thread is left")
        return 0 if all(client.lines for client in clients) else 1


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait until other threads have made a condition true, at most :data:`PATIENCE` seconds."""
    deadline = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)


def say(text: str) -> None:
    """Print a line in one write, so that other threads cannot interrupt it."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
