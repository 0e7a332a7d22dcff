"""Explanations are about every component: those that failed, those that ended, and those never activated."""

from __future__ import annotations

import gc

import pytest

from kamlab import (
    Backplane,
    Component,
    Graphline,
    Lab,
    Pipeline,
    PublishTo,
    SubscribeTo,
    ThreadedComponent,
    WaitComplete,
)
from kamlab.core import ended_components as register

ERROR = "ZeroDivisionError: division by zero"


def flat(text):
    return " ".join(str(text).split())


class QuietLab(Lab):
    """A lab whose components fail without a word on stderr."""

    def report(self, text: str) -> None:
        self.reported = text


class Bad(Component):
    """Fails in its second slice."""

    def main(self):
        yield
        1 / 0


class BadThread(ThreadedComponent):
    """Fails in its thread."""

    def main(self):
        1 / 0


class Helped(Component):
    """Fails with the error of the generator that it waits for."""

    def main(self):
        yield WaitComplete(self.fetch())

    def fetch(self):
        yield
        1 / 0


class Short(Component):
    """Ends in its second slice."""

    def main(self):
        yield


class Wait(Component):
    """Waits for a message in its inbox, and for nothing else."""

    async def main(self):
        while True:
            await self.receive()


class Relay(Component):
    """Sends everything on."""

    def main(self):
        while True:
            for message in self.messages():
                self.send(message)
            self.pause()
            yield


class Source(Component):
    """Sends so many messages, one in each slice, and ends."""

    number = 1

    def main(self):
        for number in range(self.number):
            self.send(number)
            yield


class Ticks(Component):
    """Goes on for ever, and has nothing to do with the others."""

    async def main(self):
        while True:
            await self.sleep(1)


def run(build, **doors):
    """Return a lab in which such a system has run until nothing can run."""
    lab = QuietLab(build=build, clock="virtual", **doors)
    lab.run(timeout=30)
    return lab


def ended_at(lab, name):
    """Return the step at which a component ended."""
    return next(each.step for each in lab.register.ended if each.name == name)


# -- one that waits for a component that has ended ----------------------------------------------------


@pytest.mark.parametrize("kind", [Bad, BadThread, Helped])
@pytest.mark.parametrize("through", [(), (Relay,)])
def test_a_receiver_is_told_that_its_sender_failed(kind, through):
    """The lab as a whole and the receiver name the sender that failed, its step and its error, also over others."""
    lab = run(lambda: Pipeline(kind(), *(part() for part in through), Wait()).activate())
    name = f"{kind.__name__}_2"
    how = f"{name}, which failed at step {ended_at(lab, name)}: {ERROR}"
    first = "Relay_3" if through else "Wait_3"
    assert f"{first} waits for {how}." in lab.why().sentences
    assert lab.why().headline.endswith(f"; {name} failed")
    assert how in flat(lab.why("Wait"))
    assert "Nothing in this lab sends" not in flat(lab.why("Wait"))
    assert f"{name}, which failed at step {ended_at(lab, name)}; it was not told" in flat(lab.still_running())
    assert f"{name} failed at step {ended_at(lab, name)}: {ERROR}." in flat(lab.still_running())
    assert f"{name} failed at step" in flat(lab.leaks().of(first)[0])


def test_a_receiver_is_told_that_its_sender_ended():
    """One that has finished, and one that was stopped, are named with the step, and with what stopped them."""

    class Stop(Component):
        def main(self):
            yield
            self.victim.stop()

    lab = run(lambda: Pipeline(Short(), Wait()).activate())
    assert f"Wait_3 waits for Short_2, which finished at step {ended_at(lab, 'Short_2')}." in lab.why().sentences

    def system():
        relay, wait = Relay(), Wait()
        relay.link((relay, "outbox"), (wait, "inbox"))
        for each in (relay, wait, Stop(victim=relay)):
            each.activate()

    lab = run(system)
    step = ended_at(lab, "Relay_1")
    assert f"Wait_2 waits for Relay_1, which was stopped by Stop_3 at step {step}." in lab.why().sentences
    lab["Wait"].stop()
    assert f"It was stopped at step {lab.step_number}, from outside its own code." in lab.why("Wait").sentences


