"""What was lost, who lives on with nothing left to do, and who still runs when all should have ended."""

from __future__ import annotations

import socket

import pytest

from kamlab import (
    Backplane,
    Component,
    Pipeline,
    ProducerFinished,
    PublishTo,
    ShutdownMicroprocess,
    SimpleServer,
    SubscribeTo,
)
from kamlab.analysis import leaks, losses, who_still_runs
from kamlab.net import ConnectedSocketAdapter


def flat(text):
    return str(text).replace("\n    ", " ")


class Deaf(Component):
    """Sends everything back and never looks at control."""

    def main(self):
        while True:
            for message in self.messages():
                self.send(message)
            self.pause()
            yield


class Polite(Component):
    """The same, and ends when control says so."""

    def main(self):
        while not self.data_ready("control"):
            for message in self.messages():
                self.send(message)
            self.pause()
            yield
        self.send(self.recv("control"), "signal")


# -- losses ---------------------------------------------------------------------------------------------


def test_nothing_was_lost(lab, parts):
    """Where every message was taken there is nothing to tell."""
    parts.pipe(parts.Source(says=("x",)), parts.Receiving())
    lab.run(timeout=5)
    assert losses(lab).count == 0
    assert "no message was lost" in str(losses(lab))


def test_an_outbox_that_leads_nowhere(lab, parts):
    """Each discarded message is counted at its outbox, also of one that has ended; the last one is shown."""
    parts.Source(says=("x", "y"), name="source").activate()
    lab.run()
    (loss,) = losses(lab)
    assert (loss.kind, loss.component, loss.box, loss.count) == ("discarded", "source", "outbox", 2)
    assert str(loss) == "source.outbox leads nowhere: 2 messages discarded, the last was 'y' in step 2."


def test_an_outbox_that_was_linked_late(lab, parts):
    """Where the outbox leads somewhere by now, the text does not say that it leads nowhere."""
    source, sink = parts.Source(name="source").activate(), parts.Echo(name="sink").activate()
    lab.step(1)
    lab.step_round()
    source.link((source, "outbox"), (sink, "inbox"))
    assert "source.outbox leads to sink.inbox, but not at first: " in flat(losses(lab))


def test_messages_left_in_the_inbox_of_one_that_has_ended(lab, parts):
    """What waits where nobody will take it is lost; what waits for a sleeper is not."""
    first, second = parts.OneAtATime(name="first").activate(), parts.OneAtATime(name="second").activate()
    lab.run()
    for each in (first, second):
        each.deliver(1)
        each.deliver(2)
    lab.run()
    first.stop()
    (loss,) = losses(lab)
    assert str(loss) == "first was stopped at step 4 and left 1 message in its 'inbox': 2."
    assert losses(lab).of("first") == (loss,)
    assert losses(lab).of("second") == ()


def test_what_a_subscriber_dropped_is_counted_once(lab, parts):
    """A policy that drops what does not fit is told of at its outbox, once."""
    Backplane("NEWS").activate()
    sink = Component(name="sink")
    sink.set_inbox_size("inbox", 1)
    subscriber = SubscribeTo("NEWS", policy="drop")
    subscriber.link((subscriber, "outbox"), (sink, "inbox"))
    subscriber.activate()
    lab.run(timeout=5)
    Pipeline(parts.Source(says=(1, 2, 3)), PublishTo("NEWS")).activate()
    lab.run(timeout=5)
    assert subscriber.dropped == 2
    assert losses(lab).count == 2
    assert [(each.kind, each.count) for each in losses(lab)] == [("discarded", 2), ("unclaimed", 1)]


def test_a_counter_of_a_components_own(lab, parts):
    """An attribute called dropped or refused is told of; what is no number is not."""

    class Choosy(Component):
        dropped = 0

        def main(self):
            self.dropped += 3
            self.refused = ["not a number"]
            yield

    Choosy(name="choosy").activate()
    lab.run()
    assert [str(each) for each in losses(lab)] == ["choosy counts 3 messages as dropped."]


def test_what_a_connection_could_not_send_is_counted_once(lab):
    """Messages that a connection gave up are in its counter, and not told a second time as left behind."""
    here, there = socket.socketpair()
    with here, there:
        adapter = ConnectedSocketAdapter(here).activate()
        adapter.name = "adapter"
        lab.step(1, timeout=0)
        adapter.deliver(b"one")
        adapter.stop()
        assert [(each.kind, each.box, each.count) for each in losses(lab) if each.kind != "discarded"] == [
            ("dropped", "dropped", 1)
        ]


# -- leaks ----------------------------------------------------------------------------------------------


