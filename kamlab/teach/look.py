"""A box of HTML around what is said to a student, in a page of any theme and in a saved notebook."""

from __future__ import annotations

_COLOURS = {
    "good": "var(--jp-success-color1, #1a7f37)",
    "bad": "var(--jp-error-color1, #b35900)",
    "": "var(--jp-border-color1, #8c959f)",
}


def box(html: str, kind: str = "") -> str:
    """Put HTML into a box with a coloured edge: ``good``, ``bad``, or neither."""
    style = f"border-left:4px solid {_COLOURS[kind]};padding:2px 10px;line-height:1.5"
    return f'<div class="kamlab-said" style="{style}">{html}</div>'
