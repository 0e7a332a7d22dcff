"""The rules of Backplane, PublishTo and SubscribeTo."""

from __future__ import annotations

import pytest

from kamlab import Backplane, Component, Lab, Pipeline, ProducerFinished, PublishTo, ShutdownMicroprocess, SubscribeTo
from kamlab.backplane import Exchange
from kamlab.core.errors import NoSpaceInBox, NoSuchBackplane, ServiceAlreadyExists
from kamlab.core.task import task_of
from kamlab.parts import DataSource, PassThrough, UnknownPolicy


class Catcher(Component):
    """Keeps what it is sent; with a limit it takes one message in three slices."""

    limit = None

    def __init__(self, **argd):
        super().__init__(**argd)
        self.data, self.controls = [], []
        self.set_inbox_size("inbox", self.limit)

    @property
    def kinds(self):
        return [type(message).__name__ for message in self.controls]

    def main(self):
        while True:
            while self.data_ready("inbox"):
                for _ in range(3 if self.limit else 0):
                    yield
                self.data.append(self.recv("inbox"))
            self.controls += self.messages("control")
            self.pause()
            yield


class Hall:
    """A lab with publishers and subscribers."""

    def __init__(self, lab):
        self.lab = lab

    def settle(self):
        outcome = self.lab.run(timeout=20)
        assert outcome.reason in ("stuck", "finished"), outcome

    def subscriber(self, name, sink=None, **argd):
        """Activate a subscriber and what it feeds; return both."""
        subscriber, sink = SubscribeTo(name, **argd), sink or Catcher()
        subscriber.link((subscriber, "outbox"), (sink, "inbox"))
        subscriber.link((subscriber, "signal"), (sink, "control"))
        if sink.state == "new" and isinstance(sink, Catcher):
            sink.activate()
        return subscriber.activate(), sink

    def publish(self, publisher, *messages):
        for message in messages:
            publisher.deliver(message)
        self.settle()

    def slices(self, component):
        return sum(1 for event in self.lab.trace if event.kind == "resumed" and event.component is component)


@pytest.fixture
def lab():
    """A lab that is current for the test, and stopped after it."""
    with Lab() as fresh:
        yield fresh


@pytest.fixture
def hall(lab):
    """The hall, in a fresh lab."""
    return Hall(lab)


@pytest.fixture
def news(hall):
    """A Backplane that runs."""
    backplane = Backplane("NEWS").activate()
    hall.settle()
    return backplane


def full_sink(size=1):
    """A component that never takes what it is sent."""
    sink = PassThrough()
    sink.set_inbox_size("inbox", size)
    return sink


# -- from publishers to subscribers ---------------------------------------------------------------


def test_every_subscriber_gets_what_every_publisher_sends(hall, news):
    """What is published by anyone reaches all subscribers, in order."""
    publishers = [PublishTo("NEWS").activate(), PublishTo("NEWS").activate()]
    catchers = [hall.subscriber("NEWS")[1] for _ in range(3)]
    hall.settle()
    hall.publish(publishers[0], 1, 2)
    hall.publish(publishers[1], 3)
    assert [catcher.data for catcher in catchers] == [[1, 2, 3]] * 3


def test_backplanes_are_apart(hall, news):
    """A subscriber gets what is published on its own Backplane and nothing else."""
    Backplane("OTHER").activate()
    publisher = PublishTo("OTHER").activate()
    _, catcher = hall.subscriber("NEWS")
    hall.settle()
    hall.publish(publisher, 1)
    assert catcher.data == []


def test_only_later_messages_are_seen(hall, news):
    """A subscriber gets what is published after it has subscribed."""
    publisher = PublishTo("NEWS").activate()
    hall.publish(publisher, "before")
    _, catcher = hall.subscriber("NEWS")
    hall.settle()
    hall.publish(publisher, "after")
    assert catcher.data == ["after"]


def test_a_subscriber_that_leaves_gets_no_more_and_disturbs_nobody(hall, news):
    """A subscriber that ends, by message or by stop, is forgotten; the others go on."""
    publisher = PublishTo("NEWS").activate()
    (told, first), (stopped, second), (_, third) = (hall.subscriber("NEWS") for _ in range(3))
    hall.settle()
    hall.publish(publisher, 1)
    told.deliver(ProducerFinished(), "control")
    stopped.stop()
    hall.settle()
    hall.publish(publisher, 2)
    assert (first.data, second.data, third.data) == ([1], [1], [1, 2])
    assert len(news.splitter.sinks) == 1


