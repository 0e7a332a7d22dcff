"""The rules of the choosers."""

import itertools

import pytest

import kamlab.axon
from kamlab import ProducerFinished, ShutdownMicroprocess
from kamlab.parts import Chooser, ForwardIteratingChooser, InfiniteChooser


def answers(bench, chooser, *requests):
    """Return what a chooser sends at the start and for each request."""
    catcher = bench.catch(chooser)
    bench.feed(chooser, *requests)
    return catcher.data


def test_the_first_item_is_sent_at_once(bench):
    """A Chooser sends its first item without being asked."""
    assert answers(bench, Chooser(["a", "b"])) == ["a"]


@pytest.mark.parametrize(
    ("requests", "items"),
    [
        (["NEXT", "NEXT"], "abc"),
        (["NEXT", "PREV"], "aba"),
        (["LAST", "FIRST"], "aca"),
        (["SAME", "SAME"], "aaa"),
        (["FIRST"], "aa"),
        (["NEXT", "SAME"], "abb"),
    ],
)
def test_requests_move_through_the_list(bench, requests, items):
    """NEXT, PREV, FIRST, LAST and SAME send the item that they lead to."""
    assert "".join(answers(bench, Chooser("abc"), *requests)) == items


def test_there_is_nothing_past_the_ends(bench):
    """NEXT at the end and PREV at the beginning send nothing, and stay where they are."""
    assert "".join(answers(bench, Chooser("ab"), "PREV", "NEXT", "NEXT", "SAME")) == "abb"


def test_a_loop_goes_round_both_ways(bench):
    """With loop NEXT after the last item is the first, and PREV before the first the last."""
    assert "".join(answers(bench, Chooser("abc", loop=True), "PREV", "PREV", "NEXT", "NEXT")) == "acbca"
    assert "".join(answers(bench, Chooser("ab", loop=True), *["NEXT"] * 5)) == "ababab"
    assert "".join(answers(bench, Chooser("ab", loop=True), *["PREV"] * 5)) == "ababab"


def test_nothing_comes_of_no_items(bench):
    """A Chooser without items sends nothing, whatever it is asked for."""
    assert answers(bench, Chooser(), "NEXT", "PREV", "FIRST", "LAST", "SAME") == []


def test_other_requests_are_ignored(bench):
    """A request that a Chooser does not know sends nothing and harms nothing."""
    assert answers(bench, Chooser("ab"), "BACK", 3, ["NEXT"], "NEXT") == ["a", "b"]


def test_a_chooser_ends_on_shutdown_microprocess_only(bench):
    """ProducerFinished does not end a Chooser; ShutdownMicroprocess does, and goes on."""
    chooser = Chooser("ab")
    catcher = bench.catch(chooser)
    bench.feed(chooser, control=ProducerFinished())
    assert chooser.state == "waiting"
    bench.feed(chooser, control=ShutdownMicroprocess())
    assert (catcher.kinds, chooser.state) == (["ShutdownMicroprocess"], "finished")


def test_an_iterating_chooser_goes_forward(bench):
    """ForwardIteratingChooser sends the first item at once, the next for NEXT, the same for SAME."""
    assert answers(bench, ForwardIteratingChooser(iter("abc")), "NEXT", "SAME", "NEXT") == ["a", "b", "b", "c"]


def test_an_iterating_chooser_ends_after_the_last(bench):
    """NEXT after the last item ends it with ProducerFinished; not before it is asked."""
    chooser = ForwardIteratingChooser("ab")
    catcher = bench.catch(chooser)
    bench.feed(chooser, "NEXT")
    assert chooser.state == "waiting"
    bench.feed(chooser, "NEXT")
    assert (catcher.data, catcher.kinds, chooser.state) == (["a", "b"], ["ProducerFinished"], "finished")


def test_an_iterating_chooser_takes_endless_series_and_functions(bench):
    """It takes items one at a time, so a series may have no end, and a function may make it."""
    assert answers(bench, InfiniteChooser(lambda: itertools.count(5)), "NEXT", "NEXT") == [5, 6, 7]


def test_an_iterating_chooser_ignores_other_requests(bench):
    """Requests to go back are ignored."""
    assert answers(bench, ForwardIteratingChooser("abc"), "PREV", "FIRST", "LAST", "NEXT") == ["a", "b"]


def test_an_iterating_chooser_ends_on_shutdown(bench):
    """ShutdownMicroprocess ends it and goes on."""
    chooser = ForwardIteratingChooser("abc")
    catcher = bench.catch(chooser)
    bench.feed(chooser, control=ShutdownMicroprocess())
    assert (catcher.kinds, chooser.state) == (["ShutdownMicroprocess"], "finished")


def test_a_chooser_is_moved_by_its_methods():
    """goto_next and so on return whether there is such an item; where there is none, it stays."""
    chooser = Chooser("abc")
    assert [chooser.current_choice(), chooser.goto_next(), chooser.current_choice()] == ["a", True, "b"]
    assert [chooser.goto_last(), chooser.goto_next(), chooser.current_choice()] == [True, False, "c"]
    assert [chooser.goto_previous(), chooser.current_choice()] == [True, "b"]
    assert [chooser.goto_first(), chooser.goto_previous(), chooser.current_choice()] == [True, False, "a"]


def test_a_looping_chooser_goes_round_by_its_methods():
    """With loop there is always a next item and one before, if there is any."""
    chooser = Chooser("abc", loop=True)
    assert [chooser.goto_previous(), chooser.current_choice()] == [True, "c"]
    assert [chooser.goto_next(), chooser.current_choice()] == [True, "a"]


@pytest.mark.parametrize("chooser_class", [Chooser, ForwardIteratingChooser])
def test_an_empty_chooser_has_no_choice(chooser_class):
    """Without items current_choice raises IndexError, and there is no next item."""
    chooser = chooser_class([])
    with pytest.raises(IndexError):
        chooser.current_choice()
    assert not chooser.goto_next()


def test_an_iterating_chooser_is_moved_by_its_methods(bench):
    """It stands at the first item before it runs, stays at the last, and sends where it stands."""
    chooser = ForwardIteratingChooser(iter("abc"))
    assert [chooser.current_choice(), chooser.goto_next(), chooser.current_choice()] == ["a", True, "b"]
    assert answers(bench, chooser, "NEXT", "SAME") == ["b", "c", "c"]
    assert [chooser.goto_next(), chooser.current_choice()] == [False, "c"]


def test_choosers_have_their_old_methods():
    """Under the old names the methods are getCurrentChoice, gotoNext, gotoPrev, gotoFirst and gotoLast."""
    kamlab.axon.install()
    from Kamaelia.Util.Chooser import Chooser as Old
    from Kamaelia.Util.Chooser import ForwardIteratingChooser as OldForward

    chooser, forward = Old("abc"), OldForward("ab")
    assert [chooser.gotoNext(), chooser.gotoPrev(), chooser.gotoLast(), chooser.getCurrentChoice()] == [
        True,
        True,
        True,
        "c",
    ]
    assert [chooser.gotoFirst(), chooser.getCurrentChoice()] == [True, "a"]
    assert [forward.getCurrentChoice(), forward.gotoNext(), forward.getCurrentChoice()] == ["a", True, "b"]


def test_an_overridden_old_method_is_called(bench):
    """A class in the old spelling that overrides gotoNext decides what NEXT does."""
    kamlab.axon.install()
    from Kamaelia.Util.Chooser import Chooser as Old

    class Skips(Old):
        def gotoNext(self):
            return self._goto(self.index + 2)

    assert answers(bench, Skips("abc"), "NEXT") == ["a", "c"]
