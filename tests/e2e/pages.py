"""A notebook that is open in a page of the browser.

Everything is done by the application's own commands, because keystrokes get lost in a page that is
still loading. JupyterLab and Notebook 7 have the same ones.
"""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

from browsers import SHOTS

from .servers import Server

#: How large a page is, in pixels, unless a test makes it something else.
VIEWPORT = {"width": 1280, "height": 1000}

_READY = """async () => {
    const app = window.jupyterapp;
    await app.restored;
    const notebook = app.shell.currentWidget;
    await notebook.context.ready;
    await notebook.sessionContext.ready;
    await notebook.sessionContext.session.kernel.info;
}"""
_NOTEBOOK = ".jp-NotebookPanel:not(.lm-mod-hidden)"
#: Run a cell; what comes of it is awaited or not.
_RUN_CELL = """([index, wait]) => {
    const notebook = window.jupyterapp.shell.currentWidget.content;
    notebook.activeCellIndex = index;
    notebook.deselectAll();
    const done = window.jupyterapp.commands.execute('notebook:run-cell');
    return wait ? done.then(() => null) : null;
}"""
#: Ask the kernel for the value of an expression, unseen by the notebook, after executing some code.
_ASK = """async ([code, expression]) => {
    const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
    const asked = kernel.requestExecute({
        code, silent: true, store_history: false, user_expressions: {value: expression},
    });
    return (await asked.done).content;
}"""


_STATUS = "() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.status"


class Notebook:
    """A notebook that is open in JupyterLab or in Notebook 7.

    Args:
        server: where it is.
        page: the browser's page.
        file: its file's name.
        name: the first part of the names of screenshots.
    """

    def __init__(self, server: Server, page: Any, file: str, name: str) -> None:
        self.server = server
        self.page = page
        self.file = file
        self.name = name

    @property
    def path(self) -> Path:
        """Where the notebook is saved."""
        return self.server.root / self.file

    # -- the page -------------------------------------------------------------------------------------

    def open(self) -> None:
        """Load the page and wait until the notebook and its kernel are ready."""
        self.page.goto(self.server.address(self.file))
        self._wait_until_ready()
        self.theme("JupyterLab Light")

    def reload(self) -> None:
        """Save the notebook, load the page again, and wait until notebook and kernel are ready."""
        self.save()
        self.page.reload()
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        self.page.wait_for_selector(f"{_NOTEBOOK} .jp-Cell")
        self.page.evaluate(_READY)

    def save(self) -> None:
        """Save the notebook."""
        self.command("docmanager:save")

    def restart(self) -> None:
        """Restart the kernel, as a user does: by the command, saying yes when asked."""
        self.page.evaluate("() => { window.jupyterapp.commands.execute('notebook:restart-kernel') }")
        self.page.locator(".jp-Dialog button.jp-mod-accept").click()
        self.page.wait_for_selector(".jp-Dialog", state="detached")
        self.page.evaluate(_READY)

    def command(self, name: str, **arguments: Any) -> None:
        """Carry out one of the application's commands."""
        self.page.evaluate(
            "([name, args]) => window.jupyterapp.commands.execute(name, args).then(() => null)", [name, arguments]
        )

    def theme(self, name: str) -> None:
        """Change the theme."""
        self.command("apputils:change-theme", theme=name)
        light = "false" if "Dark" in name else "true"
        self.page.wait_for_function(
            f"document.body.dataset.jpThemeLight === '{light}' && !document.querySelector('#jupyterlab-splash')"
        )

    def shoot(self, name: str, of: Any = None) -> None:
        """Take a screenshot of the page, or of an element, where screenshots are wanted."""
        if SHOTS is not None:
            what = self.page if of is None else of
            what.screenshot(path=SHOTS / f"{self.server.front}-{self.name}-{name}.png")

    # -- the cells ------------------------------------------------------------------------------------

    def run_all(self) -> None:
        """Run all cells; returns when the last one is done."""
        self.command("notebook:run-all-cells")

    def run_cell(self, index: int) -> None:
        """Run one cell; returns when it is done."""
        self.page.evaluate(_RUN_CELL, [index, True])

    def run_all_below(self, index: int) -> None:
        """Run a cell and all below it; returns when the last one is done."""
        for number in range(index, self.page.locator(f"{_NOTEBOOK} .jp-Notebook-cell").count()):
            self.run_cell(number)

    def start_cell(self, index: int) -> None:
        """Begin to run a cell; returns at once."""
        self.page.evaluate(_RUN_CELL, [index, False])

    def wait_until_idle(self) -> None:
        """Wait until the kernel has done what it was asked; after an error it drops what arrives before that."""
        self.page.wait_for_function(f"({_STATUS})() === 'idle'")

    def output(self, index: int) -> Any:
        """Return the output area of a cell."""
        return self.page.locator(f"{_NOTEBOOK} .jp-Notebook-cell").nth(index).locator(".jp-Cell-outputArea")

    def button(self, name: str) -> Any:
        """Return the first button of this name."""
        return self.page.get_by_role("button", name=name, exact=True).first

    def errors(self) -> list[str]:
        """Return the errors that cells have raised, and what they wrote to stderr."""
        kinds = ("application/vnd.jupyter.error", "application/vnd.jupyter.stderr")
        found = self.page.locator(", ".join(f".jp-OutputArea [data-mime-type='{kind}']" for kind in kinds))
        return list(found.all_inner_texts())

    # -- the kernel -----------------------------------------------------------------------------------

    def value(self, expression: str, code: str = "") -> Any:
        """Ask the kernel for the value of an expression, a literal; code is executed before it, unseen.

        >>> notebook.value("lab.step_number", "lab.step()")  # doctest: +SKIP
        1
        """
        answer = self.page.evaluate(_ASK, [code, expression])
        assert answer["status"] == "ok", answer
        found = answer["user_expressions"]["value"]
        assert found["status"] == "ok", found
        return ast.literal_eval(found["data"]["text/plain"])

    def do(self, code: str) -> None:
        """Have the kernel execute some code, unseen."""
        self.value("None", code)

    def saved(self) -> Any:
        """Save the notebook and return what is in its file."""
        self.save()
        return json.loads(self.path.read_text(encoding="utf-8"))

    # -- how it looks ---------------------------------------------------------------------------------

    def contrast(self, element: Any) -> float:
        """Return the ratio of luminance between an element's text and what is behind it."""
        return _contrast(element.evaluate(f"element => ({_COLOURS})(element)"))

    def contrasts(self, root: Any) -> list[tuple[str, float]]:
        """Return each text in an element that can be seen and is not greyed, and how it stands out from its ground."""
        found = root.evaluate(_TEXTS.replace("COLOURS", _COLOURS))
        return [(text, _contrast(colours)) for text, colours in found]


