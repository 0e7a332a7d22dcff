"""How the pieces look; the pictures are for people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from . import samples

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pictures_of_all_pieces(show: Callable[..., Any], theme: str) -> None:
    """In both themes every piece is drawn."""
    view = show(samples.now(), theme=theme)
    for name in ("inboxes", "source", "timeline", "story"):
        assert view.piece(name).is_visible()
    view.shoot(f"all-{theme}")
    chosen = samples.timeline(
        event=181,
        before=[101, 111, 112, 131, 141, 142, 151, 152, 100, 110, 130, 140, 150, 180],
        after=[191, 192, 190, 220],
    )
    some = samples.past(30)
    some["timeline"].update(event=181, before=chosen["before"], after=chosen["after"])
    view.push(**some)
    view.shoot(f"past-{theme}")
    blob = samples.payload(
        1,
        kind="bytes",
        length=9,
        text="GET / and more",
        hex="00000000  00 01 47 45 54 20 2f  |..GET /|",
        parts=[["method", "'GET'"], ["path", "'/'"]],
        cut=True,
    )
    view.push(**samples.now(payload=blob))
    view.button("Edit").click()
    view.shoot(f"payload-{theme}")


def test_a_narrow_page_and_a_large_picture(show: Callable[..., Any]) -> None:
    """In a narrow page nothing is wider than the panel; a large system is drawn."""
    view = show(samples.now(payload=samples.payload()), width=380)
    view.shoot("narrow")
    wide = view.page.evaluate(
        """() => [...document.querySelectorAll('.kamlab-piece')]
            .filter(each => each.scrollWidth > each.clientWidth + 1).map(each => each.className)"""
    )
    assert wide == []
    view = show(samples.large(0))
    view.shoot("large")
