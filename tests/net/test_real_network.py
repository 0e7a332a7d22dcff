"""Real TCP: what a lab waits for, ports, and closing."""

from __future__ import annotations

import errno
import os
import socket
import threading
import time
from typing import Any

import pytest

from kamlab import Component, Lab
from kamlab.core.errors import LabIsClosed
from kamlab.net import BadMapping, ListenFailed, NetworkIsClosed, NoNetwork, PortInUse, RealNetwork, SimpleServer
from kamlab.net.interface import READ, network_of
from kamlab.net.real import look_up


class TestIdleDoor:
    def test_it_becomes_the_idle_door(self, lab: Any) -> None:
        """The network's poller is where the lab waits, from when the network is made until it is closed."""
        before = lab.scheduler.idle
        network = lab.network
        assert before is not lab.scheduler.idle is network.poller
        network.close()
        assert lab.scheduler.idle is not network.poller

    def test_a_driver_that_waits_already_notices(self, lab: Any, eventually: Any) -> None:
        """A lab that waits without a network goes and waits with it when one is made, and hears its sockets."""

        class Sleeper(Component):
            def main(self) -> Any:
                self.pause()
                yield

        sleeper = Sleeper().activate()
        lab.start()
        assert eventually(lambda: sleeper.asleep)
        a, b = socket.socketpair()
        with lab.lock:
            lab.network.watch(a, READ, lambda _: sleeper.wake("a socket"))
        b.send(b"x")
        assert eventually(sleeper.is_stopped)
        lab.pause()
        a.close()
        b.close()

    def test_posting_from_threads_still_wakes(self, lab: Any, eventually: Any) -> None:
        """Calls posted from other threads are made although the lab waits for sockets."""
        _ = lab.network
        lab.start(forever=True)
        made: list[int] = []
        for number in range(100):
            lab.scheduler.post(lambda number=number: made.append(number))
        assert eventually(lambda: len(made) == 100)

    def test_pause_wakes_a_lab_that_waits_for_sockets(self, lab: Any, parts: Any) -> None:
        """lab.pause() ends the wait of an idle server at once."""
        SimpleServer(protocol=parts.Echo, port=0).activate()
        lab.start()
        assert lab.pause(timeout=20)

    def test_an_idle_server_uses_no_processor_time(self, lab: Any, parts: Any, dial: Any, eventually: Any) -> None:
        """A server with clients that say nothing blocks: no slice, and next to no processor time in half a second."""
        server = SimpleServer(protocol=parts.Echo, port=0).activate()
        lab.start()
        for _ in range(5):
            dial(server)
        assert eventually(lambda: len(server.clients) == 5 and not lab.runnable())
        steps, used = lab.step_number, time.process_time()
        over = threading.Event()
        over.wait(0.5)
        assert time.process_time() - used < 0.05
        assert lab.step_number == steps


class TestPorts:
    def test_a_port_can_be_moved(self, make_lab: Any, parts: Any, dial: Any) -> None:
        """Lab(ports={1500: 0}) has a server that names port 1500 listen elsewhere."""
        lab = make_lab(ports={1500: 0})
        server = SimpleServer(protocol=lambda: parts.Sayer(says=["hi"]), port=1500).activate()
        lab.start()
        assert server.port not in (0, 1500)
        assert dial(server).recv(10) == b"hi"

    def test_by_the_environment(self, make_lab: Any, parts: Any, monkeypatch: Any) -> None:
        """KAMLAB_PORTS does the same without a change to the program."""
        monkeypatch.setenv("KAMLAB_PORTS", "1500=0")
        make_lab()
        assert SimpleServer(protocol=parts.Echo, port=1500).activate().port not in (0, 1500)

    def test_garbage_in_the_environment_is_an_error(self, make_lab: Any, parts: Any, monkeypatch: Any) -> None:
        """A lab that needs its network says what is wrong with the environment."""
        monkeypatch.setenv("KAMLAB_HOSTS", "garbage")
        make_lab()
        with pytest.raises(BadMapping, match="garbage"):
            SimpleServer(protocol=parts.Echo, port=0).activate()

    def test_another_lab_has_the_port(self, make_lab: Any, parts: Any) -> None:
        """A port that a server of another lab of this program has: the error says so."""
        first = make_lab()
        server = SimpleServer(protocol=parts.Echo, port=0).activate()
        second = make_lab()
        with pytest.raises(PortInUse, match=server.short_name) as caught:
            SimpleServer(protocol=parts.Echo, port=server.port).activate()
        assert "another lab" in str(caught.value)
        assert first is not second

    def test_another_program_has_the_port(self, lab: Any, parts: Any) -> None:
        """A port that is none of ours is another program's."""
        with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(PortInUse, match="another program"):
            SimpleServer(protocol=parts.Echo, port=other.getsockname()[1]).activate()

    def test_a_host_that_is_not_this_machine(self, lab: Any, parts: Any) -> None:
        """An address that this machine does not have is a ListenFailed that names it."""
        with pytest.raises(ListenFailed, match=r"192\.0\.2\.1"):
            SimpleServer(protocol=parts.Echo, port=0, host="192.0.2.1").activate()

    def test_a_forbidden_port(self, lab: Any, monkeypatch: Any) -> None:
        """A port without the right to it is a ListenFailed that says what it needs."""

        def refuse(*_: Any) -> None:
            raise PermissionError(errno.EACCES, "Permission denied")

        monkeypatch.setattr(socket.socket, "bind", refuse)
        with pytest.raises(ListenFailed, match="special rights"):
            lab.network.listen(None, 80)

    def test_a_listener_that_failed_leaves_nothing(self, lab: Any, descriptors: Any) -> None:
        """A port that cannot be bound leaves no descriptor."""
        _ = lab.network
        with socket.create_server(("127.0.0.1", 0)) as other:
            before = descriptors()
            for _ in range(3):
                with pytest.raises(PortInUse):
                    lab.network.listen(None, other.getsockname()[1])
            assert descriptors() == before


