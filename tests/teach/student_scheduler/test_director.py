"""Who goes next is the student's scheduler's to say; where it says something wrong, a sentence tells."""

from __future__ import annotations

import random
from typing import Any

import pytest

from kamlab import Lab
from kamlab.core.task import task_of
from kamlab.teach.student_scheduler import HookError, show_mine

from .minis import Passing, Producer, Sink, mini


class LastFirst(mini.Scheduler):
    """The newest process runs until it ends."""

    def choose(self) -> Any:
        return self.active[-1] if self.active else None


class Lottery(mini.Scheduler):
    """Who goes next is drawn."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.random = random.Random(seed)

    def choose(self) -> Any:
        return self.random.choice(self.active) if self.active else None


class Simple:
    """The least that can be shown: generators that run one after the other."""

    def __init__(self, *flows: Any) -> None:
        self.active = list(flows)

    def choose(self) -> Any:
        return self.active[0] if self.active else None

    def run(self, flow: Any) -> None:
        self.active.remove(flow)
        next(flow)
        self.active.append(flow)


def counting(scheduler: Any, *words: str) -> Any:
    """Have a scheduler run a producer for each of some words."""
    for word in words:
        scheduler.activate(Producer(word))
    return scheduler


def turns(lab: Lab, slices: int) -> list[int]:
    """Return the numbers of the stand-ins that had the next slices."""
    return [task_of(event.component).number for event in lab.step(slices).of_kind("resumed")]


class Failing(mini.Component):
    """Raises an error in its second slice."""

    def main(self) -> Any:
        yield
        raise ValueError("this is what went wrong")


def with_failing(kind: Any) -> Any:
    """Return a scheduler of a kind that runs one who fails and one who does not."""
    scheduler = kind()
    for each in (Failing(), Producer("abcd")):
        scheduler.activate(each)
    return scheduler


# -- who goes next ----------------------------------------------------------------------------------------


def test_a_scheduler_that_runs_the_newest_first_is_shown_so() -> None:
    """Last in, first out: the second process has all its slices before the first has one."""
    lab = show_mine(lambda: counting(LastFirst(), "ab", "cd"))
    assert turns(lab, 10) == [2, 2, 2, 1, 1, 1]
    assert lab.state == "finished"


@pytest.mark.parametrize("seed", [1, 2])
def test_a_lottery_is_shown_as_it_was_drawn(seed: int) -> None:
    """The order is that of the seed, in a second lab as well, and after going back."""
    drawn = random.Random(seed)
    expected = [drawn.choice((1, 2, 3)) for _ in range(20)]
    lab = show_mine(lambda: counting(Lottery(seed), *["a" * 99] * 3))
    assert turns(lab, 20) == expected
    lab.back(12)
    assert turns(lab, 12) == expected[8:]
    lab.stop()


def test_round_robin_is_shown_round_by_round() -> None:
    """A round of the lab is a round of a scheduler that goes in rounds."""
    lab = show_mine(lambda: counting(mini.Scheduler(), "ab", "cd", "ef"))
    for _ in range(2):
        assert [task_of(event.component).number for event in lab.step_round().of_kind("resumed")] == [1, 2, 3]
    lab.stop()


@pytest.mark.parametrize("kind", [mini.Scheduler, LastFirst, lambda: Lottery(3)])
def test_who_has_the_next_turn_is_known_beforehand(kind: Any) -> None:
    """The first of those that can run is always the one that runs next, also after going back."""
    lab = show_mine(lambda: counting(kind(), "abc", "def", "ghi"))
    for _ in range(8):
        expected = lab.runnable()[0].short_name
        assert f"{expected} " in next(text for text in str(lab.graph()).splitlines() if "runs next" in text)
        assert [event.component.short_name for event in lab.step().of_kind("resumed")] == [expected]
    lab.back(3)
    expected = lab.runnable()[0]
    assert [event.component for event in lab.step().of_kind("resumed")] == [expected]
    lab.stop()


def test_the_user_may_choose_for_once() -> None:
    """After lab.choose() that one runs, and then the one that the scheduler had chosen."""
    lab = show_mine(lambda: counting(mini.Scheduler(), "abc", "def"))
    lab.choose("Producer_2")
    assert turns(lab, 2) == [2, 1]
    lab.stop()


def test_a_scheduler_of_bare_generators_is_shown() -> None:
    """A process may be a plain generator; it is called like its function."""

    def tick() -> Any:
        yield
        yield

    def system() -> Any:
        return Simple(tick(), tick())

    lab = show_mine(system)
    assert [event.component.short_name for event in lab.step(3).of_kind("resumed")] == ["tick_1", "tick_2", "tick_1"]
    assert lab.where("tick_2").line == tick.__code__.co_firstlineno + 1
    lab.stop()


def test_nobody_goes_next_while_the_scheduler_says_none() -> None:
    """Where choose() returns None the lab rests; a message put in by hand has it asked again."""

    class OnlyWithWork(mini.Scheduler):
        def choose(self) -> Any:
            return next((each for each in self.active if each.data_ready()), None)

    def system() -> Any:
        scheduler = OnlyWithWork()
        for each in (Passing(), Sink()):
            scheduler.activate(each)
        return scheduler

    lab = show_mine(system)
    assert lab.run(max_steps=20).reason == "stuck"
    lab.inject("Sink", 1)
    assert lab.run(max_steps=20).reason == "stuck"
    assert lab["Sink"].process.got == [1]
    lab.stop()


def test_one_that_is_taken_out_of_active_is_stopped() -> None:
    """A process that its scheduler lets go of is stopped, and shown anew when it is taken up again."""

    class Turning(mini.Scheduler):
        slices = 0

        def choose(self) -> Any:
            self.slices += 1
            return self.active[self.slices % len(self.active)] if self.active else None

    class Sleepy(mini.Component):
        def main(self) -> Any:
            for _ in range(2):
                yield
                others = [each for each in self.scheduler.active if each is not self]
                for each in others:
                    self.scheduler.active.remove(each)
                yield
                self.scheduler.active.extend(others)

    def system() -> Any:
        scheduler = Turning()
        for each in (Sleepy(), Producer("abcdef")):
            scheduler.activate(each)
        return scheduler

    lab = show_mine(system)
    happened = str(lab.step(40))
    assert "Producer_2 finished: stopped" in happened
    assert "Producer_3 activated" in happened
    assert "Producer_4.outbox -> nowhere" in happened  # it was let go of twice, and never began anew
    lab.stop()


# -- what goes wrong in the student's processes -----------------------------------------------------------


def test_a_process_that_raises_has_failed_and_the_others_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    """Its own error and its own lines are shown, and the scheduler goes on with the others."""
    lab = show_mine(lambda: with_failing(mini.Scheduler))
    lab.run(max_steps=30)
    assert [each.short_name for each in lab.failures] == ["Failing_1"]
    assert repr(lab.failures[0].error) == "ValueError('this is what went wrong')"
    assert len(turns_of(lab, "Producer_2")) == 5
    err = capsys.readouterr().err
    assert 'raise ValueError("this is what went wrong")' in err
    assert "Failing_1 failed at step 3" in err


def turns_of(lab: Lab, name: str) -> list[int]:
    """Return the steps at which one had its slices."""
    return [
        event.step for event in lab.trace.events() if event.kind == "resumed" and event.component.short_name == name
    ]


def test_one_that_failed_and_is_chosen_for_ever_is_a_mistake_of_the_scheduler(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A scheduler that does not let go of a process that raised is told so."""

    class Stubborn(LastFirst):
        def choose(self) -> Any:
            return self.active[0]

        def run(self, process: Any) -> None:
            next(process)

    lab = show_mine(lambda: with_failing(Stubborn))
    lab.run(max_steps=30)
    err = capsys.readouterr().err
    assert "choose() of your scheduler returns Failing_1 again and again, although it has failed" in err
    assert "Stubborn_3 failed" in err
    lab.stop()


