"""The recorded network: what is recorded, and what a replay makes of it."""

from __future__ import annotations

import ast
import errno
import os
import select
import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamlab.core.errors import KamlabError
from kamlab.net import (
    ListenFailed,
    NetworkIsClosed,
    NothingRecords,
    NotRecorded,
    PortInUse,
    RealNetwork,
    RecordDoesNotFit,
    Recorded,
    RecordingNetwork,
    RecordIsOver,
    ReplayedNetwork,
)
from kamlab.net.interface import READ, WRITE
from kamlab.net.recorded import decode_addresses, decode_error, encode_addresses, encode_error, play_outside
from kamlab.replay import RunDiffers
from kamlab.replay.journal import Journal, Path

LOOPBACK = "127.0.0.1"


class Stage:
    """Where a script talks to a network: once on real TCP, once again by the record."""

    def __init__(self, lab: Any, network: Any, eventually: Any) -> None:
        self.lab = lab
        self.network = network
        self.live = isinstance(network, RecordingNetwork)
        self._eventually = eventually

    def outside(self, act: Callable[[], Any]) -> Any:
        """Do what the outside does: nothing, in a replay."""
        return act() if self.live else None

    def until(self, condition: Callable[[], Any]) -> None:
        """Let callbacks come until a condition holds."""
        journal, scheduler = self.lab.scheduler.journal, self.lab.scheduler

        def turn() -> Any:
            if self.live:
                scheduler.idle.wait(0.05)
                scheduler.idle.dispatch()
            elif not condition():
                entry = journal.next_entry()
                assert entry is not None, "the record has no more callbacks"
                journal.played(entry)
                play_outside(self.lab, entry.kind, *entry.what)
            while scheduler.posted:
                scheduler.posted.popleft()()
            return condition()

        assert condition() or self._eventually(turn)

    def ready(self, sock: Any, events: int = READ) -> int:
        """Watch a socket until it is ready once, and return for what."""
        told: list[int] = []
        self.network.watch(sock, events, told.append)
        self.until(lambda: told)
        self.network.unwatch(sock)
        return told[0]

    def dial(self, port: int) -> Any:
        """Connect from outside: a plain blocking socket, or nothing in a replay."""
        return self.outside(lambda: socket.create_connection((LOOPBACK, port), timeout=10))

    def accepted(self) -> tuple[Any, Any]:
        """Return a connection of the network, and its peer outside."""
        listener = self.network.listen(None, 0)
        peer = self.dial(listener.getsockname()[1])
        self.ready(listener)
        here, _ = listener.accept()
        listener.close()
        return here, peer


Script = Callable[[Stage], Any]