def test_a_message_costs_one_slice_in_all(hall, news):
    """A message wakes the Backplane's exchange, and neither publisher, nor subscriber, nor Backplane."""
    publisher = PublishTo("NEWS").activate()
    subscriber, catcher = hall.subscriber("NEWS")
    hall.settle()
    parts = (news, publisher, subscriber, news.splitter)
    before = [hall.slices(part) for part in parts]
    for number in range(5):
        hall.publish(publisher, number)
    assert catcher.data == [0, 1, 2, 3, 4]
    assert [hall.slices(part) - count for part, count in zip(parts, before, strict=True)] == [0, 0, 0, 5]


@pytest.mark.parametrize("record", [True, False])
def test_all_that_waits_goes_in_one_slice(record):
    """However many messages wait, one slice hands them all to every subscriber, recorded or not."""
    with Lab(record=record) as lab:
        hall = Hall(lab)
        Backplane("NEWS").activate()
        publisher = PublishTo("NEWS").activate()
        catchers = [hall.subscriber("NEWS")[1] for _ in range(3)]
        hall.settle()
        for number in range(100):
            publisher.deliver(number)
        outcome = lab.run(timeout=20)
    assert outcome.steps == 4
    assert [catcher.data for catcher in catchers] == [list(range(100))] * 3


def test_the_inbox_of_a_subscriber_is_copied_to_its_outbox(hall, news):
    """What is sent to a SubscribeTo itself comes out of it as well."""
    subscriber, catcher = hall.subscriber("NEWS")
    hall.settle()
    hall.publish(subscriber, "mine")
    assert catcher.data == ["mine"]


def test_a_forwarder_passes_messages_on(hall, news):
    """PublishTo with forwarder sends each message to its own outbox too."""
    publisher = PublishTo("NEWS", forwarder=True)
    behind = Catcher().activate()
    publisher.link((publisher, "outbox"), (behind, "inbox"))
    publisher.activate()
    _, catcher = hall.subscriber("NEWS")
    hall.settle()
    hall.publish(publisher, 1, 2)
    assert (behind.data, catcher.data) == ([1, 2], [1, 2])


def test_without_forwarder_nothing_comes_out(hall, news):
    """A plain PublishTo sends nothing to its outbox."""
    publisher = PublishTo("NEWS")
    behind = Catcher().activate()
    publisher.link((publisher, "outbox"), (behind, "inbox"))
    publisher.activate()
    hall.settle()
    hall.publish(publisher, 1)
    assert behind.data == []


def test_what_nobody_has_subscribed_to_is_counted(hall, news):
    """Messages published while there is no subscriber are discarded and counted."""
    publisher = PublishTo("NEWS").activate()
    hall.settle()
    hall.publish(publisher, 1, 2)
    assert news.splitter.outboxes["outbox"].discarded == 2


def test_it_works_inside_pipelines(hall, news):
    """Publishers and subscribers serve at the ends of Pipelines."""
    catcher = Catcher()
    Pipeline(SubscribeTo("NEWS"), PassThrough(), catcher).activate()
    hall.settle()
    Pipeline(DataSource([1, 2]), PublishTo("NEWS")).activate()
    hall.settle()
    assert catcher.data == [1, 2]


# -- order of activation --------------------------------------------------------------------------


def test_a_backplane_exists_once_it_is_made(lab):
    """Its two services are registered before it is activated."""
    backplane = Backplane("NEWS")
    assert lab.services.retrieve_service("Backplane_I_NEWS") == (backplane.splitter, "inbox")
    assert lab.services.retrieve_service("Backplane_O_NEWS") == (backplane.splitter, "configuration")


@pytest.mark.parametrize("order", ["bps", "bsp", "pbs", "psb", "sbp", "spb"])
def test_any_order_of_activation_will_do(hall, order):
    """Backplane, publisher and subscriber may be activated in any order, with time between."""
    backplane, publisher, subscriber, catcher = Backplane("NEWS"), PublishTo("NEWS"), SubscribeTo("NEWS"), Catcher()
    subscriber.link((subscriber, "outbox"), (catcher.activate(), "inbox"))
    for letter in order:
        {"b": backplane, "p": publisher, "s": subscriber}[letter].activate()
        hall.settle()
    hall.publish(publisher, "news")
    assert catcher.data == ["news"]


