"""What the tests of questions share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kamlab.teach.score import reset


@pytest.fixture(autouse=True)
def fresh_sheet() -> Iterator[None]:
    """Every test begins with an empty score sheet, and leaves one."""
    reset()
    yield
    reset()
