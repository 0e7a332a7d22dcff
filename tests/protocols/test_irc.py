"""The IRC client: lines in any pieces become messages, commands become lines, and it ends with its connection."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest

from kamlab import Component, Graphline, Handle, Pipeline, ProducerFinished, ShutdownMicroprocess, SimpleServer
from kamlab.parts import BadMessage, Collate, DataSource
from kamlab.protocols.irc import IRCClient, simple_irc_client, simple_user_client
from kamlab.protocols.irc_format import LINE_SIZE, TEXT_SIZE, informat, lines_of, outformat, parse_line


@pytest.fixture
def lab(make_lab: Callable[..., Any]) -> Any:
    """A lab with a network in memory."""
    return make_lab(clock="virtual")


@pytest.fixture
def heard(lab: Any) -> Callable[..., list[Any]]:
    """Give chunks to a client, and return what it hears."""

    def hear(*chunks: Any) -> list[Any]:
        client, messages = IRCClient().activate(), Collate().activate()
        client.link((client, "heard"), (messages, "inbox"))
        client.link((client, "signal"), (messages, "control"))
        for chunk in chunks:
            client.deliver(chunk)
        client.deliver(ProducerFinished(), "control")
        lab.run()
        return messages.collated

    return hear


@pytest.fixture
def said(lab: Any) -> Callable[..., list[str]]:
    """Give commands to a client, and return its lines."""

    def say(*commands: Any) -> list[str]:
        handle = Handle(IRCClient()).activate()
        for command in commands:
            handle.put(command, "talk")
        handle.put(ProducerFinished(), "control")
        lab.run()
        return list(iter_handle(handle))

    return say


def iter_handle(handle: Any, box: str = "outbox") -> Any:
    """Yield all that came out of a handle's box."""
    import queue

    while True:
        try:
            yield handle.get(box)
        except queue.Empty:
            return


class TestHearing:
    def test_lines_in_any_pieces(self, heard: Any) -> None:
        """A line, a character or the two characters of its end may be split between any number of chunks."""
        line = ":alice!a@home PRIVMSG #tea :früh\r\nPING :irc.home\r\n".encode()
        expected = [("PRIVMSG", "alice", "#tea", "früh"), ("PING", "irc.home", "", "")]
        assert heard(line) == expected
        assert heard(*(line[at : at + 1] for at in range(len(line)))) == expected

    @pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r"])
    def test_ends_of_lines(self, heard: Any, end: bytes) -> None:
        """Servers that end lines otherwise are understood as well; empty lines say nothing."""
        assert heard(b"PING a" + end + end + b"PING b" + end) == [("PING", "a", "", ""), ("PING", "b", "", "")]

    def test_bytes_that_are_not_utf8(self, heard: Any) -> None:
        """Such a line is Latin-1; its neighbours stay what they are."""
        assert heard(b":a PRIVMSG #t :caf\xe9\r\n:b PRIVMSG #t :caf\xc3\xa9\r\n") == [
            ("PRIVMSG", "a", "#t", "café"),
            ("PRIVMSG", "b", "#t", "café"),
        ]

    def test_text_as_well_as_bytes(self, heard: Any) -> None:
        """A server in the same lab may send text."""
        assert heard("PING :früh\r\n") == [("PING", "früh", "", "")]

    def test_a_line_that_is_too_long(self, heard: Any) -> None:
        """Of a line without an end only the beginning is kept, in one error; the next line is heard."""
        error, after = heard(*[b"x" * 5000] * 10, b"\r\nPING a\r\n")
        assert error[:3] == ("CLIENT ERROR", "client", "")
        assert "8192 bytes" in error[3]
        assert len(error[3]) < 600
        assert after == ("PING", "a", "", "")

    def test_a_line_without_an_end(self, heard: Any) -> None:
        """What comes last and has no end is an error, as it may not be all."""
        assert heard(b"PING a\r\n:alice PRIVMSG #tea :I was just ab") == [
            ("PING", "a", "", ""),
            ("CLIENT ERROR", "client", "", ":alice PRIVMSG #tea :I was just ab"),
        ]

    @pytest.mark.parametrize("line", [":", ":alice", "PING", ":alice PRIVMSG", "   ", ": :", "\x00"])
    def test_what_is_no_message(self, line: str) -> None:
        """A line without a command or an argument is an error."""
        assert parse_line(line) == ("CLIENT ERROR", "client", "", line)

    @pytest.mark.parametrize(
        ("line", "message"),
        [
            (":al!a@home JOIN :#tea", ("JOIN", "al", "#tea", "")),
            (":al!a@home NICK :alice", ("NICK", "al", "", "alice")),
            (":al!a@home QUIT :Quit: gone home", ("QUIT", "al", "", "Quit: gone home")),
            ("ERROR :Closing Link: too slow", ("ERROR", "", "", "Closing Link: too slow")),
            (":irc.home 001 al :Welcome", ("001", "irc.home", "al", "Welcome")),
            (":irc.home 005 al A=1 :are supported", ("005", "irc.home", "al", "A=1 :are supported")),
            (":al MODE #tea +o bob", ("MODE", "al", "#tea", "+o bob")),
            (":al PRIVMSG #tea ::-)", ("PRIVMSG", "al", "#tea", ":-)")),
            (":al PRIVMSG #tea :", ("PRIVMSG", "al", "#tea", "")),
            (":al PRIVMSG #tea :\x01ACTION pours  tea\x01", ("ACTION", "al", "#tea", "pours  tea")),
            (":al PRIVMSG #tea :ACTION speaks", ("PRIVMSG", "al", "#tea", "ACTION speaks")),
        ],
    )
    def test_messages(self, line: str, message: Any) -> None:
        """A line is (command, sender, receiver, rest); spaces in a text stay."""
        assert parse_line(line) == message

    def test_neither_bytes_nor_text(self, lab: Any) -> None:
        """Something else at inbox is a failure that says where commands go."""
        client = IRCClient().activate()
        client.deliver(("JOIN", "#tea"))
        lab.run()
        assert isinstance(client.error, BadMessage)
        assert "'talk'" in str(client.error)


