"""What is named on request: lost updates, priority inversion, reordering, duplicates, loss, missing back-pressure."""

from __future__ import annotations

import re
from itertools import count, permutations
from pathlib import Path
from typing import Any

import pytest

from kamlab import Backplane, Carousel, Component, Graphline, Par, Pipeline, PublishTo, Seq, SubscribeTo, explore
from kamlab.exploration import Backlog, CannotExplore, Delivery, LostUpdate, PriorityInversion, judge
from kamlab.exploration.setting import Setting
from kamlab.exploration.stage import Stage
from kamlab.parts import Chooser, Collate, ConsoleEchoer, DataSource, OneShot, PassThrough, PureTransformer

from . import systems


def names(result: Any) -> list[str]:
    """Return the names of what was found."""
    return [name for schedule in result.found for name in schedule.names]


def balance(account: Any) -> int:
    """Return what is on an account."""
    return int(account.balance)


# -- lost updates ---------------------------------------------------------------------------------------------


def test_a_lost_update_is_what_no_serial_order_leaves() -> None:
    """Of 256 orders just those are named that do not end as if one client had run before the other."""
    result = explore(systems.lost_update(), look_for=LostUpdate(balance, among="Client"))
    by_hand = explore(systems.lost_update(), lambda account: account.balance == 2)
    assert names(result) == ["lost update"]
    assert result.found[0].sentence == "the result is 1; one after the other, Client_3 and Client_4 leave 2"
    assert (result.wrong, result.chance, result.found[0].path) == (184, 0.75, by_hand.found[0].path)
    assert result.proved


def test_components_can_be_named_one_by_one() -> None:
    """The components that run one after the other are named by themselves or by their class."""
    by_name = explore(systems.lost_update(), look_for=LostUpdate(balance, among=("Client_3", "Client_4")))
    assert by_name.wrong == 184


