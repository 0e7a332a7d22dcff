"""What %load_ext kamlab changes, and that %unload_ext undoes it."""

from __future__ import annotations

import contextlib
import io
import re
import sys
import time
from pathlib import Path
from typing import Any

import pytest

COMPONENTS = """
from kamlab import Component, Lab
class Says(Component):
    def main(self):
        while True:
            print("says", self.name)
            yield
class Waits(Component):
    def main(self):
        while True:
            self.pause()
            yield
"""
FAILS = """
class Fails(Component):
    def main(self):
        yield
        raise ValueError("out of paper")
"""
#: Prints, so that a test can see under which cell that lands, and that it has begun.
TICKS = """
class Ticks(Component):
    def main(self):
        while True:
            print("tick", flush=True)
            self.pause(0.01)
            yield
"""


def test_a_listing_pasted_into_a_cell_runs_and_the_cell_returns(kernel: Any, listing: Any) -> None:
    """After %load_ext kamlab a listing needs nothing else; run() returns, and the lab runs on, with its panel."""
    kernel.run("kamlab.current().ports[1500] = 0")
    result = kernel.run(listing("time_server"))
    assert not result.error
    live, still = result.displayed
    assert "application/vnd.jupyter.widget-view+json" in live
    assert "data:image/svg+xml" in still["text/html"]
    assert "TimeTick" in still["text/plain"]
    assert kernel.value("lab.state") == "running"


def test_a_server_listens_when_the_cell_returns(kernel: Any, listing: Any, free_port: Any) -> None:
    """The cell waits until the system has come to rest, so the next cell can connect at once."""
    port = free_port()
    for _ in range(3):
        result = kernel.run(
            f"%%kamlab --quiet --ports 1500={port}\n{listing('time_server')}\n"
            f"socket.create_connection(('127.0.0.1', {port}), timeout=10).close()"
        )
        assert not result.error


def test_a_listing_is_run_again_without_a_magic(kernel: Any, listing: Any) -> None:
    """What the listing made before is stopped and named, so its names and its port are free."""
    kernel.run("kamlab.current().ports[1500] = 0")
    code = listing("time_server")
    assert kernel.run(code).stdout == ""
    again = kernel.run(code)
    assert not again.error
    assert again.stdout == (
        "kamlab: this cell is run again; what it made before is stopped: TIME, Pipeline_2, SimpleServer_3\n"
    )
    assert kernel.value("lab.state, sum(type(each).__name__ == 'SimpleServer' for each in lab)") == ("running", 1)


def test_a_port_that_is_taken_gives_way_to_the_next(kernel: Any, listing: Any) -> None:
    """If another program listens at the port, the server takes the next free one, and one line says so."""
    kernel.run("taken = socket.create_server(('127.0.0.1', 0)); port = taken.getsockname()[1]")
    result = kernel.run("%%kamlab --quiet --ports 1500={port}\n" + listing("time_server"))
    assert not result.error
    port = kernel.value("port")
    assert result.stderr.startswith(f"kamlab: port {port} is taken by another program; the server listens at ")
    assert result.stderr.count("\n") == 1
    assert kernel.value("lab['SimpleServer'].port") > port
    kernel.run("taken.close()")


def test_a_port_of_another_lab_is_an_error_that_says_which(kernel: Any, listing: Any) -> None:
    """If another lab of this notebook has the port, the error names its server, its cell and the way out."""
    code = "from kamlab import Lab, SimpleServer\nfrom kamlab.parts import PassThrough\n"
    kernel.run(
        code + "first = Lab()\nserver = SimpleServer(protocol=PassThrough, port=0).activate(first); first.start()"
    )
    result = kernel.run("second = Lab()\nSimpleServer(protocol=PassThrough, port=server.port).activate(second)")
    assert result.error.startswith("PortInUse")
    assert "SimpleServer_1 in another lab of this program" in result.error
    assert re.search(r"made at In \[\d+\], line 3, \d\d:\d\d:\d\d\) does already", result.error)
    kernel.run("first.stop(); second.stop()")


