"""What holds on a simulated network whatever is sent, and whatever the conditions are."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

import sampling
from kamlab import Component, Lab, ProducerFinished
from kamlab.net import SimpleServer, Simulated, TCPClient
from kamlab.net.interface import READ, WRITE
from sampling import sampled

CHUNKS = st.lists(st.binary(min_size=1, max_size=300), max_size=12)
SECONDS = st.floats(0, 2)


def conditions(resets: bool = False, most_loss: float = 0.4) -> Any:
    """Return a strategy for conditions under which nothing is given up."""
    return st.builds(
        Simulated,
        latency=SECONDS,
        jitter=SECONDS,
        bandwidth=st.none() | st.floats(50, 1e6),
        loss=st.floats(0, most_loss),
        reset=st.floats(0, 0.2) if resets else st.just(0.0),
        fragment=st.none() | st.integers(1, 50),
        seed=st.integers(0, 2**32),
        buffer=st.integers(1, 500) | st.just(65536),
        retransmit=st.floats(0.01, 1),
        retries=st.just(60),
    )


class Sleeper(Component):
    """Is there, so that a run goes on until nothing is under way any more."""

    def main(self) -> Any:
        while True:
            self.pause()
            yield


class End:
    """A program at one end of a connection: sends chunks, ends its half, reads until the end, closes."""

    def __init__(self, network: Any, sock: Any, chunks: list[bytes]) -> None:
        self.network = network
        self.sock = sock
        self.unsent = b"".join(chunks)
        self.chunks = list(chunks)
        self.got = b""
        self.sizes: list[int] = []
        self.error: OSError | None = None
        self.input_over = self.output_over = False
        network.watch(sock, READ | WRITE, self.ready)

    def ready(self, events: int) -> None:
        """Read and write one chunk, as far as it goes."""
        try:
            if events & READ and not self.input_over:
                self.read()
            if events & WRITE and not self.output_over:
                self.write()
        except BlockingIOError:
            raise AssertionError("told to be ready, and was not") from None
        except OSError as error:
            self.error = error
            self.sock.close()
            return
        if self.input_over and self.output_over:
            self.sock.close()
        else:
            wanted = (0 if self.input_over else READ) | (0 if self.output_over else WRITE)
            self.network.watch(self.sock, wanted, self.ready)

    def read(self) -> None:
        data = self.sock.recv(100)
        self.sizes.append(len(data))
        self.got += data
        self.input_over = not data

    def write(self) -> None:
        if not self.chunks:
            self.sock.shutdown(socket.SHUT_WR)
            self.output_over = True
            return
        sent = self.sock.send(self.chunks[0])
        self.chunks[0] = self.chunks[0][sent:]
        if not self.chunks[0]:
            del self.chunks[0]


def converse(how: Simulated, there: list[bytes], back: list[bytes]) -> tuple[Any, Any, Lab]:
    """Let two programs talk until nothing is under way, and return them."""
    lab = Lab(clock="virtual", network=how)
    with lab.lock:
        Sleeper().activate(lab)
    network: Any = lab.network
    ends: list[Any] = []
    listener = network.listen(None, 0)

    def accept(_: int) -> None:
        sock, _ = listener.accept()
        listener.close()
        ends.append(End(network, sock, back))

    network.watch(listener, READ, accept)
    client = network.connect((socket.AF_INET, listener.getsockname()))
    ends.append(End(network, client, there))
    assert lab.run().reason == "stuck"
    return ends[0], ends[-1], lab


def left_over(lab: Any) -> tuple[int, int, Any, int]:
    """Return what is left: sockets, connections, timers and watched sockets."""
    watching = lab.network.poller
    return len(watching.sockets), len(lab.network.connections), lab.scheduler.next_timer(), len(watching._watches)


@settings(max_examples=sampled(37, 150), deadline=None)
@given(conditions(), CHUNKS, CHUNKS)
def test_all_arrives(how: Simulated, there: list[bytes], back: list[bytes]) -> None:
    """Whatever the conditions, where nothing resets all bytes arrive in order both ways, and nothing is left."""
    client, server, lab = converse(how, there, back)
    assert (client.error, server.error) == (None, None)
    assert server.got == b"".join(there)
    assert client.got == b"".join(back)
    if how.fragment is not None:
        assert max(client.sizes + server.sizes) <= how.fragment
    assert left_over(lab) == (0, 0, None, 0)
    lab.stop()


@settings(max_examples=sampled(37, 150), deadline=None)
@given(conditions(resets=True, most_loss=0.9), CHUNKS, CHUNKS)
def test_what_arrives_is_a_prefix(how: Simulated, there: list[bytes], back: list[bytes]) -> None:
    """Where connections break, what arrives is a prefix of what was sent; both ends learn of it and nothing is left."""
    client, server, lab = converse(how, there, back)
    assert b"".join(there).startswith(server.got)
    assert b"".join(back).startswith(client.got)
    if client.error is None and server.error is None:
        assert server.got == b"".join(there)
        assert client.got == b"".join(back)
    assert left_over(lab) == (0, 0, None, 0)
    lab.stop()


@settings(max_examples=sampled(25, 100), deadline=None)
@given(conditions(resets=True), CHUNKS, CHUNKS)
def test_the_same_seed_gives_the_same_run(how: Simulated, there: list[bytes], back: list[bytes]) -> None:
    """The same conditions give the same pieces, the same errors and the same end of time."""
    runs = []
    for _ in range(2):
        client, server, lab = converse(how, there, back)
        runs.append((client.sizes, server.sizes, str(client.error), str(server.error), lab.scheduler.now))
        lab.stop()
    assert runs[0] == runs[1]


class Echo(Component):
    """Sends everything back and ends when control says so."""

    def main(self) -> Any:
        while True:
            for message in self.messages():
                self.send(message)
            for message in self.messages("control"):
                self.send(message, "signal")
                return
            self.pause()
            yield


class Recorder(Component):
    """Keeps what comes."""

    def main(self) -> Any:
        self.got = b""
        while True:
            self.got += b"".join(self.messages())
            self.pause()
            yield


def echoed(how: Simulated, chunks: list[bytes], drive: Any) -> tuple[bytes, list[str], float]:
    """Have a TCPClient say something to a server that echoes; return what came back, the trace, and the time."""
    lab = Lab(clock="virtual", network=how, trace_limit=1_000_000)
    server = SimpleServer(protocol=Echo, port=1500)
    server.activate(lab)
    client, recorder = TCPClient("localhost", 1500, connect_timeout=1e6, wait_for_serverclose=True), Recorder()
    with lab.lock:
        recorder.activate(lab)
        client.link((client, "outbox"), (recorder, "inbox"))
        for chunk in chunks:
            client.deliver(chunk)
        client.deliver(ProducerFinished(), "control")
        client.activate(lab)
    drive(lab)
    assert client.is_stopped()
    assert left_over(lab)[1:3] == (0, None)
    events = [str(event) for event in lab.trace.events()]
    lab.stop()
    return recorder.got, events, lab.scheduler.now


def step_through(lab: Lab) -> None:
    """Step a lab, slice by slice, until it is stuck."""
    while lab.step().reason == "steps":
        pass


@settings(max_examples=sampled(10, 40), deadline=None)
@given(conditions(most_loss=0.05), st.lists(st.binary(min_size=1, max_size=100), min_size=1, max_size=5))
def test_components_under_any_conditions(how: Simulated, chunks: list[bytes]) -> None:
    """Server and client components echo all bytes whatever the conditions, and stepping and running give one run.

    Little is lost: a connection that stands still for 30 seconds, as after five losses in a row, is given up.
    """
    got, stepped, now = echoed(how, chunks, step_through)
    assert got == b"".join(chunks)
    assert (got, stepped, now) == echoed(how, chunks, lambda lab: lab.run())


def test_no_hash_shows() -> None:
    """Under different PYTHONHASHSEEDs a run gives one trace, byte for byte."""
    code = (
        "import sys; sys.path[:0] = sys.argv[1:]; import test_simulated_properties as t\n"
        "how = t.Simulated(latency=0.1, jitter=0.2, loss=0.1, fragment=3, seed=11)\n"
        "print(*t.echoed(how, [b'abc' * 10, b'd'], t.step_through)[1], sep='\\n')\n"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", code, os.path.dirname(__file__), os.path.dirname(sampling.__file__)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "12345")
    }
    (text,) = texts
    assert text.count("\n") > 100
