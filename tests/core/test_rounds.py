"""Rounds: who runs when, and why no wake-up is lost."""

from __future__ import annotations

import pytest

from kamlab import Component


class Counting(Component):
    """Writes its name and a count in every slice."""

    def __init__(self, lines, times=3, **argd):
        super().__init__(**argd)
        self.lines, self.times = lines, times

    def main(self):
        for number in range(self.times):
            self.lines.append(f"{self.name}{number}")
            yield


class Sleeper(Component):
    """Writes its name in every slice, and pauses."""

    def __init__(self, lines, **argd):
        super().__init__(**argd)
        self.lines = lines

    def main(self):
        while True:
            self.lines.append(self.name)
            self.pause()
            yield


class Acting(Component):
    """Does in each slice what the next of its calls says."""

    def __init__(self, *calls, **argd):
        super().__init__(**argd)
        self.calls = calls

    def main(self):
        for call in self.calls:
            call(self)
            yield


def test_each_round_gives_every_runnable_component_one_slice(lab):
    """Activation in the order c, b, a gives the slices c0 b0 a0 c1 b1 a1 ... as in Axon."""
    lines = []
    for name in "cba":
        Counting(lines, 2, name=name).activate()
    lab.run()
    assert lines == ["c0", "b0", "a0", "c1", "b1", "a1"]


@pytest.mark.parametrize("how", ["run", "step", "step many", "step_round", "background"])
def test_the_order_is_the_same_however_the_lab_is_driven(lab, eventually, how):
    """Stepping, running and the background drive the same rounds."""
    lines = []
    for name in "cba":
        Counting(lines, 3, name=name).activate()
    if how == "run":
        lab.run()
    elif how == "step":
        while lab.step():
            pass
    elif how == "step many":
        lab.step(100)
    elif how == "step_round":
        while lab.step_round():
            pass
    else:
        lab.start()
        eventually(lambda: not lab.running)
    assert lines == ["c0", "b0", "a0", "c1", "b1", "a1", "c2", "b2", "a2"]


def test_newcomers_join_at_the_end_of_the_next_round(lab):
    """A component activated in a slice has its first slice in the next round, after those who are there."""
    lines = []
    Acting(lambda _: Counting(lines, 2, name="new").activate(), lambda _: None).activate()
    Counting(lines, 4, name="old").activate()
    lab.run()
    assert lines == ["old0", "old1", "new0", "old2", "new1", "old3"]


def test_the_woken_and_the_new_join_in_the_order_of_the_requests(lab):
    """Wake-ups and activations of one round are queued in the order in which they were asked for."""
    lines = []
    first, second = Sleeper(lines, name="first").activate(), Sleeper(lines, name="second").activate()
    lab.run()
    lines.clear()
    Acting(
        lambda _: (second.wake(), Counting(lines, 1, name="new").activate(), first.wake()),
    ).activate()
    lab.run()
    assert lines == ["second", "new0", "first"]


def test_a_pause_takes_effect_at_the_next_yield(lab):
    """pause() ends nothing by itself: the slice goes on to its yield."""
    lines = []

    class Pausing(Component):
        def main(self):
            self.pause()
            lines.append("after pause")
            yield
            lines.append("woken")

    pausing = Pausing().activate()
    lab.run()
    assert lines == ["after pause"]
    pausing.wake()
    lab.run()
    assert lines == ["after pause", "woken"]


def test_a_pause_does_not_look_whether_messages_wait(lab):
    """A component that pauses with a full inbox sleeps until something new happens."""
    lines = []
    sleeper = Sleeper(lines, name="s").activate()
    sleeper.deliver("early")
    lab.run()
    assert lines == ["s"]
    assert sleeper.data_ready() == 1
    sleeper.deliver("late")
    lab.run()
    assert lines == ["s", "s"]


def test_a_message_in_the_same_round_undoes_a_pause(lab):
    """Wake-ups are applied after pauses, so a message sent later in the round of the pause wakes: none is lost."""
    lines = []
    sleeper = Sleeper(lines, name="s").activate()
    sender = Acting(lambda self: self.send("x")).activate()
    sender.link((sender, "outbox"), (sleeper, "inbox"))
    lab.run()
    assert lines == ["s", "s"]


def test_a_message_before_the_pause_of_the_same_round_wakes_too(lab):
    """A message sent earlier in the round of the pause wakes as well."""
    lines = []
    sleeper = Sleeper(lines, name="s")
    sender = Acting(lambda _: None, lambda self: self.send("x")).activate()
    sender.link((sender, "outbox"), (sleeper, "inbox"))
    sleeper.activate()
    assert lab.run().reason == "stuck"
    assert lines == ["s", "s"]


