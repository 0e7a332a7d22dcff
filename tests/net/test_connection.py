"""A connection as a component: both directions, their limits, and their ends."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest

from kamlab import Component, ProducerFinished, ShutdownMicroprocess
from kamlab.core.ipc import NewComponent
from kamlab.net import BadDataToSend, ConnectedSocketAdapter, SocketShutdown
from kamlab.net.connection import CHUNK, CHUNKS_PER_SLICE

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def connect(lab: Any, pair: Pair, parts: Any) -> Callable[..., Any]:
    """Activate an adapter whose receiver records, and return both."""

    def make(limit: int | None = None, recorder: Any = None, **how: Any) -> Any:
        adapter = ConnectedSocketAdapter(pair[0], **how)
        recorder = recorder or parts.Recorder()
        if limit is not None:
            recorder.set_inbox_size("inbox", limit)
        adapter.link((adapter, "outbox"), (recorder, "inbox"))
        adapter.link((adapter, "signal"), (recorder, "control"))
        adapter.link((recorder, "signal"), (adapter, "control"))
        adapter.activate()
        recorder.activate()
        return adapter, recorder

    return make


class Slowly(Component):
    """Takes a message each time it is told to; keeps what it took and what control said."""

    Inboxes = ("inbox", "control", "go")

    def __init__(self, **argd: Any) -> None:
        super().__init__(**argd)
        self.got: list[bytes] = []
        self.told: list[Any] = []

    def main(self) -> Any:
        while True:
            for many in self.messages("go"):
                for _ in range(min(many, self.data_ready())):
                    self.got.append(self.recv())
            self.told.extend(self.messages("control"))
            self.pause()
            yield


class CountingSocket:
    """A socket that counts its system calls, and can be made to take little at a time."""

    def __init__(self, sock: socket.socket, most: int | None = None) -> None:
        self._sock = sock
        self.most = most
        self.sends = 0
        self.recvs = 0

    def send(self, data: Any) -> int:
        self.sends += 1
        return self._sock.send(data if self.most is None else data[: self.most])

    def recv(self, size: int) -> bytes:
        self.recvs += 1
        return self._sock.recv(size)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)


class TestSending:
    @pytest.mark.parametrize(
        "message", [b"gr\xfc\xdf", bytearray(b"abc"), memoryview(b"abcdef")[::2], memoryview(b"abc")]
    )
    def test_bytes_go_as_they_are(self, connect: Any, pair: Pair, lab: Any, read_all: Any, message: Any) -> None:
        """bytes, bytearray and memoryview reach the peer unchanged."""
        adapter, _ = connect()
        adapter.deliver(message)
        lab.start()
        assert read_all(pair[1], len(bytes(message))) == bytes(message)

    def test_text_goes_as_utf8(self, connect: Any, pair: Pair, lab: Any, read_all: Any) -> None:
        """str is sent as UTF-8 (defect 15: it was an endless error)."""
        adapter, _ = connect()
        adapter.deliver("grüße €\n")
        lab.start()
        assert read_all(pair[1], 12) == "grüße €\n".encode()

    @pytest.mark.parametrize("message", [42, None, ["a"], object(), "\ud800"])
    def test_anything_else_is_reported_and_dropped(
        self, connect: Any, pair: Pair, lab: Any, read_all: Any, message: Any
    ) -> None:
        """A message that is neither bytes nor text is reported with component and type, counted, and skipped."""
        adapter, _ = connect()
        for part in (b"before ", message, message, b"after"):
            adapter.deliver(part)
        lab.start()
        assert read_all(pair[1], 12) == b"before after"
        assert adapter.refused == 2
        assert len(lab.reports) == 1
        assert adapter.short_name in lab.reports[0]
        assert f"type {type(message).__name__}" in lab.reports[0]

    def test_quiet_about_bad_data(self, connect: Any, pair: Pair, lab: Any, read_all: Any) -> None:
        """With noisyErrors=False a bad message is only counted."""
        adapter, _ = connect(noisyErrors=False)
        adapter.deliver(42)
        adapter.deliver(b"x")
        lab.start()
        assert read_all(pair[1], 1) == b"x"
        assert (adapter.refused, lab.reports) == (1, [])

    def test_crash_on_bad_data(self, connect: Any, pair: Pair, lab: Any, read_all: Any) -> None:
        """With crashOnBadDataToSend the adapter fails with a named error, and the socket is closed."""
        adapter, recorder = connect(crashOnBadDataToSend=True)
        adapter.deliver(42)
        lab.run(timeout=20)
        assert isinstance(adapter.error, BadDataToSend)
        assert isinstance(adapter.error, TypeError)
        assert "int" in str(adapter.error)
        assert read_all(pair[1]) == b""
        assert [type(message) for message in recorder.told] == [SocketShutdown]

    def test_partial_writes_are_kept(self, lab: Any, pair: Pair, read_all: Any, parts: Any) -> None:
        """What a socket does not take is sent later, in order."""
        sock = CountingSocket(pair[0], most=7)
        data = bytes(range(256)) * 4
        adapter = ConnectedSocketAdapter(sock).activate()
        adapter.deliver(data)
        adapter.deliver(b"end")
        lab.start()
        assert read_all(pair[1], len(data) + 3) == data + b"end"
        assert sock.sends >= len(data) // 7

    def test_messages_that_wait_together_leave_together(self, lab: Any, pair: Pair, read_all: Any) -> None:
        """Small messages that wait in the inbox cost one system call."""
        sock = CountingSocket(pair[0])
        adapter = ConnectedSocketAdapter(sock).activate()
        for _ in range(100):
            adapter.deliver(b"0123456789")
        lab.run(until=lambda _: adapter.bytes_out == 1000, timeout=20)
        assert (sock.sends, read_all(pair[1], 1000)) == (1, b"0123456789" * 100)

    @pytest.mark.parametrize("record", [False, True])
    def test_a_message_a_round_is_gathered(self, make_lab: Any, pair: Pair, read_all: Any, record: bool) -> None:
        """Running freely, a connection that gets a message in every round sends several of them in one call."""

        class Ticker(Component):
            def main(self) -> Any:
                for number in range(800):
                    self.send(b"%03d" % number)
                    yield

        lab = make_lab(record=record)
        sock = CountingSocket(pair[0])
        adapter = ConnectedSocketAdapter(sock).activate()
        ticker = Ticker()
        ticker.link((ticker, "outbox"), (adapter, "inbox"))
        ticker.activate()
        lab.run(until=lambda _: adapter.bytes_out == 2400, timeout=20)
        assert read_all(pair[1], 2400) == b"".join(b"%03d" % number for number in range(800))
        assert sock.sends < 150

    def test_a_limited_inbox_is_not_gathered_from(self, make_lab: Any, pair: Pair, read_all: Any, parts: Any) -> None:
        """Where a producer waits for room, no round is lost with gathering."""
        lab = make_lab(record=False)
        adapter = ConnectedSocketAdapter(pair[0], inbox_size=1)
        sayer = parts.Sayer(says=[b"x"] * 1000)
        sayer.link((sayer, "outbox"), (adapter, "inbox"))
        adapter.activate()
        sayer.activate()
        lab.run(until=sayer, timeout=20)
        assert lab.scheduler.rounds < 3000
        assert read_all(pair[1], 999) == b"x" * 999

    def test_no_room_for_the_last_word(self, lab: Any, connect: Any, pair: Pair, parts: Any) -> None:
        """A receiver whose control box is full is not told, and that is reported; the adapter ends all the same."""
        recorder = parts.Recorder()
        recorder.set_inbox_size("control", 0)
        adapter, _ = connect(recorder=recorder)
        lab.step(2)
        adapter.stop()
        assert adapter.error is None
        assert len(lab.reports) == 1
        assert "control" in lab.reports[0]

    def test_stepped_every_message_leaves_at_once(self, lab: Any, pair: Pair) -> None:
        """Stepped, an adapter that has a slice sends what it has in that slice."""
        adapter = ConnectedSocketAdapter(pair[0]).activate()
        lab.step()
        pair[1].settimeout(0)
        for message in (b"a", b"b", b"c"):
            adapter.deliver(message)
            lab.step()
            assert pair[1].recv(10) == message

    def test_the_inbox_limit_reaches_the_producer(
        self, lab: Any, pair: Pair, read_all: Any, parts: Any, eventually: Any
    ) -> None:
        """With inbox_size a slow reader is NoSpaceInBox for the producer, who is woken and loses nothing."""
        adapter = ConnectedSocketAdapter(pair[0], inbox_size=2)
        sayer = parts.Sayer(says=[b"x" * 100_000] * 100)
        sayer.link((sayer, "outbox"), (adapter, "inbox"))
        sayer.link((sayer, "signal"), (adapter, "control"))
        adapter.activate()
        sayer.activate()
        lab.start()
        assert eventually(lambda: sayer.refusals and sayer.asleep and adapter.asleep)
        assert adapter.data_ready() == 2
        assert len(read_all(pair[1])) == 10_000_000

    def test_watched_for_writing_only_while_something_is_left(
        self, connect: Any, lab: Any, pair: Pair, read_all: Any, eventually: Any
    ) -> None:
        """A connection with nothing left to send does not wake up because it could."""
        adapter, _ = connect()
        adapter.deliver(b"x" * 10_000_000)
        lab.start()
        assert len(read_all(pair[1], 10_000_000)) == 10_000_000
        assert eventually(lambda: adapter.asleep and adapter.bytes_out == 10_000_000)
        lab.pause()
        assert lab.step(timeout=0.05).steps == 0


class TestReceiving:
    def test_bytes_come_out(self, connect: Any, lab: Any, pair: Pair, eventually: Any) -> None:
        """What the peer sends comes out as bytes, in order, whatever the chunks are."""
        adapter, recorder = connect()
        lab.start()
        data = bytes(range(256)) * 5000
        pair[1].sendall(data)
        assert eventually(lambda: adapter.bytes_in == len(data))
        assert eventually(lambda: b"".join(recorder.got) == data)

    def test_a_split_character_stays_split(self, connect: Any, lab: Any, pair: Pair, eventually: Any) -> None:
        """Bytes are not decoded, so half a character does no harm."""
        _, recorder = connect()
        lab.start()
        pair[1].sendall("ü".encode()[:1])
        assert eventually(lambda: getattr(recorder, "got", None) == [b"\xc3"])

    def test_reading_is_bounded_in_a_slice(self, connect: Any, lab: Any, pair: Pair) -> None:
        """However much has come, a slice passes on no more than so many chunks."""
        adapter, _ = connect()
        pair[0].setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_000_000)
        threading.Thread(target=pair[1].sendall, args=(b"x" * 2_000_000,), daemon=True).start()
        most = 0
        while adapter.bytes_in < 2_000_000:
            before = adapter.bytes_in
            assert lab.step(timeout=20)
            most = max(most, adapter.bytes_in - before)
        assert CHUNK <= most <= CHUNK * CHUNKS_PER_SLICE

    def test_a_full_receiver_stops_the_reading(self, lab: Any, connect: Any, pair: Pair, eventually: Any) -> None:
        """With no room downstream a chunk is held and the socket is not read; taking a message goes on."""
        slowly = Slowly()
        adapter, _ = connect(limit=2, recorder=slowly)
        data = bytes(range(256)) * 20_000
        sender = threading.Thread(target=pair[1].sendall, args=(data,), daemon=True)
        sender.start()
        lab.start()
        assert eventually(lambda: slowly.data_ready() == 2 and adapter.asleep and adapter._held)
        lab.pause()
        read_so_far = adapter.bytes_in
        assert lab.step(timeout=0.05).steps == 0  # it does not turn in circles meanwhile
        assert adapter.bytes_in == read_so_far < len(data)
        lab.start()
        lab.tell(slowly, 1, "go")
        assert eventually(lambda: adapter.bytes_in > read_so_far)
        while len(b"".join(slowly.got)) < len(data):
            lab.tell(slowly, 2, "go")
        assert b"".join(slowly.got) == data
        sender.join()

    def test_woken_by_collection_only_while_holding(self, lab: Any, connect: Any, pair: Pair, eventually: Any) -> None:
        """Messages taken from the receiver's inbox wake an adapter only if it waits for room."""
        slowly = Slowly()
        adapter, _ = connect(limit=1, recorder=slowly)
        assert not slowly.inboxes["inbox"].feeders
        lab.start()
        pair[1].sendall(b"x" * 200_000)
        assert eventually(lambda: slowly.inboxes["inbox"].feeders == (adapter,))
        while adapter.bytes_in < 200_000 or adapter._held:
            lab.tell(slowly, 1, "go")
        with lab.lock:
            assert not slowly.inboxes["inbox"].feeders

    def test_the_end_comes_after_the_data(self, lab: Any, connect: Any, pair: Pair, eventually: Any) -> None:
        """A receiver without room is told of the end only when it has had everything."""
        slowly = Slowly()
        connect(limit=1, recorder=slowly)
        pair[1].sendall(b"x" * 200_000)
        pair[1].close()
        lab.start()
        assert eventually(lambda: slowly.data_ready() == 1)
        while not slowly.told:
            lab.tell(slowly, 1, "go")
        with lab.lock:
            assert len(b"".join([*slowly.got, *slowly.inboxes["inbox"].contents])) == 200_000
            assert len(slowly.told) == 1