class TestTalking:
    def test_commands(self, said: Any) -> None:
        """A command is a tuple, a list or a text; what has spaces is the last argument."""
        assert said(
            ("nick", "alice"),
            ["USER", "al", "0", "*", "Alice L."],
            "QUIT",
            ("PRIVMSG", "#tea", ":-)"),
            ("TOPIC", "#tea", ""),
            ("ME", "#tea", "pours"),
            ("BERSERKER", "Lvl. 10"),
        ) == [
            "NICK alice\r\n",
            "USER al 0 * :Alice L.\r\n",
            "QUIT\r\n",
            "PRIVMSG #tea ::-)\r\n",
            "TOPIC #tea :\r\n",
            "PRIVMSG #tea :\x01ACTION pours\x01\r\n",
            "BERSERKER :Lvl. 10\r\n",
        ]

    def test_a_long_text_is_split(self) -> None:
        """A text of any length arrives complete, in lines that no server cuts, with no character in two."""
        text = "früh " * 400
        lines = lines_of(("PRIVMSG", "#tea", text))
        assert "".join(line.removeprefix("PRIVMSG #tea :") for line in lines) == text
        assert max(len(line.encode()) for line in lines) <= TEXT_SIZE + len("PRIVMSG #tea :")
        assert {line[-1] for line in lines_of(("ME", "#tea", text))} == {"\x01"}

    @pytest.mark.parametrize(
        ("command", "why"),
        [
            (("JOIN", "#tea\r\nQUIT"), "line break"),
            (("PRIVMSG", "#tea", "a\0b"), "zero byte"),
            (("TOPIC", "#tea", "x" * LINE_SIZE), "at most 510 bytes"),
            (("ME",), "needs a receiver"),
            ((), "has no command"),
            (("JOIN #tea",), "has no command"),
        ],
    )
    def test_what_cannot_be_sent(self, lab: Any, command: Any, why: str) -> None:
        """A command that would be two, or none, or too long is not sent, and the client says so and goes on."""
        handle = Handle(IRCClient()).activate()
        handle.put(command, "talk")
        handle.put(("PONG", "a"), "talk")
        lab.run()
        (error,) = iter_handle(handle, "heard")
        assert error[0] == "CLIENT ERROR"
        assert why in error[3]
        assert list(iter_handle(handle)) == ["PONG a\r\n"]

    @pytest.mark.parametrize("command", [42, None, ("NICK", 42), b"NICK alice"])
    def test_what_is_no_command(self, lab: Any, command: Any) -> None:
        """A command that is not made of texts is a failure with an example."""
        client = IRCClient().activate()
        client.deliver(command, "talk")
        lab.run()
        assert isinstance(client.error, BadMessage)
        assert "('JOIN', '#tea')" in str(client.error)


