"""A question in a notebook: buttons that answer it, and HTML that stays."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("ipywidgets", reason="ipywidgets is not installed")

from ipywidgets.widgets import widget as widgets

from kamlab import Component, Lab
from kamlab.notebook import question_widget as module
from kamlab.notebook.question_widget import KEPT, QuestionWidget, close_all, show
from kamlab.teach import Quiz
from kamlab.teach.quiz import Question
from kamlab.teach.score import reset, score

WIDGET = "application/vnd.jupyter.widget-view+json"


class Tick(Component):
    def main(self) -> Iterator[None]:
        for number in range(9):
            self.send(f"<i>{number}</i>")
            yield


class Lies(Component):
    def main(self) -> Iterator[None]:
        while True:
            self.pause()
            yield


def system() -> None:
    """One who sends, and one with whom the messages lie."""
    tick, lies = Tick().activate(), Lies().activate()
    tick.link((tick, "outbox"), (lies, "inbox"))


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A lab that can be built again; afterwards no question is shown, and the sheet is empty."""
    reset()
    lab = Lab(build=system, clock="virtual")
    yield lab
    lab.stop()
    close_all()
    reset()


class Page:
    """What was displayed, and what was displayed in its place."""

    def __init__(self) -> None:
        self.outputs: list[dict[str, str]] = []
        self.updates: list[dict[str, str]] = []


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Page:
    """Catch what is displayed."""
    page = Page()
    monkeypatch.setattr(module, "display", lambda bundle, **how: page.outputs.append(bundle))
    monkeypatch.setattr(module, "update_display", lambda bundle, **how: page.updates.append(bundle))
    return page


def button(asked: QuestionWidget, text: str) -> Any:
    """Return the button of this text."""
    every = [*asked.buttons, asked.enter, asked.go_on]
    return next(widget for widget in every if widget is not None and widget.description == text)


def test_a_question_is_a_widget_and_then_html(lab: Lab, page: Page) -> None:
    """A cell gets the widget without words of its own, and after it the question as HTML and text."""
    question = Quiz(lab).who_runs_next()
    asked = show(question)
    widget, still = page.outputs
    assert list(widget) == [WIDGET]
    assert still["text/plain"] == str(question)
    assert "Tick_1" in still["text/html"]
    assert [button.description for button in asked.buttons] == list(question.choices)


def test_a_click_answers(lab: Lab, page: Page) -> None:
    """The button of a choice answers with it: the lab is stepped, and the result is shown, also in what stays."""
    question = Quiz(lab).who_runs_next()
    asked = show(question)
    button(asked, "Lies_2").click()
    assert lab.step_number == 1
    assert question.result is not None
    assert question.result.right is False
    assert "Tick_1 ran next" in asked.said.value
    assert [button.disabled for button in asked.buttons] == [True, True, True]
    assert button(asked, "Tick_1").button_style == "success"
    assert button(asked, "Lies_2").button_style == "danger"
    (update,) = page.updates
    assert "Tick_1 ran next" in update["text/html"]
    button(asked, "Tick_1").click()  # as a second click on its way would
    assert lab.step_number == 1
    assert score().total == (0, 1)


def test_a_choice_that_cannot_be_written_is_picked(lab: Lab, page: Page) -> None:
    """Contents are answered by a click as well, and what they hold is no markup."""
    question = Quiz(lab).what_is_in("Lies", after=3)
    asked = show(question)
    assert all("<i>" not in output.get("text/html", "") for output in page.outputs)
    button(asked, "['<i>0</i>', '<i>1</i>']").click()
    assert question.result
    assert "<i>" not in asked.said.value


def test_a_step_without_an_answer(lab: Lab, page: Page) -> None:
    """There is a button to go on without an answer."""
    question = Quiz(lab).who_runs_next()
    asked = show(question)
    button(asked, "Step without an answer").click()
    assert lab.step_number == 1
    assert str(score()).endswith("not answered\ntotal      0 of 1")
    assert "Not answered" in asked.said.value


