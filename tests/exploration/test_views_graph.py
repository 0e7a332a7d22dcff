"""The picture of the states: what it counts, what it draws, and that it can be read without colours."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from typing import Any

import pytest

from kamlab import Component, Pipeline, explore
from kamlab.parts import DataSource
from kamlab.views.exploring import StateGraph

from . import systems

#: The most bytes of a still picture.
MOST = 50_000


def picture(system: Any, *more: Any, **how: Any) -> StateGraph:
    """Return the picture of a system's states."""
    graph: StateGraph = explore(system, *more, **how).graph()
    return graph


@pytest.fixture(name="update", scope="module")
def _update() -> Any:
    return picture(systems.lost_update(), lambda account: account.balance == 2)


def test_every_state_has_a_dot_and_every_slice_an_edge(update: StateGraph) -> None:
    """The dots are the states, those of a depth are counted in its row, and edges go one depth down at most."""
    assert len(update.dots) == update.states == 88
    for row in update.rows:
        assert row.states == sum(dot.depth == row.depth for dot in update.dots)
    for edge in update.edges:
        assert update.dots[edge.end].depth <= update.dots[edge.start].depth + 1


def test_the_way_leads_along_edges_to_what_is_wrong(update: StateGraph) -> None:
    """The way that is drawn begins at the first state, follows edges of those it names, and ends at a fault."""
    edges = {(edge.start, edge.end, edge.name) for edge in update.edges}
    assert update.way_dots[0] == 0
    assert all(step in edges for step in zip(update.way_dots, update.way_dots[1:], update.way, strict=False))
    assert update.dots[update.way_dots[-1]].names == ("invariant",)


def test_decided_states_are_those_that_lead_to_no_good_end(update: StateGraph) -> None:
    """From a decided state no good end can be reached; from every other one can."""
    good = {number for number, dot in enumerate(update.dots) if dot.is_end and not dot.names}
    grown = True
    while grown:
        more = {edge.start for edge in update.edges if edge.end in good} - good
        grown = bool(more)
        good |= more
    assert {number for number, dot in enumerate(update.dots) if dot.decided} == set(range(88)) - good


def test_the_text_has_the_numbers_by_depth(update: StateGraph) -> None:
    """Printed, the picture is a table by depth with who runs on the shortest way."""
    lines = str(update).splitlines()
    assert lines[0] == "88 states, 8 slices deep; from 48 of them every order goes wrong"
    assert lines[4].split() == ["2", "6", "2", ".", ".", "Client_4"]
    assert len(lines) == 2 + 9


@pytest.mark.parametrize(
    ("system", "says"),
    [
        (systems.table(), ("deadlock", "Philosopher_2", "from which every order goes wrong")),
        (systems.corridor, ("livelock", "can go round for ever")),
        (systems.chain(2), ("48 states", "good end")),
    ],
)
def test_a_picture_is_small_and_says_in_words_what_its_colours_say(system: Any, says: tuple[str, ...]) -> None:
    """It is well-formed and below 50 kB, and its texts name what is wrong, who runs, and what each sign means."""
    graph = picture(system)
    root = ElementTree.fromstring(graph.svg)
    assert len(graph.svg.encode()) < MOST
    words = " ".join("".join(element.itertext()) for element in root.iter() if element.tag.endswith("text"))
    assert all(text in words for text in says)
    assert "prefers-color-scheme:dark" in graph.svg
    title = root.find("{http://www.w3.org/2000/svg}title")
    assert title is not None
    assert title.text == graph.summary


def test_equal_graphs_are_drawn_equally() -> None:
    """The same system explored twice gives the same bytes."""
    assert picture(systems.sleeping).svg == picture(systems.sleeping).svg


def test_a_large_graph_is_drawn_by_depth() -> None:
    """Above 200 states there are no dots, and the numbers are the same as those of the states."""
    graph = picture(systems.table(3))
    assert not any([graph.dots, graph.edges, graph.way_dots])
    assert graph.states == 3333
    assert sum(row.bad for row in graph.rows) == dict(graph.names)["deadlock"]
    assert "deadlock" in graph.summary
    assert len(graph.svg.encode()) < MOST
    assert "states, by depth" in graph.svg


def test_no_line_leaves_the_picture(update: StateGraph) -> None:
    """All dots lie within the picture."""
    width, height = map(float, re.findall(r'viewBox="0 0 (\d+) (\d+)"', update.svg)[0])
    places = re.findall(r'c[xy]="(\d+)" c?[xy]?="?(\d*)', update.svg)
    assert places
    assert all(float(x) < width and (not y or float(y) < height) for x, y in places)


def test_edges_on_a_cycle_are_marked() -> None:
    """Of a livelock those slices are marked that can go round for ever, and none of a system that always ends."""
    graph = picture(systems.corridor)
    around = [edge for edge in graph.edges if edge.on_cycle]
    assert graph.cycles
    assert {edge.start for edge in around} == {edge.end for edge in around}
    assert not any(edge.on_cycle for edge in picture(systems.sleeping).edges)


def test_a_graph_that_was_cut_says_so() -> None:
    """Where a limit was reached the picture is one of the first states, and nothing is called right."""
    graph = picture(systems.table(), states=40, how="all")
    assert graph.headline.startswith("the first ")
    assert "no order goes wrong" not in graph.headline


def test_names_are_escaped() -> None:
    """The name of a component cannot add markup to the picture."""

    class Bold(Component):
        def main(self) -> Any:
            yield
            raise ValueError("<b>")

    result = explore(lambda: Pipeline(DataSource("a"), Bold()).activate()).graph()
    hostile = replace(result, way=tuple("<b>&" for _ in result.way))
    assert "<b>" not in hostile.svg
    ElementTree.fromstring(hostile.svg)
