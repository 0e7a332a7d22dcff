"""Going back by one slice, deep in a run; and what it costs a free run that one could go back in it.

``back``: the lab takes so many steps, then goes back by one slice so many times; the median and the
longest of them count, with the time that it takes to make the run a line to paste, and its length.
``run``: slices per second of processor time of a free run, of a lab that can go back or of one that cannot.
"""

import argparse
import statistics
import time

from measuring import report
from stages import Relay, Sink, Source

from kamlab import Backplane, Component, Graphline, Lab, Pipeline, PublishTo, SimpleServer, SubscribeTo
from kamlab import ThreadedComponent as Threaded


class Asking(Component):
    async def main(self):
        number = 0
        while True:
            self.send(number)
            number += 1
            if await self.ready("inbox", timeout=1.5):
                await self.receive()
            await self.sleep(0.25)


class Answering(Component):
    async def main(self):
        while True:
            question = await self.receive()
            if question % 2:
                await self.sleep(2.0)
            self.send(question)


class ThreadSource(Threaded):
    def main(self):
        while True:
            self.send("tick")
            self.pause(0.5)


class ThreadSink(Threaded):
    def main(self):
        while True:
            self.send(self.recv())


class TimeTick(Threaded):
    def main(self):
        before = ""
        while True:
            now = time.asctime() + "\n"
            if now != before:
                self.send(now)
                before = now
            else:
                self.pause(0.1)


def pipeline(lab):
    Pipeline(Source(), Relay(), Sink()).activate()


def backplane(lab):
    Backplane("NEWS").activate()
    Pipeline(Source(), PublishTo("NEWS")).activate()
    for _ in range(3):
        Pipeline(SubscribeTo("NEWS"), Sink()).activate()


def timeouts(lab):
    Graphline(
        asks=Asking(),
        answers=Answering(),
        linkages={("asks", "outbox"): ("answers", "inbox"), ("answers", "outbox"): ("asks", "inbox")},
    ).activate()


def threads(lab):
    Pipeline(ThreadSource(), ThreadSink(), Sink()).activate()


def time_server(lab):
    Backplane("TIME").activate()
    Pipeline(TimeTick(), PublishTo("TIME")).activate()
    SimpleServer(protocol=lambda: SubscribeTo("TIME"), port=1500).activate()
    for _ in range(2):
        lab.network.dial(1500)


SYSTEMS = {each.__name__: each for each in (pipeline, backplane, timeouts, threads, time_server)}

parser = argparse.ArgumentParser()
parser.add_argument("what", choices=("back", "run"))
parser.add_argument("--system", choices=SYSTEMS, required=True)
parser.add_argument("--steps", type=int, required=True)
parser.add_argument("--moves", type=int, default=10)
parser.add_argument("--plain", action="store_true", help="a lab that cannot go back, with the real clock")
options = parser.parse_args()
build = SYSTEMS[options.system]


def measure_back():
    lab = Lab(build=build, clock="virtual")
    lab.run(max_steps=options.steps)
    if lab.step_number != options.steps:
        raise SystemExit(f"the run came to step {lab.step_number} only: {lab.outcome}")
    times = []
    for _ in range(options.moves):
        began = time.perf_counter()
        lab.back()
        times.append(1000 * (time.perf_counter() - began))
    began = time.perf_counter()
    line = str(lab.recording)
    writing = 1000 * (time.perf_counter() - began)
    lab.stop()
    report(back=statistics.median(times), longest=max(times), line=writing, characters=len(line))


def measure_run():
    lab = Lab() if options.plain else Lab(build=build, clock="virtual")
    with lab:
        if options.plain:
            build(lab)
        began = time.process_time()
        lab.run(max_steps=options.steps)
        used = time.process_time() - began
        if lab.step_number != options.steps:
            raise SystemExit(f"the run came to step {lab.step_number} only: {lab.outcome}")
    report(value=options.steps / used)


measure_back() if options.what == "back" else measure_run()
