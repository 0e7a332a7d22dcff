"""What an explanation may not claim: that nothing else wakes a component, or that a full way leads nowhere."""

from __future__ import annotations

import pytest

from kamlab import Component, Lab, Pipeline, ProducerFinished
from kamlab.analysis import losses, waiting, why
from kamlab.core.errors import NoSpaceInBox
from kamlab.core.events import DISCARDED
from kamlab.parts import LossyConnector


def flat(text):
    return " ".join(str(text).split())


# -- what a loop waits for ----------------------------------------------------------------------------


class Server(Component):
    """Works off its inbox until control says something, as many listings do."""

    def main(self):
        while not self.data_ready("control"):
            for message in self.messages():
                self.send(message)
            if not self.any_ready():
                self.pause()
            yield


class Cautious(Component):
    """Waits for its inbox, and leaves when control says so."""

    def main(self):
        while not self.data_ready("inbox"):
            if self.data_ready("control"):
                return
            self.pause()
            yield


class Told(Component):
    """Waits for its inbox, and says that it does."""

    def main(self):
        waited = 0
        while not self.data_ready("inbox"):
            waited += 1
            print("still nothing")
            self.pause()
            yield waited


@pytest.mark.parametrize("kind", [Server, Cautious])
def test_a_loop_that_does_more_than_wait_is_not_all_that_it_waits_for(lab, kind):
    """A loop with work in it goes on for other messages, too; nothing is said of "nothing else"."""
    kind(name="it").activate()
    lab.run()
    told = flat(why(lab["it"]))
    assert "It called pause(): a message in its inbox 'inbox' or 'control' would wake it." in told
    assert "nothing else" not in told
    assert not any(wait.sure for wait in waiting(lab).of("it"))


def test_a_loop_that_only_waits_still_says_so(lab):
    """Counting and printing are no work that a message could do: the loop waits for one inbox only."""
    Told(name="it").activate()
    lab.run()
    assert "It waits for a message in its inbox 'inbox', and for nothing else." in why(lab["it"]).sentences


def test_who_waits_for_room_and_looks_at_control_may_be_let_go_by_it(lab, parts):
    """A handler of NoSpaceInBox that asks control waits for either; only what is sure is called so."""

    class Careful(Component):
        def main(self):
            while True:
                try:
                    self.send("more")
                except NoSpaceInBox:
                    if self.data_ready("control"):
                        return
                    self.pause()
                    yield

    careful, _ = parts.pipe(Careful(name="careful"), Slow(name="sink"), pipewidth=1)
    lab.run()
    told = flat(why(careful))
    assert "a message in its inbox 'control' would wake it" in told
    assert "It may be waiting for room in sink.inbox" in told


# -- what was lost for want of room -------------------------------------------------------------------


class Slow(Component):
    """Takes nothing until it is told to end."""

    def main(self):
        while not self.data_ready("control"):
            self.pause()
            yield


class Source(Component):
    """Sends three messages, then the word that it is done."""

    def main(self):
        for number in range(3):
            self.send(number)
            yield
        self.send(ProducerFinished(self), "signal")


def narrow(room: int = 1) -> None:
    """A source, a connector that drops what does not fit, and a receiver with little room."""
    slow = Slow(name="slow")
    slow.set_inbox_size("inbox", room)
    Pipeline(Source(name="source"), LossyConnector(name="lossy"), slow, name="pipe").activate()


def find(lab, name):
    """Return a part of what was built, once it is there."""
    lab.run(until=lambda lab: any(each.name == name for each in lab))
    return lab[name]


def test_what_had_no_room_is_not_said_to_lead_nowhere():
    """While the link is there: the full inbox is named, in what was lost and in what the dropper did last."""
    with Lab(build=narrow, clock="virtual") as lab:
        lossy = find(lab, "lossy")
        lab.run(until=lambda _: lossy.dropped == 2)
        (loss,) = losses(lab).of("lossy")
        assert str(loss) == (
            f"lossy.outbox leads to slow.inbox, which had no room: 2 messages discarded, the last was 2 in step "
            f"{lab.step_number}."
        )
        assert f"Last it dropped 2, for which slow.inbox had no room, in step {lab.step_number}." in flat(
            why(lab["lossy"])
        )


def test_what_had_no_room_is_told_after_the_links_are_gone():
    """When all has ended its links are taken down; what was lost before was still lost for want of room."""
    with Lab(build=narrow, clock="virtual") as lab:
        lab.run()
        assert lab.state == "finished"
        (loss,) = losses(lab).of("lossy")
        assert str(loss).startswith("lossy.outbox led to slow.inbox, which had no room: 2 messages discarded")
        event = next(each for each in lab.trace if each.kind == DISCARDED)
        told = f"lossy dropped it in step {event.step}: it was for slow.inbox, which had no room."
        assert told in flat(lab.why(event))


def test_without_its_events_a_loss_claims_less(make_lab):
    """Where nothing was recorded an outbox without a link leads nowhere now; more is not known."""
    lab = make_lab(record=False)
    source = Source(name="source").activate()
    lab.run(until=lambda _: source.outboxes["outbox"].discarded == 2)
    (loss,) = losses(lab)
    assert str(loss) == "source.outbox leads nowhere now: 2 messages discarded."


def test_what_led_nowhere_first_and_had_no_room_later_says_both(lab):
    """Both reasons are told where both are known."""
    lossy, slow = LossyConnector(name="lossy").activate(), Slow(name="slow").activate()
    slow.set_inbox_size("inbox", 0)
    lossy.deliver("early")
    lab.run()
    lossy.link((lossy, "outbox"), (slow, "inbox"))
    lossy.deliver("late")
    lab.run()
    told = flat(losses(lab).of("lossy")[0])
    assert told.startswith(
        "lossy.outbox leads to slow.inbox, but not at first, and later there was no room: 2 messages"
    )
    lossy.unlink(slow)
    told = flat(losses(lab).of("lossy")[0])
    assert told.startswith("lossy.outbox leads nowhere; for a time it led to slow.inbox, which had no room: 2 messages")
