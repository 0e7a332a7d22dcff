"""How fast exploring is, in CPU seconds of one process, and how much memory a state takes.

    python tests/benchmarks/explore.py [graphs] [memory] [traces] [pieces] [listing] [course]

Without an argument all of them. Each figure is the best of several tries, since the machine may do other things as
well. Nothing is asserted: the bars are printed beside the figures.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS), str(TESTS / "shared")]

from exploration import systems  # noqa: E402

from kamlab import explore  # noqa: E402
from kamlab.exploration.footprint import watching  # noqa: E402
from kamlab.exploration.graph import Graph  # noqa: E402
from kamlab.exploration.setting import Setting  # noqa: E402
from kamlab.exploration.stage import Stage  # noqa: E402
from kamlab.exploration.traces import Traces  # noqa: E402

#: Systems, and within how many seconds each is to be explored.
GRAPHS: dict[str, tuple[Any, float]] = {
    "lost update 2": (systems.lost_update(2), 0.1),
    "lost update 3": (systems.lost_update(3), 1.0),
    "philosophers 3": (systems.table(3), 1.0),
    "philosophers 4": (systems.table(4), 3.0),
}

#: What is left out of the states of exercises whose logs only grow, and how fair their orders are.
HOW: dict[str, dict[str, Any]] = {
    "starvation": {"ignore": "Server.served", "fair": 2},
    "priority-inversion": {"ignore": "Books.log"},
    "fairness": {"ignore": "Server.served", "fair": 2},
}


def cpu(call: Callable[[], Any], tries: int = 3) -> tuple[float, Any]:
    """Return the fewest CPU seconds that a call took, and what it returned."""
    best, value = float("inf"), None
    for _ in range(tries):
        began = time.process_time()
        value = call()
        best = min(best, time.process_time() - began)
    return best, value


def graph_of(system: Any) -> Graph:
    """Return the complete graph of a system."""
    with watching():
        return Graph(Setting(system)).expand(200_000, 100.0)


def graphs() -> Iterator[str]:
    """Explore systems of known size, with all counts and verdicts."""
    for name, (system, bar) in GRAPHS.items():
        seconds, result = cpu(lambda system=system: explore(system))
        yield f"{name}: {seconds:.2f} s (at most {bar:g}); {result.schedules:,} orders, {result.states:,} states"


def memory() -> Iterator[str]:
    """Measure what a graph holds."""
    for name in ("lost update 3", "philosophers 3", "philosophers 4"):
        graph_of(GRAPHS[name][0])  # what is kept once for all
        tracemalloc.start()
        graph = graph_of(GRAPHS[name][0])
        held = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        count, slices = len(graph.states), len(graph.memory.slices)
        yield f"{name}: {held / count:,.0f} bytes a state (at most 1,000); {count:,} states, {slices:,} slices"


def traces() -> Iterator[str]:
    """Run a system once for each truly different order."""

    def run() -> Traces:
        with watching():
            return Traces(Setting(systems.lost_update()), True, lambda stage: None).explore(100.0)

    seconds, found = cpu(run, 8)
    yield f"lost update 2: {found.runs / seconds:,.0f} orders a second (at least 1,500)"


def pieces() -> Iterator[str]:
    """Measure a slice that is looked up, and the capture of a state."""
    with watching():
        graph = Graph(Setting(systems.table(3))).expand(3_000, 100.0)  # once it is complete nothing is looked up

    def look_up() -> int:
        count = 0
        for number in range(len(graph.states)):
            state = graph.states[number]
            for component, slice_, _ in graph.edges[number]:
                graph.memory.find(component, graph._local(state, component), state)
                graph.states.find(graph._transitions.apply(state, slice_))
                count += 1
        return count

    seconds, count = cpu(look_up)
    yield f"a slice that is looked up: {1e6 * seconds / count:.1f} us (at most 5)"
    for name, system in (("lost update 2", systems.lost_update()), ("philosophers 4", systems.table(4))):
        with watching():
            stage = Stage(Setting(system))
            stage.assemble()
            seconds, _ = cpu(lambda stage=stage: [stage.capture() for _ in range(100)])
        yield f"capture of {name}: {1e4 * seconds:.0f} us (at most 100 for lost update 2)"


def listing() -> Iterator[str]:
    """List the orders of a system, the first 200,000 if there are more, with and without exploring it."""
    for name in ("lost update 3", "philosophers 3", "philosophers 4", "chain"):
        system = GRAPHS[name][0] if name in GRAPHS else systems.chain(3)
        building, result = cpu(lambda system=system: explore(system), 1)
        listed, count = cpu(lambda result=result: sum(1 for _ in islice(result.paths(), 200_000)))
        rate, whole = count / listed, count / (building + listed)
        yield f"{name}: {rate:,.0f} orders a second (at least 10,000); {whole:,.0f} with the exploring counted"


def course() -> Iterator[str]:
    """Explore the systems of the course, broken and cured."""
    taking = importlib.import_module("course.taking")
    for name, task in taking.TASKS.items():
        if name.startswith("mini-"):
            continue
        for which, answer in (("broken", task.stub), ("cured", task.solution)):
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                system = task.space(answer).get(which)
            if system is None:
                yield f"{name} {which}: there is no such system"
                continue
            try:
                seconds, result = cpu(
                    lambda system=system, name=name: explore(system, seconds=10.0, **HOW.get(name, {})), 1
                )
            except Exception as error:
                yield f"{name} {which}: {type(error).__name__}: {error}"
                continue
            names = [label for schedule in result.found for label in schedule.names]
            count = f"{result.schedules:,}" if result.schedules is not None else "endless"
            what = f"{result.how}, {result.states:,} states, {count} orders, {names or 'nothing'}"
            yield f"{name} {which}: {seconds:.2f} s (at most 3); {what}" + ("" if result.complete else "; NOT COMPLETE")


PARTS = {part.__name__: part for part in (graphs, memory, traces, pieces, listing, course)}


if __name__ == "__main__":
    for chosen in sys.argv[1:] or PARTS:
        print(f"-- {chosen}", flush=True)
        for text in PARTS[chosen]():
            print(text, flush=True)
