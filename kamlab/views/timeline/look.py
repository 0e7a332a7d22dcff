"""How a space-time diagram looks: rules that hold for the still picture and for the panel's page alike.

Both draw the same elements with the same classes. The colours are variables: the still picture sets them for a light
and a dark ground, the page to those of the front end's theme.
"""

from __future__ import annotations

from pathlib import Path

#: The rules, without colours.
RULES = Path(__file__).with_name("chart.css").read_text(encoding="utf-8")

_LIGHT = (
    "--ground:#fff;--ink:#1d232b;--soft:#5d6875;--line:#d9dee4;--accent:#1f5fbf;--accent-bg:#e8f0fc;"
    "--bad:#c0262d;--hand:#b36b00;--before:#7b3fb5;--after:#00796b"
)
_DARK = (
    "--ground:#16191d;--ink:#e6e9ee;--soft:#9aa5b1;--line:#333a43;--accent:#6ea8ff;--accent-bg:#1d2b42;"
    "--bad:#ff7a7f;--hand:#ffb84d;--before:#c79bff;--after:#4fd1bd"
)
#: The colours of a still picture, on a light and on a dark ground.
COLOURS = f".kamlab-chart{{{_LIGHT}}}\n@media(prefers-color-scheme:dark){{.kamlab-chart{{{_DARK}}}}}\n"
