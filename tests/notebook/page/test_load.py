"""The panel under load: a hundred components that change a dozen times a second.

A task is measured by the processor time that the browser's own trace gives for it: what else the machine
does meanwhile makes no difference.
"""

from __future__ import annotations

import json
from typing import Any

from sampling import only_in_full

from . import samples

COUNT, UPDATES = 100, 50
#: The longest that the page may be kept from anything else, in milliseconds.
LONGEST = 100

#: Let Python send what was prepared: each when the one before was drawn.
DRIVE = """async () => {
    const model = window.models.one;
    for (const [scene, now] of window.prepared) {
        if (scene) {
            model.traits.scene = scene;
            model.trigger('change:scene');
        }
        model.traits.now = now;
        model.trigger('change:now');
        await new Promise(done => requestAnimationFrame(() => setTimeout(done, 20)));
    }
}"""


def states(count: int, updates: int, **more: Any) -> list[Any]:
    """What a running lab sends."""
    _, now = samples.many(count)
    return [{**now, "step": tick * 40, "graph": samples.busy(count, tick), **more} for tick in range(1, updates + 1)]


def longest_task(view: Any, updates: list[Any]) -> float:
    """Draw these (scene or None, now), and return how long the longest task of the page was, in milliseconds."""
    browser = view.page.context.browser
    view.page.evaluate("prepared => { window.prepared = prepared; }", updates)
    browser.start_tracing(page=view.page, categories=["toplevel"])
    try:
        view.page.evaluate(DRIVE)
    finally:
        events = json.loads(browser.stop_tracing())["traceEvents"]
    main = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    tasks = [
        event["tdur"] / 1000
        for event in events
        if "RunTask" in event["name"] and "tdur" in event and (event["pid"], event["tid"]) in main
    ]
    assert len(tasks) > len(updates)
    return max(tasks)


@only_in_full
def test_a_hundred_components_at_full_speed_keep_the_page_free(panel: Any) -> None:
    """Drawing a hundred busy components fifty times makes no task of more than 100 ms."""
    view = panel(samples.many(COUNT))
    assert longest_task(view, [(None, now) for now in states(COUNT, UPDATES)]) < LONGEST


@only_in_full
def test_a_hundred_components_in_slow_motion_keep_the_page_free(panel: Any) -> None:
    """Nor does it with messages travelling."""
    view = panel(samples.many(COUNT))
    assert longest_task(view, [(None, now) for now in states(COUNT, UPDATES, pace=20)]) < LONGEST


@only_in_full
def test_a_picture_that_changes_as_a_whole_keeps_the_page_free(panel: Any) -> None:
    """Nor does it when half of the components come and go, again and again."""
    view = panel(samples.many(COUNT))
    scenes = [samples.many(COUNT if tick % 2 else COUNT // 2)[0] for tick in range(10)]
    assert longest_task(view, list(zip(scenes, states(COUNT, 10), strict=True))) < LONGEST
