"""%%kamlab: a cell that builds a system, and can be run again and again."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("IPython", reason="IPython is not installed")

from kamlab.notebook.system import UsageError, parse


def test_running_the_cell_again_is_ordinary(kernel: Any, listing: Any, free_port: Any) -> None:
    """The same cell, with names and a port, runs any number of times; the system before it is stopped."""
    cell = f"%%kamlab --ports 1500={free_port()}\n" + listing("time_server")
    for _ in range(3):
        result = kernel.run(cell)
        assert not result.error
        kernel.run("labs = globals().get('labs', []) + [lab]")
    assert kernel.value("[lab.state for lab in labs]") == ["stopped", "stopped", "running"]


def test_the_new_lab_is_current_and_bound_to_lab(kernel: Any) -> None:
    """What the cell activates lives in a fresh lab, which is called lab, also within the cell."""
    kernel.run("from kamlab import Component\nold = lab")
    kernel.run("%%kamlab\ninside = lab\nmade = Component().activate()")
    assert kernel.value("lab is not old, lab is inside, lab is kamlab.current(), made in lab") == (True,) * 4


def test_the_default_lab_is_stopped(kernel: Any, listing: Any, free_port: Any) -> None:
    """A listing that ran in a plain cell does not stand in the way of the same listing under %%kamlab."""
    port = free_port()
    kernel.run(f"lab.ports[1500] = {port}; old = lab")
    assert not kernel.run(listing("time_server")).error
    assert not kernel.run(f"%%kamlab --ports 1500={port}\n" + listing("time_server")).error
    assert kernel.value("old.state, lab.state") == ("stopped", "running")


def test_the_lab_keeps_the_cell_as_its_recipe(kernel: Any) -> None:
    """lab.recipe is the source of the cell, without its first line."""
    kernel.run("%%kamlab --quiet\nx = 1\ny = 2\n")
    assert kernel.value("lab.recipe") == "x = 1\ny = 2\n"


def test_the_cell_runs_in_the_user_s_names(kernel: Any) -> None:
    """The cell sees the names of other cells, and they see its names; a last expression is its value."""
    kernel.run("x = 20")
    assert kernel.run("%%kamlab --quiet\ny = x + 1\n2 * y").value == "42"
    assert kernel.value("y") == 21


def test_paused_leaves_the_system_at_step_0(kernel: Any, listing: Any) -> None:
    """With --paused run() only activates; the lab can be stepped from its first slice, and started."""
    result = kernel.run("%%kamlab --paused --ports 1500=0\n" + listing("time_server"))
    assert len(result.displayed) == 2  # the panel, and its still picture
    assert kernel.value("lab.state, lab.step_number, len(lab.components)") == ("new", 0, 3)
    assert kernel.value("lab.step().steps, lab.state") == (1, "paused")
    assert kernel.value("lab.start(); lab.state") == "running"


def test_hosts_and_ports_are_those_of_the_lab(kernel: Any, listing: Any) -> None:
    """--hosts lets a listing find its source on this machine; a variable in braces is replaced by its value."""
    kernel.run("source = socket.create_server(('127.0.0.1', 0)); source.settimeout(10); port = source.getsockname()[1]")
    code = listing("page_imports", "relay")
    result = kernel.run('%%kamlab --hosts "foo.bar.com:1600=127.0.0.1:{port}" --ports "1600=0"\n' + code)
    assert not result.error
    assert kernel.value("source.accept()[0].fileno() > 0; source.close(); lab.ports") == {1600: 0}


def test_two_systems_of_different_names_run_side_by_side(kernel: Any) -> None:
    """--name gives the lab's variable; only the system of the same name is stopped."""
    code = (
        "from kamlab import Component\nclass Waits(Component):\n    def main(self):\n"
        "        while True:\n            self.pause(); yield\nWaits().run()"
    )
    kernel.run("%%kamlab --name first\n" + code)
    kernel.run("%%kamlab --name second\n" + code + "\nkeep = second")
    kernel.run("%%kamlab --name second\n" + code)
    assert kernel.value("first.state, keep.state, second.state") == ("running", "stopped", "running")
    kernel.run("%unload_ext kamlab")
    assert kernel.value("first.state, second.state") == ("stopped", "stopped")


def test_an_error_in_the_cell_is_an_ordinary_error(kernel: Any) -> None:
    """The cell fails, and the traceback shows the cell's own lines and none of the machinery."""
    error = kernel.run("%%kamlab\ndef inner():\n    1 / 0\ninner()").error
    assert error.startswith("ZeroDivisionError")
    assert "inner()" in error
    assert "kamlab/notebook" not in error
    assert not kernel.run("%%kamlab\n1 + 1").error


def test_a_system_that_hangs_does_not_hang_the_cell(kernel: Any) -> None:
    """If a component of the system before hangs in its slice, the cell says so and goes on without it."""
    kernel.run("from kamlab.notebook import system; system.PATIENCE = 0.2")
    kernel.run(
        "%%kamlab\nfrom kamlab import Component\ngo_on = threading.Event()\nclass Hangs(Component):\n"
        "    def main(self):\n        yield\n        go_on.wait(60)\nHangs().run()\nold = lab"
    )
    result = kernel.run("%%kamlab\n1 + 1")
    assert result.value == "2"
    assert "Hangs_1" in result.stderr
    kernel.run("go_on.set()")


def test_quiet_shows_nothing(kernel: Any) -> None:
    """With --quiet there is no live view, and the system runs."""
    result = kernel.run(
        "%%kamlab --quiet\nfrom kamlab import Component\nclass Waits(Component):\n    def main(self):\n"
        "        while True:\n            self.pause(); yield\nWaits().run()"
    )
    assert result.displayed == []
    assert kernel.value("lab.state") == "running"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("--hosts foo", "foo"),
        ("--ports 1500", "1500"),
        ("--ports 1500=none", "none"),
        ("--name 3x", "3x"),
        ("--dance", r"^%%kamlab --dance: .*--dance; %%kamlab\? explains its arguments$"),
        ("--seed x", r"^%%kamlab --seed x: argument --seed: .*'x'; %%kamlab\?"),
        ('--hosts "foo', "quotation"),
    ],
)
def test_a_line_that_cannot_be_understood_is_refused(line: str, said: str) -> None:
    """The error names what was not understood."""
    with pytest.raises(UsageError, match=said):
        parse(line)


def test_several_hosts_and_ports_can_be_given() -> None:
    """They are separated by commas, or given in several options."""
    options = parse("--hosts a=b,c=d --hosts 'e=f' --ports 1=2 --ports 3=4")
    assert options.hosts == {"a": "b", "c": "d", "e": "f"}
    assert options.ports == {1: 2, 3: 4}
