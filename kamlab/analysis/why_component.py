"""Why a component does what it does now, or does nothing: in sentences.

What it waits for and who could bring that about comes from the boxes and links as they are
(:mod:`kamlab.analysis.needs`); since when, and what it did last, comes from the trace, as far as that goes
back. Without a trace those sentences are missing, and the others are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from ..core.box import Inbox, made_inboxes_of, made_outboxes_of
from ..core.component import Component
from ..core.describe import cause_in_words, name_of
from ..core.ended_components import LEFT, Ended
from ..core.events import ACTIVATED, DISCARDED, RECEIVED, RESUMED, SENT, WOKEN, Event
from ..core.microprocess import Microprocess, place_in, runner_of
from ..core.reading import HeldLab
from ..core.states import ASLEEP, BLOCKED, ENDED, FAILED, FINISHED, HELD, NEW, RUNNABLE, RUNNING
from ..core.task import task_of
from . import source_hints
from .history import history_of
from .location import Place, place_of
from .moment import Moment, Party, ended_in_words, explained, gone_in_words, has_ended
from .needs import CHILD, GONE, MESSAGE, NETWORK, OUTSIDE, ROOM, TIMER, Need, held_back, what_it_awaits
from .stack import flow_of, helper_in_words
from .wait_graph import WaitGraph, held_in_words, unclaimed, unclaimed_in_words, unread, unread_in_words
from .why_lab import as_wait, circle_in_words
from .words import Explanation, counted, end_of, how_full, joined, shown

SLEEPS, PAUSING, WAITS, FULL = "sleeps", "pausing", "waits", "full"

#: A component that a chooser passed over for so many slices, for each of those that can run, is told of.
PASSED_OVER = 5

_IN_WORDS = {
    RUNNING: "is running",
    RUNNABLE: "can run",
    HELD: "is held by you",
    ASLEEP: "sleeps",
    BLOCKED: "is busy in its thread",
}


def why(component: Microprocess) -> Explanation:
    """Return why a component runs, waits, or has ended.

    >>> from kamlab import Component, Lab
    >>> class Quiet(Component):
    ...     async def main(self):
    ...         await self.receive()
    >>> with Lab() as lab:
    ...     quiet = Quiet(name="quiet").activate()
    ...     _ = lab.run()
    ...     print(why(quiet).headline, why(quiet).sentences[1])
    waits It waits for a message in its inbox 'inbox', and for nothing else.

    Raises:
        LabIsRunning: another thread holds the lock of the lab for long.
    """
    scheduler = task_of(component).scheduler
    if scheduler is None:
        return Explanation(name_of(component), task_of(component).life, tuple(_new(component)))
    return explained(scheduler.world, lambda moment: why_at(component, moment))


def why_at(component: Microprocess, moment: Moment, graph: WaitGraph | None = None) -> Explanation:
    """Return the same for a moment that is held already."""
    status = moment.status(component)
    tell: Callable[[Microprocess, Moment], Iterator[str]] = _TELL.get(status, _ended)
    if status == ASLEEP:
        graph = graph or WaitGraph(moment)
        said = _asleep(component, moment, graph)
    else:
        said = Explanation(name_of(component), status, tuple(tell(component, moment)), tuple(_related_boxes(component)))
    holder = moment.holder(component)
    if holder is None or status in ENDED:
        return said
    return replace(said, headline=HELD, sentences=(held_in_words(component, holder), *said.sentences))


def status_in_words(component: Party, moment: Moment) -> str:
    """Say how a component is: "sleeps", "finished at step 7"."""
    return gone_in_words(component) or _IN_WORDS[moment.status(component)]


def why_ended(ended: Ended) -> Explanation:
    """Return the same of a component of which nothing is left but its record."""
    return Explanation(ended.name, ended.state, (_end(ended), *_lost(ended)))


# -- those that do not sleep --------------------------------------------------------------------------


def _new(component: Microprocess, moment: Moment | None = None) -> Iterator[str]:
    if task_of(component).life in ENDED:
        yield "It was stopped before it was activated."
        return
    parent = task_of(component).parent
    if parent is not None and task_of(parent).life not in ENDED:
        yield f"It is not activated yet; it is part of {name_of(parent)}, which may do that when it runs."
    else:
        yield "It is not activated yet: its activate() hands it to a lab."
    if isinstance(component, Component):
        yield from (unclaimed_in_words(box) for box in unclaimed(component))


def _running(component: Microprocess, moment: Moment) -> Iterator[str]:
    if isinstance(moment.world, HeldLab):
        yield f"It is in the middle of a slice and has not come to its next yield{_at(place_of(component))}."
    else:
        yield f"It is running its slice now{_at(place_of(component))}."


def _runnable(component: Microprocess, moment: Moment) -> Iterator[str]:
    runner = runner_of(component)
    queue = [runner_of(component) for component in moment.scheduler.runnable()]
    if moment.scheduler.chooser is not None and moment.scheduler.next_up() is not runner:
        turn = "when the lab's chooser picks it"
    elif (before := place_in(queue, runner)) >= 0:
        turn = "and is the next" if not before else f"and {counted(before, 'other')} {_have(before)} a turn before it"
    else:
        turn = "from the next round on"
    yield f"It can run, {turn}{_at(place_of(component))}."
    if task_of(component).delegate is not None:
        yield f"What runs is {helper_in_words(runner)}; it goes on itself when that has come to its end."
    woken = _last(moment, component, (WOKEN, ACTIVATED, RESUMED))
    if flow_of(component) is None:
        yield "Its first slice is still to come."
    elif woken is not None and woken.kind == WOKEN:
        yield f"It was woken by {cause_in_words(woken.detail)}, after step {woken.step}."
    elif id(runner) in moment.woken or id(component) in moment.woken:
        yield "It slept, and has been woken since."
    if moment.scheduler.chooser is not None and woken is not None:
        passed = moment.scheduler.step - woken.step
        if passed >= PASSED_OVER * max(2, len(queue)):
            yield f"It could have run for {counted(passed, 'slice')}, and others were chosen each time."
    yield from _did_last(component, moment)


def _held(component: Microprocess, moment: Moment) -> Iterator[str]:
    yield f"It could run{_at(place_of(component))}."
    yield from _did_last(component, moment)


def _elsewhere(component: Microprocess, moment: Moment) -> Iterator[str]:
    place = place_of(component)
    yield f"Its thread is busy with code of its own, or blocked there{_at(place)}."
    yield "The lab does not wait for it; it takes part again at its next send, recv or pause."
    yield from _did_last(component, moment)


def _ended(component: Microprocess, moment: Moment) -> Iterator[str]:
    yield _end(component, _at(place_of(component)))
    ended = task_of(component).end_record
    if ended is not None:
        yield from _lost(ended)
    yield from _did_last(component, moment)


def _end(component: Party, at: str = "") -> str:
    """Say how and when it ended: with the line and the error of a failure, and with what stopped it."""
    how = ended_in_words(component, error=False)
    ended = component if isinstance(component, Ended) else task_of(component).end_record
    if ended is None:
        return f"It {how}."
    if ended.state == FAILED:
        return f"It {how}{at}{': ' if ended.error else ''}{ended.error.rstrip('.')}."
    if ended.state == FINISHED:
        return f"Its main {how}."
    return f"It {how}." if ended.by else f"It {how}, from outside its own code."


def _lost(ended: Ended) -> Iterator[str]:
    """Say what was left in the inboxes of a component that has ended."""
    for box, count in [(tally.box, tally.number) for tally in ended.tally if tally.kind == LEFT]:
        yield f"{counted(count, 'message')} in its inbox {box!r} will not be taken."


_TELL = {RUNNING: _running, RUNNABLE: _runnable, HELD: _held, BLOCKED: _elsewhere, NEW: _new}


# -- those that sleep ---------------------------------------------------------------------------------


def _asleep(component: Microprocess, moment: Moment, graph: WaitGraph) -> Explanation:
    needs = graph.needs.get(component, [])
    said = what_it_awaits(component)
    sentences = [_since(component, moment), *_what(component, said, needs, moment)]
    sentences += _outlook(component, graph)
    if isinstance(component, Component) and not any(need.kind == ROOM for need in needs):
        sentences += [unread_in_words(box, moment) for box in unread(component, moment)]
    sentences += _did_last(component, moment)
    headline = SLEEPS
    if moment.is_pausing(component):
        headline = PAUSING
    elif any(need.kind == ROOM and (need.sure or held_back(component)) for need in needs):
        headline = FULL
    elif said.sure or task_of(component).delegate is not None:
        headline = WAITS
    related = [name_of(need.who) for need in needs if need.who is not None]
    related += [end_of(need.box) for need in needs if need.box is not None]
    return Explanation(name_of(component), headline, tuple(sentences), tuple(dict.fromkeys(related)))


def _since(component: Microprocess, moment: Moment) -> str:
    where = _at(place_of(component))
    if moment.is_pausing(component):
        return (
            f"It has called pause(): it sleeps from the end of this round on, unless something wakes it first{where}."
        )
    last = _last(moment, component, (RESUMED,))
    since = f" since step {last.step}" if last is not None else ""
    return f"It has slept{since}{where}." if since else f"It sleeps{where}."


def _what(component: Microprocess, said: source_hints.Awaited, needs: list[Need], moment: Moment) -> Iterator[str]:
    """Say what it waits for, and who could bring it about."""
    if task_of(component).delegate is not None:
        yield f"It waits for {helper_in_words(runner_of(component))} to run to its end (WaitComplete)."
    boxes: dict[str, list[Need]] = {}
    for need in needs:
        if need.kind in (MESSAGE, OUTSIDE, GONE):
            boxes.setdefault(need.name, []).append(need)
    if boxes:
        named = joined([repr(name) for name in boxes], "or")
        if said.kind == source_hints.MESSAGE:
            yield f"It waits for a message in its inbox {named}, and for nothing else."
        else:
            yield f"It called pause(): a message in its inbox {named} would wake it."
    for need in needs:
        if need.kind == ROOM:
            assert need.box is not None
            assert need.who is not None
            verb = "It waits for room in" if need.sure else "It may be waiting for room in"
            taker = status_in_words(need.who, moment)
            yield f"{verb} {end_of(need.box)}, which is full ({how_full(need.box)}); {name_of(need.who)} {taker}."
    for name, wanted in boxes.items():
        senders = [need.who for need in wanted if need.who is not None and not need.why_not]
        if senders:
            how = [(name_of(sender), status_in_words(sender, moment)) for sender in senders]
            if len(how) == 1:
                yield f"{how[0][0]}, which {how[0][1]}, sends to its {name!r}."
            else:
                yield f"{joined([f'{who} ({status})' for who, status in how], limit=4)} send to its {name!r}."
        for need in wanted:
            if need.why_not:
                yield f"{'It waits for' if not senders else 'It also waits for'} {need}."
    for ended in moment.failed_inside(component):
        yield f"Its {'generator' if ended.helper else f'child {ended.name}'} {ended_in_words(ended)}."
    lonely = [repr(name) for name, wanted in boxes.items() if all(need.who is None for need in wanted)]
    if lonely:
        yield f"Nothing in this lab sends to its {joined(lonely, 'or')}."
    children = [name_of(need.who) for need in needs if need.kind == CHILD]
    if children:
        noun = "child" if len(children) == 1 else "children"
        sure = said.kind == source_hints.CHILD
        yield (
            f"It waits for the end of its {noun} {joined(children)}."
            if sure
            else (f"The end of its {noun} {joined(children, 'or')} would wake it, too.")
        )
    for need in needs:
        if need.kind == TIMER:
            yield f"Its timer wakes it at {need.when:.3f} s; it is {moment.scheduler.now:.3f} s now."
        elif need.kind == NETWORK:
            yield "It is woken when something comes from the network."
    if said.kind == source_hints.TIME:
        yield "It waits for that time only; a message does not let it go on."


def _outlook(component: Microprocess, graph: WaitGraph) -> Iterator[str]:
    """Say whether something will wake it, and if not, why not."""
    if component in graph.going_on:
        return
    circles = graph.circles()
    for circle in circles:
        if any(waiter is component for waiter, _ in circle):
            rest = "" if graph.is_certain(circle) else " If they expect nothing more of each other, that is rest."
            yield f"It waits in a circle: {circle_in_words([as_wait(*edge) for edge in circle])}.{rest}"
            return
    chain = [as_wait(*edge) for edge in graph.chain(component)]
    if len(chain) > 1:
        yield f"The chain: {circle_in_words(chain, closed=False)}."
    needs = graph.needs.get(component, [])
    senders = [need.who for need in needs if need.kind in (MESSAGE, GONE) and need.who is not None]
    if senders and all(map(has_ended, senders)):
        yield "No component is left that sends to it."
    if any(need.kind == ROOM and need.sure for need in needs):
        yield "No component will make room there."
    elif any(need.kind == NETWORK for need in needs):
        yield "Nothing is on its way to it."
    else:
        yield "Nothing in this lab will wake it; only something from outside would."


# -- the trace ----------------------------------------------------------------------------------------


def _last(moment: Moment, component: Microprocess, kinds: tuple[str, ...]) -> Event | None:
    """Return the last event of some kinds that happened to a component, or to the generator it waits for."""
    runner = runner_of(component)
    for event in reversed(moment.events):
        if event.kind in kinds and (event.component is component or event.component is runner):
            return event
    return None


def _did_last(component: Microprocess, moment: Moment) -> Iterator[str]:
    if not has_ended(component):
        yield from _leads_nowhere_now(component, moment)
    last = _last(moment, component, (SENT, RECEIVED, DISCARDED))
    if last is None:
        return
    if last.kind == SENT:
        did = f"sent {shown(last.message)} to {end_of(last.box)}"
    elif last.kind == RECEIVED:
        did = f"took {shown(last.message)} from its {last.box.name!r}"
    else:
        did = _discarded_in_words(last, moment)
    yield f"Last it {did}, in step {last.step}."


def _leads_nowhere_now(component: Microprocess, moment: Moment) -> Iterator[str]:
    """Say to which components it sent until they ended."""
    if not isinstance(component, Component):
        return
    led: dict[Ended, list[str]] = {}
    for box in (*made_outboxes_of(component).values(), *made_inboxes_of(component).values()):
        sink = moment.former_sink(box)
        if sink is not None:
            led.setdefault(sink, []).append(repr(box.name))
    for sink, names in led.items():
        yield f"Its {joined(names)} led to {sink.name}, which {ended_in_words(sink)}."


def _discarded_in_words(last: Event, moment: Moment) -> str:
    end = history_of(moment.world).lost_at(last.number)
    if isinstance(end, Inbox):
        return f"dropped {shown(last.message)}, for which {end_of(end)} had no room"
    leads = "leads" if end is not None and end.onward is None else "led"
    return f"sent {shown(last.message)} from its {last.source.name!r}, which {leads} nowhere"


def _at(place: Place | None) -> str:
    if place is None:
        return ""
    return f", at {place} (`{place.source}`)" if place.source else f", at {place}"


def _have(number: int) -> str:
    return "has" if number == 1 else "have"


def _related_boxes(component: Microprocess) -> Iterator[str]:
    """Name the inboxes in which something waits."""
    for box in (made_inboxes_of(component) if isinstance(component, Component) else {}).values():
        if box.items:
            yield end_of(box)