@pytest.fixture
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Make every attempt to have a socket fail, from the call on."""

    def forbid() -> None:
        def fail(*_: Any, **__: Any) -> None:
            raise AssertionError("a replay opens a socket")

        monkeypatch.setattr(socket.socket, "__init__", fail)
        monkeypatch.setattr(socket, "getaddrinfo", fail)

    return forbid


@pytest.fixture
def record(make_lab: Any, eventually: Any) -> Callable[..., tuple[Any, Path]]:
    """Play a script on real TCP; return what it returned, and the record."""

    def run(script: Script, ask: Any = None, **how: Any) -> tuple[Any, Path]:
        lab = make_lab(network=Recorded(), **how)
        journal = lab.scheduler.journal = Journal(lab.scheduler)
        lab.note_foreign = lambda why: None  # the script stands for the components
        if ask is not None:
            lab._network = RecordingNetwork(lab, RealNetwork(lab, lab.hosts, lab.ports, ask=ask))
        said = script(Stage(lab, lab.network, eventually))
        path = journal.path()
        lab.stop()
        return said, path

    return run


@pytest.fixture
def replay(make_lab: Any, eventually: Any, no_sockets: Any) -> Callable[[Script, Path], Any]:
    """Play a script by a record, without sockets; return what it returned."""

    def run(script: Script, path: Path, to_the_end: bool = True) -> Any:
        no_sockets()
        lab = make_lab(network=Recorded())
        journal = lab.scheduler.journal = Journal(lab.scheduler, path)
        said = script(Stage(lab, lab.network, eventually))
        if to_the_end:
            assert list(journal.rest()) == []
            assert journal.answers == list(path.answers)
        lab.stop()
        return said

    return run


@pytest.fixture
def both(record: Any, replay: Any) -> Callable[..., Any]:
    """Play a script on real TCP and by the record, compare what it returned, and return that."""

    def run(script: Script, **how: Any) -> Any:
        first, path = record(script, **how)
        assert ast.literal_eval(repr(path.answers)) == path.answers
        assert ast.literal_eval(repr([entry.what for entry in path.entries])) == [entry.what for entry in path.entries]
        assert replay(script, path) == first
        return first

    return run


def error_of(call: Callable[[], Any]) -> Any:
    """Return what there is to say of the error that a call raises."""
    with pytest.raises(Exception) as caught:
        call()
    error: Any = caught.value
    return type(error), getattr(error, "errno", None), str(error)


class TestAnswers:
    def test_a_talk(self, both: Any) -> None:
        """Every answer of a connection comes again: names, numbers, data, counts, options, the end."""

        def talk(stage: Stage) -> Any:
            here, peer = stage.accepted()
            stage.outside(lambda: peer.sendall(b"hello"))
            said = [stage.ready(here), here.recv(100), here.send(b"good day"), here.send(memoryview(b"!"))]
            said += [stage.network.unsent(here), here.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)]
            here.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            said += [here.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) != 0]
            said += [here.getsockname(), here.getpeername(), here.fileno(), repr(here)]
            here.shutdown(socket.SHUT_WR)
            assert stage.outside(lambda: peer.recv(100)) in (b"good day!", b"good day", None)
            stage.outside(lambda: peer.shutdown(socket.SHUT_WR))
            said += [stage.ready(here), here.recv(100)]
            here.close()
            stage.outside(lambda: peer.close())
            return [*said, here.fileno()]

        said = both(talk)
        assert said[1:4] == [b"hello", 8, 1]
        assert said[-2:] == [b"", -1]
        assert said[-5] != -1

    def test_connecting(self, both: Any) -> None:
        """A client's connection comes again: it can be written, SO_ERROR is 0, and the names are there."""

        def connect(stage: Stage) -> Any:
            listener = stage.network.listen(None, 0)
            address = listener.getsockname()
            sock = stage.network.connect((socket.AF_INET, address))
            said = [stage.ready(sock, WRITE), sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)]
            stage.ready(listener)
            there, peer = listener.accept()
            said += [sock.getpeername() == address == there.getsockname(), sock.getsockname() == peer]
            return [*said, address, peer, listener.fileno(), sock.fileno(), there.fileno()]

        assert both(connect)[:4] == [WRITE, 0, True, True]

    def test_ports_of_a_lab(self, both: Any) -> None:
        """The record has the port that was bound, so a replay needs no aliases."""
        assert both(lambda stage: stage.network.listen(None, 1500).getsockname()[1], ports={1500: 0}) != 1500

    def test_nothing_there(self, both: Any) -> None:
        """Nothing to read, nobody to accept and no room to write raise BlockingIOError again."""

        def ask(stage: Stage) -> Any:
            here, peer = stage.accepted()
            listener = stage.network.listen(None, 0)
            stage.outside(lambda: peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096))
            said = [error_of(lambda: here.recv(1)), error_of(listener.accept)]
            sent = 0
            while True:
                try:
                    sent += here.send(bytes(1 << 20))
                except BlockingIOError as error:
                    stage.outside(lambda: peer.close())
                    return [*said, (type(error), error.errno, str(error)), sent]

        *errors, sent = both(ask)
        assert sent > 0
        assert {(kind, number) for kind, number, _ in errors} == {(BlockingIOError, errno.EAGAIN)}

    def test_refused(self, both: Any, free_port: Any) -> None:
        """A connection that is refused is refused again, with the system's own number."""
        port = free_port()

        def connect(stage: Stage) -> Any:
            sock = stage.network.connect((socket.AF_INET, (LOOPBACK, port)))
            stage.ready(sock, WRITE)
            return sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)

        assert both(connect) == errno.ECONNREFUSED

    def test_a_reset(self, both: Any, reset: Any) -> None:
        """A reset is the same class of error with the same number, in recv and in send."""

        def be_reset(stage: Stage) -> Any:
            here, peer = stage.accepted()
            stage.outside(lambda: reset(peer))
            stage.ready(here)
            said = [error_of(lambda: here.recv(1)), error_of(lambda: here.send(b"x"))]
            return [*said, here.getpeername()[0]]

        first, second, name = both(be_reset)
        assert first[:2] == (ConnectionResetError, errno.ECONNRESET)
        assert second[:2] == (BrokenPipeError, errno.EPIPE)
        assert name == LOOPBACK

    def test_a_port_in_use(self, both: Any) -> None:
        """A port that somebody had is in use again, with the same words."""

        def listen(stage: Stage) -> Any:
            listener = stage.network.listen(None, 0)
            return error_of(lambda: stage.network.listen(None, listener.getsockname()[1]))

        kind, number, text = both(listen)
        assert (kind, number) == (PortInUse, errno.EADDRINUSE)
        assert "in this lab" in text

    @pytest.mark.parametrize(("host", "port"), [("no such host", 0), (None, 70000), (7, 0)])
    def test_a_place_that_cannot_be_bound(self, both: Any, host: Any, port: Any) -> None:
        """A listener that could not be had cannot be had again."""
        assert both(lambda stage: error_of(lambda: stage.network.listen(host, port)))[0] is ListenFailed

    def test_after_the_end(self, both: Any) -> None:
        """A socket that is closed says so, and so does a network."""

        def ask(stage: Stage) -> Any:
            here, peer = stage.accepted()
            here.close()
            here.close()
            calls: list[Any] = [lambda: here.recv(1), lambda: here.send(b"x"), here.getsockname, here.getpeername]
            said = [error_of(call)[:2] for call in calls]
            with pytest.raises(ValueError, match="closed"):
                stage.network.watch(here, READ, print)
            stage.network.unwatch(here)
            other = stage.network.listen(None, 0)
            stage.network.close()
            stage.network.close()
            stage.outside(lambda: peer.close())
            return [*said, other.fileno(), error_of(lambda: stage.network.listen(None, 0))[0]]

        assert both(ask) == [*[(OSError, errno.EBADF)] * 4, -1, NetworkIsClosed]

    def test_a_wrong_argument(self, both: Any) -> None:
        """A call that makes no sense fails in the same way again."""

        def ask(stage: Stage) -> Any:
            here, _peer = stage.accepted()
            return error_of(lambda: here.send("text"))

        assert both(ask)[0] is TypeError

    def test_looking_asks_nothing(self, record: Any, replay: Any) -> None:
        """Names and numbers of sockets can be looked at when the run was recorded and not in its replay, or more."""
        looks = [True]

        def look(stage: Stage) -> Any:
            here, peer = stage.accepted()
            for _ in range(3 if looks[0] else 1):
                said = here.getsockname(), here.getpeername(), here.fileno(), repr(here), bool(repr(stage.network))
            stage.outside(lambda: peer.close())
            return said, here.send(b"x")

        first, path = record(look)
        looks[0] = False
        assert replay(look, path) == first


