"""The command line: ``kamlab lab`` opens JupyterLab on the notebooks, ``kamlab demo`` runs in the terminal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from kamlab.__main__ import JUPYTER, START, copy_notebooks, main


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Call ``kamlab lab`` in an empty folder; return the command that would take its place."""
    called: list[list[str]] = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "execve", lambda _path, command, _environment: called.append(command))

    def opened(*arguments: str) -> list[str]:
        main(["lab", *arguments])
        return called.pop()

    return opened


def test_the_copy_is_whole(tmp_path: Path) -> None:
    """All notebooks and the page of messages are copied; what differs from them is kept, and named."""
    assert copy_notebooks(tmp_path) == []
    there = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert {START, "ideas.ipynb", "troubleshooting.md", "cookbook/02-relay.ipynb", "course/03-deadlock.ipynb"} <= there
    assert copy_notebooks(tmp_path) == []
    (tmp_path / START).write_text("mine")
    assert copy_notebooks(tmp_path) == [START]
    assert (tmp_path / START).read_text() == "mine"


def test_what_was_changed_is_kept_when_all_is_written_again(tmp_path: Path) -> None:
    """--fresh keeps a copy of each notebook that differs, under a name that is free."""
    copy_notebooks(tmp_path)
    for text, name in (("mine", "start.mine.ipynb"), ("mine again", "start.mine2.ipynb")):
        (tmp_path / START).write_text(text)
        assert copy_notebooks(tmp_path, fresh=True) == [name]
        assert (tmp_path / name).read_text() == text
        assert copy_notebooks(tmp_path) == []


def test_the_lab_opens_on_the_start_page(opened: Callable[..., list[str]], tmp_path: Path, capsys: Any) -> None:
    """JupyterLab takes the place of the command, with the copy as its root and the start page in front."""
    command = opened()
    assert command[:3] == [sys.executable, "-m", "jupyterlab"]
    assert f"--ServerApp.root_dir={tmp_path / 'kamlab-notebooks'}" in command
    assert f"--LabApp.default_url=/lab/tree/{START}" in command
    assert (tmp_path / "kamlab-notebooks" / START).exists()
    assert str(tmp_path / "kamlab-notebooks") in capsys.readouterr().out


def test_kernels_have_the_extension_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """JupyterLab finds kamlab's kernel before others, beside what the user has set; nothing is written for it."""
    environments: list[dict[str, str]] = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("JUPYTER_PATH", "mine")
    monkeypatch.setattr(os, "execve", lambda _path, _command, environment: environments.append(environment))
    main(["lab"])
    assert environments[0]["JUPYTER_PATH"] == f"{JUPYTER}{os.pathsep}mine"
    assert os.environ["JUPYTER_PATH"] == "mine"
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    ("given", "folder", "passed"),
    [
        (["--port", "8890"], "kamlab-notebooks", ["--port", "8890"]),
        (["here", "--no-browser"], "here", ["--no-browser"]),
        (["here", "--fresh", "--port=0"], "here", ["--port=0"]),
        (["--dir", "there", "--no-browser", "--", "--port=0"], "there", ["--no-browser", "--port=0"]),
        (["--allow-root"], "kamlab-notebooks", ["--allow-root"]),
    ],
)
def test_options_go_to_jupyterlab(
    given: list[str], folder: str, passed: list[str], opened: Callable[..., list[str]], tmp_path: Path
) -> None:
    """A folder may be given as ``jupyter lab`` takes it, and what kamlab does not know is passed on."""
    command = opened(*given)
    assert f"--ServerApp.root_dir={tmp_path / folder}" in command
    assert command[-len(passed) :] == passed
    assert command.count("--allow-root") <= 1


def test_it_says_what_it_does(opened: Callable[..., list[str]], tmp_path: Path, capsys: Any) -> None:
    """Edited notebooks are named, with the way to have them written again; so is --allow-root, where it is added."""
    opened("here")
    (tmp_path / "here" / START).write_text("mine")
    capsys.readouterr()
    command = opened("here")
    told = capsys.readouterr().out
    assert f"differ from kamlab {version('kamlab')}'s and are kept as they are: {START}\n" in told
    assert ("--allow-root" in command) == ("--allow-root" in told)


def kamlab(*arguments: str, **how: Any) -> subprocess.Popen[str]:
    """Start the command line in a process of its own."""
    command = [sys.executable, "-m", "kamlab", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **how)


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        ([], 0, "usage: kamlab"),
        (["--version"], 0, f"kamlab {version('kamlab')}"),
        (["demo", "--seconds", "nan"], 2, "'nan' is not a number of seconds"),
        (["demo", "--seconds=-1"], 2, "'-1' is not a number of seconds"),
        (["demo", "--second", "x"], 2, "kamlab demo: error"),
        (["demo", "here"], 2, "unrecognized arguments: here"),
        (["dmeo"], 2, "invalid choice: 'dmeo'"),
    ],
)
def test_a_wrong_command_gets_a_sentence(arguments: list[str], status: int, told: str) -> None:
    """Help, the version and every mistake are answered in a line or a page, never by a traceback."""
    process = kamlab(*arguments)
    out, error = process.communicate(timeout=60)
    assert process.returncode == status
    assert told in out + error
    assert "Traceback" not in out + error


