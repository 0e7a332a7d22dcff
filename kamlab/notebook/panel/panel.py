"""The panel: a lab to look at, to drive and to intervene in, in a notebook.

What is shown is in :mod:`.view_model`, the commands of the page are in :mod:`.commands`; here is when to look, and how
long a panel lives.

*When.* The engine does not notify a panel; that would make every slice slower. One thread asks each panel a dozen
times a second whether its lab has moved (:mod:`.refresher`). A panel that no page shows does not look at all, and one
whose looks are expensive looks less often: looking takes at most :data:`SHARE` of the time of a running lab.

*How long.* A panel holds widgets, and ipywidgets keep every widget alive. So a panel is not a widget but has one, and
closes it at its end. A displayed panel is kept as long as a page shows it, and the newest few beyond that, since pages
are closed and opened again. A panel outlives the run of its lab: it shows the last picture, says that it is the last,
and where the lab knows how to build its system, Reset goes on in the same panel.

*Two outputs.* A cell gets the widget, and after it a static output, which is kept up to date and which the page hides
while the widget is there. So a saved notebook shows the last state wherever it is opened. Rejected: the static output
as a fall-back within the widget's own output, since a front end that knows widgets shows an error in its place once
the kernel is gone.

A click may be handled on any thread: the main one, or a subshell's. Everything it does goes through the lab, which has
a lock.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from typing import Any
from weakref import WeakMethod, finalize

from ...core.errors import KamlabError, listed
from ...core.lab_time import thread_time
from ...core.reading import HeldLab, holding
from ...lab import Lab
from ...views.dashboard import checked
from ...views.printable import label
from ...views.transcript import transcripts_of
from .. import cells
from ..console_field import FIELDS
from ..marimo import as_element
from .commands import COMMANDS, SHOWS_NOW, who_is_busy
from .page import Page
from .permissions import ALL, STOPPED
from .refresher import REFRESHER
from .registry import close_spare, displayed_panels, drop, keep
from .static_output import LOOK_PATIENCE, StaticOutput
from .view_model import ViewModel

#: The largest share of the time of a running lab that may go into looking at it.
SHARE = 0.05
#: Seconds without a change before the static output is drawn again.
STATIC_AFTER = 0.7
#: How many lines of a command's result are shown, and the most characters of a line.
LINES, WIDTH = 6, 200


class Panel:
    """A panel of one lab: its pieces live, and a static output for where there is no kernel.

    Args:
        lab: the lab. A lab that goes back, or is reset and can build its system again, stays in the same panel; one
            that is stopped and cannot leaves its last picture.
        pieces: the names of those to show: controls, graph, timeline, inboxes, source, story, watch; all by default.

    Raises:
        UnknownPiece: there is no such piece.
    """

    def __init__(self, lab: Lab, pieces: Iterable[str] = ()) -> None:
        self.lab = lab
        self.pieces: tuple[str, ...] = checked(pieces)
        self.model: ViewModel = ViewModel(lab, self.pieces)
        self.closed: bool = False
        #: Whether it shows the last picture of what is gone for good.
        self.finished: bool = False
        #: The places in pages that show this.
        self.views: set[str] = set()
        self._lock = threading.RLock()
        self._version: tuple[Any, ...] = ()
        self._changed_at = 0.0
        self._look_again_at = 0.0
        self._said: dict[str, Any] = {"text": "", "error": False, "reply": 0}
        self._complained = False
        self._rests = False  # whether the refresher does not ask this
        self._held: tuple[Any, ...] = ()  # the slice that does not end of which the picture is, by scheduler and step
        self._pointed_at: tuple[Any, ...] = ()  # the failure whose component was selected
        self.page: Page = Page(pieces=list(self.pieces))
        self.static: StaticOutput = StaticOutput(self.model)
        self._follow()
        REFRESHER.add(self)
        message = WeakMethod(self.receive)
        self.page.on_msg(lambda _, content, __: (call := message()) and call(content))
        self._clean_up = finalize(self, _clean_up, self.page)
        self._clean_up.atexit = False
        self.refresh()

    def _follow(self) -> None:
        """Follow the lab as it is now."""
        self._scheduler = self.lab.scheduler
        self._watch_prints()

    def _watch_prints(self) -> None:
        """While a page shows this, show what components print here rather than on stderr."""
        transcripts = transcripts_of(self.lab)
        if self.views and not self.closed:
            transcripts.on_line = REFRESHER.nudge
        elif not any(other.views for other in displayed_panels() if other.lab is self.lab and other is not self):
            transcripts.unwatch()

    # -- when to look --------------------------------------------------------------------------------

    @property
    def over(self) -> bool:
        """Whether the run that this shows has been replaced, or stopped for good."""
        lab = self.lab
        return lab.scheduler is not self._scheduler or (lab.state == "stopped" and not lab.can_build)

    def tick(self) -> bool:
        """Refresh if the lab has moved and a page shows this; return whether anything was new."""
        if self.closed:
            return False
        now = time.monotonic()
        if self.over:
            return self._catch_up()
        if not self.views or now < self._look_again_at:
            return False
        if self._version_now() == self._version:
            self._draw_static(now)
            return False
        return self.refresh()

    def _version_now(self) -> tuple[Any, ...]:
        """Return counts that change whenever anything happens; cheap, and without the lab's lock."""
        lab, scheduler = self.lab, self._scheduler
        waiting = len(scheduler.queue), len(scheduler.done), len(scheduler.wakes)
        counts = scheduler.step, lab.failed_count, len(scheduler.members), transcripts_of(lab).count
        return lab.state, lab.pace, len(lab.breakpoints), *counts, *waiting

    def _catch_up(self) -> bool:
        """Follow the lab to where it is now, or show the last picture; return whether anything was sent."""
        if getattr(self.lab, "in_between", False):
            return False
        with self._lock:
            if self.lab.scheduler is not self._scheduler and self.lab.can_build:
                self.model.forget()
                self._follow()
                self._version = ()
            elif self.over:
                self._finish()
                return True
        return self.refresh()

    def refresh(self) -> bool:
        """Look at the lab and show it now; return whether anything was sent."""
        if self.closed:
            return False
        if self.over:
            return self._catch_up()
        with self._lock:
            lock = self.lab.lock
            if not lock.acquire(timeout=LOOK_PATIENCE):
                self._look_at_held()
                return True
            began, cpu = time.monotonic(), thread_time()
            try:
                self._version = self._version_now()
                scene, now = self._look()
            finally:
                lock.release()
            held = time.monotonic() - began
            if self._complained:
                self._complained, self._held = False, ()
                self._said["text"] = ""
            self._send(scene, now)
            self._follow_while_it_may_move()
            cost = max(held, thread_time() - cpu)
            self._look_again_at = began + (cost / SHARE if self.lab.state == "running" else 0.0)
            self._changed_at = time.monotonic()
            self.static.due = True
            return True

    def _follow_while_it_may_move(self) -> None:
        """Leave the refresher once the lab is stopped, so that no thread is left, and come back when it was reset."""
        rests = self.lab.state == "stopped"
        if rests != self._rests:
            self._rests = rests
            (REFRESHER.discard if rests else REFRESHER.add)(self)

    def _look(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Look at the lab. A component that has failed is selected, once; a stopped lab's inboxes are those before."""
        scene, now = self.model.look()
        banner = now.get("banner") or {}
        failure = self._scheduler, banner.get("title"), banner.get("key")
        if banner.get("kind") == "failed" and failure[-1] and failure != self._pointed_at:
            self._pointed_at = failure
            if self.model.selected != failure[-1]:
                self.model.selected = failure[-1]
                scene, now = self.model.look()
        before = self.page.now
        if self.lab.state == "stopped" and self.model.at is None and before.get("step") == now["step"]:
            now.update((name, before[name]) for name in ("inboxes",) if name in before)
        return scene, now

    def _look_at_held(self) -> None:
        """Say which component keeps the lab busy; once its slice is long, show the lab as it stood before.

        That is looked at once for each such slice; then only the sentence changes, and what is allowed.
        """
        lab, slice = self.lab, self.lab.runtime.long_slice()
        self._complained = True
        self._version = ()  # ask again
        scene, now, mark = None, {**self.page.now, "state": lab.state, "step": lab.step_number}, ""
        if slice is not None:
            held = HeldLab(lab, slice)
            mark = held.mark
            if self._held != (lab.scheduler, lab.step_number):
                self._held = lab.scheduler, lab.step_number
                with holding(held):
                    scene, now = self.model.look()
                self.static.due = True
            now = {**now, "can": self.model.permissions(), "held": mark}
        self._said = {**self._said, "text": mark or who_is_busy(lab), "error": True}
        self._send(scene, now)

    def _send(self, scene: dict[str, Any] | None, now: dict[str, Any]) -> None:
        now = {**now, "said": dict(self._said)}
        with self.page.hold_sync():
            if scene is not None and scene != self.page.scene:
                self.page.scene = scene
            self.page.now = now

    def _finish(self) -> None:
        """Leave the last picture: what was stopped for good has nothing left to show."""
        self.finished = True
        step = self._scheduler.step
        gone = f"This lab was stopped at step {step}. The picture is the last one before that; run the cell again."
        scene, last = None, self.page.now
        if self.lab.scheduler is self._scheduler and last.get("step") != step:
            scene, last = self._look()  # not looked at since the last slice
        last = {**last, "state": "stopped", "step": step, "headline": f"stopped at step {step}"}
        last.update(gone=gone, can=dict.fromkeys(ALL, STOPPED), choose={}, pace=None, banner=None)
        self._send(scene, last)
        self.static.finish(step)
        REFRESHER.discard(self)

    def crashed(self, error: BaseException) -> None:
        """Say that this panel is no longer up to date, and why."""
        self._say(f"this panel has stopped following its lab: {type(error).__name__}: {error}", error=True)
        self._send(None, self.page.now)

    # -- commands of the page ------------------------------------------------------------------------

    def receive(self, content: Any) -> None:
        """Carry out a command of the page. An error is shown in the panel and never raised."""
        if not isinstance(content, dict) or self.closed:
            return
        name = content.get("do")
        if name in ("hello", "bye"):
            self._count(name, str(content.get("view"))[:80])
            return
        if not self.views:
            self._count("hello", "a page")
        with cells.aside():
            said, failed = self._carry_out(str(name), content)
        reply = content.get("id")
        self._said["reply"] = reply if type(reply) is int else self._said["reply"]
        if said or failed or name in SHOWS_NOW:
            self._say(said, failed)
        self._reply()

    def do(self, name: str, **arguments: Any) -> str:
        """Carry out a command as a click would; return what the panel says about it.

        ::

            panel.do("step")
            panel.do("fold", key="3")
        """
        with cells.aside():
            said, failed = self._carry_out(name, {"do": name, **arguments})
        self._say(said, failed)
        self._reply()
        return str(self._said["text"])

    def _carry_out(self, name: str, content: dict[str, Any]) -> tuple[str, bool]:
        """Carry out a command; return what there is to say about it, and whether it failed."""
        if self.over and not self.lab.can_build:
            return STOPPED, True
        if name not in COMMANDS:
            return f"There is no command {name[:40]!r}; there are: {listed(COMMANDS)}.", True
        command, permission = COMMANDS[name]
        try:
            if permission is not None and self.page.now.get("can", {}).get(permission, True) is not True:
                why_not = self.model.permissions()[permission]  # it may have become possible meanwhile
                if why_not is not True:
                    return str(why_not), True
            if name in SHOWS_NOW:
                self.model.at = self.model.window = None
            return command(self.model, content), False
        except KamlabError as error:
            return str(error), True
        except Exception as error:
            return f"{name}: {type(error).__name__}: {error}", True

    def _reply(self) -> None:
        """Show the result of a command; the page waits for an answer even if there is nothing to look at."""
        self._version = ()
        if not self.refresh() and not self.closed:
            self._send(None, self.page.now)

    def _say(self, text: Any, error: bool = False) -> None:
        lines = str(text).splitlines() if text else []
        if len(lines) > LINES:
            lines = ["...", *lines[-LINES:]]
        self._said = {**self._said, "text": "\n".join([label(line, WIDTH) for line in lines]), "error": error}

    def _count(self, name: str, view: str) -> None:
        """Record that a page shows this panel, or no longer does."""
        if name == "bye":
            self.views.discard(view)
        else:
            page = view.partition("/")[0]
            self.views = {other for other in self.views if other.partition("/")[0] == page} | {view}
            self._version = ()
            REFRESHER.nudge()
        self._watch_prints()
        close_spare()

    # -- as an output --------------------------------------------------------------------------------

    def display(self) -> None:
        """Display the input fields of its lab, the widget, and the static output after it."""
        from IPython.display import display

        keep(self)
        FIELDS.show(self.lab)
        bundle = self.page._repr_mimebundle_()
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        data = {kind: value for kind, value in (data or {}).items() if kind != "text/plain"}
        show: Any = display
        show({**data, "text/plain": "kamlab panel"}, metadata=metadata, raw=True)
        self.static.display()

    def _ipython_display_(self, **_options: Any) -> None:
        self.display()

    def _display_(self) -> Any:
        """Return what marimo displays: the widget."""
        keep(self)
        return as_element(self.page)

    def __repr__(self) -> str:
        return f"<panel of {self.lab!r}>"

    def __str__(self) -> str:
        return self.static.text()

    def settle(self) -> None:
        """Bring the panel and its static output up to date, as at the end of a cell."""
        if not self.closed and not self.over:
            with self._lock:
                if self.views or self._version != self._version_now():
                    self.refresh()  # also while no page has said yet that it shows this, as in "Run All"
            self.static.draw()
        elif not self.closed:
            self._catch_up()

    def _draw_static(self, now: float) -> None:
        if self.static.due and now - self._changed_at > STATIC_AFTER and self.lab.state != "running":
            self.static.draw()

    def close(self) -> None:
        """Remove the panel wherever it is displayed. The static output stays."""
        self.closed = True
        self.views = set()
        REFRESHER.discard(self)
        drop(self)
        self._watch_prints()
        self._clean_up()


def _clean_up(page: Any) -> None:
    for widget in (page.layout, page):
        if widget is not None:
            widget.close()
