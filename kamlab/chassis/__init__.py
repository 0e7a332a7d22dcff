"""Chassis: components that consist of other components, wired together."""

from .base import Chassis
from .carousel import Carousel
from .graphline import Graphline, NoLinkages
from .par import Par
from .pipeline import Pipeline
from .prefab import join_chooser_to_carousel
from .seq import Seq

__all__ = [
    "Carousel",
    "Chassis",
    "Graphline",
    "NoLinkages",
    "Par",
    "Pipeline",
    "Seq",
    "join_chooser_to_carousel",
]
