"""The events in words: what is told, what is left out, and what is folded."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamlab import Component, Pipeline
from kamlab.core.describe import describe
from kamlab.core.events import KINDS
from kamlab.views.story import HIDDEN, SEARCHED, SIGNS, WIDTH, folds, story_of


def load(name: str) -> Any:
    """Return a module of the tests by its path."""
    file = Path(__file__).parents[2] / name
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


check = load("views/snapshots.py").check
SYSTEMS = load("replay/ten_systems.py").SYSTEMS
KEPT = Path(__file__).parent / "snapshots"


class Count(Component):
    limit = 10**9

    def main(self) -> Any:
        for number in range(self.limit):
            self.send(number)
            yield


class Keep(Component):
    def main(self) -> Any:
        while True:
            for message in self.messages():
                self.send(message, "signal")
            self.pause()
            yield


class Ticks(Component):
    """Is woken by a timer each second, and once in a while says something."""

    async def main(self) -> None:
        for number in range(1, 1000):
            await self.sleep(1.0)
            if number % 20 == 0:
                self.send(f"tick {number}")


@pytest.fixture
def stepped(make_lab: Any) -> Any:
    """A pipeline after some steps."""
    lab = make_lab(clock="virtual")
    Pipeline(Count(limit=4), Keep()).activate()
    lab.step(8, timeout=0)
    return lab


def test_events_are_told_in_the_words_of_the_trace(stepped: Any) -> None:
    """Each item is an event, in order, with its number, step, kind and words."""
    told = {event.number: event for event in stepped.trace if event.kind not in HIDDEN}
    story = story_of(stepped)
    assert [item.number for item in story] == list(told)
    assert all(item.text == describe(told[item.number]) for item in story)
    assert all((item.step, item.kind) == (told[item.number].step, told[item.number].kind) for item in story)


def test_how_turns_come_about_is_left_out_unless_asked_for(stepped: Any) -> None:
    """Turns, sleep, timers and links are told only if their kind, or their word in the filter, is given."""
    assert not {item.kind for item in story_of(stepped)} & HIDDEN
    assert {item.kind for item in story_of(stepped, kinds=["resumed"])} == {"resumed"}
    assert {item.kind for item in story_of(stepped, "PAUSED")} == {"paused"}
    assert set(story_of(stepped).kinds) >= {"resumed", "sent", "received"}


def test_all_words_of_the_filter_must_be_there(stepped: Any) -> None:
    """Names, kinds and payloads are found, whatever the letters' case; all words must be in the line."""
    story = story_of(stepped, "count_2 KEEP_3 sent")
    assert len(story) >= 2
    assert all("Count_2" in item.text and "Keep_3" in item.text and item.kind == "sent" for item in story)
    assert [item.text for item in story_of(stepped, "takes 1")] == ["Keep_3 takes 1 from inbox"]
    assert len(story_of(stepped, "nobody-of-that-name")) == 0


def test_an_item_has_the_keys_of_those_it_concerns(stepped: Any) -> None:
    """A message concerns who sent it and who gets it; a link both its ends; the rest one component."""
    (sent,) = story_of(stepped, "sent count_2 inbox: 0")
    assert sent.keys == ("2", "3")
    linked = story_of(stepped, kinds=["linked"])
    assert all(1 <= len(item.keys) <= 2 for item in linked)
    assert {item.keys for item in story_of(stepped, "keep_3 takes")} == {("3",)}


def test_the_newest_are_told(make_lab: Any) -> None:
    """Of many events the last ones are told, and only as much is looked at as is needed."""
    lab = make_lab(clock="virtual")
    Count().activate()
    lab.step(3000)
    story = story_of(lab, last=50)
    assert [item.text for item in story][-1].startswith("Count_1.outbox -> nowhere: 2999")
    assert len(story) == 50
    assert story.searched < 400
    assert story.total == len(lab.trace)


def test_a_search_is_bounded_and_says_so(make_lab: Any) -> None:
    """What nobody finds is not looked for in the whole of a long run."""
    lab = make_lab(clock="virtual")
    Count().activate()
    lab.step(4000)
    story = story_of(lab, "nonesuch")
    assert (len(story), story.searched) == (0, SEARCHED)
    assert f"the newest {SEARCHED} were searched" in str(story)


@pytest.mark.parametrize("free", [False, True])
def test_a_step_may_be_the_last(make_lab: Any, free: bool) -> None:
    """Up to a step means just the events of the steps until then."""
    lab = make_lab(clock="virtual", trace_limit=600)
    Count().activate()
    seen = []

    def look(event: Any) -> None:
        if event.step == 1500:
            for upto in (1480, 1499):
                seen.append((upto, lab.trace.complete, story_of(lab, upto=upto, last=10)))

    lab.trace.attach(look, ["resumed"])
    lab.run(max_steps=1500) if free else lab.step(1500)
    assert len(seen) == 2
    for upto, complete, story in seen:
        assert complete is not free
        assert [item.step for item in story] == list(range(upto - 9, upto + 1))
        assert story.items[-1].text == f"Count_1.outbox -> nowhere: {upto - 1} is discarded"
    far = story_of(lab, upto=10) if not free else story_of(lab, upto=-3)
    assert all(item.step <= 10 for item in far) or free


