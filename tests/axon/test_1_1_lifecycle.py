"""Section 1.1: the life cycle of microprocesses and components, in the old spelling."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from Axon.AxonExceptions import AxonException
from Axon.Component import component
from Axon.Ipc import WaitComplete, newComponent
from Axon.Microprocess import microprocess
from Axon.Scheduler import scheduler

from kamlab.core.task import task_of


class Recorder(component):
    """Notes its own name in a list for as many slices as it is told."""

    slices = 1
    log: list[Any]

    def main(self) -> Any:
        for number in range(self.slices):
            self.log.append((self.tag, number))
            yield 1


class Sleeper(component):
    """Pauses in every slice and counts the slices."""

    slices = 0

    def main(self) -> Any:
        while True:
            self.slices += 1
            self.pause()
            yield 1


# -- names -----------------------------------------------------------------------------------------


def test_microprocess_runs_the_generator_it_is_given(lab: Any) -> None:
    """microprocess(thread=None, closeDownValue=0, tag="") runs the generator given as thread."""
    log = []

    def flow() -> Any:
        log.append(1)
        yield
        log.append(2)

    microprocess(flow()).activate()
    lab.run()
    assert log == [1, 2]


def test_microprocess_tag_and_close_down_value() -> None:
    """tag is added to the name, and closeDownValue is what _closeDownMicroprocess returns."""
    process = microprocess(iter(()), closeDownValue="over", tag="_tagged")
    assert process.name.endswith("_tagged")
    assert process._closeDownMicroprocess() == "over"
    assert microprocess()._closeDownMicroprocess() == 0


def test_positional_arguments_are_ignored() -> None:
    """component(*args, **argd) ignores positional arguments."""
    assert sorted(component(1, "two", None).inboxes) == ["control", "inbox"]


def test_keyword_arguments_become_attributes() -> None:
    """Keyword arguments become instance attributes."""
    assert component(rate=3).rate == 3


def test_any_attribute_name_is_the_users(lab: Any) -> None:
    """A keyword or an attribute may have any name, also one that the engine shows something under."""
    names = ["state", "error", "parent", "flow", "asleep", "resume", "wake", "messages", "scheduler", "tracker", "join"]

    class Player(component):
        def main(self) -> Any:
            self.seen = {name: getattr(self, name) for name in names}
            yield 1
            self.state = "playing"
            yield 1
            self.ended_well = self.state

    player = Player(**{name: f"my {name}" for name in names}).activate()
    lab.run()
    assert player.seen == {name: f"my {name}" for name in names}
    assert player.ended_well == "playing"


def test_keyword_arguments_come_before_the_boxes() -> None:
    """Attributes are set before boxes are made, so Inboxes can be given as an argument."""
    assert list(component(Inboxes=["left", "right"]).inboxes) == ["left", "right"]


def test_class_attributes_are_defaults() -> None:
    """A class attribute is the default of the keyword argument of the same name."""

    class Ticker(component):
        interval = 10

    assert (Ticker().interval, Ticker(interval=2).interval, Ticker.interval) == (10, 2, 10)


# -- identity --------------------------------------------------------------------------------------


def test_id_is_a_global_counter() -> None:
    """Each microprocess has a number of its own, and later ones have higher ones."""
    ids = [component().id, microprocess().id, component().id]
    assert ids == sorted(set(ids))


def test_name_is_module_class_id() -> None:
    """A name is the module, the class and the number."""
    recorder = Recorder()
    assert recorder.name == f"{__name__}.Recorder_{recorder.id}"
    assert component().name.startswith("Axon.Component.component_")


def test_init_is_1() -> None:
    """init says that the inherited constructor ran."""
    assert component().init == 1
    assert microprocess().init == 1


# -- class data ------------------------------------------------------------------------------------


def test_default_boxes() -> None:
    """Without a declaration there are inbox and control, outbox and signal."""
    plain = component()
    assert (sorted(plain.inboxes), sorted(plain.outboxes)) == (["control", "inbox"], ["outbox", "signal"])


@pytest.mark.parametrize("boxes", [{"a": "one", "b": "two"}, ["a", "b"]], ids=["dict", "list"])
def test_boxes_are_declared_as_dict_or_list(boxes: Any) -> None:
    """Inboxes and Outboxes are a dictionary of names and descriptions, or a list of names."""

    class Boxed(component):
        Inboxes = boxes
        Outboxes = boxes

    assert (list(Boxed().inboxes), list(Boxed().outboxes)) == (["a", "b"], ["a", "b"])


def test_declarations_are_not_merged() -> None:
    """A subclass that declares boxes lists the standard ones again, or does not have them."""

    class Special(component):
        Inboxes = ["extra"]

    assert list(Special().inboxes) == ["extra"]
    assert sorted(Special().outboxes) == ["outbox", "signal"]


def test_usescomponents_is_an_empty_list() -> None:
    """Usescomponents is there, and empty."""
    assert component.Usescomponents == []


# -- instance data ---------------------------------------------------------------------------------


def test_boxes_are_objects_in_dictionaries() -> None:
    """inboxes and outboxes are dictionaries of box objects."""
    plain = component()
    plain.inboxes["inbox"].append("hello")
    assert len(plain.inboxes["inbox"]) == 1
    assert len(plain.outboxes["outbox"]) == 0


def test_children_is_a_list() -> None:
    """children is a list of the components that were added."""
    parent, child = component(), component()
    assert parent.children == []
    parent.addChildren(child)
    assert parent.children == [child]


def test_postoffice_has_the_linkages() -> None:
    """postoffice.linkages are the links that this component made."""
    maker, one, other = component(), component(), component()
    link = maker.link((one, "outbox"), (other, "inbox"))
    assert maker.postoffice.linkages == [link]
    assert one.postoffice.linkages == []


def test_scheduler_attribute(lab: Any) -> None:
    """scheduler is the one that runs the component; before activation requests to it do nothing."""
    plain = component()
    plain.scheduler.wakeThread(plain)
    plain.scheduler.pauseThread(plain)
    assert not plain.scheduler.isThreadPaused(plain)
    plain.activate()
    assert plain.scheduler is scheduler.run
    assert isinstance(plain.scheduler, scheduler)


def test_tracker_attribute() -> None:
    """tracker knows the services of the system."""
    plain = component()
    plain.tracker.registerService("mine", plain, "inbox")
    assert component().tracker.retrieveService("mine") == (plain, "inbox")


def test_debugger_attribute(capsys: Any) -> None:
    """debugger takes notes in assert statements, and is silent."""
    plain = component()
    assert plain.debugger.note("a.section", 5, "a note")
    assert not plain.debugger.areDebugging("a.section", 1)
    plain.debugger.useConfig()
    assert capsys.readouterr().out == ""


# -- activate and run --------------------------------------------------------------------------------


def test_activate_returns_self() -> None:
    """activate() returns the component."""
    plain = component()
    assert plain.activate() is plain


def test_activate_is_idempotent(lab: Any) -> None:
    """Activating what is alive already changes nothing."""
    log: list[Any] = []
    recorder = Recorder(log=log, tag="r", slices=2).activate()
    recorder.activate()
    lab.step()
    recorder.activate()
    lab.run()
    assert log == [("r", 0), ("r", 1)]


def test_activate_from_other_threads(lab: Any) -> None:
    """activate() may be called from any thread, also while the system runs."""
    log: list[Any] = []
    sleeper = Sleeper().activate()
    lab.start()

    def activate_some() -> None:
        for number in range(50):
            Recorder(log=log, tag=number).activate(scheduler.run)

    threads = [threading.Thread(target=activate_some) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert lab.pause()
    lab.run(until=lambda lab: lab.components == [sleeper], max_steps=1000)
    assert len(log) == 200


def test_first_slice_is_in_the_next_cycle(lab: Any) -> None:
    """What is activated in a cycle runs first in the next one."""
    log: list[Any] = []

    class Maker(component):
        def main(self) -> Any:
            Recorder(log=log, tag="new", slices=1).activate()
            log.append("made")
            yield 1
            log.append("again")

    Maker().activate()
    Recorder(log=log, tag="other", slices=1).activate()
    lab.run()
    assert log == ["made", ("other", 0), "again", ("new", 0)]


def test_activate_arguments(lab: Any) -> None:
    """activate(Scheduler, Tracker, mainmethod) says who runs it, whom it asks, and what is its main."""
    log = []

    class Other(component):
        def begin(self) -> Any:
            log.append("began")
            yield 1

    tracker = object()
    other = Other().activate(Scheduler=scheduler.run, Tracker=tracker, mainmethod="begin")
    lab.run()
    assert log == ["began"]
    assert other.tracker is tracker


def test_run_blocks_until_all_have_ended() -> None:
    """run() is activate() and then runs until all microprocesses, not only this one, have ended."""
    log: list[Any] = []
    Recorder(log=log, tag="long", slices=5).activate()
    Recorder(log=log, tag="short", slices=1).run()
    assert log[-1] == ("long", 4)


def test_run_again_after_a_clean_end() -> None:
    """After everything has ended, run() of another component works."""
    log: list[Any] = []
    Recorder(log=log, tag="first").run()
    Recorder(log=log, tag="second").run()
    assert log == [("first", 0), ("second", 0)]


# -- main ------------------------------------------------------------------------------------------


class ThreeParts(component):
    def __init__(self, *results: Any, first: Any = 1) -> None:
        super().__init__()
        self.results = list(results)
        self.first = first
        self.log: list[str] = []

    def initialiseComponent(self) -> Any:
        self.log.append("initialise")
        return self.first

    def mainBody(self) -> Any:
        self.log.append("body")
        return self.results.pop(0)

    def closeDownComponent(self) -> Any:
        self.log.append("close")
        return "closed"


def test_default_main_calls_the_three_parts(lab: Any) -> None:
    """If main is not overridden: initialiseComponent, mainBody until it is false, closeDownComponent."""
    parts = ThreeParts(1, 1, 0).activate()
    lab.run()
    assert parts.log == ["initialise", "body", "body", "body", "close"]


def test_default_main_yields_their_results() -> None:
    """It yields 1 or what initialiseComponent returned, then mainBody's results, then closeDown's."""
    assert list(ThreeParts("a", "b", None).main()) == [1, "a", "b", "closed"]
    assert list(ThreeParts(None, first=None).main()) == [1, "closed"]
    assert list(component().main()) == [1, 1]


def test_yielded_newcomponent_activates_each(lab: Any) -> None:
    """Yielding newComponent(*c) activates each of them."""
    log: list[Any] = []

    class Maker(component):
        def main(self) -> Any:
            yield newComponent(Recorder(log=log, tag="a"), Recorder(log=log, tag="b"))

    Maker().run()
    assert log == [("a", 0), ("b", 0)]


def test_newcomponent_may_be_returned_by_the_parts(lab: Any) -> None:
    """What initialiseComponent, mainBody and closeDownComponent return is yielded, and obeyed."""
    log: list[Any] = []
    parts = ThreeParts(newComponent(Recorder(log=log, tag="b")), 0, first=newComponent(Recorder(log=log, tag="a")))
    parts.run()
    assert log == [("a", 0), ("b", 0)]


@pytest.mark.parametrize("value", [None, 0, 1, "text", object()])
def test_other_yielded_values_are_ignored(lab: Any, value: Any) -> None:
    """Every other yielded value, also None and 0, means nothing."""
    log = []

    class Yields(component):
        def main(self) -> Any:
            yield value
            log.append("went on")

    Yields().run()
    assert log == ["went on"]


# -- WaitComplete ------------------------------------------------------------------------------------


class Waits(component):
    """Waits for a generator of its own."""

    tag = ""

    def main(self) -> Any:
        self.log.append("before")
        yield WaitComplete(self.inner(), tag=self.tag)
        self.log.append("after")

    def inner(self) -> Any:
        for number in range(2):
            self.log.append(number)
            yield 1


def test_waitcomplete_resumes_the_parent_at_the_end(lab: Any) -> None:
    """The parent leaves the run set, the generator runs, and the parent goes on when it has ended."""
    log: list[Any] = []
    Waits(log=log).run()
    assert log == ["before", 0, 1, "after"]


def test_waitcomplete_runs_a_microprocess_of_its_own(lab: Any) -> None:
    """The generator is a microprocess with a name that ends in "__" and the end of the parent's name."""
    parent = Waits(log=[]).activate()
    lab.step(2)
    (helper,) = [each for each in scheduler.run.listAllThreads() if each is not parent]
    assert helper.name.endswith("__" + parent.short_name[-10:])
    assert not parent._isRunnable()


