"""The graph of a lab, as a value: who is in it, how each is, what waits and what is lost."""

from __future__ import annotations

import gc
import json
import re
import weakref
from collections.abc import Callable, Iterator
from dataclasses import replace
from time import process_time
from typing import Any

import pytest

from kamlab import Backplane, Component, Graphline, Lab, Pipeline, PublishTo, Seq, SubscribeTo, ThreadedComponent
from kamlab.analysis.errors import StepOutOfRange
from kamlab.core.box import made_inboxes_of
from kamlab.core.errors import NoSpaceInBox
from kamlab.parts import DataSource
from kamlab.views.graph import Graph, graph_of
from kamlab.views.graph.graph import CHIP, SIGNS
from kamlab.views.graph.structure import FAILURES, MOST, ROOMY


class Count(Component):
    """Sends numbers, one a slice."""

    limit = 1000

    def main(self) -> Iterator[Any]:
        for number in range(self.limit):
            self.send(number)
            yield


class Pass(Component):
    """Sends on what it gets."""

    def main(self) -> Iterator[Any]:
        while True:
            for message in self.messages():
                self.send(message)
            self.pause()
            yield


class Keep(Component):
    """Takes one message a slice."""

    def main(self) -> Iterator[Any]:
        while True:
            if self.data_ready():
                self.recv()
            else:
                self.pause()
            yield


class Idle(Component):
    """Never takes anything."""

    def main(self) -> Iterator[Any]:
        while True:
            yield


class Fails(Component):
    """Fails in its second slice."""

    def main(self) -> Iterator[Any]:
        yield
        raise ValueError("out of paper")


