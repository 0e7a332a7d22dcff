"""How the tests are given out to the processes of pytest-xdist: by file, the browser tests of a folder as one.

A folder of browser tests shares a server and a browser, which take longer to start than most of its tests, so its
files go to one process. What takes long comes first; else one process would be left with it at the end, alone.
"""

from __future__ import annotations

from typing import Any

#: Folders whose files stay together.
TOGETHER = ("tests/e2e/", "tests/notebook/page/", "tests/notebook/page_pieces/")
#: What takes longest, in order.
LONG = (*TOGETHER, "tests/course/", "tests/test_notebooks.py", "tests/oracle/", "tests/in_pyodide/", "tests/platforms/")


def scheduler(config: Any, log: Any) -> Any:
    """Return what gives out the tests by file, or by folder where a folder shares what is slow to start."""
    from xdist.scheduler import LoadFileScheduling

    class ByUnit(LoadFileScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return unit(nodeid)

    config.option.loadscopereorder = False  # the order is that of the collection
    return ByUnit(config, log)


def unit(nodeid: str) -> str:
    """Return what a test is given out with.

    >>> unit("tests/e2e/test_panel_looks.py::test_legible_in_both_themes[lab]"), unit("tests/core/test_box.py::test_it")
    ('tests/e2e/', 'tests/core/test_box.py')
    """
    return next((folder for folder in TOGETHER if nodeid.startswith(folder)), nodeid.split("::", 1)[0])


def rank(nodeid: str) -> int:
    """Return the place of a test's unit among those that take long; all others come after them."""
    return next((place for place, name in enumerate(LONG) if nodeid.startswith(name)), len(LONG))
