"""A forgotten await in a cell, outside of any component: each is told at once, at the cell's line."""

from __future__ import annotations

from typing import Any

COMPONENTS = """
from kamlab import Component, Lab
class Sink(Component):
    async def main(self):
        while True:
            self.got = await self.receive()
class Own(Component):
    async def main(self):
        self.kept = self.greet()
        await self.tick()
    async def greet(self):
        return 1
lab = Lab(clock='virtual')
"""


def test_arun_without_await_is_told(kernel: Any) -> None:
    """As the last value of a cell the run shows what to write; elsewhere the warning is at the cell's line."""
    kernel.run(COMPONENTS)
    assert "write 'await lab.arun()'" in kernel.run("lab.arun()").value
    result = kernel.run("lab.arun(timeout=1)\nNone")
    assert "write 'await lab.arun(timeout=1)'" in result.stderr
    assert "lab.arun(timeout=1)\n" in result.stderr
    assert "awaitables.py" not in result.stderr
    assert "unawaited.py" not in result.stderr
    assert kernel.run("(await lab.arun()).reason").value


def test_receive_in_a_cell_is_refused_at_once(kernel: Any) -> None:
    """A cell that awaits a component's receive() or sleep() is told what to use instead, and others run after it."""
    kernel.run(COMPONENTS + "sink = Sink().activate(lab)\nlab.run()")
    for call in ("sink.receive()", "sink.sleep(5)", "sink.ready()"):
        result = kernel.run(f"await {call}")
        assert result.error.startswith("BadAwait"), result
        assert "lab.run(until=...)" in result.error
    assert kernel.run("sink.deliver(1); lab.run(); sink.got").value == "1"


def test_a_stored_coroutine_does_not_warn_out_of_a_later_cell(kernel: Any) -> None:
    """A coroutine in an attribute fails its component at its end, and no later cell warns of it."""
    kernel.run(COMPONENTS)
    result = kernel.run("own = Own().activate(lab); lab.run(); type(own.error).__name__, str(own.error)")
    assert result.value.startswith("('BadAwait'")
    assert "self.kept = self.greet(), at line 8 of main()" in result.value
    assert "never awaited" not in kernel.run("import gc; del own; lab.stop(); lab = None; gc.collect(); None").stderr


def test_a_dropped_generator_in_a_cell_is_told(kernel: Any) -> None:
    """A component of a cell whose main() forgets 'yield from' fails, with its line in the cell and the cure."""
    kernel.run("from kamlab import Component, Lab\nlab = Lab(clock='virtual')")
    main = "    def main(self):\n        self.greet()\n        yield\n"
    source = f"class Busy(Component):\n{main}    def greet(self):\n        yield\n"
    result = kernel.run(f"{source}busy = Busy().activate(lab)\nlab.run()\nstr(busy.error)")
    assert "self.greet() at line 3 of main(), which runs nothing, since greet() is a generator" in result.value
    assert "write 'yield from self.greet()'" in result.value
