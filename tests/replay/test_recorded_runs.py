"""A run as a value, as a line to paste, and as a file."""

from __future__ import annotations

import base64
import random
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine_state import state_of
from kamlab import Component, Lab, Pipeline, ProducerFinished
from kamlab.core.choice import SeededRandom
from kamlab.replay import BadRecording, CannotRewind, NotALiteral, Recording, RunDiffers
from kamlab.replay.fingerprints import Checks
from kamlab.replay.journal import Entry
from kamlab.replay.journal import Path as Way
from kamlab.replay.literal import dumped, loaded


class Other(Component):
    """Stands where another component stood when a run was recorded."""

    def main(self) -> Any:
        while True:
            self.pause()
            yield


LITERALS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=8,
)


class TestLiterals:
    """Values that can be written down."""

    @given(LITERALS)
    def test_read_again_as_they_were(self, value: Any) -> None:
        """Whatever can be written is read as the same value of the same type."""
        again = loaded(dumped(value))
        assert again == value
        assert repr(again) == repr(value)

    def test_the_messages_that_end_a_system(self) -> None:
        """ProducerFinished and its kin are written by name."""
        assert type(loaded(dumped(ProducerFinished()))) is ProducerFinished

    @pytest.mark.parametrize("value", [object(), ProducerFinished(Other()), lambda: 0, [Other()]])
    def test_other_objects_are_refused(self, value: Any) -> None:
        """An object of one's own is a NotALiteral, however deep it is."""
        with pytest.raises(NotALiteral):
            dumped(value)

    @pytest.mark.parametrize("value", [{"eval": "1"}, {"message": "Lab"}, {"a": 1, "b": 2}, {}, {"bytes": 3}])
    def test_what_was_never_dumped(self, value: Any) -> None:
        """Reading never does more than to make plain values."""
        with pytest.raises(BadRecording):
            loaded(value)


