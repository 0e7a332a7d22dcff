"""The director: asks the student's scheduler who goes next, and makes the stand-ins do what the processes did."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ...core.component import Component
from ...core.describe import error_in_words, name_of, shorten
from ...core.errors import listed
from ...core.world import World
from ...lab import Lab
from .mirror import Mirror
from .protocol import HookError, TheirScheduler, active_of, among, check_scheduler, kind, route_of
from .stand_in import StandIn, generator_of, stand_in_for


def show_mine(my_system: Callable[[], TheirScheduler]) -> Lab:
    """Return a lab that shows a system with a scheduler of your own, which decides who runs.

    The lab does with such a system whatever a lab can do: it steps, goes back, shows every box, and lets you drop and
    insert messages. ``lab["Counter_1"].process`` is your own object.

    Args:
        my_system: builds the system from scratch at each call, and returns its scheduler. The scheduler must offer
            what is in :class:`~kamlab.teach.student_scheduler.TheirScheduler`; its processes may offer what is in
            :class:`~kamlab.teach.student_scheduler.TheirProcess`.

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

    return Lab(build=build, clock="virtual", chooser=StudentChooser())


class Director:
    """Runs one student's system in one lab.

    Args:
        lab: the lab, which is being built.
        scheduler: the student's.
        made_by: the name of the function that made it.

    Raises:
        HookError: the scheduler does not offer what is needed.
    """

    def __init__(self, lab: World, scheduler: Any, made_by: str) -> None:
        check_scheduler(scheduler, made_by)
        self.scheduler = scheduler
        #: Who has the next slice: a stand-in, or the complaint about the scheduler; ``None`` if none.
        self.next: StandIn | _Complaint | None = None
        self._lab = lab
        self._mirror = Mirror()
        self._stand_ins: dict[int, StandIn] = {}
        self._add_new_processes()
        self.next = self._ask()
        if self.next is None:
            self._pause_all()

    # -- a slice ----------------------------------------------------------------------------------

    def run_slice(self, stand_in: StandIn) -> bool:
        """Run one slice of the process behind a stand-in; return whether it has more to come.

        Raises:
            BaseException: whatever the process raised.
        """
        if self.next is None:
            self._ask_again()
            return True
        error = self._run(stand_in)
        complaint = None
        if error is not None and not _comes_from(error, stand_in.process):
            complaint, error = self._run_failed(stand_in, error), None
        alive = True
        try:
            self._mirror.repeat_changes(stand_in)
            self._add_new_processes()
            stand_in.show_attributes()
            alive = self._release_inactive(stand_in)
        except HookError as wrong:
            complaint = complaint or wrong
        if complaint is not None:
            self._complain(complaint)
        elif self.next is stand_in or self.next is None or self.next.is_stopped():
            self._choose(gone=stand_in if error is not None or not alive else None)
        if error is not None:
            raise error
        return alive

    def _run(self, stand_in: StandIn) -> BaseException | None:
        self._mirror.apply_interventions()
        try:
            self.scheduler.run(stand_in.process)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:
            return error
        return None

    def _release_inactive(self, runner: StandIn) -> bool:
        """Release the stand-ins of processes that are no longer active; return whether the one that ran still is."""
        active = active_of(self.scheduler)
        for stand_in in list(self._stand_ins.values()):
            is_alive = stand_in.scheduler_in_charge is not None and not stand_in.is_stopped()
            if stand_in is not runner and is_alive and not among(stand_in.process, active):
                stand_in.release()
                self._mirror.remove(stand_in)
                del self._stand_ins[id(stand_in.process)]
        return among(runner.process, active)

    # -- who goes next ----------------------------------------------------------------------------

    def _choose(self, gone: StandIn | None = None) -> None:
        """Ask who goes next, and complain about a wrong answer; ``gone`` is the stand-in that has just ended."""
        try:
            self.next = self._ask(gone)
        except HookError as wrong:
            self._complain(wrong)
            return
        if self.next is None:
            self._pause_all()

    def _ask_again(self) -> None:
        """Ask again who goes next: no process was to, but then an inserted message woke a stand-in."""
        self._mirror.apply_interventions()
        self._choose()
        if isinstance(self.next, StandIn):
            self.next.wake("your scheduler, which chose it")

    def _ask(self, gone: StandIn | None = None) -> StandIn | None:
        """Ask the scheduler who goes next.

        A process that has failed may still be in its list. Then it is run once more, unseen, which ends it.
        """
        for _ in range(len(self._stand_ins) + 2):
            try:
                chosen = self.scheduler.choose()
            except Exception as error:
                raise HookError(f"choose() of your scheduler raised {error_in_words(error)}") from error
            if chosen is None:
                return None
            if id(chosen) not in self._stand_ins:
                self._add_new_processes()
            stand_in = self._stand_ins.get(id(chosen))
            if stand_in is None or not among(chosen, active_of(self.scheduler)):
                raise self._not_active(chosen)
            if stand_in is not gone and not stand_in.is_stopped():
                return stand_in
            try:
                self.scheduler.run(chosen)
            except Exception:  # the same error as before, or the end of the process
                continue
        assert stand_in is not None
        raise HookError(
            f"choose() of your scheduler returns {name_of(stand_in)} again and again, although it has failed. "
            "Take it out of active when its main raises an error."
        )

    def _not_active(self, chosen: Any) -> HookError:
        active = listed(kind(process) for process in active_of(self.scheduler))
        what = "a class" if isinstance(chosen, type) else f"{shorten(chosen)}"
        return HookError(
            f"choose() of your scheduler returned {what}, which is not in its list active; there are: {active}. "
            "It must return one of them, or None if none goes next."
        )

    def _run_failed(self, stand_in: StandIn, error: BaseException) -> HookError:
        if isinstance(error, StopIteration):
            wrong = HookError(
                f"run() of your scheduler let StopIteration out when {name_of(stand_in)} came to its end. "
                "Catch it in run(), and take the process out of active."
            )
        else:
            wrong = HookError(f"run() of your scheduler raised {error_in_words(error)}")
        wrong.__cause__ = error
        return wrong

    def _pause_all(self) -> None:
        for stand_in in self._stand_ins.values():
            stand_in.pause()

    def _complain(self, wrong: HookError) -> None:
        """Show the scheduler itself as failed: it gets a component of its own, which fails in the next slice."""
        if isinstance(self.next, _Complaint):
            return
        self._pause_all()
        cls: Any = type(kind(self.scheduler), (_Complaint,), {"__module__": type(self.scheduler).__module__})
        complaint: _Complaint = cls(wrong)
        self.next = complaint
        complaint.activate(self._lab)

    # -- which processes there are ----------------------------------------------------------------

    def _add_new_processes(self) -> None:
        """Make stand-ins for new processes, and for those whose boxes they serve or that are parts of them."""
        active = active_of(self.scheduler)
        new = []
        for process in _with_related(active):
            if id(process) not in self._stand_ins:
                stand_in = self._stand_ins[id(process)] = stand_in_for(process, self)
                new.append(stand_in)
        for process in active:
            stand_in = self._stand_ins[id(process)]
            if stand_in.scheduler_in_charge is None:
                stand_in.activate(self._lab)
        for stand_in in new:
            self._put_into_containers(stand_in)
        self._mirror.add(new)

    def _put_into_containers(self, stand_in: StandIn) -> None:
        """Make a stand-in the child of its container's stand-in, and the parent of those of its parts."""
        for other in list(self._stand_ins.values()):
            for container, part in ((other, stand_in), (stand_in, other)):
                if (
                    container is not part
                    and part.parent is None
                    and not container.is_stopped()
                    and among(part.process, _children(container.process))
                    and not among(part, _with_ancestors(container))
                ):
                    container.add_children(part)


