"""What became of a message, what a component did, what went through a box: told from the trace.

Each story is a value with its events and a text of plain sentences. The word and the idea, to ask a log
of events for all that concerns one thing, are from the ``story`` of dask.distributed's workers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ..core.box import Box, Inbox, made_inboxes_of, made_outboxes_of
from ..core.component import Component
from ..core.errors import listed
from ..core.events import DISCARDED, INSERTED, RECEIVED, REMOVED, SENT, Event, name_of, shorten
from ..core.microprocess import Microprocess
from .errors import NoStory
from .history import History, history_of
from .messages import Story, moved_by, story_of_event, story_of_waiting


@dataclass(frozen=True)
class Slice:
    """One slice of a component: what it took, and what it sent.

    >>> from kamlab import Lab
    >>> from kamlab.parts import PassThrough
    >>> with Lab(clock="virtual") as lab:
    ...     echo = PassThrough().activate()
    ...     echo.deliver("hello")
    ...     _ = lab.step()
    ...     first = lab.story(echo).slices[0]
    >>> first.step, first.took[0].message, first.sent[0].message
    (1, 'hello', 'hello')
    """

    step: int
    time: float
    took: tuple[Event, ...]
    sent: tuple[Event, ...]


@dataclass(frozen=True, eq=False, repr=False)
class ComponentStory(Story):
    """What a component did, slice by slice.

    >>> from kamlab import Lab
    >>> from kamlab.parts import PureTransformer
    >>> with Lab(clock="virtual") as lab:
    ...     square = PureTransformer(lambda n: n * n).activate()
    ...     for number in (2, 3):
    ...         square.deliver(number)
    ...         _ = lab.step()
    ...     story = lab.story("PureTransformer_1")
    >>> for part in story.slices:
    ...     print(part.step, [event.message for event in part.took], [event.message for event in part.sent])
    1 [2] [4]
    2 [3] [9]
    """

    name: str
    slices: tuple[Slice, ...]


@dataclass(frozen=True, eq=False, repr=False)
class BoxStory(Story):
    """What went through a box: what came, what was taken, and how many waited.

    ``lengths`` is a step function: (step, time in seconds, how many waited from the end of that step on),
    with an entry for each step in which the number changed. ``longest`` is the most that ever waited,
    even in the middle of a slice.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import DataSource, PassThrough
    >>> with Lab(clock="virtual") as lab:
    ...     _ = Pipeline(DataSource([1, 2]), PassThrough()).activate()
    ...     _ = lab.run()
    ...     story = lab.story("PassThrough_3.inbox")
    >>> [event.message for event in story.arrivals], story.longest
    ([1, 2], 2)
    """

    name: str
    arrivals: tuple[Event, ...]
    takings: tuple[Event, ...]
    lengths: tuple[tuple[int, float, int], ...]
    longest: int


def story(of: Any, lab_or_trace: Any, step: int | None = None) -> Story:
    """Return the story of something in a lab, a trace or a history.

    Args:
        of: an event in which a message moves: the story of that message; any other event: of its component.
            A pair (inbox, index), where an inbox may be a box or a name such as ``"Sink_3.inbox"``: the
            message that waits there. A component, a box, or the name of one.
        lab_or_trace: where.
        step: for a pair: when it waited there; now, unless told.

    Raises:
        NoStory: there is no such thing in this history.
        NotInTrace: the event is of another trace, or forgotten.
        StepOutOfRange: there is no such step.

    >>> from kamlab import Lab
    >>> from kamlab.parts import PassThrough
    >>> with Lab(clock="virtual") as lab:
    ...     echo = PassThrough().activate()
    ...     echo.deliver("hello")
    ...     _ = lab.step()
    ...     print(story("PassThrough_1.inbox", lab))
    1 message came to PassThrough_1.inbox; 1 left it, 0 in it now. At most 1 waited at once.
          0  outside -> PassThrough_1.inbox: 'hello'
          1  PassThrough_1 takes 'hello' from inbox
    """
    history = history_of(lab_or_trace)
    if isinstance(of, Event):
        if of.kind in _MOVES:
            return story_of_event(history, of)
        of = of.component
    if isinstance(of, tuple) and len(of) == 2:
        return story_of_waiting(history, _box(history, of[0]), of[1], step)
    if isinstance(of, str):
        of = history.names.component(of) or _box(history, of)
    if isinstance(of, Box):
        return story_of_box(history, of)
    if isinstance(of, Microprocess):
        return story_of_component(history, of)
    raise NoStory(
        f"{shorten(of)} has no story; ask for that of an event, a component, a box, a name of one of these, or a pair "
        "(inbox, index) for a message that waits"
    )


_MOVES = (SENT, DISCARDED, RECEIVED, REMOVED, INSERTED)


def _box(history: History, named: Any) -> Any:
    """Return a box, given itself or its name."""
    if isinstance(named, Box):
        return named
    component_name, _, box_name = str(named).rpartition(".")
    component = history.names.component(component_name)
    if component is None:
        raise NoStory(
            f"no component or box is called {named!r} in this history. Its components: {listed(history.names.all())}. "
            "A box is called component.box."
        )
    inboxes = {box.name: box for box in history.lines if box.owner is component}
    known: dict[str, Box] = {}
    if isinstance(component, Component):
        known = {**made_outboxes_of(component), **inboxes, **made_inboxes_of(component)}
    if box_name not in known:
        raise NoStory(f"{component_name} has no box {box_name!r}; its boxes: {listed(known)}")
    return known[box_name]


# -- components and boxes ---------------------------------------------------------------------------------


def story_of_component(history: History, component: Microprocess) -> ComponentStory:
    """Return what a component did, slice by slice, and what happened to it.

    Raises:
        NoStory: this history does not know it.
    """
    places = history.slices.get(component, [])
    about = history.about.get(component, [])
    if not places and not about:
        raise NoStory(
            f"nothing is known of {name_of(component)}: it was not activated in this lab, or all is forgotten"
        )
    slices, numbers = [], set(about)
    for place in places:
        one, its_own = _slice(history, component, place)
        slices.append(one)
        numbers.update(its_own)
    name = history.names.of(component)
    events = history.events(sorted(numbers))
    state = history.lives[component].latest
    text = f"{name} has had {len(slices)} slice{'' if len(slices) == 1 else 's'} and is {state}."
    return ComponentStory(events, _with_events(text, events), name, tuple(slices))


def _slice(history: History, component: Microprocess, place: int) -> tuple[Slice, list[int]]:
    start = history.starts[place]
    took, sent = moved_by(history, component, start + 1)
    one = Slice(history.steps[place], history.time_of(start), history.events(took), history.events(sent))
    return one, [start, *took, *sent]


def story_of_box(history: History, box: Box) -> BoxStory:
    """Return what went through an inbox, or out of an outbox."""
    name = history.names.of_box(box)
    if not isinstance(box, Inbox):
        numbers = [
            number
            for number, record in enumerate(history.records, history.first)
            if record[0] in (SENT, DISCARDED) and record[1] is box
        ]
        events = history.events(numbers)
        lost = sum(event.kind == DISCARDED for event in events)
        text = f"{len(events)} messages were sent from {name}; {lost} of them led nowhere."
        return BoxStory(events, _with_events(text, events), name, events, (), (), 0)
    line = history.lines.get(box)
    came = line.arrivals() if line is not None else []
    gone = [history.departure_of[arrival] for arrival in came if arrival in history.departure_of]
    length = longest = sum(arrival < 0 for arrival in came)
    lengths: list[tuple[int, float, int]] = []
    for number, change in sorted([(n, 1) for n in came if n >= 0] + [(n, -1) for n in gone]):
        length += change
        longest = max(longest, length)
        step = history.step_of(number)
        if lengths and lengths[-1][0] == step:
            lengths.pop()
        lengths.append((step, history.time_of(number), length))
    arrivals = history.events(number for number in came if number >= 0)
    takings = history.events(sorted(gone))
    events = tuple(sorted((*arrivals, *takings), key=lambda event: event.number))
    text = (
        f"{len(came)} message{'s' if len(came) != 1 else ''} came to {name}; "
        f"{len(takings)} left it, {length} in it now. "
        f"At most {longest} waited at once."
    )
    return BoxStory(events, _with_events(text, events), name, arrivals, takings, tuple(lengths), longest)


def _with_events(text: str, events: Iterable[Event]) -> str:
    return "\n".join([text, *(f"  {event}" for event in events)])
