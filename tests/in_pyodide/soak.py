"""Start and pause a lab again and again in Pyodide, with threads, sockets and garbage, the collector being on.

    PYTHONPATH=tests .venv/bin/python -m in_pyodide.soak [STARTS [MINUTES]]

By default 500 starts in 30 minutes, under node. Every test run has a few of them, in some seconds. What ends here is
not a cell but the process: a collector that walks the frames of a suspended call reads memory that others use, so that
only many suspended calls, much garbage and time show that it does not.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from .kernel import Session, Step, run

#: How many cells the starts are divided into, each of which says how much memory there is after it.
CELLS = 10
STARTS, MINUTES = 500, 30.0

#: What runs: a server with a clock in a thread, a component that never waits, and one that makes cyclic garbage.
SETUP = """
import gc, json, socket, threading, time
import pyodide_js
from kamlab import Component, Lab, Pipeline, SimpleServer, ThreadedComponent

class Node:
    pass

def make_garbage(number):
    for _ in range(number):
        one, other = Node(), Node()
        one.other, other.other, one.text = other, one, bytearray(200)

class Clock(ThreadedComponent):
    def main(self):
        while not self.data_ready("control"):
            make_garbage(20)
            self.send(time.monotonic(), "outbox")
            time.sleep(0.02)  # what it sends to a paused lab is kept, and there is a limit

class Sink(Component):
    async def main(self):
        self.count = 0
        while True:
            await self.receive()
            self.count += 1
            make_garbage(5)

class Busy(Component):
    async def main(self):
        while True:
            await self.tick()

class Echo(Component):
    async def main(self):
        while True:
            self.send(await self.receive())

def build():
    Pipeline(Clock(), Sink()).activate()
    Busy().activate()
    SimpleServer(protocol=Echo, port=1999).activate()

def work():
    while not over.is_set():
        make_garbage(50)
        over.wait(0.005)

def ask():
    with socket.create_connection(("127.0.0.1", 1999), timeout=20) as client:
        client.settimeout(20)
        client.sendall(b"hello")
        return client.recv(5)

def memory():
    return {
        "heap": pyodide_js._module.HEAP8.length,
        "objects": len(gc.get_objects()),
        "threads": threading.active_count(),
    }

def soak(starts, seconds):
    '''Start and pause so often in these seconds; print what came of it as JSON.'''
    errors, answers, lab = [], 0, None
    each = seconds / starts
    collected = sum(generation["collections"] for generation in gc.get_stats())
    for number in range(starts):
        until = time.monotonic() + each
        try:
            if lab is None:
                lab = Lab(build=build, network="real", record=number % 2 == 0)
            lab.start()
            answers += ask() == b"hello"
            time.sleep(each / 4)
            lab.pause()
            if not lab.step():
                errors.append("no step")
            errors += [f"{component} failed" for component in lab.failures]
            if number % 10 == 9:
                lab.stop()
                lab = None
        except Exception as error:
            errors.append(f"{type(error).__name__}: {error}"[:200])
            if lab is not None:
                lab.stop()
                lab = None
        time.sleep(max(0.0, until - time.monotonic()))
    if lab is not None:
        lab.stop()
    collected = sum(generation["collections"] for generation in gc.get_stats()) - collected
    gc.collect()
    print(json.dumps({"starts": starts, "answers": answers, "errors": errors, "collections": collected, **memory()}))

over = threading.Event()
workers = [threading.Thread(target=work) for _ in range(4)]
for worker in workers:
    worker.start()
print(gc.isenabled(), gc.get_threshold())
"""
END = """
over.set()
for worker in workers:
    worker.join()
"""


def cells(starts: int, seconds: float, parts: int = CELLS) -> list[str]:
    """Return the cells that start and pause so often in so many seconds."""
    return [SETUP, *[f"soak({starts // parts}, {seconds / parts})"] * parts, END]


def steps(starts: int, seconds: float, parts: int = CELLS) -> list[Step]:
    """Return the steps of a scenario."""
    return [{"cell": cell} for cell in cells(starts, seconds, parts)]


def main(arguments: Sequence[str]) -> int:
    """Soak under node and print what each cell printed; return 0 if nothing failed."""
    starts = int(arguments[0]) if arguments else STARTS
    minutes = float(arguments[1]) if arguments[1:] else MINUTES
    session: Session = run({"soak": steps(starts, 60 * minutes)}, patience=120 * minutes + 300)
    results = session.results.get("soak", [])
    for result in results:
        print(result.printed, result.complained, result.error, end="", flush=True)
    print(session.log)
    printed = [json.loads(result.printed) for result in results[1:-1] if not result.error]
    total = sum(part["starts"] for part in printed)
    print(f"{total} starts, {sum(len(part['errors']) for part in printed)} errors")
    return 0 if printed and total >= starts // CELLS * CELLS and not any(part["errors"] for part in printed) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
