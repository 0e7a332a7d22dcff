"""Which cells are for a shell: %%system is IPython's as well."""

from __future__ import annotations

import builtins
from pathlib import Path
from typing import Any

import pytest

from kamlab.notebook.shell_cells import compiles, is_for_shell

LISTINGS = sorted((Path(__file__).parent.parent / "listings").glob("*.py"))


def for_shell(cell: str, names: Any = ()) -> bool:
    return is_for_shell(cell, compiles(cell), names)


@pytest.mark.parametrize(
    "cell",
    [
        "ls",
        "ls -l",
        "ls -l /tmp | sort",
        "# what is here\nls",
        "echo hello",
        "echo hello > greeting.txt\ncat greeting.txt",
        "LC_ALL=C sort names.txt",
        "cd /tmp && pwd",
        "/bin/ls",
        "for name in *.txt; do\n  cat $name\ndone",
        "if true\nthen\n  echo yes\nfi",
        "time sleep 0",
    ],
)
def test_commands_are_for_the_shell(cell: str) -> None:
    """A cell that begins with a command of the shell is for the shell, also where it happens to be Python."""
    assert for_shell(cell)


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "# nothing",
        "1 + 1",
        "x > y",
        "print 'hello'",
        "import time\nprint time.time()",
        "from Axon.Component import component",
        "for i in range(3):\n    print i",
        "test = 1\nprint test",
        "sort(names)\nprint names",
        "lab.step()",
        "class Echo(component:\n    pass",
        "xyzzy -l",
        '"""A listing."""\nprint "x"',
    ],
)
def test_python_is_python_also_where_it_is_wrong(cell: str) -> None:
    """A cell that begins as Python does is not given to a shell, whatever mistakes it has."""
    assert not for_shell(cell)


def test_a_name_of_the_notebook_is_no_command() -> None:
    """Where ls is a variable, ls - l is a subtraction."""
    assert for_shell("ls - l")
    assert not for_shell("ls - l", {"ls": 3, "l": 2})


@pytest.mark.parametrize("path", LISTINGS, ids=lambda path: path.stem)
def test_listings_are_python(path: Path) -> None:
    """No listing of the cookbook is taken for a shell's."""
    assert not for_shell(path.read_text(encoding="utf-8"), vars(builtins))


def test_system_builds_a_system_and_says_the_new_name_once(kernel: Any) -> None:
    """Python under %%system builds a system, as under %%kamlab, and the name is said once in a session."""
    first = kernel.run("%%system --quiet\nmine = lab")
    assert not first.error
    assert first.stdout == (
        "kamlab: this magic is called %%kamlab now. %%system works too, but is IPython's where kamlab is not.\n"
    )
    assert kernel.value("lab is mine, lab.recipe") == (True, "mine = lab\n")
    again = kernel.run("%%system --quiet\nmine = lab; 1")
    assert (again.stdout, again.value) == ("", "1")


def test_shell_cells_are_run_by_the_shell(kernel: Any) -> None:
    """IPython's own uses work as without kamlab: %%system and %%sx with text for a shell, %system in a line, !."""
    assert kernel.value("%%system\necho one\necho two") == ["one", "two"]
    assert kernel.value("%%sx\necho one") == ["one"]
    assert kernel.value("got = %system echo one\ngot") == ["one"]
    assert kernel.value("got = !echo one\ngot") == ["one"]
    assert kernel.run("%%system --out got\necho three").error == ""
    assert kernel.value("got") == ["three"]


def test_a_shell_cell_leaves_the_labs_alone(kernel: Any) -> None:
    """A command between two looks at a lab stops nothing."""
    kernel.run("%%kamlab --paused --quiet\nfrom kamlab import Component\nmade = Component().activate()")
    assert kernel.value("%%system\necho one") == ["one"]
    assert kernel.value("lab.state, made in lab, lab is kamlab.current()") == ("new", True, True)


def test_unloading_gives_the_name_back(kernel: Any) -> None:
    """After %unload_ext, %%kamlab is not there, and %%system is IPython's alone."""
    kernel.run("%unload_ext kamlab")
    assert kernel.value("%%system\necho one") == ["one"]
    assert "kamlab" in kernel.run("%%kamlab\n1 + 1").error + kernel.run("%%kamlab\n1 + 1").stderr
