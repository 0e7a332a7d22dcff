"""%%kamlab cells are turned back: the cell runs again, its variables mean the new components, nothing shows twice."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("IPython", reason="IPython is not installed")

from kamlab import Lab, axon
from kamlab.notebook.system import UsageError, needed_by, parse

SYSTEM = """%%kamlab --paused --virtual --quiet
from kamlab import Component, Pipeline
print("the cell speaks")
class Counts(Component):
    def main(self):
        for number in range(1000):
            print("counted to", number)
            self.send(number)
            yield
class Keeps(Component):
    def main(self):
        self.got = []
        while True:
            self.got += self.messages()
            self.pause()
            yield
counts, keeps = Counts(), Keeps()
Pipeline(counts, keeps).run()
"""


def ran(kernel: Any, code: str) -> Any:
    """Execute a cell that must not fail; return what it gave."""
    result = kernel.run(code)
    assert not result.error, result.error
    return result


def paused(listing: Any, options: str = "") -> str:
    """Return the page's time server as a cell that can be turned back."""
    return f"%%kamlab --paused --virtual {options}\n" + listing("time_server")


class TestTheTimeServer:
    """The page's time server, pasted unchanged."""

    def test_it_is_turned_back_edited_and_goes_on(self, kernel: Any, listing: Any) -> None:
        """Step, back, edit a message, on: two branches, and the text that was edited goes out on one."""
        ran(kernel, paused(listing))
        ran(kernel, "_ = lab.step(60); before = lab.trace.text(); old = lab['TimeTick']")
        ran(kernel, "_ = lab.step(30); lab.back(30)")
        assert kernel.value("lab.step_number, lab.trace.text() == before, lab['TimeTick'] is old") == (60, True, False)
        ran(kernel, "_ = lab.step_message(); sent = [event for event in lab.trace if event.kind == 'sent'][-1]")
        ran(kernel, "lab.edit(sent, 'half past\\n'); _ = lab.step(20)")
        assert kernel.value("len(lab.branches), 'half past' in lab.trace.text()") == (2, True)
        ran(kernel, "lab.goto(90, branch=0)")
        assert kernel.value("lab.step_number, 'half past' in lab.trace.text()") == (90, False)

    def test_its_line_is_replayed_by_another_cell_s_lab_and_by_a_script(self, kernel: Any, listing: Any) -> None:
        """The recorded run gives the same trace in the lab of a second cell, and in a plain script."""
        ran(kernel, paused(listing))
        ran(kernel, "_ = lab.step(40); _ = lab.step_message()")
        ran(
            kernel,
            "lab.edit([event for event in lab.trace if event.kind == 'sent'][-1], 'half past\\n'); _ = lab.step(20)",
        )
        line, text = kernel.value("str(lab.recording), lab.trace.text()")
        ran(kernel, paused(listing, "--name other"))
        ran(kernel, f"other.replay({line!r})")
        assert kernel.value("other.trace.text()") == text
        axon.install()
        with Lab(build=lambda: exec(listing("time_server"), {}), clock="virtual") as lab:
            lab.replay(line)
            assert lab.trace.text() == text

    def test_the_line_may_be_replayed_in_the_cell_itself(self, kernel: Any, listing: Any) -> None:
        """A cell that ends in lab.replay() stands where the run ended, and can be turned back from there."""
        ran(kernel, paused(listing))
        line, text = kernel.value("_ = lab.step(50); str(lab.recording), lab.trace.text()")
        ran(kernel, paused(listing) + f"\nlab.replay({line!r})\n")
        assert kernel.value("lab.step_number, lab.trace.text()") == (50, text)
        ran(kernel, "lab.back(5)")
        assert kernel.value("lab.step_number") == 45


