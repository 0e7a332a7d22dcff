"""The live view of a lab: its inboxes as they change, and buttons to step, run and pause it.

One view per lab, however often it is shown: every place where it is displayed shows the same
widgets, and one update serves all of them. What it shows is :func:`kamlab.views.look`; this module
adds only the buttons and when to look.

A click may be carried out on any thread: the main one, or a subshell's. Everything a click does
goes through the lab, which has a lock for it, and an error it meets is shown in the view.

A displayed view lives until its lab is stopped, which is when it draws its last picture; one that
is not displayed lives as long as somebody holds it. A lab that is turned back, or is reset and knows
how to build its system, goes on, and so does its view.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from html import escape
from typing import Any
from weakref import WeakMethod, finalize

import ipywidgets

from ..core.world import World
from ..views.html import as_html
from ..views.inboxes import LINES, Inboxes, look
from ..views.transcript import transcripts_of
from . import cells
from .clicks import ACTIONS, TOOLTIPS, who_is_busy
from .flusher import FLUSHER

#: How long, in seconds, the view waits for a slice to end.
LOOK_PATIENCE = 0.3
#: How many lines of what a step did are shown.
EVENTS_SHOWN = 12

#: The views that are displayed, by the scheduler of what they show.
_shown: dict[Any, LiveView] = {}
_shown_lock = threading.Lock()


class LiveView:
    """The widgets that show one lab from here to its end.

    Args:
        lab: the lab. After a ``lab.reset()`` this view stays with what was stopped, unless the lab has
            built its system again.
    """

    def __init__(self, lab: World) -> None:
        self.lab = lab
        self._lock = threading.RLock()
        self._seen: tuple[Any, ...] = ()
        self._view: Inboxes | None = None
        self._complained = False
        self.closed = False
        self.buttons = {name: self._button(name) for name in ACTIONS}
        self._picture = ipywidgets.HTML()
        self._note = ipywidgets.HTML()
        buttons = ipywidgets.HBox(list(self.buttons.values()), layout={"flex_flow": "row wrap"})
        self.widget = ipywidgets.VBox([buttons, self._picture, self._note])
        self._watch()
        self.refresh()
        FLUSHER.add(self)

    def _watch(self) -> None:
        """Look at the lab as it is now."""
        self._scheduler = self.lab.scheduler
        self._transcripts = transcripts_of(self.lab)
        self._transcripts.on_line = FLUSHER.nudge
        self._clean_up = finalize(self, _clean_up, self.widget, self._transcripts)
        self._clean_up.atexit = False

    def _button(self, name: str) -> Any:
        button = ipywidgets.Button(description=name, tooltip=TOOLTIPS[name], layout={"width": "auto"})
        click = WeakMethod(self.click)
        button.on_click(lambda _: (method := click()) and method(name))
        return button

    # -- showing ----------------------------------------------------------------------------------

    @property
    def over(self) -> bool:
        """Whether what this shows has been stopped."""
        return self.lab.scheduler is not self._scheduler or self.lab.state == "stopped"

    @property
    def text(self) -> str:
        """The note under the buttons, as HTML."""
        return str(self._note.value)

    @property
    def html(self) -> str:
        """The picture, as HTML."""
        return str(self._picture.value)

    def tick(self) -> bool:
        """Draw a new picture if the lab has moved; return whether it had."""
        if self.over:
            return self._settle()
        if self._signs() == self._seen:
            return False
        self.refresh()
        return True

    def _settle(self) -> bool:
        """Follow the lab to where it stands now, or draw the last picture; return whether that was it."""
        if self.closed or getattr(self.lab, "in_between", False):
            return False
        with self._lock:
            follows = self.lab.scheduler is not self._scheduler and getattr(self.lab, "can_build", False)
            if follows:
                self._follow()
        if follows:
            self.refresh()
        elif self.over:
            self._finish()
        return True

    def _follow(self) -> None:
        self._clean_up.detach()
        self._transcripts.unwatch()
        with _shown_lock:
            shown = _shown.get(self._scheduler) is self
            if shown:
                del _shown[self._scheduler]
            self._watch()
            if shown:
                _shown[self._scheduler] = self
        self._seen = ()

    def _signs(self) -> tuple[Any, ...]:
        """What tells cheaply that something has happened; not even the lab's lock is needed."""
        lab, scheduler = self.lab, self._scheduler
        waiting = len(scheduler.queue), len(scheduler.done), len(scheduler.wakes)
        counts = scheduler.step, lab.failed_count, len(scheduler.members), self._transcripts.count
        return lab.state, *counts, *waiting

    def refresh(self) -> None:
        """Look at the lab and show it, now."""
        if self.over:
            self._settle()
            return
        with self._lock:
            lock = self.lab.lock
            if not lock.acquire(timeout=LOOK_PATIENCE):
                self._seen = ()  # ask again
                self._complain()
                return
            try:
                self._seen = self._signs()
                view = look(self.lab)
            finally:
                lock.release()
            self._draw(view)
            if self._complained:
                self._complained = False
                self._say("")

    def _complain(self) -> None:
        """Show who keeps the lab busy; the state is as it is now, the rest as it was."""
        self._complained = True
        self._say(who_is_busy(self.lab))
        now = Inboxes(self.lab.state, self.lab.step_number)
        self._draw(now if self._view is None else replace(self._view, state=now.state, step=now.step))

    def _draw(self, view: Inboxes) -> None:
        self._set_buttons()  # first, so that with each picture come the buttons that go with it
        if view != self._view:
            self._view = view
            self._picture.value = as_html(view)

    def _finish(self) -> None:
        """Draw the last picture: of what was stopped nothing is left to look at."""
        with self._lock:
            if not self.closed:
                self.closed = True
                self._draw(Inboxes("stopped", self._scheduler.step, printed=self._transcripts.last(LINES)))
        self._let_go()

    def _let_go(self) -> None:
        FLUSHER.discard(self)
        with _shown_lock:
            if _shown.get(self._scheduler) is self:
                del _shown[self._scheduler]
                self._clean_up.detach()  # what is displayed stays, with its last picture

    def close(self) -> None:
        """Take the widgets away, wherever they are displayed."""
        self.closed = True
        self._let_go()
        _clean_up(self.widget, self._transcripts)

    def crashed(self, error: BaseException) -> None:
        """Say that this view is not up to date any more, and why."""
        self._say(f"this view has stopped: {type(error).__name__}: {error}")

    # -- buttons ----------------------------------------------------------------------------------

    def _set_buttons(self) -> None:
        state = self.lab.state if not self.closed else "stopped"
        standing = state in ("new", "paused")
        enabled = {
            "Step": standing,
            "Step message": standing,
            "Run": standing,
            "Pause": state == "running",
            "Stop": state != "stopped",
        }
        for name, button in self.buttons.items():
            button.disabled = not enabled[name]

    def click(self, name: str) -> None:
        """Do what a button says. An error is shown in the view, and raised nowhere."""
        if self.closed or self.buttons[name].disabled:
            return
        try:
            with cells.aside():
                said = ACTIONS[name](self.lab)
        except Exception as error:
            said = f"{name}: {type(error).__name__}: {error}"
        self.refresh()
        self._say(said)

    def _say(self, text: Any) -> None:
        lines = str(text).splitlines() if text else []
        if len(lines) > EVENTS_SHOWN:
            lines = ["...", *lines[-EVENTS_SHOWN:]]
        shown = escape("\n".join(line[:200] for line in lines))
        self._note.value = f'<div class="kamlab-view">{_TITLE}<pre>{shown}</pre></div>' if shown else ""

    # -- as an output -------------------------------------------------------------------------------

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """Return the widget, and a still picture for where there is no kernel."""
        with _shown_lock:
            if not self.closed:
                _shown[self._scheduler] = self
        bundle = self.widget._repr_mimebundle_(**options)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        view = self._view
        assert view is not None
        return {**(data or {}), "text/html": as_html(view) + _STILL, "text/plain": str(view)}, metadata


