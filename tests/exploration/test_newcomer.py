"""What one does wrong who explores for the first time: each gets an error that says so, or no claim of a proof."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kamlab import Component, Lab, explore
from kamlab.exploration import CannotExplore, unending


class Once(Component):
    """Sends one message."""

    def main(self) -> Any:
        self.send(1)
        yield


def two() -> list[Once]:
    """Two components."""
    return [Once().activate(), Once().activate()]


# -- the builder --------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", [lambda: Lab(build=two), two, lambda: None, lambda: "two"])
def test_what_a_builder_returned_is_no_builder(given: Any) -> None:
    """A lab, or what a builder returns, in place of the builder: the error says how it is written."""
    with pytest.raises(CannotExplore, match=r"not what it returns, nor a lab: explore\(system\), and not explore"):
        explore(given())


def test_an_error_of_the_builder_comes_out_at_its_line() -> None:
    """A misspelt name in the builder is an error as everywhere."""
    with pytest.raises(NameError) as raised:
        explore(lambda: Onec().activate())  # type: ignore[name-defined]  # noqa: F821
    assert raised.traceback[-1].path == Path(__file__)


def test_a_component_that_was_run_before_is_refused() -> None:
    """A component that was made outside would have ended in the first run, and be missing in all others."""
    used = Once()
    with pytest.raises(CannotExplore, match="was not made by the builder: make all components in the function"):
        explore(used.activate)


# -- the predicate ------------------------------------------------------------------------------------


def is_async() -> Any:
    """A predicate that is async."""

    async def predicate(_: Any) -> bool:
        return False

    return predicate


def yields(_: Any) -> Any:
    """A predicate with a yield."""
    yield False


def only_prints(made: Any) -> Any:
    """A predicate that prints what it should return."""
    print(len(made) == 3)


@pytest.mark.parametrize(
    ("predicate", "words"),
    [
        (is_async(), "returns a coroutine, since it is async"),
        (yields, "returns a generator, since there is a yield in it"),
        (lambda made: made[0].data_ready, r"returns the function \w*data_ready\(\), and does not call it"),
        (lambda made: (False, "three are wanted"), "returns a tuple"),
        (only_prints, "returns None and asserts nothing"),
        (lambda: True, "takes 0 positional arguments"),
        (lambda made: made.balance == 2, "AttributeError"),
        ("balance == 2", "give a function of what the system returns"),
        (True, "give a function of what the system returns"),
    ],
)
@pytest.mark.parametrize("name", ["invariant", "always"])
@pytest.mark.parametrize("how", ["auto", "random"])
def test_a_predicate_that_says_nothing_is_refused(predicate: Any, words: str, name: str, how: str) -> None:
    """A predicate whose answer says nothing of whether it holds does not hold in every order."""
    with pytest.raises(CannotExplore, match=words):
        explore(two, how=how, runs=2, **{name: predicate})


def test_a_predicate_that_changes_the_system_is_refused() -> None:
    """What is asked at each state of one execution must leave that execution as it is."""

    class Counts(Component):
        number = 0

        def main(self) -> Any:
            self.number += 1
            yield

    def changes(made: Any) -> bool:
        made.number += 5
        return True

    with pytest.raises(CannotExplore, match="changes the system, which it must not: the local state of Counts_"):
        explore(lambda: Counts().activate(), always=changes)


def test_an_invariant_that_is_never_asked_is_no_proof() -> None:
    """Where no order has an end, nothing is known of what holds at the end."""

    class Forever(Component):
        def main(self) -> Any:
            while True:
                yield

    result = explore(lambda: Forever().activate(), lambda made: False)
    assert not result.proved
    assert "invariant= was never asked, since no order has an end: use always=" in result.why_not


# -- what is outside ----------------------------------------------------------------------------------


@pytest.fixture
def number(tmp_path: Path) -> Path:
    """A file."""
    return tmp_path / "number.txt"


def by_path(number: Path) -> Any:
    """A component that counts in a file, which it has open for no slice."""

    class Counts(Component):
        def main(self) -> Any:
            before = int(number.read_text())
            yield
            number.write_text(str(before + 1))

    return Counts


def by_open(number: Path) -> Any:
    """A component that keeps its file."""

    class Counts(Component):
        def main(self) -> Any:
            self.file = open(number)  # noqa: SIM115
            before = int(self.file.read())
            yield
            with open(number, "w") as file:
                file.write(str(before + 1))

    return Counts


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
@pytest.mark.parametrize("made", [by_path, by_open])
def test_a_file_is_outside(number: Path, made: Any) -> None:
    """Two components that lose an update in a file are not proved right: orders are drawn, and show it."""
    component = made(number)

    def system() -> None:
        number.write_text("0")
        component().activate()
        component().activate()

    result = explore(system, lambda _: number.read_text() == "2", runs=60)
    assert result.how == "random and pct"
    assert not result.proved
    assert "Counts_1 opens a file, and what is outside of the system is not seen" in result.why_not
    assert result.found[0].names == ("invariant",)


def test_a_file_may_be_opened_by_the_builder(number: Path) -> None:
    """A builder may read its data from a file: it is meant to build the same each time."""
    number.write_text("7")

    def system() -> Once:
        once = Once().activate()
        once.number = int(number.read_text())
        return once

    assert explore(system, lambda once: once.number == 7).proved


def test_a_socket_is_outside() -> None:
    """A system that holds a real socket is only drawn."""

    class Talks(Component):
        def main(self) -> Any:
            self.one, self.other = socket.socketpair()
            self.one.send(b"x")
            yield
            self.got = self.other.recv(1)
            self.one.close()
            self.other.close()

    result = explore(lambda: Talks().activate(), runs=3)
    assert not result.complete
    assert "it holds an object of type socket.socket, and what others do with the same one" in result.why_not


def test_a_system_that_asks_for_input_is_refused() -> None:
    """Nobody types the same answer a thousand times."""

    class Asks(Component):
        def main(self) -> Any:
            self.name = input("Your name? ")
            yield

    with pytest.raises(CannotExplore, match=r"Asks_\d+ asks for input, and would in every order that is run"):
        explore(lambda: Asks().activate())


# -- what does not end --------------------------------------------------------------------------------


class Loops(Component):
    """Never comes to its second yield."""

    def main(self) -> Any:
        yield
        while True:
            pass


class Catches(Component):
    """Does not, and catches what should end it."""

    def main(self) -> Any:
        yield
        while True:
            try:
                self.data_ready()
            except BaseException:
                continue


def loops(*_: Any) -> Any:
    """A function that does not end."""
    while True:
        pass


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Code of the user's may run for half a second."""
    monkeypatch.setattr(unending, "TICK", 0.05)
    monkeypatch.setattr(unending, "LONG", 0.5)


