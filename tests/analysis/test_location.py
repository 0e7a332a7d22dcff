"""Where the code stands: the user's line, the stack, the variables, whatever the code is made of."""

from __future__ import annotations

import inspect
import linecache
import queue
import sys
import threading

import pytest

from kamlab import Component, Pipeline, SimpleServer, ThreadedComponent, WaitComplete
from kamlab.analysis import standing, standings
from kamlab.analysis.words import shown
from kamlab.chassis.base import Chassis
from kamlab.chassis.flow_control import send_when_room
from kamlab.core.errors import UnknownComponent
from kamlab.core.microprocess import Microprocess
from kamlab.parts import PassThrough, PureTransformer
from kamlab.views import Position


def line_with(cls, text):
    """Return the number of the line of a class that contains a text."""
    lines, first = inspect.getsourcelines(cls)
    return next(number for number, line in enumerate(lines, first) if text in line)


class Napping(Component):
    def main(self):
        self.count = 2
        word = "zzz"
        yield from self.nap(word)

    def nap(self, word):
        self.pause()
        yield  # here it sleeps


class Deeper(Component):
    async def main(self):
        await self.fetch()

    async def fetch(self):
        return await self.receive("control")  # here it waits


class Helped(Component):
    def main(self):
        yield WaitComplete(self.inner())  # here main stands

    def inner(self):
        self.pause()
        yield  # here the helper stands


class Failing(Component):
    def main(self):
        wanted = 7
        self.look_up({}, wanted)
        yield

    def look_up(self, table, key):
        return table[key]  # here it fails


def test_a_generator_shows_its_line_and_where_it_was_called_from(lab):
    """The user's line is the innermost one of a chain of ``yield from``; the callers are kept."""
    napping = Napping(name="napping").activate()
    lab.run()
    place = standing(napping)
    assert (place.state, place.function, place.line) == ("waiting", "nap", line_with(Napping, "here it sleeps"))
    assert place.file == __file__
    assert place.source == "yield  # here it sleeps"
    assert [each.function for each in place.places] == ["main", "nap"]
    text = str(lab.where(napping))
    assert f"called from line {line_with(Napping, 'yield from')} of main()" in text
    marked = next(line for line in text.splitlines() if "->" in line)
    assert marked.split() == ["->", str(place.line), *place.source.split()]


def test_variables_and_attributes_are_shown_as_text(lab):
    """The variables of the user's frame and what the user set on self; nothing of the engine's own."""
    napping = Napping(name="napping").activate()
    lab.run()
    place = standing(napping)
    assert place.variables == (("word", "'zzz'"),)
    assert place.attributes == (("count", "2"),)
    assert "self.count = 2" in str(lab.where(napping))


def test_many_and_long_values_are_cut(lab):
    """At most twelve variables, each on one short line, whatever its repr does."""

    class Rude:
        def __repr__(self):
            raise RuntimeError("no")

    class Full(Component):
        def main(self):
            for number in range(30):
                setattr(self, f"value{number}", number)
            rude, long, lines = Rude(), ["x" * 100] * 100_000, "a\nb"
            self.pause()
            yield rude, long, lines

    place = standing_after(lab, Full(name="full"))
    values = dict(place.variables)
    assert "raises RuntimeError" in values["rude"]
    assert len(values["long"]) <= 60
    assert values["lines"] == r"'a\nb'"
    assert len(place.attributes) == 13
    assert place.attributes[-1] == ("...", "and 18 more")


def standing_after(lab, component):
    component.activate()
    lab.run(timeout=5)
    return standing(component)


def test_no_address_in_memory_is_shown():
    """What differs from run to run is left out of the text."""
    assert "0x" not in shown([object(), test_no_address_in_memory_is_shown])


def test_a_coroutine_shows_the_line_that_awaits(lab):
    """The line shown is the user's ``await``, not one inside of what is awaited."""
    place = standing_after(lab, Deeper(name="deeper"))
    assert (place.function, place.line) == ("fetch", line_with(Deeper, "here it waits"))
    assert [each.function for each in place.places] == ["main", "fetch", "receive"]


