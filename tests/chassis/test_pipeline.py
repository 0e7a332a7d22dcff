"""The rules of Pipeline."""

import pytest

from kamlab import Component, Pipeline, ProducerFinished, ShutdownMicroprocess
from kamlab.core.errors import BadComponent, BelongsElsewhere, NoSuchBox
from kamlab.parts import DataSource, PassThrough, PureTransformer


def double():
    """A part that doubles numbers."""
    return PureTransformer(lambda number: number * 2)


def test_messages_go_from_component_to_component_in_order(tools):
    """Each component's outbox leads to the next one's inbox."""
    catcher = tools.watch(Pipeline(DataSource([1, 2]), double(), PureTransformer(str)))
    tools.settle()
    assert catcher.data == ["2", "4"]


def test_shutdown_goes_from_component_to_component(tools):
    """Each component's signal leads to the next one's control."""
    first, last = tools.Catcher(mortal=True), tools.Catcher(mortal=True)
    pipeline = Pipeline(first, last).activate()
    tools.settle()
    pipeline.deliver(ShutdownMicroprocess(), "control")
    tools.settle()
    assert tools.kinds(last.controls) == ["ShutdownMicroprocess"]


def test_own_inbox_and_control_lead_to_the_first(tools):
    """What is sent to the Pipeline goes to its first component."""
    first = tools.Catcher()
    pipeline = Pipeline(first, PassThrough()).activate()
    tools.settle()
    pipeline.deliver("data")
    pipeline.deliver("order", "control")
    tools.settle()
    assert (first.data, first.controls) == (["data"], ["order"])


def test_what_waits_at_the_pipeline_before_it_runs_moves_on(tools):
    """Messages sent to a Pipeline that has not run yet reach its first component."""
    first = tools.Catcher()
    pipeline = Pipeline(first, PassThrough())
    pipeline.deliver("early")
    pipeline.activate()
    tools.settle()
    assert first.data == ["early"]


def test_the_last_leads_to_own_outbox_and_signal(tools):
    """What the last component sends comes out of the Pipeline."""
    catcher = tools.watch(Pipeline(DataSource([1]), PassThrough()))
    tools.settle()
    assert (catcher.data, tools.kinds(catcher.controls)) == ([1], ["ProducerFinished"])


def test_circular_leads_the_last_to_the_first(tools):
    """In a circular Pipeline the last component feeds the first, and nothing comes out."""
    seen = []

    def one_less(number):
        seen.append(number)
        return number - 1 or None

    pipeline = Pipeline(PureTransformer(one_less), PassThrough(), circular=True)
    catcher = tools.watch(pipeline)
    tools.settle()
    pipeline.deliver(3)
    tools.settle()
    assert (seen, catcher.data) == ([3, 2, 1], [])


def test_a_circular_pipeline_passes_shutdown_round(tools):
    """In a circular Pipeline the last component's signal reaches the first one's control."""
    first, last = tools.Catcher(), PassThrough()
    Pipeline(first, last, circular=True).activate()
    tools.settle()
    last.deliver("once round", "control")
    tools.settle()
    assert first.controls == ["once round"]


def test_it_ends_when_all_components_have_ended(tools):
    """A Pipeline lives until the last of its components has ended."""
    last = tools.Catcher()
    pipeline = Pipeline(DataSource([1]), last).activate()
    tools.settle()
    assert not pipeline.is_stopped()
    last.stop()
    tools.settle()
    assert pipeline.state == "finished"


def test_it_sends_nothing_itself(tools):
    """When components end without a signal, none comes out of the Pipeline."""

    class Silent(Component):
        def main(self):
            yield

    catcher = tools.watch(Pipeline(Silent(), Silent()))
    tools.settle()
    assert (catcher.data, catcher.controls) == ([], [])


def test_components_become_children_when_it_runs(tools):
    """A Pipeline that has not run yet has no children, and has activated nobody."""
    part = PassThrough()
    pipeline = Pipeline(part).activate()
    assert (pipeline.children, part.state) == ([], "new")
    tools.settle()
    assert (pipeline.children, part.state) == ([part], "waiting")