#: The colour of an element's text, and the grounds behind it, from the nearest one to the farthest.
_COLOURS = """element => {
    const colours = [getComputedStyle(element).color];
    for (let each = element; each; each = each.parentElement) colours.push(getComputedStyle(each).backgroundColor);
    return colours;
}"""
#: The elements with a text of their own; pictures have other grounds than these.
_TEXTS = """root => [...root.querySelectorAll('*:not(svg *):not([aria-disabled=true] *):not([aria-disabled=true])')]
    .filter(each => [...each.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
    .filter(each => each.checkVisibility() && each.getBoundingClientRect().width > 1)
    .filter(each => !each.closest('[aria-hidden=true], :disabled'))
    .map(each => [each.textContent.trim().slice(0, 30), (COLOURS)(each)])"""


def _contrast(colours: list[str]) -> float:
    text, *behind = [_rgba(colour) for colour in colours]
    ground = next(colour for colour in [*behind, (255, 255, 255, 1)] if colour[3] == 1)
    lighter, darker = sorted((_luminance(text), _luminance(ground)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _rgba(colour: str) -> tuple[float, ...]:
    """Read ``rgb(1, 2, 3)``, ``rgba(1, 2, 3, 0.5)`` or, where colours were mixed, ``color(srgb 0.1 0.2 0.3 / 0.5)``."""
    numbers = [float(number) for number in re.findall(r"[\d.]+(?:e-?\d+)?", colour)]
    if colour.startswith("color(srgb"):
        numbers[:3] = [255 * part for part in numbers[:3]]
    return tuple(numbers) if len(numbers) == 4 else (*numbers, 1.0)


def _luminance(colour: tuple[float, ...]) -> float:
    shares = [part / 255 for part in colour[:3]]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
