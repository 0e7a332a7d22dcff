"""Why a component does what it does: the headline, what it waits for, who could wake it, what it did last."""

from __future__ import annotations

import threading

import pytest

from kamlab import Component, Pipeline, SimpleServer, ThreadedComponent, WaitComplete
from kamlab.analysis import why
from kamlab.core.errors import NoSpaceInBox


class Once(Component):
    """Sends one message, then runs on."""

    def main(self):
        self.send("x")
        while True:
            yield


def test_one_that_is_new(lab, parts):
    """Before activation it says what to do."""
    told = why(parts.Echo())
    assert (told.of, told.headline) == ("Echo_?", "new")
    assert "activate()" in str(told)


def test_a_part_that_its_chassis_activates(lab, parts):
    """A child that was not activated yet says whose part it is."""
    part, whole = parts.Echo(name="part"), parts.Echo(name="whole")
    whole.add_children(part)
    assert "it is part of whole" in str(why(part))


def test_one_that_can_run_says_when(lab, parts):
    """Of the runnable ones each knows how many have a turn before it, and by what it was woken."""
    first, second = parts.pipe(parts.Source(name="first"), parts.Echo(name="second"))
    assert why(first).sentences[0].startswith("It can run, and is the next, at line")
    assert why(second).sentences[0].startswith("It can run, and 1 other has a turn before it")
    assert "Its first slice is still to come." in why(second).sentences
    lab.run()
    second.deliver("late")
    told = why(second)
    assert told.headline == "runnable"
    assert f"It was woken by a message in inbox, after step {lab.step_number}." in told.sentences


def test_one_that_is_running(lab):
    """Asked from within its own slice a component is running."""
    found = []

    class Asking(Component):
        def main(self):
            found.append(why(self))
            yield

    Asking(name="asking").activate()
    lab.step()
    assert found[0].headline == "running"
    assert "found.append(why(self))" in str(found[0])


def test_one_that_has_paused_in_the_middle_of_a_round(lab, parts):
    """Between the pause and the end of the round it is said to be pausing, not runnable."""
    echo = parts.Echo(name="echo").activate()
    parts.Source(name="other").activate()
    lab.step(1)
    assert why(echo).headline == "pausing"
    assert "from the end of this round on" in why(echo).sentences[0]
    lab.step(1)
    assert why(echo).headline == "sleeps"


def test_a_plain_sleeper(lab, parts):
    """Since which step, at which line, which boxes would wake it, who sends there, and what it did last."""
    source, echo = parts.pipe(Once(name="source"), parts.Echo(name="echo"))
    lab.step(5)
    told = why(echo)
    assert told.headline == "sleeps"
    assert told.sentences[0].startswith("It has slept since step 4, at line ")
    assert told.sentences[1:] == (
        "It called pause(): a message in its inbox 'inbox' would wake it.",
        "source, which can run, sends to its 'inbox'.",
        "Last it sent 'x' from its 'outbox', which leads nowhere, in step 2.",
    )
    assert told.related == ("source", "echo.inbox")
    assert source.is_runnable()


def test_the_chain_of_those_who_could_wake_it(lab, parts):
    """Who waits for whom is followed to the one that waits for the outside."""
    parts.pipe(parts.Echo(name="A"), parts.Echo(name="B"), parts.Echo(name="C"))
    lab.run()
    assert why(lab["C"]).sentences[-2:] == (
        "The chain: C waits for a message from B in its 'inbox', B waits for a message from A in its 'inbox', "
        "A waits for a message from outside in its 'inbox'.",
        "Nothing in this lab will wake it; only something from outside would.",
    )


def test_one_whose_senders_have_ended(lab, parts):
    """Where everybody who sent to it has ended, while the links are there, that is said."""
    boss = parts.Echo(name="boss").activate()
    source, echo = parts.Source(name="source").activate(), parts.Echo(name="echo").activate()
    boss.link((source, "outbox"), (echo, "inbox"))
    lab.run()
    told = str(why(echo)).replace("\n    ", " ")
    assert "It waits for source, which finished at step 8." in told
    assert "No component is left that sends to it." in told


