"""``import kamlab`` is quick and brings little with it."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from typing import Any

import pytest

#: What nobody wants who only imports the package.
UNWANTED = {
    "asyncio", "socket", "select", "selectors", "ssl", "http", "multiprocessing", "subprocess", "sqlite3",
    "matplotlib", "numpy", "IPython", "ipykernel", "ipywidgets", "anywidget", "traitlets", "Axon", "Kamaelia",
}  # fmt: skip

#: How much processor time the import may take, as a multiple of that of ``import asyncio``.
LIMIT = 3.2

PROGRAM = """
import json, sys, time
before = set(sys.modules)
began = time.process_time()
import MODULE
seconds = time.process_time() - began
print(json.dumps({"seconds": seconds, "modules": sorted(set(sys.modules) - before)}))
"""


def import_afresh(program: str = PROGRAM, module: str = "kamlab") -> Any:
    """Import the package in a process of its own and return how long it computed and what it brought."""
    program = program.replace("MODULE", module)
    keeps_bytecode = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60, env=keeps_bytecode
    )
    return json.loads(done.stdout)


def test_the_import_brings_nothing_unwanted() -> None:
    """No network, event loop, widget, plotting or notebook code is loaded."""
    modules = import_afresh()["modules"]
    assert {name.split(".")[0] for name in modules} & UNWANTED == set()
    assert "kamlab.core.runtime" in modules
    rooms = {name.split(".")[1] for name in modules if name.startswith("kamlab.")}
    assert rooms == {"core", "lab", "analysis", "replay"}


def test_the_import_is_quick() -> None:
    """The import computes no longer than 3.2 times that of asyncio, in the best of seven turns of both."""
    import_afresh()  # fills the caches of bytecode and disk
    pairs = [[import_afresh(module=module)["seconds"] for module in ("kamlab", "asyncio")] for _ in range(7)]
    assert min(own / peer for own, peer in pairs) < LIMIT


def test_every_public_name_can_be_imported() -> None:
    """Each name in __all__ is there, is listed by dir(), and an unknown one says which there are."""
    import kamlab

    for name in kamlab.__all__:
        assert getattr(kamlab, name) is not None
        assert name in dir(kamlab)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'; it has: .*Pipeline"):
        kamlab.nonsense


#: Rooms of which a name is also that of a module: what is asked for is what the room offers, whichever came first.
NAMESAKES = """
import json, sys
import kamlab.analysis.{module}
from kamlab.analysis import {module}
print(json.dumps(type({module}).__name__))
"""


@pytest.mark.parametrize("module", ["why_message", "losses", "leaks"])
def test_a_function_named_as_its_module_is_not_hidden_by_it(module: str) -> None:
    """A room offers its function of that name, even if the module was imported before."""
    assert import_afresh(NAMESAKES.format(module=module)) == "function"


@pytest.mark.parametrize("room", ["analysis", "replay"])
def test_every_name_of_a_lazy_room_is_there(room: str) -> None:
    """Each name in __all__ can be loaded, dir() has it, and an unknown one says which there are."""
    module = importlib.import_module(f"kamlab.{room}")
    for name in module.__all__:
        assert getattr(module, name).__name__ == name
        assert name in dir(module)
    assert len(module.__all__) == len(module._homes)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'; it has: [A-Z]"):
        _ = module.nonsense
