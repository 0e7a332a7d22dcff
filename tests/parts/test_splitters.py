"""The rules of the splitters."""

import pytest

from kamlab import Component, Lab, Pipeline, ProducerFinished, ShutdownMicroprocess
from kamlab.core.errors import NoSuchBox
from kamlab.parts import (
    AddSink,
    DataSource,
    Fanout,
    PassThrough,
    Plug,
    PlugSplitter,
    PureTransformer,
    RemoveSink,
    Splitter,
    TwoWaySplitter,
    UnknownPolicy,
)


@pytest.fixture
def sinks(bench):
    """Make catchers that run; with a limit they are slow and small."""

    def make(count=1, limit=None):
        made = [bench.Catcher(limit=limit).activate() for _ in range(count)]
        return made if count > 1 else made[0]

    return make


def closed_sink(size=1):
    """A component that never takes what it is sent."""
    sink = PassThrough()
    sink.set_inbox_size("inbox", size)
    return sink


def configure(bench, splitter, *orders):
    """Send orders to a splitter's configuration, and let it carry them out."""
    for order in orders:
        splitter.deliver(order, "configuration")
    bench.settle()


@pytest.fixture(params=[Splitter, PlugSplitter])
def splitter(request):
    """Either splitter, running."""
    return request.param().activate()


# -- sinks that come and go ---------------------------------------------------------------------


def test_every_sink_gets_every_message_in_order(bench, splitter, sinks):
    """Each message is sent to every sink, in the order in which it came."""
    first, second = sinks(2)
    configure(bench, splitter, AddSink(first), AddSink(second))
    bench.feed(splitter, 1, 2, 3)
    assert (first.data, second.data) == ([1, 2, 3], [1, 2, 3])


def test_every_sink_gets_the_same_object(bench, splitter, sinks):
    """Messages are not copied."""
    first, second = sinks(2)
    configure(bench, splitter, AddSink(first), AddSink(second))
    message = object()
    bench.feed(splitter, message)
    assert first.data[0] is second.data[0] is message


def test_configuration_comes_before_data(bench, splitter, sinks):
    """A sink that is added in the same round as a message comes gets the message."""
    sink = sinks()
    splitter.deliver("data")
    splitter.deliver(AddSink(sink), "configuration")
    bench.settle()
    assert sink.data == ["data"]


def test_a_removed_sink_gets_no_more(bench, splitter, sinks):
    """After RemoveSink a sink gets nothing, the others do, and the splitter keeps no box for it."""
    gone, stays = sinks(2)
    configure(bench, splitter, AddSink(gone), AddSink(stays))
    bench.feed(splitter, 1)
    configure(bench, splitter, RemoveSink(gone))
    bench.feed(splitter, 2)
    assert (gone.data, stays.data, splitter.sinks) == ([1], [1, 2], [(stays, "inbox")])
    assert not any(gone.short_name in name for name in splitter.outboxes)


def test_a_sink_may_have_several_boxes(bench, splitter, sinks):
    """One component can be a sink with more than one box."""
    sink = sinks()
    configure(bench, splitter, AddSink(sink, "inbox"), AddSink(sink, "control"))
    bench.feed(splitter, 1)
    assert (sink.data, sink.controls) == ([1], [1])


def test_a_sink_given_twice_gets_one_copy(bench, splitter, sinks):
    """Adding the same box of a sink again changes nothing."""
    sink = sinks()
    configure(bench, splitter, AddSink(sink), AddSink(sink))
    bench.feed(splitter, 1)
    assert sink.data == [1]


def test_a_sink_may_be_an_outbox(bench, splitter):
    """With passthrough 2 the sink is an outbox, and messages go where that leads."""
    inner = PassThrough()
    catcher = bench.catch(inner)
    configure(bench, splitter, AddSink(inner, "outbox", passthrough=2))
    bench.feed(splitter, 1)
    assert catcher.data == [1]


def test_without_sinks_messages_are_counted(bench, splitter):
    """While nobody takes them, messages are discarded and counted at outbox."""
    bench.feed(splitter, 1, 2)
    assert splitter.outboxes["outbox"].discarded == 2


