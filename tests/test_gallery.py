"""The pictures of the README and of the gallery, which docs/make_pictures.py makes."""

from __future__ import annotations

import re
import runpy
import tomllib
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from environments import ROOT

DOCS = ROOT / "docs"
FILM = "images/panel.gif"
NOTEBOOKS = sorted(path.relative_to(ROOT) for path in (ROOT / "notebooks").rglob("*.ipynb"))
README = (ROOT / "README.md").read_text(encoding="utf-8")
GALLERY = (DOCS / "gallery.md").read_text(encoding="utf-8")
#: The most bytes of the film and of a thumbnail.
FILM_LIMIT, THUMBNAIL_LIMIT = 700_000, 50_000

has_pictures = pytest.mark.skipif((ROOT / "PKG-INFO").exists(), reason="a source distribution has no pictures")


def for_site(name: str) -> str:
    """Return the text of a page as the site builds it."""
    adapt = runpy.run_path(str(DOCS / "hooks.py"))["for_site"]
    return str(adapt(name, (DOCS / name).read_text(encoding="utf-8")))


@has_pictures
def test_the_film_moves_is_small_and_can_be_read() -> None:
    """The README's picture is an animation of more than ten frames and about ten seconds, and loads at once."""
    images = pytest.importorskip("PIL.Image", reason="Pillow is not installed; matplotlib brings it")
    assert (DOCS / FILM).stat().st_size < FILM_LIMIT
    with images.open(DOCS / FILM) as film:
        assert film.n_frames > 10
        assert 800 <= film.width <= 1000
        lengths = []
        for number in range(film.n_frames):
            film.seek(number)
            lengths.append(film.info["duration"])
    assert 8_000 <= sum(lengths) <= 13_000


def test_the_film_comes_first_in_the_readme_and_on_the_site() -> None:
    """The film is the first picture after the badges, in the README and on the site's home page, with words for it."""
    for page, place in ((README, f"docs/{FILM}"), (for_site("index.md"), FILM)):
        alternative, first = re.findall(r"^!\[([^\]]*)\]\(([^)]+)\)", page, re.M)[0]
        assert first == place
        assert "panel" in alternative
        assert page.index(first) < page.index("\n## ")


def test_the_home_page_of_the_site_has_no_link_into_docs() -> None:
    """On the site, where docs/ is the root, no link of the README begins with it."""
    assert "](docs/" in README
    assert "](docs/" not in for_site("index.md")


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_gallery_links_every_notebook_with_its_picture(notebook: Path) -> None:
    """The gallery has one link to each notebook, with its picture and a title; the link holds on the site as well."""
    (found,) = re.findall(rf"\[!\[\]\(images/gallery/{notebook.stem}\.svg\)<br>([^\]]+)\]\(([^)]+)\)", GALLERY)
    title, link = found
    assert title
    assert (DOCS / link).resolve() == (ROOT / notebook).resolve()
    assert f"]({notebook.as_posix()})" in for_site("gallery.md")


@has_pictures
@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_thumbnail_is_small_and_does_nothing(notebook: Path) -> None:
    """A picture of the gallery is one well-formed SVG of its size, without scripts, links or handlers of events."""
    path = DOCS / "images" / "gallery" / f"{notebook.stem}.svg"
    assert path.stat().st_size < THUMBNAIL_LIMIT
    picture = ElementTree.parse(path).getroot()
    assert float(picture.get("width", "0")) <= 300
    assert float(picture.get("height", "0")) <= 225
    for part in picture.iter():
        assert part.tag.rpartition("}")[2] not in ("script", "a", "image", "foreignObject", "iframe", "use")
        assert not [name for name in part.attrib if name.startswith("on") or name.endswith("href")]


@has_pictures
def test_no_picture_is_left_over() -> None:
    """Each picture of the gallery belongs to a notebook."""
    assert {path.stem for path in (DOCS / "images" / "gallery").iterdir()} == {path.stem for path in NOTEBOOKS}


def test_no_package_carries_the_pictures() -> None:
    """The source distribution leaves docs/images out; the wheel has no file of docs/ at all."""
    targets = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["targets"]
    assert "docs/images" in targets["sdist"]["exclude"]
    assert targets["wheel"]["packages"] == ["kamlab"]
    assert not [name for name in targets["wheel"]["force-include"] if name.startswith("docs")]
