"""The labs of a kernel: listed, stopped all at once, and what each has printed."""

from __future__ import annotations

import re
from typing import Any

import pytest

SAYS = """
from kamlab import Component, Lab
class Says(Component):
    def main(self):
        number = 0
        while True:
            number += 1
            print(self.name, number)
            self.pause(0.02)
            yield
"""


@pytest.fixture(autouse=True)
def _alone(kernel: Any) -> None:
    """Begin each test without a lab but the current one."""
    kernel.run("kamlab.stop_all(); lab = kamlab.current()")


def test_labs_are_listed_with_the_cell_that_made_them(kernel: Any) -> None:
    """Each lab has a row: its state, cell and line, time, step, who is alive, and whether it is the current one."""
    kernel.run(SAYS)
    kernel.run("# first\none = Lab(); one.start(forever=True); number = len(In) - 1")
    kernel.run("two = Lab(clock='virtual'); _ = Says(name='Ada').activate(two); _ = two.step()")
    kernel.run("gone = Lab(); gone.stop()")
    head, *rows = kernel.run("kamlab.labs()").value.splitlines()
    assert head == "3 labs, 1 running"
    assert re.search(r"^  current  new      by default at \d\d:\d\d:\d\d +step 0  no components$", rows[0])
    number = kernel.value("number")
    assert re.search(rf"^  +running  In \[{number}\], line 2 at \d+:\d+:\d+ +step 0  no components$", rows[1])
    assert re.search(r"^  +paused   In \[\d+\], line 1 at \d\d:\d\d:\d\d +step 1  Ada$", rows[2])
    assert kernel.run("%kamlab labs").value.splitlines()[0] == head


def test_a_lab_that_nobody_holds_is_gone_unless_it_runs(kernel: Any) -> None:
    """One that stands still may go; one that runs is held, and listed."""
    kernel.run(SAYS)
    kernel.run("def leave(run):\n    lab = Lab()\n    Says().activate(lab)\n    if run: lab.start()")
    kernel.run("leave(False); leave(True)")
    assert kernel.value("[each.state for each in kamlab.labs()]") == ["new", "running"]


def test_stop_all_stops_all(kernel: Any) -> None:
    """%kamlab stop all stops every lab, says how many were alive, and leaves a fresh current lab that is called lab."""
    kernel.run(SAYS + "Says().run()")
    kernel.run("old = lab; mine = Lab(); _ = Says().activate(mine); mine.start(); other = Lab()")
    assert kernel.run("%kamlab stop all").stdout == "kamlab: 2 labs with components alive stopped\n"
    assert kernel.value("old.state, mine.state, other.state, lab is kamlab.current(), lab.state") == (
        *("stopped",) * 3,
        True,
        "new",
    )
    assert kernel.value("len(kamlab.labs())") == 1


def test_stop_all_stops_a_lab_that_hangs(kernel: Any) -> None:
    """A component that blocks is named and left behind, and every lab is stopped."""
    kernel.run(
        SAYS + "go_on = threading.Event()\nclass Hangs(Component):\n    def main(self):\n        yield\n"
        "        go_on.wait(60)\nhanging, mine = Lab(), Lab()\nHangs().activate(hanging); Says().activate(mine)\n"
        "hanging.start(); mine.start(); time.sleep(1)"
    )
    result = kernel.run("kamlab.stop_all(timeout=0.2)")
    assert result.value == "2"
    assert "Hangs_1 has been in one slice" in result.stderr
    assert kernel.value("mine.state, hanging.state, len(kamlab.labs())") == ("stopped", "stopped", 0)
    kernel.run("go_on.set()")


def test_prints_are_those_of_the_lab_that_was_driven_last(kernel: Any) -> None:
    """%kamlab prints shows what the lab printed that was stepped or run last, also in the background."""
    kernel.run(
        SAYS + "one, two = Lab(), Lab()\nfor lab, name in (one, 'Ada'), (two, 'Bob'): Says(name=name).activate(lab)"
    )
    kernel.run("_ = one.step()")
    assert kernel.run("%kamlab prints").stdout == "Ada: Ada 1\n"
    kernel.run("two.start(); time.sleep(0.3)")
    assert kernel.run("%kamlab prints").stdout.startswith("Bob: Bob 1\nBob: Bob 2\n")
    assert kernel.run("%kamlab prints Bob").stdout.startswith("Bob 1\nBob 2\n")
    assert "no component called 'Ada' has printed; these have: Bob" in (
        wrong := kernel.run("%kamlab prints Ada")
    ).stderr + (wrong.error)
    kernel.run("two.stop()")


def test_prints_of_a_lab_in_the_background_are_shown_with_it(kernel: Any) -> None:
    """A cell that ends in the lab shows it with the last lines that its components printed."""
    kernel.run(SAYS + "mine = Lab(); _ = Says(name='Ada').activate(mine); mine.start()")
    wait = "deadline = time.monotonic() + 10\nwhile mine.transcripts.count < 2 and time.monotonic() < deadline: "
    assert kernel.run(wait + "time.sleep(0.01)").stdout == ""
    (shown,) = kernel.run("mine").displayed
    assert "printed:" in shown["text/html"]
    assert "Ada: Ada 1" in shown["text/html"]
    kernel.run("mine.stop()")


def test_a_lab_of_a_kamlab_cell_is_of_that_cell(kernel):
    """The lab that %%kamlab makes is listed with its cell, not with a line of the program that executes cells."""
    kernel.run("%load_ext kamlab")
    kernel.run("%%kamlab\nfrom kamlab import Component\nComponent().activate()")
    said = str(kernel.value("str(__import__('kamlab').labs())"))
    assert "In [" in said
    assert "interactiveshell" not in said