def test_removing_what_is_not_there_is_fine(bench, splitter, sinks):
    """RemoveSink for an unknown sink changes nothing."""
    configure(bench, splitter, RemoveSink(sinks()))
    assert not splitter.is_stopped()


def test_a_sink_that_has_ended_is_not_added(bench, splitter):
    """AddSink for a component that has ended meanwhile is ignored."""
    gone = PassThrough().activate()
    gone.stop()
    configure(bench, splitter, AddSink(gone))
    assert splitter.sinks == []


@pytest.mark.parametrize(
    ("order", "text"),
    [
        ("nonsense", "only AddSink and RemoveSink"),
        (AddSink(PassThrough(), "nowhere"), "has no inbox 'nowhere'"),
        (AddSink(PassThrough(), "inbox", "nowhere"), "has no inbox 'nowhere'"),
        (AddSink(PassThrough), "write PassThrough()"),
    ],
)
def test_a_wrong_order_is_reported_and_harms_nobody(bench, lab, splitter, sinks, capsys, order, text):
    """An order that cannot be carried out is reported; the splitter and its sinks go on."""
    sink = sinks()
    configure(bench, splitter, AddSink(sink), order)
    bench.feed(splitter, 1)
    assert text in capsys.readouterr().err
    assert (sink.data, lab.failures) == ([1], [])


# -- shutdown -----------------------------------------------------------------------------------


@pytest.mark.parametrize("message", [ProducerFinished(), ShutdownMicroprocess()])
def test_shutdown_reaches_the_control_boxes(bench, splitter, sinks, message):
    """A shutdown message goes to the sinks that named a control box, and to signal, and ends the splitter."""
    told, not_told, last = sinks(3)
    splitter.link((splitter, "signal"), (last, "control"))
    configure(bench, splitter, AddSink(told, "inbox", "control"), AddSink(not_told))
    bench.feed(splitter, "data", control=message)
    assert (told.data, told.controls, not_told.controls, last.controls) == (["data"], [message], [], [message])
    assert splitter.state == "finished"


def test_other_control_messages_reach_them_too(bench, splitter, sinks):
    """Any control message goes to the sinks' control boxes; only shutdown messages end the splitter."""
    sink = sinks()
    configure(bench, splitter, AddSink(sink, "inbox", "control"))
    bench.feed(splitter, control="remark")
    assert (sink.controls, splitter.is_stopped()) == (["remark"], False)


def test_a_control_box_can_be_added_and_removed_alone(bench, splitter, sinks):
    """A sink may take control messages only, and give up either box by itself."""
    sink = sinks()
    configure(bench, splitter, AddSink(sink, None, "control"))
    bench.feed(splitter, "data", control="first")
    configure(bench, splitter, RemoveSink(sink, None, "control"))
    bench.feed(splitter, control="second")
    assert (sink.data, sink.controls) == ([], ["first"])


def test_ending_with_many_sinks_leaves_no_link(bench, lab, splitter, sinks):
    """Defect 20: a splitter that ends with sinks attached takes down all its links and does not fail."""
    many = sinks(5)
    configure(bench, splitter, *(AddSink(sink, "inbox", "control") for sink in many))
    bench.feed(splitter, control=ProducerFinished())
    assert (splitter.state, lab.failures, splitter.switchboard.links) == ("finished", [], [])
    assert all(sink.inboxes["inbox"].sources == () for sink in many)


# -- full sinks ---------------------------------------------------------------------------------


def test_a_full_sink_does_not_hold_up_the_others(bench, lab, splitter, sinks):
    """Defect 12: what does not fit waits in an inbox of the splitter; the others get everything."""
    free, full = sinks(), closed_sink()
    configure(bench, splitter, AddSink(free), AddSink(full))
    bench.feed(splitter, 1, 2, 3)
    bench.feed(splitter, 4)
    held = [box for name, box in splitter.inboxes.items() if name.startswith("held for")]
    assert (free.data, full.inboxes["inbox"].contents, [box.contents for box in held]) == (
        [1, 2, 3, 4],
        (1,),
        [(2, 3, 4)],
    )
    assert lab.failures == []


