"""What is tried in Pyodide: the cells of each scenario.

All scenarios run in one kernel, one after the other, but none needs the variables of another one.
"""

from __future__ import annotations

import json
from pathlib import Path

from . import soak
from .kernel import Step
from .preparing import ROOT

LISTING = (ROOT / "tests" / "listings" / "time_server.py").read_text(encoding="utf-8")
NOTEBOOK = ROOT / "notebooks" / "course" / "01-lost-update.ipynb"
SOLUTION = ROOT / "kamlab" / "teach" / "answers" / "lost-update" / "solution.txt"

LOAD = "%load_ext kamlab"
#: A lab with a small pipeline, before its first slice.
SYSTEM = """
from kamlab import Component, Lab, Pipeline
from kamlab.parts import Collate, DataSource

class Double(Component):
    async def main(self):
        while True:
            self.send(2 * await self.receive())

def build():
    Pipeline(DataSource([1, 2, 3]), Double(), Collate()).activate()

lab = Lab(build=build, clock="virtual")
"""
STEP = "print(lab.step(6))"
RUN = 'print(lab.run(), lab["Collate"].collated)'

#: A lab that never waits.
BUSY = """
from kamlab import Component, Lab

class Busy(Component):
    async def main(self):
        while True:
            await self.tick()

lab = Lab(record=False)
busy = Busy().activate(lab)
"""
#: A client as anybody would write it, for the server of the listing.
CLIENT = """
import socket
with socket.create_connection(("127.0.0.1", 1500), timeout=20) as client:
    client.settimeout(20)
    print(client.makefile("rb").readline())
"""
#: The standard library's own, on threads.
THREADS = """
import gc, queue, threading, time
from concurrent.futures import ThreadPoolExecutor

import kamlab

class Node: pass

def work(number):
    one, other = Node(), Node()
    one.other, other.other = other, one
    time.sleep(0.002)
    gc.collect()  # while the other threads are suspended
    return number * number

with ThreadPoolExecutor(4) as pool:
    print(list(pool.map(work, range(5))))
orders, answers, ready = queue.Queue(2), [], threading.Condition()

def answer():
    while (order := orders.get()) is not None:
        with ready:
            answers.append(order)
            ready.notify()

thread = threading.Thread(target=answer)
thread.start()
for order in range(5):
    orders.put(order)
with ready:
    print(ready.wait_for(lambda: len(answers) == 5, timeout=20), answers)
orders.put(None)
thread.join()
lock = threading.RLock()
with lock:
    other = threading.Thread(target=lock.acquire, kwargs={"timeout": 0.01})
    other.start()
    other.join()
print(thread.is_alive(), threading.active_count(), lock)
try:
    queue.Queue().get(timeout=0.01)
except queue.Empty:
    print("empty")
"""
#: A server of asyncio, with a client in the same page.
ASYNCIO = """
import asyncio

async def echo(reader, writer):
    while data := await reader.read(1000):
        writer.write(data)
        await writer.drain()
    writer.close()

async def talk(size):
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write(b"x" * size)
    writer.write_eof()
    got = await reader.read()
    writer.close()
    await writer.wait_closed()
    server.close()
    await server.wait_closed()
    return len(got)

print(asyncio.run(talk(5)))
"""
#: Print which modules of kamlab nothing has imported so far; import all but the command line, and print what fails.
MODULES = """
import importlib, json, pkgutil, sys, kamlab
found = [each.name for each in pkgutil.walk_packages(kamlab.__path__, "kamlab.")]
print(json.dumps([name for name in found if name not in sys.modules]))
for name in found:
    if not name.endswith("__main__"):
        try:
            importlib.import_module(name)
        except ImportError as error:
            print(name, error)
print(len(found) > 300)
"""
#: A solution of the exercise that never ends.
ENDLESS = """
class SafeClient(Client):
    async def main(self):
        while True:
            pass
"""
#: How long the check of such a solution may take, in seconds.
SHORT = "lost_update.check.seconds = 0.5"
#: The systems that the explorer is tested with.
SYSTEMS = (ROOT / "tests" / "exploration" / "systems.py").read_text(encoding="utf-8")
#: Explore some of them; print how many orders there are, how many of them differ, and how many ends.
EXPLORE = """
from kamlab.exploration.counts import backwards, different, interleavings
from kamlab.exploration.footprint import watching
from kamlab.exploration.graph import Graph
from kamlab.exploration.setting import Setting

for system in (lost_update(), lost_update(3), letters, table(3)):
    with watching():
        graph = Graph(Setting(system), True).expand(100_000, 100.0)
        order = backwards(graph)
        print(graph.complete, interleavings(graph, order), different(graph), len(graph.ends()))
"""
#: What no page can do, as a notebook would write it; print what comes of each.
REFUSED = """
import asyncio, concurrent.futures, multiprocessing, os, socket, subprocess, urllib.request
import kamlab

async def attempt(call):
    try:
        result = call()
        print(result if result is None else await result)
    except Exception as error:
        print(f"{type(error).__name__}: {error}")

async def attempt_all():
    for call in (
        lambda: subprocess.run(["ls"]),
        lambda: os.system("ls"),
        lambda: os.fork(),
        lambda: get_ipython().system("ls"),
        lambda: multiprocessing.Process(target=print).start(),
        lambda: multiprocessing.Pool(2),
        lambda: concurrent.futures.ProcessPoolExecutor(2).submit(print),
        lambda: asyncio.create_subprocess_exec("ls"),
        lambda: socket.create_connection(("example.org", 80)),
        lambda: socket.create_connection(("192.0.2.1", 80)),
        lambda: socket.create_server(("192.0.2.1", 80)),
        lambda: asyncio.open_connection("example.org", 80),
        lambda: urllib.request.urlopen("http://example.org/"),
    ):
        await attempt(call)

await attempt_all()
"""
#: What would have to wait.
WAITS = """
import queue, selectors, socket, threading, time
import kamlab

def attempt(call):
    try:
        print(call())
    except Exception as error:
        print(f"{type(error).__name__}: {error}")

server = socket.create_server(("127.0.0.1", 0))
lock = threading.Lock()
lock.acquire()
with selectors.DefaultSelector() as selector:
    selector.register(server, selectors.EVENT_READ)
    for call in (
        server.accept,
        lambda: socket.create_connection(server.getsockname()).recv(1),
        lock.acquire,
        lambda: lock.acquire(timeout=20),
        threading.Event().wait,
        queue.Queue().get,
        lambda: threading.Thread(target=print).start(),
        lambda: (server.close(), selector.unregister(server), selector.select(20)),
    ):
        attempt(call)
time.sleep(0.01)
"""
#: What no notebook that is chosen uses.
OTHERS = """
from Axon.idGen import newId
from Axon.STM import Store
from Axon.Introspector import Introspector
from Kamaelia.Apps.SA.Time import PeriodicTick
from kamlab.axon.framing import SimpleFrame
from kamlab.protocols.http import resource_glue, translators
from kamlab.protocols.fortune import FortuneCookieProtocol
from kamlab.teach import prediction

print(lab.figure("queues"))
print(lab.figure("throughput"))
print(lab.find("DataSource"))
print(lab.help())
print(kamlab.labs())
print(await lab.arun(max_steps=2))
"""
#: How often a lab is started and paused in a test run, and in how many seconds; by hand it is more, see soak.py.
SOAK = 20, 1.0

