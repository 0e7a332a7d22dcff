"""The panel of an exploration: orders, states, choices, and a lab of the order that is open.

A cell gets the widget, and after it the same as plain HTML, which the page hides while the widget is there. So a saved
notebook shows what was found, wherever it is opened.

A click may be handled on any thread: one at a time opens an order. The lab that was open before is stopped, so that
there is one at a time. Nothing else refers to a panel that a cell shows, so the newest :data:`KEPT` are kept here, and
older ones are closed: their buttons go, their HTML stays.
"""

from __future__ import annotations

import threading
from typing import Any
from uuid import uuid4

from ...core.errors import KamlabError
from ...views.printable import label
from .. import cells
from ..dependencies import needs
from ..panel.panel import Panel
from .page import ExplorationPage

with needs("ipywidgets", "the panel of an exploration"):
    import ipywidgets
    from IPython.display import display

#: How many panels are kept.
KEPT = 8
#: How many orders are listed at first, and how many more at a click.
LISTED = 10
#: How deep the tree of choices is, and how many choices are in it.
DEPTH, CHOICES = 5, 100

_WIDGET = "application/vnd.jupyter.widget-view+json"
#: The still is hidden where the widget is, and follows the theme.
_STYLE = (
    "<style>.jp-OutputArea-child:has(.kamlab-explorer) + .jp-OutputArea-child:has(.kamlab-exploration-still)"
    ' {display: none} [data-jp-theme-light="true"] .kamlab-exploration-still img {color-scheme: light}'
    ' [data-jp-theme-light="false"] .kamlab-exploration-still img {color-scheme: dark}</style>'
)

_kept: list[ExplorationPanel] = []
_lock = threading.RLock()