def test_waitcomplete_tag(lab: Any) -> None:
    """The tag given to WaitComplete is in the name instead."""
    Waits(log=[], tag="_mine").activate()
    lab.step(2)
    assert any(each.name.endswith("_mine") for each in scheduler.run.listAllThreads())


def test_pause_in_a_waited_for_generator_sleeps(lab: Any) -> None:
    """pause() inside the generator puts that to sleep, where Axon ran in a busy loop; a message wakes it."""
    log = []

    class Receives(component):
        def main(self) -> Any:
            yield WaitComplete(self.wait())
            log.append(self.recv("inbox"))

        def wait(self) -> Any:
            while not self.dataReady("inbox"):
                log.append("looked")
                self.pause()
                yield 1

    receives = Receives().activate()
    lab.step(10, timeout=0)
    assert log == ["looked"]
    receives._deliver("hello")
    lab.run()
    assert log == ["looked", "hello"]


# -- pause -----------------------------------------------------------------------------------------


def test_pause_takes_effect_at_the_next_yield(lab: Any) -> None:
    """pause() does not stop the code that calls it; the component sleeps from its next yield on."""
    log = []

    class Pauses(component):
        def main(self) -> Any:
            self.pause()
            log.append("still here")
            yield 1
            log.append("woken")

    pauses = Pauses().activate()
    lab.step(5, timeout=0)
    assert log == ["still here"]
    pauses.unpause()
    lab.run()
    assert log == ["still here", "woken"]


