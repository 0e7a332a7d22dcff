"""The past of one inbox, so that what waited in it at any time is two binary searches away.

Nearly every inbox is a queue: what came first goes first. Then two lists of numbers, when something
came and when something went, say it all: what waits after record ``n`` are the messages that had
come by then, less the first so many as had gone. Only where a message is taken from the middle, or
put there, is the list of what waits written down again, and a new *stretch* begins.

A message is known by its *arrival*: the number of the record that says that it came. Those that came
before the trace began have negative ones.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import zip_longest


class _Stretch:
    """A time in which an inbox was a plain queue."""

    __slots__ = ("came", "gone", "there")

    def __init__(self, there: list[int]) -> None:
        self.there = there
        self.came: list[int] = []
        self.gone: list[int] = []

    def waiting(self, number: int) -> list[int]:
        gone = bisect_right(self.gone, number)
        came = bisect_right(self.came, number)
        late = gone - len(self.there)
        return self.came[late:came] if late >= 0 else self.there[gone:] + self.came[:came]

    def count(self, number: int) -> int:
        return len(self.there) + bisect_right(self.came, number) - bisect_right(self.gone, number)

    def first(self, number: int, most: int) -> list[int]:
        gone = bisect_right(self.gone, number)
        places = range(gone, min(gone + most, len(self.there) + bisect_right(self.came, number)))
        return [self.arrival(place) for place in places]

    def arrival(self, place: int) -> int:
        at_first = len(self.there)
        return self.there[place] if place < at_first else self.came[place - at_first]


class InboxHistory:
    """Everything that came to one inbox and went, by numbers of records.

    >>> line = InboxHistory()
    >>> for number in (1, 2, 5):
    ...     line.arrive(number)
    >>> line.depart(7)
    1
    >>> line.waiting(6), line.waiting(7), line.waiting(1)
    ([1, 2, 5], [2, 5], [1])
    """

    __slots__ = ("_begins", "_stretches")

    def __init__(self) -> None:
        self._begins: list[int] = []
        self._stretches = [_Stretch([])]

    def __len__(self) -> int:
        """Return how many messages wait after the last record."""
        last = self._stretches[-1]
        return len(last.there) + len(last.came) - len(last.gone)

    def front(self) -> int | None:
        """Return the oldest arrival that waits after the last record."""
        last = self._stretches[-1]
        return last.arrival(len(last.gone)) if len(self) else None

    def arrive(self, number: int) -> None:
        """Take note that a message came, and is the last in the queue."""
        self._stretches[-1].came.append(number)

    def depart(self, number: int) -> int:
        """Take note that the oldest message went, and return its arrival."""
        last = self._stretches[-1]
        last.gone.append(number)
        return last.arrival(len(last.gone) - 1)

    def arrive_at(self, number: int, index: int) -> None:
        """Take note that a message came to a place of its own."""
        if index >= len(self):
            self.arrive(number)
            return
        now = self.latest()
        now.insert(index, number)
        self.begin(number, now)

    def depart_from(self, number: int, index: int) -> int:
        """Take note that a message went from a place, and return its arrival."""
        if index == 0:
            return self.depart(number)
        now = self.latest()
        gone = now.pop(index)
        self.begin(number, now)
        return gone

    def begin(self, number: int, there: list[int]) -> None:
        """Take note that from a record on just these wait; they may be what was there before all records."""
        self._begins.append(number)
        self._stretches.append(_Stretch(there))

    def latest(self) -> list[int]:
        """Return the arrivals that wait after the last record, oldest first."""
        last = self._stretches[-1]
        gone = len(last.gone)
        late = gone - len(last.there)
        return last.came[late:] if late >= 0 else last.there[gone:] + last.came

    def waiting(self, number: int, most: int | None = None) -> list[int]:
        """Return the arrivals that waited after a record, oldest first; all, or so many at most."""
        stretch = self._stretches[bisect_right(self._begins, number)]
        return stretch.waiting(number) if most is None else stretch.first(number, most)

    def count(self, number: int) -> int:
        """Return how many messages waited after a record."""
        return self._stretches[bisect_right(self._begins, number)].count(number)

    def departures(self, otherwise: int) -> dict[int, int]:
        """Return the departure of each arrival of a plain queue; of those that still wait a number of one's own."""
        last = self._stretches[-1]
        return dict(zip_longest([*last.there, *last.came], last.gone, fillvalue=otherwise))

    def arrivals(self) -> list[int]:
        """Return every arrival there was, in order."""
        came = {number for stretch in self._stretches for number in (*stretch.there, *stretch.came)}
        return sorted(came, key=in_order)


def in_order(arrival: int) -> tuple[int, int]:
    """Return what to sort arrivals by: those from before the trace come first, and are numbered downwards."""
    return (0, -arrival) if arrival < 0 else (1, arrival)