def test_a_circle_with_one_that_failed():
    """Where one of a circle failed, it is named, and so is who waits behind it: no circle is left, and no rest."""

    def ring():
        parts = Relay(name="A"), Bad(name="B"), Relay(name="C")
        for one, other in zip(parts, (*parts[1:], parts[0]), strict=True):
            one.link((one, "outbox"), (other, "inbox"))
        for each in parts:
            each.activate()

    lab = run(ring)
    view = lab.why()
    assert view.in_vain == (f"C waits for B, which failed at step 4: {ERROR}.", "A waits for C in turn.")
    assert f"C waits for B, which failed at step 4: {ERROR}." in flat(lab.why("A"))
    assert view.circles == ()


def test_a_deadlock_beside_one_that_failed(parts):
    """The verdict stays, and the failure is told with it."""

    def system():
        parts.table()
        Bad(name="bad").activate()

    lab = run(system)
    view = lab.why()
    assert view.verdict == "deadlock"
    assert view.headline.endswith("; bad failed")
    assert f"bad failed at step {ended_at(lab, 'bad')}: {ERROR}." in view.sentences


def test_one_that_waits_for_room_at_one_that_failed():
    """The reason why there will be no room is told with its step and its error."""

    class Push(Component):
        def main(self):
            for number in range(3):
                while self.outboxes["outbox"].is_full():
                    self.pause()
                    yield
                self.send(number)

    def system():
        push, bad = Push(), Bad()
        push.link((push, "outbox"), (bad, "inbox"), pipewidth=1)
        push.activate()
        bad.activate()

    lab = run(system)
    said = f"failed at step {ended_at(lab, 'Bad_2')}: {ERROR}"
    assert f"Push_1 waits for room in Bad_2.inbox (1 of 1), but Bad_2 {said}." in lab.why().left
    assert f"It waits for room in Bad_2.inbox, which is full (1 of 1); Bad_2 {said}." in lab.why("Push").sentences


@pytest.mark.parametrize("kind", [Bad, BadThread, Helped])
def test_a_parent_is_told_that_its_child_failed(kind):
    """A component whose child failed says so, whether the child has been let go of or not."""

    class Parent(Component):
        def main(self):
            self.add_children(child := kind())
            child.activate()
            while True:
                self.pause()
                yield

    for build in (lambda: Parent().activate(), lambda: Pipeline(kind(), Wait()).activate()):
        lab = run(build)
        name = f"{kind.__name__}_2"
        parent = lab.components[0].short_name
        assert f"Its child {name} failed at step {ended_at(lab, name)}: {ERROR}." in lab.why(parent).sentences


def test_one_whose_generator_failed():
    """A component that goes on after an error of its generator is told of that error."""

    class Robust(Helped):
        def main(self):
            try:
                yield WaitComplete(self.fetch())
            except ZeroDivisionError:
                self.pause()
                yield

    lab = run(lambda: Robust().activate())
    assert f"Its generator failed at step 3: {ERROR}." in lab.why("Robust").sentences
    assert lab.why().failed == ()


def test_a_subscriber_whose_publisher_failed():
    """Over the Backplane, the subscriber is told which publisher failed."""

    def system():
        Backplane("NEWS").activate()
        Pipeline(Bad(), PublishTo("NEWS")).activate()
        Pipeline(SubscribeTo("NEWS"), Wait()).activate()

    lab = run(system)
    how = f"Bad_5, which failed at step {ended_at(lab, 'Bad_5')}: {ERROR}."
    assert f"NEWS exchange waits for {how}" in lab.why().sentences
    assert how in flat(lab.why("Wait"))


def test_a_backplane_that_ended():
    """Publisher and subscriber are told that the Backplane is gone, and when that was."""

    def system():
        Backplane("NEWS").activate()
        Pipeline(Relay(), PublishTo("NEWS")).activate()
        Pipeline(SubscribeTo("NEWS"), Wait()).activate()

    lab = run(system)
    lab["Backplane"].stop()
    step = ended_at(lab, "NEWS exchange")
    lab.run()
    assert f"Its 'inbox' led to NEWS exchange, which was stopped at step {step}." in lab.why("PublishTo").sentences
    step = ended_at(lab, "SubscribeTo_7")
    assert f"Wait_8 waits for SubscribeTo_7, which finished at step {step}." in lab.why().sentences


