"""A handle: how ordinary code talks to a component in a lab."""

from __future__ import annotations

import queue
from typing import Any

import pytest

from kamlab import AdaptiveCommsComponent, Component, Handle
from kamlab.core.errors import AlreadyEnded, BadComponent, HandleHasEnded, NoSuchBox


class Echo(Component):
    """Sends back what it gets, and ends on any control message."""

    Outboxes = ["outbox", "signal", "log"]

    def main(self):
        while True:
            for message in self.messages():
                self.send(message)
                self.send(f"echoed {message}", "log")
            if self.data_ready("control"):
                self.send(self.recv("control"), "signal")
                return
            self.pause()
            yield


def test_what_is_put_in_comes_out(lab):
    """put() goes to an inbox of the component, get() takes from an outbox, each box on its own and in order."""
    handle = Handle(Echo()).activate()
    for letter in "abc":
        handle.put(letter)
    assert lab.run().reason == "stuck"
    assert [handle.get() for _ in range(3)] == ["a", "b", "c"]
    assert handle.get("log") == "echoed a"
    with pytest.raises(queue.Empty):
        handle.get()


def test_what_is_put_in_before_activation_is_kept(lab):
    """Messages put into a handle that is not active yet are delivered when it is."""
    handle = Handle(Echo())
    handle.put("early")
    handle.activate()
    handle.put("late")
    lab.run()
    assert [handle.get(), handle.get()] == ["early", "late"]


def test_the_handle_ends_with_its_component(lab):
    """When the component ends so does the handle, and what came out last can still be got."""
    handle = Handle(Echo()).activate()
    handle.put("last")
    handle.put("end", "control")
    assert lab.run().reason == "finished"
    assert (handle.state, handle.component.state) == ("finished", "finished")
    assert handle.get() == "last"
    assert handle.get("signal") == "end"


def test_putting_something_into_a_handle_that_has_ended_is_a_named_error(lab):
    """Nothing is lost silently: put() after the end is refused, and names the component."""
    handle = Handle(Echo(name="echo")).activate()
    handle.put("end", "control")
    lab.run()
    with pytest.raises(AlreadyEnded, match="echo has finished"):
        handle.put("too late")


def test_the_handle_of_a_component_that_fails_ends(lab):
    """A failing component takes its handle with it; what came out before can be got."""

    class Failing(Component):
        def main(self):
            self.send("before")
            yield
            raise ValueError

    handle = Handle(Failing()).activate()
    assert lab.run().reason == "finished"
    assert handle.is_stopped()
    assert handle.get() == "before"


def test_a_cell_talks_to_a_lab_in_the_background(lab, eventually):
    """put() and get(timeout) work from any thread while the lab runs, and wake it when it sleeps."""
    handle = Handle(Echo()).activate()
    lab.start()
    for number in range(200):
        handle.put(number)
        assert handle.get(timeout=10) == number
    assert lab.running
    handle.put("end", "control")
    eventually(lambda: not lab.running)
    assert lab.outcome.reason == "finished"


def test_many_threads_may_use_one_handle(lab, in_thread):
    """Messages put in by several threads all come out, those of one thread in order."""
    handle = Handle(Echo()).activate()
    lab.start()
    putting = [in_thread(lambda name=name: [handle.put((name, number)) for number in range(100)]) for name in "abc"]
    out = [handle.get(timeout=10) for _ in range(300)]
    for join in putting:
        join()
    for name in "abc":
        assert [number for sender, number in out if sender == name] == list(range(100))


def test_a_full_inbox_holds_puts_back_and_loses_none(lab):
    """Messages for which the component has no room wait in the handle, in order."""

    class Slow(Component):
        def main(self):
            for _ in range(20):
                for _ in range(3):
                    yield
                if self.data_ready():
                    self.send(self.recv())

    slow = Slow()
    slow.set_inbox_size("inbox", 1)
    handle = Handle(slow).activate()
    for number in range(10):
        handle.put(number)
    assert lab.run().reason == "finished"
    assert [handle.get() for _ in range(10)] == list(range(10))


def test_get_waits_as_long_as_it_is_told(lab):
    """get(timeout) raises queue.Empty when nothing came in that time; without a timeout it only looks."""
    handle = Handle(Echo()).activate()
    lab.start()
    with pytest.raises(queue.Empty):
        handle.get(timeout=0.01)
    with pytest.raises(queue.Empty):
        handle.get()


