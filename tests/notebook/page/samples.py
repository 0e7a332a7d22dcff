"""What Python would send to a page: scenes and nows of systems that nobody had to run."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

Values = dict[str, Any]

W, H = 160, 76
#: How far below the upper edge the boxes are.
BOX = 62
CAN = (
    "step",
    "message",
    "round",
    "back",
    "run",
    "pause",
    "breakpoint",
    "reset",
    "stop",
    "goto",
    "look",
    "edit",
    "choose",
)
#: Names and messages of somebody who means harm.
HOSTILE = (
    "<img src=x onerror='window.pwned=1'>",
    "<script>window.pwned=2</script>",
    "</text></svg><svg onload='window.pwned=3'>",
    "javascript:window.pwned=4",
    "\u202eretsevni\u202c",
    "\"'><b>bold</b>&amp;${window.pwned=5}`",
    "a" * 3000,
    "\U0001f600\u0e01\u0300\ud7a3" * 20,
)


def node(key: str, label: str, x: int, y: int, **more: Any) -> Values:
    """A component at a place, with an inbox at its left side and an outbox at its right."""
    w, h = more.pop("w", W), more.pop("h", H)
    shape = {"w": w, "h": h, "parent": "", "container": False, "folded": False, "inside": 0, "boxes_more": 0}
    boxes = {
        "in": [{"name": "inbox", "x": x, "y": y + BOX}],
        "out": [{"name": "outbox", "x": x + w, "y": y + BOX}],
    }
    return {"key": key, "label": label, "kind": label.rpartition("_")[0], "x": x, "y": y, **shape, **boxes, **more}


def link(source: Values, target: Values, **more: Any) -> Values:
    """A link from the outbox of one node to the inbox of another one."""
    start, end = source["out"][0], target["in"][0]
    if more.get("inner"):
        start = source["in"][0] if target["parent"] == source["key"] else start
        end = target["out"][0] if source["parent"] == target["key"] else end
    middle = (start["x"] + end["x"]) // 2
    path = f"M{start['x']} {start['y']}L{middle} {start['y']}L{middle} {end['y']}L{end['x']} {end['y']}"
    if more.get("feedback"):
        low = max(source["y"] + source["h"], target["y"] + target["h"]) + 22
        right, left = start["x"] + 20, end["x"] - 20
        path = (
            f"M{start['x']} {start['y']}L{right} {start['y']}L{right} {low}"
            f"L{left} {low}L{left} {end['y']}L{end['x']} {end['y']}"
        )
    ends = {"from": [source["key"], "outbox"], "to": [target["key"], "inbox"]}
    key = f"{source['key']}-{target['key']}"
    shape = {"x": middle, "y": start["y"] - 8, "feedback": False, "inner": False, "quiet": False}
    return {"key": key, **ends, "path": path, **shape, **more}


def look(state: str = "waiting", say: str = "waits for a message", waiting: int = 0, **more: Any) -> Values:
    """How one component is."""
    boxes = {"in": {"inbox": [waiting, more.pop("limit", None)]}, "out": more.pop("lost", {})}
    return {"state": state, "say": say, "next": False, "last": False, **boxes, **more}


def now_of(graph: Values, **more: Any) -> Values:
    """A paused lab with this graph, where everything can be done but pausing."""
    can: Values = {**dict.fromkeys(CAN, True), "pause": "The lab is not running.", "break": "Select a component first."}
    head = {"state": "paused", "step": 12, "round": 3, "time": 0.4, "virtual": True}
    head.update(
        headline="paused at step 12: nothing can run now", pace=None, breaks=[], at=None, selected="", choose={}
    )
    said = {"text": "", "error": False, "reply": 0}
    return {**head, "can": can, "said": said, "gone": "", "graph": graph, **more}


def pipeline() -> tuple[Values, Values]:
    """Three stages and a way back: scene and now."""
    source, echo, sink = (
        node(str(3 + i), f"{name}_{3 + i}", 30 + 230 * i, 30) for i, name in enumerate(("Source", "Echo", "Sink"))
    )
    links = [link(source, echo), link(echo, sink), link(sink, source, feedback=True, x=300, y=128)]
    scene = {"w": 680, "h": 160, "nodes": [source, echo, sink], "links": links, "more": 0}
    looks = {
        "3": look("runnable", "can run", next=True),
        "4": look("blocked", "waits for room in Sink_5.inbox", 3, last=True),
        "5": look("waiting", "waits for its timer", 2, limit=2, lost={"outbox": 4}),
    }
    graph = {"nodes": looks, "links": {"3-4": [7, True], "4-5": [4, True], "5-3": [0, False]}, "moves": []}
    return scene, now_of(graph)


def nested() -> tuple[Values, Values]:
    """A pipeline in a graphline, a folded container, and every state."""
    outer = node("1", "Graphline_1", 20, 20, w=800, h=420, container=True)
    inner = node("2", "Pipeline_2", 70, 70, w=460, h=130, container=True, parent="1")
    first = node("3", "Upper_3", 130, 110, parent="2")
    second = node("4", "Reverse_4", 345, 110, parent="2")
    folded = node("5", "TCPServer_5", 610, 94, folded=True, inside=7, parent="1")
    names = ("new", "running", "failed", "finished", "stopped")
    rest = [
        node(str(10 + i), f"{name.title()}_{10 + i}", 70 + (i % 3) * 240, 225 + (i // 3) * 105, parent="1")
        for i, name in enumerate(names)
    ]
    rest[0]["boxes_more"] = 3
    links = [
        link(outer, inner, inner=True),
        link(inner, first, inner=True),
        link(first, second),
        link(second, inner, inner=True),
        link(inner, folded),
        link(folded, outer, inner=True),
        link(rest[0], rest[1]),
        link(rest[1], rest[2], quiet=True),
    ]
    looks = {
        "1": look("waiting", "waits for its children", 0),
        "2": look("waiting", "waits for its children", 0),
        "3": look("runnable", "can run", 5, next=True),
        "4": look("waiting", "waits for a message", 0, last=True),
        "5": look("runnable", "can run", 1234),
        **{
            str(10 + i): look(state, {"failed": "ValueError: too small"}.get(state, state), i)
            for i, state in enumerate(names)
        },
    }
    nodes = [outer, inner, first, second, folded, *rest]
    scene = {"w": 840, "h": 460, "nodes": nodes, "links": links, "more": 2}
    graph = {"nodes": looks, "links": {link["key"]: [i * 3, True] for i, link in enumerate(links)}, "moves": []}
    return scene, now_of(graph, selected="4", choose={"4": "Reverse_4 sleeps until something wakes it."})


def many(count: int = 100) -> tuple[Values, Values]:
    """A grid of components, each linked to the next."""
    nodes = [node(str(i), f"Worker_{i}", 30 + (i % 10) * 230, 30 + (i // 10) * 100) for i in range(count)]
    links = [link(a, b) for a, b in pairwise(nodes)]
    scene = {"w": 2330, "h": 30 + 100 * ((count + 9) // 10), "nodes": nodes, "links": links, "more": 0}
    return scene, now_of(busy(count, 0), state="running", step=0)


def busy(count: int, tick: int) -> Values:
    """How the grid is after some ticks: much of it differs from one to the next."""
    states = ("runnable", "waiting", "running", "blocked")
    looks = {str(i): look(states[(i + tick) % 4], "can run", (i * 7 + tick) % 9, limit=8) for i in range(count)}
    links = {f"{i}-{i + 1}": [tick * 3 + i % 2, True] for i in range(count - 1)}
    moves = [
        {"n": tick * 12 + i, "way": [f"{i * 8}-{i * 8 + 1}"], "text": f"'message {i}'", "lost": False}
        for i in range(12)
    ]
    return {"nodes": looks, "links": links, "moves": moves}


def hostile() -> tuple[Values, Values]:
    """Components, words and messages that try to be markup."""
    nodes = [node(f"k{i}\"'<", text, 30 + (i % 4) * 200, 30 + (i // 4) * 110, w=150) for i, text in enumerate(HOSTILE)]
    links = [link(a, b) for a, b in pairwise(nodes[:4])]
    looks = {node["key"]: look("waiting", text, i) for i, (node, text) in enumerate(zip(nodes, HOSTILE, strict=True))}
    moves = [
        {"n": i, "way": [links[i % 3]["key"]], "text": text, "lost": bool(i % 2)} for i, text in enumerate(HOSTILE)
    ]
    graph = {"nodes": looks, "links": {link["key"]: [1, True] for link in links}, "moves": moves}
    scene = {"w": 830, "h": 240, "nodes": nodes, "links": links, "more": 0}
    said = {"text": "\n".join(HOSTILE), "error": True, "reply": 0}
    breaks = [{"id": i, "text": text} for i, text in enumerate(HOSTILE)]
    now = now_of(graph, said=said, breaks=breaks, headline=HOSTILE[0], selected=nodes[0]["key"])
    now["can"]["run"] = HOSTILE[1]
    return scene, now
