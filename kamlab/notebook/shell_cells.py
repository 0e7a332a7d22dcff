"""Whether a cell is in the language of a shell: IPython has a ``%%system`` of its own, which runs a shell.

kamlab's magic had that name, and is called ``%%kamlab`` now. ``%%system`` builds a system if the cell is Python, and
is IPython's own if the cell is for a shell. Many lines are both: ``ls -l`` is a subtraction as well. So a cell is for a
shell if it begins with a command of the shell, and either is not Python at all, or is Python in which that name means
nothing and which calls nothing. In case of doubt it is Python, since an unwanted shell may overwrite a file.

>>> def shell(cell):
...     return is_for_shell(cell, compiles(cell), {"date": 1})
>>> shell("ls -l"), shell("echo hello > greeting.txt"), shell("for f in *.txt; do\\n  cat $f\\ndone")
(True, True, True)
>>> shell("from Axon.Component import component"), shell("print 'hello'"), shell("date - 1"), shell("x > y")
(False, False, False, False)
"""

from __future__ import annotations

import ast
import builtins
import keyword
import re
import shutil
from collections.abc import Container

#: Commands that are part of the shell itself.
_BUILT_IN = frozenset(
    (
        "cd",
        "echo",
        "export",
        "pwd",
        "test",
        "time",
        "type",
        "ulimit",
        "umask",
        "source",
        "alias",
        "set",
        "unset",
        "read",
    )
)
#: What makes a line one of the shell although it begins like one of Python.
_SHELL_BLOCK = re.compile(r"(?:;|\n)\s*(?:do|then)\b")
#: A name that is bound, called or looked into.
_OF_PYTHON = re.compile(r"\w+\s*(?:[=(.\[:,]|[-+*/]=)")
_SETTING = re.compile(r"[A-Za-z_]\w*=\S*\s+")


def compiles(source: str) -> bool:
    """Return whether some text, without magics, is Python."""
    try:
        compile(source, "<cell>", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except (SyntaxError, ValueError):
        return False
    return True


def is_for_shell(cell: str, is_python: bool, names: Container[str]) -> bool:
    """Return whether a cell is evidently for a shell.

    Args:
        cell: its text.
        is_python: whether that can be compiled, once the magics in it are replaced.
        names: the names that mean something in Python just now.
    """
    lines = [line.strip() for line in cell.splitlines()]
    text = "\n".join(line for line in lines if line and not line.startswith("#"))
    while not is_python and (setting := _SETTING.match(text)):
        text = text[setting.end() :]
    first = re.match(r"[^\s;|&<>()]+", text)
    if first is None or _OF_PYTHON.match(text):
        return False
    command = first.group()
    if keyword.iskeyword(command):
        return not is_python and _SHELL_BLOCK.search(text) is not None
    if hasattr(builtins, command) or not (command in _BUILT_IN or shutil.which(command)):
        return False
    if not is_python:
        return True
    return command not in names and _only_names(text)


def _only_names(text: str) -> bool:
    """Return whether some Python is nothing but names and operators, so that all it can do is fail."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):  # a magic
        return False
    calm = (ast.Expr, ast.Name, ast.Attribute, ast.BinOp, ast.UnaryOp, ast.Compare, ast.Constant, ast.Tuple)
    signs = (ast.Module, ast.expr_context, ast.operator, ast.unaryop, ast.cmpop)
    return all(isinstance(node, calm + signs) for node in ast.walk(tree))
