"""Who waits for whom, and the verdict: finished, runnable, alive, at rest, stuck, deadlock."""

from __future__ import annotations

import pytest

from kamlab import (
    Backplane,
    Component,
    Handle,
    Pipeline,
    PublishTo,
    SimpleServer,
    SubscribeTo,
    TCPClient,
    ThreadedComponent,
    WaitComplete,
)
from kamlab.analysis import waiting
from kamlab.core.box import made_inboxes_of
from kamlab.core.clock import VirtualClock
from kamlab.core.errors import NoSpaceInBox


class Waiter(Component):
    """Waits in the way that ``body`` says."""

    def __init__(self, body, **argd):
        super().__init__(**argd)
        self.body = body

    def main(self):
        yield from self.body(self)


class Ring(Component):
    """Fills the next one's inbox before it looks into its own."""

    def main(self):
        for number in range(3):
            while True:
                try:
                    self.send(number)
                    break
                except NoSpaceInBox:
                    self.pause()
                    yield
        while self.data_ready():
            self.recv()


def test_a_new_lab_and_a_finished_one(lab, parts):
    """Before anything was activated the verdict is new, and finished once everybody has ended."""
    assert waiting(lab).verdict == "new"
    parts.Source(name="source").activate()
    assert waiting(lab).verdict == "runnable"
    lab.run()
    assert waiting(lab).verdict == "finished"


def test_somebody_who_can_run(lab, parts):
    """As long as one component can run, the lab is runnable, and the text says who that is."""
    parts.pipe(parts.Source(name="source"), parts.Echo(name="echo"))
    lab.step(3)
    assert waiting(lab).verdict == "runnable"
    assert "Runnable: source" in str(waiting(lab))


def test_a_pipeline_that_has_nothing_to_do_is_at_rest(lab, parts):
    """A source that waits for the outside, and who waits for it, is no deadlock."""
    Pipeline(parts.Echo(name="A"), parts.Echo(name="B"), parts.Echo(name="C"), name="pipe").activate()
    lab.run()
    view = waiting(lab)
    assert (view.verdict, view.circles, view.left) == ("at rest", (), ())
    assert [str(each) for each in view.of("B")] == ["B waits for a message from A in its 'inbox'"]
    assert [each.kind for each in view.of("A")] == ["outside"]
    assert [each.on for each in view.of("pipe")] == ["A", "B", "C"]


def test_a_backplane_that_has_nothing_to_do_is_at_rest(lab, parts):
    """Publishers, the carrier and subscribers that sleep are at rest."""
    Backplane("NEWS").activate()
    Pipeline(parts.Echo(), PublishTo("NEWS")).activate()
    Pipeline(SubscribeTo("NEWS"), parts.Echo()).activate()
    lab.run()
    assert waiting(lab).verdict == "at rest"


def test_a_handle_is_fed_from_outside(lab, parts):
    """A handle and its component wait for each other, and for the cell that puts something in: at rest."""
    Handle(parts.Echo()).activate()
    lab.run()
    assert waiting(lab).verdict == "at rest"


@pytest.mark.parametrize("kind", ["Philosopher", "AsyncPhilosopher"])
@pytest.mark.parametrize("number", [2, 3, 5])
def test_dining_philosophers_are_a_deadlock(lab, parts, kind, number):
    """Everybody has one fork and asks for the second: one circle that goes all around the table, for certain."""
    parts.table(getattr(parts, kind), number)
    assert lab.run().reason == "stuck"
    view = waiting(lab)
    assert (view.verdict, view.certain) == ("deadlock", True)
    (circle,) = view.circles
    assert len(circle) == 2 * number
    assert [each.on for each in circle] == [each.waiter for each in (*circle[1:], circle[0])]
    assert "P0 waits for a message from F1 in its 'right', F1 waits for a message from P1" in str(view).replace(
        "\n    ", " "
    )


def test_one_philosopher_less_and_nobody_starves(lab, parts):
    """Where the last one has gone, the rest is no deadlock: no circle is told of."""
    parts.table(number=3)
    lab.run()
    lab["P2"].stop()
    lab.run()
    assert waiting(lab).circles == ()


