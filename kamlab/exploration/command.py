"""``kamlab explore FILE:FUNCTION``: an exploration on the command line, with an exit status for scripts.

======  =========================================================
status  meaning
======  =========================================================
0       every order was covered, and nothing goes wrong
1       there is an order in which it goes wrong, which is printed
2       it cannot be explored: a wrong argument, a wrong file
3       nothing was found, but not every order was covered
======  =========================================================
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from ..core.describe import error_in_words
from ..core.errors import listed
from .errors import CannotExplore
from .explore import explore
from .found import Exploration

#: The exit statuses.
RIGHT, WRONG, CANNOT, INCOMPLETE = 0, 1, 2, 3
#: What a builder must have after its file.
_FORM = "give FILE:FUNCTION, such as bank.py:system, or MODULE:FUNCTION, such as bank.accounts:system"


def run(options: argparse.Namespace) -> int:
    """Explore the system that the options name, print what was found, and return the exit status."""
    try:
        module, name = _loaded(options.system)
        result = explore(
            _function(module, name),
            options.invariant and _function(module, options.invariant),
            always=options.always and _function(module, options.always),
            how=options.how,
            fair=options.fair,
            ignore=options.ignore,
            states=options.states,
            seconds=options.seconds,
            seed=options.seed,
            progress=False if options.quiet else None,
        )
    except CannotExplore as error:
        print(f"kamlab: {error}", file=sys.stderr)
        return CANNOT
    print(str(result).splitlines()[0] if options.quiet else text_of(result, options.system))
    if result.found:
        return WRONG
    return RIGHT if result.complete else INCOMPLETE


def text_of(result: Exploration, system: str) -> str:
    """Return what was found as text; with the shortest order as a sequence diagram if something goes wrong."""
    if not result.found:
        return str(result)
    schedule = result.found[0]
    place, _, name = system.rpartition(":")
    how = f"To open it, in Python or a notebook, with {name} of {place}:"
    code = f'Lab(build={name}, clock="virtual").replay({schedule.line!r})'
    return f"{result}\n\n{schedule.diagram()}\n\n{how}\n  {code}"


def _loaded(system: str) -> tuple[ModuleType, str]:
    """Return the module that is named, and the name of the function in it.

    Raises:
        CannotExplore: there is no such module, or it cannot be imported.
    """
    place, colon, name = system.rpartition(":")
    if not colon or not place or not name.isidentifier():
        raise CannotExplore(f"{system!r} names no function of a file: {_FORM}")
    path = Path(place)
    if path.suffix == ".ipynb":
        raise CannotExplore(f"{place} is a notebook: call explore({name}) in a cell of it; here a .py file is needed")
    is_file = path.suffix == ".py" or "/" in place or "\\" in place
    if is_file and not path.is_file():
        raise CannotExplore(f"there is no file {place}")
    if is_file and path.suffix != ".py":
        raise CannotExplore(f"{place} is not a .py file: {_FORM}")
    try:
        return (_from_file(path) if is_file else _from_name(place)), name
    except CannotExplore:
        raise
    except Exception as error:
        traceback.print_exc()
        raise CannotExplore(f"{place} cannot be imported: {error_in_words(error)}") from error


def _from_file(path: Path) -> ModuleType:
    sys.path.insert(0, str(path.resolve().parent))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def _from_name(name: str) -> ModuleType:
    sys.path.insert(0, "")
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is not None and (name == error.name or name.startswith(f"{error.name}.")):
            raise CannotExplore(f"there is no module {name!r}, and no file {name}.py was named: {_FORM}") from error
        raise


def _function(module: ModuleType, name: str) -> Callable[..., Any]:
    """Return a function of a module.

    Raises:
        CannotExplore: there is none of that name.
    """
    found = getattr(module, name, None)
    if callable(found):
        return found  # type: ignore[no-any-return]
    there = [
        other
        for other, value in vars(module).items()
        if callable(value) and not isinstance(value, type) and not other.startswith("_") and not _is_kamlabs(value)
    ]
    raise CannotExplore(f"{module.__name__} has no function {name!r}; it has: {listed(there) if there else 'none'}")


def _is_kamlabs(function: Callable[..., Any]) -> bool:
    return str(getattr(function, "__module__", "")).partition(".")[0] == "kamlab"
