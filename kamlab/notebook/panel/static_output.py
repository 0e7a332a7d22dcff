"""The static output of a panel: what a saved notebook shows, wherever it is opened.

It is an output of its own, updated through its display id at the end of a cell and once a lab has come to rest; not
while the lab runs, since a notebook is not saved a dozen times a second.
"""

from __future__ import annotations

import threading
from typing import Any
from uuid import uuid4

from ...core.reading import marked, reading
from ...views.dashboard import Dashboard, dashboard_of
from .view_model import ViewModel

#: Seconds that a look waits for a slice to end.
LOOK_PATIENCE = 0.3
#: How many of the newest outputs are kept up to date.
OUTPUTS_KEPT = 8


class StaticOutput:
    """The static output of one panel.

    Args:
        model: what the panel shows.
    """

    def __init__(self, model: ViewModel) -> None:
        self._model = model
        self._whole: Dashboard | None = None
        self._step = 0  # where the lab stood then
        self._shown: dict[str, str] = {}
        self._displayed: list[str] = []
        self._lock = threading.Lock()
        #: Whether the lab has moved since it was drawn.
        self.due: bool = True

    def look(self) -> Dashboard:
        """Return what there is to see now."""
        model = self._model
        lab = model.lab
        stopped = lab.state == "stopped"
        if not stopped or self._whole is None or self._step != lab.step_number:
            with reading(lab) as (_, mark):
                whole = dashboard_of(lab, model.pieces, step=model.at, folded=model.folded, of=model.followed())
            self._whole, self._step = marked(whole, mark), lab.step_number
        return self._whole.stopped_at(lab.step_number) if stopped else self._whole

    def text(self) -> str:
        """Return the panel as text."""
        return str(self.look())

    def display(self) -> None:
        """Display it under the cell."""
        from IPython.display import display

        self._displayed.append(uuid4().hex)
        del self._displayed[:-OUTPUTS_KEPT]
        self._shown = _bundle(self.look())
        self.due = False
        show: Any = display
        show(self._shown, raw=True, display_id=self._displayed[-1])

    def draw(self) -> None:
        """Bring what is displayed up to date."""
        with self._lock:  # one thread at a time, so that an older picture never comes last
            if self._displayed and self.due:
                self.due = False
                self._update(_bundle(self.look()))

    def finish(self, step: int) -> None:
        """Say under the last picture that it is the last; it is drawn before, if the lab has moved since."""
        with self._lock:
            if self._displayed and self._model.lab.state == "stopped":
                self._update(_bundle(self.look()))
            elif self._displayed and self._whole is not None:
                self._update(_bundle(self._whole.stopped_at(step)))

    def _update(self, bundle: dict[str, str]) -> None:
        if bundle == self._shown:
            return
        from IPython.display import update_display

        self._shown = bundle
        update: Any = update_display
        for display_id in self._displayed:
            update(bundle, display_id=display_id, raw=True)


#: A still has the height of a screen at most, and follows the theme: what an SVG takes for the reader's wish is the
#: colour scheme of its image. Where no kernel is, the widget before it only says that it loads: it makes room.
STYLE = (
    "<style>.kamlab-still .kamlab-view img {max-height: 44vh}"
    ".kamlab-still summary {cursor: pointer; padding: 2px 0}"
    '[data-jp-theme-light="true"] .kamlab-still img {color-scheme: light}'
    '[data-jp-theme-light="false"] .kamlab-still img {color-scheme: dark}'
    ".jp-OutputArea-child:has(.jupyter-widgets-view, [data-mime-type*=widget-view]):not(:has(.kamlab-panel))"
    ":has(+ .jp-OutputArea-child .kamlab-still) {display: none}</style>"
)


def _bundle(whole: Dashboard) -> dict[str, str]:
    still = f'<div class="kamlab-still">{STYLE}{whole._repr_html_()}</div>'
    return {"text/html": still, "text/plain": str(whole)}