WAITING = {
    "receive": ('self.receive("control")', "waits for a message in 'control'"),
    "any": ("self.ready()", "waits for a message in any inbox"),
    "two": ('self.ready("inbox", "control")', "waits for a message in 'inbox' or 'control'"),
    "ready with a time limit": ('self.ready("inbox", timeout=5)', "waits for a message in 'inbox'"),
    "sleep": ("self.sleep(5)", "waits for its timer"),
    "room": ('send_when_room(self, "more", "outbox")', "waits for room where it sends to"),
    "tick": ("self.tick()", "in kamlab's tick()"),
}


@pytest.mark.parametrize(("call", "words"), WAITING.values(), ids=WAITING)
def test_what_kamlabs_code_does_is_one_line(lab, call, words):
    """A component in one of kamlab's calls stands at its own line; one more says what it waits for, now and later."""
    code = f"class Waits(Component):\n    async def main(self):\n        await {call}\n"
    linecache.cache["<waits>"] = (len(code), None, code.splitlines(True), "<waits>")
    names = {"Component": Component, "send_when_room": send_when_room, "__name__": "typed"}
    exec(compile(code, "<waits>", "exec"), names)
    waits = names["Waits"](name="waits")
    full = Component(name="full")
    waits.link((waits, "outbox"), (full, "inbox"))
    full.set_inbox_size("inbox", 1)
    full.deliver("first")
    waits.activate()
    lab.step()
    place = lab.where("waits")
    assert (place.source, place.inside) == (f"await {call}", words)
    assert str(place).splitlines()[-1] == f"  {words}"
    assert ".py" not in str(place)
    assert lab.where("waits", step=1) == place


def test_of_one_that_was_woken_it_is_told_what_it_waited_for(lab):
    """A component that is runnable again waits no longer, although its code still stands in receive."""
    Deeper(name="deeper").activate()
    lab.run()
    lab["deeper"].deliver("stop", "control")
    assert lab.where("deeper").inside == "waited for a message in 'control'"


def test_children_that_are_waited_for_are_named(lab, parts):
    """A component in until_children_done() says that it waits for its children to end."""

    class Parent(Chassis):
        def main(self):
            self.add_children(parts.Echo(name="child"))
            self.children[0].activate()
            yield from self.until_children_done()  # here it waits

    Parent(name="parent").activate()
    lab.run()
    assert lab.where("parent").source == "yield from self.until_children_done()  # here it waits"
    assert lab.where("parent").inside == "waits for its children to end"


def test_of_a_part_of_kamlabs_all_calls_are_shown(lab):
    """Where all of the code is kamlab's, nothing is folded: each call has its line."""
    Pipeline(PassThrough(), PassThrough()).activate()
    lab.run()
    place = lab.where("Pipeline_1")
    assert (place.function, place.inside) == ("until_children_done", "")
    assert [call.partition(" of ")[2][:6] for call in place.stack] == ["main()", "until_"]
    assert "  called from line " in str(place)


def test_calls_of_kamlabs_around_the_users_code_are_one_line(lab):
    """Code of the user's that a part calls is shown first; the part's own calls are one line without a number."""

    def halve(message):
        return message / 0  # here it fails

    PureTransformer(halve).activate().deliver(1)
    lab.run()
    place = lab.where("PureTransformer_1")
    assert place.source == "return message / 0  # here it fails"
    assert place.stack[:-1] == ("kamlab's process_message()",)
    assert "  called from kamlab's process_message()" in str(place).splitlines()
    assert place.places[0].function == "main"


def test_one_that_waits_for_a_generator_shows_both(lab):
    """WaitComplete: the line in the generator, called from the line in main that waits for it."""
    helped = Helped(name="helped").activate()
    lab.run()
    place = standing(helped)
    assert place.line == line_with(Helped, "here the helper stands")
    assert place.places[0].line == line_with(Helped, "here main stands")
    assert place.remark == "waits for inner() to run to its end"


