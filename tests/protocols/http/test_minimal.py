"""Minimal: the files below a directory, parts of them, and nothing else."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from kamlab import Component, ShutdownMicroprocess
from kamlab.protocols.http import Minimal, minimal_factory
from kamlab.protocols.http.minimal import byte_range, find_file

BIG = bytes(range(256)) * 1000


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A directory with some files, and a secret beside it."""
    home = tmp_path / "home"
    (home / "sub").mkdir(parents=True)
    (home / "index.html").write_text("<p>home")
    (home / "sub" / "index.html").write_text("<p>sub")
    (home / "a b.txt").write_text("spaces")
    (home / "%2e.txt").write_text("odd")
    (home / "big.bin").write_bytes(BIG)
    (home / "empty.txt").write_bytes(b"")
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "home-too").mkdir()
    (tmp_path / "home-too" / "secret.txt").write_text("secret")
    return home


@pytest.fixture
def files(site: Any, home: Path) -> Any:
    """A server of these files."""
    return site(("/", minimal_factory("index.html", home)))


class TestFiles:
    @pytest.mark.parametrize(
        ("path", "kind", "body"),
        [
            ("/", "text/html", b"<p>home"),
            ("/index.html?x=1", "text/html", b"<p>home"),
            ("/sub", "text/html", b"<p>sub"),
            ("/sub/", "text/html", b"<p>sub"),
            ("/./sub//index.html", "text/html", b"<p>sub"),
            ("/a%20b.txt", "text/plain", b"spaces"),
            ("/%252e.txt", "text/plain", b"odd"),
            ("/big.bin", "application/octet-stream", BIG),
            ("/empty.txt", "text/plain", b""),
        ],
    )
    def test_a_file(self, files: Any, get: Any, path: str, kind: str, body: bytes) -> None:
        """A file is sent with its length and a type by its name; for a directory, the file named index."""
        (answer,) = files.ask(get(path))
        assert (answer.status, answer.body, answer.headers["content-length"]) == (200, body, str(len(body)))
        assert answer.headers["content-type"] == kind

    def test_head(self, files: Any, get: Any) -> None:
        """HEAD gets the length and no byte of the file."""
        data = files.tell(get("/big.bin", method="HEAD")).read()
        assert b"Content-Length: 256000\r\n" in data
        assert data.endswith(b"\r\n\r\n")

    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
    def test_other_methods_are_405(self, files: Any, get: Any, method: str) -> None:
        """What is neither GET nor HEAD is 405, and the answer says what is allowed."""
        (answer,) = files.ask(get("/", method=method))
        assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")

    def test_a_file_that_shrinks(self, files: Any, get: Any, home: Path, lab: Any) -> None:
        """If a file becomes shorter while it is sent, the connection is closed, so that the client knows."""
        peer = files.dial()
        peer.send(get("/big.bin"))
        lab.run(
            until=lambda _: any(
                type(each).__name__ == "Minimal" and len(each.outboxes["outbox"]) for each in lab.components
            )
        )
        os.truncate(home / "big.bin", 60_000)
        lab.run(timeout=1)
        assert peer.ended
        assert len(peer.received) < len(BIG)

    def test_it_ends_when_told_to(self, lab: Any, home: Path) -> None:
        """A Minimal whose response nobody takes sends three messages, and ends on ShutdownMicroprocess."""
        request = {"method": "GET", "headers": {}, "uri-suffix": "big.bin"}
        handler, sink = Minimal(request, homedirectory=home).activate(), Component()
        handler.link((handler, "outbox"), (sink, "inbox"))
        lab.run()
        assert (handler.state, sink.data_ready()) == ("waiting", 3)
        handler.deliver(ShutdownMicroprocess(), "control")
        lab.run()
        assert (handler.state, sink.data_ready()) == ("finished", 3)


