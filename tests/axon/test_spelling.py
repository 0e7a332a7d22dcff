"""Two names for one method: which definition counts, and what it costs."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
from Axon.AdaptiveCommsComponent import AdaptiveCommsComponent
from Axon.Component import component
from Axon.Microprocess import microprocess
from Axon.ThreadedComponent import threadedcomponent
from Kamaelia.Chassis.Carousel import Carousel
from Kamaelia.Chassis.ConnectedServer import FastRestartServer, ServerCore, SimpleServer
from Kamaelia.Chassis.Graphline import Graphline
from Kamaelia.Chassis.Pipeline import Pipeline
from Kamaelia.Util.Backplane import PublishTo
from Kamaelia.Util.Console import ConsoleReader
from Kamaelia.Util.DataSource import DataSource, TriggeredSource
from Kamaelia.Util.OneShot import OneShot
from Kamaelia.Util.PassThrough import PassThrough, passThrough
from Kamaelia.Util.PureTransformer import PureTransformer
from Kamaelia.Util.Splitter import PlugSplitter

import kamlab
from kamlab.axon.spelling import ADAPTIVE_NAMES, COMPONENT_NAMES, MICROPROCESS_NAMES
from kamlab.axon.table import MODULES
from kamlab.core.component import Component
from kamlab.core.errors import BoxAlreadyLinked, KamlabError, NoSpaceInBox
from kamlab.core.microprocess import Microprocess
from kamlab.core.thread import ThreadedComponent

SERVED = [
    thing
    for path, names in MODULES.items()
    for name in names
    if isinstance(thing := getattr(importlib.import_module(path), name), type) and issubclass(thing, Microprocess)
]


# -- both names, one method ----------------------------------------------------------------------------


@pytest.mark.parametrize(("old", "new"), [*MICROPROCESS_NAMES.items(), *COMPONENT_NAMES.items()])
@pytest.mark.parametrize("cls", [component, threadedcomponent, Pipeline, ConsoleReader], ids=lambda cls: cls.__name__)
def test_both_names_are_one_method(cls: Any, old: str, new: str) -> None:
    """In every class the old and the new name are the same method, so the old one costs no call more."""
    assert getattr(cls, old) is getattr(cls, new)


@pytest.mark.parametrize(("old", "new"), ADAPTIVE_NAMES.items())
def test_both_names_of_adaptive_components(old: str, new: str) -> None:
    """The same holds for what adaptive components can do."""
    assert getattr(AdaptiveCommsComponent, old) is getattr(AdaptiveCommsComponent, new)


def test_the_hot_path_is_the_engines_own() -> None:
    """send, recv and dataReady of a component are the engine's functions themselves."""
    assert component.send is Component.send
    assert component.recv is Component.recv
    assert component.dataReady is Component.data_ready
    assert threadedcomponent.dataReady is ThreadedComponent.data_ready


def test_overriding_the_old_name_changes_both() -> None:
    """The engine calls what a user's class defines under the old name."""

    class Mine(component):
        def mainBody(self) -> str:
            return "mine"

    assert Mine().main_body() == "mine"


def test_overriding_the_new_name_changes_both() -> None:
    """Code in the old spelling calls what a class defines under the new name."""

    class Mine(component):
        def main_body(self) -> str:
            return "mine"

    assert Mine().mainBody() == "mine"


def test_the_nearest_definition_counts() -> None:
    """Of definitions under either name, that of the nearest class counts, through all generations."""

    class One(component):
        def mainBody(self) -> str:
            return "one"

    class Two(One):
        def main_body(self) -> str:
            return "two and " + super().mainBody()

    class Three(Two):
        def mainBody(self) -> str:
            return "three, " + super().mainBody()

    assert Three().main_body() == Three().mainBody() == "three, two and one"
    assert Two().mainBody() == "two and one"


