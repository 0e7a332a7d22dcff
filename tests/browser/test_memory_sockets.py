"""Sockets in memory behave as those of the operating system; both are tried where that can be done."""

from __future__ import annotations

import errno
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from kamlab.browser.endpoints import CAPACITY
from kamlab.browser.selecting import MemorySelector, select_sockets
from kamlab.browser.sockets import MemorySocket, get_address_info, get_socket_pair
from kamlab.core.thread_probe import asleep_at, times_waited

Pair = tuple[Any, Any]


@pytest.fixture(params=[MemorySocket, socket.socket], ids=["in memory", "of the system"])
def kind(request: pytest.FixtureRequest) -> Any:
    """The class of the sockets."""
    return request.param


@pytest.fixture
def listener(kind: Any) -> Iterator[Any]:
    """A listener at a free port."""
    with kind() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen(5)
        yield sock


@pytest.fixture
def pair(kind: Any, listener: Any) -> Iterator[Pair]:
    """Both ends of a connection: the client's and the server's."""
    with kind() as client:
        client.connect(listener.getsockname())
        server, _ = listener.accept()
        with server:
            for sock in client, server:
                sock.settimeout(5)
            yield client, server


def test_both_ends_know_their_addresses(pair: Pair) -> None:
    """The name of one end is the peer of the other."""
    client, server = pair
    assert client.getsockname() == server.getpeername()
    assert client.getpeername() == server.getsockname()


def test_bytes_go_both_ways_in_order(pair: Pair) -> None:
    """What is sent is received, in order, and peeking takes nothing."""
    client, server = pair
    client.sendall(b"one")
    client.sendall(b"two")
    assert server.recv(1, socket.MSG_PEEK) == b"o"
    assert server.recv(4) + server.recv(10) == b"onetwo"
    server.sendall(b"back")
    assert client.makefile("rb").read(4) == b"back"


def test_an_end_is_told_after_the_data(pair: Pair) -> None:
    """After shutdown the peer reads what is left, then nothing, and can still send."""
    client, server = pair
    client.sendall(b"last")
    client.shutdown(socket.SHUT_WR)
    assert (server.recv(10), server.recv(10)) == (b"last", b"")
    server.sendall(b"answer")
    assert client.recv(10) == b"answer"
    with pytest.raises(BrokenPipeError):
        client.sendall(b"more")


def test_unread_data_breaks_the_connection(pair: Pair) -> None:
    """A peer that closes without reading what came breaks the connection; one that has read all ends it."""
    client, server = pair
    client.sendall(b"unread")
    assert server.recv(1, socket.MSG_PEEK) == b"u"
    server.close()
    with pytest.raises(ConnectionResetError):
        client.recv(10)


def test_what_cannot_be_done_at_once_is_refused(kind: Any, listener: Any) -> None:
    """A socket that does not block raises BlockingIOError instead of waiting."""
    listener.setblocking(False)
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_a_full_peer_takes_no_more(kind: Any, pair: Pair) -> None:
    """A peer that reads nothing has room for so much, and for the rest once it has read."""
    client, server = pair
    client.setblocking(False)
    sent = 0
    with pytest.raises(BlockingIOError):
        while sent < 1 << 28:
            sent += client.send(b"x" * CAPACITY)
    assert sent >= CAPACITY
    while sent:
        sent -= len(server.recv(1 << 20))
    assert client.send(b"x") == 1


@pytest.mark.parametrize(
    ("port", "error"),
    [(0, errno.ECONNREFUSED), (None, errno.EADDRINUSE)],
)
def test_ports(kind: Any, listener: Any, port: int | None, error: int) -> None:
    """Nothing connects where nothing listens, and no second listener has the same port."""
    with kind() as sock:
        if port is None:
            with pytest.raises(OSError) as raised:
                sock.bind(listener.getsockname())
            assert raised.value.errno == error
        else:
            where = listener.getsockname()
            listener.close()
            assert sock.connect_ex(where) == error


def test_closed_sockets(kind: Any) -> None:
    """A closed socket has no descriptor, and each call on it fails."""
    sock = kind()
    sock.close()
    sock.close()
    assert sock.fileno() == -1
    for call in (lambda: sock.recv(1), lambda: sock.send(b"x"), lambda: sock.getsockname()):
        with pytest.raises(OSError) as raised:
            call()
        assert raised.value.errno == errno.EBADF


def test_clients_of_a_closed_listener_are_cut_off(kind: Any, listener: Any) -> None:
    """A connection that was never accepted is broken when its listener closes."""
    with kind() as client:
        client.settimeout(5)
        client.connect(listener.getsockname())
        listener.close()
        with pytest.raises(ConnectionResetError):
            client.recv(1)