def test_a_failure_at_the_start_is_told_under_the_cell(kernel: Any) -> None:
    """A component that fails before the cell returns is named there; the cell goes on, and so does the lab."""
    result = kernel.run(COMPONENTS + FAILS + "_ = Waits().activate()\nFails().run()\nprint('on')")
    assert "Fails_2 failed: out of paper" in result.stderr
    assert result.stdout == "on\n"
    assert kernel.value("lab.state") == "running"


def test_run_within_a_with_blocks(kernel: Any) -> None:
    """A lab of a with statement ends with it, so run() there blocks as in a script."""
    code = COMPONENTS + (
        "class Ends(Component):\n    def main(self):\n        yield\n"
        "with Lab() as own:\n    print(Ends().run().reason, own.running)"
    )
    assert kernel.run(code).stdout == "finished False\n"


def test_run_on_a_thread_that_executes_no_cell_blocks(kernel: Any) -> None:
    """Only a cell returns at once; a thread of the user's waits for the end, as in a script."""
    code = COMPONENTS + (
        "class Ends(Component):\n    def main(self):\n        yield\n"
        "said = []\nthread = threading.Thread(target=lambda: said.append(Ends().run().reason))\n"
        "thread.start()\nthread.join(10)\nsaid"
    )
    assert kernel.value(code) == ["finished"]


def test_cells_may_be_run_again_and_out_of_order(kernel: Any, listing: Any) -> None:
    """Stepping before building, building twice, starting what runs: each gives a result or an error, never a hang."""
    kernel.run("lab.ports[1500] = 0")
    cells = ["lab.step()", listing("time_server"), "lab.pause()", "lab.step()", "lab.start()", "lab.start()"]
    for cell in [*cells, cells[1], cells[3], cells[2], cells[3], "lab.stop()", cells[3], "lab.reset()", *cells]:
        kernel.run(cell)
    assert kernel.value("lab.state") == "running"


def test_an_interrupt_leaves_the_lab_usable(kernel: Any) -> None:
    """The stop button stops lab.run() between two slices; the lab can be stepped and run on from there."""
    kernel.run(COMPONENTS + TICKS + "_ = Waits().activate(); ticks = Ticks().activate()")
    request = kernel.send("lab.run()")
    kernel.wait_for_output("tick")
    kernel.interrupt()
    assert "KeyboardInterrupt" in kernel.result(request).error
    assert kernel.value("lab.state, len(lab.failures), lab.step(3).steps") == ("paused", 0, 3)
    assert kernel.value("count = lab.step_number; lab.run(until=lambda lab: lab.step_number > count + 3).reason") == (
        "condition"
    )


def test_the_buttons_work_while_a_cell_awaits(kernel: Any) -> None:
    """While a cell awaits lab.arun(), a click is carried out, and pausing ends the cell."""
    kernel.run(COMPONENTS + "_ = Waits().activate()\nfrom kamlab.notebook import panel_of\npanel = panel_of(lab)")
    request = kernel.send(
        "import asyncio\nasyncio.get_running_loop().call_later(0.3, panel.do, 'pause')\n"
        "(await lab.arun(timeout=20)).reason"
    )
    assert kernel.result(request).value == "'paused'"


def test_unload_undoes_everything(kernel: Any) -> None:
    """After %unload_ext the names, magics, streams, threads and the meaning of run() are as they were before."""
    kernel.run("%unload_ext kamlab")
    look = """
from kamlab import Lab
shell = get_ipython()
state = lambda: (
    type(sys.stdout).__name__, type(sys.stderr).__name__, Lab.on_run is None,
    shell.magics_manager.magics["cell"]["system"].__qualname__, "kamlab" in shell.magics_manager.magics["line"],
    "kamlab" in shell.magics_manager.magics["cell"], Lab.next_free_port,
    [name for name in sys.modules if name.split(".")[0] in ("Axon", "Kamaelia")],
    [len(calls) for calls in shell.events.callbacks.values()],
)
before = state()
"""
    kernel.run(look)
    kernel.run("%load_ext kamlab")
    kernel.run("from Axon.Component import component\ncomponent().run()\nrunning = lab")
    assert kernel.value("state() == before") is False
    kernel.run("%unload_ext kamlab")
    kernel.run("after = state()")
    assert kernel.run("before").value == kernel.run("after").value
    assert kernel.value("running.state") == "stopped"
    assert "ModuleNotFoundError" in kernel.run("import Axon").error
    names = "[thread.name for thread in threading.enumerate() if 'kamlab' in thread.name]"
    kernel.run("for thread in threading.enumerate():\n    if 'kamlab' in thread.name: thread.join(10)")
    assert kernel.value(names) == []


