"""The rules of the chassis that limit inboxes."""

import pytest

from kamlab import Lab, Pipeline
from kamlab.chassis import BoundedCarousel, BoundedGraphline, BoundedPipeline, InboxControlledCarousel
from kamlab.core.errors import BadComponent, BadLink, NoSuchBox
from kamlab.parts import Collate, DataSource, NullSink, OneShot, PassThrough


def size_of(component, box="inbox"):
    """Return the size of an inbox."""
    return component.inboxes[box].size


def test_a_number_limits_the_next_component():
    """In a BoundedPipeline a number is the size of the inbox that follows; others stay unlimited."""
    parts = [PassThrough() for _ in range(3)]
    BoundedPipeline(5, parts[0], parts[1], None, parts[2])
    assert [size_of(part) for part in parts] == [5, None, None]


def test_all_comes_through_a_small_box():
    """What does not fit waits, and nothing is lost."""
    with Lab(clock="virtual") as lab:
        all_of_it = Collate()
        BoundedPipeline(DataSource(range(20)), 1, PassThrough(), 1, all_of_it).activate()
        assert lab.run().reason == "finished"
    assert all_of_it.collated == list(range(20))


def test_a_number_alone_is_no_pipeline():
    """Without a component there is nothing to limit."""
    with pytest.raises(BadComponent):
        BoundedPipeline(5)


def test_a_graphline_limits_by_name():
    """boxsizes gives the size of any inbox of any component."""
    sink = NullSink()
    links = {("A", "outbox"): ("B", "inbox")}
    BoundedGraphline(links, {("B", "inbox"): 2, ("B", "control"): 17}, A=DataSource([1]), B=sink)
    assert (size_of(sink), size_of(sink, "control")) == (2, 17)


@pytest.mark.parametrize(("place", "error"), [(("C", "inbox"), BadLink), (("B", "letterbox"), NoSuchBox)])
def test_a_limit_without_a_box_is_refused(place, error):
    """A name in boxsizes that does not exist is refused."""
    with pytest.raises(error, match=place[0] if error is BadLink else place[1]):
        BoundedGraphline({("A", "outbox"): ("B", "inbox")}, {place: 2}, A=DataSource([1]), B=NullSink())


def test_a_carousel_limits_what_it_makes():
    """Each component that a BoundedCarousel makes has its inbox limited."""
    made = []
    with Lab(clock="virtual") as lab:
        carousel = BoundedCarousel(lambda _: made.append(PassThrough()) or made[-1], boxsize=3).activate()
        for _ in range(2):
            carousel.deliver("next one", "next")
            lab.run()
    assert [size_of(part) for part in made] == [3, 3]


def test_a_carousel_in_a_pipeline():
    """An InboxControlledCarousel takes its requests from its inbox, and data from data_inbox."""
    with Lab(clock="virtual") as lab:
        results = Collate()
        Pipeline(DataSource([1, 2, 3]), InboxControlledCarousel(OneShot), results).activate()
        assert lab.run().reason == "finished"
        echo = InboxControlledCarousel(lambda _: PassThrough()).activate()
        sink = Collate().activate()
        echo.link((echo, "outbox"), (sink, "inbox"))
        echo.deliver("make one")
        lab.run()
        echo.deliver("data", "data_inbox")
        lab.run()
    assert (results.collated, sink.collated) == ([1, 2, 3], ["data"])
