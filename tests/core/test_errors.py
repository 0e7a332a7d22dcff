"""The tree of errors that is drawn in :mod:`kamlab.core.errors`."""

from __future__ import annotations

import builtins
import importlib
import pkgutil
import re

import pytest

import kamlab
from kamlab.core import errors

#: The name of an error in the tree, kamlab's or a built-in one: it has a capital within, but for one.
NAME = re.compile(r"\b(?:[A-Za-z]+[a-z][A-Z]\w*|Wrong)\b")


TREE = (errors.__doc__ or "").split("::")[1].split("ThreadStopped")[0].strip()


def all_errors(cls: type = errors.KamlabError) -> set[type]:
    """Return the subclasses of an error that are of kamlab, and theirs."""
    found = {sub for sub in cls.__subclasses__() if sub.__module__.startswith(("kamlab.", "Axon."))}
    return found.union(*map(all_errors, found))


@pytest.fixture(scope="module")
def every_module() -> None:
    """Import all of kamlab, but for what needs a package that is not installed here."""
    for module in pkgutil.walk_packages(kamlab.__path__, "kamlab."):
        if not module.name.endswith("__main__"):
            try:
                importlib.import_module(module.name)
            except (ImportError, errors.KamlabError):
                continue


@pytest.mark.usefixtures("every_module")
def test_every_error_is_in_the_tree_once() -> None:
    """The tree in the docstring names every error of the package, and nothing else."""
    assert TREE.startswith("KamlabError")
    drawn = [name for name in NAME.findall(TREE.removeprefix("KamlabError")) if not hasattr(builtins, name)]
    assert sorted(drawn) == sorted(cls.__name__ for cls in all_errors())


@pytest.mark.usefixtures("every_module")
def test_a_built_in_error_is_written_behind_the_errors_that_are_one() -> None:
    """Parentheses say which built-in errors an error is as well; they count for all names before them in a list."""
    for cls in all_errors():
        bases = [base.__name__ for base in cls.__bases__ if not issubclass(base, errors.KamlabError)]
        if bases:
            line = next(line for line in TREE.splitlines() if re.search(rf"\b{cls.__name__}\b", line))
            behind = line[line.index(cls.__name__) :]
            assert all(base in behind for base in bases), (cls, line)