def test_full_boxes_in_a_circle_are_a_deadlock(lab, parts):
    """Each waits for room at the next: the text says where, and how full it is."""
    parts.ring(Ring(name="A"), Ring(name="B"), Ring(name="C"), pipewidth=2)
    assert lab.run().reason == "stuck"
    view = waiting(lab)
    assert (view.verdict, view.certain, view.left) == ("deadlock", True, ())
    assert view.sentences[0] == (
        "A waits for room in B.inbox (2 of 2), B waits for room in C.inbox (2 of 2), "
        "C waits for room in A.inbox (2 of 2)."
    )
    assert all(each.kind == "room" and each.sure for each in view.circles[0])


def test_a_mixed_circle_is_told_with_each_reason(lab, parts):
    """A waits for room at B, and B for a message from A's other box: message and room in one chain."""

    def push(self):
        for number in range(3):
            while True:
                try:
                    self.send(number)
                    break
                except NoSpaceInBox:
                    self.pause()
                    yield
        self.send("go", "signal")

    def obey(self):
        while not self.data_ready("control"):
            self.pause()
            yield

    first, second = Waiter(push, name="A"), Waiter(obey, name="B")
    first.link((first, "outbox"), (second, "inbox"), pipewidth=1)
    first.link((first, "signal"), (second, "control"))
    parts.pipe(first)
    second.activate()
    assert lab.run().reason == "stuck"
    view = waiting(lab)
    assert (view.verdict, view.certain) == ("deadlock", True)
    assert view.sentences[0] == ("A waits for room in B.inbox (1 of 1), B waits for a message from A in its 'control'.")


def test_two_that_wait_for_each_other_may_be_at_rest(lab, parts):
    """With empty boxes, each where it always waits, it is called a deadlock that may be rest."""
    parts.ring(parts.Echo(name="A"), parts.Echo(name="B"))
    lab.run()
    view = waiting(lab)
    assert (view.verdict, view.certain) == ("deadlock", False)
    assert "only the program knows" in str(view)
    assert "or rest" in view.headline


def test_one_that_listens_to_the_outside_opens_the_circle(lab, parts):
    """A client that also waits for orders nobody in the lab gives is at rest with its server."""

    class Client(Component):
        Inboxes = {"orders": "", "answers": "", "control": ""}

        def main(self):
            while True:
                for name in ("orders", "answers"):
                    for message in self.messages(name):
                        self.send(message)
                self.pause()
                yield

    client, server = Client(name="client"), parts.Echo(name="server")
    client.link((client, "outbox"), (server, "inbox"))
    client.link((server, "outbox"), (client, "answers"))
    client.activate()
    server.activate()
    lab.run()
    assert waiting(lab).verdict == "at rest"


def test_one_that_asks_the_other_for_an_answer_closes_it(lab, parts):
    """The same client in the middle of a request, which its server lost: a deadlock for certain."""

    class Client(Component):
        Inboxes = {"orders": "", "answers": "", "control": ""}

        async def main(self):
            while True:
                await self.receive("orders")
                self.send("question")
                await self.receive("answers")

    def forget(self):
        while True:
            for _ in self.messages("inbox"):
                pass
            self.pause()
            yield

    client, server = Client(name="client"), Waiter(forget, name="server")
    client.link((client, "outbox"), (server, "inbox"))
    client.link((server, "outbox"), (client, "answers"))
    client.activate()
    server.activate()
    lab.run()
    assert waiting(lab).verdict == "at rest"
    client.deliver("go", "orders")
    lab.run()
    view = waiting(lab)
    assert (view.verdict, view.certain) == ("deadlock", True)
    assert "client waits for a message from server in its 'answers'" in str(view)


def test_one_that_waits_for_itself(lab, parts):
    """A component whose outbox leads to its own inbox waits in a circle of one."""
    parts.ring(parts.Echo(name="A"))
    lab.run()
    assert [len(circle) for circle in waiting(lab).circles] == [1]


def test_messages_left_lying_are_stuck(lab, parts):
    """A sleeper that took one of two messages leaves the lab stuck: neither rest nor deadlock."""
    one = parts.OneAtATime(name="one").activate()
    lab.run()
    assert waiting(lab).verdict == "at rest"
    one.deliver("first")
    one.deliver("second")
    lab.run()
    view = waiting(lab)
    assert view.verdict == "stuck"
    assert view.left == ("1 message waits unread in one.inbox, and one sleeps: it went to sleep without taking it.",)


