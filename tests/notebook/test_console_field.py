"""A ConsoleReader in a notebook has an input field, and reads on until the end of its input."""

from __future__ import annotations

from typing import Any

import pytest

HELLO = """
from Kamaelia.Chassis.Pipeline import Pipeline
from Kamaelia.Util.Console import ConsoleReader, ConsoleEchoer
from kamlab.notebook.console_field import FIELDS
"""
TYPE = """
def type_line(field, text):
    field.text.value = text
    field._on_message(field.text, {"event": "submit"}, [])
def wait_for(condition):
    deadline = time.monotonic() + 20
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    return bool(condition())
def printed(text):
    return wait_for(lambda: text in str(lab.transcripts))
(field,) = FIELDS.of(lab)
"""


@pytest.fixture
def hello(kernel: Any) -> Any:
    """A kernel in which the hello world of the cookbook runs; the cell has returned."""
    began = kernel.run(f"{HELLO}\nPipeline(ConsoleReader(), ConsoleEchoer()).run()")
    assert not began.error, began.error
    kernel.began = began
    kernel.run(TYPE)
    return kernel


def fields_in(result: Any) -> list[dict[str, Any]]:
    """Return the displays of a cell that are widgets without a static output: the box of fields."""
    kind = "application/vnd.jupyter.widget-view+json"
    return [data for data in result.displayed if kind in data and "VBox" in data.get("text/plain", "")]


def test_the_hello_world_reads_line_after_line(hello: Any) -> None:
    """Lines that are typed are echoed one after the other, with other cells in between."""
    for number in range(3):
        assert hello.value(f"type_line(field, 'line {number}'); printed('line {number}')") is True
        assert hello.value("6 * 7") == 42
    assert hello.value("lab.running") is True
    assert hello.value("field.text.value") == ""


def test_the_field_stands_above_the_panel(hello: Any) -> None:
    """The cell that runs the system shows the field first, then the panel."""
    kind = "application/vnd.jupyter.widget-view+json"
    shown = [data for data in hello.began.displayed if kind in data]
    assert len(shown) == 2
    assert shown[0] is fields_in(hello.began)[0]
    assert shown[1]["text/plain"] == "kamlab panel"


def test_the_end_of_the_input_ends_the_system(hello: Any) -> None:
    """The button for the end of the input ends the reader, which passes that on, and closes the field."""
    hello.run("type_line(field, 'last'); field.end_input()")
    assert hello.value("wait_for(lambda: not lab.running)") is True
    assert "last" in hello.value("str(lab.transcripts)")
    assert hello.value("field.text.disabled, field.text.placeholder")[0] is True


def test_a_shutdown_message_ends_the_wait(hello: Any) -> None:
    """A reader that waits for a line ends at once when it is told to."""
    hello.run("from kamlab import ShutdownMicroprocess\nfield.reader.deliver(ShutdownMicroprocess(), 'control')")
    assert hello.value("wait_for(lambda: field.reader.is_stopped())") is True


def test_lines_wait_while_the_lab_is_paused(hello: Any) -> None:
    """What is typed while the lab stands still is in the reader's inbox, and is read when it goes on."""
    hello.run("lab.pause(); type_line(field, 'later')")
    assert "later" in hello.value("str(lab.inboxes())")
    hello.run("lab.start()")
    assert hello.value("printed('later')") is True


def test_an_empty_line_is_a_line(hello: Any) -> None:
    """Enter alone sends an empty line, as at a console."""
    hello.run("type_line(field, ''); type_line(field, 'end')")
    assert hello.value("printed('end')") is True
    assert hello.value("list(lab.transcripts[field.reader.short_name].lines)[:2]") == [">>> ", ">>> end"]


def test_readers_of_one_lab_share_a_box(hello: Any) -> None:
    """A second reader that begins later joins the fields that are displayed; nothing is displayed twice."""
    result = hello.run("second = ConsoleReader('name? ').activate()\nwait_for(lambda: len(FIELDS.of(lab)) == 2)")
    assert fields_in(result) == []
    assert hello.value("[len(box.children) for box in FIELDS._boxes.values()]") == [2]


@pytest.mark.parametrize("drive", ["lab.start()", "lab.step(3)", "await lab.arun(timeout=0.2)"])
def test_without_a_panel_the_field_is_under_the_cell(kernel: Any, drive: str) -> None:
    """A reader that begins in a cell without a panel has its field at the end of that cell, or of the next."""
    kernel.run(
        f"{HELLO}\nfrom kamlab import Lab\nlab = Lab()\nPipeline(ConsoleReader(), ConsoleEchoer()).activate(lab)"
    )
    began = kernel.run(f"{drive};")
    then = kernel.run(f"{TYPE}\nwait_for(lambda: FIELDS.of(lab))")
    assert len(fields_in(began) + fields_in(then)) == 1
    kernel.run("lab.stop()")


def test_a_stepped_reader_takes_its_line_in_a_slice(kernel: Any) -> None:
    """In a lab that is stepped nothing is read before a step, and the line arrives by steps alone."""
    kernel.run(
        f"{HELLO}\nfrom kamlab import Lab\nlab = Lab()\nPipeline(ConsoleReader(), ConsoleEchoer()).activate(lab)"
    )
    kernel.run(f"lab.step(4)\n{TYPE}\ntype_line(field, 'stepped')")
    assert "stepped" not in kernel.value("str(lab.transcripts)")
    kernel.run("lab.step(6)")
    assert "stepped" in kernel.value("str(lab.transcripts)")
    kernel.run("lab.stop()")


def test_unload_gives_the_console_back(kernel: Any) -> None:
    """After %unload_ext readers read the console again."""
    kernel.run("from kamlab.parts import console\n%unload_ext kamlab")
    assert kernel.value("console.input_field is None") is True


WAITS = {
    "run": ("lab.run(timeout=1.0)", "the time was up"),
    "run to a condition": ("lab.run(until=lambda lab: False, timeout=1.0)", "the time was up"),
    "step": ("lab.step(1000, timeout=0.2)", "nothing can run now"),
}


@pytest.mark.parametrize(("drive", "why"), WAITS.values(), ids=WAITS)
def test_a_drive_in_a_cell_waits_for_the_field(kernel: Any, drive: str, why: str) -> None:
    """A reader with an input field may be woken from outside, so a drive waits until its limit."""
    kernel.run(
        f"{HELLO}\nfrom kamlab import Lab\nlab = Lab()\nPipeline(ConsoleReader(), ConsoleEchoer()).activate(lab)"
    )
    result = kernel.run(f"print({drive})\nprint({drive})")
    assert not result.error, result.error
    shown = result.stdout + result.stderr
    assert shown.count(why) == 2
    assert "nothing is left that could wake" not in shown
    said = shown.count("can only be used when this cell is over")
    assert said == (0 if drive.startswith("lab.step") else 2)


def test_a_run_that_lets_the_field_be_used_says_nothing(kernel: Any) -> None:
    """lab.start() leaves the cell, so the field can be used."""
    reader = "lab = Lab()\nPipeline(ConsoleReader(), ConsoleEchoer()).activate(lab)\nlab.start()"
    kernel.run(f"{HELLO}\nfrom kamlab import Lab\n{reader}")
    result = kernel.run("import time; time.sleep(0.3); print(lab.running)")
    assert "True" in result.stdout
    assert "can only be used" not in result.stdout + result.stderr
    kernel.run("lab.stop()")
