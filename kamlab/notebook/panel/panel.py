"""The panel: a lab to look at, to drive, and to take a hand in, in a notebook.

What is shown is in :mod:`.looking`, what can be asked for in :mod:`.commands`; here is when to look, and
how long a panel lives.

*When.* The engine tells a panel nothing; that would cost every slice something. One thread asks each
panel a dozen times a second whether its lab has moved (:mod:`..flusher`). A panel that nobody has on the
screen does not look at all, and one that a look costs much looks less often: looking takes no more than
:data:`SHARE` of the time of a lab that runs.

*How long.* A panel holds widgets, and ipywidgets hold all widgets there are. So this is not a widget but
has one, and closes it when it goes. What is displayed is kept as long as a page shows it, and a few beyond
that, since pages are closed and opened again. A panel outlives its lab: it shows the last picture and says
that it is the last.

*Twice in a cell.* A cell gets the widget, and after it a still picture, which is kept up to date and which
the page hides while the widget is there. So a saved notebook shows its last state wherever it is opened.
Rejected: the still as the fall-back of the widget's own output, since a front end that knows widgets shows
an error in its place once the kernel is gone.

A click may be carried out on any thread: the main one, or a subshell's. Everything it does goes through
the lab, which has a lock for it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from typing import Any
from weakref import WeakMethod, finalize

from ...core.errors import KamlabError, listed
from ...core.patched_time import thread_time
from ...lab import Lab
from ...views.dashboard import checked
from ...views.quoting import label
from ...views.transcript import transcripts_of
from .. import cells
from ..flusher import FLUSHER
from . import shown
from .allowed import ALL, STOPPED
from .commands import COMMANDS, SHOWS_NOW, who_is_busy
from .looking import Looking
from .page import Page
from .still import LOOK_PATIENCE, Still

#: How much of the time of a running lab may go into looking at it.
SHARE = 0.05
#: How long, in seconds, nothing must have changed before the still picture is drawn again.
STILL_AFTER = 0.7
#: How many lines of what a command did are shown, and how long they may be.
LINES, WIDTH = 6, 200


class Panel:
    """A panel of one lab: its pieces live, and a still of them for where there is no kernel.

    Args:
        lab: the lab. A lab that goes back, or is reset and knows how to build its system, goes on in the
            same panel; one that is stopped leaves its last picture.
        pieces: which pieces to show, all unless told: controls, graph, inboxes, source, timeline, story.

    Raises:
        UnknownPiece: there is no such piece.
    """

    def __init__(self, lab: Lab, pieces: Iterable[str] = ()) -> None:
        self.lab = lab
        self.pieces: tuple[str, ...] = checked(pieces)
        self.looking: Looking = Looking(lab, self.pieces)
        self.closed: bool = False
        #: Whether it shows the last picture of what was stopped.
        self.finished: bool = False
        self.views: set[str] = set()
        self._lock = threading.RLock()
        self._signs: tuple[Any, ...] = ()
        self._changed_at = 0.0
        self._look_again_at = 0.0
        self._said: dict[str, Any] = {"text": "", "error": False, "reply": 0}
        self._complained = False
        self.page: Page = Page(pieces=list(self.pieces))
        self.still: Still = Still(self.looking)
        self._watch()
        message = WeakMethod(self.receive)
        self.page.on_msg(lambda _, content, __: (call := message()) and call(content))
        self._clean_up = finalize(self, _clean_up, self.page)
        self._clean_up.atexit = False
        self.refresh()
        FLUSHER.add(self)

    def _watch(self) -> None:
        """Look at the lab as it is now."""
        self._scheduler = self.lab.scheduler
        self._listen()

    def _listen(self) -> None:
        """Have what components print shown here while a page shows this, rather than on stderr."""
        transcripts = transcripts_of(self.lab)
        if self.views and not self.closed:
            transcripts.on_line = FLUSHER.nudge
        elif not any(each.views for each in shown.all_shown() if each.lab is self.lab and each is not self):
            transcripts.unwatch()

    # -- when to look --------------------------------------------------------------------------------

    @property
    def over(self) -> bool:
        """Whether what this shows has been stopped."""
        return self.lab.scheduler is not self._scheduler or self.lab.state == "stopped"

    def tick(self) -> bool:
        """Draw anew if the lab has moved and somebody looks; return whether anything was new."""
        if self.closed:
            return False
        now = time.monotonic()
        if self.over:
            return self._settle()
        if not self.views or now < self._look_again_at:
            return False
        if self._signs_now() == self._signs:
            self._draw_still(now)
            return False
        self.refresh()
        return True

    def _signs_now(self) -> tuple[Any, ...]:
        """What tells cheaply that something has happened; not even the lab's lock is needed."""
        lab, scheduler = self.lab, self._scheduler
        waiting = len(scheduler.queue), len(scheduler.done), len(scheduler.wakes)
        counts = scheduler.step, lab.failed_count, len(scheduler.members), transcripts_of(lab).count
        return lab.state, lab.pace, len(lab.breakpoints), *counts, *waiting

    def _settle(self) -> bool:
        """Follow the lab to where it stands now, or draw the last picture; return whether anything was new."""
        if getattr(self.lab, "in_between", False):
            return False
        with self._lock:
            if self.lab.scheduler is not self._scheduler and self.lab.can_build:
                self.looking.forget()
                self._watch()
                self._signs = ()
            elif self.over:
                self._finish()
                return True
        self.refresh()
        return True

    def refresh(self) -> None:
        """Look at the lab and show it, now."""
        if self.closed:
            return
        if self.over:
            self._settle()
            return
        with self._lock:
            lock = self.lab.lock
            if not lock.acquire(timeout=LOOK_PATIENCE):
                self._complain()
                return
            began, cpu = time.monotonic(), thread_time()
            try:
                self._signs = self._signs_now()
                scene, now = self.looking.look()
            finally:
                lock.release()
            held = time.monotonic() - began
            if self._complained:
                self._complained = False
                self._said["text"] = ""
            self._send(scene, now)
            cost = max(held, thread_time() - cpu)
            self._look_again_at = began + (cost / SHARE if self.lab.state == "running" else 0.0)
            self._changed_at = time.monotonic()
            self.still.due = True

    def _complain(self) -> None:
        """Say who keeps the lab busy; the state is as it is now, the rest as it was."""
        self._complained = True
        self._signs = ()  # ask again
        self._said = {**self._said, "text": who_is_busy(self.lab), "error": True}
        now = {**self.page.now, "state": self.lab.state, "step": self.lab.step_number}
        self._send(None, now)

    def _send(self, scene: dict[str, Any] | None, now: dict[str, Any]) -> None:
        now = {**now, "said": dict(self._said)}
        with self.page.hold_sync():
            if scene is not None and scene != self.page.scene:
                self.page.scene = scene
            self.page.now = now

    def _finish(self) -> None:
        """Leave the last picture: of what was stopped nothing is left to look at."""
        self.finished = True
        step = self._scheduler.step
        gone = f"This lab was stopped at step {step}. The picture is the last one before that; run the cell again."
        last = {**self.page.now, "state": "stopped", "step": step, "headline": f"stopped at step {step}"}
        last.update(gone=gone, can=dict.fromkeys(ALL, STOPPED), choose={}, pace=None)
        self._send(None, last)
        self.still.finish(step)
        FLUSHER.discard(self)

    def crashed(self, error: BaseException) -> None:
        """Say that this panel is not up to date any more, and why."""
        self._say(f"this panel has stopped following its lab: {type(error).__name__}: {error}", error=True)
        self._send(None, self.page.now)

    # -- what the page asks for ----------------------------------------------------------------------

    def receive(self, content: Any) -> None:
        """Carry out a command of the page. An error is shown in the panel, and raised nowhere."""
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
        self._show_reply()

    def do(self, name: str, **given: Any) -> str:
        """Carry out a command as a click would; return what the panel has to say about it.

        ::

            panel.do("step")
            panel.do("fold", key="3")
        """
        with cells.aside():
            said, failed = self._carry_out(name, {"do": name, **given})
        self._say(said, failed)
        self._show_reply()
        return str(self._said["text"])

    def _carry_out(self, name: str, content: dict[str, Any]) -> tuple[str, bool]:
        if self.over and not (self.lab.can_build and self.lab.state != "stopped"):
            return STOPPED, True
        if name not in COMMANDS:
            return f"There is no command {name[:40]!r}; there are: {listed(COMMANDS)}.", True
        command, needs = COMMANDS[name]
        try:
            why_not = self.page.now.get("can", {}).get(needs, True) if needs is not None else True
            if why_not is not True and (now := self.looking.head()["can"][needs]) is not True:
                return str(now), True
            if name in SHOWS_NOW:
                self.looking.at = self.looking.window = None
            return command(self.looking, content), False
        except KamlabError as error:
            return str(error), True
        except Exception as error:
            return f"{name}: {type(error).__name__}: {error}", True

    def _show_reply(self) -> None:
        if self.over:
            self._settle()
        self._signs = ()
        self.refresh()
        if self.over:  # nothing was drawn, and the page waits for its answer
            self._send(None, self.page.now)

    def _say(self, text: Any, error: bool = False) -> None:
        lines = str(text).splitlines() if text else []
        if len(lines) > LINES:
            lines = ["...", *lines[-LINES:]]
        self._said = {**self._said, "text": "\n".join(label(line, WIDTH) for line in lines), "error": error}

    def _count(self, name: str, view: str) -> None:
        """Take note that a page shows this panel, or does so no more."""
        if name == "bye":
            self.views.discard(view)
        else:
            page = view.partition("/")[0]
            self.views = {each for each in self.views if each.partition("/")[0] == page} | {view}
            self._signs = ()
            FLUSHER.nudge()
        self._listen()
        shown.tidy()

    # -- as an output ----------------------------------------------------------------------------------

    def _ipython_display_(self, **_options: Any) -> None:
        """Display the widget, and the still picture after it."""
        from IPython.display import display

        shown.keep(self)
        bundle = self.page._repr_mimebundle_()
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        data = {kind: value for kind, value in (data or {}).items() if kind != "text/plain"}
        show: Any = display
        show({**data, "text/plain": "kamlab panel"}, metadata=metadata, raw=True)
        self.still.display()

    def __repr__(self) -> str:
        return f"<panel of {self.lab!r}>"

    def __str__(self) -> str:
        return self.still.text()

    def settle(self) -> None:
        """Bring the panel and its still picture up to date, as at the end of a cell."""
        if not self.closed and not self.over:
            with self._lock:
                if self.views:
                    self.refresh()
                elif self._signs != (signs := self._signs_now()):
                    self._signs, self.still.due = signs, True
            self.still.draw()
        elif not self.closed:
            self._settle()

    def _draw_still(self, now: float) -> None:
        if self.still.due and now - self._changed_at > STILL_AFTER and self.lab.state != "running":
            self.still.draw()

    def close(self) -> None:
        """Take the panel away, wherever it is displayed. The still picture stays."""
        self.closed = True
        self.views = set()
        FLUSHER.discard(self)
        shown.drop(self)
        self._listen()
        self._clean_up()


def _clean_up(page: Any) -> None:
    for part in (page.layout, page):
        if part is not None:
            part.close()
