"""A component that never comes to its next yield, in a real kernel: what the cell shows; the kernel goes on."""

from __future__ import annotations

from typing import Any

import pytest

MAINS = {
    "loop": "    def main(self):\n        while True:\n            pass\n        yield",
    "send": "    def main(self):\n        while True:\n            self.send(1)\n        yield",
    "async": "    async def main(self):\n        while True:\n            self.data_ready()",
    "block": "    def main(self):\n        queue.Queue().get()\n        yield",
}
SYSTEM = "import queue\nfrom kamlab import Component, Lab\nclass Hangs(Component):\n{}\nlab = Lab()\n"
SYSTEM += "lab.slice_limit = (None, None, None)  # only the interrupt ends the slice\n"
NOTICE = "Hangs_1 has been in one slice for 1 s"


@pytest.fixture(params=sorted(MAINS))
def hanging(request: Any, kernel: Any) -> Any:
    """A kernel in which a lab has a component that hangs once it is driven."""
    made = kernel.run(SYSTEM.format(MAINS[request.param]) + "hangs = Hangs().activate(lab)")
    assert not made.error, made.error
    return kernel


@pytest.mark.parametrize("cell", ["lab.step()", "lab.run()", "await lab.arun()"])
def test_a_cell_that_hangs_says_so_and_ends_at_the_first_interrupt(hanging: Any, cell: str) -> None:
    """The notice is shown while the cell hangs; one interrupt ends it, which is said once, and the next cell runs."""
    request = hanging.send(cell)
    hanging.wait_for_output(NOTICE)
    hanging.interrupt()
    result = hanging.result(request)
    assert result.error
    assert "in a slice that had lasted" in result.error or "The lab was stopped without it" in result.error
    assert "can go on" not in result.error
    assert "in a slice that had lasted" not in result.stderr
    assert "failed at step" not in result.stderr
    assert hanging.value("[kind.__name__ for kind in map(type, lab.failures)], 1") in ((["Hangs"], 1), ([], 1))
    assert hanging.value("lab.running, hangs.is_stopped()") == (False, True)
    assert hanging.value("6 * 7") == 42


def test_a_background_run_that_hangs_says_so_and_is_reset(hanging: Any) -> None:
    """The notice comes without a cell, and lab.reset() works while the slice hangs."""
    started = hanging.run("lab.start()")
    assert not started.error
    hanging.wait_for_output(NOTICE)
    assert hanging.value("lab.running, lab.state, lab.long_slice().component is hangs") == (True, "running", True)
    reset = hanging.run("lab.reset()")
    assert not reset.error, reset.error
    assert hanging.value("lab.running, lab.state") == (False, "new")
    assert hanging.value("6 * 7") == 42


def test_a_cell_that_polls_for_ever_says_so(kernel: Any) -> None:
    """A component that polls a virtual clock without end is named under the cell, which goes on until it is stopped."""
    main = "    def main(self):\n        while time.time():\n            yield\n"
    kernel.run(f"from kamlab import Component, Lab\nclass Polls(Component):\n{main}lab = Lab(clock='virtual')")
    request = kernel.send("Polls().activate(lab); lab.run()")
    kernel.wait_for_output("Polls_1 polls the clock at line 4 of main()", timeout=120)
    kernel.interrupt()
    assert "the lab was stopped between two slices" in kernel.result(request).error