def test_pause_does_not_look_for_waiting_data(lab: Any) -> None:
    """A component with a full inbox sleeps nevertheless when it pauses."""
    sleeper = Sleeper()
    sleeper._deliver("waiting already", "inbox")
    sleeper.activate()
    lab.step(5, timeout=0)
    assert sleeper.slices == 1
    assert scheduler.run.isThreadPaused(sleeper)


def test_pause_before_activation_is_ignored(lab: Any) -> None:
    """pause() and unpause() of what is not active yet do nothing."""
    log: list[Any] = []
    recorder = Recorder(log=log, tag="r")
    recorder.pause()
    recorder.unpause()
    recorder.activate()
    lab.run()
    assert log == [("r", 0)]


def test_pause_after_the_end_is_ignored(lab: Any) -> None:
    """pause() and unpause() of what has stopped do nothing."""
    recorder = Recorder(log=[], tag="r")
    recorder.run()
    recorder.pause()
    recorder.unpause()
    assert recorder._isStopped()
    assert scheduler.run.listAllThreads() == []


# -- what wakes --------------------------------------------------------------------------------------


def asleep(lab: Any, *sleepers: Sleeper) -> None:
    """Activate components and run until they sleep."""
    for each in sleepers:
        each.activate()
    lab.step_round()
    lab.scheduler.end_round()
    assert all(scheduler.run.isThreadPaused(each) for each in sleepers)