class TestCallbacks:
    @pytest.mark.skipif(not hasattr(select, "epoll"), reason="the order is that in which epoll tells what is ready")
    def test_in_their_order(self, both: Any) -> None:
        """What is ready comes again in the order in which it came, as often as it came."""

        def listen(stage: Stage) -> Any:
            told: list[Any] = []
            pairs = [stage.accepted() for _ in range(3)]
            for number, (here, _) in enumerate(pairs):
                stage.network.watch(here, READ, lambda events, number=number: told.append((number, events)))
            for number in (2, 0, 1):
                stage.outside(lambda number=number: pairs[number][1].sendall(b"x"))
                stage.until(lambda number=number: (number, READ) in told)
            return told

        told = both(listen)
        assert list(dict.fromkeys(told)) == [(2, READ), (0, READ), (1, READ)]

    def test_who_is_gone_is_not_written_down(self, record: Any, replay: Any) -> None:
        """A callback that was taken back before its turn is neither made nor noted."""

        def listen(stage: Stage) -> Any:
            told: list[str] = []
            (one, peer1), (two, peer2) = stage.accepted(), stage.accepted()

            def first_of(name: str, other: Any) -> Callable[[int], None]:
                return lambda _: (told.append(name), stage.network.unwatch(other))[0]

            stage.network.watch(one, READ, first_of("one", two))
            stage.network.watch(two, READ, first_of("two", one))
            for peer in (peer1, peer2):
                stage.outside(lambda peer=peer: peer.sendall(b"x"))
            stage.until(lambda: told)
            return told[:1], len(told)

        (told, count), path = record(listen)
        assert [entry.kind for entry in path.entries].count("ready") == 2 + count  # two to accept
        assert replay(listen, path) == (told, count)

    def test_one_that_fails(self, both: Any) -> None:
        """A callback that raises is reported, and its socket is no longer watched, both times."""

        def listen(stage: Stage) -> Any:
            here, peer = stage.accepted()
            told: list[int] = []

            def fail(events: int) -> None:
                told.append(events)
                raise ZeroDivisionError

            stage.network.watch(here, READ, fail)
            stage.outside(lambda: peer.sendall(b"x"))
            stage.until(lambda: told)
            reports = stage.lab.reports
            assert len(reports) == 1
            assert "is no longer watched" in reports[0]
            assert "ZeroDivisionError" in reports[0]
            return stage.ready(here), told

        assert both(listen) == (READ, [READ])

    def test_a_number_is_a_descriptor_too(self, both: Any) -> None:
        """A socket may be watched by its number, which is the same in a replay."""

        def listen(stage: Stage) -> Any:
            here, peer = stage.accepted()
            stage.outside(lambda: peer.sendall(b"x"))
            return stage.ready(here.fileno())

        assert both(listen) == READ

    @pytest.mark.parametrize("events", [0, WRITE])
    def test_nobody_waits(self, record: Any, replay: Any, events: int) -> None:
        """A callback that nobody waits for in the replay is a named error, and so is one for something else."""
        told: list[int] = []
        wanted = [READ]

        def listen(stage: Stage) -> Any:
            here, peer = stage.accepted()
            if wanted[0]:
                stage.network.watch(here, wanted[0], told.append)
            stage.outside(lambda: peer.sendall(b"x"))
            stage.until(lambda: told)

        _, path = record(listen)
        wanted[0] = events
        told.clear()
        with pytest.raises(RecordDoesNotFit, match="socket 2 is ready to be read, but nothing is waiting"):
            replay(listen, path)

    @pytest.mark.parametrize("what", [("ready",), ("ready", "x", 1), ("resolved", 5, []), ("resolved", 1, "x"), ("?",)])
    def test_what_makes_no_sense(self, make_lab: Any, what: Any) -> None:
        """A callback that is garbled, or that no network makes, is a named error."""
        lab = make_lab(network=Recorded())
        lab.scheduler.journal = Journal(lab.scheduler, Path())
        with pytest.raises(RecordDoesNotFit):
            play_outside(lab, *what)

    def test_a_lab_with_another_network(self, lab: Any) -> None:
        """A callback of a recorded network cannot be made in a lab that has another one."""
        with pytest.raises(RecordDoesNotFit, match="real TCP"):
            play_outside(lab, "ready", 1, READ)


