"""kamlab works in Pyodide: what needs neither a thread nor a socket does the same there as here.

The scenarios run once, in one process of node. Each test reads the results of one of them.
"""

from __future__ import annotations

import contextlib
import io
import re

import pytest

from kamlab.teach.verdict import PRACTICE

from .kernel import Session, run
from .scenarios import RUN, SCENARIOS, SCHEDULES, STEP, SYSTEM

pytestmark = pytest.mark.timeout(1200)

NO_THREADS = "RuntimeError: can't start new thread"


@pytest.fixture(scope="module")
def session() -> Session:
    """All scenarios, each run to its end."""
    return run(SCENARIOS)


def printed_here(*cells: str) -> str:
    """Return what cells print in this Python."""
    space: dict[str, object] = {"__name__": "__main__"}
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile("\n".join((*cells, "lab.stop()")), "<cells>", "exec"), space)
    return printed.getvalue()


def test_it_can_be_imported(session: Session) -> None:
    """Kamlab can be imported, and there is a lab at step 0."""
    _, lab = session["import"]
    assert lab.value == "<lab: new, step 0, 0 components>"


def test_the_extension_can_be_loaded(session: Session) -> None:
    """After %load_ext the Axon names can be imported, and the magics are there."""
    _, _, inboxes = session["extension"]
    assert "step 0" in inboxes.value


def test_a_lab_steps_as_here(session: Session) -> None:
    """The events of six slices read the same as in CPython."""
    _, stepped = session["step"]
    assert "DataSource_2.outbox -> Double_3.inbox: 2" in stepped.printed
    assert stepped.printed == printed_here(SYSTEM, STEP)


def test_a_lab_goes_back(session: Session) -> None:
    """After back(2) the lab stands two steps earlier, and the same two steps read the same as before."""
    _, first, _, number, again = session["back"]
    assert number.value == "4"
    assert again.printed.count("resumed") == 2
    assert first.printed.endswith(again.printed)


def test_a_panel_shows_the_lab_and_drives_it(session: Session) -> None:
    """The page gets the step and the components, and a click on Step is answered with the next step."""
    *_, shown, clicked, number = session["panel"]
    model = next(each["content"] for each in reversed(shown.of_type("comm_open")))
    state = model["data"]["state"]
    states = [state, *(each["content"]["data"]["state"] for each in shown.of_type("comm_msg"))]
    latest = {name: value for state in states for name, value in state.items()}
    assert latest["now"]["step"] == 3
    labels = {node["label"] for node in latest["scene"]["nodes"]}
    assert labels == {"Pipeline_1", "DataSource_2", "Double_3", "Collate_4"}
    assert shown.widgets == [model["comm_id"]]

    answers = [each["content"]["data"]["state"]["now"] for each in clicked.of_type("comm_msg")]
    assert [(now["step"], now["said"]["reply"]) for now in answers] == [(4, 1)]
    assert "Collate_4 resumed" in answers[0]["said"]["text"]
    assert number.value == "4"


def test_a_time_server_serves_on_the_simulated_network(session: Session) -> None:
    """%%kamlab shows a panel, the first message can be stepped to, and a client gets the virtual time."""
    _, system, stepped, _, _, got = session["server"]
    assert len(system.widgets) == 1
    assert "TimeTick_5.outbox -> PublishTo_6.inbox: 'Thu Jul  1 12:00:00 2004\\n'\n" in stepped.printed
    assert re.fullmatch(r"b'Thu Jul  1 12:00:\d\d 2004\\n'", got.value)


def test_a_component_that_needs_a_thread_fails_and_the_others_go_on(session: Session) -> None:
    """Today a threaded component fails with Python's own error; its server still takes a client."""
    _, _, _, ran, failures, _ = session["thread"]
    assert "TimeTick_5 failed at step 5; the others go on.\nRuntimeError: can't start new thread" in ran.complained
    assert NO_THREADS in ran.complained
    assert failures.printed == '[<TimeTick_5: failed>] RuntimeError("can\'t start new thread") True\n'


def test_an_exercise_is_checked(session: Session) -> None:
    """The stub is told what it does wrong and its run can be opened; a right answer passes."""
    *_, stub, opened, _, solved = session["exercise"]
    first, sentence, place, _ = stub.value.split("\n")
    assert first == "lost-update: not yet"
    assert sentence.startswith("  Two deposits of 1 were made, and the balance is 1. The account took: ")
    step = re.fullmatch(r"  Seed \d+, step (\d+): verdict\.open\(\) opens it there\.", place)
    assert step is not None
    assert f"step {step[1]}, " in opened.value
    assert solved.value == f"lost-update: done {PRACTICE}\n  In {SCHEDULES} orders of turns no deposit was lost."


def test_a_lab_cannot_run_in_the_background_but_can_run(session: Session) -> None:
    """Today start() raises Python's own error; the lab is as before, and run() works as in CPython."""
    _, start, paused, ran, stopped = session.attempts("background")
    assert start.error == NO_THREADS
    assert [each.error for each in (paused, ran, stopped)] == ["", "", ""]
    assert paused.printed == "new True\n"
    assert ran.printed == printed_here(SYSTEM, RUN)
