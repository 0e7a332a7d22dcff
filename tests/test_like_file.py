"""LikeFile: put and get from any thread, and an error wherever a wait would have no end."""

from __future__ import annotations

import queue
import subprocess
import sys
import textwrap
import threading
from pathlib import Path
from typing import Any

import pytest

from kamlab import Component, LikeFile, Pipeline, Shutdown, SimpleServer, TCPClient
from kamlab.core.errors import AlreadyEnded, HandleHasEnded, LabIsRunning, NoSuchBox
from kamlab.core.ipc import ProducerFinished, ShutdownMicroprocess
from kamlab.like_file import IsShutDown, LabStandsStill
from kamlab.parts import PassThrough, PureTransformer


class Twoway(Component):
    """Passes on what comes to inbox and to extra, each at an outbox of that name, until it is told to end."""

    Inboxes = ["inbox", "control", "extra"]
    Outboxes = ["outbox", "signal", "extra"]

    def main(self) -> Any:
        while True:
            for box, out in (("inbox", "outbox"), ("extra", "extra")):
                for message in self.messages(box):
                    self.send(message, out)
            for message in self.messages("control"):
                self.send(message, "signal")
                if isinstance(message, ShutdownMicroprocess):
                    return
            self.pause()
            yield


class Stubborn(Component):
    """Never looks at control."""

    def main(self) -> Any:
        while True:
            self.pause()
            yield


@pytest.fixture
def lab(make_lab: Any) -> Any:
    """A lab that runs in the background, even while it is empty."""
    lab = make_lab()
    lab.start(forever=True)
    return lab


