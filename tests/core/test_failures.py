"""What becomes of a component that fails, and of the others."""

from __future__ import annotations

import pytest

from kamlab import Component, Lab
from kamlab.core.errors import ComponentFailed
from kamlab.core.failures import FAILURES_KEPT


class Failing(Component):
    """Fails in its second slice with the error it is given."""

    def __init__(self, error, **argd):
        super().__init__(**argd)
        self.to_raise = error

    def main(self):
        yield
        raise self.to_raise


class Counting(Component):
    def __init__(self, lines, times=3, **argd):
        super().__init__(**argd)
        self.lines, self.times = lines, times

    def main(self):
        for number in range(self.times):
            self.lines.append(number)
            yield


# -- isolated -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "error", [ValueError("v"), RuntimeError("r"), KeyError("k"), StopAsyncIteration(), AssertionError(), MemoryError()]
)
def test_a_failure_is_a_fact_about_one_component(lab, error):
    """Defects 1 and 2: one that raises anything has failed with that error, and the others run to their end."""
    lines = []
    failing = Failing(error, name="failing").activate()
    Counting(lines).activate()
    outcome = lab.run()
    assert outcome.reason == "finished"
    assert outcome.failed == (failing,)
    assert (failing.state, failing.error) == ("failed", error)
    assert lab.failures == [failing]
    assert lines == [0, 1, 2]
    assert "failing" in str(outcome)


def test_the_report_shows_the_components_own_lines(lab):
    """The report names component and step, and its traceback begins in the component's code, not in the engine's."""
    Failing(ValueError("a telling text"), name="failing").activate()
    lab.run()
    (report,) = lab.reports
    assert report.startswith("failing failed at step 2")
    assert "in main" in report
    assert "raise self.to_raise" in report
    assert "ValueError: a telling text" in report
    assert "kamlab/core" not in report.replace("\\", "/")


def test_the_report_goes_to_stderr_unless_a_front_end_takes_it(capsys):
    """report() writes to stderr; a front end that replaces it on the lab gets everything, the trace's reports too."""
    with Lab() as lab:
        Failing(ValueError("shown")).activate()
        lab.run()
    assert "ValueError: shown" in capsys.readouterr().err
    texts = []
    with Lab() as lab:
        lab.report = texts.append
        Failing(ValueError("taken")).activate()
        lab.trace.attach(lambda event: 1 / 0, ["failed"])
        lab.run()
    assert capsys.readouterr().err == ""
    assert [("failed at step" in text, "was detached" in text) for text in texts] == [(False, True), (True, False)]


def test_a_report_that_fails_loses_no_component(lab):
    """When stderr is gone the error of the report comes out of the run; the failed component has ended all the same."""

    def broken(text):
        raise BrokenPipeError

    lines = []
    lab.report = broken
    failing = Failing(ValueError()).activate()
    Counting(lines, 5).activate()
    with pytest.raises(BrokenPipeError):
        lab.run()
    assert failing.state == "failed"
    assert failing not in lab
    assert lab.run().reason == "finished"
    assert lines == [0, 1, 2, 3, 4]


def test_the_parent_of_a_failed_child_is_told(lab):
    """A parent wakes when its child fails, as at any other end."""
    told = []

    class Parent(Component):
        def main(self):
            child = Failing(ValueError())
            self.add_children(child)
            child.activate()
            while not self.children_done():
                self.pause()
                yield
            told.append(child.state)

    Parent().activate()
    assert lab.run().reason == "finished"
    assert told == ["failed"]


def test_a_failed_component_leaves_no_links_and_no_services(lab):
    """What a component that failed had linked and offered is taken down."""

    class Offering(Component):
        def main(self):
            lab.services.register_service("s", self, "inbox")
            self.link((one, "outbox"), (two, "inbox"))
            yield
            raise ValueError

    one, two = Counting([]), Counting([])
    Offering().activate()
    lab.run()
    one.send("x")
    assert two.data_ready() == 0
    assert lab.services.services_registered() == []


def test_only_the_last_failures_are_kept_but_all_are_counted(lab):
    """A lab that fails again and again keeps the newest failures, and the count of all."""
    for _ in range(FAILURES_KEPT + 20):
        Failing(ValueError()).activate()
    outcome = lab.run()
    assert len(lab.failures) == FAILURES_KEPT
    assert lab.failed_count == FAILURES_KEPT + 20
    assert len(outcome.failed) == FAILURES_KEPT


