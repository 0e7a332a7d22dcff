"""A cell that is run again first stops what it made before, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

SYSTEM = """
from kamlab import Backplane, Component, Lab, Pipeline, PublishTo, SimpleServer, SubscribeTo, ThreadedComponent
from kamlab.parts import PassThrough
class Waits(Component):
    def main(self):
        while True:
            self.pause()
            yield
class Works(ThreadedComponent):
    def main(self):
        while True:
            self.pause(0.01)
class Spawns(Component):
    def main(self):
        Waits().activate()
        while True:
            self.pause()
            yield
names = lambda: sorted(type(component).__name__ for component in lab)
"""


@pytest.fixture
def cells(kernel: Any) -> Any:
    """Run a cell by its id; the classes are there, and the current lab is called lab."""
    assert not kernel.run(SYSTEM + "lab = kamlab.current()", cell="classes").error

    def run(cell: str, code: str) -> Any:
        return kernel.run(code, cell=cell)

    run.value = lambda code: kernel.value(code)  # type: ignore[attr-defined]
    return run


def again(*names: str) -> str:
    """Return the line that names what is stopped."""
    return f"kamlab: this cell is run again; what it made before is stopped: {', '.join(names)}\n"


def test_components_of_the_same_cell_are_stopped(cells: Any) -> None:
    """The second run of a cell has only the components of the second run, and says which were stopped."""
    assert cells("a", "one = Waits().activate()").stdout == ""
    assert cells("a", "two = Waits().activate()").stdout == again("Waits_1")
    assert cells.value("one.state, two in lab, names()") == ("stopped", True, ["Waits"])


def test_other_cells_are_left_alone(cells: Any) -> None:
    """A cell uses the Backplane of another one; run again, it stops its own components and keeps the Backplane."""
    cells("plane", "plane = Backplane('NEWS').activate()")
    cells("run", "lab.start()")
    reader = "reads = Pipeline(SubscribeTo('NEWS'), Waits()).activate()"
    assert not cells("reader", reader).error
    assert cells("reader", reader).stdout == again("Pipeline_3")
    code = "time.sleep(0.3); plane.is_stopped(), len(lab.failures), lab.running, names()"
    assert cells.value(code) == (False, 0, True, ["Backplane", "Exchange", "Pipeline", "SubscribeTo", "Waits"])


def test_a_backplane_and_its_services_are_made_again(cells: Any) -> None:
    """The cell that makes the Backplane can be run again, before it is activated as well as after."""
    for code in ("plane = Backplane('NEWS')", "plane = Backplane('NEWS').activate()"):
        for _ in range(3):
            assert not cells("plane", code).error
    assert cells.value("_ = lab.step(5); lab.services.services_registered(), names()") == (
        ["Backplane_I_NEWS", "Backplane_O_NEWS"],
        ["Backplane", "Exchange"],
    )


def test_a_server_is_made_again_at_its_port(cells: Any, free_port: Any) -> None:
    """A server's port is free when its cell is run again, while the lab runs on."""
    port = free_port()
    code = f"server = SimpleServer(protocol=Waits, port={port}).activate(); lab.start()"
    for _ in range(3):
        result = cells("server", code)
        assert (result.error, result.stderr) == ("", "")
        cells("client", f"client = socket.create_connection(('127.0.0.1', {port}), timeout=10)")
    assert cells.value("server.port, lab.running") == (port, True)
    cells("close", "client.close()")


def test_the_lab_runs_on_though_it_is_empty_for_a_moment(cells: Any) -> None:
    """A lab that runs in the background and whose only components are made again goes on, and runs the new ones."""
    cells("a", "made = Spawns().activate()")
    cells("start", "lab.start()")
    for _ in range(20):
        assert not cells("a", "made = Spawns().activate()").error
    wait = "deadline = time.monotonic() + 10\nwhile names() != ['Spawns', 'Waits'] and time.monotonic() < deadline: "
    cells("wait", wait + "time.sleep(0.01)")
    assert cells.value("lab.running, names()") == (True, ["Spawns", "Waits"])
    cells("a", "made = None")
    cells(
        "wait", "deadline = time.monotonic() + 10\nwhile lab.running and time.monotonic() < deadline: time.sleep(0.01)"
    )
    assert cells.value("lab.running, names()") == (False, [])


