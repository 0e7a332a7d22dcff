"""What Python sends: a small system in the middle of a run, and one as large as is ever sent."""

from __future__ import annotations

from typing import Any

from kamlab.views.timeline import Layout, Lifeline, Mark, Passage, Ran, Timeline

Values = dict[str, Any]

COMMANDS = (
    "step",
    "message",
    "round",
    "back",
    "run",
    "pause",
    "breakpoint",
    "reset",
    "goto",
    "look",
    "edit",
    "choose",
    "break",
)
EVIL = '<img src=x onerror="window.pwned=1"><script>window.pwned=2</script>'
LINES = [
    "def main(self) -> Iterator[None]:",
    '    """Give back what comes in."""',
    "    while not self.told_to_stop():",
    '        for message in self.waiting("inbox"):  # the oldest first',
    "            self.counted += 1",
    '            self.send(f"{message}!", "outbox")',
    "        if not self.any_ready():",
    "            self.pause()",
    "        yield",
    '    self.send(self.reason, "signal")',
]


def head(**changes: Any) -> Values:
    """What is shown of any lab: a paused one, in which everything can be done."""
    return {
        "state": "paused",
        "step": 40,
        "time": 1.5,
        "round": 9,
        "headline": "paused at step 40",
        "virtual": True,
        "can": dict.fromkeys(COMMANDS, True),
        "pace": None,
        "breaks": [],
        "said": {"text": "", "error": False, "reply": 0},
        "at": None,
        "selected": "7",
        "choose": {"7": True},
        "gone": "",
        **changes,
    }


def message(text: str, kind: str = "str") -> Values:
    """One message of an inbox."""
    return {"text": text, "kind": kind}


def inbox(name: str, *messages: Values, limit: int | None = None, more: int = 0) -> Values:
    """One inbox."""
    n = len(messages) + more
    return {"name": name, "n": n, "limit": limit, "full": n == limit, "messages": list(messages), "more": more}


def component(key: str, name: str, state: str, say: str, *inboxes: Values, **more: Any) -> Values:
    """One component with its inboxes."""
    return {
        "key": key,
        "name": name,
        "state": state,
        "say": say,
        "inboxes": list(inboxes),
        "lost": [],
        "more": 0,
        **more,
    }


def inboxes(**changes: Any) -> Values:
    """The inboxes of the small system."""
    control = inbox("control")
    some = [message("'hello'"), message(r"b'\x00\x01GET /'", "bytes"), message("Reading(celsius=21.5)", "other")]
    full = [message(f"'line {n}'") for n in range(6)]
    return {
        "components": [
            component("3", "TimeTick_3", "waiting", "waits for its timer", inbox("inbox"), control),
            component("7", "Echo_7", "runnable", "runs next", inbox("inbox", *some, limit=10), control),
            component(
                "8",
                "Sink_8",
                "blocked",
                "waits for room",
                inbox("inbox", *full, limit=10, more=4),
                control,
                lost=[["outbox", 3], ["signal", 1]],
            ),
            component("9", "Logger_9", "finished", "finished", inbox("inbox", message("'late'"), more=5), control),
            component("11", "Broken_11", "failed", "failed: ValueError", inbox("inbox"), control, more=2),
        ],
        "more": 0,
        "failures": [["Broken_11", "ValueError: out of paper"]],
        "more_failures": 0,
        "printed": [{"name": "TimeTick_3", "text": f"tick {n}", "error": n == 9} for n in range(12)],
        **changes,
    }


def payload(index: int = 0, **changes: Any) -> Values:
    """The whole of a message in the inbox of Echo_7."""
    return {
        "key": "7",
        "name": "Echo_7",
        "box": "inbox",
        "index": index,
        "kind": "str",
        "length": 5,
        "text": "hello",
        "cut": False,
        "hex": None,
        "parts": [],
        "literal": "'hello'",
        **changes,
    }


