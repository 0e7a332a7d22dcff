"""What the conditions of a simulated network do to what is sent: delay, loss, resets, partitions, pieces."""

from __future__ import annotations

import errno
import random
import socket
from typing import Any

import pytest

from kamlab import Component
from kamlab.net import BadConditions, Simulated
from kamlab.net.interface import READ


class Sleeper(Component):
    """Is there, so that a run goes on until nothing is under way any more."""

    def main(self) -> Any:
        while True:
            self.pause()
            yield


class Wire:
    """A connection under some conditions; notes what arrives and when."""

    def __init__(self, make_lab: Any, **how: Any) -> None:
        self.lab = make_lab(clock="virtual", network=Simulated(latency=0))
        self.network = self.lab.network
        Sleeper().activate()
        listener = self.network.listen(None, 0)
        self.client = self.network.connect((socket.AF_INET, listener.getsockname()))
        self.lab.run()
        self.server, _ = listener.accept()
        listener.close()
        self.arrivals: list[tuple[float, bytes]] = []
        self.network.watch(self.server, READ, self.note)
        self.network.conditions = Simulated(**how)

    def note(self, _: int) -> None:
        """Read what is there; stop at the end."""
        try:
            data = self.server.recv(1 << 20)
        except OSError as error:
            data = (errno.errorcode[error.errno or 0]).encode()
            self.network.unwatch(self.server)
        if not data:
            self.network.unwatch(self.server)
        self.arrivals.append((round(self.lab.scheduler.clock.now(), 6), data))

    def settle(self) -> list[tuple[float, bytes]]:
        """Let everything arrive that is under way, and return what has."""
        self.lab.run()
        return self.arrivals


class TestTheValue:
    @pytest.mark.parametrize(
        "how",
        [
            {"latency": -1},
            {"latency": "soon"},
            {"latency": float("nan")},
            {"jitter": float("inf")},
            {"bandwidth": 0},
            {"loss": 1.1},
            {"reset": -0.1},
            {"fragment": 0},
            {"fragment": 2.5},
            {"seed": "seven"},
            {"seed": True},
            {"buffer": 0},
            {"retransmit": 0},
            {"retries": -1},
        ],
    )
    def test_what_cannot_be(self, how: dict[str, Any]) -> None:
        """A condition that cannot be is a BadConditions that names it."""
        with pytest.raises(BadConditions, match=next(iter(how))):
            Simulated(**how)

    def test_it_is_a_value(self) -> None:
        """Conditions compare, hash and read as what they were made of, and do not change."""
        assert Simulated(loss=0.5) == Simulated(loss=0.5) != Simulated()
        assert hash(Simulated(loss=0.5)) == hash(Simulated(loss=0.5))
        assert eval(repr(Simulated(loss=0.5, fragment=3))) == Simulated(loss=0.5, fragment=3)
        with pytest.raises(AttributeError):
            Simulated().loss = 1  # type: ignore[misc]

    def test_setting_something_else(self, make_lab: Any) -> None:
        """Conditions cannot be set to something that is none; they stay as they were."""
        network = make_lab(clock="virtual").network
        with pytest.raises(BadConditions, match="17"):
            network.conditions = 17
        assert network.conditions == Simulated()


class TestTime:
    def test_latency(self, make_lab: Any) -> None:
        """All that is sent arrives after the latency."""
        wire = Wire(make_lab, latency=0.5)
        wire.client.send(b"x")
        assert wire.settle() == [(0.5, b"x")]

    def test_jitter_never_reorders(self, make_lab: Any) -> None:
        """With jitter each segment takes its own time, between latency and both, and none overtakes another."""
        wire = Wire(make_lab, latency=1, jitter=1)
        for number in range(100):
            wire.client.send(bytes([number]))
        arrivals = wire.settle()
        assert b"".join(data for _, data in arrivals) == bytes(range(100))
        times = [time for time, _ in arrivals]
        assert times == sorted(times)
        assert len(set(times)) > 1
        assert 1 <= times[0] <= times[-1] <= 2

    def test_bandwidth(self, make_lab: Any) -> None:
        """With a bandwidth segments leave one after the other, and as many bytes a second as it says."""
        wire = Wire(make_lab, latency=1, bandwidth=1000)
        wire.client.send(b"a" * 2000)
        wire.client.send(b"b" * 500)
        assert [(time, len(data)) for time, data in wire.settle()] == [(2.46, 1460), (3, 540), (3.5, 500)]

    def test_the_end_comes_last(self, make_lab: Any) -> None:
        """The end of the stream arrives after all the bytes."""
        wire = Wire(make_lab, latency=1, jitter=1, fragment=2)
        wire.client.send(b"0123456789")
        wire.client.close()
        arrivals = wire.settle()
        assert b"".join(data for _, data in arrivals) == b"0123456789"
        assert arrivals[-1][1] == b""


class TestPieces:
    def test_pieces_are_read_one_by_one(self, make_lab: Any) -> None:
        """With fragment=n each read gives 1 to n bytes, whatever was sent and however much has arrived."""
        wire = Wire(make_lab, fragment=3)
        wire.client.send(b"The quick brown fox jumps over the lazy dog.")
        pieces = [data for _, data in wire.settle()]
        assert b"".join(pieces) == b"The quick brown fox jumps over the lazy dog."
        assert {len(piece) for piece in pieces} == {1, 2, 3}

    def test_byte_by_byte(self, make_lab: Any) -> None:
        """With fragment=1 each read gives one byte."""
        wire = Wire(make_lab, fragment=1)
        wire.client.send(b"abc")
        assert [data for _, data in wire.settle()] == [b"a", b"b", b"c"]

    def test_pieces_depend_on_the_seed_only(self, make_lab: Any) -> None:
        """The first sizes are those that the generator's first numbers give, on every Python."""
        lab = make_lab(clock="virtual", network=Simulated(fragment=10, seed=3))
        assert [round(lab.network.draw(), 6) for _ in range(4)] == [0.237965, 0.544229, 0.369955, 0.603920]
        assert random.Random(3).random() == pytest.approx(0.237965, abs=1e-6)