class ExplorationPanel:
    """The panel of one exploration.

    Args:
        exploration: what was found.

    Attributes:
        lab: the lab of the order that is open; ``None`` if none is.
    """

    def __init__(self, exploration: Any) -> None:
        self.exploration = exploration
        self.lab: Any = None
        self.panel: Panel | None = None
        self.closed = False
        self._busy = threading.Lock()
        self._overview = exploration.overview()
        self._orders: list[Any] = []
        self._count = LISTED
        self._list()
        self.page: ExplorationPage = ExplorationPage(found=self._found(), now=self._now())
        self.page.on_msg(lambda _page, content, _buffers: self.receive(content))
        self.holder: Any = ipywidgets.VBox([])
        self.widget: Any = ipywidgets.VBox([self.page, self.holder])

    # -- what is shown ------------------------------------------------------------------------------------

    def _list(self) -> None:
        """List the orders: the shortest for each name, then others that go wrong, or if none does, the first."""
        exploration = self.exploration
        orders = list(exploration.found)
        self._has_more = False
        if self._overview.graph is not None:
            others = exploration.wrong_orders(self._count) if orders else exploration.orders(self._count)
            self._has_more = len(others) == self._count
            paths = {schedule.path for schedule in orders}
            orders += [schedule for schedule in others if schedule.path not in paths]
        self._orders = orders

    def _found(self) -> dict[str, Any]:
        overview, exploration = self._overview, self.exploration
        graph = overview.graph
        first, *notes = str(exploration).splitlines()
        return {
            "headline": first,
            "note": next((note for note in notes if note.startswith(("Not a proof: ", "Note: "))), ""),
            "verdict": "bad" if exploration.found else "good" if exploration.proved else "open",
            "orders": [_row(schedule) for schedule in self._orders],
            "more": self._has_more,
            "graph": None if graph is None else {"svg": graph.svg, "summary": graph.summary},
            "tree": None if graph is None else _tree(exploration.tree(DEPTH, CHOICES)),
        }

    def _now(self, said: str = "", error: bool = False, opened: str = "") -> dict[str, Any]:
        return {"said": said, "error": error, "opened": opened}

    # -- commands of the page -----------------------------------------------------------------------------

    def receive(self, content: Any) -> None:
        """Carry out a command of the page. An error is shown in the panel and never raised."""
        if not isinstance(content, dict) or self.closed:
            return
        with self._busy, cells.aside():
            try:
                self.page.now = self._carry_out(content)
            except (KamlabError, KeyboardInterrupt) as error:
                self.page.now = self._now(label(str(error) or "it was interrupted", 400), True)
            except Exception as error:
                self.page.now = self._now(label(f"{type(error).__name__}: {error}", 400), True)

    def _carry_out(self, content: dict[str, Any]) -> dict[str, Any]:
        match content.get("do"):
            case "open" if content.get("order") in range(len(self._orders)):
                number = content["order"]
                return self._open(self._orders[number], None, f"order {number}")
            case "through" if isinstance(content.get("path"), list) and type(content.get("step")) is int:
                path = [str(name) for name in content["path"]]
                return self._open(self.exploration.order_through(*path), content["step"], "\n".join(path))
            case "more":
                self._count *= 2
                self._list()
                self.page.found = self._found()
                return self._now(f"{len(self._orders)} orders are listed")
            case "close":
                self._close_lab()
                return self._now("the lab was stopped")
        return self._now(f"there is no command {label(str(content.get('do')), 40)}", True)

    def _open(self, schedule: Any, step: int | None, key: str) -> dict[str, Any]:
        """Open an order in a lab, in the place of the one before."""
        lab = schedule.open() if step is None else schedule.open(step)
        self._close_lab()
        self.lab, self.panel = lab, Panel(lab)
        self.holder.children = (self.panel.page,)
        wrong = ", ".join(schedule.names) or "nothing goes wrong"
        return self._now(f"opened at step {lab.step_number} of {schedule.step}: {wrong}", opened=key)

    def _close_lab(self) -> None:
        self.holder.children = ()
        panel, lab, self.panel, self.lab = self.panel, self.lab, None, None
        if panel is not None:
            panel.close()
        if lab is not None:
            lab.stop()

    # -- as an output -------------------------------------------------------------------------------------

    def display(self) -> None:
        """Display the widget, and the HTML that stays after it."""
        with _lock:
            if self in _kept:
                _kept.remove(self)
            _kept.append(self)
            for old in _kept[:-KEPT]:
                old.close()
        bundle = self.widget._repr_mimebundle_()
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        show_raw: Any = display
        if data and _WIDGET in data:  # without text: then a page that has no widgets shows the HTML alone
            show_raw({_WIDGET: data[_WIDGET]}, raw=True)
        html = f'{_STYLE}<div class="kamlab-exploration-still">{self._overview._repr_html_()}</div>'
        show_raw({"text/html": html, "text/plain": str(self)}, raw=True, display_id=uuid4().hex)

    def _ipython_display_(self, **_options: Any) -> None:
        self.display()

    def __str__(self) -> str:
        return str(self._overview)

    def __repr__(self) -> str:
        return f"<panel of an exploration: {self.page.found['headline']}>"

    def close(self) -> None:
        """Stop the lab that is open, and close the widget; the HTML stays."""
        self.closed = True
        with _lock:
            if self in _kept:
                _kept.remove(self)
        self._close_lab()
        for widget in (self.page, self.holder, self.widget):
            widget.layout.close()
            widget.close()


def close_all() -> None:
    """Close all panels of explorations."""
    with _lock:
        for panel in list(_kept):
            panel.close()


def _row(schedule: Any) -> dict[str, Any]:
    """Return an order as a row of the list."""
    return {
        "names": ", ".join(schedule.names) or "right",
        "wrong": bool(schedule.names),
        "sentence": schedule.sentence,
        "slices": schedule.slices,
        "switches": schedule.switches,
        "minimal": schedule.minimal,
        "turns": " ".join(name for at, name in enumerate(_own(schedule)) if at == 0 or name != _own(schedule)[at - 1]),
    }


def _own(schedule: Any) -> tuple[str, ...]:
    return tuple(schedule.path[schedule.assembly :])


def _tree(tree: Any) -> dict[str, Any]:
    """Return a tree of choices for the page."""
    return {"headline": tree.headline, "choices": [_branch(choice) for choice in tree.choices], "more": tree.more}


def _branch(choice: Any) -> dict[str, Any]:
    part = choice.wrong / choice.orders if choice.orders and choice.wrong is not None else None
    return {
        "path": list(choice.path),
        "step": choice.step,
        "words": choice.words,
        "verdict": choice.verdict,
        "part": part,
        "choices": [_branch(one) for one in choice.choices],
        "more": choice.more,
    }
