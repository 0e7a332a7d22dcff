"""The still picture of a panel: what a saved notebook shows, wherever it is opened.

It is an output of its own, kept up to date under its display id, at the end of a cell and once a lab has
come to rest; not while it runs, since nobody saves a notebook a dozen times a second.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from ...views.dashboard import Dashboard, dashboard_of
from .commands import who_is_busy

#: How long, in seconds, a look waits for a slice to end.
LOOK_PATIENCE = 0.3

if TYPE_CHECKING:
    from .looking import Looking


class Still:
    """The still picture of what one panel looks at."""

    def __init__(self, looking: Looking) -> None:
        self._looking = looking
        self._whole: Dashboard | None = None
        self._shown: dict[str, str] = {}
        self._displayed: list[str] = []
        self._lock = threading.Lock()
        #: Whether the lab has moved since it was drawn.
        self.due: bool = True

    def look(self) -> Dashboard:
        """Return what there is to see now."""
        looking = self._looking
        lab = looking.lab
        if not lab.lock.acquire(timeout=LOOK_PATIENCE):
            return Dashboard(f"{lab.state} at step {lab.step_number}", remark=f"{who_is_busy(lab)}.")
        try:
            self._whole = dashboard_of(
                lab, looking.pieces, step=looking.at, folded=looking.folded, of=looking.followed()
            )
        finally:
            lab.lock.release()
        return self._whole

    def text(self) -> str:
        """Return the panel as text."""
        return str(self._whole if self._looking.lab.state == "stopped" and self._whole is not None else self.look())

    def display(self) -> None:
        """Display it under the cell."""
        from IPython.display import display

        self._displayed.append(uuid4().hex)
        del self._displayed[:-8]
        self._shown = self._bundle(self.look())
        self.due = False
        show: Any = display
        show(self._shown, raw=True, display_id=self._displayed[-1])

    def draw(self) -> None:
        """Bring what is displayed up to date."""
        with self._lock:  # one after the other, so that an older picture never comes last
            if self._displayed and self.due:
                self.due = False
                self._update(self._bundle(self.look()))

    def finish(self, step: int) -> None:
        """Say under the last picture that it is the last."""
        with self._lock:
            if self._displayed and self._whole is not None:
                self._update(self._bundle(self._whole.stopped_at(step)))

    def _update(self, bundle: dict[str, str]) -> None:
        if bundle == self._shown:
            return
        from IPython.display import update_display

        self._shown = bundle
        update: Any = update_display
        for each in self._displayed:
            update(bundle, display_id=each, raw=True)

    @staticmethod
    def _bundle(whole: Dashboard) -> dict[str, str]:
        return {"text/html": f'<div class="kamlab-still">{whole._repr_html_()}</div>', "text/plain": str(whole)}