def awake(lab: Any) -> set[Any]:
    """Return who runs in the next cycle."""
    lab.scheduler.end_round()
    return {each for each in scheduler.run.listAllThreads() if each._isRunnable()}


def test_woken_by_a_message_that_ends_in_an_own_inbox(lab: Any) -> None:
    """A message that reaches an inbox wakes its owner if that inbox is the final destination."""
    sleeper, sender = Sleeper(), component()
    sender.link((sender, "outbox"), (sleeper, "control"))
    asleep(lab, sleeper)
    sender.send("up!", "outbox")
    assert awake(lab) == {sleeper}


def test_not_woken_by_a_message_that_passes_through(lab: Any) -> None:
    """An inbox that is only passed through does not wake its owner."""
    container, inner, sender = Sleeper(), Sleeper(), component()
    sender.link((sender, "outbox"), (container, "inbox"))
    container.link((container, "inbox"), (inner, "inbox"), passthrough=1)
    asleep(lab, container, inner)
    sender.send("up!", "outbox")
    assert awake(lab) == {inner}


def test_woken_by_collection_downstream(lab: Any) -> None:
    """Taking a message wakes all owners of outboxes upstream, and no owner of an inbox passed through."""
    source, middle, outer, sink = Sleeper(), Sleeper(), Sleeper(), component()
    middle.link((source, "outbox"), (middle, "outbox"), passthrough=2)
    outer.link((middle, "outbox"), (outer, "inbox"))
    outer.link((outer, "inbox"), (sink, "inbox"), passthrough=1)
    source.send("take me", "outbox")
    asleep(lab, source, middle, outer)
    sink.recv("inbox")
    assert awake(lab) == {source, middle}


def test_woken_by_the_end_of_a_child(lab: Any) -> None:
    """A component is woken when a child of its own ends."""
    parent, child = Sleeper(), Sleeper()
    parent.addChildren(child)
    asleep(lab, parent, child)
    child.stop()
    assert awake(lab) == {parent}


