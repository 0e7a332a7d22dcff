"""Deprecated: import these from :mod:`kamlab.teach.student_scheduler`. Older copies of the course use this name."""

from __future__ import annotations

from .student_scheduler import HookError, TheirProcess, TheirScheduler, show_mine

__all__ = ["HookError", "TheirProcess", "TheirScheduler", "show_mine"]
