"""Whatever a message is, it is shown: in time, in bounds, as text, in every form of every view."""

from __future__ import annotations

import gc
import importlib.util
import json
import time
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamlab import Component, Lab
from kamlab.core import repr_worker as asking
from kamlab.core.events import error_in_words
from kamlab.core.task import task_of
from kamlab.views.components import key_of
from kamlab.views.inboxes import look
from kamlab.views.payload import described, payload_of
from kamlab.views.printable import label, literal_of, printable, quoted, read_literal
from kamlab.views.source import source_of

_spec = importlib.util.spec_from_file_location("zoo", Path(__file__).with_name("zoo.py"))
assert _spec is not None
assert _spec.loader is not None
zoo = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(zoo)

#: What one view of a single message may become, in characters.
BOUND = 60_000


class Holder(Component):
    """Has a message in a variable, and sends it."""

    def main(self) -> Iterator[None]:
        local = self._message
        self.send(local)
        yield


class Keeps(Component):
    """Takes nothing."""

    def main(self) -> Iterator[None]:
        while True:
            self.pause()
            yield


@pytest.fixture(autouse=True)
def _let_go(request: pytest.FixtureRequest) -> Iterator[None]:
    """Leave no thread behind; at the depth limit no finalizer of another test's objects runs, which could not."""
    before = list(asking._hung)
    deep = "recursion" in request.node.name
    if deep:
        gc.collect()
        gc.disable()
    yield
    if deep:
        gc.enable()
    zoo.release(before)


@pytest.fixture
def with_message(make_lab: Callable[..., Lab]) -> Callable[[Any], tuple[Lab, Any, Any]]:
    """Make a lab in which a message waits in an inbox and is a variable of a component."""

    def make(message: Any, name: str = "") -> tuple[Lab, Any, Any]:
        lab = make_lab()
        names = {"name": name} if name else {}
        holder, keeps = Holder(**names), Keeps(**names)
        holder._message = message
        holder.link((holder, "outbox"), (keeps, "inbox"))
        for component in (holder, keeps):
            component.activate(lab)
        lab.step(2)
        return lab, holder, keeps

    return make


class Reader(HTMLParser):
    """Reads HTML as a browser would, and keeps what could do something."""

    PLAIN = {"div", "span", "b", "code", "pre", "table", "thead", "tbody", "tr", "td", "th", "style"}

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


def check(view: Any) -> None:
    """Assert that all forms of a view are bounded, harmless text."""
    check_text(str(view), lines=True)
    html = view._repr_html_()
    check_text(html, lines=True)
    assert "<script" not in html.lower()
    reader = Reader(html)
    assert reader.tags <= Reader.PLAIN
    assert reader.attributes <= {"class", "style"}
    data = json.dumps(view.data(), allow_nan=False)
    assert json.loads(data) == view.data()
    assert len(data) < BOUND
    for text in texts_in(view.data()):
        check_text(text, lines=True)


def check_text(text: str, lines: bool = False) -> None:
    """Assert that a text can be encoded and printed, and has an end."""
    assert type(text) is str
    text.encode("utf-8")
    assert len(text) < BOUND
    assert (text.replace("\n", "") if lines else text).isprintable()


