"""The rules of FortuneCookieProtocol."""

import pytest

from kamlab import Lab, ServerCore, SimpleServer, Simulated
from kamlab.protocols.fortune import COOKIES, FortuneCookieProtocol


@pytest.mark.parametrize("server", [SimpleServer, ServerCore])
def test_a_client_gets_a_cookie(server):
    """Each client gets one saying at the rate, and the connection is closed."""
    with Lab(clock="virtual", network=Simulated(latency=0)) as lab:
        server(protocol=FortuneCookieProtocol, port=1500).activate()
        client = lab.network.dial(1500)
        lab.run(timeout=0.5)
        early = client.received
        lab.run(timeout=60)
        assert client.received.decode() in COOKIES
        assert 1 <= len(early) < len(client.received)
        assert client.closed


def test_a_client_that_leaves_ends_its_protocol():
    """When the client has gone the protocol ends at once, and nothing leaks."""
    with Lab(clock="virtual", network=Simulated(latency=0)) as lab:
        SimpleServer(protocol=lambda: FortuneCookieProtocol(["long " * 100]), port=1500).activate()
        client = lab.network.dial(1500)
        lab.run(timeout=0.5)
        client.close()
        lab.run(timeout=1)
        assert [each for each in lab.components if isinstance(each, FortuneCookieProtocol)] == []


def test_a_replay_draws_the_same():
    """Going back and on again, each client is told the same, and by and by not all the same."""

    def build():
        SimpleServer(protocol=FortuneCookieProtocol, port=1500).activate()

    with Lab(clock="virtual", network=Simulated(latency=0), build=build) as lab:
        clients = [lab.network.dial(1500) for _ in range(6)]
        lab.run(timeout=0.5)
        before = [client.received for client in clients]
        lab.back(50)
        lab.goto()
        assert before == [lab.network.peers[client.number].received for client in clients]
        assert len(set(before)) > 1


@pytest.mark.parametrize("how", [{"cookies": []}, {"rate": 0}])
def test_what_cannot_be_sent_is_refused(how):
    """No saying, and no rate, are refused."""
    with pytest.raises(ValueError, match="cannot do with"):
        FortuneCookieProtocol(**how)
