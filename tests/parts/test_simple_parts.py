"""The rules of transformers, sources, and the parts that pass messages on."""

import itertools

import pytest

from kamlab import ProducerFinished, Shutdown, ShutdownMicroprocess
from kamlab.parts import (
    Collate,
    DataSource,
    Filter,
    LossyConnector,
    NullSink,
    OneShot,
    PassThrough,
    PureTransformer,
    TriggeredOneShot,
    TriggeredSource,
)

# -- PureTransformer ----------------------------------------------------------------------------


def test_a_transformer_applies_its_function(bench):
    """What the function makes of each message is sent, in order."""
    assert bench.outputs(PureTransformer(lambda word: f"foo{word}bar"), "1", "2") == ["foo1bar", "foo2bar"]


def test_a_transformer_can_be_derived(bench):
    """A subclass overrides process_message instead of giving a function."""

    class Upper(PureTransformer):
        def process_message(self, message):
            return message.upper()

    assert bench.outputs(Upper(), "a") == ["A"]


def test_none_is_dropped_and_other_false_values_are_not(bench):
    """A result of None is not sent; 0 and "" are."""
    results = {1: None, 2: 0, 3: ""}
    assert bench.outputs(PureTransformer(results.get), 1, 2, 3) == [0, ""]


@pytest.mark.parametrize("message", [ProducerFinished(), Shutdown()])
def test_a_transformer_ends_with_a_producer_finished_of_its_own(bench, message):
    """ProducerFinished and Shutdown end a transformer, which then says that it has finished itself."""
    part = PureTransformer(str)
    catcher = bench.catch(part)
    bench.feed(part, control=message)
    assert (part.state, catcher.kinds, catcher.controls[0].caller) == ("finished", ["ProducerFinished"], part)


def test_a_transformer_ends_on_shutdown_microprocess(bench):
    """ShutdownMicroprocess, which Kamaelia's ignores, ends a transformer and goes on."""
    part = PureTransformer(str)
    catcher = bench.catch(part)
    message = ShutdownMicroprocess()
    bench.feed(part, control=message)
    assert (part.state, catcher.controls) == ("finished", [message])


# -- sources ------------------------------------------------------------------------------------


def test_a_source_sends_one_message_in_each_round(bench, lab):
    """A DataSource sends one message in each round, then ProducerFinished."""
    source = DataSource(["a", "b"])
    catcher = bench.catch(source)
    sent = []
    for _ in range(5):
        sent.append(len(lab.step_round().of_kind("sent")))
    assert (sent, catcher.data, catcher.kinds) == ([0, 1, 1, 1, 0], ["a", "b"], ["ProducerFinished"])


def test_a_source_leaves_the_callers_list_alone(bench):
    """The list that a DataSource was given is as it was, and changing it later changes nothing."""
    messages = [1, 2]
    source = DataSource(messages)
    messages.append(3)
    assert (bench.outputs(source), messages) == ([1, 2], [1, 2, 3])


def test_a_source_copy_sends_the_same_again(bench):
    """A fresh copy of a DataSource sends what the first one sent."""
    source = DataSource([1, 2])
    bench.outputs(source)
    assert bench.outputs(source.fresh_copy()) == [1, 2]


def test_a_source_without_end_can_be_stopped(bench, lab):
    """A DataSource of an endless iterable sends on until a ShutdownMicroprocess comes."""
    source = DataSource(itertools.count())
    catcher = bench.catch(source)
    lab.run(max_steps=20)
    message = ShutdownMicroprocess()
    bench.feed(source, control=message)
    assert catcher.data == list(range(len(catcher.data)))
    assert (len(catcher.data) > 3, catcher.controls, source.state) == (True, [message], "finished")


def test_a_source_is_not_ended_by_who_comes_before(bench):
    """ProducerFinished from another producer does not end a DataSource."""
    source = DataSource([1, 2])
    catcher = bench.catch(source)
    bench.feed(source, control=ProducerFinished())
    assert catcher.data == [1, 2]


def test_a_source_waits_for_room(bench):
    """A DataSource whose receiver is full waits and loses nothing."""
    assert bench.outputs(DataSource(range(5)), limit=1) == [0, 1, 2, 3, 4]


def test_one_shot_sends_one_message_and_the_end(bench):
    """OneShot sends its message, then ProducerFinished; without a message it sends None."""
    shot = OneShot("bang")
    catcher = bench.catch(shot)
    bench.settle()
    assert (catcher.data, catcher.kinds) == (["bang"], ["ProducerFinished"])
    assert bench.outputs(OneShot()) == [None]


