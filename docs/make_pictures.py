"""Make the pictures of README.md and of the gallery: ``.venv/bin/python docs/make_pictures.py [panel] [gallery]``.

``panel`` films the README's first listing in JupyterLab, in the browser and with the helpers of tests/e2e. The page's
animations are stopped and taken frame by frame, so the film does not depend on the speed of the machine.
``gallery`` takes a picture from the saved output of each notebook; renew the notebooks first if the views have changed.

Rejected: a screen recording, which is ten times as large and shows the jerks of a loaded machine.
"""

from __future__ import annotations

import base64
import io
import json
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "shared")]

import nbformat  # noqa: E402
import numpy  # noqa: E402
from e2e.pages import Notebook  # noqa: E402
from e2e.panels import Panel  # noqa: E402
from e2e.servers import start  # noqa: E402
from PIL import Image  # noqa: E402

import browsers  # noqa: E402

FILM = DOCS / "images" / "panel.gif"
GALLERY = DOCS / "images" / "gallery"

# -- the film -----------------------------------------------------------------------------------------------

#: The size of what is filmed, in CSS pixels, and by how much the film is larger: in a narrow page the graph and the
#: timeline lie one below the other, and their words can be read.
WIDTH, HEIGHT, SCALE = 720, 488, 1.25
#: The width that JupyterLab has beside the notebook at least.
MARGIN = 72
#: The height of the window, from which a panel takes its own.
WINDOW = 680
#: The most frequent colours that differ by more than this are kept as they are; others become the nearest of these.
COLOURS, APART = 250, 3
#: Milliseconds that something is shown: a frame of a movement, a state that is read at a glance, one with words.
FRAME, GLANCE, READ = 70, 400, 1250
#: The frames in which the pointer gets to a button, and a message to an inbox.
POINTING, TRAVELLING = 4, 7

#: Stops each animation as it begins, so that :data:`_SEEK` can go through it; leaves the timeline more room.
_STAGE = """
const animate = Element.prototype.animate;
Element.prototype.animate = function (...given) {
    const animation = animate.apply(this, given);
    if (window.filmed) animation.pause();
    return animation;
};
localStorage.setItem('kamlab.panel', JSON.stringify({tallShare: 38}));
"""
#: A headless browser draws no pointer.
_POINTER = """([x, y]) => {
    let pointer = document.querySelector('#film-pointer');
    if (!pointer) {
        pointer = document.createElement('div');
        pointer.id = 'film-pointer';
        pointer.innerHTML = '<svg width="20" height="26" viewBox="0 0 20 26"><path d="M2 1V20L7 16L10 24L13.5 22.5'
            + 'L10.3 15H17Z" fill="#111" stroke="#fff" stroke-width="1.5"/></svg>';
        pointer.style.cssText = 'position: fixed; z-index: 100000; pointer-events: none';
        document.body.append(pointer);
    }
    pointer.style.left = `${x}px`;
    pointer.style.top = `${y}px`;
}"""
_LENGTH = """() => Math.max(0, ...document.getAnimations().map(one => one.effect.getComputedTiming().endTime))"""
_SEEK = """time => document.getAnimations().forEach(one => {
    if (time < one.effect.getComputedTiming().endTime) one.currentTime = time; else one.finish();
})"""
#: The page without all that is not the notebook.
_BARE = """() => {
    const app = window.jupyterapp;
    app.shell.collapseLeft();
    app.shell.collapseRight();
    app.shell.mode = 'single-document';
    window.filmed = true;
}"""
_STYLE = """
.jp-SideBar, .jp-cell-toolbar, .jp-Notebook-footer { display: none !important }
.jp-InputPrompt, .jp-OutputPrompt, .jp-OutputArea-promptOverlay { display: none !important }
"""
_TO_TOP = "node => { node.scrollIntoView({block: 'start'}) }"


class Film:
    """Frames of a page, and how long each is shown."""

    def __init__(self, page: Any, clip: dict[str, float]) -> None:
        self.page = page
        self.clip = clip
        self.frames: list[Image.Image] = []
        self.lengths: list[int] = []
        self.pointer = (clip["x"] + WIDTH * 0.5, clip["y"] + HEIGHT * 0.6)

    def shoot(self, length: int) -> None:
        """Add the page as it is; if it is as in the last frame, that one is shown longer."""
        picture = Image.open(io.BytesIO(self.page.screenshot(clip=self.clip))).convert("RGB")
        if self.frames and picture.tobytes() == self.frames[-1].tobytes():
            self.lengths[-1] += length
        else:
            self.frames.append(picture)
            self.lengths.append(length)

    def click(self, panel: Panel, target: Any, hold: int) -> None:
        """Move the pointer to something, click it, and film what moves."""
        box = target.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        from_x, from_y = self.pointer
        if (x, y) != self.pointer:
            for part in range(1, POINTING + 1):
                share = part / POINTING
                self.page.evaluate(_POINTER, [from_x + (x - from_x) * share, from_y + (y - from_y) * share])
                self.shoot(FRAME)
        self.pointer = (x, y)
        panel.answered(lambda: target.click(force=True))
        self.page.wait_for_timeout(300)  # until what is new has been drawn
        length = self.page.evaluate(_LENGTH)
        for part in range(1, TRAVELLING + 1 if length else 1):
            self.page.evaluate(_SEEK, length * part / (TRAVELLING + 1))
            self.shoot(FRAME)
        self.page.evaluate(_SEEK, length)
        self.page.wait_for_timeout(300)
        self.shoot(hold)

    def save(self, path: Path) -> None:
        """Write the film as a GIF whose frames share their colours."""
        colours = numpy.array(self.colours())
        first, *others = [with_colours(frame, colours) for frame in self.frames]
        path.parent.mkdir(parents=True, exist_ok=True)
        first.save(path, save_all=True, append_images=others, duration=self.lengths, loop=0, optimize=True)
        print(f"{path}: {path.stat().st_size // 1000} kB, {len(self.frames)} frames, {sum(self.lengths) / 1000} s")

    def colours(self) -> list[Any]:
        """Return the colours that the frames share."""
        seen: Counter[Any] = Counter()
        for frame in self.frames:
            seen.update({colour: count for count, colour in frame.getcolors(frame.width * frame.height)})
        kept: list[Any] = []
        for colour, _ in seen.most_common():
            if all(max(abs(a - b) for a, b in zip(colour, other, strict=True)) > APART for other in kept):
                kept.append(colour)
        return kept[:COLOURS]


