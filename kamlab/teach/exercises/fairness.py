"""Fairness: a client that asks for more is served more, although requests are served in the order in which they came.

Shares are counted over the first answers only, while all clients still have requests waiting. Later, when one has all
that it wanted, there is nothing to share.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from ...core.component import Component
from ...core.events import Event
from ..exercise import exercise
from ..playing import play
from ..runs import Run, Wrong
from .traffic import of_type

#: How many requests each client has in all, and how many it sends before it waits for an answer.
ASKS = {"a": 14, "b": 10, "c": 8}
AT_ONCE = {"a": 12, "b": 3, "c": 3}
#: Shares are counted over so many answers, and may differ by so many: a client may be late with its next request.
FIRST = 18
MAY_DIFFER = 4


#: An answer of the server: the step, the client, and the message.
Answer = tuple[int, str, object]


def happened(run: Run) -> str:
    """Describe the clients' shares of the first answers if they differ much; "" if they do not."""
    return _unfair(_answers(run.lab.trace.events(), run.made))


def _answers(events: list[Event], server: Component) -> list[Answer]:
    """Return the answers of the server, in order."""
    sent = (event for event in events if event.kind == "sent" and event.component is server)
    return [(event.step, getattr(event.box.owner, "who", ""), event.message) for event in sent]


def _unfair(answers: list[Answer]) -> str:
    shares = Counter(who for _, who, _ in answers[:FIRST])
    counts = [shares[who] for who in ASKS]
    if max(counts) - min(counts) <= MAY_DIFFER:
        return ""
    words = ", ".join(f"{who} got {shares[who]}" for who in ASKS)
    none = [who for who in ASKS if not shares[who]]
    starved = f" While the others were served, {' and '.join(none)} starved." if none else ""
    return f"Of the first {FIRST} answers {words}; all three had asked before the first.{starved}"


@exercise("fairness", takes="a function that activates the system and returns its server", points=2, seconds=20)
def check(system: Callable[[], Component]) -> str:
    """While all clients have requests waiting, each gets about a third of the answers; and every request is answered
    once.

    The clients stay as they are. How the server chooses is not looked at. Too many requests are under way for every
    order to be played: there are more than 10**12, and the states of the server are lists of requests.
    """
    played = play(system, _judge, explores=False, early=False, fair=True)
    return f"{played} each client got about a third of the first {FIRST} answers."


def _judge(run: Run, _: object) -> None:
    if not isinstance(run.made, Component):
        what = of_type(run.made)
        raise Wrong(f"cured() must return the server, a component. It returned {what}.")
    if run.outcome.reason == "max_steps":
        raise Wrong(f"The system does not come to rest: it still runs after {run.step} slices.", run)
    events = run.lab.trace.events()
    answers = _answers(events, run.made)
    _clients_are_as_before(run, events)
    _all_are_answered(run, answers)
    if unfair := _unfair(answers):
        raise Wrong(unfair, run, answers[FIRST - 1][0])


def _clients_are_as_before(run: Run, events: list[Event]) -> None:
    """Raise Wrong if a client sends more or fewer requests at once than it did."""
    asked: Counter[str] = Counter()
    served = set()
    for event in events:
        who = getattr(event.component, "who", "")
        if event.kind == "received":
            served.add(who)
        elif event.kind == "sent" and who not in served:
            asked[who] += 1
    for who, number in AT_ONCE.items():
        if asked[who] != number:
            rule = f"The clients must stay as they are: {who} asks for {number} things at once"
            raise Wrong(f"{rule}. Here it sent {asked[who]} before its first answer.", run)


def _all_are_answered(run: Run, answers: list[Answer]) -> None:
    """Raise Wrong if a request was not answered, or answered more than once."""
    for who, asks in ASKS.items():
        numbers = Counter(number for _, client, number in answers if client == who)
        twice = [number for number, times in numbers.items() if times > 1]
        if twice:
            raise Wrong(f"{who} got the answer {twice[0]} {numbers[twice[0]]} times, and asked for it once.", run)
        if len(numbers) == asks:
            continue
        waits = f", and now {run.made.short_name} sleeps" if run.made.asleep else ""
        raise Wrong(f"{who} wants {asks} answers, and got {len(numbers)}{waits}.", run)
