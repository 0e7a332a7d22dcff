"""Comparing two runs of one system: the first choice, the first message and the first state that differ.

Two runs that end differently began alike. Where they part can be seen in three ways: another component was chosen to
run; a message came into an inbox that is not the one that came there in the other run; the system stood in another
state. A choice alone need not matter: if the two components have nothing to do with each other, the states are soon
alike again. So messages are compared inbox by inbox, in the order in which they came, and not in that of the whole run.

What is compared is what is on record: who ran, what was sent, taken and lost, and for states who sleeps, who has ended
and what waits in which inbox. Attributes of components are not on record, and are compared at the end only.

Rejected: to align the two runs as a diff of texts does. It hides that the same slices came in another order, which is
the very thing to see.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from itertools import zip_longest
from typing import Any, TypeAlias

from ..analysis.location import attributes_of
from ..analysis.snapshot import Snapshot
from ..analysis.words import joined, ordinal, shown
from ..core.errors import KamlabError, StepOutOfRange
from ..core.events import DISCARDED, PAUSED, SENT
from ..lab import Lab
from ..replay.comparison import Slice, alike, deed_in_words, kept_of
from ..replay.errors import CannotRewind
from ..replay.recording import Recording
from ..views.timeline import timeline_of
from .divergence import NAMES, Contrast, Divergence, shortened
from .errors import CannotCompare
from .schedule import Schedule

#: What can be compared.
Run: TypeAlias = "Recording | Schedule | Lab | str"

#: How many steps are shown before the first difference, and from it on.
BEFORE, AFTER = 3, 24
#: How many steps are looked at for the first state that differs.
STATES = 500


def diverge(first: Run, second: Run, *, build: Callable[..., Any] | None = None) -> Divergence:
    """Compare two runs of one system: the first choice, the first message and the first state that differ.

    A lab is compared as far as it has run, and stays as it is; anything else is played in a lab of its own.

    Args:
        first, second: a recording, the line that it was written as, a schedule that was found, or a lab.
        build: the function that builds the system, where a line or a recording is compared with another one. A schedule
            and a lab know theirs.

    Raises:
        CannotCompare: something else was given; it is not known how the system is built; the two are runs of different
            systems; or a run is not on record.
        BadRecording: a line is garbled.

    >>> from kamlab import diverge, explore, Component
    >>> class Clerk(Component):
    ...     def __init__(self, book):
    ...         super().__init__()
    ...         self.book = book
    ...     def main(self):
    ...         seen = self.book["pages"]
    ...         yield
    ...         self.book["pages"] = seen + 1
    ...         self.send(self.book["pages"])
    >>> def system():
    ...     book = {"pages": 0}
    ...     Clerk(book).activate(), Clerk(book).activate()
    ...     return book
    >>> result = explore(system, lambda book: book["pages"] == 2)
    >>> right = next(order for order in result.orders() if not order.names)
    >>> print(diverge(right, result.found[0]))
    They differ from step 1 on, of 4 slices each.
      choice: at step 1 Clerk_1 ran in the first run, Clerk_2 in the second
      message: each inbox was sent the same messages in the same order
      state: after step 2
        Clerk_1: finished in the first run, runnable in the second
      at the end
        Clerk_1.book: {'pages': 2} in the first run, {'pages': 1} in the second
        Clerk_2.book: {'pages': 2} in the first run, {'pages': 1} in the second
      *  1  Clerk_1                            Clerk_2
      *  2  Clerk_1: 1 lost from outbox, ends  Clerk_1
      *  3  Clerk_2                            Clerk_1: 1 lost from outbox, ends
      *  4  Clerk_2: 2 lost from outbox, ends  Clerk_2: 1 lost from outbox, ends
    """
    with ExitStack() as stack:
        builder = build or _builder_of(first) or _builder_of(second)
        labs = [_lab_of(run, name, builder, stack) for run, name in zip((first, second), NAMES, strict=True)]
        return _compared(labs[0], labs[1], _reopener(labs, builder))


def _builder_of(run: Run) -> Callable[..., Any] | None:
    if isinstance(run, Schedule):
        return run.system
    return run.time_travel.builder.function if isinstance(run, Lab) else None


def _lab_of(run: Run, name: str, build: Callable[..., Any] | None, stack: ExitStack) -> Lab:
    """Return a lab in which a run was done; one that was made for that is stopped with the stack."""
    if isinstance(run, Lab):
        try:
            run.snapshot(0)
        except StepOutOfRange as error:
            raise CannotCompare(f"the {name} run is not on record from its beginning on: {error}") from error
        return run
    if isinstance(run, Schedule):
        lab = run.open()
    elif isinstance(run, (Recording, str)):
        recording = Recording.parse(run) if isinstance(run, str) else run
        lab = _replayed(recording, name, build)
    else:
        raise CannotCompare(
            f"the {name} run is {shown(run)}; give a recording, the line of one, a schedule of explore(), or a lab"
        )
    stack.callback(lab.stop)
    return lab


def _replayed(recording: Recording, name: str, build: Callable[..., Any] | None) -> Lab:
    if build is None:
        raise CannotCompare(f"the {name} run does not know how its system is built; give diverge(..., build=system)")
    lab = Lab(clock="virtual")
    lab.time_travel.builder.function = build
    try:
        lab.replay(recording)
    except KamlabError as error:
        lab.stop()
        raise CannotCompare(f"the {name} run is not one of this system: {error}") from error
    return lab


def _reopener(labs: list[Lab], build: Callable[..., Any] | None) -> Callable[[int], tuple[Lab, Lab]]:
    recordings = [lab.recording if lab.can_build else None for lab in labs]

    def reopen(step: int) -> tuple[Lab, Lab]:
        opened = []
        for recording, name in zip(recordings, NAMES, strict=True):
            if recording is None:
                raise CannotRewind(f"the {name} run is that of a lab that does not know how its system is built")
            lab = _replayed(recording, name, build)
            lab.goto(min(step, lab.step_number))
            opened.append(lab)
        return opened[0], opened[1]

    return reopen


def _check_same_system(first: Lab, second: Lab, step: int) -> None:
    """Check that both systems have the same components and links after a step up to which the runs are equal.

    Raises:
        CannotCompare: they have not.
    """
    one, other = first.snapshot(step), second.snapshot(step)
    for what, here, there in (
        ("component", one.states, other.states),
        ("link", dict.fromkeys(one.links), dict.fromkeys(other.links)),
    ):
        only = [[name for name in mine if name not in others] for mine, others in ((here, there), (there, here))]
        if any(only):
            said = [
                f"only the {name} has the {what} {joined(map(_named, mine), limit=3)}"
                for name, mine in zip(NAMES, only, strict=True)
                if mine
            ]
            raise CannotCompare(f"they are runs of different systems: {'; '.join(said)}")


def _named(what: str | tuple[str, str]) -> str:
    return what if isinstance(what, str) else " -> ".join(what)


# -- the comparison ---------------------------------------------------------------------------------------------


def _compared(first: Lab, second: Lab, reopen: Callable[[int], tuple[Lab, Lab]]) -> Divergence:
    one, other = kept_of(first.trace).slices, kept_of(second.trace).slices
    lengths = len(one), len(other)
    step = next((place for place, (a, b) in enumerate(zip_longest(one, other), 1) if not _same(a, b)), None)
    _check_same_system(first, second, min(lengths) if step is None else step - 1)
    if step is None:
        return Divergence(lengths, _open=reopen)
    choice = _first_choice(one, other)
    state = _first_state(first, second, step, min(lengths))
    begin, end = max(1, step - BEFORE), step + AFTER
    pairs = list(zip_longest(one, other))[begin - 1 : end]
    return Divergence(
        lengths,
        step,
        choice,
        _first_message(one, other),
        state,
        _contrasts(lengths, *[_end_of(lab) for lab in (first, second)]),
        tuple(
            [(place, _slice_in_words(a), _slice_in_words(b), _same(a, b)) for place, (a, b) in enumerate(pairs, begin)]
        ),
        tuple(
            [
                timeline_of(lab, begin, min(end, length), at=min(step, length))
                for lab, length in zip((first, second), lengths, strict=True)
                if length >= begin
            ]
        ),
        reopen,
    )


def _same(one: Slice | None, other: Slice | None) -> bool:
    return one is not None and other is not None and (one == other or alike(one, other))


def _first_choice(one: list[Slice], other: list[Slice]) -> Contrast | None:
    for place, (a, b) in enumerate(zip(one, other, strict=False), 1):
        if a[0] != b[0]:
            return Contrast((place, place), "who ran", a[0], b[0])
    return None


def _first_message(one: list[Slice], other: list[Slice]) -> Contrast | None:
    """Return the first message that is not the one that came at its place into the same inbox in the other run."""
    came = [_arrivals(slices) for slices in (one, other)]
    found: list[tuple[bool, int, Contrast]] = []
    for inbox in dict.fromkeys([*came[0], *came[1]]):
        pairs = zip_longest(came[0].get(inbox, ()), came[1].get(inbox, ()))
        for place, (a, b) in enumerate(pairs):
            if a is None or b is None or a[1:] != b[1:]:
                steps = (a[0] if a else 0, b[0] if b else 0)
                what = f"the {ordinal(place)} into {inbox}"
                contrast = Contrast(steps, what, _message_in_words(a), _message_in_words(b))
                found.append((a is None or b is None, min(step for step in steps if step), contrast))
                break
    return min(found, key=lambda entry: entry[:2])[2] if found else None


#: A message that came into an inbox: in which slice, from which outbox, and what.
_Arrival = tuple[int, str, Any]


def _arrivals(slices: list[Slice]) -> dict[str, list[_Arrival]]:
    found: dict[str, list[_Arrival]] = {}
    for step, (_, deeds) in enumerate(slices, 1):
        for kind, place, message in deeds:
            if kind is SENT:
                source, _, inbox = place.partition(" > ")
                found.setdefault(inbox, []).append((step, source, message))
    return found


def _message_in_words(arrival: _Arrival | None) -> str:
    return "none" if arrival is None else f"{_text(arrival[2])} from {arrival[1].rpartition('.')[0]}"


def _text(message: Any) -> str:
    return shown(message) if type(message) in (int, str, bytes) else str(message)


def _state_key(snapshot: Snapshot) -> dict[str, str]:
    """Return what is compared of a state: how each component stands, and what waits in each inbox."""
    found = dict(snapshot.states)
    for box, mail in snapshot.waiting.items():
        found[snapshot.names.of_box(box)] = shortened(", ".join(mail.words))
    return found


def _first_state(first: Lab, second: Lab, begin: int, end: int) -> tuple[Contrast, ...]:
    """Return what differs after the first step after which the two states do."""
    for step in range(begin, min(end, begin + STATES) + 1):
        one, other = _state_key(first.snapshot(step)), _state_key(second.snapshot(step))
        if one != other:
            return _contrasts((step, step), one, other)
    return ()


def _contrasts(steps: tuple[int, int], one: dict[str, str], other: dict[str, str]) -> tuple[Contrast, ...]:
    return tuple(
        [
            Contrast(steps, name, one.get(name, _absent(name)), other.get(name, _absent(name)))
            for name in dict.fromkeys([*one, *other])
            if one.get(name) != other.get(name)
        ]
    )


def _end_of(lab: Lab) -> dict[str, str]:
    """Return how a lab stands now, and the attributes of its components."""
    snapshot = lab.snapshot()
    found = _state_key(snapshot)
    for component in snapshot.components:
        for name, value in attributes_of(component):
            found[f"{snapshot.names.of(component)}.{name}"] = shown(value)
    return found


def _absent(name: str) -> str:
    return "nothing" if "." in name else "not there"


def _slice_in_words(slice_: Slice | None) -> str:
    if slice_ is None:
        return ""
    name, deeds = slice_
    said = [_deed(deed, name) for deed in deeds if deed[0] is not PAUSED]
    return f"{name}: {', '.join(said)}" if said else name


def _deed(deed: Any, name: str) -> str:
    kind, place, message = deed
    if kind is SENT:
        return f"{_text(message)} to {place.partition(' > ')[2]}"
    if kind is DISCARDED:
        return f"{_text(message)} lost from {place.removeprefix(f'{name}.')}"
    if kind == "finished":
        return "ends"
    return deed_in_words(deed).replace(f" from {name}.", " from ")