def test_who_is_woken_in_the_round_of_its_pause_keeps_its_place(lab):
    """One that paused and was woken in the same round stays where it was in the queue."""
    lines = []
    sleeper = Sleeper(lines, name="s").activate()
    Counting(lines, 3, name="c").activate()
    Acting(*[lambda _: sleeper.wake()] * 2).activate()
    lab.run()
    assert lines == ["s", "c0", "s", "c1", "s", "c2"]


def test_who_is_woken_later_joins_at_the_end(lab):
    """One that sleeps and is woken in a later round joins the end of the queue."""
    lines = []
    sleeper = Sleeper(lines, name="s").activate()
    Counting(lines, 4, name="c").activate()
    Acting(lambda _: None, lambda _: sleeper.wake()).activate()
    lab.run()
    assert lines == ["s", "c0", "c1", "c2", "s", "c3"]


def test_several_reasons_to_wake_give_one_slice(lab):
    """Ten messages and two calls in one round wake a component once."""
    lines = []
    sleeper = Sleeper(lines, name="s").activate()
    lab.run()
    lines.clear()

    def act(_):
        for number in range(10):
            sleeper.deliver(number)
        sleeper.wake()
        sleeper.wake()

    Acting(act).activate()
    lab.run()
    assert lines == ["s"]


def test_a_pause_asked_for_twice_needs_one_wake_up(lab):
    """Calling pause() twice in a slice is the same as calling it once."""
    lines = []

    class Twice(Component):
        def main(self):
            self.pause()
            self.pause()
            yield
            lines.append("woken")

    twice = Twice().activate()
    lab.run()
    twice.wake()
    lab.run()
    assert lines == ["woken"]


def test_you_cannot_be_woken_by_your_own_taking(lab):
    """Taking from an inbox wakes those who feed it, not the one who takes."""
    lines = []

    class Taker(Sleeper):
        def main(self):
            while True:
                lines.append(list(self.messages()))
                self.pause()
                yield

    taker = Taker(lines).activate()
    taker.deliver(1)
    lab.run()
    assert lines == [[1]]


def test_a_component_activated_and_paused_at_once_has_its_first_slice(lab):
    """pause() from outside before the first slice does not keep a newcomer from starting."""
    lines = []
    sleeper = Sleeper(lines, name="s").activate()
    sleeper.pause()
    lab.run()
    assert lines == ["s"]


def test_a_pause_from_outside_lets_the_slice_of_this_round_run(lab):
    """pause() on a component that waits for its turn takes effect after its next slice."""
    lines = []
    Counting(lines, 1, name="a").activate()
    counting = Counting(lines, 3, name="b").activate()
    lab.step()
    counting.pause()
    assert lab.run().reason == "stuck"
    assert lines == ["a0", "b0"]
    assert counting.state == "waiting"


def test_a_round_of_the_stopped_and_the_living(lab):
    """step_round() gives nobody a second slice, also when the last in the queue was stopped meanwhile."""
    lines = []
    victim = Counting(lines, 9, name="v")
    Counting(lines, 4, name="c").activate()
    Acting(lambda _: victim.stop(), *[lambda _: lines.append("a")] * 5).activate()
    victim.activate()
    lab.step_round()
    assert lines == ["c0"]
    lab.step_round()
    assert lines == ["c0", "c1", "a"]


def test_a_round_in_which_only_the_stopped_are_left_is_over(lab):
    """step_round() where all that wait for their turn were stopped gives the next round, the whole of it."""
    lines = []
    for name in "abc":
        Counting(lines, 9, name=name).activate()
    lab.step(2)
    lab["c"].stop()
    lines.clear()
    lab.step_round()
    assert lines == ["a1", "b1"]


def test_a_round_may_be_finished_after_single_steps(lab):
    """step_round() in the middle of a round runs what is left of that round."""
    lines = []
    for name in "abc":
        Counting(lines, 3, name=name).activate()
    lab.step()
    assert lines == ["a0"]
    lab.step_round()
    assert lines == ["a0", "b0", "c0"]
    lab.step_round()
    assert lines == ["a0", "b0", "c0", "a1", "b1", "c1"]


def test_ping_and_pong_take_turns(lab):
    """Two components that answer each other never miss a message, in a thousand exchanges."""

    class Player(Component):
        count = 0

        def main(self):
            while self.count < 1000:
                for ball in self.messages():
                    self.count += 1
                    self.send(ball)
                self.pause()
                yield

    one, two = Player(), Player()
    one.link((one, "outbox"), (two, "inbox"))
    two.link((two, "outbox"), (one, "inbox"))
    one.activate()
    two.activate()
    one.deliver("ball")
    lab.run()
    assert (one.count, two.count) == (1000, 1000)