# -- hooks that are missing, or wrong ---------------------------------------------------------------------


def system_with(**hooks: Any) -> Any:
    """Return a function that builds a scheduler with some other hooks."""

    def my_system() -> Any:
        return type("Mine", (), hooks)()

    return my_system


GOOD = {"active": [Sink()], "choose": lambda self: None, "run": lambda self, process: None}


@pytest.mark.parametrize(
    ("hooks", "words"),
    [
        (
            {"active": None},
            r"has no active; the panel needs it: a list of everybody.* Mine has: 'active', 'choose', 'run'",
        ),
        ({"choose": None}, r"which my_system\(\) returned, has no choose; .*returns who goes next"),
        ({"run": None}, r"has no run; .*run\(process\)"),
        ({"run": 3}, "has a run that is not a method"),
        ({"active": 3}, "active of your scheduler is 3; the panel needs a list"),
        ({"active": []}, r"The list active of your scheduler is empty.* my_system\(\) must activate"),
        ({"choose": lambda self: 7}, r"choose\(\) of your scheduler returned 7, which is not in .*active.*: 'Sink'"),
        ({"choose": lambda self: Sink}, r"returned a class, which is not in"),
        ({"choose": lambda self: [][0]}, r"choose\(\) of your scheduler raised IndexError"),
    ],
)
def test_a_hook_that_is_missing_or_wrong_is_named(hooks: Any, words: str) -> None:
    """The error says which hook it is, what it returned, and what is needed."""
    with pytest.raises(HookError, match=words):
        show_mine(system_with(**(GOOD | hooks)))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (lambda: None, r"my_system\(\) returned None. .*'return scheduler'"),
        (lambda: mini.Scheduler, r"returned the class Scheduler. .*brackets"),
        (3, r"show_mine\(3\): give the function that builds your system"),
    ],
)
def test_what_is_no_system_is_refused(given: Any, words: str) -> None:
    """The error says what was given and what to give."""
    with pytest.raises(HookError, match=words):
        show_mine(given)