class TestLoss:
    def test_what_is_lost_is_late(self, make_lab: Any) -> None:
        """A lost segment is sent again after 0.2, 0.4, 0.8... seconds: it is late, in order, and nothing is missing."""
        wire = Wire(make_lab, latency=0, loss=0.5)
        for number in range(50):
            wire.client.send(bytes([number]))
        arrivals = wire.settle()
        assert b"".join(data for _, data in arrivals) == bytes(range(50))
        assert arrivals[-1][0] > 1
        assert all(round(time / 0.2, 6) == round(time / 0.2) for time, _ in arrivals)

    def test_too_much_loss(self, make_lab: Any) -> None:
        """Where every attempt is lost the sender gives up with ETIMEDOUT, and the other end is reset."""
        wire = Wire(make_lab, latency=0, loss=1.0, retries=3)
        wire.client.send(b"x")
        assert wire.settle() == [(pytest.approx(0.2 + 0.4 + 0.8), b"ECONNRESET")]
        with pytest.raises(TimeoutError):
            wire.client.send(b"x")
        wire.client.close()
        wire.server.close()
        assert wire.network.connections == []
        assert wire.lab.scheduler.next_timer() is None


class TestReset:
    def test_a_segment_that_resets(self, make_lab: Any) -> None:
        """With reset=1 the first data break the connection: ECONNRESET at both ends."""
        wire = Wire(make_lab, reset=1.0)
        wire.client.send(b"x")
        assert [data for _, data in wire.settle()] == [b"ECONNRESET"]
        with pytest.raises(ConnectionResetError):
            wire.client.send(b"x")
        with pytest.raises(BrokenPipeError):
            wire.client.send(b"x")

    def test_what_came_before_is_kept(self, make_lab: Any) -> None:
        """What arrives before a reset is a prefix of what was sent."""
        data = bytes(range(256)) * 4
        wire = Wire(make_lab, reset=0.01, fragment=4)
        wire.client.send(data)
        *pieces, last = (data for _, data in wire.settle())
        assert last == b"ECONNRESET"
        assert pieces
        assert data.startswith(b"".join(pieces))

    def test_by_hand(self, make_lab: Any) -> None:
        """reset_connection breaks one connection, named by number or by what it belongs to."""
        wire = Wire(make_lab)
        (line,) = wire.network.connections
        wire.network.reset_connection(line.number)
        assert wire.settle() == [(0, b"ECONNRESET")]
        wire = Wire(make_lab)
        wire.network.reset_connection(wire.client)
        assert wire.settle() == [(0, b"ECONNRESET")]


class TestPartition:
    def test_it_delays_until_it_is_healed(self, make_lab: Any) -> None:
        """What is sent across a partition arrives once it is healed and sent again, in order."""
        wire = Wire(make_lab, latency=0)
        wire.network.partition("localhost", "localhost")
        wire.client.send(b"before ")
        wire.lab.run(until=lambda lab: lab.scheduler.now > 1)
        assert wire.arrivals == []
        wire.network.heal()
        wire.client.send(b"after")
        arrivals = wire.settle()
        assert b"".join(data for _, data in arrivals) == b"before after"
        assert arrivals[0][0] > 1

    def test_other_hosts_are_not_concerned(self, make_lab: Any) -> None:
        """A partition is between two hosts, and heal(a, b) is too."""
        wire = Wire(make_lab, latency=0)
        wire.network.partition("localhost", "elsewhere")
        wire.client.send(b"x")
        assert wire.settle() == [(0, b"x")]
        wire.network.partition("localhost", "127.0.0.1")
        wire.network.heal("localhost", "elsewhere")
        wire.client.send(b"y")
        wire.lab.run(until=lambda lab: lab.scheduler.now > 1)
        assert wire.arrivals == [(0, b"x")]

    def test_a_half_open_connection(self, make_lab: Any) -> None:
        """Who sends across a partition for too long times out; the other end learns it when it sends something."""
        wire = Wire(make_lab, latency=0)
        wire.network.partition("localhost", "localhost")
        wire.client.send(b"x")
        assert wire.settle() == []
        with pytest.raises(TimeoutError):
            wire.client.send(b"x")
        wire.network.heal()
        assert wire.settle() == []
        wire.server.send(b"still there?")
        assert [data for _, data in wire.settle()] == [b"ECONNRESET"]
        wire.client.close()
        wire.server.close()
        wire.settle()
        assert wire.network.connections == []


class TestChanging:
    def test_conditions_change_as_it_runs(self, make_lab: Any) -> None:
        """New conditions hold for what is sent from then on; the seed stays."""
        wire = Wire(make_lab, latency=5)
        wire.client.send(b"slow")
        wire.network.conditions = Simulated(latency=1, seed=99)
        wire.client.send(b"behind it")
        assert wire.settle() == [(5, b"slow" + b"behind it")]
        assert wire.network.conditions == Simulated(latency=1)

    def test_a_larger_buffer(self, make_lab: Any) -> None:
        """A larger buffer lets set out what waited for room."""
        wire = Wire(make_lab, latency=0, buffer=4)
        wire.network.unwatch(wire.server)
        wire.client.send(b"abcd")
        wire.client.send(b"efgh")
        wire.settle()
        assert wire.network.unsent(wire.client) == 4
        wire.network.conditions = Simulated(latency=0)
        assert wire.network.unsent(wire.client) == 0