def test_what_was_held_follows_in_order(bench, splitter, sinks):
    """A slow sink gets every message in order, and the splitter keeps no box when it has caught up."""
    slow, free = sinks(limit=2), sinks()
    configure(bench, splitter, AddSink(slow), AddSink(free))
    for number in range(10):
        splitter.deliver(number)
        bench.lab.run(max_steps=4)
    bench.settle()
    assert (slow.data, free.data) == (list(range(10)), list(range(10)))
    assert set(splitter.inboxes) == set(splitter.Inboxes)


def test_a_splitter_that_holds_nothing_is_not_woken_by_its_sinks(bench, lab, splitter, sinks):
    """Once a slow sink has caught up, messages taken from the sinks cost the splitter no slices."""
    slow = sinks(limit=1)
    configure(bench, splitter, AddSink(slow))
    bench.feed(splitter, *range(5))
    mark = sum(1 for event in lab.trace if event.kind == "resumed" and event.component is splitter)
    bench.feed(splitter, 5)
    after = sum(1 for event in lab.trace if event.kind == "resumed" and event.component is splitter)
    assert (slow.data, after - mark) == ([0, 1, 2, 3, 4, 5], 1)


def test_drop_drops_for_one_sink_and_counts(bench, splitter, sinks):
    """With the policy "drop" what does not fit is lost for that sink, and counted."""
    free, full = sinks(), closed_sink(2)
    configure(bench, splitter, AddSink(free), AddSink(full, policy="drop"))
    bench.feed(splitter, 1, 2, 3, 4)
    box = next(box for name, box in splitter.outboxes.items() if full.short_name in name)
    assert (free.data, full.inboxes["inbox"].contents, box.discarded) == ([1, 2, 3, 4], (1, 2), 2)


def test_wait_holds_the_splitter_back(bench, splitter, sinks):
    """With the policy "wait" the splitter takes no more than fits, and what it leaves waits in its inbox."""
    free, full = sinks(), closed_sink(2)
    configure(bench, splitter, AddSink(free), AddSink(full, policy="wait"))
    bench.feed(splitter, 1, 2, 3, 4)
    assert (free.data, splitter.inboxes["inbox"].contents) == ([1, 2], (3, 4))
    full.recv()
    bench.settle()
    assert (free.data, splitter.inboxes["inbox"].contents) == ([1, 2, 3], (4,))


@pytest.mark.parametrize("record", [True, False])
def test_waiting_is_the_same_whether_recorded_or_not(record):
    """A splitter that waits takes no more than fits, also where nothing is recorded."""
    with Lab(record=record) as lab:
        splitter, full = Splitter().activate(), closed_sink(3)
        splitter.deliver(AddSink(full, policy="wait"), "configuration")
        lab.run(timeout=20)
        for number in range(5):
            splitter.deliver(number)
        lab.run(timeout=20)
        assert (full.inboxes["inbox"].contents, splitter.inboxes["inbox"].contents) == ((0, 1, 2), (3, 4))


def test_waiting_for_a_slow_sink_loses_nothing(bench, splitter, sinks):
    """With the policy "wait" all sinks get everything at the pace of the slowest."""
    slow, free = sinks(limit=1), sinks()
    configure(bench, splitter, AddSink(slow, policy="wait"), AddSink(free))
    bench.feed(splitter, *range(6))
    assert (slow.data, free.data) == (list(range(6)), list(range(6)))


def test_an_unknown_policy_is_named():
    """A policy that there is not is refused, and the text lists those there are."""
    with pytest.raises(UnknownPolicy, match="hold, drop, wait"):
        AddSink(PassThrough(), policy="lose")