@pytest.mark.parametrize("address", ["127.0.0.1", ("127.0.0.1",), ("127.0.0.1", "x"), ("127.0.0.1", 70_000)])
def test_bad_addresses(kind: Any, address: Any) -> None:
    """An address that is none is refused as the system's sockets refuse it."""
    with kind() as sock, pytest.raises((TypeError, OverflowError)):
        sock.bind(address)


# -- datagrams --------------------------------------------------------------------------------------------


@pytest.fixture
def receiver(kind: Any) -> Iterator[Any]:
    """A socket for datagrams at a free port."""
    with kind(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(5)
        sock.bind(("127.0.0.1", 0))
        yield sock


def test_a_datagram_arrives_whole_or_cut(kind: Any, receiver: Any) -> None:
    """Each datagram is received by itself, with its sender; what does not fit is cut off."""
    with kind(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind(("127.0.0.1", 0))
        assert sender.sendto(b"first", receiver.getsockname()) == 5
        sender.connect(receiver.getsockname())
        assert sender.send(b"second") == 6
        assert receiver.recvfrom(10) == (b"first", sender.getsockname())
        assert receiver.recv(3) == b"sec"
        receiver.setblocking(False)
        with pytest.raises(BlockingIOError):
            receiver.recv(10)


def test_a_datagram_has_a_limit(kind: Any, receiver: Any) -> None:
    """More than 65,507 bytes are refused."""
    with kind(socket.AF_INET, socket.SOCK_DGRAM) as sender, pytest.raises(OSError) as raised:
        sender.sendto(bytes(65_508), receiver.getsockname())
    assert raised.value.errno == errno.EMSGSIZE


def test_a_group_reaches_its_members() -> None:
    """What is sent to a multicast group comes to all sockets that have joined it, and to no others."""
    group = "224.168.2.9"
    socks = [MemorySocket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(3)]
    for sock in socks:
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((group, 1600))
    for sock in socks[:2]:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(group) + bytes(4))
    socks[2].sendto(b"news", (group, 1600))
    assert [sock.recv(10) for sock in socks[:2]] == [b"news", b"news"]
    with pytest.raises(BlockingIOError):
        socks[2].recv(10)
    for sock in socks:
        sock.close()


# -- selecting --------------------------------------------------------------------------------------------


def test_a_selector_tells_what_is_ready() -> None:
    """A socket can be written at once, read once something has come, and is forgotten when it is unregistered."""
    one, other = get_socket_pair()
    with one, other, MemorySelector() as selector:
        selector.register(one, 3, "data")
        assert [(key.data, events) for key, events in selector.select(0)] == [("data", 2)]
        other.send(b"x")
        assert [(key.data, events) for key, events in selector.select(0)] == [("data", 3)]
        assert select_sockets([one, other], [], [], 0) == ([one], [], [])
        with pytest.raises(KeyError):
            selector.register(one, 1)
        selector.unregister(one)
        assert selector.select(0) == []


def test_a_plain_file_cannot_be_watched(tmp_path: Any) -> None:
    """What is no socket is refused, as epoll refuses it."""
    with open(tmp_path / "file", "w") as file, MemorySelector() as selector, pytest.raises(PermissionError):
        selector.register(file, 1)


# -- what a page cannot have ------------------------------------------------------------------------------


def test_other_machines_cannot_be_reached() -> None:
    """A name that is not this page's is refused with the reason."""
    with pytest.raises(socket.gaierror, match=r"reaches only servers in the same page, and 'kamaelia\.org'"):
        get_address_info("kamaelia.org", 80)
    with MemorySocket() as sock:
        assert sock.connect_ex(("192.0.2.1", 80)) == errno.ENETUNREACH
        with pytest.raises(OSError, match=r"reaches only servers in the same page, and 192\.0\.2\.1"):
            sock.connect(("192.0.2.1", 80))
        with pytest.raises(OSError, match=r"a page can listen at 127\.0\.0\.1 only, not at 192\.0\.2\.1"):
            sock.bind(("192.0.2.1", 80))
    with pytest.raises(OSError):
        MemorySocket(socket.AF_INET6)


def test_ordinary_python_does_not_import_this_room() -> None:
    """Outside of a browser nothing of it is imported, and nothing of the standard library is replaced."""
    code = (
        "import kamlab, kamlab.net, kamlab.testing, sys, threading; kamlab.Lab().network; "
        "print([name for name in sys.modules if name.startswith('kamlab.browser')], threading.Lock.__module__)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[] _thread\n"


def test_a_thread_without_a_number_of_the_system_is_not_known_to_wait() -> None:
    """Threads of a page have no native_id; that a component with such a thread is slow must not make it fail."""

    class WithoutNumber(threading.Thread):
        @property
        def native_id(self) -> Any:
            raise AttributeError("native_id")

    over = threading.Event()
    thread = WithoutNumber(target=over.wait)
    thread.start()
    try:
        assert asleep_at(thread) is None
        assert times_waited(thread.ident) is None
    finally:
        over.set()
        thread.join()
