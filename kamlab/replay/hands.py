"""The user's hands: who goes next, and what waits in the inboxes.

Each act is checked, noted in the journal and carried out, between two slices; it is an event of the
trace and part of the run. A message is named by its inbox and its place, 0 being the oldest, or by
the event that brought it there: then it is found wherever in the queue it is now.
"""

from __future__ import annotations

import math
from typing import Any

from kamlab.analysis import NotInTrace, history_of
from kamlab.core.box import Inbox
from kamlab.core.component import Component
from kamlab.core.errors import KamlabError, NoSpaceInBox, NoSuchBox, listed
from kamlab.core.events import INSERTED, SENT, Event, shorten
from kamlab.core.link import find_box
from kamlab.core.microprocess import Microprocess, place_in
from kamlab.core.world import World

from . import acts
from .errors import MessageIsGone, NoSuchMessage


class Hands(World):
    """What the user can do to a lab between two slices.

    >>> from kamlab import Component, Lab
    >>> class Quiet(Component):
    ...     def main(self):
    ...         while True:
    ...             self.pause()
    ...             yield
    >>> lab = Lab()
    >>> quiet = Quiet(name="quiet").activate(lab)
    >>> _ = lab.step()
    >>> lab.inject(quiet, "hello")
    >>> lab.edit(quiet, "good day")
    >>> quiet.inboxes["inbox"].contents
    ('good day',)
    """

    def choose(self, component: Microprocess | str) -> None:
        """Let this component have the next slice.

        Raises:
            NotRunnable: it cannot run now; the message says who can.
        """
        with self.lock:
            self._check_open()
            chosen = self._present(component)
            journal = self.scheduler.journal
            joins = not self.scheduler.takes_turns(chosen) and place_in(self.scheduler.runnable(), chosen) >= 0
            if journal is not None and joins:
                journal.end_round()  # it is about to join the queue
            self.scheduler.choose(chosen)
            self.note_act("choose", chosen.short_name)

    def drop(self, where: Any, box: str = "inbox", index: int = 0) -> None:
        """Lose a message that waits.

        Args:
            where: the component, its name, or the ``sent`` event of the message.
            box: which inbox.
            index: which message, 0 being the oldest.

        Raises:
            NoSuchMessage: nothing waits there.
            MessageIsGone: the message of that event was taken already.
        """
        self._act("drop", where, box, index)

    def duplicate(self, where: Any, box: str = "inbox", index: int = 0) -> None:
        """Put a message in once more, right behind itself. Arguments and errors as for ``drop``.

        Raises:
            NoSpaceInBox: the inbox is full.
        """
        self._act("duplicate", where, box, index)

    def move(self, where: Any, to: int, box: str = "inbox", index: int = 0) -> None:
        """Move a message to the place ``to`` of its inbox. Arguments and errors otherwise as for ``drop``."""
        with self.lock:
            inbox, index = self._find(where, box, index)
            acts.check_index(inbox, to, len(inbox.items))
            self._act("move", inbox, inbox.name, index, to)

    def edit(self, where: Any, message: Any, box: str = "inbox", index: int = 0) -> None:
        """Put another message in the place of one that waits. Arguments and errors otherwise as for ``drop``."""
        self._act("edit", where, box, index, message)

    def delay(self, where: Any, seconds: float, box: str = "inbox", index: int = 0) -> None:
        """Take a message out, and put it in again at the end after ``seconds`` of the lab's clock.

        Arguments and errors otherwise as for ``drop``.
        """
        if not isinstance(seconds, (int, float)) or not 0 <= seconds < math.inf:
            raise KamlabError(f"a message cannot be delayed by {seconds!r}; give a number of seconds, 0 or more")
        self._act("delay", where, box, index, seconds)

    def inject(self, component: Microprocess | str, message: Any, box: str = "inbox", index: int | None = None) -> None:
        """Put a message in that nobody sent: at the end, or at the place ``index``.

        Raises:
            NoSuchBox: the component has no such inbox.
            NoSuchMessage: there is no such place.
            NoSpaceInBox: the inbox is full.
        """
        with self.lock:
            inbox = self._inbox(component, box)
            place = len(inbox.items) if index is None else index
            acts.check_index(inbox, place, len(inbox.items) + 1)
            self._act("inject", inbox, inbox.name, place, message, places=len(inbox.items) + 1)

    # -- finding -----------------------------------------------------------------------------------

    def _act(self, kind: str, where: Any, box: str, index: int, *more: Any, places: int | None = None) -> None:
        with self.lock:
            self._check_open()
            inbox, index = self._find(where, box, index)
            acts.check_index(inbox, index, len(inbox.items) if places is None else places)
            if kind in ("duplicate", "inject") and inbox.is_full():
                raise NoSpaceInBox(len(inbox.items), inbox.limit or 0, str(inbox))
            what = (*acts.address_of(self, inbox), index, *more)
            self.note_act(kind, *what)
            acts.perform(self, kind, what)

    def _find(self, where: Any, box: str, index: int) -> tuple[Inbox, int]:
        if isinstance(where, Event):
            return self._waiting(where)
        return self._inbox(where, box), index

    def _inbox(self, where: Any, box: str) -> Inbox:
        if isinstance(where, Inbox):
            return where
        component = self._present(where)
        if not isinstance(component, Component):
            raise NoSuchBox(f"{component.short_name} is no component and has no inboxes")
        target = find_box(component, box, "inboxes").target
        if not isinstance(target, Inbox):
            raise NoSuchBox(f"the inbox {box!r} of {component.short_name} leads nowhere")
        return target

    def _waiting(self, event: Event) -> tuple[Inbox, int]:
        """Return where the message of an event waits now, however it was moved since."""
        if event.kind not in (SENT, INSERTED) or not isinstance(event.box, Inbox):
            raise NoSuchMessage(f"the event {event.kind!r} puts no message into an inbox; give one that is 'sent'")
        history = history_of(self)
        try:
            place = history.place_now(history.number_of(event))
        except NotInTrace as error:
            raise MessageIsGone(str(error)) from None
        if place is None:
            who = f"{event.box.owner.short_name}.{event.box.name}"
            raise MessageIsGone(
                f"{shorten(event.message)} does not wait in {who} any more: it was taken or removed since step "
                f"{event.step}. lab.story(event) tells by whom; lab.goto({event.step}) is before that."
            )
        return place

    def _present(self, component: Any) -> Microprocess:
        """Return the component that is meant, in the lab as it stands: the one of that name if it was rebuilt."""
        if isinstance(component, str):
            found: Microprocess = self[component]
            return found
        if not isinstance(component, Microprocess):
            raise KamlabError(f"{component!r} is no component; give one, or its name: {self._alive()}")
        given: Microprocess = component
        scheduler = given._scheduler
        if scheduler is self.scheduler or scheduler is None or scheduler.world is not self:
            return given
        for each in self.scheduler.members.values():
            if each.short_name == given.short_name:
                return each
        return given

    def _alive(self) -> str:
        return listed(each.short_name for each in self.scheduler.members.values())

    # -- noting ------------------------------------------------------------------------------------

    def note_act(self, kind: str, *what: Any) -> None:
        """Note what is done from outside."""
        journal = self.scheduler.journal
        if journal is not None:
            journal.outside(kind, *what)
