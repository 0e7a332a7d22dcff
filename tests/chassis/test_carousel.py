"""The rules of Carousel, and of the chooser that is joined to one."""

import pytest

from kamlab import Carousel, Component, ProducerFinished, ShutdownMicroprocess
from kamlab.chassis import join_chooser_to_carousel
from kamlab.core.errors import BadComponent
from kamlab.parts import Chooser, OneShot, PassThrough


class Log:
    """A factory whose children say what they were made with and what they are told."""

    def __init__(self, catcher_class):
        self.catcher_class = catcher_class
        self.made = []

    def __call__(self, argument):
        child = self.catcher_class(mortal=True, argument=argument)
        self.made.append(child)
        return child


@pytest.fixture
def factory(tools):
    """A factory that remembers the children it made."""
    return Log(tools.Catcher)


def test_it_has_its_boxes():
    """A Carousel has inboxes inbox, next and control, and outboxes outbox, signal and requestNext."""
    carousel = Carousel(OneShot)
    assert {"inbox", "next", "control"} <= set(carousel.inboxes)
    assert {"outbox", "signal", "requestNext"} <= set(carousel.outboxes)


def test_the_factory_gets_what_next_brings(tools):
    """Each message in next makes a child, whose output is the Carousel's."""
    carousel = Carousel(OneShot)
    catcher = tools.watch(carousel)
    for word in ("one", "two"):
        carousel.deliver(word, "next")
        tools.settle()
    assert catcher.data == ["one", "two"]


def test_the_child_gets_the_inbox(tools, factory):
    """What comes to the Carousel's inbox goes to the child, and waits while there is none."""
    carousel = Carousel(factory).activate()
    carousel.deliver("early")
    tools.settle()
    carousel.deliver("argument", "next")
    tools.settle()
    carousel.deliver("late")
    tools.settle()
    assert (factory.made[0].argument, factory.made[0].data) == ("argument", ["early", "late"])


def test_the_childs_signal_is_dropped(tools):
    """A child's ProducerFinished does not come out of the Carousel."""
    carousel = Carousel(OneShot)
    catcher = tools.watch(carousel)
    carousel.deliver("one", "next")
    tools.settle()
    assert (catcher.data, catcher.controls) == (["one"], [])


def test_a_child_that_ends_makes_it_ask_for_the_next(tools):
    """NEXT is sent to requestNext when a child has ended and no request waits."""
    carousel = Carousel(OneShot)
    catcher = tools.watch(carousel, requestNext="inbox")
    carousel.deliver("one", "next")
    tools.settle()
    assert catcher.data == ["NEXT"]


@pytest.mark.parametrize("spelling", [{"make1st_request": True}, {"make1stRequest": True}])
def test_it_asks_at_the_start_if_told(tools, spelling):
    """With make1st_request, in either spelling, NEXT is sent before there was any child."""
    catcher = tools.watch(Carousel(OneShot, **spelling), requestNext="inbox")
    tools.settle()
    assert catcher.data == ["NEXT"]


def test_it_does_not_ask_at_the_start_unless_told(tools):
    """Without make1st_request nothing is asked for at the start."""
    catcher = tools.watch(Carousel(OneShot), requestNext="inbox")
    tools.settle()
    assert catcher.data == []


def test_a_request_replaces_the_child(tools, factory):
    """A request tells the child ShutdownMicroprocess; the next one is made when it has ended."""
    carousel = Carousel(factory)
    catcher = tools.watch(carousel, requestNext="inbox")
    carousel.deliver(1, "next")
    tools.settle()
    carousel.deliver(2, "next")
    tools.settle()
    first, second = factory.made
    assert tools.kinds(first.controls) == ["ShutdownMicroprocess"]
    assert (first.state, second.state, catcher.data) == ("finished", "waiting", [])


def test_a_child_that_takes_its_time_is_waited_for(tools):
    """No second child is made before the first has ended."""
    made = []

    class Stubborn(Component):
        def main(self):
            while True:
                self.pause()
                yield

    def factory(argument):
        made.append(Stubborn())
        return made[-1]

    carousel = Carousel(factory).activate()
    carousel.deliver(1, "next")
    carousel.deliver(2, "next")
    tools.settle()
    assert len(made) == 1
    made[0].stop()
    tools.settle()
    assert len(made) == 2


