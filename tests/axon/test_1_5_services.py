"""Section 1.5: the coordinating assistant tracker, Handle, background and Introspector, in the old spelling."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from Axon.AxonExceptions import (
    AccessToUndeclaredTrackedVariable,
    BadComponent,
    BadInbox,
    BadParentTracker,
    MultipleServiceDeletion,
    NamespaceClash,
    ServiceAlreadyExists,
)
from Axon.background import background
from Axon.Component import component
from Axon.CoordinatingAssistantTracker import coordinatingassistanttracker
from Axon.Handle import Handle
from Axon.Introspector import Introspector
from Axon.Ipc import producerFinished, shutdownMicroprocess
from Axon.Scheduler import scheduler


class Echo(component):
    """Says everything back; ends on producerFinished, which it passes on."""

    def main(self) -> Any:
        while True:
            for message in self.Inbox("inbox"):
                self.send(message, "outbox")
            for message in self.Inbox("control"):
                self.send(message, "signal")
                if isinstance(message, producerFinished):
                    return
            self.pause()
            yield 1


@pytest.fixture
def cat() -> Any:
    """The tracker in force."""
    return coordinatingassistanttracker.getcat()


# -- the tracker -------------------------------------------------------------------------------------


def test_getcat_is_one_for_the_system(cat: Any, lab: Any) -> None:
    """getcat() returns the tracker of the system, the one that components have as tracker."""
    assert coordinatingassistanttracker.getcat() is cat
    assert component().activate().tracker is cat
    assert isinstance(cat, coordinatingassistanttracker)
    assert coordinatingassistanttracker.basecat is cat


def test_registered_services_are_found(cat: Any) -> None:
    """registerService(name, comp, inbox) makes retrieveService(name) return (comp, inbox)."""
    plain = component()
    cat.registerService("time", plain, "control")
    assert cat.retrieveService("time") == (plain, "control")
    assert cat.servicesRegistered() == ["time"]


def test_deregistered_services_are_gone(cat: Any) -> None:
    """deRegisterService(name) takes a service off."""
    cat.registerService("time", component(), "inbox")
    cat.deRegisterService("time")
    assert cat.servicesRegistered() == []
    with pytest.raises(KeyError):
        cat.retrieveService("time")


def test_tracked_values(cat: Any) -> None:
    """trackValue declares, updateValue changes, retrieveValue reads, informationItemsLogged lists."""
    cat.trackValue("count", 1)
    cat.updateValue("count", 2)
    assert cat.retrieveValue("count") == 2
    assert cat.informationItemsLogged() == ["count"]


def test_zap_forgets_everything(cat: Any) -> None:
    """zap() forgets all services and values."""
    cat.registerService("time", component(), "inbox")
    cat.trackValue("count", 1)
    cat.zap()
    assert (cat.servicesRegistered(), cat.informationItemsLogged()) == ([], [])


@pytest.mark.parametrize(
    ("wrong", "error", "says"),
    [
        (lambda cat, c: cat.registerService("taken", c, "inbox"), ServiceAlreadyExists, "'taken'"),
        (lambda cat, c: cat.registerService("new", "no component", "inbox"), BadComponent, "no component"),
        (lambda cat, c: cat.registerService("new", c, "nobox"), BadInbox, "nobox"),
        (lambda cat, c: cat.retrieveService("unknown"), KeyError, "'taken'"),
        (lambda cat, c: cat.deRegisterService("unknown"), MultipleServiceDeletion, "unknown"),
        (lambda cat, c: cat.trackValue("value", 2), NamespaceClash, "value"),
        (lambda cat, c: cat.retrieveValue("unknown"), AccessToUndeclaredTrackedVariable, "unknown"),
        (lambda cat, c: cat.updateValue("unknown", 1), AccessToUndeclaredTrackedVariable, "unknown"),
        (lambda cat, c: coordinatingassistanttracker("no parent"), BadParentTracker, "no parent"),
    ],
    ids=[
        "duplicate service",
        "not a component",
        "no such inbox",
        "unknown service",
        "deregister unknown",
        "value twice",
        "read unknown value",
        "change unknown value",
        "bad parent",
    ],
)
def test_errors_of_the_tracker(cat: Any, wrong: Any, error: type[Exception], says: str) -> None:
    """Each misuse raises the exception that Axon has for it, and the text says which name and what there is."""
    plain = component()
    cat.registerService("taken", plain, "inbox")
    cat.trackValue("value", 1)
    with pytest.raises(error, match=says):
        wrong(cat, plain)
    assert (cat.servicesRegistered(), cat.retrieveValue("value")) == (["taken"], 1)


def test_a_tracker_can_be_made_with_a_parent(cat: Any) -> None:
    """coordinatingassistanttracker(parent) is a tracker of its own, with the same methods."""
    child = coordinatingassistanttracker(cat)
    child.trackValue("mine", 1)
    child.registerService("here", component(), "inbox")
    assert (cat.informationItemsLogged(), cat.servicesRegistered()) == ([], [])
    assert coordinatingassistanttracker(None).servicesRegistered() == []


# -- Handle and background -----------------------------------------------------------------------------


@pytest.fixture
def in_background(lab: Any) -> Iterator[Any]:
    """A system that runs in the background until the test is over."""
    background().start()
    yield lab
    lab.stop()


def taken(handle: Any, eventually: Callable[..., Any], boxname: str = "outbox") -> Any:
    """Get one message from a handle, as soon as there is one."""
    got: list[Any] = []

    def try_it() -> bool:
        try:
            got.append(handle.get(boxname))
        except queue.Empty:
            return False
        return True

    assert eventually(try_it), f"nothing came out of {boxname}"
    return got[0]


def test_handle_puts_and_gets(in_background: Any, eventually: Any) -> None:
    """Handle(comp).activate() runs a component that put(msg, box) feeds and get(box) reads."""
    handle = Handle(Echo())
    assert handle.activate() is handle
    handle.put("hello", "inbox")
    assert taken(handle, eventually) == "hello"
    handle.put(producerFinished("me"), "control")
    assert isinstance(taken(handle, eventually, "signal"), producerFinished)


def test_handle_get_does_not_wait(lab: Any) -> None:
    """get() raises queue.Empty if there is nothing; outbox is the default."""
    handle = Handle(Echo())
    with pytest.raises(queue.Empty):
        handle.get()
    with pytest.raises(queue.Empty):
        handle.get("signal")


def test_handle_ends_with_its_component(in_background: Any, eventually: Any) -> None:
    """The handle ends when its component does; what came out before can still be read."""
    handle = Handle(Echo()).activate()
    handle.put("last words", "inbox")
    handle.put(producerFinished(), "control")
    assert eventually(handle._isStopped)
    assert handle.get("outbox") == "last words"


def test_handle_is_silent(capsys: Any) -> None:
    """Using a handle prints nothing."""
    Handle(Echo())
    assert capsys.readouterr().out == ""


def test_handle_takes_axons_keyword() -> None:
    """Handle(someComponent=c) is the same as Handle(c)."""
    echo = Echo()
    assert Handle(someComponent=echo).component is echo


def test_background_runs_what_is_activated_later(in_background: Any, eventually: Any) -> None:
    """background().start() runs components that are activated afterwards, the first and later ones."""
    for _ in range(2):
        log: list[str] = []

        class Says(component):
            def main(self) -> Any:
                log.append("ran")
                yield 1

        Says().activate()
        assert eventually(lambda: log == ["ran"] and not scheduler.run.listAllThreads())


def test_background_survives_an_error(in_background: Any, eventually: Any) -> None:
    """An error in a component does not end the background run."""

    class Fails(component):
        def main(self) -> Any:
            raise ValueError("on purpose")
            yield 1

    failing = Fails().activate()
    assert eventually(failing._isStopped)
    handle = Handle(Echo()).activate()
    handle.put("still here", "inbox")
    assert taken(handle, eventually) == "still here"


def test_background_twice_is_once(in_background: Any, eventually: Any) -> None:
    """A second background().start() for the same system changes nothing."""
    threads = threading.active_count()
    background().start()
    assert threading.active_count() == threads


def test_background_in_slow_motion(lab: Any, eventually: Any) -> None:
    """background(slowmo=s) sleeps s seconds per cycle, and runs what is activated later too."""
    background(slowmo=0.001).start()
    for _ in range(2):
        handle = Handle(Echo()).activate()
        handle.put("slowly", "inbox")
        assert taken(handle, eventually) == "slowly"
        handle.put(producerFinished(), "control")
        assert eventually(handle._isStopped)


@pytest.mark.parametrize("end", ["stop", "reset"])
def test_slow_motion_ends_with_its_lab(lab: Any, eventually: Any, end: str) -> None:
    """The thread of a slow background run ends when the lab is stopped or begins anew."""
    background(slowmo=0.001).start()
    Echo().activate()
    getattr(lab, end)()
    assert eventually(lambda: not any(each.name == "kamlab slow motion" for each in threading.enumerate()))


def test_background_zap_begins_afresh(lab: Any, eventually: Any) -> None:
    """background(zap=True) begins with neither components nor services of before."""
    old = Echo().activate()
    coordinatingassistanttracker.getcat().registerService("old", old, "inbox")
    background(zap=True).start()
    assert old._isStopped()
    assert coordinatingassistanttracker.getcat().servicesRegistered() == []
    handle = Handle(Echo()).activate()
    handle.put("hello", "inbox")
    assert taken(handle, eventually) == "hello"


# -- Introspector --------------------------------------------------------------------------------------


class Watcher(component):
    """Keeps what an introspector says."""

    def main(self) -> Any:
        self.said: list[str] = []
        while True:
            self.said.extend(self.Inbox("inbox"))
            self.pause()
            yield 1

    @property
    def lines(self) -> list[str]:
        return "".join(self.said).splitlines()


def watched(lab: Any) -> tuple[Any, Any]:
    """Run an introspector and somebody who listens to it, until it has told what there is."""
    introspector, watcher = Introspector().activate(), Watcher().activate()
    watcher.link((introspector, "outbox"), (watcher, "inbox"))
    lab.run(until=lambda lab: len(getattr(watcher, "said", ())) == 2, timeout=10)
    return introspector, watcher


def test_introspector_first_deletes_all(lab: Any) -> None:
    """The first line is DEL ALL."""
    _, watcher = watched(lab)
    assert watcher.said[0] == "DEL ALL\n"


def test_introspector_describes_components_and_boxes(lab: Any) -> None:
    """Each component and each box is a node; a box is linked to its component."""
    introspector, watcher = watched(lab)
    for each in (introspector, watcher):
        assert f'ADD NODE "{each.id}" "{each.name}" randompos component' in watcher.lines
        for letter, kind, names in (("i", "inbox", each.inboxes), ("o", "outbox", each.outboxes)):
            for name in names:
                box = (each.id, letter, name)
                assert f'ADD NODE "{box}" "{name}" randompos {kind}' in watcher.lines
                assert f'ADD LINK "{each.id}" "{box}"' in watcher.lines


def test_introspector_describes_links(lab: Any) -> None:
    """Each link is a line with the ids of its two boxes: (component id, "i" or "o", box name)."""
    outer, inner = Echo().activate(), Echo().activate()
    outer.link((outer, "inbox"), (inner, "inbox"), passthrough=1)
    outer.link((inner, "outbox"), (outer, "outbox"), passthrough=2)
    introspector, watcher = watched(lab)
    for source, sink in (
        ((introspector.id, "o", "outbox"), (watcher.id, "i", "inbox")),
        ((outer.id, "i", "inbox"), (inner.id, "i", "inbox")),
        ((inner.id, "o", "outbox"), (outer.id, "o", "outbox")),
    ):
        assert f'ADD LINK "{source}" "{sink}"' in watcher.lines


def test_introspector_describes_changes(lab: Any) -> None:
    """What comes and goes later is told as ADD and DEL lines of its own, and nothing twice."""
    _, watcher = watched(lab)
    before = len(watcher.said)
    echo = Echo().activate()
    link = watcher.link((echo, "signal"), (watcher, "control"))
    lab.run(until=lambda lab: len(watcher.said) > before, timeout=10)
    ends = f'"{(echo.id, "o", "signal")}" "{(watcher.id, "i", "control")}"'
    assert set(watcher.said[-1].splitlines()) >= {
        f'ADD NODE "{echo.id}" "{echo.name}" randompos component',
        f"ADD LINK {ends}",
    }
    before = len(watcher.said)
    watcher.unlink(thelinkage=link)
    echo.stop()
    lab.run(until=lambda lab: len(watcher.said) > before, timeout=10)
    assert watcher.said[-1].splitlines()[:2] == [f"DEL LINK {ends}", f'DEL NODE "{echo.id}"']
    assert "ADD" not in watcher.said[-1]
    assert len(watcher.lines) == len(set(watcher.lines))


def test_introspector_rests(lab: Any) -> None:
    """With nothing to tell it sleeps between two looks, some ten a second, and sends nothing."""
    _, watcher = watched(lab)
    steps, said = lab.step_number, len(watcher.said)
    lab.run(timeout=0.5)
    assert lab.step_number - steps < 20
    assert len(watcher.said) == said


def test_introspector_ends_on_shutdownmicroprocess(lab: Any) -> None:
    """shutdownMicroprocess ends it and is passed on."""
    introspector, watcher = watched(lab)
    watcher.link((introspector, "signal"), (watcher, "control"))
    introspector._deliver(shutdownMicroprocess(), "control")
    lab.run(until=introspector, timeout=10)
    assert isinstance(watcher.recv("control"), shutdownMicroprocess)


def test_introspector_is_kamaelias_too() -> None:
    """Kamaelia.Util.Introspector is the same class."""
    from Kamaelia.Util.Introspector import Introspector as Kamaelias

    assert Kamaelias is Introspector