def test_a_source_whose_receiver_failed():
    """A component that sends into the void since its receiver failed is told so, in why and in lost."""

    def system():
        source, bad = Source(number=5), Bad()
        bad.link((source, "outbox"), (bad, "inbox"))
        source.activate()
        bad.activate()

    lab = QuietLab(build=system, clock="virtual")
    lab.step(7)
    step = ended_at(lab, "Bad_2")
    assert f"Its 'outbox' led to Bad_2, which failed at step {step}: {ERROR}." in lab.why("Source").sentences
    (loss,) = lab.lost().of("Source_1")
    assert str(loss).startswith(
        f"Source_1.outbox leads nowhere since Bad_2 failed at step {step}: 3 messages discarded"
    )


def test_a_new_sender_takes_the_place_of_one_that_ended():
    """Where a living component sends by now, one that finished is not told of, and nothing is in vain."""

    class Renew(Component):
        def main(self):
            wait = Wait(name="wait").activate()
            for kind in (Short, Relay):
                sender = kind(name=kind.__name__).activate()
                self.link((sender, "outbox"), (wait, "inbox"))
                for _ in range(4):
                    yield
                self.unlink(sender) if kind is Short else None
            self.pause()
            yield

    lab = run(lambda: Renew().activate())
    assert lab.why().in_vain == ()
    assert "Short" not in flat(lab.why("wait"))
    assert "Relay, which sleeps, sends to its 'inbox'." in lab.why("wait").sentences


def test_many_failures_are_counted():
    """The last failures are named, and the others are counted: in the headline and in the sentences."""
    lab = run(lambda: [Bad(name=f"bad {number}").activate() for number in range(150)])
    view = lab.why()
    assert view.headline == "every component has ended; bad 147, bad 148, bad 149 and 147 other components failed"
    assert view.sentences[-1] == "147 other components failed before."


def test_one_that_ended_is_explained_when_it_is_gone():
    """A component that Python has freed still answers to its name, with how it ended and what it left."""
    lab = QuietLab(clock="virtual", record=False)
    with lab:
        Bad(name="bad").activate()
        Short().activate().deliver("unread")
        lab.run()
        lab.failures.clear()
        lab.trace.clear()
        gc.collect()
        assert str(lab.why("bad")) == f"bad: failed\n  It failed at step 3: {ERROR}."
        assert lab.why("Short").sentences == (
            "Its main finished at step 4.",
            "1 message in its inbox 'inbox' will not be taken.",
        )


# -- one that was never activated ---------------------------------------------------------------------


class Maker(Component):
    """Links a source to a receiver that it never activates, and waits or ends."""

    def main(self):
        source, receiver = Source(number=2), Wait(name="idle")
        self.link((source, "outbox"), (receiver, "inbox"))
        if self.as_child:
            self.add_children(receiver)
        source.activate()
        self.pause()
        yield


def test_a_receiver_that_nothing_activated():
    """What waits there is told by why, lost and leaks, and the lab is stuck; it is not lost yet."""
    text = "2 messages wait in idle.inbox, and idle was never activated."
    lab = run(lambda: Maker(as_child=False).activate())
    assert (lab.why().verdict, lab.why().left) == ("stuck", (text,))
    assert [(each.kind, each.component, each.box, each.text) for each in lab.lost()] == [
        ("unclaimed", "idle", "inbox", text)
    ]
    assert lab.lost().count == 0
    assert [(each.kind, str(each)) for each in lab.leaks()] == [("unclaimed", text)]
    assert "idle has not been activated." in flat(lab.still_running())
    assert text in lab.why("idle").sentences


def test_a_child_that_nothing_activated():
    """It is found through its parent as well, and when that has ended without activating it, it is a leak."""

    class Forgets(Component):
        def main(self):
            self.add_children(Wait(name="forgotten"))
            yield

    lab = run(lambda: (Maker(as_child=True).activate(), Forgets().activate()))
    assert "idle and forgotten have not been activated." in flat(lab.still_running())
    step = ended_at(lab, "Forgets_2")
    assert str(lab.leaks().of("forgotten")[0]) == (
        f"forgotten was never activated, and its parent Forgets_2 finished at step {step}."
    )


