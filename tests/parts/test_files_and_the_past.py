"""A file that a component writes is not touched while its run is played again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kamlab import Lab, Pipeline
from kamlab.parts import DataSource, SimpleFileWriter

LINES = [f"line {number}" for number in range(5)]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A file in which something stands already."""
    file = tmp_path / "log"
    file.write_text("before\n")
    return file


def writing(log: Path, mode: str, lines: list[str] = LINES) -> Any:
    """Return what builds a system that writes five lines."""
    return lambda: Pipeline(DataSource(lines), SimpleFileWriter(log, mode)).activate()


def beginning(mode: str) -> str:
    """Return what stands in the file before the first line."""
    return "before\n" if mode == "ab" else ""


@pytest.mark.parametrize("mode", ["wb", "ab"])
@pytest.mark.parametrize("step", [0, 4, 9, 14])
def test_going_back_leaves_the_file_alone(log: Path, mode: str, step: int) -> None:
    """Wherever one goes in the past, the file has all lines that were written."""
    with Lab(build=writing(log, mode), clock="virtual") as lab:
        lab.run()
        whole = log.read_text()
        assert whole == beginning(mode) + "".join(f"{line}\n" for line in LINES)
        lab.goto(step)
        assert log.read_text() == whole
        lab.forward()
        lab.where(step=step)
        with lab.twin(step) as past:
            past.run()
        assert log.read_text() == whole


@pytest.mark.parametrize("mode", ["wb", "ab"])
@pytest.mark.parametrize("step", [0, 4, 9, 14])
def test_going_on_from_the_past_writes_what_follows_there(log: Path, mode: str, step: int) -> None:
    """Once the lab goes on the file is what the run on this way has written: here the same again, then another."""
    with Lab(build=writing(log, mode), clock="virtual") as lab:
        lab.run()
        whole = log.read_text()
        lab.goto(step)
        lab.run()
        assert log.read_text() == whole
        lab.goto(9)
        lab.inject("SimpleFileWriter", "by hand")
        lab.run()
        assert sorted(log.read_text().splitlines()) == sorted([*whole.splitlines(), "by hand"])
        assert "line 4\n" in log.read_text()


def test_a_shorter_way_leaves_a_shorter_file(log: Path) -> None:
    """On a branch on which messages are dropped the file has fewer lines, and none of the other branch."""
    with Lab(build=writing(log, "wb"), clock="virtual") as lab:
        lab.run()
        lab.goto(6)
        dropped = 0
        while lab.step().outcome.reason == "steps":
            waiting = lab["SimpleFileWriter"].inboxes["inbox"].contents if len(lab.components) > 2 else ()
            if waiting:
                lab.drop("SimpleFileWriter")
                dropped += 1
        assert 0 < dropped < 5
        assert len(log.read_text().splitlines()) == 5 - dropped


def test_a_run_of_somebody_else_writes_nothing_until_it_goes_on(tmp_path: Path) -> None:
    """A recorded run that is replayed elsewhere makes no file; what is written later follows what was written then."""
    here, there = tmp_path / "here", tmp_path / "there"
    with Lab(build=writing(here, "wb"), clock="virtual") as lab:
        lab.run()
        line, whole = str(lab.recording), here.read_text()
    with Lab(build=writing(there, "wb"), clock="virtual") as other:
        other.replay(line, to=9)
        assert not there.exists()
        other.run()
        assert there.read_text() == whole
