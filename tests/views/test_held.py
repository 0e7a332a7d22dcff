"""A lab whose slice does not end can be looked at all the same: as it stood before that slice, and marked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kamlab import Component, Lab
from kamlab.analysis.history import history_of
from kamlab.core import reading as module
from kamlab.core.errors import SliceDoesNotEnd
from kamlab.core.reading import BEFORE, LOOK, PATIENCE, WITHIN, Answer, reading
from kamlab.views import branches_of, dashboard_of, payload_of, source_of
from kamlab.views.figures.queues import queue_lengths
from kamlab.views.figures.throughput import throughput
from kamlab.views.render import View
from tests.views.hanging import KINDS, hanging, within

#: Seconds in which a look comes back on a machine however busy; without a lab held up it would never.
BACK = 60.0


@pytest.fixture(scope="module", params=sorted(KINDS))
def held(request: pytest.FixtureRequest) -> Iterator[Lab]:
    """Yield a lab whose slice does not end, of each kind."""
    with hanging(request.param) as lab:
        yield lab


#: What is read as the lab stood before the slice, where the record reaches back so far; and what is about now.
RECORDED: dict[str, Callable[[Lab], Any]] = {
    "inboxes": lambda lab: lab.inboxes(),
    "graph": lambda lab: lab.graph(),
    "timeline": lambda lab: lab.timeline(),
    "story": lambda lab: lab.story(),
    "story of a box": lambda lab: lab.story("keeps.inbox"),
    "snapshot": lambda lab: lab.snapshot(),
    "payload": lambda lab: payload_of(lab, lab.inboxes()["keeps"].key, "inbox"),
    "queues": lambda lab: queue_lengths(lab),
    "throughput": lambda lab: throughput(lab),
    "branches": lambda lab: branches_of(lab),
    "dashboard": lambda lab: dashboard_of(lab),
}
PRESENT: dict[str, Callable[[Lab], Any]] = {
    "source": lambda lab: source_of(lab, lab["hangs"]),
    "source by key": lambda lab: source_of(lab, "2"),
    "where": lambda lab: lab.where(),
    "where of one": lambda lab: lab.where("hangs"),
    "why": lambda lab: lab.why(),
    "why of the one that hangs": lambda lab: lab.why("hangs"),
    "why of another": lambda lab: lab.why("keeps"),
    "why of a message": lambda lab: lab.why(("keeps", "inbox", 0)),
    "lost": lambda lab: lab.lost(),
    "leaks": lambda lab: lab.leaks(),
    "still running": lambda lab: lab.still_running(),
}
UNMARKED: dict[str, Callable[[Lab], Any]] = {
    "components": lambda lab: [component.short_name for component in lab.components],
    "by name": lambda lab: lab["keeps"],
    "runnable": lambda lab: lab.runnable(),
    "timers": lambda lab: lab.timers,
    "histories": lambda lab: lab.histories(),
    "repr": repr,
    "HTML": lambda lab: lab._repr_html_(),
    "branches of the lab": lambda lab: lab.branches,
    "text panel": lambda lab: str(lab.panel()),
}


@pytest.mark.parametrize("name", [*RECORDED, *PRESENT])
def test_an_answer_comes_back_and_is_marked(held: Lab, name: str) -> None:
    """Each view and explanation comes back while the slice goes on, with a line that names component, time and line."""
    answer = within(BACK, lambda: {**RECORDED, **PRESENT}[name](held))
    assert isinstance(answer, Answer)
    assert answer.mark.startswith("hangs has been in one slice for ")
    assert "line" in answer.mark
    assert answer.mark.endswith((BEFORE, WITHIN))
    assert str(answer).startswith(answer.mark) or repr(answer).startswith(answer.mark)
    if isinstance(answer, View):
        assert module_escape(answer.mark) in answer._repr_html_()


def module_escape(text: str) -> str:
    """Return a text as HTML has it."""
    return text.replace("&", "&amp;").replace("<", "&lt;")


@pytest.mark.parametrize("name", sorted(UNMARKED))
def test_whatever_else_is_read_comes_back(held: Lab, name: str) -> None:
    """What is not an answer of its own comes back as well: lists, texts, the panel."""
    assert within(BACK, lambda: UNMARKED[name](held)) is not None


def test_a_panel_as_text_is_marked_once(held: Lab) -> None:
    """The pieces of a panel carry no mark of their own."""
    text = within(BACK, lambda: str(held.panel()))
    assert text.count("hangs has been in one slice") == 1


CHANGES: dict[str, Callable[[Lab], Any]] = {
    "deliver": lambda lab: lab["keeps"].deliver("more"),
    "choose": lambda lab: lab.choose("keeps"),
    "inject": lambda lab: lab.inject("keeps", "more"),
    "drop": lambda lab: lab.drop("keeps"),
    "break_on": lambda lab: lab.break_on("keeps"),
    "stop of a component": lambda lab: lab["keeps"].stop(),
    "network": lambda lab: lab.network,
    "recording": lambda lab: lab.recording,
    "with its lock": lambda lab: lab.lock.__enter__(),
}


@pytest.mark.parametrize("name", sorted(CHANGES))
def test_a_change_is_refused_with_a_sentence(held: Lab, name: str) -> None:
    """A call that changes the lab does not wait for ever: its error names the component, and says what to do."""
    with pytest.raises(SliceDoesNotEnd, match=r"hangs has been in one slice for .* s.*lab\.stop\(\)"):
        within(BACK, lambda: CHANGES[name](held))


@pytest.mark.parametrize("kind", ["blocks", "spins"])
def test_what_is_shown_is_the_lab_before_the_slice(kind: str) -> None:
    """It is what a lab shows that was stepped up to that slice."""
    with hanging(kind) as lab:
        twin = Lab(build=lab.builder)
        twin.step(lab.step_number - 1)
        assert lab.snapshot() == twin.snapshot()
        assert lab.inboxes()["keeps"] == twin.inboxes()["keeps"]
        assert lab.graph().now.links == twin.graph().now.links
        assert lab.timeline().lines == twin.timeline().lines
        assert lab.snapshot().next == lab["hangs"]
        twin.stop()


def test_a_look_leaves_the_record_alone(held: Lab) -> None:
    """A reader without the lock touches neither the trace's counts nor what readers keep."""
    before = {name: value for name, value in vars(held.trace).items() if name != "_records"}
    for name in ("inboxes", "timeline", "story", "snapshot"):
        RECORDED[name](held)
    held.lost()
    assert {name: value for name, value in vars(held.trace).items() if name != "_records"} == before


