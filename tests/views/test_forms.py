"""The text and the HTML of a view."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest

from kamlab.views import ComponentLook, Inboxes, InboxLook
from kamlab.views.render import LIMIT, STYLE
from kamlab.views.transcript import PrintedLine

EVIL = "<script>alert(1)</script>&\"'"
VIEW = Inboxes(
    "paused",
    12,
    (
        ComponentLook("Source_1", "runnable", inboxes=(InboxLook("inbox", 0), InboxLook("control", 0))),
        ComponentLook(
            "Sink_2",
            "waiting",
            "its thread waits in recv for a message",
            (InboxLook("inbox", 3, 3, ("'a'", "'b'")), InboxLook("control", 0)),
            (("outbox", 1),),
            more=2,
        ),
    ),
    more=4,
    failures=(("Old_3", "ValueError: out of paper"),),
    more_failures=1,
    printed=(PrintedLine("Sink_2", "hello"),),
)


class Reader(HTMLParser):
    """Reads HTML the way a browser would, and keeps tags, attributes and text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.open.append(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data + " "


def test_the_text_form() -> None:
    """The text has a line for each inbox with messages, one for the empty ones, and all that is left out."""
    assert str(VIEW).splitlines() == [
        "paused at step 12, 6 components",
        "  Source_1  runnable  inbox 0, control 0",
        "  Sink_2    waiting   inbox 3 of 3, FULL: 'a', 'b', and 1 more",
        "                      control 0, and 2 more inboxes",
        "                      (its thread waits in recv for a message)",
        "                      outbox leads nowhere: 1 message LOST",
        "  and 4 more components",
        "  Old_3 failed: ValueError: out of paper",
        "  and 1 failed before",
        "printed:",
        "  Sink_2: hello",
    ]


def test_print_and_repr_are_the_text_form() -> None:
    """A view that is printed, or shown where there is no HTML, is its text."""
    assert f"{VIEW}" == str(VIEW) == repr(VIEW)


def test_the_html_form_says_what_the_text_form_says() -> None:
    """Every name, count, message and error of the text is in the HTML."""
    text = Reader(VIEW._repr_html_()).text
    words = set(re.findall(r"[\w']+", str(VIEW).lower()))
    assert words - set(re.findall(r"[\w']+", text.lower())) <= {"inboxes"}


def test_the_html_is_well_formed_and_plain() -> None:
    """It is a table in a div: every tag is closed, and there is no script, link, image, id or handler."""
    reader = Reader(VIEW._repr_html_())
    assert not reader.open
    assert set(reader.tags) <= {"div", "style", "table", "thead", "tbody", "tr", "th", "td", "span", "code", "b", "pre"}
    assert reader.attributes <= {"class", "style"}


@pytest.mark.parametrize(
    "view",
    [
        Inboxes(EVIL, 1),
        Inboxes("paused", 1, (ComponentLook(EVIL, EVIL, EVIL),)),
        Inboxes("paused", 1, (ComponentLook("a", "b", "c", (InboxLook(EVIL, 1, None, (EVIL,)), InboxLook(EVIL, 0))),)),
        Inboxes("paused", 1, (ComponentLook("a", "b", discarded=((EVIL, 1),)),)),
        Inboxes("paused", 1, failures=((EVIL, EVIL),)),
        Inboxes("paused", 1, printed=(PrintedLine(EVIL, EVIL),)),
    ],
)
def test_nothing_in_a_view_is_executed(view: Inboxes) -> None:
    """Wherever a script could come in, it goes out as text."""
    html = view._repr_html_()
    assert "<script" not in html
    assert "script" not in Reader(html).tags
    assert EVIL in Reader(html).text


def test_the_same_view_gives_the_same_html() -> None:
    """The HTML depends on nothing but the view."""
    assert VIEW._repr_html_() == VIEW._repr_html_()


def test_the_html_is_bounded_whatever_the_view() -> None:
    """A view of the greatest size, all of it in need of escaping, stays below the limit and counts what it omits."""
    box = InboxLook('"' * 30, 100, None, ('"' * 60,) * 6)
    component = ComponentLook('"' * 40, "waiting", '"' * 60, (box,) * 8)
    view = Inboxes(
        "paused", 1, (component,) * 40, 7, (('"' * 40, '"' * 200),) * 5, 0, (PrintedLine('"' * 40, '"' * 2000),) * 8
    )
    html = view._repr_html_()
    shown = html.count("<tr>") - 1
    assert len(html) <= LIMIT < 50_000
    assert 0 < shown < 40
    assert f"and {47 - shown} more components" in html


def test_every_colour_is_the_theme_s_own() -> None:
    """No colour is fixed, so that light and dark themes are both legible."""
    colours = re.findall(r"(?:color|background): ([^;}]+)", STYLE)
    assert colours
    assert all(colour.startswith(("var(--jp-", "inherit", "transparent")) for colour in colours)


def test_views_bring_in_no_notebook_code() -> None:
    """A view is made, printed and drawn without IPython, widgets or matplotlib."""
    code = (
        "import sys, kamlab, kamlab.notebook\n"
        "from kamlab import Component, Lab\n"
        "with Lab() as lab:\n"
        "    Component().activate()\n"
        "    print(lab.inboxes(), lab._repr_html_(), lab.transcripts)\n"
        "sys.exit(', '.join({'IPython', 'ipywidgets', 'anywidget', 'matplotlib'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
