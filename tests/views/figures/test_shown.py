"""A figure as the last line of a cell, in a real kernel."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("matplotlib", reason="matplotlib is not installed")
pytest.importorskip("ipykernel", reason="ipykernel is not installed")
nbclient = pytest.importorskip("nbclient", reason="nbclient is not installed")
nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed")

BUILD = """
from kamlab import Component, Lab
from kamlab.views.figures import figure
lab = Lab(clock="virtual", build=lambda: [Component().activate().deliver(n) for n in range(2)])
_ = lab.step(2)
"""


def outputs(*cells: str) -> list[list[Any]]:
    """Execute cells in a kernel; return what each has beneath it."""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbclient.NotebookClient(book, timeout=60, kernel_name="python3").execute()
    return [cell.outputs for cell in book.cells]


@pytest.mark.parametrize("setting", ["", "%matplotlib inline\nimport matplotlib.pyplot as plt\n"])
def test_a_figure_shows_itself_once(setting: str) -> None:
    """The last line of a cell shows one PNG, with or without an inline backend; drawing on axes shows them once."""
    shown = outputs(
        setting + BUILD,
        "figure(lab)",
        "drawing = figure(lab, 'throughput')\nNone",
        "drawing",
        "fig, ax = plt.subplots()\nfigure(lab, 'throughput', ax=ax)" if setting else "'nothing'",
    )
    assert shown[0] == shown[2] == []
    for (output,) in (shown[1], shown[3]):
        assert {*output.data} == {"image/png", "text/plain"}
        assert output.metadata["image/png"]["alt"]
    pictures = [output for output in shown[4] if "image/png" in output.get("data", {})]
    assert len(pictures) == bool(setting)