def unending_ones() -> Iterator[Any]:
    """What does not end: a builder, a predicate, a slice, whichever way it is run."""
    yield pytest.param(loops, {}, "loops", id="builder")
    for name in ("invariant", "always"):
        yield pytest.param(two, {name: loops}, "loops", id=name)
    for how in ("auto", "traces", "random"):
        for component in (Loops, Catches):
            yield pytest.param(lambda made=component: made().activate(), {"how": how}, "main", id=f"{how} {component}")


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize(("system", "how", "function"), [*unending_ones()])
def test_what_does_not_end_is_ended(system: Any, how: dict[str, Any], function: str) -> None:
    """A loop without an end in a slice, a predicate or the builder ends the exploration, with its line."""
    with pytest.raises(CannotExplore, match=rf"line \d+ of {function}\(\) has run for 0.5 seconds, and the slice, the"):
        explore(system, **how)


@pytest.mark.usefixtures("short")
def test_what_does_not_end_in_another_thread_is_ended() -> None:
    """Exploring in a thread is ended in that thread."""
    errors: list[BaseException] = []

    def go() -> None:
        try:
            explore(lambda: Loops().activate())
        except CannotExplore as error:
            errors.append(error)

    thread = threading.Thread(target=go, daemon=True)
    thread.start()
    thread.join(60)
    assert "has run for 0.5 seconds" in str(errors[0])


@pytest.mark.usefixtures("short")
def test_exploring_within_a_builder_may_take_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """A builder that explores something first is not taken for a loop while that goes on."""
    monkeypatch.setattr(unending, "LONG", 0.05)

    def system() -> None:
        for _ in range(12):
            explore(two, how="random", runs=20)
        Once().activate()

    assert explore(system, how="random", runs=1).schedules == 1


def test_nothing_was_found_is_no_schedule() -> None:
    """Where nothing goes wrong there is no order to open, and all orders can be listed."""
    result = explore(two)
    assert result.found == ()
    with result.orders(1)[0].open() as lab:
        assert lab.step_number == 4