class TestLookingUp:
    @pytest.fixture
    def found(self) -> Any:
        return lambda host, port: [(int(socket.AF_INET), (LOOPBACK, port)), (int(socket.AF_INET6), ("::1", port, 0, 0))]

    def test_answered_at_once(self, both: Any) -> None:
        """Numbers and aliases are answered in the call itself, again too."""

        def look_up(stage: Stage) -> Any:
            told: list[Any] = []
            lookups = [stage.network.resolve(host, 80, told.append) for host in (LOOPBACK, "foo", "localhost", 7)]
            return lookups, told[:3], (told[3].reason, str(told[3]))

        lookups, told, (reason, text) = both(look_up, hosts={"foo": "127.0.0.1:4711"})
        assert lookups == [None] * 4
        assert told == [[(socket.AF_INET, (LOOPBACK, port))] for port in (80, 4711, 80)]
        assert reason == "bad address"
        assert "7 is not a host" in text

    def test_answered_later(self, both: Any, found: Any) -> None:
        """A name that took its time is answered between two slices, and again."""

        def look_up(stage: Stage) -> Any:
            told: list[Any] = []
            assert stage.network.resolve("some.where", 80, told.append) is not None
            assert not told
            stage.until(lambda: told)
            return told

        assert both(look_up, ask=found) == [found("some.where", 80)]

    def test_unknown(self, both: Any) -> None:
        """A name that nobody knows fails with the same reason and words."""

        def look_up(stage: Stage) -> Any:
            told: list[Any] = []
            stage.network.resolve("no.where", 80, told.append)
            stage.until(lambda: told)
            return told[0].reason, str(told[0])

        reason, text = both(look_up, ask=lambda host, port: [])
        assert reason == "unknown host"
        assert "no.where" in text

    def test_cancelled(self, both: Any, found: Any) -> None:
        """A look-up that was cancelled is neither answered nor noted."""
        may_answer = threading.Event()

        def slowly(host: str, port: int) -> Any:
            may_answer.wait(10)
            return found(host, port)

        def look_up(stage: Stage) -> Any:
            told: list[Any] = []
            lookup = stage.network.resolve("some.where", 80, told.append)
            lookup.cancel()
            may_answer.set()
            stage.network.resolve("else.where", 81, told.append)
            stage.until(lambda: told)
            return told

        assert both(look_up, ask=slowly) == [found("else.where", 81)]

    def test_a_cancelled_one_is_no_call(self, make_lab: Any, eventually: Any) -> None:
        """The answer to a cancelled look-up is no call to be made: it would count as a round that no replay has."""
        answered, asked = threading.Event(), threading.Event()

        def ask(host: str, port: int) -> Any:
            asked.wait(10)
            answered.set()
            return []

        lab = make_lab(network=lambda lab: RealNetwork(lab, ask=ask))
        early = lab.network.resolve("some.where", 80, print)
        early.cancel()
        late = lab.network.resolve("else.where", 80, print)
        asked.set()
        assert eventually(lambda: lab.scheduler.posted)
        late.cancel()
        assert answered.is_set()
        assert not lab.scheduler.posted
        rounds = lab.scheduler.rounds
        lab.step(timeout=0)
        assert lab.scheduler.rounds == rounds


