"""The engine's record of a microprocess: nothing that its author names hides it, and each copy has one of its own."""

from __future__ import annotations

import copy
import gc
import pickle
from weakref import ref

import pytest

from kamlab import Component, Handle, NewComponent, Pipeline, ThreadedComponent, WaitComplete
from kamlab.chassis import Carousel
from kamlab.core.microprocess import Microprocess, method_of
from kamlab.core.states import FINISHED, NEW, STOPPED
from kamlab.core.task import Task, task_of
from kamlab.parts import NullSink

#: What an author may call an attribute, and the engine calls something, too.
NAMES = [
    "stop",
    "init",
    "state",
    "activate",
    "close_down",
    "error",
    "flow",
    "parent",
    "id",
    "asleep",
    "short_name",
    "life",
]


class Talker(Component):
    """Sends one message, with an attribute of a certain name: given at first, and set again in its first slice."""

    attribute = "stop"
    given = False

    def __init__(self) -> None:
        super().__init__()
        setattr(self, self.attribute, self.given)

    def main(self):
        setattr(self, self.attribute, 7)
        yield
        self.send(getattr(self, self.attribute))


class Forgetful(Component):
    def __init__(self) -> None:
        pass


class Keep(Component):
    """Keeps what it receives."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[object] = []

    def main(self):
        while not self.data_ready("control") or self.data_ready():
            self.kept += self.messages()
            self.pause()
            yield


class Plain(Component):
    """Made of nothing that cannot be copied; counts its slices."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count

    def main(self):
        while self.count:
            self.count -= 1
            yield


class Quick(Plain):
    """Keeps a counter beside its ``__dict__``, and sets what a copy gets by itself."""

    __slots__ = ("speed",)


class Restored(Plain):
    """Puts what a copy gets into its ``__dict__`` itself."""

    def __setstate__(self, state):
        self.__dict__.update(state)


class TestNamesOfTheAuthor:
    @pytest.mark.parametrize("name", NAMES)
    def test_an_attribute_of_an_instance_does_no_harm(self, make_lab, name: str):
        """A component runs to its end in a chassis whatever an attribute of it is called, and keeps that attribute."""
        lab = make_lab()
        talker, keep = Talker(), Keep()
        vars(talker)["attribute"] = name
        setattr(talker, name, False)
        line = Pipeline(talker, keep).activate(lab)
        lab.run(max_steps=40)
        assert lab.failures == []
        assert keep.kept == [7]
        assert task_of(talker).life == FINISHED
        lab.stop()
        assert task_of(line).life == STOPPED

    @pytest.mark.parametrize("name", ["stop", "init", "state", "activate", "close_down", "id"])
    def test_an_attribute_of_the_class_does_no_harm(self, make_lab, name: str):
        """So it is where the class has the attribute."""
        lab = make_lab()
        cls = type("Learners", (Talker,), {"attribute": name, "given": 3, name: 3})
        keep = Keep()
        Pipeline(cls(), keep).activate(lab)
        lab.run(max_steps=40)
        assert lab.failures == []
        assert keep.kept == [7]

    @pytest.mark.parametrize("name", ["stop", "close_down", "activate", "init"])
    def test_whatever_activates_or_stops_it(self, make_lab, name: str):
        """A handle, a Carousel, a chassis that is stopped, and ``yield NewComponent`` get past such attributes."""
        lab = make_lab()
        cls = type("Learners", (Talker,), {"attribute": name})

        class Starter(Component):
            def main(self):
                yield NewComponent(cls())
                yield WaitComplete(cls().main())

        made = []
        carousel = Carousel(lambda what: made.append(cls()) or made[-1]).activate(lab)
        carousel.deliver("go", "next")
        handle = Handle(cls()).activate(lab)
        Starter().activate(lab)
        line = Pipeline(cls(), NullSink()).activate(lab)
        lab.step(4)
        line.stop()
        lab.run(max_steps=60)
        assert lab.failures == []
        assert task_of(made[0]).life == FINISHED
        assert handle.get() == 7

    def test_in_a_component_with_a_thread(self, make_lab):
        """A thread may set an attribute called stop while it runs."""

        class Works(ThreadedComponent):
            def main(self):
                self.stop = False
                self.send("done")
                self.stop = True

        lab = make_lab()
        keep = Keep()
        Pipeline(Works(), keep).activate(lab)
        lab.run(max_steps=60)
        assert lab.failures == []
        assert keep.kept == ["done"]

    def test_a_function_still_overrides(self, make_lab):
        """A method of a subclass, or a function that an instance is given, is called as before."""
        lab = make_lab()
        called = []

        class Ends(Plain):
            def stop(self):
                called.append("stop")
                super().stop()

        component = Ends(1).activate(lab)
        component.close_down = lambda: called.append("close_down")
        lab.run()
        assert called == ["stop", "close_down"]

    def test_the_method_behind_an_attribute(self):
        """``method_of`` returns the method of the nearest class that has one, bound to the component."""
        talker = Talker()
        assert talker.stop is False
        method_of(talker, "stop")()
        assert task_of(talker).life == STOPPED

    def test_id_and_init_are_still_shown(self):
        """``id`` counts the components that were made; ``init`` is 1 once the inherited ``__init__`` was called."""
        one, two = Plain(1), Plain(1)
        assert two.id == one.id + 1
        assert (one.init, Forgetful().init) == (1, 0)