class TestTheCellAsABuilder:
    """Going back runs the cell again."""

    def test_variables_mean_the_new_components(self, kernel: Any) -> None:
        """A later cell that names a component has the present one; the lab is the same object."""
        ran(kernel, SYSTEM)
        ran(kernel, "_ = lab.step(20); was = keeps, counts, lab; got = list(keeps.got); _ = lab.step(10); lab.back(10)")
        assert kernel.value("keeps is was[0], counts is was[1], lab is was[2]") == (False, False, True)
        assert kernel.value("keeps in lab, keeps.got == got, len(got) > 3") == (True, True, True)

    def test_nothing_is_shown_again(self, kernel: Any) -> None:
        """What the cell and the components print, and what the cell displays, is shown once."""
        first = ran(kernel, SYSTEM + "display('seen')\nimport sys; print('and warns', file=sys.stderr)\n'value'")
        assert "the cell speaks" in first.stdout
        assert ran(kernel, "_ = lab.step(3)").stdout == "counted to 0\n"
        for move in ("lab.back()", "lab.goto(3)", "lab.goto(0)", "_ = lab.reset()"):
            again = ran(kernel, move)
            assert (again.stdout, again.stderr, again.displayed) == ("", "", [])
        assert ran(kernel, "_ = lab.step(3)").stdout == "counted to 0\n"

    def test_transcripts_go_back_too(self, kernel: Any) -> None:
        """lab.transcripts are what was printed up to the step where the lab stands, and so is the trace."""
        ran(kernel, SYSTEM + "")
        ran(kernel, "_ = lab.step(20); before = lab.transcripts[counts].lines, lab.trace.text()")
        ran(kernel, "_ = lab.step(20); after = lab.transcripts[counts].lines, lab.trace.text(); lab.back(20)")
        assert kernel.value("(lab.transcripts[counts].lines, lab.trace.text()) == before") is True
        ran(kernel, "lab.goto(40)")
        assert kernel.value("(lab.transcripts[counts].lines, lab.trace.text()) == after, after != before") == (
            True,
            True,
        )

    def test_the_cell_is_run_again_with_the_names_it_had(self, kernel: Any) -> None:
        """Cells executed since change nothing in the past, and keep what they have bound."""
        ran(
            kernel,
            "first, count = 7, 0\nfrom kamlab import Component\nclass Says(Component):\n"
            "    def main(self):\n        self.send(self.what)\n        yield",
        )
        ran(kernel, "%%kamlab --paused --virtual\ncount += 1\nsays = Says(); says.what = first + count\nsays.run()")
        text = kernel.value("_ = lab.step(2); lab.trace.text()")
        assert ": 8 is discarded" in text
        ran(kernel, "first = 70; del Says")
        ran(kernel, "lab.goto(0); _ = lab.step(2)")
        assert kernel.value("lab.trace.text(), first, count, 'Says' in globals()") == (text, 70, 1, False)

    def test_running_the_cell_again_begins_anew(self, kernel: Any) -> None:
        """The same cell gives a fresh lab with one branch; the old one is stopped and says so."""
        ran(kernel, SYSTEM)
        ran(kernel, "_ = lab.step(10); lab.back(5); _ = lab.step_round(); old = lab")
        ran(kernel, SYSTEM)
        assert kernel.value("lab is old, lab.step_number, len(lab.branches), old.state") == (False, 0, 1, "stopped")
        assert "LabIsClosed" in kernel.run("old.back()").error
        ran(kernel, "_ = lab.step(4); lab.back()")

    def test_reset_builds_again(self, kernel: Any) -> None:
        """lab.reset() runs the cell again, at step 0, with the variables bound anew."""
        ran(kernel, SYSTEM)
        ran(kernel, "_ = lab.step(10); was = keeps; lab.reset()")
        assert kernel.value("lab.state, lab.step_number, keeps is was") == ("new", 0, False)
        ran(kernel, "_ = lab.step(3)")
        assert kernel.value("keeps in lab") is True

    def test_the_building_ends_where_the_cell_drives_the_lab(self, kernel: Any) -> None:
        """What a cell does after it has stepped its lab is not done again."""
        ran(
            kernel,
            SYSTEM + "done = globals().get('done', 0) + 1\n_ = lab.step(9)\nafter = globals().get('after', 0) + 1",
        )
        for move in ("lab.back(2)", "lab.goto(9)", "lab.goto(0)"):
            ran(kernel, move)
        assert kernel.value("lab.step_number, after") == (0, 1)

    def test_components_activated_after_a_paused_run_belong_to_the_cell(self, kernel: Any) -> None:
        """With --paused, run() in the middle of a cell does not end the building."""
        ran(kernel, SYSTEM + "second = Counts().activate()")
        ran(kernel, "_ = lab.step(12); was = second; lab.back(3)")
        assert kernel.value("len(lab.components), second is was, second in lab") == (4, False, True)

    def test_a_twin_leaves_the_variables_alone(self, kernel: Any) -> None:
        """Where a component stood at a past step is asked of a copy; names go on meaning what they meant."""
        ran(kernel, SYSTEM)
        ran(kernel, "_ = lab.step(10); was = keeps, counts, lab; there = str(lab.where('Counts', step=4))")
        assert kernel.value("'Counts' in there, was == (keeps, counts, lab), lab.step_number") == (True, True, 10)
        assert kernel.value("keeps in lab") is True

    def test_a_breakpoint_of_the_cell_stays_one(self, kernel: Any) -> None:
        """A breakpoint that the cell sets is not set again by going back."""
        ran(kernel, SYSTEM + "stop = lab.break_on(message=3)")
        ran(kernel, "_ = lab.run(); lab.back(1); lab.goto(0)")
        assert kernel.value("len(lab.breakpoints), lab.breakpoints[0] is stop, stop.hits") == (1, True, 1)
        assert kernel.value("lab.run().reason") == "breakpoint"

    def test_an_error_of_the_cell_is_told(self, kernel: Any) -> None:
        """If the cell fails when it is run again, the error says so, with its own error."""
        ran(kernel, "fail = []")
        ran(kernel, SYSTEM + "if fail: raise OSError('the file is gone')\n")
        ran(kernel, "_ = lab.step(5); fail.append(1)")
        assert "the file is gone" in kernel.run("lab.back()").error


