"""What the tests of every room share."""

from __future__ import annotations

import contextlib
import faulthandler
import gc
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import units
from kamlab import Lab

#: The listings of the page and the answers to the exercises are no tests.
collect_ignore_glob = ["listings/*", "course/answers/*"]

LISTINGS = Path(__file__).parent / "listings"
#: Seconds after which a test that hangs is ended, with the stack of every thread.
HANGS_AFTER = 500


if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a shell has it for what it starts in the background
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give out the tests by file, the browser tests of a folder together."""
    return units.scheduler(config, log) if config.option.dist == "loadfile" else None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what takes long at the beginning."""
    items.sort(key=lambda item: units.rank(item.nodeid))


def pytest_collection_finish() -> None:
    """Keep what the collection has made, some million objects, out of every later look for garbage."""
    keep_out_of_garbage_collection()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """Keep what a file of tests has imported and left out of it, too: many tests look for garbage, some often."""
    yield
    if nextitem is not None and nextitem.path != item.path:
        keep_out_of_garbage_collection()


def keep_out_of_garbage_collection() -> None:
    """Collect the garbage there is, and never look at what remains again."""
    gc.collect()
    gc.freeze()


class QuietLab(Lab):
    """A lab that keeps what it reports instead of writing it to stderr."""

    def __init__(self, **how: Any) -> None:
        self.reports: list[str] = []
        super().__init__(**how)

    def report(self, text: str) -> None:
        self.reports.append(text)

    def tell(self, component: Any, message: Any, box: str = "control") -> None:
        """Put a message into an inbox, from outside."""
        with self.lock:
            component.deliver(message, box)


@pytest.fixture
def make_lab() -> Iterator[Callable[..., QuietLab]]:
    """Make labs that are stopped at the end; the last one made is the current one, unless told otherwise."""
    with contextlib.ExitStack() as labs:

        def make(*, current: bool = True, **how: Any) -> QuietLab:
            lab = QuietLab(**how)
            if current:
                labs.enter_context(lab)
            else:
                labs.callback(lab.stop)
            return lab

        yield make


@pytest.fixture
def lab(make_lab: Callable[..., QuietLab]) -> QuietLab:
    """A current lab with the ordinary doors."""
    return make_lab()


@pytest.fixture
def watchdog() -> Iterator[None]:
    """End a test run that hangs, and show where."""
    faulthandler.dump_traceback_later(HANGS_AFTER, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()


def eventually(condition: Callable[[], Any], timeout: float = 10.0) -> Any:
    """Return the first true answer of a condition, or its last one when the time is up."""
    deadline = time.monotonic() + timeout
    while not (answer := condition()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return answer


@pytest.fixture(name="eventually")
def eventually_fixture() -> Callable[..., Any]:
    """Poll a condition until it holds, with a deadline."""
    return eventually


@pytest.fixture
def listing() -> Callable[..., str]:
    """Return the page's code by the names of the files it is in, joined."""
    return lambda *names: "\n".join((LISTINGS / f"{name}.py").read_text(encoding="utf-8") for name in names)


@pytest.fixture
def free_port() -> Callable[[], int]:
    """Return a port of this machine that nobody listens at."""

    def find() -> int:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return int(probe.getsockname()[1])

    return find


@contextlib.contextmanager
def alone_at_the_page_ports() -> Iterator[None]:
    """Wait until no other test on this machine uses the ports that the cookbook's page names: 1500, 1501, 1600."""
    import fcntl

    with (Path(tempfile.gettempdir()) / "kamlab-tests-page-ports.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture
def page_ports() -> Iterator[None]:
    """Have the ports of the cookbook's page for this test alone; skip it where another program listens there."""
    with alone_at_the_page_ports():
        for port in (1500, 1501, 1600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    pytest.skip(f"another program listens at port {port}")
        yield


@pytest.fixture(scope="session", name="alone_at_the_page_ports")
def alone_fixture() -> Callable[[], contextlib.AbstractContextManager[None]]:
    """Return a context in which one has the page's ports alone; for threads of a test."""
    return alone_at_the_page_ports


class Source:
    """A plain server in a thread: whoever connects gets a greeting, and then what is given out."""

    def __init__(self) -> None:
        self.greeting = b""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.clients: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            client.sendall(self.greeting)
            self.clients.append(client)

    def send(self, data: bytes) -> None:
        """Send to everybody who is still connected."""
        for client in list(self.clients):
            try:
                client.sendall(data)
            except OSError:
                self.clients.remove(client)
                client.close()

    def close(self) -> None:
        """Close everything."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)
        for client in self.clients:
            client.close()


@pytest.fixture
def source() -> Iterator[Source]:
    """A plain line server, for the relay to relay."""
    server = Source()
    yield server
    server.close()
