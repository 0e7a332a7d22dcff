"""The code of a component, with the line it stands at."""

from __future__ import annotations

import importlib.util
import linecache
import queue
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from kamlab import Component, Lab, ThreadedComponent, WaitComplete
from kamlab.analysis.snapshot import snapshot_of
from kamlab.core.errors import UnknownComponent
from kamlab.views.components import key_of
from kamlab.views.source import WHOLE, WIDTH, WINDOW, SourceLook, source_of


class Stands(Component):
    def main(self) -> Iterator[None]:
        """Stand where it says so."""
        self.count = 3
        word = "zzz"
        yield  # here
        print(word)


class Waits(Component):
    async def main(self) -> None:
        self.got = await self.receive("inbox")  # here


class Helped(Component):
    def main(self) -> Any:
        yield WaitComplete(self.inner())  # here

    def inner(self) -> Iterator[None]:
        number = 1
        self.pause()
        yield  # inside
        print(number)


class Threaded(ThreadedComponent):
    def main(self) -> None:
        self.recv("inbox")  # here


class Busy(ThreadedComponent):
    def main(self) -> None:
        self._gate.get()  # here


class Fails(Component):
    def main(self) -> Iterator[None]:
        yield
        raise ValueError("no")  # here


def marked(look: SourceLook) -> str:
    """Return the line that a component stands at, as it is shown."""
    (line,) = (text for number, text in look.numbered if number == look.at)
    return line


def typed_in(code: str, name: str) -> dict[str, Any]:
    """Run code as a notebook does: it is in no file, but its lines are known."""
    linecache.cache[name] = (len(code), None, code.splitlines(True), name)
    names: dict[str, Any] = {"Component": Component, "__name__": "typed"}
    exec(compile(code, name, "exec"), names)
    return names


def test_a_short_function_is_shown_as_a_whole(lab: Lab) -> None:
    """From its first line to its last, with the current line, the variables there and those of the component."""
    stands = Stands().activate()
    lab.step()
    look = source_of(lab, stands)
    assert look.lines[0] == "def main(self) -> Iterator[None]:"
    assert look.lines[-1] == "    print(word)"
    assert marked(look) == "    yield  # here"
    assert (look.name, look.state, look.function, look.file) == ("Stands_1", "runnable", "main", "test_source.py")
    assert look.locals == (("word", "'zzz'"),)
    assert look.attributes == (("count", "3"),)


@pytest.mark.parametrize(
    ("cls", "state"), [(Waits, "waiting"), (Threaded, "waiting"), (Fails, "failed"), (Stands, "runnable")]
)
def test_every_kind_of_main_is_shown_at_the_user_s_line(lab: Lab, cls: type, state: str) -> None:
    """Generators, coroutines, threads and those that failed stand at a line of their own code."""
    component = cls().activate()
    lab.report = lambda text: None  # type: ignore[method-assign]
    lab.step(1 if cls is Stands else 4)
    look = source_of(lab, component)
    assert marked(look).endswith("# here")
    assert look.state == state


def test_an_inner_generator_is_shown_with_who_waits_for_it(lab: Lab) -> None:
    """Of a component that waits for a generator of its own, that is shown, and in the stack the line that waits."""
    helped = Helped().activate()
    lab.step(4)
    look = source_of(lab, helped)
    assert marked(look) == "    yield  # inside"
    assert look.function == "inner"
    assert any("# here" in place for place in look.stack)
    assert "inner()" in look.remark


def test_a_thread_that_is_busy_is_blocked_at_its_line(lab: Lab) -> None:
    """A thread that blocks in code of its own is shown with the line."""
    busy = Busy()
    busy._gate = queue.Queue()
    busy.activate()
    try:
        lab.step()
        look = source_of(lab, busy)
        assert marked(look) == "    self._gate.get()  # here"
        assert look.state == "blocked"
    finally:
        busy._gate.put(None)


def test_one_that_has_not_begun_or_has_ended_is_shown_too(lab: Lab) -> None:
    """Before the first slice it stands at the beginning of main; after its end nowhere."""
    stands = Stands().activate()
    before = source_of(lab, stands)
    assert marked(before).startswith("def main")
    assert before.remark == "its first slice is still to come"
    lab.step(3)
    after = source_of(lab, stands)
    assert (after.at, after.lines, after.state) == (0, (), "finished")