def test_before_the_first_slice_the_head_of_main_is_shown(lab):
    """A component that has not begun stands at the line that defines its main, activated or not."""
    napping = Napping(name="napping")
    assert standing(napping).state == "new"
    assert standing(napping).line == line_with(Napping, "def main")
    napping.activate()
    assert standing(napping).line == line_with(Napping, "def main")
    assert standing(napping).remark == "its first slice is still to come"


def test_a_failure_shows_the_line_that_raised(lab):
    """Of a component that failed: where, with what, and its variables then."""
    failing = Failing(name="failing").activate()
    lab.run()
    place = standing(failing)
    assert (place.state, place.line) == ("failed", line_with(Failing, "here it fails"))
    assert place.remark == "KeyError: 7"
    assert [each.function for each in place.places] == ["main", "look_up"]
    assert dict(place.variables)["key"] == "7"


def test_an_error_of_the_engine_is_shown_at_the_users_line(lab):
    """Where recv raises, the line shown is the one that called it."""

    class Greedy(Component):
        def main(self):
            self.recv("inbox")  # nothing is there
            yield

    greedy = Greedy(name="greedy").activate()
    lab.run()
    assert standing(greedy).source == 'self.recv("inbox")  # nothing is there'
    assert standing(greedy).inside == "raised in kamlab's recv()"


@pytest.mark.parametrize(("how", "state"), [("run", "finished"), ("stop", "stopped")])
def test_one_that_has_ended_stands_nowhere(lab, parts, how, state):
    """After an ordinary end there is no line, and the text says how it ended."""
    source = parts.Source(name="source").activate()
    lab.run() if how == "run" else source.stop()
    place = standing(source)
    assert (place.state, place.places, place.line) == (state, (), 0)
    assert str(place).startswith(f"source: {state} (it")
    assert str(lab.where(source)) == str(place)


def test_a_thread_in_recv_shows_the_line_that_called_it(lab, parts):
    """A thread stands at the user's line, and the remark says which inbox it waits at."""
    receiving = parts.Receiving(name="receiving").activate()
    lab.step()
    place = standing(receiving)
    assert place.source == 'self.got = self.recv("inbox")'
    assert place.remark == "its thread waits in recv for a message in 'inbox'"
    assert (place.state, place.inside) == ("waiting", "")


def test_a_thread_blocked_elsewhere_is_shown_with_file_and_line(lab, parts, lock, eventually):
    """A thread that waits for a lock of its own stands at the line that takes it."""
    locked = parts.Locked(lock, name="locked").activate()
    lab.step(timeout=0.1)
    assert eventually(lambda: standing(locked).source == "with self.lock:")
    place = standing(locked)
    assert place.state == "blocked"
    assert place.file.endswith("conftest.py")


def test_a_thread_inside_a_library_is_shown_at_the_users_line(lab, eventually):
    """Not the line of Python's own library that blocks, but the one that went there."""
    letters: queue.Queue[str] = queue.Queue()

    class Waiting(ThreadedComponent):
        def main(self):
            letters.get()  # for a letter

    waiting = Waiting(name="waiting").activate()
    lab.step(timeout=0.1)
    assert eventually(lambda: standing(waiting).source == "letters.get()  # for a letter")
    assert standing(waiting).inside == "in get() in queue.py"
    letters.put("one")


def test_a_slice_that_does_not_end_shows_the_line_it_is_at(lab, eventually):
    """A component that blocks in the middle of a slice is shown while it does, with the lock held."""
    go = threading.Event()

    class Hanging(Component):
        def main(self):
            go.wait(20)  # hangs
            yield

    hanging = Hanging(name="hanging").activate()
    lab.start()
    try:
        assert eventually(lambda: standing(hanging).source == "go.wait(20)  # hangs")
        assert standing(hanging).state == "running"
        assert [each.name for each in standings(lab)] == ["hanging"]
        assert lab.where("hanging") == Position.of(standing(hanging))
        assert standing(hanging).mark.startswith("hanging has been in one slice for ")
        with pytest.raises(UnknownComponent, match="somebody else"):
            lab.where("somebody else")
    finally:
        go.set()
    lab.pause()


