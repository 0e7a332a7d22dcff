"""Asking objects what they say of themselves: in time, in bounds, whatever they do."""

from __future__ import annotations

import _thread
import contextvars
import gc
import os
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kamlab import Component
from kamlab.core import context, repr_worker
from kamlab.core.describe import error_in_words, words_of
from kamlab.core.repr_worker import BUDGET, HUNG, cautiously, one_look, said
from kamlab.core.safe_repr import LIMIT, class_attribute, class_name, printable, safe_repr


class Gate:
    """What reprs wait for in these tests, until a test is over."""

    def __init__(self) -> None:
        self.event = threading.Event()

    def blocked(self, name: str = "Blocked") -> Any:
        """Return an object of a new class whose repr waits at this gate."""
        return says(lambda self_: self.event.wait() and "let go", name)()


@pytest.fixture(autouse=True)
def gate(eventually: Callable[..., Any]) -> Iterator[Gate]:
    """Open the gate at the end, so that no thread hangs any longer."""
    gate = Gate()
    yield gate
    gate.event.set()
    assert eventually(lambda: all(thread.over for thread in repr_worker._hung))
    repr_worker._hung.clear()


def says(answer: Callable[[Any], Any], name: str = "Says", base: type = object) -> Any:
    """Return a new class whose repr and str are this function."""
    return type(name, (base,), {"__repr__": answer, "__str__": answer})


def loops(self: Any) -> str:
    """Never return."""
    while True:
        pass


# -- answers ------------------------------------------------------------------------------------------


def test_an_ordinary_repr_is_taken_as_it_is() -> None:
    """What an object of a user's class says of itself is what is shown."""
    assert safe_repr(says(lambda self: "as it is")()) == "as it is"
    assert safe_repr([1, "a"]) == "[1, 'a']"


def test_plain_values_are_asked_on_the_spot() -> None:
    """Numbers, functions and objects without a repr of their own need no thread."""
    before = list(repr_worker._idle)
    repr_worker._idle.clear()
    try:
        for value in (1, 1.5, True, None, 1j, object(), len, int, says):
            assert safe_repr(value) == repr(value)
        assert not repr_worker._idle
    finally:
        repr_worker._idle.extend(before)


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit, GeneratorExit, RecursionError])
def test_whatever_a_repr_raises_stays_there(error: type[BaseException]) -> None:
    """An error of any kind becomes a text that names it."""

    def answer(self: Any) -> str:
        raise error

    assert safe_repr(says(answer)()) == f"<Says whose repr raises {error.__name__}>"


def test_an_answer_that_is_no_text_is_an_error() -> None:
    """A repr that returns something else is named."""
    assert safe_repr(says(lambda self: None)()) == "<Says whose repr raises TypeError>"


def test_a_long_answer_is_cut() -> None:
    """Of ten million characters a bounded number is kept."""
    assert len(safe_repr(says(lambda self: "x" * 10_000_000)())) == LIMIT


def test_an_answer_is_plain_printable_text() -> None:
    """A text of a class that lies is a plain one afterwards; what cannot be printed is escaped, but for line ends."""
    lying = type("Lying", (str,), {"__str__": lambda self: 1 / 0, "__len__": lambda self: -1})
    text = safe_repr(says(lambda self: lying("a\x1b\ud800\n"))())
    assert type(text) is str
    assert text == "a\\x1b\\ud800\n"
    assert printable("ä€") == "ä€"


def test_a_huge_number_is_not_written_down() -> None:
    """Writing one takes time with the square of its length; its size is shown."""
    assert safe_repr(1 << 20_000) == "<int of 20001 bits>"
    assert safe_repr(1 << 10_000) == str(1 << 10_000)


