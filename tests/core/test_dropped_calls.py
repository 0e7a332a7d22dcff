"""A call whose result is thrown away and that therefore runs nothing: a generator's, or a request to the scheduler."""

from __future__ import annotations

import time

import pytest

from kamlab import Component, Lab, NewComponent, Pipeline, ThreadedComponent, WaitComplete
from kamlab.core import ipc
from kamlab.core.errors import BadAwait
from kamlab.core.names_in_code import code_of


class Greeter(Component):
    """Has a method that is a generator, for the components below."""

    def greet(self, *what):
        self.greeted = what
        yield


class Forgets(Greeter):
    def main(self):
        yield
        self.greet()
        yield


class ForgetsInAsync(Greeter):
    async def main(self):
        self.greet(1)
        await self.tick()


class ForgetsInHelper(Greeter):
    def main(self):
        self.help()
        yield

    def help(self):
        self.greet()


class ForgetsInClosure(Greeter):
    def main(self):
        def inner():
            self.greet(2)

        inner()
        yield


class ForgetsToRestart(Component):
    def main(self):
        yield
        self.main()


class ForgetsSuper(Greeter):
    def main(self):
        super().greet(3)
        yield


class ForgetsAsyncGenerator(Component):
    async def main(self):
        self.greet()
        await self.tick()

    async def greet(self):
        yield


class ForgetsTheRequest(Greeter):
    def main(self):
        WaitComplete(self.greet())
        yield


class ForgetsTheNewcomer(Component):
    def main(self):
        NewComponent(Greeter())
        yield


class InAThread(ThreadedComponent):
    def main(self):
        self.greet()

    def greet(self):
        yield


class Hook(Component):
    def main(self):
        self.set_up()
        yield

    def set_up(self):
        pass


class GeneratorAsHook(Hook):
    def set_up(self):
        yield


def failure_of(component):
    """Return the text of the error with which a component fails, without its name."""
    lab = Lab(clock="virtual")
    component.activate(lab)
    lab.run()
    assert isinstance(component.error, BadAwait), component.error
    name, _, text = str(component.error).partition(" ")
    assert name == component.short_name
    return text


@pytest.mark.parametrize(
    ("kind", "call", "where", "cure"),
    [
        (Forgets, "self.greet()", "main()", "write 'yield from self.greet()'."),
        (ForgetsInAsync, "self.greet(1)", "main()", "make greet() 'async def', with 'await self.tick()' instead of"),
        (ForgetsInHelper, "self.greet()", "help()", "there, and 'yield from' where help() is called."),
        (ForgetsInClosure, "self.greet(2)", "inner()", "there, and 'yield from' where inner() is called."),
        (ForgetsToRestart, "self.main()", "main()", "write 'yield from self.main()'."),
        (ForgetsSuper, "super().greet(3)", "main()", "write 'yield from super().greet(3)'."),
        (ForgetsAsyncGenerator, "self.greet()", "main()", "there instead of 'yield', and 'await self.greet()'."),
        (ForgetsTheRequest, "WaitComplete(self.greet())", "main()", "write 'yield WaitComplete(self.greet())'."),
        (ForgetsTheNewcomer, "NewComponent(Greeter())", "main()", "write 'yield NewComponent(Greeter())'."),
        (InAThread, "self.greet()", "main()", "in a thread write greet() without 'yield'."),
        (GeneratorAsHook, "self.set_up()", "main()", "write 'yield from self.set_up()'."),
    ],
)
def test_a_dropped_call_fails_its_slice(kind, call, where, cure):
    """The error names component, call, line and cure, and its traceback ends at the user's line."""
    component = kind()
    text = failure_of(component)
    assert text.startswith(f"calls {call} at line ")
    assert f" of {where}" in text
    assert text.endswith(cure) or cure in text


