"""Under which cell the progress of a long run is told, in a real kernel."""

from __future__ import annotations

import time
from typing import Any

import pytest

BUSY = """
from kamlab import Component, Lab
from kamlab.notebook import output
import kamlab.views.progress
kamlab.views.progress.SILENCE = kamlab.views.progress.TICK = 0.05
class Busy(Component):
    def main(self):
        while True:
            yield
_ = Busy().activate()
"""


def make_subshell(kernel: Any) -> str:
    """Have the kernel answer requests on another thread as well, as JupyterLab does for clicks."""
    client = kernel.client
    client.control_channel.send(client.session.msg("create_subshell_request"))
    reply = client.get_control_msg(timeout=30)
    if "subshell_id" not in reply["content"]:
        pytest.skip("this kernel has no subshells")
    return str(reply["content"]["subshell_id"])


def ask(kernel: Any, subshell: str) -> None:
    """Ask something of a subshell."""
    message = kernel.client.session.msg("complete_request", {"code": "la", "cursor_pos": 2})
    message["header"]["subshell_id"] = subshell
    kernel.client.shell_channel.send(message)


def displays(
    kernel: Any, request: str, timeout: float = 60, subshell: str | None = None
) -> list[tuple[bool, str, str, str]]:
    """Return what is displayed until a cell ends: whether it belongs to that cell, how, with what id, and the text."""
    found = []
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        message = kernel.client.get_iopub_msg(timeout=timeout)
        mine = message["parent_header"].get("msg_id") == request
        content = message["content"]
        if message["msg_type"] in ("display_data", "update_display_data"):
            shown = content["transient"].get("display_id", "")
            found.append((mine, message["msg_type"], shown, content["data"].get("text/html", "")))
            if subshell is not None:  # ask something else of the kernel, as a click does
                ask(kernel, subshell)
        if message["msg_type"] == "error":
            found.append((mine, "error", "", content["ename"]))
        if mine and message["msg_type"] == "status" and content["execution_state"] == "idle":
            return found
    raise AssertionError(f"the cell has not ended within {timeout} s")


def test_a_run_is_told_of_under_its_cell_in_one_place(kernel: Any) -> None:
    """There is one output with one id, updated in its place, of the cell that runs; the last is the last word."""
    kernel.run(BUSY)
    told = displays(kernel, kernel.send("_ = lab.run(timeout=1)"))
    assert len(told) >= 3
    assert all(mine for mine, *_ in told)
    assert [kind for _, kind, *_ in told] == ["display_data"] + ["update_display_data"] * (len(told) - 1)
    assert len({shown for _, _, shown, _ in told}) == 1
    assert all('role="status"' in html for *_, html in told)
    assert all(">running: " in html for *_, html in told[:-1])
    assert ">ran " in told[-1][3]
    assert "the time was up" in told[-1][3]
    again = displays(kernel, kernel.send("_ = lab.run(timeout=1)"))
    assert {shown for _, _, shown, _ in again}.isdisjoint({shown for _, _, shown, _ in told})
    assert kernel.strays() == ""
    assert kernel.value("[thread.name for thread in threading.enumerate() if 'progress' in thread.name]") == []


def test_an_awaited_run_is_told_of_under_its_cell_whatever_is_asked_meanwhile(kernel: Any) -> None:
    """While a cell awaits a run the kernel answers other requests; what is told stays under the cell."""
    kernel.run(BUSY)
    request = kernel.send("_ = await lab.arun(timeout=1.5)")
    told = displays(kernel, request, subshell=make_subshell(kernel))
    assert len(told) >= 3
    assert all(mine for mine, *_ in told)
    assert ">ran " in told[-1][3]


def test_what_a_thread_of_another_cell_tells_is_under_the_cell_of_the_run(kernel: Any) -> None:
    """Whichever thread tells it, and in whichever cell that was started, the output is that of the run's cell."""
    pool = (
        "from concurrent.futures import ThreadPoolExecutor\npool = ThreadPoolExecutor(1)\n_ = pool.submit(int).result()"
    )
    kernel.run(BUSY + pool)
    code = (
        "line = output.CellLine(get_ipython().display_pub.publish)\n"
        "one = kamlab.views.progress.progress_of(lab)\n"
        "import asyncio\n"
        "for _ in range(8):\n"
        "    await asyncio.wrap_future(pool.submit(line.tell, one))\n"
        "    await asyncio.sleep(0.1)"
    )
    told = displays(kernel, kernel.send(code), subshell=make_subshell(kernel))
    assert [mine for mine, *_ in told] == [True] * 8


def test_a_run_that_takes_less_than_a_second_is_not_told_of(kernel: Any) -> None:
    """A run that is over before the first word leaves no output."""
    kernel.run(BUSY + "kamlab.views.progress.SILENCE = 1.0")
    assert displays(kernel, kernel.send("_ = lab.run(timeout=0.2)")) == []


def test_an_interrupted_run_has_its_last_word(kernel: Any) -> None:
    """The stop button ends the telling with the run, and the last word says so."""
    kernel.run(BUSY)
    request = kernel.send("_ = lab.run()")
    kernel.client.get_iopub_msg(timeout=30)
    while kernel.client.get_iopub_msg(timeout=30)["msg_type"] != "display_data":
        pass
    kernel.interrupt()
    told = displays(kernel, request)
    assert told[-1][1:] == (*told[-1][1:3], "KeyboardInterrupt")
    assert "interrupted" in told[-2][3]
    assert kernel.value("[thread.name for thread in threading.enumerate() if 'progress' in thread.name]") == []


def test_a_click_is_told_of_under_no_cell(kernel: Any) -> None:
    """What runs because a button was clicked belongs to no cell, so nothing is told."""
    kernel.run(BUSY + "from kamlab.notebook import cells")
    assert displays(kernel, kernel.send("with cells.aside():\n    _ = lab.run(timeout=0.5)")) == []


def test_the_outputs_of_a_cell_stay_in_it() -> None:
    """In a saved notebook the cell that ran has one output, the last word, and the next cell has its own only."""
    nbclient = pytest.importorskip("nbclient")
    nbformat = pytest.importorskip("nbformat")
    cells = ["%load_ext kamlab\n" + BUSY, "print('before')\n_ = lab.run(timeout=0.7)", "print('after')"]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbclient.NotebookClient(book, timeout=60, kernel_name="python3").execute()
    ran, after = (cell.outputs for cell in book.cells[1:])
    assert [output.output_type for output in ran] == ["stream", "display_data"]
    assert ran[1].data["text/plain"].startswith("ran ")
    assert [output.text for output in after] == ["after\n"]


def test_it_can_be_installed_and_taken_away(kernel: Any) -> None:
    """The hook on the class is set and is as it was after undoing; where there is no kernel nothing is told."""
    kernel.run(BUSY)
    kernel.run("class Other(Lab): progress = None\nundo = kamlab.views.progress.install(Other, output.reporter_for)")
    assert kernel.value("Other.progress is output.reporter_for") is True
    assert kernel.value("undo(), Other.progress") == (None, None)


def test_without_a_kernel_nothing_is_told(shell: Any) -> None:
    """An IPython in a terminal has its own way to tell."""
    from contextlib import nullcontext

    from kamlab import Lab
    from kamlab.notebook.output import reporter_for

    with Lab() as lab:
        assert isinstance(reporter_for(lab), nullcontext)