@pytest.mark.parametrize("kind", ["Philosopher", "AsyncPhilosopher"])
def test_one_in_a_deadlock(lab, parts, kind):
    """It waits for one box and nothing else, and the circle is told in words."""
    parts.table(getattr(parts, kind))
    lab.run()
    told = why(lab["P0"])
    assert told.headline == "waits"
    assert told.sentences[1:3] == (
        "It waits for a message in its inbox 'right', and for nothing else.",
        "F1, which sleeps, sends to its 'right'.",
    )
    assert told.sentences[3].startswith("It waits in a circle: P0 waits for a message from F1")


def test_one_that_waits_for_room(lab, parts):
    """The headline is full; the box, how full it is, and who takes from it are named."""

    class Careful(Component):
        def main(self):
            for number in range(3):
                try:
                    self.send(number)
                except NoSpaceInBox:
                    self.pause()
                    yield

    class Lazy(Component):
        def main(self):
            while not self.data_ready("control"):
                self.pause()
                yield

    parts.pipe(Careful(name="careful"), Lazy(name="lazy"), pipewidth=2)
    lab.run()
    told = why(lab["careful"])
    assert told.headline == "full"
    assert "It waits for room in lazy.inbox, which is full (2 of 2); lazy sleeps." in told.sentences
    assert told.sentences[-2] == "No component will make room there."
    assert told.related == ("lazy", "lazy.inbox")
    assert "2 messages wait unread in lazy.inbox" in str(why(lab["lazy"]))


def test_room_is_only_a_guess_at_a_plain_pause(lab, parts):
    """One that filled the box and paused may wait for room or not; the words leave that open."""

    class Filler(Component):
        def main(self):
            self.send(1)
            while True:
                self.pause()
                yield

    parts.pipe(Filler(name="filler"), parts.Receiving(name="receiving"), pipewidth=1)
    lab["receiving"].stop()
    lab.run()
    told = why(lab["filler"])
    assert told.headline == "sleeps"
    assert "It may be waiting for room in receiving.inbox" in str(told)


def test_one_with_a_timer(lab):
    """When its timer is due is told in the lab's time."""

    class Dozer(Component):
        async def main(self):
            await self.sleep(1000)

    Dozer(name="dozer").activate()
    lab.step(1, timeout=0)
    told = why(lab["dozer"])
    assert told.headline == "waits"
    assert any(each.startswith("Its timer wakes it at 100") for each in told.sentences)
    assert "a message does not let it go on" in str(told)
    assert "Nothing in this lab will wake it" not in str(told)


def test_a_message_or_a_timer(lab):
    """``ready`` with a timeout waits for one of its boxes or the time."""

    class Either(Component):
        async def main(self):
            await self.ready("control", timeout=1000)

    Either(name="either").activate()
    lab.step(1, timeout=0)
    text = str(why(lab["either"]))
    assert "a message in its inbox 'control'" in text
    assert "Its timer wakes it" in text


def test_one_that_waits_for_its_children(lab, parts):
    """A pipeline waits for the end of its parts, and for nothing else."""
    Pipeline(parts.Echo(name="A"), parts.Echo(name="B"), name="pipe").activate()
    lab.run()
    told = why(lab["pipe"])
    assert told.headline == "waits"
    assert "It waits for the end of its children A and B." in told.sentences


def test_one_that_waits_for_a_generator(lab):
    """WaitComplete is named, with the function it waits for."""

    class Helped(Component):
        def main(self):
            yield WaitComplete(self.fetch())

        def fetch(self):
            self.pause()
            yield

    Helped(name="helped").activate()
    lab.run()
    told = why(lab["helped"])
    assert told.headline == "waits"
    assert "It waits for fetch() to run to its end (WaitComplete)." in told.sentences


def test_a_thread_in_recv(lab, parts):
    """A thread that waits for a message waits, for that box only."""
    parts.Receiving(name="receiving").activate()
    lab.run(timeout=5)
    told = why(lab["receiving"])
    assert told.headline == "waits"
    assert '(`self.got = self.recv("inbox")`)' in told.sentences[0].replace("\n", " ")
    assert "It waits for a message in its inbox 'inbox', and for nothing else." in told.sentences


def test_a_thread_blocked_elsewhere(lab, parts, lock, eventually):
    """A thread in a lock of its own is blocked elsewhere, with file and line."""
    parts.Locked(lock, name="locked").activate()
    lab.step(timeout=0.1)
    assert eventually(lambda: "with self.lock:" in str(why(lab["locked"])))
    told = why(lab["locked"])
    assert told.headline == "blocked"
    assert "in conftest.py (`with self.lock:`)" in told.sentences[0]


