"""Chassis: components that consist of other components, wired together."""

from .base import Chassis
from .bounded import BoundedCarousel, BoundedGraphline, BoundedPipeline, InboxControlledCarousel
from .carousel import Carousel
from .graphline import Graphline, NoLinkages
from .par import Par
from .pipeline import Pipeline
from .prefab import join_chooser_to_carousel
from .seq import Seq
from .time_to_live import TimeToLive

__all__ = [
    "BoundedCarousel",
    "BoundedGraphline",
    "BoundedPipeline",
    "Carousel",
    "Chassis",
    "Graphline",
    "InboxControlledCarousel",
    "NoLinkages",
    "Par",
    "Pipeline",
    "Seq",
    "TimeToLive",
    "join_chooser_to_carousel",
]
