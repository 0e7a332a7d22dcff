"""Tools for testing a system of your own."""

from __future__ import annotations

from .outputs import outputs

__all__ = ["outputs"]