def test_ctrl_c_ends_the_demo() -> None:
    """An interrupt ends the demo with a line and the status that a shell expects."""
    process = kamlab("demo", "--seconds", "60")
    assert process.stdout is not None
    for line in process.stdout:
        if "Two clients connect" in line:
            break
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=60)
    assert (process.returncode, error.strip()) == (130, "kamlab: interrupted")


def test_a_closed_pipe_ends_the_demo() -> None:
    """Where nobody reads what is printed, as in ``kamlab demo | head``, the demo ends without a word."""
    process = kamlab("demo", "--seconds", "60")
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    error = process.stderr.read()
    assert (process.wait(timeout=90), error) == (141, "")


OLD = """
import sys
from Axon.Component import component
class Counts(component):
    def main(self):
        for number in xrange(2):
            print number, sys.argv[1:]
            yield 1
Counts().run()
"""


def run(*command: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "kamlab", *command], capture_output=True, text=True, timeout=60, check=False, **options
    )


def test_a_listing_for_python_2_is_run(tmp_path: Path) -> None:
    """kamlab run takes a listing as it was published, says what it rewrote, and hands the arguments on."""
    (tmp_path / "old.py").write_text(OLD)
    done = run("run", "old.py", "--speed", "3", cwd=tmp_path)
    assert done.stdout == "0 ['--speed', '3']\n1 ['--speed', '3']\n"
    assert done.stderr == (
        "kamlab: old.py: This is Python 2. It was rewritten for Python 3: print statement, xrange.\n"
    )
    assert done.returncode == 0


def test_a_listing_imports_its_neighbours(tmp_path: Path) -> None:
    """The folder of the listing is searched first, as Python does, and it runs as the main module."""
    (tmp_path / "neighbour.py").write_text("word = 'beside'")
    (tmp_path / "main.py").write_text("import neighbour\nprint(neighbour.word, __name__, __file__)")
    done = run("run", str(tmp_path / "main.py"))
    assert done.stdout == f"beside __main__ {tmp_path / 'main.py'}\n"


def test_neighbours_for_python_2_are_rewritten_too(tmp_path: Path) -> None:
    """A module of the listing's folder, also in a package, is rewritten when it is imported; nothing is cached."""
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").write_text("")
    (tmp_path / "package" / "inner.py").write_text("print 'inner'\n")
    (tmp_path / "neighbour.py").write_text("import Queue\ntry:\n    1/0\nexcept ZeroDivisionError, e:\n    print e\n")
    (tmp_path / "main.py").write_text("import neighbour\nimport package.inner\n")
    for _ in range(2):
        done = run("run", str(tmp_path / "main.py"))
        assert done.stdout == "division by zero\ninner\n"
        assert [line.split(":")[1].strip() for line in done.stderr.splitlines()] == ["neighbour.py", "inner.py"]
    assert not list(tmp_path.rglob("__pycache__"))


def test_a_neighbour_that_is_wrong_in_any_python_keeps_its_error(tmp_path: Path) -> None:
    """Python's own SyntaxError is shown, with the file and the line."""
    (tmp_path / "neighbour.py").write_text("print 'a' +\n")
    (tmp_path / "main.py").write_text("import neighbour\n")
    done = run("run", str(tmp_path / "main.py"))
    assert done.returncode == 1
    assert "neighbour.py" in done.stderr
    assert "SyntaxError" in done.stderr


def test_an_error_of_a_listing_begins_in_the_listing(tmp_path: Path) -> None:
    """The traceback has no line of kamlab, and shows the line as it was run."""
    (tmp_path / "old.py").write_text("print 'a'\nraise ValueError, 'bad'\n")
    done = run("run", "old.py", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.endswith(
        'Traceback (most recent call last):\n  File "old.py", line 2, in <module>\n'
        "    raise ValueError('bad')\nValueError: bad\n"
    )


@pytest.mark.parametrize("text", [None, "print ("], ids=["missing", "wrong"])
def test_a_listing_that_cannot_be_run_is_named(text: str | None, tmp_path: Path) -> None:
    """A file that is missing, or that is not Python, is one line and an exit status."""
    if text is not None:
        (tmp_path / "x.py").write_text(text)
    done = run("run", "x.py", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("kamlab: x.py cannot be run: ")
    assert done.stderr.count("\n") == 1
