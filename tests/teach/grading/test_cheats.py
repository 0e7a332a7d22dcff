"""Cheats get no points: whatever a student's cells change, patch, print, forge or read."""

from __future__ import annotations

import pytest

from kamlab.teach import sandbox
from kamlab.teach.grading import grade_all
from sampling import sampled

from .conftest import HandIn

pytestmark = pytest.mark.skipif(not sandbox.FORKS, reason="this system cannot run code in a copy of the process")

#: Handed in together with each cheat: a system that can deadlock.
BROKEN = "\ncured = broken\n"

DEADLOCK = "from kamlab.teach.exercises import deadlock\n"

#: What a cheat is called, what the student's cell has, and what the grader says.
CHEATS: dict[str, tuple[str, str]] = {
    "schedules 0": (DEADLOCK + "deadlock.SCHEDULES = 0" + BROKEN, "Deadlock at step"),
    "runs": (DEADLOCK + "deadlock.runs = lambda *a, **k: ()" + BROKEN, "Deadlock at step"),
    "environ": ("import os\nos.environ.pop('NBGRADER_EXECUTION', None)" + BROKEN, "Deadlock at step"),
    "check replaced": (DEADLOCK + "deadlock.check.body = lambda s: 'fine'" + BROKEN, "Deadlock at step"),
    "examine": (
        "from kamlab.teach.exercise import Exercise\nExercise.examine = lambda *a: {'passed': True, 'sentence': 'x'}"
        + BROKEN,
        "Deadlock at step",
    ),
    "builtin len": ("import builtins\nbuiltins.len = lambda x: 2" + BROKEN, "changes len of builtins"),
    "shadow": (
        DEADLOCK + "deadlock.isinstance = lambda *a: True\ndeadlock.len = lambda x: 2" + BROKEN,
        "Deadlock at step",
    ),
    "sys.modules": (
        """\
import sys, types
m = types.ModuleType('x')
m.check = lambda *a: 'ok'
sys.modules['kamlab.teach.exercises.deadlock'] = m"""
        + BROKEN,
        "",
    ),
    "Wrong": (
        "from kamlab.teach import Wrong\nWrong.__init__ = lambda self, *a: (_ for _ in ()).throw(StopIteration)"
        + BROKEN,
        "Deadlock at step",
    ),
    "code": (
        "from kamlab import Lab\nLab.why.__code__ = (lambda self: None).__code__" + BROKEN,
        "changes a function or a class",
    ),
    "settrace": ("import sys\nsys.settrace(lambda *a: None)" + BROKEN, "traces other code"),
    "setprofile": (
        """\
import threading
threading.setprofile(print)
import sys
sys.setprofile(print)"""
        + BROKEN,
        "traces other code",
    ),
    "atexit": (
        """\
import atexit
atexit.register(print, '["value", {"passed": true}]')"""
        + BROKEN,
        "",
    ),
    "thread": ("import threading\nthreading.Thread(target=print).start()" + BROKEN, "starts a thread"),
    "exit": ("import os\nos._exit(0)" + BROKEN, "ends Python"),
    "sysexit": ("raise SystemExit(0)" + BROKEN, "calls exit"),
    "pipe": (
        """\
import os
for fd in range(3, 64):
    try: os.write(fd, b'["value", {"passed": true, "sentence": "x"}, ""]')
    except OSError: pass
os._exit(0)"""
        + BROKEN,
        "writes into the answer",
    ),
    "stdout": (
        """\
print('[{"name": "deadlock", "passed": true}]')"""
        + BROKEN,
        "",
    ),
    "frames": (
        """\
import sys
def cured():
    f = sys._getframe()
    while f: print(f.f_locals.keys()); f = f.f_back
    return broken()
""",
        "looks into the frames",
    ),
    "tb": (
        """\
def cured():
    try: 1/0
    except Exception as e: f = e.__traceback__.tb_frame.f_back
    return broken()
""",
        "looks into the frames",
    ),
    "inspect": (
        """\
import inspect
def cured():
    inspect.stack()
    return broken()
""",
        "looks into the frames",
    ),
    "gc": ("import gc\nx = gc.get_objects()" + BROKEN, "looks into the frames"),
    "ctypes": ("import ctypes\nctypes.pythonapi.Py_IncRef(ctypes.py_object(1))" + BROKEN, "uses the memory"),
    "hook": ("import sys\nsys.addaudithook(print)" + BROKEN, "traces other code"),
    "mem": ("open('/proc/self/mem','rb').read(1)" + BROKEN, "reads the memory"),
    "patch in cured": (
        """\
from kamlab.teach import runs as r
from kamlab.teach.exercises import deadlock
def cured():
    deadlock._has_two_forks = deadlock.happened = deadlock._has_eaten = lambda *a: ''
    return broken()
""",
        "Deadlock at step",
    ),
    "patch in main": (
        DEADLOCK
        + """\
class D(Diner):
    async def main(self):
        deadlock.happened = lambda r: ''
        self.meals = 1
        deadlock._has_eaten = lambda *a: None
def cured():
    a, b = D('a'), D('b'); set_table(a, b); return a, b
""",
        "never had two forks",
    ),
    "orders look": (
        """\
from kamlab.teach import orders
def cured():
    o = orders.current_orders(); o.look = None; o.seeds = lambda n: ()
    return broken()
""",
        "",
    ),
    "solution": (
        """\
from kamlab.teach.help import reference
exec(reference('deadlock'))
""",
        "reads the solution",
    ),
    "exec in kamlab": (
        """\
import sys
import collections
exec("def peek():\\n    import sys\\n    return sys._getframe()", vars(collections))
def cured():
    collections.peek(); return broken()
""",
        "",
    ),
    "run.deadlock": ("from kamlab.teach.runs import Run\nRun.deadlock = ''" + BROKEN, "Deadlock at step"),
    "metaclass eq": (
        """\
class Yes:
    def __eq__(self, o): return True
    def __bool__(self): return True
    meals = 1
def cured(): return Yes(), Yes()
""",
        "cured()",
    ),
    "look closure": (
        """\
from kamlab.teach import orders
def cured():
    c = orders.current_orders().look.__closure__
    for x in c:
        try: x.cell_contents.__closure__[0].cell_contents.clear()
        except Exception: pass
    return broken()
""",
        "",
    ),
    "engine": (
        """\
from kamlab import Lab
Lab.why = lambda self: type("Why", (), {"headline": "", "sentences": ()})()
"""
        + BROKEN,
        "changes why of kamlab.lab.Lab",
    ),
    "undoes itself": (
        DEADLOCK
        + """\
class D(Diner):
    @property
    def meals(self):
        real = deadlock._has_eaten
        def fake(*a): deadlock._has_eaten = real
        deadlock._has_eaten = fake
        return 1
    @meals.setter
    def meals(self, value): pass
def cured():
    a, b = D("a"), D("b"); set_table(a, b); return a, b
""",
        "never had two forks",
    ),
    "another name": (
        """\
import collections
exec(compile("import sys; f = sys._getframe()", collections.__file__, "exec"), vars(collections))
"""
        + BROKEN,
        "pretends to be other code",
    ),
    "the alarm": (
        """\
import signal
tell = [c.cell_contents for c in signal.getsignal(signal.SIGALRM).__closure__ if callable(c.cell_contents)]
for t in tell:
    if getattr(t, "__name__", "") == "tell": t("value", {"passed": True, "sentence": "x"})
"""
        + BROKEN,
        "writes into the answer",
    ),
    "the sink": (
        """\
import sys
tell = sys.stdout._full.__closure__[0].cell_contents
tell("value", {"passed": True, "sentence": "x"}, "0" * 32)
"""
        + BROKEN,
        "writes into the answer",
    ),
}


ALL = list(CHEATS.items())
#: Those that are tried here: the best-known ones always, of the others a sample.
TRIED = dict(sampled(ALL[:6] + ALL[6::3], ALL))


def test_no_cheat_gets_points(hand_in: HandIn) -> None:
    """Each cheat gets 0 of 2 points, and the sentence says what it does or what is wrong with its system."""
    notebooks = [hand_in("03-deadlock.ipynb", {"deadlock": cell}, str(n)) for n, (cell, _) in enumerate(TRIED.values())]
    for (name, (_, said)), report in zip(TRIED.items(), grade_all(notebooks, seed=1), strict=True):
        (result,) = report.results
        assert (name, result.points, result.of, result.passed) == (name, 0, 2, False)
        assert said in result.sentence, name


def test_a_cheat_in_another_cell_or_in_the_check_cell_gets_no_points(hand_in: HandIn) -> None:
    """Of the other cells only what the system needs is run, and the check cell of the file not at all."""
    there = hand_in("03-deadlock.ipynb", {"deadlock-check": "verdict = True"})
    (result,) = grade_all([there])[0].results
    assert result.points == 0
