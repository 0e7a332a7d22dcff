"""The page of an exploration's panel, without a kernel: tabs, branches that unfold, and what a click sends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from kamlab import Component, Pipeline, explore
from kamlab.parts import OneShot

pytest.importorskip("anywidget", reason="anywidget is not installed")

from kamlab.notebook.exploring.page import ExplorationPage
from kamlab.notebook.exploring.panel import ExplorationPanel

from .themes import THEMES

ADDRESS = "http://explorer.test/"
MODEL = """
import widget from "./explorer.js";
const traits = %s, listeners = {};
window.sent = [];
window.model = {
  get: (name) => traits[name],
  set: (name, value) => { traits[name] = value; (listeners[`change:${name}`] || []).forEach((call) => call()); },
  on: (name, call) => (listeners[name] ??= []).push(call),
  off: () => {},
  send: (message) => window.sent.push(message),
};
widget.render({ model: window.model, el: document.body });
"""
#: The least contrast of a text with its ground that everybody can read.
CONTRAST = """elements => elements.filter((element) => element.innerText.trim()).map((element) => {
  const numbers = (text) => text.match(/[\\d.]+/g).map(Number);
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const light = (colour) => {
    canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((one) => {
      const part = one / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = light(getComputedStyle(document.querySelector(".kamlab-explorer")).backgroundColor);
  const ink = light(getComputedStyle(element).color);
  return [(Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05), element.innerText];
})"""


class Worker(Component):
    """Sleeps beside a message in some orders."""

    def main(self) -> Iterator[None]:
        while not self.data_ready():
            yield
            self.pause()
            yield
        self.recv()


@pytest.fixture(name="found", scope="module")
def _found() -> Any:
    """What a page is sent of a system that can go wrong."""
    panel = ExplorationPanel(explore(lambda: Pipeline(OneShot("work"), Worker()).activate() and None))
    found = json.loads(json.dumps(panel.page.found))
    panel.close()
    return found


@pytest.fixture(name="opened")
def _opened(chromium: Any, found: Any) -> Iterator[Any]:
    """A function that opens the page in a theme."""
    pages = []

    def open_it(theme: str = "light", **more: Any) -> Any:
        page = chromium.new_page(viewport={"width": 853, "height": 480}, device_scale_factor=1.5)
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        style = ";".join(f"{name}:{value}" for name, value in THEMES[theme].items())
        traits = {"found": {**found, **more}, "now": {"said": "", "error": False, "opened": ""}}
        bodies = {
            "": f"<!doctype html><style>{ExplorationPage._css}</style><body style='{style}'>"
            "<script type=module src=model.js></script>",
            "explorer.js": ExplorationPage._esm,
            "model.js": MODEL % json.dumps(traits),
        }

        def answer(route: Any) -> None:
            name = route.request.url.removeprefix(ADDRESS)
            kind = "text/javascript" if name.endswith(".js") else "text/html"
            route.fulfill(content_type=f"{kind}; charset=utf-8", body=bodies.get(name, ""))

        page.route(f"{ADDRESS}**", answer)
        page.goto(ADDRESS)
        page.locator(".kamlab-explorer .tabs").wait_for()
        pages.append(page)
        return page

    yield open_it
    for page in pages:
        page.close()
        assert page.errors == []


def test_a_click_sends_which_order_to_open(opened: Any) -> None:
    """The buttons of orders and of branches send what they open; the one that is open is marked as pressed."""
    page = opened()
    page.get_by_role("button", name="Open order 2").click()
    page.get_by_role("tab", name="Choices").click()
    page.get_by_role("button", name="Open step 2: Worker_3").click()
    assert page.evaluate("window.sent") == [
        {"do": "open", "order": 1},
        {"do": "through", "path": ["Worker_3"], "step": 2},
    ]
    page.evaluate("window.model.set('now', {said: 'opened at step 2', error: false, opened: 'Worker_3'})")
    assert page.get_by_role("button", pressed=True).count() == 1
    assert page.get_by_role("status").inner_text() == "opened at step 2"


def test_branches_unfold_with_the_keyboard(opened: Any) -> None:
    """Tabs are changed by arrow keys; a branch that is folded shows what is below once its button is pressed."""
    page = opened()
    page.get_by_role("tab", name="Orders").focus()
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.activeElement.textContent") == "Choices"
    assert page.get_by_text("step 4: OneShot_2").is_hidden()
    page.locator(".fold[aria-expanded=false]").first.focus()
    page.keyboard.press("Enter")
    assert page.get_by_text("step 4: OneShot_2").is_visible()


@pytest.mark.parametrize("theme", THEMES)
def test_all_texts_can_be_read(opened: Any, theme: str) -> None:
    """In each theme of JupyterLab's each text has a contrast of 4.5 at least, and nothing is wider than the page."""
    page = opened(theme)
    page.evaluate("window.model.set('now', {said: 'it cannot be opened', error: true, opened: 'order 0'})")
    for tab in ("Orders", "Choices"):
        page.get_by_role("tab", name=tab).click()
        texts = page.locator(".kamlab-explorer :is(p, b, button, li div, .branch span)").evaluate_all(CONTRAST)
        assert len(texts) > 5
        assert [words for contrast, words in texts if contrast < 4.5] == []
    page.get_by_role("tab", name="States").click()
    assert page.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
    assert page.evaluate("document.documentElement.scrollWidth") <= 853


def test_names_are_no_markup(opened: Any) -> None:
    """What components are called, and what is said of them, is text."""
    hostile = "<img src=x onerror=alert(1)>"
    page = opened(headline=hostile, note=hostile)
    page.evaluate("said => window.model.set('now', {said, error: true, opened: ''})", hostile)
    assert page.locator(".kamlab-explorer img").count() == 0
    assert page.locator(".head").inner_text() == hostile
