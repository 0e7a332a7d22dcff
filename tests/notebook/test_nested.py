"""``%kamlab nested``: asyncio.run(...) in a cell, on request, and what it must not break."""

from __future__ import annotations

import asyncio
import contextlib
import io
import subprocess
import sys
from typing import Any

import pytest

pytest.importorskip("IPython", reason="IPython is not installed")

from IPython.core.error import UsageError

from kamlab.notebook import nested

ANSWER = """
import asyncio
async def answer():
    await asyncio.sleep(0.01)
    return 42
"""
REFUSED = """
main = answer()
try:
    asyncio.run(main)
except RuntimeError as error:
    main.close()
    print(error)
"""
WAITS = """
from kamlab import Component
from kamlab.notebook import panel_of
class Waits(Component):
    def main(self):
        while True:
            self.pause()
            yield
_ = Waits().activate()
panel = panel_of(lab)
"""


@pytest.fixture(autouse=True)
def installed() -> None:
    """These tests need the package whose use they test."""
    pytest.importorskip("nest_asyncio2", reason="nest-asyncio2 is not installed")


def ask(command: str = "") -> str:
    """Give the command where an event loop runs, without IPython; return the sentence or the error's sentence."""

    async def inside() -> str:
        try:
            return nested.nested(command)
        except UsageError as error:
            return str(error)

    return asyncio.run(inside())


def in_fresh_process(program: str) -> str:
    """Run a program in a process of its own, so that what it patches stays there; return what it prints."""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_nothing_is_patched_by_importing_or_loading() -> None:
    """After `import kamlab`, load_ext and the question, asyncio is what it was, and nest_asyncio2 is not loaded."""
    program = """
import asyncio, sys
look = lambda: (asyncio.run, asyncio.Task, asyncio.Future, asyncio.get_event_loop, sorted(vars(asyncio.BaseEventLoop)))
before = look()
import kamlab
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.run_line_magic("load_ext", "kamlab")
shell.run_line_magic("kamlab", "nested")
assert look() == before
print([name for name in sys.modules if name.startswith("nest_asyncio")], hasattr(asyncio, "_nest_patched"))
"""
    assert in_fresh_process(program).splitlines()[-1] == "[] False"


def test_asyncio_run_works_in_a_cell_once_it_is_on_and_a_queued_cell_still_runs() -> None:
    """In a real kernel: refused before, works after, the cells behind it run in order, and off says what helps."""
    nbclient = pytest.importorskip("nbclient")
    nbformat = pytest.importorskip("nbformat")
    cells = [
        "%load_ext kamlab" + ANSWER,
        "%kamlab nested",
        REFUSED,
        "%kamlab nested on",
        "asyncio.run(answer())",
        "await answer(), asyncio.run(answer())",
        "%kamlab nested",
        "try:\n    get_ipython().run_line_magic('kamlab', 'nested off')\nexcept Exception as error:\n    print(error)",
    ]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbclient.NotebookClient(book, timeout=60, kernel_name="python3").execute()
    said = [(cell.outputs[-1].get("text") or cell.outputs[-1].data["text/plain"]).strip() for cell in book.cells[1:]]
    refused = "asyncio.run() cannot be called from a running event loop"
    assert said == [nested.OFF, refused, nested.ON, "42", "(42, 42)", nested.ON, nested.NO_UNDO]


def test_cells_that_are_queued_are_not_lost(kernel: Any) -> None:
    """Cells that are sent while asyncio.run is under way all run, and in their order."""
    kernel.run(ANSWER + "order = []")
    assert nested.ON in kernel.run("%kamlab nested on").stdout
    codes = [f"order.append({n}); asyncio.run(answer())" for n in range(4)] + ["order.append(await answer())"]
    requests = [kernel.send(code) for code in codes]
    results = [kernel.result(request) for request in requests]
    assert [result.error for result in results] == [""] * 5
    assert kernel.value("order") == [0, 1, 2, 3, 42]


def click(kernel: Any, cell: str) -> str:
    """Run a cell, click Pause in the panel meanwhile, by a message as a page sends it, and return the cell's value."""
    comm = kernel.value("panel.page.comm.comm_id")
    request = kernel.send("print('begun', flush=True)\n" + cell)
    kernel.wait_for_output("begun")
    content = {"comm_id": comm, "data": {"method": "custom", "content": {"do": "pause", "id": 7}}}
    kernel.client.shell_channel.send(kernel.client.session.msg("comm_msg", content))
    return str(kernel.result(request).value)


def test_a_click_is_carried_out_while_a_cell_awaits_the_lab(kernel: Any) -> None:
    """With nested on, `await lab.arun()` runs a lab as before, and a click in its panel stops it."""
    kernel.run("%kamlab nested on\n" + ANSWER + WAITS)
    assert click(kernel, "(await lab.arun(timeout=20)).reason") == "'paused'"


def test_a_click_while_asyncio_run_runs_waits_and_is_not_lost(kernel: Any) -> None:
    """`asyncio.run(lab.arun())` runs the lab; the panel hears of the click when the cell has ended."""
    kernel.run("%kamlab nested on\n" + ANSWER + WAITS)
    assert click(kernel, "asyncio.run(lab.arun(timeout=0.5)).reason") in ("'timeout'", "'paused'")
    heard = "import time\nend = time.monotonic() + 20\n"
    heard += "while panel._said['reply'] != 7 and time.monotonic() < end:\n    await asyncio.sleep(0.01)\n"
    kernel.run(heard)
    assert kernel.value("panel._said['reply'], lab.state") == (7, "paused")


def test_in_a_terminal_there_is_nothing_to_do(shell: Any) -> None:
    """Where no event loop runs, asyncio.run works as it is, so nothing is patched and a sentence says so."""
    shell.run_line_magic("load_ext", "kamlab")
    for line in ("nested", "nested on", "nested off"):
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            shell.run_line_magic("kamlab", line)
        assert said.getvalue().strip() == nested.NO_LOOP
    assert not hasattr(asyncio, "_nest_patched")


def test_without_the_package_a_sentence_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nest_asyncio2 is not installed, the error says how to get it and what works without it."""
    monkeypatch.setitem(sys.modules, "nest_asyncio2", None)
    assert ask("on") == nested.NOT_INSTALLED
    assert ask() == nested.OFF


def test_off_when_it_was_never_on_is_no_error() -> None:
    """There is nothing to undo, and it says that it is off."""
    assert ask("off") == nested.OFF


def test_where_nest_asyncio_was_first_a_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """The unmaintained package is not built upon: the error names it and what to do."""
    monkeypatch.setattr(asyncio, "_nest_patched", True, raising=False)
    assert ask("on") == nested.WRONG_PATCH


def test_a_loop_that_cannot_be_patched_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another maker's event loop is named in the error, and asyncio is not patched by half."""

    class Loop:
        pass

    monkeypatch.setattr(nested, "_running_loop", Loop)
    with pytest.raises(UsageError, match=r"Loop; use `await main\(\)`"):
        nested.nested("on")
    assert not nested.is_on()


def test_another_word_is_named() -> None:
    """What nested does not know is an error that says what it knows."""
    assert "nested dance: say on, off" in ask("dance")
