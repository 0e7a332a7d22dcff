"""The user's hands: who goes next, and what waits in the inboxes."""

from __future__ import annotations

from typing import Any

import pytest

from engine_state import state_of
from kamlab import Component, Lab, WaitComplete
from kamlab.core.errors import KamlabError, NoSpaceInBox, NoSuchBox, NotRunnable, UnknownComponent
from kamlab.core.task import task_of
from kamlab.replay import MessageIsGone, NoSuchMessage


class Taker(Component):
    """Sleeps until something waits, then takes one message a slice."""

    got: tuple[Any, ...] = ()

    def main(self) -> Any:
        while True:
            if self.data_ready():
                self.got += (self.recv(),)
            else:
                self.pause()
            yield


def taker() -> None:
    """Build one who takes."""
    Taker(name="taker").activate()


@pytest.fixture
def lab(make_lab: Any) -> Lab:
    """A lab in which three messages wait for one who has not run yet."""
    lab: Lab = make_lab(build=taker)
    for message in ("a", "b", "c"):
        lab.inject("taker", message)
    return lab


def waiting(lab: Lab) -> str:
    """Return what waits, as one word."""
    return "".join(map(str, lab["taker"].inboxes["inbox"].contents))


@pytest.mark.parametrize(
    ("act", "left"),
    [
        (lambda lab: lab.drop("taker"), "bc"),
        (lambda lab: lab.drop("taker", index=2), "ab"),
        (lambda lab: lab.duplicate("taker", index=1), "abbc"),
        (lambda lab: lab.move("taker", 2), "bca"),
        (lambda lab: lab.move("taker", 0, index=2), "cab"),
        (lambda lab: lab.edit("taker", "X", index=1), "aXc"),
        (lambda lab: lab.delay("taker", 2.5), "bc"),
        (lambda lab: lab.inject("taker", "X"), "abcX"),
        (lambda lab: lab.inject("taker", "X", index=0), "Xabc"),
    ],
)
def test_each_act_changes_what_waits(lab: Lab, act: Any, left: str) -> None:
    """Each act does what it says, is an event, and is there again when the run is played again."""
    events = len(lab.trace.events())
    act(lab)
    assert waiting(lab) == left
    assert {event.kind for event in lab.trace.events()[events:]} <= {"removed", "inserted"}
    assert len(lab.trace.events()) > events
    lab.step(10)
    got, text = lab["taker"].got, lab.trace.text()
    lab.goto(lab.step_number)
    assert (lab["taker"].got, lab.trace.text()) == (got, text)


def test_a_delayed_message_comes_later(lab: Lab) -> None:
    """A delayed message is back in the inbox when its time has come, behind what came meanwhile."""
    lab.delay("taker", 2.5)
    lab.run(timeout=2.0)
    assert lab["taker"].got == ("b", "c")
    lab.run(timeout=1.0)
    assert lab["taker"].got == ("b", "c", "a")


def test_an_injected_message_wakes(make_lab: Any) -> None:
    """A message put in by hand wakes who sleeps, as one that was sent."""
    lab = make_lab(build=taker)
    lab.step(2)
    assert lab.runnable() == []
    lab.inject("taker", "hello")
    lab.step()
    assert lab["taker"].got == ("hello",)


def test_a_message_by_its_event(make_lab: Any) -> None:
    """A message can be named by the event that brought it, wherever in the queue it is by now."""
    lab = make_lab()
    while len(lab["Keep"].inboxes["inbox"].items if lab.step_number > 1 else ()) < 1:
        lab.step()
    lab.inject("Keep", "first", index=0)
    sent = [event for event in lab.trace.events() if event.kind == "sent" and event.box.owner is lab["Keep"]][-1]
    lab.edit(sent, "edited")
    assert lab["Keep"].inboxes["inbox"].contents == ("first", "edited")


