"""The names that a Graphline gives its components find them everywhere, and pictures show them first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kamlab import Component, Graphline, Lab
from kamlab.core.errors import KamlabError
from kamlab.core.microprocess import Microprocess
from kamlab.core.task import task_of
from kamlab.parts import DataSource, PassThrough


class Keep(Component):
    """Keeps what it gets."""

    async def main(self) -> None:
        self.kept = []
        while True:
            self.kept.append(await self.receive())


def build() -> None:
    """Build a drawing with names."""
    Graphline(
        producer=DataSource([1, 2]),
        middle=PassThrough(),
        consumer=Keep(),
        linkages={("producer", "outbox"): ("middle", "inbox"), ("middle", "outbox"): ("consumer", "inbox")},
    ).activate()


@pytest.fixture
def lab() -> Any:
    """A lab with that drawing, at step 8."""
    with Lab(build=build, clock="virtual") as lab:
        lab.step(8)
        yield lab


#: Everything that takes a name of a component, or of a box.
TAKERS: dict[str, Callable[[Lab, str], Any]] = {
    "lab[name]": lambda lab, name: lab[name].short_name,
    "why": lambda lab, name: str(lab.why(name)),
    "where": lambda lab, name: str(lab.where(name)),
    "where, before": lambda lab, name: str(lab.where(name, step=5)),
    "story": lambda lab, name: str(lab.story(name)),
    "story of a box": lambda lab, name: str(lab.story(f"{name}.inbox")),
    "inboxes": lambda lab, name: str(lab.inboxes(name)),
    "inboxes, before": lambda lab, name: str(lab.inboxes(name, step=5)),
    "contents": lambda lab, name: lab.snapshot(5).contents(f"{name}.inbox"),
    "inject": lambda lab, name: lab.inject(name, "by hand"),
    "choose": lambda lab, name: lab.choose(name) if lab[name] in lab.runnable() else None,
    "code": lambda lab, name: lab.where(name)._repr_html_(),
}


@pytest.mark.parametrize("taker", TAKERS)
@pytest.mark.parametrize(("given", "own"), [("consumer", "Keep_4"), ("middle", "PassThrough_3")])
def test_a_given_name_is_as_good_as_its_own(lab: Lab, taker: str, given: str, own: str) -> None:
    """Whatever takes the name of a component takes the one that the Graphline gave, and answers the same."""
    take = TAKERS[taker]
    if taker in ("inject", "choose"):
        take(lab, given)
        return
    assert take(lab, given) == take(lab, own)


def test_breakpoints_take_given_names(lab: Lab) -> None:
    """A breakpoint on a given name hits where one on the own name would."""
    lab.reset()
    lab.break_on("consumer", kind="received")
    outcome = lab.run()
    assert outcome.reason == "breakpoint"
    assert [str(event)[7:] for event in lab.trace if event.kind == "received"][-1] == "Keep_4 takes 2 from inbox"


def test_pictures_show_the_given_name_first(lab: Lab) -> None:
    """Graph, inboxes and timeline have it before the own name, so that one is found by the other."""
    for picture in (lab.graph(), lab.inboxes()):
        assert "consumer (Keep_4)" in str(picture)
    assert "consumer" in str(lab.timeline())
    assert lab.inboxes()["consumer"] == lab.inboxes()["Keep_4"]


def test_given_names_are_labels(lab: Lab) -> None:
    """Axon's .name, the trace, the recorded run and its fingerprints know the own name only."""
    lab.goto(3)
    assert "producer" not in lab["producer"].name
    assert "producer" not in lab.trace.text()
    line = str(lab.recording)

    def without() -> None:
        source, middle, keep = DataSource([1, 2]), PassThrough(), Keep()
        wires = {("a", "outbox"): ("b", "inbox"), ("b", "outbox"): ("c", "inbox")}
        Graphline(a=source, b=middle, c=keep, linkages=wires).activate()

    with Lab(build=without, clock="virtual") as other:
        other.replay(line)
        assert str(other.recording) == line


def test_one_that_has_ended_is_found_by_its_given_name(lab: Lab) -> None:
    """The explanations and the stories know a component by its given name after it has ended, too."""
    lab.run()
    assert "producer" not in [task_of(each).given_name for each in lab.components]
    assert str(lab.why("producer")) == str(lab.why("DataSource_2"))
    assert str(lab.story("producer")) == str(lab.story("DataSource_2"))


def test_two_of_one_name_are_told_apart() -> None:
    """Where two Graphlines give the same name, an error says which components have it."""
    with Lab(clock="virtual") as lab:
        for _ in range(2):
            build()
        lab.step(12)
        for take in (lambda name: lab[name], lab.why, lab.where):
            with pytest.raises(KamlabError, match=r"called 'consumer': '?Keep_\d+'?, '?Keep_\d+"):
                take("consumer")


def test_an_unknown_name_lists_the_given_ones(lab: Lab) -> None:
    """Who mistypes a name reads both names of each component that is there."""
    with pytest.raises(KamlabError, match=r"no component is called 'konsumer'.*consumer \(Keep_4\)"):
        lab["konsumer"]


def test_own_names_come_before_given_ones() -> None:
    """A given name that is the class of another component does not hide that one's own name."""
    with Lab(clock="virtual") as lab:
        Graphline(Keep_3=DataSource([1]), k=Keep(), linkages={("Keep_3", "outbox"): ("k", "inbox")}).activate()
        lab.step(4)
        assert lab["Keep_3"] is lab["k"]
        assert isinstance(lab["Keep_3"], Microprocess)