@pytest.mark.parametrize(
    ("boxes", "words"),
    [
        ([1], r"boxes of your Sink is \[1\]; the panel needs a dictionary"),
        ({"inbox": 3}, "The box 'inbox' of your Sink is 3; the panel needs a list"),
    ],
)
def test_boxes_that_are_none_are_named(boxes: Any, words: str) -> None:
    """The error names the class, the box, and what it is instead of a list."""

    def my_system() -> Any:
        scheduler, sink = mini.Scheduler(), Sink()
        sink.boxes = boxes
        scheduler.activate(sink)
        return scheduler

    with pytest.raises(HookError, match=words):
        show_mine(my_system)


class Counted(mini.Scheduler):
    """Does something wrong after three slices."""

    slices = 0

    def run(self, process: Any) -> None:
        self.slices += 1
        super().run(process)


class ChoosesNonsense(Counted):
    """Returns what is nobody."""

    def choose(self) -> Any:
        return super().choose() if self.slices < 3 else "nonsense"


class LetsItOut(mini.Scheduler):
    """Does not catch the end of a process."""

    def run(self, process: Any) -> None:
        self.turns.remove(process)
        next(process)


class Mistyped(Counted):
    """Has a mistake of its own in run()."""

    def run(self, process: Any) -> None:
        super().run(process)
        if self.slices == 3:
            self.actve.remove(process)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (ChoosesNonsense, "choose() of your scheduler returned 'nonsense', which is not in its list active"),
        (LetsItOut, "run() of your scheduler let StopIteration out when Producer_1 came to its end"),
        (Mistyped, "run() of your scheduler raised AttributeError: 'Mistyped' object has no attribute 'actve'"),
    ],
)
def test_a_mistake_of_the_scheduler_is_shown_as_its_own(
    kind: Any, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is the scheduler that is shown as failed, in a slice of its own, and not the process that it ran."""
    lab = show_mine(lambda: counting(kind(), "ab", "cdef"))
    lab.run(max_steps=30)
    assert [type(each).__name__ for each in lab.failures] == [kind.__name__]
    assert words in capsys.readouterr().err
    lab.back(1)
    assert not lab.failures
    lab.stop()


def test_the_old_name_still_works() -> None:
    """Copies of the course that import ``kamlab.teach.hooks`` get the same names."""
    from kamlab.teach import hooks, student_scheduler

    assert hooks.__all__ == student_scheduler.__all__
    assert all(getattr(hooks, name) is getattr(student_scheduler, name) for name in hooks.__all__)
