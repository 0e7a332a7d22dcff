"""Adapts links to the site, where docs/ is the root: so the same pages have pictures and links on GitHub."""

from __future__ import annotations

from pathlib import Path
from typing import Any

README = Path(__file__).resolve().parent.parent / "README.md"


def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:
    """Return the text of a page with the links that hold on the site."""
    return for_site(page.file.src_uri, markdown)


def for_site(name: str, markdown: str) -> str:
    """Return the text of the page of this name for the site; the home page is the README."""
    if name == "index.md":
        return README.read_text(encoding="utf-8").replace("](docs/", "](")
    return markdown.replace("](../notebooks/", "](notebooks/")