class StudentChooser:
    """The chooser of a lab in which the student's scheduler decides."""

    def choose(self, runnable: Sequence[Any]) -> int:
        """Return the index of the component that the student's scheduler has chosen."""
        return next((index for index, component in enumerate(runnable) if component.is_next), 0)

    #: Asking decides nothing here, so the lab may ask at any time.
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


def _comes_from(error: BaseException, process: Any) -> bool:
    """Return whether an error comes from the code of a process, rather than from the scheduler that ran it."""
    flow = generator_of(process)
    if isinstance(error, StopIteration):
        return False
    tb = error.__traceback__
    while tb is not None:
        if tb.tb_frame.f_code is getattr(flow, "gi_code", None) or tb.tb_frame.f_locals.get("self") is process:
            return True
        tb = tb.tb_next
    return False


def _with_related(active: Iterable[Any]) -> list[Any]:
    """Return the active processes, and those whose boxes they serve or that are parts of them."""
    found = {id(process): process for process in active}
    to_visit = list(found.values())
    while to_visit:
        process = to_visit.pop(0)
        route = route_of(process)
        for related in (*(() if route is None else (route.source, route.sink)), *_children(process)):
            if id(related) not in found:
                found[id(related)] = related
                to_visit.append(related)
    return list(found.values())


def _children(process: Any) -> list[Any]:
    children = getattr(process, "children", None)
    return list(children) if isinstance(children, (list, tuple)) else []


def _with_ancestors(component: Component) -> list[Component]:
    found = [component]
    while (parent := found[-1].parent) is not None:
        found.append(parent)
    return found