def with_colours(frame: Image.Image, colours: Any) -> Image.Image:
    """Return a frame in the nearest of these colours; Pillow's own way rounds them, and white would be grey."""
    found, places = numpy.unique(numpy.asarray(frame, dtype=int).reshape(-1, 3), axis=0, return_inverse=True)
    nearest = ((found[:, None] - colours[None]) ** 2).sum(axis=2).argmin(axis=1)
    picture = Image.fromarray(nearest[places].reshape(frame.height, frame.width).astype("uint8"), "P")
    picture.putpalette(colours.astype("uint8").tobytes())
    return picture


def listing() -> str:
    """Return the cell that the README begins with."""
    found = re.search(r"^```python\n(%%kamlab.*?)\n```", (ROOT / "README.md").read_text(encoding="utf-8"), re.M | re.S)
    assert found, "README.md has no cell that begins with %%kamlab"
    return found[1]


def film_panel() -> None:
    """Film the README's cell: pasted, stepped, looked at in the past, and run to its end."""
    with tempfile.TemporaryDirectory() as home, browsers.browser() as chromium:
        server = start("lab", Path(home))
        try:
            size = {"width": WIDTH + MARGIN, "height": WINDOW}
            page = chromium.new_page(viewport=size, device_scale_factor=SCALE)
            page.add_init_script(_STAGE)
            kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
            cells = [nbformat.v4.new_code_cell(listing())]
            written = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
            nbformat.write(written, server.root / "film.ipynb")
            play(Notebook(server, page, "film.ipynb", "film")).save(FILM)
        finally:
            server.close()


def play(notebook: Notebook) -> Film:
    """Do what the film shows, and return it."""
    page = notebook.page
    notebook.open()
    notebook.do("get_ipython().run_line_magic('load_ext', 'kamlab')")  # as kernels of `kamlab lab` do
    page.evaluate(_BARE)
    page.add_style_tag(content=_STYLE)
    page.wait_for_timeout(500)
    box = page.locator(".jp-NotebookPanel-notebook").bounding_box()
    film = Film(page, {"x": box["x"], "y": box["y"], "width": WIDTH, "height": HEIGHT})
    film.shoot(READ)
    notebook.run_cell(0)
    panel = Panel(page, notebook.output(0).locator(".kamlab-panel"))
    panel.root.wait_for()
    page.wait_for_timeout(1500)
    panel.root.evaluate(_TO_TOP)
    page.wait_for_timeout(500)
    film.shoot(READ)
    for _ in range(4):
        film.click(panel, panel.button("Message"), GLANCE)
    tick = panel.piece("Timeline").locator(".kamlab-chart-axis text").get_by_text("6", exact=True)
    film.click(panel, tick, READ)
    film.click(panel, panel.root.get_by_role("button", name="Back to now"), GLANCE)
    film.click(panel, panel.button("Run"), 2 * READ)
    return film


# -- the gallery --------------------------------------------------------------------------------------------


#: The largest a picture of the gallery is shown.
THUMB_WIDTH, THUMB_HEIGHT = 300, 225


def pictures_of(notebook: Path) -> Iterator[tuple[str, str]]:
    """Yield what each picture in a notebook's saved output shows, and its SVG."""
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        for output in cell.get("outputs", ()):
            page = "".join(output.get("data", {}).get("text/html", ""))
            for found in re.finditer(r'<img src="data:image/svg\+xml;base64,([^"]+)"', page):
                svg = base64.b64decode(found[1]).decode("utf-8")
                yield re.sub(r"^.*?<title>|</title>.*$", "", svg, flags=re.S), svg


def best_of(pictures: list[tuple[str, str]]) -> str:
    """Return the SVG that tells most: a graph in which messages have moved, else a timeline, else what there is."""
    graphs = [svg for title, svg in pictures if title.startswith("Graph: ") and "at step 1," not in title]
    timelines = [svg for title, svg in pictures if title.startswith("Space-time diagram")]
    return [*graphs, *timelines, pictures[0][1]][0]


def as_thumbnail(svg: str) -> str:
    """Return an SVG with the size of a thumbnail; all of it is still drawn."""
    width, height = (float(number) for number in re.findall(r' (?:width|height)="([\d.]+)"', svg)[:2])
    share = min(THUMB_WIDTH / width, THUMB_HEIGHT / height)
    size = f' width="{width * share:.0f}" height="{height * share:.0f}"'
    return re.sub(r' width="[\d.]+" height="[\d.]+"', size, svg, count=1) + "\n"


def make_gallery(notebooks: Path = ROOT / "notebooks") -> None:
    """Write one picture for each notebook."""
    GALLERY.mkdir(parents=True, exist_ok=True)
    for notebook in sorted(notebooks.rglob("*.ipynb")):
        svg = as_thumbnail(best_of(list(pictures_of(notebook))))
        (GALLERY / f"{notebook.stem}.svg").write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    for name in sys.argv[1:] or ("panel", "gallery"):
        {"panel": film_panel, "gallery": make_gallery}[name]()
