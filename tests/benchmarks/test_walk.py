"""How far a call leads through the package is counted, not timed."""

import subprocess
import sys

import walk

from kamlab.core import origins


def near():
    """Enter nothing of kamlab."""


def test_a_call_outside_the_package_leads_nowhere():
    """Functions of other files are not counted."""
    assert walk.walk(near) == walk.Walk(0, 0, 0)


def test_files_and_changes_of_file_are_counted():
    """Each call that is entered counts, each file once, and a change of file each time."""
    from kamlab.core.describe import words_of

    found = walk.walk(lambda: words_of(17))
    assert found.calls >= 1
    assert found.files <= found.calls
    assert found.hops < found.calls


def test_the_same_code_gives_the_same_figures():
    """The figures are exact, so two processes print the same."""
    texts = {subprocess.run([sys.executable, walk.__file__], capture_output=True, check=True).stdout for _ in range(2)}
    assert len(texts) == 1


def test_the_figures_are_printed(capsys):
    """The table has a row for each call."""
    walk.main()
    rows = capsys.readouterr().out.splitlines()
    assert rows[0].split() == ["calls", "files", "hops"]
    assert len(rows) == 1 + len(walk.walks())


#: The most calls and files of each call. A change that leads farther has to say why it is worth that.
FARTHEST = {
    "lab.step(), the longest of four": (78, 23),
    "lab.inboxes()": (475, 26),
    # Names for the picture, and what a chassis has yet to take in, come from the same structure as the text.
    "str(lab.graph())": (390, 25),
    "lab.why()": (143, 23),
    # Replaying activates, and an activation looks at the variables of the cell, for the names in pictures.
    "lab.back()": (834, 49),
    # The banner asks why(), and the geometry of the timeline is computed here, so that a still draws the same.
    "a click on Step in the panel": (1780, 76),
}


def test_no_call_leads_farther_than_it_did(monkeypatch):
    """Each call enters no more functions, in no more files, than are written down here."""
    monkeypatch.setattr(origins, "noting", False)  # as without a front end, whatever this process did before
    farther = {
        name: found
        for name, found in walk.walks().items()
        if found.calls > FARTHEST[name][0] or found.files > FARTHEST[name][1]
    }
    assert farther == {}
