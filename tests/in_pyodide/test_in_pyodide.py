"""kamlab works in Pyodide as it does here, with threads and sockets where calls can be suspended.

The scenarios run once, in two processes of node: one that can suspend calls, and one that cannot. Each test reads the
results of one of them.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from kamlab.teach.verdict import PRACTICE

from .kernel import Session, run
from .notebooks import CHOSEN, chosen
from .preparing import prepare
from .scenarios import EVERYWHERE, LAST, PLAIN, SOAK, STEP, SUSPENDING, SYSTEM

pytestmark = pytest.mark.timeout(1200)

#: How the names of the modules begin that the choice does not use, and why.
NOT_THERE = {
    "__main__": "the command line",
    "axon.listing": "the command line: kamlab run",
    "demo": "the command line",
    "exploration.command": "the command line",
    "site": "the command line",
    "teach.grading": "the command line; it needs processes",
    "browser.background": "where calls cannot be suspended: the other session",
    "browser.plain": "where calls cannot be suspended: the other session",
    "net.tls": "there is none in a page",
    "notebook.nbgrader": "nbgrader is not there",
    "notebook.stills": "nbconvert is not there",
    "teach.hooks": "for graders",
    "testing": "for tests of notebooks",
    "axon.python2_library": "one like the other: for listings in Python 2",
    "teach.exercises.": "one like the other: all notebooks are run by hand, see notebooks.py",
}


@pytest.fixture(scope="module")
def sessions() -> tuple[Session, Session]:
    """All scenarios, each run to its end: where calls can be suspended, and where they cannot."""
    prepare()
    with ThreadPoolExecutor(2) as pool:
        suspending = pool.submit(run, {**EVERYWHERE, **SUSPENDING, **chosen(), **LAST})
        plain = pool.submit(run, PLAIN, suspends=False)
        return suspending.result(), plain.result()


@pytest.fixture(scope="module")
def session(sessions: tuple[Session, Session]) -> Session:
    """The scenarios where calls can be suspended."""
    return sessions[0]


@pytest.fixture(scope="module")
def plain(sessions: tuple[Session, Session]) -> Session:
    """The scenarios where they cannot."""
    return sessions[1]


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


def test_an_exercise_is_checked(session: Session) -> None:
    """The stub is told what it does wrong and its run can be opened; a right answer passes; an endless one is ended."""
    *_, stub, opened, _, solved, _, _, endless = session["exercise"]
    first, sentence, place, _ = stub.shown.split("\n")
    assert first == "lost-update: not yet"
    assert sentence.startswith("  Two deposits of 1 were made, and the balance is 1. The account took: ")
    # A slow machine does not explore all orders in time, and draws some by a seed.
    step = re.fullmatch(r"  (?:Seed \d+, s|S)tep (\d+): verdict\.open\(\) opens it there\.", place)
    assert step is not None
    assert f"step {step[1]}, " in opened.value
    assert solved.shown == f"lost-update: done {PRACTICE}\n  In all 40 orders no deposit was lost."
    assert "Your code was still running after 0.5 seconds; it loops without an end" in endless.shown


def test_every_order_is_explored_as_here(session: Session) -> None:
    """Fingerprints tell the same states apart in Python 3.14: the counts are those of tests/exploration."""
    *_, counts, result, panel, explorer, _ = session["explore"]
    assert counts.printed.splitlines() == [
        "True 256 88 4",
        "True 45144 10032 9",
        "True 3432 1 1",
        "True 4682564249934 985640 2",
    ]
    assert result.value.startswith("In 184 of all 256 orders (88 truly different) it goes wrong.")
    assert len(panel.widgets) == len(explorer.widgets) == 1


def test_what_no_page_can_do_is_refused_with_a_sentence(session: Session) -> None:
    """Processes and other machines are refused by name, and the sentence says what to use instead."""
    *_, refused = session["refused"]
    lines = refused.printed.splitlines()
    assert len(lines) == 13
    for printed in lines[:8]:
        assert printed.endswith(
            "a page cannot start a process; use threads or components, or run the notebook in Jupyter on a computer."
        )
    for printed in lines[8:10] + lines[11:]:
        assert "Python in a browser reaches only servers in the same page, and " in printed
    assert "a page can listen at 127.0.0.1 only, not at 192.0.2.1" in lines[10]


def test_labs_are_started_and_paused_again_and_again(session: Session) -> None:
    """With threads, connections and garbage each start succeeds, and nothing stays of the labs that were stopped."""
    setup, *parts, _ = session["soak"]
    assert setup.printed.startswith("True ")  # the collector is on
    first, second = (json.loads(part.printed) for part in parts)
    for part in first, second:
        assert part["errors"] == []
        assert part["starts"] == part["answers"] == SOAK[0] / 2
    assert second["objects"] - first["objects"] < 1000
    assert second["threads"] == first["threads"]


def test_the_choice_uses_every_module_that_can_run_there(session: Session) -> None:
    """Scenarios and chosen notebooks have imported each module of kamlab, but for those that are named here."""
    (modules,) = session["modules"]
    unused = json.loads(modules.printed.splitlines()[0])
    assert [name for name in unused if not name.removeprefix("kamlab.").startswith(tuple(NOT_THERE))] == []


def test_every_module_can_be_imported(session: Session) -> None:
    """All modules of kamlab can be imported, but for those that need nbgrader and nbconvert, which are not there."""
    (modules,) = session["modules"]
    _, *failed, many = modules.printed.splitlines()
    assert [line.split()[0] for line in failed] == ["kamlab.notebook.nbgrader", "kamlab.notebook.stills"]
    assert many == "True"


def test_threads_wait_for_one_another(session: Session) -> None:
    """Pools, queues, conditions, locks and timeouts of the standard library work; the collector may run meanwhile."""
    (threads,) = session["threads"]
    assert threads.printed.splitlines()[:2] == ["[0, 1, 4, 9, 16]", "True [0, 1, 2, 3, 4]"]
    assert threads.printed.splitlines()[2].startswith("False ")
    assert threads.printed.splitlines()[3] == "empty"


def test_asyncio_has_servers_and_clients(session: Session) -> None:
    """A server of asyncio and its client talk within the page, in asyncio.run and awaited, more than a buffer holds."""
    _, run_in_cell, awaited = session["asyncio"]
    assert run_in_cell.printed == "5\n"
    assert awaited.value == "300000"


def test_a_component_has_a_thread(session: Session) -> None:
    """A threaded component runs in step with the others under a virtual clock, and its messages reach a client."""
    *_, got, _ = session["thread"]
    assert got.printed == "[] b'Thu Jul '\n"


def test_a_time_server_serves_a_plain_client(session: Session) -> None:
    """The published listing runs unchanged; a socket that blocks connects to it in a cell, before and after a pause."""
    _, _, first, paused, stepped, _, second, _ = session["real server"]
    for client in first, second:
        assert re.fullmatch(r"b'\w{3} \w{3} .*\\n'\n", client.printed)
    assert paused.value == "True"
    assert stepped.outputs


def test_a_lab_runs_in_the_background(session: Session) -> None:
    """start() returns at once, the lab runs on while a cell sleeps, and stands still after pause()."""
    *_, paused, _ = session["background"]
    assert paused.printed == "True True paused [2, 4, 6]\n"


def test_a_busy_lab_lets_clicks_through(session: Session) -> None:
    """A run that never waits is paused by a click on the panel."""
    *_, stands, _ = session["busy"]
    assert stands.value == "(True, 'paused')"


@pytest.mark.parametrize("name", CHOSEN)
def test_a_notebook_runs_from_top_to_bottom(session: Session, name: str) -> None:
    """No cell of the notebook fails, and no server, thread or lab of it is in the way of the next one."""
    assert session[name]


# -- where calls cannot be suspended ----------------------------------------------------------------------


def test_without_suspension_a_lab_steps_as_here(plain: Session) -> None:
    """The events of six slices read the same as in CPython."""
    _, stepped = plain["step"]
    assert stepped.printed == printed_here(SYSTEM, STEP)


def test_without_suspension_the_simulated_network_serves(plain: Session) -> None:
    """A lab takes the simulated network by itself, and a client gets the time there."""
    *_, got = plain["server"]
    assert re.fullmatch(r"b'Thu Jul  1 12:00:\d\d 2004\\n'", got.value)
    _, network = plain["network"]
    assert network.value.startswith("<simulated network")


def test_without_suspension_a_sentence_says_which_browsers_do_more(plain: Session) -> None:
    """A component that needs a thread fails with that sentence; the others go on."""
    _, _, _, ran, failures, _ = plain["thread"]
    assert "TimeTick_5 failed at step 5; the others go on.\nRuntimeError: This browser cannot suspend" in ran.complained
    assert "Chrome and Edge from version 137 on do more." in ran.complained
    assert failures.printed.startswith("[<TimeTick_5: failed>] ")
    assert failures.printed.endswith(" True\n")


def test_without_suspension_a_lab_runs_in_the_background(plain: Session) -> None:
    """start() returns at once; the lab runs on while a cell awaits, and stands still after pause()."""
    *_, paused, _ = plain["background"]
    assert paused.printed == "True True paused paused [2, 4, 6]\n"


def test_without_suspension_runs_are_awaited(plain: Session) -> None:
    """arun() ends at a limit of slices, at a condition, at a time; start() ends with the last component."""
    _, limit, condition, time, _, _, _, ended, _ = plain["awaited"]
    assert limit.printed == "2500 slices: the limit of slices is reached\n"
    assert condition.printed == "condition 2600\n"
    assert time.printed == "timeout False\n"
    assert ended.printed == "finished\n"


def test_without_suspension_a_click_pauses_a_busy_lab(plain: Session) -> None:
    """A run that never waits is paused by a click on the panel."""
    *_, stands, _ = plain["click"]
    assert stands.value == "(True, 'paused')"


def test_without_suspension_what_would_wait_says_which_browsers_can(plain: Session) -> None:
    """A call that would wait raises that sentence at once, instead of freezing the page."""
    (waits,) = plain["waits"]
    lines = waits.printed.splitlines()
    assert len(lines) == 8
    for printed in lines:
        assert "This browser cannot suspend Python (it has no JSPI)" in printed
        assert printed.endswith("Chrome and Edge from version 137 on do more.")


def test_without_suspension_asyncio_has_servers_and_clients(plain: Session) -> None:
    """Streams of asyncio need nothing suspended when they are awaited; a cell that blocks on them is told so."""
    _, blocked, awaited = plain.attempts("asyncio")
    assert awaited.value == "300000"
    assert "In a cell, write await main() instead of asyncio.run(main())." in blocked.error
