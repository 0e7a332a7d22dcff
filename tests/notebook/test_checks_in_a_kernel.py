"""Checks in a real kernel: whatever a student's code does there, the kernel and its labs go on."""

from __future__ import annotations

from typing import Any

import pytest

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")

SETUP = """
%load_ext kamlab
import os, signal, socket, sys, threading, time
from kamlab import Component, Lab
from kamlab.teach import Wrong, exercise, runs

class Spin(Component):
    turns = 0
    def main(self):
        while True:
            self.turns += 1
            yield

@exercise("calm", takes="a function", seconds=0.5)
def check(build):
    for run in runs(build, 2, slices=20):
        if run.outcome.reason == "max_steps":
            raise Wrong("It never comes to rest.", run)
    return "It comes to rest."

background = Lab()
spin = Spin().activate(background)
background.start()
background.panel("controls")
"""

#: What is handed in, and a part of what is said about it.
BAD = {
    "def bad():\n    while True: pass": "still running after 0.5 seconds",
    "def bad():\n    while True: print('x')": "prints without an end",
    "def bad(): os._exit(3)": "ends Python (exit status 3)",
    "def bad(): sys.exit()": "calls exit",
    "def bad(): os.kill(os.getppid(), signal.SIGKILL)": "sends a signal to a process",
    "def bad(): signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)": "sends a signal",
    "def bad(): socket.create_server(('127.0.0.1', 0))": "opens a port",
    "def bad(): input('who? ')": "waits for input()",
    "def bad(): open('left', 'w')": "writes a file",
    "def bad(): raise KeyboardInterrupt": "KeyboardInterrupt",
    "def bad(): threading.Thread(target=Spin().main).start(); time.sleep(99)": "still running after 0.5 seconds",
    "def bad(): background.step()": "waits for what does not come",
    "def bad(): Spin().activate()": "It never comes to rest.",
    "bad = 5": "of the type int: 5",
}

SEEN = """
before = spin.turns
time.sleep(0.1)
print(background.state, spin.turns > before, check(lambda: None).sentence)
background.stop()
"""


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """Run a notebook in which each of them is handed in, while a lab runs in the background; return its outputs."""
    where = tmp_path_factory.mktemp("kernel")
    sources = [SETUP, *(f"{code}\ncheck(bad)" for code in BAD), SEEN]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    nbclient.NotebookClient(notebook, timeout=30, resources={"metadata": {"path": str(where)}}).execute()
    assert list(where.iterdir()) == []
    return [cell.outputs for cell in notebook.cells]


@pytest.mark.parametrize("place", range(len(BAD)), ids=list(BAD.values()))
def test_whatever_is_handed_in_is_answered_by_a_sentence(outputs: list[Any], place: int) -> None:
    """The cell of each check ends without an error, with the sentence and nothing else."""
    (said,) = outputs[place + 1]
    assert list(BAD.values())[place] in said.data["text/plain"]


def test_the_kernel_and_its_labs_go_on(outputs: list[Any]) -> None:
    """After all of it a lab still runs in the background, and a right answer passes."""
    assert "".join(output.text for output in outputs[-1]) == "running True It comes to rest.\n"  # it may come in pieces
