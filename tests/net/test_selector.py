"""The Selector: one request, one message."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kamlab.core.ipc import Shutdown, ShutdownMicroprocess
from kamlab.net import NewExceptional, NewReader, NewWriter, RemoveReader, RemoveWriter, Selector


@pytest.fixture
def two() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Two sockets that are connected."""
    a, b = socket.socketpair()
    yield a, b
    a.close()
    b.close()


@pytest.fixture
def selector(lab: Any) -> Selector:
    """A Selector that runs."""
    return Selector().activate()


@pytest.fixture
def waiter(lab: Any, parts: Any) -> Any:
    """Somebody who waits for descriptors."""
    return parts.Recorder().activate()


@pytest.fixture
def settle(lab: Any) -> Callable[[], None]:
    """Run until nothing more happens by itself."""
    return lambda: [None for _ in range(20) if lab.step(timeout=0.01)] and None


class TestRequests:
    def test_a_reader_is_told_once_with_the_descriptor_itself(
        self, lab: Any, selector: Any, waiter: Any, two: Any, settle: Any
    ) -> None:
        """When a descriptor can be read the component gets the descriptor itself, once for each request."""
        a, b = two
        request = ((waiter, "inbox"), a)
        selector.deliver(NewReader(waiter, request), "notify")
        settle()
        assert waiter.got == []
        b.send(b"x")
        settle()
        assert waiter.got == [a]
        selector.deliver(NewReader(waiter, request), "notify")
        settle()
        assert waiter.got == [a, a]

    def test_a_number_is_a_descriptor_too(self, selector: Any, waiter: Any, two: Any, settle: Any) -> None:
        """A descriptor may be a number; that number is sent."""
        a, b = two
        b.send(b"x")
        selector.deliver(NewReader(waiter, ((waiter, "inbox"), a.fileno())), "notify")
        settle()
        assert waiter.got == [a.fileno()]

    def test_reading_and_writing_of_one_descriptor(self, selector: Any, waiter: Any, two: Any, settle: Any) -> None:
        """A reader and a writer of one descriptor are told one by one, each in its own inbox."""
        a, b = two
        selector.deliver(NewReader(waiter, ((waiter, "inbox"), a)), "notify")
        selector.deliver(NewWriter(waiter, ((waiter, "control"), a)), "notify")
        settle()
        assert (waiter.got, waiter.told) == ([], [a])
        b.send(b"x")
        settle()
        assert (waiter.got, waiter.told) == ([a], [a])

    def test_requests_can_be_taken_back(self, lab: Any, selector: Any, waiter: Any, two: Any, settle: Any) -> None:
        """RemoveReader and RemoveWriter end a request; for one that is not there they do nothing."""
        a, b = two
        b.send(b"x")
        for message in (
            NewReader(waiter, ((waiter, "inbox"), a)),
            NewWriter(waiter, ((waiter, "inbox"), a)),
            RemoveReader(waiter, a),
            RemoveWriter(waiter, a),
            RemoveReader(waiter, b),
        ):
            selector.deliver(message, "notify")
        settle()
        assert waiter.got == []
        assert lab.network.poller.sources() == 0

    def test_a_closed_socket_is_reported(self, lab: Any, selector: Any, waiter: Any, two: Any, settle: Any) -> None:
        """A request for a closed socket is reported and dropped, and others are served (defect 17)."""
        a, b = two
        closed = socket.socket()
        closed.close()
        b.send(b"x")
        selector.deliver(NewReader(waiter, ((waiter, "inbox"), closed)), "notify")
        selector.deliver(NewReader(waiter, ((waiter, "inbox"), a)), "notify")
        settle()
        assert waiter.got == [a]
        assert len(lab.reports) == 1
        assert "closed" in lab.reports[0]

    def test_exceptional_conditions_are_refused_aloud(
        self, lab: Any, selector: Any, waiter: Any, two: Any, settle: Any
    ) -> None:
        """NewExceptional is answered with a report, once."""
        for _ in range(2):
            selector.deliver(NewExceptional(waiter, ((waiter, "inbox"), two[0])), "notify")
        settle()
        assert len(lab.reports) == 1
        assert not selector.is_stopped()

    def test_waiting_is_no_polling(self, lab: Any, selector: Any, waiter: Any, two: Any, settle: Any) -> None:
        """A Selector with a request sleeps until the descriptor is ready."""
        selector.deliver(NewReader(waiter, ((waiter, "inbox"), two[0])), "notify")
        settle()
        assert lab.step(timeout=0.05).steps == 0


class TestServices:
    def test_the_first_to_ask_gets_a_new_one(self, lab: Any) -> None:
        """get_selector_services gives the two services, and the Selector to be activated or None."""
        notify, control, new = Selector.get_selector_services()
        assert isinstance(new, Selector)
        assert (notify, control) == ((new, "notify"), (new, "control"))
        assert Selector.get_selector_services(lab.services) == (notify, control, None)
        assert {"selector", "selectorshutdown"} <= set(lab.services.services_registered())

    def test_its_end_frees_the_services(self, lab: Any) -> None:
        """After a Selector has ended the next to ask gets a new one."""
        _, _, first = Selector.get_selector_services()
        assert first is not None
        first.activate()
        first.deliver(ShutdownMicroprocess(), "control")
        lab.run(timeout=20)
        assert Selector.get_selector_services()[2] is not first is not None


class TestEnding:
    def test_shutdown_waits_for_open_requests(
        self, lab: Any, selector: Any, waiter: Any, two: Any, settle: Any
    ) -> None:
        """Shutdown ends a Selector once nothing is left to watch."""
        a, b = two
        selector.deliver(NewReader(waiter, ((waiter, "inbox"), a)), "notify")
        selector.deliver(Shutdown(), "control")
        settle()
        assert not selector.is_stopped()
        b.send(b"x")
        settle()
        assert selector.is_stopped()
        assert waiter.got == [a]

    def test_shutdown_microprocess_ends_it_at_once(
        self, lab: Any, selector: Any, waiter: Any, two: Any, settle: Any
    ) -> None:
        """ShutdownMicroprocess ends a Selector, and nothing is watched any more."""
        selector.deliver(NewReader(waiter, ((waiter, "inbox"), two[0])), "notify")
        settle()
        selector.deliver(ShutdownMicroprocess(), "control")
        settle()
        assert selector.is_stopped()
        assert lab.network.poller.sources() == 0

    def test_idle_it_ends_by_itself(self, make_lab: Any, hand_clock: Any, eventually: Any) -> None:
        """With nothing to watch for three seconds a Selector ends, so that a run can end."""
        lab = make_lab(clock=hand_clock)
        selector = Selector().activate()
        lab.start()
        assert eventually(lambda: selector.asleep)
        hand_clock.time = 2.9
        assert not eventually(selector.is_stopped, 0.05)
        hand_clock.time = 3.1
        assert eventually(selector.is_stopped)
        assert eventually(lambda: not lab.running)
