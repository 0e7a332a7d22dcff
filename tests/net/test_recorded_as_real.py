"""The tests of connections, clients and servers once more, on a network that is written down as it goes."""

from __future__ import annotations

import contextlib
import importlib.util
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from kamlab.core.journal_interface import Journal
from kamlab.net import RealNetwork
from kamlab.net.recorded import RecordingNetwork


class EagerJournal(Journal):
    """A journal that keeps all it is told, whatever happens to the lab."""

    replaying = False

    def __init__(self) -> None:
        self.entries: list[Any] = []
        self.answers: list[Any] = []

    def before_round(self) -> None:
        """Nothing: time is real."""

    def picked(self, component: Any) -> None:
        """Nothing: the queue has its order."""

    def outside(self, kind: str, *what: Any) -> None:
        """Keep what came from outside."""
        self.entries.append((kind, *what))

    def answer(self, call: str, value: Any) -> None:
        """Keep an answer."""
        self.answers.append((call, value))


def recording(lab: Any, *hosts: Any, **how: Any) -> Any:
    """Return real TCP that is written down, with what the tests look at in a real network."""
    lab.scheduler.journal = EagerJournal()
    network: Any = RecordingNetwork(lab, RealNetwork(lab, *(hosts or (lab.hosts, lab.ports)), **how))
    network.poller, network.sockets = network.inner.poller, network.inner.sockets
    return network


def _borrow(name: str) -> ModuleType:
    """Load a module of tests a second time, so that it can be changed without changing the first."""
    path = Path(__file__).with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(f"{name}_on_a_recorded_network", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    module.RealNetwork = lambda lab, **how: recording(lab, {}, {}, **how)  # type: ignore[attr-defined]
    return module


_FIXTURES = ("connect", "listener", "call", "resolver", "selector", "waiter", "settle")

#: Tests of which the connection is not one that the lab's network made: a wrapper, or one of another lab.
LEFT_OUT = {
    "test_connection": {
        "TestSending": {
            "test_partial_writes_are_kept",
            "test_a_message_a_round_is_gathered",
            "test_a_limited_inbox_is_not_gathered_from",
        },
        "TestEnding": {"test_progress_keeps_an_ending_connection"},
    },
}

for _name in ("test_connection", "test_client", "test_server", "test_selector", "test_many_clients"):
    _module = _borrow(_name)
    _left_out = LEFT_OUT.get(_name, {})
    for _each, _value in vars(_module).items():
        if isinstance(_value, type) and _each.startswith("Test"):
            for _test in sorted(_left_out.get(_each, ())):
                delattr(_value, _test)
            globals()[f"Test{_name.removeprefix('test_').title()}{_each.removeprefix('Test')}"] = _value
        elif _each in _FIXTURES or _each.startswith("test_"):
            globals()[_each] = _value


@pytest.fixture
def make_lab(make_lab: Callable[..., Any]) -> Callable[..., Any]:
    """Make labs whose network is written down."""
    return lambda **how: make_lab(**{"network": recording, **how})


@pytest.fixture
def pair(lab: Any) -> Iterator[tuple[Any, socket.socket]]:
    """Two ends of one TCP connection, the first made by the lab's network."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        here = lab.network.connect((socket.AF_INET, listener.getsockname()))
        there, _ = listener.accept()
    there.settimeout(20)
    yield here, there
    with contextlib.suppress(OSError):
        here.close()
    there.close()


@pytest.fixture
def two(pair: tuple[Any, socket.socket]) -> tuple[Any, socket.socket]:
    """The same, for the tests of the Selector."""
    return pair