class Odd:
    """A flow of control that answers every question with an error."""

    def __init__(self):
        self.left = 3

    def send(self, value):
        self.left -= 1
        if not self.left:
            raise StopIteration

    def close(self):
        pass

    def __getattr__(self, name):
        raise RuntimeError(name)


@pytest.mark.parametrize("flow", [lambda: iter([1, 2, 3]), lambda: map(str, range(5)), Odd])
def test_odd_flows_are_described_and_raise_nothing(lab, flow):
    """An iterator, something written in C, something hostile: there is an answer without a line."""

    class Strange(Component):
        def main(self):
            return flow()

    strange = Strange(name="strange").activate()
    assert standing(strange).function == "main"
    lab.step()
    place = standing(strange)
    assert place.places == ()
    assert place.remark.startswith("its main returned a ")
    lab.run(timeout=5)
    assert standing(strange).places == ()


def test_a_bare_generator_has_a_standing(lab):
    """A microprocess around a generator stands at the generator's line, before and after it began."""

    def count():
        yield 1

    bare = Microprocess(count()).activate(lab)
    assert standing(bare).function == "count"
    lab.step()
    assert standing(bare).source == "yield 1"


def test_a_name_of_the_users_own_hides_nothing(lab):
    """Attributes called flow, state or error do not confuse the answer."""

    class Own(Component):
        def main(self):
            self.flow, self.state, self.error = "mine", "fine", "none"
            self.pause()
            yield

    place = standing_after(lab, Own(name="own"))
    assert (place.state, place.source) == ("waiting", "yield")
    assert dict(place.attributes)["flow"] == "'mine'"


def test_a_component_that_came_with_kamlab_stands_in_its_own_code(lab):
    """Where all of the code is kamlab's, the component's own line is shown and not the engine's."""
    server = SimpleServer(protocol=Component, port=0, name="server").activate()
    lab.step(4, timeout=0)
    assert standing(server).function == "main"
    assert standing(server).file.endswith("server.py")


def test_all_of_a_lab_in_one_line_each(lab, parts):
    """``lab.where()`` has a line for each, with the code; one can be had by its name."""
    parts.pipe(parts.Echo(name="first"), parts.Receiving(name="second"))
    lab.step(2)
    text = str(lab.where())
    assert len(text.splitlines()) == 2
    assert "recv" in text
    assert lab.where()["first"] == lab.where("first")
    with pytest.raises(KeyError, match="'first', 'second'"):
        lab.where()["third"]


def test_standings_are_values_that_can_be_compared(lab, parts):
    """Nothing has run: the same standing; something has: another one."""
    parts.pipe(parts.Source(name="source"), parts.Echo(name="echo"))
    before = standings(lab)
    assert before == standings(lab)
    assert hash(before) == hash(standings(lab))
    lab.step()
    assert before != standings(lab)
    with pytest.raises(AttributeError):
        before.all[0].name = "other"


def test_a_slice_may_ask_where_it_stands_itself(lab):
    """Asked from within its own slice a component is running, at the line that asks."""
    found = []

    class Asking(Component):
        def main(self):
            found.append(standing(self))
            yield

    Asking(name="asking").activate()
    lab.step()
    assert found[0].state == "running"
    assert found[0].source == "found.append(standing(self))"


def test_where_everybody_stood_takes_a_time_in_proportion_to_their_number(make_lab):
    """With twice as many components lab.where(step=k) makes about twice as many calls."""

    class Idle(Component):
        def main(self):
            while True:
                yield

    def calls(count):
        lab = make_lab(clock="virtual")
        for _ in range(count):
            Idle().activate()
        lab.step(2 * count)
        made = 0

        def note(frame, event, argument):
            nonlocal made
            made += event in ("call", "c_call")

        sys.setprofile(note)
        try:
            assert len(lab.where(step=count)) == count
        finally:
            sys.setprofile(None)
        return made

    assert calls(160) < 3 * calls(80)
