"""The cookbook's notebooks 8 to 11: what their text claims beyond what their outputs show."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kamlab import Lab, SeededRandom, Simulated
from kamlab.axon import install

COOKBOOK = Path(__file__).parents[2] / "notebooks" / "cookbook"
NAMES = ("08-tcp-systems", "09-tcp-shutdown", "10-handles", "11-bounded-boxes")
AT_ONCE = Simulated(latency=0)

MakeLab = Callable[..., Any]


def cells(name: str) -> list[dict[str, Any]]:
    """Return the cells of a notebook, each with its source as one string."""
    found = json.loads((COOKBOOK / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
    return [{**cell, "source": "".join(cell["source"])} for cell in found]


def listing(name: str, marker: str) -> str:
    """Return the last listing of a notebook that has a marker in it, without its magic; ``run`` only activates."""
    install()
    found = [
        cell["source"]
        for cell in cells(name)
        if "listing" in cell["metadata"].get("tags", ()) and marker in cell["source"]
    ]
    lines = found[-1].splitlines()
    return "\n".join(line for line in lines if not line.startswith("%%")).replace(").run()", ").activate()")


def built(make_lab: MakeLab, source: str, **how: Any) -> tuple[Any, dict[str, Any]]:
    """Make a lab in which a listing has been executed; return it and the names of the listing."""
    names: dict[str, Any] = {"__name__": "__main__"}
    lab = make_lab(**how)
    exec(source, names)
    return lab, names


FIRST_ECHO = "while 1:\n            while self.dataReady"
CHATTY = "class Chatty"


class TestEachOfThem:
    """What all four have in common."""

    @pytest.mark.parametrize("name", NAMES)
    def test_no_code_cell_is_longer_than_a_screen(self, name: str) -> None:
        """A code cell has at most 25 lines."""
        code = [cell["source"] for cell in cells(name) if cell["cell_type"] == "code"]
        assert max(len(source.splitlines()) for source in code) <= 25

    @pytest.mark.parametrize("name", NAMES)
    def test_each_shows_the_system_in_our_own_spelling(self, name: str) -> None:
        """Each has a section with the same system in today's Python."""
        assert any("## In today's Python" in cell["source"] for cell in cells(name))

    @pytest.mark.parametrize("name", NAMES[:3])
    def test_what_was_replaced_is_named(self, name: str) -> None:
        """Each that follows a page has a table of what the page says, what is here, and why."""
        assert any("| the page says | here | why |" in cell["source"] for cell in cells(name))


class TestPolling:
    """What a protocol that never sleeps does to time."""

    def test_in_virtual_time_its_client_is_never_answered(self, make_lab: MakeLab) -> None:
        """While somebody polls, virtual time stands still, and what is under way does not arrive."""
        lab, _ = built(make_lab, listing("08-tcp-systems", FIRST_ECHO), clock="virtual")
        client = lab.network.dial(1500)
        client.send("Hello\n")
        assert lab.run(max_steps=5000).reason == "max_steps"
        assert client.received == b""

    def test_in_real_time_its_client_is_answered(self, make_lab: MakeLab) -> None:
        """With real time and real sockets the same listing answers."""
        lab, _ = built(make_lab, listing("08-tcp-systems", FIRST_ECHO), ports={1500: 0})
        lab.run(until=lambda lab: lab["SimpleServer"].address, timeout=10)
        with socket.create_connection(lab["SimpleServer"].address, timeout=10) as client:
            client.sendall(b"Hello\n")
            client.setblocking(False)
            assert lab.run(until=lambda lab: _has_come(client), timeout=10).reason == "condition"
            assert client.recv(100) == b"Hello\n"

    def test_every_client_leaves_one_behind(self, make_lab: MakeLab) -> None:
        """The first echo server leaks a component for each client, however many there were."""
        lab, _ = built(make_lab, listing("08-tcp-systems", FIRST_ECHO), clock="virtual", network=AT_ONCE)
        for _ in range(7):
            client = lab.network.dial(1500)
            lab.run(max_steps=100)
            client.close()
            lab.run(max_steps=100)
        lab["SimpleServer"].leak_after = 0
        assert len(lab.leaks()) == 7

    def test_in_real_time_a_server_stops_those_who_do_not_listen(self, make_lab: MakeLab) -> None:
        """A server that ends stops protocols that ignore it, after its grace, and says so."""
        lab, _ = built(make_lab, listing("09-tcp-shutdown", CHATTY), ports={1500: 0})
        lab.run(until=lambda lab: lab["SimpleServer"].address, timeout=10)
        server = lab["SimpleServer"]
        server.grace = 0.05
        with socket.create_connection(server.address, timeout=10):
            lab.run(until=lambda lab: server.clients, timeout=10)
            from kamlab import ShutdownMicroprocess

            server.deliver(ShutdownMicroprocess(), "control")
            assert lab.run(timeout=10).reason == "finished"
        assert any("stops 1 of its protocols" in text for text in lab.reports)