def test_a_box_that_nobody_ever_looks_into(lab, parts):
    """The text says so where the source of the class shows it."""
    echo = parts.Echo(name="echo").activate()
    echo.deliver("end", "control")
    lab.run()
    assert waiting(lab).left == (
        "1 message waits unread in echo.control, and echo sleeps: its code never looks into 'control'.",
    )


def test_room_that_nobody_will_make(lab, parts):
    """Waiting for room in the inbox of one that has ended is stuck, and the text says who has ended."""
    _, sink = parts.pipe(Ring(name="pusher"), parts.Echo(name="sink"), pipewidth=1)
    sink.stop()
    lab.run()
    view = waiting(lab)
    assert view.verdict == "stuck"
    assert view.left == ("pusher waits for room in sink.inbox (1 of 1), but sink was stopped at step 0.",)


def test_a_timer_keeps_a_lab_alive(lab, parts):
    """Who sleeps for a time goes on by itself, and so does whoever waits for it."""

    async def doze(self):
        await self.sleep(1000)

    class Dozer(Component):
        main = doze

    parts.ring(Dozer(name="dozer"), parts.Echo(name="echo"))
    lab.step(3, timeout=0)
    view = waiting(lab)
    assert (view.verdict, view.circles) == ("alive", ())
    assert "the next timer of dozer is due at" in str(view).lower().replace("\n    ", " ")


def test_a_busy_thread_keeps_a_lab_alive(lab, parts, lock, eventually):
    """A thread blocked in code of its own may come back; in recv it may not, unless somebody sends."""
    locked = parts.Locked(lock, name="locked").activate()
    lab.step(timeout=0.1)
    assert eventually(lambda: waiting(lab).verdict == "alive")
    assert waiting(lab).coming == ("locked is busy in a thread",)
    locked.stop()
    parts.Receiving(name="receiving").activate()
    lock.release()
    lab.run(timeout=5)
    assert eventually(lambda: waiting(lab).verdict == "at rest")


def test_threads_that_wait_for_each_other_are_a_deadlock(lab, eventually):
    """Two threads in recv, each for the other's message: a circle, told in words."""

    class Polite(ThreadedComponent):
        Inboxes = {"inbox": "", "other": "", "control": ""}

        def main(self):
            self.send(self.recv("other"))
            self.recv("inbox")

    first, second = Polite(name="first"), Polite(name="second")
    for one, other in ((first, second), (second, first)):
        one.link((one, "outbox"), (other, "other"))
        one.activate()
    lab.run(timeout=5)
    view = eventually(lambda: (found := waiting(lab)).verdict == "deadlock" and found)
    assert "first waits for a message from second in its 'other'" in str(view)


def test_the_network_keeps_a_lab_alive(lab, parts):
    """A server that listens is alive, although nobody has connected."""
    SimpleServer(protocol=parts.Echo, port=0, name="server").activate()
    lab.step(6, timeout=0)
    view = waiting(lab)
    assert (view.verdict, view.circles) == ("alive", ())
    assert "TCPServer_2 waits for the network." in str(view)


def test_a_simulated_network_with_nothing_on_its_way_is_at_rest(make_lab, parts):
    """Server and client in one lab, both silent, neither a component nor the network to come: rest, and no circle."""
    lab = make_lab(network="simulated", clock=VirtualClock())
    SimpleServer(protocol=parts.Echo, port=1700).activate()
    TCPClient("127.0.0.1", 1700).activate()
    assert lab.run(timeout=5).reason == "stuck"
    view = waiting(lab)
    assert (view.verdict, view.circles) == ("at rest", ())


def test_a_circle_in_a_lab_that_is_alive_elsewhere(lab, parts):
    """A deadlock is told of although a timer goes on in another corner."""

    class Dozer(Component):
        async def main(self):
            await self.sleep(1000)

    parts.table()
    Dozer(name="dozer").activate()
    lab.run(timeout=0.2)
    view = waiting(lab)
    assert view.verdict == "alive"
    assert len(view.circles) == 1
    assert "Those in the circle never go on" in str(view)