def test_not_woken_by_itself(lab: Any) -> None:
    """What a component itself does in the slice in which it pauses does not wake it."""

    class Busy(Sleeper):
        def main(self) -> Any:
            while True:
                self.slices += 1
                self.send("a message", "outbox")
                self.recv("inbox")
                self.pause()
                yield 1

    busy, receiver, sender = Busy(), component(), component()
    busy.link((busy, "outbox"), (receiver, "inbox"))
    sender.link((sender, "outbox"), (busy, "inbox"))
    sender.send("to work on", "outbox")
    busy.activate()
    lab.step(5, timeout=0)
    assert busy.slices == 1


# -- stop ------------------------------------------------------------------------------------------


def test_stop_has_no_undo(lab: Any) -> None:
    """stop() sets the stopped flag, and nothing makes the component run again."""
    log: list[Any] = []
    recorder = Recorder(log=log, tag="r", slices=5).activate()
    lab.step()
    assert not recorder._isStopped()
    recorder.stop()
    recorder.unpause()
    with pytest.raises(AxonException, match="make a new Recorder"):
        recorder.activate()
    lab.run()
    assert recorder._isStopped()
    assert log == [("r", 0)]


def test_stop_from_within(lab: Any) -> None:
    """A component that stops itself ends with this slice."""
    log = []

    class Stops(component):
        def main(self) -> Any:
            self.stop()
            log.append("the rest of the slice")
            yield 1
            log.append("never")

    Stops().run()
    assert log == ["the rest of the slice"]


def test_the_end_calls_stop_then_close_down(lab: Any) -> None:
    """At a normal end the scheduler calls stop() and then _closeDownMicroprocess()."""
    log = []

    class Ends(component):
        def main(self) -> Any:
            yield 1

        def stop(self) -> None:
            log.append("stop")
            super().stop()

        def _closeDownMicroprocess(self) -> Any:
            log.append("close down")
            return super()._closeDownMicroprocess()

    ends = Ends()
    ends.run()
    assert log == ["stop", "close down"]
    assert ends._isStopped()


def test_close_down_removes_the_links_made_here(lab: Any) -> None:
    """At its end a component's own links are removed, and those that others made stay."""
    maker, other = Recorder(log=[], tag="m"), component()
    maker.link((maker, "outbox"), (other, "inbox"))
    theirs = other.link((maker, "signal"), (other, "control"))
    maker.run()
    assert maker.postoffice.linkages == []
    assert other.postoffice.linkages == [theirs]
    maker.send("nobody gets this", "outbox")
    maker.send("this arrives", "signal")
    assert (other.dataReady("inbox"), other.dataReady("control")) == (0, 1)


def test_parents_are_told_before_links_are_removed(lab: Any) -> None:
    """_closeDownMicroprocess() runs the parents' callbacks first, then removes the links."""
    parent, child, other = Sleeper(), component(), component()
    parent.addChildren(child)
    link = child.link((child, "outbox"), (other, "inbox"))
    seen = []
    task = task_of(child)
    task.on_end = (lambda: seen.append(list(child.postoffice.linkages)), *task.on_end)
    child._closeDownMicroprocess()
    assert seen == [[link]]
    assert child.postoffice.linkages == []


# -- the other methods -------------------------------------------------------------------------------


def linked(**how: Any) -> tuple[Any, Any, Any]:
    """Return two components and the link between their standard boxes."""
    sender, receiver = component(), component()
    return sender, receiver, sender.link((sender, "outbox"), (receiver, "inbox"), **how)


def test_send_recv_and_their_defaults() -> None:
    """send(msg, box="outbox") and recv(box="inbox") move messages in order."""
    sender, receiver, _ = linked()
    sender.send(1)
    sender.send(2, "outbox")
    assert [receiver.recv(), receiver.recv("inbox")] == [1, 2]


def test_recv_from_an_empty_inbox() -> None:
    """recv from an empty inbox raises IndexError."""
    with pytest.raises(IndexError):
        component().recv("inbox")


def test_dataready_counts() -> None:
    """dataReady(box="inbox") returns how many messages wait."""
    sender, receiver, _ = linked()
    assert receiver.dataReady() == 0
    sender.send("a")
    sender.send("b")
    assert receiver.dataReady("inbox") == 2


def test_anyready_names_the_first_box() -> None:
    """anyReady() returns the name of the first inbox that is not empty, or False."""
    plain = component(Inboxes=["a", "b", "c"])
    assert plain.anyReady() is False
    plain._deliver(1, "c")
    plain._deliver(1, "b")
    assert plain.anyReady() == "b"


