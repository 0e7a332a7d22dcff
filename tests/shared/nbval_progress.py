"""A plugin for nbval: a line of progress is not compared.

A busy machine shows one after a second, a quick one shows none. It is gone at the end, but nbval does not follow
updates of a display. A front end does, and so does ``tests/renew_notebooks.py``, so none is ever saved.
"""

from __future__ import annotations

from typing import Any

from nbval import plugin

_compare = plugin.IPyNbCell.compare_outputs


def is_progress(output: Any) -> bool:
    """Return whether an output is a line of progress."""
    return 'class="kamlab-progress"' in str(output.get("data", {}).get("text/html", ""))


def compare_outputs(self: Any, test: Any, ref: Any, skip_compare: Any = None) -> bool:
    """Compare outputs as nbval does, without lines of progress, and with the streams beside one joined."""
    kept = plugin.coalesce_streams([output for output in test if not is_progress(output)])
    same: bool = _compare(self, kept, ref, skip_compare)
    return same


plugin.IPyNbCell.compare_outputs = compare_outputs