class TestDoors:
    """The clock, the network and the chooser of a cell's lab."""

    def test_a_virtual_lab_is_not_started_by_run(self, kernel: Any) -> None:
        """With --virtual run() only activates, and the cell says how to go on."""
        result = ran(kernel, SYSTEM.replace("--paused ", ""))
        assert "lab.step()" in result.stdout
        assert kernel.value("lab.state, lab.step_number") == ("new", 0)
        assert kernel.value("lab.run(max_steps=30).steps") == 30
        assert "kamlab:" not in ran(kernel, "lab.back(4)").stdout

    def test_a_seed_draws_the_same_again(self, kernel: Any) -> None:
        """--seed gives the lab a chooser; the same seed gives the same run, another seed another."""
        texts = []
        for seed in (5, 5, 6):
            ran(kernel, SYSTEM.replace("--quiet", f"--quiet --seed {seed}"))
            texts.append(kernel.value("_ = lab.step(40); lab.trace.text()"))
        assert texts[0] == texts[1] != texts[2]
        ran(kernel, "lab.back(20); _ = lab.step(20)")
        assert kernel.value("lab.trace.text()") == texts[2]

    def test_a_recorded_lab_is_turned_back_after_a_free_run(self, kernel: Any, listing: Any) -> None:
        """With --recorded the real network's run is rebuilt without it, though it ran in the background."""
        ran(kernel, "%%kamlab --recorded --ports 1500=0\n" + listing("time_server"))
        ran(
            kernel,
            "end = time.monotonic() + 10\nwhile lab.step_number < 10 and time.monotonic() < end: time.sleep(0.01)",
        )
        ran(
            kernel,
            "lab.pause(); end = lab.step_number; text = lab.trace.text(); line = str(lab.recording); lab.back(3)",
        )
        assert kernel.value("lab.step_number == end - 3") is True
        ran(kernel, "lab.goto(end)")
        assert kernel.value("lab.trace.text() == text") is True

    def test_a_free_run_by_the_real_time_cannot_be_turned_back(self, kernel: Any) -> None:
        """Without a door the lab says why it cannot go back, and can go back to before the free run."""
        ran(kernel, SYSTEM.replace("--virtual ", ""))
        ran(kernel, "_ = lab.step(6); lab.run(max_steps=10)")
        assert "ran freely" in kernel.run("lab.back()").error
        ran(kernel, "lab.goto(6)")

    def test_a_thread_that_prints_makes_no_round(self, kernel: Any) -> None:
        """A run in which a thread prints is the same in a notebook and where nobody notes prints."""
        code = (
            "from kamlab import ThreadedComponent\nclass Shouts(ThreadedComponent):\n    def main(self):\n"
            "        for number in range(20):\n            print('shouts', number)\n            self.send(number)\n"
            "            self.pause(0.5)\nshouts = Shouts()\nshouts.run()\n"
        )
        ran(kernel, "%%kamlab --paused --virtual --quiet\n" + code)
        ran(kernel, "_ = lab.step(25); _ = lab.run(max_steps=5); rounds = lab.scheduler.rounds")
        line, rounds, lines = kernel.value("str(lab.recording), lab.scheduler.rounds, lab.transcripts[shouts].lines")
        ran(kernel, "lab.back(1); lab.goto(30)")
        assert kernel.value("lab.scheduler.rounds, lab.transcripts[shouts].lines") == (rounds, lines)
        names: dict[str, Any] = {"print": lambda *what: None}
        with Lab(build=lambda: exec(code, names), clock="virtual") as lab:
            lab.replay(line)
            assert (lab.step_number, lab.scheduler.rounds) == (30, rounds)

    @pytest.mark.parametrize("options", ["--virtual --recorded", "--seed many", "--seed"])
    def test_doors_that_do_not_go_together_are_refused(self, options: str) -> None:
        """A virtual clock with the real network, and a seed that is no number, are refused."""
        with pytest.raises(UsageError):
            parse(options)