def test_mixins_count() -> None:
    """A definition in a mixin that knows nothing of kamlab counts as well."""

    class Mixin:
        def initialiseComponent(self) -> str:
            return "from the mixin"

    class Mine(Mixin, component):
        pass

    assert Mine().initialise_component() == "from the mixin"


def test_overriding_dataready_is_seen_by_the_rest() -> None:
    """A user's dataReady is what messages, anyReady's callers and the library use too."""

    class Never(component):
        def dataReady(self, boxname: str = "inbox") -> int:
            return 0

    never = Never()
    never._deliver("waits", "inbox")
    assert list(never.Inbox("inbox")) == list(never.messages("inbox")) == []


def test_two_different_definitions_are_left_alone() -> None:
    """A class that defines both names on purpose has both."""

    class Both(component):
        def mainBody(self) -> str:
            return "old"

        def main_body(self) -> str:
            return "new"

    assert (Both().mainBody(), Both().main_body()) == ("old", "new")


# -- served classes ------------------------------------------------------------------------------------


@pytest.mark.parametrize("cls", SERVED, ids=lambda cls: f"{cls.__module__}.{cls.__name__}")
def test_every_served_component_speaks_both(cls: Any) -> None:
    """Every served class is a microprocess of Axon's, and a component has the camelCase methods."""
    assert issubclass(cls, microprocess)
    if issubclass(cls, Component):
        assert issubclass(cls, component)
        for old in ("dataReady", "addChildren", "childComponents", "_isStopped", "setInboxSize"):
            assert callable(getattr(cls, old))


def test_relations_between_served_classes_hold() -> None:
    """Where a native class derives from another, so do the served ones."""
    assert issubclass(SimpleServer, ServerCore)
    assert issubclass(FastRestartServer, ServerCore)
    assert issubclass(ConsoleReader, threadedcomponent)
    assert issubclass(TriggeredSource, PureTransformer)
    assert not issubclass(Pipeline, threadedcomponent)


def test_served_classes_are_the_native_ones() -> None:
    """A served class is its native class: what holds for that holds for it."""
    assert issubclass(Pipeline, kamlab.Pipeline)
    assert isinstance(Pipeline(component(), component()), kamlab.Pipeline)
    assert passThrough is PassThrough


def test_names_show_the_old_path() -> None:
    """The name of a served component is the old module, the class and a number."""
    pipeline = Pipeline(component(), component())
    assert pipeline.name == f"Kamaelia.Chassis.Pipeline.Pipeline_{pipeline.id}"
    assert PublishTo("NAMES").name.startswith("Kamaelia.Util.Backplane.PublishTo_")


def test_exceptions_are_the_same_classes() -> None:
    """The exceptions of both spellings are the same, and the built-in ones they stand for are caught too."""
    from Axon import AxonExceptions

    assert AxonExceptions.noSpaceInBox is NoSpaceInBox
    assert AxonExceptions.BoxAlreadyLinkedToDestination is BoxAlreadyLinked
    assert AxonExceptions.AxonException is KamlabError
    for error in (
        "AccessToUndeclaredTrackedVariable",
        "ArgumentsClash",
        "BadComponent",
        "BadInbox",
        "BadParentTracker",
        "BoxAlreadyLinkedToDestination",
        "MultipleServiceDeletion",
        "NamespaceClash",
        "ServiceAlreadyExists",
        "invalidComponentInterface",
        "noSpaceInBox",
        "normalShutdown",
    ):
        assert issubclass(getattr(AxonExceptions, error), AxonExceptions.AxonException)


def test_axonexception_keeps_its_arguments() -> None:
    """An exception derived from AxonException takes what it is given."""
    from Axon.AxonExceptions import AxonException

    class Mine(AxonException):
        pass

    assert Mine("one", 2).args == ("one", 2)