def test_an_error_whose_text_cannot_be_made_is_reported_too(lab):
    """An exception with a broken __str__ breaks nothing."""

    class Unspeakable(Exception):
        def __str__(self):
            raise ValueError

    failing = Failing(Unspeakable()).activate()
    assert lab.run().reason == "finished"
    assert "Unspeakable" in str(next(event for event in lab.trace if event.kind == "failed"))
    assert failing.state == "failed"
    assert "Unspeakable" in lab.reports[0]


def test_an_error_in_the_first_slice_is_like_any_other(lab):
    """main() itself may fail, before it is a generator."""

    class Early(Component):
        def main(self):
            raise ValueError("early")

    early = Early().activate()
    assert lab.run().reason == "finished"
    assert str(early.error) == "early"
    assert "in main" in lab.reports[0]


# -- stopping at the first one ------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["run", "step", "step_round", "step_message", "background"])
def test_a_lab_may_stop_at_the_first_failure(make_lab, eventually, how):
    """on_error="raise" makes the drive raise ComponentFailed, caused by the error; the lab can go on afterwards."""
    lab = make_lab(on_error="raise")
    error = ValueError("first")
    lines = []
    Failing(error, name="failing").activate()
    Counting(lines, 5).activate()
    if how == "background":
        lab.start()
        eventually(lambda: not lab.running)
        caught = lab.background_error
    else:
        drive = {"run": lab.run, "step": lambda: lab.step(100), "step_round": lab.step_round}.get(how, lab.step_message)
        with pytest.raises(ComponentFailed) as info:
            while True:
                drive()
        caught = info.value
    assert isinstance(caught, ComponentFailed)
    assert caught.__cause__ is error
    assert "failing failed: ValueError: first" in str(caught)
    assert lines == [0]
    assert lab.outcome.reason == "failed"
    assert lab.run().reason == "finished"
    assert lines == [0, 1, 2, 3, 4]


# -- leaving the program ------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt("pressed")])
def test_leaving_the_program_from_a_component_ends_the_run(lab, error):
    """SystemExit and KeyboardInterrupt raised in a component come out of run() as such; only that one has failed."""
    lines = []
    failing = Failing(error).activate()
    Counting(lines, 5).activate()
    with pytest.raises(type(error)) as caught:
        lab.run()
    assert caught.value is error
    assert failing.state == "failed"
    assert lab.failures == [failing]
    assert lab.run().reason == "finished"
    assert lines == [0, 1, 2, 3, 4]


def test_leaving_the_program_from_a_generator_that_is_waited_for(lab):
    """SystemExit in a WaitComplete ends the run and fails the component that waits, and is not raised again later."""
    from kamlab import WaitComplete

    class Waiting(Component):
        def main(self):
            yield WaitComplete(self.inner())

        def inner(self):
            yield
            raise SystemExit(3)

    waiting = Waiting().activate()
    lines = []
    Counting(lines, 5).activate()
    with pytest.raises(SystemExit):
        lab.run()
    assert waiting.state == "failed"
    assert lab.run().reason == "finished"
    assert lines == [0, 1, 2, 3, 4]


def test_leaving_the_program_in_the_background_stops_that_run_only(lab, eventually):
    """SystemExit in a background run is kept and reported; the lab can be run on."""
    Failing(SystemExit(3)).activate()
    lines = []
    Counting(lines, 5).activate()
    lab.start()
    eventually(lambda: not lab.running)
    assert isinstance(lab.background_error, SystemExit)
    assert lab.run().reason == "finished"
    assert lines == [0, 1, 2, 3, 4]


def test_the_text_of_an_error_cannot_hold_up_the_others(capsys):
    """An error whose text never returns is told with its traceback and without its text; the others go on."""

    class Endless(Exception):
        def __str__(self):
            while True:
                pass

    class Fails(Component):
        def main(self):
            raise Endless
            yield

    class Goes(Component):
        def main(self):
            yield
            yield

    with Lab() as lab:
        Fails().activate()
        Goes(name="goes").activate()
        assert lab.run().reason == "finished"
        assert "raise Endless" in capsys.readouterr().err
        assert lab.step_number == 4


class Interrupted(Component):
    def main(self):
        raise KeyboardInterrupt("by itself")
        yield


def test_an_interrupt_is_told_once(eventually):
    """A drive that raises an interrupt to its caller does not report it as well; one in the background does."""
    reports = []
    lab = Lab()
    lab.report = reports.append
    component = Interrupted().activate(lab)
    with pytest.raises(KeyboardInterrupt, match="by itself"):
        lab.run()
    assert reports == []
    assert lab.failures == [component]
    Interrupted().activate(lab)
    lab.start()
    assert eventually(lambda: not lab.running)
    assert "KeyboardInterrupt: by itself" in reports[0]
