"""The settings of a recorded run as plain values (clock, chooser and network), and applying them to a lab."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kamlab.core.choice import SeededRandom
from kamlab.core.clock import EPOCH, Clock, HeldClock, VirtualClock

from .errors import BadRecording

if TYPE_CHECKING:
    from kamlab.lab import Lab


def settings_of(lab: Lab) -> dict[str, Any]:
    """Return the settings of a lab; defaults are omitted."""
    settings: dict[str, Any] = {}
    clock = lab.clock
    if isinstance(clock, VirtualClock) and (clock.start, clock.epoch) != (0.0, EPOCH):
        settings["virtual"] = [clock.start, clock.epoch]
    elif isinstance(clock, HeldClock):
        settings["held"] = clock.epoch
    if isinstance(lab.chooser, SeededRandom):
        settings["seed"] = lab.chooser.seed
    elif lab.chooser is not None:
        settings["chooser"] = type(lab.chooser).__name__
    return {**settings, **lab.network_settings()}


def apply_settings(lab: Lab, settings: dict[str, Any]) -> None:
    """Give a lab the settings of a recorded run.

    Raises:
        BadRecording: the run was recorded with a chooser of its own, and the lab has none.
    """
    own = settings.get("chooser")
    if own is not None and lab.chooser is None:
        raise BadRecording(
            f"this run was recorded with a chooser of its own, {own}; give the lab one: Lab(chooser=...)"
        )
    clock: Clock
    if "held" in settings:
        clock = HeldClock()
        clock.epoch = settings["held"]
    else:
        clock = VirtualClock(*settings.get("virtual", ()))
    lab.runtime.clock = clock
    lab.apply_network_settings(settings)
    lab.runtime.lockstep = "held" not in settings or bool(settings.get("recorded"))
    if own is None:
        lab.runtime.chooser = SeededRandom(settings["seed"]) if "seed" in settings else None
