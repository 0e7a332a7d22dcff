"""What is called wrong, and the shortest order in which it happens."""

from __future__ import annotations

from typing import Any

import pytest

from kamlab import Component, Graphline, Pipeline, explore
from kamlab.exploration import CannotExplore, NotProved, WrongOrder
from kamlab.parts import DataSource, PassThrough

from . import systems


def names(result: Any) -> list[str]:
    """Return the names of what was found."""
    return [name for schedule in result.found for name in schedule.names]


def test_a_deadlock_is_found_and_told() -> None:
    """Philosophers that take the same fork first wait in a circle, which is told."""
    result = explore(systems.table())
    assert names(result) == ["deadlock"]
    assert "Philosopher_2 waits for a message from Fork" in result.found[0].sentence
    assert result.found[0].minimal
    assert result.proved  # that it goes wrong is proved as well


def test_a_cured_system_is_proved_right() -> None:
    """Nothing is named in a system that is right, and that is a proof."""
    result = explore(systems.table(cured=True), lambda eaters: all(eater.meals == 1 for eater in eaters))
    assert result
    assert not result.found
    assert result.proved
    assert result.why_not == ""
    assert result.wrong == 0
    assert result.chance == 0.0
    result.check(proved=True)


def test_an_invariant_is_asked_at_every_end() -> None:
    """Of 256 orders the last update is lost in 184, and the chance of that is exact."""
    result = explore(systems.lost_update(), lambda account: account.balance == 2)
    assert (result.schedules, result.different, result.wrong, result.chance) == (256, 88, 184, 0.75)
    assert names(result) == ["invariant"]
    assert result.found[0].decided is not None
    with pytest.raises(WrongOrder, match="In 184 of all 256 orders"):
        result.check()


def test_a_lost_wake_up_is_a_sleeper_that_would_take_a_message() -> None:
    """A component that sleeps beside a message is named if it takes one once it is woken; one that would not is not."""
    assert names(explore(systems.sleeping)) == ["lost wake-up"]

    class Deaf(Component):
        async def main(self) -> None:
            await self.receive("control")

    def deaf() -> None:
        Graphline(A=systems.Count(2), B=Deaf(), linkages={("A", "outbox"): ("B", "inbox")}).activate()

    assert names(explore(deaf)) == []


def test_a_failure_is_found_at_its_slice() -> None:
    """The order ends with the slice that fails, and its error is told."""

    class Breaks(Component):
        def main(self) -> Any:
            yield
            raise ValueError("broken")

    result = explore(lambda: Breaks().activate())
    assert names(result) == ["failure"]
    assert result.found[0].sentence == "Breaks_1 failed: ValueError: broken"
    assert result.found[0].slices == 2


def test_always_is_asked_at_every_state() -> None:
    """A predicate that holds at the end but not on the way is found with ``always``."""
    result = explore(systems.chain(2), lambda keep: len(keep.kept) == 2, always=lambda keep: len(keep.kept) != 1)
    assert names(result) == ["always"]
    assert result.wrong == result.schedules or result.wrong


def test_a_livelock_is_a_fair_way_without_end() -> None:
    """Robots that give way to each other for ever are named; those that take turns for ever by design are not."""
    result = explore(systems.corridor)
    assert names(result) == ["livelock"]
    assert result.schedules is None
    assert "Robot_1 and Robot_2 can go on for ever" in result.found[0].sentence

    class Ping(Component):
        async def main(self) -> None:
            self.send("ball")
            while True:
                self.send(await self.receive())

    def rally() -> None:
        wires = {("A", "outbox"): ("B", "inbox"), ("B", "outbox"): ("A", "inbox")}
        Graphline(A=Ping(), B=PassThrough(), linkages=wires).activate()

    assert names(explore(rally)) == []


class Server(Component):
    """Serves the urgent first, and counts; fair, it serves in turn."""

    Inboxes = ("urgent", "normal")
    Outboxes = ("a", "b", "c")

    def __init__(self, fair: bool) -> None:
        super().__init__()
        self.fair, self.skipped = fair, 0

    async def main(self) -> None:
        while True:
            box = await self.ready("urgent", "normal")
            if self.fair and self.skipped >= 2 and self.data_ready("normal"):
                box = "normal"
            self.skipped = 0 if box == "normal" or not self.fair else self.skipped + 1
            self.send("done", self.recv(box))
            await self.tick()


class Asking(Component):
    """Asks again and again."""

    def __init__(self, who: str) -> None:
        super().__init__()
        self.who = who

    async def main(self) -> None:
        while True:
            self.send(self.who)
            await self.receive()