def test_a_thread_whose_messages_find_no_room(lab, parts, eventually):
    """What a thread has sent and the next inbox has no room for makes it full."""

    class Talking(ThreadedComponent):
        def main(self):
            self.send(1)
            self.send(2)
            self.recv("control")

    parts.pipe(Talking(name="talking"), parts.Receiving(name="deaf"), pipewidth=1)
    lab["deaf"].stop()
    lab.run(timeout=5)
    assert eventually(lambda: why(lab["talking"]).headline == "full")


def test_one_that_failed(lab):
    """The error, the step, the line, and what is left in its inboxes."""

    class Failing(Component):
        def main(self):
            self.pause()
            yield
            raise ValueError("too hot.")

    failing = Failing(name="failing").activate()
    lab.run()
    failing.deliver("message")
    lab.run()
    told = why(failing)
    assert told.headline == "failed"
    assert told.sentences[0].startswith("It failed at step 2, at line")
    assert told.sentences[0].endswith(": ValueError: too hot.")
    assert told.sentences[1] == "1 message in its inbox 'inbox' will not be taken."


def test_ended_and_stopped(lab, parts):
    """An ordinary end has its step; a stop says by whom."""

    class Killer(Component):
        def main(self):
            self.victim.stop()
            yield

    source, echo = parts.Source(name="source").activate(), parts.Echo(name="echo").activate()
    Killer(victim=echo, name="killer").activate()
    lab.run()
    assert (why(source).headline, why(echo).headline) == ("finished", "stopped")
    assert why(source).sentences[0] == "Its main finished at step 7."
    assert why(echo).sentences[0] == "It was stopped by killer at step 3."


def test_a_component_of_the_network(lab, parts):
    """A server's listener is woken by the network."""
    SimpleServer(protocol=parts.Echo, port=0).activate()
    lab.step(6, timeout=0)
    assert "It is woken when something comes from the network." in why(lab["TCPServer"]).sentences


def test_one_that_was_passed_over(make_lab, parts):
    """Where a chooser decides, one that could have run for long is told so."""

    class Never:
        def choose(self, runnable):
            return min(range(len(runnable)), key=lambda index: runnable[index].short_name == "starved")

    lab = make_lab(chooser=Never())

    class Endless(Component):
        def main(self):
            while True:
                yield

    Endless(name="greedy").activate()
    Endless(name="starved").activate()
    lab.step(40)
    assert "It could have run for 40 slices, and others were chosen each time." in why(lab["starved"]).sentences
    assert "others were chosen" not in str(why(lab["greedy"]))


def test_without_a_trace_the_rest_is_the_same(lab, parts):
    """Since when, and what it did last, are missing; what it waits for is not."""
    _, echo = parts.pipe(Once(name="source"), parts.Echo(name="echo"))
    lab.step(5)
    full = why(echo)
    lab.trace.clear()
    short = why(echo)
    assert short.sentences[0] == full.sentences[0].replace("has slept since step 4", "sleeps")
    assert short.sentences[1:] == full.sentences[1:-1]


def test_a_slice_that_does_not_end(lab, parts, eventually):
    """The one in the middle of a slice is explained, and so are the others; the answers say who is in the way."""
    go = threading.Event()

    class Hanging(Component):
        def main(self):
            go.wait(20)
            yield

    hanging, echo = Hanging(name="hanging").activate(), parts.Echo(name="echo").activate()
    lab.start()
    try:
        assert eventually(lambda: why(hanging).headline == "running" and "go.wait(20)" in str(why(hanging)))
        assert why(echo).headline == "runnable"
        assert why(echo).mark.startswith("hanging has been in one slice for ")
    finally:
        go.set()
    lab.pause()


def test_explanations_are_values(lab, parts):
    """Equal as long as nothing happens, and no two of them share anything that changes."""
    _, echo = parts.pipe(parts.Source(name="source"), parts.Echo(name="echo"))
    lab.step(3)
    first = why(echo)
    assert first == why(echo)
    assert hash(first) == hash(why(echo))
    lab.step(2)
    assert first != why(echo)
