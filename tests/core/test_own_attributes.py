"""A learner's attribute may have the name of anything that a component has."""

from __future__ import annotations

import pytest

from kamlab import Component, Lab, Pipeline, ThreadedComponent
from kamlab.parts import DataSource, NullSink
from sampling import sampled

#: What every component has, under a public name.
NAMES = sorted({name for name in (*dir(Component), *dir(ThreadedComponent)) if not name.startswith("_")})
#: What a component cannot do without: setting one of these is an error at the user's line.
REFUSED = {"inboxes", "outboxes", "switchboard"}
#: What declares boxes: a value that cannot is an error in the line that first needs the boxes.
DECLARED = {"Inboxes", "Outboxes"}
#: What receive(), ready() and messages() call: if one of these is hidden they fail, and say why.
CALLED = {"data_ready", "pause", "recv"}


class QuietLab(Lab):
    """Keeps what it reports."""

    def report(self, text):
        self.__dict__.setdefault("told", []).append(text)


def a_generator(self):
    """Take and send messages, without a call of any of these methods that the test may have hidden."""
    yield
    while not Component.data_ready(self):
        yield
    Component.send(self, Component.recv(self))
    yield


def with_attribute(name, value, how):
    """Return the class of a component that has an attribute of a name that every component has."""

    class Works(Component):
        def __init__(self):
            super().__init__()
            if how == "in __init__":
                setattr(self, name, value)

        def main(self):
            if how == "in main":
                setattr(self, name, value)
            yield from a_generator(self)

    if how == "in the class" and name != "main":
        setattr(Works, name, value)
    return Works


def driven(cls):
    """Return a lab in which a component of a class has run between two others, was looked at, and played again."""
    lab = QuietLab(build=lambda: Pipeline(DataSource([1, 2]), cls(), NullSink()).activate(), clock="virtual")
    lab.run()
    for view in (lab.inboxes, lab.graph, lab.story, lab.timeline, lab.why, lab.lost, lab.leaks, lab.where):
        str(view())
    lab.back(3)
    lab.step(3)
    lab.stop()
    return lab


#: What is set, and where.
SET = [(value, how) for value in (False, "text") for how in ("in __init__", "in main", "in the class")]


@pytest.mark.parametrize(("value", "how"), sampled([(False, "in main"), ("text", "in the class")], SET))
@pytest.mark.parametrize("name", sorted(set(NAMES) - REFUSED - DECLARED))
def test_an_attribute_of_any_name_does_no_harm(name, value, how):
    """The engine calls and reads nothing through an attribute that its user may have set to something else."""
    lab = driven(with_attribute(name, value, how))
    assert not lab.failures, lab.told
    assert "told" not in lab.__dict__
    assert lab.state == "stopped"


@pytest.mark.parametrize("name", sorted(REFUSED))
@pytest.mark.parametrize("how", ["in __init__", "in main"])
def test_what_holds_boxes_and_links_cannot_be_set(name, how):
    """Setting inboxes, outboxes or switchboard is an error that names it and says what to do."""
    if how == "in main":
        (failed,) = QuietLab(build=lambda: with_attribute(name, 5, how)().activate()).run().failed
        error = failed.error
    else:
        with pytest.raises(AttributeError) as caught:
            with_attribute(name, 5, how)()
        error = caught.value
    assert f"cannot have an attribute {name!r} of its own (5)" in str(error)
    assert "Give it another name" in str(error)


@pytest.mark.parametrize("name", sorted(DECLARED))
@pytest.mark.parametrize("value", [False, 7, "data"])
@pytest.mark.parametrize("how", ["in __init__", "in the class"])
def test_what_declares_boxes_names_them(name, value, how):
    """A value of Inboxes or Outboxes that is no list and no dictionary is refused, also a single text."""
    with pytest.raises(TypeError, match=rf"{name} of Works_\d+ is {value!r}; it declares boxes: give a list of names"):
        Pipeline(DataSource([1]), with_attribute(name, value, how)(), NullSink())


@pytest.mark.parametrize("name", ["inboxes", "outboxes"])
def test_a_small_letter_is_named(name):
    """``inboxes = [...]`` in a class is not taken for ``Inboxes``, and the error says so."""
    with pytest.raises(TypeError, match=f"{name.capitalize()}, with a capital letter, declares boxes"):
        Pipeline(DataSource([1]), with_attribute(name, ["data"], "in the class")(), NullSink())


@pytest.mark.parametrize("name", sorted(CALLED - {"data_ready", "recv"} | {"send"}))
def test_a_hidden_method_that_is_called_is_named(name):
    """Where a learner's own code, or receive(), calls what an attribute hides, the error says which attribute."""

    class Works(Component):
        async def main(self):
            setattr(self, name, 7)
            self.send(await self.receive())

    lab = QuietLab(build=lambda: Pipeline(DataSource([1]), Works(), NullSink()).activate(), clock="virtual")
    lab.run()
    (told,) = lab.told
    assert f"{name} of Works_3 is 7, which hides the method {name}()" in told
    assert "Give that attribute another name." in told
    assert "self.send(await self.receive())" in told


def test_two_components_may_have_the_same_id(lab):
    """``self.id = 7`` in two components is no mix-up of the two."""

    class Numbered(Component):
        def main(self):
            self.id = self.name = 7
            yield
            yield

    Numbered().activate()
    Numbered().activate()
    assert lab.run().steps == 6


@pytest.mark.parametrize("name", ["stop", "close_down", "activate"])
def test_a_method_of_that_name_is_an_override(lab, name):
    """A method stop(), close_down() or activate() of a user's class is called by the engine, as in Axon."""
    called = []

    class Part(Component):
        def main(self):
            yield

    def override(self, *args, **argd):
        called.append(name)
        return getattr(Component, name)(self, *args, **argd)

    setattr(Part, name, override)
    Pipeline(Part()).activate()
    lab.run()
    assert called == [name]


def test_a_thread_may_have_them_as_well():
    """A component with a thread of its own may hide what the engine calls, too."""

    class Works(ThreadedComponent):
        def __init__(self):
            super().__init__()
            self.stop = self.close_down = self.activate = self.id = self.init = self.name = self.is_stopped = False

        def main(self):
            self.send(self.recv())

    lab = driven(Works)
    assert not lab.failures, lab.told
