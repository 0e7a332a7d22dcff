"""Aliases of hosts and ports, given or from the environment."""

from __future__ import annotations

import pytest

from kamlab.core.errors import KamlabError
from kamlab.net.addresses import Aliases, numeric, parse_hosts, parse_ports, split_address
from kamlab.net.errors import BadAddress, BadMapping


class TestReadingAliases:
    def test_hosts(self) -> None:
        """Aliases of hosts are name=other, separated by commas, with or without ports and spaces."""
        assert parse_hosts(" foo.bar.com:1600=127.0.0.1:4711 , other=127.0.0.1,") == {
            "foo.bar.com:1600": "127.0.0.1:4711",
            "other": "127.0.0.1",
        }

    def test_ports(self) -> None:
        """Aliases of ports are number=number."""
        assert parse_ports("1500=0, 1501=4711") == {1500: 0, 1501: 4711}

    def test_nothing(self) -> None:
        """An empty text is no alias."""
        assert (parse_hosts(""), parse_ports(" , ")) == ({}, {})

    @pytest.mark.parametrize("text", ["foo", "foo=", "=127.0.0.1", "a=b=c"])
    def test_garbage_among_hosts(self, text: str) -> None:
        """Garbage is an error that names the variable, the garbage, and an example."""
        with pytest.raises(BadMapping, match="KAMLAB_HOSTS") as caught:
            parse_hosts(f"good=127.0.0.1,{text}")
        assert repr(text) in str(caught.value)
        assert "foo.bar.com:1600=127.0.0.1:4711" in str(caught.value)
        assert isinstance(caught.value, KamlabError)
        assert isinstance(caught.value, ValueError)

    @pytest.mark.parametrize("text", ["1500", "1500=x", "x=1", "1500=70000", "-1=3", "1500=0=1", "१=1"])
    def test_garbage_among_ports(self, text: str) -> None:
        """A port that is no number from 0 to 65535 is an error that names the variable."""
        with pytest.raises(BadMapping, match="KAMLAB_PORTS"):
            parse_ports(text)

    @pytest.mark.parametrize("text", ["", ":80", "foo:", "foo:x", "foo:65536", "[::1", "[::1]80", "a b"])
    def test_garbage_as_address(self, text: str) -> None:
        """What is no host or host:port is an error."""
        with pytest.raises(BadMapping):
            split_address(text)

    @pytest.mark.parametrize("alias", [{"foo:x": "bar"}, {"foo": "bar:99999"}, {"foo": ""}])
    def test_garbage_given_to_a_lab(self, alias: dict[str, str]) -> None:
        """A bad alias is found when it is given, and the error shows the pair."""
        with pytest.raises(BadMapping, match="foo"):
            Aliases(alias, {})

    def test_garbage_ports_given_to_a_lab(self) -> None:
        """A port given as text is an error."""
        with pytest.raises(BadMapping, match="1500"):
            Aliases({}, {"1500": 0})  # type: ignore[dict-item]


class TestUsingAliases:
    def test_the_more_exact_alias_wins(self) -> None:
        """An alias with the port comes before one of the host, and the port stays if none is given."""
        aliases = Aliases({"foo": "1.1.1.1", "foo:1600": "2.2.2.2:4711", "bar:9": "3.3.3.3"}, {})
        assert aliases.place("foo", 1600) == ("2.2.2.2", 4711)
        assert aliases.place("FOO", 80) == ("1.1.1.1", 80)
        assert aliases.place("bar", 9) == ("3.3.3.3", 9)
        assert aliases.place("bar", 80) == ("bar", 80)

    def test_the_environment_gives_defaults(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """KAMLAB_HOSTS and KAMLAB_PORTS are read, and what the lab was given comes before them."""
        monkeypatch.setenv("KAMLAB_HOSTS", "foo=1.1.1.1,bar=2.2.2.2")
        monkeypatch.setenv("KAMLAB_PORTS", "1500=0,1501=0")
        aliases = Aliases({"bar": "3.3.3.3"}, {1501: 7})
        assert (aliases.place("foo", 1)[0], aliases.place("bar", 1)[0]) == ("1.1.1.1", "3.3.3.3")
        assert (aliases.port(1500), aliases.port(1501), aliases.port(1502)) == (0, 7, 1502)

    def test_garbage_in_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Garbage in the environment is an error, not silence."""
        monkeypatch.setenv("KAMLAB_PORTS", "garbage")
        with pytest.raises(BadMapping, match="garbage"):
            Aliases()

    @pytest.mark.parametrize(("host", "port"), [("foo", "80"), ("foo", -1), ("foo", True), (None, 80), ("foo", 70000)])
    def test_a_host_or_port_of_the_wrong_kind(self, host: object, port: object) -> None:
        """A host that is no text or a port that is no port is a named error."""
        with pytest.raises(BadAddress):
            Aliases().place(host, port)  # type: ignore[arg-type]

    def test_numbers_and_this_machine_need_no_look_up(self) -> None:
        """IPv4, IPv6 and localhost have an address without a name server."""
        assert numeric("localhost", 1) == numeric("127.0.0.1", 1)
        assert numeric("::1", 1)[1][:2] == ("::1", 1)  # type: ignore[index]
        assert numeric("foo.bar.com", 1) is None