def test_keywords_become_attributes(tools):
    """A keyword that Pipeline does not know becomes an attribute."""
    assert Pipeline(PassThrough(), colour="red").colour == "red"


def test_a_message_costs_no_slice_of_the_pipeline(tools, slices):
    """Messages pass through a Pipeline without waking it."""
    pipeline = Pipeline(Pipeline(DataSource(range(50)), PassThrough()), PassThrough())
    catcher = tools.watch(pipeline)
    tools.settle()
    assert len(catcher.data) == 50
    assert slices(pipeline) <= 4  # the first, and one for each end of a child


def test_stopping_it_stops_its_components(tools):
    """A Pipeline stopped from outside takes its components along."""
    parts = [PassThrough(), PassThrough()]
    pipeline = Pipeline(*parts).activate()
    tools.settle()
    pipeline.stop()
    assert [part.state for part in parts] == ["stopped", "stopped"]


def test_nested_pipelines_stop_together(tools):
    """Stopping reaches the components of a Pipeline within a Pipeline."""
    innermost = PassThrough()
    pipeline = Pipeline(Pipeline(innermost), PassThrough()).activate()
    tools.settle()
    pipeline.stop()
    assert innermost.is_stopped()


def test_a_failure_while_wiring_leaves_nobody_running(tools, lab):
    """A Pipeline that cannot make its links fails, and its components do not run on."""
    taken = PassThrough()
    taken.link((taken, "outbox"), (PassThrough(), "inbox"))
    pipeline = Pipeline(taken, PassThrough()).activate()
    tools.settle()
    assert pipeline.state == "failed"
    assert lab.components == []


def test_a_copy_is_made_of_fresh_components(tools):
    """fresh_copy gives a Pipeline of the same shape with components of its own."""
    pipeline = Pipeline(DataSource([1]), Pipeline(double()), circular=False)
    copy = pipeline.fresh_copy()
    assert [type(part) for part in copy.components] == [DataSource, Pipeline]
    assert not set(copy.components) & set(pipeline.components)
    tools.watch(pipeline)
    catcher = tools.watch(copy)
    tools.settle()
    assert catcher.data == [2]


def test_a_class_instead_of_a_component_is_named():
    """A class among the components is refused at once, and the text says what to write."""
    with pytest.raises(BadComponent, match=r"write PassThrough\(\)"):
        Pipeline(DataSource([1]), PassThrough)


def test_a_component_given_twice_is_named():
    """A component given twice is refused at once, and the text names it."""
    part = PassThrough()
    with pytest.raises(BelongsElsewhere, match=rf"{part.short_name} is given to a Pipeline twice"):
        Pipeline(part, DataSource([1]), part)


def test_a_component_of_another_chassis_fails_the_second(tools):
    """A component that is part of one Pipeline already fails the second one, with an error that says so."""
    part = PassThrough()
    Pipeline(part).activate()
    second = Pipeline(part).activate()
    tools.settle()
    assert isinstance(second.error, BelongsElsewhere)


def test_a_pipeline_of_nothing_is_refused():
    """A Pipeline needs a component."""
    with pytest.raises(BadComponent, match="without components"):
        Pipeline()


def test_a_missing_box_is_named_at_once():
    """A component without the boxes that a Pipeline links is refused when the Pipeline is made."""

    class Mute(Component):
        Outboxes = ["signal"]

    with pytest.raises(NoSuchBox, match="has no outbox 'outbox'"):
        Pipeline(Mute(), PassThrough())


def test_who_waits_for_room_goes_on_when_the_full_component_ends(tools):
    """A component that waits for room in an inbox is woken when the owner of that inbox ends."""

    class Deaf(Component):
        def main(self):
            while not self.data_ready("control"):
                self.pause()
                yield

    deaf = Deaf()
    deaf.set_inbox_size("inbox", 1)
    source = DataSource([1, 2, 3])
    pipeline = Pipeline(source, deaf).activate()
    tools.settle()
    assert not source.is_stopped()
    deaf.deliver(ProducerFinished(), "control")
    tools.settle()
    assert (source.state, pipeline.state) == ("finished", "finished")
    assert source.outboxes["outbox"].discarded == 2
