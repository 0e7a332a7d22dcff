"""yield WaitComplete(generator): a component waits until another generator has run to its end."""

from __future__ import annotations

import gc
import warnings

import pytest

from kamlab import Component, WaitComplete
from kamlab.core.errors import BadMain


class Waiting(Component):
    """Waits for what its method ``inner`` makes, once, and writes what happens."""

    def __init__(self, lines, **argd):
        super().__init__(**argd)
        self.lines = lines

    def main(self):
        self.lines.append("before")
        yield WaitComplete(self.inner())
        self.lines.append("after")
        yield
        self.lines.append("end")

    def inner(self):
        for number in range(2):
            self.lines.append(f"inner{number}")
            yield


def test_the_parent_goes_on_when_the_generator_has_ended(lab):
    """The parent has no slice until the generator is at its end; then it goes on after the yield."""
    lines = []
    waiting = Waiting(lines).activate()
    lab.step()
    assert not waiting.is_runnable()
    assert waiting.state == "runnable"  # as its generator is, which runs in its place
    assert lab.run().reason == "finished"
    assert lines == ["before", "inner0", "inner1", "after", "end"]


def test_the_generator_runs_under_a_name_of_its_own(lab):
    """The generator is a microprocess named after the tag, or after the last ten characters of the parent's name."""
    Waiting([], name="a parent with a long name").activate()
    lab.step(2)
    helper = next(member for member in lab.scheduler.members.values() if not isinstance(member, Component))
    assert helper.name.endswith("__" + "a parent with a long name"[-10:])

    class Tagged(Waiting):
        def main(self):
            yield WaitComplete(self.inner(), tag=" for the tea")

    Tagged([]).activate()
    lab.step(8)
    lab.run(max_steps=2)
    assert any("for the tea" in str(event.component) for event in lab.trace if event.component is not None)


def test_pause_works_inside(lab):
    """self.pause() in the generator sleeps until the component is woken, by a message or by a timeout."""
    lines = []

    class Pausing(Waiting):
        def inner(self):
            while not self.data_ready():
                self.lines.append("pauses")
                self.pause()
                yield
            self.lines.append(self.recv())
            self.pause(0.001)
            yield
            self.lines.append("time is up")

    pausing = Pausing(lines).activate()
    assert lab.run().reason == "stuck"
    assert lines == ["before", "pauses"]
    pausing.deliver("message")
    assert lab.run().reason == "finished"
    assert lines == ["before", "pauses", "message", "time is up", "after", "end"]


def test_pause_works_at_any_depth(lab):
    """A generator that itself waits for another one may pause there, and is woken there."""
    lines = []

    class Deep(Waiting):
        def inner(self):
            self.lines.append("inner")
            yield WaitComplete(self.innermost())
            self.lines.append("inner again")

        def innermost(self):
            while not self.data_ready():
                self.lines.append("pauses")
                self.pause()
                yield
            self.lines.append(self.recv())

    deep = Deep(lines).activate()
    outcome = lab.run(max_steps=100)
    assert outcome.reason == "stuck"
    deep.deliver("message")
    lab.run(max_steps=100)
    assert lines == ["before", "inner", "pauses", "message", "inner again", "after", "end"]


def test_an_error_inside_is_raised_where_the_parent_waits(lab):
    """The error of the generator comes out of the parent's yield, as it would of a 'yield from'; it may be caught."""
    lines = []

    class Careful(Waiting):
        def main(self):
            try:
                yield WaitComplete(self.inner())
            except ValueError as error:
                self.lines.append(f"caught {error}")
            yield
            self.lines.append("end")

        def inner(self):
            yield
            raise ValueError("inside")

    careful = Careful(lines).activate()
    assert lab.run().reason == "finished"
    assert lines == ["caught inside", "end"]
    assert careful.state == "finished"
    assert lab.failures == []


def test_an_error_inside_that_nobody_catches_fails_the_parent(lab):
    """Not caught, the error fails the component, once, with the traceback of the generator."""

    class Careless(Waiting):
        def inner(self):
            yield
            raise ValueError("inside")

    careless = Careless([]).activate()
    other = Waiting([]).activate()
    assert lab.run().reason == "finished"
    assert (careless.state, str(careless.error)) == ("failed", "inside")
    assert lab.failures == [careless]
    assert "in inner" in lab.reports[0]
    assert other.state == "finished"


def test_stopping_the_parent_stops_the_generator(lab):
    """When the component is stopped the generator it waits for is closed too, whether it has begun or not."""
    lines = []

    class Guarded(Waiting):
        def inner(self):
            try:
                while True:
                    yield
            finally:
                self.lines.append("closed")

    begun = Guarded(lines).activate()
    lab.step(3)
    begun.stop()
    assert lines == ["before", "closed"]
    early = Guarded(lines).activate()
    lab.step()
    early.stop()
    assert lab.run().reason == "finished"
    assert lab.scheduler.members == {}


def test_a_generator_may_stop_its_component(lab):
    """self.stop() inside the generator ends both."""
    lines = []

    class Stops(Waiting):
        def inner(self):
            self.stop()
            yield
            self.lines.append("never")

    stops = Stops(lines).activate()
    assert lab.run().reason == "finished"
    assert lines == ["before"]
    assert stops.state == "stopped"
    assert lab.failures == []


def test_a_coroutine_can_be_waited_for(lab):
    """WaitComplete takes a coroutine as well, and closes it if it never began."""
    lines = []

    class Mixed(Waiting):
        async def inner(self):
            self.lines.append(await self.receive())

    mixed = Mixed(lines).activate()
    lab.run()
    mixed.deliver("hello")
    lab.run()
    assert lines == ["before", "hello", "after", "end"]
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        early = Mixed(lines).activate()
        lab.step()
        early.stop()
        lab.run()
        lab.trace.clear()
        gc.collect()
    assert warned == []


def test_the_same_generator_function_can_be_waited_for_again_and_again(lab):
    """A component may wait a thousand times, and leaves no microprocess behind."""

    class Often(Waiting):
        def main(self):
            for _ in range(1000):
                yield WaitComplete(self.inner())

    lines = []
    Often(lines).activate()
    assert lab.run().reason == "finished"
    assert len(lines) == 2000
    assert lab.scheduler.members == {}


@pytest.mark.parametrize("arguments", [(), (5,), ("text",), (Waiting.inner,)])
def test_waiting_for_what_is_no_generator_fails_only_the_one_who_asks(lab, arguments):
    """WaitComplete of something else is an error of the component that yielded it, with the line."""

    class Wrong(Component):
        def main(self):
            yield WaitComplete(*arguments)

    wrong = Wrong().activate()
    fine = Waiting([]).activate()
    assert lab.run().reason == "finished"
    assert isinstance(wrong.error, BadMain)
    assert "WaitComplete" in str(wrong.error)
    assert "yield WaitComplete(*arguments)" in lab.reports[0]
    assert fine.state == "finished"