def test_a_cell_that_is_edited_to_end_the_lab_ends_it(cells: Any) -> None:
    """The lab that is kept running for the cell may be stopped or reset by that very cell."""
    for end, state in (("lab.stop()", "stopped"), ("lab.reset()", "new"), ("lab.pause()", "finished")):
        cells("reset", "lab.reset()")
        cells("a", "_ = Waits().activate(); lab.start(); time.sleep(0.1)")
        result = cells("a", end)
        assert (result.error, result.stderr) == ("", "")
        assert cells.value("lab.state, lab.runtime.kept_running") == (state, False)


def test_what_components_made_in_their_slices_goes_with_them(cells: Any) -> None:
    """A component that was activated by a component of the cell is the cell's, whichever cell drove the lab."""
    cells("a", "_ = Spawns().activate()")
    cells("b", "other = Waits().activate()")
    cells("drive", "_ = lab.step(4)")
    assert cells.value("names()") == ["Spawns", "Waits", "Waits"]
    assert cells("drive", "_ = lab.step(2)").stdout == ""
    assert cells("a", "None").stdout == again("Spawns_1")
    assert cells.value("list(lab) == [other]") is True


def test_a_cell_that_failed_half_way_is_stopped_too(cells: Any) -> None:
    """What was made before the error is stopped when the cell is run again."""
    assert "ZeroDivisionError" in cells("a", "_ = Backplane('X').activate()\n1 / 0").error
    assert not cells("a", "_ = Backplane('X').activate()").error
    assert cells.value("names()") == ["Backplane"]


def test_an_edited_cell_is_the_same_cell(cells: Any) -> None:
    """With an id the cell is the same though its text is another; what it made is stopped, also where it makes less."""
    cells("a", "_ = Waits().activate()")
    assert cells("a", "1 + 1").stdout == again("Waits_1")
    assert cells("b", "_ = Waits().activate()").stdout == ""
    assert cells("c", "_ = Waits().activate()").stdout == ""
    assert cells.value("names()") == ["Waits", "Waits"]


def test_a_cell_that_cannot_be_compiled_stops_nothing(cells: Any) -> None:
    """A slip of the keyboard costs nothing."""
    cells("a", "_ = Waits().activate()")
    assert "SyntaxError" in cells("a", "_ = Waits().activate(").error
    assert cells.value("names()") == ["Waits"]


def test_without_an_id_the_text_is_the_cell(kernel: Any) -> None:
    """A front end that sends no ids runs the same cell again where the text is the same."""
    kernel.run(SYSTEM)
    assert kernel.run("_ = Waits().activate()").stdout == ""
    assert kernel.run("_ = Waits().activate() ").stdout == ""
    assert kernel.run("_ = Waits().activate()").stdout == again("Waits_1")


def test_threads_end_as_well(cells: Any) -> None:
    """A threaded component is stopped, and its thread ends."""
    cells("a", "one = Works().activate(); lab.start()")
    cells("a", "two = Works().activate(); lab.start()")
    count = "alive = lambda: sum('Works' in each.name for each in threading.enumerate())\n"
    wait = count + "deadline = time.monotonic() + 10\n"
    cells("wait", wait + "while alive() > 1 and time.monotonic() < deadline: time.sleep(0.01)")
    assert cells.value("alive(), one.state, lab.running") == (1, "stopped", True)


def test_activating_again_is_not_making_again(cells: Any) -> None:
    """A component belongs to the cell that makes it: the cell that activates it may be run twice."""
    cells("make", "one = Waits()")
    for _ in range(2):
        result = cells("activate", "_ = one.activate()")
        assert (result.error, result.stdout) == ("", "")
    assert cells("make", "one = Waits()").stdout == again("Waits_1")
    assert cells.value("names()") == []


def test_a_link_is_made_again(cells: Any) -> None:
    """The cell that links components of other cells can be run again, and so can the one that makes them."""
    cells("make", "one, two = PassThrough().activate(), Waits().activate()")
    for _ in range(2):
        assert not cells("link", "_ = one.link((one, 'outbox'), (two, 'inbox'))").error
    assert cells.value("len(one.switchboard.links)") == 1
    assert cells.value("one.deliver('hello'); _ = lab.step(4); two.data_ready()") == 1