def test_the_text_of_an_error_is_asked_as_carefully() -> None:
    """The text of an ordinary error is as ever; one that raises is named."""
    assert error_in_words(ValueError("too big")) == "ValueError: too big"
    assert error_in_words(ValueError()) == "ValueError: "
    assert error_in_words(KeyError("a")) == "KeyError: 'a'"
    assert error_in_words(ValueError(["a", 1])) == "ValueError: ['a', 1]"
    assert error_in_words(ValueError("a", 1)) == "ValueError: ('a', 1)"
    assert error_in_words(ValueError(says(lambda self: "what it says")())) == "ValueError: what it says"
    broken = says(lambda self: 1 / 0, "Broken", ValueError)()
    assert error_in_words(broken) == "Broken: <Broken whose text raises ZeroDivisionError>"


def test_a_class_is_looked_at_past_what_it_says() -> None:
    """Names and attributes of a class are read where they are kept; a metaclass that lies is not heard."""

    class Meta(type):
        def __getattribute__(cls, name: str) -> Any:
            raise RuntimeError

        def __hash__(cls) -> int:
            raise RuntimeError

    cls = Meta("Kept", (), {"__repr__": lambda self: "kept"})
    assert class_name(cls) == "Kept"
    assert class_attribute(cls, "__repr__") is not None
    assert class_attribute(cls, "missing") is None
    assert words_of([cls()]) == "[kept]"


def test_a_hostile_item_does_not_hide_its_container() -> None:
    """In a container only the item that does not answer is named so."""
    assert words_of([1, says(lambda self: 1 / 0)(), 2]) == "[1, <Says whose repr raises ZeroDivisionError>, 2]"


def test_what_is_small_but_would_be_written_long_is_not_walked_to_its_end() -> None:
    """Sixty lists, each holding the next one twice, would be written with 2 to the 60 items."""
    value: Any = 1
    for _ in range(60):
        value = [value, value]
    assert len(words_of(value, 60)) < 500
    assert len(words_of(value)) < 1_000_000
    assert len(words_of(ValueError(value), 60)) < 500
    assert len(error_in_words(ValueError(value))) < 10_000
    assert len(error_in_words(KeyError(value))) < 10_000


def test_a_container_that_lies_is_walked_all_the_same() -> None:
    """Items are read by the methods of the container it derives from."""
    lies = {"__iter__": lambda self: 1 / 0, "__len__": lambda self: -5, "__bool__": lambda self: 1 / 0}
    for base, given, text in ((list, [1], "[1]"), (dict, {1: 2}, "{1: 2}"), (tuple, (1,), "(1,)")):
        assert words_of(type("Lies", (base,), lies)(given)) == text


# -- time -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["loops", "blocked"])
def test_one_that_does_not_answer_is_left_alone(kind: str, gate: Gate) -> None:
    """A repr that loops or blocks is given up, and its class is named, and not asked again."""
    asked = 0

    def answer(self: Any) -> str:
        nonlocal asked
        asked += 1
        return loops(self) if kind == "loops" else str(gate.event.wait())

    cls = says(answer, "Slow")
    for _ in range(3):
        said = safe_repr(cls())  # outside the assertion, which would ask it again to explain itself
        assert said == "<Slow whose repr takes too long>"
    assert asked == 1
    assert safe_repr(says(lambda self: "next")()) == "next"


def test_a_loop_in_python_is_ended(eventually: Callable[..., Any]) -> None:
    """The thread of a repr that loops does not go on for ever."""
    safe_repr(says(loops)())
    assert eventually(lambda: all(thread.over for thread in repr_worker._hung))


def test_a_thread_that_was_given_up_asks_nobody_else(eventually: Callable[..., Any]) -> None:
    """Of a list of objects that all loop, only those are asked that somebody waits for."""
    asked = []

    def answer(self: Any) -> str:
        asked.append(self)
        return loops(self)

    words_of([says(answer, f"Loops{number}")() for number in range(40)])
    assert eventually(lambda: all(thread.over for thread in repr_worker._hung))
    assert len(asked) <= BUDGET / repr_worker.PATIENCE + 1