def test_publishers_may_be_activated_before_it_is_made(hall):
    """It is enough that the Backplane exists when publishers and subscribers first run."""
    publisher = PublishTo("NEWS").activate()
    _, catcher = hall.subscriber("NEWS")
    Backplane("NEWS").activate()
    hall.settle()
    hall.publish(publisher, 1)
    assert catcher.data == [1]


def test_what_is_published_before_it_runs_waits(hall):
    """Messages for a Backplane that is not activated yet are delivered when it is."""
    backplane = Backplane("NEWS")
    publisher = PublishTo("NEWS").activate()
    _, catcher = hall.subscriber("NEWS")
    hall.settle()
    hall.publish(publisher, 1)
    assert catcher.data == []
    backplane.activate()
    hall.settle()
    assert catcher.data == [1]


def test_messages_sent_before_a_publisher_runs_are_published(hall, news):
    """What waits at a PublishTo when it first runs is published."""
    publisher = PublishTo("NEWS")
    _, catcher = hall.subscriber("NEWS")
    hall.settle()
    publisher.deliver("early")
    publisher.activate()
    hall.settle()
    assert catcher.data == ["early"]


def test_activated_in_another_lab_it_moves_there(lab):
    """A Backplane made in one lab and activated in another is found in the second, and no more in the first."""
    backplane = Backplane("NEWS")
    with Lab() as other:
        backplane.activate()
        assert lab.services.services_registered() == []
        assert sorted(other.services.services_registered()) == ["Backplane_I_NEWS", "Backplane_O_NEWS"]
        hall = Hall(other)
        publisher, (_, catcher) = PublishTo("NEWS").activate(), hall.subscriber("NEWS")
        hall.settle()
        hall.publish(publisher, 1)
        assert catcher.data == [1]


@pytest.mark.parametrize("how", ["scheduler", "lab"])
def test_a_lab_can_be_named_at_activation(lab, how):
    """activate(lab) and activate(lab.scheduler) move the Backplane there too."""
    backplane = Backplane("NEWS")
    with Lab() as other:
        pass
    other.reset()
    backplane.activate(other if how == "lab" else other.scheduler)
    assert len(other.services.services_registered()) == 2
    other.stop()


def test_two_labs_can_have_one_of_the_same_name(lab):
    """A name is taken in one lab only."""
    Backplane("NEWS")
    with Lab() as other:
        Backplane("NEWS")
        assert len(other.services.services_registered()) == 2
    assert len(lab.services.services_registered()) == 2


def test_a_lab_that_is_reset_has_no_backplanes(lab):
    """After lab.reset() the name is free again."""
    Backplane("NEWS").activate()
    lab.reset()
    Backplane("NEWS").activate()
    assert len(lab.services.services_registered()) == 2


# -- names ----------------------------------------------------------------------------------------


def test_a_second_backplane_of_one_name_is_refused(hall, news):
    """Defect 9: a name that is taken is a named error that says by what and what to do; the first one lives on."""
    with pytest.raises(ServiceAlreadyExists, match=r"Backplane 'NEWS' in this lab already \(waiting\).*lab.reset"):
        Backplane("NEWS")
    publisher, (_, catcher) = PublishTo("NEWS").activate(), hall.subscriber("NEWS")
    hall.settle()
    hall.publish(publisher, 1)
    assert catcher.data == [1]


def test_a_name_that_is_taken_in_the_lab_of_activation_is_refused(lab):
    """A Backplane cannot move to a lab that has one of its name, and stays where it was."""
    with Lab() as other:
        backplane = Backplane("NEWS")
    Backplane("NEWS")
    with pytest.raises(ServiceAlreadyExists):
        backplane.activate(lab)
    assert (backplane.state, other.state) == ("new", "stopped")


