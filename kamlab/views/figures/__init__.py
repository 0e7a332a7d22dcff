"""Figures for reports: queue lengths, messages per link, space-time diagrams, who ran when.

The numbers of each come first, as a plain value that is computed from the trace and can be compared; drawing it
with matplotlib is a function of that value. matplotlib is imported when a figure is drawn, and not before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.rooms import load_lazily

if TYPE_CHECKING:
    from .arrows import Arrow
    from .errors import BadFigure, NoMatplotlib, NoSuchLink
    from .kinds import KINDS, drawn, figure
    from .lifelines import Lifeline, Mark
    from .queues import QueueLength, QueueLengths, queue_lengths
    from .spacetime import Spacetime, spacetime
    from .throughput import LinkFlow, Throughput, throughput
    from .turns import Turns, turns
    from .window import Window

__all__ = [
    "KINDS",
    "Arrow",
    "BadFigure",
    "Lifeline",
    "LinkFlow",
    "Mark",
    "NoMatplotlib",
    "NoSuchLink",
    "QueueLength",
    "QueueLengths",
    "Spacetime",
    "Throughput",
    "Turns",
    "Window",
    "drawn",
    "figure",
    "queue_lengths",
    "spacetime",
    "throughput",
    "turns",
]

load_lazily(
    __name__,
    {
        "Arrow": "arrows",
        "BadFigure": "errors",
        "drawn": "kinds",
        "figure": "kinds",
        "KINDS": "kinds",
        "Lifeline": "lifelines",
        "LinkFlow": "throughput",
        "Mark": "lifelines",
        "NoMatplotlib": "errors",
        "NoSuchLink": "errors",
        "queue_lengths": "queues",
        "QueueLength": "queues",
        "QueueLengths": "queues",
        "spacetime": "spacetime",
        "Spacetime": "spacetime",
        "throughput": "throughput",
        "Throughput": "throughput",
        "turns": "turns",
        "Turns": "turns",
        "Window": "window",
    },
)