def test_boxes_are_ticked_where_several_are_right(lab: Lab, page: Page) -> None:
    """Where several may be right there are boxes to tick; afterwards each is marked, and nothing was stepped."""
    asked = show(Quiz(lab).which_outcomes("Lies_2.inbox"))
    assert asked.question.several
    button(asked, "Answer").click()
    assert "Tick one or more" in asked.said.value
    assert asked.question.result is None
    right = asked.question.step().right_choices
    assert 0 < len(right) < len(asked.buttons)
    asked = show(Quiz(lab).which_outcomes("Lies_2.inbox"))
    for box in asked.buttons:
        box.value = box.description in right
    button(asked, "Answer").click()
    assert asked.question.result
    assert [box.description[0] for box in asked.buttons] == [
        "✓" if box.tooltip in right else "✗" for box in asked.buttons
    ]
    assert lab.step_number == 0


def test_a_question_about_orders_steps_nothing(lab: Lab, page: Page) -> None:
    """Its answer can be shown without a step, and its buttons are those of its choices."""
    asked = show(Quiz(lab).is_there_an_order(("Lies_2.inbox", 3)))
    button(asked, "Show the answer").click()
    assert "Not answered" in asked.said.value
    assert button(asked, "yes").button_style == ""
    assert lab.step_number == 0


def test_a_field_is_read_as_a_value(lab: Lab, page: Page) -> None:
    """Where nothing is offered one writes the answer; what cannot be read is told, and Enter is like the button."""
    question = Quiz(lab).how_many_in("Lies", after=20)
    asked = show(question)
    assert asked.buttons == []
    for typed, says in (("", "nothing to read"), ("two", "write it as text"), ("'2'", "You answered"), ("-1", "-1")):
        asked.field.value = typed
        button(asked, "Answer").click()
        assert says in asked.said.value, typed
        assert lab.step_number == 0
    asked.field.value = "9"
    asked.field._handle_custom_msg({"event": "submit"}, [])
    assert question.result
    assert asked.field.disabled


def test_what_is_answered_in_a_cell_is_shown_too(lab: Lab, page: Page) -> None:
    """A widget shows what was answered elsewhere; the HTML of the cell it is in stays as it was saved."""
    question = Quiz(lab).who_runs_next()
    asked = show(question)
    question.answer(5)
    assert "This question takes the name of a component" in asked.said.value
    question.answer("Tick")
    assert "Right:" in asked.said.value
    assert button(asked, "Tick_1").disabled
    assert page.updates == []


def test_a_question_that_is_over_is_shown_so(lab: Lab, page: Page) -> None:
    """A question that was answered before it is shown has its result, in the widget and in the HTML."""
    question = Quiz(lab).who_runs_next()
    question.step()
    asked = show(question)
    assert "Tick_1 ran next" in asked.said.value
    assert "Tick_1 ran next" in page.outputs[-1]["text/html"]
    assert button(asked, "Step without an answer").disabled


