"""The listings that Kamaelia has published: how they are found and judged, and, with a checkout at hand, all of them.

The environment variable KAMLAB_KAMAELIA_CHECKOUT names a checkout of Kamaelia's repository; without it the listings
are not there, and only the rules of finding and judging are tested. ``published.csv`` has the name of every listing,
and, of those that cannot run, the reason.
"""

from __future__ import annotations

import csv
import os
import re
import sys
from pathlib import Path

import pytest

from listing_bench import MEDIA, Bench, Result, use_all
from published_listings import EXAMPLES, PAGES, find_listings, programs_of

TABLE = Path(__file__).with_name("published.csv")
CHECKOUT = os.environ.get("KAMLAB_KAMAELIA_CHECKOUT", "")


def table() -> dict[str, str]:
    """Return the reason of each listing that cannot run, and "" for the others."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {row["listing"]: row["reason"] for row in csv.DictReader(file)}


# -- how they are found ----------------------------------------------------------------------------

PAGE = """\
Words, and a first program:

>     import Axon
>
>     class Echo(Axon.Component.component):
>         pass

that goes on here:

```{.python}
Echo().run()
```

    $ python echo.py

A second program uses what the first one has defined:

    from Kamaelia.Chassis.Pipeline import Pipeline
    print "starts"
    Pipeline(Echo()).run()

and this one begins for itself:

    #!/usr/bin/python

    from Axon.Component import component
    component().run()
"""


def test_a_program_ends_where_it_runs() -> None:
    """Blocks are joined up to the one that runs something, and what is not Python is left out."""
    first, _, _ = programs_of(PAGE)
    assert first.startswith("import Axon\n\nclass Echo")
    assert first.endswith("Echo().run()\n")


def test_a_later_program_has_what_it_uses() -> None:
    """The imports and classes of earlier programs that a program uses are put before it, and their runs are not."""
    _, second, _ = programs_of(PAGE)
    assert second.count(".run()") == 1
    assert second.index("class Echo") < second.index('print "starts"')


def test_a_program_of_its_own_stays_so() -> None:
    """A program that names its interpreter begins anew, and has nothing before it that it does not use."""
    *_, third = programs_of(PAGE)
    assert "Echo" not in third


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small checkout: a page, and examples that end, run, serve and fail."""
    root = tmp_path_factory.mktemp("checkout")
    for folder in (*EXAMPLES, PAGES, str(Path(MEDIA).parent)):
        (root / folder).mkdir(parents=True, exist_ok=True)
    (root / MEDIA).write_bytes(b"a sound")
    (root / PAGES / "Page.md").write_text(PAGE)
    examples = root / EXAMPLES[0]
    imports = "from Kamaelia.Util.Console import *\nfrom Kamaelia.Chassis.Pipeline import Pipeline\n"
    (examples / "typed.py").write_text(f"{imports}Pipeline(ConsoleReader(), ConsoleEchoer(tag='read ')).run()\n")
    (examples / "server.py").write_text(
        "from Kamaelia.Chassis.ConnectedServer import SimpleServer\n"
        "from Kamaelia.Protocol.EchoProtocol import EchoProtocol\n"
        "SimpleServer(protocol=EchoProtocol, port=80).run()\n"
    )
    (examples / "client.py").write_text(
        f"{imports}from Kamaelia.Internet.TCPClient import TCPClient\n"
        "print(open('/nowhere/sound.ogg').read())\n"
        "from Kamaelia.Apps.SA.Chassis import TTL\n"
        "Pipeline(TTL(TCPClient('host.example', 1234), 2), ConsoleEchoer()).run()\n"
    )
    (examples / "wrong.py").write_text("import Axon\nAxon.Nothing\n")
    return root


@pytest.fixture(scope="module")
def results(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Result]:
    """What came of the examples of that checkout."""
    if sys.platform != "linux":
        pytest.skip("the ports of a process are found on Linux only")
    with Bench(checkout, tmp_path_factory.mktemp("bench")) as bench:
        listings = [listing for listing in find_listings(checkout) if listing.folder is not None]
        return {Path(listing.name).stem: bench.use(listing, 60, enough=1) for listing in listings}


def test_names_are_paths(checkout: Path) -> None:
    """A file is named by its path; one of several programs of a page by its number as well."""
    names = [listing.name for listing in find_listings(checkout)]
    assert names[:2] == [f"{EXAMPLES[0]}/client.py", f"{EXAMPLES[0]}/server.py"]
    assert names[-3:] == [f"{PAGES}/Page.md#{number}" for number in (1, 2, 3)]


def test_another_folder_is_refused(tmp_path: Path) -> None:
    """A folder that is not a checkout is named in the error."""
    with pytest.raises(FileNotFoundError, match=tmp_path.name):
        find_listings(tmp_path)


# -- how they are judged ---------------------------------------------------------------------------


def test_lines_are_typed(results: dict[str, Result]) -> None:
    """A listing that reads the console gets lines, and the end of the input."""
    assert "read hello\n" in results["typed"].out
    assert results["typed"].kind == "ends"


def test_ports_are_talked_to(results: dict[str, Result]) -> None:
    """A client connects to each port, whatever number the listing gave it, and hears the answer."""
    assert results["server"].kind == "runs"
    assert results["server"].answers == (b"hello\r\n",)


def test_hosts_and_media_are_replaced(results: dict[str, Result]) -> None:
    """A host elsewhere is answered on this machine, and a sound that is not there is another one."""
    assert results["client"].out == "a sound\nhello there\n"


def test_an_error_is_a_failure(results: dict[str, Result]) -> None:
    """A listing that raises fails, and its error is known."""
    assert results["wrong"].kind == "fails"
    assert "Nothing" in results["wrong"].error


# -- all that were published -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def published() -> dict[str, Result]:
    """What came of every listing of the checkout."""
    return {result.name: result for result in use_all(Path(CHECKOUT))}


def test_the_table_is_in_order() -> None:
    """Every listing is in the table once, and a reason is a sentence."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(table()) + 1
    assert [reason for reason in table().values() if reason and not (reason[0].isupper() and reason[-1] == ".")] == []


def test_the_docs_count_right() -> None:
    """The page on the listings has the numbers of the table: all, those that run, and the others by reason."""
    page = (Path(__file__).parents[2] / "docs" / "published.md").read_text(encoding="utf-8")
    reasons = list(table().values())
    assert f"publish {len(reasons)} listings" in page
    assert f"{reasons.count('')} of them run" in page
    assert sum(map(int, re.findall(r"^\| (\d+) \|", page, re.M))) == len(reasons) - reasons.count("")


@pytest.mark.slow
@pytest.mark.skipif(not CHECKOUT, reason="KAMLAB_KAMAELIA_CHECKOUT names no checkout of Kamaelia's repository")
class TestPublished:
    """The listings themselves."""

    def test_every_listing_is_in_the_table(self) -> None:
        """The table has the listings of the checkout, and no others."""
        assert sorted(table()) == sorted(listing.name for listing in find_listings(Path(CHECKOUT)))

    @pytest.mark.timeout(3600)
    @pytest.mark.parametrize("name", sorted(table()) if CHECKOUT else [])
    def test_it_runs_unless_there_is_a_reason(self, name: str, published: dict[str, Result]) -> None:
        """A listing ends, or runs until it is stopped, unless the table says why it cannot."""
        result, reason = published[name], table()[name]
        if reason:
            assert result.kind == "fails", f"it does run; take its reason out of the table: {reason}"
        else:
            assert result.kind != "fails", result.err
