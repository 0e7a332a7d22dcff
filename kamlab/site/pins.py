"""What a page needs, in the versions that are tested together."""

from __future__ import annotations

from typing import Any

#: Pyodide, from npm.
PYODIDE = "314.0.7"
#: Packages of Pyodide's distribution; its lock file knows their versions and dependencies.
IN_DISTRIBUTION = ("h11", "ipython", "typing-extensions")
#: What JupyterLite's kernel loads as well.
FOR_JUPYTERLITE = ("micropip", "packaging", "jedi")
#: Packages that are not part of the distribution, and which others they need.
ADDED = {
    "anywidget": ("0.11.0", ["ipywidgets", "psygnal", "typing-extensions"]),
    "comm": ("0.2.3", ["traitlets"]),
    "ipywidgets": ("8.1.9", ["comm", "ipython", "jupyterlab-widgets", "traitlets"]),
    "jupyterlab-widgets": ("3.0.17", []),
    "psygnal": ("0.16.1", []),
}
#: What kamlab itself needs.
FOR_KAMLAB = ["anywidget", "h11", "ipython", "ipywidgets"]
#: What figures need, where it can be had.
FOR_FIGURES = ["matplotlib"]
#: JupyterLite's kernel.
KERNEL = "0.8.6"


def versions_of(distribution: dict[str, Any], *names: str) -> dict[str, str]:
    """Return packages of Pyodide's distribution and all that they need, with their versions.

    Args:
        distribution: the packages of Pyodide's lock file.
        names: the packages.

    >>> six = {"version": "1.17.0", "depends": []}
    >>> versions_of({"six": six, "asttokens": {"version": "3.0.1", "depends": ["six"]}}, "asttokens")
    {'asttokens': '3.0.1', 'six': '1.17.0'}
    """
    versions: dict[str, str] = {}
    todo = list(names)
    while todo:
        name = todo.pop().replace("_", "-")
        if name not in versions:
            versions[name] = distribution[name]["version"]
            todo += distribution[name]["depends"]
    return versions
