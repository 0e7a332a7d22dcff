"""The life of a component: made, activated, stopped, finished, failed; and the ways to get it wrong."""

from __future__ import annotations

import pytest

from kamlab import Component, Lab, NewComponent, ThreadedComponent
from kamlab.core.errors import (
    AlreadyEnded,
    BadComponent,
    BadMain,
    BelongsElsewhere,
    LabIsClosed,
    NotInitialised,
)
from kamlab.core.microprocess import Microprocess


class Passive(Component):
    def main(self):
        while True:
            self.pause()
            yield


class Steps(Component):
    """Writes a line for each slice, and one when its generator is closed."""

    def __init__(self, lines, count=3, **argd):
        super().__init__(**argd)
        self.lines = lines
        self.count = count

    def main(self):
        try:
            for number in range(self.count):
                self.lines.append(f"{self.name}{number}")
                yield
        finally:
            self.lines.append(f"{self.name} closed")


# -- making -------------------------------------------------------------------------------------------


def test_keyword_arguments_become_attributes():
    """Keyword arguments are attributes, class attributes their defaults, positional arguments are ignored."""

    class Tuned(Passive):
        size = 1
        colour = "red"

    tuned = Tuned("ignored", size=5)
    assert (tuned.size, tuned.colour, Tuned.size) == (5, "red", 1)


def test_every_component_has_a_number_and_a_name():
    """id counts up; the name is module.Class_id, and short_name leaves the module out."""
    first, second = Passive(), Passive()
    assert second.id == first.id + 1
    assert first.name == f"{__name__}.Passive_{first.id}"
    assert first.short_name == f"Passive_{first.id}"
    assert str(first) == first.name
    assert first.init == 1


def test_a_name_can_be_given():
    """name= or assigning to name replaces the name in every form of it."""
    named = Passive(name="anna")
    assert (named.name, named.short_name, str(named)) == ("anna", "anna", "anna")
    named.name = "berta"
    assert named.short_name == "berta"


def test_attributes_of_the_users_own_do_not_unhinge_the_engine(lab):
    """A component may call something of its own state, error, flow, parent, asleep or resume."""

    class Busy(Component):
        def main(self):
            self.state = "waiting"
            self.error = "none so far"
            self.flow = 17
            self.parent = "a boss"
            self.asleep = self.resume = None
            self.scheduler_in_charge = self.short_name = "mine"
            yield
            self.send("still here")
            self.pause()
            yield
            self.send("woken")

    busy, taker = Busy().activate(), Passive().activate()
    busy.link((busy, "outbox"), (taker, "inbox"))
    lab.step_round()
    lab.step_round()
    assert taker.recv() == "still here"
    lab.run()
    assert taker.recv() == "woken"
    assert busy.state == "waiting"
    assert busy.is_stopped()
    assert lab.failures == []


# -- activation ---------------------------------------------------------------------------------------


def test_states_follow_the_life(lab):
    """A component is new, runnable, asleep, then one of finished, stopped and failed."""

    class Short(Component):
        def main(self):
            self.pause()
            yield

    short = Short()
    assert (short.state, short.is_stopped(), short.is_runnable()) == ("new", False, False)
    assert short.activate() is short
    assert (short.state, short.is_runnable()) == ("runnable", True)
    lab.step()
    lab.run()
    assert (short.state, short.asleep, short.is_stopped()) == ("waiting", True, False)
    short.wake()
    lab.run()
    assert (short.state, short.is_stopped(), short.error) == ("finished", True, None)


def test_activation_does_not_run_anything(lab):
    """The first slice of a component is in the next round, not in activate()."""
    lines = []
    Steps(lines, name="s").activate()
    assert lines == []
    lab.step()
    assert lines == ["s0"]


def test_activating_what_is_alive_does_nothing(lab):
    """activate() is idempotent: a second call returns the component and gives it no second turn."""
    lines = []
    component = Steps(lines, name="s").activate()
    assert component.activate() is component
    assert component.activate(lab) is component
    lab.step_round()
    assert component.activate() is component
    assert lines == ["s0"]
    assert len(lab.components) == 1