def serving(fair: bool) -> None:
    """Activate a server, two urgent clients and a normal one."""
    server = Server(fair)
    wires = {("A", "outbox"): ("S", "urgent"), ("B", "outbox"): ("S", "urgent"), ("C", "outbox"): ("S", "normal")}
    answers = {("S", who.lower()): (who, "inbox") for who in "ABC"}
    Graphline(S=server, A=Asking("a"), B=Asking("b"), C=Asking("c"), linkages={**wires, **answers}).activate()


def test_starvation_is_a_question_that_is_never_taken() -> None:
    """The client whose message is passed over for ever is named, and no other."""
    result = explore(lambda: serving(False))
    assert names(result) == ["starvation"]
    assert ".normal is never taken" in result.found[0].sentence


def test_bounded_unfairness_makes_counters_finite() -> None:
    """A counter grows without bound if one client is never run; with ``fair`` there is an end, and the text says so."""
    assert not explore(lambda: serving(True), states=300, how="all").complete
    result = explore(lambda: serving(True), fair=2)
    assert result, result
    assert "that pass nobody over more than 2 times" in str(result)


def test_clean_systems_have_no_name() -> None:
    """Nothing is named in systems that are at rest at their end."""
    clean: list[Any] = [systems.chain(), systems.news(), systems.ticking, systems.bounded]
    clean.append(lambda: Pipeline(DataSource([1, 2]), PassThrough(), PassThrough()).activate())
    for system in clean:
        result = explore(system)
        assert result, result


def test_assertions_and_sentences_of_a_predicate_are_told() -> None:
    """A predicate may assert, with a sentence, itself or by what it calls; one that asserts and returns None holds."""

    def full(account: Any) -> None:
        assert account.balance == 2, f"the balance is {account.balance}"

    assert "the balance is 1" in explore(systems.lost_update(), full).found[0].sentence
    result = explore(systems.lost_update(), lambda account: full(account))
    assert "the balance is 1" in result.found[0].sentence

    def never_negative(account: Any) -> None:
        assert account.balance >= 0

    assert explore(systems.lost_update(), never_negative)
    assert explore(systems.lost_update(), lambda account: never_negative(account))


def test_a_predicate_without_return_is_no_proof() -> None:
    """A predicate that compares and returns nothing has forgotten to: it is refused, and does not hold."""

    def right(account: Any) -> None:
        account.balance == 2  # noqa: B015

    def among(account: Any) -> None:
        len([account.balance]) in (1, 2)  # noqa: B015

    for predicate in (right, among, lambda account: None):
        with pytest.raises(CannotExplore, match="returns None and asserts nothing: write 'return' before what must"):
            explore(systems.lost_update(), predicate)


def test_a_predicate_that_breaks_is_an_error() -> None:
    """A predicate that raises another error is not taken for an answer."""
    with pytest.raises(CannotExplore, match="cannot be asked at the end: AttributeError"):
        explore(systems.lost_update(), lambda account: account.balanse == 2)


def test_a_limit_is_never_called_right() -> None:
    """A result that is not complete is not true, and checking for a proof says why."""
    result = explore(systems.table(cured=True), states=20, how="all")
    assert not result
    assert not result.complete
    with pytest.raises(NotProved, match="there are more than 20 states"):
        result.check(proved=True)
    result.check()


def test_an_attribute_can_be_left_out() -> None:
    """A log of all that happened makes each order a state of its own, unless it is left out."""

    def system() -> None:
        wires = {("A", "outbox"): ("K", "inbox"), ("B", "outbox"): ("K", "inbox")}
        Graphline(A=DataSource("ab"), B=DataSource("cd"), K=systems.Keep(), linkages=wires).activate()

    whole, small = explore(system), explore(system, ignore="Keep.kept")
    assert small.states < whole.states
    assert small.schedules == whole.schedules
    assert small.proved
    asked = explore(system, lambda made: True, ignore="Keep.kept")
    assert not asked.proved
    assert "may look at what is left out: Keep.kept" in asked.why_not


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"how": "quickly"}, "how='quickly'"),
        ({"start": "soon"}, "start='soon'"),
        ({"states": 0}, "states=0"),
        ({"seconds": -1}, "seconds=-1"),
        ({"fair": 0}, "fair=0"),
        ({"invariant": 7}, "invariant=7"),
    ],
)
def test_bad_arguments_are_refused(arguments: dict[str, Any], words: str) -> None:
    """What cannot be meant is refused, and the text says which argument it is."""
    with pytest.raises(CannotExplore, match=words):
        explore(systems.chain(), **arguments)


def test_what_is_not_a_builder_is_refused() -> None:
    """The result of a builder is not a builder."""
    with pytest.raises(CannotExplore, match="give a function that activates"):
        explore(None)  # type: ignore[arg-type]