class TestClosing:
    def test_close_closes_all(self, lab: Any, descriptors: Any) -> None:
        """close() closes listeners and connections, watched or not, and a second time does nothing."""
        before = descriptors()
        network = RealNetwork(lab)
        listener = network.listen(None, 0)
        client = network.connect((socket.AF_INET, listener.getsockname()))
        network.watch(listener, READ, lambda _: None)
        network.close()
        network.close()
        assert (listener.fileno(), client.fileno(), descriptors()) == (-1, -1, before)

    def test_closed_is_closed(self, lab: Any) -> None:
        """A closed network opens nothing any more, by name."""
        network = lab.network
        network.close()
        with pytest.raises(NetworkIsClosed):
            network.listen(None, 0)
        with pytest.raises(NetworkIsClosed):
            network.connect((socket.AF_INET, ("127.0.0.1", 1)))

    def test_closing_a_socket_ends_its_watch(self, lab: Any) -> None:
        """A socket that is closed is no longer watched."""
        listener = lab.network.listen(None, 0)
        lab.network.watch(listener, READ, lambda _: None)
        assert lab.network.poller.sources() == 1
        listener.close()
        listener.close()
        assert lab.network.poller.sources() == 0

    def test_a_stopped_lab_has_no_network(self, make_lab: Any, parts: Any) -> None:
        """After lab.stop() a server cannot be activated, and reset() makes that good."""
        lab = make_lab()
        lab.stop()
        with pytest.raises(LabIsClosed):
            SimpleServer(protocol=parts.Echo, port=0).activate()
        lab.reset()
        assert SimpleServer(protocol=parts.Echo, port=0).activate().port

    def test_labs_leave_no_descriptor(self, descriptors: Any, parts: Any) -> None:
        """Labs made, used and stopped in a row leave nothing behind."""

        def use() -> None:
            with Lab() as lab:
                SimpleServer(protocol=parts.Echo, port=0).activate()
                lab.step(3, timeout=0)

        use()
        before = descriptors()
        for _ in range(5):
            use()
        assert descriptors() == before


class TestDoor:
    def test_a_component_without_a_lab(self) -> None:
        """A component that nobody runs has no network, and the error says so."""
        with pytest.raises(NoNetwork, match="activate"):
            network_of(Component())

    def test_looking_up_a_name(self) -> None:
        """A look-up gives addresses as (family, address), each once."""
        found = look_up("127.0.0.1", 80)
        assert found == [(int(socket.AF_INET), ("127.0.0.1", 80))]

    def test_importing_is_cheap(self) -> None:
        """The network's modules bring in no asyncio, no ssl and no views."""
        import subprocess
        import sys

        code = (
            "import sys, kamlab.net\n"
            "bad = [name for name in ('asyncio', 'ssl', 'IPython', 'matplotlib') if name in sys.modules]\n"
            "bad += [name for name in sys.modules if name.startswith(('kamlab.views', 'kamlab.notebook'))]\n"
            "assert not bad, bad"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=dict(os.environ))
        assert (done.returncode, done.stderr) == (0, "")