def test_activating_what_has_ended_is_a_named_error(lab):
    """A component that has finished or been stopped is not run again; the error says to make a new one."""
    component = Steps([], count=1).activate()
    lab.run()
    with pytest.raises(AlreadyEnded, match=r"Steps_\d+ has finished.*new Steps"):
        component.activate()
    stopped = Passive()
    stopped.stop()
    with pytest.raises(AlreadyEnded, match="stopped"):
        stopped.activate()


def test_a_component_runs_in_one_lab(lab):
    """Activating a component that runs in one lab in another is refused."""
    component = Passive().activate()
    with Lab() as other:
        with pytest.raises(BelongsElsewhere, match="another lab"):
            component.activate(other)
        assert component.activate() is component
        assert other.components == []


def test_activation_in_a_lab_that_was_stopped_is_a_named_error(make_lab):
    """A stopped lab takes no components; the error says what to do, and the component can go elsewhere."""
    lab = make_lab()
    lab.stop()
    component = Passive()
    with pytest.raises(LabIsClosed, match="reset"):
        component.activate(lab)
    assert component.state == "new"
    lab.reset()
    component.activate(lab)
    lab.step()
    assert component in lab


def test_a_scheduler_may_be_named_in_place_of_a_lab(make_lab):
    """activate(x) takes a lab or the scheduler of one."""
    first, second = make_lab(), make_lab()
    one, two = Passive().activate(first), Passive().activate(first.scheduler)
    three = Passive().activate()
    assert first.components == [one, two]
    assert second.components == [three]


def test_a_component_of_one_lab_may_be_activated_from_a_slice_of_another(make_lab):
    """Inside a slice the lab in force is that of the slice, and another one can be named."""
    outer, inner = make_lab(), make_lab()

    class Maker(Component):
        def main(self):
            Passive(name="mine").activate()
            Passive(name="yours").activate(outer)
            yield

    Maker().activate(inner)
    inner.run()
    assert [component.name for component in inner.components] == ["mine"]
    assert [component.name for component in outer.components] == ["yours"]
    outer.run()
    assert outer["yours"].state == "waiting"


def test_a_component_may_drive_a_lab_of_its_own(make_lab):
    """A slice may step another lab than the one that runs it, and comes back to its own."""
    outer, inner = make_lab(), make_lab()
    lines = []

    class Nested(Component):
        def main(self):
            Steps(lines, name="inner").activate(inner)
            inner.run()
            Steps(lines, count=1, name="outer").activate()
            yield

    Nested().activate(outer)
    outer.run()
    assert lines == ["inner0", "inner1", "inner2", "inner closed", "outer0", "outer closed"]
    assert outer.failures == []


def test_another_method_may_serve_as_main(lab):
    """activate(mainmethod=...) runs that method."""

    class Other(Component):
        def work(self):
            self.worked = True
            yield

    other = Other().activate(mainmethod="work")
    lab.run()
    assert other.worked


def test_main_in_three_parts(lab):
    """Where main is not overridden it calls initialise_component, main_body until false, close_down_component."""
    calls = []

    class Parts(Component):
        left = 3

        def initialise_component(self):
            calls.append("begin")

        def main_body(self):
            calls.append("body")
            self.left -= 1
            return self.left

        def close_down_component(self):
            calls.append("end")

    Parts().activate()
    assert lab.run().reason == "finished"
    assert calls == ["begin", "body", "body", "body", "end"]


def test_a_plain_iterator_will_do_for_a_main(lab):
    """main() may return any iterator; its items are its slices."""

    class Iterated(Component):
        def main(self):
            return iter([1, 2, 3])

    Iterated().activate()
    outcome = lab.run()
    assert (outcome.reason, outcome.steps) == ("finished", 4)


def test_a_microprocess_runs_a_generator(lab):
    """A microprocess without boxes runs the generator it is given, is named after its tag, and is no component."""
    seen = []

    def count():
        for number in range(3):
            seen.append(number)
            yield

    counting = Microprocess(count(), tag="counting").activate()
    assert counting.name.endswith("counting")
    assert lab.components == []
    assert counting in lab
    lab.run()
    assert seen == [0, 1, 2]


@pytest.mark.parametrize("value", [0, 1, None, "text", b"", [], object(), {"a": 1}, 3.5])
def test_a_yielded_value_that_means_nothing_is_ignored(lab, value):
    """Every yielded value other than NewComponent and WaitComplete only ends the slice."""

    class Yielding(Component):
        def main(self):
            yield value
            self.done = True

    component = Yielding().activate()
    assert lab.run().steps == 2
    assert component.done
    assert lab.failures == []