def source(**changes: Any) -> Values:
    """The code of Echo_7."""
    return {
        "key": "7",
        "name": "Echo_7",
        "state": "runnable",
        "remark": "It will go on here with its next slice.",
        "file": "In[3]",
        "function": "main",
        "first": 4,
        "lines": LINES,
        "at": 12,
        "locals": [["message", "'hello'"], ["reason", "None"]],
        "attributes": [["counted", "14"], ["limit", "10"]],
        "stack": ["main, line 12"],
        **changes,
    }


NAMES = [["3", "TimeTick_3"], ["7", "Echo_7"], ["8", "Sink_8"], ["9", "Logger_9"], ["11", "Broken_11"]]
ORDER = [0, 1, 2, 0, 1, 2, 3, 4, 0, 1, 2, 0, 1, 2, 0, 1]


def timeline(width: int = 620, **changes: Any) -> Values:
    """A space-time diagram of steps 25 to 40 of the small system, laid out as for a page."""
    ends = {"9": (31, "finished"), "11": (32, "failed")}
    parts: Values = {
        "first": 25,
        "last": 40,
        "earliest": 0,
        "latest": 40,
        "at": 40,
        "here": 40,
        "lines": tuple(Lifeline(key, name, None, *ends.get(key, (None, ""))) for key, name in NAMES),
        "more": 2,
        "slices": tuple(Ran(25 + place, line, 100 + 10 * place) for place, line in enumerate(ORDER)),
        "messages": (
            Passage(101, 111, (0, 25), (1, 26), "Echo_7.inbox", "'tick'", "taken"),
            Passage(112, 121, (1, 26), (2, 27), "Sink_8.inbox", "'tick!'", "taken"),
            Passage(131, 141, (0, 28), (1, 29), "Echo_7.inbox", "'tock'", "taken"),
            Passage(142, 151, (1, 29), (2, 30), "Sink_8.inbox", "'tock!'", "taken"),
            Passage(143, 161, (1, 29), (3, 31), "Logger_9.inbox", "'seen tock'", "taken"),
            Passage(152, 181, (2, 30), (0, 33), "TimeTick_3.control", "'slower'", "taken"),
            Passage(181, 191, (0, 33), (1, 34), "Echo_7.inbox", "'hello'", "taken"),
            Passage(192, None, (1, 34), (2, 34), "Sink_8.inbox", "'hello!'", "waits"),
            Passage(172, None, (4, 32), None, "Broken_11.outbox", "'nobody'", "discarded"),
            Passage(205, 211, None, (0, 36), "TimeTick_3.inbox", "'by hand'", "taken"),
            Passage(212, None, (0, 36), (1, 36), "Echo_7.inbox", "'dropped'", "removed"),
        ),
        "marks": (
            Mark(98, 4, 25, "activated", ""),
            Mark(175, 4, 32, "failed", "Broken_11 failed: ValueError: out of paper"),
            Mark(165, 3, 31, "finished", ""),
            Mark(214, 1, 36, "by hand", "'dropped' was dropped from Echo_7.inbox"),
        ),
    }
    later = ("before", "after", "everyone", "density", "quiet")  # what changes no place
    view = Timeline(**{**parts, **{name: value for name, value in changes.items() if name not in later}})
    base = view.first - view.first % 512
    shown = {**view.data(), **Layout(view, width, 300, base=base).data(), "density": "12345", "everyone": False}
    return {**shown, **{name: value for name, value in changes.items() if name in later}}


def tree(**changes: Any) -> Values:
    """Three branches; the lab stands on the second."""
    branches = [
        {"number": 0, "parent": None, "forked_at": 0, "steps": 60, "by_hand": 0, "text": "to step 60"},
        {"number": 1, "parent": 0, "forked_at": 22, "steps": 40, "by_hand": 1, "text": "to step 40"},
        {"number": 2, "parent": 1, "forked_at": 30, "steps": 34, "by_hand": 2, "text": "to step 34"},
    ]
    return {"branches": branches, "here": 1, "step": 40, **changes}


def item(n: int, step: int, kind: str, text: str, times: int = 1) -> Values:
    """One line of the story."""
    return {"n": n, "step": step, "kind": kind, "text": text, "keys": ["7"], "times": times}


