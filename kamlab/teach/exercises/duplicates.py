"""Duplicates: a shop sends its orders again until they are answered, and a bank pays some of them twice.

The link loses messages, and delays some for longer than the shop's timeout. So an answer may come when the shop waits
for another one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from random import Random
from typing import Any, NamedTuple

from ...core.component import Component
from ..actions import SENDS, TAKES, Action, Monitor
from ..exercise import exercise
from ..orders import current_orders
from ..other_words import play_with_other_words
from ..playing import Judge, play
from ..runs import Run, Wrong
from .traffic import check_keeps, check_links, check_made, in_words, moved, role

#: What the shop orders to be paid.
ORDERS = (10, 20, 20)
#: Other amounts, near the first ones: a student may have other numbers in the shop, such as times.
TENS, TWENTIES = range(11, 15), range(21, 25)
#: What the storm sends, and how often it loses messages one after the other in another storm.
STORM, LOSES = ("lose", "delay", "calm", "calm", "lose"), range(7, 10)
#: Who must not know the amounts.
FIXED = ("Bank", "Account")
#: Who sends to whom.
LINKS = {("Shop", "Link"), ("Link", "Bank"), ("Bank", "Account"), ("Bank", "Link"), ("Link", "Shop"), ("Storm", "Link")}


class Books(NamedTuple):
    """How many messages the bank has taken, and which amounts it has paid."""

    taken: int = 0
    paid: tuple[Any, ...] = ()


class Payments(Monitor):
    """The bank pays no more orders than it has taken messages, and answers none before it has paid one."""

    def start(self) -> Books:
        """Return what the bank has done at first: nothing."""
        return Books()

    def see(self, state: Books, action: Action) -> Books:
        """Return what the bank has done after an action."""
        to = action.to
        if action.kind == TAKES and action.by.is_a("Bank"):
            return state._replace(taken=state.taken + 1)
        if action.kind == SENDS and to is not None and action.by.is_a("Bank") and to.is_a("Link") and not state.paid:
            first = f"The bank answered {action.message!r} in step {{step}} before it had paid anything."
            raise Wrong(f"{first} If it fails in between, the shop believes that the order is paid.")
        if action.kind == SENDS and to is not None and to.is_a("Account"):
            paid = (*state.paid, action.message)
            if len(paid) > state.taken:
                raise Wrong(
                    f"In step {{step}} {len(paid)} orders are paid, and the bank has taken {state.taken} messages."
                )
            return state._replace(paid=paid)
        return state


def happened(run: Run, orders: Sequence[int] = ORDERS) -> str:
    """Describe which amount was paid more often than it was ordered; "" if nothing was."""
    more = Counter(run.made.paid) - Counter(orders)
    if not more:
        return ""
    took = in_words(moved(run, "received", "Bank"))
    extra = _row(sorted(more.elements()))
    return f"{_paid(run, orders)}. Paid too often: {extra}. The bank took: {took}."


@exercise("duplicates", takes="a function that activates the system and returns its account", points=2)
def check(system: Callable[[], Component]) -> str:
    """In every order each order is paid once, whatever the link loses or delays, and the shop learns it and stops.

    The bank answers only when it has paid; the shop sends again what was not answered, and not much more. What the
    messages contain is not looked at. (No timer fires early here: the shop's timeout would send without end.)
    """
    disturbed = [0]
    played = play(system, _judge_for(ORDERS, disturbed), monitor=Payments(), early=False)
    if not disturbed[0]:
        raise Wrong(f"{played} nothing was lost or delayed. The link and the storm must stay as they are.")
    draws = Random(current_orders().first_seed)
    words = {10: draws.choice(TENS), 20: draws.choice(TWENTIES)}
    judge = _judge_for([words[amount] for amount in ORDERS], disturbed)
    storm = {STORM: ("calm", *["lose"] * draws.choice(LOSES), "delay")}
    play_with_other_words(system, {**words, **storm}, judge, Payments(), FIXED, early=False)
    return f"{played} each order was paid once, whatever the link lost or delayed."


def _judge_for(orders: Sequence[int], disturbed: list[int]) -> Judge:
    """Return the judge of runs in which these are the orders; it counts in a list what is lost or delayed."""

    def judge(run: Run, _: Books) -> None:
        check_made(run, "Account", "paid")
        check_links(run, LINKS)
        disturbed[0] += _disturbances(run)
        _check_end(run)
        _check_paid(run, orders)
        if said := happened(run, orders):
            raise Wrong(said, run, _step_of_extra(run, orders))
        check_keeps(run, run.made, run.made.paid)
        _check_repeats(run)

    return judge


def _disturbances(run: Run) -> int:
    return sum(event.box.name == "storm" and event.message != "calm" for event in moved(run, "received", "Link"))


def _check_end(run: Run) -> None:
    """Raise Wrong if the shop never stops repeating."""
    if run.outcome.reason != "max_steps":
        return
    took = moved(run, "received", "Bank")
    answers = sum(event.box.name == "from bank" for event in moved(run, "sent", "Link"))
    counts = f"The bank took {len(took)} messages from the link and sent {answers} answers."
    raise Wrong(f"The shop does not stop: it still sends after {run.step} slices. {counts}", run)


def _check_paid(run: Run, orders: Sequence[int]) -> None:
    """Raise Wrong if the account received an amount that was not ordered, or lacks one that was."""
    strange = [payment for payment in run.made.paid if not isinstance(payment, int) or payment not in orders]
    if strange:
        raise Wrong(f"The account was sent {strange[0]!r}: it takes the amounts that were ordered, and no others.", run)
    missing = sorted((Counter(orders) - Counter(run.made.paid)).elements())
    sent = [event for event in moved(run, "sent", "Link") if event.box.name == "from shop"]
    if missing and _disturbances(run) and len(sent) <= len(orders):
        why = f"The link lost or delayed a message, and the shop sent only {in_words(sent)}."
        raise Wrong(f"{_paid(run, orders)}. Missing: {_row(missing)}. {why}", run)
    if missing:
        took = in_words(moved(run, "received", "Bank"))
        raise Wrong(f"{_paid(run, orders)}. Missing: {_row(missing)}. The bank took: {took}.", run)
    waits = [component.short_name for component in run.lab.components if role(component, ["Shop"]) == "Shop"]
    if waits:
        raise Wrong(f"All is paid, but {waits[0]} still waits: it never learnt that.", run)


def _check_repeats(run: Run) -> None:
    """Raise Wrong if the shop sends far more again than was lost or delayed."""
    sent = [event for event in moved(run, "sent", "Link") if event.box.name == "from shop"]
    if len(sent) > 2 * len(ORDERS) + _disturbances(run):
        counts = f"{len(sent)} messages for {len(ORDERS)} orders, and the link lost or delayed {_disturbances(run)}"
        raise Wrong(f"The shop sent {counts}. It must send again only what was not answered.", run)


def _step_of_extra(run: Run, orders: Sequence[int]) -> int:
    open_orders = Counter(orders)
    for event in moved(run, "sent", "Account"):
        if not open_orders[event.message]:
            return event.step
        open_orders[event.message] -= 1
    return run.step


def _paid(run: Run, orders: Sequence[int]) -> str:
    return f"The shop ordered {_row(orders)}, and the account paid {_row(run.made.paid) or 'nothing'}"


def _row(amounts: Sequence[Any]) -> str:
    return ", ".join(map(str, amounts))
