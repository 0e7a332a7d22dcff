"""The director: asks the student's scheduler who goes next, and has that one's stand-in do what it did."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ...core.component import Component
from ...core.errors import listed
from ...core.events import error_in_words, name_of, shorten
from ...core.microprocess import Microprocess
from ...core.states import ALIVE, ENDED
from ...core.world import World
from ...lab import Lab
from .mirror import Mirror
from .protocol import HookError, TheirScheduler, active_of, among, check_scheduler, kind, route_of
from .stand_in import StandIn, generator_of, stand_in_for


def show_mine(my_system: Callable[[], TheirScheduler]) -> Lab:
    """Return a lab that shows a system with a scheduler of one's own, and is driven by that scheduler.

    Everything a lab can do it does with such a system: it is stepped, turned back, looked into; messages are
    dropped and put in by hand; ``lab["Counter_1"].process`` is one's own object.

    Args:
        my_system: builds the system anew at each call, and returns its scheduler. What that has to offer is
            :class:`~kamlab.teach.student_scheduler.protocol.TheirScheduler`, what its processes may offer
            :class:`~kamlab.teach.student_scheduler.protocol.TheirProcess`.

    Raises:
        HookError: the scheduler does not offer what is needed.

    >>> class Counter:
    ...     def __init__(self):
    ...         self.boxes = {"outbox": []}
    ...         self.flow = self.main()
    ...     def main(self):
    ...         for number in range(2):
    ...             self.boxes["outbox"].append(number)
    ...             yield
    >>> class Scheduler:
    ...     def __init__(self, *processes):
    ...         self.active = list(processes)
    ...     def choose(self):
    ...         return self.active[0] if self.active else None
    ...     def run(self, process):
    ...         self.active.remove(process)
    ...         for _ in process.flow:
    ...             self.active.append(process)
    ...             break
    >>> lab = show_mine(lambda: Scheduler(Counter(), Counter()))
    >>> print(lab.step(2))
        1  Counter_1 resumed
        1  Counter_1.outbox -> nowhere: 0 is discarded
        2  Counter_2 resumed
        2  Counter_2.outbox -> nowhere: 0 is discarded
    >>> lab.stop()
    """
    if not callable(my_system):
        raise HookError(
            f"show_mine({my_system!r}): give the function that builds your system and returns its scheduler, "
            "so that the lab can build it again when it goes back."
        )
    made_by = getattr(my_system, "__name__", "my_system")
    made_by = "my_system" if made_by == "<lambda>" else made_by

    def build(lab: Lab) -> None:
        Director(lab, my_system(), made_by)

    return Lab(build=build, clock="virtual", chooser=Theirs())


class Director:
    """One system of the student's in one lab.

    Args:
        lab: the lab, which is being built.
        scheduler: the student's.
        made_by: the name of the function that made it.

    Raises:
        HookError: it does not offer what is needed.
    """

    def __init__(self, lab: World, scheduler: Any, made_by: str) -> None:
        check_scheduler(scheduler, made_by)
        self.scheduler = scheduler
        self.next: Microprocess | None = None
        self._lab = lab
        self._mirror = Mirror()
        self._standins: dict[int, StandIn] = {}
        self._take_in()
        self.next = self._ask()
        if self.next is None:
            self._sleep()

    # -- a slice ----------------------------------------------------------------------------------

    def turn(self, standin: StandIn) -> bool:
        """Run one slice of the process that a stand-in stands for; return whether it has not ended.

        Raises:
            BaseException: whatever the process raised.
        """
        if self.next is None:
            self._go_on()
            return True
        error = self._run(standin)
        complaint = None
        if error is not None and not _is_of(error, standin.process):
            complaint, error = self._about_run(standin, error), None
        alive = True
        try:
            self._mirror.follow(standin)
            self._take_in()
            standin.show_attributes()
            alive = self._see_who_left(standin)
        except HookError as wrong:
            complaint = complaint or wrong
        if complaint is not None:
            self._complain(complaint)
        elif self.next is standin or self.next is None or self.next._life in ENDED:
            self._choose(standin, ended=error is not None or not alive)
        if error is not None:
            raise error
        return alive

    def _run(self, standin: StandIn) -> BaseException | None:
        self._mirror.hand_over()
        try:
            self.scheduler.run(standin.process)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:
            return error
        return None

    def _see_who_left(self, runner: StandIn) -> bool:
        """Let go of the stand-ins of those who are not active any more; return whether the one that ran still is."""
        active = active_of(self.scheduler)
        for standin in list(self._standins.values()):
            if standin is not runner and standin._life in ALIVE and not among(standin.process, active):
                standin.let_go()
                self._mirror.let_go(standin)
                del self._standins[id(standin.process)]
        return among(runner.process, active)

    # -- who goes next ----------------------------------------------------------------------------

    def _choose(self, runner: StandIn, ended: bool) -> None:
        """Ask who goes next, after a slice; ``ended`` tells whether the one that ran is done for."""
        try:
            self.next = self._ask(gone=runner if ended else None)
        except HookError as wrong:
            self._complain(wrong)
            return
        if self.next is None:
            self._sleep()

    def _go_on(self) -> None:
        """Somebody was woken although nobody was to go next, by a message put in by hand: ask again."""
        self._mirror.hand_over()
        try:
            self.next = self._ask()
        except HookError as wrong:
            self._complain(wrong)
            return
        if self.next is None:
            self._sleep()
        else:
            self.next.wake("your scheduler, which chose it")

    def _ask(self, gone: StandIn | None = None) -> StandIn | None:
        """Ask the scheduler who goes next.

        One that has failed may still be in its list: then it is run once more, unseen, which ends it.
        """
        for _ in range(len(self._standins) + 2):
            try:
                chosen = self.scheduler.choose()
            except Exception as error:
                raise HookError(f"choose() of your scheduler raised {error_in_words(error)}") from error
            if chosen is None:
                return None
            if id(chosen) not in self._standins:
                self._take_in()
            standin = self._standins.get(id(chosen))
            if standin is None or not among(chosen, active_of(self.scheduler)):
                raise self._not_active(chosen)
            if standin is not gone and standin._life not in ENDED:
                return standin
            try:
                self.scheduler.run(chosen)
            except Exception:  # the error of the first time, or the end; both are known
                continue
        assert standin is not None
        raise HookError(
            f"choose() of your scheduler returns {name_of(standin)} again and again, and that has failed. "
            "Take it out of active when its main raises an error."
        )

    def _not_active(self, chosen: Any) -> HookError:
        active = listed(kind(each) for each in active_of(self.scheduler))
        what = "a class" if isinstance(chosen, type) else f"{shorten(chosen)}"
        return HookError(
            f"choose() of your scheduler returned {what}, which is not in its list active; there are: {active}. "
            "It shall return one of them, or None if nobody goes next."
        )

    def _about_run(self, standin: StandIn, error: BaseException) -> HookError:
        if isinstance(error, StopIteration):
            wrong = HookError(
                f"run() of your scheduler let StopIteration out when {name_of(standin)} came to its end. "
                "Catch it in run(), and take the process out of active."
            )
        else:
            wrong = HookError(f"run() of your scheduler raised {error_in_words(error)}")
        wrong.__cause__ = error
        return wrong

    def _sleep(self) -> None:
        for standin in self._standins.values():
            standin.pause()

    def _complain(self, wrong: HookError) -> None:
        """Have the scheduler itself shown as failed: it gets a stand-in, which fails in the next slice."""
        if self.next is not None and not isinstance(self.next, StandIn):
            return
        self._sleep()
        cls: Any = type(kind(self.scheduler), (_Complaint,), {"__module__": type(self.scheduler).__module__})
        self.next = cls(wrong)
        self.next.activate(self._lab)

    # -- who is there -----------------------------------------------------------------------------

    def _take_in(self) -> None:
        """Make stand-ins for those that are new, and for those whose boxes they serve or that are parts of them."""
        active = active_of(self.scheduler)
        fresh = []
        for process in _all_of(active):
            if id(process) not in self._standins:
                standin = self._standins[id(process)] = stand_in_for(process, self)
                fresh.append(standin)
        for process in active:
            standin = self._standins[id(process)]
            if standin._scheduler is None:
                standin.activate(self._lab)
        for standin in fresh:
            self._put_into_its_container(standin)
        self._mirror.take_in(fresh)

    def _put_into_its_container(self, standin: StandIn) -> None:
        for other in list(self._standins.values()):
            for container, part in ((other, standin), (standin, other)):
                if (
                    container is not part
                    and part._parent is None
                    and container._life not in ENDED
                    and among(part.process, _children(container.process))
                    and not among(part, _above(container))
                ):
                    container.add_children(part)


class Theirs:
    """The chooser of a lab in which the student's scheduler decides."""

    def choose(self, runnable: Sequence[Any]) -> int:
        """Return the place of the one that the student's scheduler has chosen."""
        for place, each in enumerate(runnable):
            if each.is_next:
                return place
        return 0

    #: Asking decides nothing here, so it can be asked at any time.
    peek = choose


