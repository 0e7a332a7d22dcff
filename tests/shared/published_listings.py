"""The listings that Kamaelia has published, taken out of a checkout of its repository.

A listing is a file of the example folders, or a program of a page. On a page a program may be spread over several
blocks of code, and may use what an earlier block has imported or defined, as the cells of a notebook do: it ends with
the block that starts something. A listing is named by its path, and one of several on a page by its number there as
well: ``Website/markdown/Cookbook/TCPSystems.md#2``.
"""

from __future__ import annotations

import ast
import builtins
import re
import textwrap
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from kamlab.axon.python2 import compiles_as_cell, to_python3

#: The folders of examples, and the folder of the pages.
EXAMPLES = ("Code/Python/Kamaelia/Examples", "Code/Python/Axon/Examples")
PAGES = "Website/markdown"
#: Pages that repeat the documentation of the source or another page, or tell of how the project is run.
NOT_PAGES = (
    *("Components/", "Compose/", "Docs/Axon", "Developers/", "Projects/", "Sandbox", "Scratch", "Michael", "Matt"),
    *("CookbookTransclude.md", "Cookbook/Cookbook/", "Release", "SummerOfCode", "OldHome.md", "SylvainIntroduction.md"),
)
#: What starts something.
STARTS = re.compile(r"\.(?:run|runThreads|activate|start)\s*\(")
RUNS = re.compile(r"\.(?:run|runThreads)\s*\(")
USES_AXON = re.compile(r"^\s*(?:from|import)\s+(?:Axon|Kamaelia)\b", re.M)


class Listing(NamedTuple):
    """A listing: its name, its text, and the folder in which it expects to run, if it is a file."""

    name: str
    text: str
    folder: Path | None = None

    @property
    def starts(self) -> bool:
        """Whether it starts a system, rather than only define parts of one."""
        return bool(STARTS.search(self.text))


def find_listings(root: Path) -> list[Listing]:
    """Return all listings of a checkout, in the order of their names.

    Raises:
        FileNotFoundError: this is not a checkout of Kamaelia's repository.
    """
    files = [file for folder in EXAMPLES for file in sorted((root / folder).rglob("*.py"))]
    if not files:
        raise FileNotFoundError(f"{root} is not a checkout of Kamaelia: it has no {EXAMPLES[0]}")
    found = [Listing(str(file.relative_to(root)), _read(file), file.parent) for file in files]
    with warnings.catch_warnings(action="ignore", category=SyntaxWarning):
        for page in sorted((root / PAGES).rglob("*.md")):
            if not str(page.relative_to(root / PAGES)).startswith(NOT_PAGES):
                programs = list(programs_of(_read(page)))
                name = str(page.relative_to(root))
                several = len(programs) > 1
                found += [Listing(f"{name}#{n}" if several else name, text) for n, text in enumerate(programs, start=1)]
    return found


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace")


def programs_of(page: str) -> Iterator[str]:
    """Yield the programs of a page.

    >>> page = "    import Axon\\n\\nand then\\n\\n    Axon.x().run()\\n\\nor\\n\\n    y = Axon.y()\\n    y.run()\\n"
    >>> list(programs_of(page))
    ['import Axon\\n\\nAxon.x().run()\\n', 'import Axon\\n\\ny = Axon.y()\\ny.run()\\n']
    """
    earlier: list[str] = []
    pending: list[str] = []
    for block in code_blocks(page):
        if block.startswith("#!"):  # a program begins
            earlier, pending = [*earlier, *pending], []
        if not _is_program_text(block):
            continue
        pending.append(block)
        if RUNS.search(block):
            yield _complete("\n".join(pending), earlier)
            earlier += pending
            pending = []
    if pending and any(USES_AXON.search(block) or re.search(r"^class ", block, re.M) for block in pending):
        yield _complete("\n".join(pending), earlier)


def code_blocks(page: str) -> Iterator[str]:
    """Yield the blocks of code of a Markdown page, fenced or indented, also inside quotations.

    >>> list(code_blocks("text\\n\\n> more\\n>\\n>     a = 1\\n>\\n>     b = 2\\n"))
    ['a = 1\\n\\nb = 2\\n']
    """
    block: list[str] = []
    fence = ""
    for line in [*page.splitlines(), "the end"]:
        bare = re.sub(r"^(?:> ?)+", "", line)
        if fence:
            if bare.strip().startswith(fence):
                fence = ""
                yield _block(block)
                block = []
            else:
                block.append(bare)
        elif bare.startswith("    ") or (block and not bare.strip()):
            block.append(bare)
        else:
            if block:
                yield _block(block)
                block = []
            opening = re.match(r"(```+)", bare)
            fence = opening[1] if opening else ""
    if fence:
        yield _block(block)


def _block(lines: list[str]) -> str:
    return textwrap.dedent("\n".join(lines)).strip("\n") + "\n"


def _is_program_text(block: str) -> bool:
    """Return whether a block is part of a program: it imports, defines, assigns or starts something."""
    tree = _tree_of(block)
    if tree is None:
        return bool(USES_AXON.search(block))
    parts = (ast.Import, ast.ImportFrom, ast.ClassDef, ast.FunctionDef, ast.Assign)
    return any(isinstance(node, parts) for node in tree.body) or bool(RUNS.search(block))


def _tree_of(text: str) -> ast.Module | None:
    """Return the syntax tree of a text, as Python 3, or ``None`` if it is not Python."""
    found = to_python3(text).source
    return ast.parse(found) if compiles_as_cell(found) else None


def _complete(text: str, earlier: list[str]) -> str:
    """Put in front of a program the earlier blocks that define names that it lacks."""
    tree = _tree_of(text)
    if tree is None:
        return text
    needed: list[str] = []
    missing = _used(tree) - _bound(tree) - set(dir(builtins))
    for block in reversed(earlier):
        other = _tree_of(block)
        if other is None or RUNS.search(block):
            block = _definitions(other) if other is not None else ""
            other = _tree_of(block)
        if other is not None and missing & _bound(other):
            needed.insert(0, block)
            missing = (missing | _used(other)) - _bound(other)
    return "\n".join([*needed, text])


def _definitions(tree: ast.Module) -> str:
    """Return the imports, classes, functions and variables of a program that also starts something."""
    kinds = (ast.Import, ast.ImportFrom, ast.ClassDef, ast.FunctionDef, ast.Assign)
    return "".join(ast.unparse(node) + "\n" for node in tree.body if isinstance(node, kinds))


def _used(tree: ast.Module) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}


def _bound(tree: ast.Module) -> set[str]:
    """Return the names that a program binds, wherever in it."""
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    for node in ast.walk(tree):
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
            names.add(node.name)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
    return names
