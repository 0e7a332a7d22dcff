"""The four systems of the Backplanes page on real TCP with real clients, recorded, and replayed without a socket."""

from __future__ import annotations

import contextlib
import random
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import kamlab.axon
from descriptors import open_descriptors
from engine_state import state_of
from kamlab import Lab
from kamlab.analysis.history import histories
from kamlab.net import ServerCore
from kamlab.replay import Recording

RECIPES = {
    "time server": ("time_server",),
    "relay": ("page_imports", "relay"),
    "logger": ("page_imports", "logger"),
    "logger and relay": ("page_imports", "logger", "logger_relay"),
}


class Recipe:
    """A recipe in a recorded lab, with real clients outside."""

    def __init__(self, name: str, code: str, source: Any, eventually: Any) -> None:
        self.name = name
        self.source = source
        self.eventually = eventually
        self.reports: list[str] = []
        compiled = compile(code, name, "exec")
        self.lab = Lab(
            recorded=True,
            build=lambda: exec(compiled, {"__name__": "listing"}),
            hosts={"foo.bar.com:1600": f"127.0.0.1:{source.port}"},
            ports={1500: 0, 1501: 0, 1600: 0},
            trace_limit=10_000_000,
        )
        self.lab.report = self.reports.append  # type: ignore[method-assign]

    def connect(self, number: int = 0) -> socket.socket:
        """Connect to one of the servers, in the order of the listing."""
        server = [each for each in self.lab.components if isinstance(each, ServerCore)][number]
        return socket.create_connection(("127.0.0.1", server.port), timeout=10)

    def hears(self, client: socket.socket, text: bytes, meanwhile: Callable[[], Any] = lambda: None) -> bool:
        """Return whether a client hears a text before long; ``meanwhile`` is done again and again."""
        client.settimeout(0.05)
        heard = b""

        def look() -> bool:
            nonlocal heard
            meanwhile()
            with contextlib.suppress(TimeoutError):
                heard += client.recv(1000)
            return text in heard

        return bool(self.eventually(look))

    def talk(self) -> None:
        """Be the outside of this recipe for a while."""
        lab = self.lab
        lab.start(forever=True)
        if self.name == "time server":
            with self.connect() as stays, self.connect() as leaves:
                assert self.hears(leaves, b"\n")
                leaves.close()
                assert self.hears(stays, b"\n")
        elif self.name == "relay":
            with self.connect() as stays, self.connect() as leaves:
                assert self.hears(leaves, b"news", lambda: self.source.send(b"news "))
                leaves.close()
                assert self.hears(stays, b"news", lambda: self.source.send(b"news "))
        else:
            listeners = [self.connect(1), self.connect(1)] if self.name == "logger and relay" else []
            with self.connect() as first, self.connect() as second:
                for number in range(10):
                    first.sendall(b"first says %d\nand mo" % number)
                    second.sendall(b"second \xe2\x98\x83 %d\n" % number)
                    first.sendall(b"re\n")
                for listener in listeners:
                    assert self.hears(listener, b"second", lambda: second.sendall(b"second again\n"))
            for listener in listeners:
                listener.close()
            assert self.eventually(lambda: Path("log.data").exists() and b"second" in Path("log.data").read_bytes())
        assert lab.pause()


@pytest.fixture(params=RECIPES)
def recipe(
    request: Any, listing: Any, source: Any, eventually: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Recipe]:
    """One recipe after the other, recorded up to a moment at which its clients have come and gone."""
    monkeypatch.chdir(tmp_path)
    kamlab.axon.install()
    made = Recipe(request.param, listing(*RECIPES[request.param]), source, eventually)
    made.talk()
    yield made
    made.lab.stop()


@pytest.fixture
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Make every attempt to have a socket fail, from the call on."""

    def fail(*_: Any, **__: Any) -> None:
        raise AssertionError("a replay opens a socket")

    return lambda: monkeypatch.setattr(socket.socket, "__init__", fail)


def events_of(lab: Lab) -> list[str]:
    """Return what happened before the last slice; the round it is in may have been cut off by the pause."""
    return [str(each) for each in lab.trace.events() if each.step < lab.step_number]


def test_the_same_histories(recipe: Recipe, no_sockets: Any, tmp_path: Path) -> None:
    """Replayed, from a line or from a file, every inbox has had the same messages, and every event is the same."""
    lab = recipe.lab
    boxes, events = histories(lab), events_of(lab)
    line = str(lab.recording)
    lab.recording.save(tmp_path / "run")
    lab.goto(0)
    no_sockets()
    for run in (line, Recording.load(tmp_path / "run")):
        lab.replay(run)
        assert histories(lab) == boxes
        assert events_of(lab) == events


def test_any_step(recipe: Recipe, no_sockets: Any) -> None:
    """Wherever one goes in the recorded run, and from wherever, it is the same moment."""
    lab = recipe.lab
    last = lab.step_number
    lab.goto(0)
    no_sockets()
    draw = random.Random(3)
    steps = [draw.randrange(last + 1) for _ in range(8)]
    states = {}
    for step in steps:
        lab.goto(step)
        states[step] = state_of(lab)
    for step in reversed(steps):
        lab.goto(step)
        assert list(state_of(lab).differences(states[step])) == []


def test_nothing_is_left_open(recipe: Recipe, no_sockets: Any) -> None:
    """A replay leaves no descriptor open but the recipe's file, and no thread but the recipe's own."""
    lab = recipe.lab
    line = str(lab.recording)
    lab.goto(0)
    no_sockets()

    def count() -> tuple[int, int]:
        return open_descriptors(), threading.active_count()

    before = count()
    for _ in range(3):
        lab.replay(line)
    lab.goto(0)
    assert recipe.eventually(lambda: count() == before), (count(), before)
