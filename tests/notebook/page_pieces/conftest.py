"""The pieces beside the graph in a bare page: no Jupyter, no kernel, a model that records what is sent."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from browsers import SHOTS, browser
from kamlab.notebook.panel import web

THEMES = Path(sys.prefix) / "share/jupyter/lab/themes/@jupyterlab"

#: A model as anywidget has it, whose commands go no further than a list.
SHOW = """async ({source, traits}) => {
    const listeners = {};
    const model = {
        get: name => traits[name],
        set(name, value) { traits[name] = value; for (const fn of listeners['change:' + name] || []) fn(); },
        on(name, fn) { (listeners[name] ||= []).push(fn); },
        off(name, fn) { listeners[name] = (listeners[name] || []).filter(each => each !== fn); },
        send(content) { window.sent.push(content); },
    };
    window.sent = [];
    window.model = model;
    const url = URL.createObjectURL(new Blob([source], {type: 'text/javascript'}));
    window.end = (await import(url)).default.render({model, el: document.getElementById('here')});
}"""
DRAWN = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"

Values = dict[str, Any]


def theme_of(name: str) -> str:
    """Return the variables of one of JupyterLab's themes; without JupyterLab none, and the fall-backs are used."""
    path = THEMES / f"theme-{name}-extension" / "index.css"
    found = re.search(r":root\{.*?\}", path.read_text(encoding="utf-8")) if path.exists() else None
    return found[0] if found else ""


@pytest.fixture(scope="package")
def chromium() -> Iterator[Any]:
    """A browser."""
    with browser() as started:
        yield started


class View:
    """A panel in a page, with what a test asks it and does to it."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.root = page.locator(".kamlab-panel")

    def push(self, **changes: Any) -> None:
        """Change parts of ``now``, as Python does, and return when that is drawn."""
        self.page.evaluate("changes => model.set('now', {...model.get('now'), ...changes})", changes)
        self.drawn()

    def drawn(self) -> None:
        """Return when what has changed is drawn."""
        self.page.evaluate(DRAWN)

    def answer(self, text: str = "", error: bool = False, **changes: Any) -> None:
        """Carry out all that was sent, with these changes, and say this."""
        reply = max([0, *(command.get("id", 0) for command in self.sent())])
        self.push(said={"text": text, "error": error, "reply": reply}, **changes)

    def sent(self, *names: str) -> list[Values]:
        """Return the commands that were sent, but for greetings; or those of these names."""
        greetings = ("hello", "bye", "room")
        found = [command for command in self.page.evaluate("() => window.sent") if command["do"] not in greetings]
        return [command for command in found if not names or command["do"] in names]

    def last(self) -> Values:
        """Return the last command, without its id; an empty one if there is none."""
        found = self.sent()
        return {name: value for name, value in found[-1].items() if name != "id"} if found else {}

    def wait_for(self, name: str, count: int = 1) -> None:
        """Wait until a command was sent so many times."""
        self.page.wait_for_function(
            "([name, count]) => sent.filter(each => each.do === name).length >= count", arg=[name, count]
        )

    def piece(self, name: str) -> Any:
        """Return the section of a piece."""
        return self.root.locator(f"section.kamlab-{name}")

    def button(self, name: str) -> Any:
        """Return a button by its exact name."""
        return self.root.get_by_role("button", name=name, exact=True)

    def chip(self, place: str) -> Any:
        """Return the chip of a message, as in ``7.inbox.0``."""
        return self.root.locator(f"button[data-message='{place}']")

    def note(self) -> str:
        """Return what the note line says."""
        return " ".join(self.root.locator(".kamlab-note").all_text_contents())

    def focused(self) -> str:
        """Return what has the focus: its message, event, inbox or branch, or else its name or text."""
        return str(
            self.page.evaluate(
                """() => {
                    const active = document.activeElement;
                    const { message, event, inbox, component } = active.dataset;
                    return message || event || inbox || component || active.ariaLabel || active.textContent;
                }"""
            )
        )

    def shoot(self, name: str, **how: Any) -> None:
        """Take a screenshot, where screenshots are wanted."""
        if SHOTS is not None:
            SHOTS.mkdir(parents=True, exist_ok=True)
            self.root.screenshot(path=SHOTS / f"pieces-{name}.png", **how)


@pytest.fixture(scope="package")
def pages(chromium: Any) -> dict[str, Any]:
    """The pages that were opened, by what they were opened with; a new one takes longer than most tests."""
    return {}


def _new_page(chromium: Any, **how: Any) -> Any:
    context = chromium.new_context(**how)
    context.set_default_timeout(5_000)
    page = context.new_page()
    page.expected_errors = errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    return page


@pytest.fixture
def show(chromium: Any, pages: dict[str, Any]) -> Iterator[Callable[..., View]]:
    """Show these values in a page of a theme; nothing may go wrong in its script."""
    used = []

    def open_it(
        now: Values, *pieces: str, theme: str = "light", width: int = 1000, scene: Values | None = None, **how: Any
    ) -> View:
        key = repr((width, how))
        if key not in pages:
            pages[key] = _new_page(chromium, viewport={"width": width, "height": 900}, **how)
        page = pages[key]
        used.append(page)
        page.expected_errors.clear()
        page.goto("about:blank")  # a new window: nothing of the test before listens in it
        page.set_content(
            '<!doctype html><meta charset="utf-8"><body><div id="here"></div><p style="height: 2000px"></p>'
        )
        body = "body {margin: 8px; background: var(--jp-layout-color0)}"
        page.add_style_tag(content=f"{theme_of(theme)} {body} {web.style()}")
        traits = {
            "now": now,
            "scene": scene or {},
            "pieces": list(pieces) or ["inboxes", "source", "timeline", "story"],
        }
        page.evaluate(SHOW, {"source": web.module(), "traits": traits})
        view = View(page)
        view.drawn()
        view.drawn()  # what was measured in the first drawing is used in the second
        return view

    yield open_it
    assert [error for page in used for error in page.expected_errors] == []