#: The clock of the listing, as a component that needs no thread.
CLOCK = """
import time
from kamlab import Component

class TimeTick(Component):
    async def main(self):
        before = ""
        while True:
            now = time.asctime() + "\\n"
            if now != before:
                self.send(now)
                before = now
            await self.sleep(0.1)
"""
DIAL = "telnet = lab.network.dial(1500)"


def without_thread(listing: str) -> str:
    """Return the time server with a clock that needs no thread."""
    begin = "from Kamaelia.Util.Backplane import Backplane\n"
    _, found, rest = listing.partition(begin)
    assert found
    return CLOCK + begin + rest


def exercise(notebook: Path) -> list[str]:
    """Return the cells of an exercise: those that it needs, the stub, a solution, and one that never ends; checks."""
    cells = [cell for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]
    sources = ["".join(cell["source"]) for cell in cells]
    graded = {
        cell["metadata"]["nbgrader"]["grade_id"]: source
        for cell, source in zip(cells, sources, strict=True)
        if "nbgrader" in cell["metadata"]
    }
    needed = [source for source in sources if source.startswith((LOAD, "class Account", "def broken"))]
    stub, check = graded["lost-update"], graded["lost-update-check"]
    solution = SOLUTION.read_text(encoding="utf-8")
    return [*needed, stub, check, "verdict.open()", solution, check, SHORT, ENDLESS, check]


def _cells(*sources: str) -> list[Step]:
    return [{"cell": source} for source in sources]


