"""A protocol that gives each client one saying, slowly, and then ends the connection.

Kamaelia's runs the program ``fortune``. Here the sayings are arguments: a program's answer could not be replayed, and
few machines have this one. Which of them a client gets is drawn by the number of the component in its lab, so a replay
draws it again, whatever the clock.
"""

from __future__ import annotations

import random
from collections.abc import Generator, Sequence

from kamlab.chassis.flow_control import send_when_room
from kamlab.core.component import Component
from kamlab.core.ipc import ProducerFinished

#: What a client may get, unless told otherwise.
COOKIES = (
    "A message that nobody waits for is still a message.\n",
    "To find the bug, slow down until you can see it.\n",
    "Two components that are polite to each other for ever get nothing done.\n",
    "He who shares nothing needs no lock.\n",
    "An inbox is where somebody else's plan meets yours.\n",
    "First make it stop. Then make it go.\n",
)


class FortuneCookieProtocol(Component):
    """Sends one saying, a byte at a time, and then ends; a server closes the connection when it has been sent.

    Any message to control, such as the one that comes when the client has gone, ends it at once and is passed on to
    signal. What a client sends is not read.

    Inboxes: inbox is not used; control, messages that end this. Outboxes: outbox, bytes; signal, the message that ended
    this, or ProducerFinished.

    Args:
        cookies: the sayings; one is chosen at random.
        rate: characters per second.
        argd: what a server tells its protocols of the connection; it is not used.

    Raises:
        ValueError: there is no saying, or the rate is not above 0.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import Collate
    >>> with Lab(clock="virtual") as lab:
    ...     said = Collate()
    ...     _ = Pipeline(FortuneCookieProtocol(["Eat more fruit."], rate=5), said).activate()
    ...     lab.run().seconds, b"".join(said.collated)
    (3.0, b'Eat more fruit.')
    """

    woken_by_collection = False

    def __init__(self, cookies: Sequence[str] = COOKIES, rate: float = 40, **argd: object) -> None:
        del argd
        if not cookies or rate <= 0:
            what = "no saying" if not cookies else f"a rate of {rate} characters per second"
            raise ValueError(f"FortuneCookieProtocol cannot do with {what}; give a list of texts, and a rate above 0")
        super().__init__()
        self.cookies = cookies
        self.rate = rate

    def main(self) -> Generator[None, None, None]:
        """Send the bytes of a saying at the rate."""
        begin = self._now()
        for sent, byte in enumerate(random.Random(self._task.number).choice(self.cookies).encode(), start=1):
            while not self.data_ready("control") and (left := begin + sent / self.rate - self._now()) > 0:
                self.pause(left)
                yield
            if self.data_ready("control"):
                break
            yield from send_when_room(self, bytes([byte]), "outbox", give_up=self._told_to_end)
        goodbye = self.recv("control") if self.data_ready("control") else ProducerFinished(self)
        yield from send_when_room(self, goodbye, "signal")

    def _told_to_end(self) -> bool:
        return bool(self.data_ready("control"))
