"""Where the parts of a picture go, and the links between them."""

from __future__ import annotations

import importlib.util
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamlab.views.graph.layout import Node, picture_of
from kamlab.views.graph.routing import path_of
from kamlab.views.graph.slots import SPARE
from kamlab.views.graph.structure import DrawnLink, Part, Structure
from sampling import sampled

_spec = importlib.util.spec_from_file_location("graph_support", Path(__file__).with_name("support.py"))
assert _spec is not None
assert _spec.loader is not None
support = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(support)


def part(key: str, parent: str = "", kind: str = "Part", **how: object) -> Part:
    """Make a part with the ordinary boxes."""
    boxes = {"lefts": ("inbox", "control"), "rights": ("outbox", "signal")}
    return Part(key, f"{kind}_{key}", kind, parent, **{**boxes, **how})  # type: ignore[arg-type]


def wire(source: str, target: str, inner: str = "") -> DrawnLink:
    """Make a link from outbox to inbox; ``inner`` is "in" or "out" for one of a container with its inside."""
    box = "inbox" if inner == "in" else "outbox"
    to = "outbox" if inner == "out" else "inbox"
    return DrawnLink(
        f"{source}>{target}",
        source,
        box,
        "L" if inner == "in" else "R",
        target,
        to,
        "R" if inner == "out" else "L",
        bool(inner),
    )


def chain(count: int) -> Structure:
    """Make a pipeline of so many stages."""
    stages = [str(number) for number in range(1, count + 1)]
    return Structure(
        (part("0", container=True), *(part(stage, "0") for stage in stages)),
        (
            wire("0", "1", "in"),
            *(wire(one, other) for one, other in pairwise(stages)),
            wire(stages[-1], "0", "out"),
        ),
    )


@given(structures=support.structures())
@settings(max_examples=sampled(37, 150), deadline=None)
def test_nothing_overlaps_and_no_link_runs_through_a_part(structures: Structure) -> None:
    """Whatever is in whatever and linked to whatever: siblings do not overlap, no curve runs over a part or a name."""
    scene = picture_of(structures).scene
    assert list(support.faults(scene)) == []


@given(one=support.structures(10), other=support.structures(10))
@settings(max_examples=sampled(20, 80), deadline=None)
def test_a_picture_that_goes_on_from_any_other_keeps_the_same_rules(one: Structure, other: Structure) -> None:
    """Going on from a picture of something quite different, nothing overlaps either, and nothing is missing."""
    before = picture_of(one)
    after = picture_of(other, before)
    assert list(support.faults(after.scene)) == []
    assert [node.key for node in after.scene.nodes] == [part.key for part in other.parts]
    assert [line.key for line in after.scene.links] == [wire.key for wire in other.wires]


@given(structure=support.structures())
@settings(max_examples=sampled(10, 30), deadline=None)
def test_the_same_structure_gives_the_same_picture(structure: Structure) -> None:
    """Without a picture before it, a layout is a function of the structure; going on from itself, it stays."""
    picture = picture_of(structure)
    assert picture_of(structure).scene == picture.scene
    assert picture_of(structure, picture).scene is picture.scene


def test_links_lead_from_left_to_right() -> None:
    """In a row without feedback each part is right of the one before, and the links are straight."""
    scene = picture_of(chain(3)).scene
    xs = [node.x for node in scene.nodes[1:]]
    assert xs == sorted(set(xs))
    assert all("C" not in path_of(line.curve) and not line.feedback for line in scene.links)


def test_a_long_chain_goes_on_in_the_next_row() -> None:
    """Twelve stages are no wider than about 1000 pixels, in equally long rows that are read like text."""
    scene = picture_of(chain(12)).scene
    stages = scene.nodes[1:]
    assert scene.w <= 1050
    assert [(node.y, node.x) for node in stages] == sorted((node.y, node.x) for node in stages)
    rows = [node.y for node in stages]
    assert 3 <= len(set(rows)) <= 4
    assert len({rows.count(y) for y in rows}) == 1


def test_feedback_goes_round() -> None:
    """A link back to the first of three runs above or below all of them, and is marked."""
    names = ("1", "2", "3")
    structure = Structure(tuple(map(part, names)), (wire("1", "2"), wire("2", "3"), wire("3", "1")))
    scene = picture_of(structure).scene
    back = scene.links[2]
    assert [line.feedback for line in scene.links] == [False, False, True]
    bottom = max(node.y + node.h for node in scene.nodes)
    heights = [y for _, y in support.along(back.curve)]
    assert max(heights) > bottom or min(heights) < scene.nodes[0].y


def test_a_container_is_as_large_as_what_is_in_it() -> None:
    """A container with more in it is larger, and its boxes are on its sides."""
    small, large = (picture_of(chain(count)).scene.nodes[0] for count in (1, 3))
    assert large.w > small.w
    assert {port.x for port in large.inboxes} == {large.x}
    assert {port.x for port in large.outboxes} == {large.x + large.w}


