"""The benchmarks still run: every program that needs no download, with next to nothing to do.

How fast anything is, is not tested here; ``python tests/benchmarks/run.py`` measures that.
"""

import pytest
from suite.cases import SMOKE, Case, Comparison, Limit, make_cases
from suite.players import Broken, Interpreters, Program
from suite.rounds import Played, play
from suite.table import table

CASES = make_cases(SMOKE)
OWN = [
    pytest.param(player, id=f"{case.name}-{name}")
    for case in CASES
    for name, player in case.players.items()
    if not player.needs_peer
]


class Fixed:
    """A player that gives the next of some numbers, or breaks."""

    needs_peer = False

    def __init__(self, *numbers):
        self.numbers = list(numbers)

    def measure(self, interpreters):
        number = self.numbers.pop(0)
        if number is None:
            raise Broken("it fell over")
        return {"value": number}


def a_case(ours, theirs, bar=2.0, rounds=3):
    """Return a case with one comparison of two players."""
    return Case("work", "units/s", {"us": ours, "them": theirs}, (Comparison("us", "them", bar),), rounds=rounds)


def silent(text):
    """Ignore what a run tells."""


@pytest.mark.parametrize("player", OWN)
def test_every_program_runs_and_gives_numbers(player):
    """Each program that needs neither Axon nor Kamaelia comes back with numbers, none of them below zero."""
    numbers = player.measure(Interpreters())
    assert numbers
    assert all(value >= 0 for value in numbers.values())


def test_every_bar_names_players_of_its_case():
    """A comparison or limit is about players that its case has."""
    for case in CASES:
        assert {bar.ours for bar in (*case.comparisons, *case.limits)} <= set(case.players)
        assert {bar.peer for bar in case.comparisons} <= set(case.players)


def test_a_ratio_is_taken_within_a_round():
    """The ratio is the median of the rounds' ratios, not the ratio of the medians."""
    case = a_case(Fixed(10.0, 100.0, 30.0), Fixed(5.0, 10.0, 10.0))
    played = play(case, Interpreters(), silent)
    ratio = played.ratio(case.comparisons[0])
    assert (ratio.least, ratio.median, ratio.most) == (2.0, 3.0, 10.0)
    assert played.meets(case.comparisons[0]) is True


def test_a_bar_that_is_missed_is_said():
    """A ratio below its bar is not met, and the table says NO."""
    case = a_case(Fixed(10.0), Fixed(10.0), rounds=1)
    played = play(case, Interpreters(), silent)
    assert played.meets(case.comparisons[0]) is False
    assert table([played]).splitlines()[2].endswith("NO")


def test_a_limit_is_met_from_below():
    """A number at its limit meets it, one above does not."""
    limit = Limit("us", "value", "µs", 10.0)
    case = Case("rest", "", {"us": Fixed(10.0)}, limits=(limit,))
    assert play(case, Interpreters(), silent).meets(limit) is True
    assert Played(case, {"us": [{"value": 10.1}]}).meets(limit) is False


def test_a_player_that_breaks_is_named_and_the_others_go_on():
    """A broken program sits out the rest; the table names it, and its bar counts as not measured."""
    case = a_case(Fixed(10.0, 10.0, 10.0), Fixed(5.0, None, 5.0))
    played = play(case, Interpreters(), silent)
    assert played.values("us") == [10.0, 10.0, 10.0]
    assert played.values("them") == [5.0]
    assert "BROKE: work, them: it fell over" in table([played])


def test_a_program_that_ends_without_a_number_is_broken():
    """A program that fails is reported with what it wrote on its standard error."""
    with pytest.raises(Broken, match="required: --components"):
        Program(("pipeline_asyncio.py",)).measure(Interpreters())


def test_without_a_peer_its_players_sit_out():
    """Where Axon is not installed, its lines are shown as not measured and nothing breaks."""
    peer = Program(("pipeline_axon.py",), needs_peer=True)
    case = a_case(Fixed(1.0), peer, rounds=1)
    played = play(case, Interpreters(peer=None), silent)
    assert played.meets(case.comparisons[0]) is None
    assert not played.broken
