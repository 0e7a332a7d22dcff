"""Under which cell a print lands, and which transcript it is in."""

from __future__ import annotations

from typing import Any

#: A panel, a page that shows it, and what it shows of the prints.
PANEL = """from kamlab.notebook import panel_of
panel = panel_of(lab)
panel.receive({"do": "hello", "view": "page/1"})
printed = lambda: [(line["name"], line["text"]) for line in panel.page.now["inboxes"]["printed"]]
"""

SAYS = """
from kamlab import Component, ThreadedComponent
class Says(Component):
    def main(self):
        number = 0
        while True:
            number += 1
            print("says", number)
            self.pause(0.02)
            yield
class Shouts(ThreadedComponent):
    def main(self):
        for number in range(1000):
            print("shouts", number)
            self.pause(0.02)
class Fails(Component):
    def main(self):
        yield
        raise ValueError("out of paper")
"""


def test_a_stepped_component_prints_under_the_cell_that_steps_it(kernel: Any) -> None:
    """What a component prints in a step is under that cell, and in its transcript."""
    kernel.run(SAYS + "one = Says().activate()")
    assert kernel.run("_ = lab.step()").stdout == "says 1\n"
    assert kernel.run("_ = lab.step()").stdout == "says 2\n"
    assert kernel.value("lab.transcripts[one].lines") == ["says 1", "says 2"]
    assert kernel.value("lab.transcripts['Says_1'].lines") == ["says 1", "says 2"]


def test_a_component_prints_under_the_cell_that_runs_it(kernel: Any) -> None:
    """lab.run() in a cell drives the lab, so what components print meanwhile is the cell's."""
    kernel.run(SAYS + "_ = Says().activate()")
    assert kernel.run("_ = lab.run(max_steps=2)").stdout == "says 1\nsays 2\n"


def test_a_component_s_thread_prints_under_the_cell_that_steps_it(kernel: Any) -> None:
    """A thread that is let through a step prints there too, though it is a thread of its own."""
    kernel.run(SAYS + "one = Shouts().activate()")
    assert kernel.run("_ = lab.step()").stdout == "shouts 0\n"
    assert kernel.run("_ = lab.run(until=lambda lab: len(lab.transcripts[one].lines) > 1, timeout=10)").stdout == (
        "shouts 1\n"
    )
    assert kernel.value("lab.transcripts[one].lines") == ["shouts 0", "shouts 1"]


def test_the_prints_of_a_free_run_are_under_no_cell(kernel: Any) -> None:
    """While the lab runs in the background no cell gets what components print; their transcripts do."""
    started = kernel.run(SAYS + "_ = Shouts().activate()\nSays().run()")
    cell = kernel.run("time.sleep(0.3)\nprint('mine')")
    assert (started.stdout, cell.stdout, kernel.strays()) == ("", "mine\n", "")
    assert kernel.value("[lab.transcripts[name].lines[0] for name in ('Says_2', 'Shouts_1')]") == ["says 1", "shouts 0"]


def test_the_prints_of_a_free_run_are_in_the_panel(kernel: Any) -> None:
    """The last lines are shown where one looks at the running lab."""
    kernel.run(SAYS + "Says().run()\n" + PANEL)
    kernel.run(
        "deadline = time.monotonic() + 10\n"
        "while not (last := printed()) and time.monotonic() < deadline: time.sleep(0.01)"
    )
    (who, said), *_ = kernel.value("last")
    assert (who, said.startswith("says ")) == ("Says_1", True)


def test_a_click_prints_under_no_cell(kernel: Any) -> None:
    """What a component prints when a button steps it is in its transcript and in the panel, and under no cell."""
    kernel.run(SAYS + "one = Says().activate()\n" + PANEL)
    result = kernel.run("_ = panel.do('step')")
    assert (result.stdout, kernel.strays()) == ("", "")
    assert kernel.value("lab.transcripts[one].lines") == ["says 1"]
    assert kernel.value("printed()") == [("Says_1", "says 1")]


def test_the_cell_s_own_prints_are_its_own(kernel: Any) -> None:
    """What the cell prints, also in the condition of a run, goes where it always went and in no transcript."""
    kernel.run(SAYS + "one = Says().activate()")
    result = kernel.run(
        "print('before'); lab.step(); print('after')\n"
        "_ = lab.run(until=lambda lab: print('asked') or lab.step_number > 1)"
    )
    assert result.stdout.startswith("before\nsays 1\nafter\nasked\n")
    assert result.stdout.endswith("says 2\nasked\n")
    assert kernel.value("lab.transcripts[one].lines") == ["says 1", "says 2"]


def test_a_print_is_on_record(kernel: Any) -> None:
    """Every line that a component prints is an event of the trace, with the component."""
    kernel.run(SAYS + "one = Says().activate(); two = Shouts().activate()")
    kernel.run("printed = lab.run(max_steps=6) and [event for event in lab.trace if event.kind == 'printed']")
    assert set(kernel.value("[(event.component.short_name, event.detail) for event in printed]")) >= {
        ("Says_1", "says 1"),
        ("Shouts_2", "shouts 0"),
    }


def test_a_failure_in_a_step_is_told_under_the_cell(kernel: Any) -> None:
    """The traceback of a component that fails in a step is under that cell."""
    kernel.run(SAYS + "_ = Fails().activate()")
    result = kernel.run("_ = lab.step(2)")
    assert "out of paper" in result.stderr
    assert 'raise ValueError("out of paper")' in result.stderr


def test_a_failure_in_the_background_is_in_the_panel_and_not_lost(kernel: Any) -> None:
    """With a page that shows it, it is there and under no cell; without one it goes to stderr as it always did."""
    kernel.run(SAYS + "Says().run()\n" + PANEL)
    cell = kernel.run(
        "_ = Fails().activate()\ndeadline = time.monotonic() + 10\n"
        "failed = lambda: panel.page.now['inboxes']['failures']\n"
        "while not failed() and time.monotonic() < deadline: time.sleep(0.01)"
    )
    assert (cell.stderr, kernel.strays()) == ("", "")
    assert kernel.value("[tuple(line) for line in failed()]") == [("Fails_2", "ValueError: out of paper")]
    kernel.run("panel.receive({'do': 'bye', 'view': 'page/1'}); lab.reset(); _ = Says().activate(); lab.start()")
    cell = kernel.run("_ = Fails().activate()\nwhile not lab.failures: time.sleep(0.01)")
    assert "out of paper" in cell.stderr + kernel.strays()


def test_transcripts_are_those_of_the_lab(kernel: Any) -> None:
    """Two labs do not share transcripts."""
    kernel.run(SAYS + "from kamlab import Lab\nother = Lab(); _ = Says().activate(other), Says().activate(lab)")
    kernel.run("other.step(); other.step(); lab.step()")
    assert kernel.value("other.transcripts['Says_1'].lines, lab.transcripts['Says_1'].lines") == (
        ["says 1", "says 2"],
        ["says 1"],
    )
    kernel.run("other.stop()")