class TestConnected:
    def test_a_session(self, lab: Any) -> None:
        """Login, a nick in use, PING and PONG, as messages on both sides."""
        server = lab.network.serve("irc.home", 6667)
        client = Handle(simple_irc_client("irc.home")).activate()
        for command in (("NICK", "al"), ("USER", "al", "0", "*", "Alice")):
            client.put(command)
        lab.run()
        (peer,) = server.peers
        assert peer.read() == b"NICK al\r\nUSER al 0 * Alice\r\n"
        peer.send(b":irc.home 433 * al :Nickname is already in use.\r\nPING :tok")
        lab.run()
        peer.send(b"en\r\n")
        lab.run()
        assert list(iter_handle(client)) == [
            ("433", "irc.home", "*", "al :Nickname is already in use."),
            ("PING", "token", "", ""),
        ]
        client.put(("PONG", "token"))
        lab.run()
        assert peer.read() == b"PONG token\r\n"

    def test_it_ends_with_its_connection(self, lab: Any) -> None:
        """A server that closes ends the client, after all that it said; nothing is left waiting."""
        server = lab.network.serve("irc.home", 6667)
        messages = Collate()
        system = Pipeline(simple_irc_client("irc.home"), messages).activate()
        lab.run()
        server.peers[0].send(b"ERROR :Closing Link\r\n")
        server.peers[0].close()
        assert lab.run().reason == "finished"
        assert system.is_stopped()
        assert messages.collated == [("ERROR", "", "", "Closing Link")]

    def test_a_connection_that_breaks(self, lab: Any) -> None:
        """Why a connection failed is heard."""
        server = lab.network.serve("irc.home", 6667)
        client = Handle(simple_irc_client("irc.home")).activate()
        lab.run()
        server.peers[0].reset()
        assert lab.run().reason == "finished"
        (error,) = iter_handle(client)
        assert error[0] == "CLIENT ERROR"
        assert "lost its connection" in error[3]

    def test_a_server_that_is_not_there(self, lab: Any) -> None:
        """A connection that is refused is heard, and the client ends."""
        client = Handle(simple_irc_client("irc.home")).activate()
        lab.run()
        assert "refused" in client.get()[3]
        assert client.is_stopped()

    def test_producer_finished_sends_all_first(self, lab: Any) -> None:
        """A source that has finished ends the client after its last command."""
        server = lab.network.serve("irc.home", 6667)
        commands = [("NICK", "al"), ("JOIN", "#tea"), ("QUIT", "good night")]
        Pipeline(DataSource(commands), simple_irc_client("irc.home")).activate()
        lab.run(timeout=1)
        assert server.peers[0].read() == b"NICK al\r\nJOIN #tea\r\nQUIT :good night\r\n"
        server.peers[0].close()
        assert lab.run().reason == "finished"

    def test_shutdown_ends_it_at_once(self, lab: Any) -> None:
        """ShutdownMicroprocess at the prefab reaches client and connection."""
        server = lab.network.serve("irc.home", 6667)
        client = simple_irc_client("irc.home").activate()
        lab.run()
        client.deliver(ShutdownMicroprocess(), "control")
        assert lab.run().reason == "finished"
        assert server.peers[0].closed

    def test_a_user(self, lab: Any) -> None:
        """The client for users takes what they type and sends what they read."""
        server = lab.network.serve("irc.home", 6667)
        client = Handle(simple_user_client("irc.home")).activate()
        for line in ("/nick al\n", "Hello, all", "", "/"):
            client.put(line)
        lab.run()
        assert server.peers[0].read() == b"NICK al\r\nPRIVMSG #kamtest :Hello, all\r\nPRIVMSG #kamtest /\r\n"
        server.peers[0].send(":bob!b@home PRIVMSG #kamtest :Hello, al\r\n")
        lab.run()
        assert client.get() == "<bob> Hello, al\n"

    def test_real_tcp_recorded(self, make_lab: Any) -> None:
        """On real TCP, recorded, a client and a server of components go back and forward to the same messages."""

        class Greeter(Component):
            async def main(self) -> Any:
                await self.receive()
                self.send(":irc.home 001 al :Welcome\r\nPING :a\r\n")
                while b"PONG a\r\n" not in await self.receive():
                    pass

        class Answerer(Component):
            def main(self) -> Any:
                self.send(("NICK", "al"))
                while not self.data_ready("control"):
                    for message in self.messages():
                        if message[0] == "PING":
                            self.send(("PONG", message[1]))
                    self.pause()
                    yield

        made: list[Any] = []

        def build() -> None:
            server = SimpleServer(protocol=Greeter, port=0).activate()
            client, user = simple_irc_client("127.0.0.1", server.port), Answerer()
            made.append(user)
            Graphline(
                client=client,
                user=user,
                linkages={
                    ("client", "outbox"): ("user", "inbox"),
                    ("user", "outbox"): ("client", "inbox"),
                    ("client", "signal"): ("user", "control"),
                },
            ).activate()

        lab = make_lab(recorded=True, build=build, trace_limit=100_000)
        lab.run(until=made[0], timeout=20)
        end, before = lab.step_number, [str(event) for event in lab.trace.events()]
        assert any("PONG a" in line for line in before)
        lab.goto(0)
        lab.goto(end)
        assert [str(event) for event in lab.trace.events()] == before


