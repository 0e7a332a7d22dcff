"""Ten systems that can be built again, for the tests that move about in their runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import kamlab.axon
from kamlab import (
    Backplane,
    Component,
    Graphline,
    Lab,
    Pipeline,
    ProducerFinished,
    PublishTo,
    SubscribeTo,
    ThreadedComponent,
    WaitComplete,
)

LISTINGS = Path(__file__).parent.parent / "listings"


class Count(Component):
    """Sends numbers, one a slice, and says when it is done."""

    limit = 40

    def main(self) -> Any:
        for number in range(self.limit):
            self.send(number)
            yield
        self.send(ProducerFinished(self), "signal")


class Keep(Component):
    """Keeps what it gets, one message a slice, until it is told to end."""

    def __init__(self, **argd: Any) -> None:
        super().__init__(**argd)
        self.got: list[Any] = []

    def main(self) -> Any:
        while True:
            if self.data_ready():
                self.got.append(self.recv())
            elif self.data_ready("control"):
                return
            else:
                self.pause()
            yield


class PingPong(Component):
    """Sends back what it gets, one larger."""

    begins = False

    def main(self) -> Any:
        if self.begins:
            self.send(0)
        while True:
            for message in self.messages():
                self.send(message + 1 if isinstance(message, int) else message)
            self.pause()
            yield


class Asks(Component):
    """Waits for answers, with patience; reports what it got."""

    async def main(self) -> None:
        for number in range(1000):
            self.send(number)
            if await self.ready("inbox", timeout=1.5):
                self.send(await self.receive(), "signal")
            else:
                self.send("nothing", "signal")
            await self.sleep(0.25)


class Answers(Component):
    """Answers every second question at once, and the others late."""

    async def main(self) -> None:
        while True:
            question = await self.receive()
            if isinstance(question, int) and question % 2:
                await self.sleep(2.0)
            self.send(("answer", question))


class Nested(Component):
    """Waits for generators that wait."""

    def main(self) -> Any:
        for number in range(30):
            yield WaitComplete(self.twice(number))

    def twice(self, number: int) -> Any:
        for _ in range(2):
            self.send(number)
            self.pause(0.5)
            yield


class Spawner(Component):
    """Makes children, and lets them go when they have ended."""

    def main(self) -> Any:
        for number in range(30):
            child = Count(limit=number % 4)
            link = self.link((child, "outbox"), (self, "inbox"))
            self.add_children(child)
            child.activate()
            while not child.is_stopped():
                self.pause()
                yield
            self.unlink(linkage=link)
            self.remove_child(child)
            for message in self.messages():
                self.send(message)


class ThreadSource(ThreadedComponent):
    """Sends from a thread, with pauses."""

    def main(self) -> None:
        for number in range(30):
            self.send(number)
            if number % 3 == 0:
                self.pause(0.5)


class ThreadSink(ThreadedComponent):
    """Takes in a thread, and sends on what it took."""

    def main(self) -> None:
        while True:
            self.send(("took", self.recv()))


def pipeline() -> None:
    """A source and a sink; it ends."""
    Pipeline(Count(), Keep()).activate()


def feedback() -> None:
    """Two that answer each other, with a box of two places."""
    Graphline(
        one=PingPong(begins=True),
        two=PingPong(),
        linkages={("one", "outbox"): ("two", "inbox"), ("two", "outbox"): ("one", "inbox")},
    ).activate()


def timeouts() -> None:
    """Coroutines with timeouts."""
    Graphline(
        asks=Asks(),
        answers=Answers(),
        keeps=Keep(),
        linkages={
            ("asks", "outbox"): ("answers", "inbox"),
            ("answers", "outbox"): ("asks", "inbox"),
            ("asks", "signal"): ("keeps", "inbox"),
        },
    ).activate()


def backplane() -> None:
    """Two that publish, three that subscribe, and one that comes and goes."""
    Backplane("NEWS").activate()
    Pipeline(Count(limit=25), PublishTo("NEWS")).activate()
    Pipeline(Nested(), PublishTo("NEWS")).activate()
    for _ in range(3):
        Pipeline(SubscribeTo("NEWS"), Keep()).activate()


def family() -> None:
    """A component that makes children."""
    Pipeline(Spawner(), Keep()).activate()


def threads() -> None:
    """Two threads, one behind the other."""
    Pipeline(ThreadSource(), ThreadSink(), Keep()).activate()


def time_server(lab: Lab) -> None:
    """The page's time server, with two clients."""
    run_listing("time_server")
    lab.network.dial(1500)
    lab.network.dial(1500)


def relay(lab: Lab) -> None:
    """The page's relay, its source, and a client."""
    lab.network.serve("foo.bar.com", 1600)
    run_listing("page_imports", "relay")
    lab.network.dial(1600)


def logger(lab: Lab) -> None:
    """The page's logger, with two who write."""
    run_listing("page_imports", "logger")
    for text in (b"one\ntwo\nthr", b"alpha\nbeta\n"):
        peer = lab.network.dial(1500)
        peer.send(text)


def logger_and_relay(lab: Lab) -> None:
    """The page's logger and relay, with one who writes and one who reads."""
    run_listing("page_imports", "logger_relay", "logger")
    lab.network.dial(1500).send(b"hello\nwor")
    lab.network.dial(1501)


def run_listing(*names: str) -> None:
    """Run the page's code; its ``run()`` only activates here."""
    kamlab.axon.install()
    exec("\n".join((LISTINGS / f"{name}.py").read_text(encoding="utf-8") for name in names), {})


SYSTEMS: dict[str, Callable[..., None]] = {
    system.__name__: system
    for system in (
        pipeline,
        feedback,
        timeouts,
        backplane,
        family,
        threads,
        time_server,
        relay,
        logger,
        logger_and_relay,
    )
}
