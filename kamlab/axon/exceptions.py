"""Axon's exceptions that kamlab does not use itself; the others are kamlab's own, renamed."""

from __future__ import annotations

from kamlab.core.errors import KamlabError


class RealPackagesImported(KamlabError, ImportError):
    """``install()`` was called after the real Axon or Kamaelia was imported."""


class normalShutdown(KamlabError):
    """Axon's name for an end that is not a failure; nothing raises it."""

    __module__ = "Axon.AxonExceptions"


class invalidComponentInterface(KamlabError):
    """A component lacks boxes that ``Axon.util.testInterface`` asks for."""

    __module__ = "Axon.AxonExceptions"


class ArgumentsClash(KamlabError):
    """Two arguments exclude each other; nothing raises it."""

    __module__ = "Axon.AxonExceptions"
