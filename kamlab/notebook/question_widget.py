"""A question in a notebook: buttons for its choices, boxes to tick where several may be right, or a field to write in.
The result is shown below.

A cell gets the widget, and after it the same as plain HTML, which the page hides while the widget is there. So a saved
notebook shows the question and the choice that was clicked, wherever it is opened. Only a click changes that HTML: an
answer given in another cell is that cell's output, and a cell that was compared or saved stays as it was.

A click may be handled on any thread; the lab has a lock. Errors are shown below the buttons.

Nothing else refers to a widget that a cell shows, so the newest :data:`KEPT` are kept here, and older ones are closed:
their buttons go, their HTML stays.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from ..core.errors import KamlabError
from ..teach.question import Question, Result
from ..teach.verdict import feedback_box
from ..views.printable import label
from ..views.render import escape
from . import cells
from .dependencies import needs

with needs("ipywidgets", "a question with buttons"):
    import ipywidgets
    from IPython.display import display, update_display

#: How many questions are kept with their buttons.
KEPT = 24

#: What marks the choices that are right and those that are not, once a question with several is answered.
RIGHT, WRONG = "✓", "✗"

_WIDGET = "application/vnd.jupyter.widget-view+json"
_HIDE_STILL = (
    "<style>.jp-OutputArea-child:has(.kamlab-question) + .jp-OutputArea-child:has(.kamlab-question-still)"
    " {display: none} .kamlab-question .widget-button {max-width: 100%}</style>"
)

_shown: list[QuestionWidget] = []
_lock = threading.RLock()


def show(question: Question) -> QuestionWidget:
    """Display a question under this cell; return its widget."""
    with _lock:
        widget = next((shown for shown in _shown if shown.question is question), None) or QuestionWidget(question)
        if widget in _shown:
            _shown.remove(widget)
        _shown.append(widget)
        for old in _shown[:-KEPT]:
            old.close()
    widget.display()
    return widget


def close_all() -> None:
    """Close the widgets of all questions."""
    with _lock:
        for widget in list(_shown):
            widget.close()


class QuestionWidget:
    """The widget of one question.

    Args:
        question: the question; a click answers it, unless other code does.
    """

    def __init__(self, question: Question) -> None:
        self.question = question
        self._displayed: list[str] = []
        self._by_click = False
        head = question.heading_html()
        make = self._box if question.several else lambda choice: self._button(choice, choice)
        #: A button for each choice, or a box to tick.
        self.buttons: list[Any] = [make(choice) for choice in question.choices]
        self.field: Any = None
        self.enter: Any = None
        self.go_on: Any = self._button("Step without an answer" if question.moves else "Show the answer", None)
        self.said: Any = ipywidgets.HTML()
        asking = self._ticking() if question.several else self.buttons or self._writing()
        self.widget: Any = ipywidgets.VBox(
            [ipywidgets.HTML(_HIDE_STILL + head), _row(asking), _row([self.go_on]), self.said]
        )
        self.widget.add_class("kamlab-question")
        question.listeners.append(self._on_result)
        if question.result is not None:
            self._show(question.result)

    def _button(self, text: str, choice: str | None) -> Any:
        button = ipywidgets.Button(description=text, tooltip=text, layout=ipywidgets.Layout(width="auto"))
        button.on_click(lambda pressed: self._on_click(pressed, choice))
        return button

    def _box(self, choice: str) -> Any:
        layout = ipywidgets.Layout(width="auto", margin="0 16px 0 0")
        return ipywidgets.Checkbox(description=choice, tooltip=choice, indent=False, layout=layout)

    def _ticking(self) -> list[Any]:
        """Return the boxes to tick, and the button to answer with."""
        self.enter = self._button("Answer", None)
        return [*self.buttons, self.enter]

    def _writing(self) -> list[Any]:
        """Return the widgets to write an answer with, for a question without choices."""
        self.field = ipywidgets.Text(placeholder=self.question.example, layout=ipywidgets.Layout(width="24em"))
        self.field.on_msg(self._on_field)
        self.enter = self._button("Answer", None)
        return [ipywidgets.HTML(f"Answer with {escape(self.question.takes)}."), self.field, self.enter]

    # -- clicks ----------------------------------------------------------------------------------------

    def _on_click(self, button: Any, choice: str | None) -> None:
        if choice is not None:
            self._do(lambda: self.question.pick(choice))
        elif button is self.enter:
            self._do(self._tick) if self.question.several else self._answer_field()
        else:
            self._do(self.question.step)

    def _on_field(self, _widget: Any, content: Any, _buffers: Any) -> None:
        if isinstance(content, dict) and content.get("event") == "submit":
            self._answer_field()

    def _answer_field(self) -> None:
        self._do(lambda: self.question.answer_text(self.field.value))

    def _tick(self) -> None:
        ticked = [box.description for box in self.buttons if box.value]
        if ticked:
            self.question.pick(*ticked)
        else:
            self._complain("Tick one or more of the boxes.")

    def _do(self, act: Any) -> None:
        """Carry out a click; errors are shown, not raised, since raised ones would not be seen."""
        self._by_click = True
        try:
            with cells.aside():
                act()
        except (KamlabError, KeyboardInterrupt) as error:
            self._complain(str(error) or "It was interrupted; the lab stands between two slices.")
        except Exception as error:
            self._complain(f"{type(error).__name__}: {error}")
        finally:
            self._by_click = False

    # -- what is shown ------------------------------------------------------------------------------------

    def _on_result(self, result: Result) -> None:
        self._show(result)
        if self._by_click and self.question.result is not None:
            self._update_still()

    def _show(self, said: Result) -> None:
        self.said.value = f'<div role="status">{said._repr_html_()}</div>'
        result = self.question.result
        if result is None:
            return
        right = self._words(result)
        for button in self.buttons:
            if self.question.several:
                mark = RIGHT if button.tooltip in result.right_choices else WRONG
                button.description = f"{mark} {button.tooltip}"
            else:
                button.button_style = right.get(button.description, "")
        for part in (*self.buttons, self.field, self.enter, self.go_on):
            if part is not None:
                part.disabled = True

    def _words(self, result: Result) -> dict[str, str]:
        """Return the style of the buttons that stand out: the right one, and a wrong one that was pressed."""
        found: dict[str, str] = {}
        if type(result.given) is str and result.right is False:
            found[result.given] = "danger"
        if result.right is not None:
            found[result.in_words] = "success"
        return found

    def _complain(self, text: str) -> None:
        self.said.value = f'<div role="status">{feedback_box(escape(label(text, 400)), "bad")}</div>'

    # -- as an output -------------------------------------------------------------------------------------

    def display(self) -> None:
        """Display the widget, and the HTML that stays after it."""
        bundle = self.widget._repr_mimebundle_()
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        show_raw: Any = display
        if data and _WIDGET in data:  # without text: then a page that has no widgets shows the HTML alone
            show_raw({_WIDGET: data[_WIDGET]}, raw=True)
        self._displayed.append(uuid4().hex)
        del self._displayed[:-8]
        show_raw(self._still(), raw=True, display_id=self._displayed[-1])

    def _still(self) -> dict[str, str]:
        html = f'<div class="kamlab-question-still">{self.question._repr_html_()}</div>'
        return {"text/html": html, "text/plain": str(self.question)}

    def _update_still(self) -> None:
        update: Any = update_display
        for display_id in self._displayed:
            update(self._still(), display_id=display_id, raw=True)

    def close(self) -> None:
        """Close the widget."""
        with _lock:
            if self in _shown:
                _shown.remove(self)
        if self._on_result in self.question.listeners:
            self.question.listeners.remove(self._on_result)
        _close(self.widget)


def _row(widgets: Sequence[Any]) -> Any:
    layout = ipywidgets.Layout(flex_flow="row wrap", align_items="center")
    return ipywidgets.HBox(list(widgets), layout=layout)


def _close(widget: Any) -> None:
    """Close a widget and everything in it; ipywidgets keep every widget that is not closed."""
    for child in getattr(widget, "children", ()):
        _close(child)
    for part in (getattr(widget, "style", None), widget.layout, widget):
        if part is not None:
            part.close()
