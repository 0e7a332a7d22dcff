"""``import kamlab`` is quick and brings little with it."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

#: What nobody wants who only imports the package.
UNWANTED = {
    "asyncio", "socket", "select", "selectors", "ssl", "http", "multiprocessing", "subprocess", "sqlite3",
    "matplotlib", "numpy", "IPython", "ipykernel", "ipywidgets", "anywidget", "traitlets", "Axon", "Kamaelia",
}  # fmt: skip

#: How long the import may take, in seconds; what Python itself needs to start is not counted.
LIMIT = 0.150

PROGRAM = """
import json, sys, time
before = set(sys.modules)
began = time.perf_counter()
import kamlab
seconds = time.perf_counter() - began
print(json.dumps({"seconds": seconds, "modules": sorted(set(sys.modules) - before)}))
"""


def import_afresh(program: str = PROGRAM) -> Any:
    """Import the package in a process of its own and return how long it took and what it brought."""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    return json.loads(done.stdout)


def test_the_import_brings_nothing_unwanted() -> None:
    """No network, event loop, widget, plotting or notebook code is loaded."""
    modules = import_afresh()["modules"]
    assert {name.split(".")[0] for name in modules} & UNWANTED == set()
    assert "kamlab.core.world" in modules
    rooms = {name.split(".")[1] for name in modules if name.startswith("kamlab.")}
    assert rooms == {"core", "lab"}


def test_the_import_is_quick() -> None:
    """The best of five imports takes less than 150 ms beyond bare Python."""
    import_afresh()  # fills the caches of bytecode and disk
    assert min(import_afresh()["seconds"] for _ in range(5)) < LIMIT


def test_every_public_name_can_be_imported() -> None:
    """Each name in __all__ is there, is listed by dir(), and an unknown one says which there are."""
    import kamlab

    for name in kamlab.__all__:
        assert getattr(kamlab, name) is not None
        assert name in dir(kamlab)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'; it has: .*Pipeline"):
        kamlab.nonsense