def live_view(lab: World) -> LiveView:
    """Return the live view of a lab: the one that is shown already, or a new one."""
    with _shown_lock:
        views = [view for view in _shown.values() if view.lab is lab]
    for view in views:
        view.refresh()  # it may not have noticed yet that the lab was turned back
    with _shown_lock:
        found = _shown.get(lab.scheduler)
    return found if found is not None else LiveView(lab)


def show(lab: World) -> None:
    """Display the live view of a lab under this cell."""
    import IPython.display

    display: Any = IPython.display.display
    display(live_view(lab))


def refresh_all() -> None:
    """Bring every view that is shown up to date, now."""
    with _shown_lock:
        views = list(_shown.values())
    for view in views:
        view.refresh()


def close_all() -> None:
    """Take all views away."""
    with _shown_lock:
        views = list(_shown.values())
    for view in views:
        view.close()


def _clean_up(widget: Any, transcripts: Any) -> None:
    transcripts.unwatch()
    _close(widget)


def _close(widget: Any) -> None:
    parts = [*getattr(widget, "children", ()), getattr(widget, "layout", None), getattr(widget, "style", None)]
    for part in parts:
        if part is not None:
            _close(part)
    widget.close()


_STILL = '<div style="opacity:.7">A still picture; run the cell to see it live.</div>'
_TITLE = '<div class="kamlab-faint">the last click</div>'