@pytest.mark.parametrize("make", [PublishTo, SubscribeTo])
def test_a_missing_backplane_is_named(hall, lab, make):
    """Defect 10: without a Backplane a publisher or subscriber fails with an error that lists those there are."""
    Backplane("TIME")
    Backplane("LOGGER")
    part = make("TIEM").activate()
    other = PassThrough().activate()
    hall.settle()
    assert isinstance(part.error, NoSuchBackplane)
    assert isinstance(part.error, KeyError)
    for text in ("'TIEM'", "'LOGGER', 'TIME'", part.short_name):
        assert text in str(part.error)
    assert other.state == "waiting"


def test_a_name_is_a_str():
    """Anything but a str as name is refused."""
    with pytest.raises(TypeError, match="is a str"):
        Backplane(5)


def test_a_backplane_answers_to_its_name(lab, news):
    """The lab finds a Backplane by its name."""
    assert lab["NEWS"] is news


# -- the end --------------------------------------------------------------------------------------


@pytest.mark.parametrize("message", [ProducerFinished(), ShutdownMicroprocess()])
def test_its_end_reaches_the_subscribers(hall, lab, news, message):
    """A shutdown message to a Backplane's control ends its subscribers, which pass it on, then itself."""
    pairs = [hall.subscriber("NEWS") for _ in range(2)]
    signal = Catcher().activate()
    news.link((news, "signal"), (signal, "control"))
    hall.settle()
    news.deliver(message, "control")
    hall.settle()
    assert [(subscriber.state, catcher.controls) for subscriber, catcher in pairs] == [("finished", [message])] * 2
    assert (news.state, signal.controls, lab.services.services_registered()) == ("finished", [message], [])


def test_producer_finished_comes_after_the_data(hall, news):
    """What is published together with a ProducerFinished for the Backplane arrives before it."""
    publisher = PublishTo("NEWS").activate()
    _, catcher = hall.subscriber("NEWS")
    hall.settle()
    publisher.deliver(1)
    news.deliver(ProducerFinished(), "control")
    hall.settle()
    assert (catcher.data, catcher.kinds) == ([1], ["ProducerFinished"])


@pytest.mark.parametrize("message", [ProducerFinished(), ShutdownMicroprocess()])
def test_a_publishers_end_is_its_own(hall, news, message):
    """A shutdown message ends a PublishTo and goes to its signal; the Backplane and its subscribers go on."""
    publisher = PublishTo("NEWS")
    behind = Catcher().activate()
    publisher.link((publisher, "signal"), (behind, "control"))
    publisher.activate()
    subscriber, _ = hall.subscriber("NEWS")
    hall.settle()
    publisher.deliver("remark", "control")
    publisher.deliver(message, "control")
    hall.settle()
    assert (publisher.state, behind.controls) == ("finished", ["remark", message])
    assert (news.state, subscriber.state) == ("waiting", "waiting")


def test_all_control_messages_of_a_subscriber_go_to_signal(hall, news):
    """A SubscribeTo passes control messages on; shutdown messages end it and not the Backplane."""
    subscriber, catcher = hall.subscriber("NEWS")
    hall.settle()
    subscriber.deliver("remark", "control")
    subscriber.deliver(ShutdownMicroprocess(), "control")
    hall.settle()
    assert (catcher.controls[0], catcher.kinds[1:]) == ("remark", ["ShutdownMicroprocess"])
    assert (subscriber.state, news.state) == ("finished", "waiting")


def end_by_message(backplane):
    """Tell a Backplane to end."""
    backplane.deliver(ShutdownMicroprocess(), "control")


def end_by_stop(backplane):
    """Stop a Backplane."""
    backplane.stop()


def end_by_failure(backplane):
    """Let a Backplane's exchange fail in its next slice."""

    def boom():
        raise RuntimeError("boom")

    backplane.splitter.fan_out = boom
    backplane.splitter.wake()


ENDS = [end_by_message, end_by_stop, end_by_failure]


@pytest.mark.parametrize("end", ENDS)
def test_publishers_let_go_of_a_backplane_that_has_ended(hall, news, end):
    """Defect 11: what is published after a Backplane's end is discarded and counted, and piles up nowhere."""
    publisher = PublishTo("NEWS").activate()
    hall.settle()
    end(news)
    hall.settle()
    hall.publish(publisher, 1, 2, 3)
    assert publisher.outboxes["_outbox"].discarded == 3
    assert (publisher.data_ready("inbox"), len(news.splitter.inboxes["inbox"]), publisher.state) == (0, 0, "waiting")