def test_producer_finished_lets_requests_be_met(tools, factory):
    """ProducerFinished drains the requests first, then goes to the last child, then to signal."""
    carousel = Carousel(factory)
    catcher = tools.watch(carousel)
    for number in range(3):
        carousel.deliver(number, "next")
    carousel.deliver(ProducerFinished(), "control")
    tools.settle()
    assert [child.argument for child in factory.made] == [0, 1, 2]
    assert [tools.kinds(child.controls) for child in factory.made] == [
        ["ShutdownMicroprocess"],
        ["ShutdownMicroprocess"],
        ["ProducerFinished"],
    ]
    assert (tools.kinds(catcher.controls), carousel.state) == (["ProducerFinished"], "finished")


def test_shutdown_lets_requests_lie(tools, factory):
    """ShutdownMicroprocess goes to the child at once; requests that wait are not met."""
    carousel = Carousel(factory)
    catcher = tools.watch(carousel)
    carousel.deliver(1, "next")
    tools.settle()
    carousel.deliver(2, "next")
    message = ShutdownMicroprocess()
    carousel.deliver(message, "control")
    tools.settle()
    assert [child.controls for child in factory.made] == [[message]]
    assert (catcher.controls, carousel.state) == ([message], "finished")


@pytest.mark.parametrize("message", [ProducerFinished(), ShutdownMicroprocess()])
def test_without_a_child_it_ends_at_once(tools, factory, message):
    """A shutdown message that finds no child and no request ends the Carousel."""
    carousel = Carousel(factory)
    catcher = tools.watch(carousel)
    carousel.deliver(message, "control")
    tools.settle()
    assert (catcher.controls, carousel.state, factory.made) == ([message], "finished", [])


def test_shutdown_follows_producer_finished(tools):
    """A child that goes on after ProducerFinished is still sent a ShutdownMicroprocess."""

    class OnlyOnShutdown(tools.Catcher):
        def main(self):
            while not any(isinstance(message, ShutdownMicroprocess) for message in self.controls):
                self.pause()
                yield
                self.controls += self.messages("control")

    child = OnlyOnShutdown()
    carousel = Carousel(lambda _: child).activate()
    carousel.deliver(1, "next")
    carousel.deliver(ProducerFinished(), "control")
    tools.settle()
    carousel.deliver(ShutdownMicroprocess(), "control")
    tools.settle()
    assert (tools.kinds(child.controls), carousel.state) == (["ProducerFinished", "ShutdownMicroprocess"], "finished")


def test_stopping_it_stops_the_child(tools, factory):
    """A Carousel stopped from outside takes its child along."""
    carousel = Carousel(factory).activate()
    carousel.deliver(1, "next")
    tools.settle()
    carousel.stop()
    assert factory.made[0].is_stopped()


def test_an_instance_is_no_factory():
    """A component instead of a factory is refused, and the text says what to write."""
    with pytest.raises(BadComponent, match=r"Carousel\(lambda argument"):
        Carousel(PassThrough())


def test_a_factory_that_makes_no_component_fails_the_carousel(tools, lab):
    """What a factory returns must be a component; the error is the Carousel's and names what came."""
    carousel = Carousel(lambda argument: PassThrough).activate()
    carousel.deliver(1, "next")
    tools.settle()
    assert isinstance(carousel.error, BadComponent)
    assert "write PassThrough()" in str(carousel.error)


def test_a_chooser_joined_to_a_carousel_supplies_it(tools):
    """Joined, the Carousel's requests walk the Chooser through its items."""
    joined = join_chooser_to_carousel(Chooser(["a", "b", "c"]), Carousel(OneShot))
    catcher = tools.watch(joined)
    tools.settle()
    assert catcher.data == ["a", "b", "c"]


def test_shutdown_ends_chooser_and_carousel(tools, lab):
    """A ShutdownMicroprocess to the joined pair ends both and comes out of signal."""
    joined = join_chooser_to_carousel(Chooser(["a"]), Carousel(OneShot))
    catcher = tools.watch(joined)
    tools.settle()
    message = ShutdownMicroprocess()
    joined.deliver(message, "control")
    tools.settle()
    assert (catcher.controls, joined.state, lab.components) == ([message], "finished", [catcher])