class TestLine:
    """``str(lab.recording)`` is one line, and the same run wherever it is pasted."""

    def test_the_same_run_elsewhere(self, make_lab: Any) -> None:
        """A line replayed in another lab gives the same trace, state and branches to go on from."""
        lab, other = make_lab(), make_lab()
        lab.step(20)
        lab.inject("Keep", ("by", b"hand"), index=0)
        lab.choose("Keep")
        lab.step(30)
        line = str(lab.recording)
        assert line.startswith("kamlab1:50:")
        assert len(line) < 300
        assert "\n" not in line
        other.replay(line)
        assert state_of(other) == state_of(lab)
        assert other.trace.text() == lab.trace.text()
        other.step(5)
        lab.step(5)
        assert state_of(other) == state_of(lab)

    def test_part_of_it(self, make_lab: Any) -> None:
        """A run can be replayed up to a step, and on from there to its end."""
        lab, other = make_lab(), make_lab()
        lab.step(20)
        lab.drop("Keep") if lab["Keep"].data_ready() else lab.inject("Keep", 1)
        lab.step(20)
        other.replay(str(lab.recording), to=10)
        assert other.step_number == 10
        other.goto(40)
        assert state_of(other) == state_of(lab)

    def test_what_was_going_on_before_stays(self, make_lab: Any) -> None:
        """Replaying adds a branch; what the lab did before is another one."""
        lab, other = make_lab(), make_lab()
        lab.step(10)
        other.step(7)
        other.inject("Keep", 1)
        other.step(7)
        before = state_of(other)
        other.replay(str(lab.recording))
        other.goto(branch=0)
        assert state_of(other) == before

    def test_the_seed_comes_with_it(self, make_lab: Any) -> None:
        """A run with a seeded chooser brings its choices and its seed along."""
        lab, other = make_lab(chooser=SeededRandom(3)), make_lab()
        lab.step(40)
        other.replay(str(lab.recording))
        lab.step(40)
        other.step(40)
        assert other.trace.text() == lab.trace.text()

    def test_a_long_run_has_a_short_line(self, make_lab: Any) -> None:
        """A run in which nobody meddled is as short after ten thousand slices as after ten."""
        lab = make_lab()
        lab.step(3000)
        assert len(str(lab.recording)) < 300

    def test_a_free_run_has_a_line(self, make_lab: Any) -> None:
        """What happened before the ring of the trace began is not checked, but replayed all the same."""
        lab, other = make_lab(trace_limit=100), make_lab()
        lab.run(max_steps=2000)
        other.replay(str(lab.recording))
        assert state_of(other) == state_of(lab)

    def test_an_object_cannot_be_pasted(self, make_lab: Any) -> None:
        """A message that cannot be written down makes no line, and says which it is."""
        lab = make_lab()
        lab.step(5)
        lab.inject("Keep", Other())
        with pytest.raises(NotALiteral, match="Other"):
            str(lab.recording)

    @pytest.mark.parametrize(
        "line",
        [
            "",
            "hello",
            "kamlab1",
            "kamlab1:5:",
            "kamlab1:5:AAAA",
            "kamlab1:x:AAAA",
            "kamlab2:5:AAAA",
            None,
            7,
            b"kamlab1:5:AA",
        ],
    )
    def test_no_run_at_all(self, make_lab: Any, line: Any) -> None:
        """What is no recorded run is a BadRecording, and the lab is as it was."""
        lab = make_lab()
        lab.step(5)
        before = state_of(lab)
        with pytest.raises(BadRecording):
            lab.replay(line)
        assert state_of(lab) == before

    def test_a_newer_version_says_so(self) -> None:
        """A line of another version names both versions."""
        with pytest.raises(BadRecording, match="format 7, and this kamlab reads format 1"):
            Recording.parse("kamlab7:5:AAAA")

    def test_garbled_anywhere(self, make_lab: Any) -> None:
        """A line of which any one character was changed or lost is never taken for a run."""
        lab = make_lab()
        lab.step(20)
        lab.inject("Keep", "x")
        lab.step(5)
        line = str(lab.recording)
        draw = random.Random(1)
        for place in range(len(line)):
            other = draw.choice("ABCabc019_-")
            for garbled in (line[:place] + other + line[place + 1 :], line[:place] + line[place + 1 :], line[:place]):
                if garbled == line:
                    continue
                with pytest.raises(BadRecording):
                    Recording.parse(garbled)

    def test_wrong_inside(self) -> None:
        """A line whose sum is right and whose content is not is a BadRecording, too."""
        for text in (
            b"{}",
            b"[]",
            b"5",
            b'{"p":[1],"e":[],"d":{"dict":[]},"c":[1,0,""]}',
            b'{"p":[5,-1],"e":[]}',
            b"[" * 99999,
        ):
            data = zlib.crc32(text).to_bytes(4, "big") + zlib.compress(text)
            with pytest.raises(BadRecording):
                Recording.parse("kamlab1:5:" + base64.urlsafe_b64encode(data).decode().rstrip("="))

    def test_a_bomb_is_not_unfolded(self) -> None:
        """Data that would unfold to more than a run can be is refused before it fills the memory."""
        data = zlib.compress(b" " * 300_000_000)
        line = "kamlab1:5:" + base64.urlsafe_b64encode(b"0000" + data).decode().rstrip("=")
        with pytest.raises(BadRecording):
            Recording.parse(line)


