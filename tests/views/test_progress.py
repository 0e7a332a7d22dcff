"""How far a long run has come, and who tells it."""

from __future__ import annotations

import io
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import Any

import pytest

from kamlab import Component, Lab, ThreadedComponent
from kamlab.views import progress as module
from kamlab.views.progress import Progress, Reporter, install, progress_of, reporter_for


class Busy(Component):
    def main(self) -> Iterator[None]:
        while True:
            yield


class Sleeps(Component):
    seconds: float | None = None

    def main(self) -> Iterator[None]:
        while True:
            self.pause(self.seconds)
            yield


class Recorder:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[Progress] = []
        self.closed: list[Progress | None] = []

    def tell(self, progress: Progress) -> None:
        self.told.append(progress)

    def close(self, last: Progress | None) -> None:
        self.closed.append(last)


class Screen(io.StringIO):
    """A terminal that keeps what is written to it."""

    def isatty(self) -> bool:
        return True

    @property
    def line(self) -> str:
        """What is to be seen in its only line."""
        shown = ""
        for piece in self.getvalue().split("\r"):
            shown = piece + shown[len(piece) :]
        return shown


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tell at once, and often."""
    monkeypatch.setattr(module, "SILENCE", 0.01)
    monkeypatch.setattr(module, "TICK", 0.01)


def watchers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "kamlab progress"]


# -- looking ------------------------------------------------------------------------------------------


def test_a_look_says_how_far_a_run_has_come(lab: Any) -> None:
    """Steps, seconds and rate count from the beginning of the run; with a limit there is a fraction."""
    Busy().activate()
    Sleeps().activate()
    lab.step(10)
    began = progress_of(lab)
    lab.step(50)
    look = progress_of(lab, 200, began)
    assert (look.steps, look.limit, look.fraction, look.state) == (50, 200, 0.25, "paused")
    assert look.rate == pytest.approx(look.steps / look.seconds)
    assert (look.runnable, look.asleep) == (1, 1)


def test_the_rate_is_that_since_an_earlier_look(lab: Any) -> None:
    """Given an earlier look, the rate is what has run since then."""
    Busy().activate()
    began = progress_of(lab)
    lab.step(50)
    before = progress_of(lab, began=began)
    assert progress_of(lab, began=began, before=before).rate == 0
    assert progress_of(lab, began=began).rate > 0


def test_looking_takes_no_lock(lab: Any) -> None:
    """It returns at once while somebody else holds the lab's lock."""
    Busy().activate()
    looks: list[Progress] = []
    with lab.lock:
        thread = threading.Thread(target=lambda: looks.append(progress_of(lab)))
        thread.start()
        thread.join(10)
        assert len(looks) == 1
        assert lab.lock.waiting == 0


def test_what_it_waits_for_is_told(make_lab: Callable[..., Any], eventually: Callable[..., Any]) -> None:
    """Where nobody can run it says for what: a timer, the network, a thread, or nobody."""

    class Blocks(ThreadedComponent):
        def main(self) -> None:
            over.wait(30)

    over = threading.Event()
    lab = make_lab()
    lab.start(forever=True)
    assert eventually(lambda: "a call from outside" in progress_of(lab).waits)
    Sleeps(seconds=1000.0).activate()
    assert eventually(lambda: "the next timer, due in" in progress_of(lab).waits)
    Blocks().activate()
    assert eventually(lambda: progress_of(lab).waits == "a thread")
    over.set()
    lab.pause()
    assert progress_of(lab).waits == ""


def test_the_network_is_told(make_lab: Callable[..., Any], eventually: Callable[..., Any]) -> None:
    """A server with no client waits for the network."""
    from kamlab import SimpleServer

    lab = make_lab(ports={1500: 0})
    SimpleServer(protocol=Component, port=1500).activate()
    lab.start()
    assert eventually(lambda: progress_of(lab).waits.endswith("the network"))