def test_it_fails_where_it_is_reached():
    """What comes before the statement has run, and a statement that is not reached fails nothing."""
    lab = Lab(clock="virtual")
    forgets = Forgets().activate(lab)
    lab.step()
    assert forgets.error is None
    lab.step()
    assert isinstance(forgets.error, BadAwait)
    assert lab.step_number == 2

    class NotReached(Greeter):
        def main(self):
            yield
            if self.inboxes is None:
                self.greet()

    fine = NotReached().activate(lab)
    lab.run()
    assert fine.error is None


def test_it_fails_in_the_background():
    """A background run reports the failure like a run in the foreground, and the others go on."""
    reports = []
    lab = Lab()
    lab.report = reports.append
    forgets = Forgets().activate(lab)
    other = Hook().activate(lab)
    lab.start()
    limit = time.monotonic() + 60
    while lab.running and time.monotonic() < limit:
        time.sleep(0.01)
    assert isinstance(forgets.error, BadAwait)
    assert other.state == "finished"
    (report,) = [text for text in reports if "failed" in text]
    assert "self.greet()\n" in report
    assert "kamlab/core" not in report


class Uses(Greeter):
    """Uses the generator in all the ways that run it, or may, and forgets it once where it never comes."""

    def main(self):
        kept = self.greet("kept")
        yield from self.greet("from")
        yield WaitComplete(self.greet("waited for"))
        next(self.greet("next"))
        for _ in self.greet("loop"):
            yield
        list(self.greet("list"))
        _ = self.greet("discarded on purpose")
        several = [self.greet(number) for number in range(3)]
        self.attribute = self.greet("attribute")
        yield from self.made()
        yield from kept
        yield from several[0]
        self.greet("closed").close()
        (lambda: self.greet("returned"))().close()
        self.greeted = "all"
        if self.inboxes is None:
            self.greet()

    def made(self):
        return self.greet("made")


def test_other_uses_of_a_generator_are_right():
    """A generator that is stored, returned, passed on, begun or closed is no mistake, even in a guarded class."""
    lab = Lab(clock="virtual")
    uses = Uses().activate(lab)
    lab.run()
    assert uses.error is None
    assert uses.greeted == "all"


def test_a_plain_method_of_a_subclass_is_right():
    """Whether a call is a mistake is decided by the method that it calls, not by one that this overrides."""

    class Plain(Forgets):
        def greet(self):
            self.greeted = True

    lab = Lab(clock="virtual")
    plain = Plain().activate(lab)
    lab.run()
    assert plain.error is None
    assert plain.greeted


def test_a_call_in_the_constructor_is_refused_there():
    """Where a constructor throws a generator away, it raises at its line, without lines of kamlab."""

    class Early(Greeter):
        def __init__(self):
            super().__init__()
            self.greet()

    with pytest.raises(BadAwait, match=r"nothing can wait in __init__\(\), so write .* in main\(\)") as caught:
        Early()
    assert caught.traceback[-1].name == "__init__"
    assert "kamlab/core" not in str(caught.traceback[-1].path)


def test_a_class_without_such_a_call_is_left_as_it_is():
    """Only a method whose result is thrown away somewhere in its class is replaced; the code of that is still found."""

    class Right(Component):
        def main(self):
            yield from self.greet()

        def greet(self):
            yield

    class Wrong(Right):
        def main(self):
            self.greet()
            yield

        def greet(self):
            yield

    assert not hasattr(Right.greet, "__wrapped__")
    assert not hasattr(Pipeline.main, "__wrapped__")
    assert Wrong.greet.__wrapped__.__code__ in {code for code, _ in code_of(Wrong())}


def test_requests_are_checked_only_once_a_class_drops_one(monkeypatch):
    """Making a WaitComplete costs nothing until a class is made whose code throws one away."""
    monkeypatch.setattr(ipc, "check_request", None)

    class Right(Greeter):
        def main(self):
            yield WaitComplete(self.greet())

    assert ipc.check_request is None

    class Wrong(Greeter):
        def main(self):
            WaitComplete(self.greet())
            yield

    assert ipc.check_request is not None
    assert WaitComplete(1).args == (1,)
    assert failure_of(Wrong()).startswith("calls WaitComplete")