def test_inbox_iterates_until_empty() -> None:
    """Inbox(box="inbox") takes messages one by one until the box is empty."""
    plain = component()
    for number in range(3):
        plain._deliver(number)
    assert list(plain.Inbox("inbox")) == [0, 1, 2]
    assert plain.dataReady("inbox") == 0


def test_setinboxsize_limits() -> None:
    """setInboxSize(box, n) limits how many messages may wait."""
    plain = component()
    plain.setInboxSize("inbox", 2)
    assert plain.inboxes["inbox"].getSize() == 2


def test_link_takes_its_options_by_position() -> None:
    """link(src, dst, passthrough=0, pipewidth=None, synchronous=None)."""
    outer, inner = component(), component()
    link = outer.link((outer, "inbox"), (inner, "inbox"), 1, 3)
    assert link.passthrough == 1
    assert inner.inboxes["inbox"].getSize() == 3


def test_unlink_a_linkage() -> None:
    """unlink(thelinkage=link) takes down that link."""
    sender, receiver, link = linked()
    sender.unlink(thelinkage=link)
    sender.send("lost")
    assert (receiver.dataReady(), sender.postoffice.linkages) == (0, [])


def test_unlink_a_component() -> None:
    """unlink(thecomponent=c) takes down all links with it that were made here."""
    sender, receiver, _ = linked()
    third = component()
    stays = sender.link((sender, "signal"), (third, "control"))
    sender.unlink(thecomponent=receiver)
    assert sender.postoffice.linkages == [stays]


def test_children_are_added_listed_and_removed() -> None:
    """addChildren, childComponents (a copy) and removeChild keep the list of children."""
    parent, one, other = component(), component(), component()
    parent.addChildren(one, other)
    parent.childComponents().clear()
    assert parent.childComponents() == [one, other]
    link = parent.link((one, "outbox"), (other, "inbox"))
    parent.removeChild(one)
    assert parent.childComponents() == [other]
    assert link not in parent.postoffice.linkages


def test_isstopped(lab: Any) -> None:
    """_isStopped() is true once it has ended, and not before."""
    recorder = Recorder(log=[], tag="r")
    before = recorder._isStopped()
    recorder.run()
    assert (before, recorder._isStopped()) == (False, True)


def test_deliver_puts_a_message_into_an_inbox() -> None:
    """_deliver(msg, box="inbox") delivers from outside."""
    plain = component()
    plain._deliver("data")
    plain._deliver("stop", "control")
    assert (plain.recv("inbox"), plain.recv("control")) == ("data", "stop")


def test_next_runs_one_slice(lab: Any) -> None:
    """next(component) runs it to its next yield and returns what that yields."""

    class Counts(component):
        def main(self) -> Any:
            yield "one"
            yield "two"

    counts = Counts().activate()
    assert (next(counts), counts.next()) == ("one", "two")
    with pytest.raises(StopIteration):
        next(counts)


def test_a_child_added_twice_is_one_child(lab: Any) -> None:
    """addChildren with a child that is there already does nothing."""
    parent, child = component(), component()
    parent.addChildren(child)
    parent.addChildren(child, child)
    assert parent.childComponents() == [child]


def test_str_lists_the_boxes() -> None:
    """str(component) has its name and its boxes, with what waits in the inboxes, in Axon's format."""
    one = component()
    one._deliver("hello", "inbox")
    expected = f"Component {one.name} [ inboxes : {{'control': [], 'inbox': ['hello']}} outboxes : {{'outbox': <"
    assert str(one).startswith(expected)
    assert str(microprocess()).endswith(" :1 :0 :")
    assert str(component()) != str(component())


def test_super_of_older_versions() -> None:
    """self.__super is super() in every class below component, under multiple inheritance, too."""

    class One(component):
        def __init__(self) -> None:
            self.__super.__init__()  # type: ignore[attr-defined]
            self.calls = ["One"]

    class Other(component):
        def __init__(self) -> None:
            self.__super.__init__()  # type: ignore[attr-defined]
            self.calls = ["Other"]

    class _Both(One, Other):
        def __init__(self) -> None:
            self.__super.__init__()  # type: ignore[attr-defined]
            self.calls.append("Both")

    assert _Both().calls == ["One", "Both"]
    assert _Both().init == 1


def test_closing_down_returns_none() -> None:
    """_closeDownMicroprocess of a component returns None, that of a microprocess its closeDownValue."""
    assert component()._closeDownMicroprocess() is None
    assert microprocess()._closeDownMicroprocess() == 0
