"""Prefabricated systems: combinations that are common enough to have a name."""

from __future__ import annotations

from ..core.component import Component
from .graphline import Graphline


def join_chooser_to_carousel(chooser: Component, carousel: Component) -> Graphline:
    """Return a component in which a chooser decides what a carousel makes next.

    The carousel's requests go to the chooser, and the chooser's items go to the carousel. Inbox, outbox and signal are
    the carousel's. Control is the chooser's, whose signal then ends the carousel.

    Raises:
        NoSuchBox: ``carousel`` has no boxes ``next`` and ``requestNext``.

    >>> from kamlab import Carousel, Lab, Pipeline
    >>> from kamlab.chassis import join_chooser_to_carousel
    >>> from kamlab.parts import ConsoleEchoer, ForwardIteratingChooser, OneShot
    >>> with Lab(clock="virtual") as lab:
    ...     chooser, carousel = ForwardIteratingChooser(["tea\\n", "milk\\n"]), Carousel(OneShot)
    ...     _ = Pipeline(join_chooser_to_carousel(chooser, carousel), ConsoleEchoer()).activate()
    ...     print(lab.run().reason)
    tea
    milk
    finished
    """
    return Graphline(
        CHOOSER=chooser,
        CAROUSEL=carousel,
        linkages={
            ("CHOOSER", "outbox"): ("CAROUSEL", "next"),
            ("CHOOSER", "signal"): ("CAROUSEL", "control"),
            ("self", "inbox"): ("CAROUSEL", "inbox"),
            ("self", "control"): ("CHOOSER", "control"),
            ("CAROUSEL", "requestNext"): ("CHOOSER", "inbox"),
            ("CAROUSEL", "outbox"): ("self", "outbox"),
            ("CAROUSEL", "signal"): ("self", "signal"),
        },
    )
