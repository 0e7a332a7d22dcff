"""The rules of Graphline."""

import sys
import warnings

import pytest

from kamlab import Component, Graphline, ProducerFinished, ShutdownMicroprocess
from kamlab.chassis import NoLinkages
from kamlab.core.errors import BadComponent, BadLink, BelongsElsewhere, NoSuchBox
from kamlab.parts import DataSource, NullSink, PassThrough, PureTransformer


def test_linkages_map_boxes_to_boxes(tools):
    """A linkage leads from a box of one named component to a box of another."""
    sink = tools.Catcher()
    Graphline(SOURCE=DataSource([1]), SINK=sink, linkages={("SOURCE", "outbox"): ("SINK", "inbox")}).activate()
    tools.settle()
    assert sink.data == [1]


@pytest.mark.filterwarnings("ignore:no component of this Graphline")
@pytest.mark.parametrize("name", ["", "self", "anything unknown"])
def test_an_unknown_name_is_the_graphline(tools, name):
    """A name that no component has means the Graphline itself, on either side."""
    graphline = Graphline(
        ONLY=PureTransformer(str),
        linkages={(name, "inbox"): ("ONLY", "inbox"), ("ONLY", "outbox"): (name, "outbox")},
    )
    catcher = tools.watch(graphline)
    tools.settle()
    graphline.deliver(7)
    tools.settle()
    assert catcher.data == ["7"]


def test_missing_boxes_are_made(tools):
    """Boxes of the Graphline that linkages speak of are made, with the description of the component's box."""
    graphline = Graphline(
        ONLY=PassThrough(),
        linkages={("", "orders"): ("ONLY", "inbox"), ("ONLY", "outbox"): ("", "results")},
    )
    assert (graphline.Inboxes["orders"], "orders" in graphline.inboxes) == (PassThrough.Inboxes["inbox"], True)
    catcher = tools.watch(graphline, results="inbox")
    tools.settle()
    graphline.deliver("order", "orders")
    tools.settle()
    assert catcher.data == ["order"]


def test_boxes_of_one_graphline_are_not_those_of_the_next():
    """Defect 8: boxes made for one Graphline are not inherited by later ones."""
    Graphline(ONLY=PassThrough(), linkages={("", "extra"): ("ONLY", "inbox"), ("ONLY", "outbox"): ("", "more")})
    other = Graphline(ONLY=PassThrough(), linkages={})
    assert ("extra" in other.inboxes, "more" in other.outboxes) == (False, False)
    assert ("extra" in Graphline.Inboxes, "more" in Graphline.Outboxes) == (False, False)


def test_components_that_list_their_boxes_are_fine(tools):
    """Boxes declared as a list serve as well as boxes with descriptions."""

    class Listed(Component):
        Inboxes = ["inbox", "control"]
        Outboxes = ["outbox", "signal"]

        def main(self):
            self.send("here")
            yield

    graphline = Graphline(ONLY=Listed(), linkages={("ONLY", "outbox"): ("", "results"), ("", "in"): ("ONLY", "inbox")})
    catcher = tools.watch(graphline, results="inbox")
    tools.settle()
    assert catcher.data == ["here"]


def test_no_linkages_is_a_type_error():
    """A Graphline without linkages is a named error that is a TypeError."""
    with pytest.raises(TypeError, match="needs linkages") as caught:
        Graphline(ONLY=PassThrough())
    assert isinstance(caught.value, NoLinkages)


def test_control_messages_are_copied_to_who_has_no_link_there(tools):
    """Each control message reaches exactly the components whose control is not linked."""
    free, fed = tools.Catcher(), tools.Catcher()
    graphline = Graphline(FREE=free, FED=fed, linkages={("FREE", "signal"): ("FED", "control")}).activate()
    tools.settle()
    graphline.deliver("first", "control")
    graphline.deliver(ShutdownMicroprocess(), "control")
    tools.settle()
    assert (free.controls[0], tools.kinds(free.controls[1:]), fed.controls) == ("first", ["ShutdownMicroprocess"], [])


def test_linked_control_is_passed_through_and_not_copied(tools):
    """With its own control linked, a Graphline leaves control messages to whom they are linked."""
    chosen, other = tools.Catcher(), tools.Catcher()
    graphline = Graphline(A=chosen, B=other, linkages={("", "control"): ("A", "control")}).activate()
    tools.settle()
    graphline.deliver("order", "control")
    tools.settle()
    assert (chosen.controls, other.controls) == (["order"], [])


def test_at_the_end_it_sends_producer_finished(tools):
    """When all components have ended, ProducerFinished comes out of an unlinked signal."""
    catcher = tools.watch(Graphline(A=DataSource([1]), linkages={}))
    tools.settle()
    assert tools.kinds(catcher.controls) == ["ProducerFinished"]


def test_at_the_end_it_sends_the_shutdown_it_was_given(tools):
    """Ended by a ShutdownMicroprocess, it sends that very message at the end."""
    graphline = Graphline(A=PassThrough(), B=PassThrough(), linkages={})
    catcher = tools.watch(graphline)
    tools.settle()
    message = ShutdownMicroprocess()
    graphline.deliver(message, "control")
    tools.settle()
    assert catcher.controls == [message]


def test_with_signal_linked_it_sends_nothing_itself(tools):
    """What comes out of a linked signal is what is sent to it, and no more."""
    catcher = tools.watch(Graphline(A=DataSource([1]), B=NullSink(), linkages={("A", "signal"): ("", "signal")}))
    tools.settle()
    assert len(catcher.controls) == 1
    assert catcher.controls[0].caller.__class__ is DataSource