def test_one_that_waits_for_a_generator_waits_for_what_that_needs(lab, parts):
    """A component in WaitComplete needs what the generator needs."""

    class Helped(Component):
        Inboxes = {"inbox": "", "other": "", "control": ""}

        def main(self):
            yield WaitComplete(self.fetch())
            self.recv("inbox")

        def fetch(self):
            while not self.data_ready("other"):
                self.pause()
                yield

    helped, echo = Helped(name="helped"), parts.Echo(name="echo")
    helped.link((echo, "outbox"), (helped, "other"))
    helped.link((helped, "outbox"), (echo, "inbox"))
    helped.activate()
    echo.activate()
    lab.run()
    view = waiting(lab)
    assert [each.waiter for each in view.circles[0]] == ["helped", "echo"]
    assert view.certain


@pytest.mark.parametrize(
    ("test", "kinds"),
    [
        ("while not self.data_ready('a'):", {"a"}),
        ("while not (self.data_ready('a') or self.dataReady('b')):", {"a", "b"}),
        ("while not self.data_ready('a') and not self.data_ready('b'):", {"a", "b"}),
        ("while self.data_ready('a') == 0:", {"a"}),
        ("while self.data_ready('a') < 2:", {"a"}),
        ("while not self.any_ready():", {"a", "b", "control"}),
        ("while not self.data_ready(name):", {"b"}),
    ],
)
def test_loops_that_say_what_they_wait_for(lab, tmp_path, test, kinds):
    """What a loop around the pause asks for is what the component waits for, and it is sure."""
    wait = read_in(lab, tmp_path, test)
    assert {each.text.split()[-1].strip("'") for each in wait} == kinds
    assert all(each.sure for each in wait)


@pytest.mark.parametrize("test", ["while True:", "while self.waits:", "while not self.data_ready('a') and self.waits:"])
def test_loops_that_do_not_say_it(lab, tmp_path, test):
    """Where the loop does not say it, nothing is claimed: any inbox that the code looks into would do."""
    assert not any(each.sure for each in read_in(lab, tmp_path, test))


def read_in(lab, tmp_path, test):
    """Run a component with this loop, from a file of its own, and return what it waits for."""
    source = f"""
from kamlab import Component

class Reader(Component):
    Inboxes = {{"a": "", "b": "", "control": ""}}
    waits = True
    dataReady = Component.data_ready

    def main(self):
        name = "b"
        {test}
            self.pause()
            yield name
"""
    file = tmp_path / "reader.py"
    file.write_text(source, encoding="utf-8")
    names = {"__name__": "reader"}
    exec(compile(source, str(file), "exec"), names)
    names["Reader"](name="reader").activate()
    lab.run()
    return waiting(lab).of("reader")


def test_without_the_source_nothing_is_claimed(lab):
    """Code whose source cannot be had waits for any message, and the verdict is as good as the engine's facts."""
    names = {"Component": Component}
    exec(
        "class Typed(Component):\n def main(self):\n  while not self.data_ready('control'):\n   self.pause()\n   yield",
        names,
    )
    names["Typed"](name="typed").activate()
    lab.run()
    assert {each.text for each in waiting(lab).of("typed")} == {
        "a message from outside in its 'inbox'",
        "a message from outside in its 'control'",
    }


def test_the_relation_is_a_value(lab, parts):
    """Built again in another lab it is equal; nothing in it leads back to a component."""
    parts.table()
    lab.run()
    first = waiting(lab)
    lab.reset()
    parts.table()
    lab.run()
    assert waiting(lab) == first
    assert hash(waiting(lab)) == hash(first)
    assert str(waiting(lab)) == repr(first)


def test_looking_changes_nothing(lab, parts):
    """Asking makes no boxes, writes no events and wakes nobody."""
    parts.pipe(parts.Source(name="source"), parts.Echo(name="echo"))
    lab.step(2)
    before = [str(event) for event in lab.trace]
    boxes = [dict(made_inboxes_of(each)) for each in lab]
    for ask in (lab.why, lab.where, lab.lost, lab.leaks, lab.still_running):
        ask()
    assert [str(event) for event in lab.trace] == before
    assert [dict(made_inboxes_of(each)) for each in lab] == boxes