class Sets(Component):
    """Sets the account to a number of its own: the last one wins, in a serial order as well."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    async def main(self) -> None:
        self.send((str(self.number), None))
        await self.receive()
        self.send((str(self.number), self.number))


def setting_twice() -> systems.Account:
    """Activate two that set one account to different numbers."""

    class Numbered(systems.Account):
        Outboxes = ("1", "2", "none")

    account = Numbered()
    wires: dict[Any, Any] = {}
    for who in "12":
        wires[who, "outbox"] = ("account", "inbox")
        wires["account", who] = (who, "inbox")
    Graphline(linkages=wires, account=account, **{who: Sets(int(who)) for who in "12"}).activate()
    return account


def test_a_result_of_any_serial_order_is_right() -> None:
    """Where serial orders end with 1 or with 2, both are right, in whichever order the slices came."""
    assert explore(setting_twice, look_for=LostUpdate(balance, among="Sets"))


def serial_results(system: Any, among: str) -> set[int]:
    """Return what is on the account after each order in which some components run one after the other, by running."""
    setting = Setting(system)
    first = Stage(setting)
    clients = [number for number, kind in enumerate(setting.kinds) if kind.__name__ == among]
    found = set()
    for order in permutations(clients):
        stage = Stage(setting)
        while can_run := stage.runnable():
            others = [one for one in can_run if one not in clients]
            stage.step(others[0] if others else next(one for one in order if one in can_run))
        found.add(balance(stage.made))
        stage.close()
    first.close()
    return found


@pytest.mark.parametrize(
    ("system", "among"),
    [(systems.lost_update(), "Client"), (setting_twice, "Sets")],
)
def test_it_is_exact(system: Any, among: str) -> None:
    """An end is a lost update just if running the components one after the other, in each order, never leaves it."""
    right = serial_results(system, among)
    by_order = explore(system, look_for=LostUpdate(balance, among=among))
    by_result = explore(system, lambda account: account.balance in right)
    assert by_order.wrong == by_result.wrong
    assert len(by_order.found) == len(by_result.found)


def test_the_right_results_can_be_given() -> None:
    """With the results of serial orders, or a function that knows them, single runs are judged as well."""
    for serial in ([2], {2}, lambda value: value == 2):
        assert explore(systems.lost_update(), look_for=LostUpdate(balance, serial=serial)).wrong == 184
    drawn = explore(systems.lost_update(), look_for=LostUpdate(balance, serial=[2]), how="random", runs=20)
    assert names(drawn) == ["lost update"]


def test_what_cannot_be_told_from_single_runs_is_not_called_right() -> None:
    """Where serial orders are needed and orders are drawn, the result says that it was not looked for."""
    result = explore(systems.lost_update(), look_for=LostUpdate(balance, among="Client"), how="random", runs=20)
    assert not result.found
    assert "lost update can be told from the states only, and was not looked for" in result.why_not


def test_serial_orders_without_an_end_decide_nothing() -> None:
    """Where another component runs for ever, there is no serial end to compare with, and that is said."""

    class Spins(Component):
        def main(self) -> Any:
            while True:
                yield

    def system() -> systems.Account:
        Spins().activate()
        return systems.lost_update()()  # type: ignore[no-any-return]

    result = explore(system, look_for=LostUpdate(balance, among="Client"))
    assert names(result) == []
    assert not result.proved
    assert "no serial order comes to an end" in result.why_not


# -- delivery -------------------------------------------------------------------------------------------------


class Relay(Component):
    """Passes on what comes: each message as often as a function of it says."""

    def __init__(self, times: Any) -> None:
        super().__init__()
        self.times = times

    async def main(self) -> None:
        while True:
            message = await self.receive()
            for _ in range(self.times(message)):
                self.send(message)


def once(message: int) -> int:
    """Return how often a relay sends a message on: once."""
    return 1


def over(*relays: Any) -> Any:
    """Return a system that sends 0 and 1 to a component that keeps them, over relays that send them on so often."""

    class Sender(Component):
        Outboxes = tuple(map(str, range(len(relays))))

        async def main(self) -> None:
            for number in range(2):
                self.send(number, str(number % len(relays)))
                await self.tick()

    def system() -> systems.Keep:
        keep = systems.Keep()
        wires: dict[Any, Any] = {}
        parts = {f"relay{place}": Relay(times) for place, times in enumerate(relays)}
        for place in range(len(relays)):
            wires["sender", str(place)] = (f"relay{place}", "inbox")
            wires[f"relay{place}", "outbox"] = ("keep", "inbox")
        Graphline(linkages=wires, sender=Sender(), keep=keep, **parts).activate()
        return keep

    return system


KEPT = Delivery((0, 1), lambda keep: keep.kept)


def test_one_way_delivers_all_in_order() -> None:
    """Over one relay every message comes once and in order; nothing is named."""
    assert explore(over(once), look_for=KEPT)


def test_two_ways_reorder() -> None:
    """Over two relays the second message may come first."""
    result = explore(over(once, once), look_for=KEPT)
    assert names(result) == ["reordering"]
    assert result.found[0].sentence == "1 was received before 0, which was sent earlier"


def test_a_copy_is_a_duplicate() -> None:
    """What is received more often than it was sent is a duplicate, and not a reordering."""
    result = explore(over(lambda message: 2 - message), look_for=KEPT)
    assert names(result) == ["duplicate"]
    assert result.found[0].sentence == "0 was received 2 times, and sent once"


def test_what_never_comes_is_lost() -> None:
    """What is not received at an end is lost, unless that is meant; on the way there it is not."""
    system = over(lambda message: message)
    result = explore(system, look_for=KEPT)
    assert names(result) == ["loss"]
    assert result.found[0].sentence == "0 was never received"
    assert explore(system, look_for=Delivery((0, 1), lambda keep: keep.kept, lossless=False))


def test_equal_messages_stand_for_each_other() -> None:
    """Two equal messages that change places are no reordering: nobody can tell."""

    def system() -> systems.Keep:
        keep = systems.Keep()
        wires = {("A", "outbox"): ("K", "inbox"), ("B", "outbox"): ("K", "inbox")}
        Graphline(A=DataSource("x"), B=DataSource("x"), K=keep, linkages=wires).activate()
        return keep

    assert explore(system, look_for=Delivery("xx", lambda keep: keep.kept))


def test_delivery_is_told_from_single_runs_as_well() -> None:
    """Where orders are drawn, each end is looked at; what was sent may be a function."""
    sent = Delivery(lambda keep: [0, 1], lambda keep: keep.kept)
    result = explore(over(once, once), look_for=sent, how="random", runs=50)
    assert names(result) == ["reordering"]


def test_what_the_world_does_is_named_as_well() -> None:
    """Where messages may be lost or doubled on the way, the same names are found, and serial orders have no faults."""
    faults = {"faults": ("loss", "duplication"), "lossy": "Keep_4.inbox", "most_faults": 1}
    result = explore(systems.chain(2), look_for=Delivery((0, 2), lambda keep: keep.kept), **faults)
    assert sorted(names(result)) == ["duplicate", "loss"]
    assert {schedule.race for schedule in result.found} == {""}  # the fault decides by itself
    lost = {"faults": "loss", "lossy": "Account_2.inbox", "most_faults": 1}
    lossy = explore(systems.lost_update(), look_for=LostUpdate(balance, among="Client"), **lost)
    assert "the result is 1; one after the other, Client_3 and Client_4 leave 2" in lossy.found[0].sentence


# -- missing back-pressure --------------------------------------------------------------------------------------


def test_a_limit_of_an_inbox_is_looked_at_in_every_state() -> None:
    """The shortest order in which more messages wait than may is found; the most there ever are is fine."""
    result = explore(systems.chain(3), look_for=Backlog(2))
    assert names(result) == ["missing back-pressure"]
    assert result.found[0].sentence == "3 messages wait in Double_3.inbox, and 2 may"
    assert result.found[0].slices == 3
    assert explore(systems.chain(3), look_for=Backlog(3))
    assert explore(systems.chain(3), look_for=Backlog(0, inbox="Count_2.inbox"))


class Endless(Component):
    """Sends again and again."""

    def main(self) -> Any:
        while True:
            self.send("more")
            yield


def test_an_inbox_that_grows_without_bound_is_named() -> None:
    """Where a component can send for ever while nothing is taken, the inbox is named, although no limit is given."""
    result = explore(lambda: Pipeline(Endless(), Relay(once)).activate(), look_for=Backlog(), states=100, how="all")
    assert names(result) == ["missing back-pressure"]
    assert result.found[0].sentence == "more and more messages can wait in Relay_3.inbox, without bound"
    assert result.found[0].slices == 2

    class Careful(Component):
        number = 0

        def main(self) -> Any:
            while True:
                self.number += 1
                if len(self.outboxes["outbox"]) < 2:
                    self.send("more")
                yield

    bounded = explore(lambda: Pipeline(Careful(), Relay(once)).activate(), look_for=Backlog(), states=100, how="all")
    assert names(bounded) == []
    assert not bounded.complete


# -- priority inversion -----------------------------------------------------------------------------------------


class Asks(Component):
    """Asks once, and waits for the answer."""

    async def main(self) -> None:
        self.send("please")
        await self.receive()


class Answers(Component):
    """Answers once."""

    async def main(self) -> None:
        self.send(await self.receive())


class Works(Component):
    """Runs some slices, or for ever."""

    def __init__(self, slices: int | None) -> None:
        super().__init__()
        self.numbers = count() if slices is None else range(slices)
        self.is_endless = slices is None

    async def main(self) -> None:
        if self.is_endless:
            while True:
                await self.tick()
        for _ in self.numbers:
            await self.tick()


def inverting(slices: int | None) -> Any:
    """Return a system in which a client waits for a server, and a third one works as long as that."""

    def system() -> None:
        wires = {("high", "outbox"): ("low", "inbox"), ("low", "outbox"): ("high", "inbox")}
        Graphline(high=Asks(), low=Answers(), linkages=wires).activate()
        Works(slices).activate()

    return system


PRIORITY = {"Asks": 3, "Works": 2, "Answers": 1}


def test_an_inversion_is_named_with_all_three() -> None:
    """Who waits, for whom, and who runs meanwhile is told, and that it comes to an end."""
    result = explore(inverting(2), look_for=PriorityInversion(PRIORITY))
    assert names(result) == ["priority inversion"]
    said = "Asks_3 waits for Answers_4, and Works_2 can run in its place; it comes to an end by itself"
    assert result.found[0].sentence == said


def test_an_inversion_without_an_end_is_unbounded() -> None:
    """Where the one in between can run for ever, the inversion is unbounded."""
    result = explore(inverting(None), look_for=PriorityInversion(PRIORITY.get))
    assert names(result) == []  # none of the names is that of a component

    def by_name(name: str) -> float | None:
        return PRIORITY.get(name.partition("_")[0])

    result = explore(inverting(None), look_for=PriorityInversion(by_name))
    assert "priority inversion" in names(result)
    assert result.found[0].sentence.endswith("that can go on for ever: it is unbounded")


def test_no_component_between_means_no_inversion() -> None:
    """That a high one waits for a low one is no inversion by itself, nor if the third is above or below both."""
    for middle in (4, 0):
        priority = {"Asks": 3, "Works": middle, "Answers": 1}
        assert names(explore(inverting(2), look_for=PriorityInversion(priority))) == []


# -- clean systems ----------------------------------------------------------------------------------------------


def transformed() -> Collate:
    """Activate a Pipeline of transformers that ends."""
    collate = Collate()
    Pipeline(DataSource(["a", "b"]), PureTransformer(str.upper), collate).activate()
    return collate


def slides() -> None:
    """Activate slides that are chosen by two buttons."""
    wires = {
        ("NEXT", "outbox"): ("CHOOSER", "inbox"),
        ("LAST", "outbox"): ("CHOOSER", "inbox"),
        ("CHOOSER", "outbox"): ("IMAGE", "inbox"),
    }
    parts = {"NEXT": OneShot("NEXT"), "LAST": OneShot("LAST"), "CHOOSER": Chooser(["1", "2"]), "IMAGE": systems.Keep()}
    Graphline(**parts, linkages=wires).activate()


def echoed() -> None:
    """Activate a Pipeline that prints."""
    Pipeline(DataSource(["hello"]), PassThrough(), ConsoleEchoer()).activate()


def one_after_the_other() -> None:
    """Activate parts that run one after the other, and parts that run side by side."""
    Pipeline(Seq(OneShot("a"), OneShot("b")), PassThrough()).activate()
    Par(OneShot("c"), OneShot("d")).activate()


def exchange() -> None:
    """Activate a Backplane with a publisher and a subscriber that end."""
    Backplane("CHAT").activate()
    Pipeline(SubscribeTo("CHAT"), Collate()).activate()
    Pipeline(OneShot("hi"), PublishTo("CHAT")).activate()


def carousel() -> None:
    """Activate a Carousel that makes a component for each file."""
    wires = {("LIST", "outbox"): ("PLAYER", "next"), ("PLAYER", "outbox"): ("SCREEN", "inbox")}
    player = Carousel(lambda name: OneShot(f"frame of {name}"))
    Graphline(LIST=DataSource(["x"]), PLAYER=player, SCREEN=Collate(), linkages=wires).activate()


CLEAN = [
    *(systems.chain(2), systems.ticking, systems.bounded, transformed, slides),
    *(echoed, one_after_the_other, exchange, carousel),
]


@pytest.mark.parametrize("system", CLEAN, ids=lambda system: system.__name__)
def test_nothing_is_named_in_a_clean_system(system: Any) -> None:
    """Pipelines, Graphlines, Backplanes, Carousels and the like: nothing is named, in all orders."""
    result = explore(system, look_for=[Backlog(20), PriorityInversion(lambda name: float(len(name)))])
    assert result.complete, result
    assert result.found == (), result


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: LostUpdate(balance), "give either among="),
        (lambda: LostUpdate(balance, among="Client", serial=[2]), "give either among="),
        (lambda: LostUpdate(7, among="Client"), "LostUpdate.7.: give a function"),  # type: ignore[arg-type]
        (lambda: Delivery(7, balance), "Delivery.7.: give a sequence"),  # type: ignore[arg-type]
        (lambda: Delivery("ab", "ab"), "received='ab'.: give a function"),  # type: ignore[arg-type]
        (lambda: Backlog(-1), "Backlog.-1.: give a number of messages"),
        (lambda: PriorityInversion({"a": 1, "b": 2}), "at least three different priorities"),
    ],
)
def test_a_value_that_cannot_be_meant_is_refused(make: Any, words: str) -> None:
    """What cannot be meant is refused where it is written, and the text says what to give."""
    with pytest.raises(CannotExplore, match=words):
        make()


@pytest.mark.parametrize(
    ("look_for", "words"),
    [
        ("deadlock", "look_for='d': give values of LostUpdate"),
        (LostUpdate, "look_for=.*LostUpdate.*: give values of"),
        (LostUpdate(balance, among="Clint"), "'Clint'.*there are: .*Client_3"),
        (LostUpdate(lambda account: account.balanse, among="Client"), "value=.*cannot be asked: AttributeError"),
        (Delivery("ab", lambda account: account.kept), "received=.*cannot be asked: AttributeError"),
        (PriorityInversion({"Account": 1, "Client": 2, "Bank": 3}), "called 'Bank'; there are: .*Client_3"),
        (Backlog(3, inbox="Account.inbox"), "no inbox is called 'Account.inbox'; there are: .*Account_2.inbox"),
    ],
)
def test_what_does_not_fit_the_system_is_refused(look_for: Any, words: str) -> None:
    """A name that is that of nothing in the system is an error that says what there is."""
    with pytest.raises(CannotExplore, match=words):
        explore(systems.lost_update(), look_for=look_for)


def test_every_name_is_in_the_tables() -> None:
    """The docstring of the judge and the page on exploring name all that is looked for on request."""
    page = (Path(__file__).parents[2] / "docs" / "reference" / "exploration.md").read_text(encoding="utf-8")
    for kind in (LostUpdate, PriorityInversion, Delivery, Backlog):
        for name in kind.names:
            assert re.search(rf"(?m)^(\| |)[a-z, -]*\b{name}\b", page), name
            assert re.search(rf"(?m)^[a-z, -]*\b{name}\b", judge.__doc__ or ""), name
        assert f"look_for={kind.__name__}(" in page
        assert kind.__name__ in (judge.__doc__ or "")