def test_a_state_that_the_caller_has_read_is_the_one_that_is_shown(lab: Lab) -> None:
    """With the state from a snapshot of the moment the source is the same as without it, at every step."""
    components = [Stands().activate(), Waits().activate(), Fails().activate()]
    lab.report = lambda text: None  # type: ignore[method-assign]
    for _ in range(8):
        stands = snapshot_of(lab).components
        for component in components:
            assert source_of(lab, component, stands[component].state) == source_of(lab, component)
        lab.step()


def test_a_component_is_found_by_its_key(lab: Lab) -> None:
    """A key does as well as the component, also of one that failed; a wrong one is answered with those there are."""
    lab.report = lambda text: None  # type: ignore[method-assign]
    fails = Fails().activate()
    stands = Stands().activate()
    lab.step(3)
    assert source_of(lab, key_of(fails)) == source_of(lab, fails)
    with pytest.raises(UnknownComponent, match=rf"'99'.*{key_of(stands)} \(Stands_2\)"):
        source_of(lab, "99")


def long_function(tmp_path: Path) -> ModuleType:
    """Return a module with a component whose main has a hundred lines, the yield in the middle, and a long one."""
    body = [f"        number = {line}" for line in range(100)]
    body[50] = "        yield"
    body[52] = "        text = '" + "x" * 500 + "'"
    path = tmp_path / "long_one.py"
    path.write_text("from kamlab import Component\nclass Long(Component):\n    def main(self):\n" + "\n".join(body))
    spec = importlib.util.spec_from_file_location("long_one", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_of_a_long_function_a_window_is_shown(lab: Lab, tmp_path: Path) -> None:
    """Beyond so many lines there is a window around the current one, and long lines are cut."""
    long = long_function(tmp_path).Long().activate()
    lab.step()
    look = source_of(lab, long)
    assert 100 > WHOLE > WINDOW == len(look.lines)
    assert marked(look) == "yield"
    assert look.at - look.first == WINDOW // 2
    assert max(map(len, look.lines)) == WIDTH


def test_code_of_a_notebook_s_cell_is_shown(lab: Lab) -> None:
    """Code that is in no file is shown, if its lines are known; its place is called a notebook cell."""
    code = "class Typed(Component):\n    def main(self):\n        yield  # here\n"
    typed = typed_in(code, "/tmp/ipykernel_99/123.py")["Typed"]().activate()
    lab.step()
    look = source_of(lab, typed)
    assert marked(look) == "    yield  # here"
    assert look.file == "a notebook cell"


def test_code_without_source_is_named_by_its_line(lab: Lab) -> None:
    """Where no lines can be had the place is named, and the forms say that there is no source."""
    names: dict[str, Any] = {"Component": Component, "__name__": "nowhere"}
    exec(compile("class Bare(Component):\n    def main(self):\n        yield\n", "<nowhere>", "exec"), names)
    bare = names["Bare"]().activate()
    lab.step()
    look = source_of(lab, bare)
    assert (look.at, look.lines, look.file) == (3, (), "<nowhere>")
    assert "no source" in str(look)
    assert "no source" in look._repr_html_()


def test_code_is_no_more_trusted_than_a_message(lab: Lab) -> None:
    """Marks in the code that turn the writing direction, and markup, are shown as what they are."""
    code = "class Evil(Component):\n    def main(self):\n        yield  # \u202e<script>alert(1)</script>\n"
    evil = typed_in(code, "<evil>")["Evil"]().activate()
    lab.step()
    look = source_of(lab, evil)
    assert marked(look) == "    yield  # \\u202e<script>alert(1)</script>"
    assert "<script" not in look._repr_html_()


def test_the_forms_mark_the_line_by_an_arrow(lab: Lab) -> None:
    """In text and in HTML the current line has an arrow, so that colour is not needed to see it."""
    stands = Stands().activate()
    lab.step()
    look = source_of(lab, stands)
    (line,) = (line for line in str(look).splitlines() if "->" in line and "yield" in line)
    assert line.split() == ["->", str(look.at), "yield", "#", "here"]
    html = look._repr_html_()
    assert html.count("-&gt;</td>") == 1
    assert "self.count" in html
    data = look.data()
    assert data["lines"][data["at"] - data["first"]] == "    yield  # here"
    assert data["locals"] == [["word", "'zzz'"]]


def test_a_look_does_not_wait_for_a_slice_that_does_not_end(
    make_lab: Callable[..., Lab], eventually: Callable[..., Any]
) -> None:
    """A component that is in the middle of an endless slice is shown at the line that it executes."""
    lab = make_lab()

    class Spins(Component):
        def main(self) -> Iterator[None]:
            while not self._enough:
                pass  # here
            yield

    spins = Spins()
    spins._enough = False
    spins.activate(lab)
    lab.start()
    try:
        assert eventually(lambda: lab.scheduler.running is spins)
        look = source_of(lab, spins)
        assert look.state == "running"
        assert look.function == "main"
    finally:
        spins._enough = True


def test_where_shows_what_the_source_piece_shows(lab: Lab) -> None:
    """The position that lab.where returns has the text and the HTML of the panel's source piece."""
    waits = Waits().activate()
    lab.step()
    position, look = lab.where("Waits_1"), source_of(lab, waits)
    assert str(position) == str(look)
    assert position._repr_html_() == look._repr_html_()
    assert position.data() == {name: value for name, value in look.data().items() if name != "key"}
    assert (position.at, position.lines, position.locals, position.stack, position.headline) == (
        look.at,
        look.lines,
        look.locals,
        look.stack,
        look.headline,
    )
    assert list(position.numbered) == list(look.numbered)
    assert (position.line, position.file, position.function) == (look.at, __file__, "main")


def test_what_kamlabs_code_does_is_grey(lab: Lab) -> None:
    """In HTML the folded line below the code is faint, and no line of kamlab's own code is shown."""
    Waits().activate()
    lab.step()
    html = lab.where("Waits_1")._repr_html_()
    assert '<div class="kamlab-faint">waits for a message in &#x27;inbox&#x27;</div>' in html
    assert "awaitables.py" not in html


def test_the_past_has_the_same_picture(lab: Lab) -> None:
    """Of a step that was stepped where() shows text, HTML and data as it did then, with what was in the variables."""
    lab.report = lambda text: None  # type: ignore[method-assign]
    names = [part.activate().short_name for part in (Stands(), Waits(), Helped(), Fails())]

    def shown(step: int | None = None) -> dict[str, tuple[str, str, Any]]:
        found = {name: lab.where(name, step) for name in names}
        return {name: (str(at), at._repr_html_(), at.data()) for name, at in found.items()}  # type: ignore[union-attr]

    then = [shown()]
    for _ in range(3):
        lab.step()
        then.append(shown())
    for step, before in enumerate(then):
        assert shown(step) == before
    assert "-&gt;</td>" in then[1]["Stands_1"][1]


def test_a_past_that_was_not_noted_says_so(make_lab: Callable[..., Lab]) -> None:
    """After a run in one go the picture is a line that says why there is no code, and what goes there."""
    lab = make_lab(clock="virtual")
    Stands().activate()
    lab.run()
    html = lab.where("Stands_1", step=1)._repr_html_()  # type: ignore[union-attr]
    assert "was not noted" in html
    assert "<table><tbody>" not in html


def test_many_calls_are_counted(lab: Lab) -> None:
    """Of a deep stack the innermost calls are shown, and the others are counted."""

    class Deep(Component):
        def main(self) -> Iterator[None]:
            yield from self.down(40)

        def down(self, more: int) -> Iterator[None]:
            if more:
                yield from self.down(more - 1)
            else:
                yield

    Deep().activate()
    lab.step()
    assert str(lab.where("Deep_1")).count("called from") == 1 + 11
    assert "  called from 30 more calls" in str(lab.where("Deep_1")).splitlines()


def test_lab_source_is_a_deprecated_name_of_where(lab: Lab) -> None:
    """lab.source answers as lab.where does, and warns at the line that calls it."""
    Stands().activate()
    lab.step()
    with pytest.warns(DeprecationWarning, match=r"use lab\.where\(of\)") as warned:
        assert lab.source("Stands_1") == lab.where("Stands_1")
    assert warned[0].filename == __file__
