"""Going back, going on from there, and the tree of branches."""

from __future__ import annotations

import contextlib
import io
import signal
import sys
import time
from typing import Any

import pytest

from engine_state import state_of
from kamlab import Component, Lab, Pipeline
from kamlab.core.choice import SeededRandom
from kamlab.core.errors import LabIsRunning, StepOutOfRange
from kamlab.replay import CannotRewind, NoSuchBranch, RunDiffers


def keep(lab: Lab) -> Any:
    """Return what the sink of a lab has got."""
    return lab["Keep"].got


class Chatty(Component):
    """Prints and fails."""

    def main(self) -> Any:
        print("chatty speaks")
        yield
        raise ValueError("chatty fails")


class TestBack:
    """``back(n)`` and ``goto(step)`` stand where the lab stood."""

    @pytest.mark.parametrize("n", [1, 7, 40])
    def test_back_stands_where_the_lab_stood(self, make_lab: Any, n: int) -> None:
        """Going back gives the very state that the lab had, whatever came after."""
        lab = make_lab()
        lab.step(60 - n)
        before, text = state_of(lab), lab.trace.text()
        lab.step(n)
        lab.back(n)
        assert lab.step_number == 60 - n
        assert state_of(lab) == before
        assert lab.trace.text() == text

    def test_going_on_does_the_same(self, make_lab: Any) -> None:
        """From the past on, a lab in which nobody meddles does what it did."""
        lab = make_lab()
        lab.step(50)
        after = state_of(lab)
        lab.goto(20)
        lab.step(30)
        assert state_of(lab) == after

    def test_forward_on_the_same_branch(self, make_lab: Any) -> None:
        """``goto`` goes forward as well, as far as the branch goes."""
        lab = make_lab()
        lab.step(50)
        after = state_of(lab)
        lab.goto(10)
        lab.goto(50)
        assert state_of(lab) == after

    def test_virtual_time_goes_back(self, make_lab: Any) -> None:
        """The clock goes back with the lab, and jumps on to the same timers."""
        lab = make_lab(build=lambda: Pipeline(*_ticking()).activate())
        lab.step(30)
        before, now = state_of(lab), lab.clock.now()
        lab.step(30)
        assert lab.clock.now() > now
        lab.back(30)
        assert (state_of(lab), lab.clock.now()) == (before, now)

    def test_a_free_run_can_be_rewound(self, make_lab: Any) -> None:
        """Under virtual time a free run is as good as steps."""
        lab, other = make_lab(), make_lab()
        lab.run(max_steps=300)
        other.step(250)
        lab.back(50)
        assert state_of(lab) == state_of(other)

    @pytest.mark.parametrize("message", [(1, b"x" * 300), (("here", 1), "x" * 300)])
    def test_a_long_message_in_a_tuple_is_the_same_again(self, message: Any) -> None:
        """A tuple with long bytes or text compares equal in a free run and in a stepped replay of it."""

        class Sender(Component):
            def main(self) -> Any:
                for _ in range(3):
                    self.send(message)
                    yield

        with Lab(clock="virtual", build=lambda: Sender().activate()) as lab:
            lab.run()
            last = lab.step_number
            lab.goto(1)
            lab.goto(last)
            assert lab.step_number == last

    def test_a_chooser_picks_the_same_again(self, make_lab: Any) -> None:
        """The choices of a chooser are part of the run, and it goes on from where it was."""
        lab = make_lab(chooser=SeededRandom(5))
        lab.step(80)
        after = lab.trace.text()
        lab.back(50)
        lab.step(50)
        assert lab.trace.text() == after

    def test_an_object_of_before_means_the_one_of_its_name(self, make_lab: Any) -> None:
        """A component from before the lab was rebuilt stands for the one that has its name now."""
        lab = make_lab()
        lab.step(30)
        old = lab["Keep"]
        lab.back(5)
        lab.inject(old, "hello")
        assert lab["Keep"].inboxes["inbox"].contents[-1] == "hello"
        assert lab["Keep"] is not old

    def test_what_was_seen_is_not_heard_again(self, make_lab: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        """Prints and reports of a run that is played again are not shown a second time."""
        heard = io.StringIO()
        lab = Lab(build=lambda: Chatty().activate(), clock="virtual")
        monkeypatch.setattr(sys, "stdout", heard)
        monkeypatch.setattr(sys, "stderr", heard)
        lab.step(2)
        assert heard.getvalue().count("chatty speaks") == 1
        said = heard.getvalue()
        lab.goto(1)
        lab.goto(2)
        assert heard.getvalue() == said
        lab.stop()

    def test_observers_stay(self, make_lab: Any) -> None:
        """Whoever watches the trace watches on, and is not told what is only played again."""
        lab = make_lab()
        seen: list[int] = []
        lab.trace.attach(lambda event: seen.append(event.step), ["resumed"])
        lab.step(10)
        lab.back(5)
        assert seen == list(range(1, 11))
        lab.step(1)
        assert seen[-1] == 6

    def test_reset_builds_again(self, make_lab: Any) -> None:
        """A lab that knows how builds its system again when it is reset."""
        lab = make_lab()
        lab.step(10)
        lab.reset()
        assert (lab.step_number, len(lab.branches)) == (0, 1)
        lab.step()
        assert len(lab.components) == 4

    def test_a_builder_may_take_the_lab(self) -> None:
        """A builder with an argument is given the lab."""
        given: list[Lab] = []
        lab = Lab(build=given.append, clock="virtual")
        assert given == [lab]

    def test_run_in_a_builder_only_activates(self, make_lab: Any) -> None:
        """A listing that ends in ``run()`` can be a builder."""
        lab = make_lab(build=lambda: Pipeline(*_ticking()).run())
        assert lab.step_number == 0
        lab.step()
        assert len(lab.components) == 3


class TestBranches:
    """Going on from the past opens a branch."""

    def test_the_past_stays(self, make_lab: Any) -> None:
        """What happened before one went back can be visited again, with what was done by hand."""
        lab = make_lab()
        lab.step(30)
        lab.inject("Keep", "by hand")
        lab.step(30)
        first = state_of(lab), keep(lab)
        lab.goto(20)
        lab.inject("Keep", "another")
        lab.step(40)
        second = state_of(lab), keep(lab)
        assert first[1] != second[1]
        lab.goto(60, branch=0)
        assert (state_of(lab), keep(lab)) == first
        lab.goto(branch=1)
        assert (state_of(lab), keep(lab)) == second

    def test_the_tree_in_words(self, make_lab: Any) -> None:
        """The tree says which branch leaves which one where, and where the lab stands."""
        lab = make_lab()
        lab.step(30)
        lab.goto(20)
        lab.inject("Keep", "another")
        lab.step(3)
        assert str(lab.branches).splitlines() == [
            "branch 0: to step 30",
            "  branch 1: to step 23, leaves branch 0 after step 20, 1 by hand  <- here, at step 23",
        ]
        assert [branch.number for branch in lab.branches.children(0)] == [1]

    def test_nothing_new_makes_no_branch(self, make_lab: Any) -> None:
        """Going on as before, and leaving that again, leaves no branch behind."""
        lab = make_lab()
        lab.step(30)
        lab.goto(20)
        lab.step(5)
        lab.goto(10, branch=0)
        assert len(lab.branches) == 1

    def test_an_act_of_the_other_branch_is_not_repeated(self, make_lab: Any) -> None:
        """Whoever goes on from the past goes without what was done later on the other branch."""
        lab = make_lab()
        lab.step(20)
        lab.inject("Keep", "by hand")
        lab.step(20)
        lab.goto(10)
        lab.step(40)
        assert "by hand" not in keep(lab)
        assert len(lab.branches) == 2

    def test_an_act_belongs_to_the_step_it_was_done_at(self, make_lab: Any) -> None:
        """``goto(k)`` shows what was done by hand after slice k; before it is step k - 1."""
        lab = make_lab()
        lab.step(20)
        lab.inject("Keep", "by hand")
        lab.step(5)
        lab.goto(20)
        assert "by hand" in lab["Keep"].inboxes["inbox"].contents
        lab.goto(19)
        assert "by hand" not in lab["Keep"].inboxes["inbox"].contents


class TestRefused:
    """What cannot be done is refused by name, and the lab is as it was."""

    @pytest.mark.parametrize(
        "call", ["back(0)", "back(-1)", "back('x')", "back(31)", "goto(31)", "goto(-1)", "goto(1.5)"]
    )
    def test_a_step_that_is_not_there(self, make_lab: Any, call: str) -> None:
        """A step out of range is a StepOutOfRange, and changes nothing."""
        lab = make_lab()
        lab.step(30)
        before = state_of(lab)
        with pytest.raises(StepOutOfRange):
            eval(f"lab.{call}", {"lab": lab})
        assert state_of(lab) == before

    def test_a_branch_that_is_not_there(self, make_lab: Any) -> None:
        """An unknown branch is a NoSuchBranch that lists those there are."""
        lab = make_lab()
        with pytest.raises(NoSuchBranch, match="there are: 0"):
            lab.goto(0, branch=3)

    def test_a_lab_that_cannot_be_built_again(self) -> None:
        """Without a builder it says what to change."""
        with Lab() as lab:
            Chatty().activate()
            lab.step()
            with pytest.raises(CannotRewind, match="build=function"):
                lab.back()
            with pytest.raises(CannotRewind, match="build=function"):
                _ = lab.recording

    def test_what_came_from_outside_cannot_be_repeated(self, make_lab: Any) -> None:
        """After a component was activated by hand the lab goes back to before that, and says why not to later."""
        lab = make_lab()
        lab.step(10)
        Chatty().activate(lab)
        lab.step(10)
        with pytest.raises(CannotRewind, match="Chatty was activated from outside"):
            lab.back()
        lab.goto(10)
        assert lab.step_number == 10
        lab.step(2)
        lab.back()

    def test_an_interrupted_slice_cannot_be_repeated(self, make_lab: Any) -> None:
        """What a second Ctrl-C cut off comes to another end each time; the lab goes back to before it."""

        class Hangs(Component):
            def main(self) -> Any:
                yield
                yield
                for _ in range(2):
                    signal.raise_signal(signal.SIGINT)
                    time.sleep(0)

        lab = make_lab(build=lambda: Hangs(name="hangs").activate())
        lab.step(2)
        with pytest.raises(KeyboardInterrupt):
            lab.step()
        with pytest.raises(CannotRewind, match="hangs was interrupted"):
            lab.goto(3)
        lab.back()
        assert lab.step_number == 2

    def test_not_while_it_runs(self, make_lab: Any) -> None:
        """A lab that runs in the background is paused first."""
        lab = make_lab()
        lab.step(5)
        lab.start(forever=True)
        with pytest.raises(LabIsRunning):
            lab.back()
        lab.pause()
        lab.back()

    def test_not_from_within_a_slice(self, make_lab: Any) -> None:
        """A component cannot turn back the lab that runs it."""
        raised: list[BaseException] = []

        class Traveller(Component):
            def main(self) -> Any:
                yield
                try:
                    lab.back()
                except LabIsRunning as error:
                    raised.append(error)

        lab = make_lab(build=lambda: Traveller().activate())
        lab.step(2)
        assert len(raised) == 1

    def test_a_system_that_is_not_the_same_again(self, make_lab: Any) -> None:
        """A system that runs differently when it is built again is noticed, and where."""
        built: list[int] = []

        def build() -> None:
            built.append(1)
            for _ in built:
                Pipeline(*_ticking()).activate()

        lab = make_lab(build=build)
        lab.step(20)
        with pytest.raises(RunDiffers, match="Clocked_2 did not do the same") as caught:
            lab.back()
        assert caught.value.step is not None

    def test_a_builder_that_fails_the_second_time(self, make_lab: Any) -> None:
        """A builder that raises is told apart from a run that differs, with its own error as the cause."""
        built: list[int] = []

        def build() -> None:
            built.append(1)
            if len(built) > 1:
                raise OSError("the file is gone")
            Pipeline(*_ticking()).activate()

        lab = make_lab(build=build)
        lab.step(20)
        with pytest.raises(RunDiffers, match="the file is gone"):
            lab.back()
        built.clear()
        lab.goto(20)
        assert lab.step_number == 20

    def test_real_time_in_steps_can_be_rewound(self, make_lab: Any) -> None:
        """Steps under the real clock are recorded with the times at which they were taken."""
        lab = make_lab(build=lambda: Pipeline(*_ticking(0.002)).activate(), clock="real")
        for _ in range(20):
            lab.step()
        before, text = state_of(lab), [str(event) for event in lab.trace.events()]
        lab.step(5)
        lab.back(5)
        assert state_of(lab) == before
        assert [str(event) for event in lab.trace.events()] == text
        lab.step(3)

    def test_real_time_in_a_free_run_cannot(self, make_lab: Any) -> None:
        """A free run by the real time is not recorded, and back says so; before it the lab can go back."""
        lab = make_lab(clock="real")
        lab.step(10)
        lab.run(max_steps=10)
        with pytest.raises(CannotRewind, match="ran freely"):
            lab.back()
        lab.goto(10)


def _ticking(seconds: float = 1.0) -> list[Component]:
    class Clocked(Component):
        async def main(self) -> None:
            while True:
                await self.sleep(seconds)
                self.send(f"{self.scheduler_in_charge.clock.now():g}")

    class Keep(Component):
        got: tuple[Any, ...] = ()

        def main(self) -> Any:
            while True:
                self.got += tuple(self.messages())
                self.pause()
                yield

    return [Clocked(), Keep()]


class Quits(Component):
    """Raises something that ends a process, in its second slice."""

    error: type[BaseException] = SystemExit

    def main(self) -> Any:
        yield
        raise self.error


class Busy(Component):
    """Sends numbers, one in each slice."""

    count = 0

    def main(self) -> Any:
        for number in range(self.count):
            self.send(number)
            yield


class Late(Component):
    """Sends something when its timer rings."""

    async def main(self) -> None:
        await self.sleep(5)
        self.send("woke")


@pytest.mark.parametrize("error", [SystemExit, GeneratorExit, ValueError])
@pytest.mark.parametrize("others", [0, 1, 6])
def test_a_run_in_which_a_component_ends_the_drive_is_played_again(error: Any, others: int, make_lab: Any) -> None:
    """Whatever a component raises, and wherever in a round, the run is played to the same events."""

    def build() -> None:
        Late().activate()
        Busy(count=others).activate()
        Quits(error=error).activate()

    lab = make_lab(build=build)
    for _ in range(20):
        with contextlib.suppress(BaseException):
            lab.step()
    end, told = lab.step_number, lab.trace.text()
    lab.goto(2)
    lab.goto(end)
    assert lab.trace.text() == told
    again = make_lab(build=build)
    again.replay(str(lab.recording))
    assert again.trace.text() == told