def test_producer_finished_waits_for_a_slow_sink(bench, splitter, sinks):
    """At ProducerFinished the others are told at once, a slow sink after its last message."""
    slow, free = sinks(limit=1), sinks()
    configure(bench, splitter, AddSink(slow, "inbox", "control"), AddSink(free, "inbox", "control"))
    for number in range(5):
        splitter.deliver(number)
    splitter.deliver(ProducerFinished(), "control")
    bench.lab.run(until=lambda _: free.controls, timeout=20)
    assert (len(slow.data) < 5, slow.controls) == (True, [])
    bench.settle()
    assert (slow.data, slow.kinds, free.kinds) == ([0, 1, 2, 3, 4], ["ProducerFinished"], ["ProducerFinished"])
    assert splitter.state == "finished"


@pytest.mark.parametrize("policy", ["hold", "wait"])
def test_shutdown_drops_and_counts_what_is_held(bench, splitter, policy):
    """ShutdownMicroprocess does not wait for a full sink, even after ProducerFinished; the loss is counted."""
    full = closed_sink(1)
    configure(bench, splitter, AddSink(full, policy=policy))
    bench.feed(splitter, 1, 2, 3, control=ProducerFinished())
    assert splitter.state == "blocked"
    box = next(box for name, box in splitter.outboxes.items() if full.short_name in name)
    bench.feed(splitter, control=ShutdownMicroprocess())
    assert (splitter.state, box.discarded) == ("finished", 2)


def test_removing_a_full_sink_counts_what_was_held_for_it(bench, splitter):
    """What waits for a sink that is removed is discarded and counted, and the splitter can end."""
    full = closed_sink(1)
    configure(bench, splitter, AddSink(full))
    bench.feed(splitter, 1, 2, 3, control=ProducerFinished())
    box = next(box for name, box in splitter.outboxes.items() if full.short_name in name)
    configure(bench, splitter, RemoveSink(full))
    assert (splitter.state, box.discarded) == ("finished", 2)


# -- PlugSplitter and Plug ----------------------------------------------------------------------


def test_a_plug_splitter_copies_to_itself(bench, sinks):
    """A PlugSplitter's own outbox and signal get a copy too."""
    splitter = PlugSplitter()
    catcher, sink = bench.catch(splitter), sinks()
    configure(bench, splitter, AddSink(sink))
    bench.feed(splitter, 1, control=ProducerFinished())
    assert (catcher.data, sink.data, catcher.kinds) == ([1], [1], ["ProducerFinished"])


def test_a_plug_splitter_may_contain_its_source(bench, sinks):
    """With a source component, its outbox and signal are copied, and its end is the splitter's."""
    splitter = PlugSplitter(DataSource([1, 2]))
    catcher, sink = bench.catch(splitter), sinks()
    configure(bench, splitter, AddSink(sink, "inbox", "control"))
    assert (catcher.data, sink.data) == ([1, 2], [1, 2])
    assert (catcher.kinds, sink.kinds, splitter.state) == (["ProducerFinished"], ["ProducerFinished"], "finished")


def test_a_source_inside_gets_inbox_and_control(bench):
    """What is sent to a PlugSplitter with a source goes to the source."""
    splitter = PlugSplitter(PureTransformer(str))
    catcher = bench.catch(splitter)
    bench.feed(splitter, 1, control=ProducerFinished())
    assert (catcher.data, splitter.state) == (["1"], "finished")


def test_stopping_a_plug_splitter_stops_its_source(bench):
    """A PlugSplitter stopped from outside takes its source along."""
    source = PassThrough()
    splitter = PlugSplitter(source).activate()
    bench.settle()
    splitter.stop()
    assert source.is_stopped()


def test_a_plug_puts_a_component_behind_a_splitter(bench):
    """A Plug's component gets what the splitter copies; its output is the Plug's."""
    splitter = PlugSplitter().activate()
    plug = Plug(splitter, PureTransformer(str))
    catcher = bench.catch(plug)
    bench.settle()
    bench.feed(splitter, 1)
    assert catcher.data == ["1"]
    bench.feed(splitter, control=ProducerFinished())
    assert (catcher.kinds, plug.state) == (["ProducerFinished"], "finished")