def test_loading_again_works(kernel: Any) -> None:
    """%reload_ext undoes and does it all again; the default lab is a fresh one."""
    kernel.run(COMPONENTS + "Waits().run()\nold = lab")
    again = kernel.run("%reload_ext kamlab")
    assert not again.error
    assert re.search(r"^kamlab: the current lab is stopped at step \d+, with 1 component alive$", again.stdout, re.M)
    assert kernel.value("old.state, kamlab.current() is old, kamlab.current().state") == ("stopped", False, "new")


def test_unload_names_the_systems_that_it_stops(kernel: Any) -> None:
    """Each system with a component alive is named, with its step; what has ended already is not."""
    kernel.run("%load_ext kamlab\n" + COMPONENTS)
    kernel.run("%%kamlab --paused --quiet --name first\nWaits().activate()")
    kernel.run("%%kamlab --paused --quiet --name second\nWaits().activate()")
    kernel.run("second.stop()")
    assert kernel.run("%unload_ext kamlab").stdout == "kamlab: first is stopped at step 0, with 1 component alive\n"


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("%%kamlab --pa", ["--paused"]),
        ("%%kamlab --paused --r", ["--recorded"]),
        ("%%system --pa", ["--paused"]),
        ("%kamlab re", ["reset"]),
        ("%kamlab stop ", ["all"]),
        ("%kamlab nested o", ["on", "off"]),
        ("%kamlab inboxes Wa", ["Waits_1"]),
        ("%kamlab prints Wa", ["Waits_1"]),
    ],
)
def test_the_tab_key_offers_options_and_commands(kernel: Any, line: str, offered: list[str]) -> None:
    """After a magic of kamlab the Tab key completes what may follow, until the extension is unloaded."""
    kernel.run("%load_ext kamlab\n" + COMPONENTS + "_ = Waits().activate()")
    complete = f"get_ipython().complete('', {line!r}, {len(line)})[1]"
    assert kernel.value(complete) == offered
    kernel.run("%unload_ext kamlab")
    assert kernel.value(complete) != offered


@pytest.mark.parametrize("jedi", [True, False])
def test_the_tab_key_offers_what_one_needs_of_a_lab(kernel: Any, jedi: bool) -> None:
    """After ``lab.`` the Tab key lists the calls that users need, with jedi and without, and no internals."""
    kernel.run("%load_ext kamlab\nfrom kamlab import Lab\nlab = Lab()\nfrom IPython.core import completer")
    kernel.run(
        f"get_ipython().Completer.use_jedi = {jedi}\nwith completer.provisionalcompleter():\n"
        "    found = [c.text.lstrip('.') for c in get_ipython().Completer.completions('lab.', 4)]"
    )
    found = kernel.value("sorted(name for name in found if not name.startswith('_'))")
    assert found == kernel.value("dir(lab)")
    assert {"help", "step", "why", "hold"} <= set(found)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("%kamlab", ["%kamlab [COMMAND] [NAME ...]", "Look at the current lab", "%kamlab nested on", "NAME  "]),
        ("%%system", ["%%system [--paused]", "The earlier name of %%kamlab", "--seed N"]),
        ("%%kamlab", ["%%kamlab [--paused]", "Build a system in a fresh lab", "--seed N", "{port}", "--ports PORTS"]),
    ],
)
def test_a_question_mark_explains_a_magic(kernel: Any, name: str, said: list[str]) -> None:
    """%kamlab? and %%kamlab? show the usage, what the magic does, and each argument."""
    kernel.run("%load_ext kamlab")
    text = kernel.value(f"get_ipython().inspector.info(get_ipython()._ofind({name!r}).obj)['docstring']")
    assert [part for part in said if part not in text] == []