def test_a_class_that_answers_late_gets_another_chance(gate: Gate, eventually: Callable[..., Any]) -> None:
    """The machine may have been busy, or a lock held; it is asked once more, and no more if it is late again."""
    cls = says(lambda self: gate.event.wait() and "late", "Late")
    assert safe_repr(cls()) == "<Late whose repr takes too long>"
    gate.event.set()
    assert eventually(lambda: safe_repr(cls()) == "late")
    gate.event.clear()
    assert safe_repr(cls()) == "<Late whose repr takes too long>"
    gate.event.set()
    assert eventually(lambda: all(thread.over for thread in repr_worker._hung))
    assert safe_repr(cls()) == "<Late whose repr takes too long>"


def test_only_a_few_may_hang(gate: Gate) -> None:
    """When some threads hang for good nobody foreign is asked any more, and the text says so."""
    for number in range(HUNG):
        assert "takes too long" in safe_repr(gate.blocked(f"Blocked{number}"))
    assert safe_repr(gate.blocked()) == "<Blocked, not asked: too many others hang>"
    assert safe_repr(says(lambda self: "fine")()) == "<Says, not asked: too many others hang>"
    assert (safe_repr("text"), safe_repr(b"bytes")) == ("'text'", "b'bytes'")
    assert safe_repr(3) == "3"


def test_a_look_has_a_budget(gate: Gate) -> None:
    """What is asked within one look has so much time together; then the text says that nobody was asked."""
    objects = [says(loops, f"Loops{number}")() for number in range(20)]
    began = time.monotonic()
    with one_look():
        texts = [safe_repr(thing) for thing in objects]
        assert safe_repr(says(lambda self: "late")()) == "<Says, not asked: too many slow reprs>"
    assert time.monotonic() - began < 60  # twenty times patience is what a slow machine may need, and no more
    assert texts[-1] == "<Loops19, not asked: too many slow reprs>"
    assert safe_repr(says(lambda self: "the next look")()) == "the next look"


def test_slow_classes_are_remembered_weakly(eventually: Callable[..., Any]) -> None:
    """That a class is slow keeps neither it nor its objects alive."""
    cls = says(loops)
    safe_repr(cls())
    ref = weakref.ref(cls)
    del cls
    assert eventually(lambda: gc.collect() is not None and ref() is None)


def test_what_was_asked_is_not_held_on_to() -> None:
    """An object that answered, or raised, is let go of."""

    def answer(self: Any) -> str:
        raise ValueError(self)

    for function in (lambda self: "fine", answer):
        thing = says(function)()
        words_of(thing)
        safe_repr(thing)
        ref = weakref.ref(thing)
        del thing
        gc.collect()
        assert ref() is None


# -- the thread -----------------------------------------------------------------------------------------


def test_one_thread_asks_all() -> None:
    """The thread is used again; however many are asked, there is one."""
    idents = set()

    def answer(self: Any) -> str:
        idents.add(threading.get_ident())
        return "x"

    for _ in range(50):
        safe_repr(says(answer)())
    assert len(idents) == 1
    assert threading.get_ident() not in idents


def test_many_are_asked_with_one_change_of_threads() -> None:
    """cautiously() says of each value what said() would, in order."""
    values = [1, says(lambda self: "foreign")(), "a", says(lambda self: 1 / 0)(), None]
    assert cautiously(words_of, values) == [said(words_of, value) for value in values]