class TestEnding:
    def test_producer_finished_sends_everything_first(
        self, connect: Any, lab: Any, pair: Pair, read_all: Any, eventually: Any
    ) -> None:
        """ProducerFinished drains the inbox to a slow reader, then the stream ends (defect 16)."""
        adapter, _ = connect()
        for _ in range(50):
            adapter.deliver(b"x" * 100_000)
        adapter.deliver(ProducerFinished(), "control")
        lab.start()
        assert eventually(lambda: adapter.asleep)
        assert len(read_all(pair[1])) == 5_000_000
        assert eventually(adapter.is_stopped)
        assert adapter.reason is None

    def test_shutdown_writes_what_came_before_it(self, connect: Any, lab: Any, pair: Pair, read_all: Any) -> None:
        """What is in the inbox before ShutdownMicroprocess is written in that slice, and then the stream ends."""
        adapter, _ = connect()
        lab.step_message(timeout=0.1)
        for word in ("the", b" last", " words"):
            adapter.deliver(word)
        adapter.deliver(ShutdownMicroprocess(), "control")
        steps = lab.step_number
        while not adapter.is_stopped():
            lab.step()
        assert lab.step_number - steps <= 2
        assert read_all(pair[1]) == b"the last words"
        assert (adapter.dropped, adapter.reason) == (0, None)

    def test_shutdown_writes_to_a_slow_reader(
        self, connect: Any, lab: Any, pair: Pair, read_all: Any, eventually: Any
    ) -> None:
        """However slow the reader, it gets what came before ShutdownMicroprocess, and nothing that came after it."""
        adapter, recorder = connect()
        for _ in range(50):
            adapter.deliver(b"x" * 100_000)
        adapter.deliver(ShutdownMicroprocess(), "control")
        lab.start()
        assert eventually(lambda: adapter.asleep and adapter.bytes_out)
        lab.tell(adapter, b"too late", "inbox")
        lab.tell(adapter, ShutdownMicroprocess())
        assert read_all(pair[1]) == b"x" * 5_000_000
        assert eventually(lambda: adapter.is_stopped() and adapter.dropped == 1)
        assert adapter.reason is None
        assert eventually(lambda: [type(message) for message in recorder.told] == [SocketShutdown])

    def test_shutdown_gives_up_a_peer_that_takes_nothing(self, connect: Any, lab: Any, pair: Pair) -> None:
        """After ShutdownMicroprocess, a peer that reads nothing for the linger is dropped, and what is lost is said."""
        adapter, _ = connect(linger=0.1)
        for _ in range(3):
            adapter.deliver(b"x" * 50_000_000)
        adapter.deliver(ShutdownMicroprocess(), "control")
        lab.run(until=adapter, timeout=20)
        assert adapter.reason is not None
        assert adapter.reason.reason == "stalled"
        assert "3 messages for the peer" in lab.reports[0]

    def test_shutdown_after_the_peer_has_reset(
        self, connect: Any, lab: Any, pair: Pair, parts: Any, eventually: Any
    ) -> None:
        """If the peer is gone, ShutdownMicroprocess ends the connection, and what was left is counted as dropped."""
        adapter, _ = connect(recorder=parts.Recorder(heeds=False))
        lab.start()
        adapter.deliver(b"x" * 50_000_000)
        assert eventually(lambda: adapter.asleep and adapter.bytes_out)
        pair[1].close()
        lab.tell(adapter, ShutdownMicroprocess())
        assert eventually(lambda: adapter.is_stopped() and adapter.dropped == 1)

    def test_shutdown_can_drop_the_rest(self, connect: Any, lab: Any, pair: Pair, eventually: Any) -> None:
        """With drop_rest, ShutdownMicroprocess closes at once, whatever is left."""
        adapter, recorder = connect(drop_rest=True)
        adapter.deliver(b"x" * 50_000_000)
        lab.start()
        assert eventually(lambda: adapter.asleep and adapter.bytes_out)
        lab.tell(adapter, ShutdownMicroprocess())
        assert eventually(lambda: adapter.is_stopped() and (pair[0].fileno(), adapter.dropped) == (-1, 1))
        assert eventually(lambda: [type(message) for message in recorder.told] == [SocketShutdown])

    def test_other_messages_on_control_are_ignored(self, connect: Any, lab: Any, pair: Pair, read_all: Any) -> None:
        """Only the two shutdown messages end an adapter."""
        adapter, _ = connect()
        adapter.deliver("what?", "control")
        lab.start()
        lab.tell(adapter, b"still here", "inbox")
        assert read_all(pair[1], 10) == b"still here"

    def test_half_close_is_told_and_can_be_answered(
        self, lab: Any, pair: Pair, read_all: Any, eventually: Any, parts: Any
    ) -> None:
        """A peer that has finished sending still gets the answer, all of it."""

        class Answers(Component):
            def main(self) -> Any:
                while not self.data_ready("control"):
                    self.pause()
                    yield
                question = b"".join(self.messages())
                self.send(question[::-1] * 300_000)
                self.send(ProducerFinished(self), "signal")

        adapter, answers = ConnectedSocketAdapter(pair[0]), Answers()
        adapter.link((adapter, "outbox"), (answers, "inbox"))
        adapter.link((adapter, "signal"), (answers, "control"))
        adapter.link((answers, "outbox"), (adapter, "inbox"))
        adapter.link((answers, "signal"), (adapter, "control"))
        adapter.activate()
        answers.activate()
        lab.start()
        pair[1].sendall(b"abc")
        pair[1].shutdown(socket.SHUT_WR)
        assert read_all(pair[1]) == b"cba" * 300_000
        assert eventually(adapter.is_stopped)

    def test_half_close_without_an_answer_is_given_up(
        self, connect: Any, lab: Any, pair: Pair, read_all: Any, eventually: Any, parts: Any
    ) -> None:
        """A half-closed connection on which nothing moves for its linger is closed, and that is no loss."""
        adapter, recorder = connect(recorder=parts.Recorder(heeds=False), linger=0.05)
        lab.start()
        pair[1].shutdown(socket.SHUT_WR)
        assert read_all(pair[1]) == b""
        assert eventually(adapter.is_stopped)
        assert [type(message) for message in recorder.told] == [SocketShutdown]
        assert lab.reports == []

    def test_a_peer_that_takes_nothing_is_given_up(self, connect: Any, lab: Any, pair: Pair, eventually: Any) -> None:
        """While ending, a peer that reads nothing for the linger is dropped, with a report of what is lost."""
        adapter, _ = connect(linger=0.1)
        adapter.deliver(b"x" * 50_000_000)
        adapter.deliver(ProducerFinished(), "control")
        lab.run(until=adapter, timeout=20)
        assert adapter.reason is not None
        assert adapter.reason.reason == "stalled"
        assert pair[0].fileno() == -1
        assert len(lab.reports) == 1
        assert "1 messages for the peer" in lab.reports[0]

    def test_progress_keeps_an_ending_connection(
        self, make_lab: Any, pair: Pair, read_all: Any, hand_clock: Any
    ) -> None:
        """The linger counts standing still, not the whole time: a reader that goes on reading gets all."""
        lab = make_lab(clock=hand_clock)
        adapter = ConnectedSocketAdapter(pair[0], linger=10).activate()
        adapter.deliver(b"x" * 12_000_000)
        adapter.deliver(ProducerFinished(), "control")
        lab.start()
        for _ in range(10):
            assert len(read_all(pair[1], 1_000_000)) == 1_000_000
            hand_clock.time += 9
        assert len(read_all(pair[1])) == 2_000_000
        assert adapter.reason is None

    def test_a_reset_is_told_once(
        self, connect: Any, lab: Any, pair: Pair, reset: Any, eventually: Any, parts: Any
    ) -> None:
        """A reset ends the adapter cleanly; the receiver hears of it once, with the reason."""
        adapter, recorder = connect()
        lab.start()
        pair[1].sendall(b"last words")
        assert eventually(lambda: getattr(recorder, "got", None))
        reset(pair[1])
        assert eventually(adapter.is_stopped)
        assert eventually(recorder.is_stopped)
        assert [type(message) for message in recorder.told] == [SocketShutdown]
        assert recorder.told[0].message == adapter.reason
        assert adapter.reason.reason == "reset"
        assert (adapter.error, lab.reports) == (None, [])

    def test_a_peer_that_goes_while_we_send(
        self, connect: Any, lab: Any, pair: Pair, read_all: Any, eventually: Any
    ) -> None:
        """A peer that vanishes in the middle of a write ends the adapter, and what is left is counted."""
        adapter, recorder = connect()
        lab.start()
        for _ in range(20):
            lab.tell(adapter, b"x" * 1_000_000, "inbox")
        read_all(pair[1], 1000)
        pair[1].close()
        assert eventually(adapter.is_stopped)
        assert adapter.dropped > 0
        assert adapter.error is None
        assert eventually(recorder.is_stopped)

    def test_what_came_before_a_broken_write_is_passed_on(
        self, connect: Any, lab: Any, pair: Pair, reset: Any, eventually: Any
    ) -> None:
        """Bytes that arrived before the connection broke still reach the receiver."""
        adapter, recorder = connect()
        lab.step(2)
        pair[1].sendall(b"a line\n")
        pair[1].close()
        adapter.deliver(b"into the void")
        lab.run(until=lambda _: adapter.is_stopped() and recorder.is_stopped(), timeout=20)
        assert b"".join(recorder.got) == b"a line\n"

    def test_waits_for_the_peer_if_told_to(
        self, connect: Any, lab: Any, pair: Pair, read_all: Any, eventually: Any
    ) -> None:
        """With wait_for_peer ProducerFinished ends the sending half only; answers come until the peer closes."""
        adapter, recorder = connect(wait_for_peer=True)
        adapter.deliver(b"question")
        adapter.deliver(ProducerFinished(), "control")
        lab.start()
        assert read_all(pair[1]) == b"question"
        pair[1].sendall(b"answer")
        assert eventually(lambda: recorder.got == [b"answer"])
        assert not adapter.is_stopped()
        pair[1].close()
        assert eventually(adapter.is_stopped)

    def test_a_peer_that_talks_on_does_not_lose_the_end(
        self, connect: Any, lab: Any, pair: Pair, read_all: Any, eventually: Any, descriptors: Any
    ) -> None:
        """After all is sent, what the peer still sends is read and dropped until it closes: no reset."""
        adapter, _ = connect()
        adapter.deliver(b"good bye")
        adapter.deliver(ProducerFinished(), "control")
        lab.start(forever=True)
        assert eventually(adapter.is_stopped)
        pair[1].sendall(b"x" * 100_000)
        pair[1].sendall(b"y" * 100_000)
        assert read_all(pair[1]) == b"good bye"
        assert pair[0].fileno() >= 0
        pair[1].close()
        assert eventually(lambda: pair[0].fileno() == -1)

    @pytest.mark.parametrize("moment", [0, 1, 5])
    def test_stop_always_closes(self, connect: Any, lab: Any, pair: Pair, read_all: Any, moment: int) -> None:
        """stop() closes the socket and ends its watch at any moment, and tells receiver and creator."""
        adapter, recorder = connect(recorder=None)
        lab.step(moment, timeout=0)
        adapter.stop()
        assert pair[0].fileno() == -1
        assert lab.network.poller.sources() == 0
        assert read_all(pair[1]) == b""
        lab.run(timeout=20)
        assert [type(message) for message in recorder.told] == [SocketShutdown]

    def test_a_failure_closes_too(self, lab: Any, pair: Pair, read_all: Any) -> None:
        """An adapter that fails in its own code leaves no descriptor and no watch behind."""

        class Broken(ConnectedSocketAdapter):
            def _read(self) -> None:
                raise LookupError("oh dear")

        adapter = Broken(pair[0]).activate()
        lab.start(forever=True)
        pair[1].sendall(b"x")
        with pytest.raises(ConnectionResetError):
            read_all(pair[1])
        lab.pause()
        assert isinstance(adapter.error, LookupError)
        assert (pair[0].fileno(), lab.network.poller.sources()) == (-1, 0)

    def test_the_creator_is_told(self, lab: Any, pair: Pair, parts: Any, eventually: Any) -> None:
        """CreatorFeedback brings a SocketShutdown with the socket and the reason."""
        creator, adapter = parts.Recorder(), ConnectedSocketAdapter(pair[0])

        class Starter(Component):
            def main(self) -> Any:
                self.link((adapter, "CreatorFeedback"), (creator, "inbox"))
                yield NewComponent(adapter, creator)
                while not creator.got:
                    yield

        starter = Starter().activate()
        lab.start()
        pair[1].close()
        lab.tell(adapter, ProducerFinished())
        assert eventually(starter.is_stopped)
        assert type(creator.got[0]) is SocketShutdown
        assert creator.got[0].caller is adapter
        assert creator.got[0].message == [pair[0], None]


class TestTrace:
    def test_what_moves_is_recorded(self, connect: Any, lab: Any, pair: Pair) -> None:
        """Opening, bytes in, bytes out and closing are events of the adapter."""
        adapter, _ = connect()
        adapter.deliver(b"12345")
        pair[1].sendall(b"123")
        lab.run(until=lambda _: adapter.bytes_in == 3 and adapter.bytes_out == 5, timeout=20)
        adapter.stop()
        kinds = {event.kind: event.detail for event in lab.trace.events() if event.component is adapter}
        assert (kinds["bytes_in"], kinds["bytes_out"]) == (3, 5)
        assert kinds["opened"] == adapter.peer
        assert "3 bytes in, 5 out" in kinds["closed"]
