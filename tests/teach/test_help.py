"""A student alone gets three hints, then a solution, unless the teacher has switched them off."""

from __future__ import annotations

from typing import Any

import pytest

from kamlab.teach import HelpError, exercise
from kamlab.teach import help as help_module
from kamlab.teach.exercises import deadlock, mini_microprocess
from kamlab.teach.help import ANSWERS, SETTING, hints, reference


@pytest.fixture(autouse=True)
def nothing_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin without hints given, and without a teacher's setting."""
    monkeypatch.setattr(help_module, "_given", {})
    monkeypatch.delenv(SETTING, raising=False)


@pytest.mark.parametrize("name", sorted(path.name for path in ANSWERS.iterdir()))
def test_each_exercise_has_three_hints_and_a_solution(name: str) -> None:
    """The hints are three different texts, and the solution is Python."""
    texts = hints(name)
    assert len(set(texts)) == 3
    assert all(len(text) > 40 for text in texts)
    compile(reference(name), name, "exec")


def test_hints_come_one_after_the_other_and_then_the_solution() -> None:
    """Each call gives the next hint, the last one names the solution, and only then is it given."""
    with pytest.raises(HelpError, match="3 hints come before the solution, and 0 were given"):
        deadlock.check.solution()
    assert [deadlock.check.hint().number for _ in range(4)] == [1, 2, 3, 3]
    assert deadlock.check.hint(1).number == 1
    assert "deadlock.check.solution()" in str(deadlock.check.hint(3))
    assert str(deadlock.check.solution()) == reference("deadlock")
    assert "<pre>" in deadlock.check.solution()._repr_html_()
    with pytest.raises(HelpError, match="there is no hint 4"):
        deadlock.check.hint(4)


def test_build_your_own_goes_on_with_a_solution() -> None:
    """A solution can be run in the notebook, so the next step can be done with it."""
    names: dict[str, Any] = {}
    mini_microprocess.check.hint(3)
    mini_microprocess.check.solution().into(names)
    assert mini_microprocess.check(names["Microprocess"]).passed


def test_a_teacher_switches_help_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """ "hints" leaves the hints, "off" leaves nothing."""
    deadlock.check.hint(3)
    monkeypatch.setenv(SETTING, "hints")
    assert deadlock.check.hint(1).number == 1
    with pytest.raises(HelpError, match="switched this help off"):
        deadlock.check.solution()
    monkeypatch.setenv(SETTING, "OFF")
    with pytest.raises(HelpError, match="switched this help off"):
        deadlock.check.hint()


def test_an_exercise_of_ones_own_has_no_help() -> None:
    """Where nothing was written, that is said."""

    @exercise("juggling", takes="a ball")
    def juggling(ball: Any) -> None:
        pass

    with pytest.raises(HelpError, match="no help for the exercise juggling"):
        juggling.hint()
