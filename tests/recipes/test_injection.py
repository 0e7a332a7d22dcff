"""An exception or an interrupt at any slice of any recipe leaves the lab usable."""

from __future__ import annotations

import itertools
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import kamlab.axon
from descriptors import open_descriptors
from kamlab import Lab
from kamlab.core.task import task_of
from sampling import sampled

#: How many slices of each recipe there are to try, by which a client has its first message; and those that are tried.
SLICES = 40
TRIED = range(0, SLICES, sampled(3, 1))

RECIPES = {
    "time server": ("time_server",),
    "relay": ("page_imports", "relay"),
    "logger": ("page_imports", "logger"),
    "logger and relay": ("page_imports", "logger", "logger_relay"),
}


@pytest.fixture(autouse=True)
def spelling(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the cookbook's names importable, where log.data may be written and each look at the time tells a new one."""
    monkeypatch.chdir(tmp_path)
    ticks = itertools.count()

    def asctime() -> str:
        time.sleep(0.001)  # so that a free run does not flood the queue of the thread
        return f"tick {next(ticks)}"

    monkeypatch.setattr("time.asctime", asctime)
    kamlab.axon.install()


@pytest.fixture(params=RECIPES)
def build(request: Any, listing: Any, source: Any) -> Callable[[], Lab]:
    """Return a builder of one recipe: a fresh lab with the listing in it, at step 0."""
    source.greeting = b"one\ntwo\nthree\n"
    code = compile(listing(*RECIPES[request.param]), request.param, "exec")

    def builder() -> Lab:
        lab = Lab(hosts={"foo.bar.com:1600": f"127.0.0.1:{source.port}"}, ports={1500: 0, 1501: 0, 1600: 0})
        lab.patience = 0.5
        lab.report = lambda text: None  # type: ignore[method-assign]
        lab.on_run = lambda lab, component: None
        with_lab_current(lab, lambda: exec(code, {"__name__": "listing"}))
        return lab

    return builder


def with_lab_current(lab: Lab, call: Callable[[], Any]) -> None:
    """Call something with a lab in force, and leave the lab as it is."""
    from kamlab.core import context

    context.enter(lab)
    try:
        call()
    finally:
        context.leave(lab)


def busy(lab: Lab, slices: int, source: Any) -> list[socket.socket]:
    """Run so many slices, with a talking client at each port as soon as it is open; return the clients."""
    clients: dict[int, socket.socket] = {}
    for _ in range(slices):
        lab.step(timeout=0.05)
        source.send(b"more\n")
        for client in clients.values():
            client.sendall(b"hello\n")
        for component in lab.components:
            port = getattr(component, "port", None)
            if isinstance(port, int) and port and port not in clients and "Server" in type(component).__name__:
                clients[port] = socket.create_connection(("127.0.0.1", port), timeout=5)
    return list(clients.values())


class Bomb:
    """Stands in for the flow of a component for one slice."""

    def __init__(self, component: Any, go_off: Callable[[], Any]) -> None:
        self.component = component
        self.flow = task_of(component).flow
        self.go_off = go_off
        task_of(component).flow = self

    def send(self, value: Any) -> Any:
        """Go off, then do what the component would have done."""
        task_of(self.component).flow = self.flow
        self.go_off()
        return self.flow.send(value)

    def close(self) -> None:
        """Close what it stands in for."""
        getattr(self.flow, "close", lambda: None)()


def arm(lab: Lab, go_off: Callable[[], Any], eventually: Any) -> Any:
    """Put a bomb into whoever runs next; return the component, or None if nobody can run."""
    if not eventually(lambda: lab.scheduler.queue or lab.scheduler.end_round(), 0.1):
        return None
    component = lab.scheduler.queue[0]
    Bomb(component, go_off)
    return component


def check_usable(lab: Lab, build: Callable[[], Lab], clients: list[socket.socket]) -> None:
    """Assert that a lab still steps, runs, looks, stops and can be built again on the same names."""
    lab.run(timeout=0.01)
    lab.step(2, timeout=0.01)
    assert lab.state in ("paused", "finished")
    assert all(component.state != "failed" for component in lab.components)
    assert lab.trace.events()
    lab.stop()
    assert lab.state == "stopped"
    assert not lab.scheduler.members
    for client in clients:
        client.close()
    again = build()
    assert again.step(3).steps == 3
    again.stop()


class Injected(Exception):
    """What the tests throw."""


def test_exception_at_every_slice(build: Callable[[], Lab], source: Any, eventually: Any) -> None:
    """Whoever is hit by an exception has failed with it, alone, and the lab goes on."""
    before = open_descriptors()
    hit = 0
    for at in TRIED:
        lab = build()
        clients = busy(lab, at, source)

        def throw() -> None:
            raise Injected("here")

        component = arm(lab, throw, eventually)
        if component is not None:
            hit += 1
            happened = lab.step()
            assert component.state == "failed", component
            assert isinstance(component.error, Injected)
            assert [event.component for event in happened.of_kind("failed")] == [component]
        check_usable(lab, build, clients)
    assert hit > len(TRIED) * 3 / 4
    assert open_descriptors() <= before + 2


def test_interrupt_at_every_slice(build: Callable[[], Lab], source: Any, eventually: Any) -> None:
    """An interrupt in any slice stops the lab after that slice; no component is lost by it."""
    hit = 0
    for at in TRIED:
        lab = build()
        clients = busy(lab, at, source)
        component = arm(lab, lambda: signal.raise_signal(signal.SIGINT), eventually)
        if component is not None:
            hit += 1
            step = lab.step_number
            with pytest.raises(KeyboardInterrupt):
                lab.run(timeout=5)
            assert lab.step_number == step + 1
            assert component.state != "failed"
            assert not lab.failures
        check_usable(lab, build, clients)
    assert hit > len(TRIED) * 3 / 4


def test_interrupt_inside_a_component(build: Callable[[], Lab], source: Any, eventually: Any) -> None:
    """A KeyboardInterrupt that does reach a component ends that one only, and the run."""
    for at in range(0, SLICES, 4):
        lab = build()
        clients = busy(lab, at, source)

        def throw() -> None:
            raise KeyboardInterrupt

        component = arm(lab, throw, eventually)
        if component is not None:
            with pytest.raises(KeyboardInterrupt):
                lab.run(timeout=5)
            assert component.state == "failed"
        check_usable(lab, build, clients)


def test_the_slices_that_are_tried_cover_a_system_at_work(
    build: Callable[[], Lab], source: Any, eventually: Any
) -> None:
    """Within the slices that are tried, a client is served: messages reach its connection or come from it."""
    lab = build()
    clients = busy(lab, SLICES, source)
    assert clients
    adapters = {event.component for event in lab.trace if "SocketAdapter" in type(event.component).__name__}
    assert adapters
    assert any(event.kind in ("sent", "received") for event in lab.trace if event.component in adapters)
    lab.stop()
    for client in clients:
        client.close()
