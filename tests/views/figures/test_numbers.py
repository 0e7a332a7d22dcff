"""The numbers that figures are drawn from, as values."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from kamlab import Component, Lab
from kamlab.analysis import StepOutOfRange
from kamlab.core.errors import NoSuchBox, UnknownComponent
from kamlab.views.figures import BadFigure, NoSuchLink, queue_lengths, throughput
from kamlab.views.figures.queues import INBOXES
from kamlab.views.figures.throughput import LINKS

# -- queues -------------------------------------------------------------------------------------------


def test_a_queue_is_as_long_as_the_inbox_was(played: Any) -> None:
    """At every step the length of a queue is the number of messages that waited there, for any system."""
    lengths = queue_lengths(played, boxes=history(played).lines)
    for step in range(played.step_number + 1):
        waited = {name: len(messages) for name, messages in played.snapshot(step).boxes.items()}
        assert {each.box: each.at(step) for each in lengths.queues if each.at(step)} == waited


def history(lab: Any) -> Any:
    from kamlab.analysis import history_of

    return history_of(lab)


def test_the_same_run_gives_the_same_numbers(played: Any, again: Callable[[Any], Any]) -> None:
    """A system that is built and stepped again gives equal values of every kind."""
    other = again(played)
    for function in (queue_lengths, throughput):
        assert function(played) == function(other)
        assert str(function(played)) == str(function(other))


def test_a_queue_has_its_changes_its_longest_and_its_limit(slow_pair: Any) -> None:
    """A queue is a step function from the first step on, and knows how long it was at most and its limit."""
    lab, _, sink = slow_pair
    sink.set_inbox_size("inbox", 9)
    (queue,) = queue_lengths(lab).queues
    assert (queue.box, queue.longest, queue.limit) == ("sink.inbox", 4, 9)
    assert queue.steps[:4] == (0, 1, 2, 3)
    assert queue.lengths[:4] == (0, 1, 0, 1)
    assert max(queue.lengths) == 4


def test_a_window_begins_with_what_waited_there(slow_pair: Any) -> None:
    """A window has the lengths from its first step to its last, and says which part of the run it is."""
    lab, _, _ = slow_pair
    whole, part = queue_lengths(lab)["sink.inbox"], queue_lengths(lab, first=5, last=9)
    assert part["sink.inbox"].steps[0] == 5
    assert [part["sink.inbox"].at(step) for step in range(5, 10)] == [whole.at(step) for step in range(5, 10)]
    assert part.window.note == "steps 5 to 9 of 18"


def test_the_fullest_are_shown_and_the_others_counted(lab: Any, parts: Any) -> None:
    """Unless they are named, only the fullest inboxes are in it; those that never held anything do not count."""
    sinks = [Component(name=f"sink{number}").activate() for number in range(INBOXES + 3)]
    for number, sink in enumerate(sinks[1:], 1):
        for _ in range(number):
            sink.deliver("x")
    lab.step(1)
    lengths = queue_lengths(lab)
    assert [each.longest for each in lengths.queues] == list(range(INBOXES + 2, 2, -1))
    assert lengths.more == 2
    assert "and 2 more inboxes" in str(lengths)


def test_named_inboxes_are_shown_as_named(slow_pair: Any) -> None:
    """A named inbox is shown though it never held anything; a component's name means all of its inboxes."""
    lab, _, sink = slow_pair
    assert [each.box for each in queue_lengths(lab, boxes=["sink.control"]).queues] == ["sink.control"]
    assert queue_lengths(lab, boxes=["sink.control"]).queues[0].lengths == (0,)
    assert [each.box for each in queue_lengths(lab, boxes="sink").queues] == ["sink.inbox", "sink.control"]
    assert [each.box for each in queue_lengths(lab, boxes=sink.inboxes["inbox"]).queues] == ["sink.inbox"]
    assert queue_lengths(lab, components=["source"]).queues == ()
    assert queue_lengths(lab, components=[sink]).queues[0].box == "sink.inbox"
    assert queue_lengths(lab, components="Slow").queues[0].box == "sink.inbox"


def test_wrong_names_say_which_there_are(slow_pair: Any) -> None:
    """Who names a component or a box that is not there is told which are."""
    lab, _, _ = slow_pair
    with pytest.raises(UnknownComponent, match=r"'nobody'.*'sink', 'source'"):
        queue_lengths(lab, components=["nobody"])
    with pytest.raises(UnknownComponent, match=r"'sink', 'source'"):
        queue_lengths(lab, boxes=["nobody.inbox"])
    with pytest.raises(NoSuchBox, match=r"sink has no inbox 'outbox'; its inboxes: 'control', 'inbox'"):
        queue_lengths(lab, boxes=["sink.outbox"])
    with pytest.raises(NoSuchLink, match=r"'source.outbox -> sink.inbox'"):
        throughput(lab, links=["sink.outbox -> source.inbox"])


def test_steps_that_are_not_there_are_refused(slow_pair: Any) -> None:
    """A window can lie neither ahead nor backwards."""
    lab, _, _ = slow_pair
    for first, last in ((0, 19), (19, None), (-1, 3), (7, 3)):
        with pytest.raises(StepOutOfRange):
            queue_lengths(lab, first=first, last=last)