@pytest.mark.parametrize("end", ENDS)
def test_subscribers_end_however_their_backplane_ends(hall, lab, news, end):
    """Stopped or failed, a Backplane still sends its subscribers a shutdown message."""
    subscriber, catcher = hall.subscriber("NEWS")
    hall.settle()
    end(news)
    hall.settle()
    assert (subscriber.state, catcher.kinds) == ("finished", ["ShutdownMicroprocess"])
    assert lab.services.services_registered() == []


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("forwarder", [False, True])
def test_publishers_join_the_next_backplane_of_the_name(hall, news, end, forwarder):
    """Defect 11: a publisher whose Backplane has ended publishes on a new one of the same name."""
    publisher = PublishTo("NEWS", forwarder=forwarder).activate()
    hall.settle()
    end(news)
    hall.settle()
    Backplane("NEWS").activate()
    _, catcher = hall.subscriber("NEWS")
    hall.settle()
    hall.publish(publisher, 1)
    hall.publish(publisher, 2)
    assert (catcher.data, publisher.outboxes["_outbox"].discarded) == ([1, 2], 0)


def test_what_the_last_slice_did_not_deliver_is_counted(hall, news):
    """Messages that wait in a Backplane when it is stopped are counted as discarded."""
    publisher = PublishTo("NEWS").activate()
    hall.subscriber("NEWS")
    hall.settle()
    publisher.deliver(1)
    news.stop()
    assert news.splitter.outboxes["outbox"].discarded == 1


def test_a_backplane_stopped_before_it_ran_frees_its_name(hall):
    """Stopping a Backplane that was only made, or has not run yet, takes its services off."""
    Backplane("NEWS").stop()
    Backplane("NEWS").activate().stop()
    Backplane("NEWS").activate()
    hall.settle()


def test_publishers_that_have_ended_are_forgotten(hall, news):
    """A Backplane keeps nothing of publishers that came and went."""
    before = len(task_of(news.splitter).on_end)
    for _ in range(5):
        publisher = PublishTo("NEWS").activate()
        hall.settle()
        publisher.deliver(ProducerFinished(), "control")
        hall.settle()
    assert len(task_of(news.splitter).on_end) == before
    assert news.splitter.inboxes["inbox"].sources == ()


# -- full subscribers -----------------------------------------------------------------------------


def test_a_full_subscriber_harms_nobody(hall, lab, news):
    """Defect 12: the others get everything, the full one its messages when it has room, and nobody fails."""
    publisher = PublishTo("NEWS").activate()
    _, free = hall.subscriber("NEWS")
    _, slow = hall.subscriber("NEWS", Catcher(limit=1))
    hall.settle()
    for number in range(10):
        publisher.deliver(number)
    lab.run(until=lambda _: len(free.data) == 10, timeout=20)
    assert len(slow.data) < 10
    hall.settle()
    assert (slow.data, lab.failures) == (list(range(10)), [])


def test_a_full_subscriber_can_drop(hall, news):
    """With the policy "drop" a subscriber loses what does not fit, and counts it."""
    publisher = PublishTo("NEWS").activate()
    sink = full_sink(2)
    subscriber, _ = hall.subscriber("NEWS", sink, policy="drop")
    _, free = hall.subscriber("NEWS")
    hall.settle()
    hall.publish(publisher, 1, 2, 3, 4)
    assert (sink.inboxes["inbox"].contents, subscriber.dropped, free.data) == ((1, 2), 2, [1, 2, 3, 4])


def test_drops_can_be_seen(hall, lab, news):
    """Each dropped message is an event at the subscriber."""
    publisher = PublishTo("NEWS").activate()
    subscriber, _ = hall.subscriber("NEWS", full_sink(1), policy="drop")
    hall.settle()
    hall.publish(publisher, 1, 2)
    events = [event for event in lab.trace if event.kind == "discarded"]
    assert [(event.component, event.message) for event in events] == [(subscriber, 2)]


def test_a_full_subscriber_can_hold_the_publishers_back(hall):
    """With the policy "wait" and a Backplane of limited size, publishers get NoSpaceInBox until there is room."""
    Backplane("NEWS", size=2).activate()
    publisher = PublishTo("NEWS").activate()
    sink = full_sink(1)
    hall.subscriber("NEWS", sink, policy="wait")
    hall.settle()
    for number in range(3):
        hall.publish(publisher, number)
    with pytest.raises(NoSpaceInBox):
        publisher.deliver(3)
    sink.recv()
    hall.settle()
    publisher.deliver(3)


