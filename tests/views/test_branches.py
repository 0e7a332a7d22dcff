"""The tree of a lab's runs, as it is shown."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from kamlab import Component
from kamlab.views.branches import BRANCHES, BranchLook, RunTree, branches_of

_spec = importlib.util.spec_from_file_location("snapshots", Path(__file__).with_name("snapshots.py"))
assert _spec is not None
assert _spec.loader is not None
snapshots = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(snapshots)
KEPT = Path(__file__).parent / "snapshots"


class Keep(Component):
    def main(self) -> Any:
        while True:
            self.recv() if self.data_ready() else self.send("idle")
            yield


def forked(make_lab: Any) -> Any:
    """A lab with four branches, that stands in the middle of one."""
    lab = make_lab(build=lambda: Keep(name="keep").activate(), clock="virtual")
    lab.step(30)
    lab.back(18)
    lab.inject("keep", 1)
    lab.step(9)
    lab.back(3)
    lab.inject("keep", 2)
    lab.step(20)
    lab.goto(12, branch=0)
    lab.inject("keep", 3)
    lab.step(2)
    lab.goto(25, branch=2)
    return lab


def test_a_lab_that_never_went_back_has_one_branch(make_lab: Any) -> None:
    """There is always the branch 0, from the beginning to where the lab stands."""
    lab = make_lab(build=lambda: Keep().activate(), clock="virtual")
    lab.step(5)
    tree = branches_of(lab)
    assert [(branch.number, branch.parent, branch.forked_at, branch.steps, branch.by_hand) for branch in tree] == [
        (0, None, 0, 5, 0)
    ]
    assert (tree.here, tree.step, len(tree)) == (0, 5, 1)


def test_it_says_what_the_labs_own_tree_says(make_lab: Any) -> None:
    """Numbers, parents, forks, tips and words are those of lab.branches, and so is where the lab stands."""
    lab = forked(make_lab)
    tree, own = branches_of(lab), lab.branches
    assert str(tree) == str(own)
    assert (tree.here, tree.step) == (own.here, own.step) == (2, 25)
    assert [(branch.number, branch.parent, branch.forked_at, branch.steps) for branch in tree] == [
        (branch.number, branch.parent, branch.forked_at, branch.steps) for branch in own
    ]
    assert [branch.by_hand for branch in tree] == [0, 1, 1, 1]
    assert [branch.hands for branch in tree] == [(), (12,), (18,), (12,)]


def test_the_forms_are_as_kept(make_lab: Any) -> None:
    """The same branches give the same picture, byte for byte; the HTML is an image with words for it."""
    tree = branches_of(forked(make_lab))
    ElementTree.fromstring(tree.svg)
    snapshots.check("branches.svg", tree.svg, KEPT)
    html = tree._repr_html_()
    assert 'alt="Tree of runs, 4 branches; the lab is on branch 2 at step 25."' in html
    assert "<script" not in html


def test_the_data_is_plain(make_lab: Any) -> None:
    """The data can be written as JSON and read again the same."""
    data = branches_of(forked(make_lab)).data()
    assert json.loads(json.dumps(data)) == data
    assert set(data["branches"][0]) == {"number", "parent", "forked_at", "steps", "by_hand", "text", "hands"}
    assert (data["here"], data["step"]) == (2, 25)


def test_of_many_branches_the_way_here_and_the_newest_are_shown(make_lab: Any) -> None:
    """More than there is room for are counted; each that is shown is there with the one that it leaves."""
    lab = make_lab(build=lambda: Keep(name="keep").activate(), clock="virtual")
    lab.step(5)
    for number in range(BRANCHES + 5):
        lab.goto(2, branch=0)
        lab.inject("keep", number)
        lab.step(1)
    lab.goto(3, branch=1)
    tree = branches_of(lab)
    assert (len(tree), tree.more) == (BRANCHES, 6)
    numbers = {branch.number for branch in tree}
    assert {0, 1, BRANCHES + 5} <= numbers
    assert all(branch.parent is None or branch.parent in numbers for branch in tree)
    assert "and 6 more" in str(tree)
    assert "not shown: 6 more" in tree.svg


def test_a_tree_of_no_steps_can_be_drawn() -> None:
    """A run that has not begun is a tree too."""
    tree = RunTree((BranchLook(0, None, 0, 0, 0, "branch 0: to step 0"),), 0, 0)
    ElementTree.fromstring(tree.svg)
    assert str(tree) == "branch 0: to step 0  <- here, at step 0"
