"""``kamlab lab`` opens JupyterLab on the start page of a copy of the notebooks."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from kamlab.__main__ import START, copy_notebooks, main


def test_the_copy_is_whole(tmp_path: Path) -> None:
    """All notebooks and the page of messages are copied; what is there already is kept, unless asked."""
    assert copy_notebooks(tmp_path) == 0
    there = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert {START, "ideas.ipynb", "troubleshooting.md", "cookbook/02-relay.ipynb", "course/03-deadlock.ipynb"} <= there
    (tmp_path / START).write_text("mine")
    assert copy_notebooks(tmp_path) == len(there)
    assert (tmp_path / START).read_text() == "mine"
    copy_notebooks(tmp_path, fresh=True)
    assert (tmp_path / START).read_text() != "mine"


def test_the_lab_opens_on_the_start_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    """JupyterLab takes the place of the command, with the copy as its root and the start page in front."""
    called: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda _path, command: called.append(command))
    main(["lab", "--dir", str(tmp_path / "copy"), "--no-browser", "--", "--port=0"])
    (command,) = called
    assert command[:3] == [sys.executable, "-m", "jupyterlab"]
    assert f"--ServerApp.root_dir={tmp_path / 'copy'}" in command
    assert f"--LabApp.default_url=/lab/tree/{START}" in command
    assert (tmp_path / "copy" / START).exists()
    assert command[-1] == "--port=0"
    assert str(tmp_path / "copy") in capsys.readouterr().out