def test_a_receiver_that_nothing_activated_is_found_without_the_trace():
    """A link that is still there leads to it when the ring has turned, beside a component that goes on."""
    lab = QuietLab(
        build=lambda: (Maker(as_child=False).activate(), Ticks().activate()), clock="virtual", trace_limit=16
    )
    lab.run(max_steps=500)
    for words in (lab.why(), lab.lost(), lab.leaks()):
        assert "2 messages wait in idle.inbox, and idle was never activated." in flat(words)


def test_a_sender_that_nothing_activated():
    """A receiver whose sender was never activated is told so."""

    def system():
        relay, wait = Relay(name="relay"), Wait()
        wait.link((relay, "outbox"), (wait, "inbox"))
        wait.activate()

    lab = run(system)
    assert "Wait_1 waits for relay, which has not been activated." in lab.why().sentences
    assert "It waits for relay, which has not been activated." in lab.why("Wait").sentences


@pytest.mark.parametrize("chassis", [Pipeline, lambda one, other: Graphline(one=one, other=other, linkages={})])
def test_parts_that_a_chassis_will_activate_are_not_missing(chassis):
    """Before the first slice of a chassis its parts are not called never activated, even if messages wait there."""

    def system():
        wait = Wait()
        wait.deliver("early")
        chassis(Relay(), wait).activate()

    lab = QuietLab(build=system, clock="virtual")
    for words in (lab.why(), lab.lost(), lab.leaks(), lab.still_running()):
        assert "activated" not in flat(words)


# -- what was lost, from counters ---------------------------------------------------------------------


class Leaves(Component):
    """Ends and leaves a message in its inbox."""

    def main(self):
        self.inboxes["inbox"].append("left")
        yield


class Counts(Component):
    """Counts by itself what it drops, and ends."""

    def main(self):
        self.dropped = 3
        self.inboxes["inbox"].append("counted already")
        yield


class Feeds(Component):
    """Its child ends first; then it sends to the child, takes the link down, and ends."""

    def main(self):
        self.add_children(child := Short())
        self.link((self, "outbox"), (child, "inbox"))
        child.activate()
        for _ in range(4):
            yield
        self.send("too late")
        yield


@pytest.mark.parametrize(("kind", "count"), [(Source, 1), (Leaves, 1), (Counts, 3), (Feeds, 1), (Bad, 0)])
@pytest.mark.parametrize("doors", [{}, {"trace_limit": 16}, {"record": False}])
def test_lost_is_the_same_after_the_ring_has_turned(kind, count, doors):
    """However little of the trace is left, and whether Python has freed the component or not, the count stays."""
    lab = QuietLab(clock="virtual", **doors)
    with lab:
        kind().activate()
        Ticks().activate()
        lab.run(max_steps=40)
        assert lab.lost().count == count
        lab.run(max_steps=6_000)
        assert lab.lost().count == count
        lab.failures.clear()
        gc.collect()
        assert lab.lost().count == count
        assert len(lab.lost()) == (1 if count else 0)


def test_a_loss_reads_the_same_whether_the_component_is_gone_or_not():
    """Without the trace the text is made from the record, so it does not depend on what Python has freed."""
    with Lab(clock="virtual", record=False) as lab:
        source, leaves = Source().activate(), Leaves().activate()
        lab.run()
        said = str(lab.lost())
        assert "Source_1.outbox led nowhere when Source_1 finished at step 3: 1 message discarded." in said
        assert "Leaves_2 finished at step 4 and left 1 message in its 'inbox': 'left'." in said
        del source, leaves
        gc.collect()
        assert str(lab.lost()) == said


def test_components_that_ended_long_ago_are_summed_up(monkeypatch):
    """What has no record any more is told in one sentence, with messages, components and the step."""
    monkeypatch.setattr(register, "OTHERS_KEPT", 2)

    class Makes(Component):
        def main(self):
            for _ in range(5):
                Source(number=4).activate()
                for _ in range(6):
                    yield

    with Lab(clock="virtual", trace_limit=16) as lab:
        Makes().activate()
        lab.run()
        assert lab.lost().count == 20
        assert len(lab.lost()) == 1
        step = lab.register.total.step
        assert lab.lost().others == f"Another 16 messages were lost by 4 components that ended by step {step}."
        assert lab.lost().others in flat(lab.lost())
