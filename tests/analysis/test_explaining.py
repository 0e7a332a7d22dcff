"""The questions as methods of a lab, and what wrong questions get for an answer."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from kamlab import Lab
from kamlab.analysis import CannotExplain, NoSuchMessage
from kamlab.core.errors import NoSuchBox, UnknownComponent


class SomeLab(Lab):
    """What the lab is to become."""


def test_why_takes_components_names_messages_and_nothing(lab, parts):
    """One question, four kinds of things to ask it of."""
    source, echo = parts.pipe(parts.Source(name="source"), parts.Echo(name="echo"))
    lab.step(3)
    assert lab.why(echo) == lab.why("echo")
    assert lab.why().verdict == "runnable"
    event = next(event for event in lab.trace if event.kind == "sent")
    assert lab.why(event).headline in ("taken", "waiting")
    echo.deliver("x", "control")
    assert lab.why(("echo", "control", 0)) == lab.why((echo, "control", 0))
    assert source is lab["source"]


def test_where_takes_a_component_a_name_or_nothing(lab, parts):
    """Of one or of all."""
    echo = parts.Echo(name="echo").activate()
    lab.run()
    assert lab.where(echo) == lab.where("echo")
    assert list(lab.where()) == [lab.where("echo")]


def test_those_that_have_ended_answer_too(lab, parts):
    """A name leads to a component that has ended, as long as the trace knows it."""
    parts.Source(name="source").activate()
    lab.run()
    assert lab.why("source").headline == "finished"
    assert lab.where("source").state == "finished"


def test_an_unknown_name(lab, parts):
    """The error lists those there are, the ended ones among them."""
    parts.Source(name="source").activate()
    parts.Echo(name="echo").activate()
    lab.run()
    with pytest.raises(UnknownComponent, match=r"'nobody'; there are: 'echo', 'source'"):
        lab.why("nobody")


def test_a_name_that_is_not_enough(lab, parts):
    """Several that answer to a name: the error names them."""
    parts.Echo().activate()
    parts.Echo().activate()
    with pytest.raises(UnknownComponent, match="'Echo_1', 'Echo_2'"):
        lab.where("Echo")


def test_two_of_a_name_that_have_ended(lab, parts):
    """Where two that have ended share a name, the error says so."""
    parts.Source(name="twin").activate()
    parts.Source(name="twin").activate()
    lab.run()
    with pytest.raises(UnknownComponent, match="2 components that are not alive are called 'twin'"):
        lab.why("twin")


@pytest.mark.parametrize("what", [3, 2.5, object(), ["echo"], Lab])
def test_what_cannot_be_explained(lab, what):
    """A number, a list, a class: the error says what to give."""
    with pytest.raises(CannotExplain, match="give a component or its name"):
        lab.why(what)
    with pytest.raises(CannotExplain, match="give a component or its name"):
        lab.where(what)


def test_wrong_places(lab, parts):
    """A wrong box, an empty place, an empty tuple."""
    parts.Echo(name="echo").activate()
    with pytest.raises(NoSuchBox):
        lab.why(("echo", "inbocks", 0))
    with pytest.raises(NoSuchMessage):
        lab.why(("echo", "inbox", 0))
    with pytest.raises(CannotExplain):
        lab.why(())


def test_a_component_of_another_lab(make_lab, parts):
    """It has to be asked of its own lab."""
    echo = parts.Echo(name="echo").activate(make_lab())
    with pytest.raises(CannotExplain, match="another lab"):
        make_lab().why(echo)


def test_a_lab_that_was_stopped_can_be_asked(make_lab, parts):
    """After the end everything can still be looked at."""
    lab = make_lab()
    parts.pipe(parts.Source(name="source"), parts.Echo(name="echo"))
    lab.step(2)
    lab.stop()
    assert lab.why().verdict == "finished"
    assert lab.why("echo").headline == "stopped"
    assert len(lab.still_running()) == 0
    assert lab.leaks().all == ()


def test_a_lab_that_runs_in_the_background_can_be_asked(lab, parts, eventually):
    """Asking waits for the end of a slice; the run goes on."""
    parts.ring(parts.Echo(name="A"), parts.Echo(name="B"))
    lab["A"].deliver("ball")
    lab.start()
    for _ in range(20):
        assert lab.why().verdict == "runnable"
        assert lab.why("A").headline in ("runnable", "sleeps", "pausing")
        assert lab.where("A").line > 0
    before = lab.step_number
    assert eventually(lambda: lab.step_number > before)
    lab.pause()


def test_every_answer_prints_itself(lab, parts):
    """Each has one text, which a notebook shows, without an address in it."""
    parts.table()
    lab.run()
    for answer in (
        *(lab.why(), lab.why("P0"), lab.where(), lab.where("F1"), lab.lost(), lab.leaks(), lab.still_running()),
        lab.why(next(event for event in lab.trace if event.kind == "sent")),
    ):
        assert str(answer) == repr(answer)
        assert "0x" not in str(answer)
        assert max(map(len, str(lab.why()).splitlines())) <= 110


PROGRAM = """
from kamlab import Lab
from tests.analysis.conftest import AsyncPhilosopher, table

class SomeLab(Lab):
    pass

with SomeLab() as lab:
    table(AsyncPhilosopher, 4)
    lab.run()
    for answer in (lab.why(), lab.where(), lab.lost(), lab.leaks(), lab.still_running(), *map(lab.why, lab)):
        print(answer)
"""


def test_the_same_words_in_every_process():
    """What is said does not depend on the seed of Python's hashes."""
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    texts = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": root},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert len(texts) == 1
    assert "deadlock" in texts.pop()
