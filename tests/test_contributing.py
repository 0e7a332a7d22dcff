"""What the pages for contributors say is so."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = ("ARCHITECTURE.md", "CONTRIBUTING.md")
#: A path in a page: something in backticks with a slash or the ending of a file in it.
_PATH = re.compile(r"`(\.?\w[\w.-]*(?:/[\w./-]*|\.(?:py|js|md|yml|ipynb)))`")
#: Where such a path may begin.
HERE = ("", "kamlab", "kamlab/notebook")


@pytest.mark.parametrize("page", PAGES)
def test_every_path_of_a_page_is_there(page: str) -> None:
    """Each file and folder that a page names exists, in the repository or in the package."""
    named = set(_PATH.findall((ROOT / page).read_text(encoding="utf-8")))
    assert len(named) > 1
    missing = [name for name in named if not any((ROOT / folder / name).exists() for folder in HERE)]
    assert missing == []


def test_nothing_else_is_at_the_top_level() -> None:
    """The repository has the agreed folders and files at its top, and no archive or other stray file."""
    if not (ROOT / ".git").exists():
        pytest.skip("this is no checkout")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    top = {name.partition("/")[0] for name in listed.splitlines()}
    folders = {".ci", "binder", "docs", "kamlab", "notebooks", "tests"}
    pages = {"ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "NOTICE", "README.md"}
    assert top == folders | pages | {".gitignore", ".pre-commit-config.yaml", "mkdocs.yml", "pyproject.toml"}


def test_the_map_shows_every_room() -> None:
    """Each folder of the package, and the modules beside them that users meet, are in the map."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rooms = [path.parent.name for path in sorted((ROOT / "kamlab").glob("*/__init__.py"))]
    assert len(rooms) > 10
    assert [room for room in rooms if f"`{room}/`" not in text] == []


def test_linters_are_no_part_of_what_users_install() -> None:
    """The extras hold what users need; what checks the code is in the dependency groups."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = str(project["project"]["optional-dependencies"])
    for tool in ("ruff", "mypy", "mkdocs"):
        assert tool not in extras
        assert any(tool in str(one) for group in project["dependency-groups"].values() for one in group)