@pytest.mark.parametrize("timeout", [0, 60, None])
def test_get_of_one_that_has_ended_does_not_wait(lab, in_thread, timeout):
    """After the end get() hands out what is still there, and then says at once that the component has ended."""
    handle = Handle(Echo(name="echo")).activate()
    handle.put("last")
    handle.put("end", "control")
    lab.run()
    assert handle.get(timeout=timeout) == "last"
    for _ in range(2):
        with pytest.raises(HandleHasEnded, match=r"echo has finished.*'outbox'") as caught:
            in_thread(lambda: handle.get(timeout=timeout))()
    assert isinstance(caught.value, queue.Empty), "code that catches queue.Empty keeps working"
    assert isinstance(caught.value, AlreadyEnded)
    assert handle.get("signal", timeout=timeout) == "end"


def test_those_who_wait_in_get_are_told_of_the_end(lab, in_thread, eventually):
    """When the component ends while several threads wait in get(), each of them is told, whatever box it waits at."""
    handle = Handle(Echo(name="echo")).activate()
    lab.start()
    waiting = [in_thread(lambda box=box: handle.get(box, timeout=None)) for box in ("outbox", "outbox", "log")]
    with lab.lock:
        handle.component.stop()
    for join in waiting:
        with pytest.raises(HandleHasEnded, match="echo has stopped, and its handle with it"):
            join()


def test_those_who_wait_in_get_are_told_when_the_lab_is_stopped(make_lab, in_thread):
    """The end of the lab is the end of its handles, also of one that was never activated and is stopped."""
    lab = make_lab()
    handle, other = Handle(Echo(name="echo")).activate(), Handle(Echo(name="other"))
    lab.step()
    waiting = [in_thread(lambda asked=asked: asked.get(timeout=None)) for asked in (handle, other)]
    lab.stop()
    other.stop()
    for join in waiting:
        with pytest.raises(HandleHasEnded, match="echo|other"):
            join()


def test_what_came_out_of_one_that_ended_waits_for_the_handle(lab):
    """While the handle has still to carry out what its component sent last, get() does not speak of an end."""
    handle = Handle(Echo(name="echo")).activate()
    handle.put("last")
    handle.put("end", "control")
    lab.run(until=handle.component)
    assert not handle.is_stopped()
    with pytest.raises(queue.Empty) as caught:
        handle.get()
    assert not isinstance(caught.value, AlreadyEnded)
    lab.run()
    assert handle.get() == "last"


def test_a_wrong_box_name_is_a_named_error(lab):
    """put() and get() name the component, and the boxes that it has."""
    handle = Handle(Echo()).activate()
    with pytest.raises(NoSuchBox, match="'control', 'inbox'"):
        handle.put("x", "nonsense")
    with pytest.raises(NoSuchBox, match="'log', 'outbox', 'signal'"):
        handle.get("nonsense")


def test_a_box_that_came_later_is_a_named_error(lab):
    """Boxes that the component makes after the handle was made are not collected, and get() says so by name."""
    adaptive = AdaptiveCommsComponent()
    handle = Handle(adaptive)
    adaptive.add_outbox("later")
    with pytest.raises(NoSuchBox, match="later"):
        handle.get("later")
    adaptive.add_inbox("later")
    with pytest.raises(NoSuchBox, match="later"):
        handle.put("x", "later")


@pytest.mark.parametrize("thing", [Echo, "text", None])
def test_a_handle_needs_a_component(thing):
    """A class or anything else is refused where the handle is made."""
    with pytest.raises(BadComponent, match="handle"):
        Handle(thing)


def test_a_run_on_this_thread_is_not_stuck_while_a_put_is_on_its_way(lab):
    """What was put in before a run is delivered by it; with nothing on its way the run comes back to the cell."""
    handle = Handle(Echo()).activate()
    assert lab.run().reason == "stuck"
    handle.put("x")
    assert lab.run().steps > 0
    assert handle.get() == "x"


def test_a_component_with_private_boxes_can_be_handled(lab: Any) -> None:
    """Boxes whose names begin with an underscore are the component's own business; it links them itself."""
    from kamlab import Carousel

    class Say(Component):
        def __init__(self, word: str) -> None:
            super().__init__()
            self.word = word

        def main(self) -> Any:
            self.send(self.word)
            yield

    handle = Handle(Carousel(Say)).activate()
    handle.put("hello", "next")
    lab.run()
    assert not lab.failures
    assert handle.get() == "hello"