def test_messages_from_before_an_activation_count_from_it_on(lab: Any) -> None:
    """What was delivered before its owner was activated waits in it from then on, as the history tells."""
    sink = Component(name="sink")
    sink.deliver("early")
    first = Component(name="first").activate()
    lab.step(1)
    sink.activate()
    lab.step(1)
    queue = queue_lengths(lab)["sink.inbox"]
    assert [queue.at(step) for step in range(3)] == [len(lab.snapshot(s).boxes.get("sink.inbox", ())) for s in range(3)]
    del first


# -- throughput ---------------------------------------------------------------------------------------


def test_every_message_is_counted_once(played: Any) -> None:
    """The totals of all links are the messages that were sent, and each is the sum of its bins."""
    counted = Counter(event.kind for event in played.trace if event.kind in ("sent", "discarded"))
    flows = throughput(played).flows
    rest = throughput(played).more_messages
    assert sum(each.total for each in flows) + rest == counted["sent"] + counted["discarded"]
    for by in ("step", "time"):
        for each in throughput(played, by=by).flows:
            assert sum(each.bins) == each.total


def test_bins_are_of_round_width_and_cover_the_window(slow_pair: Any) -> None:
    """A bin is a whole number of steps, and a message is in the bin of its step."""
    lab, _, _ = slow_pair
    flow = throughput(lab)
    assert (flow.begin, flow.width, flow.bin_in_words) == (0.0, 1.0, "1 step")
    sent = [event.step for event in lab.trace if event.kind == "sent"]
    assert [step for step, count in enumerate(flow["source.outbox -> sink.inbox"].bins) if count] == sent


def test_lost_messages_and_those_from_outside_are_links_too(lab: Any, parts: Any) -> None:
    """What leads nowhere is a link to nowhere, and lost; what a cell delivers comes from outside."""
    source = parts.source(name="source").activate()
    source.deliver("hello", "control")
    lab.step(3)
    flows = throughput(lab)
    assert (flows["source.outbox -> nowhere"].total, flows["source.outbox -> nowhere"].lost) == (3, True)
    assert (flows["outside -> source.control"].total, flows["outside -> source.control"].lost) == (1, False)


def test_links_are_chosen_by_name_or_by_an_end(slow_pair: Any) -> None:
    """A link can be named whole or by a box; one that carried nothing is shown with none."""
    lab, source, _ = slow_pair
    name = "source.outbox -> sink.inbox"
    for links in ([name], ["source.outbox"], "sink.inbox"):
        assert [each.link for each in throughput(lab, links=links).flows] == [name]
    assert throughput(lab, links=[name], first=15)[name].total == 0
    assert throughput(lab, components=["sink"])[name].total == 6
    assert throughput(lab, components=[source])[name].total == 6


def test_the_busiest_links_are_shown_and_the_others_counted(lab: Any, parts: Any) -> None:
    """Unless they are named, only the links with the most messages are in it."""
    for number in range(LINKS + 2):
        parts.source(name=f"s{number}", count=number + 1).activate()
    lab.run()
    flows = throughput(lab)
    assert [each.total for each in flows.flows] == list(range(LINKS + 2, 2, -1))
    assert (flows.more, flows.more_messages) == (2, 3)


def test_over_anything_but_steps_and_time_nothing_is_counted(lab: Any) -> None:
    """by= is "step" or "time"."""
    with pytest.raises(BadFigure, match='by="step"'):
        throughput(lab, by="phase of the moon")


# -- of all -------------------------------------------------------------------------------------------


def test_before_anything_happened_they_are_empty_and_say_so() -> None:
    """A lab in which nothing has run yet has empty values."""
    with Lab() as lab:
        for data in (queue_lengths(lab), throughput(lab)):
            assert data.is_empty
            assert str(data).splitlines()[1].strip().endswith(".")


def test_a_free_run_says_from_which_step_it_knows(parts: Any) -> None:
    """Where the oldest events are forgotten the window begins where they are known, and says so."""
    with Lab(trace_limit=200) as lab:
        source, sink = parts.source(count=10**9).activate(), parts.slow().activate()
        source.link((source, "outbox"), (sink, "inbox"))
        lab.run(max_steps=1000)
        for data in (queue_lengths(lab), throughput(lab)):
            earliest = data.window.known_from
            assert 800 < earliest < 1000
            assert f"known from step {earliest} on" in data.window.note
        queue = queue_lengths(lab)["Slow_2.inbox"]
        assert queue.lengths[-1] == len(sink.inboxes["inbox"].items)
        assert queue.at(950) == len(lab.snapshot(950).contents("Slow_2.inbox"))
        with pytest.raises(StepOutOfRange, match="forgotten"):
            queue_lengths(lab, first=3)


def test_names_are_written_as_text_at_once(lab: Any, parts: Any) -> None:
    """What a value holds is text of one line, so it keeps no component alive and can be hashed."""
    parts.source(name="two\nlines").activate()
    lab.step(1)
    flows = throughput(lab)
    assert [flow.link for flow in flows.flows] == ["two\\nlines.outbox -> nowhere"]
    assert hash(flows) == hash(throughput(lab))


def test_the_numbers_need_no_matplotlib() -> None:
    """They are computed and printed without matplotlib being imported."""
    code = (
        "import sys\nfrom kamlab import Component, Lab\n"
        "from kamlab.views.figures import queue_lengths, throughput\n"
        "with Lab() as lab:\n"
        "    Component().activate()\n"
        "    lab.step()\n"
        "    print(queue_lengths(lab), throughput(lab))\n"
        "sys.exit('matplotlib' in sys.modules or 'numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