# -- new components -----------------------------------------------------------------------------------


def test_new_component_activates_each(lab):
    """yield NewComponent(a, b) activates both, in order, for the next round."""
    lines = []

    class Parent(Component):
        def main(self):
            yield NewComponent(Steps(lines, 1, name="a"), Steps(lines, 1, name="b"))
            lines.append("parent")

    Parent().activate()
    lab.run()
    assert lines == ["parent", "a0", "b0", "a closed", "b closed"]


@pytest.mark.parametrize("thing", ["text", Passive, None, lambda: None])
def test_new_component_of_something_else_fails_only_its_author(lab, thing):
    """What is no component cannot be activated: the one that yielded it fails, at that line, and the others go on."""
    lines = []

    class Wrong(Component):
        def main(self):
            yield NewComponent(thing)

    wrong = Wrong().activate()
    Steps(lines, name="s").activate()
    assert lab.run().reason == "finished"
    assert isinstance(wrong.error, BadComponent)
    assert "yield NewComponent(thing)" in lab.reports[0]
    assert lines == ["s0", "s1", "s2", "s closed"]


def test_the_error_of_an_activation_can_be_caught_at_the_yield(lab):
    """The error of a NewComponent is raised at the yield, where it may be caught."""
    ended = Steps([], count=1).activate()
    lab.run()
    caught = []

    class Careful(Component):
        def main(self):
            try:
                yield NewComponent(ended)
            except AlreadyEnded as error:
                caught.append(error)
            yield
            caught.append("went on")

    careful = Careful().activate()
    assert lab.run().reason == "finished"
    assert len(caught) == 2
    assert careful.state == "finished"


# -- the end ------------------------------------------------------------------------------------------


def test_finally_blocks_run_at_every_kind_of_end(make_lab):
    """A generator's finally block runs when it finishes, is stopped, fails, or its lab is stopped."""
    lab = make_lab()
    lines = []
    Steps(lines, 1, name="finishes").activate()
    stopped = Steps(lines, 9, name="stopped").activate()
    Steps(lines, 9, name="by lab").activate()
    lab.step_round()
    stopped.stop()
    lab.step_round()
    lab.stop()
    assert {line for line in lines if "closed" in line} == {"finishes closed", "stopped closed", "by lab closed"}


def test_stop_ends_a_component_that_sleeps(lab):
    """Defect 5: a sleeping component that is stopped is gone, and the run comes to its end."""
    sleeper = Passive().activate()
    lab.run()
    assert lab.state == "paused"
    sleeper.stop()
    assert sleeper.state == "stopped"
    assert lab.components == []
    assert lab.run().reason == "finished"


def test_a_component_may_stop_itself(lab):
    """stop() from within its own slice ends a component at its next yield."""
    lines = []

    class Quits(Component):
        def main(self):
            try:
                self.stop()
                lines.append("after stop")
                yield
                lines.append("never")
            finally:
                lines.append("closed")

    quits = Quits().activate()
    lab.run()
    assert lines == ["after stop", "closed"]
    assert quits.state == "stopped"


def test_one_component_may_stop_another_in_the_same_round(lab):
    """Whoever is stopped before its turn in a round has no slice in it."""
    lines = []

    class Killer(Component):
        def main(self):
            victim.stop()
            yield

    Killer().activate()
    victim = Steps(lines, name="victim").activate()
    lab.run()
    assert lines == []
    assert victim.state == "stopped"


def test_a_call_between_two_rounds_may_stop_the_component_that_ran_last(lab):
    """stop() between two rounds ends a component at once, also the one that had the last slice."""
    lines = []

    class Leaves(Component):
        def main(self):
            lab.scheduler.post(self.stop)
            try:
                while True:
                    yield
            finally:
                lines.append("closed")

    leaves = Leaves().activate()
    assert lab.run(max_steps=100).reason == "finished"
    assert leaves.state == "stopped"
    assert lines == ["closed"]


def test_stopping_twice_and_stopping_what_was_never_active_does_nothing_more(lab):
    """stop() is for good, and a second one is harmless."""
    never, twice = Passive(), Passive().activate()
    never.stop()
    twice.stop()
    twice.stop()
    assert never.state == twice.state == "stopped"