def test_a_message_that_was_taken(make_lab: Any) -> None:
    """A message that was taken cannot be edited: MessageIsGone says what to do, and nothing changed."""
    lab = make_lab()
    lab.step(30)
    sent = next(event for event in lab.trace.events() if event.kind == "sent" and event.box.owner is lab["Keep"])
    before = state_of(lab)
    with pytest.raises(MessageIsGone, match=f"lab.goto\\({sent.step}\\)"):
        lab.edit(sent, "too late")
    assert state_of(lab) == before
    assert lab.recording.path.entries == ()


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (lambda lab: lab.drop("taker", index=3), NoSuchMessage),
        (lambda lab: lab.drop("taker", index=-1), NoSuchMessage),
        (lambda lab: lab.drop("taker", index="x"), NoSuchMessage),
        (lambda lab: lab.drop("taker", "control"), NoSuchMessage),
        (lambda lab: lab.drop("taker", "letterbox"), NoSuchBox),
        (lambda lab: lab.drop("nobody"), UnknownComponent),
        (lambda lab: lab.drop(None), KamlabError),
        (lambda lab: lab.move("taker", 3), NoSuchMessage),
        (lambda lab: lab.inject("taker", "X", index=7), NoSuchMessage),
        (lambda lab: lab.delay("taker", -1), KamlabError),
        (lambda lab: lab.delay("taker", float("nan")), KamlabError),
        (lambda lab: lab.delay("taker", "soon"), KamlabError),
        (lambda lab: lab.choose("nobody"), UnknownComponent),
        (lambda lab: lab.choose(7), KamlabError),
    ],
)
def test_what_cannot_be_done(lab: Lab, act: Any, error: type[Exception]) -> None:
    """An act that is not possible is a named error; the lab and its journal are as they were."""
    before, entries = state_of(lab), lab.recording.path.entries
    with pytest.raises(error):
        act(lab)
    assert (state_of(lab), lab.recording.path.entries) == (before, entries)


def test_a_full_box(lab: Lab) -> None:
    """What does not fit is refused as it is to a sender."""
    lab["taker"].set_inbox_size("inbox", 3)
    for act in (lambda: lab.inject("taker", "X"), lambda: lab.duplicate("taker")):
        with pytest.raises(NoSpaceInBox):
            act()
    lab.edit("taker", "X")
    assert waiting(lab) == "Xbc"


def test_a_choice_that_is_not_runnable(make_lab: Any) -> None:
    """Who sleeps cannot be chosen; the error says who can."""
    lab = make_lab()
    lab.step(6)
    asleep = next(component for component in lab.components if component.asleep)
    with pytest.raises(NotRunnable, match="These can: "):
        lab.choose(asleep)


class Waker(Component):
    """Wakes a component in each fourth slice."""

    def main(self) -> Any:
        while True:
            yield
            yield
            yield
            self.send("more")
            yield


class Nested(Component):
    """Waits for a generator, which waits for messages."""

    def main(self) -> Any:
        yield WaitComplete(self.take_all())

    def take_all(self) -> Any:
        while True:
            self.pause()
            yield
            for _ in self.messages():
                pass


def woken() -> None:
    """Build two components that each wake another one, one of which waits for a generator; others run in each round."""
    waker, other = Waker(name="waker").activate(), Waker(name="other").activate()
    for receiver in (Taker(name="taker").activate(), Nested(name="nested").activate()):
        waker.link((waker, "outbox"), (receiver, "inbox"))
        waker = other
    Waker(name="third").activate()


@pytest.mark.parametrize("name", ["taker", "nested"])
@pytest.mark.parametrize("steps", range(1, 30))
def test_a_choice_of_one_that_is_about_to_join_the_queue_is_part_of_the_run(
    make_lab: Any, name: str, steps: int
) -> None:
    """Whoever can run can be chosen, also a component that waits for a generator, and the run can be replayed."""
    lab = make_lab(build=woken)
    lab.step(steps)
    if name not in [component.name for component in lab.runnable()]:
        return
    lab.choose(name)
    assert lab.step().events[0].step == steps + 1
    assert lab.trace.last_runner() in (lab[name], task_of(lab[name]).delegate)
    lab.step(5)
    before = lab.trace.text()
    lab.back(3)
    lab.forward(3)
    assert lab.trace.text() == before


