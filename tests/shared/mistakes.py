"""Mistakes of many kinds, as source: what a learner writes in a cell or a script, and what the error says."""

from __future__ import annotations

#: What each mistake is written after.
BEFORE = """\
import asyncio
from kamlab import *
from kamlab.parts import *
class Fails(Component):
    def main(self):
        yield
        1 / 0
class Forgets(Component):
    def __init__(self):
        pass
class Waits(Component):
    async def main(self):
        await self.receive()
lab = Lab(clock="virtual")
source, sink = DataSource([1]).activate(lab), NullSink()
"""

#: By name: the source, whose last line is wrong, and words of the error.
CALLS = {
    "choose a name that is none": ('lab.choose("x")', "UnknownComponent: no component is called 'x'"),
    "choose what cannot run": ("lab.choose(sink)", "NotRunnable: NullSink_"),
    "wrong outbox": ('source.send(1, "nope")', "NoSuchBox: DataSource_1 has no outbox 'nope'"),
    "wrong inbox": ('sink.recv("nope")', "has no inbox 'nope'"),
    "empty inbox": ("sink.recv()", "EmptyInbox"),
    "link to a wrong box": ('source.link((source, "outbox"), (sink, "nope"))', "has no inbox 'nope'"),
    "link without a box": ('source.link((source, "outbox"), sink)', "BadLink"),
    "wrong until": ('lab.run(until="soon")', "run(until='soon')"),
    "wrong max_steps": ('lab.run(max_steps="10")', "run(max_steps='10'): give a number of slices"),
    "wrong timeout": ('lab.run(timeout="2 s")', "run(timeout='2 s'): give a number of seconds"),
    "wrong n": ('lab.step("1")', "step('1'): give the number of slices"),
    "a condition that fails": ("lab.run(until=lambda lab: 1 / 0)", "ZeroDivisionError"),
    "a class for a component": ("Pipeline(Fails)", "it is a class; write Fails() with brackets"),
    "no linkages": ("Graphline(A=source)", "NoLinkages"),
    "no super().__init__()": ("Forgets().activate()", "Forgets.__init__ does not call super().__init__()"),
    "run() of a class": (
        "Fails.run()",
        "TypeError: run() was called on ",
    ),
    "deliver() of a class": ("Fails.deliver(1)", "TypeError: deliver() was called on "),
    "activate() of a class": ("Waits.activate()", "TypeError: activate() was called on "),
    "a method of the class of labs": ("Lab.reset()", "TypeError: reset() was called on "),
    "a builder without its name": ("Lab(len)", "TypeError: Lab(<built-in function len>): give arguments by name"),
    "what a builder returned": ('Lab(build=len(""))', "Give the function itself"),
    "wrong pace": ("lab.pace = -1", "BadPace"),
    "too far back": ("lab.back(100)", "StepOutOfRange"),
    "unknown name": ('lab["nope"]', "UnknownComponent"),
    "a question about an unknown name": ('lab.why("nope")', "UnknownComponent"),
    "no condition": ("lab.break_on()", "BadBreakpoint"),
    "a second backplane": ('Backplane("A"); Backplane("A")', "ServiceAlreadyExists"),
    "a handle of a class": ("Handle(Fails)", "BadComponent"),
    "a wrong box of a handle": ('Handle(Waits()).put(1, "nope")', "NoSuchBox"),
    "a run that raises": (
        'other = Lab(on_error="raise"); Fails().activate(other); other.run()',
        "ComponentFailed: Fails_1 failed: ZeroDivisionError",
    ),
}

#: By name: the body of a main(), which fails in a slice, and the last line of the error.
FAILURES = {
    "its own error": ("yield\n        1 / 0", "ZeroDivisionError: division by zero"),
    "wrong outbox": ("yield\n        self.send(1, 'nope')", "has no outbox 'nope'"),
    "wrong inbox": ("yield\n        self.recv('nope')", "has no inbox 'nope'"),
    "empty inbox": ("yield\n        self.recv()", "nothing waits there"),
    "wrong link": ("yield\n        self.link((self, 'outbox'), self)", "each end is a pair"),
    "not a component": ("yield\n        self.add_children(5)", "BadComponent"),
    "an error with a cause": (
        "yield\n        try:\n            self.recv()\n        except IndexError as e:\n"
        "            raise OSError('x') from e",
        "OSError: x",
    ),
    "a drive in a slice": ("yield\n        lab.run()", "a component cannot drive the lab that drives it"),
    "WaitComplete of nothing": ("yield WaitComplete(5)", "give it a generator or coroutine"),
}


def failing(body: str) -> str:
    """Return the source of a system whose component fails as a body says."""
    return f"class Bad(Component):\n    def main(self):\n        {body}\nBad().activate(lab)\n"