def test_pause_before_activation_and_after_the_end_does_nothing(lab):
    """pause() of a component that no lab runs is ignored."""
    component = Steps([], 1, name="s")
    component.pause()
    component.pause(1)
    component.activate()
    lab.run()
    component.pause()
    component.pause(1)
    assert lab.run().reason == "finished"


def test_a_generator_that_refuses_to_close_is_noted_and_gone(lab):
    """One that yields again when it is closed counts as failed, with the error, and the others go on."""
    lines = []

    class Stubborn(Component):
        def main(self):
            try:
                while True:
                    yield
            except GeneratorExit:
                lines.append("no")
                yield

    stubborn = Stubborn().activate()
    Steps(lines, 2, name="s").activate()
    lab.step_round()
    stubborn.stop()
    assert lab.run().reason == "finished"
    assert stubborn.state == "failed"
    assert "GeneratorExit" in str(stubborn.error)
    assert lab.failures == [stubborn]
    assert "s closed" in lines


def test_an_error_in_a_finally_block_is_noted(lab):
    """An error while a component is closed makes it failed, and is reported; the parent is told all the same."""
    told = []

    class Untidy(Component):
        def main(self):
            try:
                while True:
                    yield
            finally:
                raise ValueError("untidy")

    class Parent(Component):
        def main(self):
            self.add_children(untidy)
            self.pause()
            yield
            told.append(self.children_done())

    untidy = Untidy().activate()
    Parent().activate()
    lab.step_round()
    untidy.stop()
    assert lab.run().reason == "finished"
    assert (untidy.state, str(untidy.error)) == ("failed", "untidy")
    assert told == [True]
    assert "untidy" in lab.reports[0]


# -- children -----------------------------------------------------------------------------------------


def test_a_parent_is_woken_when_a_child_ends(lab):
    """Each child's end wakes the parent; children_done() lets go of the ended and says whether all have."""
    seen = []

    class Parent(Component):
        def main(self):
            self.add_children(*children)
            for child in children:
                child.activate()
            while not self.children_done():
                seen.append(len(self.child_components()))
                self.pause()
                yield
            seen.append("done")

    children = [Steps([], count, name=f"c{count}") for count in (2, 4)]
    Parent().activate()
    assert lab.run().reason == "finished"
    assert seen[0] == 2
    assert seen[-2:] == [1, "done"]
    assert all(child.parent is None for child in children)


def test_a_child_is_let_go_with_its_links():
    """remove_child() takes down the links with it that the parent made, and the child may go elsewhere."""
    parent, child, other = Passive(), Passive(), Passive()
    parent.add_children(child)
    assert (child.parent, parent.children) == (parent, [child])
    parent.link((child, "outbox"), (other, "inbox"))
    parent.remove_child(child)
    child.send("x")
    assert other.data_ready() == 0
    other.add_children(child)
    assert child.parent is other


@pytest.mark.parametrize("thing", [Passive, "text", None, lambda: None])
def test_a_child_must_be_a_component(thing):
    """A class, a function or anything else given as a child is a BadComponent, a TypeError that says so."""
    parent = Passive()
    with pytest.raises(BadComponent, match=r"child of Passive_\d+: (it is a class|it is a function|give an)") as caught:
        parent.add_children(thing)
    assert isinstance(caught.value, TypeError)
    assert parent.children == []


def test_a_child_of_one_component_is_not_taken_by_another():
    """A component that is a child elsewhere is refused, and nothing is changed."""
    parent, other, child, second = Passive(), Passive(), Passive(), Passive()
    parent.add_children(child)
    with pytest.raises(BelongsElsewhere, match="part of Passive_"):
        other.add_children(second, child)
    assert parent.children == [child]
    assert other.children == []
    assert second.parent is None


def test_a_child_that_is_added_twice_is_one_child():
    """The second time has no effect, in a second call and within one."""
    parent, child, second = Passive(), Passive(), Passive()
    parent.add_children(child)
    parent.add_children(child)
    parent.add_children(second, child, second)
    assert parent.children == [child, second]
    parent.remove_child(child)
    assert child.parent is None
    assert parent.children == [second]


# -- mistakes -----------------------------------------------------------------------------------------


class Forgetful(Passive):
    def __init__(self):
        self.ready_made = True


