"""Lost update: two clients read a balance, add to it, and write it back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...core.component import Component
from ...core.events import Event
from ..actions import RUNS, SENDS, Action, Monitor
from ..exercise import exercise
from ..playing import play
from ..runs import Run, Wrong
from .traffic import check_rest, of_type


class Deposits(Monitor):
    """The balance is never more than the deposits of those who have sent anything yet. Its state is who has."""

    attributes = ("balance",)

    def start(self) -> frozenset[str]:
        """Return who has sent something at first: no component."""
        return frozenset()

    def see(self, state: frozenset[str], action: Action) -> frozenset[str]:
        """Return who has sent something after an action."""
        balance = action.now.get("balance")
        if action.kind == SENDS and not action.by.is_a("Account"):
            return state | {action.by.name}
        if action.kind == RUNS and isinstance(balance, (int, float)) and balance > len(state):
            who = " and ".join(sorted(state)) or "no component"
            rule = "Two clients must each send a deposit of their own"
            raise Wrong(
                f"{rule}. In step {{step}} the balance is {balance}: more than that. Messages came from: {who}."
            )
        return state


def happened(run: Run) -> str:
    """Describe the lost deposit and the messages to the account; "" if none was lost."""
    account = run.made
    if account.balance >= 2:
        return ""
    taken = [repr(event.message) for event in run.lab.trace.events() if _gets(event, account)]
    return f"Two deposits of 1 were made, and the balance is {account.balance}. The account took: {', '.join(taken)}."


def _gets(event: Event, account: Component) -> bool:
    return event.kind == "received" and event.component is account


@exercise("lost-update", takes="a function that activates the system and returns its account", points=2)
def check(system: Callable[[], Component]) -> str:
    """In every order the account ends with the balance of two deposits of 1, which two components have sent.

    Before the second of them has sent anything the balance is not 2 yet. What they send is not looked at.
    """
    played = play(system, _judge, monitor=Deposits())
    return f"{played} no deposit was lost."


def _judge(run: Run, _: Any) -> None:
    _is_as_asked(run)
    check_rest(run)
    if run.made.balance > 2:
        raise Wrong(f"Two deposits of 1 were made, but the balance is {run.made.balance}: more than that.", run)
    waiting = [component.short_name for component in run.lab.components if "Client" in type(component).__name__]
    if run.made.balance < 2 and waiting:
        raise Wrong(f"{happened(run)} {' and '.join(waiting)} did not end: no message will come any more.", run)
    if lost := happened(run):
        raise Wrong(lost, run)


def _is_as_asked(run: Run) -> None:
    """Raise Wrong unless two clients make deposits by messages to an account."""
    account = run.made
    if not isinstance(account, Component) or not hasattr(account, "balance"):
        what = of_type(account)
        raise Wrong(f"cured() must return the account, a component with a balance. It returned {what}.")
    senders = {event.component for event in run.lab.trace.events() if event.kind == "sent"} - {account}
    if len(senders) < 2:
        names = ", ".join(sender.short_name for sender in senders) or "no component"
        raise Wrong(f"Two clients must each send a deposit of their own. Messages came from: {names}.", run)
