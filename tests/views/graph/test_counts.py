"""How many messages went over each link, and which went last."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamlab import Backplane, Component, Lab, Pipeline, PublishTo, SubscribeTo
from kamlab.analysis.link_counts import ledger_of
from kamlab.views.graph import graph_of
from kamlab.views.graph.graph import MOVES
from sampling import sampled


class Count(Component):
    """Sends so many numbers, several a slice."""

    limit = 10
    each = 1

    def main(self) -> Iterator[Any]:
        for number in range(self.limit):
            self.send(number)
            if not (number + 1) % self.each:
                yield


class Idle(Component):
    """Does nothing, and goes on."""

    def main(self) -> Iterator[Any]:
        while True:
            yield


class Take(Component):
    """Takes everything."""

    def main(self) -> Iterator[Any]:
        while True:
            for _ in self.messages():
                pass
            self.pause()
            yield


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A current lab with virtual time that keeps its reports to itself."""
    with Lab(clock="virtual") as lab:
        lab.report = lambda text: None  # type: ignore[method-assign]
        yield lab


def pair(lab: Lab) -> tuple[Component, Component, Any]:
    """Activate two components, linked, that do nothing by themselves."""
    one, two = Idle().activate(), Idle().activate()
    return one, two, one.link((one, "outbox"), (two, "inbox"))


def test_a_message_counts_for_every_link_on_its_way(lab: Lab) -> None:
    """What a Pipeline's first component gets has come over the link to the Pipeline and the one into it."""
    one = Idle().activate()
    line = Pipeline(Take(), Take()).activate()
    one.link((one, "outbox"), (line, "inbox"))
    lab.step(6)
    for _ in range(3):
        one.send("a")
    links = graph_of(lab).now.links
    assert links["1.outbox>2.inbox"] == links["in 2.inbox>3.inbox"] == (3, True)
    assert links["3.outbox>4.inbox"] == (0, True)


def test_a_published_message_counts_all_the_way(lab: Lab) -> None:
    """From a publisher to the Backplane, and from there through each subscriber to what is linked to it."""
    Backplane("NEWS").activate()
    Pipeline(Count(limit=5), PublishTo("NEWS")).activate()
    Pipeline(SubscribeTo("NEWS"), Take()).activate()
    lab.run(max_steps=200)
    graph = graph_of(lab)
    labels = {node.key: node.label for node in graph.scene.nodes}
    counts = {
        f"{labels[line.source[0]]}.{line.source[1]}>{labels[line.target[0]]}.{line.target[1]}": graph.now.links[
            line.key
        ]
        for line in graph.scene.links
    }
    (subscriber,) = [label for label in labels.values() if label.startswith("SubscribeTo")]
    (taker,) = [label for label in labels.values() if label.startswith("Take")]
    into = counts[f"NEWS exchange.to {subscriber}.outbox>{subscriber}.outbox"]
    assert into == counts[f"{subscriber}.outbox>{taker}.inbox"] != (0, True)


def test_messages_go_over_the_links_that_there_were(lab: Lab) -> None:
    """What was sent before a link was moved counts for the old link, also when all is read at once."""
    one, two, link = pair(lab)
    three = Component().activate()
    one.send("to two")
    one.unlink(linkage=link)
    one.send("to nobody")
    one.link((one, "outbox"), (three, "inbox"))
    one.send("to three")
    one.send("to three")
    assert graph_of(lab).now.links == {"1.outbox>3.inbox": (2, True)}
    ledger = ledger_of(lab.trace)
    assert ledger.count(one.outboxes["outbox"], two.inboxes["inbox"]) == 1
    assert ledger.count(one.outboxes["outbox"], three.inboxes["inbox"]) == 2