def test_the_mark_goes_with_the_slice() -> None:
    """Once the slice has ended the lab is shown as it is, unmarked, and can be changed."""
    with hanging("blocks") as lab:
        hangs = lab["hangs"]
        assert lab.inboxes().mark
        hangs.let_go()
        assert lab.pause(60)
        assert lab.inboxes().mark == ""
        assert lab.inboxes().step == lab.step_number == lab.snapshot().step
        lab["keeps"].deliver("more")
        assert history_of(lab).latest == lab.step_number


def test_the_first_look_waits_for_no_more_than_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that a reader asks of the lock, and of one that changes the lab, is a second in all, and then a moment."""
    asked: list[float] = []
    assert PATIENCE <= 1.0
    with hanging("blocks", long=0.0) as lab:
        acquire = lab.lock.acquire

        def counted(timeout: float = -1) -> bool:
            asked.append(timeout)
            return acquire(timeout)

        monkeypatch.setattr(lab.lock, "acquire", counted)
        within(BACK, lab.inboxes)
        assert min(asked) > 0
        assert sum(asked) <= PATIENCE + 2 * LOOK
        monkeypatch.undo()


def test_a_running_lab_is_read_between_two_slices() -> None:
    """Of a lab that runs and does not hang a reader has the lock, and what it reads is not marked."""

    class Busy(Component):
        def main(self) -> Iterator[None]:
            while True:
                self.send(1)
                yield

    lab = Lab()
    busy = Busy(name="busy").activate(lab)
    lab.start()
    try:
        for _ in range(20):
            with reading(lab) as (seen, mark):
                assert seen is lab
                assert lab.lock.mine()
                assert mark == ""
                step = lab.step_number
                assert lab.inboxes().step == step
                assert busy.outboxes["outbox"].discarded == step
            assert lab.snapshot().mark == lab.why().mark == ""
    finally:
        assert lab.pause(60)
        lab.stop()


def test_a_look_that_finds_a_container_changed_is_repeated() -> None:
    """A look without the lock may meet a container that changes under it; other errors are raised at once."""
    tries = iter([RuntimeError("dictionary changed size during iteration"), None])

    def look() -> str:
        error = next(tries)
        if error is not None:
            raise error
        return "seen"

    assert module.steadily(look) == "seen"
    with pytest.raises(RuntimeError, match="another"):
        module.steadily(lambda: _raise(RuntimeError("another")))


def _raise(error: Exception) -> None:
    raise error


def test_a_thread_of_a_component_waits_on() -> None:
    """A long slice is no fault of a component with a thread of its own: what that does to the lab waits."""
    from kamlab import ThreadedComponent

    done = threading.Event()

    class Helps(ThreadedComponent):
        def main(self) -> None:
            while self.lab_hangs():
                pass
            keeps.deliver("from a thread")
            done.set()

        def lab_hangs(self) -> bool:
            return lab.runtime.long_slice() is None

    class Computes(Component):
        def main(self) -> Iterator[None]:
            yield
            over.wait(BACK)
            yield

    over = threading.Event()
    lab = Lab()
    keeps = Component(name="keeps").activate(lab)
    Helps(name="helps").activate(lab)
    Computes(name="computes").activate(lab)
    lab.start()
    try:
        assert not done.wait(2.5 * PATIENCE)
        over.set()
        assert done.wait(BACK)
    finally:
        over.set()
        assert lab.pause(60)
        lab.stop()
