"""Errors and interrupts in a cell: the cell's line and one sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("IPython", reason="IPython is not installed")

import kamlab

from ..shared.mistakes import BEFORE, CALLS, FAILURES, failing

FOLDER = str(Path(kamlab.__file__).parent)
ENDLESS = (
    "class Endless(Component):\n    def main(self):\n        while True:\n            yield\nEndless().activate(lab)\n"
)


def plain(text: str) -> str:
    """Return a text without colours."""
    import re

    return re.sub(r"\x1b\[[0-9;]*m", "", text)


@pytest.mark.parametrize(("source", "said"), CALLS.values(), ids=CALLS)
def test_a_wrong_call_shows_the_cell_s_line(kernel: Any, source: str, said: str) -> None:
    """The traceback in a cell has no frame of kamlab, and ends with the sentence."""
    kernel.run(BEFORE)
    error = plain(kernel.run(source).error)
    assert said.partition(": ")[2] in error
    assert "/kamlab/" not in error.replace("\\", "/")
    assert "skipping hidden" not in error
    assert FOLDER in kernel.value("str(lab.full_traceback())")


def test_a_call_on_a_class_names_it(kernel: Any) -> None:
    """A method of a component that is called on the class says so, and shows the call with brackets."""
    kernel.run(BEFORE)
    for kind, call in (("Fails", "run()"), ("Waits", "activate(tracker=lab)"), ("Lab", "reset()")):
        said = f"on the class {kind}; make one first, with brackets: {kind}().{call}"
        assert said in plain(kernel.run(f"{kind}.{call}").error)


@pytest.mark.parametrize(("body", "said"), FAILURES.values(), ids=FAILURES)
def test_a_failure_shows_the_component_s_line(kernel: Any, body: str, said: str) -> None:
    """What is reported under the cell of a component that fails has no frame of kamlab."""
    kernel.run(BEFORE)
    result = kernel.run("from kamlab.core.ipc import WaitComplete\n" + failing(body) + "lab.run()")
    assert said in result.stderr
    assert FOLDER not in result.stderr
    assert "in main" in result.stderr or "WaitComplete" in body


#: What tells that the run has begun: an interrupt before that is the cell's own.
TELLS = """
class Tells(Component):
    def main(self):
        open(BEGUN, "w").close()
        yield
_ = Tells().activate(lab)
"""


@pytest.mark.parametrize(
    "call",
    ["await lab.arun()", "lab.run()", "lab.step(10**9)", "async def mine():\n    await lab.arun()\nawait mine()"],
)
def test_an_interrupt_is_one_sentence(kernel: Any, eventually: Any, tmp_path: Path, call: str) -> None:
    """An interrupted cell shows its own line, and where the lab stands; the lab goes on afterwards."""
    begun = tmp_path / "begun"
    kernel.run(f"BEGUN = {str(begun)!r}\n" + BEFORE + ENDLESS + TELLS)
    request = kernel.send(call)
    assert eventually(begun.exists, timeout=60)
    kernel.interrupt()
    error = plain(kernel.result(request).error)
    assert error.startswith("KeyboardInterrupt: the lab was stopped between two slices, at step ")
    assert "/kamlab/" not in error.replace("\\", "/")
    assert "CancelledError" not in error
    assert len(error.splitlines()) < 20
    assert kernel.value("lab.state, lab.step().steps") == ("paused", 1)


def test_a_cancellation_stays_one(kernel: Any) -> None:
    """asyncio.timeout() around an awaited run cancels it and gives its TimeoutError."""
    kernel.run(BEFORE + ENDLESS)
    result = kernel.run("async with asyncio.timeout(0.2):\n    await lab.arun()")
    assert result.error.startswith("TimeoutError")
    assert kernel.value("lab.state, 1") == ("paused", 1)


def test_an_interrupt_of_another_task_does_not_end_the_kernel(kernel: Any) -> None:
    """Where arun() runs in a task of its own, an interrupt is its cancellation, with the same sentence."""
    kernel.run(BEFORE + ENDLESS)
    request = kernel.send("print('begins')\nawait asyncio.gather(lab.arun())")
    kernel.wait_for_output("begins")
    kernel.interrupt()
    result = kernel.result(request)
    assert result.error.startswith("CancelledError")
    assert "the lab was stopped between two slices" in result.stderr
    assert kernel.value("lab.step().steps, 1") == (1, 1)
