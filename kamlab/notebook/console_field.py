"""An input field for each ConsoleReader of a notebook.

The reader is a component like any other, so a line that is typed is a message that is delivered to its inbox: it shows
in the panel, it can be stepped, and a recorded run has it. Other cells run while the field waits.

A field is displayed under the cell that shows the panel of its lab, above the panel, or else at the end of the cell in
which its reader began, or of the next one. Readers of the same lab that begin later join it.

Rejected: ``input``, which works only while the cell runs that called it (in the background it raises after that cell
has ended), keeps every other cell waiting, and opens its field below the panel.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from ..core.errors import KamlabError
from ..core.ipc import ProducerFinished
from ..core.microprocess import add_end_callback
from ..core.states import ENDED
from ..core.task import task_of
from ..parts import console
from ..parts.console import ConsoleReader
from ..views.printable import label
from . import cells
from .dependencies import needs


class Field:
    """The input field of one reader.

    Args:
        reader: it gets a message for each line: the text without a line break.
    """

    def __init__(self, reader: ConsoleReader) -> None:
        with needs("ipywidgets", "an input field for ConsoleReader"):
            import ipywidgets
        self.reader = reader
        self.text: Any = ipywidgets.Text(placeholder="type a line, then press Enter", layout=_width("26em"))
        self.text.on_msg(self._on_message)
        self.enter: Any = _button("Send", self.submit)
        self.end: Any = _button("End of input", self.end_input)
        self.said: Any = ipywidgets.Label()
        name = ipywidgets.Label(f"{reader.short_name} {label(reader.prompt, 40)}")
        parts = [name, self.text, self.enter, self.end, self.said]
        self.widget: Any = ipywidgets.HBox(parts, layout=ipywidgets.Layout(flex_flow="row wrap", align_items="center"))
        self.widget.add_class("kamlab-console")
        add_end_callback(reader, self._close)

    def submit(self) -> None:
        """Deliver the line that is in the field, and empty it."""
        line, self.text.value = self.text.value, ""
        self._deliver(line, "inbox")

    def end_input(self) -> None:
        """End the input, as Ctrl-D does at a console."""
        self._deliver(ProducerFinished(), "control")

    def _on_message(self, _widget: Any, content: Any, _buffers: Any) -> None:
        if isinstance(content, dict) and content.get("event") == "submit":
            self.submit()

    def _deliver(self, message: object, box: str) -> None:
        """Deliver the typed text; an error is shown beside the field, since a click has no other place for it."""
        try:
            with cells.aside():
                self.reader.deliver(message, box)
        except KamlabError as error:
            self.said.value = label(str(error), 200)

    def _close(self) -> None:
        """Show that the reader has ended; may be called on any thread."""
        self.text.disabled = self.enter.disabled = self.end.disabled = True
        self.text.placeholder = f"{self.reader.short_name} has {task_of(self.reader).life}"


class Fields:
    """The fields of all labs of a session."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._of_lab: WeakKeyDictionary[Any, list[Field]] = WeakKeyDictionary()
        self._boxes: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()
        self._unseen: set[int] = set()

    def install(self) -> Callable[[], None]:
        """Give every reader that begins from now on a field; return a function that undoes this."""
        before, console.input_field = console.input_field, self.add
        cancel = cells.at_end(self.show_unseen)

        def undo() -> None:
            console.input_field = before
            cancel()
            self.close_all()

        return undo

    def add(self, reader: ConsoleReader) -> None:
        """Make a field for a reader; called in its thread."""
        scheduler = task_of(reader).scheduler
        assert scheduler is not None
        lab = scheduler.world
        with self._lock:
            kept = [field for field in self._of_lab.get(lab, ()) if task_of(field.reader).life not in ENDED]
            self._of_lab[lab] = [*kept, Field(reader)]
            box = self._boxes.get(lab)
            if box is None:
                import ipywidgets

                self._boxes[lab] = ipywidgets.VBox([self._of_lab[lab][-1].widget])
                self._unseen.add(id(lab))
            else:
                box.children = tuple(field.widget for field in self._of_lab[lab])

    def of(self, lab: Any) -> list[Field]:
        """Return the fields of a lab."""
        return list(self._of_lab.get(lab, ()))

    def show(self, lab: Any) -> None:
        """Display the fields of a lab under the current cell, if it has any."""
        with self._lock:
            box = self._boxes.get(lab)
            self._unseen.discard(id(lab))
        if box is not None:
            from IPython.display import display

            show: Any = display
            show(box)

    def show_unseen(self) -> None:
        """Display the fields that were displayed nowhere yet."""
        for lab in [lab for lab in self._boxes if id(lab) in self._unseen]:
            self.show(lab)

    def close_all(self) -> None:
        """Close all fields; a reader that goes on gets no more lines."""
        with self._lock:
            for box in self._boxes.values():
                box.close()
            self._of_lab.clear()
            self._boxes.clear()
            self._unseen.clear()


FIELDS = Fields()


def _button(text: str, act: Callable[[], None]) -> Any:
    import ipywidgets

    button = ipywidgets.Button(description=text, layout=_width("auto"))
    button.on_click(lambda _: act())
    return button


def _width(width: str) -> Any:
    import ipywidgets

    return ipywidgets.Layout(width=width)