def test_the_panel_follows_the_lab(kernel: Any) -> None:
    """The panel that is shown stays the one of the lab when that is turned back or reset, and its buttons work."""
    ran(kernel, SYSTEM.replace(" --quiet", ""))
    ran(kernel, "from kamlab.notebook import panel_of\npanel = panel_of(lab)\nshown = lambda: panel.page.now['step']")
    ran(kernel, "panel.receive({'do': 'hello', 'view': 'page/1'})\n_ = lab.step(9)")
    ran(kernel, "lab.back(3)")
    assert kernel.value("panel_of(lab) is panel, shown(), panel.page.now['gone']") == (True, 6, "")
    assert kernel.value("panel.do('step') and (lab.step_number, shown())") == (7, 7)
    ran(kernel, "lab.reset()")
    assert kernel.value("panel_of(lab) is panel, shown()") == (True, 0)
    ran(kernel, "lab.stop()")
    assert kernel.value("panel.page.now['state'], panel.page.now['banner']['kind']") == ("stopped", "stopped")
    assert kernel.value("panel.do('reset') and (lab.state, shown())") == ("new", 0)


def test_the_panel_follows_a_lab_that_is_turned_back_often(kernel: Any) -> None:
    """While a lab is turned back again and again the panel neither crashes nor takes its end for the last."""
    ran(kernel, SYSTEM.replace(" --quiet", ""))
    ran(kernel, "from kamlab.notebook import panel_of\npanel = panel_of(lab)\n_ = lab.step(200)")
    ran(kernel, "panel.receive({'do': 'hello', 'view': 'page/1'})")
    ran(kernel, "import contextlib\nfor _ in range(30):\n    lab.back(5); panel.tick()")
    assert kernel.value("panel_of(lab) is panel, panel.page.now['step'], panel.page.now['gone']") == (True, 50, "")


def test_the_names_that_a_cell_needs() -> None:
    """They are those that it uses before it binds them, and those its functions use and it never binds."""
    source = "import a\nb = c\nd += 1\ndef f(e):\n    return e + g + b\nclass H(I):\n    j = k\n[l for m in n]\n"
    assert needed_by((compile(source, "", "exec"),)) == {"c", "d", "g", "I", "k", "l", "n"}
