"""One search over components, inboxes, waiting messages and recorded ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from kamlab import Component, Graphline, KamlabError, Lab, Pipeline
from kamlab.core.task import task_of
from kamlab.parts import DataSource, NullSink, PassThrough
from kamlab.views.find import COUNTED, Found


class Waits(Component):
    def main(self) -> Iterator[None]:
        while True:
            self.pause()
            yield


class Sends(Component):
    def __init__(self, *messages: Any) -> None:
        super().__init__()
        self.messages = messages

    def main(self) -> Iterator[None]:
        for message in self.messages:
            self.send(message)
            yield


def of_kind(found: Found, kind: str) -> list[str]:
    """Return the texts of the hits of one kind."""
    return [hit.text for hit in found if hit.kind == kind]


def test_a_message_is_found_where_it_waits_and_where_it_was_sent() -> None:
    """A waiting message is one hit, with the step in which it was sent; one that was taken is where it went."""
    with Lab(clock="virtual") as lab:
        Pipeline(DataSource(["hello", "bye"]), PassThrough(), Waits()).activate()
        lab.run()
        found = lab.find("Hello")
        sent = [event for event in lab.trace.events() if event.kind == "sent" and event.message == "hello"]
        assert [(hit.text, hit.step, hit.event) for hit in found] == [
            ("'hello' waits in Waits_4.inbox", sent[1].step, sent[1].number),
            ("'hello' to PassThrough_3.inbox", sent[0].step, sent[0].number),
        ]
        assert [(hit.key, hit.component, hit.box) for hit in found] == [
            ("4", "Waits_4", "inbox"),
            ("3", "PassThrough_3", "inbox"),
        ]


def test_a_lost_message_and_one_put_in_are_found() -> None:
    """A message that led nowhere is a hit of its sender; one put in from outside is where it was put."""
    with Lab(clock="virtual") as lab:
        Sends("lost").activate()
        waits = Waits().activate()
        lab.step(2)
        lab.inject(waits, "by hand")
        assert [(hit.text, hit.key) for hit in lab.find("lost")] == [("'lost' led nowhere", "1")]
        assert [hit.text for hit in lab.find("by hand")] == ["'by hand' waits in Waits_2.inbox"]
        lab.drop(waits)
        assert [hit.text for hit in lab.find("by hand")] == ["'by hand' to Waits_2.inbox"]


def test_a_message_is_found_by_what_it_was_when_it_moved() -> None:
    """A list that its sender changes afterwards is found by the text that it had."""
    numbers = [1]
    with Lab(clock="virtual") as lab:
        Pipeline(Sends(numbers), Waits()).activate()
        lab.step(3)
        numbers.append(99)
        assert len(lab.find("[1]")) == 1
        assert len(lab.find("99")) == 0


def test_components_are_found_by_every_name() -> None:
    """A component is found by its own name, its class, and the name that a Graphline gave it."""
    with Lab(clock="virtual") as lab:
        linkages = {("producer", "outbox"): ("consumer", "inbox")}
        Graphline(producer=DataSource([1]), consumer=NullSink(), linkages=linkages).activate()
        lab.step()
        assert of_kind(lab.find("PRODUCER"), "component") == ["producer (DataSource_2)"]
        assert of_kind(lab.find("datasource"), "component") == ["producer (DataSource_2)"]
        assert lab.find("consumer")[0].key == "3"


def test_inboxes_are_found_by_their_names() -> None:
    """An inbox is a hit where its own name has the text, and not for each box of a component that has it."""
    with Lab(clock="virtual") as lab:
        Waits().activate()
        lab.step()
        assert of_kind(lab.find("control"), "inbox") == ["Waits_1.control"]
        assert of_kind(lab.find("Waits_1.in"), "inbox") == ["Waits_1.inbox"]
        assert of_kind(lab.find("Waits"), "inbox") == []


def test_the_hits_are_limited_and_the_rest_is_counted() -> None:
    """Only so many hits are returned, the newest messages first; the others are a number, which is bounded."""
    with Lab(clock="virtual") as lab:
        Pipeline(Sends(*[f"message {number}" for number in range(COUNTED + 50)]), NullSink()).activate()
        lab.step(60)
        found = lab.find("message", limit=3)
        assert (len(found), found.more) == (3, len(lab.find("message", limit=1000)) - 3)
        assert found[0].step > found[2].step
        lab.step(3 * COUNTED)
        found = lab.find("message", limit=5)
        assert len(found) + found.more == COUNTED
        assert str(found).splitlines()[0] == f"{COUNTED} hits for message"
        assert str(found).splitlines()[-1].strip() == f"and {COUNTED - 5} more hits"


def test_nothing_found_is_said() -> None:
    """A search without hits is an empty answer; an empty text is refused."""
    with Lab(clock="virtual") as lab:
        Waits().activate()
        assert str(lab.find("nobody")) == "0 hits for nobody"
        with pytest.raises(KamlabError, match="give the text to look for"):
            lab.find("  ")
        with pytest.raises(KamlabError, match="give the text to look for"):
            lab.find(7)  # type: ignore[arg-type]


def test_hostile_names_and_messages_are_shown_as_text() -> None:
    """What is found is printable and on one line, and is escaped in HTML."""
    with Lab(clock="virtual") as lab:
        Pipeline(Sends("<b>needle</b>\u202e\n"), Waits()).activate()
        lab.run()
        found = lab.find("needle")
        assert all(hit.text.isprintable() for hit in found)
        assert "<b>" not in found._repr_html_()


def test_a_lab_that_runs_can_be_searched() -> None:
    """While a lab runs at full speed names and waiting messages are found."""

    class Endless(Component):
        def main(self) -> Iterator[None]:
            while True:
                yield

    with Lab() as lab:
        Endless().activate()
        Waits().activate().deliver("needle")
        lab.start()
        found = lab.find("needle")
        lab.pause()
        assert of_kind(found, "message") == ["'needle' waits in Waits_2.inbox"]


def test_components_are_found_by_the_variable_that_holds_them() -> None:
    """The name of a variable of the user's cell is a name to search for."""
    with Lab(clock="virtual") as lab:
        task_of(Waits().activate()).variable = "cupboard"
        assert of_kind(lab.find("cupb"), "component") == ["Waits_1"]
