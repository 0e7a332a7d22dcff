"""Tools for testing a system of your own: one component on its own, and a small system in every order of slices."""

from __future__ import annotations

from .explorations import assert_holds
from .outputs import outputs

__all__ = ["assert_holds", "outputs"]
