"""Axon's exceptions that the engine has no use for itself; the others are its own, renamed."""

from __future__ import annotations

from kamlab.core.errors import KamlabError


class RealPackagesImported(KamlabError, ImportError):
    """``install()`` was called where the real Axon or Kamaelia is imported already."""


class normalShutdown(KamlabError):
    """Axon's name for an end that is no failure; nothing raises it."""

    __module__ = "Axon.AxonExceptions"


class invalidComponentInterface(KamlabError):
    """A component lacks boxes that ``Axon.util.testInterface`` asks for."""

    __module__ = "Axon.AxonExceptions"


class ArgumentsClash(KamlabError):
    """Two arguments exclude each other; nothing raises it."""

    __module__ = "Axon.AxonExceptions"
