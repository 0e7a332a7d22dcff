"""The four systems of the Backplanes page on the simulated network and the virtual clock, their listings unchanged."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import kamlab.axon
from kamlab import Component, Lab
from kamlab.core import context
from kamlab.net import SimpleServer, Simulated, TCPClient

CONDITIONS = {
    "plain": Simulated(),
    "no delay": Simulated(latency=0),
    "byte by byte": Simulated(latency=0.05, fragment=1),
    "far away": Simulated(latency=0.3, jitter=0.2, fragment=5, seed=3),
    "lossy": Simulated(latency=0.02, loss=0.2, fragment=20, seed=4),
    "small buffers": Simulated(buffer=7),
}

RECIPES = {
    "time server": ("time_server",),
    "relay": ("page_imports", "relay"),
    "logger": ("page_imports", "logger"),
    "logger and relay": ("page_imports", "logger", "logger_relay"),
}

DRIVES = ("run", "step")

#: How many slices are compared.
SLICES = 600

#: What a logger's client says: lines with letters of more than one byte.
TEXT = "".join(f"line {n} \N{SNOWMAN} naïve\n" for n in range(5))


@pytest.fixture(autouse=True)
def spelling(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the cookbook's names importable, where log.data may be written."""
    monkeypatch.chdir(tmp_path)
    kamlab.axon.install()


@pytest.fixture
def build(listing: Any, monkeypatch: Any) -> Iterator[Callable[..., Lab]]:
    """Return a builder of one recipe: a fresh lab with the listing in it, at step 0."""
    labs: list[Lab] = []

    def builder(recipe: str, how: Simulated, speaker: int | None = None) -> Lab:
        source = listing(*RECIPES[recipe])
        hosts = {} if speaker is None else {"foo.bar.com:1600": f"localhost:{speaker}"}
        if recipe == "logger and relay":  # the page adds its last line to the listing before it
            start, end = listing("page_imports", "logger").rsplit("Backplane(", 1)
            source = start + listing("logger_relay") + "Backplane(" + end
        lab = Lab(clock="virtual", network=how, trace_limit=1_000_000, hosts=hosts)
        lab.reports = []  # type: ignore[attr-defined]
        lab.report = lab.reports.append  # type: ignore[method-assign,attr-defined]
        lab.on_run = lambda lab, component: None
        labs.append(lab)
        # until a lab patches the time that its components are told, that is what a time server tells
        monkeypatch.setattr("time.asctime", lambda: f"second {int(lab.scheduler.clock.now())}")
        context.enter(lab)
        try:
            exec(compile(source, recipe, "exec"), {"__name__": "listing"})
        finally:
            context.leave(lab)
        return lab

    yield builder
    for lab in labs:
        lab.stop()


def drive(lab: Lab, how: str, until: Callable[[], Any], seconds: float = 120) -> None:
    """Step or run until a condition holds or so many seconds of the lab's time have gone by."""
    over = lab.scheduler.clock.now() + seconds

    def done(_: Any) -> bool:
        return bool(until()) or lab.scheduler.clock.now() > over

    if how == "run":
        lab.run(until=done)
    else:
        while not done(lab) and lab.step().reason == "steps":
            pass
    assert until(), lab.reports  # type: ignore[attr-defined]


def lines_of(data: bytes) -> list[str]:
    """Return the whole lines that have come."""
    return data.decode().split("\n")[:-1]


class Collector(Component):
    """Keeps what comes."""

    def __init__(self) -> None:
        super().__init__()
        self.got = b""

    def main(self) -> Any:
        while True:
            self.got += b"".join(self.messages())
            self.pause()
            yield


def connect(lab: Lab, host: str, port: int) -> Collector:
    """Let a TCPClient of the same lab connect, and return what collects for it."""
    client, collector = TCPClient(host, port), Collector()
    with lab.lock:
        collector.activate(lab)
        client.link((client, "outbox"), (collector, "inbox"))
        client.activate(lab)
    return collector


def no_failures(lab: Any) -> bool:
    """Return whether no component has failed."""
    assert not lab.failures, lab.reports
    return True


@pytest.mark.parametrize("how", DRIVES)
@pytest.mark.parametrize("conditions", CONDITIONS)
def test_time_server(build: Any, conditions: str, how: str) -> None:
    """Each client gets the time, one whole line for each second, and one that leaves disturbs nobody."""
    lab = build("time server", CONDITIONS[conditions])
    stays, leaves, breaks = (lab.network.dial(1500) for _ in range(3))
    component = connect(lab, "localhost", 1500)
    drive(lab, how, lambda: all(lines_of(each) for each in (stays.received, leaves.received, component.got)))
    leaves.close()
    breaks.reset()
    had = len(lines_of(stays.received))
    drive(lab, how, lambda: len(lines_of(stays.received)) >= had + 3 and len(lines_of(component.got)) >= had + 3)
    told = lines_of(stays.received)
    assert len(set(told)) == len(told), "one line for each second"
    assert set(lines_of(leaves.received)) <= set(told) | {""}
    assert no_failures(lab)