def _has_come(client: socket.socket) -> bool:
    try:
        return bool(client.recv(1, socket.MSG_PEEK))
    except BlockingIOError:
        return False


class TestChatty:
    """The Markov chain that all clients share."""

    def test_a_circle_of_words_has_no_end(self, make_lab: MakeLab) -> None:
        """Without the limit of 20 words an answer of roses goes on as long as one likes."""
        source = listing("09-tcp-shutdown", CHATTY)
        assert "< 20" in source
        _, names = built(make_lab, source.replace("< 20", "< 5000"), clock="virtual")
        chatty = names["Chatty"]()
        chatty.updateChain("a rose is a rose is a rose")
        assert len(chatty.response().split()) == 5000

    def test_in_every_order_all_is_learned(self) -> None:
        """Whatever the order of the slices, no sentence is lost; the order in which they are learned differs."""
        source = listing("09-tcp-shutdown", CHATTY)
        learned = set()
        for seed in range(100):
            names: dict[str, Any] = {"__name__": "__main__"}
            with Lab(clock="virtual", network=AT_ONCE, chooser=SeededRandom(seed)) as lab:
                exec(source, names)
                anna, ben = lab.network.dial(1500), lab.network.dial(1500)
                anna.send("the cat sleeps\n")
                ben.send("the cat purrs\n")
                lab.run(until=lambda lab: anna.received and ben.received, max_steps=1000)
            learned.add(tuple(names["Chatty"].data["the", "cat"]))
        assert learned == {("sleeps", "purrs"), ("purrs", "sleeps")}

    def test_a_teacher_who_does_not_wait_hears_nothing(self, make_lab: MakeLab, capsys: Any) -> None:
        """Without wait_for_serverclose the client leaves before the answer comes."""
        for waits in (True, False):
            source = listing("09-tcp-shutdown", CHATTY)
            imports = listing("09-tcp-shutdown", "import ConsoleEchoer").split("\n\n")[0]
            teacher = listing("09-tcp-shutdown", "import TCPClient")
            if not waits:
                teacher = teacher.replace(", wait_for_serverclose=True", "")
            lab, _ = built(make_lab, "\n".join((source, imports, teacher)), clock="virtual", network=AT_ONCE)
            lab.run(max_steps=500)
            assert ("fish" in capsys.readouterr().out) is waits


class TestLimits:
    """The notebook on bounded boxes."""

    def test_a_thread_has_a_limit_as_well(self, make_lab: MakeLab) -> None:
        """A threaded component that sends more than queuelengths messages at once gets noSpaceInBox."""
        install()
        from Axon.AxonExceptions import noSpaceInBox
        from Axon.Component import component
        from Axon.ThreadedComponent import threadedcomponent

        counted = []

        class Fast(threadedcomponent):
            def main(self) -> None:
                sent = 0
                try:
                    for number in range(10):
                        self.send(number, "outbox")
                        sent += 1
                except noSpaceInBox:
                    counted.append(sent)

        lab = make_lab()
        fast, sink = Fast(queuelengths=3), component()
        fast.link((fast, "outbox"), (sink, "inbox"))
        sink.setInboxSize("inbox", 3)
        fast.activate()
        lab.run(until=lambda lab: counted, timeout=10)
        assert counted
        assert counted[0] < 10