@given(acts=st.lists(st.sampled_from(["send", "move", "look"]), max_size=30))
@settings(max_examples=sampled(15, 60), deadline=None)
def test_counts_do_not_depend_on_when_one_looks(acts: list[str]) -> None:
    """However often the graph was looked at meanwhile, each link has the messages that were sent over it."""
    with Lab(clock="virtual") as lab:
        one, *others = (Component().activate() for _ in range(3))
        at, sent = 0, [0, 0]
        link = one.link((one, "outbox"), (others[0], "inbox"))
        for act in acts:
            if act == "send":
                one.send("a")
                sent[at] += 1
            elif act == "move":
                one.unlink(linkage=link)
                at = 1 - at
                link = one.link((one, "outbox"), (others[at], "inbox"))
            else:
                graph_of(lab)
        ledger = ledger_of(lab.trace)
        box = one.outboxes["outbox"]
        assert [ledger.count(box, other.inboxes["inbox"]) for other in others] == sent


def test_a_count_that_forgot_something_says_so(eventually: Callable[..., Any]) -> None:
    """Where the ring of a free run dropped records unread, counts are marked as the least that went."""
    with Lab(trace_limit=50) as lab:
        Pipeline(Count(limit=10**9), Take()).activate()
        graph_of(lab)
        lab.start()
        eventually(lambda: lab.step_number > 2000)
        lab.pause()
        graph = graph_of(lab)
        number, exact = graph.now.links["2.outbox>3.inbox"]
        assert number > 0
        assert not exact
        assert f"{number}+" in graph.svg
        assert f"{number}+" in str(graph)


def test_a_lab_that_records_nothing_claims_nothing() -> None:
    """What went over a link while nobody wrote it down is not said to be nothing."""
    with Lab(record=False) as lab:
        Pipeline(Count(limit=5), Take()).activate()
        lab.run(timeout=0.5)
        ledger = ledger_of(lab.trace)
        assert not ledger.exact


def test_a_lab_that_begins_anew_counts_anew(lab: Lab) -> None:
    """Counts belong to one run: after a reset they begin at nothing."""
    Pipeline(Count(), Take()).activate()
    lab.step(9)
    assert graph_of(lab).now.links["2.outbox>3.inbox"][0] > 0
    lab.reset()
    Pipeline(Count(), Take()).activate()
    lab.step(2)
    assert graph_of(lab).now.links["2.outbox>3.inbox"][0] <= 1


# -- the last messages ----------------------------------------------------------------------------------


def test_the_messages_of_the_last_slice_are_shown_with_their_way(lab: Lab) -> None:
    """A message of the last slice has its number, the links it went over, and its text."""
    Pipeline(Count(limit=4, each=2), Take()).activate()
    lab.step(2)
    moves = graph_of(lab).now.moves
    assert [(move.way, move.text, move.lost) for move in moves] == [
        (("2.outbox>3.inbox",), "0", False),
        (("2.outbox>3.inbox",), "1", False),
    ]
    events = {event.number: event for event in lab.trace.events()}
    assert [events[move.n].message for move in moves] == [0, 1]


def test_messages_since_the_last_look_are_shown(lab: Lab) -> None:
    """Told from which event on, the graph has the messages since then, however many slices that was."""
    Pipeline(Count(limit=4), Take()).activate()
    lab.step(2)
    mark = lab.trace.next_number
    lab.step(6)
    assert [move.text for move in graph_of(lab, since=mark).now.moves] == ["1", "2", "3"]
    assert graph_of(lab, since=lab.trace.next_number).now.moves == ()


def test_lost_messages_are_marked(lab: Lab) -> None:
    """A message that nobody got is shown as lost, with the outbox that lost it."""
    Count(limit=1).activate()
    lab.step()
    (move,) = graph_of(lab).now.moves
    assert (move.lost, move.source, move.target, move.way) == (True, ("1", "outbox"), None, ())


def test_messages_from_outside_have_no_way(lab: Lab) -> None:
    """What somebody puts into an inbox by hand comes from nowhere in the picture."""
    take = Take().activate()
    take.deliver("by hand")
    (move,) = graph_of(lab).now.moves
    assert (move.way, move.source, move.target, move.text) == ((), None, ("1", "inbox"), "'by hand'")


def test_no_more_than_a_few_are_shown(lab: Lab) -> None:
    """Of many messages the newest are shown."""
    Pipeline(Count(limit=100, each=100), Take()).activate()
    lab.step(2)
    assert [move.text for move in graph_of(lab).now.moves] == [str(number) for number in range(100 - MOVES, 100)]
