"""The small modules beside the engine: Axon.util, Axon.idGen, Axon.Base, Axon.debug, Axon.STM, Axon.Postoffice."""

from __future__ import annotations

import doctest
import sys
import threading
from typing import Any

import pytest
from Axon import STM, Base, debug, idGen, util
from Axon.AxonExceptions import invalidComponentInterface
from Axon.Base import AxonObject as Base_object
from Axon.Base import AxonType as Base_type
from Axon.Component import component
from Axon.Postoffice import postoffice

import kamlab.axon.adaptive
import kamlab.axon.component
import kamlab.axon.debug
import kamlab.axon.stm


@pytest.mark.parametrize(
    "thing",
    [
        kamlab.axon.component.component,
        kamlab.axon.adaptive.AdaptiveCommsComponent,
        kamlab.axon.debug.debug,
        kamlab.axon.stm.Store,
    ],
    ids=lambda thing: thing.__name__,
)
def test_examples_run(thing: Any) -> None:
    """The examples in the docstrings of classes that show an old module name run as printed."""
    home = next(
        module for name, module in sys.modules.items() if name.startswith("kamlab.axon.") and _has(module, thing)
    )
    (example,) = doctest.DocTestFinder(recurse=False).find(thing, globs=dict(vars(home)))
    assert example.examples
    assert doctest.DocTestRunner().run(example).failed == 0


def _has(module: Any, thing: Any) -> bool:
    return vars(module).get(thing.__name__) is thing


# -- util ------------------------------------------------------------------------------------------


def test_removeall() -> None:
    """removeAll(xs, y) takes every y out of a list, in place."""
    some = [1, 2, 1, 3]
    util.removeAll(some, 1)
    util.removeAll(some, "not there")
    assert some == [2, 3]


def test_listsubset() -> None:
    """listSubset(required, supplied) tells whether everything required is supplied."""
    assert util.listSubset([1], [2, 1])
    assert not util.listSubset([1, 3], [2, 1])


def test_testinterface() -> None:
    """testInterface(component, (inboxes, outboxes)) is True, or raises invalidComponentInterface."""
    assert util.testInterface(component(), (["inbox"], ["outbox", "signal"]))
    for interface in ((["nobox"], []), ([], ["nobox"])):
        with pytest.raises(invalidComponentInterface):
            util.testInterface(component(), interface)


def test_axonraise() -> None:
    """axonRaise(exception, *args) raises it."""
    with pytest.raises(ValueError, match="text"):
        util.axonRaise(ValueError, "text")


def test_safelist() -> None:
    """safeList(x) is a list of what can be iterated over, and empty for the rest."""
    assert (util.safeList((1, 2)), util.safeList(5), util.safeList()) == ([1, 2], [], [])


def test_next_is_pythons() -> None:
    """Axon.util.next advances an iterator."""
    assert util.next(iter("a")) == "a"


def test_finality_is_an_exception() -> None:
    """Finality can be raised and caught."""
    with pytest.raises(util.Finality):
        raise util.Finality


# -- idGen, Base, debug ------------------------------------------------------------------------------


def test_ids_are_unique_and_named() -> None:
    """numId counts up; strId, newId and tupleId name a thing by module, class and number."""
    plain = component()
    first, second = idGen.numId(), idGen.numId()
    number, name = idGen.tupleId(plain)
    assert first < second < number
    assert name == f"Axon.Component.component_{number}"
    assert idGen.strId(plain) != idGen.newId(plain)
    assert idGen.idGen().next() > number


def test_base_classes() -> None:
    """AxonObject and AxonType can be derived from."""

    class Mine(Base.AxonObject, metaclass=type("Meta", (Base.AxonType,), {})):
        pass

    assert Mine()


def test_debug_is_silent(capsys: Any) -> None:
    """A debugger takes sections and notes, and prints nothing."""
    debugger = debug.debug(assertBadDebug=0)
    debugger.useConfig(filename="none")
    debugger.addDebugSection("here", 5)
    debugger.addDebug(here=5)
    debugger.increaseDebug("here")
    debugger.decreaseDebug("here")
    debugger.debugmessage("here", "a message")
    assert debugger.note("here", 1, "a note")
    assert debugger.debug("here", 1, "a note")
    assert not debugger.areDebugging("here", 1)
    assert capsys.readouterr().out == ""


def test_a_postoffice_of_ones_own() -> None:
    """postoffice(name) makes, lists and takes down links, and belongs to no component."""
    office, one, other = postoffice("mine"), component(), component()
    link = office.link((one, "outbox"), (other, "inbox"))
    assert office.islinkageregistered(link) == 1
    assert "mine:debug" in str(office)
    office.unlink(thecomponent=other)
    assert (office.linkages, office.islinkageregistered(link)) == ([], 0)
    office.link((one, "outbox"), (other, "inbox"))
    office.unlinkAll()
    assert office.linkages == []


# -- STM -------------------------------------------------------------------------------------------


def test_a_value_is_made_when_first_used() -> None:
    """usevar(key) of something new is None, and a commit stores what was set."""
    store = STM.Store()
    greeting = store.usevar("hello")
    assert greeting.value is None
    greeting.set("Hello World")
    assert store.usevar("hello").value is None
    greeting.commit()
    assert store.usevar("hello").value == "Hello World"
    greeting.set("again")
    greeting.commit()
    assert store.usevar("hello").value == "again"