def story(**changes: Any) -> Values:
    """The story of the small system."""
    items = [
        item(90, 24, "resumed", "TimeTick_3 and Echo_7 run", 14),
        item(101, 25, "sent", "TimeTick_3 sends 'tick' to Echo_7"),
        item(111, 26, "received", "Echo_7 takes 'tick'"),
        item(112, 26, "sent", "Echo_7 sends 'tick!' to Sink_8"),
        item(165, 31, "finished", "Logger_9 finished"),
        item(172, 32, "discarded", "Broken_11 sends 'nobody' out of its outbox, which leads nowhere"),
        item(175, 32, "failed", "Broken_11 failed: ValueError: out of paper"),
        item(181, 33, "sent", "TimeTick_3 sends 'hello' to Echo_7"),
        item(192, 34, "sent", "Echo_7 sends 'hello!' to Sink_8"),
        item(214, 36, "removed", "'dropped' was dropped from Echo_7.inbox"),
    ]
    kinds = {"resumed": 14, "sent": 31, "received": 28, "finished": 1, "failed": 1, "discarded": 1, "removed": 1}
    return {"items": items, "filter": "", "kinds": kinds, "total": 77, "shown": 10, **changes}


def now(**changes: Any) -> Values:
    """All of the small system."""
    whole = head()
    whole.update(inboxes=inboxes(), payload=None, source=source(), timeline=timeline(), tree=tree(), story=story())
    whole.update(changes)
    return whole


def past(at: int = 30, **changes: Any) -> Values:
    """The small system while an earlier step is looked at."""
    why = "You look at the past: press “Now” to act on the lab as it stands."
    can = {**head()["can"], "edit": why, "choose": why}
    return now(
        at=at, can=can, timeline=timeline(at=at), source={"note": "The code is shown where the lab stands."}, **changes
    )


def large(turn: int) -> Values:
    """The largest picture, after so many updates of a run in which everything moves on."""
    step = 1000 + 5 * turn
    parts = []
    for key in range(1, 101):
        waiting = [
            message(f"'message {n} for {key} at {step if key % 4 == 0 else 0}'") for n in range((key + turn) % 4)
        ]
        state = "running" if key == turn % 100 else "runnable"
        parts.append(
            component(
                str(key), f"Worker_{key}", state, f"{state} now", inbox("inbox", *waiting, limit=10), inbox("control")
            )
        )
    first = step - 59
    lines = tuple(Lifeline(str(key), f"Worker_{key}") for key in range(1, 25))
    slices = tuple(Ran(at, at * 7 % 24, at * 10) for at in range(first, step + 1))
    messages = tuple(
        Passage(
            at * 10 + part + 1,
            at * 10 + 37,
            (at * 7 % 24, at),
            ((at * 7 + 5 + part) % 24, min(at + 3, step)),
            "Worker_1.inbox",
            f"'m {at}'",
            "taken",
        )
        for at in range(step - 49, step + 1)
        for part in range(3)
    )
    items = [
        item(
            at * 2,
            at // 3,
            "sent" if at % 2 else "received",
            f"Worker_{at % 100} sends 'message {at}' to Worker_{at % 7}",
            1 + at % 3,
        )
        for at in range(step * 3 - 199, step * 3 + 1)
    ]
    code = source(at=4 + turn % 10, locals=[[f"name_{n}", f"{n + turn}"] for n in range(12)])
    whole = head(state="running", step=step, selected="7")
    whole.update(
        inboxes=inboxes(
            components=parts,
            failures=[],
            printed=[{"name": "Worker_1", "text": f"line {turn + n}", "error": False} for n in range(8)],
        ),
        payload=None,
        source=code,
        timeline=timeline(
            first=first,
            last=step,
            latest=step,
            at=step,
            here=step,
            lines=lines,
            slices=slices,
            messages=messages,
            marks=(),
            more=76,
        ),
        tree=None,
        story=story(items=items, kinds={"sent": step, "received": step}, total=step * 3, shown=200),
    )
    return whole
