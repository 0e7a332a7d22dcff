"""The poller: what a lab with a real network waits for."""

from __future__ import annotations

import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kamlab.net.interface import READ, WRITE
from kamlab.net.poller import Poller


@pytest.fixture
def reports() -> list[str]:
    """What was reported."""
    return []


@pytest.fixture
def poller(reports: list[str]) -> Iterator[Poller]:
    """A poller."""
    poller = Poller(reports.append)
    yield poller
    poller.close()


@pytest.fixture
def two() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Two sockets that are connected."""
    a, b = socket.socketpair()
    yield a, b
    a.close()
    b.close()


def poll(poller: Poller, timeout: float = 0) -> int:
    """Wait, and make the callbacks that are due."""
    poller.wait(timeout)
    return poller.dispatch()


class TestWatching:
    def test_a_socket_that_can_be_read_calls_back(self, poller: Poller, two: Any) -> None:
        """The callback comes with the event, from dispatch and not from wait."""
        a, b = two
        got: list[int] = []
        poller.watch(a, READ, got.append)
        b.send(b"x")
        poller.wait(5)
        assert got == []
        assert poller.dispatch() == 1
        assert got == [READ]

    def test_watching_is_persistent(self, poller: Poller, two: Any) -> None:
        """As long as something is there to be read the callback comes again, without a new watch."""
        a, b = two
        got: list[int] = []
        poller.watch(a, READ, got.append)
        b.send(b"x")
        assert [poll(poller, 5), poll(poller, 5)] == [1, 1]
        a.recv(1)
        assert poll(poller) == 0

    def test_interest_can_change(self, poller: Poller, two: Any) -> None:
        """A second watch replaces the events and the callback of the first."""
        a, _ = two
        first: list[int] = []
        second: list[int] = []
        poller.watch(a, READ, first.append)
        poller.watch(a, READ | WRITE, second.append)
        poll(poller, 5)
        poller.watch(a, READ, second.append)
        poll(poller)
        assert (first, second) == ([], [WRITE])

    def test_unwatch_ends_it(self, poller: Poller, two: Any) -> None:
        """After unwatch there is no callback, and unwatching again does nothing."""
        a, b = two
        got: list[int] = []
        poller.watch(a, READ, got.append)
        b.send(b"x")
        poller.unwatch(a)
        poller.unwatch(a)
        assert poll(poller) == 0
        assert got == []

    def test_sources_counts_watched_sockets(self, poller: Poller, two: Any) -> None:
        """Sources is the number of watched sockets, and the one for waking is none."""
        a, b = two
        assert poller.sources() == 0
        poller.watch(a, READ, print)
        poller.watch(b, READ, print)
        poller.watch(b, WRITE, print)
        assert poller.sources() == 2
        poller.unwatch(a)
        assert poller.sources() == 1

    def test_an_event_found_before_unwatch_is_dropped(self, poller: Poller, two: Any) -> None:
        """What wait found for a socket that was unwatched before dispatch leads to no callback."""
        a, b = two
        got: list[int] = []
        poller.watch(a, READ, got.append)
        b.send(b"x")
        poller.wait(5)
        poller.unwatch(a)
        assert poller.dispatch() == 0
        assert got == []

    def test_a_reused_number_never_calls_its_former_owner(self, poller: Poller) -> None:
        """A socket closed behind the poller's back gives way to the new one with its number."""
        a, b = socket.socketpair()
        old: list[int] = []
        new: list[int] = []
        number = a.fileno()
        poller.watch(a, READ, old.append)
        a.close()
        c, d = socket.socketpair()
        if number not in (c.fileno(), d.fileno()):
            pytest.skip("this system did not give the number out again")
        same, other = (c, d) if c.fileno() == number else (d, c)
        poller.watch(same, READ, new.append)
        other.send(b"x")
        poll(poller, 5)
        poller.unwatch(a)
        assert (old, new, poller.sources()) == ([], [READ], 1)
        for sock in (b, c, d):
            sock.close()

    def test_a_closed_socket_cannot_be_watched(self, poller: Poller, two: Any) -> None:
        """Watching a closed socket is an error that says so."""
        two[0].close()
        with pytest.raises(ValueError, match="closed"):
            poller.watch(two[0], READ, print)

    def test_a_callback_that_fails_is_reported_and_watched_no_longer(
        self, poller: Poller, two: Any, reports: list[str]
    ) -> None:
        """An error in a callback harms neither the driver nor the other sockets."""
        a, b = two
        got: list[int] = []

        def fail(_events: int) -> None:
            raise LookupError("oh dear")

        poller.watch(a, READ, fail)
        poller.watch(b, READ, got.append)
        a.send(b"x")
        b.send(b"x")
        deadline = time.monotonic() + 5
        while (not got or not reports) and time.monotonic() < deadline:
            poll(poller, 1)
        assert "oh dear" in reports[0]
        assert got
        assert poller.sources() == 1


class TestWaking:
    def test_wake_before_wait_ends_the_next_wait(self, poller: Poller) -> None:
        """A wake-up that comes too early is not lost."""
        poller.wake()
        began = threading.Event()
        poller.wait(60)
        began.set()
        assert poller.dispatch() == 0

    @pytest.mark.parametrize("round_", range(3))
    def test_wake_from_another_thread_ends_a_wait(self, poller: Poller, round_: int) -> None:
        """wake() can be called from any thread, and again and again."""
        for _ in range(200):
            thread = threading.Thread(target=poller.wake)
            thread.start()
            poller.wait(60)
            thread.join()

    def test_no_wake_is_lost_among_many(self, poller: Poller) -> None:
        """Whoever changes something and then calls wake is noticed, however many do so at once."""
        todo: list[int] = []
        total = 4 * 500

        def work() -> None:
            for number in range(500):
                todo.append(number)
                poller.wake()

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        seen = 0
        while seen < total:
            poller.wait(60)
            seen = len(todo)
        for thread in threads:
            thread.join()
        assert seen == total

    @pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no interval timers here")
    def test_wake_from_a_signal_handler(self, poller: Poller) -> None:
        """wake() in a signal handler ends the wait that the signal interrupted."""
        before = signal.signal(signal.SIGALRM, lambda *_: poller.wake())
        try:
            signal.setitimer(signal.ITIMER_REAL, 0.01)
            poller.wait(60)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)

    def test_wait_returns_when_the_time_is_over(self, poller: Poller) -> None:
        """Without a socket or a wake-up a wait ends at its timeout."""
        poller.wait(0.001)
        assert poller.dispatch() == 0


class TestClosing:
    def test_close_gives_everything_back(self, reports: list[str], descriptors: Callable[[], int], two: Any) -> None:
        """After close no descriptor is left; wake, wait, unwatch and another close do nothing."""
        before = descriptors()
        poller = Poller(reports.append)
        poller.watch(two[0], READ, print)
        assert descriptors() > before
        poller.close()
        poller.close()
        poller.wake()
        poller.wait(60)
        poller.unwatch(two[0])
        assert (descriptors(), poller.sources(), poller.dispatch()) == (before, 0, 0)