class WithRoom(Component):
    """Waits for room."""

    def main(self) -> Iterator[Any]:
        while True:
            try:
                self.send("one more")
            except NoSpaceInBox:
                self.pause()
            yield


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A current lab with virtual time that keeps its reports to itself."""
    with Lab(clock="virtual") as lab:
        lab.report = lambda text: None  # type: ignore[method-assign]
        yield lab


def tree(graph: Graph) -> dict[str, str]:
    """Return the label of the parent of each component, by its label."""
    labels = {node.key: node.label for node in graph.scene.nodes}
    return {node.label: labels.get(node.parent, "") for node in graph.scene.nodes}


def state(graph: Graph, name: str) -> str:
    return graph[name][1].state


# -- who is in it -----------------------------------------------------------------------------------------


def test_containers_hold_their_children(lab: Lab) -> None:
    """A Pipeline in a Graphline is drawn in it, and its components in the Pipeline."""
    inner = Pipeline(Pass(), Pass())
    Graphline(a=Count(), b=inner, linkages={("a", "outbox"): ("b", "inbox")}).activate()
    lab.step(3)
    graph = graph_of(lab)
    assert tree(graph) == {
        "Graphline_1": "",
        "a (Count_2)": "Graphline_1",
        "b (Pipeline_3)": "Graphline_1",
        "Pass_4": "b (Pipeline_3)",
        "Pass_5": "b (Pipeline_3)",
    }
    assert [node.label for node in graph.scene.nodes if node.container] == ["Graphline_1", "b (Pipeline_3)"]


def test_links_have_both_ends_and_say_whether_they_lead_inside(lab: Lab) -> None:
    """There is a link for each one in the lab; one between a container's box and its child's is an inner one."""
    Pipeline(Count(), Keep()).activate()
    lab.step(2)
    links = {line.key: line for line in graph_of(lab).scene.links}
    assert links["2.outbox>3.inbox"].source == ("2", "outbox")
    assert links["2.outbox>3.inbox"].target == ("3", "inbox")
    assert [key for key, line in links.items() if line.inner] == ["in 1.inbox>2.inbox", "out 3.outbox>1.outbox"]


def test_children_that_are_not_active_yet_are_shown_as_new(lab: Lab) -> None:
    """A child that its parent has taken in and not activated is there, new, with its links."""
    parent, child = Idle(), Idle()
    parent.activate()
    lab.step()
    parent.add_children(child)
    parent.link((parent, "outbox"), (child, "inbox"))
    graph = graph_of(lab)
    assert graph["1.0"][1].state == "new"
    assert "1.outbox>1.0.inbox" in {line.key for line in graph.scene.links}


def test_an_empty_lab_has_an_empty_graph(lab: Lab) -> None:
    """Where there is nothing, there is a picture and a text that say so."""
    graph = graph_of(lab)
    assert (graph.scene.nodes, graph.headline) == ((), "new at step 0, 0 components")
    assert str(graph) == graph.headline
    assert graph.svg.startswith("<svg")


def test_a_component_that_failed_stays_where_it_was(lab: Lab) -> None:
    """Its container lets go of it, and the picture does not."""
    Pipeline(Fails(), Keep()).activate()
    lab.step(8)
    graph = graph_of(lab)
    assert tree(graph)["Fails_2"] == "Pipeline_1"
    assert graph["Fails_2"][1][:2] == ("failed", "ValueError: out of paper")


def test_only_the_last_failures_are_kept(lab: Lab) -> None:
    """However many fail, the last few are shown."""
    for _ in range(FAILURES + 5):
        Fails().activate()
    lab.step(4 * FAILURES)
    labels = [node.label for node in graph_of(lab).scene.nodes]
    assert labels == [f"Fails_{number}" for number in range(6, FAILURES + 6)]


def test_what_has_just_ended_is_shown_and_goes_later(lab: Lab) -> None:
    """A system that has come to its end is still to be seen; one that goes on drops those that ended long ago."""
    Pipeline(Count(limit=2), name="line").activate()
    lab.run()
    graph = graph_of(lab)
    assert tree(graph) == {"line": "", "Count_2": "line"}
    assert {look.state for look in graph.now.nodes.values()} == {"finished"}
    Idle().activate()
    lab.step(80)
    assert tree(graph_of(lab)) == {"Idle_3": ""}


# -- how each is ------------------------------------------------------------------------------------------


def test_states_are_told_apart(lab: Lab) -> None:
    """Runnable, waiting, blocked, failed: each has its word, and what it waits for."""
    Graphline(
        source=WithRoom(), sink=Idle(), bad=Fails(), quiet=Keep(), linkages={("source", "outbox"): ("sink", "inbox")}
    ).activate()
    lab.step()
    lab["Idle"].set_inbox_size("inbox", 2)
    lab.step(20)
    graph = graph_of(lab)
    assert {state(graph, name) for name in ("WithRoom_2", "Idle_3", "Fails_4", "Keep_5")} == {
        "blocked",
        "runnable",
        "failed",
        "waiting",
    }
    assert graph["WithRoom_2"][1].say == "waits for room in Idle_3.inbox"
    assert graph["Keep_5"][1].say == "waits for a message"
    assert graph["Graphline_1"][1].say == "waits for its children"


def test_every_state_is_a_word_of_the_list(lab: Lab) -> None:
    """Whatever the lab does, states are those that a picture knows."""
    Pipeline(Count(limit=3), Pass(), Fails()).activate()
    for _ in range(20):
        lab.step()
        assert {look.state for look in graph_of(lab).now.nodes.values()} <= set(SIGNS)


def test_who_ran_last_and_who_runs_next_is_shown(lab: Lab) -> None:
    """One has had the last slice, and one runs next."""
    Pipeline(Count(), Keep()).activate()
    for _ in range(10):
        lab.step()
        graph = graph_of(lab)
        following = lab.runnable()[0].short_name
        assert [node.label for node in graph.scene.nodes if graph.now.nodes[node.key].next] == [following]
        ran = lab.trace.events()[-1].cause or next(
            e.component for e in reversed(lab.trace.events()) if e.kind == "resumed"
        )
        assert [node.label for node in graph.scene.nodes if graph.now.nodes[node.key].last] == [ran.short_name]


def test_waiting_messages_limits_and_losses_are_counted(lab: Lab) -> None:
    """What waits in an inbox is there with its limit, and so is what an outbox has lost."""
    idle = Idle().activate()
    idle.deliver("a")
    idle.set_inbox_size("inbox", 1)
    idle.send("nobody hears")
    graph = graph_of(lab)
    assert graph["Idle_1"][1].inboxes == (("inbox", 1, 1),)
    assert graph["Idle_1"][1].full == ("inbox",)
    assert graph["Idle_1"][1].outboxes == (("outbox", 1),)
    assert graph.data()["now"]["nodes"]["1"]["in"] == {"inbox": [1, 1]}


def test_boxes_that_say_nothing_are_left_out(lab: Lab) -> None:
    """A control that is not linked and empty is only counted; once something is in it, it is shown."""
    idle = Idle().activate()
    before = graph_of(lab)["Idle_1"][0]
    idle.deliver("stop", "control")
    after = graph_of(lab)["Idle_1"][0]
    assert ([port.name for port in before.inboxes], before.boxes_more) == (["inbox"], 2)
    assert ([port.name for port in after.inboxes], after.boxes_more) == (["inbox", "control"], 1)


def test_a_container_does_not_show_orders_that_cannot_come(lab: Lab) -> None:
    """The control of a Pipeline at the top is not drawn, though it is linked inwards; what waits there is."""
    line = Pipeline(Keep(), Keep()).activate()
    lab.step(4)
    assert [port.name for port in graph_of(lab)["Pipeline_1"][0].inboxes] == ["inbox"]
    feeder = Idle().activate()
    feeder.link((feeder, "signal"), (line, "control"))
    assert [port.name for port in graph_of(lab)["Pipeline_1"][0].inboxes] == ["inbox", "control"]


# -- folding ------------------------------------------------------------------------------------------------


def test_a_folded_container_is_one_node(lab: Lab) -> None:
    """Folded, a container says how many are inside, and links to what is inside lead to it."""
    Graphline(a=Count(), b=Pipeline(Pass(), Keep()), linkages={("a", "outbox"): ("b", "inbox")}).activate()
    lab.step(12)
    graph = graph_of(lab, folded={"3"})
    node = graph["Pipeline_3"][0]
    assert (node.folded, node.container, node.inside) == (True, False, 2)
    assert [line.key for line in graph.scene.links] == ["2.outbox>3.inbox"]
    assert graph.now.links["2.outbox>3.inbox"] == graph_of(lab).now.links["2.outbox>3.inbox"]


def test_links_past_the_boxes_of_a_folded_container_lead_to_it(lab: Lab) -> None:
    """A publisher in a folded Pipeline is linked to the Backplane straight; so then is the Pipeline."""
    Backplane("NEWS").activate()
    Pipeline(Count(), PublishTo("NEWS")).activate()
    Pipeline(SubscribeTo("NEWS"), Keep()).activate()
    lab.step(30)
    graph = graph_of(lab, folded={"1", "2", "3"})
    ends = {(line.source[0], line.target[0]) for line in graph.scene.links}
    assert ends == {("2", "1"), ("1", "3"), ("3", "1")}


def test_large_containers_fold_by_themselves(lab: Lab) -> None:
    """With more components than there is room for, the largest containers fold; one that shall stay open does."""
    for count in (ROOMY, 3):
        Pipeline(*(Pass() for _ in range(count))).activate()
    lab.step(4)
    graph = graph_of(lab)
    assert [graph[name][0].folded for name in ("Pipeline_1", "Pipeline_2")] == [True, False]
    assert not graph_of(lab, folded={"-1"})["Pipeline_1"][0].folded


def test_too_many_are_cut(lab: Lab) -> None:
    """Where nothing can be folded, so many are shown, and the rest is counted."""
    for _ in range(MOST + 20):
        Idle().activate()
    graph = graph_of(lab)
    assert (len(graph.scene.nodes), graph.scene.more) == (MOST, 20)
    assert f"{MOST + 20} components" in graph.headline


# -- the past -------------------------------------------------------------------------------------------------


def build() -> None:
    """A line whose source ends and whose middle fails."""
    Pipeline(Count(limit=6), Pass(), Keep()).activate()
    Fails().activate()


def test_the_past_is_shown_as_it_was() -> None:
    """The graph of a step of the past has the states, contents, links and counts that there were then."""
    with Lab(clock="virtual") as lab:
        lab.report = lambda text: None  # type: ignore[method-assign]
        build()
        seen = {}
        for _ in range(25):
            seen[lab.step_number] = graph_of(lab).data()
            lab.step()
        for step, data in seen.items():
            assert graph_of(lab, step=step).data() == data, step


def test_looking_at_the_past_leaves_the_lab_where_it_is(lab: Lab) -> None:
    """A graph of the past says so, and the lab stands where it stood."""
    build()
    lab.step(12)
    graph = graph_of(lab, step=4)
    assert (graph.step, graph.past, lab.step_number) == (4, True, 12)
    assert graph.headline.startswith("as it was at step 4")
    with pytest.raises(StepOutOfRange):
        graph_of(lab, step=13)


# -- as a value -------------------------------------------------------------------------------------------------


def test_a_graph_is_a_plain_value(lab: Lab) -> None:
    """Two graphs with nothing in between are equal, a slice makes a difference, and JSON can hold it all."""
    build()
    lab.step(6)
    graph = graph_of(lab)
    assert graph == graph_of(lab)
    data = graph.data()
    assert json.loads(json.dumps(data)) == data
    assert {*data["scene"]["nodes"][0]} >= {"key", "label", "kind", "x", "y", "w", "h", "parent", "in", "out"}
    assert {*data["now"]} == {"nodes", "links", "moves"}
    lab.step()
    assert graph != graph_of(lab)


def test_a_graph_keeps_no_component_alive() -> None:
    """A graph that somebody keeps, and what is remembered of counts, hold no lab and no component."""
    lab = Lab(clock="virtual")
    lab.report = lambda text: None  # type: ignore[method-assign]
    with lab:
        idle = Idle().activate()
        idle.deliver("a")
        lab.step(3)
        graph = graph_of(lab)
    there = weakref.ref(idle), weakref.ref(lab)
    del idle, lab
    gc.collect()
    assert [ref() for ref in there] == [None, None]
    assert graph["Idle_1"][1].inboxes == (("inbox", 1, None),)


def test_a_system_built_again_gives_the_same_graph() -> None:
    """The graph of a run is the same in every lab that does the same."""

    def drawn() -> tuple[Graph, str]:
        with Lab(clock="virtual") as lab:
            lab.report = lambda text: None  # type: ignore[method-assign]
            build()
            lab.step(9)
            graph = graph_of(lab)
            return graph, graph.svg

    assert drawn() == drawn()


def test_looking_changes_nothing(lab: Lab) -> None:
    """A look makes no boxes, takes no message, writes no record and wakes nobody."""
    idle = Idle().activate()
    before = (lab.step_number, len(lab.trace), idle.state)
    graph_of(lab)
    assert not made_inboxes_of(idle)
    assert before == (lab.step_number, len(lab.trace), idle.state)


def test_a_lab_that_runs_can_be_looked_at(lab: Lab, eventually: Callable[..., Any]) -> None:
    """In a free run the states are those of the engine, and nothing is computed twice that has not changed."""
    Pipeline(Count(limit=10**9), Keep()).activate()
    lab.start()
    try:
        eventually(lambda: lab.step_number > 1000)
        graph = graph_of(lab)
        again = graph_of(lab, previous=graph)
        assert graph.state == "running"
        assert again.scene is graph.scene
        assert {look.state for look in graph.now.nodes.values()} <= {"runnable", "waiting"}
    finally:
        lab.pause()


def test_connections_that_come_and_go_keep_the_others_in_place(lab: Lab) -> None:
    """Components of a running system keep their places exactly while others end and others of their class begin."""
    lines = [Pipeline(Idle(), Idle()).activate() for _ in range(5)]
    lab.step(30)
    graph = graph_of(lab)
    for ended in (1, 3, 0):
        lines[ended].stop()
        lab.step(60)
        lines[ended] = Pipeline(Idle(), Idle()).activate()
        lab.step(12)
        after = graph_of(lab, previous=graph)
        was = {node.key: (node.x, node.y) for node in graph.scene.nodes}
        kept = [node for node in after.scene.nodes if node.key in was]
        assert len(kept) >= 8
        assert [(node.x, node.y) for node in kept] == [was[node.key] for node in kept]
        assert (after.scene.w, after.scene.h) == (graph.scene.w, graph.scene.h)
        graph = after


def test_threads_have_states_too(lab: Lab) -> None:
    """A component with a thread is shown like any other; what its thread has not taken yet still waits."""

    class Takes(ThreadedComponent):
        def main(self) -> None:
            while True:
                self.recv()

    takes = Takes().activate()
    takes.deliver("a")
    graph = graph_of(lab)
    assert graph["Takes_1"][1].inboxes == (("inbox", 1, None),)
    lab.step(6)
    assert state(graph_of(lab), "Takes_1") in ("waiting", "runnable")


def test_in_slow_motion_one_sees_whose_turn_it_is(make_lab: Any, eventually: Any) -> None:
    """A lab that runs slowly marks who ran last and who is next; one at full speed does not."""
    lab = make_lab(build=lambda: Pipeline(Component(), Component()).activate(), clock="virtual")
    lab.step(3)
    lab.pace = 0.001
    lab.start()
    assert eventually(lambda: lab.step_number == 4)
    marks = [(look.last, look.next) for look in graph_of(lab).now.nodes.values()]
    assert (True, False) in marks
    assert sum(mark[1] for mark in marks) <= 1
    lab.pause()


# -- from the first moment to after the last ------------------------------------------------------------------


def test_what_a_chassis_will_take_in_is_there_before_it_runs(lab: Lab) -> None:
    """At step 0 a Pipeline shows its components, not started, with the links that it will make, at any depth."""
    inner = Pipeline(Pass(), Keep())
    Graphline(source=Count(limit=3), rest=inner, linkages={("source", "outbox"): ("rest", "inbox")}).activate()
    before = graph_of(lab)
    assert [node.name for node in before.scene.nodes] == ["Graphline", "source", "rest", "Pass", "Keep"]
    assert [look.state for look in before.now.nodes.values()] == ["runnable", *["new"] * 4]
    assert "1.0.outbox>1.1.inbox" in before.now.links
    lab.step(3)
    after = graph_of(lab, previous=before)
    places = [[(node.x, node.y) for node in graph.scene.nodes] for graph in (before, after)]
    assert places[0] == places[1]
    assert graph_of(lab, step=0).data()["now"] == before.data()["now"]


def test_what_a_seq_has_not_come_to_yet_is_there(lab: Lab) -> None:
    """The items of a Seq are there from the beginning, in their order; one that has ended is not taken for new."""

    def states() -> list[str]:
        return [look.state for look in graph_of(lab).now.nodes.values()]

    Seq(DataSource([1]), DataSource([2])).activate()
    seen = [states()]
    while lab.step().steps:
        seen.append(states())
    assert seen[0][1:] == ["new", "new"]
    assert ["finished", "new"] in [row[1:] for row in seen]
    assert seen[-1] == ["finished"] * 3
    assert [look.state for look in graph_of(lab, step=0).now.nodes.values()] == seen[0]
    assert {len(row) for row in seen} == {3}


def test_what_a_chassis_has_taken_in_stays_when_it_has_ended(lab: Lab) -> None:
    """A finished component of a Pipeline keeps its place among the others, and its links are drawn as gone."""
    Pipeline(Count(limit=2), Pass(), Keep()).activate()
    lab.step(3)
    before = graph_of(lab)
    lab.run()
    after = graph_of(lab)
    assert state(after, "Count") == "finished"
    assert [node.name for node in after.scene.nodes] == ["Pipeline", "Count", "Pass", "Keep"]
    assert [(node.x, node.y) for node in after.scene.nodes] == [(node.x, node.y) for node in before.scene.nodes]
    assert {line.key for line in after.scene.links if line.gone} >= {"2.outbox>3.inbox"}
    assert "Count_2.outbox" not in str(after)


# -- what is drawn of a component -------------------------------------------------------------------------------


def test_the_first_messages_are_chips(lab: Lab) -> None:
    """The first messages in an inbox are there as short texts, as they were when they came; the others are counted."""
    idle = Idle().activate()
    for message in ("a", ["b"], "c" * 99, "d"):
        idle.deliver(message)
    _, look = graph_of(lab)["Idle"]
    ((box, texts),) = look.chips
    assert (box, texts[:2], len(texts)) == ("inbox", ("'a'", "['b']"), 3)
    assert len(texts[2]) <= CHIP
    assert look.data()["chips"] == {"inbox": list(texts)}
    svg = graph_of(lab).svg
    assert ">&#x27;a&#x27;</text>" in svg or ">'a'</text>" in svg


def test_a_message_changes_no_size(lab: Lab) -> None:
    """However many messages come to a linked inbox, no component changes its place or size."""
    one, idle = Idle().activate(), Idle().activate()
    one.link((one, "outbox"), (idle, "inbox"))
    before = graph_of(lab).scene
    for number in range(30):
        one.send("x" * number)
    assert graph_of(lab).scene == before


def test_what_changed_in_the_last_step_is_lit(lab: Lab) -> None:
    """The component that ran last is lit, and so is the one that got a message or has ended."""
    Pipeline(Count(limit=2), Keep()).activate()
    lab.step(2)
    assert [graph_of(lab)[name][1].lit for name in ("Pipeline", "Count", "Keep")] == [False, True, True]
    lab.step()
    assert [graph_of(lab)[name][1].lit for name in ("Pipeline", "Count", "Keep")] == [False, False, True]


def test_a_folded_container_says_what_is_inside(lab: Lab) -> None:
    """A folded container has the number of messages that wait in it, and the most urgent state."""
    line = Pipeline(Idle(), Fails()).activate()
    lab.step(6)
    line.deliver("a")
    _, look = graph_of(lab, folded={"1"})["Pipeline"]
    assert look.inside == (1, "failed")
    assert "2 inside, 1 waiting" in graph_of(lab, folded={"1"}).svg


def test_a_backplane_without_subscribers_has_lost_nothing(lab: Lab) -> None:
    """What nobody has subscribed to is said in grey; with a subscriber it is not said at all."""
    Backplane("NEWS").activate()
    Pipeline(Count(limit=5), PublishTo("NEWS")).activate()
    lab.run()
    _, look = graph_of(lab)["NEWS exchange"]
    assert (look.outboxes, look.unheard) == ((("outbox", 5),), ("outbox",))
    svg = graph_of(lab).svg
    assert "5 not subscribed" in svg
    assert "lost<" not in svg
    Pipeline(SubscribeTo("NEWS"), Keep()).activate()
    lab.run()
    assert "not subscribed" not in graph_of(lab).svg


def test_a_deadlock_is_drawn_in_red(lab: Lab) -> None:
    """The links from one to the one that it waits for are red; where there is none, a curve says that it waits."""
    one, two, three = (Idle().activate() for _ in range(3))
    one.link((one, "outbox"), (two, "inbox"))
    graph = replace(graph_of(lab), circle=(("1", "2"), ("2", "3"), ("3", "1")))
    svg = graph.svg
    assert svg.count('class="l r"') == 1
    assert svg.count(">waits for</text>") == 2
    assert svg.count('class="runnable red"') == 3
    assert "waits for</text>" not in graph_of(lab).svg
    assert three.short_name in svg


def test_among_many_those_at_rest_are_faint(lab: Lab) -> None:
    """Where there are many components, those with messages or in motion stand out of the others."""
    idle = [Keep().activate() for _ in range(50)]
    lab.step(50)
    idle[7].deliver("here")
    svg = graph_of(lab).svg
    faint = re.findall(r'class="waiting f"', svg)
    assert 45 <= len(faint) <= 49
    assert re.search(r'class="(runnable|waiting)"><title>Keep_8', svg)


def test_a_picture_of_two_hundred_is_quick(lab: Lab) -> None:
    """Two hundred components are laid out and drawn in 150 ms of processor time, the best of three."""
    for _ in range(50):
        Pipeline(Count(), Pass(), Keep()).activate()
    lab.step(200)
    times = []
    for _ in range(3):
        graph = graph_of(lab, most=250, folded={f"-{number}" for number in range(300)})
        begin = process_time()
        assert graph.svg
        times.append(process_time() - begin)
    assert len(graph.scene.nodes) == 200
    assert min(times) < 0.15