class _Complaint(Component):
    """Stands for a scheduler that went wrong."""

    is_next = True

    def __init__(self, wrong: HookError) -> None:
        super().__init__()
        self._wrong = wrong

    def main(self) -> Any:
        """Fail."""
        raise self._wrong
        yield


def _is_of(error: BaseException, process: Any) -> bool:
    """Return whether an error arose in the code of a process, rather than in the scheduler that ran it."""
    flow = generator_of(process)
    if isinstance(error, StopIteration):
        return False
    tb = error.__traceback__
    while tb is not None:
        if tb.tb_frame.f_code is getattr(flow, "gi_code", None) or tb.tb_frame.f_locals.get("self") is process:
            return True
        tb = tb.tb_next
    return False


def _all_of(active: Iterable[Any]) -> list[Any]:
    """Return the active ones, and those whose boxes they serve or that are parts of them."""
    found = {id(each): each for each in active}
    left = list(found.values())
    while left:
        process = left.pop(0)
        route = route_of(process)
        for other in (*(() if route is None else (route.source, route.sink)), *_children(process)):
            if id(other) not in found:
                found[id(other)] = other
                left.append(other)
    return list(found.values())


def _children(process: Any) -> list[Any]:
    children = getattr(process, "children", None)
    return list(children) if isinstance(children, (list, tuple)) else []


def _above(component: Component) -> list[Component]:
    found = [component]
    while found[-1]._parent is not None:
        found.append(found[-1]._parent)
    return found