class TestDifferences:
    def test_another_call(self, record: Any, replay: Any) -> None:
        """A call that is not the one on record is an error that names both, and the replay remembers it."""
        first = [True]

        def talk(stage: Stage) -> Any:
            here, _peer = stage.accepted()
            if first[0]:
                return here.send(b"four")
            error = error_of(lambda: here.send(b"seven.."))
            assert stage.lab.scheduler.journal.differs is not None
            return error

        _, path = record(talk)
        first[0] = False
        kind, _, text = replay(talk, path, to_the_end=False)
        assert kind is RunDiffers
        assert "'send 2 7'" in text
        assert "'send 2 4'" in text

    def test_within_a_callback(self, record: Any, replay: Any) -> None:
        """A difference in a callback ends the replay, even where the callback catches everything."""
        first = [True]

        def talk(stage: Stage) -> Any:
            here, peer = stage.accepted()
            told: list[int] = []

            def ready(events: int) -> None:
                told.append(events)
                try:
                    here.recv(10) if first[0] else here.shutdown(socket.SHUT_WR)
                except Exception:
                    pass

            stage.network.watch(here, READ, ready)
            stage.outside(lambda: peer.sendall(b"x"))
            stage.until(lambda: told)

        _, path = record(talk)
        first[0] = False
        with pytest.raises(RunDiffers, match="shutdown 2 1"):
            replay(talk, path)

    def test_the_record_is_over(self, record: Any, replay: Any) -> None:
        """Beyond the end of the record every call is a named error that says what to do; what is there stays."""
        _, path = record(lambda stage: stage.accepted())

        def go_on(stage: Stage) -> Any:
            here, _ = stage.accepted()
            stage.lab.scheduler.journal.go_live()
            calls: list[Any] = [
                lambda: here.recv(1),
                lambda: here.send(b""),
                lambda: stage.network.listen(None, 0),
                lambda: stage.network.connect((socket.AF_INET, (LOOPBACK, 1))),
                lambda: stage.network.resolve("foo", 1, print),
            ]
            for call in calls:
                with pytest.raises(RecordIsOver, match="simulated") as caught:
                    call()
                assert isinstance(caught.value, KamlabError)
                assert not isinstance(caught.value, OSError), "a component would take it for a lost connection"
            stage.network.watch(here, READ, print)
            stage.network.unwatch(here)
            here.close()
            return here.fileno()

        assert replay(go_on, path) == -1