def texts_in(data: Any) -> Iterator[str]:
    """Yield every text in some data."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for key, value in data.items():
            yield key
            yield from texts_in(value)
    elif isinstance(data, list):
        for value in data:
            yield from texts_in(value)


@pytest.mark.parametrize("name", zoo.ZOO)
def test_a_hostile_message_is_shown_in_every_view(name: str, with_message: Callable[..., Any]) -> None:
    """Inboxes, payload and source, of now and of the past, in all their forms, are short and harmless."""
    lab, holder, keeps = with_message(zoo.ZOO[name]())
    check(look(lab))
    check(look(lab, step=1))
    payload = payload_of(lab, key_of(keeps), "inbox", 0)
    check(payload)
    assert payload_of(lab, key_of(keeps), "inbox", 0, step=1).kind == payload.kind
    check(source_of(lab, holder))
    assert len(look(lab)["Keeps_2"]["inbox"].messages[0]) <= 60


@pytest.mark.parametrize("name", zoo.ZOO)
def test_a_hostile_message_is_told_of(name: str, with_message: Callable[..., Any]) -> None:
    """The trace, and the stories of the message, of both components and of the box, are short text."""
    lab, holder, keeps = with_message(zoo.ZOO[name]())
    check_text(lab.trace.text(), lines=True)
    for of in (keeps.inboxes["inbox"], holder, keeps, (keeps.inboxes["inbox"], 0)):
        check_text(str(lab.story(of)), lines=True)


@pytest.mark.parametrize("go", ["step", "run"])
@pytest.mark.parametrize("name", zoo.ZOO)
def test_a_hostile_message_fails_nobody(name: str, go: str, make_lab: Callable[..., Lab]) -> None:
    """Who sends a message, who takes it, and who loses it go on, whatever its class and their class say."""

    class Takes(Component):
        def main(self) -> Iterator[None]:
            while not self.data_ready():
                yield
            self.taken = [self.recv()]
            yield
            self.send(self.taken[0], "signal")  # to nobody

    lab = make_lab(clock="virtual")
    holder, takes = Holder(), Takes()
    holder._message = message = zoo.ZOO[name]()
    holder.link((holder, "outbox"), (takes, "inbox"))
    holder.activate(lab)
    takes.activate(lab)
    lab.step(10) if go == "step" else lab.run()
    the_same = [taken is message for taken in takes.taken]  # not asserted at once: pytest would ask the message
    assert the_same == [True]
    lost = takes.outboxes["signal"].discarded
    assert (holder.state, takes.state, lost) == ("finished", "finished", 1)
    assert lab.reports == []


@pytest.mark.parametrize("name", zoo.TEXTS)
def test_a_component_with_a_hostile_name_is_shown(name: str, with_message: Callable[..., Any]) -> None:
    """What is harmless in a message is so in a name as well."""
    lab, holder, keeps = with_message("message", zoo.TEXTS[name][:5000])
    check(look(lab))
    check(payload_of(lab, key_of(keeps), "inbox", 0))
    check(source_of(lab, holder))


@pytest.mark.parametrize("name", zoo.OBJECTS)
def test_a_component_that_failed_with_a_hostile_error_is_shown(name: str, make_lab: Callable[..., Lab]) -> None:
    """An error that holds a hostile object, or is one, is shown with the component, and in the words of its event."""

    class Fails(Component):
        def main(self) -> Iterator[None]:
            yield
            raise ValueError("a text for the engine's own report")

    lab = make_lab()
    fails = Fails().activate(lab)
    lab.step(3)
    value = zoo.OBJECTS[name]()
    task_of(fails).error = error = value if isinstance_of_error(value) else ValueError(value)
    view = look(lab)
    check(view)
    assert view.failures[0][0] == "Fails_1"
    check(source_of(lab, fails))
    check_text(error_in_words(error)[:1000], lines=True)


def isinstance_of_error(value: Any) -> bool:
    """Return whether a value can be raised, without asking it."""
    return issubclass(type(value), Exception)


def test_forty_slow_classes_do_not_take_forty_times_as_long(make_lab: Callable[..., Lab]) -> None:
    """All that one look asks has a budget; what is left over says that it was not asked."""
    lab = make_lab()
    keeps = Keeps().activate(lab)
    for _ in range(40):
        lab.inject(keeps, zoo.ZOO["loops"]())
    view = look(lab, messages=40)
    texts = view["Keeps_1"]["inbox"].messages
    slow = [text for text in texts if text == "<Loops whose repr takes too long>"]
    refused = [text for text in texts if text == "<Loops, not asked: too many slow reprs>"]
    assert 1 <= len(slow) <= 4
    assert len(slow) + len(refused) == 40


@pytest.mark.skipif(
    not hasattr(time, "pthread_getcpuclockid"),
    reason="without the processor time of another thread, kamlab cannot tell that it waits rather than computes",
)
def test_a_repr_that_wants_the_lab_s_lock_does_no_harm(make_lab: Callable[..., Lab]) -> None:
    """The lock is held while a lab is looked at; whoever waits for it is given up, and gets it later."""
    lab = make_lab()
    keeps = Keeps().activate(lab)

    def answer(self: Any) -> str:
        with lab.lock:
            return "had the lock"

    keeps.deliver(zoo.says(answer, name="Locks")())
    assert look(lab)["Keeps_1"]["inbox"].messages == ("<Locks whose repr takes too long>",)
    assert lab.step().steps == 1
    lab.stop(timeout=30)


@given(st.text())
def test_any_text_is_quoted_in_one_safe_line(text: str) -> None:
    """Quoted, labelled or escaped, every text is printable and can be encoded."""
    for made in (quoted(text), label(text), printable(text)):
        assert made.isprintable()
        made.encode()
    assert len(quoted(text)) <= 60
    assert len(label(text)) <= 60


@given(st.text())
def test_any_text_can_be_opened_and_edited(text: str) -> None:
    """A text opened as a payload is harmless, and what is put into the edit field reads back as the text."""
    payload = described(text)
    check(payload)
    assert payload.literal is not None
    assert read_literal(payload.literal) == text


_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.binary(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text() | st.integers(), inner, max_size=4)
        | st.sets(st.text() | st.integers(), max_size=4)
    ),
    max_leaves=12,
)


@given(_values)
def test_any_plain_value_can_be_edited(value: Any) -> None:
    """What literal_of() writes, read_literal() reads as the same value, of the same types."""
    text = literal_of(value)
    assert text is not None
    again = read_literal(text)
    assert again == value
    assert repr(again) == repr(value) or isinstance(value, set) or "{" in repr(value)