#: What works in any browser.
EVERYWHERE: dict[str, list[Step]] = {
    "import": _cells("import kamlab", "kamlab.Lab()"),
    "extension": _cells(LOAD, "from Axon.Component import component", "%kamlab inboxes"),
    "step": _cells(SYSTEM, STEP),
    "back": _cells(SYSTEM, STEP, "lab.back(2)", "lab.step_number", "print(lab.step(2))"),
    "panel": [
        *_cells(LOAD, SYSTEM, "lab.step(3)", "lab.panel()"),
        {"message": {"do": "step", "id": 1}},
        *_cells("lab.step_number"),
    ],
    "server": _cells(
        LOAD,
        f"%%kamlab --paused --virtual\n{without_thread(LISTING)}",
        "print(lab.step_message())",
        DIAL,
        "for _ in range(20):\n    if not telnet.received:\n        lab.step_message()",
        "telnet.read()",
    ),
    "exercise": _cells(*exercise(NOTEBOOK)),
    "explore": _cells(
        LOAD,
        f"import kamlab\n{SYSTEMS}",
        EXPLORE,
        "result = kamlab.explore(lost_update(), lambda account: account.balance == 2)\nresult",
        "lab = result.found[0].open()\nlab.panel()",
        "result.panel()",
        "lab.stop()",
    ),
}
#: What works where calls can be suspended.
SUSPENDING: dict[str, list[Step]] = {
    "threads": _cells(THREADS),
    "asyncio": _cells("import kamlab", ASYNCIO, "await talk(300_000)"),
    "thread": _cells(
        LOAD,
        f"%%kamlab --paused --virtual\n{LISTING}",
        DIAL,
        "lab.run(max_steps=200)",
        "print(lab.failures, telnet.read()[:8])",
        "lab.stop()",
    ),
    "real server": _cells(
        LOAD, f"%%kamlab\n{LISTING}", CLIENT, "lab.pause()", "lab.step()", "lab.start()", CLIENT, "lab.stop()"
    ),
    "background": _cells(
        SYSTEM,
        "lab.start()",
        "import time\nwhile len(lab['Collate'].collated) < 3: time.sleep(0.01)",
        "print(lab.running, lab.pause(), lab.state, lab['Collate'].collated)",
        "lab.stop()",
    ),
    "busy": [
        *_cells(LOAD, BUSY, "lab.panel()", "lab.start()"),
        {"message": {"do": "pause", "id": 1}},
        *_cells("lab.step_number > 0, lab.state", "lab.stop()"),
    ],
    "refused": _cells("import kamlab", REFUSED),
    "others": _cells(LOAD, "import kamlab", SYSTEM, OTHERS, "%kamlab labs", "lab.stop()"),
    "soak": soak.steps(*SOAK, parts=2),
}
#: What comes last, since it looks at what all the others have imported.
LAST: dict[str, list[Step]] = {"modules": _cells(MODULES)}
#: What is left where they cannot.
PLAIN: dict[str, list[Step]] = {
    **{name: EVERYWHERE[name] for name in ("step", "panel", "server")},
    "thread": _cells(
        LOAD,
        f"%%kamlab --paused --virtual\n{LISTING}",
        DIAL,
        "lab.run(max_steps=50)",
        "print(lab.failures, repr(lab.failures[0].error), telnet.connected)",
        "lab.stop()",
    ),
    "network": _cells("from kamlab import Lab", "Lab().network"),
    "waits": _cells(WAITS),
    "asyncio": SUSPENDING["asyncio"],
    "background": _cells(
        SYSTEM,
        "lab.start()",
        "import asyncio\nwhile len(lab['Collate'].collated) < 3: await asyncio.sleep(0.01)",
        "print(lab.running, lab.pause(), lab.state, lab.outcome.reason, lab['Collate'].collated)",
        "lab.stop()",
    ),
    "awaited": _cells(
        BUSY,
        "print(await lab.arun(max_steps=2500))",
        "print((await lab.arun(until=lambda lab: lab.step_number >= 2600)).reason, lab.step_number)",
        "print((await lab.arun(timeout=0.05)).reason, lab.running)",
        "lab.start()",
        "busy.stop()",
        "while lab.running: await asyncio.sleep(0.01)",
        "print(lab.outcome.reason)",
        "lab.stop()",
    ),
    "click": [
        *_cells(LOAD, BUSY, "lab.panel()", "lab.start()"),
        {"message": {"do": "pause", "id": 1}},
        *_cells("lab.step_number > 0, lab.state", "lab.stop()"),
    ],
}
