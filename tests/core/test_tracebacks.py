"""Tracebacks begin and end in the user's code: in a script, in an ``except``, and in what is reported."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import subprocess
import sys
import traceback
import weakref
from pathlib import Path

import pytest

import kamlab
from kamlab import Component, Lab
from kamlab.core.tracebacks import HINT
from kamlab.parts import DataSource

from ..shared.mistakes import BEFORE, CALLS, FAILURES, failing

FOLDER = str(Path(kamlab.__file__).parent)


class ToldLab(Lab):
    """Keeps what it reports."""

    def __init__(self, **how):
        self.told = []
        super().__init__(**how)

    def report(self, text):
        self.told.append(text)


def raised(source):
    """Return the error that a piece of a script raises, and the text of its traceback."""
    names = {"__name__": "__main__"}
    exec(compile(BEFORE, "before.py", "exec"), names)
    with pytest.raises(BaseException) as caught:
        exec(compile(source, "script.py", "exec"), names)
    return caught.value, "".join(traceback.format_exception(caught.value)), names["lab"]


@pytest.mark.parametrize(("source", "said"), CALLS.values(), ids=CALLS)
def test_an_error_of_a_call_has_the_user_s_frames_only(source, said):
    """No frame of kamlab is in the traceback of a wrong call, and lab.full_traceback() has them."""
    error, text, lab = raised(source)
    assert said in text
    assert FOLDER not in text
    frames = [entry.filename for entry in traceback.extract_tb(error.__traceback__)]
    assert frames[-1] == "script.py"
    full = str(lab.full_traceback())
    assert FOLDER in full
    assert said.partition(": ")[2] in full


@pytest.mark.parametrize(("source", "said"), list(CALLS.values())[::6], ids=list(CALLS)[::6])
def test_a_script_ends_with_its_own_line(source, said, tmp_path):
    """What Python prints at the end of a script that fails is the script's line and the sentence."""
    script = tmp_path / "script.py"
    script.write_text(BEFORE + source + "\n", encoding="utf-8")
    result = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=60)
    assert said in result.stderr
    assert FOLDER not in result.stderr
    assert result.stderr.count("Traceback") == (3 if "other.run()" in source else 1)


@pytest.mark.parametrize("drive", ["run", "step", "background"])
@pytest.mark.parametrize(("body", "said"), FAILURES.values(), ids=FAILURES)
def test_a_component_s_failure_is_reported_with_the_user_s_frames_only(body, said, drive, eventually):
    """Whatever fails in a slice, and whoever drives, the report has the user's lines and none of kamlab's."""
    lab = ToldLab(clock="virtual")
    names = {"__name__": "__main__", "lab": lab}
    exec("from kamlab import *\nfrom kamlab.core.ipc import WaitComplete", names)
    exec(compile(failing(body), "script.py", "exec"), names)
    if drive == "background":
        lab.start()
        eventually(lambda: not lab.running)
    else:
        lab.run() if drive == "run" else lab.step(9)
    (told,) = lab.told
    assert said in told
    assert "script.py" in told
    assert FOLDER not in told
    assert FOLDER in str(lab.full_traceback())


def test_a_part_that_fails_says_how_to_see_where(lab):
    """Where no line of the user's is left, the report has the error, and names lab.full_traceback()."""
    DataSource(5).activate()
    lab.run()
    (told,) = lab.reports
    assert "TypeError: 'int' object is not iterable" in told
    assert told.rstrip().endswith(HINT)
    assert FOLDER not in told
    assert FOLDER in str(lab.full_traceback())


def test_an_observer_that_fails_is_reported_with_the_user_s_frames_only(lab):
    """A hook that raises an error is reported without kamlab's frames."""

    def hook(event):
        raise KeyError("mine")

    lab.trace.attach(hook, ["resumed"])
    DataSource([1]).activate()
    lab.run()
    (told,) = lab.reports
    assert "in hook" in told
    assert FOLDER not in told


def test_the_user_s_own_frames_stay(lab):
    """Functions of the user's that kamlab called stay in the traceback, and so does what they called in the library."""

    def condition(_):
        return sorted([1, "x"], key=helper)

    def helper(value):
        return int(value)

    DataSource([1]).activate()
    with pytest.raises(ValueError) as caught:
        lab.run(until=condition)
    names = [entry.name for entry in traceback.extract_tb(caught.value.__traceback__)]
    assert names[-2:] == ["condition", "helper"]


def test_an_awaited_run_is_no_exception(lab):
    """await lab.arun() leaves no frame of kamlab either."""
    with pytest.raises(kamlab.KamlabError) as caught:
        asyncio.run(lab.arun(until="x"))
    assert FOLDER not in "".join(traceback.format_exception(caught.value))


def test_an_interrupt_shows_the_user_s_line(lab):
    """The KeyboardInterrupt of a run has the user's frame and one sentence."""

    class Presses(Component):
        def main(self):
            signal.raise_signal(signal.SIGINT)
            while True:
                yield

    Presses().activate()
    with pytest.raises(KeyboardInterrupt, match="it can go on") as caught:
        lab.run()
    assert FOLDER not in "".join(traceback.format_exception(caught.value))


def test_what_is_remembered_holds_nothing_alive(lab):
    """lab.full_traceback() has places, not frames: what was in their variables is freed."""

    class Thing:
        pass

    def wrong():
        thing = Thing()
        things.append(weakref.ref(thing))
        lab.choose("x")

    things = []
    with pytest.raises(kamlab.KamlabError):
        wrong()
    gc.collect()
    assert things[0]() is None
    assert "interventions.py" in str(lab.full_traceback())


def test_without_an_error_there_is_nothing_to_show():
    """In a process without an error full_traceback() says so."""
    code = "from kamlab import Lab; print(Lab().full_traceback())"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert result.stdout == "there was no error so far\n"


def test_errors_within_a_slice_are_as_cheap_as_before(lab, monkeypatch):
    """What a component catches itself, as it does where an inbox is full, is not gone through."""
    calls = []
    monkeypatch.setattr("kamlab.core.tracebacks._remember", calls.append)

    class Tries(Component):
        def main(self):
            try:
                self.recv()
            except IndexError:
                self.send("caught")
            yield

    Tries().activate()
    lab.run()
    assert not calls
    assert not lab.reports


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGINT to send")
def test_an_interrupted_awaited_run_in_a_script_says_where_the_lab_stands(tmp_path):
    """asyncio.run(lab.arun()) ends with a KeyboardInterrupt, as asyncio has it, and the sentence is reported."""
    script = tmp_path / "script.py"
    script.write_text(
        "import asyncio, os, signal, threading, time\nfrom kamlab import *\n"
        "class Endless(Component):\n    def main(self):\n        while True:\n            yield\n"
        "lab = Lab()\nEndless().activate(lab)\n"
        "def press():\n    while lab.step_number < 100:\n        time.sleep(0.01)\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "threading.Thread(target=press).start()\nasyncio.run(lab.arun())\n",
        encoding="utf-8",
    )
    result = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=60)
    assert "KeyboardInterrupt" in result.stderr
    assert "the lab was stopped between two slices, at step" in result.stderr
    assert FOLDER not in result.stderr
