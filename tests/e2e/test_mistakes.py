"""A beginner's twelve mistakes in a real front end.

Each gets its sentence, while the cell hangs or at its end, and costs no restart of the kernel.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import Any

import pytest

from sampling import sampled

from .desk import AFTER, SYSTEM, Desk

pytestmark = pytest.mark.browser

#: The most memory that a mistake may take, in MiB.
MOST_MEMORY = 300
#: How long a sentence is waited for, in seconds, on a machine with a load of eight; what it takes is printed.
PATIENCE = 60


@dataclass(frozen=True)
class Mistake:
    """A cell with a mistake in it.

    ``words`` is a pattern for the sentence below the cell; ``hangs`` tells that the cell goes on until it is
    interrupted, and ``then`` what is expected after that.
    """

    code: str
    words: str
    hangs: bool = False
    then: str = ""


def component(body: str, head: str = "def main(self):", name: str = "Busy") -> str:
    """Return the code of a component whose main has these lines, and of a lab that steps it."""
    lines = "".join(f"        {line}\n" for line in body.splitlines())
    return (
        "import queue, time\nfrom kamlab import Component, Lab, Pipeline\nfrom kamlab.parts import NullSink\n"
        f"class {name}(Component):\n    {head}\n{lines}"
        f"lab = Lab(clock='virtual')\n_ = Pipeline({name}(), NullSink()).activate(lab)\n"
    )


ASYNC = "async def main(self):"
MISTAKES = {
    "no yield, sends": Mistake(
        component("while True:\n    self.send(1)") + "lab.step(9)", r"Busy_\d.*(one slice|slice).*line \d+ of main"
    ),
    "no yield": Mistake(
        component("while True:\n    pass") + "lab.step(9)", r"Busy_\d has been in one slice.*line \d+ of main", True
    ),
    "await discarded": Mistake(component("self.sleep(5)\nawait self.tick()", ASYNC) + "lab.run()", r"Busy_\d.*await"),
    "await stored": Mistake(
        component("message = self.receive()\nawait self.tick()", ASYNC) + "lab.run()", r"Busy_\d.*await"
    ),
    "await sent": Mistake(
        component("self.send(self.receive())\nawait self.tick()", ASYNC) + "lab.run()", r"Busy_\d.*await"
    ),
    "awaitable yielded": Mistake(component("yield self.sleep(5)") + "lab.run()", r"Busy_\d.*await"),
    "not activated": Mistake(
        component("yield").replace(".activate(lab)", "").replace("_ = ", "made = ") + "lab.run()",
        r"activate",
    ),
    "wrong box": Mistake(component("self.send(1, 'outbocks')\nyield") + "lab.run()", r"Busy_\d.*outbocks.*outbox"),
    "main without yield": Mistake(component("self.send(1)") + "lab.run()", r"Busy_\d.*yield"),
    "blocks on a queue": Mistake(
        component("queue.Queue().get()\nyield") + "lab.step(9)", r"Busy_\d.*line \d+ of main", True
    ),
    "polls the time": Mistake(
        component("begun = time.time()\nwhile time.time() - begun < 5:\n    yield") + "print(lab.run(timeout=9))",
        r"\d+ slices?: nothing can run",
    ),
    "cell run twice": Mistake("from kamlab import Backplane\nBackplane('NEWS').activate()\nprint('made')", r"made"),
}
#: Those that .ci/run tries.
SOME = ("no yield, sends", "no yield", "blocks on a queue", "cell run twice")

MEMORY = "int(__import__('re').search(r'VmRSS:\\s+(\\d+)', open('/proc/self/status').read())[1]) // 1024"


@pytest.mark.parametrize("name", sampled(SOME, tuple(MISTAKES)))
def test_a_mistake_is_named_and_costs_nothing(name: str, desk: Desk, record_property: Any) -> None:
    """The sentence comes below the cell, one interrupt ends what hangs, memory stays, and the next cell runs."""
    mistake = MISTAKES[name]
    notebook, page = desk.notebook, desk.page
    notebook.do("kamlab.current().reset()")
    before = notebook.value(MEMORY)
    desk.start(mistake.code, SYSTEM)
    began = time.monotonic()
    output = notebook.output(SYSTEM)
    if name == "cell run twice":
        output.get_by_text(re.compile(mistake.words)).first.wait_for(timeout=1000 * PATIENCE)
        desk.start(mistake.code, SYSTEM)
        began = time.monotonic()
        output.get_by_text(re.compile("is run again")).first.wait_for(timeout=1000 * PATIENCE)
    output.get_by_text(re.compile(mistake.words, re.DOTALL)).first.wait_for(timeout=1000 * PATIENCE)
    took = time.monotonic() - began
    notebook.shoot(name.replace(" ", "-").replace(",", ""), output)
    if mistake.hangs:
        notebook.command("notebook:interrupt-kernel")
        output.get_by_text("Traceback (most recent call last)").first.wait_for(timeout=1000 * PATIENCE)
    notebook.wait_until_idle()
    desk.start("print(6 * 7)", AFTER)
    notebook.output(AFTER).get_by_text("42").first.wait_for(timeout=1000 * PATIENCE)
    grown = notebook.value(MEMORY) - before
    record_property("seconds", took)
    print(f"{name}: {took:.1f} s, {grown} MiB")
    assert grown < MOST_MEMORY
    assert "Traceback" not in output.inner_text() or "/kamlab/" not in output.inner_text()
    assert notebook.value("lab.running" if "lab = " in mistake.code else "False") is False
    if name == "cell run twice":
        assert notebook.errors() == []
    page.evaluate("() => null")