def test_a_slice_that_does_not_end_is_named(
    lab: Any, eventually: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who does not come to the next yield for long is named."""
    monkeypatch.setattr(module, "LONG", 0.01)
    over = threading.Event()

    class Hangs(Component):
        def main(self) -> Iterator[None]:
            over.wait(30)
            yield

    Hangs(name="h" * 100).activate()
    lab.start()
    assert eventually(lambda: lab.scheduler.running)
    before = progress_of(lab)
    assert eventually(lambda: progress_of(lab, before=before).waits)
    assert progress_of(lab, before=before).waits == "h" * 21 + "... to come to its next yield"
    over.set()


# -- its forms ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("steps", [0, 1, 10**6, 10**12])
@pytest.mark.parametrize("limit", [None, 10**13])
@pytest.mark.parametrize("waits", ["", "x" * 200])
@pytest.mark.parametrize("end", ["", "x" * 200])
def test_a_line_fits_a_terminal(steps: int, limit: int | None, waits: str, end: str) -> None:
    """Whatever there is to say, the text is one line of at most 79 columns that begins with the most important."""
    text = str(Progress("running", steps, 1e6, 1e12, limit, 10**6, 10**6, waits, end))
    assert len(text) <= 79
    assert "\n" not in text
    assert f"{steps:,} slice" in text


def test_the_html_is_a_status_line(lab: Any) -> None:
    """The HTML is the same text, escaped, with a role, and a bar where a limit is known."""
    html = Progress("running", 5, 1.0, 5.0, 10, waits="<b>")._repr_html_()
    assert html.startswith('<div class="kamlab-progress" role="status">running: 5 slices, 50% of 10')
    assert '<progress max="100" value="50"></progress>' in html
    assert "&lt;b&gt;" in html
    assert "<progress" not in Progress("paused", 5, 1.0, 5.0, 10, end="paused")._repr_html_()


# -- telling ------------------------------------------------------------------------------------------


def test_a_run_is_told_of_from_its_second_second_on(lab: Any, hasty: None) -> None:
    """While it runs it is told how far it has come; at the end the last word says why it ended; no thread stays."""
    Busy().activate()
    teller = Recorder()
    with Reporter(lab, None, teller):
        lab.run(until=lambda lab: len(teller.told) > 3, timeout=20)
    assert [told.state for told in teller.told] == ["running"] * len(teller.told)
    steps = [told.steps for told in teller.told]
    assert steps == sorted(steps)
    (last,) = teller.closed
    assert last is not None
    assert last.steps == lab.step_number
    assert last.end == "the condition holds"
    assert watchers() == []


def test_a_short_run_is_not_told_of(lab: Any) -> None:
    """In the first second there is not a word, and none at the end."""
    Busy().activate()
    teller = Recorder()
    with Reporter(lab, None, teller):
        lab.run(max_steps=10)
    assert (teller.told, teller.closed, watchers()) == ([], [None], [])


@pytest.mark.parametrize(
    ("error", "end"), [(KeyboardInterrupt(), "interrupted"), (ValueError("x"), "ValueError was raised")]
)
def test_it_ends_with_a_run_that_raises(
    lab: Any, hasty: None, error: BaseException, end: str, eventually: Callable[..., Any]
) -> None:
    """An error and an interrupt go through it, and end it as any other end does."""
    Busy().activate()
    teller = Recorder()

    def condition(lab: Any) -> bool:
        if teller.told:
            raise error
        return False

    with pytest.raises(type(error)), Reporter(lab, None, teller):
        lab.run(until=condition, timeout=20)
    assert [last and last.end for last in teller.closed] == [end]
    told = len(teller.told)
    assert watchers() == []
    assert len(teller.told) == told


def test_a_teller_that_fails_harms_no_run(lab: Any, hasty: None, eventually: Callable[..., Any]) -> None:
    """What telling raises ends the telling, and nothing else."""

    class Broken(Recorder):
        def tell(self, progress: Progress) -> None:
            super().tell(progress)
            raise OSError("the screen is gone")

        def close(self, last: Progress | None) -> None:
            super().close(last)
            raise OSError("the screen is gone")

    Busy().activate()
    teller = Broken()
    with Reporter(lab, None, teller):
        lab.run(until=lambda lab: teller.told and not watchers(), timeout=20)
    assert len(teller.told) == 1
    assert watchers() == []


def test_nobody_tells_where_there_are_no_threads(lab: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no thread can be started a run is as it was before."""

    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    Busy().activate()
    monkeypatch.setattr(threading.Thread, "start", refuse)
    with Reporter(lab, None, Recorder()):
        assert lab.run(max_steps=5).steps == 5


def test_one_that_nobody_ends_ends_by_itself(
    lab: Any, hasty: None, monkeypatch: pytest.MonkeyPatch, eventually: Callable[..., Any]
) -> None:
    """Where an interrupt strikes before the run has begun, the thread finds that nothing runs and is gone."""
    monkeypatch.setattr(module, "PATIENCE", 2)
    Reporter(lab, None, Recorder()).__enter__()
    assert eventually(lambda: not watchers())


# -- on a terminal ------------------------------------------------------------------------------------


def test_on_a_terminal_it_is_one_line_that_is_gone_at_the_end(
    lab: Any, hasty: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line is written anew in its place and never breaks; at the end it is empty."""
    screen = Screen()
    monkeypatch.setattr("sys.stderr", screen)
    Busy().activate()
    seen: list[str] = []
    lab.run(until=lambda lab: seen.append(screen.line) or screen.getvalue().count("running") > 3, timeout=20)
    assert any(line.startswith("running: ") for line in seen)
    assert "\n" not in screen.getvalue()
    assert screen.line.strip() == ""
    assert max(map(len, seen)) <= 79


def test_on_a_real_terminal(lab: Any, hasty: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """What reaches a pseudo-terminal is that one line, too."""
    pty = pytest.importorskip("pty")
    mine, its = pty.openpty()
    with os.fdopen(its, "w") as stream:
        monkeypatch.setattr("sys.stderr", stream)
        Busy().activate()
        read: list[bytes] = []
        lab.run(max_steps=10**9, until=lambda lab: bool(_peek(mine, read)), timeout=20)
        _peek(mine, read)
    os.close(mine)
    assert b"running: " in b"".join(read)
    assert b"".join(read).endswith(b"\r")


def _peek(file: int, read: list[bytes]) -> bool:
    import select

    if select.select([file], [], [], 0)[0]:
        read.append(os.read(file, 4096))
    return bool(read)


def test_a_long_step_is_told_of_too(lab: Any, hasty: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stepping by a thousand slices or more is told of as a run is; by fewer it is not."""
    screen = Screen()
    monkeypatch.setattr("sys.stderr", screen)

    class Waits(Component):
        def main(self) -> Iterator[None]:
            for _ in range(400):
                yield
            while told and "running" not in screen.getvalue() and time.monotonic() < deadline:
                pass
            yield

    deadline, told = time.monotonic() + 20, False
    Waits().activate()
    lab.step(999)
    assert screen.getvalue() == ""
    told = True
    Waits().activate()
    lab.step(1000)
    assert "running: 4" in screen.getvalue()


def test_where_there_is_no_terminal_nothing_is_told(lab: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stderr that is a file, closed or missing gets not a word, and no thread is started."""
    closed = io.StringIO()
    closed.close()
    for stream in (io.StringIO(), closed, None):
        monkeypatch.setattr("sys.stderr", stream)
        assert isinstance(reporter_for(lab), nullcontext)


def test_a_run_of_few_slices_is_not_watched(lab: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who runs some hundred slices at most gets no thread for it."""
    monkeypatch.setattr("sys.stderr", Screen())
    assert isinstance(reporter_for(lab, 999), nullcontext)
    assert isinstance(reporter_for(lab, 1000), Reporter)


def test_installing_can_be_undone() -> None:
    """The class tells while it is installed, and is as it was afterwards."""

    class Other(Lab):
        progress = None

    class Plain:
        pass

    for lab_class, before in ((Other, None), (Plain, "nothing")):
        undo = install(lab_class)
        assert lab_class.progress is reporter_for  # type: ignore[attr-defined]
        undo()
        assert getattr(lab_class, "progress", "nothing") is before


def test_the_reporter_sees_a_lab_from_outside(lab: Any, hasty: None) -> None:
    """A run that is told of is the same run, step by step, as one that is not."""

    def run(watched: bool) -> str:
        with Lab(clock="virtual") as lab:
            for seconds in (None, 0.5, 1.5):
                Sleeps(seconds=seconds).activate()
            teller = Recorder()
            with Reporter(lab, None, teller) if watched else nullcontext():
                lab.step(2000)
            return lab.trace.text()

    assert run(watched=True) == run(watched=False)
