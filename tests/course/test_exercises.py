"""Every exercise of the course: right answers pass, the stub and typical mistakes are told what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sampling import sampled

from .taking import ANSWERS, SAYS, TASKS, verdict

pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")


def wrong_answers(task: Any) -> list[Path]:
    """Return the typical mistakes that are tried here."""
    return sampled(task.wrong[:3], task.wrong)


def test_there_are_answers_for_every_exercise_and_no_others() -> None:
    """Each exercise has a folder of answers, and each folder an exercise."""
    assert sorted(TASKS) == sorted(path.name for path in ANSWERS.iterdir() if path.is_dir())


@pytest.mark.parametrize("name", TASKS)
def test_the_solution_passes(name: str) -> None:
    """The check of an exercise accepts the right answer."""
    found = verdict(name, TASKS[name].solution)
    assert found.passed, found
    assert found.of == name


@pytest.mark.parametrize("name", TASKS)
def test_the_stub_and_typical_mistakes_get_apt_and_different_sentences(name: str) -> None:
    """The stub and at least three wrong answers fail, each with a sentence of its own that says what it must."""
    task = TASKS[name]
    assert len(task.wrong) >= 3
    sentences = {"the stub": verdict(name, task.stub)}
    for path in wrong_answers(task):
        text = path.read_text(encoding="utf-8")
        first, _ = text.split("\n", 1)
        assert first.startswith(SAYS), path
        sentences[path.name] = found = verdict(name, text)
        assert first.removeprefix(SAYS) in found.sentence, f"{path.name}: {found}"
    passed = [who for who, found in sentences.items() if found.passed]
    assert not passed
    said = [found.sentence for found in sentences.values()]
    assert len(set(said)) == len(said), sentences
    assert all(len(each) > 30 for each in said), sentences


@pytest.mark.parametrize("name", TASKS)
def test_a_run_that_went_wrong_can_be_opened(name: str) -> None:
    """Where a verdict is about a run, it opens a lab that stands at the step it names."""
    task = TASKS[name]
    for text in (task.stub, *(path.read_text(encoding="utf-8") for path in wrong_answers(task))):
        found = verdict(name, text)
        if found.line:
            lab = found.open()
            assert lab.step_number == found.step
            lab.stop()


@pytest.mark.parametrize("name", TASKS)
def test_no_solution_is_in_the_students_copy(name: str) -> None:
    """No longer line of the solution that the stub does not have is in the notebook or the package."""
    task = TASKS[name]
    stub = {line.strip() for line in task.stub.splitlines()}
    own = [line.strip() for line in task.solution.splitlines() if len(line.strip()) > 30]
    shown = "\n".join(source for n, source in enumerate(task.cells) if n != task.solution_cell)
    module = ANSWERS.parent.parent.parent / "kamlab" / "teach" / "exercises" / f"{name.replace('-', '_')}.py"
    shown += module.read_text(encoding="utf-8")
    assert not [line for line in own if line not in stub and not line.startswith(("#", '"""')) and line in shown]
