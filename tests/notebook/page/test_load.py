"""The panel under load: a hundred components that change a dozen times a second."""

from __future__ import annotations

from typing import Any

from . import samples

COUNT, UPDATES = 100, 50

#: Push prepared values one after the other, each when the last one was drawn, and note the long tasks meanwhile.
DRIVE = """async ([states, scenes]) => {
    const tasks = [];
    const observer = new PerformanceObserver(list => tasks.push(...list.getEntries()));
    observer.observe({type: 'longtask'});
    const frame = () => new Promise(requestAnimationFrame);
    const model = window.models.one;
    const took = [];
    for (const [index, state] of states.entries()) {
        model.traits.now = state;
        if (scenes[index]) {
            model.traits.scene = scenes[index];
            model.trigger('change:scene');
        }
        model.trigger('change:now');
        const start = performance.now();
        await frame();
        took.push(performance.now() - start);
        await new Promise(done => setTimeout(done, 0));
    }
    await new Promise(done => setTimeout(done, 60));
    tasks.push(...observer.takeRecords());
    return tasks.map(each => each.duration);
}"""


def states(count: int, updates: int, **more: Any) -> list[Any]:
    """What a running lab sends."""
    _, now = samples.many(count)
    return [{**now, "step": tick * 40, "graph": samples.busy(count, tick), **more} for tick in range(1, updates + 1)]


def test_a_hundred_components_at_full_speed_keep_the_page_free(panel: Any) -> None:
    """Drawing a hundred busy components fifty times makes no task of more than 100 ms."""
    view = panel(samples.many(COUNT))
    tasks = view.page.evaluate(DRIVE, [states(COUNT, UPDATES), []])
    assert [task for task in tasks if task > 100] == []


def test_a_hundred_components_in_slow_motion_keep_the_page_free(panel: Any) -> None:
    """Nor does it with messages travelling."""
    view = panel(samples.many(COUNT))
    tasks = view.page.evaluate(DRIVE, [states(COUNT, UPDATES, pace=20), []])
    assert [task for task in tasks if task > 100] == []


def test_a_large_system_that_is_folded_keeps_the_page_free(panel: Any) -> None:
    """Nor does a picture that changes as a whole, again and again."""
    view = panel(samples.many(COUNT))
    scenes = [samples.many(COUNT if tick % 2 else COUNT // 2)[0] for tick in range(10)]
    tasks = view.page.evaluate(DRIVE, [states(COUNT, 10), scenes])
    assert [task for task in tasks if task > 100] == []