def test_forgetting_super_init_is_a_named_error(lab):
    """A component whose __init__ does not call the inherited one says so when it is activated or given as a child."""
    with pytest.raises(NotInitialised, match=r"Forgetful.__init__ does not call super\(\).__init__\(\)"):
        Forgetful().activate()
    with pytest.raises(BadComponent, match=r"super\(\).__init__\(\)"):
        Passive().add_children(Forgetful())
    assert lab.components == []


def test_a_plain_main_is_a_named_error(lab):
    """A main without yield, where a generator is due, fails with BadMain, a TypeError that says what to do."""

    class Plain(Component):
        def main(self):
            return 5

    plain = Plain().activate()
    lab.run()
    assert isinstance(plain.error, BadMain)
    assert isinstance(plain.error, TypeError)
    assert "returned int" in str(plain.error)
    assert "ThreadedComponent" in str(plain.error)


def test_a_main_that_is_an_async_generator_is_a_named_error(lab):
    """An async def main with yield in it is neither generator nor coroutine, and is told which to take out."""

    class Both(Component):
        async def main(self):
            yield 1

    both = Both().activate()
    lab.run()
    assert isinstance(both.error, BadMain)
    assert "'async def' and has a 'yield'" in str(both.error)


def test_a_microprocess_without_main_is_a_named_error(lab):
    """A microprocess that has neither generator nor main fails with BadMain."""
    lonely = Microprocess().activate()
    lab.run()
    assert isinstance(lonely.error, BadMain)


@pytest.mark.parametrize("kind", ["a generator", "an 'async def'"])
def test_a_threaded_main_must_be_plain(lab, kind):
    """A ThreadedComponent whose main is a generator or async def is refused at activation."""

    class Generates(ThreadedComponent):
        def main(self):
            yield

    class Awaits(ThreadedComponent):
        async def main(self):
            await self.tick()

    wrong = Generates() if kind == "a generator" else Awaits()
    with pytest.raises(BadMain, match=f"is {kind}.*derive from Component"):
        wrong.activate()
    assert wrong.state == "new"
    assert lab.components == []


def test_a_main_that_raises_stop_iteration_has_failed(lab):
    """Defect 1: only the end of its own generator ends a component quietly; a stray StopIteration is a failure."""

    class Plain(Component):
        def main(self):
            return next(iter([]))

    class Generates(Component):
        def main(self):
            next(iter([]))
            yield

    class Awaits(Component):
        async def main(self):
            next(iter([]))

    components = [Plain().activate(), Generates().activate(), Awaits().activate()]
    lab.run()
    assert [component.state for component in components] == ["failed"] * 3
    assert all(isinstance(component.error, RuntimeError) for component in components)


# -- copies -------------------------------------------------------------------------------------------


def test_a_fresh_copy_is_made_with_the_same_arguments(lab):
    """fresh_copy() makes another of the class with the same arguments, in the state of a new one."""

    class Made(Passive):
        def __init__(self, size, colour="red", **argd):
            super().__init__(**argd)
            self.size, self.colour = size, colour

    made = Made(5, colour="blue", extra=1).activate()
    lab.run()
    copy = made.fresh_copy()
    assert type(copy) is Made
    assert (copy.size, copy.colour, copy.extra) == (5, "blue", 1)
    assert (copy.state, copy.id != made.id) == ("new", True)
    assert Passive().fresh_copy().state == "new"


def test_a_fresh_copy_copies_the_components_among_its_arguments():
    """Arguments that are components are made anew as well, at any depth."""

    class Around(Passive):
        def __init__(self, inner, named=None):
            super().__init__()
            self.inner, self.named = inner, named

    original = Around(Around(Passive(tag=1)), named=Passive(tag=2))
    copy = original.fresh_copy()
    assert copy.inner is not original.inner
    assert copy.inner.inner is not original.inner.inner
    assert (copy.inner.inner.tag, copy.named.tag) == (1, 2)
    assert copy.named is not original.named


def test_a_fresh_copy_raises_what_init_raises():
    """When __init__ refuses, fresh_copy() hands on its error."""

    class Once(Passive):
        made = 0

        def __init__(self):
            super().__init__()
            if Once.made:
                raise ValueError("only one")
            Once.made += 1

    once = Once()
    with pytest.raises(ValueError, match="only one"):
        once.fresh_copy()