def test_chatter_is_folded_and_does_not_hide_the_message(make_lab: Any) -> None:
    """A timer that rings again and again is one item with its number, and what was sent in between stands out."""
    lab = make_lab(clock="virtual")
    Ticks().activate()
    lab.step(45)
    story = story_of(lab, kinds=KINDS)
    messages = [item for item in story if item.kind == "discarded"]
    assert [item.text.partition(": ")[2] for item in messages] == ["'tick 20' is discarded", "'tick 40' is discarded"]
    assert len(story) < 20
    assert max(item.times for item in story) >= 17
    folded = max(story, key=lambda item: item.times)
    assert all(word in folded.text for word in ("timer", "woken", "resumed", "paused"))
    assert folded.keys == ("1",)


def test_messages_are_folded_only_where_they_say_the_same(make_lab: Any) -> None:
    """Equal lines that follow one another are one item; different messages never are."""
    lab = make_lab(clock="virtual")

    class Same(Component):
        def main(self) -> Any:
            for message in ("a", "a", "a", "b", "a"):
                self.send(message)
            yield

    Same().activate()
    lab.step(1)
    story = story_of(lab, kinds=["discarded"])
    assert [(item.text.partition(": ")[2][:3], item.times) for item in story] == [("'a'", 3), ("'b'", 1), ("'a'", 1)]


@given(st.lists(st.sampled_from("abc"), max_size=60), st.data())
def test_folding_loses_nothing(keys: list[str], data: Any) -> None:
    """What is folded, unfolded again, is what there was; only what may is part of a longer cycle."""
    may = data.draw(st.lists(st.booleans(), min_size=len(keys), max_size=len(keys)))
    again: list[str] = []
    for place, cycle, times in folds(keys, may):
        assert place == len(again)
        if cycle > 1:
            assert times > 1
            assert all(may[place : place + cycle])
        again += keys[place : place + cycle] * times
    assert again == keys


def test_a_running_lab_tells_its_story(make_lab: Any, eventually: Any) -> None:
    """While a lab runs the newest events are told, and nothing raises as the ring slides."""
    lab = make_lab(trace_limit=500)
    Pipeline(Count(), Keep()).activate()
    lab.start()
    eventually(lambda: lab.step_number > 1000)
    last = 0
    for _ in range(20):
        story = story_of(lab)
        assert len(story) == 200
        numbers = [item.number for item in story]
        assert numbers == sorted(numbers)
        assert numbers[-1] >= last
        last = numbers[-1]
        seen = lab.step_number
        eventually(lambda seen=seen: lab.step_number > seen)
    lab.pause()


def test_an_empty_lab_has_no_story(make_lab: Any) -> None:
    """Nothing raises where nothing happened."""
    story = story_of(make_lab(clock="virtual"), "x", upto=5)
    assert (len(story), story.total) == (0, 0)
    assert "0 items" in str(story)
    assert "<td" not in story._repr_html_()


class Raises:
    def __repr__(self) -> str:
        raise RuntimeError("no")


def test_hostile_messages_are_told_safely(make_lab: Any) -> None:
    """Control characters, marks of direction, markup and what cannot say what it is are plain short text."""
    lab = make_lab(clock="virtual")
    hostile = ["<script>alert(1)</script>", "\x1b[31m\x00", "\u202egnp", "\ud800", "x" * 10**6, Raises(), b"\xff<b>"]

    class Sends(Component):
        def main(self) -> Any:
            for message in hostile:
                self.send(message)
            print("\x1b[2J<img src=x onerror=alert(1)>")
            yield

    Sends(name="<b>\u202e").activate()
    lab.step(1)
    story = story_of(lab)
    assert all(item.text.isprintable() and len(item.text) <= 160 for item in story)
    html = story._repr_html_()
    assert "<script" not in html
    assert "<img" not in html
    assert "<b>" not in html
    assert html.encode()
    assert len([item for item in story if item.kind == "discarded"]) == len(hostile)


def test_the_data_is_plain(stepped: Any) -> None:
    """The data can be written as JSON and read again the same, and has the names that the page reads."""
    data = story_of(stepped, "keep").data()
    assert json.loads(json.dumps(data)) == data
    assert set(data["items"][0]) == {"n", "step", "kind", "text", "keys", "times"}
    assert data["filter"] == "keep"
    assert data["shown"] == len(data["items"])


def test_every_kind_has_a_sign() -> None:
    """Each kind of event has a sign of its own, one character wide."""
    assert set(SIGNS) == set(KINDS)
    assert len(set(SIGNS.values())) == len(KINDS)
    assert {len(sign) for sign in SIGNS.values()} == {1}


@pytest.mark.parametrize("name", ["pipeline", "time_server"])
def test_the_forms_are_as_kept(make_lab: Any, name: str) -> None:
    """The same run gives the same text and the same table, and the text fits into a terminal."""
    lab = make_lab(build=SYSTEMS[name], clock="virtual")
    lab.step(40, timeout=0)
    story = story_of(lab, last=40)
    assert max(map(len, str(story).splitlines())) <= WIDTH
    check(f"{name}.txt", str(story) + "\n", KEPT)
    check(f"{name}.html", story._repr_html_() + "\n", KEPT)
