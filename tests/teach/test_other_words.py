"""A system is played with other words than those in the notebook, in a copy of all that it uses."""

from __future__ import annotations

from typing import Any

import pytest

from kamlab.teach import Wrong, exercise
from kamlab.teach.actions import Monitor
from kamlab.teach.orders import Orders, playing
from kamlab.teach.other_words import CannotCopy, OtherWords, play_with_other_words

CELL = """
from functools import partial

from kamlab import Component, Graphline

DAYS = ["Monday", "Tuesday"]
ROOMS = {"Monday": ("hall", 10)}


class Store(Component):
    known = "Monday"

    def __init__(self):
        super().__init__()
        self.kept = []

    async def main(self):
        for _ in DAYS:
            self.kept.append(await self.receive())


class SafeStore(Store):
    async def main(self):
        await super().main()
        self.kept = self.ordered(self.kept)

    def ordered(self, days):
        return days


class Sorting(SafeStore):
    def ordered(self, days):
        return sorted(days)


class Hard(SafeStore):
    def ordered(self, days):
        return ["Monday", "Tuesday"]


class Writer(Component):
    def __init__(self, days):
        super().__init__()
        self.days = days

    @property
    def text(self):
        return f"Monday is {DAYS[0]}"

    async def main(self):
        for day in self.days:
            self.send(day)

    @staticmethod
    def again():
        return isinstance(Writer(()), Writer)


def system(store=SafeStore):
    made = store()
    Graphline(w=Writer(DAYS), s=made, linkages={("w", "outbox"): ("s", "inbox")}).activate()
    return made


def sorting():
    return system(Sorting)


def hard():
    return system(Hard)


def with_cell():
    days = "Monday"
    return (lambda: days)()


def told():
    return ROOMS, Writer(()).text, Writer.again(), partial(str.upper, "Tuesday")(), Store.known
"""
WORDS = {"Monday": "Sunday", "Tuesday": "Friday"}


@pytest.fixture(name="cell")
def _cell() -> dict[str, Any]:
    space: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(CELL, "<cell>", "exec"), space)
    return space


def judge(run: Any, _: Any) -> None:
    """Raise Wrong unless both other days were kept in order."""
    if run.made.kept != ["Sunday", "Friday"]:
        raise Wrong(f"{run.made.kept} was kept.", run)


def test_words_are_replaced_wherever_they_stand(cell: dict[str, Any]) -> None:
    """In globals, in dictionaries, in text around them, in arguments and in closures; and classes stay one class."""
    rooms, text, again, upper, known = OtherWords(cell["told"], {**WORDS, 10: 11}, ("Store",))()
    assert rooms == {"Sunday": ("hall", 11)}
    assert (text, again, upper) == ("Sunday is Sunday", True, "FRIDAY")
    assert known == "Monday"  # a store must not know it
    assert OtherWords(cell["with_cell"], WORDS)() == "Sunday"


def test_the_original_stays_as_it_is(cell: dict[str, Any]) -> None:
    """The copy has functions, classes and values of its own."""
    OtherWords(cell["told"], WORDS)()
    assert cell["told"]()[:2] == ({"Monday": ("hall", 10)}, "Monday is Monday")
    assert cell["DAYS"] == ["Monday", "Tuesday"]


def test_a_tuple_is_replaced_as_a_whole() -> None:
    """So its length can be another one."""
    space: dict[str, Any] = {}
    exec("def system(weather=None):\n    return weather or ('lose', 'calm')", space)
    assert OtherWords(space["system"], {("lose", "calm"): ("lose",) * 3})() == ("lose",) * 3


@pytest.mark.parametrize("name", ["sorting", "hard"])
def test_an_answer_for_these_words_only_is_refused(name: str, cell: dict[str, Any]) -> None:
    """Who sorts, or has the words in it, is told which words were put there, and what happened."""
    with pytest.raises(Wrong, match=r"'Sunday' for 'Monday', 'Friday' for 'Tuesday'\. With these: \[.* was kept"):
        play_with_other_words(cell[name], WORDS, judge, Monitor(), ["Store"])


def test_an_answer_for_all_words_is_accepted(cell: dict[str, Any]) -> None:
    """Nothing is said of it; and the orders that were played with other words are not counted as cut short."""
    with playing(Orders()) as orders:
        play_with_other_words(cell["system"], WORDS, judge, Monitor(), ["Store"])
    assert orders.cut is None


def test_what_cannot_be_copied_is_not_judged(cell: dict[str, Any]) -> None:
    """An object that all runs share cannot be copied, so nothing is claimed with other words."""
    cell["SHARED"] = cell["Writer"](())
    exec("def shared():\n    SHARED\n    return hard()", cell)
    with pytest.raises(CannotCopy, match="Writer is used by all runs"):
        OtherWords(cell["shared"], WORDS)
    play_with_other_words(cell["shared"], WORDS, judge, Monitor(), ["Store"])
    with pytest.raises(CannotCopy, match="is not a function"):
        OtherWords(cell["Writer"], WORDS)


def test_the_run_with_other_words_can_be_opened(cell: dict[str, Any]) -> None:
    """The verdict builds the copy again, and its lab can go on."""

    @exercise("days", takes="a system")
    def check(system: Any) -> None:
        play_with_other_words(system, WORDS, judge, Monitor(), ["Store"])

    found = check(cell["sorting"])
    assert not found.passed
    with found.open() as lab:
        lab.run()
        assert [event.message for event in lab.trace if event.kind == "received"] == ["Sunday", "Friday"]