def test_tracked_values_are_declared_again(cells: Any) -> None:
    """A value that the cell tracks in the lab's services may be declared by it again."""
    for _ in range(2):
        assert not cells("a", "lab.services.track_value('lessons', 3)").error
    assert "NamespaceClash" in cells("b", "lab.services.track_value('lessons', 4)").error


def test_a_lab_that_runs_is_stopped_and_said(cells: Any) -> None:
    """A cell that makes a lab and starts it leaves one running, however often it is run."""
    code = "mine = Lab()\nlabs = globals().get('labs', []) + [mine]\n_ = Waits().activate(mine)\nmine.start()"
    assert cells("a", code).stdout == ""
    assert "what it made before is stopped: the lab of In [" in (said := cells("a", code).stdout)
    assert "line 1 (step " in said
    assert ", 1 component alive)" in said
    cells("a", code)
    assert cells.value("[each.state for each in labs]") == ["stopped", "stopped", "running"]
    assert cells.value("sum(each.state == 'running' for each in kamlab.labs())") == 1


def test_a_virtual_lab_that_stands_still_is_kept(cells: Any) -> None:
    """It is in the way of nothing, and may be compared with the next."""
    code = "mine = Lab(build=lambda: Waits().activate(), clock='virtual'); _ = mine.step()"
    cells("a", code)
    cells("keep", "first = mine")
    assert cells("a", code).stdout == ""
    assert cells.value("first.state, first is mine, first.step_number") == ("paused", False, 1)


def test_going_back_makes_nothing_of_its_own(cells: Any) -> None:
    """What a lab builds again belongs to the cell that built it first, not to the cell that goes back."""
    cells("a", "%%kamlab --paused --virtual --quiet\nWaits().run()\nPassThrough().activate()")
    cells("step", "_ = lab.step(2)")
    for _ in range(2):
        assert cells("back", "lab.goto(1)").stdout == ""
    assert cells("reset", "lab.reset()").stdout == ""
    assert cells("reset", "lab.reset()").stdout == ""
    assert cells.value("names()") == ["PassThrough", "Waits"]


def test_a_cell_that_builds_its_lab_may_lose_the_magic(cells: Any) -> None:
    """Edited into a plain cell, it stops the lab that it built, and the current lab is a fresh one."""
    cells("a", "%%kamlab --quiet\nold = lab\nWaits().run()")
    assert not cells("a", "%%kamlab --quiet\nolder, old = old, lab\nWaits().run()").error
    assert cells.value("older.state, old.state") == ("stopped", "running")
    assert "UsageError" in (wrong := cells("a", "%%kamlab --quite\nWaits().run()")).error + wrong.stderr
    assert cells.value("old.state") == "running"
    assert not cells("a", "new = Waits().activate()").error
    assert cells.value("old.state, lab is kamlab.current(), new in lab") == ("stopped", True, True)


def test_a_component_that_hangs_does_not_hang_the_cell(cells: Any) -> None:
    """If the lab is in a slice that does not end, the cell says so and goes on."""
    cells("patience", "from kamlab.notebook import rerun; rerun.PATIENCE = 0.2; go_on = threading.Event()")
    hangs = (
        "class Hangs(Component):\n    def main(self):\n        yield\n        go_on.wait(60)\n_ = Hangs().activate()\n"
    )
    cells("a", hangs + "lab.start(); time.sleep(0.2)")
    result = cells("a", "print('on')")
    assert result.stdout == "on\n"
    assert "what this cell made before is not stopped: Hangs_1 has not come to its next yield" in result.stderr
    cells("go", "go_on.set()")


def test_a_cell_within_a_cell_is_a_cell(cells: Any) -> None:
    """A cell that executes other cells makes what it makes itself; they make theirs."""
    code = "inner = get_ipython().run_cell('_ = PassThrough().activate()')\n_ = Waits().activate()"
    cells("a", code)
    assert cells("a", code).stdout == again("Waits_2") + again("PassThrough_1")
    assert cells.value("names()") == ["PassThrough", "Waits"]


def test_a_cell_that_awaits_is_a_cell(cells: Any) -> None:
    """What an awaiting cell and its tasks make is stopped when it is run again."""
    code = "import asyncio\nasync def make(): return Waits().activate()\n_ = await asyncio.create_task(make())"
    cells("a", code)
    assert cells("a", code).stdout == again("Waits_1")
    assert cells.value("names()") == ["Waits"]