@pytest.mark.parametrize("steps", range(1, 30))
def test_a_refused_choice_changes_nothing(make_lab: Any, steps: int) -> None:
    """A choice of a component that cannot run ends no round: the lab and its journal are as they were."""
    lab = make_lab(build=woken)
    lab.step(steps)
    runnable = lab.runnable()
    before, entries = state_of(lab), lab.recording.path
    for component in lab.components:
        if component not in runnable and not lab.scheduler.takes_turns(component):
            with pytest.raises(NotRunnable):
                lab.choose(component)
    assert (state_of(lab), lab.recording.path) == (before, entries)


def test_a_choice_from_the_past_opens_a_branch(make_lab: Any) -> None:
    """Another choice at the same moment is another branch, and a refused act opens none."""
    lab = make_lab()
    lab.step(20)
    lab.goto(10)
    with pytest.raises(NoSuchMessage):
        lab.drop("Keep", index=99)
    assert len(lab.branches) == 1
    lab.choose(lab.runnable()[-1])
    assert len(lab.branches) == 2
    lab.step(10)
    lab.goto(20, branch=0)
    lab.goto(branch=1)
    assert lab.step_number == 20


def test_hands_work_without_a_builder() -> None:
    """A lab that cannot be rewound can be meddled with all the same."""
    with Lab() as lab:
        Taker(name="taker").activate()
        lab.inject("taker", "a")
        lab.edit("taker", "b")
        lab.run(max_steps=5)
        assert lab["taker"].got == ("b",)


def test_a_stopped_lab(make_lab: Any) -> None:
    """Nothing can be done to a lab that was stopped."""
    lab = make_lab(build=taker)
    lab.stop()
    with pytest.raises(KamlabError):
        lab.inject("taker", "x")


def test_outside_acts_of_components_are_part_of_the_run(make_lab: Any) -> None:
    """``deliver``, ``wake`` and ``stop`` called from a cell are noted and played again."""
    lab = make_lab(build=taker)
    lab.step(2)
    lab["taker"].deliver("hello")
    lab.step(2)
    lab["taker"].wake()
    lab.step(1)
    text = lab.trace.text()
    lab["taker"].stop()
    kinds = [entry.kind for entry in lab.recording.path.entries]
    assert kinds == ["deliver", "wake", "stop"]
    lab.goto(3)
    assert lab["taker"].got == ("hello",)
    lab.goto(lab.branches[0].steps)
    assert lab.trace.text().startswith(text)
    assert lab.components == []


def test_a_handle_is_part_of_the_run(make_lab: Any) -> None:
    """What is put into a Handle comes again at the same moment."""
    from kamlab import Handle

    class Echo(Component):
        def main(self) -> Any:
            while True:
                for message in self.messages():
                    self.send(message)
                self.pause()
                yield

    lab = make_lab(build=lambda: Handle(Echo()).activate())
    lab.step(4)
    handle = lab["Handle"]
    handle.put("hello")
    lab.run(max_steps=20)
    after = state_of(lab)
    assert handle.get() == "hello"
    lab.back()
    lab.goto(after.step)
    assert state_of(lab) == after
    assert lab["Handle"].get() == "hello"


def quiet_receiver() -> None:
    """Build a source whose messages wait in a component that is not activated."""

    class Source(Component):
        def main(self) -> Any:
            receiver = Component()
            between = self.link((self, "outbox"), (receiver, "inbox"))
            for number in range(3):
                self.send(number)
                yield
            self.unlink(linkage=between)

    Source(name="source").activate()


@pytest.mark.parametrize("act", ["drop", "duplicate", "edit", "delay", "move"])
def test_a_message_in_a_component_that_is_not_active_is_in_reach(act: str, make_lab: Any) -> None:
    """A message in a component that is not active is addressed by a box that leads there, also in a replay."""
    lab = make_lab(build=quiet_receiver)
    lab.step(3)
    event = [event for event in lab.trace.events() if event.kind == "sent"][1]
    more = {"edit": ("x",), "delay": (0.5,), "move": (0,)}.get(act, ())
    getattr(lab, act)(event, *more)
    contents = event.box.contents
    again = make_lab(build=quiet_receiver)
    again.replay(str(lab.recording))
    (target,) = {link.sink_box for component in again.components for link in component.switchboard.links}
    assert target.contents == contents
    lab.step()
    with pytest.raises(NoSuchBox, match="not active"):
        lab.drop(event)
