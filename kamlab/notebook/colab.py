"""Google Colab, which shows widgets of other packages only after it was told to."""

from __future__ import annotations

import contextlib
import importlib
import sys
from collections.abc import Callable
from typing import Any


def enable_widgets() -> Callable[[], Any]:
    """Let Colab show the panel, if this is Colab; return what undoes it."""
    if "google.colab" not in sys.modules:
        return _nothing
    with contextlib.suppress(ImportError, AttributeError):  # a Colab whose names have changed must not stop %load_ext
        output: Any = importlib.import_module("google.colab.output")
        output.enable_custom_widget_manager()
        undo: Callable[[], Any] = output.disable_custom_widget_manager
        return undo
    return _nothing


def _nothing() -> None:
    """Undo what was not done."""