def test_a_plug_signs_off_when_its_component_ends(bench):
    """When the component has ended the splitter sends it nothing any more."""
    splitter = PlugSplitter().activate()
    plug = Plug(splitter, PassThrough()).activate()
    bench.settle()
    assert splitter.sinks == [(plug, "inbox")]
    plug.deliver(ProducerFinished(), "control")
    bench.settle()
    assert (plug.state, splitter.sinks) == ("finished", [])


def test_a_plug_without_a_component_passes_on(bench):
    """A Plug can stand in a Pipeline as a source."""
    splitter = PlugSplitter().activate()
    catcher = bench.catch(Pipeline(Plug(splitter), PureTransformer(str)))
    bench.settle()
    bench.feed(splitter, 1)
    assert catcher.data == ["1"]


def test_a_copy_of_a_plug_is_for_the_same_splitter(bench):
    """A fresh copy of a Plug has a component of its own behind the same splitter."""
    splitter = PlugSplitter().activate()
    plug = Plug(splitter, PureTransformer(str))
    first, second = bench.catch(plug), bench.catch(plug.fresh_copy())
    bench.settle()
    bench.feed(splitter, 1)
    assert (first.data, second.data) == (["1"], ["1"])


def test_a_plug_needs_a_splitter():
    """A component without a box configuration is refused."""
    with pytest.raises(NoSuchBox, match="has no inbox 'configuration'"):
        Plug(PassThrough(), PassThrough())


# -- splitters with a fixed number of ways ------------------------------------------------------


def test_a_two_way_splitter_copies_both_ways(bench):
    """TwoWaySplitter copies inbox to outbox and outbox2, control to signal and signal2."""
    splitter = TwoWaySplitter()
    first, second = bench.catch(splitter), bench.catch(splitter, "outbox2", "signal2")
    bench.feed(splitter, 1, 2, control=ProducerFinished())
    assert (first.data, second.data) == ([1, 2], [1, 2])
    assert (first.kinds, second.kinds) == (["ProducerFinished"], ["ProducerFinished"])


def test_a_two_way_splitter_copes_with_full_boxes(bench):
    """Where one way is full the other gets its copy, and the next message waits."""
    splitter = TwoWaySplitter()
    free = bench.catch(splitter)
    full = closed_sink(1)
    splitter.link((splitter, "outbox2"), (full, "inbox"))
    bench.feed(splitter, 1, 2, 3)
    assert (free.data, full.inboxes["inbox"].contents) == ([1, 2], (1,))
    full.recv()
    bench.settle()
    assert (free.data, full.inboxes["inbox"].contents) == ([1, 2, 3], (2,))


def test_a_fanout_copies_to_the_boxes_named(bench):
    """Fanout makes the outboxes it is told of, and copies each message to all of them."""
    fanout = Fanout(["left", "right"])
    left, right = bench.catch(fanout, "left"), bench.catch(Component(), "outbox")
    fanout.link((fanout, "right"), (right, "inbox"))
    bench.feed(fanout, 1, 2)
    assert (left.data, right.data) == ([1, 2], [1, 2])


def test_a_fanout_copies_to_a_linked_outbox_and_not_to_signal(bench):
    """Data goes to outbox as well if that is linked, and never to signal."""
    fanout = Fanout(["left"])
    catcher = bench.catch(fanout)
    bench.feed(fanout, 1)
    assert (catcher.data, catcher.controls) == ([1], [])


def test_an_unlinked_outbox_of_a_fanout_counts_nothing(bench):
    """An outbox that a Fanout was not told of counts no loss; without any box named it does."""
    fanout, bare = Fanout(["left"]).activate(), Fanout([]).activate()
    for part in (fanout, bare):
        bench.feed(part, 1)
    assert (fanout.outboxes["outbox"].discarded, fanout.outboxes["left"].discarded) == (0, 1)
    assert bare.outboxes["outbox"].discarded == 1


def test_boxes_of_one_fanout_are_not_those_of_the_next():
    """The boxes of a Fanout are its own."""
    Fanout(["left"])
    assert "left" not in Fanout([]).outboxes
