"""The frames of a component's code: suspended, running, in a thread, or those of its failure.

A generator that delegates with ``yield from`` knows the one it delegates to, a coroutine the one it
awaits; so the stack of a suspended flow of control can be walked without running any of it. A flow
that has no frames (an iterator, something written in C, something closed) gives none; nothing in
here raises because of what a user's object does when it is asked.
"""

from __future__ import annotations

import inspect
import linecache
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import CodeType, CoroutineType, FrameType, GeneratorType, TracebackType
from typing import Any

from ..core.awaitables import END_OF_SLICE
from ..core.frames import ENGINE, KAMLAB, whose_code
from ..core.microprocess import Microprocess, runner_of
from ..core.scheduler import Scheduler
from ..core.states import ENDED
from ..core.task import task_of
from ..core.thread import ThreadedComponent

#: How many frames of a stack are looked at.
DEPTH = 200

_THREAD_BODY = ThreadedComponent._thread_body.__code__


@dataclass(frozen=True, slots=True)
class Standpoint:
    """A frame and the line at which it stands."""

    frame: FrameType
    line: int

    @property
    def file(self) -> str:
        """The file that the code is from."""
        return self.frame.f_code.co_filename

    @property
    def of_engine(self) -> bool:
        """Whether the code is part of the engine."""
        return whose_code(self.file) == ENGINE

    @property
    def of_kamlab(self) -> bool:
        """Whether the code came with kamlab."""
        return whose_code(self.file) in (ENGINE, KAMLAB)


#: Returns the generator or coroutine of a component, or ``None`` before its first slice. It reads past an attribute
#: ``flow`` of a user's own, which would hide the engine's.
flow_of: Callable[[Microprocess], Any] = vars(Microprocess)["flow"].getter


def kind_of_flow(component: Microprocess) -> str:
    """Return the name of the type of what main returned."""
    flow = flow_of(component)
    return type(_get(flow, "_iterator") or flow).__name__


def stack_of(component: Microprocess) -> list[Standpoint]:
    """Return where the code of a component stands, the outermost frame first; empty where that has no answer."""
    task = task_of(component)
    scheduler = task.scheduler
    if scheduler is None:
        return []
    if task.life in ENDED:
        return [] if task.error is None else _of_error(task.error)
    runner = runner_of(component)
    if scheduler.running is runner and scheduler.driver is not None:
        running = _of_thread(scheduler.driver, Scheduler.advance.__code__)
        if running:
            return running
    if isinstance(component, ThreadedComponent):
        return _of_thread(component._ident, _THREAD_BODY)
    stack: list[Standpoint] = []
    process: Microprocess | None = component
    while process is not None and len(stack) < DEPTH:
        stack += _of_flow(flow_of(process) or _get(task_of(process).flow, "given"))
        process = task_of(process).delegate
    return stack


def codes_in(stack: Iterable[Standpoint]) -> tuple[CodeType, ...]:
    """Return the codes of a stack."""
    return tuple([point.frame.f_code for point in stack])


def helper_in_words(helper: Microprocess) -> str:
    """Name the generator that a component waits for by its function: ``inner()``."""
    given = flow_of(helper) or _get(task_of(helper).flow, "given")
    code = _get(given, "gi_code") or _get(given, "cr_code")
    return f"{code.co_name}()" if inspect.iscode(code) else f"a {type(given).__name__}"


def lines_of(file: str) -> list[str]:
    """Return the lines of a file, or of a notebook's cell; none, if they cannot be had."""
    linecache.checkcache(file)
    return linecache.getlines(file)


def line_of(file: str, number: int) -> str:
    """Return one line, without the space around it; nothing if there is none."""
    lines = lines_of(file)
    return lines[number - 1].strip() if 0 < number <= len(lines) else ""


def definition_of(component: Microprocess) -> Any:
    """Return the code of a component's ``main``, or ``None`` where that has none."""
    given = _get(task_of(component).flow, "given")
    code = _get(given, "gi_code") or _get(given, "cr_code")
    if code is None:
        main = _get(type(component), task_of(component).main_method)
        try:
            main = inspect.unwrap(main)
        except Exception:
            return None
        code = _get(main, "__code__")
    return code if inspect.iscode(code) else None


def _get(thing: Any, name: str) -> Any:
    """Return an attribute, or ``None``, whatever the thing is."""
    try:
        return getattr(thing, name, None)
    except Exception:
        return None


def _of_flow(flow: Any) -> list[Standpoint]:
    stack: list[Standpoint] = []
    for _ in range(DEPTH):
        if flow is None:
            break
        kind = type(flow)
        if kind is GeneratorType:
            frame, flow = flow.gi_frame, flow.gi_yieldfrom
        elif kind is CoroutineType:
            frame, flow = flow.cr_frame, flow.cr_await
        elif kind is END_OF_SLICE:
            break
        else:
            frame = _first_of(flow, "gi_frame", "cr_frame", "ag_frame")
            flow = _first_of(flow, "gi_yieldfrom", "cr_await", "ag_await")
        if inspect.isframe(frame):
            stack.append(Standpoint(frame, frame.f_lineno or 0))
    return stack


def _first_of(thing: Any, *names: str) -> Any:
    """Return the first of some attributes that has a value."""
    return next((value for name in names if (value := _get(thing, name))), None)


def _of_thread(ident: int | None, below: Any) -> list[Standpoint]:
    """Return the frames of a thread above the one that runs ``below``; none, if it does not run that."""
    frame = sys._current_frames().get(ident or 0)
    stack: list[Standpoint] = []
    while frame is not None and frame.f_code is not below:
        stack.append(Standpoint(frame, frame.f_lineno or 0))
        frame = frame.f_back
    stack.reverse()
    return stack if frame is not None else []


def _of_error(error: BaseException) -> list[Standpoint]:
    stack: list[Standpoint] = []
    tb: TracebackType | None = error.__traceback__
    while tb is not None and len(stack) < DEPTH:
        stack.append(Standpoint(tb.tb_frame, tb.tb_lineno or 0))
        tb = tb.tb_next
    own = next((index for index, point in enumerate(stack) if not point.of_engine), 0)
    return stack[own:]
