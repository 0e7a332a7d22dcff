"""The cookbook's hello world in a real front end: lines are typed into a field, and other cells run meanwhile."""

from __future__ import annotations

from typing import Any

import pytest

from .systems import LOAD

pytestmark = pytest.mark.browser

HELLO = """
from Kamaelia.Chassis.Pipeline import Pipeline
from Kamaelia.Util.Console import ConsoleReader, ConsoleEchoer
Pipeline(ConsoleReader(), ConsoleEchoer()).run()
"""
PRINTED = "str(lab.transcripts)"


def test_lines_are_typed_while_other_cells_run(open_notebook: Any) -> None:
    """The field reads line after line, stands in sight above the panel, and closes at the end of the input."""
    notebook = open_notebook([LOAD, HELLO])
    notebook.run_all()
    assert notebook.errors() == []
    field = notebook.output(1).locator(".kamlab-console")
    panel = notebook.output(1).locator(".kamlab-panel")
    panel.wait_for()
    assert field.bounding_box()["y"] < panel.bounding_box()["y"]
    for line in ("hello", "", "again <b>"):
        field.locator("input").fill(line)
        field.locator("input").press("Enter")
        notebook.page.wait_for_function("field => field.value === ''", arg=field.locator("input").element_handle())
        assert notebook.value("6 * 7") == 42
    notebook.shoot("typed", notebook.output(1))
    assert [word for word in ("hello", "again <b>") if word not in notebook.value(PRINTED)] == []
    field.get_by_role("button", name="End of input").click()
    field.locator("input[disabled]").wait_for()
    assert notebook.value("lab.components") == []
