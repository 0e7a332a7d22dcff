"""The course's exercise about shares, with fewer requests: it has many states, and not endlessly many."""

from __future__ import annotations

from typing import Any

import pytest

from kamlab import Graphline, explore

from .course_systems import course_system


def asking(is_cured: bool) -> Any:
    """Build the system of the exercise with seven requests in place of 32."""
    names = course_system("fairness", is_cured).__globals__
    server = names["FairServer" if is_cured else "Server"]()
    wires: dict[Any, Any] = {}
    for who in "abc":
        wires[who, "outbox"] = ("server", "inbox")
        wires["server", f"to {who}"] = (who, "inbox")
    clients = {who: names["Client"](who, *counts) for who, counts in zip("abc", ((3, 2), (2, 1), (2, 1)), strict=True)}
    Graphline(**clients, server=server, linkages=wires).activate()
    return server


@pytest.mark.parametrize("is_cured", [False, True])
def test_the_server_ends_in_all_orders_and_in_fewer_states_where_orders_are_fair(is_cured: bool) -> None:
    """All requests are answered in every order; with ``fair`` the same is known from a part of the states.

    Nothing in this exercise grows without bound. With all 32 requests there are 35,000 states with ``fair=2``, and more
    than 100,000 without, since each order in which requests wait is one: that is no matter of seconds.
    """

    def answers(server: Any) -> bool:
        return sorted(server.served) == sorted("aaabbcc")

    free = explore(lambda: asking(is_cured), answers)
    how: dict[str, Any] = {"ignore": ("Server.served", "FairServer.served"), "fair": 2}
    fair = explore(lambda: asking(is_cured), **how)
    assert free.complete
    assert fair.complete
    assert not free.found
    assert not fair.found
    assert fair.states < free.states
