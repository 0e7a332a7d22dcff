"""The rules of Seq and Par."""

import pytest

from kamlab import Component, Par, Pipeline, ProducerFinished, Seq, ShutdownMicroprocess
from kamlab.core.errors import BadComponent, BelongsElsewhere
from kamlab.parts import DataSource, NullSink, OneShot, PassThrough


def test_seq_runs_one_after_another(tools):
    """In a Seq a component begins when the one before has ended."""
    catcher = tools.watch(Seq(DataSource([1, 2, 3]), OneShot("then"), DataSource([4])))
    tools.settle()
    assert catcher.data == [1, 2, 3, "then", 4]


def test_seq_prints_strings_in_their_turn(tools, capsys):
    """A string in a Seq is printed when its turn comes."""

    class Loud(Component):
        def main(self):
            print("loud")
            yield

    Seq("before", Loud(), "after").activate()
    tools.settle()
    assert capsys.readouterr().out == "before\nloud\nafter\n"


def test_seq_passes_its_inbox_to_whose_turn_it_is(tools):
    """What comes to the inbox of a Seq goes to the component whose turn it is."""
    second = tools.Catcher()
    seq = Seq(OneShot(), second).activate()
    tools.settle()
    seq.deliver("data")
    tools.settle()
    assert second.data == ["data"]


def test_seq_ignores_control(tools):
    """Control messages change nothing in a Seq."""
    seq = Seq(PassThrough()).activate()
    seq.deliver(ShutdownMicroprocess(), "control")
    tools.settle()
    assert seq.state == "waiting"


def test_seq_ends_with_one_producer_finished(tools):
    """The signals of its components stay inside; one ProducerFinished comes at the end."""
    seq = Seq(OneShot(1), OneShot(2))
    catcher = tools.watch(seq)
    tools.settle()
    assert (tools.kinds(catcher.controls), seq.state) == (["ProducerFinished"], "finished")


def test_stopping_seq_stops_whose_turn_it_is(tools):
    """A Seq stopped from outside takes the component along whose turn it is."""
    part = PassThrough()
    seq = Seq(part, PassThrough()).activate()
    tools.settle()
    seq.stop()
    assert part.is_stopped()


def test_seq_refuses_what_is_neither():
    """Something that is neither component nor string is refused when the Seq is made."""
    with pytest.raises(BadComponent, match="part of a Seq"):
        Seq("fine", 3)


def test_par_passes_all_outboxes_out(tools):
    """What any component of a Par sends comes out of the Par."""
    catcher = tools.watch(Par(DataSource([1, 2]), DataSource([3, 4])))
    tools.settle()
    assert sorted(catcher.data) == [1, 2, 3, 4]


def test_par_discards_and_counts_its_inbox(tools):
    """Messages to the inbox of a Par reach nobody, and are counted as discarded."""
    part = tools.Catcher()
    par = Par(part).activate()
    tools.settle()
    par.deliver("data")
    tools.settle()
    assert (part.data, par.outboxes["_co"].discarded, par.data_ready("inbox")) == ([], 1, 0)


def test_par_copies_control_to_all(tools):
    """Each control message reaches every component of a Par."""
    parts = [tools.Catcher(), tools.Catcher()]
    par = Par(*parts).activate()
    tools.settle()
    par.deliver("order", "control")
    tools.settle()
    assert [part.controls for part in parts] == [["order"], ["order"]]


def test_par_ends_on_shutdown(tools):
    """A ShutdownMicroprocess is passed to all components and to signal, and ends the Par."""
    part = tools.Catcher()
    par = Par(part)
    catcher = tools.watch(par)
    tools.settle()
    message = ShutdownMicroprocess()
    par.deliver(message, "control")
    tools.settle()
    assert (part.controls, catcher.controls, par.state) == ([message], [message], "finished")


def test_par_leaves_a_component_that_will_not_end(tools):
    """A component that ignores ShutdownMicroprocess runs on, and is nobody's child any more."""
    stubborn = tools.Catcher()
    par = Par(stubborn).activate()
    tools.settle()
    par.deliver(ShutdownMicroprocess(), "control")
    tools.settle()
    assert (par.children, stubborn.state) == ([], "waiting")


def test_par_ends_when_all_have_ended(tools):
    """A Par lives until the last of its components has ended."""
    late = tools.Catcher(mortal=True)
    par = Par(OneShot(), late).activate()
    tools.settle()
    assert not par.is_stopped()
    late.deliver(ProducerFinished(), "control")
    tools.settle()
    assert par.state == "finished"


def test_one_producer_finished_comes_after_all(tools):
    """Defect 13: a consumer behind a Par gets every message of the longest component, then one ProducerFinished."""
    consumer = tools.Catcher(mortal=True)
    pipeline = Pipeline(Par(DataSource([1]), DataSource(range(8))), consumer).activate()
    tools.settle()
    assert len(consumer.data) == 9
    assert (tools.kinds(consumer.controls), pipeline.state) == (["ProducerFinished"], "finished")


def test_other_signals_pass_a_par(tools):
    """What components send to signal comes out, if it is no shutdown message."""

    class Talker(Component):
        def main(self):
            self.send("progress", "signal")
            yield

    catcher = tools.watch(Par(Talker()))
    tools.settle()
    assert (catcher.controls[0], tools.kinds(catcher.controls[1:])) == ("progress", ["ProducerFinished"])


def test_a_par_of_nothing_just_ends(tools):
    """A Par without components sends ProducerFinished."""
    catcher = tools.watch(Par())
    tools.settle()
    assert tools.kinds(catcher.controls) == ["ProducerFinished"]


def test_stopping_par_stops_its_components(tools):
    """A Par stopped from outside takes its components along."""
    part = NullSink()
    par = Par(part).activate()
    tools.settle()
    par.stop()
    assert part.is_stopped()


def test_data_passes_a_par_without_waking_it(tools, slices):
    """A Par is woken by ends and control messages, not by data."""
    par = Par(DataSource(range(50)))
    catcher = tools.watch(par)
    tools.settle()
    assert len(catcher.data) == 50
    assert slices(par) <= 3


def test_par_refuses_a_component_given_twice():
    """A component has one place in a Par."""
    part = PassThrough()
    with pytest.raises(BelongsElsewhere, match="given to a Par twice"):
        Par(part, part)