def test_back_pressure_slows_a_source_down(hall):
    """Through a limited Backplane a source goes at the pace of a waiting subscriber, and nothing is lost."""
    Backplane("NEWS", size=1).activate()
    slow = Catcher(limit=1)
    hall.subscriber("NEWS", slow, policy="wait")
    hall.settle()
    Pipeline(DataSource(range(8)), PublishTo("NEWS")).activate()
    hall.settle()
    assert slow.data == list(range(8))


@pytest.mark.parametrize("forwarder", [False, True])
def test_what_waits_for_a_small_backplane_is_published_in_order(hall, forwarder):
    """A PublishTo with more to publish than its Backplane has room for feeds it bit by bit."""
    backplane = Backplane("NEWS", size=1)
    publisher = PublishTo("NEWS", forwarder=forwarder)
    _, catcher = hall.subscriber("NEWS")
    for number in range(5):
        publisher.deliver(number)
    publisher.activate()
    hall.settle()
    backplane.activate()
    hall.settle()
    hall.publish(publisher, 5)
    assert catcher.data == [0, 1, 2, 3, 4, 5]


def test_an_unknown_policy_is_named():
    """A policy that there is not is refused when the subscriber is made."""
    with pytest.raises(UnknownPolicy, match="hold, drop, wait"):
        SubscribeTo("NEWS", policy="lose")


def test_a_full_subscriber_that_ends_does_not_hold_up_the_end(hall, news):
    """A subscriber that leaves while messages are held for it sets the Backplane free."""
    publisher = PublishTo("NEWS").activate()
    subscriber, _ = hall.subscriber("NEWS", full_sink(1))
    hall.settle()
    hall.publish(publisher, 1, 2, 3)
    news.deliver(ProducerFinished(), "control")
    hall.settle()
    assert news.state == "waiting"
    subscriber.stop()
    hall.settle()
    assert (news.state, subscriber.dropped) == ("finished", 2)


# -- the carrier ----------------------------------------------------------------------------------


def test_the_carrier_is_a_door(hall):
    """A Backplane takes any carrier with the boxes of Exchange; publishers and subscribers do not notice."""
    made = []

    class Shouting(Exchange):
        def fan_out(self):
            waiting = self.inboxes["inbox"].items
            for index, message in enumerate(waiting):
                waiting[index] = message.upper()
            super().fan_out()

    def carrier(name):
        made.append(name)
        return Shouting(name)

    Backplane("NEWS", carrier=carrier).activate()
    publisher, (_, catcher) = PublishTo("NEWS").activate(), hall.subscriber("NEWS")
    hall.settle()
    hall.publish(publisher, "hello")
    assert (made, catcher.data) == (["NEWS"], ["HELLO"])


def test_a_backplane_that_fails_at_once_frees_its_name(hall, lab):
    """A Backplane whose carrier belongs to somebody else fails, and its name can be used again."""
    taken = Exchange("NEWS")
    Pipeline(taken).activate()
    hall.settle()
    backplane = Backplane("NEWS", carrier=lambda name: taken).activate()
    hall.settle()
    assert (backplane.state, lab.services.services_registered()) == ("failed", [])


# -- as a prototype -------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [PublishTo, SubscribeTo])
def test_a_fresh_copy_belongs_to_the_same_backplane(hall, news, make):
    """A copy of a publisher or subscriber, as a server makes of a prototype, works like the first."""
    copy = make("NEWS").fresh_copy().activate()
    hall.settle()
    assert copy.state == "waiting"


def test_a_pipeline_with_a_publisher_can_be_copied(hall, news):
    """A Pipeline that ends in a PublishTo serves as a prototype."""
    prototype = Pipeline(PassThrough(), PublishTo("NEWS"))
    _, catcher = hall.subscriber("NEWS")
    copies = [prototype.fresh_copy().activate() for _ in range(3)]
    hall.settle()
    for number, copy in enumerate(copies):
        hall.publish(copy, number)
    assert catcher.data == [0, 1, 2]
