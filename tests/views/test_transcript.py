"""What components have printed: the store."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from kamlab import Component, Lab
from kamlab.views import look, transcripts_of
from kamlab.views.transcript import COMPONENTS_KEPT, LINE_LENGTH, LINES_KEPT, PrintedLine, Transcript


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A lab."""
    with Lab() as lab:
        yield lab


def test_pieces_of_text_become_lines() -> None:
    """Text comes in pieces; a line is complete with its line break, and shown before that too."""
    transcript = Transcript("a")
    assert transcript.write("one\ntw") == ["one"]
    assert transcript.lines == ["one", "tw"]
    assert transcript.write("o\n\n") == ["two", ""]
    assert str(transcript) == "one\ntwo\n"


def test_a_transcript_is_bounded() -> None:
    """Only so many lines are kept, the last ones, and a line has only so many characters."""
    transcript = Transcript("a")
    for number in range(LINES_KEPT + 5):
        transcript.write(f"{number}\n")
    assert transcript.lines[0] == "5"
    assert len(transcript.lines) == LINES_KEPT
    for _ in range(10):
        transcript.write("x" * LINE_LENGTH)
    assert len(transcript.lines[-1]) == LINE_LENGTH


def test_every_component_has_its_own(lab: Lab) -> None:
    """What one component printed is not among what another printed, whether found by component or by name."""
    first, second = Component().activate(lab), Component(name="second").activate(lab)
    lab.transcripts.write(first, "a\n")
    lab.transcripts.write(second, "b\n")
    assert lab.transcripts[first].lines == lab.transcripts["Component_1"].lines == ["a"]
    assert lab.transcripts[second].lines == lab.transcripts["second"].lines == ["b"]


def test_a_component_that_did_not_print_has_an_empty_one(lab: Lab) -> None:
    """Asking for a component is always answered; asking for a name that nobody has is an error that says who has."""
    component = Component().activate(lab)
    assert lab.transcripts[component].lines == []
    lab.transcripts.write(component, "a\n")
    with pytest.raises(KeyError, match=r"'Nobody'.*Component_1"):
        lab.transcripts["Nobody"]


def test_the_last_lines_of_all(lab: Lab) -> None:
    """The last lines of all components are had in the order in which they were completed."""
    first, second = Component().activate(lab), Component().activate(lab)
    for component, text in ((first, "a\n"), (second, "b"), (first, "c\n"), (second, "d\n")):
        lab.transcripts.write(component, text)
    expected = (PrintedLine("Component_1", "a"), PrintedLine("Component_1", "c"), PrintedLine("Component_2", "bd"))
    assert lab.transcripts.last(9) == expected
    assert lab.transcripts.last(1) == expected[-1:]
    assert lab.transcripts.last(9, ["Component_2"]) == expected[-1:]
    assert look(lab).printed == expected


def test_the_number_of_transcripts_is_bounded(lab: Lab) -> None:
    """Those who have not printed for the longest time are forgotten first."""
    components = [Component().activate(lab) for _ in range(COMPONENTS_KEPT + 1)]
    for component in [*components[:-1], components[0], components[-1]]:
        lab.transcripts.write(component, "a\n")
    assert len(lab.transcripts) == COMPONENTS_KEPT
    assert lab.transcripts[components[0]].lines == ["a", "a"]
    assert lab.transcripts[components[1]].lines == []


def test_a_reset_lab_begins_with_none(lab: Lab) -> None:
    """After a reset nothing that was printed before is shown."""
    lab.transcripts.write(None, "old\n")
    lab.reset()
    assert lab.transcripts.last(9) == ()


def test_transcripts_keep_no_lab_alive() -> None:
    """Once nobody else has the lab, its transcripts and the components go with it."""
    with Lab() as lab:
        component = Component().activate(lab)
        transcripts_of(lab).write(component, "a\n")
        gone = weakref.ref(component)
    del lab, component
    gc.collect()
    assert gone() is None