class TestOutside:
    @pytest.mark.parametrize(
        "path",
        [
            "/../secret.txt",
            "/sub/../../secret.txt",
            "/..%2fsecret.txt",
            "/%2e%2e/secret.txt",
            "/%2E%2E%2Fsecret.txt",
            "/sub/%2e./%2e%2e/secret.txt",
            "/..%5csecret.txt",
            "/..\\secret.txt",
            "/../home-too/secret.txt",
            "//etc/passwd",
            "/%2fetc/passwd",
            "/%2f%2fetc/passwd",
            "/index.html%00.txt",
            "/%00",
            "/%ff%fe",
            "/none.txt",
            "/index.html/x",
            "/" + "a" * 5000,
        ],
    )
    def test_what_is_not_below_is_not_found(self, files: Any, get: Any, path: str) -> None:
        """Nothing outside the directory can be had, however the path is written; it is 404 like any other."""
        (answer,) = files.ask(get(path))
        assert answer.status == 404
        assert b"secret" not in answer.body
        assert b"root:" not in answer.body

    @pytest.mark.parametrize("target", ["../secret.txt", "..", "/etc"])
    def test_links_out_of_it(self, home: Path, target: str) -> None:
        """A symbolic link that leads out of the directory is not followed; one that stays inside is."""
        (home / "out").symlink_to(target)
        (home / "in.html").symlink_to("sub/index.html")
        for suffix in ("out", "out/secret.txt", "out/passwd", "out/home/index.html/../../secret.txt"):
            assert find_file(home, suffix, "index.html") is None
        assert find_file(home, "in.html", "index.html") == str((home / "sub" / "index.html").resolve())

    def test_an_index_that_leads_out(self, home: Path) -> None:
        """The same holds for the file named index."""
        (home / "other").mkdir()
        (home / "other" / "index.html").symlink_to("../../secret.txt")
        assert find_file(home, "other", "index.html") is None
        assert find_file(home, "", "../secret.txt") is None

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
    def test_what_is_no_file(self, home: Path) -> None:
        """A pipe, which would block the server, a directory without index, and a missing directory are not found."""
        os.mkfifo(home / "pipe")
        (home / "bare").mkdir()
        assert [find_file(home, name, "index.html") for name in ("pipe", "bare")] == [None, None]
        assert find_file(home / "none", "index.html", "index.html") is None


class TestRanges:
    @pytest.mark.parametrize(
        ("wanted", "begin", "end"),
        [("0-99", 0, 100), ("255999-", 255_999, 256_000), ("-10", 255_990, 256_000), ("5-999999", 5, 256_000)],
    )
    def test_a_part_of_a_file(self, files: Any, get: Any, wanted: str, begin: int, end: int) -> None:
        """One range is 206, with its place in the file."""
        (answer,) = files.ask(get("/big.bin", f"Range: bytes={wanted}"))
        assert (answer.status, answer.body) == (206, BIG[begin:end])
        assert answer.headers["content-range"] == f"bytes {begin}-{end - 1}/256000"

    @pytest.mark.parametrize("wanted", ["256000-", "300000-300001", "-0"])
    def test_a_part_that_does_not_exist(self, files: Any, get: Any, wanted: str) -> None:
        """A range outside the file is 416, with the length of the file."""
        answers = files.ask(get("/big.bin", f"Range: bytes={wanted}"), get("/"))
        assert [answer.status for answer in answers] == [416, 200]
        assert answers[0].headers["content-range"] == "bytes */256000"

    @pytest.mark.parametrize(
        "lines",
        [
            ["Range: bytes=0-1,5-6"],
            ["Range: bytes=9-5"],
            ["Range: bytes=-"],
            ["Range: bytes=a-b"],
            ["Range: lines=0-1"],
            ['If-Range: "x"', "Range: bytes=0-1"],
        ],
    )
    def test_a_range_that_is_ignored(self, files: Any, get: Any, lines: list[str]) -> None:
        """Several ranges, and what is no range, get the whole file, as the standard allows."""
        (answer,) = files.ask(get("/big.bin", *lines))
        assert (answer.status, len(answer.body)) == (200, 256_000)

    def test_an_empty_file(self) -> None:
        """An empty file has no part."""
        with pytest.raises(ValueError, match="0"):
            byte_range("bytes=0-", 0)