def test_many_loose_parts_stand_in_rows() -> None:
    """A hundred parts without links form a block that is neither one row nor one column."""
    scene = picture_of(Structure(tuple(part(str(number)) for number in range(100)))).scene
    assert 3 <= len({node.x for node in scene.nodes}) <= 10
    assert not list(support.faults(scene))


# -- going on from a picture ------------------------------------------------------------------------------


def server(*connections: str) -> Structure:
    """Make a server with connections of two parts each, that send each other everything."""
    parts, wires = [part("1", container=True), part("2", "1", "Listener")], []
    for name in connections:
        parts += [part(f"{name}a", "1", "Adapter"), part(f"{name}p", "1", "Protocol")]
        wires += [wire(f"{name}a", f"{name}p"), wire(f"{name}p", f"{name}a")]
    return Structure((*parts, part("0", kind="Other")), (*wires, wire("2", "0")))


def places(nodes: tuple[Node, ...]) -> dict[str, tuple[int, int]]:
    return {node.key: (node.x, node.y) for node in nodes}


@given(moves=st.lists(st.integers(0, 7), min_size=1, max_size=12))
@settings(max_examples=sampled(15, 60), deadline=None)
def test_connections_that_come_and_go_move_nothing_else(moves: list[int]) -> None:
    """While connections end and others begin, up to as many as there were, every other part keeps its place exactly."""
    there = [str(number) for number in range(10, 18)]
    serial = 20
    picture = picture_of(server(*there))
    for move in moves:
        before = places(picture.scene.nodes)
        if move < len(there) and len(there) > 4:
            there.pop(move)
        elif len(there) < 8:
            there.append(str(serial))
            serial += 1
        picture = picture_of(server(*there), picture)
        after = places(picture.scene.nodes)
        assert all(after[key] == before[key] for key in after if key in before)
        assert not list(support.faults(picture.scene))


def test_a_newcomer_takes_the_place_of_one_of_its_class() -> None:
    """The place of a connection that has gone is taken by the next one, and the picture is as large as before."""
    before = picture_of(server("10", "11", "12"))
    without = picture_of(server("10", "12"), before)
    after = picture_of(server("10", "12", "13"), without)
    assert places(after.scene.nodes)["13a"] == places(before.scene.nodes)["11a"]
    assert (after.scene.w, after.scene.h) == (before.scene.w, before.scene.h)
    assert after.placed is before.placed


def test_places_that_nobody_takes_are_given_up() -> None:
    """When most have gone, the picture is drawn anew and no larger than it must be."""
    full = picture_of(server(*map(str, range(10, 30))))
    left = picture_of(server("10"), full)
    assert left.scene == picture_of(server("10")).scene
    assert len(left.seating.plan.slots) <= 2 * len(left.scene.nodes) + SPARE


def test_a_box_that_comes_does_not_move_the_others() -> None:
    """When a box turns up on one part, the other parts of its row stay where they are."""
    before = picture_of(chain(3))
    parts = [
        each._replace(lefts=(*each.lefts, "extra")) if each.key == "2" else each for each in before.structure.parts
    ]
    after = picture_of(Structure(tuple(parts), before.structure.wires), before)
    was, now = places(before.scene.nodes), places(after.scene.nodes)
    assert [now[key] for key in "123"] == [was[key] for key in "123"]


def test_a_component_linked_to_itself_has_a_loop() -> None:
    """A link from a part to itself goes out, around above or below it, and back in."""
    (node,), (line,) = picture_of(Structure((part("1"),), (wire("1", "1"),))).scene[2:4]
    heights = [y for _, y in support.along(line.curve)]
    assert line.feedback
    assert max(heights) > node.y + node.h or min(heights) < node.y


@given(structure=support.structures())
@settings(max_examples=sampled(10, 40), deadline=None)
def test_curves_have_no_corners(structure: Structure) -> None:
    """Every piece of a curve begins and ends level, and goes on in the direction of the one before it."""
    for line in picture_of(structure).scene.links:
        for place in range(0, len(line.curve) - 1, 3):
            begin, out, into, end = line.curve[place : place + 4]
            assert (begin[1], end[1]) == (out[1], into[1])
            if place and out != begin and line.curve[place - 1] != begin:
                assert (out[0] > begin[0]) == (begin[0] > line.curve[place - 1][0])


@pytest.mark.parametrize(
    ("curve", "path"),
    [
        (((0, 0), (0, 0), (30, 0), (30, 0)), "M0 0H30"),
        (((0, 0), (15, 0), (15, 40), (30, 40)), "M0 0C15 0 15 40 30 40"),
    ],
)
def test_paths_are_straight_where_they_can_be(curve: tuple[tuple[int, int], ...], path: str) -> None:
    """A level piece is a line, any other a cubic curve."""
    assert path_of(curve) == path