def talk_once(lab, server, reset=False):
    """Connect to a server, have something sent back, and hang up: in order, or with a reset."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
        client.sendall(b"hello")
        client.settimeout(0.01)
        for _ in range(500):
            lab.run(timeout=0.01)
            try:
                assert client.recv(5) == b"hello"
            except TimeoutError:
                continue
            if reset:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            return
    raise AssertionError("nothing came back")


@pytest.mark.parametrize(("protocol", "leaked"), [(Deaf, 1), (Polite, 0)])
def test_a_protocol_that_outlives_its_connection(lab, eventually, protocol, leaked):
    """A protocol that never looks at control lives on when its connection has ended; one that does, does not."""
    server = SimpleServer(protocol=protocol, port=0, name="server").activate()
    talk_once(lab, server, reset=True)

    def gone():
        lab.run(timeout=0.01)
        return not server.clients

    assert eventually(gone)
    lab.step(10, timeout=0)
    found = leaks(lab)
    assert len(found) == leaked
    if leaked:
        (leak,) = found
        assert leak.kind == "connection"
        assert leak.component.startswith("Deaf_")
        assert "of server has ended, with 1 message unread in its 'control'." in str(leak)
        assert found.of(leak.component) == (leak,)


def test_what_a_server_itself_calls_leaked(lab, eventually):
    """A protocol that was told of the end, while its connection still waits for an answer, is told of as such."""
    server = SimpleServer(protocol=Deaf, port=0, leak_after=0.0, name="server").activate()
    talk_once(lab, server)

    def told():
        lab.run(timeout=0.01)
        return server.leaked

    assert eventually(told)
    (leak,) = leaks(lab)
    assert leak.kind == "connection"
    assert "of server is over, as it was told, with 1 message unread in its 'control'." in str(leak)


def test_an_orphan(lab, parts):
    """A component whose parent has ended, and that still runs, is told of with its parent."""

    class Careless(Component):
        def main(self):
            child = Deaf(name="child")
            self.add_children(child)
            child.activate()
            yield

    Careless(name="parent").activate()
    lab.run()
    (leak,) = leaks(lab)
    assert (leak.kind, str(leak)) == ("orphan", "child lives on although its parent parent finished at step 2.")


@pytest.mark.parametrize("links_last", [True, False])
def test_one_whose_senders_have_all_ended(lab, parts, links_last):
    """Who sleeps where nobody is left who sends to it is forgotten, whether the links are still there or not."""
    source, sink = parts.Source(name="source").activate(), Deaf(name="sink").activate()
    (sink if links_last else source).link((source, "outbox"), (sink, "inbox"))
    lab.run()
    (leak,) = leaks(lab)
    assert (leak.kind, leak.component) == ("forgotten", "sink")


def test_a_system_at_rest_does_not_leak(lab, parts):
    """A pipeline that waits for the outside, a sender that is alive: no leaks."""
    Pipeline(parts.Echo(), parts.Echo()).activate()
    Deaf().activate()
    lab.run()
    assert str(leaks(lab)).endswith("no leaks")


# -- who still runs -----------------------------------------------------------------------------------------


def test_nobody_is_left(lab, parts):
    """When all have ended that is what is said."""
    parts.Source().activate()
    lab.run()
    assert str(who_still_runs(lab)) == "step 4: no component is alive"


def test_who_was_told_to_end_and_lives_on(lab, parts):
    """Each that is alive is told of in one line: what it waits for, and what became of the message to end."""

    class Heedless(Component):
        def main(self):
            while True:
                for _ in self.messages("control"):
                    pass
                self.pause()
                yield

    deaf, heedless, polite = Deaf(name="deaf"), Heedless(name="heedless"), Polite(name="polite")
    other = parts.Echo(name="other")
    for each in (deaf, heedless, polite, other):
        each.activate()
    lab.run()
    deaf.deliver(ProducerFinished(), "control")
    heedless.deliver(ShutdownMicroprocess(), "control")
    polite.deliver(ShutdownMicroprocess(), "control")
    lab.run()
    left = who_still_runs(lab)
    assert [each.component for each in left] == ["deaf", "heedless", "other"]
    assert left.of("polite") is None
    assert str(left.of("deaf")).endswith("; producerFinished waits unread in its 'control'.")
    assert "; it was told to end by shutdownMicroprocess in step " in str(left.of("heedless"))
    assert str(left.of("other")) == "other sleeps, waits for a message from outside; it was not told to end."


def test_one_that_runs_is_shown_with_its_line(lab):
    """Who is not asleep has the line it stands at."""

    class Endless(Component):
        def main(self):
            while True:
                yield

    Endless(name="endless").activate()
    lab.step(3)
    assert "endless can run at line" in flat(who_still_runs(lab))
    assert "in test_losses_and_leaks.py; it was not told to end." in flat(who_still_runs(lab))


def test_the_answers_are_values(lab, parts):
    """They can be compared and kept, and print themselves."""
    parts.pipe(parts.Source(name="source"), Deaf(name="deaf"))
    lab.run()
    for ask in (losses, leaks, who_still_runs):
        assert ask(lab) == ask(lab)
        assert hash(ask(lab)) == hash(ask(lab))
        assert str(ask(lab)) == repr(ask(lab))
        assert len(list(ask(lab))) == len(ask(lab))