class TestPutAndGet:
    def test_get_waits(self, lab: Any) -> None:
        """What is put in is worked on in the background, and get waits for what comes of it."""
        shout = LikeFile(Pipeline(PureTransformer(str.upper), PureTransformer(lambda text: text + "!")))
        for word in ("tea", "cake"):
            shout.put(word)
        assert [shout.get(), shout.get()] == ["TEA!", "CAKE!"]

    def test_several_threads(self, lab: Any) -> None:
        """Threads may share one; nothing is lost or doubled."""
        passing = LikeFile(PassThrough())
        got: queue.SimpleQueue[int] = queue.SimpleQueue()

        def work(start: int) -> None:
            for number in range(start, start + 50):
                passing.put(number)
                got.put(passing.get(timeout=20))

        threads = [threading.Thread(target=work, args=(start,)) for start in range(0, 200, 50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert sorted(got.get() for _ in range(200)) == list(range(200))

    def test_without_waiting(self, lab: Any, eventually: Any) -> None:
        """get_nowait, empty, qsize and any_ready tell what has come; each outbox has its own queue."""
        two = LikeFile(Twoway(), "extra", ("extra",))
        assert (two.empty(), two.qsize(), two.any_ready()) == (True, 0, None)
        with pytest.raises(queue.Empty):
            two.get_nowait()
        two.put("more", "extra")
        two.put("RELOAD", "control")
        assert eventually(lambda: two.any_ready() == ["signal", "extra"])
        assert (two.qsize("extra"), two.empty()) == (1, True)
        assert (two.get("extra"), two.get_nowait("signal")) == ("more", "RELOAD")

    def test_a_timeout(self, lab: Any) -> None:
        """A wait with a limit ends as queue.Empty."""
        passing = LikeFile(PassThrough())
        with pytest.raises(queue.Empty) as caught:
            passing.get(timeout=0.01)
        assert not isinstance(caught.value, (HandleHasEnded, LabStandsStill))

    def test_boxes_that_the_component_links_itself(self, lab: Any) -> None:
        """With wrap_default=False only the boxes that are named are linked."""

        class Careful(Component):
            def main(self) -> Any:
                self.link((self, "signal"), (self, "control"))
                self.send(ProducerFinished(self), "signal")
                self.send(type(self.recv("control")).__name__)
                yield

        assert LikeFile(Careful(), "inbox", "outbox", wrap_default=False).get() == "ProducerFinished"

    def test_a_component_without_some_of_the_boxes(self, lab: Any) -> None:
        """Standard boxes that a component lacks are left out; a box that is asked for must be there."""

        class Source(Component):
            Inboxes: Any = []
            Outboxes: Any = ["outbox"]

            def main(self) -> Any:
                self.send("hello")
                yield

        assert LikeFile(Source()).get() == "hello"
        with pytest.raises(NoSuchBox):
            LikeFile(Source(), extra_inboxes="inbox")
        with pytest.raises(NoSuchBox, match="signal"):
            LikeFile(Twoway(), "inbox", "outbox", wrap_default=False).get("signal")

    def test_a_tcp_client(self, lab: Any) -> None:
        """A server of components and a client as a file, in one lab."""
        server = SimpleServer(protocol=PassThrough, port=0).activate()
        client = LikeFile(TCPClient("127.0.0.1", server.port))
        client.put("echo")
        assert client.get(timeout=20) == b"echo"
        client.shutdown()

    def test_a_lab_that_is_stepped(self, make_lab: Any) -> None:
        """In a lab that stands, put, run and get do without a background."""
        lab = make_lab()
        passing = LikeFile(PassThrough())
        passing.put("tea")
        lab.run()
        assert passing.get() == "tea"


class TestEnds:
    def test_a_lab_that_stands_still(self, make_lab: Any) -> None:
        """A wait in a lab that is not running is an error at once, with what to do."""
        make_lab()
        with pytest.raises(LabStandsStill, match=r"lab\.start\(\)"):
            LikeFile(PassThrough()).get()

    def test_a_lab_that_is_paused_meanwhile(self, lab: Any, eventually: Any) -> None:
        """A wait notices that the lab no longer runs."""
        passing = LikeFile(PassThrough())
        errors: list[Any] = []

        def wait() -> None:
            try:
                passing.get()
            except queue.Empty as error:
                errors.append(error)

        thread = threading.Thread(target=wait)
        thread.start()
        lab.pause()
        thread.join(20)
        assert [type(error) for error in errors] == [LabStandsStill]

    def test_a_component_that_has_ended(self, lab: Any) -> None:
        """What came before the end can be got; then get and put say that it has ended."""

        class Short(Component):
            def main(self) -> Any:
                self.send("last words")
                yield

        short = LikeFile(Short())
        assert short.get() == "last words"
        with pytest.raises(HandleHasEnded, match="Short"):
            short.get()
        with pytest.raises(AlreadyEnded):
            short.put("hello?")
        assert short.empty()
        short.shutdown()

    def test_a_component_that_fails(self, lab: Any) -> None:
        """A wait for a component that fails ends."""

        class Broken(Component):
            def main(self) -> Any:
                yield
                raise ValueError("broken")

        with pytest.raises(HandleHasEnded, match="failed"):
            LikeFile(Broken()).get()

    def test_shutdown(self, lab: Any) -> None:
        """shutdown says so in every way there is, waits for the end, and refuses what follows."""
        two = LikeFile(Twoway())
        told: list[Any] = []
        two.shutdown()
        assert two.component.is_stopped()
        for use in (two.get, two.get_nowait, two.shutdown, lambda: two.put("more")):
            with pytest.raises(IsShutDown, match="make a new one"):
                use()
        while two.qsize("signal"):
            told.append(type(two.handle.get("signal")))
        assert told == [Shutdown, ProducerFinished, ShutdownMicroprocess]
        with pytest.raises(AttributeError):  # as in Kamaelia
            two.get()

    def test_a_component_that_does_not_listen(self, lab: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        """A component that has not ended some time after its shutdown is reported."""
        monkeypatch.setattr("kamlab.like_file.SHUTDOWN_PATIENCE", 0.05)
        stubborn = LikeFile(Stubborn())
        stubborn.shutdown()
        assert any("Stubborn" in text and "has not ended" in text for text in lab.reports)

    def test_a_with_block(self, lab: Any) -> None:
        """At the end of a with block the component is shut down."""
        with LikeFile(PassThrough()) as passing:
            passing.put("tea")
            assert passing.get() == "tea"
        assert not passing.alive
        assert passing.component.is_stopped()

    def test_a_wait_in_a_slice(self, lab: Any, eventually: Any) -> None:
        """A component that waits for one would stop the lab that it waits for: an error at once."""
        passing = LikeFile(PassThrough())

        class Waits(Component):
            def main(self) -> Any:
                yield passing.get()

        waits = Waits().activate()
        assert eventually(lambda: waits.error)
        assert isinstance(waits.error, LabIsRunning)

    def test_a_wait_can_be_interrupted(self, tmp_path: Path) -> None:
        """Ctrl-C ends a wait."""
        code = """
            import _thread, threading
            from kamlab import Component, Lab, LikeFile
            class Idle(Component):
                async def main(self):
                    await self.receive()
            lab = Lab().__enter__()
            lab.start(forever=True)
            try:
                threading.Timer(0.3, _thread.interrupt_main).start()
                LikeFile(Idle()).get()
            except KeyboardInterrupt:
                print("interrupted")
            lab.stop()
        """
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(code)], cwd=tmp_path, capture_output=True, text=True, timeout=60
        )
        assert done.stdout == "interrupted\n", done.stderr


def test_what_is_put_is_replayed(make_lab: Any) -> None:
    """A recorded run that was used through a LikeFile goes back and forward to the same messages."""
    made: list[LikeFile] = []
    lab = make_lab(build=lambda: made.append(LikeFile(PassThrough())), recorded=True)
    made[-1].put("tea")
    lab.run()
    made[-1].put("cake")
    lab.run()
    end, before = lab.step_number, [str(event) for event in lab.trace.events()]
    lab.goto(0)
    assert made[-1].empty()
    lab.goto(end)
    assert [made[-1].get_nowait(), made[-1].get_nowait()] == ["tea", "cake"]
    assert [str(event) for event in lab.trace.events()] == before


def test_the_old_spelling(tmp_path: Path) -> None:
    """The module beside a listing has the old names; a file of that name in the folder takes precedence."""
    code = """
        import kamlab.axon; kamlab.axon.install()
        from likefile import LikeFile, schedulerThread
        from Axon.LikeFile import likefile, background
        from Axon.Component import component
        schedulerThread(slowmo=0.001).start()
        class Echo(component):
            Outboxes = ["outbox", "signal", "debug"]
            def main(self):
                while not self.dataReady("control"):
                    while self.dataReady("inbox"):
                        self.send(self.recv("inbox"), "outbox")
                        self.send("sent", "debug")
                    yield 1
        p = likefile(Echo(), extraOutboxes="debug", wrapDefault=True)
        p.put("hello")
        print(p.get(), p.get("debug", True, 5), p.anyReady(), LikeFile is likefile)
        p.shutdown()
    """

    def run() -> str:
        command = [sys.executable, "-c", textwrap.dedent(code)]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
        return done.stdout + done.stderr.strip().rpartition("\n")[2]

    assert run() == "hello sent None True\n"
    (tmp_path / "likefile.py").write_text("LikeFile = schedulerThread = None\n")
    assert "'NoneType' object is not callable" in run()
