"""Old names of small parts: Kamaelia.Apps.SA, Kamaelia.Experimental, File.Append, FortuneCookieProtocol."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from Axon.Component import component
from Kamaelia.Apps.SA.Chassis import TTL
from Kamaelia.Apps.SA.DSL import DataSink
from Kamaelia.Apps.SA.Time import PeriodicTick, SingleTick
from Kamaelia.Chassis.Pipeline import Pipeline as PlainPipeline
from Kamaelia.Experimental.Chassis import Carousel, Graphline, InboxControlledCarousel, Pipeline
from Kamaelia.Experimental.PythonInterpreter import InterpreterTransformer, StandaloneInterpreter
from Kamaelia.Experimental.Services import RegisterService, Subscribe, ToService
from Kamaelia.File.Append import Append
from Kamaelia.Protocol.FortuneCookieProtocol import FortuneCookieProtocol
from Kamaelia.Util.Collate import Collate
from Kamaelia.Util.DataSource import DataSource
from Kamaelia.Util.NullSink import nullSinkComponent
from Kamaelia.Util.OneShot import OneShot
from Kamaelia.Util.PassThrough import PassThrough

MakeLab = Callable[..., Any]


def test_ticks_have_their_keywords(make_lab: MakeLab) -> None:
    """tick_mesg and check_interval are taken, and tick_mesg may be set in a class."""

    class Hello(PeriodicTick):
        tick_mesg = "hello"

    lab = make_lab(clock="virtual")
    one, two, three = Collate(), Collate(), Collate()
    PlainPipeline(PeriodicTick(delay=0.5, tick_mesg="tick", check_interval=0.01), one).activate()
    PlainPipeline(Hello(0.5), two).activate()
    PlainPipeline(SingleTick(delay=1), three).activate()
    lab.run(timeout=1.2)
    assert (one.collated, two.collated, three.collated) == (["tick"] * 2, ["hello"] * 2, [True])


def test_a_data_sink_has_its_keywords(make_lab: MakeLab) -> None:
    """outlist, limit and pass_thru are taken."""
    lab = make_lab(clock="virtual")
    kept: list[int] = []
    passed = Collate()
    PlainPipeline(DataSource([1, 2, 3]), DataSink(outlist=kept, limit=2, pass_thru=False), passed).activate()
    lab.run()
    assert (kept, passed.collated) == ([1, 2], [])


@pytest.mark.parametrize(
    ("inboxes", "outboxes"),
    [
        (component.Inboxes, component.Outboxes),
        (["inbox", "control"], {"outbox": "", "signal": ""}),
        (["inbox", "control", "extra"], ["outbox", "signal", "_own"]),
        ([], []),
    ],
)
def test_ttl_wraps_any_component(make_lab: MakeLab, inboxes: Any, outboxes: Any) -> None:
    """TTL ends a component that sleeps for ever, whatever boxes it declares, as lists or dictionaries."""

    class Sleeper(component):
        Inboxes, Outboxes = inboxes, outboxes

        def main(self) -> Any:
            while not ("control" in self.Inboxes and self.dataReady("control")):
                self.pause()
                yield 1

    lab = make_lab(clock="virtual")
    sleeper = Sleeper()
    TTL(comp=sleeper, delay=1).activate()
    assert lab.run().reason == "finished"
    assert sleeper._isStopped()


def test_experimental_chassis_limit_boxes(make_lab: MakeLab) -> None:
    """The four take sizes as Kamaelia's do, and are components of the old spelling."""
    sinks = [nullSinkComponent() for _ in range(2)]
    line = Pipeline(DataSource([1]), 5, sinks[0])
    Graphline(
        A=DataSource([1]),
        B=sinks[1],
        linkages={("A", "outbox"): ("B", "inbox")},
        boxsizes={("B", "inbox"): 17},
    )
    assert [sink.inboxes["inbox"].getSize() for sink in sinks] == [5, 17]
    assert isinstance(line, component)
    lab = make_lab(clock="virtual")
    made: list[Any] = []
    carousel = Carousel(componentFactory=lambda _: made.append(PassThrough()) or made[-1], boxsize=2).activate()
    carousel.deliver("go", "next")
    results = Collate()
    PlainPipeline(DataSource("ab"), InboxControlledCarousel(componentFactory=OneShot), results).activate()
    lab.run()
    assert (made[0].inboxes["inbox"].getSize(), results.collated) == (2, ["a", "b"])


def test_services_are_found_by_name(make_lab: MakeLab) -> None:
    """RegisterService returns its component, and Subscribe and ToService find the service."""
    lab = make_lab(clock="virtual")
    service = RegisterService(Collate(), {"SERVICE": "inbox"}).activate()
    subscriber = Subscribe("SERVICE", 5).activate()
    PlainPipeline(DataSource(["data"]), ToService(toService="SERVICE")).activate()
    lab.run()
    assert ("ADD", 5, (subscriber, "inbox")) in service.collated
    assert "data" in service.collated


def test_the_rest_is_there(make_lab: MakeLab, tmp_path: Any) -> None:
    """Append, the interpreters and the fortune cookies are served under their old names."""
    lab = make_lab(clock="virtual")
    values, said = Collate(), Collate()
    PlainPipeline(DataSource(["6 * 7"]), InterpreterTransformer(), values).activate()
    PlainPipeline(FortuneCookieProtocol(debug=0), Append(filename=str(tmp_path / "said")), said).activate()
    lab.run()
    assert values.collated == [" ", 42]
    assert (tmp_path / "said").read_bytes() == b"".join(said.collated)
    assert issubclass(StandaloneInterpreter, component)
