"""A bare page with a panel in it, and a model that only remembers: no Jupyter, no kernel, no network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from browsers import SHOTS, browser
from kamlab.notebook.panel import web

from .themes import THEMES

ADDRESS = "http://panel.test/"
HERE = Path(__file__).parent

Values = dict[str, Any]

#: The buttons of the menu.
MENU = ("Run to breakpoint", "Reset", "Stop", "Choose as next", "Break here", "Hold", "Release")


@pytest.fixture(scope="package")
def chromium() -> Iterator[Any]:
    """A browser."""
    with browser() as started:
        yield started


def _answer(route: Any) -> None:
    name = route.request.url.removeprefix(ADDRESS)
    if name == "":
        route.fulfill(
            content_type="text/html; charset=utf-8", body='<!doctype html><link rel="icon" href="data:,"><body></body>'
        )
    elif name == "panel.js":
        route.fulfill(content_type="text/javascript; charset=utf-8", body=web.module())
    elif name == "model.js":
        route.fulfill(content_type="text/javascript; charset=utf-8", path=HERE / "model.js")
    else:
        route.abort()


class View:
    """A panel in a page.

    Args:
        page: the browser's page.
        name: the name of the model, so that there can be several in a page.
        index: which view of the model it is.
    """

    def __init__(self, page: Any, name: str = "one", index: int = 0) -> None:
        self.page = page
        self.name = name
        self.index = index
        self.root = page.locator(f"#{name}-{index} .kamlab-panel")

    def push(self, now: Values | None = None, scene: Values | None = None, **more: Any) -> None:
        """Let Python send new values; those of ``more`` change what ``now`` was. Returns when they are drawn."""
        self.page.evaluate(
            """([name, scene, now, more]) => {
                const model = window.models[name];
                if (scene) model.set('scene', scene);
                model.set('now', {...(now || model.get('now')), ...more});
            }""",
            [self.name, scene, now, more],
        )
        self.drawn()

    def drawn(self) -> None:
        """Return when what was pushed is drawn."""
        if self.page.by_hand:
            self.page.clock.run_for(50)
            return
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def answer(self, text: str = "", error: bool = False, **more: Any) -> None:
        """Let Python carry out all that was sent, and say this."""
        last = max((command.get("id", 0) for command in self.sent()), default=0)
        self.push(said={"text": text, "error": error, "reply": last}, **more)

    def sent(self, *names: str) -> list[Values]:
        """Return the commands that were sent, all but the greetings; or those of some names."""
        commands = self.page.evaluate("name => window.models[name].sent", self.name)
        return [
            command
            for command in commands
            if (command["do"] in names if names else command["do"] not in ("hello", "bye"))
        ]

    def last(self) -> Values:
        """Return the command that was sent last, without its number; an empty one if none was."""
        commands = self.sent()
        return {name: value for name, value in commands[-1].items() if name != "id"} if commands else {}

    def press(self, key: str) -> None:
        """Press a key, where the focus is."""
        self.page.keyboard.press(key)
        self.drawn()

    def click(self, what: Any) -> None:
        """Click on something, whether it is said to be disabled or not."""
        what.click(force=True)
        self.drawn()

    def node(self, key: str) -> Any:
        """Return a component of the graph, by its key."""
        return self.root.locator(f"g[data-node='{key}']")

    def button(self, name: str) -> Any:
        """Return a button by its name, after opening the menu that it is in."""
        place = self.menu() if name in MENU else self.root
        return place.get_by_role("button", name=name, exact=True)

    def menu(self) -> Any:
        """Return the menu, which is opened."""
        menu = self.root.get_by_role("dialog", name="More controls", include_hidden=True)
        if not menu.is_visible():
            self.root.get_by_role("button", name="More", exact=True).click()
            self.drawn()
        return menu

    def note(self) -> str:
        """Return what the note line says."""
        return "".join(self.root.locator(".kamlab-note").all_text_contents())

    def focused(self) -> str:
        """Return what has the focus: its accessible name or its text."""
        return str(self.page.evaluate("() => document.activeElement.ariaLabel || document.activeElement.textContent"))

    def shoot(self, name: str) -> None:
        """Take a screenshot, where screenshots are wanted."""
        if SHOTS is not None:
            SHOTS.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=SHOTS / f"page-{name}.png", full_page=True)


@pytest.fixture(scope="package")
def pages(chromium: Any) -> dict[str, Any]:
    """The pages that were opened, by what they were opened with; a new one takes longer than most tests."""
    return {}


@pytest.fixture
def open_page(chromium: Any, pages: dict[str, Any]) -> Iterator[Callable[..., Any]]:
    """Load an empty page, with the variables of a theme; nothing may go wrong in its scripts."""
    used = []

    def open_it(theme: str = "light", width: int = 1000, height: int = 900, by_hand: bool = False, **how: Any) -> Any:
        """``by_hand``: the page's time stands still until the test lets it go on."""
        key = repr((width, height, by_hand, how))
        if key not in pages:
            pages[key] = _new_page(chromium, by_hand, viewport={"width": width, "height": height}, **how)
        page = pages[key]
        used.append(page)
        page.expected_errors.clear()
        page.goto(ADDRESS)
        page.evaluate("() => localStorage.clear()")
        variables = "".join(f"{name}: {value};" for name, value in THEMES[theme].items())
        ground = "body {margin: 8px; background: var(--jp-layout-color0)}"
        page.evaluate(
            """async ([style, address]) => {
                document.head.append(Object.assign(document.createElement('style'), {textContent: style}));
                await import(address);
            }""",
            [f":root {{{variables}}} {ground} {web.style()}", ADDRESS + "model.js"],
        )
        return page

    yield open_it
    assert [error for page in used for error in page.expected_errors] == []


def _new_page(chromium: Any, by_hand: bool, **how: Any) -> Any:
    context = chromium.new_context(**how)
    context.set_default_timeout(5_000)
    page = context.new_page()
    page.by_hand = by_hand
    page.expected_errors = errors = []
    if by_hand:
        page.clock.install(time=0)
        page.clock.pause_at(1)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.route("**/*", _answer)
    return page


@pytest.fixture
def panel(open_page: Callable[..., Any]) -> Callable[..., View]:
    """Show a panel of these values in a page: in a new one, or in one that is open."""

    def show(values: tuple[Values, Values], page: Any = None, name: str = "one", **how: Any) -> View:
        pieces = how.pop("pieces", ["controls", "graph"])
        views = how.pop("views", 1)
        page = page or open_page(**how)
        scene, now = values
        page.evaluate(
            "([name, traits, views]) => window.show(name, traits, views)",
            [name, {"scene": scene, "now": now, "pieces": pieces}, views],
        )
        view = View(page, name)
        view.drawn()
        return view

    return show