# -- keywords ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "make",
    [
        lambda: Pipeline(component(), component(), circular=True),
        lambda: Graphline(a=component(), linkages={("a", "outbox"): ("self", "outbox")}),
        lambda: Carousel(componentFactory=OneShot, make1stRequest=True),
        lambda: Carousel(OneShot, make1stRequest=False),
        lambda: PublishTo(destination="THERE", forwarder=True),
        lambda: PlugSplitter(sourceComponent=component()),
        lambda: PassThrough(shutdownOn=[KamlabError]),
        lambda: DataSource(messages=[1, 2]),
        lambda: PureTransformer(function=str.upper),
        lambda: threadedcomponent(queuelengths=3),
    ],
)
def test_constructors_take_the_old_keywords(make: Any) -> None:
    """Constructors take their arguments under the old names."""
    assert isinstance(make(), component)


def test_old_keywords_arrive() -> None:
    """An argument under its old name has the effect it has under the new one."""
    by_old, by_new = PassThrough(shutdownOn=[KamlabError]), PassThrough(shutdown_on=[KamlabError])
    assert vars(by_old)["ends_on"] == vars(by_new)["ends_on"]


def test_a_copy_is_made_with_old_keywords_too() -> None:
    """A component made with old keywords can serve as a prototype."""
    assert isinstance(PassThrough(shutdownOn=[KamlabError]).fresh_copy(), PassThrough)


def test_subclasses_pass_old_keywords_on() -> None:
    """A user's subclass may call the inherited constructor with old keywords."""

    class Mine(Carousel):
        def __init__(self) -> None:
            super().__init__(componentFactory=OneShot, make1stRequest=True)

    class Old(Carousel):
        def __init__(self) -> None:
            super(Old, self).__init__(OneShot)  # noqa: UP008

    assert isinstance(Mine(), Carousel)
    assert isinstance(Old(), Carousel)


def test_hooks_of_served_classes_have_their_old_names(lab: Any) -> None:
    """A subclass overrides processMessage, mkProtocolHandler and the like under their old names."""

    class Shouts(PureTransformer):
        def processMessage(self, msg: str) -> str:
            return msg.upper()

    assert Shouts().process_message("hi") == "HI"
    assert ServerCore.mkProtocolHandler is ServerCore.mk_protocol_handler


# -- together ------------------------------------------------------------------------------------------


class OldUpper(component):
    """A transformer in the old spelling."""

    def main(self) -> Any:
        while True:
            while self.dataReady("inbox"):
                self.send(self.recv("inbox").upper(), "outbox")
            if self.dataReady("control"):
                self.send(self.recv("control"), "signal")
                return
            self.pause()
            yield 1


class NewKeep(Component):
    """A collector in the new spelling."""

    def main(self) -> Any:
        self.got: list[Any] = []
        while not self.data_ready("control"):
            self.got.extend(self.messages())
            self.pause()
            yield
        self.got.extend(self.messages())


@pytest.mark.parametrize("chassis", [Pipeline, kamlab.Pipeline], ids=["old chassis", "native chassis"])
def test_components_of_both_spellings_link_together(lab: Any, chassis: Any) -> None:
    """Old and native components go into one pipeline, old or native."""
    keep = NewKeep()
    chassis(DataSource(["a", "b"]), OldUpper(), kamlab.parts.PassThrough(), keep).run()
    assert keep.got == ["A", "B"]
    assert lab.failures == []


def test_links_between_spellings(lab: Any) -> None:
    """A native component may make the links of old ones, and its handles have the old names."""
    old, new = OldUpper(), NewKeep()
    link = new.link((old, "outbox"), (new, "inbox"))
    assert link.sourcePair() == (old, "outbox")
    assert new.inboxes["inbox"].getSize() is None
    with pytest.raises(BoxAlreadyLinked):
        old.link((old, "outbox"), (new, "inbox"))


def test_box_and_services_names_are_added_not_changed() -> None:
    """The engine's boxes, links and services get further names; their own still work."""
    box = Component().inboxes["inbox"]
    box.set_size(2)
    assert (box.getSize(), box.limit) == (2, 2)