class TestTheDoor:
    def test_which_it_is(self, make_lab: Any) -> None:
        """A lab whose journal replays has a network that replays; else it is real TCP that is written down."""
        live, again = make_lab(network=Recorded()), make_lab(network=Recorded())
        live.scheduler.journal = Journal(live.scheduler)
        again.scheduler.journal = Journal(again.scheduler, Path())
        assert isinstance(live.network, RecordingNetwork)
        assert isinstance(live.network.inner, RealNetwork)
        assert isinstance(again.network, ReplayedNetwork)

    def test_without_a_journal(self, make_lab: Any) -> None:
        """A lab that writes nothing down says so, and what to do."""
        with pytest.raises(NothingRecords, match="recorded=True"):
            make_lab(network=Recorded()).network

    def test_nothing_comes_in_by_itself(self, make_lab: Any, no_sockets: Any) -> None:
        """A replayed network leaves in place what the lab waits for: no sources, and waking works."""
        no_sockets()
        lab = make_lab(network=Recorded())
        lab.scheduler.journal = Journal(lab.scheduler, Path())
        idle = lab.scheduler.idle
        _ = lab.network
        assert lab.scheduler.idle is idle
        assert idle.sources() == 0
        idle.wake()
        idle.wait(60)

    def test_sockets_of_others(self, both: Any, two: Any) -> None:
        """A socket that the lab's network did not make is refused, and the error says what to do."""

        def refuse(stage: Stage) -> Any:
            said = []
            for sock in (two, two.fileno()):
                for call in (lambda: stage.network.watch(sock, READ, print), lambda: stage.network.unsent(sock)):
                    with pytest.raises(NotRecorded, match=r"lab\.network\.connect\(\)"):
                        call()
                stage.network.unwatch(sock)
            return said

        assert both(refuse) == []

    @pytest.fixture
    def two(self) -> Any:
        one, other = socket.socketpair()
        yield one
        one.close()
        other.close()

    def test_what_cannot_be_written_down(self, both: Any) -> None:
        """A method that a connection of a recorded run has not is a named error that lists those it has."""

        def ask(stage: Stage) -> Any:
            here, _peer = stage.accepted()
            here.setblocking(False)
            with pytest.raises(NotRecorded, match="never blocks"):
                here.setblocking(True)
            with pytest.raises(NotRecorded, match="getsockname, getsockopt"):
                here.sendall(b"x")
            return hasattr(here, "makefile"), hasattr(here, "__enter__")

        assert both(ask) == (False, False)

    def test_a_selector_and_a_socket_of_its_own(self, make_lab: Any, two: Any, parts: Any) -> None:
        """A Selector that is given a foreign socket reports why it cannot watch it, and goes on."""
        from kamlab.net import NewReader, Selector

        lab = make_lab(network=Recorded())
        lab.scheduler.journal = Journal(lab.scheduler)
        selector, waiter = Selector().activate(), parts.Recorder().activate()
        selector.deliver(NewReader(waiter, ((waiter, "inbox"), two)), "notify")
        lab.step(6, timeout=0)
        assert any("was not made by the network of this lab" in report for report in lab.reports)
        assert not selector.is_stopped()

    def test_nothing_is_left_open(self, record: Any, descriptors: Any) -> None:
        """Neither recording nor its end leaves a descriptor or a thread."""
        before = descriptors(), threading.active_count()

        def talk(stage: Stage) -> Any:
            here, peer = stage.accepted()
            peer.close()
            return here.send(b"x")

        record(talk)
        assert (descriptors(), threading.active_count()) == before


class TestNotes:
    @given(st.sampled_from(sorted(errno.errorcode)), st.text(max_size=20))
    def test_errors_of_the_system(self, number: int, text: str) -> None:
        """Every error of the system comes back as the same class with the same number and words."""
        error = OSError(number, text or "?")
        again = decode_error(encode_error(error))
        assert (type(again), again.errno, again.strerror) == (type(error), number, text or "?")  # type: ignore[union-attr]

    @pytest.mark.parametrize("error", [PortInUse("taken"), ListenFailed("cannot"), TypeError("bytes"), ValueError("x")])
    def test_errors_of_ours(self, error: Exception) -> None:
        """Errors with a text only come back with it."""
        again = decode_error(encode_error(error))
        assert (type(again), str(again)) == (type(error), str(error))

    def test_an_error_of_unknown_class(self) -> None:
        """An error of a class that is not known here becomes an OSError that names it; nothing is looked up."""

        class OwnError(OSError):
            pass

        again = decode_error(encode_error(OwnError(errno.EPERM, "no")))
        assert isinstance(again, PermissionError)
        assert "OwnError: no" in str(again)
        assert isinstance(decode_error(("error", "SystemExit", None, "x")), OSError)

    @pytest.mark.parametrize("answer", [b"error", 5, (4, ("127.0.0.1", 80)), ("error",), [1, 2, 3, 4], None])
    def test_what_is_no_error(self, answer: Any) -> None:
        """Every other answer is none."""
        assert decode_error(answer) is None

    @given(st.lists(st.tuples(st.integers(0, 40), st.tuples(st.text(max_size=9), st.integers(0, 65535))), max_size=3))
    def test_places(self, places: Any) -> None:
        """Addresses come back as they were."""
        assert decode_addresses(encode_addresses(places)) == places

    def test_numbers_are_written_by_name(self) -> None:
        """An error number is written as the system's name for it, which is the same everywhere."""
        assert encode_error(ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET)))[2] == "ECONNRESET"