def test_the_second_of_two_changes_is_refused() -> None:
    """A commit raises ConcurrentUpdate if the value has changed since it was read, and changes nothing."""
    store = STM.Store()
    mine, yours = store.usevar("account"), store.usevar("account")
    mine.set(100)
    mine.commit()
    yours.set(0)
    with pytest.raises(STM.ConcurrentUpdate):
        yours.commit()
    assert store.usevar("account").value == 100


def test_several_values_change_together_or_not_at_all() -> None:
    """using(*keys) gives copies that are committed all or none."""
    store = STM.Store()
    both, one = store.using("a", "b"), store.usevar("b")
    one.set(1)
    one.commit()
    both["a"].set(2)
    both["b"].set(2)
    with pytest.raises(STM.ConcurrentUpdate):
        both.commit()
    assert (store.usevar("a").value, store.usevar("b").value) == (None, 1)
    again = store.using("a", "b")
    again["a"].set(3)
    again["b"].set(4)
    again.commit()
    assert (store.usevar("a").value, store.usevar("b").value) == (3, 4)


def test_copies_are_copies() -> None:
    """Changing a mutable value in place changes nobody else's."""
    store = STM.Store()
    first = store.usevar("list")
    first.set([1])
    first.commit()
    first.value.append(2)
    store.usevar("list").value.append(3)
    assert store.usevar("list").value == [1]


@pytest.mark.parametrize(
    "use", [lambda s: s.usevar("x"), lambda s: s.using("x"), lambda s: s.set("x", None), lambda s: s.set_values({})]
)
def test_a_store_in_use_says_so(use: Any) -> None:
    """A store never waits: in use by another, it raises BusyRetry."""
    store = STM.Store()
    with store.lock, pytest.raises(STM.BusyRetry):
        use(store)


def test_many_threads_lose_no_update() -> None:
    """Threads that try again on ConcurrentUpdate and BusyRetry count right."""
    store = STM.Store()

    def count() -> None:
        for _ in range(50):
            while True:
                try:
                    value = store.usevar("count")
                    value.set((value.value or 0) + 1)
                    value.commit()
                    break
                except (STM.ConcurrentUpdate, STM.BusyRetry):
                    pass

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.usevar("count").value == 200


def test_a_store_is_dumped_in_axons_format(capsys: Any) -> None:
    """dump() prints a heading, a line for each value, and an empty line."""
    store = STM.Store()
    value = store.usevar("account")
    value.set(3)
    value.commit()
    store.dump()
    assert (
        capsys.readouterr().out == "DEBUG: Store dump ------------------------------\n      account : Value(1, 3)\n\n"
    )


# -- what modules import from each other ---------------------------------------------------------------

EXPORTS = {
    "Axon.Component": "component microprocess postoffice linkage noSpaceInBox debug removeAll strId numId makeInbox "
    "makeOutbox scheduler newComponent WaitComplete shutdownMicroprocess producerFinished ipc time sys",
    "Axon.Scheduler": "scheduler microprocess newComponent removeAll strId numId debug",
    "Axon.Microprocess": "microprocess removeAll strId numId tupleId debug",
    "Axon.Linkage": "linkage AxonObject",
    "Axon.Postoffice": "postoffice linkage BoxAlreadyLinkedToDestination",
    "Axon.Box": "makeInbox makeOutbox postbox noSpaceInBox",
    "Axon.AdaptiveCommsComponent": "AdaptiveCommsComponent component makeInbox makeOutbox",
    "Axon.util": "vrange production next invalidComponentInterface sys",
}


@pytest.mark.parametrize("module", EXPORTS)
def test_a_star_import_gives_what_axons_does(module: str) -> None:
    """``from module import *`` gives also what the module imports itself, and it is the same object everywhere."""
    names: dict[str, Any] = {}
    exec(f"from {module} import *", names)
    assert set(EXPORTS[module].split()) <= set(names)
    assert names.get("component", component) is component
    assert names.get("postoffice", postoffice) is postoffice


def test_in_production_axonraise_does_not_raise(monkeypatch: Any) -> None:
    """Axon.util.production is False; where it is set, axonRaise returns False."""
    assert util.production is False
    assert list(util.vrange(3)) == [0, 1, 2]
    monkeypatch.setattr(util, "production", True)
    assert util.axonRaise(invalidComponentInterface, "a reason") is False


def test_an_object_type_with_super() -> None:
    """Classes of AxonObject and AxonType have self.__super."""

    class Base(Base_object):
        def __init__(self) -> None:
            self.made = ["Base"]

    class Below(Base):
        def __init__(self) -> None:
            self.__super.__init__()  # type: ignore[attr-defined]
            self.made.append("Below")

    assert Below().made == ["Base", "Below"]
    assert Base_object.__metaclass__ is Base_type


def test_a_file_reader_takes_debug(tmp_path: Any, lab: Any) -> None:
    """ReadFileAdaptor accepts debug, and reads as without."""
    from Kamaelia.File.ReadFileAdaptor import ReadFileAdaptor

    (tmp_path / "file").write_bytes(b"one\ntwo\n")
    reader, kept = ReadFileAdaptor(filename=str(tmp_path / "file"), readmode="line", debug=1), component()
    reader.link((reader, "outbox"), (kept, "inbox"))
    reader.activate()
    lab.run()
    assert list(kept.Inbox("inbox")) == ["one\n", "two\n"]