@pytest.mark.parametrize("how", DRIVES)
@pytest.mark.parametrize("conditions", CONDITIONS)
def test_relay(build: Any, conditions: str, how: str) -> None:
    """What foo.bar.com sends reaches every client of the relay, and one that breaks disturbs nobody."""
    lab = build("relay", CONDITIONS[conditions])
    source = lab.network.serve("foo.bar.com", 1600)
    drive(lab, how, lambda: source.peers)
    stays, breaks = lab.network.dial(1600), lab.network.dial(1600)
    component = connect(lab, "localhost", 1600)
    drive(lab, how, lambda: len(lab["SimpleServer"].clients) == 3)
    # who subscribes hears what is published from then on; the rounds of this are over in no time of the lab's
    drive(lab, how, lambda: not lab.runnable())
    (speaker,) = source.peers
    speaker.send("one\ntwo\n")
    drive(lab, how, lambda: all(each == b"one\ntwo\n" for each in (stays.received, breaks.received, component.got)))
    breaks.reset()
    speaker.send("three\n")
    drive(lab, how, lambda: stays.received == component.got == b"one\ntwo\nthree\n")
    assert no_failures(lab)


@pytest.mark.parametrize("how", DRIVES)
@pytest.mark.parametrize("conditions", CONDITIONS)
def test_logger(build: Any, conditions: str, how: str, tmp_path: Path) -> None:
    """The log file has every line of every client, whatever the pieces were."""
    lab = build("logger", CONDITIONS[conditions])
    for _ in range(3):
        peer = lab.network.dial(1500)
        peer.send(TEXT)
        peer.close()
    log = tmp_path / "log.data"
    drive(lab, how, lambda: log.exists() and len(log.read_text(encoding="utf-8").splitlines()) == 15)
    assert sorted(log.read_text(encoding="utf-8").splitlines()) == sorted(3 * TEXT.splitlines())
    drive(lab, how, lambda: lab.network.connections == [])
    assert no_failures(lab)


@pytest.mark.parametrize("how", DRIVES)
@pytest.mark.parametrize("conditions", CONDITIONS)
def test_logger_that_is_also_a_relay(build: Any, conditions: str, how: str, tmp_path: Path) -> None:
    """With the page's last line the log is a live stream too, for everybody who connects to it."""
    lab = build("logger and relay", CONDITIONS[conditions])
    first, second = lab.network.dial(1501), lab.network.dial(1501)
    drive(lab, how, lambda: first.connected and second.connected and not lab.runnable())
    peer = lab.network.dial(1500)
    peer.send(TEXT)
    log = tmp_path / "log.data"
    drive(lab, how, lambda: log.exists() and len(log.read_text(encoding="utf-8").splitlines()) == 5)
    whole = re.sub("\n", "", TEXT)  # lines lose their ends on the way into the backplane

    def heard(data: bytes) -> bool:
        return re.sub("\n", "", data.decode("utf-8", "replace")) == whole

    drive(lab, how, lambda: heard(first.received) and heard(second.received))
    assert no_failures(lab)


@pytest.mark.parametrize("how", DRIVES)
def test_resets(build: Any, how: str, tmp_path: Path) -> None:
    """Where connections break at random, the logger logs what came, whole but for each last line, and serves on."""
    lab = build("logger", Simulated(reset=0.05, fragment=9, seed=8))
    peers = []
    for _ in range(20):
        peers.append(lab.network.dial(1500))
        peers[-1].send(TEXT)
        peers[-1].close()
    drive(lab, how, lambda: lab.network.connections == [])
    drive(lab, how, lambda: not lab.runnable())
    lab.network.conditions = Simulated()
    last = lab.network.dial(1500)
    last.send("the last line\n")
    log = tmp_path / "log.data"
    drive(lab, how, lambda: log.exists() and "the last line\n" in log.read_text(encoding="utf-8"))
    counted = log.read_text(encoding="utf-8").splitlines()
    assert 0 < len(counted) - 1 < 100, "some arrived, and some did not"
    said = (*TEXT.splitlines(), "the last line")
    assert all(any(line.startswith(part.rstrip("\ufffd")) for line in said) for part in counted)
    assert len([part for part in counted if part not in said]) <= len(peers)
    assert no_failures(lab)


class Speaker(Component):
    """Says some lines to whoever connects, one each second."""

    def main(self) -> Any:
        for line in TEXT.splitlines(keepends=True):
            self.send(line)
            self.pause(1)
            yield


@pytest.mark.parametrize("recipe", RECIPES)
def test_same_seed_same_run(build: Any, recipe: str, tmp_path: Path) -> None:
    """Two stepped runs of a recipe with the same seed have the same events, to the letter; a free run has them, too."""
    runs = []
    for how in ("step", "step", "run"):
        (tmp_path / "log.data").unlink(missing_ok=True)
        lab = build(recipe, Simulated(latency=0.1, jitter=0.1, fragment=4, loss=0.1, reset=0.002, seed=21), 1700)
        SimpleServer(protocol=Speaker, port=1700, name="speaker").activate(lab)
        peers = [lab.network.dial(port) for port in (1500, 1501, 1600) for _ in range(2)]
        for peer in peers[:2]:
            peer.send(TEXT)
            peer.finish()
        if how == "run":
            lab.run(max_steps=SLICES)
        else:
            while lab.step_number < SLICES and lab.step().reason == "steps":
                pass
        happened = [str(event) for event in lab.trace.events() if event.step < min(SLICES, lab.step_number)]
        runs.append((happened, [peer.received for peer in peers]))
        lab.stop()
    assert len(runs[0][0]) > 200
    assert runs[0] == runs[1]
    assert runs[0] == runs[2]
