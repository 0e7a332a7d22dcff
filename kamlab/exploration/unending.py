"""Code of the user that does not end while it is explored: a slice without ``yield``, a predicate that loops.

A thread looks at the stack of the thread that explores, twice a second. Each execution and each question calls the
user's code anew, so if the same call stands there for :data:`LONG` seconds, it is a loop, or as good as one. It is
ended by an interrupt, and the exploration with it, as an error that names the line.

Rejected: a clock around each slice, which every one of thousands would pay for; the watch of labs
(``kamlab.core.watch``), which reports a long slice, and leaves it to the user to end it.
"""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType

from ..core.frames import USER, frames_above, place_of, whose_code
from ..core.interrupt import raise_in_thread
from .errors import CannotExplore

#: Seconds between two looks, and how long one call of the user's code may last.
TICK, LONG = 0.5, 5.0
#: Seconds until it is interrupted again, which code that catches everything may need often.
AGAIN = 0.02


class Unending:
    """Ends the block with an error if code of the user that it calls does not end.

    Args:
        below: the frame below which nothing is looked at: that of the function whose block it is.
    """

    def __init__(self, below: FrameType) -> None:
        self._below: FrameType | None = below
        self._ident = threading.get_ident()
        self._over = threading.Event()
        self._watcher: threading.Thread | None = None
        self._sentence = ""

    def __enter__(self) -> Unending:
        watcher = threading.Thread(target=self._watch, name="kamlab exploring", daemon=True)
        try:
            watcher.start()
            self._watcher = watcher
        except RuntimeError:  # no thread can be started: nothing is ended
            pass
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._over.set()
        if self._watcher is not None:
            self._watcher.join()
        self._below = None
        if self._sentence and isinstance(error, KeyboardInterrupt):
            raise CannotExplore(self._sentence) from None

    def _watch(self) -> None:
        call: FrameType | None = None
        looks = 0
        while not self._over.wait(AGAIN if self._sentence else TICK):
            users = self._users_frames()
            looks = looks + 1 if users and users[0] is call else 0
            call = users[0] if users else None
            if looks * TICK >= LONG or (self._sentence and looks):
                self._sentence = self._sentence or (
                    f"{place_of(users[-1])} has run for {LONG:g} seconds, and the slice, the builder or the predicate "
                    "that it belongs to has not ended: where a loop waits, write 'yield' or 'await' in it"
                )
                self._end()
            del users

    def _users_frames(self) -> list[FrameType]:
        """Return the frames of the user's code in the block, the outermost first; none if it explores by itself."""
        frames = frames_above(self._ident, self._below)
        below = self._below
        if below is None or any(frame.f_code is below.f_code for frame in frames):
            return []
        return [frame for frame in frames if whose_code(frame.f_code.co_filename) == USER]

    def _end(self) -> None:
        is_main = self._ident == threading.main_thread().ident
        if is_main and callable(signal.getsignal(signal.SIGINT)) and hasattr(signal, "pthread_kill"):
            signal.pthread_kill(self._ident, signal.SIGINT)  # wakes a call that blocks, too
        else:
            raise_in_thread(self._ident, KeyboardInterrupt)