class TestFit:
    """A recorded run that does not fit the system stops at the first difference."""

    def test_a_component_that_is_missing(self, make_lab: Any) -> None:
        """An act on somebody who is not there names who is missing, and who is there."""
        lab = make_lab()
        lab.step(20)
        lab.inject("Keep", 1)
        lab.step(1)
        other = make_lab(build=lambda: Pipeline(Other(), Other()).activate())
        recording = lab.recording
        with pytest.raises(RunDiffers, match="at step 2"):
            other.replay(str(recording))
        with pytest.raises(RunDiffers, match="Keep_4 .* not there; these are alive: Pipeline_1, Other_2"):
            other.replay(Recording(Way(3, 2, (Entry(2, 2, "wake", ("Keep_4",)),))))

    def test_code_that_changed(self, make_lab: Any, tmp_path: Path) -> None:
        """From a file the very slice is named at which something else happens, and the lab stands before it."""
        lab = make_lab()
        lab.step(40)
        lab.recording.save(tmp_path / "run")

        def changed() -> None:
            class Count(Component):
                def main(self) -> Any:
                    for number in range(1000):
                        self.send(number if number < 10 else -number)
                        yield

            class Double(Component):
                def main(self) -> Any:
                    while True:
                        for message in self.messages():
                            self.send(2 * message)
                        self.pause()
                        yield

            class Keep(Component):
                def main(self) -> Any:
                    while True:
                        if self.data_ready():
                            self.recv()
                        else:
                            self.pause()
                        yield

            Pipeline(Count(), Double(), Keep()).activate()

        other = make_lab(build=changed)
        with pytest.raises(RunDiffers, match="at step") as caught:
            other.replay(Recording.load(tmp_path / "run"))
        step = caught.value.step
        assert step is not None
        assert other.step_number == step - 1
        lab.goto(step - 1)
        assert state_of(lab).turns == state_of(other).turns
        happened = lab.step().of_kind("sent")[0]
        assert happened.message == 10
        lab.goto(40)
        line = str(lab.recording)
        other.reset()
        with pytest.raises(RunDiffers, match="between the steps"):
            other.replay(line)

    def test_a_run_that_is_longer_than_the_system_lives(self, make_lab: Any) -> None:
        """Where nothing can run and the record goes on, the replay stops."""
        lab = make_lab()
        lab.step(30)
        other = make_lab(build=lambda: Other().activate())
        with pytest.raises(RunDiffers, match="nothing can run"):
            other.replay(str(lab.recording))

    def test_an_act_that_cannot_be_carried_out(self, make_lab: Any) -> None:
        """An entry of a kind that nobody knows stops the replay."""
        lab = make_lab()
        way = Way(5, 3, (Entry(0, 0, "juggle", ()),))
        with pytest.raises(RunDiffers, match="juggle"):
            lab.replay(Recording(way))

    def test_an_act_at_an_impossible_moment(self, make_lab: Any) -> None:
        """An entry in a round that the lab does not come to stops the replay."""
        lab = make_lab()
        way = Way(5, 3, (Entry(2, 40, "wake", ("Keep_4",)),))
        with pytest.raises(RunDiffers, match="round 40"):
            lab.replay(Recording(way))

    def test_after_a_difference_the_lab_is_usable(self, make_lab: Any) -> None:
        """The lab that refused a run can go on, back, and replay one that fits."""
        lab, other = make_lab(), make_lab(build=lambda: Pipeline(Other(), Other()).activate())
        lab.step(20)
        line = str(lab.recording)
        with pytest.raises(RunDiffers):
            other.replay(line)
        other.reset()
        other.step(2)
        other.back()
        other.build = None


class TestFile:
    """``save`` and ``load``."""

    def test_saved_and_loaded(self, make_lab: Any, tmp_path: Path) -> None:
        """A file holds the same run, with a fingerprint for each slice."""
        lab = make_lab()
        lab.step(30)
        recording = lab.recording
        recording.save(tmp_path / "run")
        assert Recording.load(tmp_path / "run") == recording
        assert len(recording.checks.prints) == 30

    def test_a_file_with_the_line(self, make_lab: Any, tmp_path: Path) -> None:
        """A file into which the line was pasted can be loaded as well."""
        lab = make_lab()
        lab.step(30)
        (tmp_path / "run").write_text(f"{lab.recording!s}\n")
        assert Recording.load(tmp_path / "run").steps == 30

    @pytest.mark.parametrize("content", [b"", b"kamlab1\n", b"kamlab1\n1234", b"\x80\x04pickle", b"kamlab2\nxx"])
    def test_another_file(self, tmp_path: Path, content: bytes) -> None:
        """What is no recorded run is a BadRecording."""
        (tmp_path / "run").write_bytes(content)
        with pytest.raises(BadRecording):
            Recording.load(tmp_path / "run")


def test_wider_windows_find_the_same_difference() -> None:
    """Wider fingerprints name the window in which two runs part."""
    mine = Checks(1, 0, tuple(range(100)))
    other = Checks(1, 0, (*range(41), 0, *range(42, 100)))
    assert mine.difference(other) == (42, 42)
    assert mine.wider(25).difference(other) == (41, 44)
    assert mine.wider(25).difference(mine) is None


def test_a_lab_without_builder_has_no_recording() -> None:
    """Nobody could replay it, and it says so."""
    with Lab(clock="virtual") as lab, pytest.raises(CannotRewind):
        _ = lab.recording


class TestReplayed:
    """``Lab.replayed`` makes a lab out of a run."""

    def test_a_lab_from_a_line(self, make_lab: Any) -> None:
        """A lab made of a line and a builder stands where the other one stood, and goes on from there."""
        lab = make_lab(chooser=SeededRandom(4))
        lab.step(30)
        again = type(lab).replayed(str(lab.recording), lab.builder, clock="virtual")
        try:
            assert state_of(again) == state_of(lab)
            assert [branch.number for branch in again.branches] == [0]
            again.back(3)
            again.step(3)
            assert state_of(again) == state_of(lab)
        finally:
            again.stop()

    def test_a_garbled_line(self) -> None:
        """A garbled line makes no lab."""
        with pytest.raises(BadRecording):
            Lab.replayed("kamlab1:2:xyz", build=print)