def test_no_thread_is_started_before_one_is_needed() -> None:
    """Importing and showing plain values starts none."""
    code = (
        "import _thread, kamlab.views, kamlab.core.safe_repr\n"
        "from kamlab.views.printable import quoted\n"
        "assert quoted([1, 'a', {2: b'x'}, object()])\n"
        "assert _thread._count() == 0\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_where_no_thread_can_be_started_the_asker_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a browser; errors stay harmless, and what is asked still runs in no slice."""

    def refuse(*_: Any) -> int:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(_thread, "start_new_thread", refuse)
    monkeypatch.setattr(repr_worker, "_idle", [])
    monkeypatch.setattr(context.in_slice, "component", "somebody")
    here = says(lambda self: f"{context.in_slice.component} {threading.get_ident() == ident}")
    ident = threading.get_ident()
    assert safe_repr(here()) == "None True"
    assert safe_repr(says(lambda self: 1 / 0)()) == "<Says whose repr raises ZeroDivisionError>"
    assert context.in_slice.component == "somebody"


def test_a_repr_runs_in_no_slice(lab: Any) -> None:
    """What a repr does when a component shows something is not the doing of that component."""
    var = contextvars.ContextVar("var", default="none")
    seen = []
    thing = says(lambda self: seen.append((context.in_slice.component, context.in_slice.world, var.get())) or "x")()

    class Shows(Component):
        def main(self) -> Any:
            var.set("set")
            seen.append(words_of(thing))
            yield

    Shows().activate()
    lab.step(1)
    assert seen == [(None, None, "none"), "x"]


def test_a_repr_may_show_others_itself() -> None:
    """A repr that calls what asks reprs does not wait for itself."""
    inner = says(lambda self: "inner", "Inner")()
    assert safe_repr(says(lambda self: f"outer of {words_of([inner])}")()) == "outer of [inner]"


def test_several_may_ask_at_once() -> None:
    """Askers do not wait for one another's objects."""
    both = threading.Barrier(2, timeout=30)
    cls = says(lambda self: str(both.wait() >= 0))
    texts: list[str] = []
    asker = threading.Thread(target=lambda: texts.append(safe_repr(cls())))
    asker.start()
    texts.append(safe_repr(cls()))
    asker.join(30)
    assert len(texts) == 2
    assert len(repr_worker._idle) >= 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_process_asks_with_a_thread_of_its_own() -> None:
    """The thread of the parent is not in the child."""
    code = (
        "import os\n"
        "from kamlab.core.safe_repr import safe_repr\n"
        "class Says:\n"
        "    def __repr__(self): return 'fine'\n"
        "assert safe_repr(Says()) == 'fine'\n"
        "child = os.fork()\n"
        "if not child:\n"
        "    os._exit(safe_repr(Says()) != 'fine')\n"
        "raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n"
    )
    assert subprocess.run([sys.executable, "-W", "ignore", "-c", code], timeout=60).returncode == 0


def test_an_interrupt_of_the_asker_is_the_asker_s(gate: Gate) -> None:
    """Ctrl-C while somebody waits for an answer interrupts him, and the next one is asked as ever."""
    code = (
        "import _thread, threading\n"
        "from kamlab.core import repr_worker\n"
        "from kamlab.core.safe_repr import safe_repr\n"
        "repr_worker.PATIENCE = 30\n"
        "class Interrupts:\n"
        "    def __repr__(self):\n"
        "        _thread.interrupt_main()\n"
        "        threading.Event().wait(1)\n"
        "        return 'x'\n"
        "class Fine:\n"
        "    def __repr__(self): return 'fine'\n"
        "try:\n"
        "    safe_repr(Interrupts())\n"
        "    raise SystemExit(1)\n"
        "except KeyboardInterrupt:\n"
        "    raise SystemExit(safe_repr(Fine()) != 'fine')\n"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0


def test_an_end_is_meant_for_one_thread_only(eventually: Callable[..., Any]) -> None:
    """A thread that was told to end and is gone is not told again: another thread may have its number by now."""
    thread = repr_worker._Thread()
    thread._go.release()
    thread.given_up = True
    assert eventually(lambda: thread.over)
    thread.over = False  # as if nobody had noticed
    assert eventually(lambda: not thread._is_there())
    thread._ident = threading.get_ident()  # the number is given to this one
    thread.end_if_it_computes()
    assert sum(range(100_000)) == 4999950000  # nothing is raised here
    assert thread.over


def test_a_thread_given_up_while_it_waits_for_work_ends(eventually: Callable[..., Any]) -> None:
    """An interrupt may come when an answer is there already: the thread that gave it has nothing to do, and ends."""
    thread = repr_worker._Thread()
    thread._give_up()
    assert eventually(lambda: thread.over)
    repr_worker._hung.clear()