def test_after_unloading_nothing_is_stopped(cells: Any, kernel: Any) -> None:
    """Without the extension a cell may be run twice, as in any Python."""
    cells("a", "%unload_ext kamlab")
    cells("b", "lab = Lab(); one = Waits().activate(lab)")
    assert cells("b", "two = Waits().activate(lab)").stdout == ""
    assert cells.value("one in lab, two in lab") == (True, True)


def test_a_service_in_a_stopped_lab_is_dropped(cells: Any) -> None:
    """A cell that failed because the lab was stopped says so again, and does not trip over its own service."""
    cells("stop", "lab.stop()")
    for _ in range(2):
        assert "LabIsClosed" in cells("news", "Backplane('NEWS').activate()").error
    cells("reset", "lab.reset()")
    assert not cells("news", "Backplane('NEWS').activate()").error


JOINED = """
from kamlab.parts import Collate
class Says(Component):
    words = ()
    def main(self):
        for word in self.words:
            self.send(word)
            yield
"""
READER = "sink = Collate(); reads = Pipeline(SubscribeTo('NEWS'), sink).activate(); lab.step(20)"
SPEAKER = "mouth = PublishTo('NEWS').activate(); lab.step(20)"
PLANE = "plane = Backplane('NEWS').activate()"


def test_subscribers_of_other_cells_join_the_new_backplane(cells: Any) -> None:
    """The cell of a Backplane can be run again: publishers and subscribers of other cells join the new one."""
    cells("names", JOINED)
    for cell, code in (("plane", PLANE), ("reader", READER), ("speaker", SPEAKER)):
        assert not cells(cell, code).error
    for word in ("rain", "sun"):
        told = cells("plane", PLANE).stdout
        assert told == again("NEWS") + (
            "kamlab: the Backplane that this cell makes now is joined by SubscribeTo_4 of other cells\n"
        )
        assert cells.value(f"_ = lab.step(20); mouth.deliver({word!r}); _ = lab.step(20); reads.state") != "stopped"
    assert cells.value("sink.collated") == ["rain", "sun"]
    assert cells.value("len([each for each in lab if type(each).__name__ == 'Backplane'])") == 1


def test_they_join_while_the_cell_still_runs(cells: Any) -> None:
    """A cell that makes the Backplane, publishes and runs the lab reaches the subscribers of other cells each time."""
    cells("names", JOINED)
    code = f"{PLANE}; Pipeline(Says(words=['rain']), PublishTo('NEWS')).activate(); lab.step(40)"
    cells("plane", code)
    assert not cells("reader", READER).error
    for _ in range(2):
        assert not cells("plane", code).error
    assert cells.value("sink.collated") == ["rain", "rain"]


def test_they_join_while_the_lab_runs_in_the_background(cells: Any, eventually: Any) -> None:
    """The same holds for a lab that runs on meanwhile."""
    cells("names", JOINED)
    cells("plane", PLANE)
    cells("reader", READER)
    cells("speaker", SPEAKER + "; lab.start()")
    for count in (1, 2, 3):
        assert "is joined by" in cells("plane", PLANE).stdout
        waits = "limit = time.time() + 30\nwhile not plane.splitter.sinks and time.time() < limit: time.sleep(0.01)"
        assert not cells("wait", waits).error
        read = f"limit = time.time() + 30\nwhile len(sink.collated) < {count} and time.time() < limit: time.sleep(0.01)"
        assert not cells("say", f"mouth.deliver({count})\n{read}").error
    assert cells.value("sink.collated, lab.running") == ([1, 2, 3], True)
    cells("end", "lab.pause()")


def test_they_end_if_the_cell_makes_no_backplane_any_more(cells: Any) -> None:
    """After a cell that fails they wait for it to be run again; after one that makes no Backplane they end."""
    cells("names", JOINED)
    cells("plane", PLANE)
    cells("reader", READER)
    assert "ZeroDivisionError" in cells("plane", "1 / 0").error
    assert cells.value("_ = lab.step(20); reads.is_stopped()") is False
    assert not cells("plane", PLANE).error
    assert cells.value("_ = lab.step(20); len(plane.splitter.sinks)") == 1
    told = cells("plane", "pass").stdout
    assert "ends, since there is no Backplane 'NEWS' any more\n" in told
    assert cells.value("_ = lab.run(); reads.is_stopped()") is True