def test_errors_are_shown_in_the_widget(lab: Lab, page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever goes wrong in a click is shown, escaped, and raised nowhere."""
    asked = show(Quiz(lab).who_runs_next())
    for error in (RuntimeError("<b>no</b>"), KeyboardInterrupt()):

        def fail(self: Question, choice: str, error: BaseException = error) -> None:
            raise error

        monkeypatch.setattr(Question, "pick", fail)
        button(asked, "Tick_1").click()
        assert "RuntimeError: &lt;b&gt;no" in asked.said.value or "interrupted" in asked.said.value


def test_a_lab_that_was_stopped_is_told(lab: Lab, page: Page) -> None:
    """A click on a question about a lab that is gone says so."""
    asked = show(Quiz(lab).who_runs_next())
    lab.stop()
    button(asked, "Tick_1").click()
    assert "This lab was stopped" in asked.said.value


def test_a_click_may_come_on_any_thread(lab: Lab, page: Page) -> None:
    """Two clicks at once, on two threads, answer once."""
    question = Quiz(lab).who_runs_next()
    asked = show(question)
    threads = [threading.Thread(target=button(asked, name).click) for name in ("Tick_1", "Lies_2")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert lab.step_number == 1
    assert len(score().rows) == 1


def test_widgets_do_not_pile_up(lab: Lab, page: Page) -> None:
    """However many questions are shown, only the newest keep their buttons; and none once all are closed."""
    before = len(_living())
    first = show(Quiz(lab).who_runs_next())
    for _ in range(KEPT + 5):
        show(Quiz(lab).how_many_in("Lies", after=50))
    assert len(module._shown) == KEPT
    assert first not in module._shown
    assert first.question.listeners == []
    close_all()
    assert module._shown == []
    assert len(_living()) <= before


def _living() -> Any:
    return widgets._instances


def test_a_question_shown_twice_has_one_widget(lab: Lab, page: Page) -> None:
    """Showing a question again shows the same buttons again, and a click brings both pieces of HTML up to date."""
    question = Quiz(lab).who_runs_next()
    asked = show(question)
    assert show(question) is asked
    button(asked, "Tick_1").click()
    assert len(page.updates) == 2


# -- where it is shown ----------------------------------------------------------------------------------

CELL = """
import kamlab
from kamlab import Component, Lab
from kamlab.teach import Quiz, score
class Tick(Component):
    def main(self):
        for number in range(9):
            print("tick", number)
            self.send(number)
            yield
lab = Lab(build=lambda: [Tick().activate(), Tick().activate()], clock="virtual")
quiz = Quiz(lab, seed=1)
question = quiz.who_runs_next()
question
"""


def test_in_a_kernel(kernel: Any) -> None:
    """In a notebook the last expression of a cell shows widget and HTML, and a step in the next cell its result; the
    same once more when all is run again."""
    seen = []
    for _ in range(2):
        asked = kernel.run(CELL)
        assert not asked.error, asked.error
        assert [sorted(output) for output in asked.displayed] == [[WIDGET], ["text/html", "text/plain"]]
        assert asked.stdout == ""
        stepped = kernel.run("question.step()")
        assert stepped.value == "Not answered: Tick_1 ran next.\n    1  Tick_1 resumed"
        assert stepped.stdout == "tick 0\n"
        total = kernel.run("score()")
        kernel.run("lab.stop()")
        seen.append((asked.displayed[1], stepped.displayed, total.displayed))
    assert seen[0] == seen[1]


def test_in_a_terminal(shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a kernel a question is text."""
    shell.run_cell(CELL)
    assert "Step 0. Which component runs next?\n  Tick_1\n  Tick_2\n  none" in capsys.readouterr().out
    shell.run_cell("lab.stop()")


def test_without_widgets(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there are no widgets IPython is left to take the text."""
    monkeypatch.setitem(sys.modules, "kamlab.notebook.question_widget", None)
    monkeypatch.setattr("kamlab.notebook.panel.in_notebook", lambda: True)
    with pytest.raises(NotImplementedError):
        Quiz(lab).who_runs_next()._ipython_display_()


BUTTONS = """
from ipywidgets.widgets import widget as widgets
sum(getattr(widget, "description", None) == "Step without an answer" for widget in widgets._instances.values())
"""


def test_unload_takes_the_buttons_away(kernel: Any) -> None:
    """After %unload_ext no question has buttons any more, and nothing is said of it."""
    before = kernel.value(BUTTONS)
    assert not kernel.run(CELL).error
    assert kernel.value(BUTTONS) == before + 1
    unloaded = kernel.run("%unload_ext kamlab")
    assert (unloaded.error, unloaded.stderr) == ("", "")
    assert kernel.value(BUTTONS) == 0
    kernel.run("lab.stop()")


def test_unload_loads_no_questions(kernel: Any) -> None:
    """Where nothing was asked, %unload_ext does not load what shows questions."""
    kernel.run("before = sys.modules.pop('kamlab.notebook.question_widget', None)")
    kernel.run("%unload_ext kamlab")
    assert kernel.value("'kamlab.notebook.question_widget' in sys.modules") is False
    kernel.run("if before: sys.modules['kamlab.notebook.question_widget'] = before")