def test_in_a_terminal_run_blocks_and_streams_are_untouched(shell: Any) -> None:
    """Without a kernel the names and magics are there, run() blocks, and nothing stands before stdout."""
    out = sys.stdout
    shell.run_line_magic("load_ext", "kamlab")
    assert sys.stdout is out
    shell.run_cell(
        "from Axon.Component import component\nclass Ends(component):\n    def main(self):\n        yield 1\n"
        "outcome = Ends().run()"
    ).raise_error()
    assert shell.user_ns["outcome"].reason == "finished"
    assert shell.user_ns["lab"].state == "finished"


def test_the_kamlab_magic_looks_and_drives(shell: Any) -> None:
    """%kamlab does for the current lab what its line says; what it does not know it names."""
    shell.run_line_magic("load_ext", "kamlab")
    shell.run_cell(COMPONENTS + "_ = Waits().activate()").raise_error()
    lab = shell.user_ns["lab"]
    assert "Waits_1" in str(shell.run_line_magic("kamlab", ""))
    assert len(shell.run_line_magic("kamlab", "inboxes Waits")) == 1
    for command, state in (("start", "running"), ("pause", "paused"), ("stop", "stopped"), ("reset", "new")):
        shell.run_line_magic("kamlab", command)
        while command == "start" and not lab.step_number:
            time.sleep(0.01)
        assert lab.state == state
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
        shell.run_cell("%kamlab dance")
    assert "dance" in said.getvalue()


OLD = """
class Counts(Component):
    def main(self):
        for number in xrange(2):
            print number,
            yield 1
"""


@pytest.mark.parametrize("magic", ["", "%%kamlab --virtual --quiet\n"])
def test_an_import_that_a_listing_lacks_is_added(kernel: Any, magic: str) -> None:
    """A cell with a listing that lacks an import runs, also under the magic, and one line says what was added."""
    kernel.run("%load_ext kamlab")
    listing = "from Kamaelia.Chassis.Pipeline import Pipeline\nPipeline(OneShot('hello'), Chooser()).activate()"
    found = str(kernel.run(f"{magic}{listing}"))
    assert "This listing lacks imports, which were added: " in found
    assert "from Kamaelia.Util.Chooser import Chooser; from Kamaelia.Util.OneShot import OneShot" in found
    assert "lacks" not in str(kernel.run(f"{magic}{listing}"))


@pytest.mark.parametrize("magic", ["", "%%system\n"])
def test_a_cell_for_python_2_is_rewritten(kernel: Any, magic: str) -> None:
    """A cell that is Python 2 runs, also under the magic, and one line says what was rewritten."""
    kernel.run(f"%load_ext kamlab\n{COMPONENTS}")
    found = kernel.run(f"{magic}{OLD}\nprint 'made'")
    said = "This is Python 2. It was rewritten for Python 3: "
    assert found.stdout.count(said) == 1, found
    assert found.stdout.endswith("made\n")
    assert kernel.run("print('plain')").stdout == "plain\n"


def test_a_module_for_python_2_is_rewritten(kernel: Any, tmp_path: Path) -> None:
    """A module in the notebook's folder is rewritten when a cell imports it, until the extension is unloaded."""
    for name in ("one", "other"):
        (tmp_path / f"{name}_of_python2.py").write_text(f"print 'from {name}'")
    kernel.run(f"import os, sys\nos.chdir({str(tmp_path)!r})\nsys.path.insert(0, {str(tmp_path)!r})\n%load_ext kamlab")
    assert kernel.run("import one_of_python2").stdout.endswith("print statement.\nfrom one\n")
    assert "SyntaxError" in kernel.run("%unload_ext kamlab\nimport other_of_python2").error


def test_a_cell_that_is_wrong_in_any_python_keeps_its_error(kernel: Any) -> None:
    """Python's own SyntaxError is shown for what is no Python 2 either."""
    kernel.run("%load_ext kamlab")
    assert "SyntaxError" in kernel.run("print 'a' +").error


def test_unload_leaves_old_cells_alone(kernel: Any) -> None:
    """Without the extension a cell that is Python 2 is an error again."""
    kernel.run("%load_ext kamlab\n%unload_ext kamlab")
    assert "SyntaxError" in kernel.run("print 'a'").error