def test_triggered_one_shot_waits_for_anything(bench):
    """TriggeredOneShot sends its message once something has arrived, then ProducerFinished."""
    shot = TriggeredOneShot("bang")
    catcher = bench.catch(shot)
    bench.settle()
    assert (catcher.data, shot.state) == ([], "waiting")
    bench.feed(shot, "anything")
    assert (catcher.data, catcher.kinds, shot.state) == (["bang"], ["ProducerFinished"], "finished")


def test_triggered_one_shot_can_be_shut_down(bench):
    """A shutdown message that comes before the trigger ends a TriggeredOneShot, and goes on."""
    shot = TriggeredOneShot("bang")
    catcher = bench.catch(shot)
    message = ProducerFinished()
    bench.feed(shot, control=message)
    assert (catcher.data, catcher.controls, shot.state) == ([], [message], "finished")


def test_triggered_source_sends_on_each_message(bench):
    """TriggeredSource sends its message whenever one arrives."""
    assert bench.outputs(TriggeredSource("tick"), 1, 2, 3) == ["tick"] * 3


# -- passing on ---------------------------------------------------------------------------------


def test_pass_through_ends_on_what_it_is_told_to(bench):
    """PassThrough ends on the types in shutdown_on, and passes on all control messages."""
    part = PassThrough(shutdown_on=[ShutdownMicroprocess])
    catcher = bench.catch(part)
    bench.feed(part, 1, control=ProducerFinished())
    assert (catcher.data, part.state) == ([1], "waiting")
    bench.feed(part, control=ShutdownMicroprocess())
    assert (catcher.kinds, part.state) == (["ProducerFinished", "ShutdownMicroprocess"], "finished")


def test_pass_through_of_nothing_never_ends(bench):
    """PassThrough([]) ends on no message."""
    part = PassThrough([])
    bench.catch(part)
    bench.feed(part, control=ShutdownMicroprocess())
    assert part.state == "waiting"


@pytest.mark.parametrize("message", [ProducerFinished(), ShutdownMicroprocess()])
def test_collate_sends_everything_at_once(bench, message):
    """Collate sends all it got as one list when a shutdown message comes."""
    part = Collate()
    catcher = bench.catch(part)
    bench.feed(part, 1, 2)
    assert catcher.data == []
    bench.feed(part, 3, control=message)
    assert (catcher.data, catcher.controls) == ([[1, 2, 3]], [message])


def test_filter_passes_what_its_function_returns(bench):
    """Filter sends what the filter makes of a message, and drops None."""
    assert bench.outputs(Filter(lambda n: n * 10 if n % 2 else None), 1, 2, 3) == [10, 30]


def test_filter_takes_an_object_with_a_method(bench):
    """A filter may be an object with a method filter, and is asked at the end for what it kept back."""

    class Delay:
        def __init__(self):
            self.kept = []

        def filter(self, message):
            if message:
                self.kept.append(message)
                return self.kept.pop(0) if len(self.kept) > 2 else None
            return self.kept.pop(0) if self.kept else None

    assert bench.outputs(Filter(Delay()), "a", "b", "c") == ["a", "b", "c"]


def test_filter_without_a_filter_ends(bench):
    """A Filter that was given none passes everything, and comes to an end."""
    part = Filter()
    assert (bench.outputs(part, 1, ""), part.state) == ([1, ""], "finished")


def test_null_sink_takes_everything(bench):
    """NullSink takes messages, and sends nothing."""
    part = NullSink()
    assert (bench.outputs(part, 1, 2), part.data_ready("inbox")) == ([], 0)


def test_lossy_connector_drops_what_does_not_fit(bench, lab):
    """LossyConnector drops messages where there is no room, and counts them."""
    part = LossyConnector()
    receiver = PassThrough()
    receiver.set_inbox_size("inbox", 2)
    part.link((part, "outbox"), (receiver, "inbox"))
    part.activate()
    bench.feed(part, 1, 2, 3, 4)
    assert (receiver.inboxes["inbox"].contents, part.dropped) == ((1, 2), 2)
    discarded = [event for event in lab.trace if event.kind == "discarded"]
    assert [event.message for event in discarded] == [3, 4]


def test_lossy_connector_loses_nothing_where_there_is_room(bench):
    """With room enough LossyConnector passes every message on."""
    part = LossyConnector()
    assert (bench.outputs(part, 1, 2, 3), part.dropped) == ([1, 2, 3], 0)