class TestOneForEach:
    def test_it_exists_before_any_init(self):
        """A component whose ``__init__`` does not call the inherited one has a task that says so."""
        task = task_of(Forgetful())
        assert (type(task), task.id, task.life) == (Task, 0, NEW)

    def test_a_setattr_that_needs_its_init(self):
        """A class whose ``__setattr__`` uses what its ``__init__`` makes can be made."""

        class Notes(Component):
            def __init__(self) -> None:
                object.__setattr__(self, "names", [])
                super().__init__()

            def __setattr__(self, name, value):
                self.names.append(name)
                super().__setattr__(name, value)

        notes = Notes()
        notes.colour = "red"
        assert notes.names == ["colour"]

    @pytest.mark.parametrize("cls", [Plain, Quick, Restored])
    @pytest.mark.parametrize(
        "copied", [copy.copy, copy.deepcopy, lambda component: pickle.loads(pickle.dumps(component))]
    )
    def test_a_copy_has_its_own(self, make_lab, cls, copied):
        """Copies and pickles of a component that was not activated run, each in a lab of its own, and do not mix."""
        original = cls(3)
        other = copied(original)
        assert task_of(other) is not task_of(original)
        assert (other.id, other.count) == (original.id, 3)
        first, second = make_lab(), make_lab()
        original.activate(first)
        assert task_of(other).life == NEW
        first.run()
        other.activate(second)
        assert second.run().steps == 4
        assert task_of(original).scheduler is first.scheduler

    def test_a_copy_of_a_container(self, make_lab):
        """A deep copy of a component with children has copies of them, which wake it when they end."""

        class Holds(Component):
            def __init__(self) -> None:
                super().__init__()
                self.add_children(Plain(2))

            def main(self):
                for child in self.children:
                    child.activate()
                while not self.children_done():
                    self.pause()
                    yield

        original = Holds()
        other = copy.deepcopy(original)
        (child,) = other.children
        assert child is not original.children[0]
        assert task_of(child).parent is other
        lab = make_lab()
        other.activate(lab)
        lab.run(max_steps=30)
        assert (task_of(other).life, task_of(original).life) == (FINISHED, NEW)

    @pytest.mark.parametrize("cls", [Component, Microprocess])
    def test_no_cycle(self, cls):
        """A component that nobody holds and that was not used is freed at once, not by the garbage collector."""
        gc.disable()
        try:
            gone = ref(cls())
            assert gone() is None
        finally:
            gc.enable()