def test_it_waits_for_all_components(tools):
    """A Graphline lives until the last of its components has ended."""
    late = tools.Catcher(mortal=True)
    graphline = Graphline(A=DataSource([1]), B=late, linkages={}).activate()
    tools.settle()
    assert not graphline.is_stopped()
    late.deliver(ProducerFinished(), "control")
    tools.settle()
    assert graphline.state == "finished"


def test_control_messages_wait_for_room(tools):
    """A control message is not lost where a component's control box is full."""

    class Slow(tools.Catcher):
        def main(self):
            while len(self.controls) < 3:
                for _ in range(5):
                    yield
                if self.data_ready("control"):
                    self.controls.append(self.recv("control"))

    slow = Slow()
    slow.set_inbox_size("control", 1)
    graphline = Graphline(SLOW=slow, linkages={}).activate()
    for number in range(3):
        graphline.deliver(number, "control")
    tools.settle()
    assert slow.controls == [0, 1, 2]


def test_stopping_it_stops_its_components(tools):
    """A Graphline stopped from outside takes its components along."""
    part = PassThrough()
    graphline = Graphline(A=part, linkages={}).activate()
    tools.settle()
    graphline.stop()
    assert part.is_stopped()


def test_a_copy_is_made_of_fresh_components(tools):
    """fresh_copy gives a Graphline wired alike, with components of its own."""
    graphline = Graphline(A=DataSource([1]), linkages={("A", "outbox"): ("", "outbox")})
    copy = graphline.fresh_copy()
    assert copy.components["A"] is not graphline.components["A"]
    catcher = tools.watch(copy)
    tools.settle()
    assert catcher.data == [1]


def test_a_message_costs_no_slice_of_the_graphline(tools, slices):
    """Data passes through a Graphline without waking it."""
    graphline = Graphline(A=DataSource(range(50)), linkages={("A", "outbox"): ("", "outbox")})
    catcher = tools.watch(graphline)
    tools.settle()
    assert (len(catcher.data), slices(graphline)) == (50, 2)


def test_wrong_boxes_are_named_at_once():
    """A linkage to a box that a component does not have is refused when the Graphline is made."""
    with pytest.raises(NoSuchBox, match=r"has no inbox 'inbx'\. Its inboxes: 'control', 'inbox'"):
        Graphline(A=DataSource([1]), B=PassThrough(), linkages={("A", "outbox"): ("B", "inbx")})


def test_a_component_under_two_names_is_refused():
    """A component has one name in a Graphline."""
    part = PassThrough()
    with pytest.raises(BelongsElsewhere, match="given to a Graphline twice"):
        Graphline(A=part, B=part, linkages={})


def test_a_class_instead_of_a_component_is_refused():
    """A class among the components is refused, and the text says what to write."""
    with pytest.raises(BadComponent, match=r"write PassThrough\(\)"):
        Graphline(A=PassThrough, linkages={})


@pytest.mark.parametrize("linkages", [{"A": "B"}, {("A", "outbox"): "B"}, {("A", "outbox", 1): ("B", "inbox")}])
def test_a_linkage_of_another_form_is_refused(linkages):
    """Both ends of a linkage are (name, box name) pairs."""
    with pytest.raises(BadLink, match="is not a linkage"):
        Graphline(A=PassThrough(), B=PassThrough(), linkages=linkages)


def test_a_linkage_from_itself_to_itself_is_refused():
    """Where both names are unknown, the text lists the names there are."""
    with pytest.raises(BadLink, match="Its components: 'SOURCE'"):
        Graphline(SOURCE=PassThrough(), linkages={("SUORCE", "outbox"): ("SINK", "inbox")})


# -- names that are slips --------------------------------------------------------------------------------


def with_name(name):
    """Return a Graphline one of whose linkages ends at a name, and the line that makes it."""
    linkages = {("SOURCE", "outbox"): ("CONSUMER", "inbox"), ("SOURCE", "signal"): (name, "control")}
    line = sys._getframe().f_lineno + 1
    return Graphline(SOURCE=DataSource([1]), CONSUMER=NullSink(), linkages=linkages), line


@pytest.mark.parametrize(
    ("name", "near"),
    [("CONSUMR", "'CONSUMER'"), ("consumer", "'CONSUMER'"), ("elsewhere", None), ("SOURCES", "'SOURCE'")],
)
def test_a_name_that_is_not_there_gives_a_warning(name, near):
    """An unknown name still means the Graphline, and a warning at the user's line names those that there are."""
    with pytest.warns(UserWarning, match="Its components") as caught:
        graphline, line = with_name(name)
    (warning,) = caught
    said = str(warning.message)
    assert f"no component of this Graphline is called {name!r}" in said
    assert "Its components: 'CONSUMER', 'SOURCE'" in said
    assert near is None or f"(did you mean {near}?)" in said
    assert (warning.filename, warning.lineno) == (__file__, line)
    assert "control" in graphline.outboxes


@pytest.mark.parametrize("name", ["", "self", "CONSUMER"])
def test_the_names_of_the_graphline_itself_give_none(name):
    """The empty name and "self" mean the Graphline without a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with_name(name)


def test_each_slip_is_named_once():
    """A line that is executed again, as when a lab goes back, does not warn again."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        for _ in range(3):
            with_name("CONSUMR")
    assert len(caught) == 1