class TestFormats:
    @pytest.mark.parametrize(
        ("typed", "command"),
        [
            ("Hello, all", ("PRIVMSG", "#tea", "Hello, all")),
            ("/ is a slash", ("PRIVMSG", "#tea", "/ is a slash")),
            ("/join #tea", ("JOIN", "#tea")),
            ("/msg bob how are you", ("PRIVMSG", "bob", "how are you")),
            ("/kick #tea bob too much milk", ("KICK", "#tea", "bob", "too much milk")),
            ("/user al home irc.home Alice L.", ("USER", "al", "home", "irc.home", "Alice L.")),
            ("/user al", ("USER", "al")),
            ("/quit good night", ("QUIT", "good night")),
            ("/quit", ("QUIT",)),
            ("/me waves twice", ("ME", "#tea", "waves twice")),
            ("//", None),
            ("", None),
            ("\n", None),
        ],
    )
    def test_informat(self, typed: str, command: Any) -> None:
        """What a user types is a command, or a message to the channel."""
        assert informat(typed, "#tea") == command

    @pytest.mark.parametrize(
        ("message", "line"),
        [
            (("PRIVMSG", "al", "#tea", "Hello"), "<al> Hello"),
            (("PART", "al", "#tea", ""), "*** al has parted #tea"),
            (("NICK", "al", "", "alice"), "*** al is now known as alice"),
            (("TOPIC", "al", "#tea", "milk"), "*** al changed the topic to milk"),
            (("MODE", "al", "#tea", "+t"), "*** al has set channel mode: +t"),
            (("001", "irc.home", "al", "Welcome"), "Reply 001 from irc.home to al: Welcome"),
            (("433", "irc.home", "*", "in use"), "Error! 433 irc.home * in use"),
            (("671", "irc.home", "al", "secure"), "Unknown numeric reply: 671 irc.home al secure"),
            (("NOTICE", "bob", "al", "psst"), "NOTICE from bob: psst"),
            ("plain", "<> plain"),
        ],
    )
    def test_outformat(self, message: Any, line: str) -> None:
        """What is heard is one line for the user."""
        assert outformat(message, "#tea") == f"{line}\n"


def test_a_plain_client_and_a_byte_at_a_time(make_lab: Any, eventually: Any) -> None:
    """On real TCP a server that sends byte after byte is understood."""
    lab = make_lab()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = Handle(simple_irc_client("127.0.0.1", listener.getsockname()[1])).activate()
        lab.start()
        server, _ = listener.accept()
        with server:
            for byte in ":al PRIVMSG #tea :früh\r\n".encode():
                server.send(bytes([byte]))
            assert client.get(timeout=20) == ("PRIVMSG", "al", "#tea", "früh")
        assert eventually(client.is_stopped)
